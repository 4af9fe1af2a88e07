#include "ui/run_private.h"

#include "dissect/judge.h"
#include "ui/filter_mime.h"
#include "ui/filter_sink.h"
#include "ui/geo_choice.h"
#include "ui/mailscan.h"

#include <unistd.h>

/* ---- what is asked for ---- */

const struct export_format *run_chosen_view(const struct options *o)
{
    if (o->view != NULL || viewer_is_wanted(o)) {
        return o->view;
    }
    return options_write_standard_output(o) ? NULL : export_find("sessions");
}

/* Who asks where addresses are: two views, and filters. The viewer has its own for its bar. */
bool run_open_geo(struct running *r, struct error *e)
{
    const struct options *o = r->o;
    const struct export_format *view = run_chosen_view(o);
    bool shows = view != NULL && view->shows_places;
    bool filters = r->filter != NULL && filter_needs(r->filter) & FILTER_NEEDS_GEO &&
                   (!viewer_is_wanted(o) || o->export_count > 0);
    if (!shows && !filters && o->geoip_count == 0) {
        return true;
    }
    size_t failed;
    r->geo = geo_choose(o, NULL, run_warn, r, &failed);
    r->failed = r->failed || failed > 0;
    return r->geo != NULL || !filters ||
           error_set(e, "-f asks for countries or networks, and no GeoIP database is open: give "
                        "one with --geoip FILE");
}

/* ---- findings are counted behind the judge ---- */

static void counter_event(struct sink *self, const struct event *e)
{
    struct counter *c = (struct counter *)self;
    c->findings += e->kind == EV_NOTE;
    sink_event(c->to, e);
}

static bool counter_close(struct sink *self, struct error *err)
{
    struct counter *c = (struct counter *)self;
    return c->to->close(c->to, err);
}

static struct sink *counter_set(struct counter *c, struct sink *to)
{
    *c = (struct counter){
        .sink = {counter_event, counter_close, to->ignores & HEARS_ONLY(EVENT_BIT(EV_NOTE))},
        .to = to};
    return &c->sink;
}

/* ---- exports and the view ---- */

const char *run_file_name(void *arg, uint32_t file)
{
    struct running *r = arg;
    return source_file_name(r->source, file);
}

static void export_config_set(struct running *r, struct export_config *c, const char *path)
{
    const struct options *o = r->o;
    bool live = o->interface != NULL;
    *c = (struct export_config){
        .out = stdout,
        .path = path,
        .limits = &o->limits,
        .show_secrets = o->show_secrets,
        .utc = o->utc,
        .hashcat = o->hashcat,
        .hashcat_mode = o->hashcat_mode,
        .line_buffered = o->line_buffered || isatty(STDOUT_FILENO) == 1,
        .commands = o->commands,
        .bodies = o->bodies,
        .explain = o->explain,
        .parts = o->parts,
        .geo = r->geo,
        .nano = &source_stats(r->source)->nano,
        .file_name = live ? NULL : run_file_name,
        .file_name_arg = r,
        .warn = run_warn,
        .warn_arg = r,
        .maker = broker_maker(r->confine.broker),
    };
}

static bool add_export(struct running *r, struct sink_list *l, const struct export_format *f,
                       const char *path, struct error *e)
{
    struct export_config *c = &r->configs[l->count];
    export_config_set(r, c, path);
    struct sink *s = f->open(c, e);
    if (s == NULL) {
        return false;
    }
    l->list[l->count++] = s;
    l->bodies = l->bodies || f->needs_bodies || c->bodies;
    l->digests = l->digests || f->needs_digests;
    l->headers = l->headers || !f->ignores_headers;
    l->parts = l->parts || f->needs_parts;
    return true;
}

/* File exports stand before the view, which names their files. */
bool run_open_sinks(struct running *r, struct sink_list *l, struct error *e)
{
    const struct options *o = r->o;
    const struct export_format *view = run_chosen_view(o);
    for (size_t i = 0; i < o->export_count; i++) {
        if (!add_export(r, l, o->exports[i].format, o->exports[i].path, e)) {
            return false;
        }
    }
    if (r->spans != NULL) {
        l->list[l->count++] = packet_spans_sink(r->spans);
    }
    l->parts = l->parts || o->parts;
    l->bodies = l->bodies || o->parts;
    l->headers = l->headers || l->parts || r->filter != NULL;
    if (r->viewer != NULL) { /* a session saved from the viewer is told as any other */
        l->list[l->count++] = viewer_sink(r->viewer);
        l->bodies = l->digests = l->headers = true;
    }
    return view == NULL || add_export(r, l, view, NULL, e);
}

/* ---- the chain ---- */

static struct sink *filter_in_front(struct running *r, const struct sink_list *l, struct sink *to,
                                    struct error *e)
{
    struct filter_sink_config c = {.limits = &r->o->limits,
                                   .filter = r->filter,
                                   .geo = r->geo,
                                   .file_name = run_file_name,
                                   .file_name_arg = r,
                                   .parts = filter_mime_parts,
                                   .parts_arg = &r->limits,
                                   .bodies = l->bodies};
    return filter_sink_new(&c, to, e);
}

static struct sink *mailscan_in_front(struct running *r, struct sink *to)
{
    struct mailscan_config c = {
        .limits = &r->o->limits, .digests = r->o->parts, .warn = run_warn, .warn_arg = r};
    return mailscan_new(&c, to);
}

bool run_chain_sinks(struct running *r, const struct sink_list *l, struct sink *to, struct error *e)
{
    if (l->parts) {
        to = mailscan_in_front(r, to);
    }
    /* The viewer alone has -f in its bar, where a person can take it back. */
    bool in_bar = r->viewer != NULL && l->count == 1;
    if (r->filter != NULL && !in_bar) {
        struct sink *filter = filter_in_front(r, l, to, e);
        if (filter == NULL) {
            to->close(to, NULL);
            return false;
        }
        to = filter;
    }
    if (!selection_is_empty(&r->o->selection)) {
        to = selection_sink_new(&r->o->selection, &r->selected, to);
    }
    to = counter_set(&r->judged, to);
    r->sink = judge_new(&r->o->limits, to);
    return true;
}
