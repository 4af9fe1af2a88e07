/* Which protocol a connection speaks, by what both sides say first; ports break ties only.
 *
 * Holds what came until that is known, as a log that can be played into a session:
 * data, gaps, ends and notes in their order. Bounded by limits.detect_bytes while
 * undecided and by limits.order_bytes while a claimed session waits for its number.
 */
#ifndef MAILWIRE_DISSECT_DETECT_H
#define MAILWIRE_DISSECT_DETECT_H

#include "capture/base/buf.h"
#include "dissect/session.h"

/* Port hints: the protocols' own and --port's. */
struct port_hints {
    uint16_t *port;
    const struct protocol **protocol;
    size_t count;
};

bool port_hints_add(struct port_hints *h, const char *protocol, uint16_t port);
void port_hints_done(struct port_hints *h);
/* All protocols, in the order in which they are asked. */
const struct protocol *const *protocols_all(size_t *count);

struct detect {
    struct buf log;      /* entries, see detect.c */
    struct buf said[2];  /* first bytes by the flow's direction */
    int first;           /* who spoke first, -1 nobody */
    struct detect *next; /* in the pool */
};

/* Logs that were let go of and keep their buffers: connections come and go in thousands a second,
 * each with a few hundred bytes until its protocol is known. All zeros is empty. */
struct detect_pool {
    struct detect *spare;
    unsigned count;
};

void detect_pool_done(struct detect_pool *pool);

enum detect_answer { DETECT_MORE, DETECT_MAIL, DETECT_OTHER };

struct detect_result {
    const struct protocol *protocol;
    bool flip, implicit_tls;
};

/* A detect that only looks at the first bytes of one direction, borrowed; for detect_judge alone.
 */
void detect_view(struct detect *d, enum dir dir, struct bytes said, const struct limits *l);
struct detect *detect_new(struct detect_pool *pool, const struct limits *l);
void detect_free(struct detect_pool *pool, struct detect **d);
size_t detect_held(const struct detect *d);
/* What is judged: the first bytes of both directions. */
void detect_say(struct detect *d, enum dir dir, struct bytes said);
/* The log, which a session gets to read. */
void detect_log_data(struct detect *d, enum dir dir, const struct chunk *c);
void detect_log_gap(struct detect *d, enum dir dir, const struct gap *g);
void detect_log_fin(struct detect *d, enum dir dir, int64_t time);
void detect_log_note(struct detect *d, const struct stream_note *n);
/* ended: nothing more will come. */
enum detect_answer detect_judge(const struct detect *d, const struct flow_info *flow,
                                const struct port_hints *hints, const struct limits *l, bool ended,
                                struct detect_result *out);
/* Plays the log into s; directions are turned round where flip. */
void detect_replay(const struct detect *d, struct session *s, bool flip);

#endif
