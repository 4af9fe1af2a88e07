/* One capture file, read by libpcap: pcap in one stream, pcapng in one for each interface.
 *
 * The reader says which pcap handle comes next; its owner runs pcap_dispatch on
 * it and tells how that went.
 */
#ifndef MAILWIRE_CAPTURE_SOURCE_READER_H
#define MAILWIRE_CAPTURE_SOURCE_READER_H

#include "capture/source_input.h"

struct pcap; /* pcap_t */
struct reader;

enum reader_result {
    READER_MORE, /* dispatch on *handle, then reader_ran */
    READER_END,
    READER_DAMAGED /* *e says what */
};

/* Borrows in, which has begun. False with a cause in *e (no file name in it) when it is no capture.
 */
bool reader_new(struct reader **r, struct input *in, struct error *e);
enum reader_result reader_next(struct reader *r, struct pcap **handle, struct error *e);
/* What pcap_dispatch(handle, most, ...) answered. */
void reader_ran(struct reader *r, int result, int most);
/* The frame of the packet `packets` behind the one that was taken last, as far as it is in memory
 * already; empty where that is not known. Valid until libpcap reads on. */
struct bytes reader_ahead(const struct reader *r, unsigned packets);
bool reader_nano(const struct reader *r); /* finer times than microseconds, as far as is known */
uint64_t reader_offset(const struct reader *r); /* about where in the (unpacked) file it stands */
uint64_t
reader_unknown(const struct reader *r); /* packets of interfaces the file does not describe */
void reader_free(struct reader **r);

/* Do these bytes, as they are stored, begin a capture or one that is packed? Else false with a
 * cause in *e. */
bool reader_may_read(struct bytes first, struct error *e);

#endif
