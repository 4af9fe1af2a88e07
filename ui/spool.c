#include "ui/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE_BYTES   (256u << 10)
#define SEGMENT_BYTES (16u << 20) /* disk space is asked for, and let go, in these steps */
#define BLOCK_PIECES  512         /* of a body's list, kept in memory while it is written */
#define TAIL_BYTES    (size_t)512 /* smaller slices are gathered: lists stay short beside bodies */
#define PIECES_MOST   (1u << 22)  /* of one body; then it is cut */
#define NO_BLOCK      UINT64_MAX

struct spool_piece {
    uint64_t place;
    uint64_t n; /* in a reader: where it begins in the body */
};

struct block_head {
    uint64_t previous; /* place of the block before, or NO_BLOCK */
    uint64_t count;
};

struct spool {
    int fd;
    bool rolling;
    uint64_t cap, segment;
    uint8_t *stage;
    size_t staged, stage_room;
    uint64_t flushed;           /* bytes in the file */
    uint64_t reserved;          /* end of the space asked for */
    _Atomic uint64_t low;       /* everything before was let go */
    _Atomic uint64_t failed_at; /* nothing from here on could be written; UINT64_MAX: all well */
    _Atomic uint64_t written, refused, let_go;
    _Atomic bool disk_full;
};

/* ---- the file ---- */

static int open_in(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        return fd;
    }
    char name[4096];
    int n = snprintf(name, sizeof name, "%s/mailwire-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof name) {
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0 && (unlink(name) != 0 || fchmod(fd, 0600) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

struct spool *spool_open(const struct limits *limits, bool rolling, struct error *e)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    int fd = -1;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && fd < 0; i++) {
        if (folders[i] != NULL && folders[i][0] != '\0') {
            fd = open_in(folders[i]);
        }
    }
    if (fd < 0) {
        error_set(e,
                  "no place for message bodies: neither $TMPDIR nor /var/tmp nor /tmp takes a "
                  "temporary file (%s)",
                  strerror(errno));
        return NULL;
    }
    struct spool *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    s->rolling = rolling;
    s->cap = limits->spool_bytes;
    s->segment = s->cap / 8 < SEGMENT_BYTES ? (s->cap / 8 + 4095) & ~UINT64_C(4095) : SEGMENT_BYTES;
    s->stage_room = s->segment < STAGE_BYTES ? (size_t)s->segment : STAGE_BYTES;
    s->stage = xmalloc(s->stage_room);
    atomic_init(&s->failed_at, UINT64_MAX);
    return s;
}

void spool_close(struct spool **sp)
{
    struct spool *s = *sp;
    if (s != NULL) {
        close(s->fd);
        free(s->stage);
        free(s);
        *sp = NULL;
    }
}

static bool write_all(struct spool *s, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t done = pwrite(s->fd, p, n, (off_t)s->flushed);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        p += done;
        n -= (size_t)done;
        s->flushed += (uint64_t)done;
    }
    return true;
}

/* Bytes were promised a place and did not get there: from it on nothing can be read, ever. */
static void give_up(struct spool *s, uint64_t place)
{
    if (atomic_load(&s->failed_at) == UINT64_MAX) {
        atomic_store(&s->failed_at, place);
        atomic_store(&s->disk_full, errno == ENOSPC || errno == EDQUOT);
    }
}

void spool_flush(struct spool *s)
{
    uint64_t end = s->flushed + s->staged;
    if (s->staged > 0 && !write_all(s, s->stage, s->staged)) {
        give_up(s, s->flushed);
        s->flushed = end;
    }
    s->staged = 0;
}

/* ---- room ---- */

static uint64_t end_of(const struct spool *s)
{
    return s->flushed + s->staged;
}

/* The oldest segment goes: readers see the mark before the bytes vanish. */
static bool drop_segment(struct spool *s)
{
    uint64_t low = atomic_load(&s->low);
    atomic_store(&s->low, low + s->segment);
    return fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)low,
                     (off_t)s->segment) == 0;
}

static bool let_oldest_go(struct spool *s)
{
    if (!s->rolling || atomic_load(&s->low) + s->segment > s->flushed) {
        return false;
    }
    atomic_fetch_add(&s->let_go, s->segment);
    return drop_segment(s);
}

uint64_t spool_end(const struct spool *s)
{
    return end_of(s);
}

void spool_release(struct spool *s, uint64_t place)
{
    while (atomic_load(&s->low) + s->segment <= place &&
           atomic_load(&s->low) + s->segment <= s->flushed && drop_segment(s)) {
    }
}

/* Asks the file system for the next segment, so that a full disk shows here and not later. */
static bool reserve_segment(struct spool *s)
{
    if (s->reserved + s->segment - atomic_load(&s->low) > s->cap && !let_oldest_go(s)) {
        return false;
    }
    while (fallocate(s->fd, FALLOC_FL_KEEP_SIZE, (off_t)s->reserved, (off_t)s->segment) != 0) {
        if (errno == EINTR) {
            continue;
        }
        if (errno != ENOSPC && errno != EDQUOT) {
            break; /* a file system without fallocate: writing will tell */
        }
        if (!let_oldest_go(s)) {
            atomic_store(&s->disk_full, true);
            return false;
        }
    }
    s->reserved += s->segment;
    atomic_store(&s->disk_full, false);
    return true;
}

/* How many of n bytes find room. */
static size_t room_for(struct spool *s, size_t n)
{
    if (atomic_load(&s->failed_at) != UINT64_MAX) {
        return 0;
    }
    while (s->reserved - end_of(s) < n) {
        if (!reserve_segment(s)) {
            return (size_t)(s->reserved - end_of(s));
        }
    }
    return n;
}

/* Appends bytes for which there is room. */
static void append(struct spool *s, const uint8_t *p, size_t n)
{
    atomic_fetch_add(&s->written, n);
    if (n > s->stage_room - s->staged) {
        spool_flush(s);
    }
    if (n < s->stage_room) {
        memcpy(s->stage + s->staged, p, n);
        s->staged += n;
        return;
    }
    uint64_t end = s->flushed + n;
    if (!write_all(s, p, n)) {
        give_up(s, s->flushed);
        s->flushed = end;
    }
}

bool spool_append(struct spool *s, struct bytes data, uint64_t *place)
{
    if (room_for(s, data.n) < data.n) {
        atomic_fetch_add(&s->refused, data.n);
        return false;
    }
    *place = end_of(s);
    append(s, data.p, data.n);
    return true;
}

/* ---- bodies ---- */

/* The list of pieces so far as a block; its place, or NO_BLOCK. */
static uint64_t write_block(struct spool *s, const struct body_writer *w)
{
    struct {
        struct block_head head;
        struct spool_piece pieces[BLOCK_PIECES];
    } block = {.head = {.previous = w->has_block ? w->block : NO_BLOCK, .count = w->count}};
    memcpy(block.pieces, w->pieces, w->count * sizeof block.pieces[0]);
    size_t n = sizeof block.head + w->count * sizeof block.pieces[0];
    uint64_t place = NO_BLOCK;
    spool_append(s, bytes_make(&block, n), &place);
    return place;
}

/* Room for one more piece in the list: a full one goes to the spool first. */
static bool list_has_room(struct spool *s, struct body_writer *w)
{
    if (w->total + w->count >= PIECES_MOST) {
        return false;
    }
    if (w->count == BLOCK_PIECES) {
        uint64_t block = write_block(s, w);
        if (block == NO_BLOCK) {
            return false;
        }
        w->block = block;
        w->has_block = true;
        w->total += w->count;
        w->count = 0;
    }
    if (w->count == w->room) {
        w->room = w->room ? w->room * 2 : 2;
        w->pieces = xrealloc(w->pieces, w->room * sizeof *w->pieces);
    }
    return true;
}

static bool is_adjacent(const struct spool *s, const struct body_writer *w)
{
    const struct spool_piece *last = w->count > 0 ? &w->pieces[w->count - 1] : NULL;
    return last != NULL && last->place + last->n == end_of(s);
}

static void refuse(struct spool *s, struct body_writer *w, size_t n)
{
    w->cut = true;
    atomic_fetch_add(&s->refused, n);
}

static void write_piece(struct spool *s, struct body_writer *w, struct bytes data)
{
    bool adjacent = is_adjacent(s, w);
    size_t fits = adjacent || list_has_room(s, w) ? room_for(s, data.n) : 0;
    if (fits > 0) {
        if (adjacent) {
            w->pieces[w->count - 1].n += fits;
        } else {
            w->pieces[w->count++] = (struct spool_piece){end_of(s), fits};
        }
        append(s, data.p, fits);
        w->bytes += fits;
    }
    if (fits < data.n) {
        refuse(s, w, data.n - fits);
    }
}

static void write_tail(struct spool *s, struct body_writer *w)
{
    if (w->tail_bytes > 0) {
        write_piece(s, w, bytes_make(w->tail, w->tail_bytes));
        w->tail_bytes = 0;
    }
}

void spool_write(struct spool *s, struct body_writer *w, struct bytes data)
{
    if (w->cut || data.n == 0) {
        atomic_fetch_add(&s->refused, data.n);
        return;
    }
    if (data.n > TAIL_BYTES - w->tail_bytes) {
        write_tail(s, w);
    }
    if (w->cut) {
        refuse(s, w, data.n);
    } else if (data.n >= TAIL_BYTES || (w->tail_bytes == 0 && is_adjacent(s, w))) {
        write_piece(s, w, data);
    } else {
        if (w->tail == NULL) {
            w->tail = xmalloc(TAIL_BYTES);
        }
        memcpy(w->tail + w->tail_bytes, data.p, data.n);
        w->tail_bytes = (uint16_t)(w->tail_bytes + data.n);
    }
}

void spool_cut(struct body_writer *w, uint64_t n)
{
    if (n >= w->bytes) {
        uint64_t tail = n - w->bytes;
        w->tail_bytes = tail < w->tail_bytes ? (uint16_t)tail : w->tail_bytes;
        return;
    }
    w->tail_bytes = 0;
    while (w->count > 0 && w->bytes > n) {
        struct spool_piece *last = &w->pieces[w->count - 1];
        uint64_t over = w->bytes - n < last->n ? w->bytes - n : last->n;
        last->n -= over;
        w->bytes -= over;
        w->count -= last->n == 0;
    }
    if (w->bytes > n) { /* inside a block written already: it ends there, and takes no more */
        w->bytes = n;
        w->cut = true;
    }
}

static struct body_ref refer(struct spool *s, struct body_writer *w)
{
    write_tail(s, w);
    struct body_ref ref = {.bytes = w->bytes, .pieces = w->total + w->count, .cut = w->cut};
    if (ref.bytes == 0) {
        ref.pieces = 0;
    } else if (ref.pieces == 1) {
        ref.place = w->pieces[0].place;
    } else {
        ref.place = w->count > 0 ? write_block(s, w) : w->block;
        if (ref.place == NO_BLOCK) { /* full: the list itself found no room */
            refuse(s, w, 0);
            ref = (struct body_ref){.cut = true};
        }
    }
    return ref;
}

struct body_ref spool_so_far(struct spool *s, struct body_writer *w)
{
    return refer(s, w);
}

struct body_ref spool_finish(struct spool *s, struct body_writer *w)
{
    struct body_ref ref = refer(s, w);
    spool_drop(w);
    return ref;
}

void spool_drop(struct body_writer *w)
{
    free(w->pieces);
    free(w->tail);
    *w = (struct body_writer){.count = 0};
}

/* ---- reading ---- */

static bool was_let_go(const struct spool *s, uint64_t place)
{
    return place < atomic_load(&s->low);
}

enum spool_result spool_read(const struct spool *s, uint64_t place, void *to, size_t n)
{
    uint8_t *p = to;
    if (n > UINT64_MAX - place || place + n > atomic_load(&s->failed_at)) {
        return SPOOL_FAILED;
    }
    for (size_t done = 0; done < n;) {
        if (was_let_go(s, place)) {
            return SPOOL_GONE;
        }
        ssize_t got = pread(s->fd, p + done, n - done, (off_t)(place + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return SPOOL_FAILED;
        }
        done += (size_t)got;
    }
    return was_let_go(s, place) ? SPOOL_GONE : SPOOL_OK; /* it may have gone while we read */
}

/* Nobody else has the file, and what is mapped is never cut off: no signal can come of reading. */
bool spool_map(const struct spool *s, uint64_t place, size_t n, struct spool_view *out)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), from = place - place % page;
    *out = (struct spool_view){.mapped_bytes = n + (size_t)(place - from)};
    if (n == 0 || s->rolling || n > UINT64_MAX - place || place + n > s->flushed ||
        place + n > atomic_load(&s->failed_at)) {
        return n == 0;
    }
    void *p = mmap(NULL, out->mapped_bytes, PROT_READ, MAP_PRIVATE, s->fd, (off_t)from);
    if (p == MAP_FAILED) {
        return false;
    }
    out->mapped = p;
    out->bytes = bytes_make((const uint8_t *)p + (place - from), n);
    return true;
}

void spool_unmap(struct spool_view *v)
{
    if (v->mapped != NULL) {
        munmap(v->mapped, v->mapped_bytes);
    }
    *v = (struct spool_view){.mapped = NULL};
}

/* Blocks stand newest first; pieces fill the array from its end. */
static enum spool_result load_pieces(struct body_reader *r)
{
    uint64_t place = r->ref.place;
    uint32_t left = r->count;
    while (left > 0) {
        struct block_head head;
        enum spool_result result = spool_read(r->spool, place, &head, sizeof head);
        if (result != SPOOL_OK) {
            return result;
        }
        if (head.count == 0 || head.count > BLOCK_PIECES || head.count > left) {
            return SPOOL_FAILED;
        }
        left -= (uint32_t)head.count;
        result = spool_read(r->spool, place + sizeof head, r->pieces + left,
                            (size_t)head.count * sizeof *r->pieces);
        if (result != SPOOL_OK) {
            return result;
        }
        place = head.previous;
        if (left > 0 && place == NO_BLOCK) {
            return SPOOL_FAILED;
        }
    }
    return SPOOL_OK;
}

enum spool_result spool_body_open(const struct spool *s, const struct body_ref *ref,
                                  struct body_reader *out)
{
    *out = (struct body_reader){.spool = s, .ref = *ref, .count = ref->pieces};
    if (ref->pieces <= 1) {
        return SPOOL_OK;
    }
    if (ref->pieces > PIECES_MOST) {
        return SPOOL_FAILED;
    }
    out->pieces = xcalloc(ref->pieces, sizeof *out->pieces);
    enum spool_result result = load_pieces(out);
    if (result != SPOOL_OK) {
        spool_body_close(out);
        return result;
    }
    uint64_t at = 0;
    for (uint32_t i = 0; i < out->count; i++) { /* lengths become beginnings */
        uint64_t n = out->pieces[i].n;
        out->pieces[i].n = at;
        at += n;
    }
    return SPOOL_OK;
}

void spool_body_close(struct body_reader *r)
{
    free(r->pieces);
    *r = (struct body_reader){.spool = r->spool};
}

/* The piece that holds `offset`: mostly the one of the last read or the next. */
static uint32_t find_piece(struct body_reader *r, uint64_t offset)
{
    uint32_t low = 0, high = r->count;
    if (r->hint < r->count && r->pieces[r->hint].n <= offset) {
        low = r->hint;
        if (low + 2 < high && offset < r->pieces[low + 2].n) {
            high = low + 2;
        }
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (r->pieces[middle].n <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where `offset` of the body stands and how many bytes follow there in one piece. */
static uint64_t locate(struct body_reader *r, uint64_t offset, uint64_t *run)
{
    if (r->pieces == NULL) {
        *run = r->ref.bytes - offset;
        return r->ref.place + offset;
    }
    uint32_t i = find_piece(r, offset);
    r->hint = i;
    uint64_t end = i + 1 < r->count ? r->pieces[i + 1].n : r->ref.bytes;
    *run = (end < r->ref.bytes ? end : r->ref.bytes) - offset;
    return r->pieces[i].place + (offset - r->pieces[i].n);
}

enum spool_result spool_body_read(struct body_reader *r, uint64_t offset, void *to, size_t n,
                                  size_t *got)
{
    *got = 0;
    if (r->count == 0 || offset >= r->ref.bytes) {
        return SPOOL_OK;
    }
    if (n > r->ref.bytes - offset) {
        n = (size_t)(r->ref.bytes - offset);
    }
    while (*got < n) {
        uint64_t run;
        uint64_t place = locate(r, offset + *got, &run);
        size_t step = run < n - *got ? (size_t)run : n - *got;
        enum spool_result result = spool_read(r->spool, place, (uint8_t *)to + *got, step);
        if (result != SPOOL_OK) {
            return result;
        }
        *got += step;
    }
    return SPOOL_OK;
}

struct spool_counters spool_counters(const struct spool *s)
{
    uint64_t low = atomic_load(&s->low), written = atomic_load(&s->written);
    return (struct spool_counters){
        .written = written,
        .held = written - (low < written ? low : written),
        .refused = atomic_load(&s->refused),
        .let_go = atomic_load(&s->let_go),
        .disk_full = atomic_load(&s->disk_full),
    };
}
