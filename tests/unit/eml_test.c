#include "capture/base/arena.h"
#include "capture/base/limits.h"
#include "ui/export/export.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct export_format export_eml;

struct fixture {
    char folder[64], out[80];
    struct limits limits;
    struct export_config config;
    struct session_info session;
    struct arena arena;
    struct sink *sink;
    unsigned warnings;
};

static void on_warn(void *arg, const char *sentence)
{
    (void)sentence;
    ((struct fixture *)arg)->warnings++;
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/mailwire-eml-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->out, sizeof f->out, "%s/out", f->folder);
    f->limits = limits_default();
    f->config = (struct export_config){
        .path = f->out, .limits = &f->limits, .warn = on_warn, .warn_arg = f};
    f->session = (struct session_info){.number = 17, .protocol = "smtp"};
    arena_init(&f->arena, 1u << 16);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    arena_done(&f->arena);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    struct error e;
    f->sink = export_eml.open(&f->config, &e);
    if (f->sink == NULL) {
        print_error("%s\n", e.text);
    }
    assert_non_null(f->sink);
}

static bool finish(struct fixture *f, struct error *e)
{
    bool fine = f->sink->close(f->sink, e);
    f->sink = NULL;
    return fine;
}

static struct message message(struct fixture *f, uint32_t number)
{
    return (struct message){.number = number, .complete = true, .arena = &f->arena};
}

static void tell(struct fixture *f, enum event_kind kind, struct message *m)
{
    struct event e = {.kind = kind, .session = &f->session, .u.message = m};
    sink_event(f->sink, &e);
}

static void data(struct fixture *f, struct message *m, const void *p, size_t n)
{
    struct event e = {.kind = EV_MESSAGE_DATA,
                      .session = &f->session,
                      .u.body = {.message = m, .data = bytes_make(p, n)}};
    m->bytes += n;
    sink_event(f->sink, &e);
}

static void text(struct fixture *f, struct message *m, const char *s)
{
    data(f, m, s, strlen(s));
}

static void cut(struct fixture *f, struct message *m, uint64_t n)
{
    struct event e = {
        .kind = EV_MESSAGE_CUT, .session = &f->session, .u.body = {.message = m, .count = n}};
    m->bytes = n;
    sink_event(f->sink, &e);
}

/* The file's bytes are n times those of unit. */
static void expect_file(const struct fixture *f, const char *name, const char *unit, size_t n)
{
    char path[200];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", f->out, name);
    if (lstat(path, &st) != 0) {
        print_error("%s is missing\n", path);
    }
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, strlen(unit) * n);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char have[100];
    for (size_t i = 0; i < n && strlen(unit) > 0; i++) {
        assert_int_equal(fread(have, 1, strlen(unit), in), strlen(unit));
        assert_memory_equal(have, unit, strlen(unit));
    }
    fclose(in);
}

static unsigned count_files(const struct fixture *f)
{
    unsigned n = 0;
    DIR *d = opendir(f->out);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        n += e->d_name[0] != '.';
    }
    closedir(d);
    return n;
}

static void test_names(void **state)
{
    struct fixture *f = *state;
    struct error e;
    start(f);
    struct stat st;
    assert_int_equal(stat(f->out, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);

    struct message m = message(f, 1);
    tell(f, EV_MESSAGE_BEGIN, &m);
    text(f, &m, "Subject: a\r\n");
    text(f, &m, "\r\nbody\r\n");
    tell(f, EV_MESSAGE_END, &m);
    assert_null(m.file);
    tell(f, EV_MESSAGE, &m);
    assert_string_equal(m.file, "000017-1.eml");

    struct message part = message(f, 2);
    part.complete = false;
    text(f, &part, "half");
    tell(f, EV_MESSAGE, &part);
    assert_string_equal(part.file, "000017-2.partial.eml");

    struct message top = message(f, 3);
    top.transfer = TRANSFER_TOP;
    top.has_lines = true;
    top.lines = 2;
    text(f, &top, "top");
    tell(f, EV_MESSAGE, &top);
    assert_string_equal(top.file, "000017-3.top.eml");

    struct message all = message(f, 4);
    all.transfer = TRANSFER_TOP;
    all.has_lines = true;
    all.lines = 99999999;
    text(f, &all, "all");
    tell(f, EV_MESSAGE, &all);
    assert_string_equal(all.file, "000017-4.eml");

    assert_true(finish(f, &e));
    expect_file(f, "000017-1.eml", "Subject: a\r\n\r\nbody\r\n", 1);
    expect_file(f, "000017-2.partial.eml", "half", 1);
    expect_file(f, "000017-3.top.eml", "top", 1);
    expect_file(f, "000017-4.eml", "all", 1);
    assert_int_equal(count_files(f), 4);
}

static void test_empty_messages(void **state)
{
    struct fixture *f = *state;
    struct error e;
    start(f);
    struct message whole = message(f, 1), nothing = message(f, 2);
    nothing.complete = false;
    tell(f, EV_MESSAGE_BEGIN, &whole);
    tell(f, EV_MESSAGE, &whole); /* BDAT 0 LAST */
    tell(f, EV_MESSAGE_BEGIN, &nothing);
    tell(f, EV_MESSAGE, &nothing); /* announced, never seen */
    assert_string_equal(whole.file, "000017-1.eml");
    assert_null(nothing.file);
    assert_true(finish(f, &e));
    assert_int_equal(count_files(f), 1);
    expect_file(f, "000017-1.eml", "", 1);
}

static void test_nothing_is_overwritten(void **state)
{
    struct fixture *f = *state;
    struct error e;
    char path[200];
    for (int run = 1; run <= 3; run++) {
        start(f);
        if (run == 2) { /* a link in the way, to a file that must stay as it is */
            snprintf(path, sizeof path, "%s/000017-1.2.eml", f->out);
            assert_int_equal(symlink("000017-1.eml", path), 0);
            snprintf(path, sizeof path, "%s/000017-1.eml.part", f->out);
            assert_int_equal(symlink("000017-1.eml", path), 0);
        }
        struct message m = message(f, 1);
        text(f, &m, run == 1 ? "first" : run == 2 ? "second" : "third");
        tell(f, EV_MESSAGE, &m);
        assert_string_equal(m.file, run == 1   ? "000017-1.eml"
                                    : run == 2 ? "000017-1.3.eml"
                                               : "000017-1.4.eml");
        assert_true(finish(f, &e));
    }
    expect_file(f, "000017-1.eml", "first", 1);
    expect_file(f, "000017-1.3.eml", "second", 1);
    expect_file(f, "000017-1.4.eml", "third", 1);
}

static void test_cut_in_memory_and_on_disk(void **state)
{
    struct fixture *f = *state;
    struct error e;
    static char block[100000];
    memset(block, 'x', sizeof block);
    start(f);
    struct message small = message(f, 1), large = message(f, 2), between = message(f, 3);
    text(f, &small, "xxxxxNOT MAIL");
    cut(f, &small, 5);
    tell(f, EV_MESSAGE, &small);
    data(f, &large, block, sizeof block); /* written at once */
    data(f, &large, "NOT MAIL", 8);
    cut(f, &large, 70000);
    tell(f, EV_MESSAGE, &large);
    data(f, &between, block, sizeof block);
    data(f, &between, "xxNOT MAIL", 10);
    cut(f, &between, sizeof block + 2);
    cut(f, &between, sizeof block + 2); /* again: nothing more */
    tell(f, EV_MESSAGE, &between);
    assert_true(finish(f, &e));
    expect_file(f, "000017-1.eml", "x", 5);
    expect_file(f, "000017-2.eml", "x", 70000);
    expect_file(f, "000017-3.eml", "x", sizeof block + 2);
}

/* More messages at once than descriptors: files are closed and opened again. */
static void test_few_descriptors(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct rlimit before, few;
    enum { MESSAGES = 100, ROUNDS = 4, BLOCK = 70000 };
    static char block[BLOCK];
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 24;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    memset(block, 'y', sizeof block);
    start(f);
    static struct message m[MESSAGES];
    for (uint32_t i = 0; i < MESSAGES; i++) {
        m[i] = message(f, i + 1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < MESSAGES; i++) {
            data(f, &m[i], block, BLOCK);
        }
    }
    for (uint32_t i = 0; i < MESSAGES; i++) {
        if (i % 10 == 0) {
            cut(f, &m[i], BLOCK + 1);
        }
        tell(f, EV_MESSAGE, &m[i]);
    }
    assert_true(finish(f, &e));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(count_files(f), MESSAGES);
    expect_file(f, "000017-1.eml", "y", BLOCK + 1);
    expect_file(f, "000017-2.eml", "y", (size_t)BLOCK * ROUNDS);
    expect_file(f, "000017-100.eml", "y", (size_t)BLOCK * ROUNDS);
}

/* Many small messages that are not over: memory is bounded, so some of each is on disk. */
static void test_many_small_messages(void **state)
{
    struct fixture *f = *state;
    struct error e;
    enum { MESSAGES = 1500, PIECES = 30, PIECE = 1000 };
    static char piece[PIECE];
    memset(piece, 'z', sizeof piece);
    static struct message m[MESSAGES];
    start(f);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        m[i] = message(f, i + 1);
    }
    for (int k = 0; k < PIECES; k++) {
        for (uint32_t i = 0; i < MESSAGES; i++) {
            data(f, &m[i], piece, PIECE);
        }
    }
    for (uint32_t i = MESSAGES; i-- > 0;) {
        tell(f, EV_MESSAGE, &m[i]);
    }
    assert_true(finish(f, &e));
    assert_int_equal(count_files(f), MESSAGES);
    expect_file(f, "000017-1.eml", "z", PIECES * PIECE);
    expect_file(f, "000017-777.eml", "z", PIECES * PIECE);
}

/* A full disk: told once, counted, no remains; later messages are tried again. */
static void test_no_room(void **state)
{
    struct fixture *f = *state;
    struct error e = {.text = ""};
    struct rlimit before, little;
    static char block[5000];
    memset(block, 'x', sizeof block);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little = before;
    little.rlim_cur = 2000;
    start(f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    struct message a = message(f, 1), b = message(f, 2), c = message(f, 3);
    data(f, &a, block, sizeof block);
    tell(f, EV_MESSAGE, &a);
    data(f, &b, block, sizeof block);
    tell(f, EV_MESSAGE, &b);
    text(f, &c, "fits");
    tell(f, EV_MESSAGE, &c);
    bool fine = finish(f, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(fine);
    assert_non_null(strstr(e.text, "2 of 3 messages"));
    assert_int_equal(f->warnings, 1);
    assert_null(a.file);
    assert_null(b.file);
    assert_int_equal(count_files(f), 1);
    expect_file(f, "000017-3.eml", "fits", 1);
}

/* Whoever can write there puts another file in the place of one that is paused. */
static void test_swapped_file(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct rlimit before, few;
    static char block[70000];
    char path[200], victim[200];
    memset(block, 'x', sizeof block);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 16;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    start(f);
    struct message m[8];
    for (uint32_t i = 0; i < 8; i++) {
        m[i] = message(f, i + 1);
        data(f, &m[i], block, sizeof block);
    }
    snprintf(path, sizeof path, "%s/000017-1.eml.part", f->out);
    snprintf(victim, sizeof victim, "%s/victim", f->folder);
    FILE *v = fopen(victim, "w");
    assert_non_null(v);
    fputs("precious", v);
    fclose(v);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(link(victim, path), 0);
    data(f, &m[0], block, sizeof block);
    for (uint32_t i = 0; i < 8; i++) {
        tell(f, EV_MESSAGE, &m[i]);
    }
    assert_false(finish(f, &e));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    struct stat st;
    assert_int_equal(stat(victim, &st), 0);
    assert_int_equal(st.st_size, 8);
    assert_null(m[0].file);
    assert_non_null(m[1].file);
}

static void refused(struct fixture *f, const char *path, const char *says)
{
    struct error e = {.text = ""};
    f->config.path = path;
    assert_null(export_eml.open(&f->config, &e));
    if (strstr(e.text, says) == NULL) {
        print_error("%s\n", e.text);
    }
    assert_non_null(strstr(e.text, says));
}

static void test_folders_that_are_refused(void **state)
{
    struct fixture *f = *state;
    char path[200];
    snprintf(path, sizeof path, "%s/link", f->folder);
    assert_int_equal(symlink("/tmp", path), 0);
    refused(f, path, "symbolic link");
    snprintf(path, sizeof path, "%s/link/", f->folder);
    refused(f, path, "symbolic link");
    snprintf(path, sizeof path, "%s/file", f->folder);
    fclose(fopen(path, "w"));
    refused(f, path, "no folder");
    snprintf(path, sizeof path, "%s/no/such", f->folder);
    refused(f, path, "can not be made");
    if (geteuid() == 0) {
        snprintf(path, sizeof path, "%s/open", f->folder);
        assert_int_equal(mkdir(path, 0777), 0);
        assert_int_equal(chmod(path, 0777), 0);
        refused(f, path, "everybody");
        assert_int_equal(chmod(path, 0755), 0);
        assert_int_equal(chown(path, 12345, 12345), 0);
        refused(f, path, "another user");
    }
}

static void test_verdict_never_told(void **state)
{
    struct fixture *f = *state;
    struct error e;
    start(f);
    struct message m = message(f, 1);
    text(f, &m, "open");
    assert_true(finish(f, &e));
    expect_file(f, "000017-1.partial.eml", "open", 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_names),
        TEST(test_empty_messages),
        TEST(test_nothing_is_overwritten),
        TEST(test_cut_in_memory_and_on_disk),
        TEST(test_few_descriptors),
        TEST(test_many_small_messages),
        TEST(test_no_room),
        TEST(test_swapped_file),
        TEST(test_folders_that_are_refused),
        TEST(test_verdict_never_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
