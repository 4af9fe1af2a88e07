#include "capture/base/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define STAMP  (INT64_C(1762000000) * SECOND + 10000000) /* 2025-11-01T12:26:40.01Z */

static void rfc3339_examples(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        enum when_precision p;
        const char *want;
    } rows[] = {
        {STAMP, WHEN_MICRO, "2025-11-01T12:26:40.010000Z"},
        {STAMP + 123, WHEN_NANO, "2025-11-01T12:26:40.010000123Z"},
        {STAMP + 1999, WHEN_MICRO, "2025-11-01T12:26:40.010001Z"},
        {0, WHEN_MICRO, "1970-01-01T00:00:00.000000Z"},
        {-1, WHEN_NANO, "1969-12-31T23:59:59.999999999Z"},
        {951782400 * SECOND, WHEN_MICRO, "2000-02-29T00:00:00.000000Z"},
        {INT64_C(4107542399) * SECOND, WHEN_MICRO, "2100-02-28T23:59:59.000000Z"},
        {INT64_C(4107542400) * SECOND, WHEN_MICRO, "2100-03-01T00:00:00.000000Z"},
        {INT64_C(4294967295) * SECOND, WHEN_MICRO, "2106-02-07T06:28:15.000000Z"},
        {INT64_MAX, WHEN_NANO, "2262-04-11T23:47:16.854775807Z"},
        {INT64_MIN, WHEN_NANO, "1677-09-21T00:12:43.145224192Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[WHEN_ROOM];
        assert_int_equal(when_rfc3339(rows[i].ns, rows[i].p, out), strlen(rows[i].want));
        assert_string_equal(out, rows[i].want);
    }
}

/* Against the C library, each day of 1970 to 2200 and odd seconds. */
static void rfc3339_every_day(void **state)
{
    (void)state;
    for (int64_t s = 0; s < INT64_C(7258118400); s += 86400 - 7) {
        char out[WHEN_ROOM], want[WHEN_ROOM];
        time_t t = (time_t)s;
        struct tm tm;
        assert_non_null(gmtime_r(&t, &tm));
        strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
        when_rfc3339(s * SECOND, WHEN_MICRO, out);
        assert_string_equal(out, want);
        int64_t back = 0;
        assert_true(when_parse(out, 0, false, &back));
        assert_int_equal(back, s * SECOND);
    }
}

static void dates_and_clocks(void **state)
{
    (void)state;
    char out[WHEN_ROOM];
    assert_int_equal(when_date_time(STAMP, true, out), 23);
    assert_string_equal(out, "2025-11-01 12:26:40.010");
    assert_int_equal(when_clock(STAMP, true, out), 12);
    assert_string_equal(out, "12:26:40.010");
    when_clock(STAMP + 999999, true, out);
    assert_string_equal(out, "12:26:40.010"); /* cut, not rounded */
    when_date_time(STAMP, false, out);
    assert_string_equal(out, "2025-11-01 08:26:40.010"); /* TZ is set in main */
    when_clock(STAMP, false, out);
    assert_string_equal(out, "08:26:40.010");
    when_clock(-1, true, out);
    assert_string_equal(out, "23:59:59.999");
    when_date_time(INT64_MIN, false, out);
    when_date_time(INT64_MAX, false, out);
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *want;
    } rows[] = {
        {0, "0.000"},
        {10000000, "0.010"},
        {999999999, "0.999"},
        {1 * SECOND, "1.00"},
        {2 * SECOND + 389000000, "2.38"},
        {14 * SECOND + 200000000, "14.2"},
        {60 * SECOND - 1, "59.9"},
        {60 * SECOND, "1:00"},
        {185 * SECOND, "3:05"},
        {3600 * SECOND - 1, "59:59"},
        {3723 * SECOND, "1:02:03"},
        {360000 * SECOND, "100:00:00"},
        {-10000000, "-0.010"},
        {INT64_MAX, "2562047:47:16"},
        {INT64_MIN, "-2562047:47:16"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[WHEN_ROOM];
        assert_int_equal(when_duration(rows[i].ns, out), strlen(rows[i].want));
        assert_string_equal(out, rows[i].want);
    }
}

static void parse_good(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool utc;
        int64_t want;
    } rows[] = {
        {"2025-11-01T12:26:40.01Z", false, STAMP},
        {"2025-11-01T12:26:40.010Z", true, STAMP},
        {"2025-11-01 12:26:40.01", true, STAMP},
        {"2025-11-01 08:26:40.01", false, STAMP},
        {"2025-11-01T12:26:40.0100000009999Z", false, STAMP},
        {"2025-11-01T12:26", true, STAMP - 40 * SECOND - 10000000},
        {"2025-11-01 08:26", false, STAMP - 40 * SECOND - 10000000},
        {"12:26", true, STAMP - 40 * SECOND - 10000000},
        {"12:26:40.01", true, STAMP},
        {"08:26:40.01", false, STAMP},
        {"12:26:40.01Z", false, STAMP},
        {"2024-02-29T00:00Z", false, INT64_C(1709164800) * SECOND},
        {"1970-01-01T00:00Z", false, 0},
        {"1969-12-31T23:59:59.5Z", false, -SECOND / 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = 77;
        if (!when_parse(rows[i].text, STAMP, rows[i].utc, &got) || got != rows[i].want) {
            fail_msg("%s: %lld, wanted %lld", rows[i].text, (long long)got,
                     (long long)rows[i].want);
        }
    }
}

static void parse_bad(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "12",
        "12:",
        "12:3",
        "1:30",
        "24:00",
        "12:60",
        "12:30:",
        "12:30:61",
        "12:30:00.",
        "12:30x",
        "12:30ZZ",
        "noon",
        "2025-11-01",
        "2025-11-01T",
        "2025-13-01T00:00",
        "2025-00-01T00:00",
        "2025-11-31T00:00",
        "2025-11-00T00:00",
        "2025-02-29T00:00",
        "2100-02-29T00:00",
        "2025-11-01_12:30",
        "9999-01-01T00:00Z",
        "0000-01-01T00:00Z",
        "-025-11-01T12:30",
        "2025-11-01T12:30 ",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = 77;
        if (when_parse(rows[i], STAMP, true, &got) || when_parse(rows[i], STAMP, false, &got)) {
            fail_msg("\"%s\" was taken", rows[i]);
        }
        assert_int_equal(got, 77);
    }
}

/* At night the local day and the day in UTC differ: the clock goes with the day of its own zone. */
static void parse_day_of(void **state)
{
    (void)state;
    int64_t got = 0, late = INT64_C(1762045200) * SECOND; /* 2025-11-02T01:00Z, 1 Nov. in TZ */
    assert_true(when_parse("00:00", late, true, &got));
    assert_int_equal(got, INT64_C(1762041600) * SECOND);
    assert_true(when_parse("00:00", late, false, &got));
    assert_int_equal(got, INT64_C(1761969600) * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc3339_examples), cmocka_unit_test(rfc3339_every_day),
        cmocka_unit_test(dates_and_clocks), cmocka_unit_test(durations),
        cmocka_unit_test(parse_good),       cmocka_unit_test(parse_bad),
        cmocka_unit_test(parse_day_of),
    };
    setenv("TZ", "XXX4", 1); /* four hours west, no daylight saving */
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
