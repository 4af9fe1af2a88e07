#include "ui/export/flight.h"

static uint64_t key_hash(uint64_t session, uint32_t message)
{
    uint64_t h = (session * UINT64_C(0x9e3779b97f4a7c15) ^ message) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}

void flights_init(struct flights *t)
{
    *t = (struct flights){0};
    map_init(&t->map);
}

void flights_done(struct flights *t)
{
    map_done(&t->map);
    t->latest = NULL;
}

struct flight *flights_find(struct flights *t, uint64_t session, uint32_t message)
{
    struct flight *f = t->latest;
    if (f != NULL && f->session == session && f->message == message) {
        return f;
    }
    struct map_node *n = map_first(&t->map, key_hash(session, message));
    for (; n != NULL; n = map_next(n)) {
        f = (struct flight *)n;
        if (f->session == session && f->message == message) {
            t->latest = f;
            return f;
        }
    }
    return NULL;
}

void flights_add(struct flights *t, struct flight *f, uint64_t session, uint32_t message)
{
    f->session = session;
    f->message = message;
    map_add(&t->map, &f->node, key_hash(session, message));
    t->latest = f;
}

void flights_remove(struct flights *t, struct flight *f)
{
    map_remove(&t->map, &f->node);
    if (t->latest == f) {
        t->latest = NULL;
    }
}

struct flight *flights_any(struct flights *t)
{
    for (; t->map.buckets != NULL && t->cursor <= t->map.mask; t->cursor++) {
        if (t->map.buckets[t->cursor] != NULL) {
            return (struct flight *)t->map.buckets[t->cursor];
        }
    }
    return NULL;
}
