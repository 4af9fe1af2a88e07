/* Connections that are over: 24 bytes each, for limits.closed_seconds.
 *
 * Late packets of a closed connection must not look like the middle of a new one.
 * What is remembered is only the keyed hash of the ends (64 secret bits tell flows
 * apart) and what a port used again has to know. First in, first out.
 */
#ifndef MAILWIRE_CAPTURE_TCP_GRAVES_H
#define MAILWIRE_CAPTURE_TCP_GRAVES_H

#include "capture/base/bytes.h"

#define GRAVE_SEQ_BITS 29 /* of a sequence number: more than any window holds */

struct grave {
    uint64_t hash;
    uint32_t closed;         /* second */
    uint32_t older;          /* number of the one before it in its bucket */
    bool reset : 1;          /* it ended in a reset */
    bool reset_by_first : 1; /* ... of the end that stands first in the order of addresses */
    bool client_is_first : 1;
    uint32_t reset_seq : GRAVE_SEQ_BITS; /* where the stream of who reset it ended */
};

/* Graves are numbered; number n lies at n modulo the room. A number that is no longer in
 * [first, first + count) ends a bucket: nothing is unlinked when a grave is forgotten. */
struct tcp_graves {
    struct grave *ring;
    uint32_t *buckets; /* number of the newest */
    uint32_t room;     /* a power of two */
    uint32_t first, count;
    uint32_t most;
};

/* most: graves kept at all; the oldest is forgotten first. */
void tcp_graves_init(struct tcp_graves *g, size_t most);
void tcp_graves_done(struct tcp_graves *g);
void tcp_graves_add(struct tcp_graves *g, const struct grave *grave);
/* The newest with that hash, or NULL. Valid until the next add. */
struct grave *tcp_graves_find(struct tcp_graves *g, uint64_t hash);
/* Forgets what was closed before `second`. */
void tcp_graves_age(struct tcp_graves *g, uint32_t second);
size_t tcp_graves_memory(const struct tcp_graves *g);

#endif
