/* Commands not yet answered, in order: replies pair with the oldest (RFC 2920, RFC 2449 6.8).
 *
 * Bounded by limits.pending_commands: the caller tells the oldest as unanswered
 * before it adds one more. Each entry owns a copy of its line.
 */
#ifndef MAILWIRE_DISSECT_PENDING_H
#define MAILWIRE_DISSECT_PENDING_H

#include "dissect/model.h"

struct pool;

struct pending {
    struct pending *next;
    struct message *message; /* the message a reply decides on, or NULL; owned by the session */
    void *exchange;          /* the protocol's: an AUTH exchange, a transaction; or NULL */
    uint64_t number;         /* the protocol's: a message number, a chunk size */
    uint32_t answers;        /* replies got so far (334, 353, LMTP) */
    uint16_t tag;            /* the protocol's: which command */
    uint32_t size;           /* of the entry with its text */
    int64_t sent;            /* last line's last byte: latency counts from here */
    struct command command;  /* views point into text[] */
    uint8_t text[];
};

struct pending_queue {
    struct pool *pool;
    struct pending *head, **tail;
    uint32_t count;
};

/* The entries are pieces of pool (or NULL), which outlives the queue. */
void pending_init(struct pending_queue *q, struct pool *pool);
void pending_done(struct pending_queue *q); /* frees all entries */
/* A copy of *c with its views moved into the entry. */
struct pending *pending_add(struct pending_queue *q, const struct command *c);
void pending_drop(struct pending_queue *q); /* frees the head */

#endif
