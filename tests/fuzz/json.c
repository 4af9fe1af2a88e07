/* A strict check of JSON, written apart from the writer that it checks. No recursion: a bit a
 * level. */
#include "capture/base/text.h"
#include "tests/fuzz/fuzz.h"

#define DEPTH 64

struct reader {
    struct bytes text;
    size_t at;
    bool object[DEPTH];
    unsigned depth;
};

static int peek(struct reader *r)
{
    while (r->at < r->text.n && strchr(" \t\r\n", r->text.p[r->at]) && r->text.p[r->at]) {
        r->at++;
    }
    return bytes_at(r->text, r->at);
}

static bool hex4(struct reader *r, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        int c = bytes_at(r->text, r->at++);
        int v = ascii_is_digit(c)        ? c - '0'
                : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                         : -1;
        if (v < 0) {
            return false;
        }
        *out = *out * 16 + (unsigned)v;
    }
    return true;
}

static bool read_escape(struct reader *r)
{
    unsigned high = 0, low = 0;
    int c = bytes_at(r->text, r->at++);
    if (c != 'u') {
        return c > 0 && strchr("\"\\/bfnrt", c);
    }
    if (!hex4(r, &high) || (high & 0xfc00) == 0xdc00) {
        return false;
    }
    if ((high & 0xfc00) != 0xd800) {
        return true;
    }
    return bytes_at(r->text, r->at++) == '\\' && bytes_at(r->text, r->at++) == 'u' &&
           hex4(r, &low) && (low & 0xfc00) == 0xdc00;
}

static bool read_string(struct reader *r)
{
    if (peek(r) != '"') {
        return false;
    }
    r->at++;
    while (r->at < r->text.n) {
        int32_t c = text_utf8_next(r->text, &r->at);
        if (c == '"') {
            return true;
        }
        if (c < 0x20 || (c == '\\' && !read_escape(r))) {
            return false;
        }
    }
    return false;
}

static size_t digits(struct reader *r)
{
    size_t from = r->at;
    while (ascii_is_digit(bytes_at(r->text, r->at))) {
        r->at++;
    }
    return r->at - from;
}

static bool read_number(struct reader *r)
{
    r->at += bytes_at(r->text, r->at) == '-';
    bool zero = bytes_at(r->text, r->at) == '0';
    size_t whole = digits(r);
    bool ok = whole == 1 || (whole > 1 && !zero);
    if (ok && bytes_at(r->text, r->at) == '.') {
        r->at++;
        ok = digits(r) > 0;
    }
    if (ok && (bytes_at(r->text, r->at) | 0x20) == 'e') {
        int sign = bytes_at(r->text, ++r->at);
        r->at += sign == '+' || sign == '-';
        ok = digits(r) > 0;
    }
    return ok;
}

static bool read_word(struct reader *r)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        struct bytes next = bytes_sub(r->text, r->at, n);
        if (next.n == n && memcmp(next.p, words[i], n) == 0) {
            r->at += n;
            return true;
        }
    }
    return false;
}

/* Goes into an object or array; *closed when it is empty. */
static bool enter(struct reader *r, bool object, bool *closed)
{
    if (r->depth == DEPTH) {
        return false;
    }
    r->object[r->depth++] = object;
    r->at++;
    *closed = peek(r) == (object ? '}' : ']');
    if (*closed) {
        r->at++;
        r->depth--;
    }
    return true;
}

static bool read_key(struct reader *r)
{
    bool ok = read_string(r) && peek(r) == ':';
    r->at++;
    return ok;
}

/* Behind a value: leaves what ends here; false when something is wrong. */
static bool leave(struct reader *r, bool *more)
{
    *more = false;
    while (r->depth) {
        bool object = r->object[r->depth - 1];
        int c = peek(r);
        r->at++;
        if (c == ',') {
            *more = true;
            return !object || read_key(r);
        }
        if (c != (object ? '}' : ']')) {
            return false;
        }
        r->depth--;
    }
    return true;
}

bool fuzz_is_json(struct bytes text)
{
    struct reader r = {.text = text};
    for (bool more = true; more;) {
        int c = peek(&r);
        bool closed = true, ok = false;
        if (c == '{' || c == '[') {
            ok = enter(&r, c == '{', &closed) && (closed || c == '[' || read_key(&r));
        } else {
            ok = c == '"'                        ? read_string(&r)
                 : c == '-' || ascii_is_digit(c) ? read_number(&r)
                                                 : read_word(&r);
        }
        if (!ok) {
            return false;
        }
        if (closed && !leave(&r, &more)) {
            return false;
        }
    }
    return peek(&r) < 0;
}
