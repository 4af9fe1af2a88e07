/* Filters for people: errors with a caret, the list of fields, completion, the row that words
 * are searched in. */
#include "ui/filter_private.h"

#include "capture/base/text.h"
#include "capture/base/when.h"

#include <arpa/inet.h>
#include <inttypes.h>

/* ---- errors ---- */

void filter_error_show(const char *text, const struct filter_error *e, struct buf *out)
{
    struct bytes all = bytes_of(text);
    int before = text_columns(bytes_sub(all, 0, e->at));
    int under = text_columns(bytes_sub(all, e->at, e->length));
    text_escape(out, all);
    buf_add_byte(out, '\n');
    for (int i = 0; i < before; i++) {
        buf_add_byte(out, ' ');
    }
    buf_add_byte(out, '^');
    for (int i = 1; i < under; i++) {
        buf_add_byte(out, '~');
    }
    buf_add_byte(out, ' ');
    text_escape(out, bytes_of(e->text));
    buf_add_byte(out, '\n');
}

/* ---- the table ---- */

const struct filter_field *filter_fields(size_t *count)
{
    *count = field_count();
    return field_table;
}

const char *filter_scope_name(enum filter_scope s)
{
    static const char *const names[SCOPE_COUNT] = {"session", "login",    "dialog", "message",
                                                   "trouble", "raw text", "flags"};
    return s < SCOPE_COUNT ? names[s] : "";
}

const char *filter_type_name(enum filter_type t)
{
    static const char *const names[TYPE_COUNT] = {"text",      "word", "number",  "size",
                                                  "time span", "time", "address", "code",
                                                  "yes or no", "flag"};
    return t < TYPE_COUNT ? names[t] : "";
}

void filter_list_fields(FILE *out)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        fprintf(out, "%s%s\n", scope > 0 ? "\n" : "", filter_scope_name((enum filter_scope)scope));
        for (size_t i = 0; i < field_count(); i++) {
            const struct filter_field *f = &field_table[i];
            if ((int)f->scope != scope) {
                continue;
            }
            bool header = field_is_header(i);
            fprintf(out, "  %-11s %-10s %s", header ? "header.NAME" : f->name,
                    filter_type_name(f->type), f->help);
            fprintf(out, f->words[0] != '\0' ? ": %s\n" : "%s\n", f->words);
            if (f->type != TYPE_FLAG) {
                fprintf(out, "  %-11s %-10s %s\n", "", "", f->example);
            }
        }
    }
}

/* ---- the row ---- */

static void add_end(struct buf *out, const struct session_info *s, enum dir d)
{
    char text[INET6_ADDRSTRLEN];
    const struct endpoint *end = session_endpoint(s, d);
    bool v4 = s->flow->ip_version == 4;
    if (inet_ntop(v4 ? AF_INET : AF_INET6, end->ip, text, sizeof text) != NULL) {
        buf_printf(out, v4 ? "%s:%u " : "[%s]:%u ", text, end->port);
    }
}

void filter_default_row(const struct session_info *s, struct buf *out)
{
    char time[WHEN_ROOM];
    when_date_time(s->start, false, time);
    buf_printf(out, "%" PRIu64 " %s %s ", s->number, time, s->protocol);
    add_end(out, s, FROM_CLIENT);
    add_end(out, s, FROM_SERVER);
    buf_printf(out, "%s ", s->state);
    const struct bytes texts[] = {s->user,         s->client_name,     s->banner,
                                  s->first_sender, s->first_recipient, s->last_reply};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        buf_add(out, texts[i]);
        buf_add_byte(out, ' ');
    }
    if (s->has_transaction) {
        buf_add_str(out, outcome_name(s->first_outcome));
    }
}

/* ---- completion ---- */

/* Where reading stands, from the beginning of the text to the cursor. */
struct scan {
    const char *text;
    size_t at, cursor;
    const struct filter_field *list; /* inside "field:( ... )" */
};

static bool is_blank_or_end(char c)
{
    return c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == ')' || c == ',';
}

/* Behind the closing quote, or the end. */
static size_t skip_quoted(const char *text, size_t at)
{
    for (at++; text[at] != '\0' && text[at] != '"'; at++) {
        if (text[at] == '\\' && text[at + 1] != '\0') {
            at++;
        }
    }
    return text[at] == '"' ? at + 1 : at;
}

static size_t skip_name(const char *text, size_t at)
{
    while (ascii_is_alpha(text[at]) || ascii_is_digit(text[at]) || text[at] == '_' ||
           text[at] == '-' || text[at] == '.') {
        at++;
    }
    return at;
}

static size_t skip_value(const char *text, size_t at)
{
    while (!is_blank_or_end(text[at]) && text[at] != '(') {
        at = text[at] == '"' ? skip_quoted(text, at) : at + 1;
    }
    return at;
}

static struct filter_hint hint_value(const struct filter_field *f, size_t from, size_t to)
{
    return (struct filter_hint){
        .place = PLACE_VALUE, .from = from, .to = to, .field = f, .unfinished = from == to};
}

/* Is the word the beginning of a field's or flag's name (and more than a flag by itself)? */
static bool may_become_field(struct bytes word)
{
    for (size_t i = 0; i < field_count() && word.n > 0; i++) {
        const struct filter_field *f = &field_table[i];
        size_t n = strlen(f->name), same = 0;
        while (same < n && same < word.n && ascii_lower(word.p[same]) == f->name[same]) {
            same++;
        }
        if (same == word.n && (same < n || f->type != TYPE_FLAG)) {
            return true;
        }
    }
    return false;
}

/* A bare word without operator, the cursor in it or right behind it. */
static struct filter_hint hint_word(const struct scan *s, size_t from, size_t to)
{
    struct bytes word = bytes_make(s->text + from, to - from);
    size_t field = field_find(word, false);
    struct filter_hint h = {.place = PLACE_FIELD, .from = from, .to = to};
    h.unfinished = may_become_field(word) && field_find(word, true) == SIZE_MAX;
    if (field != SIZE_MAX && field_find(word, true) == SIZE_MAX) {
        h.place = PLACE_OPERATOR;
        h.field = &field_table[field];
        h.unfinished = true;
    }
    return h;
}

/* One word at s->at that is not blank; true when the cursor is in it and *h tells. */
static bool scan_word(struct scan *s, struct filter_hint *h)
{
    const char *t = s->text;
    size_t from = s->at;
    if (t[from] == '"') {
        s->at = skip_quoted(t, from);
        *h = (struct filter_hint){.place = PLACE_NOTHING, .from = from, .to = s->at};
        return s->cursor > from && s->cursor <= s->at;
    }
    bool alias = t[from] == '@';
    size_t end = skip_name(t, from + alias), operated = end;
    while (!alias && t[operated] != '\0' && strchr(":=!<>~", t[operated]) != NULL) {
        operated++;
    }
    if (operated == end || end == from) {
        s->at = skip_value(t, end > from ? end : from + 1);
        bool inside = s->cursor >= from && s->cursor <= s->at;
        *h = alias ? (struct filter_hint){.place = PLACE_ALIAS, .from = from + 1, .to = s->at}
                   : hint_word(s, from, s->at);
        return inside;
    }
    size_t field = field_find(bytes_make(t + from, end - from), false);
    const struct filter_field *f = field != SIZE_MAX ? &field_table[field] : NULL;
    if (t[operated] == '(') { /* a list: its values follow */
        s->list = f;
        s->at = operated + 1;
        return false;
    }
    s->at = skip_value(t, operated);
    if (s->cursor < operated) {
        *h = (struct filter_hint){.place = PLACE_FIELD, .from = from, .to = end};
        return s->cursor >= from;
    }
    *h = hint_value(f, operated, s->at);
    return s->cursor <= s->at;
}

/* A value inside of a list. */
static bool scan_list(struct scan *s, struct filter_hint *h)
{
    size_t from = s->at;
    if (s->text[from] == ')') {
        s->list = NULL;
        s->at++;
        return false;
    }
    s->at = s->text[from] == ',' ? from + 1 : skip_value(s->text, from);
    if (s->at == from) {
        s->at++; /* a parenthesis that does not belong here */
    }
    if (s->text[from] == ',') {
        return false;
    }
    *h = hint_value(s->list, from, s->at);
    return s->cursor >= from && s->cursor <= s->at;
}

struct filter_hint filter_hint(const char *text, size_t cursor)
{
    struct scan s = {.text = text, .cursor = cursor};
    struct filter_hint h = {.place = PLACE_FIELD, .from = cursor, .to = cursor};
    while (text[s.at] != '\0' && s.at <= cursor) {
        char c = text[s.at];
        bool signs = c == '(' || (c == '!' && text[s.at + 1] != '=' && text[s.at + 1] != '~');
        if (c == ' ' || c == '\t' || (s.list == NULL && (signs || c == ')' || c == ','))) {
            s.at++;
        } else if (s.list != NULL ? scan_list(&s, &h) : scan_word(&s, &h)) {
            return h;
        }
    }
    if (s.list != NULL) {
        return hint_value(s.list, cursor, cursor);
    }
    return (struct filter_hint){.place = PLACE_FIELD, .from = cursor, .to = cursor};
}
