#include "ui/export/spill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static bool take(void *arg, struct bytes b)
{
    buf_add(arg, b);
    return true;
}

static void expect(struct spill *s, const struct spill_text *t, const struct buf *want)
{
    struct buf have;
    buf_init(&have, SIZE_MAX);
    assert_true(spill_read(s, t, take, &have));
    assert_int_equal(have.n, want->n);
    assert_true(bytes_equal(buf_bytes(&have), buf_bytes(want)));
    assert_true(t->n == want->n);
    buf_done(&have);
}

/* Against plain buffers: many texts, random pieces, cuts and drops, with and without much memory.
 */
static void play(size_t memory, unsigned seed)
{
    enum { TEXTS = 50, STEPS = 20000 };
    struct spill *s = spill_new(memory, UINT64_MAX);
    struct spill_text texts[TEXTS] = {0};
    struct buf want[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        buf_init(&want[i], SIZE_MAX);
    }
    uint8_t block[3000];
    srand(seed);
    for (unsigned step = 0; step < STEPS; step++) {
        size_t i = (size_t)rand() % TEXTS, n = (size_t)rand() % (step % 50 == 0 ? 3000 : 60);
        unsigned what = (unsigned)rand() % 100;
        if (what < 90) {
            memset(block, rand(), n);
            spill_add(s, &texts[i], bytes_make(block, n));
            buf_add(&want[i], bytes_make(block, n));
        } else if (what < 94) {
            size_t keep = want[i].n > 0 ? (size_t)rand() % (want[i].n + 1) : 0;
            spill_cut(s, &texts[i], keep);
            want[i].n = keep;
        } else if (what < 96) {
            spill_drop(s, &texts[i]);
            want[i].n = 0;
        } else {
            expect(s, &texts[i], &want[i]);
        }
    }
    for (size_t i = 0; i < TEXTS; i++) {
        assert_false(texts[i].lost);
        expect(s, &texts[i], &want[i]);
        spill_drop(s, &texts[i]);
        buf_done(&want[i]);
    }
    spill_free(&s);
    assert_null(s);
}

static void test_in_memory(void **state)
{
    (void)state;
    play(SIZE_MAX, 1);
}

static void test_on_disk(void **state)
{
    (void)state;
    play(0, 2);
    play(5000, 3);
    play(40000, 4);
}

static void test_large_text(void **state)
{
    (void)state;
    struct spill *s = spill_new(SIZE_MAX, UINT64_MAX);
    struct spill_text t = {0};
    struct buf want;
    buf_init(&want, SIZE_MAX);
    for (unsigned i = 0; i < 200000; i++) {
        struct bytes b = bytes_make(&i, sizeof i);
        spill_add(s, &t, b);
        buf_add(&want, b);
    }
    assert_true(t.tail.n <= 512u << 10); /* the rest is not in memory */
    expect(s, &t, &want);
    spill_drop(s, &t);
    buf_done(&want);
    spill_free(&s);
}

static void test_full(void **state)
{
    (void)state;
    struct spill *s = spill_new(0, 100);
    struct spill_text a = {0}, b = {0};
    char block[60] = {0};
    struct buf want;
    buf_init(&want, SIZE_MAX);
    spill_add(s, &a, bytes_make(block, sizeof block));
    spill_add(s, &b, bytes_make(block, sizeof block));
    assert_false(a.lost);
    assert_true(b.lost);
    spill_add(s, &b, bytes_make(block, 1)); /* nothing behind a hole */
    buf_add(&want, bytes_make(block, sizeof block));
    expect(s, &a, &want);
    want.n = 0;
    expect(s, &b, &want);
    spill_drop(s, &a);
    spill_drop(s, &b);
    spill_add(s, &b, bytes_make(block, sizeof block)); /* there is room again */
    assert_false(b.lost);
    spill_drop(s, &b);
    buf_done(&want);
    spill_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_memory),
        cmocka_unit_test(test_on_disk),
        cmocka_unit_test(test_large_text),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
