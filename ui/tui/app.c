#include "ui/tui/app.h"

#include "ui/tui/clock.h"
#include "ui/tui/frame.h"
#include "ui/tui/prompt.h"
#include "ui/tui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TABS        5
#define STACK_MOST  16
#define WHEEL_LINES 3

struct app {
    struct ui ui;
    struct canvas canvas;
    struct frame frame;
    struct prompt prompt;
    struct pace pace;
    struct view *tab[TABS];
    struct view *stack[STACK_MOST]; /* screens opened over the tab */
    size_t depth;
    enum view_id at; /* the tab */
    struct dialog *dialog;
    uint64_t sayings;
    bool keeps_packets;
    bool ended, suspend, redraw;
    bool stopping;  /* the capture side was asked to stop */
    bool may_leave; /* the question was asked, the next key answers */
    bool told_end, told_full;
};

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

static struct view *current(const struct app *a)
{
    return a->depth ? a->stack[a->depth - 1] : a->tab[a->at];
}

static void pop(struct app *a)
{
    if (a->depth) {
        view_free(a->stack[--a->depth]);
    }
}

static void go_to_tab(struct app *a, enum view_id tab)
{
    while (a->depth) {
        pop(a);
    }
    a->at = tab;
}

static void push(struct app *a, enum view_id id, const struct view_target *t)
{
    if (id < TABS) {
        go_to_tab(a, id);
        return;
    }
    if (a->depth == STACK_MOST) { /* the way back ends somewhere */
        view_free(a->stack[0]);
        memmove(a->stack, a->stack + 1, (STACK_MOST - 1) * sizeof(a->stack[0]));
        a->depth--;
    }
    a->stack[a->depth++] = view_new(&a->ui, id, t);
}

static void lay_out(struct app *a)
{
    struct view *v = current(a);
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
        push(a, a->ui.wish.id, &t);
    }
    if (a->ui.wish.path) {
        a->ui.wish.path = false;
        prompt_open(&a->prompt, PROMPT_PATH, a->ui.wish.path_text);
    }
    if (a->ui.wish.quit) {
        a->ended = true;
    }
}

/* ---- actions of the app ---- */

static void stop(struct app *a)
{
    bool reading = a->ui.relay && !store_progress(a->ui.store)->ended;
    if (!reading || a->stopping) {
        a->ended = true;
        return;
    }
    relay_stop(a->ui.relay, false);
    a->stopping = true;
    ui_say(&a->ui, STYLE_TEMP, "reading stops here, what was read stays; Ctrl-C again leaves");
}

static void freeze(struct app *a)
{
    struct ui *u = &a->ui;
    u->frozen = !u->frozen;
    u->frozen_at = u->now;
    u->frozen_sessions = store_counters(u->store).sessions_seen;
}

static void toggle_secrets(struct app *a)
{
    struct ui *u = &a->ui;
    u->show_secrets = !u->show_secrets;
    ui_say(u, u->show_secrets ? STYLE_TEMP : STYLE_NOTICE,
           u->show_secrets ? "secrets are shown (U hides them)" : "secrets are hidden");
}

static void clear_filter(struct app *a)
{
    struct filter_error e;
    ui_filter(&a->ui, "", &e);
}

static void open_help(struct app *a)
{
    struct view_target t = {.about = current(a)->id};
    if (current(a)->id != VIEW_HELP) {
        push(a, VIEW_HELP, &t);
    }
}

/* Actions that mean the same everywhere; false when it is the view's. */
static bool app_act(struct app *a, enum action action)
{
    switch (action) {
    case ACT_HELP:
        open_help(a);
        return true;
    case ACT_SAVE:
        a->dialog = dialog_save_open(&a->ui, current(a));
        return true;
    case ACT_COLUMNS:
        a->dialog = dialog_columns_open(&a->ui);
        return true;
    case ACT_FILTER_FORM:
        a->dialog = dialog_form_open(&a->ui);
        return true;
    case ACT_FILTER:
        prompt_open(&a->prompt, PROMPT_FILTER, a->ui.filter_text);
        return true;
    case ACT_SEARCH:
        prompt_open(&a->prompt, PROMPT_SEARCH, "");
        return true;
    case ACT_COMMAND:
        prompt_open(&a->prompt, PROMPT_COMMAND, "");
        return true;
    case ACT_FILTER_CLEAR:
        clear_filter(a);
        return true;
    case ACT_TAB_1:
    case ACT_TAB_2:
    case ACT_TAB_3:
    case ACT_TAB_4:
    case ACT_TAB_5:
        go_to_tab(a, (enum view_id)(action - ACT_TAB_1));
        return true;
    case ACT_TAB_NEXT:
    case ACT_TAB_PREVIOUS:
        go_to_tab(a, (enum view_id)(((int)a->at + (action == ACT_TAB_NEXT ? 1 : TABS - 1)) % TABS));
        return true;
    case ACT_SECRETS:
        toggle_secrets(a);
        return true;
    case ACT_HEADER_ROWS:
        a->ui.no_header = !a->ui.no_header;
        return true;
    case ACT_FREEZE:
        freeze(a);
        return true;
    case ACT_STOP:
        stop(a);
        return true;
    case ACT_REDRAW:
        a->redraw = true;
        return true;
    case ACT_SUSPEND:
        a->suspend = true;
        return true;
    default:
        return false;
    }
}

static void act(struct app *a, enum action action)
{
    struct view *v = current(a);
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
    struct view *v = current(a);
    struct error e;
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
    struct view *v = current(a);
    enum view_id tab;
    const struct pane *body = &a->frame.body;
    if (v->ops->tab && frame_tab_at(&a->frame, k->row, k->col, &tab)) {
        go_to_tab(a, tab);
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
        act(a, keymap_find(&a->ui.config->keys, current(a)->id, k->code));
    }
}

void app_press(struct app *a, const struct key *k)
{
    enum action action = keymap_find(&a->ui.config->keys, current(a)->id, k->code);
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
    if (p->ended && !a->told_end && !said) {
        a->told_end = true;
        ui_say(u, STYLE_NOTICE,
               "%s: %" PRIu64 " packets, %" PRIu64 " sessions, %" PRIu64 " messages, %" PRIu64
               " findings",
               p->stopped ? "stopped"
               : u->live  ? "capture ended"
                          : "everything was read",
               p->totals.packets, c.sessions_seen, c.messages, c.findings);
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
    struct view *v = current(a), *sessions = a->tab[0];
    const struct relay_progress *p = store_progress(a->ui.store);
    bool more = false, done = false;
    a->ui.now = clock_now();
    pace_add(&a->pace, a->ui.now, p->input_done, p->totals.packets,
             store_counters(a->ui.store).sessions_seen);
    tell_news(a);
    lay_out(a);
    if (a->dialog && a->dialog->ops->work) {
        more = a->dialog->ops->work(a->dialog, deadline, &done);
        if (done) {
            a->dialog->ops->close(a->dialog);
            a->dialog = NULL;
        }
        grant_wishes(a);
        v = current(a);
    }
    if (a->ui.frozen) {
        return more;
    }
    if (v != sessions) { /* what other screens count and move through */
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
    const struct view *v = current(a);
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
    struct view *v = current(a);
    canvas_clear(&a->canvas);
    if (too_small(a)) {
        frame_draw_too_small(&a->canvas, u);
        return &a->canvas;
    }
    lay_out(a);
    frame_draw_head(&a->frame, u, v->id, &a->pace);
    v->ops->draw(v, &a->frame.body);
    pane_hline(&a->frame.rule, 0, 0, a->frame.rule.cols, STYLE_RULE, GLYPH_H);
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
        .maker = c->maker,
        .keeper = c->keeper,
        .again = c->again,
        .again_arg = c->again_arg,
        .file_name = c->file_name,
        .file_name_arg = c->file_name_arg,
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
    for (int i = 0; i < TABS; i++) {
        a->tab[i] = view_new(&a->ui, (enum view_id)i, &(struct view_target){0});
    }
    use_settings(a, c);
    if (c->notice) {
        ui_say(&a->ui, STYLE_ERROR, "%s", c->notice);
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
    for (int i = 0; i < TABS; i++) {
        view_free(a->tab[i]);
    }
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
