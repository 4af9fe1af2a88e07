#include "capture/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Bytes written as hex, blanks between; "M" stands for two MAC addresses, "4" and "6" alone for the
 * start of an IPv4 and an IPv6 packet. Exact-size, so that a read behind the end is seen. */
struct frame_bytes {
    uint8_t *p;
    size_t n;
};

static int hex_digit(char c)
{
    const char *at = strchr("0123456789abcdef", c);
    assert_true(c != '\0' && at != NULL);
    return (int)(at - "0123456789abcdef");
}

static struct frame_bytes frame(const char *text)
{
    uint8_t all[256];
    size_t n = 0;
    while (*text != '\0') {
        if (*text == ' ') {
            text++;
        } else if (*text == 'M') {
            memcpy(all + n, "\x02\0\0\0\0\1\x02\0\0\0\0\2", 12);
            n += 12;
            text++;
        } else if (text[1] == ' ' || text[1] == '\0') {
            memset(all + n, 0xee, 20);
            all[n] = *text == '4' ? 0x45 : 0x60;
            n += 20;
            text++;
        } else {
            all[n++] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
            text += 2;
        }
    }
    struct frame_bytes f = {malloc(n + 1), n};
    assert_non_null(f.p);
    memcpy(f.p, all, n);
    f.p = realloc(f.p, n ? n : 1);
    return f;
}

struct row {
    int linktype;
    const char *text;
    enum link_result want;
    unsigned layers;
    int vlan; /* -1 none */
};

static const struct row rows[] = {
    {1, "M 0800 4", LINK_IP, 1, -1},
    {1, "M 86dd 6", LINK_IP, 1, -1},
    {1, "M 0806 4", LINK_OTHER, 1, -1},
    {1, "M 8863 4", LINK_OTHER, 1, -1},
    /* VLANs */
    {1, "M 8100 002a 0800 4", LINK_IP, 2, 42},
    {1, "M 8100 e02a 86dd 6", LINK_IP, 2, 42},
    {1, "M 8100 e000 0800 4", LINK_IP, 2, -1},
    {1, "M 88a8 0064 8100 002a 0800 4", LINK_IP, 3, 42},
    {1, "M 9100 0064 8100 002a 0800 4", LINK_IP, 3, 42},
    {1, "M 9200 0064 8100 0000 0800 4", LINK_IP, 3, 100},
    {1, "M 8100 002a 0014 aaaa03 000000 0800 4", LINK_IP, 3, 42},
    /* 802.3 */
    {1, "M 0030 aaaa03 000000 0800 4", LINK_IP, 2, -1},
    {1, "M 0030 aaaa03 0000f8 0800 4", LINK_IP, 2, -1},
    {1, "M 05dc 060603 4", LINK_IP, 2, -1},
    {1, "M 0030 424203 4", LINK_OTHER, 2, -1},
    {1, "M 0030 aaaa03 00000c 0800 4", LINK_OTHER, 2, -1},
    {1, "M 0030 ffff 4", LINK_OTHER, 2, -1},
    /* MPLS */
    {1, "M 8847 00010100 4", LINK_IP, 2, -1},
    {1, "M 8848 00010000 00011100 6", LINK_IP, 3, -1},
    {1, "M 8847 00010100 00000000 M 0800 4", LINK_IP, 3, -1},
    {1, "M 8847 00010100 ff", LINK_OTHER, 2, -1},
    /* PPPoE and PPP */
    {1, "M 8864 1100 0001 0016 0021 4", LINK_IP, 3, -1},
    {1, "M 8100 002a 8864 1100 0001 0016 0057 6", LINK_IP, 4, 42},
    {1, "M 8864 1100 0001 0016 c021 4", LINK_OTHER, 3, -1},
    {1, "M 8864 11a7 0001 0016 0021 4", LINK_OTHER, 2, -1},
    {51, "1100 0001 0016 0021 4", LINK_IP, 2, -1},
    {9, "ff03 0021 4", LINK_IP, 1, -1},
    {9, "0021 4", LINK_IP, 1, -1},
    {9, "21 4", LINK_IP, 1, -1},
    {9, "ff03 57 6", LINK_IP, 1, -1},
    {9, "ff03 c021 4", LINK_OTHER, 1, -1},
    {50, "ff03 0057 6", LINK_IP, 1, -1},
    {50, "0f00 0800 4", LINK_IP, 1, -1},
    {9, "8f00 86dd 6", LINK_IP, 1, -1},
    /* Linux cooked */
    {113, "0000 0001 0006 020000000001 0000 0800 4", LINK_IP, 1, -1},
    {113, "0004 0304 0006 000000000000 0000 86dd 6", LINK_IP, 1, -1},
    {113, "0000 0001 0006 020000000001 0000 8100 002a 0800 4", LINK_IP, 2, 42},
    {113, "0000 0001 0006 020000000001 0000 0004 aaaa03 000000 0800 4", LINK_IP, 2, -1},
    {113, "0000 0338 0006 020000000001 0000 0800 4", LINK_OTHER, 1, -1},
    {276, "0800 0000 00000002 0001 00 06 020000000001 0000 4", LINK_IP, 1, -1},
    {276, "86dd 0000 00000002 0001 04 06 020000000001 0000 6", LINK_IP, 1, -1},
    {276, "8100 0000 00000002 0001 04 06 020000000001 0000 002a 0800 4", LINK_IP, 2, 42},
    {276, "0800 0000 00000002 0338 00 06 020000000001 0000 4", LINK_OTHER, 1, -1},
    /* BSD loopback: both byte orders, every system's number for IPv6 */
    {0, "02000000 4", LINK_IP, 1, -1},
    {0, "00000002 4", LINK_IP, 1, -1},
    {108, "00000002 4", LINK_IP, 1, -1},
    {0, "18000000 6", LINK_IP, 1, -1},
    {0, "0000001c 6", LINK_IP, 1, -1},
    {0, "1e000000 6", LINK_IP, 1, -1},
    {0, "0a000000 6", LINK_IP, 1, -1},
    {0, "17000000 6", LINK_IP, 1, -1},
    {0, "07000000 4", LINK_OTHER, 1, -1},
    {0, "02000002 4", LINK_OTHER, 1, -1},
    /* raw */
    {12, "4", LINK_IP, 0, -1},
    {14, "4", LINK_IP, 0, -1},
    {101, "6", LINK_IP, 0, -1},
    {228, "4", LINK_IP, 0, -1},
    {229, "6", LINK_IP, 0, -1},
    /* not read */
    {127, "00000000 4", LINK_UNKNOWN, 0, -1},
    {9999, "4", LINK_UNKNOWN, 0, -1},
    {-1, "4", LINK_UNKNOWN, 0, -1},
};

static void headers(void **state)
{
    (void)state;
    struct limits l = limits_default();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frame_bytes f = frame(rows[i].text);
        struct packet p = {{f.p, f.n}, (uint32_t)f.n + 100, rows[i].linktype, 0, 1, 0};
        struct link_info out = {0};
        enum link_result r = link_strip(&p, &l, &out);
        if (r != rows[i].want || out.layers != rows[i].layers ||
            out.has_vlan != (rows[i].vlan >= 0) || (out.has_vlan && out.vlan != rows[i].vlan)) {
            fail_msg("%d \"%s\": result %d, %u layers, vlan %d %u", rows[i].linktype, rows[i].text,
                     (int)r, out.layers, out.has_vlan, out.vlan);
        }
        if (r == LINK_IP) {
            assert_int_equal(out.ip.n, 20);
            assert_int_equal(out.wire_left, 120);
            assert_true(out.ip.p[0] == 0x45 || out.ip.p[0] == 0x60);
            assert_true(out.ip.p[19] == 0xee);
        }
        free(f.p);
    }
}

/* Every prefix of every frame: never read too far (sanitizers), never IP out of a cut header. */
static void cut_headers_are_malformed(void **state)
{
    (void)state;
    struct limits l = limits_default();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frame_bytes f = frame(rows[i].text);
        size_t header = f.n >= 20 ? f.n - 20 : 0;
        for (size_t n = 0; n < header; n++) {
            uint8_t *cut = malloc(n ? n : 1);
            assert_non_null(cut);
            memcpy(cut, f.p, n);
            struct packet p = {{cut, n}, (uint32_t)f.n, rows[i].linktype, 0, 1, 0};
            struct link_info out = {0};
            enum link_result r = link_strip(&p, &l, &out);
            bool early = rows[i].want == LINK_OTHER || rows[i].want == LINK_UNKNOWN;
            assert_true(r == LINK_MALFORMED || r == LINK_OTHER || (early && r == rows[i].want));
            free(cut);
        }
        free(f.p);
    }
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct frame_bytes f = frame("M 8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 8100 0006 "
                                 "8100 0007 0800 4");
    struct packet p = {{f.p, f.n}, (uint32_t)f.n, 1, 0, 1, 0};
    struct link_info out = {0};
    assert_int_equal(link_strip(&p, &l, &out), LINK_IP); /* eight headers */
    assert_int_equal(out.layers, 8);
    assert_int_equal(out.vlan, 7);
    out = (struct link_info){.layers = 1};
    assert_int_equal(link_strip(&p, &l, &out), LINK_TOO_DEEP);
    l.link_layers = 7;
    out = (struct link_info){0};
    assert_int_equal(link_strip(&p, &l, &out), LINK_TOO_DEEP);
    l.link_layers = 1;
    out = (struct link_info){.layers = 1};
    struct frame_bytes plain = frame("M 0800 4");
    p.data = (struct bytes){plain.p, plain.n};
    assert_int_equal(link_strip(&p, &l, &out), LINK_TOO_DEEP);
    free(f.p);
    free(plain.p);
}

static void inner_frames_go_on(void **state)
{
    (void)state;
    struct limits l = limits_default();
    struct frame_bytes f = frame("M 8100 002a 0800 4");
    struct link_info io = {.layers = 2, .has_vlan = true, .vlan = 7};
    assert_int_equal(link_strip_ethertype(0x6558, (struct bytes){f.p, f.n}, 3, &l, &io), LINK_IP);
    assert_int_equal(io.layers, 4);
    assert_int_equal(io.vlan, 42);
    assert_int_equal(io.wire_left, 20); /* a wire length below what is there is a lie */
    io = (struct link_info){0};
    assert_int_equal(link_strip_ethertype(0x6558, (struct bytes){f.p, f.n}, 100, &l, &io), LINK_IP);
    assert_int_equal(link_strip_ethertype(0x0800, (struct bytes){f.p, f.n}, 100, &l, &io), LINK_IP);
    assert_int_equal(link_strip_ethertype(0x0806, (struct bytes){f.p, f.n}, 100, &l, &io),
                     LINK_OTHER);
    free(f.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(cut_headers_are_malformed),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(inner_frames_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
