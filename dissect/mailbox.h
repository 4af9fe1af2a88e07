/* What a POP dialog shows of the mailbox: sizes and identities of its messages, what was fetched
 * and marked deleted.
 *
 * Message numbers are positions from 1 on, so entries are an array by number, made
 * only when LIST or UIDL tells something; a session without them costs nothing
 * here. Numbers beyond limits.mailbox_entries are not remembered (`cut` is set).
 */
#ifndef MAILWIRE_DISSECT_MAILBOX_H
#define MAILWIRE_DISSECT_MAILBOX_H

#include "capture/base/buf.h"
#include "capture/base/limits.h"
#include "dissect/model.h"

struct mailbox_index; /* sizes and identities, by number */

struct mailbox_book {
    struct mailbox shown; /* what sinks see; its lists are kept up to date */
    const struct limits *limits;
    struct mailbox_index *index;
    uint32_t retrieved_room, deleted_room; /* of the lists in `shown`, which the book owns */
    uint32_t folders;                      /* behind shown.before */
    bool cut;                              /* something was not remembered */
};

void mailbox_init(struct mailbox_book *b, const struct limits *l);
void mailbox_done(struct mailbox_book *b);
size_t mailbox_held(const struct mailbox_book *b);

/* What STAT said, or LIST counted. Messages marked deleted are not in it (RFC 1939 5): of several
 * figures the one from before there were any stays. */
void mailbox_set_total(struct mailbox_book *b, uint64_t messages, uint64_t octets);
void mailbox_set_size(struct mailbox_book *b, uint64_t number, uint64_t octets);
void mailbox_set_uid(struct mailbox_book *b, uint64_t number, struct bytes uid);
bool mailbox_size(const struct mailbox_book *b, uint64_t number, uint64_t *octets);
/* Empty when unknown; valid until the next mailbox_set_uid. */
struct bytes mailbox_uid(const struct mailbox_book *b, uint64_t number);

void mailbox_add_retrieved(struct mailbox_book *b, uint64_t number);
void mailbox_add_deleted(struct mailbox_book *b, uint64_t number);
/* Is it known to be deleted? */
bool mailbox_is_deleted(const struct mailbox_book *b, uint64_t number);
/* RSET: nothing is marked deleted any more. */
void mailbox_undelete(struct mailbox_book *b);
/* Another folder was opened: sizes, identities and marks belong to the old one, which goes behind
 * shown.before if it was used. `shown` is empty then. */
void mailbox_change(struct mailbox_book *b);
/* The session is over: lists ascend, each number once; what became of deletions holds for all
 * folders. */
void mailbox_finish(struct mailbox_book *b, enum tri committed);
/* "1-3, 7": ascending numbers as ranges, the first of them where there are many. */
void mailbox_put_numbers(struct buf *out, const uint64_t *number, uint32_t count);

#endif
