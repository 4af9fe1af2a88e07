#include "made_session.h"
#include "ui/packets.h"
#include "ui/select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A sink that counts what it hears of each session. */
struct heard {
    struct sink sink;
    unsigned by_session[16], without;
    bool closed;
};

static void hear(struct sink *self, const struct event *e)
{
    struct heard *h = (struct heard *)self;
    if (e->session == NULL) {
        h->without++;
    } else {
        h->by_session[e->session->number]++;
    }
}

static bool hear_close(struct sink *self, struct error *err)
{
    (void)err;
    ((struct heard *)self)->closed = true;
    return true;
}

static void tell_note(struct sink *to, const char *id)
{
    struct note n = {.id = NOTE_ID_GAP, .sessions = &id, .session_count = 1};
    sink_event(to, &(struct event){.kind = EV_NOTE, .u.note = &n});
}

static void test_only_selected_sessions(void **state)
{
    (void)state;
    struct selection s = {0};
    struct heard h = {.sink = {.event = hear, .close = hear_close}};
    struct error e;
    char id[17];
    snprintf(id, sizeof id, "%016" PRIX64, 5 * UINT64_C(0x9e3779b97f4a7c15));
    assert_true(selection_is_empty(&s));
    assert_true(selection_add(&s, "2", &e));
    assert_true(selection_add(&s, id, &e));
    assert_false(selection_is_empty(&s));
    uint64_t count = 0;
    struct sink *x = selection_sink_new(&s, &count, &h.sink);
    for (uint64_t i = 1; i <= 6; i++) {
        made_smtp(i, x);
    }
    assert_int_equal(count, 2);
    for (uint64_t i = 1; i <= 6; i++) {
        assert_int_equal(h.by_session[i] > 0, i == 2 || i == 5);
    }
    assert_int_equal(h.without, 0);
    snprintf(id, sizeof id, "%016" PRIx64, 2 * UINT64_C(0x9e3779b97f4a7c15));
    tell_note(x, id);
    assert_int_equal(h.without, 1);
    snprintf(id, sizeof id, "%016" PRIx64, 3 * UINT64_C(0x9e3779b97f4a7c15));
    tell_note(x, id);
    assert_int_equal(h.without, 1);
    struct capture_totals t = {0};
    sink_event(x, &(struct event){.kind = EV_CAPTURE, .u.totals = &t});
    assert_int_equal(h.without, 2);
    assert_true(x->close(x, &e));
    assert_true(h.closed);
    selection_done(&s);
}

/* Ethernet, IPv4, TCP from port `from` to 25. */
static struct packet tcp_packet(uint8_t out[static 54], uint8_t last, uint16_t from, bool back,
                                uint16_t fragment, int64_t time)
{
    static const uint8_t ethernet_ip[34] = {
        [12] = 8, [13] = 0, [14] = 0x45, [17] = 40,  [22] = 64, [23] = 6, [26] = 10,
        [27] = 1, [28] = 0, [29] = 1,    [30] = 192, [31] = 0,  [32] = 2, [33] = 25};
    memset(out, 0, 54);
    memcpy(out, ethernet_ip, sizeof ethernet_ip);
    out[29] = last;
    out[20] = (uint8_t)(fragment >> 8);
    out[21] = (uint8_t)fragment;
    out[34] = (uint8_t)(from >> 8);
    out[35] = (uint8_t)from;
    out[37] = 25;
    out[46] = 0x50;
    if (back) {
        uint8_t swap[4];
        memcpy(swap, out + 26, 4);
        memcpy(out + 26, out + 30, 4);
        memcpy(out + 30, swap, 4);
        memcpy(swap, out + 34, 2);
        memcpy(out + 34, out + 36, 2);
        memcpy(out + 36, swap, 2);
    }
    return (struct packet){
        .data = bytes_make(out, 54), .wire_len = 54, .linktype = 1, .time = time};
}

static void test_packets_of_selected_sessions(void **state)
{
    (void)state;
    struct limits limits = limits_default();
    struct packet_spans *spans = packet_spans_new(&limits);
    struct sink *x = packet_spans_sink(spans);
    struct made m;
    uint8_t room[54];
    made_open(&m, 1, x); /* 10.1.0.1:40001 -> 192.0.2.25:25 */
    int64_t start = m.flow.start, end = start + MADE_SECOND;
    m.flow.last = end;
    made_close(&m, END_FIN);
    assert_true(x->close(x, NULL));
    static const struct {
        uint8_t host;
        uint16_t port;
        bool back;
        uint16_t fragment;
        int64_t at;
        bool wanted;
    } rows[] = {
        {1, 40001, false, 0, 0, true},
        {1, 40001, true, 0, 500, true},
        {1, 40001, false, 0, MADE_SECOND, true},
        {1, 40001, false, 0, -1, false},
        {1, 40001, false, 0, MADE_SECOND + 1, false},
        {1, 40002, false, 0, 0, false},
        {2, 40001, false, 0, 0, false},
        {1, 9, false, 100, 0, true},
        {1, 9, false, 0x2000, 0, true},
        {2, 9, false, 100, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct packet p = tcp_packet(room, rows[i].host, rows[i].port, rows[i].back,
                                     rows[i].fragment, start + rows[i].at);
        assert_int_equal(packet_spans_match(spans, &p), rows[i].wanted);
        for (size_t cut = 0; cut < 38; cut++) { /* short ones are no crash */
            struct packet q = p;
            q.data.n = cut;
            packet_spans_match(spans, &q);
        }
    }
    packet_spans_free(&spans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_selected_sessions),
        cmocka_unit_test(test_packets_of_selected_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
