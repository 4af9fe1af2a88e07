/* Ids of sessions: the same each time, never twice, however often ends and start repeat. */
#include "dissect/session_ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct session_ids *ids_of(uint64_t most)
{
    struct limits l = limits_default();
    l.session_ids = most;
    return session_ids_new(&l);
}

static struct flow_info flow(uint16_t port, int64_t start)
{
    return (struct flow_info){
        .end = {{.ip = {10, 0, 0, 1}, .port = port}, {.ip = {10, 0, 0, 2}, .port = 25}},
        .ip_version = 4,
        .start = start};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void assert_unique(char (*list)[SESSION_ID_ROOM], size_t count)
{
    qsort(list, count, SESSION_ID_ROOM, by_text);
    for (size_t i = 1; i < count; i++) {
        assert_string_not_equal(list[i - 1], list[i]);
    }
}

/* The number plays no part where ends and start are new: with a filter ids stay what they were. */
static void ends_and_start_make_the_id(void **state)
{
    (void)state;
    char one[SESSION_ID_ROOM], other[SESSION_ID_ROOM];
    struct flow_info a = flow(1000, 5), b = flow(1001, 5);
    struct session_ids *all = ids_of(100), *filtered = ids_of(100);
    session_ids_make(all, &b, 1, other);
    session_ids_make(all, &a, 2, one);
    session_ids_make(filtered, &a, 1, other);
    assert_string_equal(one, other);
    assert_int_equal(strlen(one), SESSION_ID_ROOM - 1);
    session_ids_free(&all);
    session_ids_free(&filtered);
}

static void a_capture_twice_has_each_id_once(void **state)
{
    (void)state;
    enum { SESSIONS = 1000, COPIES = 3 };
    static char list[SESSIONS * COPIES][SESSION_ID_ROOM];
    struct session_ids *ids = ids_of(64); /* most is long forgotten when it comes again */
    uint64_t number = 0;
    for (int copy = 0; copy < COPIES; copy++) {
        for (int i = 0; i < SESSIONS; i++) {
            struct flow_info f = flow((uint16_t)(1000 + i % 100), i / 2);
            session_ids_make(ids, &f, number + 1, list[number]);
            number++;
        }
    }
    assert_unique(list, number);
    session_ids_free(&ids);
}

static void one_flow_again_and_again(void **state)
{
    (void)state;
    enum { TIMES = 5000 };
    static char list[TIMES][SESSION_ID_ROOM];
    struct session_ids *ids = ids_of(100);
    struct flow_info f = flow(1000, 7);
    for (uint64_t i = 0; i < TIMES; i++) {
        session_ids_make(ids, &f, i + 1, list[i]);
    }
    assert_unique(list, TIMES);
    session_ids_free(&ids);
}

/* In order of time nothing that was forgotten can come again: ids are those of a short capture. */
static void forgetting_changes_no_id_in_order(void **state)
{
    (void)state;
    struct session_ids *ids = ids_of(16);
    for (uint64_t i = 0; i < 500; i++) {
        char one[SESSION_ID_ROOM], other[SESSION_ID_ROOM];
        struct flow_info f = flow(1000, (int64_t)i);
        struct session_ids *fresh = ids_of(16);
        session_ids_make(ids, &f, i + 1, one);
        session_ids_make(fresh, &f, 1, other);
        assert_string_equal(one, other);
        session_ids_free(&fresh);
    }
    session_ids_free(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_and_start_make_the_id),
        cmocka_unit_test(a_capture_twice_has_each_id_once),
        cmocka_unit_test(one_flow_again_and_again),
        cmocka_unit_test(forgetting_changes_no_id_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
