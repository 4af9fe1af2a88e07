/* Events: what the dissectors tell, and sinks: whoever listens.
 *
 * One event is one fact; everything it points to is borrowed for the call (see
 * model.h for what lives longer). No event but EV_MESSAGE_DATA depends on how the
 * stream was cut into packets: of EV_MESSAGE_DATA only the concatenation means
 * something. A sink is a struct of two functions, embedded first in its owner;
 * sinks can feed sinks (tee, filters, judge). What a sink ignores is never made.
 *
 * Order in a session: EV_OPEN first, EV_CLOSE last; EV_MESSAGE_BEGIN, _DATA, _GAP,
 * _CUT, _END, then EV_MESSAGE with the verdict (which may come after later
 * commands under pipelining, always before EV_CLOSE).
 */
#ifndef MAILWIRE_DISSECT_EVENT_H
#define MAILWIRE_DISSECT_EVENT_H

#include "capture/base/error.h"
#include "dissect/model.h"
#include "dissect/note.h"

/* EVENT(kind, member of union struct event.u or "none") */
#define EVENT_KINDS(EVENT)                                                                         \
    EVENT(OPEN)          /* session known: protocol, ends, number */                               \
    EVENT(STATE)         /* u.state */                                                             \
    EVENT(COMMAND)       /* u.command: as seen, before its reply */                                \
    EVENT(REPLY)         /* u.reply; paired_number tells which command it answers */               \
    EVENT(LINE)          /* u.text: a line of a multi-line answer behind its status line (POP) */  \
    EVENT(EXCHANGE)      /* u.exchange: command and reply, paired */                               \
    EVENT(CREDENTIAL)    /* u.credential */                                                        \
    EVENT(TLS)           /* session->tls changed */                                                \
    EVENT(MESSAGE_BEGIN) /* u.message: number, transfer, envelope so far */                        \
    EVENT(MESSAGE_DATA)  /* u.body.message, u.body.data */                                         \
    EVENT(MESSAGE_GAP)   /* u.body.message, u.body.count bytes are missing here */                 \
    EVENT(MESSAGE_CUT)   /* u.body.count: keep only so many bytes of it, the rest was not mail */  \
    EVENT(MESSAGE_END)   /* u.message: the body is over, the verdict may be open */                \
    EVENT(MESSAGE)       /* u.message: all is known */                                             \
    EVENT(GAP)           /* u.gap: bytes of the dialog are missing */                              \
    EVENT(NOTE)          /* u.note */                                                              \
    EVENT(CLOSE)         /* session complete */                                                    \
    EVENT(CAPTURE)       /* u.totals; session is NULL: the run is over */

enum event_kind {
#define EVENT(kind) EV_##kind,
    EVENT_KINDS(EVENT)
#undef EVENT
        EV_COUNT
};

struct state_change {
    const char *from, *to; /* static */
    struct bytes cause;    /* the line that caused it (first 200 bytes), secrets cut off */
    bool legal;            /* false: the protocol does not allow it here */
};

struct event {
    enum event_kind kind;
    enum dir dir;
    int64_t time;
    uint64_t packet;
    const struct session_info *session;
    uint32_t paired_number; /* EV_REPLY: number of the command answered, 0 none */
    int64_t latency;        /* EV_REPLY: ns, -1 unknown */
    union {
        const struct state_change *state;
        const struct command *command;
        const struct reply *reply;
        struct bytes text;
        const struct exchange *exchange;
        const struct credential *credential;
        const struct gap *gap;
        const struct note *note;
        struct message *message; /* not const: the .eml exporter names the file */
        struct {
            struct message *message;
            struct bytes data;
            uint64_t count;
        } body;
        const struct capture_totals *totals;
    } u;
};

struct sink {
    void (*event)(struct sink *self, const struct event *e);
    /* Flushes, closes and frees. False with a sentence in *err when an output failed at any time.
     */
    bool (*close)(struct sink *self, struct error *err);
    uint32_t ignores; /* EVENT_BITs it has no use for: these need not be told it. 0: hears all */
};

#define EVENT_BIT(kind) (UINT32_C(1) << (kind))
/* EV_REPLY where it answers a command, which EV_EXCHANGE tells as well: who hears only EV_REPLY is
 * told greetings and replies that nobody asked for. */
#define EVENT_ANSWERS    (UINT32_C(1) << 31)
#define HEARS_ONLY(bits) (~(uint32_t)(bits)) /* sink.ignores of one that wants just these */

_Static_assert(EV_COUNT <= 31, "the last bit of sink.ignores is EVENT_ANSWERS");

static inline bool sink_hears(const struct sink *to, enum event_kind kind)
{
    return !(to->ignores & EVENT_BIT(kind));
}

static inline void sink_event(struct sink *to, const struct event *e)
{
    if (sink_hears(to, e->kind)) {
        to->event(to, e);
    }
}

const char *event_kind_name(enum event_kind k);

/* A sink that hands each event to several others, in their order. It owns them. Its close() gives
 * the first error; failed, where it is not NULL, is told every one instead and close() is true. */
typedef void tee_failed(void *arg, const struct error *e);
struct sink *tee_new(struct sink **sinks, size_t count, tee_failed *failed, void *arg);

/* Names the file a message was written to (copied; lives as long as the message). */
void message_set_file(struct message *m, const char *name);

#endif
