/* Columns of a list: which fit, their headings, rows drawn cell by cell, sorting by a heading. */
#ifndef MAILWIRE_UI_TUI_TABLE_H
#define MAILWIRE_UI_TUI_TABLE_H

#include "ui/tui/canvas.h"
#include "ui/tui/list.h"

#define TABLE_COLUMNS 48

struct table_column {
    const char *title;
    int width;   /* wanted; of the flexible column: the least */
    bool right;  /* numbers stand at the right */
    bool flex;   /* takes what is left; one column has it */
    bool middle; /* cut in the middle: addresses */
    int drop;    /* when room shrinks, 1 leaves first; 0 never */
};

struct table {
    struct table_column column[TABLE_COLUMNS];
    size_t columns;
    int x[TABLE_COLUMNS], w[TABLE_COLUMNS]; /* w 0: not shown; set by table_layout */
    size_t sort;
    bool descending;
    size_t shift; /* columns scrolled out at the left */
    struct list list;
};

/* How the rows of a table are drawn. */
struct table_ops {
    /* Prepares a row; its own style and its mark ('*' or ' '). False: what it stood for is gone. */
    bool (*row)(void *arg, size_t row, enum style *style, char *mark);
    /* The text of a cell; *style comes in as the row's. */
    void (*cell)(void *arg, size_t column, struct buf *out, enum style *style);
};

/* Fits columns to the width and the list to `rows` lines below the heading. */
void table_layout(struct table *t, int cols, size_t count, int rows);
void table_draw(const struct table *t, const struct pane *p, const struct table_ops *ops,
                void *arg);

/* What a key or a click did: nothing, moved the cursor, moved the columns sideways, chose another
 * order (sort, descending), moved the cursor to a row that is to be opened. */
enum table_did { TABLE_NOTHING, TABLE_MOVED, TABLE_SHIFTED, TABLE_SORTED, TABLE_OPENED };

enum table_did table_act(struct table *t, enum action a);
/* On row, col of the pane: a heading sorts, a row is selected, the second time opened. */
enum table_did table_click(struct table *t, int row, int col, bool twice);

#endif
