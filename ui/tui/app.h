/* The viewer: a stack of screens over the store, keys in, cells out.
 *
 * Everything but app_run() works without a terminal: tests press keys and read the
 * canvas. app_run() ties it to the screen and to the relay: keys first, at most ten
 * milliseconds of batches a turn, at most ten of work, one drawing.
 */
#ifndef MAILWIRE_UI_TUI_APP_H
#define MAILWIRE_UI_TUI_APP_H

#include "ui/config.h"
#include "ui/export/geo.h"
#include "ui/relay.h"
#include "ui/store.h"
#include "ui/tui/canvas.h"
#include "ui/tui/key.h"

struct app;
struct file_maker;
struct source;

/* All borrowed; must outlive the app. */
struct app_config {
    const struct limits *limits;
    struct config *config;
    struct store *store;
    struct relay *relay; /* NULL: nothing more comes (tests) */
    struct geo *geo;     /* may be NULL */
    const char *input;   /* what is read, for the first row: a file, "3 files", the interface */
    bool live;
    const char *capture_filter;     /* BPF, or NULL */
    const char *interfaces;         /* live: those there are, " eth0 lo"; or NULL */
    bool keeps_packets;             /* -w is given: leaving a live capture loses nothing */
    const struct file_maker *maker; /* who makes files (ui/export/files.h); NULL: this process */
    const struct config_keeper *keeper; /* who keeps settings; NULL: this process */
    /* The capture from its beginning, for saving packets; the caller closes it. NULL when it can
     * not be had (any more). May be NULL. */
    struct source *(*again)(void *arg);
    void *again_arg;
    const char *(*file_name)(void *arg, uint32_t file);
    void *file_name_arg;
    /* Puts text into the clipboard; false with a sentence. NULL: there is none to put it into. */
    bool (*copy)(void *arg, struct bytes text, struct error *e);
    void *copy_arg;
    const char *filter; /* -f, or NULL */
    bool show_secrets, utc;
    const char *notice; /* said at first, or NULL */
    bool steady;        /* tests: no figures that depend on the machine are shown */
    /* Called once when the screen is there; false with a sentence: the viewer must not go on. */
    bool (*started)(void *arg, struct error *e);
    void *started_arg;
    /* A crash has given the terminal back (screen_on_crash); may be NULL. */
    void (*crashed)(void *arg);
    void *crashed_arg;
};

struct app *app_new(const struct app_config *c);
void app_free(struct app **a);
void app_resize(struct app *a, int rows, int cols);
void app_press(struct app *a, const struct key *k);
/* A slice of background work; true when there is more to do at once. */
bool app_work(struct app *a, int64_t deadline);
const struct canvas *app_draw(struct app *a);
bool app_ended(const struct app *a);
/* Wishes for whoever owns the terminal; asked once each. */
bool app_wants_suspend(struct app *a);
bool app_wants_redraw(struct app *a);

/* Runs the viewer on the terminal until the person leaves. Call setlocale(LC_CTYPE, "") before.
 * False with a sentence in *e when the terminal can not show it (exit status 2). *signal gets the
 * signal that ended it, 0 none. The relay is asked to stop before it returns. */
bool app_run(const struct app_config *c, int *signal, struct error *e);

#endif
