/* Setup: what can be changed while the viewer runs; some of it is kept in the settings on request.
 */
#include "ui/tui/view.h"

#include "ui/tui/clock.h"
#include "ui/tui/human.h"
#include "ui/tui/list.h"

#include <stdio.h>
#include <stdlib.h>

#define BOX_COLS     76
#define LABEL_COLS   22
#define VALUE_COLS   18
#define MEMORY_LEAST (UINT64_C(32) << 20)
#define MEMORY_MOST  (UINT64_C(64) << 30)

struct setup {
    struct dialog dialog;
    struct list list;
};

static const char *on_off(bool on)
{
    return on ? "on" : "off";
}

/* The next or the previous of n, round and round. */
static int around(int at, int n, bool forward)
{
    return (at + (forward ? 1 : n - 1)) % n;
}

/* ---- what there is: its value in words, and the next one ---- */

static void times_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    static const char *const names[TIMES_COUNT] = {"clock", "since start", "since step before"};
    snprintf(out, HUMAN_ROOM, "%s", names[u->times]);
}

static void times_step(struct ui *u, bool forward)
{
    u->times = (enum time_mode)around((int)u->times, TIMES_COUNT, forward);
}

static void utc_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    snprintf(out, HUMAN_ROOM, "%s", on_off(u->utc));
}

static void utc_step(struct ui *u, bool forward)
{
    (void)forward;
    u->utc = u->config->utc = !u->utc;
}

static void colour_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    static const char *const names[COLOUR_COUNT] = {"result", "protocol, side", "state"};
    snprintf(out, HUMAN_ROOM, "%s", names[u->colour]);
}

static void colour_step(struct ui *u, bool forward)
{
    u->colour = (enum colour_mode)around((int)u->colour, COLOUR_COUNT, forward);
}

static void names_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    snprintf(out, HUMAN_ROOM, "%s", on_off(!u->config->addresses));
}

static void names_step(struct ui *u, bool forward)
{
    (void)forward;
    ui_show_addresses(u, !u->config->addresses);
}

static void secrets_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    snprintf(out, HUMAN_ROOM, "%s", u->show_secrets ? "shown" : "hidden");
}

static void secrets_step(struct ui *u, bool forward)
{
    (void)forward;
    u->show_secrets = !u->show_secrets;
}

static void follow_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    snprintf(out, HUMAN_ROOM, "%s", on_off(u->follow));
}

static void follow_step(struct ui *u, bool forward)
{
    (void)forward;
    u->follow = !u->follow;
}

static void header_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    snprintf(out, HUMAN_ROOM, "%s", u->no_header ? "hidden" : "shown");
}

static void header_step(struct ui *u, bool forward)
{
    (void)forward;
    u->no_header = !u->no_header;
}

static void slow_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    int64_t ms = u->config->slow_reply / CLOCK_MS;
    snprintf(out, HUMAN_ROOM, ms % 1000 ? "%lldms" : "%llds",
             (long long)(ms % 1000 ? ms : ms / 1000));
}

static void slow_step(struct ui *u, bool forward)
{
    static const int64_t steps[] = {100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000};
    int n = (int)(sizeof(steps) / sizeof(steps[0])), at = 0;
    while (at + 1 < n && steps[at] * CLOCK_MS < u->config->slow_reply) {
        at++;
    }
    u->config->slow_reply = steps[around(at, n, forward)] * CLOCK_MS;
}

static void memory_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    human_size(store_counters(u->store).ceiling, out);
}

static void memory_step(struct ui *u, bool forward)
{
    uint64_t now = store_counters(u->store).ceiling, next = forward ? now * 2 : now / 2;
    if (next >= MEMORY_LEAST && next <= MEMORY_MOST) {
        store_set_ceiling(u->store, next);
    }
}

static void clipboard_value(const struct ui *u, char out[static HUMAN_ROOM])
{
    static const char *const names[] = {"auto", "on", "off"};
    snprintf(out, HUMAN_ROOM, "%s", names[u->config->screen.copies]);
}

static void clipboard_step(struct ui *u, bool forward)
{
    u->config->screen.copies = (enum copy_use)around((int)u->config->screen.copies, 3, forward);
}

static const struct {
    const char *label, *help;
    const char *setting; /* its name in the settings; NULL: it is for this run only */
    void (*value)(const struct ui *u, char out[static HUMAN_ROOM]);
    void (*step)(struct ui *u, bool forward);
} rows[] = {
    {"Times", "in a dialog's rows", NULL, times_value, times_step},
    {"Times in UTC", "else local time", "utc", utc_value, utc_step},
    {"Colours tell", "", NULL, colour_value, colour_step},
    {"Names for addresses", "aliases, greetings", "names", names_value, names_step},
    {"Secrets", "passwords, tokens", NULL, secrets_value, secrets_step},
    {"Follow new sessions", "", NULL, follow_value, follow_step},
    {"Rows above the list", "", NULL, header_value, header_step},
    {"A reply is slow after", "", "slow", slow_value, slow_step},
    {"Memory of the viewer", "then the oldest go", NULL, memory_value, memory_step},
    {"Copy with OSC 52", "auto: ask terminfo", "clipboard", clipboard_value, clipboard_step},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- the dialog ---- */

struct dialog *dialog_setup_open(struct ui *u)
{
    struct setup *s = xcalloc(1, sizeof(*s));
    s->dialog = (struct dialog){&dialog_setup, u};
    return &s->dialog;
}

static void close_dialog(struct dialog *d)
{
    free(d);
}

static void keep(struct setup *s)
{
    struct ui *u = s->dialog.ui;
    char value[HUMAN_ROOM];
    const char *name = rows[s->list.cursor].setting;
    if (!name) {
        ui_say(u, STYLE_DIM, "this holds for this run only");
        return;
    }
    rows[s->list.cursor].value(u, value);
    if (ui_keep(u, name, value)) {
        ui_say(u, STYLE_NOTICE, "kept in the settings: set %s %s", name, value);
    }
}

static bool key(struct dialog *d, const struct key *k)
{
    struct setup *s = (struct setup *)d;
    switch (k->code) {
    case KC_ESCAPE:
    case KC_RETURN:
    case 'q':
    case 3:
        return false;
    case ' ':
    case KC_RIGHT:
    case '>':
    case 'l':
        rows[s->list.cursor].step(d->ui, true);
        return true;
    case KC_LEFT:
    case '<':
    case 'h':
        rows[s->list.cursor].step(d->ui, false);
        return true;
    case 'w':
        keep(s);
        return true;
    default:
        list_act(&s->list, keymap_find(&d->ui->config->keys, VIEW_SESSIONS, k->code));
        return true;
    }
}

static void draw_row(const struct setup *s, const struct pane *p, int row, size_t i)
{
    char value[HUMAN_ROOM];
    struct pane line = pane_sub(p, row, 1, 1, p->cols - 2);
    rows[i].value(s->dialog.ui, value);
    pane_str(&line, 0, 1, LABEL_COLS, STYLE_NORMAL, rows[i].label);
    pane_str(&line, 0, LABEL_COLS + 1, VALUE_COLS, STYLE_TITLE, value);
    pane_printf(&line, 0, LABEL_COLS + VALUE_COLS + 2, line.cols - LABEL_COLS - VALUE_COLS - 3,
                STYLE_DIM, "%s%s", rows[i].setting ? "w keeps   " : "          ", rows[i].help);
    if (i == s->list.cursor) {
        pane_select(&line, 0);
    }
}

static void draw(const struct dialog *d, const struct pane *all)
{
    const struct setup *s = (const struct setup *)d;
    const struct ui *u = d->ui;
    int cols = all->cols < BOX_COLS ? all->cols : BOX_COLS;
    int rows_most = (int)ROWS + 5, height = all->rows < rows_most ? all->rows : rows_most;
    struct pane p = pane_amid(all, height, cols);
    struct list l = s->list; /* a copy: drawing changes nothing */
    pane_box(&p, "Setup");
    list_layout(&l, ROWS, height - 4);
    for (int r = 0; r < height - 4 && l.top + (size_t)r < ROWS; r++) {
        draw_row(s, &p, r + 1, l.top + (size_t)r);
    }
    ui_draw_notice(u, &p, height - 3);
    pane_str(&p, height - 2, 2, cols - 4, STYLE_DIM,
             cols > 60 ? "Space < > change   w keep in the settings   Enter done"
                       : "Space < > change  w keep  Enter");
}

static bool work(struct dialog *d, int64_t deadline, bool *done)
{
    struct setup *s = (struct setup *)d;
    (void)deadline;
    *done = false;
    list_layout(&s->list, ROWS, (int)ROWS);
    return false;
}

const struct dialog_ops dialog_setup = {
    .draw = draw, .key = key, .work = work, .close = close_dialog};
