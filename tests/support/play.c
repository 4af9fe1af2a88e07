#include "tests/support/play.h"

#include "capture/base/error.h"
#include "dissect/engine.h"

#include <stdlib.h>

/* An engineer who has but one protocol at hand names a shorter list. */
#ifndef PROTOCOLS_DEF
#define PROTOCOLS_DEF "dissect/protocols.def"
#endif

#define PROTOCOL(name) extern const struct protocol protocol_##name;
#include PROTOCOLS_DEF
#undef PROTOCOL

struct player {
    const struct script *script;
    struct session *session; /* or: */
    struct engine *engine;
    void *user;  /* of the engine */
    bool let_go; /* the engine wants no more of it */
    struct flow_info flow;
    uint64_t offset[2]; /* in each direction's stream */
    uint64_t packets;
};

const struct protocol *play_protocol(const char *name)
{
    static const struct protocol *const all[] = {
#define PROTOCOL(name) &protocol_##name,
#include PROTOCOLS_DEF
#undef PROTOCOL
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }
    return NULL;
}

static uint64_t random_next(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static struct flow_info flow_of(const struct script *s, uint16_t server_port)
{
    struct flow_info f = {.ip_version = 4, .start = s->time, .last = s->time, .first_packet = 1};
    const struct step *first = script_steps(s) ? script_step(s, 0) : NULL;
    f.start = first ? first->time : s->time;
    memcpy(f.end[FROM_CLIENT].ip, (const uint8_t[]){192, 0, 2, 1}, 4);
    memcpy(f.end[FROM_SERVER].ip, (const uint8_t[]){192, 0, 2, 2}, 4);
    f.end[FROM_CLIENT].port = 40000;
    f.end[FROM_SERVER].port = server_port;
    f.midstream = s->midstream;
    f.seen[FROM_CLIENT] = !s->unseen[FROM_CLIENT];
    f.seen[FROM_SERVER] = !s->unseen[FROM_SERVER];
    f.rtt = TIME_UNKNOWN;
    return f;
}

/* Bytes [from, to) of the script as one chunk. */
static void give(struct player *p, const struct step *step, size_t from, size_t to)
{
    size_t n = to - from;
    uint8_t *copy = xmalloc(n);
    memcpy(copy, p->script->data.p + from, n);
    struct chunk c = {bytes_make(copy, n), step->time, ++p->packets, p->offset[step->dir]};
    p->offset[step->dir] += n;
    p->flow.last = step->time;
    p->flow.count[step->dir].delivered += n;
    p->flow.count[step->dir].bytes += n;
    p->flow.count[step->dir].packets++;
    if (p->session) {
        session_data(p->session, step->dir, &c);
    } else if (!p->let_go) {
        p->let_go = engine_stream_ops()->data(p->engine, &p->flow, &p->user, step->dir, &c) ==
                    STREAM_IGNORE;
    }
    free(copy);
}

static void give_gap(struct player *p, const struct step *step)
{
    struct gap g = {step->missing, p->offset[step->dir], step->time, ++p->packets,
                    GAP_NOT_CAPTURED};
    p->offset[step->dir] += step->missing;
    p->flow.count[step->dir].missing += step->missing;
    p->flow.count[step->dir].gaps++;
    if (p->session) {
        session_gap(p->session, step->dir, &g);
    } else if (!p->let_go) {
        engine_stream_ops()->gap(p->engine, &p->flow, &p->user, step->dir, &g);
    }
}

static void give_fin(struct player *p, const struct step *step)
{
    if (p->session) {
        session_fin(p->session, step->dir, step->time);
    } else if (!p->let_go) {
        engine_stream_ops()->fin(p->engine, &p->flow, &p->user, step->dir, step->time);
    }
}

/* Where the piece that begins at `from` ends, `to` at the latest. */
static size_t piece_end(const struct cuts *c, uint64_t *seed, size_t from, size_t to)
{
    if (c->piece && to - from > c->piece) {
        to = from + c->piece;
    }
    if (c->at > from && c->at < to) {
        to = c->at;
    }
    for (size_t i = from + 1; c->random && i < to; i++) {
        if (random_next(seed) % c->one_in == 0) {
            return i;
        }
    }
    return to;
}

/* The last of the steps from i on that say something in the same direction. */
static size_t run_end(const struct script *s, size_t i)
{
    while (i + 1 < script_steps(s) && script_step(s, i + 1)->kind == STEP_DATA &&
           script_step(s, i + 1)->dir == script_step(s, i)->dir) {
        i++;
    }
    return i;
}

static void play_steps(struct player *p, const struct cuts *cuts)
{
    const struct script *s = p->script;
    uint64_t seed = cuts->random;
    for (size_t i = 0; i < script_steps(s); i++) {
        const struct step *step = script_step(s, i);
        if (step->kind == STEP_GAP) {
            give_gap(p, step);
        } else if (step->kind == STEP_FIN) {
            give_fin(p, step);
        } else {
            i = run_end(s, i);
            size_t to = script_step(s, i)->at + script_step(s, i)->n;
            for (size_t at = step->at; at < to;) {
                size_t next = piece_end(cuts, &seed, at, to);
                give(p, step, at, next);
                at = next;
            }
        }
    }
}

void play_session(const struct script *s, const struct protocol *proto, const struct limits *l,
                  const struct cuts *cuts, struct render *r)
{
    struct session_config config = {.limits = l, .digests = true, .bodies = true};
    struct player p = {.script = s, .flow = flow_of(s, proto->ports[0])};
    p.session = session_open(proto, &config, &r->sink, &p.flow, s->flip, 1, "0123456789abcdef");
    if (s->implicit_tls) {
        session_implicit_tls(p.session);
    }
    play_steps(&p, cuts);
    session_close(&p.session, s->end, s->time);
}

void play_engine(const struct script *s, const struct protocol *proto, const struct limits *l,
                 const struct cuts *cuts, struct render *r)
{
    struct engine_config config = {.limits = l, .digests = true, .bodies = true};
    const uint16_t *ports = s->implicit_tls ? proto->tls_ports : proto->ports;
    struct player p = {.script = s, .flow = flow_of(s, ports[0])};
    p.engine = engine_new(&config, &r->sink);
    engine_stream_ops()->open(p.engine, &p.flow, &p.user);
    play_steps(&p, cuts);
    engine_stream_ops()->close(p.engine, &p.flow, &p.user, s->end, s->time);
    struct capture_totals totals = {0};
    engine_totals(p.engine, &totals);
    engine_free(&p.engine);
}
