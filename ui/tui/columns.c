#include "ui/tui/columns.h"

#include "capture/base/when.h"
#include "dissect/tls.h"
#include "ui/tui/human.h"
#include "ui/tui/view.h"

#include <stdio.h>

enum { LEFT, RIGHT, MIDDLE, FLEX };

/* ---- what stands in a cell ---- */

struct cell_of {
    const struct ui *ui;
    const struct store_session *s;
    struct buf *out;
    enum style *style;
};

static void add_span(const struct cell_of *c, int64_t ns)
{
    char room[HUMAN_ROOM];
    buf_add_str(c->out, human_span(ns, room));
}

static void add_size(const struct cell_of *c, uint64_t n)
{
    char room[HUMAN_ROOM];
    buf_add_str(c->out, human_size(n, room));
}

static void add_short(const struct cell_of *c, uint64_t n)
{
    char room[HUMAN_ROOM];
    buf_add_str(c->out, human_short(n, room));
}

/* Counts of which none is worth a glance: empty instead of 0. */
static void add_some(const struct cell_of *c, uint64_t n)
{
    if (n) {
        add_short(c, n);
    }
}

static uint64_t bytes_of_session(const struct session_info *i)
{
    return i->flow->count[0].bytes + i->flow->count[1].bytes;
}

static uint64_t packets_of_session(const struct session_info *i)
{
    return i->flow->count[0].packets + i->flow->count[1].packets;
}

static uint64_t retransmitted(const struct session_info *i)
{
    return (uint64_t)i->flow->count[0].retransmitted + i->flow->count[1].retransmitted;
}

static int64_t duration(const struct session_info *i)
{
    return i->last >= i->start ? i->last - i->start : -1;
}

static int64_t idle(const struct ui *u, const struct store_session *s)
{
    int64_t now = store_counters(u->store).now;
    return s->flags & STORE_OPEN && now >= s->info.last ? now - s->info.last : -1;
}

static void cell_number(const struct cell_of *c)
{
    buf_printf(c->out, "%llu", (unsigned long long)c->s->number);
}

static void cell_date(const struct cell_of *c)
{
    char text[WHEN_ROOM];
    when_date_time(c->s->info.start, c->ui->utc, text);
    buf_add(c->out, bytes_sub(bytes_of(text), 0, 10));
}

static void cell_start(const struct cell_of *c)
{
    ui_clock(c->ui, c->s->info.start, 0, c->out);
}

static void cell_end(const struct cell_of *c)
{
    if (!(c->s->flags & STORE_OPEN)) {
        ui_clock(c->ui, c->s->info.last, 0, c->out);
    }
}

/* Never wider than five columns: "5:24", "1h02", "4d12". */
static void cell_dur(const struct cell_of *c)
{
    int64_t minutes = duration(&c->s->info) / (60 * INT64_C(1000000000));
    if (minutes >= 24 * 60) {
        buf_printf(c->out, "%dd%02d", (int)(minutes / 1440), (int)(minutes / 60 % 24));
    } else if (minutes >= 60) {
        buf_printf(c->out, "%dh%02d", (int)(minutes / 60), (int)(minutes % 60));
    } else {
        add_span(c, duration(&c->s->info));
    }
}

static void cell_idle(const struct cell_of *c)
{
    add_span(c, idle(c->ui, c->s));
}

static void cell_proto(const struct cell_of *c)
{
    for (const char *p = c->s->info.protocol; *p; p++) {
        buf_add_byte(c->out, (uint8_t)ascii_upper(*p));
    }
}

static void cell_tls(const struct cell_of *c)
{
    const struct tls_info *tls = c->s->info.tls;
    bool offered = c->s->flags & STORE_TLS_OFFERED;
    *c->style = tls ? STYLE_TLS : offered ? STYLE_TEMP : STYLE_DIM;
    buf_add_str(c->out, !tls ? (offered ? "x" : "-") : tls->start == TLS_IMPLICIT ? "T" : "S");
}

static void cell_client(const struct cell_of *c)
{
    ui_end(c->ui, &c->s->info, FROM_CLIENT, PORT_ALWAYS, c->out);
}

static void cell_server(const struct cell_of *c)
{
    ui_end(c->ui, &c->s->info, FROM_SERVER, PORT_ALWAYS, c->out);
}

static void cell_serverip(const struct cell_of *c)
{
    ui_endpoint(&c->s->info, FROM_SERVER, true, c->out);
}

static void cell_state(const struct cell_of *c)
{
    const struct session_info *i = &c->s->info;
    *c->style = ui_session_style(c->ui, c->s);
    switch (i->end) {
    case END_RST:
        *c->style = STYLE_BAD;
        buf_add_str(c->out, "RESET");
        break;
    case END_IDLE:
        *c->style = STYLE_TEMP;
        buf_add_str(c->out, "IDLE");
        break;
    case END_EVICTED:
        *c->style = STYLE_LOST;
        buf_add_str(c->out, "EVICTED");
        break;
    default:
        buf_add_str(c->out, ui_state(i->state));
        break;
    }
}

static void cell_user(const struct cell_of *c)
{
    buf_add(c->out, c->s->info.user);
    if (c->s->info.login == TRI_NO) {
        *c->style = STYLE_BAD;
    }
}

static void cell_msgs(const struct cell_of *c)
{
    add_short(c, c->s->info.messages);
}

static void cell_bytes(const struct cell_of *c)
{
    add_size(c, bytes_of_session(&c->s->info));
}

static void cell_worst(const struct cell_of *c)
{
    *c->style = ui_severity_style(c->s->info.worst);
    buf_add_byte(c->out, (uint8_t)ui_severity_letter(c->s->info.worst));
}

/* Counts of a POP mailbox; they stand in the part of a session that rows do not come with. */
static bool add_mailbox(const struct cell_of *c)
{
    struct store_session full;
    if (!store_session(c->ui->store, c->s->ref, true, &full) || !full.info.mailbox) {
        return false;
    }
    const struct mailbox *m = full.info.mailbox;
    if (!m->has_messages && m->retrieved_count == 0 && m->deleted_count == 0) {
        return false;
    }
    buf_printf(c->out, "%u", m->retrieved_count);
    if (m->has_messages) {
        buf_printf(c->out, " of %llu", (unsigned long long)m->messages);
    }
    buf_add_str(c->out, " fetched");
    if (m->deleted_count) {
        buf_printf(c->out, ", %u deleted%s", m->deleted_count,
                   m->committed == TRI_NO ? " (rolled back)" : "");
    }
    return true;
}

/* What a person wants to know first: the refusal it ended with, else what came of the mail. */
static void cell_result(const struct cell_of *c)
{
    const struct session_info *i = &c->s->info;
    char room[16];
    *c->style = ui_session_style(c->ui, c->s);
    if (i->last_negative && i->last_reply.n) {
        buf_add(c->out, i->last_reply);
    } else if (i->has_transaction && i->messages) {
        buf_add_str(c->out, outcome_name(i->first_outcome));
        if (i->messages > 1) {
            buf_printf(c->out, ", %u messages", i->messages);
        }
    } else if (i->protocol[0] == 'p' && !i->tls && add_mailbox(c)) {
        return;
    } else if (i->tls) {
        buf_add_str(c->out, "encrypted");
        buf_printf(c->out, i->tls->version ? ", %s" : "%s",
                   i->tls->version ? tls_version_name(i->tls->version, room) : "");
        if (i->tls->server_name.n) {
            buf_add_str(c->out, ", ");
            buf_add(c->out, i->tls->server_name);
        }
    } else if (i->last_reply.n) {
        buf_add(c->out, i->last_reply);
    } else if (c->s->flags & STORE_OPEN) {
        buf_add_str(c->out, "open");
    } else {
        buf_printf(c->out, "nothing refused (%s)", session_end_name(i->end));
    }
}

static void cell_summary(const struct cell_of *c)
{
    const struct session_info *i = &c->s->info;
    if (i->has_transaction) {
        buf_add(c->out, i->first_sender.n ? i->first_sender : bytes_of("<>"));
        buf_add_str(c->out, " > ");
        buf_add(c->out, i->first_recipient);
        buf_printf(c->out, " %s", outcome_name(i->first_outcome));
    } else if (i->protocol[0] == 'p') {
        add_mailbox(c);
    }
}

static void cell_helo(const struct cell_of *c)
{
    buf_add(c->out, c->s->info.client_name);
}

static void cell_banner(const struct cell_of *c)
{
    buf_add(c->out, c->s->info.banner);
}

static void cell_from(const struct cell_of *c)
{
    const struct session_info *i = &c->s->info;
    if (i->has_transaction) {
        buf_add(c->out, i->first_sender.n ? i->first_sender : bytes_of("<>"));
    }
}

static void cell_rcpt(const struct cell_of *c)
{
    buf_add(c->out, c->s->info.first_recipient);
}

static void cell_subject(const struct cell_of *c)
{
    struct message_room room;
    if (c->s->messages == 0) {
        return;
    }
    message_room_init(&room);
    if (store_message(c->ui->store, (struct store_item){c->s->ref, 0}, &room, NULL)) {
        ui_header(&room.message, HEADER_SUBJECT, c->out);
    }
    message_room_done(&room);
}

static void cell_auth(const struct cell_of *c)
{
    struct credential login;
    if (c->s->credentials &&
        store_credential(c->ui->store, (struct store_item){c->s->ref, 0}, &login)) {
        buf_add_str(c->out, login.mechanism);
    }
}

static void cell_closing(const struct cell_of *c)
{
    buf_add_str(c->out, session_end_name(c->s->info.end));
}

static void cell_tlsversion(const struct cell_of *c)
{
    char room[16];
    if (c->s->info.tls && c->s->info.tls->version) {
        buf_add_str(c->out, tls_version_name(c->s->info.tls->version, room));
    }
}

static void cell_sni(const struct cell_of *c)
{
    if (c->s->info.tls) {
        buf_add(c->out, c->s->info.tls->server_name);
    }
}

static void cell_retrans(const struct cell_of *c)
{
    add_some(c, retransmitted(&c->s->info));
}

static void cell_gaps(const struct cell_of *c)
{
    *c->style = STYLE_LOST;
    if (c->s->info.missing) {
        add_size(c, c->s->info.missing);
    }
}

static void cell_rtt(const struct cell_of *c)
{
    add_span(c, c->s->info.flow->rtt);
}

static void cell_slow(const struct cell_of *c)
{
    if (c->s->slowest > c->ui->config->slow_reply) {
        *c->style = STYLE_TEMP;
    }
    add_span(c, c->s->slowest);
}

static void cell_findings(const struct cell_of *c)
{
    *c->style = ui_severity_style(c->s->info.worst);
    add_some(c, c->s->info.notes);
}

static void cell_packets(const struct cell_of *c)
{
    add_short(c, packets_of_session(&c->s->info));
}

static void cell_file(const struct cell_of *c)
{
    const struct ui *u = c->ui;
    const char *name = u->file_name ? u->file_name(u->file_name_arg, c->s->info.flow->file) : NULL;
    const char *slash = name ? strrchr(name, '/') : NULL;
    buf_add_str(c->out, slash ? slash + 1 : name ? name : "");
}

static void cell_vlan(const struct cell_of *c)
{
    if (c->s->info.flow->has_vlan) {
        buf_printf(c->out, "%u", c->s->info.flow->vlan);
    }
}

static bool place_of(const struct cell_of *c, enum dir d, struct geo_place *out)
{
    const struct session_info *i = &c->s->info;
    return c->ui->geo &&
           geo_lookup(c->ui->geo, session_endpoint(i, d)->ip, i->flow->ip_version, out);
}

static void cell_country(const struct cell_of *c)
{
    struct geo_place client, server;
    bool knows = place_of(c, FROM_CLIENT, &client);
    knows |= place_of(c, FROM_SERVER, &server);
    if (knows) {
        buf_printf(c->out, "%s>%s", client.country[0] ? client.country : "--",
                   server.country[0] ? server.country : "--");
    }
}

static void cell_city(const struct cell_of *c)
{
    struct geo_place place;
    if (place_of(c, FROM_CLIENT, &place)) {
        buf_add_str(c->out, place.city);
    }
}

static void cell_asn(const struct cell_of *c)
{
    struct geo_place place;
    if (place_of(c, FROM_CLIENT, &place) && place.asn) {
        buf_printf(c->out, "%u %s", place.asn, place.org);
    }
}

/* ---- the table ---- */

static const struct {
    const char *name, *title, *help;
    int width, align, drop;
    void (*cell)(const struct cell_of *c);
} rows[COLUMN_COUNT] = {
#define COLUMN(id, name, title, width, align, drop, help)                                          \
    [COLUMN_##id] = {name, title, help, width, align, drop, cell_##id},
#include "ui/tui/columns.def"
#undef COLUMN
};

const char *column_name(enum column_id c)
{
    return rows[c].name;
}

const char *column_title(enum column_id c)
{
    return rows[c].title;
}

const char *column_help(enum column_id c)
{
    return rows[c].help;
}

int column_width(enum column_id c)
{
    return rows[c].width;
}

bool column_available(enum column_id c, const struct ui *u)
{
    switch (c) {
    case COLUMN_country:
        return u->geo != NULL;
    case COLUMN_city:
        return u->geo && geo_has_city(u->geo);
    case COLUMN_asn:
        return u->geo && geo_has_asn(u->geo);
    default:
        return true;
    }
}

bool column_by_name(struct bytes name, enum column_id *out)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (bytes_is(name, rows[i].name)) {
            *out = (enum column_id)i;
            return true;
        }
    }
    return false;
}

void columns_default(struct column_set *set)
{
    static const enum column_id usual[] = {
        COLUMN_number, COLUMN_start,  COLUMN_dur,   COLUMN_proto, COLUMN_tls,
        COLUMN_client, COLUMN_server, COLUMN_state, COLUMN_user,  COLUMN_msgs,
        COLUMN_bytes,  COLUMN_worst,  COLUMN_result};
    set->count = 0;
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        set->choice[set->count++] = (struct column_choice){usual[i], rows[usual[i]].width};
    }
}

bool columns_parse(struct column_set *set, const char *text, struct error *e)
{
    struct column_set new = {.count = 0};
    struct bytes rest = bytes_of(text), one;
    while (bytes_split(&rest, ',', &one)) {
        struct bytes width = bytes_trim(one), name = {NULL, 0};
        uint64_t n = 0;
        bytes_split(&width, ':', &name);
        name = bytes_trim(name);
        enum column_id c;
        if (!column_by_name(name, &c)) {
            return error_set(e, "there is no column \"%.*s\"", (int)name.n, (const char *)name.p);
        }
        if (width.n && (!bytes_u64(width, &n) || n < 1 || n > 200)) {
            return error_set(e, "\"%.*s\" is no width (1 to 200)", (int)width.n,
                             (const char *)width.p);
        }
        if (columns_find(&new, c) == SIZE_MAX) {
            new.choice[new.count++] = (struct column_choice){c, n ? (int)n : rows[c].width};
        }
    }
    *set = new;
    return true;
}

void columns_print(const struct column_set *set, struct buf *out)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct column_choice *c = &set->choice[i];
        buf_printf(out, "%s%s", i ? "," : "", rows[c->id].name);
        if (c->width != rows[c->id].width) {
            buf_printf(out, ":%d", c->width);
        }
    }
}

size_t columns_find(const struct column_set *set, enum column_id c)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->choice[i].id == c) {
            return i;
        }
    }
    return SIZE_MAX;
}

void columns_table(const struct column_set *set, const struct ui *u, struct table *t,
                   enum column_id ids[static COLUMN_COUNT])
{
    bool flex = false;
    t->columns = 0;
    for (size_t i = 0; i < set->count; i++) {
        enum column_id id = set->choice[i].id;
        if (!column_available(id, u)) {
            continue;
        }
        bool long_numbers = id == COLUMN_number && store_counters(u->store).sessions_seen > 999999;
        ids[t->columns] = id;
        t->column[t->columns++] = (struct table_column){
            .title = rows[id].title,
            .width = set->choice[i].width + (long_numbers ? 3 : 0),
            .right = rows[id].align == RIGHT,
            .middle = rows[id].align == MIDDLE,
            .flex = rows[id].align == FLEX,
            .drop = rows[id].drop,
        };
        flex |= rows[id].align == FLEX;
    }
    if (!flex && t->columns) { /* the last column takes what is left */
        t->column[t->columns - 1].flex = !t->column[t->columns - 1].right;
    }
}

void column_cell(const struct ui *u, const struct store_session *s, enum column_id c,
                 struct buf *out, enum style *style)
{
    struct cell_of cell = {u, s, out, style};
    rows[c].cell(&cell);
}

/* ---- order ---- */

static void key_endpoint(const struct session_info *i, enum dir d, struct sort_key *out)
{
    const struct endpoint *end = session_endpoint(i, d);
    *out = (struct sort_key){{i->flow->ip_version}};
    memcpy(out->b + 1, end->ip, sizeof(end->ip));
    out->b[17] = (uint8_t)(end->port >> 8);
    out->b[18] = (uint8_t)end->port;
}

bool column_number(const struct ui *u, const struct store_session *s, enum column_id c,
                   int64_t *out)
{
    const struct session_info *i = &s->info;
    switch (c) {
    case COLUMN_number:
        *out = (int64_t)s->number;
        return true;
    case COLUMN_date:
    case COLUMN_start:
        *out = i->start;
        return true;
    case COLUMN_end:
        *out = i->last;
        return true;
    case COLUMN_dur:
        *out = duration(i);
        return true;
    case COLUMN_idle:
        *out = idle(u, s);
        return true;
    case COLUMN_msgs:
        *out = i->messages;
        return true;
    case COLUMN_bytes:
        *out = (int64_t)bytes_of_session(i);
        return true;
    case COLUMN_worst:
        *out = i->worst;
        return true;
    case COLUMN_retrans:
        *out = (int64_t)retransmitted(i);
        return true;
    case COLUMN_gaps:
        *out = (int64_t)i->missing;
        return true;
    case COLUMN_rtt:
        *out = i->flow->rtt;
        return true;
    case COLUMN_slow:
        *out = s->slowest;
        return true;
    case COLUMN_findings:
        *out = i->notes;
        return true;
    case COLUMN_packets:
        *out = (int64_t)packets_of_session(i);
        return true;
    case COLUMN_vlan:
        *out = i->flow->has_vlan ? i->flow->vlan : -1;
        return true;
    default:
        return false;
    }
}

void column_key(const struct ui *u, const struct store_session *s, enum column_id c,
                struct sort_key *out)
{
    int64_t n;
    if (column_number(u, s, c, &n)) {
        sort_key_number(out, n);
    } else if (c == COLUMN_client || c == COLUMN_serverip) {
        key_endpoint(&s->info, c == COLUMN_client ? FROM_CLIENT : FROM_SERVER, out);
    } else {
        struct buf text;
        enum style style = STYLE_NORMAL;
        buf_init(&text, 4096);
        column_cell(u, s, c, &text, &style);
        sort_key_text(out, buf_bytes(&text));
        buf_done(&text);
    }
}
