#include "capture/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CEILING ((size_t)1 << 20)

/* A view of an exact-size allocation, so that a read one byte too far is seen by the sanitizers. */
struct exact {
    uint8_t *p;
    struct bytes b;
};

static struct exact exact_of(const void *p, size_t n)
{
    struct exact e = {malloc(n ? n : 1), {NULL, n}};
    assert_non_null(e.p);
    memcpy(e.p, p, n);
    e.b.p = e.p;
    return e;
}

typedef bool text_fn(struct buf *out, struct bytes b);

static void expect_n(text_fn *fn, const char *in, size_t n, const char *want)
{
    struct exact e = exact_of(in, n);
    struct buf out;
    buf_init(&out, CEILING);
    assert_true(fn(&out, e.b));
    assert_string_equal(buf_cstr(&out), want);
    buf_done(&out);
    free(e.p);
}

static void expect(text_fn *fn, const char *in, const char *want)
{
    expect_n(fn, in, strlen(in), want);
}

/* ---- UTF-8 ---- */

/* Independent of the code under test: by value instead of by byte ranges. */
static int32_t reference_decode(const uint8_t *p, size_t n, size_t *used)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *used = 1;
    if (p[0] < 0x80) {
        return p[0];
    }
    size_t length = p[0] >= 0xf8 ? 0 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 0;
    if (length == 0 || length > n) {
        return -1;
    }
    uint32_t cp = p[0] & (length == 4 ? 7u : length == 3 ? 15u : 31u);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return -1;
        }
        cp = cp * 64 + (p[i] & 63u);
    }
    if (cp < least[length] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
        return -1;
    }
    *used = length;
    return (int32_t)cp;
}

static void check_decode(const uint8_t *p, size_t n)
{
    size_t used = 0, at = 0;
    int32_t want = reference_decode(p, n, &used);
    int32_t got = text_utf8_next(bytes_make(p, n), &at);
    if (got != want || at != used) {
        fail_msg("%02x %02x %02x %02x (%zu): %d, wanted %d", p[0], p[1], p[2], p[3], n, got, want);
    }
}

static void utf8_decodes_every_pair_and_triple(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            uint8_t p[4] = {(uint8_t)a, (uint8_t)b, 0, 0};
            check_decode(p, 1);
            check_decode(p, 2);
            for (unsigned c = 0; a >= 0x80 && c < 256; c++) {
                p[2] = (uint8_t)c;
                check_decode(p, 3);
            }
        }
    }
}

static void utf8_decodes_four_bytes(void **state)
{
    (void)state;
    static const uint8_t edge[] = {0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90,
                                   0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (unsigned a = 0xe0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            for (size_t i = 0; i < sizeof edge * sizeof edge; i++) {
                uint8_t p[4] = {(uint8_t)a, (uint8_t)b, edge[i / sizeof edge],
                                edge[i % sizeof edge]};
                check_decode(p, 3);
                check_decode(p, 4);
            }
        }
    }
}

static void utf8_round_trip(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 16);
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        size_t at = 0;
        buf_clear(&out);
        assert_true(text_utf8_add(&out, cp));
        bool real = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
        assert_int_equal(text_utf8_next(buf_bytes(&out), &at), real ? (int32_t)cp : 0xfffd);
        assert_int_equal(at, out.n);
    }
    buf_done(&out);
}

static void utf8_at_the_end_stays_there(void **state)
{
    (void)state;
    size_t at = 3;
    assert_int_equal(text_utf8_next(bytes_of("abc"), &at), -1);
    assert_int_equal(at, 3);
    assert_true(text_is_utf8(bytes_of("gr\xc3\xbc\xc3\x9f")));
    assert_false(text_is_utf8(bytes_of("gr\xfc\xdf")));
    assert_true(text_is_utf8((struct bytes){NULL, 0}));
}

static void cut_never_splits_a_character(void **state)
{
    (void)state;
    struct bytes b = bytes_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t most = 0; most < sizeof want / sizeof want[0]; most++) {
        assert_int_equal(text_cut(b, most).n, want[most]);
    }
    /* invalid bytes are cut anywhere */
    struct bytes junk = bytes_of("\x80\x80\x80\x80\x80\xff\xff");
    for (size_t most = 0; most <= junk.n; most++) {
        assert_int_equal(text_cut(junk, most).n, most);
    }
}

/* ---- what is unsafe ---- */

static void all_listed_are_unsafe(void **state)
{
    (void)state;
    static const uint32_t listed[][2] = {
        {0x00, 0x1f},         {0x7f, 0x7f},     {0x80, 0x9f},       {0x061c, 0x061c},
        {0x200b, 0x200f},     {0x2028, 0x2029}, {0x202a, 0x202e},   {0x2060, 0x2060},
        {0x2066, 0x2069},     {0xfeff, 0xfeff}, {0xd800, 0xdfff},   {0xe0000, 0xe007f},
        {0xfff9, 0xfffb},     {0xfffe, 0xffff}, {0x1fffe, 0x1ffff}, {0x10fffe, 0x10ffff},
        {0x110000, 0x110010}, {0x3164, 0x3164},
    };
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
        for (uint32_t cp = listed[i][0]; cp <= listed[i][1]; cp++) {
            assert_true(text_is_unsafe(cp));
        }
    }
    static const uint32_t fine[] = {' ',    '~',    0xa0,   0xac,   0xae,   0xe9,    0x301,
                                    0x5d0,  0x627,  0x200a, 0x2010, 0x2027, 0x202f,  0x205f,
                                    0x20ac, 0x3042, 0xac00, 0xfe0f, 0xfffd, 0x1f600, 0x10fffd};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_false(text_is_unsafe(fine[i]));
    }
}

static void widths(void **state)
{
    (void)state;
    static const struct {
        uint32_t cp;
        int width;
    } rows[] = {{'a', 1},    {0xe9, 1},   {0x300, 0},   {0x36f, 0},   {0x370, 1},
                {0x1100, 2}, {0x11a8, 0}, {0x20ac, 1},  {0x3042, 2},  {0x4e00, 2},
                {0xac00, 2}, {0xfe0f, 0}, {0xff01, 2},  {0x1f600, 2}, {0x10ffff, 1},
                {0x5d0, 1},  {0x5b0, 0},  {0xe0100, 0}, {0xe01ef, 0}, {0xe01f0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(text_width(rows[i].cp), rows[i].width);
    }
}

/* ---- escape ---- */

static void escape_examples(void **state)
{
    (void)state;
    expect(text_escape, "", "");
    expect(text_escape, "plain ~ text \\ stays", "plain ~ text \\ stays");
    expect_n(text_escape, "a\0b", 3, "a\\x00b");
    expect(text_escape, "line\r\n\t.", "line\\x0d\\x0a\\x09.");
    expect(text_escape, "\x1b]52;c;Zm9v\x07", "\\x1b]52;c;Zm9v\\x07");
    expect(text_escape, "\x1b[2J\x7f", "\\x1b[2J\\x7f");
    expect(text_escape, "c1 \xc2\x9b raw \x9b", "c1 \\u{9b} raw \\x9b");
    expect(text_escape,
           "\xe2\x80\xae"
           "exe.txt",
           "\\u{202e}exe.txt");
    expect(text_escape,
           "a\xe2\x80\x8b"
           "b\xef\xbb\xbf",
           "a\\u{200b}b\\u{feff}");
    expect(text_escape, "\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}");
    expect(text_escape, "\xf3\xa0\x81\x81", "\\u{e0041}");
    expect(text_escape, "\xc0\xaf \xe0\x80\xaf", "\\xc0\\xaf \\xe0\\x80\\xaf");
    expect(text_escape, "\xed\xa0\x80", "\\xed\\xa0\\x80");
    expect(text_escape, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
    expect(text_escape, "caf\xc3", "caf\\xc3");
    expect(text_escape, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
           "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
    expect(text_escape_ascii, "gr\xc3\xbc\xc3\x9f\xc5\x9b", "gr\\u{fc}\\u{df}\\u{15b}");
}

static void escape_bounds_combining_marks(void **state)
{
    (void)state;
    struct buf in, want;
    buf_init(&in, 64);
    buf_init(&want, 64);
    buf_add_str(&in, "e");
    buf_add_str(&want, "e");
    for (int i = 0; i < 8; i++) {
        buf_add_str(&in, "\xcc\x81");
        buf_add_str(&want, "\xcc\x81");
    }
    expect(text_escape, buf_cstr(&in), buf_cstr(&want));
    buf_add_str(&in, "\xcc\x82");
    buf_add_str(&want, "\\u{302}");
    expect(text_escape, buf_cstr(&in), buf_cstr(&want));
    buf_done(&in);
    buf_done(&want);
    /* no character of its own to sit on */
    expect(text_escape,
           "\xcc\x81"
           "a",
           "\\u{301}a");
    expect(text_escape, "\x01\xcc\x81", "\\x01\\u{301}");
    expect(text_escape,
           "a\xcc\x81"
           "b\xcc\x81",
           "a\xcc\x81"
           "b\xcc\x81");
}

/* The promise itself, for any bytes: valid UTF-8, nothing unsafe, one line, as wide as told. */
static void check_safe(struct bytes out, int columns)
{
    int width = 0, marks = 8;
    for (size_t at = 0; at < out.n;) {
        int32_t cp = text_utf8_next(out, &at);
        assert_true(cp >= 0x20);
        assert_false(text_is_unsafe((uint32_t)cp));
        int w = text_width((uint32_t)cp);
        marks = w == 0 ? marks + 1 : 0;
        assert_true(marks <= 8);
        width += w;
    }
    assert_int_equal(width, columns);
}

static void escape_every_code_point(void **state)
{
    (void)state;
    struct buf in, out;
    buf_init(&in, 16);
    buf_init(&out, 64);
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        buf_clear(&in);
        buf_clear(&out);
        buf_add_byte(&in, 'x');
        text_utf8_add(&in, cp);
        assert_true(text_escape(&out, buf_bytes(&in)));
        check_safe(buf_bytes(&out), text_columns(buf_bytes(&in)));
        bool raw = out.n == in.n && memcmp(in.p, out.p, in.n) == 0;
        bool surrogate = cp >= 0xd800 && cp <= 0xdfff; /* written as U+FFFD above */
        assert_int_equal(raw, surrogate || !text_is_unsafe(cp));
    }
    buf_done(&in);
    buf_done(&out);
}

/* xorshift: the same junk in every run. Half of it is ASCII or starts of sequences. */
static uint32_t junk_next(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static struct exact junk_make(uint32_t *seed)
{
    static const char *const bits[] = {"\xe2\x80\xae", "\xcc\x81",    "\xf0\x9f\x98\x80",
                                       "\xc2\x9b",     "\x1b[31m",    "\xe3\x81\x82",
                                       "ab",           "\xed\xa0\x80"};
    uint8_t p[96];
    size_t n = 0, want = junk_next(seed) % 80;
    while (n < want) {
        uint32_t r = junk_next(seed);
        if (r % 4 == 0) {
            p[n++] = (uint8_t)(r >> 8);
        } else {
            const char *s = bits[(r >> 8) % (sizeof bits / sizeof bits[0])];
            memcpy(p + n, s, strlen(s));
            n += strlen(s);
        }
    }
    return exact_of(p, n);
}

static void escape_junk_is_safe(void **state)
{
    (void)state;
    uint32_t seed = 0x1234567;
    struct buf out;
    buf_init(&out, 4096);
    for (int i = 0; i < 50000; i++) {
        struct exact e = junk_make(&seed);
        buf_clear(&out);
        assert_true(text_escape(&out, e.b));
        check_safe(buf_bytes(&out), text_columns(e.b));
        buf_clear(&out);
        assert_true(text_escape_ascii(&out, e.b));
        for (size_t k = 0; k < out.n; k++) {
            assert_in_range(out.p[k], 0x20, 0x7e);
        }
        free(e.p);
    }
    buf_done(&out);
}

static void escape_stops_whole_at_the_ceiling(void **state)
{
    (void)state;
    struct bytes b = bytes_of("a\x1b"
                              "b\xe2\x82\xac");
    static const char *const want[] = {"",
                                       "a",
                                       "a",
                                       "a",
                                       "a",
                                       "a\\x1b",
                                       "a\\x1b"
                                       "b",
                                       "a\\x1b"
                                       "b",
                                       "a\\x1b"
                                       "b",
                                       "a\\x1b"
                                       "b\xe2\x82\xac"};
    for (size_t ceiling = 0; ceiling < sizeof want / sizeof want[0]; ceiling++) {
        struct buf out;
        buf_init(&out, ceiling);
        assert_int_equal(text_escape(&out, b), ceiling == 9);
        assert_int_equal(out.full, ceiling != 9);
        assert_string_equal(buf_cstr(&out), want[ceiling]);
        buf_done(&out);
    }
}

/* ---- fit ---- */

static void expect_fit(const char *in, int columns, bool ascii, const char *want)
{
    struct buf out;
    buf_init(&out, CEILING);
    buf_add_str(&out, "|");
    assert_true(text_fit(&out, bytes_of(in), columns, ascii));
    assert_string_equal(buf_cstr(&out) + 1, want);
    buf_done(&out);
}

static void fit_examples(void **state)
{
    (void)state;
    expect_fit("abc", 5, false, "abc  ");
    expect_fit("abcde", 5, false, "abcde");
    expect_fit("abcdef", 5, false, "abcd\xe2\x80\xa6");
    expect_fit("abcdef", 5, true, "abcd~");
    expect_fit("abcdef", 1, true, "~");
    expect_fit("abcdef", 0, true, "");
    expect_fit("abcdef", -3, true, "");
    expect_fit("", 2, false, "  ");
    /* a wide character does not fit in one column: a blank makes it up */
    expect_fit("\xe3\x81\x82\xe3\x81\x82\xe3\x81\x82", 4, true, "~   ");
    expect_fit("\xe3\x81\x82\xe3\x81\x82\xe3\x81\x82", 4, false, "\xe3\x81\x82\xe2\x80\xa6 ");
    expect_fit("\xe3\x81\x82\xe3\x81\x82\xe3\x81\x82", 5, false,
               "\xe3\x81\x82\xe3\x81\x82\xe2\x80\xa6");
    expect_fit("e\xcc\x81", 1, false, "e\xcc\x81");
    expect_fit("e\xcc\x81"
               "f",
               1, false, "\xe2\x80\xa6");
    /* an escape is shown whole or not at all */
    expect_fit("ab\x1b", 5, false, "ab\xe2\x80\xa6  ");
    expect_fit("ab\x1b", 6, false, "ab\\x1b");
}

static void fit_junk_is_exact(void **state)
{
    (void)state;
    uint32_t seed = 0x7654321;
    struct buf out;
    buf_init(&out, 4096);
    for (int i = 0; i < 50000; i++) {
        struct exact e = junk_make(&seed);
        int columns = (int)(junk_next(&seed) % 40);
        buf_clear(&out);
        assert_true(text_fit(&out, e.b, columns, i % 2 == 0));
        check_safe(buf_bytes(&out), columns);
        free(e.p);
    }
    buf_done(&out);
}

/* ---- JSON ---- */

static void json_examples(void **state)
{
    (void)state;
    expect(text_json, "", "");
    expect(text_json, "plain text that is longer than one word",
           "plain text that is longer than one word");
    expect(text_json, "say \"hi\" \\ /", "say \\\"hi\\\" \\\\ /");
    expect(text_json, "\b\f\n\r\t\x0b\x1b\x7f", "\\b\\f\\n\\r\\t\\u000b\\u001b\\u007f");
    expect_n(text_json, "a\0b", 3, "a\\u0000b");
    expect(text_json,
           "\xff\xfe"
           "a\xc3",
           "\xef\xbf\xbd\xef\xbf\xbd"
           "a\xef\xbf\xbd");
    expect(text_json, "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    expect(text_json, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
    expect(text_json, "\xe2\x80\xae\xe2\x80\xa8\xc2\x9b", "\\u202e\\u2028\\u009b");
    expect(text_json, "\xf3\xa0\x81\x81", "\\udb40\\udc41");
}

/* Each byte at each place of a word: the eight-byte shortcut must not overlook any. */
static void json_every_byte_at_every_place(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 256);
    for (unsigned c = 0; c < 256; c++) {
        for (size_t at = 0; at < 17; at++) {
            uint8_t in[17];
            memset(in, 'x', sizeof in);
            in[at] = (uint8_t)c;
            buf_clear(&out);
            assert_true(text_json(&out, bytes_make(in, sizeof in)));
            bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
            assert_int_equal(out.n == sizeof in && memcmp(out.p, in, sizeof in) == 0, plain);
            assert_true(text_is_utf8(buf_bytes(&out)));
            if (!plain) {
                assert_memory_equal(out.p, in, at);
                assert_memory_equal(out.p + out.n - (16 - at), in + at + 1, 16 - at);
            }
        }
    }
    buf_done(&out);
}

/* A reader of what text_json writes; gives code points back as UTF-8. */
static uint32_t json_hex4(const uint8_t *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = p[i];
        assert_true(ascii_is_digit(c) || (c >= 'a' && c <= 'f'));
        v = v << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return v;
}

static void json_read(struct bytes b, struct buf *out)
{
    for (size_t at = 0; at < b.n;) {
        int32_t cp = text_utf8_next(b, &at);
        assert_true(cp >= 0x20 && cp != '"' && !text_is_unsafe((uint32_t)cp));
        if (cp != '\\') {
            text_utf8_add(out, (uint32_t)cp);
            continue;
        }
        assert_true(at < b.n);
        uint8_t c = b.p[at++];
        if (c != 'u') {
            const char *hit = strchr("\"\"\\\\\bb\ff\nn\rr\tt", c);
            assert_non_null(hit);
            buf_add_byte(out, c == '"' || c == '\\' ? c : (uint8_t)hit[-1]);
            continue;
        }
        assert_true(b.n - at >= 4);
        uint32_t unit = json_hex4(b.p + at);
        at += 4;
        if (unit >= 0xd800 && unit < 0xdc00) {
            assert_true(b.n - at >= 6 && b.p[at] == '\\' && b.p[at + 1] == 'u');
            unit = 0x10000 + ((unit & 0x3ff) << 10 | (json_hex4(b.p + at + 2) & 0x3ff));
            at += 6;
        }
        text_utf8_add(out, unit);
    }
}

static void json_junk_round_trips(void **state)
{
    (void)state;
    uint32_t seed = 0xabcdef1;
    struct buf out, back, want;
    buf_init(&out, 4096);
    buf_init(&back, 4096);
    buf_init(&want, 4096);
    for (int i = 0; i < 50000; i++) {
        struct exact e = junk_make(&seed);
        buf_clear(&out);
        buf_clear(&back);
        buf_clear(&want);
        assert_true(text_json(&out, e.b));
        json_read(buf_bytes(&out), &back);
        for (size_t at = 0; at < e.b.n;) {
            int32_t cp = text_utf8_next(e.b, &at);
            text_utf8_add(&want, cp < 0 ? 0xfffd : (uint32_t)cp);
        }
        assert_true(bytes_equal(buf_bytes(&back), buf_bytes(&want)));
        free(e.p);
    }
    buf_done(&out);
    buf_done(&back);
    buf_done(&want);
}

static void json_stops_whole_at_the_ceiling(void **state)
{
    (void)state;
    struct bytes b = bytes_of("ab\"\x01\xe2\x82\xac");
    struct buf back;
    buf_init(&back, 64);
    for (size_t ceiling = 0; ceiling <= 13; ceiling++) {
        struct buf out;
        buf_init(&out, ceiling);
        assert_int_equal(text_json(&out, b), ceiling == 13);
        buf_clear(&back);
        json_read(buf_bytes(&out), &back); /* asserts that nothing is cut in the middle */
        assert_true(bytes_equal(buf_bytes(&back), bytes_sub(b, 0, back.n)));
        buf_done(&out);
    }
    buf_done(&back);
}

/* ---- file names ---- */

static void expect_name(const char *in, size_t n, size_t most, const char *want)
{
    struct buf out;
    buf_init(&out, CEILING);
    assert_true(text_filename(&out, bytes_make(in, n), most));
    assert_string_equal(buf_cstr(&out), want);
    buf_done(&out);
}

static void filename_examples(void **state)
{
    (void)state;
    expect_name("report-1.pdf", 12, 64, "report-1.pdf");
    expect_name("../../etc/passwd", 16, 64, "_._.._etc_passwd");
    expect_name("-rf", 3, 64, "_rf");
    expect_name(".", 1, 64, "_");
    expect_name("..", 2, 64, "_.");
    expect_name("", 0, 64, "_");
    expect_name("", 0, 0, "_");
    expect_name("abc", 3, 0, "_");
    expect_name("a\0b", 3, 64, "a_b");
    expect_name("gr\xc3\xbc\xc3\x9f\xff", 7, 64, "gr___");
    expect_name("~$`;|&<>\"' \n\\:*?", 16, 64, "________________");
    expect_name("abcdef", 6, 3, "abc");
}

static void filename_every_pair(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 16);
    for (unsigned i = 0; i < 65536; i++) {
        uint8_t in[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        buf_clear(&out);
        assert_true(text_filename(&out, bytes_make(in, 2), 8));
        assert_in_range(out.n, 1, 2);
        assert_true(out.p[0] != '.' && out.p[0] != '-');
        for (size_t k = 0; k < out.n; k++) {
            assert_true(ascii_is_alpha(out.p[k]) || ascii_is_digit(out.p[k]) ||
                        strchr("._-", out.p[k]) != NULL);
        }
    }
    buf_done(&out);
}

/* Whatever the room, what is written is the beginning of the whole, cut between characters. */
static void json_is_cut_between_characters(void **state)
{
    (void)state;
    static const char text[] = "a\0\0\n\"\\\x1b\x7f\xc3\xa4\xff\xe2\x80\xae\xf3\xa0\x80\x81z\t\t";
    struct bytes b = bytes_make(text, sizeof text - 1);
    struct buf whole;
    buf_init(&whole, 4096);
    for (int i = 0; i < 30; i++) {
        assert_true(text_json(&whole, b));
    }
    for (size_t room = 0; room < 170; room++) {
        struct buf part;
        buf_init(&part, room);
        bool fits = true;
        for (int i = 0; fits && i < 3; i++) {
            fits = text_json(&part, b);
        }
        assert_true(part.n <= room && room - part.n < 12);
        assert_memory_equal(part.n ? part.p : whole.p, whole.p, part.n);
        struct bytes left = bytes_from(buf_bytes(&whole), part.n);
        assert_true(fits || left.p[0] != 'u');
        assert_int_equal(fits, !part.full);
        buf_done(&part);
    }
    buf_done(&whole);
}

/* RFC 4648 10. */
static void base64_examples(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    struct buf out;
    buf_init(&out, 8);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        buf_clear(&out);
        assert_true(text_base64(&out, bytes_of(pairs[i][0])));
        assert_string_equal(buf_cstr(&out), pairs[i][1]);
    }
    buf_clear(&out);
    assert_false(text_base64(&out, bytes_of("foobarb")));
    assert_int_equal(out.n, 0);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_decodes_every_pair_and_triple),
        cmocka_unit_test(utf8_decodes_four_bytes),
        cmocka_unit_test(utf8_round_trip),
        cmocka_unit_test(utf8_at_the_end_stays_there),
        cmocka_unit_test(cut_never_splits_a_character),
        cmocka_unit_test(all_listed_are_unsafe),
        cmocka_unit_test(widths),
        cmocka_unit_test(escape_examples),
        cmocka_unit_test(escape_bounds_combining_marks),
        cmocka_unit_test(escape_every_code_point),
        cmocka_unit_test(escape_junk_is_safe),
        cmocka_unit_test(escape_stops_whole_at_the_ceiling),
        cmocka_unit_test(fit_examples),
        cmocka_unit_test(fit_junk_is_exact),
        cmocka_unit_test(json_examples),
        cmocka_unit_test(json_every_byte_at_every_place),
        cmocka_unit_test(json_junk_round_trips),
        cmocka_unit_test(json_stops_whole_at_the_ceiling),
        cmocka_unit_test(filename_examples),
        cmocka_unit_test(filename_every_pair),
        cmocka_unit_test(json_is_cut_between_characters),
        cmocka_unit_test(base64_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
