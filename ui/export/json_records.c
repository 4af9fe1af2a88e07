/* The NDJSON records of messages, credentials, findings and commands. */
#include "dissect/mask.h"
#include "dissect/mime.h"
#include "ui/export/json_record.h"

#include <stdlib.h>

/* ---- mailwire.message: email.*
 * ------------------------------------------------------------------- */

/* A header's text, decoded; the message's declared charset helps with raw 8-bit. */
static void header_text(struct json_export *x, const char *key, const struct message *m,
                        enum header_field f)
{
    struct bytes raw = message_header(m, f);
    if (raw.p == NULL) {
        return;
    }
    if (mime_is_plain(raw)) {
        json_text(&x->j, key, raw);
        return;
    }
    buf_clear(&x->text);
    mime_header_text_in(raw, mime_charset(message_header(m, HEADER_CONTENT_TYPE)), &x->text);
    json_text(&x->j, key, buf_bytes(&x->text));
}

struct address_array {
    struct json *j;
    const char *key;
    bool open;
};

static void add_address(void *arg, struct bytes address)
{
    struct address_array *a = arg;
    if (!a->open) {
        json_open(a->j, a->key);
        json_open_array(a->j, "address");
        a->open = true;
    }
    json_item_text(a->j, address);
}

/* {"from":{"address":[...]}}; nothing where there is no address. */
static void address_array(struct json_export *x, const char *key, const struct message *m,
                          enum header_field f)
{
    if (message_header(m, f).n == 0) {
        return;
    }
    struct address_array a = {.j = &x->j, .key = key};
    mime_addresses(message_header(m, f), add_address, &a);
    if (a.open) {
        json_close_array(&x->j, "address");
        json_close(&x->j);
    }
}

static void first_address(void *arg, struct bytes address)
{
    struct address_array *a = arg;
    if (!a->open) {
        json_open(a->j, a->key);
        json_text(a->j, "address", address);
        json_close(a->j);
        a->open = true;
    }
}

/* The identifier without its angle brackets, as ECS has it. */
static void message_id(struct json *j, struct bytes raw)
{
    raw = bytes_trim(raw);
    if (bytes_at(raw, 0) == '<' && bytes_find(raw, '>', 0) == raw.n - 1) {
        raw = bytes_sub(raw, 1, raw.n - 2);
    }
    record_optional(j, "message_id", raw);
}

static void media_type(struct json_export *x, struct bytes content_type)
{
    struct bytes type = mime_media_type(content_type);
    buf_clear(&x->text);
    for (size_t i = 0; i < type.n; i++) {
        buf_add_byte(&x->text, (uint8_t)ascii_lower(type.p[i]));
    }
    record_optional(&x->j, "content_type", buf_bytes(&x->text));
}

static void email_object(struct json_export *x, const struct message *m)
{
    struct json *j = &x->j;
    int64_t date = 0;
    size_t before = j->out->n;
    json_open(j, "email");
    size_t empty = j->out->n;
    address_array(x, "from", m, HEADER_FROM);
    if (message_header(m, HEADER_SENDER).n > 0) {
        struct address_array a = {.j = j, .key = "sender"};
        mime_addresses(message_header(m, HEADER_SENDER), first_address, &a);
    }
    address_array(x, "reply_to", m, HEADER_REPLY_TO);
    address_array(x, "to", m, HEADER_TO);
    address_array(x, "cc", m, HEADER_CC);
    address_array(x, "bcc", m, HEADER_BCC);
    header_text(x, "subject", m, HEADER_SUBJECT);
    message_id(j, message_header(m, HEADER_MESSAGE_ID));
    if (message_header(m, HEADER_DATE).n > 0 && mime_date(message_header(m, HEADER_DATE), &date)) {
        json_time(j, "origination_timestamp", date);
    }
    if (message_header(m, HEADER_CONTENT_TYPE).n > 0) {
        media_type(x, message_header(m, HEADER_CONTENT_TYPE));
    }
    header_text(x, "x_mailer", m,
                message_header(m, HEADER_X_MAILER).p != NULL ? HEADER_X_MAILER : HEADER_USER_AGENT);
    if (m->mime != NULL) {
        record_attachments(x, m->mime);
    }
    if (j->out->n == empty) { /* a message without a header, or without any of these fields */
        j->out->n = before;
        return;
    }
    json_close(j);
}

/* ---- mailwire.message: the transfer ---- */

static void put_recipient(struct json *j, const struct recipient *r)
{
    json_open(j, NULL);
    if (r->address.p != NULL) { /* it was seen whole */
        json_text(j, "address", r->address);
    }
    if (r->fate != RCPT_UNKNOWN) {
        json_bool(j, "accepted", r->fate == RCPT_ACCEPTED);
    }
    if (r->code != 0) {
        json_u64(j, "code", r->code);
    }
    record_enhanced(j, "enhanced_code", &r->enhanced);
    record_optional(j, "reply", r->reply);
    record_optional(j, "parameters", r->parameters);
    if (r->final_code != 0) {
        json_u64(j, "final_code", r->final_code);
        record_enhanced(j, "final_enhanced_code", &r->final_enhanced);
        record_optional(j, "final_reply", r->final_reply);
    }
    json_close(j);
}

static void envelope_object(struct json *j, const struct message *m)
{
    json_open(j, "envelope");
    if (m->mail_from.p != NULL) { /* MAIL was seen whole */
        json_text(j, "mail_from", m->mail_from);
    }
    record_optional(j, "mail_parameters", m->mail_parameters);
    json_open_array(j, "rcpt_to");
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        put_recipient(j, &m->recipients[i]);
    }
    json_close_array(j, "rcpt_to");
    if (m->recipient_total > m->recipient_count) {
        json_u64(j, "rcpt_total", m->recipient_total);
    }
    json_close(j);
}

/* None for a message of SMTP, of which the envelope was not seen either. */
static void mailbox_object(struct json *j, const struct message *m)
{
    if (m->mailbox_number == 0 && m->uid.n == 0 && !m->has_declared && !m->has_lines) {
        return;
    }
    json_open(j, "mailbox");
    if (m->mailbox_number != 0) {
        json_u64(j, "number", m->mailbox_number);
    }
    record_optional(j, "uid", m->uid);
    if (m->has_declared) {
        json_u64(j, "declared_octets", m->declared_octets);
    }
    if (m->has_lines) {
        json_u64(j, "lines", m->lines);
    }
    json_close(j);
}

static void final_reply(struct json *j, const struct message *m)
{
    if (m->code == 0 && m->reply.n == 0) {
        return;
    }
    json_open(j, "reply");
    if (m->code != 0) {
        json_u64(j, "code", m->code);
    }
    record_enhanced(j, "enhanced_code", &m->enhanced);
    record_optional(j, "text", m->reply);
    json_close(j);
}

static void transfer_fields(struct json *j, const struct message *m)
{
    json_u64(j, "number", m->number);
    json_word(j, "transfer", transfer_name(m->transfer));
    json_word(j, "outcome", outcome_name(m->outcome));
    json_bool(j, "complete", m->complete);
    json_u64(j, "bytes", m->bytes);
    json_u64(j, "missing_bytes", m->missing);
    if (m->has_sha256) {
        json_open(j, "hash");
        json_hex(j, "sha256", bytes_make(m->sha256, sizeof m->sha256));
        json_close(j);
    }
    if (m->file != NULL) {
        json_text(j, "file", bytes_of(m->file));
    }
    json_u64(j, "duration", m->end_time > m->time ? (uint64_t)(m->end_time - m->time) : 0);
    if (m->wait >= 0) {
        json_u64(j, "wait", (uint64_t)m->wait);
    }
    record_optional(j, "queue_id", m->queue_id);
    if (m->end_of_data != NULL) {
        json_text(j, "end_of_data", bytes_of(m->end_of_data));
    }
    if (m->header_cut) {
        json_bool(j, "header_truncated", true);
    }
}

static const char *message_event_outcome(enum outcome o)
{
    static const char *const names[] = {
        [OUTCOME_UNKNOWN] = "unknown",   [OUTCOME_ACCEPTED] = "success",
        [OUTCOME_REJECTED] = "failure",  [OUTCOME_DEFERRED] = "failure",
        [OUTCOME_RETRIEVED] = "success", [OUTCOME_INCOMPLETE] = "failure",
    };
    return names[o];
}

void record_message(struct json_export *x, const struct event *e)
{
    const struct message *m = e->u.message;
    struct json *j = &x->j;
    record_begin(x, SET_MESSAGE, m->time);
    json_word(j, "outcome", message_event_outcome(m->outcome));
    json_close(j);
    email_object(x, m);
    record_origin(x, e->session, false);
    json_close(j);
    json_open(j, "message");
    transfer_fields(j, m);
    final_reply(j, m);
    if (m->has_envelope) {
        envelope_object(j, m);
    } else {
        mailbox_object(j, m);
    }
    if (m->mime != NULL) {
        record_parts(x, m->mime);
    }
    json_raw(j, "}}");
    record_end(x);
}

/* ---- mailwire.credential ---- */

static void credential_fields(struct json_export *x, const struct credential *c)
{
    struct json *j = &x->j;
    json_text(j, "mechanism", bytes_of(c->mechanism));
    record_optional(j, "authorization_id", c->authorization_id);
    if (c->secret.n > 0 || c->secret_kind == SECRET_PASSWORD) {
        json_text(j, "secret", x->config->show_secrets ? c->secret : bytes_of(MASKED));
    }
    if (c->secret_kind != SECRET_NONE) {
        json_word(j, "secret_kind", secret_kind_name(c->secret_kind));
    }
    record_optional(j, "challenge", c->challenge);
    record_optional(j, "domain", c->domain);
    record_optional(j, "host", c->host);
    json_word(j, "outcome", record_tri(c->success));
    json_bool(j, "encrypted", c->encrypted);
    if (c->cancelled) {
        json_bool(j, "cancelled", true);
    }
    if (c->malformed) {
        json_bool(j, "malformed", true);
    }
}

void record_credential(struct json_export *x, const struct event *e)
{
    const struct credential *c = e->u.credential;
    struct json *j = &x->j;
    record_begin(x, SET_CREDENTIAL, c->time);
    json_word(j, "outcome", record_tri(c->success));
    json_close(j);
    if (c->user.n > 0) {
        json_open(j, "user");
        json_text(j, "name", c->user);
        json_close(j);
    }
    record_origin(x, e->session, false);
    json_close(j);
    json_open(j, "credential");
    credential_fields(x, c);
    json_raw(j, "}}");
    record_end(x);
}

/* ---- mailwire.finding ---- */

static void rule_object(struct json *j, const struct note_rule *rule)
{
    json_open(j, "rule");
    json_word(j, "id", rule->id);
    json_text(j, "name", bytes_of(rule->sentence));
    json_word(j, "category", rule->category);
    json_text(j, "description", bytes_of(rule->advice));
    record_optional(j, "reference", bytes_of(rule->reference));
    json_close(j);
}

static void reason_object(struct json *j, const struct note *n)
{
    const struct reason_row *why = explain_reason(n->reason);
    json_open(j, "reason");
    json_word(j, "name", why->name);
    json_text(j, "description", bytes_of(why->sentence));
    json_text(j, "side", bytes_of(explain_side(why->side)));
    json_text(j, "advice", bytes_of(why->advice));
    record_optional(j, "block_list", n->list);
    json_close(j);
}

static void finding_fields(struct json_export *x, const struct note *n)
{
    struct json *j = &x->j;
    json_word(j, "severity", severity_name(n->severity));
    record_optional(j, "evidence", n->evidence);
    record_optional(j, "other", n->other);
    if (n->reason != REASON_NONE) {
        reason_object(j, n);
    }
    if (n->command != 0) {
        json_u64(j, "command", n->command);
    }
    if (n->session_count > 0) {
        json_open_array(j, "sessions");
        for (uint32_t i = 0; i < n->session_count; i++) {
            json_item_text(j, bytes_of(n->sessions[i]));
        }
        json_close_array(j, "sessions");
    }
}

void record_finding(struct json_export *x, const struct event *e)
{
    const struct note *n = e->u.note;
    struct json *j = &x->j;
    record_begin(x, SET_FINDING, n->time);
    json_u64(j, "severity", n->severity);
    json_close(j);
    rule_object(j, note_rule(n->id));
    if (e->session != NULL) {
        record_origin(x, e->session, false);
        json_close(j);
    } else {
        record_no_session(x);
    }
    json_open(j, "finding");
    finding_fields(x, n);
    json_raw(j, "}}");
    record_end(x);
}

/* ---- mailwire.command ---- */

/* A part of a line, without its secret. */
static void masked_text(struct json_export *x, const char *key, struct bytes text,
                        struct bytes secret)
{
    if (secret.n == 0 || x->config->show_secrets) {
        record_optional(&x->j, key, text);
        return;
    }
    buf_clear(&x->text);
    mask_add(&x->text, text, secret, false);
    record_optional(&x->j, key, buf_bytes(&x->text));
}

static void put_verb(struct json_export *x, const struct command *c)
{
    if (c->verb[0] != '\0') {
        json_word(&x->j, "verb", c->verb);
        return;
    }
    buf_clear(&x->text);
    for (size_t i = 0; i < c->word.n; i++) {
        buf_add_byte(&x->text, (uint8_t)ascii_upper(c->word.p[i]));
    }
    json_text(&x->j, "verb", buf_bytes(&x->text));
}

static const char *status_name(enum reply_status s)
{
    static const char *const names[] = {
        [REPLY_OK] = "ok",          [REPLY_CONTINUE] = "continue", [REPLY_DEFER] = "deferred",
        [REPLY_REFUSE] = "refused", [REPLY_ODD] = "odd",
    };
    return names[s];
}

static void reply_object(struct json_export *x, const struct reply *r)
{
    struct json *j = &x->j;
    struct reply shown = *r;
    struct buf masked;
    buf_init(&masked, SIZE_MAX);
    if (r->secret.n > 0) {
        mask_add(&masked, r->raw, r->secret, x->config->show_secrets);
        shown.raw = buf_bytes(&masked);
    }
    json_open(j, "reply");
    if (r->code != 0) {
        json_u64(j, "code", r->code);
    }
    record_enhanced(j, "enhanced_code", &r->enhanced);
    json_word(j, "status", status_name(r->status));
    buf_clear(&x->text);
    reply_text(&shown, &x->text);
    record_optional(j, "text", buf_bytes(&x->text));
    json_u64(j, "lines", r->lines);
    json_close(j);
    buf_done(&masked);
}

/* Each packet once; they ascend but for a reply captured before its command. */
static void packet_list(struct json *j, const struct command *c, const struct reply *r)
{
    uint64_t list[] = {c->packet, c->last_packet, r ? r->packet : 0, r ? r->last_packet : 0};
    json_open_array(j, "packets");
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        bool known = list[i] == 0;
        for (size_t k = 0; k < i; k++) {
            known = known || list[k] == list[i];
        }
        if (!known) {
            json_item_u64(j, list[i]);
        }
    }
    json_close_array(j, "packets");
}

static const char *command_event_outcome(const struct reply *r)
{
    if (r == NULL || r->status == REPLY_ODD) {
        return "unknown";
    }
    return r->status == REPLY_OK || r->status == REPLY_CONTINUE ? "success" : "failure";
}

void record_command(struct json_export *x, const struct event *e)
{
    const struct exchange *ex = e->u.exchange;
    const struct command *c = ex->command;
    struct json *j = &x->j;
    if (!x->config->commands || (c->flags & (COMMAND_DATA | COMMAND_END_OF_DATA)) != 0) {
        return;
    }
    record_begin(x, SET_COMMAND, c->time);
    json_word(j, "outcome", command_event_outcome(ex->reply));
    json_close(j);
    record_origin(x, e->session, false);
    json_close(j);
    json_open(j, "command");
    json_u64(j, "number", c->number);
    put_verb(x, c);
    masked_text(x, "argument", c->argument, c->secret);
    masked_text(x, "line", c->line, c->secret);
    json_word(j, "state_before", c->state_before);
    json_word(j, "state_after", ex->state_after);
    if (ex->latency >= 0) {
        json_u64(j, "latency", (uint64_t)ex->latency);
    }
    if (ex->reply != NULL) {
        reply_object(x, ex->reply);
    }
    packet_list(j, c, ex->reply);
    json_raw(j, "}}");
    record_end(x);
}
