/* The screen of a session: what its two files share.
 *
 * view_dialogue.c holds the turns, what is chosen of them and the keys;
 * view_dialogue_draw.c draws them.
 */
#ifndef MAILWIRE_UI_TUI_VIEW_DIALOGUE_H
#define MAILWIRE_UI_TUI_VIEW_DIALOGUE_H

#include "ui/tui/details.h"
#include "ui/tui/hits.h"
#include "ui/tui/list.h"
#include "ui/tui/turns.h"
#include "ui/tui/view.h"

#define DIALOGUE_WIDE       100 /* columns from which the ladder and the pane are shown at first */
#define DIALOGUE_TITLE_ROWS 2

struct dialogue {
    struct view view;
    struct store_ref ref;
    struct turns turns;
    struct list list; /* of lines */
    struct doc details;
    size_t details_top;
    size_t shown_turn; /* what the details are of */
    size_t shown_count;
    bool shown_secrets;
    enum details_mode mode, shown_mode;
    bool chosen, ladder;      /* chosen: the person picked ladder or transcript */
    bool pane, asked, follow; /* asked: for details, where they are not shown by themselves */
    bool only_problems;
    bool whole; /* read to its end once: what comes then waits while it is frozen */
    int pane_cols;
    size_t want_place; /* go there once it is read */
    uint32_t want_command, want_finding;
    struct hits hits;
    size_t marked[2];  /* turns + 1, 0 none; the earlier mark first */
    bool hits_secrets; /* they were looked for with secrets shown */
};

/* Details stand beside the dialog where there is room; else below it, once somebody asks. */
enum details_place { NOWHERE, BESIDE, BELOW };

enum details_place dialogue_place(const struct dialogue *d);
int dialogue_beside_cols(const struct dialogue *d);
int dialogue_below_rows(const struct dialogue *d);

void dialogue_draw(const struct view *v, const struct pane *p);
void dialogue_detail(const struct view *v, const struct pane *p);

#endif
