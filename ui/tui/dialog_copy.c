/* What of the row or the message is to be copied. */
#include "ui/tui/view.h"

#include "ui/tui/list.h"

#include <stdlib.h>

#define BOX_COLS 78
#define LABEL    14

struct chooser {
    struct dialog dialog;
    struct copies copies;
    struct list list;
};

struct dialog *dialog_copy_open(struct ui *u, struct copies *c)
{
    struct chooser *d = xcalloc(1, sizeof(*d));
    d->dialog = (struct dialog){&dialog_copy, u};
    d->copies = *c;
    copies_init(c);
    return &d->dialog;
}

static void close_dialog(struct dialog *d)
{
    copies_done(&((struct chooser *)d)->copies);
    free(d);
}

static bool key(struct dialog *d, const struct key *k)
{
    struct chooser *c = (struct chooser *)d;
    size_t i = c->list.cursor;
    switch (k->code) {
    case KC_ESCAPE:
    case 'q':
    case 3:
        return false;
    case KC_RETURN:
    case 'y':
        ui_copy(d->ui, c->copies.item[i].label, copies_text(&c->copies, i));
        return false;
    default:
        list_act(&c->list, keymap_find(&d->ui->config->keys, VIEW_SESSIONS, k->code));
        return true;
    }
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct chooser *c = (const struct chooser *)d;
    int cols = all->cols < BOX_COLS ? all->cols : BOX_COLS;
    int want = (int)c->copies.count + 3, rows = all->rows - 2 < want ? all->rows - 2 : want;
    struct pane p = pane_amid(all, rows, cols);
    struct list l = c->list; /* a copy: drawing changes nothing */
    pane_box(&p, "Copy");
    list_layout(&l, c->copies.count, rows - 3);
    for (int r = 0; r < rows - 3 && l.top + (size_t)r < c->copies.count; r++) {
        size_t i = l.top + (size_t)r;
        struct pane line = pane_sub(&p, r + 1, 1, 1, cols - 2);
        pane_str(&line, 0, 1, LABEL - 1, STYLE_DIM, c->copies.item[i].label);
        pane_text(&line, 0, 1 + LABEL, line.cols - LABEL - 2, STYLE_NORMAL,
                  copies_text(&c->copies, i));
        if (i == l.cursor) {
            pane_select(&line, 0);
        }
    }
    pane_str(&p, rows - 2, 2, cols - 4, STYLE_DIM, "Enter copies   Esc leaves");
}

static bool work(struct dialog *d, int64_t deadline, bool *done)
{
    struct chooser *c = (struct chooser *)d;
    (void)deadline;
    *done = false;
    list_layout(&c->list, c->copies.count, 10);
    return false;
}

const struct dialog_ops dialog_copy = {
    .draw = draw, .key = key, .work = work, .close = close_dialog};
