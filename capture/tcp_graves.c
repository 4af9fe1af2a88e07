#include "capture/tcp_graves.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define FIRST_ROOM 1024u
#define MOST_ROOM  (1u << 30) /* graves have 32-bit numbers */
#define BUCKETS    4          /* for each grave: most are empty, and no grave need be looked at */

static struct grave *grave_at(const struct tcp_graves *g, uint32_t number)
{
    return &g->ring[number & (g->room - 1)];
}

static uint32_t *bucket_of(const struct tcp_graves *g, uint64_t hash)
{
    return &g->buckets[hash & (g->room * (size_t)BUCKETS - 1)];
}

static bool is_there(const struct tcp_graves *g, uint32_t number)
{
    return number - g->first < g->count;
}

/* Numbers in a bucket only fall: one that stayed there until the numbers wrapped is not kept. */
static void link_in(struct tcp_graves *g, uint32_t number)
{
    struct grave *it = grave_at(g, number);
    uint32_t *b = bucket_of(g, it->hash);
    it->older = is_there(g, *b) ? *b : g->first - 1;
    *b = number;
}

static void drop_oldest(struct tcp_graves *g)
{
    g->first++;
    g->count--;
}

/* What an empty bucket holds: a number that is long gone. */
static uint32_t *buckets_new(const struct tcp_graves *g)
{
    size_t n = g->room * (size_t)BUCKETS;
    uint32_t *buckets = xmalloc(n * sizeof *buckets);
    for (size_t i = 0; i < n; i++) {
        buckets[i] = g->first - 1;
    }
    return buckets;
}

static void grow(struct tcp_graves *g)
{
    struct tcp_graves old = *g;
    g->room = old.room ? old.room * 2 : FIRST_ROOM;
    g->ring = xcalloc(g->room, sizeof *g->ring);
    g->buckets = buckets_new(g);
    for (uint32_t i = 0; i < g->count; i++) { /* oldest first: the newest ends up in front */
        *grave_at(g, g->first + i) = *grave_at(&old, g->first + i);
        link_in(g, g->first + i);
    }
    free(old.ring);
    free(old.buckets);
}

void tcp_graves_init(struct tcp_graves *g, size_t most)
{
    most = most > MOST_ROOM ? MOST_ROOM : most;
    *g = (struct tcp_graves){.most = most < FIRST_ROOM ? FIRST_ROOM : (uint32_t)most};
}

void tcp_graves_done(struct tcp_graves *g)
{
    free(g->ring);
    free(g->buckets);
    *g = (struct tcp_graves){0};
}

void tcp_graves_add(struct tcp_graves *g, const struct grave *grave)
{
    if (g->count >= g->most) {
        drop_oldest(g);
    }
    if (g->count == g->room) {
        grow(g);
    }
    uint32_t number = g->first + g->count;
    *grave_at(g, number) = *grave;
    link_in(g, number);
    g->count++;
}

struct grave *tcp_graves_find(struct tcp_graves *g, uint64_t hash)
{
    if (g->count == 0) {
        return NULL;
    }
    for (uint32_t i = *bucket_of(g, hash); is_there(g, i); i = grave_at(g, i)->older) {
        if (grave_at(g, i)->hash == hash) {
            return grave_at(g, i);
        }
    }
    return NULL;
}

void tcp_graves_age(struct tcp_graves *g, uint32_t second)
{
    while (g->count > 0 && grave_at(g, g->first)->closed < second) {
        drop_oldest(g);
    }
}

size_t tcp_graves_memory(const struct tcp_graves *g)
{
    return g->room * (sizeof *g->ring + BUCKETS * sizeof *g->buckets);
}
