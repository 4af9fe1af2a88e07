/* Replies in words: codes, the registry of enhanced codes, what real servers write. */
#include "dissect/explain.h"

#include "capture/base/buf.h"
#include "dissect/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bytes b(const char *s)
{
    return bytes_make(s, strlen(s));
}

/* A reply as the dissectors give it: raw lines, code and enhanced code read. */
static struct explanation ask(const char *raw, const char *verb, const char *protocol)
{
    struct explanation x;
    struct bytes first = bytes_sub(b(raw), 0, bytes_find(b(raw), '\n', 0)), text;
    struct enhanced e = {0, 0, 0};
    uint16_t code = 0;
    bool more;
    if (strncmp(protocol, "pop", 3) != 0 && reply_smtp_line(first, &code, &more, &text)) {
        reply_enhanced(text, &e, &text);
    }
    explain_text(code, e, b(raw), verb, protocol, &x);
    return x;
}

struct row {
    const char *raw, *verb;
    enum reply_reason reason;
    enum reply_term term;
};

static void check(const struct row *rows, size_t count, const char *protocol)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct explanation x = ask(rows[i].raw, rows[i].verb, protocol);
        if (x.reason != rows[i].reason || x.term != rows[i].term) {
            print_error("%s: %s, %s; not %s\n", rows[i].raw, explain_reason(x.reason)->name,
                        explain_term(x.term), explain_reason(rows[i].reason)->name);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

#define T TERM_TEMPORARY
#define F TERM_FINAL

static void refusals(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* Postfix */
        {"450 4.2.0 <a@b.org>: Recipient address rejected: Greylisted, see "
         "http://postgrey.schweikert.ch/help/b.org.html",
         "RCPT", REASON_GREYLISTED, T},
        {"554 5.7.1 <a@b.org>: Relay access denied", "RCPT", REASON_RELAY_DENIED, F},
        {"550 5.1.1 <x@b.org>: Recipient address rejected: User unknown in local recipient table",
         "RCPT", REASON_NO_SUCH_USER, F},
        {"450 4.1.1 <x@b.org>: Recipient address rejected: unverified address: connect to "
         "mx[1.2.3.4]:25: Connection timed out",
         "RCPT", REASON_UPSTREAM, T},
        {"554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; "
         "https://www.spamhaus.org/query/ip/192.0.2.7",
         "RCPT", REASON_BLOCK_LIST, F},
        {"450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.7]", "RCPT",
         REASON_REVERSE_DNS, T},
        {"504 5.5.2 <pc>: Helo command rejected: need fully-qualified hostname", "RCPT",
         REASON_HELLO_REFUSED, F},
        {"550 5.1.8 <a@nope.example>: Sender address rejected: Domain not found", "RCPT",
         REASON_SENDER_DOMAIN, F},
        {"553 5.7.1 <a@b.org>: Sender address rejected: not owned by user c", "RCPT",
         REASON_SENDER_REFUSED, F},
        {"552 5.3.4 Message size exceeds fixed limit", "MAIL", REASON_TOO_LARGE, F},
        {"452 4.3.1 Insufficient system storage", "MAIL", REASON_STORAGE, T},
        {"452 4.5.3 Error: too many recipients", "RCPT", REASON_TOO_MANY_RECIPIENTS, T},
        {"421 4.7.0 mx1 Error: too many errors", "RCPT", REASON_RATE_LIMIT, T},
        {"421 4.4.2 mx1.example.org Error: timeout exceeded", "", REASON_TIMEOUT, T},
        {"530 5.7.0 Must issue a STARTTLS command first", "MAIL", REASON_TLS_REQUIRED, F},
        {"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "AUTH", REASON_AUTH_FAILED, F},
        {"454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
         "AUTH", REASON_AUTH_UNAVAILABLE, T},
        {"454 4.7.0 TLS not available due to local problem", "STARTTLS", REASON_TLS_FAILED, T},
        {"503 5.5.1 Error: need MAIL command", "RCPT", REASON_SEQUENCE, F},
        {"502 5.5.2 Error: command not recognized", "FOO", REASON_SYNTAX, F},
        {"554 5.5.1 Error: no valid recipients", "DATA", REASON_SEQUENCE, F},
        {"554 5.4.0 Error: too many hops", ".", REASON_TOO_MANY_HOPS, F},
        {"451 4.3.0 Error: queue file write error", ".", REASON_STORAGE, T},
        {"450 4.3.2 Service currently unavailable", "RCPT", REASON_OVERLOAD, T},
        {"521 5.3.2 mx.example.org does not accept mail", "^", REASON_NO_MAIL_SERVICE, F},
        {"556 5.1.10 <a@b.org>: Recipient address rejected: Domain b.org does not accept mail "
         "(nullMX)",
         "RCPT", REASON_NO_SUCH_DOMAIN, F},
        {"521 5.5.1 Protocol error", "", REASON_SEQUENCE, F},
        {"451 4.3.0 <a@b.org>: Temporary lookup failure", "RCPT", REASON_UPSTREAM, T},
        {"451 4.3.5 Server configuration error", "RCPT", REASON_SERVER_ERROR, T},
        /* Exim */
        {"550 relay not permitted", "RCPT", REASON_RELAY_DENIED, F},
        {"550 Unrouteable address", "RCPT", REASON_NO_SUCH_USER, F},
        {"550 Administrative prohibition", "RCPT", REASON_POLICY, F},
        {"535 Incorrect authentication data", "AUTH", REASON_AUTH_FAILED, F},
        {"421 Too many concurrent SMTP connections; please try again later.", "^",
         REASON_RATE_LIMIT, T},
        {"550-Verification failed for <a@b.org>\n550-No Such User Here\n550 Sender verify failed",
         "RCPT", REASON_SENDER_REFUSED, F},
        {"451 Temporary local problem - please try later", "RCPT", REASON_SERVER_ERROR, T},
        /* Sendmail, qmail */
        {"550 5.7.1 <a@b.org>... Relaying denied", "RCPT", REASON_RELAY_DENIED, F},
        {"553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "RCPT",
         REASON_RELAY_DENIED, F},
        {"553 5.1.8 <a@b>... Domain of sender address a@b does not exist", "MAIL",
         REASON_SENDER_DOMAIN, F},
        {"550 sorry, no mailbox here by that name. (#5.1.1)", "RCPT", REASON_NO_SUCH_USER, F},
        /* Exchange, Microsoft 365, Outlook.com */
        {"550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "RCPT",
         REASON_RELAY_DENIED, F},
        {"530 5.7.57 Client was not authenticated to send anonymous mail during MAIL FROM", "MAIL",
         REASON_AUTH_REQUIRED, F},
        {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
         "Tenant.",
         "AUTH", REASON_AUTH_WEAK, F},
        {"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
         "RCPT", REASON_NO_SUCH_USER, F},
        {"550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your "
         "Internet service provider since part of their network is on our block list (S3140).",
         "MAIL", REASON_BLOCK_LIST, F},
        {"550 5.7.606 Access denied, banned sending IP [192.0.2.7]", "RCPT", REASON_BLOCK_LIST, F},
        {"451 4.7.500 Server busy. Please try again later from [192.0.2.7].", "RCPT",
         REASON_OVERLOAD, T},
        {"552 5.2.2 This message is larger than the current system limit or the recipient's mailbox"
         " is full.",
         ".", REASON_MAILBOX_FULL, F},
        /* Gmail: the sentence runs on across lines */
        {"550-5.1.1 The email account that you tried to reach does not\n550-5.1.1 exist. Please try"
         " double-checking\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser x - gsmtp",
         "RCPT", REASON_NO_SUCH_USER, F},
        {"421-4.7.28 Gmail has detected an unusual rate of unsolicited mail. To protect\n421-4.7.28"
         " our users from spam, mail has been temporarily\n421 4.7.28 rate limited. x - gsmtp",
         ".", REASON_RATE_LIMIT, T},
        {"550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550-5.7.26"
         " Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 gsmtp",
         ".", REASON_UNAUTHENTICATED, F},
        {"550-5.7.25 The IP address sending this message does not have a PTR record setup\n"
         "550 5.7.25 gsmtp",
         ".", REASON_REVERSE_DNS, F},
        {"452-4.2.2 The email account that you tried to reach is over quota.\n452 4.2.2 gsmtp",
         "RCPT", REASON_MAILBOX_FULL, T},
        {"535-5.7.8 Username and Password not accepted. Learn more at\n535 5.7.8 "
         "https://support.google.com/mail/?p=BadCredentials x - gsmtp",
         "AUTH", REASON_AUTH_FAILED, F},
        {"534-5.7.9 Application-specific password required.\n534 5.7.9 gsmtp", "AUTH",
         REASON_ACCOUNT_LOCKED, F},
        {"552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 "
         "security issue. attachment gsmtp",
         ".", REASON_CONTENT, F},
        /* Yahoo */
        {"421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume "
         "or user complaints - 4.16.55.1",
         "MAIL", REASON_RATE_LIMIT, T},
        {"554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]", ".",
         REASON_NO_SUCH_USER, F},
        /* filters */
        {"550 5.7.1 SPF check failed: 192.0.2.7 is not allowed to send mail from b.org", "MAIL",
         REASON_SPF, F},
        {"550 5.7.1 Email rejected per DMARC policy for b.org", ".", REASON_DMARC, F},
        {"550 5.7.20 No passing DKIM signature found", ".", REASON_DKIM, F},
        {"554 5.7.1 Spam message rejected", ".", REASON_SPAM, F},
        {"550 5.7.1 This message scored 99 spam points.", ".", REASON_SPAM, F},
        {"554 5.7.1 Message blocked: spam score 17.2", ".", REASON_SPAM, F},
        {"550 5.7.1 This message contains a virus (Eicar-Test-Signature)", ".", REASON_VIRUS, F},
        {"554 5.7.0 Reject, id=1-01 - BANNED FILE TYPE: exe", ".", REASON_CONTENT, F},
        {"550 5.7.1 Message rejected due to local policy.", ".", REASON_POLICY, F},
        /* by codes alone */
        {"552 5.2.2 sorry", "RCPT", REASON_MAILBOX_FULL, F},
        {"550 5.7.1 no", "RCPT", REASON_POLICY, F},
        {"550 no", "RCPT", REASON_NONE, F},
        {"535 no", "AUTH", REASON_AUTH_FAILED, F},
        {"530 no", "MAIL", REASON_AUTH_REQUIRED, F},
        {"530 no", "STARTTLS", REASON_TLS_REQUIRED, F},
        {"501 no", "MAIL", REASON_SYNTAX, F},
        {"501 no", "AUTH", REASON_AUTH_FAILED, F},
        {"554 no", "^", REASON_NO_MAIL_SERVICE, F},
        {"454 no", "STARTTLS", REASON_TLS_FAILED, T},
        {"599 what", "MAIL", REASON_NONE, F},
    };
    check(rows, sizeof rows / sizeof rows[0], "smtp");
}

static void agreements(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"250 2.1.5 Ok", "RCPT", REASON_NONE, TERM_NONE},
        {"250 2.0.0 Ok: queued, mailbox full of spam and virus", ".", REASON_NONE, TERM_NONE},
        {"251 2.1.5 User not local; will forward to <x@y>", "RCPT", REASON_MOVED, TERM_NONE},
        {"354 go ahead", "DATA", REASON_NONE, TERM_GO_ON},
        {"334 VXNlcm5hbWU6", "AUTH", REASON_NONE, TERM_GO_ON},
        {"220 mx1 ESMTP greylisting here", "^", REASON_NONE, TERM_NONE},
    };
    check(rows, sizeof rows / sizeof rows[0], "smtp");
}

static void pop3(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"-ERR [AUTH] Authentication failed.", "PASS", REASON_AUTH_FAILED, F},
        {"-ERR [IN-USE] Do you have another POP session running?", "PASS", REASON_IN_USE, T},
        {"-ERR [LOGIN-DELAY] minimum time between mail checks violation", "PASS",
         REASON_LOGIN_DELAY, T},
        {"-ERR [SYS/TEMP] Temporary authentication failure.", "PASS", REASON_AUTH_UNAVAILABLE, T},
        {"-ERR [SYS/PERM] No mailbox", "PASS", REASON_SERVER_ERROR, F},
        {"-ERR [SYS/TEMP] hm", "STAT", REASON_SERVER_ERROR, T},
        {"-ERR Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", "USER",
         REASON_TLS_REQUIRED, TERM_UNKNOWN},
        {"-ERR Invalid login or password", "PASS", REASON_AUTH_FAILED, TERM_UNKNOWN},
        {"-ERR maildrop already locked", "PASS", REASON_IN_USE, TERM_UNKNOWN},
        {"-ERR Unknown command.", "FOO", REASON_SYNTAX, TERM_UNKNOWN},
        {"-ERR", "DELE", REASON_NONE, TERM_UNKNOWN},
        {"+OK [AUTH] strange", "PASS", REASON_NONE, TERM_NONE},
        {"+OK 3 messages in mailbox full of virus", "STAT", REASON_NONE, TERM_NONE},
    };
    check(rows, sizeof rows / sizeof rows[0], "pop3");
    struct explanation x = ask("-ERR [IN-USE] busy", "PASS", "pop3");
    assert_string_equal(x.response_code, "IN-USE");
    assert_string_equal(x.code_text, "");
}

static void codes(void **state)
{
    (void)state;
    static const uint16_t all[] = {211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421,
                                   450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521,
                                   530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556};
    struct explanation x;
    struct enhanced none = {0, 0, 0};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        explain_text(all[i], none, b(""), NULL, "smtp", &x);
        assert_true(strlen(x.code_text) > 3);
        assert_true(strncmp(x.code_reference, "RFC", 3) == 0);
    }
    explain_text(250, none, b("250 Ok"), ".", "smtp", &x); /* the command makes a difference */
    assert_non_null(strstr(x.code_text, "taken over"));
    explain_text(250, none, b("250 Ok"), "RCPT", "smtp", &x);
    assert_string_equal(x.code_text, "the recipient is accepted");
    explain_text(467, none, b(""), "", "smtp", &x); /* not registered: the class remains */
    assert_string_equal(x.code_text, "not now");
    explain_text(999, none, b(""), "", "smtp", &x);
    assert_string_equal(x.code_text, "not a code of SMTP");
    assert_int_equal(x.term, TERM_UNKNOWN);
}

/* Every code of the registry (2025), by its subject and the details it has. */
static void registry(void **state)
{
    (void)state;
    static const uint16_t last[] = {0, 10, 4, 6, 7, 6, 10, 30};
    struct explanation x;
    size_t count = 0;
    for (uint16_t subject = 0; subject < 8; subject++) {
        for (uint16_t detail = 0; detail <= last[subject] + 1; detail++) {
            struct enhanced e = {5, subject, detail};
            explain_text(550, e, b(""), "", "smtp", &x);
            assert_string_equal(x.class_text, "permanent failure");
            assert_true(x.subject_text[0] != '\0');
            if ((x.detail_text[0] != '\0') != (detail <= last[subject])) {
                fail_msg("5.%u.%u: \"%s\"", subject, detail, x.detail_text);
            }
            count += x.detail_text[0] != '\0';
        }
    }
    assert_int_equal(count, 1 + 11 + 5 + 7 + 8 + 7 + 11 + 31);
    struct enhanced odd = {4, 1, 1};
    explain_text(550, odd, b(""), "", "smtp", &x);
    assert_true(x.disagree);
    odd = (struct enhanced){9, 99, 999};
    explain_text(250, odd, b(""), "", "smtp", &x);
    assert_string_equal(x.class_text, "not a class of RFC 3463");
    assert_string_equal(x.subject_text, "");
}

static void quotes(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *list, *name, *url;
    } rows[] = {
        {"554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; "
         "https://www.spamhaus.org/query/ip/192.0.2.7",
         "zen.spamhaus.org", "Spamhaus ZEN", "https://www.spamhaus.org/query/ip/192.0.2.7"},
        {"554 5.7.1 blocked using secretkey.zen.dq.spamhaus.net", "secretkey.zen.dq.spamhaus.net",
         "Spamhaus (query service)", ""},
        {"550 192.0.2.7 is listed in rbl.example.net. See <http://rbl.example.net/?ip=192.0.2.7>.",
         "rbl.example.net", "", "http://rbl.example.net/?ip=192.0.2.7"},
        {"550 blocked using our own list", "", "", ""},
        {"550 5.7.1 network is on our block list (S3150).", "", "Outlook.com", ""},
        {"550 User unknown, zen.spamhaus.org has no part in it", "", "", ""},
    };
    for (size_t i = 0; i < 5; i++) {
        struct explanation x = ask(rows[i].raw, "RCPT", "smtp");
        assert_true(bytes_is(x.list, rows[i].list));
        assert_string_equal(x.list_name, rows[i].name);
        assert_true(bytes_is(x.url, rows[i].url));
    }
}

/* From the dissectors' own structs. */
static void from_reply(void **state)
{
    (void)state;
    struct explanation x;
    struct reply r = {.code = 554, .raw = b("554 no"), .greeting = true, .status = REPLY_REFUSE};
    explain_reply(&r, NULL, "smtp", &x);
    assert_int_equal(x.reason, REASON_NO_MAIL_SERVICE);
    struct command end = {.verb = "", .flags = COMMAND_END_OF_DATA};
    r = (struct reply){.code = 250, .raw = b("250 Ok"), .status = REPLY_OK};
    explain_reply(&r, &end, "smtp", &x);
    assert_non_null(strstr(x.code_text, "taken over"));
    struct command pass = {.verb = "PASS"};
    r = (struct reply){.raw = b("-ERR [AUTH] no"), .status = REPLY_REFUSE};
    explain_reply(&r, &pass, "pop3", &x);
    assert_int_equal(x.reason, REASON_AUTH_FAILED);
    r = (struct reply){.raw = b("+ go"), .status = REPLY_CONTINUE};
    explain_reply(&r, &pass, "pop3", &x);
    assert_int_equal(x.term, TERM_GO_ON);
}

static void shown(void **state)
{
    (void)state;
    struct explanation x = ask("554 5.7.1 Client blocked using zen.spamhaus.org\x1b[2J; "
                               "https://a.example/x",
                               "RCPT", "smtp");
    struct buf out;
    buf_init(&out, 4096);
    explain_show(&x, &out);
    assert_string_equal(buf_cstr(&out),
                        "554      the transaction failed (RFC 5321)\n"
                        "5.7.1    delivery is not authorized, the message is refused (RFC 3463)\n"
                        "why      the client's address or a domain stands on a block list\n"
                        "whose    the sender's side\n"
                        "list     zen.spamhaus.org (Spamhaus ZEN)\n"
                        "when     final: the same again will not be taken\n"
                        "do       look the address up on that list and have it removed once the "
                        "cause is gone\n"
                        "see      https://a.example/x\n");
    buf_done(&out);
}

/* Whatever a server writes, however long: an answer, and nothing outside is read. */
static void hostile(void **state)
{
    (void)state;
    static const char bytes[] = "550-[]http://blocked using .-_ \n\r\x00\xff listed in ";
    unsigned seed = 5;
    for (int round = 0; round < 3000; round++) {
        size_t n = (seed >> 7) % 6000;
        uint8_t *p = malloc(n ? n : 1);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            p[i] = (uint8_t)bytes[(seed >> 8) % (sizeof bytes - 1)];
        }
        seed = seed * 1103515245 + 12345;
        struct explanation x;
        struct enhanced e = {(uint8_t)(seed >> 9), (uint16_t)(seed >> 5), (uint16_t)seed};
        explain_text((uint16_t)(seed >> 3), e, bytes_make(p, n), "RCPT",
                     round % 2 ? "smtp" : "pop3", &x);
        struct buf out;
        buf_init(&out, 100000);
        explain_show(&x, &out);
        buf_done(&out);
        free(p);
    }
    for (int r = 0; r < REASON_COUNT; r++) { /* each reason says all it should */
        const struct reason_row *row = explain_reason((enum reply_reason)r);
        assert_true(r == REASON_NONE || (row->name[0] && row->sentence[0] && row->advice[0] &&
                                         explain_side(row->side)[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),   cmocka_unit_test(agreements), cmocka_unit_test(pop3),
        cmocka_unit_test(codes),      cmocka_unit_test(registry),   cmocka_unit_test(quotes),
        cmocka_unit_test(from_reply), cmocka_unit_test(shown),      cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
