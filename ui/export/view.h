/* What the line-by-line views of standard output share: the output, the clock, one header line. */
#ifndef MAILWIRE_UI_EXPORT_VIEW_H
#define MAILWIRE_UI_EXPORT_VIEW_H

#include "ui/export/export.h"
#include "ui/export/out.h"
#include "ui/export/summary.h"

struct view {
    struct sink sink; /* first */
    const struct export_config *config;
    struct out out;
    struct summary_clock clock;
    struct buf cell; /* scratch */
};

/* ignores: as in struct sink. */
struct view *view_new(const struct export_config *c,
                      void (*event)(struct sink *, const struct event *), uint32_t ignores);
/* sink.close of a view. */
bool view_close(struct sink *self, struct error *err);
/* A cell of exactly width columns and a blank, escaped and cut. */
void view_cell(struct view *v, struct bytes text, int width);
void view_number(struct view *v, uint64_t n, int width);
void view_time(struct view *v, int64_t ns);
void view_end(struct view *v, const struct session_info *s, enum dir d, int width);
/* Ends the line, without blanks at its end. */
void view_line(struct view *v);

#define VIEW_TIME_WIDTH 23
#define VIEW_END_WIDTH  21 /* "255.255.255.255:65535" */

#endif
