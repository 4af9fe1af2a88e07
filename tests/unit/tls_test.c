/* tls: real handshakes of every version, whole and byte by byte, cut, hurt and with holes. */
#include "dissect/tls.h"
#include "tests/unit/tls_flows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct reader {
    struct limits limits;
    struct arena arena;
    struct tls *tls;
    unsigned told;
};

static void reader_open(struct reader *r)
{
    r->limits = limits_default();
    r->told = 0;
    arena_init(&r->arena, 1 << 18);
    r->tls = tls_new(&r->limits, &r->arena, TLS_STARTTLS, 7);
}

static void reader_close(struct reader *r)
{
    tls_free(&r->tls);
    arena_done(&r->arena);
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The bytes of one piece, in a malloc of their exact size. */
static uint8_t *unhex(const char *text, size_t *n)
{
    *n = strlen(text) / 2;
    uint8_t *out = malloc(*n + 1);
    assert_non_null(out);
    for (size_t i = 0; i < *n; i++) {
        out[i] = (uint8_t)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
    }
    return out;
}

static void feed(struct reader *r, enum dir dir, const uint8_t *p, size_t n, size_t step)
{
    for (size_t at = 0; at < n; at += step) {
        size_t part = n - at < step ? n - at : step;
        uint8_t *copy = malloc(part); /* so that a read past it is seen */
        assert_non_null(copy);
        memcpy(copy, p + at, part);
        r->told += tls_data(r->tls, dir, bytes_make(copy, part));
        free(copy);
    }
}

static void play(struct reader *r, const char *const *flow, size_t step)
{
    for (; *flow != NULL; flow++) {
        size_t n;
        uint8_t *p = unhex(*flow + 1, &n);
        feed(r, **flow == 'C' ? FROM_CLIENT : FROM_SERVER, p, n, step);
        free(p);
    }
}

static void is(struct bytes have, const char *want)
{
    assert_int_equal(have.n, strlen(want));
    assert_memory_equal(have.p ? have.p : (const uint8_t *)"", want, have.n);
}

static const size_t steps[] = {100000, 1, 7, 1460};

#define EACH_STEP(i) (size_t i = 0; i < sizeof steps / sizeof *steps; i++)

static void tls13(void **state)
{
    (void)state;
    for
        EACH_STEP(i)
        {
            struct reader r;
            reader_open(&r);
            play(&r, flow_tls13, steps[i]);
            const struct tls_info *t = tls_facts(r.tls);
            assert_int_equal(t->start, TLS_STARTTLS);
            assert_int_equal(t->offered_version, 0x0304);
            assert_int_equal(t->version, 0x0304);
            assert_string_equal(t->cipher_name, "TLS_AES_256_GCM_SHA384");
            is(t->server_name, "mx1.lab.test");
            is(t->alpn, "pop3,imap"); /* the server's choice is encrypted */
            assert_true(t->established);
            assert_false(t->alert);
            assert_null(t->subject.p);
            assert_int_equal(t->bytes[FROM_CLIENT], 262 + 80 + 29);
            assert_int_equal(t->bytes[FROM_SERVER], 825 + 510 + 24);
            assert_int_equal(r.told, 3); /* two hellos, established */
            reader_close(&r);
        }
}

static void tls12_shows_the_certificate(void **state)
{
    (void)state;
    for
        EACH_STEP(i)
        {
            struct reader r;
            reader_open(&r);
            play(&r, flow_tls12, steps[i]);
            const struct tls_info *t = tls_facts(r.tls);
            assert_int_equal(t->version, 0x0303);
            assert_string_equal(t->cipher_name, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
            is(t->server_name, "leaf.lab.test");
            is(t->alpn, "pop3"); /* chosen */
            is(t->subject, "CN=leaf.lab.test");
            is(t->issuer, "CN=mx1.lab.test,O=Pr\xc3\xbc"
                          "fung\\, Labor");
            assert_int_equal(t->not_before, 1795295829 * INT64_C(1000000000));
            assert_int_equal(t->not_after, 1826831829 * INT64_C(1000000000));
            assert_false(t->self_signed);
            assert_true(t->established);
            reader_close(&r);
        }
}

static void tls10(void **state)
{
    (void)state;
    struct reader r;
    reader_open(&r);
    play(&r, flow_tls10, 100000);
    const struct tls_info *t = tls_facts(r.tls);
    assert_int_equal(t->offered_version, 0x0301);
    assert_int_equal(t->version, 0x0301);
    assert_string_equal(t->cipher_name, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");
    assert_null(t->server_name.p);
    assert_true(t->self_signed);
    assert_true(t->established);
    reader_close(&r);
}

static void alerts(void **state)
{
    (void)state;
    for
        EACH_STEP(i)
        {
            struct reader r;
            reader_open(&r);
            play(&r, flow_tls12_bad_ca, steps[i]);
            const struct tls_info *t = tls_facts(r.tls);
            assert_true(t->alert);
            assert_int_equal(t->alert_dir, FROM_CLIENT);
            assert_true(t->alert_code == 18 || t->alert_code == 48); /* self signed, unknown CA */
            assert_false(t->established);
            is(t->subject, "CN=mx1.lab.test,O=Pr\xc3\xbc"
                           "fung\\, Labor");
            reader_close(&r);

            reader_open(&r);
            play(&r, flow_tls12_no_cipher, steps[i]);
            t = tls_facts(r.tls);
            assert_true(t->alert);
            assert_int_equal(t->alert_dir, FROM_SERVER);
            assert_int_equal(t->alert_code, 40); /* handshake_failure */
            assert_int_equal(t->version, 0);
            assert_false(t->established);
            reader_close(&r);

            reader_open(&r);
            play(&r, flow_tls13_bad_ca, steps[i]);
            t = tls_facts(r.tls);
            assert_int_equal(t->version, 0x0304);
            assert_false(
                t->established); /* the server's encrypted flight came, the client gave up */
            reader_close(&r);
        }
}

static void hello_retry_request(void **state)
{
    (void)state;
    for
        EACH_STEP(i)
        {
            struct reader r;
            reader_open(&r);
            play(&r, flow_tls13_retry, steps[i]);
            const struct tls_info *t = tls_facts(r.tls);
            assert_int_equal(t->version, 0x0304);
            is(t->server_name, "mx1.lab.test");
            assert_true(t->established);
            reader_close(&r);
        }
}

/* SSL 2.0: ClientHello (RC4, DES), ServerHello without a certificate, then more from both. */
static void ssl2(void **state)
{
    (void)state;
    uint8_t client[2 + 9 + 6 + 16] = {0x80, 31, 1, 0, 2, 0, 6, 0, 0, 0, 16, 1, 0, 0x80, 6, 0, 0x40};
    uint8_t server[2 + 11 + 3 + 16] = {0x80, 30, 4, 0, 1, 0, 2, 0, 0, 0, 3, 0, 16, 1, 0, 0x80};
    uint8_t more[40] = {0x80, 38, 2};
    struct reader r;
    reader_open(&r);
    assert_int_equal(tls_look(bytes_make(client, sizeof client)), TLS_LOOK_YES);
    feed(&r, FROM_CLIENT, client, sizeof client, 100);
    feed(&r, FROM_SERVER, server, sizeof server, 1);
    const struct tls_info *t = tls_facts(r.tls);
    assert_int_equal(t->offered_version, 0x0002);
    assert_int_equal(t->version, 0x0002);
    assert_false(t->established);
    feed(&r, FROM_CLIENT, more, sizeof more, 100);
    feed(&r, FROM_SERVER, more, 5, 100); /* an error message */
    assert_false(t->established);
    feed(&r, FROM_SERVER, more, sizeof more, 100);
    assert_true(t->established);
    assert_int_equal(t->bytes[FROM_SERVER], sizeof server + 5 + sizeof more);
    reader_close(&r);
}

/* An SSL 2.0 hello that offers TLS 1.0 (RFC 2246 E), answered in TLS. */
static void ssl2_hello_for_tls(void **state)
{
    (void)state;
    uint8_t client[2 + 9 + 3 + 16] = {0x80, 28, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 5};
    struct reader r;
    reader_open(&r);
    assert_int_equal(tls_look(bytes_make(client, sizeof client)), TLS_LOOK_YES);
    feed(&r, FROM_CLIENT, client, sizeof client, 3);
    play(&r, flow_tls10 + 1, 100000); /* from the ServerHello on */
    const struct tls_info *t = tls_facts(r.tls);
    assert_int_equal(t->offered_version, 0x0301);
    assert_int_equal(t->version, 0x0301);
    assert_true(t->established);
    reader_close(&r);
}

struct look_row {
    const char *hex;
    enum tls_look want;
};

static void expect_looks(enum tls_look (*look)(struct bytes), const struct look_row *row,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n;
        uint8_t *p = unhex(row[i].hex, &n);
        assert_int_equal(look(bytes_make(p, n)), row[i].want);
        assert_true(row[i].want != TLS_LOOK_MORE || n < 6);
        free(p);
    }
}

static void looks(void **state)
{
    (void)state;
    static const struct look_row rows[] = {
        {"", TLS_LOOK_MORE},
        {"16", TLS_LOOK_MORE},
        {"1603", TLS_LOOK_MORE},
        {"1603010200", TLS_LOOK_MORE},
        {"160301020001", TLS_LOOK_YES},
        {"160303004a02", TLS_LOOK_YES},
        {"160301020005", TLS_LOOK_NO},   /* not a hello */
        {"160305020001", TLS_LOOK_NO},   /* no such version */
        {"160301ffff01", TLS_LOOK_NO},   /* no such length */
        {"15030100020228", TLS_LOOK_NO}, /* an alert opens nothing */
        {"2b4f4b20", TLS_LOOK_NO},       /* +OK */
        {"53", TLS_LOOK_NO},
        {"80", TLS_LOOK_MORE},
        {"802e01", TLS_LOOK_MORE},
        {"802e010002", TLS_LOOK_YES},
        {"802e010301", TLS_LOOK_YES},
        {"802e017777", TLS_LOOK_NO},
        {"8005010002", TLS_LOOK_NO}, /* too short to be one */
        {"e4f6fc", TLS_LOOK_NO},     /* latin-1 text */
    };
    expect_looks(tls_look, rows, sizeof rows / sizeof *rows);
}

/* Who answers a ClientHello may do so with an alert. */
static void looks_answered(void **state)
{
    (void)state;
    static const struct look_row rows[] = {
        {"", TLS_LOOK_MORE},
        {"160303004a02", TLS_LOOK_YES},
        {"15", TLS_LOOK_MORE},
        {"1503010002", TLS_LOOK_MORE},
        {"15030100020228", TLS_LOOK_YES},
        {"15030100020328", TLS_LOOK_NO}, /* no such level */
        {"15030100130228", TLS_LOOK_NO}, /* encrypted */
        {"1520", TLS_LOOK_NO},
        {"323230", TLS_LOOK_NO},
    };
    expect_looks(tls_look_answer, rows, sizeof rows / sizeof *rows);
}

static void gap_inside_a_record_is_passed(void **state)
{
    (void)state;
    struct reader r;
    size_t n;
    reader_open(&r);
    uint8_t *hello = unhex(flow_tls12[0] + 1, &n);
    feed(&r, FROM_CLIENT, hello, n, 9999);
    free(hello);
    uint8_t *p = unhex(flow_tls12[1] + 1, &n);
    size_t first = 5 + ((size_t)p[3] << 8 | p[4]); /* the ServerHello's record */
    feed(&r, FROM_SERVER, p, first + 5 + 20, 9999);
    tls_gap(r.tls, FROM_SERVER, 30); /* within the certificate */
    feed(&r, FROM_SERVER, p + first + 5 + 50, n - first - 5 - 50, 9999);
    free(p);
    play(&r, flow_tls12 + 2, 9999);
    const struct tls_info *t = tls_facts(r.tls);
    assert_null(t->subject.p);
    assert_int_equal(t->version, 0x0303);
    assert_true(t->established); /* the records behind it were read */
    assert_int_equal(t->bytes[FROM_SERVER], 552 + 242 + 31);
    reader_close(&r);
}

static void gap_over_records_leaves_counting(void **state)
{
    (void)state;
    struct reader r;
    reader_open(&r);
    tls_gap(r.tls, FROM_SERVER, 5000);
    play(&r, flow_tls13, 9999);
    const struct tls_info *t = tls_facts(r.tls);
    assert_int_equal(t->offered_version, 0x0304);
    assert_int_equal(t->version, 0);
    assert_false(t->established);
    assert_int_equal(t->bytes[FROM_SERVER], 5000 + 825 + 510 + 24);
    reader_close(&r);
}

static void handshake_is_bounded(void **state)
{
    (void)state;
    struct reader r;
    reader_open(&r);
    r.limits.tls_handshake_bytes = 1024;
    tls_free(&r.tls);
    r.tls = tls_new(&r.limits, &r.arena, TLS_IMPLICIT, 0);
    static uint8_t record[5 + 16384] = {22, 3, 3, 0x40, 0, 11, 0, 0x7f, 0xff};
    for (int i = 0; i < 200; i++) {
        feed(&r, FROM_SERVER, record, sizeof record, 4000);
        assert_true(tls_held(r.tls) < 4096);
    }
    assert_int_equal(tls_facts(r.tls)->bytes[FROM_SERVER], 200 * sizeof record);
    reader_close(&r);
}

static void read_up_to(struct reader *r, uint64_t limit, size_t step)
{
    reader_open(r);
    r->limits.tls_handshake_bytes = limit;
    tls_free(&r->tls);
    r->tls = tls_new(&r->limits, &r->arena, TLS_STARTTLS, 7);
    for (const char *const *flow = flow_tls12; flow < flow_tls12 + 2; flow++) {
        size_t n;
        uint8_t *p = unhex(*flow + 1, &n);
        p[3] = (uint8_t)((n - 5) >> 8); /* all is one record: the limit comes inside it */
        p[4] = (uint8_t)(n - 5);
        feed(r, **flow == 'C' ? FROM_CLIENT : FROM_SERVER, p, n, step);
        free(p);
    }
}

/* What stands before the limit is told, whether a chunk ends there or not. */
static void limit_inside_a_chunk(void **state)
{
    (void)state;
    unsigned told = 0;
    for (uint64_t limit = 16; limit < 2000; limit += 40) {
        struct reader whole, pieces;
        read_up_to(&whole, limit, 1 << 20);
        read_up_to(&pieces, limit, 1);
        const struct tls_info *w = tls_facts(whole.tls), *p = tls_facts(pieces.tls);
        assert_int_equal(w->version, p->version);
        assert_int_equal(w->cipher, p->cipher);
        assert_int_equal(w->not_after, p->not_after);
        assert_true(bytes_equal(w->server_name, p->server_name));
        told += p->cipher != 0;
        reader_close(&whole);
        reader_close(&pieces);
    }
    assert_true(told > 0);
}

/* Every byte of a handshake set to 0x00, 0x7f, 0xff in turn: nothing but facts may change. */
static void hurt_bytes(void **state)
{
    (void)state;
    static const uint8_t values[] = {0x00, 0x7f, 0xff};
    for (const char *const *flow = flow_tls12; flow < flow_tls12 + 2; flow++) {
        size_t n;
        uint8_t *p = unhex(*flow + 1, &n);
        for (size_t at = 0; at < n; at++) {
            for (size_t v = 0; v < sizeof values; v++) {
                struct reader r;
                reader_open(&r);
                uint8_t was = p[at];
                p[at] = values[v];
                feed(&r, **flow == 'C' ? FROM_CLIENT : FROM_SERVER, p, n, 700);
                p[at] = was;
                reader_close(&r);
            }
        }
        free(p);
    }
}

static void names(void **state)
{
    (void)state;
    char room[16];
    assert_string_equal(tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
    assert_string_equal(tls_cipher_name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    assert_string_equal(tls_cipher_name(0x0005), "TLS_RSA_WITH_RC4_128_SHA");
    assert_string_equal(tls_cipher_name(0x0003), "TLS_RSA_EXPORT_WITH_RC4_40_MD5");
    assert_string_equal(tls_cipher_name(0x0016), "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA");
    assert_string_equal(tls_cipher_name(0xcca8), "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    assert_string_equal(tls_cipher_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
    assert_string_equal(tls_cipher_name(0x0a0a), "");
    assert_string_equal(tls_cipher_name(0xffff), "");
    assert_string_equal(tls_version_name(0x0303, room), "TLS 1.2");
    assert_string_equal(tls_version_name(0x0300, room), "SSL 3.0");
    assert_string_equal(tls_version_name(0x7f12, room), "0x7f12");
    for (unsigned i = 1, found = 0; i <= 0xffff; i++) { /* the table is sorted: all are found */
        found += *tls_cipher_name((uint16_t)i) != '\0';
        assert_true(i < 0xffff || found > 340);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls13),
        cmocka_unit_test(tls12_shows_the_certificate),
        cmocka_unit_test(tls10),
        cmocka_unit_test(alerts),
        cmocka_unit_test(hello_retry_request),
        cmocka_unit_test(ssl2),
        cmocka_unit_test(ssl2_hello_for_tls),
        cmocka_unit_test(looks),
        cmocka_unit_test(looks_answered),
        cmocka_unit_test(gap_inside_a_record_is_passed),
        cmocka_unit_test(gap_over_records_leaves_counting),
        cmocka_unit_test(handshake_is_bounded),
        cmocka_unit_test(limit_inside_a_chunk),
        cmocka_unit_test(hurt_bytes),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
