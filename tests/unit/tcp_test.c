/* TCP reassembly from hand-made segments: what a receiver reads, in which order, with which gaps.
 */
#include "capture/base/buf.h"
#include "capture/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#ifndef TEST_DATA
#define TEST_DATA "tests/data"
#endif

#define FIN 0x01u
#define SYN 0x02u
#define RST 0x04u
#define PSH 0x08u
#define ACK 0x10u
#define URG 0x20u

#define CLIENT_ISN 1000u
#define SERVER_ISN 5000u

struct world {
    struct tcp *tcp;
    struct limits limits;
    struct tcp_config config;
    struct buf read[2]; /* stream bytes by direction; a gap stands as <n> */
    struct buf log;     /* everything in order */
    int64_t time;
    uint64_t packet;
    int opens, closes;
    uint64_t packets; /* counted to the latest flow closed */
    bool checksums;
    uint32_t isn;
    uint32_t client; /* which one: each has an address of its own */
};

static void on_open(void *ctx, const struct flow_info *f, void **user)
{
    (void)f;
    (void)user;
    ((struct world *)ctx)->opens++;
}

static enum stream_verdict on_data(void *ctx, const struct flow_info *f, void **user, enum dir d,
                                   const struct chunk *c)
{
    (void)f;
    (void)user;
    struct world *w = ctx;
    buf_add(&w->read[d], c->data);
    buf_printf(&w->log, "%c:", d == FROM_CLIENT ? 'C' : 'S');
    buf_add(&w->log, c->data);
    buf_add_str(&w->log, " ");
    return STREAM_MORE;
}

static void on_gap(void *ctx, const struct flow_info *f, void **user, enum dir d,
                   const struct gap *g)
{
    (void)f;
    (void)user;
    struct world *w = ctx;
    buf_printf(&w->read[d], "<%ju>", (uintmax_t)g->missing);
    buf_printf(&w->log, "%c<%ju %d> ", d == FROM_CLIENT ? 'C' : 'S', (uintmax_t)g->missing,
               (int)g->cause);
}

static void on_note(void *ctx, const struct flow_info *f, void **user, const struct stream_note *n)
{
    (void)f;
    (void)user;
    struct world *w = ctx;
    buf_printf(&w->log, "[note %d ", (int)n->kind);
    buf_add(&w->log, n->kept);
    buf_add_str(&w->log, "/");
    buf_add(&w->log, n->other);
    buf_add_str(&w->log, "] ");
}

static void on_fin(void *ctx, const struct flow_info *f, void **user, enum dir d, int64_t time)
{
    (void)f;
    (void)user;
    (void)time;
    buf_printf(&((struct world *)ctx)->log, "%cfin ", d == FROM_CLIENT ? 'C' : 'S');
}

static void on_close(void *ctx, const struct flow_info *f, void **user, enum stream_close how,
                     int64_t time)
{
    (void)user;
    (void)time;
    struct world *w = ctx;
    w->closes++;
    w->packets = f->count[0].packets + f->count[1].packets;
    buf_printf(&w->log, "close %d ", (int)how);
}

static const struct stream_ops ops = {.open = on_open,
                                      .data = on_data,
                                      .gap = on_gap,
                                      .note = on_note,
                                      .fin = on_fin,
                                      .close = on_close};

static struct world *world_new(enum overlap_policy policy)
{
    struct world *w = calloc(1, sizeof *w);
    w->limits = limits_default();
    w->config = (struct tcp_config){.limits = &w->limits, .overlap = policy};
    w->tcp = tcp_new(&w->config, &ops, w);
    buf_init(&w->read[0], 1 << 24);
    buf_init(&w->read[1], 1 << 24);
    buf_init(&w->log, 1 << 24);
    w->isn = CLIENT_ISN;
    w->time = 1000000000;
    return w;
}

static void world_free(struct world *w)
{
    tcp_free(&w->tcp);
    buf_done(&w->read[0]);
    buf_done(&w->read[1]);
    buf_done(&w->log);
    free(w);
}

struct opts {
    uint16_t urgent;
    uint32_t tsval; /* 0: none */
    bool bad_sum;
    uint32_t cut; /* bytes the snaplen cut off */
    uint8_t ttl;
    bool bad_options; /* a kind whose length reaches over the header's end, and one of none */
};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static uint16_t sum_of(const uint8_t *tcp, size_t n, const uint8_t *src, const uint8_t *dst)
{
    uint32_t sum = 6 + (uint32_t)n;
    for (int i = 0; i < 4; i += 2) {
        sum += (uint32_t)(src[i] << 8 | src[i + 1]) + (uint32_t)(dst[i] << 8 | dst[i + 1]);
    }
    for (size_t i = 0; i < n; i++) {
        sum += (uint32_t)(i % 2 ? tcp[i] : tcp[i] << 8);
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void send_at(struct world *w, enum dir d, uint32_t seq, uint32_t ack, unsigned flags,
                    struct bytes data, struct opts o)
{
    const uint32_t c = w->client + 1;
    const uint8_t ip[2][4] = {{10, (uint8_t)(c >> 16), (uint8_t)(c >> 8), (uint8_t)c},
                              {10, 0, 0, 2}};
    size_t header = o.tsval ? 32 : o.bad_options ? 24 : 20, n = header + data.n;
    uint8_t *p = calloc(1, n);
    put16(p, d == FROM_CLIENT ? 40000 : 25);
    put16(p + 2, d == FROM_CLIENT ? 25 : 40000);
    put32(p + 4, seq);
    put32(p + 8, ack);
    p[12] = (uint8_t)(header / 4 << 4);
    p[13] = (uint8_t)flags;
    put16(p + 14, 65535);
    put16(p + 18, o.urgent);
    if (o.tsval) {
        static const uint8_t kind[4] = {1, 1, 8, 10};
        memcpy(p + 20, kind, sizeof kind);
        put32(p + 24, o.tsval);
    }
    if (o.bad_options) {
        static const uint8_t wrong[2][4] = {{8, 200, 1, 1}, {8, 0, 0, 0}};
        memcpy(p + 20, wrong[w->packet % 2], 4);
    }
    if (data.n) {
        memcpy(p + header, data.p, data.n);
    }
    put16(p + 16, sum_of(p, n, ip[d], ip[1 - d]));
    if (o.bad_sum) {
        p[16] ^= 0x55;
    }
    w->time += 1000000;
    struct segment s = {.tcp = {p, n - o.cut},
                        .wire_len = (uint32_t)n,
                        .src = ip[d],
                        .dst = ip[1 - d],
                        .ip_version = 4,
                        .ttl = o.ttl ? o.ttl : 64,
                        .time = w->time,
                        .packet = ++w->packet};
    tcp_segment(w->tcp, &s);
    free(p);
}

static void handshake(struct world *w)
{
    struct opts none = {0};
    send_at(w, FROM_CLIENT, w->isn, 0, SYN, bytes_of(""), none);
    send_at(w, FROM_SERVER, SERVER_ISN, w->isn + 1, SYN | ACK, bytes_of(""), none);
    send_at(w, FROM_CLIENT, w->isn + 1, SERVER_ISN + 1, ACK, bytes_of(""), none);
}

/* Client data at stream offset `at`. */
static void c_data(struct world *w, int64_t at, const char *text)
{
    send_at(w, FROM_CLIENT, w->isn + 1 + (uint32_t)at, SERVER_ISN + 1, PSH | ACK, bytes_of(text),
            (struct opts){0});
}

/* Server data at stream offset `at`, acknowledging the client up to `acked`. */
static void s_data(struct world *w, uint32_t at, uint32_t acked, const char *text)
{
    send_at(w, FROM_SERVER, SERVER_ISN + 1 + at, w->isn + 1 + acked, PSH | ACK, bytes_of(text),
            (struct opts){0});
}

static void fins(struct world *w, uint32_t c_end, uint32_t s_end)
{
    struct opts none = {0};
    send_at(w, FROM_CLIENT, w->isn + 1 + c_end, SERVER_ISN + 1 + s_end, FIN | ACK, bytes_of(""),
            none);
    send_at(w, FROM_SERVER, SERVER_ISN + 1 + s_end, w->isn + 2 + c_end, FIN | ACK, bytes_of(""),
            none);
}

/* ---- the kernel's answers ---- */

static void fill(struct world *w, uint32_t base, unsigned from, unsigned to, char c)
{
    char text[128];
    memset(text, c, sizeof text);
    text[(to - from) * 4] = '\0';
    c_data(w, base + from * 4, text);
}

static void overlap_case(const char *line, enum overlap_policy policy, char *got, size_t room)
{
    struct world *w = world_new(policy);
    bool hole = strncmp(line, "hole", 4) == 0;
    uint32_t base = hole ? 1 : 0;
    const char *at = strchr(line, '\t') + 1;
    bool covered[32] = {false};
    unsigned end = 0;
    handshake(w);
    for (char c = 'A'; *at != '\t' && *at != '\0'; c++) {
        char *rest;
        unsigned from = (unsigned)strtoul(at, &rest, 10);
        unsigned to = (unsigned)strtoul(rest + 1, &rest, 10);
        fill(w, base, from, to, c);
        for (unsigned i = from; i < to; i++) {
            covered[i] = true;
        }
        end = to > end ? to : end;
        at = rest + (*rest == ' ');
    }
    if (hole) {
        c_data(w, 0, "_");
    }
    for (unsigned i = 0; i < end; i++) {
        if (!covered[i]) {
            unsigned j = i;
            while (j < end && !covered[j]) {
                j++;
            }
            fill(w, base, i, j, '.');
            i = j;
        }
    }
    fins(w, base + end * 4, 0);
    snprintf(got, room, "%s", buf_cstr(&w->read[FROM_CLIENT]) + (hole ? 1 : 0));
    world_free(w);
}

static void linux_reads_what_the_kernel_read(void **state)
{
    (void)state;
    FILE *f = fopen(TEST_DATA "/linux-overlap.tsv", "r");
    assert_non_null(f);
    char line[256];
    int cases = 0, wrong = 0;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#') {
            continue;
        }
        line[strcspn(line, "\n")] = '\0';
        const char *want = strrchr(line, '\t') + 1;
        char got[256];
        overlap_case(line, OVERLAP_LINUX, got, sizeof got);
        cases++;
        if (strcmp(want, got) != 0) {
            wrong++;
            print_message("%s, read %s\n", line, got);
        }
    }
    fclose(f);
    assert_int_equal(cases, 844);
    assert_int_equal(wrong, 0);
}

static void other_policies(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum overlap_policy policy;
        const char *want;
    } cases[] = {
        {"hole\t1-2 0-3\t", OVERLAP_FIRST, "BBBBAAAABBBB"},
        {"hole\t1-2 0-3\t", OVERLAP_LAST, "BBBBBBBBBBBB"},
        {"hole\t0-2 1-3\t", OVERLAP_LAST, "AAAABBBBBBBB"},
        {"hole\t0-2 1-3\t", OVERLAP_BSD, "AAAAAAAABBBB"},
        {"hole\t1-3 0-2\t", OVERLAP_BSD, "BBBBBBBBAAAA"},
        {"hole\t1-3 0-2\t", OVERLAP_WINDOWS, "BBBBAAAAAAAA"},
        {"hole\t1-2 0-3\t", OVERLAP_WINDOWS, "BBBBBBBBBBBB"},
        {"hole\t0-2 0-2\t", OVERLAP_SOLARIS, "BBBBBBBB"},
        {"hole\t0-2 1-3\t", OVERLAP_SOLARIS, "AAAAAAAABBBB"},
        {"hole\t0-1 2-3 0-4\t", OVERLAP_FIRST, "AAAACCCCBBBBCCCC"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[256];
        overlap_case(cases[i].line, cases[i].policy, got, sizeof got);
        assert_string_equal(got, cases[i].want);
    }
}

/* ---- which segments a receiver takes (hostile.md 4.2, asked of a Linux 6.18) ---- */

#define EVIL bytes_of("EVIL")

static void evade(const char *name, uint32_t seq_off, uint32_t ack_off, unsigned flags,
                  struct opts o, bool ts, const char *want)
{
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    struct opts good = {.tsval = ts ? 6000 : 0};
    uint32_t s = w->isn + 1, a = SERVER_ISN + 1;
    if (ts) {
        send_at(w, FROM_CLIENT, s, a, PSH | ACK, bytes_of("A1"), good);
        s += 2;
    }
    send_at(w, FROM_CLIENT, s + seq_off, a + ack_off, flags, EVIL, o);
    send_at(w, FROM_CLIENT, s, a, PSH | ACK, bytes_of("GOOD"), good);
    send_at(w, FROM_SERVER, a, s + 4, ACK, bytes_of(""), (struct opts){0});
    fins(w, ts ? 6 : 4, 0);
    if (strcmp(buf_cstr(&w->read[0]), want) != 0) {
        print_message("%s: %s\n", name, buf_cstr(&w->log));
    }
    assert_string_equal(buf_cstr(&w->read[0]), want);
    world_free(w);
}

static void segments_a_receiver_does_not_take(void **state)
{
    (void)state;
    struct opts none = {0};
    evade("bad checksum", 0, 0, PSH | ACK, (struct opts){.bad_sum = true}, false, "GOOD");
    evade("no ACK flag", 0, 0, PSH, none, false, "GOOD");
    evade("no flags", 0, 0, 0, none, false, "GOOD");
    evade("old ack", 0, (uint32_t)-70000, PSH | ACK, none, false, "GOOD");
    evade("old ack -1", 0, (uint32_t)-1, PSH | ACK, none, false, "GOOD");
    evade("future ack", 0, 1000, PSH | ACK, none, false, "GOOD");
    evade("SYN in flow", 0, 0, SYN | PSH | ACK, none, false, "GOOD");
    evade("far out of window", 0x10000000, 0, PSH | ACK, none, false, "GOOD");
    evade("reset with data", 0x40000000, 0, RST | ACK, none, false, "GOOD");
    evade("reset in window", 10, 0, RST, none, false, "GOOD");
    evade("reset in window, bad checksum", 0, 0, RST, (struct opts){.bad_sum = true}, false,
          "GOOD");
    evade("old timestamp", 0, 0, PSH | ACK, (struct opts){.tsval = 10}, true, "A1GOOD");
    evade("missing timestamp", 0, 0, PSH | ACK, none, true, "A1EVIL");
    evade("ECN bits", 0, 0, PSH | ACK | 0xc0, none, false, "EVIL");
}

static void bad_options_do_not_hide_the_data(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    for (uint32_t i = 0; i < 4; i++) {
        send_at(w, FROM_CLIENT, w->isn + 1 + 2 * i, SERVER_ISN + 1, PSH | ACK, bytes_of("ab"),
                (struct opts){.bad_options = true});
    }
    assert_string_equal(buf_cstr(&w->read[0]), "abababab");
    world_free(w);
}

/* Simultaneous open (RFC 9293 3.5), four packets, and a server that answers SYN before its ACK. */
static void handshakes_of_other_kinds(void **state)
{
    (void)state;
    struct opts none = {0};
    for (int kind = 0; kind < 3; kind++) {
        struct world *w = world_new(OVERLAP_LINUX);
        send_at(w, FROM_CLIENT, w->isn, 0, SYN, bytes_of(""), none);
        if (kind == 2) {
            send_at(w, FROM_SERVER, SERVER_ISN, w->isn + 1, ACK, bytes_of(""), none);
        }
        send_at(w, FROM_SERVER, SERVER_ISN, 0, SYN, bytes_of(""), none);
        send_at(w, FROM_CLIENT, w->isn, SERVER_ISN + 1, SYN | ACK, bytes_of(""), none);
        send_at(w, FROM_SERVER, SERVER_ISN + (kind != 0), w->isn + 1, kind == 0 ? SYN | ACK : ACK,
                bytes_of(""), none);
        s_data(w, 0, 0, "220 mx");
        c_data(w, 0, "EHLO");
        assert_string_equal(buf_cstr(&w->read[1]), "220 mx");
        assert_string_equal(buf_cstr(&w->read[0]), "EHLO");
        assert_int_equal(w->opens, 1);
        world_free(w);
    }
}

/* A play of client segments "OFFSET TEXT TSVAL"; the log of what was read and told. */
static void timestamps(const char *name, const char *play, uint32_t acked, const char *want)
{
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    for (const char *at = play; *at != '\0';) {
        char *rest, text[16] = "";
        uint32_t from = (uint32_t)strtoul(at, &rest, 10);
        size_t n = strcspn(rest + 1, " ");
        memcpy(text, rest + 1, n);
        uint32_t tsval = (uint32_t)strtoul(rest + 1 + n, &rest, 10);
        send_at(w, FROM_CLIENT, w->isn + 1 + from, SERVER_ISN + 1, PSH | ACK, bytes_of(text),
                (struct opts){.tsval = tsval});
        at = rest + (*rest == ' ');
    }
    send_at(w, FROM_SERVER, SERVER_ISN + 1, w->isn + 1 + acked, ACK, bytes_of(""),
            (struct opts){0});
    tcp_finish(w->tcp);
    if (strcmp(buf_cstr(&w->log), want) != 0) {
        print_message("%s\n", name);
    }
    assert_string_equal(buf_cstr(&w->log), want);
    world_free(w);
}

static void outdated_segments_are_told_where_they_bring_something_else(void **state)
{
    (void)state;
    assert_int_equal(NOTE_PAWS_OLD, 10);
    timestamps("sent again for nothing: its time is not the stream's", "0 A1 100 0 A1 900 2 B2 500",
               4, "C:A1 C:B2 close 4 ");
    timestamps("delayed, then sent again", "0 A1 900 2 B2 500 2 B2 901", 4, "C:A1 C:B2 close 4 ");
    timestamps("delayed beyond a hole, then sent again", "0 A1 900 4 C3 500 4 C3 902 2 B2 901", 6,
               "C:A1 C:B2 C:C3 close 4 ");
    timestamps("another text", "0 A1 900 2 EV 500 2 B2 901", 4,
               "C:A1 [note 0 B2/EV] [note 10 /] C:B2 close 4 ");
    timestamps("another text behind what waits", "0 A1 900 4 C3 901 4 EV 500 2 B2 902", 6,
               "C:A1 C:B2 C:C3 [note 0 C3/EV] [note 10 /] close 4 ");
    timestamps("nothing else came", "0 A1 900 2 EV 500", 2, "C:A1 [note 10 /] C:EV close 4 ");
    timestamps("the receiver took it", "0 A1 900 2 B2 500", 4, "C:A1 C:B2 close 4 ");
}

static void urgent_bytes_leave_the_stream_as_on_linux(void **state)
{
    (void)state;
    static const struct {
        uint16_t pointer;
        const char *text, *want;
    } cases[] = {{3, "ABXCD", "ABCD"}, {1000, "ABCD", "ABCD"}, {0, "ABCD", "BCD"}};
    for (size_t i = 0; i < 3; i++) {
        struct world *w = world_new(OVERLAP_LINUX);
        handshake(w);
        send_at(w, FROM_CLIENT, w->isn + 1, SERVER_ISN + 1, PSH | ACK | URG,
                bytes_of(cases[i].text), (struct opts){.urgent = cases[i].pointer});
        assert_string_equal(buf_cstr(&w->read[0]), cases[i].want);
        world_free(w);
    }
}

static void keep_alives_and_old_data_bring_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "GOOD");
    c_data(w, 3, "Z"); /* keep-alive with a garbage byte: no conflict */
    c_data(w, 0, "GOOD");
    c_data(w, -2, "XXGOODmore"); /* begins before the stream: cut */
    assert_string_equal(buf_cstr(&w->log), "C:GOOD C:more ");
    world_free(w);
}

static void a_copy_that_differs_is_told_with_both_texts(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "GOODTEXT");
    c_data(w, 2, "XXXX");
    assert_string_equal(buf_cstr(&w->log), "C:GOODTEXT [note 0 ODTE/XXXX] ");
    c_data(w, 12, "BBBB"); /* behind a hole */
    c_data(w, 12, "CCCC");
    c_data(w, 8, "AAAA");
    assert_string_equal(buf_cstr(&w->read[0]), "GOODTEXTAAAABBBB");
    assert_non_null(strstr(buf_cstr(&w->log), "[note 0 BBBB/CCCC]"));
    world_free(w);
}

/* ---- order between the directions, holes ---- */

static void acknowledged_bytes_come_first(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    s_data(w, 0, 4, "250 "); /* acknowledges what was captured later */
    c_data(w, 0, "EHLO");
    assert_string_equal(buf_cstr(&w->log), "C:EHLO S:250  ");
    world_free(w);
}

static void a_hole_is_not_declared_at_the_ack(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 4, "BBBB");
    s_data(w, 0, 8, "ok");
    c_data(w, 0, "AAAA");
    assert_string_equal(buf_cstr(&w->log), "C:AAAA C:BBBB S:ok ");
    world_free(w);
}

static void a_hole_nobody_fills_is_declared_at_the_end(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 4, "BBBB");
    s_data(w, 0, 8, "ok");
    fins(w, 8, 2);
    tcp_finish(w->tcp);
    assert_string_equal(buf_cstr(&w->log), "C<4 0> C:BBBB S:ok Cfin Sfin close 0 ");
    world_free(w);
}

/* The last reply is lost; the FINs tell how long it was, also where its own was lost with it. */
static void what_was_lost_before_a_fin_is_a_hole(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "QUIT");
    s_data(w, 0, 4, "ok");
    fins(w, 4, 7);
    send_at(w, FROM_CLIENT, w->isn + 6, SERVER_ISN + 9, ACK, bytes_of(""), (struct opts){0});
    tcp_finish(w->tcp);
    assert_string_equal(buf_cstr(&w->log), "C:QUIT S:ok Cfin S<5 0> Sfin close 0 ");
    world_free(w);
    w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "QUIT");
    s_data(w, 0, 4, "ok");
    send_at(w, FROM_CLIENT, w->isn + 5, SERVER_ISN + 9, FIN | ACK, bytes_of(""), (struct opts){0});
    tcp_finish(w->tcp);
    assert_string_equal(buf_cstr(&w->log), "C:QUIT S:ok Cfin S<5 0> Sfin close 0 ");
    world_free(w);
}

static void a_hole_is_declared_after_a_while_once_acknowledged(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 4, "BBBB");
    s_data(w, 0, 8, "ok");
    w->time += (int64_t)(w->limits.hole_seconds + 2) * 1000000000;
    tcp_tick(w->tcp, w->time);
    assert_string_equal(buf_cstr(&w->log), "C<4 0> C:BBBB S:ok ");
    world_free(w);
}

/* Two replies are lost, and the client spoke between them: its acknowledgement parts the hole. */
static void a_hole_is_parted_where_the_other_side_spoke(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "MAIL");
    send_at(w, FROM_CLIENT, w->isn + 5, SERVER_ISN + 1 + 3, PSH | ACK, bytes_of("RCPT"),
            (struct opts){0});
    send_at(w, FROM_CLIENT, w->isn + 9, SERVER_ISN + 1 + 5, PSH | ACK, bytes_of("QUIT"),
            (struct opts){0});
    s_data(w, 5, 12, "bye");
    tcp_finish(w->tcp);
    assert_string_equal(buf_cstr(&w->log), "C:MAIL S<3 0> C:RCPT S<2 0> C:QUIT S:bye close 4 ");
    world_free(w);
}

static void a_fin_that_was_not_captured_is_no_hole(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "QUIT");
    s_data(w, 0, 5, "bye"); /* acknowledges the client's FIN, too */
    tcp_finish(w->tcp);
    assert_string_equal(buf_cstr(&w->log), "C:QUIT S:bye Cfin close 0 ");
    world_free(w);
    w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "QUIT");
    s_data(w, 0, 5, "bye"); /* captured before the FIN */
    fins(w, 4, 3);
    tcp_finish(w->tcp);
    assert_string_equal(buf_cstr(&w->log), "C:QUIT S:bye Cfin Sfin close 0 ");
    world_free(w);
}

/* The world with both FINs told, of a client that said one. */
static struct world *world_of_fins(void)
{
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "one");
    fins(w, 3, 0);
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin ");
    return w;
}

static void last_ack(struct world *w, uint32_t fins_acked)
{
    send_at(w, FROM_CLIENT, w->isn + 5, SERVER_ISN + 1 + fins_acked, ACK, bytes_of(""),
            (struct opts){0});
}

static void the_close_is_told_with_the_last_ack(void **state)
{
    (void)state;
    struct world *w = world_of_fins();
    last_ack(w, 0); /* the server's FIN is not acknowledged */
    send_at(w, FROM_SERVER, SERVER_ISN + 1, w->isn + 5, FIN | ACK, bytes_of(""), (struct opts){0});
    c_data(w, 0, "one"); /* and again what had arrived */
    assert_int_equal(w->closes, 0);
    last_ack(w, 1);
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin close 0 ");
    assert_int_equal(w->packets, 3 + 1 + 2 + 4);
    assert_int_equal(w->packets, w->packet);
    last_ack(w, 1); /* what comes later belongs to nothing */
    c_data(w, 0, "one");
    assert_int_equal(tcp_counters(w->tcp)->flows, 1);
    world_free(w);
}

static void the_close_is_told_soon_without_the_last_ack(void **state)
{
    (void)state;
    struct world *w = world_of_fins();
    tcp_tick(w->tcp, w->time + 500000000);
    assert_int_equal(w->closes, 0);
    tcp_tick(w->tcp, w->time + 3000000000);
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin close 0 ");
    last_ack(w, 1);
    c_data(w, 0, "one");
    assert_int_equal(tcp_counters(w->tcp)->flows, 1);
    world_free(w);
}

static void a_reset_or_a_syn_behind_both_fins_is_no_other_close(void **state)
{
    (void)state;
    struct world *w = world_of_fins();
    send_at(w, FROM_CLIENT, w->isn + 5, 0, RST, bytes_of(""), (struct opts){0});
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin close 0 ");
    assert_int_equal(w->packets, w->packet);
    world_free(w);
    w = world_of_fins();
    handshake(w);
    c_data(w, 0, "two");
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin close 0 C:two ");
    assert_int_equal(tcp_counters(w->tcp)->connections, 2);
    world_free(w);
}

/* Memory is full: it goes first, and it was closed, not evicted. */
static void what_lingers_gives_way_first(void **state)
{
    (void)state;
    struct world *w = world_of_fins();
    w->limits.memory = tcp_memory(w->tcp);
    w->client = 1;
    handshake(w);
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin close 0 ");
    assert_int_equal(tcp_counters(w->tcp)->evicted, 0);
    world_free(w);
}

static void a_port_used_again_is_known_without_its_syn(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "one");
    fins(w, 3, 0);
    c_data(w, 0, "one"); /* a late copy begins nothing */
    assert_int_equal(tcp_counters(w->tcp)->connections, 1);
    s_data(w, 5000, 1000000, "two"); /* acknowledges what this client never sent */
    c_data(w, 1000000, "three");
    assert_int_equal(tcp_counters(w->tcp)->connections, 2);
    assert_string_equal(buf_cstr(&w->log), "C:one Cfin Sfin close 0 S:two C:three ");
    world_free(w);
}

static void a_port_used_again_is_known_from_one_side(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    struct opts none = {0};
    for (uint32_t n = 0; n < 2; n++) { /* with its SYN-ACK, and without */
        send_at(w, FROM_SERVER, SERVER_ISN + 100000 * n, w->isn + 1, SYN | ACK, bytes_of(""), none);
        s_data(w, 100000 * n, 0, "one");
        send_at(w, FROM_SERVER, SERVER_ISN + 4 + 100000 * n, w->isn + 1, FIN | ACK, bytes_of(""),
                none);
    }
    s_data(w, 300000, 0, "three");
    assert_int_equal(tcp_counters(w->tcp)->connections, 3);
    assert_string_equal(buf_cstr(&w->log), "S:one Sfin close 3 S:one Sfin close 3 S:three ");
    world_free(w);
}

static void a_cut_packet_is_a_gap_of_known_size(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    send_at(w, FROM_CLIENT, w->isn + 1, SERVER_ISN + 1, PSH | ACK, bytes_of("0123456789"),
            (struct opts){.cut = 6});
    c_data(w, 10, "next");
    assert_string_equal(buf_cstr(&w->read[0]), "0123<6>next");
    world_free(w);
}

static void sequence_numbers_wrap_anywhere(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 64; k++) {
        struct world *w = world_new(OVERLAP_LINUX);
        w->isn = 0xffffffffu - k;
        handshake(w);
        c_data(w, 0, "abcdefghijklmnop");
        c_data(w, 32, "ABCDEFGHIJKLMNOP");
        c_data(w, 16, "qrstuvwxyz012345");
        c_data(w, 48, "end");
        assert_string_equal(buf_cstr(&w->read[0]),
                            "abcdefghijklmnopqrstuvwxyz012345ABCDEFGHIJKLMNOPend");
        world_free(w);
    }
}

static void a_bad_sender_is_believed_when_its_peer_does(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    struct opts bad = {.bad_sum = true};
    send_at(w, FROM_CLIENT, w->isn, 0, SYN, bytes_of(""), bad);
    send_at(w, FROM_SERVER, SERVER_ISN, w->isn + 1, SYN | ACK, bytes_of(""), bad);
    send_at(w, FROM_CLIENT, w->isn + 1, SERVER_ISN + 1, PSH | ACK, bytes_of("EHLO"), bad);
    send_at(w, FROM_SERVER, SERVER_ISN + 1, w->isn + 5, PSH | ACK, bytes_of("250"), bad);
    assert_string_equal(buf_cstr(&w->log), "C:EHLO S:250 ");
    world_free(w);
}

static void data_of_the_syn_counts_when_it_was_acknowledged(void **state)
{
    (void)state;
    for (int taken = 0; taken < 2; taken++) {
        struct world *w = world_new(OVERLAP_LINUX);
        struct opts none = {0};
        send_at(w, FROM_CLIENT, w->isn, 0, SYN, bytes_of("EHLO"), none);
        send_at(w, FROM_SERVER, SERVER_ISN, w->isn + (taken ? 5 : 1), SYN | ACK, bytes_of(""),
                none);
        c_data(w, taken ? 4 : 0, taken ? " x" : "EHLO x");
        assert_string_equal(buf_cstr(&w->read[0]), "EHLO x");
        world_free(w);
    }
}

/* A flood of such SYNs must meet the memory limit. */
static void data_of_the_syn_counts_as_memory(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    char data[1401];
    memset(data, 'x', sizeof data - 1);
    data[1400] = '\0';
    size_t before = tcp_memory(w->tcp);
    send_at(w, FROM_CLIENT, w->isn, 0, SYN, bytes_of(data), (struct opts){0});
    assert_true(tcp_memory(w->tcp) - before >= 1400);
    send_at(w, FROM_SERVER, SERVER_ISN, w->isn + 1, RST | ACK, bytes_of(""), (struct opts){0});
    assert_true(tcp_memory(w->tcp) - before < 64 * 1024); /* what remembers closed ones */
    assert_int_equal(w->opens, 0);
    world_free(w);
}

static void many_connections_are_told_apart(void **state)
{
    (void)state;
    enum { MANY = 15000 };
    struct world *w = world_new(OVERLAP_LINUX);
    for (w->client = 0; w->client < MANY; w->client++) {
        handshake(w);
    }
    for (w->client = 0; w->client < MANY; w->client += 3) { /* every third goes */
        send_at(w, FROM_CLIENT, w->isn + 1, SERVER_ISN + 1, RST | ACK, bytes_of(""),
                (struct opts){0});
    }
    assert_int_equal(w->closes, MANY / 3);
    for (w->client = 0; w->client < MANY; w->client++) {
        if (w->client % 3 != 0) {
            c_data(w, 0, "a");
        }
    }
    assert_int_equal(w->read[0].n, MANY / 3 * 2);
    assert_int_equal(w->opens, MANY);
    for (w->client = 0; w->client < MANY; w->client += 3) { /* their places serve again */
        handshake(w);
        c_data(w, 0, "b");
    }
    assert_int_equal(w->read[0].n, MANY);
    assert_int_equal(w->opens, MANY + MANY / 3);
    world_free(w);
}

static void a_copy_behind_a_reset_begins_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "one");
    send_at(w, FROM_CLIENT, w->isn + 1 + 3, SERVER_ISN + 1, RST | ACK, bytes_of(""),
            (struct opts){0});
    c_data(w, 0, "one");
    assert_int_equal(w->opens, 1);
    c_data(w, 3, "two"); /* the reset was forged */
    assert_int_equal(w->opens, 2);
    world_free(w);
}

static void a_port_used_again_is_a_new_connection(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    c_data(w, 0, "one");
    w->isn = 0x7fff0000;
    handshake(w);
    c_data(w, 0, "two");
    assert_int_equal(w->opens, 2);
    assert_string_equal(buf_cstr(&w->log), "C:one close 3 C:two ");
    world_free(w);
}

static void midstream_flows_are_read_from_where_they_begin(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    s_data(w, 100, 50, "220 hi");
    c_data(w, 50, "EHLO");
    s_data(w, 106, 54, "250 ok");
    assert_string_equal(buf_cstr(&w->log), "S:220 hi C:EHLO S:250 ok ");
    world_free(w);
}

static void hard_inputs_take_linear_time(void **state)
{
    (void)state;
    struct world *w = world_new(OVERLAP_LINUX);
    handshake(w);
    for (uint32_t i = 60000; i > 0; i--) {
        c_data(w, i, "x");
    }
    c_data(w, 0, "x");
    world_free(w);
    w = world_new(OVERLAP_LINUX);
    handshake(w);
    char big[1401];
    memset(big, 'a', sizeof big - 1);
    big[1400] = '\0';
    for (int i = 0; i < 60000; i++) {
        c_data(w, 1000, big);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_reads_what_the_kernel_read),
        cmocka_unit_test(other_policies),
        cmocka_unit_test(segments_a_receiver_does_not_take),
        cmocka_unit_test(outdated_segments_are_told_where_they_bring_something_else),
        cmocka_unit_test(bad_options_do_not_hide_the_data),
        cmocka_unit_test(handshakes_of_other_kinds),
        cmocka_unit_test(urgent_bytes_leave_the_stream_as_on_linux),
        cmocka_unit_test(keep_alives_and_old_data_bring_nothing),
        cmocka_unit_test(a_copy_that_differs_is_told_with_both_texts),
        cmocka_unit_test(acknowledged_bytes_come_first),
        cmocka_unit_test(a_hole_is_not_declared_at_the_ack),
        cmocka_unit_test(a_hole_nobody_fills_is_declared_at_the_end),
        cmocka_unit_test(a_hole_is_declared_after_a_while_once_acknowledged),
        cmocka_unit_test(a_hole_is_parted_where_the_other_side_spoke),
        cmocka_unit_test(a_fin_that_was_not_captured_is_no_hole),
        cmocka_unit_test(the_close_is_told_with_the_last_ack),
        cmocka_unit_test(the_close_is_told_soon_without_the_last_ack),
        cmocka_unit_test(a_reset_or_a_syn_behind_both_fins_is_no_other_close),
        cmocka_unit_test(what_lingers_gives_way_first),
        cmocka_unit_test(what_was_lost_before_a_fin_is_a_hole),
        cmocka_unit_test(a_port_used_again_is_known_without_its_syn),
        cmocka_unit_test(a_port_used_again_is_known_from_one_side),
        cmocka_unit_test(a_cut_packet_is_a_gap_of_known_size),
        cmocka_unit_test(sequence_numbers_wrap_anywhere),
        cmocka_unit_test(a_bad_sender_is_believed_when_its_peer_does),
        cmocka_unit_test(data_of_the_syn_counts_when_it_was_acknowledged),
        cmocka_unit_test(data_of_the_syn_counts_as_memory),
        cmocka_unit_test(many_connections_are_told_apart),
        cmocka_unit_test(a_copy_behind_a_reset_begins_nothing),
        cmocka_unit_test(a_port_used_again_is_a_new_connection),
        cmocka_unit_test(midstream_flows_are_read_from_where_they_begin),
        cmocka_unit_test(hard_inputs_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
