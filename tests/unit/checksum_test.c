/* The TCP checksum against RFC 1071's definition, word by word, at every length and alignment. */
#include "capture/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST 1600

static const uint8_t src[16] = {0xfe, 0x80, 1, 2, 3, 255, 254, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t dst[16] = {0xfe, 0x80, 255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1};

static uint32_t plain_sum(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static void set_field(uint8_t *tcp, uint32_t value)
{
    tcp[16] = (uint8_t)(value >> 8);
    tcp[17] = (uint8_t)value;
}

static uint32_t pseudo(size_t n, uint8_t version)
{
    size_t address = version == 4 ? 4 : 16;
    return plain_sum(plain_sum(6 + (uint32_t)n, src, address), dst, address);
}

static void good_bad_and_offloaded_at_every_length(void **state)
{
    (void)state;
    uint8_t *room = malloc(MOST + 8);
    srand(1);
    for (size_t n = 20; n < MOST; n++) {
        uint8_t *tcp = room + n % 8, version = n % 2 ? 4 : 6;
        for (size_t i = 0; i < n; i++) {
            tcp[i] = n % 5 == 0 ? 0xff : (uint8_t)rand();
        }
        set_field(tcp, 0);
        struct bytes b = bytes_make(tcp, n);
        set_field(tcp, ~plain_sum(pseudo(n, version), tcp, n) & 0xffff);
        assert_int_equal(checksum_tcp(b, src, dst, version), CHECKSUM_GOOD);
        tcp[n - 1] ^= 0x10;
        assert_int_equal(checksum_tcp(b, src, dst, version), CHECKSUM_BAD);
        tcp[0] = 1; /* else a sum of ones only may be right with the pseudo header's, too */
        set_field(tcp, pseudo(n, version));
        assert_int_equal(checksum_tcp(b, src, dst, version), CHECKSUM_OFFLOADED);
    }
    free(room);
}

/* The memory ends with the segment: what is read beyond it, a sanitizer tells. */
static void every_short_length_at_every_alignment(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 600; n++) {
        for (size_t at = 0; at < 32; at++) {
            uint8_t *room = malloc(at + n), *tcp = room + at;
            for (size_t i = 0; i < n; i++) {
                tcp[i] = (uint8_t)(i * 37 + at * 11 + n);
            }
            tcp[0] = tcp[1] = 0;
            uint32_t rest = ~plain_sum(pseudo(n, 4), tcp, n) & 0xffff;
            tcp[0] = (uint8_t)(rest >> 8);
            tcp[1] = (uint8_t)rest;
            assert_int_equal(checksum_tcp(bytes_make(tcp, n), src, dst, 4), CHECKSUM_GOOD);
            tcp[n - 1 - at % n] ^= 0x08;
            assert_int_equal(checksum_tcp(bytes_make(tcp, n), src, dst, 4), CHECKSUM_BAD);
            free(room);
        }
    }
}

static void the_largest_segment_of_ones(void **state)
{
    (void)state;
    const size_t n = 262144;
    uint8_t *tcp = malloc(n);
    memset(tcp, 0xff, n);
    set_field(tcp, 0);
    set_field(tcp, ~plain_sum(pseudo(n, 6), tcp, n) & 0xffff);
    assert_int_equal(checksum_tcp(bytes_make(tcp, n), src, dst, 6), CHECKSUM_GOOD);
    tcp[n / 2]--;
    assert_int_equal(checksum_tcp(bytes_make(tcp, n), src, dst, 6), CHECKSUM_BAD);
    free(tcp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_bad_and_offloaded_at_every_length),
        cmocka_unit_test(every_short_length_at_every_alignment),
        cmocka_unit_test(the_largest_segment_of_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
