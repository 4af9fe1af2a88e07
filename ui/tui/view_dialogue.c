/* A session: its dialog as a ladder between two ends, or as a transcript, with details beside. */
#include "ui/tui/view_dialogue.h"

#include <stdio.h>

#define PANE_COLS    46
#define PANE_LEAST   24
#define LADDER_LEAST 56

static void open_turns(struct dialogue *d, struct store_ref ref)
{
    d->ref = ref;
    turns_open(&d->turns, d->view.ui->store, ref, d->view.ui->config->slow_reply);
    turns_only_problems(&d->turns, d->only_problems);
    d->list = (struct list){0};
    d->marked[0] = d->marked[1] = 0;
    hits_clear(&d->hits);
    d->details_top = 0;
    d->shown_turn = SIZE_MAX;
    d->whole = false;
    d->follow = (store_flags(d->view.ui->store, ref) & STORE_OPEN) != 0;
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct dialogue *d = (struct dialogue *)v;
    doc_init(&d->details, 8);
    d->pane = true;
    d->asked = t->raw || t->finding;
    d->mode = t->raw ? DETAILS_RAW : DETAILS_EXPLAINED;
    d->pane_cols = PANE_COLS;
    d->want_place = t->place;
    d->want_command = t->command;
    d->want_finding = t->finding;
    open_turns(d, t->session);
    if (d->want_place || d->want_command || d->want_finding) {
        d->follow = false;
    }
}

static void close_view(struct view *v)
{
    struct dialogue *d = (struct dialogue *)v;
    turns_close(&d->turns);
    doc_done(&d->details);
    hits_clear(&d->hits);
}

static size_t current_turn(const struct dialogue *d)
{
    return d->list.cursor < d->turns.lines ? d->turns.line[d->list.cursor].turn : SIZE_MAX;
}

enum details_place dialogue_place(const struct dialogue *d)
{
    if (!d->pane) {
        return NOWHERE;
    }
    return d->view.cols >= DIALOGUE_WIDE    ? BESIDE
           : d->asked && d->view.rows >= 12 ? BELOW
                                            : NOWHERE;
}

int dialogue_beside_cols(const struct dialogue *d)
{
    int most = d->view.cols - LADDER_LEAST;
    return dialogue_place(d) != BESIDE ? 0 : d->pane_cols < most ? d->pane_cols : most;
}

int dialogue_below_rows(const struct dialogue *d)
{
    return dialogue_place(d) == BELOW ? (d->view.rows - DIALOGUE_TITLE_ROWS) * 2 / 5 : 0;
}

/* Goes where the opener wanted, once that part of the dialog is read. */
static void find_wanted(struct dialogue *d)
{
    size_t turn = d->turns.count;
    if (d->want_finding) {
        turn = turns_of_finding(&d->turns, d->want_finding - 1);
        if (turn == d->turns.count && d->whole) {
            ui_say(d->view.ui, STYLE_TEMP, "that part of the dialog was not kept (memory limit)");
            d->want_finding = 0;
        }
    } else if (d->want_command) {
        turn = turns_of_command(&d->turns, d->want_command);
    } else if (d->want_place) {
        turn = turns_at_place(&d->turns, d->want_place);
    }
    if (turn < d->turns.count) {
        d->list.count = d->turns.lines;
        list_go(&d->list, turns_line_of(&d->turns, turn));
        d->want_command = d->want_finding = 0;
        d->want_place = 0;
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct dialogue *d = (struct dialogue *)v;
    turns_refresh(&d->turns);
    if (!d->chosen) {
        d->ladder = cols >= DIALOGUE_WIDE;
    }
    list_layout(&d->list, d->turns.lines, rows - DIALOGUE_TITLE_ROWS - dialogue_below_rows(d));
    find_wanted(d);
    if (d->follow && d->turns.lines) {
        list_go(&d->list, d->turns.lines - 1);
    }
    size_t turn = current_turn(d);
    if (dialogue_place(d) != NOWHERE &&
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
    doc_wrap(&d->details, dialogue_place(d) == BESIDE ? dialogue_beside_cols(d) - 2 : cols - 2);
}

static bool is_hit(const struct dialogue *d, size_t turn)
{
    const struct turn *it = &d->turns.turn[turn];
    uint32_t subs = it->kind == TURN_REPLY ? it->lines : 0;
    bool hit = false;
    for (uint32_t sub = 0; sub <= subs && !hit; sub++) {
        hit = turns_hold(d->view.ui, &d->turns, (struct turn_line){(uint32_t)turn, sub},
                         d->hits.text);
    }
    return hit;
}

static bool is_shown_hit(void *arg, size_t turn)
{
    const struct dialogue *d = arg;
    return turns_shows(&d->turns, turn) && is_hit(d, turn);
}

static bool count_hits(struct dialogue *d, int64_t deadline)
{
    if (d->hits_secrets != d->view.ui->show_secrets) {
        hits_clear(&d->hits);
        d->hits_secrets = d->view.ui->show_secrets;
    }
    return hits_work(&d->hits, d->turns.count, is_shown_hit, d, deadline);
}

static bool read_on(struct dialogue *d, int64_t deadline)
{
    if (d->view.ui->frozen && d->whole) {
        return false;
    }
    bool more = turns_work(&d->turns, deadline);
    d->whole |= !more;
    return more;
}

static bool work(struct view *v, int64_t deadline)
{
    struct dialogue *d = (struct dialogue *)v;
    turns_refresh(&d->turns);
    bool more = read_on(d, deadline);
    return count_hits(d, deadline) || more;
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

static void jump(struct dialogue *d, turn_test *test, bool forward, const char *what)
{
    size_t n = d->turns.count, at = current_turn(d);
    for (size_t k = 1; at < n && k <= n; k++) {
        size_t i = list_around(at, k, n, forward);
        if (turns_shows(&d->turns, i) && test(d, i)) {
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
    bool hits = d->hits.text[0] != '\0';
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

/* Marks the step, or takes the mark back; of three marks the oldest goes. */
static void mark_step(struct dialogue *d)
{
    size_t turn = current_turn(d) + 1;
    if (turn > d->turns.count) {
        return;
    }
    if (d->marked[0] == turn || d->marked[1] == turn) {
        d->marked[0] = d->marked[d->marked[0] == turn];
        d->marked[1] = 0;
    } else if (d->marked[0] == 0) {
        d->marked[0] = turn;
    } else {
        d->marked[0] = d->marked[1] ? d->marked[1] : d->marked[0];
        d->marked[1] = turn;
    }
    list_act(&d->list, ACT_DOWN);
}

static void compare_steps(struct dialogue *d)
{
    size_t a = d->marked[0] - 1, b = d->marked[1] - 1;
    struct ui *u = d->view.ui;
    u->wish.dialog = dialog_steps_open(u, &d->turns, a < b ? a : b, a < b ? b : a);
}

static void open_current(struct dialogue *d)
{
    size_t turn = current_turn(d);
    if (d->marked[1] && !d->turns.gone) {
        compare_steps(d);
        return;
    }
    struct view_target t = {.session = d->ref};
    if (turn < d->turns.count && d->turns.turn[turn].kind == TURN_MESSAGE &&
        d->turns.turn[turn].number) {
        t.index = d->turns.turn[turn].number - 1;
        ui_open(d->view.ui, VIEW_MESSAGE, &t);
    } else {
        unfold(d);
    }
}

static void toggle_problems(struct dialogue *d)
{
    size_t turn = current_turn(d);
    if (!d->only_problems && d->turns.problems == 0) {
        ui_say(d->view.ui, STYLE_DIM, "no problem in this session");
        return;
    }
    d->only_problems = !d->only_problems;
    turns_only_problems(&d->turns, d->only_problems);
    hits_clear(&d->hits);
    d->list.count = d->turns.lines;
    list_go(&d->list, turns_line_of(&d->turns, turn));
}

static bool act_show(struct dialogue *d, enum action a)
{
    struct ui *u = d->view.ui;
    switch (a) {
    case ACT_PROBLEMS:
        toggle_problems(d);
        return true;
    case ACT_LADDER:
        d->ladder = !d->ladder;
        d->chosen = true;
        return true;
    case ACT_PANE:
        d->pane = dialogue_place(d) == NOWHERE;
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
        mark_step(d);
        return true;
    case ACT_MARK_SHOWN:
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
        if (hits_leave(&d->hits)) {
            ui_say(v->ui, STYLE_DIM, "search ended: n goes to problems again");
            return true;
        }
        if (d->marked[0]) {
            d->marked[0] = d->marked[1] = 0;
            ui_say(v->ui, STYLE_DIM, "no step is marked any more");
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
    if (col < v->cols - dialogue_beside_cols(d) &&
        list_click(&d->list, row - DIALOGUE_TITLE_ROWS, 1)) {
        d->follow = false;
        if (twice) {
            open_current(d);
        }
    }
}

static void search(struct view *v, const char *text)
{
    struct dialogue *d = (struct dialogue *)v;
    hits_search(&d->hits, text);
    if (text[0]) {
        jump(d, is_hit, true, "such text");
    }
}

static void copies(const struct view *v, struct copies *out)
{
    const struct dialogue *d = (const struct dialogue *)v;
    struct buf b;
    enum style style;
    if (d->turns.gone || d->list.cursor >= d->turns.lines) {
        return;
    }
    buf_init(&b, COPY_BYTES + 1);
    turns_text(v->ui, &d->turns, d->turns.line[d->list.cursor], &b, &style);
    copies_add(out, "line", buf_bytes(&b));
    buf_done(&b);
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
    .draw = dialogue_draw,
    .detail = dialogue_detail,
    .act = act,
    .click = click,
    .search = search,
    .copies = copies,
    .subject = subject,
};
