/* Cursor and scrolling; and the sort that can stop and go on. */
#include "ui/tui/list.h"
#include "ui/tui/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void moves(void **state)
{
    (void)state;
    struct list l = {0};
    list_layout(&l, 100, 10);
    assert_true(list_act(&l, ACT_UP));
    assert_int_equal(l.cursor, 0);
    list_act(&l, ACT_DOWN);
    assert_int_equal(l.cursor, 1);
    list_act(&l, ACT_PAGE_DOWN);
    assert_int_equal(l.cursor, 10);
    assert_int_equal(l.cursor - l.top, 1); /* keeps its place on the screen */
    list_act(&l, ACT_LAST);
    assert_int_equal(l.cursor, 99);
    assert_int_equal(l.top, 90);
    list_act(&l, ACT_DOWN);
    assert_int_equal(l.cursor, 99);
    list_act(&l, ACT_HALF_UP);
    assert_int_equal(l.cursor, 94);
    list_act(&l, ACT_FIRST);
    assert_int_equal(l.top, 0);
    assert_false(list_act(&l, ACT_HELP));
}

static void looks_around(void **state)
{
    (void)state;
    assert_int_equal(list_around(3, 1, 5, true), 4);
    assert_int_equal(list_around(4, 1, 5, true), 0);
    assert_int_equal(list_around(0, 1, 5, false), 4);
    assert_int_equal(list_around(2, 5, 5, false), 2);
    assert_int_equal(list_around(2, 5, 5, true), 2);
    assert_int_equal(list_around(0, 1, 0, true), 0);
}

static void takes_clicks(void **state)
{
    (void)state;
    struct list l = {0};
    list_layout(&l, 7, 3);
    list_go(&l, 5); /* rows 3 to 5 are shown */
    assert_int_equal(l.top, 3);
    assert_true(list_click(&l, 1, 1));
    assert_int_equal(l.cursor, 4);
    assert_true(list_click(&l, 5, 2)); /* the second line of the third row */
    assert_int_equal(l.cursor, 5);
    assert_false(list_click(&l, -1, 2));
    assert_false(list_click(&l, 3, 1)); /* below what is shown */
    list_layout(&l, 2, 3);
    assert_false(list_click(&l, 2, 1)); /* below the last row */
    assert_int_equal(l.cursor, 1);
}

static void always_inside(void **state)
{
    (void)state;
    static const enum action moves_of[] = {ACT_DOWN,      ACT_UP,      ACT_HALF_DOWN, ACT_HALF_UP,
                                           ACT_PAGE_DOWN, ACT_PAGE_UP, ACT_FIRST,     ACT_LAST};
    struct list l = {0};
    uint32_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1103515245u + 12345u;
        if (seed >> 28 == 0) {
            list_layout(&l, seed >> 8 & 63, (int)(seed >> 16 & 15) - 1);
        }
        if (seed & 0x100) {
            list_act(&l, moves_of[seed >> 20 & 7]);
        } else {
            list_go(&l, seed >> 12 & 127);
        }
        assert_true(l.count ? l.cursor < l.count : l.cursor == 0);
        assert_true(l.top <= l.cursor);
        assert_true(l.page < 1 || l.cursor - l.top < (size_t)l.page);
    }
}

static void nothing_in_it(void **state)
{
    (void)state;
    struct list l = {0};
    list_layout(&l, 0, 5);
    list_act(&l, ACT_DOWN);
    list_act(&l, ACT_LAST);
    list_act(&l, ACT_PAGE_UP);
    assert_int_equal(l.cursor, 0);
    assert_int_equal(l.top, 0);
    assert_int_equal(list_row(&l, 0), 0);
    assert_int_equal(list_row(&l, 9), -1);
}

static void text_scrolls(void **state)
{
    (void)state;
    struct list l = {0};
    list_layout(&l, 30, 10);
    list_scroll(&l, ACT_LAST);
    assert_int_equal(l.top, 20);
    list_scroll(&l, ACT_PAGE_UP);
    assert_int_equal(l.top, 11);
    list_scroll(&l, ACT_FIRST);
    assert_int_equal(l.top, 0);
}

struct keys {
    const uint32_t *key;
    size_t compared;
};

static int compare(const void *arg, uint32_t a, uint32_t b)
{
    struct keys *k = *(struct keys *const *)arg;
    k->compared++;
    return k->key[a] < k->key[b] ? -1 : k->key[a] > k->key[b];
}

#define MOST 1000

/* Sorted, stable, each number once; however small the slices are. */
static void sorts_in_slices(void **state)
{
    (void)state;
    static uint32_t key[MOST], rows[MOST];
    uint32_t seed = 3;
    for (size_t n = 0; n < MOST; n = n * 3 / 2 + 1) {
        for (size_t slice = 1; slice < 4096; slice *= 8) {
            for (size_t i = 0; i < n; i++) {
                seed = seed * 1103515245u + 12345u;
                key[i] = seed >> 16 & 31;
                rows[i] = (uint32_t)i;
            }
            struct keys k = {key, 0}, *arg = &k;
            struct order o = {0};
            order_start(&o, rows, n);
            size_t calls = 0;
            while (!order_work(&o, compare, &arg, slice)) {
                assert_true(k.compared <= ++calls * slice);
            }
            order_take(&o, rows);
            for (size_t i = 1; i < n; i++) {
                bool up = key[rows[i - 1]] < key[rows[i]];
                bool same = key[rows[i - 1]] == key[rows[i]] && rows[i - 1] < rows[i];
                assert_true(up || same);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves),           cmocka_unit_test(looks_around),
        cmocka_unit_test(takes_clicks),    cmocka_unit_test(always_inside),
        cmocka_unit_test(nothing_in_it),   cmocka_unit_test(text_scrolls),
        cmocka_unit_test(sorts_in_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
