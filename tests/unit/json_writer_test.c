#include "ui/export/json_writer.h"

#include "capture/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define REPLACED "\xef\xbf\xbd"

struct fixture {
    struct buf out;
    struct json j;
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    buf_init(&f->out, SIZE_MAX);
    json_init(&f->j, &f->out, WHEN_MICRO);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    buf_done(&f->out);
    free(f);
    return 0;
}

static void expect(struct fixture *f, const char *want)
{
    assert_string_equal(buf_cstr(&f->out), want);
    buf_clear(&f->out);
}

/* Text from an allocation of exactly its size. */
static void put_text(struct fixture *f, const char *key, const void *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, p, n);
    json_text(&f->j, key, bytes_make(copy, n));
    free(copy);
}

static void test_commas_and_nesting(void **state)
{
    struct fixture *f = *state;
    struct json *j = &f->j;
    json_raw(j, "{");
    json_u64(j, "a", 1);
    json_open(j, "o");
    json_bool(j, "t", true);
    json_bool(j, "f", false);
    json_close(j);
    json_open(j, "empty");
    json_close(j);
    json_open_array(j, "list");
    json_item_u64(j, 1);
    json_item_u64(j, 2);
    json_open(j, NULL);
    json_word(j, "w", "x");
    json_close(j);
    json_open(j, NULL);
    json_close(j);
    json_item_text(j, bytes_of("s"));
    json_close_array(j, "list");
    json_open_array(j, "none");
    json_close_array(j, "none");
    json_text(j, "brace", bytes_of("{"));
    json_text(j, "bracket", bytes_of("["));
    json_close(j);
    expect(f, "{\"a\":1,\"o\":{\"t\":true,\"f\":false},\"empty\":{},\"list\":[1,2,{\"w\":\"x\"},{},"
              "\"s\"],\"none\":[],\"brace\":\"{\",\"bracket\":\"[\"}");
}

static void test_numbers(void **state)
{
    struct fixture *f = *state;
    static const uint64_t fixed[] = {0,          9,
                                     10,         11,
                                     99,         100,
                                     101,        999,
                                     1000,       1001,
                                     UINT64_MAX, UINT64_MAX - 1,
                                     INT64_MAX,  10000000000000000000u};
    char want[32];
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        json_number(&f->j, fixed[i]);
        snprintf(want, sizeof want, "%llu", (unsigned long long)fixed[i]);
        expect(f, want);
    }
    for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
        for (uint64_t v = power - 1; v <= power + 1; v++) {
            json_number(&f->j, v);
            snprintf(want, sizeof want, "%llu", (unsigned long long)v);
            expect(f, want);
        }
    }
}

static void test_escapes(void **state)
{
    struct fixture *f = *state;
    static const char odd[] = "a\"b\\c\nd\te\r\0f\x1bg\x7fh";
    put_text(f, "k", odd, sizeof odd - 1);
    const char *have = buf_cstr(&f->out);
    assert_non_null(strstr(have, "a\\\"b\\\\c\\nd\\te\\r\\u0000f\\u001bg"));
    for (const char *p = have; *p != '\0'; p++) {
        assert_true((unsigned char)*p >= 0x20);
    }
    buf_clear(&f->out);
    put_text(f, "k", "caf\xc3\xa9 \xe9 \xf0\x9f\x93\xac \xed\xa0\x80", 16);
    expect(f, "\"k\":\"caf\xc3\xa9 " REPLACED " \xf0\x9f\x93\xac " REPLACED REPLACED REPLACED "\"");
}

/* Every place of an odd byte in texts of every length around the steps of the fast copy. */
static void test_odd_byte_anywhere(void **state)
{
    struct fixture *f = *state;
    char text[32], want[64];
    for (size_t n = 0; n < sizeof text; n++) {
        for (size_t at = 0; at <= n; at++) {
            memset(text, 'x', n);
            if (at < n) {
                text[at] = '"';
            }
            put_text(f, "k", text, n);
            size_t w = 0;
            memcpy(want, "\"k\":\"", 5);
            w = 5;
            for (size_t i = 0; i < n; i++) {
                if (i == at) {
                    want[w++] = '\\';
                }
                want[w++] = text[i];
            }
            want[w++] = '"';
            want[w] = '\0';
            expect(f, want);
        }
    }
}

/* What is between the quotes, as text, is never longer than the limit, and whole characters. */
static void expect_cut(struct fixture *f, const char *unit, size_t count, bool cut)
{
    size_t n = strlen(unit);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        buf_add(&text, bytes_make(unit, n));
    }
    json_raw(&f->j, "{");
    json_text(&f->j, "name", buf_bytes(&text));
    json_close(&f->j);
    const char *have = buf_cstr(&f->out);
    const char *from = strchr(have, ':') + 2, *to = strchr(from, '"');
    assert_true((size_t)(to - from) <= JSON_TEXT_MOST);
    assert_true(text_is_utf8(bytes_make(from, (size_t)(to - from))));
    assert_string_equal(to, cut ? "\",\"name_truncated\":true}" : "\"}");
    if (cut) { /* as much as fits */
        assert_true((size_t)(to - from) > JSON_TEXT_MOST - 4);
    }
    buf_clear(&f->out);
    buf_done(&text);
}

static void test_long_text_is_cut(void **state)
{
    struct fixture *f = *state;
    expect_cut(f, "x", JSON_TEXT_MOST, false);
    expect_cut(f, "x", JSON_TEXT_MOST + 1, true);
    expect_cut(f, "\xc3\xa9", JSON_TEXT_MOST / 2, false);
    expect_cut(f, "\xc3\xa9", JSON_TEXT_MOST / 2 + 1, true);
    expect_cut(f, "\xf0\x9f\x93\xac", JSON_TEXT_MOST / 4 + 1, true);
    expect_cut(f, "x\xf0\x9f\x93\xac", JSON_TEXT_MOST, true);
    expect_cut(f, "\xff", JSON_TEXT_MOST / 3, false);
    expect_cut(f, "\xff", JSON_TEXT_MOST / 3 + 1, true);
}

static void test_long_item_marks_the_array(void **state)
{
    struct fixture *f = *state;
    struct buf text;
    buf_init(&text, SIZE_MAX);
    memset(buf_room(&text, JSON_TEXT_MOST + 1), 'y', JSON_TEXT_MOST + 1);
    text.n = JSON_TEXT_MOST + 1;
    json_open_array(&f->j, "list");
    json_item_text(&f->j, buf_bytes(&text));
    json_item_text(&f->j, bytes_of("short"));
    json_close_array(&f->j, "list");
    json_open_array(&f->j, "next");
    json_close_array(&f->j, "next");
    const char *have = buf_cstr(&f->out);
    assert_string_equal(have + 1 + strlen("\"list\":[\"") + JSON_TEXT_MOST - 1,
                        "\",\"short\"],\"list_truncated\":true,\"next\":[]");
    buf_done(&text);
}

static void test_times(void **state)
{
    struct fixture *f = *state;
    static const int64_t times[] = {0,
                                    1,
                                    999999999,
                                    1762000000000000000,
                                    1762000000010000000,
                                    86399999999999,
                                    86400000000000,
                                    -1,
                                    -86400000000000,
                                    INT64_MAX,
                                    INT64_MIN,
                                    1709164800123456789};
    for (int nano = 0; nano < 2; nano++) {
        f->j.precision = nano ? WHEN_NANO : WHEN_MICRO;
        f->j.day = INT64_MIN;
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            char text[WHEN_ROOM], want[WHEN_ROOM + 8];
            when_rfc3339(times[i], f->j.precision, text);
            snprintf(want, sizeof want, "\"t\":\"%s\"", text);
            json_time(&f->j, "t", times[i]);
            expect(f, want);
        }
    }
}

static void test_hex_and_seconds(void **state)
{
    struct fixture *f = *state;
    json_hex(&f->j, "h", bytes_make("\x00\x7f\xff", 3));
    expect(f, "\"h\":\"007fff\"");
    json_seconds(&f->j, "s", 2131123456789);
    expect(f, "\"s\":2131.123456");
    f->j.precision = WHEN_NANO;
    json_seconds(&f->j, "s", 2131123456789);
    expect(f, "\"s\":2131.123456789");
    json_seconds(&f->j, "s", -5);
    expect(f, "\"s\":0.000000000");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_commas_and_nesting),
        TEST(test_numbers),
        TEST(test_escapes),
        TEST(test_odd_byte_anywhere),
        TEST(test_long_text_is_cut),
        TEST(test_long_item_marks_the_array),
        TEST(test_times),
        TEST(test_hex_and_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
