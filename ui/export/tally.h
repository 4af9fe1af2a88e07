/* Counting by key, bounded: who sent how much, which reply how often, how long it took.
 *
 * Keys may come from packets, so they are hashed with a secret key; what is listed
 * depends only on the counts and the keys. Beyond the bound new keys are only
 * counted together.
 */
#ifndef MAILWIRE_UI_EXPORT_TALLY_H
#define MAILWIRE_UI_EXPORT_TALLY_H

#include "capture/base/map.h"

#define TALLY_COUNTS 5

/* How values spread, for percentiles: 128 steps between a number and its double, so that they are
 * right to 0.8 %. */
struct spread {
    uint64_t n, least, most;
    uint64_t steps[58 * 128];
};

void spread_add(struct spread *s, uint64_t v);
/* The value that `percent` of all are not above; 0 without values. */
uint64_t spread_at(const struct spread *s, unsigned percent);

struct tally_row {
    struct map_node node;
    uint64_t count[TALLY_COUNTS]; /* the user's; count[0] is the rank */
    struct spread *spread;        /* made at the first tally_spread */
    size_t key_n;
    uint8_t key[];
};

struct tally {
    struct map map;
    struct hash_key hash;
    struct tally_row **rows;
    size_t count, room, most;
    uint64_t beyond; /* times a key was not listed */
};

void tally_init(struct tally *t, size_t most);
void tally_done(struct tally *t);
/* The row of that key, made when it is new; NULL beyond the bound. */
struct tally_row *tally_at(struct tally *t, struct bytes key);
void tally_spread(struct tally_row *r, uint64_t v);
/* Sorts by count[0], the largest first, then by key. */
void tally_sort(struct tally *t);

static inline struct bytes tally_key(const struct tally_row *r)
{
    return (struct bytes){r->key, r->key_n};
}

#endif
