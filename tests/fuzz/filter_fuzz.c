/* Display filters: any text is a filter or gives an error that points into it, and what is shown of
 * the error holds no control byte.
 */
#include "capture/base/error.h"
#include "capture/base/text.h"
#include "tests/fuzz/fuzz.h"
#include "ui/filter.h"

#include <stdlib.h>

static void check_error(const char *text, const struct filter_error *e)
{
    struct buf out;
    if (e->at > strlen(text) || e->length > strlen(text) - e->at || e->text[0] == '\0') {
        fuzz_differ("an error that points nowhere", bytes_of(text), bytes_of(e->text));
    }
    buf_init(&out, 1u << 24);
    filter_error_show(text, e, &out);
    struct bytes lines = buf_bytes(&out), line;
    while (bytes_split(&lines, '\n', &line)) {
        for (size_t at = 0; at < line.n;) {
            int32_t c = text_utf8_next(line, &at);
            if (c < 0x20 || c == 0x7f || text_is_unsafe((uint32_t)c)) {
                fuzz_differ("a control byte in an error", line, bytes_of(text));
            }
        }
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct filter_error e = {0};
    char *text = xmalloc(n + 1);
    if (n) {
        memcpy(text, data, n);
    }
    text[n] = '\0';
    struct filter *f = filter_parse(text, NULL, &e);
    if (f) {
        filter_free(&f);
    } else {
        check_error(text, &e);
    }
    free(text);
    return 0;
}
