/* POP2 detection: what is claimed, what is left alone. */
#include "dissect/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct protocol protocol_pop2;

#define S FROM_SERVER
#define C FROM_CLIENT

struct row {
    const char *server, *client;
    int first;
    bool midstream, ended, unseen_server;
    enum certainty want;
    bool flip;
};

static void hold(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        struct opening o = {.said = {bytes_of(r->client), bytes_of(r->server)},
                            .seen = {true, !r->unseen_server},
                            .ended = r->ended,
                            .first = r->first,
                            .midstream = r->midstream};
        bool flip = false;
        enum certainty have = protocol_pop2.probe(&o, &flip);
        if (have != r->want || flip != r->flip) {
            printf("row %zu: server '%s', client '%s'\n", i, r->server, r->client);
        }
        assert_int_equal(have, r->want);
        assert_int_equal(flip, r->flip);
    }
}

static void openings(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"+ POP2 vax Server\r\n", "", S, .want = CERTAIN_YES},
        /* the greeting was lost */
        {"#4 messages\r\n", "HELO tim secret\r\n", C, .want = CERTAIN_YES},
        {"#4 messages\r\n", "GET tim\r\n", C, .want = CERTAIN_NO},
        {"+ pop2\r\n", "", S, .want = CERTAIN_YES},
        {"+ vax.example\r\n", "", S, .want = CERTAIN_MAYBE},
        {"+ vax.example\r\n", "HELO tim secret\r\n", S, .want = CERTAIN_YES},
        {"+\r\n", "HELO tim secret\r\n", S, .want = CERTAIN_YES},
        {"+ vax.example\r\n", "HELO tim\r\n", S, .want = CERTAIN_MAYBE},
        {"+ idling\r\n", "a IDLE\r\n", S, .want = CERTAIN_NO},
        {"", "HELO tim secret\r\n", C, .want = CERTAIN_MAYBE},
        {"+OK ready\r\n", "", S, .want = CERTAIN_NO},
        {"+PONG\r\n", "PING\r\n", C, .want = CERTAIN_NO},
        {"220 mail ESMTP\r\n", "HELO x\r\n", S, .want = CERTAIN_NO},
        {"+", "", S, .want = CERTAIN_MAYBE},
        {"#!/bin/sh\n", "", S, .want = CERTAIN_NO},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

static void one_side_and_the_middle(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "HELO tim secret\r\nREAD\r\n", C, .unseen_server = true, .want = CERTAIN_YES},
        {"", "HELO tim\r\nMAIL FROM:<a@b>\r\n", C, .unseen_server = true, .want = CERTAIN_MAYBE},
        {"", "RETR a.txt\r\n", C, .unseen_server = true, .want = CERTAIN_NO},
        {"=120 characters\r\n", "READ 2\r\nRETR\r\n", S, .midstream = true, .want = CERTAIN_YES},
        {"ACKD\r\n", "=120 characters\r\n", C, .midstream = true, .want = CERTAIN_YES,
         .flip = true},
        {"=12\r\n", "", S, .midstream = true, .want = CERTAIN_MAYBE},
        {"text\r\n", "", S, .midstream = true, .ended = true, .want = CERTAIN_NO},
        {"# 1 a comment\n", "GET x\r\n", S, .midstream = true, .ended = true, .want = CERTAIN_NO},
    };
    hold(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openings),
        cmocka_unit_test(one_side_and_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
