/* What of a flow waits: made when something does, freed with the last of it. */
#include "capture/base/error.h"
#include "capture/tcp_private.h"

#include <stdlib.h>

/* With the first array of runs, and malloc's share. */
#define WAITING_COST (sizeof(struct waiting) + 128)

struct waiting *tcp_waiting(struct tcp *t, struct flow *f)
{
    if (f->waiting == NULL) {
        f->waiting = xcalloc(1, sizeof *f->waiting);
        f->waiting->flow = f;
        t->waiting += WAITING_COST;
    }
    return f->waiting;
}

static void list_add(struct tcp *t, struct waiting *w)
{
    w->listed = true;
    w->since = t->now;
    w->prev = t->stall_newest;
    w->next = NULL;
    *(t->stall_newest ? &t->stall_newest->next : &t->stall_oldest) = w;
    t->stall_newest = w;
}

static void list_remove(struct tcp *t, struct waiting *w)
{
    if (w->listed) {
        w->listed = false;
        *(w->prev ? &w->prev->next : &t->stall_oldest) = w->next;
        *(w->next ? &w->next->prev : &t->stall_newest) = w->prev;
    }
}

void tcp_stall(struct tcp *t, struct flow *f)
{
    if (!f->waiting->listed) {
        list_add(t, f->waiting);
    }
}

void tcp_stall_again(struct tcp *t, struct flow *f)
{
    list_remove(t, f->waiting);
    list_add(t, f->waiting);
}

void tcp_waiting_settle(struct tcp *t, struct flow *f, bool moved)
{
    struct waiting *w = f->waiting;
    if (w == NULL) {
        return;
    }
    bool more = false;
    for (int d = 0; d < 2; d++) {
        if (w->queue[d].count == 0) {
            tcp_queue_done(&w->queue[d]);
        }
        more = more || w->queue[d].count > 0 || w->doubts[d] != NULL;
    }
    if (!more) {
        tcp_waiting_free(t, f);
    } else if (moved) {
        tcp_stall_again(t, f);
    } else {
        tcp_stall(t, f);
    }
}

void tcp_waiting_set_tfo(struct tcp *t, struct flow *f, struct piece *p)
{
    struct waiting *w = tcp_waiting(t, f);
    free(tcp_waiting_take_tfo(t, f));
    w->tfo = p;
    t->waiting += tcp_piece_cost(p);
}

struct piece *tcp_waiting_take_tfo(struct tcp *t, struct flow *f)
{
    struct piece *p = f->waiting == NULL ? NULL : f->waiting->tfo;
    if (p != NULL) {
        f->waiting->tfo = NULL;
        t->waiting -= tcp_piece_cost(p);
    }
    return p;
}

void tcp_waiting_free(struct tcp *t, struct flow *f)
{
    struct waiting *w = f->waiting;
    if (w == NULL) {
        return;
    }
    free(tcp_waiting_take_tfo(t, f));
    list_remove(t, w);
    t->waiting -= WAITING_COST + w->queue[0].bytes + w->queue[1].bytes;
    tcp_queue_done(&w->queue[0]);
    tcp_queue_done(&w->queue[1]);
    free(w);
    f->waiting = NULL;
}
