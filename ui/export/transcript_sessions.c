/* Sessions side by side, each one's transcript kept until it is over. */
#include "capture/base/limits.h"
#include "capture/base/text.h"
#include "ui/export/flight.h"
#include "ui/export/transcript.h"
#include "ui/export/transcript_explain.h"

#include <inttypes.h>
#include <stdlib.h>

#define SPILL_MEMORY   ((size_t)64 << 20)
#define BODY_LINE_MOST 4096 /* longer lines of a body are shown in pieces */
#define GAPS_MOST      1000 /* shown in one body; further ones are only in its size */

/* A message whose body is shown: its raw bytes, until it is over. */
struct body {
    struct flight key;
    struct spill_text raw;
    struct {
        uint64_t at, missing;
    } * gaps;
    uint32_t gap_count;
};

struct open_session {
    struct flight key;
    struct buf head; /* its first line, which names the protocol: known for sure at the end */
    struct spill_text text;
    struct buf tls;         /* the last line about encryption, without its time: told once */
    struct awaited awaited; /* --explain */
};

struct transcript {
    const struct export_config *config;
    transcript_done_fn *done;
    void *arg;
    struct transcript_lines lines;
    struct spill *spill;
    struct flights sessions, bodies;
};

struct transcript *transcript_new(const struct export_config *c, transcript_done_fn *done,
                                  void *arg)
{
    struct transcript *t = xcalloc(1, sizeof *t);
    t->config = c;
    t->done = done;
    t->arg = arg;
    t->lines.config = c;
    summary_clock_init(&t->lines.clock, c->utc);
    buf_init(&t->lines.out, SIZE_MAX);
    buf_init(&t->lines.masked, SIZE_MAX);
    t->spill = spill_new(SPILL_MEMORY, c->limits->spool_bytes);
    flights_init(&t->sessions);
    flights_init(&t->bodies);
    return t;
}

static struct open_session *session_of(struct transcript *t, uint64_t number)
{
    struct open_session *s = (struct open_session *)flights_find(&t->sessions, number, 0);
    if (s == NULL) {
        s = xcalloc(1, sizeof *s);
        buf_init(&s->head, SIZE_MAX);
        buf_init(&s->tls, SIZE_MAX);
        flights_add(&t->sessions, &s->key, number, 0);
    }
    return s;
}

static void deliver(struct transcript *t, struct open_session *s)
{
    t->done(t->arg, s->key.session, buf_bytes(&s->head), t->spill, &s->text);
    spill_drop(t->spill, &s->text);
    flights_remove(&t->sessions, &s->key);
    buf_done(&s->head);
    buf_done(&s->tls);
    awaited_done(&s->awaited);
    free(s);
}

/* ---- bodies ---- */

static struct body *body_of(struct transcript *t, const struct event *e, bool make)
{
    uint64_t session = e->session->number;
    uint32_t message = e->kind == EV_MESSAGE_END ? e->u.message->number : e->u.body.message->number;
    struct body *b = (struct body *)flights_find(&t->bodies, session, message);
    if (b == NULL && make) {
        b = xcalloc(1, sizeof *b);
        flights_add(&t->bodies, &b->key, session, message);
    }
    return b;
}

static void free_body(struct transcript *t, struct body *b)
{
    spill_drop(t->spill, &b->raw);
    flights_remove(&t->bodies, &b->key);
    free(b->gaps);
    free(b);
}

static void keep_data(struct transcript *t, const struct event *e)
{
    spill_add(t->spill, &body_of(t, e, true)->raw, e->u.body.data);
}

static void keep_gap(struct transcript *t, const struct event *e)
{
    struct body *b = body_of(t, e, true);
    if (b->gap_count < GAPS_MOST) {
        b->gaps = xrealloc(b->gaps, (b->gap_count + 1) * sizeof *b->gaps);
        b->gaps[b->gap_count].at = b->raw.n;
        b->gaps[b->gap_count++].missing = e->u.body.count;
    }
}

static void cut_body(struct transcript *t, const struct event *e)
{
    struct body *b = body_of(t, e, false);
    if (b == NULL) {
        return;
    }
    spill_cut(t->spill, &b->raw, e->u.body.count);
    while (b->gap_count > 0 && b->gaps[b->gap_count - 1].at > e->u.body.count) {
        b->gap_count--;
    }
}

/* The raw bytes on their way into lines. */
struct body_lines {
    struct transcript *t;
    struct open_session *to;
    const struct body *body;
    char side;
    struct buf line;
    bool going_on; /* the line's beginning is written already */
    uint64_t at;
    uint32_t gap;
};

static void flush_line(struct body_lines *l, bool ends)
{
    struct transcript_lines *lines = &l->t->lines;
    const char mark[] = {l->side, l->going_on ? '+' : '|', '\0'};
    struct bytes text = buf_bytes(&l->line);
    if (ends && text.n > 0 && text.p[text.n - 1] == '\r') {
        text.n--;
    }
    buf_clear(&lines->out);
    transcript_begin(lines, TIME_UNKNOWN, -1, mark);
    text_escape(&lines->out, text);
    buf_add_byte(&lines->out, '\n');
    spill_add(l->t->spill, &l->to->text, buf_bytes(&lines->out));
    buf_clear(&l->line);
    l->going_on = !ends;
}

static void take_text(struct body_lines *l, struct bytes b)
{
    while (b.n > 0) {
        size_t lf = bytes_find(b, '\n', 0);
        size_t n = lf == SIZE_MAX ? b.n : lf;
        size_t room = l->line.ceiling - l->line.n;
        if (n > room) {
            buf_add(&l->line, bytes_sub(b, 0, room));
            b = bytes_from(b, room);
            flush_line(l, false);
            continue;
        }
        buf_add(&l->line, bytes_sub(b, 0, n));
        b = bytes_from(b, n + 1);
        if (lf != SIZE_MAX) {
            flush_line(l, true);
        }
    }
}

static void show_gap(struct body_lines *l)
{
    struct transcript_lines *lines = &l->t->lines;
    const char mark[] = {l->side, '=', '\0'};
    if (l->line.n > 0) {
        flush_line(l, false);
    }
    l->going_on = false;
    buf_clear(&lines->out);
    transcript_begin(lines, TIME_UNKNOWN, -1, mark);
    buf_printf(&lines->out, "[gap: %" PRIu64 " bytes missing]\n", l->body->gaps[l->gap].missing);
    spill_add(l->t->spill, &l->to->text, buf_bytes(&lines->out));
    l->gap++;
}

static bool take_body(void *arg, struct bytes b)
{
    struct body_lines *l = arg;
    while (b.n > 0) {
        uint64_t n = b.n;
        if (l->gap < l->body->gap_count && l->body->gaps[l->gap].at - l->at < n) {
            n = l->body->gaps[l->gap].at - l->at;
        }
        take_text(l, bytes_sub(b, 0, (size_t)n));
        b = bytes_from(b, (size_t)n);
        l->at += n;
        while (b.n > 0 && l->gap < l->body->gap_count && l->body->gaps[l->gap].at == l->at) {
            show_gap(l);
        }
    }
    return true;
}

static void add_body(struct transcript *t, struct open_session *to, struct body *b, char side)
{
    struct body_lines l = {.t = t, .to = to, .body = b, .side = side};
    buf_init(&l.line, BODY_LINE_MOST);
    bool whole = spill_read(t->spill, &b->raw, take_body, &l);
    if (l.line.n > 0) {
        flush_line(&l, true);
    }
    while (l.gap < b->gap_count) {
        show_gap(&l);
    }
    if (!whole || b->raw.lost) {
        const char mark[] = {side, '=', '\0'};
        buf_clear(&t->lines.out);
        transcript_begin(&t->lines, TIME_UNKNOWN, -1, mark);
        buf_add_str(&t->lines.out,
                    "[not all of the message is shown: the temporary file is full]\n");
        spill_add(t->spill, &to->text, buf_bytes(&t->lines.out));
    }
    buf_done(&l.line);
}

/* The body in full, or its size in its place. */
static void body_over(struct transcript *t, const struct event *e)
{
    const struct message *m = e->u.message;
    const char mark[] = {transcript_side(m->dir), '=', '\0'};
    struct body *b = body_of(t, e, false);
    struct open_session *to = session_of(t, e->session->number);
    buf_clear(&t->lines.out);
    transcript_begin(&t->lines, m->time, -1, mark);
    buf_printf(&t->lines.out, "[%" PRIu64 " bytes] message %" PRIu32 "%s\n", m->bytes, m->number,
               m->complete ? "" : ", incomplete");
    spill_add(t->spill, &to->text, buf_bytes(&t->lines.out));
    if (b != NULL) {
        add_body(t, to, b, mark[0]);
        free_body(t, b);
    }
}

/* ---- events ---- */

static void body_event(struct transcript *t, const struct event *e)
{
    static void (*const handlers[EV_COUNT])(struct transcript *, const struct event *) = {
        [EV_MESSAGE_DATA] = keep_data,
        [EV_MESSAGE_GAP] = keep_gap,
        [EV_MESSAGE_CUT] = cut_body,
    };
    if (e->kind == EV_MESSAGE_END) {
        body_over(t, e);
    } else if (handlers[e->kind] != NULL && t->config->bodies) {
        handlers[e->kind](t, e);
    }
}

/* The handshake is told step by step; some steps change nothing that is shown. */
static bool tls_is_news(struct open_session *s, struct bytes line)
{
    line = bytes_from(line, bytes_search(line, "--", 0));
    if (bytes_equal(line, buf_bytes(&s->tls))) {
        return false;
    }
    buf_clear(&s->tls);
    buf_add(&s->tls, line);
    return true;
}

static void head_event(struct transcript *t, const struct event *e)
{
    struct open_session *s = session_of(t, e->session->number);
    buf_clear(&t->lines.out);
    transcript_lines_head(&t->lines, e->session);
    buf_clear(&s->head);
    buf_add(&s->head, buf_bytes(&t->lines.out));
}

void transcript_event(struct transcript *t, const struct event *e)
{
    body_event(t, e);
    if (e->kind == EV_OPEN || e->kind == EV_CLOSE) {
        head_event(t, e);
    }
    buf_clear(&t->lines.out);
    transcript_lines_event(&t->lines, e);
    if (t->config->explain && e->session != NULL) {
        transcript_explain(&t->lines, &session_of(t, e->session->number)->awaited, e);
    }
    if (t->lines.out.n == 0) {
        return;
    }
    struct open_session *s = session_of(t, e->session ? e->session->number : 0);
    if (e->kind == EV_TLS && !tls_is_news(s, buf_bytes(&t->lines.out))) {
        return;
    }
    spill_add(t->spill, &s->text, buf_bytes(&t->lines.out));
    if (e->session == NULL || e->kind == EV_CLOSE) {
        deliver(t, s);
    }
}

void transcript_free(struct transcript **tp)
{
    struct transcript *t = *tp;
    struct flight *left = NULL;
    if (t == NULL) {
        return;
    }
    while ((left = flights_any(&t->bodies)) != NULL) {
        free_body(t, (struct body *)left);
    }
    while ((left = flights_any(&t->sessions)) != NULL) {
        deliver(t, (struct open_session *)left);
    }
    flights_done(&t->bodies);
    flights_done(&t->sessions);
    spill_free(&t->spill);
    buf_done(&t->lines.out);
    buf_done(&t->lines.masked);
    free(t);
    *tp = NULL;
}
