/* -T json: NDJSON, one document of the Elastic Common Schema a line. */
#include "capture/base/text.h"
#include "dissect/digest.h"
#include "dissect/tls.h"
#include "ui/export/geo.h"
#include "ui/export/json_record.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Kind, category and type have closed lists of values (ECS 8.17). */
#define EVENT_TEXT(text)                                                                           \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
#define EVENT_OBJECT(kind, category, type, dataset)                                                \
    EVENT_TEXT(",\"ecs\":{\"version\":\"8.17\"},\"event\":{\"kind\":\"" kind                       \
               "\",\"category\":[" category "],\"type\":[" type                                    \
               "],\"dataset\":\"mailwire." dataset "\"")

static const struct {
    const char *text;
    size_t n;
} event_objects[] = {
    [SET_SESSION] =
        EVENT_OBJECT("event", "\"network\",\"email\"", "\"connection\",\"info\"", "session"),
    [SET_MESSAGE] = EVENT_OBJECT("event", "\"email\"", "\"info\"", "message"),
    [SET_CREDENTIAL] = EVENT_OBJECT("event", "\"authentication\"", "\"start\"", "credential"),
    [SET_FINDING] =
        EVENT_OBJECT("alert", "\"intrusion_detection\",\"network\"", "\"info\"", "finding"),
    [SET_COMMAND] = EVENT_OBJECT("event", "\"network\",\"email\"", "\"protocol\"", "command"),
    [SET_CAPTURE] = EVENT_OBJECT("metric", "\"network\"", "\"info\"", "capture"),
};

void record_begin(struct json_export *x, enum dataset set, int64_t time)
{
    struct json *j = &x->j;
    json_raw(j, "{");
    if (time != TIME_UNKNOWN) {
        json_time(j, "@timestamp", time);
    }
    size_t skip = time != TIME_UNKNOWN ? 0 : 1; /* the comma */
    buf_add(j->out, bytes_make(event_objects[set].text + skip, event_objects[set].n - skip));
    json_u64(j, "sequence", ++x->sequence);
}

void record_end(struct json_export *x)
{
    json_raw(&x->j, "}\n");
    out_line(&x->out);
}

void record_optional(struct json *j, const char *key, struct bytes text)
{
    if (text.n > 0) {
        json_text(j, key, text);
    }
}

void record_enhanced(struct json *j, const char *key, const struct enhanced *e)
{
    if (e->class == 0) {
        return;
    }
    json_key(j, key);
    json_raw(j, "\"");
    json_number(j, e->class);
    json_raw(j, ".");
    json_number(j, e->subject);
    json_raw(j, ".");
    json_number(j, e->detail);
    json_raw(j, "\"");
}

const char *record_tri(enum tri t)
{
    return t == TRI_YES ? "success" : t == TRI_NO ? "failure" : "unknown";
}

/* ---- where it comes from ---- */

/* The name is escaped once for as long as it stays the same. */
static void log_object(struct json_export *x, uint32_t file)
{
    const struct export_config *c = x->config;
    const char *name = c->file_name ? c->file_name(c->file_name_arg, file) : NULL;
    if (name == NULL) {
        return;
    }
    if (name != x->last_name) {
        buf_clear(&x->log_text);
        buf_add_str(&x->log_text, "\"log\":{\"file\":{\"path\":\"");
        text_json(&x->log_text, bytes_of(name));
        buf_add_str(&x->log_text, "\"}}");
        x->last_name = name;
    }
    json_comma(&x->j);
    buf_add(x->j.out, buf_bytes(&x->log_text));
}

static void put_ip(struct json *j, const uint8_t *ip, uint8_t version)
{
    if (version == 4) {
        for (unsigned i = 0; i < 4; i++) {
            json_number(j, ip[i]);
            json_raw(j, i < 3 ? "." : "");
        }
        return;
    }
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(AF_INET6, ip, text, sizeof text) != NULL) {
        json_raw(j, text);
    }
}

static void geo_object(struct json *j, const struct geo_place *p)
{
    if (p->country[0] == '\0' && p->continent[0] == '\0' && p->city[0] == '\0') {
        return;
    }
    json_open(j, "geo");
    record_optional(j, "continent_code", bytes_of(p->continent));
    record_optional(j, "country_iso_code", bytes_of(p->country));
    record_optional(j, "country_name", bytes_of(p->country_name));
    record_optional(j, "city_name", bytes_of(p->city));
    json_close(j);
}

static void as_object(struct json *j, const struct geo_place *p)
{
    if (p->asn == 0) {
        return;
    }
    json_open(j, "as");
    json_u64(j, "number", p->asn);
    if (p->org[0] != '\0') {
        json_open(j, "organization");
        json_text(j, "name", bytes_of(p->org));
        json_close(j);
    }
    json_close(j);
}

/* {"ip":...,"port":... and no end: the counters may follow. */
static void end_object(const struct json_export *x, struct json *j, const char *key,
                       const struct session_info *s, enum dir dir)
{
    struct geo_place place;
    const struct endpoint *e = session_endpoint(s, dir);
    json_open(j, key);
    json_key(j, "ip");
    json_raw(j, "\"");
    put_ip(j, e->ip, s->flow->ip_version);
    json_raw(j, "\"");
    json_u64(j, "port", e->port);
    if (x->config->geo != NULL && geo_lookup(x->config->geo, e->ip, s->flow->ip_version, &place)) {
        geo_object(j, &place);
        as_object(j, &place);
    }
}

/* Community ID 1 with seed 0: the lower end, by address and then port, comes first
 * (github.com/corelight/community-id-spec). */
static void community_id(struct json *j, const struct flow_info *f)
{
    const struct endpoint *a = &f->end[FROM_CLIENT], *b = &f->end[FROM_SERVER];
    size_t n = f->ip_version == 4 ? 4 : 16;
    int order = memcmp(a->ip, b->ip, n);
    if (order > 0 || (order == 0 && a->port > b->port)) {
        const struct endpoint *swap = a;
        a = b;
        b = swap;
    }
    uint8_t text[2 + 2 * 16 + 2 + 4] = {0}, hash[DIGEST_SHA1];
    memcpy(text + 2, a->ip, n);
    memcpy(text + 2 + n, b->ip, n);
    uint8_t *p = text + 2 + 2 * n;
    *p = 6; /* TCP, and a byte of padding */
    p[2] = (uint8_t)(a->port >> 8);
    p[3] = (uint8_t)a->port;
    p[4] = (uint8_t)(b->port >> 8);
    p[5] = (uint8_t)b->port;
    digest_sha1(bytes_make(text, 2 * n + 8), hash);
    json_key(j, "community_id");
    json_raw(j, "\"1:");
    text_base64(j->out, bytes_make(hash, sizeof hash));
    json_raw(j, "\"");
}

static void make_origin(struct json_export *x, const struct session_info *s, struct json_origin *o)
{
    struct json j;
    buf_clear(&o->text);
    json_init(&j, &o->text, x->j.precision);
    json_open(&j, "network");
    json_word(&j, "transport", "tcp");
    json_word(&j, "protocol", s->protocol);
    community_id(&j, s->flow);
    if (s->flow->has_vlan) {
        json_open(&j, "vlan");
        json_u64(&j, "id", s->flow->vlan);
        json_close(&j);
    }
    json_close(&j);
    end_object(x, &j, "source", s, FROM_CLIENT);
    o->source_end = o->text.n;
    json_close(&j);
    end_object(x, &j, "destination", s, FROM_SERVER);
    o->destination_end = o->text.n;
    json_close(&j);
    json_open(&j, "mailwire");
    json_u64(&j, "schema", 1);
    json_open(&j, "session");
    json_word(&j, "id", s->id);
    json_u64(&j, "number", s->number);
    o->number = s->number;
    o->protocol = s->protocol;
    o->flip = s->flip;
}

static void put_counters(struct json *j, const struct flow_count *c)
{
    json_u64(j, "packets", c->packets);
    json_u64(j, "bytes", c->bytes);
}

void record_origin(struct json_export *x, const struct session_info *s, bool counters)
{
    struct json *j = &x->j;
    struct json_origin *o = &x->origins[s->number % JSON_ORIGINS];
    if (o->number != s->number || o->protocol != s->protocol || o->flip != s->flip) {
        make_origin(x, s, o);
    }
    struct bytes text = buf_bytes(&o->text);
    log_object(x, s->flow->file);
    json_comma(j);
    if (!counters) {
        buf_add(j->out, text);
        return;
    }
    buf_add(j->out, bytes_sub(text, 0, o->source_end));
    put_counters(j, session_count(s, FROM_CLIENT));
    buf_add(j->out, bytes_sub(text, o->source_end, o->destination_end - o->source_end));
    put_counters(j, session_count(s, FROM_SERVER));
    buf_add(j->out, bytes_from(text, o->destination_end));
}

void record_no_session(struct json_export *x)
{
    json_open(&x->j, "mailwire");
    json_u64(&x->j, "schema", 1);
}

/* ---- mailwire.session ---- */

/* Did the client get what it came for? A transaction tells, else the login, else the way it ended.
 */
static const char *session_outcome(const struct session_info *s)
{
    static const char *const by_outcome[] = {
        [OUTCOME_UNKNOWN] = NULL,        [OUTCOME_ACCEPTED] = "success",
        [OUTCOME_REJECTED] = "failure",  [OUTCOME_DEFERRED] = "failure",
        [OUTCOME_RETRIEVED] = "success", [OUTCOME_INCOMPLETE] = "failure",
    };
    if (by_outcome[s->first_outcome] != NULL) {
        return by_outcome[s->first_outcome];
    }
    if (s->login == TRI_NO || s->last_negative || session_only_refused(s)) {
        return "failure";
    }
    return s->end == END_QUIT ? "success" : "unknown";
}

/* The server's, as TLS 1.2 and older show it. */
static void certificate(struct json *j, const struct tls_info *t)
{
    json_open(j, "server");
    record_optional(j, "subject", t->subject);
    record_optional(j, "issuer", t->issuer);
    if (t->not_before != TIME_UNKNOWN) {
        json_time(j, "not_before", t->not_before);
    }
    if (t->not_after != TIME_UNKNOWN) {
        json_time(j, "not_after", t->not_after);
    }
    json_close(j);
}

/* ECS wants the version as a number ("1.3") and the protocol's name apart. */
static void tls_object(struct json *j, const struct tls_info *t)
{
    char room[16];
    json_open(j, "tls");
    json_bool(j, "established", t->established);
    if (t->version != 0) {
        struct bytes name = bytes_of(tls_version_name(t->version, room));
        bool ssl = bytes_starts(name, "SSL ");
        bool known = ssl || bytes_starts(name, "TLS ");
        json_text(j, "version", bytes_from(name, known ? 4 : 0));
        json_word(j, "version_protocol", ssl ? "ssl" : "tls");
    }
    if (t->cipher_name != NULL && t->cipher_name[0] != '\0') {
        json_text(j, "cipher", bytes_of(t->cipher_name));
    }
    record_optional(j, "next_protocol", t->alpn);
    if (t->server_name.n > 0) {
        json_open(j, "client");
        json_text(j, "server_name", t->server_name);
        json_close(j);
    }
    if (t->subject.n + t->issuer.n > 0) {
        certificate(j, t);
    }
    json_close(j);
}

/* What ECS has no name for. */
static void tls_fields(struct json *j, const struct tls_info *t)
{
    char room[16];
    json_open(j, "tls");
    if (t->offered_version != 0) {
        json_word(j, "offered_version", tls_version_name(t->offered_version, room));
    }
    if (t->alert) {
        json_u64(j, "alert", t->alert_code);
    }
    json_u64(j, "client_bytes", t->bytes[FROM_CLIENT]);
    json_u64(j, "server_bytes", t->bytes[FROM_SERVER]);
    json_close(j);
}

static void number_list(struct json *j, const char *key, const uint64_t *list, uint32_t count)
{
    json_open_array(j, key);
    for (uint32_t i = 0; i < count; i++) {
        json_item_u64(j, list[i]);
    }
    json_close_array(j, key);
}

static void mailbox_fields(struct json *j, const struct mailbox *m)
{
    record_optional(j, "name", m->name);
    if (m->has_messages) {
        json_u64(j, "messages", m->messages);
    }
    number_list(j, "retrieved", m->retrieved, m->retrieved_count);
    number_list(j, "deleted", m->deleted, m->deleted_count);
    if (m->committed != TRI_UNKNOWN) {
        json_bool(j, "committed", m->committed == TRI_YES);
    }
}

/* The folder of the end, and those that were used before it (FOLD), the latest first. */
static void mailbox_object(struct json *j, const struct mailbox *m)
{
    json_open(j, "mailbox");
    mailbox_fields(j, m);
    if (m->before != NULL) {
        json_open_array(j, "before");
        for (m = m->before; m != NULL; m = m->before) {
            json_open(j, NULL);
            mailbox_fields(j, m);
            json_close(j);
        }
        json_close_array(j, "before");
    }
    json_close(j);
}

static void capabilities(struct json *j, struct bytes lines)
{
    struct bytes line;
    json_open_array(j, "capabilities");
    while (bytes_split(&lines, '\n', &line)) {
        json_item_text(j, line);
    }
    json_close_array(j, "capabilities");
}

static void session_fields(struct json *j, const struct session_info *s)
{
    json_word(j, "state", s->state);
    json_word(j, "end", session_end_name(s->end));
    json_bool(j, "midstream", s->midstream);
    json_bool(j, "one_sided", s->one_sided);
    json_u64(j, "missing_bytes", s->missing);
    json_u64(j, "gaps", s->gaps);
    json_u64(j, "conflicting_overlaps", s->conflicts);
    json_u64(j, "commands", s->commands);
    json_u64(j, "messages", s->messages);
    record_optional(j, "client_name", s->client_name);
    record_optional(j, "server_banner", s->banner);
    if (s->capabilities.n > 0) {
        capabilities(j, s->capabilities);
    }
    if (s->roles_swapped) {
        json_bool(j, "roles_swapped", true);
    }
    if (s->truncated) {
        json_bool(j, "truncated", true);
    }
    if (s->tls != NULL) {
        tls_fields(j, s->tls);
    }
    if (s->mailbox != NULL) {
        mailbox_object(j, s->mailbox);
    }
}

static void put_session(struct json_export *x, const struct event *e)
{
    const struct session_info *s = e->session;
    struct json *j = &x->j;
    record_begin(x, SET_SESSION, s->start);
    json_word(j, "outcome", session_outcome(s));
    json_time(j, "start", s->start);
    json_time(j, "end", s->last);
    json_u64(j, "duration", s->last > s->start ? (uint64_t)(s->last - s->start) : 0);
    json_close(j);
    if (s->user.n > 0) {
        json_open(j, "user");
        json_text(j, "name", s->user);
        json_close(j);
    }
    if (s->tls != NULL) {
        tls_object(j, s->tls);
    }
    record_origin(x, s, true);
    session_fields(j, s);
    json_raw(j, "}}");
    record_end(x);
}

/* ---- mailwire.capture ---- */

static void put_capture(struct json_export *x, const struct event *e)
{
    const struct capture_totals *t = e->u.totals;
    struct json *j = &x->j;
    record_begin(x, SET_CAPTURE, t->first);
    json_close(j);
    log_object(x, t->first_file);
    record_no_session(x);
    json_open(j, "capture");
    json_u64(j, "packets", t->packets);
    json_u64(j, "bytes", t->bytes);
    json_u64(j, "dropped", t->dropped);
    json_u64(j, "ignored", t->ignored);
    json_u64(j, "malformed", t->malformed);
    json_u64(j, "bad_checksums", t->bad_checksums);
    json_u64(j, "connections", t->connections);
    json_u64(j, "silent", t->silent);
    json_u64(j, "half_open", t->half_open);
    json_u64(j, "evicted", t->evicted);
    json_u64(j, "sessions", t->sessions);
    json_u64(j, "messages", t->messages);
    json_u64(j, "credentials", t->credentials);
    json_u64(j, "findings", t->findings);
    json_seconds(j, "seconds", t->last - t->first);
    json_u64(j, "unexplained_bytes", t->unexplained_bytes);
    json_raw(j, "}}");
    record_end(x);
}

/* ---- the sink ---- */

static void (*const records[EV_COUNT])(struct json_export *, const struct event *) = {
    [EV_CLOSE] = put_session,   [EV_MESSAGE] = record_message,  [EV_CREDENTIAL] = record_credential,
    [EV_NOTE] = record_finding, [EV_EXCHANGE] = record_command, [EV_CAPTURE] = put_capture,
};

static uint32_t ignored(void)
{
    uint32_t bits = 0;
    for (int k = 0; k < EV_COUNT; k++) {
        bits |= records[k] == NULL ? EVENT_BIT(k) : 0;
    }
    return bits;
}

static void json_event(struct sink *self, const struct event *e)
{
    struct json_export *x = (struct json_export *)self;
    if (x->config->nano != NULL &&
        *x->config->nano) { /* known only now; a later file may have it */
        x->j.precision = WHEN_NANO;
    }
    records[e->kind](x, e);
}

static bool json_sink_close(struct sink *self, struct error *err)
{
    struct json_export *x = (struct json_export *)self;
    bool fine = out_done(&x->out, err);
    buf_done(&x->text);
    buf_done(&x->log_text);
    for (size_t i = 0; i < JSON_ORIGINS; i++) {
        buf_done(&x->origins[i].text);
    }
    free(x);
    return fine;
}

static struct sink *json_open_sink(const struct export_config *c, struct error *e)
{
    (void)e;
    struct json_export *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){json_event, json_sink_close, ignored()};
    x->config = c;
    out_init(&x->out, c->out, c->line_buffered);
    json_init(&x->j, &x->out.b, WHEN_MICRO);
    buf_init(&x->text, SIZE_MAX);
    buf_init(&x->log_text, SIZE_MAX);
    for (size_t i = 0; i < JSON_ORIGINS; i++) {
        buf_init(&x->origins[i].text, SIZE_MAX);
    }
    return &x->sink;
}

const struct export_format export_json = {
    .name = "json",
    .help = "NDJSON, one ECS document a line",
    .is_view = true,
    .needs_digests = true,
    .shows_places = true,
    .open = json_open_sink,
};
