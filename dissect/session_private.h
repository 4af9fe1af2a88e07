/* The inside of a session, shared by the session_*.c files only. */
#ifndef MAILWIRE_DISSECT_SESSION_PRIVATE_H
#define MAILWIRE_DISSECT_SESSION_PRIVATE_H

#include "dissect/digest.h"
#include "dissect/header.h"
#include "dissect/secrets.h"
#include "dissect/session.h"
#include "dissect/tls.h"

struct session_tls;    /* session_tls.c: from the agreed STARTTLS on */
struct session_retain; /* session_retain.c: bytes kept for a second reading */

/* Kept hash states at ambiguous ends of data (session_message_cut). */
struct checkpoint {
    uint64_t body_offset;
    struct digest *digest; /* NULL without digests */
};

/* A message and what only session_message.c needs of it; m comes first. */
struct message_body {
    struct message m;
    struct message_body *next; /* in the session's list */
    struct arena arena;
    struct digest *digest;
    struct header_scan *scan; /* until the header is over */
    struct checkpoint *checkpoints;
    uint32_t checkpoint_count;
    bool over;     /* session_message_end was called */
    uint64_t skip; /* bytes to pass silently after a cut: none */
};

struct session {
    struct session_info info;
    struct framer framer[2];
    const struct protocol *protocol;
    const struct session_config *config;
    struct sink *to;
    struct pending_queue pending;
    struct arena arena;
    struct message_body *messages; /* not yet told by EV_MESSAGE */
    struct secrets *secrets;       /* said so far; NULL none */
    struct session_tls *tls;
    struct session_retain *retain; /* being kept */
    struct session_retain *replay; /* to be played, the next one first */
    uint64_t last_packet;
    uint64_t marks; /* the judge's */
    uint8_t ready;  /* directions with input not yet drained: bit per enum dir */
    uint8_t prefer; /* of them, the one released last */
    bool pumping, greeted, closing;
    uint8_t current;     /* enum dir of the frame being handled */
    max_align_t state[]; /* the protocol's */
};

void session_emit(struct session *s, struct event *e);
/* Nobody hears it: then it need not be made. */
static inline bool session_tells(const struct session *s, enum event_kind kind)
{
    return sink_hears(s->to, kind);
}
/* Drains what is ready: released directions first. */
void session_pump(struct session *s, enum dir dir);

/* session_tls.c */
bool session_tls_wants(const struct session *s,
                       enum dir dir); /* frames of dir go to the TLS reader */
void session_tls_frame(struct session *s, const struct frame *f);
void session_tls_input(struct session *s, enum dir dir); /* after a push: look for the handshake */
/* over: the connection is, not just the capture. */
void session_tls_close(struct session *s, bool over);
void session_tls_free(struct session *s);
size_t session_tls_held(const struct session *s);

/* session_message.c */
void session_messages_close(struct session *s, int64_t time);
size_t session_messages_held(const struct session *s);

/* Straight into the framer, and drained. */
void session_read(struct session *s, enum dir dir, const struct chunk *c);
COLD void session_read_gap(struct session *s, enum dir dir, const struct gap *g);
void session_read_fin(struct session *s, enum dir dir, int64_t time);

/* session_retain.c: kept where something is kept, else read. session_settle plays what waits. */
COLD void session_take_data(struct session *s, enum dir dir, const struct chunk *c);
COLD void session_take_gap(struct session *s, enum dir dir, const struct gap *g);
void session_take_fin(struct session *s, enum dir dir, int64_t time);
void session_settle(struct session *s);
void session_retain_close(struct session *s); /* nothing more will come: decided and played */
void session_retain_free(struct session *s);
size_t session_retain_held(const struct session *s);

#endif
