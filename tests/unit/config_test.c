/* The settings file: what each line does, and that a bad one is told with its place and skipped. */
#include "ui/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char told[4096];
static char path[64];

static void say(void *arg, const char *sentence)
{
    (void)arg;
    size_t n = strlen(told);
    snprintf(told + n, sizeof(told) - n, "%s\n", sentence);
}

static int set_up(void **state)
{
    (void)state;
    told[0] = '\0';
    snprintf(path, sizeof(path), "/tmp/mailwire-config-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void good_lines(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    write_file("# a remark\n"
               "\n"
               "set columns number,client:30\r\n"
               "set sort -bytes\n"
               "set filter.mx2 server:mx2 open\n"
               "set port.smtp 2525, 26\n"
               "set geoip /usr/share/GeoIP/a b.mmdb\n"
               "set colors never\n"
               "set mouse off\n"
               "set clipboard off\n"
               "set names off\n"
               "alias 2001:DB8:0::1 mx\n"
               "alias 10.0.0.1 old\n"
               "alias 10.0.0.1 pc1\n"
               "set ascii on\n"
               "set utc yes\n"
               "set slow 200ms\n"
               "bind sessions x states\n"
               "color bad 196 default bold reverse");
    assert_true(config_read(&c, path, say, NULL));
    assert_string_equal(told, "");
    assert_string_equal(c.columns, "number,client:30");
    assert_string_equal(c.sort, "-bytes");
    assert_int_equal(c.screen.copies, COPY_NEVER);
    assert_true(c.addresses);
    assert_string_equal(config_find(&c.aliases, bytes_of("2001:db8::1")), "mx");
    assert_string_equal(config_find(&c.aliases, bytes_of("10.0.0.1")), "pc1");
    assert_string_equal(config_find(&c.filters, bytes_of("mx2")), "server:mx2 open");
    assert_null(config_find(&c.filters, bytes_of("mx3")));
    assert_int_equal(c.ports.count, 2);
    assert_string_equal(c.ports.pair[1].name, "smtp");
    assert_string_equal(c.ports.pair[1].value, "26");
    assert_string_equal(c.geoip.pair[0].value, "/usr/share/GeoIP/a b.mmdb");
    assert_int_equal(c.screen.colours, COLOUR_NEVER);
    assert_true(c.screen.no_mouse);
    assert_true(c.ascii);
    assert_true(c.utc);
    assert_int_equal(c.slow_reply, 200000000);
    assert_int_equal(keymap_find(&c.keys, VIEW_SESSIONS, 'x'), ACT_STATES);
    assert_true(c.screen.looks[STYLE_BAD].set);
    assert_int_equal(c.screen.looks[STYLE_BAD].fg, 196);
    assert_int_equal(c.screen.looks[STYLE_BAD].bg, -1);
    assert_int_equal(c.screen.looks[STYLE_BAD].look, LOOK_BOLD | LOOK_REVERSE);
    config_done(&c);
}

static void bad_lines_are_told_and_skipped(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    write_file("set utc maybe\n"
               "set nothing 1\n"
               "set columns\n"
               "color nowhere red red\n"
               "color bad pink red\n"
               "bind sessions x\n"
               "run /bin/sh\n"
               "set port.smtp 70000\n"
               "set slow soon\n"
               "set sort start\n");
    assert_false(config_read(&c, path, say, NULL));
    for (int line = 1; line <= 9; line++) {
        char place[96];
        snprintf(place, sizeof(place), "%s:%d: ", path, line);
        assert_non_null(strstr(told, place));
    }
    assert_string_equal(c.sort, "start"); /* the good one behind them counts */
    assert_false(c.utc);
    config_done(&c);
}

static void what_is_no_file(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    assert_true(config_read(&c, "/nonexistent/mailwire/config", say, NULL));
    assert_string_equal(told, "");
    assert_false(config_read(&c, "/tmp", say, NULL));
    assert_non_null(strstr(told, "/tmp is no file"));
    config_done(&c);
}

static void long_lines(void **state)
{
    (void)state;
    struct config c;
    FILE *f = fopen(path, "w");
    config_init(&c);
    for (int i = 0; i < 6000; i++) {
        fputc('x', f);
    }
    fputs("\nset utc on\n", f);
    fclose(f);
    assert_false(config_read(&c, path, say, NULL));
    assert_non_null(strstr(told, ":1: the line is too long"));
    assert_true(c.utc);
    config_done(&c);
}

static void kept_settings(void **state)
{
    (void)state;
    struct config c;
    struct error e;
    struct stat st;
    config_init(&c);
    write_file("# mine\nset columns number\nset utc on\n");
    assert_true(config_save(path, "columns", "number,start", &e));
    assert_true(config_save(path, "sort", "start", &e));
    assert_true(config_save(path, "columns", "start,number", &e));
    assert_true(config_read(&c, path, say, NULL));
    assert_string_equal(c.columns, "start,number");
    assert_string_equal(c.sort, "start");
    assert_true(c.utc);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(st.st_size < 80); /* nothing is written twice */
    config_done(&c);
}

/* What the process that reads packets may ask to be kept. */
static void what_may_be_kept(void **state)
{
    (void)state;
    assert_true(config_may_keep("columns", "number,client:30"));
    assert_true(config_may_keep("mute", "none"));
    assert_true(config_may_keep("names", "off"));
    assert_false(config_may_keep("secrets", "on"));
    assert_false(config_may_keep("geoip", "/etc/shadow"));
    assert_false(config_may_keep("columns", "number\nset secrets on"));
    assert_false(config_may_keep("columns", "\x1b[2J"));
    assert_false(config_may_keep("columns", ""));
}

static void muted_kinds(void **state)
{
    (void)state;
    struct config c;
    struct error e;
    config_init(&c);
    assert_true(config_line(&c, bytes_of("set mute cleartext-credentials"), &e));
    size_t muted = 0;
    for (int i = 0; i < NOTE_ID_COUNT; i++) {
        muted += c.muted[i];
    }
    assert_int_equal(muted, 1);
    assert_false(config_line(&c, bytes_of("set mute nosuch"), &e));
    assert_true(config_line(&c, bytes_of("set mute none"), &e));
    for (int i = 0; i < NOTE_ID_COUNT; i++) {
        assert_false(c.muted[i]);
    }
    config_done(&c);
}

static void where_it_is(void **state)
{
    (void)state;
    char out[256];
    setenv("XDG_CONFIG_HOME", "/x", 1);
    setenv("HOME", "/home/op", 1);
    assert_true(config_path(out, sizeof(out)));
    assert_string_equal(out, "/x/mailwire/config");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_true(config_path(out, sizeof(out)));
    assert_string_equal(out, "/home/op/.config/mailwire/config");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_false(config_path(out, sizeof(out)));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(good_lines),       TEST(bad_lines_are_told_and_skipped),
        TEST(what_is_no_file),  TEST(long_lines),
        TEST(kept_settings),    TEST(where_it_is),
        TEST(what_may_be_kept), TEST(muted_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
