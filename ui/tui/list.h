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
/* Screen row of a row, -1 when it is not shown. */
int list_row(const struct list *l, size_t row);

#endif
