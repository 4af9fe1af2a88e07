#include "ui/tui/rows.h"

#include "ui/tui/clock.h"

#include <stdlib.h>

#define MERGE_EVERY  (100 * CLOCK_MS)
#define PENDING_MOST 20000 /* rows put in place at once: a few milliseconds of sorting */
#define SORT_STEPS   20000

/* What is known of one slot of the store: the version that its rows must have to be shown, and,
 * in the list of sessions, whether it is shown and where. */
struct rows_slot {
    uint32_t generation, version, key_hash;
    bool in;
};

/* ---- keys ---- */

void sort_key_number(struct sort_key *k, int64_t n)
{
    uint64_t u = (uint64_t)n ^ (UINT64_C(1) << 63);
    *k = (struct sort_key){{0}};
    for (int i = 0; i < 8; i++) {
        k->b[i] = (uint8_t)(u >> (56 - 8 * i));
    }
}

void sort_key_text(struct sort_key *k, struct bytes text)
{
    *k = (struct sort_key){{0}};
    for (size_t i = 0; i < text.n && i < SORT_KEY_BYTES; i++) {
        k->b[i] = (uint8_t)ascii_lower(text.p[i]);
    }
}

static uint32_t hash_key(const struct sort_key *k)
{
    uint32_t h = 2166136261u; /* FNV-1a: only ever compared with the same session's older key */
    for (size_t i = 0; i < SORT_KEY_BYTES; i++) {
        h = (h ^ k->b[i]) * 16777619u;
    }
    return h;
}

static int compare_rows(const struct rows *r, const struct row *a, const struct row *b)
{
    int c = memcmp(&a->key, &b->key, sizeof(a->key));
    if (r->descending) {
        c = -c;
    }
    if (c == 0) {
        uint64_t x = store_number(r->source.store, a->item.session);
        uint64_t y = store_number(r->source.store, b->item.session);
        c = x < y ? -1 : x > y;
    }
    if (c == 0) {
        c = a->item.index < b->item.index ? -1 : a->item.index > b->item.index;
    }
    return c;
}

static int compare_next(const void *arg, uint32_t a, uint32_t b)
{
    const struct rows *r = arg;
    return compare_rows(r, &r->next[a], &r->next[b]);
}

static int compare_pending(const void *arg, uint32_t a, uint32_t b)
{
    const struct rows *r = arg;
    return compare_rows(r, &r->pending[a], &r->pending[b]);
}

/* ---- slots ---- */

static struct rows_slot *slot_of(struct rows *r, struct store_ref ref)
{
    size_t need = (size_t)ref.slot + 1;
    if (need > r->slots) {
        size_t room = r->slots * 2 > need ? r->slots * 2 : need + 1024;
        r->slot = xrealloc(r->slot, room * sizeof(*r->slot));
        memset(r->slot + r->slots, 0, (room - r->slots) * sizeof(*r->slot));
        r->slots = room;
    }
    return &r->slot[ref.slot];
}

static bool is_stale(const struct rows *r, const struct row *row)
{
    struct store_ref ref = row->item.session;
    return !store_ref_none(ref) && ref.slot < r->slots && r->slot[ref.slot].version != row->version;
}

static bool same_item(struct store_item a, struct store_item b)
{
    return store_ref_equal(a.session, b.session) && a.index == b.index;
}

static void push(struct row **list, size_t *count, size_t *room, const struct row *row)
{
    if (*count == *room) {
        *room = *room ? *room * 2 : 256;
        *list = xrealloc(*list, *room * sizeof(**list));
    }
    (*list)[(*count)++] = *row;
}

/* ---- one item ---- */

static bool passes(struct rows *r, struct store_item item)
{
    if (!r->filter || filter_is_empty(r->filter)) {
        return true;
    }
    return store_subject(r->source.store, r->source.list, item, r->subject) &&
           filter_match(r->filter, &r->subject->subject);
}

/* Makes the row of an item; false when it is gone or does not pass. */
static bool make_row(struct rows *r, struct store_item item, struct row *out)
{
    *out = (struct row){.item = item};
    if (!r->source.key(r->source.key_arg, item, &out->key) || !passes(r, item)) {
        return false;
    }
    if (!store_ref_none(item.session)) {
        out->version = slot_of(r, item.session)->version;
    }
    return true;
}

static void note_slot(struct rows *r, const struct row *row, bool in)
{
    struct rows_slot *slot = slot_of(r, row->item.session);
    slot->generation = row->item.session.generation;
    slot->in = in;
    slot->key_hash = hash_key(&row->key);
}

/* ---- building from scratch ---- */

static void skip_changes(struct rows *r)
{
    struct store_ref ref;
    bool lost = false;
    while (store_changed(r->source.store, &r->changes, &ref, &lost)) {
    }
}

static void start(struct rows *r, bool growing)
{
    order_drop(&r->order);
    skip_changes(r);
    for (size_t i = 0; i < r->slots; i++) {
        r->slot[i].in = false;
    }
    r->next_count = r->pending_count = 0;
    r->scanned = 0;
    r->list_epoch = store_list_epoch(r->source.store, r->source.list);
    r->phase = ROWS_SCANNING;
    r->growing = growing;
    if (growing) {
        r->anchor_at = SIZE_MAX;
    }
    r->epoch++;
}

static void scan(struct rows *r, int64_t deadline)
{
    struct store *s = r->source.store;
    struct row row;
    if (store_list_epoch(s, r->source.list) != r->list_epoch) {
        start(r, r->growing);
    }
    size_t size = store_list_size(s, r->source.list);
    while (r->scanned < size) {
        struct store_item item = store_list_item(s, r->source.list, r->scanned++);
        if (make_row(r, item, &row)) {
            if (r->growing && same_item(item, r->anchor)) {
                r->anchor_at = r->next_count;
            }
            push(&r->next, &r->next_count, &r->next_room, &row);
            if (r->source.list == LIST_SESSIONS) {
                note_slot(r, &row, true);
            }
        }
        if (clock_over(deadline)) { /* each time: a filter may decode a message */
            return;
        }
    }
    uint32_t *numbers = xmalloc((r->next_count + 1) * sizeof(*numbers));
    for (size_t i = 0; i < r->next_count; i++) {
        numbers[i] = (uint32_t)i;
    }
    order_start(&r->order, numbers, r->next_count);
    free(numbers);
    r->phase = ROWS_SORTING;
}

static bool in_order(const struct rows *r)
{
    for (size_t i = 1; i < r->next_count; i++) {
        if (compare_rows(r, &r->next[i - 1], &r->next[i]) > 0) {
            return false;
        }
    }
    return true;
}

static void show_next(struct rows *r, const uint32_t *numbers)
{
    struct row *sorted = r->next;
    if (numbers) {
        sorted = xmalloc((r->next_count + 1) * sizeof(*sorted));
        for (size_t i = 0; i < r->next_count; i++) {
            sorted[i] = r->next[numbers[i]];
        }
        free(r->next);
    }
    free(r->row);
    r->row = sorted;
    r->count = r->next_count;
    r->room = numbers ? r->next_count + 1 : r->next_room;
    r->next = NULL;
    r->next_count = r->next_room = 0;
    r->phase = ROWS_STEADY;
    r->growing = false;
    r->stale = true; /* sessions may have changed while we worked */
    r->epoch++;
    r->anchor_at = rows_find(r, r->anchor);
}

static void sort(struct rows *r, int64_t deadline)
{
    if (r->order.left == 0 && r->order.width == 1 && in_order(r)) { /* mostly: by number */
        order_drop(&r->order);
        show_next(r, NULL);
        return;
    }
    while (!order_work(&r->order, compare_next, r, SORT_STEPS)) {
        if (clock_over(deadline)) {
            return;
        }
    }
    uint32_t *numbers = xmalloc((r->next_count + 1) * sizeof(*numbers));
    order_take(&r->order, numbers);
    show_next(r, numbers);
    free(numbers);
}

/* ---- keeping up ---- */

static void session_changed(struct rows *r, struct store_ref ref)
{
    struct rows_slot *slot = slot_of(r, ref);
    struct row row;
    bool passes_now = make_row(r, (struct store_item){ref, 0}, &row);
    slot = slot_of(r, ref);
    bool same = slot->generation == ref.generation;
    if (same && slot->in && passes_now && slot->key_hash == hash_key(&row.key)) {
        return; /* stays where it is */
    }
    if (same && !slot->in && !passes_now) {
        return;
    }
    slot->version++;
    slot->generation = ref.generation;
    r->stale |= slot->in;
    slot->in = false;
    if (passes_now) {
        row.version = slot->version;
        note_slot(r, &row, true);
        push(&r->pending, &r->pending_count, &r->pending_room, &row);
    }
}

/* Items of a session in the other lists: looked at again when it has ended or is gone. */
static void items_changed(struct rows *r, struct store_ref ref)
{
    struct store_session session;
    bool alive = store_session(r->source.store, ref, false, &session);
    bool filtered = r->filter && !filter_is_empty(r->filter);
    if (alive && (!filtered || session.flags & STORE_OPEN)) {
        return;
    }
    struct rows_slot *slot = slot_of(r, ref);
    slot->version++;
    r->stale = true;
    if (!alive) {
        return;
    }
    uint32_t n = r->source.list == LIST_MESSAGES      ? session.messages
                 : r->source.list == LIST_CREDENTIALS ? session.credentials
                                                      : session.findings;
    for (uint32_t i = 0; i < n; i++) {
        struct row row;
        if (make_row(r, (struct store_item){ref, i}, &row)) {
            push(&r->pending, &r->pending_count, &r->pending_room, &row);
        }
    }
}

static bool take_changes(struct rows *r, int64_t deadline)
{
    struct store_ref ref;
    bool lost = false;
    while (r->pending_count < PENDING_MOST) {
        if (!store_changed(r->source.store, &r->changes, &ref, &lost)) {
            break;
        }
        if (r->source.list == LIST_SESSIONS) {
            session_changed(r, ref);
        } else {
            items_changed(r, ref);
        }
        if (clock_over(deadline)) {
            return true;
        }
    }
    if (lost) {
        start(r, false);
        return true;
    }
    return false;
}

/* Items that are new in the store's list. Sessions come as changes. */
static bool take_new(struct rows *r, int64_t deadline)
{
    struct store *s = r->source.store;
    struct row row;
    if (r->source.list == LIST_SESSIONS) {
        return false;
    }
    if (store_list_epoch(s, r->source.list) != r->list_epoch) {
        start(r, false);
        return true;
    }
    size_t size = store_list_size(s, r->source.list);
    while (r->scanned < size && r->pending_count < PENDING_MOST) {
        if (make_row(r, store_list_item(s, r->source.list, r->scanned++), &row)) {
            push(&r->pending, &r->pending_count, &r->pending_room, &row);
        }
        if (clock_over(deadline)) {
            return true;
        }
    }
    return r->scanned < size;
}

/* ---- putting in place ---- */

static uint32_t *sorted_pending(struct rows *r)
{
    size_t n = r->pending_count;
    uint32_t *numbers = xmalloc((n + 1) * sizeof(*numbers));
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (uint32_t)i;
    }
    struct order order = {0};
    order_start(&order, numbers, n);
    order_work(&order, compare_pending, r, SIZE_MAX);
    order_take(&order, numbers);
    return numbers;
}

/* Old and new rows in one order, without those that are stale. */
static void merge(struct rows *r, const uint32_t *numbers)
{
    size_t room = r->count + r->pending_count + 1;
    struct row *out = xmalloc(room * sizeof(*out));
    size_t n = 0, i = 0, k = 0, at = SIZE_MAX;
    while (i < r->count || k < r->pending_count) {
        const struct row *old = i < r->count ? &r->row[i] : NULL;
        const struct row *new = k < r->pending_count ? &r->pending[numbers[k]] : NULL;
        bool take_old = old && (!new || compare_rows(r, old, new) <= 0);
        const struct row *row = take_old ? old : new;
        i += take_old;
        k += !take_old;
        if (is_stale(r, row)) {
            continue;
        }
        if (same_item(row->item, r->anchor)) {
            at = n;
        }
        out[n++] = *row;
    }
    free(r->row);
    r->row = out;
    r->count = n;
    r->room = room;
    r->anchor_at = at;
    r->epoch++;
}

static bool fits_at_end(const struct rows *r, const uint32_t *numbers)
{
    for (size_t i = 0; i < r->pending_count; i++) {
        if (is_stale(r, &r->pending[numbers[i]])) {
            return false;
        }
    }
    return r->count == 0 || compare_rows(r, &r->row[r->count - 1], &r->pending[numbers[0]]) <= 0;
}

static void put_in_place(struct rows *r)
{
    if ((r->pending_count == 0 && !r->stale) || !clock_over(r->next_merge)) {
        return;
    }
    int64_t began = clock_now();
    uint32_t *numbers = sorted_pending(r);
    if (r->pending_count && !r->stale && fits_at_end(r, numbers)) {
        for (size_t i = 0; i < r->pending_count; i++) {
            push(&r->row, &r->count, &r->room, &r->pending[numbers[i]]);
        }
    } else {
        merge(r, numbers);
    }
    free(numbers);
    r->pending_count = 0;
    r->stale = false;
    int64_t now = clock_now(), pause = 10 * (now - began);
    r->next_merge = now + (pause > MERGE_EVERY ? pause : MERGE_EVERY);
}

bool rows_settled(const struct rows *r)
{
    return r->phase == ROWS_STEADY && r->pending_count == 0 &&
           (r->filter || store_list_held(r->source.store, r->source.list) == 0);
}

bool rows_work(struct rows *r, int64_t deadline)
{
    if (r->phase == ROWS_SCANNING) {
        scan(r, deadline);
        return true;
    }
    if (r->phase == ROWS_SORTING) {
        sort(r, deadline);
        return true;
    }
    /* New items first: a session that changed then has all its items looked at. */
    bool more = take_new(r, deadline);
    if (!more && r->phase == ROWS_STEADY) {
        more = take_changes(r, deadline);
    }
    if (r->phase == ROWS_STEADY) {
        put_in_place(r);
        more |= r->pending_count >= PENDING_MOST;
    }
    return more;
}

/* ---- the rest ---- */

void rows_init(struct rows *r, const struct rows_source *source)
{
    *r = (struct rows){.source = *source, .anchor_at = SIZE_MAX};
    r->subject = xcalloc(1, sizeof(*r->subject));
    r->subject->shown = source->shown;
    r->subject->shown_arg = source->shown_arg;
    start(r, true);
}

void rows_done(struct rows *r)
{
    order_drop(&r->order);
    store_subject_done(r->subject);
    free(r->subject);
    free(r->row);
    free(r->next);
    free(r->pending);
    free(r->slot);
    *r = (struct rows){0};
}

void rows_set_filter(struct rows *r, const struct filter *f)
{
    r->filter = f;
    start(r, true);
}

void rows_set_order(struct rows *r, bool descending)
{
    r->descending = descending;
    start(r, false);
}

size_t rows_count(const struct rows *r)
{
    return r->growing ? r->next_count : r->count;
}

struct store_item rows_at(const struct rows *r, size_t i)
{
    if (i >= rows_count(r)) {
        return (struct store_item){{0, 0}, 0};
    }
    return r->growing ? r->next[i].item : r->row[i].item;
}

size_t rows_find(const struct rows *r, struct store_item item)
{
    for (size_t i = 0; i < rows_count(r); i++) {
        if (same_item(rows_at(r, i), item)) {
            return i;
        }
    }
    return SIZE_MAX;
}

void rows_set_anchor(struct rows *r, size_t i)
{
    r->anchor = rows_at(r, i);
    r->anchor_at = i < rows_count(r) ? i : SIZE_MAX;
}

void rows_follow_anchor(struct rows *r, struct list *l)
{
    size_t at = r->anchor_at;
    if (at != SIZE_MAX && at != l->cursor) {
        size_t offset = l->cursor - l->top;
        l->cursor = at;
        l->top = at > offset ? at - offset : 0;
    } else if (store_ref_none(r->anchor.session) && rows_count(r)) {
        rows_set_anchor(r, l->cursor);
    }
}

void rows_draw_empty(const struct rows *r, const struct pane *p, const char *none,
                     const char *none_passes)
{
    if (rows_count(r) == 0 && rows_settled(r)) {
        bool empty = store_list_held(r->source.store, r->source.list) == 0;
        pane_str(p, 2, 5, p->cols - 6, STYLE_TITLE, empty ? none : none_passes);
    }
}
