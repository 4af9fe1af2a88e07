#include "ui/tui/packet_comments.h"

#include "capture/base/text.h"

#include <inttypes.h>
#include <stdlib.h>

#define LINE_MOST 1000 /* bytes of one comment; several may stand on a packet */
#define TEXT_MOST (256u << 20)

struct comment {
    uint64_t packet;
    size_t at, n; /* in text */
};

struct packet_comments {
    struct buf text;
    struct comment *comment;
    size_t count, room;
    struct buf lines; /* of the packet asked for last */
};

struct packet_comments *packet_comments_new(void)
{
    struct packet_comments *c = xcalloc(1, sizeof(*c));
    buf_init(&c->text, TEXT_MOST);
    buf_init(&c->lines, 60000);
    return c;
}

void packet_comments_free(struct packet_comments **pc)
{
    struct packet_comments *c = *pc;
    if (c) {
        buf_done(&c->text);
        buf_done(&c->lines);
        free(c->comment);
        free(c);
        *pc = NULL;
    }
}

static void add(struct packet_comments *c, uint64_t packet, const struct buf *line)
{
    size_t at = c->text.n;
    if (packet == 0 || !buf_add(&c->text, buf_bytes(line))) {
        return;
    }
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 256;
        c->comment = xrealloc(c->comment, c->room * sizeof(*c->comment));
    }
    c->comment[c->count++] = (struct comment){packet, at, c->text.n - at};
}

static void add_session(struct packet_comments *c, const struct ui *u,
                        const struct store_session *s)
{
    struct buf line, cell;
    enum style style = STYLE_NORMAL;
    buf_init(&line, LINE_MOST);
    buf_init(&cell, LINE_MOST);
    buf_printf(&line, "session %" PRIu64 ": ", s->number);
    column_cell(u, s, COLUMN_proto, &line, &style);
    buf_add_byte(&line, ' ');
    ui_endpoint(&s->info, FROM_CLIENT, true, &line);
    buf_add_str(&line, " -> ");
    ui_endpoint(&s->info, FROM_SERVER, true, &line);
    buf_printf(&line, ", %s, ", s->info.state);
    column_cell(u, s, COLUMN_result, &cell, &style);
    text_escape(&line, buf_bytes(&cell));
    add(c, s->info.flow->first_packet, &line);
    buf_done(&line);
    buf_done(&cell);
}

static void add_login(struct packet_comments *c, uint64_t number, const struct credential *login)
{
    struct buf line;
    buf_init(&line, LINE_MOST);
    buf_printf(&line, "session %" PRIu64 ": login ", number);
    text_escape(&line, login->user);
    buf_printf(&line, " by %s, %s", login->mechanism,
               login->success == TRI_YES  ? "accepted"
               : login->success == TRI_NO ? "refused"
                                          : "answer not seen");
    add(c, login->packet, &line);
    buf_done(&line);
}

static void add_finding(struct packet_comments *c, uint64_t number, const struct note *n)
{
    struct buf line;
    buf_init(&line, LINE_MOST);
    buf_printf(&line, "session %" PRIu64 ": finding %s (%s): ", number, note_rule(n->id)->id,
               severity_name(n->severity));
    note_text(n, &line);
    add(c, n->packet, &line);
    buf_done(&line);
}

void packet_comments_add(struct packet_comments *c, const struct ui *u, struct store_ref session)
{
    struct store_session s;
    if (!store_session(u->store, session, false, &s)) {
        return;
    }
    uint64_t number = s.number;
    uint32_t logins = s.credentials, findings = s.findings;
    add_session(c, u, &s);
    for (uint32_t i = 0; i < logins; i++) {
        struct credential login;
        if (store_credential(u->store, (struct store_item){session, i}, &login)) {
            add_login(c, number, &login);
        }
    }
    for (uint32_t i = 0; i < findings; i++) {
        struct note n;
        if (store_finding(u->store, (struct store_item){session, i}, &n, NULL)) {
            add_finding(c, number, &n);
        }
    }
}

/* By packet; of one packet in the order in which they were added. */
static int compare(const void *a, const void *b)
{
    const struct comment *x = a, *y = b;
    return x->packet != y->packet ? (x->packet < y->packet ? -1 : 1)
                                  : (x->at > y->at) - (x->at < y->at);
}

void packet_comments_sort(struct packet_comments *c)
{
    if (c->count) {
        qsort(c->comment, c->count, sizeof(*c->comment), compare);
    }
}

struct bytes packet_comments_of(struct packet_comments *c, uint64_t packet)
{
    size_t from = 0, to = c->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (c->comment[middle].packet < packet) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    buf_clear(&c->lines);
    for (; from < c->count && c->comment[from].packet == packet; from++) {
        if (c->lines.n) {
            buf_add_byte(&c->lines, '\n');
        }
        buf_add(&c->lines, bytes_sub(buf_bytes(&c->text), c->comment[from].at, c->comment[from].n));
    }
    return buf_bytes(&c->lines);
}
