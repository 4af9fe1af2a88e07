/* Content-Transfer-Encoding (RFC 2045 6): a body → its bytes, piece by piece.
 *
 * GMime decodes. What it is given is cut here so that the result does not depend on pieces: base64
 * without its padding yields its last bytes all the same, and reading ends at the first padding, as
 * GMime and Python do; other readers go on behind it, which the report tells.
 */
#ifndef MAILWIRE_DISSECT_MIME_DECODE_H
#define MAILWIRE_DISSECT_MIME_DECODE_H

#include "capture/base/bytes.h"

enum mime_encoding {
    MIME_IDENTITY, /* 7bit, 8bit, binary, none */
    MIME_BASE64,
    MIME_QUOTED,
    MIME_UUENCODE,
    MIME_ENCODING_UNKNOWN, /* taken as it stands */
};

/* By its name; empty is MIME_IDENTITY. */
enum mime_encoding mime_encoding_named(struct bytes name);

/* What was not as it should be. */
struct mime_decode_report {
    uint64_t size;       /* decoded bytes */
    uint64_t junk;       /* base64: bytes that are none, and '=' where none can be */
    uint64_t first_junk; /* offset of the first one in the body */
    uint64_t long_lines; /* base64: over 76 characters */
    uint64_t behind_end; /* base64: characters behind the padding, not decoded */
    bool torn;           /* base64: not a whole number of groups of four */
    uint64_t bad_quoted; /* quoted-printable: '=' without two digits or a line's end */
    uint64_t first_bad;
};

/* A piece lives for the call; false: no more is wanted. */
typedef bool mime_piece_fn(void *arg, struct bytes piece);

/* False when `each` (may be NULL) wanted no more. */
bool mime_decode(struct bytes body, enum mime_encoding e, mime_piece_fn *each, void *arg,
                 struct mime_decode_report *report);

#endif
