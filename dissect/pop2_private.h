/* The inside of the POP2 dissector, shared by the pop2*.c files only (RFC 937).
 *
 * pop2.c        commands: the client's side, the login, the session
 * pop2_reply.c  replies and messages: the server's side
 * pop2_probe.c  detection
 *
 * A message is exactly as many bytes as "=n" announced, sent when RETR asks for
 * them, without any mark. So the server's direction is on hold from "=n" until the
 * next command shows whether those bytes or another reply follow.
 */
#ifndef MAILWIRE_DISSECT_POP2_PRIVATE_H
#define MAILWIRE_DISSECT_POP2_PRIVATE_H

#include "dissect/mailbox.h"
#include "dissect/session.h"

enum pop2_tag {
    POP2_UNKNOWN,
    POP2_HELO,
    POP2_FOLD,
    POP2_READ,
    POP2_RETR,
    POP2_ACKS,
    POP2_ACKD,
    POP2_NACK,
    POP2_QUIT,
};

/* The server's states in which a command is allowed. */
#define IN_AUTH 0x1u
#define IN_MBOX 0x2u
#define IN_ITEM 0x4u
#define IN_NEXT 0x8u

struct pop2_verb {
    const char *name;
    uint8_t tag;
    uint8_t allowed;
    char answer;       /* first byte of a positive answer; 0: a message */
    const char *state; /* the server's, when it was answered so; NULL: depends */
};

struct pop2 {
    struct mailbox_book box;
    struct message *message; /* being sent */
    uint64_t current;        /* number of the message that READ selected */
    uint64_t size;           /* announced for it */
    bool has_current;        /* current is known */
    bool has_size;           /* "=n" was seen, RETR not yet answered */
    bool by_line;            /* a message of unknown size: its announcement was lost */
    bool headless;           /* its beginning was not captured */
    bool at_start; /* the capture begins here, and what the server says is not understood yet */
    bool greeted;
    bool lost;         /* replies are missing since the oldest command was sent */
    bool replies_lost; /* at some time */
    bool unsure;       /* something was lost, or the start: the state is a guess */
    bool client_lost;  /* commands may be missing */
    bool pipelines;    /* the client does not wait for answers */
    bool after_mail;   /* a message has just ended: text here would be more of it */
    uint32_t unknown_row;
};

extern const char pop2_lstn[], pop2_auth[], pop2_mbox[], pop2_item[], pop2_next[], pop2_done[];

struct pop2 *pop2_of(struct session *s);
const struct pop2_verb *pop2_verb_find(struct bytes word);
const struct pop2_verb *pop2_verb_of(const struct pending *p);
bool pop2_seen(struct session *s, enum dir dir);
/* Tells the credential of a HELO. */
void pop2_login(struct session *s, const struct pending *p, enum tri success);
void pop2_drop_pending(struct session *s);
/* Does this line have the form of a reply? */
bool pop2_is_reply(struct bytes line);
void pop2_server_frame(struct session *s, const struct frame *f);
/* The first command of a capture that begins in the middle: tells what the server said before. */
void pop2_start_over(struct session *s, enum pop2_tag first);
/* The message being sent is over. */
void pop2_end_mail(struct session *s, const struct frame *f, bool whole);

enum certainty pop2_probe(const struct opening *o, bool *flip);

#endif
