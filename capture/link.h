/* Link-layer headers → IP: Ethernet (II, 802.3 LLC/SNAP), 802.1Q/QinQ, MPLS, PPPoE, Linux cooked
 * v1/v2, raw IP, BSD null/loop, PPP. A table by DLT; nested headers are bounded by
 * limits.link_layers.
 */
#ifndef MAILWIRE_CAPTURE_LINK_H
#define MAILWIRE_CAPTURE_LINK_H

#include "capture/base/limits.h"
#include "capture/packet.h"

enum link_result { LINK_IP, LINK_OTHER, LINK_MALFORMED, LINK_TOO_DEEP, LINK_UNKNOWN };

struct link_info {
    struct bytes ip;    /* from the IP header on, padding and trailers included */
    uint32_t wire_left; /* bytes on the wire from ip.p on */
    bool has_vlan;
    uint16_t vlan;   /* innermost */
    unsigned layers; /* headers passed */
};

/* out->layers counts on from what it holds, so tunnels share the bound. */
enum link_result link_strip(const struct packet *p, const struct limits *l, struct link_info *out);
/* The same for what a tunnel holds: the payload of an ethertype, 0x6558 being an Ethernet frame
 * (GRE TEB, VXLAN, Geneve). */
enum link_result link_strip_ethertype(uint16_t type, struct bytes payload, uint32_t wire,
                                      const struct limits *l, struct link_info *io);

#endif
