/* One line of text that a person types, with the keys people know from shells. */
#ifndef MAILWIRE_UI_TUI_EDIT_H
#define MAILWIRE_UI_TUI_EDIT_H

#include "ui/tui/canvas.h"
#include "ui/tui/key.h"

#define EDIT_MOST    1024
#define EDIT_HISTORY 50

struct edit {
    char text[EDIT_MOST]; /* UTF-8, NUL-terminated */
    size_t n, at;         /* bytes; the cursor stands before text[at] */
};

/* What was entered before, newest last. */
struct edit_history {
    char *line[EDIT_HISTORY];
    size_t count;
    size_t at; /* being shown; count: the line being typed */
};

void edit_set(struct edit *e, const char *text);
/* Puts text in place of the bytes [from, to), the cursor behind it. */
void edit_replace(struct edit *e, size_t from, size_t to, struct bytes text);
/* Takes a key; false when it is not for an editor. *changed: the text is another one. */
bool edit_key(struct edit *e, const struct key *k, bool *changed);
/* Draws the line and places the cursor; a long line scrolls. Returns the column (from col) of the
 * first byte shown, so that a caret can be placed: see edit_column. */
void edit_draw(const struct edit *e, const struct pane *p, int row, int col, int cols, enum style s,
               bool cursor);
/* The column, from the line's first one, at which byte `at` is drawn by edit_draw. */
int edit_column(const struct edit *e, size_t at, int cols);

void history_add(struct edit_history *h, const char *line);
/* Up or Down: replaces the text by an older or newer line; false when there is none. */
bool history_step(struct edit_history *h, struct edit *e, bool older);
void history_done(struct edit_history *h);

#endif
