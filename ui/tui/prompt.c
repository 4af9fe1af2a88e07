#include "ui/tui/prompt.h"

#include "ui/tui/human.h"

#include <stdio.h>

static const char *const leads[PROMPT_KINDS] = {[PROMPT_FILTER] = " Filter: ",
                                                [PROMPT_SEARCH] = " Search: ",
                                                [PROMPT_COMMAND] = " :",
                                                [PROMPT_PATH] = " Save to: "};

void prompt_init(struct prompt *p, struct ui *u)
{
    *p = (struct prompt){.ui = u};
}

void prompt_done(struct prompt *p)
{
    for (int i = 0; i < PROMPT_KINDS; i++) {
        history_done(&p->history[i]);
    }
}

/* Puts the filter in force when it can be. */
static void apply(struct prompt *p)
{
    p->hint = filter_hint(p->edit.text, p->edit.at);
    p->wrong = p->waiting = false;
    if (p->hint.unfinished && p->edit.at == p->edit.n) {
        struct filter *f = filter_parse(p->edit.text, NULL, &p->error);
        p->wrong = !f && p->hint.place == PLACE_NOTHING;
        p->waiting = !p->wrong;
        filter_free(&f);
    } else if (strcmp(p->edit.text, p->ui->filter_text) != 0) {
        p->wrong = !ui_filter(p->ui, p->edit.text, &p->error);
    }
}

static void changed(struct prompt *p)
{
    p->cycling = false;
    if (p->kind == PROMPT_FILTER) {
        apply(p);
        prompt_complete(p);
    }
}

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text)
{
    p->kind = kind;
    p->history[kind].at = p->history[kind].count;
    p->completions = 0;
    snprintf(p->before, sizeof(p->before), "%s", p->ui->filter_text);
    edit_set(&p->edit, text);
    changed(p);
    p->completions = 0; /* not before something is typed */
}

/* Tab puts the completion into the text; once more takes the next one instead. */
static void complete(struct prompt *p, bool forward)
{
    if (!p->cycling) {
        prompt_complete(p);
        p->chosen = 0;
    } else if (p->completions) {
        p->chosen = (p->chosen + (forward ? 1 : p->completions - 1)) % p->completions;
    }
    if (p->completions == 0) {
        return;
    }
    const char *text = p->completion[p->chosen].text;
    size_t from = p->hint.from, to = p->cycling ? p->edit.at : p->hint.to;
    edit_replace(&p->edit, from, to, bytes_of(text));
    struct filter_hint kept = p->hint;
    apply(p);
    if (p->completions > 1) {
        p->hint = kept; /* what Tab replaces next */
        p->cycling = true;
    } else {
        changed(p);
    }
}

/* Enter: what is typed now counts, finished or not. */
static enum prompt_result enter(struct prompt *p)
{
    if (p->kind == PROMPT_FILTER) {
        p->wrong = !ui_filter(p->ui, p->edit.text, &p->error);
        p->waiting = false;
        p->completions = 0;
        if (p->wrong) {
            return PROMPT_GOES_ON;
        }
    }
    history_add(&p->history[p->kind], p->edit.text);
    return PROMPT_ENTERED;
}

static enum prompt_result leave(struct prompt *p)
{
    struct filter_error e;
    if (p->kind == PROMPT_FILTER && strcmp(p->before, p->ui->filter_text) != 0) {
        ui_filter(p->ui, p->before, &e);
    }
    return PROMPT_LEFT;
}

enum prompt_result prompt_key(struct prompt *p, const struct key *k)
{
    bool different = false;
    if (k->code == KC_RETURN) {
        return enter(p);
    }
    if (k->code == KC_ESCAPE || k->code == 3 || (k->code == KC_ERASE && p->edit.n == 0)) {
        return leave(p);
    }
    if ((k->code == KC_TAB || k->code == KC_SHIFT_TAB) && p->kind == PROMPT_FILTER) {
        complete(p, k->code == KC_TAB);
        return PROMPT_GOES_ON;
    }
    if (k->code == KC_UP || k->code == KC_DOWN) {
        if (history_step(&p->history[p->kind], &p->edit, k->code == KC_UP)) {
            changed(p);
            p->completions = 0;
        }
        return PROMPT_GOES_ON;
    }
    if (edit_key(&p->edit, k, &different) && (different || p->kind == PROMPT_FILTER)) {
        changed(p);
    }
    return PROMPT_GOES_ON;
}

/* ---- drawing ---- */

void prompt_draw(const struct prompt *p, const struct pane *row)
{
    pane_fill(row, 0, 0, 1, row->cols, STYLE_NORMAL);
    int lead = pane_str(row, 0, 0, row->cols, STYLE_TITLE, leads[p->kind]);
    int room = row->cols - lead - (p->kind == PROMPT_FILTER && row->cols >= 60 ? 26 : 1);
    edit_draw(&p->edit, row, 0, lead, room, p->wrong ? STYLE_ERROR : STYLE_NORMAL, true);
    if (p->kind != PROMPT_FILTER || row->cols < 60) {
        return;
    }
    char text[64];
    size_t shown = p->ui->rows[LIST_SESSIONS] ? rows_count(p->ui->rows[LIST_SESSIONS]) : 0;
    snprintf(text, sizeof(text), "%s %zu of %zu session%s",
             p->wrong     ? "wrong,"
             : p->waiting ? ".."
                          : "ok,",
             shown, (size_t)store_counters(p->ui->store).sessions,
             human_s(store_counters(p->ui->store).sessions));
    pane_right(row, 0, row->cols - 25, 24, p->wrong ? STYLE_ERROR : STYLE_DIM, bytes_of(text));
}

static void draw_error(const struct prompt *p, const struct pane *body)
{
    int lead = (int)strlen(leads[PROMPT_FILTER]);
    int room = body->cols - lead - (body->cols >= 60 ? 26 : 1);
    int at = lead + edit_column(&p->edit, p->error.at, room);
    pane_fill(body, 0, 0, 2, body->cols, STYLE_NORMAL);
    pane_str(body, 0, at < body->cols ? at : body->cols - 1, 1, STYLE_ERROR, "^");
    int from = at + 2, wide = (int)strlen(p->error.text);
    if (from + wide > body->cols) {
        from = body->cols > wide ? body->cols - wide - 1 : 0;
        pane_str(body, 1, from, body->cols, STYLE_ERROR, p->error.text);
    } else {
        pane_str(body, 0, from, body->cols - from, STYLE_ERROR, p->error.text);
    }
    if (p->ui->filter_text[0]) {
        pane_printf(body, from > at + 2 || from + wide <= body->cols ? 1 : 2, lead,
                    body->cols - lead, STYLE_DIM, "not applied, still showing: %s",
                    p->ui->filter_text);
    }
}

#define POPUP_ROWS 10
#define POPUP_COLS 64

static void draw_completions(const struct prompt *p, const struct pane *body)
{
    int lead = (int)strlen(leads[PROMPT_FILTER]);
    int at = lead + edit_column(&p->edit, p->hint.from, body->cols - lead - 26) - 2;
    int cols = body->cols < POPUP_COLS ? body->cols : POPUP_COLS;
    int rows = (int)(p->completions < POPUP_ROWS ? p->completions : POPUP_ROWS) + 2;
    if (at + cols > body->cols) {
        at = body->cols - cols;
    }
    struct pane box = pane_sub(body, 0, at < 0 ? 0 : at, rows, cols);
    if (box.rows < 3) {
        return;
    }
    pane_box(&box, NULL);
    size_t first = p->chosen >= (size_t)(box.rows - 2) ? p->chosen - (size_t)(box.rows - 3) : 0;
    for (int r = 1; r + 1 < box.rows && first + (size_t)r - 1 < p->completions; r++) {
        const struct completion *c = &p->completion[first + (size_t)r - 1];
        struct pane line = pane_sub(&box, r, 1, 1, box.cols - 2);
        int used = pane_str(&line, 0, 1, line.cols - 2, STYLE_KEY, c->text);
        int help = used < 14 ? 16 : used + 2;
        pane_str(&line, 0, help, line.cols - help - 1, STYLE_NORMAL, c->help);
        if (p->cycling && first + (size_t)r - 1 == p->chosen) {
            pane_select(&line, 0);
        }
    }
    pane_str(&box, box.rows - 1, 2, box.cols - 4, STYLE_DIM,
             " Tab complete  Up history  Esc undo ");
}

void prompt_draw_below(const struct prompt *p, const struct pane *body)
{
    if (p->kind != PROMPT_FILTER) {
        return;
    }
    if (p->wrong) {
        draw_error(p, body);
    } else if (p->completions) {
        draw_completions(p, body);
    }
}
