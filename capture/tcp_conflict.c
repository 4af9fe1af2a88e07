/* Copies of the same bytes that differ: both texts are told (hostile.md T1, T5). */
#include "capture/tcp_private.h"

#define TTL_OUTLIER_BY 5 /* hostile.md T5 */

/* A keep-alive's one garbage byte is no conflict (T20): it never comes here. */
void tcp_conflict_tell(void *arg, uint64_t offset, struct bytes kept, struct bytes other,
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

struct conflict_at tcp_conflict_of(struct tcp *t, struct flow *f, enum dir d,
                                   const struct segment *seg, bool bad)
{
    return (struct conflict_at){t, f, d, seg->time, seg->packet, seg->ttl, bad};
}

bool tcp_conflict_compare(struct flow *f, enum dir d, uint64_t from, struct bytes data,
                          struct conflict_at *at)
{
    const struct half *h = &f->half[d];
    bool differs = false;
    while (data.n > 0 && from < h->next) {
        size_t most = h->next - from < data.n ? (size_t)(h->next - from) : data.n;
        uint8_t ttl = 0;
        struct bytes old =
            tcp_history_find(at->t->history, h->history, tcp_owner(f, d), from, most, &ttl);
        if (old.n == 0) {
            break;
        }
        struct bytes new = bytes_sub(data, 0, old.n);
        if (!bytes_equal(old, new)) {
            tcp_conflict_tell(at, from, old, new, ttl);
            differs = true;
        }
        data = bytes_from(data, old.n);
        from += old.n;
    }
    return differs;
}
