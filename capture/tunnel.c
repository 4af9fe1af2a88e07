#include "capture/tunnel.h"

#include "capture/base/read.h"

#define UDP_SIZE      8
#define ETHERTYPE_TEB 0x6558 /* transparent Ethernet bridging */
#define VXLAN_PORT    4789
#define VXLAN_OLD     8472 /* Linux before IANA's number, still its default */
#define GENEVE_PORT   6081

/* A tunnel's payload as its headers are passed. */
struct inner {
    struct bytes b;
    uint32_t wire;
};

static bool pass(struct inner *in, size_t n)
{
    if (n > in->b.n) {
        return false;
    }
    in->b = bytes_from(in->b, n);
    in->wire -= (uint32_t)n;
    return true;
}

static enum link_result enter_type(const struct inner *in, uint16_t type, const struct limits *l,
                                   struct link_info *io)
{
    return link_strip_ethertype(type, in->b, in->wire, l, io);
}

static enum link_result enter_ip(struct inner *in, const struct limits *l, struct link_info *io)
{
    return enter_type(in, 0x0800, l, io);
}

static enum link_result enter_mpls(struct inner *in, const struct limits *l, struct link_info *io)
{
    return enter_type(in, 0x8847, l, io);
}

/* RFC 2784, 2890: checksum, key and sequence number are optional. Routing (RFC 1701) and version 1
 * (PPTP) are not read. */
static enum link_result enter_gre(struct inner *in, const struct limits *l, struct link_info *io)
{
    uint16_t flags = 0, type = 0;
    if (!read_be16(in->b, 0, &flags) || !read_be16(in->b, 2, &type)) {
        return LINK_MALFORMED;
    }
    if ((flags & 0x4007) != 0) {
        return LINK_OTHER;
    }
    size_t size = 4 + ((flags & 0x8000) != 0 ? 4u : 0) + ((flags & 0x2000) != 0 ? 4u : 0) +
                  ((flags & 0x1000) != 0 ? 4u : 0);
    return pass(in, size) ? enter_type(in, type, l, io) : LINK_MALFORMED;
}

/* RFC 7348: eight bytes, of which one flag says that there is a network id. Without it the port is
 * used by something else. */
static enum link_result enter_vxlan(struct inner *in, const struct limits *l, struct link_info *io)
{
    uint8_t flags = 0;
    if (!read_u8(in->b, 0, &flags)) {
        return LINK_MALFORMED;
    }
    if ((flags & 0x08) == 0) {
        return LINK_OTHER;
    }
    return pass(in, 8) ? enter_type(in, ETHERTYPE_TEB, l, io) : LINK_MALFORMED;
}

/* RFC 8926: version 0; options in words of four bytes. */
static enum link_result enter_geneve(struct inner *in, const struct limits *l, struct link_info *io)
{
    uint8_t first = 0;
    uint16_t type = 0;
    if (!read_u8(in->b, 0, &first) || !read_be16(in->b, 2, &type)) {
        return LINK_MALFORMED;
    }
    if (first >> 6 != 0) {
        return LINK_OTHER;
    }
    return pass(in, 8 + (first & 0x3fu) * 4) ? enter_type(in, type, l, io) : LINK_MALFORMED;
}

typedef enum link_result enter(struct inner *in, const struct limits *l, struct link_info *io);

static enum link_result enter_udp(struct inner *in, const struct limits *l, struct link_info *io)
{
    static const struct {
        uint16_t port;
        enter *fn;
    } ports[] = {
        {VXLAN_PORT, enter_vxlan},
        {VXLAN_OLD, enter_vxlan},
        {GENEVE_PORT, enter_geneve},
    };
    uint16_t port = 0, length = 0;
    if (!read_be16(in->b, 2, &port)) {
        return LINK_MALFORMED;
    }
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        if (ports[i].port != port) {
            continue;
        }
        if (!read_be16(in->b, 4, &length) || length < UDP_SIZE || length > in->wire) {
            return LINK_MALFORMED;
        }
        in->b = bytes_sub(in->b, 0, length);
        in->wire = length;
        return pass(in, UDP_SIZE) ? ports[i].fn(in, l, io) : LINK_MALFORMED;
    }
    return LINK_OTHER;
}

enum link_result tunnel_enter(const struct ip_info *ip, const struct limits *l,
                              struct link_info *io)
{
    static const struct {
        uint8_t protocol;
        enter *fn;
    } tunnels[] = {
        {IP_IN_IP, enter_ip}, {IP_IPV6, enter_ip},   {IP_GRE, enter_gre},
        {IP_UDP, enter_udp},  {IP_MPLS, enter_mpls},
    };
    struct inner in = {ip->payload, ip->wire};
    for (size_t i = 0; i < sizeof tunnels / sizeof tunnels[0]; i++) {
        if (tunnels[i].protocol != ip->protocol) {
            continue;
        }
        enum link_result r = tunnels[i].fn(&in, l, io);
        if (r == LINK_IP && io->layers++ >= l->link_layers) {
            return LINK_TOO_DEEP;
        }
        return r;
    }
    return LINK_OTHER;
}
