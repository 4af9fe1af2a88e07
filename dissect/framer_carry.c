#include "dissect/framer_carry.h"

#include "capture/base/error.h"

#include <stdlib.h>
#include <string.h>

struct framer_carry *carry_new(uint64_t offset, uint64_t ceiling)
{
    struct framer_carry *c = xcalloc(1, sizeof *c);
    buf_init(&c->bytes, (size_t)ceiling);
    c->offset = offset;
    c->mark = c->first;
    c->mark_room = sizeof c->first / sizeof *c->first;
    return c;
}

void carry_free(struct framer_carry **c)
{
    if (*c != NULL) {
        buf_done(&(*c)->bytes);
        if ((*c)->mark != (*c)->first) {
            free((*c)->mark);
        }
        free(*c);
        *c = NULL;
    }
}

size_t carry_held(const struct framer_carry *c)
{
    return sizeof *c + c->bytes.room + (c->mark == c->first ? 0 : c->mark_room * sizeof *c->mark);
}

static void add_mark(struct framer_carry *c, struct carry_mark m)
{
    if (c->marks == CARRY_MARKS_MOST) {
        return;
    }
    if (c->marks == c->mark_room) {
        struct carry_mark *more = xcalloc((size_t)c->mark_room * 4, sizeof *more);
        memcpy(more, c->mark, c->marks * sizeof *more);
        if (c->mark != c->first) {
            free(c->mark);
        }
        c->mark = more;
        c->mark_room = (uint16_t)(c->mark_room * 4);
    }
    c->mark[c->marks++] = m;
}

void carry_add(struct framer_carry *c, struct bytes more, int64_t time, uint64_t packet)
{
    if (c->marks == 0 || c->mark[c->marks - 1].packet != packet) {
        add_mark(c, (struct carry_mark){c->bytes.n, time, packet});
    }
    size_t before = c->bytes.n;
    c->last = more.n > 0 ? more.p[more.n - 1] : c->last;
    buf_add(&c->bytes, more);
    c->skipped += more.n - (c->bytes.n - before);
}

/* The index of the mark whose packet brought the byte at `at`. */
static uint16_t mark_of(const struct framer_carry *c, size_t at)
{
    uint16_t i = c->marks;
    while (i > 1 && c->mark[i - 1].at > at) {
        i--;
    }
    return (uint16_t)(i - 1);
}

struct bytes carry_piece(const struct framer_carry *c, size_t at, const struct carry_mark **mark)
{
    uint16_t i = mark_of(c, at);
    size_t end = i + 1 < c->marks ? c->mark[i + 1].at : c->bytes.n;
    *mark = &c->mark[i];
    return bytes_sub(buf_bytes(&c->bytes), at, end - at);
}

void carry_drop(struct framer_carry *c, size_t n)
{
    uint16_t first = mark_of(c, n), kept = (uint16_t)(c->marks - first);
    memmove(c->mark, c->mark + first, kept * sizeof *c->mark);
    c->marks = kept;
    for (uint16_t i = 0; i < kept; i++) {
        c->mark[i].at = c->mark[i].at > n ? c->mark[i].at - n : 0;
    }
    buf_drop(&c->bytes, n);
    c->offset += n;
}
