#include "capture/base/arena.h"

#include "capture/base/pool.h"

#define ARENA_FIRST_CHUNK 192
#define ARENA_MAX_CHUNK   4096

struct arena_chunk {
    struct arena_chunk *next;
    uint32_t size; /* of all of it */
    max_align_t data[];
};

void arena_init(struct arena *a, uint32_t budget)
{
    arena_init_in(a, NULL, budget);
}

void arena_init_in(struct arena *a, struct pool *pool, uint32_t budget)
{
    *a = (struct arena){.pool = pool, .budget = budget};
}

void arena_done(struct arena *a)
{
    while (a->chunks != NULL) {
        struct arena_chunk *next = a->chunks->next;
        pool_give(a->pool, a->chunks, a->chunks->size);
        a->chunks = next;
    }
    arena_init_in(a, a->pool, a->budget);
}

/* Chunks double up to 4 KiB: small sessions stay small, large ones cost few mallocs. */
static bool arena_grow(struct arena *a, size_t need)
{
    size_t want = a->room ? (size_t)a->room * 2 : ARENA_FIRST_CHUNK - sizeof(struct arena_chunk);
    if (want > ARENA_MAX_CHUNK) {
        want = ARENA_MAX_CHUNK;
    }
    if (want < need) {
        want = need;
    }
    size_t size = sizeof(struct arena_chunk) + want;
    if (size > a->budget || a->total > a->budget - size) {
        a->full = true;
        return false;
    }
    struct arena_chunk *c = pool_take(a->pool, size);
    c->next = a->chunks;
    c->size = (uint32_t)size;
    a->chunks = c;
    a->used = 0;
    a->room = (uint32_t)want;
    a->total += (uint32_t)size;
    return true;
}

static void *arena_take(struct arena *a, size_t n, size_t align)
{
    size_t at = (a->used + align - 1) & ~(align - 1);
    if (a->chunks == NULL || at > a->room || n > a->room - at) {
        if (!arena_grow(a, n)) {
            return NULL;
        }
        at = 0;
    }
    a->used = (uint32_t)(at + n);
    return (uint8_t *)a->chunks->data + at;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = arena_take(a, n, _Alignof(max_align_t));
    if (p != NULL) {
        memset(p, 0, n);
    }
    return p;
}

struct bytes arena_copy(struct arena *a, struct bytes b)
{
    if (b.n == 0) {
        return (struct bytes){(const uint8_t *)"", 0};
    }
    uint8_t *p = arena_take(a, b.n, 1);
    if (p == NULL) {
        /* the rest of the newest chunk still takes the beginning */
        b.n = a->chunks != NULL && a->room > a->used ? a->room - a->used : 0;
        if (b.n == 0) {
            return (struct bytes){(const uint8_t *)"", 0};
        }
        p = (uint8_t *)a->chunks->data + a->used;
        a->used = a->room;
    }
    memcpy(p, b.p, b.n);
    return (struct bytes){p, b.n};
}
