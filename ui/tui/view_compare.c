/* Two sessions side by side, aligned by what was said; differences and times stand out. */
#include "ui/tui/view.h"

#include "ui/tui/clock.h"
#include "ui/tui/hits.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"
#include "ui/tui/turns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TITLE_ROWS 2
#define TIME_COLS  8
/* Turns of each side that are aligned at once: a million comparisons, some 3 ms. Of that only the
 * first half is taken where there are more: what comes behind them may tell better. */
#define WINDOW 1000
#define NONE   UINT32_MAX

struct pair {
    uint32_t left, right; /* turns; NONE: nothing on that side */
    bool differs;
};

struct compare {
    struct view view;
    struct store_ref ref[2];
    struct turns turns[2];
    struct pair *pair;
    size_t pairs, room;
    size_t known[2];   /* turns of each side when this alignment was begun */
    size_t aligned[2]; /* turns of each side that have their place */
    size_t differences;
    struct list list;
    struct hits hits; /* pairs */
};

static void open_view(struct view *v, const struct view_target *t)
{
    struct compare *c = (struct compare *)v;
    c->ref[0] = t->session;
    c->ref[1] = t->other;
    for (int i = 0; i < 2; i++) {
        turns_open(&c->turns[i], v->ui->store, c->ref[i], v->ui->config->slow_reply);
    }
}

static void close_view(struct view *v)
{
    struct compare *c = (struct compare *)v;
    turns_close(&c->turns[0]);
    turns_close(&c->turns[1]);
    free(c->pair);
    hits_clear(&c->hits);
}

/* ---- alignment ---- */

/* What must be equal for two turns to stand side by side: who, what kind, which command or code.
 * Never 0. */
static uint32_t step_of(const struct turns *t, size_t i)
{
    const struct turn *turn = &t->turn[i];
    uint32_t h = 2166136261u;
    struct bytes word = {NULL, 0};
    if (turn->kind == TURN_COMMAND) {
        const struct event *e = turns_event(t, i);
        word = e && e->kind == EV_COMMAND ? e->u.command->word : word;
    }
    h = (h ^ turn->kind) * 16777619u;
    h = (h ^ turn->dir) * 16777619u;
    if (turn->kind == TURN_REPLY) { /* 250 and 250, but not 250 and 550 */
        h = (h ^ (uint32_t)(turn->code / 100 + turn->status * 16)) * 16777619u;
    } else if (turn->kind == TURN_NOTE) {
        h = (h ^ turn->number) * 16777619u;
    }
    for (size_t k = 0; k < word.n; k++) {
        h = (h ^ (uint32_t)ascii_upper(word.p[k])) * 16777619u;
    }
    return h | 1u;
}

static void add_pair(struct compare *c, uint32_t left, uint32_t right)
{
    if (c->pairs == c->room) {
        c->room = c->room ? c->room * 2 : 128;
        c->pair = xrealloc(c->pair, c->room * sizeof(*c->pair));
    }
    c->pair[c->pairs++] = (struct pair){left, right, false};
}

static bool is_shown(const struct turns *t, size_t i)
{
    return t->turn[i].kind != TURN_LINE;
}

/* A window of turns of one side. */
struct side {
    uint32_t turn[WINDOW], step[WINDOW];
    size_t n;
    bool last; /* nothing comes behind it */
};

static void take_side(const struct turns *t, size_t from, struct side *s)
{
    size_t i = from;
    s->n = 0;
    for (; i < t->count && s->n < WINDOW; i++) {
        if (is_shown(t, i)) {
            s->turn[s->n] = (uint32_t)i;
            s->step[s->n++] = step_of(t, i);
        }
    }
    s->last = i == t->count;
}

/* Along the longest common subsequence, until a side that goes on is half used up. */
static void walk(struct compare *c, const struct side *a, const struct side *b,
                 const uint16_t *length)
{
    size_t wide = b->n + 1, i = 0, j = 0;
    size_t stop_a = a->last ? SIZE_MAX : WINDOW / 2, stop_b = b->last ? SIZE_MAX : WINDOW / 2;
    while ((i < a->n || j < b->n) && i < stop_a && j < stop_b) {
        if (i < a->n && j < b->n && a->step[i] == b->step[j]) {
            add_pair(c, a->turn[i++], b->turn[j++]);
        } else if (j == b->n ||
                   (i < a->n && length[(i + 1) * wide + j] >= length[i * wide + j + 1])) {
            add_pair(c, a->turn[i++], NONE);
        } else {
            add_pair(c, NONE, b->turn[j++]);
        }
    }
    c->aligned[0] = i < a->n ? a->turn[i] : c->known[0];
    c->aligned[1] = j < b->n ? b->turn[j] : c->known[1];
}

/* Longest common subsequence; length[i][j] is that of a[i..] and b[j..]. */
static void align(struct compare *c, const struct side *a, const struct side *b)
{
    size_t wide = b->n + 1;
    uint16_t *length = xcalloc((a->n + 1) * wide, sizeof(*length));
    for (size_t i = a->n; i-- > 0;) {
        for (size_t j = b->n; j-- > 0;) {
            uint16_t down = length[(i + 1) * wide + j], right = length[i * wide + j + 1];
            length[i * wide + j] = a->step[i] == b->step[j]
                                       ? (uint16_t)(length[(i + 1) * wide + j + 1] + 1)
                                   : down > right ? down
                                                  : right;
        }
    }
    walk(c, a, b, length);
    free(length);
}

/* A step only on the left and the next only on the right were probably each other's: one row. */
static void join_pairs(struct compare *c, size_t from)
{
    size_t to = from;
    for (size_t i = from; i < c->pairs; i++) {
        struct pair p = c->pair[i];
        if (i + 1 < c->pairs && p.right == NONE && c->pair[i + 1].left == NONE) {
            uint32_t right = c->pair[i + 1].right;
            const struct turn *a = &c->turns[0].turn[p.left], *b = &c->turns[1].turn[right];
            if (a->kind == b->kind && a->dir == b->dir) {
                p.right = right;
                i++;
            }
        }
        c->pair[to++] = p;
    }
    c->pairs = to;
}

static bool same_text(const struct compare *c, const struct pair *p)
{
    struct buf a, b;
    enum style style;
    buf_init(&a, 1u << 16);
    buf_init(&b, 1u << 16);
    turns_text(c->view.ui, &c->turns[0], (struct turn_line){p->left, 0}, &a, &style);
    turns_text(c->view.ui, &c->turns[1], (struct turn_line){p->right, 0}, &b, &style);
    bool same = bytes_equal(buf_bytes(&a), buf_bytes(&b));
    buf_done(&a);
    buf_done(&b);
    return same;
}

static bool all_aligned(const struct compare *c)
{
    return c->aligned[0] == c->known[0] && c->aligned[1] == c->known[1];
}

/* Aligns the next window. */
static void align_some(struct compare *c)
{
    struct side *a = xmalloc(sizeof(*a)), *b = xmalloc(sizeof(*b));
    size_t from = c->pairs;
    take_side(&c->turns[0], c->aligned[0], a);
    take_side(&c->turns[1], c->aligned[1], b);
    align(c, a, b);
    join_pairs(c, from);
    for (size_t i = from; i < c->pairs; i++) {
        struct pair *p = &c->pair[i];
        p->differs = p->left == NONE || p->right == NONE || !same_text(c, p);
        c->differences += p->differs;
    }
    free(a);
    free(b);
}

/* Turns came: what was aligned before them may belong elsewhere now. */
static void align_anew(struct compare *c)
{
    c->pairs = c->differences = 0;
    for (int i = 0; i < 2; i++) {
        c->known[i] = c->turns[i].count;
        c->aligned[i] = 0;
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct compare *c = (struct compare *)v;
    (void)cols;
    turns_refresh(&c->turns[0]);
    turns_refresh(&c->turns[1]);
    list_layout(&c->list, c->pairs, rows - TITLE_ROWS);
}

static bool is_hit(void *arg, size_t pair)
{
    const struct compare *c = arg;
    const uint32_t turn[] = {c->pair[pair].left, c->pair[pair].right};
    bool hit = false;
    for (int side = 0; side < 2 && !hit; side++) {
        hit = turn[side] != NONE && turns_hold(c->view.ui, &c->turns[side],
                                               (struct turn_line){turn[side], 0}, c->hits.text);
    }
    return hit;
}

static bool work(struct view *v, int64_t deadline)
{
    struct compare *c = (struct compare *)v;
    turns_refresh(&c->turns[0]);
    turns_refresh(&c->turns[1]);
    bool more = turns_work(&c->turns[0], deadline);
    more |= turns_work(&c->turns[1], deadline);
    if (more) {
        return true;
    }
    if (c->known[0] != c->turns[0].count || c->known[1] != c->turns[1].count) {
        align_anew(c);
        hits_clear(&c->hits);
    }
    while (!all_aligned(c)) {
        align_some(c);
        if (clock_over(deadline)) {
            return !all_aligned(c);
        }
    }
    return hits_work(&c->hits, c->pairs, is_hit, c, deadline);
}

/* ---- drawing ---- */

static void draw_head(const struct compare *c, const struct pane *p, int side)
{
    struct store_session s;
    struct buf b;
    char room[HUMAN_ROOM];
    enum style style = STYLE_NORMAL;
    if (!store_session(c->view.ui->store, c->ref[side], false, &s)) {
        pane_str(p, 0, 1, p->cols - 1, STYLE_BAR, "gone (memory limit, or forgotten)");
        return;
    }
    buf_init(&b, 1024);
    buf_printf(&b, " %" PRIu64 " ", s.number);
    column_cell(c->view.ui, &s, COLUMN_proto, &b, &style);
    buf_add_byte(&b, ' ');
    ui_end(c->view.ui, &s.info, FROM_CLIENT, PORT_NEVER, &b);
    buf_add_str(&b, " -> ");
    ui_end(c->view.ui, &s.info, FROM_SERVER, PORT_ALWAYS, &b);
    pane_text(p, 0, 0, p->cols - 10, STYLE_TAB, buf_bytes(&b));
    buf_clear(&b);
    buf_printf(&b, "%s", human_took(s.info.last - s.info.start, room));
    pane_right(p, 0, 0, p->cols - 1, STYLE_BAR, buf_bytes(&b));
    buf_done(&b);
}

/* Of what was said; findings and logins are told about something said elsewhere. */
static int64_t since_start(const struct turns *t, uint32_t turn)
{
    int kind = t->turn[turn].kind;
    if (kind == TURN_NOTE || kind == TURN_LOGIN) {
        return -1;
    }
    return t->turn[turn].time >= 0 ? t->turn[turn].time - t->turn[0].time : -1;
}

static void draw_turn(const struct compare *c, const struct pane *p, int row, int side,
                      uint32_t turn, const struct pair *pair)
{
    const struct turns *t = &c->turns[side];
    char room[HUMAN_ROOM];
    struct buf b;
    enum style style;
    if (turn == NONE) {
        pane_str(p, row, TIME_COLS + 2, 2, STYLE_DIM, "-");
        return;
    }
    buf_init(&b, 1u << 16);
    bool client = t->turn[turn].dir == FROM_CLIENT;
    bool said = t->turn[turn].kind <= TURN_REPLY && t->turn[turn].kind != TURN_OPEN;
    pane_right(p, row, 0, TIME_COLS, t->turn[turn].flags & TURN_SLOW ? STYLE_TEMP : STYLE_DIM,
               bytes_of(human_span(since_start(t, turn), room)));
    turns_text(c->view.ui, t, (struct turn_line){turn, 0}, &b, &style);
    pane_str(p, row, TIME_COLS + 1, 2, STYLE_DIM, !said ? "--" : client ? "C:" : "S:");
    pane_text(p, row, TIME_COLS + 4, p->cols - TIME_COLS - 4, pair->differs ? STYLE_DIFF : style,
              buf_bytes(&b));
    buf_done(&b);
}

static void draw(const struct view *v, const struct pane *p)
{
    const struct compare *c = (const struct compare *)v;
    int half = (p->cols - 3) / 2;
    struct pane left = pane_sub(p, 0, 1, p->rows, half),
                right = pane_sub(p, 0, p->cols - half, p->rows, half);
    pane_fill(p, 0, 0, 1, p->cols, STYLE_BAR);
    draw_head(c, &left, 0);
    draw_head(c, &right, 1);
    pane_str(&left, 1, TIME_COLS - 5, half, STYLE_HEAD, "since start");
    pane_str(&right, 1, TIME_COLS - 5, half, STYLE_HEAD, "since start");
    for (int r = 0; r < c->list.page; r++) {
        size_t at = c->list.top + (size_t)r;
        if (at >= c->pairs) {
            break;
        }
        const struct pair *pair = &c->pair[at];
        int row = r + TITLE_ROWS;
        draw_turn(c, &left, row, 0, pair->left, pair);
        draw_turn(c, &right, row, 1, pair->right, pair);
        pane_glyph(p, row, half + 1, STYLE_RULE, GLYPH_V);
        if (pair->differs) {
            pane_str(p, row, half + 1, 1, STYLE_DIFF,
                     pair->left == NONE    ? ">"
                     : pair->right == NONE ? "<"
                                           : "!");
        }
        if (at == c->list.cursor) {
            pane_str(p, row, 0, 1, STYLE_TITLE, ">");
            pane_select(p, row);
        }
    }
}

/* The difference in words: what stands on one side only, how the times differ. */
static void detail(const struct view *v, const struct pane *p)
{
    const struct compare *c = (const struct compare *)v;
    char room[HUMAN_ROOM];
    if (c->list.cursor >= c->pairs) {
        pane_str(p, 0, 1, p->cols - 2, STYLE_DIM, "reading ...");
        return;
    }
    const struct pair *pair = &c->pair[c->list.cursor];
    char hits[64];
    hits_tell(&c->hits, c->list.cursor, hits, sizeof(hits));
    int used =
        pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "%s%s%zu of %zu%s   %zu difference%s (n)   ",
                    hits, hits[0] ? "   " : "", c->list.cursor + 1, c->pairs,
                    all_aligned(c) ? "" : ", aligning", c->differences, human_s(c->differences));
    if (pair->left == NONE || pair->right == NONE) {
        pane_printf(p, 0, 1 + used, p->cols - used - 2, STYLE_DIFF, "only on the %s",
                    pair->left == NONE ? "right" : "left");
        return;
    }
    int64_t a = c->turns[0].turn[pair->left].delta, b = c->turns[1].turn[pair->right].delta;
    used += pane_printf(p, 0, 1 + used, p->cols - used - 2, pair->differs ? STYLE_DIFF : STYLE_DIM,
                        "%s   ", pair->differs ? "texts differ" : "texts are equal");
    if (a >= 0 && b >= 0) {
        pane_printf(p, 0, 1 + used, p->cols - used - 2, STYLE_NORMAL,
                    "right is %s s behind the left", human_delta(b - a, room));
    }
}

/* ---- keys ---- */

static void jump(struct compare *c, bool forward)
{
    for (size_t k = 1; k <= c->pairs; k++) {
        size_t i = list_around(c->list.cursor, k, c->pairs, forward);
        if (c->hits.text[0] ? is_hit(c, i) : c->pair[i].differs) {
            list_go(&c->list, i);
            return;
        }
    }
    ui_say(c->view.ui, STYLE_DIM, c->hits.text[0] ? "not found" : "no difference");
}

static void open_dialogue(struct compare *c)
{
    if (c->list.cursor >= c->pairs) {
        return;
    }
    const struct pair *p = &c->pair[c->list.cursor];
    int side = p->left == NONE;
    struct view_target t = {.session = c->ref[side],
                            .place = c->turns[side].turn[side ? p->right : p->left].place};
    ui_open(c->view.ui, VIEW_DIALOGUE, &t);
}

static bool act(struct view *v, enum action a)
{
    struct compare *c = (struct compare *)v;
    if (list_act(&c->list, a)) {
        return true;
    }
    switch (a) {
    case ACT_NEXT:
    case ACT_PREVIOUS:
        jump(c, a == ACT_NEXT);
        return true;
    case ACT_OPEN:
        open_dialogue(c);
        return true;
    case ACT_BACK:
        return hits_leave(&c->hits);
    default:
        return false;
    }
}

static void copies(const struct view *v, struct copies *out)
{
    const struct compare *c = (const struct compare *)v;
    struct buf b;
    enum style style;
    buf_init(&b, COPY_BYTES + 1);
    for (int side = 0; side < 2 && c->list.cursor < c->pairs; side++) {
        const struct pair *p = &c->pair[c->list.cursor];
        uint32_t turn = side ? p->right : p->left;
        buf_clear(&b);
        if (turn != NONE && !c->turns[side].gone) {
            turns_text(c->view.ui, &c->turns[side], (struct turn_line){turn, 0}, &b, &style);
            copies_add(out, side ? "right" : "left", buf_bytes(&b));
        }
    }
    buf_done(&b);
}

static void search(struct view *v, const char *text)
{
    struct compare *c = (struct compare *)v;
    hits_search(&c->hits, text);
    jump(c, true);
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct compare *c = (struct compare *)v;
    (void)col;
    if (list_click(&c->list, row - TITLE_ROWS, 1) && twice) {
        open_dialogue(c);
    }
}

const struct view_ops view_compare = {
    .size = sizeof(struct compare),
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
