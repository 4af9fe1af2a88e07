/* Saving a part of a message, or a message as it was sent, without holding up the screen.
 *
 * A thread of its own reads and decodes the message, at most SAVE_PART_MOST and what the
 * limit on decoding allows; the bytes are then written in slices. The file is made as all
 * others of ours; what was begun and not finished is removed.
 */
#ifndef MAILWIRE_UI_TUI_SAVE_PART_H
#define MAILWIRE_UI_TUI_SAVE_PART_H

#include "ui/tui/view.h"

#define SAVE_PART_MOST (64u << 20) /* bytes of a message that are decoded */
#define SAVE_PART_WHOLE                                                                            \
    SIZE_MAX /* in place of a part: the message's bytes as they were rebuilt                       \
              */

struct save_part;

/* NULL with a sentence in *e. */
struct save_part *save_part_start(struct ui *u, struct store_item message, size_t part,
                                  const char *path, struct error *e);
/* Works until the deadline; true when it is done: then save_part_result tells. */
bool save_part_work(struct save_part *p, int64_t deadline);
/* Hundredths; -1: being decoded. */
int save_part_percent(const struct save_part *p);
/* Ends as soon as it can: work goes on until it says so. */
void save_part_stop(struct save_part *p);
/* False with a sentence: what went wrong; true: what was saved. *cut: the message was longer than
 * what is decoded. */
bool save_part_result(const struct save_part *p, char *out, size_t room, bool *cut);
/* Waits for the thread, removes what is not whole, frees. */
void save_part_free(struct save_part **p);

#endif
