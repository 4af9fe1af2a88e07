/* Flows: slabs, hash table with a secret key, lists by worth and age. */
#include "capture/base/error.h"
#include "capture/tcp_private.h"

#include <stdlib.h>
#include <sys/mman.h>

#define SLAB_FLOWS    1024
#define FIRST_BUCKETS 4096

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

/* The same for both directions: each end is hashed alone, the two are added. */
static uint64_t hash_end(const struct tcp *t, const uint8_t *ip, uint16_t port, uint8_t version)
{
    uint64_t a = version == 4 ? load(ip, 4) : load(ip, 8);
    uint64_t h = fold_multiply(a ^ t->key.k0, ((uint64_t)port << 32) ^ t->key.k1);
    if (version != 4) {
        h = fold_multiply(h ^ load(ip + 8, 8), t->key.k0 ^ 0x9e3779b97f4a7c15u);
    }
    return fold_multiply(h ^ t->key.k1, t->key.k0 | 1);
}

static uint64_t hash_tuple(const struct tcp *t, const struct segment *s, const struct tcp_fields *f)
{
    return fold_multiply(hash_end(t, s->src, f->sport, s->ip_version) +
                             hash_end(t, s->dst, f->dport, s->ip_version),
                         t->key.k1 | 1);
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

struct flow *tcp_table_find(struct tcp *t, const struct segment *s, const struct tcp_fields *f,
                            uint64_t *hash, enum dir *dir)
{
    *hash = hash_tuple(t, s, f);
    size_t n = address_size(s->ip_version);
    for (struct flow *fl = t->buckets[*hash & t->mask]; fl != NULL; fl = fl->hash_next) {
        if (fl->hash != *hash || fl->info.ip_version != s->ip_version) {
            continue;
        }
        const struct endpoint *c = &fl->info.end[FROM_CLIENT], *v = &fl->info.end[FROM_SERVER];
        if (end_is(c, s->src, f->sport, n) && end_is(v, s->dst, f->dport, n)) {
            *dir = FROM_CLIENT;
            return fl;
        }
        if (end_is(v, s->src, f->sport, n) && end_is(c, s->dst, f->dport, n)) {
            *dir = FROM_SERVER;
            return fl;
        }
    }
    return NULL;
}

static void grow_buckets(struct tcp *t)
{
    size_t count = (t->mask + 1) * 2;
    struct flow **fresh = xcalloc(count, sizeof *fresh);
    for (size_t i = 0; i <= t->mask; i++) {
        for (struct flow *f = t->buckets[i], *next; f != NULL; f = next) {
            next = f->hash_next;
            f->hash_next = fresh[f->hash & (count - 1)];
            fresh[f->hash & (count - 1)] = f;
        }
    }
    free(t->buckets);
    t->buckets = fresh;
    t->mask = count - 1;
}

static struct flow *take_free(struct tcp *t)
{
    if (t->free_flows == NULL) {
        size_t size = SLAB_FLOWS * sizeof(struct flow);
        struct flow *slab = aligned_alloc(64, (size + 63) & ~(size_t)63);
        if (slab == NULL) {
            die("out of memory for connections; lower --memory or give the machine more");
        }
        t->slabs = xrealloc(t->slabs, (t->slab_count + 1) * sizeof *t->slabs);
        t->slabs[t->slab_count++] = slab;
        for (size_t i = SLAB_FLOWS; i > 0; i--) { /* handed out in address order */
            slab[i - 1].next = t->free_flows;
            t->free_flows = &slab[i - 1];
        }
    }
    struct flow *f = t->free_flows;
    t->free_flows = f->next;
    memset(f, 0, sizeof *f);
    return f;
}

static void list_add(struct tcp *t, struct flow *f, enum flow_list list)
{
    struct flow_lru *l = &t->list[list];
    f->list = (uint8_t)list;
    f->prev = l->newest;
    f->next = NULL;
    *(l->newest ? &l->newest->next : &l->oldest) = f;
    l->newest = f;
    l->count++;
}

static void list_remove(struct tcp *t, struct flow *f)
{
    struct flow_lru *l = &t->list[f->list];
    *(f->prev ? &f->prev->next : &l->oldest) = f->next;
    *(f->next ? &f->next->prev : &l->newest) = f->prev;
    l->count--;
}

void tcp_table_touch(struct tcp *t, struct flow *f, enum flow_list list)
{
    f->active = t->now;
    if (f->next == NULL && f->list == list) {
        return; /* the newest already */
    }
    list_remove(t, f);
    list_add(t, f, list);
}

struct flow *tcp_table_add(struct tcp *t, const struct segment *s, const struct tcp_fields *f,
                           uint64_t hash, bool client_is_src)
{
    if (t->flows > t->mask) {
        grow_buckets(t);
    }
    struct flow *fl = take_free(t);
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
    fl->hash = hash;
    fl->hash_next = t->buckets[hash & t->mask];
    t->buckets[hash & t->mask] = fl;
    fl->active = t->now;
    list_add(t, fl, LIST_HALF_OPEN);
    t->flows++;
    t->counters.flows++;
    return fl;
}

void tcp_table_remove(struct tcp *t, struct flow *f)
{
    struct flow **at = &t->buckets[f->hash & t->mask];
    while (*at != f) {
        at = &(*at)->hash_next;
    }
    *at = f->hash_next;
    list_remove(t, f);
    tcp_unstall(t, f);
    f->next = t->free_flows;
    t->free_flows = f;
    t->flows--;
}

void tcp_stall(struct tcp *t, struct flow *f)
{
    if (f->in_stall) {
        return;
    }
    f->in_stall = true;
    f->stalled = t->now;
    f->stall_prev = t->stall_newest;
    f->stall_next = NULL;
    *(t->stall_newest ? &t->stall_newest->stall_next : &t->stall_oldest) = f;
    t->stall_newest = f;
}

void tcp_unstall(struct tcp *t, struct flow *f)
{
    if (!f->in_stall) {
        return;
    }
    f->in_stall = false;
    *(f->stall_prev ? &f->stall_prev->stall_next : &t->stall_oldest) = f->stall_next;
    *(f->stall_next ? &f->stall_next->stall_prev : &t->stall_newest) = f->stall_prev;
}

void tcp_table_init(struct tcp *t)
{
    t->key = hash_key_random();
    t->buckets = xcalloc(FIRST_BUCKETS, sizeof *t->buckets);
    t->mask = FIRST_BUCKETS - 1;
}

void tcp_table_done(struct tcp *t)
{
    for (size_t i = 0; i < t->slab_count; i++) {
        free(t->slabs[i]);
    }
    free(t->slabs);
    free(t->buckets);
}
