/* How many parts a message has: counted when a row asks for it, and remembered for the rows on
 * the screen.
 *
 * Only the structure is scanned (dissect/mime_scan.h), nothing is decoded, and of each message
 * PART_COUNT_BYTES at most.
 */
#ifndef MAILWIRE_UI_TUI_PART_COUNTS_H
#define MAILWIRE_UI_TUI_PART_COUNTS_H

#include "ui/store.h"

#define PART_COUNT_BYTES (1u << 20)
#define PART_COUNTS_KEPT 1024 /* several times the rows of a screen */

struct part_count {
    struct store_item item;
    uint64_t bytes;  /* of the body when it was counted: it may grow */
    uint32_t leaves; /* parts that are no containers; 0: its bytes are not kept */
    bool more;       /* at least so many: not all of the message was there to look at */
};

struct part_counts {
    struct part_count kept[PART_COUNTS_KEPT]; /* each at its place by session and index */
};

/* What is remembered; false when it was not counted yet, or the message grew. */
bool part_counts_find(const struct part_counts *p, struct store_item item, uint64_t bytes,
                      struct part_count *out);
/* Counts now: reads the body from the spool. */
struct part_count part_counts_take(struct part_counts *p, const struct store *s,
                                   const struct limits *l, struct store_item item,
                                   const struct message *m);

#endif
