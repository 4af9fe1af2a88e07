/* reply: lines, codes and queue ids as servers write them. */
#include "dissect/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void is(struct bytes have, const char *want)
{
    assert_int_equal(have.n, strlen(want));
    assert_memory_equal(have.p ? have.p : (const uint8_t *)"", want, have.n);
}

static void lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool good;
        unsigned code;
        bool more;
        const char *text;
    } rows[] = {
        {"220 mx1.lab.test ESMTP Postfix", true, 220, false, "mx1.lab.test ESMTP Postfix"},
        {"250-PIPELINING", true, 250, true, "PIPELINING"},
        {"250", true, 250, false, ""},
        {"250 ", true, 250, false, ""},
        {"250-", true, 250, true, ""},
        {"334\t", true, 334, false, ""},
        {"556 5.1.10 x", true, 556, false, "5.1.10 x"},
        {"999 odd", true, 999, false, "odd"},
        {"099 odd", false, 0, false, "099 odd"},
        {"25", false, 0, false, "25"},
        {"2500 x", false, 0, false, "2500 x"},
        {"250x", false, 0, false, "250x"},
        {"+OK", false, 0, false, "+OK"},
        {"", false, 0, false, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t code = 1;
        bool more = true;
        struct bytes text;
        assert_int_equal(reply_smtp_line(bytes_of(rows[i].line), &code, &more, &text),
                         rows[i].good);
        assert_int_equal(code, rows[i].code);
        assert_int_equal(more, rows[i].more);
        is(text, rows[i].text);
    }
}

static void statuses(void **state)
{
    (void)state;
    assert_int_equal(reply_smtp_status(200), REPLY_OK);
    assert_int_equal(reply_smtp_status(299), REPLY_OK);
    assert_int_equal(reply_smtp_status(354), REPLY_CONTINUE);
    assert_int_equal(reply_smtp_status(472), REPLY_DEFER);
    assert_int_equal(reply_smtp_status(521), REPLY_REFUSE);
    assert_int_equal(reply_smtp_status(100), REPLY_ODD);
    assert_int_equal(reply_smtp_status(600), REPLY_ODD);
    assert_int_equal(reply_smtp_status(0), REPLY_ODD);
}

static void enhanced_codes(void **state)
{
    (void)state;
    struct enhanced e;
    struct bytes rest;
    assert_true(reply_enhanced(bytes_of("5.1.1 <a@b>: no"), &e, &rest));
    assert_int_equal(e.class, 5);
    assert_int_equal(e.subject, 1);
    assert_int_equal(e.detail, 1);
    is(rest, "<a@b>: no");
    assert_true(reply_enhanced(bytes_of("2.0.0: id ok"), &e, &rest));
    is(rest, "id ok");
    assert_true(reply_enhanced(bytes_of("4.7.650"), &e, &rest));
    assert_int_equal(e.detail, 650);
    is(rest, "");
    static const char *const bad[] = {
        "",       "5.1",        "3.1.1 x",  "5.1.1x",   "5.1.1.2 host",
        "5..1 x", "5.1234.1 x", "5.1.1234", "51.1.1 x", "2.0. x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(reply_enhanced(bytes_of(bad[i]), &e, &rest));
        assert_int_equal(e.class, 0);
        is(rest, bad[i]);
    }
}

static void queue_ids(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {
        {"2.0.0 Ok: queued as 7D08358C", "7D08358C"},
        {"2.0.0 Ok: 245 bytes queued as 36B44328", "36B44328"},
        {"OK id=1xUr52-0000z1-2c", "1xUr52-0000z1-2c"},
        {"id=1xUqi9-0002tl-1Q message accepted for some recipients", "1xUqi9-0002tl-1Q"},
        {"305 byte chunk, total 305\nOK id=1xUr52-0000z1-2c", "1xUr52-0000z1-2c"},
        {"2.0.0 l7NDf3xY012345 Message accepted for delivery", "l7NDf3xY012345"},
        {"2.0.0 3ac436bd Message accepted for delivery", "3ac436bd"},
        {"2.0.0: 3ac436bd Message accepted for delivery", "3ac436bd"},
        {"2.0.0 <p1@lab.test> 4GUoHkLwAWs7KgAAB8AJkg Saved", "4GUoHkLwAWs7KgAAB8AJkg"},
        {"2.6.0 <a@b.test> [InternalId=8126464, Hostname=X.test] 1234 bytes in 0.2, 5 KB/sec "
         "Queued "
         "mail for delivery",
         "8126464"},
        {"2.6.0 <ab12@client.test> Queued mail for delivery", "ab12@client.test"},
        {"2.6.0 <ab12@client.test> [Hostname=x] Queued mail for delivery", "ab12@client.test"},
        {"ok 1187876876 qp 12345", "1187876876 qp 12345"},
        {"2.0.0 OK  1692182345 d2e1a72fcca58-68876hbd.12 - gsmtp", "d2e1a72fcca58-68876hbd.12"},
        {"2.0.0 OK DMARC:Quarantine 1692182345 y9-20si1234.7 - gsmtp", "y9-20si1234.7"},
        {"Ok 0102018a4b7c8d9e-0a1b2c3d-000000", "0102018a4b7c8d9e-0a1b2c3d-000000"},
        {"Ok. 000000000004A0B1.12345678.00001A2B", "000000000004A0B1.12345678.00001A2B"},
        {"2.0.0 OK B0/00-12345-ABCDEF012", "B0/00-12345-ABCDEF012"},
        {"Message Queued (2AF5E1B6-1C33.1)", "2AF5E1B6-1C33.1"},
        {"ok:  Message 12345678 accepted", "12345678"},
        {"Ok: queued as <abc1@mailhog.example>.", "abc1@mailhog.example"},
        {"2.0.0 Ok: queued on mxfront1.mail.test as 1692182345-abc", "1692182345-abc"},
        {"Received OK [k3jd82hs.uk12]", "k3jd82hs.uk12"},
        {"Requested mail action okay, completed: id=0M5vzN-1iKLXp", "0M5vzN-1iKLXp"},
        {"12345678 message accepted for delivery", "12345678"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        is(reply_queue_id(bytes_of(rows[i].text)), rows[i].id);
    }
    static const char *const none[] = {
        "",
        "2.0.0 Ok",
        "2.6.0 Message received",
        "Message accepted for delivery",
        "Mail accepted",
        "Ok, message saved",
        "Queued (0.031 seconds)",
        "PRDR R=<u-a@exim.test> acceptance",
        "2.0.0 OK queued as \x01\x02\x03\x04",
        "ok qp 12",
        "2.1.5 OK recipient1@example.test",
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        is(reply_queue_id(bytes_of(none[i])), "");
    }
    assert_int_equal(reply_queue_id((struct bytes){NULL, 0}).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(statuses),
        cmocka_unit_test(enhanced_codes),
        cmocka_unit_test(queue_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
