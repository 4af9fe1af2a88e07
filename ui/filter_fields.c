/* The table of fields, and those that a session's summary answers. */
#include "ui/filter_private.h"

#include "dissect/tls.h"

#define FILTER_NEEDS_0 0u
#define COST_OF(needs)                                                                             \
    ((needs)&FILTER_NEEDS_MIME     ? 100u                                                          \
     : (needs)&FILTER_NEEDS_BODIES ? 50u                                                           \
     : (needs)&FILTER_NEEDS_DIALOG ? 20u                                                           \
     : (needs)&FILTER_NEEDS_GEO    ? 5u                                                            \
                                   : 1u)

const struct filter_field field_table[] = {
#define FIELD(id, name, scope, type, words, needs, help, example)                                  \
    {name, SCOPE_##scope, TYPE_##type, words, help, example},
#include "ui/fields.def"
#undef FIELD
};

const struct field_row field_rows[] = {
#define FIELD(id, name, scope, type, words, needs, help, example)                                  \
    {field_##id, FILTER_NEEDS_##needs,                                                             \
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

/* ---- session ---- */

void field_number(struct probe *p)
{
    if (field_session(p)) {
        give_number(p, field_session(p)->number);
    }
}

void field_proto(struct probe *p)
{
    if (field_session(p)) {
        give_choice(p, field_session(p)->protocol);
    }
}

static void give_port(struct probe *p, enum dir d)
{
    if (field_session(p)) {
        give_number(p, session_endpoint(field_session(p), d)->port);
    }
}

void field_clientport(struct probe *p)
{
    give_port(p, FROM_CLIENT);
}

void field_serverport(struct probe *p)
{
    give_port(p, FROM_SERVER);
}

void field_port(struct probe *p)
{
    give_port(p, FROM_CLIENT);
    give_port(p, FROM_SERVER);
}

void field_client(struct probe *p)
{
    const struct session_info *s = field_session(p);
    if (s) {
        give_address(p, session_endpoint(s, FROM_CLIENT), s->flow->ip_version, s->client_name);
    }
}

void field_server(struct probe *p)
{
    const struct session_info *s = field_session(p);
    if (!s) {
        return;
    }
    struct bytes rest = s->banner, name = bytes_word(&rest);
    if (bytes_is(name, "+OK")) {
        name = bytes_word(&rest);
    }
    give_address(p, session_endpoint(s, FROM_SERVER), s->flow->ip_version, name);
    if (!p->hit && s->tls != NULL && s->tls->server_name.n > 0) {
        give_address(p, session_endpoint(s, FROM_SERVER), s->flow->ip_version, s->tls->server_name);
    }
}

void field_ip(struct probe *p)
{
    field_client(p);
    if (!p->hit) {
        field_server(p);
    }
}

void field_net(struct probe *p)
{
    const struct session_info *s = field_session(p);
    for (int d = 0; s != NULL && d < 2; d++) {
        give_address(p, &s->flow->end[d], s->flow->ip_version, (struct bytes){NULL, 0});
    }
}

void field_start(struct probe *p)
{
    if (field_session(p)) {
        give_time(p, field_session(p)->start);
    }
}

void field_end(struct probe *p)
{
    if (field_session(p)) {
        give_time(p, field_session(p)->last);
    }
}

void field_dur(struct probe *p)
{
    if (field_session(p)) {
        give_signed(p, field_session(p)->last - field_session(p)->start);
    }
}

void field_idle(struct probe *p)
{
    if (field_session(p) && p->subject->now >= 0) {
        give_signed(p, p->subject->now - field_session(p)->last);
    }
}

void field_bytes(struct probe *p)
{
    if (field_session(p)) {
        give_number(p, field_session(p)->flow->count[0].bytes +
                           field_session(p)->flow->count[1].bytes);
    }
}

void field_packets(struct probe *p)
{
    if (field_session(p)) {
        give_number(p, field_session(p)->flow->count[0].packets +
                           field_session(p)->flow->count[1].packets);
    }
}

void field_msgs(struct probe *p)
{
    if (field_session(p)) {
        give_number(p, field_session(p)->messages);
    }
}

void field_state(struct probe *p)
{
    if (field_session(p)) {
        give_word(p, field_session(p)->state);
    }
}

void field_closing(struct probe *p)
{
    if (field_session(p)) {
        give_choice(p, session_end_name(field_session(p)->end));
    }
}

void field_result(struct probe *p)
{
    const struct session_info *s = field_session(p);
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

void field_tls(struct probe *p)
{
    const struct session_info *s = field_session(p);
    if (!s) {
        return;
    }
    enum tls_start start = s->tls != NULL ? s->tls->start : TLS_NONE;
    give_choice(p, start == TLS_STARTTLS     ? "starttls"
                   : start == TLS_IMPLICIT   ? "implicit"
                   : p->subject->tls_offered ? "offered"
                                             : "none");
}

void field_tlsversion(struct probe *p)
{
    char room[16];
    if (field_session(p) && field_session(p)->tls != NULL && field_session(p)->tls->version != 0) {
        give_word(p, tls_version_name(field_session(p)->tls->version, room));
    }
}

void field_sni(struct probe *p)
{
    if (field_session(p) && field_session(p)->tls != NULL &&
        field_session(p)->tls->server_name.n > 0) {
        give_text(p, field_session(p)->tls->server_name);
    }
}

void field_file(struct probe *p)
{
    const struct filter_subject *s = p->subject;
    if (field_session(p) && s->source->file_name != NULL) {
        const char *name = s->source->file_name(s->arg, field_session(p)->flow->file);
        if (name != NULL) {
            give_word(p, name);
        }
    }
}

void field_vlan(struct probe *p)
{
    if (field_session(p) && field_session(p)->flow->has_vlan) {
        give_number(p, field_session(p)->flow->vlan);
    }
}

void field_banner(struct probe *p)
{
    if (field_session(p) && field_session(p)->banner.n > 0) {
        give_text(p, field_session(p)->banner);
    }
}

/* ---- places ---- */

static bool place_of(const struct probe *p, int d, struct geo_place *out)
{
    const struct filter_subject *s = p->subject;
    return s->session != NULL && s->source->geo != NULL &&
           s->source->geo(s->arg, &s->session->flow->end[d], s->session->flow->ip_version, out);
}

void field_country(struct probe *p)
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

void field_city(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.city[0] != '\0') {
            give_word(p, place.city);
        }
    }
}

void field_asn(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.asn != 0) {
            give_number(p, place.asn);
        }
    }
}

void field_asorg(struct probe *p)
{
    struct geo_place place;
    for (int d = 0; d < 2 && !p->hit; d++) {
        if (place_of(p, d, &place) && place.org[0] != '\0') {
            give_word(p, place.org);
        }
    }
}

/* ---- flags ---- */

void field_flag_open(struct probe *p)
{
    give_yesno(p, p->subject->open);
}

void field_flag_closed(struct probe *p)
{
    give_yesno(p, !p->subject->open);
}

void field_flag_marked(struct probe *p)
{
    give_yesno(p, p->subject->marked);
}

void field_flag_tls(struct probe *p)
{
    give_yesno(p, field_session(p) && field_session(p)->tls != NULL &&
                      field_session(p)->tls->start != TLS_NONE);
}

void field_flag_encrypted(struct probe *p)
{
    field_flag_tls(p);
}

static bool was_refused(enum outcome o)
{
    return o == OUTCOME_REJECTED || o == OUTCOME_DEFERRED;
}

void field_flag_failed(struct probe *p)
{
    const struct session_info *s = field_session(p);
    const struct message *m;
    bool failed = s != NULL &&
                  (s->login == TRI_NO || was_refused(s->first_outcome) || session_only_refused(s));
    for (uint32_t i = 0; !failed && (m = next_message(p, &i)) != NULL;) {
        failed = was_refused(m->outcome);
    }
    give_yesno(p, failed);
}

void field_flag_pipelined(struct probe *p)
{
    give_yesno(p, p->subject->pipelined);
}

void field_flag_truncated(struct probe *p)
{
    const struct session_info *s = field_session(p);
    give_yesno(p, p->subject->truncated_dialog || (s != NULL && (s->truncated || s->missing > 0)));
}
