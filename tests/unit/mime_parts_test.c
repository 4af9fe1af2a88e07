#include "dissect/mime_parts.h"

#include "capture/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static struct limits limits;
static uint8_t *copy; /* exactly as long as the message: a read past its end is caught */

static struct mime_message *read_n(const char *text, size_t n, const struct mime_options *with)
{
    struct mime_options o = with != NULL ? *with : (struct mime_options){.whole = true};
    limits = o.limits != NULL ? *o.limits : limits_default();
    o.limits = &limits;
    o.digests = true;
    o.total = o.total > 0 ? o.total : n;
    copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    return mime_message_read(bytes_make(copy, n), &o);
}

static struct mime_message *read_text(const char *text)
{
    return read_n(text, strlen(text), NULL);
}

static void done(struct mime_message *m)
{
    mime_message_free(&m);
    free(copy);
    copy = NULL;
}

/* "TEXT multipart/mixed, 1 text/plain" */
static void expect_tree(struct mime_message *m, const char *want)
{
    struct buf b;
    buf_init(&b, 65536);
    for (uint32_t i = 0; i < m->count; i++) {
        buf_add_str(&b, i > 0 ? ", " : "");
        mime_part_number(m, i, &b);
        buf_add_str(&b, " ");
        buf_add(&b, m->parts[i].type);
    }
    assert_string_equal(buf_cstr(&b), want);
    buf_done(&b);
}

static void expect_body(const struct mime_message *m, uint32_t part, const char *want)
{
    assert_true(part < m->count);
    struct bytes body = m->parts[part].body;
    assert_int_equal(body.n, strlen(want));
    assert_memory_equal(body.p, want, body.n);
}

static bool found(const struct mime_message *m, enum note_id id)
{
    for (uint32_t i = 0; i < m->finding_count; i++) {
        if (m->findings[i].id == id) {
            return true;
        }
    }
    return false;
}

static void expect_text(const char *message, uint32_t part, const char *want)
{
    struct mime_message *m = read_text(message);
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(mime_part_text(m, part, &out));
    assert_string_equal(buf_cstr(&out), want);
    assert_true(text_is_utf8(buf_bytes(&out)));
    buf_done(&out);
    done(m);
}

static void test_tree(void **state)
{
    (void)state;
    struct mime_message *m = read_text("Subject: x\r\n\r\nbody\r\n");
    expect_tree(m, "1 text/plain");
    expect_body(m, 0, "body\r\n");
    assert_int_equal(m->finding_count, 0);
    done(m);
    m = read_text("Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n"
                  "--b  \r\nContent-Type: image/gif\r\n\r\ntwo\r\n\r\n--b--\r\nepilogue\r\n");
    expect_tree(m, "TEXT multipart/mixed, 1 text/plain, 2 image/gif");
    expect_body(m, 1, "one");
    expect_body(m, 2, "two\r\n");
    assert_false(m->parts[1].attachment);
    assert_true(m->parts[2].attachment && m->parts[2].has_sha256);
    assert_int_equal(m->finding_count, 0);
    done(m);
    m = read_text("Content-Type: message/rfc822\n\nContent-Type: multipart/digest; boundary=d\n\n"
                  "--d\n\nSubject: inner\n\nx\n--d--\n"); /* bare line ends */
    expect_tree(m,
                "1 message/rfc822, 1.TEXT multipart/digest, 1.1 message/rfc822, 1.1.1 text/plain");
    expect_body(m, 3, "x");
    done(m);
}

static void test_nothing(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "\r\n",
                                       "x",
                                       "Content-Type:",
                                       ":",
                                       "--b\r\n",
                                       "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
                                       "Content-Type: message/rfc822\r\n\r\n",
                                       "\n\n\n",
                                       " x"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mime_message *m = read_text(rows[i]);
        assert_true(m->count >= 1);
        assert_true(m->parts[0].body.n <= strlen(rows[i]));
        done(m);
    }
}

static void test_texts(void **state)
{
    (void)state;
    expect_text("Content-Type: text/plain; charset=iso-8859-1\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\nzwei\r\n",
                0, "Grüße\nzwei\n");
    expect_text("\r\n\xe4 raw\r\n", 0, "ä raw\n");
    expect_text("Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-\r\n", 0, "+ADw-\n");
    expect_text("Content-Type: text/html\r\n\r\n<meta charset=koi8-r><p>\xf0\xd2</p>", 0, "Пр\n");
    expect_text(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "w6TigqwK\r\n",
        0, "ä€\n");
    expect_text("Content-Type: multipart/mixed\r\n\r\n--b\r\nhidden?\r\n", 0, "--b\nhidden?\n");
    struct mime_message *m = read_text("Content-Type: image/png\r\n\r\nx");
    struct buf out;
    buf_init(&out, 100);
    assert_false(mime_part_text(m, 0, &out));
    buf_done(&out);
    done(m);
}

static void expect_name(const char *name, const char *want)
{
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "Content-Type: application/x\r\nContent-Disposition: attachment; "
                     "filename=\"%s\"\r\n\r\nx",
                     name);
    struct mime_message *m = read_n(text, (size_t)n, NULL);
    struct buf stem, extension;
    buf_init(&stem, 256);
    buf_init(&extension, 256);
    mime_part_file_name(&m->parts[0], &stem, &extension);
    buf_add(&stem, buf_bytes(&extension));
    assert_string_equal(buf_cstr(&stem), want);
    assert_true(stem.n <= MIME_NAME_FILE);
    buf_done(&stem);
    buf_done(&extension);
    done(m);
}

static void test_file_names(void **state)
{
    (void)state;
    expect_name("report.pdf", "report.pdf");
    expect_name("../../etc/passwd", "passwd");
    expect_name("C:\\\\dir\\\\a.exe", "a.exe");
    expect_name("-rf", "_rf");
    expect_name("...", "part.bin");
    expect_name("a b\xc3\xa4.txt", "a_b_.txt");
    expect_name("", "part.bin");
    expect_name("x. ", "x");
    expect_name(
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.pdf",
        "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.pdf");
}

static void test_gaps(void **state)
{
    (void)state;
    static const char text[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                               "--b\r\nContent-Type: a/b\r\n\r\none\r\n"
                               "--b\r\nContent-Type: a/b\r\n\r\ntwo\r\n--b--\r\n";
    const uint64_t gap = (uint64_t)(strstr(text, "two") - text) + 1;
    struct mime_options o = {.gaps = &gap, .gap_count = 1};
    struct mime_message *m = read_n(text, sizeof text - 1, &o);
    assert_true(m->parts[0].incomplete);
    assert_false(m->parts[1].incomplete);
    assert_true(m->parts[1].has_sha256);
    assert_true(m->parts[2].incomplete);
    assert_false(m->parts[2].has_sha256);
    done(m);
    /* cut off behind the second part's first byte: no closing boundary is expected */
    m = read_n(text, gap, &(struct mime_options){.whole = false});
    assert_false(m->parts[1].incomplete);
    assert_true(m->parts[2].incomplete);
    assert_int_equal(m->finding_count, 0);
    done(m);
}

static void test_limits(void **state)
{
    (void)state;
    struct limits l = limits_default();
    l.mime_parts = 3;
    struct mime_message *m =
        read_n("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b\r\n"
               "\r\n2\r\n--b\r\n\r\n3\r\n--b--\r\n",
               81, &(struct mime_options){.limits = &l, .whole = true});
    assert_int_equal(m->count, 3);
    assert_true(m->parts[2].limited);
    assert_true(found(m, NOTE_ID_MIME_TOO_MANY_PARTS));
    assert_ptr_equal(m->parts[2].body.p + m->parts[2].body.n, copy + 81); /* all that is left */
    done(m);
    l = limits_default();
    l.mime_depth = 1;
    static const char deep[] =
        "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nx";
    m = read_n(deep, sizeof deep - 1, &(struct mime_options){.limits = &l, .whole = true});
    assert_int_equal(m->count, 2);
    assert_int_equal(m->parts[1].kind, MIME_LEAF);
    assert_true(m->parts[1].limited && found(m, NOTE_ID_MIME_TOO_DEEP));
    done(m);
    l = limits_default();
    l.mime_bytes = 10;
    m = read_n("\r\n0123456789", 12, &(struct mime_options){.limits = &l, .whole = true});
    expect_body(m, 0, "01234567");
    assert_true(m->parts[0].incomplete && found(m, NOTE_ID_MIME_TOO_LARGE));
    done(m);
}

/* 10,000 nested multiparts, 20,000 nested messages, a million parts, lines that are nearly the
 * boundaries of a hundred multiparts: each in time, and without a deep stack. */
static void expect_quick(char *text, size_t n, size_t room)
{
    assert_true(n <= room);
    clock_t begun = clock();
    struct mime_message *m = read_n(text, n, NULL);
    assert_true(m->count <= limits.mime_parts);
    assert_true((double)(clock() - begun) / CLOCKS_PER_SEC < 10); /* sanitizers are slow */
    done(m);
    free(text);
}

#define ROOM ((size_t)12 << 20)

static char *room(void)
{
    char *text = malloc(ROOM);
    assert_non_null(text);
    return text;
}

static void test_bombs(void **state)
{
    (void)state;
    char *text = room();
    size_t n = 0;
    for (int i = 0; i < 10000; i++) {
        n += (size_t)snprintf(text + n, ROOM - n,
                              "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    }
    expect_quick(text, n, ROOM);
    text = room();
    n = 0;
    for (int i = 0; i < 20000; i++) {
        n += (size_t)snprintf(text + n, ROOM - n, "Content-Type: message/rfc822\r\n\r\n");
    }
    expect_quick(text, n, ROOM);
    text = room();
    n = (size_t)snprintf(text, ROOM, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (int i = 0; i < 1000000; i++) {
        memcpy(text + n, "--b\r\n\r\nx\r\n", 10);
        n += 10;
    }
    expect_quick(text, n, ROOM);
    text = room();
    n = 0;
    for (int i = 0; i < 99; i++) {
        n += (size_t)snprintf(text + n, ROOM - n,
                              "Content-Type: multipart/mixed; boundary=aaaaaaaa%02d\r\n\r\n"
                              "--aaaaaaaa%02d\r\n",
                              i, i);
    }
    for (; n + 13 < ROOM; n += 13) {
        memcpy(text + n, "--aaaaaaaazz\n", 13);
    }
    expect_quick(text, n, ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),  cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_texts), cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_gaps),  cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bombs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
