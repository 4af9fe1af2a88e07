/* Graves: found while they are kept, newest first, and forgotten in order. */
#include "capture/tcp_graves.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void add(struct tcp_graves *g, uint64_t hash, uint32_t closed, uint32_t reset_seq)
{
    struct grave grave = {.hash = hash, .closed = closed, .reset_seq = reset_seq & 0xffffff};
    tcp_graves_add(g, &grave);
}

static void the_newest_of_a_hash_is_found(void **state)
{
    (void)state;
    struct tcp_graves g;
    tcp_graves_init(&g, 5000);
    assert_null(tcp_graves_find(&g, 7));
    add(&g, 7, 1, 0);
    add(&g, 7 + (UINT64_C(1) << 40), 1, 1); /* the same bucket */
    add(&g, 7, 2, 2);
    assert_int_equal(tcp_graves_find(&g, 7)->reset_seq, 2);
    assert_int_equal(tcp_graves_find(&g, 7 + (UINT64_C(1) << 40))->reset_seq, 1);
    assert_null(tcp_graves_find(&g, 8));
    tcp_graves_age(&g, 2);
    assert_int_equal(tcp_graves_find(&g, 7)->reset_seq, 2);
    assert_null(tcp_graves_find(&g, 7 + (UINT64_C(1) << 40)));
    tcp_graves_age(&g, 3);
    assert_null(tcp_graves_find(&g, 7));
    tcp_graves_done(&g);
}

/* Few hashes in few buckets, so that chains are long and places are used again, also where the
 * numbers wrap. */
static void what_is_kept_is_found(void **state)
{
    (void)state;
    enum { MOST = 3000, HASHES = 4000 };
    static uint32_t last[HASHES]; /* round of its newest grave */
    struct tcp_graves g;
    tcp_graves_init(&g, MOST);
    g.first = UINT32_MAX - 20000;
    srand(1);
    for (uint32_t round = 1; round < 60000; round++) {
        uint64_t hash = (uint64_t)rand() % HASHES;
        add(&g, hash << 32 | hash % 64, round, round);
        last[hash] = round;
        uint64_t asked = (uint64_t)rand() % HASHES;
        struct grave *found = tcp_graves_find(&g, asked << 32 | asked % 64);
        if (last[asked] != 0 && round - last[asked] < MOST) {
            assert_non_null(found);
            assert_int_equal(found->reset_seq, last[asked]);
        } else {
            assert_null(found);
        }
    }
    assert_int_equal(g.count, MOST);
    tcp_graves_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_of_a_hash_is_found),
        cmocka_unit_test(what_is_kept_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
