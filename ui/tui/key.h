/* Keys: their names, what they do on which screen (keys.def), and how that is told.
 *
 * A key is a Unicode code point, a control character, or one of enum key_code
 * behind them. The keymap begins as the table and takes `bind` lines of the
 * config file.
 */
#ifndef MAILWIRE_UI_TUI_KEY_H
#define MAILWIRE_UI_TUI_KEY_H

#include "capture/base/buf.h"
#include "capture/base/error.h"

#include <stdio.h>

enum key_code {
    KC_NOTHING = 0,
    KC_TAB = 9,
    KC_RETURN = 13,
    KC_ESCAPE = 27,
    KC_SPECIAL = 0x110000, /* the last code point is 0x10ffff */
    KC_UP,
    KC_DOWN,
    KC_LEFT,
    KC_RIGHT,
    KC_PAGE_UP,
    KC_PAGE_DOWN,
    KC_HOME,
    KC_END,
    KC_ERASE,  /* backspace */
    KC_DELETE, /* forward */
    KC_INSERT,
    KC_SHIFT_TAB,
    KC_CLICK, /* row and col tell where; twice: a double click */
    KC_WHEEL_UP,
    KC_WHEEL_DOWN,
    KC_SIZE_CHANGED,
    KC_HANGUP,                /* the terminal is gone */
    KC_F0 = KC_SPECIAL + 100, /* KC_F0 + n is Fn */
};

struct key {
    int32_t code;
    int row, col;
    bool twice;
};

enum view_id {
#define VIEW(name, symbol, config, title) VIEW_##name,
#include "ui/tui/views.def"
#undef VIEW
    VIEW_COUNT
};

const char *view_name(enum view_id v);  /* in the config file */
const char *view_title(enum view_id v); /* on the screen */

enum key_group {
    GROUP_MOVE,
    GROUP_SCREENS,
    GROUP_LIST,
    GROUP_MARKS,
    GROUP_SEARCH,
    GROUP_SHOW,
    GROUP_CAPTURE,
    GROUP_COUNT
};

const char *key_group_title(enum key_group g);

enum action {
    ACT_NONE,
    ACT_HELP,
    ACT_SAVE,
    ACT_FILTER,
    ACT_SEARCH,
    ACT_DOWN,
    ACT_UP,
    ACT_HALF_DOWN,
    ACT_HALF_UP,
    ACT_PAGE_DOWN,
    ACT_PAGE_UP,
    ACT_FIRST,
    ACT_LAST,
    ACT_LEFT,
    ACT_RIGHT,
    ACT_OPEN,
    ACT_BACK,
    ACT_TAB_1,
    ACT_TAB_2,
    ACT_TAB_3,
    ACT_TAB_4,
    ACT_TAB_5,
    ACT_TAB_NEXT,
    ACT_TAB_PREVIOUS,
    ACT_STATES,
    ACT_DIALOGUE,
    ACT_COLUMNS,
    ACT_SETUP,
    ACT_NAMES,
    ACT_SORT_RIGHT,
    ACT_SORT_LEFT,
    ACT_SORT_TURN,
    ACT_FILTER_CLEAR,
    ACT_FILTER_FORM,
    ACT_FOLLOW,
    ACT_FORGET_SHOWN,
    ACT_FORGET_OTHERS,
    ACT_MUTE,
    ACT_MUTED,
    ACT_EVIDENCE,
    ACT_GROUP,
    ACT_MARK,
    ACT_MARK_SHOWN,
    ACT_UNMARK_ALL,
    ACT_COMPARE,
    ACT_TOGETHER,
    ACT_NEXT,
    ACT_PREVIOUS,
    ACT_NEXT_MESSAGE,
    ACT_PREVIOUS_MESSAGE,
    ACT_NEXT_STATE,
    ACT_PREVIOUS_STATE,
    ACT_NEXT_SESSION,
    ACT_PREVIOUS_SESSION,
    ACT_LADDER,
    ACT_PROBLEMS,
    ACT_UNFOLD,
    ACT_UNFOLD_ALL,
    ACT_PANE,
    ACT_PANE_WIDER,
    ACT_PANE_SMALLER,
    ACT_RAW,
    ACT_HEX,
    ACT_COLOUR,
    ACT_TIME,
    ACT_HEADERS,
    ACT_ENVELOPE,
    ACT_PART_NEXT,
    ACT_PART_PREVIOUS,
    ACT_PART_SAVE,
    ACT_WRAP,
    ACT_LINE_ENDS,
    ACT_COPY,
    ACT_SECRET,
    ACT_SECRETS,
    ACT_SCOPE,
    ACT_BLOCK_NEXT,
    ACT_BLOCK_PREVIOUS,
    ACT_BUCKET,
    ACT_HEADER_ROWS,
    ACT_FREEZE,
    ACT_STOP,
    ACT_STOP_READING,
    ACT_REDRAW,
    ACT_SUSPEND,
    ACT_COMMAND,
    ACT_COUNT
};

/* A row of keys.def. */
struct key_row {
    enum action action;
    const char *name; /* of the action, lower case with '-', for the config file */
    uint32_t views;   /* 1 << enum view_id */
    const char *keys, *label, *help;
    enum key_group group;
};

const struct key_row *key_rows(size_t *count);

/* "Ctrl-D", "F1", "Space", "PgDn", "x" → code; false when it is no key. Letters keep their case. */
bool key_parse(struct bytes name, int32_t *code);
void key_print(int32_t code, char out[static 16]);

#define KEYMAP_BINDS 256

struct key_bind {
    uint32_t views;
    int32_t code;
    uint8_t action;
};

struct keymap {
    struct key_bind bind[KEYMAP_BINDS]; /* later ones win */
    size_t count;
};

void keymap_init(struct keymap *m);
enum action keymap_find(const struct keymap *m, enum view_id v, int32_t code);
/* view "every" binds on all screens; the action "none" takes a key away. */
bool keymap_bind(struct keymap *m, struct bytes view, struct bytes key, struct bytes action,
                 struct error *e);
/* The keys that do row->action on v, with ' ' between; the first is the one to show. */
void keymap_keys(const struct keymap *m, enum view_id v, const struct key_row *row,
                 struct buf *out);

#endif
