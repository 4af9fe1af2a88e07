/* A bump allocator with a budget, freed whole.
 *
 * Each session and each message has one for the strings it keeps. When the
 * budget is spent arena_alloc answers NULL and arena_copy gives what still
 * fits (possibly nothing); `full` then stays set, so that the cut is told.
 */
#ifndef MAILWIRE_BASE_ARENA_H
#define MAILWIRE_BASE_ARENA_H

#include "capture/base/bytes.h"

struct arena_chunk;
struct pool;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    struct pool *pool;          /* where they come from; NULL: malloc */
    uint32_t used, room;        /* of the newest chunk */
    uint32_t total;             /* bytes allocated from the system */
    uint32_t budget;
    bool full;
};

void arena_init(struct arena *a, uint32_t budget);
/* In pieces of pool, which outlives it. */
void arena_init_in(struct arena *a, struct pool *pool, uint32_t budget);
void arena_done(struct arena *a); /* frees all; may be used again */
/* Zeroed, aligned for any type; NULL when the budget is spent. */
void *arena_alloc(struct arena *a, size_t n);
/* A copy that lives as long as the arena; cut to what fits. */
struct bytes arena_copy(struct arena *a, struct bytes b);

#endif
