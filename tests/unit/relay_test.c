/* The relay: what one thread tells reaches the other whole and in order. Run it under TSan too. */
#include "ui/relay.h"

#include "capture/base/error.h"
#include "tests/unit/made_session.h"
#include "ui/pack_fields.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the viewer's side of a test: events of each session as text ---- */

struct heard {
    uint64_t number;
    struct session_room room;
    struct event_reader *reader;
    struct buf records; /* all of the session, as the store keeps them */
    struct buf text;
    bool closed;
    uint32_t snapshots;
    struct body_ref body; /* of the last message */
};

struct listener {
    const struct atoms *atoms;
    struct heard *heard;
    size_t count;
    uint64_t records, loose;
    struct relay_progress progress;
    char saying[100];
    unsigned slow_us;
};

static struct heard *heard_of(struct listener *l, uint64_t number)
{
    for (size_t i = l->count; i > 0; i--) {
        if (l->heard[i - 1].number == number) {
            return &l->heard[i - 1];
        }
    }
    l->heard = realloc(l->heard, (l->count + 1) * sizeof *l->heard);
    struct heard *h = &l->heard[l->count++];
    memset(h, 0, sizeof *h);
    h->number = number;
    session_room_init(&h->room);
    buf_init(&h->records, SIZE_MAX / 2);
    buf_init(&h->text, SIZE_MAX / 2);
    struct event_reader_config c = {.atoms = l->atoms};
    h->reader = event_reader_new(&c);
    return h;
}

static void listen_loose(struct listener *l, const struct record *r)
{
    l->loose++;
    if (r->kind == RECORD_SAYING) {
        snprintf(l->saying, sizeof l->saying, "%.*s", (int)r->body.n, (const char *)r->body.p);
    } else if (r->kind == RECORD_PROGRESS) {
        struct get g = get_from(r->body);
        get_totals(&g, &l->progress.totals);
        l->progress.input_done = get_num(&g);
        assert_false(g.bad);
    }
}

static void listen_batch(void *arg, struct bytes batch)
{
    struct listener *l = arg;
    struct record r;
    while (record_next_in_batch(&batch, &r)) {
        l->records++;
        if (r.session == 0) {
            listen_loose(l, &r);
            continue;
        }
        struct heard *h = heard_of(l, r.session);
        assert_false(h->closed);
        h->snapshots += r.kind == RECORD_SESSION;
        h->closed = (int)r.kind == EV_CLOSE;
        if (r.kind == RECORD_BODY) {
            uint32_t number;
            assert_true(unpack_body_ref(r.body, &number, &h->body));
        }
        buf_add(&h->records, r.whole);
    }
    assert_null(batch.p); /* it was read to its end */
    if (l->slow_us > 0) {
        usleep(l->slow_us);
    }
}

static void take_snapshot(struct heard *h, const struct atoms *atoms, const struct record *r)
{
    struct bytes core, extra;
    assert_true(unpack_snapshot(r->body, &core, &extra));
    assert_true(unpack_core(core, atoms, &h->room));
    if (extra.n > 0) {
        assert_true(unpack_extra(extra, atoms, &h->room));
    }
}

/* The events of a session as text, read back from its records. */
static const char *read_back(struct listener *l, struct heard *h)
{
    struct bytes rest = buf_bytes(&h->records);
    struct record r;
    while (record_next(&rest, &r)) {
        if ((int)r.kind == EV_OPEN || (int)r.kind == EV_CLOSE) {
            take_snapshot(h, l->atoms, &r);
        }
        if ((int)r.kind == EV_OPEN) {
            event_reader_begin(h->reader, &h->room.info, pack_base_of(&h->room.info),
                               buf_bytes(&h->records));
        }
        const struct event *e = event_reader_read(h->reader, &r, NULL);
        if (e != NULL) {
            describe_event(&h->text, e);
        }
    }
    return buf_cstr(&h->text);
}

static void listener_done(struct listener *l)
{
    for (size_t i = 0; i < l->count; i++) {
        event_reader_free(&l->heard[i].reader);
        session_room_done(&l->heard[i].room);
        buf_done(&l->heard[i].records);
        buf_done(&l->heard[i].text);
    }
    free(l->heard);
}

/* ---- the capture's side ---- */

/* Two sinks at once: the relay, and the text of what it was told, session by session. */
struct both {
    struct sink sink;
    struct sink *relay;
    struct buf *texts; /* by session number */
    uint64_t sessions;
};

static void both_event(struct sink *self, const struct event *e)
{
    struct both *b = (struct both *)self;
    sink_event(b->relay, e);
    if (e->session != NULL && e->kind != EV_MESSAGE_DATA) {
        describe_event(&b->texts[e->session->number], e);
    }
}

struct teller {
    struct relay *relay;
    struct both both;
    uint64_t sessions;
};

static void teller_init(struct teller *t, struct relay *r, uint64_t sessions)
{
    t->relay = r;
    t->sessions = sessions;
    t->both = (struct both){.sink = {.event = both_event}, .relay = relay_sink(r)};
    t->both.texts = calloc(sessions + 1, sizeof *t->both.texts);
    for (uint64_t i = 0; i <= sessions; i++) {
        buf_init(&t->both.texts[i], SIZE_MAX / 2);
    }
}

static void teller_done(struct teller *t)
{
    for (uint64_t i = 0; i <= t->sessions; i++) {
        buf_done(&t->both.texts[i]);
    }
    free(t->both.texts);
}

static void *tell(void *arg)
{
    struct teller *t = arg;
    struct sink *to = &t->both.sink;
    for (uint64_t i = 1; i <= t->sessions; i += 2) { /* each odd session runs around an even one */
        struct made m;
        made_open(&m, i, to);
        made_greeting(&m, "220 outer.example.org ESMTP");
        if (i + 1 <= t->sessions) {
            made_smtp(i + 1, to);
        }
        made_command(&m, "NOOP", "NOOP", 0);
        made_reply(&m, 250, "250 2.0.0 Ok", 1000);
        made_close(&m, END_FIN);
        if (i % 50 == 1) {
            relay_tick(t->relay);
        }
    }
    relay_sink(t->relay)->close(relay_sink(t->relay), NULL);
    return NULL;
}

static void drain_all(struct relay *r, struct listener *l)
{
    struct pollfd p = {.fd = relay_fd(r), .events = POLLIN};
    for (;;) {
        enum relay_state state = relay_drain(r, 2000000, listen_batch, l);
        if (state == RELAY_ENDED) {
            return;
        }
        if (state == RELAY_EMPTY) {
            assert_true(poll(&p, 1, 20000) > 0);
        }
    }
}

static void run(uint64_t sessions, size_t batch_bytes, size_t batches, unsigned slow_us)
{
    struct limits limits = limits_default();
    limits.spool_bytes = 64u << 20;
    struct spool *spool = spool_open(&limits, true, NULL);
    struct relay_config c = {
        .limits = &limits, .spool = spool, .batch_bytes = batch_bytes, .batches = batches};
    struct relay *r = relay_new(&c, NULL);
    struct teller t;
    struct listener l = {.atoms = relay_atoms(r), .slow_us = slow_us};
    teller_init(&t, r, sessions);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, tell, &t), 0);
    drain_all(r, &l);
    pthread_join(thread, NULL);
    assert_int_equal(l.count, sessions);
    for (size_t i = 0; i < l.count; i++) {
        struct heard *h = &l.heard[i];
        assert_true(h->closed);
        assert_string_equal(read_back(&l, h), buf_cstr(&t.both.texts[h->number]));
        if (h->number % 2 == 0) {
            assert_int_equal(h->body.bytes, 2100);
        }
    }
    if (slow_us > 0) {
        assert_true(relay_counters(r).waits > 0);
    }
    assert_true(relay_counters(r).batches > 1);
    listener_done(&l);
    teller_done(&t);
    relay_free(&r);
    spool_close(&spool);
}

static void whole_and_in_order(void **state)
{
    (void)state;
    run(1500, 0, 0, 0);
}

/* Tiny batches and a slow viewer: the capture thread waits, nothing is lost. */
static void small_pool(void **state)
{
    (void)state;
    run(200, 4096, 2, 200);
}

/* An event larger than a batch travels too. */
static void large_event(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits, .batch_bytes = 4096, .batches = 4};
    struct relay *r = relay_new(&c, NULL);
    struct made m;
    made_open(&m, 1, relay_sink(r));
    static char text[300000];
    memset(text, 'x', sizeof text);
    made_tell(&m, (struct event){
                      .kind = EV_LINE, .latency = -1, .u.text = bytes_make(text, sizeof text)});
    made_close(&m, END_RST);
    relay_sink(r)->close(relay_sink(r), NULL);
    struct listener l = {.atoms = relay_atoms(r)};
    assert_int_equal(relay_drain(r, 1000000000, listen_batch, &l), RELAY_ENDED);
    assert_int_equal(l.count, 1);
    assert_true(l.heard[0].records.n > sizeof text);
    const char *back = read_back(&l, &l.heard[0]);
    assert_non_null(strstr(back, "LINE dir0"));
    assert_non_null(strstr(back, "line[300000]=xxx"));
    listener_done(&l);
    relay_free(&r);
}

/* Between its first and last event an open session sends snapshots, with its body so far. */
static void snapshots(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct spool *spool = spool_open(&limits, true, NULL);
    struct relay_config c = {.limits = &limits, .spool = spool};
    struct relay *r = relay_new(&c, NULL);
    struct listener l = {.atoms = relay_atoms(r)};
    struct made m;
    made_open(&m, 9, relay_sink(r));
    struct message g = {.number = 1, .dir = FROM_CLIENT};
    made_tell(&m, (struct event){.kind = EV_MESSAGE_BEGIN, .latency = -1, .u.message = &g});
    char slice[5000];
    memset(slice, 's', sizeof slice);
    made_tell(&m, (struct event){.kind = EV_MESSAGE_DATA,
                                 .latency = -1,
                                 .u.body = {&g, bytes_make(slice, sizeof slice), 0}});
    usleep(250000); /* rounds of snapshots are 200 ms apart */
    m.info.user = made_text("anna");
    relay_tick(r);
    struct pollfd p = {.fd = relay_fd(r), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 0), 1);
    assert_int_equal(relay_drain(r, 1000000000, listen_batch, &l), RELAY_EMPTY);
    assert_int_equal(poll(&p, 1, 0), 0);
    assert_int_equal(l.heard[0].snapshots, 1);
    assert_int_equal(l.heard[0].body.bytes, 5000);
    char back[5000];
    struct body_reader body;
    size_t got;
    assert_int_equal(spool_body_open(spool, &l.heard[0].body, &body), SPOOL_OK);
    assert_int_equal(spool_body_read(&body, 0, back, sizeof back, &got), SPOOL_OK);
    assert_memory_equal(back, slice, sizeof slice);
    spool_body_close(&body);
    relay_tick(r); /* nothing new: nothing is sent */
    assert_int_equal(poll(&p, 1, 0), 0);
    listener_done(&l);
    relay_free(&r); /* with an open session and an open body: nothing leaks */
    spool_close(&spool);
}

static void progress_and_sayings(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits};
    struct relay *r = relay_new(&c, NULL);
    struct relay_progress p = {
        .totals = {.packets = 1204113, .first = 5, .last = -1, .first_file = 3}, .input_done = 77};
    relay_tell_progress(r, &p);
    relay_say(r, "cut at packet 20");
    relay_tick(r);
    struct listener l = {.atoms = relay_atoms(r)};
    assert_int_equal(relay_drain(r, 0, listen_batch, &l), RELAY_EMPTY);
    assert_int_equal(l.progress.totals.packets, 1204113);
    assert_int_equal(l.progress.totals.last, -1);
    assert_int_equal(l.progress.totals.first_file, 3);
    assert_int_equal(l.progress.input_done, 77);
    assert_string_equal(l.saying, "cut at packet 20");
    listener_done(&l);
    relay_free(&r);
}

static void *tell_for_ever(void *arg)
{
    struct relay *r = arg;
    uint64_t number = 0;
    while (!relay_stopping(r)) {
        made_smtp(++number, relay_sink(r));
    }
    relay_sink(r)->close(relay_sink(r), NULL);
    return NULL;
}

/* The viewer leaves while the capture thread waits for it: the wait ends. */
static void stop_and_discard(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits, .batch_bytes = 4096, .batches = 2};
    struct relay *r = relay_new(&c, NULL);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, tell_for_ever, r), 0);
    while (relay_counters(r).waits == 0) {
        usleep(1000);
    }
    assert_false(relay_stopping(r));
    relay_stop(r, true);
    pthread_join(thread, NULL);
    relay_free(&r);
}

/* Asked to stop, the capture side closes what is open and all of that still arrives. */
static void stop_and_listen(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits, .batch_bytes = 16384, .batches = 2};
    struct relay *r = relay_new(&c, NULL);
    struct listener l = {.atoms = relay_atoms(r)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, tell_for_ever, r), 0);
    while (l.count < 20) {
        relay_drain(r, 1000000, listen_batch, &l);
    }
    relay_stop(r, false);
    drain_all(r, &l);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < l.count; i++) {
        assert_true(l.heard[i].closed);
    }
    listener_done(&l);
    relay_free(&r);
}

static void *tell_and_rest(void *arg)
{
    struct relay *r = arg;
    uint64_t number = 0;
    while (!relay_stopping(r)) {
        made_smtp(++number, relay_sink(r));
        relay_rest(r);
    }
    relay_sink(r)->close(relay_sink(r), NULL);
    return NULL;
}

/* While it pauses nothing more is told; then it goes on, or stops. */
static void pause_and_go_on(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits, .batch_bytes = 4096, .batches = 100000};
    struct relay *r = relay_new(&c, NULL);
    struct listener l = {.atoms = relay_atoms(r)};
    pthread_t thread;
    relay_pause(r, true);
    assert_true(relay_pausing(r));
    assert_int_equal(pthread_create(&thread, NULL, tell_and_rest, r), 0);
    while (l.count < 1) { /* what was told before is handed over, although no batch is full */
        relay_drain(r, 1000000, listen_batch, &l);
    }
    usleep(20000);
    relay_drain(r, 1000000, listen_batch, &l);
    assert_int_equal(l.count, 1);
    relay_pause(r, false);
    while (l.count < 10) {
        relay_drain(r, 1000000, listen_batch, &l);
    }
    relay_pause(r, true);
    relay_stop(r, false); /* wakes it too */
    drain_all(r, &l);
    pthread_join(thread, NULL);
    listener_done(&l);
    relay_free(&r);
}

/* Each wish for a port is taken once; there is room for some. */
static void ports_are_taken(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits};
    struct relay *r = relay_new(&c, NULL);
    struct relay_port p = {"smtp", 2525}, q;
    assert_false(relay_take_port(r, &q));
    assert_true(relay_want_port(r, &p));
    assert_true(relay_take_port(r, &q));
    assert_string_equal(q.protocol, "smtp");
    assert_int_equal(q.port, 2525);
    assert_false(relay_take_port(r, &q));
    int taken = 0;
    while (relay_want_port(r, &p)) {
        assert_true(++taken < 1000);
    }
    assert_true(taken > 4);
    relay_free(&r);
}

/* Damaged records give no event and read nothing outside of them. */
static void damaged_records(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct relay_config c = {.limits = &limits};
    struct relay *r = relay_new(&c, NULL);
    made_smtp(3, relay_sink(r));
    relay_sink(r)->close(relay_sink(r), NULL);
    struct listener l = {.atoms = relay_atoms(r)};
    relay_drain(r, 1000000000, listen_batch, &l);
    struct bytes all = buf_bytes(&l.heard[0].records);
    unsigned seed = 1;
    for (int round = 0; round < 3000; round++) {
        uint8_t *copy = malloc(all.n); /* exact size: a step outside is seen by ASan */
        memcpy(copy, all.p, all.n);
        for (int i = 0; i < 3; i++) {
            seed = seed * 1103515245 + 12345;
            copy[(seed >> 8) % all.n] = (uint8_t)(seed >> 3);
        }
        size_t n = all.n - (seed >> 5) % (round % 2 ? 50 : 1);
        struct heard h = {0};
        session_room_init(&h.room);
        struct event_reader_config rc = {.atoms = l.atoms};
        h.reader = event_reader_new(&rc);
        struct session_info none = {.state = "", .protocol = ""};
        event_reader_begin(h.reader, &none, (struct pack_base){0, 0}, bytes_make(copy, n));
        struct bytes rest = bytes_make(copy, n), core, extra;
        struct record rec;
        while (record_next(&rest, &rec)) {
            if ((int)rec.kind == EV_CLOSE && unpack_snapshot(rec.body, &core, &extra) &&
                unpack_core(core, l.atoms, &h.room)) {
                unpack_extra(extra, l.atoms, &h.room);
            }
            event_reader_read(h.reader, &rec, NULL);
        }
        event_reader_free(&h.reader);
        session_room_done(&h.room);
        free(copy);
    }
    listener_done(&l);
    relay_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_in_order),   cmocka_unit_test(small_pool),
        cmocka_unit_test(large_event),          cmocka_unit_test(snapshots),
        cmocka_unit_test(progress_and_sayings), cmocka_unit_test(stop_and_discard),
        cmocka_unit_test(pause_and_go_on),      cmocka_unit_test(ports_are_taken),
        cmocka_unit_test(stop_and_listen),      cmocka_unit_test(damaged_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
