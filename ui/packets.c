#include "ui/packets.h"

#include "capture/base/error.h"
#include "capture/base/map.h"
#include "capture/base/read.h"
#include "capture/tunnel.h"

#include <stdlib.h>

/* Both ends, the lower first; ports 0 for two hosts whatever their ports. */
struct pair {
    uint8_t ip[2][16];
    uint16_t port[2];
    uint16_t version; /* 4 or 6; no padding behind it, since all of it is hashed */
};

_Static_assert(sizeof(struct pair) == 38, "no padding in struct pair");

struct span {
    struct map_node node;
    struct pair pair;
    int64_t first, last;
};

struct packet_spans {
    const struct limits *limits;
    struct map map;
    struct hash_key key;
    struct span **all;
    size_t count, room;
};

struct spans_sink {
    struct sink sink;
    struct packet_spans *spans;
};

static struct pair make_pair(const uint8_t *a, uint16_t a_port, const uint8_t *b, uint16_t b_port,
                             uint8_t version)
{
    struct pair p;
    memset(&p, 0, sizeof p);
    size_t n = version == 4 ? 4 : 16;
    int order = memcmp(a, b, n);
    bool swap = order > 0 || (order == 0 && a_port > b_port);
    memcpy(p.ip[0], swap ? b : a, n);
    memcpy(p.ip[1], swap ? a : b, n);
    p.port[0] = swap ? b_port : a_port;
    p.port[1] = swap ? a_port : b_port;
    p.version = version;
    return p;
}

struct packet_spans *packet_spans_new(const struct limits *limits)
{
    struct packet_spans *s = xcalloc(1, sizeof *s);
    s->limits = limits;
    s->key = hash_key_random();
    map_init(&s->map);
    return s;
}

void packet_spans_free(struct packet_spans **sp)
{
    struct packet_spans *s = *sp;
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        free(s->all[i]);
    }
    free(s->all);
    map_done(&s->map);
    free(s);
    *sp = NULL;
}

static uint64_t pair_hash(const struct packet_spans *s, const struct pair *p)
{
    return hash_bytes(s->key, bytes_make(p, sizeof *p));
}

static void add_span(struct packet_spans *s, const struct pair *p, int64_t first, int64_t last)
{
    struct span *span = xcalloc(1, sizeof *span);
    memcpy(&span->pair, p, sizeof *p);
    span->first = first;
    span->last = last;
    map_add(&s->map, &span->node, pair_hash(s, p));
    if (s->count == s->room) {
        s->room = s->room * 2 + 16;
        s->all = xrealloc(s->all, s->room * sizeof *s->all);
    }
    s->all[s->count++] = span;
}

static bool has_span(const struct packet_spans *s, const struct pair *p, int64_t time)
{
    struct map_node *n = map_first(&s->map, pair_hash(s, p));
    for (; n != NULL; n = map_next(n)) {
        const struct span *span = (const struct span *)n;
        if (memcmp(&span->pair, p, sizeof *p) == 0 && time >= span->first && time <= span->last) {
            return true;
        }
    }
    return false;
}

/* ---- first reading ---- */

static void spans_event(struct sink *self, const struct event *e)
{
    struct packet_spans *s = ((struct spans_sink *)self)->spans;
    if (e->kind != EV_CLOSE) {
        return;
    }
    const struct flow_info *f = e->session->flow;
    struct pair p =
        make_pair(f->end[0].ip, f->end[0].port, f->end[1].ip, f->end[1].port, f->ip_version);
    struct pair hosts = make_pair(f->end[0].ip, 0, f->end[1].ip, 0, f->ip_version);
    add_span(s, &p, f->start, f->last);
    add_span(s, &hosts, f->start, f->last);
}

static bool spans_close(struct sink *self, struct error *err)
{
    (void)err;
    free(self);
    return true;
}

struct sink *packet_spans_sink(struct packet_spans *s)
{
    struct spans_sink *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){.event = spans_event, .close = spans_close};
    x->spans = s;
    return &x->sink;
}

/* ---- second reading ---- */

static bool ip_matches(const struct packet_spans *s, const struct ip_info *ip, int64_t time)
{
    struct pair p = make_pair(ip->src, 0, ip->dst, 0, ip->version);
    if (ip->fragment) {
        return has_span(s, &p, time);
    }
    uint16_t from = 0, to = 0;
    if (ip->protocol != IP_TCP || !read_be16(ip->payload, 0, &from) ||
        !read_be16(ip->payload, 2, &to)) {
        return false;
    }
    p = make_pair(ip->src, from, ip->dst, to, ip->version);
    return has_span(s, &p, time);
}

bool packet_spans_match(const struct packet_spans *s, const struct packet *p)
{
    struct link_info link = {0};
    enum link_result r = link_strip(p, s->limits, &link);
    for (bool inside = false; r == LINK_IP; inside = true) {
        struct ip_info ip;
        if (ip_read(link.ip, link.wire_left, inside, &ip) != IP_READ) {
            return false;
        }
        if (ip.fragment || ip.protocol == IP_TCP) {
            return ip_matches(s, &ip, p->time);
        }
        r = tunnel_enter(&ip, s->limits, &link);
    }
    return false;
}
