#include "ui/tui/table.h"

#include <stdio.h>

#define MARGIN 3 /* cursor, mark, blank */

static int width_of(const struct table *t, const bool *leave)
{
    int sum = MARGIN;
    for (size_t i = t->shift; i < t->columns; i++) {
        sum += leave[i] ? 0 : t->column[i].width + 1;
    }
    return sum - 1;
}

/* The shown column that leaves next, or the count when none may. */
static size_t next_to_leave(const struct table *t, const bool *leave)
{
    size_t found = t->columns;
    for (size_t i = t->shift; i < t->columns; i++) {
        int drop = leave[i] ? 0 : t->column[i].drop;
        if (drop && (found == t->columns || drop < t->column[found].drop)) {
            found = i;
        }
    }
    return found;
}

static void place(struct table *t, int cols, const bool *leave)
{
    int spare = cols - width_of(t, leave), x = MARGIN;
    for (size_t i = 0; i < t->columns; i++) {
        t->w[i] = t->x[i] = 0;
        if (i < t->shift || leave[i] || x >= cols) {
            continue;
        }
        int w = t->column[i].width + (t->column[i].flex && spare > 0 ? spare : 0);
        t->x[i] = x;
        t->w[i] = w < cols - x ? w : cols - x;
        x += w + 1;
    }
}

void table_layout(struct table *t, int cols, size_t count, int rows)
{
    bool leave[TABLE_COLUMNS] = {false};
    while (width_of(t, leave) > cols) {
        size_t i = next_to_leave(t, leave);
        if (i == t->columns) {
            break;
        }
        leave[i] = true;
    }
    place(t, cols, leave);
    list_layout(&t->list, count, rows > 1 ? rows - 1 : 1);
}

static void draw_heading(const struct table *t, const struct pane *p)
{
    for (size_t i = 0; i < t->columns; i++) {
        if (t->w[i] == 0) {
            continue;
        }
        char title[40];
        snprintf(title, sizeof(title), "%s%s", t->column[i].title,
                 i != t->sort    ? ""
                 : t->descending ? "v"
                                 : "^");
        /* The sort mark may use the blank beside a heading that fills its column. */
        int room = t->w[i] + (i == t->sort && t->column[i].right ? 1 : 0);
        int x = t->x[i] - (room - t->w[i]);
        if (t->column[i].right) {
            pane_right(p, 0, x, room, STYLE_HEAD, bytes_of(title));
        } else {
            pane_str(p, 0, x, t->w[i] + 1, STYLE_HEAD, title);
        }
    }
}

static void draw_cell(const struct table *t, const struct pane *p, int at, size_t i,
                      enum style style, struct bytes text)
{
    if (t->column[i].right) {
        pane_right(p, at, t->x[i], t->w[i], style, text);
    } else if (t->column[i].middle) {
        pane_middle(p, at, t->x[i], t->w[i], style, text);
    } else {
        pane_text(p, at, t->x[i], t->w[i], style, text);
    }
}

static void draw_row(const struct table *t, const struct pane *p, const struct table_ops *ops,
                     void *arg, size_t row, int at)
{
    enum style base = STYLE_NORMAL;
    char mark = ' ';
    bool held = ops->row(arg, row, &base, &mark);
    pane_printf(p, at, 0, 2, mark == '*' ? STYLE_TITLE : base, "%c%c",
                row == t->list.cursor ? '>' : ' ', mark);
    struct buf text;
    buf_init(&text, 4096);
    if (!held) { /* the row goes with the next change of the list */
        pane_str(p, at, MARGIN, p->cols - MARGIN, STYLE_DIM, "(let go)");
    }
    for (size_t i = 0; held && i < t->columns; i++) {
        if (t->w[i]) {
            enum style style = base;
            buf_clear(&text);
            ops->cell(arg, i, &text, &style);
            draw_cell(t, p, at, i, style, buf_bytes(&text));
        }
    }
    buf_done(&text);
    if (row == t->list.cursor) {
        pane_select(p, at);
    }
}

void table_draw(const struct table *t, const struct pane *p, const struct table_ops *ops, void *arg)
{
    draw_heading(t, p);
    for (int i = 0; i < t->list.page && i + 1 < p->rows; i++) {
        size_t row = t->list.top + (size_t)i;
        if (row < t->list.count) {
            draw_row(t, p, ops, arg, row, i + 1);
        }
    }
}

static void step_sort(struct table *t, bool right)
{
    for (size_t n = 0; n < t->columns; n++) {
        t->sort = (t->sort + (right ? 1 : t->columns - 1)) % t->columns;
        if (t->w[t->sort]) {
            break;
        }
    }
    t->descending = false;
}

enum table_did table_act(struct table *t, enum action a)
{
    if (list_act(&t->list, a)) {
        return TABLE_MOVED;
    }
    switch (a) {
    case ACT_LEFT:
        t->shift -= t->shift > 0;
        return TABLE_SHIFTED;
    case ACT_RIGHT:
        t->shift += t->shift + 1 < t->columns;
        return TABLE_SHIFTED;
    case ACT_SORT_LEFT:
    case ACT_SORT_RIGHT:
        step_sort(t, a == ACT_SORT_RIGHT);
        return TABLE_SORTED;
    case ACT_SORT_TURN:
        t->descending = !t->descending;
        return TABLE_SORTED;
    default:
        return TABLE_NOTHING;
    }
}

static bool click_heading(struct table *t, int col)
{
    for (size_t i = 0; i < t->columns; i++) {
        if (t->w[i] && col >= t->x[i] && col <= t->x[i] + t->w[i]) {
            t->descending = i == t->sort && !t->descending;
            t->sort = i;
            return true;
        }
    }
    return false;
}

enum table_did table_click(struct table *t, int row, int col, bool twice)
{
    if (row == 0) {
        return click_heading(t, col) ? TABLE_SORTED : TABLE_NOTHING;
    }
    return !list_click(&t->list, row - 1, 1) ? TABLE_NOTHING : twice ? TABLE_OPENED : TABLE_MOVED;
}
