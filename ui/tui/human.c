#include "ui/tui/human.h"

#include "capture/base/when.h"

#include <inttypes.h>
#include <stdio.h>

static const char units[] = "KMGTPE";

/* One number with three significant digits and a unit. */
static void scaled(uint64_t n, double step, char out[static HUMAN_ROOM])
{
    double value = (double)n;
    int unit = -1;
    while (value >= step - 0.05 * step / 1000 && unit < 5) {
        value /= step;
        unit++;
    }
    if (value >= 999.5 && unit < 5) {
        value /= step;
        unit++;
    }
    if (unit < 0) {
        snprintf(out, HUMAN_ROOM, "%" PRIu64, n);
    } else {
        int digits = value < 9.995 && step == 1000.0 ? 2 : value < 99.95 ? 1 : 0;
        snprintf(out, HUMAN_ROOM, "%.*f%c", digits, value, units[unit]);
    }
}

const char *human_size(uint64_t n, char out[static HUMAN_ROOM])
{
    if (n < 1000) {
        snprintf(out, HUMAN_ROOM, "%" PRIu64, n);
    } else {
        scaled(n < 1024 ? 1024 : n, 1024.0, out);
    }
    return out;
}

const char *human_count(uint64_t n, char out[static HUMAN_ROOM])
{
    char digits[HUMAN_ROOM];
    int count = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            out[at++] = ' ';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *human_short(uint64_t n, char out[static HUMAN_ROOM])
{
    if (n < 10000) {
        return human_count(n, out);
    }
    scaled(n, 1000.0, out);
    return out;
}

const char *human_delta(int64_t ns, char out[static HUMAN_ROOM])
{
    char sign = ns < 0 ? '-' : '+';
    uint64_t ms = (uint64_t)(ns < 0 ? -(ns + 1) : ns) / 1000000;
    uint64_t s = ms / 1000;
    if (s < 100) {
        snprintf(out, HUMAN_ROOM, "%c%" PRIu64 ".%03" PRIu64, sign, s, ms % 1000);
    } else if (s < 1000) {
        snprintf(out, HUMAN_ROOM, "%c%" PRIu64 ".%" PRIu64, sign, s, ms % 1000 / 100);
    } else {
        snprintf(out, HUMAN_ROOM, "%c%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, sign, s / 3600,
                 s / 60 % 60, s % 60);
    }
    return out;
}

const char *human_span(int64_t ns, char out[static HUMAN_ROOM])
{
    out[0] = '\0';
    if (ns >= 0) {
        char text[WHEN_ROOM];
        size_t n = when_duration(ns, text);
        snprintf(out, HUMAN_ROOM, "%.*s", (int)(n < HUMAN_ROOM ? n : HUMAN_ROOM - 1), text);
    }
    return out;
}

const char *human_took(int64_t ns, char out[static HUMAN_ROOM])
{
    char span[HUMAN_ROOM];
    out[0] = '\0';
    if (ns >= 0 && ns < 100000000) {
        snprintf(out, HUMAN_ROOM, "%.*f ms", ns < 10000000 ? 2 : 1, (double)ns / 1e6);
    } else if (ns >= 0) {
        const char *unit = ns < INT64_C(60000000000)     ? "s"
                           : ns < INT64_C(3600000000000) ? "min"
                                                         : "h";
        snprintf(out, HUMAN_ROOM, "%.20s %s", human_span(ns, span), unit);
    }
    return out;
}

const char *human_wait(uint64_t seconds, char out[static HUMAN_ROOM])
{
    if (seconds < 60) {
        snprintf(out, HUMAN_ROOM, "%" PRIu64 " s", seconds);
    } else if (seconds < 3600) {
        snprintf(out, HUMAN_ROOM, "%" PRIu64 " min %" PRIu64 " s", seconds / 60, seconds % 60);
    } else {
        snprintf(out, HUMAN_ROOM, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
                 seconds / 60 % 60);
    }
    return out;
}
