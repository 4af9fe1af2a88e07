#include "ui/tui/grouped.h"

#include "ui/tui/clock.h"

#include <stdlib.h>

#define ORDER_EVERY   (200 * CLOCK_MS)
#define LOOK_AT_CLOCK 64

void grouped_init(struct grouped *g, struct store *s, struct rows *rows, enum store_grouping by)
{
    *g = (struct grouped){.store = s, .rows = rows, .anchor_at = SIZE_MAX};
    g->groups = store_groups_new(by);
}

void grouped_done(struct grouped *g)
{
    store_groups_free(&g->groups);
    free(g->index);
    *g = (struct grouped){0};
}

static void restart(struct grouped *g)
{
    store_groups_clear(g->groups);
    g->taken = 0;
    g->epoch = rows_epoch(g->rows);
    g->dirty = true;
    g->next = 0;
}

void grouped_set(struct grouped *g, enum store_grouping by)
{
    store_groups_free(&g->groups);
    g->groups = store_groups_new(by);
    g->count = 0;
    g->anchor_at = SIZE_MAX;
    g->anchor = (struct store_item){{0, 0}, 0};
    restart(g);
}

void grouped_sort(struct grouped *g, bool descending)
{
    g->descending = descending;
    g->dirty = true;
    g->next = 0;
}

struct keyed {
    const struct grouped *g;
    const struct sort_key *key;
};

static int compare(const void *arg, uint32_t a, uint32_t b)
{
    const struct keyed *k = arg;
    int c = memcmp(&k->key[a], &k->key[b], sizeof(k->key[a]));
    return k->g->descending ? -c : c;
}

static bool same(struct store_item a, struct store_item b)
{
    return store_ref_equal(a.session, b.session) && a.index == b.index;
}

static void put_in_order(struct grouped *g)
{
    size_t n = store_groups_count(g->groups);
    struct sort_key *keys = xcalloc(n + 1, sizeof(*keys));
    uint32_t *index = xmalloc((n + 1) * sizeof(*index));
    struct order order = {0};
    for (size_t i = 0; i < n; i++) {
        index[i] = (uint32_t)i;
        g->key(g->key_arg, store_groups_at(g->groups, i), &keys[i]);
    }
    order_start(&order, index, n);
    order_work(&order, compare, &(struct keyed){g, keys}, SIZE_MAX);
    order_take(&order, index);
    free(keys);
    free(g->index);
    g->index = index;
    g->count = n;
    g->dirty = false;
    g->anchor_at = SIZE_MAX;
    for (size_t i = 0; i < n && g->anchor_at == SIZE_MAX; i++) {
        if (same(grouped_at(g, i)->first, g->anchor)) {
            g->anchor_at = i;
        }
    }
}

bool grouped_work(struct grouped *g, int64_t deadline)
{
    bool more = rows_work(g->rows, deadline);
    if (rows_epoch(g->rows) != g->epoch) {
        restart(g);
    }
    for (size_t n = 1; g->taken < rows_count(g->rows); n++) {
        store_groups_add(g->groups, g->store, rows_at(g->rows, g->taken++));
        g->dirty = true;
        if (n % LOOK_AT_CLOCK == 0 && clock_over(deadline)) {
            return true;
        }
    }
    int64_t began = clock_now();
    if (g->dirty && began >= g->next) {
        put_in_order(g);
        int64_t now = clock_now(), pause = 10 * (now - began);
        g->next = now + (pause > ORDER_EVERY ? pause : ORDER_EVERY);
    }
    return more;
}

const struct store_group *grouped_at(const struct grouped *g, size_t i)
{
    return i < g->count && g->index[i] < store_groups_count(g->groups)
               ? store_groups_at(g->groups, g->index[i])
               : NULL;
}

void grouped_set_anchor(struct grouped *g, size_t i)
{
    const struct store_group *group = grouped_at(g, i);
    g->anchor = group ? group->first : (struct store_item){{0, 0}, 0};
    g->anchor_at = group ? i : SIZE_MAX;
}
