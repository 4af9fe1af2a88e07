/* Bytes the framer carries from packet to packet: an unfinished line, or a direction on hold.
 * Private to the framer.
 */
#ifndef MAILWIRE_DISSECT_FRAMER_CARRY_H
#define MAILWIRE_DISSECT_FRAMER_CARRY_H

#include "capture/base/buf.h"

/* Where a packet's bytes begin in a carried buffer: times and packets of held frames stay right. */
struct carry_mark {
    size_t at;
    int64_t time;
    uint64_t packet;
};

#define CARRY_MARKS_MOST 256 /* more packets share the last mark */

struct framer_carry {
    struct buf bytes;
    uint64_t offset;  /* of bytes.p[0] in the stream */
    uint64_t skipped; /* bytes of an over-long line beyond the ceiling */
    size_t done;      /* bytes already read (released bytes) */
    bool told;        /* its line was given; cleared at the next call */
    uint8_t last;     /* the last byte added, kept or skipped */
    uint16_t marks, mark_room;
    struct carry_mark *mark; /* `first`, or a block of its own where packets are many */
    struct carry_mark first[4];
};

struct framer_carry *carry_new(uint64_t offset, uint64_t ceiling);
void carry_free(struct framer_carry **c);
void carry_add(struct framer_carry *c, struct bytes more, int64_t time, uint64_t packet);
/* What one packet brought of the bytes from `at` on, and that packet's mark. */
struct bytes carry_piece(const struct framer_carry *c, size_t at, const struct carry_mark **mark);
/* Forgets the first n bytes. */
void carry_drop(struct framer_carry *c, size_t n);
size_t carry_held(const struct framer_carry *c);

#endif
