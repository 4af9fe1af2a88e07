/* What the files behind capture/source.h share. */
#ifndef MAILWIRE_CAPTURE_SOURCE_PRIVATE_H
#define MAILWIRE_CAPTURE_SOURCE_PRIVATE_H

#include "capture/source.h"
#include "capture/source_input.h"
#include "capture/source_reader.h"

#include <pcap/pcap.h>
#include <stdatomic.h>

#define SOURCE_SNAPLEN    262144
#define SOURCE_WORDS_MOST 300 /* bytes of a foreign text repeated in a sentence */

/* ---- the BPF filter (source_filter.c) ---- */

#define FILTER_PROGRAMS 16

/* One text, compiled for each link type that is met. */
struct filter {
    char *text; /* NULL: everything passes */
    struct filter_program {
        int linktype;
        bool good;
        struct bpf_program program;
    } programs[FILTER_PROGRAMS];
    size_t count;
};

/* False with a sentence in *e when no link type takes the text. */
bool filter_init(struct filter *f, const char *text, struct error *e);
/* Compiles for the link types that are usual in files: names of ports and hosts are looked up in
 * files, which may be out of reach later. */
void filter_prepare(struct filter *f);
/* The program for p's link type. NULL when it has none there: then nothing passes, and *e says why
 * the first time (else it is empty). */
const struct bpf_program *filter_for(struct filter *f, pcap_t *p, struct error *e);
void filter_done(struct filter *f);

/* ---- the source ---- */

/* A packet taken off a pipe to learn its time, delivered when the file's turn comes. */
struct held_packet {
    pcap_t *handle; /* NULL: none is held */
    struct pcap_pkthdr header;
    uint8_t *data;
};

struct source_file {
    char *name;
    struct input input; /* fd < 0: could not be opened, or is done with */
    struct reader *reader;
    struct held_packet held;
    int64_t first;  /* time of its first packet, INT64_MAX without */
    uint32_t index; /* as given */
};

struct complaint {
    char *sentence;
    bool failure; /* something is not read */
};

struct live {
    pcap_t *pcap;
    int fd;        /* to wait on */
    int socket;    /* to ask for the interface's state, -1 none */
    int64_t asked; /* when it was asked last, monotonic ns */
    int64_t idled;
    bool failed;
};

struct source {
    struct source_config config; /* texts are copies */
    struct source_stats stats;
    struct source_hooks hooks;
    atomic_bool stop;
    int stop_fd; /* eventfd */
    struct filter filter;
    struct source_file **files; /* in reading order once sorted */
    size_t file_count;
    struct complaint *complaints; /* of source_open, told by source_run */
    size_t complaint_count;
    struct live live;
    /* the packet loop */
    pcap_t *handle;
    const struct bpf_program *program; /* NULL: all pass */
    bool nothing_passes;
    int linktype; /* -1 before the first */
    uint32_t file;
    uint64_t number, in_file;
    const struct reader *reader; /* of the file that is being read */
    uint64_t look_at;            /* packet number from which on hooks.soon is told again */
    uint64_t file_bytes_done;    /* of files read to their end */
    int64_t last;                /* time of the last packet */
};

/* Packets that pcap_dispatch may bring before the loop looks about. */
#define SOURCE_BATCH 4096

/* pcap_handler; the user argument is the source. */
void source_take(u_char *source, const struct pcap_pkthdr *h, const u_char *data);
/* Makes p the handle whose packets come next. */
void source_use(struct source *s, pcap_t *p);
int64_t source_time(const struct timeval *t); /* of libpcap with nanoseconds; clamped */
void source_tell(struct source *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void source_idle(struct source *s, int64_t now);
bool source_stopped(struct source *s);
/* Waits until fd can be read or `milliseconds` pass; false when the source is to stop. */
bool source_poll(struct source *s, int fd, int milliseconds, bool *ready);
/* text as it may be shown, in room; never NULL. */
const char *source_shown(const char *text, char room[static SOURCE_WORDS_MOST]);

bool files_open(struct source *s, const struct source_config *c, struct error *e);
void files_run(struct source *s);
void files_close(struct source *s);

bool live_open(struct source *s, bool *usage, struct error *e);
void live_run(struct source *s);
void live_close(struct source *s);

#endif
