/* Help: keys, commands, what letters and colours mean, the filter's fields; all from the tables.
 * What is typed behind "/" leaves the lines that hold it.
 */
#include "ui/tui/command.h"

#include "ui/tui/doc.h"
#include "ui/tui/list.h"

#include <stdio.h>

#define KEY_COLS 20

struct help {
    struct view view;
    struct doc doc;
    struct list list;
    enum view_id about;
    char wanted[EDIT_MOST]; /* only lines with this */
    const char *title;      /* of the section, while none of its lines was added */
};

/* ---- building ---- */

static void begin(struct help *h, const char *title)
{
    h->title = title;
}

static bool is_wanted(const struct help *h, const char *label, const char *text)
{
    return bytes_search(bytes_of(label), h->wanted, 0) != SIZE_MAX ||
           bytes_search(bytes_of(text), h->wanted, 0) != SIZE_MAX;
}

static void add(struct help *h, const char *label, enum style s, const char *text)
{
    char indented[64];
    if (h->wanted[0] && !is_wanted(h, label, text)) {
        return;
    }
    if (h->title) {
        doc_blank(&h->doc);
        doc_printf(&h->doc, STYLE_TITLE, "%s", h->title);
        h->title = NULL;
    }
    snprintf(indented, sizeof(indented), "  %s", label);
    doc_pair(&h->doc, indented, s, bytes_of(text));
}

static void add_keys(struct help *h)
{
    size_t count;
    const struct key_row *rows = key_rows(&count);
    for (int g = 0; g < GROUP_COUNT; g++) {
        begin(h, key_group_title((enum key_group)g));
        for (size_t i = 0; i < count; i++) {
            if ((int)rows[i].group != g || !(rows[i].views & 1u << h->about)) {
                continue;
            }
            struct buf keys;
            buf_init(&keys, 128);
            keymap_keys(&h->view.ui->config->keys, h->about, &rows[i], &keys);
            if (keys.n) {
                add(h, buf_cstr(&keys), STYLE_NORMAL, rows[i].help);
            }
            buf_done(&keys);
        }
    }
}

static void add_commands(struct help *h)
{
    size_t count;
    const struct typed_command *c = command_rows(&count);
    begin(h, "Commands");
    add(h, ":NUMBER", STYLE_NORMAL, "open the session of that number");
    for (size_t i = 0; i < count; i++) {
        char label[40], text[160];
        snprintf(label, sizeof(label), ":%s", c[i].name);
        snprintf(text, sizeof(text), "%s%s%s", c[i].follows, c[i].follows[0] ? "   " : "",
                 c[i].help);
        add(h, label, STYLE_NORMAL, text);
    }
}

static void add_marks(struct help *h)
{
    static const char *const marks[][2] = {
        {"p", "sent before the previous command was answered"},
        {"!", "slow: the reply took longer than `set slow` allows"},
        {"STATE?", "the step broke the protocol"},
        {"C: S: C* S*", "client and server; * a message body"},
        {"! @ -- C? S?", "finding, login, TCP or TLS, bytes missing"},
        {"\\x1b \\u{202e}", "bytes that could command the terminal are spelled out, everywhere"},
    };
    begin(h, "Letters in the list");
    for (int c = 0; c < COLUMN_COUNT; c++) {
        add(h, column_title((enum column_id)c), STYLE_NORMAL, column_help((enum column_id)c));
    }
    begin(h, "In a dialog");
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        add(h, marks[i][0], STYLE_NORMAL, marks[i][1]);
    }
}

static void add_colours(struct help *h)
{
    begin(h, "Colours (each also has a sign or word)");
    for (int s = 0; s < STYLE_COUNT; s++) {
        add(h, style_row((enum style)s)->area, (enum style)s, style_row((enum style)s)->help);
    }
}

static void add_filter(struct help *h)
{
    static const char *const grammar[][2] = {
        {"field:text", "contains; a number equals; an address equals or lies in a network"},
        {"= != ~ !~", "whole value, regular expression, and their opposites"},
        {"< <= > >=", "numbers, sizes 4K 1M, times 12:30 -5m, durations 200ms 5s"},
        {":(a,b)  :a..b", "one of several; a range"},
        {"and or not ( )", "a blank means and"},
        {"word", "stands in any shown column"},
        {"@name", "a filter of the settings: set filter.name ..."},
    };
    size_t count;
    const struct filter_field *f = filter_fields(&count);
    begin(h, "Filter");
    for (size_t i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++) {
        add(h, grammar[i][0], STYLE_NORMAL, grammar[i][1]);
    }
    begin(h, "Fields of the filter");
    for (size_t i = 0; i < count; i++) {
        add(h, f[i].name, STYLE_NORMAL, f[i].help);
    }
}

static void build(struct help *h)
{
    doc_clear(&h->doc);
    add_keys(h);
    add_commands(h);
    add_marks(h);
    add_colours(h);
    add_filter(h);
    if (h->wanted[0]) {
        return;
    }
    doc_blank(&h->doc);
    doc_printf(&h->doc, STYLE_DIM,
               "Keys and colours can be changed in ~/.config/mailwire/config: "
               "bind SCREEN KEY ACTION, color AREA FG BG LOOK.");
}

/* ---- the screen ---- */

static void open_view(struct view *v, const struct view_target *t)
{
    struct help *h = (struct help *)v;
    h->about = t->about;
    doc_init(&h->doc, KEY_COLS);
    build(h);
}

static void close_view(struct view *v)
{
    doc_done(&((struct help *)v)->doc);
}

static void layout(struct view *v, int rows, int cols)
{
    struct help *h = (struct help *)v;
    doc_wrap(&h->doc, cols - 3);
    h->list.count = h->doc.rows;
    h->list.page = rows - 1;
    size_t most = h->doc.rows > (size_t)(rows - 1) ? h->doc.rows - (size_t)(rows - 1) : 0;
    h->list.top = h->list.top > most ? most : h->list.top;
}

static void draw(const struct view *v, const struct pane *p)
{
    const struct help *h = (const struct help *)v;
    struct pane text = pane_sub(p, 1, 2, p->rows - 1, p->cols - 2);
    pane_fill(p, 0, 0, 1, p->cols, STYLE_BAR);
    int used = pane_printf(p, 0, 0, p->cols, STYLE_TAB, " Help: %s", view_title(h->about));
    if (h->wanted[0]) {
        pane_printf(p, 0, used + 2, p->cols - used - 3, STYLE_BAR, "only lines with \"%s\"",
                    h->wanted);
    }
    if (h->doc.rows == 0) {
        pane_str(&text, 1, 0, text.cols - 1, STYLE_DIM, "no line has this text; Esc shows all");
    }
    doc_draw(&h->doc, &text, h->list.top);
}

static void detail(const struct view *v, const struct pane *p)
{
    const struct help *h = (const struct help *)v;
    size_t last = h->list.top + (size_t)(h->list.page > 0 ? h->list.page : 0);
    pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "%zu of %zu lines   man mailwire has more",
                last < h->doc.rows ? last : h->doc.rows, h->doc.rows);
}

static void search(struct view *v, const char *text)
{
    struct help *h = (struct help *)v;
    snprintf(h->wanted, sizeof(h->wanted), "%s", text);
    h->list.top = 0;
    build(h);
}

static bool act(struct view *v, enum action a)
{
    struct help *h = (struct help *)v;
    if (list_scroll(&h->list, a)) {
        return true;
    }
    if (a == ACT_BACK && h->wanted[0]) {
        search(v, "");
        return true;
    }
    return false;
}

const struct view_ops view_help = {
    .size = sizeof(struct help),
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .draw = draw,
    .detail = detail,
    .act = act,
    .search = search,
    .search_typed = search,
};
