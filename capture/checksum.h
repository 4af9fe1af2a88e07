/* The Internet checksum (RFC 1071) of TCP segments, and what a wrong one tells.
 *
 * Hosts that leave the sum to their network card show packets whose field holds only
 * the sum of the pseudo header: such packets are whole, the capture point merely sits
 * before the card.
 */
#ifndef MAILWIRE_CAPTURE_CHECKSUM_H
#define MAILWIRE_CAPTURE_CHECKSUM_H

#include "capture/base/bytes.h"

enum checksum_verdict { CHECKSUM_GOOD, CHECKSUM_OFFLOADED, CHECKSUM_BAD };

/* tcp: header and payload, whole. src, dst: 4 or 16 bytes by ip_version. */
enum checksum_verdict checksum_tcp(struct bytes tcp, const uint8_t *src, const uint8_t *dst,
                                   uint8_t ip_version);

#endif
