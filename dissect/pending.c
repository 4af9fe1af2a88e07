#include "dissect/pending.h"

#include "capture/base/pool.h"

/* Most entries are of one size: the next command takes the place of the one before. */
#define ENTRY_LEAST 256

void pending_init(struct pending_queue *q, struct pool *pool)
{
    *q = (struct pending_queue){.pool = pool, .tail = &q->head};
}

void pending_drop(struct pending_queue *q)
{
    struct pending *p = q->head;
    if (p == NULL) {
        return;
    }
    q->head = p->next;
    if (q->head == NULL) {
        q->tail = &q->head;
    }
    q->count--;
    pool_give(q->pool, p, p->size);
}

void pending_done(struct pending_queue *q)
{
    while (q->head != NULL) {
        pending_drop(q);
    }
}

/* A view into the old line becomes the same view into the copy; foreign views become empty. */
static struct bytes moved(struct bytes view, struct bytes line, const uint8_t *copy)
{
    if (view.n == 0 || view.p < line.p || view.p > line.p + line.n) {
        return (struct bytes){copy, 0};
    }
    size_t at = (size_t)(view.p - line.p);
    return bytes_sub((struct bytes){copy, line.n}, at, view.n);
}

struct pending *pending_add(struct pending_queue *q, const struct command *c)
{
    size_t size = sizeof(struct pending) + c->line.n;
    size = size < ENTRY_LEAST ? ENTRY_LEAST : size;
    struct pending *p = pool_take(q->pool, size);
    memset(p, 0, offsetof(struct pending, command));
    p->size = (uint32_t)size;
    p->sent = c->time;
    p->command = *c;
    if (c->line.n > 0) {
        memcpy(p->text, c->line.p, c->line.n);
    }
    p->command.line = bytes_make(p->text, c->line.n);
    p->command.word = moved(c->word, c->line, p->text);
    p->command.argument = moved(c->argument, c->line, p->text);
    p->command.secret = moved(c->secret, c->line, p->text);
    *q->tail = p;
    q->tail = &p->next;
    q->count++;
    return p;
}
