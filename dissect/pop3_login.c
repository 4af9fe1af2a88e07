/* Logins: USER and PASS, APOP, AUTH exchanges. */
#include "capture/base/error.h"
#include "dissect/pop3_private.h"

#include <stdlib.h>

static struct credential credential_of(const struct command *c, enum tri success)
{
    return (struct credential){.success = success,
                               .time = c->time,
                               .packet = c->packet,
                               .command = c->number,
                               .dir = c->dir};
}

/* The greeting's timestamp, "<process.clock@host>" (RFC 1939 7): what APOP's digest was made of. */
static struct bytes timestamp(struct bytes banner)
{
    struct bytes found = {NULL, 0};
    size_t from = bytes_find(banner, '<', 0);
    while (from != SIZE_MAX) {
        size_t to = bytes_find(banner, '>', from);
        if (to == SIZE_MAX) {
            break;
        }
        struct bytes here = bytes_sub(banner, from, to + 1 - from);
        if (found.n == 0 || bytes_find(here, '@', 0) != SIZE_MAX) {
            found = here;
        }
        from = bytes_find(banner, '<', to);
    }
    return found;
}

static void auth_login(struct session *s, const struct command *c, enum tri success)
{
    struct pop3 *st = pop3_of(s);
    if (st->auth == NULL || st->auth_command != c->number) {
        return; /* told before, when the exchange was given up */
    }
    st->dangling = success == TRI_UNKNOWN;
    struct credential found = credential_of(c, success);
    auth_finish(st->auth, success, &found);
    session_credential(s, &found); /* of a mechanism that was refused at once, too */
    if (found.malformed && !found.lost) {
        session_note(s, NOTE_ID_AUTH_MALFORMED, bytes_of(found.mechanism), NULL);
    }
    auth_free(&st->auth);
    st->blind = false;
}

static void forget_user(struct pop3 *st)
{
    free(st->user);
    st->user = NULL;
    st->user_n = 0;
}

void pop3_set_user(struct pop3 *st, const struct command *c)
{
    struct bytes rest = c->argument, name = bytes_word(&rest);
    forget_user(st);
    if (name.n > 0 && !(c->flags & COMMAND_TORN)) { /* of a piece no name is made */
        st->user = xmalloc(name.n);
        st->user_n = (uint32_t)name.n;
        memcpy(st->user, name.p, name.n);
    }
}

void pop3_login(struct session *s, const struct pending *p, enum tri success)
{
    struct pop3 *st = pop3_of(s);
    const struct command *c = &p->command;
    struct credential found = credential_of(c, success);
    struct bytes argument = c->argument;
    if (p->tag == POP3_AUTH) {
        auth_login(s, c, success);
        return;
    }
    found.malformed = c->flags & COMMAND_TORN;
    if (!found.malformed) { /* of a piece no secret is made */
        found.secret = pop3_secret((enum pop3_tag)p->tag, argument);
        found.secret_kind = p->tag == POP3_PASS ? SECRET_PASSWORD : SECRET_DIGEST;
    }
    if (p->tag == POP3_PASS) {
        found.mechanism = "USER/PASS";
        found.user = bytes_make(st->user, st->user_n);
    } else {
        found.mechanism = "APOP";
        found.challenge = timestamp(session_info(s)->banner);
        found.user = bytes_word(&argument);
        found.user.n = found.malformed && argument.n == 0 ? 0 : found.user.n;
    }
    session_credential(s, &found);
    if (success == TRI_YES) {
        forget_user(st);
    }
}

/* Another exchange begins before this one was answered: what it said is told now. */
static void auth_abandon(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    for (const struct pending *p = session_oldest(s); p != NULL && st->auth != NULL; p = p->next) {
        if (p->command.number == st->auth_command) {
            auth_login(s, &p->command, TRI_UNKNOWN);
        }
    }
    auth_free(&st->auth);
}

void pop3_auth_begin(struct session *s, const struct pending *p)
{
    struct pop3 *st = pop3_of(s);
    struct bytes rest = p->command.argument;
    auth_abandon(s);
    st->auth = auth_begin(bytes_word(&rest));
    st->auth_command = p->command.number;
    if (p->command.flags & COMMAND_TORN) {
        auth_lost(st->auth);
    } else if (rest.n > 0) {
        auth_initial(st->auth, rest);
    }
    session_secret(s, auth_secret(st->auth));
    st->blind = !pop3_seen(s, FROM_SERVER);
    if (!st->blind) {
        session_want(s, MODE_HOLD, 0);
    }
}

/* A line of an exchange: never a command, whatever it looks like (RFC 5034 4). */
void pop3_auth_line(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    struct command c = {.verb = "", .flags = COMMAND_DATA, .secret = f->data};
    if (bytes_is(f->data, "*")) {
        c.secret.n = 0;
    }
    struct frame line = *f;
    line.torn &=
        !st->heard || f->eol == EOL_NONE; /* the hole before it was answered: it is whole */
    session_command(s, &line, &c, POP3_UNKNOWN, 0);
    if (line.torn) {
        auth_lost(st->auth);
    } else {
        auth_response(st->auth, f->data);
    }
    session_secret(s, auth_secret(st->auth));
    if (!st->blind) {
        session_want(s, MODE_HOLD, 0);
    }
}

/* A line of an exchange that was told without its end: still no command, and masked. */
void pop3_auth_rest(struct session *s, const struct frame *f)
{
    struct command c = {.verb = "", .flags = COMMAND_DATA, .secret = f->data};
    session_command(s, f, &c, POP3_UNKNOWN, 0);
}
