/* The spool: bodies of interleaved sessions, caps, and bytes that were let go. */
#include "ui/spool.h"

#include "capture/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct limits limits_with(uint64_t spool_bytes)
{
    struct limits l = limits_default();
    l.spool_bytes = spool_bytes;
    return l;
}

/* Bytes that tell body and offset, so that a wrong piece shows. */
static uint8_t expected(unsigned body, uint64_t at)
{
    return (uint8_t)(body * 37 + at * 11 + (at >> 8) * 3 + (at >> 16));
}

static void put(struct spool *s, struct body_writer *w, unsigned body, uint64_t at, size_t n)
{
    uint8_t *p = malloc(n ? n : 1);
    for (size_t i = 0; i < n; i++) {
        p[i] = expected(body, at + i);
    }
    spool_write(s, w, bytes_make(p, n));
    free(p);
}

static void check_body(struct spool *s, const struct body_ref *ref, unsigned body, uint64_t bytes)
{
    struct body_reader r;
    assert_int_equal(ref->bytes, bytes);
    assert_int_equal(spool_body_open(s, ref, &r), SPOOL_OK);
    uint8_t *p = malloc(bytes + 1);
    size_t got = 0;
    assert_int_equal(spool_body_read(&r, 0, p, (size_t)bytes + 1, &got), SPOOL_OK);
    assert_int_equal(got, bytes);
    for (uint64_t i = 0; i < bytes; i++) {
        if (p[i] != expected(body, i)) {
            fail_msg("body %u differs at %llu", body, (unsigned long long)i);
        }
    }
    /* a few odd windows, out of order */
    for (uint64_t at = bytes; at > 0; at = at * 2 / 3) {
        size_t n = (size_t)(at / 7 + 1);
        assert_int_equal(spool_body_read(&r, at - 1, p, n, &got), SPOOL_OK);
        assert_true(got >= 1 && got <= n);
        assert_int_equal(p[0], expected(body, at - 1));
        assert_int_equal(p[got - 1], expected(body, at - 1 + got - 1));
    }
    free(p);
    spool_body_close(&r);
}

static void one_body(void **state)
{
    (void)state;
    struct limits l = limits_with(64u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer w = {0};
    put(s, &w, 1, 0, 1000);
    put(s, &w, 1, 1000, 300000); /* more than is staged */
    put(s, &w, 1, 301000, 1);
    struct body_ref ref = spool_finish(s, &w);
    spool_flush(s);
    assert_int_equal(ref.pieces, 1);
    assert_false(ref.cut);
    check_body(s, &ref, 1, 301001);
    assert_int_equal(spool_counters(s).written, 301001);
    spool_close(&s);
    assert_null(s);
}

static void empty_body(void **state)
{
    (void)state;
    struct limits l = limits_with(1u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer w = {0};
    struct body_ref ref = spool_finish(s, &w);
    assert_int_equal(ref.pieces, 0);
    check_body(s, &ref, 0, 0);
    spool_close(&s);
}

/* 40 bodies in slices of many sizes, round robin: each is its own again. */
static void interleaved(void **state)
{
    (void)state;
    enum { BODIES = 40 };
    struct limits l = limits_with(256u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer w[BODIES] = {0};
    uint64_t at[BODIES] = {0};
    unsigned seed = 7;
    for (int round = 0; round < 3000; round++) {
        unsigned body = (seed = seed * 1103515245 + 12345) >> 16 & 0x7fff;
        body %= BODIES;
        size_t n = (size_t)((seed >> 3) % (body % 3 == 0 ? 20 : 3000));
        put(s, &w[body], body, at[body], n);
        at[body] += n;
    }
    for (unsigned b = 0; b < BODIES; b++) {
        struct body_ref ref = spool_finish(s, &w[b]);
        spool_flush(s);
        check_body(s, &ref, b, at[b]);
    }
    spool_close(&s);
}

/* Lists of pieces longer than one block. */
static void very_many_pieces(void **state)
{
    (void)state;
    struct limits l = limits_with(256u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer a = {0}, b = {0};
    uint64_t at = 0;
    for (int i = 0; i < 2600; i++, at += 600) {
        put(s, &a, 1, at, 600);
        put(s, &b, 2, at, 600);
        if (i == 1300) { /* while it grows, what is there can be read */
            struct body_ref so_far = spool_so_far(s, &a);
            spool_flush(s);
            check_body(s, &so_far, 1, at + 600);
        }
    }
    struct body_ref ra = spool_finish(s, &a), rb = spool_finish(s, &b);
    spool_flush(s);
    assert_true(ra.pieces > 2000);
    check_body(s, &ra, 1, at);
    check_body(s, &rb, 2, at);
    spool_close(&s);
}

/* One byte a slice, of two bodies in turn: the list stays short. */
static void tiny_slices(void **state)
{
    (void)state;
    struct limits l = limits_with(64u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer a = {0}, b = {0};
    for (uint64_t i = 0; i < 20000; i++) {
        put(s, &a, 1, i, 1);
        put(s, &b, 2, i, 1);
    }
    struct body_ref ra = spool_finish(s, &a), rb = spool_finish(s, &b);
    spool_flush(s);
    assert_true(ra.pieces <= 20000 / 512 + 2);
    check_body(s, &ra, 1, 20000);
    check_body(s, &rb, 2, 20000);
    spool_close(&s);
}

static void cut_back(void **state)
{
    (void)state;
    struct limits l = limits_with(64u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    static const uint64_t cuts[] = {0, 1, 599, 600, 601, 1500, 2999, 3000, 3100, 99999};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct body_writer a = {0}, b = {0};
        for (uint64_t at = 0; at < 3000; at += 600) {
            put(s, &a, 1, at, 600);
            put(s, &b, 2, at, 600);
        }
        put(s, &a, 1, 3000, 100); /* waits in the tail */
        spool_cut(&a, cuts[i]);
        struct body_ref ref = spool_finish(s, &a);
        spool_drop(&b);
        spool_flush(s);
        check_body(s, &ref, 1, cuts[i] < 3100 ? cuts[i] : 3100);
        assert_false(ref.cut);
    }
    spool_close(&s);
}

/* Cut inside a block of the list that is written already. */
static void cut_far_back(void **state)
{
    (void)state;
    struct limits l = limits_with(64u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer a = {0}, b = {0};
    for (uint64_t at = 0; at < 700 * 600; at += 600) {
        put(s, &a, 1, at, 600);
        put(s, &b, 2, at, 600);
    }
    spool_cut(&a, 1234);
    struct body_ref ref = spool_finish(s, &a);
    spool_drop(&b);
    spool_flush(s);
    check_body(s, &ref, 1, 1234);
    spool_close(&s);
}

/* At the cap a spool that is not rolling keeps the beginning of a body and says that it is cut. */
static void full(void **state)
{
    (void)state;
    struct limits l = limits_with(1u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    struct body_writer w = {0}, late = {0};
    for (uint64_t at = 0; at < 3u << 20; at += 10000) {
        put(s, &w, 1, at, 10000);
    }
    struct body_ref ref = spool_finish(s, &w);
    spool_flush(s);
    assert_true(ref.cut);
    assert_true(ref.bytes > 900000 && ref.bytes <= 1u << 20);
    check_body(s, &ref, 1, ref.bytes);
    put(s, &late, 2, 0, 100000);
    ref = spool_finish(s, &late);
    assert_true(ref.cut);
    struct spool_counters c = spool_counters(s);
    assert_true(c.refused > 2u << 20);
    assert_int_equal(c.let_go, 0);
    spool_close(&s);
}

/* A rolling spool lets the oldest go: gone is told as gone, never as other bytes. */
static void rolling(void **state)
{
    (void)state;
    struct limits l = limits_with(1u << 20);
    struct spool *s = spool_open(&l, true, NULL);
    enum { BODIES = 60 };
    struct body_ref refs[BODIES];
    for (unsigned b = 0; b < BODIES; b++) {
        struct body_writer w = {0};
        put(s, &w, b, 0, 100000);
        refs[b] = spool_finish(s, &w);
        assert_false(refs[b].cut);
    }
    spool_flush(s);
    unsigned whole = 0;
    for (unsigned b = 0; b < BODIES; b++) {
        struct body_reader r;
        uint8_t p[1000];
        size_t got;
        enum spool_result first = spool_body_open(s, &refs[b], &r);
        enum spool_result result =
            first == SPOOL_OK ? spool_body_read(&r, 0, p, sizeof p, &got) : first;
        if (result == SPOOL_OK) {
            whole++;
            check_body(s, &refs[b], b, 100000);
        } else {
            assert_int_equal(result, SPOOL_GONE);
            assert_int_equal(whole, 0); /* only the oldest went */
        }
        spool_body_close(&r);
    }
    assert_true(whole >= 8 && whole <= 10);
    struct spool_counters c = spool_counters(s);
    assert_true(c.held <= 1u << 20);
    assert_int_equal(c.refused, 0);
    spool_close(&s);
}

/* A list of pieces that is not one (the file was damaged) is refused. */
static void damaged_list(void **state)
{
    (void)state;
    struct limits l = limits_with(1u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    uint64_t place;
    uint8_t junk[64];
    memset(junk, 0xff, sizeof junk);
    assert_true(spool_append(s, bytes_make(junk, sizeof junk), &place));
    spool_flush(s);
    struct body_ref bad[] = {{.bytes = 5000, .place = place, .pieces = 3},
                             {.bytes = 5000, .place = UINT64_MAX - 3, .pieces = 3},
                             {.bytes = 5000, .place = 1u << 30, .pieces = 3},
                             {.bytes = 5000, .place = place, .pieces = UINT32_MAX}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct body_reader r;
        assert_int_equal(spool_body_open(s, &bad[i], &r), SPOOL_FAILED);
        spool_body_close(&r);
    }
    spool_close(&s);
}

static void private_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/mailwire-spool-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    struct limits l = limits_with(1u << 20);
    struct spool *s = spool_open(&l, false, NULL);
    assert_non_null(s);
    char command[200];
    snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", folder); /* it has no name */
    assert_int_equal(system(command), 0);
    spool_close(&s);
    setenv("TMPDIR", "/nonexistent", 1); /* the next folder takes it */
    s = spool_open(&l, false, NULL);
    assert_non_null(s);
    spool_close(&s);
    unsetenv("TMPDIR");
    remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_body),     cmocka_unit_test(empty_body),
        cmocka_unit_test(interleaved),  cmocka_unit_test(very_many_pieces),
        cmocka_unit_test(tiny_slices),  cmocka_unit_test(cut_back),
        cmocka_unit_test(cut_far_back), cmocka_unit_test(full),
        cmocka_unit_test(rolling),      cmocka_unit_test(damaged_list),
        cmocka_unit_test(private_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
