/* The terminal: ncursesw's one room. Shows a canvas, reads keys, and gives the terminal back.
 *
 * One screen at a time. The terminal is restored on close, on exit(), on die(),
 * on a crash and on any catchable signal. Signals that ask the program to end
 * (INT, TERM, HUP, QUIT) are told by screen_ended(); a second one ends it at once.
 */
#ifndef MAILWIRE_UI_TUI_SCREEN_H
#define MAILWIRE_UI_TUI_SCREEN_H

#include "ui/tui/canvas.h"
#include "ui/tui/key.h"

#include "capture/base/error.h"

/* Does the terminal put text into the clipboard? AUTO: where terminfo says so. */
enum copy_use { COPY_AUTO, COPY_ALWAYS, COPY_NEVER };

enum colour_use { COLOUR_AUTO, COLOUR_NEVER, COLOUR_DARK, COLOUR_LIGHT };

/* How a style looks; set by `color` lines of the config file. */
struct style_look {
    bool set;
    int fg, bg; /* 0..255, -1 the terminal's own */
    unsigned look;
};

struct screen_config {
    enum colour_use colours; /* AUTO: NO_COLOR and the terminal decide */
    bool no_mouse;
    enum copy_use copies;
    struct style_look looks[STYLE_COUNT];
};

struct screen;

/* False with a sentence in *e: the terminal can not show a screen. setlocale() was called before.
 */
bool screen_open(struct screen **s, const struct screen_config *c, struct error *e);
void screen_close(struct screen **s);
/* done(arg) is called when a crash has given the terminal back, in the signal's handler: it may do
 * only what is async-signal-safe. NULL: nobody. */
void screen_on_crash(void (*done)(void *arg), void *arg);
/* Does the locale's character set allow lines and letters beyond ASCII? */
bool screen_is_utf8(void);
/* "LC_ALL=C": which variable chose the locale, and what it says. */
void screen_locale(char *out, size_t room);
void screen_size(const struct screen *s, int *rows, int *cols);
void screen_show(struct screen *s, const struct canvas *c);
/* The next key, without waiting; false when there is none. */
bool screen_key(struct screen *s, struct key *out);
/* Waits for a key, a signal, or data on `fd` (-1: none), at most `ms`. */
void screen_wait(struct screen *s, int fd, int ms);
/* Draws everything again at the next screen_show. */
void screen_redraw(struct screen *s);
void screen_suspend(struct screen *s);
/* Asks the terminal to put text into the clipboard; false with a sentence. The text must be
 * escaped.
 */
bool screen_copy(enum copy_use use, struct bytes text, struct error *e);
/* The signal that asked the program to end, 0 none. */
int screen_ended(const struct screen *s);

#endif
