/* Reading reply lines: SMTP codes and enhanced codes, multi-line replies, queue ids. */
#ifndef MAILWIRE_DISSECT_REPLY_H
#define MAILWIRE_DISSECT_REPLY_H

#include "capture/base/buf.h"
#include "dissect/framer.h"
#include "dissect/model.h"

/* A reply that is this one line; its views are the frame's. */
struct reply reply_of_line(const struct frame *f, enum reply_status status);
/* One SMTP reply line "250-text", "250 text", "250" (RFC 5321 4.2). False when it has no
 * three-digit code; then *text is the whole line. */
bool reply_smtp_line(struct bytes line, uint16_t *code, bool *more, struct bytes *text);
/* The class of an SMTP code. */
enum reply_status reply_smtp_status(uint16_t code);
/* Leading "5.1.1 " of a text (RFC 3463); *rest is behind it. False (and *rest = text) when none. */
bool reply_enhanced(struct bytes text, struct enhanced *out, struct bytes *rest);
/* Queue id in an accepting reply to the data: Postfix, Exim, Sendmail, Exchange, qmail, Gmail,
 * OpenSMTPD and others. Empty when none is recognised. Points into text. */
struct bytes reply_queue_id(struct bytes text);

#endif
