/* Connections that are over: 40 bytes each, for limits.closed_seconds.
 *
 * Late packets of a closed connection must not look like the middle of a new one.
 * What is remembered is only the keyed hash of the ends (64 secret bits tell flows
 * apart) and what a port used again has to know. First in, first out.
 */
#ifndef MAILWIRE_CAPTURE_TCP_GRAVES_H
#define MAILWIRE_CAPTURE_TCP_GRAVES_H

#include "capture/base/bytes.h"

struct grave {
    uint64_t hash;
    int64_t closed;      /* monotone time */
    int64_t start;       /* of the connection */
    uint32_t next;       /* in its bucket: index + 1, 0 ends */
    uint32_t nth;        /* flow_info.nth */
    bool reset;          /* it ended in a reset */
    bool reset_by_first; /* ... of the end that stands first in the order of addresses */
    bool client_is_first;
};

struct tcp_graves {
    struct grave *ring;
    uint32_t *buckets;
    size_t room, first, count; /* room: a power of two */
    size_t most;
};

/* most: graves kept at all; the oldest is forgotten first. */
void tcp_graves_init(struct tcp_graves *g, size_t most);
void tcp_graves_done(struct tcp_graves *g);
void tcp_graves_add(struct tcp_graves *g, const struct grave *grave);
/* The newest with that hash, or NULL. Valid until the next add. */
struct grave *tcp_graves_find(struct tcp_graves *g, uint64_t hash);
/* Forgets what was closed before `time`. */
void tcp_graves_age(struct tcp_graves *g, int64_t time);
size_t tcp_graves_memory(const struct tcp_graves *g);

#endif
