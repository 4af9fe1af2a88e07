/* Hand-made sessions for tests, and events as text to compare.
 *
 * made_smtp() tells one SMTP session to a sink, as the dissectors do: login, a refused
 * recipient, a message in slices with a hole, pipelining, a finding. describe_event()
 * writes everything an event says, so two ways of telling can be compared as text.
 */
#ifndef MAILWIRE_TESTS_MADE_SESSION_H
#define MAILWIRE_TESTS_MADE_SESSION_H

#include "capture/base/arena.h"
#include "capture/base/buf.h"
#include "dissect/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MADE_SECOND INT64_C(1000000000)
#define MADE_START  (INT64_C(1762000000) * MADE_SECOND)

struct made {
    struct session_info info;
    struct flow_info flow;
    struct tls_info tls;
    struct arena arena;
    struct sink *to;
    int64_t now;
    uint64_t packet;
    struct command last_command;
    char line[1200];
};

static inline struct bytes made_text(const char *s)
{
    return bytes_make(s, strlen(s));
}

static inline void made_tell(struct made *m, struct event e)
{
    e.session = &m->info;
    e.time = m->now;
    e.packet = m->packet;
    m->info.last = m->now;
    sink_event(m->to, &e);
}

static inline void made_step(struct made *m)
{
    m->now += 10000000;
    m->packet++;
}

static inline void made_open(struct made *m, uint64_t number, struct sink *to)
{
    memset(m, 0, sizeof *m);
    m->to = to;
    m->now = MADE_START + (int64_t)number * MADE_SECOND;
    m->packet = number * 100 + 1;
    m->flow = (struct flow_info){.start = m->now,
                                 .last = m->now,
                                 .first_packet = m->packet,
                                 .ip_version = 4,
                                 .seen = {true, true},
                                 .rtt = 10000000,
                                 .count = {{.packets = 12, .bytes = 900 + number},
                                           {.packets = 9, .bytes = 400, .retransmitted = 1}}};
    const uint8_t client[4] = {10, 1, (uint8_t)(number >> 8), (uint8_t)number};
    const uint8_t server[4] = {192, 0, 2, 25};
    memcpy(m->flow.end[FROM_CLIENT].ip, client, 4);
    memcpy(m->flow.end[FROM_SERVER].ip, server, 4);
    m->flow.end[FROM_CLIENT].port = (uint16_t)(40000 + number % 20000);
    m->flow.end[FROM_SERVER].port = 25;
    m->info = (struct session_info){.number = number,
                                    .flow = &m->flow,
                                    .protocol = "smtp",
                                    .state = "CONNECT",
                                    .start = m->now,
                                    .last = m->now};
    snprintf(m->info.id, sizeof m->info.id, "%016" PRIx64, number * 0x9e3779b97f4a7c15u);
    made_tell(m, (struct event){.kind = EV_OPEN, .latency = -1});
}

static inline void made_state(struct made *m, const char *to, const char *cause)
{
    struct state_change c = {
        .from = m->info.state, .to = to, .cause = made_text(cause), .legal = true};
    m->info.state = to;
    made_tell(m, (struct event){.kind = EV_STATE, .latency = -1, .u.state = &c});
}

/* A command; its argument begins behind the verb. secret: bytes at the end that are masked. */
static inline void made_command(struct made *m, const char *verb, const char *line, size_t secret)
{
    made_step(m);
    snprintf(m->line, sizeof m->line, "%s", line);
    struct bytes whole = made_text(m->line);
    size_t verb_bytes = strlen(verb);
    m->last_command = (struct command){
        .number = ++m->info.commands,
        .dir = FROM_CLIENT,
        .verb = verb,
        .line = whole,
        .word = bytes_sub(whole, 0, verb_bytes),
        .argument = bytes_from(whole, verb_bytes < whole.n ? verb_bytes + 1 : whole.n),
        .secret = secret ? bytes_from(whole, whole.n - secret) : (struct bytes){NULL, 0},
        .time = m->now,
        .packet = m->packet,
        .last_packet = m->packet,
        .state_before = m->info.state};
    made_tell(m, (struct event){.kind = EV_COMMAND, .latency = -1, .u.command = &m->last_command});
}

static inline struct reply made_reply_of(struct made *m, uint16_t code, const char *raw)
{
    struct reply r = {.dir = FROM_SERVER,
                      .code = code,
                      .raw = made_text(raw),
                      .lines = 1,
                      .time = m->now,
                      .end_time = m->now,
                      .packet = m->packet,
                      .last_packet = m->packet,
                      .status = code < 300   ? REPLY_OK
                                : code < 400 ? REPLY_CONTINUE
                                : code < 500 ? REPLY_DEFER
                                             : REPLY_REFUSE};
    unsigned class, subject, detail;
    char form[8];
    if (sscanf(raw + 4, "%u.%u.%u%1[ ]", &class, &subject, &detail, form) == 4) {
        r.enhanced = (struct enhanced){(uint8_t) class, (uint16_t)subject, (uint16_t)detail};
    }
    for (const char *p = raw; *p != '\0'; p++) {
        r.lines += *p == '\n';
    }
    m->info.last_code = code;
    m->info.last_negative = code >= 400;
    return r;
}

static inline void made_greeting(struct made *m, const char *raw)
{
    made_step(m);
    struct reply r = made_reply_of(m, 220, raw);
    r.greeting = r.unasked = true;
    m->info.banner = made_text(raw + 4);
    made_tell(m, (struct event){.kind = EV_REPLY,
                                .dir = FROM_SERVER,
                                .latency = m->now - m->info.start,
                                .u.reply = &r});
}

/* The answer to the last command: reply, exchange. */
static inline void made_reply(struct made *m, uint16_t code, const char *raw, int64_t latency)
{
    m->now += latency;
    m->packet++;
    struct reply r = made_reply_of(m, code, raw);
    if (code >= 400) {
        m->info.last_reply = made_text(raw);
    }
    made_tell(m, (struct event){.kind = EV_REPLY,
                                .dir = FROM_SERVER,
                                .latency = latency,
                                .paired_number = m->last_command.number,
                                .u.reply = &r});
    struct exchange x = {
        .command = &m->last_command, .reply = &r, .state_after = m->info.state, .latency = latency};
    made_tell(m, (struct event){.kind = EV_EXCHANGE, .latency = -1, .u.exchange = &x});
}

/* The end of a message's data is answered as a command without number. */
static inline void made_verdict(struct made *m, uint16_t code, const char *raw, int64_t latency)
{
    m->last_command = (struct command){.dir = FROM_CLIENT,
                                       .verb = "",
                                       .time = m->now,
                                       .packet = m->packet,
                                       .last_packet = m->packet,
                                       .flags = COMMAND_END_OF_DATA,
                                       .state_before = m->info.state};
    made_reply(m, code, raw, latency);
}

/* A message of `slices` slices of 700 bytes; `gap` bytes are missing behind the first. */
static inline void made_message(struct made *m, unsigned slices, uint64_t gap)
{
    struct recipient to[2] = {{.address = made_text("anna@example.org"),
                               .fate = RCPT_ACCEPTED,
                               .code = 250,
                               .enhanced = {2, 1, 5},
                               .reply = made_text("Ok")},
                              {.address = made_text("nobody@example.org"),
                               .fate = RCPT_REFUSED,
                               .code = 550,
                               .enhanced = {5, 1, 1},
                               .reply = made_text("User unknown")}};
    struct message g = {.number = ++m->info.messages,
                        .dir = FROM_CLIENT,
                        .transfer = TRANSFER_DATA,
                        .time = m->now,
                        .end_time = m->now,
                        .wait = -1,
                        .packet = m->packet,
                        .has_envelope = true,
                        .mail_from = made_text("juergen@example.net"),
                        .mail_parameters = made_text("SIZE=1422"),
                        .recipients = to,
                        .recipient_count = 2,
                        .recipient_total = 2,
                        .arena = &m->arena};
    made_tell(m, (struct event){.kind = EV_MESSAGE_BEGIN, .latency = -1, .u.message = &g});
    char slice[700];
    for (unsigned i = 0; i < slices; i++) {
        memset(slice, (int)('a' + (m->info.number + i) % 26), sizeof slice);
        memcpy(slice + sizeof slice - 2, "\r\n", 2);
        if (i == 0) {
            memcpy(slice, "Subject: Angebot\r\nList-Id: <news.example.net>\r\n\r\n", 49);
        }
        g.bytes += sizeof slice;
        made_tell(m, (struct event){.kind = EV_MESSAGE_DATA,
                                    .latency = -1,
                                    .u.body = {&g, bytes_make(slice, sizeof slice), 0}});
        if (i == 0 && gap > 0) {
            g.missing += gap;
            g.gaps++;
            made_tell(m, (struct event){.kind = EV_MESSAGE_GAP,
                                        .latency = -1,
                                        .u.body = {&g, {NULL, 0}, gap}});
        }
    }
    const struct bytes header[HEADER_COUNT] = {
        [HEADER_SUBJECT] = made_text("Angebot"),
        [HEADER_FROM] = made_text("=?UTF-8?Q?J=C3=BCrgen?= <juergen@example.net>"),
        [HEADER_TO] = made_text("anna@example.org"),
        [HEADER_MESSAGE_ID] = made_text("<4711@example.net>"),
    };
    g.header = header;
    g.header_fields = 5;
    g.end_time = m->now;
    g.complete = gap == 0;
    made_tell(m, (struct event){.kind = EV_MESSAGE_END, .latency = -1, .u.message = &g});
    made_step(m);
    g.outcome = OUTCOME_ACCEPTED;
    g.code = 250;
    g.enhanced = (struct enhanced){2, 0, 0};
    g.reply = made_text("Ok: queued as 4X9kQ2");
    g.queue_id = made_text("4X9kQ2");
    g.wait = 1800000000;
    made_tell(m, (struct event){.kind = EV_MESSAGE, .latency = -1, .u.message = &g});
}

static inline void made_credential(struct made *m, const char *user, const char *secret,
                                   enum tri success)
{
    struct credential c = {.mechanism = "PLAIN",
                           .user = made_text(user),
                           .secret = made_text(secret),
                           .secret_kind = SECRET_PASSWORD,
                           .success = success,
                           .time = m->now,
                           .packet = m->packet,
                           .command = m->info.commands,
                           .dir = FROM_CLIENT};
    m->info.user = made_text(user);
    m->info.login = success;
    made_tell(m, (struct event){.kind = EV_CREDENTIAL, .latency = -1, .u.credential = &c});
}

static inline void made_note(struct made *m, enum note_id id, const char *evidence)
{
    struct note n = {.id = id,
                     .severity = SEVERITY_HIGH,
                     .dir = FROM_CLIENT,
                     .evidence = made_text(evidence),
                     .command = m->info.commands,
                     .time = m->now,
                     .packet = m->packet};
    m->info.notes++;
    m->info.worst = SEVERITY_HIGH;
    made_tell(m, (struct event){.kind = EV_NOTE, .latency = -1, .u.note = &n});
}

static inline void made_close(struct made *m, enum session_end end)
{
    made_step(m);
    m->info.end = end;
    made_tell(m, (struct event){.kind = EV_CLOSE, .latency = -1});
}

static inline void made_smtp(uint64_t number, struct sink *to)
{
    struct made m;
    made_open(&m, number, to);
    arena_init(&m.arena, 4096);
    made_greeting(&m, "220 mx1.example.org ESMTP Postfix");
    made_state(&m, "GREETED", "220 mx1.example.org ESMTP Postfix");
    made_command(&m, "EHLO", "EHLO pc17.example.net", 0);
    m.info.client_name = made_text("pc17.example.net");
    m.info.capabilities = made_text("PIPELINING\nSIZE 10240000\nSTARTTLS\nAUTH PLAIN LOGIN");
    made_reply(&m, 250,
               "250-mx1.example.org\n250-PIPELINING\n250-SIZE 10240000\n250-STARTTLS\n"
               "250 AUTH PLAIN LOGIN",
               10000000);
    made_state(&m, "READY", "250-mx1.example.org");
    made_command(&m, "AUTH", "AUTH PLAIN AGp1ZXJnZW4AczNjcjN0", 20);
    made_reply(&m, 235, "235 2.7.0 Authentication successful", 400000000);
    made_credential(&m, "juergen", "s3cr3t", TRI_YES);
    made_note(&m, NOTE_ID_CLEARTEXT_CREDENTIALS, "AUTH PLAIN");
    made_command(&m, "MAIL", "MAIL FROM:<juergen@example.net> SIZE=1422", 0);
    made_reply(&m, 250, "250 2.1.0 Ok", 10000000);
    m.info.has_transaction = true;
    m.info.first_sender = made_text("juergen@example.net");
    made_state(&m, "MAIL", "250 2.1.0 Ok");
    made_command(&m, "RCPT", "RCPT TO:<anna@example.org>", 0);
    m.info.first_recipient = made_text("anna@example.org");
    made_reply(&m, 250, "250 2.1.5 Ok", 10000000);
    made_state(&m, "RCPT", "250 2.1.5 Ok");
    made_command(&m, "RCPT", "RCPT TO:<nobody@example.org>", 0);
    made_reply(&m, 550, "550 5.1.1 <nobody@example.org>: User unknown", 10000000);
    made_command(&m, "DATA", "DATA", 0);
    made_reply(&m, 354, "354 End data with <CR><LF>.<CR><LF>", 10000000);
    made_state(&m, "DATA", "354 End data with <CR><LF>.<CR><LF>");
    made_message(&m, 3, number % 5 == 0 ? 1460 : 0);
    m.info.first_outcome = OUTCOME_ACCEPTED;
    made_verdict(&m, 250, "250 2.0.0 Ok: queued as 4X9kQ2", 1800000000);
    made_state(&m, "READY", "250 2.0.0 Ok: queued as 4X9kQ2");
    made_command(&m, "QUIT", "QUIT", 0);
    made_reply(&m, 221, "221 2.0.0 Bye", 10000000);
    made_state(&m, "CLOSED", "221 2.0.0 Bye");
    made_close(&m, END_QUIT);
    arena_done(&m.arena);
}

/* ---- events as text ---- */

static inline void describe_bytes(struct buf *out, const char *name, struct bytes b)
{
    buf_printf(out, " %s[%zu]=", name, b.n);
    buf_add(out, b);
}

static inline void describe_command(struct buf *out, const struct command *c)
{
    buf_printf(out,
               " cmd#%u dir%d %s %" PRId64 " p%" PRIu64 "-%" PRIu64 " skip%" PRIu64 " %s flags%x",
               c->number, (int)c->dir, c->verb, c->time, c->packet, c->last_packet, c->skipped,
               c->state_before ? c->state_before : "-", c->flags);
    describe_bytes(out, "line", c->line);
    describe_bytes(out, "word", c->word);
    describe_bytes(out, "arg", c->argument);
    describe_bytes(out, "secret", c->secret);
}

static inline void describe_reply(struct buf *out, const struct reply *r)
{
    buf_printf(out,
               " reply dir%d st%d %u %u.%u.%u lines%u flags%d%d%d%d %" PRId64 "-%" PRId64
               " p%" PRIu64 "-%" PRIu64,
               (int)r->dir, (int)r->status, r->code, r->enhanced.class, r->enhanced.subject,
               r->enhanced.detail, r->lines, r->torn, r->greeting, r->unasked, r->intermediate,
               r->time, r->end_time, r->packet, r->last_packet);
    describe_bytes(out, "raw", r->raw);
    describe_bytes(out, "secret", r->secret);
}

static inline void describe_message(struct buf *out, const struct message *m)
{
    buf_printf(out,
               " msg#%u dir%d %s %s complete%d bytes%" PRIu64 " missing%" PRIu64 " gaps%u %" PRId64
               "-%" PRId64 " wait%" PRId64 " p%" PRIu64 " %u %u.%u.%u eod%s",
               m->number, (int)m->dir, transfer_name(m->transfer), outcome_name(m->outcome),
               m->complete, m->bytes, m->missing, m->gaps, m->time, m->end_time, m->wait, m->packet,
               m->code, m->enhanced.class, m->enhanced.subject, m->enhanced.detail,
               m->end_of_data ? m->end_of_data : "-");
    describe_bytes(out, "reply", m->reply);
    describe_bytes(out, "queue", m->queue_id);
    buf_printf(out, " env%d", m->has_envelope);
    describe_bytes(out, "from", m->mail_from);
    describe_bytes(out, "par", m->mail_parameters);
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        const struct recipient *r = &m->recipients[i];
        describe_bytes(out, "rcpt", r->address);
        buf_printf(out, " fate%d %u %u.%u.%u final%u", (int)r->fate, r->code, r->enhanced.class,
                   r->enhanced.subject, r->enhanced.detail, r->final_code);
        describe_bytes(out, "reply", r->reply);
    }
    buf_printf(out, " of%u box%" PRIu64 " decl%d %" PRIu64 " lines%d %" PRIu64 " fields%u cut%d",
               m->recipient_total, m->mailbox_number, m->has_declared, m->declared_octets,
               m->has_lines, m->lines, m->header_fields, m->header_cut);
    for (enum header_field i = 0; i < HEADER_COUNT; i++) {
        if (message_header(m, i).p != NULL) {
            describe_bytes(out, "h", message_header(m, i));
        }
    }
}

static inline void describe_session(struct buf *out, const struct session_info *s)
{
    const struct flow_info *f = s->flow;
    buf_printf(out, " #%" PRIu64 " %s %s %s end%s %" PRId64 "-%" PRId64 " flags%d%d%d%d%d%d%d",
               s->number, s->id, s->protocol, s->state, session_end_name(s->end), s->start, s->last,
               s->flip, s->midstream, s->one_sided, s->roles_swapped, s->has_transaction,
               s->last_negative, s->truncated);
    buf_printf(out, " missing%" PRIu64 " gaps%u conf%u cmds%u msgs%u notes%u worst%u code%u",
               s->missing, s->gaps, s->conflicts, s->commands, s->messages, s->notes, s->worst,
               s->last_code);
    describe_bytes(out, "name", s->client_name);
    describe_bytes(out, "banner", s->banner);
    describe_bytes(out, "capa", s->capabilities);
    describe_bytes(out, "user", s->user);
    describe_bytes(out, "sender", s->first_sender);
    describe_bytes(out, "rcpt", s->first_recipient);
    describe_bytes(out, "last", s->last_reply);
    for (int d = 0; d < 2; d++) {
        buf_printf(out, " end%u.%u.%u.%u:%u %" PRIu64 "/%" PRIu64 " re%u", f->end[d].ip[0],
                   f->end[d].ip[1], f->end[d].ip[2], f->end[d].ip[3], f->end[d].port,
                   f->count[d].packets, f->count[d].bytes, f->count[d].retransmitted);
    }
    if (s->tls != NULL) {
        buf_printf(out, " tls%d %x %x %s", (int)s->tls->start, s->tls->version, s->tls->cipher,
                   s->tls->cipher_name);
        describe_bytes(out, "sni", s->tls->server_name);
        describe_bytes(out, "issuer", s->tls->issuer);
    }
    if (s->mailbox != NULL) {
        const struct mailbox *b = s->mailbox;
        describe_bytes(out, "box", b->name);
        buf_printf(out, " %" PRIu64 "/%" PRIu64 " com%d r", b->messages, b->octets,
                   (int)b->committed);
        for (uint32_t i = 0; i < b->retrieved_count; i++) {
            buf_printf(out, ",%" PRIu64, b->retrieved[i]);
        }
        buf_printf(out, " d");
        for (uint32_t i = 0; i < b->deleted_count; i++) {
            buf_printf(out, ",%" PRIu64, b->deleted[i]);
        }
    }
}

static inline void describe_exchange(struct buf *out, const struct exchange *x)
{
    describe_command(out, x->command);
    if (x->reply != NULL) {
        describe_reply(out, x->reply);
    }
    buf_printf(out, " after %s lat%" PRId64 " lines%u", x->state_after ? x->state_after : "-",
               x->latency, x->answer_lines);
}

static inline void describe_credential(struct buf *out, const struct credential *c)
{
    buf_printf(out, " %s kind%d ok%d flags%d%d%d cmd%u %" PRId64, c->mechanism, (int)c->secret_kind,
               (int)c->success, c->cancelled, c->malformed, c->encrypted, c->command, c->time);
    describe_bytes(out, "user", c->user);
    describe_bytes(out, "as", c->authorization_id);
    describe_bytes(out, "secret", c->secret);
    describe_bytes(out, "challenge", c->challenge);
}

/* One line for an event. Body data only as it is: callers join slices. */
static inline void describe_event(struct buf *out, const struct event *e)
{
    buf_printf(out, "%s dir%d %" PRId64 " p%" PRIu64, event_kind_name(e->kind), (int)e->dir,
               e->time, e->packet);
    switch (e->kind) {
    case EV_OPEN:
        buf_printf(out, " #%" PRIu64 " %s", e->session->number, e->session->state);
        break;
    case EV_CLOSE:
        describe_session(out, e->session);
        break;
    case EV_STATE:
        buf_printf(out, " %s-%s legal%d", e->u.state->from, e->u.state->to, e->u.state->legal);
        describe_bytes(out, "cause", e->u.state->cause);
        break;
    case EV_COMMAND:
        describe_command(out, e->u.command);
        break;
    case EV_REPLY:
        buf_printf(out, " to%u lat%" PRId64, e->paired_number, e->latency);
        describe_reply(out, e->u.reply);
        break;
    case EV_LINE:
        describe_bytes(out, "line", e->u.text);
        break;
    case EV_EXCHANGE:
        describe_exchange(out, e->u.exchange);
        break;
    case EV_CREDENTIAL:
        describe_credential(out, e->u.credential);
        break;
    case EV_MESSAGE_BEGIN:
    case EV_MESSAGE_END:
    case EV_MESSAGE:
        describe_message(out, e->u.message);
        break;
    case EV_MESSAGE_GAP:
    case EV_MESSAGE_CUT:
        buf_printf(out, " msg#%u %" PRIu64, e->u.body.message->number, e->u.body.count);
        break;
    case EV_MESSAGE_DATA:
        describe_bytes(out, "data", e->u.body.data);
        break;
    case EV_GAP:
        buf_printf(out, " %" PRIu64 " at %" PRIu64 " cause%d", e->u.gap->missing, e->u.gap->offset,
                   (int)e->u.gap->cause);
        break;
    case EV_NOTE:
        buf_printf(out, " %s sev%d cmd%u", note_rule(e->u.note->id)->id, (int)e->u.note->severity,
                   e->u.note->command);
        describe_bytes(out, "evidence", e->u.note->evidence);
        buf_printf(out, " reason%d", (int)e->u.note->reason);
        describe_bytes(out, "list", e->u.note->list);
        break;
    case EV_CAPTURE:
        buf_printf(out, " packets%" PRIu64, e->u.totals->packets);
        break;
    default:
        break;
    }
    buf_add_byte(out, '\n');
}

/* A sink that keeps the text of all it hears; bodies' slices are joined to one line. */
struct describer {
    struct sink sink;
    struct buf text;
    struct buf body;
};

static inline void describer_event(struct sink *self, const struct event *e)
{
    struct describer *d = (struct describer *)self;
    if (e->kind == EV_MESSAGE_DATA) {
        buf_add(&d->body, e->u.body.data);
        return;
    }
    if (d->body.n > 0) {
        describe_bytes(&d->text, "BODY", buf_bytes(&d->body));
        buf_add_byte(&d->text, '\n');
        buf_clear(&d->body);
    }
    describe_event(&d->text, e);
}

static inline bool describer_close(struct sink *self, struct error *err)
{
    (void)self;
    (void)err;
    return true;
}

static inline void describer_init(struct describer *d)
{
    d->sink = (struct sink){.event = describer_event, .close = describer_close};
    buf_init(&d->text, SIZE_MAX / 2);
    buf_init(&d->body, SIZE_MAX / 2);
}

static inline void describer_done(struct describer *d)
{
    buf_done(&d->text);
    buf_done(&d->body);
}

#endif
