#include "dissect/mime_params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_field(const char *raw, const char *want, bool odd)
{
    struct mime_params p;
    mime_params_read(bytes_of(raw), &p);
    assert_string_equal(p.value, want);
    assert_int_equal(p.odd, odd);
    mime_params_done(&p);
}

/* want NULL: there is none. */
static struct mime_param_text find(const char *raw, const char *name, bool extended,
                                   const char *want)
{
    struct mime_params p;
    struct mime_param_text t = {0};
    buf_init(&t.text, 4096);
    mime_params_read(bytes_of(raw), &p);
    mime_param_find(&p, name, extended, &t);
    assert_int_equal(t.found, want != NULL);
    assert_string_equal(buf_cstr(&t.text), want != NULL ? want : "");
    buf_done(&t.text);
    mime_params_done(&p);
    return t;
}

static void test_values(void **state)
{
    (void)state;
    expect_field("text/plain; charset=utf-8", "text/plain", false);
    expect_field(" TEXT / HTML ;x=y;", "text/html", false);
    expect_field("multipart/mixed;\r\n boundary=b", "multipart/mixed", false);
    expect_field("", "", false);
    expect_field("base64", "base64", false);
    expect_field("text/plain charset=utf-8", "text/plain", true);
    expect_field("(a) text(b)/(c)plain (d)", "text/plain", true);
    expect_field("multi(c)part/mixed; boundary=x", "multi", true);
    expect_field("text/plain; char\r\n set=x", "text/plain", true); /* folded inside a token */
    expect_field("text/plain; name=\"unterminated", "text/plain", true);
    expect_field("text/plain; ((((((((((", "text/plain", true);
}

static void test_plain(void **state)
{
    (void)state;
    find("a/b; name=x.txt", "NAME", false, "x.txt");
    find("a/b; name=\"a;b\"; x=y", "name", false, "a;b");
    find("a/b; name=\"a \\\"q\\\" b\"", "name", false, "a \"q\" b");
    find("a/b; name=\"C:\\dir\\a\"", "name", false, "C:\\dir\\a");
    find("a/b; name=a b c.txt; x=y", "name", false, "a b c.txt");
    find("a/b; name==?utf-8?q?=C3=A4?=", "name", false, "ä");
    find("a/b; name=\xe4", "name", false, "ä"); /* windows-1252 */
    find("a/b; x=name", "name", false, NULL);
    assert_int_equal(find("a/b; name=x; name=y", "name", false, "x").count, 2);
}

static void test_extended(void **state)
{
    (void)state;
    assert_false(find("a/b; name*=utf-8''%e2%82%ac.txt", "name", true, "€.txt").odd);
    assert_false(
        find("a/b; name*0*=utf-8''%e2%82; name*1*=%ac; name*2=\".txt\"", "name", true, "€.txt")
            .odd);
    assert_false(find("a/b; name*1=b; name*0=a", "name", true, "ab").odd);
    assert_true(find("a/b; name*0=a; name*2=c", "name", true, "ac").odd);
    assert_true(find("a/b; name*0=a; name*0=b", "name", true, "ab").odd);
    assert_true(find("a/b; name*0=a; name*999999=b", "name", true, "ab").odd);
    assert_true(find("a/b; name*=xx", "name", true, "xx").odd);
    assert_false(find("a/b; name*=''%41", "name", true, "A").odd);
    assert_false(find("a/b; name*=iso-8859-1'de'%e4%zz", "name", true, "ä%zz").odd);
    find("a/b; name*x=y", "name", true, NULL);
    find("a/b; name*99999999999=y", "name", true, NULL);
    struct mime_param_text t = find("a/b; name*=utf-7''+ADw-", "name", true, "utf-7''+ADw-");
    assert_true(t.unknown_charset);
}

/* Each field is read to a bound, whatever stands in it. */
static void test_bombs(void **state)
{
    (void)state;
    static char raw[65536];
    struct mime_params p;
    static const char *const pieces[] = {"; a=b", ";",    "; name*1=",  "(",
                                         "\\\"",  "; \"", "; a=\"b\" c"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t n = strlen(pieces[i]);
        memcpy(raw, "a/b", 3);
        for (size_t at = 3; at + n < sizeof raw; at += n) {
            memcpy(raw + at, pieces[i], n);
        }
        mime_params_read(bytes_make(raw, sizeof raw), &p);
        assert_true(p.count <= MIME_PARAMS_MOST);
        mime_params_done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_extended),
        cmocka_unit_test(test_bombs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
