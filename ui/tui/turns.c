#include "ui/tui/turns.h"

#include "ui/tui/clock.h"

#include <stdlib.h>

#define LOOK_AT_CLOCK 64

void turns_open(struct turns *t, struct store *s, struct store_ref ref, int64_t slow)
{
    *t = (struct turns){.store = s, .ref = ref, .slow = slow, .state = "CONNECT", .reading = true};
    t->dialog = store_dialog_open(s, ref);
    t->gone = t->dialog == NULL;
}

void turns_close(struct turns *t)
{
    if (t->dialog) {
        store_dialog_close(&t->dialog);
    }
    free(t->turn);
    free(t->line);
    free(t->change);
    *t = (struct turns){0};
}

void turns_refresh(struct turns *t)
{
    if (!t->gone && !store_dialog_again(t->dialog)) {
        t->gone = true;
    }
}

/* ---- lines ---- */

static void add_line(struct turns *t, size_t turn, uint32_t sub)
{
    if (t->lines == t->line_room) {
        t->line_room = t->line_room ? t->line_room * 2 : 64;
        t->line = xrealloc(t->line, t->line_room * sizeof(*t->line));
    }
    t->line[t->lines++] = (struct turn_line){(uint32_t)turn, sub};
}

bool turns_shows(const struct turns *t, size_t turn)
{
    return !t->problems_only || t->turn[turn].flags & TURN_PROBLEM;
}

static void add_lines_of(struct turns *t, size_t i)
{
    const struct turn *turn = &t->turn[i];
    if (!turns_shows(t, i)) {
        return;
    }
    if (turn->kind == TURN_LINE && !(t->turn[turn->parent].flags & TURN_UNFOLDED)) {
        return;
    }
    add_line(t, i, 0);
    bool own = turn->kind == TURN_REPLY || turn->kind == TURN_MESSAGE;
    for (uint32_t sub = 1; own && turn->flags & TURN_UNFOLDED && sub <= turn->lines; sub++) {
        add_line(t, i, sub);
    }
}

static void make_lines(struct turns *t)
{
    t->lines = 0;
    for (size_t i = 0; i < t->count; i++) {
        add_lines_of(t, i);
    }
}

void turns_unfold(struct turns *t, size_t turn, bool on)
{
    if (turn < t->count) {
        struct turn *it = &t->turn[turn];
        bool more;
        if (it->kind == TURN_MESSAGE) {
            it->lines = turns_body_lines(t, turn, &more);
        }
        it->flags = (uint8_t)(on ? it->flags | TURN_UNFOLDED : it->flags & ~TURN_UNFOLDED);
        make_lines(t);
    }
}

void turns_unfold_all(struct turns *t, bool on)
{
    for (size_t i = 0; i < t->count; i++) {
        struct turn *it = &t->turn[i];
        if (it->kind == TURN_REPLY) {
            it->flags = (uint8_t)(on ? it->flags | TURN_UNFOLDED : it->flags & ~TURN_UNFOLDED);
        }
    }
    make_lines(t);
}

void turns_only_problems(struct turns *t, bool on)
{
    t->problems_only = on;
    make_lines(t);
}

size_t turns_line_of(const struct turns *t, size_t turn)
{
    size_t low = 0, high = t->lines; /* lines stand in the order of their turns */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->line[middle].turn < turn) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t turns_at_place(const struct turns *t, size_t place)
{
    size_t i = 0;
    while (i < t->count && t->turn[i].place < place) {
        i++;
    }
    return i;
}

size_t turns_of_command(const struct turns *t, uint32_t number)
{
    size_t i = 0;
    while (i < t->count && !(t->turn[i].kind == TURN_COMMAND && t->turn[i].number == number)) {
        i++;
    }
    return i;
}

size_t turns_of_finding(const struct turns *t, uint32_t index)
{
    size_t i = 0;
    for (uint32_t seen = 0; i < t->count; i++) {
        if (t->turn[i].kind == TURN_NOTE && seen++ == index) {
            break;
        }
    }
    return i;
}

/* ---- events to turns ---- */

static struct turn *add(struct turns *t, enum turn_kind kind, const struct event *e)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->turn = xrealloc(t->turn, t->room * sizeof(*t->turn));
    }
    bool said = kind != TURN_NOTE && kind != TURN_LOGIN; /* the rest is told about what was said */
    int64_t before = said && t->count ? t->last_time : -1;
    struct turn *turn = &t->turn[t->count++];
    *turn = (struct turn){.place = store_dialog_place(t->dialog),
                          .time = e->time,
                          .delta = before >= 0 && e->time >= 0 ? e->time - before : -1,
                          .latency = -1,
                          .state = t->state,
                          .kind = (uint8_t)kind,
                          .dir = (uint8_t)e->dir};
    if (said) {
        t->last_time = e->time;
    }
    return turn;
}

static void problem(struct turns *t, struct turn *turn, unsigned flags)
{
    t->problems += !(turn->flags & TURN_PROBLEM);
    turn->flags = (uint8_t)(turn->flags | flags | TURN_PROBLEM);
}

static void take_command(struct turns *t, const struct event *e)
{
    const struct command *c = e->u.command;
    struct turn *turn = add(t, c->flags & COMMAND_DATA ? TURN_DATA : TURN_COMMAND, e);
    turn->number = c->number;
    if (c->flags & COMMAND_PIPELINED) {
        turn->flags |= TURN_PIPELINED;
    }
    if (c->flags & COMMAND_OUT_OF_ORDER) {
        problem(t, turn, TURN_ILLEGAL);
    }
    if (c->flags & COMMAND_TORN) {
        problem(t, turn, TURN_INCOMPLETE);
    }
}

static void take_reply(struct turns *t, const struct event *e)
{
    const struct reply *r = e->u.reply;
    struct turn *turn = add(t, TURN_REPLY, e);
    turn->number = e->paired_number;
    turn->latency = e->latency;
    turn->code = r->code;
    turn->status = (uint8_t)r->status;
    uint32_t lines = 1;
    for (size_t at = bytes_find(r->raw, '\n', 0); at != SIZE_MAX;
         at = bytes_find(r->raw, '\n', at + 1)) {
        lines++;
    }
    turn->lines = lines - 1;
    if (r->status == REPLY_DEFER || r->status == REPLY_REFUSE || r->status == REPLY_ODD) {
        problem(t, turn, 0);
    }
    if (t->slow > 0 && e->latency > t->slow) {
        problem(t, turn, TURN_SLOW);
    }
    if (r->torn) {
        problem(t, turn, TURN_INCOMPLETE);
    }
    t->last_reply = (uint32_t)(t->count - 1);
}

/* A line of a list: a turn of its own under the reply it follows. */
static void take_line(struct turns *t, const struct event *e)
{
    struct turn *turn = add(t, TURN_LINE, e);
    turn->parent = t->last_reply;
    if (turn->parent < t->count && t->turn[turn->parent].kind == TURN_REPLY) {
        t->turn[turn->parent].lines++;
    } else {
        turn->kind = TURN_DATA;
    }
}

/* The turn last said: what is told about it (findings, logins, list lines) stands behind it. */
static struct turn *last_said(struct turns *t)
{
    for (size_t i = t->count; i-- > 0;) {
        int kind = t->turn[i].kind;
        if (kind != TURN_NOTE && kind != TURN_LOGIN && kind != TURN_LINE) {
            return &t->turn[i];
        }
    }
    return NULL;
}

/* A reply that does not fit; of a command that was out of order the command is what is marked. */
static void illegal_reply(struct turns *t, struct turn *reply)
{
    size_t command = reply->number ? turns_of_command(t, reply->number) : t->count;
    if (command == t->count || !(t->turn[command].flags & TURN_ILLEGAL)) {
        problem(t, reply, TURN_ILLEGAL);
    }
}

static void take_state(struct turns *t, const struct event *e)
{
    const struct state_change *c = e->u.state;
    struct turn *last = last_said(t);
    if (!c->legal && last && last->kind == TURN_REPLY && last->time == e->time) {
        illegal_reply(t, last);
    }
    if (strcmp(c->from, c->to) == 0) {
        return;
    }
    t->state = c->to;
    if (t->changes == t->change_room) {
        t->change_room = t->change_room ? t->change_room * 2 : 32;
        t->change = xrealloc(t->change, t->change_room * sizeof(*t->change));
    }
    t->change[t->changes++] =
        (struct turn_state){last ? (uint32_t)(last - t->turn) : 0, c->to, e->time};
    for (struct turn *it = last; it && it < t->turn + t->count; it++) {
        it->state = c->to;
    }
    if (last) {
        last->flags |= TURN_NEW_STATE;
    }
}

static void take_exchange(struct turns *t, const struct event *e)
{
    const struct exchange *x = e->u.exchange;
    if (x->reply || !x->command) {
        return;
    }
    for (size_t i = t->count; i-- > 0;) {
        if (t->turn[i].kind == TURN_COMMAND && t->turn[i].number == x->command->number) {
            problem(t, &t->turn[i], TURN_UNANSWERED);
            return;
        }
    }
}

static void take_note(struct turns *t, const struct event *e)
{
    struct turn *turn = add(t, TURN_NOTE, e);
    turn->number = (uint32_t)e->u.note->id;
    turn->severity = (uint8_t)e->u.note->severity;
    if (e->u.note->severity > SEVERITY_INFO) {
        problem(t, turn, 0);
    }
}

static void take_tls(struct turns *t, const struct event *e)
{
    if (t->tls) { /* more of the same handshake became known */
        t->turn[t->tls - 1].place = store_dialog_place(t->dialog);
        return;
    }
    add(t, TURN_TLS, e);
    t->tls = (uint32_t)t->count;
}

static void take_message(struct turns *t, const struct event *e)
{
    struct turn *turn = add(t, TURN_MESSAGE, e);
    turn->number = e->u.message->number;
    turn->dir = (uint8_t)e->u.message->dir;
}

/* What is known of a message at its end: told at its beginning's turn. */
static void message_ended(struct turns *t, const struct event *e)
{
    for (size_t i = t->count; i-- > 0;) {
        struct turn *turn = &t->turn[i];
        if (turn->kind == TURN_MESSAGE && turn->number == e->u.message->number) {
            if (e->u.message->missing || !e->u.message->complete) {
                problem(t, turn, TURN_INCOMPLETE);
            }
            return;
        }
    }
}

static void take_gap(struct turns *t, const struct event *e)
{
    struct turn *turn = add(t, TURN_GAP, e);
    problem(t, turn, TURN_INCOMPLETE);
}

static void take(struct turns *t, const struct event *e)
{
    switch (e->kind) {
    case EV_OPEN:
        add(t, TURN_OPEN, e);
        break;
    case EV_STATE:
        take_state(t, e);
        break;
    case EV_COMMAND:
        take_command(t, e);
        break;
    case EV_REPLY:
        take_reply(t, e);
        break;
    case EV_LINE:
        take_line(t, e);
        break;
    case EV_EXCHANGE:
        take_exchange(t, e);
        break;
    case EV_CREDENTIAL:
        add(t, TURN_LOGIN, e);
        break;
    case EV_TLS:
        take_tls(t, e);
        break;
    case EV_MESSAGE_BEGIN:
        take_message(t, e);
        break;
    case EV_MESSAGE_END:
        message_ended(t, e);
        break;
    case EV_GAP:
        take_gap(t, e);
        break;
    case EV_NOTE:
        take_note(t, e);
        break;
    case EV_CLOSE:
        add(t, TURN_CLOSE, e);
        break;
    default:
        break;
    }
}

bool turns_work(struct turns *t, int64_t deadline)
{
    if (t->gone) {
        return false;
    }
    const struct event *e;
    uint32_t problems = t->problems;
    bool more = false;
    for (size_t n = 1; (e = store_dialog_next(t->dialog)) != NULL; n++) {
        size_t had = t->count;
        take(t, e);
        if (t->count > had) {
            add_lines_of(t, had);
        }
        if (n % LOOK_AT_CLOCK == 0 && clock_over(deadline)) {
            more = true;
            break;
        }
    }
    if (t->problems_only && t->problems != problems) { /* an earlier turn may have become one */
        make_lines(t);
    }
    t->reading = more;
    return more;
}

const struct event *turns_event(const struct turns *t, size_t turn)
{
    return t->gone || turn >= t->count ? NULL : store_dialog_at(t->dialog, t->turn[turn].place);
}

bool turns_message(const struct turns *t, size_t turn, struct store_item *item,
                   struct message_room *room)
{
    if (turn >= t->count || t->turn[turn].kind != TURN_MESSAGE || t->turn[turn].number == 0) {
        return false;
    }
    *item = (struct store_item){t->ref, t->turn[turn].number - 1};
    return store_message(t->store, *item, room, NULL) &&
           room->message.number == t->turn[turn].number;
}
