#include "tests/support/render.h"

#include "capture/base/error.h"

#include <inttypes.h>
#include <stdlib.h>

#define TEXT_ROOM  (1u << 30)
#define BODY_SHOWN 600u /* longer bodies are cut in the middle and told by their hash */

struct render_gap {
    uint64_t at, count;
};

struct render_body {
    struct render_body *next;
    uint32_t number;
    struct buf data;
    struct buf gaps; /* struct render_gap each */
};

/* ---- text ---- */

static void escape(struct buf *out, struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        uint8_t c = b.p[i];
        if (c == '\r' || c == '\n' || c == '\t') {
            buf_add_str(out, c == '\r' ? "\\r" : c == '\n' ? "\\n" : "\\t");
        } else if (c == '"' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else if (c < 0x20 || c > 0x7e) {
            buf_printf(out, "\\x%02x", (unsigned)c);
        } else {
            buf_add_byte(out, c);
        }
    }
}

void render_quoted(struct buf *out, struct bytes b)
{
    buf_add_byte(out, '"');
    escape(out, b);
    buf_add_byte(out, '"');
}

/* " name="..."" unless empty. */
static void field(struct buf *out, const char *name, struct bytes b)
{
    if (b.n) {
        buf_printf(out, " %s=", name);
        render_quoted(out, b);
    }
}

static void word_if(struct buf *out, bool on, const char *word)
{
    if (on) {
        buf_printf(out, " %s", word);
    }
}

static char side(enum dir d)
{
    return d == FROM_CLIENT ? 'C' : 'S';
}

static const char *tri_name(enum tri t)
{
    return t == TRI_YES ? "yes" : t == TRI_NO ? "no" : "unknown";
}

static void enhanced(struct buf *out, struct enhanced e)
{
    if (e.class) {
        buf_printf(out, " enhanced=%u.%u.%u", (unsigned)e.class, (unsigned)e.subject,
                   (unsigned)e.detail);
    }
}

/* ---- bodies ---- */

static struct render_body *body_of(struct render *r, uint32_t number)
{
    struct render_body *b = r->bodies;
    while (b && b->number != number) {
        b = b->next;
    }
    if (!b) {
        b = xcalloc(1, sizeof *b);
        b->number = number;
        buf_init(&b->data, TEXT_ROOM);
        buf_init(&b->gaps, TEXT_ROOM);
        b->next = r->bodies;
        r->bodies = b;
    }
    return b;
}

static void body_free(struct render *r, struct render_body *gone)
{
    for (struct render_body **at = &r->bodies; *at; at = &(*at)->next) {
        if (*at == gone) {
            *at = gone->next;
            buf_done(&gone->data);
            buf_done(&gone->gaps);
            free(gone);
            return;
        }
    }
}

static size_t gap_count(const struct render_body *b)
{
    return b->gaps.n / sizeof(struct render_gap);
}

static struct render_gap gap_at(const struct render_body *b, size_t i)
{
    struct render_gap g;
    memcpy(&g, b->gaps.p + i * sizeof g, sizeof g);
    return g;
}

static void body_gap(struct render_body *b, uint64_t count)
{
    struct render_gap g = {b->data.n, count};
    buf_add(&b->gaps, bytes_make(&g, sizeof g));
}

static void body_cut(struct render_body *b, uint64_t keep)
{
    if (keep < b->data.n) {
        b->data.n = (size_t)keep;
    }
    while (gap_count(b) && gap_at(b, gap_count(b) - 1).at > keep) {
        b->gaps.n -= sizeof(struct render_gap);
    }
}

static uint32_t hash(struct bytes b)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < b.n; i++) {
        h = (h ^ b.p[i]) * 16777619u;
    }
    return h;
}

static void body_line(struct buf *out, const struct render_body *b)
{
    struct bytes data = buf_bytes(&b->data);
    size_t at = 0;
    buf_printf(out, "body %u \"", (unsigned)b->number);
    if (data.n > BODY_SHOWN && gap_count(b) == 0) {
        escape(out, bytes_sub(data, 0, 100));
        buf_printf(out, "\" ... %zu bytes, hash %08x", data.n, (unsigned)hash(data));
        buf_add_byte(out, '\n');
        return;
    }
    for (size_t i = 0; i < gap_count(b); i++) {
        struct render_gap g = gap_at(b, i);
        escape(out, bytes_sub(data, at, (size_t)g.at - at));
        buf_printf(out, "[gap %" PRIu64 "]", g.count);
        at = (size_t)g.at;
    }
    escape(out, bytes_from(data, at));
    buf_add_str(out, "\"\n");
}

/* ---- events ---- */

static void line_state(struct buf *out, const struct state_change *s)
{
    buf_printf(out, "state %s > %s", s->from, s->to);
    word_if(out, !s->legal, "illegal");
    field(out, "cause", s->cause);
}

static void line_command(struct buf *out, const struct command *c)
{
    static const struct {
        unsigned flag;
        const char *word;
    } flags[] = {
        {COMMAND_UNKNOWN, "unknown"},     {COMMAND_DATA, "data"},
        {COMMAND_END_OF_DATA, "verdict"}, {COMMAND_PIPELINED, "pipelined"},
        {COMMAND_EARLY, "early"},         {COMMAND_OUT_OF_ORDER, "out-of-order"},
        {COMMAND_TORN, "torn"},           {COMMAND_UNANSWERED, "unanswered"},
        {COMMAND_LF_ONLY, "lf"},
    };
    buf_printf(out, "command %c %u %s ", side(c->dir), (unsigned)c->number,
               c->verb[0] ? c->verb : "?");
    render_quoted(out, c->verb[0] ? c->argument : c->line);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        word_if(out, c->flags & flags[i].flag, flags[i].word);
    }
    field(out, "secret", c->secret);
    if (c->skipped) {
        buf_printf(out, " skipped=%" PRIu64, c->skipped);
    }
}

static const char *status_name(enum reply_status s)
{
    static const char *const names[] = {[REPLY_OK] = "ok",
                                        [REPLY_CONTINUE] = "continue",
                                        [REPLY_DEFER] = "defer",
                                        [REPLY_REFUSE] = "refuse",
                                        [REPLY_ODD] = "odd"};
    return names[s];
}

static void reply_head(struct buf *out, const struct reply *r)
{
    if (r->code) {
        buf_printf(out, "%u", (unsigned)r->code);
    } else {
        buf_add_str(out, status_name(r->status));
    }
}

static void line_reply(struct buf *out, const struct event *e)
{
    const struct reply *r = e->u.reply;
    buf_printf(out, "reply %c %u ", side(r->dir), (unsigned)e->paired_number);
    reply_head(out, r);
    buf_add_byte(out, ' ');
    render_quoted(out, r->raw);
    word_if(out, r->greeting, "greeting");
    word_if(out, r->unasked, "unasked");
    word_if(out, r->intermediate, "intermediate");
    word_if(out, r->torn, "torn");
    enhanced(out, r->enhanced);
    if (r->lines != 1) {
        buf_printf(out, " lines=%u", (unsigned)r->lines);
    }
    field(out, "secret", r->secret);
}

static void line_exchange(struct buf *out, const struct exchange *x)
{
    buf_printf(out, "exchange %u %s ", (unsigned)x->command->number,
               x->command->verb[0] ? x->command->verb : "?");
    if (x->reply) {
        reply_head(out, x->reply);
    } else {
        buf_add_str(out, "unanswered");
    }
    buf_printf(out, " %s > %s", x->command->state_before ? x->command->state_before : "-",
               x->state_after);
    if (x->answer_lines) {
        buf_printf(out, " lines=%u", (unsigned)x->answer_lines);
    }
}

static void line_credential(struct buf *out, const struct credential *c)
{
    buf_printf(out, "credential %s %s ", c->mechanism,
               c->success == TRI_YES  ? "success"
               : c->success == TRI_NO ? "failure"
                                      : "unknown");
    render_quoted(out, c->user);
    buf_add_byte(out, ' ');
    render_quoted(out, c->secret);
    if (c->secret_kind != SECRET_NONE) {
        buf_printf(out, " %s", secret_kind_name(c->secret_kind));
    }
    field(out, "authzid", c->authorization_id);
    field(out, "challenge", c->challenge);
    field(out, "domain", c->domain);
    field(out, "host", c->host);
    word_if(out, c->cancelled, "cancelled");
    word_if(out, c->malformed, "malformed");
    word_if(out, c->encrypted, "encrypted");
    buf_printf(out, " command=%u", (unsigned)c->command);
}

static void line_tls(struct buf *out, const struct tls_info *t)
{
    if (!t) {
        buf_add_str(out, "tls none");
        return;
    }
    buf_printf(out, "tls %s", t->start == TLS_IMPLICIT ? "implicit" : "starttls");
    buf_printf(out, " offered=%04x version=%04x cipher=%04x", (unsigned)t->offered_version,
               (unsigned)t->version, (unsigned)t->cipher);
    field(out, "name", t->server_name);
    field(out, "alpn", t->alpn);
    field(out, "subject", t->subject);
    field(out, "issuer", t->issuer);
    word_if(out, t->self_signed, "self-signed");
    word_if(out, t->established, "established");
    if (t->alert) {
        buf_printf(out, " alert=%u", (unsigned)t->alert_code);
    }
}

static void recipients(struct buf *out, const struct message *m)
{
    static const char *const fates[] = {[RCPT_UNKNOWN] = "unknown",
                                        [RCPT_ACCEPTED] = "accepted",
                                        [RCPT_REFUSED] = "refused",
                                        [RCPT_DEFERRED] = "deferred"};
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        const struct recipient *r = &m->recipients[i];
        buf_add_str(out, " to=");
        render_quoted(out, r->address);
        buf_printf(out, ":%u:%s", (unsigned)r->code, fates[r->fate]);
        if (r->final_code) {
            buf_printf(out, ":%u", (unsigned)r->final_code);
        }
    }
    if (m->recipient_total != m->recipient_count) {
        buf_printf(out, " recipients=%u", (unsigned)m->recipient_total);
    }
}

static void envelope(struct buf *out, const struct message *m)
{
    if (m->has_envelope) {
        if (m->mail_from.p) {
            buf_add_str(out, " from=");
            render_quoted(out, m->mail_from);
        }
        field(out, "parameters", m->mail_parameters);
        recipients(out, m);
    }
    if (m->mailbox_number) {
        buf_printf(out, " number=%" PRIu64, m->mailbox_number);
    }
    if (m->has_declared) {
        buf_printf(out, " declared=%" PRIu64, m->declared_octets);
    }
    if (m->has_lines) {
        buf_printf(out, " lines=%" PRIu64, m->lines);
    }
    field(out, "uid", m->uid);
}

static void line_message(struct buf *out, const struct message *m)
{
    buf_printf(out, "message %c %u %s %s %s %" PRIu64, side(m->dir), (unsigned)m->number,
               transfer_name(m->transfer), outcome_name(m->outcome),
               m->complete ? "complete" : "partial", m->bytes);
    if (m->missing) {
        buf_printf(out, " missing=%" PRIu64, m->missing);
    }
    if (m->code) {
        buf_printf(out, " code=%u", (unsigned)m->code);
    }
    enhanced(out, m->enhanced);
    envelope(out, m);
    field(out, "queue", m->queue_id);
    if (m->end_of_data) {
        buf_printf(out, " eod=%s", m->end_of_data);
    }
}

static void header_lines(struct buf *out, const struct message *m)
{
    static const char *const names[HEADER_COUNT] = {
        "from",    "sender",     "reply-to", "to",           "cc",       "bcc",
        "subject", "message-id", "date",     "content-type", "x-mailer", "user-agent"};
    for (enum header_field i = 0; i < HEADER_COUNT; i++) {
        if (message_header(m, i).p) {
            buf_printf(out, "header %u %s ", (unsigned)m->number, names[i]);
            render_quoted(out, message_header(m, i));
            buf_add_byte(out, '\n');
        }
    }
}

static void numbers(struct buf *out, const char *name, const uint64_t *list, uint32_t count)
{
    buf_printf(out, " %s=", name);
    for (uint32_t i = 0; i < count; i++) {
        buf_printf(out, "%s%" PRIu64, i ? "," : "", list[i]);
    }
}

static void line_mailbox(struct buf *out, const struct mailbox *m)
{
    buf_add_str(out, "mailbox ");
    render_quoted(out, m->name);
    if (m->has_messages) {
        buf_printf(out, " messages=%" PRIu64 " octets=%" PRIu64, m->messages, m->octets);
    }
    numbers(out, "retrieved", m->retrieved, m->retrieved_count);
    numbers(out, "deleted", m->deleted, m->deleted_count);
    buf_printf(out, " committed=%s\n", tri_name(m->committed));
    if (m->before != NULL) {
        buf_add_str(out, "before ");
        line_mailbox(out, m->before);
    }
}

static void line_close(struct buf *out, const struct session_info *s)
{
    if (s->capabilities.n) {
        buf_add_str(out, "capabilities ");
        render_quoted(out, s->capabilities);
        buf_add_byte(out, '\n');
    }
    if (s->mailbox) {
        line_mailbox(out, s->mailbox);
    }
    buf_printf(out, "close %s %s %s commands=%u messages=%u login=%s", s->protocol, s->state,
               session_end_name(s->end), (unsigned)s->commands, (unsigned)s->messages,
               tri_name(s->login));
    field(out, "user", s->user);
    field(out, "client", s->client_name);
    field(out, "banner", s->banner);
    field(out, "reply", s->last_reply);
    if (s->missing || s->gaps) {
        buf_printf(out, " missing=%" PRIu64 " gaps=%u", s->missing, (unsigned)s->gaps);
    }
    if (s->has_transaction) {
        buf_add_str(out, " sender=");
        render_quoted(out, s->first_sender);
        field(out, "recipient", s->first_recipient);
        buf_printf(out, " first=%s", outcome_name(s->first_outcome));
    }
    word_if(out, s->midstream, "midstream");
    word_if(out, s->one_sided, "one-sided");
    word_if(out, s->roles_swapped, "swapped");
    word_if(out, s->truncated, "truncated");
}

static void line_note(struct buf *out, const struct note *n)
{
    const struct note_rule *rule = note_rule(n->id);
    buf_printf(out, "note %c %s %s ", side(n->dir), rule->id, severity_name(n->severity));
    render_quoted(out, n->evidence);
    field(out, "other", n->other);
    if (n->command) {
        buf_printf(out, " command=%u", (unsigned)n->command);
    }
}

static void message_event(struct render *r, const struct event *e)
{
    struct buf *out = &r->text;
    const struct message *m = e->u.message;
    char d = side(m->dir);
    if (e->kind == EV_MESSAGE_BEGIN) {
        buf_printf(out, "begin %c %u %s", d, (unsigned)m->number, transfer_name(m->transfer));
    } else if (e->kind == EV_MESSAGE_END) {
        buf_printf(out, "end %c %u %s %" PRIu64, d, (unsigned)m->number,
                   m->complete ? "complete" : "partial", m->bytes);
    } else {
        line_message(out, m);
        buf_add_byte(out, '\n');
        header_lines(out, m);
        struct render_body *b = body_of(r, m->number);
        body_line(out, b);
        body_free(r, b);
        return;
    }
    buf_add_byte(out, '\n');
}

static void body_event(struct render *r, const struct event *e)
{
    struct render_body *b = body_of(r, e->u.body.message->number);
    if (e->kind == EV_MESSAGE_DATA) {
        buf_add(&b->data, e->u.body.data);
    } else if (e->kind == EV_MESSAGE_GAP) {
        body_gap(b, e->u.body.count);
    } else {
        body_cut(b, e->u.body.count);
        buf_printf(&r->text, "cut %u %" PRIu64 "\n", (unsigned)b->number, e->u.body.count);
    }
}

static void session_event(struct buf *out, const struct event *e)
{
    switch (e->kind) {
    case EV_OPEN:
        buf_printf(out, "open %s", e->session->protocol);
        break;
    case EV_STATE:
        line_state(out, e->u.state);
        break;
    case EV_COMMAND:
        line_command(out, e->u.command);
        break;
    case EV_REPLY:
        line_reply(out, e);
        break;
    case EV_LINE:
        buf_printf(out, "line %c ", side(e->dir));
        render_quoted(out, e->u.text);
        break;
    case EV_EXCHANGE:
        line_exchange(out, e->u.exchange);
        break;
    case EV_CREDENTIAL:
        line_credential(out, e->u.credential);
        break;
    case EV_TLS:
        line_tls(out, e->session->tls);
        break;
    case EV_GAP:
        buf_printf(out, "gap %c %" PRIu64, side(e->dir), e->u.gap->missing);
        break;
    case EV_NOTE:
        line_note(out, e->u.note);
        break;
    case EV_CLOSE:
        line_close(out, e->session);
        break;
    default:
        buf_printf(out, "%s", event_kind_name(e->kind));
        break;
    }
    buf_add_byte(out, '\n');
}

static void on_event(struct sink *self, const struct event *e)
{
    struct render *r = (struct render *)self;
    r->misplaced |= e->kind != EV_CAPTURE && (e->kind == EV_OPEN) == r->open;
    if (e->kind == EV_MESSAGE_DATA || e->kind == EV_MESSAGE_GAP || e->kind == EV_MESSAGE_CUT) {
        body_event(r, e);
    } else if (e->kind == EV_MESSAGE_BEGIN || e->kind == EV_MESSAGE_END || e->kind == EV_MESSAGE) {
        message_event(r, e);
    } else {
        session_event(&r->text, e);
    }
    r->open = e->kind != EV_CLOSE && (r->open || e->kind == EV_OPEN);
    if (e->kind == EV_CLOSE && r->bodies) { /* a message without its EV_MESSAGE */
        buf_add_str(&r->text, "unfinished message\n");
        r->misplaced = true;
    }
}

static bool on_close(struct sink *self, struct error *err)
{
    (void)self;
    (void)err;
    return true;
}

void render_init(struct render *r)
{
    *r = (struct render){.sink = {.event = on_event, .close = on_close}};
    buf_init(&r->text, TEXT_ROOM);
}

void render_done(struct render *r)
{
    while (r->bodies) {
        body_free(r, r->bodies);
    }
    buf_done(&r->text);
}
