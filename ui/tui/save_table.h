/* The list of sessions as CSV (RFC 4180), with the columns that are chosen: for spreadsheets. */
#ifndef MAILWIRE_UI_TUI_SAVE_TABLE_H
#define MAILWIRE_UI_TUI_SAVE_TABLE_H

#include "ui/tui/view.h"

/* The names of the columns. */
void save_table_head(const struct ui *u, struct buf *out);
/* One session; false when it is gone. Times, lengths of time (seconds) and counts are written in
 * full, text is escaped, and none begins as a spreadsheet's formula does. */
bool save_table_row(const struct ui *u, struct store_ref ref, struct buf *out);

#endif
