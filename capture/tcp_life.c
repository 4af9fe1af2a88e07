/* A connection's life: it opens, grows old, is closed, and its grave is kept for a while. */
#include "capture/base/error.h"
#include "capture/tcp_private.h"

#define LINGER_SECONDS 1 /* an ACK is delayed half a second at most (RFC 1122 4.2.3.2) */

/* ---- opening and closing ---- */

void tcp_open(struct tcp *t, struct flow *f)
{
    if (f->opened) {
        return;
    }
    f->opened = true;
    f->state = FLOW_OPEN;
    t->counters.connections++;
    tcp_table_touch(t, f, LIST_UNDECIDED);
    if (t->ops->open) {
        t->ops->open(t->ctx, &f->info, &f->user);
        tcp_account(t, f);
    }
}

void tcp_drain(struct tcp *t, struct flow *f)
{
    if (f->state == FLOW_OPEN) {
        tcp_deliver_ready(t, f);
        while (f->state == FLOW_OPEN && tcp_hole_resolve(t, f)) {
            tcp_deliver_ready(t, f);
        }
        tcp_hole_last(t, f);
    }
}

void tcp_close(struct tcp *t, struct flow *f, enum stream_close how)
{
    bool open = f->opened && f->state != FLOW_CLOSED;
    how = f->state == FLOW_LINGERS ? CLOSE_FIN : how;
    tcp_drain(t, f);
    tcp_deliver_drop(t, f);
    if (f->state == FLOW_HALF_OPEN) {
        t->counters.half_open++;
    }
    f->state = FLOW_CLOSED;
    f->closed_how = how & 15u;
    t->listeners -= f->held;
    f->held = 0;
    if (open && t->ops->close) {
        t->ops->close(t->ctx, &f->info, &f->user, how, f->info.last);
        f->user = NULL;
    }
}

void tcp_end(struct tcp *t, struct flow *f, enum stream_close how)
{
    bool lingers = f->state == FLOW_LINGERS;
    tcp_close(t, f, how);
    if (lingers) {
        tcp_bury(t, f, tcp_table_hash(t, f));
    } else {
        tcp_table_remove(t, f);
    }
}

void tcp_linger(struct tcp *t, struct flow *f)
{
    const struct half *c = &f->half[FROM_CLIENT], *v = &f->half[FROM_SERVER];
    if (c->acked > c->fin_at && v->acked > v->fin_at) {
        tcp_close(t, f, CLOSE_FIN);
    } else if (f->state == FLOW_OPEN) {
        tcp_deliver_drop(t, f);
        f->state = FLOW_LINGERS;
        tcp_table_touch(t, f, LIST_LINGERS);
    }
}

/* The sequence number behind all that was seen of a direction. */
static uint32_t seq_behind(const struct half *h)
{
    uint64_t end = h->highest > h->acked ? h->highest : h->acked;
    return h->next_seq + (uint32_t)(end - h->next);
}

struct grave tcp_grave_of(const struct tcp *t, const struct flow *f, uint64_t hash)
{
    bool client_first = tcp_table_client_first(f);
    uint32_t end = seq_behind(&f->half[f->server_reset ? FROM_SERVER : FROM_CLIENT]);
    return (struct grave){.hash = hash,
                          .closed = t->second,
                          .reset_seq = end & GRAVE_SEQ,
                          .reset = f->closed_how == CLOSE_RST,
                          .reset_by_first = f->server_reset != client_first,
                          .client_is_first = client_first};
}

void tcp_bury(struct tcp *t, struct flow *f, uint64_t hash)
{
    struct grave g = tcp_grave_of(t, f, hash);
    tcp_graves_add(&t->graves, &g);
    tcp_table_remove(t, f);
}

/* ---- memory and age ---- */

size_t tcp_memory(const struct tcp *t)
{
    return t->flows * sizeof(struct flow) + (t->mask + 1) * sizeof *t->slots + t->waiting +
           t->listeners + tcp_graves_memory(&t->graves) + HISTORY_BYTES;
}

/* The least valuable first: what is over, what is not mail, what nobody answered; never the one
 * that the packet at hand belongs to, else nothing new could begin while memory is full. */
void tcp_evict(struct tcp *t, const struct flow *current)
{
    while (tcp_memory(t) > t->limits->memory) {
        struct flow *f = NULL;
        int list = 0;
        for (; list < LIST_COUNT && f == NULL; list++) {
            f = tcp_table_oldest(t, (enum flow_list)list);
            f = f != current ? f : NULL; /* the newest: it stands alone in its list */
        }
        if (f == NULL) {
            return;
        }
        t->counters.evicted += f->state == FLOW_OPEN;
        tcp_end(t, f, CLOSE_EVICTED);
    }
}

void tcp_bound_half_open(struct tcp *t)
{
    uint64_t most = t->limits->memory / 100 * t->limits->half_open_share / sizeof(struct flow);
    while (t->list[LIST_HALF_OPEN].count > most) {
        t->counters.half_open_dropped++;
        tcp_end(t, tcp_table_oldest(t, LIST_HALF_OPEN), CLOSE_EVICTED);
    }
}

uint64_t tcp_idle_limit(const struct tcp *t, enum flow_list list)
{
    const struct limits *l = t->limits;
    const uint64_t seconds[LIST_COUNT] = {[LIST_LINGERS] = LINGER_SECONDS,
                                          [LIST_HALF_OPEN] = l->half_open_seconds,
                                          [LIST_IGNORED] = l->idle_undecided_seconds,
                                          [LIST_UNDECIDED] = l->idle_undecided_seconds,
                                          [LIST_ONE_SIDED] = l->idle_mail_seconds,
                                          [LIST_MAIL] = l->idle_mail_seconds};
    return seconds[list];
}

static void age_lists(struct tcp *t)
{
    for (enum flow_list list = 0; list < LIST_COUNT; list++) {
        uint64_t limit = tcp_idle_limit(t, list);
        struct flow *f;
        while ((f = tcp_table_oldest(t, list)) != NULL && t->second - f->active > limit) {
            tcp_end(t, f, CLOSE_IDLE);
        }
    }
}

/* A hole that nothing fills is declared lost once the receiver has shown that it had the bytes. */
static void age_stalls(struct tcp *t)
{
    int64_t limit = (int64_t)t->limits->hole_seconds * NS;
    struct waiting *w;
    while ((w = t->stall_oldest) != NULL && t->now - w->since > limit) {
        struct flow *f = w->flow;
        bool acked = tcp_hole_is_acked(f);
        tcp_stall_again(t, f); /* looked at again later */
        if (acked && tcp_hole_resolve(t, f)) {
            tcp_deliver_ready(t, f);
        }
    }
}

/* The second before which a grave is forgotten. */
static uint32_t grave_limit(const struct tcp *t)
{
    uint64_t kept = t->limits->closed_seconds;
    return t->second > kept ? (uint32_t)(t->second - kept) : 0;
}

void tcp_go_on(struct tcp *t, int64_t now)
{
    if (now <= t->now) {
        return;
    }
    t->now = now;
    if (now >= t->next_second) {
        t->second = now < 0 ? 0 : now / NS > UINT32_MAX ? UINT32_MAX : (uint32_t)(now / NS);
        t->next_second = ((int64_t)t->second + 1) * NS;
    }
    if (t->aged <= now - NS) {
        t->aged = t->now;
        age_stalls(t);
        age_lists(t);
        tcp_graves_age(&t->graves, grave_limit(t));
    }
}

void tcp_bound_queues(struct tcp *t, struct flow *f)
{
    for (int d = 0; d < 2; d++) {
        const struct waiting *w;
        while ((w = f->waiting) != NULL && f->state == FLOW_OPEN &&
               (w->queue[d].bytes > t->limits->reorder_bytes ||
                w->queue[d].pieces > t->limits->reorder_pieces)) {
            if (!tcp_hole_resolve(t, f)) {
                break;
            }
            tcp_deliver_ready(t, f);
        }
    }
}
