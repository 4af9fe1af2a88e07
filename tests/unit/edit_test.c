/* The line editor: letters whole, ends respected, history. */
#include "ui/tui/edit.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool press(struct edit *e, int32_t code)
{
    bool changed;
    struct key k = {.code = code};
    return edit_key(e, &k, &changed);
}

static void type(struct edit *e, const char *text)
{
    for (; *text; text++) {
        press(e, *text);
    }
}

static void letters(void **state)
{
    (void)state;
    struct edit e = {0};
    type(&e, "code>=500");
    assert_string_equal(e.text, "code>=500");
    press(&e, KC_HOME);
    type(&e, "x ");
    press(&e, KC_END);
    press(&e, KC_ERASE);
    assert_string_equal(e.text, "x code>=50");
    press(&e, 'W' - 'A' + 1);
    assert_string_equal(e.text, "x ");
    press(&e, 'U' - 'A' + 1);
    assert_string_equal(e.text, "");
    assert_true(press(&e, KC_ERASE)); /* nothing to erase, still the editor's key */
}

static void letters_of_several_bytes(void **state)
{
    (void)state;
    struct edit e = {0};
    press(&e, 0xe4);
    press(&e, 0x5c71);
    press(&e, 'z');
    assert_string_equal(e.text, "\xc3\xa4\xe5\xb1\xb1z");
    press(&e, KC_LEFT);
    press(&e, KC_ERASE);
    assert_string_equal(e.text, "\xc3\xa4z");
    press(&e, KC_HOME);
    press(&e, KC_DELETE);
    assert_string_equal(e.text, "z");
}

static void what_is_no_letter(void **state)
{
    (void)state;
    struct edit e = {0};
    assert_false(press(&e, KC_F0 + 3));
    assert_false(press(&e, 0x1b));
    assert_false(press(&e, 0x202e));
    assert_false(press(&e, 0x9b));
    assert_int_equal(e.n, 0);
}

static void never_too_long(void **state)
{
    (void)state;
    struct edit e = {0};
    for (int i = 0; i < EDIT_MOST; i++) {
        press(&e, 0x5c71);
    }
    assert_true(e.n < EDIT_MOST);
    assert_int_equal(e.n % 3, 0); /* the last letter is whole */
    assert_int_equal(e.text[e.n], '\0');
    edit_replace(&e, 5000, 9000, bytes_of("x"));
    edit_replace(&e, 2, 1, bytes_of(""));
    assert_true(e.n < EDIT_MOST);
}

static void cursor_is_seen(void **state)
{
    (void)state;
    struct edit e = {0};
    type(&e, "0123456789");
    assert_int_equal(edit_column(&e, e.at, 20), 10);
    assert_int_equal(edit_column(&e, e.at, 5), 4);
    assert_int_equal(edit_column(&e, 0, 5), 0);
}

static void history(void **state)
{
    (void)state;
    struct edit_history h = {0};
    struct edit e = {0};
    assert_false(history_step(&h, &e, true));
    history_add(&h, "one");
    history_add(&h, "two");
    history_add(&h, "two");
    history_add(&h, "");
    assert_int_equal(h.count, 2);
    assert_true(history_step(&h, &e, true));
    assert_string_equal(e.text, "two");
    assert_true(history_step(&h, &e, true));
    assert_string_equal(e.text, "one");
    assert_false(history_step(&h, &e, true));
    assert_true(history_step(&h, &e, false));
    assert_true(history_step(&h, &e, false));
    assert_string_equal(e.text, "");
    for (int i = 0; i < EDIT_HISTORY * 2; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d", i);
        history_add(&h, line);
    }
    assert_int_equal(h.count, EDIT_HISTORY);
    assert_string_equal(h.line[EDIT_HISTORY - 1], "99");
    history_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters),           cmocka_unit_test(letters_of_several_bytes),
        cmocka_unit_test(what_is_no_letter), cmocka_unit_test(never_too_long),
        cmocka_unit_test(cursor_is_seen),    cmocka_unit_test(history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
