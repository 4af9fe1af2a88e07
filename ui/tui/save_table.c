#include "ui/tui/save_table.h"

#include "capture/base/text.h"
#include "capture/base/when.h"

#include <inttypes.h>

#define NS INT64_C(1000000000)

/* What a spreadsheet would take for a formula gets an apostrophe in front, which it does not show:
 * nothing that a stranger wrote is to be worked out there. */
static bool may_be_formula(struct bytes text)
{
    return text.n > 1 && memchr("=+-@\t", text.p[0], 5) != NULL;
}

static void add_field(struct bytes text, struct buf *out)
{
    buf_add_byte(out, '"');
    if (may_be_formula(text)) {
        buf_add_byte(out, '\'');
    }
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"') {
            buf_add_byte(out, '"');
        }
        buf_add_byte(out, text.p[i]);
    }
    buf_add_byte(out, '"');
}

static void add_text(const struct ui *u, const struct store_session *s, enum column_id c,
                     struct buf *out)
{
    struct buf text, safe;
    enum style style = STYLE_NORMAL;
    buf_init(&text, 1u << 16);
    buf_init(&safe, 1u << 18);
    column_cell(u, s, c, &text, &style);
    text_escape(&safe, buf_bytes(&text));
    add_field(buf_bytes(&safe), out);
    buf_done(&text);
    buf_done(&safe);
}

static void add_seconds(int64_t ns, struct buf *out)
{
    if (ns >= 0) { /* else it is not known */
        buf_printf(out, "%" PRId64 ".%06" PRId64, ns / NS, ns % NS / 1000);
    }
}

static void add_time(const struct ui *u, int64_t ns, struct buf *out)
{
    char text[WHEN_ROOM];
    when_date_time(ns, u->utc, text);
    buf_add_str(out, text);
}

/* As on the screen, but without what only saves room there. */
static void add_cell(const struct ui *u, const struct store_session *s, enum column_id c,
                     struct buf *out)
{
    int64_t n = 0;
    bool number = column_number(u, s, c, &n);
    switch (c) {
    case COLUMN_start:
        add_time(u, n, out);
        break;
    case COLUMN_end:
        if (!(s->flags & STORE_OPEN)) {
            add_time(u, n, out);
        }
        break;
    case COLUMN_dur:
    case COLUMN_idle:
    case COLUMN_rtt:
    case COLUMN_slow:
        add_seconds(n, out);
        break;
    case COLUMN_worst:
        add_field(bytes_of(n ? severity_name((enum severity)n) : ""), out);
        break;
    case COLUMN_date:
    case COLUMN_vlan:
        add_text(u, s, c, out);
        break;
    default:
        if (number) {
            buf_printf(out, "%" PRId64, n);
        } else {
            add_text(u, s, c, out);
        }
    }
}

void save_table_head(const struct ui *u, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < u->columns.count; i++) {
        enum column_id c = u->columns.choice[i].id;
        if (column_available(c, u)) {
            buf_printf(out, "%s%s", first ? "" : ",", column_name(c));
            first = false;
        }
    }
    buf_add_str(out, "\r\n");
}

bool save_table_row(const struct ui *u, struct store_ref ref, struct buf *out)
{
    struct store_session s;
    bool first = true;
    if (!store_session(u->store, ref, false, &s)) {
        return false;
    }
    for (size_t i = 0; i < u->columns.count; i++) {
        enum column_id c = u->columns.choice[i].id;
        if (column_available(c, u)) {
            buf_add_str(out, first ? "" : ",");
            add_cell(u, &s, c, out);
            first = false;
        }
    }
    buf_add_str(out, "\r\n");
    return true;
}
