/* The inside of SMTP and LMTP, shared by the smtp*.c files only.
 *
 *   smtp.c              the protocol: frames handed to whom they concern, start and end
 *   smtp_verbs.c        command words; what a line looks like
 *   smtp_command.c      what the client's lines mean, in which order they may come
 *   smtp_reply.c        reply lines put together
 *   smtp_pair.c         which command a reply answers
 *   smtp_answer.c       what each command's reply changes
 *   smtp_transaction.c  envelopes, from MAIL to the verdict on the message
 *   smtp_body.c         DATA and BDAT: messages
 *   smtp_verdict.c      the replies that decide on messages
 *   smtp_eod.c          ends of data that only some receivers take
 *   smtp_reading.c      which of them this receiver took (pure, see smtp_reading.h)
 *   smtp_auth.c         AUTH exchanges
 *   smtp_hold.c         what to do with bytes whose meaning the other side decides; gaps
 *   smtp_proxy.c        PROXY protocol headers
 *   smtp_probe.c        is it SMTP at all
 *
 * "Client" is who sends commands now: after TURN or ATRN that is the other end.
 */
#ifndef MAILWIRE_DISSECT_SMTP_H
#define MAILWIRE_DISSECT_SMTP_H

#include "capture/base/buf.h"
#include "dissect/auth.h"
#include "dissect/session.h"

/* VERB(id, word, shape of its arguments, rules): every command, the frequent ones first. */
#define SMTP_VERBS(VERB)                                                                           \
    VERB(MAIL, "MAIL", SHAPE_FROM, NEEDS_HELLO | NOT_IN_MAIL)                                      \
    VERB(RCPT, "RCPT", SHAPE_TO, NEEDS_MAIL)                                                       \
    VERB(DATA, "DATA", SHAPE_BARE, NEEDS_RCPT | NOT_BEHIND_BDAT | ENDS_GROUP)                      \
    VERB(QUIT, "QUIT", SHAPE_BARE, ENDS_GROUP)                                                     \
    VERB(EHLO, "EHLO", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(HELO, "HELO", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(RSET, "RSET", SHAPE_BARE, 0)                                                              \
    VERB(AUTH, "AUTH", SHAPE_ANY, NEEDS_HELLO | NOT_IN_MAIL | NOT_TWICE | ENDS_GROUP)              \
    VERB(BDAT, "BDAT", SHAPE_NUMBER, NEEDS_RCPT)                                                   \
    VERB(STARTTLS, "STARTTLS", SHAPE_BARE, NEEDS_HELLO | NOT_IN_MAIL | ENDS_GROUP)                 \
    VERB(LHLO, "LHLO", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(NOOP, "NOOP", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(VRFY, "VRFY", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(EXPN, "EXPN", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(HELP, "HELP", SHAPE_ANY, ENDS_GROUP)                                                      \
    VERB(ETRN, "ETRN", SHAPE_ANY, NEEDS_HELLO | NOT_IN_MAIL | ENDS_GROUP)                          \
    VERB(SEND, "SEND", SHAPE_FROM, NEEDS_HELLO | NOT_IN_MAIL)                                      \
    VERB(SOML, "SOML", SHAPE_FROM, NEEDS_HELLO | NOT_IN_MAIL)                                      \
    VERB(SAML, "SAML", SHAPE_FROM, NEEDS_HELLO | NOT_IN_MAIL)                                      \
    VERB(TURN, "TURN", SHAPE_BARE, NEEDS_HELLO | NOT_IN_MAIL | ENDS_GROUP)                         \
    VERB(ATRN, "ATRN", SHAPE_ANY, NEEDS_HELLO | NOT_IN_MAIL | ENDS_GROUP)                          \
    VERB(XCLIENT, "XCLIENT", SHAPE_ANY, NOT_IN_MAIL | ENDS_GROUP)                                  \
    VERB(XFORWARD, "XFORWARD", SHAPE_ANY, NOT_IN_MAIL)                                             \
    VERB(X_EXPS, "X-EXPS", SHAPE_ANY, NEEDS_HELLO | NOT_IN_MAIL | NOT_TWICE | ENDS_GROUP)          \
    VERB(X_LINK2STATE, "X-LINK2STATE", SHAPE_ANY, 0)                                               \
    VERB(XEXCH50, "XEXCH50", SHAPE_ANY, ENDS_GROUP)                                                \
    VERB(X_ANONYMOUSTLS, "X-ANONYMOUSTLS", SHAPE_BARE, NEEDS_HELLO | NOT_IN_MAIL | ENDS_GROUP)     \
    VERB(VERB, "VERB", SHAPE_ANY, 0)                                                               \
    VERB(ONEX, "ONEX", SHAPE_ANY, 0)
/* Order and manners (RFC 5321 4.1.4, RFC 2920 3.1). */
enum smtp_rule {
    NEEDS_HELLO = 1,
    NEEDS_MAIL = 2,
    NEEDS_RCPT = 4,
    NOT_IN_MAIL = 8,
    NOT_TWICE = 16,
    NOT_BEHIND_BDAT = 64, /* RFC 3030 2 */
    ENDS_GROUP = 32,      /* the client waits for its reply before it goes on */
};

/* What follows the word when it is meant as a command: tells commands from prose. */
enum smtp_shape { SHAPE_ANY, SHAPE_BARE, SHAPE_FROM, SHAPE_TO, SHAPE_NUMBER };

/* Tags of pending commands. */
enum smtp_verb {
    SMTP_UNKNOWN,
#define VERB(id, word, shape, rules) SMTP_##id,
    SMTP_VERBS(VERB)
#undef VERB
        SMTP_VERDICT, /* the end of a message's data */
    SMTP_VERB_COUNT
};

/* Why the client's direction is on hold or being peeked at. */
enum smtp_wait {
    WAIT_NONE,
    WAIT_DATA,          /* for the reply to DATA */
    WAIT_AUTH,          /* for the server's next step */
    WAIT_TLS,           /* for the reply to STARTTLS */
    WAIT_TURN,          /* for the reply to TURN, ATRN */
    WAIT_BINARY,        /* for the reply to XEXCH50 */
    WAIT_CHUNK,         /* a BDAT chunk, for the reply that tells whether there is a transaction */
    WAIT_EITHER,        /* for any reply: bytes were lost, what follows may be a body */
    PEEK_AFTER_DATA,    /* DATA got no clear answer: what the client does next decides */
    PEEK_AFTER_REFUSAL, /* DATA was refused: does the body come all the same? */
    PEEK_REPLY_LOST,    /* the reply to DATA, or to one of those before it, was lost */
    PEEK_BODY,          /* bytes of the message and replies were lost: is it over? */
    PEEK_AUTH_LOST,     /* a reply in an AUTH exchange was lost */
    PEEK_COMMAND_LOST,  /* commands were lost: DATA among them? */
    PEEK_START,         /* the capture began in the middle */
    SMTP_WAIT_COUNT
};

/* Findings told once a session. */
enum smtp_told {
    TOLD_EARLY = 1,
    TOLD_SYNTAX = 2,
    TOLD_BARE_LF = 4,
    TOLD_BARE_CR = 8,
    TOLD_NUL = 16,
    TOLD_LONG = 32,
    TOLD_XCLIENT = 64,
    TOLD_NOT_MAIL = 128,
};

/* An envelope and what becomes of it. Lives until nothing refers to it: no pending command, no
 * message without verdict, not the client's current one. */
struct transaction {
    struct transaction *next, **at; /* in smtp.all: the next one, and what points to this one */
    struct transaction *outer;      /* the one it was nested into; counts as a use of it */
    struct transaction *merged;     /* its MAIL was refused: what followed belongs to that one */
    uint32_t merged_at;             /* its first recipient's place there */
    uint32_t uses;
    struct message *message;
    struct bytes mail_from, mail_parameters; /* mail_from.p NULL: not seen whole */
    struct recipient *recipients;
    uint32_t count, room, total;
    uint32_t accepted;                        /* recipients not refused */
    uint64_t chunks;                          /* bytes announced by BDAT */
    struct verdict *verdicts, **last_verdict; /* one a recipient (LMTP, PRDR), as they came */
    uint32_t verdict_count;
    bool verdicts_cut;     /* some of them, or the first reply to PRDR, were lost */
    bool prdr;             /* the server said 353 */
    struct reply *refusal; /* of DATA */
    bool refused;          /* MAIL was refused */
    bool answered;         /* MAIL was answered */
    bool chunk_lost;       /* commands in it were lost, perhaps a BDAT with its chunk */
    bool commands_lost;    /* in it, perhaps a RCPT */
    bool headless;         /* its MAIL, and perhaps more, was not captured */
    bool partial;          /* the start of its message was not captured */
    bool begin_lost;       /* its DATA was not, or BDAT */
    bool after_refusal;    /* sent although DATA was refused */
    bool decided;          /* the message's verdict came before its end */
    bool body_over;
    bool end_lost; /* ... in a hole: when it came is not known */
    struct arena arena;
};

struct smtp_auth {
    struct auth *auth;
    bool wants; /* the client's next line is a response */
    bool blind; /* replies are not seen: only what is no command is a response */
    uint32_t command;
    int64_t time;
    uint64_t packet;
    enum dir dir;
};

struct smtp_reply_in; /* smtp_reply.c: a reply of several lines, being put together */
struct smtp_later; /* smtp_pair.c: replies behind a hole, of which the command is not clear yet */
struct smtp_eod;   /* smtp_eod.c: the open question how a message ends */
struct smtp_proxy; /* smtp_proxy.c: a PROXY header being read */

#define LOST_UNKNOWN UINT32_MAX
#define CODE_PRDR    353

struct smtp {
    struct transaction *open;  /* MAIL was sent, its transfer is not over */
    struct transaction *body;  /* whose DATA was sent: awaits the go-ahead, or is under way */
    struct transaction *chunk; /* whose BDAT chunk is under way */
    struct transaction *all;
    struct smtp_auth *auth;
    struct smtp_reply_in *reply;
    struct smtp_later *later;
    struct smtp_eod *eod;
    struct smtp_proxy *proxy;
    uint64_t chunk_size;   /* WAIT_CHUNK: of the chunk that waits */
    uint32_t transactions; /* in all */
    uint32_t unknown;      /* unknown commands refused in a row */
    uint32_t habits;       /* ends of data this receiver takes, two bits each (smtp_eod.c) */
    uint32_t lost;         /* bytes of the client lost since its last whole line; LOST_UNKNOWN */
    uint32_t cut_before;   /* number of the first command behind lost ones; with group_cut */
    uint16_t told;         /* enum smtp_told */
    uint8_t wait;          /* enum smtp_wait */
    bool chunk_last : 1;
    bool banner_due : 1;
    bool started : 1;  /* a line of the client was read */
    bool helloed : 1;  /* EHLO, HELO or LHLO was sent, and not refused */
    bool hello_ok : 1; /* ... and accepted, at some time */
    bool logged_in : 1;
    bool lmtp : 1;
    bool unsure : 1;        /* commands may be missing: their order is not judged */
    bool replies_lost : 1;  /* at some time */
    bool out_of_step : 1;   /* replies were lost, and none was paired since */
    bool stray_answer : 1;  /* an AUTH whose beginning was lost may wait for the next line */
    bool challenged : 1;    /* ... and does: its challenge was seen */
    bool loose_payload : 1; /* what is no command may be what AUTH would have been told */
    bool verdict_lost : 1;  /* replies were lost while the message in progress was sent */
    bool pipelines : 1;     /* the client sends in groups */
    bool nothing_open : 1;  /* no transaction is, whatever was lost before */
    bool heard : 1;         /* since the client's last line: a line of the server, or a hole */
    bool group_cut : 1;     /* commands were lost, and their replies may still come */
    bool tail : 1;          /* the last line broke off: what follows a gap may be its rest */
};

static inline struct smtp *smtp_of(struct session *s)
{
    return session_state(s);
}

static inline bool smtp_ok(const struct reply *r)
{
    return r != NULL && r->status == REPLY_OK;
}

static inline bool smtp_refused(const struct reply *r)
{
    return r != NULL && (r->status == REPLY_REFUSE || r->status == REPLY_DEFER);
}

/* Tells a finding once a session. */
COLD void smtp_note_once(struct session *s, enum smtp_told told, enum note_id id,
                         struct bytes evidence, const struct frame *f);

/* ---- smtp_verbs.c */
const char *smtp_verb_name(enum smtp_verb v); /* "" for SMTP_UNKNOWN */
unsigned smtp_verb_rules(enum smtp_verb v);
/* The command of a line: its word and what follows. */
enum smtp_verb smtp_parse(struct bytes line, struct bytes *word, struct bytes *argument);
/* The first line of bytes that wait, without its end. */
struct bytes smtp_first_line(struct bytes waiting);
/* Would a client send this line as a command? */
bool smtp_is_command(struct bytes line);
/* A request or an answer of HTTP. */
bool smtp_is_http(struct bytes line);
/* "Subject: x": the beginning of a message, and no command. */
bool smtp_is_header(struct bytes line);

/* ---- smtp_command.c */
void smtp_client_line(struct session *s, const struct frame *f);

/* ---- smtp_reply.c */
void smtp_server_line(struct session *s, const struct frame *f);
COLD void smtp_reply_gap(struct session *s, const struct frame *f);
/* Ends a reply that lacks its last line: the client goes on, or nothing more comes. f may be NULL.
 */
void smtp_reply_settle(struct session *s, bool last);
void smtp_reply_free(struct session *s);
/* The text of a reply without codes, for keeping; valid until scratch changes. */
struct bytes smtp_reply_text(const struct reply *r, struct buf *scratch);
/* The same, masked, in that arena. */
struct bytes smtp_reply_kept(const struct session *s, const struct reply *r, struct arena *arena);

/* ---- smtp_pair.c */
/* Tells a reply, paired with the command it answers; or keeps it back until that is clear. */
void smtp_pair(struct session *s, struct reply *r, const struct frame *f);
/* The server's bytes are missing, or at an end: what is kept back is told as far as it is clear. */
void smtp_pair_cut(struct session *s);
/* The client goes on: if it waits for replies, it has got them all. */
void smtp_pair_settle(struct session *s);
void smtp_pair_free(struct session *s);
size_t smtp_pair_held(struct session *s);

/* ---- smtp_answer.c: r is NULL where no reply was seen; f may be NULL */
void smtp_answered(struct session *s, struct pending *p, const struct reply *r,
                   const struct frame *f);
COLD void smtp_unanswered(struct session *s, struct pending *p);
void smtp_banner(struct session *s, const struct reply *r, const struct frame *f);
COLD void smtp_unasked(struct session *s, const struct reply *r, const struct frame *f);
COLD void smtp_become_lmtp(struct session *s);
/* No greeting was seen, as it was lost: LMTP's port breaks the tie. */
void smtp_guess_lmtp(struct session *s);
/* Back to the state between transactions. */
void smtp_ready(struct session *s, const struct frame *f);
void smtp_auth_over(struct session *s, const struct frame *f);

/* ---- smtp_transaction.c */
struct transaction *smtp_transaction_new(struct session *s);
struct transaction *smtp_transaction_real(struct transaction *t); /* follows merges; NULL stays */
void smtp_transaction_use(struct pending *p, struct transaction *t);
void smtp_transaction_release(struct session *s, struct transaction *t); /* one use less */
void smtp_transaction_sweep(struct session *s, struct transaction *t);   /* frees it when unused */
void smtp_transaction_free_all(struct session *s);
void smtp_mail(struct session *s, const struct frame *f, struct pending *p);
void smtp_rcpt(struct session *s, const struct frame *f, struct pending *p);
void smtp_mail_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f);
void smtp_rcpt_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f);
/* RSET, EHLO: the client is done with its transaction; a BDAT message in it stays incomplete. */
void smtp_transaction_reset(struct session *s, struct transaction *t);
/* Puts the envelope into its message. */
void smtp_envelope(struct transaction *t);
size_t smtp_transactions_held(struct session *s);

/* ---- smtp_body.c */
void smtp_data(struct session *s, const struct frame *f, struct pending *p);
void smtp_bdat(struct session *s, const struct frame *f, struct pending *p);
/* The text of x->body comes next: sets the client's framing by session_want (own) or release. */
void smtp_body_frame(struct session *s, const struct frame *f);
void smtp_chunk_frame(struct session *s, const struct frame *f);
/* WAIT_CHUNK: does this reply, not yet paired, tell whether the chunk belongs to a message? */
void smtp_chunk_by_reply(struct session *s, const struct reply *r);
/* It can wait no longer: it is taken for a message's. smtp_chunk_choose: its bytes come next. */
void smtp_chunk_take(struct session *s);
void smtp_chunk_choose(struct session *s, const struct frame *f);
/* What is odd in the bytes of a body, one finding a kind. */
void smtp_note_oddities(struct session *s, const struct body_oddities *odd, const struct frame *f);
/* The body is over at f; its verdict is awaited. */
void smtp_body_over(struct session *s, const struct frame *f, bool complete);

/* ---- smtp_verdict.c */
/* Will more replies follow for this end of a message (LMTP, PRDR)? Where the greeting was lost, a
 * reply may show that this is LMTP. */
bool smtp_verdict_goes_on(struct session *s, const struct pending *p, const struct reply *r);
void smtp_verdict(struct session *s, struct pending *p, const struct reply *r,
                  const struct frame *f);
void smtp_bdat_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f);
/* May more have been due than came: where replies were lost, only the client's going on tells. */
bool smtp_verdict_is_open(struct session *s, const struct pending *p);
/* Is it what servers say to BDAT, in words that count? */
bool smtp_tells_chunk(const struct reply *r);
/* Puts a final reply into the message: code, text, queue id, outcome. */
void smtp_verdict_fill(const struct session *s, struct transaction *t, const struct reply *r);
/* Tells the message; nothing more will be known of it. */
void smtp_message_tell(struct session *s, struct transaction *t);

/* ---- smtp_eod.c */
COLD void smtp_eod_ambiguous(struct session *s, const struct frame *f);
/* The receiver says f although the message is not over: had it ended for it? True: f is kept until
 * that is known. */
bool smtp_eod_answered(struct session *s, const struct frame *f);
bool smtp_eod_strict(struct session *s, const struct frame *f); /* false: nothing is open */
void smtp_eod_decide(struct session *s);
void smtp_eod_free(struct session *s);

/* ---- smtp_auth.c */
struct bytes smtp_auth_secret(struct bytes argument); /* the initial response in an AUTH command */
void smtp_auth_begin(struct session *s, const struct frame *f, struct pending *p);
bool smtp_auth_line(struct session *s, const struct frame *f); /* true: it was a response */
void smtp_auth_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f);

/* ---- smtp_hold.c */
bool smtp_server_seen(struct session *s);
bool smtp_client_seen(struct session *s);
/* The client's frame at hand: its direction waits (MODE_HOLD or MODE_PEEK by `w`). */
void smtp_wait(struct session *s, enum smtp_wait w);
/* The server's frame at hand: the client, on hold, waits for something else. */
void smtp_wait_on(struct session *s, enum smtp_wait w);
/* The server's frame at hand: the client goes on in that mode. */
void smtp_go_on(struct session *s, enum frame_mode mode, uint64_t count);
void smtp_choose(struct session *s, const struct frame *f); /* FRAME_PEEK, FRAME_STUCK */
void smtp_client_gap(struct session *s, const struct frame *f);
void smtp_server_gap(struct session *s);
/* Called before a reply is paired: it may tell what waiting bytes are. */
void smtp_before_reply(struct session *s, const struct reply *r);
void smtp_go_ahead_unasked(struct session *s, const struct reply *r, const struct frame *f);
void smtp_data_refused(struct session *s, struct transaction *t, const struct reply *r);
void smtp_early_verdict(struct session *s, const struct reply *r);
/* Nothing waits for this reply: does it answer a message whose end was lost? */
void smtp_end_lost(struct session *s, const struct reply *r);

/* ---- smtp_proxy.c */
#define PROXY_SIGNATURE_LINES 4 /* that of version 2 holds so many line ends */
bool smtp_proxy_line(struct session *s, const struct frame *f); /* true: it belongs to the header */
bool smtp_proxy_frame(struct session *s, const struct frame *f);
/* Blank lines taken for a header's beginning were none: tells them. */
void smtp_proxy_give_up(struct session *s);
void smtp_proxy_free(struct session *s);
/* Bytes of a PROXY header at the start of b; 0 none; SIZE_MAX: there may be one, more is needed. */
size_t smtp_proxy_length(struct bytes b);
/* A line that is told as a command (smtp_command.c), for lines that were kept back. */
void smtp_command_line(struct session *s, const struct frame *f);

/* ---- smtp_probe.c */
enum certainty smtp_probe(const struct opening *o, bool *flip);

#endif
