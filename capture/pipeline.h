/* Ties the packet layers together: link → ip → defrag → tcp, with tunnels in between.
 *
 * One packet in, stream callbacks out. Keeps the counters of what it could not
 * read, so that "no finding" can be trusted.
 */
#ifndef MAILWIRE_CAPTURE_PIPELINE_H
#define MAILWIRE_CAPTURE_PIPELINE_H

#include "capture/packet.h"
#include "capture/tcp.h"

struct pipeline;

struct pipeline_config {
    const struct limits *limits;
    struct tcp_config tcp; /* tcp.limits is set from limits */
};

struct pipeline_counters {
    uint64_t packets, bytes;
    uint64_t ignored;      /* not TCP over IP */
    uint64_t malformed;    /* headers cut or lying */
    uint64_t too_deep;     /* limits.link_layers */
    uint64_t unknown_link; /* packets of a link type that is not read */
    int unknown_linktype;  /* the first such, -1 none */
    uint64_t fragments, fragments_dropped, fragment_overlaps;
    int64_t first, last; /* packet times, -1 without packets */
    uint32_t first_file; /* capture file of the packet of that first time */
};

struct pipeline *pipeline_new(const struct pipeline_config *c, const struct stream_ops *ops,
                              void *ctx);
void pipeline_packet(struct pipeline *p, const struct packet *pkt); /* copies what it must keep */
/* It will come soon: what it needs may be fetched. Nothing is counted, nothing depends on it.
 * False: there is not enough going on for that to pay. */
bool pipeline_expect(struct pipeline *p, const struct packet *pkt);
void pipeline_tick(struct pipeline *p, int64_t now);
void pipeline_finish(struct pipeline *p); /* closes all flows */
const struct pipeline_counters *pipeline_counters(const struct pipeline *p);
const struct tcp_counters *pipeline_tcp_counters(const struct pipeline *p);
void pipeline_free(struct pipeline **p);

#endif
