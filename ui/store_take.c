/* What comes over the relay goes in here: one function for each kind of record. */
#include "ui/store_private.h"

#include <stdlib.h>

#define DIALOG_FIRST 512
#define LOOSE_MOST   10000

/* ---- taking in: the dialog ---- */

static void append_to_dialog(struct store *s, struct entry *e, struct bytes record)
{
    uint64_t need = (uint64_t)e->dialog_bytes + record.n;
    if (need > e->dialog_room) {
        uint64_t room = (uint64_t)e->dialog_room * 2;
        room = room < DIALOG_FIRST ? DIALOG_FIRST : room;
        entry_resize_dialog(s, e, (uint32_t)(room < need ? need : room));
    }
    memcpy(e->dialog + e->dialog_bytes, record.p, record.n);
    e->dialog_bytes += (uint32_t)record.n;
}

/* A session that takes more than its share loses what follows. */
static void add_to_dialog(struct store *s, struct entry *e, struct bytes record)
{
    if ((e->flags & (STORE_NO_DIALOG | STORE_DIALOG_CUT)) == 0 &&
        e->dialog_bytes + record.n < UINT32_MAX / 2 && entry_may_grow(s, e, record.n)) {
        append_to_dialog(s, e, record);
    }
}

static void keep_record(struct store *s, struct entry *e, const struct record *r)
{
    add_to_dialog(s, e, r->whole);
}

/* ---- taking in: sessions ---- */

/* The core of a snapshot and, while the session is open, its extra part. */
static void keep_core(struct store *s, struct entry *e, struct bytes core, struct bytes extra,
                      bool open)
{
    size_t n = core.n + (open ? extra.n : 0);
    entry_free_core(s, e);
    e->core = store_resize(s, NULL, 0, n);
    memcpy(e->core, core.p, core.n);
    if (open) {
        memcpy(e->core + core.n, extra.p, extra.n);
    }
    e->core_bytes = (uint16_t)core.n;
    e->extra_at = 0;
    e->extra_bytes = open ? (uint32_t)extra.n : 0;
}

static bool offers_tls(struct bytes capabilities)
{
    struct bytes line;
    while (bytes_split(&capabilities, '\n', &line)) {
        if (bytes_search(line, "STARTTLS", 0) != SIZE_MAX || bytes_is(bytes_word(&line), "STLS")) {
            return true;
        }
    }
    return false;
}

/* What the summary's flags and the entry's own fields tell. */
static void look_at_snapshot(struct store *s, struct entry *e, struct bytes core,
                             struct bytes extra)
{
    struct session_room *room = &s->rooms->room[0];
    if (!unpack_core(core, s->config.atoms, room)) {
        return;
    }
    e->start = room->flow.start;
    e->first_packet = room->flow.first_packet;
    e->state = room->info.state;
    e->flags |= room->info.missing > 0 ? STORE_HAS_GAPS : 0;
    if (room->info.last > s->counters.now) {
        s->counters.now = room->info.last;
    }
    if (extra.n > 0 && unpack_extra(extra, s->config.atoms, room) &&
        offers_tls(room->info.capabilities)) {
        e->flags |= STORE_TLS_OFFERED;
    }
}

static void take_open(struct store *s, struct entry *e, const struct record *r)
{
    struct bytes core, extra;
    if (!unpack_snapshot(r->body, &core, &extra)) {
        return;
    }
    keep_core(s, e, core, extra, true);
    look_at_snapshot(s, e, core, extra);
    buf_clear(&s->scratch); /* in the dialog only the head stands: when it began */
    pack_record(&s->scratch, r->kind, bytes_sub(r->body, 0, (size_t)(core.p - 2 - r->body.p)));
    add_to_dialog(s, e, buf_bytes(&s->scratch));
}

static void take_snapshot(struct store *s, struct entry *e, const struct record *r)
{
    struct bytes core, extra;
    if (unpack_snapshot(r->body, &core, &extra)) {
        keep_core(s, e, core, extra, true);
        look_at_snapshot(s, e, core, extra);
    }
}

/* The head of the event, two bytes for a core that is kept elsewhere, the extra part. */
static void close_dialog(struct store *s, struct entry *e, const struct record *r,
                         struct bytes core, struct bytes extra)
{
    static const uint8_t no_core[2] = {0, 0};
    buf_clear(&s->scratch);
    buf_add(&s->scratch, bytes_sub(r->body, 0, (size_t)(core.p - 2 - r->body.p)));
    buf_add(&s->scratch, bytes_make(no_core, 2));
    buf_add(&s->scratch, extra);
    struct buf record;
    buf_init(&record, SIZE_MAX / 2);
    pack_record(&record, r->kind, buf_bytes(&s->scratch));
    if ((e->flags & STORE_NO_DIALOG) == 0) { /* also when the dialog was cut: the end is kept */
        e->extra_at = e->dialog_bytes + (uint32_t)(record.n - extra.n);
        e->extra_bytes = (uint32_t)extra.n;
        append_to_dialog(s, e, buf_bytes(&record));
    }
    buf_done(&record);
}

static void take_close(struct store *s, struct entry *e, const struct record *r)
{
    struct bytes core, extra;
    if (!unpack_snapshot(r->body, &core, &extra)) {
        return;
    }
    keep_core(s, e, core, extra, false);
    look_at_snapshot(s, e, core, extra);
    e->flags &= (uint16_t)~STORE_OPEN;
    s->counters.open--;
    close_dialog(s, e, r, core, extra);
    entry_pack_core(s, e);
    entry_pack_dialog(s, e);
    entry_requeue(s, e);
    store_stats_add(s, ref_of(e), s->stats);
}

/* ---- taking in: events ---- */

static void take_state(struct store *s, struct entry *e, const struct record *r)
{
    struct get g = get_from(r->body);
    struct event head;
    get_head(&g, base_of(e), &head);
    get_atom(&g, s->config.atoms);
    const char *to = get_atom(&g, s->config.atoms);
    e->state = !g.bad && to != NULL ? to : e->state;
    keep_record(s, e, r);
}

static void take_command(struct store *s, struct entry *e, const struct record *r)
{
    struct get g = get_from(r->body);
    struct event head;
    get_head(&g, base_of(e), &head);
    get_num(&g);
    e->flags |= get_num(&g) & COMMAND_PIPELINED ? STORE_PIPELINED : 0;
    keep_record(s, e, r);
}

static void take_reply(struct store *s, struct entry *e, const struct record *r)
{
    struct get g = get_from(r->body);
    struct event head;
    get_head(&g, base_of(e), &head);
    get_num(&g);
    int64_t latency = get_signed(&g);
    get_u8(&g);
    unsigned status = get_u8(&g);
    if (!g.bad) {
        e->slowest = latency > e->slowest ? latency : e->slowest;
        e->flags |= status == REPLY_DEFER || status == REPLY_REFUSE ? STORE_REFUSED : 0;
        s->counters.now = head.time > s->counters.now ? head.time : s->counters.now;
    }
    keep_record(s, e, r);
}

static void add_fact(struct store *s, struct held_fact **list, uint32_t *count, uint32_t *room,
                     struct bytes body)
{
    if (*count == *room) {
        uint32_t more = *room ? *room * 2 : 1;
        *list = store_resize(s, *list, *room * sizeof **list, more * sizeof **list);
        *room = more;
    }
    uint8_t *copy = store_resize(s, NULL, 0, body.n);
    memcpy(copy, body.p, body.n);
    (*list)[(*count)++] = (struct held_fact){copy, (uint32_t)body.n};
}

static void take_credential(struct store *s, struct entry *e, const struct record *r)
{
    struct facts *f = entry_facts(s, e);
    if (!entry_may_grow(s, e, r->body.n)) {
        return;
    }
    f->held += r->body.n;
    list_add_item(s, LIST_CREDENTIALS, (struct store_item){ref_of(e), f->credential_count});
    add_fact(s, &f->credentials, &f->credential_count, &f->credential_room, r->body);
    s->counters.credentials++;
    keep_record(s, e, r);
}

static void take_note(struct store *s, struct entry *e, const struct record *r)
{
    struct facts *f = entry_facts(s, e);
    if (!entry_may_grow(s, e, r->body.n)) {
        return;
    }
    f->held += r->body.n;
    list_add_item(s, LIST_FINDINGS, (struct store_item){ref_of(e), f->finding_count});
    add_fact(s, &f->findings, &f->finding_count, &f->finding_room, r->body);
    s->counters.findings++;
    keep_record(s, e, r);
}

static void take_message(struct store *s, struct entry *e, const struct record *r)
{
    uint32_t number;
    struct bytes packed;
    if (!unpack_message_number(r, &number, &packed)) {
        return;
    }
    struct held_message *m = entry_message(s, e, number);
    if (m == NULL || (packed.n > m->bytes && !entry_may_grow(s, e, packed.n - m->bytes))) {
        return;
    }
    e->facts->held += packed.n - m->bytes;
    m->packed = store_resize(s, m->packed, m->bytes, packed.n);
    memcpy(m->packed, packed.p, packed.n);
    m->bytes = (uint32_t)packed.n;
    buf_clear(&s->scratch);
    pack_message_mark(&s->scratch, r);
    add_to_dialog(s, e, buf_bytes(&s->scratch));
}

static void take_body(struct store *s, struct entry *e, const struct record *r)
{
    uint32_t number;
    struct body_ref ref;
    struct held_message *m =
        unpack_body_ref(r->body, &number, &ref) ? entry_message(s, e, number) : NULL;
    if (m != NULL) {
        m->body = ref;
    }
}

/* ---- taking in: what has no session ---- */

static void take_loose_note(struct store *s, const struct record *r)
{
    if (s->loose_count < LOOSE_MOST) {
        struct store_item item = {{0, 0}, s->loose_count};
        add_fact(s, &s->loose, &s->loose_count, &s->loose_room, r->body);
        list_add_item(s, LIST_FINDINGS, item);
    }
    s->counters.findings++;
}

static void take_progress(struct store *s, const struct record *r)
{
    struct get g = get_from(r->body);
    struct relay_progress p;
    get_totals(&g, &p.totals);
    p.input_done = get_num(&g);
    p.input_total = get_num(&g);
    p.file = get_u32(&g);
    unsigned bits = get_u8(&g);
    p.ended = bits & 1;
    p.stopped = bits & 2;
    for (size_t i = 0; i < PORTS_TOLD; i++) {
        p.ports[i].connections = get_u32(&g);
        p.ports[i].port = (uint16_t)get_num(&g);
    }
    if (!g.bad) {
        s->progress = p;
        s->counters.now = p.totals.last > s->counters.now ? p.totals.last : s->counters.now;
    }
}

static void take_totals(struct store *s, const struct record *r)
{
    struct get g = get_from(r->body);
    struct event head;
    struct capture_totals t;
    get_head(&g, (struct pack_base){0, 0}, &head);
    get_totals(&g, &t);
    if (!g.bad) {
        s->progress.totals = t;
        s->progress.ended = true;
    }
}

static void take_saying(struct store *s, const struct record *r)
{
    char **place = &s->sayings[s->saying_count++ % SAYINGS_KEPT];
    free(*place);
    *place = xmalloc(r->body.n + 1);
    memcpy(*place, r->body.p, r->body.n);
    (*place)[r->body.n] = '\0';
}

static void take_loose(struct store *s, const struct record *r)
{
    switch ((int)r->kind) {
    case EV_NOTE:
        take_loose_note(s, r);
        break;
    case EV_CAPTURE:
        take_totals(s, r);
        break;
    case RECORD_PROGRESS:
        take_progress(s, r);
        break;
    case RECORD_SAYING:
        take_saying(s, r);
        break;
    default:
        break;
    }
}

/* ---- taking in ---- */

static struct entry *entry_for(struct store *s, const struct record *r)
{
    if (s->latest != NULL && number_of(s->latest) == r->session) {
        return s->latest;
    }
    struct entry *e = entry_by_number(s, r->session);
    if (e == NULL && (int)r->kind == EV_OPEN) {
        e = entry_make(s, r->session);
    }
    return s->latest = e;
}

static void take_record(struct store *s, const struct record *r)
{
    static void (*const takers[RECORD_KINDS])(struct store *, struct entry *,
                                              const struct record *) = {
        [EV_OPEN] = take_open,
        [EV_STATE] = take_state,
        [EV_COMMAND] = take_command,
        [EV_REPLY] = take_reply,
        [EV_LINE] = keep_record,
        [EV_EXCHANGE] = keep_record,
        [EV_CREDENTIAL] = take_credential,
        [EV_TLS] = keep_record,
        [EV_MESSAGE_BEGIN] = take_message,
        [EV_MESSAGE_GAP] = keep_record,
        [EV_MESSAGE_CUT] = keep_record,
        [EV_MESSAGE_END] = take_message,
        [EV_MESSAGE] = take_message,
        [EV_GAP] = keep_record,
        [EV_NOTE] = take_note,
        [EV_CLOSE] = take_close,
        [RECORD_SESSION] = take_snapshot,
        [RECORD_BODY] = take_body,
    };
    if (r->session == 0) {
        take_loose(s, r);
        return;
    }
    struct entry *e = takers[r->kind] != NULL ? entry_for(s, r) : NULL;
    if (e != NULL && (e->flags & STORE_OPEN)) { /* else it was forgotten or let go meanwhile */
        takers[r->kind](s, e, r);
        note_change(s, e);
    }
}

void store_take(void *arg, struct bytes batch)
{
    struct store *s = arg;
    struct record r;
    s->change_mark = s->change_count;
    while (record_next_in_batch(&batch, &r)) {
        take_record(s, &r);
    }
    store_trim(s);
}
