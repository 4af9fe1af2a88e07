#include "capture/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- TCP stands aside: what the pipeline hands to it is what is tested ---- */

struct tcp {
    struct tcp_config config;
    unsigned segments;
    struct segment last;
    uint8_t data[512];
    uint8_t src[16], dst[16];
    int64_t ticked;
    bool finished;
    bool looks_ahead;
    unsigned expected;
    struct tcp_counters counters;
};

static struct tcp fake;

struct tcp *tcp_new(const struct tcp_config *c, const struct stream_ops *ops, void *ctx)
{
    (void)ops;
    (void)ctx;
    fake = (struct tcp){.config = *c};
    return &fake;
}

void tcp_segment(struct tcp *t, const struct segment *s)
{
    t->segments++;
    t->last = *s;
    assert_true(s->tcp.n <= sizeof t->data && s->wire_len >= s->tcp.n);
    if (s->tcp.n > 0) {
        memcpy(t->data, s->tcp.p, s->tcp.n);
    }
    memcpy(t->src, s->src, s->ip_version == 4 ? 4 : 16);
    memcpy(t->dst, s->dst, s->ip_version == 4 ? 4 : 16);
}

bool tcp_looks_ahead(const struct tcp *t)
{
    return t->looks_ahead;
}

void tcp_expect(struct tcp *t, const struct segment *s)
{
    t->expected++;
    assert_memory_equal(s->tcp.p, "a TCP header", s->tcp.n < 12 ? s->tcp.n : 12);
    assert_int_equal(s->src[0], s->ip_version == 4 ? 10 : 0xfd);
}

void tcp_tick(struct tcp *t, int64_t now)
{
    t->ticked = now;
}

void tcp_finish(struct tcp *t)
{
    t->finished = true;
}

const struct tcp_counters *tcp_counters(const struct tcp *t)
{
    return &t->counters;
}

size_t tcp_memory(const struct tcp *t)
{
    (void)t;
    return 0;
}

void tcp_free(struct tcp **t)
{
    *t = NULL;
}

/* ---- packets, written from the inside out ---- */

#define ROOM 1024

struct maker {
    uint8_t p[ROOM];
    size_t at; /* the packet is p[at, ROOM) */
};

static void front(struct maker *m, const void *p, size_t n)
{
    assert_true(n <= m->at);
    m->at -= n;
    memcpy(m->p + m->at, p, n);
}

static size_t length_of(const struct maker *m)
{
    return ROOM - m->at;
}

static void begin(struct maker *m, const char *text)
{
    m->at = ROOM;
    front(m, text, strlen(text));
}

static void ipv4(struct maker *m, uint8_t protocol, uint16_t id, uint16_t part)
{
    size_t total = length_of(m) + 20;
    uint8_t h[20] = {0x45,
                     0,
                     (uint8_t)(total >> 8),
                     (uint8_t)total,
                     (uint8_t)(id >> 8),
                     (uint8_t)id,
                     (uint8_t)(part >> 8),
                     (uint8_t)part,
                     64,
                     protocol,
                     0xba,
                     0xad,
                     10,
                     0,
                     0,
                     1,
                     10,
                     0,
                     0,
                     2};
    front(m, h, sizeof h);
}

static void ipv6(struct maker *m, uint8_t next)
{
    size_t n = length_of(m);
    uint8_t h[40] = {0x60, 0,  0,    0,        (uint8_t)(n >> 8), (uint8_t)n,
                     next, 63, 0xfd, [23] = 1, [24] = 0xfd,       [39] = 2};
    front(m, h, sizeof h);
}

static void fragment6(struct maker *m, uint8_t next, uint16_t offset_more)
{
    uint8_t h[8] = {next, 0, (uint8_t)(offset_more >> 8), (uint8_t)offset_more, 0, 0, 0, 9};
    front(m, h, sizeof h);
}

static void ethernet(struct maker *m, uint16_t type)
{
    uint8_t h[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (uint8_t)(type >> 8), (uint8_t)type};
    front(m, h, sizeof h);
}

static void vlan(struct maker *m, uint16_t id, uint16_t type)
{
    uint8_t h[4] = {(uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(type >> 8), (uint8_t)type};
    front(m, h, sizeof h);
}

static void udp(struct maker *m, uint16_t port)
{
    size_t n = length_of(m) + 8;
    uint8_t h[8] = {0xc0, 0x01, (uint8_t)(port >> 8), (uint8_t)port, (uint8_t)(n >> 8), (uint8_t)n};
    front(m, h, sizeof h);
}

/* ---- the bench ---- */

struct bench {
    struct limits limits;
    struct pipeline *p;
    struct maker m;
    uint64_t number;
};

static int bench_new(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->limits = limits_default();
    struct pipeline_config c = {.limits = &b->limits, .tcp = {.overlap = OVERLAP_BSD}};
    static const struct stream_ops ops = {0};
    b->p = pipeline_new(&c, &ops, NULL);
    *state = b;
    return 0;
}

static int bench_free(void **state)
{
    struct bench *b = *state;
    pipeline_free(&b->p);
    assert_null(b->p);
    free(b);
    return 0;
}

static void send_cut(struct bench *b, int linktype, int64_t time, size_t captured)
{
    size_t n = length_of(&b->m);
    uint8_t *copy = malloc(captured ? captured : 1);
    assert_non_null(copy);
    memcpy(copy, b->m.p + b->m.at, captured);
    struct packet p = {{copy, captured}, (uint32_t)n, linktype, time, ++b->number, 3};
    pipeline_packet(b->p, &p);
    free(copy);
}

static void send(struct bench *b, int linktype)
{
    send_cut(b, linktype, 1000 + (int64_t)b->number, length_of(&b->m));
}

static const char payload[] = "a TCP header and 1234 some data!";

static void expect_segment(const struct bench *b, unsigned segments, uint8_t version)
{
    assert_int_equal(fake.segments, segments);
    assert_int_equal(fake.last.tcp.n, sizeof payload - 1);
    assert_int_equal(fake.last.wire_len, sizeof payload - 1);
    assert_memory_equal(fake.data, payload, sizeof payload - 1);
    assert_int_equal(fake.last.ip_version, version);
    assert_int_equal(fake.src[0], version == 4 ? 10 : 0xfd);
    assert_int_equal(fake.dst[version == 4 ? 3 : 15], 2);
    assert_int_equal(fake.last.packet, b->number);
    assert_int_equal(fake.last.file, 3);
}

static void plain(void **state)
{
    struct bench *b = *state;
    assert_ptr_equal(fake.config.limits, &b->limits);
    assert_int_equal(fake.config.overlap, OVERLAP_BSD);
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    expect_segment(b, 1, 4);
    assert_int_equal(fake.last.ttl, 64);
    assert_int_equal(fake.last.time, 1000);
    assert_false(fake.last.no_checksum || fake.last.has_vlan);
    begin(&b->m, payload);
    ipv6(&b->m, 6);
    vlan(&b->m, 42, 0x86dd);
    ethernet(&b->m, 0x8100);
    send(b, 1);
    expect_segment(b, 2, 6);
    assert_int_equal(fake.last.ttl, 63);
    assert_true(fake.last.has_vlan);
    assert_int_equal(fake.last.vlan, 42);
    assert_int_equal(pipeline_counters(b->p)->packets, 2);
    assert_int_equal(pipeline_counters(b->p)->ignored, 0);
}

static void snaplen_and_no_length(void **state)
{
    struct bench *b = *state;
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    ethernet(&b->m, 0x0800);
    send_cut(b, 1, 5, 14 + 20 + 7);
    assert_int_equal(fake.last.tcp.n, 7);
    assert_int_equal(fake.last.wire_len, sizeof payload - 1);
    assert_false(fake.last.no_checksum);
    b->m.p[b->m.at + 16] = b->m.p[b->m.at + 17] = 0; /* offload wrote no length */
    send(b, 1);
    expect_segment(b, 2, 4);
    assert_true(fake.last.no_checksum);
}

/* Every tunnel around the same packet. */
static void tunnel(struct bench *b, const char *kind)
{
    static const uint8_t vxlan[8] = {0x08, 0, 0, 0, 0, 0, 7, 0};
    static const uint8_t geneve[16] = {0x02, 0, 0x65, 0x58, 0, 0, 9, 0, 0, 1, 2, 1, 0, 0, 0, 0};
    static const uint8_t gre_all[16] = {0xb0, 0, 0x08, 0, 0xab, 0xcd, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1};
    struct maker *m = &b->m;
    begin(m, payload);
    ipv4(m, 6, 1, 0);
    if (strcmp(kind, "ipip") == 0) {
        ipv4(m, 4, 2, 0);
    } else if (strcmp(kind, "4in6") == 0) {
        ipv6(m, 4);
        ethernet(m, 0x86dd);
        return;
    } else if (strcmp(kind, "gre") == 0) {
        front(m, "\0\0\x08\0", 4);
        ipv4(m, 47, 2, 0);
    } else if (strcmp(kind, "gre key checksum sequence") == 0) {
        front(m, gre_all, sizeof gre_all);
        ipv4(m, 47, 2, 0);
    } else if (strcmp(kind, "gretap") == 0) {
        ethernet(m, 0x0800);
        front(m, "\0\0\x65\x58", 4);
        ipv4(m, 47, 2, 0);
    } else if (strcmp(kind, "vxlan") == 0 || strcmp(kind, "old vxlan") == 0) {
        ethernet(m, 0x0800);
        front(m, vxlan, sizeof vxlan);
        udp(m, strcmp(kind, "vxlan") == 0 ? 4789 : 8472);
        ipv4(m, 17, 2, 0);
    } else if (strcmp(kind, "geneve") == 0) {
        ethernet(m, 0x0800);
        front(m, geneve, sizeof geneve);
        udp(m, 6081);
        ipv4(m, 17, 2, 0);
    } else if (strcmp(kind, "mpls in ip") == 0) {
        front(m, "\0\x01\x01\x40", 4);
        ipv4(m, 137, 2, 0);
    }
    ethernet(m, 0x0800);
}

static const char *const tunnels[] = {
    "ipip",      "4in6",   "gre",       "gre key checksum sequence", "gretap", "vxlan",
    "old vxlan", "geneve", "mpls in ip"};

#define TUNNELS (sizeof tunnels / sizeof tunnels[0])

static void tunnels_are_entered(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < TUNNELS; i++) {
        tunnel(b, tunnels[i]);
        send(b, 1);
        if (fake.segments != i + 1) {
            fail_msg("%s was not entered", tunnels[i]);
        }
        expect_segment(b, i + 1, 4);
    }
    begin(&b->m, payload);
    ipv6(&b->m, 6);
    ipv4(&b->m, 41, 2, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    expect_segment(b, TUNNELS + 1, 6);
}

static void cut_tunnels_are_malformed_or_ignored(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < TUNNELS; i++) {
        tunnel(b, tunnels[i]);
        size_t headers = length_of(&b->m) - (sizeof payload - 1);
        for (size_t n = 0; n < headers; n++) {
            send_cut(b, 1, 5, n);
        }
    }
    assert_int_equal(fake.segments, 0);
    const struct pipeline_counters *c = pipeline_counters(b->p);
    assert_int_equal(c->malformed + c->ignored, c->packets);
    assert_true(c->malformed > c->ignored);
}

/* Mirrors cut packets inside their tunnel without telling. */
static void cut_inside_a_tunnel(void **state)
{
    struct bench *b = *state;
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    b->m.p[b->m.at + 3] = 200; /* claims more than came through */
    ipv4(&b->m, 4, 2, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    assert_int_equal(fake.segments, 1);
    assert_int_equal(fake.last.wire_len, 180);
    assert_true(fake.last.no_checksum);
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    b->m.p[b->m.at + 3] = 200;
    ethernet(&b->m, 0x0800);
    send(b, 1);
    assert_int_equal(fake.segments, 1);
    assert_int_equal(pipeline_counters(b->p)->malformed, 1);
}

static void not_tunnels(void **state)
{
    struct bench *b = *state;
    static const uint8_t no_flag[8] = {0};
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    ethernet(&b->m, 0x0800);
    front(&b->m, no_flag, 8); /* a VXLAN port without VXLAN's flag */
    udp(&b->m, 8472);
    ipv4(&b->m, 17, 2, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    begin(&b->m, payload);
    front(&b->m, "\0\x01\x88\x0b", 4); /* GRE version 1 */
    ipv4(&b->m, 47, 2, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    begin(&b->m, payload);
    udp(&b->m, 53);
    ipv4(&b->m, 17, 2, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    assert_int_equal(fake.segments, 0);
    assert_int_equal(pipeline_counters(b->p)->ignored, 3);
}

/* ICMP errors quote the packet they complain about: it was not sent again. */
static void icmp_quotes_are_ignored(void **state)
{
    struct bench *b = *state;
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    front(&b->m, "\x03\x04\0\0\0\0\x05\xdc", 8);
    ipv4(&b->m, 1, 2, 0);
    ethernet(&b->m, 0x0800);
    send(b, 1);
    assert_int_equal(fake.segments, 0);
    assert_int_equal(pipeline_counters(b->p)->ignored, 1);
}

static void depth_is_bounded(void **state)
{
    struct bench *b = *state;
    for (unsigned depth = 0; depth < 12; depth++) {
        begin(&b->m, payload);
        ipv4(&b->m, 6, 1, 0);
        for (unsigned i = 0; i < depth; i++) {
            ipv4(&b->m, 4, 2, 0);
        }
        ethernet(&b->m, 0x0800);
        send(b, 1);
    }
    assert_int_equal(fake.segments, 8); /* Ethernet and up to seven tunnels */
    assert_int_equal(pipeline_counters(b->p)->too_deep, 4);
}

/* The packet at [from, from + n) of text as an IPv4 fragment. */
static void fragment(struct bench *b, size_t from, size_t n, bool more, uint16_t id)
{
    b->m.at = ROOM;
    front(&b->m, payload + from, n);
    ipv4(&b->m, 6, id, (uint16_t)((more ? 0x2000u : 0) | from / 8));
    ethernet(&b->m, 0x0800);
    send(b, 1);
}

static void fragments_come_together(void **state)
{
    struct bench *b = *state;
    fragment(b, 16, sizeof payload - 1 - 16, false, 7);
    fragment(b, 8, 8, true, 7);
    assert_int_equal(fake.segments, 0);
    fragment(b, 0, 8, true, 7);
    expect_segment(b, 1, 4);
    assert_false(fake.last.no_checksum); /* the whole datagram is there to be checked */
    assert_int_equal(pipeline_counters(b->p)->fragments, 3);
    fragment(b, 0, 16, true, 8);
    fragment(b, 8, 16, true, 8);
    assert_int_equal(pipeline_counters(b->p)->fragment_overlaps, 1);
    assert_int_equal(pipeline_counters(b->p)->fragments_dropped, 2);
    fragment(b, 0, 16, true, 9);
    pipeline_finish(b->p);
    assert_true(fake.finished);
    assert_int_equal(pipeline_counters(b->p)->fragments_dropped, 3);
}

static void fragments_of_ipv6(void **state)
{
    struct bench *b = *state;
    static const uint8_t options[8] = {6, 0, 1, 4};
    size_t half = 16 + sizeof options;
    uint8_t whole[sizeof options + sizeof payload - 1];
    memcpy(whole, options, sizeof options);
    memcpy(whole + sizeof options, payload, sizeof payload - 1);
    /* the first part holds the options and what counts as a TCP header */
    half += 8;
    b->m.at = ROOM;
    front(&b->m, whole + half, sizeof whole - half);
    fragment6(&b->m, 60, (uint16_t)half);
    ipv6(&b->m, 44);
    ethernet(&b->m, 0x86dd);
    send(b, 1);
    assert_int_equal(fake.segments, 0);
    b->m.at = ROOM;
    front(&b->m, whole, half);
    fragment6(&b->m, 60, 1);
    ipv6(&b->m, 44);
    ethernet(&b->m, 0x86dd);
    send(b, 1);
    expect_segment(b, 1, 6);
}

/* A fragmented tunnel packet that itself carries fragments. */
static void fragments_inside_fragments(void **state)
{
    struct bench *b = *state;
    struct maker inner[2];
    for (unsigned i = 0; i < 2; i++) {
        size_t from = i * 16, n = i == 0 ? 16 : sizeof payload - 1 - 16;
        inner[i].at = ROOM;
        front(&inner[i], payload + from, n);
        ipv4(&inner[i], 6, 77, (uint16_t)((i == 0 ? 0x2000u : 0) | from / 8));
        uint8_t whole[64];
        size_t length = length_of(&inner[i]);
        memcpy(whole, inner[i].p + inner[i].at, length);
        for (unsigned k = 0; k < 2; k++) {
            b->m.at = ROOM;
            front(&b->m, whole + k * 16, k == 0 ? 16 : length - 16);
            ipv4(&b->m, 4, (uint16_t)(100 + i), (uint16_t)(k == 0 ? 0x2000 : 2));
            ethernet(&b->m, 0x0800);
            send(b, 1);
        }
    }
    expect_segment(b, 1, 4);
}

/* A reassembled IPv6 packet that is a fragment again. */
static void fragment_of_a_fragment(void **state)
{
    struct bench *b = *state;
    uint8_t inner[40] = {6, 0, 0, 1, 0, 0, 0, 5};
    for (unsigned k = 0; k < 2; k++) {
        b->m.at = ROOM;
        front(&b->m, inner + k * 32, k == 0 ? 32 : 8);
        fragment6(&b->m, 44, (uint16_t)(k == 0 ? 1 : 32));
        ipv6(&b->m, 44);
        ethernet(&b->m, 0x86dd);
        send(b, 1);
    }
    assert_int_equal(fake.segments, 0);
}

static void counters(void **state)
{
    struct bench *b = *state;
    const struct pipeline_counters *c = pipeline_counters(b->p);
    assert_int_equal(c->first, -1);
    assert_int_equal(c->last, -1);
    assert_int_equal(c->unknown_linktype, -1);
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    send_cut(b, 127, 500, length_of(&b->m));
    send_cut(b, 99, 300, length_of(&b->m));
    send_cut(b, 101, 700, length_of(&b->m));
    send_cut(b, 101, 600, 0);
    assert_int_equal(c->packets, 4);
    assert_int_equal(c->bytes, 4 * length_of(&b->m));
    assert_int_equal(c->unknown_link, 2);
    assert_int_equal(c->unknown_linktype, 127);
    assert_int_equal(c->malformed, 1);
    assert_int_equal(c->first, 300);
    assert_int_equal(c->last, 700);
    assert_int_equal(fake.segments, 1);
    pipeline_tick(b->p, 12345);
    assert_int_equal(fake.ticked, 12345);
    assert_ptr_equal(pipeline_tcp_counters(b->p), &fake.counters);
}

/* What comes soon is unwrapped, and leaves no trace. */
static void expected_packets(void **state)
{
    struct bench *b = *state;
    begin(&b->m, payload);
    ipv4(&b->m, 6, 1, 0);
    ethernet(&b->m, 0x0800);
    size_t n = length_of(&b->m);
    struct packet p = {
        .data = bytes_make(b->m.p + b->m.at, n), .wire_len = (uint32_t)n, .linktype = 1};
    assert_false(pipeline_expect(b->p, &p));
    assert_int_equal(fake.expected, 0);
    fake.looks_ahead = true;
    for (size_t cut = 0; cut <= n; cut++) { /* at any place */
        uint8_t *copy = malloc(cut ? cut : 1);
        assert_non_null(copy);
        memcpy(copy, p.data.p, cut);
        struct packet part = {
            .data = bytes_make(copy, cut), .wire_len = (uint32_t)cut, .linktype = 1};
        assert_true(pipeline_expect(b->p, &part));
        free(copy);
    }
    assert_true(fake.expected > 10);
    assert_int_equal(fake.segments, 0);
    assert_int_equal(pipeline_counters(b->p)->packets, 0);
    assert_int_equal(pipeline_counters(b->p)->malformed, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)
    const struct CMUnitTest tests[] = {
        TEST(plain),
        TEST(snaplen_and_no_length),
        TEST(tunnels_are_entered),
        TEST(cut_tunnels_are_malformed_or_ignored),
        TEST(cut_inside_a_tunnel),
        TEST(not_tunnels),
        TEST(icmp_quotes_are_ignored),
        TEST(depth_is_bounded),
        TEST(fragments_come_together),
        TEST(fragments_of_ipv6),
        TEST(fragments_inside_fragments),
        TEST(fragment_of_a_fragment),
        TEST(counters),
        TEST(expected_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
