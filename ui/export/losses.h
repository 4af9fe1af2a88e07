/* What an export could not write. The run goes on: the first loss is told at once, all of them are
 * summed up at the end. All zeros is none. */
#ifndef MAILWIRE_UI_EXPORT_LOSSES_H
#define MAILWIRE_UI_EXPORT_LOSSES_H

#include "ui/export/export.h"

struct losses {
    uint64_t written, lost;
    int first; /* errno of the first loss */
};

/* One more; errno tells why. what: "message 3-1", printf-like; where: the path, for people. */
void losses_add(struct losses *l, const struct export_config *c, const char *where,
                const char *what, ...) __attribute__((format(printf, 4, 5)));
/* Nothing was lost; else false with the sum in *err. things: "messages". */
bool losses_none(const struct losses *l, const char *things, const char *where, struct error *err);

#endif
