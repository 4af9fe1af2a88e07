#include "dissect/mime_html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void expect(const char *html, const char *want)
{
    struct buf out;
    size_t n = strlen(html);
    uint8_t *exact = malloc(n + 1);
    assert_non_null(exact);
    memcpy(exact, html, n);
    buf_init(&out, 1 << 20);
    assert_true(mime_html_text(bytes_make(exact, n), &out));
    assert_string_equal(buf_cstr(&out), want);
    buf_done(&out);
    free(exact);
}

static void test_text(void **state)
{
    (void)state;
    expect("", "");
    expect("plain  text\r\n here", "plain text here\n");
    expect("<p>one</p><p>two</p>", "one\n\ntwo\n");
    expect("a<br>b<br><br>c", "a\nb\n\nc\n");
    expect("<b>bold</b>face", "boldface\n");
    expect("<div>a</div>\n<div>b</div>", "a\nb\n");
    expect("<pre>  x\n   y</pre>", "  x\n   y\n");
    expect("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc\n");
    expect("<ul><li>a<li>b</ul><ol><li>c<li>d</ol>", "* a\n* b\n\n1. c\n2. d\n");
    expect("<blockquote>q<br>r</blockquote>s", "> q\n> r\n\ns\n");
    expect("a<hr>b", "a\n----------\nb\n");
}

static void test_references(void **state)
{
    (void)state;
    expect("&lt;b&gt; &amp;amp; &euro;&#8364;&#x20AC; &nosuch; &", "<b> &amp; €€€ &nosuch; &\n");
    expect("&#147;x&#148; &#0; &#xD800; &#99999999999999999999;",
           "“x” \xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd\n");
    expect("&#;&#x;", "&#;&#x;\n");
}

static void test_hidden(void **state)
{
    (void)state;
    expect("a<script>alert(1)</script>b<style>p{}</style>c<!-- d -->e", "abce\n");
    expect("<title>t</title>a<script>x</scripty></SCRIPT >b", "ab\n");
    /* what is left open hides nothing */
    expect("a<!-- b", "a b\n");
    expect("a<script>b", "ab\n");
    expect("a<b c", "a<b c\n");
    expect("1 < 2 <3", "1 < 2 <3\n");
}

static void test_links(void **state)
{
    (void)state;
    expect("<a href=\"http://e.example/?a=1&amp;b=2\">bank.example</a>, <a href='#x'>up</a>",
           "bank.example[1], up\n\nLinks:\n[1] http://e.example/?a=1&b=2\n");
    expect("<a href=java\nscript:x>y", "y[1]\n\nLinks:\n[1] java\n");
    expect("<img src=http://t.example/p.gif alt='a cat'><img src=cid:1>",
           "[a cat]\n\nLinks:\n[1] (image) http://t.example/p.gif\n");
    expect("<form action=https://f.example><iframe src=//g.example></iframe>x",
           "x\n\nLinks:\n[1] (form) https://f.example\n[2] (frame) //g.example\n");
    expect("<meta http-equiv=Refresh content=\"0; URL=http://r.example\">x",
           "x\n\nLinks:\n[1] (refresh) http://r.example\n");
}

static void test_charset(void **state)
{
    (void)state;
    assert_true(bytes_is(mime_html_charset(bytes_of("<meta charset=\"koi8-r\">")), "koi8-r"));
    assert_true(bytes_is(mime_html_charset(bytes_of("<META content='text/html; charset=gb2312'>")),
                         "gb2312"));
    assert_int_equal(mime_html_charset(bytes_of("charset=x <meta>")).n, 0);
    assert_int_equal(mime_html_charset(bytes_of("")).n, 0);
}

/* Doubling the input at most little more than doubles the time; output stays under its ceiling. */
static double seconds_for(const char *piece, size_t n)
{
    size_t step = strlen(piece), at = 0;
    char *html = malloc(n);
    struct buf out;
    assert_non_null(html);
    for (; at + step <= n; at += step) {
        memcpy(html + at, piece, step);
    }
    buf_init(&out, 8u << 20);
    clock_t begun = clock();
    mime_html_text(bytes_make(html, at), &out);
    double taken = (double)(clock() - begun) / CLOCKS_PER_SEC;
    assert_true(out.n <= out.ceiling);
    buf_done(&out);
    free(html);
    return taken;
}

static void test_bombs(void **state)
{
    (void)state;
    static const char *const pieces[] = {"<a",
                                         "<!--",
                                         "<!",
                                         "<script>",
                                         "<a b=\"",
                                         "<a href='x",
                                         "&#x",
                                         "<ul><li>",
                                         "<blockquote>",
                                         "<style><style></style>",
                                         "<a href=http://x>y</a>",
                                         "<pre>\n"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        double one = seconds_for(pieces[i], 500000), four = seconds_for(pieces[i], 2000000);
        assert_true(four < 0.2 + one * 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),    cmocka_unit_test(test_references),
        cmocka_unit_test(test_hidden),  cmocka_unit_test(test_links),
        cmocka_unit_test(test_charset), cmocka_unit_test(test_bombs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
