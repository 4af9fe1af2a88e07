/* The scanner of dot-stuffed bodies: private to the framer.
 *
 * Finds the end of data and undoes dot-stuffing (RFC 5321 4.5.2) without looking at
 * a byte twice: clean stretches pass in blocks, only what stands around CR, LF, NUL
 * and dots is taken byte by byte. Every end of data that some receiver would take
 * is noticed (hostile.md 5.1); a dot at a line start and at most two bytes behind it
 * are withheld until it is clear what they are.
 */
#ifndef MAILWIRE_DISSECT_FRAMER_BODY_H
#define MAILWIRE_DISSECT_FRAMER_BODY_H

#include "dissect/framer.h"

/* Where in the line ends we are. BODY_DOT and up: bytes are withheld. */
enum body_state {
    BODY_TEXT,
    BODY_CR,
    BODY_CRCR,
    BODY_CRLF,
    BODY_CRCRLF,
    BODY_LF,
    BODY_CRLF_NUL,
    BODY_DOT,
    BODY_DOT_CR,
    BODY_DOT_CRCR,
    BODY_DOT_NUL,
    BODY_DOT_NUL_CR
};

struct framer_body {
    uint64_t bytes;    /* of the rebuilt message given so far */
    uint64_t since_lf; /* bytes since the last LF */
    struct body_oddities odd;
    uint8_t state;    /* enum body_state */
    uint8_t before;   /* enum body_state: what stood before the withheld dot */
    bool lf_style;    /* LF.LF ends it */
    bool over;        /* the end was found; kept for framer_oddities */
    int8_t behind;    /* BODY_AMBIGUOUS: bytes from the point reached to behind that end */
    uint64_t told_at; /* bytes + 1 when an ambiguous end was told */
    uint64_t gap_at;  /* bytes + 1 at the latest gap */
};

enum body_step {
    BODY_MORE,      /* all of `in` was used */
    BODY_DATA,      /* *out is a piece of the message */
    BODY_AMBIGUOUS, /* *variant was found; its end is `behind` bytes from the point reached */
    BODY_END,       /* the end; *variant tells which */
};

void body_begin(struct framer_body *b, bool lf_style);
/* Takes the next step over `in`; *used bytes of it are done. *out may point into `in` or to static
 * bytes. */
enum body_step body_next(struct framer_body *b, struct bytes in, size_t *used, struct bytes *out,
                         enum eod_variant *variant);
/* Is what is withheld an end already, for whoever takes a bare CR? The byte behind it, not yet
 * seen, does not tell then; told once. */
bool body_ends_so_far(struct framer_body *b, enum eod_variant *variant);
/* What is withheld, when the stream breaks off here. */
struct bytes body_withheld(const struct framer_body *b);
/* A hole: the scanner goes on in the middle of a line. */
void body_gap(struct framer_body *b);

#endif
