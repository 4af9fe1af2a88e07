/* How a connection begins: SYN, SYN-ACK, Fast Open, or in the middle; and what a SYN means to one
 * that is known. */
#include "capture/tcp_private.h"

#include <stdlib.h>

static void note_syn(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                     const struct tcp_fields *x)
{
    struct half *h = &f->half[d];
    h->has_scale = x->scale >= 0;
    h->scale = (unsigned)(x->scale >= 0 ? x->scale : 0) & 15u;
    h->ttl = s->ttl;
    h->window = x->window;
    if (x->has_ts) {
        h->ts_recent = x->tsval;
        h->has_ts = true;
    }
    enum sum_result sum = tcp_judge_sum(t, h, s);
    if (sum == SUM_DOUBT) {
        h->sums = SUMS_BAD; /* taken by its receiver if the connection goes on */
    }
}

static void keep_tfo(struct tcp *t, struct flow *f, const struct segment *s,
                     const struct tcp_fields *x)
{
    free(tcp_waiting_take_tfo(t, f));
    if (x->wire > 0) {
        struct piece *p = tcp_piece_new(0, x->wire, x->data);
        p->time = s->time;
        p->packet = s->packet;
        tcp_waiting_set_tfo(t, f, p);
    }
}

/* Of the latest SYN: half-open, the client's stream begins behind it. */
static uint32_t client_isn(const struct flow *f)
{
    const struct half *c = &f->half[FROM_CLIENT];
    return c->next_seq - (uint32_t)c->next - 1;
}

/* The SYN-ACK tells which SYN it answers and whether it took the SYN's data (RFC 7413). */
static void take_syn_ack(struct tcp *t, struct flow *f, const struct segment *s,
                         const struct tcp_fields *x)
{
    struct half *c = &f->half[FROM_CLIENT], *v = &f->half[FROM_SERVER];
    uint32_t client_base = x->ack;
    struct piece *p = tcp_waiting_take_tfo(t, f);
    bool tfo = p != NULL && x->ack == client_isn(f) + 1 + p->to;
    if (tfo) {
        client_base = client_isn(f) + 1;
    }
    tcp_set_base(v, x->seq + 1, true);
    tcp_set_base(c, client_base, true);
    note_syn(t, f, FROM_SERVER, s, x);
    if (f->info.seen[FROM_CLIENT]) {
        f->info.rtt = s->time - f->info.start;
    }
    tcp_open(t, f);
    if (p != NULL) {
        struct segment seg = *s;
        seg.time = p->time;
        seg.packet = p->packet;
        tcp_note(t, f, FROM_CLIENT, NOTE_TFO_DATA, 0, &seg);
        if (tfo) {
            struct tcp_fields d = {.data = bytes_make(p->data, p->have), .wire = (uint32_t)p->to};
            c->highest = p->to;
            tcp_deliver_segment(t, f, FROM_CLIENT, 0, &d, &seg, false);
        }
        free(p);
    }
}

struct flow *tcp_syn_begin(struct tcp *t, const struct segment *s, const struct tcp_fields *x,
                           uint64_t hash)
{
    struct flow *f = tcp_table_add(t, s, x, hash, true);
    note_syn(t, f, FROM_CLIENT, s, x);
    tcp_set_base(&f->half[FROM_CLIENT], x->seq + 1, true);
    keep_tfo(t, f, s, x);
    tcp_bound_half_open(t);
    return f;
}

struct flow *tcp_midstream_begin(struct tcp *t, const struct segment *s, const struct tcp_fields *x,
                                 uint64_t hash, bool client_is_src, enum dir *d)
{
    bool syn_ack = x->flags & TCP_SYN;
    struct flow *f = tcp_table_add(t, s, x, hash, client_is_src);
    *d = client_is_src ? FROM_CLIENT : FROM_SERVER;
    if (syn_ack) {
        f->info.seen[FROM_SERVER] = true;
        take_syn_ack(t, f, s, x);
        return f;
    }
    f->info.midstream = true;
    f->half[*d].ttl = s->ttl;
    tcp_set_base(&f->half[*d], x->seq, true);
    if (x->flags & TCP_ACK) {
        tcp_set_base(&f->half[dir_other(*d)], x->ack, false);
    }
    tcp_open(t, f);
    return f;
}

bool tcp_goes_beyond_fin(const struct flow *f, enum dir d, const struct tcp_fields *x)
{
    const struct half *h = &f->half[d];
    int64_t off = 0;
    tcp_offset(h, x->seq, &off);
    return f->state == FLOW_OPEN && !f->info.seen[dir_other(d)] && h->fin_told &&
           (off > (int64_t)h->fin_at + 1 || off < -(int64_t)LATE_BYTES);
}

static bool inside_window(const struct flow *f, enum dir d, uint32_t seq)
{
    int64_t off = 0;
    const struct half *h = &f->half[d];
    tcp_offset(h, seq, &off);
    int64_t next = (int64_t)(h->next > h->acked ? h->next : h->acked);
    return h->based && off >= next - 65536 && off <= next + (1 << 20);
}

/* A SYN from either end while the first one waits for its answer. */
static void syn_half_open(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                          const struct tcp_fields *x)
{
    bool ack = x->flags & TCP_ACK;
    if (d == FROM_CLIENT) { /* sent again, perhaps with another number: the SYN-ACK will tell */
        tcp_set_base(&f->half[FROM_CLIENT], x->seq + 1, true);
        keep_tfo(t, f, s, x);
        tcp_table_touch(t, f, LIST_HALF_OPEN);
    } else if (!ack) { /* simultaneous open (RFC 9293 3.5): each answers the other's SYN later */
        tcp_set_base(&f->half[FROM_SERVER], x->seq + 1, true);
        tcp_open(t, f);
    } else {
        take_syn_ack(t, f, s, x);
    }
}

/* A SYN-ACK on a connection that is open, or closed. */
static void syn_ack_late(struct tcp *t, struct flow **fp, enum dir d, const struct segment *s,
                         const struct tcp_fields *x, uint64_t hash)
{
    struct flow *f = *fp;
    struct half *h = &f->half[d];
    if (f->state == FLOW_OPEN && !h->sure && !h->delivered && d == FROM_SERVER) {
        tcp_set_base(h, x->seq + 1, true);
    }
    if (tcp_goes_beyond_fin(f, d, x)) { /* only the server's side is captured */
        tcp_end(t, f, CLOSE_REPLACED);
        *fp = tcp_midstream_begin(t, s, x, hash, false, &d);
    }
}

bool tcp_take_syn(struct tcp *t, struct flow **fp, enum dir d, const struct segment *s,
                  const struct tcp_fields *x, uint64_t hash)
{
    struct flow *f = *fp;
    struct half *h = &f->half[d];
    bool ack = x->flags & TCP_ACK;
    if (f->state == FLOW_HALF_OPEN && (d == FROM_SERVER || !ack)) {
        syn_half_open(t, f, d, s, x);
        return false;
    }
    if (ack) {
        syn_ack_late(t, fp, d, s, x, hash);
        return false;
    }
    if (f->state == FLOW_OPEN && d == FROM_SERVER && !h->delivered && h->next_seq == x->seq) {
        tcp_set_base(h, x->seq + 1, true); /* the SYN comes apart from the ACK before it */
        return false;
    }
    bool open = f->state == FLOW_OPEN;
    if (open && d == FROM_CLIENT && x->seq == client_isn(f) && !f->info.midstream) {
        return false; /* sent again */
    }
    if (open && inside_window(f, d, x->seq) && !f->half[0].fin_told && !f->half[1].fin_told) {
        tcp_note(t, f, d, NOTE_SYN_IN_FLOW, h->next, s);
        return false;
    }
    tcp_end(t, f, CLOSE_REPLACED);
    *fp = tcp_syn_begin(t, s, x, hash);
    return true;
}
