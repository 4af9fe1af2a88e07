/* The grid of cells that views draw on, and the one function that puts text there.
 *
 * A canvas knows no terminal: screen.c shows it, tests read it as text. Every
 * text goes through pane_text(), which escapes it (text.h), so that nothing from
 * a packet can command the terminal; cut text ends in "…" ("~" where ascii) and a
 * wide character is never cut in half. A pane is a rectangle of a canvas; drawing
 * outside of it has no effect, at any size.
 */
#ifndef MAILWIRE_UI_TUI_CANVAS_H
#define MAILWIRE_UI_TUI_CANVAS_H

#include "capture/base/buf.h"
#include "capture/base/bytes.h"

#define LOOK_PLAIN     0x00u
#define LOOK_BOLD      0x01u
#define LOOK_DIM       0x02u
#define LOOK_REVERSE   0x04u
#define LOOK_UNDERLINE 0x08u

enum style {
#define STYLE(name, letter, area, fg8, fg256, look, help) STYLE_##name,
#include "ui/tui/styles.def"
#undef STYLE
    STYLE_COUNT
};

struct style_row {
    const char *area; /* its name in the config file */
    const char *help;
    int fg8, fg256; /* -1: the terminal's own */
    unsigned look;
    char letter;
};

const struct style_row *style_row(enum style s);

#define CELL_MARKS    3   /* combining marks kept on one character */
#define CELL_SELECTED 0x1 /* under the cursor bar */

struct cell {
    uint32_t cp; /* 0: right half of the wide character before it */
    uint32_t mark[CELL_MARKS];
    uint8_t width; /* 1 or 2; 0 where cp is 0 */
    uint8_t style; /* enum style */
    uint8_t flags;
    uint8_t spare; /* no padding: cells are compared as memory */
};

struct canvas {
    struct cell *cells; /* rows * cols */
    int rows, cols;
    bool ascii;                 /* neither lines nor letters beyond ASCII */
    int cursor_row, cursor_col; /* where the terminal's cursor stands; row -1: hidden */
};

struct pane {
    struct canvas *canvas;
    int row, col, rows, cols;
};

void canvas_init(struct canvas *c, bool ascii);
void canvas_done(struct canvas *c);
/* Sets the size (clamped to 1..CANVAS_MOST each way) and blanks everything. */
#define CANVAS_MOST 1000
void canvas_resize(struct canvas *c, int rows, int cols);
void canvas_clear(struct canvas *c);
const struct cell *canvas_cell(const struct canvas *c, int row, int col);

struct pane canvas_pane(struct canvas *c);
/* A part of p, clamped to it. */
struct pane pane_sub(const struct pane *p, int row, int col, int rows, int cols);
/* ... in the middle of p. */
struct pane pane_amid(const struct pane *p, int rows, int cols);

/* Draws text into at most `cols` columns from (row, col); returns the columns used. */
int pane_text(const struct pane *p, int row, int col, int cols, enum style s, struct bytes text);
int pane_str(const struct pane *p, int row, int col, int cols, enum style s, const char *text);
int pane_printf(const struct pane *p, int row, int col, int cols, enum style s, const char *format,
                ...) __attribute__((format(printf, 6, 7)));
/* As pane_text, but the text ends at the right edge of the columns. */
int pane_right(const struct pane *p, int row, int col, int cols, enum style s, struct bytes text);
/* As pane_text, without its first `skip` columns (a view scrolled sideways). */
int pane_text_from(const struct pane *p, int row, int col, int cols, enum style s,
                   struct bytes text, int skip);
/* Columns that the character at *at of a raw text takes once it is escaped; *at moves behind it. */
int text_step(struct bytes text, size_t *at);
/* Cut in the middle instead of at the end: both ends of an address stay readable. */
int pane_middle(const struct pane *p, int row, int col, int cols, enum style s, struct bytes text);

/* Line drawing and bars, with ASCII forms. */
enum glyph {
    GLYPH_H,
    GLYPH_V,
    GLYPH_TOP_LEFT,
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_TEE_DOWN,
    GLYPH_TEE_UP,
    GLYPH_TEE_RIGHT,
    GLYPH_TEE_LEFT,
    GLYPH_CROSS,
    GLYPH_DOUBLE_H,
    GLYPH_BLOCK,
    GLYPH_HALF_LEFT,
    GLYPH_HALF_LOW,
    GLYPH_COUNT
};

void pane_glyph(const struct pane *p, int row, int col, enum style s, enum glyph g);
void pane_hline(const struct pane *p, int row, int col, int cols, enum style s, enum glyph g);
void pane_vline(const struct pane *p, int row, int col, int rows, enum style s);
/* A horizontal rule over the whole width with a title in it: "─ Title ─────". */
void pane_rule(const struct pane *p, int row, const char *title);
/* A frame around the whole pane, its inside blanked. */
void pane_box(const struct pane *p, const char *title);
/* A bar of value/most of `cols` columns. */
void pane_bar(const struct pane *p, int row, int col, int cols, enum style s, uint64_t value,
              uint64_t most);
void pane_fill(const struct pane *p, int row, int col, int rows, int cols, enum style s);
/* Gives every cell of a part of a row the style, keeping its text. */
void pane_restyle(const struct pane *p, int row, int col, int cols, enum style s);
/* Puts a row of another canvas there, as far as it fits. */
void pane_copy_row(const struct pane *p, int row, const struct canvas *from, int from_row);
/* Marks a row as under the cursor bar. */
void pane_select(const struct pane *p, int row);
void pane_cursor(const struct pane *p, int row, int col);

/* One row as UTF-8 text, without blanks at its end; and a letter for each cell's style, upper
 * rows first (the selected row as '*'). For tests and script mode. */
void canvas_row_text(const struct canvas *c, int row, struct buf *out);
void canvas_row_styles(const struct canvas *c, int row, struct buf *out);

#endif
