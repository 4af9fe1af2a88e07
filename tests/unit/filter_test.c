/* Filters: grammar, errors with their places, every field, completion. */
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
    if (strcmp(name, "mx2") == 0) {
        return "server:mx2 closed";
    }
    if (strcmp(name, "loop") == 0) {
        return "@loop";
    }
    return strcmp(name, "broken") == 0 ? "code>=x" : NULL;
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

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at, length;
        const char *says;
    } rows[] = {
        {"proto:smtp and code>=5x0", 21, 3, "number expected after >=, for example 500"},
        {"code>=", 6, 0, "value expected after >="},
        {"code>= )", 7, 1, "value expected after >="},
        {"size:12Q", 5, 3, "size expected after :, for example 4K or 1M"},
        {"size:1.5", 5, 3, "size expected"},
        {"dur>5x", 4, 2, "time span expected"},
        {"start>yesterday", 6, 9, "time expected after >"},
        {"start>-x", 6, 2, "time span expected after -"},
        {"start:12:30..2025-11-01T12:30", 6, 23, "both ends"},
        {"proto:http", 6, 4, "one of smtp lmtp pop2 pop3 imap expected after :"},
        {"authok:maybe", 7, 5, "yes or no"},
        {"net:mx1", 4, 3, "address or network expected"},
        {"ip:10.0.0.0/33", 3, 11, "address or network expected"},
        {"enh:5.7.1.1", 4, 7, "enhanced status code expected"},
        {"foo:bar", 0, 3, "no field foo"},
        {"subjct:x", 0, 6, "is subject meant?"},
        {"sevv>=high", 0, 4, "is sev meant?"},
        {"user", 0, 4, "operator expected behind user"},
        {"id:1 subject", 5, 7, "operator expected behind subject"},
        {":x", 0, 1, "field expected before :"},
        {">5", 0, 1, "field expected before >"},
        {"(id:1", 0, 1, "the parenthesis is not closed"},
        {"id:1)", 4, 1, "unexpected )"},
        {"id:(1,2", 3, 1, "the parenthesis is not closed"},
        {"id:(1 2)", 6, 1, "comma or )"},
        {"id>(1,2)", 3, 1, "a list goes with"},
        {"id:5..2", 3, 4, "the range ends before it begins"},
        {"id<1..3", 3, 4, "a range goes with"},
        {"\"open", 0, 1, "the quote is not closed"},
        {"user:\"x", 5, 1, "the quote is not closed"},
        {"user:x\"y\"", 6, 1, "put quotes around"},
        {"helo~(a|b)$", 10, 1, "put quotes around"},
        {"id:(1)x", 6, 1, "a blank is expected"},
        {"helo~x(a|b)$", 6, 1, "put quotes around"},
        {"user>x", 4, 1, "user is no number: use : = or ~"},
        {"proto~smtp", 5, 1, "proto is no text"},
        {"code~5..", 4, 1, "code is no text"},
        {"helo~\"[\"", 5, 3, "this is no pattern"},
        {"helo~\"(a)\\1\"", 5, 7, "can not refer back"},
        {"helo~\"a{300}\"", 5, 8, "repetitions"},
        {"helo~\"((a{99}){99}){99}\"", 5, 19, "repetitions"},
        {"helo~\"a++++++++++++++++\"", 5, 19, "repetitions"},
        {"helo~\"((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+\"", 5, 46, "repetitions"},
        {"id:1 or", 7, 0, "a test, a flag or a word is expected"},
        {"id:1 and", 8, 0, "a test, a flag or a word is expected"},
        {"not", 3, 0, "a test, a flag or a word is expected"},
        {"id:1 or or id:2", 8, 2, ""},
        {"()", 1, 1, "unexpected )"},
        {"@nosuch", 0, 7, "no filter is named @nosuch"},
        {"id:1 @broken", 5, 7, "in @broken: number expected"},
        {"@loop", 0, 5, "in @loop"},
        {"id:99999999999999999999", 3, 20, "number expected"},
        {"secret:x", 0, 6, ""},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter_error e = {0, 0, ""};
        struct filter_config c = config;
        c.show_secrets = false;
        struct filter *f = filter_parse(rows[i].text, &c, &e);
        if (rows[i].says[0] == '\0' && f != NULL) { /* only that it is no crash */
            filter_free(&f);
            continue;
        }
        if (f != NULL) {
            fail_msg("%s: no error", rows[i].text);
        }
        if ((rows[i].says[0] != '\0' && (e.at != rows[i].at || e.length != rows[i].length)) ||
            strstr(e.text, rows[i].says) == NULL) {
            print_error("%s: \"%s\" at %zu, %zu long\n", rows[i].text, e.text, e.at, e.length);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void carets(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"code>=5x0", "code>=5x0\n      ^~~ number expected after >=, for example 500\n"},
        {"user:\xe5\xb1\xb1 x:1", /* wide: two columns */
         "user:\xe5\xb1\xb1 x:1\n        ^ no field x (quote it to search for the text)\n"},
        {"\x1b[2J x:1", "\\x1b[2J x:1\n        ^ no field x (quote it to search for the text)\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter_error e;
        struct buf out;
        buf_init(&out, 1000);
        assert_null(filter_parse(rows[i].text, &config, &e));
        filter_error_show(rows[i].text, &e, &out);
        assert_string_equal(buf_cstr(&out), rows[i].shown);
        buf_done(&out);
    }
}

static void needs(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned needs;
    } rows[] = {
        {"proto:smtp user:x", 0},
        {"code>400", FILTER_NEEDS_DIALOG},
        {"header.x:y", FILTER_NEEDS_BODIES},
        {"body:x", FILTER_NEEDS_BODIES | FILTER_NEEDS_MIME},
        {"country:de", FILTER_NEEDS_GEO},
        {"start>-5m", FILTER_NEEDS_NOW},
        {"id:1 or not (rcpt:x body:y)",
         FILTER_NEEDS_DIALOG | FILTER_NEEDS_BODIES | FILTER_NEEDS_MIME},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter *f = filter_parse(rows[i].text, &config, NULL);
        assert_non_null(f);
        assert_int_equal(filter_needs(f), rows[i].needs);
        assert_false(filter_is_empty(f));
        filter_free(&f);
    }
    struct filter *f = filter_parse(" ", NULL, NULL);
    assert_true(filter_is_empty(f));
    filter_free(&f);
}

/* Deep, long and odd texts end in a filter or an error, nothing else. */
static void hostile_texts(void **state)
{
    (void)state;
    char text[20000];
    struct filter_error e;
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_null(filter_parse(text, &config, &e));
    text[5000] = '\0';
    assert_null(filter_parse(text, &config, &e));
    assert_non_null(strstr(e.text, "too many parentheses"));
    memset(text, '!', 8000);
    strcpy(text + 8000, "id:1");
    struct filter *f = filter_parse(text, &config, &e);
    assert_non_null(f);
    filter_free(&f);
    for (size_t i = 0; i < 8000; i += 5) {
        memcpy(text + i, "open ", 5);
    }
    text[8000] = '\0';
    f = filter_parse(text, &config, &e);
    assert_non_null(f);
    filter_free(&f);
    static const char bytes[] = " ()\",:=!~<>@ornotadxid5.*%\\-\x80\xff\x01";
    unsigned seed = 3;
    for (int round = 0; round < 30000; round++) {
        size_t n = (seed >> 9) % 30;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = bytes[(seed >> 8) % (sizeof bytes - 1)];
        }
        text[n] = '\0';
        seed = seed * 1103515245 + 12345;
        f = filter_parse(text, &config, &e);
        if (f == NULL) {
            assert_true(e.text[0] != '\0');
            assert_true(e.at <= n && e.length <= n - e.at);
        }
        filter_free(&f);
        for (size_t cursor = 0; cursor <= n; cursor++) {
            struct filter_hint h = filter_hint(text, cursor);
            assert_true(h.from <= h.to && h.to <= n);
        }
    }
}

static void hints(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cursor;
        enum filter_place place;
        size_t from, to;
        const char *field;
        bool unfinished;
    } rows[] = {
        {"", 0, PLACE_FIELD, 0, 0, NULL, false},
        {"cli", 3, PLACE_FIELD, 0, 3, NULL, true},
        {"proto:smtp and code>=500 and cli", 32, PLACE_FIELD, 29, 32, NULL, true},
        {"client", 6, PLACE_OPERATOR, 0, 6, "client", true},
        {"client:", 7, PLACE_VALUE, 7, 7, "client", true},
        {"client:10.", 10, PLACE_VALUE, 7, 10, "client", false},
        {"proto:smtp ", 11, PLACE_FIELD, 11, 11, NULL, false},
        {"proto:(smtp,po", 14, PLACE_VALUE, 12, 14, "proto", false},
        {"proto:(smtp, ", 13, PLACE_VALUE, 13, 13, "proto", true},
        {"proto:(smtp,pop3) mar", 21, PLACE_FIELD, 18, 21, NULL, true},
        {"marked", 6, PLACE_FIELD, 0, 6, NULL, false},
        {"(not tls or op", 14, PLACE_FIELD, 12, 14, NULL, true},
        {"@mx", 3, PLACE_ALIAS, 1, 3, NULL, false},
        {"\"quoted te", 10, PLACE_NOTHING, 0, 10, NULL, false},
        {"zzz", 3, PLACE_FIELD, 0, 3, NULL, false},
        {"code>=500 zz", 3, PLACE_FIELD, 0, 4, NULL, false},
        {"code>=500 zz", 9, PLACE_VALUE, 6, 9, "code", false},
        {"!tls", 4, PLACE_FIELD, 1, 4, NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct filter_hint h = filter_hint(rows[i].text, rows[i].cursor);
        if (h.place != rows[i].place || h.from != rows[i].from || h.to != rows[i].to ||
            h.unfinished != rows[i].unfinished ||
            strcmp(h.field ? h.field->name : "-", rows[i].field ? rows[i].field : "-") != 0) {
            fail_msg("%s at %zu: place %d, %zu-%zu, %s, unfinished %d", rows[i].text,
                     rows[i].cursor, (int)h.place, h.from, h.to, h.field ? h.field->name : "-",
                     h.unfinished);
        }
    }
}

/* The table: every example is a filter, every name of screens' grammar is there. */
static void table(void **state)
{
    (void)state;
    size_t count;
    const struct filter_field *fields = filter_fields(&count);
    assert_true(count > 60);
    for (size_t i = 0; i < count; i++) {
        struct filter_error e;
        struct filter *f = filter_parse(fields[i].example, &config, &e);
        if (f == NULL) {
            fail_msg("example of %s: %s", fields[i].name, e.text);
        }
        filter_free(&f);
        assert_true(strlen(fields[i].help) > 3);
    }
    static const char *const names[] = {
        "id",         "proto",    "port",    "ip",      "client",  "server",    "clientport",
        "serverport", "net",      "start",   "end",     "dur",     "idle",      "bytes",
        "msgs",       "state",    "result",  "tls",     "sni",     "file",      "user",
        "auth",       "authok",   "secret",  "cmd",     "code",    "enh",       "reply",
        "helo",       "rcpt",     "from",    "rcptok",  "slow",    "subject",   "hfrom",
        "hto",        "to",       "msgid",   "header.", "size",    "parts",     "ctype",
        "fname",      "queueid",  "finding", "sev",     "retrans", "gap",       "cut",
        "text",       "body",     "open",    "closed",  "marked",  "encrypted", "failed",
        "pipelined",  "truncated"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        bool found = false;
        for (size_t i = 0; i < count; i++) {
            found |= strcmp(fields[i].name, names[n]) == 0;
        }
        if (!found) {
            fail_msg("no field %s", names[n]);
        }
    }
    FILE *out = tmpfile();
    filter_list_fields(out);
    assert_true(ftell(out) > 4000);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar),         cmocka_unit_test(session_fields),
        cmocka_unit_test(times),           cmocka_unit_test(login_fields),
        cmocka_unit_test(dialog_fields),   cmocka_unit_test(message_fields),
        cmocka_unit_test(without_secrets), cmocka_unit_test(focus),
        cmocka_unit_test(errors),          cmocka_unit_test(carets),
        cmocka_unit_test(needs),           cmocka_unit_test(hostile_texts),
        cmocka_unit_test(hints),           cmocka_unit_test(table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
