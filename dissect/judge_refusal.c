/* Findings over refusals: whom or what a server turned away, with the reason in words. */
#include "dissect/address.h"
#include "dissect/judge_private.h"

#define TEXT_MOST 1000 /* more than a finding holds of it */

static void tell(const struct event *e, enum note_id id, struct bytes evidence, uint32_t command,
                 const struct explanation *x)
{
    struct note n = judge_note(e, id, evidence);
    n.command = command;
    n.reason = x->reason;
    n.list = x->list.n > 0 ? x->list : bytes_of(x->list_name);
    session_judge(e->session, &n);
}

bool judge_refused(const struct reply *r)
{
    return r != NULL && (r->status == REPLY_REFUSE || r->status == REPLY_DEFER);
}

static bool contains(struct bytes text, struct bytes part)
{
    for (size_t at = 0; part.n > 0 && at + part.n <= text.n; at++) {
        if (memcmp(text.p + at, part.p, part.n) == 0) {
            return true;
        }
    }
    return part.n == 0;
}

/* The lines of a reply as one, behind the code where it is not in them, and behind the address
 * where they do not name it. */
static void tell_text(const struct event *e, enum note_id id, struct bytes address, uint16_t code,
                      struct bytes text, uint32_t command, const struct explanation *x)
{
    struct buf b;
    buf_init(&b, TEXT_MOST);
    text = bytes_sub(text, 0, TEXT_MOST);
    if (!contains(text, address)) {
        buf_add_byte(&b, '<');
        buf_add(&b, address);
        buf_add_str(&b, ">: ");
    }
    if (code != 0) {
        buf_printf(&b, "%u ", code);
    }
    for (size_t i = 0; i < text.n; i++) {
        buf_add_byte(&b, text.p[i] == '\n' ? ' ' : text.p[i]);
    }
    tell(e, id, buf_bytes(&b), command, x);
    buf_done(&b);
}

/* RCPT or MAIL; a 503 refuses the command, not whom it names. */
void judge_refused_command(struct judge *j, const struct event *e, const struct command *c,
                           const struct reply *r)
{
    bool rcpt = strcmp(c->verb, "RCPT") == 0, later = r->status == REPLY_DEFER;
    struct explanation x;
    struct path path;
    if (r->code == 503 || (!rcpt && strcmp(c->verb, "MAIL") != 0)) {
        return;
    }
    enum note_id id = !rcpt   ? NOTE_ID_SENDER_REFUSED
                      : later ? NOTE_ID_RECIPIENT_DEFERRED
                              : NOTE_ID_RECIPIENT_REFUSED;
    explain_reply(r, c, e->session->protocol, &x);
    address_path(c->argument, &path);
    tell_text(e, id, path.address, 0, r->raw, c->number, &x);
    if (rcpt && !later) {
        across_recipient_refused(j->across, e);
    }
}

/* DATA, where a recipient had been accepted: without one its refusal is no news. */
void judge_refused_data(const struct event *e, const struct command *c, const struct reply *r)
{
    struct explanation x;
    if (*session_marks(e->session) & MARK_RECIPIENT && r->code != 503) {
        explain_reply(r, c, e->session->protocol, &x);
        tell_text(e, NOTE_ID_DATA_REFUSED, (struct bytes){NULL, 0}, 0, r->raw, c->number, &x);
    }
}

void judge_refused_client(const struct event *e, const struct reply *r)
{
    uint64_t *marks = session_marks(e->session);
    struct explanation x;
    if (*marks & MARK_TOLD(TOLD_REFUSED_CLIENT)) {
        return;
    }
    *marks |= MARK_TOLD(TOLD_REFUSED_CLIENT);
    explain_reply(r, NULL, e->session->protocol, &x);
    tell_text(e, NOTE_ID_CLIENT_REFUSED, (struct bytes){NULL, 0}, 0, r->raw, 0, &x);
}

/* LMTP and PRDR: recipients that were refused after the data, where others were not. */
static void judge_recipients(const struct event *e, const struct message *m)
{
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        const struct recipient *r = &m->recipients[i];
        struct explanation x;
        if (r->final_code >= 400) {
            explain_text(r->final_code, r->final_enhanced, r->final_reply, ".",
                         e->session->protocol, &x);
            tell_text(e,
                      r->final_code < 500 ? NOTE_ID_RECIPIENT_DEFERRED : NOTE_ID_RECIPIENT_REFUSED,
                      r->address, r->final_code, r->final_reply, 0, &x);
        }
    }
}

void judge_refused_message(const struct event *e, const struct message *m)
{
    struct explanation x;
    if (m->outcome != OUTCOME_REJECTED && m->outcome != OUTCOME_DEFERRED) {
        judge_recipients(e, m);
        return;
    }
    explain_text(m->code, m->enhanced, m->reply, ".", e->session->protocol, &x);
    tell_text(e,
              m->outcome == OUTCOME_REJECTED ? NOTE_ID_MESSAGE_REFUSED : NOTE_ID_MESSAGE_DEFERRED,
              (struct bytes){NULL, 0}, m->code, m->reply, 0, &x);
}
