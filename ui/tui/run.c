/* The viewer on a terminal: the loop around app.c, screen.c and the relay. */
#include "ui/tui/app.h"

#include "ui/tui/clock.h"
#include "ui/tui/screen.h"

#define DRAIN_NS        (10 * CLOCK_MS)  /* of batches a turn */
#define WORK_NS         (10 * CLOCK_MS)  /* of filtering, sorting, reading a turn */
#define DRAW_EVERY      (100 * CLOCK_MS) /* while nobody presses a key */
#define KEY_WORK_NS     (5 * CLOCK_MS)   /* before a key's result is shown */
#define DRAW_EVERY_IDLE CLOCK_S
#define KEYS_A_TURN     64

struct runner {
    struct app *app;
    struct screen *screen;
    struct relay *relay;
    struct store *store;
    bool relay_ended, busy;
    int64_t drawn;
};

static void resize(struct runner *r)
{
    int rows, cols;
    screen_size(r->screen, &rows, &cols);
    app_resize(r->app, rows, cols);
}

/* True when a key came. */
static bool take_keys(struct runner *r)
{
    struct key k;
    bool any = false;
    for (int i = 0; i < KEYS_A_TURN && !app_ended(r->app) && screen_key(r->screen, &k); i++) {
        any = true;
        if (k.code == KC_SIZE_CHANGED) {
            resize(r);
        } else {
            app_press(r->app, &k);
            app_work(r->app, clock_now() + CLOCK_MS); /* so that the next key finds what it means */
        }
        if (app_wants_suspend(r->app)) {
            screen_suspend(r->screen);
        }
        if (app_wants_redraw(r->app)) {
            screen_redraw(r->screen);
        }
    }
    return any;
}

/* True when more batches wait. */
static bool drain(struct runner *r)
{
    if (!r->relay || r->relay_ended) {
        return false;
    }
    enum relay_state state = relay_drain(r->relay, DRAIN_NS, store_take, r->store);
    r->relay_ended = state == RELAY_ENDED;
    return state == RELAY_MORE;
}

static void draw(struct runner *r)
{
    screen_show(r->screen, app_draw(r->app));
    r->drawn = clock_now();
}

static void turn(struct runner *r)
{
    if (take_keys(r)) {
        if (app_ended(r->app)) {
            return; /* not after another wait */
        }
        app_work(r->app, clock_now() + KEY_WORK_NS);
        draw(r);
    }
    bool was_ended = r->relay_ended, more = drain(r);
    more |= app_work(r->app, clock_now() + WORK_NS);
    int64_t every = r->relay_ended && !more ? DRAW_EVERY_IDLE : DRAW_EVERY;
    int64_t now = clock_now(), due = r->drawn + every;
    /* also when the last of the work is done, or the run is over */
    if (now >= due || (r->busy && !more) || r->relay_ended != was_ended) {
        draw(r);
        due = r->drawn + every;
    }
    r->busy = more;
    int fd = r->relay && !r->relay_ended ? relay_fd(r->relay) : -1;
    int ms = (int)((due - now) / CLOCK_MS);
    screen_wait(r->screen, more ? -1 : fd, more ? 0 : ms > 0 ? ms : 1);
}

static bool copy(void *arg, struct bytes text, struct error *e)
{
    const struct config *c = arg;
    return screen_copy(c->screen.copies, text, e);
}

bool app_run(const struct app_config *c, int *signal, struct error *e)
{
    struct runner r = {.relay = c->relay, .store = c->store};
    *signal = 0;
    char locale[64], plain[160];
    bool foreign = !screen_is_utf8();
    c->config->ascii |= foreign;
    screen_on_crash(c->crashed, c->crashed_arg);
    if (!screen_open(&r.screen, &c->config->screen, e)) {
        return false;
    }
    if (c->started && !c->started(c->started_arg, e)) {
        screen_close(&r.screen);
        return false;
    }
    struct app_config own = *c;
    own.copy = copy;
    own.copy_arg = c->config;
    if (foreign && !c->notice) {
        screen_locale(locale, sizeof(locale));
        snprintf(plain, sizeof(plain), "%s: ASCII only; LC_ALL=C.UTF-8 shows all letters", locale);
        own.notice = plain;
    }
    r.app = app_new(&own);
    resize(&r);
    draw(&r);
    while (!app_ended(r.app) && !screen_ended(r.screen)) {
        turn(&r);
    }
    *signal = screen_ended(r.screen);
    screen_close(&r.screen);
    app_free(&r.app);
    if (c->relay) {
        relay_stop(c->relay, true);
    }
    return true;
}
