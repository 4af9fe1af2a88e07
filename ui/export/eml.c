/* --export-eml: each message's exact bytes in a file of its own.
 *
 * Very many messages may be under way at once. Small ones wait in memory, within a
 * bound for all of them; files are made late, and only so many are open at a time:
 * the one not written to for longest is closed and opened again when more comes.
 */
#include "capture/base/buf.h"
#include "ui/export/export.h"
#include "ui/export/files.h"
#include "ui/export/flight.h"
#include "ui/export/losses.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

#define PENDING_MOST ((size_t)64 << 10) /* of one message in memory */
#define HELD_MOST    ((size_t)32 << 20) /* of all */
#define OPEN_MOST    256

struct eml_message {
    struct flight key;
    bool failed;
    bool made; /* the file exists, under its temporary name */
    uint64_t written;
    struct buf pending; /* behind what is written */
    struct new_file file;
    struct eml_message *newer, *older; /* of those with an open file, by use */
};

struct eml_export {
    struct sink sink;
    const struct export_config *config;
    struct folder folder;
    struct flights messages;
    size_t held;
    unsigned open, open_most;
    struct eml_message *newest, *oldest;
    struct losses losses;
};

/* ---- messages under way ---- */

static struct eml_message *find(struct eml_export *x, uint64_t session, uint32_t number)
{
    return (struct eml_message *)flights_find(&x->messages, session, number);
}

static struct eml_message *get(struct eml_export *x, uint64_t session, uint32_t number)
{
    struct eml_message *m = find(x, session, number);
    if (m == NULL) {
        m = xcalloc(1, sizeof *m);
        m->file.fd = -1;
        buf_init(&m->pending, SIZE_MAX);
        flights_add(&x->messages, &m->key, session, number);
    }
    return m;
}

static void drop_pending(struct eml_export *x, struct eml_message *m)
{
    x->held -= m->pending.room;
    buf_done(&m->pending);
}

/* ---- open files, the latest used first ---- */

static void unlink_open(struct eml_export *x, struct eml_message *m)
{
    *(m->newer != NULL ? &m->newer->older : &x->newest) = m->older;
    *(m->older != NULL ? &m->older->newer : &x->oldest) = m->newer;
    m->newer = m->older = NULL;
    x->open--;
}

static void link_open(struct eml_export *x, struct eml_message *m)
{
    m->older = x->newest;
    *(x->newest != NULL ? &x->newest->newer : &x->oldest) = m;
    x->newest = m;
    x->open++;
}

static void forget(struct eml_export *x, struct eml_message *m)
{
    if (m->file.fd >= 0) {
        unlink_open(x, m);
    }
    if (m->made) {
        new_file_discard(&m->file, &x->folder);
        m->made = false;
    }
    drop_pending(x, m);
}

/* The message is lost, the run goes on. */
static void fail(struct eml_export *x, struct eml_message *m)
{
    losses_add(&x->losses, x->config, x->folder.path, "message %" PRIu64 "-%" PRIu32,
               m->key.session, m->key.message);
    forget(x, m);
    m->failed = true;
}

static void close_oldest(struct eml_export *x)
{
    struct eml_message *m = x->oldest;
    if (x->open < x->open_most || m == NULL) {
        return;
    }
    unlink_open(x, m);
    if (!new_file_pause(&m->file)) {
        fail(x, m);
    }
}

static bool open_file(struct eml_export *x, struct eml_message *m)
{
    if (m->file.fd >= 0) {
        if (x->newest != m) {
            unlink_open(x, m);
            link_open(x, m);
        }
        return true;
    }
    close_oldest(x);
    if (m->made) {
        if (!new_file_resume(&m->file, &x->folder)) {
            return false;
        }
    } else {
        char name[64];
        snprintf(name, sizeof name, "%06" PRIu64 "-%" PRIu32 ".eml", m->key.session,
                 m->key.message);
        if (!new_file_open(&m->file, &x->folder, name)) {
            return false;
        }
        m->made = true;
    }
    link_open(x, m);
    return true;
}

static bool write_out(struct eml_export *x, struct eml_message *m, struct bytes data)
{
    if (!open_file(x, m) || !new_file_write(&m->file, data)) {
        fail(x, m);
        return false;
    }
    m->written += data.n;
    return true;
}

static bool flush(struct eml_export *x, struct eml_message *m)
{
    if (m->pending.n > 0 && !write_out(x, m, buf_bytes(&m->pending))) {
        return false;
    }
    drop_pending(x, m);
    return true;
}

/* ---- events ---- */

static void add_data(struct eml_export *x, const struct event *e)
{
    struct eml_message *m = get(x, e->session->number, e->u.body.message->number);
    struct bytes data = e->u.body.data;
    if (m->failed || data.n == 0) {
        return;
    }
    if (data.n >= PENDING_MOST && m->pending.n == 0) {
        write_out(x, m, data);
        return;
    }
    size_t before = m->pending.room;
    buf_add(&m->pending, data);
    x->held += m->pending.room - before;
    if (m->pending.n >= PENDING_MOST || x->held > HELD_MOST) {
        flush(x, m);
    }
}

/* What stands behind was no mail after all. */
static void cut(struct eml_export *x, const struct event *e)
{
    struct eml_message *m = find(x, e->session->number, e->u.body.message->number);
    uint64_t keep = e->u.body.count;
    if (m == NULL || m->failed || keep >= m->written + m->pending.n) {
        return;
    }
    if (keep >= m->written) {
        m->pending.n = (size_t)(keep - m->written);
        return;
    }
    drop_pending(x, m);
    if (!open_file(x, m) || !new_file_cut(&m->file, keep)) {
        fail(x, m);
        return;
    }
    m->written = keep;
}

static const char *suffix_of(const struct message *m)
{
    bool part = !message_is_whole(m);
    if (part) {
        return m->complete ? ".top.eml" : ".top.partial.eml";
    }
    return m->complete ? ".eml" : ".partial.eml";
}

static bool publish(struct eml_export *x, struct eml_message *m, const char *suffix,
                    char name[static FILE_NAME_ROOM])
{
    char stem[64];
    snprintf(stem, sizeof stem, "%06" PRIu64 "-%" PRIu32, m->key.session, m->key.message);
    if (m->failed || !flush(x, m)) {
        return false;
    }
    if (!m->made && !open_file(x, m)) { /* an empty message is a file as well */
        fail(x, m);
        return false;
    }
    if (m->file.fd >= 0) {
        unlink_open(x, m);
    }
    m->made = false;
    if (!new_file_publish(&m->file, &x->folder, stem, suffix, name)) {
        fail(x, m);
        return false;
    }
    x->losses.written++;
    return true;
}

static void free_message(struct eml_export *x, struct eml_message *m)
{
    forget(x, m);
    flights_remove(&x->messages, &m->key);
    free(m);
}

static void finish(struct eml_export *x, const struct event *e)
{
    struct message *message = e->u.message;
    char name[FILE_NAME_ROOM];
    if (message->bytes == 0 && !message->complete) {
        message = NULL; /* announced only: nothing of it was seen */
    }
    struct eml_message *m = get(x, e->session->number, e->u.message->number);
    if (message != NULL && publish(x, m, suffix_of(message), name)) {
        message_set_file(message, name);
    }
    free_message(x, m);
}

static void eml_event(struct sink *self, const struct event *e)
{
    static void (*const handlers[EV_COUNT])(struct eml_export *, const struct event *) = {
        [EV_MESSAGE_DATA] = add_data,
        [EV_MESSAGE_CUT] = cut,
        [EV_MESSAGE] = finish,
    };
    struct eml_export *x = (struct eml_export *)self;
    if (handlers[e->kind] != NULL) {
        handlers[e->kind](x, e);
    }
}

/* ---- opening and closing ---- */

/* Messages whose verdict was never told. */
static void finish_open(struct eml_export *x)
{
    struct eml_message *m = NULL;
    while ((m = (struct eml_message *)flights_any(&x->messages)) != NULL) {
        char name[FILE_NAME_ROOM];
        if (m->written + m->pending.n > 0) {
            publish(x, m, ".partial.eml", name);
        }
        free_message(x, m);
    }
    flights_done(&x->messages);
}

static bool eml_close(struct sink *self, struct error *err)
{
    struct eml_export *x = (struct eml_export *)self;
    finish_open(x);
    bool fine = losses_none(&x->losses, "messages", x->folder.path, err);
    folder_close(&x->folder);
    free(x);
    return fine;
}

static unsigned open_limit(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur == RLIM_INFINITY) {
        return OPEN_MOST;
    }
    rlim_t share = l.rlim_cur / 4;
    return share < 1 ? 1 : share > OPEN_MOST ? OPEN_MOST : (unsigned)share;
}

static struct sink *eml_open(const struct export_config *c, struct error *e)
{
    struct eml_export *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){.event = eml_event, .close = eml_close};
    x->config = c;
    x->open_most = open_limit();
    flights_init(&x->messages);
    if (!folder_open(&x->folder, c->maker, c->path, true, e)) {
        free(x);
        return NULL;
    }
    return &x->sink;
}

const struct export_format export_eml = {
    .name = "export-eml",
    .help = "write each message as a .eml file",
    .needs_bodies = true,
    .open = eml_open,
};
