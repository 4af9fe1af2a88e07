#include "ui/tui/copies.h"

#include "capture/base/text.h"

#include <stdio.h>

void copies_init(struct copies *c)
{
    c->count = 0;
    buf_init(&c->bytes, (size_t)COPIES_MOST * (COPY_BYTES + 1));
}

void copies_done(struct copies *c)
{
    buf_done(&c->bytes);
    c->count = 0;
}

void copies_add(struct copies *c, const char *label, struct bytes text)
{
    if (text.n == 0 || c->count == COPIES_MOST) {
        return;
    }
    struct bytes cut = text_cut(text, COPY_BYTES + 1); /* one more tells that it was longer */
    snprintf(c->item[c->count].label, sizeof(c->item[0].label), "%s", label);
    c->item[c->count].from = c->bytes.n;
    c->item[c->count++].n = cut.n;
    buf_add(&c->bytes, cut);
}

struct bytes copies_text(const struct copies *c, size_t i)
{
    return i < c->count ? bytes_sub(buf_bytes(&c->bytes), c->item[i].from, c->item[i].n)
                        : (struct bytes){NULL, 0};
}
