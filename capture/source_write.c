#include "capture/pcapng.h"
#include "capture/source_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES_MOST 100 /* temporary names tried */
#define SECOND     INT64_C(1000000000)
#define LINK_TYPES 16 /* of one pcapng file */

struct source_writer {
    const struct source_opener *opener;
    char *path, *temporary; /* temporary is NULL where written in place */
    FILE *file;             /* closed with dumper, once there is one */
    pcap_t *dead;
    pcap_dumper_t *dumper;
    int linktype; /* of the first packet, or what an empty file gets */
    bool nano, typed, failed;
    bool unread; /* standard output that nobody reads any more */
    const struct source *source;
    struct {
        bool wanted;
        int linktype[LINK_TYPES]; /* by number of the interface */
        size_t linktypes;
        struct bytes comment;
        struct buf block;
    } ng;
};

static bool fail(struct source_writer *w, struct error *e, const char *doing, int error)
{
    char shown[SOURCE_WORDS_MOST];
    w->failed = true;
    return error_set(e, "%.250s: %s: %.100s", source_shown(w->path, shown), doing, strerror(error));
}

static void open_failed(struct source_writer *w, struct error *e, int error)
{
    char shown[SOURCE_WORDS_MOST];
    if (error == ENOENT) {
        error_set(e, "%.250s: can not be written to: its folder does not exist",
                  source_shown(w->path, shown));
    } else {
        fail(w, e, "can not be written to", error);
    }
}

/* ---- opening ---- */

static bool own_is_special(void *arg, const char *path)
{
    struct stat st;
    (void)arg;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* Not fresh is in place: an existing regular file is overwritten, a pipe or device written to. A
 * link is refused. */
static int own_open(void *arg, const char *path, bool fresh)
{
    (void)arg;
    return open(path, O_WRONLY | O_CREAT | (fresh ? O_EXCL : O_TRUNC) | O_NOFOLLOW | O_CLOEXEC,
                0600);
}

static int own_rename(void *arg, const char *from, const char *to)
{
    (void)arg;
    return rename(from, to);
}

static int own_remove(void *arg, const char *path)
{
    (void)arg;
    return unlink(path);
}

const struct source_opener *source_opener_own(void)
{
    static const struct source_opener own = {NULL, own_is_special, own_open, own_rename,
                                             own_remove};
    return &own;
}

/* A new file beside the wanted one: what a link or a file of that name is does not matter then. */
static int open_temporary(struct source_writer *w)
{
    size_t room = strlen(w->path) + 16;
    w->temporary = xmalloc(room);
    int fd = -1;
    for (unsigned i = 0; i < TRIES_MOST && fd < 0; i++) {
        snprintf(w->temporary, room, "%s.%u.part", w->path, i);
        fd = w->opener->open(w->opener->arg, w->temporary, true);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    return fd;
}

static int open_output(struct source_writer *w)
{
    if (strcmp(w->path, "-") == 0) {
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    bool in_place =
        w->source->config.interface != NULL || w->opener->is_special(w->opener->arg, w->path);
    return in_place ? w->opener->open(w->opener->arg, w->path, false) : open_temporary(w);
}

static void writer_free(struct source_writer **w)
{
    if ((*w)->dumper != NULL) {
        pcap_dump_close((*w)->dumper); /* closes the FILE too */
    } else if ((*w)->file != NULL) {
        fclose((*w)->file);
    }
    if ((*w)->dead != NULL) {
        pcap_close((*w)->dead);
    }
    buf_done(&(*w)->ng.block);
    free((*w)->path);
    free((*w)->temporary);
    free(*w);
    *w = NULL;
}

bool source_writer_open(struct source_writer **out, struct source *s, const char *path,
                        struct error *e)
{
    struct source_writer *w = xcalloc(1, sizeof *w);
    *out = NULL;
    buf_init(&w->ng.block, SIZE_MAX);
    w->source = s;
    w->opener = s->config.opener != NULL ? s->config.opener : source_opener_own();
    w->path = xstrdup(path);
    w->linktype = s->live.pcap != NULL ? pcap_datalink(s->live.pcap) : DLT_EN10MB;
    int fd = open_output(w);
    if (fd >= 0) {
        w->file = fdopen(fd, "w");
    }
    if (w->file == NULL) {
        open_failed(w, e, errno);
        free(w->temporary); /* it is not ours to remove */
        w->temporary = NULL;
        writer_free(&w);
        return false;
    }
    *out = w;
    return true;
}

/* ---- writing ---- */

/* What failed with errno; a reader who has seen enough is no failure. */
static bool write_failed(struct source_writer *w, struct error *e)
{
    w->unread = errno == EPIPE && strcmp(w->path, "-") == 0;
    return w->unread || fail(w, e, "writing failed", errno);
}

/* Writes the file header, once it is known what the packets are. */
static bool begin(struct source_writer *w, struct error *e)
{
    char cause[SOURCE_WORDS_MOST], shown[SOURCE_WORDS_MOST];
    w->nano = w->source->stats.nano;
    u_int precision = w->nano ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO;
    w->dead = pcap_open_dead_with_tstamp_precision(w->linktype, SOURCE_SNAPLEN, precision);
    if (w->dead == NULL) {
        die("out of memory: packets can not be written");
    }
    w->dumper = pcap_dump_fopen(w->dead, w->file);
    if (w->dumper == NULL) { /* libpcap closes the FILE when its header can not be written */
        w->file = NULL;
        w->failed = true;
        return error_set(e, "%.200s: can not be written: %.200s", source_shown(w->path, shown),
                         source_shown(pcap_geterr(w->dead), cause));
    }
    return true;
}

static bool put_block(struct source_writer *w, struct error *e)
{
    struct bytes b = buf_bytes(&w->ng.block);
    bool good = fwrite(b.p, 1, b.n, w->file) == b.n || write_failed(w, e);
    buf_clear(&w->ng.block);
    return good;
}

/* The number of the interface of this link type; tells it first when it is new. LINK_TYPES: there
 * are too many. */
static size_t interface_of(struct source_writer *w, int linktype)
{
    size_t i = 0;
    while (i < w->ng.linktypes && w->ng.linktype[i] != linktype) {
        i++;
    }
    if (i == w->ng.linktypes && i < LINK_TYPES) {
        w->ng.linktype[w->ng.linktypes++] = linktype;
        pcapng_interface(linktype, &w->ng.block);
    }
    return i;
}

static bool packet_to_pcapng(struct source_writer *w, const struct packet *p, struct error *e)
{
    if (w->ng.linktypes == 0) {
        pcapng_section(&w->ng.block);
    }
    size_t interface = interface_of(w, p->linktype);
    if (interface == LINK_TYPES) {
        return fail(w, e, "the capture has too many link types", EINVAL);
    }
    pcapng_packet((uint32_t)interface, p, w->ng.comment, &w->ng.block);
    w->ng.comment = bytes_of("");
    return put_block(w, e);
}

void source_writer_use_pcapng(struct source_writer *w)
{
    w->ng.wanted = true;
}

void source_writer_comment(struct source_writer *w, struct bytes comment)
{
    w->ng.comment = comment;
}

bool source_writer_packet(struct source_writer *w, const struct packet *p, struct error *e)
{
    if (w->failed) {
        return fail(w, e, "writing failed before", EIO);
    }
    if (w->unread) {
        return true;
    }
    if (w->ng.wanted) {
        return packet_to_pcapng(w, p, e);
    }
    if (!w->typed) {
        w->linktype = p->linktype;
        w->typed = true;
    }
    if (p->linktype != w->linktype) {
        char shown[SOURCE_WORDS_MOST];
        return error_set(e,
                         "%.250s: a pcap file holds one link type, the capture mixes them; packet "
                         "%" PRIu64 " was left out",
                         source_shown(w->path, shown), p->number);
    }
    if (w->dumper == NULL && !begin(w, e)) {
        return false;
    }
    struct pcap_pkthdr h = {
        .ts.tv_sec = p->time / SECOND,
        .ts.tv_usec = p->time % SECOND / (w->nano ? 1 : 1000),
        .caplen = (bpf_u_int32)p->data.n,
        .len = p->wire_len,
    };
    pcap_dump((u_char *)w->dumper, &h, p->data.p);
    return ferror(w->file) == 0 || write_failed(w, e);
}

bool source_writer_unread(const struct source_writer *w)
{
    return w->unread;
}

/* ---- closing ---- */

/* A file without a packet is one all the same. */
static bool finish_pcapng(struct source_writer *w, struct error *e)
{
    if (w->ng.linktypes == 0) {
        pcapng_section(&w->ng.block);
        interface_of(w, w->linktype);
    }
    return put_block(w, e) && (fflush(w->file) == 0 || write_failed(w, e));
}

static bool finish_pcap(struct source_writer *w, struct error *e)
{
    if (w->dumper == NULL && !begin(w, e)) {
        return false;
    }
    return (pcap_dump_flush(w->dumper) == 0 && ferror(w->file) == 0) || write_failed(w, e);
}

static bool finish(struct source_writer *w, struct error *e)
{
    if (w->failed) {
        return fail(w, e, "writing failed before", EIO);
    }
    if (w->unread) {
        return true;
    }
    if (!(w->ng.wanted ? finish_pcapng(w, e) : finish_pcap(w, e)) || w->unread) {
        return w->unread;
    }
    if (w->temporary != NULL && w->opener->rename(w->opener->arg, w->temporary, w->path) != 0) {
        return fail(w, e, "can not be given its name", errno);
    }
    return true;
}

bool source_writer_close(struct source_writer **w, struct error *e)
{
    if (*w == NULL) {
        return true;
    }
    bool whole = finish(*w, e);
    if (!whole && (*w)->temporary != NULL) {
        (*w)->opener->remove((*w)->opener->arg, (*w)->temporary);
    }
    writer_free(w);
    return whole;
}
