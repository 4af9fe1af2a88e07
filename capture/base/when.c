#include "capture/base/when.h"

#include <time.h>

#define SECOND INT64_C(1000000000)
#define DAY    86400

/* What int64_t nanoseconds can hold. */
#define YEAR_LEAST 1678
#define YEAR_MOST  2261

struct civil {
    int64_t year;
    unsigned month, day, hour, minute, second;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* What floor_div() leaves: 0 to b-1. No product, which could overflow at either end of time. */
static uint32_t floor_mod(int64_t a, int64_t b)
{
    int64_t rest = a % b;
    return (uint32_t)(rest < 0 ? rest + b : rest);
}

/* Days since 1970 → date in the proleptic Gregorian calendar. The year is taken to begin in March,
 * so that the leap day ends it; 400 years are 146,097 days. */
static void civil_from_days(int64_t days, struct civil *c)
{
    days += 719468; /* 0000-03-01 */
    int64_t era = floor_div(days, 146097);
    unsigned in_era = (unsigned)(days - era * 146097);
    unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
    unsigned from_march = (5 * in_year + 2) / 153;
    c->day = in_year - (153 * from_march + 2) / 5 + 1;
    c->month = from_march < 10 ? from_march + 3 : from_march - 9;
    c->year = era * 400 + year + (c->month <= 2 ? 1 : 0);
}

static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = floor_div(year, 400);
    unsigned in_era = (unsigned)(year - era * 400);
    unsigned from_march = month > 2 ? month - 3 : month + 9;
    unsigned in_year = (153 * from_march + 2) / 5 + day - 1;
    return era * 146097 + (int64_t)(in_era * 365 + in_era / 4 - in_era / 100 + in_year) - 719468;
}

static void civil_utc(int64_t seconds, struct civil *c)
{
    int64_t days = floor_div(seconds, DAY);
    unsigned left = (unsigned)(seconds - days * DAY);
    civil_from_days(days, c);
    c->hour = left / 3600;
    c->minute = left / 60 % 60;
    c->second = left % 60;
    if (c->year < 0 || c->year > 9999) {
        *c = c->year < 0 ? (struct civil){0, 1, 1, 0, 0, 0}
                         : (struct civil){9999, 12, 31, 23, 59, 59};
    }
}

static void civil_local(int64_t seconds, bool utc, struct civil *c)
{
    time_t t = (time_t)seconds;
    struct tm tm = {0};
    if (utc || localtime_r(&t, &tm) == NULL) {
        civil_utc(seconds, c);
        return;
    }
    *c = (struct civil){tm.tm_year + INT64_C(1900), (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday,
                        (unsigned)tm.tm_hour,       (unsigned)tm.tm_min,     (unsigned)tm.tm_sec};
}

static inline char *put2(char *p, uint32_t v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

static inline char *put3(char *p, uint32_t v)
{
    *p = (char)('0' + v / 100);
    return put2(p + 1, v % 100);
}

static char *put(char *p, uint32_t v, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; v /= 10) {
        p[i] = (char)('0' + v % 10);
    }
    return p + digits;
}

/* As many digits as it takes, at least one. */
static char *put_plain(char *p, uint32_t v)
{
    unsigned digits = 1;
    for (uint32_t rest = v / 10; rest > 0; rest /= 10) {
        digits++;
    }
    return put(p, v, digits);
}

static char *put_date(char *p, const struct civil *c, char behind)
{
    p = put2(put2(p, (uint32_t)c->year / 100), (uint32_t)c->year % 100);
    *p++ = '-';
    p = put2(p, c->month);
    *p++ = '-';
    p = put2(p, c->day);
    *p++ = behind;
    return p;
}

static char *put_clock(char *p, const struct civil *c)
{
    p = put2(p, c->hour);
    *p++ = ':';
    p = put2(p, c->minute);
    *p++ = ':';
    return put2(p, c->second);
}

static size_t finish(const char *out, char *p)
{
    *p = '\0';
    return (size_t)(p - out);
}

size_t when_rfc3339(int64_t ns, enum when_precision precision, char out[static WHEN_ROOM])
{
    int64_t seconds = floor_div(ns, SECOND);
    uint32_t fraction = floor_mod(ns, SECOND);
    struct civil c;
    civil_utc(seconds, &c);
    char *p = put_clock(put_date(out, &c, 'T'), &c);
    *p++ = '.';
    p = put3(put3(p, fraction / 1000000), fraction / 1000 % 1000);
    if (precision == WHEN_NANO) {
        p = put3(p, fraction % 1000);
    }
    *p++ = 'Z';
    return finish(out, p);
}

static char *put_millis(char *p, int64_t ns)
{
    *p++ = '.';
    return put3(p, floor_mod(ns, SECOND) / 1000000);
}

size_t when_date_time(int64_t ns, bool utc, char out[static WHEN_ROOM])
{
    int64_t seconds = floor_div(ns, SECOND);
    struct civil c;
    civil_local(seconds, utc, &c);
    return finish(out, put_millis(put_clock(put_date(out, &c, ' '), &c), ns));
}

size_t when_clock(int64_t ns, bool utc, char out[static WHEN_ROOM])
{
    int64_t seconds = floor_div(ns, SECOND);
    struct civil c;
    civil_local(seconds, utc, &c);
    return finish(out, put_millis(put_clock(out, &c), ns));
}

size_t when_duration(int64_t ns, char out[static WHEN_ROOM])
{
    char *p = out;
    if (ns < 0) {
        *p++ = '-';
    }
    uint64_t left = ns < 0 ? UINT64_C(0) - (uint64_t)ns : (uint64_t)ns;
    uint64_t seconds = left / (uint64_t)SECOND;
    uint32_t millis = (uint32_t)(left % (uint64_t)SECOND / 1000000);
    if (seconds < 60) {
        unsigned digits = seconds == 0 ? 3 : seconds < 10 ? 2 : 1;
        p = put_plain(p, (uint32_t)seconds);
        *p++ = '.';
        return finish(out, put(p,
                               digits == 3   ? millis
                               : digits == 2 ? millis / 10
                                             : millis / 100,
                               digits));
    }
    if (seconds >= 3600) {
        p = put_plain(p, (uint32_t)(seconds / 3600));
        *p++ = ':';
        p = put(p, (uint32_t)(seconds / 60 % 60), 2);
    } else {
        p = put_plain(p, (uint32_t)(seconds / 60));
    }
    *p++ = ':';
    return finish(out, put(p, (uint32_t)(seconds % 60), 2));
}

/* ---- reading times ---- */

/* Exactly `digits` digits, then *at stands behind them. */
static bool take(const char **at, unsigned digits, unsigned *out)
{
    unsigned v = 0;
    for (unsigned i = 0; i < digits; i++, (*at)++) {
        if (!ascii_is_digit((unsigned char)**at)) {
            return false;
        }
        v = v * 10 + (unsigned)(**at - '0');
    }
    *out = v;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c) {
        return false;
    }
    (*at)++;
    return true;
}

static unsigned month_days(int64_t year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* "YYYY-MM-DD" and the T or blank behind it. */
static bool take_date(const char **at, struct civil *c)
{
    unsigned year = 0;
    if (!take(at, 4, &year) || !take_char(at, '-') || !take(at, 2, &c->month) ||
        !take_char(at, '-') || !take(at, 2, &c->day)) {
        return false;
    }
    c->year = year;
    if (year < YEAR_LEAST || year > YEAR_MOST || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > month_days(year, c->month)) {
        return false;
    }
    return take_char(at, 'T') || take_char(at, 't') || take_char(at, ' ');
}

/* ".5" → 500,000,000; digits beyond the ninth are dropped. */
static bool take_fraction(const char **at, int64_t *ns)
{
    int64_t unit = SECOND / 10;
    if (!ascii_is_digit((unsigned char)**at)) {
        return false;
    }
    for (*ns = 0; ascii_is_digit((unsigned char)**at); (*at)++, unit /= 10) {
        *ns += unit * (**at - '0');
    }
    return true;
}

/* "HH:MM[:SS[.fraction]]" */
static bool take_clock(const char **at, struct civil *c, int64_t *ns)
{
    *ns = 0;
    c->second = 0;
    if (!take(at, 2, &c->hour) || !take_char(at, ':') || !take(at, 2, &c->minute)) {
        return false;
    }
    if (take_char(at, ':') && !take(at, 2, &c->second)) {
        return false;
    }
    if (c->hour > 23 || c->minute > 59 || c->second > 60) {
        return false;
    }
    return !take_char(at, '.') || take_fraction(at, ns);
}

static bool local_seconds(const struct civil *c, int64_t *out)
{
    struct tm tm = {.tm_year = (int)(c->year - 1900),
                    .tm_mon = (int)c->month - 1,
                    .tm_mday = (int)c->day,
                    .tm_hour = (int)c->hour,
                    .tm_min = (int)c->minute,
                    .tm_sec = (int)c->second,
                    .tm_isdst = -1,
                    .tm_wday = -1};
    time_t t = mktime(&tm);
    *out = (int64_t)t;
    return tm.tm_wday != -1; /* mktime sets it when, and only when, it worked */
}

bool when_parse(const char *text, int64_t day_of, bool utc, int64_t *out)
{
    const char *at = text;
    struct civil c = {0};
    int64_t ns = 0, seconds = 0;
    size_t length = strlen(text);
    bool dated = length > 2 && text[2] != ':';
    utc = utc || (length > 0 && ascii_upper((unsigned char)text[length - 1]) == 'Z');
    civil_local(floor_div(day_of, SECOND), utc, &c);
    if ((dated && !take_date(&at, &c)) || !take_clock(&at, &c, &ns)) {
        return false;
    }
    if (utc) {
        at += *at == 'Z' || *at == 'z' ? 1 : 0;
        seconds = days_from_civil(c.year, c.month, c.day) * DAY + c.hour * 3600 + c.minute * 60 +
                  c.second;
    } else if (!local_seconds(&c, &seconds)) {
        return false;
    }
    int64_t all = 0;
    if (*at != '\0' || __builtin_mul_overflow(seconds, SECOND, &all) ||
        __builtin_add_overflow(all, ns, &all)) {
        return false;
    }
    *out = all;
    return true;
}
