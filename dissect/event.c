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
    tee_failed *failed;
    void *arg;
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

/* Closes all, whatever fails. */
static bool tee_close(struct sink *self, struct error *err)
{
    struct tee *t = (struct tee *)self;
    bool fine = true;
    for (size_t i = 0; i < t->count; i++) {
        struct error e;
        if (t->to[i]->close(t->to[i], &e)) {
            continue;
        }
        if (t->failed != NULL) {
            t->failed(t->arg, &e);
        } else if (fine) {
            *err = e;
            fine = false;
        }
    }
    free(t);
    return fine;
}

struct sink *tee_new(struct sink **sinks, size_t count, tee_failed *failed, void *arg)
{
    struct tee *t = xcalloc(1, sizeof *t + count * sizeof t->to[0]);
    t->sink = (struct sink){tee_event, tee_close, UINT32_MAX};
    t->failed = failed;
    t->arg = arg;
    t->count = count;
    for (size_t i = 0; i < count; i++) {
        t->to[i] = sinks[i];
        t->sink.ignores &= sinks[i]->ignores;
    }
    return &t->sink;
}
