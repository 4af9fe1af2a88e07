#include "ui/filter_sink.h"

#include "capture/base/map.h"
#include "ui/dialog_tell.h"

#include <stdlib.h>

#define MEMORY_MOST (256u << 20)
#define COPY_BYTES  (64u << 10)

/* Records of a session that were moved to the spool. */
struct spilled {
    uint64_t place, bytes;
};

/* A message's body: being written, then at rest. */
struct held_body {
    uint32_t number;
    bool ended;
    struct body_writer writer;
    struct body_ref ref;
};

/* A session that is not closed yet. */
struct held {
    struct map_node node; /* first */
    struct held *older, *newer;
    uint64_t number;
    uint64_t since; /* nothing of it stands before this place of the spool */
    struct pack_session pack;
    struct buf records;
    struct spilled *spilled;
    size_t spilled_count;
    struct held_body *bodies;
    size_t body_count;
    int64_t slowest;
    bool pipelined, broken; /* broken: the spool was full, records are missing */
};

struct filter_sink {
    struct sink sink; /* first */
    struct filter_sink_config config;
    struct sink *to;
    struct spool *spool;
    struct atoms atoms;
    struct map sessions;
    struct held *oldest, *newest;
    uint64_t held; /* bytes of records in memory */
    uint64_t lost; /* sessions whose records found no room */
    unsigned needs;
    int64_t now; /* latest time heard of */
};

/* ---- sessions held ---- */

static struct held *held_of(struct filter_sink *f, const struct session_info *info)
{
    struct map_node *n = map_first(&f->sessions, info->number);
    if (n != NULL) {
        return (struct held *)n;
    }
    struct held *h = xcalloc(1, sizeof *h);
    h->number = info->number;
    h->slowest = -1;
    h->since = spool_end(f->spool);
    buf_init(&h->records, SIZE_MAX / 2);
    map_add(&f->sessions, &h->node, info->number);
    h->older = f->newest;
    *(f->newest != NULL ? &f->newest->newer : &f->oldest) = h;
    f->newest = h;
    return h;
}

static void release(struct filter_sink *f, struct held *h)
{
    for (size_t i = 0; i < h->body_count; i++) {
        spool_drop(&h->bodies[i].writer);
    }
    *(h->older != NULL ? &h->older->newer : &f->oldest) = h->newer;
    *(h->newer != NULL ? &h->newer->older : &f->newest) = h->older;
    map_remove(&f->sessions, &h->node);
    f->held -= h->records.n;
    buf_done(&h->records);
    free(h->spilled);
    free(h->bodies);
    free(h);
}

static void spill(struct filter_sink *f, struct held *h)
{
    struct spilled s = {.bytes = h->records.n};
    if (spool_append(f->spool, buf_bytes(&h->records), &s.place)) {
        h->spilled = xrealloc(h->spilled, (h->spilled_count + 1) * sizeof *h->spilled);
        h->spilled[h->spilled_count++] = s;
    } else {
        h->broken = true;
    }
    f->held -= h->records.n;
    buf_done(&h->records);
}

/* Sessions that are held longest make room, and enough of it that this is rare. */
static void make_room(struct filter_sink *f)
{
    uint64_t aim = f->config.memory - f->config.memory / 4;
    for (struct held *h = f->oldest; f->held > aim && h != NULL; h = h->newer) {
        if (h->records.n > 0) {
            spill(f, h);
        }
    }
}

/* ---- bodies ---- */

/* Bodies stand in the order of their numbers. */
static struct held_body *find_body(const struct held *h, uint32_t number)
{
    size_t low = 0, high = h->body_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->bodies[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < h->body_count && h->bodies[low].number == number ? &h->bodies[low] : NULL;
}

static struct held_body *body_of(struct held *h, uint32_t number)
{
    struct held_body *known = find_body(h, number);
    if (known != NULL) {
        return known;
    }
    if ((h->body_count & (h->body_count - 1)) == 0) { /* full at each power of two */
        size_t room = h->body_count ? h->body_count * 2 : 1;
        h->bodies = xrealloc(h->bodies, room * sizeof *h->bodies);
    }
    h->bodies[h->body_count] = (struct held_body){.number = number};
    return &h->bodies[h->body_count++];
}

static bool wants_bodies(const struct filter_sink *f)
{
    return f->config.bodies || (f->needs & FILTER_NEEDS_BODIES);
}

static void hold_body(struct filter_sink *f, struct held *h, const struct event *e)
{
    uint32_t number = e->kind == EV_MESSAGE_END ? e->u.message->number : e->u.body.message->number;
    if (!wants_bodies(f)) {
        return;
    }
    struct held_body *b = body_of(h, number);
    if (e->kind == EV_MESSAGE_DATA) {
        spool_write(f->spool, &b->writer, e->u.body.data);
    } else if (e->kind == EV_MESSAGE_CUT) {
        spool_cut(&b->writer, e->u.body.count);
    } else if (!b->ended) {
        b->ref = spool_finish(f->spool, &b->writer);
        b->ended = true;
    }
}

/* ---- the whole of a session ---- */

/* A closed session with all its records in one piece, and where its facts stand in them. */
struct whole {
    struct filter_sink *f;
    struct held *h;
    struct bytes records;
    struct spool_view view; /* of spilled records */
    struct dialog_walk walk;
    struct buf messages, credentials, findings; /* size_t each: places of records */
    struct message_room message;
    struct event_reader *facts;
    struct buf body;
    struct pack_base base;
};

static bool gather(struct filter_sink *f, struct held *h, struct whole *w)
{
    if (h->spilled_count == 0) {
        w->records = buf_bytes(&h->records);
        return true;
    }
    spill(f, h); /* then all of it stands in the spool, and is copied together there */
    spool_flush(f->spool);
    if (h->broken) {
        return false;
    }
    uint64_t place = 0, total = 0, first = 0;
    uint8_t *copy = xmalloc(COPY_BYTES);
    bool fine = true;
    for (size_t i = 0; fine && i < h->spilled_count; i++) {
        for (uint64_t at = 0; fine && at < h->spilled[i].bytes;) {
            uint64_t left = h->spilled[i].bytes - at;
            size_t n = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
            fine = spool_read(f->spool, h->spilled[i].place + at, copy, n) == SPOOL_OK &&
                   spool_append(f->spool, bytes_make(copy, n), &place);
            first = total == 0 ? place : first;
            at += n;
            total += n;
        }
    }
    free(copy);
    spool_flush(f->spool);
    fine = fine && spool_map(f->spool, first, (size_t)total, &w->view);
    w->records = w->view.bytes;
    return fine;
}

static void note_place(struct buf *list, size_t place)
{
    buf_add(list, bytes_make(&place, sizeof place));
}

static size_t place_at(const struct buf *list, uint32_t i)
{
    size_t place = SIZE_MAX;
    if (i < list->n / sizeof place) {
        memcpy(&place, list->p + i * sizeof place, sizeof place);
    }
    return place;
}

/* A message's facts stand in several records: the last one of each number counts. */
static void note_message(struct whole *w, const struct record *r, size_t place)
{
    uint32_t number, other;
    struct bytes packed;
    unpack_message_number(r, &number, &packed);
    for (size_t i = w->messages.n / sizeof place; i > 0; i--) {
        struct bytes rest = bytes_from(w->records, place_at(&w->messages, (uint32_t)(i - 1)));
        struct record before;
        record_next(&rest, &before);
        unpack_message_number(&before, &other, &packed);
        if (other == number) {
            memcpy(w->messages.p + (i - 1) * sizeof place, &place, sizeof place);
            return;
        }
        if (other < number) { /* numbers ascend */
            break;
        }
    }
    note_place(&w->messages, place);
}

/* One pass: the snapshot at the end, the places of facts. */
static bool look_through(struct whole *w)
{
    struct bytes rest = w->records, core, extra;
    struct record r;
    bool closed = false;
    while (record_next(&rest, &r)) {
        size_t place = (size_t)(r.whole.p - w->records.p);
        switch ((int)r.kind) {
        case EV_MESSAGE_BEGIN:
        case EV_MESSAGE_END:
        case EV_MESSAGE:
            note_message(w, &r, place);
            break;
        case EV_CREDENTIAL:
            note_place(&w->credentials, place);
            break;
        case EV_NOTE:
            note_place(&w->findings, place);
            break;
        case EV_CLOSE:
            closed = unpack_snapshot(r.body, &core, &extra) &&
                     unpack_core(core, &w->f->atoms, &w->walk.room) &&
                     unpack_extra(extra, &w->f->atoms, &w->walk.room);
            break;
        default:
            break;
        }
    }
    w->base = pack_base_of(&w->walk.room.info);
    return closed;
}

static bool whole_body_ref(void *arg, uint32_t number, struct body_ref *out)
{
    const struct held_body *b = find_body(((const struct whole *)arg)->h, number);
    if (b != NULL) {
        *out = b->ref;
    }
    return b != NULL;
}

/* ---- what the filter sees of it ---- */

static bool fact_record(struct whole *w, const struct buf *list, uint32_t i, struct record *out)
{
    size_t place = place_at(list, i);
    struct bytes rest = bytes_from(w->records, place);
    return place != SIZE_MAX && record_next(&rest, out);
}

static bool whole_message(void *arg, uint32_t i, const struct message **out)
{
    struct whole *w = arg;
    struct record r;
    uint32_t number;
    struct bytes packed;
    *out = &w->message.message;
    return fact_record(w, &w->messages, i, &r) && unpack_message_number(&r, &number, &packed) &&
           unpack_message(packed, &w->f->atoms, w->base, &w->message);
}

static const struct event *fact_event(struct whole *w, const struct buf *list, uint32_t i)
{
    struct record r;
    return fact_record(w, list, i, &r) ? event_reader_peek(w->facts, &r) : NULL;
}

static bool whole_credential(void *arg, uint32_t i, const struct credential **out)
{
    struct whole *w = arg;
    const struct event *e = fact_event(w, &w->credentials, i);
    *out = e != NULL ? e->u.credential : NULL;
    return e != NULL;
}

static bool whole_finding(void *arg, uint32_t i, const struct note **out)
{
    struct whole *w = arg;
    const struct event *e = fact_event(w, &w->findings, i);
    *out = e != NULL ? e->u.note : NULL;
    return e != NULL;
}

static const struct event *whole_event(void *arg, bool first)
{
    struct whole *w = arg;
    if (first) {
        walk_begin(&w->walk, w->base, w->records);
    }
    return walk_next(&w->walk);
}

static bool whole_bytes(void *arg, uint32_t i, size_t most, struct bytes *out)
{
    struct whole *w = arg;
    const struct message *m;
    struct body_ref ref;
    struct body_reader reader;
    if (!whole_message(arg, i, &m) || !whole_body_ref(arg, m->number, &ref) ||
        spool_body_open(w->f->spool, &ref, &reader) != SPOOL_OK) {
        return false;
    }
    size_t n = ref.bytes < most ? (size_t)ref.bytes : most, got = 0;
    buf_clear(&w->body);
    uint8_t *p = buf_room(&w->body, n);
    bool fine = spool_body_read(&reader, 0, p, n, &got) == SPOOL_OK;
    spool_body_close(&reader);
    *out = bytes_make(p, got);
    return fine;
}

static bool whole_shown(void *arg, struct buf *out)
{
    struct whole *w = arg;
    filter_default_row(&w->walk.room.info, out);
    return true;
}

static const char *whole_file_name(void *arg, uint32_t file)
{
    const struct filter_sink_config *c = &((struct whole *)arg)->f->config;
    return c->file_name != NULL ? c->file_name(c->file_name_arg, file) : NULL;
}

static bool whole_geo(void *arg, const struct endpoint *end, uint8_t version, struct geo_place *out)
{
    struct geo *geo = ((struct whole *)arg)->f->config.geo;
    return geo != NULL && geo_lookup(geo, end->ip, version, out);
}

static void whole_parts(void *arg, struct bytes raw,
                        void (*part)(void *part_arg, const struct filter_part *p), void *part_arg)
{
    const struct filter_sink_config *c = &((struct whole *)arg)->f->config;
    c->parts(c->parts_arg, raw, part, part_arg);
}

static bool offers_tls(struct bytes capabilities)
{
    return bytes_search(capabilities, "STARTTLS", 0) != SIZE_MAX ||
           bytes_search(capabilities, "STLS", 0) != SIZE_MAX;
}

static bool passes(struct whole *w)
{
    struct filter_source source = {
        .message = whole_message,
        .credential = whole_credential,
        .finding = whole_finding,
        .event = whole_event,
        .bytes = whole_bytes,
        .shown = whole_shown,
        .file_name = whole_file_name,
        .geo = whole_geo,
        .parts = w->f->config.parts != NULL ? whole_parts : NULL,
    };
    const struct session_info *info = &w->walk.room.info;
    struct filter_subject s = {.session = info,
                               .pipelined = w->h->pipelined,
                               .tls_offered = offers_tls(info->capabilities),
                               .slowest = w->h->slowest,
                               .now = w->f->now,
                               .source = &source,
                               .arg = w};
    return filter_match(w->f->config.filter, &s);
}

/* ---- closing a session ---- */

static void whole_init(struct whole *w, struct filter_sink *f, struct held *h)
{
    *w = (struct whole){.f = f, .h = h};
    struct event_reader_config c = {.atoms = &f->atoms};
    walk_init(&w->walk, &c);
    w->facts = event_reader_new(&c);
    message_room_init(&w->message);
    buf_init(&w->messages, SIZE_MAX / 2);
    buf_init(&w->credentials, SIZE_MAX / 2);
    buf_init(&w->findings, SIZE_MAX / 2);
    buf_init(&w->body, SIZE_MAX / 2);
}

static void whole_done(struct whole *w)
{
    walk_done(&w->walk);
    event_reader_free(&w->facts);
    message_room_done(&w->message);
    buf_done(&w->messages);
    buf_done(&w->credentials);
    buf_done(&w->findings);
    buf_done(&w->body);
    spool_unmap(&w->view);
}

static void judge(struct filter_sink *f, struct held *h)
{
    struct whole w;
    whole_init(&w, f, h);
    spool_flush(f->spool);
    if (!gather(f, h, &w) || !look_through(&w)) {
        f->lost++;
    } else {
        event_reader_begin(w.facts, NULL, w.base, w.records);
        if (passes(&w)) {
            struct dialog_teller t = {.spool = f->config.bodies ? f->spool : NULL,
                                      .no_bodies = !f->config.bodies,
                                      .body = whole_body_ref,
                                      .arg = &w};
            walk_begin(&w.walk, w.base, w.records);
            dialog_tell(&t, &w.walk, f->to);
        }
    }
    whole_done(&w);
    release(f, h);
    spool_release(f->spool, f->oldest != NULL ? f->oldest->since : spool_end(f->spool));
}

/* ---- the sink ---- */

static void look_at(struct held *h, const struct event *e)
{
    if (e->kind == EV_REPLY && e->latency > h->slowest) {
        h->slowest = e->latency;
    } else if (e->kind == EV_COMMAND && (e->u.command->flags & COMMAND_PIPELINED)) {
        h->pipelined = true;
    }
}

static void filter_event(struct sink *self, const struct event *e)
{
    struct filter_sink *f = (struct filter_sink *)self;
    if (e->session == NULL) {
        sink_event(f->to, e);
        return;
    }
    struct held *h = held_of(f, e->session);
    f->now = e->time > f->now ? e->time : f->now;
    if (e->kind == EV_MESSAGE_DATA || e->kind == EV_MESSAGE_CUT || e->kind == EV_MESSAGE_END) {
        hold_body(f, h, e);
    }
    if (e->kind == EV_MESSAGE_DATA) {
        return;
    }
    look_at(h, e);
    size_t before = h->records.n;
    pack_event(&h->records, &f->atoms, &h->pack, e,
               e->kind == EV_MESSAGE_GAP ? e->u.body.message->bytes : 0);
    f->held += h->records.n - before;
    if (e->kind == EV_CLOSE) {
        judge(f, h);
    } else if (f->held > f->config.memory) {
        make_room(f);
    }
}

static bool filter_close(struct sink *self, struct error *err)
{
    struct filter_sink *f = (struct filter_sink *)self;
    bool fine = f->to->close(f->to, err);
    while (f->oldest != NULL) {
        release(f, f->oldest);
    }
    if (fine && f->lost > 0) {
        fine = error_set(err,
                         "%llu sessions could not be filtered and are left out: no room for "
                         "what they said (--limit spool_bytes=..., or TMPDIR on a larger disk)",
                         (unsigned long long)f->lost);
    }
    map_done(&f->sessions);
    spool_close(&f->spool);
    free(f);
    return fine;
}

struct sink *filter_sink_new(const struct filter_sink_config *c, struct sink *to, struct error *e)
{
    struct spool *spool = spool_open(c->limits, false, e);
    if (spool == NULL) {
        return NULL;
    }
    struct filter_sink *f = xcalloc(1, sizeof *f);
    f->sink = (struct sink){.event = filter_event, .close = filter_close};
    f->config = *c;
    f->to = to;
    f->spool = spool;
    f->needs = filter_needs(c->filter);
    if (f->config.memory == 0) {
        uint64_t quarter = c->limits->memory / 4;
        f->config.memory = quarter < MEMORY_MOST ? (size_t)quarter : MEMORY_MOST;
    }
    atoms_init(&f->atoms);
    map_init(&f->sessions);
    return &f->sink;
}
