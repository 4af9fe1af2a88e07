/* The first screen: all sessions in a table. */
#include "ui/tui/view.h"

#include "dissect/tls.h"
#include "ui/tui/clock.h"
#include "ui/tui/empty.h"
#include "ui/tui/human.h"
#include "ui/tui/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FORGET_STEP 64 /* sessions between two looks at the clock */

struct sessions {
    struct view view;
    struct rows rows;
    struct table table;
    enum column_id ids[COLUMN_COUNT];
    uint32_t columns_version;
    struct store_ref marked[2]; /* found when two sessions are to be compared */
    struct store_ref *doomed;   /* sessions being forgotten */
    size_t doomed_count, forgotten;
    uint64_t newest; /* number of the last session there was when following ended */
};

/* ---- rows ---- */

static bool key(void *arg, struct store_item item, struct sort_key *out)
{
    const struct sessions *s = arg;
    struct store_session session;
    if (!store_session(s->view.ui->store, item.session, false, &session)) {
        return false;
    }
    column_key(s->view.ui, &session, (enum column_id)s->view.ui->sort[LIST_SESSIONS], out);
    return true;
}

static void add_row(const struct sessions *s, const struct store_session *session, struct buf *out)
{
    enum style style = STYLE_NORMAL;
    for (size_t i = 0; i < s->table.columns; i++) {
        column_cell(s->view.ui, session, s->ids[i], out, &style);
        buf_add_byte(out, ' ');
    }
}

/* What bare words of the filter are looked for in: the columns shown. */
static bool shown(void *arg, const struct store_session *session, struct buf *out)
{
    add_row(arg, session, out);
    return true;
}

static void take_columns(struct sessions *s)
{
    struct ui *u = s->view.ui;
    if (s->columns_version == u->columns_version && s->table.columns) {
        return;
    }
    s->columns_version = u->columns_version;
    columns_table(&u->columns, u, &s->table, s->ids);
    s->table.shift = 0;
}

/* Where the sort column stands now; the heading tells nothing when it is not shown. */
static void take_sort(struct sessions *s)
{
    struct ui *u = s->view.ui;
    s->table.sort = SIZE_MAX;
    for (size_t i = 0; i < s->table.columns; i++) {
        if (s->ids[i] == (enum column_id)u->sort[LIST_SESSIONS]) {
            s->table.sort = i;
        }
    }
    s->table.descending = s->rows.descending;
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct sessions *s = (struct sessions *)v;
    (void)t;
    struct rows_source source = {.store = v->ui->store,
                                 .list = LIST_SESSIONS,
                                 .key = key,
                                 .key_arg = s,
                                 .shown = shown,
                                 .shown_arg = s};
    v->ui->sort[LIST_SESSIONS] = COLUMN_number;
    rows_init(&s->rows, &source);
    v->ui->rows[LIST_SESSIONS] = &s->rows;
    take_columns(s);
}

static void close_view(struct view *v)
{
    struct sessions *s = (struct sessions *)v;
    v->ui->rows[LIST_SESSIONS] = NULL;
    rows_done(&s->rows);
    free(s->doomed);
}

/* Rows that came after following ended and that nobody has seen yet: below the last line shown,
 * in the order in which sessions come. */
static uint64_t unseen(const struct sessions *s)
{
    const struct ui *u = s->view.ui;
    size_t from = s->table.list.top + (size_t)s->table.list.page, to = rows_count(&s->rows);
    size_t end = to;
    if (u->follow || u->sort[LIST_SESSIONS] != COLUMN_number || s->rows.descending) {
        return 0;
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (store_number(u->store, rows_at(&s->rows, middle).session) > s->newest) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return end > from ? end - from : 0;
}

static void follow(struct sessions *s, bool on)
{
    struct ui *u = s->view.ui;
    if (u->follow && !on) {
        s->newest = store_counters(u->store).sessions_seen;
    }
    u->follow = on;
}

static void layout(struct view *v, int rows, int cols)
{
    struct sessions *s = (struct sessions *)v;
    take_columns(s);
    take_sort(s);
    rows_follow_anchor(&s->rows, &s->table.list);
    size_t count = rows_count(&s->rows);
    table_layout(&s->table, cols, count, rows);
    if (v->ui->follow && count && !v->ui->frozen) {
        list_go(&s->table.list, count - 1);
        rows_set_anchor(&s->rows, s->table.list.cursor);
    }
    v->ui->unseen = unseen(s);
}

/* Goes on with what forget() began; true when there is more. */
static bool forget_some(struct sessions *s, int64_t deadline)
{
    if (s->doomed == NULL) {
        return false;
    }
    while (s->forgotten < s->doomed_count) {
        store_forget(s->view.ui->store, s->doomed[s->forgotten++]);
        if (s->forgotten % FORGET_STEP == 0 && clock_over(deadline)) {
            return true;
        }
    }
    ui_say(s->view.ui, STYLE_NOTICE, "forgotten: %zu", s->doomed_count);
    free(s->doomed);
    s->doomed = NULL;
    rows_set_order(&s->rows, s->rows.descending); /* at once, not when changes are due */
    return true;
}

static bool work(struct view *v, int64_t deadline)
{
    struct sessions *s = (struct sessions *)v;
    return forget_some(s, deadline) || rows_work(&s->rows, deadline);
}

/* ---- drawing ---- */

struct drawing {
    const struct sessions *s;
    struct store_session session;
};

static bool draw_row(void *arg, size_t row, enum style *style, char *mark)
{
    struct drawing *d = arg;
    const struct ui *u = d->s->view.ui;
    if (!store_session(u->store, rows_at(&d->s->rows, row).session, false, &d->session)) {
        return false;
    }
    *style = u->colour == COLOUR_BY_RESULT ? STYLE_NORMAL : ui_session_style(u, &d->session);
    *mark = d->session.flags & STORE_MARKED ? '*' : ' ';
    return true;
}

static void draw_cell(void *arg, size_t column, struct buf *out, enum style *style)
{
    struct drawing *d = arg;
    column_cell(d->s->view.ui, &d->session, d->s->ids[column], out, style);
}

static void draw(const struct view *v, const struct pane *p)
{
    const struct sessions *s = (const struct sessions *)v;
    static const struct table_ops ops = {draw_row, draw_cell};
    struct drawing d = {.s = s};
    table_draw(&s->table, p, &ops, &d);
    if (s->table.list.count == 0) {
        if (store_counters(v->ui->store).sessions == 0) {
            empty_draw_no_session(v->ui, p);
        } else if (rows_settled(&s->rows)) {
            empty_draw_none_shown(v->ui, p);
        }
    }
}

static struct store_ref current(const struct sessions *s)
{
    return rows_at(&s->rows, s->table.list.cursor).session;
}

/* Everything the row may have cut: both ends in full, times, names, the whole result. */
static void detail(const struct view *v, const struct pane *p)
{
    const struct sessions *s = (const struct sessions *)v;
    struct store_session session;
    struct buf b;
    if (!store_session(v->ui->store, current(s), false, &session)) {
        return;
    }
    const struct session_info *i = &session.info;
    char room[HUMAN_ROOM];
    enum style style = STYLE_NORMAL;
    buf_init(&b, 4096);
    buf_printf(&b, "%" PRIu64 " ", session.number);
    column_cell(v->ui, &session, COLUMN_proto, &b, &style);
    buf_add_byte(&b, ' ');
    ui_endpoint(i, FROM_CLIENT, true, &b);
    buf_add_str(&b, " -> ");
    ui_endpoint(i, FROM_SERVER, true, &b);
    if (i->client_name.n) {
        buf_add_str(&b, "  ");
        buf_add(&b, i->client_name);
    }
    buf_printf(&b, "  %s  ", human_took(i->last - i->start, room));
    if (i->has_transaction) {
        column_cell(v->ui, &session, COLUMN_summary, &b, &style);
    } else {
        column_cell(v->ui, &session, COLUMN_result, &b, &style);
    }
    pane_text(p, 0, 1, p->cols - 2, STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
}

/* ---- keys ---- */

/* Marked sessions in the order of the list; at most two are looked for. */
static size_t find_marked(struct sessions *s)
{
    size_t found = 0;
    for (size_t i = 0; i < rows_count(&s->rows) && found < 2; i++) {
        struct store_ref ref = rows_at(&s->rows, i).session;
        if (store_flags(s->view.ui->store, ref) & STORE_MARKED) {
            s->marked[found++] = ref;
        }
    }
    return found;
}

static void compare(struct sessions *s)
{
    struct ui *u = s->view.ui;
    if (store_counters(u->store).marked != 2 || find_marked(s) < 2) {
        ui_say(u, STYLE_ERROR, "two shown sessions must be marked (Space) to be compared");
        return;
    }
    struct view_target t = {.session = s->marked[0], .other = s->marked[1]};
    ui_open(u, VIEW_COMPARE, &t);
}

static void open_together(struct sessions *s)
{
    struct ui *u = s->view.ui;
    if (store_counters(u->store).marked < 2) {
        ui_say(u, STYLE_ERROR, "two sessions or more must be marked (Space) to be shown together");
        return;
    }
    ui_open(u, VIEW_TOGETHER, &(struct view_target){0});
}

static void open_session(struct sessions *s, enum view_id id, bool raw)
{
    struct ui *u = s->view.ui;
    struct view_target t = {.session = current(s), .raw = raw};
    if (id == VIEW_DIALOGUE && !raw && store_counters(u->store).marked == 2 &&
        store_flags(u->store, t.session) & STORE_MARKED && find_marked(s) == 2) {
        compare(s);
    } else if (id == VIEW_DIALOGUE && !raw && store_counters(u->store).marked > 2 &&
               store_flags(u->store, t.session) & STORE_MARKED) {
        open_together(s);
    } else if (ui_holds(u, t.session)) {
        ui_open(u, id, &t);
    }
}

static void mark(struct sessions *s)
{
    struct store_ref ref = current(s);
    struct store *store = s->view.ui->store;
    if (store_alive(store, ref)) {
        store_mark(store, ref, !(store_flags(store, ref) & STORE_MARKED));
        list_act(&s->table.list, ACT_DOWN);
    }
}

static void mark_all(struct sessions *s, bool on)
{
    struct store *store = s->view.ui->store;
    size_t n = on ? rows_count(&s->rows) : store_list_size(store, LIST_SESSIONS);
    for (size_t i = 0; i < n; i++) {
        store_mark(store,
                   on ? rows_at(&s->rows, i).session
                      : store_list_item(store, LIST_SESSIONS, i).session,
                   on);
    }
}

/* Begins to forget; only what was there when the person said yes. */
static void forget(struct sessions *s, bool shown)
{
    struct store *store = s->view.ui->store;
    size_t n = shown ? rows_count(&s->rows) : store_list_size(store, LIST_SESSIONS);
    free(s->doomed);
    s->doomed = xmalloc((n + 1) * sizeof(*s->doomed));
    s->doomed_count = s->forgotten = 0;
    for (size_t i = 0; i < n; i++) {
        struct store_ref ref =
            shown ? rows_at(&s->rows, i).session : store_list_item(store, LIST_SESSIONS, i).session;
        if (store_alive(store, ref) && (shown || !(store_flags(store, ref) & STORE_MARKED))) {
            s->doomed[s->doomed_count++] = ref;
        }
    }
}

static void forget_shown(struct view *v)
{
    forget((struct sessions *)v, true);
}

static void forget_others(struct view *v)
{
    forget((struct sessions *)v, false);
}

static void ask_to_forget(struct sessions *s, bool shown)
{
    struct store_counters c = store_counters(s->view.ui->store);
    uint64_t n = shown ? rows_count(&s->rows) : c.sessions - c.marked;
    if (n == 0) {
        ui_say(s->view.ui, STYLE_DIM, "there is no session to forget");
        return;
    }
    ui_ask(s->view.ui, shown ? forget_shown : forget_others, &s->view,
           "Forget the %" PRIu64 " session%s %s?", n, human_s(n),
           shown    ? "shown"
           : n == 1 ? "that is not marked"
                    : "that are not marked");
}

static void next_marked(struct sessions *s, bool forward)
{
    size_t n = rows_count(&s->rows);
    for (size_t k = 1; k <= n; k++) {
        size_t i = list_around(s->table.list.cursor, k, n, forward);
        if (store_flags(s->view.ui->store, rows_at(&s->rows, i).session) & STORE_MARKED) {
            list_go(&s->table.list, i);
            return;
        }
    }
    ui_say(s->view.ui, STYLE_DIM, "no session is marked (Space marks)");
}

static void sort_now(struct sessions *s)
{
    struct ui *u = s->view.ui;
    if (s->table.sort < s->table.columns) {
        ui_sort(u, LIST_SESSIONS, s->ids[s->table.sort], s->table.descending);
    }
}

/* Follow goes off when the person moves away from the last line, and on when he returns there. */
static void moved(struct sessions *s)
{
    size_t count = rows_count(&s->rows);
    follow(s, count && s->table.list.cursor + 1 == count);
    rows_set_anchor(&s->rows, s->table.list.cursor);
}

static bool after(struct sessions *s, enum table_did did)
{
    if (did == TABLE_SORTED) {
        sort_now(s);
    } else if (did == TABLE_MOVED || did == TABLE_OPENED) {
        moved(s);
    }
    if (did == TABLE_OPENED) {
        open_session(s, VIEW_DIALOGUE, false);
    }
    return did != TABLE_NOTHING;
}

static bool act_marks(struct sessions *s, enum action a)
{
    switch (a) {
    case ACT_MARK:
        mark(s);
        moved(s);
        return true;
    case ACT_MARK_SHOWN:
    case ACT_UNMARK_ALL:
        mark_all(s, a == ACT_MARK_SHOWN);
        return true;
    case ACT_NEXT:
    case ACT_PREVIOUS:
        next_marked(s, a == ACT_NEXT);
        moved(s);
        return true;
    case ACT_COMPARE:
        compare(s);
        return true;
    case ACT_TOGETHER:
        open_together(s);
        return true;
    case ACT_FORGET_SHOWN:
    case ACT_FORGET_OTHERS:
        ask_to_forget(s, a == ACT_FORGET_SHOWN);
        return true;
    default:
        return false;
    }
}

static bool act(struct view *v, enum action a)
{
    struct sessions *s = (struct sessions *)v;
    if (a == ACT_LAST) {
        list_go(&s->table.list, rows_count(&s->rows));
        moved(s);
        return true;
    }
    if (after(s, table_act(&s->table, a))) {
        return true;
    }
    switch (a) {
    case ACT_OPEN:
    case ACT_STATES:
    case ACT_RAW:
        open_session(s, a == ACT_STATES ? VIEW_STATES : VIEW_DIALOGUE, a == ACT_RAW);
        return true;
    case ACT_FOLLOW:
        follow(s, !v->ui->follow);
        ui_say(v->ui, STYLE_NOTICE, v->ui->follow ? "following new sessions" : "staying here");
        return true;
    case ACT_COLOUR:
        v->ui->colour = (enum colour_mode)((v->ui->colour + 1) % COLOUR_COUNT);
        ui_say(v->ui, STYLE_NOTICE, "colours tell the %s",
               v->ui->colour == COLOUR_BY_RESULT     ? "result"
               : v->ui->colour == COLOUR_BY_PROTOCOL ? "protocol"
                                                     : "state: open, broken off, closed");
        return true;
    default:
        return act_marks(s, a);
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct sessions *s = (struct sessions *)v;
    after(s, table_click(&s->table, row, col, twice));
}

/* The row as it is shown, then every cell, shown or not. */
static void copies(const struct view *v, struct copies *out)
{
    const struct sessions *s = (const struct sessions *)v;
    struct store_session session;
    struct buf b;
    enum style style = STYLE_NORMAL;
    if (!store_session(v->ui->store, current(s), false, &session)) {
        return;
    }
    buf_init(&b, COPY_BYTES + 1);
    add_row(s, &session, &b);
    copies_add(out, "row", bytes_trim(buf_bytes(&b)));
    for (int c = 0; c < COLUMN_COUNT; c++) {
        buf_clear(&b);
        if (column_available((enum column_id)c, v->ui)) {
            column_cell(v->ui, &session, (enum column_id)c, &b, &style);
            copies_add(out, column_name((enum column_id)c), buf_bytes(&b));
        }
    }
    buf_done(&b);
}

static bool subject(const struct view *v, struct store_item *out, bool *is_message)
{
    *out = (struct store_item){current((const struct sessions *)v), 0};
    *is_message = false;
    return store_alive(v->ui->store, out->session);
}

const struct view_ops view_sessions = {
    .size = sizeof(struct sessions),
    .tab = true,
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
