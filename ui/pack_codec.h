/* Numbers and texts of records (event_pack.h): varints, little end first, seven bits a byte.
 * Writing goes into room reserved before; reading stays inside its view and keeps `bad`. */
#ifndef MAILWIRE_UI_PACK_CODEC_H
#define MAILWIRE_UI_PACK_CODEC_H

#include "capture/base/bytes.h"

#define VARINT_MOST 10

struct put {
    uint8_t *p;
    const uint8_t *end; /* of the room, checked when a record is closed; may be NULL */
};

struct get {
    const uint8_t *p, *end;
    bool bad;
};

static inline void put_u8(struct put *o, uint8_t v)
{
    *o->p++ = v;
}

static inline void put_num(struct put *o, uint64_t v)
{
    while (v >= 0x80) {
        *o->p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *o->p++ = (uint8_t)v;
}

/* Small numbers of either sign stay short. */
static inline void put_signed(struct put *o, int64_t v)
{
    put_num(o, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static inline void put_raw(struct put *o, const void *from, size_t n)
{
    if (n > 0) {
        memcpy(o->p, from, n);
        o->p += n;
    }
}

static inline void put_text(struct put *o, struct bytes b)
{
    put_num(o, b.n);
    put_raw(o, b.p, b.n);
}

/* A C string with its NUL, so that it can be used where it stands; 0: NULL. */
static inline void put_cstr(struct put *o, const char *s)
{
    if (s == NULL) {
        put_u8(o, 0);
        return;
    }
    size_t n = strlen(s) + 1;
    put_num(o, n);
    put_raw(o, s, n);
}

static inline struct get get_from(struct bytes b)
{
    return (struct get){b.p, b.p ? b.p + b.n : NULL, false};
}

static inline size_t get_left(const struct get *g)
{
    return (size_t)(g->end - g->p);
}

static inline uint8_t get_u8(struct get *g)
{
    if (g->p >= g->end) {
        g->bad = true;
        return 0;
    }
    return *g->p++;
}

static inline uint64_t get_num(struct get *g)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t c = get_u8(g);
        v |= (uint64_t)(c & 0x7f) << shift;
        if ((c & 0x80) == 0) {
            return v;
        }
    }
    g->bad = true;
    return 0;
}

static inline int64_t get_signed(struct get *g)
{
    uint64_t v = get_num(g);
    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

static inline uint32_t get_u32(struct get *g)
{
    return (uint32_t)get_num(g);
}

static inline uint16_t get_u16(struct get *g)
{
    return (uint16_t)get_num(g);
}

static inline struct bytes get_raw(struct get *g, uint64_t n)
{
    if (n > get_left(g)) {
        g->bad = true;
        g->p = g->end;
        return (struct bytes){(const uint8_t *)"", 0};
    }
    // Not even zero may be added to the null pointer of an empty record (C17 6.5.6).
    if (n == 0) {
        return (struct bytes){(const uint8_t *)"", 0};
    }
    struct bytes b = {g->p, (size_t)n};
    g->p += n;
    return b;
}

static inline struct bytes get_text(struct get *g)
{
    return get_raw(g, get_num(g));
}

static inline const char *get_cstr(struct get *g)
{
    uint64_t n = get_num(g);
    if (n == 0) {
        return NULL;
    }
    struct bytes b = get_raw(g, n);
    if (b.n == 0 || b.p[b.n - 1] != '\0') {
        g->bad = true;
        return "";
    }
    return (const char *)b.p;
}

/* Differences of times and counters wrap instead of overflowing. */
static inline int64_t time_minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t time_plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

#endif
