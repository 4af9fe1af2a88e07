/* A part of a message is being saved: how far it is, and how to stop it. */
#include "ui/tui/view.h"

#include "ui/tui/save_part.h"

#include <stdlib.h>

#define BOX_COLS 64
#define BOX_ROWS 6

struct saving {
    struct dialog dialog;
    struct save_part *job;
    bool stopping;
};

struct dialog *dialog_part_open(struct ui *u, struct save_part *job)
{
    struct saving *s = xcalloc(1, sizeof(*s));
    s->dialog = (struct dialog){&dialog_part, u};
    s->job = job;
    return &s->dialog;
}

static void close_dialog(struct dialog *d)
{
    save_part_free(&((struct saving *)d)->job);
    free(d);
}

/* The thread can not be broken off: the box stays until it comes to its end. */
static bool key(struct dialog *d, const struct key *k)
{
    struct saving *s = (struct saving *)d;
    if (k->code == KC_ESCAPE || k->code == 'q' || k->code == 3) {
        s->stopping = true;
        save_part_stop(s->job);
    }
    return true;
}

static bool work(struct dialog *d, int64_t deadline, bool *done)
{
    struct saving *s = (struct saving *)d;
    char text[512];
    bool cut;
    *done = save_part_work(s->job, deadline);
    if (*done) {
        bool good = save_part_result(s->job, text, sizeof(text), &cut);
        ui_say(d->ui, !good ? STYLE_ERROR : cut ? STYLE_LOST : STYLE_NOTICE, "%s", text);
    }
    return !*done;
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct saving *s = (const struct saving *)d;
    int rows = all->rows < BOX_ROWS ? all->rows : BOX_ROWS;
    int cols = all->cols < BOX_COLS ? all->cols : BOX_COLS;
    struct pane p = pane_amid(all, rows, cols);
    int percent = save_part_percent(s->job);
    pane_box(&p, "Saving");
    if (percent < 0) {
        pane_str(&p, 1, 2, cols - 4, STYLE_NORMAL, "the message is being decoded ...");
    } else {
        pane_printf(&p, 1, 2, 12, STYLE_NORMAL, "saving %d %%", percent);
        pane_bar(&p, 1, 16, cols - 18, STYLE_BAR_GRAPH, (uint64_t)percent, 100);
    }
    pane_str(&p, rows - 2, 2, cols - 4, STYLE_DIM,
             s->stopping ? "stopping ..." : "Esc stops; a half written file is removed");
}

const struct dialog_ops dialog_part = {
    .draw = draw, .key = key, .work = work, .close = close_dialog};
