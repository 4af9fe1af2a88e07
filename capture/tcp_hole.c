/* Holes: where bytes are missing, how far, and that nothing will fill them. */
#include "capture/tcp_private.h"

/* The piece of the other direction that waits for bytes of d alone, or NULL. */
static const struct piece *waits_for(const struct flow *f, enum dir d)
{
    const struct half *peer = &f->half[dir_other(d)];
    const struct piece *p = tcp_queue_head(tcp_queue_of(f, dir_other(d)));
    return p != NULL && p->from <= peer->next && !tcp_may_go(f, dir_other(d), p->need) ? p : NULL;
}

/* Where the hole of d ends, and what is known of it: before its own queue, or where the other
 * direction, which goes on first, acknowledges only a part or nothing of d is queued. So what is
 * lost has its place among what the other side said. False: d has no hole. */
static bool hole_of(const struct flow *f, enum dir d, uint64_t *to, int64_t *time, uint64_t *packet)
{
    const struct half *h = &f->half[d];
    if (f->waiting == NULL) {
        return false;
    }
    const struct piece *own = tcp_queue_head(tcp_queue_of(f, d));
    if (own != NULL && own->from <= h->next) {
        return false; /* it only waits for the other direction */
    }
    const struct piece *other = waits_for(f, d);
    if (other != NULL && (own == NULL || other->need < own->from)) {
        *to = other->need;
        *time = other->time;
        *packet = other->packet;
        return true;
    }
    if (own != NULL) {
        *to = own->from;
        *time = own->time;
        *packet = own->packet;
    }
    return own != NULL;
}

/* The other side acknowledged one more than was seen, and nothing else ever came: a FIN that was
 * not captured, and no byte. */
static bool is_lost_fin(const struct flow *f, enum dir d, uint64_t to)
{
    const struct half *h = &f->half[d];
    return to == h->next + 1 && h->highest == h->next && !h->fin_seen && h->delivered &&
           tcp_queue_head(tcp_queue_of(f, d)) == NULL;
}

bool tcp_hole_resolve(struct tcp *t, struct flow *f)
{
    uint64_t to[2] = {0}, packet[2] = {0};
    int64_t time[2] = {0};
    bool hole[2];
    for (int d = 0; d < 2; d++) {
        hole[d] = hole_of(f, (enum dir)d, &to[d], &time[d], &packet[d]);
    }
    if (!hole[0] && !hole[1]) { /* only doubts are left: the best there is */
        for (int d = 0; d < 2; d++) {
            struct piece *p = tcp_doubt_take(t, f, (enum dir)d, true);
            if (p != NULL) {
                tcp_deliver_piece(t, f, (enum dir)d, p);
                return true;
            }
        }
        return false;
    }
    int d = hole[0] && (!hole[1] || packet[0] <= packet[1]) ? 0 : 1; /* the older one */
    struct piece *p = tcp_doubt_take(t, f, (enum dir)d, true);
    if (p != NULL) {
        tcp_deliver_piece(t, f, (enum dir)d, p);
        return true;
    }
    for (const struct doubt *x = *tcp_doubts_of(f, (enum dir)d); x != NULL; x = x->next) {
        if (x->piece->from > f->half[d].next && x->piece->from < to[d]) {
            to[d] = x->piece->from; /* the hole ends where a doubtful piece begins */
        }
    }
    if (is_lost_fin(f, (enum dir)d, to[d])) {
        f->half[d].fin_seen = true;
        f->half[d].fin_at = f->half[d].next;
        return true;
    }
    enum gap_cause cause = f->half[d].acked >= to[d] ? GAP_NOT_CAPTURED : GAP_NEVER_ACKED;
    tcp_deliver_gap(t, f, (enum dir)d, to[d], time[d], packet[d], cause);
    return true;
}

/* The other side closed too, and acknowledged more than bytes that were seen: the FIN came with the
 * last of them, and was lost with them. */
static bool last_bytes_held_fin(const struct flow *f, enum dir d)
{
    const struct half *h = &f->half[d];
    return !h->fin_seen && f->half[dir_other(d)].fin_seen && h->acked > h->next + 1;
}

/* What was lost last, before a FIN that both ends agree on. */
void tcp_hole_last(struct tcp *t, struct flow *f)
{
    for (int d = 0; d < 2 && f->state == FLOW_OPEN; d++) {
        struct half *h = &f->half[d];
        if (last_bytes_held_fin(f, (enum dir)d)) {
            h->fin_seen = true;
            h->fin_at = h->acked - 1;
        }
        if (tcp_fin_waits(h) && h->delivered && h->acked >= h->fin_at) {
            tcp_deliver_gap(t, f, (enum dir)d, h->fin_at, f->info.last, f->info.first_packet,
                            GAP_NOT_CAPTURED);
            tcp_deliver_fin(t, f, (enum dir)d);
        }
    }
}

bool tcp_hole_is_acked(const struct flow *f)
{
    for (int d = 0; d < 2; d++) {
        uint64_t to = 0, packet = 0;
        int64_t time = 0;
        if (hole_of(f, (enum dir)d, &to, &time, &packet) && f->half[d].acked >= to) {
            return true;
        }
    }
    return false;
}
