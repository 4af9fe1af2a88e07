#include "ui/store_stats.h"

#include "capture/base/buf.h"
#include "capture/base/map.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS_MOST            50000 /* of one table; further names count as others */
#define NAME_MOST            255
#define PROTOCOLS_MOST       64
#define SUB_BITS             4 /* 16 steps for each power of two: 6.25 % */
#define SPREAD_STEPS         (64u << SUB_BITS)
#define TIMELINE_BUCKETS     4096
#define TIMELINE_FIRST_WIDTH INT64_C(1000000000)

struct row {
    struct map_node node; /* first */
    struct row *next;     /* in its table */
    uint64_t count, bytes, refused;
    uint16_t name_bytes;
    uint8_t name[];
};

struct table {
    struct map map;
    struct row *rows;
    size_t count;
    uint64_t total;
    struct stats_row others;
};

struct spread {
    struct stats_spread sum;
    uint64_t steps[SPREAD_STEPS];
};

struct timeline {
    int64_t from, width; /* of counts[0]; width 0: empty */
    uint64_t counts[TIMELINE_BUCKETS];
};

struct stats {
    struct geo *geo;
    struct hash_key key;
    struct stats_totals totals;
    struct stats_protocol protocols[PROTOCOLS_MOST];
    size_t protocol_count;
    struct spread latency[STEP_COUNT], size;
    struct table tables[STATS_TABLES];
    struct timeline timeline;
    size_t held;
};

/* ---- life ---- */

static void start(struct stats *s)
{
    s->totals.first = s->totals.last = -1;
    s->held = sizeof *s;
    for (int t = 0; t < STATS_TABLES; t++) {
        map_init(&s->tables[t].map);
    }
}

struct stats *stats_new(struct geo *geo)
{
    struct stats *s = xcalloc(1, sizeof *s);
    s->geo = geo;
    s->key = hash_key_random();
    start(s);
    return s;
}

void stats_clear(struct stats *s)
{
    for (int t = 0; t < STATS_TABLES; t++) {
        while (s->tables[t].rows != NULL) {
            struct row *r = s->tables[t].rows;
            s->tables[t].rows = r->next;
            free(r);
        }
        map_done(&s->tables[t].map);
    }
    struct geo *geo = s->geo;
    struct hash_key key = s->key;
    memset(s, 0, sizeof *s);
    s->geo = geo;
    s->key = key;
    start(s);
}

void stats_free(struct stats **sp)
{
    if (*sp != NULL) {
        stats_clear(*sp);
        for (int t = 0; t < STATS_TABLES; t++) {
            map_done(&(*sp)->tables[t].map);
        }
        free(*sp);
        *sp = NULL;
    }
}

size_t stats_held(const struct stats *s)
{
    return s->held;
}

/* ---- tables ---- */

static struct row *find_row(struct stats *s, struct table *t, struct bytes name)
{
    uint64_t hash = hash_bytes(s->key, name);
    for (struct map_node *n = map_first(&t->map, hash); n != NULL; n = map_next(n)) {
        struct row *r = (struct row *)n;
        if (bytes_equal(bytes_make(r->name, r->name_bytes), name)) {
            return r;
        }
    }
    if (t->count >= ROWS_MOST) {
        return NULL;
    }
    struct row *r = xcalloc(1, sizeof *r + name.n);
    memcpy(r->name, name.p, name.n);
    r->name_bytes = (uint16_t)name.n;
    r->next = t->rows;
    t->rows = r;
    t->count++;
    map_add(&t->map, &r->node, hash);
    s->held += sizeof *r + name.n + 4 * sizeof(void *);
    return r;
}

static void count_name(struct stats *s, enum stats_table which, struct bytes name, uint64_t bytes,
                       bool refused)
{
    struct table *t = &s->tables[which];
    struct row *r = find_row(s, t, bytes_sub(name, 0, NAME_MOST));
    t->total++;
    if (r != NULL) {
        r->count++;
        r->bytes += bytes;
        r->refused += refused;
    } else {
        t->others.count++;
        t->others.bytes += bytes;
        t->others.refused += refused;
    }
}

static void count_word(struct stats *s, enum stats_table t, const char *word, bool refused)
{
    count_name(s, t, bytes_of(word), 0, refused);
}

/* ---- spreads ---- */

/* Below 16 each value has a step of its own; above, 16 steps for each power of two. */
static unsigned step_of(uint64_t v)
{
    if (v < 1u << SUB_BITS) {
        return (unsigned)v;
    }
    unsigned top = 63u - (unsigned)__builtin_clzll(v);
    unsigned sub = (unsigned)(v >> (top - SUB_BITS)) & ((1u << SUB_BITS) - 1);
    return ((top - SUB_BITS + 1) << SUB_BITS) + sub;
}

/* The middle of a step. */
static int64_t value_of(unsigned step)
{
    if (step < 1u << SUB_BITS) {
        return (int64_t)step;
    }
    unsigned shift = (step >> SUB_BITS) - 1;
    uint64_t low = (uint64_t)((1u << SUB_BITS) + (step & ((1u << SUB_BITS) - 1))) << shift;
    return (int64_t)(low + ((UINT64_C(1) << shift) >> 1));
}

static void spread_add(struct spread *p, int64_t v)
{
    if (v < 0) {
        return;
    }
    p->sum.min = p->sum.n == 0 || v < p->sum.min ? v : p->sum.min;
    p->sum.max = v > p->sum.max ? v : p->sum.max;
    p->sum.sum = p->sum.sum > INT64_MAX - v ? INT64_MAX : p->sum.sum + v;
    p->sum.n++;
    p->steps[step_of((uint64_t)v)]++;
}

static int64_t spread_percentile(const struct spread *p, double percent)
{
    if (p->sum.n == 0) {
        return -1;
    }
    uint64_t rank = (uint64_t)((double)p->sum.n * percent / 100.0 + 0.5), seen = 0;
    rank = rank < 1 ? 1 : rank > p->sum.n ? p->sum.n : rank;
    for (unsigned i = 0; i < SPREAD_STEPS; i++) {
        seen += p->steps[i];
        if (seen >= rank) {
            int64_t v = value_of(i);
            return v < p->sum.min ? p->sum.min : v > p->sum.max ? p->sum.max : v;
        }
    }
    return p->sum.max;
}

struct stats_spread stats_latency(const struct stats *s, enum stats_step step)
{
    return s->latency[step].sum;
}

int64_t stats_latency_percentile(const struct stats *s, enum stats_step step, double percent)
{
    return spread_percentile(&s->latency[step], percent);
}

struct stats_spread stats_size(const struct stats *s)
{
    return s->size.sum;
}

int64_t stats_size_percentile(const struct stats *s, double percent)
{
    return spread_percentile(&s->size, percent);
}

void stats_latency_histogram(const struct stats *s, enum stats_step step, uint64_t *counts,
                             size_t n, int64_t *low, int64_t *high)
{
    const struct spread *p = &s->latency[step];
    memset(counts, 0, n * sizeof *counts);
    *low = p->sum.min;
    *high = p->sum.max;
    if (p->sum.n == 0 || n == 0) {
        return;
    }
    unsigned first = step_of((uint64_t)p->sum.min), last = step_of((uint64_t)p->sum.max);
    for (unsigned i = first; i <= last; i++) {
        counts[(size_t)(i - first) * n / (last - first + 1)] += p->steps[i];
    }
}

/* ---- time ---- */

static void halve(struct timeline *t)
{
    for (size_t i = 0; i < TIMELINE_BUCKETS / 2; i++) {
        t->counts[i] = t->counts[2 * i] + t->counts[2 * i + 1];
    }
    memset(t->counts + TIMELINE_BUCKETS / 2, 0, sizeof t->counts / 2);
    t->width *= 2;
}

/* A time before the first one: everything moves to the right. */
static bool make_earlier(struct timeline *t, int64_t time)
{
    uint64_t steps =
        ((uint64_t)t->from - (uint64_t)time + (uint64_t)t->width - 1) / (uint64_t)t->width;
    size_t used = TIMELINE_BUCKETS;
    while (used > 0 && t->counts[used - 1] == 0) {
        used--;
    }
    if (steps > TIMELINE_BUCKETS - used) {
        return false;
    }
    memmove(t->counts + steps, t->counts, used * sizeof t->counts[0]);
    memset(t->counts, 0, steps * sizeof t->counts[0]);
    t->from -= (int64_t)steps * t->width;
    return true;
}

static void timeline_add(struct timeline *t, int64_t time)
{
    time = time > 0 ? time : 0;
    if (t->width == 0) {
        t->from = time;
        t->width = TIMELINE_FIRST_WIDTH;
    }
    while (time < t->from && t->width < INT64_MAX / 4) {
        if (make_earlier(t, time)) {
            break;
        }
        halve(t);
    }
    while (time >= t->from && t->width < INT64_MAX / TIMELINE_BUCKETS / 2 &&
           ((uint64_t)time - (uint64_t)t->from) / (uint64_t)t->width >= TIMELINE_BUCKETS) {
        halve(t);
    }
    uint64_t at = time >= t->from ? ((uint64_t)time - (uint64_t)t->from) / (uint64_t)t->width : 0;
    t->counts[at < TIMELINE_BUCKETS ? at : TIMELINE_BUCKETS - 1]++;
}

size_t stats_timeline(const struct stats *s, int64_t width, uint64_t *counts, size_t n)
{
    const struct timeline *t = &s->timeline;
    size_t used = 0;
    memset(counts, 0, n * sizeof *counts);
    if (t->width == 0 || n == 0) {
        return 0;
    }
    width = width > t->width ? width : t->width;
    for (size_t i = 0; i < TIMELINE_BUCKETS; i++) {
        size_t at = (size_t)((double)i * (double)t->width / (double)width);
        if (t->counts[i] > 0 && at < n) {
            counts[at] += t->counts[i];
            used = at + 1;
        }
    }
    return used;
}

/* ---- adding ---- */

static struct stats_protocol *protocol_row(struct stats *s, const char *name, uint16_t port)
{
    for (size_t i = 0; i < s->protocol_count; i++) {
        if (s->protocols[i].port == port && strcmp(s->protocols[i].protocol, name) == 0) {
            return &s->protocols[i];
        }
    }
    if (s->protocol_count >= PROTOCOLS_MOST - 8 && port != 0) {
        return protocol_row(s, name, 0); /* the last rows are for "others" of each protocol */
    }
    if (s->protocol_count == PROTOCOLS_MOST) {
        return &s->protocols[PROTOCOLS_MOST - 1];
    }
    s->protocols[s->protocol_count] = (struct stats_protocol){.protocol = name, .port = port};
    return &s->protocols[s->protocol_count++];
}

static void address_text(const struct endpoint *end, uint8_t version, char *out, size_t room)
{
    if (inet_ntop(version == 4 ? AF_INET : AF_INET6, end->ip, out, (socklen_t)room) == NULL) {
        out[0] = '\0';
    }
}

static void count_places(struct stats *s, const struct session_info *info, uint64_t bytes,
                         bool refused)
{
    struct geo_place place;
    const struct endpoint *client = session_endpoint(info, FROM_CLIENT);
    if (s->geo == NULL || !geo_lookup(s->geo, client->ip, info->flow->ip_version, &place)) {
        return;
    }
    if (place.country[0] != '\0') {
        count_name(s, STATS_COUNTRIES, bytes_of(place.country), bytes, refused);
    }
    if (place.asn != 0) {
        char name[128];
        snprintf(name, sizeof name, "AS%u %s", place.asn, place.org);
        count_name(s, STATS_NETWORKS, bytes_of(name), bytes, refused);
    }
}

static void count_ends(struct stats *s, const struct session_info *info, uint64_t bytes,
                       bool refused)
{
    char text[INET6_ADDRSTRLEN + 10];
    address_text(session_endpoint(info, FROM_CLIENT), info->flow->ip_version, text,
                 INET6_ADDRSTRLEN);
    count_name(s, STATS_CLIENTS, bytes_of(text), bytes, refused);
    address_text(session_endpoint(info, FROM_SERVER), info->flow->ip_version, text,
                 INET6_ADDRSTRLEN);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, " %u", session_endpoint(info, FROM_SERVER)->port);
    count_name(s, STATS_SERVERS, bytes_of(text), bytes, refused);
}

void stats_add_session(struct stats *s, const struct session_info *info, bool refused)
{
    const struct flow_count *c = info->flow->count;
    uint64_t bytes = c[0].bytes + c[1].bytes;
    struct stats_totals *t = &s->totals;
    t->sessions++;
    t->bytes += bytes;
    t->packets += c[0].packets + c[1].packets;
    t->gaps += info->gaps;
    t->missing += info->missing;
    t->retransmitted += c[0].retransmitted + c[1].retransmitted;
    t->first = t->first < 0 || info->start < t->first ? info->start : t->first;
    t->last = info->last > t->last ? info->last : t->last;
    struct stats_protocol *p =
        protocol_row(s, info->protocol, session_endpoint(info, FROM_SERVER)->port);
    p->sessions++;
    p->tls += info->tls != NULL;
    p->logins += info->login == TRI_YES;
    p->messages += info->messages;
    p->bytes += bytes;
    p->refused += refused;
    count_ends(s, info, bytes, refused);
    count_places(s, info, bytes, refused);
    timeline_add(&s->timeline, info->start);
}

void stats_add_without_dialog(struct stats *s)
{
    s->totals.without_dialog++;
}

static struct bytes domain_of(struct bytes address, uint8_t room[static NAME_MOST])
{
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < address.n; i++) {
        at = address.p[i] == '@' ? i : at;
    }
    struct bytes domain = at == SIZE_MAX ? (struct bytes){NULL, 0} : bytes_from(address, at + 1);
    size_t n = domain.n < NAME_MOST ? domain.n : NAME_MOST;
    for (size_t i = 0; i < n; i++) {
        room[i] = (uint8_t)ascii_lower(domain.p[i]);
    }
    return bytes_make(room, n);
}

void stats_add_message(struct stats *s, const struct session_info *info, const struct message *m)
{
    (void)info;
    uint8_t room[NAME_MOST];
    bool refused = m->outcome == OUTCOME_REJECTED || m->outcome == OUTCOME_DEFERRED;
    s->totals.messages++;
    spread_add(&s->size, (int64_t)(m->bytes & INT64_MAX));
    if (!m->has_envelope) {
        return;
    }
    count_name(s, STATS_SENDER_DOMAINS, domain_of(m->mail_from, room), m->bytes, refused);
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        const struct recipient *r = &m->recipients[i];
        bool no = r->fate == RCPT_REFUSED || r->fate == RCPT_DEFERRED;
        count_name(s, STATS_RECIPIENT_DOMAINS, domain_of(r->address, room), m->bytes, no);
        s->totals.recipients += m->outcome == OUTCOME_ACCEPTED && r->fate == RCPT_ACCEPTED;
    }
}

static enum stats_step step_of_verb(const struct command *c)
{
    static const struct {
        const char *verb;
        enum stats_step step;
    } rows[] = {
        {"HELO", STEP_HELLO},    {"EHLO", STEP_HELLO},    {"LHLO", STEP_HELLO},
        {"MAIL", STEP_MAIL},     {"RCPT", STEP_RCPT},     {"DATA", STEP_DATA},
        {"AUTH", STEP_AUTH},     {"PASS", STEP_AUTH},     {"APOP", STEP_AUTH},
        {"USER", STEP_AUTH},     {"BDAT", STEP_DATA_END}, {"STARTTLS", STEP_STARTTLS},
        {"STLS", STEP_STARTTLS}, {"LIST", STEP_LIST},     {"UIDL", STEP_LIST},
        {"STAT", STEP_LIST},     {"RETR", STEP_RETR},     {"READ", STEP_RETR},
        {"TOP", STEP_TOP},       {"DELE", STEP_DELE},     {"QUIT", STEP_QUIT},
    };
    if (c->flags & COMMAND_END_OF_DATA) {
        return STEP_DATA_END;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].verb, c->verb) == 0) {
            return rows[i].step;
        }
    }
    return STEP_OTHER;
}

static void count_reply(struct stats *s, const struct event *e)
{
    const struct reply *r = e->u.reply;
    bool refused = r->status == REPLY_DEFER || r->status == REPLY_REFUSE;
    char name[40];
    if (r->code != 0 && r->enhanced.class != 0) {
        snprintf(name, sizeof name, "%u %u.%u.%u", r->code, r->enhanced.class, r->enhanced.subject,
                 r->enhanced.detail);
    } else if (r->code != 0) {
        snprintf(name, sizeof name, "%u", r->code);
    } else {
        snprintf(name, sizeof name, "%s", refused ? "-ERR" : "+OK");
    }
    count_word(s, STATS_REPLIES, name, refused);
    if (r->greeting && e->latency >= 0) {
        spread_add(&s->latency[STEP_GREETING], e->latency);
    }
}

void stats_add_event(struct stats *s, const struct event *e)
{
    switch (e->kind) {
    case EV_REPLY:
        count_reply(s, e);
        break;
    case EV_EXCHANGE:
        spread_add(&s->latency[step_of_verb(e->u.exchange->command)], e->u.exchange->latency);
        break;
    case EV_CREDENTIAL:
        count_word(s, STATS_MECHANISMS,
                   e->u.credential->mechanism ? e->u.credential->mechanism : "",
                   e->u.credential->success == TRI_NO);
        break;
    case EV_NOTE:
        count_word(s, STATS_FINDINGS, note_rule(e->u.note->id)->id, false);
        break;
    default:
        break;
    }
}

/* ---- reading ---- */

struct stats_totals stats_totals(const struct stats *s)
{
    return s->totals;
}

static int by_sessions(const void *a, const void *b)
{
    const struct stats_protocol *x = a, *y = b;
    if (x->sessions != y->sessions) {
        return x->sessions < y->sessions ? 1 : -1;
    }
    int name = strcmp(x->protocol, y->protocol);
    return name != 0 ? name : (int)x->port - (int)y->port;
}

size_t stats_protocols(const struct stats *s, struct stats_protocol *out, size_t most)
{
    struct stats_protocol rows[PROTOCOLS_MOST];
    memcpy(rows, s->protocols, sizeof rows);
    qsort(rows, s->protocol_count, sizeof rows[0], by_sessions);
    size_t n = s->protocol_count < most ? s->protocol_count : most;
    memcpy(out, rows, n * sizeof rows[0]);
    return n;
}

const char *stats_step_name(enum stats_step step)
{
    static const char *const names[STEP_COUNT] = {
        "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA",
        "DATA end", "LIST", "RETR",     "TOP",  "DELE", "QUIT", "other",
    };
    return step < STEP_COUNT ? names[step] : "";
}

/* Does a stand before b? */
static bool before(const struct stats_row *a, const struct stats_row *b)
{
    if (a->count != b->count) {
        return a->count > b->count;
    }
    size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
    int order = n > 0 ? memcmp(a->name.p, b->name.p, n) : 0;
    return order != 0 ? order < 0 : a->name.n < b->name.n;
}

size_t stats_top(const struct stats *s, enum stats_table which, struct stats_row *out, size_t most,
                 struct stats_row *others, uint64_t *total)
{
    const struct table *t = &s->tables[which];
    size_t n = 0;
    struct stats_row rest = t->others;
    for (const struct row *r = t->rows; r != NULL; r = r->next) {
        struct stats_row row = {{r->name, r->name_bytes}, r->count, r->bytes, r->refused};
        rest.count += row.count;
        rest.bytes += row.bytes;
        rest.refused += row.refused;
        if (n == most && (most == 0 || !before(&row, &out[n - 1]))) {
            continue;
        }
        size_t at = n < most ? n++ : n - 1;
        for (; at > 0 && before(&row, &out[at - 1]); at--) {
            out[at] = out[at - 1];
        }
        out[at] = row;
    }
    for (size_t i = 0; i < n; i++) {
        rest.count -= out[i].count;
        rest.bytes -= out[i].bytes;
        rest.refused -= out[i].refused;
    }
    if (others != NULL) {
        *others = rest;
    }
    if (total != NULL) {
        *total = t->total;
    }
    return n;
}
