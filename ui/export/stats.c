/* -T stats: what the capture holds, in tables, at its end. */
#include "capture/base/text.h"
#include "ui/export/geo.h"
#include "ui/export/tally.h"
#include "ui/export/view.h"

#include <inttypes.h>
#include <stdlib.h>

#define ROWS_LISTED 20
#define KEYS_MOST   100000 /* addresses counted one by one */
#define WORDS_MOST  1000   /* verbs, replies */

struct stats {
    struct sink sink;
    struct view *view; /* the output */
    struct tally protocols, servers, clients, countries, networks, replies, verbs;
    struct spread sizes;
};

/* ---- counting ---- */

static void count_session(struct tally *t, struct bytes key, const struct session_info *s)
{
    struct tally_row *r = tally_at(t, key);
    if (r == NULL) {
        return;
    }
    r->count[0]++;
    r->count[1] += s->messages;
    r->count[2] += s->flow->count[0].bytes + s->flow->count[1].bytes;
    r->count[3] += s->login == TRI_YES;
    r->count[4] += s->tls != NULL && s->tls->established;
}

/* Where clients are, as far as it is known. */
static void count_places(struct stats *x, const struct session_info *s)
{
    struct geo_place place;
    struct geo *geo = x->view->config->geo;
    struct buf *key = &x->view->cell;
    if (geo == NULL ||
        !geo_lookup(geo, session_endpoint(s, FROM_CLIENT)->ip, s->flow->ip_version, &place)) {
        return;
    }
    if (place.country[0] != '\0') {
        buf_clear(key);
        buf_printf(key, "%s %s", place.country, place.country_name);
        count_session(&x->countries, buf_bytes(key), s);
    }
    if (place.asn != 0) {
        buf_clear(key);
        buf_printf(key, "AS%u %s", place.asn, place.org);
        count_session(&x->networks, buf_bytes(key), s);
    }
}

static void on_close(struct stats *x, const struct event *e)
{
    const struct session_info *s = e->session;
    struct buf *key = &x->view->cell;
    count_session(&x->protocols, bytes_of(s->protocol), s);
    buf_clear(key);
    summary_end(key, s, FROM_SERVER);
    buf_add_byte(key, ' ');
    buf_add_str(key, s->protocol);
    count_session(&x->servers, buf_bytes(key), s);
    buf_clear(key);
    summary_end(key, s, FROM_CLIENT);
    while (key->p[key->n - 1] != ':') { /* without the port */
        key->n--;
    }
    key->n--;
    count_session(&x->clients, buf_bytes(key), s);
    count_places(x, s);
}

static void add_wait(struct stats *x, const char *what, int64_t latency)
{
    struct tally_row *row = tally_at(&x->verbs, bytes_of(what));
    if (row == NULL) {
        return;
    }
    row->count[0]++;
    if (latency >= 0) {
        tally_spread(row, (uint64_t)latency);
    }
}

static void on_reply(struct stats *x, const struct event *e)
{
    static const char *const words[] = {
        [REPLY_OK] = "+OK",      [REPLY_CONTINUE] = "+",    [REPLY_DEFER] = "-ERR",
        [REPLY_REFUSE] = "-ERR", [REPLY_ODD] = "(no code)",
    };
    const struct reply *r = e->u.reply;
    struct buf *key = &x->view->cell;
    buf_clear(key);
    if (r->code == 0) {
        buf_add_str(key, words[r->status]);
    } else {
        buf_printf(key, "%u", r->code);
    }
    if (r->enhanced.class != 0) {
        buf_printf(key, " %u.%u.%u", r->enhanced.class, r->enhanced.subject, r->enhanced.detail);
    }
    struct tally_row *row = tally_at(&x->replies, buf_bytes(key));
    if (row != NULL) {
        row->count[0]++;
    }
    if (r->greeting && e->latency >= 0) {
        add_wait(x, "(greeting)", e->latency);
    }
}

static void on_exchange(struct stats *x, const struct event *e)
{
    const struct command *c = e->u.exchange->command;
    const char *verb = c->verb[0] != '\0' ? c->verb : "(other)";
    if (c->flags & COMMAND_END_OF_DATA) {
        verb = "(end of data)";
    }
    add_wait(x, verb, e->u.exchange->latency);
}

static void on_message(struct stats *x, const struct event *e)
{
    spread_add(&x->sizes, e->u.message->bytes);
}

/* ---- printing ---- */

static void heading(struct view *v, const char *text)
{
    buf_add_str(&v->out.b, "\n");
    buf_add_str(&v->out.b, text);
    view_line(v);
}

static void fact(struct view *v, const char *name, uint64_t n)
{
    buf_add_str(&v->out.b, "  ");
    view_cell(v, bytes_of(name), 22);
    view_number(v, n, 14);
    view_line(v);
}

static void size_cell(struct view *v, uint64_t n, int width)
{
    char size[SUMMARY_SIZE_ROOM];
    summary_size(n, size);
    buf_printf(&v->out.b, "%*s ", width, size);
}

static void seconds_cell(struct view *v, uint64_t ns)
{
    buf_printf(&v->out.b, "%10" PRIu64 ".%03" PRIu64 " ", ns / 1000000000, ns / 1000000 % 1000);
}

static void print_capture(struct view *v, const struct capture_totals *t)
{
    buf_add_str(&v->out.b, "Capture");
    view_line(v);
    if (t->first != TIME_UNKNOWN) {
        buf_add_str(&v->out.b, "  ");
        view_time(v, t->first);
        buf_add_str(&v->out.b, "to ");
        view_time(v, t->last);
        buf_add_str(&v->out.b, v->config->utc ? "UTC" : "");
        view_line(v);
    }
    fact(v, "packets", t->packets);
    fact(v, "bytes", t->bytes);
    fact(v, "dropped", t->dropped);
    fact(v, "ignored", t->ignored);
    fact(v, "malformed", t->malformed);
    fact(v, "bad checksums", t->bad_checksums);
    fact(v, "connections", t->connections);
    fact(v, "silent", t->silent);
    fact(v, "half open", t->half_open);
    fact(v, "evicted", t->evicted);
    fact(v, "sessions", t->sessions);
    fact(v, "messages", t->messages);
    fact(v, "credentials", t->credentials);
    fact(v, "findings", t->findings);
    fact(v, "unexplained bytes", t->unexplained_bytes);
}

static void more_rows(struct view *v, const struct tally *t, size_t listed)
{
    if (t->count > listed) {
        buf_printf(&v->out.b, "  and %zu more", t->count - listed);
        view_line(v);
    }
    if (t->beyond > 0) {
        buf_printf(&v->out.b, "  and %" PRIu64 " sessions of others, not told apart", t->beyond);
        view_line(v);
    }
}

static void print_sessions(struct view *v, const char *title, struct tally *t)
{
    heading(v, title);
    buf_printf(&v->out.b, "  %-48s %10s %10s %8s %8s %8s", "", "sessions", "messages", "bytes",
               "logins", "TLS");
    view_line(v);
    tally_sort(t);
    size_t listed = t->count < ROWS_LISTED ? t->count : ROWS_LISTED;
    for (size_t i = 0; i < listed; i++) {
        const struct tally_row *r = t->rows[i];
        buf_add_str(&v->out.b, "  ");
        view_cell(v, tally_key(r), 48);
        view_number(v, r->count[0], 10);
        view_number(v, r->count[1], 10);
        size_cell(v, r->count[2], 8);
        view_number(v, r->count[3], 8);
        view_number(v, r->count[4], 8);
        view_line(v);
    }
    more_rows(v, t, listed);
}

static void print_replies(struct view *v, struct tally *t)
{
    uint64_t all = 0;
    heading(v, "Replies");
    tally_sort(t);
    for (size_t i = 0; i < t->count; i++) {
        all += t->rows[i]->count[0];
    }
    size_t listed = t->count < 2 * ROWS_LISTED ? t->count : 2 * ROWS_LISTED;
    for (size_t i = 0; i < listed; i++) {
        uint64_t n = t->rows[i]->count[0], share = (n * 1000 + all / 2) / all; /* rounded */
        buf_add_str(&v->out.b, "  ");
        view_cell(v, tally_key(t->rows[i]), 22);
        view_number(v, n, 14);
        buf_printf(&v->out.b, "%5" PRIu64 ".%" PRIu64 " %%", share / 10, share % 10);
        view_line(v);
    }
    more_rows(v, t, listed);
}

static void print_spread(struct view *v, const struct spread *s,
                         void (*cell)(struct view *, uint64_t))
{
    static const unsigned percents[] = {50, 90, 95, 99};
    cell(v, s->least);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        cell(v, spread_at(s, percents[i]));
    }
    cell(v, s->most);
}

static void print_latencies(struct view *v, struct tally *t)
{
    heading(v, "Answer times in seconds");
    buf_printf(&v->out.b, "  %-14s %10s %14s %14s %14s %14s %14s %14s", "", "commands", "least",
               "50 %", "90 %", "95 %", "99 %", "most");
    view_line(v);
    tally_sort(t);
    for (size_t i = 0; i < t->count; i++) {
        const struct tally_row *r = t->rows[i];
        buf_add_str(&v->out.b, "  ");
        view_cell(v, tally_key(r), 14);
        view_number(v, r->count[0], 10);
        if (r->spread != NULL) {
            print_spread(v, r->spread, seconds_cell);
        }
        view_line(v);
    }
}

static void wide_size(struct view *v, uint64_t n)
{
    size_cell(v, n, 14);
}

static void print_sizes(struct view *v, const struct spread *s)
{
    if (s->n == 0) {
        return;
    }
    heading(v, "Message sizes");
    buf_printf(&v->out.b, "  %-14s %10s %14s %14s %14s %14s %14s %14s", "", "messages", "least",
               "50 %", "90 %", "95 %", "99 %", "most");
    view_line(v);
    buf_printf(&v->out.b, "  %-14s ", "");
    view_number(v, s->n, 10);
    print_spread(v, s, wide_size);
    view_line(v);
}

static void on_capture(struct stats *x, const struct event *e)
{
    struct view *v = x->view;
    print_capture(v, e->u.totals);
    print_sessions(v, "Protocols", &x->protocols);
    print_sessions(v, "Servers", &x->servers);
    print_sessions(v, "Clients", &x->clients);
    if (v->config->geo != NULL) {
        print_sessions(v, "Countries of clients", &x->countries);
        print_sessions(v, "Networks of clients", &x->networks);
    }
    print_sizes(v, &x->sizes);
    print_replies(v, &x->replies);
    print_latencies(v, &x->verbs);
}

/* ---- the sink ---- */

static void (*const handlers[EV_COUNT])(struct stats *, const struct event *) = {
    [EV_CLOSE] = on_close,     [EV_REPLY] = on_reply,     [EV_EXCHANGE] = on_exchange,
    [EV_MESSAGE] = on_message, [EV_CAPTURE] = on_capture,
};

static uint32_t ignored(void)
{
    uint32_t bits = 0;
    for (int k = 0; k < EV_COUNT; k++) {
        bits |= handlers[k] == NULL ? EVENT_BIT(k) : 0;
    }
    return bits;
}

static void stats_event(struct sink *self, const struct event *e)
{
    handlers[e->kind]((struct stats *)self, e);
}

static bool stats_close(struct sink *self, struct error *err)
{
    struct stats *x = (struct stats *)self;
    bool fine = view_close(&x->view->sink, err);
    tally_done(&x->protocols);
    tally_done(&x->servers);
    tally_done(&x->clients);
    tally_done(&x->countries);
    tally_done(&x->networks);
    tally_done(&x->replies);
    tally_done(&x->verbs);
    free(x);
    return fine;
}

static struct sink *stats_open(const struct export_config *c, struct error *e)
{
    (void)e;
    struct stats *x = xcalloc(1, sizeof *x);
    x->view = view_new(c, stats_event, ignored());
    x->sink = (struct sink){stats_event, stats_close, ignored()};
    tally_init(&x->protocols, WORDS_MOST);
    tally_init(&x->servers, KEYS_MOST);
    tally_init(&x->clients, KEYS_MOST);
    tally_init(&x->countries, WORDS_MOST);
    tally_init(&x->networks, KEYS_MOST);
    tally_init(&x->replies, WORDS_MOST);
    tally_init(&x->verbs, WORDS_MOST);
    return &x->sink;
}

const struct export_format export_stats = {
    .name = "stats",
    .help = "tables: protocols, servers, replies, answer times",
    .is_view = true,
    .shows_places = true,
    .open = stats_open,
};
