#include "capture/defrag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static const uint8_t addresses[32] = {10, 0, 0, 1, [16] = 10, 0, 0, 2};

struct bench {
    struct limits limits;
    struct defrag *d;
    uint8_t whole[70000]; /* what the sender sent */
    int64_t now;
};

static int bench_new(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->limits = limits_default();
    b->d = defrag_new(&b->limits);
    for (size_t i = 0; i < sizeof b->whole; i++) {
        b->whole[i] = (uint8_t)(i * 7 + i / 251);
    }
    *state = b;
    return 0;
}

static int bench_free(void **state)
{
    struct bench *b = *state;
    defrag_free(&b->d);
    assert_null(b->d);
    free(b);
    return 0;
}

struct part {
    uint32_t offset, wire;
    bool more;
    uint8_t version; /* 0: IPv4 */
    uint32_t id;
    uint32_t captured;    /* 0: all */
    const uint8_t *bytes; /* NULL: the sender's */
    uint32_t vlan;
};

/* PART(offset, length on the wire, more follow, further fields by name) */
#define PART(o, w, ...) ((struct part){.offset = (o), .wire = (w), .more = __VA_ARGS__})

/* Feeds one fragment. True when it completed the datagram; *out then is the whole, *memory its
 * bytes. */
static bool feed(struct bench *b, struct part p, struct ip_info *out, void **memory)
{
    uint32_t n = p.captured != 0 ? p.captured : p.wire;
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, p.bytes ? p.bytes : b->whole + p.offset, n);
    *out = (struct ip_info){
        .payload = {copy, n},
        .wire = p.wire,
        .src = addresses,
        .dst = addresses + 16,
        .version = p.version ? p.version : 4,
        .protocol = IP_TCP,
        .ttl = (uint8_t)(p.offset == 0 ? 64 : 63),
        .header_words = 5,
        .fragment = true,
        .more = p.more,
        .offset = p.offset,
        .id = p.id,
    };
    bool done = defrag_add(b->d, out, p.vlan ? p.vlan : DEFRAG_NO_VLAN, b->now, memory);
    free(copy);
    return done;
}

static bool feed_drop(struct bench *b, struct part p)
{
    struct ip_info out;
    void *memory = NULL;
    bool done = feed(b, p, &out, &memory);
    free(memory);
    return done;
}

static void expect_done(struct bench *b, struct part p, uint32_t length)
{
    struct ip_info out;
    void *memory = NULL;
    assert_true(feed(b, p, &out, &memory));
    assert_int_equal(out.wire, length);
    assert_int_equal(out.payload.n, length);
    assert_ptr_equal(out.payload.p, memory);
    assert_memory_equal(out.payload.p, b->whole, length);
    assert_int_equal(out.ttl, 64); /* the first fragment's */
    assert_false(out.fragment);
    free(memory);
    assert_int_equal(defrag_memory(b->d), 0);
}

static void in_order(void **state)
{
    struct bench *b = *state;
    assert_false(feed_drop(b, PART(0, 1480, true, .id = 7)));
    assert_false(feed_drop(b, PART(1480, 1480, true, .id = 7)));
    expect_done(b, PART(2960, 33, false, .id = 7), 2993);
    assert_int_equal(defrag_counters(b->d)->fragments, 3);
    assert_int_equal(defrag_counters(b->d)->dropped, 0);
}

static void every_order(void **state)
{
    struct bench *b = *state;
    const struct part parts[4] = {PART(0, 8, true), PART(8, 16, true), PART(24, 8, true),
                                  PART(32, 5, false)};
    for (unsigned order = 0; order < 256; order++) {
        unsigned at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};
        if (at[0] == at[1] || at[0] == at[2] || at[0] == at[3] || at[1] == at[2] ||
            at[1] == at[3] || at[2] == at[3]) {
            continue;
        }
        for (int i = 0; i < 3; i++) {
            assert_false(feed_drop(b, parts[at[i]]));
        }
        expect_done(b, parts[at[3]], 37);
    }
}

static void duplicates_are_ignored(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 3; i++) {
        assert_false(feed_drop(b, PART(0, 1480, true)));
        assert_false(feed_drop(b, PART(0, 8, true))); /* inside it */
    }
    expect_done(b, PART(1480, 100, false), 1580);
    assert_int_equal(defrag_counters(b->d)->dropped, 0);
    assert_int_equal(defrag_counters(b->d)->overlaps, 0);
}

/* Linux keeps the first copy and goes on; that the copies differ is told. */
static void different_duplicate_is_counted(void **state)
{
    struct bench *b = *state;
    uint8_t other[1480];
    memcpy(other, b->whole, sizeof other);
    other[1479] ^= 1;
    assert_false(feed_drop(b, PART(0, 1480, true)));
    assert_false(feed_drop(b, PART(0, 1480, true, .bytes = other)));
    assert_int_equal(defrag_counters(b->d)->overlaps, 1);
    expect_done(b, PART(1480, 100, false), 1580);
}

static void overlap_drops_all(void **state)
{
    struct bench *b = *state;
    for (uint8_t version = 4; version <= 6; version += 2) {
        uint64_t dropped = defrag_counters(b->d)->dropped;
        assert_false(feed_drop(b, PART(0, 1480, true, .version = version)));
        assert_false(feed_drop(b, PART(1472, 1480, true, .version = version)));
        assert_int_equal(defrag_counters(b->d)->dropped, dropped + 2);
        assert_int_equal(defrag_memory(b->d), 0);
        /* what comes later does not complete it: it is a new, headless datagram */
        assert_false(feed_drop(b, PART(1480, 100, false, .version = version)));
        defrag_finish(b->d);
    }
    assert_int_equal(defrag_counters(b->d)->overlaps, 2);
}

/* Linux: a duplicate only inside fragments that came one behind the other, else an overlap. */
static void duplicate_across_runs_is_an_overlap(void **state)
{
    struct bench *b = *state;
    assert_false(feed_drop(b, PART(0, 8, true)));
    assert_false(feed_drop(b, PART(8, 8, true)));
    assert_false(feed_drop(b, PART(0, 16, true)));
    assert_int_equal(defrag_counters(b->d)->overlaps, 0);
    defrag_finish(b->d);
    assert_false(feed_drop(b, PART(8, 8, true)));
    assert_false(feed_drop(b, PART(0, 8, true)));
    assert_false(feed_drop(b, PART(0, 16, true)));
    assert_int_equal(defrag_counters(b->d)->overlaps, 1);
    assert_int_equal(defrag_memory(b->d), 0);
}

static void contradicting_ends_drop_all(void **state)
{
    struct bench *b = *state;
    const struct part last = PART(80, 20, false);
    const struct part bad[] = {
        PART(80, 24, true), /* beyond the end */
        PART(96, 8, false), /* another end */
        PART(40, 8, false), /* an end before what is there */
        PART(16, 0, true),  /* nothing in it */
        PART(16, 7, true),  /* nothing in it once it is cut to blocks of eight */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(feed_drop(b, last));
        assert_false(feed_drop(b, bad[i]));
        assert_int_equal(defrag_memory(b->d), 0);
        assert_int_equal(defrag_counters(b->d)->dropped, 2 * (i + 1));
    }
}

static void ragged_fragments(void **state)
{
    struct bench *b = *state;
    /* IPv4: cut to whole blocks */
    assert_false(feed_drop(b, PART(0, 13, true)));
    expect_done(b, PART(8, 13, false), 21);
    /* IPv6: the fragment alone is dropped */
    assert_false(feed_drop(b, PART(0, 48, true, .version = 6)));
    assert_false(feed_drop(b, PART(48, 13, true, .version = 6)));
    expect_done(b, PART(48, 13, false, .version = 6), 61);
    assert_int_equal(defrag_counters(b->d)->dropped, 1);
}

static void first_ipv6_fragment_holds_the_headers(void **state)
{
    struct bench *b = *state;
    assert_false(feed_drop(b, PART(0, 16, true, .version = 6)));
    assert_int_equal(defrag_counters(b->d)->dropped, 1);
    assert_int_equal(defrag_memory(b->d), 0);
    assert_false(feed_drop(b, PART(0, 24, true, .version = 6)));
    expect_done(b, PART(24, 24, false, .version = 6), 48);
}

static void too_long(void **state)
{
    struct bench *b = *state;
    assert_false(feed_drop(b, PART(65528, 100, false)));
    assert_int_equal(defrag_memory(b->d), 0);
    assert_false(feed_drop(b, PART(65528, 100, false, .version = 6)));
    assert_int_equal(defrag_memory(b->d), 0);
    /* with its header it would be 65,536 bytes */
    assert_false(feed_drop(b, PART(0, 65512, true)));
    assert_false(feed_drop(b, PART(65512, 4, false)));
    assert_int_equal(defrag_memory(b->d), 0);
    assert_false(feed_drop(b, PART(0, 65512, true)));
    expect_done(b, PART(65512, 3, false), 65515);
}

/* The part up to the first byte that was not captured is there, the length is the wire's. */
static void cut_by_snaplen(void **state)
{
    struct bench *b = *state;
    struct ip_info out;
    void *memory = NULL;
    assert_false(feed_drop(b, PART(0, 1480, true, .captured = 100)));
    assert_true(feed(b, PART(1480, 1480, false, .captured = 100), &out, &memory));
    assert_int_equal(out.wire, 2960);
    assert_int_equal(out.payload.n, 100);
    assert_memory_equal(out.payload.p, b->whole, 100);
    free(memory);
    assert_false(feed_drop(b, PART(0, 1480, true)));
    assert_true(feed(b, PART(1480, 1480, false, .captured = 100), &out, &memory));
    assert_int_equal(out.payload.n, 1580);
    assert_memory_equal(out.payload.p, b->whole, 1580);
    free(memory);
}

static void keys_keep_datagrams_apart(void **state)
{
    struct bench *b = *state;
    assert_false(feed_drop(b, PART(0, 24, true, .id = 1)));
    assert_false(feed_drop(b, PART(24, 8, false, .id = 2)));
    assert_false(feed_drop(b, PART(24, 8, false, .id = 1, .version = 6)));
    assert_false(feed_drop(b, PART(24, 8, false, .id = 1, .vlan = 9)));
    assert_true(feed_drop(b, PART(24, 8, false, .id = 1)));
    defrag_finish(b->d);
    assert_int_equal(defrag_counters(b->d)->dropped, 3);
    assert_int_equal(defrag_memory(b->d), 0);
}

static void old_ones_go(void **state)
{
    struct bench *b = *state;
    assert_false(feed_drop(b, PART(0, 24, true)));
    b->now = 30 * SECOND;
    defrag_tick(b->d, b->now);
    assert_int_not_equal(defrag_memory(b->d), 0);
    b->now = 29 * SECOND; /* time that runs backwards changes nothing */
    defrag_tick(b->d, b->now);
    defrag_tick(b->d, 30 * SECOND + 1);
    assert_int_equal(defrag_memory(b->d), 0);
    assert_int_equal(defrag_counters(b->d)->dropped, 1);
    b->now = INT64_MIN;
    assert_false(feed_drop(b, PART(0, 24, true)));
    b->now = INT64_MAX;
    assert_false(feed_drop(b, PART(24, 8, false)));
    assert_int_equal(defrag_counters(b->d)->dropped, 2);
}

static void count_is_bounded(void **state)
{
    struct bench *b = *state;
    b->limits.fragment_datagrams = 4;
    for (uint32_t id = 0; id < 10; id++) {
        assert_false(feed_drop(b, PART(0, 24, true, .id = id)));
    }
    assert_int_equal(defrag_counters(b->d)->dropped, 6);
    b->limits.fragment_datagrams = 100;
    for (uint32_t id = 0; id < 10; id++) {
        assert_int_equal(feed_drop(b, PART(24, 8, false, .id = id)), id >= 6 && id < 10);
    }
}

static void bytes_are_bounded(void **state)
{
    struct bench *b = *state;
    b->limits.fragment_bytes = 65536;
    for (uint32_t id = 0; id < 2000; id++) {
        assert_false(
            feed_drop(b, PART((id % 60) * 1000 * 8 / 8 * 8 % 64000, 800, true, .id = id / 3)));
        assert_true(defrag_memory(b->d) <= 65536);
    }
    assert_true(defrag_counters(b->d)->dropped > 1900);
}

/* ---- against a model of Linux, fragment by fragment ---- */

struct run {
    uint32_t from, to;
};

struct model {
    struct run runs[64]; /* a run is a list of fragments that came in order */
    size_t count;
    uint32_t length, meat, tail;
    bool first, last;
};

enum answer { ANSWER_KEPT, ANSWER_DONE, ANSWER_GONE };

static enum answer model_feed(struct model *m, uint32_t offset, uint32_t wire, bool more)
{
    uint32_t end = offset + wire;
    if (more) {
        end &= ~7u;
    }
    bool wrong =
        more ? end > m->length && m->last : end < m->length || (m->last && end != m->length);
    if (wrong || end <= offset) {
        return ANSWER_GONE;
    }
    m->last = m->last || !more;
    m->length = end > m->length ? end : m->length;
    for (size_t i = 0; i < m->count; i++) {
        if (end > m->runs[i].from && offset < m->runs[i].to) {
            return offset >= m->runs[i].from && end <= m->runs[i].to ? ANSWER_KEPT : ANSWER_GONE;
        }
    }
    size_t at = 0;
    while (at < m->count && !(m->runs[at].to == offset && offset == m->tail)) {
        at++;
    }
    if (at < m->count) {
        m->runs[at].to = end;
    } else {
        m->runs[m->count++] = (struct run){offset, end};
    }
    m->tail = end > m->tail ? end : m->tail;
    m->meat += end - offset;
    m->first = m->first || offset == 0;
    return m->first && m->last && m->meat == m->length ? ANSWER_DONE : ANSWER_KEPT;
}

static uint32_t random_next(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static void as_linux_does(void **state)
{
    struct bench *b = *state;
    uint32_t seed = 0xfeed;
    unsigned done = 0, gone = 0;
    for (int round = 0; round < 30000; round++) {
        struct model m = {0};
        for (int i = 0; i < 12; i++) {
            uint32_t offset = random_next(&seed) % 8 * 8, wire = random_next(&seed) % 5 * 8 + 8;
            bool more = random_next(&seed) % 4 != 0;
            if (random_next(&seed) % 16 == 0) {
                wire -= 3;
            }
            enum answer want = model_feed(&m, offset, wire, more);
            bool completed = feed_drop(b, PART(offset, wire, more));
            assert_int_equal(completed, want == ANSWER_DONE);
            if (want != ANSWER_KEPT) {
                assert_int_equal(defrag_memory(b->d), 0);
                m = (struct model){0};
                done += want == ANSWER_DONE ? 1 : 0;
                gone += want == ANSWER_GONE ? 1 : 0;
            }
        }
        defrag_finish(b->d);
    }
    assert_true(done > 1000 && gone > 10000); /* the test tested something */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)
    const struct CMUnitTest tests[] = {
        TEST(in_order),
        TEST(every_order),
        TEST(duplicates_are_ignored),
        TEST(different_duplicate_is_counted),
        TEST(overlap_drops_all),
        TEST(duplicate_across_runs_is_an_overlap),
        TEST(contradicting_ends_drop_all),
        TEST(ragged_fragments),
        TEST(first_ipv6_fragment_holds_the_headers),
        TEST(too_long),
        TEST(cut_by_snaplen),
        TEST(keys_keep_datagrams_apart),
        TEST(old_ones_go),
        TEST(count_is_bounded),
        TEST(bytes_are_bounded),
        TEST(as_linux_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
