/* The packets of sessions, read again from the capture files and written as pcap, or as pcapng
 * with comments.
 *
 * Runs in a thread of its own, which shares three counters with the viewer's thread
 * and nothing else. The file is made as all others of ours: new, 0600, under a
 * temporary name until it is whole, replacing nothing.
 */
#ifndef MAILWIRE_UI_TUI_SAVE_PACKETS_H
#define MAILWIRE_UI_TUI_SAVE_PACKETS_H

#include "ui/tui/view.h"

struct save_packets;

/* Why the packets can not be had again, or NULL. */
const char *save_packets_hindrance(const struct ui *u);
struct save_packets *save_packets_start(struct ui *u, const struct store_ref *sessions,
                                        size_t count, bool comments, const char *path,
                                        struct error *e);
bool save_packets_ended(const struct save_packets *p);
int save_packets_percent(const struct save_packets *p);
bool save_packets_result(const struct save_packets *p, char *out, size_t room);
void save_packets_free(struct save_packets **p); /* stops it when it still runs */

#endif
