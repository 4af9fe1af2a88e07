/* The last stream bytes handed up, of all flows together: what retransmissions are held against.
 *
 * One ring of fixed size; each entry knows where the one before it of the same
 * direction stands, so a late copy can be compared as long as the ring remembers.
 */
#ifndef MAILWIRE_CAPTURE_TCP_HISTORY_H
#define MAILWIRE_CAPTURE_TCP_HISTORY_H

#include "capture/base/bytes.h"

struct tcp_history;

/* Place of the newest entry of a direction; 0 is none. */
typedef uint64_t history_mark;

struct tcp_history *tcp_history_new(size_t size); /* bytes, a power of two */
void tcp_history_free(struct tcp_history **h);
/* owner: any number that tells directions apart. */
void tcp_history_add(struct tcp_history *h, history_mark *mark, uint64_t owner, uint64_t offset,
                     struct bytes data, uint8_t ttl);
/* Bytes remembered from stream offset `from` on, at most n, in one piece, and the TTL they came
 * with; empty when forgotten. */
struct bytes tcp_history_find(const struct tcp_history *h, history_mark mark, uint64_t owner,
                              uint64_t from, size_t n, uint8_t *ttl);

#endif
