#include "capture/tcp_history.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define STEPS_MOST 256 /* entries looked through for one comparison */

struct entry {
    uint64_t owner, offset;
    history_mark before;
    uint32_t n;
    uint8_t ttl;
};

struct tcp_history {
    size_t size;   /* a power of two */
    uint64_t head; /* bytes ever written, entries included; marks count from 1 */
    uint8_t ring[];
};

struct tcp_history *tcp_history_new(size_t size)
{
    invariant(size > 0 && (size & (size - 1)) == 0);
    struct tcp_history *h = xmalloc(sizeof *h + size);
    h->size = size;
    h->head = 0;
    return h;
}

void tcp_history_free(struct tcp_history **h)
{
    free(*h);
    *h = NULL;
}

void tcp_history_add(struct tcp_history *h, history_mark *mark, uint64_t owner, uint64_t offset,
                     struct bytes data, uint8_t ttl)
{
    size_t need = (sizeof(struct entry) + data.n + 7) & ~(size_t)7;
    if (need > h->size / 4) {
        return; /* giants are not remembered: they would push out everything else */
    }
    size_t at = (size_t)h->head & (h->size - 1);
    if (at + need > h->size) { /* entries never wrap: the tail of the ring stays unused */
        h->head += h->size - at;
        at = 0;
    }
    struct entry e = {
        .owner = owner, .offset = offset, .before = *mark, .n = (uint32_t)data.n, .ttl = ttl};
    memcpy(h->ring + at, &e, sizeof e);
    memcpy(h->ring + at + sizeof e, data.p, data.n);
    *mark = h->head + 1;
    h->head += need;
}

/* Still there? The ring keeps the last `size` bytes; what a wrap skipped is counted too. */
static bool remembered(const struct tcp_history *h, history_mark m)
{
    return m != 0 && h->head - (m - 1) <= h->size;
}

struct bytes tcp_history_find(const struct tcp_history *h, history_mark mark, uint64_t owner,
                              uint64_t from, size_t n, uint8_t *ttl)
{
    for (int i = 0; i < STEPS_MOST && remembered(h, mark); i++) {
        struct entry e;
        size_t at = (size_t)(mark - 1) & (h->size - 1);
        memcpy(&e, h->ring + at, sizeof e);
        if (e.owner != owner) {
            break;
        }
        if (from >= e.offset && from < e.offset + e.n) {
            *ttl = e.ttl;
            return bytes_sub(bytes_make(h->ring + at + sizeof e, e.n), (size_t)(from - e.offset),
                             n);
        }
        mark = e.before;
    }
    return (struct bytes){NULL, 0};
}
