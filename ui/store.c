#include "ui/store_private.h"

#include <stdlib.h>

/* ---- life ---- */

struct store *store_new(const struct store_config *c)
{
    struct store *s = xcalloc(1, sizeof *s);
    s->config = *c;
    s->ceiling = c->limits->viewer_memory;
    s->free_slot = NO_SLOT;
    for (int q = 0; q < QUEUE_COUNT; q++) {
        s->queues[q] = (struct queue_ends){NO_SLOT, NO_SLOT, 0};
    }
    map_init(&s->by_number);
    s->changes = xcalloc(CHANGES_KEPT, sizeof *s->changes);
    s->rooms = xcalloc(1, sizeof *s->rooms);
    for (int i = 0; i < ROOMS; i++) {
        session_room_init(&s->rooms->room[i]);
    }
    s->stats = stats_new(c->geo);
    s->counters.now = s->counters.oldest_dialog = TIME_UNKNOWN;
    s->progress.totals.first = s->progress.totals.last = TIME_UNKNOWN;
    message_room_init(&s->message);
    message_room_init(&s->rooms->message);
    buf_init(&s->scratch, SIZE_MAX / 2);
    s->reading = store_dialog_new(s);
    return s;
}

static void free_entries(struct store *s)
{
    for (uint32_t slot = 0; slot < s->slots_made; slot++) {
        if (entry_at(s, slot)->used) {
            entry_remove(s, entry_at(s, slot));
        }
    }
    for (uint32_t p = 0; p < s->page_count; p++) {
        free(s->pages[p]);
    }
    free(s->pages);
}

void store_free(struct store **sp)
{
    struct store *s = *sp;
    if (s == NULL) {
        return;
    }
    free_entries(s);
    for (uint32_t i = 0; i < s->loose_count; i++) {
        free(s->loose[i].body);
    }
    free(s->loose);
    for (int i = 0; i < SAYINGS_KEPT; i++) {
        free(s->sayings[i]);
    }
    for (int l = 0; l < LIST_COUNT; l++) {
        free(s->lists[l].items);
    }
    for (int i = 0; i < ROOMS; i++) {
        session_room_done(&s->rooms->room[i]);
    }
    message_room_done(&s->rooms->message);
    free(s->rooms);
    free(s->changes);
    segments_done(&s->dialogs);
    segments_done(&s->summaries);
    map_done(&s->by_number);
    store_dialog_close(&s->reading);
    stats_free(&s->stats);
    message_room_done(&s->message);
    buf_done(&s->scratch);
    free(s);
    *sp = NULL;
}

/* ---- sessions ---- */

bool entry_unpack(const struct store *s, const struct entry *e, bool full, struct session_room *out)
{
    bool open = e->flags & STORE_OPEN;
    if (!unpack_core(bytes_make(e->core, e->core_bytes), s->config.atoms, out)) {
        return false;
    }
    if (full && e->extra_bytes > 0) {
        const uint8_t *extra = open ? e->core + e->core_bytes : e->dialog + e->extra_at;
        unpack_extra(bytes_make(extra, e->extra_bytes), s->config.atoms, out);
    }
    if (open) {
        out->info.state = e->state;
    }
    return true;
}

bool store_session(const struct store *s, struct store_ref ref, bool full,
                   struct store_session *out)
{
    const struct entry *e = entry_of(s, ref);
    if (e == NULL) {
        return false;
    }
    struct session_room *room = &s->rooms->room[s->rooms->next++ % ROOMS];
    if (!entry_unpack(s, e, full, room)) {
        return false;
    }
    *out = (struct store_session){.ref = ref,
                                  .number = number_of(e),
                                  .flags = e->flags,
                                  .info = room->info,
                                  .room = room,
                                  .slowest = e->slowest};
    if (e->facts != NULL) {
        out->messages = e->facts->message_count;
        out->credentials = e->facts->credential_count;
        out->findings = e->facts->finding_count;
    }
    return true;
}

bool store_alive(const struct store *s, struct store_ref ref)
{
    return entry_of(s, ref) != NULL;
}

uint64_t store_number(const struct store *s, struct store_ref ref)
{
    const struct entry *e = entry_of(s, ref);
    return e != NULL ? number_of(e) : 0;
}

unsigned store_flags(const struct store *s, struct store_ref ref)
{
    const struct entry *e = entry_of(s, ref);
    return e != NULL ? e->flags : 0;
}

struct store_ref store_by_number(const struct store *s, uint64_t number)
{
    const struct entry *e = entry_by_number(s, number);
    return e != NULL ? ref_of(e) : (struct store_ref){0, 0};
}

void store_mark(struct store *s, struct store_ref ref, bool on)
{
    struct entry *e = entry_of(s, ref);
    if (e == NULL || on == ((e->flags & STORE_MARKED) != 0)) {
        return;
    }
    e->flags ^= STORE_MARKED;
    if (on) {
        s->counters.marked++;
    } else {
        s->counters.marked--;
    }
    entry_requeue(s, e);
    s->change_mark = s->change_count;
    note_change(s, e);
}

void store_forget(struct store *s, struct store_ref ref)
{
    struct entry *e = entry_of(s, ref);
    if (e != NULL) {
        s->change_mark = s->change_count;
        entry_remove(s, e);
        s->counters.forgotten++;
    }
}

/* ---- facts ---- */

bool store_message(const struct store *s, struct store_item item, struct message_room *out,
                   struct body_ref *body)
{
    const struct entry *e = entry_of(s, item.session);
    if (e == NULL || e->facts == NULL || item.index >= e->facts->message_count) {
        return false;
    }
    const struct held_message *m = &e->facts->messages[item.index];
    if (body != NULL) {
        *body = m->body;
    }
    return unpack_message(bytes_make(m->packed, m->bytes), s->config.atoms, base_of(e), out);
}

bool store_credential(const struct store *s, struct store_item item, struct credential *out)
{
    const struct entry *e = entry_of(s, item.session);
    if (e == NULL || e->facts == NULL || item.index >= e->facts->credential_count) {
        return false;
    }
    const struct held_fact *f = &e->facts->credentials[item.index];
    struct get g = get_from(bytes_make(f->body, f->bytes));
    struct event head;
    get_head(&g, base_of(e), &head);
    get_credential(&g, base_of(e), out);
    return !g.bad;
}

bool store_finding(const struct store *s, struct store_item item, struct note *out,
                   struct arena *ids)
{
    const struct entry *e = entry_of(s, item.session);
    const struct held_fact *f = NULL;
    if (store_ref_none(item.session)) {
        f = item.index < s->loose_count ? &s->loose[item.index] : NULL;
    } else if (e != NULL && e->facts != NULL && item.index < e->facts->finding_count) {
        f = &e->facts->findings[item.index];
    }
    if (f == NULL) {
        return false;
    }
    struct pack_base base = e != NULL ? base_of(e) : (struct pack_base){0, 0};
    struct get g = get_from(bytes_make(f->body, f->bytes));
    struct event head;
    get_head(&g, base, &head);
    get_note(&g, base, out, ids);
    return !g.bad;
}

bool store_body_open(const struct store *s, struct store_item message, struct body_reader *out)
{
    const struct entry *e = entry_of(s, message.session);
    if (s->config.spool == NULL || e == NULL || e->facts == NULL ||
        message.index >= e->facts->message_count) {
        return false;
    }
    const struct body_ref *ref = &e->facts->messages[message.index].body;
    return ref->pieces > 0 && spool_body_open(s->config.spool, ref, out) == SPOOL_OK;
}

/* ---- what else there is to know ---- */

const struct stats *store_stats(const struct store *s)
{
    return s->stats;
}

static int64_t oldest_dialog(const struct store *s)
{
    int64_t oldest = TIME_UNKNOWN;
    static const enum queue with[] = {QUEUE_CLOSED, QUEUE_MARKED, QUEUE_OPEN};
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++) {
        const struct queue_ends *q = &s->queues[with[i]];
        if (q->count > 0 && (oldest < 0 || entry_at(s, q->first)->start < oldest)) {
            oldest = entry_at(s, q->first)->start;
        }
    }
    return oldest;
}

struct store_counters store_counters(const struct store *s)
{
    struct store_counters c = s->counters;
    c.used = store_takes(s);
    c.ceiling = s->ceiling;
    c.oldest_dialog = oldest_dialog(s);
    return c;
}

const struct relay_progress *store_progress(const struct store *s)
{
    return &s->progress;
}

const char *store_saying(const struct store *s, uint64_t *cursor)
{
    if (s->saying_count > SAYINGS_KEPT && *cursor < s->saying_count - SAYINGS_KEPT) {
        *cursor = s->saying_count - SAYINGS_KEPT;
    }
    return *cursor < s->saying_count ? s->sayings[(*cursor)++ % SAYINGS_KEPT] : NULL;
}
