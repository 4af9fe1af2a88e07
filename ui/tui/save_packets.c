#include "ui/tui/save_packets.h"

#include "capture/source.h"
#include "ui/packets.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct save_packets {
    struct packet_spans *spans;
    struct sink *sink; /* of the spans; while the sessions are told */
    struct source *source;
    struct source_writer *writer;
    pthread_t thread;
    bool running; /* the thread was started and not yet joined */
    size_t sessions;
    char path[EDIT_MOST];
    struct error error;
    /* shared with the thread */
    atomic_bool ended, failed;
    atomic_uint_fast64_t packets;
    atomic_int percent;
};

const char *save_packets_hindrance(const struct ui *u)
{
    if (u->live) {
        return "live: start with -w FILE to keep packets";
    }
    if (!u->files || u->file_count == 0) {
        return "the input can not be read again";
    }
    for (size_t i = 0; i < u->file_count; i++) {
        if (strcmp(u->files[i], "-") == 0) {
            return "standard input can not be read again";
        }
    }
    return NULL;
}

static void on_packet(void *arg, const struct packet *packet)
{
    struct save_packets *p = arg;
    if (!p->writer || !packet_spans_match(p->spans, packet)) {
        return;
    }
    if (source_writer_packet(p->writer, packet, &p->error)) {
        atomic_fetch_add(&p->packets, 1);
    } else {
        atomic_store(&p->failed, true);
        source_writer_close(&p->writer, NULL);
        source_stop(p->source);
    }
}

static void on_idle(void *arg, int64_t now)
{
    struct save_packets *p = arg;
    const struct source_stats *s = source_stats(p->source);
    (void)now;
    if (s->file_bytes_total) {
        atomic_store(&p->percent,
                     (int)((double)s->file_bytes_read * 100 / (double)s->file_bytes_total));
    }
}

static void on_warning(void *arg, const char *sentence)
{
    (void)arg, (void)sentence; /* the first reading told it already */
}

static void *read_again(void *arg)
{
    struct save_packets *p = arg;
    struct source_hooks hooks = {on_packet, on_idle, on_warning, p};
    source_run(p->source, &hooks);
    if (p->writer && !source_writer_close(&p->writer, &p->error)) {
        atomic_store(&p->failed, true);
    }
    atomic_store(&p->ended, true);
    return NULL;
}

static void tell_sessions(struct save_packets *p, struct ui *u, const struct store_ref *sessions,
                          size_t count)
{
    struct error ignored;
    for (size_t i = 0; i < count; i++) {
        struct store_session s;
        if (store_session(u->store, sessions[i], true, &s)) {
            struct event e = {.kind = EV_OPEN, .time = s.info.start, .session = &s.info};
            sink_event(p->sink, &e);
            e.kind = EV_CLOSE;
            e.time = s.info.last;
            sink_event(p->sink, &e);
            p->sessions++;
        }
    }
    p->sink->close(p->sink, &ignored);
    p->sink = NULL;
}

static bool start(struct save_packets *p, struct ui *u, struct error *e)
{
    bool usage = false;
    if (access(p->path, F_OK) == 0) {
        return error_set(e, "%s exists already", p->path);
    }
    struct source_config c = {.limits = u->limits,
                              .files = u->files,
                              .file_count = u->file_count,
                              .after = INT64_MIN,
                              .before = INT64_MAX};
    if (!source_open(&p->source, &c, &usage, e) ||
        !source_writer_open(&p->writer, p->source, p->path, e)) {
        return false;
    }
    if (pthread_create(&p->thread, NULL, read_again, p) != 0) {
        return error_set(e, "no thread could be started to read the capture again");
    }
    p->running = true;
    return true;
}

struct save_packets *save_packets_start(struct ui *u, const struct store_ref *sessions,
                                        size_t count, const char *path, struct error *e)
{
    struct save_packets *p = xcalloc(1, sizeof(*p));
    snprintf(p->path, sizeof(p->path), "%s", path);
    p->spans = packet_spans_new(u->limits);
    p->sink = packet_spans_sink(p->spans);
    tell_sessions(p, u, sessions, count);
    if (!start(p, u, e)) {
        save_packets_free(&p);
    }
    return p;
}

bool save_packets_ended(const struct save_packets *p)
{
    return atomic_load(&p->ended);
}

int save_packets_percent(const struct save_packets *p)
{
    return atomic_load(&p->percent);
}

bool save_packets_result(const struct save_packets *p, char *out, size_t room)
{
    if (atomic_load(&p->failed)) {
        snprintf(out, room, "not saved: %s", p->error.text);
        return false;
    }
    snprintf(out, room, "saved %zu session%s, %" PRIu64 " packets, to %s", p->sessions,
             p->sessions == 1 ? "" : "s", (uint64_t)atomic_load(&p->packets), p->path);
    return true;
}

void save_packets_free(struct save_packets **pp)
{
    struct save_packets *p = *pp;
    if (!p) {
        return;
    }
    bool cancelled = p->running && !atomic_load(&p->ended);
    if (p->running) {
        source_stop(p->source);
        pthread_join(p->thread, NULL);
    }
    if (p->writer) {
        source_writer_close(&p->writer, NULL);
    }
    if (cancelled) {
        unlink(p->path); /* half a file is none; that there was no other is checked at the start */
    }
    source_close(&p->source);
    packet_spans_free(&p->spans);
    free(p);
    *pp = NULL;
}
