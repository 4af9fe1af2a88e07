/* What is written beside packets in pcapng files: whose session begins, who logs in, what was
 * found.
 *
 * Made on the viewer's thread from what the store knows, then only read. Secrets never
 * stand in it.
 */
#ifndef MAILWIRE_UI_TUI_PACKET_COMMENTS_H
#define MAILWIRE_UI_TUI_PACKET_COMMENTS_H

#include "ui/tui/view.h"

struct packet_comments;

struct packet_comments *packet_comments_new(void);
void packet_comments_add(struct packet_comments *c, const struct ui *u, struct store_ref session);
/* Once all sessions were added: packets are then asked for. */
void packet_comments_sort(struct packet_comments *c);
/* Lines of UTF-8, escaped; "" for most packets. Valid until the next call. */
struct bytes packet_comments_of(struct packet_comments *c, uint64_t packet);
void packet_comments_free(struct packet_comments **c);

#endif
