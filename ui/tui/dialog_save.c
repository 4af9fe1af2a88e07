/* The save dialog: which sessions, in which form, to where; and how it went. */
#include "ui/tui/view.h"

#include "capture/base/when.h"
#include "ui/tui/doc.h"
#include "ui/tui/human.h"
#include "ui/tui/save_job.h"
#include "ui/tui/save_packets.h"

#include <stdio.h>
#include <stdlib.h>

enum what { THIS_MESSAGE, THIS_SESSION, MARKED, SHOWN, ALL, WHATS };
enum field { FIELD_WHAT, FIELD_FORMAT, FIELD_SECRETS, FIELD_PATH, FIELD_SAVE, FIELDS };

/* How a format is stored; of exports the rest is in formats.def. */
static const struct {
    enum save_kind kind;
    const char *name, *suffix, *help;
    bool folder;
} formats[] = {
    {SAVE_PCAP, "pcap", ".pcap", "packets of these sessions, from the first to the last", false},
    {SAVE_PCAPNG, "pcapng", ".pcapng", "the same, with comments: session, login, findings", false},
    {SAVE_EXPORT, "transcript", ".txt", "the dialogs, with replies explained and bodies", false},
    {SAVE_EXPORT, "json", ".ndjson", "NDJSON (ECS): sessions, messages, logins, findings", false},
    {SAVE_TABLE, "csv", ".csv", "the list of sessions with the columns shown", false},
    {SAVE_EXPORT, "sessions", ".txt", "one line a session", false},
    {SAVE_EXPORT, "credentials", ".txt", "one line a login", false},
    {SAVE_EXPORT, "findings", ".txt", "one line a finding", false},
    {SAVE_EXPORT, "stats", ".txt", "figures over these sessions", false},
    {SAVE_EXPORT, "export-eml", "", "messages, one .eml file each, into a folder", true},
    {SAVE_EXPORT, "export-mbox", ".mbox", "messages in one mbox file", false},
    {SAVE_EXPORT, "export-transcripts", "", "one text file a session, into a folder", true},
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

struct save {
    struct dialog dialog;
    struct store_item subject;
    bool has_subject, has_message;
    uint64_t counts[WHATS];
    int what;
    size_t format;
    bool secrets;
    struct edit path;
    bool path_typed; /* the person wrote one: it is not made again from the format */
    enum field field;
    struct save_job *job;
    char message[512];
    bool wrong;
};

/* ---- choices ---- */

static const char *hindrance(const struct save *s, size_t format)
{
    bool message = s->what == THIS_MESSAGE;
    switch (formats[format].kind) {
    case SAVE_PCAP:
    case SAVE_PCAPNG:
        return message ? "a message has no packets of its own"
                       : save_packets_hindrance(s->dialog.ui);
    case SAVE_TABLE:
        return message ? "a list of sessions, not of messages" : NULL;
    default:
        return export_find(formats[format].name) ? NULL : "not built in";
    }
}

static size_t format_by_name(const char *name)
{
    size_t i = 0;
    while (i + 1 < FORMATS && strcmp(formats[i].name, name) != 0) {
        i++;
    }
    return i;
}

static void suggest_path(struct save *s)
{
    char time[WHEN_ROOM], text[EDIT_MOST];
    int64_t now = store_counters(s->dialog.ui->store).now;
    if (s->path_typed) {
        return;
    }
    when_date_time(now >= 0 ? now : 0, s->dialog.ui->utc, time); /* 2025-11-01 12:26:40.010 */
    snprintf(text, sizeof(text), "mail-%.4s%.2s%.2s-%.2s%.2s%s", time, time + 5, time + 8,
             time + 11, time + 14, formats[s->format].suffix);
    edit_set(&s->path, text);
}

static void count_all(struct save *s)
{
    struct ui *u = s->dialog.ui;
    struct store_counters c = store_counters(u->store);
    s->counts[THIS_MESSAGE] = s->has_message;
    s->counts[THIS_SESSION] = s->has_subject;
    s->counts[MARKED] = c.marked;
    s->counts[SHOWN] = rows_count(u->rows[LIST_SESSIONS]);
    s->counts[ALL] = c.sessions;
}

static void step_what(struct save *s, bool forward)
{
    for (int i = 0; i < WHATS; i++) {
        s->what = (s->what + (forward ? 1 : WHATS - 1)) % WHATS;
        if (s->counts[s->what]) {
            break;
        }
    }
}

static void step_format(struct save *s, bool forward)
{
    for (size_t i = 0; i < FORMATS; i++) {
        s->format = (s->format + (forward ? 1 : FORMATS - 1)) % FORMATS;
        if (!hindrance(s, s->format)) {
            break;
        }
    }
    suggest_path(s);
}

struct dialog *dialog_save_open(struct ui *u, const struct view *from)
{
    struct save *s = xcalloc(1, sizeof(*s));
    bool is_message = false;
    s->dialog = (struct dialog){&dialog_save, u};
    s->has_subject = from->ops->subject && from->ops->subject(from, &s->subject, &is_message);
    s->has_message = s->has_subject && is_message;
    count_all(s);
    s->what = s->has_message                                ? THIS_MESSAGE
              : s->counts[MARKED]                           ? MARKED
              : s->has_subject && from->id >= VIEW_DIALOGUE ? THIS_SESSION
                                                            : SHOWN;
    s->format = s->has_message ? format_by_name("export-eml") : 0; /* else pcap */
    if (hindrance(s, s->format)) {
        step_format(s, true);
    }
    suggest_path(s);
    return &s->dialog;
}

/* ---- saving ---- */

static void push(struct save_request *r, size_t *room, struct store_ref ref)
{
    if (r->sessions == *room) {
        *room = *room ? *room * 2 : 64;
        r->session = xrealloc(r->session, *room * sizeof(*r->session));
    }
    r->session[r->sessions++] = ref;
}

static void collect(struct save *s, struct save_request *r)
{
    struct ui *u = s->dialog.ui;
    size_t room = 0;
    if (s->what == THIS_MESSAGE || s->what == THIS_SESSION) {
        push(r, &room, s->subject.session);
        r->message = s->what == THIS_MESSAGE ? s->subject.index + 1 : 0;
        return;
    }
    bool shown = s->what == SHOWN;
    size_t n =
        shown ? rows_count(u->rows[LIST_SESSIONS]) : store_list_size(u->store, LIST_SESSIONS);
    for (size_t i = 0; i < n; i++) {
        struct store_ref ref = shown ? rows_at(u->rows[LIST_SESSIONS], i).session
                                     : store_list_item(u->store, LIST_SESSIONS, i).session;
        if (store_alive(u->store, ref) &&
            (s->what != MARKED || store_flags(u->store, ref) & STORE_MARKED)) {
            push(r, &room, ref);
        }
    }
}

static void start(struct save *s)
{
    struct save_request r = {.kind = formats[s->format].kind,
                             .secrets = s->secrets,
                             .folder = formats[s->format].folder};
    struct error e;
    const char *why = hindrance(s, s->format);
    s->wrong = true;
    if (why || s->counts[s->what] == 0 || s->path.n == 0) {
        snprintf(s->message, sizeof(s->message), "%s",
                 why              ? why
                 : s->path.n == 0 ? "a name is needed"
                                  : "there is nothing of that kind");
        return;
    }
    snprintf(r.path, sizeof(r.path), "%s", s->path.text);
    r.format = r.kind == SAVE_EXPORT ? export_find(formats[s->format].name) : NULL;
    collect(s, &r);
    s->job = save_job_start(s->dialog.ui, &r, &e);
    s->wrong = s->job == NULL;
    snprintf(s->message, sizeof(s->message), "%s", s->job ? "" : e.text);
}

static bool work(struct dialog *d, int64_t deadline, bool *done)
{
    struct save *s = (struct save *)d;
    char text[512];
    *done = false;
    if (!s->job) {
        count_all(s);
        return false;
    }
    if (!save_job_work(s->job, deadline)) {
        return true;
    }
    bool good = save_job_result(s->job, text, sizeof(text));
    save_job_free(&s->job);
    if (good) {
        ui_say(d->ui, STYLE_NOTICE, "%s", text);
        *done = true;
    } else {
        s->wrong = true;
        snprintf(s->message, sizeof(s->message), "%s", text);
    }
    return false;
}

/* ---- keys ---- */

static void change(struct save *s, bool forward)
{
    switch (s->field) {
    case FIELD_WHAT:
        step_what(s, forward);
        if (hindrance(s, s->format)) {
            step_format(s, true);
        }
        break;
    case FIELD_FORMAT:
        step_format(s, forward);
        break;
    case FIELD_SECRETS:
        s->secrets = !s->secrets;
        break;
    default:
        break;
    }
}

static void step_field(struct save *s, bool forward)
{
    s->field = (enum field)((s->field + (forward ? 1 : FIELDS - 1)) % FIELDS);
}

static bool key(struct dialog *d, const struct key *k)
{
    struct save *s = (struct save *)d;
    bool changed;
    if (k->code == KC_ESCAPE || k->code == 3) {
        if (!s->job) {
            return false;
        }
        save_job_free(&s->job);
        snprintf(s->message, sizeof(s->message), "stopped; what was not whole is removed");
        return true;
    }
    if (s->job) {
        return true;
    }
    if (k->code == KC_TAB || k->code == KC_SHIFT_TAB) {
        step_field(s, k->code == KC_TAB);
    } else if (k->code == KC_RETURN) {
        start(s);
    } else if (s->field == FIELD_PATH && k->code != KC_UP && k->code != KC_DOWN) {
        if (edit_key(&s->path, k, &changed)) {
            s->path_typed |= changed;
        }
    } else if (s->field == FIELD_FORMAT && (k->code == KC_UP || k->code == KC_DOWN)) {
        step_format(s, k->code == KC_DOWN);
    } else if (k->code == KC_UP || k->code == KC_DOWN) {
        step_field(s, k->code == KC_DOWN);
    } else if (k->code == ' ' || k->code == KC_RIGHT || k->code == 'l') {
        change(s, true);
    } else if (k->code == KC_LEFT || k->code == 'h') {
        change(s, false);
    } else if (k->code == 'q') {
        return false;
    }
    return true;
}

static void close_dialog(struct dialog *d)
{
    struct save *s = (struct save *)d;
    save_job_free(&s->job);
    free(s);
}

/* ---- drawing ---- */

#define BOX_COLS 80
#define BOX_ROWS 22
#define LABEL    10

static void draw_label(const struct save *s, const struct pane *p, int row, enum field f,
                       const char *text)
{
    pane_str(p, row, 2, LABEL - 2, s->field == f ? STYLE_KEY : STYLE_NORMAL, text);
    if (s->field == f) {
        pane_str(p, row, 1, 1, STYLE_TITLE, ">");
    }
}

static int draw_what(const struct save *s, const struct pane *p, int row)
{
    static const char *const names[WHATS] = {"this message", "this session", "marked", "shown",
                                             "all"};
    char room[HUMAN_ROOM];
    int x = LABEL;
    draw_label(s, p, row, FIELD_WHAT, "What");
    for (int i = 0; i < WHATS; i++) {
        if (i < MARKED && !s->counts[i]) {
            continue;
        }
        enum style style = s->counts[i] == 0 ? STYLE_DIM : STYLE_NORMAL;
        char text[64];
        snprintf(text, sizeof(text), "(%c) %s%s%s", s->what == i ? '*' : ' ',
                 i >= MARKED ? human_count(s->counts[i], room) : "", i >= MARKED ? " " : "",
                 names[i]);
        if (x + (int)strlen(text) > p->cols - 2) {
            x = LABEL;
            row++;
        }
        x += pane_str(p, row, x, p->cols - x - 1, style, text) + 2;
    }
    return row + 1;
}

static int draw_formats(const struct save *s, const struct pane *p, int row, int rows)
{
    size_t first = s->format >= (size_t)rows ? s->format - (size_t)rows + 1 : 0;
    draw_label(s, p, row, FIELD_FORMAT, "Format");
    for (int i = 0; i < rows && first + (size_t)i < FORMATS; i++) {
        size_t f = first + (size_t)i;
        const char *why = hindrance(s, f), *name = formats[f].name;
        if (strncmp(name, "export-", 7) == 0) {
            name += 7;
        }
        enum style style = why ? STYLE_DIM : f == s->format ? STYLE_TITLE : STYLE_NORMAL;
        pane_printf(p, row + i, LABEL, p->cols - LABEL - 1, style, "(%c) %-12s%s",
                    f == s->format ? '*' : ' ', name, why ? why : formats[f].help);
    }
    return row + rows;
}

static void draw_progress(const struct save *s, const struct pane *p, int row)
{
    int percent = save_job_percent(s->job);
    pane_printf(p, row, 2, 12, STYLE_NORMAL, "saving %d %%", percent);
    pane_bar(p, row, 16, p->cols - 18, STYLE_BAR_GRAPH, (uint64_t)percent, 100);
    pane_str(p, row + 1, 2, p->cols - 4, STYLE_DIM, "Esc stops; a half written file is removed");
}

/* The reason stands at the end of a sentence: it is wrapped rather than cut. */
static void draw_message(const struct save *s, const struct pane *p, int row)
{
    struct pane rest = pane_sub(p, row, 2, p->rows - row - 2, p->cols - 4);
    struct doc text;
    doc_init(&text, 0);
    doc_text(&text, s->wrong ? STYLE_ERROR : STYLE_NOTICE, bytes_of(s->message));
    doc_wrap(&text, rest.cols);
    doc_draw(&text, &rest, 0);
    doc_done(&text);
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct save *s = (const struct save *)d;
    int rows = all->rows < BOX_ROWS ? all->rows : BOX_ROWS,
        cols = all->cols < BOX_COLS ? all->cols : BOX_COLS;
    struct pane p = pane_sub(all, (all->rows - rows) / 2, (all->cols - cols) / 2, rows, cols);
    int list = rows - 10 < (int)FORMATS ? rows - 10 : (int)FORMATS;
    pane_box(&p, "Save");
    int row = draw_what(s, &p, 1);
    row = draw_formats(s, &p, row, list > 1 ? list : 1);
    draw_label(s, &p, row, FIELD_SECRETS, "Secrets");
    pane_printf(&p, row++, LABEL, cols - LABEL - 1, s->secrets ? STYLE_TEMP : STYLE_NORMAL,
                "[%c] in clear (pcap always has them)", s->secrets ? 'x' : ' ');
    draw_label(s, &p, row, FIELD_PATH, formats[s->format].folder ? "Folder" : "File");
    edit_draw(&s->path, &p, row++, LABEL, cols - LABEL - 2, STYLE_TITLE, s->field == FIELD_PATH);
    pane_str(&p, row++, LABEL, cols - LABEL - 1, STYLE_DIM,
             "mode 0600; what exists is never replaced (NAME.2 instead)");
    if (s->job) {
        draw_progress(s, &p, row);
    } else {
        draw_message(s, &p, row);
    }
    draw_label(s, &p, rows - 2, FIELD_SAVE, "");
    pane_str(&p, rows - 2, 2, 10, s->field == FIELD_SAVE ? STYLE_TAB : STYLE_KEY, "Enter Save");
    pane_str(&p, rows - 2, 14, cols - 15, STYLE_DIM, "Tab next field   Space change   Esc leave");
}

const struct dialog_ops dialog_save = {
    .draw = draw, .key = key, .work = work, .close = close_dialog};
