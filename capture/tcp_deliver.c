/* What the receiver read, handed up in order: queues and causal order. */
#include "capture/base/error.h"
#include "capture/tcp_private.h"

#include <stdlib.h>

#define ALLOCATOR_SHARE 3 /* what malloc adds to many small pieces, measured on floods: a third */

/* ---- notes ---- */

void tcp_account(struct tcp *t, struct flow *f)
{
    if (t->ops->held == NULL) {
        return;
    }
    size_t held = f->user ? t->ops->held(t->ctx, f->user) : 0;
    held += held / ALLOCATOR_SHARE;
    uint32_t now = held > UINT32_MAX ? UINT32_MAX : (uint32_t)held;
    t->listeners = t->listeners - f->held + now;
    f->held = now;
}

void tcp_note(struct tcp *t, struct flow *f, enum dir d, enum stream_note_kind kind,
              uint64_t offset, const struct segment *seg)
{
    if (f->opened && f->state == FLOW_OPEN) {
        struct stream_note n = {
            .kind = kind, .dir = d, .offset = offset, .time = seg->time, .packet = seg->packet};
        t->ops->note(t->ctx, &f->info, &f->user, &n);
        tcp_account(t, f);
    }
}

/* ---- handing up ---- */

static void ignore_flow(struct tcp *t, struct flow *f)
{
    tcp_deliver_drop(t, f);
    f->state = FLOW_IGNORED;
    t->listeners -= f->held;
    f->held = 0;
    tcp_table_touch(t, f, LIST_IGNORED);
}

/* A stretch of the stream, of which `data` was captured: [from, to). */
struct stretch {
    uint64_t from, to;
    struct bytes data;
    int32_t urgent; /* offset of the urgent byte, -1 none */
    int64_t time;
    uint64_t packet;
    uint8_t ttl;
};

static void hand_up(struct tcp *t, struct flow *f, enum dir d, uint64_t from, struct bytes data,
                    const struct stretch *s)
{
    if (data.n == 0 || f->state != FLOW_OPEN) {
        return;
    }
    struct half *h = &f->half[d];
    if (t->ops->expect != NULL) {
        t->ops->expect(f->user, false);
    }
    tcp_history_add(t->history, &h->history, tcp_owner(f, d), from, data, s->ttl);
    f->info.count[d].delivered += data.n;
    h->delivered = true;
    struct chunk c = {.data = data, .time = s->time, .packet = s->packet, .offset = from};
    enum stream_verdict v = t->ops->data(t->ctx, &f->info, &f->user, d, &c);
    if (v == STREAM_IGNORE) {
        ignore_flow(t, f);
        return;
    }
    if (v == STREAM_MAIL) {
        bool both = f->info.count[0].delivered > 0 && f->info.count[1].delivered > 0;
        tcp_table_touch(t, f, both ? LIST_MAIL : LIST_ONE_SIDED);
    }
    uint64_t packets = f->info.count[0].packets + f->info.count[1].packets;
    if (packets <= 2 || packets % 16 == 4) { /* at its first words, then now and then */
        tcp_account(t, f);
    }
}

static void advance(struct half *h, uint64_t to)
{
    h->next_seq += (uint32_t)(to - h->next);
    h->next = to;
}

/* Linux takes the urgent byte out of the stream (hostile.md T17). */
static void hand_up_urgent(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                           struct bytes data, int32_t urgent, const struct stretch *s)
{
    bool inside = urgent >= 0 && (size_t)urgent < data.n;
    if (inside && f->opened && f->state == FLOW_OPEN) {
        struct stream_note n = {.kind = NOTE_URGENT_DATA,
                                .dir = d,
                                .offset = from + (uint64_t)urgent,
                                .time = s->time,
                                .packet = s->packet};
        t->ops->note(t->ctx, &f->info, &f->user, &n);
    }
    if (!inside || t->config.overlap != OVERLAP_LINUX) {
        hand_up(t, f, d, from, data, s);
        return;
    }
    size_t at = (size_t)urgent;
    hand_up(t, f, d, from, bytes_sub(data, 0, at), s);
    hand_up(t, f, d, from + at + 1, bytes_from(data, at + 1), s);
}

void tcp_deliver_gap(struct tcp *t, struct flow *f, enum dir d, uint64_t to, int64_t time,
                     uint64_t packet, enum gap_cause cause)
{
    struct half *h = &f->half[d];
    struct gap g = {
        .missing = to - h->next, .offset = h->next, .time = time, .packet = packet, .cause = cause};
    if (g.missing == 0) {
        return;
    }
    f->info.count[d].missing += g.missing;
    f->info.count[d].gaps++;
    advance(h, to);
    if (f->state == FLOW_OPEN && f->opened) {
        t->ops->gap(t->ctx, &f->info, &f->user, d, &g);
    }
}

static void tell_snaplen(struct tcp *t, struct flow *f, enum dir d, int64_t time, uint64_t packet)
{
    struct half *h = &f->half[d];
    if (!h->snaplen_told && f->state == FLOW_OPEN && f->opened) {
        h->snaplen_told = true;
        struct stream_note n = {
            .kind = NOTE_SNAPLEN, .dir = d, .offset = h->next, .time = time, .packet = packet};
        t->ops->note(t->ctx, &f->info, &f->user, &n);
    }
}

static struct stretch stretch_of(const struct piece *p)
{
    return (struct stretch){.from = p->from,
                            .to = p->to,
                            .data = bytes_make(p->data, p->have),
                            .urgent = p->urgent,
                            .time = p->time,
                            .packet = p->packet,
                            .ttl = p->ttl};
}

/* It begins at or before `next`: what lies before was read already. */
static void take_in_order(struct tcp *t, struct flow *f, enum dir d, const struct stretch *s)
{
    struct half *h = &f->half[d];
    size_t skip = (size_t)(h->next - s->from);
    uint64_t have_to = s->from + s->data.n;
    struct bytes fresh = bytes_from(s->data, skip);
    int32_t urgent = s->urgent >= (int32_t)skip ? s->urgent - (int32_t)skip : -1;
    uint64_t at = h->next;
    if (fresh.n > 0) {
        advance(h, have_to);
        hand_up_urgent(t, f, d, at, fresh, urgent, s);
    }
    if (s->to > h->next && f->state == FLOW_OPEN) {
        tell_snaplen(t, f, d, s->time, s->packet);
        tcp_deliver_gap(t, f, d, s->to, s->time, s->packet, GAP_SNAPLEN);
    }
}

void tcp_deliver_piece(struct tcp *t, struct flow *f, enum dir d, struct piece *p)
{
    struct stretch x = stretch_of(p);
    take_in_order(t, f, d, &x);
    free(p);
}

void tcp_deliver_next(struct tcp *t, struct flow *f, enum dir d, const struct tcp_fields *x,
                      const struct segment *s)
{
    struct half *h = &f->half[d];
    uint64_t from = h->next;
    struct stretch whole = {.time = s->time, .packet = s->packet, .ttl = s->ttl};
    advance(h, from + x->wire);
    hand_up(t, f, d, from, x->data, &whole);
}

/* ---- queues ---- */

static void queue_add(struct tcp *t, struct flow *f, enum dir d, struct piece *p,
                      struct conflict_at *at)
{
    struct tcp_queue *q = &tcp_waiting(t, f)->queue[d];
    uint64_t before = q->bytes;
    tcp_queue_insert(q, p, t->config.overlap, tcp_conflict_tell, at);
    t->waiting += q->bytes - before;
    tcp_stall(t, f);
}

struct piece *tcp_piece_of(const struct tcp_fields *s, const struct segment *seg, uint64_t from,
                           bool bad)
{
    struct piece *p = tcp_piece_new(from, s->wire, s->data);
    p->time = seg->time;
    p->packet = seg->packet;
    p->ttl = seg->ttl;
    p->bad_checksum = bad;
    p->outdated = s->outdated;
    if (s->flags & TCP_URG) {
        p->urgent = s->urgent ? s->urgent - 1 : 0;
    }
    return p;
}

uint64_t tcp_need_of(const struct flow *f, enum dir d, const struct tcp_fields *s)
{
    const struct half *peer = &f->half[dir_other(d)];
    if (!(s->flags & TCP_ACK) || !peer->based) {
        return 0;
    }
    int64_t off = 0;
    tcp_offset(peer, s->ack, &off);
    if (off < 0) {
        return 0;
    }
    return (uint64_t)off;
}

/* ---- segments ---- */

/* The newest copy is no news: count it, compare it. */
static void take_old(struct flow *f, enum dir d, uint64_t from, const struct tcp_fields *s,
                     struct conflict_at *at)
{
    f->info.count[d].retransmitted++;
    bool keep_alive = s->wire <= 1 && from + 1 == f->half[d].next; /* T20: its byte means nothing */
    if (!keep_alive) {
        tcp_conflict_compare(f, d, from, s->data, at);
    }
}

void tcp_deliver_segment(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                         const struct tcp_fields *s, const struct segment *seg, bool bad_checksum)
{
    struct half *h = &f->half[d];
    struct conflict_at at = tcp_conflict_of(t, f, d, seg, bad_checksum);
    uint64_t to = from + s->wire;
    if (to <= h->next) {
        take_old(f, d, from, s, &at);
        return;
    }
    if (from < h->next) {
        tcp_conflict_compare(f, d, from, s->data, &at);
    }
    if (f->waiting != NULL) {
        tcp_doubts_settle(t, f, d, from, s->data, &at);
    }
    uint64_t need = tcp_need_of(f, d, s);
    const struct half *peer = &f->half[dir_other(d)];
    bool doubtful = peer->based && need > peer->highest;
    struct tcp_queue *q = tcp_queue_of(f, d);
    if (q != NULL && !doubtful) {
        uint64_t before = q->bytes;
        tcp_queue_drop_doubtful(q, from, s->data, tcp_conflict_tell, &at);
        t->waiting -= before - q->bytes;
    }
    bool queued = q != NULL && tcp_queue_overlaps(q, from, to);
    bool first = from <= h->next && tcp_may_go(f, d, need) &&
                 (!queued || t->config.overlap == OVERLAP_LINUX);
    if (!first) {
        struct piece *p = tcp_piece_of(s, seg, from, bad_checksum);
        p->need = need;
        p->doubtful = doubtful;
        queue_add(t, f, d, p, &at);
        return;
    }
    if (queued) {
        tcp_queue_compare(q, from, s->data, tcp_conflict_tell, &at);
    }
    int32_t urgent = s->flags & TCP_URG ? (s->urgent ? s->urgent - 1 : 0) : -1;
    struct stretch x = {from, to, s->data, urgent, seg->time, seg->packet, seg->ttl};
    take_in_order(t, f, d, &x);
}

/* One piece of d that may go, or NULL. */
static struct piece *next_piece(struct tcp *t, struct flow *f, enum dir d)
{
    struct half *h = &f->half[d];
    struct tcp_queue *q = tcp_queue_of(f, d);
    struct piece *p = q ? tcp_queue_head(q) : NULL;
    while (p != NULL && p->to <= h->next) { /* read already from another copy */
        t->waiting -= tcp_piece_cost(p);
        free(tcp_queue_pop(q));
        p = tcp_queue_head(q);
    }
    if (p != NULL && p->from <= h->next) {
        if (!tcp_may_go(f, d, p->need)) {
            return NULL;
        }
        t->waiting -= tcp_piece_cost(p);
        return tcp_queue_pop(q);
    }
    return tcp_doubt_take(t, f, d, false);
}

void tcp_deliver_fin(struct tcp *t, struct flow *f, enum dir d)
{
    struct half *h = &f->half[d];
    if (h->fin_seen && !h->fin_told && h->next >= h->fin_at) {
        h->fin_told = true;
        if (f->opened && t->ops->fin) {
            t->ops->fin(t->ctx, &f->info, &f->user, d, f->info.last);
        }
    }
}

static bool ready_one(struct tcp *t, struct flow *f, enum dir d)
{
    struct piece *p = next_piece(t, f, d);
    if (p == NULL) {
        return false;
    }
    tcp_deliver_piece(t, f, d, p);
    return true;
}

/* Hands up what may go, in both directions; false when nothing could. */
static bool release(struct tcp *t, struct flow *f)
{
    bool moved = true, any = false;
    while (moved && f->state == FLOW_OPEN) {
        moved = false;
        for (int d = 0; d < 2 && f->state == FLOW_OPEN; d++) {
            while (f->state == FLOW_OPEN && ready_one(t, f, (enum dir)d)) {
                moved = any = true;
            }
        }
    }
    return any;
}

void tcp_deliver_ready(struct tcp *t, struct flow *f)
{
    if (f->waiting == NULL && !tcp_fin_waits(&f->half[0]) && !tcp_fin_waits(&f->half[1])) {
        return; /* the usual case */
    }
    bool moved = release(t, f);
    if (f->state != FLOW_OPEN) {
        return;
    }
    tcp_deliver_fin(t, f, FROM_CLIENT);
    tcp_deliver_fin(t, f, FROM_SERVER);
    tcp_waiting_settle(t, f, moved);
}

void tcp_deliver_drop(struct tcp *t, struct flow *f)
{
    if (f->waiting == NULL) {
        return;
    }
    for (int d = 0; d < 2; d++) {
        while (f->waiting->doubts[d] != NULL) {
            tcp_doubt_free(t, &f->waiting->doubts[d]);
        }
    }
    tcp_waiting_free(t, f);
}
