#include "ui/run_private.h"

#include "capture/base/text.h"
#include "ui/check.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

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

void run_warn(void *arg, const char *sentence)
{
    say(arg, sentence);
}

void run_fail(struct running *r, const struct error *e)
{
    r->failed = true;
    say(r, e->text);
}

static void read_all(struct running *r, const struct source_hooks *hooks)
{
    r->reading(r->source);
    if (!r->stopped()) {
        source_run(r->source, hooks);
    }
    r->reading(NULL);
}

/* ---- packets ---- */

static void write_packet(struct running *r, const struct packet *p)
{
    struct error e;
    if (!source_writer_packet(r->writer, p, &e)) {
        run_fail(r, &e);
        source_writer_close(&r->writer, NULL);
    } else if (source_writer_unread(r->writer)) {
        source_stop(r->source);
    }
}

static void close_writer(struct running *r)
{
    struct error e;
    if (r->writer != NULL && !source_writer_close(&r->writer, &e)) {
        run_fail(r, &e);
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

static bool on_soon(void *arg, const struct packet *p)
{
    return pipeline_expect(((struct running *)arg)->pipeline, p);
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
    if (engine_sessions(r->engine) == 0) {
        engine_ports(r->engine, p.ports);
    }
    if (viewer_tick(r->viewer, &p) && !ended) {
        r->was_stopped = true;
        source_stop(r->source);
    }
    viewer_take_ports(r->viewer, r->engine);
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

/* ---- the end ---- */

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
        run_fail(r, &e);
    }
    if (s->dropped > 0) {
        error_set(&e,
                  "%" PRIu64 " packets were dropped before they could be read; a larger buffer "
                  "(-B) or a filter helps",
                  s->dropped);
        run_fail(r, &e);
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

/* ---- one run ---- */

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
    bool prints_meanwhile =
        run_chosen_view(o) != NULL && run_chosen_view(o) != export_find("stats");
    bool shown = isatty(STDERR_FILENO) == 1 && !o->quiet && o->interface == NULL &&
                 !(prints_meanwhile && isatty(STDOUT_FILENO) == 1) && !viewer_is_wanted(o);
    return shown ? stderr : NULL;
}

static void dissect(struct running *r)
{
    const struct source_hooks hooks = {
        .packet = on_packet, .idle = on_idle, .warn = run_warn, .arg = r, .soon = on_soon};
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
    return confine_enter(&r->confine, r->o, NULL, e) && run_set_span(r, e);
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
                            .crashed = r->confine.broker != NULL ? broker_farewell : NULL,
                            .crashed_arg = r->confine.broker,
                            .file_name = run_file_name,
                            .file_name_arg = r};
    return viewer_show(r->viewer, &vr, &r->ended_by, e) ? RUN_DONE : RUN_USAGE;
}

static void make_engine(struct running *r, const struct sink_list *l)
{
    struct engine_config ec = {.limits = &r->o->limits,
                               .digests = l->digests,
                               .bodies = l->bodies,
                               .no_headers = !l->headers,
                               .show_secrets = r->o->show_secrets,
                               .live = r->o->interface != NULL};
    struct pipeline_config pc = {
        .limits = &r->o->limits,
        .tcp = {.limits = &r->o->limits, .overlap = r->o->overlap, .checksum = r->o->checksum}};
    r->engine = engine_new(&ec, r->sink);
    r->pipeline = pipeline_new(&pc, engine_stream_ops(), r->engine);
}

static void sink_failed(void *arg, const struct error *e)
{
    run_fail(arg, e);
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
    bool opened = run_open_sinks(r, &l, e);
    struct sink *all = tee_new(l.list, l.count, sink_failed, r);
    if (!opened) {
        all->close(all, NULL);
        goto out;
    }
    if (!run_chain_sinks(r, &l, all, e)) {
        goto out;
    }
    make_engine(r, &l);
    if (!add_ports(r, e)) {
        status = RUN_USAGE;
    } else if (r->viewer != NULL) {
        status = show(r, e);
    } else if (!confine_enter(&r->confine, r->o, r->o->verbose ? run_say : NULL, e)) {
        status = RUN_NOTHING;
    } else if (!run_set_span(r, e)) {
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
    if (!run_configure_source(r, &e) || !run_open_geo(r, &e)) {
        run_say(e.text);
    } else if (!check_outputs(r->o, &e)) {
        run_say(e.text);
        status = RUN_PARTLY;
    } else if (!run_open_sources(r, &usage, &e)) {
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
