/* The canvas: escaping, cutting, wide letters, never outside a pane. */
#include "ui/tui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct canvas c;
static char shown[4096];

static int set_up(void **state)
{
    (void)state;
    canvas_init(&c, false);
    canvas_resize(&c, 3, 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    canvas_done(&c);
    return 0;
}

static const char *row(int r)
{
    struct buf b;
    buf_init(&b, sizeof(shown) - 1);
    canvas_row_text(&c, r, &b);
    memcpy(shown, buf_cstr(&b), b.n + 1);
    buf_done(&b);
    return shown;
}

static void text_is_escaped(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    assert_int_equal(pane_str(&p, 0, 0, 20, STYLE_NORMAL, "a\x1b[2Jb"), 9);
    assert_string_equal(row(0), "a\\x1b[2Jb");
    pane_str(&p, 1, 0, 20, STYLE_NORMAL, "x\xe2\x80\xaey\xff");
    assert_string_equal(row(1), "x\\u{202e}y\\xff");
}

static void cut_text_ends_in_a_mark(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    assert_int_equal(pane_str(&p, 0, 0, 5, STYLE_NORMAL, "abcdefgh"), 5);
    assert_string_equal(row(0), "abcd\xe2\x80\xa6");
    pane_str(&p, 1, 0, 5, STYLE_NORMAL, "abcde");
    assert_string_equal(row(1), "abcde");
    pane_str(&p, 2, 0, 1, STYLE_NORMAL, "ab");
    assert_string_equal(row(2), "\xe2\x80\xa6");
}

static void wide_letters_stay_whole(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    /* Three of two columns do not go into five: two, then the mark. */
    assert_int_equal(pane_str(&p, 0, 0, 5, STYLE_NORMAL, "\xe5\xb1\xb1\xe7\x94\xb0\xe5\xa4\xaa"),
                     5);
    assert_string_equal(row(0), "\xe5\xb1\xb1\xe7\x94\xb0\xe2\x80\xa6");
    assert_int_equal(canvas_cell(&c, 0, 1)->cp, 0);
    /* What is put over one half takes the other half away. */
    pane_str(&p, 0, 1, 1, STYLE_NORMAL, "x");
    assert_string_equal(row(0), " x\xe7\x94\xb0\xe2\x80\xa6");
    pane_str(&p, 0, 2, 1, STYLE_NORMAL, "y");
    assert_string_equal(row(0), " xy \xe2\x80\xa6");
}

static void marks_stay_on_their_letter(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    assert_int_equal(pane_str(&p, 0, 0, 20, STYLE_NORMAL, "e\xcc\x81x"), 2);
    assert_int_equal(canvas_cell(&c, 0, 0)->mark[0], 0x301);
    assert_int_equal(canvas_cell(&c, 0, 1)->cp, 'x');
}

static void ascii_has_no_other_letters(void **state)
{
    (void)state;
    c.ascii = true;
    struct pane p = canvas_pane(&c);
    pane_str(&p, 0, 0, 20, STYLE_NORMAL, "f\xc3\xbcr");
    assert_string_equal(row(0), "f\\u{fc}r");
    pane_str(&p, 1, 0, 5, STYLE_NORMAL, "abcdefgh");
    assert_string_equal(row(1), "abcd~");
    pane_hline(&p, 2, 0, 3, STYLE_RULE, GLYPH_H);
    assert_string_equal(row(2), "---");
}

static void ports_survive_the_cut(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    pane_middle(&p, 0, 0, 16, STYLE_NORMAL, bytes_of("mail.department.example:587"));
    assert_string_equal(row(0), "mail.depart\xe2\x80\xa6:587");
    pane_middle(&p, 1, 0, 16, STYLE_NORMAL, bytes_of("mx1.example.org:25"));
    assert_string_equal(row(1), "mx1.example.\xe2\x80\xa6:25");
}

static void sideways(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    pane_text_from(&p, 0, 0, 20, STYLE_NORMAL, bytes_of("0123456789"), 4);
    assert_string_equal(row(0), "456789");
    pane_text_from(&p, 1, 0, 20, STYLE_NORMAL,
                   bytes_of("\xe5\xb1\xb1"
                            "bc"),
                   1);
    assert_string_equal(row(1), " bc");
}

static void nothing_outside(void **state)
{
    (void)state;
    struct pane all = canvas_pane(&c);
    struct pane p = pane_sub(&all, 1, 5, 1, 4);
    pane_str(&p, 0, 0, 100, STYLE_NORMAL, "abcdefgh");
    pane_str(&p, 1, 0, 100, STYLE_NORMAL, "below");
    pane_str(&p, -1, 0, 100, STYLE_NORMAL, "above");
    pane_str(&p, 0, -3, 100, STYLE_NORMAL, "left");
    pane_fill(&p, -2, -2, 50, 50, STYLE_HIT);
    pane_str(&p, 0, 0, 100, STYLE_NORMAL, "abcdefgh");
    assert_string_equal(row(0), "");
    assert_string_equal(row(1), "     abc\xe2\x80\xa6");
    assert_string_equal(row(2), "");
    pane_box(&p, "title");
    pane_bar(&p, 0, 0, 1000, STYLE_NORMAL, 5, 3);
    pane_select(&p, 7);
    struct pane none = pane_sub(&all, 99, 99, 5, 5);
    pane_str(&none, 0, 0, 5, STYLE_NORMAL, "x");
    pane_box(&none, "x");
}

static void bars_show_something_for_little(void **state)
{
    (void)state;
    struct pane p = canvas_pane(&c);
    pane_bar(&p, 0, 0, 10, STYLE_NORMAL, 1, 1000);
    assert_string_equal(row(0), "\xe2\x96\x8c");
    pane_bar(&p, 1, 0, 4, STYLE_NORMAL, 1000, 1000);
    assert_string_equal(row(1), "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88");
    pane_bar(&p, 2, 0, 4, STYLE_NORMAL, 0, 1000);
    assert_string_equal(row(2), "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(text_is_escaped),
        TEST(cut_text_ends_in_a_mark),
        TEST(wide_letters_stay_whole),
        TEST(marks_stay_on_their_letter),
        TEST(ascii_has_no_other_letters),
        TEST(ports_survive_the_cut),
        TEST(sideways),
        TEST(nothing_outside),
        TEST(bars_show_something_for_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
