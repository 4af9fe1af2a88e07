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

struct limit_row {
    const char *name;
    size_t at;                   /* of the field in struct limits */
    uint64_t value, least, most; /* value: as it is by itself */
    const char *unit, *what;     /* what happens at the limit */
};

struct limits limits_default(void);
const struct limit_row *limits_table(size_t *count);
#define LIMIT_ROOM 32
/* Bytes in the largest unit that divides them ("512M"), other counts as they are. */
void limits_size_text(uint64_t v, const char *unit, char out[static LIMIT_ROOM]);
/* Sets one from "NAME=VALUE" (K, M, G suffixes are 1024-based); false with a sentence in *e. */
bool limits_set(struct limits *l, const char *assignment, struct error *e);
/* "512M" → bytes; false when it is no size. */
bool limits_parse_size(const char *text, uint64_t *out);
/* The table for --limits: name, value, unit, what happens. */
void limits_print(const struct limits *l, FILE *out);

#endif
