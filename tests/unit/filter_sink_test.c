/* Sessions pass whole or not at all, in memory or by way of the spool. */
#include "ui/filter_sink.h"

#include "tests/unit/made_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A describer that can be closed, and names messages as the .eml exporter does. */
struct target {
    struct describer d;
    bool closed, naming;
};

static void target_event(struct sink *self, const struct event *e)
{
    struct target *t = (struct target *)self;
    if (t->naming && e->kind == EV_MESSAGE_END) {
        message_set_file(e->u.message, "000001-1.eml");
    }
    describer_event(self, e);
    if (t->naming && e->kind == EV_MESSAGE) {
        assert_string_equal(e->u.message->file, "000001-1.eml");
    }
}

static bool target_close(struct sink *self, struct error *err)
{
    (void)err;
    ((struct target *)self)->closed = true;
    return true;
}

static void target_init(struct target *t)
{
    *t = (struct target){.closed = false};
    describer_init(&t->d);
    t->d.sink = (struct sink){.event = target_event, .close = target_close};
}

/* All that `make` tells, through a filter; `direct` gets what should come out. */
static void run(const char *text, size_t memory, bool bodies,
                void (*make)(struct sink *all, struct sink *passing), const char *check)
{
    struct limits limits = limits_default();
    struct filter *f = filter_parse(text, NULL, NULL);
    assert_non_null(f);
    struct target out, expected;
    target_init(&out);
    target_init(&expected);
    struct filter_sink_config c = {
        .limits = &limits, .filter = f, .bodies = bodies, .memory = memory};
    struct error err = {""};
    struct sink *s = filter_sink_new(&c, &out.d.sink, &err);
    assert_non_null(s);
    make(s, &expected.d.sink);
    assert_true(s->close(s, &err));
    assert_true(out.closed);
    if (check != NULL) {
        assert_non_null(strstr(buf_cstr(&out.d.text), check));
    } else {
        assert_string_equal(buf_cstr(&out.d.text), buf_cstr(&expected.d.text));
    }
    describer_done(&out.d);
    describer_done(&expected.d);
    filter_free(&f);
}

static void ten_sessions(struct sink *all, struct sink *passing)
{
    for (uint64_t i = 1; i <= 10; i++) {
        made_smtp(i, all);
        if (i == 3 || i == 7) {
            made_smtp(i, passing);
        }
    }
}

static void some_pass(void **state)
{
    (void)state;
    run("id:(3,7)", 0, true, ten_sessions, NULL);
}

/* Every session of a run goes to the spool and comes back. */
static void through_the_spool(void **state)
{
    (void)state;
    run("id:(3,7)", 100, true, ten_sessions, NULL);
    run("(client:10.1.0.3 or client:10.1.0.7) code:550 rcpt:anna body:dd or id:7", 100, true,
        ten_sessions, NULL);
}

static void none_pass(struct sink *all, struct sink *passing)
{
    (void)passing;
    made_smtp(1, all);
    made_smtp(2, all);
}

static void nothing_passes(void **state)
{
    (void)state;
    run("id:9 or user:nobody", 0, true, none_pass, NULL);
}

/* Fields of every kind of fact see the whole session. */
static void one_session(struct sink *all, struct sink *passing)
{
    made_smtp(5, all);
    made_smtp(5, passing);
}

static void fields(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "user:juergen",
        "auth:plain authok:yes",
        "finding:cleartext",
        "sev:high",
        "code:550",
        "enh:5.1.1",
        "reply:\"user unknown\"",
        "cmd:ehlo",
        "helo:pc17",
        "rcpt:nobody",
        "from:example.net",
        "rcptok:no",
        "slow>1s",
        "subject:angebot",
        "size:2100",
        "queueid:4X9kQ2",
        "outcome:accepted",
        "tls:offered",
        "header.list-id:news",
        "body:subject",
        "text:pipelining",
        "juergen@example.net",
        "not open",
        "start>-5m",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        run(texts[i], i % 2 ? 0 : 300, true, one_session, NULL);
    }
}

/* Sessions at the same time: each keeps its own events and bodies. */
static void interleaved(struct sink *all, struct sink *passing)
{
    for (int to = 0; to < 2; to++) {
        struct sink *sink = to ? passing : all;
        struct made a, b;
        made_open(&a, 1, sink);
        if (to == 0) {
            made_open(&b, 2, sink);
        }
        for (int i = 0; i < 300; i++) {
            made_command(&a, "NOOP", "NOOP a", 0);
            if (to == 0) {
                made_command(&b, "NOOP", "NOOP b", 0);
                made_reply(&b, 250, "250 b", 1000);
            }
            made_reply(&a, 250, "250 a", 1000);
        }
        made_message(&a, 40, 100);
        if (to == 0) {
            made_message(&b, 40, 0);
            made_close(&b, END_RST);
        }
        made_close(&a, END_QUIT);
    }
}

static void at_the_same_time(void **state)
{
    (void)state;
    run("closing:quit", 0, true, interleaved, NULL);
    run("closing:quit", 2000, true, interleaved, NULL);
}

static void without_session(struct sink *all, struct sink *passing)
{
    (void)passing;
    struct capture_totals t = {.packets = 77};
    struct event e = {.kind = EV_CAPTURE, .latency = -1, .u.totals = &t};
    made_smtp(1, all);
    sink_event(all, &e);
}

static void totals_pass(void **state)
{
    (void)state;
    run("id:9", 0, true, without_session, "CAPTURE dir0 0 p0 packets77\n");
}

/* Where nobody asks for bodies, none are told and none are missing. */
static void without_bodies(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct filter *f = filter_parse("header.list-id:news", NULL, NULL);
    struct target out;
    target_init(&out);
    struct filter_sink_config c = {.limits = &limits, .filter = f, .bodies = false};
    struct sink *s = filter_sink_new(&c, &out.d.sink, NULL);
    made_smtp(1, s);
    assert_true(s->close(s, NULL));
    const char *text = buf_cstr(&out.d.text);
    assert_null(strstr(text, "BODY"));
    assert_null(strstr(text, "MESSAGE_GAP"));
    assert_non_null(strstr(text, "data accepted complete1 bytes2100 missing0"));
    describer_done(&out.d);
    filter_free(&f);
}

/* A name that a sink gives a message at its end is there when the verdict comes. */
static void names_stay(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct filter *f = filter_parse("", NULL, NULL);
    struct target out;
    target_init(&out);
    out.naming = true;
    struct filter_sink_config c = {.limits = &limits, .filter = f, .bodies = true};
    struct sink *s = filter_sink_new(&c, &out.d.sink, NULL);
    made_smtp(1, s);
    assert_true(s->close(s, NULL));
    describer_done(&out.d);
    filter_free(&f);
}

/* A full spool: sessions that do not fit are left out, and that is told. */
static void spool_full(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    limits.spool_bytes = 1u << 20;
    struct filter *f = filter_parse("closing:quit", NULL, NULL);
    struct target out;
    target_init(&out);
    struct filter_sink_config c = {.limits = &limits, .filter = f, .bodies = true, .memory = 1000};
    struct sink *s = filter_sink_new(&c, &out.d.sink, NULL);
    struct made m;
    made_open(&m, 1, s);
    for (int i = 0; i < 30000; i++) {
        made_command(&m, "NOOP", "NOOP and many words so that it takes room", 0);
        made_reply(&m, 250, "250 Ok", 1000);
    }
    made_close(&m, END_QUIT);
    struct error err = {""};
    assert_false(s->close(s, &err));
    assert_non_null(strstr(err.text, "1 sessions could not be filtered"));
    assert_int_equal(out.d.text.n, 0);
    describer_done(&out.d);
    filter_free(&f);
}

/* Closed sessions give their room in the spool back: a run without end is possible. */
static void spool_is_reused(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    limits.spool_bytes = 2u << 20;
    struct filter *f = filter_parse("closing:quit", NULL, NULL);
    struct target out;
    target_init(&out);
    struct filter_sink_config c = {.limits = &limits, .filter = f, .bodies = true, .memory = 1000};
    struct sink *s = filter_sink_new(&c, &out.d.sink, NULL);
    for (uint64_t i = 1; i <= 3000; i++) { /* 6 MB of bodies */
        made_smtp(i, s);
    }
    struct error err = {""};
    assert_true(s->close(s, &err));
    size_t closes = 0;
    const char *p = buf_cstr(&out.d.text), *end = p + out.d.text.n;
    while ((p = memmem(p, (size_t)(end - p), "\nCLOSE", 6)) != NULL) {
        p += 6;
        closes++;
    }
    assert_int_equal(closes, 3000);
    assert_null(strstr(buf_cstr(&out.d.text), "missing2100"));
    describer_done(&out.d);
    filter_free(&f);
}

/* Sessions that never close are dropped at the end without a leak. */
static void left_open(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct filter *f = filter_parse("", NULL, NULL);
    struct target out;
    target_init(&out);
    struct filter_sink_config c = {.limits = &limits, .filter = f, .bodies = true};
    struct sink *s = filter_sink_new(&c, &out.d.sink, NULL);
    struct made m;
    made_open(&m, 1, s);
    made_greeting(&m, "220 hello");
    assert_true(s->close(s, NULL));
    assert_int_equal(out.d.text.n, 0);
    describer_done(&out.d);
    filter_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_pass),        cmocka_unit_test(through_the_spool),
        cmocka_unit_test(nothing_passes),   cmocka_unit_test(fields),
        cmocka_unit_test(at_the_same_time), cmocka_unit_test(totals_pass),
        cmocka_unit_test(without_bodies),   cmocka_unit_test(names_stay),
        cmocka_unit_test(spool_full),       cmocka_unit_test(spool_is_reused),
        cmocka_unit_test(left_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
