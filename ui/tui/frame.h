/* What stands around a screen: rows with the capture, tabs and filter above, keys below. */
#ifndef MAILWIRE_UI_TUI_FRAME_H
#define MAILWIRE_UI_TUI_FRAME_H

#include "ui/tui/view.h"

/* How fast reading goes, over the last seconds. */
#define PACE_SAMPLES 8

struct pace {
    struct {
        int64_t time;
        uint64_t bytes, packets, sessions;
    } sample[PACE_SAMPLES];
    size_t count;
    bool steady; /* tests: no figures that depend on the machine */
};

/* Takes a sample about once a second. */
void pace_add(struct pace *p, int64_t now, uint64_t bytes, uint64_t packets, uint64_t sessions);
/* Per second, 0 when not known yet. */
uint64_t pace_bytes(const struct pace *p);
uint64_t pace_packets(const struct pace *p);
uint64_t pace_sessions(const struct pace *p);

struct frame {
    struct pane head;   /* rows 1 and 2; none on screens that are no tabs */
    struct pane filter; /* row 3 */
    struct pane body;
    struct pane rule; /* none where room is short */
    struct pane detail;
    struct pane keys;
};

#define FRAME_LEAST_ROWS 10
#define FRAME_LEAST_COLS 40

void frame_layout(struct frame *f, struct canvas *c, bool tab, bool no_header);
void frame_draw_head(const struct frame *f, const struct ui *u, enum view_id tab,
                     const struct pace *pace);
void frame_draw_filter(const struct frame *f, const struct ui *u, enum view_id tab);
/* The line above the row for sentences; says that the screen is frozen where row 1 does not. */
void frame_draw_rule(const struct frame *f, const struct ui *u, bool tab);
void frame_draw_keys(const struct frame *f, const struct ui *u, enum view_id v);
/* Which tab, or which key of the key row, stands there. */
bool frame_tab_at(const struct frame *f, int row, int col, enum view_id chosen, enum view_id *out);
enum action frame_key_at(const struct frame *f, const struct ui *u, enum view_id v, int row,
                         int col);
/* Instead of anything, where the terminal is too small. */
void frame_draw_too_small(struct canvas *c, const struct ui *u);

#endif
