#include "ui/viewer.h"

#include "ui/config.h"
#include "ui/filter_mime.h"
#include "ui/geo_choice.h"
#include "ui/spool.h"
#include "ui/store.h"
#include "ui/tui/app.h"

#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How often packets can be saved in one run: files can not be opened once rights are given up. */
#define AGAIN_MOST  4
#define AGAIN_FILES 64 /* descriptors that are spent on it */

struct viewer {
    struct config config;
    struct limits limits; /* a copy that may be handed on as void * */
    struct spool *spool;
    struct relay *relay;
    struct store *store;
    struct geo *geo;
    void (*say)(const char *sentence);
    char notice[512]; /* the first mistake in the settings */
    char input[256];
    struct buf interfaces;            /* live: the names of those there are */
    struct source *again[AGAIN_MOST]; /* the capture, opened for later */
    size_t agains;
    pthread_t thread;
    bool reading;
    const struct viewer_run *run;
};

bool viewer_is_wanted(const struct options *o)
{
    return o->view == NULL && !options_write_standard_output(o) && isatty(STDIN_FILENO) == 1 &&
           isatty(STDOUT_FILENO) == 1;
}

static void tell(void *arg, const char *sentence)
{
    struct viewer *v = arg;
    if (v->notice[0] == '\0') {
        snprintf(v->notice, sizeof v->notice, "%s", sentence);
    }
    v->say(sentence);
}

static void read_settings(struct viewer *v)
{
    char path[4096];
    config_init(&v->config);
    if (config_path(path, sizeof path)) {
        config_read(&v->config, path, tell, v);
    }
}

static void open_again(struct viewer *v, const struct source_config *c)
{
    bool usage;
    for (size_t i = 0; i < c->file_count; i++) {
        if (strcmp(c->files[i], "-") == 0) {
            return;
        }
    }
    while (v->agains < AGAIN_MOST && v->agains * c->file_count < AGAIN_FILES &&
           source_open(&v->again[v->agains], c, &usage, NULL)) {
        v->agains++;
    }
}

/* The caller's from here on. */
static struct source *take_again(void *arg)
{
    struct viewer *v = arg;
    return v->agains ? v->again[--v->agains] : NULL;
}

static void name_input(struct viewer *v, const struct options *o)
{
    if (o->interface != NULL) {
        snprintf(v->input, sizeof v->input, "%s", o->interface);
        source_interface_names(&v->interfaces); /* can not be asked for later */
    } else if (o->file_count == 1) {
        snprintf(v->input, sizeof v->input, "%s",
                 strcmp(o->files[0], "-") == 0 ? "standard input" : o->files[0]);
    } else {
        snprintf(v->input, sizeof v->input, "%zu files", o->file_count);
    }
}

struct viewer *viewer_open(const struct options *o, const struct source_config *again,
                           void (*say)(const char *sentence), struct error *e)
{
    struct viewer *v = xcalloc(1, sizeof *v);
    buf_init(&v->interfaces, 1024);
    v->say = say;
    v->limits = o->limits;
    setlocale(LC_CTYPE, "");
    read_settings(v);
    size_t failed;
    v->geo = geo_choose(o, &v->config, tell, v, &failed);
    name_input(v, o);
    if (again != NULL) {
        open_again(v, again);
    }
    v->spool = spool_open(&o->limits, o->interface != NULL, e);
    if (v->spool != NULL) {
        struct relay_config rc = {.limits = &o->limits, .spool = v->spool};
        v->relay = relay_new(&rc, e);
    }
    if (v->relay == NULL) {
        viewer_close(&v);
    }
    return v;
}

void viewer_close(struct viewer **pv)
{
    struct viewer *v = *pv;
    if (v == NULL) {
        return;
    }
    while (v->agains) {
        source_close(&v->again[--v->agains]);
    }
    store_free(&v->store);
    relay_free(&v->relay);
    spool_close(&v->spool);
    geo_close(&v->geo);
    buf_done(&v->interfaces);
    config_done(&v->config);
    free(v);
    *pv = NULL;
}

/* ---- the reading thread ---- */

struct sink *viewer_sink(struct viewer *v)
{
    return relay_sink(v->relay);
}

bool viewer_add_ports(const struct viewer *v, struct engine *to, struct error *e)
{
    for (size_t i = 0; i < v->config.ports.count; i++) {
        const struct config_pair *p = &v->config.ports.pair[i];
        uint64_t port = 0;
        if (!bytes_u64(bytes_of(p->value), &port) ||
            !engine_add_port(to, p->name, (uint16_t)port)) {
            return error_set(e, "settings: there is no protocol \"%s\" (set port.%s)", p->name,
                             p->name);
        }
    }
    return true;
}

bool viewer_tick(struct viewer *v, const struct relay_progress *p)
{
    struct relay_progress now = *p;
    now.stopped |= !p->ended && relay_pausing(v->relay);
    relay_tell_progress(v->relay, &now);
    relay_tick(v->relay);
    if (!p->ended) {
        relay_rest(v->relay);
    }
    return relay_stopping(v->relay);
}

void viewer_take_ports(struct viewer *v, struct engine *to)
{
    struct relay_port p;
    while (relay_take_port(v->relay, &p)) {
        engine_add_port(to, p.protocol, p.port);
    }
}

void viewer_say(struct viewer *v, const char *sentence)
{
    relay_say(v->relay, sentence);
}

static void *read_all(void *arg)
{
    struct viewer *v = arg;
    v->run->read(v->run->arg);
    return NULL;
}

/* Signals are for the thread that has the screen, but for those that tell of a fault. */
static bool start_thread(struct viewer *v)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        sigdelset(&all, faults[i]);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    v->reading = pthread_create(&v->thread, NULL, read_all, v) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return v->reading;
}

static bool start_reading(void *arg, struct error *e)
{
    struct viewer *v = arg;
    if (v->run->enter != NULL && !v->run->enter(v->run->arg, e)) {
        return false;
    }
    return start_thread(v) || error_set(e, "no thread could be started to read the capture");
}

/* ---- the screen's thread ---- */

bool viewer_show(struct viewer *v, const struct viewer_run *r, int *signal, struct error *e)
{
    const struct options *o = r->options;
    struct store_config sc = {
        .limits = &o->limits,
        .atoms = relay_atoms(v->relay),
        .spool = v->spool,
        .geo = v->geo,
        .file_name = r->file_name,
        .file_name_arg = r->file_name_arg,
        .parts = filter_mime_parts,
        .parts_arg = &v->limits,
    };
    v->run = r;
    v->store = store_new(&sc);
    struct app_config ac = {
        .limits = &o->limits,
        .config = &v->config,
        .store = v->store,
        .relay = v->relay,
        .geo = v->geo,
        .input = v->input,
        .live = o->interface != NULL,
        .capture_filter = o->bpf,
        .interfaces = buf_cstr(&v->interfaces),
        .keeps_packets = o->write_path != NULL,
        .maker = r->maker,
        .keeper = r->keeper,
        .again = v->agains ? take_again : NULL,
        .again_arg = v,
        .filter = o->filter,
        .file_name = r->file_name,
        .file_name_arg = r->file_name_arg,
        .show_secrets = o->show_secrets,
        .utc = o->utc,
        .notice = v->notice[0] ? v->notice : NULL,
        .started = start_reading,
        .started_arg = v,
        .crashed = r->crashed,
        .crashed_arg = r->crashed_arg,
    };
    bool shown = app_run(&ac, signal, e);
    if (v->reading) {
        pthread_join(v->thread, NULL);
    }
    return shown;
}
