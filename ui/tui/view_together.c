/* Several sessions in one ladder: their steps in the order of time, a rail for each address. */
#include "ui/tui/view.h"

#include "ui/tui/hits.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"
#include "ui/tui/turns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SESSIONS_MOST 32
#define RAILS_MOST    12
#define TITLE_ROWS    2
#define LEFT_COLS     44 /* time, delta, session, state */
#define SESSION_COL   23
#define STATE_COL     32
#define RAIL_LEAST    22 /* columns between two rails; with less it is a transcript */

struct step {
    int64_t time; /* never before the step in front of it in its session */
    uint32_t session, turn;
};

struct rail {
    uint8_t ip[16];
    uint8_t version;
};

struct together {
    struct view view;
    struct turns turns[SESSIONS_MOST];
    struct rail rail[RAILS_MOST];
    uint8_t end[SESSIONS_MOST][2]; /* rail of client and server */
    size_t sessions, rails, left_out;
    struct step *step;
    size_t steps, known; /* known: turns of all when the steps were put in order */
    struct list list;
    struct hits hits;
};

/* ---- which sessions ---- */

/* The rail of an address; those beyond RAILS_MOST share the last one. */
static uint8_t rail_of(struct together *g, const struct session_info *s, enum dir d)
{
    struct rail wanted = {.version = s->flow->ip_version};
    memcpy(wanted.ip, session_endpoint(s, d)->ip, sizeof(wanted.ip));
    for (size_t i = 0; i < g->rails; i++) {
        if (memcmp(&g->rail[i], &wanted, sizeof(wanted)) == 0) {
            return (uint8_t)i;
        }
    }
    if (g->rails < RAILS_MOST) {
        g->rail[g->rails++] = wanted;
    }
    return (uint8_t)(g->rails - 1);
}

static void add_session(struct together *g, struct store_ref ref)
{
    const struct ui *u = g->view.ui;
    struct store_session s;
    if (g->sessions == SESSIONS_MOST) {
        g->left_out++;
    } else if (store_session(u->store, ref, false, &s)) {
        g->end[g->sessions][FROM_CLIENT] = rail_of(g, &s.info, FROM_CLIENT);
        g->end[g->sessions][FROM_SERVER] = rail_of(g, &s.info, FROM_SERVER);
        turns_open(&g->turns[g->sessions++], u->store, ref, u->config->slow_reply);
    }
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct together *g = (struct together *)v;
    const struct store *store = v->ui->store;
    (void)t; /* those that are marked */
    for (size_t i = 0; i < store_list_size(store, LIST_SESSIONS); i++) {
        struct store_ref ref = store_list_item(store, LIST_SESSIONS, i).session;
        if (store_flags(store, ref) & STORE_MARKED) {
            add_session(g, ref);
        }
    }
    if (g->left_out) {
        ui_say(v->ui, STYLE_TEMP, "the first %d marked sessions are shown, %zu are not",
               SESSIONS_MOST, g->left_out);
    }
}

static void close_view(struct view *v)
{
    struct together *g = (struct together *)v;
    for (size_t i = 0; i < g->sessions; i++) {
        turns_close(&g->turns[i]);
    }
    hits_clear(&g->hits);
    free(g->step);
}

/* ---- the steps in order ---- */

/* Of one time: in the order of the sessions, within one as it went. */
static int compare(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    if (x->session != y->session) {
        return x->session < y->session ? -1 : 1;
    }
    return (x->turn > y->turn) - (x->turn < y->turn);
}

static size_t turns_of_all(const struct together *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->sessions; i++) {
        n += g->turns[i].count;
    }
    return n;
}

static void put_in_order(struct together *g)
{
    struct step at = g->list.cursor < g->steps ? g->step[g->list.cursor] : (struct step){0};
    g->known = turns_of_all(g);
    g->step = xrealloc(g->step, (g->known + 1) * sizeof(*g->step));
    g->steps = 0;
    for (size_t i = 0; i < g->sessions; i++) {
        const struct turns *t = &g->turns[i];
        int64_t latest = INT64_MIN;
        for (size_t k = 0; k < t->count; k++) {
            latest = t->turn[k].time > latest ? t->turn[k].time : latest;
            if (t->turn[k].kind != TURN_LINE) {
                g->step[g->steps++] = (struct step){latest, (uint32_t)i, (uint32_t)k};
            }
        }
    }
    if (g->steps) {
        qsort(g->step, g->steps, sizeof(*g->step), compare);
    }
    for (size_t i = 0; at.time && i < g->steps; i++) {
        if (compare(&g->step[i], &at) == 0) {
            g->list.cursor = i;
        }
    }
    hits_clear(&g->hits);
}

static const struct turn *turn_of(const struct together *g, size_t step)
{
    const struct step *s = &g->step[step];
    return &g->turns[s->session].turn[s->turn];
}

static void add_text(const struct together *g, size_t step, struct buf *out, enum style *style)
{
    const struct step *s = &g->step[step];
    turns_text(g->view.ui, &g->turns[s->session], (struct turn_line){s->turn, 0}, out, style);
}

static bool is_hit(void *arg, size_t step)
{
    const struct together *g = arg;
    const struct step *s = &g->step[step];
    return turns_hold(g->view.ui, &g->turns[s->session], (struct turn_line){s->turn, 0},
                      g->hits.text);
}

static void refresh(struct together *g)
{
    for (size_t i = 0; i < g->sessions; i++) {
        turns_refresh(&g->turns[i]);
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct together *g = (struct together *)v;
    (void)cols;
    refresh(g);
    list_layout(&g->list, g->steps, rows - TITLE_ROWS);
}

static bool work(struct view *v, int64_t deadline)
{
    struct together *g = (struct together *)v;
    bool more = false;
    refresh(g);
    for (size_t i = 0; i < g->sessions; i++) {
        more |= turns_work(&g->turns[i], deadline);
    }
    if (!more && g->known != turns_of_all(g)) {
        put_in_order(g);
    }
    return more || hits_work(&g->hits, g->steps, is_hit, g, deadline);
}

/* ---- drawing ---- */

/* Colours that tell sessions apart, beside their numbers. */
static enum style session_style(size_t session)
{
    static const enum style styles[] = {STYLE_CLIENT, STYLE_OK, STYLE_MAIL, STYLE_TLS, STYLE_TEMP};
    return styles[session % (sizeof(styles) / sizeof(styles[0]))];
}

static uint64_t session_number(const struct together *g, size_t session)
{
    return store_number(g->view.ui->store, g->turns[session].ref);
}

static bool is_ladder(const struct together *g, int cols)
{
    return g->rails > 1 && (cols - LEFT_COLS) / (int)(g->rails - 1) >= RAIL_LEAST;
}

static int rail_column(const struct together *g, int cols, size_t rail)
{
    return LEFT_COLS + (int)rail * (cols - LEFT_COLS - 1) / (int)(g->rails - 1);
}

static void draw_title(const struct together *g, const struct pane *p)
{
    pane_fill(p, 0, 0, 1, p->cols, STYLE_BAR);
    int x = pane_printf(p, 0, 0, p->cols, STYLE_TAB, " %zu sessions together", g->sessions);
    for (size_t i = 0; i < g->sessions && x < p->cols; i++) {
        x += pane_printf(p, 0, x, p->cols - x, STYLE_BAR, "  #%" PRIu64, session_number(g, i));
    }
}

static void draw_heading(const struct together *g, const struct pane *p)
{
    struct buf b;
    pane_fill(p, 1, 0, 1, p->cols, STYLE_HEAD);
    pane_str(p, 1, 2, 20, STYLE_HEAD, "Time          Delta");
    pane_str(p, 1, SESSION_COL, 8, STYLE_HEAD, "Session");
    pane_str(p, 1, STATE_COL, 10, STYLE_HEAD, "State");
    buf_init(&b, 256);
    for (size_t i = 0; is_ladder(g, p->cols) && i < g->rails; i++) {
        bool last = i + 1 == g->rails;
        int at = rail_column(g, p->cols, i);
        int room = (last ? p->cols - rail_column(g, p->cols, i - 1)
                         : rail_column(g, p->cols, i + 1) - at) /
                   2;
        buf_clear(&b);
        ui_address(g->view.ui, g->rail[i].ip, g->rail[i].version, &b);
        if (last) {
            pane_right(p, 1, p->cols - room, room - 1, STYLE_HEAD, buf_bytes(&b));
        } else {
            pane_middle(p, 1, at, room, STYLE_HEAD, buf_bytes(&b));
        }
    }
    buf_done(&b);
}

/* "── text ──────>" from one rail to another; the other rails go on behind it. */
static void draw_arrow(const struct together *g, const struct pane *p, int row, size_t step,
                       struct bytes text, enum style style)
{
    const struct turn *turn = turn_of(g, step);
    const uint8_t *end = g->end[g->step[step].session];
    bool said = turn->kind <= TURN_MESSAGE && turn->kind != TURN_OPEN && turn->kind != TURN_LOGIN &&
                turn->kind != TURN_TLS;
    for (size_t i = 0; i < g->rails; i++) {
        pane_glyph(p, row, rail_column(g, p->cols, i), STYLE_RULE, GLYPH_V);
    }
    int from = rail_column(g, p->cols, end[turn->dir]);
    int to = rail_column(g, p->cols, end[dir_other((enum dir)turn->dir)]);
    int left = (from < to ? from : to) + 1, right = from < to ? to : from;
    if (!said || left >= right) {
        pane_text(p, row, left + 1, p->cols - left - 2, style, text);
        return;
    }
    pane_hline(p, row, left, right - left, STYLE_RULE,
               turn->kind == TURN_MESSAGE ? GLYPH_DOUBLE_H : GLYPH_H);
    pane_str(p, row, from < to ? right - 1 : left, 1, style, from < to ? ">" : "<");
    pane_str(p, row, left + 2, 1, style, " ");
    int used = pane_text(p, row, left + 3, right - left - 6, style, text);
    pane_str(p, row, left + 3 + used, 1, style, " ");
}

static void draw_time(const struct together *g, const struct pane *p, int row, size_t i)
{
    struct buf b;
    char room[HUMAN_ROOM];
    int64_t delta = i > 0 ? g->step[i].time - g->step[i - 1].time : -1;
    buf_init(&b, 64);
    if (delta != 0) {
        ui_clock(g->view.ui, g->step[i].time, 3, &b);
        pane_text(p, row, 2, 12, STYLE_DIM, buf_bytes(&b));
    }
    if (delta > 0) {
        pane_right(p, row, 15, 7, STYLE_DIM, bytes_of(human_delta(delta, room)));
    }
    buf_done(&b);
}

static void draw_step(const struct together *g, const struct pane *p, int row, size_t i)
{
    const struct turn *turn = turn_of(g, i);
    size_t session = g->step[i].session;
    struct buf b;
    enum style style = STYLE_NORMAL;
    draw_time(g, p, row, i);
    pane_printf(p, row, SESSION_COL, STATE_COL - SESSION_COL - 1, session_style(session),
                "#%" PRIu64, session_number(g, session));
    if (turn->kind != TURN_NOTE && turn->kind != TURN_LOGIN) {
        pane_printf(p, row, STATE_COL, 10, turn->flags & TURN_ILLEGAL ? STYLE_BAD : STYLE_DIM,
                    "%s%s", ui_state(turn->state), turn->flags & TURN_ILLEGAL ? "?" : "");
    }
    buf_init(&b, 1u << 16);
    add_text(g, i, &b, &style);
    if (is_ladder(g, p->cols)) {
        draw_arrow(g, p, row, i, buf_bytes(&b), style);
    } else {
        pane_str(p, row, LEFT_COLS - 1, 2, STYLE_DIM, turn_speaker(turn));
        pane_text(p, row, LEFT_COLS + 2, p->cols - LEFT_COLS - 2, style, buf_bytes(&b));
    }
    buf_done(&b);
}

static void draw(const struct view *v, const struct pane *p)
{
    const struct together *g = (const struct together *)v;
    draw_title(g, p);
    draw_heading(g, p);
    for (int r = 0; r < g->list.page && r + TITLE_ROWS < p->rows; r++) {
        size_t at = g->list.top + (size_t)r;
        if (at >= g->steps) {
            break;
        }
        draw_step(g, p, r + TITLE_ROWS, at);
        if (at == g->list.cursor) {
            pane_str(p, r + TITLE_ROWS, 0, 1, STYLE_TITLE, ">");
            pane_select(p, r + TITLE_ROWS);
        }
    }
}

/* The whole text of the step, whose row may have little room for it. */
static void detail(const struct view *v, const struct pane *p)
{
    const struct together *g = (const struct together *)v;
    char hits[64];
    struct buf b;
    enum style style = STYLE_NORMAL;
    if (g->list.cursor >= g->steps) {
        pane_str(p, 0, 1, p->cols - 2, STYLE_DIM, "reading ...");
        return;
    }
    hits_tell(&g->hits, g->list.cursor, hits, sizeof(hits));
    buf_init(&b, 1u << 16);
    buf_printf(&b, "%s%s%zu/%zu  #%" PRIu64 " %s ", hits, hits[0] ? "   " : "", g->list.cursor + 1,
               g->steps, session_number(g, g->step[g->list.cursor].session),
               turn_speaker(turn_of(g, g->list.cursor)));
    add_text(g, g->list.cursor, &b, &style);
    pane_text(p, 0, 1, p->cols - 2, style, buf_bytes(&b));
    buf_done(&b);
}

/* ---- keys ---- */

static void jump(struct together *g, bool forward)
{
    for (size_t k = 1; k <= g->steps; k++) {
        size_t i = list_around(g->list.cursor, k, g->steps, forward);
        if (g->hits.text[0] ? is_hit(g, i) : (turn_of(g, i)->flags & TURN_PROBLEM) != 0) {
            list_go(&g->list, i);
            return;
        }
    }
    ui_say(g->view.ui, STYLE_DIM, g->hits.text[0] ? "not found" : "no problem in these sessions");
}

static void open_dialogue(struct together *g)
{
    if (g->list.cursor < g->steps) {
        const struct step *s = &g->step[g->list.cursor];
        struct view_target t = {.session = g->turns[s->session].ref,
                                .place = turn_of(g, g->list.cursor)->place};
        ui_open(g->view.ui, VIEW_DIALOGUE, &t);
    }
}

static bool act(struct view *v, enum action a)
{
    struct together *g = (struct together *)v;
    if (list_act(&g->list, a)) {
        return true;
    }
    switch (a) {
    case ACT_NEXT:
    case ACT_PREVIOUS:
        jump(g, a == ACT_NEXT);
        return true;
    case ACT_OPEN:
        open_dialogue(g);
        return true;
    case ACT_BACK:
        return hits_leave(&g->hits);
    default:
        return false;
    }
}

static void search(struct view *v, const char *text)
{
    struct together *g = (struct together *)v;
    hits_search(&g->hits, text);
    if (text[0]) {
        jump(g, true);
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct together *g = (struct together *)v;
    (void)col;
    if (list_click(&g->list, row - TITLE_ROWS, 1) && twice) {
        open_dialogue(g);
    }
}

static void copies(const struct view *v, struct copies *out)
{
    const struct together *g = (const struct together *)v;
    struct buf b;
    enum style style;
    if (g->list.cursor < g->steps && !g->turns[g->step[g->list.cursor].session].gone) {
        buf_init(&b, COPY_BYTES + 1);
        add_text(g, g->list.cursor, &b, &style);
        copies_add(out, "line", buf_bytes(&b));
        buf_done(&b);
    }
}

const struct view_ops view_together = {
    .size = sizeof(struct together),
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = draw,
    .detail = detail,
    .act = act,
    .click = click,
    .search = search,
    .copies = copies,
};
