#include "ui/segments.h"

#include "capture/base/error.h"

#include <sys/mman.h>

/* At the front of its memory, which is aligned to its size: so it is found from any place in it. */
struct segment {
    uint32_t end;  /* bytes given out, this head included */
    uint32_t live; /* of them still in use */
};

static struct segment *segment_of(const uint8_t *p)
{
    return (struct segment *)((uintptr_t)p &
                              ~(uintptr_t)(SEGMENT_SIZE - 1)); // NOLINT(*-int-to-ptr)
}

/* The system gives pages: twice the size is asked for, and what is not aligned given back. */
static struct segment *segment_new(void)
{
    uint8_t *p =
        mmap(NULL, 2 * SEGMENT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        die("out of memory");
    }
    size_t before = (SEGMENT_SIZE - ((uintptr_t)p & (SEGMENT_SIZE - 1))) & (SEGMENT_SIZE - 1);
    if (before) {
        munmap(p, before);
    }
    munmap(p + before + SEGMENT_SIZE, SEGMENT_SIZE - before);
    return (struct segment *)(p + before); /* a page is aligned for anything */
}

static struct segment *take(struct segments *s)
{
    struct segment *g = s->spare != NULL ? s->spare : segment_new();
    s->spare = NULL;
    *g = (struct segment){.end = sizeof *g};
    return g;
}

static void give_back(struct segments *s, struct segment *g)
{
    if (s->spare == NULL) {
        s->spare = g;
    } else {
        munmap(g, SEGMENT_SIZE);
    }
}

uint8_t *segments_put(struct segments *s, struct bytes b)
{
    struct segment *g = s->filling;
    if (g != NULL && b.n > SEGMENT_SIZE - g->end) { /* it counts whole from here on */
        s->taken += SEGMENT_SIZE - g->live;
        g = NULL;
    }
    g = g != NULL ? g : take(s);
    s->filling = g;
    uint8_t *p = (uint8_t *)g + g->end;
    memcpy(p, b.p, b.n);
    g->end += (uint32_t)b.n;
    g->live += (uint32_t)b.n;
    s->taken += b.n;
    return p;
}

void segments_drop(struct segments *s, uint8_t *p, size_t n)
{
    struct segment *g = segment_of(p);
    g->live -= (uint32_t)n;
    if (g == s->filling) {
        s->taken -= n;
        g->end = g->live > 0 ? g->end : (uint32_t)sizeof *g;
    } else if (g->live == 0) {
        s->taken -= SEGMENT_SIZE;
        give_back(s, g);
    }
}

void segments_done(struct segments *s)
{
    struct segment *left[] = {s->filling, s->spare};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        if (left[i] != NULL) {
            munmap(left[i], SEGMENT_SIZE);
        }
    }
    *s = (struct segments){0};
}
