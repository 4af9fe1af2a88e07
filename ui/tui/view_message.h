/* The screen of one message: what its two files share.
 *
 * view_message.c holds the bytes, their decoder and the keys; view_message_head.c writes
 * what stands above the text.
 */
#ifndef MAILWIRE_UI_TUI_VIEW_MESSAGE_H
#define MAILWIRE_UI_TUI_VIEW_MESSAGE_H

#include "ui/tui/doc.h"
#include "ui/tui/hits.h"
#include "ui/tui/list.h"
#include "ui/tui/mail.h"
#include "ui/tui/pager.h"
#include "ui/tui/view.h"

#define MAIL_LABEL_COLS 12
#define MAIL_TAG_PART   1000 /* tags of the doc: + the part's index */

enum mail_mode { MAIL_DECODED, MAIL_RAW, MAIL_HEX };

struct mail_view {
    struct view view;
    struct store_item item;
    struct body_reader reader;
    bool has_body;
    struct buf head;    /* the first bytes of the message: its header */
    struct buf whole;   /* all of it, for the decoder; empty without one */
    void *mail;         /* the decoder's */
    size_t parts, part; /* chosen */
    struct buf text;    /* of the chosen part */
    struct doc doc;     /* what stands above the text */
    struct pager pager;
    struct list list; /* rows of doc and pager together */
    enum mail_mode mode;
    bool all_headers, envelope, no_wrap, line_ends, stale;
    int shift;
    int built_cols;
    bool looking, look_forward; /* the search goes on at look_row */
    size_t look_row;
    size_t hit_row;   /* found last, SIZE_MAX once the person moved */
    struct hits hits; /* rows of the pager */
    uint32_t hits_version;
};

/* Writes the doc anew: envelope, header, parts, what misleads; of another mode than decoded,
 * nothing. */
void mail_view_head(struct mail_view *v);

/* One of the fields that are shown at first? */
bool mail_view_is_main(struct bytes name);

#define MAIL_HEX_ROOM 65
const char *mail_view_hex(const uint8_t sha256[static 32], char out[static MAIL_HEX_ROOM]);

#endif
