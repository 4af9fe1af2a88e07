#include "ui/tui/save_packets.h"

#include "capture/source.h"
#include "ui/export/files.h"
#include "ui/packets.h"
#include "ui/tui/packet_comments.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct save_packets {
    struct packet_spans *spans;
    struct packet_comments *comments; /* pcapng; NULL: pcap */
    struct sink *sink;                /* of the spans; while the sessions are told */
    struct source *source;
    struct source_writer *writer;
    struct source_opener opener; /* makes the writer's file in `folder` */
    struct folder folder;
    bool folder_open;
    pthread_t thread;
    bool running; /* the thread was started and not yet joined */
    size_t sessions;
    char path[EDIT_MOST];
    struct error error;
    /* shared with the thread */
    atomic_bool ended, failed, stopped;
    atomic_uint_fast64_t packets;
    atomic_int percent;
};

const char *save_packets_hindrance(const struct ui *u)
{
    if (u->live) {
        return "live: start with -w FILE to keep packets";
    }
    return u->again ? NULL : "the input can not be read again";
}

/* ---- the file ---- */

/* Whatever stands before the name is the folder that is open. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_special(void *arg, const char *path)
{
    (void)arg, (void)path;
    return false;
}

static int open_new(void *arg, const char *path, bool fresh)
{
    const struct folder *f = &((struct save_packets *)arg)->folder;
    (void)fresh; /* always */
    return f->maker ? f->maker->create(f->maker->arg, f->fd, name_of(path))
                    : folder_create(f->fd, name_of(path));
}

/* Replaces nothing; what was stopped half way is no file. */
static int rename_new(void *arg, const char *from, const char *to)
{
    struct save_packets *p = arg;
    const struct folder *f = &p->folder;
    if (atomic_load(&p->stopped)) {
        errno = ECANCELED;
        return -1;
    }
    return f->maker ? f->maker->rename(f->maker->arg, f->fd, name_of(from), name_of(to))
                    : folder_rename(f->fd, name_of(from), name_of(to));
}

static int remove_new(void *arg, const char *path)
{
    const struct folder *f = &((struct save_packets *)arg)->folder;
    return f->maker ? f->maker->unlink(f->maker->arg, f->fd, name_of(path))
                    : unlinkat(f->fd, name_of(path), 0);
}

/* ---- the thread ---- */

static void on_packet(void *arg, const struct packet *packet)
{
    struct save_packets *p = arg;
    if (!p->writer || !packet_spans_match(p->spans, packet)) {
        return;
    }
    if (p->comments) {
        source_writer_comment(p->writer, packet_comments_of(p->comments, packet->number));
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
    struct source_hooks hooks = {
        .packet = on_packet, .idle = on_idle, .warn = on_warning, .arg = p};
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
        if (p->comments) {
            packet_comments_add(p->comments, u, sessions[i]);
        }
    }
    if (p->comments) {
        packet_comments_sort(p->comments);
    }
    p->sink->close(p->sink, &ignored);
    p->sink = NULL;
}

static bool start(struct save_packets *p, struct ui *u, struct error *e)
{
    const char *name;
    if (!folder_open_parent(&p->folder, u->maker, p->path, &name, e)) {
        return false;
    }
    p->folder_open = true;
    p->source = u->again ? u->again(u->again_arg) : NULL;
    if (!p->source) {
        return error_set(e, "the captures can not be read once more: start mailwire again");
    }
    p->opener = (struct source_opener){p, is_special, open_new, rename_new, remove_new};
    source_set_opener(p->source, &p->opener);
    if (!source_writer_open(&p->writer, p->source, p->path, e)) {
        return false;
    }
    if (p->comments) {
        source_writer_use_pcapng(p->writer);
    }
    if (pthread_create(&p->thread, NULL, read_again, p) != 0) {
        return error_set(e, "no thread could be started to read the capture again");
    }
    p->running = true;
    return true;
}

struct save_packets *save_packets_start(struct ui *u, const struct store_ref *sessions,
                                        size_t count, bool comments, const char *path,
                                        struct error *e)
{
    struct save_packets *p = xcalloc(1, sizeof(*p));
    p->comments = comments ? packet_comments_new() : NULL;
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
    if (p->running) {
        atomic_store(&p->stopped, !atomic_load(&p->ended));
        source_stop(p->source);
        pthread_join(p->thread, NULL);
    }
    if (p->writer) { /* nothing was written: the thread closes it else */
        atomic_store(&p->stopped, true);
        source_writer_close(&p->writer, NULL);
    }
    source_close(&p->source);
    packet_spans_free(&p->spans);
    packet_comments_free(&p->comments);
    if (p->folder_open) {
        folder_close(&p->folder);
    }
    free(p);
    *pp = NULL;
}
