/* The viewer's object, for the two files that make it: app.c has the stack of screens, keys, work
 * and drawing; app_actions.c what keys do that mean the same on every screen.
 */
#ifndef MAILWIRE_UI_TUI_APP_PRIVATE_H
#define MAILWIRE_UI_TUI_APP_PRIVATE_H

#include "ui/tui/app.h"
#include "ui/tui/frame.h"
#include "ui/tui/prompt.h"
#include "ui/tui/view.h"

#define APP_TABS  5
#define APP_STACK 16

struct app {
    struct ui ui;
    struct canvas canvas;
    struct frame frame;
    struct prompt prompt;
    struct pace pace;
    struct view *tab[APP_TABS];
    struct view *stack[APP_STACK]; /* screens opened over the tab */
    size_t depth;
    enum view_id at; /* the tab */
    struct dialog *dialog;
    uint64_t sayings;
    bool keeps_packets;
    bool ended, suspend, redraw;
    bool may_leave; /* the question was asked, the next key answers */
    bool told_end, told_full;
};

struct view *app_current(const struct app *a);
void app_go_to_tab(struct app *a, enum view_id tab);
void app_open(struct app *a, enum view_id id, const struct view_target *t);
/* Actions that mean the same everywhere; false when it is the view's. */
bool app_act(struct app *a, enum action action);

#endif
