/* Memory for many things that come and go in about the same order: copied one behind the other into
 * segments, each given back whole when the last thing in it is gone.
 *
 * From the heap such things leave holes between what lives longer, and the program keeps
 * more than it counts. Here what is counted is what is taken from the system.
 */
#ifndef MAILWIRE_UI_SEGMENTS_H
#define MAILWIRE_UI_SEGMENTS_H

#include "capture/base/bytes.h"

#define SEGMENT_SIZE (64u << 10)
#define SEGMENT_MOST (SEGMENT_SIZE / 8) /* a thing that is larger has no place here */

struct segment;

/* Zero is a good beginning. */
struct segments {
    struct segment *filling;
    struct segment *spare; /* one empty segment is kept for the next that is wanted */
    uint64_t taken;        /* bytes of full segments, and what is used of the one being filled */
};

/* A copy; n from 1 to SEGMENT_MOST. */
uint8_t *segments_put(struct segments *s, struct bytes b);
/* Takes out what segments_put gave for n bytes. */
void segments_drop(struct segments *s, uint8_t *p, size_t n);
/* When everything was taken out. */
void segments_done(struct segments *s);

#endif
