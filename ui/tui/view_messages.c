/* All messages in a table: envelope, subject, verdict, size. */
#include "ui/tui/view.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"
#include "ui/tui/part_counts.h"
#include "ui/tui/table.h"

#include <inttypes.h>
#include <stdio.h>

enum column { TIME, HOW, RESULT, FROM, TO, SUBJECT, TYPE, PARTS, SIZE, SESSION, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [TIME] = {.title = "Time", .width = 8, .drop = 4},
    [HOW] = {.title = "How", .width = 4, .drop = 3},
    [RESULT] = {.title = "Result", .width = 13, .drop = 6},
    [FROM] = {.title = "From", .width = 22, .drop = 7},
    [TO] = {.title = "To", .width = 23, .drop = 5},
    [SUBJECT] = {.title = "Subject", .width = 20, .flex = true},
    [TYPE] = {.title = "Type", .width = 11, .drop = 1},
    [PARTS] = {.title = "Parts", .width = 5, .right = true, .drop = 2},
    [SIZE] = {.title = "Size", .width = 6, .right = true, .drop = 9},
    [SESSION] = {.title = "Session", .width = 8, .right = true, .drop = 8},
};

struct messages {
    struct view view;
    struct rows rows;
    struct table table;
    struct part_counts parts;
};

/* A message unpacked for the time of one cell, one key or one row. */
struct opened {
    struct message_room room;
    bool good;
};

static struct opened open_item(const struct ui *u, struct store_item item)
{
    struct opened o;
    message_room_init(&o.room);
    o.good = store_message(u->store, item, &o.room, NULL);
    return o;
}

static void add_sender(const struct message *m, struct buf *out)
{
    ui_sender_name(m, out);
    if (out->n == 0 && m->has_envelope) {
        buf_add(out, m->mail_from.n ? m->mail_from : bytes_of("<>"));
    }
}

static void add_recipient(const struct message *m, struct buf *out)
{
    if (m->recipient_count) {
        buf_add(out, m->recipients[0].address);
        if (m->recipient_total > 1) {
            buf_printf(out, " +%u", m->recipient_total - 1);
        }
    } else {
        ui_header(m, HEADER_TO, out);
    }
}

static void add_result(const struct message *m, struct buf *out, enum style *style)
{
    *style = ui_outcome_style(m->outcome);
    if (m->outcome == OUTCOME_INCOMPLETE || m->missing) {
        *style = STYLE_LOST;
        buf_add_str(out, m->missing ? "bytes missing" : "incomplete");
        return;
    }
    if (m->code) {
        buf_printf(out, "%u ", m->code);
    }
    buf_add_str(out, outcome_name(m->outcome));
}

static void add_type(const struct message *m, struct buf *out)
{
    struct bytes type = message_header(m, HEADER_CONTENT_TYPE);
    size_t end = bytes_find(type, ';', 0);
    buf_add(out, bytes_trim(bytes_sub(type, 0, end == SIZE_MAX ? type.n : end)));
}

static void cell_of(const struct ui *u, const struct part_counts *parts, struct store_item item,
                    const struct message *m, enum column c, struct buf *out, enum style *style)
{
    char room[HUMAN_ROOM];
    struct part_count count;
    switch (c) {
    case TIME:
        ui_clock(u, m->time, 0, out);
        break;
    case HOW:
        for (const char *t = transfer_name(m->transfer); *t; t++) {
            buf_add_byte(out, (uint8_t)ascii_upper(*t));
        }
        break;
    case RESULT:
        add_result(m, out, style);
        break;
    case FROM:
        add_sender(m, out);
        break;
    case TO:
        add_recipient(m, out);
        break;
    case SUBJECT:
        ui_header(m, HEADER_SUBJECT, out);
        break;
    case TYPE:
        add_type(m, out);
        break;
    case PARTS:
        if (part_counts_find(parts, item, m->bytes, &count) && count.leaves) {
            buf_printf(out, "%u%s", count.leaves, count.more ? "+" : "");
        }
        break;
    case SIZE:
        buf_add_str(out, human_size(m->bytes, room));
        break;
    default:
        buf_printf(out, "%" PRIu64 ".%u", store_number(u->store, item.session), m->number);
        break;
    }
}

static struct part_count count_parts(struct messages *v, struct store_item item,
                                     const struct message *m)
{
    struct part_count c;
    if (!part_counts_find(&v->parts, item, m->bytes, &c)) {
        c = part_counts_take(&v->parts, v->view.ui->store, v->view.ui->limits, item, m);
    }
    return c;
}

static bool key(void *arg, struct store_item item, struct sort_key *out)
{
    struct messages *v = arg;
    const struct ui *u = v->view.ui;
    struct opened o = open_item(u, item);
    enum column c = (enum column)u->sort[LIST_MESSAGES];
    if (o.good) {
        if (c == TIME) {
            sort_key_number(out, o.room.message.time);
        } else if (c == SIZE) {
            sort_key_number(out, (int64_t)o.room.message.bytes);
        } else if (c == SESSION) {
            sort_key_number(out, (int64_t)store_number(u->store, item.session));
        } else if (c == PARTS) {
            sort_key_number(out, count_parts(v, item, &o.room.message).leaves);
        } else {
            struct buf text;
            enum style style;
            buf_init(&text, 65536);
            cell_of(u, &v->parts, item, &o.room.message, c, &text, &style);
            sort_key_text(out, buf_bytes(&text));
            buf_done(&text);
        }
    }
    message_room_done(&o.room);
    return o.good;
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct messages *m = (struct messages *)v;
    (void)t;
    struct rows_source source = {
        .store = v->ui->store, .list = LIST_MESSAGES, .key = key, .key_arg = m};
    memcpy(m->table.column, columns, sizeof(columns));
    m->table.columns = COLUMNS;
    v->ui->sort[LIST_MESSAGES] = TIME;
    rows_init(&m->rows, &source);
    v->ui->rows[LIST_MESSAGES] = &m->rows;
}

static void close_view(struct view *v)
{
    struct messages *m = (struct messages *)v;
    v->ui->rows[LIST_MESSAGES] = NULL;
    rows_done(&m->rows);
}

static void layout(struct view *v, int rows, int cols)
{
    struct messages *m = (struct messages *)v;
    rows_follow_anchor(&m->rows, &m->table.list);
    m->table.sort = v->ui->sort[LIST_MESSAGES];
    m->table.descending = m->rows.descending;
    table_layout(&m->table, cols, rows_count(&m->rows), rows);
}

/* Counts the parts of the messages on the screen; true when the deadline came first. */
static bool count_shown(struct messages *m, int64_t deadline)
{
    const struct list *l = &m->table.list;
    size_t end = m->table.w[PARTS] ? l->top + (size_t)l->page : 0;
    for (size_t i = l->top; i < end && i < l->count; i++) {
        struct store_item item = rows_at(&m->rows, i);
        struct opened o = open_item(m->view.ui, item);
        if (o.good) {
            count_parts(m, item, &o.room.message);
        }
        message_room_done(&o.room);
        if (clock_over(deadline)) {
            return true;
        }
    }
    return false;
}

static bool work(struct view *v, int64_t deadline)
{
    struct messages *m = (struct messages *)v;
    bool more = rows_work(&m->rows, deadline);
    return count_shown(m, deadline) || more;
}

/* ---- drawing ---- */

struct drawing {
    const struct messages *m;
    struct store_item item;
    struct opened now;
};

static bool draw_row(void *arg, size_t row, enum style *style, char *mark)
{
    struct drawing *d = arg;
    message_room_done(&d->now.room);
    d->item = rows_at(&d->m->rows, row);
    d->now = open_item(d->m->view.ui, d->item);
    *style = STYLE_NORMAL;
    *mark = ' ';
    return d->now.good;
}

static void draw_cell(void *arg, size_t column, struct buf *out, enum style *style)
{
    struct drawing *d = arg;
    cell_of(d->m->view.ui, &d->m->parts, d->item, &d->now.room.message, (enum column)column, out,
            style);
}

static void draw(const struct view *v, const struct pane *p)
{
    static const struct table_ops ops = {draw_row, draw_cell};
    struct drawing d = {.m = (const struct messages *)v};
    message_room_init(&d.now.room);
    table_draw(&d.m->table, p, &ops, &d);
    message_room_done(&d.now.room);
    rows_draw_empty(&d.m->rows, p, "No message was seen.", "No message passes the filter.");
}

static void detail(const struct view *v, const struct pane *p)
{
    const struct messages *m = (const struct messages *)v;
    struct opened o = open_item(v->ui, rows_at(&m->rows, m->table.list.cursor));
    struct buf b;
    buf_init(&b, 65536);
    if (o.good) {
        const struct message *it = &o.room.message;
        ui_header(it, HEADER_SUBJECT, &b);
        if (message_header(it, HEADER_MESSAGE_ID).n) {
            buf_add_str(&b, "  ");
            buf_add(&b, message_header(it, HEADER_MESSAGE_ID));
        }
        if (it->has_envelope) {
            buf_add_str(&b, "  ");
            buf_add(&b, it->mail_from.n ? it->mail_from : bytes_of("<>"));
            buf_printf(&b, " -> %u recipient%s", it->recipient_total, human_s(it->recipient_total));
        }
        if (it->reply.n) {
            buf_add_str(&b, "  ");
            buf_add(&b, it->reply);
        }
    }
    pane_text(p, 0, 1, p->cols - 2, STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
    message_room_done(&o.room);
}

/* ---- keys ---- */

static void open_message(struct messages *m, bool raw)
{
    struct store_item item = rows_at(&m->rows, m->table.list.cursor);
    if (ui_holds(m->view.ui, item.session)) {
        struct view_target t = {.session = item.session, .index = item.index, .raw = raw};
        ui_open(m->view.ui, VIEW_MESSAGE, &t);
    }
}

static bool after(struct messages *m, enum table_did did)
{
    if (did == TABLE_SORTED) {
        ui_sort(m->view.ui, LIST_MESSAGES, m->table.sort, m->table.descending);
    } else if (did == TABLE_MOVED || did == TABLE_OPENED) {
        rows_set_anchor(&m->rows, m->table.list.cursor);
    }
    if (did == TABLE_OPENED) {
        open_message(m, false);
    }
    return did != TABLE_NOTHING;
}

static bool act(struct view *v, enum action a)
{
    struct messages *m = (struct messages *)v;
    if (after(m, table_act(&m->table, a))) {
        return true;
    }
    if (a == ACT_OPEN || a == ACT_RAW) {
        open_message(m, a == ACT_RAW);
        return true;
    }
    return false;
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct messages *m = (struct messages *)v;
    after(m, table_click(&m->table, row, col, twice));
}

static void copies(const struct view *v, struct copies *out)
{
    const struct messages *m = (const struct messages *)v;
    struct store_item item = rows_at(&m->rows, m->table.list.cursor);
    struct opened o = open_item(v->ui, item);
    struct buf b;
    enum style style = STYLE_NORMAL;
    buf_init(&b, COPY_BYTES + 1);
    if (o.good) {
        copies_add(out, "Message-ID", message_header(&o.room.message, HEADER_MESSAGE_ID));
        copies_add(out, "MAIL FROM", o.room.message.mail_from);
    }
    for (int c = 0; o.good && c < COLUMNS; c++) {
        buf_clear(&b);
        cell_of(v->ui, &m->parts, item, &o.room.message, (enum column)c, &b, &style);
        copies_add(out, columns[c].title, buf_bytes(&b));
    }
    buf_done(&b);
    message_room_done(&o.room);
}

static bool subject(const struct view *v, struct store_item *out, bool *is_message)
{
    const struct messages *m = (const struct messages *)v;
    *out = rows_at(&m->rows, m->table.list.cursor);
    *is_message = true;
    return store_alive(v->ui->store, out->session);
}

const struct view_ops view_messages = {
    .size = sizeof(struct messages),
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
