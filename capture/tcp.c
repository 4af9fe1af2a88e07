#include "capture/tcp.h"

#include "capture/base/error.h"
#include "capture/checksum.h"
#include "capture/tcp_private.h"

#include <stdlib.h>

#define WINDOW_SLACK  ((uint64_t)64 << 20) /* offsets further ahead are out of any window */
#define GRAVE_SHARE   16                   /* of the memory limit, for connections that are over */
#define UNKNOWN_SCALE 14                   /* RFC 7323 2.3: the largest */

/* ---- offsets ---- */

uint64_t tcp_offset(const struct half *h, uint32_t seq, int64_t *signed_offset)
{
    *signed_offset = (int64_t)h->next + (int32_t)(seq - h->next_seq);
    return *signed_offset < 0 ? 0 : (uint64_t)*signed_offset;
}

void tcp_set_base(struct half *h, uint32_t seq, bool sure)
{
    h->next = h->acked = h->highest = 0;
    h->next_seq = seq;
    h->based = true;
    h->sure = sure;
}

/* ---- checksums (hostile.md T4) ---- */

enum sum_result tcp_judge_sum(struct tcp *t, struct half *h, const struct segment *s)
{
    if (t->config.checksum == CHECKSUM_IGNORE || s->no_checksum || s->tcp.n < s->wire_len) {
        return SUM_TAKE;
    }
    enum checksum_verdict v = checksum_tcp(s->tcp, s->src, s->dst, s->ip_version);
    if (v == CHECKSUM_GOOD) {
        h->sums = SUMS_GOOD;
        return SUM_TAKE;
    }
    if (v == CHECKSUM_OFFLOADED && t->config.checksum == CHECKSUM_AUTO) {
        h->sums = h->sums == SUMS_UNKNOWN ? SUMS_OFFLOADED : h->sums;
        return SUM_TAKE;
    }
    t->counters.bad_checksums++;
    if (t->config.checksum == CHECKSUM_STRICT) {
        return SUM_DROP;
    }
    return h->sums == SUMS_BAD ? SUM_TAKE_BAD : SUM_DOUBT;
}

/* ---- RST, FIN, ACK ---- */

/* Linux takes a reset only where the next byte is expected (RFC 5961 3.2); what the other side
 * acknowledged is that place too, when the capture lags behind. */
static bool rst_is_exact(const struct flow *f, enum dir d, uint32_t seq)
{
    const struct half *h = &f->half[d];
    int64_t off = 0;
    if (!h->based) {
        return true;
    }
    uint64_t at = tcp_offset(h, seq, &off);
    return off >= 0 && (at == h->next || at == h->acked || at == h->highest ||
                        (h->fin_seen && at == h->fin_at + 1));
}

static void take_rst(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                     const struct tcp_fields *x)
{
    if (f->state == FLOW_HALF_OPEN) {
        tcp_close(t, f, CLOSE_RST);
        return;
    }
    struct half *h = &f->half[d];
    enum sum_result sum = tcp_judge_sum(t, h, s);
    if (sum == SUM_DOUBT || sum == SUM_DROP || !rst_is_exact(f, d, x->seq)) {
        tcp_note(t, f, d, NOTE_RST_SUSPICIOUS, h->next, s);
        return;
    }
    if (x->wire > 0) {
        tcp_note(t, f, d, NOTE_RST_WITH_DATA, h->next, s);
    }
    f->server_reset = d == FROM_SERVER;
    tcp_close(t, f, CLOSE_RST);
}

static void take_window(struct half *h, bool midstream, const struct tcp_fields *x)
{
    uint32_t window = x->window << (h->has_scale ? h->scale : 0);
    if (!h->has_scale && midstream) {
        window = x->window << UNKNOWN_SCALE;
    }
    if (window > h->window) {
        h->window = window;
    }
}

static void take_ack(struct flow *f, enum dir d, const struct tcp_fields *x)
{
    struct half *peer = &f->half[dir_other(d)];
    take_window(&f->half[d], f->info.midstream, x);
    if (!peer->based) {
        tcp_set_base(peer, x->ack, false);
        return;
    }
    int64_t off = 0;
    uint64_t at = tcp_offset(peer, x->ack, &off);
    if (off > 0 && at > peer->acked && at <= peer->highest + WINDOW_SLACK) {
        peer->acked = at;
    }
}

static void take_fin(struct tcp *t, struct flow *f, enum dir d, uint64_t at,
                     const struct segment *s)
{
    struct half *h = &f->half[d];
    uint64_t base = h->next > h->acked ? h->next : h->acked;
    if (at > base + WINDOW_SLACK) {
        tcp_note(t, f, d, NOTE_FIN_SUSPICIOUS, h->next, s);
        return;
    }
    if (!h->fin_seen && at >= h->next) {
        h->fin_seen = true;
        h->fin_at = at;
    }
}

/* ---- data ---- */

enum data_verdict { DATA_TAKE, DATA_DOUBT, DATA_DROP };

/* What a Linux receiver does with it before it looks at the sequence number (hostile.md T12-T16).
 */
static enum data_verdict judge_data(struct tcp *t, struct flow *f, enum dir d,
                                    const struct segment *s, struct tcp_fields *x, uint64_t from)
{
    struct half *h = &f->half[d], *peer = &f->half[dir_other(d)];
    if (!(x->flags & TCP_ACK)) {
        tcp_note(t, f, d, NOTE_NO_ACK_DATA, from, s);
        return DATA_DOUBT;
    }
    int64_t ack = 0;
    tcp_offset(peer, x->ack, &ack);
    uint64_t tolerated = peer->acked < h->window ? peer->acked : h->window;
    if (peer->sure && !f->info.midstream && ack < (int64_t)(peer->acked - tolerated)) {
        tcp_note(t, f, d, NOTE_NO_ACK_DATA, from, s);
        return DATA_DOUBT;
    }
    if (x->has_ts && h->has_ts && (int32_t)(h->ts_recent - x->tsval) > 1 &&
        from + x->wire > h->next) {
        x->outdated = true; /* told when it is known that no other copy brings the same */
        return DATA_DOUBT;
    }
    uint64_t base = h->next > h->acked ? h->next : h->acked;
    if (from > base + WINDOW_SLACK) {
        tcp_note(t, f, d, NOTE_OUT_OF_WINDOW, from, s);
        return DATA_DROP;
    }
    return DATA_TAKE;
}

/* RFC 7323 4.3, as Linux has it: the segment must begin at the left edge or before, and pass the
 * test of the window: what was sent again after it had arrived does not count, else what the link
 * delivers late would look outdated. */
static void recent_timestamp(struct half *h, const struct tcp_fields *x, uint64_t from)
{
    bool newer = !h->has_ts || (int32_t)(x->tsval - h->ts_recent) > 0;
    if (newer && from <= h->next && from + x->wire >= h->next) {
        h->ts_recent = x->tsval;
        h->has_ts = true;
    }
}

/* Cuts what lies before offset 0 and behind the FIN. False when nothing is left. */
static bool trim(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                 struct tcp_fields *x, int64_t off, uint64_t *from)
{
    struct half *h = &f->half[d];
    if (off < 0) {
        uint64_t before = (uint64_t)-off;
        if (before >= x->wire) {
            f->info.count[d].retransmitted++;
            return false;
        }
        x->data = bytes_from(x->data, (size_t)before);
        x->wire -= (uint32_t)before;
        off = 0;
    }
    *from = (uint64_t)off;
    if (h->fin_seen && *from + x->wire > h->fin_at) {
        tcp_note(t, f, d, NOTE_DATA_AFTER_FIN, h->fin_at, s);
        if (*from >= h->fin_at) {
            return false;
        }
        x->wire = (uint32_t)(h->fin_at - *from);
        x->data = bytes_sub(x->data, 0, x->wire);
    }
    return true;
}

/* The sender itself shows where its stream stands: an earlier guess by the peer's ACK gives way. */
static void settle_base(struct half *h, uint32_t seq)
{
    int64_t off = 0;
    if (!h->based) {
        tcp_set_base(h, seq, true);
    } else if (!h->sure && !h->delivered) {
        tcp_offset(h, seq, &off);
        if (off < 0) {
            uint64_t acked = h->acked + (uint64_t)-off;
            tcp_set_base(h, seq, true);
            h->acked = h->highest = acked;
        }
    }
    h->sure = true;
}

static void take_data(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                      struct tcp_fields *x, enum sum_result sum)
{
    struct half *h = &f->half[d];
    int64_t off = 0;
    uint64_t from = 0;
    settle_base(h, x->seq);
    tcp_offset(h, x->seq, &off);
    if (sum == SUM_DROP || !trim(t, f, d, s, x, off, &from)) {
        return;
    }
    enum data_verdict v = judge_data(t, f, d, s, x, from);
    if (v == DATA_DROP) {
        return;
    }
    if (v == DATA_DOUBT || sum == SUM_DOUBT) {
        tcp_doubt_add(t, f, d, from, x, s, sum != SUM_TAKE);
        return;
    }
    if (x->has_ts) {
        recent_timestamp(h, x, from);
    }
    if (from + x->wire > h->highest) {
        h->highest = from + x->wire;
    }
    tcp_deliver_segment(t, f, d, from, x, s, sum == SUM_TAKE_BAD);
}

/* ---- one segment ---- */

static void count_segment(struct flow *f, enum dir d, const struct segment *s,
                          const struct tcp_fields *x)
{
    f->info.seen[d] = true;
    f->info.count[d].packets++;
    f->info.count[d].bytes += x->wire;
    if (s->time > f->info.last) {
        f->info.last = s->time;
    }
}

/* Data from the one who reset the connection: the reset was forged. It is read as a new part, with
 * the first part's client. */
static struct flow *rise(struct tcp *t, const struct grave *g, const struct segment *s,
                         const struct tcp_fields *x, uint64_t hash, enum dir *d)
{
    bool client_is_src = tcp_table_source_first(s, x) == g->client_is_first;
    struct flow *f = tcp_midstream_begin(t, s, x, hash, client_is_src, d);
    tcp_note(t, f, *d, NOTE_DATA_AFTER_RST, 0, s);
    return f;
}

/* New data of the one who reset it; what was seen before is a copy that came late. */
static bool goes_on_behind_reset(const struct grave *g, const struct segment *s,
                                 const struct tcp_fields *x)
{
    uint32_t beyond = (x->seq + x->wire - g->reset_seq) & GRAVE_SEQ;
    return g->reset && g->reset_by_first == tcp_table_source_first(s, x) && x->wire > 0 &&
           x->flags & TCP_ACK && beyond > 0 && beyond <= GRAVE_SEQ / 2;
}

/* Data from where the stream that is over never came, on either side's word: the port was used
 * again, and the SYN was not captured. Late packets lie before its end. */
static bool is_another(const struct grave *g, const struct segment *s, const struct tcp_fields *x)
{
    bool first = tcp_table_source_first(s, x);
    bool own = first == (g->reset ? g->reset_by_first : g->client_is_first);
    uint32_t beyond = ((own ? x->seq : x->ack) - g->reset_seq) & GRAVE_SEQ;
    return x->wire > 0 && x->flags & TCP_ACK && beyond > 1 && beyond < GRAVE_SEQ - LATE_BYTES;
}

/* The first packet of a connection, as far as is known; NULL when it begins none. */
static struct flow *begin_flow(struct tcp *t, const struct segment *s, const struct tcp_fields *x,
                               uint64_t hash, enum dir *d)
{
    if (x->flags & TCP_RST) {
        return NULL;
    }
    struct grave *g = tcp_graves_find(&t->graves, hash);
    if (x->flags & TCP_SYN && !(x->flags & TCP_ACK)) {
        *d = FROM_CLIENT;
        return tcp_syn_begin(t, s, x, hash);
    }
    if (g != NULL && is_another(g, s, x)) {
        return tcp_midstream_begin(t, s, x, hash,
                                   tcp_table_source_first(s, x) == g->client_is_first, d);
    }
    if (g != NULL) { /* late packets of what is over are absorbed */
        return goes_on_behind_reset(g, s, x) ? rise(t, g, s, x, hash, d) : NULL;
    }
    if (x->wire > 0 || x->flags & TCP_SYN) {
        bool client_is_src = !(x->flags & TCP_SYN) && x->dport < x->sport;
        return tcp_midstream_begin(t, s, x, hash, client_is_src, d);
    }
    return NULL; /* an ACK or FIN of something that was over before the capture began */
}

/* The usual segment of a connection where nothing waits: it acknowledges what was handed up, up to
 * the offset in *acked, and its data, if it has any, is whole and comes next. */
static bool is_usual(const struct flow *f, enum dir d, const struct tcp_fields *x, uint64_t *acked)
{
    const struct half *h = &f->half[d], *peer = &f->half[dir_other(d)];
    const unsigned flags = TCP_SYN | TCP_FIN | TCP_RST | TCP_URG | TCP_ACK;
    if ((x->flags & flags) != TCP_ACK || f->waiting != NULL || f->state != FLOW_OPEN || !h->based ||
        !peer->based || h->fin_seen || tcp_fin_waits(peer)) {
        return false;
    }
    int64_t ack = 0;
    *acked = tcp_offset(peer, x->ack, &ack);
    if (ack < (int64_t)peer->acked || ack > (int64_t)peer->next) {
        return false;
    }
    bool outdated = x->has_ts && h->has_ts && (int32_t)(x->tsval - h->ts_recent) < 0;
    return x->wire == 0 || (x->seq == h->next_seq && h->sure && x->data.n == x->wire && !outdated);
}

/* Comes to what the steps of take_segment come to, when is_usual. */
static void take_usual(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                       const struct tcp_fields *x, uint64_t acked)
{
    struct half *h = &f->half[d];
    take_window(h, f->info.midstream, x);
    f->half[dir_other(d)].acked = acked;
    if (x->wire == 0) {
        return;
    }
    if (x->has_ts) {
        h->ts_recent = x->tsval;
        h->has_ts = true;
    }
    if (h->next + x->wire > h->highest) {
        h->highest = h->next + x->wire;
    }
    tcp_deliver_next(t, f, d, x, s);
}

static void take_segment(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                         struct tcp_fields *x)
{
    if (x->flags & TCP_RST) {
        take_rst(t, f, d, s, x);
        return;
    }
    enum sum_result sum = x->wire > 0 ? tcp_judge_sum(t, &f->half[d], s) : SUM_TAKE;
    uint64_t acked = 0;
    if (sum == SUM_TAKE && is_usual(f, d, x, &acked)) {
        take_usual(t, f, d, s, x, acked);
        return;
    }
    if (f->state == FLOW_HALF_OPEN) { /* the SYN-ACK was not captured */
        if (!(x->flags & TCP_ACK) && x->wire == 0) {
            return;
        }
        if (d == FROM_CLIENT && x->flags & TCP_ACK) {
            tcp_set_base(&f->half[FROM_SERVER], x->ack, false);
        }
        tcp_open(t, f);
    }
    if (x->flags & TCP_ACK) {
        take_ack(f, d, x);
    }
    int64_t off = 0;
    uint64_t end = f->half[d].based ? tcp_offset(&f->half[d], x->seq, &off) : 0;
    if (x->wire > 0) {
        uint32_t wire = x->wire;
        take_data(t, f, d, s, x, sum);
        tcp_offset(&f->half[d], x->seq, &off);
        end = (uint64_t)(off < 0 ? 0 : off) + wire;
    } else if (!f->half[d].based) {
        tcp_set_base(&f->half[d], x->seq, true);
    }
    if (x->flags & TCP_FIN && x->flags & TCP_ACK && f->state == FLOW_OPEN && off >= 0) {
        take_fin(t, f, d, end, s);
    }
    tcp_deliver_ready(t, f);
    tcp_bound_queues(t, f);
    if (f->state == FLOW_OPEN && f->half[0].fin_told && f->half[1].fin_told) {
        tcp_linger(t, f);
    }
}

/* A segment behind both FINs. False: it opens the ports anew. */
static bool take_last(struct tcp *t, struct flow *f, enum dir d, const struct segment *s,
                      const struct tcp_fields *x, uint64_t hash)
{
    struct grave g = tcp_grave_of(t, f, hash);
    if (x->flags & TCP_SYN || is_another(&g, s, x)) {
        tcp_end(t, f, CLOSE_FIN);
        return false;
    }
    count_segment(f, d, s, x);
    f->info.count[d].retransmitted += x->wire > 0;
    if (x->flags & TCP_RST) {
        tcp_end(t, f, CLOSE_FIN);
        return true;
    }
    if (x->flags & TCP_ACK) {
        take_ack(f, d, x);
    }
    tcp_linger(t, f);
    if (f->state == FLOW_CLOSED) {
        tcp_bury(t, f, hash);
    }
    return true;
}

void tcp_segment(struct tcp *t, const struct segment *s)
{
    struct tcp_fields x FILLED_LATER;
    t->counters.segments++;
    if (!tcp_fields_read(s, &x)) {
        t->counters.malformed++;
        return;
    }
    tcp_go_on(t, s->time);
    uint64_t hash = 0;
    enum dir d = FROM_CLIENT;
    struct flow *f = tcp_table_find(t, s, &x, &hash, &d);
    if (f != NULL && f->state == FLOW_IGNORED && !(x.flags & (TCP_SYN | TCP_RST))) {
        f->info.count[d].packets++;
        tcp_table_touch(t, f, LIST_IGNORED);
        return;
    }
    if (f != NULL && f->state == FLOW_LINGERS) {
        if (take_last(t, f, d, s, &x, hash)) {
            return;
        }
        f = NULL;
    }
    if (f == NULL) {
        f = begin_flow(t, s, &x, hash, &d);
        if (f == NULL) {
            return;
        }
    } else if (!(x.flags & (TCP_SYN | TCP_RST)) && x.wire > 0 && tcp_goes_beyond_fin(f, d, &x)) {
        tcp_end(t, f, CLOSE_REPLACED);
        f = tcp_midstream_begin(t, s, &x, hash, d == FROM_CLIENT, &d);
    } else if (x.flags & TCP_SYN && !(x.flags & TCP_RST)) {
        if (tcp_take_syn(t, &f, d, s, &x, hash)) {
            d = FROM_CLIENT;
        }
    }
    __builtin_prefetch(f->user); /* the listener looks there first; the checksum comes before */
    count_segment(f, d, s, &x);
    if (!(x.flags & TCP_SYN)) {
        if (f->state == FLOW_OPEN) {
            tcp_table_touch(t, f, (enum flow_list)f->list);
        }
        take_segment(t, f, d, s, &x);
    }
    if (f->state == FLOW_CLOSED) {
        tcp_bury(t, f, hash);
        f = NULL;
    }
    if (tcp_memory(t) > t->limits->memory) {
        tcp_evict(t, f);
    }
}

/* ---- life ---- */

struct tcp *tcp_new(const struct tcp_config *c, const struct stream_ops *ops, void *ctx)
{
    struct tcp *t = xcalloc(1, sizeof *t);
    t->config = *c;
    t->limits = c->limits;
    t->ops = ops;
    t->ctx = ctx;
    t->now = t->aged = t->next_second = INT64_MIN / 2;
    t->history = tcp_history_new(HISTORY_BYTES);
    tcp_table_init(t);
    tcp_graves_init(&t->graves, c->limits->memory / GRAVE_SHARE / sizeof(struct grave));
    return t;
}

void tcp_tick(struct tcp *t, int64_t now)
{
    tcp_go_on(t, now);
}

static int by_start(const void *a, const void *b)
{
    const struct flow *x = *(struct flow *const *)a, *y = *(struct flow *const *)b;
    if (x->info.start != y->info.start) {
        return x->info.start < y->info.start ? -1 : 1;
    }
    return x->info.first_packet < y->info.first_packet ? -1 : 1;
}

void tcp_finish(struct tcp *t)
{
    struct flow *over;
    while ((over = tcp_table_oldest(t, LIST_LINGERS)) != NULL) {
        tcp_end(t, over, CLOSE_FIN);
    }
    struct flow **all = xcalloc(t->flows + 1, sizeof(struct flow *));
    size_t n = 0;
    for (int list = 0; list < LIST_COUNT; list++) {
        for (uint32_t i = t->list[list].oldest; i != 0; i = tcp_flow(t, i)->next) {
            all[n++] = tcp_flow(t, i);
        }
    }
    qsort(all, n, sizeof(struct flow *), by_start);
    for (size_t i = 0; i < n; i++) {
        struct flow *f = all[i];
        tcp_drain(t, f); /* a FIN behind a hole counts too */
        bool fin = f->half[0].fin_told || f->half[1].fin_told;
        tcp_end(t, f, fin ? CLOSE_FIN : CLOSE_END);
    }
    free(all);
}

const struct tcp_counters *tcp_counters(const struct tcp *t)
{
    return &t->counters;
}

void tcp_free(struct tcp **tp)
{
    struct tcp *t = *tp;
    if (t != NULL) {
        tcp_finish(t);
        tcp_history_free(&t->history);
        tcp_table_done(t);
        tcp_graves_done(&t->graves);
        free(t);
        *tp = NULL;
    }
}
