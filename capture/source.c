#include "capture/source_private.h"

#include "capture/base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SECOND     INT64_C(1000000000)
#define TIME_MOST  INT64_C(4294967295) /* seconds: what a pcap file can hold, and sums of it fit */
#define WAIT_MILLI 100
#define LOOK_AGAIN 1024 /* packets, after looking ahead was not wanted */

/* ---- what is told ---- */

const char *source_shown(const char *text, char room[static SOURCE_WORDS_MOST])
{
    struct buf b;
    buf_init(&b, SOURCE_WORDS_MOST - 1);
    text_escape(&b, bytes_of(text));
    memcpy(room, buf_cstr(&b), b.n + 1);
    buf_done(&b);
    return room;
}

void source_tell(struct source *s, const char *format, ...)
{
    char sentence[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (s->hooks.warn != NULL) {
        s->hooks.warn(s->hooks.arg, sentence);
    }
}

void source_idle(struct source *s, int64_t now)
{
    if (s->hooks.idle != NULL) {
        s->hooks.idle(s->hooks.arg, now);
    }
}

/* ---- packets ---- */

int64_t source_time(const struct timeval *t)
{
    int64_t seconds = t->tv_sec, ns = t->tv_usec; /* nanoseconds were asked for */
    if (seconds < 0 && seconds >= INT32_MIN) {
        seconds += INT64_C(1) << 32; /* libpcap reads a pcap file's unsigned seconds as signed */
    }
    seconds = seconds < 0 ? 0 : seconds > TIME_MOST ? TIME_MOST : seconds;
    ns = ns < 0 ? 0 : ns >= SECOND ? SECOND - 1 : ns;
    return seconds * SECOND + ns;
}

static void deliver(struct source *s, const struct pcap_pkthdr *h, const u_char *data, int64_t time)
{
    struct packet p = {
        .data = {data, h->caplen},
        .wire_len = h->len < h->caplen ? h->caplen : h->len, /* the header may lie */
        .linktype = s->linktype,
        .time = time,
        .number = s->number,
        .file = s->file,
    };
    s->stats.packets++;
    s->stats.bytes += p.wire_len;
    s->hooks.packet(s->hooks.arg, &p);
}

static void look_ahead(struct source *s)
{
    if (s->number < s->look_at || s->hooks.soon == NULL || s->reader == NULL) {
        return;
    }
    struct packet p = {.data = reader_ahead(s->reader, SOURCE_AHEAD), .linktype = s->linktype};
    p.wire_len = (uint32_t)p.data.n;
    if (p.data.n > 0 && !s->hooks.soon(s->hooks.arg, &p)) {
        s->look_at = s->number + LOOK_AGAIN;
    }
}

void source_take(u_char *source, const struct pcap_pkthdr *h, const u_char *data)
{
    struct source *s = (struct source *)(void *)source;
    int64_t time = source_time(&h->ts);
    s->number++;
    s->in_file++;
    s->last = time;
    if (s->nothing_passes ||
        (s->program != NULL && pcap_offline_filter(s->program, h, data) == 0) ||
        time < s->config.after || (time >= s->config.before && s->config.before != INT64_MAX)) {
        return;
    }
    look_ahead(s);
    deliver(s, h, data, time);
    if (s->stats.packets == s->config.max_packets) { /* 0 never comes here */
        atomic_store(&s->stop, true);
    }
    if (source_stopped(s)) {
        pcap_breakloop(s->handle);
    }
}

void source_use(struct source *s, pcap_t *p)
{
    struct error e;
    bool same = pcap_datalink(p) == s->linktype;
    s->handle = p;
    s->linktype = pcap_datalink(p);
    if (same || s->filter.text == NULL) {
        return;
    }
    s->program = filter_for(&s->filter, p, &e);
    s->nothing_passes = s->program == NULL;
    if (e.text[0] != '\0') {
        const char *name = pcap_datalink_val_to_name(s->linktype);
        s->stats.failed = true;
        source_tell(s, "%s; packets of link type %s were not read", e.text,
                    name != NULL ? name : "unknown");
    }
}

/* ---- stopping and waiting ---- */

bool source_stopped(struct source *s)
{
    return atomic_load_explicit(&s->stop, memory_order_relaxed);
}

void source_stop(struct source *s)
{
    int saved = errno;
    uint64_t one = 1;
    atomic_store(&s->stop, true);
    ssize_t written = write(s->stop_fd, &one, sizeof one); /* wakes whoever waits */
    (void)written;
    errno = saved;
}

bool source_poll(struct source *s, int fd, int milliseconds, bool *ready)
{
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->stop_fd, .events = POLLIN}};
    int n = poll(fds, 2, milliseconds);
    *ready = n > 0 && fds[0].revents != 0;
    return !source_stopped(s);
}

/* ---- life ---- */

static char *copy_text(const char *text)
{
    return text == NULL ? NULL : xstrdup(text);
}

bool source_open(struct source **out, const struct source_config *c, bool *usage, struct error *e)
{
    struct source *s = xcalloc(1, sizeof *s);
    *usage = false;
    *out = NULL;
    s->config = *c;
    s->config.files = NULL;
    s->config.interface = copy_text(c->interface);
    s->config.bpf = NULL;
    s->live.fd = s->live.socket = -1;
    s->linktype = -1;
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool fine = s->stop_fd >= 0 || error_set(e, "no event descriptor: %s", strerror(errno));
    if (fine && !filter_init(&s->filter, c->bpf, e)) {
        *usage = true;
        fine = false;
    }
    if (fine && c->interface == NULL) {
        filter_prepare(&s->filter);
    }
    fine = fine && (c->interface != NULL ? live_open(s, usage, e) : files_open(s, c, e));
    if (!fine) {
        source_close(&s);
        return false;
    }
    *out = s;
    return true;
}

void source_set_span(struct source *s, int64_t after, int64_t before)
{
    s->config.after = after;
    s->config.before = before;
}

void source_set_opener(struct source *s, const struct source_opener *o)
{
    s->config.opener = o;
}

static void tell_complaints(struct source *s)
{
    for (size_t i = 0; i < s->complaint_count; i++) {
        s->stats.failed = s->stats.failed || s->complaints[i].failure;
        source_tell(s, "%s", s->complaints[i].sentence);
    }
}

void source_run(struct source *s, const struct source_hooks *h)
{
    s->hooks = *h;
    tell_complaints(s);
    if (s->config.interface != NULL) {
        live_run(s);
    } else {
        files_run(s);
    }
    s->stats.nothing = s->stats.failed && s->number == 0;
}

const struct source_stats *source_stats(struct source *s)
{
    return &s->stats;
}

const char *source_file_name(const struct source *s, uint32_t file)
{
    if (s->config.interface != NULL) {
        return s->config.interface;
    }
    for (size_t i = 0; i < s->file_count; i++) {
        if (s->files[i]->index == file) {
            return s->files[i]->name;
        }
    }
    return "";
}

void source_close(struct source **s)
{
    if (*s == NULL) {
        return;
    }
    live_close(*s);
    files_close(*s);
    filter_done(&(*s)->filter);
    for (size_t i = 0; i < (*s)->complaint_count; i++) {
        free((*s)->complaints[i].sentence);
    }
    free((*s)->complaints);
    char *interface = NULL;
    memcpy(&interface, &(*s)->config.interface, sizeof interface); /* ours, though told as const */
    free(interface);
    if ((*s)->stop_fd >= 0) {
        close((*s)->stop_fd);
    }
    free(*s);
    *s = NULL;
}
