/* One captured packet, as the source hands it up. */
#ifndef MAILWIRE_CAPTURE_PACKET_H
#define MAILWIRE_CAPTURE_PACKET_H

#include "capture/base/bytes.h"

struct packet {
    struct bytes data; /* what was captured; borrowed for one call */
    uint32_t wire_len; /* length on the wire, >= data.n; more means snaplen cut it */
    int linktype;      /* DLT_ value of libpcap */
    int64_t time;      /* ns since 1970, UTC */
    uint64_t number;   /* from 1, over all files in the order they are read */
    uint32_t file;     /* index of the capture file it came from */
};

#endif
