/* Texts that grow side by side, many at a time: in memory while they are few, in one unlinked
 * temporary file beyond a bound.
 *
 * Sessions and messages interleave, but a transcript or an mbox wants one whole
 * after the other: each waits here until it is over. Single-threaded. When the
 * temporary file can not grow, what does not fit is lost and the text says so.
 */
#ifndef MAILWIRE_UI_EXPORT_SPILL_H
#define MAILWIRE_UI_EXPORT_SPILL_H

#include "capture/base/buf.h"

struct spill;

struct spill_piece {
    uint64_t at; /* in the temporary file */
    uint32_t n;
};

/* One text; embed it, zeroed. */
struct spill_text {
    struct spill_piece *pieces; /* its beginning, in the file */
    uint32_t count, room;
    struct buf tail; /* its end, in memory */
    uint64_t n;      /* bytes held */
    bool lost;       /* more came than could be kept */
};

/* memory: bytes of all texts together; disk: of the temporary file. */
struct spill *spill_new(size_t memory, uint64_t disk);
void spill_free(struct spill **s);
void spill_add(struct spill *s, struct spill_text *t, struct bytes b);
/* Keeps only the first n bytes. */
void spill_cut(struct spill *s, struct spill_text *t, uint64_t n);
/* Hands the whole text on, piece by piece in order, as long as each answers true. False when it did
 * not, or when the temporary file could not be read. */
bool spill_read(struct spill *s, const struct spill_text *t,
                bool (*each)(void *arg, struct bytes b), void *arg);
/* Frees what the text holds; it may be used again. */
void spill_drop(struct spill *s, struct spill_text *t);

#endif
