/* What the store holds, and what it lets go. */
#include "ui/store_private.h"

#include <stdlib.h>

#define DIALOG_SHARE    4 /* the newest dialogs keep a quarter of the ceiling */
#define SESSION_SHARE   8
#define PACK_LISTS_FROM 4096

void *store_resize(struct store *s, void *p, size_t before, size_t n)
{
    s->used += heap_cost(n) - heap_cost(before);
    s->heap += heap_cost(n) - heap_cost(before);
    if (n == 0) {
        free(p);
        return NULL;
    }
    return xrealloc(p, n);
}

/* ---- slots ---- */

struct entry *entry_of(const struct store *s, struct store_ref ref)
{
    if (ref.generation == 0 || ref.slot >= s->slots_made) {
        return NULL;
    }
    struct entry *e = entry_at(s, ref.slot);
    return e->used && e->generation == ref.generation ? e : NULL;
}

struct entry *entry_by_number(const struct store *s, uint64_t number)
{
    return (struct entry *)map_first(&s->by_number, number); /* node is the first member */
}

static struct entry *take_slot(struct store *s)
{
    if (s->free_slot != NO_SLOT) {
        struct entry *e = entry_at(s, s->free_slot);
        s->free_slot = e->after;
        return e;
    }
    if (s->slots_made == s->page_count * PAGE_SLOTS) {
        s->pages = xrealloc(s->pages, (s->page_count + 1) * sizeof *s->pages);
        s->pages[s->page_count++] = xcalloc(PAGE_SLOTS, sizeof(struct entry));
    }
    struct entry *e = entry_at(s, s->slots_made);
    e->slot = s->slots_made++;
    return e;
}

/* An item costs its place in the list, which grows by half. */
#define LISTED_COST (sizeof(struct store_item) * 3 / 2)
/* An entry costs its slot and its bucket in the map. */
#define ENTRY_COST (sizeof(struct entry) + 2 * sizeof(void *))

struct entry *entry_make(struct store *s, uint64_t number)
{
    struct entry *e = take_slot(s);
    uint32_t slot = e->slot, generation = e->generation + 1;
    *e = (struct entry){.slot = slot,
                        .generation = generation ? generation : 1,
                        .used = true,
                        .flags = STORE_OPEN,
                        .slowest = -1,
                        .state = "",
                        .queue = QUEUE_COUNT,
                        .before = NO_SLOT,
                        .after = NO_SLOT};
    map_add(&s->by_number, &e->node, number);
    entry_requeue(s, e);
    s->used += ENTRY_COST;
    s->counters.sessions++;
    s->counters.open++;
    s->counters.sessions_seen++;
    list_add_item(s, LIST_SESSIONS, (struct store_item){ref_of(e), 0});
    return e;
}

/* ---- queues ---- */

static void queue_leave(struct store *s, struct entry *e)
{
    if (e->queue == QUEUE_COUNT) {
        return;
    }
    struct queue_ends *q = &s->queues[e->queue];
    *(e->before != NO_SLOT ? &entry_at(s, e->before)->after : &q->first) = e->after;
    *(e->after != NO_SLOT ? &entry_at(s, e->after)->before : &q->last) = e->before;
    q->count--;
    e->queue = QUEUE_COUNT;
}

void entry_requeue(struct store *s, struct entry *e)
{
    bool bare = e->flags & STORE_NO_DIALOG;
    queue_leave(s, e);
    if (e->flags & STORE_OPEN) {
        e->queue = QUEUE_OPEN;
    } else if (e->flags & STORE_MARKED) {
        e->queue = bare ? QUEUE_MARKED_BARE : QUEUE_MARKED;
    } else {
        e->queue = bare ? QUEUE_CLOSED_BARE : QUEUE_CLOSED;
    }
    struct queue_ends *q = &s->queues[e->queue];
    e->before = q->last;
    e->after = NO_SLOT;
    *(q->last != NO_SLOT ? &entry_at(s, q->last)->after : &q->first) = e->slot;
    q->last = e->slot;
    q->count++;
}

/* One session may take an eighth of the ceiling. */
bool entry_may_grow(struct store *s, struct entry *e, uint64_t n)
{
    uint64_t facts = e->facts != NULL ? e->facts->held : 0;
    if (e->dialog_bytes + facts + n > s->ceiling / SESSION_SHARE) {
        s->counters.dialogs_cut += (e->flags & STORE_DIALOG_CUT) == 0;
        e->flags |= STORE_DIALOG_CUT;
        return false;
    }
    return true;
}

/* ---- facts ---- */

struct facts *entry_facts(struct store *s, struct entry *e)
{
    if (e->facts == NULL) {
        e->facts = store_resize(s, NULL, 0, sizeof *e->facts);
        *e->facts = (struct facts){.message_count = 0};
    }
    return e->facts;
}

struct held_message *entry_message(struct store *s, struct entry *e, uint32_t number)
{
    struct facts *f = entry_facts(s, e);
    for (uint32_t i = f->message_count; i > 0; i--) { /* mostly the last one */
        if (f->messages[i - 1].number == number) {
            return &f->messages[i - 1];
        }
        if (f->messages[i - 1].number < number) {
            break; /* they come in the order of their numbers */
        }
    }
    if (!entry_may_grow(s, e, sizeof *f->messages)) {
        return NULL;
    }
    f->held += sizeof *f->messages;
    if (f->message_count == f->message_room) {
        uint32_t room = f->message_room ? f->message_room * 2 : 1;
        f->messages = store_resize(s, f->messages, f->message_room * sizeof *f->messages,
                                   room * sizeof *f->messages);
        f->message_room = room;
    }
    f->messages[f->message_count] = (struct held_message){.number = number};
    s->counters.messages++;
    list_add_item(s, LIST_MESSAGES, (struct store_item){ref_of(e), f->message_count});
    return &f->messages[f->message_count++];
}

static void list_items_die(struct store *s, enum store_list which, size_t n)
{
    s->lists[which].dead += n;
    s->used -= n * LISTED_COST;
}

static void facts_list_free(struct store *s, struct held_fact *list, uint32_t count, uint32_t room)
{
    for (uint32_t i = 0; i < count; i++) {
        store_resize(s, list[i].body, list[i].bytes, 0);
    }
    store_resize(s, list, room * sizeof *list, 0);
}

static void facts_free(struct store *s, struct entry *e)
{
    struct facts *f = e->facts;
    if (f == NULL) {
        return;
    }
    for (uint32_t i = 0; i < f->message_count; i++) {
        store_resize(s, f->messages[i].packed, f->messages[i].bytes, 0);
    }
    store_resize(s, f->messages, f->message_room * sizeof *f->messages, 0);
    facts_list_free(s, f->credentials, f->credential_count, f->credential_room);
    facts_list_free(s, f->findings, f->finding_count, f->finding_room);
    s->counters.messages -= f->message_count;
    s->counters.credentials -= f->credential_count;
    s->counters.findings -= f->finding_count;
    list_items_die(s, LIST_MESSAGES, f->message_count);
    list_items_die(s, LIST_CREDENTIALS, f->credential_count);
    list_items_die(s, LIST_FINDINGS, f->finding_count);
    e->facts = store_resize(s, f, sizeof *f, 0);
}

/* A message whose dialog went keeps what its row in the list shows. */
static void make_brief(struct store *s, struct entry *e, struct held_message *m)
{
    if (m->packed == NULL || !unpack_message(bytes_make(m->packed, m->bytes), s->config.atoms,
                                             base_of(e), &s->message)) {
        return;
    }
    buf_clear(&s->scratch);
    pack_message(&s->scratch, NULL, &s->message.message, base_of(e), true);
    if (s->scratch.n < m->bytes) {
        m->packed = store_resize(s, m->packed, m->bytes, s->scratch.n);
        memcpy(m->packed, s->scratch.p, s->scratch.n);
        e->facts->held -= m->bytes - s->scratch.n;
        m->bytes = (uint32_t)s->scratch.n;
    }
}

/* ---- dialogs ---- */

static void hold_dialog(struct store *s, struct entry *e, uint8_t *dialog, uint32_t room)
{
    s->dialog_held += heap_cost(room) - heap_cost(e->dialog_room);
    e->dialog = dialog;
    e->dialog_room = room;
}

static uint8_t *put_in_segment(struct store *s, struct segments *to, struct bytes b)
{
    uint64_t before = to->taken;
    uint8_t *p = segments_put(to, b);
    s->used += to->taken - before;
    return p;
}

static void take_out_of_segment(struct store *s, struct segments *from, uint8_t *p, size_t n)
{
    uint64_t before = from->taken;
    segments_drop(from, p, n);
    s->used -= before - from->taken;
}

static void free_dialog(struct store *s, struct entry *e)
{
    if (e->packed) {
        take_out_of_segment(s, &s->dialogs, e->dialog, e->dialog_room);
    } else {
        store_resize(s, e->dialog, e->dialog_room, 0);
    }
    e->packed = false;
    hold_dialog(s, e, NULL, 0);
    e->dialog_bytes = 0;
}

void entry_resize_dialog(struct store *s, struct entry *e, uint32_t room)
{
    uint8_t *dialog;
    if (e->packed) {
        dialog = store_resize(s, NULL, 0, room);
        memcpy(dialog, e->dialog, e->dialog_bytes);
        take_out_of_segment(s, &s->dialogs, e->dialog, e->dialog_room);
        e->packed = false;
    } else {
        dialog = store_resize(s, e->dialog, e->dialog_room, room);
    }
    hold_dialog(s, e, dialog, room);
}

void entry_pack_dialog(struct store *s, struct entry *e)
{
    if (e->packed || e->dialog_bytes == 0) {
        return;
    }
    if (e->dialog_bytes > SEGMENT_MOST) {
        entry_resize_dialog(s, e, e->dialog_bytes);
        return;
    }
    uint8_t *dialog = put_in_segment(s, &s->dialogs, bytes_make(e->dialog, e->dialog_bytes));
    store_resize(s, e->dialog, e->dialog_room, 0);
    hold_dialog(s, e, dialog, e->dialog_bytes);
    e->packed = true;
}

/* ---- summaries ---- */

static size_t core_size(const struct entry *e)
{
    return e->core_bytes + (e->flags & STORE_OPEN ? e->extra_bytes : 0);
}

/* The summary of a closed session does not change any more. */
void entry_pack_core(struct store *s, struct entry *e)
{
    if (!e->core_packed && (e->flags & STORE_OPEN) == 0 && e->core_bytes > 0 &&
        e->core_bytes <= SEGMENT_MOST) {
        uint8_t *core = put_in_segment(s, &s->summaries, bytes_make(e->core, e->core_bytes));
        store_resize(s, e->core, e->core_bytes, 0);
        e->core = core;
        e->core_packed = true;
    }
}

void entry_free_core(struct store *s, struct entry *e)
{
    if (e->core_packed) {
        take_out_of_segment(s, &s->summaries, e->core, e->core_bytes);
    } else {
        store_resize(s, e->core, core_size(e), 0);
    }
    e->core = NULL;
    e->core_bytes = 0;
    e->core_packed = false;
}

/* ---- letting go ---- */

static void drop_dialog(struct store *s, struct entry *e)
{
    free_dialog(s, e);
    if ((e->flags & STORE_OPEN) == 0) {
        e->extra_at = e->extra_bytes = 0; /* it was in the dialog */
    }
    for (uint32_t i = 0; e->facts != NULL && i < e->facts->message_count; i++) {
        make_brief(s, e, &e->facts->messages[i]);
    }
    e->flags |= STORE_NO_DIALOG;
    e->flags &= (uint16_t)~STORE_DIALOG_CUT;
    entry_requeue(s, e);
    note_change(s, e);
}

void entry_remove(struct store *s, struct entry *e)
{
    note_change(s, e);
    s->counters.sessions--;
    s->counters.open -= (e->flags & STORE_OPEN) != 0;
    s->counters.marked -= (e->flags & STORE_MARKED) != 0;
    free_dialog(s, e);
    entry_free_core(s, e);
    facts_free(s, e);
    queue_leave(s, e);
    map_remove(&s->by_number, &e->node);
    list_items_die(s, LIST_SESSIONS, 1);
    s->used -= ENTRY_COST;
    s->latest = s->latest == e ? NULL : s->latest;
    e->used = false;
    e->after = s->free_slot;
    s->free_slot = e->slot;
}

static void let_dialog_go(struct store *s, enum queue q)
{
    drop_dialog(s, entry_at(s, s->queues[q].first));
    s->counters.dialogs_let_go++;
}

static void let_session_go(struct store *s, enum queue q)
{
    entry_remove(s, entry_at(s, s->queues[q].first));
    s->counters.sessions_let_go++;
}

/* Open sessions come last: the oldest loses its dialog, and gets in line again. */
static bool cut_open(struct store *s)
{
    struct queue_ends *q = &s->queues[QUEUE_OPEN];
    for (uint32_t i = 0; i < q->count; i++) {
        struct entry *e = entry_at(s, q->first);
        if (e->dialog_room > 0) {
            drop_dialog(s, e);
            s->counters.dialogs_let_go++;
            return true;
        }
        entry_requeue(s, e);
    }
    if (q->count > 0) {
        let_session_go(s, QUEUE_OPEN);
        return true;
    }
    return false;
}

/* One step, by the rule that store.h tells. */
static bool let_something_go(struct store *s)
{
    const struct queue_ends *q = s->queues;
    bool spare = s->dialog_held <= s->ceiling / DIALOG_SHARE && q[QUEUE_CLOSED_BARE].count > 0;
    if (q[QUEUE_CLOSED].count > 0 && !spare) {
        let_dialog_go(s, QUEUE_CLOSED);
    } else if (q[QUEUE_CLOSED_BARE].count > 0) {
        let_session_go(s, QUEUE_CLOSED_BARE);
    } else if (q[QUEUE_MARKED].count > 0) {
        let_dialog_go(s, QUEUE_MARKED);
    } else if (q[QUEUE_MARKED_BARE].count > 0) {
        let_session_go(s, QUEUE_MARKED_BARE);
    } else {
        return cut_open(s);
    }
    return true;
}

/* Between blocks of the heap, which come and go in many sizes, holes stay (measured: a third of
 * it); each row on a screen takes memory too (rows.h). */
uint64_t store_takes(const struct store *s)
{
    return s->used + s->heap / 2;
}

void store_trim(struct store *s)
{
    while (store_takes(s) > s->ceiling && let_something_go(s)) {
        s->counters.full = true;
    }
}

void store_set_ceiling(struct store *s, uint64_t bytes)
{
    s->ceiling = bytes;
    s->counters.full = false;
    store_trim(s);
}

/* ---- lists ---- */

static bool is_dead(const struct store *s, struct store_item item)
{
    return !store_ref_none(item.session) && entry_of(s, item.session) == NULL;
}

/* Takes out what is gone, when that is more than half. */
static void pack_list(struct store *s, struct item_list *l)
{
    if (l->dead < PACK_LISTS_FROM || l->dead < l->count / 2) {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (!is_dead(s, l->items[i])) {
            l->items[kept++] = l->items[i];
        }
    }
    l->count = kept;
    l->dead = 0;
    l->epoch++;
}

void list_add_item(struct store *s, enum store_list which, struct store_item item)
{
    struct item_list *l = &s->lists[which];
    pack_list(s, l);
    if (l->count == l->room) {
        size_t room = l->room ? l->room + l->room / 2 : 256;
        l->items = xrealloc(l->items, room * sizeof *l->items);
        l->room = room;
    }
    l->items[l->count++] = item;
    s->used += LISTED_COST;
}

size_t store_list_size(const struct store *s, enum store_list l)
{
    return s->lists[l].count;
}

uint64_t store_list_held(const struct store *s, enum store_list l)
{
    const struct store_counters *c = &s->counters;
    const uint64_t held[LIST_COUNT] = {[LIST_SESSIONS] = c->sessions,
                                       [LIST_MESSAGES] = c->messages,
                                       [LIST_CREDENTIALS] = c->credentials,
                                       [LIST_FINDINGS] = c->findings};
    return held[l];
}

struct store_item store_list_item(const struct store *s, enum store_list l, size_t i)
{
    return i < s->lists[l].count ? s->lists[l].items[i] : (struct store_item){{0, 0}, 0};
}

uint64_t store_list_epoch(const struct store *s, enum store_list l)
{
    return s->lists[l].epoch;
}

/* ---- changes ---- */

/* Once a batch for each session is enough. */
void note_change(struct store *s, struct entry *e)
{
    if (e->changed > s->change_mark) {
        return;
    }
    s->changes[s->change_count++ % CHANGES_KEPT] = ref_of(e);
    e->changed = s->change_count;
}

bool store_changed(const struct store *s, uint64_t *cursor, struct store_ref *out, bool *lost)
{
    *lost = false;
    if (s->change_count > CHANGES_KEPT && *cursor < s->change_count - CHANGES_KEPT) {
        *cursor = s->change_count;
        *lost = true;
        *out = (struct store_ref){0, 0};
        return true;
    }
    if (*cursor >= s->change_count) {
        return false;
    }
    *out = s->changes[(*cursor)++ % CHANGES_KEPT];
    return true;
}
