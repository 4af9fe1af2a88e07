#include "dissect/event.h"

#include "capture/base/error.h"

#include <stdlib.h>

const char *event_kind_name(enum event_kind k)
{
    static const char *const names[EV_COUNT] = {
#define EVENT(kind) #kind,
        EVENT_KINDS(EVENT)
#undef EVENT
    };
    return k < EV_COUNT ? names[k] : "?";
}

struct tee {
    struct sink sink;
    size_t count;
    struct sink *to[];
};

static void tee_event(struct sink *self, const struct event *e)
{
    struct tee *t = (struct tee *)self;
    for (size_t i = 0; i < t->count; i++) {
        sink_event(t->to[i], e);
    }
}

/* Closes all, keeps the first error. */
static bool tee_close(struct sink *self, struct error *err)
{
    struct tee *t = (struct tee *)self;
    bool fine = true;
    for (size_t i = 0; i < t->count; i++) {
        struct error later;
        if (!t->to[i]->close(t->to[i], fine ? err : &later)) {
            fine = false;
        }
    }
    free(t);
    return fine;
}

struct sink *tee_new(struct sink **sinks, size_t count)
{
    struct tee *t = xcalloc(1, sizeof *t + count * sizeof t->to[0]);
    t->sink = (struct sink){tee_event, tee_close};
    t->count = count;
    for (size_t i = 0; i < count; i++) {
        t->to[i] = sinks[i];
    }
    return &t->sink;
}
