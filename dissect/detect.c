#include "dissect/detect.h"

#include "capture/base/error.h"
#include "dissect/tls.h"

#include <stdlib.h>

#define PROTOCOL(name) extern const struct protocol protocol_##name;
#include "dissect/protocols.def"
#undef PROTOCOL

static const struct protocol *const all[] = {
#define PROTOCOL(name) &protocol_##name,
#include "dissect/protocols.def"
#undef PROTOCOL
};

const struct protocol *const *protocols_all(size_t *count)
{
    *count = sizeof all / sizeof all[0];
    return all;
}

/* ---- ports ---- */

bool port_hints_add(struct port_hints *h, const char *protocol, uint16_t port)
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool lmtp = strcmp(protocol, "lmtp") == 0 && strcmp(all[i]->name, "smtp") == 0;
        if (strcmp(all[i]->name, protocol) == 0 || lmtp) {
            h->port = xrealloc(h->port, (h->count + 1) * sizeof *h->port);
            h->protocol = xrealloc(h->protocol, (h->count + 1) * sizeof *h->protocol);
            h->port[h->count] = port;
            h->protocol[h->count++] = all[i];
            return true;
        }
    }
    return false;
}

void port_hints_done(struct port_hints *h)
{
    free(h->port);
    free(h->protocol);
    *h = (struct port_hints){0};
}

static bool listed(const uint16_t *ports, uint16_t a, uint16_t b)
{
    for (; ports != NULL && *ports != 0; ports++) {
        if (*ports == a || *ports == b) {
            return true;
        }
    }
    return false;
}

static bool hinted(const struct protocol *p, const struct flow_info *f, const struct port_hints *h)
{
    uint16_t a = f->end[0].port, b = f->end[1].port;
    for (size_t i = 0; i < h->count; i++) {
        if (h->protocol[i] == p && (h->port[i] == a || h->port[i] == b)) {
            return true;
        }
    }
    return listed(p->ports, a, b) || listed(p->tls_ports, a, b);
}

/* ---- the log ---- */

enum entry_kind { ENTRY_DATA, ENTRY_GAP, ENTRY_FIN, ENTRY_NOTE };

/* Each entry is this head, then `n` bytes, then (notes) `m` bytes. */
struct entry {
    enum entry_kind kind;
    enum dir dir;
    uint32_t n, m;
    union {
        struct chunk chunk;
        struct gap gap;
        struct stream_note note;
        int64_t time;
    } u;
};

void detect_view(struct detect *d, enum dir dir, struct bytes said, const struct limits *l)
{
    size_t most = (size_t)l->detect_bytes;
    memset(d, 0, sizeof *d);
    d->first = (int)dir;
    d->said[dir] = (struct buf){.p = (uint8_t *)(uintptr_t)said.p, /* only read */
                                .n = said.n < most ? said.n : most,
                                .ceiling = most,
                                .full = said.n > most};
}

#define LOG_USUAL  512
#define SPARE_MOST 256  /* logs in the pool, */
#define SPARE_ROOM 4096 /* of at most so many bytes each */

static void empty(struct detect *d)
{
    buf_clear(&d->log);
    buf_clear(&d->said[0]);
    buf_clear(&d->said[1]);
    d->first = -1;
    d->next = NULL;
}

struct detect *detect_new(struct detect_pool *pool, const struct limits *l)
{
    struct detect *d = pool->spare;
    if (d != NULL) {
        pool->spare = d->next;
        pool->count--;
        empty(d);
        return d;
    }
    d = xcalloc(1, sizeof *d);
    buf_init(&d->log, SIZE_MAX / 2); /* bounded by the engine: order_bytes */
    buf_room(&d->log, LOG_USUAL);
    buf_init(&d->said[0], (size_t)l->detect_bytes);
    buf_init(&d->said[1], (size_t)l->detect_bytes);
    d->first = -1;
    return d;
}

static void really_free(struct detect *d)
{
    buf_done(&d->log);
    buf_done(&d->said[0]);
    buf_done(&d->said[1]);
    free(d);
}

void detect_free(struct detect_pool *pool, struct detect **dp)
{
    struct detect *d = *dp;
    *dp = NULL;
    if (d == NULL) {
        return;
    }
    if (pool->count >= SPARE_MOST || detect_held(d) > SPARE_ROOM) {
        really_free(d);
        return;
    }
    d->next = pool->spare;
    pool->spare = d;
    pool->count++;
}

void detect_pool_done(struct detect_pool *pool)
{
    while (pool->spare != NULL) {
        struct detect *d = pool->spare;
        pool->spare = d->next;
        really_free(d);
    }
    pool->count = 0;
}

size_t detect_held(const struct detect *d)
{
    return sizeof *d + d->log.room + d->said[0].room + d->said[1].room;
}

static void log_entry(struct detect *d, const struct entry *e, struct bytes a)
{
    buf_add(&d->log, bytes_make(e, sizeof *e));
    buf_add(&d->log, a);
}

static const struct bytes none = {NULL, 0};

void detect_say(struct detect *d, enum dir dir, struct bytes said)
{
    if (d->first < 0) {
        d->first = (int)dir;
    }
    buf_add(&d->said[dir], said);
}

void detect_log_data(struct detect *d, enum dir dir, const struct chunk *c)
{
    const struct entry e = {
        .kind = ENTRY_DATA, .dir = dir, .n = (uint32_t)c->data.n, .u.chunk = *c};
    log_entry(d, &e, c->data);
}

void detect_log_gap(struct detect *d, enum dir dir, const struct gap *g)
{
    log_entry(d, &(struct entry){.kind = ENTRY_GAP, .dir = dir, .u.gap = *g}, none);
}

void detect_log_fin(struct detect *d, enum dir dir, int64_t time)
{
    log_entry(d, &(struct entry){.kind = ENTRY_FIN, .dir = dir, .u.time = time}, none);
}

void detect_log_note(struct detect *d, const struct stream_note *n)
{
    const struct entry e = {.kind = ENTRY_NOTE,
                            .dir = n->dir,
                            .n = (uint32_t)n->kept.n,
                            .m = (uint32_t)n->other.n,
                            .u.note = *n};
    log_entry(d, &e, n->kept);
    buf_add(&d->log, n->other);
}

static enum dir turned(enum dir d, bool flip)
{
    return flip ? dir_other(d) : d;
}

void detect_replay(const struct detect *d, struct session *s, bool flip)
{
    struct bytes rest = buf_bytes(&d->log);
    while (rest.n >= sizeof(struct entry)) {
        struct entry e;
        memcpy(&e, rest.p, sizeof e);
        struct bytes a = bytes_sub(rest, sizeof e, e.n);
        struct bytes b = bytes_sub(rest, sizeof e + e.n, e.m);
        rest = bytes_from(rest, sizeof e + e.n + e.m);
        enum dir dir = turned(e.dir, flip);
        switch (e.kind) {
        case ENTRY_DATA:
            e.u.chunk.data = a;
            session_data(s, dir, &e.u.chunk);
            break;
        case ENTRY_GAP:
            session_gap(s, dir, &e.u.gap);
            break;
        case ENTRY_FIN:
            session_fin(s, dir, e.u.time);
            break;
        case ENTRY_NOTE:
            e.u.note.dir = dir;
            e.u.note.kept = a;
            e.u.note.other = b;
            session_stream_note(s, &e.u.note);
            break;
        }
    }
}

/* ---- judgement ---- */

/* Does this ClientHello ask for p by ALPN (RFC 7301)? */
static bool alpn_is(struct bytes hello, const struct protocol *p, const struct limits *l)
{
    if (p->alpn == NULL || memmem(hello.p, hello.n, p->alpn, strlen(p->alpn)) == NULL) {
        return false;
    }
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct tls *t = tls_new(l, &arena, TLS_IMPLICIT, 0);
    tls_data(t, FROM_CLIENT, hello);
    bool yes = bytes_is(tls_facts(t)->alpn, p->alpn);
    tls_free(&t);
    arena_done(&arena);
    return yes;
}

/* TLS from the first byte: the port or ALPN tells which protocol it hides. A hello on a plain mail
 * port counts only when the other side answers in TLS too. */
static enum detect_answer judge_tls(const struct detect *d, const struct flow_info *f,
                                    const struct port_hints *h, const struct limits *l, bool ended,
                                    struct detect_result *out)
{
    int other = 1 - d->first;
    enum tls_look answer = tls_look_answer(buf_bytes(&d->said[other]));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const struct protocol *p = all[i];
        bool tls_port = listed(p->tls_ports, f->end[0].port, f->end[1].port);
        if (!tls_port && !hinted(p, f, h) && !alpn_is(buf_bytes(&d->said[d->first]), p, l)) {
            continue;
        }
        if (answer == TLS_LOOK_NO) {
            return DETECT_OTHER; /* the caller goes on with the protocols' own probes */
        }
        if (answer == TLS_LOOK_MORE && !tls_port && !ended) {
            return DETECT_MORE;
        }
        if (answer == TLS_LOOK_YES || tls_port) {
            *out = (struct detect_result){
                .protocol = p, .flip = d->first == FROM_SERVER, .implicit_tls = true};
            return DETECT_MAIL;
        }
    }
    return DETECT_OTHER;
}

static enum detect_answer ask_protocols(const struct detect *d, const struct flow_info *f,
                                        const struct port_hints *h, bool ended,
                                        struct detect_result *out)
{
    struct opening o = {.said = {buf_bytes(&d->said[0]), buf_bytes(&d->said[1])},
                        .seen = {f->seen[0], f->seen[1]},
                        .ended = ended,
                        .first = d->first,
                        .midstream = f->midstream};
    const struct protocol *maybe = NULL;
    bool maybe_flip = false, open = false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool flip = false;
        o.port_hint = hinted(all[i], f, h);
        enum certainty c = all[i]->probe(&o, &flip);
        if (c == CERTAIN_YES) {
            *out = (struct detect_result){.protocol = all[i], .flip = flip};
            return DETECT_MAIL;
        }
        open |= c == CERTAIN_MAYBE;
        if (c == CERTAIN_MAYBE && o.port_hint && maybe == NULL) {
            maybe = all[i];
            maybe_flip = flip;
        }
    }
    bool full = d->said[0].full || d->said[1].full;
    if (maybe != NULL && (ended || full)) {
        *out = (struct detect_result){.protocol = maybe, .flip = maybe_flip};
        return DETECT_MAIL;
    }
    return open && !ended && !full ? DETECT_MORE : DETECT_OTHER;
}

enum detect_answer detect_judge(const struct detect *d, const struct flow_info *flow,
                                const struct port_hints *hints, const struct limits *l, bool ended,
                                struct detect_result *out)
{
    if (d->first < 0) {
        return ended ? DETECT_OTHER : DETECT_MORE;
    }
    enum tls_look look = tls_look(buf_bytes(&d->said[d->first]));
    if (look == TLS_LOOK_YES) {
        enum detect_answer a = judge_tls(d, flow, hints, l, ended, out);
        if (a != DETECT_OTHER) {
            return a;
        }
    } else if (look == TLS_LOOK_MORE && !ended && d->said[d->first].n < 3) {
        return DETECT_MORE;
    }
    return ask_protocols(d, flow, hints, ended, out);
}
