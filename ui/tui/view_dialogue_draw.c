/* Draws a session: its dialog as a ladder or a transcript, and the details beside or below it. */
#include "ui/tui/view_dialogue.h"

#include "capture/base/text.h"
#include "ui/tui/human.h"

#include <inttypes.h>

#define LEFT_COLS 34 /* time, delta, state before the ladder */

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
    if (p->cols >= DIALOGUE_WIDE) {
        buf_printf(&b, "  %u msg  %u finding%s", s.info.messages, s.info.notes,
                   human_s(s.info.notes));
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
    if (p->cols >= DIALOGUE_WIDE && name.n && bytes_find(name, '.', 0) != SIZE_MAX) {
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
    ui_end(d->view.ui, &s.info, FROM_CLIENT, PORT_OF_ADDRESS, &b);
    pane_middle(p, 0, LEFT_COLS, half, STYLE_HEAD, buf_bytes(&b));
    buf_clear(&b);
    ui_end(d->view.ui, &s.info, FROM_SERVER, PORT_OF_ADDRESS, &b);
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
        pane_str(p, row, LEFT_COLS - 1, 2, STYLE_DIM, inner ? "" : turn_speaker(turn));
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
                 d->turns.gone      ? "The dialog of this session was let go (memory limit)."
                 : d->turns.reading ? "Reading ..."
                                    : "No problem in this session (f shows all lines).");
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
        if (line.turn + 1 == d->marked[0] || line.turn + 1 == d->marked[1]) {
            pane_str(p, r, 1, 1, STYLE_TITLE, "*");
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
    if (dialogue_place(d) == BESIDE) {
        int cols = dialogue_beside_cols(d);
        struct pane right = pane_sub(p, 1, p->cols - cols, p->rows - 1, cols);
        struct pane text = pane_sub(&right, 0, 2, right.rows, cols - 2);
        pane_vline(&right, 0, 0, right.rows, STYLE_RULE);
        doc_draw(&d->details, &text, d->details_top);
    } else if (dialogue_place(d) == BELOW) {
        int rows = dialogue_below_rows(d);
        struct pane below = pane_sub(p, p->rows - rows, 0, rows, p->cols);
        struct pane text = pane_sub(&below, 1, 1, rows - 1, p->cols - 1);
        pane_hline(&below, 0, 0, p->cols, STYLE_RULE, GLYPH_H);
        doc_draw(&d->details, &text, d->details_top);
    }
}

void dialogue_draw(const struct view *v, const struct pane *p)
{
    const struct dialogue *d = (const struct dialogue *)v;
    int cols = p->cols - (dialogue_beside_cols(d) ? dialogue_beside_cols(d) + 1 : 0);
    struct pane title = pane_sub(p, 0, 0, 1, p->cols);
    struct pane head = pane_sub(p, 1, 0, 1, cols);
    struct pane left = pane_sub(p, DIALOGUE_TITLE_ROWS, 0,
                                p->rows - DIALOGUE_TITLE_ROWS - dialogue_below_rows(d), cols);
    draw_title(d, &title);
    draw_heading(d, &head);
    draw_lines(d, &left);
    draw_details(d, p);
}

void dialogue_detail(const struct view *v, const struct pane *p)
{
    static const char *const modes[] = {"explained", "as sent", "hex"};
    const struct dialogue *d = (const struct dialogue *)v;
    char hits[64];
    size_t turn = d->list.cursor < d->turns.lines ? d->turns.line[d->list.cursor].turn : SIZE_MAX;
    hits_tell(&d->hits, turn, hits, sizeof(hits));
    if (dialogue_place(d) != NOWHERE) {
        pane_printf(
            p, 0, 1, p->cols - 2, STYLE_DIM,
            "%s%s%zu of %zu   %u problem%s (%s)   details: %s (r raw, X hex, t hides)   secrets %s "
            "(u)   %s (v)",
            hits, hits[0] ? "   " : "", d->list.cursor + (d->turns.lines > 0), d->turns.lines,
            d->turns.problems, human_s(d->turns.problems),
            d->only_problems ? "only these, f shows all" : "n", modes[d->mode],
            v->ui->show_secrets ? "shown" : "hidden", d->ladder ? "ladder" : "transcript");
        return;
    }
    struct buf b; /* without details beside: the whole text of the line */
    enum style style = STYLE_NORMAL;
    buf_init(&b, 1u << 17);
    buf_printf(&b, "%s%s%zu/%zu  ", hits, hits[0] ? "   " : "",
               d->list.cursor + (d->turns.lines > 0), d->turns.lines);
    if (d->list.cursor < d->turns.lines) {
        turns_text(v->ui, &d->turns, d->turns.line[d->list.cursor], &b, &style);
    }
    pane_text(p, 0, 1, p->cols - 2, style, buf_bytes(&b));
    buf_done(&b);
}
