#include "capture/base/bytes.h"

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_starts_rest(struct bytes b, const char *prefix)
{
    size_t i = 0;
    for (; prefix[i] != '\0'; i++) {
        if (i >= b.n || ascii_upper(b.p[i]) != ascii_upper((unsigned char)prefix[i])) {
            return false;
        }
    }
    return true;
}

bool bytes_ends(struct bytes b, const char *suffix)
{
    size_t n = strlen(suffix);
    return n <= b.n && bytes_starts(bytes_from(b, b.n - n), suffix);
}

size_t bytes_search(struct bytes b, const char *needle, size_t from)
{
    size_t n = strlen(needle);
    if (n == 0 || n > b.n) {
        return SIZE_MAX;
    }
    int upper = ascii_upper((unsigned char)needle[0]), lower = ascii_lower(upper);
    for (size_t i = from; i <= b.n - n; i++) {
        if ((b.p[i] == lower || b.p[i] == upper) && bytes_starts(bytes_from(b, i), needle)) {
            return i;
        }
    }
    return SIZE_MAX;
}

struct bytes bytes_trim(struct bytes b)
{
    while (b.n > 0 && ascii_is_blank(b.p[0])) {
        b.p++;
        b.n--;
    }
    while (b.n > 0 && ascii_is_blank(b.p[b.n - 1])) {
        b.n--;
    }
    return b;
}

struct bytes bytes_word(struct bytes *rest)
{
    struct bytes b = bytes_trim(*rest);
    size_t n = 0;
    while (n < b.n && !ascii_is_blank(b.p[n])) {
        n++;
    }
    *rest = bytes_trim(bytes_from(b, n));
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
