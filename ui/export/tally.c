#include "ui/export/tally.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define STEP_BITS 7 /* 128 steps an octave */

/* Values below 128 have a step each; above, the seven bits behind the highest one tell it. */
static unsigned step_of(uint64_t v)
{
    if (v < 1u << STEP_BITS) {
        return (unsigned)v;
    }
    unsigned shift = 63u - (unsigned)__builtin_clzll(v) - STEP_BITS;
    return ((shift + 1) << STEP_BITS) + (unsigned)(v >> shift & ((1u << STEP_BITS) - 1));
}

/* The largest value of a step. */
static uint64_t step_end(unsigned step)
{
    if (step < 1u << STEP_BITS) {
        return step;
    }
    unsigned shift = (step >> STEP_BITS) - 1;
    uint64_t first = (uint64_t)((1u << STEP_BITS) + (step & ((1u << STEP_BITS) - 1))) << shift;
    return first + ((UINT64_C(1) << shift) - 1);
}

void spread_add(struct spread *s, uint64_t v)
{
    s->least = s->n == 0 || v < s->least ? v : s->least;
    s->most = v > s->most ? v : s->most;
    s->n++;
    s->steps[step_of(v)]++;
}

uint64_t spread_at(const struct spread *s, unsigned percent)
{
    uint64_t rank = s->n / 100 * percent + (s->n % 100 * percent + 99) / 100, seen = 0;
    for (unsigned i = 0; i < sizeof s->steps / sizeof s->steps[0]; i++) {
        seen += s->steps[i];
        if (seen >= rank && seen > 0) {
            uint64_t v = step_end(i);
            return v < s->least ? s->least : v > s->most ? s->most : v;
        }
    }
    return s->most;
}

void tally_init(struct tally *t, size_t most)
{
    *t = (struct tally){.hash = hash_key_random(), .most = most};
    map_init(&t->map);
}

void tally_done(struct tally *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->rows[i]->spread);
        free(t->rows[i]);
    }
    free(t->rows);
    map_done(&t->map);
    *t = (struct tally){0};
}

struct tally_row *tally_at(struct tally *t, struct bytes key)
{
    uint64_t hash = hash_bytes(t->hash, key);
    for (struct map_node *n = map_first(&t->map, hash); n != NULL; n = map_next(n)) {
        struct tally_row *r = (struct tally_row *)n;
        if (bytes_equal(tally_key(r), key)) {
            return r;
        }
    }
    if (t->count >= t->most) {
        t->beyond++;
        return NULL;
    }
    if (t->count == t->room) {
        t->room = t->room * 2 + 16;
        t->rows = xrealloc(t->rows, t->room * sizeof *t->rows);
    }
    struct tally_row *r = xcalloc(1, sizeof *r + key.n);
    r->key_n = key.n;
    if (key.n > 0) {
        memcpy(r->key, key.p, key.n);
    }
    t->rows[t->count++] = r;
    map_add(&t->map, &r->node, hash);
    return r;
}

void tally_spread(struct tally_row *r, uint64_t v)
{
    if (r->spread == NULL) {
        r->spread = xcalloc(1, sizeof *r->spread);
    }
    spread_add(r->spread, v);
}

static int by_count(const void *pa, const void *pb)
{
    const struct tally_row *a = *(const struct tally_row *const *)pa;
    const struct tally_row *b = *(const struct tally_row *const *)pb;
    if (a->count[0] != b->count[0]) {
        return a->count[0] > b->count[0] ? -1 : 1;
    }
    size_t n = a->key_n < b->key_n ? a->key_n : b->key_n;
    int order = n > 0 ? memcmp(a->key, b->key, n) : 0;
    return order != 0 ? order : a->key_n < b->key_n ? -1 : a->key_n > b->key_n;
}

void tally_sort(struct tally *t)
{
    if (t->count > 1) {
        qsort(t->rows, t->count, sizeof *t->rows, by_count);
    }
}
