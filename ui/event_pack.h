/* Events as bytes: deep copies of what the dissectors tell, to be kept, moved and read again.
 *
 * An event borrows everything it points to. Whoever needs it later (the relay to
 * the viewer's thread, the store, the filter that holds a session back) packs it
 * into a record: a few bytes of numbers and the texts, nothing but the session's
 * time and packet as base, so records can be copied, written to a file and read
 * back in the same process. Reading is bounded by the record and never trusts it.
 *
 * Layout of a record: kind (1 byte), length (varint), body. In a batch, which mixes
 * sessions, each stands behind the session's number (varint, 0: none).
 *
 * What is not packed: the bytes of EV_MESSAGE_DATA (they go to the spool; a
 * RECORD_BODY tells where), and the command and reply that an EV_EXCHANGE repeats
 * when both stand in earlier records of the session (a reader puts them back).
 */
#ifndef MAILWIRE_UI_EVENT_PACK_H
#define MAILWIRE_UI_EVENT_PACK_H

#include "capture/base/arena.h"
#include "capture/base/buf.h"
#include "dissect/event.h"
#include "ui/spool.h"

/* Static strings (verbs, state names) travel as small numbers. Written by the packing side only;
 * a reader may use every number that reached it. */
#define ATOMS_MOST 1000

struct atoms {
    const char *text[ATOMS_MOST];
    uint16_t count;
    uint16_t slot[2048]; /* hash of the pointer → index + 1; packing side only */
};

void atoms_init(struct atoms *a);

/* Kinds of records: the events under their own numbers, then these. */
enum record_kind {
    RECORD_SESSION = EV_COUNT, /* snapshot of session_info (also the body of OPEN and CLOSE) */
    RECORD_EXTRA,              /* the part of a snapshot that a summary does not need */
    RECORD_BODY,               /* message number → where its bytes are in the spool */
    RECORD_PROGRESS,           /* how far the capture got */
    RECORD_SAYING,             /* a sentence from the capture side for the person */
    RECORD_KINDS
};

struct record {
    enum record_kind kind;
    uint64_t session; /* in a batch: its number */
    struct bytes body;
    struct bytes whole; /* kind, length and body: what is copied to keep it */
};

/* Cuts the next record off *rest; false at the end or when the bytes are no record. */
bool record_next(struct bytes *rest, struct record *out); /* kept records */
bool record_next_in_batch(struct bytes *rest, struct record *out);

/* What times and packet numbers count from: the session's start. */
struct pack_base {
    int64_t time;
    uint64_t packet;
};

struct pack_base pack_base_of(const struct session_info *s);

/* What the packing side remembers of one session: whether an exchange may be told in short. */
struct pack_session {
    uint32_t commands;   /* highest command number packed */
    uint32_t reply_code; /* the last reply packed; with its hash: 0 when none */
    uint64_t reply_hash;
    int64_t reply_time;
};

/* Appends one record for e to out (kind, length, body; no session number). EV_OPEN and EV_CLOSE
 * become snapshots. EV_MESSAGE_DATA must not come here. at: EV_MESSAGE_GAP's place in the body. */
void pack_event(struct buf *out, struct atoms *atoms, struct pack_session *ps,
                const struct event *e, uint64_t at);
/* A snapshot record of kind OPEN, CLOSE or RECORD_SESSION: the core, then, with `extra`, the rest
 * (in RECORD_SESSION without the lists of a mailbox). */
void pack_snapshot(struct buf *out, struct atoms *atoms, enum record_kind kind,
                   const struct event *e, bool extra);
/* A record of any kind around a body that is packed already. */
void pack_record(struct buf *out, enum record_kind kind, struct bytes body);
void pack_body_ref(struct buf *out, uint32_t message, const struct body_ref *ref);
/* A message alone, without a record around it; brief: without what a list row does not need, long
 * texts cut; atoms may then be NULL. */
void pack_message(struct buf *out, struct atoms *atoms, const struct message *m,
                  struct pack_base base, bool brief);
/* A message event's record that only names the message: its facts are kept elsewhere. */
void pack_message_mark(struct buf *out, const struct record *from);
/* The session number in front of a record of a batch. */
void pack_number(struct buf *out, uint64_t session);

/* ---- reading ---- */

/* Room for a session as it was when its snapshot was taken. Views point into the record. */
struct session_room {
    struct session_info info;
    struct flow_info flow;
    struct tls_info tls;
    struct mailbox mailbox, before[MAILBOX_FOLDERS];
    struct buf lists; /* mailbox numbers; empty until needed */
};

void session_room_init(struct session_room *r);
void session_room_done(struct session_room *r);
/* Reads a snapshot's core; then, when there is one, its extra part. False when damaged. */
bool unpack_core(struct bytes core, const struct atoms *atoms, struct session_room *out);
bool unpack_extra(struct bytes extra, const struct atoms *atoms, struct session_room *io);
/* Splits the body of OPEN, CLOSE or RECORD_SESSION. */
bool unpack_snapshot(struct bytes body, struct bytes *core, struct bytes *extra);
/* The message a MESSAGE_... or RECORD_BODY record is about, and its packed facts (empty in a mark).
 */
bool unpack_message_number(const struct record *r, uint32_t *number, struct bytes *packed);
bool unpack_body_ref(struct bytes body, uint32_t *message, struct body_ref *ref);

/* One message unpacked; the recipients' array is in `lists`. */
struct message_room {
    struct message message;
    struct buf lists;
    struct arena arena; /* of the file name, see message_set_file */
};

void message_room_init(struct message_room *r);
void message_room_done(struct message_room *r);
bool unpack_message(struct bytes body, const struct atoms *atoms, struct pack_base base,
                    struct message_room *out);

/* Reads the records of one session in their order and gives events. Everything an event points
 * to is valid until the next call on the reader, and while the records' bytes stay. */
struct event_reader;

struct event_reader_config {
    const struct atoms *atoms;
    /* The packed facts of a message whose records are marks; may be NULL. */
    bool (*message)(void *arg, uint32_t number, struct bytes *packed);
    void *arg;
};

struct event_reader *event_reader_new(const struct event_reader_config *c);
void event_reader_free(struct event_reader **r);
/* Starts (again) with the session whose facts stand in `session` (borrowed; what the dialog tells
 * step by step, as its state and user, is kept up to date in it while reading; NULL: records
 * without a session). All records lie in `records`, however long. */
void event_reader_begin(struct event_reader *r, struct session_info *session, struct pack_base base,
                        struct bytes records);
/* The same records stand at another place now, perhaps with more behind them. */
void event_reader_moved(struct event_reader *r, struct bytes records);
/* The event of a record; NULL when the record is no event (snapshot, body) or is damaged.
 * at: for EV_MESSAGE_GAP, its place in the body (may be NULL). */
const struct event *event_reader_read(struct event_reader *r, const struct record *rec,
                                      uint64_t *at);
/* Reads a record out of order: an EV_EXCHANGE then has only the number of its command. */
const struct event *event_reader_peek(struct event_reader *r, const struct record *rec);

#endif
