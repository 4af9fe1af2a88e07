#include "dissect/framer_carry.h"

#include "capture/base/error.h"

#include <stdlib.h>

struct framer_carry *carry_new(uint64_t offset, uint64_t ceiling)
{
    struct framer_carry *c = xcalloc(1, sizeof *c);
    buf_init(&c->bytes, (size_t)ceiling);
    c->offset = offset;
    return c;
}

void carry_free(struct framer_carry **c)
{
    if (*c != NULL) {
        buf_done(&(*c)->bytes);
        free(*c);
        *c = NULL;
    }
}

void carry_add(struct framer_carry *c, struct bytes more, int64_t time, uint64_t packet)
{
    if (c->marks < CARRY_MARKS_MOST && (c->marks == 0 || c->mark[c->marks - 1].packet != packet)) {
        c->mark[c->marks++] = (struct carry_mark){c->bytes.n, time, packet};
    }
    size_t before = c->bytes.n;
    c->last = more.n > 0 ? more.p[more.n - 1] : c->last;
    buf_add(&c->bytes, more);
    c->skipped += more.n - (c->bytes.n - before);
}

const struct carry_mark *carry_mark_at(const struct framer_carry *c, size_t at)
{
    uint16_t i = c->marks;
    while (i > 1 && c->mark[i - 1].at > at) {
        i--;
    }
    return &c->mark[i - 1];
}
