#include "capture/ip.h"

#include "capture/base/read.h"

#define IPV4_LEAST 20
#define IPV6_SIZE  40

/* The payload: `length` bytes behind a header of `size` by the IP header's word, bounded by what
 * the frame held and by what was captured. */
static enum ip_result ip_bound(struct bytes b, uint32_t wire, bool cut_inside, uint32_t size,
                               uint32_t length, struct ip_info *out)
{
    uint32_t room = wire - size;
    if (length > room) {
        if (!cut_inside || length > IP_PACKET_MOST) {
            return IP_MALFORMED;
        }
        out->guessed = true;
    }
    out->payload = bytes_sub(b, size, length);
    out->wire = length;
    return IP_READ;
}

static enum ip_result ip_read4(struct bytes b, uint32_t wire, bool cut_inside, struct ip_info *out)
{
    if (b.n < IPV4_LEAST) {
        return IP_MALFORMED;
    }
    uint32_t size = (b.p[0] & 15u) * 4;
    uint32_t total = (uint32_t)b.p[2] << 8 | b.p[3];
    uint32_t part = (uint32_t)b.p[6] << 8 | b.p[7];
    out->guessed = total == 0;
    if (total == 0) {
        total = wire;
    }
    if (size < IPV4_LEAST || size > b.n || size > total) {
        return IP_MALFORMED;
    }
    out->version = 4;
    out->header_words = (uint8_t)(size / 4);
    out->ttl = b.p[8];
    out->protocol = b.p[9];
    out->src = b.p + 12;
    out->dst = b.p + 16;
    out->more = (part & 0x2000) != 0;
    out->offset = (part & 0x1fff) * 8;
    out->fragment = out->more || out->offset != 0;
    out->id = (uint32_t)b.p[4] << 8 | b.p[5];
    enum ip_result r = ip_bound(b, wire, cut_inside, size, total - size, out);
    return r == IP_READ && out->protocol == IP_AH && !out->fragment ? ip_read_extensions(out) : r;
}

/* ---- IPv6 ---- */

/* RFC 2675: option 0xc2 of a hop-by-hop header. 0 when there is none. */
static uint32_t jumbo_length(struct bytes options)
{
    for (size_t at = 0; at < options.n;) {
        uint8_t length = 0;
        uint32_t jumbo = 0;
        if (options.p[at] == 0) { /* Pad1 */
            at++;
            continue;
        }
        if (!read_u8(options, at + 1, &length)) {
            return 0;
        }
        if (options.p[at] == 0xc2 && length == 4) {
            return read_be32(options, at + 2, &jumbo) ? jumbo : 0;
        }
        at += 2u + length;
    }
    return 0;
}

/* Payload length 0: a jumbogram, or offload that wrote no length. */
static uint32_t ipv6_long_length(struct bytes b, uint32_t wire, struct ip_info *out)
{
    uint8_t words = 0;
    uint32_t jumbo = 0;
    if (out->protocol == IP_HOP_BY_HOP && read_u8(b, IPV6_SIZE + 1, &words)) {
        jumbo = jumbo_length(bytes_sub(b, IPV6_SIZE + 2, words * 8u + 6));
    }
    out->guessed = jumbo == 0;
    return jumbo == 0 ? wire - IPV6_SIZE : jumbo;
}

static enum ip_result ip_read6(struct bytes b, uint32_t wire, bool cut_inside, struct ip_info *out)
{
    if (b.n < IPV6_SIZE) {
        return IP_MALFORMED;
    }
    uint32_t length = (uint32_t)b.p[4] << 8 | b.p[5];
    out->version = 6;
    out->protocol = b.p[6];
    out->ttl = b.p[7];
    out->src = b.p + 8;
    out->dst = b.p + 24;
    if (length == 0) {
        length = ipv6_long_length(b, wire, out);
    }
    enum ip_result r = ip_bound(b, wire, cut_inside, IPV6_SIZE, length, out);
    return r == IP_READ ? ip_read_extensions(out) : r;
}

/* RFC 8200 4.5. An atomic fragment is a whole packet (RFC 6946). */
static bool read_fragment(struct ip_info *io)
{
    uint16_t part = 0;
    uint32_t id = 0;
    if (!read_be16(io->payload, 2, &part) || !read_be32(io->payload, 4, &id)) {
        return false;
    }
    io->more = (part & 1) != 0;
    io->offset = part & 0xfff8u;
    io->fragment = io->more || io->offset != 0;
    io->id = id;
    return true;
}

/* Length of the extension header at the payload's start, 0 when it is cut. */
static uint32_t extension_size(const struct ip_info *io)
{
    uint8_t words = 0;
    if (!read_u8(io->payload, 1, &words)) {
        return 0;
    }
    if (io->protocol == IP_FRAGMENT) {
        return 8;
    }
    return io->protocol == IP_AH ? (words + 2u) * 4 : (words + 1u) * 8;
}

static bool is_extension(uint8_t protocol)
{
    switch (protocol) {
    case IP_HOP_BY_HOP:
    case IP_ROUTING:
    case IP_FRAGMENT:
    case IP_AH:
    case IP_DESTINATION:
    case IP_MOBILITY:
    case IP_HIP:
    case IP_SHIM6:
        return true;
    default:
        return false;
    }
}

/* Each header takes at least eight bytes off the packet, so this ends. In IPv4 only AH is one. */
enum ip_result ip_read_extensions(struct ip_info *io)
{
    while (!io->fragment &&
           (io->version == 6 ? is_extension(io->protocol) : io->protocol == IP_AH)) {
        uint32_t size = extension_size(io);
        uint8_t next = 0;
        if (size == 0 || size > io->payload.n || !read_u8(io->payload, 0, &next)) {
            return IP_MALFORMED;
        }
        if (io->protocol == IP_FRAGMENT && !read_fragment(io)) {
            return IP_MALFORMED;
        }
        io->protocol = next;
        io->payload = bytes_from(io->payload, size);
        io->wire -= size;
    }
    return IP_READ;
}

enum ip_result ip_read(struct bytes b, uint32_t wire, bool cut_inside, struct ip_info *out)
{
    *out = (struct ip_info){0};
    if (b.n == 0 || b.n > IP_PACKET_MOST) {
        return IP_MALFORMED;
    }
    if (wire < b.n || wire > IP_PACKET_MOST) {
        wire = (uint32_t)b.n; /* the capture's length field lies */
    }
    switch (b.p[0] >> 4) {
    case 4:
        return ip_read4(b, wire, cut_inside, out);
    case 6:
        return ip_read6(b, wire, cut_inside, out);
    default:
        return IP_MALFORMED;
    }
}
