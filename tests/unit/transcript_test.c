#include "capture/base/limits.h"
#include "made_session.h"
#include "ui/export/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct export_format export_transcript;

struct fixture {
    struct limits limits;
    struct export_config config;
    struct sink *sink;
    char *text;
    size_t n;
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->limits = limits_default();
    f->config = (struct export_config){.limits = &f->limits, .utc = true};
    f->config.out = open_memstream(&f->text, &f->n);
    assert_non_null(f->config.out);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    fclose(f->config.out);
    free(f->text);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    struct error e;
    f->sink = export_transcript.open(&f->config, &e);
    assert_non_null(f->sink);
}

static void finish(struct fixture *f)
{
    struct error e;
    assert_true(f->sink->close(f->sink, &e));
}

static unsigned count(const char *text, const char *needle)
{
    unsigned n = 0;
    for (const char *p = text; (p = strstr(p, needle)) != NULL; p++) {
        n++;
    }
    return n;
}

static void has(const struct fixture *f, const char *line)
{
    if (strstr(f->text, line) == NULL) {
        print_error("no \"%s\" in\n%s\n", line, f->text);
    }
    assert_non_null(strstr(f->text, line));
}

/* Every line begins with a mark of ours in its place. */
static void check_marks(const struct fixture *f)
{
    static const char *const marks[] = {"C: ", "S: ", "C? ", "S? ", "C| ", "S| ",
                                        "C+ ", "S+ ", "C= ", "S= ", "-- ", "!! "};
    for (const char *line = f->text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        assert_int_equal(line[n], '\n');
        bool fine = n == 0 || strncmp(line, "=== ", 4) == 0;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0] && !fine; i++) {
            fine = n >= 25 && strncmp(line + 22, marks[i], 3) == 0;
        }
        if (!fine) {
            print_error("%.*s\n", (int)n, line);
        }
        assert_true(fine);
        for (size_t i = 0; i < n; i++) {
            assert_true((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
        }
        line += n + 1;
    }
}

static void test_one_session(void **state)
{
    struct fixture *f = *state;
    start(f);
    made_smtp(1, f->sink);
    finish(f);
    check_marks(f);
    has(f, "=== session 1 (9e3779b97f4a7c15) smtp 10.1.0.1:40001 -> 192.0.2.25:25 2025-11-01 ");
    has(f, "C: EHLO pc17.example.net\n");
    has(f, " +0.010   S: 250-mx1.example.org\n                      S: 250-PIPELINING\n");
    has(f, "-- state CONNECT -> GREETED\n");
    has(f, "C: AUTH PLAIN ********\n");
    has(f, "-- login PLAIN, user juergen, password ********: accepted\n");
    has(f, "!! high cleartext-credentials: ");
    has(f, "C= [2100 bytes] message 1\n");
    has(f, "-- message 1 accepted, from juergen@example.net, 1 of 2 recipients accepted, queue id "
           "4X9kQ2, answered after 1.80 s\n");
    has(f, "=== end of session 1: quit, state CLOSED");
    assert_null(strstr(f->text, "s3cr3t"));
    assert_null(strstr(f->text, "AGp1ZXJnZW4"));
    assert_null(strstr(f->text, "Angebot"));
    assert_null(strstr(f->text, "S? ")); /* nothing is explained that was not asked for */
}

static void test_shown_secrets_and_bodies(void **state)
{
    struct fixture *f = *state;
    f->config.show_secrets = f->config.bodies = true;
    start(f);
    made_smtp(5, f->sink); /* with a hole behind the first slice */
    finish(f);
    check_marks(f);
    has(f, "C: AUTH PLAIN AGp1ZXJnZW4AczNjcjN0\n");
    has(f, "password s3cr3t: accepted");
    has(f, "C| Subject: Angebot\n");
    has(f, "C= [2100 bytes] message 1, incomplete\n");
    assert_int_equal(count(f->text, "C= [gap: 1460 bytes missing]\n"), 1);
    const char *gap = strstr(f->text, "[gap: 1460"), *first = strstr(f->text, "C| ff");
    const char *second = strstr(f->text, "C| gg");
    assert_true(first != NULL && second != NULL && first < gap && gap < second);
}

/* --explain: under each reply, by the command it answers, pipelined or not. */
static void test_explained(void **state)
{
    struct fixture *f = *state;
    struct made m;
    f->config.explain = true;
    start(f);
    made_open(&m, 1, f->sink);
    made_greeting(&m, "220 mx1 ESMTP");
    made_command(&m, "MAIL", "MAIL FROM:<a@b>", 0);
    made_reply(&m, 250, "250 2.1.0 Ok", 1);
    made_command(&m, "RCPT", "RCPT TO:<c@d>", 0);
    made_reply(&m, 554,
               "554 5.7.1 blocked using zen.spamhaus.org; "
               "http://x.example/?\x1b[2J\n554 5.7.1 bye",
               1);
    made_verdict(&m, 250, "250 2.0.0 Ok: queued as 1", 1);
    made_close(&m, END_QUIT);
    finish(f);
    check_marks(f);
    has(f, "S? 220      the service is ready (RFC 5321)\n");
    has(f,
        "S: 250 2.1.0 Ok\n                      S? 250      the sender is accepted (RFC 5321)\n");
    has(f, "S? why      the client's address or a domain stands on a block list\n");
    has(f, "S? whose    the sender's side\n");
    has(f, "S? list     zen.spamhaus.org (Spamhaus ZEN)\n");
    has(f, "S? when     final: the same again will not be taken\n");
    has(f, "S? see      http://x.example/?\n");
    has(f, "S? 250      the message is taken over: the server answers for it from now on");
}

/* Nothing that is said can look like a line of ours. */
static void test_forged_lines(void **state)
{
    struct fixture *f = *state;
    struct made m;
    f->config.bodies = true;
    start(f);
    made_open(&m, 1, f->sink);
    arena_init(&m.arena, 4096);
    made_greeting(&m, "220 x\n=== end of session 1: quit\n12:00:00.000          !! critical");
    made_command(&m, "NOOP", "NOOP\r\n=== session 2\x1b[2J\xe2\x80\xae", 0);
    struct message g = {.number = 1,
                        .dir = FROM_CLIENT,
                        .time = m.now,
                        .end_time = m.now,
                        .complete = true,
                        .arena = &m.arena,
                        .wait = -1};
    static const char body[] = "=== end of session 1\n\n12:00:00.000          -- state A -> B\r\n"
                               "C= [0 bytes]\n\x1b]0;title\x07\0last";
    g.bytes = sizeof body - 1;
    made_tell(&m, (struct event){.kind = EV_MESSAGE_DATA,
                                 .u.body = {&g, bytes_make(body, sizeof body - 1), 0}});
    made_tell(&m, (struct event){.kind = EV_MESSAGE_END, .u.message = &g});
    made_note(&m, NOTE_ID_NUL_BYTE, "evidence\n=== session 3");
    made_close(&m, END_FIN);
    arena_done(&m.arena);
    finish(f);
    check_marks(f);
    assert_int_equal(count(f->text, "\n=== "), 1);
    assert_int_equal(strncmp(f->text, "=== session 1 ", 14), 0);
    has(f, "C: NOOP\\x0d\\x0a=== session 2\\x1b[2J\\u{202e}\n");
    has(f, "C| === end of session 1\n");
    has(f, "C| \\x1b]0;title\\x07\\x00last\n");
    assert_int_equal(count(f->text, "  C= ["), 1);
}

/* Sessions that interleave come one after the other, in the order in which they end. */
static void test_interleaved_sessions(void **state)
{
    struct fixture *f = *state;
    enum { SESSIONS = 300 };
    struct made *m = calloc(SESSIONS, sizeof *m);
    char line[200];
    start(f);
    for (uint64_t i = 0; i < SESSIONS; i++) {
        made_open(&m[i], i + 1, f->sink);
    }
    for (int round = 0; round < 20; round++) {
        for (uint64_t i = 0; i < SESSIONS; i++) {
            snprintf(line, sizeof line, "NOOP %d of %d", round, (int)i + 1);
            made_command(&m[i], "NOOP", line, 0);
        }
    }
    for (uint64_t i = SESSIONS; i-- > 0;) {
        made_close(&m[i], END_QUIT);
    }
    finish(f);
    check_marks(f);
    const char *p = f->text;
    for (int i = SESSIONS; i > 0; i--) {
        snprintf(line, sizeof line, "=== session %d (", i);
        p = strstr(p, line);
        assert_non_null(p);
        for (int round = 0; round < 20; round++) {
            snprintf(line, sizeof line, "C: NOOP %d of %d\n", round, i);
            p = strstr(p, line);
            assert_non_null(p);
        }
        p = strstr(p, "=== end of session");
        assert_non_null(p);
    }
    free(m);
}

/* Bytes that turn out to be no mail are not shown as such. */
static void test_cut_body(void **state)
{
    struct fixture *f = *state;
    struct made m;
    f->config.bodies = true;
    start(f);
    made_open(&m, 1, f->sink);
    struct message g = {
        .number = 1, .dir = FROM_CLIENT, .time = m.now, .complete = true, .bytes = 6};
    made_tell(&m, (struct event){.kind = EV_MESSAGE_DATA,
                                 .u.body = {&g, bytes_of("mail\r\nMAIL FROM:<x>\r\n"), 0}});
    made_tell(&m, (struct event){.kind = EV_MESSAGE_GAP, .u.body = {&g, {NULL, 0}, 5}});
    made_tell(&m, (struct event){.kind = EV_MESSAGE_CUT, .u.body = {&g, {NULL, 0}, 6}});
    made_tell(&m, (struct event){.kind = EV_MESSAGE_END, .u.message = &g});
    made_close(&m, END_FIN);
    finish(f);
    has(f, "C= [6 bytes] message 1\n                      C| mail\n");
    assert_null(strstr(f->text, "MAIL FROM"));
    assert_null(strstr(f->text, "gap"));
}

/* A line without end is shown in pieces; one that is as long as a piece is one line. */
static void test_long_body_lines(void **state)
{
    struct fixture *f = *state;
    struct made m;
    struct buf body;
    buf_init(&body, SIZE_MAX);
    for (int i = 0; i < 10000; i++) {
        buf_add_byte(&body, 'x');
    }
    buf_add_str(&body, "\r\n");
    for (int i = 0; i < 4095; i++) {
        buf_add_byte(&body, 'y');
    }
    buf_add_str(&body, "\r\nz");
    f->config.bodies = true;
    start(f);
    made_open(&m, 1, f->sink);
    struct message g = {.number = 1, .dir = FROM_SERVER, .time = m.now, .complete = true};
    for (size_t at = 0; at < body.n; at += 100) {
        made_tell(&m, (struct event){.kind = EV_MESSAGE_DATA,
                                     .u.body = {&g, bytes_sub(buf_bytes(&body), at, 100), 0}});
    }
    made_tell(&m, (struct event){.kind = EV_MESSAGE_END, .u.message = &g});
    made_close(&m, END_FIN);
    finish(f);
    check_marks(f);
    assert_int_equal(count(f->text, "S| x"), 1);
    assert_int_equal(count(f->text, "S+ x"), 2);
    assert_int_equal(count(f->text, "S| y"), 1);
    assert_int_equal(count(f->text, "S+ y"), 0);
    assert_int_equal(count(f->text, "S| z\n"), 1);
    buf_done(&body);
}

static void test_finding_over_sessions(void **state)
{
    struct fixture *f = *state;
    static const char *const ids[] = {"0123456789abcdef", "fedcba9876543210"};
    struct note n = {.id = NOTE_ID_GAP,
                     .severity = SEVERITY_MEDIUM,
                     .time = MADE_START,
                     .evidence = bytes_of("e"),
                     .sessions = ids,
                     .session_count = 2};
    start(f);
    sink_event(f->sink, &(struct event){.kind = EV_NOTE, .u.note = &n});
    finish(f);
    check_marks(f);
    has(f, "!! medium missing-bytes: ");
    has(f, ", sessions 0123456789abcdef fedcba9876543210\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_one_session),     TEST(test_shown_secrets_and_bodies), TEST(test_explained),
        TEST(test_forged_lines),    TEST(test_interleaved_sessions),     TEST(test_cut_body),
        TEST(test_long_body_lines), TEST(test_finding_over_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
