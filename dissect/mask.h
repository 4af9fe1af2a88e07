/* Secrets as they may be shown: the one function that masks. Every sink calls it where bytes
 * leave (screen, standard output, file). */
#ifndef MAILWIRE_DISSECT_MASK_H
#define MAILWIRE_DISSECT_MASK_H

#include "capture/base/buf.h"

#define MASKED "********"

/* Appends line, with what of `secret` lies inside it replaced by MASKED unless show. secret is
 * empty or a view into the text that line is a part of (line itself, or its argument alone). */
void mask_add(struct buf *out, struct bytes line, struct bytes secret, bool show);

#endif
