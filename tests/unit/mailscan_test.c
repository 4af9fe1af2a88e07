#include "ui/mailscan.h"

#include "dissect/mime_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* What stands behind the scan. */
struct heard {
    struct sink sink;
    unsigned messages, notes, decoded;
    uint32_t parts, session_notes;
    uint8_t worst;
    uint64_t findings;
    bool incomplete, closed;
};

static void hear(struct sink *self, const struct event *e)
{
    struct heard *h = (struct heard *)self;
    if (e->kind == EV_NOTE) {
        assert_int_equal(h->messages, h->decoded); /* in front of its message */
        h->notes++;
    } else if (e->kind == EV_MESSAGE) {
        h->messages++;
        h->decoded += e->u.message->mime != NULL;
        h->parts = e->u.message->mime != NULL ? e->u.message->mime->count : 0;
        h->incomplete = e->u.message->mime != NULL && e->u.message->mime->parts[0].incomplete;
    } else if (e->kind == EV_CLOSE) {
        h->session_notes = e->session->notes;
        h->worst = e->session->worst;
    } else if (e->kind == EV_CAPTURE) {
        h->findings = e->u.totals->findings;
    }
}

static bool hear_close(struct sink *self, struct error *err)
{
    (void)err;
    ((struct heard *)self)->closed = true;
    return true;
}

static struct session_info info(void)
{
    return (struct session_info){.number = 7, .protocol = "smtp", .state = "DATA"};
}

static void tell(struct sink *s, enum event_kind kind, struct session_info *i, struct message *m,
                 const char *data, size_t n, uint64_t count)
{
    struct event e = {.kind = kind, .session = i};
    if (kind == EV_MESSAGE_DATA || kind == EV_MESSAGE_GAP || kind == EV_MESSAGE_CUT) {
        e.u.body.message = m;
        e.u.body.data = bytes_make(data, n);
        e.u.body.count = count;
    } else {
        e.u.message = m;
    }
    sink_event(s, &e);
}

static struct sink *open_scan(struct heard *h, const struct limits *l)
{
    *h = (struct heard){.sink = {.event = hear, .close = hear_close}};
    return mailscan_new(&(struct mailscan_config){.limits = l, .digests = true}, &h->sink);
}

static const char dirty[] =
    "Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\nQU!JD\r\n";

static void test_decodes(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct heard h;
    struct sink *s = open_scan(&h, &l);
    struct session_info i = info();
    struct message m = {.number = 1, .complete = true};
    for (size_t at = 0; at < sizeof dirty - 1; at++) { /* however it was cut */
        tell(s, EV_MESSAGE_DATA, &i, &m, dirty + at, 1, 0);
    }
    tell(s, EV_MESSAGE, &i, &m, NULL, 0, 0);
    assert_null(m.mime); /* for that event only */
    assert_int_equal(h.decoded, 1);
    assert_int_equal(h.parts, 1);
    assert_int_equal(h.notes, 1);
    m.number = 2; /* nothing of it was seen */
    tell(s, EV_MESSAGE, &i, &m, NULL, 0, 0);
    assert_int_equal(h.messages, 2);
    assert_int_equal(h.decoded, 1);
    i.notes = 3;
    tell(s, EV_CLOSE, &i, NULL, NULL, 0, 0);
    assert_int_equal(h.session_notes, 4);
    assert_int_equal(h.worst, SEVERITY_LOW);
    struct capture_totals totals = {.findings = 3};
    sink_event(s, &(struct event){.kind = EV_CAPTURE, .u.totals = &totals});
    assert_int_equal(h.findings, 4);
    assert_true(s->close(s, NULL));
    assert_true(h.closed);
}

static void test_cut_and_gap(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct heard h;
    struct sink *s = open_scan(&h, &l);
    struct session_info i = info();
    struct message m = {.number = 1, .complete = true};
    tell(s, EV_MESSAGE_DATA, &i, &m, "\r\nmail", 6, 0);
    tell(s, EV_MESSAGE_DATA, &i, &m, "no mail", 7, 0);
    tell(s, EV_MESSAGE_GAP, &i, &m, NULL, 0, 10); /* in what is cut off */
    tell(s, EV_MESSAGE_CUT, &i, &m, NULL, 0, 6);
    tell(s, EV_MESSAGE, &i, &m, NULL, 0, 0);
    assert_false(h.incomplete);
    m.number = 2;
    tell(s, EV_MESSAGE_DATA, &i, &m, "\r\nmail", 6, 0);
    tell(s, EV_MESSAGE_GAP, &i, &m, NULL, 0, 10);
    tell(s, EV_MESSAGE_DATA, &i, &m, "more", 4, 0);
    tell(s, EV_MESSAGE, &i, &m, NULL, 0, 0);
    assert_true(h.incomplete);
    m.number = 3;
    m.transfer = TRANSFER_TOP; /* two lines of it: what follows is not known */
    m.has_lines = true;
    m.lines = 2;
    tell(s, EV_MESSAGE_DATA, &i, &m, "\r\nmail", 6, 0);
    tell(s, EV_MESSAGE, &i, &m, NULL, 0, 0);
    assert_true(h.incomplete);
    m.number = 4; /* never finished */
    tell(s, EV_MESSAGE_DATA, &i, &m, "\r\nmail", 6, 0);
    assert_true(s->close(s, NULL));
}

/* Messages side by side, larger than what waits in memory; and more findings than are listed. */
static void test_bounds(void **state)
{
    (void)state;
    struct limits l = limits_default();
    l.session_notes = 2;
    l.mime_bytes = 1 << 20;
    struct heard h;
    struct sink *s = open_scan(&h, &l);
    struct session_info i = info();
    enum { MANY = 8, PIECE = 200000 };
    static struct message m[MANY];
    static char piece[PIECE];
    for (uint32_t n = 0; n < MANY; n++) {
        m[n] = (struct message){.number = n + 1, .complete = true};
        tell(s, EV_MESSAGE_DATA, &i, &m[n], dirty, sizeof dirty - 1, 0);
    }
    for (unsigned round = 0; round < 8; round++) {
        for (uint32_t n = 0; n < MANY; n++) {
            tell(s, EV_MESSAGE_DATA, &i, &m[n], piece, PIECE, 0);
        }
    }
    for (uint32_t n = 0; n < MANY; n++) {
        tell(s, EV_MESSAGE, &i, &m[n], NULL, 0, 0);
        assert_true(h.incomplete); /* longer than mime_bytes */
    }
    assert_int_equal(h.decoded, MANY);
    assert_int_equal(h.notes, 2);
    tell(s, EV_CLOSE, &i, NULL, NULL, 0, 0);
    assert_true(h.session_notes >= MANY);
    assert_true(s->close(s, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),
        cmocka_unit_test(test_cut_and_gap),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
