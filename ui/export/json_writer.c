#include "ui/export/json_writer.h"

#include "capture/base/text.h"

#define SECOND INT64_C(1000000000)
#define DAY    (86400 * SECOND)

void json_init(struct json *j, struct buf *out, enum when_precision precision)
{
    *j = (struct json){.out = out, .precision = precision, .day = INT64_MIN};
}

void json_truncated(struct json *j, const char *key)
{
    json_key(j, key);
    j->out->n -= 2; /* the quote and the colon */
    json_raw(j, "_truncated\":true");
}

void json_close_array(struct json *j, const char *key)
{
    json_raw(j, "]");
    if (j->item_cut) {
        json_truncated(j, key);
    }
}

void json_number(struct json *j, uint64_t v)
{
    j->out->n += text_number(json_room(j, TEXT_NUMBER_ROOM), v);
}

/* How much of text has at most JSON_TEXT_MOST bytes as UTF-8, where a byte that can not be decoded
 * takes the three of U+FFFD. */
static size_t text_fits(struct bytes text)
{
    if (text.n <= JSON_TEXT_MOST / 3) {
        return text.n;
    }
    size_t taken = 0;
    for (size_t at = 0, before = 0; at < text.n; before = at) {
        bool valid = text_utf8_next(text, &at) >= 0;
        taken += valid ? at - before : 3;
        if (taken > JSON_TEXT_MOST) {
            return before;
        }
    }
    return text.n;
}

#define ONES (UINT64_MAX / 255)

static inline uint64_t zero_bytes(uint64_t x)
{
    return (x - ONES) & ~x & ONES * 0x80;
}

/* Do all eight bytes stand for themselves in a JSON string? (Not: C0, DEL, quote, backslash, 8-bit.
 * A false alarm is harmless, since text_json looks again.) */
static inline bool plain_eight(uint64_t x)
{
    return ((x & ONES * 0x80) | ((x - ONES * 0x20) & ~x & ONES * 0x80) |
            zero_bytes(x ^ ONES * '"') | zero_bytes(x ^ ONES * '\\') |
            zero_bytes(x ^ ONES * 0x7f)) == 0;
}

/* Copies the plain beginning of text, in steps of eight bytes; answers how much it was. */
static inline size_t copy_plain(uint8_t *to, struct bytes text)
{
    size_t at = 0;
    uint64_t x = 0;
    for (; text.n - at >= 8; at += 8) {
        memcpy(&x, text.p + at, 8);
        if (!plain_eight(x)) {
            return at;
        }
        memcpy(to + at, &x, 8);
    }
    if (text.n >= 8) { /* the end once more, with some of what is copied already */
        memcpy(&x, text.p + text.n - 8, 8);
        if (plain_eight(x)) {
            memcpy(to + text.n - 8, &x, 8);
            at = text.n;
        }
        return at;
    }
    while (at < text.n && plain_eight(ONES * text.p[at])) {
        to[at] = text.p[at];
        at++;
    }
    return at;
}

bool json_text_end(struct json *j, struct bytes text)
{
    size_t n = text_fits(text);
    uint8_t *p = json_room(j, n + 1);
    size_t at = copy_plain(p, bytes_sub(text, 0, n));
    if (at == n) {
        p[n] = '"';
        j->out->n += n + 1;
    } else {
        j->out->n += at;
        text_json(j->out, bytes_sub(text, at, n - at));
        json_raw(j, "\"");
    }
    return n == text.n;
}

void json_item_text(struct json *j, struct bytes text)
{
    json_comma(j);
    json_raw(j, "\"");
    if (!json_text_end(j, text)) {
        j->item_cut = true;
    }
}

/* The fraction of a second with the capture's digits. */
static size_t put_fraction(uint8_t *p, unsigned ns, enum when_precision precision)
{
    unsigned v = precision == WHEN_NANO ? ns : ns / 1000;
    for (unsigned i = (unsigned)precision; i-- > 0; v /= 10) {
        p[i] = (uint8_t)('0' + v % 10);
    }
    return (size_t)precision;
}

/* Two digits of v, which is below 100. */
static inline void put_pair(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)('0' + v / 10);
    p[1] = (uint8_t)('0' + v % 10);
}

/* The date changes once a day, so it is kept; the rest is a few divisions. */
void json_time(struct json *j, const char *key, int64_t ns)
{
    int64_t day = ns / DAY, in_day = ns % DAY;
    if (in_day < 0) {
        in_day += DAY;
        day--;
    }
    if (day != j->day) {
        when_rfc3339(ns, j->precision, j->day_text);
        j->day = day;
    }
    unsigned second = (unsigned)(in_day / SECOND);
    json_key_and(j, key, "\"");
    uint8_t *p = json_room(j, WHEN_ROOM);
    memcpy(p, j->day_text, 11); /* "2025-11-01T" */
    put_pair(p + 11, second / 3600);
    p[13] = ':';
    put_pair(p + 14, second / 60 % 60);
    p[16] = ':';
    put_pair(p + 17, second % 60);
    p[19] = '.';
    size_t n = 20 + put_fraction(p + 20, (unsigned)(in_day % SECOND), j->precision);
    p[n++] = 'Z';
    p[n++] = '"';
    j->out->n += n;
}

void json_hex(struct json *j, const char *key, struct bytes b)
{
    static const char digits[] = "0123456789abcdef";
    json_key(j, key);
    uint8_t *p = json_room(j, 2 * b.n + 2);
    size_t at = 0;
    p[at++] = '"';
    for (size_t i = 0; i < b.n; i++) {
        p[at++] = (uint8_t)digits[b.p[i] >> 4];
        p[at++] = (uint8_t)digits[b.p[i] & 15];
    }
    p[at++] = '"';
    j->out->n += at;
}

void json_seconds(struct json *j, const char *key, int64_t ns)
{
    uint64_t v = ns > 0 ? (uint64_t)ns : 0;
    json_u64(j, key, v / (uint64_t)SECOND);
    json_raw(j, ".");
    uint8_t *p = json_room(j, 9);
    j->out->n += put_fraction(p, (unsigned)(v % (uint64_t)SECOND), j->precision);
}
