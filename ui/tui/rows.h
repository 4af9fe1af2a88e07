/* What a list screen shows: those items of the store that pass the filter, in order.
 *
 * Kept up to date in slices between keys, so that a million sessions never block
 * the screen: a new filter or order is worked through in the background (a new
 * filter's rows are seen as they are found), new and changed sessions are put in
 * place a few times a second. Rows never move under the cursor: the owner sets
 * `anchor` and finds it again at anchor_at.
 */
#ifndef MAILWIRE_UI_TUI_ROWS_H
#define MAILWIRE_UI_TUI_ROWS_H

#include "ui/store.h"
#include "ui/tui/canvas.h"
#include "ui/tui/list.h"
#include "ui/tui/order.h"

/* Orders by memcmp. Of texts the first bytes only, letters in one case: rows equal in them stand
 * in order of their session numbers. */
#define SORT_KEY_BYTES 24

struct sort_key {
    uint8_t b[SORT_KEY_BYTES];
};

void sort_key_number(struct sort_key *k, int64_t n);
void sort_key_text(struct sort_key *k, struct bytes text);

struct rows_source {
    struct store *store;
    enum store_list list;
    /* The key of an item in the order wanted now; false when the item is gone. */
    bool (*key)(void *arg, struct store_item item, struct sort_key *out);
    void *key_arg;
    /* The text of a row for bare words of the filter; NULL: the store's. */
    bool (*shown)(void *arg, const struct store_session *session, struct buf *out);
    void *shown_arg;
};

struct row {
    struct store_item item;
    uint32_t version; /* of the session's rows when this one was made */
    struct sort_key key;
};

enum rows_phase { ROWS_STEADY, ROWS_SCANNING, ROWS_SORTING };

struct rows_slot;

struct rows {
    struct rows_source source;
    const struct filter *filter; /* borrowed; NULL: all */
    bool descending;
    struct row *row; /* what is shown */
    size_t count, room;
    struct row *next; /* being built */
    size_t next_count, next_room;
    struct row *pending; /* new or changed, not yet in place */
    size_t pending_count, pending_room;
    struct rows_slot *slot; /* by slot of the store */
    size_t slots;
    struct order order;
    enum rows_phase phase;
    bool growing; /* rows of `next` are shown while they are found */
    bool stale;   /* some rows have an old version */
    uint64_t changes, list_epoch, epoch;
    size_t scanned; /* items of the store's list looked at */
    int64_t next_merge;
    struct store_item anchor;
    size_t anchor_at; /* SIZE_MAX: not among the rows */
    struct store_subject *subject;
};

void rows_init(struct rows *r, const struct rows_source *source);
void rows_done(struct rows *r);
/* A new filter (borrowed until the next call; NULL: all pass) or order: starts over. */
void rows_set_filter(struct rows *r, const struct filter *f);
void rows_set_order(struct rows *r, bool descending);
/* Works until the deadline (clock.h); true when there is more to do at once. */
bool rows_work(struct rows *r, int64_t deadline);
/* Nothing that there is waits to be put in place: where no row is shown, none passes the filter. */
bool rows_settled(const struct rows *r);
/* The rows to show, also while they are found. */
size_t rows_count(const struct rows *r);
struct store_item rows_at(const struct rows *r, size_t i);
/* Linear. SIZE_MAX when it is not shown. */
size_t rows_find(const struct rows *r, struct store_item item);
/* Grows whenever rows moved or went; not when rows were only added at the end. */
static inline uint64_t rows_epoch(const struct rows *r)
{
    return r->epoch;
}
void rows_set_anchor(struct rows *r, size_t i);
/* Moves a list's cursor to where the anchor is now; the rows stay where they are on the screen.
 * Takes the cursor's row as the first anchor. Call before the list is laid out. */
void rows_follow_anchor(struct rows *r, struct list *l);
/* Where no row is shown and none is being looked for: says whether there are none at all. */
void rows_draw_empty(const struct rows *r, const struct pane *p, const char *none,
                     const char *none_passes);

#endif
