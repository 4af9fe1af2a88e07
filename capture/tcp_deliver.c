/* What the receiver read, handed up in order: queues, doubts, holes, causal order. */
#include "capture/base/error.h"
#include "capture/tcp_private.h"

#include <stdlib.h>

#define DOUBTS_MOST     64 /* doubtful segments of a direction; the oldest is forgotten */
#define ALLOCATOR_SHARE 3  /* what malloc adds to many small pieces, measured on floods: a third */
#define TTL_OUTLIER_BY  5  /* hostile.md T5 */

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

struct conflict_at {
    struct tcp *t;
    struct flow *f;
    enum dir dir;
    int64_t time;
    uint64_t packet;
    uint8_t ttl;
    bool bad_checksum;
};

/* A keep-alive's one garbage byte is no conflict (T20): it never comes here. */
static void tell_conflict(void *arg, uint64_t offset, struct bytes kept, struct bytes other,
                          uint8_t old_ttl)
{
    const struct conflict_at *at = arg;
    struct flow *f = at->f;
    if (!f->opened || f->state != FLOW_OPEN) {
        return;
    }
    f->info.conflicts++;
    struct stream_note n = {.kind =
                                at->bad_checksum ? NOTE_CHECKSUM_CONFLICT : NOTE_OVERLAP_CONFLICT,
                            .dir = at->dir,
                            .offset = offset,
                            .time = at->time,
                            .packet = at->packet,
                            .kept = kept,
                            .other = other};
    at->t->ops->note(at->t->ctx, &f->info, &f->user, &n);
    uint8_t usual = f->half[at->dir].ttl, least = at->ttl < old_ttl ? at->ttl : old_ttl;
    if (least + TTL_OUTLIER_BY <= usual && f->state == FLOW_OPEN) {
        n.kind = NOTE_TTL_OUTLIER;
        n.kept = n.other = (struct bytes){NULL, 0};
        at->t->ops->note(at->t->ctx, &f->info, &f->user, &n);
    }
}

static struct conflict_at conflict_of(struct tcp *t, struct flow *f, enum dir d,
                                      const struct segment *seg, bool bad)
{
    return (struct conflict_at){t, f, d, seg->time, seg->packet, seg->ttl, bad};
}

static uint64_t owner_of(const struct flow *f, enum dir d)
{
    return f->info.first_packet * 2 + (uint64_t)d;
}

/* A copy of bytes handed up before: held against what the ring remembers. */
static bool compare_delivered(struct flow *f, enum dir d, uint64_t from, struct bytes data,
                              struct conflict_at *at)
{
    const struct half *h = &f->half[d];
    bool differs = false;
    while (data.n > 0 && from < h->next) {
        size_t most = h->next - from < data.n ? (size_t)(h->next - from) : data.n;
        uint8_t ttl = 0;
        struct bytes old =
            tcp_history_find(at->t->history, h->history, owner_of(f, d), from, most, &ttl);
        if (old.n == 0) {
            break;
        }
        struct bytes new = bytes_sub(data, 0, old.n);
        if (!bytes_equal(old, new)) {
            tell_conflict(at, from, old, new, ttl);
            differs = true;
        }
        data = bytes_from(data, old.n);
        from += old.n;
    }
    return differs;
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
    tcp_history_add(t->history, &h->history, owner_of(f, d), from, data, s->ttl);
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

static void declare_gap(struct tcp *t, struct flow *f, enum dir d, uint64_t to, int64_t time,
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
        declare_gap(t, f, d, s->to, s->time, s->packet, GAP_SNAPLEN);
    }
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

/* NULL while nothing of f waits. */
static struct tcp_queue *queue_of(const struct flow *f, enum dir d)
{
    return f->waiting == NULL ? NULL : &f->waiting->queue[d];
}

static struct doubt **doubts_of(const struct flow *f, enum dir d)
{
    return f->waiting == NULL ? NULL : &f->waiting->doubts[d];
}

static void queue_add(struct tcp *t, struct flow *f, enum dir d, struct piece *p,
                      struct conflict_at *at)
{
    struct tcp_queue *q = &tcp_waiting(t, f)->queue[d];
    uint64_t before = q->bytes;
    tcp_queue_insert(q, p, t->config.overlap, tell_conflict, at);
    t->waiting += q->bytes - before;
    tcp_stall(t, f);
}

static struct piece *piece_of(const struct tcp_fields *s, const struct segment *seg, uint64_t from,
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

/* May bytes that acknowledge `need` of the other direction be handed up? (stream.h) A FIN counts
 * one, and brings no byte. */
static bool causal(const struct flow *f, enum dir d, uint64_t need)
{
    const struct half *peer = &f->half[dir_other(d)];
    return !f->info.seen[dir_other(d)] || !peer->based || peer->next >= need ||
           (peer->fin_seen && peer->next >= peer->fin_at);
}

static uint64_t need_of(const struct flow *f, enum dir d, const struct tcp_fields *s)
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

/* ---- doubts ---- */

static void doubt_free(struct tcp *t, struct doubt **at)
{
    struct doubt *gone = *at;
    *at = gone->next;
    t->waiting -= sizeof *gone + tcp_piece_cost(gone->piece);
    free(gone->piece);
    free(gone);
}

/* A delayed copy of what came again is the link's doing, and no news: an outdated segment is told
 * only where its bytes differ from the others' or nothing else brought them. */
static void tell_outdated(struct tcp *t, struct flow *f, enum dir d, const struct piece *p)
{
    if (p->outdated) {
        struct segment at = {.time = p->time, .packet = p->packet};
        tcp_note(t, f, d, NOTE_PAWS_OLD, p->from, &at);
    }
}

void tcp_deliver_doubtful(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                          const struct tcp_fields *s, const struct segment *seg, bool bad_checksum)
{
    struct half *h = &f->half[d];
    struct conflict_at at = conflict_of(t, f, d, seg, bad_checksum);
    if (from < h->next) {
        compare_delivered(f, d, from, s->data, &at);
    }
    if (from + s->wire <= h->next) {
        return;
    }
    struct doubt *n = xcalloc(1, sizeof *n);
    n->piece = piece_of(s, seg, from, bad_checksum);
    n->piece->need = need_of(f, d, s);
    t->waiting += sizeof *n + tcp_piece_cost(n->piece);
    struct doubt **first = &tcp_waiting(t, f)->doubts[d], **end = first;
    for (int count = 1; *end != NULL; end = &(*end)->next, count++) {
        if (count >= DOUBTS_MOST) {
            tell_outdated(t, f, d, (*first)->piece);
            doubt_free(t, first);
            end = first;
            count = 0;
            if (*end == NULL) {
                break;
            }
        }
    }
    *end = n;
    tcp_stall(t, f);
}

/* A clean copy came: doubtful ones of the same bytes lose, and differing ones are told. */
static void settle_doubts(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                          struct bytes data, struct conflict_at *at)
{
    for (struct doubt **p = doubts_of(f, d); *p != NULL;) {
        const struct piece *x = (*p)->piece;
        uint64_t a = x->from > from ? x->from : from;
        uint64_t b = x->from + x->have < from + data.n ? x->from + x->have : from + data.n;
        if (a >= b) {
            p = &(*p)->next;
            continue;
        }
        struct bytes good = bytes_sub(data, (size_t)(a - from), (size_t)(b - a));
        struct bytes bad =
            bytes_sub(bytes_make(x->data, x->have), (size_t)(a - x->from), (size_t)(b - a));
        if (!bytes_equal(good, bad)) {
            struct conflict_at then = *at;
            then.bad_checksum = x->bad_checksum;
            then.packet = x->packet;
            then.time = x->time;
            then.ttl = x->ttl;
            tell_conflict(&then, a, good, bad, at->ttl);
            tell_outdated(t, f, d, x);
        }
        doubt_free(t, p);
    }
}

/* What a doubtful piece holds was read from other copies. */
static void doubt_expire(struct tcp *t, struct flow *f, enum dir d, struct doubt **at)
{
    const struct piece *x = (*at)->piece;
    struct conflict_at where = {t, f, d, x->time, x->packet, x->ttl, x->bad_checksum};
    if (compare_delivered(f, d, x->from, bytes_make(x->data, x->have), &where)) {
        tell_outdated(t, f, d, x);
    }
    doubt_free(t, at);
}

/* The doubtful piece that the stream goes on with, when nothing better will come: it begins at or
 * before `next`, and the receiver acknowledged it (or `force`). */
static struct piece *take_doubt(struct tcp *t, struct flow *f, enum dir d, bool force)
{
    struct half *h = &f->half[d];
    for (struct doubt **p = doubts_of(f, d); p != NULL && *p != NULL;) {
        struct piece *x = (*p)->piece;
        if (x->to <= h->next) {
            doubt_expire(t, f, d, p);
            continue;
        }
        bool taken = h->acked >= x->to && causal(f, d, x->need);
        if (x->from <= h->next && (force || taken)) {
            if (!force && x->bad_checksum && h->sums == SUMS_UNKNOWN) {
                h->sums = SUMS_BAD; /* the receiver took it: this sender's sums are never right */
            }
            if (!taken) {
                tell_outdated(t, f, d, x);
            }
            struct doubt *gone = *p;
            *p = gone->next;
            t->waiting -= sizeof *gone + tcp_piece_cost(x);
            free(gone);
            return x;
        }
        p = &(*p)->next;
    }
    return NULL;
}

/* ---- segments ---- */

/* The newest copy is no news: count it, compare it. */
static void take_old(struct flow *f, enum dir d, uint64_t from, const struct tcp_fields *s,
                     struct conflict_at *at)
{
    f->info.count[d].retransmitted++;
    bool keep_alive = s->wire <= 1 && from + 1 == f->half[d].next; /* T20: its byte means nothing */
    if (!keep_alive) {
        compare_delivered(f, d, from, s->data, at);
    }
}

void tcp_deliver_segment(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                         const struct tcp_fields *s, const struct segment *seg, bool bad_checksum)
{
    struct half *h = &f->half[d];
    struct conflict_at at = conflict_of(t, f, d, seg, bad_checksum);
    uint64_t to = from + s->wire;
    if (to <= h->next) {
        take_old(f, d, from, s, &at);
        return;
    }
    if (from < h->next) {
        compare_delivered(f, d, from, s->data, &at);
    }
    if (f->waiting != NULL) {
        settle_doubts(t, f, d, from, s->data, &at);
    }
    uint64_t need = need_of(f, d, s);
    const struct half *peer = &f->half[dir_other(d)];
    bool doubtful = peer->based && need > peer->highest;
    struct tcp_queue *q = queue_of(f, d);
    if (q != NULL && !doubtful) {
        uint64_t before = q->bytes;
        tcp_queue_drop_doubtful(q, from, s->data, tell_conflict, &at);
        t->waiting -= before - q->bytes;
    }
    bool queued = q != NULL && tcp_queue_overlaps(q, from, to);
    bool first =
        from <= h->next && causal(f, d, need) && (!queued || t->config.overlap == OVERLAP_LINUX);
    if (!first) {
        struct piece *p = piece_of(s, seg, from, bad_checksum);
        p->need = need;
        p->doubtful = doubtful;
        queue_add(t, f, d, p, &at);
        return;
    }
    if (queued) {
        tcp_queue_compare(q, from, s->data, tell_conflict, &at);
    }
    int32_t urgent = s->flags & TCP_URG ? (s->urgent ? s->urgent - 1 : 0) : -1;
    struct stretch x = {from, to, s->data, urgent, seg->time, seg->packet, seg->ttl};
    take_in_order(t, f, d, &x);
}

/* One piece of d that may go, or NULL. */
static struct piece *next_piece(struct tcp *t, struct flow *f, enum dir d)
{
    struct half *h = &f->half[d];
    struct tcp_queue *q = queue_of(f, d);
    struct piece *p = q ? tcp_queue_head(q) : NULL;
    while (p != NULL && p->to <= h->next) { /* read already from another copy */
        t->waiting -= tcp_piece_cost(p);
        free(tcp_queue_pop(q));
        p = tcp_queue_head(q);
    }
    if (p != NULL && p->from <= h->next) {
        if (!causal(f, d, p->need)) {
            return NULL;
        }
        t->waiting -= tcp_piece_cost(p);
        return tcp_queue_pop(q);
    }
    return take_doubt(t, f, d, false);
}

static void tell_fin(struct tcp *t, struct flow *f, enum dir d)
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
    struct stretch x = stretch_of(p);
    take_in_order(t, f, d, &x);
    free(p);
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
    tell_fin(t, f, FROM_CLIENT);
    tell_fin(t, f, FROM_SERVER);
    tcp_waiting_settle(t, f, moved);
}

/* ---- holes ---- */

/* The piece of the other direction that waits for bytes of d alone, or NULL. */
static const struct piece *waits_for(const struct flow *f, enum dir d)
{
    const struct half *peer = &f->half[dir_other(d)];
    const struct piece *p = tcp_queue_head(queue_of(f, dir_other(d)));
    return p != NULL && p->from <= peer->next && !causal(f, dir_other(d), p->need) ? p : NULL;
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
    const struct piece *own = tcp_queue_head(queue_of(f, d));
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
           tcp_queue_head(queue_of(f, d)) == NULL;
}

bool tcp_deliver_resolve(struct tcp *t, struct flow *f)
{
    uint64_t to[2] = {0}, packet[2] = {0};
    int64_t time[2] = {0};
    bool hole[2];
    for (int d = 0; d < 2; d++) {
        hole[d] = hole_of(f, (enum dir)d, &to[d], &time[d], &packet[d]);
    }
    if (!hole[0] && !hole[1]) { /* only doubts are left: the best there is */
        for (int d = 0; d < 2; d++) {
            struct piece *p = take_doubt(t, f, (enum dir)d, true);
            if (p != NULL) {
                struct stretch x = stretch_of(p);
                take_in_order(t, f, (enum dir)d, &x);
                free(p);
                return true;
            }
        }
        return false;
    }
    int d = hole[0] && (!hole[1] || packet[0] <= packet[1]) ? 0 : 1; /* the older one */
    struct piece *p = take_doubt(t, f, (enum dir)d, true);
    if (p != NULL) {
        struct stretch x = stretch_of(p);
        take_in_order(t, f, (enum dir)d, &x);
        free(p);
        return true;
    }
    for (const struct doubt *x = *doubts_of(f, (enum dir)d); x != NULL; x = x->next) {
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
    declare_gap(t, f, (enum dir)d, to[d], time[d], packet[d], cause);
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
void tcp_deliver_last(struct tcp *t, struct flow *f)
{
    for (int d = 0; d < 2 && f->state == FLOW_OPEN; d++) {
        struct half *h = &f->half[d];
        if (last_bytes_held_fin(f, (enum dir)d)) {
            h->fin_seen = true;
            h->fin_at = h->acked - 1;
        }
        if (tcp_fin_waits(h) && h->delivered && h->acked >= h->fin_at) {
            declare_gap(t, f, (enum dir)d, h->fin_at, f->info.last, f->info.first_packet,
                        GAP_NOT_CAPTURED);
            tell_fin(t, f, (enum dir)d);
        }
    }
}

bool tcp_deliver_hole_is_acked(const struct flow *f)
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

void tcp_deliver_drop(struct tcp *t, struct flow *f)
{
    if (f->waiting == NULL) {
        return;
    }
    for (int d = 0; d < 2; d++) {
        while (f->waiting->doubts[d] != NULL) {
            doubt_free(t, &f->waiting->doubts[d]);
        }
    }
    tcp_waiting_free(t, f);
}
