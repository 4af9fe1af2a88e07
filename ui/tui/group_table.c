#include "ui/tui/group_table.h"

static size_t sort_column(const struct group_table *t)
{
    return t->config.view->ui->sort[t->config.list];
}

/* Rows that are added up stay in the order of their times: groups have an order of their own. */
static bool key_row(void *arg, struct store_item item, struct sort_key *out)
{
    const struct group_table *t = arg;
    return t->config.key(t->config.view, NULL, item, t->each ? sort_column(t) : t->config.time,
                         out);
}

static void key_group(void *arg, const struct store_group *g, struct sort_key *out)
{
    const struct group_table *t = arg;
    *out = (struct sort_key){{0}};
    t->config.key(t->config.view, g, g->first, sort_column(t), out);
}

void group_table_init(struct group_table *t, const struct group_table_config *c)
{
    struct ui *u = c->view->ui;
    struct rows_source source = {.store = u->store, .list = c->list, .key = key_row, .key_arg = t};
    *t = (struct group_table){.config = *c};
    memcpy(t->table.column, c->columns, c->column_count * sizeof(*c->columns));
    t->table.columns = c->column_count;
    t->table.descending = c->descending;
    u->sort[c->list] = c->sort;
    rows_init(&t->rows, &source);
    grouped_init(&t->grouped, u->store, &t->rows, c->by);
    t->grouped.key = key_group;
    t->grouped.key_arg = t;
    t->grouped.descending = c->descending;
    u->rows[c->list] = &t->rows;
}

void group_table_done(struct group_table *t)
{
    t->config.view->ui->rows[t->config.list] = NULL;
    grouped_done(&t->grouped);
    rows_done(&t->rows);
}

void group_table_set(struct group_table *t, enum store_grouping by, bool each)
{
    t->each = each;
    t->table.list.cursor = 0;
    rows_set_anchor(&t->rows, SIZE_MAX);
    rows_set_order(&t->rows, each && t->table.descending);
    grouped_set(&t->grouped, by);
}

void group_table_layout(struct group_table *t, int cols, int rows)
{
    if (t->each) {
        rows_follow_anchor(&t->rows, &t->table.list);
    } else if (t->grouped.anchor_at != SIZE_MAX) {
        t->table.list.cursor = t->grouped.anchor_at;
    }
    t->table.sort = sort_column(t);
    table_layout(&t->table, cols, t->each ? rows_count(&t->rows) : t->grouped.count, rows);
}

bool group_table_at(const struct group_table *t, size_t row, const struct store_group **group,
                    struct store_item *item)
{
    *group = t->each ? NULL : grouped_at(&t->grouped, row);
    *item = *group ? (*group)->first : rows_at(&t->rows, row);
    return t->each ? row < rows_count(&t->rows) : *group != NULL;
}

static void sort_now(struct group_table *t)
{
    struct ui *u = t->config.view->ui;
    if (t->each) {
        ui_sort(u, t->config.list, t->table.sort, t->table.descending);
    } else {
        u->sort[t->config.list] = t->table.sort;
        grouped_sort(&t->grouped, t->table.descending);
    }
}

bool group_table_after(struct group_table *t, enum table_did did)
{
    if (did == TABLE_SORTED) {
        sort_now(t);
    } else if (did == TABLE_MOVED || did == TABLE_OPENED) {
        if (t->each) {
            rows_set_anchor(&t->rows, t->table.list.cursor);
        } else {
            grouped_set_anchor(&t->grouped, t->table.list.cursor);
        }
    }
    return did != TABLE_NOTHING;
}
