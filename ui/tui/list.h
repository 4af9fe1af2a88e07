/* A cursor in rows that are more than fit: moving, paging, scrolling. Shared by all views. */
#ifndef MAILWIRE_UI_TUI_LIST_H
#define MAILWIRE_UI_TUI_LIST_H

#include "ui/tui/key.h"

struct list {
    size_t count;  /* rows there are */
    size_t cursor; /* < count, 0 when there is none */
    size_t top;    /* first row shown */
    int page;      /* rows that fit */
};

/* Sets what fits and what there is, and keeps the cursor on the screen. */
void list_layout(struct list *l, size_t count, int page);
/* Moves the cursor; false when the action is no movement. */
bool list_act(struct list *l, enum action a);
/* The same for text without a cursor: top moves. */
bool list_scroll(struct list *l, enum action a);
void list_go(struct list *l, size_t row);
/* Of n rows the k-th after `at`, or before it, round and round: for looking for something. */
size_t list_around(size_t at, size_t k, size_t n, bool forward);
/* A click on a line of what is shown, where each row has so many lines: goes to the row; false when
 * there is none. */
bool list_click(struct list *l, int line, int lines_each);
/* Screen row of a row, -1 when it is not shown. */
int list_row(const struct list *l, size_t row);

#endif
