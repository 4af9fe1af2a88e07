#include "dissect/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

struct scanned {
    struct limits limits;
    struct arena arena;
    struct header_scan scan;
};

static struct scanned *scanned_new(void)
{
    struct scanned *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->limits = limits_default();
    arena_init(&s->arena, 4u << 20);
    return s;
}

static void scanned_start(struct scanned *s)
{
    header_scan_init(&s->scan, &s->limits, &s->arena);
}

static void scanned_free(struct scanned *s)
{
    header_scan_done(&s->scan);
    arena_done(&s->arena);
    free(s);
}

/* Feeds pieces of `step` bytes, each an allocation of its own size that is gone after the call. */
static void feed(struct scanned *s, struct bytes text, size_t step)
{
    for (size_t at = 0; at < text.n; at += step) {
        struct bytes piece = bytes_sub(text, at, step);
        uint8_t *copy = malloc(piece.n);
        assert_non_null(copy);
        memcpy(copy, piece.p, piece.n);
        header_scan_data(&s->scan, bytes_make(copy, piece.n));
        free(copy);
    }
}

static struct scanned *scan_in_steps(struct bytes text, size_t step)
{
    struct scanned *s = scanned_new();
    scanned_start(s);
    feed(s, text, step);
    header_scan_end(&s->scan);
    return s;
}

static void expect_field(const struct scanned *s, enum header_field f, const char *want)
{
    if (want == NULL) {
        assert_null(s->scan.field[f].p);
        return;
    }
    assert_non_null(s->scan.field[f].p);
    assert_int_equal(s->scan.field[f].n, strlen(want));
    assert_memory_equal(s->scan.field[f].p, want, strlen(want));
}

static void test_only_one_field(void **state)
{
    (void)state;
    struct bytes text = bytes_of("Subject: a\r\nMessage-ID:\r\n <1@x>\r\nDate: b\r\nTo: c\r\n\r\n");
    for (size_t step = 1; step <= text.n; step++) {
        struct scanned *s = scanned_new();
        scanned_start(s);
        header_scan_only(&s->scan, HEADER_MESSAGE_ID);
        feed(s, text, step);
        assert_true(s->scan.done);
        assert_int_equal(s->scan.count, 2); /* it is not read to its end */
        expect_field(s, HEADER_MESSAGE_ID, "<1@x>");
        expect_field(s, HEADER_SUBJECT, NULL);
        expect_field(s, HEADER_TO, NULL);
        scanned_free(s);
    }
}

struct wanted {
    enum header_field field;
    const char *value; /* NULL: absent */
};

/* Whatever the pieces, the result is the same. */
static void expect_n(struct bytes text, uint32_t count, const struct wanted *want, size_t n)
{
    for (size_t step = 1; step <= text.n; step += step < 8 ? 1 : step) {
        struct scanned *s = scan_in_steps(text, step);
        for (size_t i = 0; i < n; i++) {
            expect_field(s, want[i].field, want[i].value);
        }
        assert_int_equal(s->scan.count, count);
        assert_false(s->scan.cut);
        assert_true(s->scan.done);
        scanned_free(s);
    }
    struct scanned *s = scan_in_steps(text, text.n);
    assert_int_equal(s->scan.count, count);
    scanned_free(s);
}

#define EXPECT(text, count, ...)                                                                   \
    expect_n(bytes_make(text, sizeof(text) - 1), count, (const struct wanted[]){__VA_ARGS__},      \
             sizeof((const struct wanted[]){__VA_ARGS__}) / sizeof(struct wanted))

static void test_common_fields(void **state)
{
    (void)state;
    EXPECT("Received: by mx\r\n"
           "From: Anna <anna@example.org>\r\n"
           "TO:bob@example.org\r\n"
           "subject:\tHello \r\n"
           "Message-Id: <1@x>\r\n"
           "Date: Sat, 1 Nov 2025 12:26:40 +0000\r\n"
           "X-MAILER: m\r\n"
           "User-Agent: u\r\n"
           "\r\n"
           "Cc: not@a.header\r\n",
           8, {HEADER_FROM, "Anna <anna@example.org>"}, {HEADER_TO, "bob@example.org"},
           {HEADER_SUBJECT, "Hello"}, {HEADER_MESSAGE_ID, "<1@x>"},
           {HEADER_DATE, "Sat, 1 Nov 2025 12:26:40 +0000"}, {HEADER_X_MAILER, "m"},
           {HEADER_USER_AGENT, "u"}, {HEADER_CC, NULL});
}

static void test_every_wanted_field(void **state)
{
    (void)state;
    EXPECT("from:1\r\nSENDER:2\r\nReply-To:3\r\ntO:4\r\ncc:5\r\nBCC:6\r\nSubject:7\r\n"
           "message-ID:8\r\nDATE:9\r\ncontent-type:10\r\nx-MAILER:11\r\nUser-agent:12\r\n\r\n",
           12, {HEADER_FROM, "1"}, {HEADER_SENDER, "2"}, {HEADER_REPLY_TO, "3"}, {HEADER_TO, "4"},
           {HEADER_CC, "5"}, {HEADER_BCC, "6"}, {HEADER_SUBJECT, "7"}, {HEADER_MESSAGE_ID, "8"},
           {HEADER_DATE, "9"}, {HEADER_CONTENT_TYPE, "10"}, {HEADER_X_MAILER, "11"},
           {HEADER_USER_AGENT, "12"});
    EXPECT("Fron:1\r\nSubjects:2\r\nSubjec:3\r\nT:4\r\nReply_To:5\r\nContent-Types:6\r\n\r\n", 6,
           {HEADER_FROM, NULL}, {HEADER_SUBJECT, NULL}, {HEADER_TO, NULL}, {HEADER_REPLY_TO, NULL},
           {HEADER_CONTENT_TYPE, NULL});
}

static void test_folds(void **state)
{
    (void)state;
    EXPECT("Subject: one\r\n two\r\n\tthree\r\nX-Other: a\r\n b\r\nTo: a@b,\r\n c@d\r\n\r\n", 3,
           {HEADER_SUBJECT, "one two\tthree"}, {HEADER_TO, "a@b, c@d"});
    EXPECT("Subject:\r\n folded away\r\n\r\n", 1, {HEADER_SUBJECT, "folded away"});
}

static void test_bare_lf_and_doubled_cr(void **state)
{
    (void)state;
    EXPECT("From: a\nSubject: b\n c\n\nTo: d\n", 2, {HEADER_FROM, "a"}, {HEADER_SUBJECT, "b c"},
           {HEADER_TO, NULL});
    EXPECT("From: a\r\r\nSubject: b\r\r\n c\r\r\n\r\r\nTo: d\r\n", 2, {HEADER_FROM, "a"},
           {HEADER_SUBJECT, "b c"}, {HEADER_TO, NULL});
}

static void test_first_occurrence_counts(void **state)
{
    (void)state;
    EXPECT("From: a\r\nFrom: b\r\nSubject:\r\nSubject: second\r\n\r\n", 4, {HEADER_FROM, "a"},
           {HEADER_SUBJECT, ""});
}

static void test_body_without_empty_line(void **state)
{
    (void)state;
    EXPECT("From: a\r\nhello there\r\nSubject: not one\r\n", 1, {HEADER_FROM, "a"},
           {HEADER_SUBJECT, NULL});
    EXPECT("hello\r\nSubject: not one\r\n", 0, {HEADER_SUBJECT, NULL});
    EXPECT(": no name\r\nSubject: not one\r\n", 0, {HEADER_SUBJECT, NULL});
    EXPECT("Na\0me: x\r\nSubject: not one\r\n", 0, {HEADER_SUBJECT, NULL});
    EXPECT("\r\nSubject: in the body\r\n", 0, {HEADER_SUBJECT, NULL});
    EXPECT("\rSubject: x\r\n", 0, {HEADER_SUBJECT, NULL});
}

static void test_blank_before_colon_and_mbox_line(void **state)
{
    (void)state;
    EXPECT("Subject : a\r\nTo \t: b\r\n\r\n", 2, {HEADER_SUBJECT, "a"}, {HEADER_TO, "b"});
    EXPECT("From a@b Sat Nov  1 12:26:40 2025\r\nSubject: s\r\n\r\n", 1, {HEADER_SUBJECT, "s"},
           {HEADER_FROM, NULL});
    EXPECT(">From a@b Sat Nov\nFrom a@b again\nSubject: s\n\n", 1, {HEADER_SUBJECT, "s"});
    EXPECT("To: x\r\nFrom a@b Sat Nov\r\nSubject: s\r\n", 1, {HEADER_SUBJECT, NULL});
}

static void test_long_names_and_ends(void **state)
{
    (void)state;
    EXPECT("X-A-Name-That-Is-Longer-Than-Twenty-Four-Bytes: x\r\nSubject: s", 2,
           {HEADER_SUBJECT, "s"});
    EXPECT("Subject: torn\r\n", 1, {HEADER_SUBJECT, "torn"});
    EXPECT("Subject", 0, {HEADER_SUBJECT, NULL});
    EXPECT("Sub", 0, {HEADER_SUBJECT, NULL});
    EXPECT(" leading fold\r\nSubject: s\r\n\r\n", 1, {HEADER_SUBJECT, "s"});
    EXPECT("To: a\0b\xff\r\n\r\n", 1, {HEADER_FROM, NULL});
}

static void test_gap_drops_the_field(void **state)
{
    (void)state;
    struct scanned *s = scanned_new();
    scanned_start(s);
    feed(s, bytes_of("From: a\r\nSubject: half a l"), SIZE_MAX);
    header_scan_gap(&s->scan);
    feed(s, bytes_of("ost line\r\n and its fold\r\nTo: b\r\n\r\n"), SIZE_MAX);
    expect_field(s, HEADER_FROM, "a");
    expect_field(s, HEADER_SUBJECT, NULL);
    expect_field(s, HEADER_TO, "b");
    scanned_free(s);
}

static void test_limits_cut_and_mark(void **state)
{
    (void)state;
    struct scanned *s = scanned_new();
    s->limits.header_line_bytes = 8;
    scanned_start(s);
    feed(s, bytes_of("Subject: 0123456789\r\nTo: a\r\n b\r\nCc: c\r\n\r\n"), SIZE_MAX);
    expect_field(s, HEADER_SUBJECT, "0123456");
    expect_field(s, HEADER_TO, "a b");
    expect_field(s, HEADER_CC, "c");
    assert_true(s->scan.cut);
    scanned_free(s);

    s = scanned_new();
    s->limits.header_line_bytes = 8;
    scanned_start(s);
    feed(s, bytes_of("Subject: 0123456789\r\n 0123456789\r\nTo: a\r\n\r\n"), 1);
    expect_field(s, HEADER_SUBJECT, "0123456");
    expect_field(s, HEADER_TO, "a");
    assert_true(s->scan.cut);
    scanned_free(s);

    static const size_t steps[] = {SIZE_MAX, 1};
    for (size_t i = 0; i < 2; i++) { /* a CR at the limit, whole and byte by byte */
        s = scanned_new();
        s->limits.header_line_bytes = 8;
        scanned_start(s);
        feed(s, bytes_of("Subject: 012345\r789\r\nTo: a\r\n\r\n"), steps[i]);
        expect_field(s, HEADER_SUBJECT, "012345");
        assert_true(s->scan.cut);
        scanned_free(s);
    }

    s = scanned_new();
    s->limits.header_fields = 2;
    scanned_start(s);
    feed(s, bytes_of("A: 1\r\nB: 2\r\nSubject: 3\r\n\r\n"), 3);
    expect_field(s, HEADER_SUBJECT, NULL);
    assert_true(s->scan.cut && s->scan.done);
    assert_int_equal(s->scan.count, 2);
    scanned_free(s);

    s = scanned_new();
    s->limits.header_bytes = 20;
    scanned_start(s);
    feed(s, bytes_of("Subject: 0123456789abcdef\r\nTo: a\r\n\r\n"), 7);
    expect_field(s, HEADER_SUBJECT, "0123456789a");
    expect_field(s, HEADER_TO, NULL);
    assert_true(s->scan.cut && s->scan.done);
    assert_int_equal(s->scan.bytes, 20);
    scanned_free(s);
}

static void test_full_arena_is_marked(void **state)
{
    (void)state;
    struct scanned *s = scanned_new();
    arena_init(&s->arena, 16);
    scanned_start(s);
    feed(s, bytes_of("Subject: much more than the arena takes\r\n\r\n"), SIZE_MAX);
    assert_true(s->scan.cut);
    assert_non_null(s->scan.field[HEADER_SUBJECT].p);
    scanned_free(s);
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* With sanitizers on a slow machine it takes a second; what is not linear takes hours. */
#define LINEAR_SECONDS 10.0

/* Feeds `count` copies of piece with the limits out of the way; answers CPU seconds. */
static double bomb(const char *head, const char *piece, size_t count)
{
    struct scanned *s = scanned_new();
    s->limits.header_bytes = s->limits.header_line_bytes = s->limits.header_fields = UINT32_MAX;
    arena_init(&s->arena, UINT32_MAX);
    scanned_start(s);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_add_str(&text, head);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&text, piece);
    }
    double start = cpu_seconds();
    for (size_t at = 0; at < text.n; at += 1460) {
        header_scan_data(&s->scan, bytes_sub(buf_bytes(&text), at, 1460));
    }
    header_scan_end(&s->scan);
    double seconds = cpu_seconds() - start;
    buf_done(&text);
    scanned_free(s);
    return seconds;
}

static void test_bombs_are_linear(void **state)
{
    (void)state;
    assert_true(bomb("Subject: ", "0123456789", 5000000) < LINEAR_SECONDS);
    assert_true(bomb("X-Other: ", "0123456789", 5000000) < LINEAR_SECONDS);
    assert_true(bomb("", "X-Some: value\r\n", 1000000) < LINEAR_SECONDS);
    assert_true(bomb("", "Subject: value\r\n", 1000000) < LINEAR_SECONDS);
    assert_true(bomb("Subject: x", "\r\n a", 1000000) < LINEAR_SECONDS);
    assert_true(bomb("X-Other: x", "\r\n a", 1000000) < LINEAR_SECONDS);
    assert_true(bomb("", "\r", 5000000) < LINEAR_SECONDS);
    assert_true(bomb("", "From x\n", 5000000) < LINEAR_SECONDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common_fields),
        cmocka_unit_test(test_every_wanted_field),
        cmocka_unit_test(test_only_one_field),
        cmocka_unit_test(test_folds),
        cmocka_unit_test(test_bare_lf_and_doubled_cr),
        cmocka_unit_test(test_first_occurrence_counts),
        cmocka_unit_test(test_body_without_empty_line),
        cmocka_unit_test(test_blank_before_colon_and_mbox_line),
        cmocka_unit_test(test_long_names_and_ends),
        cmocka_unit_test(test_gap_drops_the_field),
        cmocka_unit_test(test_limits_cut_and_mark),
        cmocka_unit_test(test_full_arena_is_marked),
        cmocka_unit_test(test_bombs_are_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
