/* Where message bodies live: one unlinked file, written in order, read from anywhere.
 *
 * The capture side appends; bodies of many sessions stand interleaved in it, so
 * each open body keeps a list of its pieces, which goes into the file too when the
 * body ends: what remains in memory is a struct body_ref. The file has mode 0600
 * and no name ($TMPDIR, /var/tmp, /tmp in this order), so nothing stays behind.
 *
 * Writing is for one thread, reading for any: a reader may use a body_ref it was
 * given after spool_flush. At the cap (limits.spool_bytes), or when the disk is
 * full, a rolling spool lets its oldest bytes go and reading them says so; any
 * other spool takes no more bytes and says so.
 */
#ifndef MAILWIRE_UI_SPOOL_H
#define MAILWIRE_UI_SPOOL_H

#include "capture/base/bytes.h"
#include "capture/base/error.h"
#include "capture/base/limits.h"

struct spool;

/* A body at rest. */
struct body_ref {
    uint64_t bytes;  /* kept */
    uint64_t place;  /* of the bytes (pieces == 1), or of the newest block of its list of pieces */
    uint32_t pieces; /* 0: nothing kept */
    bool cut;        /* the spool was full: more bytes came than were kept */
};

/* A body being written; embed it, zeroed, one a message. */
struct body_writer {
    struct spool_piece *pieces;
    uint32_t count, room;
    uint32_t total; /* pieces in blocks already written, too */
    uint64_t block; /* place of the newest block written; valid with has_block */
    uint64_t bytes; /* in pieces */
    uint8_t *tail;  /* small slices wait here, 512 bytes at most */
    uint16_t tail_bytes;
    bool has_block, cut;
};

struct spool_counters {
    uint64_t written; /* bytes ever appended */
    uint64_t held;    /* bytes that can still be read */
    uint64_t refused; /* bytes not taken: cap or disk full */
    uint64_t let_go;  /* bytes given up by a rolling spool */
    bool disk_full;   /* the last write failed for want of space */
};

/* NULL with a sentence in *e when no folder takes a temporary file. */
struct spool *spool_open(const struct limits *limits, bool rolling, struct error *e);
void spool_close(struct spool **s);

/* -- writing */
void spool_write(struct spool *s, struct body_writer *w, struct bytes data);
/* Only the first n bytes of the body count. */
void spool_cut(struct body_writer *w, uint64_t n);
/* What could be read now, if flushed: the writer goes on. */
struct body_ref spool_so_far(struct spool *s, struct body_writer *w);
/* Ends the body; frees what *w holds, which is then as new. */
struct body_ref spool_finish(struct spool *s, struct body_writer *w);
void spool_drop(struct body_writer *w); /* frees, keeps nothing */
/* Bytes in one piece, as they are: records held back by a filter. False when full. */
bool spool_append(struct spool *s, struct bytes data, uint64_t *place);
/* Everything appended so far can be read by any thread that hears of it after this call. */
void spool_flush(struct spool *s);

/* Where the next byte goes. */
uint64_t spool_end(const struct spool *s);
/* Nobody will read what stands before `place` any more: its disk space is given back. */
void spool_release(struct spool *s, uint64_t place);

/* -- reading */
enum spool_result { SPOOL_OK, SPOOL_GONE, SPOOL_FAILED };

struct body_reader {
    const struct spool *spool;
    struct spool_piece *pieces; /* NULL for a body in one piece */
    struct body_ref ref;
    uint32_t count; /* of pieces */
    uint32_t hint;  /* where the last read ended */
};

/* Loads the list of pieces. Close it in any case. */
enum spool_result spool_body_open(const struct spool *s, const struct body_ref *ref,
                                  struct body_reader *out);
void spool_body_close(struct body_reader *r);
/* Reads up to n bytes at `offset` of the body; *got is less only at its end. */
enum spool_result spool_body_read(struct body_reader *r, uint64_t offset, void *to, size_t n,
                                  size_t *got);
/* Reads bytes put there with spool_append. */
enum spool_result spool_read(const struct spool *s, uint64_t place, void *to, size_t n);

/* The same as memory that the system may take back: for long runs of bytes. False when it can not
 * be read. View and spool live on until spool_unmap, which takes a zeroed view too. */
struct spool_view {
    struct bytes bytes;
    void *mapped;
    size_t mapped_bytes;
};
bool spool_map(const struct spool *s, uint64_t place, size_t n, struct spool_view *out);
void spool_unmap(struct spool_view *v);

struct spool_counters spool_counters(const struct spool *s);

#endif
