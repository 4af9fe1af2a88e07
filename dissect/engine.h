/* Streams in, sessions out: detection, numbering, ageing of what is undecided.
 *
 * The engine is the listener tcp talks to (stream_ops). It holds a connection's
 * first bytes until a protocol claims it by what both sides say, gives sessions
 * their numbers in the order in which the connections began (limits.order_*),
 * and lets everything else go.
 */
#ifndef MAILWIRE_DISSECT_ENGINE_H
#define MAILWIRE_DISSECT_ENGINE_H

#include "dissect/event.h"
#include "dissect/ports_seen.h"
#include "dissect/session.h"

struct engine;

struct engine_config {
    const struct limits *limits;
    bool digests, bodies, no_headers, show_secrets; /* see session_config */
    bool live; /* a silent connection delays numbers only shortly */
};

/* `to` and c->limits are borrowed and must outlive the engine. */
struct engine *engine_new(const struct engine_config *c, struct sink *to);
const struct stream_ops *engine_stream_ops(void); /* ctx is the engine */
/* One more port hint: --port PROTO=N. False when no such protocol. */
bool engine_add_port(struct engine *e, const char *protocol, uint16_t port);
/* Time goes on without packets (live): waiting sessions may be numbered now. */
void engine_tick(struct engine *e, int64_t now);
/* All flows are closed: ends what still waits for its number, then fills sessions, messages,
 * credentials, findings, silent, unexplained_bytes. Call it before sinks close. */
void engine_totals(struct engine *e, struct capture_totals *t);
/* Meanwhile: sessions begun, and findings of theirs that were passed on (limits.notes at most). */
uint64_t engine_sessions(const struct engine *e);
uint64_t engine_findings(const struct engine *e);
/* The ports that connections went to, whatever was spoken there. */
void engine_ports(const struct engine *e, struct port_seen out[static PORTS_TOLD]);
void engine_free(struct engine **e);

#endif
