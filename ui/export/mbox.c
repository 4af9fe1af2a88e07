/* --export-mbox: all messages in one mboxrd file (From_ quoting that can be undone, LF line ends).
 *
 * A message is appended when it is over and whole in the file; when the disk is full
 * the file is cut back to the last whole message. The file gets its name at the end.
 * mbox has no place for "incomplete", so such messages carry a field that says so.
 */
#include "capture/base/limits.h"
#include "dissect/mime.h"
#include "ui/export/export.h"
#include "ui/export/files.h"
#include "ui/export/flight.h"
#include "ui/export/losses.h"
#include "ui/export/spill.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define SPILL_MEMORY ((size_t)32 << 20)
#define WRITE_ROOM   ((size_t)256 << 10)
#define SENDER_MOST  256

struct mbox_message {
    struct flight key;
    struct spill_text text;
};

struct mbox_export {
    struct sink sink;
    const struct export_config *config;
    struct folder folder;
    char *path;       /* as given */
    const char *name; /* the file's part of it */
    struct new_file file;
    uint64_t written; /* bytes in the file */
    struct buf out;   /* not yet written */
    struct spill *spill;
    struct flights messages;
    struct losses losses;
    /* the conversion of the message at hand */
    bool line_start, cr, failed;
    unsigned from; /* bytes of "From " matched at the line's start */
    uint8_t last;  /* byte put */
};

/* ---- messages under way ---- */

static struct mbox_message *get(struct mbox_export *x, uint64_t session, uint32_t number)
{
    struct mbox_message *m = (struct mbox_message *)flights_find(&x->messages, session, number);
    if (m == NULL) {
        m = xcalloc(1, sizeof *m);
        flights_add(&x->messages, &m->key, session, number);
    }
    return m;
}

static void drop(struct mbox_export *x, struct mbox_message *m)
{
    spill_drop(x->spill, &m->text);
    flights_remove(&x->messages, &m->key);
    free(m);
}

/* ---- writing ---- */

static bool write_out(struct mbox_export *x)
{
    bool fine = new_file_write(&x->file, buf_bytes(&x->out));
    if (fine) {
        x->written += x->out.n;
    }
    buf_clear(&x->out);
    return fine;
}

static void put(struct mbox_export *x, struct bytes b)
{
    if (b.n == 0) {
        return;
    }
    x->last = b.p[b.n - 1];
    buf_add(&x->out, b);
    if (x->out.n >= WRITE_ROOM && !x->failed && !write_out(x)) {
        x->failed = true;
    }
}

static void put_byte(struct mbox_export *x, uint8_t c)
{
    put(x, bytes_make(&c, 1));
}

static const char from_word[] = "From ";
#define FROM_LENGTH 5

/* What was held back as a possible "From " is not one. */
static void put_held(struct mbox_export *x)
{
    if (x->from > 0) {
        put(x, bytes_make(from_word, x->from));
        x->from = 0;
    }
    if (x->cr) {
        put_byte(x, '\r');
        x->cr = false;
    }
}

/* One byte at a line's start or behind a CR. ">" before a "From " is written at once: the one more
 * that mboxrd wants may stand anywhere among them. */
static void step(struct mbox_export *x, uint8_t c)
{
    if (x->line_start && x->from < FROM_LENGTH && c == (uint8_t)from_word[x->from]) {
        if (++x->from == FROM_LENGTH) {
            put_byte(x, '>');
            put_held(x);
            x->line_start = false;
        }
        return;
    }
    bool still = x->line_start && x->from == 0 && c == '>';
    if (c == '\n') {
        x->cr = false; /* CRLF becomes LF */
    }
    put_held(x);
    x->line_start = still || c == '\n';
    if (c == '\r') {
        x->cr = true;
    } else {
        put_byte(x, c);
    }
}

static bool convert(void *arg, struct bytes b)
{
    struct mbox_export *x = arg;
    while (b.n > 0 && !x->failed) {
        if (x->line_start || x->cr) {
            step(x, b.p[0]);
            b = bytes_from(b, 1);
            continue;
        }
        size_t lf = bytes_find(b, '\n', 0), n = lf == SIZE_MAX ? b.n : lf + 1;
        struct bytes run = bytes_sub(b, 0, n);
        b = bytes_from(b, n);
        bool ended = lf != SIZE_MAX;
        if (ended) {
            run.n -= run.n >= 2 && run.p[run.n - 2] == '\r' ? 2 : 1;
        } else if (run.p[run.n - 1] == '\r') {
            run.n--;
            x->cr = true;
        }
        put(x, run);
        if (ended) {
            put_byte(x, '\n');
            x->line_start = true;
        }
    }
    return !x->failed;
}

static void first_address(void *arg, struct bytes address)
{
    struct buf *out = arg;
    if (out->n == 0) {
        buf_add(out, address);
    }
}

/* Who sent it, as the separator line has it: no blanks, nothing unprintable. */
static void put_sender(struct mbox_export *x, const struct message *m)
{
    struct buf sender;
    buf_init(&sender, SENDER_MOST);
    if (m->has_envelope) {
        buf_add(&sender, m->mail_from);
    } else {
        mime_addresses(m->header[HEADER_FROM], first_address, &sender);
    }
    if (sender.n == 0) {
        buf_add_str(&sender, "MAILER-DAEMON");
    }
    for (size_t i = 0; i < sender.n; i++) {
        put_byte(x, sender.p[i] > ' ' && sender.p[i] < 0x7f ? sender.p[i] : '?');
    }
    buf_done(&sender);
}

static void put_separator(struct mbox_export *x, const struct message *m)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(m->time / 1000000000);
    struct tm t = {0};
    gmtime_r(&seconds, &t);
    put(x, bytes_of(from_word));
    put_sender(x, m);
    char date[64];
    int n =
        snprintf(date, sizeof date, " %.3s %.3s %2d %02d:%02d:%02d %d\n", days + 3 * t.tm_wday,
                 months + 3 * t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, t.tm_year + 1900);
    put(x, bytes_make(date, (size_t)n));
}

static void put_marks(struct mbox_export *x, const struct message *m, bool lost)
{
    char line[128];
    if (!m->complete || lost) {
        int n =
            snprintf(line, sizeof line, "X-Mailwire-Incomplete: missing=%" PRIu64 "\n", m->missing);
        put(x, bytes_make(line, (size_t)n));
    }
    if (m->transfer == TRANSFER_TOP) {
        int n = snprintf(line, sizeof line, "X-Mailwire-Top: lines=%" PRIu64 "\n",
                         m->has_lines ? m->lines : 0);
        put(x, bytes_make(line, (size_t)n));
    }
}

static void append(struct mbox_export *x, const struct message *m, struct spill_text *text)
{
    x->failed = x->cr = false;
    x->from = 0;
    put_separator(x, m);
    put_marks(x, m, text->lost);
    x->line_start = true;
    if (!spill_read(x->spill, text, convert, x)) {
        x->failed = true;
    }
    put_held(x);
    put(x, bytes_of(x->last == '\n' ? "\n" : "\n\n"));
}

/* ---- events ---- */

static void add_data(struct mbox_export *x, const struct event *e)
{
    struct mbox_message *m = get(x, e->session->number, e->u.body.message->number);
    spill_add(x->spill, &m->text, e->u.body.data);
}

static void cut(struct mbox_export *x, const struct event *e)
{
    struct mbox_message *m = get(x, e->session->number, e->u.body.message->number);
    spill_cut(x->spill, &m->text, e->u.body.count);
}

/* Whole or not at all: what is buffered belongs to this message alone once it is flushed. */
static void finish(struct mbox_export *x, const struct event *e)
{
    const struct message *message = e->u.message;
    struct mbox_message *m = get(x, e->session->number, message->number);
    if (message->bytes > 0 || message->complete) {
        uint64_t whole = x->written;
        errno = 0;
        append(x, message, &m->text);
        if (x->failed || !write_out(x)) {
            losses_add(&x->losses, x->config, x->path, "a message");
            buf_clear(&x->out);
            if (new_file_cut(&x->file, whole)) {
                x->written = whole;
            }
        } else {
            x->losses.written++;
        }
    }
    drop(x, m);
}

static void mbox_event(struct sink *self, const struct event *e)
{
    static void (*const handlers[EV_COUNT])(struct mbox_export *, const struct event *) = {
        [EV_MESSAGE_DATA] = add_data,
        [EV_MESSAGE_CUT] = cut,
        [EV_MESSAGE] = finish,
    };
    struct mbox_export *x = (struct mbox_export *)self;
    if (handlers[e->kind] != NULL) {
        handlers[e->kind](x, e);
    }
}

/* ---- opening and closing ---- */

static void mbox_free(struct mbox_export *x)
{
    struct flight *left = NULL;
    while ((left = flights_any(&x->messages)) != NULL) {
        drop(x, (struct mbox_message *)left);
    }
    flights_done(&x->messages);
    spill_free(&x->spill);
    buf_done(&x->out);
    folder_close(&x->folder);
    free(x->path);
    free(x);
}

static bool mbox_close(struct sink *self, struct error *err)
{
    struct mbox_export *x = (struct mbox_export *)self;
    const char *dot = strrchr(x->name, '.');
    size_t stem_length = dot != NULL && dot != x->name ? (size_t)(dot - x->name) : strlen(x->name);
    char stem[FILE_NAME_ROOM], name[FILE_NAME_ROOM];
    memcpy(stem, x->name, stem_length);
    stem[stem_length] = '\0';
    bool fine = true;
    if (!new_file_publish(&x->file, &x->folder, stem, x->name + stem_length, name)) {
        fine = error_set(err, "%s could not be finished: %s", x->path, strerror(errno));
    } else if (!losses_none(&x->losses, "messages", x->path, err)) {
        fine = false;
    } else if (strcmp(name, x->name) != 0 && x->config->warn != NULL) {
        struct error e;
        error_set(&e, "%s exists and was left alone; the messages are in %s beside it", x->path,
                  name);
        x->config->warn(x->config->warn_arg, e.text);
    }
    mbox_free(x);
    return fine;
}

static struct sink *mbox_open(const struct export_config *c, struct error *e)
{
    struct mbox_export *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){.event = mbox_event, .close = mbox_close};
    x->config = c;
    x->folder.fd = x->file.fd = -1;
    x->path = xstrdup(c->path);
    x->spill = spill_new(SPILL_MEMORY, c->limits->spool_bytes);
    buf_init(&x->out, SIZE_MAX);
    flights_init(&x->messages);
    bool fine = folder_open_parent(&x->folder, c->maker, x->path, &x->name, e);
    if (fine &&
        (strlen(x->name) >= FILE_NAME_ROOM - 16 || !new_file_open(&x->file, &x->folder, x->name))) {
        fine = error_set(e, "%s can not be made: %s", x->path, strerror(errno));
    }
    if (!fine) {
        mbox_free(x);
        return NULL;
    }
    return &x->sink;
}

const struct export_format export_mbox = {
    .name = "export-mbox",
    .help = "write all messages to one mboxrd file",
    .needs_bodies = true,
    .open = mbox_open,
};
