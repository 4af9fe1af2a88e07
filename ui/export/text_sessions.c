/* -T sessions: one line a session, as sessions end. */
#include "capture/base/text.h"
#include "ui/export/export.h"
#include "ui/export/out.h"
#include "ui/export/summary.h"

#include <stdlib.h>

/* Widths: times and numbers fit; text that does not is cut with "…". */
enum {
    NUMBER = 7,
    START = 23,
    DURATION = 8,
    PROTOCOL = 5,
    END = 21,
    STATE = 13,
    USER = 16,
    MESSAGES = 5,
    SIZE = 6,
    FINDINGS = 5
};

/* A cell that had to be escaped may take 36 bytes a column (a character and eight marks). */
#define CELL_MOST ((size_t)END * 36)
#define LINE_ROOM (6 * CELL_MOST)

struct sessions_view {
    struct sink sink;
    const struct export_config *config;
    struct out out;
    struct buf cell, address;
    struct summary_clock clock;
    bool headed;
};

static void put_header(struct sessions_view *v)
{
    buf_printf(&v->out.b, "%*s %-*s %*s %-*s %-*s %-*s %-*s %-*s %*s %*s %*s %s\n", NUMBER, "#",
               START, v->config->utc ? "Start (UTC)" : "Start", DURATION, "Duration", PROTOCOL,
               "Proto", END, "Client", END, "Server", STATE, "State", USER, "User", MESSAGES,
               "Msgs", SIZE, "Bytes", FINDINGS, "Find", "Summary");
    out_line(&v->out);
    v->headed = true;
}

/* The cells are written straight into the output's room, one line at a time: this is called for
 * every session of a capture, and appending piece by piece would cost more than the pieces. */

static uint8_t *cell_end(uint8_t *p, size_t used, int width)
{
    while (used++ <= (size_t)width) {
        *p++ = ' ';
    }
    return p;
}

static uint8_t *right_cell(uint8_t *p, const void *text, size_t n, size_t width)
{
    for (size_t i = n; i < width; i++) {
        *p++ = ' ';
    }
    memcpy(p, text, n);
    p[n] = ' ';
    return p + n + 1;
}

static uint8_t *number_cell(uint8_t *p, uint64_t n, size_t width)
{
    uint8_t digits[TEXT_NUMBER_ROOM];
    return right_cell(p, digits, text_number(digits, n), width);
}

static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < ' ' || text.p[i] > '~') {
            return false;
        }
    }
    return true;
}

static uint8_t *text_cell(struct sessions_view *v, uint8_t *p, struct bytes text, int width)
{
    if (text.n > (size_t)width || !is_plain(text)) {
        buf_clear(&v->cell);
        text_fit(&v->cell, text, width, false);
        memcpy(p, v->cell.p, v->cell.n);
        p[v->cell.n] = ' ';
        return p + v->cell.n + 1;
    }
    if (text.n > 0) {
        memcpy(p, text.p, text.n);
    }
    return cell_end(p + text.n, text.n, width);
}

static uint8_t *end_cell(struct sessions_view *v, uint8_t *p, const struct session_info *s,
                         enum dir d)
{
    const struct endpoint *e = session_endpoint(s, d);
    if (s->flow->ip_version != 4) {
        buf_clear(&v->address);
        summary_address(&v->address, e, s->flow->ip_version);
        return text_cell(v, p, buf_bytes(&v->address), END);
    }
    uint8_t *from = p;
    for (int i = 0; i < 4; i++) {
        p += text_number(p, e->ip[i]);
        *p++ = i < 3 ? '.' : ':';
    }
    p += text_number(p, e->port);
    return cell_end(p, (size_t)(p - from), END);
}

/* "2 H": how many and the worst. */
static uint8_t *findings_cell(uint8_t *p, const struct session_info *s)
{
    if (s->notes == 0) {
        return cell_end(p, 0, FINDINGS);
    }
    p = number_cell(p, s->notes, FINDINGS - 2);
    *p++ = (uint8_t)summary_severity(s->worst);
    *p++ = ' ';
    return p;
}

static uint8_t *put_cells(struct sessions_view *v, uint8_t *p, const struct session_info *s)
{
    char text[WHEN_ROOM];
    p = number_cell(p, s->number, NUMBER);
    p = right_cell(p, text, summary_time(&v->clock, s->start, text), START);
    p = right_cell(p, text, when_duration(s->last - s->start, text), DURATION);
    p = text_cell(v, p, bytes_of(s->protocol), PROTOCOL);
    p = end_cell(v, p, s, FROM_CLIENT);
    p = end_cell(v, p, s, FROM_SERVER);
    p = text_cell(v, p, bytes_of(s->state), STATE);
    p = text_cell(v, p, s->user, USER);
    p = number_cell(p, s->messages, MESSAGES);
    uint64_t bytes = session_count(s, FROM_CLIENT)->bytes + session_count(s, FROM_SERVER)->bytes;
    p = right_cell(p, text, summary_size(bytes, text), SIZE);
    return findings_cell(p, s);
}

static void put_session(struct sessions_view *v, const struct session_info *s)
{
    struct buf *out = &v->out.b;
    uint8_t *p = buf_room(out, LINE_ROOM);
    out->n += (size_t)(put_cells(v, p, s) - p);
    summary_session(out, s);
    while (out->p[out->n - 1] == ' ') { /* no summary: the line has no blanks at its end */
        out->n--;
    }
    buf_add_byte(out, '\n');
    out_line(&v->out);
}

static void sessions_event(struct sink *self, const struct event *e)
{
    struct sessions_view *v = (struct sessions_view *)self;
    if (!v->headed) {
        put_header(v);
    }
    if (e->kind == EV_CLOSE) {
        put_session(v, e->session);
    }
}

static bool sessions_close(struct sink *self, struct error *err)
{
    struct sessions_view *v = (struct sessions_view *)self;
    bool fine = out_done(&v->out, err);
    buf_done(&v->cell);
    buf_done(&v->address);
    free(v);
    return fine;
}

static struct sink *sessions_open(const struct export_config *c, struct error *e)
{
    (void)e;
    struct sessions_view *v = xcalloc(1, sizeof *v);
    v->sink =
        (struct sink){sessions_event, sessions_close,
                      HEARS_ONLY(EVENT_BIT(EV_OPEN) | EVENT_BIT(EV_CLOSE) | EVENT_BIT(EV_CAPTURE))};
    v->config = c;
    out_init(&v->out, c->out, c->line_buffered);
    buf_init(&v->cell, CELL_MOST);
    buf_init(&v->address, CELL_MOST);
    summary_clock_init(&v->clock, c->utc);
    return &v->sink;
}

const struct export_format export_sessions = {
    .name = "sessions",
    .help = "one line a session",
    .is_view = true,
    .ignores_headers = true,
    .open = sessions_open,
};
