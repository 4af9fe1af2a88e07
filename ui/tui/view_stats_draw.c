/* Draws figures: tables, bars, the time line, the histogram. */
#include "ui/tui/view_stats.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define SLOTS_MOST 240 /* of the time line */

static const struct {
    int64_t ns;
    const char *name;
} slots[STATISTICS_SLOTS] = {{CLOCK_S, "second"},      {10 * CLOCK_S, "10 s"},
                             {60 * CLOCK_S, "minute"}, {600 * CLOCK_S, "10 min"},
                             {3600 * CLOCK_S, "hour"}, {86400 * CLOCK_S, "day"}};

/* A column of numbers, its right edge at x. */
static void number_at(const struct pane *p, int row, int x, enum style style, const char *text)
{
    if (x <= p->cols) { /* whole or not at all */
        pane_right(p, row, x - 8, 8, style, bytes_of(text));
    }
}

static void draw_protocol_row(const struct statistics *s, const struct pane *p, int row, int i)
{
    static const char *const heads[] = {"sessions", "TLS", "logins", "msgs", "bytes", "refused"};
    static const int edges[] = {22, 29, 37, 44, 51, 59};
    char text[HUMAN_ROOM];
    if (i < 0) {
        for (int k = 0; k < 6; k++) {
            number_at(p, row, edges[k], STYLE_DIM, heads[k]);
        }
        return;
    }
    const struct stats_protocol *r = &s->protocols[i];
    const uint64_t values[] = {r->sessions, r->tls, r->logins, r->messages, r->bytes, r->refused};
    char name[40];
    size_t n = 0;
    for (; n < 10 && r->protocol[n]; n++) {
        name[n] = (char)ascii_upper(r->protocol[n]);
    }
    snprintf(name + n, sizeof(name) - n, r->port ? " %u" : " others", r->port);
    pane_str(p, row, 1, 13, STYLE_TITLE, name);
    for (int k = 0; k < 6; k++) {
        enum style style = k == 5 && values[k] ? STYLE_BAD : STYLE_NORMAL;
        number_at(p, row, edges[k], style,
                  k == 4 ? human_size(values[k], text) : human_short(values[k], text));
    }
}

static void draw_latency_row(const struct statistics *s, const struct pane *p, int row, int i)
{
    static const char *const heads[] = {"n", "min", "p50", "p95", "p99", "max"};
    static const double percents[] = {0, 0, 50, 95, 99};
    char text[HUMAN_ROOM];
    for (int k = 0; k < 6; k++) {
        int edge = 18 + k * 8;
        if (i < 0) {
            number_at(p, row, edge, STYLE_DIM, heads[k]);
            continue;
        }
        enum stats_step step = s->steps[i];
        struct stats_spread spread = stats_latency(statistics_figures(s), step);
        int64_t ns = k == 1 ? spread.min
                     : k == 5
                         ? spread.max
                         : stats_latency_percentile(statistics_figures(s), step, percents[k % 5]);
        enum style style = k > 0 && ns > s->view.ui->config->slow_reply ? STYLE_TEMP : STYLE_NORMAL;
        number_at(p, row, edge, style, k == 0 ? human_short(spread.n, text) : human_span(ns, text));
    }
    if (i >= 0) {
        pane_str(p, row, 1, 10, s->steps[i] == s->step ? STYLE_TITLE : STYLE_NORMAL,
                 stats_step_name(s->steps[i]));
    }
}

/* The shortest slot with which the whole span fits, unless the person chose one. */
static int slot_of(const struct statistics *s, int cols)
{
    struct stats_totals t = stats_totals(statistics_figures(s));
    if (s->slot >= 0) {
        return s->slot;
    }
    int i = 0;
    while (i + 1 < STATISTICS_SLOTS && t.last > t.first &&
           (t.last - t.first) / slots[i].ns >= cols) {
        i++;
    }
    return i;
}

static void draw_timeline(const struct statistics *s, const struct pane *p)
{
    uint64_t counts[SLOTS_MOST], most = 1;
    char text[HUMAN_ROOM];
    int cols = p->cols - 9 < SLOTS_MOST ? p->cols - 9 : SLOTS_MOST;
    if (cols < 4) {
        return;
    }
    int64_t width = slots[slot_of(s, cols)].ns;
    size_t used = stats_timeline(statistics_figures(s), width, counts, (size_t)cols);
    for (size_t i = 0; i < used; i++) {
        most = counts[i] > most ? counts[i] : most;
    }
    int high = STATISTICS_TIMELINE - 2;
    for (int r = 0; r < high; r++) { /* from the top: half blocks double the resolution */
        if (r == 0 || r == high - 1) {
            number_at(p, r, 7, STYLE_DIM, human_short(r == 0 ? most : 0, text));
        }
        pane_glyph(p, r, 7, STYLE_RULE, GLYPH_TEE_LEFT);
        for (size_t i = 0; i < used; i++) {
            int halves = (int)((counts[i] * (uint64_t)high * 2 + most - 1) / most);
            int above = (high - 1 - r) * 2;
            if (halves > above) {
                pane_glyph(p, r, 8 + (int)i, STYLE_BAR_GRAPH,
                           halves > above + 1 ? GLYPH_BLOCK : GLYPH_HALF_LOW);
            }
        }
    }
    pane_hline(p, high, 8, cols, STYLE_RULE, GLYPH_H);
    struct stats_totals t = stats_totals(statistics_figures(s));
    struct buf b;
    buf_init(&b, 64);
    ui_clock(s->view.ui, t.first, 0, &b);
    pane_text(p, high + 1, 8, 12, STYLE_DIM, buf_bytes(&b));
    buf_clear(&b);
    ui_clock(s->view.ui, t.first + width * (int64_t)(used ? used : 1), 0, &b);
    int end = 8 + (int)used > 30 ? 8 + (int)used : 30;
    pane_right(p, high + 1, end - 12 < p->cols - 12 ? end - 12 : p->cols - 12, 12, STYLE_DIM,
               buf_bytes(&b));
    buf_done(&b);
}

static void draw_histogram(const struct statistics *s, const struct pane *p)
{
    uint64_t counts[STATISTICS_BARS] = {0}, most = 1;
    int64_t low = 0, high = 0;
    char text[HUMAN_ROOM];
    stats_latency_histogram(statistics_figures(s), s->step, counts, STATISTICS_BARS, &low, &high);
    for (int i = 0; i < STATISTICS_BARS; i++) {
        most = counts[i] > most ? counts[i] : most;
    }
    double from = low > 0 ? (double)low : 1, ratio = high > low ? (double)high / from : 1;
    for (int i = 0; i < STATISTICS_BARS; i++) {
        double edge = from * pow(ratio, (double)i / STATISTICS_BARS);
        number_at(p, i, 10, STYLE_DIM, human_span((int64_t)edge, text));
        number_at(p, i, 18, STYLE_NORMAL, counts[i] ? human_short(counts[i], text) : "");
        pane_bar(p, i, 20, p->cols - 22, STYLE_BAR_GRAPH, counts[i], most);
    }
}

static enum style table_style(const struct stats_row *r, enum stats_table t)
{
    if (t == STATS_REPLIES && r->name.n) {
        return r->name.p[0] == '5' || r->name.p[0] == '-' ? STYLE_BAD
               : r->name.p[0] == '4'                      ? STYLE_TEMP
                                                          : STYLE_OK;
    }
    return STYLE_NORMAL;
}

static void draw_table(const struct statistics *s, const struct block *b, const struct pane *p)
{
    struct stats_row rows[STATISTICS_TOP], others;
    uint64_t total = 0;
    char text[HUMAN_ROOM];
    int n = (int)stats_top(statistics_figures(s), b->table, rows, STATISTICS_TOP, &others, &total);
    int name = b->table == STATS_REPLIES || b->table == STATS_MECHANISMS ? 14
               : p->cols >= 50                                           ? 28
                                                                         : p->cols / 2;
    uint64_t most = n ? rows[0].count : 1;
    bool refusals = b->table != STATS_REPLIES && p->cols >= name + 34;
    int right = p->cols - (refusals ? 13 : 1); /* where the bars end */
    for (int i = 0; i < n && i < b->rows; i++) {
        const struct stats_row *r = &rows[i];
        pane_middle(p, i, 1, name, table_style(r, b->table),
                    r->name.n ? r->name : bytes_of("(none)"));
        number_at(p, i, name + 8, STYLE_NORMAL, human_short(r->count, text));
        int at = name + 9;
        if (total) {
            char share[16];
            snprintf(share, sizeof(share), "%.1f %%", (double)r->count * 100 / (double)total);
            number_at(p, i, at + 7, STYLE_DIM, share);
            at += 8;
        }
        if (r->bytes && at + 8 < right) {
            number_at(p, i, at + 6, STYLE_DIM, human_size(r->bytes, text));
            at += 7;
        }
        if (right - at > 4) {
            pane_bar(p, i, at + 1, right - at - 2, STYLE_BAR_GRAPH, r->count, most);
        }
        if (refusals && r->refused) {
            pane_printf(p, i, right, 12, STYLE_BAD, "%s refused", human_short(r->refused, text));
        }
    }
}

static void draw_quality(const struct statistics *s, const struct pane *p)
{
    const struct stats *f = statistics_figures(s);
    struct stats_totals t = stats_totals(f);
    struct stats_spread size = stats_size(f);
    char a[HUMAN_ROOM], b[HUMAN_ROOM], c[HUMAN_ROOM], d[HUMAN_ROOM];
    pane_printf(p, 0, 1, p->cols - 2, STYLE_NORMAL, "sessions %s   messages %s   packets %s   %s",
                human_count(t.sessions, a), human_count(t.messages, b), human_count(t.packets, c),
                human_size(t.bytes, d));
    pane_printf(p, 1, 1, p->cols - 2, t.gaps ? STYLE_LOST : STYLE_NORMAL,
                "gaps %s, %s missing   retransmitted %.2f %%", human_count(t.gaps, a),
                human_size(t.missing, b),
                t.packets ? (double)t.retransmitted * 100 / (double)t.packets : 0.0);
    if (size.n) {
        pane_printf(p, 2, 1, p->cols - 2, STYLE_NORMAL, "message size p50 %s   p95 %s   largest %s",
                    human_size((uint64_t)stats_size_percentile(f, 50), a),
                    human_size((uint64_t)stats_size_percentile(f, 95), b),
                    human_size((uint64_t)size.max, c));
    }
}

static void draw_title(const struct statistics *s, const struct block *b, const struct pane *p)
{
    char title[80];
    int n = snprintf(title, sizeof(title), "%s", b->title);
    if (b->kind == HISTOGRAM) {
        snprintf(title + n, sizeof(title) - (size_t)n, " %s (s)", stats_step_name(s->step));
    } else if (b->kind == TIMELINE) {
        snprintf(title + n, sizeof(title) - (size_t)n, " per %s (w)",
                 slots[slot_of(s, b->w - 9 < SLOTS_MOST ? b->w - 9 : SLOTS_MOST)].name);
    }
    pane_rule(p, 0, title);
}

static void draw_block(const struct statistics *s, const struct block *b, const struct pane *inner)
{
    switch (b->kind) {
    case PROTOCOLS:
    case LATENCIES:
        for (int i = -1; i + 1 < b->rows; i++) {
            (b->kind == PROTOCOLS ? draw_protocol_row : draw_latency_row)(s, inner, i + 1, i);
        }
        break;
    case TIMELINE:
        draw_timeline(s, inner);
        break;
    case HISTOGRAM:
        draw_histogram(s, inner);
        break;
    case TABLE:
        draw_table(s, b, inner);
        break;
    default:
        draw_quality(s, inner);
        break;
    }
}

/* A block is drawn on a canvas of its own, so that one that is cut by the edge needs no care. */
static void show_block(const struct statistics *s, const struct block *b, const struct pane *body)
{
    struct canvas c;
    canvas_init(&c, body->canvas->ascii);
    canvas_resize(&c, b->rows + 1, b->w);
    struct pane whole = canvas_pane(&c);
    struct pane inner = pane_sub(&whole, 1, 0, b->rows, b->w);
    draw_title(s, b, &whole);
    draw_block(s, b, &inner);
    if (b == &s->block[s->at] && b->items > 0) {
        int row = b->rows - b->items + s->line;
        pane_str(&inner, row, 0, 1, STYLE_TITLE, ">");
        pane_select(&inner, row);
    }
    struct pane to = pane_sub(body, 0, b->x, body->rows, b->w);
    for (int r = 0; r <= b->rows; r++) {
        pane_copy_row(&to, b->y - s->top + r, &c, r);
    }
    canvas_done(&c);
}

void statistics_draw(const struct view *v, const struct pane *p)
{
    const struct statistics *s = (const struct statistics *)v;
    struct stats_totals t = stats_totals(statistics_figures(s));
    struct pane body = pane_sub(p, 1, 0, p->rows - 1, p->cols);
    struct buf b;
    char room[HUMAN_ROOM];
    if (s->blocks == 0) {
        pane_str(p, 2, 5, p->cols - 6, STYLE_TITLE,
                 s->making ? "Counting ..."
                           : "No session has ended yet: there is nothing to count.");
        return;
    }
    buf_init(&b, 256);
    ui_clock(v->ui, t.first, 0, &b);
    buf_add_str(&b, " - ");
    ui_clock(v->ui, t.last, 0, &b);
    buf_printf(&b, "   %s session%s %s%s", human_count(t.sessions, room), human_s(t.sessions),
               statistics_of_shown(s) ? "that the filter shows" : "that ended",
               s->making && !s->own ? ", counting" : "");
    if (t.without_dialog) {
        buf_printf(&b, "   %s of them without dialog (memory)",
                   human_count(t.without_dialog, room));
    }
    pane_text(p, 0, 1, p->cols - 2, STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
    for (int i = 0; i < s->blocks; i++) {
        show_block(s, &s->block[i], &body);
    }
    if (p->cols >= STATISTICS_WIDE) {
        pane_vline(&body, 0, (p->cols - 1) / 2, body.rows, STYLE_RULE);
    }
}

void statistics_detail(const struct view *v, const struct pane *p)
{
    const struct statistics *s = (const struct statistics *)v;
    bool lists = s->at < s->blocks && (s->block[s->at].field || s->block[s->at].kind == PROTOCOLS);
    pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "n next block%s%s",
                lists ? "   Enter lists these sessions" : "",
                s->view.ui->filter_text[0] == '\0' ? ""
                : s->everything                    ? "   f follows the filter again"
                                                   : "   f counts all sessions");
}
