/* One message: envelope, header, parts, and its text decoded, as sent, or in hexadecimal. */
#include "ui/tui/view_message.h"

#include "capture/base/text.h"
#include "dissect/mime.h"
#include "ui/tui/human.h"
#include "ui/tui/save_part.h"

#include <inttypes.h>
#include <stdio.h>

#define CHARSET_COLS 40
#define TEXT_MOST    (64u << 20)
#define AT_ONCE      (8u << 20) /* decoded to be looked at: some 50 ms */

/* ---- the bytes ---- */

static void read_into(struct mail_view *v, struct buf *out, size_t most)
{
    size_t got = 0;
    size_t n = v->reader.ref.bytes < most ? (size_t)v->reader.ref.bytes : most;
    uint8_t *to = n ? buf_room(out, n) : NULL;
    if (to && spool_body_read(&v->reader, 0, to, n, &got) == SPOOL_OK) {
        out->n += got;
    }
}

/* Decodes the message, of a longer one what stands in its first AT_ONCE bytes. */
static void open_decoder(struct mail_view *v)
{
    const struct mail_decoder *d = mail_decoder();
    if (!d || !v->has_body) {
        return;
    }
    uint64_t limit = v->view.ui->limits->mime_bytes, most = AT_ONCE < limit ? AT_ONCE : limit;
    read_into(v, &v->whole, (size_t)most);
    struct message_room room;
    message_room_init(&room);
    bool whole = store_message(v->view.ui->store, v->item, &room, NULL) && room.message.complete &&
                 !room.message.has_lines && !v->reader.ref.cut && v->reader.ref.bytes <= most;
    message_room_done(&room);
    v->mail = d->open(buf_bytes(&v->whole), whole, v->view.ui->limits);
    v->parts = v->mail ? d->count(v->mail) : 0;
}

/* The first part with readable text. */
static size_t first_text(const struct mail_view *v)
{
    struct mail_part p;
    for (size_t i = 0; i < v->parts; i++) {
        if (mail_decoder()->part(v->mail, i, &p) && p.is_text) {
            return i;
        }
    }
    return 0;
}

/* The text below: of the chosen part, or the body as sent where nothing decodes it. */
static void take_text(struct mail_view *v)
{
    v->looking = false;
    struct bytes none = {NULL, 0};
    size_t head = mail_header_end(buf_bytes(&v->head));
    buf_clear(&v->text);
    if (v->mode == MAIL_DECODED && v->mail) {
        if (!mail_decoder()->text(v->mail, v->part, &v->text)) {
            buf_add_str(&v->text, "(no text: s saves this part, F6 shows the bytes as sent)\n");
        }
        pager_set(&v->pager, NULL, buf_bytes(&v->text), 0, v->text.n);
    } else if (v->has_body) {
        pager_set(&v->pager, &v->reader, none, v->mode == MAIL_DECODED ? head : 0,
                  v->reader.ref.bytes);
    } else {
        pager_set(&v->pager, NULL, none, 0, 0);
    }
    v->stale = true;
}

static void open_view(struct view *view, const struct view_target *t)
{
    struct mail_view *v = (struct mail_view *)view;
    v->item = (struct store_item){t->session, t->index};
    buf_init(&v->head, MAIL_HEADER_MOST);
    buf_init(&v->whole, AT_ONCE);
    buf_init(&v->text, TEXT_MOST);
    doc_init(&v->doc, MAIL_LABEL_COLS);
    v->envelope = true;
    v->mode = t->raw ? MAIL_RAW : MAIL_DECODED;
    v->has_body = store_body_open(view->ui->store, v->item, &v->reader);
    if (v->has_body) {
        read_into(v, &v->head, MAIL_HEADER_MOST);
    }
    open_decoder(v);
    v->part = v->mail ? first_text(v) : 0;
    take_text(v);
}

static void close_view(struct view *view)
{
    struct mail_view *v = (struct mail_view *)view;
    if (v->mail) {
        mail_decoder()->close(v->mail);
    }
    if (v->has_body) {
        spool_body_close(&v->reader);
    }
    pager_done(&v->pager);
    hits_clear(&v->hits);
    doc_done(&v->doc);
    buf_done(&v->head);
    buf_done(&v->whole);
    buf_done(&v->text);
}

/* ---- the view ---- */

static void layout(struct view *view, int rows, int cols)
{
    static const enum pager_mode modes[] = {PAGER_TEXT, PAGER_RAW, PAGER_HEX};
    struct mail_view *v = (struct mail_view *)view;
    if (v->stale || v->built_cols != cols) {
        mail_view_head(v);
        v->stale = false;
        v->built_cols = cols;
    }
    doc_wrap(&v->doc, cols - 2);
    pager_layout(&v->pager, cols - 2, modes[v->mode], !v->no_wrap, v->line_ends);
    v->list.count = v->doc.rows + pager_rows(&v->pager);
    v->list.page = rows - 1;
    size_t page = rows > 1 ? (size_t)(rows - 1) : 1;
    size_t most = v->list.count > page ? v->list.count - page : 0;
    v->list.top = v->list.top > most && pager_ready(&v->pager) ? most : v->list.top;
}

/* A slice of the search; true when it goes on. */
static bool look_on(struct mail_view *v, int64_t deadline)
{
    if (!v->looking) {
        return false;
    }
    enum pager_found found =
        pager_search(&v->pager, &v->look_row, v->look_forward, v->hits.text, deadline);
    v->looking = found == PAGER_GOES_ON;
    if (found == PAGER_FOUND) {
        v->list.top = v->doc.rows + v->look_row;
        v->hit_row = v->look_row;
    } else if (found == PAGER_NOT_FOUND) {
        ui_say(v->view.ui, STYLE_DIM, v->hits.text[0] ? "not found %s" : "/ searches first",
               v->look_forward ? "from here on" : "before this");
    }
    return v->looking;
}

static bool is_hit(void *arg, size_t row)
{
    const struct mail_view *v = arg;
    return pager_holds(&v->pager, row, v->hits.text);
}

static bool count_hits(struct mail_view *v, int64_t deadline)
{
    if (v->pager.mode == PAGER_HEX) {
        return false;
    }
    if (v->hits_version != v->pager.version) {
        hits_clear(&v->hits);
        v->hit_row = SIZE_MAX;
        v->hits_version = v->pager.version;
    }
    return hits_work(&v->hits, v->pager.rows, is_hit, v, deadline);
}

static bool work(struct view *view, int64_t deadline)
{
    struct mail_view *v = (struct mail_view *)view;
    bool more = pager_work(&v->pager, deadline);
    more |= look_on(v, deadline);
    return count_hits(v, deadline) || more;
}

static void draw_title(const struct mail_view *v, const struct pane *p)
{
    static const char *const modes[] = {"decoded", "raw", "hex"};
    const struct ui *u = v->view.ui;
    struct message_room room;
    struct store_session s;
    struct buf b;
    char size[HUMAN_ROOM], right[64];
    pane_fill(p, 0, 0, 1, p->cols, STYLE_BAR);
    message_room_init(&room);
    buf_init(&b, 4096);
    bool good = store_message(u->store, v->item, &room, NULL);
    if (good && store_session(u->store, v->item.session, false, &s)) {
        const struct message *m = &room.message;
        buf_printf(&b, " Message %" PRIu64 ".%u  %s%s  ", s.number, m->number,
                   human_size(m->bytes, size), m->bytes < 1000 ? " bytes" : "");
        ui_clock(u, m->time, 3, &b);
        buf_printf(&b, "  %s ", transfer_name(m->transfer));
        ui_end(u, &s.info, FROM_CLIENT, PORT_NEVER, &b);
        buf_add_str(&b, " -> ");
        ui_end(u, &s.info, FROM_SERVER, PORT_ALWAYS, &b);
    }
    snprintf(right, sizeof(right), "%s  [%s]",
             !good                   ? ""
             : room.message.missing  ? "BYTES MISSING"
             : room.message.complete ? "complete"
                                     : "incomplete",
             modes[v->mode]);
    pane_right(p, 0, 0, p->cols - 1, STYLE_BAR, bytes_of(right));
    pane_text(p, 0, 0, p->cols - (int)strlen(right) - 3, STYLE_TAB, buf_bytes(&b));
    buf_done(&b);
    message_room_done(&room);
}

static void draw(const struct view *view, const struct pane *p)
{
    const struct mail_view *v = (const struct mail_view *)view;
    struct pane title = pane_sub(p, 0, 0, 1, p->cols);
    struct pane body = pane_sub(p, 1, 0, p->rows - 1, p->cols);
    draw_title(v, &title);
    if (v->list.top < v->doc.rows) {
        struct pane inner = pane_sub(&body, 0, 1, body.rows, p->cols - 1);
        doc_draw(&v->doc, &inner, v->list.top);
    }
    for (int r = 0; r < body.rows; r++) {
        size_t row = v->list.top + (size_t)r;
        if (row >= v->doc.rows) {
            pager_draw(&v->pager, &body, r, row - v->doc.rows, v->shift);
        }
    }
}

/* "charset utf-8   wrap on (W)"; of bytes in hexadecimal there is nothing of the kind to say. */
static void add_reading(const struct mail_view *v, struct buf *out)
{
    struct message_room room;
    struct mail_part part;
    struct bytes charset = {NULL, 0};
    if (v->mode == MAIL_HEX) {
        return;
    }
    message_room_init(&room);
    if (v->mode == MAIL_DECODED && v->mail && mail_decoder()->part(v->mail, v->part, &part)) {
        charset = part.charset;
    } else if (store_message(v->view.ui->store, v->item, &room, NULL)) {
        charset = mime_charset(room.message.header[HEADER_CONTENT_TYPE]);
    }
    buf_add_str(out, "   charset ");
    buf_add(out, charset.n ? bytes_sub(charset, 0, CHARSET_COLS) : bytes_of("none"));
    buf_printf(out, "   wrap %s (W)", v->no_wrap ? "off" : "on");
    message_room_done(&room);
}

static void detail(const struct view *view, const struct pane *p)
{
    const struct mail_view *v = (const struct mail_view *)view;
    size_t last = v->list.top + (size_t)(v->list.page > 0 ? v->list.page : 0);
    bool limited = v->reader.ref.cut && v->has_body;
    struct buf b;
    buf_init(&b, 1024);
    buf_printf(&b, "line %zu of %zu%s", last < v->list.count ? last : v->list.count, v->list.count,
               pager_ready(&v->pager) ? "" : ", reading");
    if (v->pager.mode != PAGER_HEX) {
        char hits[64];
        hits_tell(&v->hits, v->hit_row, hits, sizeof(hits));
        buf_printf(&b, "%s%s", hits[0] ? "   " : "", hits);
    }
    if (v->looking) {
        buf_printf(&b, ", searching at %zu", v->doc.rows + v->look_row + 1);
    }
    add_reading(v, &b);
    buf_add_str(&b, limited ? "   the spool was full: its end was not kept" : "");
    pane_text(p, 0, 1, p->cols - 2, limited ? STYLE_LOST : STYLE_DIM, buf_bytes(&b));
    buf_done(&b);
}

/* ---- keys ---- */

static void set_mode(struct mail_view *v, enum mail_mode mode)
{
    v->mode = v->mode == mode ? MAIL_DECODED : mode;
    v->list.top = 0;
    take_text(v);
}

static void choose_part(struct mail_view *v, bool next)
{
    if (v->parts > 1) {
        v->part = next ? (v->part + 1) % v->parts : (v->part + v->parts - 1) % v->parts;
        take_text(v);
    } else {
        ui_say(v->view.ui, STYLE_DIM, "the message has one part only");
    }
}

static void search_from(struct mail_view *v, size_t row, bool forward)
{
    v->looking = true;
    v->look_forward = forward;
    v->look_row = row;
}

static void next_hit(struct mail_view *v, bool forward)
{
    bool in_text = v->hit_row != SIZE_MAX || v->list.top >= v->doc.rows;
    size_t row = v->hit_row != SIZE_MAX ? v->hit_row : in_text ? v->list.top - v->doc.rows : 0;
    if (forward) {
        search_from(v, in_text ? row + 1 : 0, true);
    } else if (row > 0) {
        search_from(v, row - 1, false);
    }
}

static void ask_to_save(struct mail_view *v)
{
    struct mail_part p;
    struct buf name;
    buf_init(&name, 256);
    if (v->mail && mail_decoder()->part(v->mail, v->part, &p)) {
        buf_add(&name, p.file);
    } else {
        buf_printf(&name, "message-%" PRIu64 "-%u.eml",
                   store_number(v->view.ui->store, v->item.session), v->item.index + 1);
    }
    ui_ask_path(v->view.ui, buf_cstr(&name));
    buf_done(&name);
}

static bool act_show(struct mail_view *v, enum action a)
{
    switch (a) {
    case ACT_HEADERS:
        v->all_headers = !v->all_headers;
        break;
    case ACT_ENVELOPE:
        v->envelope = !v->envelope;
        break;
    case ACT_WRAP:
        v->no_wrap = !v->no_wrap;
        v->shift = 0;
        break;
    case ACT_LINE_ENDS:
        v->line_ends = !v->line_ends;
        break;
    case ACT_LEFT:
        v->shift = v->shift > 8 ? v->shift - 8 : 0;
        return true;
    case ACT_RIGHT:
        v->shift += v->no_wrap && v->shift < 4000 ? 8 : 0;
        return true;
    default:
        return false;
    }
    v->stale = true;
    return true;
}

static bool act(struct view *view, enum action a)
{
    struct mail_view *v = (struct mail_view *)view;
    struct view_target t = {.session = v->item.session};
    v->looking = false; /* the person goes elsewhere */
    if (list_scroll(&v->list, a)) {
        v->hit_row = SIZE_MAX;
        return true;
    }
    if (act_show(v, a)) {
        return true;
    }
    switch (a) {
    case ACT_RAW:
        set_mode(v, MAIL_RAW);
        return true;
    case ACT_HEX:
        set_mode(v, MAIL_HEX);
        return true;
    case ACT_PART_NEXT:
    case ACT_PART_PREVIOUS:
        choose_part(v, a == ACT_PART_NEXT);
        return true;
    case ACT_PART_SAVE:
        ask_to_save(v);
        return true;
    case ACT_DIALOGUE:
        ui_open(view->ui, VIEW_DIALOGUE, &t);
        return true;
    case ACT_NEXT:
    case ACT_PREVIOUS:
        next_hit(v, a == ACT_NEXT);
        return true;
    case ACT_OPEN:
        v->list.top = v->doc.rows > 2 ? v->doc.rows - 1 : 0;
        return true;
    default:
        return false;
    }
}

static void search(struct view *view, const char *text)
{
    struct mail_view *v = (struct mail_view *)view;
    hits_search(&v->hits, text);
    v->hits_version = v->pager.version;
    v->hit_row = SIZE_MAX;
    search_from(v, v->list.top >= v->doc.rows ? v->list.top - v->doc.rows : 0, true);
}

/* A click on a part chooses it. */
static void click(struct view *view, int row, int col, bool twice)
{
    struct mail_view *v = (struct mail_view *)view;
    int32_t tag = row > 0 ? doc_row_tag(&v->doc, v->list.top + (size_t)(row - 1)) : 0;
    (void)col, (void)twice;
    if (tag >= MAIL_TAG_PART && (size_t)(tag - MAIL_TAG_PART) < v->parts) {
        v->part = (size_t)(tag - MAIL_TAG_PART);
        take_text(v);
    }
}

static void save(struct view *view, const char *path)
{
    struct mail_view *v = (struct mail_view *)view;
    struct error e;
    if (!path[0]) {
        return;
    }
    struct save_part *job =
        save_part_start(view->ui, v->item, v->mail ? v->part : SAVE_PART_WHOLE, path, &e);
    if (job) {
        view->ui->wish.dialog = dialog_part_open(view->ui, job);
    } else {
        ui_say(view->ui, STYLE_ERROR, "%s", e.text);
    }
}

static void copy_fields(const struct mail_view *v, bool main, struct copies *out)
{
    struct bytes head = bytes_make(v->head.p, v->head.n);
    struct bytes rest = bytes_sub(head, 0, mail_header_end(head));
    struct mail_field f;
    struct buf b;
    buf_init(&b, MAIL_HEADER_MOST);
    while (out->count < COPIES_MOST && mail_next_field(&rest, &f)) {
        if (mail_view_is_main(f.name) == main) {
            struct bytes name = text_cut(f.name, MAIL_LABEL_COLS);
            char label[MAIL_LABEL_COLS + 1];
            snprintf(label, sizeof(label), "%.*s", (int)name.n, (const char *)name.p);
            buf_clear(&b);
            mail_field_text(f.value, &b);
            copies_add(out, label, buf_bytes(&b));
        }
    }
    buf_done(&b);
}

/* The fields of the header, decoded, the main ones first; and what tells the chosen part. */
static void copies(const struct view *view, struct copies *out)
{
    const struct mail_view *v = (const struct mail_view *)view;
    struct mail_part p;
    copy_fields(v, true, out);
    if (v->mail && mail_decoder()->part(v->mail, v->part, &p)) {
        char hex[MAIL_HEX_ROOM];
        copies_add(out, "file name", p.name);
        copies_add(out, "SHA-256", bytes_of(p.sha256 ? mail_view_hex(p.sha256, hex) : NULL));
    }
    copy_fields(v, false, out);
}

static bool subject(const struct view *view, struct store_item *out, bool *is_message)
{
    *out = ((const struct mail_view *)view)->item;
    *is_message = true;
    return store_alive(view->ui->store, out->session);
}

const struct view_ops view_message = {
    .size = sizeof(struct mail_view),
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = draw,
    .detail = detail,
    .act = act,
    .click = click,
    .search = search,
    .path = save,
    .copies = copies,
    .subject = subject,
};
