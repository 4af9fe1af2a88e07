#include "ui/tui/edit.h"

#include "capture/base/error.h"
#include "capture/base/text.h"

#include <stdlib.h>

void edit_set(struct edit *e, const char *text)
{
    e->n = e->at = 0;
    edit_replace(e, 0, 0, bytes_of(text));
}

void edit_replace(struct edit *e, size_t from, size_t to, struct bytes text)
{
    to = to > e->n ? e->n : to;
    from = from > to ? to : from;
    size_t kept = e->n - (to - from);
    if (text.n > EDIT_MOST - 1 - kept) {
        text.n = EDIT_MOST - 1 - kept;
    }
    memmove(e->text + from + text.n, e->text + to, e->n - to);
    if (text.n) {
        memcpy(e->text + from, text.p, text.n);
    }
    e->n = kept + text.n;
    e->text[e->n] = '\0';
    e->at = from + text.n;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

static size_t before(const struct edit *e, size_t at)
{
    while (at > 0 && continues(e->text[--at])) {
    }
    return at;
}

static size_t behind(const struct edit *e, size_t at)
{
    if (at < e->n) {
        at++;
    }
    while (at < e->n && continues(e->text[at])) {
        at++;
    }
    return at;
}

static size_t word_before(const struct edit *e, size_t at)
{
    while (at > 0 && e->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && e->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

#define CTRL(letter) ((letter) - 'A' + 1)

static bool erase_key(struct edit *e, int32_t code)
{
    struct bytes none = {NULL, 0};
    size_t at = e->at;
    switch (code) {
    case KC_ERASE:
        edit_replace(e, before(e, at), at, none);
        return true;
    case KC_DELETE:
    case CTRL('D'):
        edit_replace(e, at, behind(e, at), none);
        return true;
    case CTRL('U'):
        edit_replace(e, 0, at, none);
        return true;
    case CTRL('K'):
        edit_replace(e, at, e->n, none);
        return true;
    case CTRL('W'):
        edit_replace(e, word_before(e, at), at, none);
        return true;
    default:
        return false;
    }
}

static bool move_key(struct edit *e, int32_t code)
{
    switch (code) {
    case KC_LEFT:
    case CTRL('B'):
        e->at = before(e, e->at);
        return true;
    case KC_RIGHT:
    case CTRL('F'):
        e->at = behind(e, e->at);
        return true;
    case KC_HOME:
    case CTRL('A'):
        e->at = 0;
        return true;
    case KC_END:
    case CTRL('E'):
        e->at = e->n;
        return true;
    default:
        return false;
    }
}

bool edit_key(struct edit *e, const struct key *k, bool *changed)
{
    size_t was = e->n;
    *changed = false;
    if (move_key(e, k->code)) {
        return true;
    }
    if (erase_key(e, k->code)) {
        *changed = e->n != was;
        return true;
    }
    if (k->code < ' ' || k->code >= KC_SPECIAL || text_is_unsafe((uint32_t)k->code)) {
        return false;
    }
    struct buf one;
    buf_init(&one, 8);
    text_utf8_add(&one, (uint32_t)k->code);
    if (one.n < EDIT_MOST - e->n) { /* a character whole or not at all */
        edit_replace(e, e->at, e->at, buf_bytes(&one));
    }
    buf_done(&one);
    *changed = e->n != was;
    return true;
}

/* Columns of text that are scrolled out at the left, so that the cursor is seen. */
static int hidden_columns(const struct edit *e, int cols)
{
    int cursor = text_columns(bytes_make(e->text, e->at));
    return cols > 1 && cursor > cols - 1 ? cursor - (cols - 1) : 0;
}

int edit_column(const struct edit *e, size_t at, int cols)
{
    int column = text_columns(bytes_make(e->text, at > e->n ? e->n : at)) - hidden_columns(e, cols);
    return column < 0 ? 0 : column;
}

void edit_draw(const struct edit *e, const struct pane *p, int row, int col, int cols, enum style s,
               bool cursor)
{
    pane_text_from(p, row, col, cols, s, bytes_make(e->text, e->n), hidden_columns(e, cols));
    if (cursor) {
        pane_cursor(p, row, col + edit_column(e, e->at, cols));
    }
}

void history_add(struct edit_history *h, const char *line)
{
    bool same = h->count && strcmp(h->line[h->count - 1], line) == 0;
    if (line[0] && !same) {
        if (h->count == EDIT_HISTORY) {
            free(h->line[0]);
            memmove(h->line, h->line + 1, (EDIT_HISTORY - 1) * sizeof(h->line[0]));
            h->count--;
        }
        h->line[h->count++] = xstrdup(line);
    }
    h->at = h->count;
}

bool history_step(struct edit_history *h, struct edit *e, bool older)
{
    if (older ? h->at == 0 : h->at >= h->count) {
        return false;
    }
    h->at += older ? (size_t)-1 : 1;
    edit_set(e, h->at < h->count ? h->line[h->at] : "");
    return true;
}

void history_done(struct edit_history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        free(h->line[i]);
    }
    *h = (struct edit_history){0};
}
