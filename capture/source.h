/* libpcap's one room: captures read from files or taken live, and pcap written.
 *
 * Files may be pcap or pcapng, plain or in gzip, zstd or lz4, "-" is standard
 * input; several are read in time order (by their first packets, sessions go on
 * across them). What was read before a damage is delivered; the damage is told.
 */
#ifndef MAILWIRE_CAPTURE_SOURCE_H
#define MAILWIRE_CAPTURE_SOURCE_H

#include "capture/base/buf.h"
#include "capture/base/error.h"
#include "capture/base/limits.h"
#include "capture/packet.h"

struct source;
struct source_writer;

struct source_config {
    const struct limits *limits;
    const char *const *files; /* NULL for live */
    size_t file_count;
    const char *interface; /* NULL for files */
    const char *bpf;       /* filter text or NULL */
    int snaplen;           /* live, 0 default */
    int buffer_kib;        /* live, 0 default */
    bool no_promiscuous;
    uint64_t max_packets;  /* stop after, 0 never */
    int64_t after, before; /* only packets in [after, before); TIME bounds INT64_MIN/MAX for none */
    const struct source_opener *opener; /* of writers; NULL: this process */
};

struct source_stats {
    uint64_t packets, bytes;                    /* delivered */
    uint64_t dropped;                           /* live: by kernel or interface */
    uint64_t file_bytes_read, file_bytes_total; /* progress; total 0 when unknown (pipe) */
    bool failed;  /* an input failed in part: what was read was delivered */
    bool nothing; /* nothing at all could be read */
    bool nano;    /* the capture has nanoseconds */
    bool interface_down;
};

/* False with a sentence in *e: nothing could be opened (exit 3), or, with *usage set, the filter
 * is wrong (exit 2). Opening interfaces and files happens here, reading does not. */
bool source_open(struct source **s, const struct source_config *c, bool *usage, struct error *e);
/* Called for every packet; p is borrowed. */
typedef void packet_fn(void *arg, const struct packet *p);
/* Reads until the end, source_stop, or max_packets. Errors in part are told through `warn` (a
 * sentence each, with file, packet number) and set stats.failed; idle(arg, now) is called about
 * ten times a second while live and quiet, and every few thousand packets otherwise (progress). */
#define SOURCE_AHEAD 4
struct source_hooks {
    packet_fn *packet;
    void (*idle)(void *arg, int64_t now);
    void (*warn)(void *arg, const char *sentence);
    void *arg;
    /* The packet SOURCE_AHEAD behind the one that comes next, if its bytes are in memory already: a
     * frame and its link type, the frame perhaps cut short. Nothing depends on it. False: not
     * worth telling for now. May be NULL. */
    bool (*soon)(void *arg, const struct packet *p);
};
void source_run(struct source *s, const struct source_hooks *h);
/* The span, where it is known only after the source was opened. */
void source_set_span(struct source *s, int64_t after, int64_t before);
/* Async-signal-safe; source_run returns soon. */
void source_stop(struct source *s);
const struct source_stats *source_stats(struct source *s);
/* Name of capture file number i, as given ("-" for standard input), or the interface's. */
const char *source_file_name(const struct source *s, uint32_t file);
void source_close(struct source **s);

/* -D: prints each interface with its description, one a line. */
bool source_list_interfaces(void *out_file, struct error *e);
/* Their names, with a blank in front of each. */
void source_interface_names(struct buf *out);

/* Who opens and names what a writer writes, for a process that may not do so itself
 * (ui/broker.h): descriptor or 0, -1 with errno set. */
struct source_opener {
    void *arg;
    bool (*is_special)(void *arg, const char *path);      /* a pipe or device: written in place */
    int (*open)(void *arg, const char *path, bool fresh); /* fresh: must not exist yet */
    int (*rename)(void *arg, const char *from, const char *to);
    int (*remove)(void *arg, const char *path);
};
const struct source_opener *source_opener_own(void); /* this process */
/* Another one than the config's, for the writers opened from here on; borrowed. */
void source_set_opener(struct source *s, const struct source_opener *o);

/* -w: a pcap file of the source's link type, written under a temporary name and renamed by close
 * (live: written in place). "-" is standard output. */
bool source_writer_open(struct source_writer **w, struct source *s, const char *path,
                        struct error *e);
/* pcapng from here on; before the first packet. It may mix link types. */
void source_writer_use_pcapng(struct source_writer *w);
/* pcapng: for the next packet; borrowed until then. */
void source_writer_comment(struct source_writer *w, struct bytes comment);
bool source_writer_packet(struct source_writer *w, const struct packet *p, struct error *e);
bool source_writer_close(struct source_writer **w, struct error *e);
/* Standard output whose reader went away. That is no failure, but what comes now goes nowhere. */
bool source_writer_unread(const struct source_writer *w);

#endif
