#include "ui/tui/view.h"

#include "capture/base/text.h"
#include "capture/base/when.h"
#include "dissect/mime.h"
#include "ui/tui/clock.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#define NOTICE_SECONDS 8

void ui_open(struct ui *u, enum view_id id, const struct view_target *t)
{
    u->wish.open = true;
    u->wish.id = id;
    u->wish.target = t ? *t : (struct view_target){0};
}

bool ui_holds(struct ui *u, struct store_ref ref)
{
    bool held = store_alive(u->store, ref);
    if (!held && !store_ref_none(ref)) {
        ui_say(u, STYLE_TEMP, SESSION_GONE);
    }
    return held;
}

bool ui_next_session(struct ui *u, struct store_ref *ref, bool forward)
{
    struct rows *rows = u->rows[LIST_SESSIONS];
    size_t at = rows_find(rows, (struct store_item){*ref, 0});
    struct store_ref next = {0, 0};
    while (at != SIZE_MAX && !store_alive(u->store, next)) { /* rows of gone ones are passed by */
        at = !forward ? at - 1 : at + 1 < rows_count(rows) ? at + 1 : SIZE_MAX;
        next = rows_at(rows, at).session;
    }
    if (at == SIZE_MAX) {
        ui_say(u, STYLE_DIM, "no %s session in the list", forward ? "further" : "earlier");
        return false;
    }
    rows_set_anchor(rows, at);
    u->follow = false;
    *ref = next;
    return true;
}

void ui_back(struct ui *u)
{
    u->wish.back = true;
}

void ui_ask_path(struct ui *u, const char *text)
{
    u->wish.path = true;
    snprintf(u->wish.path_text, sizeof(u->wish.path_text), "%s", text);
}

void ui_say(struct ui *u, enum style s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(u->notice.text, sizeof(u->notice.text), format, args);
    va_end(args);
    u->notice.style = s;
    u->notice.stays = false;
    u->notice.until = u->now + NOTICE_SECONDS * CLOCK_S;
}

void ui_copy(struct ui *u, const char *label, struct bytes text)
{
    struct buf out;
    struct error e;
    struct bytes kept = text_cut(text, COPY_BYTES);
    buf_init(&out, (size_t)COPY_BYTES * 6); /* as long as an escape is */
    (u->ascii ? text_escape_ascii : text_escape)(&out, kept);
    if (!u->copy || u->copy(u->copy_arg, buf_bytes(&out), &e)) {
        struct bytes told = text_cut(buf_bytes(&out), 200);
        ui_say(u, STYLE_NOTICE, "copied%s: %s %.*s", kept.n < text.n ? ", but for its end" : "",
               label, (int)told.n, (const char *)told.p);
    } else {
        ui_say(u, STYLE_ERROR, "%s", e.text);
    }
    buf_done(&out);
}

bool ui_notice(const struct ui *u)
{
    return u->notice.text[0] && u->now < u->notice.until;
}

void ui_draw_notice(const struct ui *u, const struct pane *box, int row)
{
    if (ui_notice(u)) {
        pane_str(box, row, 2, box->cols - 4, u->notice.style, u->notice.text);
    }
}

bool ui_keep(struct ui *u, const char *name, const char *value)
{
    char path[4096];
    struct error e;
    bool kept = (config_path(path, sizeof(path)) || error_set(&e, "HOME is not set")) &&
                (u->keeper ? u->keeper->keep(u->keeper->arg, name, value, &e)
                           : config_save(path, name, value, &e));
    if (!kept) {
        ui_say(u, STYLE_ERROR, "not kept: %s", e.text);
    }
    return kept;
}

void ui_ask(struct ui *u, void (*yes)(struct view *v), struct view *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(u->question.text, sizeof(u->question.text), format, args);
    va_end(args);
    u->question.yes = yes;
    u->question.view = v;
}

static const char *filter_by_name(void *arg, const char *name)
{
    const struct ui *u = arg;
    return config_find(&u->config->filters, bytes_of(name));
}

bool ui_filter(struct ui *u, const char *text, struct filter_error *e)
{
    struct filter_config c = {.alias = filter_by_name,
                              .alias_arg = u,
                              .show_secrets = u->show_secrets,
                              .utc = u->utc,
                              .day_of = TIME_UNKNOWN};
    struct filter *f = filter_parse(text, &c, e);
    if (!f) {
        return false;
    }
    struct filter *old = u->filter;
    u->filter = f;
    snprintf(u->filter_text, sizeof(u->filter_text), "%s", text);
    for (int l = 0; l < LIST_COUNT; l++) {
        if (u->rows[l]) {
            rows_set_filter(u->rows[l], f);
        }
    }
    filter_free(&old);
    return true;
}

void ui_sort(struct ui *u, enum store_list l, size_t column, bool descending)
{
    u->sort[l] = column;
    if (u->rows[l]) {
        rows_set_order(u->rows[l], descending);
    }
}

/* ---- texts ---- */

void ui_clock(const struct ui *u, int64_t ns, int digits, struct buf *out)
{
    char text[WHEN_ROOM];
    if (ns == TIME_UNKNOWN) {
        return;
    }
    size_t n = when_clock(ns, u->utc, text);
    size_t want = digits > 0 ? 9 + (size_t)digits : 8; /* "12:26:40.010" */
    buf_add(out, bytes_make(text, n < want ? n : want));
}

void ui_endpoint(const struct session_info *s, enum dir d, bool port, struct buf *out)
{
    const struct endpoint *end = session_endpoint(s, d);
    bool v6 = s->flow->ip_version == 6;
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(v6 ? AF_INET6 : AF_INET, end->ip, text, sizeof(text))) {
        return;
    }
    if (!port) {
        buf_add_str(out, text);
    } else {
        buf_printf(out, v6 ? "[%s]:%u" : "%s:%u", text, end->port);
    }
}

static bool is_name(struct bytes word)
{
    bool dot = false, letter = false;
    for (size_t i = 0; i < word.n; i++) {
        int c = word.p[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '.' && c != '-') {
            return false;
        }
        dot |= c == '.';
        letter |= ascii_is_alpha(c);
    }
    return dot && letter;
}

/* The alias of an address, NULL when there is none or when addresses are wanted. */
static const char *alias_of(const struct ui *u, const uint8_t *ip, int version)
{
    char text[INET6_ADDRSTRLEN];
    if (u->config->addresses || u->config->aliases.count == 0 ||
        !inet_ntop(version == 6 ? AF_INET6 : AF_INET, ip, text, sizeof(text))) {
        return NULL;
    }
    return config_find(&u->config->aliases, bytes_of(text));
}

void ui_address(const struct ui *u, const uint8_t *ip, int version, struct buf *out)
{
    const char *alias = alias_of(u, ip, version);
    char text[INET6_ADDRSTRLEN];
    if (alias) {
        buf_add_str(out, alias);
    } else if (inet_ntop(version == 6 ? AF_INET6 : AF_INET, ip, text, sizeof(text))) {
        buf_add_str(out, text);
    }
}

/* What to call an end, empty where only its address is known or wanted. */
static struct bytes name_of(const struct ui *u, const struct session_info *s, enum dir d)
{
    const char *alias = alias_of(u, session_endpoint(s, d)->ip, s->flow->ip_version);
    struct bytes rest = s->banner, name = bytes_word(&rest), none = {NULL, 0};
    if (alias) {
        return bytes_of(alias);
    }
    return d == FROM_SERVER && !u->config->addresses && is_name(name) ? name : none;
}

void ui_end(const struct ui *u, const struct session_info *s, enum dir d, enum ui_port port,
            struct buf *out)
{
    struct bytes name = name_of(u, s, d);
    if (name.n == 0) {
        ui_endpoint(s, d, port != PORT_NEVER, out);
        return;
    }
    buf_add(out, name);
    if (port == PORT_ALWAYS) {
        buf_printf(out, ":%u", session_endpoint(s, d)->port);
    }
}

void ui_show_addresses(struct ui *u, bool on)
{
    u->config->addresses = on;
    for (int l = 0; l < LIST_COUNT; l++) { /* what is sorted by a name or found by a word */
        if (u->rows[l]) {
            rows_set_order(u->rows[l], u->rows[l]->descending);
        }
    }
}

enum style ui_severity_style(unsigned severity)
{
    static const enum style styles[] = {STYLE_NORMAL,     STYLE_SEV_INFO, STYLE_SEV_LOW,
                                        STYLE_SEV_MEDIUM, STYLE_SEV_HIGH, STYLE_SEV_CRITICAL};
    return severity < sizeof(styles) / sizeof(styles[0]) ? styles[severity] : STYLE_NORMAL;
}

char ui_severity_letter(unsigned severity)
{
    static const char letters[] = " iLMHC";
    return severity < sizeof(letters) - 1 ? letters[severity] : ' ';
}

enum style ui_outcome_style(enum outcome o)
{
    switch (o) {
    case OUTCOME_ACCEPTED:
    case OUTCOME_RETRIEVED:
        return STYLE_OK;
    case OUTCOME_REJECTED:
        return STYLE_BAD;
    case OUTCOME_DEFERRED:
        return STYLE_TEMP;
    case OUTCOME_INCOMPLETE:
        return STYLE_LOST;
    default:
        return STYLE_NORMAL;
    }
}

static enum style style_by_result(const struct session_info *i)
{
    if (i->last_negative) {
        return i->last_code >= 400 && i->last_code < 500 ? STYLE_TEMP : STYLE_BAD;
    }
    if (i->missing) {
        return STYLE_LOST;
    }
    if (i->has_transaction && i->messages) {
        return ui_outcome_style(i->first_outcome);
    }
    if (i->login == TRI_YES && i->end == END_QUIT) {
        return STYLE_OK;
    }
    return i->tls ? STYLE_TLS : STYLE_NORMAL;
}

enum style ui_session_style(const struct ui *u, const struct store_session *s)
{
    const char *state = s->info.state;
    switch (u->colour) {
    case COLOUR_BY_PROTOCOL:
        return s->info.protocol[0] == 's' || s->info.protocol[0] == 'l' ? STYLE_CLIENT : STYLE_MAIL;
    case COLOUR_BY_STATE:
        return s->flags & STORE_OPEN ? STYLE_OK : strcmp(state, "CLOSED") ? STYLE_TEMP : STYLE_DIM;
    default:
        return style_by_result(&s->info);
    }
}

const char *ui_state(const char *state)
{
    static const char *const shorter[][2] = {{"AUTHORIZATION", "AUTHORIZ"},
                                             {"TRANSACTION", "TRANSACT"}};
    for (size_t i = 0; state && i < sizeof(shorter) / sizeof(shorter[0]); i++) {
        if (strcmp(state, shorter[i][0]) == 0) {
            return shorter[i][1];
        }
    }
    return state ? state : "";
}

void ui_header(const struct message *m, enum header_field f, struct buf *out)
{
    if (message_header(m, f).n) {
        mime_header_text(message_header(m, f), out);
    }
}

void ui_sender_name(const struct message *m, struct buf *out)
{
    struct buf text;
    buf_init(&text, 65536);
    ui_header(m, HEADER_FROM, &text);
    struct bytes all = buf_bytes(&text), name = all;
    size_t open = bytes_find(all, '<', 0), close = bytes_find(all, '>', 0);
    if (open != SIZE_MAX) {
        name = bytes_trim(bytes_sub(all, 0, open));
        if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"') {
            name = bytes_sub(name, 1, name.n - 2);
        }
        if (name.n == 0 && close != SIZE_MAX && close > open) {
            name = bytes_sub(all, open + 1, close - open - 1);
        }
    }
    buf_add(out, name);
    buf_done(&text);
}
