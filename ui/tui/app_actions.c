/* What keys do that mean the same on every screen. */
#include "ui/tui/app_private.h"

static void open_help(struct app *a)
{
    struct view_target t = {.about = app_current(a)->id};
    if (app_current(a)->id != VIEW_HELP) {
        app_open(a, VIEW_HELP, &t);
    }
}

static void open_save(struct app *a)
{
    a->dialog = dialog_save_open(&a->ui, app_current(a));
}

static void open_columns(struct app *a)
{
    a->dialog = dialog_columns_open(&a->ui);
}

static void open_form(struct app *a)
{
    a->dialog = dialog_form_open(&a->ui);
}

static void open_copy(struct app *a)
{
    const struct view *v = app_current(a);
    struct copies c;
    copies_init(&c);
    if (v->ops->copies) {
        v->ops->copies(v, &c);
    }
    if (c.count == 0) {
        ui_say(&a->ui, STYLE_DIM, "nothing to copy here");
    } else if (c.count == 1) {
        ui_copy(&a->ui, c.item[0].label, copies_text(&c, 0));
    } else {
        a->dialog = dialog_copy_open(&a->ui, &c);
    }
    copies_done(&c);
}

static void open_setup(struct app *a)
{
    a->dialog = dialog_setup_open(&a->ui);
}

/* ---- lines to type in ---- */

static void ask_filter(struct app *a)
{
    prompt_open(&a->prompt, PROMPT_FILTER, a->ui.filter_text);
}

static void ask_search(struct app *a)
{
    prompt_open(&a->prompt, PROMPT_SEARCH, "");
}

static void ask_command(struct app *a)
{
    prompt_open(&a->prompt, PROMPT_COMMAND, "");
}

static void clear_filter(struct app *a)
{
    struct filter_error e;
    ui_filter(&a->ui, "", &e);
}

/* ---- tabs ---- */

static void next_tab(struct app *a)
{
    app_go_to_tab(a, (enum view_id)(((int)a->at + 1) % APP_TABS));
}

static void previous_tab(struct app *a)
{
    app_go_to_tab(a, (enum view_id)(((int)a->at + APP_TABS - 1) % APP_TABS));
}

/* ---- reading ---- */

static bool is_reading(const struct ui *u)
{
    return u->relay && !store_progress(u->store)->ended;
}

static void stop_reading(struct ui *u)
{
    relay_stop(u->relay, false);
    u->stopping = true;
    ui_say(u, STYLE_TEMP, "reading stops here, what was read stays; Ctrl-C again leaves");
}

static void stop_or_leave(struct app *a)
{
    struct ui *u = &a->ui;
    if (!is_reading(u) || u->stopping || u->paused) {
        a->ended = true;
    } else if (u->live) {
        stop_reading(u);
    } else {
        u->paused = true;
        relay_pause(u->relay, true);
        ui_say(u, STYLE_TEMP, "reading has stopped: :continue goes on, Ctrl-C again leaves");
    }
}

static void stop_asked_for(struct view *v)
{
    if (is_reading(v->ui) && !v->ui->stopping) { /* it may have ended while the question stood */
        stop_reading(v->ui);
    }
}

static void ask_to_stop(struct app *a)
{
    struct ui *u = &a->ui;
    if (!is_reading(u) || u->stopping) {
        ui_say(u, STYLE_DIM, "nothing is being read any more");
        return;
    }
    ui_ask(u, stop_asked_for, app_current(a), "Stop %s? What was read stays.",
           u->live ? "the capture" : "reading");
}

static void freeze(struct app *a)
{
    struct ui *u = &a->ui;
    u->frozen = !u->frozen;
    if (u->frozen) {
        news_begin(&u->news, u->store, u->rows[LIST_SESSIONS]->changes, u->now);
    }
}

/* ---- what is shown ---- */

static void toggle_secrets(struct app *a)
{
    struct ui *u = &a->ui;
    u->show_secrets = !u->show_secrets;
    ui_say(u, u->show_secrets ? STYLE_TEMP : STYLE_NOTICE,
           u->show_secrets ? "secrets are shown (U hides them)" : "secrets are hidden");
}

static void toggle_names(struct app *a)
{
    struct ui *u = &a->ui;
    ui_show_addresses(u, !u->config->addresses);
    ui_say(u, STYLE_NOTICE,
           u->config->addresses ? "addresses (a shows names)" : "names where there are any");
}

static void toggle_header(struct app *a)
{
    a->ui.no_header = !a->ui.no_header;
}

static void redraw(struct app *a)
{
    a->redraw = true;
}

static void suspend(struct app *a)
{
    a->suspend = true;
}

static const struct {
    enum action action;
    void (*run)(struct app *a);
} actions[] = {
    {ACT_HELP, open_help},        {ACT_SAVE, open_save},
    {ACT_COLUMNS, open_columns},  {ACT_SETUP, open_setup},
    {ACT_FILTER_FORM, open_form}, {ACT_COPY, open_copy},
    {ACT_FILTER, ask_filter},     {ACT_SEARCH, ask_search},
    {ACT_COMMAND, ask_command},   {ACT_FILTER_CLEAR, clear_filter},
    {ACT_TAB_NEXT, next_tab},     {ACT_TAB_PREVIOUS, previous_tab},
    {ACT_STOP, stop_or_leave},    {ACT_STOP_READING, ask_to_stop},
    {ACT_FREEZE, freeze},         {ACT_SECRETS, toggle_secrets},
    {ACT_NAMES, toggle_names},    {ACT_HEADER_ROWS, toggle_header},
    {ACT_REDRAW, redraw},         {ACT_SUSPEND, suspend},
};

bool app_act(struct app *a, enum action action)
{
    if (action >= ACT_TAB_1 && action <= ACT_TAB_5) {
        app_go_to_tab(a, (enum view_id)(action - ACT_TAB_1));
        return true;
    }
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (actions[i].action == action) {
            actions[i].run(a);
            return true;
        }
    }
    return false;
}
