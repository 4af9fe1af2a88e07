#include "ui/manual/values.h"

#include "capture/base/limits.h"
#include "ui/filter.h"

#include <string.h>

enum value_kind value_kind(const struct option_row *r)
{
    static const struct {
        const char *value;
        enum value_kind kind;
    } kinds[] = {
        {"FILE", VALUE_FILE},        {"DIR", VALUE_FOLDER}, {"INTERFACE", VALUE_INTERFACE},
        {"USER", VALUE_USER},        {"VIEW", VALUE_WORDS}, {"EXPR", VALUE_WORDS},
        {"NAME=VALUE", VALUE_WORDS},
    };
    if (r->value == NULL || r->words != NULL) {
        return r->value == NULL ? VALUE_NONE : VALUE_WORDS;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].value, r->value) == 0) {
            return kinds[i].kind;
        }
    }
    return VALUE_FREE;
}

bool value_goes_on(const char *word)
{
    return strpbrk(word, ":=.") != NULL;
}

static void add_word(struct buf *out, const char *word, const char *behind)
{
    buf_printf(out, "%s%s%s", out->n > 0 ? " " : "", word, behind);
}

static void add_views(struct buf *out)
{
    size_t count;
    const struct export_format *const *all = export_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->is_view) {
            add_word(out, all[i]->name, "");
        }
    }
}

static void add_fields(struct buf *out)
{
    size_t count;
    const struct filter_field *fields = filter_fields(&count);
    for (size_t i = 0; i < count; i++) {
        bool open = fields[i].type != TYPE_FLAG && !value_goes_on(fields[i].name);
        add_word(out, fields[i].name, open ? ":" : "");
    }
}

static void add_limits(struct buf *out)
{
    size_t count;
    const struct limit_row *rows = limits_table(&count);
    for (size_t i = 0; i < count; i++) {
        add_word(out, rows[i].name, "=");
    }
}

const char *value_words(const struct option_row *r, struct buf *out)
{
    buf_clear(out);
    if (r->words != NULL) {
        add_word(out, r->words, "");
    } else if (strcmp(r->value, "VIEW") == 0) {
        add_views(out);
    } else if (strcmp(r->value, "EXPR") == 0) {
        add_fields(out);
    } else {
        add_limits(out);
    }
    return buf_cstr(out);
}

int value_help_length(const char *help)
{
    return (int)strcspn(help, ";");
}
