#include "ui/manual/roff.h"

#include <stddef.h>
#include <string.h>

static const char *roff_escape(char c)
{
    static const struct {
        char c;
        const char *text;
    } escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
                   {'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"}};
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (escapes[i].c == c) {
            return escapes[i].text;
        }
    }
    return NULL;
}

void roff_text(FILE *out, const char *text)
{
    if (text[0] == '.') { /* at the start of a line it would be a request */
        fputs("\\&", out);
    }
    for (const char *c = text; *c != '\0'; c++) {
        const char *escape = roff_escape(*c);
        if (escape != NULL) {
            fputs(escape, out);
        } else {
            fputc(*c, out);
        }
    }
}

void roff_tag(FILE *out, const char *tag, const char *value)
{
    fputs(".TP\n\\fB", out);
    roff_text(out, tag);
    fputs("\\fR", out);
    if (value != NULL && value[0] != '\0') {
        fputs(" \\fI", out);
        roff_text(out, value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
}
