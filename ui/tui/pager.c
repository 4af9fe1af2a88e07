#include "ui/tui/pager.h"

#include "capture/base/error.h"
#include "ui/tui/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define PIECE     65536    /* bytes read at once while rows are looked for */
#define ROW_BYTES 8192     /* a row is broken after so many bytes in any case */
#define ROWS_MOST 20000000 /* 160 MB of places; no message has more (64 MiB are decoded) */
#define HEX_BYTES 16
#define TAB       8

void pager_set(struct pager *p, struct body_reader *reader, struct bytes memory, uint64_t from,
               uint64_t size)
{
    p->reader = reader;
    p->memory = memory;
    p->from = from;
    p->size = size;
    p->cols = 0; /* the next layout starts over */
}

void pager_done(struct pager *p)
{
    free(p->start);
    *p = (struct pager){0};
}

static void add_row(struct pager *p, uint64_t start)
{
    if (p->rows == p->room) {
        p->room = p->room ? p->room * 2 : 256;
        p->start = xrealloc(p->start, p->room * sizeof(*p->start));
    }
    p->start[p->rows++] = start;
    p->row_start = start;
    p->row_cols = 0;
}

void pager_layout(struct pager *p, int cols, enum pager_mode mode, bool wrap, bool line_ends)
{
    bool marks = line_ends && mode == PAGER_RAW;
    if (cols == p->cols && mode == p->mode && wrap == p->wrap && marks == p->line_ends) {
        return;
    }
    p->cols = cols;
    p->mode = mode;
    p->wrap = wrap;
    p->line_ends = marks;
    p->version++;
    p->rows = 0;
    p->at = p->from;
    p->lost = false;
    p->done = p->size <= p->from;
    if (!p->done) {
        add_row(p, p->from);
    }
}

static size_t read_at(const struct pager *p, uint64_t at, uint8_t *to, size_t n)
{
    size_t got = 0;
    if (at >= p->size) {
        return 0;
    }
    n = n < p->size - at ? n : (size_t)(p->size - at);
    if (!p->reader) {
        struct bytes part = bytes_sub(p->memory, (size_t)at, n);
        memcpy(to, part.p, part.n);
        return part.n;
    }
    return spool_body_read(p->reader, at, to, n, &got) == SPOOL_OK ? got : 0;
}

/* Columns of a character of the text; a tab of readable text goes to its next stop. */
static int step(const struct pager *p, struct bytes text, size_t *at, int col)
{
    if (p->mode == PAGER_TEXT && text.p[*at] == '\t') {
        ++*at;
        return TAB - col % TAB;
    }
    if (p->mode == PAGER_TEXT && text.p[*at] == '\r' && *at + 1 < text.n &&
        text.p[*at + 1] == '\n') {
        ++*at;
        return 0;
    }
    return text_step(text, at);
}

/* Finds the rows that begin inside one piece. */
static void look(struct pager *p, struct bytes piece, uint64_t base)
{
    size_t at = 0;
    while (at < piece.n) {
        size_t next = at;
        bool end = piece.p[at] == '\n';
        int w = end ? (next++, 0) : step(p, piece, &next, p->row_cols);
        bool full = p->wrap && p->row_cols + w > p->cols && p->row_cols > 0;
        if (full || base + at - p->row_start >= ROW_BYTES) {
            add_row(p, base + at);
        }
        p->row_cols += w;
        at = next;
        if (end && base + at < p->size) {
            add_row(p, base + at);
        }
    }
    p->at = base + at;
}

/* A piece must not end inside a character or between CR and LF: what may is looked at again. */
static size_t whole(struct bytes piece)
{
    size_t n = piece.n, back = 0;
    while (back < 3 && back < n && (piece.p[n - 1 - back] & 0xc0u) == 0x80u) {
        back++;
    }
    if (back < n && (piece.p[n - 1 - back] >= 0xc0u || piece.p[n - 1 - back] == '\r')) {
        return n - 1 - back;
    }
    return n;
}

bool pager_work(struct pager *p, int64_t deadline)
{
    uint8_t *piece = p->done || p->mode == PAGER_HEX ? NULL : xmalloc(PIECE);
    while (!p->done && p->mode != PAGER_HEX && !clock_over(deadline)) {
        size_t got = read_at(p, p->at, piece, PIECE);
        bool last = p->at + got >= p->size;
        size_t use = last ? got : whole(bytes_make(piece, got));
        if (got == 0 || p->rows > ROWS_MOST) {
            p->done = p->lost = true;
            break;
        }
        look(p, bytes_make(piece, use ? use : got), p->at);
        p->done = p->at >= p->size;
    }
    free(piece);
    return !p->done && p->mode != PAGER_HEX;
}

size_t pager_rows(const struct pager *p)
{
    if (p->mode == PAGER_HEX) {
        return (size_t)((p->size - p->from + HEX_BYTES - 1) / HEX_BYTES);
    }
    return p->rows;
}

bool pager_ready(const struct pager *p)
{
    return p->done || p->mode == PAGER_HEX;
}

/* ---- drawing ---- */

static void draw_hex(const struct pager *p, const struct pane *pane, int at, size_t row)
{
    uint8_t bytes[HEX_BYTES];
    uint64_t place = p->from + (uint64_t)row * HEX_BYTES;
    size_t n = read_at(p, place, bytes, HEX_BYTES);
    char hex[80], text[HEX_BYTES + 1];
    int used = 0;
    if (n == 0 && place >= p->size) {
        return; /* behind the last row */
    }
    for (size_t i = 0; i < HEX_BYTES; i++) {
        used += i < n
                    ? snprintf(hex + used, sizeof(hex) - (size_t)used, "%s%02x ", i == 8 ? " " : "",
                               bytes[i])
                    : snprintf(hex + used, sizeof(hex) - (size_t)used, "%s   ", i == 8 ? " " : "");
        text[i] = i < n && bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.';
    }
    text[n] = '\0';
    used =
        pane_printf(pane, at, 1, pane->cols - 1, STYLE_DIM, "%08llx  ", (unsigned long long)place);
    used += pane_str(pane, at, 1 + used, pane->cols - 1 - used, STYLE_NORMAL, hex);
    pane_str(pane, at, 2 + used, pane->cols - 2 - used, STYLE_MAIL, text);
}

/* The row's bytes without its line end; *end says what that was. */
enum line_end { END_NONE, END_LF, END_CRLF };

static struct bytes cut_end(const struct pager *p, struct bytes row, enum line_end *end)
{
    *end = END_NONE;
    if (row.n && row.p[row.n - 1] == '\n') {
        row.n--;
        *end = END_LF;
        if (row.n && row.p[row.n - 1] == '\r') {
            row.n--;
            *end = END_CRLF;
        }
    }
    (void)p;
    return row;
}

static void expand_tabs(struct bytes row, struct buf *out)
{
    int col = 0;
    for (size_t at = 0; at < row.n;) {
        size_t from = at;
        if (row.p[at] == '\t') {
            for (int n = TAB - col % TAB; n > 0; n--, col++) {
                buf_add_byte(out, ' ');
            }
            at++;
        } else {
            col += text_step(row, &at);
            buf_add(out, bytes_sub(row, from, at - from));
        }
    }
}

static void draw_line(const struct pager *p, const struct pane *pane, int at, struct bytes row,
                      int shift)
{
    enum line_end end;
    struct bytes text = cut_end(p, row, &end);
    struct buf expanded;
    enum style style =
        p->mode == PAGER_TEXT && text.n && text.p[0] == '>' ? STYLE_DIM : STYLE_NORMAL;
    buf_init(&expanded, ROW_BYTES * TAB + 64);
    if (p->mode == PAGER_TEXT && bytes_find(text, '\t', 0) != SIZE_MAX) {
        expand_tabs(text, &expanded);
        text = buf_bytes(&expanded);
    }
    int used = pane_text_from(pane, at, 1, pane->cols - 1, style, text, shift);
    if (p->line_ends && end == END_CRLF) {
        pane_str(pane, at, 1 + used, 8, STYLE_DIM,
                 pane->canvas->ascii ? "<CR><LF>" : "\xe2\x90\x8d\xe2\x90\x8a");
    } else if (p->mode == PAGER_RAW && end == END_LF) {
        pane_str(pane, at, 1 + used, 24, STYLE_TEMP,
                 pane->canvas->ascii ? "<LF> (!) LF without CR" : "\xe2\x90\x8a (!) LF without CR");
    }
    buf_done(&expanded);
}

static size_t read_row(const struct pager *p, size_t row, uint8_t to[static ROW_BYTES + 4])
{
    uint64_t from = p->start[row];
    uint64_t to_at = row + 1 < p->rows ? p->start[row + 1] : p->at > from ? p->at : p->size;
    uint64_t n = to_at - from;
    return read_at(p, from, to, n > ROW_BYTES + 4 ? ROW_BYTES + 4 : (size_t)n);
}

void pager_draw(const struct pager *p, const struct pane *pane, int at, size_t row, int shift)
{
    uint8_t bytes[ROW_BYTES + 4];
    if (p->mode == PAGER_HEX) {
        draw_hex(p, pane, at, row);
    } else if (row < p->rows) {
        size_t n = read_row(p, row, bytes);
        if (n) {
            draw_line(p, pane, at, bytes_make(bytes, n), p->wrap ? 0 : shift);
        } else if (p->reader) {
            pane_str(pane, at, 1, pane->cols - 1, STYLE_LOST, "(these bytes are no longer kept)");
        }
    }
}

bool pager_holds(const struct pager *p, size_t row, const char *text)
{
    uint8_t bytes[ROW_BYTES + 4];
    return bytes_search(bytes_make(bytes, read_row(p, row, bytes)), text, 0) != SIZE_MAX;
}

enum pager_found pager_search(const struct pager *p, size_t *row, bool forward, const char *text,
                              int64_t deadline)
{
    if (p->mode == PAGER_HEX || !text[0]) {
        return PAGER_NOT_FOUND;
    }
    while (*row < p->rows) {
        if (pager_holds(p, *row, text)) {
            return PAGER_FOUND;
        }
        if (*row == 0 && !forward) {
            return PAGER_NOT_FOUND;
        }
        *row += forward ? 1 : (size_t)-1;
        if (clock_over(deadline)) {
            return PAGER_GOES_ON;
        }
    }
    return p->done ? PAGER_NOT_FOUND : PAGER_GOES_ON;
}
