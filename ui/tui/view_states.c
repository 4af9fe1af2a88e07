/* The states a session passed: when, by what, how long; steps that broke the protocol stand out.
 *
 * On the left the way it took, from the top downwards, each state with the turns that
 * led on. On the right all states of the protocol in their order: visited or not, how
 * often, how long in sum.
 */
#include "ui/tui/view.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"
#include "ui/tui/turns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDE         90
#define SUMMARY_COLS 40
#define STATES_MOST  24
#define TITLE_ROWS   2

/* States as interface.md names them, in the order in which a session meets them. */
static const struct {
    const char *protocol;
    const char *states[16];
} protocols[] = {
    {"smtp",
     {"CONNECT", "GREETED", "READY", "STARTTLS", "TLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT",
      "QUIT", "CLOSED"}},
    {"lmtp",
     {"CONNECT", "GREETED", "READY", "STARTTLS", "TLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT",
      "QUIT", "CLOSED"}},
    {"pop3", {"CONNECT", "AUTHORIZATION", "STLS", "TLS", "TRANSACTION", "UPDATE", "CLOSED"}},
    {"pop2", {"LSTN", "AUTH", "MBOX", "ITEM", "NEXT", "DONE"}},
};

/* A row of the way: a state entered, or a turn that broke the protocol in it. */
struct stop {
    size_t turn; /* by which the state was entered, or which broke the rule */
    const char *state;
    int64_t from, until; /* until: -1 the session is still there */
    uint32_t turns;      /* said while in it */
    bool broken;
};

struct sum {
    const char *state;
    uint32_t visits;
    int64_t time;
};

struct states {
    struct view view;
    struct store_ref ref;
    struct turns turns;
    struct stop *stop;
    size_t stops, room;
    size_t seen, seen_changes; /* turns and changes looked at */
    int64_t last;
    struct sum sum[STATES_MOST];
    size_t sums;
    struct list list;
};

static void open_turns(struct states *s, struct store_ref ref)
{
    s->ref = ref;
    s->stops = s->seen = s->seen_changes = 0;
    s->list = (struct list){0};
    turns_open(&s->turns, s->view.ui->store, ref, s->view.ui->config->slow_reply);
}

static void open_view(struct view *v, const struct view_target *t)
{
    open_turns((struct states *)v, t->session);
}

static void close_view(struct view *v)
{
    struct states *s = (struct states *)v;
    turns_close(&s->turns);
    free(s->stop);
}

/* ---- the way ---- */

static struct stop *add_stop(struct states *s, size_t turn, const char *state, bool broken)
{
    if (s->stops == s->room) {
        s->room = s->room ? s->room * 2 : 32;
        s->stop = xrealloc(s->stop, s->room * sizeof(*s->stop));
    }
    struct stop *it = &s->stop[s->stops++];
    *it = (struct stop){.turn = turn,
                        .state = state,
                        .from = s->turns.turn[turn].time,
                        .until = -1,
                        .broken = broken};
    return it;
}

static struct stop *last_state(struct states *s)
{
    for (size_t i = s->stops; i-- > 0;) {
        if (!s->stop[i].broken) {
            return &s->stop[i];
        }
    }
    return NULL;
}

static void look_at(struct states *s, size_t i)
{
    const struct turns *t = &s->turns;
    const struct turn *turn = &t->turn[i];
    if (turn->time >= 0 && turn->kind != TURN_NOTE && turn->kind != TURN_LOGIN) {
        s->last = turn->time;
    }
    if (s->stops == 0) {
        add_stop(s, i, "CONNECT", false);
    }
    if (turn->flags & TURN_ILLEGAL) {
        add_stop(s, i, turn->state, true);
    }
    if (turn->kind == TURN_COMMAND || turn->kind == TURN_REPLY || turn->kind == TURN_MESSAGE) {
        last_state(s)->turns++;
    }
    for (; s->seen_changes < t->changes && t->change[s->seen_changes].turn <= i;
         s->seen_changes++) {
        const struct turn_state *change = &t->change[s->seen_changes];
        struct stop *now = last_state(s);
        if (strcmp(now->state, change->state) != 0) {
            now->until = change->time;
            add_stop(s, i, change->state, false)->from = change->time;
        }
    }
}

static void add_up(struct states *s)
{
    s->sums = 0;
    for (size_t i = 0; i < s->stops; i++) {
        const struct stop *it = &s->stop[i];
        size_t k = 0;
        if (it->broken) {
            continue;
        }
        while (k < s->sums && strcmp(s->sum[k].state, it->state) != 0) {
            k++;
        }
        if (k == STATES_MOST) {
            continue;
        }
        if (k == s->sums) {
            s->sum[s->sums++] = (struct sum){.state = it->state};
        }
        int64_t until = it->until >= 0 ? it->until : s->last;
        s->sum[k].visits++;
        s->sum[k].time += until > it->from ? until - it->from : 0;
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct states *s = (struct states *)v;
    (void)cols;
    turns_refresh(&s->turns);
    list_layout(&s->list, s->stops, (rows - TITLE_ROWS) / 2);
}

static bool work(struct view *v, int64_t deadline)
{
    struct states *s = (struct states *)v;
    turns_refresh(&s->turns);
    bool more = turns_work(&s->turns, deadline);
    /* The state of the newest turn may still change: it is looked at when the next one is there,
     * or the session is read to its end. */
    bool grows = more || store_flags(v->ui->store, s->ref) & STORE_OPEN;
    size_t upto = grows && s->turns.count ? s->turns.count - 1 : s->turns.count;
    if (s->seen < upto) {
        while (s->seen < upto) {
            look_at(s, s->seen++);
        }
        add_up(s);
    }
    return more;
}

/* ---- drawing ---- */

static void draw_title(const struct states *s, const struct pane *p)
{
    struct store_session session;
    struct buf b;
    enum style style = STYLE_NORMAL;
    size_t broken = 0;
    for (size_t i = 0; i < s->stops; i++) {
        broken += s->stop[i].broken;
    }
    pane_fill(p, 0, 0, 1, p->cols, STYLE_BAR);
    if (!store_session(s->view.ui->store, s->ref, false, &session)) {
        pane_str(p, 0, 1, p->cols - 1, STYLE_BAR, SESSION_GONE);
        return;
    }
    buf_init(&b, 1024);
    buf_printf(&b, " States of session %" PRIu64 "  ", session.number);
    column_cell(s->view.ui, &session, COLUMN_proto, &b, &style);
    buf_add_str(&b, "  ");
    ui_end(s->view.ui, &session.info, FROM_CLIENT, PORT_ALWAYS, &b);
    buf_add_str(&b, " -> ");
    ui_end(s->view.ui, &session.info, FROM_SERVER, PORT_ALWAYS, &b);
    pane_text(p, 0, 0, p->cols - 24, STYLE_TAB, buf_bytes(&b));
    buf_clear(&b);
    buf_printf(&b, broken ? "%zu broken rules" : "no rule broken", broken);
    pane_right(p, 0, 0, p->cols - 1, STYLE_BAR, buf_bytes(&b));
    buf_done(&b);
}

/* What was said at a turn, with who said it. */
static void draw_cause(const struct states *s, const struct pane *p, int row, int col, size_t turn)
{
    const struct turn *it = &s->turns.turn[turn];
    struct buf b;
    enum style style;
    buf_init(&b, 1u << 17);
    bool said = it->kind == TURN_COMMAND || it->kind == TURN_DATA || it->kind == TURN_REPLY;
    if (said || it->kind == TURN_MESSAGE) {
        buf_add_str(&b, it->dir == FROM_CLIENT ? "C: " : "S: ");
    }
    turns_text(s->view.ui, &s->turns, (struct turn_line){(uint32_t)turn, 0}, &b, &style);
    pane_text(p, row, col, p->cols - col, style, buf_bytes(&b));
    buf_done(&b);
}

/* Two rows for each stop: how it was come by, then the state with its time. */
static void draw_stop(const struct states *s, const struct pane *p, int row, size_t i)
{
    const struct stop *it = &s->stop[i];
    struct buf b;
    char room[HUMAN_ROOM];
    bool first = i == 0;
    buf_init(&b, 128);
    ui_clock(s->view.ui, it->from, 3, &b);
    pane_text(p, row, 2, 12, STYLE_DIM, buf_bytes(&b));
    pane_glyph(p, row, 17, STYLE_RULE, GLYPH_V);
    if (it->broken) {
        pane_str(p, row, 17, 1, STYLE_BAD, "x");
        pane_printf(p, row, 19, 24, STYLE_BAD, "not allowed in %s:", ui_state(it->state));
        draw_cause(s, p, row, 20 + 16 + (int)strlen(ui_state(it->state)), it->turn);
        pane_glyph(p, row + 1, 17, STYLE_RULE, GLYPH_V);
        buf_done(&b);
        return;
    }
    if (!first && s->stop[i - 1].turn == it->turn && !s->stop[i - 1].broken) {
        pane_str(p, row, 19, 30, STYLE_DIM, "and with it");
    } else if (!first || s->turns.turn[it->turn].kind != TURN_OPEN) {
        draw_cause(s, p, row, 19, it->turn);
    } else {
        pane_str(p, row, 19, 30, STYLE_DIM, "connection opened");
    }
    pane_str(p, row + 1, 15, 5, STYLE_STATE, first ? "  o  " : "  v  ");
    int used = pane_str(p, row + 1, 19, 16, STYLE_STATE, it->state);
    pane_restyle(p, row + 1, 19, used, STYLE_STATE);
    int64_t until = it->until >= 0 ? it->until : s->last;
    buf_clear(&b);
    buf_printf(&b, "%s%s, %u said", human_took(until - it->from, room),
               it->until < 0 && s->turns.reading ? " so far" : "", it->turns);
    enum style style = until - it->from > s->view.ui->config->slow_reply ? STYLE_TEMP : STYLE_DIM;
    pane_text(p, row + 1, 35, p->cols - 35, style, buf_bytes(&b));
    buf_done(&b);
}

static void draw_sum(const struct states *s, const struct pane *p, int row, const char *state,
                     int64_t most)
{
    char room[HUMAN_ROOM];
    size_t k = 0;
    while (k < s->sums && strcmp(s->sum[k].state, state) != 0) {
        k++;
    }
    if (k == s->sums) {
        pane_str(p, row, 1, 14, STYLE_DIM, state);
        return;
    }
    pane_str(p, row, 1, 14, STYLE_STATE, state);
    pane_printf(p, row, 15, 6, STYLE_NORMAL, "%4ux", s->sum[k].visits);
    pane_right(p, row, 20, 8, STYLE_NORMAL, bytes_of(human_span(s->sum[k].time, room)));
    pane_bar(p, row, 29, p->cols - 30, STYLE_BAR_GRAPH, (uint64_t)s->sum[k].time, (uint64_t)most);
}

static void draw_summary(const struct states *s, const struct pane *p)
{
    struct store_session session;
    int64_t most = 1;
    int row = 1;
    pane_vline(p, 0, 0, p->rows, STYLE_RULE);
    if (!store_session(s->view.ui->store, s->ref, false, &session)) {
        return;
    }
    struct pane inner = pane_sub(p, 0, 1, p->rows, p->cols - 1);
    for (size_t i = 0; i < s->sums; i++) {
        most = s->sum[i].time > most ? s->sum[i].time : most;
    }
    pane_str(&inner, 0, 1, 40, STYLE_HEAD, "State         visits    time");
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i].protocol, session.info.protocol) != 0) {
            continue;
        }
        for (int k = 0; k < 16 && protocols[i].states[k]; k++) {
            draw_sum(s, &inner, row++, protocols[i].states[k], most);
        }
    }
    pane_str(&inner, row + 1, 1, inner.cols - 2, STYLE_DIM, "grey: not reached");
}

static void draw(const struct view *v, const struct pane *p)
{
    const struct states *s = (const struct states *)v;
    struct pane title = pane_sub(p, 0, 0, 1, p->cols);
    int beside = p->cols >= WIDE ? SUMMARY_COLS : 0;
    struct pane left = pane_sub(p, TITLE_ROWS, 0, p->rows - TITLE_ROWS, p->cols - beside);
    draw_title(s, &title);
    for (int r = 0; r < s->list.page; r++) {
        size_t at = s->list.top + (size_t)r;
        if (at >= s->stops) {
            break;
        }
        draw_stop(s, &left, r * 2, at);
        if (at == s->list.cursor) {
            pane_str(&left, r * 2, 0, 1, STYLE_TITLE, ">");
            pane_select(&left, r * 2);
        }
    }
    if (s->stops == 0) {
        pane_str(&left, 1, 4, left.cols - 5, STYLE_DIM,
                 s->turns.gone ? "The dialog of this session was let go (memory limit)."
                               : "Reading ...");
    }
    if (beside) {
        struct pane right = pane_sub(p, 1, p->cols - beside, p->rows - 1, beside);
        draw_summary(s, &right);
    }
}

static void detail(const struct view *v, const struct pane *p)
{
    const struct states *s = (const struct states *)v;
    pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "step %zu of %zu   Enter goes there in the dialog",
                s->list.cursor + (s->stops > 0), s->stops);
}

/* ---- keys ---- */

static void next_broken(struct states *s, bool forward)
{
    for (size_t k = 1; k <= s->stops; k++) {
        size_t i = list_around(s->list.cursor, k, s->stops, forward);
        if (s->stop[i].broken) {
            list_go(&s->list, i);
            return;
        }
    }
    ui_say(s->view.ui, STYLE_DIM, "no step of this session broke the protocol");
}

static void next_session(struct states *s, bool forward)
{
    struct store_ref ref = s->ref;
    if (ui_next_session(s->view.ui, &ref, forward)) {
        turns_close(&s->turns);
        open_turns(s, ref);
    }
}

static void open_dialogue(struct states *s)
{
    struct view_target t = {.session = s->ref};
    if (s->list.cursor < s->stops) {
        t.place = s->turns.turn[s->stop[s->list.cursor].turn].place;
    }
    ui_open(s->view.ui, VIEW_DIALOGUE, &t);
}

static bool act(struct view *v, enum action a)
{
    struct states *s = (struct states *)v;
    if (list_act(&s->list, a)) {
        return true;
    }
    switch (a) {
    case ACT_OPEN:
    case ACT_DIALOGUE:
        open_dialogue(s);
        return true;
    case ACT_NEXT:
    case ACT_PREVIOUS:
        next_broken(s, a == ACT_NEXT);
        return true;
    case ACT_NEXT_SESSION:
    case ACT_PREVIOUS_SESSION:
        next_session(s, a == ACT_NEXT_SESSION);
        return true;
    default:
        return false;
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct states *s = (struct states *)v;
    (void)col;
    if (list_click(&s->list, row - TITLE_ROWS, 2) && twice) {
        open_dialogue(s);
    }
}

static void copies(const struct view *v, struct copies *out)
{
    const struct states *s = (const struct states *)v;
    struct buf b;
    enum style style;
    if (s->turns.gone || s->list.cursor >= s->stops) {
        return;
    }
    buf_init(&b, COPY_BYTES + 1);
    turns_text(v->ui, &s->turns, (struct turn_line){(uint32_t)s->stop[s->list.cursor].turn, 0}, &b,
               &style);
    copies_add(out, "step", buf_bytes(&b));
    buf_done(&b);
}

static bool subject(const struct view *v, struct store_item *out, bool *is_message)
{
    *out = (struct store_item){((const struct states *)v)->ref, 0};
    *is_message = false;
    return store_alive(v->ui->store, out->session);
}

const struct view_ops view_states = {
    .size = sizeof(struct states),
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = draw,
    .detail = detail,
    .act = act,
    .click = click,
    .copies = copies,
    .subject = subject,
};
