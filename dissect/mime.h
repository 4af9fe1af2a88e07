/* GMime's one room, this side of it: header words, addresses, dates. Its other files are
 * mime_charset.c and mime_decode.c; what a message is made of stands in mime_parts.h.
 *
 * mime_init must be called once before anything else here that needs GMime; the
 * functions call it themselves when plain ASCII does not do, so a run over plain
 * mail never pays for it. Single-threaded.
 *
 * GMime never sees a whole hostile field: nested groups overflow its stack and a
 * long list costs it quadratic time (3.2.13), so lists are cut into their
 * addresses here and only single, short ones go to it.
 */
#ifndef MAILWIRE_DISSECT_MIME_H
#define MAILWIRE_DISSECT_MIME_H

#include "capture/base/buf.h"
#include "capture/base/bytes.h"

void mime_init(void);

/* A header value as text: RFC 2047 words and raw 8-bit (UTF-8, then windows-1252) decoded to valid
 * UTF-8, undecodable bytes as U+FFFD; appended to out. Control characters stay: sinks escape. Words
 * in a charset that is not known or not trusted (UTF-7, UTF-16) stay as they are written. */
void mime_header_text(struct bytes raw, struct buf *out);
/* Nothing to decode: ASCII without an encoded word. */
bool mime_is_plain(struct bytes raw);
/* The same as mime_header_text; raw 8-bit is tried in the charset that the message declares first.
 */
void mime_header_text_in(struct bytes raw, struct bytes declared, struct buf *out);
/* What a header value's encoded words hide. */
struct mime_words {
    uint32_t controls; /* C0, DEL and C1 characters in decoded words, tabs left out */
    bool unknown;      /* a word in a charset that is not decoded */
};
void mime_words_check(struct bytes raw, struct mime_words *out);
/* The charset parameter and the "type/subtype" of a Content-Type value (RFC 2045 5.1), views into
 * it; empty when there is none. */
struct bytes mime_charset(struct bytes content_type);
struct bytes mime_media_type(struct bytes content_type);
/* Each address of an address list (RFC 5322 3.4), without display names, groups flattened;
 * at most 1000. The view is valid for the call. */
void mime_addresses(struct bytes raw, void (*each)(void *arg, struct bytes address), void *arg);
/* A Date: value → ns since 1970; false when it is not valid (years 1970 to 9999; int64_t holds
 * nanoseconds until 2262, later ones are not valid here). */
bool mime_date(struct bytes raw, int64_t *out);

#endif
