/* TCP headers (RFC 9293 3.1) and the two options that matter here: window scale, timestamps. */
#include "capture/base/read.h"
#include "capture/tcp_private.h"

/* Two NOPs and the timestamps: what nearly every segment carries (RFC 7323 appendix A). */
#define ONLY_TIMESTAMPS 0x0101080au

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_SCALE = 3, OPTION_TIMESTAMPS = 8 };

/* Stops at the first option that lies about its length, as receivers do. */
static void read_options(struct bytes o, struct tcp_fields *out)
{
    size_t at = 0;
    uint8_t kind = 0, length = 0;
    while (read_u8(o, at, &kind) && kind != OPTION_END) {
        if (kind == OPTION_NOP) {
            at++;
            continue;
        }
        if (!read_u8(o, at + 1, &length) || length < 2 || length > o.n - at) {
            return;
        }
        if (kind == OPTION_SCALE && length == 3) {
            out->scale = o.p[at + 2] > 14 ? 14 : o.p[at + 2];
        } else if (kind == OPTION_TIMESTAMPS && length == 10) {
            out->has_ts = read_be32(o, at + 2, &out->tsval);
        }
        at += length;
    }
}

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return be16(p) << 16 | be16(p + 2);
}

bool tcp_fields_read(const struct segment *s, struct tcp_fields *out)
{
    enum { URGENT_AT = 18, LEAST = 16 }; /* the snaplen may cut checksum and urgent pointer */
    const uint8_t *p = s->tcp.p;
    if (s->tcp.n < LEAST) {
        return false;
    }
    size_t header = (size_t)(p[12] >> 4) * 4;
    if (header < 20 || header > s->wire_len) {
        return false;
    }
    out->sport = (uint16_t)be16(p);
    out->dport = (uint16_t)be16(p + 2);
    out->seq = be32(p + 4);
    out->ack = be32(p + 8);
    out->flags = p[13];
    out->window = be16(p + 14);
    out->urgent = (uint16_t)(s->tcp.n >= URGENT_AT + 2 ? be16(p + URGENT_AT) : 0);
    out->scale = -1;
    out->has_ts = out->outdated = false;
    out->data = bytes_from(s->tcp, header);
    out->wire = s->wire_len - (uint32_t)header;
    if (out->data.n > out->wire) {
        out->data.n = out->wire;
    }
    if (header == 32 && s->tcp.n >= 32 && be32(p + 20) == ONLY_TIMESTAMPS) {
        out->tsval = be32(p + 24);
        out->has_ts = true;
    } else if (header > 20) {
        read_options(bytes_sub(s->tcp, 20, header - 20), out);
    }
    return true;
}
