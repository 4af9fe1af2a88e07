/* Rows of a list added up into groups, in an order of their own: logins of one account, findings
 * of one kind. Or each row by itself. Worked out in slices, like the rows themselves.
 */
#ifndef MAILWIRE_UI_TUI_GROUPED_H
#define MAILWIRE_UI_TUI_GROUPED_H

#include "ui/tui/rows.h"

struct grouped {
    struct store *store;
    struct rows *rows;
    struct store_groups *groups;
    uint64_t epoch;
    size_t taken;    /* rows added up */
    uint32_t *index; /* groups in order */
    size_t count;
    int64_t next; /* not ordered again before */
    bool dirty, descending;
    /* The key of a group in the order wanted now. */
    void (*key)(void *arg, const struct store_group *g, struct sort_key *out);
    void *key_arg;
    struct store_item anchor; /* first item of the group under the cursor */
    size_t anchor_at;
};

/* rows is borrowed. */
void grouped_init(struct grouped *g, struct store *s, struct rows *rows, enum store_grouping by);
void grouped_done(struct grouped *g);
void grouped_set(struct grouped *g, enum store_grouping by);
void grouped_sort(struct grouped *g, bool descending);
bool grouped_work(struct grouped *g, int64_t deadline);
/* NULL when there is none. */
const struct store_group *grouped_at(const struct grouped *g, size_t i);
void grouped_set_anchor(struct grouped *g, size_t i);

#endif
