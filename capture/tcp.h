/* TCP segments → two ordered byte streams per flow, gaps, ends.
 *
 * Rebuilds what the receiver read: out-of-order, retransmitted and overlapping
 * segments (policy), sequence wrap, missing SYN, port reuse, RST/FIN rules,
 * keep-alives, probes, Fast Open, PAWS, urgent data, checksums (rule T4), snaplen
 * cuts. A hole is declared lost only at a limit, after limits.hole_seconds once
 * acknowledged, or at the end: never just because an ACK passed it. Directions
 * are delivered in causal order (see stream.h). Memory is bounded by
 * limits.memory: the least valuable flow is evicted first.
 */
#ifndef MAILWIRE_CAPTURE_TCP_H
#define MAILWIRE_CAPTURE_TCP_H

#include "capture/base/limits.h"
#include "capture/stream.h"

enum overlap_policy {
    OVERLAP_LINUX,
    OVERLAP_FIRST,
    OVERLAP_LAST,
    OVERLAP_BSD,
    OVERLAP_WINDOWS,
    OVERLAP_SOLARIS
};
enum checksum_rule { CHECKSUM_AUTO, CHECKSUM_STRICT, CHECKSUM_IGNORE };

bool overlap_policy_parse(const char *name, enum overlap_policy *out);
bool checksum_rule_parse(const char *name, enum checksum_rule *out);

/* One TCP segment inside an IP datagram, as ip/defrag hand it on. */
struct segment {
    struct bytes tcp;         /* header and payload as captured (may be cut by the snaplen) */
    uint32_t wire_len;        /* TCP header + payload by the IP length: >= tcp.n */
    const uint8_t *src, *dst; /* 4 or 16 bytes */
    uint8_t ip_version;       /* 4 or 6 */
    uint8_t ttl;
    bool has_vlan;
    uint16_t vlan;
    bool no_checksum; /* rebuilt from fragments or lengths that can not be trusted: do not check */
    int64_t time;
    uint64_t packet;
    uint32_t file;
};

struct tcp_config {
    const struct limits *limits;
    enum overlap_policy overlap;
    enum checksum_rule checksum;
};

struct tcp_counters {
    uint64_t segments, malformed, bad_checksums, half_open_dropped, evicted, connections, flows;
    uint64_t half_open; /* SYNs nobody answered */
};

struct tcp;

/* ops, ctx and c->limits are borrowed and must outlive it. */
struct tcp *tcp_new(const struct tcp_config *c, const struct stream_ops *ops, void *ctx);
void tcp_segment(struct tcp *t, const struct segment *s);
/* Are there so many connections that looking ahead pays? */
bool tcp_looks_ahead(const struct tcp *t);
/* A segment that will come a few segments later: of s, the TCP header's ports and the addresses are
 * read. */
void tcp_expect(struct tcp *t, const struct segment *s);
/* Time goes on without packets (live). */
void tcp_tick(struct tcp *t, int64_t now);
/* Closes every flow, oldest first, with CLOSE_END. */
void tcp_finish(struct tcp *t);
const struct tcp_counters *tcp_counters(const struct tcp *t);
size_t tcp_memory(const struct tcp *t); /* bytes held */
void tcp_free(struct tcp **t);

#endif
