/* Figures: protocols, answer times, sessions over time, replies, who talks most, findings. */
#include "ui/tui/view.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define WIDE           110 /* columns from which blocks stand side by side */
#define BLOCKS_MOST    16
#define TOP_MOST       10 /* rows of a table */
#define PROTOCOLS_MOST 8
#define TIMELINE_ROWS  7
#define SLOTS_MOST     240 /* of the time line */
#define HISTOGRAM_ROWS 8
#define AGAIN_AFTER                                                                                \
    (2 * CLOCK_S) /* the figures of shown sessions are made anew at most so often                  \
                   */

enum kind { PROTOCOLS, LATENCIES, TIMELINE, HISTOGRAM, TABLE, QUALITY };

struct block {
    enum kind kind;
    enum stats_table table;
    const char *title;
    const char *field; /* of a filter for one of its lines; NULL: none */
    int rows;          /* below its title */
    int items;         /* lines the cursor stops at */
    int x, y, w;       /* y counts from the top of the whole figure */
};

struct statistics {
    struct view view;
    struct stats *own, *next; /* of shown sessions: complete, being made */
    uint64_t next_epoch;
    size_t taken;
    bool making, everything; /* everything: not only what the filter shows */
    int64_t again;
    struct block block[BLOCKS_MOST];
    int blocks, height;
    int at, line; /* cursor: block and line in it */
    int top;
    enum stats_step steps[STEP_COUNT]; /* those with answers */
    int step_count;
    enum stats_step step; /* of the histogram */
    struct stats_protocol protocols[PROTOCOLS_MOST];
    int protocol_count;
    int slot; /* index of the time slot's length */
};

static const struct {
    int64_t ns;
    const char *name;
} slots[] = {{CLOCK_S, "second"},       {10 * CLOCK_S, "10 s"},   {60 * CLOCK_S, "minute"},
             {600 * CLOCK_S, "10 min"}, {3600 * CLOCK_S, "hour"}, {86400 * CLOCK_S, "day"}};

#define SLOTS ((int)(sizeof(slots) / sizeof(slots[0])))

static bool of_shown(const struct statistics *s)
{
    return !s->everything && s->view.ui->filter_text[0] != '\0';
}

static const struct stats *figures(const struct statistics *s)
{
    return of_shown(s) && s->own ? s->own : store_stats(s->view.ui->store);
}

/* ---- making the figures of shown sessions ---- */

static bool work(struct view *v, int64_t deadline)
{
    struct statistics *s = (struct statistics *)v;
    struct ui *u = v->ui;
    struct rows *rows = u->rows[LIST_SESSIONS];
    if (!of_shown(s) || rows->phase != ROWS_STEADY) {
        return false;
    }
    bool other = rows_epoch(rows) != s->next_epoch || s->taken > rows_count(rows);
    if (!s->next ||
        (!s->making && (other || s->taken < rows_count(rows)) && clock_over(s->again))) {
        stats_free(&s->next);
        s->next = stats_new(u->geo);
        s->next_epoch = rows_epoch(rows);
        s->taken = 0;
        s->making = true;
    }
    for (size_t n = 1; s->making && s->taken < rows_count(rows); n++) {
        store_stats_add(u->store, rows_at(rows, s->taken++).session, s->next);
        if (n % 16 == 0 && clock_over(deadline)) {
            return true;
        }
    }
    if (s->making) {
        struct stats *old = s->own;
        s->own = s->next;
        s->next = NULL;
        stats_free(&old);
        s->next = stats_new(u->geo);
        s->making = false;
        s->again = clock_now() + AGAIN_AFTER;
    }
    return false;
}

/* ---- blocks ---- */

static void add_block(struct statistics *s, enum kind kind, const char *title, int rows, int items)
{
    if (s->blocks < BLOCKS_MOST && rows > 0) {
        s->block[s->blocks++] =
            (struct block){.kind = kind, .title = title, .rows = rows, .items = items};
    }
}

static void add_table(struct statistics *s, enum stats_table table, const char *title,
                      const char *field)
{
    struct stats_row rows[TOP_MOST], others;
    uint64_t total;
    int n = (int)stats_top(figures(s), table, rows, TOP_MOST, &others, &total);
    if (n > 0) {
        add_block(s, TABLE, title, n, n);
        s->block[s->blocks - 1].table = table;
        s->block[s->blocks - 1].field = field;
    }
}

static void find_steps(struct statistics *s)
{
    s->step_count = 0;
    for (int i = 0; i < STEP_COUNT; i++) {
        if (stats_latency(figures(s), (enum stats_step)i).n) {
            s->steps[s->step_count++] = (enum stats_step)i;
        }
    }
}

static void make_blocks(struct statistics *s)
{
    s->blocks = 0;
    s->protocol_count = (int)stats_protocols(figures(s), s->protocols, PROTOCOLS_MOST);
    find_steps(s);
    if (s->protocol_count == 0) {
        return;
    }
    add_block(s, PROTOCOLS, "Protocols", s->protocol_count + 1, s->protocol_count);
    add_block(s, LATENCIES, "Answer times (s)", s->step_count ? s->step_count + 1 : 0,
              s->step_count);
    add_block(s, TIMELINE, "Sessions", TIMELINE_ROWS, 0);
    add_block(s, HISTOGRAM, "Answer times of", s->step_count ? HISTOGRAM_ROWS : 0, 0);
    add_table(s, STATS_REPLIES, "Replies", "code");
    add_table(s, STATS_CLIENTS, "Clients", "client");
    add_table(s, STATS_SERVERS, "Servers", "server");
    add_table(s, STATS_SENDER_DOMAINS, "Sender domains", "from");
    add_table(s, STATS_RECIPIENT_DOMAINS, "Recipient domains", "rcpt");
    add_table(s, STATS_MECHANISMS, "Logins", "auth");
    add_table(s, STATS_FINDINGS, "Findings", "finding");
    if (s->view.ui->geo) {
        add_table(s, STATS_COUNTRIES, "Countries", "country");
        add_table(s, STATS_NETWORKS, "Networks", NULL);
    }
    add_block(s, QUALITY, "Capture and sizes", 3, 0);
}

/* Two columns of blocks where there is room: each goes where less stands. */
static void place_blocks(struct statistics *s, int cols)
{
    int columns = cols >= WIDE ? 2 : 1, w = columns == 2 ? (cols - 1) / 2 : cols;
    int y[2] = {0, 0};
    for (int i = 0; i < s->blocks; i++) {
        struct block *b = &s->block[i];
        int c = columns == 2 && (i < 4 ? i % 2 : y[1] < y[0]);
        b->x = c ? w + 1 : 0;
        b->y = y[c];
        b->w = c ? cols - w - 1 : w;
        y[c] += b->rows + 1;
    }
    s->height = y[0] > y[1] ? y[0] : y[1];
}

static void show_cursor(struct statistics *s, int rows)
{
    if (s->blocks == 0) {
        s->top = 0;
        return;
    }
    s->at = s->at < s->blocks ? s->at : s->blocks - 1;
    const struct block *b = &s->block[s->at];
    s->line = s->line < b->items ? s->line : b->items > 0 ? b->items - 1 : 0;
    int y = b->y + 1 + b->rows - b->items + s->line;
    int from = s->line == 0 ? b->y : y;
    if (from < s->top) {
        s->top = from;
    }
    if (y >= s->top + rows) {
        s->top = y - rows + 1;
    }
    if (s->top + rows > s->height) {
        s->top = s->height > rows ? s->height - rows : 0;
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct statistics *s = (struct statistics *)v;
    make_blocks(s);
    place_blocks(s, cols);
    show_cursor(s, rows - 1);
    if (s->at < s->blocks && s->block[s->at].kind == LATENCIES && s->line < s->step_count) {
        s->step = s->steps[s->line];
    } else if (s->step_count && stats_latency(figures(s), s->step).n == 0) {
        s->step = s->steps[0];
    }
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct statistics *s = (struct statistics *)v;
    (void)t;
    s->slot = -1; /* chosen by the span */
}

static void close_view(struct view *v)
{
    struct statistics *s = (struct statistics *)v;
    stats_free(&s->own);
    stats_free(&s->next);
}

/* ---- drawing ---- */

/* A column of numbers, its right edge at x. */
static void number_at(const struct pane *p, int row, int x, enum style style, const char *text)
{
    pane_right(p, row, x - 8, 8, style, bytes_of(text));
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
        struct stats_spread spread = stats_latency(figures(s), step);
        int64_t ns = k == 1   ? spread.min
                     : k == 5 ? spread.max
                              : stats_latency_percentile(figures(s), step, percents[k % 5]);
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
    struct stats_totals t = stats_totals(figures(s));
    if (s->slot >= 0) {
        return s->slot;
    }
    int i = 0;
    while (i + 1 < SLOTS && t.last > t.first && (t.last - t.first) / slots[i].ns >= cols) {
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
    size_t used = stats_timeline(figures(s), width, counts, (size_t)cols);
    for (size_t i = 0; i < used; i++) {
        most = counts[i] > most ? counts[i] : most;
    }
    int high = TIMELINE_ROWS - 2;
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
    struct stats_totals t = stats_totals(figures(s));
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
    uint64_t counts[HISTOGRAM_ROWS] = {0}, most = 1;
    int64_t low = 0, high = 0;
    char text[HUMAN_ROOM];
    stats_latency_histogram(figures(s), s->step, counts, HISTOGRAM_ROWS, &low, &high);
    for (int i = 0; i < HISTOGRAM_ROWS; i++) {
        most = counts[i] > most ? counts[i] : most;
    }
    double from = low > 0 ? (double)low : 1, ratio = high > low ? (double)high / from : 1;
    for (int i = 0; i < HISTOGRAM_ROWS; i++) {
        double edge = from * pow(ratio, (double)i / HISTOGRAM_ROWS);
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
    struct stats_row rows[TOP_MOST], others;
    uint64_t total = 0;
    char text[HUMAN_ROOM];
    int n = (int)stats_top(figures(s), b->table, rows, TOP_MOST, &others, &total);
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
    const struct stats *f = figures(s);
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

static void draw(const struct view *v, const struct pane *p)
{
    const struct statistics *s = (const struct statistics *)v;
    struct stats_totals t = stats_totals(figures(s));
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
    buf_printf(&b, "   %s sessions %s%s", human_count(t.sessions, room),
               of_shown(s) ? "that the filter shows" : "that ended",
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
    if (p->cols >= WIDE) {
        pane_vline(&body, 0, (p->cols - 1) / 2, body.rows, STYLE_RULE);
    }
}

static void detail(const struct view *v, const struct pane *p)
{
    const struct statistics *s = (const struct statistics *)v;
    bool lists = s->at < s->blocks && (s->block[s->at].field || s->block[s->at].kind == PROTOCOLS);
    pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "n next block%s%s",
                lists ? "   Enter lists these sessions" : "",
                s->view.ui->filter_text[0] == '\0' ? ""
                : s->everything                    ? "   f follows the filter again"
                                                   : "   f counts all sessions");
}

/* ---- keys ---- */

static void step_block(struct statistics *s, bool forward)
{
    for (int k = 0; k < s->blocks; k++) {
        s->at = (s->at + (forward ? 1 : s->blocks - 1)) % s->blocks;
        if (s->block[s->at].items) {
            break;
        }
    }
    s->line = 0;
}

static void step_line(struct statistics *s, bool down)
{
    int line = s->line + (down ? 1 : -1);
    if (s->blocks == 0) {
        return;
    }
    if (line < 0) {
        if (s->at > 0 || s->top > 0) {
            step_block(s, false);
            s->line = s->block[s->at].items - 1;
        }
    } else if (line >= s->block[s->at].items) {
        step_block(s, true);
    } else {
        s->line = line;
    }
}

static void add_quoted(struct buf *out, struct bytes value)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\') {
            buf_add_byte(out, '\\');
        }
        buf_add_byte(out, value.p[i]);
    }
    buf_add_byte(out, '"');
}

/* The filter of the line under the cursor; false when it has none. */
static bool filter_of_line(const struct statistics *s, struct buf *out)
{
    const struct block *b = &s->block[s->at];
    struct stats_row rows[TOP_MOST], others;
    uint64_t total;
    if (b->kind == PROTOCOLS && s->line < s->protocol_count) {
        const struct stats_protocol *r = &s->protocols[s->line];
        buf_printf(out, r->port ? "proto:%s serverport:%u" : "proto:%s", r->protocol, r->port);
        return true;
    }
    if (b->kind != TABLE || !b->field) {
        return false;
    }
    size_t n = stats_top(figures(s), b->table, rows, TOP_MOST, &others, &total);
    if ((size_t)s->line >= n) {
        return false;
    }
    struct bytes rest = rows[s->line].name, first = rest;
    if (b->table == STATS_REPLIES) {
        first = bytes_word(&rest);
        uint64_t code;
        buf_add_str(out, bytes_u64(first, &code) ? "code:" : "reply:");
        add_quoted(out, first);
        if (rest.n) {
            buf_add_str(out, " enh:");
            buf_add(out, rest);
        }
        return true;
    }
    if (b->table == STATS_SERVERS) { /* "198.51.100.10 25" */
        first = bytes_word(&rest);
        buf_add_str(out, "server:");
        buf_add(out, first);
        buf_add_str(out, " serverport:");
        buf_add(out, rest);
        return true;
    }
    buf_printf(out, "%s%s", b->field, b->table == STATS_FINDINGS ? "=" : ":");
    add_quoted(out, first);
    return true;
}

static void open_line(struct statistics *s)
{
    struct ui *u = s->view.ui;
    struct filter_error e;
    struct buf text;
    buf_init(&text, EDIT_MOST - 1);
    if (s->blocks && filter_of_line(s, &text)) {
        if (ui_filter(u, buf_cstr(&text), &e)) {
            ui_open(u, VIEW_SESSIONS, NULL);
            ui_say(u, STYLE_NOTICE, "these sessions; Ctrl-K removes the filter");
        } else {
            ui_say(u, STYLE_ERROR, "%s: %s", buf_cstr(&text), e.text);
        }
    }
    buf_done(&text);
}

static bool act(struct view *v, enum action a)
{
    struct statistics *s = (struct statistics *)v;
    switch (a) {
    case ACT_DOWN:
    case ACT_UP:
        step_line(s, a == ACT_DOWN);
        return true;
    case ACT_PAGE_DOWN:
    case ACT_HALF_DOWN:
    case ACT_PAGE_UP:
    case ACT_HALF_UP:
    case ACT_BLOCK_NEXT:
    case ACT_BLOCK_PREVIOUS:
        step_block(s, a == ACT_PAGE_DOWN || a == ACT_HALF_DOWN || a == ACT_BLOCK_NEXT);
        return true;
    case ACT_FIRST:
        s->at = s->line = 0;
        return true;
    case ACT_LAST:
        s->at = 0;
        step_block(s, false);
        return true;
    case ACT_OPEN:
        open_line(s);
        return true;
    case ACT_SCOPE:
        s->everything = !s->everything;
        return true;
    case ACT_BUCKET:
        s->slot = s->slot + 1 >= SLOTS ? -1 : s->slot + 1;
        return true;
    default:
        return false;
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct statistics *s = (struct statistics *)v;
    int y = row - 1 + s->top;
    for (int i = 0; i < s->blocks; i++) {
        const struct block *b = &s->block[i];
        int line = y - b->y - 1 - (b->rows - b->items);
        if (col >= b->x && col < b->x + b->w && line >= 0 && line < b->items) {
            s->at = i;
            s->line = line;
            if (twice) {
                open_line(s);
            }
            return;
        }
    }
}

const struct view_ops view_stats = {
    .size = sizeof(struct statistics),
    .tab = true,
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = draw,
    .detail = detail,
    .act = act,
    .click = click,
};
