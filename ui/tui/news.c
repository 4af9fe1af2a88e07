#include "ui/tui/news.h"

#include "capture/base/error.h"

#include <stdlib.h>

void news_begin(struct news *n, const struct store *s, uint64_t changes, int64_t now)
{
    news_end(n);
    n->since = now;
    n->seen = store_counters(s).sessions_seen;
    n->changes = changes;
}

void news_end(struct news *n)
{
    free(n->told);
    *n = (struct news){0};
}

/* Was this session not counted before? */
static bool first_time(struct news *n, struct store_ref ref)
{
    size_t need = (size_t)ref.slot + 1;
    if (need > n->slots) {
        size_t room = n->slots * 2 > need ? n->slots * 2 : need + 1024;
        n->told = xrealloc(n->told, room * sizeof(*n->told));
        memset(n->told + n->slots, 0, (room - n->slots) * sizeof(*n->told));
        n->slots = room;
    }
    bool first = n->told[ref.slot] != ref.generation;
    n->told[ref.slot] = ref.generation;
    return first;
}

void news_look(struct news *n, const struct store *s)
{
    struct store_ref ref;
    bool lost;
    while (store_changed(s, &n->changes, &ref, &lost)) {
        n->more |= lost;
        if (lost || store_number(s, ref) > n->seen) {
            continue;
        }
        n->changed += first_time(n, ref);
    }
}
