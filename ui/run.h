/* One run without the viewer: source → pipeline → engine → judge → sinks, and what is told on
 * standard error meanwhile.
 */
#ifndef MAILWIRE_UI_RUN_H
#define MAILWIRE_UI_RUN_H

#include "capture/source.h"
#include "ui/options.h"

enum run_status {
    RUN_DONE = 0,
    RUN_PARTLY = 1, /* the input or an output failed in part */
    RUN_USAGE = 2,
    RUN_NOTHING = 3, /* nothing could be read */
};

/* Who reads packets now, so that a signal can stop it; NULL nobody. Called with each change. */
typedef void run_reading_fn(struct source *s);

/* stopped is asked before each reading. */
enum run_status run(const struct options *o, run_reading_fn *reading, bool (*stopped)(void));
/* A sentence on standard error, escaped. */
void run_say(const char *sentence);

#endif
