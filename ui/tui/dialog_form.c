/* The filter as a form: each line is a field, what is written below is the filter's own text. */
#include "ui/tui/view.h"

#include <stdio.h>
#include <stdlib.h>

#define BOX_COLS 76

/* The fields that people ask for most; the bar knows all. */
static const struct {
    const char *label, *field, *hint;
} lines[] = {
    {"Protocol", "proto", "smtp lmtp pop2 pop3"},
    {"Client", "client", "10.1.4.17, 10.1.0.0/16, part of its HELO name"},
    {"Server", "server", "address, network, part of its name"},
    {"User", "user", "part of the login name"},
    {"Sender", "from", "envelope sender"},
    {"Recipient", "rcpt", "envelope recipient, refused ones too"},
    {"Subject", "subject", "part of the subject"},
    {"Reply code", "code", "550, 400..499, (450,451)"},
    {"Started", "start", "12:30..12:45 or 2025-11-01T12:30..2025-11-01T13:00"},
    {"TLS", "tls", "none offered starttls implicit"},
    {"Finding", "finding", "cleartext-credentials"},
    {"Any text", "text", "in any line of the dialog"},
};

#define LINES ((int)(sizeof(lines) / sizeof(lines[0])))

struct form {
    struct dialog dialog;
    struct edit edit[LINES];
    int line;
    struct filter_error error;
    bool wrong;
};

static bool needs_quotes(const char *text)
{
    return strpbrk(text, " \"") && !strchr(text, '(');
}

/* The filter that the lines make. */
static void write_filter(const struct form *f, struct buf *out)
{
    for (int i = 0; i < LINES; i++) {
        const char *text = f->edit[i].text;
        if (!text[0]) {
            continue;
        }
        buf_printf(out, "%s%s:", out->n ? " " : "", lines[i].field);
        if (!needs_quotes(text)) {
            buf_add_str(out, text);
            continue;
        }
        buf_add_byte(out, '"');
        for (const char *c = text; *c; c++) {
            if (*c == '"' || *c == '\\') {
                buf_add_byte(out, '\\');
            }
            buf_add_byte(out, (uint8_t)*c);
        }
        buf_add_byte(out, '"');
    }
}

struct dialog *dialog_form_open(struct ui *u)
{
    struct form *f = xcalloc(1, sizeof(*f));
    f->dialog = (struct dialog){&dialog_form, u};
    return &f->dialog;
}

static void close_dialog(struct dialog *d)
{
    free(d);
}

static bool apply(struct form *f)
{
    struct buf text;
    buf_init(&text, EDIT_MOST - 1);
    write_filter(f, &text);
    f->wrong = !ui_filter(f->dialog.ui, buf_cstr(&text), &f->error);
    buf_done(&text);
    return !f->wrong;
}

static bool key(struct dialog *d, const struct key *k)
{
    struct form *f = (struct form *)d;
    bool changed = false;
    switch (k->code) {
    case KC_ESCAPE:
    case 3:
        return false;
    case KC_RETURN:
        return !apply(f);
    case KC_TAB:
    case KC_DOWN:
        f->line = (f->line + 1) % LINES;
        return true;
    case KC_SHIFT_TAB:
    case KC_UP:
        f->line = (f->line + LINES - 1) % LINES;
        return true;
    default:
        edit_key(&f->edit[f->line], k, &changed);
        f->wrong &= !changed;
        return true;
    }
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct form *f = (const struct form *)d;
    int cols = all->cols < BOX_COLS ? all->cols : BOX_COLS;
    int rows = all->rows < LINES + 7 ? all->rows : LINES + 7;
    struct pane p = pane_amid(all, rows, cols);
    int shown = rows - 6, first = f->line >= shown ? f->line - shown + 1 : 0;
    struct buf text;
    pane_box(&p, "Filter");
    for (int r = 0; r < shown && first + r < LINES; r++) {
        int i = first + r;
        pane_str(&p, r + 1, 2, 12, i == f->line ? STYLE_KEY : STYLE_NORMAL, lines[i].label);
        if (f->edit[i].n == 0) {
            pane_str(&p, r + 1, 14, cols - 16, STYLE_DIM, lines[i].hint);
        }
        edit_draw(&f->edit[i], &p, r + 1, 14, cols - 16, STYLE_TITLE, i == f->line);
    }
    buf_init(&text, EDIT_MOST);
    write_filter(f, &text);
    pane_str(&p, rows - 4, 2, 12, STYLE_DIM, "as text");
    pane_text(&p, rows - 4, 14, cols - 16, STYLE_NORMAL, buf_bytes(&text));
    buf_done(&text);
    if (f->wrong) {
        pane_str(&p, rows - 3, 14, cols - 16, STYLE_ERROR, f->error.text);
    }
    pane_str(&p, rows - 2, 2, cols - 4, STYLE_DIM, "Tab next   Enter filter   Esc leave");
}

const struct dialog_ops dialog_form = {.draw = draw, .key = key, .close = close_dialog};
