/* A short text made by the program: styled lines, labels beside values, wrapped to a width.
 *
 * For details, headers, help: things of some hundred lines. Text from packets goes in
 * raw and is escaped where it is drawn (canvas.h).
 */
#ifndef MAILWIRE_UI_TUI_DOC_H
#define MAILWIRE_UI_TUI_DOC_H

#include "ui/tui/canvas.h"

#define DOC_LINES_MOST 20000 /* further lines are not taken; the last one says so */

struct doc_line {
    size_t label, text; /* offsets into the bytes */
    uint32_t label_n, text_n;
    int32_t tag; /* the owner's: what the line stands for */
    uint8_t style, label_style;
    bool rule, fixed; /* fixed: cut, not wrapped */
    uint8_t label_cols;
};

/* One drawn row: a piece of a line. */
struct doc_row {
    uint32_t line;
    uint32_t from, n; /* bytes of the line's text */
    bool first;
};

struct doc {
    struct buf bytes;
    struct doc_line *line;
    size_t lines, line_room;
    struct doc_row *row;
    size_t rows, row_room;
    int wrapped; /* the width it was wrapped for, 0 not yet */
    int label_cols;
};

/* label_cols: columns of the labels of doc_pair. */
void doc_init(struct doc *d, int label_cols);
void doc_done(struct doc *d);
void doc_clear(struct doc *d);
void doc_text(struct doc *d, enum style s, struct bytes text);
void doc_printf(struct doc *d, enum style s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "label   value": the value wraps beside the label. Nothing when the value is empty. */
void doc_pair(struct doc *d, const char *label, enum style s, struct bytes value);
void doc_pairf(struct doc *d, const char *label, enum style s, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void doc_rule(struct doc *d, const char *title); /* "── title ─────" */
void doc_blank(struct doc *d);
/* Of the line added last. */
void doc_tag(struct doc *d, int32_t tag);
void doc_fixed(struct doc *d);
/* Breaks the lines into rows of `cols` columns; cheap when nothing changed. */
void doc_wrap(struct doc *d, int cols);
/* Draws rows from `top` on. */
void doc_draw(const struct doc *d, const struct pane *p, size_t top);
/* The tag of a row, 0 when it has none. */
int32_t doc_row_tag(const struct doc *d, size_t row);
/* Each part of `text` that '\n' parts becomes a line of the document. */
void doc_lines(struct doc *d, enum style s, struct bytes text);

#endif
