/* The inside of TCP reassembly, shared by the tcp_*.c files only. */
#ifndef MAILWIRE_CAPTURE_TCP_PRIVATE_H
#define MAILWIRE_CAPTURE_TCP_PRIVATE_H

#include "capture/base/map.h"
#include "capture/tcp.h"
#include "capture/tcp_graves.h"
#include "capture/tcp_history.h"
#include "capture/tcp_queue.h"

#define NS            INT64_C(1000000000)
#define HISTORY_BYTES ((size_t)2 << 20)
#define TCP_AHEAD     4          /* segments that tcp_expect is told before they come */
#define LATE_BYTES    (1u << 26) /* so far back a late packet may lie */
#define GRAVE_SEQ     ((1u << GRAVE_SEQ_BITS) - 1) /* what a grave keeps of a sequence number */

enum flow_state {
    FLOW_HALF_OPEN,
    FLOW_OPEN,
    FLOW_IGNORED,
    FLOW_LINGERS, /* both FINs were told; what acknowledges them still counts */
    FLOW_CLOSED
};

/* Flows by what they are worth, each list by last activity, oldest first: the order of ageing and
 * of eviction. */
enum flow_list {
    LIST_LINGERS, /* over, but for an ACK */
    LIST_HALF_OPEN,
    LIST_IGNORED,
    LIST_UNDECIDED,
    LIST_ONE_SIDED, /* mail by one side's word: cheap to forge, so it goes before real sessions */
    LIST_MAIL,
    LIST_COUNT
};

enum sender_sums { SUMS_UNKNOWN, SUMS_GOOD, SUMS_OFFLOADED, SUMS_BAD };

/* A segment a receiver would not take (bad checksum, no ACK flag, old timestamp ...): it waits
 * until the receiver's ACK shows that it was taken, or a clean copy comes. */
struct doubt {
    struct doubt *next;
    struct piece *piece;
};

/* What of a flow waits, for a hole to be filled or for its other direction. Few flows have one. */
struct waiting {
    struct flow *flow;
    struct waiting *prev, *next; /* those where nothing moves, longest first */
    int64_t since;               /* nothing moves */
    struct tcp_queue queue[2];   /* by enum dir */
    struct doubt *doubts[2];
    struct piece *tfo; /* data of the SYN, until the SYN-ACK covers it */
    bool listed;
};

/* One direction: the stream its sender makes. Offsets count from the byte behind the SYN. */
struct half {
    uint64_t next;    /* offset of the next byte to hand up */
    uint64_t acked;   /* highest offset the peer acknowledged */
    uint64_t highest; /* highest end of data seen */
    uint64_t fin_at;  /* offset of its FIN; valid with fin_seen */
    history_mark history;
    uint32_t next_seq;  /* sequence number of `next` */
    uint32_t ts_recent; /* latest timestamp in order (RFC 7323); valid with has_ts */
    uint32_t window;    /* largest it offered, scaled */
    uint8_t ttl;        /* of its first packet */
    uint8_t sums : 2;   /* enum sender_sums */
    uint8_t scale : 4;  /* window scale, valid with has_scale */
    bool has_scale : 1;
    bool has_ts : 1;
    bool based : 1; /* next_seq is known */
    bool sure : 1;  /* ... from the sender itself, not only from the peer's ACK */
    bool delivered : 1;
    bool fin_seen : 1, fin_told : 1;
    bool snaplen_told : 1;
};

/* Five cache lines, all of them wanted for most packets: what only few flows have stands in
 * struct waiting, what follows from other fields is not kept. */
struct flow {
    struct flow_info info; /* first: listeners see it */
    void *user;
    struct half half[2];     /* by enum dir */
    struct waiting *waiting; /* NULL while nothing does */
    uint32_t number;         /* its own (tcp_flow) */
    uint32_t prev, next;     /* in its list; free ones are linked by next */
    uint32_t active;         /* second of the last packet */
    uint32_t held;           /* listener's bytes, as last asked */
    uint8_t state : 3;       /* enum flow_state */
    uint8_t list : 3;        /* enum flow_list */
    bool opened : 1;
    uint8_t closed_how : 4;
    bool server_reset : 1; /* closed by a reset of the server's */
};

_Static_assert(sizeof(struct flow) == 320, "one more field of a flow costs it a cache line");

struct flow_lru {
    uint32_t oldest, newest; /* numbers of flows, 0 none */
    uint64_t count;
};

/* A place of the hash table. */
struct slot {
    uint32_t hash; /* its low half: the rest of a look-up's answer is the flow's ends */
    uint32_t flow; /* number, 0: free */
};

struct tcp {
    struct tcp_config config;
    const struct limits *limits;
    const struct stream_ops *ops;
    void *ctx;
    struct tcp_counters counters;
    struct hash_key key;
    struct slot *slots;
    size_t mask;
    uint64_t flows;
    struct flow **slabs;
    uint32_t numbers;    /* ever given out */
    uint32_t free_flows; /* linked by next */
    struct flow_lru list[LIST_COUNT];
    uint8_t grain[LIST_COUNT]; /* a flow moves in its list when this power of two seconds is over */
    struct waiting *stall_oldest, *stall_newest;
    struct tcp_history *history;
    struct tcp_graves graves;
    uint64_t waiting;   /* bytes in queues, doubts and SYNs */
    uint64_t listeners; /* bytes the listener holds */
    int64_t now;        /* never goes backwards */
    uint32_t second;    /* the same in whole seconds */
    int64_t next_second;
    int64_t aged;                 /* when the lists were last looked through */
    uint32_t expected[TCP_AHEAD]; /* low halves of the hashes of segments to come, the next first */
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

#define SLAB_SHIFT 15

static inline struct flow *tcp_flow(const struct tcp *t, uint32_t number)
{
    return &t->slabs[number >> SLAB_SHIFT][number & ((1u << SLAB_SHIFT) - 1)];
}

static inline bool tcp_fin_waits(const struct half *h)
{
    return h->fin_seen && !h->fin_told;
}

#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_ACK 0x10u
#define TCP_URG 0x20u

/* tcp_header.c */
bool tcp_fields_read(const struct segment *s, struct tcp_fields *out);

/* tcp_table.c */
uint64_t tcp_table_hash(const struct tcp *t, const struct flow *f);
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
/* In seconds. */
uint64_t tcp_idle_limit(const struct tcp *t, enum flow_list list);
void tcp_table_move(struct tcp *t, struct flow *f, enum flow_list list);
/* It was active: it stands in `list` from now on, behind those of earlier times. */
static inline void tcp_table_touch(struct tcp *t, struct flow *f, enum flow_list list)
{
    bool same = f->list == list && f->active >> t->grain[list] == t->second >> t->grain[list];
    f->active = t->second;
    if (!same) {
        tcp_table_move(t, f, list);
    }
}

void tcp_table_init(struct tcp *t);
void tcp_table_done(struct tcp *t);
/* The list's oldest, or NULL. */
struct flow *tcp_table_oldest(const struct tcp *t, enum flow_list list);

/* tcp_waiting.c */
struct waiting *tcp_waiting(struct tcp *t, struct flow *f); /* never NULL */
/* Something waits: the time since when is noted, if it is not yet. */
void tcp_stall(struct tcp *t, struct flow *f);
/* ... from now on. */
void tcp_stall_again(struct tcp *t, struct flow *f);
/* After something may have gone: frees what is empty. moved: something was handed up. */
void tcp_waiting_settle(struct tcp *t, struct flow *f, bool moved);
void tcp_waiting_set_tfo(struct tcp *t, struct flow *f, struct piece *p); /* takes p */
struct piece *tcp_waiting_take_tfo(struct tcp *t, struct flow *f); /* the caller's; NULL: none */
/* Doubts must be gone. */
void tcp_waiting_free(struct tcp *t, struct flow *f);

/* NULL while nothing of f waits. */
static inline struct tcp_queue *tcp_queue_of(const struct flow *f, enum dir d)
{
    return f->waiting == NULL ? NULL : &f->waiting->queue[d];
}

static inline struct doubt **tcp_doubts_of(const struct flow *f, enum dir d)
{
    return f->waiting == NULL ? NULL : &f->waiting->doubts[d];
}

/* May bytes that acknowledge `need` of the other direction be handed up? (stream.h) A FIN counts
 * one, and brings no byte. */
static inline bool tcp_may_go(const struct flow *f, enum dir d, uint64_t need)
{
    const struct half *peer = &f->half[dir_other(d)];
    return !f->info.seen[dir_other(d)] || !peer->based || peer->next >= need ||
           (peer->fin_seen && peer->next >= peer->fin_at);
}

/* A direction's name in the history. */
static inline uint64_t tcp_owner(const struct flow *f, enum dir d)
{
    return f->info.first_packet * 2 + (uint64_t)d;
}

/* tcp_deliver.c */
/* Data of direction d that the receiver takes; queued where it can not be handed up yet. */
void tcp_deliver_segment(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                         const struct tcp_fields *s, const struct segment *seg, bool bad_checksum);
/* Whole data that begins at `next` and waits for nothing. */
void tcp_deliver_next(struct tcp *t, struct flow *f, enum dir d, const struct tcp_fields *x,
                      const struct segment *s);
/* A piece that begins at or before `next`; takes p. */
void tcp_deliver_piece(struct tcp *t, struct flow *f, enum dir d, struct piece *p);
/* Hands up all that may be: after every segment. */
void tcp_deliver_ready(struct tcp *t, struct flow *f);
/* The bytes up to offset `to` are lost. */
void tcp_deliver_gap(struct tcp *t, struct flow *f, enum dir d, uint64_t to, int64_t time,
                     uint64_t packet, enum gap_cause cause);
/* Tells the FIN, where all before it was handed up. */
void tcp_deliver_fin(struct tcp *t, struct flow *f, enum dir d);
/* Frees all that waits. */
void tcp_deliver_drop(struct tcp *t, struct flow *f);
struct piece *tcp_piece_of(const struct tcp_fields *s, const struct segment *seg, uint64_t from,
                           bool bad); /* the caller's */
/* The offset of the other direction that it acknowledges. */
uint64_t tcp_need_of(const struct flow *f, enum dir d, const struct tcp_fields *s);
/* What the listener holds for it, asked anew. */
void tcp_account(struct tcp *t, struct flow *f);
void tcp_note(struct tcp *t, struct flow *f, enum dir d, enum stream_note_kind kind,
              uint64_t offset, const struct segment *seg);

/* tcp_conflict.c */
/* Where a copy stands that is held against another. */
struct conflict_at {
    struct tcp *t;
    struct flow *f;
    enum dir dir;
    int64_t time;
    uint64_t packet;
    uint8_t ttl;
    bool bad_checksum;
};

struct conflict_at tcp_conflict_of(struct tcp *t, struct flow *f, enum dir d,
                                   const struct segment *seg, bool bad);
/* A tcp_queue's conflict_fn; arg is the struct conflict_at. */
void tcp_conflict_tell(void *arg, uint64_t offset, struct bytes kept, struct bytes other,
                       uint8_t old_ttl);
/* A copy of bytes handed up before: held against what the ring remembers. True: it differs. */
bool tcp_conflict_compare(struct flow *f, enum dir d, uint64_t from, struct bytes data,
                          struct conflict_at *at);

/* tcp_doubt.c */
void tcp_doubt_add(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                   const struct tcp_fields *s, const struct segment *seg, bool bad_checksum);
/* A clean copy came: doubtful ones of the same bytes lose, and differing ones are told. */
void tcp_doubts_settle(struct tcp *t, struct flow *f, enum dir d, uint64_t from, struct bytes data,
                       struct conflict_at *at);
/* The doubtful piece that the stream goes on with, when nothing better will come: it begins at or
 * before `next`, and the receiver acknowledged it (or `force`). The caller's; NULL: none. */
struct piece *tcp_doubt_take(struct tcp *t, struct flow *f, enum dir d, bool force);
void tcp_doubt_free(struct tcp *t, struct doubt **at);

/* tcp_hole.c */
/* Declares the oldest hole lost, or, where nothing waits, says so. */
bool tcp_hole_resolve(struct tcp *t, struct flow *f);
/* Behind the last byte: what was lost before a FIN that both ends agree on. */
void tcp_hole_last(struct tcp *t, struct flow *f);
/* Did the receiver get what is missing here? */
bool tcp_hole_is_acked(const struct flow *f);

/* tcp_life.c */
void tcp_open(struct tcp *t, struct flow *f); /* tells the listener, once */
/* Hands up all there is, holes declared, up to the FINs. */
void tcp_drain(struct tcp *t, struct flow *f);
void tcp_close(struct tcp *t, struct flow *f, enum stream_close how);
void tcp_end(struct tcp *t, struct flow *f, enum stream_close how); /* closes and removes it */
/* Closed by its ends: only what late packets need is kept. Removes it. */
void tcp_bury(struct tcp *t, struct flow *f, uint64_t hash);
/* What of it a grave keeps. */
struct grave tcp_grave_of(const struct tcp *t, const struct flow *f, uint64_t hash);
/* Both FINs were told: the listener hears of the close when both are acknowledged, or at the latest
 * a moment later. */
void tcp_linger(struct tcp *t, struct flow *f);
/* Down to the memory limit; `current` stays, NULL allowed. */
void tcp_evict(struct tcp *t, const struct flow *current);
void tcp_bound_half_open(struct tcp *t);
void tcp_bound_queues(struct tcp *t, struct flow *f);
void tcp_go_on(struct tcp *t, int64_t now); /* time passes: what is too old ends */

/* tcp_syn.c */
struct flow *tcp_syn_begin(struct tcp *t, const struct segment *s, const struct tcp_fields *x,
                           uint64_t hash);
/* Without a SYN: the lower port is taken for the server's; the dissector may turn it round. */
struct flow *tcp_midstream_begin(struct tcp *t, const struct segment *s, const struct tcp_fields *x,
                                 uint64_t hash, bool client_is_src, enum dir *d);
/* A SYN on a connection that is known. True: it began a new one, which is in *fp. */
bool tcp_take_syn(struct tcp *t, struct flow **fp, enum dir d, const struct segment *s,
                  const struct tcp_fields *x, uint64_t hash);
/* Of an end whose other one was not captured: it closed, and sends from elsewhere now. */
bool tcp_goes_beyond_fin(const struct flow *f, enum dir d, const struct tcp_fields *x);

/* tcp.c */
uint64_t tcp_offset(const struct half *h, uint32_t seq, int64_t *signed_offset);
void tcp_set_base(struct half *h, uint32_t seq, bool sure); /* `seq` is offset 0 from now on */

/* What a checksum makes of a segment (hostile.md T4). */
enum sum_result { SUM_TAKE, SUM_TAKE_BAD, SUM_DOUBT, SUM_DROP };

enum sum_result tcp_judge_sum(struct tcp *t, struct half *h, const struct segment *s);

#endif
