/* Flows: slabs, hash table with a secret key, lists by worth and age. */
#include "capture/base/error.h"
#include "capture/base/read.h"
#include "capture/tcp_private.h"

#include <stdlib.h>
#include <sys/mman.h>

#define SLAB_FLOWS  ((size_t)1 << SLAB_SHIFT) /* 10 MiB: a whole number of huge pages */
#define HUGE_PAGE   ((size_t)2 << 20)
#define FIRST_SLOTS ((size_t)8192)
#define AHEAD_FLOWS 8192 /* more than caches hold */
#define GRAINS      64   /* an idle limit is kept in steps of this part of it, or finer */

static size_t address_size(uint8_t version)
{
    return version == 4 ? 4 : 16;
}

/* One step of a keyed multiply-and-fold hash: the factors are secret, so that nobody who sends
 * packets can choose buckets. */
__extension__ typedef unsigned __int128 uint128;

static uint64_t fold_multiply(uint64_t a, uint64_t b)
{
    uint128 product = (uint128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

static uint64_t end_word(const struct tcp *t, const uint8_t *ip, uint16_t port, uint8_t version)
{
    if (version == 4) {
        return load(ip, 4) << 16 | port;
    }
    return fold_multiply(load(ip, 8) ^ t->key.k0, load(ip + 8, 8) ^ t->key.k1) + port;
}

/* The same for both directions: the smaller end comes first. */
static uint64_t hash_ends(const struct tcp *t, uint64_t one, uint64_t other)
{
    uint64_t low = one < other ? one : other, high = one < other ? other : one;
    return fold_multiply(fold_multiply(low ^ t->key.k0, high ^ t->key.k1) ^ t->key.k1,
                         t->key.k0 | 1);
}

static uint64_t hash_segment(const struct tcp *t, const struct segment *s,
                             const struct tcp_fields *f)
{
    return hash_ends(t, end_word(t, s->src, f->sport, s->ip_version),
                     end_word(t, s->dst, f->dport, s->ip_version));
}

uint64_t tcp_table_hash(const struct tcp *t, const struct flow *f)
{
    const struct endpoint *e = f->info.end;
    return hash_ends(t, end_word(t, e[0].ip, e[0].port, f->info.ip_version),
                     end_word(t, e[1].ip, e[1].port, f->info.ip_version));
}

static bool end_is(const struct endpoint *e, const uint8_t *ip, uint16_t port, size_t n)
{
    if (e->port != port) {
        return false;
    }
    return n == 4 ? load(e->ip, 4) == load(ip, 4) : memcmp(e->ip, ip, n) == 0;
}

static bool stands_first(const uint8_t *a, uint16_t a_port, const uint8_t *b, uint16_t b_port,
                         uint8_t version)
{
    int order = memcmp(a, b, address_size(version));
    return order < 0 || (order == 0 && a_port <= b_port);
}

bool tcp_table_source_first(const struct segment *s, const struct tcp_fields *f)
{
    return stands_first(s->src, f->sport, s->dst, f->dport, s->ip_version);
}

bool tcp_table_client_first(const struct flow *f)
{
    const struct endpoint *c = &f->info.end[FROM_CLIENT], *v = &f->info.end[FROM_SERVER];
    return stands_first(c->ip, c->port, v->ip, v->port, f->info.ip_version);
}

/* Is it the segment's flow? */
static bool flow_is(const struct flow *fl, const struct segment *s, const struct tcp_fields *f,
                    enum dir *dir)
{
    size_t n = address_size(s->ip_version);
    const struct endpoint *c = &fl->info.end[FROM_CLIENT], *v = &fl->info.end[FROM_SERVER];
    if (fl->info.ip_version != s->ip_version) {
        return false;
    }
    if (end_is(c, s->src, f->sport, n) && end_is(v, s->dst, f->dport, n)) {
        *dir = FROM_CLIENT;
        return true;
    }
    *dir = FROM_SERVER;
    return end_is(v, s->src, f->sport, n) && end_is(c, s->dst, f->dport, n);
}

/* A packet wants all lines of its flow, and where there are many flows none is in the cache. */
static void fetch(const struct flow *f)
{
    for (size_t at = 0; at < sizeof *f; at += 64) {
        __builtin_prefetch((const uint8_t *)f + at);
    }
}

/* ---- the table: open addressing, each flow at or behind the place its hash names ---- */

/* The next flow with that low half of a hash, from place *i on, which moves behind it; NULL: none.
 */
static inline struct flow *flow_at(const struct tcp *t, uint32_t hash, size_t *i)
{
    for (; t->slots[*i].flow != 0; *i = (*i + 1) & t->mask) {
        if (t->slots[*i].hash == hash) {
            struct flow *f = tcp_flow(t, t->slots[*i].flow);
            *i = (*i + 1) & t->mask;
            return f;
        }
    }
    return NULL;
}

struct flow *tcp_table_find(struct tcp *t, const struct segment *s, const struct tcp_fields *f,
                            uint64_t *hash, enum dir *dir)
{
    *hash = hash_segment(t, s, f);
    size_t i = (uint32_t)*hash & t->mask;
    for (struct flow *fl = flow_at(t, (uint32_t)*hash, &i); fl != NULL;
         fl = flow_at(t, (uint32_t)*hash, &i)) {
        fetch(fl);
        if (flow_is(fl, s, f, dir)) {
            return fl;
        }
    }
    return NULL;
}

bool tcp_looks_ahead(const struct tcp *t)
{
    return t->flows >= AHEAD_FLOWS;
}

static struct flow *flow_expected(const struct tcp *t, uint32_t hash)
{
    size_t i = hash & t->mask;
    return flow_at(t, hash, &i);
}

/* One thing leads to the other: with each segment that passes the next link of the chain is there,
 * and what it points to can be asked for. */
void tcp_expect(struct tcp *t, const struct segment *s)
{
    uint16_t sport = 0, dport = 0;
    if (!read_be16(s->tcp, 0, &sport) || !read_be16(s->tcp, 2, &dport)) {
        return;
    }
    uint32_t *e = t->expected;
    memmove(e, e + 1, (TCP_AHEAD - 1) * sizeof *e);
    e[3] = (uint32_t)hash_ends(t, end_word(t, s->src, sport, s->ip_version),
                               end_word(t, s->dst, dport, s->ip_version));
    __builtin_prefetch(&t->slots[e[3] & t->mask]);
    const struct flow *f = flow_expected(t, e[2]);
    if (f != NULL) {
        fetch(f);
    }
    for (int near = 0; near < 2 && t->ops->expect != NULL; near++) {
        f = flow_expected(t, e[1 - near]);
        if (f != NULL) {
            t->ops->expect(f->user, near != 0);
        }
    }
}

static void slot_put(struct tcp *t, struct slot what)
{
    size_t i = what.hash & t->mask;
    while (t->slots[i].flow != 0) {
        i = (i + 1) & t->mask;
    }
    t->slots[i] = what;
}

static void slots_grow(struct tcp *t)
{
    struct slot *old = t->slots;
    size_t count = t->mask + 1;
    t->slots = xcalloc(count * 2, sizeof *t->slots);
    t->mask = count * 2 - 1;
    for (size_t i = 0; i < count; i++) {
        if (old[i].flow != 0) {
            slot_put(t, old[i]);
        }
    }
    free(old);
}

/* What stands behind it without a gap moves up where its hash allows, so that look-ups may go on
 * stopping at the first free place. */
static void slot_remove(struct tcp *t, const struct flow *f)
{
    size_t gap = tcp_table_hash(t, f) & t->mask;
    while (t->slots[gap].flow != f->number) {
        gap = (gap + 1) & t->mask;
    }
    for (size_t i = (gap + 1) & t->mask; t->slots[i].flow != 0; i = (i + 1) & t->mask) {
        size_t home = t->slots[i].hash & t->mask;
        if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
            t->slots[gap] = t->slots[i];
            gap = i;
        }
    }
    t->slots[gap].flow = 0;
}

/* ---- memory: slabs of huge pages, touched as they are used ---- */

static void slab_add(struct tcp *t)
{
    size_t count = t->numbers >> SLAB_SHIFT;
    struct flow *slab =
        t->numbers == 0 ? NULL : aligned_alloc(HUGE_PAGE, SLAB_FLOWS * sizeof(struct flow));
    if (slab == NULL) {
        die("out of memory for connections; lower --memory or give the machine more");
    }
    (void)madvise(slab, SLAB_FLOWS * sizeof(struct flow), MADV_HUGEPAGE); /* works without, too */
    t->slabs = xrealloc(t->slabs, (count + 1) * sizeof *t->slabs);
    t->slabs[count] = slab;
}

static struct flow *flow_new(struct tcp *t)
{
    uint32_t number = t->free_flows;
    if (number != 0) {
        t->free_flows = tcp_flow(t, number)->next;
    } else {
        number = ++t->numbers; /* 0 again: there are no more */
        if ((number & (SLAB_FLOWS - 1)) == 0 || number == 1) {
            slab_add(t);
        }
    }
    struct flow *f = tcp_flow(t, number);
    memset(f, 0, sizeof *f);
    f->number = number;
    return f;
}

/* ---- lists ---- */

/* Where the neighbour's, or the list's own, link stands. */
static uint32_t *link_next(struct tcp *t, struct flow_lru *l, uint32_t of)
{
    return of ? &tcp_flow(t, of)->next : &l->oldest;
}

static uint32_t *link_prev(struct tcp *t, struct flow_lru *l, uint32_t of)
{
    return of ? &tcp_flow(t, of)->prev : &l->newest;
}

static void list_add(struct tcp *t, struct flow *f, enum flow_list list)
{
    struct flow_lru *l = &t->list[list];
    f->list = list & 7u;
    f->prev = l->newest;
    f->next = 0;
    *link_next(t, l, l->newest) = f->number;
    l->newest = f->number;
    l->count++;
}

static void list_remove(struct tcp *t, struct flow *f)
{
    struct flow_lru *l = &t->list[f->list];
    *link_next(t, l, f->prev) = f->next;
    *link_prev(t, l, f->next) = f->prev;
    l->count--;
}

struct flow *tcp_table_oldest(const struct tcp *t, enum flow_list list)
{
    return t->list[list].oldest ? tcp_flow(t, t->list[list].oldest) : NULL;
}

void tcp_table_move(struct tcp *t, struct flow *f, enum flow_list list)
{
    list_remove(t, f);
    list_add(t, f, list);
}

struct flow *tcp_table_add(struct tcp *t, const struct segment *s, const struct tcp_fields *f,
                           uint64_t hash, bool client_is_src)
{
    if (t->flows >= (t->mask + 1) / 4 * 3) {
        slots_grow(t);
    }
    struct flow *fl = flow_new(t);
    size_t n = address_size(s->ip_version);
    struct endpoint *src = &fl->info.end[client_is_src ? FROM_CLIENT : FROM_SERVER];
    struct endpoint *dst = &fl->info.end[client_is_src ? FROM_SERVER : FROM_CLIENT];
    memcpy(src->ip, s->src, n);
    memcpy(dst->ip, s->dst, n);
    src->port = f->sport;
    dst->port = f->dport;
    fl->info.ip_version = s->ip_version;
    fl->info.has_vlan = s->has_vlan;
    fl->info.vlan = s->vlan;
    fl->info.start = fl->info.last = s->time;
    fl->info.first_packet = s->packet;
    fl->info.file = s->file;
    fl->info.rtt = -1;
    fl->active = t->second;
    slot_put(t, (struct slot){.hash = (uint32_t)hash, .flow = fl->number});
    list_add(t, fl, LIST_HALF_OPEN);
    t->flows++;
    t->counters.flows++;
    return fl;
}

void tcp_table_remove(struct tcp *t, struct flow *f)
{
    slot_remove(t, f);
    list_remove(t, f);
    f->next = t->free_flows;
    t->free_flows = f->number;
    t->flows--;
}

void tcp_table_init(struct tcp *t)
{
    t->key = hash_key_random();
    for (int list = 0; list < LIST_COUNT; list++) {
        while (tcp_idle_limit(t, (enum flow_list)list) >> t->grain[list] >= 2 * GRAINS) {
            t->grain[list]++;
        }
    }
    t->slots = xcalloc(FIRST_SLOTS, sizeof *t->slots);
    t->mask = FIRST_SLOTS - 1;
}

void tcp_table_done(struct tcp *t)
{
    for (size_t i = 0; t->numbers > 0 && i <= t->numbers >> SLAB_SHIFT; i++) {
        free(t->slabs[i]);
    }
    free(t->slabs);
    free(t->slots);
}
