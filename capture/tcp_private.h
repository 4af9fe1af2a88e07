/* The inside of TCP reassembly, shared by the tcp_*.c files only. */
#ifndef MAILWIRE_CAPTURE_TCP_PRIVATE_H
#define MAILWIRE_CAPTURE_TCP_PRIVATE_H

#include "capture/base/map.h"
#include "capture/tcp.h"
#include "capture/tcp_graves.h"
#include "capture/tcp_history.h"
#include "capture/tcp_queue.h"

#define NS INT64_C(1000000000)

enum flow_state { FLOW_HALF_OPEN, FLOW_OPEN, FLOW_IGNORED, FLOW_CLOSED };

/* Flows by what they are worth, each list by last activity, oldest first: the order of ageing and
 * of eviction. */
enum flow_list { LIST_HALF_OPEN, LIST_IGNORED, LIST_UNDECIDED, LIST_MAIL, LIST_COUNT };

enum sender_sums { SUMS_UNKNOWN, SUMS_GOOD, SUMS_OFFLOADED, SUMS_BAD };

/* A segment a receiver would not take (bad checksum, no ACK flag, old timestamp ...): it waits
 * until the receiver's ACK shows that it was taken, or a clean copy comes. */
struct doubt {
    struct doubt *next;
    struct piece *piece;
};

/* One direction: the stream its sender makes. Offsets count from the byte behind the SYN. */
struct half {
    uint64_t next;      /* offset of the next byte to hand up */
    uint64_t acked;     /* highest offset the peer acknowledged */
    uint64_t highest;   /* highest end of data seen */
    uint64_t fin_at;    /* offset of its FIN; valid with fin_seen */
    uint32_t next_seq;  /* sequence number of `next` */
    uint32_t ts_recent; /* latest timestamp in order (RFC 7323); valid with has_ts */
    uint32_t window;    /* largest it offered, scaled */
    history_mark history;
    struct tcp_queue *queue; /* NULL while nothing waits */
    struct doubt *doubts;
    uint8_t scale; /* window scale, valid with has_scale */
    uint8_t ttl;   /* of its first packet */
    uint8_t sums;  /* enum sender_sums */
    bool based;    /* next_seq is known */
    bool sure;     /* ... from the sender itself, not only from the peer's ACK */
    bool has_ts, has_scale, fin_seen, fin_told, snaplen_told, delivered;
};

struct flow {
    struct flow_info info; /* first: listeners see it */
    struct half half[2];   /* by enum dir */
    void *user;
    struct flow *hash_next;               /* in its bucket */
    struct flow *prev, *next;             /* in its list */
    struct flow *stall_prev, *stall_next; /* flows with something waiting, longest first */
    struct piece *tfo;                    /* data of the SYN, until the SYN-ACK covers it */
    uint64_t hash;
    int64_t active;      /* monotone time of the last packet */
    int64_t stalled;     /* since when nothing moves although something waits */
    uint32_t held;       /* listener's bytes, as last asked */
    uint32_t isn;        /* of the latest SYN */
    uint8_t state, list; /* enum flow_state, enum flow_list */
    uint8_t closed_how;
    uint8_t rst_dir; /* who reset it */
    bool opened, in_stall, busy;
};

struct flow_lru {
    struct flow *oldest, *newest;
    uint64_t count;
};

struct tcp {
    struct tcp_config config;
    const struct limits *limits;
    const struct stream_ops *ops;
    void *ctx;
    struct tcp_counters counters;
    struct hash_key key;
    struct flow **buckets;
    size_t mask;
    uint64_t flows;
    struct flow *free_flows; /* linked by next */
    void **slabs;
    size_t slab_count;
    struct flow_lru list[LIST_COUNT];
    struct flow *stall_oldest, *stall_newest;
    struct tcp_history *history;
    struct tcp_graves graves;
    uint64_t waiting;   /* bytes in queues and doubts */
    uint64_t listeners; /* bytes the listener holds */
    int64_t now;        /* never goes backwards */
    int64_t aged;       /* when the lists were last looked through */
    uint64_t serial;
};

/* A segment's header, read. */
struct tcp_fields {
    struct bytes data; /* payload as captured */
    uint32_t wire;     /* payload length on the wire */
    uint32_t seq, ack, tsval;
    uint16_t sport, dport, urgent;
    uint32_t window; /* unscaled */
    uint8_t flags;
    int scale; /* -1 none */
    bool has_ts;
    bool outdated; /* its timestamp is older than the stream's (RFC 7323 5) */
};

#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_ACK 0x10u
#define TCP_URG 0x20u

/* tcp_header.c */
bool tcp_fields_read(const struct segment *s, struct tcp_fields *out);

/* tcp_table.c */
struct flow *tcp_table_find(struct tcp *t, const struct segment *s, const struct tcp_fields *f,
                            uint64_t *hash, enum dir *dir);
/* client_is_src: the segment's sender is the client. */
struct flow *tcp_table_add(struct tcp *t, const struct segment *s, const struct tcp_fields *f,
                           uint64_t hash, bool client_is_src);
void tcp_table_remove(struct tcp *t, struct flow *f);
/* Does the segment's source stand first in the order of addresses? The same end always does. */
bool tcp_table_source_first(const struct segment *s, const struct tcp_fields *f);
/* The same of a flow's client. */
bool tcp_table_client_first(const struct flow *f);
void tcp_table_touch(struct tcp *t, struct flow *f, enum flow_list list);
void tcp_table_init(struct tcp *t);
void tcp_table_done(struct tcp *t);
void tcp_stall(struct tcp *t, struct flow *f);
void tcp_unstall(struct tcp *t, struct flow *f);

/* tcp_deliver.c */
/* Data of direction d that the receiver takes; queued where it can not be handed up yet. */
void tcp_deliver_segment(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                         const struct tcp_fields *s, const struct segment *seg, bool bad_checksum);
void tcp_deliver_doubtful(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                          const struct tcp_fields *s, const struct segment *seg, bool bad_checksum);
/* Hands up all that may be: after every segment. */
void tcp_deliver_ready(struct tcp *t, struct flow *f);
/* Declares the oldest hole lost, or, where nothing waits, says so. */
bool tcp_deliver_resolve(struct tcp *t, struct flow *f);
/* Did the receiver get what is missing here? */
bool tcp_deliver_hole_is_acked(const struct flow *f);
/* Frees all that waits. */
void tcp_deliver_drop(struct tcp *t, struct flow *f);
void tcp_note(struct tcp *t, struct flow *f, enum dir d, enum stream_note_kind kind,
              uint64_t offset, const struct segment *seg);

/* tcp.c */
void tcp_close_flow(struct tcp *t, struct flow *f, enum stream_close how);
uint64_t tcp_offset(const struct half *h, uint32_t seq, int64_t *signed_offset);

#endif
