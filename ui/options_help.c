#include "ui/options.h"

#define HELP_COLUMN 28
#define HELP_WIDTH  100

/* Words of text from column HELP_COLUMN on, `used` columns being used already. */
static void print_wrapped(FILE *out, const char *text, size_t used)
{
    struct bytes rest = bytes_of(text), word;
    size_t column = used;
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", (int)(HELP_COLUMN - column), "");
    column = HELP_COLUMN;
    while ((word = bytes_word(&rest)).n > 0) {
        if (column + 1 + word.n > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", (int)word.n, (const char *)word.p);
        column += word.n + (column > HELP_COLUMN ? 1 : 0);
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const struct option_row *row)
{
    char left[80];
    int n = 0;
    if (row->letter != 0 && row->name != NULL) {
        n = snprintf(left, sizeof left, "  -%c, --%s", row->letter, row->name);
    } else if (row->letter != 0) {
        n = snprintf(left, sizeof left, "  -%c", row->letter);
    } else {
        n = snprintf(left, sizeof left, "  --%s", row->name);
    }
    if (row->value != NULL) {
        n += snprintf(left + n, sizeof left - (size_t)n, " %s", row->value);
    }
    fputs(left, out);
    print_wrapped(out, row->help, (size_t)n);
}

static void print_views(FILE *out)
{
    size_t count = 0;
    const struct export_format *const *all = export_formats(&count);
    fputs("\nViews (-T); without -T: the viewer on a terminal, else sessions\n", out);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->is_view) {
            fprintf(out, "  %s", all[i]->name);
            print_wrapped(out, all[i]->help, 2 + strlen(all[i]->name));
        }
    }
}

void options_print_help(FILE *out)
{
    const char *group = "";
    size_t count = 0;
    const struct option_row *rows = options_table(&count);
    fputs("usage: mailwire [-r FILE ...] [-i INTERFACE] [options] [BPF filter ...]\n"
          "Rebuilds SMTP, LMTP, POP2 and POP3 sessions and their messages from captured packets.\n",
          out);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].group, group) != 0) {
            group = rows[i].group;
            fprintf(out, "\n%s\n", group);
        }
        print_row(out, &rows[i]);
    }
    print_views(out);
    fputs(
        "\nExamples\n"
        "  mailwire -r monday.pcap                        look around in a capture\n"
        "  mailwire -i eth0 port 25 or port 587           the same while it happens\n"
        "  mailwire -r monday.pcap -f 'rcpt:anna code>=400' -T sessions\n"
        "  mailwire -r monday.pcap -T transcript --session 4 --explain\n"
        "\nThe manual (man mailwire) has the language of filters, the keys of the viewer, and all "
        "findings.\n",
        out);
    fputs("\nExit status: 0 done; 1 the input or an output failed in part; 2 usage; 3 nothing "
          "could be "
          "read.\n",
          out);
}
