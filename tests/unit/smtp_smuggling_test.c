/* SMTP smuggling, end to end through a session: each end of data that only some receivers take,
 * with a receiver that took it and one that did not, the client waiting or pipelining, the stream
 * cut at every byte. The receiver's reading must be told, with the right findings.
 */
#include "capture/base/error.h"
#include "dissect/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct protocol protocol_smtp;

/* ---- a sink that keeps what matters ---- */

struct told {
    struct sink sink;
    struct buf body[4]; /* by message number */
    struct buf summary; /* senders, outcomes, ends; commands in order */
    unsigned messages, variants, smuggling, accepted, others;
};

static void on_event(struct sink *self, const struct event *e)
{
    struct told *t = (struct told *)self;
    uint32_t n;
    switch (e->kind) {
    case EV_MESSAGE_DATA:
        n = e->u.body.message->number;
        assert_true(n < 4);
        buf_add(&t->body[n], e->u.body.data);
        break;
    case EV_MESSAGE_CUT:
        n = e->u.body.message->number;
        assert_true(e->u.body.count <= t->body[n].n);
        t->body[n].n = (size_t)e->u.body.count;
        break;
    case EV_MESSAGE:
        t->messages++;
        buf_printf(&t->summary, "[%.*s %s %s %s %u]", (int)e->u.message->mail_from.n,
                   (const char *)e->u.message->mail_from.p, outcome_name(e->u.message->outcome),
                   e->u.message->complete ? "complete" : "cut",
                   e->u.message->end_of_data ? e->u.message->end_of_data : "CRLF.CRLF",
                   e->u.message->code);
        break;
    case EV_EXCHANGE:
        buf_printf(&t->summary, "%s=%u ",
                   e->u.exchange->command->flags & COMMAND_END_OF_DATA ? "."
                   : e->u.exchange->command->verb[0] ? e->u.exchange->command->verb
                                                     : "?",
                   e->u.exchange->reply ? e->u.exchange->reply->code : 0);
        break;
    case EV_NOTE:
        t->variants += e->u.note->id == NOTE_ID_SMTP_EOD_VARIANT;
        t->smuggling += e->u.note->id == NOTE_ID_SMTP_SMUGGLING;
        t->accepted += e->u.note->id == NOTE_ID_SMTP_SMUGGLING_ACCEPTED;
        break;
    default:
        break;
    }
}

/* ---- a dialog ---- */

struct said {
    enum dir dir;
    const char *text;
    size_t n;
};

#define MOST_SAID 40

struct dialog {
    struct said said[MOST_SAID];
    size_t count, bytes;
};

static void say_n(struct dialog *d, enum dir dir, const char *text, size_t n)
{
    d->said[d->count++] = (struct said){dir, text, n};
    d->bytes += n;
}

static void say(struct dialog *d, enum dir dir, const char *text)
{
    say_n(d, dir, text, strlen(text));
}

static void give(struct session *s, enum dir dir, const char *text, size_t n, uint64_t *offset,
                 uint64_t *packet)
{
    uint8_t *copy = malloc(n ? n : 1); /* exact, freed at once: stray reads are seen */
    assert_non_null(copy);
    memcpy(copy, text, n);
    struct chunk c = {bytes_make(copy, n), (int64_t)*packet * 1000, ++*packet, offset[dir]};
    offset[dir] += n;
    if (n > 0) {
        session_data(s, dir, &c);
    }
    free(copy);
}

static void told_init(struct told *t)
{
    *t = (struct told){.sink = {.event = on_event}};
    for (size_t i = 0; i < 4; i++) {
        buf_init(&t->body[i], 1 << 20);
    }
    buf_init(&t->summary, 1 << 20);
}

static void told_done(struct told *t)
{
    for (size_t i = 0; i < 4; i++) {
        buf_done(&t->body[i]);
    }
    buf_done(&t->summary);
}

/* Plays d with one cut, `cut` bytes into all that is said (0: none). */
static void play(const struct dialog *d, size_t cut, const struct limits *l, struct told *t)
{
    struct flow_info flow = {.ip_version = 4, .start = 1, .last = 1, .seen = {true, true}};
    struct session_config config = {.limits = l, .bodies = true};
    uint64_t offset[2] = {0, 0}, packet = 0;
    size_t at = 0;
    told_init(t);
    struct session *s =
        session_open(&protocol_smtp, &config, &t->sink, &flow, false, 1, "0123456789abcdef");
    for (size_t i = 0; i < d->count; i++) {
        const struct said *x = &d->said[i];
        size_t first = cut > at && cut < at + x->n ? cut - at : x->n;
        give(s, x->dir, x->text, first, offset, &packet);
        give(s, x->dir, x->text + first, x->n - first, offset, &packet);
        at += x->n;
    }
    session_close(&s, CLOSE_FIN, 1000000);
}

static const struct {
    const char *text;
    size_t n;
    const char *name;
} variants[] = {
    {"\n.\n", 3, "LF.LF"},
    {"\r.\r", 3, "CR.CR"},
    {"\r.\n", 3, "CR.LF"},
    {"\n.\r", 3, "LF.CR"},
    {"\n.\r\n", 4, "LF.CRLF"},
    {"\r\n.\n", 4, "CRLF.LF"},
    {"\r.\r\n", 4, "CR.CRLF"},
    {"\r\n.\r", 4, "CRLF.CR"},
    {"\r\n\0.\r\n", 6, "CRLF<NUL>.CRLF"},
    {"\r\n.\0\r\n", 6, "CRLF.<NUL>CRLF"},
    {"\r\n.\r\r\n", 6, "CRLF.CRCRLF"},
    {"\r\r\n.\r\r\n", 7, "CRCRLF.CRCRLF"},
};
#define VARIANTS (sizeof variants / sizeof variants[0])

#define HEAD "Subject: first\r\n\r\nlawful text"
#define HIDDEN                                                                                     \
    "MAIL FROM:<evil@x.test>\r\nRCPT TO:<victim@y.test>\r\nDATA\r\nSubject: second\r\n\r\nhidden"

static void opening(struct dialog *d)
{
    say(d, FROM_SERVER, "220 mx.test ESMTP\r\n");
    say(d, FROM_CLIENT, "EHLO c.test\r\n");
    say(d, FROM_SERVER, "250-mx.test\r\n250 PIPELINING\r\n");
    say(d, FROM_CLIENT, "MAIL FROM:<a@c.test>\r\nRCPT TO:<b@mx.test>\r\nDATA\r\n");
    say(d, FROM_SERVER, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go\r\n");
}

static void matrix_dialog(struct dialog *d, size_t v, bool taken, bool pipelined)
{
    *d = (struct dialog){.count = 0};
    opening(d);
    say(d, FROM_CLIENT, HEAD);
    say_n(d, FROM_CLIENT, variants[v].text, variants[v].n);
    say(d, FROM_CLIENT, HIDDEN);
    say(d, FROM_CLIENT, pipelined ? "\r\n.\r\nQUIT\r\n" : "\r\n.\r\n");
    say(d, FROM_SERVER, "250 2.0.0 Ok: queued as AAAA1\r\n");
    if (taken) {
        say(d, FROM_SERVER, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go\r\n");
        say(d, FROM_SERVER, "250 2.0.0 Ok: queued as BBBB2\r\n");
    }
    if (!pipelined) {
        say(d, FROM_CLIENT, "QUIT\r\n");
    }
    say(d, FROM_SERVER, "221 2.0.0 Bye\r\n");
}

static void check_taken(const struct told *t, size_t v)
{
    char want[400];
    snprintf(want, sizeof want,
             "EHLO=250 MAIL=250 RCPT=250 DATA=354 [a@c.test accepted complete %s 250].=250 "
             "MAIL=250 RCPT=250 DATA=354 [evil@x.test accepted complete CRLF.CRLF 250].=250 "
             "QUIT=221 ",
             variants[v].name);
    assert_int_equal(t->messages, 2);
    assert_memory_equal(t->summary.p, want, strlen(want));
    assert_int_equal(t->summary.n, strlen(want));
    assert_true(bytes_starts(buf_bytes(&t->body[1]), HEAD));
    assert_true(t->body[1].n <= strlen(HEAD) + 5);
    assert_true(bytes_is(buf_bytes(&t->body[2]), "Subject: second\r\n\r\nhidden\r\n"));
    assert_int_equal(t->accepted, 1);
}

static void check_refused(const struct told *t)
{
    static const char want[] = "EHLO=250 MAIL=250 RCPT=250 DATA=354 "
                               "[a@c.test accepted complete CRLF.CRLF 250].=250 QUIT=221 ";
    assert_int_equal(t->messages, 1);
    assert_int_equal(t->summary.n, strlen(want));
    assert_memory_equal(t->summary.p, want, strlen(want));
    assert_true(bytes_search(buf_bytes(&t->body[1]), "evil@x.test", 0) != SIZE_MAX);
    assert_true(bytes_ends(buf_bytes(&t->body[1]), "hidden\r\n"));
    assert_int_equal(t->accepted, 0);
}

static void matrix(void **state)
{
    (void)state;
    struct limits l = limits_default();
    for (size_t v = 0; v < VARIANTS; v++) {
        for (unsigned how = 0; how < 4; how++) {
            struct dialog d;
            bool taken = how & 1, pipelined = how & 2;
            matrix_dialog(&d, v, taken, pipelined);
            for (size_t cut = 0; cut < d.bytes; cut++) {
                struct told t;
                play(&d, cut, &l, &t);
                if (taken) {
                    check_taken(&t, v);
                } else {
                    check_refused(&t);
                }
                assert_int_equal(t.variants, 1);
                assert_int_equal(t.smuggling, 1);
                told_done(&t);
            }
        }
    }
}

/* The receiver shows its habit once; later messages of the session follow it at once. */
static void habit_holds_for_the_session(void **state)
{
    (void)state;
    struct limits l = limits_default();
    for (size_t v = 0; v < VARIANTS; v++) {
        struct dialog d;
        matrix_dialog(&d, v, true, false);
        d.count -= 2; /* the QUIT and its answer */
        say(&d, FROM_CLIENT, "MAIL FROM:<c@c.test>\r\nRCPT TO:<b@mx.test>\r\nDATA\r\n");
        say(&d, FROM_SERVER, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go\r\n");
        say(&d, FROM_CLIENT, "third");
        say_n(&d, FROM_CLIENT, variants[v].text, variants[v].n);
        say(&d, FROM_SERVER, "250 2.0.0 Ok: queued as CCCC3\r\n");
        say(&d, FROM_CLIENT, "QUIT\r\n");
        say(&d, FROM_SERVER, "221 2.0.0 Bye\r\n");
        struct told t;
        play(&d, 0, &l, &t);
        assert_int_equal(t.messages, 3);
        assert_true(bytes_starts(buf_bytes(&t.body[3]), "third"));
        assert_true(t.body[3].n <= 10);
        assert_true(bytes_ends(buf_bytes(&t.summary), "QUIT=221 "));
        told_done(&t);
    }
}

/* One variant refused, another taken: a later message with both ends at the one that is taken. */
static void two_habits(void **state)
{
    (void)state;
    static const char envelope[] = "MAIL FROM:<a@c.test>\r\nRCPT TO:<b@mx.test>\r\nDATA\r\n";
    static const char go[] = "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go\r\n";
    struct limits l = limits_default();
    struct dialog d = {.count = 0};
    opening(&d);
    say(&d, FROM_CLIENT, "one\n.\nmore\r\n.\r\n");
    say(&d, FROM_SERVER, "250 2.0.0 queued as AAAA1\r\n");
    say(&d, FROM_CLIENT, envelope);
    say(&d, FROM_SERVER, go);
    say(&d, FROM_CLIENT, "two\r\n.\nfoo\r\nbar\r\n.\r\n");
    say(&d, FROM_SERVER, "250 2.0.0 queued as BBBB2\r\n500 ?\r\n500 ?\r\n500 ?\r\n");
    say(&d, FROM_CLIENT, envelope);
    say(&d, FROM_SERVER, go);
    say(&d, FROM_CLIENT, "three\n.\nMAIL FROM:<x@y>\r\n.\nNOOP\r\n");
    say(&d, FROM_SERVER, "250 2.0.0 queued as CCCC3\r\n250 noop\r\n");
    say(&d, FROM_CLIENT, "QUIT\r\n");
    say(&d, FROM_SERVER, "221 2.0.0 Bye\r\n");
    for (size_t cut = 0; cut < d.bytes; cut++) {
        struct told t;
        play(&d, cut, &l, &t);
        assert_int_equal(t.messages, 3);
        assert_true(bytes_is(buf_bytes(&t.body[1]), "one\n.\nmore\r\n"));
        assert_true(bytes_is(buf_bytes(&t.body[2]), "two\r\n"));
        assert_true(bytes_is(buf_bytes(&t.body[3]), "three\n.\nMAIL FROM:<x@y>\r\n"));
        assert_true(bytes_ends(buf_bytes(&t.summary), "CRLF.LF 250].=250 NOOP=250 QUIT=221 "));
        assert_int_equal(t.smuggling, 1);
        assert_int_equal(t.accepted, 0);
        told_done(&t);
    }
}

/* Behind limits.eod_bytes the strict reading is taken, and no finding is lost. */
static void beyond_the_limit(void **state)
{
    (void)state;
    struct limits l = limits_default();
    l.eod_bytes = 4096;
    struct dialog d = {.count = 0};
    static char filler[9000];
    memset(filler, 'x', sizeof filler);
    opening(&d);
    say(&d, FROM_CLIENT, "text\n.\nMAIL FROM:<e@x>\r\n");
    for (size_t i = 70; i < sizeof filler; i += 70) {
        memcpy(filler + i, "\r\n", 2);
    }
    say_n(&d, FROM_CLIENT, filler, sizeof filler);
    say(&d, FROM_CLIENT, "\n.\n\r\n.\r\n");
    say(&d, FROM_SERVER, "250 queued\r\n");
    say(&d, FROM_CLIENT, "QUIT\r\n");
    say(&d, FROM_SERVER, "221 bye\r\n");
    for (size_t cut = 0; cut < d.bytes; cut += 37) {
        struct told t;
        play(&d, cut, &l, &t);
        assert_int_equal(t.messages, 1);
        assert_int_equal(t.variants, 1);
        assert_int_equal(t.smuggling, 1);
        assert_int_equal(t.accepted, 0);
        assert_true(bytes_ends(buf_bytes(&t.summary), "CRLF.CRLF 250].=250 QUIT=221 "));
        told_done(&t);
    }
}

/* Very many ambiguous ends: bounded, and linear in time. */
static void many_ends(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct dialog d = {.count = 0};
    size_t n = 300000, used = 0;
    char *text = malloc(n);
    assert_non_null(text);
    while (used + 30 < n) {
        used += (size_t)snprintf(text + used, n - used, "MAIL FROM:<a@b>\n.\n\r.\r");
    }
    opening(&d);
    say_n(&d, FROM_CLIENT, text, used);
    say(&d, FROM_CLIENT, "\r\n.\r\n");
    say(&d, FROM_SERVER, "250 queued\r\n");
    say(&d, FROM_CLIENT, "QUIT\r\n");
    say(&d, FROM_SERVER, "221 bye\r\n");
    struct told t;
    play(&d, 0, &l, &t);
    assert_int_equal(t.messages, 1);
    assert_int_equal(t.variants, 2);
    told_done(&t);
    free(text);
}

/* Messages with ambiguous ends one after the other, all pipelined: each is decided. */
static void many_messages(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct flow_info flow = {.ip_version = 4, .start = 1, .last = 1, .seen = {true, true}};
    struct session_config config = {.limits = &l, .bodies = false};
    uint64_t offset[2] = {0, 0}, packet = 0;
    struct told t;
    told_init(&t);
    struct session *s =
        session_open(&protocol_smtp, &config, &t.sink, &flow, false, 1, "0123456789abcdef");
    struct dialog d = {.count = 0};
    opening(&d);
    for (size_t i = 0; i < d.count; i++) {
        give(s, d.said[i].dir, d.said[i].text, d.said[i].n, offset, &packet);
    }
    for (int i = 0; i < 2000; i++) {
        static const char client[] = "x\n.\ny\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
        static const char server[] = "250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n";
        give(s, FROM_CLIENT, client, sizeof client - 1, offset, &packet);
        give(s, FROM_SERVER, server, sizeof server - 1, offset, &packet);
    }
    session_close(&s, CLOSE_FIN, 1000000);
    assert_int_equal(t.messages, 2000);
    assert_int_equal(t.accepted, 0);
    told_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix),     cmocka_unit_test(habit_holds_for_the_session),
        cmocka_unit_test(two_habits), cmocka_unit_test(beyond_the_limit),
        cmocka_unit_test(many_ends),  cmocka_unit_test(many_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
