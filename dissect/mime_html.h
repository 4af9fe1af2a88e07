/* HTML as readable text: paragraphs, lists, table rows, quotes; link targets as [1], listed at the
 * end. Nothing is fetched, nothing is executed; scripts and styles are left out.
 *
 * One pass without recursion over text that is UTF-8 already; what a tag leaves open hides nothing
 * behind it.
 */
#ifndef MAILWIRE_DISSECT_MIME_HTML_H
#define MAILWIRE_DISSECT_MIME_HTML_H

#include "capture/base/buf.h"

/* Appends the text. False when out's ceiling cut it. */
bool mime_html_text(struct bytes html, struct buf *out);
/* The charset that the document itself names in its first bytes (<meta>); empty when none. */
struct bytes mime_html_charset(struct bytes html);

#endif
