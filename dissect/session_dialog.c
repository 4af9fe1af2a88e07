/* Commands, replies and their pairing; credentials. */
#include "capture/base/error.h"
#include "dissect/mask.h"
#include "dissect/session_private.h"

#include <stdlib.h>

#define KEPT_REPLY_BYTES 100 /* of the last refusal, for summaries */

/* ---- secrets ---- */

void session_secret(struct session *s, struct bytes secret)
{
    if (secret.n >= SECRET_LEAST) {
        secrets_add(&s->secrets, secret);
    }
}

struct bytes session_masked(const struct session *s, struct bytes text, struct buf *room)
{
    buf_init(room, text.n + sizeof MASKED);
    if (s->secrets == NULL) {
        return text;
    }
    struct bytes secret = secrets_find(s->secrets, text);
    if (secret.n == 0 || s->config->show_secrets) {
        return text;
    }
    mask_add(room, text, secret, false);
    return buf_bytes(room);
}

struct bytes session_masked_copy(const struct session *s, struct bytes text, struct arena *arena)
{
    if (s->secrets == NULL) {
        return arena_copy(arena, text);
    }
    struct buf room;
    struct bytes copy = arena_copy(arena, session_masked(s, text, &room));
    buf_done(&room);
    return copy;
}

/* Where in a command a secret is sought: not in a verb that is known, and not in a name, which is
 * told as user or client anyway. "PASS admin" must not hide the "USER admin" of the next guess. */
static struct bytes where_sought(const struct command *c)
{
    struct bytes rest = c->argument;
    switch (verb_code(c->verb)) {
    case 0:
        return c->line;
    case VERB_CODE('U', 'S', 'E', 'R'):
    case VERB_CODE('A', 'P', 'O', 'P'):
    case VERB_CODE('H', 'E', 'L', 'O'):
    case VERB_CODE('E', 'H', 'L', 'O'):
    case VERB_CODE('L', 'H', 'L', 'O'):
        bytes_word(&rest);
        return rest;
    default:
        return c->argument;
    }
}

/* A command that repeats what was a secret before: it is one again. */
static void hide_in_command(struct session *s, struct command *c)
{
    struct bytes found = {NULL, 0};
    if (s->secrets != NULL) {
        found = secrets_find(s->secrets, where_sought(c));
    }
    if (!(c->flags & COMMAND_UNKNOWN) || !bytes_equal(c->secret, s->info.user)) {
        session_secret(s, c->secret); /* of a guess the user's name is none */
    }
    c->secret = secrets_span(c->secret, found);
    if (c->secret.n > 0 && c->word.n > 0 && c->secret.p < c->word.p + c->word.n) {
        c->word = c->argument = (struct bytes){NULL, 0};
    }
}

/* Servers repeat what they did not understand, too short a secret for secrets_find among it:
 * looked for with the words before it. */
static struct bytes echo_of(struct bytes raw, const struct command *c)
{
    struct bytes none = {NULL, 0};
    if (c->secret.n == 0 || c->secret.n >= SECRET_LEAST) {
        return none;
    }
    size_t n = (size_t)(c->secret.p + c->secret.n - c->line.p);
    const uint8_t *at = n >= SECRET_LEAST && raw.n >= n ? memmem(raw.p, raw.n, c->line.p, n) : NULL;
    return at != NULL ? bytes_make(at + n - c->secret.n, c->secret.n) : none;
}

/* Is there a secret that an answer to c may repeat? */
static bool may_hide(const struct session *s, const struct command *c)
{
    return s->secrets != NULL || (c != NULL && c->secret.n > 0);
}

static void hide_in_reply(struct session *s, struct reply *r, const struct command *c)
{
    r->secret = secrets_span(r->secret, secrets_find(s->secrets, r->raw));
    if (c != NULL) {
        r->secret = secrets_span(r->secret, echo_of(r->raw, c));
    }
}

/* ---- commands and replies ---- */

static void tell_command(struct session *s, const struct command *c)
{
    if (!session_tells(s, EV_COMMAND)) {
        return;
    }
    struct event e = {
        .kind = EV_COMMAND, .dir = c->dir, .time = c->time, .packet = c->packet, .u.command = c};
    session_emit(s, &e);
}

static void fill_command(struct session *s, const struct frame *f, struct command *c)
{
    c->dir = f->dir;
    c->time = f->time;
    c->packet = f->packet;
    c->last_packet = f->last_packet;
    c->skipped = f->skipped;
    c->state_before = s->info.state;
    if (f->eol == EOL_LF) {
        c->flags |= COMMAND_LF_ONLY;
    }
    if (f->torn) {
        c->flags |= COMMAND_TORN;
    }
    if (c->flags & COMMAND_DATA) {
        return;
    }
    c->number = ++s->info.commands;
    if (s->pending.count > 0) {
        c->flags |= COMMAND_PIPELINED;
    }
    if (!s->greeted && !s->info.midstream && s->info.gaps == 0 && s->info.flow->seen[FROM_SERVER] &&
        s->info.flow->seen[FROM_CLIENT]) {
        c->flags |= COMMAND_EARLY;
    }
}

static struct pending *queue(struct session *s, const struct command *c, uint16_t tag)
{
    if (s->pending.count >= s->config->limits->pending_commands) {
        session_note(s, NOTE_ID_TOO_MANY_PENDING, (struct bytes){NULL, 0}, NULL);
        session_answered(s, NULL, 0);
    }
    struct pending *p = pending_add(&s->pending, c);
    p->tag = tag;
    return p;
}

struct pending *session_command(struct session *s, const struct frame *f, struct command *c,
                                uint16_t tag, uint64_t number)
{
    c->line = f->data;
    fill_command(s, f, c);
    hide_in_command(s, c);
    tell_command(s, c);
    if (c->flags & COMMAND_DATA) {
        return NULL;
    }
    struct pending *p = queue(s, c, tag);
    p->number = number;
    p->sent = f->end_time;
    return p;
}

struct pending *session_await_verdict(struct session *s, const struct frame *f, struct message *m,
                                      uint16_t tag)
{
    struct command c = {.dir = f->dir,
                        .verb = "",
                        .time = f->end_time,
                        .packet = f->last_packet,
                        .last_packet = f->last_packet,
                        .flags = COMMAND_END_OF_DATA,
                        .state_before = s->info.state};
    struct pending *p = queue(s, &c, tag);
    p->message = m;
    p->sent = f->end_time;
    return p;
}

struct pending *session_oldest(struct session *s)
{
    return s->pending.head;
}

/* One small room a session for the last refusal, made when there is one. */
static void keep_refusal(struct session *s, const struct reply *r)
{
    struct bytes first = bytes_sub(r->raw, 0, bytes_find(r->raw, '\n', 0));
    struct buf masked;
    buf_init(&masked, first.n + sizeof MASKED);
    mask_add(&masked, first, r->secret, false);
    first = bytes_sub(buf_bytes(&masked), 0, KEPT_REPLY_BYTES);
    uint8_t *room = NULL;
    if (s->info.last_reply.p != NULL) {
        memcpy(&room, &s->info.last_reply.p, sizeof room); /* our own room, writable */
    } else {
        room = arena_alloc(&s->arena, KEPT_REPLY_BYTES);
    }
    if (room != NULL && first.n > 0) {
        memcpy(room, first.p, first.n);
        s->info.last_reply = bytes_make(room, first.n);
    }
    buf_done(&masked);
}

/* A greeting answers the connection itself: its packets begin the session. */
static int64_t greeting_wait(const struct session_info *i, const struct reply *r)
{
    bool known = r->greeting && !i->midstream && !i->roles_swapped && r->time >= i->start;
    return known ? r->time - i->start : TIME_UNKNOWN;
}

void session_reply(struct session *s, struct reply *r, const struct pending *p)
{
    const struct command *c = p != NULL ? &p->command : NULL;
    if (may_hide(s, c)) {
        hide_in_reply(s, r, c);
    }
    s->greeted = true;
    s->info.last_code = r->code;
    s->info.last_negative = r->status == REPLY_DEFER || r->status == REPLY_REFUSE;
    if (s->info.last_negative) {
        keep_refusal(s, r);
    }
    if (!session_tells(s, EV_REPLY) || (p != NULL && s->to->ignores & EVENT_ANSWERS)) {
        return;
    }
    struct event e = {.kind = EV_REPLY,
                      .dir = r->dir,
                      .time = r->time,
                      .packet = r->packet,
                      .paired_number = p ? p->command.number : 0,
                      .latency = p ? r->time - p->sent : greeting_wait(&s->info, r),
                      .u.reply = r};
    if (p != NULL && e.latency < 0) { /* captured in another order than sent */
        e.latency = 0;
    }
    session_emit(s, &e);
}

static void tell_exchange(struct session *s, const struct pending *p, const struct reply *r,
                          uint32_t answer_lines)
{
    struct exchange x = {.command = &p->command,
                         .reply = r,
                         .state_after = s->info.state,
                         .latency = TIME_UNKNOWN,
                         .answer_lines = answer_lines};
    if (r != NULL) {
        x.latency = r->time > p->sent ? r->time - p->sent : 0;
    }
    struct event e = {.kind = EV_EXCHANGE,
                      .dir = p->command.dir,
                      .time = p->command.time,
                      .packet = p->command.packet,
                      .u.exchange = &x};
    session_emit(s, &e);
}

/* The reply may be a copy of the one told. */
static void tell_hidden(struct session *s, const struct pending *p, const struct reply *r,
                        uint32_t answer_lines)
{
    struct reply hidden = *r;
    hide_in_reply(s, &hidden, &p->command);
    tell_exchange(s, p, &hidden, answer_lines);
}

void session_answered(struct session *s, const struct reply *r, uint32_t answer_lines)
{
    struct pending *p = s->pending.head;
    if (p == NULL) {
        return;
    }
    if (r == NULL) {
        p->command.flags |= COMMAND_UNANSWERED;
        if (s->protocol->unanswered) {
            s->protocol->unanswered(s, p);
        }
    }
    if (r != NULL && may_hide(s, &p->command)) {
        tell_hidden(s, p, r, answer_lines);
    } else {
        tell_exchange(s, p, r, answer_lines);
    }
    pending_drop(&s->pending);
}

void session_line(struct session *s, const struct frame *f)
{
    if (!session_tells(s, EV_LINE)) {
        return;
    }
    struct buf room;
    struct event e = {.kind = EV_LINE,
                      .dir = f->dir,
                      .time = f->time,
                      .packet = f->packet,
                      .u.text = session_masked(s, f->data, &room)};
    session_emit(s, &e);
    buf_done(&room);
}

void session_credential(struct session *s, const struct credential *given)
{
    struct credential c = *given;
    c.encrypted = session_encrypted(s);
    session_secret(s, c.secret);
    bool yes = c.success == TRI_YES; /* also of a mechanism that names nobody here, as EXTERNAL */
    if (yes || (c.user.n > 0 && s->info.login != TRI_YES)) {
        if (!bytes_equal(c.user, s->info.user)) {
            s->info.user = session_keep(s, c.user);
        }
        s->info.login = c.success;
    }
    struct event e = {.kind = EV_CREDENTIAL,
                      .dir = c.dir,
                      .time = c.time,
                      .packet = c.packet,
                      .u.credential = &c};
    session_emit(s, &e);
}
