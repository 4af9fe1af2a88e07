/* Segments that wait behind a hole (or for the other direction), and who wins where they overlap.
 *
 * The linux policy does what tcp_data_queue_ofo() of a current kernel does: contiguous
 * segments join, a segment inside a queued one is dropped, one that begins with a
 * queued one and reaches further replaces it, partial overlaps stay and the earlier
 * bytes are read first. The others decide overlap by overlap (Novak and Sturges,
 * Target-Based TCP Stream Reassembly, 2007).
 * Offsets are 64-bit stream offsets: sequence numbers are unwrapped before.
 */
#ifndef MAILWIRE_CAPTURE_TCP_QUEUE_H
#define MAILWIRE_CAPTURE_TCP_QUEUE_H

#include "capture/base/bytes.h"
#include "capture/tcp.h"

/* One segment's bytes, or what is left of them. */
struct piece {
    struct piece *next; /* in its run: stands right behind this one */
    uint64_t from, to;  /* stream offsets; to - from may exceed have: the snaplen cut it */
    uint64_t whole_from, whole_to; /* of the segment it came from: policies compare these */
    uint64_t need; /* the other direction's offset it acknowledges: delivered after that */
    int64_t time;
    uint64_t packet;
    uint32_t have;  /* bytes captured */
    int32_t urgent; /* offset from `from` of the urgent byte, -1 none */
    uint8_t ttl;
    bool bad_checksum;
    bool outdated; /* by its timestamp, and not told yet */
    bool doubtful; /* acknowledges what was not seen (yet): any clean copy wins */
    uint8_t data[];
};

/* Contiguous pieces. */
struct run {
    uint64_t from, to;
    uint64_t born; /* order of arrival */
    struct piece *first, *last;
};

struct tcp_queue {
    struct run **runs; /* ascending by from */
    size_t count, room;
    uint64_t bytes; /* held, with overhead */
    uint64_t pieces;
    uint64_t births;
};

/* Told for each overlap whose bytes differ: kept is what the stream will have; the TTL is that of
 * the copy that came first. */
typedef void conflict_fn(void *arg, uint64_t offset, struct bytes kept, struct bytes other,
                         uint8_t old_ttl);

void tcp_queue_done(struct tcp_queue *q);
struct piece *tcp_piece_new(uint64_t from, uint32_t wire, struct bytes data);
/* Memory it takes, with its place in a queue and the allocator's share. */
uint64_t tcp_piece_cost(const struct piece *p);
/* Takes p (which may be dropped). */
void tcp_queue_insert(struct tcp_queue *q, struct piece *p, enum overlap_policy policy,
                      conflict_fn *conflict, void *arg);
/* The first piece to read, or NULL. */
struct piece *tcp_queue_head(const struct tcp_queue *q);
/* Takes the head off; the caller frees it. */
struct piece *tcp_queue_pop(struct tcp_queue *q);
/* Compares in-order bytes [from, from + n) with what is queued: queued copies lose (linux). */
void tcp_queue_compare(const struct tcp_queue *q, uint64_t from, struct bytes data,
                       conflict_fn *conflict, void *arg);
/* A clean copy of [from, to) came: doubtful pieces there go, and differing ones are told. */
void tcp_queue_drop_doubtful(struct tcp_queue *q, uint64_t from, struct bytes data,
                             conflict_fn *conflict, void *arg);
bool tcp_queue_overlaps(const struct tcp_queue *q, uint64_t from, uint64_t to);

#endif
