#include "ui/tui/frame.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"

#include <inttypes.h>
#include <stdio.h>

#define TABS   5
#define WIDE   100 /* columns from which names are written out */
#define NARROW 56  /* columns below which the chosen tab alone has a name */

/* ---- pace ---- */

void pace_add(struct pace *p, int64_t now, uint64_t bytes, uint64_t packets, uint64_t sessions)
{
    if (p->count && now - p->sample[p->count - 1].time < CLOCK_S * 3 / 4) {
        return;
    }
    if (p->count == PACE_SAMPLES) {
        memmove(p->sample, p->sample + 1, (PACE_SAMPLES - 1) * sizeof(p->sample[0]));
        p->count--;
    }
    p->sample[p->count].time = now;
    p->sample[p->count].bytes = bytes;
    p->sample[p->count].packets = packets;
    p->sample[p->count++].sessions = sessions;
}

static uint64_t per_second(const struct pace *p, uint64_t first, uint64_t last)
{
    if (p->count < 2 || p->steady || last < first) {
        return 0;
    }
    int64_t span = p->sample[p->count - 1].time - p->sample[0].time;
    return span > 0 ? (uint64_t)((double)(last - first) * (double)CLOCK_S / (double)span) : 0;
}

uint64_t pace_bytes(const struct pace *p)
{
    return p->count ? per_second(p, p->sample[0].bytes, p->sample[p->count - 1].bytes) : 0;
}

uint64_t pace_packets(const struct pace *p)
{
    return p->count ? per_second(p, p->sample[0].packets, p->sample[p->count - 1].packets) : 0;
}

uint64_t pace_sessions(const struct pace *p)
{
    return p->count ? per_second(p, p->sample[0].sessions, p->sample[p->count - 1].sessions) : 0;
}

/* ---- where things stand ---- */

void frame_layout(struct frame *f, struct canvas *c, bool tab, bool no_header)
{
    struct pane all = canvas_pane(c);
    int head = !tab || no_header ? 0 : c->rows >= 16 ? 2 : 1;
    int filter = tab ? 1 : 0;
    int rule = c->rows >= 16 ? 1 : 0;
    int body = c->rows - head - filter - rule - 2;
    int row = 0;
    f->head = pane_sub(&all, row, 0, head, c->cols);
    row += head;
    f->filter = pane_sub(&all, row, 0, filter, c->cols);
    row += filter;
    f->body = pane_sub(&all, row, 0, body, c->cols);
    row += body;
    f->rule = pane_sub(&all, row, 0, rule, c->cols);
    row += rule;
    f->detail = pane_sub(&all, row, 0, 1, c->cols);
    f->keys = pane_sub(&all, row + 1, 0, 1, c->cols);
}

/* ---- row 1: program, capture, tabs ---- */

static const char *const tab_short[TABS] = {"Sess", "Msgs", "Creds", "Find", "Stats"};

/* Names are written out, shortened, or, of all but the chosen tab, left away. */
static int tab_text(int tab, int chosen, int cols, char *out, size_t room)
{
    const char *name = cols >= WIDE ? view_title((enum view_id)tab) : tab_short[tab];
    if (cols < NARROW) {
        return tab == chosen ? snprintf(out, room, " [%d %s]", tab + 1, name)
                             : snprintf(out, room, " %d", tab + 1);
    }
    return snprintf(out, room, tab == chosen ? "[%d %s]" : " %d %s ", tab + 1, name);
}

/* Where a tab begins, so that all end before the right edge. */
static int tab_column(int tab, int chosen, int cols)
{
    char text[40];
    int at = cols;
    for (int i = TABS - 1; i >= tab; i--) {
        at -= tab_text(i, chosen, cols, text, sizeof(text)) + (cols >= WIDE ? 1 : 0);
    }
    return at;
}

bool frame_tab_at(const struct frame *f, int row, int col, enum view_id chosen, enum view_id *out)
{
    char text[40];
    if (f->head.rows == 0 || row != f->head.row) {
        return false;
    }
    for (int i = 0; i < TABS; i++) {
        int at = tab_column(i, (int)chosen, f->head.cols);
        if (col >= at && col < at + tab_text(i, (int)chosen, f->head.cols, text, sizeof(text))) {
            *out = (enum view_id)i;
            return true;
        }
    }
    return false;
}

/* Without the time where it does not fit into so many columns. */
static void write_frozen(const struct ui *u, int cols, char *out, size_t room)
{
    const struct news *n = &u->news;
    int64_t s = (u->now - n->since) / CLOCK_S;
    uint64_t new = store_counters(u->store).sessions_seen - n->seen;
    char news[64];
    int used = snprintf(news, sizeof(news), "+%" PRIu64 " new", new);
    if (n->changed || n->more) {
        snprintf(news + used, sizeof(news) - (size_t)used, ", %" PRIu64 "%s changed", n->changed,
                 n->more ? "+" : "");
    }
    int wide = snprintf(out, room, "FROZEN %02d:%02d:%02d  %s", (int)(s / 3600), (int)(s / 60 % 60),
                        (int)(s % 60), news);
    if (wide > cols) {
        snprintf(out, room, "FROZEN %s", news);
    }
}

static void write_mode(const struct ui *u, int cols, char *out, size_t room)
{
    const struct relay_progress *p = store_progress(u->store);
    struct store_counters c = store_counters(u->store);
    const char *input = strrchr(u->input, '/') ? strrchr(u->input, '/') + 1 : u->input;
    if (u->frozen) {
        write_frozen(u, cols, out, room);
    } else if (u->live) {
        int64_t s = p->totals.first >= 0 && c.now >= p->totals.first
                        ? (c.now - p->totals.first) / CLOCK_S
                        : 0;
        snprintf(out, room, "%s %.40s  %02d:%02d:%02d", p->ended ? "STOPPED" : "LIVE", input,
                 (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    } else if (p->ended) {
        snprintf(out, room, "%.40s (%s)", input, p->stopped ? "stopped" : "done");
    } else if (p->input_total) {
        snprintf(out, room, "%.40s  %s %d %%", input, p->stopped ? "STOPPED at" : "READING",
                 (int)((double)p->input_done * 100 / (double)p->input_total));
    } else {
        snprintf(out, room, "%.40s  %s", input, p->stopped ? "STOPPED" : "READING");
    }
}

static void draw_first(const struct pane *row, const struct ui *u, enum view_id tab)
{
    char text[120];
    int end = tab_column(0, (int)tab, row->cols);
    pane_fill(row, 0, 0, 1, row->cols, STYLE_BAR);
    int used = pane_str(row, 0, 0, end, STYLE_TAB, " mailwire ");
    write_mode(u, end - used - 2, text, sizeof(text));
    pane_str(row, 0, used + 1, end - used - 2, u->frozen ? STYLE_TAB : STYLE_BAR, text);
    for (int i = 0; i < TABS; i++) {
        int n = tab_text(i, (int)tab, row->cols, text, sizeof(text));
        pane_str(row, 0, tab_column(i, (int)tab, row->cols), n,
                 (int)tab == i ? STYLE_TAB : STYLE_BAR, text);
    }
}

/* ---- row 2: the capture ---- */

static void add_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
    char room[HUMAN_ROOM];
    buf_printf(b, "%s %s", human_short(n, room), n == 1 ? one : many);
}

static void add_progress(struct buf *b, const struct relay_progress *p, const struct pace *pace)
{
    char a[HUMAN_ROOM], c[HUMAN_ROOM];
    if (p->input_total) {
        int filled = (int)((double)p->input_done * 18 / (double)p->input_total);
        buf_add_byte(b, '[');
        for (int i = 0; i < 18; i++) {
            buf_add_byte(b, i < filled ? '#' : ' ');
        }
        buf_printf(b, "] %s of %s", human_size(p->input_done, a), human_size(p->input_total, c));
    } else {
        buf_printf(b, "%s read", human_size(p->input_done, a));
    }
    uint64_t rate = pace_bytes(pace);
    if (rate) {
        buf_printf(b, ", %sB/s", human_size(rate, a));
        if (p->input_total > p->input_done) {
            buf_printf(b, ", %s left", human_wait((p->input_total - p->input_done) / rate + 1, a));
        }
    }
}

static void add_packets(struct buf *b, const struct ui *u, const struct relay_progress *p,
                        const struct pace *pace)
{
    const struct capture_totals *t = &p->totals;
    add_count(b, t->packets, "packet", "packets");
    if (u->live) {
        uint64_t rate = pace_packets(pace);
        char room[HUMAN_ROOM];
        if (rate) {
            buf_printf(b, " (%s/s)", human_short(rate, room));
        }
        if (t->dropped) {
            buf_printf(b, ", %s LOST %.2f %%", human_short(t->dropped, room),
                       (double)t->dropped * 100 / (double)(t->dropped + t->packets));
        } else {
            buf_add_str(b, ", 0 lost");
        }
    }
    if (t->first >= 0) {
        buf_add_str(b, "   ");
        ui_clock(u, t->first, 0, b);
        buf_add_str(b, " - ");
        ui_clock(u, t->last, 0, b);
    }
}

static void add_right(struct buf *b, const struct ui *u, const struct pace *pace, bool wide)
{
    struct store_counters c = store_counters(u->store);
    char a[HUMAN_ROOM], m[HUMAN_ROOM];
    add_count(b, c.sessions, wide ? "session" : "sess", wide ? "sessions" : "sess");
    if (c.open) {
        buf_printf(b, ", %s open", human_short(c.open, a));
    }
    if (u->live && pace_sessions(pace)) {
        buf_printf(b, ", %s/s", human_short(pace_sessions(pace), a));
    }
    if (c.marked) {
        buf_printf(b, ", %s marked", human_short(c.marked, a));
    }
    if (!pace->steady) {
        buf_printf(b, "  mem %s/%s%s", human_size(c.used, a), human_size(c.ceiling, m),
                   c.full ? " FULL" : "");
    }
}

static void draw_second(const struct pane *row, const struct ui *u, const struct pace *pace)
{
    const struct relay_progress *p = store_progress(u->store);
    struct buf left, right;
    buf_init(&left, 512);
    buf_init(&right, 512);
    if (!u->live && !p->ended) {
        add_progress(&left, p, pace);
    } else {
        add_packets(&left, u, p, pace);
    }
    add_right(&right, u, pace, row->cols >= WIDE);
    int room = row->cols - (int)right.n - 3;
    bool lost = p->totals.dropped > 0 && u->live;
    pane_text(row, 0, 1, room, lost ? STYLE_LOST : STYLE_NORMAL, buf_bytes(&left));
    pane_right(row, 0, 0, row->cols - 1, store_counters(u->store).full ? STYLE_TEMP : STYLE_NORMAL,
               buf_bytes(&right));
    buf_done(&left);
    buf_done(&right);
}

void frame_draw_head(const struct frame *f, const struct ui *u, enum view_id tab,
                     const struct pace *pace)
{
    if (f->head.rows > 0) {
        draw_first(&f->head, u, tab);
    }
    if (f->head.rows > 1) {
        struct pane second = pane_sub(&f->head, 1, 0, 1, f->head.cols);
        draw_second(&second, u, pace);
    }
}

/* ---- row 3: the filter ---- */

static const enum store_list list_of[TABS] = {LIST_SESSIONS, LIST_MESSAGES, LIST_CREDENTIALS,
                                              LIST_FINDINGS, LIST_SESSIONS};

void frame_draw_filter(const struct frame *f, const struct ui *u, enum view_id tab)
{
    enum store_list l = list_of[tab < TABS ? tab : 0];
    const struct rows *rows = u->rows[l];
    struct buf right;
    char a[HUMAN_ROOM], b[HUMAN_ROOM];
    buf_init(&right, 256);
    if (rows) {
        buf_printf(&right, "%s of %s shown", human_count(rows_count(rows), a),
                   human_count(store_list_held(u->store, l), b));
        if (rows->phase != ROWS_STEADY) {
            buf_add_str(&right, rows->phase == ROWS_SORTING ? ", sorting" : ", growing");
        }
    }
    if (tab == VIEW_SESSIONS && u->live) {
        buf_printf(&right, "  follow %s", u->follow ? "on" : "off");
        if (u->unseen) {
            buf_printf(&right, ", +%s below", human_short(u->unseen, a));
        }
    }
    int room = f->filter.cols - (int)right.n - 3;
    int used = pane_str(&f->filter, 0, 0, 9, STYLE_DIM, " Filter: ");
    pane_str(&f->filter, 0, used, room - used, STYLE_TITLE, u->filter_text);
    pane_right(&f->filter, 0, 0, f->filter.cols - 1, STYLE_NORMAL, buf_bytes(&right));
    buf_done(&right);
}

/* ---- the line above sentences ---- */

void frame_draw_rule(const struct frame *f, const struct ui *u, bool tab)
{
    char text[80];
    pane_hline(&f->rule, 0, 0, f->rule.cols, STYLE_RULE, GLYPH_H);
    if (u->frozen && !tab) {
        text[0] = ' ';
        write_frozen(u, f->rule.cols, text + 1, sizeof(text) - 1);
        int n = (int)strlen(text);
        pane_str(&f->rule, 0, f->rule.cols - n - 3, n, STYLE_TAB, text);
        pane_str(&f->rule, 0, f->rule.cols - 3, 1, STYLE_TAB, " ");
    }
}

/* ---- the key row ---- */

/* Goes over the labels that fit: the row and the columns of each. */
struct key_walk {
    size_t at;
    int col;
    char key[16];
    const struct key_row *row;
    int from, label;
};

static bool first_key(const struct ui *u, enum view_id v, const struct key_row *row, char out[16])
{
    struct buf keys;
    buf_init(&keys, 64);
    keymap_keys(&u->config->keys, v, row, &keys);
    struct bytes rest = buf_bytes(&keys), word = bytes_word(&rest);
    snprintf(out, 16, "%.*s", (int)word.n, (const char *)word.p);
    buf_done(&keys);
    return out[0] != '\0';
}

static bool key_walk_next(struct key_walk *w, const struct ui *u, enum view_id v, int cols)
{
    size_t count;
    const struct key_row *rows = key_rows(&count);
    for (; w->at < count; w->at++) {
        const struct key_row *row = &rows[w->at];
        if (!row->label[0] || !(row->views & 1u << v) || !first_key(u, v, row, w->key)) {
            continue;
        }
        int wide = (int)(strlen(w->key) + 1 + strlen(row->label));
        if (w->col + 1 + wide > cols) {
            continue; /* whole labels or none */
        }
        w->row = row;
        w->from = w->col + 1;
        w->label = w->from + (int)strlen(w->key) + 1;
        w->col = w->from + wide + 1;
        w->at++;
        return true;
    }
    return false;
}

void frame_draw_keys(const struct frame *f, const struct ui *u, enum view_id v)
{
    struct key_walk w = {0};
    while (key_walk_next(&w, u, v, f->keys.cols)) {
        pane_str(&f->keys, 0, w.from, 16, STYLE_KEY, w.key);
        pane_str(&f->keys, 0, w.label, 40, STYLE_NORMAL, w.row->label);
    }
}

enum action frame_key_at(const struct frame *f, const struct ui *u, enum view_id v, int row,
                         int col)
{
    struct key_walk w = {0};
    if (row != f->keys.row) {
        return ACT_NONE;
    }
    while (key_walk_next(&w, u, v, f->keys.cols)) {
        if (col >= w.from && col < w.col - 1) {
            return w.row->action;
        }
    }
    return ACT_NONE;
}

void frame_draw_too_small(struct canvas *c, const struct ui *u)
{
    struct pane p = canvas_pane(c);
    char room[HUMAN_ROOM];
    bool goes_on = !store_progress(u->store)->ended;
    pane_printf(&p, 0, 0, p.cols, STYLE_NORMAL, "mailwire needs %dx%d,", FRAME_LEAST_COLS,
                FRAME_LEAST_ROWS);
    pane_printf(&p, 1, 0, p.cols, STYLE_NORMAL, "this is %dx%d.", c->cols, c->rows);
    pane_str(&p, 2, 0, p.cols, STYLE_NORMAL, goes_on ? "Reading goes on:" : "");
    pane_printf(&p, goes_on ? 3 : 2, 0, p.cols, STYLE_NORMAL, "%s sessions",
                human_count(store_counters(u->store).sessions, room));
}
