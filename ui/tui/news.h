/* What came while the screen stood still: new sessions, and how many of the older ones changed. */
#ifndef MAILWIRE_UI_TUI_NEWS_H
#define MAILWIRE_UI_TUI_NEWS_H

#include "ui/store.h"

struct news {
    int64_t since;    /* clock_now() when it began */
    uint64_t seen;    /* sessions there were */
    uint64_t changes; /* of the store, looked at up to here */
    uint64_t changed; /* older sessions that changed */
    bool more;        /* more changed than can be told */
    uint32_t *told;   /* by slot: the generation that was counted */
    size_t slots;
};

/* Begins to count; changes: up to which the lists show what the store tells (struct rows). */
void news_begin(struct news *n, const struct store *s, uint64_t changes, int64_t now);
/* Counts what has come since the last call. */
void news_look(struct news *n, const struct store *s);
void news_end(struct news *n);

#endif
