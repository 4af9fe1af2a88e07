/* -T findings: one line a finding, as they are made. */
#include "ui/export/view.h"

enum { SEVERITY = 8, RULE = 28, SESSION = 7 };

static void put_header(struct view *v)
{
    view_cell(v, bytes_of(v->config->utc ? "Time (UTC)" : "Time"), VIEW_TIME_WIDTH);
    view_cell(v, bytes_of("Severity"), SEVERITY);
    view_cell(v, bytes_of("Rule"), RULE);
    view_cell(v, bytes_of("Session"), SESSION);
    view_cell(v, bytes_of("Client"), VIEW_END_WIDTH);
    view_cell(v, bytes_of("Server"), VIEW_END_WIDTH);
    buf_add_str(&v->out.b, "Finding");
    view_line(v);
}

static void put_text(struct view *v, const struct note *n)
{
    struct buf *out = &v->out.b;
    note_text(n, out);
    for (uint32_t i = 0; i < n->session_count; i++) {
        buf_add_str(out, i == 0 ? "; sessions " : ", ");
        buf_add_str(out, n->sessions[i]);
    }
}

static void findings_event(struct sink *self, const struct event *e)
{
    struct view *v = (struct view *)self;
    const struct note *n = e->u.note;
    view_time(v, n->time);
    view_cell(v, bytes_of(severity_name(n->severity)), SEVERITY);
    view_cell(v, bytes_of(note_rule(n->id)->id), RULE);
    if (e->session != NULL) {
        view_number(v, e->session->number, SESSION);
    } else {
        view_cell(v, bytes_of("several"), SESSION);
    }
    view_end(v, e->session, FROM_CLIENT, VIEW_END_WIDTH);
    view_end(v, e->session, FROM_SERVER, VIEW_END_WIDTH);
    put_text(v, n);
    view_line(v);
}

static struct sink *findings_open(const struct export_config *c, struct error *e)
{
    (void)e;
    struct view *v = view_new(c, findings_event, HEARS_ONLY(EVENT_BIT(EV_NOTE)));
    put_header(v);
    return &v->sink;
}

const struct export_format export_findings = {
    .name = "findings",
    .help = "one line a finding",
    .is_view = true,
    .open = findings_open,
};
