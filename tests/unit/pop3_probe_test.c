/* POP3 detection: what is claimed, what is left alone, and how early. */
#include "dissect/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct protocol protocol_pop3;

#define S FROM_SERVER
#define C FROM_CLIENT

struct row {
    const char *server, *client;
    int first;
    bool midstream, ended, unseen_server, unseen_client;
    enum certainty want;
    bool flip;
};

static enum certainty ask(const struct row *r, bool *flip)
{
    struct opening o = {.said = {bytes_of(r->client), bytes_of(r->server)},
                        .seen = {!r->unseen_client, !r->unseen_server},
                        .ended = r->ended,
                        .first = r->first,
                        .midstream = r->midstream};
    *flip = false;
    return protocol_pop3.probe(&o, flip);
}

static void hold(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool flip;
        enum certainty have = ask(&rows[i], &flip);
        if (have != rows[i].want || flip != rows[i].flip) {
            printf("row %zu: server '%s', client '%s'\n", i, rows[i].server, rows[i].client);
        }
        assert_int_equal(have, rows[i].want);
        assert_int_equal(flip, rows[i].flip);
    }
}

static void greetings(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"+OK", "", S, .want = CERTAIN_YES},
        {"+ok pop3 sever ready\r\n", "", S, .want = CERTAIN_YES},
        {"+OK\r\n", "GET / HTTP/1.0\r\n", S, .want = CERTAIN_YES},
        {"+O", "", S, .want = CERTAIN_MAYBE},
        {"+PONG\r\n", "", S, .want = CERTAIN_NO},
        {"+ POP2 x\r\n", "", S, .want = CERTAIN_NO},
        {"220 ftp ready\r\n", "USER anna\r\n", S, .want = CERTAIN_NO},
        {"* OK IMAP4rev1\r\n", "", S, .want = CERTAIN_NO},
        {"HTTP/1.1 200 OK\r\n", "", S, .want = CERTAIN_NO},
        {"SSH-2.0-x\r\n", "", S, .want = CERTAIN_NO},
        {"\x16\x03\x03", "", S, .want = CERTAIN_NO},
        /* a refusal is worded like Redis's: the port decides */
        {"-ERR max number of clients reached\r\n", "", S, .ended = true, .want = CERTAIN_MAYBE},
        {"-ERR busy\r\n", "CAPA\r\n", S, .want = CERTAIN_YES},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

static void clients_that_talk_first(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"+OK ready\r\n", "CAPA\r\nUSER tim\r\n", C, .want = CERTAIN_YES},
        {"", "CAPA\r\n", C, .want = CERTAIN_MAYBE},
        {"+OK\r\n", "*1\r\n$4\r\nPING\r\n", C, .want = CERTAIN_NO}, /* Redis */
        {"+PONG\r\n", "PING\r\n", C, .want = CERTAIN_NO},
        {"+OK\r\n", "SET a b\r\n", C, .want = CERTAIN_NO},
        {"+OK\r\n", "AUTH secret\r\n", C, .want = CERTAIN_MAYBE}, /* Redis too */
        {"", "GET / HTTP/1.1\r\nHost: x\r\n", C, .want = CERTAIN_NO},
        {"", "EHLO x\r\n", C, .want = CERTAIN_NO},
        {"", "\x03\x00\x00\x13\xe0\x00\x00", C, .want = CERTAIN_NO},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

static void one_side_only(void **state)
{
    (void)state;
#define ONLY_C .unseen_server = true
    static const struct row rows[] = {
        {"", "USER tim\r\nPASS x\r\nSTAT\r\n", C, ONLY_C, .want = CERTAIN_YES},
        {"", "USER tim\r\nPASS x\r\nLIST\r\n", C, ONLY_C, .want = CERTAIN_YES},
        {"", "USER tim\r\nPASS x\r\nRETR 1\r\n", C, ONLY_C, .want = CERTAIN_YES},
        {"", "AUTH PLAIN\r\nAHRpbQBz\r\nUIDL\r\n", C, ONLY_C, .want = CERTAIN_YES},
        {"", "USER tim\r\nPASS x\r\n", C, ONLY_C, .ended = true, .want = CERTAIN_MAYBE},
        {"", "USER tim\r\nPASS x\r\nRETR a.txt\r\n", C, ONLY_C, .want = CERTAIN_NO}, /* FTP */
        {"", "USER tim\r\nPASS x\r\nSYST\r\n", C, ONLY_C, .want = CERTAIN_NO},
        {"", "USER tim\r\nPASS x\r\nPASV\r\nLIST\r\n", C, ONLY_C, .want = CERTAIN_NO},
        {"", "NICK tim\r\nUSER tim 0 * :Tim\r\n", C, ONLY_C, .want = CERTAIN_NO}, /* IRC */
        {"", "USER tim 0 * :Tim\r\n", C, ONLY_C, .want = CERTAIN_NO},
        {"+OK ready\r\n", "", S, .unseen_client = true, .want = CERTAIN_YES},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

static void in_the_middle(void **state)
{
    (void)state;
#define MIDDLE .midstream = true
    static const struct row rows[] = {
        {"+OK Dovecot ready.\r\n", "", S, MIDDLE, .want = CERTAIN_YES},
        {"+OK 120 octets\r\n", "", S, MIDDLE, .want = CERTAIN_YES},
        {"text\r\n.\r\n+OK\r\n", "DELE 1\r\nRETR 2\r\n", S, MIDDLE, .want = CERTAIN_YES},
        /* the flow's directions are the wrong way round */
        {"DELE 1\r\nRETR 2\r\n", "text\r\n.\r\n+OK\r\n", C, MIDDLE, .want = CERTAIN_YES,
         .flip = true},
        {"CAPA\r\n", "+OK ready\r\n", C, MIDDLE, .want = CERTAIN_YES, .flip = true},
        /* the list of CAPA reads like commands */
        {"TOP\r\nUIDL\r\nUSER\r\n.\r\n", "", S, MIDDLE, .want = CERTAIN_MAYBE},
        {"TOP\r\nUIDL\r\nUSER\r\n.\r\n+OK\r\n", "USER tim\r\nSTAT\r\nUIDL\r\n", S, MIDDLE,
         .want = CERTAIN_YES},
        {"+OK\r\n", "", S, MIDDLE, .want = CERTAIN_MAYBE}, /* Redis says so too */
        {"+OK\r\n", "*1\r\n$4\r\nPING\r\n", C, MIDDLE, .want = CERTAIN_NO},
        {"some text\r\n", "", S, MIDDLE, .want = CERTAIN_MAYBE},
        {"some text\r\n", "", S, MIDDLE, .ended = true, .want = CERTAIN_NO},
        {"\x01\x02\x03\x04\n\x05\x06", "", S, MIDDLE, .want = CERTAIN_NO},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

/* No evidence in so many bytes: let go, whatever the port. */
static void undecided_is_bounded(void **state)
{
    (void)state;
    char text[4097];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const struct row rows[] = {
        {"", text, C, .want = CERTAIN_NO},
        {text, "", S, MIDDLE, .want = CERTAIN_NO},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

/* Once it is decided, more of the same does not change it. */
static void decisions_stay(void **state)
{
    (void)state;
    static const char server[] = "+OK ready <1@x>\r\n+OK\r\n+OK\r\n+OK 2 320\r\n";
    static const char client[] = "USER tim\r\nPASS secret\r\nSTAT\r\n";
    enum certainty before = CERTAIN_MAYBE;
    for (size_t n = 1; n < sizeof server + sizeof client; n++) {
        size_t ns = n < sizeof server ? n : sizeof server - 1, nc = n - ns;
        struct opening o = {.said = {bytes_make(client, nc), bytes_make(server, ns)},
                            .seen = {true, true},
                            .first = FROM_SERVER};
        bool flip = false;
        enum certainty now = protocol_pop3.probe(&o, &flip);
        assert_true(now >= before);
        before = now;
    }
    assert_int_equal(before, CERTAIN_YES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greetings),
        cmocka_unit_test(clients_that_talk_first),
        cmocka_unit_test(one_side_only),
        cmocka_unit_test(in_the_middle),
        cmocka_unit_test(undecided_is_bounded),
        cmocka_unit_test(decisions_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
