#include "capture/base/map.h"

#include "capture/base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define MAP_FIRST_BUCKETS 16

/* ---- SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"; the 1-3 variant is
 * enough for hash tables and half the price of 2-4) ------------------------------------------- */

struct sip {
    uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static inline void sip_round(struct sip *s)
{
    s->a += s->b;
    s->b = rotate(s->b, 13) ^ s->a;
    s->a = rotate(s->a, 32);
    s->c += s->d;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

static inline uint64_t load_le64(const uint8_t *p)
{
    uint64_t word = 0;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The last zero to seven bytes, little endian, with the length's low byte on top. Of longer input
 * the last eight are loaded at once and what was hashed before is shifted out. */
static inline uint64_t sip_tail(struct bytes b)
{
    size_t rest = b.n % 8;
    uint64_t word = 0;
    if (b.n >= 8 && rest > 0) {
        word = load_le64(b.p + b.n - 8) >> (64 - 8 * rest) % 64;
    } else {
        for (size_t i = 0; i < rest; i++) {
            word |= (uint64_t)b.p[i] << (8 * i);
        }
    }
    return word | (uint64_t)(b.n & 0xff) << 56;
}

uint64_t hash_bytes(struct hash_key key, struct bytes b)
{
    struct sip s = {
        key.k0 ^ UINT64_C(0x736f6d6570736575),
        key.k1 ^ UINT64_C(0x646f72616e646f6d),
        key.k0 ^ UINT64_C(0x6c7967656e657261),
        key.k1 ^ UINT64_C(0x7465646279746573),
    };
    for (size_t at = 0; b.n - at >= 8; at += 8) {
        sip_word(&s, load_le64(b.p + at));
    }
    sip_word(&s, sip_tail(b));
    s.c ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}

struct hash_key hash_key_random(void)
{
    struct hash_key key = {0, 0};
    ssize_t n = 0;
    do {
        n = getrandom(&key, sizeof key, 0);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof key) {
        die("the kernel gives no random bytes: %s", strerror(errno));
    }
    return key;
}

/* ---- the table ---- */

void map_init(struct map *m)
{
    *m = (struct map){0};
}

void map_done(struct map *m)
{
    free(m->buckets);
    *m = (struct map){0};
}

static void map_grow(struct map *m)
{
    size_t room = m->buckets == NULL ? MAP_FIRST_BUCKETS : (m->mask + 1) * 2;
    struct map_node **buckets = xcalloc(room, sizeof *buckets);
    for (size_t i = 0; m->buckets != NULL && i <= m->mask; i++) {
        struct map_node *next = NULL;
        for (struct map_node *n = m->buckets[i]; n != NULL; n = next) {
            next = n->next;
            struct map_node **to = &buckets[n->hash & (room - 1)];
            n->next = *to;
            *to = n;
        }
    }
    free(m->buckets);
    m->buckets = buckets;
    m->mask = room - 1;
}

static struct map_node *chain_find(struct map_node *n, uint64_t hash)
{
    while (n != NULL && n->hash != hash) {
        n = n->next;
    }
    return n;
}

struct map_node *map_first(const struct map *m, uint64_t hash)
{
    return m->buckets == NULL ? NULL : chain_find(m->buckets[hash & m->mask], hash);
}

struct map_node *map_next(const struct map_node *n)
{
    return chain_find(n->next, n->hash);
}

void map_add(struct map *m, struct map_node *n, uint64_t hash)
{
    if (m->buckets == NULL || m->count > m->mask / 2) { /* mostly the first look finds nothing */
        map_grow(m);
    }
    struct map_node **to = &m->buckets[hash & m->mask];
    n->hash = hash;
    n->next = *to;
    *to = n;
    m->count++;
}

void map_remove(struct map *m, struct map_node *n)
{
    if (m->buckets == NULL) {
        return;
    }
    struct map_node **at = &m->buckets[n->hash & m->mask];
    while (*at != NULL && *at != n) {
        at = &(*at)->next;
    }
    if (*at == n) {
        *at = n->next;
        n->next = NULL;
        m->count--;
    }
}
