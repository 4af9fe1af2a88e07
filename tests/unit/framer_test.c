/* The framer: whatever the cuts, the same frames; bodies against a slow reference. */
#include "dissect/framer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What came out: body bytes as they are, everything else as a mark with its offsets. */
struct seen {
    struct buf text, body;
};

static void take(struct framer *f, struct seen *s)
{
    struct frame fr;
    while (framer_next(f, &fr)) {
        switch (fr.kind) {
        case FRAME_DATA:
            buf_add(&s->body, fr.data);
            break;
        case FRAME_LINE:
            buf_printf(&s->text, "[line%s%s ", fr.torn ? " torn" : "",
                       fr.eol == EOL_LF ? " lf" : "");
            buf_add(&s->text, fr.data);
            buf_printf(&s->text, " @%ju-%ju +%ju]", (uintmax_t)fr.offset, (uintmax_t)fr.end_offset,
                       (uintmax_t)fr.skipped);
            break;
        case FRAME_AMBIGUOUS:
            buf_printf(&s->text, "[%s body %ju=%zu @%ju]", eod_variant_name(fr.variant),
                       (uintmax_t)fr.body_offset, s->body.n, (uintmax_t)fr.offset);
            break;
        default:
            buf_printf(&s->text, "[kind %d variant %s missing %ju]", (int)fr.kind,
                       eod_variant_name(fr.variant), (uintmax_t)fr.missing);
        }
    }
}

static void push(struct framer *f, struct seen *s, struct bytes piece, uint64_t offset)
{
    uint8_t *copy = malloc(piece.n); /* exact size: overreads show under ASan */
    memcpy(copy, piece.p, piece.n);
    struct chunk c = {.data = {copy, piece.n}, .offset = offset, .time = 1, .packet = 1};
    framer_push(f, &c);
    take(f, s);
    free(copy);
}

/* Plays `input` in pieces of `step` bytes (0: whole) from the given mode. */
static void play(const struct limits *l, enum frame_mode mode, uint64_t count, struct bytes input,
                 size_t step, struct seen *s)
{
    struct framer f;
    framer_init(&f, FROM_CLIENT, l, NULL);
    framer_mode(&f, mode, count);
    buf_init(&s->text, 1 << 20);
    buf_init(&s->body, 1 << 20);
    for (size_t at = 0; at < input.n;) {
        struct bytes piece = bytes_sub(input, at, step ? step : input.n);
        push(&f, s, piece, at);
        at += piece.n;
    }
    framer_push_end(&f, 2);
    take(&f, s);
    framer_done(&f);
}

static void seen_done(struct seen *s)
{
    buf_done(&s->text);
    buf_done(&s->body);
}

static void same(const struct limits *l, enum frame_mode mode, uint64_t count, struct bytes input)
{
    struct seen whole;
    play(l, mode, count, input, 0, &whole);
    for (size_t step = 1; step < 80; step += step < 8 ? 1 : 13) {
        struct seen cut;
        play(l, mode, count, input, step, &cut);
        assert_string_equal(buf_cstr(&whole.text), buf_cstr(&cut.text));
        assert_int_equal(whole.body.n, cut.body.n);
        assert_memory_equal(whole.body.p ? whole.body.p : (const uint8_t *)"",
                            cut.body.p ? cut.body.p : (const uint8_t *)"", whole.body.n);
        seen_done(&cut);
    }
    seen_done(&whole);
}

/* RFC 5321 4.5.2, the slow way: the body up to CRLF.CRLF, or all of it. */
static size_t reference(struct bytes in, uint8_t *out, bool *ended)
{
    size_t n = 0;
    bool start = true;
    *ended = false;
    for (size_t i = 0; i < in.n; i++) {
        if (start && in.p[i] == '.') {
            if (bytes_at(in, i + 1) == '\r' && bytes_at(in, i + 2) == '\n') {
                *ended = true;
                return n;
            }
            start = false;
            continue;
        }
        start = in.p[i] == '\n' && i > 0 && in.p[i - 1] == '\r';
        out[n++] = in.p[i];
    }
    return n;
}

static void random_bodies_match_the_reference(void **state)
{
    (void)state;
    struct limits l = limits_default();
    unsigned seed = 1;
    for (int round = 0; round < 3000; round++) {
        uint8_t in[400], out[400];
        size_t n = 1 + (size_t)(rand_r(&seed) % 399);
        for (size_t i = 0; i < n; i++) {
            int r = rand_r(&seed) % 100, odd = rand_r(&seed) % 5;
            in[i] = (uint8_t)(r < (round % 50) * 2 ? "\r\n.\0\r"[odd] : (char)('a' + r % 26));
            if (r >= 95 && i + 1 < n) {
                in[i++] = '\r';
                in[i] = '\n';
            }
        }
        struct bytes input = {in, n};
        bool ended;
        size_t want = reference(input, out, &ended);
        struct seen s;
        play(&l, MODE_BODY, 0, input, 0, &s);
        if (!ended) { /* what was withheld at the end is given too: a lone trailing dot is not */
            assert_true(s.body.n == want);
        }
        assert_true(s.body.n >= want);
        assert_memory_equal(s.body.p ? s.body.p : (const uint8_t *)"", out, want);
        assert_true(ended == (strstr(buf_cstr(&s.text), "[kind 2 variant CRLF.CRLF") != NULL));
        seen_done(&s);
        same(&l, MODE_BODY, 0, input);
    }
}

static void every_ambiguous_end_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        enum eod_variant v;
    } cases[] = {
        {"a\n.\nb", 5, EOD_LF_DOT_LF},
        {"a\r.\rb", 5, EOD_CR_DOT_CR},
        {"a\r.\nb", 5, EOD_CR_DOT_LF},
        {"a\n.\rb", 5, EOD_LF_DOT_CR},
        {"a\n.\r\nb", 6, EOD_LF_DOT_CRLF},
        {"a\r\n.\nb", 6, EOD_CRLF_DOT_LF},
        {"a\r.\r\nb", 6, EOD_CR_DOT_CRLF},
        {"a\r\n.\rb", 6, EOD_CRLF_DOT_CR},
        {"a\r\n\0.\r\nb", 8, EOD_CRLF_NUL_DOT_CRLF},
        {"a\r\n.\0\r\nb", 8, EOD_CRLF_DOT_NUL_CRLF},
        {"a\r\n.\r\r\nb", 8, EOD_CRLF_DOT_CRCRLF},
        {"a\r\r\n.\r\r\nb", 9, EOD_CRCRLF_DOT_CRCRLF},
    };
    struct limits l = limits_default();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes in = bytes_make(cases[i].bytes, cases[i].n);
        struct seen s;
        play(&l, MODE_BODY, 0, in, 0, &s);
        char want[64];
        snprintf(want, sizeof want, "[%s body ", eod_variant_name(cases[i].v));
        assert_non_null(strstr(buf_cstr(&s.text), want));
        snprintf(want, sizeof want, "@%zu]", cases[i].n - 1); /* 'b' begins the commands */
        assert_non_null(strstr(buf_cstr(&s.text), want));
        seen_done(&s);
        same(&l, MODE_BODY, 0, in);
    }
}

static void lines_lists_and_counts_do_not_depend_on_cuts(void **state)
{
    (void)state;
    struct limits l = limits_default();
    same(&l, MODE_LINE, 0, bytes_of("EHLO a\r\nMAIL FROM:<b>\nQUIT\r\nunfinished"));
    same(&l, MODE_LIST, 0, bytes_of("1 120\r\n..2\r\n.\r\n+OK\r\n"));
    same(&l, MODE_COUNT, 7, bytes_of("1234567QUIT\r\nmore"));
    l.line_bytes = 10;
    same(&l, MODE_LINE, 0, bytes_of("0123456789\r\n0123456789abcdef\r\nx\r\n"));
}

static void a_long_line_is_cut_and_counted(void **state)
{
    (void)state;
    struct limits l = limits_default();
    l.line_bytes = 10;
    struct seen s;
    play(&l, MODE_LINE, 0, bytes_of("0123456789abcdef\r\n"), 0, &s);
    assert_string_equal(buf_cstr(&s.text),
                        "[line 0123456789 @0-18 +6][kind 7 variant CRLF.CRLF missing 0]");
    seen_done(&s);
}

/* Lines that waited are of the packets that brought them: also when they had to wait once more, and
 * when many packets brought them. */
static void held_lines_keep_their_packets(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct framer f;
    struct frame fr;
    framer_init(&f, FROM_CLIENT, &l, NULL);
    framer_mode(&f, MODE_HOLD, 0);
    static const char said[] = "a\r\nbc\r\nd\r\n";
    for (uint64_t i = 0; i < sizeof said - 1; i++) { /* a byte a packet */
        struct chunk c = {.data = bytes_make(said + i, 1), .offset = i};
        c.packet = 10 + i;
        c.time = (int64_t)(10 + i);
        framer_push(&f, &c);
        assert_false(framer_next(&f, &fr));
    }
    static const struct {
        const char *text;
        uint64_t packet, last;
    } want[] = {{"a", 10, 12}, {"bc", 13, 16}, {"d", 17, 19}};
    for (size_t i = 0; i < 3; i++) {
        framer_mode(&f, MODE_LINE, 0);
        assert_true(framer_next(&f, &fr));
        assert_true(bytes_is(fr.data, want[i].text));
        assert_int_equal(fr.packet, want[i].packet);
        assert_int_equal(fr.time, want[i].packet);
        assert_int_equal(fr.last_packet, want[i].last);
        framer_mode(&f, MODE_HOLD, 0);
        assert_false(framer_next(&f, &fr));
    }
    framer_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bodies_match_the_reference),
        cmocka_unit_test(every_ambiguous_end_is_told),
        cmocka_unit_test(lines_lists_and_counts_do_not_depend_on_cuts),
        cmocka_unit_test(a_long_line_is_cut_and_counted),
        cmocka_unit_test(held_lines_keep_their_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
