#include "ui/tui/app_private.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WHEEL_LINES 3

static const struct view_ops *const ops_of[VIEW_COUNT] = {
#define VIEW(name, symbol, config, title) [VIEW_##name] = &view_##symbol,
#include "ui/tui/views.def"
#undef VIEW
};

/* ---- screens ---- */

static struct view *view_new(struct ui *u, enum view_id id, const struct view_target *t)
{
    struct view *v = xcalloc(1, ops_of[id]->size);
    v->ops = ops_of[id];
    v->ui = u;
    v->id = id;
    v->ops->open(v, t);
    return v;
}

static void view_free(struct view *v)
{
    v->ops->close(v);
    free(v);
}

struct view *app_current(const struct app *a)
{
    return a->depth ? a->stack[a->depth - 1] : a->tab[a->at];
}

static void pop(struct app *a)
{
    if (a->depth) {
        view_free(a->stack[--a->depth]);
    }
}

void app_go_to_tab(struct app *a, enum view_id tab)
{
    while (a->depth) {
        pop(a);
    }
    a->at = tab;
}

void app_open(struct app *a, enum view_id id, const struct view_target *t)
{
    if (id < APP_TABS) {
        app_go_to_tab(a, id);
        return;
    }
    if (a->depth == APP_STACK) { /* the way back ends somewhere */
        view_free(a->stack[0]);
        memmove(a->stack, a->stack + 1, (APP_STACK - 1) * sizeof(a->stack[0]));
        a->depth--;
    }
    a->stack[a->depth++] = view_new(&a->ui, id, t);
}

static void lay_out(struct app *a)
{
    struct view *v = app_current(a);
    frame_layout(&a->frame, &a->canvas, v->ops->tab, a->ui.no_header);
    v->rows = a->frame.body.rows;
    v->cols = a->frame.body.cols;
    v->ops->layout(v, v->rows, v->cols);
}

static void leave(struct app *a)
{
    bool loses = a->ui.live && !a->keeps_packets && !store_progress(a->ui.store)->ended;
    if (loses && !a->may_leave) {
        a->may_leave = true;
        ui_say(&a->ui, STYLE_TEMP,
               "the capture is not kept (no -w): q again leaves, F2 saves first");
        return;
    }
    a->ended = true;
}

static void grant_wishes(struct app *a)
{
    if (a->ui.wish.back) {
        a->ui.wish.back = false;
        pop(a);
    }
    if (a->ui.wish.open) {
        struct view_target t = a->ui.wish.target;
        a->ui.wish.open = false;
        app_open(a, a->ui.wish.id, &t);
    }
    if (a->ui.wish.dialog && !a->dialog) {
        a->dialog = a->ui.wish.dialog;
        a->ui.wish.dialog = NULL;
    }
    if (a->ui.wish.path) {
        a->ui.wish.path = false;
        prompt_open(&a->prompt, PROMPT_PATH, a->ui.wish.path_text);
    }
    if (a->ui.wish.quit) {
        a->ended = true;
    }
}

static void act(struct app *a, enum action action)
{
    struct view *v = app_current(a);
    if (action != ACT_BACK) {
        a->may_leave = false;
    }
    if (action == ACT_NONE || app_act(a, action)) {
        return;
    }
    if (!v->ops->act(v, action) && action == ACT_BACK) {
        if (a->depth) {
            pop(a);
        } else {
            leave(a);
        }
    }
    grant_wishes(a);
}

/* ---- keys ---- */

static void prompt_press(struct app *a, const struct key *k)
{
    enum prompt_kind kind = a->prompt.kind;
    enum prompt_result result = prompt_key(&a->prompt, k);
    struct view *v = app_current(a);
    struct error e;
    if (kind == PROMPT_SEARCH && v->ops->search_typed) {
        v->ops->search_typed(v, result == PROMPT_LEFT ? "" : a->prompt.edit.text);
    }
    if (result == PROMPT_GOES_ON) {
        return;
    }
    a->prompt.kind = PROMPT_NONE;
    if (result == PROMPT_LEFT) {
        return;
    }
    if (kind == PROMPT_SEARCH && v->ops->search) {
        v->ops->search(v, a->prompt.edit.text);
    } else if (kind == PROMPT_PATH && v->ops->path) {
        v->ops->path(v, a->prompt.edit.text);
    } else if (kind == PROMPT_COMMAND && !ui_command(&a->ui, a->prompt.edit.text, &e)) {
        ui_say(&a->ui, STYLE_ERROR, "%s", e.text);
    }
    grant_wishes(a);
}

static void click(struct app *a, const struct key *k)
{
    struct view *v = app_current(a);
    enum view_id tab;
    const struct pane *body = &a->frame.body;
    if (v->ops->tab && frame_tab_at(&a->frame, k->row, k->col, v->id, &tab)) {
        app_go_to_tab(a, tab);
    } else if (v->ops->tab && a->frame.filter.rows && k->row == a->frame.filter.row) {
        act(a, ACT_FILTER);
    } else if (k->row == a->frame.keys.row) {
        act(a, frame_key_at(&a->frame, &a->ui, v->id, k->row, k->col));
    } else if (v->ops->click && k->row >= body->row && k->row < body->row + body->rows) {
        v->ops->click(v, k->row - body->row, k->col, k->twice);
        grant_wishes(a);
    }
}

/* The key after a question; only "y" says yes. */
static void answer(struct app *a, const struct key *k)
{
    struct ui *u = &a->ui;
    void (*yes)(struct view * v) = u->question.yes;
    u->question.yes = NULL;
    if (k->code == 'y' || k->code == 'Y') {
        yes(u->question.view);
        grant_wishes(a);
    } else {
        ui_say(u, STYLE_DIM, "left as it was");
    }
}

static bool too_small(const struct app *a)
{
    return a->canvas.rows < FRAME_LEAST_ROWS || a->canvas.cols < FRAME_LEAST_COLS;
}

static void press(struct app *a, const struct key *k)
{
    if (k->code == KC_CLICK) {
        click(a, k);
    } else if (k->code == KC_WHEEL_DOWN || k->code == KC_WHEEL_UP) {
        for (int i = 0; i < WHEEL_LINES; i++) {
            act(a, k->code == KC_WHEEL_DOWN ? ACT_DOWN : ACT_UP);
        }
    } else {
        act(a, keymap_find(&a->ui.config->keys, app_current(a)->id, k->code));
    }
}

void app_press(struct app *a, const struct key *k)
{
    enum action action = keymap_find(&a->ui.config->keys, app_current(a)->id, k->code);
    a->ui.now = clock_now();
    lay_out(a);
    if (!a->ui.notice.stays) {
        a->ui.notice.until = 0;
    }
    if (action == ACT_REDRAW || action == ACT_SUSPEND) {
        app_act(a, action);
    } else if (a->ui.question.yes) {
        answer(a, k);
    } else if (a->dialog) {
        if (k->code != KC_CLICK && !a->dialog->ops->key(a->dialog, k)) {
            a->dialog->ops->close(a->dialog);
            a->dialog = NULL;
        }
        grant_wishes(a);
    } else if (a->prompt.kind != PROMPT_NONE) {
        prompt_press(a, k);
    } else if (too_small(a)) {
        if (action == ACT_BACK || action == ACT_STOP) {
            a->ended = true;
        }
    } else {
        press(a, k);
    }
}

/* ---- work ---- */

static void tell_news(struct app *a)
{
    struct ui *u = &a->ui;
    const struct relay_progress *p = store_progress(u->store);
    struct store_counters c = store_counters(u->store);
    const char *said = store_saying(u->store, &a->sayings);
    if (said) {
        ui_say(u, STYLE_TEMP, "%s", said);
        u->notice.stays = true;
    }
    bool reading_it = ui_notice(u) && u->notice.stays;
    if (p->ended && !a->told_end && !said && !reading_it) {
        a->told_end = true;
        ui_say(u, STYLE_NOTICE,
               "%s: %" PRIu64 " packet%s, %" PRIu64 " session%s, %" PRIu64 " message%s, %" PRIu64
               " finding%s",
               p->stopped ? "stopped"
               : u->live  ? "capture ended"
                          : "everything was read",
               p->totals.packets, human_s(p->totals.packets), c.sessions_seen,
               human_s(c.sessions_seen), c.messages, human_s(c.messages), c.findings,
               human_s(c.findings));
    }
    if (c.full && !a->told_full && !ui_notice(u)) { /* not in place of what a key's answer is */
        a->told_full = true;
        ui_say(u, STYLE_TEMP,
               "memory limit: dialogs of %" PRIu64 " closed sessions let go, %" PRIu64
               " sessions gone (:mem SIZE raises it)",
               c.dialogs_let_go, c.sessions_let_go);
    }
}

bool app_work(struct app *a, int64_t deadline)
{
    struct view *v = app_current(a), *sessions = a->tab[0];
    const struct relay_progress *p = store_progress(a->ui.store);
    bool more = false, done = false;
    a->ui.now = clock_now();
    pace_add(&a->pace, a->ui.now, p->input_done, p->totals.packets,
             store_counters(a->ui.store).sessions_seen);
    tell_news(a);
    if (a->ui.frozen) {
        news_look(&a->ui.news, a->ui.store);
    }
    lay_out(a);
    if (a->dialog && a->dialog->ops->work) {
        more = a->dialog->ops->work(a->dialog, deadline, &done);
        if (done) {
            a->dialog->ops->close(a->dialog);
            a->dialog = NULL;
        }
        grant_wishes(a);
        v = app_current(a);
    }
    if (a->ui.frozen && v->ops->tab) {
        return more;
    }
    if (v != sessions && !a->ui.frozen) { /* what other screens count and move through */
        more |= sessions->ops->work(sessions, deadline);
    }
    if (v->ops->work) {
        more |= v->ops->work(v, deadline);
    }
    return more;
}

/* ---- drawing ---- */

static void draw_detail(const struct app *a)
{
    const struct ui *u = &a->ui;
    const struct view *v = app_current(a);
    if (u->question.yes) {
        pane_printf(&a->frame.detail, 0, 1, a->frame.detail.cols - 2, STYLE_TEMP,
                    "%s   y yes, any other key no", u->question.text);
    } else if (a->prompt.kind != PROMPT_NONE && a->prompt.kind != PROMPT_FILTER) {
        prompt_draw(&a->prompt, &a->frame.detail);
    } else if (ui_notice(u)) {
        pane_str(&a->frame.detail, 0, 1, a->frame.detail.cols - 2, u->notice.style, u->notice.text);
    } else if (v->ops->detail) {
        v->ops->detail(v, &a->frame.detail);
    }
}

const struct canvas *app_draw(struct app *a)
{
    const struct ui *u = &a->ui;
    struct view *v = app_current(a);
    canvas_clear(&a->canvas);
    if (too_small(a)) {
        frame_draw_too_small(&a->canvas, u);
        return &a->canvas;
    }
    lay_out(a);
    frame_draw_head(&a->frame, u, v->id, &a->pace);
    v->ops->draw(v, &a->frame.body);
    frame_draw_rule(&a->frame, u, v->ops->tab);
    draw_detail(a);
    frame_draw_keys(&a->frame, u, v->id);
    if (a->prompt.kind == PROMPT_FILTER) {
        prompt_draw(&a->prompt, &a->frame.filter);
        prompt_draw_below(&a->prompt, &a->frame.body);
    } else if (v->ops->tab) {
        frame_draw_filter(&a->frame, u, v->id);
    }
    if (a->dialog) {
        struct pane all = canvas_pane(&a->canvas);
        a->dialog->ops->draw(a->dialog, &all);
    }
    return &a->canvas;
}

/* ---- the object ---- */

static void set_up(struct app *a, const struct app_config *c)
{
    struct ui *u = &a->ui;
    *u = (struct ui){
        .store = c->store,
        .limits = c->limits,
        .config = c->config,
        .geo = c->geo,
        .relay = c->relay,
        .input = c->input ? c->input : "",
        .live = c->live,
        .capture_filter = c->capture_filter,
        .interfaces = c->interfaces,
        .maker = c->maker,
        .keeper = c->keeper,
        .again = c->again,
        .again_arg = c->again_arg,
        .file_name = c->file_name,
        .file_name_arg = c->file_name_arg,
        .copy = c->copy,
        .copy_arg = c->copy_arg,
        .show_secrets = c->show_secrets || (c->config->show_secrets && !c->live),
        .utc = c->utc || c->config->utc,
        .ascii = c->config->ascii,
        .follow = c->live,
        .now = clock_now(),
    };
    columns_default(&u->columns);
}

/* Settings that can only be judged here: columns, the order, the first filter. */
static void use_settings(struct app *a, const struct app_config *c)
{
    struct ui *u = &a->ui;
    struct filter_error fe;
    struct error e;
    if (c->config->columns && !columns_parse(&u->columns, c->config->columns, &e)) {
        ui_say(u, STYLE_ERROR, "settings: %s", e.text);
    }
    ui_columns_changed(u);
    if (c->config->sort) {
        bool down = c->config->sort[0] == '-';
        enum column_id id;
        if (column_by_name(bytes_of(c->config->sort + down), &id)) {
            ui_sort(u, LIST_SESSIONS, id, down);
        } else {
            ui_say(u, STYLE_ERROR, "settings: there is no column \"%s\"", c->config->sort + down);
        }
    }
    if (c->filter && !ui_filter(u, c->filter, &fe)) {
        ui_say(u, STYLE_ERROR, "filter: %s", fe.text);
    }
}

struct app *app_new(const struct app_config *c)
{
    struct app *a = xcalloc(1, sizeof(*a));
    set_up(a, c);
    a->keeps_packets = c->keeps_packets;
    a->pace.steady = c->steady;
    canvas_init(&a->canvas, a->ui.ascii);
    canvas_resize(&a->canvas, 24, 80);
    prompt_init(&a->prompt, &a->ui);
    for (int i = 0; i < APP_TABS; i++) {
        a->tab[i] = view_new(&a->ui, (enum view_id)i, &(struct view_target){0});
    }
    use_settings(a, c);
    if (c->notice) {
        ui_say(&a->ui, STYLE_ERROR, "%s", c->notice);
        a->ui.notice.stays = true;
    }
    return a;
}

void app_free(struct app **pa)
{
    struct app *a = *pa;
    if (!a) {
        return;
    }
    if (a->dialog) {
        a->dialog->ops->close(a->dialog);
    }
    while (a->depth) {
        pop(a);
    }
    for (int i = 0; i < APP_TABS; i++) {
        view_free(a->tab[i]);
    }
    news_end(&a->ui.news);
    filter_free(&a->ui.filter);
    prompt_done(&a->prompt);
    canvas_done(&a->canvas);
    free(a);
    *pa = NULL;
}

void app_resize(struct app *a, int rows, int cols)
{
    canvas_resize(&a->canvas, rows, cols);
    lay_out(a);
}

bool app_ended(const struct app *a)
{
    return a->ended;
}

bool app_wants_suspend(struct app *a)
{
    bool wants = a->suspend;
    a->suspend = false;
    return wants;
}

bool app_wants_redraw(struct app *a)
{
    bool wants = a->redraw;
    a->redraw = false;
    return wants;
}
