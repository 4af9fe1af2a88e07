/* Lines a person types in: the filter bar, search, commands, a file name, a question.
 *
 * The filter is put in force while it is typed, as long as it is valid and its last
 * word is finished; a mistake is shown with a caret and the last valid one stays.
 */
#ifndef MAILWIRE_UI_TUI_PROMPT_H
#define MAILWIRE_UI_TUI_PROMPT_H

#include "ui/tui/view.h"

enum prompt_kind {
    PROMPT_NONE,
    PROMPT_FILTER,
    PROMPT_SEARCH,
    PROMPT_COMMAND,
    PROMPT_PATH,
    PROMPT_KINDS
};

#define COMPLETIONS_MOST 64

struct completion {
    char text[64];
    const char *help; /* "" */
};

struct prompt {
    enum prompt_kind kind;
    struct ui *ui;
    struct edit edit;
    struct edit_history history[PROMPT_KINDS];
    char before[EDIT_MOST]; /* the filter when the bar was opened */
    bool wrong, waiting;    /* wrong: error says why; waiting: the last word is not finished */
    struct filter_error error;
    struct filter_hint hint;
    struct completion completion[COMPLETIONS_MOST];
    size_t completions, chosen;
    bool cycling; /* the last key was Tab */
};

enum prompt_result { PROMPT_GOES_ON, PROMPT_ENTERED, PROMPT_LEFT };

void prompt_init(struct prompt *p, struct ui *u);
void prompt_done(struct prompt *p);
void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text);
enum prompt_result prompt_key(struct prompt *p, const struct key *k);
/* Draws the line into the row; the list of completions below it into the body. */
void prompt_draw(const struct prompt *p, const struct pane *row);
void prompt_draw_below(const struct prompt *p, const struct pane *body);

/* Completions for a filter's text at the cursor (prompt_complete.c). */
void prompt_complete(struct prompt *p);

#endif
