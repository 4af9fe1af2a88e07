/* The name that a mistyped word was probably meant to be. */
#ifndef MAILWIRE_BASE_TYPO_H
#define MAILWIRE_BASE_TYPO_H

#include "capture/base/bytes.h"

/* Begin with the word, try all names, look at `best` (NULL: none is near). */
struct typo {
    struct bytes word;
    const char *best;
    size_t least;
};

struct typo typo_of(struct bytes word);
void typo_try(struct typo *t, const char *name);

#endif
