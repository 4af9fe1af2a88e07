/* To which TCP ports connections went: what a person needs to hear when nobody spoke mail.
 *
 * A counter for each port there is, so that no traffic makes it grow.
 */
#ifndef MAILWIRE_DISSECT_PORTS_SEEN_H
#define MAILWIRE_DISSECT_PORTS_SEEN_H

#include <stdint.h>

#define PORTS_TOLD 6 /* as many as fit in a line */

struct port_seen {
    uint32_t connections; /* 0: there are no more */
    uint16_t port;        /* the server's */
};

struct ports_seen {
    uint32_t connections[UINT16_MAX + 1];
};

void ports_seen_add(struct ports_seen *p, uint16_t port);
/* Those with the most connections, the most first; of equals the lower port. */
void ports_seen_most(const struct ports_seen *p, struct port_seen out[static PORTS_TOLD]);

#endif
