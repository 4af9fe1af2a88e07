#include "dissect/mask.h"

void mask_add(struct buf *out, struct bytes line, struct bytes secret, bool show)
{
    uintptr_t begin = (uintptr_t)line.p, end = begin + line.n;
    uintptr_t from = (uintptr_t)secret.p, to = from + secret.n;
    from = from < begin ? begin : from;
    to = to > end ? end : to;
    if (show || secret.n == 0 || from >= to) {
        buf_add(out, line);
        return;
    }
    buf_add(out, bytes_sub(line, 0, from - begin));
    buf_add_str(out, MASKED);
    buf_add(out, bytes_from(line, to - begin));
}
