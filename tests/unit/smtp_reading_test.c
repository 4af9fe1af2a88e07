/* smtp_reading: which end of data the receiver took, by its replies; no session needed. */
#include "capture/base/buf.h"
#include "dissect/smtp_reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define HIDDEN                                                                                     \
    "MAIL FROM:<evil@x.test>\r\nRCPT TO:<victim@y.test>\r\nDATA\r\nSubject: s\r\n\r\nhi\r\n.\r\n"

static struct smtp_reading read_one(const char *sent, size_t strict_at, bool has_strict,
                                    const char *replied, enum eod_variant v)
{
    struct smtp_ending end = {0, v};
    struct smtp_evidence e = {.sent = bytes_of(sent),
                              .replied = bytes_of(replied),
                              .ends = &end,
                              .count = 1,
                              .has_strict = has_strict,
                              .strict_at = strict_at,
                              .owed = 1};
    return smtp_reading(&e);
}

static void every_variant_taken_or_not(void **state)
{
    (void)state;
    static const char sent[] = HIDDEN "QUIT\r\n";
    size_t strict = strlen(HIDDEN);
    for (int v = EOD_STRICT + 1; v < EOD_COUNT; v++) {
        struct smtp_reading r =
            read_one(sent, strict, true,
                     "250 2.0.0 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n221 bye\r\n",
                     (enum eod_variant)v);
        assert_int_equal(r.taken, 0);
        assert_true(r.certain);
        assert_int_equal(r.mail_code, 250);
        r = read_one(sent, strict, true, "250 2.0.0 queued\r\n221 bye\r\n", (enum eod_variant)v);
        assert_int_equal(r.taken, READING_STRICT);
        assert_true(r.certain);
    }
}

struct row {
    const char *sent;
    int strict_at; /* -1: the strict end was not seen */
    const char *replied;
    int taken;
};

static void rows(void **state)
{
    (void)state;
    static const struct row table[] = {
        /* taken, the hidden transaction refused step by step */
        {HIDDEN "QUIT\r\n", 84,
         "250 ok\r\n503 no\r\n503 no\r\n503 no\r\n500 ?\r\n500 ?\r\n500 "
         "?\r\n500 ?\r\n221 bye\r\n",
         0},
        /* taken, and the server lost its patience */
        {"not the end?\r\n.\r\nQUIT\r\n", 17,
         "250 queued\r\n500 5.5.2 unknown\r\n221 2.7.0 I can break rules, too\r\n", 0},
        {"a\r\nb\r\nc\r\nd\r\n.\r\nQUIT\r\n", 15, "250 ok\r\n500 ?\r\n500 ?\r\n421 too many\r\n",
         0},
        /* the message ends there for this receiver; no strict end ever comes */
        {"QUIT\r\n", -1, "250 ok\r\n221 bye\r\n", 0},
        {"", -1, "250 ok\r\n", 0},
        {"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", -1,
         "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n", 0},
        /* nothing came, or what came says nothing: strict */
        {"", -1, "", READING_STRICT},
        {"more text\r\n", -1, "", READING_STRICT},
        {"more text\r\n", -1, "421 timeout\r\n", READING_STRICT},
        {"QUIT\r\n.\r\nQUIT\r\n", 9, "250 ok\r\n221 bye\r\n", READING_STRICT},
        /* strict, with other answers */
        {"text\r\n.\r\nQUIT\r\n", 9, "550 5.7.1 no\r\n221 bye\r\n", READING_STRICT},
        {"text\r\n.\r\nQUIT\r\n", 9, "250 ok\r\n", READING_STRICT},
        {"text\r\n.\r\n", 9, "250 ok\r\n", READING_STRICT},
        {"text\r\n.\r\n", 9, "", READING_STRICT},
        {"text\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n", 9,
         "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n", READING_STRICT},
        {HIDDEN "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n", 84,
         "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n", READING_STRICT},
        {HIDDEN "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n", 84,
         "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 "
         "ok\r\n221 bye\r\n",
         0},
        /* replies of several lines count once; AUTH, BDAT and STARTTLS behind it are followed */
        {"text\r\n.\r\nEHLO x\r\nAUTH LOGIN\r\nMAIL\r\nDATA\r\nQUIT\r\n", 9,
         "250-ok\r\n250 ok\r\n250-a\r\n250-b\r\n250 c\r\n334 u\r\n334 p\r\n235 in\r\n221 bye\r\n",
         READING_STRICT},
        {"text\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 7 LAST\r\nNOOP\r\nxQUIT\r\n", 9,
         "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n221 bye\r\n", READING_STRICT},
        {"text\r\n.\r\nSTARTTLS\r\n\x16\x03\x01 junk\r\njunk\r\n", 9, "250 ok\r\n220 go\r\n",
         READING_STRICT},
        {"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01 junk\r\n", -1,
         "250 ok\r\n250 hi\r\n220 go\r\n999 junk\r\n", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct row *t = &table[i];
        struct smtp_reading r = read_one(t->sent, t->strict_at < 0 ? 0 : (size_t)t->strict_at,
                                         t->strict_at >= 0, t->replied, EOD_LF_DOT_LF);
        if (r.taken != t->taken) {
            print_error("row %zu\n", i);
        }
        assert_int_equal(r.taken, t->taken);
    }
}

/* Two ambiguous ends: the one whose count of replies fits. */
static void several_ends(void **state)
{
    (void)state;
    static const char sent[] = "line one\r\nx\n.\nQUIT\r\n.\r\nQUIT\r\n";
    struct smtp_ending ends[] = {{0, EOD_LF_DOT_LF}, {14, EOD_CRLF_DOT_LF}};
    struct smtp_evidence e = {.sent = bytes_of(sent),
                              .ends = ends,
                              .count = 2,
                              .has_strict = true,
                              .strict_at = 23,
                              .owed = 1};
    e.replied = bytes_of("250 ok\r\n500 ?\r\n500 ?\r\n500 ?\r\n221 bye\r\n");
    assert_int_equal(smtp_reading(&e).taken, 0);
    e.replied = bytes_of("250 ok\r\n221 bye\r\n");
    assert_int_equal(smtp_reading(&e).taken, READING_STRICT);
}

/* Replies to what was asked before the message do not count; LMTP answers once a recipient. */
static void owed_before_and_by_lmtp(void **state)
{
    (void)state;
    struct smtp_ending end = {0, EOD_LF_DOT_CRLF};
    struct smtp_evidence e = {.sent = bytes_of("text\r\n.\r\nQUIT\r\n"),
                              .replied = bytes_of("250 a\r\n354 go\r\n250 ok\r\n221 bye\r\n"),
                              .ends = &end,
                              .count = 1,
                              .has_strict = true,
                              .strict_at = 9,
                              .before = 2,
                              .owed = 1};
    assert_int_equal(smtp_reading(&e).taken, READING_STRICT);
    e.before = 0;
    e.owed = 3;
    e.replied = bytes_of("250 a\r\n550 b\r\n250 c\r\n221 bye\r\n");
    assert_int_equal(smtp_reading(&e).taken, READING_STRICT);
    e.replied = bytes_of("250 a\r\n550 b\r\n250 c\r\n500 ?\r\n500 ?\r\n221 bye\r\n");
    assert_int_equal(smtp_reading(&e).taken, 0);
}

static void hidden_transactions(void **state)
{
    (void)state;
    static const struct {
        const char *behind, *shown;
    } table[] = {
        {HIDDEN, "MAIL FROM:<evil@x.test> RCPT TO:<victim@y.test>"},
        {"RSET\r\n\r\nmail from: <a@b>\r\nDATA\r\n", "mail from: <a@b>"},
        {"EHLO x\nMAIL FROM:<a@b>\nRCPT TO:<1@d>\nRCPT TO:<2@d>\nRCPT TO:<3@d>\nRCPT TO:<4@d>\n",
         "MAIL FROM:<a@b> RCPT TO:<1@d> RCPT TO:<2@d> RCPT TO:<3@d>"},
        {"text\r\nMAIL FROM:<a@b>\r\n", NULL},
        {"MAIL is late today\r\n", NULL},
        {"MAIL FROM:<cut", NULL},
        {"", NULL},
        {"\r\n\r\n\r\n\r\n\r\nMAIL FROM:<a@b>\r\n", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct buf out;
        buf_init(&out, 1000);
        bool found = smtp_smuggled(bytes_of(table[i].behind), &out);
        assert_int_equal(found, table[i].shown != NULL);
        if (found) {
            assert_string_equal(buf_cstr(&out), table[i].shown);
        }
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_taken_or_not),
        cmocka_unit_test(rows),
        cmocka_unit_test(several_ends),
        cmocka_unit_test(owed_before_and_by_lmtp),
        cmocka_unit_test(hidden_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
