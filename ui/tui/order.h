/* Sorting that can stop and go on: a merge sort in slices, so that no key waits for it.
 *
 * Sorts an array of row numbers by a comparison of the owner's. The array keeps its
 * old order until the sort is done; then order_done_with() gives the new one. Stable.
 */
#ifndef MAILWIRE_UI_TUI_ORDER_H
#define MAILWIRE_UI_TUI_ORDER_H

#include "capture/base/bytes.h"

typedef int order_compare(const void *arg, uint32_t a, uint32_t b);

struct order {
    uint32_t *from, *to; /* owned; n entries each */
    size_t n;
    size_t width; /* length of the runs being merged */
    size_t start; /* of the pair of runs being merged */
    size_t left, right, out;
    bool running;
};

/* Starts to sort a copy of rows[0..n). */
void order_start(struct order *o, const uint32_t *rows, size_t n);
/* Does about `steps` comparisons; true when the order is complete. */
bool order_work(struct order *o, order_compare *compare, const void *arg, size_t steps);
/* Copies the sorted numbers to rows and frees. */
void order_take(struct order *o, uint32_t *rows);
void order_drop(struct order *o);

#endif
