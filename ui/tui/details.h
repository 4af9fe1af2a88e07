/* What stands beside the dialog: the chosen turn explained, the session's findings and facts. */
#ifndef MAILWIRE_UI_TUI_DETAILS_H
#define MAILWIRE_UI_TUI_DETAILS_H

#include "ui/tui/doc.h"
#include "ui/tui/turns.h"

enum details_mode { DETAILS_EXPLAINED, DETAILS_RAW, DETAILS_HEX };

void details_build(struct doc *d, const struct ui *u, const struct turns *t, size_t turn,
                   enum details_mode mode);

#endif
