#include "ui/tui/command.h"

#include "dissect/detect.h"

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

static bool mem_command(struct ui *u, struct bytes rest, struct error *e)
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
static bool config_command(struct ui *u, const char *word, struct bytes rest, struct error *e)
{
    char line[EDIT_MOST];
    snprintf(line, sizeof(line), "%s %.*s", word, (int)rest.n, (const char *)rest.p);
    if (!config_line(u->config, bytes_of(line), e)) {
        return false;
    }
    u->utc = u->config->utc || u->utc;
    return true;
}

static bool set_command(struct ui *u, struct bytes rest, struct error *e)
{
    return config_command(u, "set", rest, e);
}

static bool bind_command(struct ui *u, struct bytes rest, struct error *e)
{
    return config_command(u, "bind", rest, e);
}

static bool alias_command(struct ui *u, struct bytes rest, struct error *e)
{
    return config_command(u, "alias", rest, e);
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

/* ---- what is read ---- */

/* "2525=smtp", or as --port wants it, "smtp=2525". */
static bool parse_port(struct bytes text, struct relay_port *out)
{
    struct bytes rest = text, first = {NULL, 0};
    uint64_t n;
    bytes_split(&rest, '=', &first);
    bool turned = bytes_u64(first, &n);
    struct bytes name = turned ? rest : first, port = turned ? first : rest;
    if (!bytes_u64(port, &n) || n == 0 || n > UINT16_MAX || name.n == 0 ||
        name.n >= sizeof(out->protocol)) {
        return false;
    }
    *out = (struct relay_port){.port = (uint16_t)n};
    memcpy(out->protocol, name.p, name.n);
    return true;
}

static bool is_protocol(const struct relay_port *p)
{
    struct port_hints hints = {0};
    bool known = port_hints_add(&hints, p->protocol, p->port);
    port_hints_done(&hints);
    return known;
}

static bool port_command(struct ui *u, struct bytes rest, struct error *e)
{
    struct relay_port p;
    if (!parse_port(rest, &p) || !is_protocol(&p)) {
        return error_set(e, "a port is written 2525=smtp (or lmtp, pop2, pop3)");
    }
    if (!u->relay || store_progress(u->store)->ended) {
        return error_set(e, "everything was read: mailwire --port %s=%u reads it again so",
                         p.protocol, p.port);
    }
    if (!relay_want_port(u->relay, &p)) {
        return error_set(e, "too many ports at once");
    }
    ui_say(u, STYLE_NOTICE, "from here on port %u is %s where its first words leave it open",
           p.port, p.protocol);
    return true;
}

/* Another one can not be opened: the rights for it were given up before the first packet. */
static bool interface_command(struct ui *u, struct bytes rest, struct error *e)
{
    (void)rest;
    if (!u->live) {
        return error_set(e, "this is no live capture: mailwire -i NAME begins one");
    }
    ui_say(u, STYLE_NOTICE, "listening on %s; there are:%s (another one: mailwire -i NAME)",
           u->input, u->interfaces && u->interfaces[0] ? u->interfaces : " (not known)");
    return true;
}

static bool continue_command(struct ui *u, struct bytes rest, struct error *e)
{
    (void)rest;
    if (!u->paused || store_progress(u->store)->ended) {
        return error_set(e, "%s",
                         u->live ? "a live capture can not go on once it was stopped"
                                 : "reading was not stopped");
    }
    u->paused = false;
    relay_pause(u->relay, false);
    ui_say(u, STYLE_NOTICE, "reading goes on");
    return true;
}

/* ---- the rest ---- */

static bool help_command(struct ui *u, struct bytes rest, struct error *e)
{
    (void)rest, (void)e;
    ui_open(u, VIEW_HELP, NULL);
    return true;
}

static bool quit_command(struct ui *u, struct bytes rest, struct error *e)
{
    (void)rest, (void)e;
    u->wish.quit = true;
    return true;
}

/* ---- the table ---- */

static const struct typed_command commands[] = {
#define COMMAND(name, follows, help) {#name, follows, help},
#include "ui/tui/commands.def"
#undef COMMAND
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool (*const runs[COMMANDS])(struct ui *u, struct bytes rest, struct error *e) = {
#define COMMAND(name, follows, help) name##_command,
#include "ui/tui/commands.def"
#undef COMMAND
};

const struct typed_command *command_rows(size_t *count)
{
    *count = COMMANDS;
    return commands;
}

static bool refuse(struct bytes word, struct error *e)
{
    struct buf names;
    buf_init(&names, 200);
    for (size_t i = 0; i < COMMANDS; i++) {
        buf_printf(&names, " %s", commands[i].name);
    }
    error_set(e, "there is no command \"%.*s\" (NUMBER%s)", (int)word.n, (const char *)word.p,
              buf_cstr(&names));
    buf_done(&names);
    return false;
}

bool ui_command(struct ui *u, const char *text, struct error *e)
{
    struct bytes all = bytes_trim(bytes_of(text)), rest = all, word = bytes_word(&rest);
    uint64_t number;
    if (word.n == 0) {
        return true;
    }
    if (bytes_u64(word, &number)) {
        return go_command(u, number, e);
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (bytes_is(word, commands[i].name)) {
            return runs[i](u, bytes_trim(rest), e);
        }
    }
    return bytes_is(word, "q") ? quit_command(u, rest, e) : refuse(word, e);
}
