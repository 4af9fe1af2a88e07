/* The screen of figures: what its two files share.
 *
 * view_stats.c makes the figures, places them in blocks and has the keys;
 * view_stats_draw.c draws the blocks.
 */
#ifndef MAILWIRE_UI_TUI_VIEW_STATS_H
#define MAILWIRE_UI_TUI_VIEW_STATS_H

#include "ui/tui/view.h"

#define STATISTICS_WIDE     110 /* columns from which blocks stand side by side */
#define STATISTICS_TOP      10  /* rows of a table */
#define STATISTICS_SLOTS    6   /* lengths of a slot of the time line */
#define STATISTICS_TIMELINE 7   /* rows */
#define STATISTICS_BARS     8   /* rows of the histogram */
#define BLOCKS_MOST         16
#define PROTOCOLS_MOST      8

enum kind { PROTOCOLS, LATENCIES, TIMELINE, HISTOGRAM, TABLE, QUALITY };

struct block {
    enum kind kind;
    enum stats_table table;
    const char *title;
    const char *field; /* of a filter for one of its lines; NULL: none */
    int rows;          /* below its title */
    int items;         /* lines the cursor stops at */
    int x, y, w;       /* y counts from the top of the whole figure */
};

struct statistics {
    struct view view;
    struct stats *own, *next; /* of shown sessions: complete, being made */
    uint64_t next_epoch;
    size_t taken;
    bool making, everything; /* everything: not only what the filter shows */
    int64_t again;
    struct block block[BLOCKS_MOST];
    int blocks, height;
    int at, line; /* cursor: block and line in it */
    int top;
    enum stats_step steps[STEP_COUNT]; /* those with answers */
    int step_count;
    enum stats_step step; /* of the histogram */
    struct stats_protocol protocols[PROTOCOLS_MOST];
    int protocol_count;
    int slot; /* index of the time slot's length */
};

/* Of the sessions shown only? */
bool statistics_of_shown(const struct statistics *s);
const struct stats *statistics_figures(const struct statistics *s);
void statistics_draw(const struct view *v, const struct pane *p);
void statistics_detail(const struct view *v, const struct pane *p);

#endif
