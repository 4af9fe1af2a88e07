#include "ui/tui/save_part.h"

#include "ui/export/files.h"
#include "ui/tui/clock.h"
#include "ui/tui/human.h"
#include "ui/tui/mail.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PIECE  65536          /* bytes written at once */
#define GLANCE (2 * CLOCK_MS) /* how long the thread is waited for at once */

struct save_part {
    const struct limits *limits;
    struct body_reader reader;
    size_t part;
    bool complete; /* nothing of the message is missing */
    char path[EDIT_MOST];
    char name[FILE_NAME_ROOM];
    struct folder folder;
    struct new_file file;
    bool folder_open, file_open;
    uint64_t written;
    struct error error;
    bool failed, published;
    /* the thread's, until `ready` */
    pthread_t thread;
    bool running; /* started and not yet joined */
    struct buf content;
    uint64_t decoded; /* bytes of the message that were */
    bool decodes;
    atomic_bool ready, stopped;
};

/* ---- the thread: reads and decodes ---- */

static bool read_message(struct save_part *p, struct buf *out)
{
    uint64_t most = p->limits->mime_bytes < SAVE_PART_MOST ? p->limits->mime_bytes : SAVE_PART_MOST;
    size_t n = (size_t)(p->reader.ref.bytes < most ? p->reader.ref.bytes : most), got = 0;
    uint8_t *to = buf_room(out, n);
    if (!to || spool_body_read(&p->reader, 0, to, n, &got) != SPOOL_OK) {
        return false;
    }
    out->n += got;
    p->decoded = got;
    return true;
}

static bool decode(struct save_part *p)
{
    const struct mail_decoder *d = mail_decoder();
    struct buf all;
    bool good = false;
    buf_init(&all, SAVE_PART_MOST);
    if (read_message(p, &all)) {
        bool whole = p->complete && p->decoded == p->reader.ref.bytes;
        void *mail = d->open(buf_bytes(&all), whole, p->limits);
        good = mail && d->content(mail, p->part, &p->content);
        if (mail) {
            d->close(mail);
        }
    }
    buf_done(&all);
    return good;
}

static void *run(void *arg)
{
    struct save_part *p = arg;
    p->decodes = decode(p);
    atomic_store_explicit(&p->ready, true, memory_order_release);
    return NULL;
}

/* ---- starting ---- */

static bool open_body(struct save_part *p, struct ui *u, struct store_item item)
{
    struct message_room room;
    message_room_init(&room);
    p->complete = store_message(u->store, item, &room, NULL) && room.message.complete &&
                  !room.message.has_lines;
    message_room_done(&room);
    return store_body_open(u->store, item, &p->reader);
}

static bool open_file(struct save_part *p, struct ui *u, struct error *e)
{
    const char *name;
    if (!folder_open_parent(&p->folder, u->maker, p->path, &name, e)) {
        return false;
    }
    p->folder_open = true;
    snprintf(p->name, sizeof(p->name), "%s", name);
    p->file_open = new_file_open(&p->file, &p->folder, name);
    return p->file_open || error_set(e, "%s: %s", p->path, strerror(errno));
}

static bool begin(struct save_part *p, struct ui *u, struct store_item item, struct error *e)
{
    if (!open_body(p, u, item)) {
        return error_set(e, "the bytes of this message are no longer kept");
    }
    p->complete &= !p->reader.ref.cut;
    if (!open_file(p, u, e)) {
        return false;
    }
    if (p->part == SAVE_PART_WHOLE) {
        atomic_store(&p->ready, true);
        return true;
    }
    p->running = pthread_create(&p->thread, NULL, run, p) == 0;
    return p->running || error_set(e, "no thread could be started to decode the message");
}

struct save_part *save_part_start(struct ui *u, struct store_item message, size_t part,
                                  const char *path, struct error *e)
{
    struct save_part *p = xcalloc(1, sizeof(*p));
    p->limits = u->limits;
    p->part = part;
    snprintf(p->path, sizeof(p->path), "%s", path);
    buf_init(&p->content, SAVE_PART_MOST);
    if (!begin(p, u, message, e)) {
        save_part_free(&p);
    }
    return p;
}

/* ---- writing ---- */

static uint64_t length(const struct save_part *p)
{
    return p->part == SAVE_PART_WHOLE ? p->reader.ref.bytes : p->content.n;
}

static bool write_piece(struct save_part *p)
{
    uint8_t piece[PIECE];
    size_t got = 0;
    struct bytes b = bytes_make(piece, 0);
    if (p->part == SAVE_PART_WHOLE) {
        if (spool_body_read(&p->reader, p->written, piece, PIECE, &got) != SPOOL_OK || got == 0) {
            errno = 0;
            return false;
        }
        b.n = got;
    } else {
        b = bytes_sub(buf_bytes(&p->content), (size_t)p->written, PIECE);
    }
    p->written += b.n;
    return new_file_write(&p->file, b);
}

static bool fail(struct save_part *p, const char *what)
{
    p->failed = true;
    error_set(&p->error, "%s: %s", p->path, what);
    return true;
}

static bool publish(struct save_part *p)
{
    char name[FILE_NAME_ROOM];
    p->file_open = false;
    p->published = new_file_publish(&p->file, &p->folder, p->name, "", name);
    snprintf(p->name, sizeof(p->name), "%s", name);
    return p->published || fail(p, strerror(errno));
}

/* Waits a moment rather than having the screen ask again and again. */
static bool is_ready(struct save_part *p, int64_t deadline)
{
    const struct timespec moment = {0, GLANCE};
    while (!atomic_load_explicit(&p->ready, memory_order_acquire)) {
        if (clock_over(deadline - GLANCE)) {
            return false;
        }
        nanosleep(&moment, NULL);
    }
    return true;
}

bool save_part_work(struct save_part *p, int64_t deadline)
{
    if (p->failed || p->published) {
        return true;
    }
    if (!is_ready(p, deadline)) {
        return false;
    }
    if (atomic_load(&p->stopped)) {
        return fail(p, "stopped, nothing is left of it");
    }
    if (p->running && !p->decodes) {
        return fail(p, "this part can not be decoded any more");
    }
    while (p->written < length(p)) {
        if (!write_piece(p)) {
            return fail(p, errno ? strerror(errno) : "the message's bytes were let go meanwhile");
        }
        if (clock_over(deadline) && p->written < length(p)) {
            return false;
        }
    }
    return publish(p);
}

int save_part_percent(const struct save_part *p)
{
    if (!atomic_load(&p->ready)) {
        return -1;
    }
    uint64_t n = length(p);
    return n ? (int)(p->written * 100 / n) : 100;
}

void save_part_stop(struct save_part *p)
{
    atomic_store(&p->stopped, true);
}

bool save_part_result(const struct save_part *p, char *out, size_t room, bool *cut)
{
    char size[HUMAN_ROOM];
    *cut = p->published && p->part != SAVE_PART_WHOLE && p->decoded < p->reader.ref.bytes;
    if (p->failed) {
        snprintf(out, room, "not saved: %s", p->error.text);
        return false;
    }
    int n = snprintf(out, room, "saved to %s/%s", p->folder.path, p->name);
    if (*cut && n > 0 && (size_t)n < room) {
        snprintf(out + n, room - (size_t)n, ": what the first %s of the message hold",
                 human_size(p->decoded, size));
    }
    return true;
}

void save_part_free(struct save_part **pp)
{
    struct save_part *p = *pp;
    if (!p) {
        return;
    }
    if (p->running) {
        pthread_join(p->thread, NULL);
    }
    if (p->file_open) {
        new_file_discard(&p->file, &p->folder);
    }
    if (p->folder_open) {
        folder_close(&p->folder);
    }
    spool_body_close(&p->reader);
    buf_done(&p->content);
    free(p);
    *pp = NULL;
}
