/* A capture told to the viewer in steps, as one that is still being made: so many packets now, the
 * others later. Everything between packets and relay is the real thing.
 */
#ifndef MAILWIRE_TESTS_SUPPORT_CAPTURE_STEPS_H
#define MAILWIRE_TESTS_SUPPORT_CAPTURE_STEPS_H

#include "capture/base/limits.h"
#include "ui/relay.h"

struct capture_steps;

/* Reads the packets, tells none. NULL, and said, when they can not be read. */
struct capture_steps *capture_steps_open(const char *path, const struct limits *limits,
                                         struct relay *relay, bool live);
void capture_steps_tell(struct capture_steps *c, size_t packets);
/* All that are left, and the end. */
void capture_steps_finish(struct capture_steps *c);
void capture_steps_close(struct capture_steps **c);

#endif
