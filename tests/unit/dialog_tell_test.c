/* Every sample, told by the dissectors, then again from the store and from the filter's records:
 * all three must be the same. */
#include "ui/dialog_tell.h"

#include "capture/base/error.h"
#include "capture/pipeline.h"
#include "capture/source.h"
#include "dissect/engine.h"
#include "dissect/judge.h"
#include "tests/unit/made_session.h"
#include "ui/filter_sink.h"
#include "ui/store.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- what sinks heard, session by session ---- */

struct session_text {
    uint64_t number;
    struct describer d;
};

struct texts {
    struct sink sink;
    struct session_text **list;
    size_t count;
};

static struct session_text *text_of(struct texts *t, uint64_t number)
{
    for (size_t i = t->count; i > 0; i--) {
        if (t->list[i - 1]->number == number) {
            return t->list[i - 1];
        }
    }
    t->list = realloc(t->list, (t->count + 1) * sizeof *t->list);
    struct session_text *s = calloc(1, sizeof *s);
    s->number = number;
    describer_init(&s->d);
    return t->list[t->count++] = s;
}

/* What an event says that is known at its moment: a message told again has its envelope at once,
 * which the dissectors fill in between BEGIN and END, and its last recipients' verdicts. */
static void describe_known(struct buf *out, const struct event *e)
{
    if (e->kind == EV_MESSAGE_BEGIN) {
        buf_printf(out, "BEGIN msg#%u %s", e->u.message->number,
                   transfer_name(e->u.message->transfer));
    } else if (e->kind == EV_MESSAGE_END) {
        struct message m = *e->u.message;
        m.recipient_count = 0;
        m.outcome = OUTCOME_UNKNOWN; /* the verdict may be open here, or not */
        m.code = 0;
        m.enhanced = (struct enhanced){0, 0, 0};
        m.reply = m.queue_id = (struct bytes){NULL, 0};
        m.wait = -1;
        buf_printf(out, "END");
        describe_message(out, &m);
    } else {
        describe_event(out, e);
    }
}

/* Of a body's slices only the whole counts, and only its place before the message's end. */
static void texts_event(struct sink *self, const struct event *e)
{
    if (e->session == NULL || e->kind == EV_MESSAGE_CUT) { /* cut where the body is kept */
        return;
    }
    struct session_text *s = text_of((struct texts *)self, e->session->number);
    if (e->kind == EV_MESSAGE_DATA) {
        buf_add(&s->d.body, e->u.body.data);
        return;
    }
    if (e->kind == EV_MESSAGE_END) {
        describe_bytes(&s->d.text, "BODY",
                       bytes_sub(buf_bytes(&s->d.body), 0, (size_t)e->u.message->bytes));
        buf_clear(&s->d.body);
    }
    describe_known(&s->d.text, e);
}

static bool texts_close(struct sink *self, struct error *err)
{
    (void)self;
    (void)err;
    return true;
}

static void texts_init(struct texts *t)
{
    *t = (struct texts){.sink = {.event = texts_event, .close = texts_close}};
}

static void texts_done(struct texts *t)
{
    for (size_t i = 0; i < t->count; i++) {
        describer_done(&t->list[i]->d);
        free(t->list[i]);
    }
    free(t->list);
}

/* ---- one sample ---- */

struct reading {
    struct pipeline *pipeline;
};

static void read_packet(void *arg, const struct packet *p)
{
    pipeline_packet(((struct reading *)arg)->pipeline, p);
}

static void warn(void *arg, const char *sentence)
{
    (void)arg;
    (void)sentence;
}

/* Reads a capture into `to`, which is closed. False: it can not be opened. */
static bool read_capture(const char *path, const struct limits *limits, struct sink *to)
{
    struct source *source = NULL;
    struct source_config sc = {
        .limits = limits, .files = &path, .file_count = 1, .after = INT64_MIN, .before = INT64_MAX};
    bool usage = false;
    struct error e;
    struct sink *judge = judge_new(limits, to);
    if (!source_open(&source, &sc, &usage, &e)) {
        judge->close(judge, &e);
        return false;
    }
    struct engine_config ec = {.limits = limits, .digests = true, .bodies = true};
    struct engine *engine = engine_new(&ec, judge);
    struct pipeline_config pc = {.limits = limits, .tcp = {.limits = limits}};
    struct reading r = {pipeline_new(&pc, engine_stream_ops(), engine)};
    struct source_hooks hooks = {.packet = read_packet, .warn = warn, .arg = &r};
    source_run(source, &hooks);
    pipeline_finish(r.pipeline);
    struct capture_totals totals = {0};
    engine_totals(engine, &totals);
    judge->close(judge, &e);
    pipeline_free(&r.pipeline);
    engine_free(&engine);
    source_close(&source);
    return true;
}

static void check_same(const char *path, const char *what, struct texts *direct,
                       struct texts *again)
{
    assert_int_equal(direct->count, again->count);
    for (size_t i = 0; i < direct->count; i++) {
        struct session_text *a = direct->list[i], *b = text_of(again, a->number);
        if (strcmp(buf_cstr(&a->d.text), buf_cstr(&b->d.text)) != 0) {
            const char *x = buf_cstr(&a->d.text), *y = buf_cstr(&b->d.text);
            while (*x != '\0' && *x == *y) {
                x++;
                y++;
            }
            x -= x - buf_cstr(&a->d.text) > 200 ? 200 : x - buf_cstr(&a->d.text);
            y -= y - buf_cstr(&b->d.text) > 200 ? 200 : y - buf_cstr(&b->d.text);
            fail_msg("%s, %s, session %llu:\n%.400s\n---- but again:\n%.400s", path, what,
                     (unsigned long long)a->number, x, y);
        }
    }
}

static void from_the_store(const char *path, struct store *store, struct texts *direct)
{
    struct texts again;
    texts_init(&again);
    for (size_t i = 0; i < store_list_size(store, LIST_SESSIONS); i++) {
        struct store_ref ref = store_list_item(store, LIST_SESSIONS, i).session;
        assert_int_equal(store_replay(store, ref, &again.sink), REPLAY_WHOLE);
    }
    check_same(path, "from the store", direct, &again);
    texts_done(&again);
}

static uint64_t check_capture(const char *path, size_t memory)
{
    struct limits limits = limits_default();
    struct spool *spool = spool_open(&limits, true, NULL);
    struct relay_config rc = {.limits = &limits, .spool = spool, .batches = 1u << 20};
    struct relay *relay = relay_new(&rc, NULL);
    struct store_config stc = {.limits = &limits, .atoms = relay_atoms(relay), .spool = spool};
    struct store *store = store_new(&stc);
    struct filter *filter = filter_parse("", NULL, NULL);
    struct texts direct, filtered;
    texts_init(&direct);
    texts_init(&filtered);
    struct filter_sink_config fc = {
        .limits = &limits, .filter = filter, .bodies = true, .memory = memory};
    struct sink *sinks[3] = {&direct.sink, relay_sink(relay),
                             filter_sink_new(&fc, &filtered.sink, NULL)};
    if (!read_capture(path, &limits, tee_new(sinks, 3, NULL, NULL))) {
        print_message("%s can not be opened\n", path);
    }
    assert_int_equal(relay_drain(relay, INT64_MAX / 2, store_take, store), RELAY_ENDED);
    from_the_store(path, store, &direct);
    check_same(path, "behind the filter", &direct, &filtered);
    uint64_t sessions = direct.count;
    assert_int_equal(store_counters(store).open, 0);
    assert_int_equal(stats_totals(store_stats(store)).sessions, sessions);
    texts_done(&direct);
    texts_done(&filtered);
    filter_free(&filter);
    store_free(&store);
    relay_free(&relay);
    spool_close(&spool);
    return sessions;
}

static void samples(void **state)
{
    (void)state;
    const char *folder = getenv("MAILWIRE_TELL_FOLDER"); /* more captures, by hand */
    folder = folder != NULL ? folder : "samples";
    DIR *d = opendir(folder);
    const struct dirent *f;
    uint64_t sessions = 0, captures = 0;
    assert_non_null(d);
    while ((f = readdir(d)) != NULL) {
        char path[600];
        if (strstr(f->d_name, ".pcap") != NULL) {
            snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
            sessions += check_capture(path, captures++ % 2 ? 0 : 1000);
        }
    }
    closedir(d);
    print_message("%llu captures, %llu sessions\n", (unsigned long long)captures,
                  (unsigned long long)sessions);
    assert_true(captures > 3 && sessions > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
