#include "ui/tui/order.h"

#include "capture/base/error.h"

#include <stdlib.h>

void order_start(struct order *o, const uint32_t *rows, size_t n)
{
    order_drop(o);
    o->from = xmalloc((n ? n : 1) * sizeof(*o->from));
    o->to = xmalloc((n ? n : 1) * sizeof(*o->to));
    if (n) {
        memcpy(o->from, rows, n * sizeof(*rows));
    }
    o->n = n;
    o->width = 1;
    o->start = 0;
    o->left = 0;
    o->right = 1;
    o->out = 0;
    o->running = true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void begin_pair(struct order *o, size_t start)
{
    o->start = start;
    o->left = start;
    o->right = least(start + o->width, o->n);
    o->out = start;
}

/* Merges what is left of the current pair of runs, at most *steps comparisons. */
static bool merge_pair(struct order *o, order_compare *compare, const void *arg, size_t *steps)
{
    size_t left_end = least(o->start + o->width, o->n);
    size_t right_end = least(o->start + 2 * o->width, o->n);
    while (o->left < left_end && o->right < right_end) {
        if (*steps == 0) {
            return false;
        }
        --*steps;
        bool take_left = compare(arg, o->from[o->left], o->from[o->right]) <= 0;
        o->to[o->out++] = o->from[take_left ? o->left++ : o->right++];
    }
    size_t n = left_end - o->left;
    memcpy(o->to + o->out, o->from + o->left, n * sizeof(*o->to));
    o->out += n;
    o->left = left_end;
    n = right_end - o->right;
    memcpy(o->to + o->out, o->from + o->right, n * sizeof(*o->to));
    o->out += n;
    o->right = right_end;
    return true;
}

bool order_work(struct order *o, order_compare *compare, const void *arg, size_t steps)
{
    while (o->running && o->width < o->n) {
        if (!merge_pair(o, compare, arg, &steps)) {
            return false;
        }
        if (o->out < o->n) {
            begin_pair(o, o->out);
            continue;
        }
        uint32_t *swap = o->from;
        o->from = o->to;
        o->to = swap;
        o->width *= 2;
        begin_pair(o, 0);
    }
    return o->running;
}

void order_take(struct order *o, uint32_t *rows)
{
    if (o->n) {
        memcpy(rows, o->from, o->n * sizeof(*rows));
    }
    order_drop(o);
}

void order_drop(struct order *o)
{
    free(o->from);
    free(o->to);
    *o = (struct order){0};
}
