#include "ui/tui/doc.h"

#include "capture/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES_MOST (16u << 20)

void doc_init(struct doc *d, int label_cols)
{
    *d = (struct doc){.label_cols = label_cols};
    buf_init(&d->bytes, BYTES_MOST);
}

void doc_done(struct doc *d)
{
    buf_done(&d->bytes);
    free(d->line);
    free(d->row);
    *d = (struct doc){0};
}

void doc_clear(struct doc *d)
{
    buf_clear(&d->bytes);
    d->lines = d->rows = 0;
    d->wrapped = 0;
}

static struct doc_line *add(struct doc *d)
{
    if (d->lines == DOC_LINES_MOST) { /* the last line is written again and again */
        return &d->line[d->lines - 1];
    }
    if (d->lines == d->line_room) {
        d->line_room = d->line_room ? d->line_room * 2 : 64;
        d->line = xrealloc(d->line, d->line_room * sizeof(*d->line));
    }
    struct doc_line *line = &d->line[d->lines++];
    *line = (struct doc_line){0};
    d->wrapped = 0;
    return line;
}

static uint32_t keep(struct doc *d, struct bytes text, size_t *at)
{
    *at = d->bytes.n;
    buf_add(&d->bytes, text);
    return (uint32_t)(d->bytes.n - *at);
}

void doc_text(struct doc *d, enum style s, struct bytes text)
{
    struct doc_line *line = add(d);
    line->style = (uint8_t)s;
    line->text_n = keep(d, text, &line->text);
    if (d->lines == DOC_LINES_MOST) {
        line->text_n = keep(d, bytes_of("(further lines are not shown)"), &line->text);
    }
}

void doc_printf(struct doc *d, enum style s, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    doc_text(d, s, bytes_of(text));
}

void doc_pair(struct doc *d, const char *label, enum style s, struct bytes value)
{
    if (value.n == 0) {
        return;
    }
    struct doc_line *line = add(d);
    line->style = (uint8_t)s;
    line->label_style = STYLE_DIM;
    line->label_cols = (uint8_t)d->label_cols;
    line->label_n = keep(d, bytes_of(label), &line->label);
    line->text_n = keep(d, value, &line->text);
}

void doc_pairf(struct doc *d, const char *label, enum style s, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    doc_pair(d, label, s, bytes_of(text));
}

void doc_rule(struct doc *d, const char *title)
{
    struct doc_line *line = add(d);
    line->rule = true;
    line->text_n = keep(d, bytes_of(title), &line->text);
}

void doc_blank(struct doc *d)
{
    doc_text(d, STYLE_NORMAL, bytes_of(""));
}

void doc_tag(struct doc *d, int32_t tag)
{
    if (d->lines) {
        d->line[d->lines - 1].tag = tag;
    }
}

void doc_fixed(struct doc *d)
{
    if (d->lines) {
        d->line[d->lines - 1].fixed = true;
    }
}

void doc_lines(struct doc *d, enum style s, struct bytes text)
{
    struct bytes line;
    while (bytes_split(&text, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        doc_text(d, s, line);
    }
}

/* ---- wrapping ---- */

/* How many bytes of text go into `cols` columns, broken behind a blank where there is one. */
static size_t piece_of(struct bytes text, int cols)
{
    size_t at = 0, blank = 0;
    int used = 0;
    while (at < text.n) {
        size_t next = at;
        int w = text_step(text, &next);
        if (used + w > cols) {
            return blank && text.p[at] != ' ' ? blank : at ? at : next;
        }
        used += w;
        if (text.p[at] == ' ') {
            blank = next;
        }
        at = next;
    }
    return text.n;
}

static void add_row(struct doc *d, size_t line, size_t from, size_t n)
{
    if (d->rows == d->row_room) {
        d->row_room = d->row_room ? d->row_room * 2 : 64;
        d->row = xrealloc(d->row, d->row_room * sizeof(*d->row));
    }
    d->row[d->rows++] = (struct doc_row){(uint32_t)line, (uint32_t)from, (uint32_t)n, from == 0};
}

void doc_wrap(struct doc *d, int cols)
{
    if (d->wrapped == cols) {
        return;
    }
    d->wrapped = cols;
    d->rows = 0;
    for (size_t i = 0; i < d->lines; i++) {
        const struct doc_line *line = &d->line[i];
        struct bytes text = bytes_sub(buf_bytes(&d->bytes), line->text, line->text_n);
        int room = cols - line->label_cols;
        if (line->rule || line->fixed || room < 4 || text.n == 0) {
            add_row(d, i, 0, text.n);
            continue;
        }
        for (size_t from = 0; from < text.n;) {
            size_t n = piece_of(bytes_from(text, from), room);
            add_row(d, i, from, n);
            from += n;
            while (from < text.n && text.p[from] == ' ') { /* a row does not begin with a blank */
                from++;
            }
        }
    }
}

void doc_draw(const struct doc *d, const struct pane *p, size_t top)
{
    for (int r = 0; r < p->rows && top + (size_t)r < d->rows; r++) {
        const struct doc_row *row = &d->row[top + (size_t)r];
        const struct doc_line *line = &d->line[row->line];
        struct bytes all = buf_bytes(&d->bytes);
        struct bytes text = bytes_sub(all, line->text + row->from, row->n);
        if (line->rule) {
            pane_hline(p, r, 0, p->cols, STYLE_RULE, GLYPH_H);
            if (text.n) {
                pane_str(p, r, 1, 1, STYLE_RULE, " ");
                int used = pane_text(p, r, 2, p->cols - 4, STYLE_TITLE, text);
                pane_str(p, r, 2 + used, 1, STYLE_RULE, " ");
            }
            continue;
        }
        if (row->first && line->label_n) {
            pane_text(p, r, 0, line->label_cols, line->label_style,
                      bytes_sub(all, line->label, line->label_n));
        }
        pane_text(p, r, line->label_cols, p->cols - line->label_cols, line->style, text);
    }
}

int32_t doc_row_tag(const struct doc *d, size_t row)
{
    return row < d->rows ? d->line[d->row[row].line].tag : 0;
}
