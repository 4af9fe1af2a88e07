/* What TCP reassembly tells whoever listens: the border between packets and mail.
 *
 * capture/tcp declares these, dissect/engine fills them in; tcp knows nothing
 * of what stands above. Each call borrows its arguments for the call only,
 * except struct flow_info, which lives until close() returns and whose counters
 * go on being updated.
 *
 * Order: open once, then data/gap/note in any number, close once. Data comes in
 * stream order per direction; between the directions in causal order: bytes
 * that a packet acknowledges are delivered before that packet's own bytes.
 * A close by FIN is told when both FINs are acknowledged, or a moment later, so
 * that their ACKs are counted; the dialog ended with the FINs.
 */
#ifndef MAILWIRE_CAPTURE_STREAM_H
#define MAILWIRE_CAPTURE_STREAM_H

#include "capture/base/bytes.h"

/* Who sent it. The flow's client is who opened (SYN); without a SYN the first guess is the side
 * with the higher port, and the dissector may turn it round. */
enum dir { FROM_CLIENT = 0, FROM_SERVER = 1 };

static inline enum dir dir_other(enum dir d)
{
    return d == FROM_CLIENT ? FROM_SERVER : FROM_CLIENT;
}

struct endpoint {
    uint8_t ip[16]; /* IPv4 in the first four bytes */
    uint16_t port;
};

/* Counters of one direction, of its sender. */
struct flow_count {
    uint64_t packets;       /* TCP segments, with or without data */
    uint64_t bytes;         /* payload bytes on the wire, retransmissions included */
    uint64_t delivered;     /* stream bytes handed up */
    uint64_t missing;       /* stream bytes declared lost */
    uint32_t gaps;          /* holes declared lost */
    uint32_t retransmitted; /* segments that brought nothing new */
};

struct flow_info {
    struct endpoint end[2]; /* by enum dir: end[FROM_CLIENT] is the client */
    uint8_t ip_version;     /* 4 or 6 */
    bool seen[2];           /* a packet of this direction was captured */
    bool midstream;         /* no SYN was captured */
    int64_t last;           /* ns: latest packet */
    struct flow_count count[2];
    int64_t start;         /* ns: first packet */
    uint64_t first_packet; /* packet number */
    int64_t rtt;           /* ns between SYN and SYN-ACK at the capture point, -1 unknown */
    uint32_t file;         /* capture file of the first packet */
    uint32_t conflicts;    /* overlaps with different bytes */
    uint16_t vlan;         /* 802.1Q VLAN id of the first packet, innermost; valid with has_vlan */
    bool has_vlan;
};

struct chunk {
    struct bytes data;
    int64_t time; /* of the packet that brought its first byte */
    uint64_t packet;
    uint64_t offset; /* of data.p[0] in the direction's stream, gaps included */
};

enum gap_cause {
    GAP_NOT_CAPTURED, /* the receiver acknowledged the bytes: the capture lost them */
    GAP_NEVER_ACKED,  /* nobody confirmed them */
    GAP_SNAPLEN,      /* the capture cut the packet (-s) */
};

struct gap {
    uint64_t missing; /* bytes */
    uint64_t offset;  /* in the direction's stream */
    int64_t time;     /* of the packet behind the hole, or the last one */
    uint64_t packet;
    enum gap_cause cause;
};

/* Things at TCP level that a person should hear of. */
enum stream_note_kind {
    NOTE_OVERLAP_CONFLICT, /* kept, other: the two texts */
    NOTE_CHECKSUM_CONFLICT,
    NOTE_RST_SUSPICIOUS,
    NOTE_FIN_SUSPICIOUS,
    NOTE_DATA_AFTER_RST,
    NOTE_DATA_AFTER_FIN,
    NOTE_RST_WITH_DATA,
    NOTE_OUT_OF_WINDOW,
    NOTE_NO_ACK_DATA,
    NOTE_SYN_IN_FLOW,
    NOTE_PAWS_OLD,
    NOTE_URGENT_DATA,
    NOTE_TFO_DATA,
    NOTE_TTL_OUTLIER,
    NOTE_SNAPLEN,
};

struct stream_note {
    enum stream_note_kind kind;
    enum dir dir;
    uint64_t offset; /* in the direction's stream */
    int64_t time;
    uint64_t packet;
    struct bytes kept, other; /* for conflicts: what the stream has, what the other copy said */
};

enum stream_close {
    CLOSE_FIN,
    CLOSE_RST,
    CLOSE_IDLE,
    CLOSE_REPLACED, /* the port was used again */
    CLOSE_END,      /* the capture ended */
    CLOSE_EVICTED,  /* memory limit */
};

enum stream_verdict {
    STREAM_MORE,   /* go on: not decided yet */
    STREAM_MAIL,   /* go on: worth keeping, last to be evicted, idle by limits.idle_mail_seconds */
    STREAM_IGNORE, /* nothing for us: tcp frees what it holds and delivers no more, close() still
                      comes */
};

struct stream_ops {
    /* The connection was answered (SYN-ACK) or spoke. *user is the listener's, NULL at first. */
    void (*open)(void *ctx, const struct flow_info *flow, void **user);
    /* Data will come soon: what the listener keeps may be fetched into the cache. near: *user's own
     * is there, what hangs on it may be. May be NULL. */
    void (*expect)(void *user, bool near);
    enum stream_verdict (*data)(void *ctx, const struct flow_info *flow, void **user, enum dir dir,
                                const struct chunk *c);
    void (*gap)(void *ctx, const struct flow_info *flow, void **user, enum dir dir,
                const struct gap *g);
    void (*note)(void *ctx, const struct flow_info *flow, void **user, const struct stream_note *n);
    /* One direction reached its FIN (in order). */
    void (*fin)(void *ctx, const struct flow_info *flow, void **user, enum dir dir, int64_t time);
    void (*close)(void *ctx, const struct flow_info *flow, void **user, enum stream_close how,
                  int64_t time);
    /* Bytes the listener holds for this flow (for eviction by memory); may be NULL. */
    size_t (*held)(void *ctx, void *user);
};

#endif
