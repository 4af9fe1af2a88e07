/* What a content is by its first bytes, and whether that fits what it calls itself. Pure; tables in
 * mime_magic.def and mime_expect.def. A content that no row knows is nothing, not wrong.
 */
#ifndef MAILWIRE_DISSECT_MIME_SNIFF_H
#define MAILWIRE_DISSECT_MIME_SNIFF_H

#include "capture/base/bytes.h"
#include "dissect/note.h"

#define MIME_SNIFF_BYTES 32800 /* as many as the furthest row looks at */

struct mime_magic {
    const char *type, *label, *extension; /* static */
    unsigned group;
};

/* NULL: not known. first: the beginning of the content, MIME_SNIFF_BYTES where there are so many.
 */
const struct mime_magic *mime_sniff(struct bytes first);
/* How bad it is that a content is this and calls itself that; SEVERITY_NONE: it is not. declared is
 * in lower case. */
enum severity mime_sniff_conflict(const struct mime_magic *m, struct bytes declared,
                                  struct bytes name);
/* What stands behind the last dot of a file name; empty when there is nothing. */
struct bytes mime_name_extension(struct bytes name);

#endif
