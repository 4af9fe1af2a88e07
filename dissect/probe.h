/* What the protocols' probes share: reading the first words of a connection (struct opening). */
#ifndef MAILWIRE_DISSECT_PROBE_H
#define MAILWIRE_DISSECT_PROBE_H

#include "dissect/session.h"

/* Cuts the next whole line off *rest, without its end; false when none is whole. */
bool probe_line(struct bytes *rest, struct bytes *line);
/* In the middle of a connection the ends were guessed: asks with either as the server and takes the
 * surer answer; *flip tells that the guess was wrong. */
enum certainty probe_both_ways(const struct opening *o,
                               enum certainty (*with_server)(const struct opening *, enum dir),
                               bool *flip);

#endif
