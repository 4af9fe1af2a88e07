#include "capture/base/buf.h"

#include "capture/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BUF_FIRST_ROOM 64

void buf_init(struct buf *b, size_t ceiling)
{
    *b = (struct buf){.ceiling = ceiling};
}

void buf_done(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.ceiling = b->ceiling};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
}

/* Grows by half, so that held memory stays near what is used. One byte is kept for buf_cstr. */
static void buf_grow(struct buf *b, size_t need)
{
    if (need + 1 <= b->room) {
        return;
    }
    size_t room = b->room + b->room / 2;
    if (room < BUF_FIRST_ROOM) {
        room = BUF_FIRST_ROOM;
    }
    if (room < need + 1) {
        room = need + 1;
    }
    b->p = xrealloc(b->p, room);
    b->room = room;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
    if (n > b->ceiling - b->n) {
        b->full = true;
        return NULL;
    }
    buf_grow(b, b->n + n);
    return b->p + b->n;
}

bool buf_add_slow(struct buf *b, struct bytes more)
{
    size_t fits = b->ceiling - b->n;
    bool whole = more.n <= fits;
    if (!whole) {
        more.n = fits;
        b->full = true;
    }
    if (more.n > 0) {
        buf_grow(b, b->n + more.n);
        memcpy(b->p + b->n, more.p, more.n);
        b->n += more.n;
    }
    return whole;
}

bool buf_add_str(struct buf *b, const char *s)
{
    return buf_add(b, bytes_of(s));
}

bool buf_printf(struct buf *b, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0) {
        return false;
    }
    if ((size_t)n < sizeof small) {
        return buf_add(b, bytes_make(small, (size_t)n));
    }
    char *large = xmalloc((size_t)n + 1);
    va_start(args, format);
    vsnprintf(large, (size_t)n + 1, format, args);
    va_end(args);
    bool whole = buf_add(b, bytes_make(large, (size_t)n));
    free(large);
    return whole;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

const char *buf_cstr(struct buf *b)
{
    buf_grow(b, b->n);
    b->p[b->n] = '\0';
    return (const char *)b->p;
}
