/* The header scan, whole and byte by byte: the same fields. */
#include "dissect/header.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/render.h"

#include <stdlib.h>

static void scan(struct bytes input, size_t piece, const struct limits *l, struct buf *told)
{
    struct header_scan h;
    struct arena arena;
    arena_init(&arena, 1u << 20);
    header_scan_init(&h, l, &arena);
    for (size_t at = 0; at < input.n; at += piece) {
        struct bytes part = bytes_sub(input, at, piece);
        uint8_t *copy = fuzz_copy(part);
        header_scan_data(&h, bytes_make(copy, part.n));
        free(copy);
    }
    header_scan_end(&h);
    buf_printf(told, "%u fields, cut %d\n", (unsigned)h.count, h.cut);
    for (enum header_field i = 0; i < HEADER_COUNT; i++) {
        buf_printf(told, "%d %d ", i, h.field[i].p != NULL);
        render_quoted(told, h.field[i]);
        buf_add_byte(told, '\n');
    }
    header_scan_done(&h);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes input = bytes_make(data, n);
    struct limits l = n && data[0] & 1 ? fuzz_tiny_limits() : limits_default();
    struct buf whole, pieces;
    buf_init(&whole, 1u << 24);
    buf_init(&pieces, 1u << 24);
    input = bytes_from(input, 1);
    scan(input, input.n ? input.n : 1, &l, &whole);
    scan(input, 1, &l, &pieces);
    if (!bytes_equal(buf_bytes(&whole), buf_bytes(&pieces))) {
        fuzz_differ("byte by byte reads other fields", buf_bytes(&whole), buf_bytes(&pieces));
    }
    buf_done(&whole);
    buf_done(&pieces);
    return 0;
}
