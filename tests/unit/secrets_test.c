/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include "dissect/secrets.h"

#include <stdio.h>

static void check(const struct secrets *set, const char *text, const char *wanted)
{
    struct bytes found = secrets_find(set, bytes_of(text));
    assert_true(bytes_equal(found, bytes_of(wanted)));
    assert_true(found.n == 0 || (found.p >= (const uint8_t *)text &&
                                 found.p + found.n <= (const uint8_t *)text + strlen(text)));
}

static void test_found_again(void **state)
{
    (void)state;
    struct secrets *set = NULL;
    check(set, "SecretPass12", "");
    secrets_add(&set, bytes_of("SecretPass12"));
    secrets_add(&set, bytes_of("anna other77x"));
    check(set, "535 SecretPass12 bad", "SecretPass12");
    check(set, "xSecretPass12x", "SecretPass12");
    check(set, "no other77x, no SecretPass12.", "other77x, no SecretPass12");
    check(set, "anna", "");
    check(set, "", "");
    secrets_free(&set);
    assert_null(set);
}

static void test_short_ones_stand_alone(void **state)
{
    (void)state;
    struct secrets *set = NULL;
    secrets_add(&set, bytes_of("abc"));
    assert_null(set);
    secrets_add(&set, bytes_of("mail"));
    check(set, "a mailbox, an email", "");
    check(set, "email: no 'mail'", "mail");
    check(set, "mailmail", "");
    secrets_free(&set);
}

static void test_bounded(void **state)
{
    (void)state;
    struct secrets *set = NULL;
    char text[2 * SECRET_MOST], one[32];
    memset(text, 'x', sizeof text);
    secrets_add(&set, bytes_make(text, sizeof text));
    size_t held = secrets_held(set);
    secrets_add(&set, bytes_make(text, sizeof text));
    assert_int_equal(secrets_held(set), held);
    assert_int_equal(secrets_find(set, bytes_make(text, SECRET_MOST + 1)).n, SECRET_MOST);
    for (int i = 0; i < SECRETS_KEPT; i++) {
        snprintf(one, sizeof one, "password-%d", i);
        secrets_add(&set, bytes_of(one));
    }
    assert_int_equal(secrets_find(set, bytes_make(text, sizeof text)).n, 0);
    check(set, "password-0", "password-0");
    assert_true(secrets_held(set) < held);
    secrets_free(&set);
}

static void test_words(void **state)
{
    (void)state;
    static const char *const before[] = {"PASS", "passs", "PSAS",  "PAS",  "oass", "PASSWORD",
                                         "PWD",  "LOGIN", "lgoin", "AUTH", "AUHT", "AUTH=PLAIN"};
    struct bytes argument = bytes_of("anna x");
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        assert_true(bytes_equal(secrets_behind(bytes_of(before[i]), argument), argument));
    }
    assert_true(bytes_equal(secrets_behind(bytes_of("user"), argument), bytes_of("x")));
    assert_int_equal(secrets_behind(bytes_of("GET"), argument).n, 0);
    assert_int_equal(secrets_behind(bytes_of("MAIL"), argument).n, 0);
    assert_int_equal(secrets_behind(bytes_of("SPAM"), argument).n, 0);
    assert_int_equal(secrets_behind(bytes_of(""), argument).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_again),
        cmocka_unit_test(test_short_ones_stand_alone),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
