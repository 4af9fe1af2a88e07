/* Long texts row by row, documents wrapped, numbers as people read them. */
#include "ui/tui/pager.h"

#include "ui/tui/clock.h"
#include "ui/tui/doc.h"
#include "ui/tui/human.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static char shown[4096];

static void lay_out(struct pager *p, struct bytes text, int cols, enum pager_mode mode, bool wrap)
{
    pager_set(p, NULL, text, 0, text.n);
    pager_layout(p, cols, mode, wrap, false);
    while (pager_work(p, clock_now() + CLOCK_S)) {
    }
}

static const char *row(const struct pager *p, size_t i, int shift)
{
    struct canvas c;
    struct buf b;
    canvas_init(&c, false);
    canvas_resize(&c, 1, 200);
    struct pane pane = canvas_pane(&c);
    buf_init(&b, sizeof(shown) - 1);
    pager_draw(p, &pane, 0, i, shift);
    canvas_row_text(&c, 0, &b);
    snprintf(shown, sizeof(shown), "%s", buf_cstr(&b));
    buf_done(&b);
    canvas_done(&c);
    return shown;
}

static void lines(void **state)
{
    (void)state;
    struct pager p = {0};
    lay_out(&p, bytes_of("one\r\ntwo\n\nfour"), 80, PAGER_TEXT, true);
    assert_int_equal(pager_rows(&p), 4);
    assert_string_equal(row(&p, 0, 0), " one");
    assert_string_equal(row(&p, 1, 0), " two");
    assert_string_equal(row(&p, 2, 0), "");
    assert_string_equal(row(&p, 3, 0), " four");
    lay_out(&p, bytes_of("ends\n"), 80, PAGER_TEXT, true);
    assert_int_equal(pager_rows(&p), 1);
    lay_out(&p, bytes_of(""), 80, PAGER_TEXT, true);
    assert_int_equal(pager_rows(&p), 0);
    pager_done(&p);
}

static void wrapped(void **state)
{
    (void)state;
    struct pager p = {0};
    lay_out(&p, bytes_of("0123456789abc\nxyz"), 5, PAGER_TEXT, true);
    assert_int_equal(pager_rows(&p), 4);
    assert_string_equal(row(&p, 2, 0), " abc");
    lay_out(&p, bytes_of("\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1"), 5, PAGER_TEXT, true);
    assert_int_equal(pager_rows(&p), 2);
    assert_string_equal(row(&p, 0, 0), " \xe5\xb1\xb1\xe5\xb1\xb1");
    lay_out(&p, bytes_of("0123456789abc"), 5, PAGER_TEXT, false);
    assert_int_equal(pager_rows(&p), 1);
    assert_string_equal(row(&p, 0, 8), " 89abc");
    pager_done(&p);
}

static void raw_and_hex(void **state)
{
    (void)state;
    struct pager p = {0};
    lay_out(&p, bytes_of("a\x1b[0m\nb\r\n"), 80, PAGER_RAW, true);
    assert_non_null(strstr(row(&p, 0, 0), "a\\x1b[0m"));
    assert_non_null(strstr(row(&p, 0, 0), "LF without CR"));
    assert_string_equal(row(&p, 1, 0), " b");
    lay_out(&p,
            bytes_make("\0\xff"
                       "0123456789abcdef",
                       18),
            80, PAGER_HEX, true);
    assert_int_equal(pager_rows(&p), 2);
    assert_non_null(strstr(row(&p, 0, 0), "00000000  00 ff 30 31"));
    assert_non_null(strstr(row(&p, 1, 0), "65 66"));
    pager_done(&p);
}

/* Rows are the same however the text lies across the pieces in which it is read. */
static void nothing_behind_the_end(void **state)
{
    (void)state;
    struct pager p = {0};
    lay_out(&p, bytes_of("0123456789abcdef"), 80, PAGER_HEX, true);
    assert_int_equal(pager_rows(&p), 1);
    assert_non_null(strstr(row(&p, 0, 0), "00000000"));
    assert_string_equal(row(&p, 1, 0), "");
    pager_done(&p);
}

static void across_pieces(void **state)
{
    (void)state;
    enum { SIZE = 200000 };
    char *text = malloc(SIZE);
    struct pager p = {0};
    for (size_t i = 0; i < SIZE; i++) {
        text[i] = "\xe5\xb1\xb1z\r\n"[i % 6];
    }
    lay_out(&p, bytes_make(text, SIZE), 80, PAGER_TEXT, true);
    assert_int_equal(pager_rows(&p), (SIZE + 5) / 6);
    for (size_t i = 0; i + 1 < pager_rows(&p); i += 997) {
        assert_string_equal(row(&p, i, 0), " \xe5\xb1\xb1z");
    }
    memset(text, 'x', SIZE); /* one line without end */
    lay_out(&p, bytes_make(text, SIZE), 80, PAGER_TEXT, false);
    assert_int_equal(pager_rows(&p), (SIZE + 8191) / 8192);
    pager_done(&p);
    free(text);
}

/* To the end, in slices of one row; SIZE_MAX: not found. */
static size_t search(const struct pager *p, size_t row, bool forward, const char *text)
{
    enum pager_found found = PAGER_GOES_ON;
    for (int i = 0; i < 100 && found == PAGER_GOES_ON; i++) {
        size_t before = row;
        found = pager_search(p, &row, forward, text, 0);
        assert_true(found != PAGER_GOES_ON || row != before);
    }
    return found == PAGER_FOUND ? row : SIZE_MAX;
}

static void found(void **state)
{
    (void)state;
    struct pager p = {0};
    lay_out(&p, bytes_of("one\nTWO\nthree\ntwo"), 80, PAGER_TEXT, true);
    assert_int_equal(search(&p, 0, true, "two"), 1);
    assert_int_equal(search(&p, 2, true, "two"), 3);
    assert_int_equal(search(&p, 2, false, "two"), 1);
    assert_int_equal(search(&p, 0, true, "four"), SIZE_MAX);
    assert_int_equal(search(&p, 0, false, "three"), SIZE_MAX);
    size_t row = 0;
    p.done = false; /* more rows are to come */
    assert_int_equal(pager_search(&p, &row, true, "four", INT64_MAX), PAGER_GOES_ON);
    assert_int_equal(row, 4);
    pager_done(&p);
}

static const char *doc_row_text(const struct doc *d, size_t i)
{
    struct canvas c;
    struct buf b;
    canvas_init(&c, false);
    canvas_resize(&c, 1, d->wrapped);
    struct pane pane = canvas_pane(&c);
    buf_init(&b, sizeof(shown) - 1);
    doc_draw(d, &pane, i);
    canvas_row_text(&c, 0, &b);
    snprintf(shown, sizeof(shown), "%s", buf_cstr(&b));
    buf_done(&b);
    canvas_done(&c);
    return shown;
}

static void documents(void **state)
{
    (void)state;
    struct doc d;
    doc_init(&d, 6);
    doc_text(&d, STYLE_NORMAL, bytes_of("a few words that wrap"));
    doc_pair(&d, "label", STYLE_NORMAL, bytes_of("value of two rows"));
    doc_pair(&d, "none", STYLE_NORMAL, bytes_of(""));
    doc_rule(&d, "rule");
    doc_wrap(&d, 16);
    assert_int_equal(d.rows, 5);
    assert_string_equal(doc_row_text(&d, 0), "a few words that");
    assert_string_equal(doc_row_text(&d, 1), "wrap");
    assert_string_equal(doc_row_text(&d, 2), "label value of");
    assert_string_equal(doc_row_text(&d, 3), "      two rows");
    assert_string_equal(doc_row_text(&d, 4),
                        "\xe2\x94\x80 rule \xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
                        "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
                        "\xe2\x94\x80\xe2\x94\x80");
    doc_wrap(&d, 1);
    doc_wrap(&d, 0);
    doc_clear(&d);
    for (int i = 0; i < DOC_LINES_MOST + 10; i++) {
        doc_printf(&d, STYLE_NORMAL, "%d", i);
    }
    doc_wrap(&d, 40);
    assert_int_equal(d.rows, DOC_LINES_MOST);
    assert_string_equal(doc_row_text(&d, DOC_LINES_MOST - 1), "(further lines are not shown)");
    doc_done(&d);
}

static void numbers(void **state)
{
    (void)state;
    char out[HUMAN_ROOM];
    assert_string_equal(human_size(757, out), "757");
    assert_string_equal(human_size(1331, out), "1.3K");
    assert_string_equal(human_size(19293798, out), "18.4M");
    assert_string_equal(human_size(UINT64_MAX, out), "16.0E");
    assert_string_equal(human_size(1023 * 1024, out), "1.0M");
    assert_string_equal(human_count(1204113, out), "1 204 113");
    assert_string_equal(human_count(7, out), "7");
    assert_string_equal(human_short(1204, out), "1 204");
    assert_string_equal(human_short(61234, out), "61.2K");
    assert_string_equal(human_short(1204113, out), "1.20M");
    assert_string_equal(human_short(999950, out), "1.00M");
    assert_string_equal(human_delta(50000000, out), "+0.050");
    assert_string_equal(human_delta(-1, out), "-0.000");
    assert_string_equal(human_delta(303300000000, out), "+303.3");
    assert_string_equal(human_delta(INT64_MIN, out)[0] == '-' ? "-" : "", "-");
    assert_string_equal(human_span(-1, out), "");
    assert_string_equal(human_took(200000, out), "0.20 ms");
    assert_string_equal(human_took(2380000000, out), "2.38 s");
    assert_string_equal(human_took(-1, out), "");
    assert_string_equal(human_wait(17, out), "17 s");
    assert_string_equal(human_wait(192, out), "3 min 12 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),         cmocka_unit_test(wrapped),
        cmocka_unit_test(raw_and_hex),   cmocka_unit_test(nothing_behind_the_end),
        cmocka_unit_test(across_pieces), cmocka_unit_test(found),
        cmocka_unit_test(documents),     cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
