#include "capture/pcapng.h"

#define SECTION   0x0a0d0d0au
#define INTERFACE 1u
#define PACKET    6u
#define MAGIC     0x1a2b3c4du

enum option { OPTION_END = 0, OPTION_COMMENT = 1, OPTION_USER = 4, OPTION_RESOLUTION = 9 };

/* The number of a link type in files, which is libpcap's own but for these two. */
static uint16_t type_in_files(int linktype)
{
    return linktype == 11   ? 100 /* RFC 1483 ATM */
           : linktype == 12 ? 101 /* raw IP */
                            : (uint16_t)linktype;
}

static void add_u16(struct buf *out, uint16_t n)
{
    buf_add(out, bytes_make((const uint8_t *)&n, sizeof n));
}

static void add_u32(struct buf *out, uint32_t n)
{
    buf_add(out, bytes_make((const uint8_t *)&n, sizeof n));
}

/* Everything begins at a multiple of four. */
static void add_padded(struct buf *out, struct bytes b)
{
    buf_add(out, b);
    for (size_t n = b.n; n % 4 != 0; n++) {
        buf_add_byte(out, 0);
    }
}

static void add_option(struct buf *out, enum option o, struct bytes value)
{
    add_u16(out, (uint16_t)o);
    add_u16(out, (uint16_t)value.n);
    add_padded(out, value);
}

/* A block's length stands before and behind its body: known only when the body is there. */
static void add_block(struct buf *out, uint32_t type, struct bytes body)
{
    uint32_t length = (uint32_t)body.n + 12;
    add_u32(out, type);
    add_u32(out, length);
    buf_add(out, body);
    add_u32(out, length);
}

void pcapng_section(struct buf *out)
{
    struct buf body;
    buf_init(&body, 256);
    add_u32(&body, MAGIC);
    add_u16(&body, 1);
    add_u16(&body, 0);
    add_u32(&body, UINT32_MAX); /* the section's length is not told */
    add_u32(&body, UINT32_MAX);
    add_option(&body, OPTION_USER, bytes_of("mailwire"));
    add_option(&body, OPTION_END, bytes_of(""));
    add_block(out, SECTION, buf_bytes(&body));
    buf_done(&body);
}

void pcapng_interface(int linktype, struct buf *out)
{
    static const uint8_t nanoseconds = 9;
    struct buf body;
    buf_init(&body, 256);
    add_u16(&body, type_in_files(linktype));
    add_u16(&body, 0);
    add_u32(&body, 0); /* no snaplen */
    add_option(&body, OPTION_RESOLUTION, bytes_make(&nanoseconds, 1));
    add_option(&body, OPTION_END, bytes_of(""));
    add_block(out, INTERFACE, buf_bytes(&body));
    buf_done(&body);
}

void pcapng_packet(uint32_t interface, const struct packet *p, struct bytes comment,
                   struct buf *out)
{
    struct buf body;
    uint64_t time = (uint64_t)p->time;
    buf_init(&body, p->data.n + PCAPNG_COMMENT_MOST + 64);
    add_u32(&body, interface);
    add_u32(&body, (uint32_t)(time >> 32));
    add_u32(&body, (uint32_t)time);
    add_u32(&body, (uint32_t)p->data.n);
    add_u32(&body, p->wire_len);
    add_padded(&body, p->data);
    if (comment.n > 0) {
        add_option(&body, OPTION_COMMENT, bytes_sub(comment, 0, PCAPNG_COMMENT_MOST));
        add_option(&body, OPTION_END, bytes_of(""));
    }
    add_block(out, PACKET, buf_bytes(&body));
    buf_done(&body);
}
