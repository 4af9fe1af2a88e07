#include "ui/dialog_tell.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define SLICE_BYTES (64u << 10)

/* A message between its BEGIN and its MESSAGE. */
struct told_body {
    struct told_body *next;
    uint32_t number;
    bool ended, opened;
    uint64_t at;   /* bytes told */
    uint64_t lost; /* told as a gap, since they can not be read any more */
    struct body_ref ref;
    struct body_reader reader;
};

struct telling {
    const struct dialog_teller *teller;
    struct dialog_walk *walk;
    struct sink *to;
    struct told_body *bodies;
    bool lost;
    uint8_t *slice;
};

/* ---- bodies ---- */

static struct told_body *body_of(struct telling *t, uint32_t number)
{
    struct told_body **at = &t->bodies;
    while (*at != NULL && (*at)->number != number) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        struct told_body *b = *at = xcalloc(1, sizeof *b);
        const struct dialog_teller *teller = t->teller;
        b->number = number;
        b->opened = teller->spool != NULL && teller->body(teller->arg, number, &b->ref) &&
                    b->ref.pieces > 0 &&
                    spool_body_open(teller->spool, &b->ref, &b->reader) == SPOOL_OK;
    }
    return *at;
}

static void free_body(struct telling *t, struct told_body *b)
{
    struct told_body **at = &t->bodies;
    while (*at != b) {
        at = &(*at)->next;
    }
    *at = b->next;
    if (b->opened) {
        spool_body_close(&b->reader);
    }
    free(b);
}

static void tell_slice(struct telling *t, const struct event *like, struct message *m,
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
    sink_event(t->to, &e);
}

/* The body up to `until`; what can not be read any more becomes a gap. */
static void tell_body(struct telling *t, const struct event *like, struct message *m,
                      struct told_body *b, uint64_t until)
{
    while (b->opened && b->at < until) {
        size_t n = until - b->at < SLICE_BYTES ? (size_t)(until - b->at) : SLICE_BYTES;
        size_t got = 0;
        if (spool_body_read(&b->reader, b->at, t->slice, n, &got) != SPOOL_OK || got == 0) {
            break;
        }
        tell_slice(t, like, m, bytes_make(t->slice, got), 0);
        b->at += got;
    }
    if (b->at < until && !t->teller->no_bodies) {
        tell_slice(t, like, m, (struct bytes){NULL, 0}, until - b->at);
        b->lost += until - b->at;
        t->lost = true;
    }
    b->at = until > b->at ? until : b->at;
}

/* What was lost on the way here is no less missing than what the capture lost. */
static void account_losses(struct message *m, const struct told_body *b)
{
    if (b->lost > 0) {
        m->bytes -= b->lost < m->bytes ? b->lost : m->bytes;
        m->missing += b->lost;
        m->gaps++;
        m->complete = m->has_sha256 = false;
    }
}

/* ---- messages ---- */

static void tell_gap(struct telling *t, const struct event *e)
{
    struct message *m = e->u.body.message;
    uint64_t missing = m->missing;
    uint32_t gaps = m->gaps;
    tell_body(t, e, m, body_of(t, m->number), t->walk->body_at);
    m->missing = missing + e->u.body.count;
    m->gaps = gaps + 1;
    sink_event(t->to, e);
}

/* END, MESSAGE. The body is told before the first of them. */
static void tell_end(struct telling *t, const struct event *e)
{
    struct message *m = e->u.message;
    struct told_body *b = body_of(t, m->number);
    if (!b->ended) {
        uint64_t all = m->bytes, missing = m->missing;
        uint32_t gaps = m->gaps;
        m->bytes = b->at;
        tell_body(t, e, m, b, all);
        m->bytes = all;
        m->missing = missing;
        m->gaps = gaps;
        b->ended = true;
    }
    account_losses(m, b);
    sink_event(t->to, e);
    if (e->kind == EV_MESSAGE) {
        free_body(t, b);
    }
}

/* END, if it was not told yet, and MESSAGE for facts that do not change in between. */
static void tell_both_ends(struct telling *t, struct message *m, struct told_body *b)
{
    struct event e = {.kind = EV_MESSAGE_END,
                      .dir = m->dir,
                      .time = m->end_time,
                      .packet = m->packet,
                      .session = &t->walk->info,
                      .latency = TIME_UNKNOWN,
                      .u.message = m};
    if (!b->ended) {
        tell_end(t, &e);
        b->lost = 0; /* accounted for in m */
    }
    e.kind = EV_MESSAGE;
    tell_end(t, &e); /* frees b */
}

/* Messages that have begun and whose end is not known: their sinks must hear of an end. */
static void end_open_messages(struct telling *t)
{
    const struct dialog_teller *teller = t->teller;
    while (t->bodies != NULL) {
        struct told_body *b = t->bodies;
        struct message_room room;
        struct bytes packed;
        message_room_init(&room);
        if (teller->message != NULL && teller->message(teller->arg, b->number, &packed) &&
            unpack_message(packed, t->walk->atoms, t->walk->base, &room)) {
            struct message *m = &room.message;
            m->complete = false;
            m->bytes = b->ref.bytes > m->bytes ? b->ref.bytes : m->bytes;
            m->outcome = m->outcome == OUTCOME_UNKNOWN ? OUTCOME_INCOMPLETE : m->outcome;
            tell_both_ends(t, m, b);
        } else {
            free_body(t, b);
        }
        message_room_done(&room);
    }
}

/* ---- sessions ---- */

static void tell_event(struct telling *t, const struct event *e)
{
    switch (e->kind) {
    case EV_MESSAGE_CUT: /* the body was cut where it is kept */
        break;
    case EV_MESSAGE_GAP:
        tell_gap(t, e);
        break;
    case EV_MESSAGE_END:
    case EV_MESSAGE:
        tell_end(t, e);
        break;
    default:
        sink_event(t->to, e);
        break;
    }
}

static void tell_plain(struct telling *t, enum event_kind kind, int64_t time)
{
    struct event e = {.kind = kind,
                      .time = time,
                      .packet = t->walk->base.packet,
                      .session = &t->walk->info,
                      .latency = TIME_UNKNOWN};
    sink_event(t->to, &e);
}

static void close_session(struct telling *t)
{
    end_open_messages(t);
    walk_know_all(t->walk);
    tell_plain(t, EV_CLOSE, t->walk->info.last);
}

enum told dialog_tell(const struct dialog_teller *teller, struct dialog_walk *w, struct sink *to)
{
    struct telling t = {.teller = teller, .walk = w, .to = to, .slice = xmalloc(SLICE_BYTES)};
    const struct event *e;
    bool closed = false;
    while ((e = walk_next(w)) != NULL) {
        if (e->kind == EV_MESSAGE_BEGIN) {
            body_of(&t, e->u.message->number);
        } else if (e->kind == EV_CLOSE) {
            closed = true;
            end_open_messages(&t);
        }
        tell_event(&t, e);
    }
    if (!closed) {
        close_session(&t);
    }
    free(t.slice);
    return t.lost ? TOLD_BODIES_LOST : TOLD_WHOLE;
}

/* ---- facts alone ---- */

static void tell_message_alone(struct telling *t, struct bytes packed)
{
    struct message_room room;
    message_room_init(&room);
    if (unpack_message(packed, t->walk->atoms, t->walk->base, &room)) {
        struct message *m = &room.message;
        uint64_t all = m->bytes;
        struct event e = {.kind = EV_MESSAGE_BEGIN,
                          .dir = m->dir,
                          .time = m->time,
                          .packet = m->packet,
                          .session = &t->walk->info,
                          .latency = TIME_UNKNOWN,
                          .u.message = m};
        m->bytes = 0;
        sink_event(t->to, &e);
        m->bytes = all;
        tell_both_ends(t, m, body_of(t, m->number));
    }
    message_room_done(&room);
}

enum told dialog_tell_facts(const struct dialog_teller *teller, struct dialog_walk *w,
                            const struct dialog_facts *f, struct sink *to)
{
    struct telling t = {.teller = teller, .walk = w, .to = to, .slice = xmalloc(SLICE_BYTES)};
    struct credential c;
    struct bytes packed;
    struct note n;
    tell_plain(&t, EV_OPEN, w->info.start);
    walk_know_texts(w);
    for (uint32_t i = 0; i < f->credentials && f->credential(teller->arg, i, &c); i++) {
        struct event e = {.kind = EV_CREDENTIAL,
                          .dir = c.dir,
                          .time = c.time,
                          .packet = c.packet,
                          .session = &w->info,
                          .latency = TIME_UNKNOWN,
                          .u.credential = &c};
        sink_event(to, &e);
    }
    for (uint32_t i = 0; i < f->messages && f->message(teller->arg, i, &packed); i++) {
        tell_message_alone(&t, packed);
    }
    for (uint32_t i = 0; i < f->findings && f->finding(teller->arg, i, &n); i++) {
        struct event e = {.kind = EV_NOTE,
                          .dir = n.dir,
                          .time = n.time,
                          .packet = n.packet,
                          .session = &w->info,
                          .latency = TIME_UNKNOWN,
                          .u.note = &n};
        sink_event(to, &e);
    }
    close_session(&t);
    free(t.slice);
    return t.lost ? TOLD_BODIES_LOST : TOLD_WHOLE;
}
