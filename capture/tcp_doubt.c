/* Segments a receiver would not take: kept until its ACK shows that it did, or a clean copy comes.
 */
#include "capture/base/error.h"
#include "capture/tcp_private.h"

#include <stdlib.h>

#define DOUBTS_MOST 64 /* of a direction; the oldest is forgotten */

void tcp_doubt_free(struct tcp *t, struct doubt **at)
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

void tcp_doubt_add(struct tcp *t, struct flow *f, enum dir d, uint64_t from,
                   const struct tcp_fields *s, const struct segment *seg, bool bad_checksum)
{
    struct half *h = &f->half[d];
    struct conflict_at at = tcp_conflict_of(t, f, d, seg, bad_checksum);
    if (from < h->next) {
        tcp_conflict_compare(f, d, from, s->data, &at);
    }
    if (from + s->wire <= h->next) {
        return;
    }
    struct doubt *n = xcalloc(1, sizeof *n);
    n->piece = tcp_piece_of(s, seg, from, bad_checksum);
    n->piece->need = tcp_need_of(f, d, s);
    t->waiting += sizeof *n + tcp_piece_cost(n->piece);
    struct doubt **first = &tcp_waiting(t, f)->doubts[d], **end = first;
    for (int count = 1; *end != NULL; end = &(*end)->next, count++) {
        if (count >= DOUBTS_MOST) {
            tell_outdated(t, f, d, (*first)->piece);
            tcp_doubt_free(t, first);
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

void tcp_doubts_settle(struct tcp *t, struct flow *f, enum dir d, uint64_t from, struct bytes data,
                       struct conflict_at *at)
{
    for (struct doubt **p = tcp_doubts_of(f, d); *p != NULL;) {
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
            tcp_conflict_tell(&then, a, good, bad, at->ttl);
            tell_outdated(t, f, d, x);
        }
        tcp_doubt_free(t, p);
    }
}

/* What a doubtful piece holds was read from other copies. */
static void doubt_expire(struct tcp *t, struct flow *f, enum dir d, struct doubt **at)
{
    const struct piece *x = (*at)->piece;
    struct conflict_at where = {t, f, d, x->time, x->packet, x->ttl, x->bad_checksum};
    if (tcp_conflict_compare(f, d, x->from, bytes_make(x->data, x->have), &where)) {
        tell_outdated(t, f, d, x);
    }
    tcp_doubt_free(t, at);
}

struct piece *tcp_doubt_take(struct tcp *t, struct flow *f, enum dir d, bool force)
{
    struct half *h = &f->half[d];
    for (struct doubt **p = tcp_doubts_of(f, d); p != NULL && *p != NULL;) {
        struct piece *x = (*p)->piece;
        if (x->to <= h->next) {
            doubt_expire(t, f, d, p);
            continue;
        }
        bool taken = h->acked >= x->to && tcp_may_go(f, d, x->need);
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
