#include "capture/tcp_queue.h"

#include "capture/base/error.h"

#include <stdlib.h>

struct piece *tcp_piece_new(uint64_t from, uint32_t wire, struct bytes data)
{
    struct piece *p = xmalloc(sizeof *p + data.n);
    *p = (struct piece){.from = from,
                        .to = from + wire,
                        .whole_from = from,
                        .whole_to = from + wire,
                        .have = (uint32_t)data.n,
                        .urgent = -1};
    if (data.n > 0) {
        memcpy(p->data, data.p, data.n);
    }
    return p;
}

/* malloc's own bytes and rounding for one block, on average. */
#define BLOCK_OVERHEAD 24

uint64_t tcp_piece_cost(const struct piece *p)
{
    return sizeof *p + p->have + sizeof(struct run) + 2 * (uint64_t)BLOCK_OVERHEAD;
}

static void account(struct tcp_queue *q, const struct piece *p, bool add)
{
    q->bytes = add ? q->bytes + tcp_piece_cost(p) : q->bytes - tcp_piece_cost(p);
    q->pieces = add ? q->pieces + 1 : q->pieces - 1;
}

static void run_free(struct tcp_queue *q, struct run *r)
{
    while (r->first != NULL) {
        struct piece *next = r->first->next;
        account(q, r->first, false);
        free(r->first);
        r->first = next;
    }
    free(r);
}

void tcp_queue_done(struct tcp_queue *q)
{
    for (size_t i = 0; i < q->count; i++) {
        run_free(q, q->runs[i]);
    }
    free(q->runs);
    *q = (struct tcp_queue){0};
}

/* ---- the sorted array of runs ---- */

/* Index of the first run that begins behind `from`. */
static size_t upper(const struct tcp_queue *q, uint64_t from)
{
    size_t low = 0, high = q->count;
    if (high > 0 && q->runs[high - 1]->from <= from) {
        return high; /* the usual case: behind everything */
    }
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (q->runs[mid]->from <= from) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static void runs_open(struct tcp_queue *q, size_t at)
{
    if (q->count == q->room) {
        q->room = q->room ? q->room * 2 : 8;
        q->runs = xrealloc(q->runs, q->room * sizeof *q->runs);
    }
    memmove(q->runs + at + 1, q->runs + at, (q->count - at) * sizeof *q->runs);
    q->count++;
}

static void runs_close(struct tcp_queue *q, size_t at, size_t n)
{
    memmove(q->runs + at, q->runs + at + n, (q->count - at - n) * sizeof *q->runs);
    q->count -= n;
}

static void run_insert(struct tcp_queue *q, size_t at, struct piece *p)
{
    struct run *r = xmalloc(sizeof *r);
    *r = (struct run){.from = p->from, .to = p->to, .born = q->births++, .first = p, .last = p};
    runs_open(q, at);
    q->runs[at] = r;
    account(q, p, true);
}

static void run_append(struct tcp_queue *q, struct run *r, struct piece *p)
{
    r->last->next = p;
    r->last = p;
    r->to = p->to;
    account(q, p, true);
}

/* ---- comparing ---- */

static struct bytes piece_bytes(const struct piece *p, uint64_t from, uint64_t to)
{
    if (from < p->from || from >= p->from + p->have) {
        return (struct bytes){NULL, 0};
    }
    return bytes_sub(bytes_make(p->data, p->have), (size_t)(from - p->from), (size_t)(to - from));
}

/* Holds [from, ...) of data against the pieces of r. */
static void compare_run(const struct run *r, uint64_t from, struct bytes data, bool old_kept,
                        conflict_fn *conflict, void *arg)
{
    uint64_t to = from + data.n;
    for (const struct piece *p = r->first; p != NULL && p->from < to; p = p->next) {
        uint64_t a = p->from > from ? p->from : from;
        uint64_t b = p->from + p->have < to ? p->from + p->have : to;
        if (a >= b) {
            continue;
        }
        struct bytes old = piece_bytes(p, a, b);
        struct bytes new = bytes_sub(data, (size_t)(a - from), (size_t)(b - a));
        if (!bytes_equal(old, new)) {
            conflict(arg, a, old_kept ? old : new, old_kept ? new : old, p->ttl);
        }
    }
}

void tcp_queue_compare(const struct tcp_queue *q, uint64_t from, struct bytes data,
                       conflict_fn *conflict, void *arg)
{
    for (size_t i = 0; i < q->count && q->runs[i]->from < from + data.n; i++) {
        compare_run(q->runs[i], from, data, false, conflict, arg);
    }
}

void tcp_queue_drop_doubtful(struct tcp_queue *q, uint64_t from, struct bytes data,
                             conflict_fn *conflict, void *arg)
{
    for (size_t i = 0; i < q->count && q->runs[i]->from < from + data.n;) {
        struct run *r = q->runs[i];
        if (!r->first->doubtful || r->to <= from) {
            i++;
            continue;
        }
        compare_run(r, from, data, false, conflict, arg);
        runs_close(q, i, 1);
        run_free(q, r);
    }
}

bool tcp_queue_overlaps(const struct tcp_queue *q, uint64_t from, uint64_t to)
{
    return q->count > 0 && q->runs[0]->from < to && q->runs[q->count - 1]->to > from;
}

/* ---- linux ---- */

/* A run that ends where the piece begins. The kernel walks its tree from the root and joins the
 * first such run it meets, even where a later, overlapping one stands nearer: older runs stand
 * nearer to the root. */
static struct run *joins(const struct tcp_queue *q, size_t at, const struct piece *p)
{
    if (p->doubtful) {
        return NULL;
    }
    const struct run *pred = at > 0 ? q->runs[at - 1] : NULL;
    for (size_t i = at, steps = 0; i > 0 && steps < 4; i--, steps++) {
        struct run *r = q->runs[i - 1];
        if (r->to == p->from && !r->first->doubtful && (r == pred || r->born < pred->born)) {
            return r;
        }
    }
    return NULL;
}

/* Drops runs that p covers, from index at on. */
static void merge_right(struct tcp_queue *q, size_t at, const struct piece *p,
                        conflict_fn *conflict, void *arg)
{
    size_t n = 0;
    struct bytes data = bytes_make(p->data, p->have);
    while (at + n < q->count && p->to > q->runs[at + n]->from) {
        struct run *r = q->runs[at + n];
        compare_run(r, p->from, data, false, conflict, arg);
        if (p->to < r->to) {
            break; /* a partial overlap: both stay, p is read first */
        }
        run_free(q, r);
        n++;
    }
    runs_close(q, at, n);
}

static void insert_linux(struct tcp_queue *q, struct piece *p, conflict_fn *conflict, void *arg)
{
    struct bytes data = bytes_make(p->data, p->have);
    size_t at = upper(q, p->from);
    struct run *pred = at > 0 ? q->runs[at - 1] : NULL;
    struct run *join = joins(q, at, p);
    if (join != NULL) {
        if (join != pred) {
            compare_run(pred, p->from, data, false, conflict, arg);
        }
        if (at < q->count) {
            compare_run(q->runs[at], p->from, data, false, conflict, arg);
        }
        run_append(q, join, p);
        return;
    }
    if (pred != NULL && p->from < pred->to) {
        bool replaces = p->from == pred->from && p->to > pred->to;
        compare_run(pred, p->from, data, !replaces, conflict, arg);
        if (p->to <= pred->to) {
            free(p); /* all of it is there already */
            return;
        }
        if (replaces) {
            runs_close(q, at - 1, 1);
            run_free(q, pred);
            at--;
        }
    }
    run_insert(q, at, p);
    merge_right(q, at + 1, p, conflict, arg);
}

/* ---- the other policies ---- */

static bool new_wins(enum overlap_policy policy, const struct piece *old, const struct piece *new)
{
    bool before = new->whole_from < old->whole_from, same = new->whole_from == old->whole_from;
    bool after_end = new->whole_to > old->whole_to, same_end = new->whole_to == old->whole_to;
    switch (policy) {
    case OVERLAP_LAST:
        return true;
    case OVERLAP_BSD:
        return before;
    case OVERLAP_WINDOWS:
        return before && after_end;
    case OVERLAP_SOLARIS:
        return (before || same) && (after_end || same_end);
    case OVERLAP_FIRST:
    case OVERLAP_LINUX:
        break;
    }
    return false;
}

/* The part [a, b) of p as a piece of its own. */
static struct piece *part_of(const struct piece *p, uint64_t a, uint64_t b)
{
    struct piece *part = tcp_piece_new(a, (uint32_t)(b - a), piece_bytes(p, a, b));
    part->whole_from = p->whole_from;
    part->whole_to = p->whole_to;
    part->need = p->need;
    part->time = p->time;
    part->packet = p->packet;
    part->ttl = p->ttl;
    part->bad_checksum = p->bad_checksum;
    int64_t urgent = p->urgent < 0 ? -1 : (int64_t)p->from + p->urgent - (int64_t)a;
    part->urgent = urgent >= 0 && urgent < (int64_t)(b - a) ? (int32_t)urgent : -1;
    return part;
}

static void put(struct tcp_queue *q, struct piece *p)
{
    run_insert(q, upper(q, p->from), p);
}

/* Runs hold one piece each here and never overlap: each overlap is decided and one side cut. */
static void insert_decided(struct tcp_queue *q, struct piece *p, enum overlap_policy policy,
                           conflict_fn *conflict, void *arg)
{
    uint64_t at = p->from; /* what of p lies before is placed or lost */
    size_t i = upper(q, p->from);
    i -= i > 0 && q->runs[i - 1]->to > p->from;
    while (i < q->count && q->runs[i]->from < p->to) {
        struct run *r = q->runs[i];
        struct piece *old = r->first;
        uint64_t a = old->from > at ? old->from : at, b = old->to < p->to ? old->to : p->to;
        bool wins = new_wins(policy, old, p);
        compare_run(r, a, piece_bytes(p, a, b), !wins, conflict, arg);
        if (!wins) {
            if (a > at) {
                put(q, part_of(p, at, a));
                i++;
            }
            at = b;
            i++;
            continue;
        }
        runs_close(q, i, 1);
        if (old->from < a) {
            put(q, part_of(old, old->from, a));
            i++;
        }
        if (b < old->to) {
            put(q, part_of(old, b, old->to));
        }
        run_free(q, r);
    }
    if (at < p->to) {
        put(q, part_of(p, at, p->to));
    }
    free(p);
}

void tcp_queue_insert(struct tcp_queue *q, struct piece *p, enum overlap_policy policy,
                      conflict_fn *conflict, void *arg)
{
    if (policy == OVERLAP_LINUX) {
        insert_linux(q, p, conflict, arg);
    } else {
        insert_decided(q, p, policy, conflict, arg);
    }
}

/* ---- reading ---- */

struct piece *tcp_queue_head(const struct tcp_queue *q)
{
    return q->count > 0 ? q->runs[0]->first : NULL;
}

struct piece *tcp_queue_pop(struct tcp_queue *q)
{
    struct run *r = q->runs[0];
    struct piece *p = r->first;
    account(q, p, false);
    r->first = p->next;
    if (r->first == NULL) {
        free(r);
        runs_close(q, 0, 1);
    } else {
        r->from = r->first->from;
    }
    return p;
}
