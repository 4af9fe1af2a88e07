/* What an export holds for sessions and messages that are not over, found by their numbers. The
 * numbers are ours, no packet chooses them, so a plain hash does.
 */
#ifndef MAILWIRE_UI_EXPORT_FLIGHT_H
#define MAILWIRE_UI_EXPORT_FLIGHT_H

#include "capture/base/map.h"

/* Embedded first in what is held. */
struct flight {
    struct map_node node;
    uint64_t session;
    uint32_t message; /* 0: the session itself */
};

struct flights {
    struct map map;
    size_t cursor;         /* flights_any: buckets before it are empty */
    struct flight *latest; /* found last: the next event is often of the same */
};

void flights_init(struct flights *t);
void flights_done(struct flights *t); /* frees the table; it must be empty */
struct flight *flights_find(struct flights *t, uint64_t session, uint32_t message);
/* Takes f, a zeroed allocation of its owner's. */
void flights_add(struct flights *t, struct flight *f, uint64_t session, uint32_t message);
void flights_remove(struct flights *t, struct flight *f);
/* One of those left, NULL when there is none: for taking them all out at the end. */
struct flight *flights_any(struct flights *t);

#endif
