#include "capture/source_ng.h"

#include <inttypes.h>
#include <stdlib.h>

/* Block types and options of draft-ietf-opsawg-pcapng. */
#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET    2u /* obsolete */
#define BLOCK_SIMPLE    3u
#define BLOCK_ENHANCED  6u
#define ORDER_MAGIC     0x1a2b3c4du
#define OPTION_TSRESOL  9u
#define OPTION_TSOFFSET 14u

#define BLOCK_LEAST    12u /* type, length, length again */
#define INTERFACE_SIZE 20u /* without options */
#define WINDOW         ((size_t)1 << 18)

struct ng_interface {
    uint32_t snaplen;
    uint16_t linktype;
    uint8_t resolution, offset[8];
    bool has_resolution, has_offset;
};

struct ng {
    struct input *in;
    uint8_t *window;
    size_t at, n; /* window[at, n) is read and not yet passed */
    uint64_t passed;
    uint64_t left;    /* of the packet block being given out */
    bool big, nano;   /* the section's byte order */
    uint64_t section; /* from 1; 0 before the first */
    uint16_t major, minor;
    struct ng_interface *interfaces;
    size_t count, room;
    uint64_t unknown;
    struct error error;
};

/* ---- the window ---- */

static size_t window_held(const struct ng *g)
{
    return g->n - g->at;
}

/* Reads on until `want` bytes are held or the input ends. want is small. */
static bool window_need(struct ng *g, size_t want)
{
    if (window_held(g) >= want) {
        return true;
    }
    memmove(g->window, g->window + g->at, window_held(g));
    g->n -= g->at;
    g->at = 0;
    size_t got = 1;
    while (g->n < want && got > 0) {
        got = input_read(g->in, g->window + g->n, WINDOW - g->n);
        g->n += got;
    }
    return g->n >= want;
}

static void window_pass(struct ng *g, size_t n)
{
    g->at += n;
    g->passed += n;
}

static bool window_skip(struct ng *g, uint64_t n)
{
    while (n > 0) {
        if (!window_need(g, 1)) {
            return false;
        }
        size_t part = window_held(g) < n ? window_held(g) : (size_t)n;
        window_pass(g, part);
        n -= part;
    }
    return true;
}

static uint16_t get16(const struct ng *g, size_t at)
{
    const uint8_t *p = g->window + g->at + at;
    return (uint16_t)(g->big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static uint32_t get32(const struct ng *g, size_t at)
{
    uint32_t first = get16(g, at), second = get16(g, at + 2);
    return g->big ? first << 16 | second : second << 16 | first;
}

static enum ng_result damaged(struct ng *g, const char *what)
{
    if (g->in->error.text[0] != '\0') {
        g->error = g->in->error;
    } else {
        error_set(&g->error, "%s", what);
    }
    return NG_DAMAGED;
}

static enum ng_result cut_short(struct ng *g)
{
    return g->in->stopped ? NG_END : damaged(g, "cut short inside a block");
}

/* ---- section and interface headers ---- */

static bool section_begin(struct ng *g)
{
    if (!window_need(g, 16)) {
        return false;
    }
    g->big = true;
    uint32_t magic = get32(g, 8);
    if (magic != ORDER_MAGIC) {
        g->big = false;
        magic = get32(g, 8);
    }
    if (magic != ORDER_MAGIC) {
        error_set(&g->error, "a section header without a byte order");
        return false;
    }
    g->major = get16(g, 12);
    g->minor = get16(g, 14);
    g->section++;
    g->count = 0;
    return true;
}

static bool finer_than_micro(uint8_t resolution)
{
    return (resolution & 0x80) != 0 ? (resolution & 0x7f) >= 20 : resolution > 6;
}

/* One option of an interface; the first of its kind counts. */
static void option_keep(struct ng *g, struct ng_interface *i, uint16_t code, uint16_t length)
{
    const uint8_t *value = g->window + g->at;
    if (code == OPTION_TSRESOL && length == 1 && !i->has_resolution) {
        i->has_resolution = true;
        i->resolution = value[0];
        g->nano = g->nano || finer_than_micro(value[0]);
    }
    if (code == OPTION_TSOFFSET && length == 8 && !i->has_offset) {
        i->has_offset = true;
        memcpy(i->offset, value, sizeof i->offset);
    }
}

/* Passes `size` bytes of options. */
static bool options_read(struct ng *g, struct ng_interface *i, uint64_t size)
{
    while (size >= 4) {
        if (!window_need(g, 4)) {
            return false;
        }
        uint16_t code = get16(g, 0), length = get16(g, 2);
        uint64_t padded = (length + UINT64_C(3)) & ~UINT64_C(3);
        window_pass(g, 4);
        size -= 4;
        if (code == 0 || padded > size) {
            break;
        }
        if (length <= 8 && !window_need(g, (size_t)padded)) {
            return false;
        }
        if (length <= 8) {
            option_keep(g, i, code, length);
        }
        if (!window_skip(g, padded)) {
            return false;
        }
        size -= padded;
    }
    return window_skip(g, size);
}

static void interface_add(struct ng *g, const struct ng_interface *i)
{
    if (g->count >= NG_INTERFACES) {
        return;
    }
    if (g->count == g->room) {
        g->room = g->room == 0 ? 4 : g->room * 2;
        g->interfaces = xrealloc(g->interfaces, g->room * sizeof *g->interfaces);
    }
    g->interfaces[g->count++] = *i;
}

static bool interface_read(struct ng *g, uint32_t length)
{
    if (length < INTERFACE_SIZE || !window_need(g, INTERFACE_SIZE)) {
        return false;
    }
    struct ng_interface i = {.linktype = get16(g, 8), .snaplen = get32(g, 12)};
    window_pass(g, 16);
    if (!options_read(g, &i, length - INTERFACE_SIZE) || !window_skip(g, 4)) {
        return false;
    }
    interface_add(g, &i);
    return true;
}

/* ---- packets ---- */

/* Is the block at the window's start a packet, and whose? Its first BLOCK_LEAST bytes are there. */
static bool packet_key(const struct ng *g, struct ng_key *key)
{
    uint32_t type = get32(g, 0);
    *key = (struct ng_key){.section = g->section, .simple = type == BLOCK_SIMPLE};
    if (type == BLOCK_ENHANCED) {
        key->interface = get32(g, 8);
    } else if (type == BLOCK_PACKET) {
        key->interface = get16(g, 8);
    }
    return type == BLOCK_ENHANCED || type == BLOCK_PACKET || type == BLOCK_SIMPLE;
}

static bool length_fits(uint32_t length)
{
    return length >= BLOCK_LEAST && length % 4 == 0;
}

/* A packet block goes out as one of the stream's only interface, 0. */
static void packet_begin(struct ng *g)
{
    uint32_t type = get32(g, 0);
    size_t field = type == BLOCK_ENHANCED ? 4 : type == BLOCK_PACKET ? 2 : 0;
    g->left = get32(g, 4);
    memset(g->window + g->at + 8, 0, field);
}

/* Does the stream go on? Does not wait for more input while `given` bytes wait to be used. */
static bool packet_follows(struct ng *g, const struct ng_key *key, bool given)
{
    struct ng_key next;
    if (window_held(g) < BLOCK_LEAST && (given || !window_need(g, BLOCK_LEAST))) {
        return false;
    }
    return get32(g, 0) != BLOCK_SECTION && length_fits(get32(g, 4)) && packet_key(g, &next) &&
           next.interface == key->interface && next.simple == key->simple &&
           next.section == key->section;
}

size_t ng_read(struct ng *g, const struct ng_key *key, uint8_t *to, size_t n)
{
    size_t given = 0;
    while (given < n) {
        if (g->left == 0) {
            if (!packet_follows(g, key, given > 0)) {
                break;
            }
            packet_begin(g);
        }
        if (window_held(g) == 0 && (given > 0 || !window_need(g, 1))) {
            break;
        }
        size_t part = window_held(g) < n - given ? window_held(g) : n - given;
        if (part > g->left) {
            part = (size_t)g->left;
        }
        memcpy(to + given, g->window + g->at, part);
        window_pass(g, part);
        given += part;
        g->left -= part;
    }
    return given;
}

/* ---- the walk ---- */

/* Passes a block that is no packet. */
static bool block_pass(struct ng *g, uint32_t type, uint32_t length)
{
    if (type == BLOCK_INTERFACE) {
        return interface_read(g, length);
    }
    return window_skip(g, length);
}

enum ng_result ng_next(struct ng *g, struct ng_key *key)
{
    for (;;) {
        if (g->left > 0) { /* libpcap stopped inside a block */
            return cut_short(g);
        }
        if (!window_need(g, BLOCK_LEAST)) {
            bool clean = window_held(g) == 0 && g->in->error.text[0] == '\0';
            return clean ? NG_END : cut_short(g);
        }
        uint32_t type = get32(g, 0);
        if (type == BLOCK_SECTION && !section_begin(g)) {
            return g->error.text[0] != '\0' ? NG_DAMAGED : cut_short(g);
        }
        uint32_t length = get32(g, 4);
        if (g->section == 0 || !length_fits(length)) {
            return damaged(g, "a block whose length can not be right");
        }
        if (packet_key(g, key)) {
            if (key->interface < g->count) {
                return NG_PACKET;
            }
            g->unknown++;
        }
        if (!block_pass(g, type, length)) {
            return cut_short(g);
        }
    }
}

/* ---- a stream's opening ---- */

struct writer {
    uint8_t *to;
    size_t n;
    bool big;
};

static void put16(struct writer *w, uint16_t v)
{
    w->to[w->n++] = (uint8_t)(w->big ? v >> 8 : v);
    w->to[w->n++] = (uint8_t)(w->big ? v : v >> 8);
}

static void put32(struct writer *w, uint32_t v)
{
    put16(w, (uint16_t)(w->big ? v >> 16 : v));
    put16(w, (uint16_t)(w->big ? v : v >> 16));
}

static void put_option(struct writer *w, uint16_t code, const uint8_t *value, uint16_t n)
{
    put16(w, code);
    put16(w, n);
    memset(w->to + w->n, 0, (n + 3u) / 4 * 4);
    memcpy(w->to + w->n, value, n);
    w->n += (n + 3u) / 4 * 4;
}

size_t ng_opening(const struct ng *g, const struct ng_key *key, uint8_t to[static NG_OPENING])
{
    const struct ng_interface *i = &g->interfaces[key->interface];
    struct writer w = {to, 0, g->big};
    put32(&w, BLOCK_SECTION);
    put32(&w, 28);
    put32(&w, ORDER_MAGIC);
    put16(&w, g->major);
    put16(&w, g->minor);
    put32(&w, UINT32_MAX); /* length of the section: not told */
    put32(&w, UINT32_MAX);
    put32(&w, 28);
    uint32_t length = INTERFACE_SIZE + 4 + (i->has_resolution ? 8 : 0) + (i->has_offset ? 12 : 0);
    put32(&w, BLOCK_INTERFACE);
    put32(&w, length);
    put16(&w, i->linktype);
    put16(&w, 0);
    put32(&w, key->simple ? i->snaplen : 0); /* 0: no limit; header fields lie */
    if (i->has_resolution) {
        put_option(&w, OPTION_TSRESOL, &i->resolution, 1);
    }
    if (i->has_offset) {
        put_option(&w, OPTION_TSOFFSET, i->offset, sizeof i->offset);
    }
    put32(&w, 0); /* end of options */
    put32(&w, length);
    return w.n;
}

/* ---- life ---- */

struct ng *ng_new(struct input *in)
{
    struct ng *g = xcalloc(1, sizeof *g);
    g->in = in;
    g->window = xmalloc(WINDOW);
    return g;
}

const char *ng_error(const struct ng *g)
{
    return g->error.text;
}

uint64_t ng_offset(const struct ng *g)
{
    return g->passed;
}

uint64_t ng_unknown(const struct ng *g)
{
    return g->unknown;
}

bool ng_nano(const struct ng *g)
{
    return g->nano;
}

void ng_free(struct ng **g)
{
    if (*g != NULL) {
        free((*g)->interfaces);
        free((*g)->window);
        free(*g);
        *g = NULL;
    }
}
