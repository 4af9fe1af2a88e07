/* A run without rights: what main's run needs of broker and sandbox, in the order it needs it.
 *
 * confine_begin before anything is opened, confine_enter when everything is and before
 * the first packet is parsed, confine_end at the end.
 */
#ifndef MAILWIRE_UI_CONFINE_H
#define MAILWIRE_UI_CONFINE_H

#include "ui/broker.h"
#include "ui/options.h"

struct confine {
    struct broker *broker; /* NULL: nothing is opened later */
    bool viewer;
};

bool confine_begin(struct confine *c, const struct options *o, bool viewer, struct error *e);
/* A sentence on what holds goes to `say` (may be NULL). False with a sentence: root could not be
 * given up, the run must not go on. */
bool confine_enter(struct confine *c, const struct options *o, void (*say)(const char *sentence),
                   struct error *e);
void confine_end(struct confine *c);

#endif
