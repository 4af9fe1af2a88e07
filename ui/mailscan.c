#include "ui/mailscan.h"

#include "dissect/mime.h"
#include "dissect/mime_parts.h"
#include "ui/export/flight.h"
#include "ui/export/spill.h"

#include <inttypes.h>
#include <stdlib.h>

#define WAITING_MOST  ((size_t)32 << 20) /* bytes of messages in memory */
#define GAPS_MOST     1000               /* of a message; it is decoded up to the last one */
#define TOP_ALL_LINES 1000000            /* a TOP for so many lines asks for the whole message */

/* A message under way. */
struct waiting {
    struct flight key;
    struct spill_text text;
    uint64_t bytes; /* so far, those not kept too */
    uint64_t *gaps;
    size_t gap_count;
    bool cut; /* what comes is not kept: too many gaps */
};

/* A session of which findings were told. */
struct noted {
    struct flight key;
    uint32_t notes;
    uint8_t worst;
};

struct mailscan {
    struct sink sink;
    struct mailscan_config config;
    struct sink *to;
    struct spill *spill;
    struct flights messages, sessions;
    struct buf whole; /* a message read back */
    uint64_t told;    /* findings */
    bool warned;
};

/* ---- messages under way ---- */

static struct waiting *find(struct mailscan *x, const struct event *e, const struct message *m)
{
    return (struct waiting *)flights_find(&x->messages, e->session->number, m->number);
}

static struct waiting *get(struct mailscan *x, const struct event *e)
{
    struct waiting *w = find(x, e, e->u.body.message);
    if (w == NULL) {
        w = xcalloc(1, sizeof *w);
        flights_add(&x->messages, &w->key, e->session->number, e->u.body.message->number);
    }
    return w;
}

static void drop(struct mailscan *x, struct waiting *w)
{
    flights_remove(&x->messages, &w->key);
    spill_drop(x->spill, &w->text);
    free(w->gaps);
    free(w);
}

static void take_data(struct mailscan *x, const struct event *e)
{
    struct waiting *w = get(x, e);
    uint64_t most = x->config.limits->mime_bytes;
    w->bytes += e->u.body.data.n;
    if (!w->cut && w->text.n < most) {
        spill_add(x->spill, &w->text, bytes_sub(e->u.body.data, 0, (size_t)(most - w->text.n)));
    }
}

static void take_gap(struct mailscan *x, const struct event *e)
{
    struct waiting *w = get(x, e);
    if (w->gap_count == GAPS_MOST) {
        w->cut = true;
        return;
    }
    if ((w->gap_count & (w->gap_count - 1)) == 0) { /* full at each power of two */
        size_t room = w->gap_count > 0 ? w->gap_count * 2 : 1;
        w->gaps = xrealloc(w->gaps, room * sizeof *w->gaps);
    }
    w->gaps[w->gap_count++] = w->bytes;
}

static void take_cut(struct mailscan *x, const struct event *e)
{
    struct waiting *w = get(x, e);
    w->bytes = e->u.body.count;
    spill_cut(x->spill, &w->text, w->bytes);
    while (w->gap_count > 0 && w->gaps[w->gap_count - 1] > w->bytes) {
        w->gap_count--;
    }
}

/* ---- findings ---- */

static struct noted *noted_of(struct mailscan *x, const struct session_info *s)
{
    struct noted *n = (struct noted *)flights_find(&x->sessions, s->number, 0);
    if (n == NULL) {
        n = xcalloc(1, sizeof *n);
        flights_add(&x->sessions, &n->key, s->number, 0);
    }
    return n;
}

static void tell_finding(struct mailscan *x, const struct event *e, const struct mime_finding *f)
{
    const struct message *m = e->u.message;
    struct noted *noted = noted_of(x, e->session);
    uint64_t before = (uint64_t)e->session->notes + noted->notes++;
    if (f->severity > noted->worst) {
        noted->worst = (uint8_t)f->severity;
    }
    x->told++;
    if (before >= x->config.limits->session_notes || x->told > x->config.limits->notes) {
        return; /* counted only */
    }
    struct buf evidence;
    buf_init(&evidence, SIZE_MAX);
    buf_printf(&evidence, "message %" PRIu32 ": ", m->number);
    buf_add(&evidence, f->evidence);
    struct note n = {.id = f->id,
                     .severity = f->severity,
                     .dir = m->dir,
                     .evidence = buf_bytes(&evidence),
                     .other = f->other,
                     .time = m->time,
                     .packet = m->packet};
    struct event told = {.kind = EV_NOTE,
                         .dir = m->dir,
                         .time = m->time,
                         .packet = m->packet,
                         .session = e->session,
                         .u.note = &n};
    sink_event(x->to, &told);
    buf_done(&evidence);
}

/* ---- decoding ---- */

static bool add_piece(void *arg, struct bytes piece)
{
    return buf_add(arg, piece);
}

/* Small messages are decoded where they lie. */
static struct bytes read_back(struct mailscan *x, struct waiting *w)
{
    if (w->text.count == 0) {
        return buf_bytes(&w->text.tail);
    }
    buf_clear(&x->whole);
    if (!spill_read(x->spill, &w->text, add_piece, &x->whole)) {
        w->text.lost = true;
    }
    return buf_bytes(&x->whole);
}

static void warn_once(struct mailscan *x)
{
    if (!x->warned && x->config.warn != NULL) {
        x->config.warn(x->config.warn_arg,
                       "messages could not be kept whole for decoding: the temporary file can not "
                       "grow; reading goes on");
    }
    x->warned = true;
}

static bool is_whole(const struct message *m)
{
    bool part = m->transfer == TRANSFER_TOP && !(m->has_lines && m->lines >= TOP_ALL_LINES);
    return m->complete && !part;
}

static void decode(struct mailscan *x, const struct event *e, struct waiting *w)
{
    struct message *m = e->u.message;
    struct bytes raw = read_back(x, w);
    struct mime_options o = {.limits = x->config.limits,
                             .digests = x->config.digests,
                             .whole = is_whole(m) && !w->cut && !w->text.lost,
                             .total = w->bytes,
                             .gaps = w->gaps,
                             .gap_count = w->gap_count};
    if (w->text.lost) {
        warn_once(x);
    }
    m->mime = mime_message_read(raw, &o);
    for (uint32_t i = 0; i < m->mime->finding_count; i++) {
        tell_finding(x, e, &m->mime->findings[i]);
    }
    sink_event(x->to, e);
    mime_message_free(&m->mime);
    if (x->whole.room > WAITING_MOST) { /* a large one was rare */
        buf_done(&x->whole);
    }
}

/* ---- events ---- */

static void pass_message(struct mailscan *x, const struct event *e)
{
    struct waiting *w = find(x, e, e->u.message);
    if (w != NULL && w->bytes > 0) {
        decode(x, e, w);
    } else {
        sink_event(x->to, e);
    }
    if (w != NULL) {
        drop(x, w);
    }
}

static void pass_close(struct mailscan *x, const struct event *e)
{
    struct noted *n = (struct noted *)flights_find(&x->sessions, e->session->number, 0);
    if (n == NULL) {
        sink_event(x->to, e);
        return;
    }
    struct session_info info = *e->session;
    struct event close = *e;
    info.notes += n->notes;
    info.worst = n->worst > info.worst ? n->worst : info.worst;
    close.session = &info;
    sink_event(x->to, &close);
    flights_remove(&x->sessions, &n->key);
    free(n);
}

static void pass_totals(struct mailscan *x, const struct event *e)
{
    struct capture_totals totals = *e->u.totals;
    struct event capture = *e;
    totals.findings += x->told;
    capture.u.totals = &totals;
    sink_event(x->to, &capture);
}

static void mailscan_event(struct sink *self, const struct event *e)
{
    static void (*const takes[EV_COUNT])(struct mailscan *, const struct event *) = {
        [EV_MESSAGE_DATA] = take_data,
        [EV_MESSAGE_GAP] = take_gap,
        [EV_MESSAGE_CUT] = take_cut,
    };
    static void (*const passes[EV_COUNT])(struct mailscan *, const struct event *) = {
        [EV_MESSAGE] = pass_message,
        [EV_CLOSE] = pass_close,
        [EV_CAPTURE] = pass_totals,
    };
    struct mailscan *x = (struct mailscan *)self;
    if (passes[e->kind] != NULL) {
        passes[e->kind](x, e);
        return;
    }
    if (takes[e->kind] != NULL) {
        takes[e->kind](x, e);
    }
    sink_event(x->to, e);
}

static bool mailscan_close(struct sink *self, struct error *err)
{
    struct mailscan *x = (struct mailscan *)self;
    struct flight *f = NULL;
    while ((f = flights_any(&x->messages)) != NULL) { /* their verdict was never told */
        drop(x, (struct waiting *)f);
    }
    while ((f = flights_any(&x->sessions)) != NULL) {
        flights_remove(&x->sessions, f);
        free(f);
    }
    flights_done(&x->messages);
    flights_done(&x->sessions);
    spill_free(&x->spill);
    buf_done(&x->whole);
    bool fine = x->to->close(x->to, err);
    free(x);
    return fine;
}

struct sink *mailscan_new(const struct mailscan_config *c, struct sink *to)
{
    struct mailscan *x = xcalloc(1, sizeof *x);
    mime_init(); /* before there are threads */
    x->sink = (struct sink){.event = mailscan_event, .close = mailscan_close};
    x->config = *c;
    x->to = to;
    x->spill = spill_new(WAITING_MOST, c->limits->spool_bytes);
    buf_init(&x->whole, SIZE_MAX);
    flights_init(&x->messages);
    flights_init(&x->sessions);
    return &x->sink;
}
