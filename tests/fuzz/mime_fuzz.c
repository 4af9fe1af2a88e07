/* Header words, address lists and dates through GMime: valid UTF-8 comes out, nothing is read
 * twice. */
#include "capture/base/text.h"
#include "dissect/mime.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void on_address(void *arg, struct bytes address)
{
    unsigned *count = arg;
    free(fuzz_copy(address));
    ++*count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes all = bytes_make(data, n), input;
    uint8_t *copy = fuzz_copy(all);
    struct buf text;
    unsigned addresses = 0;
    int64_t time = 0;
    input = bytes_make(copy, n);
    buf_init(&text, 1u << 24);
    mime_header_text(input, &text);
    if (!text_is_utf8(buf_bytes(&text))) {
        fuzz_differ("no UTF-8", buf_bytes(&text), input);
    }
    mime_addresses(input, on_address, &addresses);
    if (addresses > 1000) {
        fuzz_differ("too many addresses", input, (struct bytes){0});
    }
    mime_date(input, &time);
    free(fuzz_copy(mime_charset(input)));
    free(fuzz_copy(mime_media_type(input)));
    buf_done(&text);
    free(copy);
    return 0;
}
