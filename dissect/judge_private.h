/* The inside of the judge, shared by the judge_*.c files only. */
#ifndef MAILWIRE_DISSECT_JUDGE_PRIVATE_H
#define MAILWIRE_DISSECT_JUDGE_PRIVATE_H

#include "dissect/judge.h"
#include "dissect/session.h"

/* What the judge remembers of one session (session_marks). */
#define MARK_GREETED_EHLO          0x0001ull /* EHLO or CAPA was answered yes: the offer is known */
#define MARK_OFFERED_TLS           0x0002ull
#define MARK_OFFERED_AUTH          0x0004ull
#define MARK_OFFERED_PIPELINING    0x0008ull
#define MARK_OFFERED_CHUNKING      0x0010ull
#define MARK_OFFERED_8BITMIME      0x0020ull
#define MARK_OFFERED_SMTPUTF8      0x0040ull
#define MARK_MASKED                0x0080ull /* a keyword made of X stands in the offer */
#define MARK_REFUSED_TLS           0x0100ull
#define MARK_TLS                   0x0200ull
#define MARK_CLEAR_LOGIN           0x0400ull
#define MARK_CLEAR_MAIL            0x0800ull
#define MARK_NO_VERDICT            0x1000ull /* a whole message without an answer */
#define MARK_HELO                  0x2000ull
#define MARK_RECIPIENT             0x4000ull /* one was accepted since the last MAIL */
#define MARK_OFFERED_SIZE          0x00008000ull
#define MARK_OFFERED_DSN           0x00010000ull
#define MARK_OFFERED_DELIVERBY     0x00020000ull
#define MARK_OFFERED_FUTURERELEASE 0x00040000ull
#define MARK_OFFERED_MT_PRIORITY   0x00080000ull
#define MARK_OFFERED_RRVS          0x00100000ull
#define MARK_OFFERED_REQUIRETLS    0x00200000ull
#define MARK_OFFERED_MTRK          0x00400000ull
#define MARK_OFFERED_PRDR          0x00800000ull
#define MARK_OFFERED_BINARYMIME    0x01000000ull
#define MARKS_OF_OFFER             0x01ff80ffull        /* read anew at each EHLO or CAPA */
#define MARK_TOLD(n)               (1ull << (32 + (n))) /* told once a session */

enum told {
    TOLD_PIPELINING,
    TOLD_CHUNKING,
    TOLD_8BIT,
    TOLD_SMTPUTF8,
    TOLD_AUTH,
    TOLD_VRFY,
    TOLD_GUESSING,
    TOLD_PROBING,
    TOLD_REFUSED_CLIENT,
    TOLD_AUTH_IN_CLEAR,
    TOLD_PARAMETER,
    TOLD_OVER_LIMIT
};

enum verb {
    VERB_AUTH = VERB_CODE('A', 'U', 'T', 'H'),
    VERB_BDAT = VERB_CODE('B', 'D', 'A', 'T'),
    VERB_CAPA = VERB_CODE('C', 'A', 'P', 'A'),
    VERB_DATA = VERB_CODE('D', 'A', 'T', 'A'),
    VERB_EHLO = VERB_CODE('E', 'H', 'L', 'O'),
    VERB_EXPN = VERB_CODE('E', 'X', 'P', 'N'),
    VERB_HELO = VERB_CODE('H', 'E', 'L', 'O'),
    VERB_LHLO = VERB_CODE('L', 'H', 'L', 'O'),
    VERB_MAIL = VERB_CODE('M', 'A', 'I', 'L'),
    VERB_RCPT = VERB_CODE('R', 'C', 'P', 'T'),
    VERB_RETR = VERB_CODE('R', 'E', 'T', 'R'),
    VERB_STARTTLS = VERB_CODE('S', 'T', 'A', 'R'),
    VERB_STLS = VERB_CODE('S', 'T', 'L', 'S'),
    VERB_VRFY = VERB_CODE('V', 'R', 'F', 'Y'),
};

struct across; /* judge_across.c: tables over sessions */

struct judge {
    struct sink sink;
    struct sink *to;
    const struct limits *limits;
    struct across *across;
};

/* A finding at the event, of its rule's severity, to be completed and told (session_judge). */
struct note judge_note(const struct event *e, enum note_id id, struct bytes evidence);
/* Tells a finding of the event's session. */
void judge_tell(const struct event *e, enum note_id id, struct bytes evidence, uint32_t command);
/* Told once a session. */
COLD void judge_tell_once(const struct event *e, enum told what, enum note_id id,
                          struct bytes evidence, uint32_t command);
void judge_tell_over(const struct event *e, enum note_id id, struct bytes evidence,
                     const char *const *sessions, uint32_t count);

/* judge_use.c: what is used without having been offered, or beyond it. */
bool judge_offer_known(const struct session_info *s, uint64_t marks);
void judge_use(const struct event *e, const struct command *c, uint32_t verb, uint64_t marks);
/* A whole message against what was declared of its size. */
void judge_size(const struct event *e, const struct message *m);

/* judge_refusal.c: a negative answer to MAIL, RCPT or DATA, as the greeting, to a message's data.
 */
bool judge_refused(const struct reply *r);
void judge_refused_command(struct judge *j, const struct event *e, const struct command *c,
                           const struct reply *r);
void judge_refused_data(const struct event *e, const struct command *c, const struct reply *r);
void judge_refused_client(const struct event *e, const struct reply *r);
void judge_refused_message(const struct event *e, const struct message *m);

void judge_tls_close(struct judge *j, const struct event *e); /* judge_tls.c */

struct across *across_new(const struct limits *l);
void across_free(struct across **a);
void across_offer(struct across *a, const struct event *e, bool offered);
void across_credential(struct across *a, const struct event *e);
void across_recipient_refused(struct across *a, const struct event *e);
void across_message(struct across *a, const struct event *e);

#endif
