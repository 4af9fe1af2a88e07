/* -w with a selection: which packets belong to which sessions.
 *
 * While the capture is read for the first time a sink notes the ends and the time of
 * the sessions it hears of; the second reading asks for each packet whether it is
 * one of theirs. Fragments have no ports behind the first: those of the same two
 * hosts and time are taken too, rather than none.
 */
#ifndef MAILWIRE_UI_PACKETS_H
#define MAILWIRE_UI_PACKETS_H

#include "capture/base/limits.h"
#include "capture/packet.h"
#include "dissect/event.h"

struct packet_spans;

struct packet_spans *packet_spans_new(const struct limits *limits);
/* A sink that notes the sessions it is told of; closing it leaves the spans. */
struct sink *packet_spans_sink(struct packet_spans *s);
bool packet_spans_match(const struct packet_spans *s, const struct packet *p);
void packet_spans_free(struct packet_spans **s);

#endif
