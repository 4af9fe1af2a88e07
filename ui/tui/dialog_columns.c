/* Columns of the session list: which, in what order, how wide. Kept in the settings on request. */
#include "ui/tui/view.h"

#include "ui/tui/list.h"

#include <stdio.h>
#include <stdlib.h>

#define BOX_COLS 78

struct chooser {
    struct dialog dialog;
    enum column_id row[COLUMN_COUNT]; /* chosen ones first, in their order */
    size_t rows;
    struct list list;
};

static void make_rows(struct chooser *c)
{
    const struct ui *u = c->dialog.ui;
    c->rows = 0;
    for (size_t i = 0; i < u->columns.count; i++) {
        c->row[c->rows++] = u->columns.choice[i].id;
    }
    for (int id = 0; id < COLUMN_COUNT; id++) {
        if (columns_find(&u->columns, (enum column_id)id) == SIZE_MAX) {
            c->row[c->rows++] = (enum column_id)id;
        }
    }
}

struct dialog *dialog_columns_open(struct ui *u)
{
    struct chooser *c = xcalloc(1, sizeof(*c));
    c->dialog = (struct dialog){&dialog_columns, u};
    make_rows(c);
    return &c->dialog;
}

static void close_dialog(struct dialog *d)
{
    free(d);
}

/* ---- changes ---- */

static void toggle(struct chooser *c)
{
    struct ui *u = c->dialog.ui;
    struct column_set *set = &u->columns;
    enum column_id id = c->row[c->list.cursor];
    size_t at = columns_find(set, id);
    if (at == SIZE_MAX) {
        set->choice[set->count++] = (struct column_choice){id, column_width(id)};
    } else if (set->count > 1) {
        memmove(&set->choice[at], &set->choice[at + 1],
                (--set->count - at) * sizeof(set->choice[0]));
    }
    make_rows(c);
    for (size_t i = 0; i < c->rows; i++) { /* the cursor stays on its column */
        if (c->row[i] == id) {
            c->list.count = c->rows;
            list_go(&c->list, i);
        }
    }
    ui_columns_changed(u);
}

static void shift(struct chooser *c, bool later)
{
    struct column_set *set = &c->dialog.ui->columns;
    size_t at = c->list.cursor, to = later ? at + 1 : at - 1;
    if (at >= set->count || to >= set->count) {
        return;
    }
    struct column_choice moved = set->choice[at];
    set->choice[at] = set->choice[to];
    set->choice[to] = moved;
    make_rows(c);
    list_go(&c->list, to);
    ui_columns_changed(c->dialog.ui);
}

static void resize(struct chooser *c, int by)
{
    struct column_set *set = &c->dialog.ui->columns;
    if (c->list.cursor < set->count) {
        int *width = &set->choice[c->list.cursor].width;
        *width = *width + by < 1 ? 1 : *width + by > 200 ? 200 : *width + by;
        ui_columns_changed(c->dialog.ui);
    }
}

static void keep(struct chooser *c)
{
    struct buf text;
    buf_init(&text, 4096);
    columns_print(&c->dialog.ui->columns, &text);
    if (ui_keep(c->dialog.ui, "columns", buf_cstr(&text))) {
        ui_say(c->dialog.ui, STYLE_NOTICE, "kept in the settings");
    }
    buf_done(&text);
}

static bool key(struct dialog *d, const struct key *k)
{
    struct chooser *c = (struct chooser *)d;
    switch (k->code) {
    case KC_ESCAPE:
    case KC_RETURN:
    case 'q':
    case 3:
        return false;
    case ' ':
        toggle(c);
        return true;
    case 'K':
    case '-':
        shift(c, false);
        return true;
    case 'J':
    case '+':
        shift(c, true);
        return true;
    case '<':
    case KC_LEFT:
        resize(c, -1);
        return true;
    case '>':
    case KC_RIGHT:
        resize(c, 1);
        return true;
    case 'd':
        columns_default(&d->ui->columns);
        make_rows(c);
        ui_columns_changed(d->ui);
        return true;
    case 'w':
        keep(c);
        return true;
    default:
        list_act(&c->list, keymap_find(&d->ui->config->keys, VIEW_SESSIONS, k->code));
        return true;
    }
}

/* ---- drawing ---- */

static void draw_row(const struct chooser *c, const struct pane *p, int row, size_t i)
{
    const struct ui *u = c->dialog.ui;
    enum column_id id = c->row[i];
    size_t at = columns_find(&u->columns, id);
    bool on = at != SIZE_MAX, there = column_available(id, u);
    enum style style = !there ? STYLE_DIM : on ? STYLE_NORMAL : STYLE_DIM;
    char width[16] = "";
    if (on) {
        snprintf(width, sizeof(width), "%d", u->columns.choice[at].width);
    }
    pane_printf(p, row, 1, 18, on ? STYLE_TITLE : style, "%c [%c] %s",
                i == c->list.cursor ? '>' : ' ', on ? 'x' : ' ', column_name(id));
    pane_right(p, row, 19, 4, style, bytes_of(width));
    pane_str(p, row, 25, p->cols - 26, style,
             there ? column_help(id) : "needs a GeoIP database that knows it");
    if (i == c->list.cursor) {
        struct pane line = pane_sub(p, row, 1, 1, p->cols - 2);
        pane_select(&line, 0);
    }
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct chooser *c = (const struct chooser *)d;
    const struct ui *u = d->ui;
    int cols = all->cols < BOX_COLS ? all->cols : BOX_COLS;
    int rows = all->rows - 2 < (int)c->rows + 5 ? all->rows - 2 : (int)c->rows + 5;
    struct pane p = pane_amid(all, rows, cols);
    struct list l = c->list; /* a copy: drawing changes nothing */
    pane_box(&p, "Columns");
    pane_str(&p, 1, 7, 12, STYLE_HEAD, "column");
    pane_right(&p, 1, 18, 5, STYLE_HEAD, bytes_of("width"));
    list_layout(&l, c->rows, rows - 5);
    for (int r = 0; r < rows - 5 && l.top + (size_t)r < c->rows; r++) {
        draw_row(c, &p, r + 2, l.top + (size_t)r);
    }
    ui_draw_notice(u, &p, rows - 3);
    pane_str(&p, rows - 2, 2, cols - 4, STYLE_DIM,
             cols > 74 ? "Space on/off  K J move  < > width  d usual ones  w keep  Enter done"
                       : "Space  K J move  < > width  d  w keep  Enter");
}

static bool work(struct dialog *d, int64_t deadline, bool *done)
{
    struct chooser *c = (struct chooser *)d;
    (void)deadline;
    *done = false;
    list_layout(&c->list, c->rows, 10);
    return false;
}

const struct dialog_ops dialog_columns = {
    .draw = draw, .key = key, .work = work, .close = close_dialog};
