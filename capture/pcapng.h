/* pcapng, written: a section, an interface for each link type, packets with comments.
 *
 * libpcap writes no pcapng, and a comment on a packet is what the format is wanted for here.
 * Blocks are in this machine's byte order, which the section says (pcapng, section 4.1).
 */
#ifndef MAILWIRE_CAPTURE_PCAPNG_H
#define MAILWIRE_CAPTURE_PCAPNG_H

#include "capture/base/buf.h"
#include "capture/packet.h"

#define PCAPNG_COMMENT_MOST 65000 /* an option's length has 16 bits; more is cut */

void pcapng_section(struct buf *out);
/* Interfaces are numbered from 0 in the order in which they are told; times have nanoseconds. */
void pcapng_interface(int linktype, struct buf *out);
/* comment: UTF-8, or empty. */
void pcapng_packet(uint32_t interface, const struct packet *p, struct bytes comment,
                   struct buf *out);

#endif
