/* Filters: grammar, and what every field finds. */
#include "ui/filter.h"

#include "tests/unit/made_session.h"
#include "ui/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- sessions to filter: made once, held in a store ---- */

struct bench {
    struct limits limits;
    struct spool *spool;
    struct relay *relay;
    struct store *store;
};

static void made_refused(uint64_t number, struct sink *to)
{
    struct made m;
    made_open(&m, number, to);
    m.flow.end[FROM_CLIENT].ip[0] = 203;
    m.flow.has_vlan = true;
    m.flow.vlan = 12;
    made_greeting(&m, "220 mx2.example.org ESMTP Exim 4.96");
    made_state(&m, "GREETED", "220");
    made_command(&m, "HELO", "HELO ylmf-pc", 0);
    m.info.client_name = made_text("ylmf-pc");
    made_reply(&m, 250, "250 mx2.example.org", 6000000000);
    made_command(&m, "MAIL", "MAIL FROM:<>", 0);
    made_reply(&m, 250, "250 Ok", 1000);
    made_command(&m, "RCPT", "RCPT TO:<Victim@Example.COM>", 0);
    m.last_command.flags |= COMMAND_PIPELINED;
    made_reply(&m, 554, "554 5.7.1 <victim@example.com>: Relay access denied", 1000);
    made_state(&m, "CLOSED", "");
    made_close(&m, END_RST);
}

static void made_pop(uint64_t number, struct sink *to)
{
    struct made m;
    made_open(&m, number, to);
    m.flow.ip_version = 6;
    static const uint8_t client[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x22};
    memcpy(m.flow.end[FROM_CLIENT].ip, client, 16);
    m.flow.end[FROM_SERVER].port = 110;
    m.info.protocol = "pop3";
    m.info.state = "AUTHORIZATION";
    m.info.midstream = true;
    m.info.missing = 77;
    m.tls = (struct tls_info){.start = TLS_STARTTLS,
                              .version = 0x0301,
                              .cipher_name = "",
                              .server_name = made_text("pop.example.org")};
    m.info.tls = &m.tls;
    struct credential c = {.mechanism = "USER/PASS",
                           .user = made_text("anna"),
                           .secret = made_text("pass123"),
                           .success = TRI_NO,
                           .time = m.now};
    m.info.user = made_text("anna");
    m.info.login = TRI_NO;
    made_tell(&m, (struct event){.kind = EV_CREDENTIAL, .latency = -1, .u.credential = &c});
    made_command(&m, "PASS", "PASS pass123", 7);
    made_tell(
        &m, (struct event){.kind = EV_LINE, .latency = -1, .u.text = made_text("quota exceeded")});
    made_close(&m, END_CAPTURE);
}

/* 1: made_smtp; 2: refused; 3: POP; 4: open; 5: made_smtp with a hole in its message */
static void bench_init(struct bench *b)
{
    *b = (struct bench){.limits = limits_default()};
    b->spool = spool_open(&b->limits, true, NULL);
    struct relay_config rc = {.limits = &b->limits, .spool = b->spool};
    b->relay = relay_new(&rc, NULL);
    struct store_config sc = {
        .limits = &b->limits, .atoms = relay_atoms(b->relay), .spool = b->spool};
    b->store = store_new(&sc);
    struct sink *to = relay_sink(b->relay);
    made_smtp(1, to);
    made_refused(2, to);
    made_pop(3, to);
    struct made m;
    made_open(&m, 4, to);
    made_smtp(5, to);
    relay_tick(b->relay);
    relay_drain(b->relay, 1000000000, store_take, b->store);
    store_mark(b->store, store_by_number(b->store, 2), true);
}

static void bench_done(struct bench *b)
{
    store_free(&b->store);
    relay_free(&b->relay);
    spool_close(&b->spool);
}

static const char *alias(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "mx2") == 0 ? "server:mx2 closed" : NULL;
}

static struct filter_config config = {
    .alias = alias, .utc = true, .show_secrets = true, .day_of = TIME_UNKNOWN};

/* The numbers of the sessions that pass, as "1 2 5". */
static void matches(struct bench *b, const char *text, char *out, size_t room)
{
    struct filter_error e;
    struct filter *f = filter_parse(text, &config, &e);
    if (f == NULL) {
        fail_msg("%s: %s at %zu", text, e.text, e.at);
    }
    struct store_subject subject = {.store = NULL};
    out[0] = '\0';
    for (size_t i = 0; i < store_list_size(b->store, LIST_SESSIONS); i++) {
        struct store_item item = store_list_item(b->store, LIST_SESSIONS, i);
        assert_true(store_subject(b->store, LIST_SESSIONS, item, &subject));
        if (filter_match(f, &subject.subject)) {
            size_t n = strlen(out);
            snprintf(out + n, room - n, "%s%llu", n ? " " : "",
                     (unsigned long long)subject.session.number);
        }
    }
    store_subject_done(&subject);
    filter_free(&f);
    assert_null(f);
}

struct row {
    const char *text, *numbers;
};

static void check_rows(const struct row *rows, size_t count)
{
    struct bench b;
    char out[100];
    int wrong = 0;
    bench_init(&b);
    for (size_t i = 0; i < count; i++) {
        matches(&b, rows[i].text, out, sizeof out);
        if (strcmp(out, rows[i].numbers) != 0) {
            print_error("%s: matches %s, not %s\n", rows[i].text, out, rows[i].numbers);
            wrong++;
        }
    }
    bench_done(&b);
    assert_int_equal(wrong, 0);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

static void grammar(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "1 2 3 4 5"},
        {"   ", "1 2 3 4 5"},
        {"proto:smtp", "1 2 4 5"},
        {"PROTO:SMTP", "1 2 4 5"},
        {"proto:smtp closed", "1 2 5"},
        {"proto:smtp and closed", "1 2 5"},
        {"proto:smtp && closed && id>1", "2 5"},
        {"id:1 or id:3", "1 3"},
        {"id:1 || id:3", "1 3"},
        {"id:1 id:2 or id:3", "3"},
        {"id:3 or id:1 id:2", "3"},
        {"id:1 (id:2 or id:1)", "1"},
        {"(id:1 or id:2) (id:2 or id:3)", "2"},
        {"not id:1", "2 3 4 5"},
        {"!id:1", "2 3 4 5"},
        {"not not id:1", "1"},
        {"! ! id:1", "1"},
        {"not (id:1 or id:2)", "3 4 5"},
        {"id:(1,3, 5)", "1 3 5"},
        {"id=( 2 )", "2"},
        {"id:2..4", "2 3 4"},
        {"id!=2", "1 3 4 5"},
        {"id < 3", "1 2"},
        {"id<=3 id>=2", "2 3"},
        {"id == 2", "2"},
        {"@mx2", "2"},
        {"not @mx2 proto:smtp", "1 4 5"},
        {"@mx2 or id:1", "1 2"},
        {"marked", "2"},
        {"NOT marked AND closed", "1 3 5"},
        {"juergen", "1 5"},
        {"JUERGEN@example.NET", "1 5"},
        {"\"marked\"", ""}, /* quoted it is text */
        {"10.1.0.1", "1"},
        {"203.1.0.2:40002", "2"},
        {"\"relay access denied\"", "2"},
        {"user:\"jue\\\"rgen\"", ""},
    };
    CHECK(rows);
}

static void session_fields(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"proto:(smtp,pop3)", "1 2 3 4 5"},
        {"proto=pop3", "3"},
        {"port:110", "3"},
        {"port:40001", "1"},
        {"serverport:(25,587)", "1 2 4 5"},
        {"clientport>40003", "4 5"},
        {"ip:10.1.0.1", "1"},
        {"ip:192.0.2.25", "1 2 4 5"},
        {"client:10.0.0.0/8", "1 4 5"},
        {"client:203.0.0.0/8", "2"},
        {"client:10.1.0.0/30", "1"},
        {"client:2001:db8::22", "3"},
        {"client:2001:db8::/32", "3"},
        {"client:[2001:db8::22]", "3"},
        {"client:ylmf", "2"},
        {"client~^pc[0-9]+", "1 5"},
        {"client~\"^p+c+[0-9]+|q+r+s+t+u+v+w+x+y+z+a+b+\"", "1 5"}, /* many, but none of another */
        {"client:10.1.", "1 4 5"},
        {"server:mx2", "2"},
        {"server:pop.example.org", "3"},
        {"server!=192.0.2.25", "3"},
        {"net:192.0.2.0/24", "1 2 4 5"},
        {"net:203.0.0.0/8", "2"},
        {"bytes>1301", "2 3 4 5"},
        {"bytes>1K", "1 2 3 4 5"},
        {"bytes:1K", "1 2 3 4 5"}, /* what rounds down to 1K */
        {"bytes>=2K", ""},
        {"packets:21", "1 2 3 4 5"},
        {"msgs:0", "2 3 4"},
        {"msgs>0", "1 5"},
        {"state:closed", "1 2 5"},
        {"state=connect", "4"},
        {"closing:rst", "2"},
        {"closing:(quit,capture_end)", "1 3 5"},
        {"result:accepted", "1 5"},
        {"result:\"user unknown\"", "1 5"},
        {"result:relay", "2"},
        {"tls:none", "2 4"},
        {"tls:offered", "1 5"},
        {"tls:starttls", "3"},
        {"tls:implicit", ""},
        {"tls", "3"},
        {"not tls", "1 2 4 5"},
        {"encrypted", "3"},
        {"tlsversion:1.0", "3"},
        {"sni:pop.example", "3"},
        {"sni:*", "3"},
        {"sni!=*", "1 2 4 5"},
        {"vlan:12", "2"},
        {"banner:exim", "2"},
        {"file:*", ""},
        {"dur>2s", "1 2 5"},
        {"dur:0", "3 4"},
        {"dur>2500ms", "2"},
        {"dur<1m", "1 2 3 4 5"},
        {"country:de", ""},
        {"asn:3320", ""},
        {"retrans:1", "1 2 3 4 5"},
        {"retrans>1", ""},
        {"gap>0", "3"},
        {"gap:77", "3"},
        {"cut:yes", "3"},
        {"cut:no", "1 2 4 5"},
        {"truncated", "3"},
        {"open", "4"},
        {"closed", "1 2 3 5"},
        {"pipelined", ""},
        {"failed", "2 3"},
        {"not failed closed", "1 5"},
    };
    CHECK(rows);
}

/* Sessions begin at 1762000000 s (2025-11-01T12:26:40Z) plus their number. */
static void times(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"start>=2025-11-01T12:26:43", "3 4 5"},
        {"start<2025-11-01T12:26:43", "1 2"},
        {"start:2025-11-01", "1 2 3 4 5"},
        {"start:2025-11-02", ""},
        {"start:2025-11-01T12:26", "1 2 3 4 5"},
        {"start:2025-11-01T12:26:42", "2"},
        {"start:12:26", "1 2 3 4 5"},
        {"start:12:26:44", "4"},
        {"start:12:26:42..12:26:44", "2 3 4"},
        {"start>12:26:44", "5"},
        {"start>=12:26:44", "4 5"},
        {"start<=12:26:42", "1 2"},
        {"start:2025-11-01T12:26:42..2025-11-01T12:26:43", "2 3"},
        {"start>-5500ms", "3 4 5"}, /* the latest packet came at 12:26:48.06 */
        {"start>-5s", "4 5"},
        {"start>-4s", "5"},
        {"start>-5m", "1 2 3 4 5"},
        {"start<-5m", ""},
        {"start:-4s", "5"},
        {"end>12:26:47", "2 5"},
        {"open idle>1s", "4"},
        {"idle>1h", ""},
    };
    CHECK(rows);
}

static void login_fields(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"user:anna", "3"},
        {"user=juergen", "1 5"},
        {"user:*", "1 3 5"},
        {"user!=*", "2 4"},
        {"auth:plain", "1 5"},
        {"auth:user-pass", "3"},
        {"auth:user/pass", "3"},
        {"auth:(apop,plain)", "1 5"},
        {"auth:*", "1 3 5"},
        {"auth:* tls:none authok:yes", ""},
        {"auth:* tls:offered authok:yes", "1 5"},
        {"authok:no", "3"},
        {"authok!=yes", "2 3 4"},
        {"secret:s3cr3t", "1 5"},
        {"secret~^pass[0-9]{3}$", "3"},
    };
    CHECK(rows);
}

static void dialog_fields(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"cmd:ehlo", "1 5"},
        {"cmd~\"^HELO \"", "2"},
        {"code>=500", "1 2 5"},
        {"code:554", "2"},
        {"code:(550,554)", "1 2 5"},
        {"code:400..499", ""},
        {"enh:5.1.1", "1 5"},
        {"enh:5.*", "1 2 5"},
        {"enh:5.7.x", "2"},
        {"enh~^2\\.7", "1 5"},
        {"reply:\"relay access\"", "2"},
        {"reply~^250-SIZE", "1 5"}, /* each line of a reply has a beginning */
        {"helo~^ylmf-pc$", "2"},
        {"helo:pc17", "1 5"},
        {"rcpt:anna@example.org", "1 5"},
        {"rcpt:victim@example.com", "2"}, /* refused: there is no message */
        {"rcpt:nobody", "1 5"},
        {"rcpt:anna@example.org code>=400", "1 5"},
        {"from:example.net", "1 5"},
        {"from=\"\"", "2"},
        {"rcptok:no", "1 2 5"},
        {"rcptok:yes", "1 5"},
        {"not rcptok:yes", "2 3 4"},
        {"slow>5s", "2"},
        {"slow>=1.8s", "1 2 5"},
        {"slow<2s", "1 5"},
        {"slow:1.8s", "1 5"},
        {"slow!=*", "3 4"},
        {"text:\"quota exceeded\"", "3"},
        {"text:nosuchtext", ""},
        {"text:pipelining", "1 5"},
    };
    CHECK(rows);
}

static void message_fields(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"subject:angebot", "1 5"},
        {"hfrom:j\xc3\xbcrgen", "1 5"}, /* decoded from =?UTF-8?Q?J=C3=BCrgen?= */
        {"hfrom:juergen@example.net", "1 5"},
        {"hto:anna", "1 5"},
        {"to:anna", "1 5"},
        {"to:nobody", "1 5"},
        {"to:victim", "2"},
        {"msgid:4711", "1 5"},
        {"size:2100", "1 5"},
        {"size>2K", "1 5"},
        {"size>3K", ""},
        {"queueid:4X9kQ2", "1 5"},
        {"outcome:accepted", "1 5"},
        {"outcome:(rejected,deferred)", ""},
        {"transfer:data", "1 5"},
        {"header.list-id:news.example.net", "1 5"},
        {"header.List-Id~\"^<news\"", "1 5"},
        {"header.list-id:*", "1 5"},
        {"header.x-spam:*", ""},
        {"body:bbbb", "1"}, /* without a decoder the bytes as they are */
        {"body:zzzzzz", ""},
        {"finding:cleartext-credentials", "1 5"},
        {"finding:(starttls-strip,cleartext)", "1 5"},
        {"finding!=*", "2 3 4"},
        {"sev:high", "1 5"},
        {"sev>=medium", "1 5"},
        {"sev>high", ""},
        {"sev<=critical", "1 5"},
    };
    CHECK(rows);
}

static void without_secrets(void **state)
{
    (void)state;
    struct bench b;
    char out[100];
    bench_init(&b);
    config.show_secrets = false;
    matches(&b, "text:pass123 or cmd:pass123", out, sizeof out);
    assert_string_equal(out, "");
    matches(&b, "cmd:\"pass ****\"", out, sizeof out);
    assert_string_equal(out, "3");
    struct filter_error e;
    assert_null(filter_parse("user:x secret:y", &config, &e));
    assert_int_equal(e.at, 7);
    assert_non_null(strstr(e.text, "--show-secrets"));
    config.show_secrets = true;
    matches(&b, "cmd:pass123", out, sizeof out);
    assert_string_equal(out, "3");
    bench_done(&b);
}

/* With the focus on one item, the fields of its kind look at it alone. */
static void focus(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    struct made m;
    made_open(&m, 9, relay_sink(b.relay));
    made_credential(&m, "eve", "one", TRI_NO);
    made_credential(&m, "mallory", "two", TRI_YES);
    made_note(&m, NOTE_ID_GAP, "x");
    made_note(&m, NOTE_ID_BARE_LF, "y");
    made_command(&m, "MAIL", "MAIL FROM:<elsewhere@example.com>", 0);
    made_message(&m, 1, 0);
    made_close(&m, END_QUIT);
    relay_tick(b.relay);
    relay_drain(b.relay, 1000000000, store_take, b.store);
    struct store_ref ref = store_by_number(b.store, 9);
    static const struct {
        const char *text;
        enum store_list list;
        uint32_t index;
        bool passes;
    } rows[] = {
        {"user:eve", LIST_SESSIONS, 0, true},
        {"user:eve user:mallory", LIST_SESSIONS, 0, true},
        {"user:eve", LIST_CREDENTIALS, 0, true},
        {"user:eve", LIST_CREDENTIALS, 1, false},
        {"authok:yes", LIST_CREDENTIALS, 1, true},
        {"authok:yes", LIST_CREDENTIALS, 0, false},
        {"finding:bare-lf", LIST_FINDINGS, 1, true},
        {"finding:bare-lf", LIST_FINDINGS, 0, false},
        {"id:9", LIST_FINDINGS, 0, true},
        {"from:elsewhere", LIST_SESSIONS, 0, true},
        {"from:elsewhere", LIST_MESSAGES, 0, false}, /* another transaction's */
        {"from:juergen", LIST_MESSAGES, 0, true},
        {"code:250", LIST_MESSAGES, 0, true},
        {"subject:angebot", LIST_MESSAGES, 0, true},
        {"subject:angebot", LIST_MESSAGES, 1, false},
    };
    struct store_subject subject = {.store = NULL};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter *f = filter_parse(rows[i].text, &config, NULL);
        assert_non_null(f);
        struct store_item item = {ref, rows[i].index};
        assert_true(store_subject(b.store, rows[i].list, item, &subject));
        if (filter_match(f, &subject.subject) != rows[i].passes) {
            fail_msg("%s on item %u of list %d", rows[i].text, rows[i].index, (int)rows[i].list);
        }
        filter_free(&f);
    }
    store_subject_done(&subject);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar),         cmocka_unit_test(session_fields),
        cmocka_unit_test(times),           cmocka_unit_test(login_fields),
        cmocka_unit_test(dialog_fields),   cmocka_unit_test(message_fields),
        cmocka_unit_test(without_secrets), cmocka_unit_test(focus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
