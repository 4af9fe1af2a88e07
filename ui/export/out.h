/* Standard output as the views write it: one large buffer, handed on when it is full, or at each
 * line's end where somebody watches.
 *
 * A failed write is kept and told once, by out_done; from then on nothing is
 * written any more. A closed pipe is no error: the reader has seen enough.
 */
#ifndef MAILWIRE_UI_EXPORT_OUT_H
#define MAILWIRE_UI_EXPORT_OUT_H

#include "capture/base/buf.h"
#include "capture/base/error.h"

#include <stdio.h>

struct out {
    FILE *file;   /* borrowed */
    struct buf b; /* what is not handed on yet: callers append here */
    bool line_buffered;
    int failed; /* errno of the first failed write, 0 none */
};

void out_init(struct out *o, FILE *file, bool line_buffered);
/* A line (a record) is complete. */
void out_line(struct out *o);
/* Hands on the rest and frees; false with a sentence in *e when something could not be written. */
bool out_done(struct out *o, struct error *e);

#endif
