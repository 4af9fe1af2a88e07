/* The inside of the judge, shared by the judge_*.c files only. */
#ifndef MAILWIRE_DISSECT_JUDGE_PRIVATE_H
#define MAILWIRE_DISSECT_JUDGE_PRIVATE_H

#include "dissect/judge.h"
#include "dissect/session.h"

/* What the judge remembers of one session (session_marks). */
#define MARK_GREETED_EHLO       0x0001ull /* EHLO or CAPA was answered yes: the offer is known */
#define MARK_OFFERED_TLS        0x0002ull
#define MARK_OFFERED_AUTH       0x0004ull
#define MARK_OFFERED_PIPELINING 0x0008ull
#define MARK_OFFERED_CHUNKING   0x0010ull
#define MARK_OFFERED_8BITMIME   0x0020ull
#define MARK_OFFERED_SMTPUTF8   0x0040ull
#define MARK_MASKED             0x0080ull /* a keyword made of X stands in the offer */
#define MARK_REFUSED_TLS        0x0100ull
#define MARK_TLS                0x0200ull
#define MARK_CLEAR_LOGIN        0x0400ull
#define MARK_CLEAR_MAIL         0x0800ull
#define MARK_NO_VERDICT         0x1000ull /* a whole message without an answer */
#define MARK_HELO               0x2000ull
#define MARK_RECIPIENT          0x4000ull            /* one was accepted since the last MAIL */
#define MARK_TOLD(n)            (1ull << (32 + (n))) /* told once a session */

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
    TOLD_AUTH_IN_CLEAR
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
void judge_tell_over(const struct event *e, enum note_id id, struct bytes evidence,
                     const char *const *sessions, uint32_t count);

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
