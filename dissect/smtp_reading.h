/* Which end of data did the receiver take? Pure: bytes in, an answer out.
 *
 * A message may hold an end of data that only some receivers take (hostile.md 5.1). Each
 * reading says how many replies of which kind the receiver must have given: one for the
 * message, one for each line that was a command to it. The reading that the replies fit is
 * the receiver's; when they came does not matter. Where they fit several, it is the strict one.
 */
#ifndef MAILWIRE_DISSECT_SMTP_READING_H
#define MAILWIRE_DISSECT_SMTP_READING_H

#include "dissect/framer.h"

struct smtp_ending {
    size_t at; /* in smtp_evidence.sent: the byte behind this end */
    enum eod_variant variant;
};

struct smtp_evidence {
    struct bytes sent;              /* the client's bytes behind the first ambiguous end */
    struct bytes replied;           /* the server's bytes since then */
    const struct smtp_ending *ends; /* ambiguous ones, ascending; ends[0].at is 0 */
    size_t count;
    bool has_strict;  /* the end that everybody takes was seen */
    size_t strict_at; /* in sent: the byte behind it */
    uint32_t before;  /* replies owed to commands before the message */
    uint32_t owed;    /* replies owed to a message: 1; with LMTP one a recipient */
};

#define READING_STRICT (-1)

struct smtp_reading {
    int taken;          /* index of the end taken, or READING_STRICT */
    bool certain;       /* the replies fit no other reading */
    uint16_t mail_code; /* taken: the reply to the first MAIL behind that end; 0 none */
};

struct smtp_reading smtp_reading(const struct smtp_evidence *e);

/* Is what stands at the start of `behind` a mail transaction? Appends "MAIL FROM:... RCPT TO:..."
 * to out. */
struct buf;
bool smtp_smuggled(struct bytes behind, struct buf *out);

#endif
