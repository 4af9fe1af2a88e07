/* Envelopes: MAIL and RCPT with their answers, kept until the verdict on the message. */
#include "capture/base/pool.h"
#include "dissect/address.h"
#include "dissect/reply.h"
#include "dissect/smtp.h"

#include <stdlib.h>

struct transaction *smtp_transaction_new(struct session *s)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = pool_take_zeroed(session_pool(s), sizeof *t);
    arena_init_in(&t->arena, session_pool(s), (uint32_t)session_limits(s)->session_bytes);
    t->next = x->all;
    t->at = &x->all;
    if (t->next != NULL) {
        t->next->at = &t->next;
    }
    x->all = t;
    x->transactions++;
    return t;
}

struct transaction *smtp_transaction_real(struct transaction *t)
{
    while (t != NULL && t->merged != NULL) {
        t = t->merged;
    }
    return t;
}

void smtp_transaction_use(struct pending *p, struct transaction *t)
{
    p->exchange = t;
    if (t != NULL) {
        t->uses++;
    }
}

static void free_transaction(struct session *s, struct transaction *t)
{
    session_info(s)->truncated |= t->arena.full;
    *t->at = t->next;
    if (t->next != NULL) {
        t->next->at = t->at;
    }
    smtp_of(s)->transactions--;
    arena_done(&t->arena);
    pool_give(session_pool(s), t, sizeof *t);
}

void smtp_transaction_sweep(struct session *s, struct transaction *t)
{
    struct smtp *x = smtp_of(s);
    while (t != NULL && t->uses == 0 && t->message == NULL && t != x->open && t != x->body &&
           t != x->chunk) {
        struct transaction *up = t->merged ? t->merged : t->outer;
        free_transaction(s, t);
        if (up != NULL) {
            up->uses--;
        }
        t = up;
    }
}

void smtp_transaction_release(struct session *s, struct transaction *t)
{
    if (t != NULL) {
        t->uses--;
        smtp_transaction_sweep(s, t);
    }
}

void smtp_transaction_free_all(struct session *s)
{
    struct smtp *x = smtp_of(s);
    while (x->all != NULL) {
        free_transaction(s, x->all);
    }
}

size_t smtp_transactions_held(struct session *s)
{
    size_t n = 0;
    for (const struct transaction *t = smtp_of(s)->all; t != NULL; t = t->next) {
        n += sizeof *t + t->arena.total;
    }
    return n;
}

void smtp_envelope(struct transaction *t)
{
    struct message *m = t->message;
    if (m != NULL) {
        m->has_envelope = t->mail_from.p != NULL || t->total > 0;
        m->mail_from = t->mail_from;
        m->mail_parameters = t->mail_parameters;
        m->recipients = t->recipients;
        m->recipient_count = t->count;
        m->recipient_total = t->total;
    }
}

/* ---- MAIL ---- */

static void note_path(struct session *s, const struct frame *f, struct bytes argument,
                      const char *usual, const struct path *path)
{
    if (!f->torn && (!path->bracketed || !bytes_starts(argument, usual))) {
        smtp_note_once(s, TOLD_SYNTAX, NOTE_ID_SYNTAX_VARIANT, f->data, f);
    }
}

/* The path of a MAIL or RCPT; of a line that broke off in it nothing is known. */
static struct path path_of(const struct command *c)
{
    struct path path;
    address_path(c->argument, &path);
    if ((c->flags & COMMAND_TORN) && !path.closed) {
        path.address = (struct bytes){NULL, 0};
    }
    return path;
}

void smtp_mail(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    struct session_info *info = session_info(s);
    struct transaction *t = smtp_transaction_new(s);
    struct path path = path_of(&p->command);
    note_path(s, f, p->command.argument, "FROM:<", &path);
    if (path.address.p != NULL) {
        t->mail_from = arena_copy(&t->arena, path.address);
    }
    t->mail_parameters = session_masked_copy(s, path.parameters, &t->arena);
    t->outer = x->open;
    if (t->outer != NULL) {
        t->outer->uses++;
    }
    x->open = t;
    smtp_transaction_use(p, t);
    if (!info->has_transaction && path.address.p != NULL) {
        info->has_transaction = true;
        info->first_sender = session_keep(s, path.address);
    }
}

static void forget_outer(struct session *s, struct transaction *t)
{
    struct transaction *outer = t->outer;
    t->outer = NULL;
    smtp_transaction_release(s, outer);
}

/* t is no transaction of the client's any more, nor one that others are nested in. */
static void leave(struct session *s, struct transaction *t)
{
    struct smtp *x = smtp_of(s);
    if (x->open == t) {
        x->open = NULL;
    }
    for (struct transaction *u = x->open; u != NULL; u = u->outer) {
        if (u->outer == t) {
            forget_outer(s, u);
        }
    }
}

static struct recipient *add_recipient(struct session *s, struct transaction *t)
{
    t->total++;
    if (t->count >= session_limits(s)->recipients) {
        return NULL;
    }
    if (t->count == t->room) {
        uint32_t room = t->room ? 2 * t->room : 1;
        struct recipient *more = arena_alloc(&t->arena, room * sizeof *more);
        if (more == NULL) {
            return NULL;
        }
        if (t->count > 0) {
            memcpy(more, t->recipients, t->count * sizeof *more);
        }
        t->recipients = more;
        t->room = room;
    }
    return &t->recipients[t->count++];
}

/* A nested MAIL was refused: the commands behind it belong to the transaction before. */
static void merge(struct session *s, struct transaction *t)
{
    struct smtp *x = smtp_of(s);
    struct transaction *to = smtp_transaction_real(t->outer);
    t->merged_at = to->count;
    for (uint32_t i = 0; i < t->count; i++) {
        struct recipient *r = add_recipient(s, to);
        if (r != NULL) {
            *r = t->recipients[i];
            r->address = arena_copy(&to->arena, r->address);
            r->parameters = arena_copy(&to->arena, r->parameters);
            r->reply = arena_copy(&to->arena, r->reply);
        }
    }
    to->total += t->total - t->count;
    to->accepted += t->accepted;
    t->merged = t->outer; /* its use of that one goes on */
    t->outer = NULL;
    if (t->message != NULL && to->message == NULL) {
        to->message = t->message;
        t->message = NULL;
    }
    smtp_envelope(to);
    struct transaction **current[] = {&x->open, &x->body, &x->chunk};
    for (size_t i = 0; i < sizeof current / sizeof current[0]; i++) {
        if (*current[i] == t) {
            *current[i] = to;
        }
    }
}

void smtp_mail_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f)
{
    struct transaction *t = p->exchange;
    t->answered = true;
    if (smtp_ok(r)) {
        session_set_state(s, "MAIL", f, !(p->command.flags & COMMAND_OUT_OF_ORDER));
    }
    if (!smtp_refused(r)) { /* it took the place of the one before, as far as seen */
        smtp_transaction_reset(s, t->outer);
        forget_outer(s, t);
    } else {
        t->refused = true;
        if (t->outer != NULL) {
            merge(s, t);
        } else {
            leave(s, t);
        }
    }
}

/* ---- RCPT ---- */

void smtp_rcpt(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    struct session_info *info = session_info(s);
    if (x->open == NULL && x->unsure) { /* its MAIL was not captured */
        x->open = smtp_transaction_new(s);
        x->open->headless = true;
    }
    struct path path = path_of(&p->command);
    note_path(s, f, p->command.argument, "TO:<", &path);
    if (info->has_transaction && info->first_recipient.p == NULL) {
        info->first_recipient = session_keep(s, path.address);
    }
    struct transaction *t = x->open;
    if (t == NULL) {
        return;
    }
    smtp_transaction_use(p, t);
    struct recipient *r = add_recipient(s, t);
    if (r != NULL) {
        if (path.address.p != NULL) {
            r->address = arena_copy(&t->arena, path.address);
        }
        r->parameters = session_masked_copy(s, path.parameters, &t->arena);
        p->number = t->count;
    }
    smtp_envelope(t);
}

static void keep_answer(const struct session *s, struct transaction *t, struct recipient *to,
                        const struct reply *r)
{
    to->fate = smtp_ok(r)                  ? RCPT_ACCEPTED
               : r->status == REPLY_DEFER  ? RCPT_DEFERRED
               : r->status == REPLY_REFUSE ? RCPT_REFUSED
                                           : RCPT_UNKNOWN;
    to->code = r->code;
    to->enhanced = r->enhanced;
    to->reply = smtp_reply_kept(s, r, &t->arena);
}

void smtp_rcpt_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f)
{
    struct transaction *given = p->exchange;
    struct transaction *t = smtp_transaction_real(given);
    uint64_t place = p->number + (given != NULL && given->merged ? given->merged_at : 0);
    if (r == NULL) {
        return;
    }
    if (t != NULL && p->number > 0 && place <= t->count) {
        keep_answer(s, t, &t->recipients[place - 1], r);
    }
    if (smtp_ok(r)) {
        if (t != NULL) {
            t->accepted++;
        }
        session_set_state(s, "RCPT", f, !(p->command.flags & COMMAND_OUT_OF_ORDER));
    }
}

void smtp_transaction_reset(struct session *s, struct transaction *t)
{
    struct smtp *x = smtp_of(s);
    t = smtp_transaction_real(t);
    if (t == NULL) {
        return;
    }
    t->uses++; /* until here is done with it */
    leave(s, t);
    if (t->message != NULL && !t->body_over && t != x->body) {
        t->message->outcome =
            t->message->outcome == OUTCOME_UNKNOWN ? OUTCOME_INCOMPLETE : t->message->outcome;
        smtp_message_tell(s, t);
    }
    smtp_transaction_release(s, t);
}
