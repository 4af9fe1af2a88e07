/* AUTH exchanges (RFC 4954), X-EXPS alike: which lines are commands and which are answers.
 *
 * The pending AUTH command owns the exchange and stays until its final reply; the client
 * is held after each of its lines, so that an answer is never taken for a command.
 */
#include "capture/base/error.h"
#include "dissect/smtp.h"

#include <stdlib.h>

struct bytes smtp_auth_secret(struct bytes argument)
{
    bytes_word(&argument);
    return argument;
}

void smtp_auth_begin(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    struct bytes rest = p->command.argument, mechanism = bytes_word(&rest);
    bool torn = p->command.flags & COMMAND_TORN;
    if (mechanism.n == 0 || (torn && rest.n == 0)) {
        return; /* "AUTH" alone asks for nothing and is refused; of "AUTH PLA" no name is known */
    }
    struct smtp_auth *a = xcalloc(1, sizeof *a);
    a->auth = auth_begin(mechanism);
    a->command = p->command.number;
    a->time = f->time;
    a->packet = f->packet;
    a->dir = f->dir;
    if (torn) {
        auth_lost(a->auth);
    } else if (rest.n > 0) {
        auth_initial(a->auth, rest);
    }
    session_secret(s, auth_secret(a->auth));
    p->exchange = a;
    x->auth = a;
    if (smtp_server_seen(s)) {
        smtp_wait(s, WAIT_AUTH);
    } else {
        a->wants = a->blind = true;
    }
}

bool smtp_auth_line(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct smtp_auth *a = x->auth;
    if ((a->blind || x->lost > 0) && smtp_is_command(f->data)) {
        x->auth = NULL; /* the exchange is over; its command still owns it */
        return false;
    }
    struct command c = {.flags = COMMAND_DATA, .verb = ""};
    if (!bytes_is(f->data, "*")) { /* RFC 4954 4: cancels */
        c.secret = f->data;
    }
    struct frame line = *f;
    line.torn &= !x->heard || f->eol == EOL_NONE; /* the hole before it was answered: it is whole */
    session_command(s, &line, &c, SMTP_AUTH, 0);
    if (line.torn) {
        auth_lost(a->auth);
    } else {
        auth_response(a->auth, f->data);
    }
    session_secret(s, auth_secret(a->auth));
    if (!a->blind) {
        a->wants = false;
        smtp_wait(s, WAIT_AUTH);
    }
    return true;
}

static void finish(struct session *s, struct pending *p, enum tri success)
{
    struct smtp *x = smtp_of(s);
    struct smtp_auth *a = p->exchange;
    p->exchange = NULL;
    if (x->auth == a) {
        x->auth = NULL;
    }
    struct credential c = {0};
    auth_finish(a->auth, success, &c);
    c.time = a->time;
    c.packet = a->packet;
    c.command = a->command;
    c.dir = a->dir;
    session_credential(s, &c);
    if (c.malformed && !c.lost) {
        session_note(s, NOTE_ID_AUTH_MALFORMED, bytes_of(c.mechanism), NULL);
    }
    auth_free(&a->auth);
    free(a);
}

/* The last line of a reply holds the challenge. */
static struct bytes challenge_of(const struct reply *r)
{
    const uint8_t *lf = r->raw.n > 0 ? memrchr(r->raw.p, '\n', r->raw.n) : NULL;
    struct bytes line = lf ? bytes_from(r->raw, (size_t)(lf - r->raw.p) + 1) : r->raw;
    return bytes_trim(bytes_from(line, 4));
}

void smtp_auth_answered(struct session *s, struct pending *p, const struct reply *r,
                        const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct smtp_auth *a = p->exchange;
    if (a == NULL) {
        x->stray_answer = x->challenged = r != NULL && r->status == REPLY_CONTINUE;
        return;
    }
    bool current = x->auth == a;
    if (r != NULL && r->status == REPLY_CONTINUE) {
        auth_challenge(a->auth, r->torn ? bytes_of("") : challenge_of(r));
        session_set_state(s, "AUTH", f, !(p->command.flags & COMMAND_OUT_OF_ORDER));
        a->wants = true;
    } else {
        if (smtp_ok(r)) {
            session_set_state(s, "AUTH", f, !(p->command.flags & COMMAND_OUT_OF_ORDER));
            x->logged_in = true;
        }
        x->loose_payload = smtp_refused(r);
        finish(s, p,
               r == NULL         ? TRI_UNKNOWN
               : smtp_ok(r)      ? TRI_YES
               : smtp_refused(r) ? TRI_NO
                                 : TRI_UNKNOWN);
        if (bytes_is(bytes_of(session_get_state(s)), "AUTH")) {
            smtp_auth_over(s, f);
        }
    }
    if (current && r != NULL) {
        smtp_go_on(s, MODE_LINE, 0);
    }
}
