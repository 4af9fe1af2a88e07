#include "capture/pipeline.h"

#include "capture/base/error.h"
#include "capture/defrag.h"
#include "capture/ip.h"
#include "capture/link.h"
#include "capture/tunnel.h"

#include <stdlib.h>

struct pipeline {
    const struct limits *limits;
    struct tcp *tcp;
    struct defrag *defrag;
    struct pipeline_counters count;
};

struct pipeline *pipeline_new(const struct pipeline_config *c, const struct stream_ops *ops,
                              void *ctx)
{
    struct pipeline *p = xcalloc(1, sizeof *p);
    struct tcp_config tcp = c->tcp;
    tcp.limits = c->limits;
    p->limits = c->limits;
    p->tcp = tcp_new(&tcp, ops, ctx);
    p->defrag = defrag_new(c->limits);
    p->count.unknown_linktype = -1;
    p->count.first = p->count.last = -1;
    return p;
}

/* One datagram that carries TCP, with what the layers below know of it. */
static void segment_hand_on(struct pipeline *p, const struct packet *pkt,
                            const struct link_info *link, const struct ip_info *ip)
{
    struct segment s = {
        .tcp = ip->payload,
        .wire_len = ip->wire,
        .src = ip->src,
        .dst = ip->dst,
        .ip_version = ip->version,
        .ttl = ip->ttl,
        .has_vlan = link->has_vlan,
        .vlan = link->vlan,
        .no_checksum = ip->guessed,
        .time = pkt->time,
        .packet = pkt->number,
        .file = pkt->file,
    };
    tcp_segment(p->tcp, &s);
}

static void count_fragments(struct pipeline *p)
{
    const struct defrag_counters *c = defrag_counters(p->defrag);
    p->count.fragments = c->fragments;
    p->count.fragments_dropped = c->dropped;
    p->count.fragment_overlaps = c->overlaps;
}

enum datagram_state { DATAGRAM_WHOLE, DATAGRAM_WAITS, DATAGRAM_BAD };

/* A datagram that was put together, and its addresses: they stood in the last fragment, which may
 * itself lie in the datagram around it. */
struct rebuilt {
    void *memory;
    uint8_t src[16], dst[16];
};

static void rebuilt_replace(struct rebuilt *r, void *memory, struct ip_info *ip)
{
    size_t n = ip->version == 4 ? 4 : 16;
    memcpy(r->src, ip->src, n);
    memcpy(r->dst, ip->dst, n);
    ip->src = r->src;
    ip->dst = r->dst;
    free(r->memory); /* what was wanted of it has been copied */
    r->memory = memory;
}

/* A fragment goes to the others of its datagram. */
static enum datagram_state datagram_whole(struct pipeline *p, const struct packet *pkt,
                                          const struct link_info *link, struct ip_info *ip,
                                          struct rebuilt *rebuilt)
{
    if (!ip->fragment) {
        return DATAGRAM_WHOLE;
    }
    void *whole = NULL;
    uint32_t vlan = link->has_vlan ? link->vlan : DEFRAG_NO_VLAN;
    bool complete = defrag_add(p->defrag, ip, vlan, pkt->time, &whole);
    count_fragments(p);
    if (!complete) {
        return DATAGRAM_WAITS;
    }
    if (ip_read_extensions(ip) != IP_READ || ip->fragment) { /* a fragment of a fragment */
        free(whole);
        return DATAGRAM_BAD;
    }
    rebuilt_replace(rebuilt, whole, ip);
    return DATAGRAM_WHOLE;
}

static void count_link(struct pipeline *p, enum link_result r, int linktype)
{
    switch (r) {
    case LINK_IP:
        break;
    case LINK_OTHER:
        p->count.ignored++;
        break;
    case LINK_MALFORMED:
        p->count.malformed++;
        break;
    case LINK_TOO_DEEP:
        p->count.too_deep++;
        break;
    case LINK_UNKNOWN:
        if (p->count.unknown_link++ == 0) {
            p->count.unknown_linktype = linktype;
        }
        break;
    }
}

static void count_packet(struct pipeline *p, const struct packet *pkt)
{
    p->count.bytes += pkt->wire_len;
    if (p->count.packets++ == 0) {
        p->count.first = p->count.last = pkt->time;
        p->count.first_file = pkt->file;
    } else if (pkt->time > p->count.last) {
        p->count.last = pkt->time;
    } else if (pkt->time < p->count.first) {
        p->count.first = pkt->time;
        p->count.first_file = pkt->file;
    }
}

/* Down through tunnels and fragments, from a datagram that was read. */
static enum link_result unwrap(struct pipeline *p, const struct packet *pkt, struct link_info *link,
                               struct ip_info *ip)
{
    struct rebuilt rebuilt;
    rebuilt.memory = NULL;
    enum link_result r = LINK_IP;
    enum datagram_state state = datagram_whole(p, pkt, link, ip, &rebuilt);
    while (state == DATAGRAM_WHOLE) {
        if (ip->protocol == IP_TCP) {
            segment_hand_on(p, pkt, link, ip);
            break;
        }
        r = tunnel_enter(ip, p->limits, link);
        if (r != LINK_IP) {
            break;
        }
        state = ip_read(link->ip, link->wire_left, true, ip) == IP_READ
                    ? datagram_whole(p, pkt, link, ip, &rebuilt)
                    : DATAGRAM_BAD;
    }
    p->count.malformed += state == DATAGRAM_BAD ? 1 : 0;
    free(rebuilt.memory);
    return r;
}

void pipeline_packet(struct pipeline *p, const struct packet *pkt)
{
    struct link_info link = {0};
    struct ip_info ip FILLED_LATER;
    count_packet(p, pkt);
    enum link_result r = link_strip(pkt, p->limits, &link);
    if (r == LINK_IP && ip_read(link.ip, link.wire_left, false, &ip) != IP_READ) {
        p->count.malformed++;
    } else if (r == LINK_IP && ip.protocol == IP_TCP && !ip.fragment) { /* nearly all */
        segment_hand_on(p, pkt, &link, &ip);
    } else if (r == LINK_IP) {
        r = unwrap(p, pkt, &link, &ip);
    }
    if (r != LINK_IP) {
        count_link(p, r, pkt->linktype);
    }
}

bool pipeline_expect(struct pipeline *p, const struct packet *pkt)
{
    struct link_info link = {0};
    struct ip_info ip FILLED_LATER;
    if (!tcp_looks_ahead(p->tcp)) {
        return false;
    }
    if (link_strip(pkt, p->limits, &link) == LINK_IP &&
        ip_read(link.ip, link.wire_left, true, &ip) == IP_READ && ip.protocol == IP_TCP &&
        !ip.fragment) {
        struct segment s = {
            .tcp = ip.payload, .src = ip.src, .dst = ip.dst, .ip_version = ip.version};
        tcp_expect(p->tcp, &s);
    }
    return true;
}

void pipeline_tick(struct pipeline *p, int64_t now)
{
    defrag_tick(p->defrag, now);
    count_fragments(p);
    tcp_tick(p->tcp, now);
}

void pipeline_finish(struct pipeline *p)
{
    defrag_finish(p->defrag);
    count_fragments(p);
    tcp_finish(p->tcp);
}

const struct pipeline_counters *pipeline_counters(const struct pipeline *p)
{
    return &p->count;
}

const struct tcp_counters *pipeline_tcp_counters(const struct pipeline *p)
{
    return tcp_counters(p->tcp);
}

void pipeline_free(struct pipeline **p)
{
    if (*p != NULL) {
        tcp_free(&(*p)->tcp);
        defrag_free(&(*p)->defrag);
        free(*p);
        *p = NULL;
    }
}
