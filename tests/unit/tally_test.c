#include "ui/export/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_counts_and_order(void **state)
{
    (void)state;
    struct tally t;
    tally_init(&t, 3);
    static const char *const keys[] = {"b", "a", "b", "c", "d", "d", "a", "e"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct tally_row *r = tally_at(&t, bytes_of(keys[i]));
        if (r != NULL) {
            r->count[0]++;
        }
    }
    tally_sort(&t);
    assert_int_equal(t.count, 3);
    assert_true(t.beyond == 3); /* d twice, e once */
    assert_true(bytes_equal(tally_key(t.rows[0]), bytes_of("a")));
    assert_true(bytes_equal(tally_key(t.rows[1]), bytes_of("b")));
    assert_true(bytes_equal(tally_key(t.rows[2]), bytes_of("c")));
    assert_true(t.rows[0]->count[0] == 2 && t.rows[2]->count[0] == 1);
    tally_done(&t);
}

static void test_empty_and_long_keys(void **state)
{
    (void)state;
    struct tally t;
    tally_init(&t, 10);
    char key[3] = {'x', '\0', 'y'};
    tally_at(&t, (struct bytes){NULL, 0})->count[0] = 1;
    tally_at(&t, bytes_make(key, 3))->count[0] = 1;
    tally_at(&t, bytes_make(key, 2))->count[0] = 1;
    assert_int_equal(t.count, 3);
    assert_true(tally_at(&t, bytes_make(key, 2))->count[0] == 1);
    tally_sort(&t);
    assert_int_equal(t.rows[0]->key_n, 0);
    assert_int_equal(t.rows[1]->key_n, 2);
    tally_done(&t);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Against sorting all of them: right to 0.8 %, never below the true value. */
static void test_percentiles(void **state)
{
    (void)state;
    enum { VALUES = 5000 };
    static uint64_t all[VALUES];
    static const unsigned percents[] = {1, 50, 90, 95, 99, 100};
    srand(7);
    for (int shape = 0; shape < 64; shape += 3) {
        struct spread *s = calloc(1, sizeof *s);
        for (size_t i = 0; i < VALUES; i++) {
            uint64_t v = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();
            all[i] = v >> shape;
            spread_add(s, all[i]);
        }
        qsort(all, VALUES, sizeof all[0], by_value);
        for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
            uint64_t want = all[(size_t)VALUES * percents[i] / 100 - 1];
            uint64_t have = spread_at(s, percents[i]);
            assert_true(have >= want);
            assert_true(have - want <= want / 127);
        }
        assert_true(s->least == all[0] && s->most == all[VALUES - 1]);
        free(s);
    }
}

static void test_extreme_values(void **state)
{
    (void)state;
    struct spread *s = calloc(1, sizeof *s);
    assert_true(spread_at(s, 50) == 0);
    spread_add(s, UINT64_MAX);
    assert_true(spread_at(s, 50) == UINT64_MAX);
    spread_add(s, 0);
    assert_true(spread_at(s, 50) == 0);
    assert_true(spread_at(s, 51) == UINT64_MAX);
    assert_true(s->least == 0 && s->most == UINT64_MAX && s->n == 2);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_and_order),
        cmocka_unit_test(test_empty_and_long_keys),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_extreme_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
