/* Writes TCP connections as a classic pcap file: Ethernet, IPv4, right checksums, and on request
 * segments that are swapped, repeated or lost. Same calls, same seed, same bytes.
 */
#ifndef MAILWIRE_BENCH_PACKETS_H
#define MAILWIRE_BENCH_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum side { CLIENT = 0, SERVER = 1 };

#define MSS 1460u

struct connection {
    uint32_t ip[2];
    uint32_t seq[2]; /* next to send, by enum side */
    uint16_t port[2];
    uint16_t id[2]; /* of IP */
};

struct packets {
    FILE *out;
    uint64_t random;           /* state of the disturbances */
    double swap, repeat, lose; /* shares of segments with data */
    uint64_t time_ns, gap_ns;
    uint64_t count, bytes, lost, repeated, swapped;
    uint8_t held[2048]; /* a segment that is overtaken by others */
    size_t held_n;
    unsigned held_for;
};

uint64_t random_next(uint64_t *state);
double random_share(uint64_t *state); /* [0, 1) */

bool packets_open(struct packets *p, const char *path);
bool packets_close(struct packets *p);
/* One segment; n is at most MSS. False when it was lost (the sender's sequence goes on). */
bool packets_tcp(struct packets *p, struct connection *c, enum side from, unsigned flags,
                 const void *data, size_t n);
void packets_handshake(struct packets *p, struct connection *c);
void packets_goodbye(struct packets *p, struct connection *c);

#endif
