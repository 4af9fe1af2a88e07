/* IP fragments → datagrams, as a Linux receiver puts them together.
 *
 * Linux treats IPv4 and IPv6 alike since 2018: a fragment inside what is
 * already there is a duplicate and ignored, one that overlaps in any other way
 * drops the whole datagram (RFC 5722). Any order; work linear in the bytes;
 * bounded by limits.fragment_*: the oldest datagram goes first.
 */
#ifndef MAILWIRE_CAPTURE_DEFRAG_H
#define MAILWIRE_CAPTURE_DEFRAG_H

#include "capture/base/limits.h"
#include "capture/ip.h"

struct defrag;

struct defrag_counters {
    uint64_t fragments;
    uint64_t
        dropped; /* fragments that became no datagram: overlapping, nonsense, too old, no room */
    uint64_t overlaps; /* fragments that said something else about bytes that were there */
};

#define DEFRAG_NO_VLAN UINT32_MAX

struct defrag *defrag_new(const struct limits *l); /* l is borrowed */
/* Takes a copy of the part's bytes. True when it completes its datagram: then *part has become the
 * whole (what was captured of it up to the first byte that was not), and *memory holds the bytes
 * until the caller frees it. */
bool defrag_add(struct defrag *d, struct ip_info *part, uint32_t vlan, int64_t now, void **memory);
/* Time goes on: drops what is older than limits.fragment_seconds. */
void defrag_tick(struct defrag *d, int64_t now);
/* Drops (and counts) all that is incomplete. */
void defrag_finish(struct defrag *d);
const struct defrag_counters *defrag_counters(const struct defrag *d);
size_t defrag_memory(const struct defrag *d);
void defrag_free(struct defrag **d);

#endif
