/* The fields of filters: for each a function that gives its values to a test. */
#include "ui/filter_private.h"

#include "capture/base/when.h"
#include "dissect/address.h"
#include "dissect/mask.h"
#include "dissect/mime.h"
#include "dissect/tls.h"

#include <arpa/inet.h>

#define HEADER_BYTES (256u << 10) /* of a message that header.NAME looks at */
#define BODY_BYTES (4u << 20)     /* of a message that is decoded for parts, fname, body */

#define FIELD(id, name, scope, type, words, needs, help, example)                                  \
    static void field_##id(struct probe *p);
#include "ui/fields.def"
#undef FIELD

#define FILTER_NEEDS_0 0u
#define COST_OF(needs)                                                                             \
    ((needs) & FILTER_NEEDS_MIME     ? 100u                                                        \
     : (needs) & FILTER_NEEDS_BODIES ? 50u                                                         \
     : (needs) & FILTER_NEEDS_DIALOG ? 20u                                                         \
     : (needs) & FILTER_NEEDS_GEO    ? 5u                                                          \
                                     : 1u)

const struct filter_field field_table[] = {
#define FIELD(id, name, scope, type, words, needs, help, example)                                  \
    {name, SCOPE_##scope, TYPE_##type, words, help, example},
#include "ui/fields.def"
#undef FIELD
};

const struct field_row field_rows[] = {
#define FIELD(id, name, scope, type, words, needs, help, example)                                  \
    {field_##id,                                                                                   \
     FILTER_NEEDS_##needs,                                                                         \
     COST_OF(FILTER_NEEDS_##needs) + (SCOPE_##scope == SCOPE_MESSAGE ? 3u : 0u)},
#include "ui/fields.def"
#undef FIELD
};

size_t field_count(void)
{
    return sizeof field_rows / sizeof field_rows[0];
}

static bool is_prefix_field(const char *name)
{
    return name[strlen(name) - 1] == '.'; /* "header." */
}

size_t field_find(struct bytes name, bool flag)
{
    for (size_t i = 0; i < field_count(); i++) {
        const struct filter_field *f = &field_table[i];
        bool same = is_prefix_field(f->name)
                        ? bytes_starts(name, f->name) && name.n > strlen(f->name)
                        : bytes_is(name, f->name);
        if (same && (f->type == TYPE_FLAG) == flag) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool field_is_header(size_t field)
{
    return is_prefix_field(field_table[field].name);
}

bool field_is_secret(size_t field)
{
    return field_rows[field].get == field_secret;
}

int word_index(const char *words, struct bytes word)
{
    struct bytes rest = bytes_of(words), w;
    for (int i = 0; bytes_split(&rest, ' ', &w); i++) {
        size_t same = 0;
        while (same < w.n && same < word.n && ascii_lower(word.p[same]) == w.p[same]) {
            same++;
        }
        if (same == w.n && same == word.n && same > 0) {
            return i;
        }
    }
    return -1;
}

/* ---- helpers --------------------------------------------------------------------------------- */

static const struct session_info *session(const struct probe *p)
{
    return p->subject->session;
}

/* A word of the field's own list, as its number. */
static void give_choice(struct probe *p, const char *word)
{
    int at = word_index(field_table[p->test->field].words, bytes_of(word));
    if (at >= 0) {
        give_signed(p, at);
    }
}

static void give_header(struct probe *p, struct bytes raw)
{
    if (raw.p == NULL) {
        return;
    }
    if (mime_is_plain(raw)) {
        give_text(p, raw);
        return;
    }
    buf_clear(&p->decoded);
    mime_header_text(raw, &p->decoded);
    give_text(p, buf_bytes(&p->decoded));
}

/* A line without the secret in it, unless secrets are shown. */
static bool give_line(struct probe *p, struct bytes line, struct bytes secret)
{
    if (secret.n == 0 || p->filter->config.show_secrets) {
        return give_text(p, line);
    }
    buf_clear(&p->scratch);
    mask_add(&p->scratch, line, secret, false);
    return give_text(p, buf_bytes(&p->scratch));
}

/* The messages that the subject's focus lets see: all of the session, or one. */
static const struct message *next_message(const struct probe *p, uint32_t *i)
{
    const struct filter_subject *s = p->subject;
    const struct message *m;
    uint32_t at = (*i)++;
    if (s->focus == FOCUS_MESSAGE) {
        if (at > 0) {
            return NULL;
        }
        at = s->index;
    }
    bool there = s->source->message != NULL && s->source->message(s->arg, at, &m);
    return there ? m : NULL;
}

static const struct credential *next_credential(const struct probe *p, uint32_t *i)
{
    const struct filter_subject *s = p->subject;
    const struct credential *c;
    uint32_t at = (*i)++;
    if (s->focus == FOCUS_CREDENTIAL) {
        if (at > 0) {
            return NULL;
        }
        at = s->index;
    }
    bool there = s->source->credential != NULL && s->source->credential(s->arg, at, &c);
    return there ? c : NULL;
}

static const struct note *next_finding(const struct probe *p, uint32_t *i)
{
    const struct filter_subject *s = p->subject;
    const struct note *n;
    uint32_t at = (*i)++;
    if (s->focus == FOCUS_FINDING) {
        if (at > 0) {
            return NULL;
        }
        at = s->index;
    }
    bool there = s->source->finding != NULL && s->source->finding(s->arg, at, &n);
    return there ? n : NULL;
}

/* The dialog's events; for one message alone there is none. */
static const struct event *next_event(const struct probe *p, bool first)
{
    const struct filter_subject *s = p->subject;
    if (s->source->event == NULL || s->focus == FOCUS_MESSAGE || s->session == NULL) {
        return NULL;
    }
    return s->source->event(s->arg, first);
}

/* ---- session -------------------------------------------------------------------------------------- */

static void field_number(struct probe *p)
{
    if (session(p)) {
        give_number(p, session(p)->number);
    }
}

static void field_proto(struct probe *p)
{
    if (session(p)) {
        give_choice(p, session(p)->protocol);
    }
}

static void give_port(struct probe *p, enum dir d)
{
    if (session(p)) {
        give_number(p, session_endpoint(session(p), d)->port);
    }
}

static void field_clientport(struct probe *p)
{
    give_port(p, FROM_CLIENT);
}

static void field_serverport(struct probe *p)
{
    give_port(p, FROM_SERVER);
}

static void field_port(struct probe *p)
{
    give_port(p, FROM_CLIENT);
    give_port(p, FROM_SERVER);
}

static void field_client(struct probe *p)
{
    const struct session_info *s = session(p);
    if (s) {
        give_address(p, session_endpoint(s, FROM_CLIENT), s->flow->ip_version, s->client_name);
    }
}

static void field_server(struct probe *p)
{
    const struct session_info *s = session(p);
    if (!s) {
        return;
    }
    struct bytes rest = s->banner, name = bytes_word(&rest);
    if (bytes_is(name, "+OK")) {
        name = bytes_word(&rest);
    }
    give_address(p, session_endpoint(s, FROM_SERVER), s->flow->ip_version, name);
    if (!p->hit && s->tls != NULL && s->tls->server_name.n > 0) {
        give_address(p, session_endpoint(s, FROM_SERVER), s->flow->ip_version,
                     s->tls->server_name);
    }
}

static void field_ip(struct probe *p)
{
    field_client(p);
    if (!p->hit) {
        field_server(p);
    }
}

static void field_net(struct probe *p)
{
    const struct session_info *s = session(p);
    for (int d = 0; s != NULL && d < 2; d++) {
        give_address(p, &s->flow->end[d], s->flow->ip_version, (struct bytes){NULL, 0});
    }
}

static void field_start(struct probe *p)
{
    if (session(p)) {
        give_time(p, session(p)->start);
    }
}

static void field_end(struct probe *p)
{
    if (session(p)) {
        give_time(p, session(p)->last);
    }
}

static void field_dur(struct probe *p)
{
    if (session(p)) {
        give_signed(p, session(p)->last - session(p)->start);
    }
}

static void field_idle(struct probe *p)
{
    if (session(p) && p->subject->now >= 0) {
        give_signed(p, p->subject->now - session(p)->last);
    }
}

static void field_bytes(struct probe *p)
{
    if (session(p)) {
        give_number(p, session(p)->flow->count[0].bytes + session(p)->flow->count[1].bytes);
    }
}

static void field_packets(struct probe *p)
{
    if (session(p)) {
        give_number(p, session(p)->flow->count[0].packets + session(p)->flow->count[1].packets);
    }
}

static void field_msgs(struct probe *p)
{
    if (session(p)) {
        give_number(p, session(p)->messages);
    }
}

static void field_state(struct probe *p)
{
    if (session(p)) {
        give_word(p, session(p)->state);
    }
}

static void field_closing(struct probe *p)
{
    if (session(p)) {
        give_choice(p, session_end_name(session(p)->end));
    }
}

static void field_result(struct probe *p)
{
    const struct session_info *s = session(p);
    if (!s) {
        return;
    }
    if (s->last_reply.n > 0) {
        give_text(p, s->last_reply);
    }
    if (s->has_transaction) {
        give_word(p, outcome_name(s->first_outcome));
    }
}

static void field_tls(struct probe *p)
{
    const struct session_info *s = session(p);
    if (!s) {
        return;
    }
    enum tls_start start = s->tls != NULL ? s->tls->start : TLS_NONE;
    give_choice(p, start == TLS_STARTTLS   ? "starttls"
                   : start == TLS_IMPLICIT ? "implicit"
                   : p->subject->tls_offered ? "offered" : "none");
}

static void field_tlsversion(struct probe *p)
{
    char room[16];
    if (session(p) && session(p)->tls != NULL && session(p)->tls->version != 0) {
        give_word(p, tls_version_name(session(p)->tls->version, room));
    }
}

static void field_sni(struct probe *p)
{
    if (session(p) && session(p)->tls != NULL && session(p)->tls->server_name.n > 0) {
        give_text(p, session(p)->tls->server_name);
    }
}

static void field_file(struct probe *p)
{
    const struct filter_subject *s = p->subject;
    if (session(p) && s->source->file_name != NULL) {
        const char *name = s->source->file_name(s->arg, session(p)->flow->file);
        if (name != NULL) {
            give_word(p, name);
        }
    }
}

static void field_vlan(struct probe *p)
{
    if (session(p) && session(p)->flow->has_vlan) {
        give_number(p, session(p)->flow->vlan);
    }
}

static void field_banner(struct probe *p)
{
    if (session(p) && session(p)->banner.n > 0) {
        give_text(p, session(p)->banner);
    }
}

/* ---- places ------------------------------------------------------------------------------------------- */

static bool place_of(const struct probe *p, int d, struct geo_place *out)
{
    const struct filter_subject *s = p->subject;
    return s->session != NULL && s->source->geo != NULL &&
           s->source->geo(s->arg, &s->session->flow->end[d], s->session->flow->ip_version, out);
}

static void field_country(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.country[0] != '\0') {
            /* two letters are the code, not a part of some name */
            bool code = p->test->values->kind == VALUE_TEXT && p->test->values->text.n == 2;
            give_word(p, place.country);
            if (!p->hit && !code) {
                give_word(p, place.country_name);
            }
        }
    }
}

static void field_city(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.city[0] != '\0') {
            give_word(p, place.city);
        }
    }
}

static void field_asn(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.asn != 0) {
            give_number(p, place.asn);
        }
    }
}

static void field_asorg(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.org[0] != '\0') {
            give_word(p, place.org);
        }
    }
}

/* ---- logins -------------------------------------------------------------------------------------------- */

static void field_user(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->user.n > 0) {
            give_text(p, c->user);
        }
    }
    if (session(p) && p->subject->focus != FOCUS_CREDENTIAL && session(p)->user.n > 0) {
        give_text(p, session(p)->user);
    }
}

/* Words as people type them: "USER/PASS" is also user-pass. */
static void field_auth(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->mechanism == NULL) {
            continue;
        }
        give_word(p, c->mechanism);
        buf_clear(&p->scratch);
        for (const char *m = c->mechanism; *m != '\0'; m++) {
            buf_add_byte(&p->scratch, *m == '/' ? '-' : (uint8_t)*m);
        }
        give_text(p, buf_bytes(&p->scratch));
    }
}

static void field_authok(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->success != TRI_UNKNOWN) {
            give_yesno(p, c->success == TRI_YES);
        }
    }
}

static void field_secret(struct probe *p)
{
    const struct credential *c;
    for (uint32_t i = 0; !p->hit && (c = next_credential(p, &i)) != NULL;) {
        if (c->secret.n > 0) {
            give_text(p, c->secret);
        }
    }
}

/* ---- dialog --------------------------------------------------------------------------------------------- */

static void field_cmd(struct probe *p)
{
    for (const struct event *e = next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_COMMAND) {
            give_line(p, e->u.command->line, e->u.command->secret);
        }
    }
}

static void field_code(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        if (m->code != 0) {
            give_number(p, m->code);
        }
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_REPLY && e->u.reply->code != 0) {
            give_number(p, e->u.reply->code);
        }
    }
}

static void field_enh(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_enhanced(p, m->enhanced);
        for (uint32_t r = 0; r < m->recipient_count && !p->hit; r++) {
            give_enhanced(p, m->recipients[r].enhanced);
        }
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_REPLY) {
            give_enhanced(p, e->u.reply->enhanced);
        }
    }
}

static void field_reply(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_text(p, m->reply);
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_REPLY) {
            give_line(p, e->u.reply->raw, e->u.reply->secret);
        }
    }
}

static void field_helo(struct probe *p)
{
    if (session(p) && session(p)->client_name.n > 0) {
        give_text(p, session(p)->client_name);
    }
}

/* The address in MAIL or RCPT commands, which may have led to no message at all. */
static void give_paths(struct probe *p, const char *verb)
{
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        struct path path;
        if (e->kind == EV_COMMAND && strcmp(e->u.command->verb, verb) == 0 &&
            address_path(e->u.command->argument, &path)) {
            give_text(p, path.address);
        }
    }
}

static void field_rcpt(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        for (uint32_t r = 0; r < m->recipient_count && !p->hit; r++) {
            give_text(p, m->recipients[r].address);
        }
    }
    give_paths(p, "RCPT");
}

static void field_from(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        if (m->has_envelope) {
            give_text(p, m->mail_from);
        }
    }
    give_paths(p, "MAIL");
}

static void field_rcptok(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        for (uint32_t r = 0; r < m->recipient_count && !p->hit; r++) {
            if (m->recipients[r].fate != RCPT_UNKNOWN) {
                give_yesno(p, m->recipients[r].fate == RCPT_ACCEPTED);
            }
        }
    }
    for (const struct event *e = p->hit ? NULL : next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        const struct exchange *x = e->kind == EV_EXCHANGE ? e->u.exchange : NULL;
        if (x != NULL && x->reply != NULL && strcmp(x->command->verb, "RCPT") == 0) {
            give_yesno(p, x->reply->status == REPLY_OK);
        }
    }
}

static void field_slow(struct probe *p)
{
    if (p->subject->slowest >= 0) {
        give_signed(p, p->subject->slowest);
    }
}

/* ---- messages --------------------------------------------------------------------------------------------- */

static void give_headers(struct probe *p, enum header_field which)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_header(p, m->header[which]);
    }
}

static void field_subject(struct probe *p)
{
    give_headers(p, HEADER_SUBJECT);
}

static void field_hfrom(struct probe *p)
{
    give_headers(p, HEADER_FROM);
}

static void field_hto(struct probe *p)
{
    give_headers(p, HEADER_TO);
    if (!p->hit) {
        give_headers(p, HEADER_CC);
    }
}

static void field_to(struct probe *p)
{
    field_hto(p);
    if (!p->hit) {
        field_rcpt(p);
    }
}

static void field_msgid(struct probe *p)
{
    give_headers(p, HEADER_MESSAGE_ID);
}

static void field_size(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_number(p, m->bytes);
    }
}

static void field_queueid(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        if (m->queue_id.n > 0) {
            give_text(p, m->queue_id);
        }
    }
}

static void field_outcome(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_choice(p, outcome_name(m->outcome));
    }
}

static void field_transfer(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_choice(p, transfer_name(m->transfer));
    }
}

/* Cuts the next line off, without its end. */
static bool next_line(struct bytes *rest, struct bytes *line)
{
    if (!bytes_split(rest, '\n', line)) {
        return false;
    }
    if (line->n > 0 && line->p[line->n - 1] == '\r') {
        line->n--;
    }
    return true;
}

/* Every field of that name in a header block, unfolded (RFC 5322 2.2.3). */
static void give_header_fields(struct probe *p, struct bytes raw)
{
    struct bytes line, name = p->test->header;
    bool wanted = false;
    buf_clear(&p->scratch);
    while (!p->hit && next_line(&raw, &line) && line.n > 0) {
        if (ascii_is_blank(bytes_at(line, 0))) {
            if (wanted) {
                buf_add_byte(&p->scratch, ' ');
                buf_add(&p->scratch, bytes_trim(line));
            }
            continue;
        }
        if (wanted) {
            give_header(p, buf_bytes(&p->scratch));
        }
        buf_clear(&p->scratch);
        wanted = bytes_at(line, name.n) == ':' && bytes_starts(line, (const char *)name.p);
        if (wanted) {
            buf_add(&p->scratch, bytes_trim(bytes_from(line, name.n + 1)));
        }
    }
    if (wanted && !p->hit) {
        give_header(p, buf_bytes(&p->scratch));
    }
}

static bool message_bytes(const struct probe *p, uint32_t index, size_t most, struct bytes *out)
{
    const struct filter_subject *s = p->subject;
    if (s->focus == FOCUS_MESSAGE) {
        index = s->index;
    }
    return s->source->bytes != NULL && s->source->bytes(s->arg, index, most, out);
}

static void field_header(struct probe *p)
{
    struct bytes raw;
    for (uint32_t i = 0; !p->hit && next_message(p, &i) != NULL;) {
        if (message_bytes(p, i - 1, HEADER_BYTES, &raw)) {
            give_header_fields(p, raw);
        }
    }
}

/* ---- parts ---------------------------------------------------------------------------------------------------- */

struct part_walk {
    struct probe *p;
    uint64_t count;
};

/* Calls `each` for the parts of each message; `after`, when not NULL, after each message. */
static void walk_parts(struct probe *p,
                       void (*each)(void *arg, const struct filter_part *part),
                       void (*after)(struct part_walk *w))
{
    const struct filter_subject *s = p->subject;
    struct bytes raw;
    for (uint32_t i = 0; !p->hit && next_message(p, &i) != NULL;) {
        struct part_walk w = {p, 0};
        if (s->source->parts != NULL && message_bytes(p, i - 1, BODY_BYTES, &raw)) {
            s->source->parts(s->arg, raw, each, &w);
            if (after != NULL && !p->hit) {
                after(&w);
            }
        }
    }
}

static void count_part(void *arg, const struct filter_part *part)
{
    (void)part;
    ((struct part_walk *)arg)->count++;
}

static void give_count(struct part_walk *w)
{
    give_number(w->p, w->count);
}

static void field_parts(struct probe *p)
{
    walk_parts(p, count_part, give_count);
}

static void give_part_type(void *arg, const struct filter_part *part)
{
    give_text(((struct part_walk *)arg)->p, part->type);
}

static void field_ctype(struct probe *p)
{
    give_headers(p, HEADER_CONTENT_TYPE);
    if (!p->hit) {
        walk_parts(p, give_part_type, NULL);
    }
}

static void give_part_name(void *arg, const struct filter_part *part)
{
    if (part->name.n > 0) {
        give_text(((struct part_walk *)arg)->p, part->name);
    }
}

static void field_fname(struct probe *p)
{
    walk_parts(p, give_part_name, NULL);
}

static void give_part_text(void *arg, const struct filter_part *part)
{
    if (part->text.n > 0) {
        give_text(((struct part_walk *)arg)->p, part->text);
    }
}

static void field_body(struct probe *p)
{
    struct bytes raw;
    walk_parts(p, give_part_text, NULL);
    /* without a decoder the bytes as they are */
    for (uint32_t i = 0; p->subject->source->parts == NULL && !p->hit &&
                         next_message(p, &i) != NULL;) {
        if (message_bytes(p, i - 1, BODY_BYTES, &raw)) {
            give_text(p, raw);
        }
    }
}

/* ---- trouble ---------------------------------------------------------------------------------------------------- */

static void field_finding(struct probe *p)
{
    const struct note *n;
    for (uint32_t i = 0; !p->hit && (n = next_finding(p, &i)) != NULL;) {
        give_word(p, note_rule(n->id)->id);
    }
}

static void field_sev(struct probe *p)
{
    const struct note *n;
    for (uint32_t i = 0; !p->hit && (n = next_finding(p, &i)) != NULL;) {
        give_choice(p, severity_name(n->severity));
    }
}

static void field_retrans(struct probe *p)
{
    if (session(p)) {
        const struct flow_count *c = session(p)->flow->count;
        give_number(p, (uint64_t)c[0].retransmitted + c[1].retransmitted);
    }
}

static void field_gap(struct probe *p)
{
    if (session(p)) {
        give_number(p, session(p)->missing);
    }
}

static void field_cut(struct probe *p)
{
    const struct session_info *s = session(p);
    if (s) {
        give_yesno(p, s->midstream || s->end == END_CAPTURE);
    }
}

static void field_text(struct probe *p)
{
    for (const struct event *e = next_event(p, true); e != NULL && !p->hit;
         e = next_event(p, false)) {
        if (e->kind == EV_COMMAND) {
            give_line(p, e->u.command->line, e->u.command->secret);
        } else if (e->kind == EV_REPLY) {
            give_line(p, e->u.reply->raw, e->u.reply->secret);
        } else if (e->kind == EV_LINE) {
            give_text(p, e->u.text);
        }
    }
}

/* ---- flags -------------------------------------------------------------------------------------------------------- */

static void field_flag_open(struct probe *p)
{
    give_yesno(p, p->subject->open);
}

static void field_flag_closed(struct probe *p)
{
    give_yesno(p, !p->subject->open);
}

static void field_flag_marked(struct probe *p)
{
    give_yesno(p, p->subject->marked);
}

static void field_flag_tls(struct probe *p)
{
    give_yesno(p, session(p) && session(p)->tls != NULL && session(p)->tls->start != TLS_NONE);
}

static void field_flag_encrypted(struct probe *p)
{
    field_flag_tls(p);
}

static bool was_refused(enum outcome o)
{
    return o == OUTCOME_REJECTED || o == OUTCOME_DEFERRED;
}

static void field_flag_failed(struct probe *p)
{
    const struct session_info *s = session(p);
    const struct message *m;
    bool failed = s != NULL && (s->login == TRI_NO || was_refused(s->first_outcome) ||
                                (s->messages == 0 && s->last_reply.n > 0 && s->mailbox == NULL));
    for (uint32_t i = 0; !failed && (m = next_message(p, &i)) != NULL;) {
        failed = was_refused(m->outcome);
    }
    give_yesno(p, failed);
}

static void field_flag_pipelined(struct probe *p)
{
    give_yesno(p, p->subject->pipelined);
}

static void field_flag_truncated(struct probe *p)
{
    const struct session_info *s = session(p);
    give_yesno(p, p->subject->truncated_dialog || (s != NULL && (s->truncated || s->missing > 0)));
}
