#include "ui/run_private.h"

#include "capture/base/when.h"

#include <time.h>

/* ---- times ---- */

static void take_time(void *arg, const struct packet *p)
{
    int64_t *first = arg;
    if (*first == -1) {
        *first = p->time;
    }
}

/* A time of day needs a day: that of the first packet, or today. */
static int64_t day_of_capture(struct running *r)
{
    if (r->o->interface != NULL) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }
    int64_t first = -1;
    if (r->first != NULL) {
        source_run(r->first, &(struct source_hooks){.packet = take_time, .arg = &first});
    }
    return first;
}

static bool has_day(const char *text)
{
    return strlen(text) > 4 && text[4] == '-';
}

/* Is it a time, whatever the day? */
static bool check_time(const struct running *r, const char *name, const char *text, struct error *e)
{
    int64_t ignored;
    if (text == NULL) {
        return true;
    }
    if (!has_day(text) && options_read_standard_input(r->o)) {
        return error_set(e,
                         "%s: \"%.60s\" needs a day too when the capture is standard input, as in "
                         "2025-11-01T12:30",
                         name, text);
    }
    return when_parse(text, 0, r->o->utc, &ignored) ||
           error_set(e, "%s: \"%.60s\" is no time; write 2025-11-01T12:30[:45[.5]][Z] or 12:30",
                     name, text);
}

static bool needs_day(const struct options *o)
{
    return (o->after != NULL && !has_day(o->after)) || (o->before != NULL && !has_day(o->before));
}

bool run_set_span(struct running *r, struct error *e)
{
    const struct options *o = r->o;
    int64_t day = needs_day(o) ? day_of_capture(r) : 0;
    int64_t after = INT64_MIN, before = INT64_MAX;
    if ((o->after != NULL && !when_parse(o->after, day, o->utc, &after)) ||
        (o->before != NULL && !when_parse(o->before, day, o->utc, &before))) {
        return error_set(e, "--after, --before: there is no such time on that day");
    }
    if (after >= before) {
        return error_set(e, "nothing lies between --after %.60s and --before %.60s", o->after,
                         o->before);
    }
    source_set_span(r->source, after, before);
    if (r->again != NULL) {
        source_set_span(r->again, after, before);
    }
    return true;
}

/* ---- the input ---- */

bool run_configure_source(struct running *r, struct error *e)
{
    const struct options *o = r->o;
    r->source_config = (struct source_config){
        .limits = &o->limits,
        .files = o->file_count > 0 ? o->files : NULL,
        .file_count = o->file_count,
        .interface = o->interface,
        .bpf = o->bpf,
        .snaplen = (int)o->snaplen,
        .buffer_kib = (int)o->buffer_kib,
        .no_promiscuous = o->no_promiscuous,
        .max_packets = o->max_packets,
        .after = INT64_MIN,
        .before = INT64_MAX,
        .opener = broker_opener(r->confine.broker),
    };
    return check_time(r, "--after", o->after, e) && check_time(r, "--before", o->before, e);
}

bool run_open_sources(struct running *r, bool *usage, struct error *e)
{
    const struct options *o = r->o;
    bool live = o->interface != NULL;
    if (!source_open(&r->source, &r->source_config, usage, e)) {
        return false;
    }
    if (!live && needs_day(o)) {
        struct source_config c = r->source_config;
        c.bpf = NULL;
        c.max_packets = 1;
        if (!source_open(&r->first, &c, usage, e)) {
            return false;
        }
    }
    bool twice = o->write_path != NULL && r->selects;
    return !twice || source_open(&r->again, &r->source_config, usage, e);
}
