/* Numbers as people read them in columns: never cut, the unit changes instead. */
#ifndef MAILWIRE_UI_TUI_HUMAN_H
#define MAILWIRE_UI_TUI_HUMAN_H

#include "capture/base/bytes.h"

#define HUMAN_ROOM 32

/* "757", "1.3K", "18.4M": bytes, 1024-based. */
const char *human_size(uint64_t n, char out[static HUMAN_ROOM]);
/* "1 204 113": in groups. */
const char *human_count(uint64_t n, char out[static HUMAN_ROOM]);
/* "9 999", "61.2K", "1.20M": counts where room is short, 1000-based. */
const char *human_short(uint64_t n, char out[static HUMAN_ROOM]);
/* "+0.010", "+12.3", "+303.3", "+2:05:10": behind the step before. */
const char *human_delta(int64_t ns, char out[static HUMAN_ROOM]);
/* "0.010", "2.38", "31.0", "3:05": a length of time in a column; "" when unknown (negative). */
const char *human_span(int64_t ns, char out[static HUMAN_ROOM]);
/* "0.31 ms", "2.38 s", "5:24 min", "1:02:03 h"; "" when unknown. */
const char *human_took(int64_t ns, char out[static HUMAN_ROOM]);
/* "17 s", "3 min 12 s", "2 h 5 min". */
const char *human_wait(uint64_t seconds, char out[static HUMAN_ROOM]);
/* The end of a word behind a number: "" or "s". */
static inline const char *human_s(uint64_t n)
{
    return n == 1 ? "" : "s";
}

#endif
