/* Sorted ranges of characters, searched by halves: the inside of text.c and text_width.c. */
#ifndef MAILWIRE_BASE_TEXT_RANGES_H
#define MAILWIRE_BASE_TEXT_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct text_range {
    uint32_t first, last;
    int columns; /* text_width.c */
};

/* The range that holds cp, or NULL. */
static inline const struct text_range *text_range_of(const struct text_range *ranges, size_t count,
                                                     uint32_t cp)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cp > ranges[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && cp >= ranges[low].first ? &ranges[low] : NULL;
}

#endif
