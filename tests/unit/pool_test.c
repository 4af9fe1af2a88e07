#include "capture/base/arena.h"
#include "capture/base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PIECES  20000
#define CEILING ((size_t)8 << 20) /* less than the pieces want: the rest is malloc's */

/* Each size keeps its own bytes while thousands of others come and go. */
static void pieces_do_not_overlap(void **state)
{
    (void)state;
    struct pool *p = pool_new(CEILING);
    uint8_t **held = calloc(PIECES, sizeof *held);
    assert_non_null(held);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < PIECES; i++) {
            size_t n = 1 + i * 7919 % (POOL_MOST + 200);
            held[i] = pool_take(p, n);
            assert_int_equal((uintptr_t)held[i] % _Alignof(max_align_t), 0);
            memset(held[i], (int)(i & 0xff), n);
        }
        for (size_t i = 0; i < PIECES; i++) {
            size_t n = 1 + i * 7919 % (POOL_MOST + 200);
            for (size_t at = 0; at < n; at++) {
                assert_int_equal(held[i][at], i & 0xff);
            }
            pool_give(p, held[i], n);
        }
    }
    free(held);
    pool_free(&p);
    assert_null(p);
    pool_free(&p);
}

static void what_is_taken_zeroed_is_zero(void **state)
{
    (void)state;
    struct pool *p = pool_new(CEILING);
    uint8_t *first = pool_take(p, 100);
    memset(first, 0xee, 100);
    pool_give(p, first, 100);
    uint8_t *again = pool_take_zeroed(p, 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(again[i], 0);
    }
    pool_give(p, again, 100);
    pool_free(&p);
}

static void no_pool_is_malloc(void **state)
{
    (void)state;
    uint8_t *piece = pool_take_zeroed(NULL, 40);
    assert_int_equal(piece[39], 0);
    pool_give(NULL, piece, 40);
    pool_give(NULL, NULL, 40);
}

/* An arena's chunks of all sizes go back to the lists they came from. */
static void arenas_in_a_pool(void **state)
{
    (void)state;
    struct pool *p = pool_new(CEILING);
    struct arena a;
    arena_init_in(&a, p, 1 << 20);
    for (int round = 0; round < 50; round++) {
        struct bytes kept[200];
        char text[600];
        for (size_t i = 0; i < 200; i++) {
            memset(text, (int)i, sizeof text);
            kept[i] = arena_copy(&a, bytes_make(text, i * 3));
        }
        for (size_t i = 0; i < 200; i++) {
            assert_int_equal(kept[i].n, i * 3);
            assert_true(kept[i].n == 0 ||
                        (kept[i].p[0] == (uint8_t)i && kept[i].p[i * 3 - 1] == (uint8_t)i));
        }
        arena_done(&a);
        assert_int_equal(a.total, 0);
    }
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(what_is_taken_zeroed_is_zero),
        cmocka_unit_test(no_pool_is_malloc),
        cmocka_unit_test(arenas_in_a_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
