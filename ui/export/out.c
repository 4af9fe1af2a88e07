#include "ui/export/out.h"

#include <errno.h>

#define OUT_ROOM ((size_t)256 << 10)

void out_init(struct out *o, FILE *file, bool line_buffered)
{
    *o = (struct out){.file = file, .line_buffered = line_buffered};
    buf_init(&o->b, SIZE_MAX);
}

static void hand_on(struct out *o)
{
    if (o->failed == 0 && o->b.n > 0 && fwrite(o->b.p, 1, o->b.n, o->file) != o->b.n) {
        o->failed = errno ? errno : EIO;
    }
    buf_clear(&o->b);
}

static void flush(struct out *o)
{
    hand_on(o);
    if (o->failed == 0 && fflush(o->file) != 0) {
        o->failed = errno ? errno : EIO;
    }
}

void out_line(struct out *o)
{
    if (o->line_buffered) {
        flush(o);
    } else if (o->b.n >= OUT_ROOM) {
        hand_on(o);
    }
}

bool out_done(struct out *o, struct error *e)
{
    flush(o);
    buf_done(&o->b);
    if (o->failed == 0 || o->failed == EPIPE) {
        return true;
    }
    return error_set(e, "%s%s",
                     o->file == stdout ? "the results could not be written to standard output: "
                                       : "", /* who opened it knows its name */
                     strerror(o->failed));
}
