/* What the list of sessions says where there is none: what was seen instead, what to try. */
#ifndef MAILWIRE_UI_TUI_EMPTY_H
#define MAILWIRE_UI_TUI_EMPTY_H

#include "ui/tui/view.h"

/* Nobody spoke mail (yet). */
void empty_draw_no_session(const struct ui *u, const struct pane *p);
/* There are sessions, and the filter hides them all. */
void empty_draw_none_shown(const struct ui *u, const struct pane *p);

#endif
