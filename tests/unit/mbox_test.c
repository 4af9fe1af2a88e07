#include "capture/base/arena.h"
#include "capture/base/buf.h"
#include "capture/base/limits.h"
#include "ui/export/export.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct export_format export_mbox;

struct fixture {
    char folder[64], path[80];
    struct limits limits;
    struct export_config config;
    struct session_info session;
    struct sink *sink;
    char warning[512];
};

static void on_warn(void *arg, const char *sentence)
{
    struct fixture *f = arg;
    snprintf(f->warning, sizeof f->warning, "%s", sentence);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/mailwire-mbox-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/all.mbox", f->folder);
    f->limits = limits_default();
    f->config = (struct export_config){
        .path = f->path, .limits = &f->limits, .warn = on_warn, .warn_arg = f};
    f->session = (struct session_info){.number = 1, .protocol = "smtp"};
    struct error e;
    f->sink = export_mbox.open(&f->config, &e);
    assert_non_null(f->sink);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void finish(struct fixture *f)
{
    struct error e = {.text = ""};
    bool fine = f->sink->close(f->sink, &e);
    if (!fine) {
        print_error("%s\n", e.text);
    }
    assert_true(fine);
}

/* 2025-11-01 12:26:40 UTC, from a@b by envelope */
static struct message message(uint32_t number)
{
    return (struct message){.number = number,
                            .complete = true,
                            .has_envelope = true,
                            .mail_from = bytes_of("a@b"),
                            .time = 1762000000000000000};
}

static void data(struct fixture *f, struct message *m, struct bytes b)
{
    struct event e = {
        .kind = EV_MESSAGE_DATA, .session = &f->session, .u.body = {.message = m, .data = b}};
    m->bytes += b.n;
    sink_event(f->sink, &e);
}

static void over(struct fixture *f, struct message *m)
{
    sink_event(f->sink,
               &(struct event){.kind = EV_MESSAGE, .session = &f->session, .u.message = m});
}

static void expect(const struct fixture *f, const char *name, const char *want)
{
    char path[200];
    static char have[100000];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t n = fread(have, 1, sizeof have - 1, in);
    have[n] = '\0';
    fclose(in);
    assert_string_equal(have, want);
}

#define FROM "From a@b Sat Nov  1 12:26:40 2025\n"

static void test_quoting_and_line_ends(void **state)
{
    struct fixture *f = *state;
    static const char raw[] = "Subject: x\r\n\r\nFrom here\r\n>From there\r\n>>From\r\n"
                              " From no\r\nFro\r\n>\r\nbare\rcr\nlf\r\r\n>>From deep\r\nend";
    static const char want[] = FROM "Subject: x\n\n>From here\n>>From there\n>>From\n"
                                    " From no\nFro\n>\nbare\rcr\nlf\r\n>>>From deep\nend\n\n";
    /* the same however it comes */
    char all[sizeof want * 40] = "";
    for (size_t step = 1; step <= sizeof raw; step += step < 8 ? 1 : 7) {
        struct message m = message((uint32_t)step);
        for (size_t at = 0; at < sizeof raw - 1; at += step) {
            data(f, &m, bytes_sub(bytes_make(raw, sizeof raw - 1), at, step));
        }
        over(f, &m);
        memcpy(all + strlen(all), want, sizeof want);
    }
    finish(f);
    expect(f, "all.mbox", all);
}

static void test_unfinished_last_lines(void **state)
{
    struct fixture *f = *state;
    static const char *const raw[] = {"a\r\nFro", "a\r\n>", "a\r\n", "a\r", "", "a\r\nFrom "};
    static const char *const want[] = {"a\nFro\n\n", "a\n>\n\n", "a\n\n",
                                       "a\r\n\n",    "\n",       "a\n>From \n\n"};
    char all[2000] = "";
    for (uint32_t i = 0; i < sizeof raw / sizeof raw[0]; i++) {
        struct message m = message(i + 1);
        data(f, &m, bytes_of(raw[i]));
        over(f, &m);
        size_t n = strlen(all);
        snprintf(all + n, sizeof all - n, "%s%s", FROM, want[i]);
    }
    finish(f);
    expect(f, "all.mbox", all);
}

static void test_marks_and_senders(void **state)
{
    struct fixture *f = *state;
    struct message m = message(1);
    m.complete = false;
    m.missing = 1460;
    m.mail_from = bytes_of("");
    data(f, &m, bytes_of("S: 1\n"));
    over(f, &m);
    m = message(2);
    m.has_envelope = false;
    m.transfer = TRANSFER_TOP;
    m.has_lines = true;
    m.lines = 3;
    const struct bytes header[HEADER_COUNT] = {[HEADER_FROM] = bytes_of("X <x@y>")};
    m.header = header;
    data(f, &m, bytes_of("S: 2\n"));
    over(f, &m);
    m = message(3);
    m.mail_from = bytes_of("a b\n\x80");
    data(f, &m, bytes_of("S: 3\n"));
    over(f, &m);
    m = message(4); /* announced, never seen */
    m.complete = false;
    over(f, &m);
    finish(f);
    expect(
        f, "all.mbox",
        "From MAILER-DAEMON Sat Nov  1 12:26:40 2025\nX-Mailwire-Incomplete: missing=1460\nS: 1\n\n"
        "From x@y Sat Nov  1 12:26:40 2025\nX-Mailwire-Top: lines=3\nS: 2\n\n"
        "From a?b?? Sat Nov  1 12:26:40 2025\nS: 3\n\n");
}

static void test_interleaved_and_cut(void **state)
{
    struct fixture *f = *state;
    struct message a = message(1), b = message(2);
    data(f, &a, bytes_of("a1\r\n"));
    data(f, &b, bytes_of("b1\r\n"));
    data(f, &a, bytes_of("a2\r\nNOT MAIL"));
    struct event cut = {
        .kind = EV_MESSAGE_CUT, .session = &f->session, .u.body = {.message = &a, .count = 8}};
    sink_event(f->sink, &cut);
    over(f, &b);
    over(f, &a);
    finish(f);
    expect(f, "all.mbox", FROM "b1\n\n" FROM "a1\na2\n\n");
}

static void test_existing_file_stays(void **state)
{
    struct fixture *f = *state;
    FILE *old = fopen(f->path, "w");
    assert_non_null(old);
    fputs("old", old);
    fclose(old);
    struct message m = message(1);
    data(f, &m, bytes_of("new\n"));
    over(f, &m);
    finish(f);
    expect(f, "all.mbox", "old");
    expect(f, "all.2.mbox", FROM "new\n\n");
    assert_non_null(strstr(f->warning, "all.2.mbox"));
}

/* What does not fit is cut back to the last whole message. */
static void test_no_room(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, little;
    static char block[3000];
    memset(block, 'x', sizeof block);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little = before;
    little.rlim_cur = 2000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    struct message a = message(1), b = message(2), c = message(3);
    data(f, &a, bytes_of("one\n"));
    over(f, &a);
    data(f, &b, bytes_make(block, sizeof block));
    over(f, &b);
    data(f, &c, bytes_of("three\n"));
    over(f, &c);
    struct error e = {.text = ""};
    bool fine = f->sink->close(f->sink, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(fine);
    assert_non_null(strstr(e.text, "1 of 3"));
    assert_string_not_equal(f->warning, "");
    expect(f, "all.mbox", FROM "one\n\n" FROM "three\n\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_quoting_and_line_ends), TEST(test_unfinished_last_lines),
        TEST(test_marks_and_senders),     TEST(test_interleaved_and_cut),
        TEST(test_existing_file_stays),   TEST(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
