#include "capture/decompress.h"

#define ZLIB_CONST /* next_in does not change what it points to */
#include <lz4frame.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define ZSTD_WINDOW_BITS 27
#define GZIP_WINDOW_BITS (15 + 16) /* zlib: 15 bits, 16 asks for the gzip wrapper */

/* One step: input taken off *in, output made. False: damaged, e says how. */
typedef bool step_fn(struct decompressor *d, struct bytes *in, uint8_t *out, size_t room,
                     size_t *made, struct error *e);

struct decompressor {
    enum compression compression;
    bool whole;   /* between two members or frames */
    bool started; /* a member or frame has begun before */
    z_stream gzip;
    ZSTD_DStream *zstd;
    LZ4F_dctx *lz4;
};

static const struct {
    uint8_t magic[6];
    uint8_t n;
    enum compression compression;
    const char *name;
} magics[] = {
    {{0x1f, 0x8b}, 2, COMPRESSION_GZIP, "gzip"},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, COMPRESSION_ZSTD, "zstd"},
    {{0x04, 0x22, 0x4d, 0x18}, 4, COMPRESSION_LZ4, "lz4"},
    {{0xfd, '7', 'z', 'X', 'Z', 0x00}, 6, COMPRESSION_FOREIGN, "xz"},
    {{'B', 'Z', 'h'}, 3, COMPRESSION_FOREIGN, "bzip2"},
    {{'L', 'Z', 'I', 'P'}, 4, COMPRESSION_FOREIGN, "lzip"},
    {{'P', 'K', 0x03, 0x04}, 4, COMPRESSION_FOREIGN, "unzip"},
    {{'7', 'z', 0xbc, 0xaf, 0x27, 0x1c}, 6, COMPRESSION_FOREIGN, "7z"},
};

#define MAGICS (sizeof magics / sizeof magics[0])

static size_t magic_find(struct bytes first)
{
    size_t i = 0;
    while (i < MAGICS && !bytes_equal(bytes_sub(first, 0, magics[i].n),
                                      bytes_make(magics[i].magic, magics[i].n))) {
        i++;
    }
    return i;
}

/* zstd and lz4 data may begin with a skippable frame (50 2a 4d 18 and the fifteen after it); such
 * files are rare and zstd reads both kinds' way of skipping. */
static bool is_skippable(struct bytes first)
{
    return first.n >= 4 && (first.p[0] & 0xf0) == 0x50 && first.p[1] == 0x2a &&
           first.p[2] == 0x4d && first.p[3] == 0x18;
}

enum compression compression_detect(struct bytes first)
{
    size_t i = magic_find(first);
    if (i < MAGICS) {
        return magics[i].compression;
    }
    return is_skippable(first) ? COMPRESSION_ZSTD : COMPRESSION_NONE;
}

const char *compression_name(struct bytes first)
{
    size_t i = magic_find(first);
    return i < MAGICS ? magics[i].name : is_skippable(first) ? "zstd" : "";
}

/* ---- gzip (RFC 1952) ---- */

/* Behind a member: another one, or zeros that fill up a block of tape. */
static bool gzip_begin(struct decompressor *d, struct bytes *in, struct error *e)
{
    size_t zeros = 0;
    while (d->started && zeros < in->n && in->p[zeros] == 0) {
        zeros++;
    }
    in->p += zeros;
    in->n -= zeros;
    if (in->n == 0) {
        return true;
    }
    if (in->p[0] != 0x1f) {
        return error_set(e, "something that is not gzip stands behind the compressed data");
    }
    d->whole = false;
    d->started = true;
    return inflateReset(&d->gzip) == Z_OK || error_set(e, "gzip: the decoder does not start");
}

static bool gzip_step(struct decompressor *d, struct bytes *in, uint8_t *out, size_t room,
                      size_t *made, struct error *e)
{
    if (d->whole && !gzip_begin(d, in, e)) {
        return false;
    }
    if (d->whole) {
        return true;
    }
    uInt give = in->n > UINT32_MAX ? UINT32_MAX : (uInt)in->n;
    uInt take = room > UINT32_MAX ? UINT32_MAX : (uInt)room;
    d->gzip.next_in = in->p;
    d->gzip.avail_in = give;
    d->gzip.next_out = out;
    d->gzip.avail_out = take;
    int r = inflate(&d->gzip, Z_NO_FLUSH);
    *in = bytes_from(*in, give - d->gzip.avail_in);
    *made = take - d->gzip.avail_out;
    d->whole = r == Z_STREAM_END;
    if (r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR) { /* BUF_ERROR: no progress, no harm */
        return true;
    }
    return error_set(e, "gzip: %s", d->gzip.msg ? d->gzip.msg : zError(r));
}

/* ---- zstd (RFC 8878), lz4 frames ---- */

static bool zstd_step(struct decompressor *d, struct bytes *in, uint8_t *out, size_t room,
                      size_t *made, struct error *e)
{
    ZSTD_inBuffer from = {in->p, in->n, 0};
    ZSTD_outBuffer to = {out, room, 0};
    size_t r = ZSTD_decompressStream(d->zstd, &to, &from);
    bool idle = from.pos == 0 && to.pos == 0; /* then the answer is for a frame not begun */
    *in = bytes_from(*in, from.pos);
    *made = to.pos;
    if (ZSTD_isError(r)) {
        return error_set(e, "zstd: %s", ZSTD_getErrorName(r));
    }
    d->whole = idle ? d->whole : r == 0;
    return true;
}

static bool lz4_step(struct decompressor *d, struct bytes *in, uint8_t *out, size_t room,
                     size_t *made, struct error *e)
{
    size_t taken = in->n, given = room;
    size_t r = LZ4F_decompress(d->lz4, out, &given, in->p, &taken, NULL);
    bool idle = taken == 0 && given == 0;
    *in = bytes_from(*in, taken);
    *made = given;
    if (LZ4F_isError(r)) {
        *made = 0;
        return error_set(e, "lz4: %s", LZ4F_getErrorName(r));
    }
    d->whole = idle ? d->whole : r == 0;
    return true;
}

/* ---- one face for the three ---- */

static step_fn *const steps[] = {
    [COMPRESSION_GZIP] = gzip_step,
    [COMPRESSION_ZSTD] = zstd_step,
    [COMPRESSION_LZ4] = lz4_step,
};

static bool decoder_start(struct decompressor *d)
{
    switch (d->compression) {
    case COMPRESSION_GZIP:
        return inflateInit2(&d->gzip, GZIP_WINDOW_BITS) == Z_OK;
    case COMPRESSION_ZSTD:
        d->zstd = ZSTD_createDStream();
        return d->zstd != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax,
                                                                       ZSTD_WINDOW_BITS));
    case COMPRESSION_LZ4:
        return !LZ4F_isError(LZ4F_createDecompressionContext(&d->lz4, LZ4F_VERSION));
    case COMPRESSION_NONE:
    case COMPRESSION_FOREIGN:
        break;
    }
    return false;
}

struct decompressor *decompress_new(enum compression c)
{
    struct decompressor *d = xcalloc(1, sizeof *d);
    d->compression = c;
    d->whole = true;
    if (!decoder_start(d)) {
        die("out of memory: a decoder does not start");
    }
    return d;
}

bool decompress_some(struct decompressor *d, struct bytes *in, uint8_t *out, size_t room,
                     size_t *made, struct error *e)
{
    *made = 0;
    return steps[d->compression](d, in, out, room, made, e);
}

bool decompress_whole(const struct decompressor *d)
{
    return d->whole;
}

void decompress_free(struct decompressor **d)
{
    if (*d == NULL) {
        return;
    }
    if ((*d)->compression == COMPRESSION_GZIP) {
        inflateEnd(&(*d)->gzip);
    }
    ZSTD_freeDStream((*d)->zstd);
    LZ4F_freeDecompressionContext((*d)->lz4);
    free(*d);
    *d = NULL;
}
