/* pcapng, cut into what libpcap reads: one stream for each interface of each section.
 *
 * libpcap refuses files whose interfaces differ in link type or snaplen, and
 * sections of both byte orders. This walks over the blocks (their type, length
 * and interface, and of an interface its link type and time unit, no more) and
 * gives each interface's packet blocks, in the file's order, behind a section
 * header of their own. What is in a packet block stays libpcap's to read.
 */
#ifndef MAILWIRE_CAPTURE_SOURCE_NG_H
#define MAILWIRE_CAPTURE_SOURCE_NG_H

#include "capture/source_input.h"

/* Interfaces of one section; a packet of a further one is skipped like one of an unknown one. */
#define NG_INTERFACES 65536u

struct ng;

/* What a stream is made of. Simple packet blocks go apart: their captured length hangs on the
 * interface's snaplen, that of the others must not. */
struct ng_key {
    uint64_t section;
    uint32_t interface;
    bool simple;
};

enum ng_result {
    NG_PACKET, /* a packet block of *key comes next */
    NG_END,
    NG_DAMAGED /* ng_error says what */
};

struct ng *ng_new(struct input *in); /* borrows in, at its start */
/* Goes on to the next packet block. Only when the stream before has been read to its end. */
enum ng_result ng_next(struct ng *g, struct ng_key *key);
/* The section and interface header that opens a stream; at most NG_OPENING bytes. */
#define NG_OPENING 96
size_t ng_opening(const struct ng *g, const struct ng_key *key, uint8_t to[static NG_OPENING]);
/* Bytes of packet blocks as long as they are the key's; 0 when another block comes. */
size_t ng_read(struct ng *g, const struct ng_key *key, uint8_t *to, size_t n);
const char *ng_error(const struct ng *g); /* "" without */
uint64_t ng_offset(const struct ng *g);   /* bytes passed */
uint64_t ng_unknown(const struct ng *g);  /* packets skipped: their interface is not described */
bool ng_nano(const struct ng *g); /* some interface so far has finer times than microseconds */
void ng_free(struct ng **g);

#endif
