#include "dissect/probe.h"

bool probe_line(struct bytes *rest, struct bytes *line)
{
    size_t lf = bytes_find(*rest, '\n', 0);
    if (lf == SIZE_MAX) {
        return false;
    }
    *line = bytes_sub(*rest, 0, lf);
    *rest = bytes_from(*rest, lf + 1);
    if (line->n > 0 && line->p[line->n - 1] == '\r') {
        line->n--;
    }
    return true;
}

enum certainty probe_both_ways(const struct opening *o,
                               enum certainty (*with_server)(const struct opening *, enum dir),
                               bool *flip)
{
    enum certainty as_is = with_server(o, FROM_SERVER);
    enum certainty turned = with_server(o, FROM_CLIENT);
    *flip = turned > as_is;
    return *flip ? turned : as_is;
}
