/* The border between the capture thread and the viewer's thread.
 *
 * On the capture thread it is a sink: events are packed (event_pack.h) into
 * batches that are handed over whole; message bodies go straight to the spool. A
 * mutex guards nothing but the two lists of batches, an eventfd wakes the viewer's
 * poll(). The pool of batches is bounded: when it is empty the capture thread
 * waits, and, live, libpcap's buffer takes the packets until its drop counter says
 * that it no longer did. The viewer never waits.
 *
 * While a session is open the relay sends snapshots of it a few times a second,
 * so that lists show what goes on.
 */
#ifndef MAILWIRE_UI_RELAY_H
#define MAILWIRE_UI_RELAY_H

#include "dissect/event.h"
#include "dissect/ports_seen.h"
#include "ui/event_pack.h"
#include "ui/spool.h"

struct relay;

struct relay_config {
    const struct limits *limits;
    struct spool
        *spool;         /* borrowed; written by the capture thread only. NULL: bodies are dropped */
    size_t batch_bytes; /* 0: 128 KiB */
    size_t batches;     /* 0: 32 */
};

/* How far the capture got. */
struct relay_progress {
    struct capture_totals totals;
    uint64_t input_done, input_total;   /* bytes of the files (compressed); total 0: not known */
    uint32_t file;                      /* being read now */
    struct port_seen ports[PORTS_TOLD]; /* while there is no session */
    bool ended;                         /* everything was read and every session told */
    bool stopped;                       /* it ended, or stands still, because somebody asked */
};

struct relay *relay_new(const struct relay_config *c, struct error *e);
void relay_free(struct relay **r); /* when neither thread uses it any more */
/* The numbers of static strings, for whoever reads batches. */
const struct atoms *relay_atoms(const struct relay *r);

/* -- capture thread */

/* Borrowed: closing it hands over the last batch and marks the end; the relay stays. */
struct sink *relay_sink(struct relay *r);
/* Call some ten times a second, also without packets: hands over what waits, sends snapshots. */
void relay_tick(struct relay *r);
void relay_tell_progress(struct relay *r, const struct relay_progress *p);
/* A sentence for the person (a file that is cut, an interface that went down). */
void relay_say(struct relay *r, const char *sentence);
/* The viewer asked to stop: read no more packets, close the sessions, close the sink. */
bool relay_stopping(const struct relay *r);

/* While the viewer wants reading to pause: tells what has changed, then waits until it goes on or
 * stops. */
void relay_rest(struct relay *r);
/* The next port that the person wants to be a protocol's; false when there is none. */
struct relay_port {
    char protocol[8];
    uint16_t port;
};
bool relay_take_port(struct relay *r, struct relay_port *out);

/* -- either thread */
bool relay_pausing(const struct relay *r);

/* -- viewer's thread */

void relay_pause(struct relay *r, bool on);
/* False: too many wait to be taken. */
bool relay_want_port(struct relay *r, const struct relay_port *p);
/* Readable when there is a batch, or the end. For poll(). */
int relay_fd(const struct relay *r);

enum relay_state { RELAY_EMPTY, RELAY_MORE, RELAY_ENDED };

/* Gives batches to `take` until there are none or budget_ns is used up (at least one when there
 * is one). RELAY_MORE: call again soon. Each batch is valid for its call. */
enum relay_state relay_drain(struct relay *r, int64_t budget_ns,
                             void (*take)(void *arg, struct bytes batch), void *arg);
/* Asks the capture thread to stop. discard: nothing it still tells is wanted, so it need never
 * wait for the viewer again. */
void relay_stop(struct relay *r, bool discard);

struct relay_counters {
    uint64_t events, bytes, batches; /* packed so far */
    uint64_t waits;                  /* times the capture thread waited for the viewer */
};

struct relay_counters relay_counters(struct relay *r);

#endif
