#include "ui/run.h"

#include "capture/base/text.h"
#include "capture/base/when.h"
#include "capture/pipeline.h"
#include "dissect/engine.h"
#include "dissect/judge.h"
#include "ui/check.h"
#include "ui/confine.h"
#include "ui/filter_mime.h"
#include "ui/filter_sink.h"
#include "ui/geo_choice.h"
#include "ui/mailscan.h"
#include "ui/packets.h"
#include "ui/progress.h"
#include "ui/viewer.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A sink that counts findings on their way, those across sessions among them. */
struct counter {
    struct sink sink;
    struct sink *to;
    uint64_t findings;
};

struct running {
    const struct options *o;
    struct limits limits; /* a copy that may be handed on as void * */
    run_reading_fn *reading;
    bool (*stopped)(void);
    struct confine confine;
    struct source_config source_config;
    struct source *source;
    struct source
        *first; /* read for the day of its first packet, NULL where that is not asked for */
    struct source *again; /* read a second time, NULL where that is not asked for */
    struct pipeline *pipeline;
    struct engine *engine;
    struct export_config *configs; /* one a sink */
    struct sink *sink;             /* the first of the chain */
    struct counter judged;         /* behind the judge */
    uint64_t selected;             /* sessions of --session that came by */
    struct filter *filter;         /* -f, NULL none */
    struct geo *geo;               /* NULL none, or nobody asks */
    bool selects;                  /* some sessions only: --session or -f */
    struct source_writer *writer;  /* -w */
    struct packet_spans *spans;    /* -w with a selection */
    struct progress progress;
    struct viewer *viewer;        /* NULL without a terminal, or with -T */
    struct capture_totals totals; /* once the run is over */
    bool was_stopped;             /* by the person in the viewer */
    int ended_by;                 /* the signal that ended the viewer, 0 none */
    bool failed;                  /* an output failed in part */
};

void run_say(const char *sentence)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    text_escape(&b, bytes_of(sentence));
    fprintf(stderr, "mailwire: %s\n", buf_cstr(&b));
    buf_done(&b);
}

static void say(struct running *r, const char *sentence)
{
    if (r->viewer != NULL) {
        viewer_say(r->viewer, sentence);
        return;
    }
    progress_clear(&r->progress);
    run_say(sentence);
}

static void warn(void *arg, const char *sentence)
{
    say(arg, sentence);
}

/* An output failed; the run goes on. */
static void fail(struct running *r, const struct error *e)
{
    r->failed = true;
    say(r, e->text);
}

/* ---- times ---- */

static void take_time(void *arg, const struct packet *p)
{
    int64_t *first = arg;
    if (*first == -1) {
        *first = p->time;
    }
}

/* A time of day needs a day: that of the first packet, or today. */
static int64_t day_of_capture(struct running *r)
{
    if (r->o->interface != NULL) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }
    int64_t first = -1;
    if (r->first != NULL) {
        source_run(r->first, &(struct source_hooks){.packet = take_time, .arg = &first});
    }
    return first;
}

static bool has_day(const char *text)
{
    return strlen(text) > 4 && text[4] == '-';
}

/* Is it a time, whatever the day? */
static bool check_time(const struct running *r, const char *name, const char *text, struct error *e)
{
    int64_t ignored;
    if (text == NULL) {
        return true;
    }
    if (!has_day(text) && options_read_standard_input(r->o)) {
        return error_set(e,
                         "%s: \"%.60s\" needs a day too when the capture is standard input, as in "
                         "2025-11-01T12:30",
                         name, text);
    }
    return when_parse(text, 0, r->o->utc, &ignored) ||
           error_set(e, "%s: \"%.60s\" is no time; write 2025-11-01T12:30[:45[.5]][Z] or 12:30",
                     name, text);
}

static bool needs_day(const struct options *o)
{
    return (o->after != NULL && !has_day(o->after)) || (o->before != NULL && !has_day(o->before));
}

/* May read a packet: after confine_enter. */
static bool set_span(struct running *r, struct error *e)
{
    const struct options *o = r->o;
    int64_t day = needs_day(o) ? day_of_capture(r) : 0;
    int64_t after = INT64_MIN, before = INT64_MAX;
    if ((o->after != NULL && !when_parse(o->after, day, o->utc, &after)) ||
        (o->before != NULL && !when_parse(o->before, day, o->utc, &before))) {
        return error_set(e, "--after, --before: there is no such time on that day");
    }
    if (after >= before) {
        return error_set(e, "nothing lies between --after %.60s and --before %.60s", o->after,
                         o->before);
    }
    source_set_span(r->source, after, before);
    if (r->again != NULL) {
        source_set_span(r->again, after, before);
    }
    return true;
}

/* ---- the input ---- */

static bool configure_source(struct running *r, struct error *e)
{
    const struct options *o = r->o;
    r->source_config = (struct source_config){
        .limits = &o->limits,
        .files = o->file_count > 0 ? o->files : NULL,
        .file_count = o->file_count,
        .interface = o->interface,
        .bpf = o->bpf,
        .snaplen = (int)o->snaplen,
        .buffer_kib = (int)o->buffer_kib,
        .no_promiscuous = o->no_promiscuous,
        .max_packets = o->max_packets,
        .after = INT64_MIN,
        .before = INT64_MAX,
        .opener = broker_opener(r->confine.broker),
    };
    return check_time(r, "--after", o->after, e) && check_time(r, "--before", o->before, e);
}

/* -T, or what stands for it; none where the viewer takes over. */
static const struct export_format *chosen_view(const struct options *o)
{
    if (o->view != NULL || viewer_is_wanted(o)) {
        return o->view;
    }
    return options_write_standard_output(o) ? NULL : export_find("sessions");
}

/* Who asks where addresses are: two views, and filters. The viewer has its own for its bar. */
static bool open_geo(struct running *r, struct error *e)
{
    const struct options *o = r->o;
    const struct export_format *view = chosen_view(o);
    bool shows = view != NULL && view->shows_places;
    bool filters = r->filter != NULL && filter_needs(r->filter) & FILTER_NEEDS_GEO &&
                   (!viewer_is_wanted(o) || o->export_count > 0);
    if (!shows && !filters && o->geoip_count == 0) {
        return true;
    }
    size_t failed;
    r->geo = geo_choose(o, NULL, warn, r, &failed);
    r->failed = r->failed || failed > 0;
    return r->geo != NULL || !filters ||
           error_set(e, "-f asks for countries or networks, and no GeoIP database is open: give "
                        "one with --geoip FILE");
}

/* Everything that is read, once for each time it is read: later nothing can be opened. */
static bool open_sources(struct running *r, bool *usage, struct error *e)
{
    const struct options *o = r->o;
    bool live = o->interface != NULL;
    if (!source_open(&r->source, &r->source_config, usage, e)) {
        return false;
    }
    if (!live && needs_day(o)) {
        struct source_config c = r->source_config;
        c.bpf = NULL;
        c.max_packets = 1;
        if (!source_open(&r->first, &c, usage, e)) {
            return false;
        }
    }
    bool twice = o->write_path != NULL && r->selects;
    return !twice || source_open(&r->again, &r->source_config, usage, e);
}

static void read_all(struct running *r, const struct source_hooks *hooks)
{
    r->reading(r->source);
    if (!r->stopped()) {
        source_run(r->source, hooks);
    }
    r->reading(NULL);
}

/* ---- the sinks ---- */

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

static const char *file_name(void *arg, uint32_t file)
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
        .nano = source_stats(r->source)->nano,
        .file_name = live ? NULL : file_name,
        .file_name_arg = r,
        .warn = warn,
        .warn_arg = r,
        .maker = broker_maker(r->confine.broker),
    };
}

struct sink_list {
    struct sink **list;
    size_t count;
    bool bodies, digests, parts;
};

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
    l->parts = l->parts || f->needs_parts;
    return true;
}

/* File exports stand before the view, which names their files. */
static bool open_sinks(struct running *r, struct sink_list *l, struct error *e)
{
    const struct options *o = r->o;
    const struct export_format *view = chosen_view(o);
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
    if (r->viewer != NULL) { /* a session saved from the viewer is told as any other */
        l->list[l->count++] = viewer_sink(r->viewer);
        l->bodies = l->digests = true;
    }
    return view == NULL || add_export(r, l, view, NULL, e);
}

static void sink_failed(void *arg, const struct error *e)
{
    fail(arg, e);
}

static struct sink *filter_in_front(struct running *r, const struct sink_list *l, struct sink *to,
                                    struct error *e)
{
    struct filter_sink_config c = {.limits = &r->o->limits,
                                   .filter = r->filter,
                                   .geo = r->geo,
                                   .file_name = file_name,
                                   .file_name_arg = r,
                                   .parts = filter_mime_parts,
                                   .parts_arg = &r->limits,
                                   .bodies = l->bodies};
    return filter_sink_new(&c, to, e);
}

static struct sink *mailscan_in_front(struct running *r, struct sink *to)
{
    struct mailscan_config c = {
        .limits = &r->o->limits, .digests = r->o->parts, .warn = warn, .warn_arg = r};
    return mailscan_new(&c, to);
}

/* engine → judge → selection → filter → mail scan → all sinks */
static bool chain_sinks(struct running *r, const struct sink_list *l, struct sink *to,
                        struct error *e)
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

/* ---- packets
 * ------------------------------------------------------------------------------------------------
 */

static void write_packet(struct running *r, const struct packet *p)
{
    struct error e;
    if (!source_writer_packet(r->writer, p, &e)) {
        fail(r, &e);
        source_writer_close(&r->writer, NULL);
    } else if (source_writer_unread(r->writer)) {
        source_stop(r->source);
    }
}

static void close_writer(struct running *r)
{
    struct error e;
    if (r->writer != NULL && !source_writer_close(&r->writer, &e)) {
        fail(r, &e);
    }
}

static void on_packet(void *arg, const struct packet *p)
{
    struct running *r = arg;
    if (r->writer != NULL) {
        write_packet(r, p);
    }
    pipeline_packet(r->pipeline, p);
}

/* What the figures of the run are so far. */
static struct capture_totals totals_now(const struct running *r)
{
    const struct pipeline_counters *p = pipeline_counters(r->pipeline);
    const struct tcp_counters *t = pipeline_tcp_counters(r->pipeline);
    struct capture_totals totals = {.sessions = engine_sessions(r->engine),
                                    .findings = r->judged.findings};
    totals.packets = p->packets;
    totals.bytes = p->bytes;
    totals.dropped = source_stats(r->source)->dropped;
    totals.ignored = p->ignored + p->too_deep + p->unknown_link;
    totals.malformed = p->malformed + t->malformed;
    totals.bad_checksums = t->bad_checksums;
    totals.connections = t->connections;
    totals.half_open = t->half_open;
    totals.evicted = t->evicted;
    totals.first = p->first;
    totals.last = p->last;
    totals.first_file = p->first_file;
    return totals;
}

/* The viewer hears of it, and may want no more. */
static void tick_viewer(struct running *r, bool ended)
{
    const struct source_stats *s = source_stats(r->source);
    struct relay_progress p = {
        .totals = ended ? r->totals : totals_now(r),
        .input_done = s->file_bytes_read,
        .input_total = s->file_bytes_total,
        .ended = ended,
        .stopped = ended && r->was_stopped,
    };
    if (viewer_tick(r->viewer, &p) && !ended) {
        r->was_stopped = true;
        source_stop(r->source);
    }
}

static void on_idle(void *arg, int64_t now)
{
    struct running *r = arg;
    const struct source_stats *s = source_stats(r->source);
    if (r->o->interface != NULL) {
        pipeline_tick(r->pipeline, now);
        engine_tick(r->engine, now);
    }
    progress_update(&r->progress, s->file_bytes_read, s->file_bytes_total, s->packets,
                    engine_sessions(r->engine));
    if (r->viewer != NULL) {
        tick_viewer(r, false);
    } else if (ferror(stdout)) { /* nobody reads any more, or the disk is full */
        source_stop(r->source);
    }
}

/* ---- the end
 * ---------------------------------------------------------------------------------------------------
 */

static void tell_totals(struct running *r)
{
    struct capture_totals totals = totals_now(r);
    engine_totals(r->engine, &totals);
    totals.findings += r->judged.findings - engine_findings(r->engine); /* those across sessions */
    r->totals = totals;
    sink_event(r->sink,
               &(struct event){.kind = EV_CAPTURE, .time = totals.last, .u.totals = &totals});
}

static void tell_troubles(struct running *r)
{
    const struct pipeline_counters *p = pipeline_counters(r->pipeline);
    const struct source_stats *s = source_stats(r->source);
    struct error e;
    if (!check_selected(r->o, engine_sessions(r->engine), r->selected, &e) && !r->o->quiet) {
        say(r, e.text);
    }
    if (p->unknown_link > 0) {
        error_set(&e, "%" PRIu64 " packets of link type %d were not read: it is not known here",
                  p->unknown_link, p->unknown_linktype);
        fail(r, &e);
    }
    if (s->dropped > 0) {
        error_set(&e,
                  "%" PRIu64 " packets were dropped before they could be read; a larger buffer "
                  "(-B) or a filter helps",
                  s->dropped);
        fail(r, &e);
    }
    if (r->o->verbose) {
        const struct tcp_counters *t = pipeline_tcp_counters(r->pipeline);
        error_set(&e,
                  "%" PRIu64 " packets, %" PRIu64 " TCP connections, %" PRIu64 " sessions, %" PRIu64
                  " findings",
                  p->packets, t->connections, engine_sessions(r->engine), r->judged.findings);
        say(r, e.text);
    }
}

/* -w with a selection: reads the capture again, now that it is known whose packets are wanted. */
static void write_selected(void *arg, const struct packet *p)
{
    struct running *r = arg;
    if (r->writer != NULL && packet_spans_match(r->spans, p)) {
        write_packet(r, p);
    }
}

static bool second_reading(struct running *r, struct error *e)
{
    source_close(&r->source);
    r->source = r->again;
    r->again = NULL;
    if (!source_writer_open(&r->writer, r->source, r->o->write_path, e)) {
        return false;
    }
    read_all(r, &(struct source_hooks){.packet = write_selected, .arg = r});
    close_writer(r);
    return true;
}

/* ---- one run
 * ------------------------------------------------------------------------------------------------------
 */

static bool add_ports(struct running *r, struct error *e)
{
    for (size_t i = 0; i < r->o->port_count; i++) {
        const struct port_hint *h = &r->o->ports[i];
        if (!engine_add_port(r->engine, h->protocol, h->port)) {
            return error_set(e, "--port: there is no protocol \"%s\"; there are smtp, pop3, pop2",
                             h->protocol);
        }
    }
    return r->viewer == NULL || viewer_add_ports(r->viewer, r->engine, e);
}

static FILE *progress_stream(const struct options *o)
{
    bool prints_meanwhile = chosen_view(o) != NULL && chosen_view(o) != export_find("stats");
    bool shown = isatty(STDERR_FILENO) == 1 && !o->quiet && o->interface == NULL &&
                 !(prints_meanwhile && isatty(STDOUT_FILENO) == 1) && !viewer_is_wanted(o);
    return shown ? stderr : NULL;
}

static void dissect(struct running *r)
{
    const struct source_hooks hooks = {
        .packet = on_packet, .idle = on_idle, .warn = warn, .arg = r};
    progress_init(&r->progress, progress_stream(r->o));
    read_all(r, &hooks);
    pipeline_finish(r->pipeline);
    tell_totals(r);
    progress_clear(&r->progress);
    tell_troubles(r);
}

static bool enter_for_viewer(void *arg, struct error *e)
{
    struct running *r = arg;
    return confine_enter(&r->confine, r->o, NULL, e) && set_span(r, e);
}

/* On the reading thread of the viewer. */
static void read_for_viewer(void *arg)
{
    struct running *r = arg;
    dissect(r);
    tick_viewer(r, true);
    r->sink->close(r->sink, NULL);
    r->sink = NULL;
}

/* Shows what a thread reads meanwhile. */
static enum run_status show(struct running *r, struct error *e)
{
    struct viewer_run vr = {.options = r->o,
                            .enter = enter_for_viewer,
                            .read = read_for_viewer,
                            .arg = r,
                            .maker = broker_maker(r->confine.broker),
                            .keeper = broker_keeper(r->confine.broker),
                            .file_name = file_name,
                            .file_name_arg = r};
    return viewer_show(r->viewer, &vr, &r->ended_by, e) ? RUN_DONE : RUN_USAGE;
}

static void make_engine(struct running *r, const struct sink_list *l)
{
    struct engine_config ec = {.limits = &r->o->limits,
                               .digests = l->digests,
                               .bodies = l->bodies,
                               .live = r->o->interface != NULL};
    struct pipeline_config pc = {
        .limits = &r->o->limits,
        .tcp = {.limits = &r->o->limits, .overlap = r->o->overlap, .checksum = r->o->checksum}};
    r->engine = engine_new(&ec, r->sink);
    r->pipeline = pipeline_new(&pc, engine_stream_ops(), r->engine);
}

/* With the input open. */
static enum run_status run_open(struct running *r, struct error *e)
{
    struct sink_list l = {.list = xcalloc(r->o->export_count + 2, sizeof *l.list)};
    enum run_status status = RUN_PARTLY;
    r->configs = xcalloc(r->o->export_count + 2, sizeof *r->configs);
    bool packets = r->o->write_path != NULL;
    if (packets && r->selects) {
        r->spans = packet_spans_new(&r->o->limits);
    } else if (packets && !source_writer_open(&r->writer, r->source, r->o->write_path, e)) {
        goto out;
    }
    bool opened = open_sinks(r, &l, e);
    struct sink *all = tee_new(l.list, l.count, sink_failed, r);
    if (!opened) {
        all->close(all, NULL);
        goto out;
    }
    if (!chain_sinks(r, &l, all, e)) {
        goto out;
    }
    make_engine(r, &l);
    if (!add_ports(r, e)) {
        status = RUN_USAGE;
    } else if (r->viewer != NULL) {
        status = show(r, e);
    } else if (!confine_enter(&r->confine, r->o, r->o->verbose ? run_say : NULL, e)) {
        status = RUN_NOTHING;
    } else if (!set_span(r, e)) {
        status = RUN_USAGE;
    } else {
        dissect(r);
        status = RUN_DONE;
    }
    if (r->sink != NULL) {
        r->sink->close(r->sink, NULL);
    }
    pipeline_free(&r->pipeline);
    engine_free(&r->engine);
out:
    close_writer(r);
    free(l.list);
    free(r->configs);
    return status;
}

static enum run_status run_sources(struct running *r, struct error *e)
{
    if (viewer_is_wanted(r->o)) {
        const struct source_config *again = r->o->interface != NULL ? NULL : &r->source_config;
        r->viewer = viewer_open(r->o, again, run_say, e);
        if (r->viewer == NULL) {
            run_say(e->text);
            return RUN_PARTLY;
        }
    }
    enum run_status status = run_open(r, e);
    viewer_close(&r->viewer);
    struct source_stats stats = *source_stats(r->source);
    if (status == RUN_DONE && r->spans != NULL && !second_reading(r, e)) {
        status = RUN_PARTLY;
    }
    if (status != RUN_DONE) {
        run_say(e->text);
    } else if (stats.nothing) {
        status = RUN_NOTHING;
    } else if (stats.failed || r->failed) {
        status = RUN_PARTLY;
    }
    return status;
}

static enum run_status run_confined(struct running *r)
{
    struct error e;
    bool usage = false;
    enum run_status status = RUN_USAGE;
    if (!configure_source(r, &e) || !open_geo(r, &e)) {
        run_say(e.text);
    } else if (!check_outputs(r->o, &e)) {
        run_say(e.text);
        status = RUN_PARTLY;
    } else if (!open_sources(r, &usage, &e)) {
        if (usage) {
            check_explain_bpf(r->o, &e);
        }
        run_say(e.text);
        status = usage ? RUN_USAGE : RUN_NOTHING;
    } else {
        status = run_sources(r, &e);
    }
    packet_spans_free(&r->spans);
    geo_close(&r->geo);
    source_close(&r->first);
    source_close(&r->again);
    source_close(&r->source);
    return status;
}

/* Says where the filter is wrong, with a caret under the place. */
static bool read_filter(struct running *r)
{
    const struct options *o = r->o;
    struct filter_config c = {
        .show_secrets = o->show_secrets, .utc = o->utc, .day_of = TIME_UNKNOWN};
    struct filter_error e;
    if (o->filter == NULL) {
        return true;
    }
    r->filter = filter_parse(o->filter, &c, &e);
    if (r->filter == NULL) {
        struct buf b;
        buf_init(&b, 1 << 16);
        filter_error_show(o->filter, &e, &b);
        fprintf(stderr, "mailwire: -f is no filter:\n%s", buf_cstr(&b));
        buf_done(&b);
    }
    return r->filter != NULL;
}

enum run_status run(const struct options *o, run_reading_fn *reading, bool (*stopped)(void))
{
    struct running r = {.o = o,
                        .limits = o->limits,
                        .reading = reading,
                        .stopped = stopped,
                        .selects = o->filter != NULL || !selection_is_empty(&o->selection)};
    struct error e;
    enum run_status status = RUN_USAGE;
    if (!read_filter(&r)) {
        return status;
    }
    if (!o->quiet) {
        options_remark(o, run_say);
    }
    if (confine_begin(&r.confine, o, viewer_is_wanted(o), &e)) {
        status = run_confined(&r);
    } else {
        run_say(e.text);
    }
    confine_end(&r.confine);
    filter_free(&r.filter);
    if (r.ended_by != 0) { /* everything is closed: now end as the signal wants it */
        signal(r.ended_by, SIG_DFL);
        raise(r.ended_by);
    }
    return status;
}
