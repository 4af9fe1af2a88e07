/* Compressed captures: gzip (zlib), zstd and lz4 frames, one behind the other, decoded as they
 * come.
 *
 * A decoder's memory is bounded by its format (zstd: a window of at most 2^27
 * bytes); how much may come out is the caller's to count.
 */
#ifndef MAILWIRE_CAPTURE_DECOMPRESS_H
#define MAILWIRE_CAPTURE_DECOMPRESS_H

#include "capture/base/bytes.h"
#include "capture/base/error.h"

enum compression {
    COMPRESSION_NONE,
    COMPRESSION_GZIP,
    COMPRESSION_ZSTD,
    COMPRESSION_LZ4,
    COMPRESSION_FOREIGN, /* xz, bzip2 and others that are not read */
};

/* By a file's first bytes; four tell them apart, six name a foreign one. */
enum compression compression_detect(struct bytes first);
/* "gzip"; for a foreign one the program that unpacks it. */
const char *compression_name(struct bytes first);

struct decompressor;

struct decompressor *decompress_new(enum compression c); /* not NONE, not FOREIGN */
/* Takes bytes off *in and writes at most `room` to out; *made says how many. May do nothing but
 * take input, or (with empty *in) give what it still holds. False with a sentence in *e when the
 * data is damaged; what was made before is in out all the same. */
bool decompress_some(struct decompressor *d, struct bytes *in, uint8_t *out, size_t room,
                     size_t *made, struct error *e);
/* Would the input be whole if it ended here? */
bool decompress_whole(const struct decompressor *d);
void decompress_free(struct decompressor **d);

#endif
