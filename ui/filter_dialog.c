/* The fields of filters that look at logins, the dialog, findings. */
#include "ui/filter_private.h"

#include "dissect/address.h"

/* ---- logins ---- */

void field_user(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->user.n > 0) {
            give_text(p, c->user);
        }
    }
    if (field_session(p) && p->subject->focus != FOCUS_CREDENTIAL && field_session(p)->user.n > 0) {
        give_text(p, field_session(p)->user);
    }
}

/* Words as people type them: "USER/PASS" is also user-pass. */
void field_auth(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->mechanism == NULL) {
            continue;
        }
        give_word(p, c->mechanism);
        buf_clear(&p->room->scratch);
        for (const char *m = c->mechanism; *m != '\0'; m++) {
            buf_add_byte(&p->room->scratch, *m == '/' ? '-' : (uint8_t)*m);
        }
        give_text(p, buf_bytes(&p->room->scratch));
    }
}

void field_authok(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->success != TRI_UNKNOWN) {
            give_yesno(p, c->success == TRI_YES);
        }
    }
}

void field_secret(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->secret.n > 0) {
            give_text(p, c->secret);
        }
    }
}

/* ---- dialog ---- */

void field_cmd(struct probe *p)
{
    for (const struct event *e = next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_COMMAND) {
            give_line(p, e->u.command->line, e->u.command->secret);
        }
    }
}

void field_code(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        if (m->code != 0) {
            give_number(p, m->code);
        }
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_REPLY && e->u.reply->code != 0) {
            give_number(p, e->u.reply->code);
        }
    }
}

void field_enh(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_enhanced(p, m->enhanced);
        for (uint32_t r = 0; r < m->recipient_count && !p->hit; r++) {
            give_enhanced(p, m->recipients[r].enhanced);
        }
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_REPLY) {
            give_enhanced(p, e->u.reply->enhanced);
        }
    }
}

void field_reply(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_text(p, m->reply);
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_REPLY) {
            give_line(p, e->u.reply->raw, e->u.reply->secret);
        }
    }
}

void field_helo(struct probe *p)
{
    if (field_session(p) && field_session(p)->client_name.n > 0) {
        give_text(p, field_session(p)->client_name);
    }
}

/* The address in MAIL or RCPT commands, which may have led to no message at all. */
static void give_paths(struct probe *p, const char *verb)
{
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        struct path path;
        if (e->kind == EV_COMMAND && strcmp(e->u.command->verb, verb) == 0 &&
            address_path(e->u.command->argument, &path)) {
            give_text(p, path.address);
        }
    }
}

void field_rcpt(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        for (uint32_t r = 0; r < m->recipient_count && !p->hit; r++) {
            give_text(p, m->recipients[r].address);
        }
    }
    give_paths(p, "RCPT");
}

void field_from(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        if (m->has_envelope) {
            give_text(p, m->mail_from);
        }
    }
    give_paths(p, "MAIL");
}

void field_rcptok(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        for (uint32_t r = 0; r < m->recipient_count && !p->hit; r++) {
            if (m->recipients[r].fate != RCPT_UNKNOWN) {
                give_yesno(p, m->recipients[r].fate == RCPT_ACCEPTED);
            }
        }
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        const struct exchange *x = e->kind == EV_EXCHANGE ? e->u.exchange : NULL;
        if (x != NULL && x->reply != NULL && strcmp(x->command->verb, "RCPT") == 0) {
            give_yesno(p, x->reply->status == REPLY_OK);
        }
    }
}

void field_slow(struct probe *p)
{
    if (p->subject->slowest >= 0) {
        give_signed(p, p->subject->slowest);
    }
}

/* ---- trouble ---- */

void field_finding(struct probe *p)
{
    const struct note *n;
    for (uint32_t i = 0; !p->hit && (n = next_finding(p, &i)) != NULL;) {
        give_word(p, note_rule(n->id)->id);
    }
}

void field_reason(struct probe *p)
{
    const struct note *n;
    for (uint32_t i = 0; !p->hit && (n = next_finding(p, &i)) != NULL;) {
        if (n->reason != REASON_NONE) {
            give_word(p, explain_reason(n->reason)->name);
        }
    }
}

void field_sev(struct probe *p)
{
    const struct note *n;
    for (uint32_t i = 0; !p->hit && (n = next_finding(p, &i)) != NULL;) {
        give_choice(p, severity_name(n->severity));
    }
}

void field_retrans(struct probe *p)
{
    if (field_session(p)) {
        const struct flow_count *c = field_session(p)->flow->count;
        give_number(p, (uint64_t)c[0].retransmitted + c[1].retransmitted);
    }
}

void field_gap(struct probe *p)
{
    if (field_session(p)) {
        give_number(p, field_session(p)->missing);
    }
}

void field_cut(struct probe *p)
{
    const struct session_info *s = field_session(p);
    if (s) {
        give_yesno(p, s->midstream || s->end == END_CAPTURE);
    }
}

void field_text(struct probe *p)
{
    for (const struct event *e = next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_COMMAND) {
            give_line(p, e->u.command->line, e->u.command->secret);
        } else if (e->kind == EV_REPLY) {
            give_line(p, e->u.reply->raw, e->u.reply->secret);
        } else if (e->kind == EV_LINE) {
            give_text(p, e->u.text);
        }
    }
}
