/* TLS handshakes, whole and in pieces of one byte: the same facts. Input: byte 0x1e 0x1e changes
 * the direction.
 */
#include "dissect/tls.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/render.h"

#include <stdlib.h>

static size_t turn_end(struct bytes in, size_t at)
{
    while (at < in.n && !(in.p[at] == 0x1e && bytes_at(in, at + 1) == 0x1e)) {
        at++;
    }
    return at;
}

static void give(struct tls *t, enum dir dir, struct bytes data, size_t piece)
{
    for (size_t at = 0; at < data.n; at += piece) {
        struct bytes part = bytes_sub(data, at, piece);
        uint8_t *copy = fuzz_copy(part);
        tls_data(t, dir, bytes_make(copy, part.n));
        free(copy);
    }
}

static void told(const struct tls_info *f, struct buf *out)
{
    char room[16];
    buf_printf(out, "%s %04x %04x %04x %s %d %d %d %d %d %llu %llu %lld %lld\n",
               tls_version_name(f->version, room), f->offered_version, f->version, f->cipher,
               f->cipher_name, f->established, f->self_signed, f->alert, f->alert_code,
               (int)f->alert_dir, (unsigned long long)f->bytes[0], (unsigned long long)f->bytes[1],
               (long long)f->not_before, (long long)f->not_after);
    render_quoted(out, f->server_name);
    render_quoted(out, f->alpn);
    render_quoted(out, f->subject);
    render_quoted(out, f->issuer);
}

static void read_all(struct bytes in, size_t piece, const struct limits *l, struct buf *out)
{
    struct arena arena;
    enum dir dir = FROM_CLIENT;
    arena_init(&arena, 1u << 20);
    struct tls *t = tls_new(l, &arena, TLS_STARTTLS, 0);
    for (size_t at = 0; at < in.n;) {
        size_t end = turn_end(in, at);
        give(t, dir, bytes_sub(in, at, end - at), piece ? piece : in.n);
        dir = dir_other(dir);
        at = end + 2;
    }
    told(tls_facts(t), out);
    tls_free(&t);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_from(bytes_make(data, n), 1);
    struct limits l = n && data[0] & 1 ? fuzz_tiny_limits() : limits_default();
    struct buf whole, pieces;
    buf_init(&whole, 1u << 24);
    buf_init(&pieces, 1u << 24);
    read_all(in, 0, &l, &whole);
    read_all(in, 1, &l, &pieces);
    if (!bytes_equal(buf_bytes(&whole), buf_bytes(&pieces))) {
        fuzz_differ("byte by byte tells otherwise", buf_bytes(&whole), buf_bytes(&pieces));
    }
    buf_done(&whole);
    buf_done(&pieces);
    return 0;
}
