#include "dissect/mime_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct mime_magic *sniff(const char *p, size_t n)
{
    uint8_t *exact = malloc(n + 1);
    assert_non_null(exact);
    memcpy(exact, p, n);
    const struct mime_magic *m = mime_sniff(bytes_make(exact, n));
    free(exact);
    return m;
}

#define EXPECT(text, type_)                                                                        \
    do {                                                                                           \
        const struct mime_magic *m_ = sniff(text, sizeof(text) - 1);                               \
        assert_non_null(m_);                                                                       \
        assert_string_equal(m_->type, type_);                                                      \
    } while (0)
#define EXPECT_NONE(text) assert_null(sniff(text, sizeof(text) - 1))

static void test_types(void **state)
{
    (void)state;
    EXPECT("%PDF-1.7\n", "application/pdf");
    EXPECT("\x89PNG\r\n\x1a\nxxxx", "image/png");
    EXPECT("\x7f"
           "ELF\2\1\1",
           "application/x-executable");
    EXPECT("RIFF....WEBPVP8 ", "image/webp");
    EXPECT("....ftypisom", "video/mp4");
    EXPECT("#!/bin/sh\n", "text/x-script");
    EXPECT("  \r\n<!DOCTYPE html><p>", "text/html");
    EXPECT("\xef\xbb\xbf<?xml version='1.0'?><svg>", "image/svg+xml");
    EXPECT("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0", "application/x-dosexec");
    EXPECT("PK\3\4 11 22 33 4444 5555 6666 7777word/document.xml", "application/zip");
    EXPECT("PK\3\4"
           "01234567890123456789012345"
           "word/document.xml",
           "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    static char iso[MIME_SNIFF_BYTES];
    memcpy(iso + 32769, "CD001", 5);
    assert_string_equal(sniff(iso, sizeof iso)->type, "application/x-iso9660-image");
}

static void test_none(void **state)
{
    (void)state;
    EXPECT_NONE("");
    EXPECT_NONE("MZ");
    EXPECT_NONE("MZ is how this text begins");
    EXPECT_NONE("hello");
    EXPECT_NONE("%PD");
    EXPECT_NONE("xxxxxxxxWEBP");
    EXPECT_NONE("< 5 apples");
}

static enum severity conflict(const char *content, const char *type, const char *name)
{
    return mime_sniff_conflict(sniff(content, strlen(content)), bytes_of(type), bytes_of(name));
}

static void test_conflicts(void **state)
{
    (void)state;
    assert_int_equal(conflict("#!/bin/sh\n", "image/png", ""), SEVERITY_HIGH);
    assert_int_equal(conflict("#!/bin/sh\n", "application/octet-stream", "a.pdf"), SEVERITY_HIGH);
    assert_int_equal(conflict("PK\3\4", "text/plain", ""), SEVERITY_MEDIUM);
    assert_int_equal(conflict("%PDF-", "text/plain", ""), SEVERITY_LOW);
    assert_int_equal(conflict("%PDF-", "application/pdf", "a.PDF"), SEVERITY_NONE);
    assert_int_equal(conflict("#!/bin/sh\n", "application/octet-stream", "a.sh"), SEVERITY_NONE);
    assert_int_equal(conflict("{\\rtf1", "application/msword", "a.doc"), SEVERITY_NONE);
    assert_int_equal(conflict("GIF89a", "image/jpeg", "a.jpg"), SEVERITY_NONE);
    assert_int_equal(conflict("nothing known", "application/pdf", "a.pdf"), SEVERITY_NONE);
}

static void expect_extension(const char *name, const char *want)
{
    assert_true(bytes_is(mime_name_extension(bytes_of(name)), want));
}

static void test_extensions(void **state)
{
    (void)state;
    expect_extension("a.pdf", "pdf");
    expect_extension("a.tar.gz", "gz");
    expect_extension("a", "");
    expect_extension(".profile", "");
    expect_extension("a.b/c", "");
    expect_extension("a.", "");
    expect_extension("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_extensions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
