/* Logins: equal ones added up, by account, or each; secrets hidden unless asked for. */
#include "ui/tui/view.h"

#include "dissect/mask.h"
#include "ui/tui/group_table.h"
#include "ui/tui/human.h"

#include <inttypes.h>
#include <stdio.h>

enum column { TIME, PROTO, METHOD, ACCOUNT, SECRET, TLS, RESULT, TIMES, CLIENT, SESSION, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [TIME] = {.title = "Time", .width = 8, .drop = 5},
    [PROTO] = {.title = "Proto", .width = 5, .drop = 6},
    [METHOD] = {.title = "Method", .width = 11, .drop = 4},
    [ACCOUNT] = {.title = "Account", .width = 15, .flex = true},
    [SECRET] = {.title = "Secret", .width = 15, .drop = 7},
    [TLS] = {.title = "TLS", .width = 5, .drop = 2},
    [RESULT] = {.title = "Result", .width = 10, .drop = 8},
    [TIMES] = {.title = "x", .width = 5, .right = true, .drop = 3},
    [CLIENT] = {.title = "Client", .width = 16, .middle = true, .drop = 1},
    [SESSION] = {.title = "Session", .width = 7, .right = true, .drop = 9},
};

enum mode { BY_LOGIN, BY_ACCOUNT, EACH, MODES };

struct credentials {
    struct view view;
    struct group_table list;
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

static bool open_entry(const struct store *s, const struct store_group *group,
                       struct store_item item, struct entry *out)
{
    out->group = group;
    out->item = item;
    return store_credential(s, item, &out->login) &&
           store_session(s, item.session, false, &out->session);
}

static bool entry_at(const struct credentials *c, size_t row, struct entry *out)
{
    return group_table_at(&c->list, row, &out->group, &out->item) &&
           open_entry(c->view.ui->store, out->group, out->item, out);
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

static void add_secret(const struct entry *e, bool show, struct buf *out, enum style *style)
{
    const struct credential *c = &e->login;
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

static void cell_of(const struct ui *u, const struct entry *e, enum column c, bool show,
                    struct buf *out, enum style *style)
{
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
        add_secret(e, show, out, style);
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
        ui_end(u, &e->session.info, FROM_CLIENT, PORT_NEVER, out);
        break;
    default:
        buf_printf(out, "%" PRIu64, e->session.number);
        break;
    }
}

/* ---- order ---- */

static bool key_of(const struct view *v, const struct store_group *group, struct store_item item,
                   size_t column, struct sort_key *out)
{
    struct entry e;
    if (!open_entry(v->ui->store, group, item, &e)) {
        return false;
    }
    if (column == TIME) {
        sort_key_number(out, e.login.time);
    } else if (column == TIMES) {
        sort_key_number(out, group ? group->count : 1);
    } else if (column == SESSION) {
        sort_key_number(out, (int64_t)e.session.number);
    } else if (column == CLIENT) {
        *out = (struct sort_key){{e.session.info.flow->ip_version}};
        memcpy(out->b + 1, session_endpoint(&e.session.info, FROM_CLIENT)->ip, 16);
    } else { /* secrets are never ordered by what they are */
        struct buf text;
        enum style style;
        buf_init(&text, 65536);
        cell_of(v->ui, &e, (enum column)column, false, &text, &style);
        sort_key_text(out, buf_bytes(&text));
        buf_done(&text);
    }
    return true;
}

/* ---- the view ---- */

static void open_view(struct view *v, const struct view_target *t)
{
    struct credentials *c = (struct credentials *)v;
    (void)t;
    struct group_table_config list = {.view = v,
                                      .list = LIST_CREDENTIALS,
                                      .by = GROUP_LOGIN,
                                      .columns = columns,
                                      .column_count = COLUMNS,
                                      .sort = TIME,
                                      .time = TIME,
                                      .key = key_of};
    group_table_init(&c->list, &list);
}

static void close_view(struct view *v)
{
    group_table_done(&((struct credentials *)v)->list);
}

static void layout(struct view *v, int rows, int cols)
{
    group_table_layout(&((struct credentials *)v)->list, cols, rows);
}

static bool work(struct view *v, int64_t deadline)
{
    return grouped_work(&((struct credentials *)v)->list.grouped, deadline);
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
    d->show = c->view.ui->show_secrets || (c->show_one && row == c->list.table.list.cursor);
    return entry_at(c, row, &d->entry);
}

static void draw_cell(void *arg, size_t column, struct buf *out, enum style *style)
{
    struct drawing *d = arg;
    cell_of(d->c->view.ui, &d->entry, (enum column)column, d->show, out, style);
}

static void draw(const struct view *v, const struct pane *p)
{
    static const struct table_ops ops = {draw_row, draw_cell};
    struct drawing d = {.c = (const struct credentials *)v};
    table_draw(&d.c->list.table, p, &ops, &d);
    rows_draw_empty(&d.c->list.rows, p, "No login was seen.", "No login passes the filter.");
}

static void detail(const struct view *v, const struct pane *p)
{
    static const char *const modes[MODES] = {"equal logins together", "accounts", "each login"};
    const struct credentials *c = (const struct credentials *)v;
    struct entry e;
    struct buf b;
    if (!entry_at(c, c->list.table.list.cursor, &e)) {
        return;
    }
    buf_init(&b, 4096);
    buf_printf(&b, "%s (v)   ", modes[c->mode]);
    buf_add(&b, e.login.user);
    if (e.group && e.group->count > 1) {
        buf_printf(&b, ": %u times in %u session%s, first ", e.group->count, e.group->sessions,
                   human_s(e.group->sessions));
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

static void next_mode(struct credentials *c)
{
    c->mode = (enum mode)((c->mode + 1) % MODES);
    group_table_set(&c->list, c->mode == BY_ACCOUNT ? GROUP_ACCOUNT : GROUP_LOGIN, c->mode == EACH);
}

static void open_session(struct credentials *c)
{
    struct entry e;
    if (entry_at(c, c->list.table.list.cursor, &e)) {
        struct view_target t = {.session = e.item.session, .command = e.login.command};
        ui_open(c->view.ui, VIEW_DIALOGUE, &t);
    } else {
        ui_holds(c->view.ui, e.item.session);
    }
}

static bool after(struct credentials *c, enum table_did did)
{
    c->show_one &= did == TABLE_NOTHING;
    if (did == TABLE_OPENED) {
        open_session(c);
    }
    return group_table_after(&c->list, did);
}

static bool act(struct view *v, enum action a)
{
    struct credentials *c = (struct credentials *)v;
    if (after(c, table_act(&c->list.table, a))) {
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
    after(c, table_click(&c->list.table, row, col, twice));
}

/* The account, then every cell; a secret as it is shown. */
static void copies(const struct view *v, struct copies *out)
{
    const struct credentials *c = (const struct credentials *)v;
    struct entry e;
    struct buf b;
    enum style style = STYLE_NORMAL;
    if (!entry_at(c, c->list.table.list.cursor, &e)) {
        return;
    }
    buf_init(&b, COPY_BYTES + 1);
    copies_add(out, columns[ACCOUNT].title, e.login.user);
    for (int k = 0; k < COLUMNS; k++) {
        buf_clear(&b);
        if (k != ACCOUNT || e.login.authorization_id.n || e.login.domain.n) {
            cell_of(v->ui, &e, (enum column)k, v->ui->show_secrets || c->show_one, &b, &style);
            copies_add(out, columns[k].title, buf_bytes(&b));
        }
    }
    buf_done(&b);
}

static bool subject(const struct view *v, struct store_item *out, bool *is_message)
{
    struct entry e;
    const struct credentials *c = (const struct credentials *)v;
    *is_message = false;
    if (!entry_at(c, c->list.table.list.cursor, &e)) {
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
    .copies = copies,
    .subject = subject,
};
