/* Character references of HTML: "&amp;", "&#8364;", "&#x20ac;" (HTML, 13.5). */
#ifndef MAILWIRE_DISSECT_MIME_ENTITY_H
#define MAILWIRE_DISSECT_MIME_ENTITY_H

#include "capture/base/buf.h"

/* Decodes the reference at b.p[at] ('&') into out; where it is none, the "&" itself. Answers where
 * it ends. */
size_t mime_entity_add(struct bytes b, size_t at, struct buf *out);

#endif
