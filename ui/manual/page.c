/* mailwire.1: tables in the places that the template names. */
#include "ui/manual/manual.h"

#include "capture/base/limits.h"
#include "dissect/note.h"
#include "ui/config.h"
#include "ui/filter.h"
#include "ui/manual/roff.h"
#include "ui/options.h"
#include "ui/tui/command.h"
#include "ui/version.h"

#include <string.h>

#define LINE_MOST 4096

/* Texts of tables begin small and have no stop. */
static void put_begin(FILE *out, const char *text)
{
    char first[] = {(char)ascii_upper((unsigned char)text[0]), '\0'};
    if (text[0] != '\0') {
        roff_text(out, first);
        roff_text(out, text + 1);
    }
}

static void put_sentence(FILE *out, const char *text)
{
    if (text[0] != '\0') {
        put_begin(out, text);
        fputs(".\n", out);
    }
}

static void put_options(FILE *out)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    const char *group = "";
    for (size_t i = 0; i < count; i++) {
        const struct option_row *r = &rows[i];
        char tag[80], letter[] = {'-', r->letter, '\0'};
        if (strcmp(r->group, group) != 0) {
            group = r->group;
            fprintf(out, ".SS %s\n", group);
        }
        snprintf(tag, sizeof tag, "%s%s%s%s", r->letter != 0 ? letter : "",
                 r->letter != 0 && r->name != NULL ? ", " : "", r->name != NULL ? "--" : "",
                 r->name != NULL ? r->name : "");
        roff_tag(out, tag, r->value);
        put_sentence(out, r->help);
    }
}

static void put_views(FILE *out)
{
    size_t count;
    const struct export_format *const *all = export_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->is_view) {
            roff_tag(out, all[i]->name, NULL);
            put_sentence(out, all[i]->help);
        }
    }
}

static void put_field(FILE *out, const struct filter_field *f)
{
    bool header = strcmp(f->name, "header.") == 0;
    roff_tag(out, header ? "header.NAME" : f->name, filter_type_name(f->type));
    put_begin(out, f->help);
    if (f->words[0] != '\0') {
        fputs(": ", out);
        roff_text(out, f->words);
    }
    if (f->type != TYPE_FLAG) {
        fputs("; for example \\fB", out);
        roff_text(out, f->example);
        fputs("\\fR", out);
    }
    fputs(".\n", out);
}

static void put_fields(FILE *out)
{
    size_t count;
    const struct filter_field *fields = filter_fields(&count);
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        fputs(".SS Fields: ", out);
        roff_text(out, filter_scope_name((enum filter_scope)scope));
        fputc('\n', out);
        for (size_t i = 0; i < count; i++) {
            if ((int)fields[i].scope == scope) {
                put_field(out, &fields[i]);
            }
        }
    }
}

static void put_findings(FILE *out)
{
    for (int i = 0; i < NOTE_ID_COUNT; i++) {
        const struct note_rule *r = note_rule((enum note_id)i);
        char about[80];
        snprintf(about, sizeof about, "%s, %s", severity_name(r->severity), r->category);
        roff_tag(out, r->id, about);
        put_sentence(out, r->sentence);
        if (r->advice[0] != '\0') {
            fputs("What to do: ", out);
            roff_text(out, r->advice);
            fputs(".\n", out);
        }
        if (r->reference[0] != '\0') {
            fputs("See ", out);
            roff_text(out, r->reference);
            fputs(".\n", out);
        }
    }
}

static void put_reasons(FILE *out)
{
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        const struct reason_row *r = explain_reason((enum reply_reason)i);
        roff_tag(out, r->name, explain_side(r->side));
        put_sentence(out, r->sentence);
        fputs("What to do: ", out);
        roff_text(out, r->advice);
        fputs(".\n", out);
    }
}

static void put_limits(FILE *out)
{
    size_t count;
    const struct limit_row *rows = limits_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct limit_row *r = &rows[i];
        char value[LIMIT_ROOM], least[LIMIT_ROOM], most[LIMIT_ROOM];
        limits_size_text(r->value, r->unit, value);
        limits_size_text(r->least, r->unit, least);
        limits_size_text(r->most, r->unit, most);
        roff_tag(out, r->name, NULL);
        fprintf(out, "%s %s (%s to %s).\n", value, r->unit, least, most);
        put_sentence(out, r->what);
    }
}

/* Where the key has its meaning, if not everywhere. */
static void put_screens(FILE *out, uint32_t of)
{
    const uint32_t every = (1u << VIEW_COUNT) - 1;
    const char *before = " (";
    if ((of | 1u << VIEW_HELP) == every) {
        return;
    }
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (of & 1u << v) {
            fprintf(out, "%s%s", before, view_name((enum view_id)v));
            before = ", ";
        }
    }
    fputs(")", out);
}

static void put_key(FILE *out, const struct key_row *row)
{
    struct buf keys;
    struct bytes rest = bytes_of(row->keys), key;
    buf_init(&keys, 1024);
    while (bytes_split(&rest, ' ', &key)) {
        buf_add_str(&keys, keys.n > 0 ? ", " : "");
        buf_add(&keys, key);
    }
    roff_tag(out, buf_cstr(&keys), NULL);
    put_begin(out, row->help);
    put_screens(out, row->views);
    fputs(".\n", out);
    buf_done(&keys);
}

static void put_keys(FILE *out)
{
    size_t count;
    const struct key_row *rows = key_rows(&count);
    for (int g = 0; g < GROUP_COUNT; g++) {
        fprintf(out, ".SS Keys: %s\n", key_group_title((enum key_group)g));
        for (size_t i = 0; i < count; i++) {
            if ((int)rows[i].group == g) {
                put_key(out, &rows[i]);
            }
        }
    }
}

static void put_commands(FILE *out)
{
    size_t count;
    const struct typed_command *rows = command_rows(&count);
    roff_tag(out, ":NUMBER", NULL);
    put_sentence(out, "open the session of that number");
    for (size_t i = 0; i < count; i++) {
        char name[40];
        snprintf(name, sizeof name, ":%s", rows[i].name);
        roff_tag(out, name, rows[i].follows[0] ? rows[i].follows : NULL);
        put_sentence(out, rows[i].help);
    }
}

static void put_settings(FILE *out)
{
    size_t count;
    const struct config_setting *rows = config_settings(&count);
    for (size_t i = 0; i < count; i++) {
        char name[40];
        bool open = rows[i].name[strlen(rows[i].name) - 1] == '.';
        snprintf(name, sizeof name, "set %s%s", rows[i].name, open ? "NAME" : "");
        roff_tag(out, name, rows[i].value);
        put_sentence(out, rows[i].help);
    }
}

static const struct {
    const char *name;
    void (*put)(FILE *out);
} tables[] = {
    {"options", put_options},   {"views", put_views},       {"fields", put_fields},
    {"findings", put_findings}, {"reasons", put_reasons},   {"limits", put_limits},
    {"keys", put_keys},         {"settings", put_settings}, {"commands", put_commands},
};

static bool put_table(struct bytes name, FILE *out)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (bytes_is(name, tables[i].name)) {
            tables[i].put(out);
            return true;
        }
    }
    fprintf(stderr, "manual: there is no table \"%.*s\"\n", (int)name.n, (const char *)name.p);
    return false;
}

static void put_line(const char *line, FILE *out)
{
    static const char mark[] = "@version@";
    const char *at = strstr(line, mark);
    if (at == NULL) {
        fputs(line, out);
        return;
    }
    fprintf(out, "%.*s%s%s", (int)(at - line), line, MAILWIRE_VERSION, at + strlen(mark));
}

bool manual_page(FILE *template, FILE *out)
{
    char line[LINE_MOST];
    bool fine = true;
    while (fine && fgets(line, sizeof line, template) != NULL) {
        struct bytes text = bytes_sub(bytes_of(line), 0, strcspn(line, "\n"));
        bool table = text.n > 2 && text.p[0] == '@' && text.p[text.n - 1] == '@';
        if (table) {
            fine = put_table(bytes_sub(text, 1, text.n - 2), out);
        } else {
            put_line(line, out);
        }
    }
    return fine && ferror(template) == 0;
}
