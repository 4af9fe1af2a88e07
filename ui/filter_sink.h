/* A sink that lets whole sessions through, or none of them: -f without the viewer.
 *
 * Whether a session passes is known when it closes, so its events are held, packed,
 * until then and told to the next sink if the filter matches. Bodies wait in a
 * spool; when the records held in memory grow beyond a share of limits.memory, the
 * longest-held go there too. Events without a session (the capture's totals,
 * findings over several sessions) pass at once.
 */
#ifndef MAILWIRE_UI_FILTER_SINK_H
#define MAILWIRE_UI_FILTER_SINK_H

#include "capture/base/limits.h"
#include "dissect/event.h"
#include "ui/export/geo.h"
#include "ui/filter.h"

struct filter_sink_config {
    const struct limits *limits;
    const struct filter *filter; /* borrowed */
    struct geo *geo;             /* borrowed, may be NULL */
    const char *(*file_name)(void *arg, uint32_t file);
    void *file_name_arg;
    void (*parts)(void *arg, struct bytes raw,
                  void (*part)(void *part_arg, const struct filter_part *p), void *part_arg);
    void *parts_arg;
    bool bodies;   /* the next sink wants EV_MESSAGE_DATA */
    size_t memory; /* 0: a quarter of limits.memory, at most 256 MiB */
};

/* Owns `to`: close closes it. NULL with a sentence in *e when no spool can be opened. */
struct sink *filter_sink_new(const struct filter_sink_config *c, struct sink *to, struct error *e);

#endif
