#include "ui/tui/empty.h"

#include "ui/tui/human.h"

#define MARGIN 5
#define INDENT 7

static void say_title(const struct ui *u, const struct pane *p, int row)
{
    const char *text = store_progress(u->store)->ended ? "No SMTP, POP2 or POP3 session in"
                       : u->live                       ? "No mail session yet. Listening on"
                                                       : "No mail session yet in";
    pane_printf(p, row, MARGIN, p->cols - MARGIN - 1, STYLE_TITLE, "%s %s.", text, u->input);
}

static void say_packets(const struct capture_totals *t, const struct pane *p, int row)
{
    char a[HUMAN_ROOM], b[HUMAN_ROOM];
    if (t->packets == 0) {
        pane_str(p, row, INDENT, p->cols - INDENT - 1, STYLE_NORMAL, "not one packet came");
        return;
    }
    int used = pane_printf(p, row, INDENT, p->cols - INDENT - 1, STYLE_NORMAL, "%s packet%s",
                           human_count(t->packets, a), human_s(t->packets));
    if (t->ignored) {
        pane_printf(p, row, INDENT + used, p->cols - INDENT - used - 1, STYLE_NORMAL,
                    ", %s of them no TCP over IP", human_count(t->ignored, b));
    }
}

static void say_connections(const struct capture_totals *t, const struct pane *p, int row)
{
    char a[HUMAN_ROOM], b[HUMAN_ROOM];
    int used =
        pane_printf(p, row, INDENT, p->cols - INDENT - 1, STYLE_NORMAL, "%s TCP connection%s",
                    human_count(t->connections, a), human_s(t->connections));
    if (t->silent) {
        pane_printf(p, row, INDENT + used, p->cols - INDENT - used - 1, STYLE_NORMAL,
                    ", on %s of them nothing was said", human_count(t->silent, b));
    }
}

/* "TCP ports seen: 443 (9), 8025 (2)". */
static void say_ports(const struct relay_progress *now, const struct pane *p, int row)
{
    char n[HUMAN_ROOM];
    struct buf b;
    buf_init(&b, 512);
    buf_add_str(&b, "TCP ports seen: ");
    for (size_t i = 0; i < PORTS_TOLD && now->ports[i].connections; i++) {
        buf_printf(&b, "%s%u (%s)", i ? ", " : "", now->ports[i].port,
                   human_short(now->ports[i].connections, n));
    }
    pane_text(p, row, INDENT, p->cols - INDENT - 1, STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
}

/* What to try: first where packets come from, then what they say. */
static void say_try(const struct ui *u, const struct relay_progress *now, const struct pane *p,
                    int row)
{
    const char *first = NULL, *second = NULL;
    if (now->totals.packets == 0) {
        first = u->live ? "Try: another interface (:interface lists them)"
                        : "Try: another file; this one is empty";
        second = u->capture_filter ? "     without the capture filter, which lets nothing through"
                                   : NULL;
    } else if (now->totals.connections == 0) {
        first = "No TCP connection was answered: is the capture made where mail passes?";
    } else {
        first = "What a connection says decides, on every port: none of these spoke mail.";
        second = "Try: :port 8025=smtp where the first words leave it open what a port is for.";
    }
    pane_str(p, row, MARGIN, p->cols - MARGIN - 1, STYLE_DIM, first);
    if (second) {
        pane_str(p, row + 1, MARGIN, p->cols - MARGIN - 1, STYLE_DIM, second);
    }
}

void empty_draw_no_session(const struct ui *u, const struct pane *p)
{
    const struct relay_progress *now = store_progress(u->store);
    int row = 2;
    say_title(u, p, row++);
    say_packets(&now->totals, p, row++);
    if (u->capture_filter) {
        pane_printf(p, row++, INDENT, p->cols - INDENT - 1, STYLE_NORMAL, "capture filter: %s",
                    u->capture_filter);
    }
    if (now->totals.packets) {
        say_connections(&now->totals, p, row++);
    }
    if (now->ports[0].connections) {
        say_ports(now, p, row++);
    }
    if (now->ended || u->live) {
        say_try(u, now, p, row + 1);
    }
}

void empty_draw_none_shown(const struct ui *u, const struct pane *p)
{
    char room[HUMAN_ROOM];
    uint64_t hidden = store_counters(u->store).sessions;
    pane_printf(p, 2, MARGIN, p->cols - MARGIN - 1, STYLE_TITLE,
                "No session matches. %s %s hidden by the filter.", human_count(hidden, room),
                hidden == 1 ? "is" : "are");
    pane_str(p, 3, MARGIN, p->cols - MARGIN - 1, STYLE_DIM,
             "Ctrl-K removes it, F3 changes it, F7 is a form for it.");
}
