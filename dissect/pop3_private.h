/* The inside of the POP3 dissector, shared by the pop3*.c files only.
 *
 * pop3.c        commands: the client's side, states
 * pop3_login.c  USER/PASS, APOP, AUTH
 * pop3_reply.c  replies: pairing, and what each answer means
 * pop3_body.c   multi-line answers: lists and messages, also with holes in them
 * pop3_probe.c  detection
 */
#ifndef MAILWIRE_DISSECT_POP3_PRIVATE_H
#define MAILWIRE_DISSECT_POP3_PRIVATE_H

#include "dissect/auth.h"
#include "dissect/mailbox.h"
#include "dissect/session.h"

enum pop3_tag {
    POP3_UNKNOWN,
    POP3_USER,
    POP3_PASS,
    POP3_APOP,
    POP3_AUTH,
    POP3_RPOP,
    POP3_STLS,
    POP3_CAPA,
    POP3_STAT,
    POP3_LIST,
    POP3_UIDL,
    POP3_RETR,
    POP3_TOP,
    POP3_DELE,
    POP3_RSET,
    POP3_LAST,
    POP3_NOOP,
    POP3_QUIT,
    POP3_XTND,
    POP3_LANG,
    POP3_OTHER, /* known, and nothing follows from it */
};

/* How a positive answer goes on behind its status line. */
enum pop3_shape { SHAPE_LINE, SHAPE_LIST, SHAPE_MAIL };

/* States in which a command is allowed (RFC 1939 4, 5). */
#define IN_AUTHORIZATION 0x1u
#define IN_TRANSACTION   0x2u
#define IN_BOTH          (IN_AUTHORIZATION | IN_TRANSACTION)

struct pop3_verb {
    const char *name;
    uint8_t tag; /* enum pop3_tag */
    uint8_t allowed;
    uint8_t bare;     /* enum pop3_shape without an argument */
    uint8_t argument; /* and with one */
};

/* A multi-line answer in progress. */
struct pop3_open {
    struct message *message;  /* SHAPE_MAIL */
    struct buf *capabilities; /* CAPA */
    uint64_t octets;          /* LIST: their sum */
    uint64_t number;          /* message number, 0 unknown */
    int64_t time, end_time;   /* of the status line */
    uint64_t packet, last_packet;
    uint32_t line_n;  /* its length; 0: it was lost */
    uint32_t command; /* number of the command answered; 0: unasked */
    uint32_t lines;   /* of the answer behind it */
    uint8_t tag, shape;
    bool torn;      /* the status line is */
    bool gapped;    /* bytes are missing: read line by line, its end may be lost */
    uint8_t line[]; /* the status line */
};

struct pop3 {
    struct mailbox_book box;
    struct pop3_open *open;
    struct auth *auth;     /* AUTH exchange in progress */
    uint32_t auth_command; /* its command */
    uint32_t user_n;
    uint32_t unknown_row; /* unknown commands refused, one behind the other */
    uint64_t lost_bytes;  /* size of the latest hole in the replies */
    uint8_t *user;        /* of the last USER answered, until the login is; NULL none */
    bool blind;           /* the client's direction is not held although an exchange is open */
    bool loose_payload;   /* a login is due, or was refused: what is no command may be a secret */
    bool dangling;        /* an exchange was told before its end was seen */
    bool greeted;
    bool lost;         /* replies are missing since the oldest command was sent */
    bool replies_lost; /* at some time */
    bool heard;        /* since the client's last line: something of the server, or a hole */
    bool group_cut;    /* commands of a group were lost: whose the replies are is not clear */
    bool start_cut;    /* ... or may have been, before the capture began or where both sides have a
                          hole */
    bool start_over;   /* since then a command came */
    bool first_waits;  /* the answer to the first command captured, until it is clear that it is one
                        */
    bool unsure;       /* something was lost, or the start: the state is a guess */
    bool client_lost;  /* commands may be missing */
    bool reset_lost;   /* ... among them perhaps a RSET, behind deletions */
    bool pipelines;    /* the client does not wait for answers */
    bool cut_command;  /* the last command line broke off at a hole */
    bool quit;         /* QUIT was sent ... */
    bool updated;      /* ... and answered yes in TRANSACTION */
};

extern const char pop3_connect[], pop3_authorization[], pop3_transaction[], pop3_update[];

struct pop3 *pop3_of(struct session *s);
const struct pop3_verb *pop3_verb_find(struct bytes word);
enum pop3_shape pop3_shape(const struct pending *p);
/* Was any packet of that side captured? */
bool pop3_seen(struct session *s, enum dir dir);
void pop3_enter_transaction(struct session *s, const struct frame *cause);
/* Keeps the name of a USER command for its PASS. */
void pop3_set_user(struct pop3 *st, const struct command *c);
/* The part of a known command's argument that is masked. */
struct bytes pop3_secret(enum pop3_tag tag, struct bytes argument);
/* Tells the credential of a USER/PASS, APOP or AUTH command. */
void pop3_login(struct session *s, const struct pending *p, enum tri success);
/* The AUTH command p begins an exchange: the client's direction waits for each challenge. */
void pop3_auth_begin(struct session *s, const struct pending *p);
/* A line of the exchange in progress; and one behind an exchange that was told without its end. */
void pop3_auth_line(struct session *s, const struct frame *f);
void pop3_auth_rest(struct session *s, const struct frame *f);
/* No answer can be told for the commands still waiting. */
void pop3_drop_pending(struct session *s);
/* A frame of the server's direction. */
void pop3_server_frame(struct session *s, const struct frame *f);

/* The status of a reply line: REPLY_OK, REPLY_REFUSE, REPLY_ODD ("+x", "-x"); false when it is no
 * status line at all. *text is what follows the word. */
bool pop3_status(struct bytes line, enum reply_status *status, struct bytes *text);
/* One server line that stands outside a multi-line answer. */
void pop3_reply_line(struct session *s, const struct frame *f);

/* The client goes on, or no more may be waited for: was what the server said the answer to the
 * first command captured, or to those before it? */
void pop3_first_over(struct session *s);

/* Opens a multi-line answer to p (NULL: unasked) behind its status line r (NULL: lost) and sets
 * the framing of the server's direction. */
void pop3_open_begin(struct session *s, const struct pending *p, const struct reply *r,
                     enum pop3_shape shape, const struct frame *f);
void pop3_open_frame(struct session *s, const struct frame *f);
/* Ends it: ended tells that its end mark was seen. */
void pop3_open_end(struct session *s, const struct frame *f, bool ended);
void pop3_open_free(struct session *s);

enum certainty pop3_probe(const struct opening *o, bool *flip);

#endif
