/* The streaming header scan: what one summary line and the NDJSON record need of a message's
 * header (RFC 5322 2.2), while the body goes by. Bounded by limits.header_*; never looks at a
 * byte twice, never recurses.
 */
#ifndef MAILWIRE_DISSECT_HEADER_H
#define MAILWIRE_DISSECT_HEADER_H

#include "capture/base/arena.h"
#include "capture/base/buf.h"
#include "capture/base/limits.h"
#include "dissect/model.h"

struct header_scan {
    const struct limits *limits;
    struct arena *arena; /* kept values go here (borrowed) */
    struct bytes field[HEADER_COUNT];
    struct buf line; /* the field being read, unfolded; only for wanted fields */
    uint64_t bytes;
    uint32_t count;
    int wanted;      /* enum header_field of the field being read, -1 none */
    uint32_t sought; /* bits of the fields not seen yet */
    uint8_t state;
    bool done, cut;
    uint8_t name[24]; /* start of the current field's name */
    uint8_t name_len;
};

void header_scan_init(struct header_scan *h, const struct limits *l, struct arena *arena);
/* Right behind init: only that field is read, and the header is over with it. */
void header_scan_only(struct header_scan *h, enum header_field field);
/* Feeds the next piece of the message; cheap once the header is over. */
void header_scan_data(struct header_scan *h, struct bytes data);
/* A hole: the field being read is dropped, the scan goes on at the next line. */
void header_scan_gap(struct header_scan *h);
void header_scan_end(struct header_scan *h); /* the message is over: keeps the last field */
void header_scan_done(struct header_scan *h);

#endif
