#include "dissect/mime_charset.h"

#include "capture/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const char *charset, const char *in, const char *want)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    mime_charset_text(bytes_of(charset), bytes_of(in), &out);
    assert_string_equal(buf_cstr(&out), want);
    assert_true(text_is_utf8(buf_bytes(&out)));
    buf_done(&out);
}

static void test_known(void **state)
{
    (void)state;
    static const char *const known[] = {
        "utf-8",   "US-ASCII", "ISO_8859-1:1987", "iso8859-15",     "Windows-1251",
        "cp1252",  "koi8-r",   "Shift_JIS",       "ks_c_5601-1987", "GB2312",
        "gb18030", "Big5",     "EUC-JP",          "iso-2022-jp"};
    static const char *const unknown[] = {"",
                                          "utf-7",
                                          "utf-16",
                                          "utf-32",
                                          "klingon",
                                          "unicode",
                                          "iso-8859-1//IGNORE",
                                          "utf-8/",
                                          "x y",
                                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(mime_charset_known(bytes_of(known[i])));
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_false(mime_charset_known(bytes_of(unknown[i])));
    }
}

static void test_declared(void **state)
{
    (void)state;
    expect("windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
    expect("koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет");
    expect("gb2312", "\xc4\xe3\xba\xc3", "你好");
    expect("gb2312", "\xe9\x46", "镕"); /* of GBK only */
    expect("shift_jis", "\x93\xfa\x96\x7b", "日本");
    expect("iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日本");
    expect("iso-8859-1", "\xe4", "ä");
    expect("iso-8859-1", "\x93quoted\x94", "“quoted”"); /* windows-1252 is meant */
    expect("utf-8", "€", "€");
}

static void test_fallback(void **state)
{
    (void)state;
    expect("", "ä", "ä");
    expect("", "\xe4", "ä"); /* windows-1252 */
    expect("us-ascii", "ä", "ä");
    expect("klingon", "\xe4", "ä");
    expect("utf-7", "+ADw-script+AD4-", "+ADw-script+AD4-"); /* undecoded */
    expect("gb2312", "ä", "盲");                             /* it fits: what is declared counts */
    expect("utf-8",
           "a\xff\xfe"
           "b",
           "a\xef\xbf\xbd\xef\xbf\xbd"
           "b");
    expect("utf-8", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"); /* overlong */
}

/* Very many bytes that can not be decoded cost no more than so many calls. */
static void test_bomb(void **state)
{
    (void)state;
    size_t n = 4u << 20;
    char *raw = malloc(n);
    struct buf out;
    assert_non_null(raw);
    memset(raw, 0xff, n);
    buf_init(&out, SIZE_MAX);
    mime_charset_text(bytes_of("gb18030"), bytes_make(raw, n), &out);
    assert_true(out.n <= n * 4);
    assert_true(text_is_utf8(buf_bytes(&out)));
    buf_done(&out);
    buf_init(&out, 100); /* a ceiling holds */
    mime_charset_text(bytes_of("koi8-r"), bytes_make(raw, n), &out);
    assert_true(out.n <= 100 && out.full);
    buf_done(&out);
    free(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_declared),
        cmocka_unit_test(test_fallback),
        cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
