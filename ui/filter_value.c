/* Values of filters: numbers with units, times, networks, patterns. */
#include "ui/filter_private.h"

#include "capture/base/error.h"
#include "capture/base/when.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PATTERN_MOST 256
#define REPEAT_MOST  255   /* in a pattern's {n,m} */
#define PRODUCT_MOST 10000 /* of all repetitions of a pattern */
#define SECOND       INT64_C(1000000000)

struct regex_room {
    struct regex_room *next;
    regex_t regex;
};

__attribute__((format(printf, 2, 3))) static bool no(struct value_job *job, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(job->why, sizeof job->why, format, args);
    va_end(args);
    return false;
}

static const char *op_text(enum filter_op op)
{
    static const char *const texts[] = {":", "=", "~", "<", "<=", ">", ">="};
    return texts[op];
}

/* ---- text and patterns ---- */

static bool text_value(struct value_job *job, struct value *out)
{
    uint8_t *p = arena_alloc(&job->filter->arena, job->text.n + 1);
    if (p == NULL) {
        return no(job, "the filter is too long");
    }
    for (size_t i = 0; i < job->text.n; i++) {
        p[i] = (uint8_t)ascii_lower(job->text.p[i]);
    }
    *out = (struct value){.kind = VALUE_TEXT, .text = {p, job->text.n}};
    return true;
}

/* The larger number of "{3,5}", whose inside is given. */
static uint64_t interval_most(struct bytes inside)
{
    uint64_t least = 0, most = 0;
    size_t used = 0;
    bytes_leading_u64(inside, &least, &used);
    if (bytes_at(inside, used) == ',') {
        bytes_leading_u64(bytes_from(inside, used + 1), &most, NULL);
    }
    return most > least ? most : least;
}

/* How many copies the C library makes of what stands before place i. It writes x+ as xx*, which
 * doubles what was doubled before where x is a group or a repetition. */
static uint64_t copies_at(struct bytes t, size_t i, bool escaped_before)
{
    uint64_t most = t.p[i] == '{' ? interval_most(bytes_from(t, i + 1)) : 1;
    bool again = i > 0 && !escaped_before && memchr("+*?})", t.p[i - 1], 5) != NULL;
    return t.p[i] == '+' && again ? 2 : most > 1 ? most : 1;
}

/* Patterns that cost without bound are refused: back references, huge repetitions. */
static bool pattern_is_bounded(struct value_job *job)
{
    uint64_t product = 1;
    bool escaped = false;
    struct bytes t = job->text;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '\\') {
            i++;
            escaped = true;
            if (ascii_is_digit(bytes_at(t, i))) {
                return no(job, "a pattern can not refer back (\\%c)", t.p[i]);
            }
            continue;
        }
        uint64_t copies = copies_at(t, i, escaped);
        escaped = false;
        product *= copies;
        if (copies > REPEAT_MOST || product > PRODUCT_MOST) {
            return no(job, "repetitions in a pattern are at most %d, and of one another %d",
                      REPEAT_MOST, PRODUCT_MOST);
        }
    }
    return true;
}

static bool pattern_value(struct value_job *job, struct value *out)
{
    if (job->text.n > PATTERN_MOST) {
        return no(job, "a pattern has at most %d bytes", PATTERN_MOST);
    }
    if (!pattern_is_bounded(job)) {
        return false;
    }
    struct regex_room *room = xcalloc(1, sizeof *room);
    locale_t before = uselocale(job->filter->plain); /* bytes, whatever the terminal speaks */
    int code = regcomp(&room->regex, (const char *)job->text.p,
                       REG_EXTENDED | REG_ICASE | REG_NOSUB | REG_NEWLINE);
    uselocale(before);
    if (code != 0) {
        char why[100];
        regerror(code, &room->regex, why, sizeof why);
        free(room);
        return no(job, "this is no pattern: %s", why);
    }
    room->next = job->filter->regexes;
    job->filter->regexes = room;
    *out = (struct value){.kind = VALUE_PATTERN, .regex = &room->regex};
    return true;
}

void filter_free(struct filter **fp)
{
    struct filter *f = *fp;
    if (f == NULL) {
        return;
    }
    while (f->regexes != NULL) {
        struct regex_room *room = f->regexes;
        f->regexes = room->next;
        regfree(&room->regex);
        free(room);
    }
    arena_done(&f->arena);
    freelocale(f->plain);
    match_room_free(f->room);
    free(f);
    *fp = NULL;
}

/* ---- numbers ---- */

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};
static const struct unit size_units[] = {
    {"", 1},         {"b", 1},       {"k", 1 << 10},  {"kb", 1 << 10}, {"m", 1 << 20},
    {"mb", 1 << 20}, {"g", 1 << 30}, {"gb", 1 << 30}, {NULL, 0},
};
static const struct unit duration_units[] = {
    {"", SECOND},          {"ns", 1},          {"us", 1000},         {"ms", 1000000},
    {"s", SECOND},         {"m", 60 * SECOND}, {"min", 60 * SECOND}, {"h", 3600 * SECOND},
    {"d", 86400 * SECOND}, {NULL, 0},
};

/* "1.5s": the amount in the smallest unit, and what the last digit given is worth. */
static bool amount(struct bytes text, const struct unit *units, int64_t *value, int64_t *step)
{
    uint64_t whole = 0, tenths = 0;
    size_t used = 0, digits = 0;
    if (!bytes_leading_u64(text, &whole, &used)) {
        return false;
    }
    if (bytes_at(text, used) == '.') {
        struct bytes rest = bytes_from(text, used + 1);
        if (!bytes_leading_u64(bytes_sub(rest, 0, 9), &tenths, &digits)) {
            return false;
        }
        used += 1 + digits;
    }
    while (units->name != NULL && !bytes_is(bytes_from(text, used), units->name)) {
        units++;
    }
    if (units->name == NULL || whole > (uint64_t)(INT64_MAX / units->factor) - 1) {
        return false;
    }
    int64_t scale = 1;
    for (size_t i = 0; i < digits; i++) {
        scale *= 10;
    }
    if (digits > 0 && units->factor == 1) {
        return false; /* half a byte, half a session */
    }
    *value = (int64_t)whole * units->factor +
             (int64_t)((double)tenths * (double)units->factor / (double)scale);
    *step = units->factor / scale > 0 ? units->factor / scale : 1;
    return true;
}

/* Where the two ends of "a..b" part, or SIZE_MAX. */
static size_t range_at(struct bytes text)
{
    for (size_t i = 1; i + 2 < text.n; i++) {
        if (text.p[i] == '.' && text.p[i + 1] == '.') {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool number_range(struct value_job *job, const struct unit *units, const char *example,
                         struct value *out)
{
    size_t parting = range_at(job->text);
    int64_t low = 0, high = 0, low_step = 1, step = 1;
    struct bytes first = bytes_sub(job->text, 0, parting);
    bool fine = amount(first, units, &low, &low_step);
    if (fine && parting != SIZE_MAX) {
        fine = amount(bytes_from(job->text, parting + 2), units, &high, &step);
    } else {
        high = low;
        step = low_step;
    }
    if (!fine) {
        return no(job, "%s expected after %s, for example %s",
                  job->field->type == TYPE_NUMBER ? "number"
                  : job->field->type == TYPE_SIZE ? "size"
                                                  : "time span",
                  op_text(job->op), example);
    }
    if (parting != SIZE_MAX && job->op >= OP_LESS) {
        return no(job, "a range goes with : or =, not with %s", op_text(job->op));
    }
    /* "size:2M" means what rounds down to 2M; "<" and ">" compare with the amount itself */
    *out = (struct value){
        .kind = VALUE_RANGE, .low = low, .high = job->op >= OP_LESS ? high : high + (step - 1)};
    return low <= high || no(job, "the range ends before it begins");
}

/* ---- times ---- */

/* How much of the time a text leaves open: a day, a minute, a second, nothing. */
static int64_t time_span(struct bytes t)
{
    size_t colons = 0;
    bool fraction = false;
    for (size_t i = 0; i < t.n; i++) {
        colons += t.p[i] == ':';
        fraction |= t.p[i] == '.';
    }
    return fraction ? 1 : colons == 0 ? 86400 * SECOND : colons == 1 ? 60 * SECOND : SECOND;
}

/* One end of a time: `fixed` when no session is needed to know its day. */
static bool one_time(struct value_job *job, struct bytes text, int64_t *ns, bool *fixed)
{
    char room[64];
    bool dated = text.n >= 10 && bytes_at(text, 4) == '-';
    bool day_only = dated && text.n == 10;
    if (text.n > sizeof room - 8) {
        return false;
    }
    snprintf(room, sizeof room, "%.*s%s", (int)text.n, (const char *)text.p,
             day_only ? "T00:00" : "");
    *fixed = dated || job->filter->config.day_of != TIME_UNKNOWN;
    return when_parse(room, *fixed ? job->filter->config.day_of : 0, job->filter->config.utc, ns);
}

static bool ago_value(struct value_job *job, struct value *out)
{
    int64_t ns, step;
    if (!amount(bytes_from(job->text, 1), duration_units, &ns, &step)) {
        return no(job, "time span expected after -, for example -5m");
    }
    *out = (struct value){.kind = VALUE_AGO, .low = ns};
    return true;
}

static bool time_value(struct value_job *job, struct value *out)
{
    if (bytes_at(job->text, 0) == '-') {
        return ago_value(job, out);
    }
    size_t parting = range_at(job->text);
    struct bytes first = bytes_sub(job->text, 0, parting);
    struct bytes last = parting != SIZE_MAX ? bytes_from(job->text, parting + 2) : first;
    int64_t low, high;
    bool low_fixed, high_fixed;
    if (!one_time(job, first, &low, &low_fixed) || !one_time(job, last, &high, &high_fixed)) {
        return no(job, "time expected after %s, for example 12:30, 2025-11-01T12:30 or -5m",
                  op_text(job->op));
    }
    if (parting != SIZE_MAX && job->op >= OP_LESS) {
        return no(job, "a range goes with : or =, not with %s", op_text(job->op));
    }
    int64_t span = job->op >= OP_LESS ? 1 : time_span(last);
    if (low_fixed && high_fixed) {
        *out = (struct value){.kind = VALUE_RANGE, .low = low, .high = high + (span - 1)};
        return low <= high || no(job, "the range ends before it begins");
    }
    if (low_fixed != high_fixed) {
        return no(job, "both ends of a range need a date, or none of them");
    }
    *out = (struct value){.kind = VALUE_CLOCK, .text = job->text, .span = span};
    return true;
}

/* ---- addresses, codes, words ---- */

static bool network(struct bytes text, struct value *out)
{
    char room[INET6_ADDRSTRLEN + 1];
    size_t slash = bytes_find(text, '/', 0);
    struct bytes ip = bytes_sub(text, 0, slash);
    if (ip.n > 2 && ip.p[0] == '[' && ip.p[ip.n - 1] == ']') {
        ip = bytes_sub(ip, 1, ip.n - 2);
    }
    if (ip.n == 0 || ip.n >= sizeof room) {
        return false;
    }
    memcpy(room, ip.p, ip.n);
    room[ip.n] = '\0';
    *out = (struct value){.kind = VALUE_NETWORK};
    if (inet_pton(AF_INET, room, out->ip) == 1) {
        out->version = 4;
    } else if (inet_pton(AF_INET6, room, out->ip) == 1) {
        out->version = 6;
    } else {
        return false;
    }
    uint64_t bits = out->version == 4 ? 32 : 128;
    if (slash != SIZE_MAX) {
        uint64_t given;
        if (!bytes_u64(bytes_from(text, slash + 1), &given) || given > bits) {
            return false;
        }
        bits = given;
    }
    out->bits = (uint8_t)bits;
    return true;
}

static bool address_value(struct value_job *job, struct value *out)
{
    if (network(job->text, out)) {
        return true;
    }
    if (strcmp(job->field->name, "net") == 0 || memchr(job->text.p, '/', job->text.n) != NULL) {
        return no(job, "address or network expected after %s, for example 10.1.0.0/16",
                  op_text(job->op));
    }
    return text_value(job, out);
}

static bool enhanced_value(struct value_job *job, struct value *out)
{
    struct bytes rest = job->text, part;
    *out = (struct value){.kind = VALUE_ENHANCED, .parts = {-1, -1, -1}};
    for (int i = 0; bytes_split(&rest, '.', &part); i++) {
        uint64_t n = 0;
        bool any = bytes_is(part, "*") || bytes_is(part, "x");
        if (i > 2 || (!any && (!bytes_u64(part, &n) || n > 999))) {
            return no(job, "enhanced status code expected after %s, for example 5.7.1 or 5.7.*",
                      op_text(job->op));
        }
        out->parts[i] = any ? -1 : (int)n;
    }
    return true;
}

static bool word_value(struct value_job *job, struct value *out)
{
    int at = word_index(job->field->words, job->text);
    if (at < 0) {
        return no(job, "one of %s expected after %s", job->field->words, op_text(job->op));
    }
    *out = (struct value){.kind = VALUE_RANGE, .low = at, .high = at};
    return true;
}

static bool yesno_value(struct value_job *job, struct value *out)
{
    int at = word_index("no yes", job->text);
    if (at < 0) {
        return no(job, "yes or no expected after %s", op_text(job->op));
    }
    *out = (struct value){.kind = VALUE_RANGE, .low = at, .high = at};
    return true;
}

static bool number_value(struct value_job *job, struct value *out)
{
    return number_range(job, no_units, "500", out);
}

static bool size_value(struct value_job *job, struct value *out)
{
    return number_range(job, size_units, "4K or 1M", out);
}

static bool duration_value(struct value_job *job, struct value *out)
{
    return number_range(job, duration_units, "10s, 200ms or 5m", out);
}

bool value_parse(struct value_job *job, struct value *out)
{
    static bool (*const readers[TYPE_COUNT])(struct value_job *, struct value *) = {
        [TYPE_TEXT] = text_value,         [TYPE_WORD] = word_value,
        [TYPE_NUMBER] = number_value,     [TYPE_SIZE] = size_value,
        [TYPE_DURATION] = duration_value, [TYPE_TIME] = time_value,
        [TYPE_ADDRESS] = address_value,   [TYPE_ENHANCED] = enhanced_value,
        [TYPE_YESNO] = yesno_value,
    };
    bool any = !job->quoted && (job->op == OP_HAS || job->op == OP_IS) && bytes_is(job->text, "*");
    struct value *next = out->next;
    bool fine = true;
    if (any) {
        *out = (struct value){.kind = VALUE_ANY};
    } else if (job->op == OP_MATCHES) {
        fine = pattern_value(job, out);
    } else {
        fine = readers[job->field->type](job, out);
    }
    out->next = next;
    return fine;
}
