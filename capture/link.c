#include "capture/link.h"

#include "capture/base/read.h"

/* What stands at io->ip. Each header's reader passes it and says what comes next. */
enum header {
    HEADER_IP, /* the end of the walk */
    HEADER_ETHERNET,
    HEADER_VLAN,
    HEADER_MPLS,
    HEADER_PPPOE,
    HEADER_PPP,
    HEADER_LLC,
    HEADER_SLL,
    HEADER_SLL2,
    HEADER_NULL,
    HEADER_COUNT,
    HEADER_OTHER, /* something that is not IP */
    HEADER_CUT,   /* shorter than its header, or nonsense in it */
};

/* Not pcap.h's: values that every system's captures may carry, whatever this one calls them. */
static const struct {
    int linktype;
    enum header header;
} link_types[] = {
    {1, HEADER_ETHERNET}, {0, HEADER_NULL}, /* BSD loopback */
    {108, HEADER_NULL},                     /* OpenBSD loopback */
    {9, HEADER_PPP},      {50, HEADER_PPP}, /* PPP in HDLC-like framing */
    {51, HEADER_PPPOE},                     /* a bare PPPoE session */
    {12, HEADER_IP}, /* raw IP: 12 is DLT_RAW here, 14 on OpenBSD, 101 in files */
    {14, HEADER_IP},      {101, HEADER_IP},   {228, HEADER_IP}, /* IPv4 only */
    {229, HEADER_IP},                                           /* IPv6 only */
    {113, HEADER_SLL},    {276, HEADER_SLL2},
};

#define LINK_TYPES (sizeof link_types / sizeof link_types[0])

#define TYPE_IPV4     0x0800
#define TYPE_LEAST    0x0600 /* below, the field is an 802.3 length */
#define ETHERNET_SIZE 14

static const struct {
    uint16_t type;
    enum header header;
} ethertypes[] = {
    {TYPE_IPV4, HEADER_IP},    {0x86dd, HEADER_IP}, /* IPv6 */
    {0x8100, HEADER_VLAN},                          /* 802.1Q */
    {0x88a8, HEADER_VLAN},                          /* 802.1ad */
    {0x9100, HEADER_VLAN},                          /* QinQ before 802.1ad */
    {0x9200, HEADER_VLAN},     {0x9300, HEADER_VLAN},  {0x8847, HEADER_MPLS},
    {0x8848, HEADER_MPLS},     {0x8864, HEADER_PPPOE}, {0x880b, HEADER_PPP}, /* in GRE */
    {0x6558, HEADER_ETHERNET}, /* transparent Ethernet bridging: in GRE and Geneve */
};

static enum header by_ethertype(uint16_t type)
{
    for (size_t i = 0; i < sizeof ethertypes / sizeof ethertypes[0]; i++) {
        if (ethertypes[i].type == type) {
            return ethertypes[i].header;
        }
    }
    return HEADER_OTHER;
}

static bool pass(struct link_info *io, size_t n)
{
    if (n > io->ip.n) {
        return false;
    }
    io->ip = bytes_from(io->ip, n);
    io->wire_left -= (uint32_t)n;
    return true;
}

/* Passes n bytes that end in a type field. */
static enum header pass_to_type(struct link_info *io, size_t n)
{
    uint16_t type = 0;
    if (!read_be16(io->ip, n - 2, &type) || !pass(io, n)) {
        return HEADER_CUT;
    }
    return by_ethertype(type);
}

static enum header read_ethernet(struct link_info *io)
{
    uint16_t type = 0;
    if (!read_be16(io->ip, ETHERNET_SIZE - 2, &type) || !pass(io, ETHERNET_SIZE)) {
        return HEADER_CUT;
    }
    return type < TYPE_LEAST ? HEADER_LLC : by_ethertype(type);
}

/* 802.1Q: a tag with VLAN id 0 carries a priority only. */
static enum header read_vlan(struct link_info *io)
{
    uint16_t tag = 0, type = 0;
    if (!read_be16(io->ip, 0, &tag) || !read_be16(io->ip, 2, &type) || !pass(io, 4)) {
        return HEADER_CUT;
    }
    if ((tag & 0x0fff) != 0) {
        io->has_vlan = true;
        io->vlan = tag & 0x0fff;
    }
    return type < TYPE_LEAST ? HEADER_LLC : by_ethertype(type);
}

/* One label (RFC 3032). Behind the last nothing says what follows: an IP version, or the control
 * word of an Ethernet pseudowire, whose first four bits are 0 (RFC 4385). */
static enum header read_mpls(struct link_info *io)
{
    uint8_t bottom = 0, first = 0;
    if (!read_u8(io->ip, 2, &bottom) || !pass(io, 4)) {
        return HEADER_CUT;
    }
    if ((bottom & 1) == 0) {
        return HEADER_MPLS;
    }
    if (!read_u8(io->ip, 0, &first)) {
        return HEADER_CUT;
    }
    if (first >> 4 == 4 || first >> 4 == 6) {
        return HEADER_IP;
    }
    if (first >> 4 == 0) {
        return pass(io, 4) ? HEADER_ETHERNET : HEADER_CUT;
    }
    return HEADER_OTHER;
}

/* RFC 2516 4: version and type 1, code 0 is session data; a PPP protocol field follows. */
static enum header read_pppoe(struct link_info *io)
{
    uint16_t version_code = 0;
    if (!read_be16(io->ip, 0, &version_code) || !pass(io, 6)) {
        return HEADER_CUT;
    }
    return version_code == 0x1100 ? HEADER_PPP : HEADER_OTHER;
}

/* RFC 1661, 1662: address and control may be left out, the protocol may be one byte (odd). A Cisco
 * HDLC header on a serial line has the address 0f or 8f and an ethertype. */
static enum header read_ppp(struct link_info *io)
{
    uint16_t address = 0;
    uint8_t protocol = 0;
    if (!read_be16(io->ip, 0, &address)) {
        return HEADER_CUT;
    }
    if (address == 0x0f00 || address == 0x8f00) {
        return pass_to_type(io, 4);
    }
    if (address == 0xff03) {
        (void)pass(io, 2);
    }
    if (read_u8(io->ip, 0, &protocol) && protocol == 0) { /* high byte of the long form */
        (void)pass(io, 1);
    }
    if (!read_u8(io->ip, 0, &protocol) || !pass(io, 1)) {
        return HEADER_CUT;
    }
    return protocol == 0x21 || protocol == 0x57 ? HEADER_IP : HEADER_OTHER;
}

/* 802.2: SNAP with an ethertype (RFC 1042), or IP's own SAP. */
static enum header read_llc(struct link_info *io)
{
    uint32_t saps = 0, oui = 0;
    if (!read_be24(io->ip, 0, &saps) || !pass(io, 3)) {
        return HEADER_CUT;
    }
    if (saps == 0x060603) {
        return HEADER_IP;
    }
    if (saps != 0xaaaa03) {
        return HEADER_OTHER;
    }
    if (!read_be24(io->ip, 0, &oui) || !pass(io, 3)) {
        return HEADER_CUT;
    }
    return oui == 0 || oui == 0x0000f8 ? pass_to_type(io, 2) : HEADER_OTHER;
}

#define ARPHRD_NETLINK 824
#define COOKED_LLC     0x0004

static enum header cooked(struct link_info *io, size_t size, uint16_t device, uint16_t type)
{
    if (!pass(io, size)) {
        return HEADER_CUT;
    }
    if (device == ARPHRD_NETLINK) {
        return HEADER_OTHER;
    }
    return type == COOKED_LLC ? HEADER_LLC : by_ethertype(type);
}

/* Linux cooked, v1 (16 bytes) and v2 (20 bytes): where device and protocol stand. */
static enum header read_sll(struct link_info *io)
{
    uint16_t device = 0, type = 0;
    if (!read_be16(io->ip, 2, &device) || !read_be16(io->ip, 14, &type)) {
        return HEADER_CUT;
    }
    return cooked(io, 16, device, type);
}

static enum header read_sll2(struct link_info *io)
{
    uint16_t device = 0, type = 0;
    if (!read_be16(io->ip, 0, &type) || !read_be16(io->ip, 8, &device)) {
        return HEADER_CUT;
    }
    return cooked(io, 20, device, type);
}

/* The address family in the byte order of whoever captured; IPv6 has a number per system: 24 NetBSD
 * and OpenBSD, 28 FreeBSD, 30 macOS, 10 Linux, 23 Windows. */
static enum header read_null(struct link_info *io)
{
    uint32_t family = 0;
    if (!read_be32(io->ip, 0, &family) || !pass(io, 4)) {
        return HEADER_CUT;
    }
    if (family > 0xffff) {
        family = __builtin_bswap32(family);
    }
    bool known =
        family == 2 || family == 24 || family == 28 || family == 30 || family == 10 || family == 23;
    return known ? HEADER_IP : HEADER_OTHER;
}

typedef enum header reader(struct link_info *io);

static reader *const readers[HEADER_COUNT] = {
    [HEADER_ETHERNET] = read_ethernet, [HEADER_VLAN] = read_vlan, [HEADER_MPLS] = read_mpls,
    [HEADER_PPPOE] = read_pppoe,       [HEADER_PPP] = read_ppp,   [HEADER_LLC] = read_llc,
    [HEADER_SLL] = read_sll,           [HEADER_SLL2] = read_sll2, [HEADER_NULL] = read_null,
};

/* Each header counts as a layer, a SNAP type and the PPP inside PPPoE included: a walk has an end.
 */
static enum link_result walk(enum header h, const struct limits *l, struct link_info *io)
{
    while (h < HEADER_COUNT && h != HEADER_IP) {
        if (io->layers >= l->link_layers) {
            return LINK_TOO_DEEP;
        }
        io->layers++;
        h = readers[h](io);
    }
    return h == HEADER_IP ? LINK_IP : h == HEADER_OTHER ? LINK_OTHER : LINK_MALFORMED;
}

static void place(struct link_info *io, struct bytes b, uint32_t wire)
{
    io->ip = b;
    io->wire_left = wire < b.n ? (uint32_t)b.n : wire;
}

enum link_result link_strip(const struct packet *p, const struct limits *l, struct link_info *out)
{
    place(out, p->data, p->wire_len);
    if (p->linktype == 1 && p->data.n > ETHERNET_SIZE && p->data.p[12] == TYPE_IPV4 >> 8 &&
        p->data.p[13] == (TYPE_IPV4 & 0xff) && out->layers < l->link_layers) {
        out->layers++; /* nearly every packet there is */
        out->ip = (struct bytes){p->data.p + ETHERNET_SIZE, p->data.n - ETHERNET_SIZE};
        out->wire_left -= ETHERNET_SIZE;
        return LINK_IP;
    }
    for (size_t i = 0; i < LINK_TYPES; i++) {
        if (link_types[i].linktype == p->linktype) {
            return walk(link_types[i].header, l, out);
        }
    }
    return LINK_UNKNOWN;
}

enum link_result link_strip_ethertype(uint16_t type, struct bytes payload, uint32_t wire,
                                      const struct limits *l, struct link_info *io)
{
    place(io, payload, wire);
    return walk(by_ethertype(type), l, io);
}
