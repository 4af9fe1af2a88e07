/* GMime's one room: header words, addresses, dates; and (with --parts) whole messages.
 *
 * mime_init must be called once before anything else here that needs GMime; the
 * functions call it themselves when plain ASCII does not do, so a run over plain
 * mail never pays for it. Single-threaded.
 */
#ifndef MAILWIRE_DISSECT_MIME_H
#define MAILWIRE_DISSECT_MIME_H

#include "capture/base/buf.h"
#include "capture/base/bytes.h"

void mime_init(void);

/* A header value as text: RFC 2047 words and raw 8-bit (declared charset, UTF-8, windows-1252)
 * decoded to valid UTF-8; appended to out. Control characters stay: sinks escape. */
void mime_header_text(struct bytes raw, struct buf *out);
/* Each address of an address list (RFC 5322 3.4), without display names, groups flattened;
 * at most 1000. The view is valid for the call. */
void mime_addresses(struct bytes raw, void (*each)(void *arg, struct bytes address), void *arg);
/* A Date: value → ns since 1970; false when it is not valid (years 1970 to 9999). */
bool mime_date(struct bytes raw, int64_t *out);

#endif
