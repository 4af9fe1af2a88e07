/* The line on standard error that tells how far reading files has come: bytes, percent, rate, time
 * left; about four times a second, only where it is a terminal, gone at the end.
 */
#ifndef MAILWIRE_UI_PROGRESS_H
#define MAILWIRE_UI_PROGRESS_H

#include "capture/base/bytes.h"

#include <stdio.h>

struct progress {
    FILE *to;      /* NULL: none is shown */
    int64_t begun; /* monotonic ns */
    int64_t next;
    int shown; /* columns on the screen now */
};

void progress_init(struct progress *p, FILE *to);
/* total 0: not known. Cheap when it is not yet time. */
void progress_update(struct progress *p, uint64_t done, uint64_t total, uint64_t packets,
                     uint64_t sessions);
/* Takes the line off the screen; the next update brings it back. */
void progress_clear(struct progress *p);

#endif
