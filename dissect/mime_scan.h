/* The scan that comes first: the MIME structure of a finished message (RFC 2046), as offsets.
 *
 * One pass over the lines, iterative, linear, bounded by limits.mime_* and header_*. It alone
 * decides what is a part: GMime's own parser recurses and would be a second reading, so GMime sees
 * single fields and bodies only. Where readers differ about the structure the scan takes GMime's
 * and Python's side, mostly the same, and says that it is odd.
 */
#ifndef MAILWIRE_DISSECT_MIME_SCAN_H
#define MAILWIRE_DISSECT_MIME_SCAN_H

#include "capture/base/arena.h"
#include "capture/base/limits.h"

#define MIME_NO_PARENT UINT32_MAX

enum mime_kind {
    MIME_LEAF,
    MIME_MULTIPART, /* its children are its parts */
    MIME_MESSAGE,   /* message/rfc822 and the like: one child, the message in it */
};

/* Fields of an entity; the last ones are those of a message only. */
enum mime_field {
    FIELD_TYPE,
    FIELD_ENCODING,
    FIELD_DISPOSITION,
    FIELD_ID,
    FIELD_PART_COUNT, /* kept for every part */
    FIELD_MIME_VERSION = FIELD_PART_COUNT,
    FIELD_FROM,
    FIELD_SENDER,
    FIELD_REPLY_TO,
    FIELD_TO,
    FIELD_CC,
    FIELD_BCC,
    FIELD_SUBJECT,
    FIELD_DATE,
    FIELD_MESSAGE_ID,
    FIELD_IN_REPLY_TO,
    FIELD_REFERENCES,
    FIELD_COUNT
};

const char *mime_field_name(enum mime_field f); /* "Content-Type" */

/* What readers take differently, or what a limit cut: mime_oddities.def. The scan finds those that
 * concern the structure, mime_parts.c the others. */
enum mime_oddity {
#define ODDITY(symbol, note, severity, words) ODD_##symbol,
#include "dissect/mime_oddities.def"
#undef ODDITY
    ODD_COUNT
};

struct mime_node {
    uint32_t parent, position; /* of its siblings, from 1 */
    uint16_t depth;            /* 0: the message itself */
    uint8_t kind;              /* enum mime_kind */
    bool too_deep, rest;       /* a leaf only because of a limit */
    bool unclosed;             /* ended by the end of what there was, inside a multipart */
    size_t header, body, end;  /* offsets: header, body behind the empty line, end of the body */
    struct bytes field[FIELD_PART_COUNT]; /* first ones, still folded; p NULL: absent */
};

struct mime_odd {
    uint32_t count, node;      /* of the first one */
    size_t at;                 /* offset of the first one */
    struct bytes first, other; /* what was seen: views into the message */
};

struct mime_scan {
    struct mime_node *nodes; /* in the order of the text; [0] is the message */
    uint32_t count;
    struct bytes field[FIELD_COUNT], second[FIELD_COUNT]; /* of the message itself */
    uint32_t field_count[FIELD_COUNT];
    struct mime_odd odd[ODD_COUNT];
};

/* raw is borrowed and must outlive *out. whole: it is the whole message, so that an end without
 * closing boundaries is odd. */
void mime_scan(struct bytes raw, bool whole, const struct limits *l, struct mime_scan *out);
void mime_scan_done(struct mime_scan *s);

#endif
