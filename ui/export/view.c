#include "ui/export/view.h"

#include "capture/base/text.h"

#include <stdlib.h>

struct view *view_new(const struct export_config *c,
                      void (*event)(struct sink *, const struct event *), uint32_t ignores)
{
    struct view *v = xcalloc(1, sizeof *v);
    v->sink = (struct sink){event, view_close, ignores};
    v->config = c;
    out_init(&v->out, c->out, c->line_buffered);
    buf_init(&v->cell, SIZE_MAX);
    summary_clock_init(&v->clock, c->utc);
    return v;
}

bool view_close(struct sink *self, struct error *err)
{
    struct view *v = (struct view *)self;
    bool fine = out_done(&v->out, err);
    buf_done(&v->cell);
    free(v);
    return fine;
}

void view_cell(struct view *v, struct bytes text, int width)
{
    text_fit(&v->out.b, text, width, false);
    buf_add_byte(&v->out.b, ' ');
}

void view_number(struct view *v, uint64_t n, int width)
{
    summary_number(&v->out.b, n, width);
    buf_add_byte(&v->out.b, ' ');
}

void view_time(struct view *v, int64_t ns)
{
    char text[WHEN_ROOM];
    buf_add(&v->out.b, bytes_make(text, summary_time(&v->clock, ns, text)));
    buf_add_byte(&v->out.b, ' ');
}

void view_end(struct view *v, const struct session_info *s, enum dir d, int width)
{
    buf_clear(&v->cell);
    if (s != NULL) {
        summary_end(&v->cell, s, d);
    }
    view_cell(v, buf_bytes(&v->cell), width);
}

void view_line(struct view *v)
{
    struct buf *b = &v->out.b;
    while (b->n > 0 && b->p[b->n - 1] == ' ') {
        b->n--;
    }
    buf_add_byte(b, '\n');
    out_line(&v->out);
}
