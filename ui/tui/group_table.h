/* A table of rows that may be added up into groups, or shown each by itself: what the screens of
 * logins and of findings have in common. The view knows what a row says and what it is ordered by.
 */
#ifndef MAILWIRE_UI_TUI_GROUP_TABLE_H
#define MAILWIRE_UI_TUI_GROUP_TABLE_H

#include "ui/tui/grouped.h"
#include "ui/tui/table.h"
#include "ui/tui/view.h"

struct group_table;

/* Where a row stands in the order of a column. False when the item is gone. */
typedef bool group_table_key(const struct view *v, const struct store_group *group,
                             struct store_item item, size_t column, struct sort_key *out);

struct group_table_config {
    struct view *view; /* borrowed, as all here */
    enum store_list list;
    enum store_grouping by;
    const struct table_column *columns;
    size_t column_count;
    size_t sort; /* the column at first */
    bool descending;
    size_t time; /* the column of the time: the order in which rows are added up */
    group_table_key *key;
};

struct group_table {
    struct group_table_config config;
    struct rows rows;
    struct grouped grouped;
    struct table table;
    bool each; /* no groups */
};

void group_table_init(struct group_table *t, const struct group_table_config *c);
void group_table_done(struct group_table *t);
/* Other groups, or each row by itself; the cursor starts at the top again. */
void group_table_set(struct group_table *t, enum store_grouping by, bool each);
void group_table_layout(struct group_table *t, int cols, int rows);
/* The item of a row and its group, NULL when rows stand for themselves. False: no such row. */
bool group_table_at(const struct group_table *t, size_t row, const struct store_group **group,
                    struct store_item *item);
/* After table_act() and table_click(): what follows from it, but for opening. False: nothing. */
bool group_table_after(struct group_table *t, enum table_did did);

#endif
