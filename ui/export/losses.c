#include "ui/export/losses.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void losses_add(struct losses *l, const struct export_config *c, const char *where,
                const char *what, ...)
{
    int why = errno;
    if (l->lost++ > 0) {
        return;
    }
    l->first = why;
    if (c->warn == NULL) {
        return;
    }
    char name[FILENAME_MAX];
    va_list args;
    va_start(args, what);
    vsnprintf(name, sizeof name, what, args);
    va_end(args);
    struct error e;
    error_set(&e, "%s could not be written to %s: %s; reading goes on", name, where, strerror(why));
    c->warn(c->warn_arg, e.text);
}

bool losses_none(const struct losses *l, const char *things, const char *where, struct error *err)
{
    return l->lost == 0 ||
           error_set(err, "%" PRIu64 " of %" PRIu64 " %s could not be written to %s: %s", l->lost,
                     l->lost + l->written, things, where, strerror(l->first));
}
