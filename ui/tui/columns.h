/* The columns of the session list (columns.def): chosen, ordered and sized by the person. */
#ifndef MAILWIRE_UI_TUI_COLUMNS_H
#define MAILWIRE_UI_TUI_COLUMNS_H

#include "ui/store.h"
#include "ui/tui/canvas.h"
#include "ui/tui/rows.h"
#include "ui/tui/table.h"

struct ui;

enum column_id {
#define COLUMN(id, name, title, width, align, drop, help) COLUMN_##id,
#include "ui/tui/columns.def"
#undef COLUMN
    COLUMN_COUNT
};

struct column_choice {
    enum column_id id;
    int width;
};

struct column_set {
    struct column_choice choice[COLUMN_COUNT];
    size_t count;
};

const char *column_name(enum column_id c);
const char *column_title(enum column_id c);
const char *column_help(enum column_id c);
int column_width(enum column_id c);
/* GeoIP columns are there only with a database that knows. */
bool column_available(enum column_id c, const struct ui *u);

void columns_default(struct column_set *set);
/* "number,start:9,client:30"; false with a sentence when a name is not known (nothing changed). */
bool columns_parse(struct column_set *set, const char *text, struct error *e);
void columns_print(const struct column_set *set, struct buf *out);
/* SIZE_MAX when it is not chosen. */
size_t columns_find(const struct column_set *set, enum column_id c);
bool column_by_name(struct bytes name, enum column_id *out);

/* Fills a table's columns from the choice; ids tells which stands where. */
void columns_table(const struct column_set *set, const struct ui *u, struct table *t,
                   enum column_id ids[static COLUMN_COUNT]);
/* A cell's text; *style comes in as the row's. */
void column_cell(const struct ui *u, const struct store_session *s, enum column_id c,
                 struct buf *out, enum style *style);
/* The number by which a column orders; false when it orders by its text. */
bool column_number(const struct ui *u, const struct store_session *s, enum column_id c,
                   int64_t *out);
void column_key(const struct ui *u, const struct store_session *s, enum column_id c,
                struct sort_key *out);

#endif
