#include "capture/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void defaults_are_inside_their_ranges(void **state)
{
    (void)state;
    struct limits l = limits_default();
    assert_int_equal(l.memory, 1 << 30);
    assert_int_equal(l.link_layers, 8);
#define LIMIT(field, value, least, most, unit, what)                                               \
    assert_in_range(l.field, least, most);                                                         \
    assert_true(strlen(unit) > 0 && strlen(what) > 0);
#include "capture/base/limits.def"
#undef LIMIT
}

static void sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"0", 0},
                {"1", 1},
                {"512", 512},
                {"1K", 1024},
                {"1k", 1024},
                {"16M", 16 << 20},
                {"16MiB", 16 << 20},
                {"2G", UINT64_C(2) << 30},
                {"1T", UINT64_C(1) << 40},
                {"18446744073709551615", UINT64_MAX}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint64_t v = 77;
        assert_true(limits_parse_size(good[i].text, &v));
        assert_int_equal(v, good[i].value);
    }
    static const char *const bad[] = {"",    "M",    "-1",          "+1",  "1.5G",
                                      "1 M", "1MM",  "0x10",        "1Mx", "18446744073709551616",
                                      " 1",  "1K\n", "17179869184G"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t v = 77;
        assert_false(limits_parse_size(bad[i], &v));
        assert_int_equal(v, 77);
    }
}

static void set_changes_only_the_one(void **state)
{
    (void)state;
    struct limits l = limits_default(), before = l;
    struct error e = {""};
    assert_true(limits_set(&l, "memory=16M", &e));
    assert_int_equal(l.memory, 16 << 20);
    assert_true(limits_set(&l, "spool_bytes=1M", &e));
    assert_int_equal(l.spool_bytes, 1 << 20);
    l.memory = before.memory;
    l.spool_bytes = before.spool_bytes;
    assert_memory_equal(&l, &before, sizeof l);
}

static void expect_refused(const char *assignment, const char *part)
{
    struct limits l = limits_default(), before = l;
    struct error e = {""};
    assert_false(limits_set(&l, assignment, &e));
    assert_memory_equal(&l, &before, sizeof l);
    if (strstr(e.text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", e.text, part);
    }
    assert_false(limits_set(&l, assignment, NULL));
}

static void refusals_say_what_to_do(void **state)
{
    (void)state;
    expect_refused("memory", "NAME=VALUE");
    expect_refused("", "NAME=VALUE");
    expect_refused("nosuch=1", "--limits");
    expect_refused("=1", "--limits");
    expect_refused("memory=", "not a number");
    expect_refused("memory=lots", "not a number");
    expect_refused("memory=1K", "from 16M to 16T bytes");
    expect_refused("memory=99999999999999999999", "not a number");
    expect_refused("half_open_share=51", "from 1 to 50 percent");
    expect_refused("order_seconds=3601", "from 0 to 3600 s");
    expect_refused("\x1b[2Jx=1", "\\x1b[2Jx");
}

static void print_shows_every_limit(void **state)
{
    (void)state;
    struct limits l = limits_default();
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    limits_print(&l, out);
    fclose(out);
#define LIMIT(field, value, least, most, unit, what)                                               \
    assert_non_null(strstr(text, #field));                                                         \
    assert_non_null(strstr(text, what));
#include "capture/base/limits.def"
#undef LIMIT
    assert_non_null(strstr(text, "     1G bytes"));
    assert_non_null(strstr(text, "   1800 s"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_inside_their_ranges),
        cmocka_unit_test(sizes),
        cmocka_unit_test(set_changes_only_the_one),
        cmocka_unit_test(refusals_say_what_to_do),
        cmocka_unit_test(print_shows_every_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
