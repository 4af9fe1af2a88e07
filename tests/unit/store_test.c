/* The store: what goes in comes out again, memory has a ceiling, refs never dangle. */
#include "ui/store.h"

#include "tests/unit/made_session.h"
#include "tests/unit/made_store.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Everything but bodies of the events of a direct telling and of a replay must be equal as text. */
static void check_replay(struct bench *b, uint64_t number, void (*make)(uint64_t, struct sink *))
{
    struct describer direct, again;
    describer_init(&direct);
    describer_init(&again);
    make(number, &direct.sink);
    struct store_ref ref = store_by_number(b->store, number);
    assert_int_equal(store_replay(b->store, ref, &again.sink), REPLAY_WHOLE);
    assert_string_equal(buf_cstr(&again.text), buf_cstr(&direct.text));
    assert_true(direct.text.n > 1000);
    describer_done(&direct);
    describer_done(&again);
}

static void replay_is_the_same(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    for (uint64_t i = 1; i <= 40; i++) {
        made_smtp(i, in(&b));
    }
    drain(&b);
    for (uint64_t i = 1; i <= 40; i++) {
        check_replay(&b, i, made_smtp);
    }
    bench_done(&b);
}

/* A POP3 session: answers of many lines, mailbox lists, TLS facts, long texts, an IPv6 end. */
static void made_pop(uint64_t number, struct sink *to)
{
    struct made m;
    static char long_banner[400];
    memset(long_banner, 'b', sizeof long_banner - 1);
    memcpy(long_banner, "+OK ", 4);
    made_open(&m, number, to);
    m.flow.ip_version = 6;
    memset(m.flow.end[0].ip, 0x20, 16);
    m.info.protocol = "pop3";
    m.flow.end[FROM_SERVER].port = 110;
    made_greeting(&m, long_banner);
    m.tls = (struct tls_info){.start = TLS_STARTTLS,
                              .version = 0x0304,
                              .cipher = 0x1301,
                              .cipher_name = "TLS_AES_128_GCM_SHA256",
                              .established = true,
                              .server_name = made_text("pop.example.org"),
                              .issuer = made_text("CN=Example CA"),
                              .not_before = 5,
                              .not_after = -1,
                              .time = m.now};
    made_command(&m, "LIST", "LIST", 0);
    m.now += 500;
    struct reply r = made_reply_of(&m, 0, "+OK 3 messages");
    r.status = REPLY_OK;
    made_tell(&m, (struct event){.kind = EV_REPLY,
                                 .dir = FROM_SERVER,
                                 .latency = 500,
                                 .paired_number = 1,
                                 .u.reply = &r});
    made_tell(&m, (struct event){.kind = EV_LINE, .latency = -1, .u.text = made_text("1 120")});
    made_tell(&m, (struct event){.kind = EV_LINE, .latency = -1, .u.text = made_text("")});
    struct exchange x = {.command = &m.last_command,
                         .reply = &r,
                         .state_after = "TRANSACTION",
                         .latency = 500,
                         .answer_lines = 2};
    made_tell(&m, (struct event){.kind = EV_EXCHANGE, .latency = -1, .u.exchange = &x});
    made_command(&m, "NOOP", "NOOP", 0); /* never answered */
    struct exchange none = {
        .command = &m.last_command, .state_after = "TRANSACTION", .latency = -1};
    m.last_command.flags |= COMMAND_UNANSWERED;
    made_tell(&m, (struct event){.kind = EV_EXCHANGE, .latency = -1, .u.exchange = &none});
    struct gap gap = {
        .missing = 77, .offset = 12, .time = m.now, .packet = 3, .cause = GAP_NEVER_ACKED};
    m.info.missing = 77;
    m.info.gaps = 1;
    made_tell(&m, (struct event){.kind = EV_GAP, .dir = FROM_SERVER, .latency = -1, .u.gap = &gap});
    static const uint64_t retrieved[] = {1, 2, 3, 700}, deleted[] = {2};
    struct mailbox box = {.name = made_text("anna"),
                          .has_messages = true,
                          .messages = 3,
                          .octets = 360,
                          .retrieved = retrieved,
                          .retrieved_count = 4,
                          .deleted = deleted,
                          .deleted_count = 1,
                          .committed = TRI_NO};
    m.info.mailbox = &box;
    m.info.tls = &m.tls;
    m.info.user = made_text("anna");
    made_close(&m, END_RST);
}

static void replay_of_pop(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    made_pop(4, in(&b));
    drain(&b);
    check_replay(&b, 4, made_pop);
    struct store_session s;
    assert_true(store_session(b.store, store_by_number(b.store, 4), true, &s));
    assert_int_equal(s.info.banner.n, 395);
    assert_int_equal(s.info.mailbox->retrieved[3], 700);
    assert_int_equal(s.flags & (STORE_HAS_GAPS | STORE_OPEN), STORE_HAS_GAPS);
    assert_int_equal(s.slowest, 10000000); /* the greeting */
    assert_true(store_session(b.store, store_by_number(b.store, 4), false, &s));
    assert_int_equal(s.info.banner.n, 120); /* a row gets by with less */
    bench_done(&b);
}

static void summary(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    made_smtp(7, in(&b));
    drain(&b);
    struct store_session s;
    struct store_ref ref = store_by_number(b.store, 7);
    assert_true(store_session(b.store, ref, false, &s));
    assert_int_equal(s.number, 7);
    assert_int_equal(s.info.number, 7);
    assert_string_equal(s.info.state, "CLOSED");
    assert_int_equal(s.info.end, END_QUIT);
    assert_int_equal(s.flags, STORE_REFUSED | STORE_TLS_OFFERED);
    assert_int_equal(s.slowest, 1800000000);
    assert_int_equal(s.messages, 1);
    assert_int_equal(s.credentials, 1);
    assert_int_equal(s.findings, 1);
    assert_int_equal(s.info.capabilities.n, 0);
    assert_true(store_session(b.store, ref, true, &s));
    assert_true(s.info.capabilities.n > 0);
    assert_true(bytes_is(s.info.user, "juergen"));
    struct store_counters c = store_counters(b.store);
    assert_int_equal(c.sessions, 1);
    assert_int_equal(c.open, 0);
    assert_int_equal(c.messages, 1);
    assert_int_equal(c.now, s.info.last);
    bench_done(&b);
}

static void items(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    for (uint64_t i = 1; i <= 3; i++) {
        made_smtp(i, in(&b));
    }
    drain(&b);
    for (int l = 0; l < LIST_COUNT; l++) {
        assert_int_equal(store_list_size(b.store, (enum store_list)l), 3);
    }
    struct store_item item = store_list_item(b.store, LIST_MESSAGES, 1);
    assert_int_equal(store_number(b.store, item.session), 2);
    struct message_room m;
    struct body_ref body;
    message_room_init(&m);
    assert_true(store_message(b.store, item, &m, &body));
    assert_int_equal(m.message.recipient_count, 2);
    assert_true(bytes_is(m.message.recipients[1].address, "nobody@example.org"));
    assert_true(bytes_is(m.message.queue_id, "4X9kQ2"));
    assert_int_equal(body.bytes, 2100);
    struct body_reader reader;
    char text[20];
    size_t got;
    assert_true(store_body_open(b.store, item, &reader));
    assert_int_equal(spool_body_read(&reader, 0, text, sizeof text, &got), SPOOL_OK);
    assert_memory_equal(text, "Subject: Angebot\r\nLi", 20);
    spool_body_close(&reader);
    struct credential c;
    assert_true(store_credential(b.store, store_list_item(b.store, LIST_CREDENTIALS, 2), &c));
    assert_true(bytes_is(c.secret, "s3cr3t"));
    assert_string_equal(c.mechanism, "PLAIN");
    struct note n;
    assert_true(store_finding(b.store, store_list_item(b.store, LIST_FINDINGS, 0), &n, NULL));
    assert_int_equal(n.id, NOTE_ID_CLEARTEXT_CREDENTIALS);
    item.index = 9;
    assert_false(store_message(b.store, item, &m, NULL));
    assert_false(store_credential(b.store, item, &c));
    assert_false(store_finding(b.store, item, &n, NULL));
    message_room_done(&m);
    bench_done(&b);
}

/* A finding over several sessions, told without one. */
static void loose_finding(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    const char *ids[] = {"00aa", "00bb", "00cc"};
    struct note n = {.id = NOTE_ID_GAP,
                     .severity = SEVERITY_MEDIUM,
                     .time = 5,
                     .evidence = made_text("three"),
                     .sessions = ids,
                     .session_count = 3};
    struct event e = {.kind = EV_NOTE, .time = 5, .packet = 9, .latency = -1, .u.note = &n};
    sink_event(in(&b), &e);
    drain(&b);
    struct note out;
    struct arena room;
    arena_init(&room, 4096);
    struct store_item item = store_list_item(b.store, LIST_FINDINGS, 0);
    assert_true(store_ref_none(item.session));
    assert_true(store_finding(b.store, item, &out, &room));
    assert_int_equal(out.session_count, 3);
    assert_string_equal(out.sessions[2], "00cc");
    arena_done(&room);
    struct store_subject subject = {.store = NULL};
    assert_true(store_subject(b.store, LIST_FINDINGS, item, &subject));
    struct filter *f = filter_parse("sev>=medium not tls", NULL, NULL);
    assert_true(filter_match(f, &subject.subject));
    filter_free(&f);
    store_subject_done(&subject);
    bench_done(&b);
}

/* An open session: what it says so far, then more; the reader goes on where it stood. */
static void open_session(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    struct made m;
    made_open(&m, 5, in(&b));
    made_greeting(&m, "220 mx1 ESMTP");
    made_state(&m, "GREETED", "220 mx1 ESMTP");
    made_command(&m, "NOOP", "NOOP", 0);
    drain(&b);
    struct store_ref ref = store_by_number(b.store, 5);
    struct store_session s;
    assert_true(store_session(b.store, ref, true, &s));
    assert_true(s.flags & STORE_OPEN);
    assert_string_equal(s.info.state, "GREETED");
    struct store_dialog *d = store_dialog_open(b.store, ref);
    static const enum event_kind first[] = {EV_OPEN, EV_REPLY, EV_STATE, EV_COMMAND};
    size_t greeting = 0;
    for (size_t i = 0; i < 4; i++) {
        const struct event *e = store_dialog_next(d);
        assert_non_null(e);
        assert_int_equal(e->kind, first[i]);
        assert_string_equal(e->session->state, i < 2 ? "CONNECT" : "GREETED");
        greeting = i == 1 ? store_dialog_place(d) : greeting;
    }
    assert_null(store_dialog_next(d));
    made_reply(&m, 250, "250 2.0.0 Ok", 1000);
    for (int i = 0; i < 200; i++) { /* so much that the dialog moves in memory */
        made_command(&m, "NOOP", "NOOP again and again", 0);
        made_reply(&m, 250, "250 2.0.0 Ok", 1000);
    }
    drain(&b);
    assert_true(store_dialog_again(d));
    const struct event *e = store_dialog_next(d);
    assert_int_equal(e->kind, EV_REPLY);
    e = store_dialog_next(d);
    assert_int_equal(e->kind, EV_EXCHANGE); /* its command was told before the move */
    assert_true(bytes_is(e->u.exchange->command->line, "NOOP"));
    assert_true(bytes_is(e->u.exchange->reply->raw, "250 2.0.0 Ok"));
    e = store_dialog_at(d, greeting);
    assert_true(e->u.reply->greeting);
    assert_true(bytes_is(e->u.reply->raw, "220 mx1 ESMTP"));
    int count = 0;
    while ((e = store_dialog_next(d)) != NULL) {
        if (e->kind == EV_EXCHANGE) {
            assert_true(bytes_is(e->u.exchange->command->line, "NOOP again and again"));
            assert_int_equal(e->u.exchange->command->number, count + 2);
            count++;
        }
    }
    assert_int_equal(count, 200);
    made_close(&m, END_FIN);
    drain(&b);
    assert_true(store_dialog_again(d));
    e = store_dialog_next(d);
    assert_int_equal(e->kind, EV_CLOSE);
    assert_int_equal(e->session->end, END_FIN);
    assert_int_equal(e->session->commands, 201);
    store_forget(b.store, ref);
    assert_false(store_dialog_again(d));
    assert_null(store_dialog_next(d));
    assert_null(store_dialog_at(d, greeting));
    store_dialog_close(&d);
    bench_done(&b);
}

/* A message whose transfer goes on: its bytes so far can be read; saved now, it ends as incomplete.
 */
static void open_message(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    struct made m;
    made_open(&m, 5, in(&b));
    struct message g = {.number = 1,
                        .dir = FROM_CLIENT,
                        .has_envelope = true,
                        .wait = -1,
                        .mail_from = made_text("a@b")};
    made_tell(&m, (struct event){.kind = EV_MESSAGE_BEGIN, .latency = -1, .u.message = &g});
    char slice[3000];
    memset(slice, 'z', sizeof slice);
    g.bytes = sizeof slice;
    made_tell(&m, (struct event){.kind = EV_MESSAGE_DATA,
                                 .latency = -1,
                                 .u.body = {&g, bytes_make(slice, sizeof slice), 0}});
    usleep(250000);
    drain(&b);
    struct body_reader reader;
    assert_true(store_body_open(b.store, store_list_item(b.store, LIST_MESSAGES, 0), &reader));
    assert_int_equal(reader.ref.bytes, 3000);
    spool_body_close(&reader);
    struct describer d;
    describer_init(&d);
    assert_int_equal(store_replay(b.store, store_by_number(b.store, 5), &d.sink), REPLAY_WHOLE);
    const char *text = buf_cstr(&d.text);
    assert_non_null(strstr(text, "BODY[3000]=zzz"));
    assert_non_null(strstr(text, "\nMESSAGE_END"));
    assert_non_null(strstr(text, "\nMESSAGE dir0"));
    assert_non_null(strstr(text, "data incomplete complete0 bytes3000"));
    assert_non_null(strstr(text, "endopen"));
    describer_done(&d);
    bench_done(&b);
}

/* Above the ceiling: dialogs go first, oldest first, then sessions; marked ones stay. */
static void ceiling(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 8u << 20, 64u << 20);
    made_smtp(1, in(&b));
    made_smtp(2, in(&b));
    drain(&b);
    store_mark(b.store, store_by_number(b.store, 1), true);
    struct store_ref second = store_by_number(b.store, 2);
    assert_true(store_alive(b.store, second));
    uint64_t cursor = 0;
    bool stage_one = false;
    for (uint64_t i = 3; i <= 30000; i++) {
        made_smtp(i, in(&b));
        if (i % 500 != 0) {
            continue;
        }
        drain(&b);
        struct store_counters c = store_counters(b.store);
        assert_true(c.used <= c.ceiling);
        assert_int_equal(c.sessions_seen, i);
        assert_int_equal(c.sessions + c.sessions_let_go, i);
        if (c.dialogs_let_go > 0 && c.sessions_let_go == 0) { /* dialogs go before sessions */
            stage_one = true;
            assert_true(c.full);
            assert_true(store_flags(b.store, second) & STORE_NO_DIALOG);
            assert_null(store_dialog_open(b.store, second));
            assert_false(store_flags(b.store, store_by_number(b.store, i)) & STORE_NO_DIALOG);
        }
    }
    assert_true(stage_one);
    struct store_counters c = store_counters(b.store);
    assert_true(c.sessions_let_go > 0);
    assert_true(c.dialogs_let_go > 0);
    assert_false(store_alive(b.store, second));
    struct store_session s;
    assert_false(store_session(b.store, second, false, &s));
    assert_int_equal(store_flags(b.store, store_by_number(b.store, 1)), /* marked: all is there */
                     STORE_MARKED | STORE_REFUSED | STORE_TLS_OFFERED);
    check_replay(&b, 1, made_smtp);
    check_replay(&b, 30000, made_smtp); /* the newest have their dialog */
    assert_true(c.oldest_dialog > 0);
    size_t alive = 0;
    for (size_t i = 0; i < store_list_size(b.store, LIST_SESSIONS); i++) {
        alive += store_alive(b.store, store_list_item(b.store, LIST_SESSIONS, i).session);
    }
    assert_int_equal(alive, c.sessions);
    assert_true(store_list_epoch(b.store, LIST_SESSIONS) > 0);
    struct store_ref ref;
    bool lost;
    while (store_changed(b.store, &cursor, &ref, &lost)) {
        if (!lost && store_alive(b.store, ref)) {
            assert_true(store_number(b.store, ref) > 0);
        }
    }
    assert_true(c.sessions > 8000000 / 2000); /* a summary is small: see the design's figure */
    bench_done(&b);
}

/* A slot that is used again does not answer to the old ref. */
static void generations(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    made_smtp(1, in(&b));
    drain(&b);
    struct store_ref old = store_by_number(b.store, 1);
    struct store_item item = store_list_item(b.store, LIST_MESSAGES, 0);
    store_forget(b.store, old);
    made_smtp(2, in(&b));
    drain(&b);
    struct store_ref new = store_by_number(b.store, 2);
    assert_int_equal(old.slot, new.slot);
    assert_false(store_ref_equal(old, new));
    assert_false(store_alive(b.store, old));
    struct message_room m;
    message_room_init(&m);
    assert_false(store_message(b.store, item, &m, NULL));
    message_room_done(&m);
    struct describer d;
    describer_init(&d);
    assert_int_equal(store_replay(b.store, old, &d.sink), REPLAY_GONE);
    assert_int_equal(d.text.n, 0);
    describer_done(&d);
    assert_int_equal(store_counters(b.store).forgotten, 1);
    assert_int_equal(store_counters(b.store).sessions, 1);
    bench_done(&b);
}

/* Events of a session that was forgotten while open do not bring it back. */
static void forgotten_while_open(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    struct made m;
    made_open(&m, 3, in(&b));
    drain(&b);
    store_forget(b.store, store_by_number(b.store, 3));
    made_greeting(&m, "220 hello");
    made_close(&m, END_FIN);
    drain(&b);
    assert_true(store_ref_none(store_by_number(b.store, 3)));
    assert_int_equal(store_counters(b.store).sessions, 0);
    assert_int_equal(store_counters(b.store).open, 0);
    bench_done(&b);
}

/* One session with a dialog beyond its share keeps the first part, and its end. */
static void very_long_session(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 8u << 20, 1u << 20);
    struct made m;
    made_open(&m, 1, in(&b));
    for (int i = 0; i < 30000; i++) {
        made_command(&m, "NOOP", "NOOP with some words behind it to make it longer", 0);
        made_reply(&m, 250, "250 2.0.0 Ok", 1000);
        if (i % 1000 == 0) {
            drain(&b);
        }
    }
    made_close(&m, END_QUIT);
    drain(&b);
    struct store_ref ref = store_by_number(b.store, 1);
    assert_true(store_flags(b.store, ref) & STORE_DIALOG_CUT);
    assert_int_equal(store_counters(b.store).dialogs_cut, 1);
    struct describer d;
    describer_init(&d);
    assert_int_equal(store_replay(b.store, ref, &d.sink), REPLAY_CUT);
    const char *text = buf_cstr(&d.text);
    assert_non_null(strstr(text, "endquit"));
    assert_non_null(strstr(text, "cmds30000"));
    assert_true(d.text.n > 100000);
    describer_done(&d);
    bench_done(&b);
}

/* Very many facts in one session are bounded too. */
static void very_many_messages(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 8u << 20, 1u << 20);
    struct made m;
    made_open(&m, 1, in(&b));
    for (int i = 0; i < 20000; i++) {
        made_message(&m, 0, 0);
        if (i % 500 == 0) {
            drain(&b);
        }
    }
    made_close(&m, END_QUIT);
    drain(&b);
    assert_true(store_counters(b.store).used <= 8u << 20);
    assert_true(store_alive(b.store, store_by_number(b.store, 1)));
    assert_true(store_flags(b.store, store_by_number(b.store, 1)) & STORE_DIALOG_CUT);
    size_t n = store_list_size(b.store, LIST_MESSAGES);
    assert_true(n > 500 && n < 20000);
    bench_done(&b);
}

/* When the dialog went, a replay still gives messages with their bodies, logins and findings. */
static void replay_without_dialog(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 64u << 20);
    made_smtp(3, in(&b));
    drain(&b);
    store_set_ceiling(b.store, store_counters(b.store).used - 1);
    struct store_ref ref = store_by_number(b.store, 3);
    assert_true(store_flags(b.store, ref) & STORE_NO_DIALOG);
    store_set_ceiling(b.store, 64u << 20);
    struct describer d;
    describer_init(&d);
    assert_int_equal(store_replay(b.store, ref, &d.sink), REPLAY_NO_DIALOG);
    const char *text = buf_cstr(&d.text);
    assert_true(strncmp(text, "OPEN", 4) == 0);
    assert_null(strstr(text, "\nCOMMAND"));
    assert_non_null(strstr(text, "\nCREDENTIAL"));
    assert_non_null(strstr(text, "\nNOTE"));
    assert_non_null(strstr(text, "BODY[2100]=Subject"));
    assert_non_null(strstr(text, "data accepted complete1 bytes2100 missing0"));
    assert_non_null(strstr(text, "\nCLOSE"));
    struct message_room m; /* the row in the list of messages is whole enough */
    message_room_init(&m);
    assert_true(store_message(b.store, store_list_item(b.store, LIST_MESSAGES, 0), &m, NULL));
    assert_true(bytes_is(message_header(&m.message, HEADER_SUBJECT), "Angebot"));
    assert_int_equal(m.message.recipient_count, 2);
    message_room_done(&m);
    describer_done(&d);
    bench_done(&b);
}

/* Bodies that the spool let go are told as missing, never as an empty message that is whole. */
static void replay_without_bodies(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    for (uint64_t i = 1; i <= 2000; i++) {
        made_smtp(i, in(&b));
        if (i % 50 == 0) {
            drain(&b);
        }
    }
    struct describer d;
    describer_init(&d);
    assert_int_equal(store_replay(b.store, store_by_number(b.store, 2), &d.sink),
                     REPLAY_BODIES_GONE);
    const char *text = buf_cstr(&d.text);
    assert_null(strstr(text, "BODY["));
    assert_non_null(strstr(text, "MESSAGE_GAP dir0"));
    assert_non_null(strstr(text, " msg#1 2100\n"));
    assert_non_null(strstr(text, "data accepted complete0 bytes0 missing2100"));
    assert_null(strstr(text, "complete1"));
    describer_done(&d);
    check_replay(&b, 1999, made_smtp);
    bench_done(&b);
}

static void changes(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    struct made m;
    made_open(&m, 1, in(&b));
    made_greeting(&m, "220 hello");
    made_smtp(2, in(&b));
    drain(&b);
    uint64_t cursor = 0;
    struct store_ref ref;
    bool lost;
    assert_true(store_changed(b.store, &cursor, &ref, &lost)); /* once, however many events */
    assert_int_equal(store_number(b.store, ref), 1);
    assert_true(store_changed(b.store, &cursor, &ref, &lost));
    assert_int_equal(store_number(b.store, ref), 2);
    assert_false(store_changed(b.store, &cursor, &ref, &lost));
    made_command(&m, "NOOP", "NOOP", 0);
    drain(&b);
    assert_true(store_changed(b.store, &cursor, &ref, &lost));
    assert_int_equal(store_number(b.store, ref), 1);
    assert_false(store_changed(b.store, &cursor, &ref, &lost));
    store_mark(b.store, ref, true);
    assert_true(store_changed(b.store, &cursor, &ref, &lost));
    for (uint64_t i = 10; i < 70000; i++) {
        struct made other;
        made_open(&other, i, in(&b));
        made_close(&other, END_FIN);
        if (i % 1000 == 0) {
            drain(&b);
        }
    }
    drain(&b);
    assert_true(store_changed(b.store, &cursor, &ref, &lost));
    assert_true(lost);
    assert_false(store_changed(b.store, &cursor, &ref, &lost));
    bench_done(&b);
}

static void groups(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    for (uint64_t i = 1; i <= 5; i++) {
        made_smtp(i, in(&b)); /* juergen, s3cr3t, each from an address of its own */
    }
    struct made m;
    made_open(&m, 9, in(&b));
    char secret[20];
    for (int i = 0; i < 38; i++) {
        snprintf(secret, sizeof secret, "guess%d", i);
        made_step(&m);
        made_credential(&m, "admin", secret, TRI_NO);
    }
    made_close(&m, END_RST);
    drain(&b);
    struct store_groups *login = store_groups_new(GROUP_LOGIN);
    struct store_groups *account = store_groups_new(GROUP_ACCOUNT);
    struct store_groups *finding = store_groups_new(GROUP_FINDING);
    for (size_t i = 0; i < store_list_size(b.store, LIST_CREDENTIALS); i++) {
        store_groups_add(login, b.store, store_list_item(b.store, LIST_CREDENTIALS, i));
        store_groups_add(account, b.store, store_list_item(b.store, LIST_CREDENTIALS, i));
    }
    for (size_t i = 0; i < store_list_size(b.store, LIST_FINDINGS); i++) {
        store_groups_add(finding, b.store, store_list_item(b.store, LIST_FINDINGS, i));
    }
    assert_int_equal(store_groups_count(login), 1 + 38);
    assert_int_equal(store_groups_at(login, 0)->count, 5);
    assert_int_equal(store_groups_at(login, 0)->sessions, 5);
    assert_int_equal(store_groups_count(account), 2);
    const struct store_group *admin = store_groups_at(account, 1);
    assert_int_equal(admin->count, 38);
    assert_int_equal(admin->secrets, 38);
    assert_int_equal(admin->failed, 38);
    assert_int_equal(admin->sessions, 1);
    assert_int_equal(admin->top_client_version, 4);
    assert_int_equal(admin->top_client.ip[3], 9);
    assert_int_equal(admin->last_time - admin->first_time, 370000000);
    assert_int_equal(store_groups_count(finding), 1);
    assert_int_equal(store_groups_at(finding, 0)->count, 5);
    assert_int_equal(store_groups_at(finding, 0)->severity, SEVERITY_HIGH);
    store_groups_clear(login);
    assert_int_equal(store_groups_count(login), 0);
    store_groups_free(&login);
    store_groups_free(&account);
    store_groups_free(&finding);
    bench_done(&b);
}

static void figures(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    for (uint64_t i = 1; i <= 100; i++) {
        made_smtp(i, in(&b));
    }
    drain(&b);
    const struct stats *s = store_stats(b.store);
    struct stats_totals t = stats_totals(s);
    assert_int_equal(t.sessions, 100);
    assert_int_equal(t.messages, 100);
    assert_int_equal(t.retransmitted, 100);
    assert_int_equal(t.recipients, 100);
    assert_int_equal(t.without_dialog, 0);
    struct stats_protocol p[4];
    assert_int_equal(stats_protocols(s, p, 4), 1);
    assert_string_equal(p[0].protocol, "smtp");
    assert_int_equal(p[0].port, 25);
    assert_int_equal(p[0].sessions, 100);
    assert_int_equal(p[0].refused, 100);
    assert_int_equal(p[0].logins, 100);
    struct stats_row rows[3], others;
    uint64_t total;
    assert_int_equal(stats_top(s, STATS_REPLIES, rows, 3, &others, &total), 3);
    assert_int_equal(total, 900);
    assert_int_equal(rows[0].count, 100);
    assert_int_equal(rows[0].count + rows[1].count + rows[2].count + others.count, total);
    assert_int_equal(stats_top(s, STATS_RECIPIENT_DOMAINS, rows, 3, NULL, &total), 1);
    assert_true(bytes_is(rows[0].name, "example.org"));
    assert_int_equal(rows[0].count, 200);
    assert_int_equal(rows[0].refused, 100);
    assert_int_equal(stats_top(s, STATS_CLIENTS, rows, 3, &others, &total), 3);
    assert_int_equal(others.count, 97);
    struct stats_spread l = stats_latency(s, STEP_DATA_END);
    assert_int_equal(l.n, 100);
    assert_int_equal(l.min, 1800000000);
    assert_int_equal(l.max, 1800000000);
    int64_t p50 = stats_latency_percentile(s, STEP_RCPT, 50);
    assert_true(p50 > 9300000 && p50 < 10700000);
    assert_int_equal(stats_latency(s, STEP_RCPT).n, 200);
    assert_int_equal(stats_latency(s, STEP_AUTH).n, 100);
    assert_int_equal(stats_latency(s, STEP_GREETING).min, 10000000);
    assert_int_equal(stats_latency(s, STEP_LIST).n, 0);
    assert_int_equal(stats_latency_percentile(s, STEP_LIST, 50), -1);
    assert_int_equal(stats_size(s).max, 2100);
    uint64_t counts[10];
    assert_int_equal(stats_timeline(s, INT64_C(10000000000), counts, 10), 10);
    assert_int_equal(counts[0] + counts[9], 20);
    int64_t low, high;
    stats_latency_histogram(s, STEP_RCPT, counts, 10, &low, &high);
    assert_int_equal(counts[0], 200);
    struct stats *some = stats_new(NULL); /* of shown sessions only */
    assert_true(store_stats_add(b.store, store_by_number(b.store, 7), some));
    assert_int_equal(stats_totals(some).sessions, 1);
    assert_int_equal(stats_latency(some, STEP_RCPT).n, 2);
    stats_free(&some);
    bench_done(&b);
}

/* Sessions long apart, and one from before the first: all are in the timeline. */
static void timeline(void **state)
{
    (void)state;
    struct stats *s = stats_new(NULL);
    struct flow_info flow = {.ip_version = 4};
    struct session_info info = {.protocol = "smtp", .state = "", .flow = &flow};
    static const int64_t hours[] = {1000, 1001, 5000, 200, 1, 100000};
    for (size_t i = 0; i < 6; i++) {
        info.start = info.last = hours[i] * 3600 * MADE_SECOND;
        stats_add_session(s, &info, false);
    }
    uint64_t counts[64], sum = 0;
    size_t used = stats_timeline(s, 2000 * 3600 * MADE_SECOND, counts, 64);
    for (size_t i = 0; i < used; i++) {
        sum += counts[i];
    }
    assert_int_equal(sum, 6);
    assert_true(used >= 50 && used <= 51);
    assert_int_equal(counts[0], 4);
    stats_free(&s);
}

/* Names that the network chooses without end. */
static void bounded_tables(void **state)
{
    (void)state;
    struct stats *s = stats_new(NULL);
    struct message m = {.has_envelope = true};
    struct session_info info = {.protocol = "smtp"};
    char from[400];
    for (int i = 0; i < 60000; i++) {
        int n = snprintf(from, sizeof from, "x@%d.example", i);
        m.mail_from = bytes_make(from, (size_t)n);
        stats_add_message(s, &info, &m);
    }
    memset(from, 'a', sizeof from);
    from[0] = '@';
    m.mail_from = bytes_make(from, sizeof from);
    stats_add_message(s, &info, &m);
    struct stats_row rows[2], others;
    uint64_t total;
    assert_int_equal(stats_top(s, STATS_SENDER_DOMAINS, rows, 2, &others, &total), 2);
    assert_int_equal(total, 60001);
    assert_int_equal(others.count, 59999);
    assert_true(stats_held(s) < 8u << 20);
    stats_clear(s);
    assert_int_equal(stats_totals(s).messages, 0);
    stats_free(&s);
}

static void what_the_capture_says(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 64u << 20, 1u << 20);
    struct relay_progress p = {
        .totals = {.packets = 12, .first = 1, .last = 99}, .input_done = 5, .input_total = 10};
    relay_tell_progress(b.relay, &p);
    for (int i = 0; i < 70; i++) {
        char text[40];
        snprintf(text, sizeof text, "sentence %d", i);
        relay_say(b.relay, text);
    }
    drain(&b);
    assert_int_equal(store_progress(b.store)->totals.packets, 12);
    assert_int_equal(store_progress(b.store)->input_total, 10);
    assert_false(store_progress(b.store)->ended);
    assert_int_equal(store_counters(b.store).now, 99);
    uint64_t cursor = 0;
    assert_string_equal(store_saying(b.store, &cursor), "sentence 6"); /* 64 are kept */
    int count = 1;
    while (store_saying(b.store, &cursor) != NULL) {
        count++;
    }
    assert_int_equal(count, 64);
    struct capture_totals t = {.packets = 20, .first = 1, .last = 120};
    struct event e = {.kind = EV_CAPTURE, .latency = -1, .u.totals = &t};
    sink_event(in(&b), &e);
    drain(&b);
    assert_true(store_progress(b.store)->ended);
    struct describer d;
    describer_init(&d);
    store_replay_capture(b.store, &d.sink);
    assert_non_null(strstr(buf_cstr(&d.text), "packets20"));
    describer_done(&d);
    bench_done(&b);
}

static size_t resident(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long all = 0, here = 0;
    int got = f != NULL ? fscanf(f, "%lu %lu", &all, &here) : 0;
    if (f != NULL) {
        fclose(f);
    }
    return got == 2 ? here * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* What the program really takes stays under the ceiling too: no holes that nobody counts. */
static void taken_from_the_system(void **state)
{
    (void)state;
    struct bench b;
    uint64_t before = mallinfo2().uordblks;
    bench_init(&b, 32u << 20, 8u << 20);
    malloc_trim(0); /* what earlier tests left behind is not to be filled */
    size_t began = resident();
    for (uint64_t i = 1; i <= 40000; i++) {
        struct made m;
        made_open(&m, i, in(&b));
        made_greeting(&m, "220 mx1.example.org ESMTP Postfix");
        for (uint64_t k = i * 7919 % 37; k > 0; k--) { /* dialogs of many sizes */
            made_command(&m, "NOOP", "NOOP", 0);
            made_reply(&m, 250, "250 2.0.0 Ok", 1000);
        }
        made_message(&m, 0, 0);
        m.info.last_reply = made_text("554 5.7.1 <anna@example.org>: Relay access denied");
        made_close(&m, END_QUIT);
        if (i % 200 == 0) {
            drain(&b);
        }
    }
    size_t took = resident() - began;
    struct store_counters c = store_counters(b.store);
    assert_true(c.dialogs_let_go > 10000);
    assert_true(c.used <= 32u << 20);
    if (before > 0) { /* sanitizers have a heap of their own */
        print_message("%zu KiB at a ceiling of 32 MiB\n", took >> 10);
        assert_true(took < 36u << 20); /* with what relay and store need at any ceiling */
    }
    bench_done(&b);
}

/* A summary takes at most 400 bytes, all told: so many fit beside the newest dialogs. */
static void summary_size(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, 8u << 20, 1u << 20);
    for (uint64_t i = 1; i <= 60000; i++) {
        struct made m;
        made_open(&m, i, in(&b));
        made_greeting(&m, "220 mx1.example.org ESMTP Postfix");
        m.info.client_name = made_text("pc17.example.net");
        m.info.user = made_text("juergen");
        m.info.first_sender = made_text("juergen@example.net");
        m.info.first_recipient = made_text("anna@example.org");
        m.info.last_reply = made_text("554 5.7.1 <anna@example.org>: Relay access denied");
        made_close(&m, END_QUIT);
        if (i % 1000 == 0) {
            drain(&b);
        }
    }
    struct store_counters c = store_counters(b.store);
    assert_true(c.sessions_let_go > 0);
    assert_true(c.sessions >= (8u << 20) / 4 * 3 / 400);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replay_is_the_same),
        cmocka_unit_test(replay_of_pop),
        cmocka_unit_test(summary),
        cmocka_unit_test(items),
        cmocka_unit_test(loose_finding),
        cmocka_unit_test(open_session),
        cmocka_unit_test(open_message),
        cmocka_unit_test(ceiling),
        cmocka_unit_test(generations),
        cmocka_unit_test(forgotten_while_open),
        cmocka_unit_test(very_long_session),
        cmocka_unit_test(very_many_messages),
        cmocka_unit_test(replay_without_dialog),
        cmocka_unit_test(replay_without_bodies),
        cmocka_unit_test(changes),
        cmocka_unit_test(groups),
        cmocka_unit_test(figures),
        cmocka_unit_test(timeline),
        cmocka_unit_test(bounded_tables),
        cmocka_unit_test(what_the_capture_says),
        cmocka_unit_test(taken_from_the_system),
        cmocka_unit_test(summary_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
