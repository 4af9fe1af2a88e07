/* Findings: those of one kind together or each by itself, with why, evidence and what to do. */
#include "ui/tui/view.h"

#include "ui/tui/doc.h"
#include "ui/tui/group_table.h"
#include "ui/tui/human.h"

#include <inttypes.h>
#include <stdio.h>

enum column { SEVERITY, FINDING, COUNT, SESSIONS, FIRST, LAST, CLIENT, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [SEVERITY] = {.title = "Sev", .width = 4},
    [FINDING] = {.title = "Finding", .width = 24, .flex = true},
    [COUNT] = {.title = "Count", .width = 5, .right = true, .drop = 5},
    [SESSIONS] = {.title = "Session", .width = 7, .right = true, .drop = 6},
    [FIRST] = {.title = "First", .width = 8, .drop = 3},
    [LAST] = {.title = "Last", .width = 8, .drop = 2},
    [CLIENT] = {.title = "Top client", .width = 16, .middle = true, .drop = 1},
};

#define LABEL_COLS 10
#define BELOW_ROWS 8     /* why, evidence, what to do */
#define BELOW_FROM 16    /* rows of the screen from which they are shown */
#define IDS_BYTES  65536 /* of session ids of one finding over several sessions */

struct findings {
    struct view view;
    struct group_table list;
    struct doc below;
    int below_rows;
    bool show_muted;
};

struct entry {
    const struct store_group *group; /* NULL: one finding */
    struct store_item item;
    struct note note;
    struct store_session session;
    bool has_session;
};

static bool open_entry(const struct store *s, const struct store_group *group,
                       struct store_item item, struct entry *out)
{
    out->group = group;
    out->item = item;
    out->has_session = store_session(s, item.session, false, &out->session);
    return store_finding(s, item, &out->note, NULL);
}

static bool entry_at(const struct findings *f, size_t row, struct entry *out)
{
    return group_table_at(&f->list, row, &out->group, &out->item) &&
           open_entry(f->view.ui->store, out->group, out->item, out);
}

static unsigned severity_of(const struct entry *e)
{
    return e->group ? e->group->severity : e->note.severity;
}

static void add_severity(unsigned severity, struct buf *out)
{
    static const char *const names[] = {"", "info", "LOW", "MED", "HIGH", "CRIT"};
    buf_add_str(out, severity < sizeof(names) / sizeof(names[0]) ? names[severity] : "");
}

static void add_client(const struct ui *u, const struct entry *e, struct buf *out)
{
    if (!e->group) {
        if (e->has_session) {
            ui_end(u, &e->session.info, FROM_CLIENT, PORT_NEVER, out);
        }
    } else if (e->group->top_client_version) {
        ui_address(u, e->group->top_client.ip, e->group->top_client_version, out);
    }
}

static void add_sessions(const struct entry *e, struct buf *out)
{
    char room[HUMAN_ROOM];
    if (e->group) {
        buf_add_str(out, human_short(e->group->sessions, room));
    } else if (e->has_session) {
        buf_printf(out, "%" PRIu64, e->session.number);
    } else {
        buf_printf(out, "%u of", e->note.session_count);
    }
}

static void cell_of(const struct ui *u, const struct entry *e, enum column c, struct buf *out,
                    enum style *style)
{
    char room[HUMAN_ROOM];
    switch (c) {
    case SEVERITY:
        *style = ui_severity_style(severity_of(e));
        add_severity(severity_of(e), out);
        break;
    case FINDING:
        if (e->group) {
            buf_add_str(out, note_rule(e->note.id)->sentence);
        } else {
            note_text(&e->note, out);
        }
        break;
    case COUNT:
        buf_add_str(out, human_short(e->group ? e->group->count : 1, room));
        break;
    case SESSIONS:
        add_sessions(e, out);
        break;
    case FIRST:
        ui_clock(u, e->group ? e->group->first_time : e->note.time, 0, out);
        break;
    case LAST:
        ui_clock(u, e->group ? e->group->last_time : e->note.time, 0, out);
        break;
    default:
        add_client(u, e, out);
        break;
    }
}

/* ---- order: the worst first ---- */

static bool is_muted(const struct ui *u, const struct entry *e)
{
    return u->config->muted[e->note.id];
}

static void key_by(const struct ui *u, const struct entry *e, enum column c, struct sort_key *out)
{
    struct buf text;
    enum style style;
    switch (c) {
    case SEVERITY: /* the worst, then the most frequent */
        sort_key_number(out, (int64_t)severity_of(e) << 40 | (e->group ? e->group->count : 0));
        break;
    case COUNT:
        sort_key_number(out, e->group ? e->group->count : 1);
        break;
    case SESSIONS:
        sort_key_number(out, e->group         ? (int64_t)e->group->sessions
                             : e->has_session ? (int64_t)e->session.number
                                              : 0);
        break;
    case FIRST:
        sort_key_number(out, e->group ? e->group->first_time : e->note.time);
        break;
    case LAST:
        sort_key_number(out, e->group ? e->group->last_time : e->note.time);
        break;
    default:
        buf_init(&text, 65536);
        cell_of(u, e, c, &text, &style);
        sort_key_text(out, buf_bytes(&text));
        buf_done(&text);
        break;
    }
}

static bool key_of(const struct view *v, const struct store_group *group, struct store_item item,
                   size_t column, struct sort_key *out)
{
    struct entry e;
    if (!open_entry(v->ui->store, group, item, &e) ||
        (is_muted(v->ui, &e) && !((const struct findings *)v)->show_muted)) {
        return false;
    }
    key_by(v->ui, &e, (enum column)column, out);
    return true;
}

/* ---- the view ---- */

static void open_view(struct view *v, const struct view_target *t)
{
    struct findings *f = (struct findings *)v;
    (void)t;
    struct group_table_config list = {.view = v,
                                      .list = LIST_FINDINGS,
                                      .by = GROUP_FINDING,
                                      .columns = columns,
                                      .column_count = COLUMNS,
                                      .sort = SEVERITY,
                                      .descending = true,
                                      .time = FIRST,
                                      .key = key_of};
    doc_init(&f->below, LABEL_COLS);
    group_table_init(&f->list, &list);
}

static void close_view(struct view *v)
{
    struct findings *f = (struct findings *)v;
    group_table_done(&f->list);
    doc_done(&f->below);
}

/* The ids of the sessions of a finding over several. */
static void add_ids(struct findings *f, struct store_item item)
{
    struct arena ids;
    struct note n;
    struct buf b;
    arena_init(&ids, IDS_BYTES);
    buf_init(&b, 4096);
    if (store_finding(f->view.ui->store, item, &n, &ids)) {
        for (uint32_t i = 0; n.sessions && i < n.session_count; i++) {
            buf_printf(&b, "%s%s", i ? " " : "", n.sessions[i]);
        }
    }
    doc_pair(&f->below, "Sessions", STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
    arena_done(&ids);
}

static void add_reason(struct doc *d, const struct note *n)
{
    struct buf b;
    buf_init(&b, 4096);
    note_reason(n, &b);
    doc_pair(d, "Reason", STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
}

static void build_below(struct findings *f)
{
    struct entry e;
    struct doc *d = &f->below;
    doc_clear(d);
    if (!entry_at(f, f->list.table.list.cursor, &e)) {
        return;
    }
    const struct note_rule *rule = note_rule(e.note.id);
    doc_text(d, ui_severity_style(severity_of(&e)), bytes_of(rule->sentence));
    add_reason(d, &e.note);
    doc_pair(d, "Evidence", STYLE_NORMAL, e.note.evidence);
    doc_pair(d, "Other", STYLE_NORMAL, e.note.other);
    if (e.has_session) {
        doc_pairf(d, e.group && e.group->count > 1 ? "First in" : "Seen in", STYLE_NORMAL,
                  "session %" PRIu64 ", %s side, packet %" PRIu64, e.session.number,
                  e.note.dir == FROM_CLIENT ? "client" : "server", e.note.packet);
    } else {
        add_ids(f, e.item);
    }
    bool reason = e.note.reason != REASON_NONE;
    doc_pair(d, "To do", STYLE_NORMAL,
             bytes_of(reason ? explain_reason(e.note.reason)->advice : rule->advice));
    doc_pair(d, "See", STYLE_DIM, bytes_of(rule->reference));
    doc_pairf(d, "Rule", STYLE_DIM, "%s (%s)", rule->id, rule->category);
}

static void layout(struct view *v, int rows, int cols)
{
    struct findings *f = (struct findings *)v;
    f->below_rows = rows >= BELOW_FROM ? BELOW_ROWS + 1 : 0;
    group_table_layout(&f->list, cols, rows - f->below_rows);
    build_below(f);
    doc_wrap(&f->below, cols - 2);
}

static bool work(struct view *v, int64_t deadline)
{
    return grouped_work(&((struct findings *)v)->list.grouped, deadline);
}

struct drawing {
    const struct findings *f;
    struct entry entry;
};

static bool draw_row(void *arg, size_t row, enum style *style, char *mark)
{
    struct drawing *d = arg;
    *mark = ' ';
    if (!entry_at(d->f, row, &d->entry)) {
        return false;
    }
    *style = is_muted(d->f->view.ui, &d->entry) ? STYLE_DIM : STYLE_NORMAL;
    return true;
}

static void draw_cell(void *arg, size_t column, struct buf *out, enum style *style)
{
    struct drawing *d = arg;
    cell_of(d->f->view.ui, &d->entry, (enum column)column, out, style);
}

static unsigned muted_kinds(const struct ui *u)
{
    unsigned n = 0;
    for (int id = 0; id < NOTE_ID_COUNT; id++) {
        n += u->config->muted[id];
    }
    return n;
}

static void draw(const struct view *v, const struct pane *p)
{
    static const struct table_ops ops = {draw_row, draw_cell};
    struct drawing d = {.f = (const struct findings *)v};
    struct pane top = pane_sub(p, 0, 0, p->rows - d.f->below_rows, p->cols);
    table_draw(&d.f->list.table, &top, &ops, &d);
    rows_draw_empty(&d.f->list.rows, p, "Nothing was found.",
                    muted_kinds(v->ui) ? "No finding passes the filter, or all kinds are muted."
                                       : "No finding passes the filter.");
    if (d.f->below_rows) {
        struct pane below = pane_sub(p, p->rows - d.f->below_rows, 0, d.f->below_rows, p->cols);
        struct pane text = pane_sub(&below, 1, 1, below.rows - 1, p->cols - 2);
        pane_hline(&below, 0, 0, p->cols, STYLE_RULE, GLYPH_H);
        doc_draw(&d.f->below, &text, 0);
    }
}

static void detail(const struct view *v, const struct pane *p)
{
    const struct findings *f = (const struct findings *)v;
    struct entry e;
    if (f->below_rows == 0 && entry_at(f, f->list.table.list.cursor, &e)) {
        pane_str(p, 0, 1, p->cols - 2, STYLE_NORMAL, note_rule(e.note.id)->sentence);
        return;
    }
    int used = pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "%s (v)   Enter: %s",
                           f->list.each ? "each finding" : "findings of one kind together",
                           f->list.each ? "the place in its session" : "its sessions");
    unsigned muted = muted_kinds(v->ui);
    if (muted) {
        pane_printf(p, 0, 1 + used, p->cols - used - 2, STYLE_TEMP, "   %u kind%s muted (M)", muted,
                    muted == 1 ? "" : "s");
    }
}

static void open_entry_of(struct findings *f)
{
    struct ui *u = f->view.ui;
    struct entry e;
    struct filter_error error;
    if (!entry_at(f, f->list.table.list.cursor, &e)) {
        ui_holds(u, e.item.session);
        return;
    }
    if (f->list.each || (e.group && e.group->count == 1)) {
        struct view_target t = {.session = e.item.session, .command = e.note.command};
        if (e.has_session) {
            ui_open(u, VIEW_DIALOGUE, &t);
            return;
        }
    }
    char text[128];
    snprintf(text, sizeof(text), "finding=%s", note_rule(e.note.id)->id);
    if (ui_filter(u, text, &error)) {
        ui_open(u, VIEW_SESSIONS, NULL);
        ui_say(u, STYLE_NOTICE, "sessions with this finding; Ctrl-K removes the filter");
    }
}

/* Where the finding stands in its session's dialog; of several the first. */
static void open_evidence(struct findings *f)
{
    struct ui *u = f->view.ui;
    struct entry e;
    if (!entry_at(f, f->list.table.list.cursor, &e)) {
        ui_holds(u, e.item.session);
    } else if (e.has_session) {
        struct view_target t = {.session = e.item.session, .finding = e.item.index + 1};
        ui_open(u, VIEW_DIALOGUE, &t);
    } else {
        ui_say(u, STYLE_DIM, "no single step shows it: Enter lists its sessions");
    }
}

static void list_again(struct findings *f)
{
    rows_set_order(&f->list.rows, f->list.each && f->list.table.descending);
}

/* Mutes the kind under the cursor, or takes that back; later runs know it. */
static void mute(struct findings *f)
{
    struct ui *u = f->view.ui;
    struct entry e;
    struct buf names;
    if (!entry_at(f, f->list.table.list.cursor, &e)) {
        return;
    }
    bool *muted = &u->config->muted[e.note.id];
    *muted = !*muted;
    ui_say(u, STYLE_NOTICE, "%s: %s", *muted ? "muted" : "listed again",
           note_rule(e.note.id)->sentence);
    buf_init(&names, 65536);
    for (int id = 0; id < NOTE_ID_COUNT; id++) {
        if (u->config->muted[id]) {
            buf_printf(&names, "%s%s", names.n ? "," : "", note_rule((enum note_id)id)->id);
        }
    }
    ui_keep(u, "mute", names.n ? buf_cstr(&names) : "none");
    buf_done(&names);
    if (*muted && !f->show_muted) { /* its neighbour takes the cursor */
        struct list *l = &f->list.table.list;
        list_go(l, l->cursor + 1 < l->count ? l->cursor + 1 : l->cursor - (l->cursor > 0));
        group_table_after(&f->list, TABLE_MOVED);
    }
    list_again(f);
}

static bool after(struct findings *f, enum table_did did)
{
    if (did == TABLE_OPENED) {
        open_entry_of(f);
    }
    return group_table_after(&f->list, did);
}

static bool act(struct view *v, enum action a)
{
    struct findings *f = (struct findings *)v;
    if (after(f, table_act(&f->list.table, a))) {
        return true;
    }
    switch (a) {
    case ACT_OPEN:
        open_entry_of(f);
        return true;
    case ACT_EVIDENCE:
        open_evidence(f);
        return true;
    case ACT_GROUP:
        group_table_set(&f->list, GROUP_FINDING, !f->list.each);
        return true;
    case ACT_MUTE:
        mute(f);
        return true;
    case ACT_MUTED:
        f->show_muted = !f->show_muted;
        list_again(f);
        return true;
    default:
        return false;
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct findings *f = (struct findings *)v;
    after(f, table_click(&f->list.table, row, col, twice));
}

static void copies(const struct view *v, struct copies *out)
{
    const struct findings *f = (const struct findings *)v;
    struct entry e;
    struct buf b;
    enum style style = STYLE_NORMAL;
    if (!entry_at(f, f->list.table.list.cursor, &e)) {
        return;
    }
    buf_init(&b, COPY_BYTES + 1);
    copies_add(out, "Rule", bytes_of(note_rule(e.note.id)->id));
    copies_add(out, "Evidence", e.note.evidence);
    copies_add(out, "Other", e.note.other);
    for (int c = FINDING; c < COLUMNS; c++) {
        buf_clear(&b);
        cell_of(v->ui, &e, (enum column)c, &b, &style);
        copies_add(out, columns[c].title, buf_bytes(&b));
    }
    buf_done(&b);
}

static bool subject(const struct view *v, struct store_item *out, bool *is_message)
{
    const struct findings *f = (const struct findings *)v;
    struct entry e;
    *is_message = false;
    if (!entry_at(f, f->list.table.list.cursor, &e) || !e.has_session) {
        return false;
    }
    *out = (struct store_item){e.item.session, 0};
    return true;
}

const struct view_ops view_findings = {
    .size = sizeof(struct findings),
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
