#include "capture/tcp_graves.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define FIRST_ROOM 1024

static size_t slot_of(const struct tcp_graves *g, size_t i)
{
    return (g->first + i) & (g->room - 1);
}

static uint32_t *bucket_of(const struct tcp_graves *g, uint64_t hash)
{
    return &g->buckets[hash & (g->room - 1)];
}

static void link_in(struct tcp_graves *g, size_t slot)
{
    uint32_t *b = bucket_of(g, g->ring[slot].hash);
    g->ring[slot].next = *b;
    *b = (uint32_t)slot + 1;
}

static void drop_oldest(struct tcp_graves *g)
{
    uint32_t gone = (uint32_t)g->first + 1;
    uint32_t *at = bucket_of(g, g->ring[g->first].hash);
    while (*at != gone) {
        at = &g->ring[*at - 1].next;
    }
    *at = g->ring[g->first].next;
    g->first = (g->first + 1) & (g->room - 1);
    g->count--;
}

static void grow(struct tcp_graves *g)
{
    size_t room = g->room ? g->room * 2 : FIRST_ROOM;
    struct grave *ring = xcalloc(room, sizeof *ring);
    for (size_t i = 0; i < g->count; i++) {
        ring[i] = g->ring[slot_of(g, i)];
    }
    free(g->ring);
    free(g->buckets);
    g->ring = ring;
    g->buckets = xcalloc(room, sizeof *g->buckets);
    g->room = room;
    g->first = 0;
    for (size_t i = 0; i < g->count; i++) { /* oldest first: the newest ends up in front */
        link_in(g, i);
    }
}

void tcp_graves_init(struct tcp_graves *g, size_t most)
{
    *g = (struct tcp_graves){.most = most < FIRST_ROOM ? FIRST_ROOM : most};
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
    size_t slot = slot_of(g, g->count++);
    g->ring[slot] = *grave;
    link_in(g, slot);
}

struct grave *tcp_graves_find(struct tcp_graves *g, uint64_t hash)
{
    if (g->count == 0) {
        return NULL;
    }
    for (uint32_t i = *bucket_of(g, hash); i != 0; i = g->ring[i - 1].next) {
        if (g->ring[i - 1].hash == hash) {
            return &g->ring[i - 1];
        }
    }
    return NULL;
}

void tcp_graves_age(struct tcp_graves *g, int64_t time)
{
    while (g->count > 0 && g->ring[g->first].closed < time) {
        drop_oldest(g);
    }
}

size_t tcp_graves_memory(const struct tcp_graves *g)
{
    return g->room * (sizeof *g->ring + sizeof *g->buckets);
}
