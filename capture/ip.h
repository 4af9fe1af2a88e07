/* IPv4 and IPv6 headers, extension headers included, down to what they carry.
 *
 * Lengths are taken from the IP header, so that Ethernet padding, trailers and
 * frame check sequences fall away; where the header has none (segmentation
 * offload writes 0, also for packets above 64 KiB) the frame's length stands in.
 * The header checksum is not looked at: offload leaves it wrong.
 */
#ifndef MAILWIRE_CAPTURE_IP_H
#define MAILWIRE_CAPTURE_IP_H

#include "capture/base/bytes.h"

enum ip_protocol {
    IP_HOP_BY_HOP = 0,
    IP_IN_IP = 4,
    IP_TCP = 6,
    IP_UDP = 17,
    IP_IPV6 = 41,
    IP_ROUTING = 43,
    IP_FRAGMENT = 44,
    IP_GRE = 47,
    IP_ESP = 50,
    IP_AH = 51,
    IP_NONE = 59,
    IP_DESTINATION = 60,
    IP_MOBILITY = 135,
    IP_MPLS = 137,
    IP_HIP = 139,
    IP_SHIM6 = 140,
};

/* A packet up to 256 KiB comes from offload ("BIG TCP"). */
#define IP_PACKET_MOST 262144u

struct ip_info {
    struct bytes payload;     /* what was captured of it, cut to the IP length */
    uint32_t wire;            /* its length by the IP header, >= payload.n */
    const uint8_t *src, *dst; /* 4 or 16 bytes inside the packet */
    uint8_t version;          /* 4 or 6 */
    uint8_t protocol;         /* of the payload: the first that is no extension header */
    uint8_t ttl;
    bool guessed;  /* the length is the frame's, or the packet's end is missing on the wire */
    bool fragment; /* the payload is a part; the fields below say which */
    bool more;     /* further parts follow */
    uint8_t header_words; /* IPv4: 32-bit words of the header */
    uint32_t offset;      /* in bytes */
    uint32_t id;
};

enum ip_result { IP_READ, IP_MALFORMED };

/* b: from the IP header on; wire: bytes from there to the frame's end on the wire. A packet that
 * claims more than its frame holds is malformed, as receivers drop it; but not inside a tunnel
 * (`cut_inside`), where mirrors cut packets without telling: there its end counts as not captured.
 */
enum ip_result ip_read(struct bytes b, uint32_t wire, bool cut_inside, struct ip_info *out);

/* Goes on through extension headers from io->protocol and io->payload on: after reassembly. */
enum ip_result ip_read_extensions(struct ip_info *io);

#endif
