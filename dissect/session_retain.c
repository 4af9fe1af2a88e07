/* Bytes kept for a second reading: an end of data that only some receivers take (hostile.md 5.1).
 *
 * From a FRAME_AMBIGUOUS on everything said is written down in its order: the sender's
 * side is read on all the same, to find the end that everybody takes; the receiver's
 * side waits unread. When the protocol knows (or may not wait longer) which reading the
 * receiver took, what was kept plays again, in order, from the end that counted. What is
 * played may be kept again: logs stack up, the newest is played first.
 */
#include "capture/base/error.h"
#include "dissect/session_private.h"

#include <stdlib.h>

#define MOST_RECORDS 4096 /* in a log; further pieces join the last one of their direction */

enum record_kind { RECORD_DATA, RECORD_GAP, RECORD_FIN };

struct record {
    enum record_kind kind;
    enum dir dir;
    size_t at, n; /* RECORD_DATA: its bytes in the log */
    int64_t time;
    uint64_t packet, offset;
    struct gap gap;
};

struct session_retain {
    struct session_retain *next; /* in session.replay: what comes behind this */
    struct buf bytes;
    struct record *records;
    size_t count, room;
    size_t played;        /* records already played */
    enum dir dir;         /* whose end of data is ambiguous */
    bool all;             /* dir is not read any more either */
    uint64_t offset;      /* of dir: behind the first ambiguous end */
    uint64_t stop;        /* of dir: where reading stopped (all) */
    uint64_t from[2];     /* playing: what lies before is not played */
    struct buf joined[2]; /* session_retained */
};

static struct session_retain *log_new(void)
{
    struct session_retain *r = xcalloc(1, sizeof *r);
    buf_init(&r->bytes, SIZE_MAX / 2); /* bounded by limits.eod_bytes and what is unread */
    buf_init(&r->joined[0], SIZE_MAX / 2);
    buf_init(&r->joined[1], SIZE_MAX / 2);
    return r;
}

static void log_free(struct session_retain *r)
{
    buf_done(&r->bytes);
    buf_done(&r->joined[0]);
    buf_done(&r->joined[1]);
    free(r->records);
    free(r);
}

static struct record *log_add(struct session_retain *r, enum record_kind kind, enum dir dir)
{
    if (r->count == r->room) {
        r->room = r->room ? 2 * r->room : 8;
        r->records = xrealloc(r->records, r->room * sizeof *r->records);
    }
    struct record *new = &r->records[r->count++];
    *new = (struct record){.kind = kind, .dir = dir, .at = r->bytes.n};
    return new;
}

static void log_data(struct session_retain *r, enum dir dir, const struct chunk *c)
{
    struct record *last = r->count > 0 ? &r->records[r->count - 1] : NULL;
    bool joins = last != NULL && last->kind == RECORD_DATA && last->dir == dir &&
                 last->offset + last->n == c->offset;
    if (joins && (r->count >= MOST_RECORDS || last->packet == c->packet)) {
        last->n += c->data.n;
    } else {
        struct record *new = log_add(r, RECORD_DATA, dir);
        new->n = c->data.n;
        new->time = c->time;
        new->packet = c->packet;
        new->offset = c->offset;
    }
    buf_add(&r->bytes, c->data);
}

/* Takes what a direction has not read yet out of its framer, to be read again from a log. */
static void log_unread(struct session *s, struct session_retain *r, enum dir dir)
{
    struct chunk unread[FRAMER_UNREAD];
    size_t n = framer_unread(&s->framer[dir], unread);
    for (size_t i = 0; i < n; i++) {
        log_data(r, dir, &unread[i]);
    }
    struct framer *f = &s->framer[dir];
    framer_drop_unread(f);
    if (f->gap != NULL) {
        log_add(r, RECORD_GAP, dir)->gap = *f->gap;
        f->gap = NULL;
    }
    if (f->ended && !f->end_told) {
        log_add(r, RECORD_FIN, dir)->time = f->in_time;
        f->ended = false;
    }
}

static void play_later(struct session *s, struct session_retain *r)
{
    r->next = s->replay;
    s->replay = r;
}

void session_retain(struct session *s, enum dir dir, uint64_t offset)
{
    struct session_retain *r = log_new(), *unread = log_new();
    r->dir = dir;
    r->offset = offset;
    log_unread(s, unread, dir);
    log_unread(s, unread, dir_other(dir));
    if (unread->count > 0 && unread->records[0].dir == dir && unread->records[0].offset > offset) {
        /* the framer had looked at one byte behind that end: a CR (framer_body.c) */
        struct chunk cr = {bytes_make("\r", 1), s->info.last, s->last_packet, offset};
        log_data(r, dir, &cr);
    }
    s->retain = r;
    play_later(s, unread);
}

void session_retain_all(struct session *s, uint64_t offset)
{
    struct session_retain *r = s->retain;
    r->all = true;
    r->stop = offset;
    framer_drop_unread(&s->framer[r->dir]); /* all of it is in the log */
}

void session_retain_line(struct session *s, const struct frame *f)
{
    static const char *const ends[] = {[EOL_CRLF] = "\r\n", [EOL_LF] = "\n", [EOL_NONE] = ""};
    struct chunk text = {f->data, f->time, f->packet, f->offset};
    struct chunk end = {bytes_of(ends[f->eol]), f->end_time, f->last_packet, f->offset + f->data.n};
    log_data(s->retain, f->dir, &text);
    log_data(s->retain, f->dir, &end);
}

bool session_retaining(const struct session *s)
{
    return s->retain != NULL;
}

struct bytes session_retained(struct session *s, enum dir dir)
{
    struct session_retain *r = s->retain;
    buf_clear(&r->joined[dir]);
    for (size_t i = 0; i < r->count; i++) {
        const struct record *rec = &r->records[i];
        if (rec->dir != dir || rec->kind == RECORD_FIN) {
            continue;
        }
        if (rec->kind == RECORD_GAP) {
            break;
        }
        size_t skip = 0;
        if (dir == r->dir && rec->offset < r->offset) {
            skip = (size_t)(r->offset - rec->offset);
        }
        buf_add(&r->joined[dir],
                bytes_sub(buf_bytes(&r->bytes), rec->at + skip, skip < rec->n ? rec->n - skip : 0));
    }
    return buf_bytes(&r->joined[dir]);
}

void session_replay(struct session *s, uint64_t offset)
{
    struct session_retain *r = s->retain;
    s->retain = NULL;
    if (offset == REPLAY_UNREAD && r->all) {
        r->from[r->dir] = r->stop;
    } else if (offset == REPLAY_UNREAD) { /* what is unread came behind all that was kept */
        struct session_retain *unread = log_new();
        log_unread(s, unread, r->dir);
        play_later(s, unread);
        r->from[r->dir] = UINT64_MAX;
    } else {
        r->from[r->dir] = offset;
        for (struct session_retain *later = s->replay; later != NULL; later = later->next) {
            later->from[r->dir] = offset;
        }
        framer_drop_unread(&s->framer[r->dir]);
        framer_mode(&s->framer[r->dir], MODE_LINE, 0);
    }
    play_later(s, r);
}

/* ---- input ---- */

static bool is_read(const struct session_retain *r, enum dir dir)
{
    return dir == r->dir && !r->all;
}

/* The protocol has to choose now. */
static void decide(struct session *s)
{
    if (s->protocol->decide) {
        s->protocol->decide(s);
    }
    if (s->retain != NULL) {
        session_replay(s, REPLAY_UNREAD);
    }
}

void session_take_data(struct session *s, enum dir dir, const struct chunk *given)
{
    struct chunk c = *given;
    struct session_retain *r = s->retain;
    uint64_t limit = s->config->limits->eod_bytes;
    if (r == NULL) {
        session_read(s, dir, &c);
        return;
    }
    uint64_t room = limit > r->bytes.n ? limit - r->bytes.n : 1;
    if (c.data.n > room) { /* exactly to the limit, so that packet cuts do not matter */
        struct session_retain *rest = log_new();
        struct chunk later = c;
        later.data = bytes_from(c.data, (size_t)room);
        later.offset += room;
        log_data(rest, dir, &later);
        play_later(s, rest);
        c.data = bytes_sub(c.data, 0, (size_t)room);
    }
    log_data(r, dir, &c);
    if (is_read(r, dir)) {
        session_read(s, dir, &c);
    }
    if (s->retain == r && r->bytes.n >= limit) {
        decide(s);
    }
}

void session_take_gap(struct session *s, enum dir dir, const struct gap *g)
{
    if (s->retain == NULL || is_read(s->retain, dir)) {
        if (s->retain != NULL) {
            log_add(s->retain, RECORD_GAP, dir)->gap = *g;
        }
        session_read_gap(s, dir, g);
        return;
    }
    log_add(s->retain, RECORD_GAP, dir)->gap = *g;
}

void session_take_fin(struct session *s, enum dir dir, int64_t time)
{
    if (s->retain == NULL) {
        session_read_fin(s, dir, time);
        return;
    }
    log_add(s->retain, RECORD_FIN, dir)->time = time;
}

static void play_record(struct session *s, struct session_retain *r, const struct record *rec)
{
    uint64_t from = r->from[rec->dir];
    if (rec->kind == RECORD_FIN) {
        session_take_fin(s, rec->dir, rec->time);
    } else if (rec->kind == RECORD_GAP) {
        if (rec->gap.offset >= from) {
            session_take_gap(s, rec->dir, &rec->gap);
        }
    } else if (from < rec->offset + rec->n) {
        size_t skip = from > rec->offset ? (size_t)(from - rec->offset) : 0;
        struct chunk c = {bytes_sub(buf_bytes(&r->bytes), rec->at + skip, rec->n - skip), rec->time,
                          rec->packet, rec->offset + skip};
        session_take_data(s, rec->dir, &c);
    }
}

void session_settle(struct session *s)
{
    while (s->replay != NULL) {
        struct session_retain *r = s->replay;
        if (r->played == r->count) {
            s->replay = r->next;
            log_free(r);
            continue;
        }
        play_record(s, r, &r->records[r->played++]);
    }
}

void session_retain_close(struct session *s)
{
    session_settle(s);
    while (s->retain != NULL) {
        decide(s);
        session_settle(s);
    }
}

void session_retain_free(struct session *s)
{
    if (s->retain != NULL) {
        play_later(s, s->retain);
        s->retain = NULL;
    }
    while (s->replay != NULL) {
        struct session_retain *r = s->replay;
        s->replay = r->next;
        log_free(r);
    }
}

static size_t log_held(const struct session_retain *r)
{
    return sizeof *r + r->bytes.room + r->joined[0].room + r->joined[1].room +
           r->room * sizeof *r->records;
}

size_t session_retain_held(const struct session *s)
{
    size_t n = s->retain ? log_held(s->retain) : 0;
    for (const struct session_retain *r = s->replay; r != NULL; r = r->next) {
        n += log_held(r);
    }
    return n;
}
