/* Lines for hashcat: its own examples come out, and digests made from a known password. */
#include "ui/export/hashcat.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect(const struct credential *c, unsigned mode, const char *line)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    assert_int_equal(hashcat_line(c, &out), mode);
    assert_string_equal(buf_cstr(&out), line);
    buf_done(&out);
}

static void to_hex(const uint8_t *from, size_t n, char *to)
{
    for (size_t i = 0; i < n; i++) {
        snprintf(to + 2 * i, 3, "%02x", from[i]);
    }
}

/* https://hashcat.net/wiki/doku.php?id=example_hashes: the password is "hashcat". */
static void examples(void **state)
{
    (void)state;
    struct credential cram = {.mechanism = "CRAM-MD5",
                              .user = bytes_of("user"),
                              .challenge = bytes_of("<no-reply@hashcat.net>"),
                              .secret = bytes_of("44eafd22fe76670f6b2879081a7f5f71")};
    expect(&cram, 10200,
           "$cram_md5$PG5vLXJlcGx5QGhhc2hjYXQubmV0Pg==$"
           "dXNlciA0NGVhZmQyMmZlNzY2NzBmNmIyODc5MDgxYTdmNWY3MQ==");
    struct credential v2 = {
        .mechanism = "NTLM",
        .user = bytes_of("admin"),
        .domain = bytes_of("N46iSNekpT"),
        .challenge = bytes_of("08ca45b7d7ea58ee"),
        .secret =
            bytes_of("88dcbe4446168966a153a0064958dac65c7830315c7830310000000000000b45c67103d0"
                     "7d7b95acd12ffa11230e0000000052920b85f78d013c31cdb3b92f5d765c783030")};
    expect(&v2, 5600,
           "admin::N46iSNekpT:08ca45b7d7ea58ee:88dcbe4446168966a153a0064958dac6:5c7830315c783031"
           "0000000000000b45c67103d07d7b95acd12ffa11230e0000000052920b85f78d013c31cdb3b92f5d765c"
           "783030");
    struct credential v1 = {.mechanism = "NTLM",
                            .user = bytes_of("u4-netntlm"),
                            .domain = bytes_of("kNS"),
                            .challenge = bytes_of("cb8086049ec4736c"),
                            .secret = bytes_of("338d08f8e26de93300000000000000000000000000000000:"
                                               "9526fb8c23a90751cdd619b6cea564742e1e4bf33006ba41")};
    expect(&v1, 5500,
           "u4-netntlm::kNS:338d08f8e26de93300000000000000000000000000000000:"
           "9526fb8c23a90751cdd619b6cea564742e1e4bf33006ba41:cb8086049ec4736c");
}

/* RFC 1939 7 and RFC 2195 2: the digests are computed here from the password that is known. */
static void known_passwords(void **state)
{
    (void)state;
    uint8_t hash[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1], line[200];
    unsigned n = 0;
    static const char stamp[] = "<1896.697170952@dbc.mtview.ca.us>";
    char both[100];
    int length = snprintf(both, sizeof both, "%stanstaaf", stamp);
    EVP_Digest(both, (size_t)length, hash, &n, EVP_md5(), NULL);
    to_hex(hash, n, hex);
    assert_string_equal(hex, "c4c9334bac560ecc979e58001b3e22fb");
    struct credential apop = {.mechanism = "APOP",
                              .user = bytes_of("mrose"),
                              .challenge = bytes_of(stamp),
                              .secret = bytes_of(hex)};
    snprintf(line, sizeof line, "%s:%s", hex, stamp);
    expect(&apop, 20, line);

    static const char asked[] = "<1896.697170952@postoffice.reston.mci.net>";
    HMAC(EVP_md5(), "tanstaaftanstaaf", 16, (const uint8_t *)asked, strlen(asked), hash, &n);
    to_hex(hash, n, hex);
    assert_string_equal(hex, "b913a602c7eda7a495b4e6e7334d3890");
    struct credential cram = {.mechanism = "CRAM-MD5",
                              .user = bytes_of("tim"),
                              .challenge = bytes_of(asked),
                              .secret = bytes_of(hex)};
    expect(&cram, 10200,
           "$cram_md5$PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+$"
           "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
}

/* What a packet can say must not make a second line or other fields. */
static void no_line(void **state)
{
    (void)state;
    const char digest[] = "c4c9334bac560ecc979e58001b3e22fb";
    const struct credential none[] = {
        {.mechanism = "PLAIN",
         .user = bytes_of("a"),
         .challenge = bytes_of("b"),
         .secret = bytes_of("c")},
        {.mechanism = "APOP", .user = bytes_of("a"), .secret = bytes_of(digest)},
        {.mechanism = "APOP",
         .user = bytes_of("a"),
         .challenge = bytes_of("<x\ny@z>"),
         .secret = bytes_of(digest)},
        {.mechanism = "APOP",
         .user = bytes_of("a"),
         .challenge = bytes_of("<x@z>"),
         .secret = bytes_of("c4c9334bac560ecc979e58001b3e22f?")},
        {.mechanism = "CRAM-MD5",
         .user = bytes_of("a"),
         .challenge = bytes_of("<x@z>"),
         .secret = bytes_of("1234")},
        {.mechanism = "NTLM",
         .user = bytes_of("a:b"),
         .challenge = bytes_of("08ca45b7d7ea58ee"),
         .secret = bytes_of("88dcbe4446168966a153a0064958dac65c78")},
        {.mechanism = "NTLM",
         .user = bytes_of("a"),
         .challenge = bytes_of("08ca45b7d7ea58"),
         .secret = bytes_of("88dcbe4446168966a153a0064958dac65c78")},
        {.mechanism = "NTLM",
         .user = bytes_of("a"),
         .challenge = bytes_of("08ca45b7d7ea58ee"),
         .secret = bytes_of("88dc:88dc")},
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        expect(&none[i], 0, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(known_passwords),
        cmocka_unit_test(no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
