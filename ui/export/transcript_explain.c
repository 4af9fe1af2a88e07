#include "ui/export/transcript_explain.h"

#include "capture/base/limits.h"
#include "dissect/explain.h"

#include <stdlib.h>

void awaited_done(struct awaited *a)
{
    free(a->list);
    *a = (struct awaited){0};
}

static void forget(struct awaited *a, uint32_t number)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->list[i].number == number) {
            a->count--;
            memmove(&a->list[i], &a->list[i + 1], (a->count - i) * sizeof *a->list);
            return;
        }
    }
}

static void await_answer(struct awaited *a, const struct command *c, const struct limits *limits)
{
    if (c->flags & COMMAND_DATA) { /* a line of an exchange: its command is known */
        return;
    }
    if (a->count >= limits->pending_commands) {
        forget(a, a->list[0].number);
    }
    a->list = xrealloc(a->list, (a->count + 1) * sizeof *a->list);
    a->list[a->count].number = c->number;
    a->list[a->count++].verb = c->verb;
}

static const char *verb_of(const struct awaited *a, uint32_t number)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->list[i].number == number) {
            return a->list[i].verb;
        }
    }
    return "";
}

static void explain(struct transcript_lines *l, const struct awaited *a, const struct event *e)
{
    const struct reply *r = e->u.reply;
    const char mark[] = {transcript_side(r->dir), '?', '\0'};
    struct command to = {.verb = verb_of(a, e->paired_number)};
    struct explanation x;
    struct buf text;
    buf_init(&text, SIZE_MAX);
    explain_reply(r, e->paired_number != 0 ? &to : NULL, e->session->protocol, &x);
    explain_show(&x, &text);
    struct bytes rest = buf_bytes(&text), line;
    while (bytes_split(&rest, '\n', &line) && line.n > 0) {
        transcript_begin(l, TIME_UNKNOWN, -1, mark);
        buf_add(&l->out, line);
        buf_add_byte(&l->out, '\n');
    }
    buf_done(&text);
}

void transcript_explain(struct transcript_lines *l, struct awaited *a, const struct event *e)
{
    if (e->kind == EV_COMMAND) {
        await_answer(a, e->u.command, l->config->limits);
    } else if (e->kind == EV_REPLY) {
        explain(l, a, e);
    } else if (e->kind == EV_EXCHANGE) {
        forget(a, e->u.exchange->command->number);
    }
}
