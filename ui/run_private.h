/* What the files behind ui/run.h share: one run and its parts.
 *
 * run_input.c opens what is read, run_sinks.c what hears of it, run.c ties them and tells the end.
 */
#ifndef MAILWIRE_UI_RUN_PRIVATE_H
#define MAILWIRE_UI_RUN_PRIVATE_H

#include "capture/pipeline.h"
#include "dissect/engine.h"
#include "ui/confine.h"
#include "ui/filter.h"
#include "ui/packets.h"
#include "ui/progress.h"
#include "ui/run.h"
#include "ui/viewer.h"

/* A sink that counts findings on their way, those across sessions among them. */
struct counter {
    struct sink sink;
    struct sink *to;
    uint64_t findings;
};

struct running {
    const struct options *o;
    struct limits limits; /* a copy that may be handed on as void * */
    run_reading_fn *reading;
    bool (*stopped)(void);
    struct confine confine;
    struct source_config source_config;
    struct source *source;
    struct source *first; /* read for its first packet's day, NULL where that is not asked for */
    struct source *again; /* read a second time, NULL where that is not asked for */
    struct pipeline *pipeline;
    struct engine *engine;
    struct export_config *configs; /* one a sink */
    struct sink *sink;             /* the first of the chain */
    struct counter judged;         /* behind the judge */
    uint64_t selected;             /* sessions of --session that came by */
    struct filter *filter;         /* -f, NULL none */
    struct geo *geo;               /* NULL none, or nobody asks */
    bool selects;                  /* some sessions only: --session or -f */
    struct source_writer *writer;  /* -w */
    struct packet_spans *spans;    /* -w with a selection */
    struct progress progress;
    struct viewer *viewer;        /* NULL without a terminal, or with -T */
    struct capture_totals totals; /* once the run is over */
    bool was_stopped;             /* by the person in the viewer */
    int ended_by;                 /* the signal that ended the viewer, 0 none */
    bool failed;                  /* an output failed in part */
};

struct sink_list {
    struct sink **list;
    size_t count;
    bool bodies, digests, parts, headers;
};

/* -- what is told (run.c); arg and r are the run */
void run_warn(void *arg, const char *sentence);
/* An output failed; the run goes on. */
void run_fail(struct running *r, const struct error *e);

/* -- the input (run_input.c) */
bool run_configure_source(struct running *r, struct error *e);
/* Everything that is read, once for each time it is read: later nothing can be opened. */
bool run_open_sources(struct running *r, bool *usage, struct error *e);
/* --after and --before. May read a packet: after confine_enter. */
bool run_set_span(struct running *r, struct error *e);

/* -- the sinks (run_sinks.c) */
/* -T, or what stands for it; NULL where the viewer takes over. */
const struct export_format *run_chosen_view(const struct options *o);
bool run_open_geo(struct running *r, struct error *e);
/* The exports and the view, into l. */
bool run_open_sinks(struct running *r, struct sink_list *l, struct error *e);
/* engine → judge → selection → filter → mail scan → `to`. False: `to` is closed. */
bool run_chain_sinks(struct running *r, const struct sink_list *l, struct sink *to,
                     struct error *e);
const char *run_file_name(void *arg, uint32_t file); /* of capture file `file` */

#endif
