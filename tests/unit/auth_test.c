/* auth: every mechanism against values of real exchanges and of the documents that define them. */
#include "capture/base/buf.h"
#include "dissect/auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct bytes str(const char *s)
{
    return bytes_of(s);
}

static void is(struct bytes have, const char *want)
{
    assert_int_equal(have.n, strlen(want));
    assert_memory_equal(have.p ? have.p : (const uint8_t *)"", want, have.n);
}

/* base64 of bytes, written apart from the code under test. */
static struct bytes b64(const void *data, size_t n, char *out)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = data;
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        unsigned long v = (unsigned long)p[i] << 16;
        v |= i + 1 < n ? (unsigned long)p[i + 1] << 8 : 0;
        v |= i + 2 < n ? p[i + 2] : 0;
        out[at++] = set[v >> 18 & 63];
        out[at++] = set[v >> 12 & 63];
        out[at++] = i + 1 < n ? set[v >> 6 & 63] : '=';
        out[at++] = i + 2 < n ? set[v & 63] : '=';
    }
    return bytes_make(out, at);
}

static char text_room[4096];

static struct bytes enc(const char *s)
{
    return b64(s, strlen(s), text_room);
}

static void base64_decodes_leniently(void **state)
{
    (void)state;
    static const struct {
        const char *text, *out;
        bool good;
    } rows[] = {
        {"", "", true},
        {"Zg==", "f", true},
        {"Zm8=", "fo", true},
        {"Zm9v", "foo", true},
        {"Zm9vYmFy", "foobar", true},
        {"Zg", "f", true},     /* padding left away */
        {"Zg=", "f", true},    /* too little of it */
        {"Zg====", "f", true}, /* too much */
        {"Zm9v\r\nYmFy\r\n", "foobar", true},
        {"Zm9vY", "foo", false},    /* a lone digit holds no byte */
        {"Zm9v!mFy", "foo", false}, /* no such digit */
        {"Zg==Zg==", "f", false},   /* padding in the middle */
        {"not base64!!", "\x9e\x8b\x5b\x6a\xc7\xba", false},
        {"*", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out;
        buf_init(&out, 100);
        assert_int_equal(auth_base64(str(rows[i].text), &out), rows[i].good);
        is(buf_bytes(&out), rows[i].out);
        buf_done(&out);
    }
}

static void plain_tells_identities_apart(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("plain"));
    auth_initial(a, str("Y2Fyb2wAYWxpY2UAV29uZGVyMWFuZA=="));
    auth_finish(a, TRI_NO, &c);
    assert_string_equal(c.mechanism, "PLAIN");
    is(c.authorization_id, "carol");
    is(c.user, "alice");
    is(c.secret, "Wonder1and");
    assert_int_equal(c.secret_kind, SECRET_PASSWORD);
    assert_int_equal(c.success, TRI_NO);
    assert_false(c.malformed || c.cancelled);
    auth_free(&a);
    assert_null(a);
}

static void plain_in_a_line_of_its_own(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("PLAIN"));
    auth_challenge(a, str(""));
    auth_response(a, b64("\0p1\0pw-1", 8, text_room));
    auth_finish(a, TRI_YES, &c);
    is(c.authorization_id, "");
    is(c.user, "p1");
    is(c.secret, "pw-1");
    assert_false(c.malformed);
    auth_free(&a);
}

static void plain_one(const char *text, size_t n, const char *user, const char *secret)
{
    struct credential c = {0};
    struct auth *a = auth_begin(str("PLAIN"));
    auth_initial(a, b64(text, n, text_room));
    auth_finish(a, TRI_UNKNOWN, &c);
    assert_true(c.malformed);
    is(c.user, user);
    assert_int_equal(c.secret.n, strlen(secret));
    assert_memory_equal(c.secret.n ? c.secret.p : (const uint8_t *)"", secret, c.secret.n);
    auth_free(&a);
}

static void plain_malformed_keeps_what_can_be_read(void **state)
{
    (void)state;
    plain_one("alice\0secret", 12, "alice", "secret");
    plain_one("\0alice", 6, "alice", "");
    plain_one("justone", 7, "", "justone"); /* may be a password: never shown as a name */
    struct credential c = {0};
    struct auth *a = auth_begin(str("PLAIN"));
    auth_initial(a, b64("\0u\0pa\0ss", 8, text_room));
    auth_finish(a, TRI_UNKNOWN, &c);
    assert_true(c.malformed);
    assert_int_equal(c.secret.n, 5);
    assert_memory_equal(c.secret.p, "pa\0ss", 5);
    auth_free(&a);
    a = auth_begin(str("PLAIN"));
    auth_initial(a, str("="));
    auth_finish(a, TRI_NO, &c);
    assert_true(c.malformed);
    assert_null(c.user.p);
    auth_free(&a);
}

static void login_in_all_forms(void **state)
{
    (void)state;
    static const struct {
        const char *initial, *challenges[2], *responses[2], *user, *password;
    } rows[] = {
        {NULL, {"Username:", "Password:"}, {"dave", "p@ss word"}, "dave", "p@ss word"},
        {NULL, {"Benutzername", "Kennwort"}, {"eve", "geheim"}, "eve", "geheim"},
        {NULL, {"", ""}, {"eve", ""}, "eve", ""},
        {"YWxpY2U=", {"Password:", NULL}, {"Wonder1and", NULL}, "alice", "Wonder1and"},
        {"YWxpY2U= V29uZGVyMWFuZA==", {NULL, NULL}, {NULL, NULL}, "alice", "Wonder1and"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct credential c = {0};
        struct auth *a = auth_begin(str("Login"));
        if (rows[i].initial != NULL) {
            auth_initial(a, str(rows[i].initial));
        }
        for (int k = 0; k < 2 && rows[i].responses[k] != NULL; k++) {
            auth_challenge(a, enc(rows[i].challenges[k]));
            auth_response(a, enc(rows[i].responses[k]));
        }
        auth_finish(a, TRI_YES, &c);
        assert_string_equal(c.mechanism, "LOGIN");
        is(c.user, rows[i].user);
        is(c.secret, rows[i].password);
        assert_int_equal(c.secret_kind, SECRET_PASSWORD);
        assert_false(c.malformed);
        auth_free(&a);
    }
}

static void login_in_clear_is_malformed_and_kept(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("LOGIN"));
    auth_initial(a, str("alice@example.com"));
    auth_response(a, str("p#ss"));
    auth_finish(a, TRI_NO, &c);
    assert_true(c.malformed);
    is(c.user, "alice@example.com");
    is(c.secret, "p#ss");
    auth_free(&a);
}

static void cram_md5(void **state)
{
    (void)state;
    struct credential c = {0}; /* RFC 2195 2 */
    struct auth *a = auth_begin(str("CRAM-MD5"));
    auth_challenge(a, str("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"));
    auth_response(a, str("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"));
    auth_finish(a, TRI_YES, &c);
    is(c.challenge, "<1896.697170952@postoffice.reston.mci.net>");
    is(c.user, "tim");
    is(c.secret, "b913a602c7eda7a495b4e6e7334d3890");
    assert_int_equal(c.secret_kind, SECRET_DIGEST);
    assert_false(c.malformed);
    auth_free(&a);

    a = auth_begin(str("CRAM-MD5"));
    auth_challenge(a, enc("<1@x>"));
    auth_response(a, enc("first last b913a602c7eda7a495b4e6e7334d3890"));
    auth_finish(a, TRI_YES, &c);
    is(c.user, "first last");
    assert_false(c.malformed);
    auth_free(&a);

    a = auth_begin(str("CRAM-MD5"));
    auth_challenge(a, enc("<1@x>"));
    auth_response(a, str("not base64!!"));
    auth_finish(a, TRI_NO, &c);
    assert_true(c.malformed);
    assert_null(c.secret.p);
    auth_free(&a);
}

static void digest_md5(void **state)
{
    (void)state;
    struct credential c = {0}; /* RFC 2831 4, with an escaped quote in the name */
    struct auth *a = auth_begin(str("DIGEST-MD5"));
    auth_challenge(a, enc("realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\","
                          "algorithm=md5-sess,charset=utf-8"));
    auth_response(a, enc("charset=utf-8,username=\"ch\\\"ris,x\", realm = \"elwood.innosoft.com\" ,"
                         "nonce=\"OA6MG9tEQGm2hh\",nc=00000001,cnonce=\"OA6MHXh6VqTrRk\","
                         "digest-uri=\"imap/elwood.innosoft.com\",authzid=\"other\","
                         "response=d388dad90d4bbd760a152321f2143af7,qop=auth"));
    auth_challenge(a, enc("rspauth=ea40f60335c427b5527b84dbabcdfffd"));
    auth_response(a, str(""));
    auth_finish(a, TRI_YES, &c);
    is(c.user, "ch\"ris,x");
    is(c.domain, "elwood.innosoft.com");
    is(c.authorization_id, "other");
    is(c.secret, "d388dad90d4bbd760a152321f2143af7");
    assert_int_equal(c.secret_kind, SECRET_DIGEST);
    assert_true(bytes_starts(c.challenge, "realm=\"elwood"));
    assert_false(c.malformed);
    auth_free(&a);
}

static void digest_md5_cut_short(void **state)
{
    (void)state;
    static const char *const texts[] = {"username=\"open", "username", "username=\"a\\", "=,=,\"",
                                        ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct credential c = {0};
        struct auth *a = auth_begin(str("DIGEST-MD5"));
        auth_response(a, enc(texts[i]));
        auth_finish(a, TRI_NO, &c);
        assert_true(c.malformed);
        auth_free(&a);
    }
}

static void scram(void **state)
{
    (void)state;
    struct credential c = {0}; /* RFC 7677 3 */
    struct auth *a = auth_begin(str("SCRAM-SHA-256"));
    auth_challenge(a, str(""));
    auth_response(a, enc("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
    auth_challenge(a, enc("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                          "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
    auth_response(a, enc("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                         "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    auth_challenge(a, enc("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    auth_response(a, str(""));
    auth_finish(a, TRI_YES, &c);
    assert_string_equal(c.mechanism, "SCRAM-SHA-256");
    is(c.user, "user");
    is(c.secret, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assert_int_equal(c.secret_kind, SECRET_DIGEST);
    assert_true(bytes_starts(c.challenge, "r=rOprNGfwEbeRWgbNEkqO%hvYD"));
    assert_false(c.malformed);
    auth_free(&a);
}

static void scram_names_are_decoded(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("scram-sha-1-plus"));
    auth_initial(a, enc("p=tls-unique,a=ad=3Dmin,n=us=2Cer,r=abc"));
    auth_finish(a, TRI_UNKNOWN, &c);
    assert_string_equal(c.mechanism, "SCRAM-SHA-1-PLUS");
    is(c.user, "us,er");
    is(c.authorization_id, "ad=min");
    assert_false(c.malformed);
    auth_free(&a);
    a = auth_begin(str("SCRAM-SHA-1"));
    auth_initial(a, enc("n,,n=us=41er,r=abc"));
    auth_finish(a, TRI_UNKNOWN, &c);
    assert_true(c.malformed);
    is(c.user, "us=41er");
    auth_free(&a);
}

static void oauth(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("XOAUTH2"));
    auth_initial(a, enc("user=alice@x.test\001auth=Bearer ya29.tok\001\001"));
    auth_challenge(a, enc("{\"status\":\"401\"}"));
    auth_response(a, str(""));
    auth_finish(a, TRI_NO, &c);
    is(c.user, "alice@x.test");
    is(c.secret, "ya29.tok");
    assert_int_equal(c.secret_kind, SECRET_TOKEN);
    assert_false(c.malformed);
    auth_free(&a);

    a = auth_begin(str("OAUTHBEARER"));
    auth_challenge(a, str(""));
    auth_response(a,
                  enc("n,a=alice,\001host=10.11.0.1\001port=587\001auth=Bearer bad.token\001\001"));
    auth_challenge(a, enc("{\"status\":\"invalid_token\"}"));
    auth_response(a, str("AQ=="));
    auth_finish(a, TRI_NO, &c);
    is(c.user, "alice");
    is(c.secret, "bad.token");
    assert_int_equal(c.secret_kind, SECRET_TOKEN);
    assert_false(c.malformed);
    auth_free(&a);
}

static void anonymous_and_external(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("ANONYMOUS"));
    auth_initial(a, str("Z3Vlc3RAY2xpZW50LnRlc3Q="));
    auth_finish(a, TRI_YES, &c);
    is(c.user, "guest@client.test");
    assert_int_equal(c.secret_kind, SECRET_NONE);
    auth_free(&a);
    a = auth_begin(str("EXTERNAL"));
    auth_initial(a, enc("fred"));
    auth_finish(a, TRI_YES, &c);
    is(c.authorization_id, "fred");
    assert_null(c.user.p);
    auth_free(&a);
}

/* MS-NLMP 4.2.4.3: User, Domain, COMPUTER, password "Password", server challenge 0123456789abcdef.
 */
static const uint8_t type3[] =
    "NTLMSSP\0\3\0\0\0\x18\0\x18\0\x6c\0\0\0\x54\0\x54\0\x84\0\0\0\x0c\0\x0c\0\x48\0\0\0"
    "\x08\0\x08\0\x54\0\0\0\x10\0\x10\0\x5c\0\0\0\x10\0\x10\0\xd8\0\0\0\x35\x82\x88\xe2"
    "\x05\x01\x28\x0a\0\0\0\x0f"
    "D\0o\0m\0a\0i\0n\0U\0s\0e\0r\0C\0O\0M\0P\0U\0T\0E\0R\0"
    "\x86\xc3\x50\x97\xac\x9c\xec\x10\x25\x54\x76\x4a\x57\xcc\xcc\x19\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
    "\xaa"
    "\x68\xcd\x0a\xb8\x51\xe5\x1c\x96\xaa\xbc\x92\x7b\xeb\xef\x6a\x1c\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0"
    "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\0\0\0\0\2\0\x0c\0D\0o\0m\0a\0i\0n\0\1\0\x0c\0S\0e\0r\0v\0e\0r"
    "\0"
    "\0\0\0\0\0\0\0\0\xc5\xda\xd2\x54\x4f\xc9\x79\x90\x94\xce\x1c\xe9\x0b\xc9\xd0\x3e";
#define TYPE3_SIZE (sizeof type3 - 1)
static const uint8_t type2[] = "NTLMSSP\0\2\0\0\0\x0c\0\x0c\0\x38\0\0\0\x33\x82\x8a\xe2"
                               "\x01\x23\x45\x67\x89\xab\xcd\xef\0\0\0\0\0\0\0\0";
static const uint8_t type1[] =
    "NTLMSSP\0\1\0\0\0\x07\x32\0\0\6\0\6\0\x2b\0\0\0\x0b\0\x0b\0\x20\0\0\0"
    "WORKSTATIONDOMAIN";

static void ntlm_v2(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("ntlm"));
    auth_challenge(a, str("NTLM supported"));
    auth_response(a, b64(type1, sizeof type1 - 1, text_room));
    auth_finish(a, TRI_UNKNOWN, &c);
    is(c.domain, "DOMAIN");
    is(c.host, "WORKSTATION");
    auth_challenge(a, b64(type2, sizeof type2 - 1, text_room));
    auth_response(a, b64(type3, TYPE3_SIZE, text_room));
    auth_finish(a, TRI_YES, &c);
    is(c.user, "User");
    is(c.domain, "Domain");
    is(c.host, "COMPUTER");
    is(c.challenge, "0123456789abcdef");
    assert_int_equal(c.secret_kind, SECRET_HASH);
    assert_int_equal(c.secret.n, 2 * 0x54);
    assert_true(bytes_starts(c.secret, "68cd0ab851e51c96aabc927bebef6a1c0101000000000000"));
    assert_false(c.malformed);
    auth_free(&a);
}

static void ntlm_inside_spnego(void **state)
{
    (void)state;
    uint8_t wrapped[TYPE3_SIZE + 40];
    memset(wrapped, 'N', sizeof wrapped);
    memcpy(wrapped + 40, type3, TYPE3_SIZE);
    struct credential c = {0};
    struct auth *a = auth_begin(str("GSS-SPNEGO"));
    auth_response(a, b64(wrapped, sizeof wrapped, text_room));
    auth_finish(a, TRI_YES, &c);
    assert_string_equal(c.mechanism, "GSS-SPNEGO");
    is(c.user, "User");
    auth_free(&a);
}

/* Every length and offset of the message set to nonsense, and every cut: no read outside (the
 * sanitizers watch), and no field that lies outside is invented. */
static void ntlm_lies(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= TYPE3_SIZE; cut++) {
        uint8_t *copy = malloc(cut + 1); /* exact size behind its use */
        assert_non_null(copy);
        memcpy(copy, type3, cut);
        struct auth *a = auth_begin(str("NTLM"));
        struct credential c = {0};
        auth_response(a, b64(copy, cut, text_room));
        auth_finish(a, TRI_YES, &c);
        assert_true(cut == TYPE3_SIZE || cut < 0xe8);
        auth_free(&a);
        free(copy);
    }
    for (size_t at = 12; at < 64; at++) {
        uint8_t hurt[TYPE3_SIZE];
        memcpy(hurt, type3, TYPE3_SIZE);
        hurt[at] = 0xff;
        struct auth *a = auth_begin(str("NTLM"));
        struct credential c = {0};
        auth_response(a, b64(hurt, sizeof hurt, text_room));
        auth_finish(a, TRI_YES, &c);
        auth_free(&a);
    }
}

static void ntlm_v1_keeps_both_responses(void **state)
{
    (void)state;
    uint8_t m[64 + 24 + 24 + 4];
    memset(m, 0, sizeof m);
    memcpy(m,
           "NTLMSSP\0\3\0\0\0\x18\0\x18\0\x44\0\0\0\x18\0\x18\0\x5c\0\0\0\0\0\0\0\0\0\0\0"
           "\4\0\4\0\x40\0\0\0",
           44);
    memcpy(m + 64, "user", 4); /* OEM: the flags are zero */
    memset(m + 68, 0x11, 24);
    memset(m + 92, 0x22, 24);
    struct credential c = {0};
    struct auth *a = auth_begin(str("NTLM"));
    auth_response(a, b64(m, sizeof m, text_room));
    auth_finish(a, TRI_YES, &c);
    is(c.user, "user");
    is(c.secret, "111111111111111111111111111111111111111111111111:"
                 "222222222222222222222222222222222222222222222222");
    auth_free(&a);
}

static void cancelled_and_unknown(void **state)
{
    (void)state;
    struct credential c = {0};
    struct auth *a = auth_begin(str("DIGEST-MD5"));
    auth_challenge(a, enc("realm=\"lab.test\",nonce=\"x\""));
    auth_response(a, str("*"));
    auth_finish(a, TRI_NO, &c);
    assert_true(c.cancelled);
    assert_false(c.malformed);
    assert_null(c.user.p);
    auth_free(&a);
    a = auth_begin(str("x-new\x1b\xffmech"));
    auth_initial(a, str("AAAA"));
    auth_challenge(a, str("AAAA"));
    auth_finish(a, TRI_UNKNOWN, &c);
    assert_string_equal(c.mechanism, "X-NEW??MECH");
    assert_null(c.user.p);
    auth_free(&a);
}

static void text_is_bounded(void **state)
{
    (void)state;
    static const char *const names[] = {"PLAIN",      "LOGIN",       "CRAM-MD5",
                                        "DIGEST-MD5", "SCRAM-SHA-1", "XOAUTH2",
                                        "NTLM",       "ANONYMOUS",   "OTHER"};
    size_t n = 300000;
    uint8_t *line = malloc(n);
    assert_non_null(line);
    memset(line, 'Q', n);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct auth *a = auth_begin(str(names[i]));
        for (int k = 0; k < 50; k++) {
            auth_challenge(a, bytes_make(line, n));
            auth_response(a, bytes_make(line, n));
        }
        struct credential c = {0};
        auth_finish(a, TRI_NO, &c);
        assert_true(c.malformed);
        assert_true(auth_held(a) < 512u << 10);
        auth_free(&a);
    }
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_decodes_leniently),
        cmocka_unit_test(plain_tells_identities_apart),
        cmocka_unit_test(plain_in_a_line_of_its_own),
        cmocka_unit_test(plain_malformed_keeps_what_can_be_read),
        cmocka_unit_test(login_in_all_forms),
        cmocka_unit_test(login_in_clear_is_malformed_and_kept),
        cmocka_unit_test(cram_md5),
        cmocka_unit_test(digest_md5),
        cmocka_unit_test(digest_md5_cut_short),
        cmocka_unit_test(scram),
        cmocka_unit_test(scram_names_are_decoded),
        cmocka_unit_test(oauth),
        cmocka_unit_test(anonymous_and_external),
        cmocka_unit_test(ntlm_v2),
        cmocka_unit_test(ntlm_inside_spnego),
        cmocka_unit_test(ntlm_lies),
        cmocka_unit_test(ntlm_v1_keeps_both_responses),
        cmocka_unit_test(cancelled_and_unknown),
        cmocka_unit_test(text_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
