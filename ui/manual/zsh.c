/* Completion for zsh: one _arguments specification an option. */
#include "ui/manual/manual.h"
#include "ui/manual/values.h"

#include <string.h>

/* Inside '...[help]:value:action', where brackets and colons mean something. */
static void put_text(FILE *out, const char *text, int n)
{
    for (int i = 0; i < n; i++) {
        if (text[i] == '\'') {
            fputs("'\\'", out);
        } else if (strchr("[]:\\", text[i]) != NULL) {
            fputc('\\', out);
        }
        fputc(text[i], out);
    }
}

static void put_name(FILE *out, const struct option_row *r)
{
    if (r->name != NULL) {
        fputs(r->name, out);
    } else {
        fputc(r->letter, out);
    }
}

/* Words that go on want no blank behind them, which only a function can say. */
static void put_function(FILE *out, const struct option_row *r, struct buf *room)
{
    if (value_kind(r) != VALUE_WORDS || !value_goes_on(value_words(r, room))) {
        return;
    }
    struct bytes rest = buf_bytes(room), word;
    fputs("_mailwire_", out);
    put_name(out, r);
    fputs("()\n{\n    compadd -S '' --", out);
    while (bytes_split(&rest, ' ', &word)) {
        fprintf(out, " '%.*s'", (int)word.n, (const char *)word.p);
    }
    fputs("\n}\n\n", out);
}

static void put_action(FILE *out, const struct option_row *r, struct buf *room)
{
    static const char *const actions[VALUE_KIND_COUNT] = {
        [VALUE_FREE] = " ",           [VALUE_FILE] = "_files",
        [VALUE_FOLDER] = "_files -/", [VALUE_INTERFACE] = "_net_interfaces",
        [VALUE_USER] = "_users",
    };
    enum value_kind kind = value_kind(r);
    if (kind == VALUE_NONE) {
        return;
    }
    fputc(':', out);
    put_text(out, r->value, (int)strlen(r->value));
    fputc(':', out);
    if (kind != VALUE_WORDS) {
        fputs(actions[kind], out);
    } else if (value_goes_on(value_words(r, room))) {
        fputs("_mailwire_", out);
        put_name(out, r);
    } else {
        fprintf(out, "(%s)", buf_cstr(room));
    }
}

static void put_help(FILE *out, const struct option_row *r)
{
    fputc('[', out);
    put_text(out, r->help, value_help_length(r->help));
    fputc(']', out);
}

static void put_option(FILE *out, const struct option_row *r, struct buf *room)
{
    fputs("        ", out);
    if (r->letter != 0 && r->name != NULL) {
        fprintf(out, "'(-%c --%s)'{-%c,--%s}'", r->letter, r->name, r->letter, r->name);
    } else if (r->letter != 0) {
        fprintf(out, r->value != NULL ? "'*-%c+" : "'-%c", r->letter);
    } else {
        fprintf(out, r->value != NULL ? "'*--%s=" : "'--%s", r->name);
    }
    put_help(out, r);
    put_action(out, r, room);
    fputs("' \\\n", out);
}

void manual_zsh(FILE *out)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    struct buf room;
    buf_init(&room, SIZE_MAX);
    fputs("#compdef mailwire\n# Made from the program's own table of options.\n\n", out);
    for (size_t i = 0; i < count; i++) {
        put_function(out, &rows[i], &room);
    }
    fputs("_mailwire()\n{\n    _arguments -s \\\n", out);
    for (size_t i = 0; i < count; i++) {
        put_option(out, &rows[i], &room);
    }
    fputs("        '*:BPF filter: '\n}\n\n_mailwire \"$@\"\n", out);
    buf_done(&room);
}
