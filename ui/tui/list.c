#include "ui/tui/list.h"

static size_t page_of(const struct list *l)
{
    return l->page > 0 ? (size_t)l->page : 1;
}

static void show_cursor(struct list *l)
{
    size_t page = page_of(l);
    if (l->cursor < l->top) {
        l->top = l->cursor;
    } else if (l->cursor - l->top >= page) {
        l->top = l->cursor - page + 1;
    }
    if (l->top + page > l->count) { /* no empty rows below while there are some above */
        l->top = l->count > page ? l->count - page : 0;
    }
}

void list_layout(struct list *l, size_t count, int page)
{
    l->count = count;
    l->page = page;
    if (l->cursor >= count) {
        l->cursor = count ? count - 1 : 0;
    }
    show_cursor(l);
}

void list_go(struct list *l, size_t row)
{
    l->cursor = row >= l->count ? (l->count ? l->count - 1 : 0) : row;
    show_cursor(l);
}

/* Rows an action moves by, downwards positive; false when it is no movement. */
static bool step_of(const struct list *l, enum action a, size_t *down, size_t *up)
{
    size_t page = page_of(l);
    *down = *up = 0;
    switch (a) {
    case ACT_DOWN:
        *down = 1;
        return true;
    case ACT_UP:
        *up = 1;
        return true;
    case ACT_HALF_DOWN:
        *down = (page + 1) / 2;
        return true;
    case ACT_HALF_UP:
        *up = (page + 1) / 2;
        return true;
    case ACT_PAGE_DOWN:
        *down = page > 1 ? page - 1 : 1; /* one row stays in sight */
        return true;
    case ACT_PAGE_UP:
        *up = page > 1 ? page - 1 : 1;
        return true;
    case ACT_FIRST:
        *up = SIZE_MAX;
        return true;
    case ACT_LAST:
        *down = SIZE_MAX;
        return true;
    default:
        return false;
    }
}

static size_t moved(size_t from, size_t down, size_t up, size_t most)
{
    if (up) {
        return from > up ? from - up : 0;
    }
    return down > most - from ? most : from + down;
}

bool list_act(struct list *l, enum action a)
{
    size_t down, up;
    if (!step_of(l, a, &down, &up)) {
        return false;
    }
    size_t most = l->count ? l->count - 1 : 0;
    size_t was = l->cursor, page = page_of(l);
    l->cursor = moved(l->cursor, down, up, most);
    if (a == ACT_PAGE_DOWN || a == ACT_HALF_DOWN) {
        l->top += l->cursor - was; /* the cursor keeps its place on the screen */
    } else if ((a == ACT_PAGE_UP || a == ACT_HALF_UP) && l->top) {
        l->top = l->top > was - l->cursor ? l->top - (was - l->cursor) : 0;
    }
    if (l->top > l->cursor || l->cursor - l->top >= page) {
        l->top = l->top > l->cursor ? l->cursor : l->cursor - page + 1;
    }
    show_cursor(l);
    return true;
}

bool list_scroll(struct list *l, enum action a)
{
    size_t down, up, page = page_of(l);
    if (!step_of(l, a, &down, &up)) {
        return false;
    }
    size_t most = l->count > page ? l->count - page : 0;
    l->top = moved(l->top > most ? most : l->top, down, up, most);
    l->cursor = l->top;
    return true;
}

size_t list_around(size_t at, size_t k, size_t n, bool forward)
{
    return n == 0 ? 0 : (at + (forward ? k % n : n - k % n)) % n;
}

bool list_click(struct list *l, int line, int lines_each)
{
    int row = line / lines_each;
    if (line < 0 || row >= l->page || l->top + (size_t)row >= l->count) {
        return false;
    }
    list_go(l, l->top + (size_t)row);
    return true;
}

int list_row(const struct list *l, size_t row)
{
    return row >= l->top && row - l->top < page_of(l) ? (int)(row - l->top) : -1;
}
