/* A store for tests, filled with made sessions. */
#ifndef MAILWIRE_TESTS_MADE_STORE_H
#define MAILWIRE_TESTS_MADE_STORE_H

#include "ui/store.h"

/* Relay, spool and store, on one thread: events go in at one end, the other is looked at. */
struct bench {
    struct limits limits;
    struct spool *spool;
    struct relay *relay;
    struct store *store;
};

static inline void bench_init(struct bench *b, uint64_t memory, uint64_t spool)
{
    *b = (struct bench){.limits = limits_default()};
    b->limits.viewer_memory = memory;
    b->limits.spool_bytes = spool;
    b->spool = spool_open(&b->limits, true, NULL);
    struct relay_config rc = {.limits = &b->limits, .spool = b->spool, .batches = 100000};
    b->relay = relay_new(&rc, NULL);
    struct store_config sc = {
        .limits = &b->limits, .atoms = relay_atoms(b->relay), .spool = b->spool};
    b->store = store_new(&sc);
}

static inline void bench_done(struct bench *b)
{
    store_free(&b->store);
    relay_free(&b->relay);
    spool_close(&b->spool);
}

static inline void drain(struct bench *b)
{
    relay_tick(b->relay);
    while (relay_drain(b->relay, 1000000000, store_take, b->store) == RELAY_MORE) {
    }
}

static inline struct sink *in(struct bench *b)
{
    return relay_sink(b->relay);
}

#endif
