#include "ui/export/spill.h"

#include "capture/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define TAIL_MOST  ((size_t)256 << 10) /* of one text in memory */
#define WRITE_ROOM ((size_t)256 << 10)
#define READ_ROOM  ((size_t)64 << 10)

struct spill {
    size_t held, memory;
    uint64_t end, disk; /* of the file, what waits in `writing` included */
    uint64_t spilled;   /* texts with a part in the file: with none left it begins anew */
    struct buf writing;
    int fd; /* -1: not made yet */
    bool failed;
};

/* A file without a name, so that nothing stays behind whatever happens. */
static int open_unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) {
        return fd;
    }
    char path[4096];
    struct buf b;
    buf_init(&b, sizeof path - 1);
    buf_add_str(&b, folder);
    buf_add_str(&b, "/mailwire-XXXXXX");
    memcpy(path, buf_cstr(&b), b.n + 1);
    bool whole = !b.full;
    buf_done(&b);
    fd = whole ? mkostemp(path, O_CLOEXEC) : -1; /* mode 0600 */
    if (fd >= 0) {
        unlink(path);
    }
    return fd;
}

static bool open_file(struct spill *s)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; s->fd < 0 && i < sizeof folders / sizeof folders[0]; i++) {
        if (folders[i] != NULL && folders[i][0] != '\0') {
            s->fd = open_unnamed(folders[i]);
        }
    }
    return s->fd >= 0;
}

struct spill *spill_new(size_t memory, uint64_t disk)
{
    struct spill *s = xcalloc(1, sizeof *s);
    s->memory = memory;
    s->disk = disk;
    s->fd = -1;
    buf_init(&s->writing, SIZE_MAX);
    open_file(s); /* now: later there may be no right to */
    return s;
}

void spill_free(struct spill **s)
{
    if (*s != NULL) {
        if ((*s)->fd >= 0) {
            close((*s)->fd);
        }
        buf_done(&(*s)->writing);
        free(*s);
        *s = NULL;
    }
}

static bool write_all(int fd, struct bytes b, uint64_t at)
{
    while (b.n > 0) {
        ssize_t n = pwrite(fd, b.p, b.n, (off_t)at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        b = bytes_from(b, (size_t)n);
        at += (uint64_t)n;
    }
    return true;
}

static bool write_out(struct spill *s)
{
    if (s->writing.n > 0 && !s->failed) {
        s->failed = !(s->fd >= 0 || open_file(s)) ||
                    !write_all(s->fd, buf_bytes(&s->writing), s->end - s->writing.n);
    }
    buf_clear(&s->writing);
    return !s->failed;
}

static void add_piece(struct spill_text *t, uint64_t at, uint32_t n)
{
    struct spill_piece *last = t->count > 0 ? &t->pieces[t->count - 1] : NULL;
    if (last != NULL && last->at + last->n == at && last->n < UINT32_MAX - n) {
        last->n += n;
        return;
    }
    if (t->count == t->room) {
        t->room = t->room + t->room / 2 + 2;
        t->pieces = xrealloc(t->pieces, t->room * sizeof *t->pieces);
    }
    t->pieces[t->count++] = (struct spill_piece){at, n};
}

static void free_tail(struct spill *s, struct spill_text *t)
{
    s->held -= t->tail.room;
    buf_done(&t->tail);
}

/* Moves the text's end out of memory. */
static void push_out(struct spill *s, struct spill_text *t)
{
    size_t n = t->tail.n;
    if (s->failed || n > s->disk || s->end > s->disk - n) {
        t->lost = true;
        t->n -= n;
    } else {
        s->spilled += t->count == 0;
        add_piece(t, s->end, (uint32_t)n);
        buf_add(&s->writing, buf_bytes(&t->tail));
        s->end += n;
        if (s->writing.n >= WRITE_ROOM) {
            write_out(s);
        }
    }
    free_tail(s, t);
}

void spill_add(struct spill *s, struct spill_text *t, struct bytes b)
{
    if (t->lost || b.n == 0) {
        return;
    }
    t->tail.ceiling = SIZE_MAX;
    size_t before = t->tail.room;
    buf_add(&t->tail, b);
    s->held += t->tail.room - before;
    t->n += b.n;
    if (s->held > s->memory || t->tail.n > TAIL_MOST) {
        push_out(s, t);
    }
}

void spill_cut(struct spill *s, struct spill_text *t, uint64_t n)
{
    if (n >= t->n) {
        return;
    }
    uint64_t in_file = t->n - t->tail.n;
    t->n = n;
    if (n >= in_file) {
        t->tail.n = (size_t)(n - in_file);
        return;
    }
    free_tail(s, t);
    uint32_t keep = 0;
    for (uint64_t left = n; left > 0; keep++) {
        if (t->pieces[keep].n > left) {
            t->pieces[keep].n = (uint32_t)left;
        }
        left -= t->pieces[keep].n;
    }
    if (keep == 0 && t->count > 0) {
        s->spilled--;
    }
    t->count = keep;
}

static bool read_piece(const struct spill *s, struct spill_piece piece, uint8_t *room,
                       bool (*each)(void *arg, struct bytes b), void *arg)
{
    while (piece.n > 0) {
        ssize_t n = pread(s->fd, room, piece.n < READ_ROOM ? piece.n : READ_ROOM, (off_t)piece.at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0 || !each(arg, bytes_make(room, (size_t)n))) {
            return false;
        }
        piece.at += (uint64_t)n;
        piece.n -= (uint32_t)n;
    }
    return true;
}

bool spill_read(struct spill *s, const struct spill_text *t,
                bool (*each)(void *arg, struct bytes b), void *arg)
{
    bool fine = true;
    if (t->count > 0) {
        fine = write_out(s);
        uint8_t *room = xmalloc(READ_ROOM);
        for (uint32_t i = 0; fine && i < t->count; i++) {
            fine = read_piece(s, t->pieces[i], room, each, arg);
        }
        free(room);
    }
    return fine && (t->tail.n == 0 || each(arg, buf_bytes(&t->tail)));
}

void spill_drop(struct spill *s, struct spill_text *t)
{
    if (t->count > 0 && --s->spilled == 0) { /* nobody needs the file's contents any more */
        buf_clear(&s->writing);
        s->end = 0;
        s->failed = s->failed && s->fd < 0;
        if (s->fd >= 0 && ftruncate(s->fd, 0) != 0) {
            s->failed = true;
        }
    }
    free_tail(s, t);
    free(t->pieces);
    *t = (struct spill_text){0};
}
