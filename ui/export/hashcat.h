/* Seen logins as lines for hashcat, to try one's own users' passwords with:
 * CRAM-MD5 (mode 10200), NTLMv2 (5600), NTLMv1 (5500) and APOP, which is MD5 over the
 * greeting's timestamp and the password (mode 20). Others have no mode, or were sent
 * in clear and need none.
 */
#ifndef MAILWIRE_UI_EXPORT_HASHCAT_H
#define MAILWIRE_UI_EXPORT_HASHCAT_H

#include "capture/base/buf.h"
#include "dissect/model.h"

/* The modes there are, ascending. */
#define HASHCAT_MODES 4
extern const unsigned hashcat_modes[HASHCAT_MODES];

/* Appends the line without its end and returns the mode; 0 and nothing appended where there is
 * none: another mechanism, a part that was not seen, or text that can not stand in a line. */
unsigned hashcat_line(const struct credential *c, struct buf *out);

#endif
