/* Character sets: bytes of mail → valid UTF-8.
 *
 * Only the sets of one fixed list are decoded, by iconv: supersets of ASCII that mail uses. UTF-7
 * and UTF-16 hide ASCII text from whoever looks at the bytes and are not among them; nor is any
 * name that glibc would read as more than a name ("//TRANSLIT").
 */
#ifndef MAILWIRE_DISSECT_MIME_CHARSET_H
#define MAILWIRE_DISSECT_MIME_CHARSET_H

#include "capture/base/buf.h"

/* Is text in it decoded? The empty name is not known. */
bool mime_charset_known(struct bytes name);
/* Appends in, converted. strict: false, with out as it was, at the first byte that is not of the
 * set; else such bytes are U+FFFD. False too for a set that is not known. */
bool mime_charset_convert(struct bytes name, struct bytes in, bool strict, struct buf *out);
/* Text that says its charset (empty: does not): in that charset where it is known and fits, else
 * in UTF-8 where it is that, else in the charset with U+FFFD for what is not of it; where none is
 * known, in windows-1252. */
void mime_charset_text(struct bytes declared, struct bytes in, struct buf *out);
/* Valid UTF-8 as it is, each other byte as U+FFFD. */
void mime_charset_utf8(struct bytes in, struct buf *out);
/* Converts a letter from each set of the list, so that glibc has loaded its module: later there
 * may be no way to the file. */
void mime_charsets_load(void);

#endif
