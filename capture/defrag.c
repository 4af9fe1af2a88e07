#include "capture/defrag.h"

#include "capture/base/error.h"
#include "capture/base/map.h"

#include <stdlib.h>

#define DATAGRAM_MOST 65536u /* of payload; offsets reach 65,528 */
#define BLOCK         8u     /* the unit of offsets */
#define WORDS         (DATAGRAM_MOST / BLOCK / 64)
#define CHUNK         1024u
#define CHUNKS        (DATAGRAM_MOST / CHUNK)
#define IPV4_MOST     65535u
#define TCP_HEADER    20u
#define UDP_HEADER    8u

struct key {
    uint8_t src[16], dst[16];
    uint32_t id, vlan;
    uint8_t version, protocol; /* IPv6: 0, only the first fragment's counts (RFC 8200 4.5) */
    uint8_t zero[2];
};

struct datagram {
    struct map_node node; /* first: map nodes are cast back */
    struct datagram *older, *newer;
    struct key key;
    int64_t time;    /* of its first fragment */
    uint64_t parts;  /* fragments taken */
    uint32_t length; /* highest end so far; the end once has_last */
    uint32_t meat;   /* bytes covered */
    uint32_t
        tail; /* end of the highest fragment, a run of neighbours taken in order may grow there */
    uint32_t cut; /* offset of the first byte that was not captured */
    size_t held;  /* memory, this struct included */
    bool has_first, has_last;
    uint8_t protocol, ttl, header_words; /* the first fragment's */
    uint8_t *chunks[CHUNKS];
    uint64_t covered[WORDS]; /* a bit per block */
    uint64_t starts[WORDS];  /* where a run begins: see range_state */
};

struct defrag {
    const struct limits *limits;
    struct hash_key seed;
    struct map map;
    struct datagram *oldest, *newest;
    size_t held;
    int64_t now; /* latest packet time: never runs backwards */
    struct defrag_counters count;
};

/* ---- bits of blocks [from, to) ---- */

/* The bits of word w that belong to the range. */
static uint64_t word_mask(uint32_t w, uint32_t from, uint32_t to)
{
    uint64_t mask = UINT64_MAX;
    if (w == from / 64) {
        mask &= UINT64_MAX << (from % 64);
    }
    if (w == (to - 1) / 64) {
        mask &= UINT64_MAX >> (63 - (to - 1) % 64);
    }
    return mask;
}

static void bits_set(uint64_t *bits, uint32_t from, uint32_t to)
{
    for (uint32_t w = from / 64; from < to && w <= (to - 1) / 64; w++) {
        bits[w] |= word_mask(w, from, to);
    }
}

static bool bits_any(const uint64_t *bits, uint32_t from, uint32_t to)
{
    uint64_t found = 0;
    for (uint32_t w = from / 64; from < to && w <= (to - 1) / 64; w++) {
        found |= bits[w] & word_mask(w, from, to);
    }
    return found != 0;
}

static bool bits_all(const uint64_t *bits, uint32_t from, uint32_t to)
{
    uint64_t missing = 0;
    for (uint32_t w = from / 64; from < to && w <= (to - 1) / 64; w++) {
        missing |= ~bits[w] & word_mask(w, from, to);
    }
    return missing == 0;
}

/* ---- the table of datagrams ---- */

static struct datagram *datagram_find(const struct defrag *d, const struct key *key, uint64_t hash)
{
    for (struct map_node *n = map_first(&d->map, hash); n != NULL; n = map_next(n)) {
        struct datagram *g = (struct datagram *)(void *)n;
        if (memcmp(&g->key, key, sizeof *key) == 0) {
            return g;
        }
    }
    return NULL;
}

static void datagram_remove(struct defrag *d, struct datagram *g)
{
    map_remove(&d->map, &g->node);
    *(g->older ? &g->older->newer : &d->oldest) = g->newer;
    *(g->newer ? &g->newer->older : &d->newest) = g->older;
    d->held -= g->held;
    for (size_t i = 0; i < CHUNKS; i++) {
        free(g->chunks[i]);
    }
    free(g);
}

static void datagram_drop(struct defrag *d, struct datagram *g)
{
    d->count.dropped += g->parts;
    datagram_remove(d, g);
}

static struct datagram *datagram_new(struct defrag *d, const struct key *key, uint64_t hash)
{
    while (d->oldest != NULL && d->map.count >= d->limits->fragment_datagrams) {
        datagram_drop(d, d->oldest);
    }
    struct datagram *g = xcalloc(1, sizeof *g);
    g->key = *key;
    g->time = d->now;
    g->cut = UINT32_MAX;
    g->held = sizeof *g;
    d->held += g->held;
    g->older = d->newest;
    *(d->newest ? &d->newest->newer : &d->oldest) = g;
    d->newest = g;
    map_add(&d->map, &g->node, hash);
    return g;
}

/* ---- the bytes of one datagram ---- */

static void chunks_write(struct defrag *d, struct datagram *g, uint32_t offset, struct bytes b)
{
    while (b.n > 0) {
        uint32_t at = offset % CHUNK;
        size_t n = b.n < CHUNK - at ? b.n : CHUNK - at;
        uint8_t **chunk = &g->chunks[offset / CHUNK];
        if (*chunk == NULL) {
            *chunk = xcalloc(1, CHUNK);
            g->held += CHUNK;
            d->held += CHUNK;
        }
        memcpy(*chunk + at, b.p, n);
        b = bytes_from(b, n);
        offset += (uint32_t)n;
    }
}

/* Are these the bytes that are held there? Bytes that were not captured are equal to anything. */
static bool chunks_equal(const struct datagram *g, uint32_t offset, struct bytes b)
{
    b = bytes_sub(b, 0, offset < g->cut ? g->cut - offset : 0);
    while (b.n > 0) {
        uint32_t at = offset % CHUNK;
        size_t n = b.n < CHUNK - at ? b.n : CHUNK - at;
        const uint8_t *chunk = g->chunks[offset / CHUNK];
        if (chunk == NULL || memcmp(chunk + at, b.p, n) != 0) {
            return false;
        }
        b = bytes_from(b, n);
        offset += (uint32_t)n;
    }
    return true;
}

static uint8_t *chunks_join(const struct datagram *g, size_t n)
{
    uint8_t *whole = xmalloc(n);
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t part = n - at < CHUNK ? n - at : CHUNK;
        if (g->chunks[at / CHUNK] != NULL) {
            memcpy(whole + at, g->chunks[at / CHUNK], part);
        } else {
            memset(whole + at, 0, part); /* not reached: what is not captured ends the whole */
        }
    }
    return whole;
}

/* ---- one fragment (Linux: ip_frag_queue, ip6_frag_queue, inet_frag_queue_insert) ---- */

enum fit {
    FIT_NEW,      /* nothing was there */
    FIT_INSIDE,   /* a duplicate */
    FIT_OVERLAP,  /* drops the datagram */
    FIT_NONSENSE, /* drops the datagram too: two ends, or data beyond the end, or no data */
    FIT_IGNORE,   /* the fragment alone is dropped */
};

/* Moves the datagram's end. False when the fragment contradicts it. */
static bool end_agrees(struct datagram *g, const struct ip_info *part, uint32_t end)
{
    if (!part->more) {
        if (end < g->length || (g->has_last && end != g->length)) {
            return false;
        }
        g->has_last = true;
        g->length = end;
    } else if (end > g->length) {
        if (g->has_last) {
            return false;
        }
        g->length = end;
    }
    return true;
}

/* Linux takes a fragment for a duplicate only inside one run: fragments that came in order, each at
 * the end of the one before. Across two runs it is an overlap. */
static enum fit range_state(const struct datagram *g, uint32_t offset, uint32_t end)
{
    uint32_t from = offset / BLOCK, to = (end + BLOCK - 1) / BLOCK;
    if (!bits_any(g->covered, from, to)) {
        return FIT_NEW;
    }
    bool one_run = bits_all(g->covered, from, to) && !bits_any(g->starts, from + 1, to);
    return one_run ? FIT_INSIDE : FIT_OVERLAP;
}

/* RFC 7112: the first fragment of an IPv6 packet holds all headers; Linux drops it otherwise. */
static bool headers_missing(const struct ip_info *part)
{
    struct ip_info first = *part;
    first.fragment = false;
    if (part->version != 6 || part->offset != 0) {
        return false;
    }
    return ip_read_extensions(&first) != IP_READ || first.fragment ||
           (first.protocol == IP_TCP && first.wire < TCP_HEADER) ||
           (first.protocol == IP_UDP && first.wire < UDP_HEADER);
}

static enum fit part_fit(struct datagram *g, struct ip_info *part, uint32_t *end)
{
    *end = part->offset + part->wire;
    uint32_t ragged = part->more ? *end % BLOCK : 0;
    if (part->version == 6 && (*end >= DATAGRAM_MOST || ragged != 0)) {
        return FIT_IGNORE;
    }
    *end -= ragged;
    if (*end <= part->offset || *end > IPV4_MOST || !end_agrees(g, part, *end)) {
        return FIT_NONSENSE;
    }
    part->payload = bytes_sub(part->payload, 0, *end - part->offset);
    return range_state(g, part->offset, *end);
}

static void part_take(struct defrag *d, struct datagram *g, const struct ip_info *part,
                      uint32_t end)
{
    uint32_t from = part->offset / BLOCK, captured = part->offset + (uint32_t)part->payload.n;
    bits_set(g->covered, from, (end + BLOCK - 1) / BLOCK);
    if (g->parts == 0 || part->offset != g->tail) {
        bits_set(g->starts, from, from + 1);
    }
    if (end > g->tail) {
        g->tail = end;
    }
    if (captured < end && captured < g->cut) {
        g->cut = captured;
    }
    if (part->offset == 0) {
        g->has_first = true;
        g->protocol = part->protocol;
        g->ttl = part->ttl;
        g->header_words = part->header_words;
    }
    g->parts++;
    g->meat += end - part->offset;
    chunks_write(d, g, part->offset, part->payload);
}

/* Fills *part with the whole. */
static bool datagram_finish(struct defrag *d, struct datagram *g, struct ip_info *part,
                            void **memory)
{
    if (g->key.version == 4 && g->length + g->header_words * 4u > IPV4_MOST) {
        datagram_drop(d, g); /* the "ping of death" */
        return false;
    }
    size_t n = g->length < g->cut ? g->length : g->cut;
    uint8_t *whole = chunks_join(g, n);
    part->payload = bytes_make(whole, n);
    part->wire = g->length;
    part->protocol = g->protocol;
    part->ttl = g->ttl;
    part->header_words = g->header_words;
    part->fragment = part->more = false;
    part->offset = 0;
    datagram_remove(d, g);
    *memory = whole;
    return true;
}

static struct key key_of(const struct ip_info *part, uint32_t vlan)
{
    struct key k = {.id = part->id, .vlan = vlan, .version = part->version};
    size_t n = part->version == 4 ? 4 : 16;
    k.protocol = part->version == 4 ? part->protocol : 0;
    memcpy(k.src, part->src, n);
    memcpy(k.dst, part->dst, n);
    return k;
}

bool defrag_add(struct defrag *d, struct ip_info *part, uint32_t vlan, int64_t now, void **memory)
{
    defrag_tick(d, now);
    d->count.fragments++;
    if (part->guessed || headers_missing(part)) {
        d->count.dropped++;
        return false;
    }
    struct key key = key_of(part, vlan);
    uint64_t hash = hash_bytes(d->seed, bytes_make(&key, sizeof key));
    struct datagram *g = datagram_find(d, &key, hash);
    if (g == NULL) {
        g = datagram_new(d, &key, hash);
    }
    uint32_t end = 0;
    enum fit fit = part_fit(g, part, &end);
    if (fit == FIT_NEW) {
        part_take(d, g, part, end);
        if (g->has_first && g->has_last && g->meat == g->length) {
            return datagram_finish(d, g, part, memory);
        }
        while (d->oldest != NULL && d->held > d->limits->fragment_bytes) {
            datagram_drop(d, d->oldest);
        }
        return false;
    }
    bool differs =
        fit == FIT_OVERLAP || (fit == FIT_INSIDE && !chunks_equal(g, part->offset, part->payload));
    d->count.overlaps += differs ? 1 : 0;
    d->count.dropped += differs || fit != FIT_INSIDE ? 1 : 0;
    if (fit == FIT_OVERLAP || fit == FIT_NONSENSE || g->parts == 0) {
        datagram_drop(d, g);
    }
    return false;
}

/* ---- life ---- */

struct defrag *defrag_new(const struct limits *l)
{
    struct defrag *d = xcalloc(1, sizeof *d);
    d->limits = l;
    d->seed = hash_key_random();
    d->now = INT64_MIN;
    map_init(&d->map);
    return d;
}

void defrag_tick(struct defrag *d, int64_t now)
{
    if (now > d->now) {
        d->now = now;
    }
    uint64_t most = d->limits->fragment_seconds * UINT64_C(1000000000);
    while (d->oldest != NULL && (uint64_t)d->now - (uint64_t)d->oldest->time > most) {
        datagram_drop(d, d->oldest);
    }
}

void defrag_finish(struct defrag *d)
{
    while (d->oldest != NULL) {
        datagram_drop(d, d->oldest);
    }
}

const struct defrag_counters *defrag_counters(const struct defrag *d)
{
    return &d->count;
}

size_t defrag_memory(const struct defrag *d)
{
    return d->held;
}

void defrag_free(struct defrag **d)
{
    if (*d != NULL) {
        defrag_finish(*d);
        map_done(&(*d)->map);
        free(*d);
        *d = NULL;
    }
}
