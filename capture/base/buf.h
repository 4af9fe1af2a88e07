/* A growing byte buffer with a ceiling that is fixed at its start.
 *
 * Appending past the ceiling keeps what fits, sets `full` and answers false:
 * the caller marks the cut, nothing fails. An empty buffer holds no memory.
 */
#ifndef MAILWIRE_BASE_BUF_H
#define MAILWIRE_BASE_BUF_H

#include "capture/base/bytes.h"

struct buf {
    uint8_t *p;
    size_t n, room; /* bytes held, bytes allocated */
    size_t ceiling; /* n never exceeds it */
    bool full;      /* something was cut since the last buf_clear */
};

void buf_init(struct buf *b, size_t ceiling);
void buf_done(struct buf *b);                        /* frees; the buffer may be used again */
void buf_clear(struct buf *b);                       /* n = 0, keeps the memory */
bool buf_add_slow(struct buf *b, struct bytes more); /* where it has to grow, or does not fit */

/* What fits, and whether that is all of it. */
static inline bool buf_add(struct buf *b, struct bytes more)
{
    if (more.n == 0 || more.n >= b->room - b->n || more.n > b->ceiling - b->n) {
        return buf_add_slow(b, more);
    }
    memcpy(b->p + b->n, more.p, more.n);
    b->n += more.n;
    return true;
}
bool buf_add_str(struct buf *b, const char *s);
static inline bool buf_add_byte(struct buf *b, uint8_t c)
{
    return buf_add(b, (struct bytes){&c, 1});
}

bool buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first n bytes. O(bytes left). */
void buf_drop(struct buf *b, size_t n);
/* Room for at least `n` more bytes at b->p + b->n (caller then raises b->n); NULL at the ceiling.
 */
uint8_t *buf_room(struct buf *b, size_t n);
/* NUL-terminates in place and returns the text; the NUL is not counted. Never NULL. */
const char *buf_cstr(struct buf *b);

static inline struct bytes buf_bytes(const struct buf *b)
{
    return (struct bytes){b->p, b->n};
}

#endif
