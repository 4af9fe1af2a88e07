#include "tests/support/capture_steps.h"

#include "capture/pipeline.h"
#include "capture/source.h"
#include "dissect/engine.h"
#include "dissect/judge.h"

#include <stdio.h>
#include <stdlib.h>

struct kept {
    struct packet packet;
    uint8_t *bytes; /* owned */
};

struct capture_steps {
    struct relay *relay;
    struct sink *sink;
    struct engine *engine;
    struct pipeline *pipeline;
    struct kept *kept;
    size_t count, room, told;
    bool live;
};

static void keep(void *arg, const struct packet *p)
{
    struct capture_steps *c = arg;
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 256;
        c->kept = xrealloc(c->kept, c->room * sizeof *c->kept);
    }
    struct kept *k = &c->kept[c->count++];
    k->packet = *p;
    k->bytes = xmalloc(p->data.n + 1);
    memcpy(k->bytes, p->data.p, p->data.n);
    k->packet.data = bytes_make(k->bytes, p->data.n);
}

static void ignore_idle(void *arg, int64_t now)
{
    (void)arg, (void)now;
}

static void say(void *arg, const char *sentence)
{
    relay_say(((struct capture_steps *)arg)->relay, sentence);
}

static bool read_packets(struct capture_steps *c, const char *path, const struct limits *limits)
{
    const char *files[] = {path};
    struct source_config sc = {
        .limits = limits, .files = files, .file_count = 1, .after = INT64_MIN, .before = INT64_MAX};
    struct source_hooks hooks = {.packet = keep, .idle = ignore_idle, .warn = say, .arg = c};
    struct source *source;
    struct error e;
    bool usage;
    if (!source_open(&source, &sc, &usage, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    source_run(source, &hooks);
    source_close(&source);
    return true;
}

struct capture_steps *capture_steps_open(const char *path, const struct limits *limits,
                                         struct relay *relay, bool live)
{
    struct capture_steps *c = xcalloc(1, sizeof *c);
    struct engine_config ec = {.limits = limits, .digests = true, .bodies = true, .live = live};
    struct pipeline_config pc = {.limits = limits, .tcp = {.limits = limits}};
    c->relay = relay;
    c->live = live;
    c->sink = judge_new(limits, relay_sink(relay));
    c->engine = engine_new(&ec, c->sink);
    c->pipeline = pipeline_new(&pc, engine_stream_ops(), c->engine);
    if (!read_packets(c, path, limits)) {
        capture_steps_close(&c);
    }
    return c;
}

static void tell_progress(struct capture_steps *c, bool ended)
{
    const struct pipeline_counters *p = pipeline_counters(c->pipeline);
    struct relay_progress now = {.ended = ended};
    if (ended) {
        engine_totals(c->engine, &now.totals);
    }
    now.totals.packets = p->packets;
    now.totals.ignored = p->ignored;
    now.totals.connections = pipeline_tcp_counters(c->pipeline)->connections;
    now.totals.first = p->first;
    now.totals.last = p->last;
    if (engine_sessions(c->engine) == 0) {
        engine_ports(c->engine, now.ports);
    }
    relay_tell_progress(c->relay, &now);
}

void capture_steps_tell(struct capture_steps *c, size_t packets)
{
    for (; packets > 0 && c->told < c->count; packets--) {
        const struct packet *p = &c->kept[c->told++].packet;
        pipeline_packet(c->pipeline, p);
        if (c->live) {
            engine_tick(c->engine, p->time);
        }
    }
    tell_progress(c, false);
    relay_tick(c->relay);
}

void capture_steps_finish(struct capture_steps *c)
{
    capture_steps_tell(c, SIZE_MAX);
    pipeline_finish(c->pipeline);
    tell_progress(c, true);
    c->sink->close(c->sink, NULL);
    c->sink = NULL;
}

void capture_steps_close(struct capture_steps **pc)
{
    struct capture_steps *c = *pc;
    if (c == NULL) {
        return;
    }
    if (c->sink != NULL) {
        pipeline_finish(c->pipeline);
        c->sink->close(c->sink, NULL);
    }
    for (size_t i = 0; i < c->count; i++) {
        free(c->kept[i].bytes);
    }
    free(c->kept);
    pipeline_free(&c->pipeline);
    engine_free(&c->engine);
    free(c);
    *pc = NULL;
}
