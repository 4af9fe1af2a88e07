#include "capture/base/limits.h"
#include "made_session.h"
#include "ui/export/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct export_format export_json;

struct fixture {
    struct limits limits;
    struct export_config config;
    struct sink *sink;
    char *text;
    size_t n;
};

static const char *file_name(void *arg, uint32_t file)
{
    (void)arg;
    return file == 0 ? "a \"b\".pcap" : "other.pcap";
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->limits = limits_default();
    f->config = (struct export_config){.limits = &f->limits, .file_name = file_name};
    f->config.out = open_memstream(&f->text, &f->n);
    assert_non_null(f->config.out);
    struct error e;
    f->sink = export_json.open(&f->config, &e);
    assert_non_null(f->sink);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    fclose(f->config.out);
    free(f->text);
    free(f);
    return 0;
}

static void finish(struct fixture *f)
{
    struct error e;
    assert_true(f->sink->close(f->sink, &e));
}

static void has(const struct fixture *f, const char *part)
{
    if (strstr(f->text, part) == NULL) {
        print_error("no %s in\n%s\n", part, f->text);
    }
    assert_non_null(strstr(f->text, part));
}

static unsigned count(const struct fixture *f, const char *part)
{
    unsigned n = 0;
    for (const char *p = f->text; (p = strstr(p, part)) != NULL; p++) {
        n++;
    }
    return n;
}

static void test_records_of_a_session(void **state)
{
    struct fixture *f = *state;
    made_smtp(1, f->sink);
    finish(f);
    assert_int_equal(count(f, "\n"), 4); /* credential, finding, message, session */
    has(f, "\"dataset\":\"mailwire.credential\",\"sequence\":1,\"outcome\":\"success\"}");
    has(f, "\"credential\":{\"mechanism\":\"PLAIN\",\"secret\":\"********\",\"secret_kind\":"
           "\"password\",\"outcome\":\"success\",\"encrypted\":false}}}\n");
    has(f, "\"rule\":{\"id\":\"cleartext-credentials\",");
    has(f, "\"sequence\":2,\"severity\":4}");
    has(f, "\"email\":{\"from\":{\"address\":[\"juergen@example.net\"]},\"to\":{\"address\":["
           "\"anna@example.org\"]},\"subject\":\"Angebot\",\"message_id\":\"4711@example.net\"}");
    has(f, "\"envelope\":{\"mail_from\":\"juergen@example.net\",\"mail_parameters\":\"SIZE=1422\","
           "\"rcpt_to\":[{\"address\":\"anna@example.org\",\"accepted\":true,\"code\":250,"
           "\"enhanced_code\":\"2.1.5\",\"reply\":\"Ok\"},{\"address\":\"nobody@example.org\","
           "\"accepted\":false,\"code\":550,\"enhanced_code\":\"5.1.1\",\"reply\":\"User "
           "unknown\"}]}");
    has(f, "\"capabilities\":[\"PIPELINING\",\"SIZE 10240000\",\"STARTTLS\",\"AUTH PLAIN LOGIN\"]");
    has(f, "\"log\":{\"file\":{\"path\":\"a \\\"b\\\".pcap\"}}");
    has(f, "\"source\":{\"ip\":\"10.1.0.1\",\"port\":40001,\"packets\":12,\"bytes\":901}");
    assert_null(strstr(f->text, "s3cr3t"));
    assert_null(strstr(f->text, "mailwire.command"));
}

/* The reference identifiers of the specification's own tests (Zeek's, seed 0). */
static void test_community_id(void **state)
{
    struct fixture *f = *state;
    struct made m;
    made_open(&m, 1, f->sink);
    const uint8_t a[4] = {128, 232, 110, 120}, b[4] = {66, 35, 250, 204};
    memcpy(m.flow.end[0].ip, a, 4);
    memcpy(m.flow.end[1].ip, b, 4);
    m.flow.end[0].port = 34855;
    m.flow.end[1].port = 80;
    made_close(&m, END_FIN);
    made_open(&m, 2, f->sink); /* the other way round: the same identifier */
    memcpy(m.flow.end[0].ip, b, 4);
    memcpy(m.flow.end[1].ip, a, 4);
    m.flow.end[0].port = 80;
    m.flow.end[1].port = 34855;
    made_close(&m, END_FIN);
    finish(f);
    assert_int_equal(count(f, "\"community_id\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\""), 2);
}

static void test_ipv6_vlan_and_flip(void **state)
{
    struct fixture *f = *state;
    struct made m;
    made_open(&m, 1, f->sink);
    const uint8_t a[16] = {0x20, 1, 0xd, 0xb8, [15] = 1}, b[16] = {0xfe, 0x80, [15] = 2};
    memcpy(m.flow.end[0].ip, a, 16);
    memcpy(m.flow.end[1].ip, b, 16);
    m.flow.ip_version = 6;
    m.flow.has_vlan = true;
    m.flow.vlan = 42;
    m.flow.file = 1;
    made_close(&m, END_FIN);
    m.info.flip = true;
    made_close(&m, END_FIN);
    finish(f);
    has(f, "\"vlan\":{\"id\":42}");
    has(f, "\"source\":{\"ip\":\"2001:db8::1\",\"port\":40001,\"packets\":12,");
    has(f, "\"destination\":{\"ip\":\"2001:db8::1\",\"port\":40001,\"packets\":12,");
    has(f, "\"path\":\"other.pcap\"");
}

static void test_commands(void **state)
{
    struct fixture *f = *state;
    f->config.commands = true;
    made_smtp(1, f->sink);
    finish(f);
    assert_int_equal(count(f, "\"dataset\":\"mailwire.command\""), 7);
    has(f,
        "\"command\":{\"number\":2,\"verb\":\"AUTH\",\"argument\":\"PLAIN ********\",\"line\":"
        "\"AUTH PLAIN ********\",\"state_before\":\"READY\",\"state_after\":\"READY\",\"latency\":"
        "400000000,\"reply\":{\"code\":235,\"enhanced_code\":\"2.7.0\",\"status\":\"ok\","
        "\"text\":");
    has(f, "\"verb\":\"EHLO\"");
    has(f, "\"text\":\"mx1.example.org\\nPIPELINING\\n");
    has(f, "\"lines\":5}");
    has(f, "\"verb\":\"RCPT\"");
    assert_null(strstr(f->text, "AGp1ZXJnZW4"));
}

static void test_odd_commands(void **state)
{
    struct fixture *f = *state;
    struct made m;
    f->config.commands = true;
    made_open(&m, 1, f->sink);
    struct command c = {.number = 3,
                        .verb = "",
                        .word = bytes_of("xYz\xff"),
                        .line = bytes_of("xYz\xff"),
                        .state_before = "A",
                        .time = m.now,
                        .packet = 7,
                        .last_packet = 9};
    struct reply r = {.status = REPLY_CONTINUE,
                      .raw = bytes_of("+ c2VjcmV0"),
                      .lines = 1,
                      .packet = 8,
                      .last_packet = 9};
    r.secret = bytes_from(r.raw, 2);
    struct exchange x = {.command = &c, .reply = &r, .state_after = "B", .latency = -1};
    made_tell(&m, (struct event){.kind = EV_EXCHANGE, .u.exchange = &x});
    c.flags = COMMAND_DATA;
    made_tell(&m, (struct event){.kind = EV_EXCHANGE, .u.exchange = &x});
    finish(f);
    assert_int_equal(count(f, "\n"), 1);
    has(f, "\"verb\":\"XYZ\xef\xbf\xbd\"");
    has(f, "\"packets\":[7,9,8]");
    has(f, "\"text\":\"********\"");
    assert_null(strstr(f->text, "latency"));
}

static void test_capture_and_unknown_time(void **state)
{
    struct fixture *f = *state;
    struct capture_totals t = {.packets = 5, .first = -1, .last = -1};
    sink_event(f->sink, &(struct event){.kind = EV_CAPTURE, .u.totals = &t});
    t.first = MADE_START;
    t.last = MADE_START + 1500000000;
    sink_event(f->sink, &(struct event){.kind = EV_CAPTURE, .u.totals = &t});
    finish(f);
    assert_int_equal(strncmp(f->text, "{\"ecs\":", 7), 0);
    has(f, "\n{\"@timestamp\":\"2025-11-01T12:26:40.000000Z\",\"ecs\":");
    has(f, "\"mailwire\":{\"schema\":1,\"capture\":{\"packets\":5,");
    has(f, "\"seconds\":0.000000,");
    has(f, "\"seconds\":1.500000,");
}

static void test_finding_over_sessions(void **state)
{
    struct fixture *f = *state;
    static const char *const ids[] = {"0123456789abcdef", "fedcba9876543210"};
    struct note n = {.id = NOTE_ID_GAP,
                     .severity = SEVERITY_MEDIUM,
                     .time = MADE_START,
                     .sessions = ids,
                     .session_count = 2};
    sink_event(f->sink, &(struct event){.kind = EV_NOTE, .u.note = &n});
    finish(f);
    has(f, "\"mailwire\":{\"schema\":1,\"finding\":{\"severity\":\"medium\",\"sessions\":["
           "\"0123456789abcdef\",\"fedcba9876543210\"]}}}\n");
    assert_null(strstr(f->text, "network\":{"));
}

static void test_pop(void **state)
{
    struct fixture *f = *state;
    struct made m;
    const uint64_t got[] = {1, 3}, gone[] = {3};
    struct mailbox box = {.name = bytes_of("anna"),
                          .has_messages = true,
                          .messages = 3,
                          .retrieved = got,
                          .retrieved_count = 2,
                          .deleted = gone,
                          .deleted_count = 1,
                          .committed = TRI_NO};
    made_open(&m, 1, f->sink);
    m.info.protocol = "pop3";
    m.info.mailbox = &box;
    struct message g = {.number = 1,
                        .transfer = TRANSFER_TOP,
                        .outcome = OUTCOME_RETRIEVED,
                        .complete = true,
                        .bytes = 100,
                        .wait = -1,
                        .mailbox_number = 3,
                        .uid = bytes_of("u\x80"),
                        .has_declared = true,
                        .declared_octets = 120,
                        .has_lines = true,
                        .lines = 0,
                        .file = "000001-1.top.eml"};
    made_tell(&m, (struct event){.kind = EV_MESSAGE, .u.message = &g});
    made_close(&m, END_FIN);
    finish(f);
    has(f,
        "\"mailbox\":{\"number\":3,\"uid\":\"u\xef\xbf\xbd\",\"declared_octets\":120,\"lines\":0}");
    has(f, "\"file\":\"000001-1.top.eml\"");
    has(f, "\"mailbox\":{\"name\":\"anna\",\"messages\":3,\"retrieved\":[1,3],\"deleted\":[3],"
           "\"committed\":false}");
    assert_null(strstr(f->text, "\"email\":"));
    assert_null(strstr(f->text, "envelope"));
    assert_null(strstr(f->text, "\"wait\""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_records_of_a_session),  TEST(test_community_id),
        TEST(test_ipv6_vlan_and_flip),    TEST(test_commands),
        TEST(test_odd_commands),          TEST(test_capture_and_unknown_time),
        TEST(test_finding_over_sessions), TEST(test_pop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
