#include "dissect/mime.h"

#include "capture/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define CEILING ((size_t)1 << 24)

static void expect_text_n(const char *in, size_t n, const char *declared, const char *want,
                          size_t want_n)
{
    uint8_t *exact = malloc(n + 1);
    assert_non_null(exact);
    memcpy(exact, in, n);
    struct buf out;
    buf_init(&out, CEILING);
    mime_header_text_in(bytes_make(exact, n), bytes_of(declared), &out);
    assert_string_equal(buf_cstr(&out), want);
    assert_int_equal(out.n, want_n);
    assert_true(text_is_utf8(buf_bytes(&out)));
    buf_done(&out);
    free(exact);
}

static void expect_text(const char *in, const char *want)
{
    expect_text_n(in, strlen(in), NULL, want, strlen(want));
}

static void expect_declared(const char *in, const char *declared, const char *want)
{
    expect_text_n(in, strlen(in), declared, want, strlen(want));
}

static void test_plain_stays(void **state)
{
    (void)state;
    expect_text("", "");
    expect_text("Hello = world? =", "Hello = world? =");
    expect_text("a\tb\x1b[2J\x7f", "a\tb\x1b[2J\x7f");
    expect_text("=?no word", "=?no word");
    expect_text("=?utf-8?X?abc?=", "=?utf-8?X?abc?=");
    expect_text("=?utf-8?Q?never ends", "=?utf-8?Q?never ends");
}

static void test_encoded_words(void **state)
{
    (void)state;
    expect_text("=?windows-1251?b?z/Do4uXy?=", "Привет");
    expect_text("=?UTF-8?Q?J=C3=BCrgen_M?= x", "Jürgen M x");
    expect_text("a =?utf-8?q?b?= =?utf-8?q?c?=  =?iso-8859-1?q?=e4?= d", "a bcä d");
    expect_text("=?utf-8?Q?=E2=82?= =?utf-8?B?rA==?=", "€");
    expect_text("=?utf-8*en?Q?hi?=", "hi");
    expect_text("=?GB2312?B?xOO6ww==?=", "你好");
    expect_text("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本");
    expect_text("=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?=", "Привет");
    expect_text("=?utf-8?Q?blanks inside?=", "blanks inside");
    expect_text("x=?utf-8?Q?a?=y", "xay");
    expect_text("=?utf-8?Q?=zz=4?=", "=zz=4");
    expect_text("\"=?us-ascii?Q?q?=\" <a@b>", "\"q\" <a@b>");
}

/* Nothing vanishes: what can not be decoded stays as written. */
static void test_undecodable_words_stay(void **state)
{
    (void)state;
    expect_text("=?bogus?Q?abc?= x", "=?bogus?Q?abc?= x");
    expect_text("=?utf-8?B?!!!!?=", "=?utf-8?B?!!!!?=");
    expect_text("=?utf-7?Q?+AGE-?=", "=?utf-7?Q?+AGE-?=");
    expect_text("=?utf-16?B?AGEAYg==?=", "=?utf-16?B?AGEAYg==?=");
    expect_text("=?utf-8?Q?a?= =?bogus?Q?b?= =?utf-8?Q?c?=", "a =?bogus?Q?b?= c");
    expect_text("=?utf-8?Q?=FF=FE?=", "\xef\xbf\xbd\xef\xbf\xbd");
    expect_text("=?gb2312?Q?=C4?=", "\xef\xbf\xbd");
}

/* A sender can hide the rest of an address behind a NUL or a line end (Mailsploit). */
static void test_control_bytes_inside_words(void **state)
{
    (void)state;
    static const char want[] = "potus@whitehouse.gov\0@attacker.example";
    static const char b64[] = "=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3YA?=@attacker.example";
    static const char q[] = "=?iso-8859-1?Q?potus=40whitehouse.gov=00?=@attacker.example";
    expect_text_n(b64, sizeof b64 - 1, NULL, want, sizeof want - 1);
    expect_text_n(q, sizeof q - 1, NULL, want, sizeof want - 1);
    expect_text("=?utf-8?Q?a=0D=0ABcc=1B[2J?=", "a\r\nBcc\x1b[2J");
    expect_text_n("a\0=?utf-8?Q?b?=", 15, NULL, "a\0b", 3);
}

static void test_raw_eight_bit(void **state)
{
    (void)state;
    expect_text("caf\xc3\xa9", "café");
    expect_text("caf\xe9 \x80 \x81", "café € \xef\xbf\xbd");
    expect_declared("\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет");
    expect_declared("\xcf\xf0\xe8\xe2\xe5\xf2", "no-such-charset", "Ïðèâåò");
    expect_declared("caf\xc3\xa9", "us-ascii", "café");
    expect_declared("caf\xc3\xa9", "utf-8", "café");
    expect_declared("\xe9 =?utf-8?Q?=C3=A9?=", "iso-8859-1", "é é");
    /* the declared charset does not know the byte: the next guess is asked */
    expect_declared("\xff", "euc-jp", "ÿ");
}

static void test_content_type(void **state)
{
    (void)state;
    static const struct {
        const char *in, *type, *charset;
    } rows[] = {
        {"text/plain; charset=utf-8", "text/plain", "utf-8"},
        {" Text/HTML ;CHARSET = \"windows-1251\" ; x=y", "Text/HTML", "windows-1251"},
        {"multipart/mixed; boundary=\"a;charset=b\"", "multipart/mixed", "b"},
        {"text/plain; xcharset=no", "text/plain", ""},
        {"text/plain; charset", "text/plain", ""},
        {"text", "", ""},
        {"text/", "", ""},
        {"", "", ""},
        {"<>/x; charset=koi8-r", "", "koi8-r"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes type = mime_media_type(bytes_of(rows[i].in));
        struct bytes charset = mime_charset(bytes_of(rows[i].in));
        assert_true(bytes_equal(type, bytes_of(rows[i].type)));
        assert_true(bytes_equal(charset, bytes_of(rows[i].charset)));
    }
}

static void join(void *arg, struct bytes address)
{
    struct buf *all = arg;
    if (all->n > 0) {
        buf_add_byte(all, '|');
    }
    buf_add(all, address);
}

static void expect_addresses(const char *in, const char *want)
{
    size_t n = strlen(in);
    uint8_t *exact = malloc(n + 1);
    assert_non_null(exact);
    memcpy(exact, in, n);
    struct buf all;
    buf_init(&all, CEILING);
    mime_addresses(bytes_make(exact, n), join, &all);
    assert_string_equal(buf_cstr(&all), want);
    buf_done(&all);
    free(exact);
}

static void test_plain_addresses(void **state)
{
    (void)state;
    expect_addresses("a@b", "a@b");
    expect_addresses("", "");
    expect_addresses(" , ,", "");
    expect_addresses("Anna B <anna@example.org>", "anna@example.org");
    expect_addresses("\"Doe, John\" <john@x.org>, b@c", "john@x.org|b@c");
    expect_addresses("=?utf-8?Q?J=C3=BCrgen?= <j@x>", "j@x");
    expect_addresses("a..b@c.jp", "a..b@c.jp");
    expect_addresses("MAILER-DAEMON", "MAILER-DAEMON");
    expect_addresses("<>", "");
    expect_addresses("J\xc3\xbcrgen <j\xc3\xbc@x>, k\xe9 <k@x>", "jÃ¼@x|k@x");
}

static void test_odd_addresses(void **state)
{
    (void)state;
    expect_addresses("undisclosed-recipients:;", "");
    expect_addresses("G: a@b, \"x:y\" <c@d>; e@f", "a@b|c@d|e@f");
    expect_addresses("a@b (comment, with: all; (nested) of it), c@d", "a@b|c@d");
    expect_addresses("(before) \"quoted \\\" , part\" <q@w> (behind)", "q@w");
    expect_addresses("\"a b\"@c", "\"a b\"@c");
    expect_addresses("<@x,@y:a@b>, c@d", "a@b|c@d");
    expect_addresses("a@[192.0.2.1], b@[IPv6:2001:db8::1]", "a@[192.0.2.1]|b@[IPv6:2001:db8::1]");
    expect_addresses("a@b c@d", "a@b|c@d");
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void count(void *arg, struct bytes address)
{
    (void)address;
    ++*(unsigned *)arg;
}

/* Whole lists of these take GMime's own list parser seconds or its stack. */
static void test_hostile_lists(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "a:",   "a,",   "(",  "((a)",           "<",    "\"",    ",",      "a@", ";", "[",
        "<@a,", "a@b ", "\\", "=?utf-8?Q?a?= ", "a b,", "a@b, ", "(a)b@c,"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf text, out;
        buf_init(&text, CEILING);
        buf_init(&out, CEILING);
        while (text.n < 1u << 20) {
            buf_add_str(&text, pieces[i]);
        }
        unsigned n = 0;
        double start = cpu_seconds();
        mime_addresses(buf_bytes(&text), count, &n);
        mime_header_text(buf_bytes(&text), &out);
        assert_true(cpu_seconds() - start < 2.0);
        assert_true(n <= 1000);
        buf_done(&text);
        buf_done(&out);
    }
}

static void test_hostile_words(void **state)
{
    (void)state;
    static const char *const pieces[] = {"=?",
                                         "=?a",
                                         "=?utf-8?Q?",
                                         "=?utf-8?B?",
                                         "?=",
                                         "=?utf-8?B?=?= ",
                                         "=?koi8-r?B?\?=",
                                         "=?utf-8?Q?\xff?=",
                                         "=?big5?Q?a?= ",
                                         "=?utf-8?Q?a?= =?koi8-r?Q?b?= "};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf text, out;
        buf_init(&text, CEILING);
        buf_init(&out, CEILING);
        while (text.n < 1u << 18) {
            buf_add_str(&text, pieces[i]);
        }
        double start = cpu_seconds();
        mime_header_text(buf_bytes(&text), &out);
        assert_true(cpu_seconds() - start < 2.0);
        assert_true(out.n <= 4 * text.n);
        buf_done(&text);
        buf_done(&out);
    }
}

static void expect_date(const char *in, int64_t seconds)
{
    int64_t ns = 0;
    assert_true(mime_date(bytes_of(in), &ns));
    assert_true(ns == seconds * 1000000000);
}

static void expect_no_date(const char *in)
{
    int64_t ns = 42;
    assert_false(mime_date(bytes_of(in), &ns));
    assert_true(ns == 42);
}

static void test_dates(void **state)
{
    (void)state;
    expect_date("Sat, 1 Nov 2025 12:26:40 +0000", 1762000000);
    expect_date("1 Nov 2025 13:26:40 +0100", 1762000000);
    expect_date("Sat, 01 Nov 2025 07:56:40 -0430 (VET)", 1762000000);
    expect_date("Thu, 1 Jan 1970 00:00:00 +0000", 0);
    expect_date("Thu, 29 Feb 2024 00:00:00 +0000", 1709164800);
    expect_date("1 Nov 25 12:26 EST", 1762017960);
    expect_date("Sat Nov  1 12:26:40 2025", 1762000000);
    expect_date("Fri, 31 Dec 2100 23:59:59 +0000", 4133980799);
}

static void test_dates_that_are_none(void **state)
{
    (void)state;
    expect_no_date("");
    expect_no_date("garbage");
    expect_no_date("Mon, 31 Feb 2025 12:00:00 +0000");
    expect_no_date("Sat, 29 Feb 2025 12:00:00 +0000");
    expect_no_date("Thu, 1 Jan 1970 00:00:00 +0100");
    expect_no_date("1 Nov 1969 00:00:00 +0000");
    expect_no_date("Sat, 1 Nov 2025 24:26:40 +0000");
    expect_no_date("Sat, 1 Nov 2025 12:26:61 +0000");
    expect_no_date("Fri, 99 Nov 99999 99:99:99 +9999");
    expect_no_date("Sat, 1 Nov 9999 12:26:40 +0000"); /* beyond int64_t nanoseconds */
    char nul[] = "1 Nov 2025 12:26 EST";
    nul[3] = '\0';
    int64_t ns = 0;
    assert_false(mime_date(bytes_make(nul, sizeof nul - 1), &ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_stays),
        cmocka_unit_test(test_encoded_words),
        cmocka_unit_test(test_undecodable_words_stay),
        cmocka_unit_test(test_control_bytes_inside_words),
        cmocka_unit_test(test_raw_eight_bit),
        cmocka_unit_test(test_content_type),
        cmocka_unit_test(test_plain_addresses),
        cmocka_unit_test(test_odd_addresses),
        cmocka_unit_test(test_hostile_lists),
        cmocka_unit_test(test_hostile_words),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_dates_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
