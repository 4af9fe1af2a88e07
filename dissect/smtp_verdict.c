/* Replies that decide on messages: one a message, with LMTP one a recipient (RFC 2033 4.2), with
 * PRDR a 353, one a recipient and the final one (draft-hall-prdr).
 */
#include "dissect/reply.h"
#include "dissect/smtp.h"

#define CODE_PRDR    353
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

void smtp_verdict_fill(struct transaction *t, const struct reply *r)
{
    struct message *m = t->message;
    struct arena *arena = session_message_arena(m);
    struct buf scratch;
    buf_init(&scratch, 65536);
    m->outcome = outcome_of(r);
    m->code = r->code;
    m->enhanced = r->enhanced;
    m->reply = arena_copy(arena, smtp_reply_text(r, &scratch));
    m->queue_id = reply_queue_id(m->reply);
    if (r->torn && m->queue_id.n > 0 && m->queue_id.p + m->queue_id.n == m->reply.p + m->reply.n) {
        m->queue_id.n = 0; /* more of it may be missing */
    }
    if (t->body_over) {
        m->wait = r->time > m->end_time ? r->time - m->end_time : 0;
    }
    buf_done(&scratch);
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

bool smtp_verdict_goes_on(struct session *s, const struct pending *p, const struct reply *r)
{
    const struct transaction *t = smtp_transaction_real(p->exchange);
    if (t == NULL || (p->tag == SMTP_BDAT && p->number == 0)) {
        return false;
    }
    if (smtp_of(s)->lmtp) {
        return p->answers + 1 < verdicts_due(t);
    }
    if (p->answers == 0) {
        return r->code == CODE_PRDR;
    }
    return p->answers < 1 + verdicts_due(t);
}

static bool had_answer(const struct recipient *r)
{
    return r->fate == RCPT_REFUSED || r->fate == RCPT_DEFERRED;
}

/* The verdict for the next recipient that was accepted. */
static void recipient_verdict(struct transaction *t, const struct reply *r)
{
    while (t->next_verdict < t->count && had_answer(&t->recipients[t->next_verdict])) {
        t->next_verdict++;
    }
    if (t->next_verdict >= t->count || t->headless) {
        return; /* the beginning of the list was not captured: nobody knows whose it is */
    }
    struct recipient *to = &t->recipients[t->next_verdict++];
    struct buf scratch;
    buf_init(&scratch, 65536);
    to->final_code = r->code;
    to->final_enhanced = r->enhanced;
    to->final_reply = arena_copy(&t->arena, smtp_reply_text(r, &scratch));
    to->fate = smtp_ok(r)                  ? RCPT_ACCEPTED
               : r->status == REPLY_DEFER  ? RCPT_DEFERRED
               : r->status == REPLY_REFUSE ? RCPT_REFUSED
                                           : RCPT_UNKNOWN;
    buf_done(&scratch);
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
        smtp_envelope(t);
        session_message_verdict(s, &t->message);
    }
}

static void conclude(struct session *s, struct transaction *t, const struct frame *f)
{
    if (t->message == NULL) {
        return;
    }
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
    bool lmtp = smtp_of(s)->lmtp, prdr = !lmtp && (p->answers > 0 || r->code == CODE_PRDR);
    bool goes_on = smtp_verdict_goes_on(s, p, r);
    if (lmtp || (prdr && p->answers > 0 && goes_on)) {
        recipient_verdict(t, r);
    }
    if (prdr ? !goes_on : is_better(t, p, r)) {
        smtp_verdict_fill(t, r);
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
        smtp_verdict_fill(t, r);
    }
}
