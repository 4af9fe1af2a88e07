/* mailbox: sizes, identities and lists, in any order and up to the limit. */
#include "dissect/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct limits limits_of(uint64_t entries)
{
    struct limits l = limits_default();
    l.mailbox_entries = entries;
    return l;
}

static void same(const uint64_t *have, uint32_t n, const uint64_t *want, uint32_t count)
{
    assert_int_equal(n, count);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(have[i], want[i]);
    }
}

static bool uid_is(const struct mailbox_book *b, uint64_t number, const char *want)
{
    return bytes_equal(mailbox_uid(b, number), bytes_of(want));
}

static void an_empty_one_costs_nothing(void **state)
{
    (void)state;
    struct limits l = limits_of(100);
    struct mailbox_book b;
    uint64_t n;
    mailbox_init(&b, &l);
    assert_int_equal(mailbox_held(&b), 0);
    assert_false(mailbox_size(&b, 1, &n));
    assert_int_equal(mailbox_uid(&b, 1).n, 0);
    mailbox_finish(&b, TRI_UNKNOWN);
    assert_int_equal(b.shown.retrieved_count, 0);
    assert_int_equal(mailbox_held(&b), 0);
    mailbox_done(&b);
}

static void sizes_and_identities(void **state)
{
    (void)state;
    struct limits l = limits_of(1000);
    struct mailbox_book b;
    uint64_t n = 7;
    mailbox_init(&b, &l);
    mailbox_set_size(&b, 3, 300);
    mailbox_set_uid(&b, 900, bytes_of("uid-900"));
    mailbox_set_uid(&b, 3, bytes_of("uid-3"));
    mailbox_set_uid(&b, 3, bytes_of("uid-3"));
    size_t held = mailbox_held(&b);
    for (int i = 0; i < 100; i++) { /* told again: nothing grows */
        mailbox_set_uid(&b, 3, bytes_of("uid-3"));
    }
    assert_int_equal(mailbox_held(&b), held);
    assert_true(mailbox_size(&b, 3, &n));
    assert_int_equal(n, 300);
    assert_false(mailbox_size(&b, 900, &n));
    assert_false(mailbox_size(&b, 0, &n));
    assert_false(mailbox_size(&b, UINT64_MAX, &n));
    assert_true(uid_is(&b, 3, "uid-3"));
    assert_true(uid_is(&b, 900, "uid-900"));
    mailbox_set_uid(&b, 3, bytes_of("another"));
    assert_true(uid_is(&b, 3, "another"));
    assert_false(b.cut);
    mailbox_done(&b);
}

static void lists_ascend_and_hold_each_once(void **state)
{
    (void)state;
    static const uint64_t order[] = {5, 1, 9, 1, 5, 2, 2, 9, 40, 1};
    static const uint64_t want[] = {1, 2, 5, 9, 40};
    struct limits l = limits_of(50);
    for (int known = 0; known < 2; known++) {
        struct mailbox_book b;
        mailbox_init(&b, &l);
        for (uint64_t i = 1; known && i <= 6; i++) {
            mailbox_set_size(&b, i, i);
        }
        for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
            mailbox_add_retrieved(&b, order[i]);
            mailbox_add_deleted(&b, order[i]);
        }
        mailbox_add_retrieved(&b, 0); /* no number */
        mailbox_finish(&b, TRI_UNKNOWN);
        same(b.shown.retrieved, b.shown.retrieved_count, want, 5);
        same(b.shown.deleted, b.shown.deleted_count, want, 5);
        mailbox_done(&b);
    }
}

static void undelete_forgets_all_marks(void **state)
{
    (void)state;
    static const uint64_t want[] = {2};
    struct limits l = limits_of(50);
    struct mailbox_book b;
    mailbox_init(&b, &l);
    mailbox_set_size(&b, 2, 1);
    mailbox_add_deleted(&b, 2);
    mailbox_add_deleted(&b, 30);
    assert_int_equal(b.shown.deleted_count, 2);
    mailbox_undelete(&b);
    assert_int_equal(b.shown.deleted_count, 0);
    mailbox_add_deleted(&b, 2);
    mailbox_finish(&b, TRI_UNKNOWN);
    same(b.shown.deleted, b.shown.deleted_count, want, 1);
    mailbox_done(&b);
}

static void another_folder_has_other_messages(void **state)
{
    (void)state;
    struct limits l = limits_of(50);
    struct mailbox_book b;
    uint64_t n;
    mailbox_init(&b, &l);
    mailbox_set_size(&b, 1, 10);
    mailbox_set_uid(&b, 1, bytes_of("a"));
    mailbox_add_deleted(&b, 1);
    mailbox_change(&b);
    assert_false(mailbox_size(&b, 1, &n));
    assert_int_equal(mailbox_uid(&b, 1).n, 0);
    mailbox_set_uid(&b, 1, bytes_of("b"));
    assert_true(uid_is(&b, 1, "b"));
    for (uint64_t i = 0; i < 2 * MAILBOX_FOLDERS; i++) { /* those beyond go on in the last one */
        mailbox_add_deleted(&b, 3 + i);
        mailbox_change(&b);
        mailbox_change(&b); /* an unused one leaves nothing */
    }
    mailbox_finish(&b, TRI_NO);
    assert_true(b.cut);
    const struct mailbox *m = &b.shown;
    assert_int_equal(m->deleted_count, MAILBOX_FOLDERS + 1);
    for (uint64_t i = 0; i < MAILBOX_FOLDERS; i++) {
        m = m->before;
        assert_int_equal(m->deleted_count, 1);
        assert_int_equal(m->deleted[0], i == MAILBOX_FOLDERS - 1 ? 1 : MAILBOX_FOLDERS + 1 - i);
        assert_int_equal(m->committed, TRI_NO);
    }
    assert_null(m->before);
    mailbox_done(&b);
}

static void everything_is_bounded(void **state)
{
    (void)state;
    struct limits l = limits_of(16);
    struct mailbox_book b;
    uint64_t n;
    char uid[300];
    memset(uid, 'u', sizeof uid);
    mailbox_init(&b, &l);
    for (uint64_t i = 1; i <= 100000; i++) {
        mailbox_set_size(&b, i, i);
        mailbox_set_uid(&b, i, bytes_make(uid, 60 + i % 3));
        mailbox_set_uid(&b, 1, bytes_make(uid, 60 + i % 3));
        mailbox_add_retrieved(&b, i);
        mailbox_add_deleted(&b, i);
    }
    assert_true(b.cut);
    assert_true(mailbox_held(&b) < 8192);
    assert_true(mailbox_size(&b, 16, &n));
    assert_false(mailbox_size(&b, 17, &n));
    mailbox_finish(&b, TRI_UNKNOWN);
    assert_int_equal(b.shown.retrieved_count, 16);
    mailbox_done(&b);

    mailbox_init(&b, &l);
    mailbox_set_uid(&b, 1, bytes_make(uid, 256)); /* longer than can be kept: not cut, not kept */
    assert_int_equal(mailbox_uid(&b, 1).n, 0);
    assert_true(b.cut);
    mailbox_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_costs_nothing),
        cmocka_unit_test(sizes_and_identities),
        cmocka_unit_test(lists_ascend_and_hold_each_once),
        cmocka_unit_test(undelete_forgets_all_marks),
        cmocka_unit_test(another_folder_has_other_messages),
        cmocka_unit_test(everything_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
