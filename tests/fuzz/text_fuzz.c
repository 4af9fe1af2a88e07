/* The sanitiser: whatever goes in, no control byte reaches a terminal, JSON stays JSON, and a
 * fitted text has the width asked for.
 */
#include "capture/base/error.h"
#include "capture/base/text.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void check_safe(const char *what, struct bytes out)
{
    for (size_t at = 0; at < out.n;) {
        int32_t c = text_utf8_next(out, &at);
        if (c < 0x20 || c == 0x7f || text_is_unsafe((uint32_t)c)) {
            fuzz_differ(what, out, (struct bytes){0});
        }
    }
}

static void check_json(struct bytes input)
{
    struct buf out;
    buf_init(&out, 1u << 24);
    buf_add_byte(&out, '"');
    text_json(&out, input);
    buf_add_byte(&out, '"');
    if (!fuzz_is_json(buf_bytes(&out))) {
        fuzz_differ("no JSON string", buf_bytes(&out), input);
    }
    buf_done(&out);
}

static void check_fit(struct bytes input, int columns)
{
    struct buf out;
    buf_init(&out, 1u << 24);
    text_fit(&out, input, columns, false);
    check_safe("unsafe after fitting", buf_bytes(&out));
    if (text_columns(buf_bytes(&out)) != columns) {
        fuzz_differ("fitted to another width", buf_bytes(&out), input);
    }
    buf_done(&out);
}

static void check_name(struct bytes input)
{
    struct buf out;
    buf_init(&out, 1u << 24);
    text_filename(&out, input, 64);
    struct bytes name = buf_bytes(&out);
    bool good = name.n > 0 && name.n <= 64 && name.p[0] != '.' && name.p[0] != '-';
    for (size_t i = 0; i < name.n; i++) {
        int c = name.p[i];
        good = good && (ascii_is_alpha(c) || ascii_is_digit(c) || c == '.' || c == '_' || c == '-');
    }
    if (!good) {
        fuzz_differ("no file name", name, input);
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes all = bytes_make(data, n), part = bytes_from(all, 1);
    uint8_t *copy = fuzz_copy(part);
    struct bytes input = bytes_make(copy, part.n);
    struct buf out;
    buf_init(&out, 1u << 24);
    text_escape(&out, input);
    check_safe("unsafe after escaping", buf_bytes(&out));
    check_json(input);
    check_fit(input, n ? data[0] % 120 : 0);
    check_name(input);
    buf_done(&out);
    free(copy);
    return 0;
}
