#include "capture/base/pool.h"

#include "capture/base/error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define GRAIN   16 /* bytes: what any type may be aligned to */
#define CLASSES (POOL_MOST / GRAIN)

#if defined(__SANITIZE_ADDRESS__)
#define POOLED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOLED 0
#endif
#endif
#ifndef POOLED
#define POOLED 1
#endif

struct piece_free {
    struct piece_free *next;
};

struct pool {
    uint8_t *room; /* all of it; NULL: none could be had */
    size_t used;   /* of it, ever */
    size_t ceiling;
    struct piece_free *given[CLASSES]; /* by size */
};

struct pool *pool_new(size_t ceiling)
{
    struct pool *p = xcalloc(1, sizeof *p);
    void *room = POOLED && ceiling > 0 ? mmap(NULL, ceiling, PROT_READ | PROT_WRITE,
                                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                       : MAP_FAILED;
    if (room != MAP_FAILED) {
        p->room = room;
        p->ceiling = ceiling;
        (void)madvise(room, ceiling, MADV_HUGEPAGE); /* works without, too */
    }
    return p;
}

void pool_free(struct pool **pp)
{
    struct pool *p = *pp;
    if (p != NULL) {
        if (p->room != NULL) {
            munmap(p->room, p->ceiling);
        }
        free(p);
        *pp = NULL;
    }
}

void *pool_take(struct pool *p, size_t n)
{
    if (p == NULL || n - 1 >= POOL_MOST) {
        return xmalloc(n);
    }
    size_t class = (n - 1) / GRAIN, size = (class + 1) * GRAIN;
    struct piece_free *again = p->given[class];
    if (again != NULL) {
        p->given[class] = again->next;
        return again;
    }
    if (p->ceiling - p->used < size) {
        return xmalloc(n);
    }
    p->used += size;
    return p->room + p->used - size;
}

void *pool_take_zeroed(struct pool *p, size_t n)
{
    return memset(pool_take(p, n), 0, n);
}

void pool_give(struct pool *p, void *what, size_t n)
{
    /* behind the room's end, or before it: from malloc */
    if (p == NULL || (uintptr_t)what - (uintptr_t)p->room >= p->used) {
        free(what);
        return;
    }
    struct piece_free *f = what;
    size_t class = (n - 1) / GRAIN;
    f->next = p->given[class];
    p->given[class] = f;
}
