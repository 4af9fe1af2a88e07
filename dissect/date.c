#include "dissect/date.h"

static bool take_number(struct bytes *b, unsigned digits_least, unsigned digits_most, int *out)
{
    unsigned n = 0;
    int v = 0;
    while (n < digits_most && ascii_is_digit(bytes_at(*b, n))) {
        v = v * 10 + (b->p[n++] - '0');
    }
    *b = bytes_from(*b, n);
    *out = v;
    return n >= digits_least;
}

static bool take_byte(struct bytes *b, int c)
{
    if (bytes_at(*b, 0) != c) {
        return false;
    }
    *b = bytes_from(*b, 1);
    return true;
}

static bool take_month(struct bytes *b, int *out)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (b->n >= 3 && memcmp(b->p, names + 3 * i, 3) == 0) {
            *b = bytes_from(*b, 3);
            *out = i + 1;
            return true;
        }
    }
    return false;
}

struct date {
    int year, month, day, hour, minute, second, zone; /* zone: minutes east */
};

/* "Sat, 1 Nov 2025 12:26:40 +0100", nothing else (RFC 5322 3.3 without its obsolete forms). */
static bool strict_date(struct bytes b, struct date *d)
{
    int zone = 0;
    size_t comma = bytes_find(b, ',', 0);
    if (comma == 3) {
        b = bytes_trim(bytes_from(b, 4));
    }
    if (!take_number(&b, 1, 2, &d->day) || !take_byte(&b, ' ') || !take_month(&b, &d->month) ||
        !take_byte(&b, ' ') || !take_number(&b, 4, 4, &d->year) || !take_byte(&b, ' ') ||
        !take_number(&b, 2, 2, &d->hour) || !take_byte(&b, ':') ||
        !take_number(&b, 2, 2, &d->minute) || !take_byte(&b, ':') ||
        !take_number(&b, 2, 2, &d->second) || !take_byte(&b, ' ')) {
        return false;
    }
    int sign = bytes_at(b, 0) == '-' ? -1 : 1;
    if ((!take_byte(&b, '+') && !take_byte(&b, '-')) || !take_number(&b, 4, 4, &zone)) {
        return false;
    }
    d->zone = sign * (zone / 100 * 60 + zone % 100);
    b = bytes_trim(b);
    return b.n == 0 || b.p[0] == '(';
}

static int days_of_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool date_is_valid(const struct date *d)
{
    return d->year >= 1970 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= days_of_month(d->year, d->month) && d->hour < 24 && d->minute < 60 &&
           d->second <= 60 && d->zone > -24 * 60 && d->zone < 24 * 60;
}

static int64_t date_seconds(const struct date *d)
{
    int64_t y = d->month > 2 ? d->year : d->year - 1; /* years that end with February */
    int64_t m = d->month > 2 ? d->month - 3 : d->month + 9;
    int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d->day - 1 - 719468;
    return ((days * 24 + d->hour) * 60 + d->minute - d->zone) * 60 + d->second;
}

enum date_result date_parse(struct bytes text, int64_t *seconds)
{
    struct date d;
    if (!strict_date(text, &d)) {
        return DATE_OTHER_FORM;
    }
    if (!date_is_valid(&d)) {
        return DATE_INVALID;
    }
    *seconds = date_seconds(&d);
    return *seconds >= 0 ? DATE_VALID : DATE_INVALID;
}
