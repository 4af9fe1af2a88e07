/* Two steps of a dialog line by line: what both have, what only one of them has. */
#include "ui/tui/view.h"

#include "ui/tui/doc.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"
#include "ui/tui/turns.h"

#include <stdio.h>
#include <stdlib.h>

#define BOX_COLS   100
#define LINES_MOST 200 /* of each step; what a person compares is shorter */

struct steps {
    struct dialog dialog;
    struct doc doc;
    struct list list; /* top only */
};

/* The lines of one step. */
struct lines {
    struct buf text;
    size_t at[LINES_MOST + 1];
    size_t n;
};

static struct bytes line_at(const struct lines *l, size_t i)
{
    return bytes_sub(buf_bytes(&l->text), l->at[i], l->at[i + 1] - l->at[i]);
}

/* Unfolded meanwhile: a folded reply's first line ends in how many more there are. */
static void take_lines(struct lines *l, const struct ui *u, struct turns *t, size_t turn)
{
    enum style style;
    uint8_t flags = t->turn[turn].flags;
    uint32_t subs = t->turn[turn].kind == TURN_REPLY ? t->turn[turn].lines : 0;
    l->n = 0;
    buf_init(&l->text, 1u << 20);
    t->turn[turn].flags |= TURN_UNFOLDED;
    for (uint32_t sub = 0; sub <= subs && l->n < LINES_MOST; sub++) {
        l->at[l->n++] = l->text.n;
        turns_text(u, t, (struct turn_line){(uint32_t)turn, sub}, &l->text, &style);
    }
    l->at[l->n] = l->text.n;
    t->turn[turn].flags = flags;
}

static void add_line(struct doc *d, char mark, struct bytes text)
{
    const char label[] = {' ', mark, '\0'};
    enum style style = mark == ' ' ? STYLE_NORMAL : STYLE_DIFF;
    doc_pair(d, label, style, text.n ? text : bytes_of(" "));
}

/* Longest common lines (dynamic programming): both sides are short. */
static void add_difference(struct doc *d, const struct lines *a, const struct lines *b)
{
    size_t width = b->n + 1;
    uint16_t *common = xcalloc((a->n + 1) * width, sizeof(*common));
    for (size_t i = a->n; i-- > 0;) {
        for (size_t k = b->n; k-- > 0;) {
            uint16_t down = common[(i + 1) * width + k], right = common[i * width + k + 1];
            common[i * width + k] = bytes_equal(line_at(a, i), line_at(b, k))
                                        ? (uint16_t)(common[(i + 1) * width + k + 1] + 1)
                                    : down > right ? down
                                                   : right;
        }
    }
    size_t i = 0, k = 0;
    while (i < a->n || k < b->n) {
        if (i < a->n && k < b->n && bytes_equal(line_at(a, i), line_at(b, k))) {
            add_line(d, ' ', line_at(a, i++));
            k++;
        } else if (k == b->n ||
                   (i < a->n && common[(i + 1) * width + k] >= common[i * width + k + 1])) {
            add_line(d, '-', line_at(a, i++));
        } else {
            add_line(d, '+', line_at(b, k++));
        }
    }
    free(common);
}

static void add_head(struct doc *d, const struct ui *u, const struct turns *t, size_t turn,
                     char mark)
{
    const struct turn *it = &t->turn[turn];
    struct buf b;
    char label[4];
    snprintf(label, sizeof(label), " %c", mark);
    buf_init(&b, 256);
    ui_clock(u, it->time, 6, &b);
    buf_printf(&b, "  %s  %s", turn_speaker(it), ui_state(it->state));
    doc_pair(d, label, STYLE_TITLE, buf_bytes(&b));
    buf_done(&b);
}

struct dialog *dialog_steps_open(struct ui *u, struct turns *t, size_t first, size_t second)
{
    struct steps *s = xcalloc(1, sizeof(*s));
    struct lines a, b;
    char room[HUMAN_ROOM];
    s->dialog = (struct dialog){&dialog_steps, u};
    doc_init(&s->doc, 3);
    add_head(&s->doc, u, t, first, '-');
    add_head(&s->doc, u, t, second, '+');
    doc_printf(&s->doc, STYLE_DIM, "   %s s behind the first",
               human_delta(t->turn[second].time - t->turn[first].time, room));
    doc_blank(&s->doc);
    take_lines(&a, u, t, first);
    take_lines(&b, u, t, second);
    add_difference(&s->doc, &a, &b);
    buf_done(&a.text);
    buf_done(&b.text);
    return &s->dialog;
}

static void close_dialog(struct dialog *d)
{
    doc_done(&((struct steps *)d)->doc);
    free(d);
}

static bool key(struct dialog *d, const struct key *k)
{
    struct steps *s = (struct steps *)d;
    if (k->code == KC_ESCAPE || k->code == KC_RETURN || k->code == 'q' || k->code == 3) {
        return false;
    }
    list_scroll(&s->list, keymap_find(&d->ui->config->keys, VIEW_HELP, k->code));
    return true;
}

static int box_cols(const struct pane *all)
{
    return all->cols < BOX_COLS ? all->cols : BOX_COLS;
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct steps *s = (const struct steps *)d;
    struct doc doc = s->doc; /* its rows are for this width */
    int cols = box_cols(all);
    doc.row = NULL;
    doc.row_room = doc.rows = 0;
    doc.wrapped = 0;
    doc_wrap(&doc, cols - 4);
    int want = (int)doc.rows + 3, rows = all->rows - 2 < want ? all->rows - 2 : want;
    struct pane p = pane_amid(all, rows, cols);
    struct pane text = pane_sub(&p, 1, 2, rows - 3, cols - 4);
    size_t most = doc.rows > (size_t)text.rows ? doc.rows - (size_t)text.rows : 0;
    pane_box(&p, "Two steps");
    doc_draw(&doc, &text, s->list.top < most ? s->list.top : most);
    pane_str(&p, rows - 2, 2, cols - 4, STYLE_DIM,
             "- the first only   + the second only   Esc leaves");
    free(doc.row);
}

static bool work(struct dialog *d, int64_t deadline, bool *done)
{
    struct steps *s = (struct steps *)d;
    (void)deadline;
    *done = false;
    s->list.count = s->doc.lines;
    s->list.page = 10;
    return false;
}

const struct dialog_ops dialog_steps = {
    .draw = draw, .key = key, .work = work, .close = close_dialog};
