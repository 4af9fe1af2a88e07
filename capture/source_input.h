/* The bytes of one capture file, unpacked: from a file, a pipe or standard input.
 *
 * Opened early (while rights are still there), read later. Nothing is mapped:
 * a file that shrinks while it is read must end in a message, not in a signal.
 */
#ifndef MAILWIRE_CAPTURE_SOURCE_INPUT_H
#define MAILWIRE_CAPTURE_SOURCE_INPUT_H

#include "capture/base/error.h"
#include "capture/base/limits.h"
#include "capture/decompress.h"

#include <sys/types.h>

#define INPUT_PEEK 32

/* Waits until fd can be read; false when reading is to stop. Only asked for pipes and the like. */
typedef bool input_wait_fn(void *arg, int fd);

struct input {
    int fd;
    bool regular; /* a file that can be read again, of `size` bytes */
    bool ended, stopped;
    uint64_t size;
    dev_t device; /* with inode: which file it is, whatever its name */
    ino_t inode;
    uint64_t taken; /* bytes read from the descriptor */
    uint64_t made;  /* bytes given out, unpacked */
    uint64_t most;  /* limits.uncompressed_bytes */
    input_wait_fn *wait;
    void *wait_arg;
    struct decompressor *unpack; /* NULL: not compressed */
    uint8_t *raw;                /* compressed bytes not yet unpacked, INPUT_RAW of room */
    struct bytes left;           /* of raw or of first */
    uint8_t first[INPUT_PEEK];   /* bytes read to see what it is */
    uint8_t peeked[INPUT_PEEK];  /* unpacked bytes, given out again */
    size_t peeked_n, peeked_at;
    struct error error; /* what went wrong while reading, "" if nothing */
};

/* "-" is standard input. False with a sentence in *e. */
bool input_open(struct input *in, const char *path, const struct limits *l, struct error *e);
/* Looks what it is; after input_open and after input_rewind, before anything is read. False with a
 * sentence in *e when it is empty or packed in a way that is not read. */
bool input_begin(struct input *in, const char *path, struct error *e);
/* The first bytes, at most INPUT_PEEK, without taking them. Before the first input_read. */
struct bytes input_peek(struct input *in);
/* A descriptor of the caller's own that reads on behind the peeked bytes, when the file is a
 * regular one and not packed; else -1. Where it is used, input_read is not. */
int input_plain(const struct input *in);
/* Puts other bytes in place of n of them from `at` on, which were peeked and not yet read. */
void input_patch(struct input *in, size_t at, const void *bytes, size_t n);
/* Up to n bytes; 0 at the end, when stopped, and on damage (then in->error says what). */
size_t input_read(struct input *in, void *to, size_t n);
/* To the start again; regular files only. */
bool input_rewind(struct input *in);
void input_close(struct input *in);

/* Are these first bytes packed in a way that is not read? Then false with a cause in *e. */
bool input_may_unpack(struct bytes first, struct error *e);
/* A regular file's first bytes as they are stored, without moving in it; 0 when it can not be told.
 */
size_t input_look(const struct input *in, uint8_t to[static INPUT_PEEK]);

#endif
