/* The monotonic clock, for budgets: work in slices ends when its deadline has come. */
#ifndef MAILWIRE_UI_TUI_CLOCK_H
#define MAILWIRE_UI_TUI_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_MS 1000000LL
#define CLOCK_S  1000000000LL

static inline int64_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec;
}

static inline bool clock_over(int64_t deadline)
{
    return clock_now() >= deadline;
}

#endif
