/* What of a row, a step or a message can be copied: pieces of text, each with its name.
 *
 * Raw as it came from packets; it is escaped where it leaves (ui_copy), so that what
 * is pasted into a shell holds no line end and no control character.
 */
#ifndef MAILWIRE_UI_TUI_COPIES_H
#define MAILWIRE_UI_TUI_COPIES_H

#include "capture/base/buf.h"

#define COPIES_MOST 128   /* pieces; further ones are not offered */
#define COPY_BYTES  65536 /* of one piece; what is longer is cut, and said to be */

struct copies {
    struct buf bytes;
    struct {
        char label[24];
        size_t from, n;
    } item[COPIES_MOST];
    size_t count;
};

void copies_init(struct copies *c);
void copies_done(struct copies *c);
/* Nothing when the text is empty. */
void copies_add(struct copies *c, const char *label, struct bytes text);
struct bytes copies_text(const struct copies *c, size_t i);

#endif
