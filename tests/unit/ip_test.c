#include "capture/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOM 70000

/* A packet being written, and read from an exact-size copy. */
struct maker {
    uint8_t p[ROOM];
    size_t n;
    uint8_t *copy;
};

static void put(struct maker *m, unsigned value, size_t bytes)
{
    for (size_t i = bytes; i-- > 0;) {
        m->p[m->n++] = (uint8_t)(value >> (8 * i));
    }
}

static void fill(struct maker *m, size_t n, uint8_t with)
{
    memset(m->p + m->n, with, n);
    m->n += n;
}

static struct bytes finished(struct maker *m, size_t n)
{
    free(m->copy);
    m->copy = malloc(n ? n : 1);
    assert_non_null(m->copy);
    memcpy(m->copy, m->p, n);
    return bytes_make(m->copy, n);
}

static struct maker *maker_new(void)
{
    struct maker *m = calloc(1, sizeof *m);
    assert_non_null(m);
    return m;
}

static void maker_free(struct maker *m)
{
    free(m->copy);
    free(m);
}

static void ipv4(struct maker *m, unsigned words, unsigned total, unsigned part, unsigned protocol)
{
    put(m, 0x40 | words, 1);
    put(m, 0, 1);
    put(m, total, 2);
    put(m, 0x1234, 2);
    put(m, part, 2);
    put(m, 61, 1);
    put(m, protocol, 1);
    put(m, 0xdead, 2); /* a wrong checksum */
    put(m, 0x0a000001, 4);
    put(m, 0x0a000002, 4);
    for (unsigned i = 5; i < words; i++) {
        put(m, 0x01010101, 4);
    }
}

static void ipv6(struct maker *m, unsigned length, unsigned next)
{
    put(m, 0x60000000, 4);
    put(m, length, 2);
    put(m, next, 1);
    put(m, 62, 1);
    fill(m, 15, 0xfd);
    put(m, 1, 1);
    fill(m, 15, 0xfd);
    put(m, 2, 1);
}

static void plain_ipv4(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 50, 0x4000, 6);
    fill(m, 30, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 50, false, &i), IP_READ);
    assert_int_equal(i.version, 4);
    assert_int_equal(i.protocol, IP_TCP);
    assert_int_equal(i.ttl, 61);
    assert_int_equal(i.payload.n, 30);
    assert_int_equal(i.wire, 30);
    assert_int_equal(i.src[3], 1);
    assert_int_equal(i.dst[3], 2);
    assert_false(i.fragment || i.guessed);
    maker_free(m);
}

static void padding_and_trailers_fall_away(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 40, 0, 6);
    fill(m, 20, 'x');
    fill(m, 10, 'P');
    assert_int_equal(ip_read(finished(m, m->n), 50, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 20);
    assert_int_equal(i.wire, 20);
    m->n = 0;
    ipv6(m, 20, 6);
    fill(m, 20, 'x');
    fill(m, 4, 'P');
    assert_int_equal(ip_read(finished(m, m->n), 64, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 20);
    maker_free(m);
}

static void options_are_passed(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 15, 80, 0, 6);
    fill(m, 20, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 80, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 20);
    assert_int_equal(i.payload.p[0], 'x');
    maker_free(m);
}

static void snaplen_keeps_the_wire_length(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 1500, 0, 6);
    fill(m, 48, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 1500, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 48);
    assert_int_equal(i.wire, 1480);
    assert_false(i.guessed);
    maker_free(m);
}

static void no_length_means_the_frames(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 0, 0, 6);
    fill(m, 3000, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 3020, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 3000);
    assert_true(i.guessed);
    /* above 64 KiB */
    m->n = 0;
    ipv4(m, 5, 0, 0, 6);
    fill(m, 69000, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 69020, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 69000);
    /* a lying length in the capture is not believed */
    assert_int_equal(ip_read(finished(m, 1020), UINT32_MAX, false, &i), IP_READ);
    assert_int_equal(i.wire, 1000);
    m->n = 0;
    ipv6(m, 0, 6);
    fill(m, 69000, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 69040, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 69000);
    assert_true(i.guessed);
    maker_free(m);
}

static void longer_than_its_frame(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 100, 0, 6);
    fill(m, 40, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 60, false, &i), IP_MALFORMED);
    assert_int_equal(ip_read(finished(m, m->n), 60, true, &i), IP_READ);
    assert_int_equal(i.payload.n, 40);
    assert_int_equal(i.wire, 80);
    assert_true(i.guessed);
    maker_free(m);
}

static void nonsense_headers(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    assert_int_equal(ip_read((struct bytes){NULL, 0}, 0, false, &i), IP_MALFORMED);
    ipv4(m, 5, 40, 0, 6);
    fill(m, 20, 'x');
    for (size_t n = 0; n < 20; n++) {
        assert_int_equal(ip_read(finished(m, n), 40, false, &i), IP_MALFORMED);
    }
    m->p[0] = 0x44; /* header of 16 bytes */
    assert_int_equal(ip_read(finished(m, m->n), 40, false, &i), IP_MALFORMED);
    m->p[0] = 0x4f; /* options behind the end */
    assert_int_equal(ip_read(finished(m, m->n), 40, false, &i), IP_MALFORMED);
    m->p[0] = 0x55;
    assert_int_equal(ip_read(finished(m, m->n), 40, false, &i), IP_MALFORMED);
    m->p[0] = 0x45;
    m->p[3] = 19; /* total length inside the header */
    assert_int_equal(ip_read(finished(m, m->n), 40, false, &i), IP_MALFORMED);
    m->n = 0;
    ipv6(m, 20, 6);
    for (size_t n = 0; n < 40; n++) {
        assert_int_equal(ip_read(finished(m, n), 60, false, &i), IP_MALFORMED);
    }
    maker_free(m);
}

static void fragments_of_ipv4(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 44, 0x2000 | 185, 6);
    fill(m, 24, 'x');
    assert_int_equal(ip_read(finished(m, m->n), 44, false, &i), IP_READ);
    assert_true(i.fragment && i.more);
    assert_int_equal(i.offset, 1480);
    assert_int_equal(i.id, 0x1234);
    m->p[6] = 0x00;
    assert_int_equal(ip_read(finished(m, m->n), 44, false, &i), IP_READ);
    assert_true(i.fragment && !i.more);
    m->p[6] = 0x20;
    m->p[7] = 0;
    assert_int_equal(ip_read(finished(m, m->n), 44, false, &i), IP_READ);
    assert_true(i.fragment && i.more && i.offset == 0);
    maker_free(m);
}

/* Hop-by-hop, routing, destination options, AH, an atomic fragment header, then TCP. */
static void extension_chain(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv6(m, 8 + 24 + 8 + 24 + 8 + 20, 0);
    put(m, 43, 1), put(m, 0, 1), fill(m, 6, 0);
    put(m, 60, 1), put(m, 2, 1), fill(m, 22, 0);
    put(m, 51, 1), put(m, 0, 1), fill(m, 6, 0);
    put(m, 44, 1), put(m, 4, 1), fill(m, 22, 0);
    put(m, 6, 1), put(m, 0, 1), put(m, 0, 2), put(m, 77, 4);
    fill(m, 20, 'x');
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_READ);
    assert_int_equal(i.protocol, IP_TCP);
    assert_int_equal(i.payload.n, 20);
    assert_int_equal(i.wire, 20);
    assert_int_equal(i.ttl, 62);
    assert_false(i.fragment);
    for (size_t n = 40; n < m->n - 20; n++) {
        assert_int_equal(ip_read(finished(m, n), (uint32_t)m->n, false, &i), IP_MALFORMED);
    }
    maker_free(m);
}

static void ipv6_fragment_stops_the_chain(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv6(m, 8 + 16, 44);
    put(m, 60, 1), put(m, 0, 1), put(m, 1480 | 1, 2), put(m, 0xcafebabe, 4);
    fill(m, 16, 'x');
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_READ);
    assert_true(i.fragment && i.more);
    assert_int_equal(i.offset, 1480);
    assert_int_equal(i.id, 0xcafebabe);
    assert_int_equal(i.protocol, IP_DESTINATION);
    assert_int_equal(i.payload.n, 16);
    maker_free(m);
}

static void jumbograms(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv6(m, 0, 0);
    put(m, 6, 1), put(m, 0, 1), put(m, 0xc204, 2), put(m, 68008, 4);
    fill(m, 68000, 'x');
    fill(m, 6, 'P');
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_READ);
    assert_int_equal(i.payload.n, 68000);
    assert_int_equal(i.protocol, IP_TCP);
    assert_false(i.guessed);
    m->p[44] = 0x7f; /* 2 GiB */
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_MALFORMED);
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, true, &i), IP_MALFORMED);
    /* option lengths that lead behind the header */
    m->p[42] = 5;
    m->p[43] = 0xff;
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_READ);
    assert_true(i.guessed);
    maker_free(m);
}

static void authentication_header_in_ipv4(void **state)
{
    (void)state;
    struct maker *m = maker_new();
    struct ip_info i;
    ipv4(m, 5, 20 + 24 + 20, 0, 51);
    put(m, 6, 1), put(m, 4, 1), fill(m, 22, 0);
    fill(m, 20, 'x');
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_READ);
    assert_int_equal(i.protocol, IP_TCP);
    assert_int_equal(i.payload.n, 20);
    /* hop-by-hop means nothing in IPv4 */
    m->p[9] = 0;
    assert_int_equal(ip_read(finished(m, m->n), (uint32_t)m->n, false, &i), IP_READ);
    assert_int_equal(i.protocol, 0);
    assert_int_equal(i.payload.n, 44);
    maker_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_ipv4),
        cmocka_unit_test(padding_and_trailers_fall_away),
        cmocka_unit_test(options_are_passed),
        cmocka_unit_test(snaplen_keeps_the_wire_length),
        cmocka_unit_test(no_length_means_the_frames),
        cmocka_unit_test(longer_than_its_frame),
        cmocka_unit_test(nonsense_headers),
        cmocka_unit_test(fragments_of_ipv4),
        cmocka_unit_test(extension_chain),
        cmocka_unit_test(ipv6_fragment_stops_the_chain),
        cmocka_unit_test(jumbograms),
        cmocka_unit_test(authentication_header_in_ipv4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
