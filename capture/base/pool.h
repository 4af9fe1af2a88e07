/* Small pieces of memory that come and go by the million.
 *
 * A session's parts live as long as their dialog, thousands of dialogs go on at once, and the
 * general allocator then spends its time parting and joining. Here a piece that was given back
 * waits, in the list of its size, for the next that wants one: two loads and a store. What was
 * once touched stays until pool_free, so a pool has a ceiling: beyond it, and for sizes above
 * POOL_MOST, pieces come from malloc. NULL for a pool means malloc for all. So do builds with
 * AddressSanitizer, which would not see what is used after it was given back. One thread at a
 * time.
 */
#ifndef MAILWIRE_BASE_POOL_H
#define MAILWIRE_BASE_POOL_H

#include <stddef.h>

#define POOL_MOST 1024

struct pool;

/* ceiling in bytes. Address space is set apart at once, memory as it is touched. */
struct pool *pool_new(size_t ceiling);
void pool_free(struct pool **p); /* with all that came from its own room */
/* n bytes, aligned for any type; never NULL (out of memory is die()). */
void *pool_take(struct pool *p, size_t n) __attribute__((returns_nonnull));
/* The same, zeroed. */
void *pool_take_zeroed(struct pool *p, size_t n) __attribute__((returns_nonnull));
/* Back to where it came from: p and n as they were at pool_take. what may be NULL. */
void pool_give(struct pool *p, void *what, size_t n);

#endif
