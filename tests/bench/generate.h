/* What the generator can make: mail traffic of many sessions, and single hard inputs. */
#ifndef MAILWIRE_BENCH_GENERATE_H
#define MAILWIRE_BENCH_GENERATE_H

#include "tests/bench/packets.h"

struct traffic {
    uint64_t sessions; /* or, with bytes, as many as fill the file */
    uint64_t bytes;
    uint64_t smallest, largest; /* message bodies; sizes are log-uniform */
    uint64_t live;              /* sessions that interleave */
    bool all_open;              /* every session is greeted before any goes on */
    double noise;               /* share of packets that are no mail */
    uint64_t seed;
    const char *truth; /* file for a line a message: SHA-256, size, intact 1 or 0 */
};

struct traffic_told {
    uint64_t sessions, smtp, messages, message_bytes, intact;
};

bool traffic_write(struct packets *p, const struct traffic *t, struct traffic_told *told);

struct bomb {
    const char *name, *what;
    void (*write)(struct packets *p, uint64_t n);
};

extern const struct bomb bombs[];
extern const size_t bomb_count;

/* With an ordinary session around it. */
void bomb_write(const struct bomb *b, struct packets *p, uint64_t n);

#endif
