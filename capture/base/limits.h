/* Every table's and buffer's limit, in one struct, from one list (limits.def).
 *
 * Values are as printed by --limits. A module gets a const pointer at its start
 * and asks nothing else for a bound, so tests can shrink any of them.
 */
#ifndef MAILWIRE_BASE_LIMITS_H
#define MAILWIRE_BASE_LIMITS_H

#include "capture/base/bytes.h"
#include "capture/base/error.h"

#include <stdio.h>

struct limits {
#define LIMIT(field, value, least, most, unit, what) uint64_t field;
#include "capture/base/limits.def"
#undef LIMIT
};

struct limits limits_default(void);
/* Sets one from "NAME=VALUE" (K, M, G suffixes are 1024-based); false with a sentence in *e. */
bool limits_set(struct limits *l, const char *assignment, struct error *e);
/* "512M" → bytes; false when it is no size. */
bool limits_parse_size(const char *text, uint64_t *out);
/* The table for --limits: name, value, unit, what happens. */
void limits_print(const struct limits *l, FILE *out);

#endif
