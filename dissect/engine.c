#include "dissect/engine.h"

#include "capture/base/pool.h"
#include "dissect/detect.h"
#include "dissect/session_ids.h"

#include <stdlib.h>

#define NS          INT64_C(1000000000)
#define POOL_SHARE  2  /* of the memory limit: room for pieces of sessions that wait for others */
#define LIVE_WAIT   NS /* live, a silent connection delays numbers so long */
#define ORDER_STEPS 64 /* a connection answered late is put in its place so far back */

/* One TCP connection until its session begins, which then takes its place. In the order list while
 * its number may still come. */
struct conn {
    struct conn *prev, *next;
    const struct flow_info *flow;
    void **user;           /* what tcp keeps for the listener; NULL once the flow is gone */
    struct detect *detect; /* NULL while nothing need be kept */
    struct flow_info *own; /* a copy, when the flow closed before the session got its number */
    struct detect_result result;
    int64_t closed_at;
    uint8_t closed_how;
    bool in_order, claimed, closed, spoke;
};

struct engine {
    struct sink counting; /* first: sees every event on its way to `to` */
    struct sink *to;
    const struct limits *limits;
    struct session_config session_config;
    struct port_hints hints;
    struct detect_pool detects;
    struct session_ids *ids;
    struct conn *head, *tail; /* oldest first */
    uint64_t waiting;         /* claimed, not yet numbered */
    int64_t waiting_since;    /* since the oldest of them was claimed, about */
    int64_t order_wait;
    uint64_t next_number;
    uint64_t silent, messages, credentials, findings, unexplained;
    struct ports_seen ports;
};

/* ---- counting ---- */

static void count_event(struct sink *self, const struct event *ev)
{
    struct engine *e = (struct engine *)self;
    switch (ev->kind) {
    case EV_MESSAGE:
        e->messages++;
        break;
    case EV_CREDENTIAL:
        e->credentials++;
        break;
    case EV_NOTE:
        if (++e->findings > e->limits->notes) {
            return;
        }
        break;
    case EV_CLOSE:
        e->unexplained += ev->session->unexplained;
        break;
    default:
        break;
    }
    sink_event(e->to, ev);
}

/* ---- the order list ---- */

static void order_remove(struct engine *e, struct conn *c)
{
    if (!c->in_order) {
        return;
    }
    *(c->prev ? &c->prev->next : &e->head) = c->next;
    *(c->next ? &c->next->prev : &e->tail) = c->prev;
    c->prev = c->next = NULL;
    c->in_order = false;
}

/* By start time, near the tail: answers come nearly in the order of their SYNs. */
static void order_insert(struct engine *e, struct conn *c)
{
    struct conn *before = e->tail;
    for (int i = 0; before != NULL && i < ORDER_STEPS && before->flow->start > c->flow->start;
         i++) {
        before = before->prev;
    }
    c->prev = before;
    c->next = before ? before->next : e->head;
    *(c->prev ? &c->prev->next : &e->head) = c;
    *(c->next ? &c->next->prev : &e->tail) = c;
    c->in_order = true;
}

static void conn_free(struct engine *e, struct conn *c)
{
    order_remove(e, c);
    detect_free(&e->detects, &c->detect);
    free(c->own);
    pool_give(e->session_config.pool, c, sizeof *c);
}

/* ---- sessions ---- */

/* What tcp keeps for a flow: its conn, or its session, which is marked by the lowest bit. */
#define SESSION_MARK ((uintptr_t)1)

static void *user_of(struct session *s)
{
    return (void *)((uintptr_t)s | SESSION_MARK);
}

/* NULL: it is a conn's, or nobody's. */
static struct session *session_of(void *user)
{
    uintptr_t u = (uintptr_t)user;
    return u & SESSION_MARK ? (struct session *)(u & ~SESSION_MARK) : NULL;
}

static struct session *session_make(struct engine *e, const struct conn *c)
{
    char id[SESSION_ID_ROOM];
    session_ids_make(e->ids, c->flow, ++e->next_number, id);
    struct session *s = session_open(c->result.protocol, &e->session_config, &e->counting, c->flow,
                                     c->result.flip, e->next_number, id);
    if (c->result.implicit_tls) {
        session_implicit_tls(s);
    }
    return s;
}

static void session_begin(struct engine *e, struct conn *c)
{
    e->waiting--;
    order_remove(e, c);
    struct session *s = session_make(e, c);
    detect_replay(c->detect, s, c->result.flip);
    if (c->closed) {
        session_close(&s, (enum stream_close)c->closed_how, c->closed_at);
    } else {
        *c->user = user_of(s);
    }
    conn_free(e, c);
}

/* Numbers what stands at the head; what is still undecided there stops it. */
static void number_ready(struct engine *e)
{
    while (e->waiting > 0 && e->head != NULL && e->head->claimed) {
        session_begin(e, e->head);
    }
}

/* The undecided before the first claimed connection lose their place. */
COLD static void number_now(struct engine *e)
{
    while (e->waiting > 0 && e->head != NULL) {
        if (e->head->claimed) {
            session_begin(e, e->head);
        } else {
            order_remove(e, e->head);
        }
    }
}

static void check_wait(struct engine *e, int64_t now)
{
    if (e->waiting > 0) {
        number_ready(e);
        if (e->waiting > 0 && now - e->waiting_since > e->order_wait) {
            number_now(e);
        }
    }
}

static void claim(struct engine *e, struct conn *c, int64_t now)
{
    if (!c->in_order) {
        order_insert(e, c);
    }
    c->claimed = true;
    if (e->waiting++ == 0) {
        e->waiting_since = now;
    }
    check_wait(e, now);
}

/* ---- what tcp tells ---- */

static enum dir session_dir(struct session *s, enum dir dir)
{
    return session_info(s)->flip ? dir_other(dir) : dir;
}

static void on_open(void *ctx, const struct flow_info *flow, void **user)
{
    struct engine *e = ctx;
    struct conn *c = pool_take_zeroed(e->session_config.pool, sizeof *c);
    c->flow = flow;
    c->user = user;
    ports_seen_add(&e->ports, flow->end[FROM_SERVER].port);
    order_insert(e, c);
    *user = c;
}

/* Not mail: nothing is kept but that it was seen. */
static enum stream_verdict let_go(struct engine *e, void **user)
{
    conn_free(e, *user);
    *user = NULL;
    number_ready(e);
    return STREAM_IGNORE;
}

static struct detect *log_of(struct engine *e, struct conn *c)
{
    if (c->detect == NULL) {
        c->detect = detect_new(&e->detects, e->limits);
    }
    return c->detect;
}

/* The first words mostly decide, and need not be kept for that. */
static enum detect_answer judge_first(struct engine *e, struct conn *conn, enum dir dir,
                                      struct bytes said)
{
    struct detect look;
    detect_view(&look, dir, said, e->limits);
    enum detect_answer a =
        detect_judge(&look, conn->flow, &e->hints, e->limits, false, &conn->result);
    if (a == DETECT_MORE) {
        detect_say(log_of(e, conn), dir, said);
    }
    return a;
}

static enum detect_answer judge_data(struct engine *e, struct conn *conn, enum dir dir,
                                     struct bytes said)
{
    if (!conn->spoke) {
        conn->spoke = true;
        return judge_first(e, conn, dir, said);
    }
    detect_say(conn->detect, dir, said);
    return detect_judge(conn->detect, conn->flow, &e->hints, e->limits, false, &conn->result);
}

/* Its protocol is known and nothing older waits: nothing need be kept. */
static void begin_at_once(struct engine *e, struct conn *conn, enum dir dir, const struct chunk *c)
{
    order_remove(e, conn);
    struct session *s = session_make(e, conn);
    *conn->user = user_of(s);
    conn_free(e, conn);
    session_data(s, session_dir(s, dir), c);
    number_ready(e);
}

static void on_expect(void *user, bool near)
{
    const struct session *s = session_of(user);
    if (s == NULL) {
        __builtin_prefetch(user);
    } else if (near) {
        session_fetch_parts(s);
    } else {
        session_fetch(s);
    }
}

static enum stream_verdict on_data(void *ctx, const struct flow_info *flow, void **user,
                                   enum dir dir, const struct chunk *c)
{
    (void)flow;
    struct engine *e = ctx;
    struct session *s = session_of(*user);
    if (s != NULL) {
        session_data(s, session_dir(s, dir), c);
        if (e->waiting > 0) {
            check_wait(e, c->time);
        }
        return STREAM_MAIL;
    }
    struct conn *conn = *user;
    if (conn == NULL) {
        return STREAM_IGNORE;
    }
    if (conn->claimed) {
        detect_log_data(conn->detect, dir, c);
        if (conn->detect->log.n > e->limits->order_bytes) {
            number_now(e);
        }
        return STREAM_MAIL;
    }
    enum detect_answer a = judge_data(e, conn, dir, c->data);
    if (a == DETECT_OTHER) {
        return let_go(e, user);
    }
    if (a == DETECT_MAIL && e->head == conn && conn->detect == NULL) {
        begin_at_once(e, conn, dir, c);
        return STREAM_MAIL;
    }
    detect_log_data(log_of(e, conn), dir, c);
    if (a == DETECT_MAIL) {
        claim(e, conn, c->time);
        return STREAM_MAIL;
    }
    check_wait(e, c->time);
    return STREAM_MORE;
}

COLD static void on_gap(void *ctx, const struct flow_info *flow, void **user, enum dir dir,
                        const struct gap *g)
{
    struct engine *e = ctx;
    (void)flow;
    struct session *s = session_of(*user);
    struct conn *c = *user;
    if (s != NULL) {
        session_gap(s, session_dir(s, dir), g);
    } else if (c != NULL) {
        detect_log_gap(log_of(e, c), dir, g); /* missing before enough was said */
    }
}

COLD static void on_note(void *ctx, const struct flow_info *flow, void **user,
                         const struct stream_note *n)
{
    struct engine *e = ctx;
    (void)flow;
    struct session *s = session_of(*user);
    struct conn *c = *user;
    if (s != NULL) {
        struct stream_note turned = *n;
        turned.dir = session_dir(s, n->dir);
        session_stream_note(s, &turned);
        return;
    }
    if (c == NULL) {
        return;
    }
    /* told before anything was said: data of a SYN, a forged reset */
    if (log_of(e, c)->log.n <= e->limits->order_bytes) {
        detect_log_note(c->detect, n);
    }
}

static void on_fin(void *ctx, const struct flow_info *flow, void **user, enum dir dir, int64_t time)
{
    (void)ctx;
    (void)flow;
    struct session *s = session_of(*user);
    struct conn *c = *user;
    if (s != NULL) {
        session_fin(s, session_dir(s, dir), time);
    } else if (c != NULL && c->detect != NULL) {
        detect_log_fin(c->detect, dir, time);
    }
}

/* The flow is gone, the session still waits for its number: it keeps a copy of what it needs. */
COLD static void wait_closed(struct engine *e, struct conn *c, enum stream_close how, int64_t time)
{
    struct flow_info *own = xcalloc(1, sizeof *own);
    *own = *c->flow;
    c->own = own;
    c->flow = own;
    c->user = NULL;
    c->closed = true;
    c->closed_how = (uint8_t)how;
    c->closed_at = time;
    check_wait(e, time);
}

static void on_close(void *ctx, const struct flow_info *flow, void **user, enum stream_close how,
                     int64_t time)
{
    struct engine *e = ctx;
    struct session *s = session_of(*user);
    struct conn *c = *user;
    *user = NULL;
    if (s != NULL) {
        session_close(&s, how, time);
        return;
    }
    if (c == NULL) {
        return;
    }
    if (c->spoke && !c->claimed &&
        detect_judge(c->detect, flow, &e->hints, e->limits, true, &c->result) == DETECT_MAIL) {
        if (!c->in_order) {
            order_insert(e, c);
        }
        c->claimed = true;
        if (e->waiting++ == 0) {
            e->waiting_since = time;
        }
    }
    if (c->claimed) {
        wait_closed(e, c, how, time);
        return;
    }
    e->silent += !c->spoke;
    conn_free(e, c);
    number_ready(e);
}

static size_t on_held(void *ctx, void *user)
{
    (void)ctx;
    struct session *s = session_of(user);
    if (s != NULL) {
        return session_held(s);
    }
    const struct conn *c = user;
    return c == NULL ? 0 : sizeof *c + (c->detect ? detect_held(c->detect) : 0);
}

const struct stream_ops *engine_stream_ops(void)
{
    static const struct stream_ops ops = {.open = on_open,
                                          .expect = on_expect,
                                          .data = on_data,
                                          .gap = on_gap,
                                          .note = on_note,
                                          .fin = on_fin,
                                          .close = on_close,
                                          .held = on_held};
    return &ops;
}

/* ---- life ---- */

struct engine *engine_new(const struct engine_config *c, struct sink *to)
{
    struct engine *e = xcalloc(1, sizeof *e);
    e->counting.event = count_event;
    e->counting.ignores =
        to->ignores & HEARS_ONLY(EVENT_BIT(EV_MESSAGE) | EVENT_BIT(EV_CREDENTIAL) |
                                 EVENT_BIT(EV_NOTE) | EVENT_BIT(EV_CLOSE));
    e->to = to;
    e->limits = c->limits;
    e->ids = session_ids_new(c->limits);
    e->session_config = (struct session_config){.limits = c->limits,
                                                .digests = c->digests,
                                                .bodies = c->bodies,
                                                .no_headers = c->no_headers,
                                                .show_secrets = c->show_secrets,
                                                .pool = pool_new(c->limits->memory / POOL_SHARE)};
    e->order_wait = (int64_t)c->limits->order_seconds * NS;
    if (c->live && e->order_wait > LIVE_WAIT) {
        e->order_wait = LIVE_WAIT;
    }
    return e;
}

bool engine_add_port(struct engine *e, const char *protocol, uint16_t port)
{
    return port_hints_add(&e->hints, protocol, port);
}

void engine_tick(struct engine *e, int64_t now)
{
    check_wait(e, now);
}

/* All flows are closed: what still waits for its number gets it. */
static void flush(struct engine *e)
{
    number_now(e);
}

void engine_totals(struct engine *e, struct capture_totals *t)
{
    flush(e);
    t->sessions = e->next_number;
    t->messages = e->messages;
    t->credentials = e->credentials;
    t->findings = e->findings;
    t->silent = e->silent;
    t->unexplained_bytes = e->unexplained;
}

void engine_ports(const struct engine *e, struct port_seen out[static PORTS_TOLD])
{
    ports_seen_most(&e->ports, out);
}

uint64_t engine_sessions(const struct engine *e)
{
    return e->next_number;
}

uint64_t engine_findings(const struct engine *e)
{
    return e->findings < e->limits->notes ? e->findings : e->limits->notes;
}

void engine_free(struct engine **ep)
{
    struct engine *e = *ep;
    if (e != NULL) {
        flush(e);
        while (e->head != NULL) {
            conn_free(e, e->head);
        }
        session_ids_free(&e->ids);
        detect_pool_done(&e->detects);
        port_hints_done(&e->hints);
        pool_free(&e->session_config.pool);
        free(e);
        *ep = NULL;
    }
}
