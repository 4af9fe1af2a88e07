/* The key table: names, no key with two meanings, everything has a help text, binds. */
#include "ui/tui/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int32_t parsed(const char *name)
{
    int32_t code = -1;
    return key_parse(bytes_of(name), &code) ? code : -1;
}

static void names(void **state)
{
    (void)state;
    assert_int_equal(parsed("x"), 'x');
    assert_int_equal(parsed("X"), 'X');
    assert_int_equal(parsed("F10"), KC_F0 + 10);
    assert_int_equal(parsed("Ctrl-D"), 4);
    assert_int_equal(parsed("ctrl-d"), 4);
    assert_int_equal(parsed("Space"), ' ');
    assert_int_equal(parsed("PgDn"), KC_PAGE_DOWN);
    assert_int_equal(parsed("\xc3\xa4"), 0xe4);
    assert_int_equal(parsed("F25"), -1);
    assert_int_equal(parsed("F0"), -1);
    assert_int_equal(parsed("Ctrl-"), -1);
    assert_int_equal(parsed("xy"), -1);
    assert_int_equal(parsed(""), -1);
    assert_int_equal(parsed("\xe2\x80\xae"), -1);
}

static void names_come_back(void **state)
{
    (void)state;
    size_t count;
    const struct key_row *rows = key_rows(&count);
    for (size_t i = 0; i < count; i++) {
        struct bytes rest = bytes_of(rows[i].keys);
        for (struct bytes word = bytes_word(&rest); word.n; word = bytes_word(&rest)) {
            int32_t code = 0;
            char name[16];
            assert_true(key_parse(word, &code));
            key_print(code, name);
            assert_int_equal(parsed(name), code);
        }
    }
}

static void one_meaning_a_key(void **state)
{
    (void)state;
    struct keymap m;
    keymap_init(&m);
    assert_true(m.count < KEYMAP_BINDS);
    for (int v = 0; v < VIEW_COUNT; v++) {
        for (size_t i = 0; i < m.count; i++) {
            if (m.bind[i].views & 1u << v) {
                enum action a = keymap_find(&m, (enum view_id)v, m.bind[i].code);
                if (a != (enum action)m.bind[i].action) {
                    char name[16];
                    key_print(m.bind[i].code, name);
                    fail_msg("%s means two things on %s", name, view_name((enum view_id)v));
                }
            }
        }
    }
}

static void every_action_is_told(void **state)
{
    (void)state;
    size_t count;
    const struct key_row *rows = key_rows(&count);
    bool told[ACT_COUNT] = {false};
    for (size_t i = 0; i < count; i++) {
        told[rows[i].action] = true;
        assert_true(strlen(rows[i].help) > 3);
        assert_true(strlen(rows[i].keys) > 0);
        assert_true(rows[i].views != 0);
        assert_true(key_group_title(rows[i].group)[0] != '\0');
    }
    for (int a = ACT_NONE + 1; a < ACT_COUNT; a++) {
        assert_true(told[a]);
    }
}

static void every_screen_has_help_and_a_way_back(void **state)
{
    (void)state;
    struct keymap m;
    keymap_init(&m);
    for (int v = 0; v < VIEW_COUNT; v++) {
        assert_int_equal(keymap_find(&m, (enum view_id)v, KC_F0 + 1), ACT_HELP);
        assert_int_equal(keymap_find(&m, (enum view_id)v, 'q'), ACT_BACK);
        assert_int_equal(keymap_find(&m, (enum view_id)v, KC_ESCAPE), ACT_BACK);
    }
}

static bool bind(struct keymap *m, const char *view, const char *key, const char *action)
{
    struct error e;
    return keymap_bind(m, bytes_of(view), bytes_of(key), bytes_of(action), &e);
}

static void binds(void **state)
{
    (void)state;
    struct keymap m;
    keymap_init(&m);
    assert_true(bind(&m, "session", "b", "next-message"));
    assert_int_equal(keymap_find(&m, VIEW_DIALOGUE, 'b'), ACT_NEXT_MESSAGE);
    assert_int_equal(keymap_find(&m, VIEW_SESSIONS, 'b'), ACT_NONE);
    assert_true(bind(&m, "every", "j", "none"));
    assert_int_equal(keymap_find(&m, VIEW_SESSIONS, 'j'), ACT_NONE);
    assert_int_equal(keymap_find(&m, VIEW_SESSIONS, KC_DOWN), ACT_DOWN);
    assert_true(bind(&m, "every", "F5", "filter"));
    assert_int_equal(keymap_find(&m, VIEW_SESSIONS, KC_F0 + 5), ACT_FILTER);
    assert_int_equal(keymap_find(&m, VIEW_HELP, KC_F0 + 5), ACT_NONE); /* nothing to filter there */
    assert_false(bind(&m, "nowhere", "x", "help"));
    assert_false(bind(&m, "every", "nokey", "help"));
    assert_false(bind(&m, "every", "x", "explode"));
    assert_false(bind(&m, "help", "x", "filter"));
    for (int i = 0; i < KEYMAP_BINDS; i++) {
        bind(&m, "every", "x", "help");
    }
    assert_int_equal(m.count, KEYMAP_BINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(names_come_back),
        cmocka_unit_test(one_meaning_a_key),
        cmocka_unit_test(every_action_is_told),
        cmocka_unit_test(every_screen_has_help_and_a_way_back),
        cmocka_unit_test(binds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
