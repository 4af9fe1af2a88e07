/* A session: its dialog as a ladder between two ends, or as a transcript, with details beside. */
#include "ui/tui/view.h"

#include "capture/base/text.h"
#include "ui/tui/clock.h"
#include "ui/tui/details.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"
#include "ui/tui/turns.h"

#include <inttypes.h>
#include <stdio.h>

#define WIDE         100 /* columns from which the ladder and the pane are shown at first */
#define PANE_COLS    46
#define PANE_LEAST   24
#define LADDER_LEAST 56
#define TITLE_ROWS   2
#define LEFT_COLS    34 /* time, delta, state before the ladder */

struct dialogue {
    struct view view;
    struct store_ref ref;
    struct turns turns;
    struct list list; /* of lines */
    struct doc details;
    size_t details_top;
    size_t shown_turn; /* what the details are of */
    size_t shown_count;
    bool shown_secrets;
    enum details_mode mode, shown_mode;
    bool chosen, ladder;      /* chosen: the person picked ladder or transcript */
    bool pane, asked, follow; /* asked: for details, where they are not shown by themselves */
    int pane_cols;
    size_t want_place; /* go there once it is read */
    uint32_t want_command;
    char search[EDIT_MOST];
};

static void open_turns(struct dialogue *d, struct store_ref ref)
{
    d->ref = ref;
    turns_open(&d->turns, d->view.ui->store, ref, d->view.ui->config->slow_reply);
    d->list = (struct list){0};
    d->details_top = 0;
    d->shown_turn = SIZE_MAX;
    d->follow = (store_flags(d->view.ui->store, ref) & STORE_OPEN) != 0;
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct dialogue *d = (struct dialogue *)v;
    doc_init(&d->details, 8);
    d->pane = true;
    d->pane_cols = PANE_COLS;
    d->want_place = t->place;
    d->want_command = t->command;
    open_turns(d, t->session);
    if (d->want_place || d->want_command) {
        d->follow = false;
    }
}

static void close_view(struct view *v)
{
    struct dialogue *d = (struct dialogue *)v;
    turns_close(&d->turns);
    doc_done(&d->details);
}

static size_t current_turn(const struct dialogue *d)
{
    return d->list.cursor < d->turns.lines ? d->turns.line[d->list.cursor].turn : SIZE_MAX;
}

/* Details stand beside the dialog where there is room; else below it, once somebody asks. */
enum place { NOWHERE, BESIDE, BELOW };

static enum place details_place(const struct dialogue *d)
{
    if (!d->pane) {
        return NOWHERE;
    }
    return d->view.cols >= WIDE ? BESIDE : d->asked && d->view.rows >= 12 ? BELOW : NOWHERE;
}

static int beside_cols(const struct dialogue *d)
{
    int most = d->view.cols - LADDER_LEAST;
    return details_place(d) != BESIDE ? 0 : d->pane_cols < most ? d->pane_cols : most;
}

static int below_rows(const struct dialogue *d)
{
    return details_place(d) == BELOW ? (d->view.rows - TITLE_ROWS) * 2 / 5 : 0;
}

/* Goes where the opener wanted, once that part of the dialog is read. */
static void find_wanted(struct dialogue *d)
{
    size_t turn = d->turns.count;
    if (d->want_command) {
        turn = turns_of_command(&d->turns, d->want_command);
    } else if (d->want_place) {
        turn = turns_at_place(&d->turns, d->want_place);
    }
    if (turn < d->turns.count) {
        d->list.count = d->turns.lines;
        list_go(&d->list, turns_line_of(&d->turns, turn));
        d->want_command = 0;
        d->want_place = 0;
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct dialogue *d = (struct dialogue *)v;
    turns_refresh(&d->turns);
    if (!d->chosen) {
        d->ladder = cols >= WIDE;
    }
    list_layout(&d->list, d->turns.lines, rows - TITLE_ROWS - below_rows(d));
    find_wanted(d);
    if (d->follow && d->turns.lines) {
        list_go(&d->list, d->turns.lines - 1);
    }
    size_t turn = current_turn(d);
    if (details_place(d) != NOWHERE &&
        (turn != d->shown_turn || d->mode != d->shown_mode || d->turns.count != d->shown_count ||
         v->ui->show_secrets != d->shown_secrets)) {
        if (turn != d->shown_turn) {
            d->details_top = 0;
        }
        details_build(&d->details, v->ui, &d->turns, turn, d->mode);
        d->shown_turn = turn;
        d->shown_mode = d->mode;
        d->shown_count = d->turns.count;
        d->shown_secrets = v->ui->show_secrets;
    }
    doc_wrap(&d->details, details_place(d) == BESIDE ? beside_cols(d) - 2 : cols - 2);
}

static bool work(struct view *v, int64_t deadline)
{
    struct dialogue *d = (struct dialogue *)v;
    turns_refresh(&d->turns);
    return turns_work(&d->turns, deadline);
}

/* ---- drawing ---- */

static void draw_title(const struct dialogue *d, const struct pane *p)
{
    struct store_session s;
    struct buf b;
    char room[HUMAN_ROOM];
    enum style style = STYLE_NORMAL;
    pane_fill(p, 0, 0, 1, p->cols, STYLE_BAR);
    if (!store_session(d->view.ui->store, d->ref, true, &s)) {
        pane_str(p, 0, 1, p->cols - 1, STYLE_BAR, SESSION_GONE);
        return;
    }
    buf_init(&b, 4096);
    column_cell(d->view.ui, &s, COLUMN_state, &b, &style);
    buf_printf(&b, "  %s  ", human_took(s.info.last - s.info.start, room));
    column_cell(d->view.ui, &s, COLUMN_bytes, &b, &style);
    if (p->cols >= WIDE) {
        buf_printf(&b, "  %u msg  %u findings", s.info.messages, s.info.notes);
    }
    int right = text_columns(buf_bytes(&b));
    pane_right(p, 0, 0, p->cols - 1, STYLE_BAR, buf_bytes(&b));
    buf_clear(&b);
    buf_printf(&b, " %sSession %" PRIu64 "  ", s.flags & STORE_MARKED ? "*" : "", s.number);
    column_cell(d->view.ui, &s, COLUMN_proto, &b, &style);
    buf_add_str(&b, "  ");
    ui_endpoint(&s.info, FROM_CLIENT, true, &b);
    buf_add_str(&b, " -> ");
    ui_endpoint(&s.info, FROM_SERVER, true, &b);
    struct bytes rest = s.info.banner, name = bytes_word(&rest);
    if (p->cols >= WIDE && name.n && bytes_find(name, '.', 0) != SIZE_MAX) {
        buf_add_byte(&b, ' ');
        buf_add(&b, name);
    }
    pane_text(p, 0, 0, p->cols - right - 3, STYLE_TAB, buf_bytes(&b));
    buf_done(&b);
}

static void draw_heading(const struct dialogue *d, const struct pane *p)
{
    static const char *const units[TIMES_COUNT] = {"Time          Delta", "Since start   Delta",
                                                   "Since step         "};
    pane_fill(p, 0, 0, 1, p->cols, STYLE_HEAD);
    pane_str(p, 0, 2, 20, STYLE_HEAD, units[d->view.ui->times]);
    pane_str(p, 0, 23, 10, STYLE_HEAD, "State");
    struct store_session s;
    if (!d->ladder || !store_session(d->view.ui->store, d->ref, false, &s)) {
        return;
    }
    struct buf b;
    int half = (p->cols - LEFT_COLS - 1) / 2;
    buf_init(&b, 256);
    ui_endpoint(&s.info, FROM_CLIENT, true, &b);
    pane_middle(p, 0, LEFT_COLS, half, STYLE_HEAD, buf_bytes(&b));
    buf_clear(&b);
    ui_endpoint(&s.info, FROM_SERVER, true, &b);
    pane_right(p, 0, p->cols - half, half - 1, STYLE_HEAD, buf_bytes(&b));
    buf_done(&b);
}

static void draw_time(const struct dialogue *d, const struct pane *p, int row, size_t i)
{
    const struct turn *turn = &d->turns.turn[i];
    const struct ui *u = d->view.ui;
    struct buf b;
    char room[HUMAN_ROOM];
    buf_init(&b, 64);
    bool same = i > 0 && turn->delta == 0;
    if (turn->kind == TURN_NOTE || turn->kind == TURN_LOGIN) {
        buf_done(&b);
        return;
    }
    if (u->times == TIMES_CLOCK && !same) {
        ui_clock(u, turn->time, 3, &b);
    } else if (u->times == TIMES_SINCE_START && !same && turn->time >= 0) {
        buf_printf(&b, "%12s", human_delta(turn->time - d->turns.turn[0].time, room) + 1);
    }
    pane_text(p, row, 2, 12, STYLE_DIM, buf_bytes(&b));
    buf_clear(&b);
    if (turn->flags & TURN_PIPELINED && same) {
        pane_str(p, row, 13, 1, STYLE_DIM, "p");
    } else if (turn->delta > 0) {
        buf_add_str(&b, human_delta(turn->delta, room));
    }
    pane_right(p, row, 15, 7, turn->flags & TURN_SLOW ? STYLE_TEMP : STYLE_DIM, buf_bytes(&b));
    if (turn->flags & TURN_SLOW) {
        pane_str(p, row, 22, 1, STYLE_TEMP, "!");
    }
    buf_done(&b);
}

static void draw_state(const struct dialogue *d, const struct pane *p, int row, size_t i)
{
    const struct turn *turn = &d->turns.turn[i];
    bool wrong = turn->flags & TURN_ILLEGAL;
    if (turn->kind == TURN_NOTE || turn->kind == TURN_LOGIN) {
        return;
    }
    enum style style = wrong ? STYLE_BAD : turn->flags & TURN_NEW_STATE ? STYLE_STATE : STYLE_DIM;
    int used = pane_str(p, row, 23, 9, style, ui_state(turn->state));
    if (wrong) {
        pane_str(p, row, 23 + used, 1, STYLE_BAD, "?");
    }
}

/* "── text ─────────>" between the rails. */
static void draw_arrow(const struct pane *p, int row, const struct turn *turn, struct bytes text,
                       enum style style)
{
    bool right = turn->dir == FROM_CLIENT, body = turn->kind == TURN_MESSAGE;
    enum glyph line = body ? GLYPH_DOUBLE_H : GLYPH_H;
    int from = LEFT_COLS + 1, to = p->cols - 1;
    pane_hline(p, row, from, to - from, STYLE_RULE, line);
    if (right) {
        pane_str(p, row, to - 1, 1, style, ">");
    } else {
        pane_str(p, row, from, 1, style, "<");
    }
    int room = to - from - 6;
    pane_str(p, row, from + 2, 1, style, " ");
    int used = pane_text(p, row, from + 3, room, style, text);
    pane_str(p, row, from + 3 + used, 1, style, " ");
}

/* Something that neither side said: "═════ TCP open ═════". */
static void draw_across(const struct pane *p, int row, const struct turn *turn, struct bytes text,
                        enum style style)
{
    int from = LEFT_COLS + 1, to = p->cols - 1, wide = text_columns(text) + 2;
    bool line = turn->kind == TURN_OPEN || turn->kind == TURN_CLOSE || turn->kind == TURN_TLS ||
                turn->kind == TURN_GAP;
    if (!line) {
        pane_text(p, row, from + 1, to - from - 2, style, text);
        return;
    }
    int lead = wide < to - from ? (to - from - wide) / 2 : 0;
    pane_hline(p, row, from, to - from, STYLE_RULE, GLYPH_DOUBLE_H);
    pane_str(p, row, from + lead, 1, style, " ");
    int used = pane_text(p, row, from + lead + 1, to - from - lead - 2, style, text);
    pane_str(p, row, from + lead + 1 + used, 1, style, " ");
}

static void draw_rails(const struct pane *p, int row)
{
    pane_glyph(p, row, LEFT_COLS, STYLE_RULE, GLYPH_V);
    pane_glyph(p, row, p->cols - 1, STYLE_RULE, GLYPH_V);
}

static const char *speaker(const struct turn *turn)
{
    switch (turn->kind) {
    case TURN_MESSAGE:
        return turn->dir == FROM_CLIENT ? "C*" : "S*";
    case TURN_NOTE:
        return "! ";
    case TURN_LOGIN:
        return "@ ";
    case TURN_GAP:
        return turn->dir == FROM_CLIENT ? "C?" : "S?";
    case TURN_OPEN:
    case TURN_CLOSE:
    case TURN_TLS:
        return "--";
    default:
        return turn->dir == FROM_CLIENT ? "C:" : "S:";
    }
}

static void draw_said(const struct dialogue *d, const struct pane *p, int row,
                      struct turn_line line)
{
    const struct turn *turn = &d->turns.turn[line.turn];
    struct buf b;
    enum style style = STYLE_NORMAL;
    buf_init(&b, 1u << 17);
    turns_text(d->view.ui, &d->turns, line, &b, &style);
    if (d->view.ui->colour == COLOUR_BY_PROTOCOL && turn->kind <= TURN_REPLY) {
        style = turn->dir == FROM_CLIENT ? STYLE_CLIENT : STYLE_OK;
    }
    struct bytes text = buf_bytes(&b);
    bool inner = line.sub > 0 || turn->kind == TURN_LINE;
    if (!d->ladder) {
        pane_str(p, row, LEFT_COLS - 1, 2, STYLE_DIM, inner ? "" : speaker(turn));
        pane_text(p, row, LEFT_COLS + 2, p->cols - LEFT_COLS - 2, style, text);
    } else {
        draw_rails(p, row);
        if (inner) {
            pane_text(p, row, LEFT_COLS + 4, p->cols - LEFT_COLS - 6, style, text);
        } else if (turn->kind == TURN_NOTE || turn->kind == TURN_LOGIN || turn->kind == TURN_OPEN ||
                   turn->kind == TURN_CLOSE || turn->kind == TURN_TLS || turn->kind == TURN_GAP) {
            draw_across(p, row, turn, text, style);
        } else {
            draw_arrow(p, row, turn, text, style);
        }
    }
    buf_done(&b);
}

static void draw_lines(const struct dialogue *d, const struct pane *p)
{
    if (d->turns.gone || d->turns.lines == 0) { /* of what is gone the lines have no text */
        pane_str(p, 1, 4, p->cols - 5, STYLE_DIM,
                 d->turns.gone ? "The dialog of this session was let go (memory limit)."
                               : "Reading ...");
        return;
    }
    for (int r = 0; r < p->rows; r++) {
        size_t at = d->list.top + (size_t)r;
        if (at >= d->turns.lines) {
            break;
        }
        struct turn_line line = d->turns.line[at];
        if (line.sub == 0) {
            draw_time(d, p, r, line.turn);
            draw_state(d, p, r, line.turn);
        }
        draw_said(d, p, r, line);
        if (at == d->list.cursor) {
            pane_str(p, r, 0, 1, STYLE_TITLE, ">");
            pane_select(p, r);
        }
    }
}

static void draw_details(const struct dialogue *d, const struct pane *p)
{
    if (details_place(d) == BESIDE) {
        int cols = beside_cols(d);
        struct pane right = pane_sub(p, 1, p->cols - cols, p->rows - 1, cols);
        struct pane text = pane_sub(&right, 0, 2, right.rows, cols - 2);
        pane_vline(&right, 0, 0, right.rows, STYLE_RULE);
        doc_draw(&d->details, &text, d->details_top);
    } else if (details_place(d) == BELOW) {
        int rows = below_rows(d);
        struct pane below = pane_sub(p, p->rows - rows, 0, rows, p->cols);
        struct pane text = pane_sub(&below, 1, 1, rows - 1, p->cols - 1);
        pane_hline(&below, 0, 0, p->cols, STYLE_RULE, GLYPH_H);
        doc_draw(&d->details, &text, d->details_top);
    }
}

static void draw(const struct view *v, const struct pane *p)
{
    const struct dialogue *d = (const struct dialogue *)v;
    int cols = p->cols - (beside_cols(d) ? beside_cols(d) + 1 : 0);
    struct pane title = pane_sub(p, 0, 0, 1, p->cols);
    struct pane head = pane_sub(p, 1, 0, 1, cols);
    struct pane left = pane_sub(p, TITLE_ROWS, 0, p->rows - TITLE_ROWS - below_rows(d), cols);
    draw_title(d, &title);
    draw_heading(d, &head);
    draw_lines(d, &left);
    draw_details(d, p);
}

static void detail(const struct view *v, const struct pane *p)
{
    static const char *const modes[] = {"explained", "as sent", "hex"};
    const struct dialogue *d = (const struct dialogue *)v;
    if (details_place(d) != NOWHERE) {
        pane_printf(
            p, 0, 1, p->cols - 2, STYLE_DIM,
            "%zu of %zu   %u problems (n)   details: %s (r raw, X hex, t hides)   secrets %s (u)"
            "   %s (v)%s",
            d->list.cursor + (d->turns.lines > 0), d->turns.lines, d->turns.problems,
            modes[d->mode], v->ui->show_secrets ? "shown" : "hidden",
            d->ladder ? "ladder" : "transcript", d->search[0] ? "   searching" : "");
        return;
    }
    struct buf b; /* without details beside: the whole text of the line */
    enum style style = STYLE_NORMAL;
    buf_init(&b, 1u << 17);
    buf_printf(&b, "%zu/%zu  ", d->list.cursor + (d->turns.lines > 0), d->turns.lines);
    if (d->list.cursor < d->turns.lines) {
        turns_text(v->ui, &d->turns, d->turns.line[d->list.cursor], &b, &style);
    }
    pane_text(p, 0, 1, p->cols - 2, style, buf_bytes(&b));
    buf_done(&b);
}

/* ---- keys ---- */

static void go_to_turn(struct dialogue *d, size_t turn)
{
    const struct turn *it = &d->turns.turn[turn];
    if (it->kind == TURN_LINE && !(d->turns.turn[it->parent].flags & TURN_UNFOLDED)) {
        turns_unfold(&d->turns, it->parent, true);
    }
    d->list.count = d->turns.lines;
    list_go(&d->list, turns_line_of(&d->turns, turn));
    d->follow = false;
}

typedef bool turn_test(const struct dialogue *d, size_t turn);

static bool is_problem(const struct dialogue *d, size_t turn)
{
    return d->turns.turn[turn].flags & TURN_PROBLEM;
}

static bool is_message(const struct dialogue *d, size_t turn)
{
    return d->turns.turn[turn].kind == TURN_MESSAGE;
}

static bool is_new_state(const struct dialogue *d, size_t turn)
{
    return d->turns.turn[turn].flags & TURN_NEW_STATE;
}

static bool is_hit(const struct dialogue *d, size_t turn)
{
    struct buf b;
    enum style style;
    buf_init(&b, 1u << 17);
    const struct turn *it = &d->turns.turn[turn];
    uint32_t subs = it->kind == TURN_REPLY ? it->lines : 0;
    bool hit = false;
    for (uint32_t sub = 0; sub <= subs && !hit; sub++) {
        buf_clear(&b);
        turns_text(d->view.ui, &d->turns, (struct turn_line){(uint32_t)turn, sub}, &b, &style);
        hit = bytes_search(buf_bytes(&b), d->search, 0) != SIZE_MAX;
    }
    buf_done(&b);
    return hit;
}

static void jump(struct dialogue *d, turn_test *test, bool forward, const char *what)
{
    size_t n = d->turns.count, at = current_turn(d);
    for (size_t k = 1; at < n && k <= n; k++) {
        size_t i = list_around(at, k, n, forward);
        if (test(d, i)) {
            bool wrapped = forward ? i <= at : i >= at;
            go_to_turn(d, i);
            if (wrapped) {
                ui_say(d->view.ui, STYLE_DIM, "search went on from the %s",
                       forward ? "beginning" : "end");
            }
            return;
        }
    }
    ui_say(d->view.ui, STYLE_DIM, "no %s in this session", what);
}

static bool act_jump(struct dialogue *d, enum action a)
{
    bool hits = d->search[0] != '\0';
    switch (a) {
    case ACT_NEXT:
    case ACT_PREVIOUS:
        jump(d, hits ? is_hit : is_problem, a == ACT_NEXT, hits ? "such text" : "problem");
        return true;
    case ACT_NEXT_MESSAGE:
    case ACT_PREVIOUS_MESSAGE:
        jump(d, is_message, a == ACT_NEXT_MESSAGE, "message");
        return true;
    case ACT_NEXT_STATE:
    case ACT_PREVIOUS_STATE:
        jump(d, is_new_state, a == ACT_NEXT_STATE, "change of state");
        return true;
    default:
        return false;
    }
}

static void next_session(struct dialogue *d, bool forward)
{
    struct store_ref ref = d->ref;
    if (ui_next_session(d->view.ui, &ref, forward)) {
        turns_close(&d->turns);
        open_turns(d, ref);
    }
}

/* Scrolls so that what was unfolded is seen up to line `end`, as far as the cursor's line allows.
 */
static void show_lines(struct dialogue *d, size_t end)
{
    struct list *l = &d->list;
    size_t page = l->page > 0 ? (size_t)l->page : 1;
    if (end > l->top + page) {
        size_t top = end - page;
        l->top = top < l->cursor ? top : l->cursor;
    }
}

static void unfold(struct dialogue *d)
{
    size_t turn = current_turn(d);
    if (turn >= d->turns.count) {
        return;
    }
    if (d->turns.turn[turn].kind == TURN_LINE) {
        turn = d->turns.turn[turn].parent;
    }
    const struct turn *it = &d->turns.turn[turn];
    if (it->kind == TURN_MESSAGE || it->lines) {
        turns_unfold(&d->turns, turn, !(it->flags & TURN_UNFOLDED));
        d->list.count = d->turns.lines;
        list_go(&d->list, turns_line_of(&d->turns, turn));
        show_lines(d, turns_line_of(&d->turns, turn + 1));
    }
}

static bool any_folded(const struct dialogue *d)
{
    for (size_t i = 0; i < d->turns.count; i++) {
        const struct turn *it = &d->turns.turn[i];
        if (it->kind == TURN_REPLY && it->lines && !(it->flags & TURN_UNFOLDED)) {
            return true;
        }
    }
    return false;
}

static void open_current(struct dialogue *d)
{
    size_t turn = current_turn(d);
    struct view_target t = {.session = d->ref};
    if (turn < d->turns.count && d->turns.turn[turn].kind == TURN_MESSAGE &&
        d->turns.turn[turn].number) {
        t.index = d->turns.turn[turn].number - 1;
        ui_open(d->view.ui, VIEW_MESSAGE, &t);
    } else {
        unfold(d);
    }
}

static bool act_show(struct dialogue *d, enum action a)
{
    struct ui *u = d->view.ui;
    switch (a) {
    case ACT_LADDER:
        d->ladder = !d->ladder;
        d->chosen = true;
        return true;
    case ACT_PANE:
        d->pane = details_place(d) == NOWHERE;
        d->asked = true;
        return true;
    case ACT_PANE_WIDER:
    case ACT_PANE_SMALLER:
        d->pane_cols += a == ACT_PANE_WIDER ? 4 : -4;
        d->pane_cols = d->pane_cols < PANE_LEAST ? PANE_LEAST
                       : d->pane_cols > 200      ? 200
                                                 : d->pane_cols;
        return true;
    case ACT_RAW:
    case ACT_HEX:
        d->pane = d->asked = true;
        if (a == ACT_HEX) {
            d->mode = d->mode == DETAILS_HEX ? DETAILS_EXPLAINED : DETAILS_HEX;
        } else {
            d->mode = d->mode == DETAILS_RAW ? DETAILS_EXPLAINED : DETAILS_RAW;
        }
        return true;
    case ACT_TIME:
        u->times = (enum time_mode)((u->times + 1) % TIMES_COUNT);
        return true;
    case ACT_COLOUR:
        u->colour = u->colour == COLOUR_BY_RESULT ? COLOUR_BY_PROTOCOL : COLOUR_BY_RESULT;
        ui_say(u, STYLE_NOTICE, "colours tell the %s",
               u->colour == COLOUR_BY_RESULT ? "result" : "direction");
        return true;
    case ACT_SECRET:
        u->show_secrets = !u->show_secrets;
        return true;
    case ACT_LEFT:
        d->details_top -= d->details_top > 0;
        return true;
    case ACT_RIGHT:
        d->details_top += d->details_top + 1 < d->details.rows;
        return true;
    default:
        return false;
    }
}

static bool act(struct view *v, enum action a)
{
    struct dialogue *d = (struct dialogue *)v;
    if (list_act(&d->list, a)) {
        d->follow = a == ACT_LAST && store_flags(v->ui->store, d->ref) & STORE_OPEN;
        return true;
    }
    switch (a) {
    case ACT_OPEN:
        open_current(d);
        return true;
    case ACT_UNFOLD:
        unfold(d);
        return true;
    case ACT_UNFOLD_ALL: {
        size_t turn = current_turn(d);
        turns_unfold_all(&d->turns, any_folded(d));
        d->list.count = d->turns.lines;
        list_go(&d->list, turns_line_of(&d->turns, turn));
        return true;
    }
    case ACT_MARK:
        store_mark(v->ui->store, d->ref, !(store_flags(v->ui->store, d->ref) & STORE_MARKED));
        return true;
    case ACT_FOLLOW:
        d->follow = !d->follow;
        ui_say(v->ui, STYLE_NOTICE, d->follow ? "following the session" : "staying here");
        return true;
    case ACT_STATES: {
        struct view_target t = {.session = d->ref};
        ui_open(v->ui, VIEW_STATES, &t);
        return true;
    }
    case ACT_NEXT_SESSION:
    case ACT_PREVIOUS_SESSION:
        next_session(d, a == ACT_NEXT_SESSION);
        return true;
    case ACT_BACK:
        if (d->search[0]) {
            d->search[0] = '\0';
            ui_say(v->ui, STYLE_DIM, "search ended: n goes to problems again");
            return true;
        }
        return false;
    default:
        return act_jump(d, a) || act_show(d, a);
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct dialogue *d = (struct dialogue *)v;
    if (col < v->cols - beside_cols(d) && list_click(&d->list, row - TITLE_ROWS, 1)) {
        d->follow = false;
        if (twice) {
            open_current(d);
        }
    }
}

static void search(struct view *v, const char *text)
{
    struct dialogue *d = (struct dialogue *)v;
    snprintf(d->search, sizeof(d->search), "%s", text);
    if (text[0]) {
        jump(d, is_hit, true, "such text");
    }
}

static bool subject(const struct view *v, struct store_item *out, bool *is_msg)
{
    const struct dialogue *d = (const struct dialogue *)v;
    *out = (struct store_item){d->ref, 0};
    *is_msg = false;
    return store_alive(v->ui->store, d->ref);
}

const struct view_ops view_dialogue = {
    .size = sizeof(struct dialogue),
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = draw,
    .detail = detail,
    .act = act,
    .click = click,
    .search = search,
    .subject = subject,
};
