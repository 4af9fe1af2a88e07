#include "capture/base/buf.h"
#include "dissect/auth.h"

static int base64_value(int c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_line_end(int c)
{
    return c == '\r' || c == '\n' || ascii_is_blank(c);
}

/* Nothing but '=', blanks and line ends may follow the first '='. */
static bool padding_only(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] != '=' && !is_line_end(b.p[i])) {
            return false;
        }
    }
    return true;
}

bool auth_looks_base64(struct bytes text)
{
    size_t n = 0;
    while (n < text.n && base64_value(text.p[n]) >= 0) {
        n++;
    }
    return text.n > 0 && n + 2 >= text.n && padding_only(bytes_from(text, n));
}

bool auth_base64(struct bytes text, struct buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0, digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        int value = base64_value(text.p[i]);
        if (value < 0 && is_line_end(text.p[i])) {
            continue;
        }
        if (value < 0) {
            return padding_only(bytes_from(text, i)) && digits % 4 != 1;
        }
        digits++;
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_add_byte(out, (uint8_t)(bits >> have & 0xff));
        }
    }
    return digits % 4 != 1;
}
