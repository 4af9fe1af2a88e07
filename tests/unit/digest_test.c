#include "dissect/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void expect_hex(const uint8_t *hash, size_t n, const char *want)
{
    char text[2 * DIGEST_SHA256 + 1];
    for (size_t i = 0; i < n; i++) {
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    }
    assert_string_equal(text, want);
}

/* FIPS 180-4 examples. */
#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void test_known_hashes(void **state)
{
    (void)state;
    uint8_t hash[DIGEST_SHA256];
    struct digest *d = digest_new();
    digest_add(d, (struct bytes){NULL, 0});
    digest_finish(&d, hash);
    assert_null(d);
    expect_hex(hash, sizeof hash, SHA256_EMPTY);

    d = digest_new();
    digest_add(d, bytes_of("a"));
    digest_add(d, bytes_of("bc"));
    digest_finish(&d, hash);
    expect_hex(hash, sizeof hash, SHA256_ABC);
}

/* A checkpoint keeps its state while the original goes on, and the other way round. */
static void test_copies_are_independent(void **state)
{
    (void)state;
    uint8_t hash[DIGEST_SHA256];
    struct digest *d = digest_new();
    digest_add(d, bytes_of("abc"));
    struct digest *mark = digest_copy(d);
    digest_add(d, bytes_of("more"));
    struct digest *again = digest_copy(mark);
    digest_add(again, bytes_of("other"));
    digest_finish(&mark, hash);
    expect_hex(hash, sizeof hash, SHA256_ABC);
    digest_free(&d);
    digest_free(&again);
    assert_null(d);
    digest_free(&d);
}

static void test_sha1(void **state)
{
    (void)state;
    uint8_t hash[DIGEST_SHA1];
    digest_sha1(bytes_of("abc"), hash);
    expect_hex(hash, sizeof hash, "a9993e364706816aba3e25717850c26c9cd0d89d");
    digest_sha1((struct bytes){NULL, 0}, hash);
    expect_hex(hash, sizeof hash, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_hashes),
        cmocka_unit_test(test_copies_are_independent),
        cmocka_unit_test(test_sha1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
