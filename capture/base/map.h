/* A hash table of pointers with a secret seed, so that no packet can choose its bucket.
 *
 * Intrusive: an entry embeds struct map_node; the table owns only its buckets.
 * Keys are hashed with hash_bytes(); equality is the caller's. Grows by doubling.
 */
#ifndef MAILWIRE_BASE_MAP_H
#define MAILWIRE_BASE_MAP_H

#include "capture/base/bytes.h"

/* SipHash-1-3 of b under a 128-bit key. */
struct hash_key {
    uint64_t k0, k1;
};
/* A fresh key from the kernel's random source; all hashes of a run share it. Results never
 * depend on it: no iteration order may reach an output. */
struct hash_key hash_key_random(void);
uint64_t hash_bytes(struct hash_key key, struct bytes b);

struct map_node {
    struct map_node *next;
    uint64_t hash;
};

struct map {
    struct map_node **buckets;
    size_t count, mask; /* mask + 1 buckets */
};

void map_init(struct map *m);
void map_done(struct map *m); /* frees the buckets, not the entries */
/* First node of that hash's chain with exactly that hash, or NULL; go on with map_next. */
struct map_node *map_first(const struct map *m, uint64_t hash);
struct map_node *map_next(const struct map_node *n); /* next with the same hash, or NULL */
void map_add(struct map *m, struct map_node *n, uint64_t hash);
void map_remove(struct map *m, struct map_node *n);

#endif
