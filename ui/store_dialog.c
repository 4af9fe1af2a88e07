/* Reading a session's dialog, and telling it again. */
#include "ui/store_private.h"

#include <stdlib.h>

#define SLICE_BYTES (64u << 10)

struct store_dialog {
    const struct store *store;
    struct store_ref ref;
    struct event_reader *reader;
    struct session_room room;  /* all that is known in the end */
    struct session_info info;  /* as it was at the event last given */
    struct bytes records;
    size_t at, place, last;    /* last: where the last event begins, or SIZE_MAX */
    uint64_t body_at;          /* of the last EV_MESSAGE_GAP */
    struct pack_base base;
    bool gone;
};

/* ---- reading ----------------------------------------------------------------------------- */

static bool packed_message(void *arg, uint32_t number, struct bytes *packed)
{
    const struct store_dialog *d = arg;
    const struct entry *e = entry_of(d->store, d->ref);
    for (uint32_t i = 0; e != NULL && e->facts != NULL && i < e->facts->message_count; i++) {
        const struct held_message *m = &e->facts->messages[i];
        if (m->number == number) {
            *packed = bytes_make(m->packed, m->bytes);
            return true;
        }
    }
    return false;
}

struct store_dialog *store_dialog_new(const struct store *s)
{
    struct store_dialog *d = xcalloc(1, sizeof *d);
    struct event_reader_config c = {.atoms = s->config.atoms, .message = packed_message, .arg = d};
    d->store = s;
    d->reader = event_reader_new(&c);
    session_room_init(&d->room);
    return d;
}

/* In the beginning nothing is known but who speaks with whom. */
static void forget_all(struct store_dialog *d, const char *state)
{
    const struct session_info *all = &d->room.info;
    d->info = (struct session_info){.number = all->number, .flow = all->flow, .flip = all->flip,
                                    .protocol = all->protocol, .state = state,
                                    .start = all->start, .last = all->start,
                                    .midstream = all->midstream};
    memcpy(d->info.id, all->id, sizeof d->info.id);
}

/* From the second event on: the texts as known in the end, the counters as they were. */
static void know_texts(struct store_dialog *d)
{
    struct session_info now = d->info;
    d->info = d->room.info;
    d->info.state = now.state;
    d->info.end = END_OPEN;
    d->info.commands = now.commands;
    d->info.messages = now.messages;
    d->info.notes = now.notes;
    d->info.worst = now.worst;
    d->info.last_code = now.last_code;
    d->info.last_negative = now.last_negative;
    d->info.tls = now.tls;
}

/* The state before the first transition, so that EV_OPEN shows the right one. */
static const char *first_state(const struct store_dialog *d)
{
    struct bytes rest = d->records;
    struct record r;
    while (record_next(&rest, &r)) {
        if ((int)r.kind == EV_STATE) {
            struct get g = get_from(r.body);
            struct event head;
            get_head(&g, d->base, &head);
            const char *from = get_atom(&g, d->store->config.atoms);
            return from != NULL && !g.bad ? from : "";
        }
    }
    return d->room.info.state;
}

void store_dialog_begin(struct store_dialog *d, const struct store *s, const struct entry *e)
{
    d->store = s;
    d->ref = ref_of(e);
    d->base = base_of(e);
    d->records = bytes_make(e->dialog, e->dialog_bytes);
    d->at = d->place = 0;
    d->last = SIZE_MAX;
    d->gone = false;
    entry_unpack(s, e, true, &d->room);
    forget_all(d, first_state(d));
    event_reader_begin(d->reader, &d->info, d->base, d->records);
}

struct store_dialog *store_dialog_open(const struct store *s, struct store_ref ref)
{
    const struct entry *e = entry_of(s, ref);
    if (e == NULL || (e->flags & STORE_NO_DIALOG)) {
        return NULL;
    }
    struct store_dialog *d = store_dialog_new(s);
    store_dialog_begin(d, s, e);
    return d;
}

void store_dialog_close(struct store_dialog **dp)
{
    struct store_dialog *d = *dp;
    if (d != NULL) {
        event_reader_free(&d->reader);
        session_room_done(&d->room);
        free(d);
        *dp = NULL;
    }
}

static void before_event(struct store_dialog *d, const struct record *r)
{
    if (d->last != SIZE_MAX) {
        know_texts(d);
    }
    if ((int)r->kind == EV_CLOSE) {
        d->info = d->room.info;
    }
}

const struct event *store_dialog_next(struct store_dialog *d)
{
    while (!d->gone && d->at < d->records.n) {
        struct bytes rest = bytes_from(d->records, d->at);
        struct record r;
        if (!record_next(&rest, &r)) {
            return NULL;
        }
        size_t place = d->at;
        d->at = d->records.n - rest.n;
        before_event(d, &r);
        const struct event *e = event_reader_read(d->reader, &r, &d->body_at);
        if (e != NULL) {
            d->place = d->last = place;
            return e;
        }
    }
    return NULL;
}

size_t store_dialog_place(const struct store_dialog *d)
{
    return d->place;
}

const struct event *store_dialog_at(struct store_dialog *d, size_t place)
{
    struct bytes rest = bytes_from(d->records, place);
    struct record r;
    return !d->gone && record_next(&rest, &r) ? event_reader_peek(d->reader, &r) : NULL;
}

bool store_dialog_again(struct store_dialog *d)
{
    const struct entry *e = entry_of(d->store, d->ref);
    if (e == NULL || (e->flags & STORE_NO_DIALOG)) {
        d->gone = true;
        return false;
    }
    d->records = bytes_make(e->dialog, e->dialog_bytes);
    event_reader_moved(d->reader, d->records);
    entry_unpack(d->store, e, true, &d->room);
    know_texts(d);
    return true;
}

/* ---- telling again --------------------------------------------------------------------------- */

/* A message between its BEGIN and its MESSAGE. */
struct told_body {
    struct told_body *next;
    uint32_t number;
    bool ended, opened;
    uint64_t at;      /* bytes told */
    uint64_t lost;    /* let go or never kept: told as a gap */
    struct body_ref ref;
    struct body_reader reader;
};

struct replay {
    struct store *store;
    struct store_dialog *dialog;
    struct sink *to;
    struct told_body *bodies;
    bool lost;
    uint8_t *slice;
};

static struct held_message *held_of(const struct replay *p, uint32_t number)
{
    struct entry *e = entry_of(p->store, p->dialog->ref);
    for (uint32_t i = 0; e != NULL && e->facts != NULL && i < e->facts->message_count; i++) {
        if (e->facts->messages[i].number == number) {
            return &e->facts->messages[i];
        }
    }
    return NULL;
}

static struct told_body *body_of(struct replay *p, uint32_t number)
{
    struct told_body **at = &p->bodies;
    while (*at != NULL && (*at)->number != number) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        struct told_body *b = *at = xcalloc(1, sizeof *b);
        const struct held_message *m = held_of(p, number);
        b->number = number;
        b->ref = m != NULL ? m->body : (struct body_ref){0};
        b->opened = p->store->config.spool != NULL && b->ref.pieces > 0 &&
                    spool_body_open(p->store->config.spool, &b->ref, &b->reader) == SPOOL_OK;
    }
    return *at;
}

static void free_body(struct replay *p, struct told_body *b)
{
    struct told_body **at = &p->bodies;
    while (*at != b) {
        at = &(*at)->next;
    }
    *at = b->next;
    if (b->opened) {
        spool_body_close(&b->reader);
    }
    free(b);
}

static void tell_bytes(struct replay *p, const struct event *like, struct message *m,
                       struct bytes data, uint64_t lost)
{
    struct event e = *like;
    e.kind = lost > 0 ? EV_MESSAGE_GAP : EV_MESSAGE_DATA;
    m->bytes += data.n;
    m->missing += lost;
    m->gaps += lost > 0;
    e.u.body.message = m;
    e.u.body.data = data;
    e.u.body.count = lost;
    sink_event(p->to, &e);
}

/* The body up to `until`; what can not be read any more becomes a gap. */
static void tell_body(struct replay *p, const struct event *like, struct message *m,
                      struct told_body *b, uint64_t until)
{
    while (b->opened && b->at < until) {
        size_t n = until - b->at < SLICE_BYTES ? (size_t)(until - b->at) : SLICE_BYTES;
        size_t got = 0;
        if (spool_body_read(&b->reader, b->at, p->slice, n, &got) != SPOOL_OK || got == 0) {
            break;
        }
        tell_bytes(p, like, m, bytes_make(p->slice, got), 0);
        b->at += got;
    }
    if (b->at < until) {
        tell_bytes(p, like, m, (struct bytes){NULL, 0}, until - b->at);
        b->lost += until - b->at;
        b->at = until;
        p->lost = true;
    }
}

/* What was lost on the way to this replay is no less missing than what the capture lost. */
static void account_losses(struct message *m, const struct told_body *b)
{
    if (b->lost > 0) {
        m->bytes -= b->lost < m->bytes ? b->lost : m->bytes;
        m->missing += b->lost;
        m->complete = m->has_sha256 = false;
    }
}

static void tell_message_event(struct replay *p, const struct event *e)
{
    struct message *m = e->kind == EV_MESSAGE_GAP ? e->u.body.message : e->u.message;
    struct told_body *b = body_of(p, m->number);
    if (e->kind == EV_MESSAGE_GAP) {
        uint64_t missing = m->missing;
        tell_body(p, e, m, b, p->dialog->body_at);
        m->missing = missing + e->u.body.count;
        sink_event(p->to, e);
        return;
    }
    if (e->kind == EV_MESSAGE_END || (e->kind == EV_MESSAGE && !b->ended)) {
        uint64_t all = m->bytes, missing = m->missing;
        uint32_t gaps = m->gaps;
        m->bytes = b->at;
        tell_body(p, e, m, b, all);
        m->bytes = all;
        m->missing = missing;
        m->gaps = gaps;
        b->ended = true;
    }
    account_losses(m, b);
    sink_event(p->to, e);
    if (e->kind == EV_MESSAGE) {
        free_body(p, b);
    }
}

static void tell_event(struct replay *p, const struct event *e)
{
    switch (e->kind) {
    case EV_MESSAGE_CUT: /* the spooled body was cut already */
        break;
    case EV_MESSAGE_GAP:
    case EV_MESSAGE_END:
    case EV_MESSAGE:
        tell_message_event(p, e);
        break;
    default:
        sink_event(p->to, e);
        break;
    }
}

/* Messages that have begun and whose end is not known: their sinks must hear of an end. */
static void end_open_messages(struct replay *p)
{
    struct message_room room;
    message_room_init(&room);
    while (p->bodies != NULL) {
        struct told_body *b = p->bodies;
        const struct held_message *h = held_of(p, b->number);
        if (h != NULL && unpack_message(bytes_make(h->packed, h->bytes), p->store->config.atoms,
                                        p->dialog->base, &room)) {
            struct message *m = &room.message;
            struct event e = {.kind = EV_MESSAGE_END, .dir = m->dir, .time = m->end_time,
                              .packet = m->packet, .session = &p->dialog->info, .u.message = m};
            m->complete = false;
            if (!b->ended) {
                m->bytes = b->ref.bytes > m->bytes ? b->ref.bytes : m->bytes;
                tell_message_event(p, &e);
                b->lost = 0; /* accounted for in m */
            }
            m->outcome = m->outcome == OUTCOME_UNKNOWN ? OUTCOME_INCOMPLETE : m->outcome;
            e.kind = EV_MESSAGE;
            tell_message_event(p, &e); /* frees b */
        } else {
            free_body(p, b);
        }
    }
    message_room_done(&room);
}

static void tell_plain(struct replay *p, enum event_kind kind, int64_t time, uint64_t packet)
{
    struct event e = {.kind = kind, .time = time, .packet = packet,
                      .session = &p->dialog->info, .latency = TIME_UNKNOWN};
    sink_event(p->to, &e);
}

static void tell_bare_message(struct replay *p, const struct held_message *h)
{
    struct message_room room;
    message_room_init(&room);
    unpack_message(bytes_make(h->packed, h->bytes), p->store->config.atoms, p->dialog->base,
                   &room);
    struct message *m = &room.message;
    uint64_t all = m->bytes;
    struct event e = {.kind = EV_MESSAGE_BEGIN, .dir = m->dir, .time = m->time,
                      .packet = m->packet, .session = &p->dialog->info, .u.message = m};
    m->bytes = 0;
    sink_event(p->to, &e);
    m->bytes = all;
    e.kind = EV_MESSAGE_END;
    tell_message_event(p, &e);
    body_of(p, m->number)->lost = 0; /* accounted for in m */
    e.kind = EV_MESSAGE;
    tell_message_event(p, &e);
    message_room_done(&room);
}

/* Without its dialog a session still has messages, logins and findings. */
static void tell_facts(struct replay *p, const struct entry *e)
{
    const struct facts *f = e->facts;
    for (uint32_t i = 0; f != NULL && i < f->credential_count; i++) {
        struct credential c;
        store_credential(p->store, (struct store_item){ref_of(e), i}, &c);
        struct event event = {.kind = EV_CREDENTIAL, .dir = c.dir, .time = c.time,
                              .packet = c.packet, .session = &p->dialog->info,
                              .u.credential = &c};
        sink_event(p->to, &event);
    }
    for (uint32_t i = 0; f != NULL && i < f->message_count; i++) {
        tell_bare_message(p, &f->messages[i]);
    }
    for (uint32_t i = 0; f != NULL && i < f->finding_count; i++) {
        struct note n;
        store_finding(p->store, (struct store_item){ref_of(e), i}, &n, NULL);
        struct event event = {.kind = EV_NOTE, .dir = n.dir, .time = n.time, .packet = n.packet,
                              .session = &p->dialog->info, .u.note = &n};
        sink_event(p->to, &event);
    }
}

static enum replay_result replay_bare(struct replay *p, const struct entry *e)
{
    tell_plain(p, EV_OPEN, e->start, e->first_packet);
    know_texts(p->dialog);
    tell_facts(p, e);
    p->dialog->info = p->dialog->room.info;
    tell_plain(p, EV_CLOSE, p->dialog->info.last, e->first_packet);
    return REPLAY_NO_DIALOG;
}

static enum replay_result replay_dialog(struct replay *p, const struct entry *e)
{
    const struct event *event;
    bool closed = false;
    while ((event = store_dialog_next(p->dialog)) != NULL) {
        if (event->kind == EV_MESSAGE_BEGIN) {
            body_of(p, event->u.message->number);
        } else if (event->kind == EV_CLOSE) {
            closed = true;
            end_open_messages(p);
        }
        tell_event(p, event);
    }
    if (!closed) {
        end_open_messages(p);
        p->dialog->info = p->dialog->room.info;
        tell_plain(p, EV_CLOSE, p->dialog->info.last, e->first_packet);
    }
    return e->flags & STORE_DIALOG_CUT ? REPLAY_CUT : p->lost ? REPLAY_BODIES_GONE : REPLAY_WHOLE;
}

enum replay_result store_replay(struct store *s, struct store_ref ref, struct sink *to)
{
    const struct entry *e = entry_of(s, ref);
    if (e == NULL) {
        return REPLAY_GONE;
    }
    struct replay p = {.store = s, .dialog = store_dialog_new(s), .to = to,
                       .slice = xmalloc(SLICE_BYTES)};
    store_dialog_begin(p.dialog, s, e);
    enum replay_result result = e->flags & STORE_NO_DIALOG ? replay_bare(&p, e)
                                                           : replay_dialog(&p, e);
    store_dialog_close(&p.dialog);
    free(p.slice);
    return result;
}

void store_replay_capture(const struct store *s, struct sink *to)
{
    struct event e = {.kind = EV_CAPTURE, .time = s->progress.totals.last,
                      .u.totals = &s->progress.totals};
    sink_event(to, &e);
}
