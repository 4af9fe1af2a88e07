/* Completion for fish: one `complete` an option. */
#include "ui/manual/manual.h"
#include "ui/manual/values.h"

static void put_text(FILE *out, const char *text, int n)
{
    fputc('\'', out);
    for (int i = 0; i < n; i++) {
        if (text[i] == '\'' || text[i] == '\\') {
            fputc('\\', out);
        }
        fputc(text[i], out);
    }
    fputc('\'', out);
}

static void put_option(FILE *out, const struct option_row *r, struct buf *room)
{
    static const char *const values[VALUE_KIND_COUNT] = {
        [VALUE_NONE] = "",
        [VALUE_FREE] = " -x",
        [VALUE_FILE] = " -r -F",
        [VALUE_FOLDER] = " -x -a '(__fish_complete_directories)'",
        [VALUE_INTERFACE] = " -x -a 'any (__fish_print_interfaces)'",
        [VALUE_USER] = " -x -a '(__fish_complete_users)'",
    };
    enum value_kind kind = value_kind(r);
    fputs("complete -c mailwire", out);
    if (r->letter != 0) {
        fprintf(out, " -s %c", r->letter);
    }
    if (r->name != NULL) {
        fprintf(out, " -l %s", r->name);
    }
    if (kind == VALUE_WORDS) {
        fprintf(out, " -x -a '%s'", value_words(r, room));
    } else {
        fputs(values[kind], out);
    }
    fputs(" -d ", out);
    put_text(out, r->help, value_help_length(r->help));
    fputc('\n', out);
}

void manual_fish(FILE *out)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    struct buf room;
    buf_init(&room, SIZE_MAX);
    fputs("# Completion of mailwire's options for fish, made from the program's own table.\n"
          "complete -c mailwire -f\n",
          out);
    for (size_t i = 0; i < count; i++) {
        put_option(out, &rows[i], &room);
    }
    buf_done(&room);
}
