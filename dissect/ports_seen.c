#include "dissect/ports_seen.h"

#include <string.h>

void ports_seen_add(struct ports_seen *p, uint16_t port)
{
    p->connections[port] += p->connections[port] < UINT32_MAX;
}

/* Puts a port in its place among those found before; the last falls out. */
static void take(struct port_seen out[static PORTS_TOLD], struct port_seen it)
{
    int at = PORTS_TOLD;
    while (at > 0 && out[at - 1].connections < it.connections) {
        at--;
    }
    if (at < PORTS_TOLD) {
        memmove(out + at + 1, out + at, (size_t)(PORTS_TOLD - 1 - at) * sizeof *out);
        out[at] = it;
    }
}

void ports_seen_most(const struct ports_seen *p, struct port_seen out[static PORTS_TOLD])
{
    memset(out, 0, PORTS_TOLD * sizeof *out);
    for (uint32_t port = 0; port <= UINT16_MAX; port++) {
        if (p->connections[port] > 0) {
            take(out, (struct port_seen){p->connections[port], (uint16_t)port});
        }
    }
}
