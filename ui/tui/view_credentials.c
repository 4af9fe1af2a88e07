/* Logins: equal ones added up, by account, or each; secrets hidden unless asked for. */
#include "ui/tui/view.h"

#include "dissect/mask.h"
#include "ui/tui/grouped.h"
#include "ui/tui/human.h"
#include "ui/tui/table.h"

#include <inttypes.h>
#include <stdio.h>

enum column { TIME, PROTO, METHOD, ACCOUNT, SECRET, TLS, RESULT, TIMES, CLIENT, SESSION, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [TIME] = {.title = "Time", .width = 8, .drop = 3},
    [PROTO] = {.title = "Proto", .width = 5, .drop = 4},
    [METHOD] = {.title = "Method", .width = 11, .drop = 6},
    [ACCOUNT] = {.title = "Account", .width = 20, .flex = true},
    [SECRET] = {.title = "Secret", .width = 18, .drop = 7},
    [TLS] = {.title = "TLS", .width = 5, .drop = 2},
    [RESULT] = {.title = "Result", .width = 10, .drop = 8},
    [TIMES] = {.title = "x", .width = 5, .right = true, .drop = 5},
    [CLIENT] = {.title = "Client", .width = 16, .middle = true, .drop = 1},
    [SESSION] = {.title = "Session", .width = 7, .right = true, .drop = 9},
};

enum mode { BY_LOGIN, BY_ACCOUNT, EACH, MODES };

struct credentials {
    struct view view;
    struct rows rows;
    struct grouped grouped;
    struct table table;
    enum mode mode;
    bool show_one; /* the secret under the cursor */
};

/* A row: a group, or one login. */
struct entry {
    const struct store_group *group; /* NULL: one login */
    struct store_item item;
    struct credential login;
    struct store_session session;
};

static size_t count_of(const struct credentials *c)
{
    return c->mode == EACH ? rows_count(&c->rows) : c->grouped.count;
}

static bool open_entry(const struct credentials *c, const struct store_group *group,
                       struct store_item item, struct entry *out)
{
    const struct store *s = c->view.ui->store;
    out->group = group;
    out->item = item;
    return store_credential(s, item, &out->login) &&
           store_session(s, item.session, false, &out->session);
}

static bool entry_at(const struct credentials *c, size_t row, struct entry *out)
{
    if (c->mode == EACH) {
        return open_entry(c, NULL, rows_at(&c->rows, row), out);
    }
    const struct store_group *group = grouped_at(&c->grouped, row);
    return group && open_entry(c, group, group->first, out);
}

static void add_result(const struct entry *e, struct buf *out, enum style *style)
{
    const struct credential *c = &e->login;
    if (e->group && e->group->succeeded && e->group->failed) {
        *style = STYLE_TEMP;
        buf_printf(out, "%u of %u ok", e->group->succeeded, e->group->count);
        return;
    }
    *style = c->success == TRI_YES ? STYLE_OK : c->success == TRI_NO ? STYLE_BAD : STYLE_TEMP;
    buf_add_str(out, c->success == TRI_YES  ? "accepted"
                     : c->success == TRI_NO ? "refused"
                     : c->cancelled         ? "cancelled"
                                            : "no answer");
}

static void add_secret(const struct credentials *v, const struct entry *e, bool show,
                       struct buf *out, enum style *style)
{
    const struct credential *c = &e->login;
    (void)v;
    if (e->group && e->group->secrets > 1) {
        buf_printf(out, "%u different", e->group->secrets);
    } else if (c->secret.n) {
        mask_add(out, c->secret, c->secret, show);
        if (!show && c->secret_kind != SECRET_PASSWORD) {
            buf_printf(out, " %s", secret_kind_name(c->secret_kind));
        }
        *style = show ? STYLE_HIT : STYLE_NORMAL;
    } else if (c->malformed) {
        *style = STYLE_TEMP;
        buf_add_str(out, "not decodable");
    }
}

static void cell_of(const struct credentials *v, const struct entry *e, enum column c, bool show,
                    struct buf *out, enum style *style)
{
    const struct ui *u = v->view.ui;
    char room[HUMAN_ROOM];
    switch (c) {
    case TIME:
        ui_clock(u, e->login.time, 0, out);
        break;
    case PROTO:
        column_cell(u, &e->session, COLUMN_proto, out, style);
        break;
    case METHOD:
        buf_add_str(out, e->login.mechanism);
        break;
    case ACCOUNT:
        buf_add(out, e->login.user);
        if (e->login.authorization_id.n) {
            buf_add_str(out, " as ");
            buf_add(out, e->login.authorization_id);
        }
        if (e->login.domain.n) {
            buf_add_str(out, " @ ");
            buf_add(out, e->login.domain);
        }
        break;
    case SECRET:
        add_secret(v, e, show, out, style);
        break;
    case TLS:
        *style = e->login.encrypted ? STYLE_TLS : STYLE_NORMAL;
        buf_add_str(out, e->login.encrypted ? "yes" : "none");
        break;
    case RESULT:
        add_result(e, out, style);
        break;
    case TIMES:
        buf_add_str(out, human_short(e->group ? e->group->count : 1, room));
        break;
    case CLIENT:
        ui_endpoint(&e->session.info, FROM_CLIENT, false, out);
        break;
    default:
        buf_printf(out, "%" PRIu64, e->session.number);
        break;
    }
}

/* ---- order ---- */

static void key_of(const struct credentials *v, const struct entry *e, struct sort_key *out)
{
    enum column c = (enum column)v->view.ui->sort[LIST_CREDENTIALS];
    if (c == TIME) {
        sort_key_number(out, e->login.time);
    } else if (c == TIMES) {
        sort_key_number(out, e->group ? e->group->count : 1);
    } else if (c == SESSION) {
        sort_key_number(out, (int64_t)e->session.number);
    } else if (c == CLIENT) {
        *out = (struct sort_key){{e->session.info.flow->ip_version}};
        memcpy(out->b + 1, session_endpoint(&e->session.info, FROM_CLIENT)->ip, 16);
    } else { /* secrets are never ordered by what they are */
        struct buf text;
        enum style style;
        buf_init(&text, 65536);
        cell_of(v, e, c, false, &text, &style);
        sort_key_text(out, buf_bytes(&text));
        buf_done(&text);
    }
}

static bool key_row(void *arg, struct store_item item, struct sort_key *out)
{
    const struct credentials *v = arg;
    struct entry e;
    if (!open_entry(v, NULL, item, &e)) {
        return false;
    }
    if (v->mode == EACH) {
        key_of(v, &e, out);
    } else { /* groups have an order of their own */
        sort_key_number(out, e.login.time);
    }
    return true;
}

static void key_group(void *arg, const struct store_group *g, struct sort_key *out)
{
    const struct credentials *v = arg;
    struct entry e;
    *out = (struct sort_key){{0}};
    if (open_entry(v, g, g->first, &e)) {
        key_of(v, &e, out);
    }
}

/* ---- the view ---- */

static void open_view(struct view *v, const struct view_target *t)
{
    struct credentials *c = (struct credentials *)v;
    (void)t;
    struct rows_source source = {
        .store = v->ui->store, .list = LIST_CREDENTIALS, .key = key_row, .key_arg = c};
    memcpy(c->table.column, columns, sizeof(columns));
    c->table.columns = COLUMNS;
    v->ui->sort[LIST_CREDENTIALS] = TIME;
    rows_init(&c->rows, &source);
    grouped_init(&c->grouped, v->ui->store, &c->rows, GROUP_LOGIN);
    c->grouped.key = key_group;
    c->grouped.key_arg = c;
    v->ui->rows[LIST_CREDENTIALS] = &c->rows;
}

static void close_view(struct view *v)
{
    struct credentials *c = (struct credentials *)v;
    v->ui->rows[LIST_CREDENTIALS] = NULL;
    grouped_done(&c->grouped);
    rows_done(&c->rows);
}

static void layout(struct view *v, int rows, int cols)
{
    struct credentials *c = (struct credentials *)v;
    if (c->mode == EACH) {
        rows_follow_anchor(&c->rows, &c->table.list);
    } else if (c->grouped.anchor_at != SIZE_MAX) {
        c->table.list.cursor = c->grouped.anchor_at;
    }
    c->table.sort = v->ui->sort[LIST_CREDENTIALS];
    table_layout(&c->table, cols, count_of(c), rows);
}

static bool work(struct view *v, int64_t deadline)
{
    return grouped_work(&((struct credentials *)v)->grouped, deadline);
}

struct drawing {
    const struct credentials *c;
    struct entry entry;
    bool show;
};

static bool draw_row(void *arg, size_t row, enum style *style, char *mark)
{
    struct drawing *d = arg;
    const struct credentials *c = d->c;
    *style = STYLE_NORMAL;
    *mark = ' ';
    d->show = c->view.ui->show_secrets || (c->show_one && row == c->table.list.cursor);
    return entry_at(c, row, &d->entry);
}

static void draw_cell(void *arg, size_t column, struct buf *out, enum style *style)
{
    struct drawing *d = arg;
    cell_of(d->c, &d->entry, (enum column)column, d->show, out, style);
}

static void draw(const struct view *v, const struct pane *p)
{
    static const struct table_ops ops = {draw_row, draw_cell};
    struct drawing d = {.c = (const struct credentials *)v};
    table_draw(&d.c->table, p, &ops, &d);
    if (d.c->table.list.count == 0 && d.c->rows.phase == ROWS_STEADY) {
        bool none = store_list_size(v->ui->store, LIST_CREDENTIALS) == 0;
        pane_str(p, 2, 5, p->cols - 6, STYLE_TITLE,
                 none ? "No login seen yet." : "No login passes the filter.");
    }
}

static void detail(const struct view *v, const struct pane *p)
{
    static const char *const modes[MODES] = {"equal logins together", "accounts", "each login"};
    const struct credentials *c = (const struct credentials *)v;
    struct entry e;
    struct buf b;
    if (!entry_at(c, c->table.list.cursor, &e)) {
        return;
    }
    buf_init(&b, 4096);
    buf_printf(&b, "%s (o)   ", modes[c->mode]);
    buf_add(&b, e.login.user);
    if (e.group && e.group->count > 1) {
        buf_printf(&b, ": %u times in %u sessions, first ", e.group->count, e.group->sessions);
        ui_clock(v->ui, e.group->first_time, 0, &b);
        buf_add_str(&b, ", last ");
        ui_clock(v->ui, e.group->last_time, 0, &b);
    } else {
        buf_printf(&b, ": packet %" PRIu64, e.login.packet);
    }
    buf_add_str(&b, "   STARTTLS ");
    buf_add_str(&b, e.session.info.tls                    ? "used"
                    : e.session.flags & STORE_TLS_OFFERED ? "offered, not used"
                                                          : "not offered");
    if (e.login.challenge.n) {
        buf_add_str(&b, "   challenge ");
        buf_add(&b, e.login.challenge);
    }
    pane_text(p, 0, 1, p->cols - 2, STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
}

static void moved(struct credentials *c)
{
    c->show_one = false;
    if (c->mode == EACH) {
        rows_set_anchor(&c->rows, c->table.list.cursor);
    } else {
        grouped_set_anchor(&c->grouped, c->table.list.cursor);
    }
}

static void sort_now(struct credentials *c)
{
    bool down = c->table.descending;
    if (c->mode == EACH) {
        ui_sort(c->view.ui, LIST_CREDENTIALS, c->table.sort, down);
    } else {
        c->view.ui->sort[LIST_CREDENTIALS] = c->table.sort;
        grouped_sort(&c->grouped, down);
    }
}

static void next_mode(struct credentials *c)
{
    c->mode = (enum mode)((c->mode + 1) % MODES);
    c->table.list.cursor = 0;
    rows_set_anchor(&c->rows, SIZE_MAX);
    rows_set_order(&c->rows, c->mode == EACH && c->table.descending);
    grouped_set(&c->grouped, c->mode == BY_ACCOUNT ? GROUP_ACCOUNT : GROUP_LOGIN);
}

static void open_session(struct credentials *c)
{
    struct entry e;
    if (entry_at(c, c->table.list.cursor, &e)) {
        struct view_target t = {.session = e.item.session, .command = e.login.command};
        ui_open(c->view.ui, VIEW_DIALOGUE, &t);
    }
}

static bool act(struct view *v, enum action a)
{
    struct credentials *c = (struct credentials *)v;
    bool sorted;
    if (table_act(&c->table, a, &sorted)) {
        if (sorted) {
            sort_now(c);
        } else {
            moved(c);
        }
        return true;
    }
    switch (a) {
    case ACT_OPEN:
        open_session(c);
        return true;
    case ACT_SECRET:
        c->show_one = !c->show_one;
        return true;
    case ACT_GROUP:
        next_mode(c);
        return true;
    default:
        return false;
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct credentials *c = (struct credentials *)v;
    bool sorted;
    if (!table_click(&c->table, row, col, &sorted)) {
        return;
    }
    if (sorted) {
        sort_now(c);
    } else {
        moved(c);
        if (twice) {
            open_session(c);
        }
    }
}

static bool subject(const struct view *v, struct store_item *out, bool *is_message)
{
    struct entry e;
    const struct credentials *c = (const struct credentials *)v;
    *is_message = false;
    if (!entry_at(c, c->table.list.cursor, &e)) {
        return false;
    }
    *out = (struct store_item){e.item.session, 0};
    return true;
}

const struct view_ops view_credentials = {
    .size = sizeof(struct credentials),
    .tab = true,
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = draw,
    .detail = detail,
    .act = act,
    .click = click,
    .subject = subject,
};
