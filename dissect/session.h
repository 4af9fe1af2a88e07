/* One mail connection: two framers, one protocol, one arena; and what a protocol may do with them.
 *
 * The engine pushes stream data in (session_data ...); the session cuts it into
 * frames and hands each to its protocol, which answers by the calls below: it
 * sets framing, opens commands, pairs replies, tells facts. Every fact leaves as
 * an event to the one sink given at session_open.
 *
 * Two rules keep results independent of packet cuts: a protocol changes the
 * framing of the frame's own direction with session_want, of the other direction
 * with session_release and only while that one is on hold (else it is ignored);
 * and a released direction is drained before anything else.
 *
 * `dir` is always client or server by connection (flip applied); after TURN or
 * ATRN session_commander() tells which of them commands.
 */
#ifndef MAILWIRE_DISSECT_SESSION_H
#define MAILWIRE_DISSECT_SESSION_H

#include "capture/base/arena.h"
#include "dissect/event.h"
#include "dissect/framer.h"
#include "dissect/pending.h"

struct session;

/* ---- for the engine ---- */

struct protocol;

struct session_config {
    const struct limits *limits;
    bool digests;      /* compute SHA-256 of messages */
    bool bodies;       /* somebody wants EV_MESSAGE_DATA */
    bool no_headers;   /* nobody hears of header fields: only Message-ID is read, for findings */
    bool show_secrets; /* texts told without saying where a secret lies in them are not masked */
    struct pool *pool; /* for the parts of sessions, or NULL */
};

/* `to` and `config` are borrowed and outlive the session; flow lives until session_close. */
struct session *session_open(const struct protocol *p, const struct session_config *config,
                             struct sink *to, const struct flow_info *flow, bool flip,
                             uint64_t number, const char id[static 17]);
/* With many sessions alive none of it is near, and data needs it all over: fetched at once, not one
 * part after the other. */
void session_fetch(const struct session *s);
/* When it is there: the bodies being read, the message, the command to answer. */
void session_fetch_parts(const struct session *s);
void session_data(struct session *s, enum dir dir, const struct chunk *c);
COLD void session_gap(struct session *s, enum dir dir, const struct gap *g);
COLD void session_stream_note(struct session *s, const struct stream_note *n);
/* One direction is over (FIN). */
void session_fin(struct session *s, enum dir dir, int64_t time);
/* Ends the session: drains, tells what is open, emits EV_CLOSE, frees, nulls. */
void session_close(struct session **s, enum stream_close how, int64_t time);
/* Bytes held, for memory accounting. */
size_t session_held(struct session *s);
/* TLS from the first byte (implicit): told by the engine before any data. */
COLD void session_implicit_tls(struct session *s);

/* ---- for protocols ---- */

/* What both sides said first, for protocol detection. Views hold the first limits.detect_bytes. */
struct opening {
    struct bytes said[2]; /* by dir as the flow has it now */
    bool seen[2];         /* was any packet of that direction captured? */
    bool ended;           /* the connection is over: nothing more will come */
    int first;            /* direction that spoke first, -1 none */
    bool midstream;
    bool port_hint; /* a port of this protocol is involved */
};

enum certainty {
    CERTAIN_NO,    /* not this protocol */
    CERTAIN_MAYBE, /* more input may tell; with port_hint and `ended` it counts as yes */
    CERTAIN_YES,
};

struct protocol {
    const char *name;          /* "smtp" */
    const char *label;         /* "SMTP" */
    const uint16_t *ports;     /* plain, 0-terminated: hints only */
    const uint16_t *tls_ports; /* implicit TLS, 0-terminated */
    const char *alpn;          /* registered ALPN id of implicit TLS, or NULL */
    size_t state_size;         /* of the protocol's own state, zeroed at the start */
    const char *first_state;   /* "CONNECT" */
    const char *tls_state;     /* "TLS" */
    const char *login_state;   /* what the client says in it may be a password, whatever it says */
    enum dir greeter;          /* who speaks first: FROM_SERVER for all mail protocols */
    enum certainty (*probe)(const struct opening *o, bool *flip);
    void (*begin)(struct session *s);
    void (*frame)(struct session *s, const struct frame *f);
    void (*close)(struct session *s,
                  enum stream_close how); /* before the rest is told; may be NULL */
    void (*resumed)(struct session *s);   /* clear text follows session_start_tls; may be NULL */
    void (*done)(struct session *s); /* frees what the state owns beyond the arena; may be NULL */
    /* p gets no answer (the end, limits.pending_commands, session_answered without a reply): told
     * just before its EV_EXCHANGE, the last chance to use p->exchange; may be NULL */
    void (*unanswered)(struct session *s, struct pending *p);
    /* Something is retained and no more may be waited for (limits.eod_bytes, the end): must call
     * session_replay. Needed by who calls session_retain. */
    void (*decide)(struct session *s);
    /* Bytes the state holds beyond itself and the arena, for memory accounting; may be NULL */
    size_t (*held)(struct session *s);
};

void *session_state(struct session *s);
struct session_info *session_info(struct session *s); /* the protocol fills in what it knows */
const struct limits *session_limits(const struct session *s);
/* Where its parts come from (capture/base/pool.h); may be NULL. */
struct pool *session_pool(const struct session *s);
/* Copies into the session's arena; sets info->truncated when cut. */
struct bytes session_keep(struct session *s, struct bytes b);

/* -- roles */
enum dir session_commander(const struct session *s); /* who sends commands now */
COLD void session_swap_roles(struct session *s);     /* TURN, ATRN */

/* -- framing */
void session_want(struct session *s, enum frame_mode mode, uint64_t count);
bool session_release(struct session *s, enum dir dir, enum frame_mode mode, uint64_t count);
bool session_on_hold(const struct session *s, enum dir dir);
/* Where bytes were lost, and only there: the other direction reads on in that mode from the point
 * it reached, though it is not on hold. */
COLD void session_divert(struct session *s, enum dir dir, enum frame_mode mode, uint64_t count);
/* Reads what a direction just released has waiting, now: the frame at hand answers it. */
void session_drain(struct session *s, enum dir dir);
struct framer *session_framer(struct session *s, enum dir dir);
/* Bytes a direction on hold has waiting. */
struct bytes session_waiting(struct session *s, enum dir dir);

/* -- state machine: one setter, told as EV_STATE when it changes or is illegal */
void session_set_state(struct session *s, const char *to, const struct frame *cause, bool legal);
const char *session_get_state(const struct session *s);

/* -- commands and replies
 * session_command makes a command of a line frame, tells EV_COMMAND and queues it for its reply
 * (unless COMMAND_DATA). c->number, state_before, times and COMMAND_PIPELINED/EARLY are filled in
 * here; the protocol fills verb, word, argument, secret, other flags. Returns the queued entry
 * (valid until it is answered), or NULL for COMMAND_DATA. */
struct pending *session_command(struct session *s, const struct frame *f, struct command *c,
                                uint16_t tag, uint64_t number);
/* Queues the pseudo command whose reply is the verdict on a message's data. */
struct pending *session_await_verdict(struct session *s, const struct frame *f, struct message *m,
                                      uint16_t tag);
/* The oldest command not answered, or NULL. */
struct pending *session_oldest(struct session *s);
/* Tells EV_REPLY for r, paired with p (NULL: unasked). Fills latency, and secret where r repeats
 * one of the session's. */
void session_reply(struct session *s, struct reply *r, const struct pending *p);
/* Tells EV_EXCHANGE (state_after is the state now) and drops the oldest command. r may be NULL. */
void session_answered(struct session *s, const struct reply *r, uint32_t answer_lines);
/* Tells EV_LINE: one line of a multi-line answer. */
void session_line(struct session *s, const struct frame *f);

/* -- secrets (secrets.h). What a command has as c->secret and a credential as its own is known to
 * the session by that; what an exchange has said so far is told here. */
void session_secret(struct session *s, struct bytes secret);
/* text as it may be told where no `secret` goes with it: itself, or a masked copy in *room, which
 * is initialised here and must be given to buf_done. */
struct buf;
struct bytes session_masked(const struct session *s, struct bytes text, struct buf *room);
/* The same as a copy in that arena. */
struct bytes session_masked_copy(const struct session *s, struct bytes text, struct arena *arena);

/* -- messages (see message.h for what hangs on one) */
struct message *session_message_begin(struct session *s, enum transfer t, enum dir dir,
                                      const struct frame *f);
void session_message_data(struct session *s, struct message *m, const struct frame *f);
COLD void session_message_gap(struct session *s, struct message *m, const struct frame *f);
/* The body is over; complete: its end was seen and nothing is missing. */
void session_message_end(struct session *s, struct message *m, const struct frame *f,
                         bool complete);
/* Keeps the hash state at this point of the body, for session_message_cut. False beyond
 * limits.eod_candidates. */
COLD bool session_message_checkpoint(struct session *s, struct message *m, uint64_t body_offset);
/* Goes back to a checkpoint: the message ends at body_offset. */
COLD void session_message_cut(struct session *s, struct message *m, uint64_t body_offset);
/* The verdict: outcome, reply fields and `wait` are set by the caller; tells EV_MESSAGE and frees
 * m. */
void session_message_verdict(struct session *s, struct message **m);
struct arena *session_message_arena(struct message *m);

/* -- other facts */
void session_credential(struct session *s, const struct credential *c);
COLD void session_note(struct session *s, enum note_id id, struct bytes evidence,
                       const struct frame *f);
/* sequence-error: what the client said, and the rule it breaks. */
COLD void session_note_order(struct session *s, struct bytes said, const char *rule,
                             const struct frame *f);
/* TLS begins: called in the frame of the positive reply to STARTTLS/STLS, while the client is on
 * hold. From here the session itself does all that both protocols need (session_tls.c): it looks
 * whether a handshake follows, sets protocol->tls_state, reads the handshake, tells EV_TLS; bytes
 * in clear before the handshake are told as command or response injection; where no handshake
 * follows (decrypted captures, refused by the peer) both directions go on as lines, after
 * protocol->resumed (if any). */
void session_start_tls(struct session *s);
/* Clear text goes on after an agreed STARTTLS: the capture was decrypted. For credential.encrypted.
 */
bool session_encrypted(const struct session *s);
/* This is not our protocol after all (limits.unknown_commands): both directions go opaque. */
COLD void session_give_up(struct session *s);

/* -- the receiver's reading of an ambiguous end of data (session_retain.c)
 * session_retain, in a FRAME_AMBIGUOUS: from `offset` of `dir` on what comes is kept, while dir is
 * read on to its strict end; the other side is kept unread. session_retain_all, at the strict end,
 * whose end_offset is given: dir is kept unread too. Both end with session_replay, in any frame or
 * in protocol->decide: what was kept plays in the order in which it came, the other side's and, of
 * dir, as lines, what lies from `offset` on. REPLAY_UNREAD: only what was not read; dir goes on
 * where it is. */
#define REPLAY_UNREAD UINT64_MAX
void session_retain(struct session *s, enum dir dir, uint64_t offset);
void session_retain_all(struct session *s, uint64_t offset);
/* A line of the other side, being read, is kept too: it came behind that end. */
COLD void session_retain_line(struct session *s, const struct frame *f);
bool session_retaining(const struct session *s);
/* What was kept of a direction so far, in one piece and without gaps; valid until the next call. */
struct bytes session_retained(struct session *s, enum dir dir);
void session_replay(struct session *s, uint64_t offset);

/* ---- for sinks that judge (judge.h): findings over what the session told ---- */

/* Tells n as a finding of that session (bounded and counted as its own are). Not from inside
 * EV_CAPTURE. */
void session_judge(const struct session_info *info, struct note *n);
/* 64 bits of the judge's own for that session, zero at the start. */
uint64_t *session_marks(const struct session_info *info);
/* Does it read decrypted text behind an agreed STARTTLS? */
bool session_is_encrypted(const struct session_info *info);

#endif
