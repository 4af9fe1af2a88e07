/* Commands typed behind ":", and what changes with them. */
#include "ui/tui/view.h"

#include <stdio.h>

void ui_columns_changed(struct ui *u)
{
    u->columns_version++;
}

static bool filter_command(struct ui *u, struct bytes rest, struct error *e)
{
    struct filter_error fe;
    char text[EDIT_MOST];
    snprintf(text, sizeof(text), "%.*s", (int)rest.n, (const char *)rest.p);
    return ui_filter(u, text, &fe) || error_set(e, "filter: %s", fe.text);
}

static bool sort_command(struct ui *u, struct bytes rest, struct error *e)
{
    enum column_id c;
    bool down = rest.n && rest.p[0] == '-';
    rest = bytes_from(rest, down);
    if (!column_by_name(rest, &c)) {
        return error_set(e, "there is no column \"%.*s\"", (int)rest.n, (const char *)rest.p);
    }
    ui_sort(u, LIST_SESSIONS, c, down);
    return true;
}

static bool columns_command(struct ui *u, struct bytes rest, struct error *e)
{
    char text[EDIT_MOST];
    snprintf(text, sizeof(text), "%.*s", (int)rest.n, (const char *)rest.p);
    if (rest.n == 0) {
        columns_default(&u->columns);
    } else if (!columns_parse(&u->columns, text, e)) {
        return false;
    }
    ui_columns_changed(u);
    return true;
}

static bool memory_command(struct ui *u, struct bytes rest, struct error *e)
{
    char text[64];
    uint64_t n;
    snprintf(text, sizeof(text), "%.*s", (int)rest.n, (const char *)rest.p);
    if (!limits_parse_size(text, &n) || n < (8u << 20)) {
        return error_set(e, "\"%s\" is no size of at least 8M", text);
    }
    store_set_ceiling(u->store, n);
    return true;
}

/* A line of the config file, in force for this run. */
static bool config_command(struct ui *u, struct bytes line, struct error *e)
{
    if (!config_line(u->config, line, e)) {
        return false;
    }
    u->utc = u->config->utc || u->utc;
    return true;
}

static bool go_command(struct ui *u, uint64_t number, struct error *e)
{
    struct view_target t = {.session = store_by_number(u->store, number)};
    if (store_ref_none(t.session)) {
        return error_set(e, "there is no session %llu", (unsigned long long)number);
    }
    ui_open(u, VIEW_DIALOGUE, &t);
    return true;
}

bool ui_command(struct ui *u, const char *text, struct error *e)
{
    static const struct {
        const char *word;
        bool (*run)(struct ui *u, struct bytes rest, struct error *e);
    } commands[] = {{"filter", filter_command},
                    {"sort", sort_command},
                    {"columns", columns_command},
                    {"mem", memory_command}};
    struct bytes all = bytes_trim(bytes_of(text)), rest = all, word = bytes_word(&rest);
    uint64_t number;
    if (word.n == 0) {
        return true;
    }
    if (bytes_u64(word, &number)) {
        return go_command(u, number, e);
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (bytes_is(word, commands[i].word)) {
            return commands[i].run(u, bytes_trim(rest), e);
        }
    }
    if (bytes_is(word, "q") || bytes_is(word, "quit")) {
        u->wish.quit = true;
        return true;
    }
    if (bytes_is(word, "help")) {
        ui_open(u, VIEW_HELP, NULL);
        return true;
    }
    if (bytes_is(word, "set") || bytes_is(word, "bind") || bytes_is(word, "alias")) {
        return config_command(u, all, e);
    }
    return error_set(
        e, "there is no command \"%.*s\" (NUMBER filter sort columns set bind alias mem help quit)",
        (int)word.n, (const char *)word.p);
}
