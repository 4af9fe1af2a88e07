/* What the viewer knows: sessions, their dialogs, messages, logins, findings; and how to tell
 * them again.
 *
 * It lives on the viewer's thread alone. Batches from the relay go in (store_take),
 * views read. Nothing hands out pointers to keep: a view holds a struct store_ref
 * (or store_item) and asks again; one whose session went away answers nothing.
 * What a call fills in is valid until the next store_take, store_trim or
 * store_forget.
 *
 * Memory has a ceiling (limits.viewer_memory). At it the oldest closed sessions
 * lose their dialog first (the newest dialogs keep a quarter of the room), then
 * the oldest closed ones go; marked sessions after all others; of open ones the
 * dialog is cut last of all. One session may take an eighth. Counters tell all of
 * it. Message bodies are in the spool, not here.
 */
#ifndef MAILWIRE_UI_STORE_H
#define MAILWIRE_UI_STORE_H

#include "dissect/event.h"
#include "ui/event_pack.h"
#include "ui/export/geo.h"
#include "ui/filter.h"
#include "ui/relay.h"
#include "ui/spool.h"
#include "ui/store_stats.h"

struct store;

/* A session. Compare with store_ref_equal; all zero is none. */
struct store_ref {
    uint32_t slot;
    uint32_t generation; /* from 1 */
};

static inline bool store_ref_equal(struct store_ref a, struct store_ref b)
{
    return a.slot == b.slot && a.generation == b.generation;
}

static inline bool store_ref_none(struct store_ref r)
{
    return r.generation == 0;
}

/* A message, login or finding: the index-th of its session (from 0). In the list of sessions
 * index is 0. */
struct store_item {
    struct store_ref session;
    uint32_t index;
};

struct store_config {
    const struct limits *limits;
    const struct atoms *atoms; /* relay_atoms() */
    const struct spool *spool; /* may be NULL: no bodies */
    struct geo *geo;           /* may be NULL; for filters and statistics */
    const char *(*file_name)(void *arg, uint32_t file); /* of capture files; may be NULL */
    void *file_name_arg;
    /* Decodes a message for the filter fields parts, ctype, fname, body; may be NULL. */
    void (*parts)(void *arg, struct bytes raw,
                  void (*part)(void *part_arg, const struct filter_part *p), void *part_arg);
    void *parts_arg;
};

/* All borrowed. */
struct store *store_new(const struct store_config *c);
void store_free(struct store **s);

/* Takes a batch of records in; fits relay_drain. arg: the store. */
void store_take(void *arg, struct bytes batch);

/* ---- sessions ---- */

#define STORE_OPEN        0x01u /* not closed yet: facts are those of the last snapshot */
#define STORE_MARKED      0x02u
#define STORE_NO_DIALOG   0x04u /* its dialog was let go (memory) */
#define STORE_DIALOG_CUT  0x08u /* too large: only the first part of its dialog was kept */
#define STORE_PIPELINED   0x10u /* commands were sent ahead of their answers */
#define STORE_REFUSED     0x20u /* a reply 4xx, 5xx, -ERR was seen */
#define STORE_TLS_OFFERED 0x40u /* STARTTLS or STLS stood among the capabilities */
#define STORE_HAS_GAPS    0x80u

/* One session; everything of it, when the dialog is still there, else without capabilities,
 * mailbox lists and certificate names, and with long texts cut. */
struct store_session {
    struct store_ref ref;
    uint64_t number;
    unsigned flags;                           /* STORE_... */
    struct session_info info;                 /* with flow, tls, mailbox behind its pointers */
    struct session_room *room;                /* the store's own; see there */
    int64_t slowest;                          /* slowest reply, ns, -1 unknown */
    uint32_t messages, credentials, findings; /* items held for this session */
};

/* False when it is gone. full: with what stands in its extra part (for the session's own screen);
 * rows of lists need it not. The result points into one of a few rooms of the store, used in
 * turn: at least the four latest results stay valid. */
bool store_session(const struct store *s, struct store_ref ref, bool full,
                   struct store_session *out);
bool store_alive(const struct store *s, struct store_ref ref);
/* Without unpacking: 0 / no flags when gone. */
uint64_t store_number(const struct store *s, struct store_ref ref);
unsigned store_flags(const struct store *s, struct store_ref ref);
/* By session number, O(1). None when not held. */
struct store_ref store_by_number(const struct store *s, uint64_t number);

void store_mark(struct store *s, struct store_ref ref, bool on);
/* Takes a session out for good (its number is not used again). What still comes of it is dropped.
 */
void store_forget(struct store *s, struct store_ref ref);

/* ---- lists ---- */

enum store_list { LIST_SESSIONS, LIST_MESSAGES, LIST_CREDENTIALS, LIST_FINDINGS, LIST_COUNT };

/* Each list in order of arrival, new items at the end. Items of sessions that went stay until
 * the list is packed (then list_epoch grows and indices have moved): check with store_alive.
 * Findings over several sessions have no session: ref none. */
size_t store_list_size(const struct store *s, enum store_list l);
/* Those whose session is held. */
uint64_t store_list_held(const struct store *s, enum store_list l);
struct store_item store_list_item(const struct store *s, enum store_list l, size_t i);
uint64_t store_list_epoch(const struct store *s, enum store_list l);

/* Sessions that are new, changed or went since *cursor (start with 0). False: nothing more.
 * *lost is set when too much changed to tell each: look at all again. */
bool store_changed(const struct store *s, uint64_t *cursor, struct store_ref *out, bool *lost);

/* ---- messages, logins, findings ---- */

/* The message as known now; recipients included. False when gone. Room is the caller's
 * (message_room_init / _done); views point into the store. body may be NULL. */
bool store_message(const struct store *s, struct store_item item, struct message_room *out,
                   struct body_ref *body);
bool store_credential(const struct store *s, struct store_item item, struct credential *out);
/* ids: room for the session ids of a finding over several sessions, or NULL. */
bool store_finding(const struct store *s, struct store_item item, struct note *out,
                   struct arena *ids);

/* Reading a body; false when nothing of it is kept. Close with spool_body_close. */
bool store_body_open(const struct store *s, struct store_item message, struct body_reader *out);

/* ---- the dialog of a session ---- */

/* Reads its events one after the other: OPEN, ... CLOSE (when it came). Reopen after store_take
 * with store_dialog_again: reading goes on where it stood, and new events follow. Records that are
 * no events are skipped. */
struct store_dialog;

struct store_dialog *store_dialog_open(const struct store *s, struct store_ref ref);
/* NULL at the (present) end. Valid until the next call. EV_MESSAGE_DATA does not come here. */
const struct event *store_dialog_next(struct store_dialog *d);
/* Where the event last given stands; store_dialog_at reads it again (an EV_EXCHANGE then comes
 * with numbers only). */
size_t store_dialog_place(const struct store_dialog *d);
const struct event *store_dialog_at(struct store_dialog *d, size_t place);
/* False when the session or its dialog is gone. */
bool store_dialog_again(struct store_dialog *d);
void store_dialog_close(struct store_dialog **d);

/* ---- telling a session again ---- */

enum replay_result {
    REPLAY_WHOLE,
    REPLAY_BODIES_GONE, /* bytes of message bodies were let go: told as gaps, messages incomplete */
    REPLAY_CUT,         /* only the first part of the dialog was kept, then EV_CLOSE */
    REPLAY_NO_DIALOG,   /* only EV_OPEN, messages with their bodies, and EV_CLOSE were told */
    REPLAY_GONE,        /* no such session: nothing was told */
};

/* Tells all events of a session to a sink, as the dissectors did, bodies included. An open session
 * ends with its last snapshot as EV_CLOSE (end: END_OPEN). */
enum replay_result store_replay(struct store *s, struct store_ref ref, struct sink *to);
/* The run's totals as EV_CAPTURE, counting only what was replayed is the caller's business. */
void store_replay_capture(const struct store *s, struct sink *to);

/* ---- groups: logins of one account and secret, findings of one kind ---- */

enum store_grouping {
    GROUP_LOGIN,   /* protocol, mechanism, user, secret, outcome, TLS */
    GROUP_ACCOUNT, /* protocol, user */
    GROUP_FINDING, /* rule */
};

struct store_group {
    struct store_item first; /* the first item added: what the row shows */
    struct store_item last;
    uint32_t count, sessions;
    uint32_t secrets; /* GROUP_ACCOUNT: different secrets */
    uint32_t succeeded, failed;
    int64_t first_time, last_time;
    uint8_t severity;         /* GROUP_FINDING: highest */
    uint32_t client_sessions; /* items of the most frequent client (an estimate), and who it is */
    struct endpoint top_client;
    uint8_t top_client_version; /* 4, 6; 0 unknown */
};

/* Adds up those items that a view wants to show; it may hold any number of groups. */
struct store_groups;

struct store_groups *store_groups_new(enum store_grouping by);
void store_groups_add(struct store_groups *g, const struct store *s, struct store_item item);
size_t store_groups_count(const struct store_groups *g);
const struct store_group *store_groups_at(const struct store_groups *g,
                                          size_t i); /* in order of first */
void store_groups_clear(struct store_groups *g);
void store_groups_free(struct store_groups **g);

/* ---- filters, figures ---- */

/* The subject of a filter for a session or one of its items; room is the caller's, at rest all
 * zero, freed with store_subject_done; one room serves any number of subjects in turn. */
struct store_subject {
    struct filter_subject subject;
    struct filter_source source;
    const struct store *store;
    struct store_session session;
    struct store_dialog *dialog;
    struct message_room message;
    bool message_ready;
    struct credential credential;
    struct note note;
    struct buf body;
    /* The text of the shown columns for bare words; NULL: the columns of -T sessions. */
    bool (*shown)(void *arg, const struct store_session *session, struct buf *out);
    void *shown_arg;
};

/* False when it is gone. focus: the item's list (LIST_SESSIONS: the whole session). */
bool store_subject(const struct store *s, enum store_list focus, struct store_item item,
                   struct store_subject *room);
void store_subject_done(struct store_subject *room);

/* Of all closed sessions. For shown ones: stats_new(), store_stats_add() for each, in slices. */
const struct stats *store_stats(const struct store *s);
/* False when the session is gone. Its latencies and replies are counted when the dialog is there.
 */
bool store_stats_add(const struct store *s, struct store_ref ref, struct stats *to);

struct store_counters {
    uint64_t sessions, open, marked, messages, credentials, findings; /* held */
    uint64_t sessions_seen;                                           /* ever */
    uint64_t dialogs_let_go;  /* closed sessions whose dialog went, summary kept */
    uint64_t dialogs_cut;     /* sessions with only a part of their dialog */
    uint64_t sessions_let_go; /* gone whole for want of memory */
    uint64_t forgotten;       /* gone because the person asked */
    int64_t oldest_dialog;    /* start time of the oldest session with a dialog, -1 none */
    uint64_t used, ceiling;   /* bytes */
    int64_t now;              /* latest capture time seen, -1 none */
    bool full;                /* something was let go */
};

struct store_counters store_counters(const struct store *s);
/* Sets the ceiling (":mem 1G"); lets go at once what is above it. */
void store_set_ceiling(struct store *s, uint64_t bytes);
/* Lets go in small steps until below the ceiling; store_take calls it. */
void store_trim(struct store *s);

/* What the capture side told last; progress.totals.packets 0 at first. */
const struct relay_progress *store_progress(const struct store *s);
/* The next sentence from the capture side since *cursor (start with 0), or NULL. The latest 64
 * are kept. */
const char *store_saying(const struct store *s, uint64_t *cursor);

#endif
