#include "dissect/mime_decode.h"

#include "capture/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static bool add(void *arg, struct bytes piece)
{
    return buf_add(arg, piece);
}

static struct mime_decode_report expect_n(enum mime_encoding e, const char *in, size_t n,
                                          const char *want, size_t want_n)
{
    struct mime_decode_report r;
    struct buf out;
    uint8_t *exact = malloc(n + 1);
    assert_non_null(exact);
    memcpy(exact, in, n);
    buf_init(&out, SIZE_MAX);
    assert_true(mime_decode(bytes_make(exact, n), e, add, &out, &r));
    assert_int_equal(out.n, want_n);
    assert_memory_equal(buf_cstr(&out), want, want_n);
    assert_int_equal(r.size, want_n);
    buf_done(&out);
    free(exact);
    return r;
}

static struct mime_decode_report expect(enum mime_encoding e, const char *in, const char *want)
{
    return expect_n(e, in, strlen(in), want, strlen(want));
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(mime_encoding_named(bytes_of("")), MIME_IDENTITY);
    assert_int_equal(mime_encoding_named(bytes_of("BASE64")), MIME_BASE64);
    assert_int_equal(mime_encoding_named(bytes_of("quoted-printable")), MIME_QUOTED);
    assert_int_equal(mime_encoding_named(bytes_of("x-uue")), MIME_UUENCODE);
    assert_int_equal(mime_encoding_named(bytes_of("utf-8")), MIME_ENCODING_UNKNOWN);
}

static void test_base64_clean(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},        {"QUJD", "ABC"},    {"QUI=", "AB"}, {"QQ==", "A"}, {"QU\r\nJD\r\n", "ABC"},
        {"QQ=\n=", "A"}, {" QUJD\t", "ABC"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mime_decode_report r = expect(MIME_BASE64, rows[i][0], rows[i][1]);
        assert_int_equal(r.junk + r.behind_end + r.torn + r.long_lines, 0);
    }
}

static void test_base64_dirty(void **state)
{
    (void)state;
    struct mime_decode_report r = expect(MIME_BASE64, "QU!J#D", "ABC");
    assert_int_equal(r.junk, 2);
    assert_int_equal(r.first_junk, 2);
    assert_true(expect(MIME_BASE64, "QQ", "A").torn); /* its bytes are there all the same */
    assert_true(expect(MIME_BASE64, "QUI", "AB").torn);
    assert_true(expect(MIME_BASE64, "QUJDR", "ABC").torn);
    r = expect(MIME_BASE64, "Q=UJD", "ABC");
    assert_int_equal(r.junk, 1);
    assert_int_equal(r.first_junk, 1);
    assert_int_equal(expect(MIME_BASE64, "QU=JD", "ABC").junk, 1);
    r = expect(MIME_BASE64, "QQ==QUJD", "A");
    assert_int_equal(r.behind_end, 4);
    assert_int_equal(expect(MIME_BASE64, "QQ===", "A").junk, 1);
    assert_int_equal(expect(MIME_BASE64, "====", "").junk, 4);
}

/* Pieces do not show: a body longer than one, with something odd at every place near the cut. */
static void test_base64_pieces(void **state)
{
    (void)state;
    enum { GROUPS = 20000, N = GROUPS * 4 };
    static char in[N + 8], want[GROUPS * 3];
    for (size_t i = 0; i < GROUPS; i++) {
        memcpy(in + i * 4, "QUJD", 4);
        memcpy(want + i * 3, "ABC", 3);
    }
    assert_int_equal(expect_n(MIME_BASE64, in, N, want, sizeof want).long_lines, 1);
    for (size_t cut = (48u << 10) - 5; cut < (48u << 10) + 5; cut++) {
        static char odd[N + 1];
        memcpy(odd, in, cut);
        odd[cut] = '!';
        memcpy(odd + cut + 1, in + cut, N - cut);
        struct mime_decode_report r = expect_n(MIME_BASE64, odd, N + 1, want, sizeof want);
        assert_int_equal(r.first_junk, cut);
        size_t group = cut / 4 * 4;
        memcpy(in + group, "QQ==", 4);
        r = expect_n(MIME_BASE64, in, N, want, group / 4 * 3 + 1);
        assert_int_equal(r.behind_end, N - group - 4);
        memcpy(in + group, "QUJD", 4);
    }
}

static void test_quoted(void **state)
{
    (void)state;
    assert_int_equal(expect(MIME_QUOTED, "a=3Db=3db", "a=b=b").bad_quoted, 0);
    assert_int_equal(expect(MIME_QUOTED, "a=\r\nb=\nc", "abc").bad_quoted, 0);
    assert_int_equal(expect_n(MIME_QUOTED, "=00", 3, "\0", 1).bad_quoted, 0);
    assert_int_equal(expect(MIME_QUOTED, "a=", "a").bad_quoted, 0); /* soft break at the end */
    struct mime_decode_report r = expect(MIME_QUOTED, "50 =XY", "50 =XY");
    assert_int_equal(r.bad_quoted, 1);
    assert_int_equal(r.first_bad, 3);
    assert_int_equal(expect(MIME_QUOTED, "a=4", "a=4").bad_quoted, 1); /* nothing vanishes */
}

static void test_others(void **state)
{
    (void)state;
    static const char raw[] = "a\0b=41\r\n";
    expect_n(MIME_IDENTITY, raw, sizeof raw - 1, raw, sizeof raw - 1);
    expect_n(MIME_ENCODING_UNKNOWN, raw, sizeof raw - 1, raw, sizeof raw - 1);
    expect(MIME_UUENCODE, "begin 644 x\n#0V%T\n`\nend\n", "Cat");
}

static bool refuse(void *arg, struct bytes piece)
{
    (void)piece;
    ++*(unsigned *)arg;
    return false;
}

static void test_stops(void **state)
{
    (void)state;
    static char in[200000];
    unsigned calls = 0;
    struct mime_decode_report r;
    memset(in, 'A', sizeof in);
    assert_false(mime_decode(bytes_make(in, sizeof in), MIME_BASE64, refuse, &calls, &r));
    assert_int_equal(calls, 1);
    assert_true(mime_decode(bytes_make(in, sizeof in), MIME_BASE64, NULL, NULL, &r));
    assert_int_equal(r.size, sizeof in / 4 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_base64_clean),
        cmocka_unit_test(test_base64_dirty), cmocka_unit_test(test_base64_pieces),
        cmocka_unit_test(test_quoted),       cmocka_unit_test(test_others),
        cmocka_unit_test(test_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
