/* Help: the key table, what letters and colours mean, and the filter's fields. */
#include "ui/tui/view.h"

#include "ui/tui/doc.h"
#include "ui/tui/list.h"

#include <stdio.h>

#define KEY_COLS 20

struct help {
    struct view view;
    struct doc doc;
    struct list list;
    enum view_id about;
    char search[EDIT_MOST];
    int built; /* for this width */
};

static void add_keys(struct help *h, enum view_id about)
{
    size_t count;
    const struct key_row *rows = key_rows(&count);
    for (int g = 0; g < GROUP_COUNT; g++) {
        bool any = false;
        for (size_t i = 0; i < count; i++) {
            if ((int)rows[i].group != g || !(rows[i].views & 1u << about)) {
                continue;
            }
            struct buf keys;
            buf_init(&keys, 128);
            keymap_keys(&h->view.ui->config->keys, about, &rows[i], &keys);
            if (keys.n) {
                if (!any) {
                    doc_blank(&h->doc);
                    doc_printf(&h->doc, STYLE_TITLE, "%s", key_group_title((enum key_group)g));
                    any = true;
                }
                char label[64];
                snprintf(label, sizeof(label), "  %s", buf_cstr(&keys));
                doc_pair(&h->doc, label, STYLE_NORMAL, bytes_of(rows[i].help));
            }
            buf_done(&keys);
        }
    }
}

static void add_marks(struct help *h)
{
    struct doc *d = &h->doc;
    doc_blank(d);
    doc_printf(d, STYLE_TITLE, "Letters in the list");
    for (int c = 0; c < COLUMN_COUNT; c++) {
        char label[48];
        snprintf(label, sizeof(label), "  %s", column_title((enum column_id)c));
        doc_pair(d, label, STYLE_NORMAL, bytes_of(column_help((enum column_id)c)));
    }
    doc_blank(d);
    doc_printf(d, STYLE_TITLE, "In a dialog");
    doc_pair(d, "  p", STYLE_NORMAL, bytes_of("sent before the previous command was answered"));
    doc_pair(d, "  !", STYLE_NORMAL,
             bytes_of("slow: the reply took longer than `set slow` allows"));
    doc_pair(d, "  STATE?", STYLE_NORMAL, bytes_of("the step broke the protocol"));
    doc_pair(d, "  C: S: C* S*", STYLE_NORMAL, bytes_of("client and server; * a message body"));
    doc_pair(d, "  ! @ -- C? S?", STYLE_NORMAL,
             bytes_of("finding, login, TCP or TLS, bytes missing"));
    doc_pair(d, "  \\x1b \\u{202e}", STYLE_NORMAL,
             bytes_of("bytes that could command the terminal are spelled out, everywhere"));
}

static void add_colours(struct help *h)
{
    struct doc *d = &h->doc;
    doc_blank(d);
    doc_printf(d, STYLE_TITLE, "Colours (each also has a sign or word)");
    for (int s = 0; s < STYLE_COUNT; s++) {
        char label[48];
        snprintf(label, sizeof(label), "  %s", style_row((enum style)s)->area);
        doc_pair(d, label, (enum style)s, bytes_of(style_row((enum style)s)->help));
    }
}

static void add_filter(struct help *h)
{
    struct doc *d = &h->doc;
    size_t count;
    const struct filter_field *f = filter_fields(&count);
    doc_blank(d);
    doc_printf(d, STYLE_TITLE, "Filter");
    doc_pair(d, "  field:text", STYLE_NORMAL,
             bytes_of("contains; a number equals; an address equals or lies in a network"));
    doc_pair(d, "  = != ~ !~", STYLE_NORMAL,
             bytes_of("whole value, regular expression, and their opposites"));
    doc_pair(d, "  < <= > >=", STYLE_NORMAL,
             bytes_of("numbers, sizes 4K 1M, times 12:30 -5m, durations 200ms 5s"));
    doc_pair(d, "  :(a,b)  :a..b", STYLE_NORMAL, bytes_of("one of several; a range"));
    doc_pair(d, "  and or not ( )", STYLE_NORMAL, bytes_of("a blank means and"));
    doc_pair(d, "  word", STYLE_NORMAL, bytes_of("stands in any shown column"));
    doc_pair(d, "  @name", STYLE_NORMAL, bytes_of("a filter of the settings: set filter.name ..."));
    doc_blank(d);
    for (size_t i = 0; i < count; i++) {
        char label[48];
        snprintf(label, sizeof(label), "  %s", f[i].name);
        doc_pair(d, label, STYLE_NORMAL, bytes_of(f[i].help));
    }
}

static void build(struct help *h)
{
    doc_clear(&h->doc);
    add_keys(h, h->about);
    add_marks(h);
    add_colours(h);
    add_filter(h);
    doc_blank(&h->doc);
    doc_printf(&h->doc, STYLE_DIM,
               "Keys and colours can be changed in ~/.config/mailwire/config: "
               "bind SCREEN KEY ACTION, color AREA FG BG LOOK.");
}

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
    pane_printf(p, 0, 0, p->cols, STYLE_TAB, " Help: %s", view_title(h->about));
    doc_draw(&h->doc, &text, h->list.top);
}

static void detail(const struct view *v, const struct pane *p)
{
    const struct help *h = (const struct help *)v;
    size_t last = h->list.top + (size_t)(h->list.page > 0 ? h->list.page : 0);
    pane_printf(p, 0, 1, p->cols - 2, STYLE_DIM, "%zu of %zu lines   man mailwire has more",
                last < h->doc.rows ? last : h->doc.rows, h->doc.rows);
}

/* The line's label and text hold the search. */
static bool hit(const struct help *h, size_t row)
{
    const struct doc_line *line = &h->doc.line[h->doc.row[row].line];
    struct bytes all = buf_bytes(&h->doc.bytes);
    return bytes_search(bytes_sub(all, line->text, line->text_n), h->search, 0) != SIZE_MAX ||
           bytes_search(bytes_sub(all, line->label, line->label_n), h->search, 0) != SIZE_MAX;
}

static void jump(struct help *h, bool forward)
{
    size_t n = h->doc.rows;
    for (size_t k = 1; k <= n && h->search[0]; k++) {
        size_t row = list_around(h->list.top, k, n, forward);
        if (hit(h, row)) {
            h->list.top = row;
            return;
        }
    }
    ui_say(h->view.ui, STYLE_DIM, h->search[0] ? "not found" : "/ searches first");
}

static bool act(struct view *v, enum action a)
{
    struct help *h = (struct help *)v;
    if (list_scroll(&h->list, a)) {
        return true;
    }
    if (a == ACT_NEXT || a == ACT_PREVIOUS) {
        jump(h, a == ACT_NEXT);
        return true;
    }
    return false;
}

static void search(struct view *v, const char *text)
{
    struct help *h = (struct help *)v;
    snprintf(h->search, sizeof(h->search), "%s", text);
    jump(h, true);
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
};
