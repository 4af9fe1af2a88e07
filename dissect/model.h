/* The session model: what mailwire knows of a mail dialog, as every sink sees it.
 *
 * Events (event.h) carry pointers to these structs. All are owned by the session
 * that tells them and are read-only for sinks; text views live until the session
 * closes where they hang on session_info, until the message's EV_MESSAGE where they
 * hang on a message, and only for the call everywhere else. Texts are raw bytes
 * from the wire: a sink escapes and masks them where they leave (text.h, mask.h).
 * Times are ns since 1970; -1 means unknown.
 */
#ifndef MAILWIRE_DISSECT_MODEL_H
#define MAILWIRE_DISSECT_MODEL_H

#include "capture/base/bytes.h"
#include "capture/stream.h"

#define TIME_UNKNOWN ((int64_t)-1)

struct arena;
struct mime_message;

/* yes, no, or not seen */
enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

/* RFC 3463 enhanced status code; class 0 means none was given. */
struct enhanced {
    uint8_t class;
    uint16_t subject, detail;
};

/* A verb as a number, for switches: its first four letters, in which all that are told apart by
 * what they do differ. */
#define VERB_CODE(a, b, c, d)                                                                      \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static inline uint32_t verb_code(const char *verb)
{
    uint32_t code = 0;
    for (int i = 0, c = 1; i < 4; i++) {
        c = c != 0 ? verb[i] : 0;
        code = code << 8 | (uint8_t)c;
    }
    return code;
}

/* A command as the client (by role; TURN swaps roles) sent it. */
struct command {
    uint32_t number;       /* from 1 in the session; 0 for lines that are no commands (see flags) */
    enum dir dir;          /* who sent it */
    const char *verb;      /* canonical, upper case, static; "" for unknown words (see word) */
    struct bytes word;     /* the verb as sent */
    struct bytes argument; /* what follows it, trimmed at the front */
    struct bytes line;     /* the whole line without its end */
    struct bytes secret;   /* the part of line that is masked; empty when none */
    int64_t time;          /* of its first byte */
    uint64_t packet, last_packet; /* packets of its first and last byte */
    uint64_t skipped;             /* bytes of the line beyond limits.line_bytes */
    const char *state_before;     /* static */
    unsigned flags;               /* COMMAND_... */
};

#define COMMAND_UNKNOWN      0x01u  /* a word the protocol does not know */
#define COMMAND_DATA         0x02u  /* a line of an exchange (AUTH response), not a command */
#define COMMAND_END_OF_DATA  0x04u  /* pseudo command: the end of a message awaits its reply */
#define COMMAND_PIPELINED    0x08u  /* sent before the previous one was answered */
#define COMMAND_EARLY        0x10u  /* sent before the greeting */
#define COMMAND_OUT_OF_ORDER 0x20u  /* not allowed in state_before */
#define COMMAND_TORN         0x40u  /* bytes of the line are missing, or it never ended */
#define COMMAND_UNANSWERED   0x80u  /* set in EV_EXCHANGE when no reply was seen */
#define COMMAND_LF_ONLY      0x100u /* the line ended in a bare LF */

enum reply_status {
    REPLY_OK,       /* 2xx, +OK, "+", "#n", "=n" */
    REPLY_CONTINUE, /* 3xx, "+ " of SASL */
    REPLY_DEFER,    /* 4xx */
    REPLY_REFUSE,   /* 5xx, -ERR, "-" */
    REPLY_ODD,      /* none of these */
};

struct reply {
    enum dir dir; /* who sent it */
    enum reply_status status;
    uint16_t code; /* SMTP, LMTP; 0 where there is none */
    struct enhanced enhanced;
    struct bytes raw;       /* all its lines without line ends, joined by '\n' (see reply_text) */
    uint32_t lines;         /* lines seen; raw may hold fewer (limits.reply_bytes) */
    bool torn;              /* bytes are missing, or it never ended */
    uint64_t torn_lines;    /* which of the first 64 lines are not whole: bit n, line n */
    bool greeting;          /* the banner */
    bool unasked;           /* no command waited for it */
    bool intermediate;      /* the command still waits (334 of AUTH, 353 of PRDR) */
    struct bytes secret;    /* part of raw that is masked (a SASL challenge) */
    int64_t time, end_time; /* first and last byte */
    uint64_t packet, last_packet;
};

/* Command and reply, paired: told when the reply is complete, or at the end without one. */
struct exchange {
    const struct command *command;
    const struct reply *reply; /* NULL: no answer was seen */
    const char *state_after;   /* static */
    int64_t latency; /* ns from the command's last line to the reply's first byte, -1 unknown */
    uint32_t answer_lines; /* lines of a multi-line answer behind the status line (POP lists) */
};

enum recipient_fate { RCPT_UNKNOWN, RCPT_ACCEPTED, RCPT_REFUSED, RCPT_DEFERRED };

struct recipient {
    struct bytes address;     /* without brackets; p NULL: not seen whole */
    struct bytes parameters;  /* as sent */
    enum recipient_fate fate; /* by the reply to RCPT; then by final_code where there is one */
    uint16_t code;            /* reply to RCPT; 0 not seen */
    struct enhanced enhanced;
    struct bytes reply;  /* its text */
    uint16_t final_code; /* LMTP, PRDR: verdict after the data; 0 none */
    struct enhanced final_enhanced;
    struct bytes final_reply;
};

enum transfer {
    TRANSFER_DATA,
    TRANSFER_BDAT,
    TRANSFER_RETR,
    TRANSFER_TOP,
    TRANSFER_READ,
    TRANSFER_FETCH,
    TRANSFER_APPEND
};

enum outcome {
    OUTCOME_UNKNOWN,
    OUTCOME_ACCEPTED,
    OUTCOME_REJECTED,
    OUTCOME_DEFERRED,
    OUTCOME_RETRIEVED,
    OUTCOME_INCOMPLETE
};

/* Header fields that a summary needs, by the streaming scan (header.h): raw values, unfolded,
 * first occurrence; an absent field has p == NULL. */
enum header_field {
    HEADER_FROM,
    HEADER_SENDER,
    HEADER_REPLY_TO,
    HEADER_TO,
    HEADER_CC,
    HEADER_BCC,
    HEADER_SUBJECT,
    HEADER_MESSAGE_ID,
    HEADER_DATE,
    HEADER_CONTENT_TYPE,
    HEADER_X_MAILER,
    HEADER_USER_AGENT,
    HEADER_COUNT
};

#define DIGEST_SHA256 32

struct message {
    uint32_t number; /* from 1 in the session */
    enum dir dir;    /* who sends the mail's bytes */
    enum transfer transfer;
    enum outcome outcome;
    uint64_t bytes;         /* of the rebuilt message so far */
    uint64_t missing;       /* bytes lost inside it */
    int64_t time, end_time; /* first and last byte (the end mark) */
    int64_t wait;           /* ns from the end of data to the final reply, -1 unknown */
    uint64_t packet;
    uint32_t gaps;
    uint16_t code; /* the final reply; 0 not seen */
    struct enhanced enhanced;
    uint8_t sha256[DIGEST_SHA256];
    struct bytes reply;      /* its text */
    struct bytes queue_id;   /* read from the final reply, empty when none */
    const char *end_of_data; /* NULL: CRLF.CRLF (or counted); else the variant taken, "LF.LF" ... */

    /* Together: each live session has one of these, and holes between fields add up. */
    bool complete;          /* the transfer arrived whole */
    bool has_sha256;        /* engine_config.digests, and the body is over */
    bool eight_bit;         /* bytes above 0x7f in it (DATA) */
    bool has_envelope;      /* SMTP, LMTP: mail_from to recipient_total */
    bool has_declared;      /* declared_octets */
    bool has_lines;         /* lines: TOP */
    bool header_cut;        /* a header limit was reached */
    uint32_t header_fields; /* seen */

    struct bytes
        mail_from; /* without brackets; the null sender is empty; p NULL: MAIL not seen whole */
    struct bytes mail_parameters; /* as sent */
    struct recipient *recipients;
    uint32_t recipient_count; /* listed */
    uint32_t recipient_total; /* sent */

    uint64_t mailbox_number; /* POP message number, 0 none */
    struct bytes uid;        /* UIDL, empty when not seen */
    uint64_t declared_octets;
    uint64_t lines;

    struct bytes message_id;    /* of its header; empty when there is none */
    const struct bytes *header; /* by enum header_field, through message_header(); NULL while it is
                                   read, and where nobody hears of fields */

    const char *file; /* name the .eml exporter gave it; NULL none. Set with message_set_file */
    struct mime_message *mime; /* decoded whole (mime_parts.h), in EV_MESSAGE behind the mail
                                  scan; NULL where nobody asked for it */
    struct arena *arena;       /* of whoever made it: message_set_file keeps the name there */
    void *owner;               /* private to session_message.c; NULL for a message told again */
};

static inline struct bytes message_header(const struct message *m, enum header_field f)
{
    return m->header == NULL ? (struct bytes){NULL, 0} : m->header[f];
}

enum secret_kind { SECRET_NONE, SECRET_PASSWORD, SECRET_DIGEST, SECRET_TOKEN, SECRET_HASH };

struct credential {
    const char *mechanism; /* as in interface.md; static or in the session's arena */
    struct bytes user;     /* authentication identity */
    struct bytes authorization_id;
    struct bytes secret; /* in clear: sinks mask */
    enum secret_kind secret_kind;
    struct bytes challenge;    /* decoded: the server's, or the APOP timestamp */
    struct bytes domain, host; /* NTLM */
    enum tri success;          /* TRI_UNKNOWN: the answer was not seen */
    bool cancelled, malformed;
    bool lost;      /* malformed, for bytes of it were not captured */
    bool encrypted; /* seen inside TLS (decrypted); false: in clear */
    int64_t time;
    uint64_t packet;
    uint32_t command; /* number of the command that began it */
    enum dir dir;     /* who logs in */
};

enum tls_start { TLS_NONE, TLS_IMPLICIT, TLS_STARTTLS };

struct tls_info {
    enum tls_start start;
    bool established; /* both hellos were seen and application data or the finish came */
    uint16_t offered_version, version; /* 0x0303 ...; 0 not seen */
    uint16_t cipher;
    const char *cipher_name; /* IANA name, "" unknown; static */
    struct bytes server_name, alpn;
    struct bytes subject, issuer;  /* TLS 1.2 and older: of the server's certificate */
    int64_t not_before, not_after; /* TIME_UNKNOWN */
    bool self_signed;
    bool alert; /* a fatal alert was sent */
    uint8_t alert_code;
    enum dir alert_dir;
    uint64_t bytes[2]; /* by direction, from the ClientHello on */
    int64_t time;
};

/* POP mailbox as the dialog showed it. Numbers ascend; lists are bounded. */
struct mailbox {
    struct bytes name; /* user or folder */
    bool has_messages;
    uint64_t messages, octets; /* STAT, or the HELO/FOLD answer */
    const uint64_t *retrieved;
    const uint64_t *deleted; /* answered yes, not undone */
    uint32_t retrieved_count, deleted_count;
    enum tri committed; /* YES: QUIT in TRANSACTION answered +OK; NO: rolled back */
    bool quit_refused;  /* some are deleted and some are not, nobody knows which (RFC 1939 6) */
    const struct mailbox *before; /* the folder left for this one, if it was used; numbers are its
                                     own (RFC 937 FOLD) */
};

#define MAILBOX_FOLDERS 16 /* in such a chain, at most */

/* " (rolled back)" and so on; "" where nothing was deleted. */
const char *mailbox_fate(const struct mailbox *m);

enum session_end {
    END_OPEN,
    END_QUIT,
    END_FIN,
    END_RST,
    END_IDLE,
    END_REPLACED,
    END_TLS,
    END_CAPTURE,
    END_EVICTED
};

struct session_info {
    /* What is set now and then. */
    uint64_t number; /* from 1 in the order in which sessions began */
    char id[17];     /* 16 hex digits */
    bool midstream, one_sided;
    bool has_transaction; /* first_sender is set */
    bool truncated;       /* a limit cut kept text */
    int64_t start;
    uint64_t missing;     /* bytes lost in both directions */
    uint64_t unexplained; /* bytes passed without a reading (given up, not TLS) */
    uint32_t gaps;
    uint32_t conflicts;
    struct bytes client_name;                   /* HELO, EHLO, LHLO */
    struct bytes banner;                        /* first line of the greeting, code stripped */
    struct bytes capabilities;                  /* '\n' between them, as sent */
    struct bytes user;                          /* last successful login, else last tried */
    struct bytes first_sender, first_recipient; /* for the summary */
    const struct tls_info *tls;                 /* NULL: no TLS */
    const struct mailbox *mailbox;              /* NULL: not POP */

    /* What nearly every packet of the session wants, from flow on (session_fetch). */
    const struct flow_info
        *flow;            /* as captured; use end/count by `flip` through session_endpoint() */
    const char *protocol; /* "smtp", "lmtp", "pop2", "pop3"; static; may change once (lmtp) */
    const char *state;    /* static */
    int64_t last;
    struct bytes last_reply; /* last reply that matters (not to QUIT), first line, as sent */
    uint32_t commands, messages;
    uint32_t notes; /* findings told */
    enum session_end end;
    enum tri login; /* outcome of the last login */
    enum outcome first_outcome;
    uint16_t last_code;
    bool last_negative;
    uint8_t worst;      /* highest severity of the findings, enum severity; 0 none */
    bool flip;          /* flow's end[FROM_SERVER] is the session's client */
    bool roles_swapped; /* TURN, ATRN: commands now come from the server's end */
};

/* Endpoint and counters of the session's client (FROM_CLIENT) or server. */
static inline const struct endpoint *session_endpoint(const struct session_info *s, enum dir d)
{
    return &s->flow->end[s->flip ? dir_other(d) : d];
}

static inline const struct flow_count *session_count(const struct session_info *s, enum dir d)
{
    return &s->flow->count[s->flip ? dir_other(d) : d];
}

/* Totals of the run, for the last record and -T stats. */
struct capture_totals {
    uint64_t packets, bytes; /* read; bytes as captured */
    uint64_t dropped;        /* by libpcap or the interface (live) */
    uint64_t ignored;        /* not TCP over IP, or not wanted */
    uint64_t malformed;      /* headers that lie or are cut */
    uint64_t bad_checksums;
    uint64_t connections; /* TCP connections that were answered or spoke */
    uint64_t silent;      /* of them, on which nothing was said */
    uint64_t half_open;   /* SYNs nobody answered */
    uint64_t evicted;     /* flows that gave way to the memory limit */
    uint64_t sessions, messages, credentials, findings;
    int64_t first, last;        /* capture time span, -1 without packets */
    uint32_t first_file;        /* capture file of its first packet */
    uint64_t unexplained_bytes; /* mail bytes that no frame explained */
};

/* Did nothing but a refusal come of it: no message, no mailbox, not even a login? */
bool session_only_refused(const struct session_info *s);

/* Was the whole message asked for? fetchmail does so by "TOP n 99999999". */
bool message_is_whole(const struct message *m);

/* Names as in interface.md. */
const char *transfer_name(enum transfer t);
const char *outcome_name(enum outcome o);
const char *session_end_name(enum session_end e);
const char *secret_kind_name(enum secret_kind k);

/* The text of a reply without codes, lines joined by '\n', appended to out (a struct buf). */
struct buf;
void reply_text(const struct reply *r, struct buf *out);

#endif
