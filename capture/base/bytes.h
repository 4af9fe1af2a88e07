/* Borrowed byte views: the only form in which packet bytes travel.
 *
 * A view owns nothing and is valid as long as its giver says. It is never
 * NUL-terminated; every helper here stays inside [p, p + n). ASCII only, no
 * locale: packet bytes above 0x7f are never letters, digits or blanks.
 */
#ifndef MAILWIRE_BASE_BYTES_H
#define MAILWIRE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *p;
    size_t n;
};

static inline struct bytes bytes_make(const void *p, size_t n)
{
    return (struct bytes){p, n};
}

/* The bytes of a C string, without its NUL. NULL gives the empty view. */
static inline struct bytes bytes_of(const char *s)
{
    return (struct bytes){(const uint8_t *)s, s ? strlen(s) : 0};
}

/* From `from` on; clamped, never outside. The sum is made of numbers: C knows no NULL + 0. */
static inline struct bytes bytes_from(struct bytes b, size_t from)
{
    if (from > b.n) {
        from = b.n;
    }
    return (struct bytes){(const uint8_t *)((uintptr_t)b.p + from), b.n - from};
}

/* The same, at most `n` bytes. */
static inline struct bytes bytes_sub(struct bytes b, size_t from, size_t n)
{
    struct bytes rest = bytes_from(b, from);
    rest.n = n < rest.n ? n : rest.n;
    return rest;
}

/* The byte at i, or -1 behind the end. */
static inline int bytes_at(struct bytes b, size_t i)
{
    return i < b.n ? b.p[i] : -1;
}

static inline bool ascii_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_blank(int c)
{
    return c == ' ' || c == '\t';
}

static inline int ascii_upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static inline int ascii_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Index of the first `c` at or behind `from`, or SIZE_MAX. */
static inline size_t bytes_find(struct bytes b, int c, size_t from)
{
    const uint8_t *hit = from < b.n ? memchr(b.p + from, c, b.n - from) : NULL;
    return hit ? (size_t)(hit - b.p) : SIZE_MAX;
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The high bit of each byte of x that is below 0x20, and perhaps of ones behind the first such. */
static inline uint64_t bytes8_below_blank(uint64_t x)
{
    return (x - UINT64_C(0x2020202020202020)) & ~x & UINT64_C(0x8080808080808080);
}

/* The high bit of each byte of x that is 0, and perhaps of ones behind the first such. */
static inline uint64_t bytes8_zero(uint64_t x)
{
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

static inline uint64_t bytes8_load(const uint8_t *p)
{
    uint64_t x = 0;
    memcpy(&x, p, sizeof x);
    return x;
}

/* Is any of the sixteen bytes there below 0x20? */
static inline bool bytes16_below_blank(const uint8_t *p)
{
    typedef uint8_t lanes __attribute__((vector_size(16)));
    lanes x;
    uint64_t half[2];
    memcpy(&x, p, sizeof x);
    x = (lanes)(x < 0x20);
    memcpy(half, &x, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* The rest of bytes_starts, once the first byte agrees. */
bool bytes_starts_rest(struct bytes b, const char *prefix);

/* Begins with the C string, letters in any case. The first byte refuses most words at once. */
static inline bool bytes_starts(struct bytes b, const char *prefix)
{
    if (prefix[0] == '\0') {
        return true;
    }
    return b.n > 0 && ((b.p[0] ^ (unsigned char)prefix[0]) & 0xdf) == 0 &&
           bytes_starts_rest(b, prefix);
}

/* Same bytes as the C string, letters in any case. */
static inline bool bytes_is(struct bytes b, const char *word)
{
    return bytes_starts(b, word) && strlen(word) == b.n;
}

bool bytes_ends(struct bytes b, const char *suffix); /* any case */
/* Index of `needle` (any case) at or behind `from`, or SIZE_MAX. */
size_t bytes_search(struct bytes b, const char *needle, size_t from);
/* Without blanks (space, tab) at both ends. */
static inline struct bytes bytes_trim(struct bytes b)
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

/* Cuts the first blank-delimited word off *rest and returns it; *rest begins
 * at the next word. Empty when nothing is left. */
struct bytes bytes_word(struct bytes *rest);
/* Cuts up to the next `sep` off *rest (which loses the separator too);
 * false when *rest is exhausted. */
bool bytes_split(struct bytes *rest, int sep, struct bytes *out);
/* All of b is a decimal number that fits; else false and *out untouched. */
bool bytes_u64(struct bytes b, uint64_t *out);
/* Leading decimal digits of b; false when there is none or it overflows.
 * *used gets the count of digits (may be NULL). */
bool bytes_leading_u64(struct bytes b, uint64_t *out, size_t *used);

#endif
