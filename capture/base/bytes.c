#include "capture/base/bytes.h"

#include <endian.h>

bool bytes_starts_rest(struct bytes b, const char *prefix)
{
    size_t i = 0;
    for (; i < b.n && prefix[i] != '\0'; i++) {
        uint8_t c = b.p[i], want = (uint8_t)prefix[i];
        if (c != want && ((c ^ want) != 0x20 || !ascii_is_alpha(c))) {
            return false;
        }
    }
    return prefix[i] == '\0';
}

bool bytes_ends(struct bytes b, const char *suffix)
{
    size_t n = strlen(suffix);
    return n <= b.n && bytes_starts(bytes_from(b, b.n - n), suffix);
}

/* Up to eight bytes at a time without the letter: the case bit is set in all of them, so a few
 * other characters stop it too. */
static size_t skip_without(const uint8_t *p, size_t from, size_t end, uint8_t letter)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    while (end - from >= 8 &&
           bytes8_zero((bytes8_load(p + from) | ones * 0x20) ^ ones * (letter | 0x20u)) == 0) {
        from += 8;
    }
    return from;
}

size_t bytes_search(struct bytes b, const char *needle, size_t from)
{
    size_t n = strlen(needle);
    if (n == 0 || n > b.n) {
        return SIZE_MAX;
    }
    const size_t end = b.n - n + 1; /* behind the last place where it may begin */
    while (from < end) {
        from = skip_without(b.p, from, end, (uint8_t)needle[0]);
        for (size_t i = 0; i < 8 && from < end; i++, from++) {
            if (bytes_starts(bytes_from(b, from), needle)) {
                return from;
            }
        }
    }
    return SIZE_MAX;
}

/* Of eight bytes, those before the first blank. */
static size_t before_blank(const uint8_t *p)
{
    uint64_t x = le64toh(bytes8_load(p));
    uint64_t blanks = bytes8_zero(x ^ UINT64_C(0x2020202020202020)) |
                      bytes8_zero(x ^ UINT64_C(0x0909090909090909));
    return blanks == 0 ? 8 : (size_t)__builtin_ctzll(blanks) / 8;
}

static size_t word_length(struct bytes b)
{
    size_t n = 0, step = 8;
    for (; b.n - n >= 8 && step == 8; n += step) {
        step = before_blank(b.p + n);
    }
    while (step == 8 && n < b.n && !ascii_is_blank(b.p[n])) {
        n++;
    }
    return n;
}

struct bytes bytes_word(struct bytes *rest)
{
    struct bytes b = bytes_trim(*rest);
    size_t n = word_length(b), next = n;
    while (next < b.n && ascii_is_blank(b.p[next])) {
        next++;
    }
    *rest = bytes_from(b, next);
    return bytes_sub(b, 0, n);
}

bool bytes_split(struct bytes *rest, int sep, struct bytes *out)
{
    if (rest->p == NULL) {
        return false;
    }
    size_t at = bytes_find(*rest, sep, 0);
    if (at == SIZE_MAX) {
        *out = *rest;
        *rest = (struct bytes){NULL, 0};
        return true;
    }
    *out = bytes_sub(*rest, 0, at);
    *rest = bytes_from(*rest, at + 1);
    return true;
}

bool bytes_leading_u64(struct bytes b, uint64_t *out, size_t *used)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < b.n && ascii_is_digit(b.p[i]); i++) {
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(b.p[i] - '0'), &v)) {
            return false;
        }
    }
    if (i == 0) {
        return false;
    }
    *out = v;
    if (used) {
        *used = i;
    }
    return true;
}

bool bytes_u64(struct bytes b, uint64_t *out)
{
    size_t used = 0;
    uint64_t v = 0;
    if (!bytes_leading_u64(b, &v, &used) || used != b.n) {
        return false;
    }
    *out = v;
    return true;
}
