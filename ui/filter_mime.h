/* Decodes a message for the filter fields parts, ctype, fname and body (filter.h).
 */
#ifndef MAILWIRE_UI_FILTER_MIME_H
#define MAILWIRE_UI_FILTER_MIME_H

#include "capture/base/limits.h"
#include "ui/filter.h"

/* Fits filter_source.parts and what is handed on to it: calls `part` for each leaf. arg: a
 * struct limits. */
void filter_mime_parts(void *arg, struct bytes raw,
                       void (*part)(void *part_arg, const struct filter_part *p), void *part_arg);

#endif
