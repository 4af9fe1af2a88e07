/* Replies that decide on messages: one a message, with LMTP one a recipient (RFC 2033 4.2), with
 * PRDR a 353, one a recipient and the final one (draft-hall-prdr).
 */
#include "dissect/reply.h"
#include "dissect/smtp.h"

#define CODE_CLOSING 421 /* any command may get it: the connection is given up */

static enum outcome outcome_of(const struct reply *r)
{
    switch (r->status) {
    case REPLY_OK:
        return OUTCOME_ACCEPTED;
    case REPLY_DEFER:
        return OUTCOME_DEFERRED;
    case REPLY_REFUSE:
        return OUTCOME_REJECTED;
    case REPLY_CONTINUE:
    case REPLY_ODD:
        break;
    }
    return OUTCOME_UNKNOWN;
}

/* Servers say so of chunks: "250- 305 byte chunk, total 305" (Exim), "CHUNK received OK, 86 octets"
 * (Exchange), "2.0.0 Ok: 305 bytes queued as ..." (Postfix). No less: Exchange repeats the
 * Message-ID, which is the sender's choice. */
bool smtp_tells_chunk(const struct reply *r)
{
    size_t ok = bytes_search(r->raw, "Ok: ", 0), n = 0;
    uint64_t count;
    bool counts = ok != SIZE_MAX &&
                  bytes_leading_u64(bytes_from(r->raw, ok + strlen("Ok: ")), &count, &n) &&
                  bytes_starts(bytes_from(r->raw, ok + strlen("Ok: ") + n), " bytes");
    return r->status == REPLY_OK && (counts || bytes_search(r->raw, "byte chunk", 0) != SIZE_MAX ||
                                     bytes_search(r->raw, "chunk received", 0) != SIZE_MAX);
}

void smtp_verdict_fill(const struct session *s, struct transaction *t, const struct reply *r)
{
    struct message *m = t->message;
    bool end_seen = t->body_over && !t->end_lost; /* a dot on its own line: no chunk has one */
    if (t->begin_lost && !end_seen && smtp_tells_chunk(r)) {
        m->transfer = TRANSFER_BDAT;
    }
    m->outcome = outcome_of(r);
    m->code = r->code;
    m->enhanced = r->enhanced;
    m->reply = smtp_reply_kept(s, r, session_message_arena(m));
    m->queue_id = reply_queue_id(m->reply);
    if (r->torn && m->queue_id.n > 0 && m->queue_id.p + m->queue_id.n == m->reply.p + m->reply.n) {
        m->queue_id.n = 0; /* more of it may be missing */
    }
    if (end_seen) {
        m->wait = r->time > m->end_time ? r->time - m->end_time : 0;
    }
}

/* Recipients that get a reply of their own: all but the refused ones. */
static uint32_t verdicts_due(const struct transaction *t)
{
    uint32_t n = t->accepted;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct recipient *r = &t->recipients[i];
        n += r->code == 0 && (r->fate == RCPT_UNKNOWN || r->final_code != 0); /* reply not seen */
    }
    return n;
}

struct verdict {
    struct verdict *next;
    uint16_t code;
    struct enhanced enhanced;
    enum recipient_fate fate;
    struct bytes text;
};

/* No greeting was seen, as it was lost: it may have been LMTP's. */
static bool may_be_lmtp(const struct smtp *x)
{
    return !x->lmtp && x->unsure && !x->helloed;
}

static bool asks_for_prdr(const struct transaction *t)
{
    return t->prdr || bytes_search(t->mail_parameters, "PRDR", 0) != SIZE_MAX;
}

/* "2.0.0 <a@example> queued": does the text begin with that recipient? */
static bool names(struct bytes text, const struct recipient *r)
{
    struct enhanced e;
    reply_enhanced(text, &e, &text);
    struct bytes name = bytes_from(text, 1);
    return r->address.n > 0 && bytes_at(text, 0) == '<' && bytes_at(name, r->address.n) == '>' &&
           bytes_equal(bytes_sub(name, 0, r->address.n), r->address);
}

static bool names_one(const struct transaction *t, const struct reply *r)
{
    struct bytes text;
    uint16_t code;
    bool more;
    reply_smtp_line(bytes_sub(r->raw, 0, bytes_find(r->raw, '\n', 0)), &code, &more, &text);
    for (uint32_t i = 0; i < t->count && i < 100; i++) {
        if (names(text, &t->recipients[i])) {
            return true;
        }
    }
    return false;
}

/* How many verdicts come is not known: only the client's going on ends them. */
static bool is_open_ended(const struct transaction *t)
{
    return t->verdicts_cut || t->commands_lost || t->headless;
}

bool smtp_verdict_goes_on(struct session *s, const struct pending *p, const struct reply *r)
{
    struct smtp *x = smtp_of(s);
    const struct transaction *t = smtp_transaction_real(p->exchange);
    if (t == NULL || (p->tag == SMTP_BDAT && p->number == 0)) {
        return false;
    }
    uint32_t due = verdicts_due(t);
    if (may_be_lmtp(x) && !asks_for_prdr(t) && (p->answers > 0 || names_one(t, r))) {
        smtp_become_lmtp(s);
    }
    if (is_open_ended(t) && (x->lmtp || asks_for_prdr(t))) {
        return true;
    }
    if (x->lmtp) {
        return p->answers + 1 < due;
    }
    if (p->answers == 0) {
        return r->code == CODE_PRDR || (may_be_lmtp(x) && due > 1);
    }
    return p->answers < 1 + due;
}

bool smtp_verdict_is_open(struct session *s, const struct pending *p)
{
    const struct smtp *x = smtp_of(s);
    return (p->tag == SMTP_VERDICT || p->tag == SMTP_BDAT) && p->answers > 0 &&
           (x->replies_lost || x->unsure);
}

/* ---- one a recipient ---- */

#define LOST_RECIPIENTS 100 /* whose verdicts are kept, too */

static void keep_verdict(const struct session *s, struct transaction *t, const struct reply *r)
{
    struct verdict *v = arena_alloc(&t->arena, sizeof *v);
    if (v == NULL || t->verdict_count > t->count + LOST_RECIPIENTS) {
        return;
    }
    *v = (struct verdict){.code = r->code,
                          .enhanced = r->enhanced,
                          .text = smtp_reply_kept(s, r, &t->arena),
                          .fate = smtp_ok(r)                  ? RCPT_ACCEPTED
                                  : r->status == REPLY_DEFER  ? RCPT_DEFERRED
                                  : r->status == REPLY_REFUSE ? RCPT_REFUSED
                                                              : RCPT_UNKNOWN};
    *(t->verdicts != NULL ? t->last_verdict : &t->verdicts) = v;
    t->last_verdict = &v->next;
    t->verdict_count++;
}

static void assign(struct recipient *to, const struct verdict *v)
{
    to->final_code = v->code;
    to->final_enhanced = v->enhanced;
    to->final_reply = v->text;
    to->fate = v->fate;
}

/* Each from v on to the next recipient that was not refused; to those known to be accepted alone,
 * where no more came than there are of these. */
static void assign_in_order(struct transaction *t, const struct verdict *v, bool accepted_only)
{
    for (uint32_t i = 0; i < t->count && v != NULL; i++) {
        enum recipient_fate fate = t->recipients[i].fate;
        if (fate == RCPT_ACCEPTED || (fate == RCPT_UNKNOWN && !accepted_only)) {
            assign(&t->recipients[i], v);
            v = v->next;
        }
    }
}

/* Some are missing: only those that name their recipient can be placed. */
static void assign_by_name(struct transaction *t)
{
    uint32_t i = 0;
    for (const struct verdict *v = t->verdicts; v != NULL; v = v->next) {
        uint32_t at = i;
        while (at < t->count && !names(v->text, &t->recipients[at])) {
            at++;
        }
        if (at < t->count) {
            assign(&t->recipients[at], v);
            i = at + 1;
        }
    }
}

static const struct verdict *verdict_behind(const struct transaction *t, uint32_t n)
{
    const struct verdict *v = t->verdicts;
    while (v != NULL && n-- > 0) {
        v = v->next;
    }
    return v;
}

static void assign_verdicts(struct session *s, struct transaction *t)
{
    bool whole = !is_open_ended(t);
    uint32_t count = t->verdict_count - (t->prdr && !whole); /* without the final one */
    uint32_t due = verdicts_due(t);
    bool all = count == due;
    if (t->verdicts == NULL || (!smtp_of(s)->lmtp && !t->prdr)) {
        return;
    }
    if ((all && !t->verdicts_cut) || (whole && count == t->accepted)) {
        assign_in_order(t, t->verdicts, !all);
    } else if (whole && !smtp_of(s)->replies_lost) {
        assign_in_order(t, t->verdicts, false); /* the connection ended before the last one */
    } else if (t->headless && !t->verdicts_cut && !t->commands_lost && count > due) {
        assign_in_order(t, verdict_behind(t, count - due),
                        false); /* the first ones were not seen */
    } else {
        assign_by_name(t);
    }
    t->verdicts = NULL;
}

/* Of several verdicts the best one stands for the message: it was delivered to somebody. */
static bool is_better(const struct transaction *t, const struct pending *p, const struct reply *r)
{
    static const uint8_t rank[] = {
        [OUTCOME_UNKNOWN] = 0,  [OUTCOME_REJECTED] = 1,  [OUTCOME_DEFERRED] = 2,
        [OUTCOME_ACCEPTED] = 3, [OUTCOME_RETRIEVED] = 0, [OUTCOME_INCOMPLETE] = 0,
    };
    return p->answers == 0 || rank[outcome_of(r)] > rank[t->message->outcome];
}

void smtp_message_tell(struct session *s, struct transaction *t)
{
    struct message *m = t->message;
    if (m != NULL) {
        bool refused = (m->outcome == OUTCOME_REJECTED || m->outcome == OUTCOME_DEFERRED) &&
                       m->code != CODE_CLOSING;
        if (!t->body_over && !refused) {
            m->outcome = OUTCOME_INCOMPLETE;
        }
        assign_verdicts(s, t);
        smtp_envelope(t);
        session_message_verdict(s, &t->message);
    }
}

static void conclude(struct session *s, struct transaction *t, const struct frame *f)
{
    if (t->message == NULL) {
        return;
    }
    smtp_of(s)->nothing_open = true;
    if (t->body_over) {
        smtp_message_tell(s, t);
    } else {
        t->decided = true; /* the chunk is still under way */
    }
    smtp_ready(s, f);
}

void smtp_verdict(struct session *s, struct pending *p, const struct reply *r,
                  const struct frame *f)
{
    struct transaction *t = smtp_transaction_real(p->exchange);
    if (t == NULL || t->message == NULL) {
        return;
    }
    if (r == NULL) {
        if (t->body_over) {
            smtp_message_tell(s, t);
        }
        return;
    }
    bool goes_on = smtp_verdict_goes_on(s, p, r), lmtp = smtp_of(s)->lmtp;
    t->prdr = t->prdr || r->code == CODE_PRDR || (!lmtp && is_open_ended(t) && asks_for_prdr(t));
    if (lmtp || (goes_on && r->code != CODE_PRDR)) {
        keep_verdict(s, t, r);
    }
    if (t->prdr ? !goes_on || is_open_ended(t) : is_better(t, p, r)) {
        smtp_verdict_fill(s, t, r);
    }
    p->answers++;
    if (!goes_on) {
        conclude(s, t, f);
    }
}

void smtp_bdat_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f)
{
    struct transaction *t = smtp_transaction_real(p->exchange);
    bool legal = !(p->command.flags & COMMAND_OUT_OF_ORDER);
    if (smtp_ok(r)) {
        session_set_state(s, "BDAT", f, legal);
    }
    if (p->number == 1) {
        smtp_verdict(s, p, r, f);
    } else if (smtp_refused(r) && t != NULL && t->message != NULL) {
        smtp_verdict_fill(s, t, r);
    }
}
