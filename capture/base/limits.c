#include "capture/base/limits.h"

#include "capture/base/text.h"

#include <inttypes.h>

static const struct limit_row rows[] = {
#define LIMIT(field, value, least, most, unit, what)                                               \
    {#field, offsetof(struct limits, field), value, least, most, unit, what},
#include "capture/base/limits.def"
#undef LIMIT
};

#define ROWS       (sizeof rows / sizeof rows[0])
#define SHOWN_MOST 80 /* bytes of a wrong word repeated in an error sentence */

struct limits limits_default(void)
{
    return (struct limits){
#define LIMIT(field, value, least, most, unit, what) .field = (value),
#include "capture/base/limits.def"
#undef LIMIT
    };
}

const struct limit_row *limits_table(size_t *count)
{
    *count = ROWS;
    return rows;
}

static const struct limit_row *limit_find(struct bytes name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (bytes_equal(name, bytes_of(rows[i].name))) {
            return &rows[i];
        }
    }
    return NULL;
}

/* 1024-based; 0 when it is no suffix. */
static uint64_t suffix_factor(struct bytes suffix)
{
    static const struct {
        const char *word;
        unsigned shift;
    } suffixes[] = {
        {"", 0},     {"B", 0},  {"K", 10},  {"KB", 10},  {"KiB", 10}, {"M", 20},  {"MB", 20},
        {"MiB", 20}, {"G", 30}, {"GB", 30}, {"GiB", 30}, {"T", 40},   {"TB", 40}, {"TiB", 40},
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (bytes_is(suffix, suffixes[i].word)) {
            return UINT64_C(1) << suffixes[i].shift;
        }
    }
    return 0;
}

bool limits_parse_size(const char *text, uint64_t *out)
{
    struct bytes b = bytes_of(text);
    uint64_t number = 0, size = 0;
    size_t used = 0;
    if (!bytes_leading_u64(b, &number, &used)) {
        return false;
    }
    uint64_t factor = suffix_factor(bytes_from(b, used));
    if (factor == 0 || __builtin_mul_overflow(number, factor, &size)) {
        return false;
    }
    *out = size;
    return true;
}

void limits_size_text(uint64_t v, const char *unit, char out[static LIMIT_ROOM])
{
    static const char suffix[] = {'\0', 'K', 'M', 'G', 'T'};
    size_t step = 0;
    if (strcmp(unit, "bytes") == 0) {
        while (v != 0 && v % 1024 == 0 && step + 1 < sizeof suffix) {
            v /= 1024;
            step++;
        }
    }
    if (step == 0) {
        snprintf(out, LIMIT_ROOM, "%" PRIu64, v);
    } else {
        snprintf(out, LIMIT_ROOM, "%" PRIu64 "%c", v, suffix[step]);
    }
}

static bool limit_refuse(struct error *e, const char *format, struct bytes wrong)
{
    struct buf shown;
    buf_init(&shown, 8 * SHOWN_MOST);
    text_escape(&shown, bytes_sub(wrong, 0, SHOWN_MOST));
    error_set(e, "limit \"%s\": %s", buf_cstr(&shown), format);
    buf_done(&shown);
    return false;
}

bool limits_set(struct limits *l, const char *assignment, struct error *e)
{
    struct bytes all = bytes_of(assignment);
    size_t at = bytes_find(all, '=', 0);
    if (at == SIZE_MAX) {
        return limit_refuse(e, "write NAME=VALUE, as in memory=512M", all);
    }
    const struct limit_row *row = limit_find(bytes_trim(bytes_sub(all, 0, at)));
    if (row == NULL) {
        return limit_refuse(e, "there is no such limit; --limits lists them", all);
    }
    uint64_t value = 0;
    if (!limits_parse_size(assignment + at + 1, &value)) {
        return limit_refuse(e, "the value is not a number (K, M, G and T may follow it)", all);
    }
    if (value < row->least || value > row->most) {
        char least[LIMIT_ROOM], most[LIMIT_ROOM];
        limits_size_text(row->least, row->unit, least);
        limits_size_text(row->most, row->unit, most);
        return error_set(e, "limit \"%s\": must be from %s to %s %s", row->name, least, most,
                         row->unit);
    }
    memcpy((uint8_t *)l + row->at, &value, sizeof value);
    return true;
}

void limits_print(const struct limits *l, FILE *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        uint64_t value = 0;
        char text[LIMIT_ROOM];
        memcpy(&value, (const uint8_t *)l + rows[i].at, sizeof value);
        limits_size_text(value, rows[i].unit, text);
        fprintf(out, "%-24s %8s %-10s %s\n", rows[i].name, text, rows[i].unit, rows[i].what);
    }
}
