#include "capture/source_input.h"

#include "capture/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_RAW ((size_t)1 << 16)

/* ---- opening ---- */

static bool refuse(struct error *e, const char *path, const char *why)
{
    struct buf shown;
    buf_init(&shown, sizeof e->text / 2);
    text_escape(&shown, bytes_of(path));
    error_set(e, "%s: %s", buf_cstr(&shown), why);
    buf_done(&shown);
    return false;
}

static const char *open_cause(int error)
{
    switch (error) {
    case ENOENT:
        return "no such file";
    case EACCES:
    case EPERM:
        return "permission denied; a user who may read it must start mailwire, or change its mode";
    case EMFILE:
    case ENFILE:
        return "too many files are open; raise the limit with: ulimit -n 4096";
    default:
        return strerror(error);
    }
}

static const char *kind_cause(const struct stat *st, int fd)
{
    if (S_ISDIR(st->st_mode)) {
        return "this is a folder; name the capture files in it, each with its own -r";
    }
    if (isatty(fd)) {
        return "this is a terminal; send a capture into it, as in: tcpdump -w - | mailwire -r -";
    }
    if (S_ISREG(st->st_mode) && st->st_size == 0) {
        return "it is empty, there is no capture in it";
    }
    return NULL;
}

bool input_open(struct input *in, const char *path, const struct limits *l, struct error *e)
{
    bool standard = strcmp(path, "-") == 0;
    struct stat st;
    *in = (struct input){.fd = -1, .most = l->uncompressed_bytes};
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        return refuse(e, path,
                      standard && error == EBADF ? "standard input is closed" : open_cause(error));
    }
    const char *cause = kind_cause(&st, fd);
    if (cause != NULL) {
        close(fd);
        return refuse(e, standard ? "standard input" : path, cause);
    }
    in->fd = fd;
    in->regular = S_ISREG(st.st_mode);
    in->device = st.st_dev;
    in->inode = st.st_ino;
    in->size = in->regular ? (uint64_t)st.st_size : 0;
    return true;
}

void input_close(struct input *in)
{
    decompress_free(&in->unpack);
    free(in->raw);
    in->raw = NULL;
    if (in->fd >= 0) {
        close(in->fd);
        in->fd = -1;
    }
}

size_t input_look(const struct input *in, uint8_t to[static INPUT_PEEK])
{
    ssize_t n = in->regular ? pread(in->fd, to, INPUT_PEEK, 0) : 0;
    return n > 0 ? (size_t)n : 0;
}

/* ---- the descriptor ---- */

/* Bytes as they are stored; 0 at the end, when stopped, or with in->error set. */
static size_t read_raw(struct input *in, void *to, size_t n)
{
    while (!in->ended) {
        if (!in->regular && in->wait != NULL && !in->wait(in->wait_arg, in->fd)) {
            in->ended = in->stopped = true;
            return 0;
        }
        ssize_t got = read(in->fd, to, n);
        if (got > 0) {
            in->taken += (uint64_t)got;
            return (size_t)got;
        }
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got < 0) {
            error_set(&in->error, "reading failed: %s", strerror(errno));
        }
        in->ended = true;
    }
    return 0;
}

/* Refills in->left; false at the end. */
static bool fill(struct input *in)
{
    if (in->left.n == 0) {
        in->left = bytes_make(in->raw, read_raw(in, in->raw, INPUT_RAW));
    }
    return in->left.n > 0;
}

/* ---- unpacking ---- */

static size_t read_unpacked(struct input *in, uint8_t *to, size_t n)
{
    size_t made = 0;
    while (made == 0 && in->error.text[0] == '\0') {
        bool more = fill(in);
        size_t before = in->left.n;
        if (!decompress_some(in->unpack, &in->left, to, n, &made, &in->error)) {
            in->ended = true;
            in->left.n = 0;
            return made;
        }
        if (!more && made == 0) {
            if (!in->stopped && in->error.text[0] == '\0' && !decompress_whole(in->unpack)) {
                error_set(&in->error, "the compressed data is cut short");
            }
            return 0;
        }
        if (more && made == 0 && in->left.n == before) {
            error_set(&in->error, "the decoder makes no progress");
        }
    }
    return made;
}

static size_t read_plain(struct input *in, void *to, size_t n)
{
    if (in->left.n == 0) {
        return read_raw(in, to, n);
    }
    struct bytes part = bytes_sub(in->left, 0, n);
    memcpy(to, part.p, part.n);
    in->left = bytes_from(in->left, part.n);
    return part.n;
}

static size_t read_any(struct input *in, void *to, size_t n)
{
    return in->unpack == NULL ? read_plain(in, to, n) : read_unpacked(in, to, n);
}

static size_t read_bounded(struct input *in, void *to, size_t n)
{
    if (in->unpack != NULL && in->made >= in->most) {
        if (in->error.text[0] == '\0') {
            error_set(&in->error,
                      "more than %" PRIu64 " bytes come out of it; --limit uncompressed_bytes=SIZE "
                      "raises this limit",
                      in->most);
        }
        return 0;
    }
    if (in->unpack != NULL && n > in->most - in->made) {
        n = (size_t)(in->most - in->made);
    }
    size_t got = read_any(in, to, n);
    in->made += got;
    return got;
}

size_t input_read(struct input *in, void *to, size_t n)
{
    if (in->peeked_at < in->peeked_n) {
        size_t part = in->peeked_n - in->peeked_at < n ? in->peeked_n - in->peeked_at : n;
        memcpy(to, in->peeked + in->peeked_at, part);
        in->peeked_at += part;
        return part;
    }
    return n == 0 ? 0 : read_bounded(in, to, n);
}

struct bytes input_peek(struct input *in)
{
    size_t got = 1;
    while (in->peeked_n < INPUT_PEEK && got > 0) {
        got = read_bounded(in, in->peeked + in->peeked_n, INPUT_PEEK - in->peeked_n);
        in->peeked_n += got;
    }
    return bytes_make(in->peeked, in->peeked_n);
}

int input_plain(const struct input *in)
{
    bool plain = in->regular && in->unpack == NULL && in->left.n == 0 && !in->ended;
    return plain ? fcntl(in->fd, F_DUPFD_CLOEXEC, 3) : -1;
}

void input_patch(struct input *in, size_t at, const void *bytes, size_t n)
{
    if (at <= in->peeked_n && n <= in->peeked_n - at) {
        memcpy(in->peeked + at, bytes, n);
    }
}

/* ---- beginning ---- */

bool input_may_unpack(struct bytes first, struct error *e)
{
    const char *name = compression_name(first);
    if (compression_detect(first) != COMPRESSION_FOREIGN) {
        return true;
    }
    if (strcmp(name, "xz") == 0 || strcmp(name, "bzip2") == 0 || strcmp(name, "lzip") == 0) {
        return error_set(e,
                         "packed with %s, which is not read; unpack it on the way: "
                         "%s -dc FILE | mailwire -r -",
                         name, name);
    }
    return error_set(e, "an archive, which is not read; unpack it first (%s)", name);
}

bool input_begin(struct input *in, const char *path, struct error *e)
{
    size_t n = 0, got = 1;
    while (n < INPUT_PEEK && got > 0) {
        got = read_raw(in, in->first + n, INPUT_PEEK - n);
        n += got;
    }
    in->left = bytes_make(in->first, n);
    if (n == 0) {
        return refuse(e, path,
                      in->error.text[0] != '\0' ? in->error.text
                      : in->stopped             ? "stopped before anything came"
                                                : "it is empty, there is no capture in it");
    }
    struct error cause;
    if (!input_may_unpack(in->left, &cause)) {
        return refuse(e, path, cause.text);
    }
    enum compression c = compression_detect(in->left);
    if (c != COMPRESSION_NONE) {
        in->unpack = decompress_new(c);
        in->raw = xmalloc(INPUT_RAW);
    }
    return true;
}

bool input_rewind(struct input *in)
{
    if (!in->regular || lseek(in->fd, 0, SEEK_SET) != 0) {
        return false;
    }
    decompress_free(&in->unpack);
    free(in->raw);
    in->raw = NULL;
    in->left = (struct bytes){NULL, 0};
    in->ended = in->stopped = false;
    in->taken = in->made = 0;
    in->peeked_n = in->peeked_at = 0;
    in->error.text[0] = '\0';
    return true;
}
