/* The only way untrusted bytes reach a terminal, a text file, JSON or a file name.
 *
 * Terminal and text: control characters (C0, DEL, C1 in both forms), bidirectional
 * and zero-width formatting, line separators, tags and invalid UTF-8 come out as
 * visible escapes (\x1b, \u{202e}, \xff); a backslash stays itself. At most eight
 * combining marks follow one character, further ones are escaped.
 * A mark with no character of the same text before it is escaped too.
 * JSON: RFC 8259 strings in valid UTF-8, each undecodable byte as U+FFFD; what is unsafe on a
 * terminal as \u escapes, so that a JSON file is safe to look at.
 * Nothing is ever cut inside a character or an escape.
 */
#ifndef MAILWIRE_BASE_TEXT_H
#define MAILWIRE_BASE_TEXT_H

#include "capture/base/buf.h"

/* Decodes one UTF-8 character of b at *at and advances *at; an invalid byte gives -1 and
 * advances by one. Overlong forms, surrogates and values above U+10FFFF are invalid. */
int32_t text_utf8_next(struct bytes b, size_t *at);
/* Appends the UTF-8 form of a code point (U+FFFD for what has none). */
bool text_utf8_add(struct buf *out, uint32_t cp);
/* Valid UTF-8 throughout? */
bool text_is_utf8(struct bytes b);
/* At most `most` bytes from b's start, never cutting a character in two. */
struct bytes text_cut(struct bytes b, size_t most);
/* Must this code point never reach a terminal as itself? (see above) */
bool text_is_unsafe(uint32_t cp);
/* Columns a code point takes: 0 combining, 1, or 2 (East Asian wide, emoji). Locale-free. */
int text_width(uint32_t cp);

/* Appends b, escaped for a terminal or text file; false when out is full. Newlines are escaped too.
 */
bool text_escape(struct buf *out, struct bytes b);
/* The same for a terminal whose locale is not UTF-8: all that is not ASCII is escaped, since bytes
 * of UTF-8 can be C1 controls there. */
bool text_escape_ascii(struct buf *out, struct bytes b);
/* As text_escape (text_escape_ascii where ascii), but cut or padded with blanks to exactly
 * `columns`; cut text ends in "…" ("~" where ascii). */
bool text_fit(struct buf *out, struct bytes b, int columns, bool ascii);
/* Columns the escaped text takes. */
int text_columns(struct bytes b);
/* Appends b as the inside of a JSON string (no quotes). */
bool text_json(struct buf *out, struct bytes b);
/* Writes v in decimal, at most TEXT_NUMBER_ROOM digits; answers how many. No NUL. */
#define TEXT_NUMBER_ROOM 20
size_t text_number(uint8_t *to, uint64_t v);
/* Appends b in base64 (RFC 4648 4). */
bool text_base64(struct buf *out, struct bytes b);
/* Appends at most `most` characters of [A-Za-z0-9._-], others as '_'; never empty, never
 * beginning with '.' or '-': a safe part of a file name. */
bool text_filename(struct buf *out, struct bytes b, size_t most);

#endif
