/* Packets inside packets: IP in IP, 6in4, GRE (Ethernet in it too), VXLAN, Geneve, MPLS in IP.
 *
 * Every tunnel header is a layer of limits.link_layers.
 */
#ifndef MAILWIRE_CAPTURE_TUNNEL_H
#define MAILWIRE_CAPTURE_TUNNEL_H

#include "capture/ip.h"
#include "capture/link.h"

/* Is ip's payload a tunnel? LINK_IP: io->ip is the inner packet. LINK_OTHER: no, or nothing that is
 * read. io->layers and io->vlan go on from what they hold. */
enum link_result tunnel_enter(const struct ip_info *ip, const struct limits *l,
                              struct link_info *io);

#endif
