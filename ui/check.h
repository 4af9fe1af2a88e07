/* What a command line gets wrong that only a look at the system tells, in sentences that help. */
#ifndef MAILWIRE_UI_CHECK_H
#define MAILWIRE_UI_CHECK_H

#include "ui/options.h"

/* Files that shall be written are no folders, and no capture that is read. */
bool check_outputs(const struct options *o, struct error *e);
/* The words left over are no filter of packets: adds to *e what they may have been meant to be. */
void check_explain_bpf(const struct options *o, struct error *e);
/* Sessions of --session that did not come by: false with a sentence. */
bool check_selected(const struct options *o, uint64_t sessions, uint64_t selected, struct error *e);

#endif
