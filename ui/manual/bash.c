/* Completion for bash. It needs nothing of the bash-completion package. */
#include "ui/manual/manual.h"
#include "ui/manual/values.h"

static const char *const bash_values[VALUE_KIND_COUNT] = {
    [VALUE_FREE] = "return ;;\n",
    [VALUE_FILE] =
        "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n",
    [VALUE_FOLDER] =
        "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return ;;\n",
    [VALUE_INTERFACE] = "words=\"any $(command ls /sys/class/net 2>/dev/null)\" ;;\n",
    [VALUE_USER] = "mapfile -t COMPREPLY < <(compgen -u -- \"$cur\"); return ;;\n",
};

static void bash_pattern(FILE *out, const struct option_row *r)
{
    fputs("    ", out);
    if (r->letter != 0) {
        fprintf(out, "-%c%s", r->letter, r->name != NULL ? " | " : "");
    }
    if (r->name != NULL) {
        fprintf(out, "--%s", r->name);
    }
    fputs(") ", out);
}

static void bash_value(FILE *out, const struct option_row *r, struct buf *words)
{
    enum value_kind kind = value_kind(r);
    if (kind == VALUE_NONE) {
        return;
    }
    bash_pattern(out, r);
    if (kind == VALUE_WORDS) {
        const char *all = value_words(r, words);
        fprintf(out, "%swords='%s' ;;\n", value_goes_on(all) ? "compopt -o nospace; " : "", all);
    } else {
        fputs(bash_values[kind], out);
    }
}

static void bash_options(FILE *out, const struct option_row *rows, size_t count)
{
    fputs("        words='", out);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].letter != 0) {
            fprintf(out, "-%c ", rows[i].letter);
        }
        if (rows[i].name != NULL) {
            fprintf(out, "--%s ", rows[i].name);
        }
    }
    fputs("'\n", out);
}

void manual_bash(FILE *out)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    struct buf words;
    buf_init(&words, SIZE_MAX);
    fputs("# Completion of mailwire's options for bash, made from the program's own table.\n"
          "_mailwire()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=\n"
          "    COMPREPLY=()\n"
          "    if [[ $cur == = ]]; then # \"--option=value\" comes as three words\n"
          "        cur=\n"
          "    elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then\n"
          "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n"
          "    case $prev in\n",
          out);
    for (size_t i = 0; i < count; i++) {
        bash_value(out, &rows[i], &words);
    }
    fputs("    *)\n        [[ $cur == -* ]] || return\n", out);
    bash_options(out, rows, count);
    fputs("        ;;\n    esac\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n"
          "complete -F _mailwire mailwire\n",
          out);
    buf_done(&words);
}
