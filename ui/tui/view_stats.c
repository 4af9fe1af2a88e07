/* Figures: protocols, answer times, sessions over time, replies, who talks most, findings. */
#include "ui/tui/view_stats.h"

#include "ui/tui/clock.h"

#define AGAIN_AFTER (2 * CLOCK_S) /* figures of shown sessions are made anew at most so often */

bool statistics_of_shown(const struct statistics *s)
{
    return !s->everything && s->view.ui->filter_text[0] != '\0';
}

const struct stats *statistics_figures(const struct statistics *s)
{
    return statistics_of_shown(s) && s->own ? s->own : store_stats(s->view.ui->store);
}

/* ---- making the figures of shown sessions ---- */

static bool work(struct view *v, int64_t deadline)
{
    struct statistics *s = (struct statistics *)v;
    struct ui *u = v->ui;
    struct rows *rows = u->rows[LIST_SESSIONS];
    if (!statistics_of_shown(s) || rows->phase != ROWS_STEADY) {
        return false;
    }
    bool other = rows_epoch(rows) != s->next_epoch || s->taken > rows_count(rows);
    if (!s->next ||
        (!s->making && (other || s->taken < rows_count(rows)) && clock_over(s->again))) {
        stats_free(&s->next);
        s->next = stats_new(u->geo);
        s->next_epoch = rows_epoch(rows);
        s->taken = 0;
        s->making = true;
    }
    for (size_t n = 1; s->making && s->taken < rows_count(rows); n++) {
        store_stats_add(u->store, rows_at(rows, s->taken++).session, s->next);
        if (n % 16 == 0 && clock_over(deadline)) {
            return true;
        }
    }
    if (s->making) {
        struct stats *old = s->own;
        s->own = s->next;
        s->next = NULL;
        stats_free(&old);
        s->next = stats_new(u->geo);
        s->making = false;
        s->again = clock_now() + AGAIN_AFTER;
    }
    return false;
}

/* ---- blocks ---- */

static void add_block(struct statistics *s, enum kind kind, const char *title, int rows, int items)
{
    if (s->blocks < BLOCKS_MOST && rows > 0) {
        s->block[s->blocks++] =
            (struct block){.kind = kind, .title = title, .rows = rows, .items = items};
    }
}

static void add_table(struct statistics *s, enum stats_table table, const char *title,
                      const char *field)
{
    struct stats_row rows[STATISTICS_TOP], others;
    uint64_t total;
    int n = (int)stats_top(statistics_figures(s), table, rows, STATISTICS_TOP, &others, &total);
    if (n > 0) {
        add_block(s, TABLE, title, n, n);
        s->block[s->blocks - 1].table = table;
        s->block[s->blocks - 1].field = field;
    }
}

static void find_steps(struct statistics *s)
{
    s->step_count = 0;
    for (int i = 0; i < STEP_COUNT; i++) {
        if (stats_latency(statistics_figures(s), (enum stats_step)i).n) {
            s->steps[s->step_count++] = (enum stats_step)i;
        }
    }
}

static void make_blocks(struct statistics *s)
{
    s->blocks = 0;
    s->protocol_count = (int)stats_protocols(statistics_figures(s), s->protocols, PROTOCOLS_MOST);
    find_steps(s);
    if (s->protocol_count == 0) {
        return;
    }
    add_block(s, PROTOCOLS, "Protocols", s->protocol_count + 1, s->protocol_count);
    add_block(s, LATENCIES, "Answer times (s)", s->step_count ? s->step_count + 1 : 0,
              s->step_count);
    add_block(s, TIMELINE, "Sessions", STATISTICS_TIMELINE, 0);
    add_block(s, HISTOGRAM, "Answer times of", s->step_count ? STATISTICS_BARS : 0, 0);
    add_table(s, STATS_REPLIES, "Replies", "code");
    add_table(s, STATS_CLIENTS, "Clients", "client");
    add_table(s, STATS_SERVERS, "Servers", "server");
    add_table(s, STATS_SENDER_DOMAINS, "Sender domains", "from");
    add_table(s, STATS_RECIPIENT_DOMAINS, "Recipient domains", "rcpt");
    add_table(s, STATS_MECHANISMS, "Logins", "auth");
    add_table(s, STATS_FINDINGS, "Findings", "finding");
    if (s->view.ui->geo) {
        add_table(s, STATS_COUNTRIES, "Countries", "country");
        add_table(s, STATS_NETWORKS, "Networks", NULL);
    }
    add_block(s, QUALITY, "Capture and sizes", 3, 0);
}

/* Two columns of blocks where there is room: each goes where less stands. */
static void place_blocks(struct statistics *s, int cols)
{
    int columns = cols >= STATISTICS_WIDE ? 2 : 1, w = columns == 2 ? (cols - 1) / 2 : cols;
    int y[2] = {0, 0};
    for (int i = 0; i < s->blocks; i++) {
        struct block *b = &s->block[i];
        int c = columns == 2 && (i < 4 ? i % 2 : y[1] < y[0]);
        b->x = c ? w + 1 : 0;
        b->y = y[c];
        b->w = c ? cols - w - 1 : w;
        y[c] += b->rows + 1;
    }
    s->height = y[0] > y[1] ? y[0] : y[1];
}

static void show_cursor(struct statistics *s, int rows)
{
    if (s->blocks == 0) {
        s->top = 0;
        return;
    }
    s->at = s->at < s->blocks ? s->at : s->blocks - 1;
    const struct block *b = &s->block[s->at];
    s->line = s->line < b->items ? s->line : b->items > 0 ? b->items - 1 : 0;
    int y = b->y + 1 + b->rows - b->items + s->line;
    int from = s->line == 0 ? b->y : y;
    if (from < s->top) {
        s->top = from;
    }
    if (y >= s->top + rows) {
        s->top = y - rows + 1;
    }
    if (s->top + rows > s->height) {
        s->top = s->height > rows ? s->height - rows : 0;
    }
}

static void layout(struct view *v, int rows, int cols)
{
    struct statistics *s = (struct statistics *)v;
    make_blocks(s);
    place_blocks(s, cols);
    show_cursor(s, rows - 1);
    if (s->at < s->blocks && s->block[s->at].kind == LATENCIES && s->line < s->step_count) {
        s->step = s->steps[s->line];
    } else if (s->step_count && stats_latency(statistics_figures(s), s->step).n == 0) {
        s->step = s->steps[0];
    }
}

static void open_view(struct view *v, const struct view_target *t)
{
    struct statistics *s = (struct statistics *)v;
    (void)t;
    s->slot = -1; /* chosen by the span */
}

static void close_view(struct view *v)
{
    struct statistics *s = (struct statistics *)v;
    stats_free(&s->own);
    stats_free(&s->next);
}

/* ---- keys ---- */

static void step_block(struct statistics *s, bool forward)
{
    for (int k = 0; k < s->blocks; k++) {
        s->at = (s->at + (forward ? 1 : s->blocks - 1)) % s->blocks;
        if (s->block[s->at].items) {
            break;
        }
    }
    s->line = 0;
}

static void step_line(struct statistics *s, bool down)
{
    int line = s->line + (down ? 1 : -1);
    if (s->blocks == 0) {
        return;
    }
    if (line < 0) {
        if (s->at > 0 || s->top > 0) {
            step_block(s, false);
            s->line = s->block[s->at].items - 1;
        }
    } else if (line >= s->block[s->at].items) {
        step_block(s, true);
    } else {
        s->line = line;
    }
}

static void add_quoted(struct buf *out, struct bytes value)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\') {
            buf_add_byte(out, '\\');
        }
        buf_add_byte(out, value.p[i]);
    }
    buf_add_byte(out, '"');
}

/* The filter of the line under the cursor; false when it has none. */
static bool filter_of_line(const struct statistics *s, struct buf *out)
{
    const struct block *b = &s->block[s->at];
    struct stats_row rows[STATISTICS_TOP], others;
    uint64_t total;
    if (b->kind == PROTOCOLS && s->line < s->protocol_count) {
        const struct stats_protocol *r = &s->protocols[s->line];
        buf_printf(out, r->port ? "proto:%s serverport:%u" : "proto:%s", r->protocol, r->port);
        return true;
    }
    if (b->kind != TABLE || !b->field) {
        return false;
    }
    size_t n = stats_top(statistics_figures(s), b->table, rows, STATISTICS_TOP, &others, &total);
    if ((size_t)s->line >= n) {
        return false;
    }
    struct bytes rest = rows[s->line].name, first = rest;
    if (b->table == STATS_REPLIES) {
        first = bytes_word(&rest);
        uint64_t code;
        buf_add_str(out, bytes_u64(first, &code) ? "code:" : "reply:");
        add_quoted(out, first);
        if (rest.n) {
            buf_add_str(out, " enh:");
            buf_add(out, rest);
        }
        return true;
    }
    if (b->table == STATS_SERVERS) { /* "198.51.100.10 25" */
        first = bytes_word(&rest);
        buf_add_str(out, "server:");
        buf_add(out, first);
        buf_add_str(out, " serverport:");
        buf_add(out, rest);
        return true;
    }
    buf_printf(out, "%s%s", b->field, b->table == STATS_FINDINGS ? "=" : ":");
    add_quoted(out, first);
    return true;
}

static void open_line(struct statistics *s)
{
    struct ui *u = s->view.ui;
    struct filter_error e;
    struct buf text;
    buf_init(&text, EDIT_MOST - 1);
    if (s->blocks && filter_of_line(s, &text)) {
        if (ui_filter(u, buf_cstr(&text), &e)) {
            ui_open(u, VIEW_SESSIONS, NULL);
            ui_say(u, STYLE_NOTICE, "these sessions; Ctrl-K removes the filter");
        } else {
            ui_say(u, STYLE_ERROR, "%s: %s", buf_cstr(&text), e.text);
        }
    }
    buf_done(&text);
}

/* The filter that lists the sessions behind the line. */
static void copies(const struct view *v, struct copies *out)
{
    const struct statistics *s = (const struct statistics *)v;
    struct buf text;
    buf_init(&text, EDIT_MOST - 1);
    if (s->blocks && filter_of_line(s, &text)) {
        copies_add(out, "filter", buf_bytes(&text));
    }
    buf_done(&text);
}

static bool act(struct view *v, enum action a)
{
    struct statistics *s = (struct statistics *)v;
    switch (a) {
    case ACT_DOWN:
    case ACT_UP:
        step_line(s, a == ACT_DOWN);
        return true;
    case ACT_PAGE_DOWN:
    case ACT_HALF_DOWN:
    case ACT_PAGE_UP:
    case ACT_HALF_UP:
    case ACT_BLOCK_NEXT:
    case ACT_BLOCK_PREVIOUS:
        step_block(s, a == ACT_PAGE_DOWN || a == ACT_HALF_DOWN || a == ACT_BLOCK_NEXT);
        return true;
    case ACT_FIRST:
        s->at = s->line = 0;
        return true;
    case ACT_LAST:
        s->at = 0;
        step_block(s, false);
        return true;
    case ACT_OPEN:
        open_line(s);
        return true;
    case ACT_SCOPE:
        s->everything = !s->everything;
        return true;
    case ACT_BUCKET:
        s->slot = s->slot + 1 >= STATISTICS_SLOTS ? -1 : s->slot + 1;
        return true;
    default:
        return false;
    }
}

static void click(struct view *v, int row, int col, bool twice)
{
    struct statistics *s = (struct statistics *)v;
    int y = row - 1 + s->top;
    for (int i = 0; i < s->blocks; i++) {
        const struct block *b = &s->block[i];
        int line = y - b->y - 1 - (b->rows - b->items);
        if (col >= b->x && col < b->x + b->w && line >= 0 && line < b->items) {
            s->at = i;
            s->line = line;
            if (twice) {
                open_line(s);
            }
            return;
        }
    }
}

const struct view_ops view_stats = {
    .size = sizeof(struct statistics),
    .tab = true,
    .open = open_view,
    .close = close_view,
    .layout = layout,
    .work = work,
    .draw = statistics_draw,
    .detail = statistics_detail,
    .act = act,
    .copies = copies,
    .click = click,
};
