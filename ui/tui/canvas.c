#include "ui/tui/canvas.h"

#include "capture/base/error.h"
#include "capture/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A character takes at most four bytes and carries at most eight marks of four bytes (text.h), so
 * so many bytes of a text decide what stands in one column. */
#define BYTES_PER_COLUMN 36

static const struct style_row style_rows[STYLE_COUNT] = {
#define STYLE(name, letter, area, fg8, fg256, look, help)                                          \
    [STYLE_##name] = {area, help, fg8, fg256, look, letter},
#include "ui/tui/styles.def"
#undef STYLE
};

static const struct {
    uint32_t fancy;
    char plain;
} glyphs[GLYPH_COUNT] = {
    [GLYPH_H] = {0x2500, '-'},           [GLYPH_V] = {0x2502, '|'},
    [GLYPH_TOP_LEFT] = {0x250c, '+'},    [GLYPH_TOP_RIGHT] = {0x2510, '+'},
    [GLYPH_BOTTOM_LEFT] = {0x2514, '+'}, [GLYPH_BOTTOM_RIGHT] = {0x2518, '+'},
    [GLYPH_TEE_DOWN] = {0x252c, '+'},    [GLYPH_TEE_UP] = {0x2534, '+'},
    [GLYPH_TEE_RIGHT] = {0x251c, '+'},   [GLYPH_TEE_LEFT] = {0x2524, '+'},
    [GLYPH_CROSS] = {0x253c, '+'},       [GLYPH_DOUBLE_H] = {0x2550, '='},
    [GLYPH_BLOCK] = {0x2588, '#'},       [GLYPH_HALF_LEFT] = {0x258c, '#'},
    [GLYPH_HALF_LOW] = {0x2584, '#'},
};

const struct style_row *style_row(enum style s)
{
    return &style_rows[s < STYLE_COUNT ? s : STYLE_NORMAL];
}

static int clamp(int n, int least, int most)
{
    return n < least ? least : n > most ? most : n;
}

/* ---- the grid ---- */

static const struct cell blank = {.cp = ' ', .width = 1};

void canvas_init(struct canvas *c, bool ascii)
{
    *c = (struct canvas){.ascii = ascii, .cursor_row = -1};
}

void canvas_done(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){.cursor_row = -1};
}

void canvas_resize(struct canvas *c, int rows, int cols)
{
    rows = clamp(rows, 1, CANVAS_MOST);
    cols = clamp(cols, 1, CANVAS_MOST);
    if (rows != c->rows || cols != c->cols) {
        c->cells = xrealloc(c->cells, (size_t)rows * (size_t)cols * sizeof(*c->cells));
        c->rows = rows;
        c->cols = cols;
    }
    canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
    for (size_t i = 0; i < (size_t)c->rows * (size_t)c->cols; i++) {
        c->cells[i] = blank;
    }
    c->cursor_row = -1;
    c->cursor_col = 0;
}

const struct cell *canvas_cell(const struct canvas *c, int row, int col)
{
    if (row < 0 || col < 0 || row >= c->rows || col >= c->cols) {
        return &blank;
    }
    return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

struct pane canvas_pane(struct canvas *c)
{
    return (struct pane){c, 0, 0, c->rows, c->cols};
}

struct pane pane_sub(const struct pane *p, int row, int col, int rows, int cols)
{
    row = clamp(row, 0, p->rows);
    col = clamp(col, 0, p->cols);
    return (struct pane){p->canvas, p->row + row, p->col + col, clamp(rows, 0, p->rows - row),
                         clamp(cols, 0, p->cols - col)};
}

struct pane pane_amid(const struct pane *p, int rows, int cols)
{
    return pane_sub(p, (p->rows - rows) / 2, (p->cols - cols) / 2, rows, cols);
}

/* The cell at a place of the pane, or NULL outside of it. */
static struct cell *cell_at(const struct pane *p, int row, int col)
{
    if (row < 0 || col < 0 || row >= p->rows || col >= p->cols) {
        return NULL;
    }
    return &p->canvas
                ->cells[(size_t)(p->row + row) * (size_t)p->canvas->cols + (size_t)(p->col + col)];
}

/* A wide character that is about to lose one half loses both. */
static void break_wide(const struct pane *p, int row, int col)
{
    struct canvas *c = p->canvas;
    int r = p->row + row, k = p->col + col;
    struct cell *at = &c->cells[(size_t)r * (size_t)c->cols + (size_t)k];
    if (at->cp == 0 && k > 0) {
        at[-1].cp = ' ';
        at[-1].width = 1;
        at->cp = ' ';
        at->width = 1;
    } else if (at->width == 2 && k + 1 < c->cols) {
        at[1].cp = ' ';
        at[1].width = 1;
        at->width = 1;
    }
}

static void put(const struct pane *p, int row, int col, enum style s, uint32_t cp, int width)
{
    struct cell *at = cell_at(p, row, col);
    if (!at || (width == 2 && !cell_at(p, row, col + 1))) {
        return;
    }
    uint8_t flags = at->flags;
    break_wide(p, row, col);
    *at = (struct cell){.cp = cp, .width = (uint8_t)width, .style = (uint8_t)s, .flags = flags};
    if (width == 2) {
        break_wide(p, row, col + 1);
        at[1] = (struct cell){.cp = 0, .width = 0, .style = (uint8_t)s, .flags = flags};
    }
}

static void put_mark(const struct pane *p, int row, int col, uint32_t cp)
{
    struct cell *at = cell_at(p, row, col);
    for (int i = 0; at && i < CELL_MARKS; i++) {
        if (at->mark[i] == 0) {
            at->mark[i] = cp;
            return;
        }
    }
}

/* ---- text ---- */

/* Escaped text, character by character. In ascii mode a letter beyond ASCII comes as \u{fc}. */
struct walk {
    struct bytes text;
    size_t at;
    bool ascii;
    char spelled[16]; /* the escape being given out */
    int spelled_at, spelled_n;
};

static bool walk_next(struct walk *w, uint32_t *cp, int *width)
{
    if (w->spelled_at < w->spelled_n) {
        *cp = (uint8_t)w->spelled[w->spelled_at++];
        *width = 1;
        return true;
    }
    if (w->at >= w->text.n) {
        return false;
    }
    int32_t got = text_utf8_next(w->text, &w->at);
    *cp = got < 0 ? '?' : (uint32_t)got;
    *width = got < 0 ? 1 : text_width(*cp);
    if (w->ascii && *cp > 0x7e) {
        w->spelled_n = snprintf(w->spelled, sizeof(w->spelled), "\\u{%x}", (unsigned)*cp);
        w->spelled_at = 1;
        *cp = '\\';
        *width = 1;
    }
    return true;
}

static void escape_into(struct buf *out, struct bytes text, int columns)
{
    size_t window = ((size_t)(columns < 0 ? 0 : columns) + 2) * BYTES_PER_COLUMN;
    buf_init(out, window * 8 + 64);
    text_escape(out, bytes_sub(text, 0, window));
}

static int walk_columns(struct bytes escaped, bool ascii)
{
    struct walk w = {.text = escaped, .ascii = ascii};
    uint32_t cp;
    int width, sum = 0;
    while (walk_next(&w, &cp, &width)) {
        sum += width;
    }
    return sum;
}

/* Draws escaped text; `skip` columns are left out at its front. */
static int draw_escaped(const struct pane *p, int row, int col, int cols, enum style s,
                        struct bytes escaped, int skip)
{
    bool ascii = p->canvas->ascii;
    int total = walk_columns(escaped, ascii) - skip;
    bool cut = total > cols;
    int room = cut ? cols - 1 : cols;
    struct walk w = {.text = escaped, .ascii = ascii};
    uint32_t cp;
    int width, used = 0, base = -1;
    while (walk_next(&w, &cp, &width)) {
        if (skip > 0) {
            skip -= width;
            used += skip < 0 ? 1 : 0; /* a wide character cut at the left edge leaves a blank */
        } else if (width == 0) {
            put_mark(p, row, base, cp);
        } else if (used + width > room) {
            break;
        } else {
            base = col + used;
            put(p, row, base, s, cp, width);
            used += width;
        }
    }
    if (cut && cols > 0) {
        put(p, row, col + used, s, ascii ? '~' : 0x2026, 1);
        used++;
    }
    return used;
}

int pane_text_from(const struct pane *p, int row, int col, int cols, enum style s,
                   struct bytes text, int skip)
{
    cols = clamp(cols, 0, p->cols - col);
    if (row < 0 || row >= p->rows || col < 0 || cols <= 0 || text.n == 0) {
        return 0;
    }
    struct buf escaped;
    escape_into(&escaped, text, cols + skip);
    int used = draw_escaped(p, row, col, cols, s, buf_bytes(&escaped), skip);
    buf_done(&escaped);
    return used;
}

int pane_text(const struct pane *p, int row, int col, int cols, enum style s, struct bytes text)
{
    return pane_text_from(p, row, col, cols, s, text, 0);
}

int pane_str(const struct pane *p, int row, int col, int cols, enum style s, const char *text)
{
    return pane_text(p, row, col, cols, s, bytes_of(text));
}

int pane_printf(const struct pane *p, int row, int col, int cols, enum style s, const char *format,
                ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t got = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    return pane_text(p, row, col, cols, s, bytes_make(text, got));
}

int pane_right(const struct pane *p, int row, int col, int cols, enum style s, struct bytes text)
{
    cols = clamp(cols, 0, p->cols - col);
    struct buf escaped;
    escape_into(&escaped, text, cols);
    int wide = walk_columns(buf_bytes(&escaped), p->canvas->ascii);
    buf_done(&escaped);
    int lead = wide < cols ? cols - wide : 0;
    return lead + pane_text(p, row, col + lead, cols - lead, s, text);
}

int text_step(struct bytes text, size_t *at)
{
    size_t from = *at;
    int32_t cp = text_utf8_next(text, at);
    if (cp >= ' ' && cp < 0x7f) {
        return 1;
    }
    return text_columns(bytes_sub(text, from, *at - from));
}

/* Columns that must stay at the end of a text cut in the middle: a port, else a third. */
static int tail_columns(struct bytes escaped, int cols)
{
    size_t n = 0;
    while (n < escaped.n && n < 7 && escaped.p[escaped.n - 1 - n] != ':') {
        n++;
    }
    bool port = n > 0 && n < 6 && n < escaped.n && escaped.p[escaped.n - 1 - n] == ':';
    return port && (int)n + 1 < cols - 3 ? (int)n + 1 : (cols - 1) / 3;
}

int pane_middle(const struct pane *p, int row, int col, int cols, enum style s, struct bytes text)
{
    cols = clamp(cols, 0, p->cols - col);
    struct buf escaped;
    buf_init(&escaped, 4096);
    text_escape(&escaped, bytes_sub(text, 0, 512));
    int wide = walk_columns(buf_bytes(&escaped), p->canvas->ascii);
    int used = 0;
    if (wide <= cols || cols < 8) {
        used = draw_escaped(p, row, col, cols, s, buf_bytes(&escaped), 0);
    } else {
        int tail = tail_columns(buf_bytes(&escaped), cols);
        used = draw_escaped(p, row, col, cols - tail, s, buf_bytes(&escaped), 0);
        used += draw_escaped(p, row, col + used, tail, s, buf_bytes(&escaped), wide - tail);
    }
    buf_done(&escaped);
    return used;
}

/* ---- lines, bars, areas ---- */

void pane_glyph(const struct pane *p, int row, int col, enum style s, enum glyph g)
{
    put(p, row, col, s, p->canvas->ascii ? (uint32_t)(uint8_t)glyphs[g].plain : glyphs[g].fancy, 1);
}

void pane_hline(const struct pane *p, int row, int col, int cols, enum style s, enum glyph g)
{
    cols = clamp(cols, 0, p->cols - col);
    for (int i = 0; i < cols; i++) {
        pane_glyph(p, row, col + i, s, g);
    }
}

void pane_vline(const struct pane *p, int row, int col, int rows, enum style s)
{
    rows = clamp(rows, 0, p->rows - row);
    for (int i = 0; i < rows; i++) {
        pane_glyph(p, row + i, col, s, GLYPH_V);
    }
}

void pane_rule(const struct pane *p, int row, const char *title)
{
    pane_hline(p, row, 0, p->cols, STYLE_RULE, GLYPH_H);
    if (title && title[0] && p->cols > 6) {
        pane_str(p, row, 1, 1, STYLE_RULE, " ");
        int used = pane_str(p, row, 2, p->cols - 4, STYLE_TITLE, title);
        pane_str(p, row, 2 + used, 1, STYLE_RULE, " ");
    }
}

void pane_box(const struct pane *p, const char *title)
{
    int last = p->rows - 1, right = p->cols - 1;
    pane_fill(p, 0, 0, p->rows, p->cols, STYLE_NORMAL);
    pane_hline(p, 0, 0, p->cols, STYLE_RULE, GLYPH_H);
    pane_hline(p, last, 0, p->cols, STYLE_RULE, GLYPH_H);
    pane_vline(p, 0, 0, p->rows, STYLE_RULE);
    pane_vline(p, 0, right, p->rows, STYLE_RULE);
    pane_glyph(p, 0, 0, STYLE_RULE, GLYPH_TOP_LEFT);
    pane_glyph(p, 0, right, STYLE_RULE, GLYPH_TOP_RIGHT);
    pane_glyph(p, last, 0, STYLE_RULE, GLYPH_BOTTOM_LEFT);
    pane_glyph(p, last, right, STYLE_RULE, GLYPH_BOTTOM_RIGHT);
    if (title && title[0] && p->cols > 8) {
        pane_str(p, 0, 2, 1, STYLE_RULE, " ");
        int used = pane_str(p, 0, 3, p->cols - 6, STYLE_TITLE, title);
        pane_str(p, 0, 3 + used, 1, STYLE_RULE, " ");
    }
}

void pane_bar(const struct pane *p, int row, int col, int cols, enum style s, uint64_t value,
              uint64_t most)
{
    cols = clamp(cols, 0, p->cols - col);
    if (most == 0 || value == 0 || cols == 0) {
        return;
    }
    if (value > most) {
        value = most;
    }
    double halves = (double)value / (double)most * cols * 2;
    int whole = (int)halves / 2;
    bool half = (int)halves % 2 == 1;
    pane_hline(p, row, col, whole, s, GLYPH_BLOCK);
    if (half || whole == 0) { /* something there is always seen */
        pane_glyph(p, row, col + whole, s, GLYPH_HALF_LEFT);
    }
}

void pane_fill(const struct pane *p, int row, int col, int rows, int cols, enum style s)
{
    for (int r = row; r < row + rows && r < p->rows; r++) {
        for (int k = col; k < col + cols && k < p->cols; k++) {
            put(p, r, k, s, ' ', 1);
        }
    }
}

void pane_restyle(const struct pane *p, int row, int col, int cols, enum style s)
{
    for (int k = col; k < col + cols; k++) {
        struct cell *at = cell_at(p, row, k);
        if (at) {
            at->style = (uint8_t)s;
        }
    }
}

void pane_copy_row(const struct pane *p, int row, const struct canvas *from, int from_row)
{
    for (int k = 0; k < p->cols && k < from->cols; k++) {
        const struct cell *cell = canvas_cell(from, from_row, k);
        if (cell->cp && cell_at(p, row, k)) {
            put(p, row, k, cell->style, cell->cp, cell->width);
            struct cell *to = cell_at(p, row, k);
            memcpy(to->mark, cell->mark, sizeof(to->mark));
            to->flags = cell->flags;
            if (cell->width == 2 && k + 1 < p->cols) {
                cell_at(p, row, k + 1)->flags = cell->flags;
            }
        }
    }
}

void pane_select(const struct pane *p, int row)
{
    for (int k = 0; k < p->cols; k++) {
        struct cell *at = cell_at(p, row, k);
        if (at) {
            at->flags |= CELL_SELECTED;
        }
    }
}

void pane_cursor(const struct pane *p, int row, int col)
{
    if (cell_at(p, row, col)) {
        p->canvas->cursor_row = p->row + row;
        p->canvas->cursor_col = p->col + col;
    }
}

/* ---- reading it back ---- */

void canvas_row_text(const struct canvas *c, int row, struct buf *out)
{
    int last = c->cols;
    while (last > 0 && canvas_cell(c, row, last - 1)->cp == ' ' &&
           canvas_cell(c, row, last - 1)->mark[0] == 0) {
        last--;
    }
    for (int k = 0; k < last; k++) {
        const struct cell *at = canvas_cell(c, row, k);
        if (at->cp == 0) {
            continue;
        }
        text_utf8_add(out, at->cp);
        for (int i = 0; i < CELL_MARKS && at->mark[i]; i++) {
            text_utf8_add(out, at->mark[i]);
        }
    }
}

void canvas_row_styles(const struct canvas *c, int row, struct buf *out)
{
    for (int k = 0; k < c->cols; k++) {
        const struct cell *at = canvas_cell(c, row, k);
        buf_add_byte(out,
                     (uint8_t)(at->flags & CELL_SELECTED ? '*' : style_row(at->style)->letter));
    }
}
