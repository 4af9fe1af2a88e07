/* TCP headers (RFC 9293 3.1) and the two options that matter here: window scale, timestamps. */
#include "capture/base/read.h"
#include "capture/tcp_private.h"

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

bool tcp_fields_read(const struct segment *s, struct tcp_fields *out)
{
    uint16_t window = 0;
    uint8_t offset = 0;
    *out = (struct tcp_fields){.scale = -1};
    if (!read_be16(s->tcp, 0, &out->sport) || !read_be16(s->tcp, 2, &out->dport) ||
        !read_be32(s->tcp, 4, &out->seq) || !read_be32(s->tcp, 8, &out->ack) ||
        !read_u8(s->tcp, 12, &offset) || !read_u8(s->tcp, 13, &out->flags) ||
        !read_be16(s->tcp, 14, &window)) {
        return false;
    }
    read_be16(s->tcp, 18, &out->urgent); /* may be cut by the snaplen */
    size_t header = (size_t)(offset >> 4) * 4;
    if (header < 20 || header > s->wire_len) {
        return false;
    }
    out->window = window;
    out->data = bytes_from(s->tcp, header);
    out->wire = s->wire_len - (uint32_t)header;
    if (out->data.n > out->wire) {
        out->data.n = out->wire;
    }
    if (header > 20) {
        read_options(bytes_sub(s->tcp, 20, header - 20), out);
    }
    return true;
}
