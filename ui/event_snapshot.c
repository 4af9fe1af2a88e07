/* Sessions and messages whole, as records: what lists keep and what replays begin and end with. */
#include "ui/pack_fields.h"

/* Texts of a snapshot's core, and of a brief message, are cut to this many bytes. */
#define CORE_NAME        64
#define CORE_ADDRESS     96
#define CORE_LINE        120
#define BRIEF_RECIPIENTS 3

static struct bytes cut(struct bytes b, size_t most)
{
    return bytes_sub(b, 0, most);
}

/* ---- messages ---- */

static size_t recipient_size(const struct recipient *r)
{
    return 80 + r->address.n + r->parameters.n + r->reply.n + r->final_reply.n;
}

size_t message_size(const struct message *m)
{
    size_t n = NUMBERS_MOST + m->reply.n + m->queue_id.n + m->mail_from.n + m->mail_parameters.n +
               m->uid.n;
    n += m->end_of_data ? strlen(m->end_of_data) + 1 : 0;
    n += m->file ? strlen(m->file) + 1 : 0;
    for (enum header_field i = 0; i < HEADER_COUNT; i++) {
        n += message_header(m, i).n + VARINT_MOST;
    }
    for (uint32_t i = 0; i < m->recipient_count; i++) {
        n += recipient_size(&m->recipients[i]);
    }
    return n;
}

static unsigned message_flags(const struct message *m)
{
    return (m->dir == FROM_SERVER ? MESSAGE_SERVER : 0) | (m->complete ? MESSAGE_COMPLETE : 0) |
           (m->has_sha256 ? MESSAGE_SHA256 : 0) | (m->has_envelope ? MESSAGE_ENVELOPE : 0) |
           (m->has_declared ? MESSAGE_DECLARED : 0) | (m->has_lines ? MESSAGE_LINES : 0) |
           (m->header_cut ? MESSAGE_HEADER_CUT : 0);
}

static void put_recipient(struct put *o, const struct recipient *r, size_t most_text)
{
    put_text(o, cut(r->address, most_text));
    put_text(o, cut(r->parameters, most_text));
    put_u8(o, (uint8_t)r->fate);
    put_num(o, r->code);
    put_enhanced(o, r->enhanced);
    put_text(o, cut(r->reply, most_text));
    put_num(o, r->final_code);
    put_enhanced(o, r->final_enhanced);
    put_text(o, cut(r->final_reply, most_text));
}

static void put_headers(struct put *o, const struct message *m, unsigned wanted, size_t most_text)
{
    unsigned present = 0;
    for (unsigned i = 0; i < HEADER_COUNT; i++) {
        present |= message_header(m, i).p != NULL ? 1u << i : 0;
    }
    present &= wanted;
    put_num(o, present);
    for (unsigned i = 0; i < HEADER_COUNT; i++) {
        if (present & 1u << i) {
            put_text(o, cut(message_header(m, i), most_text));
        }
    }
}

void put_message(struct put *o, struct atoms *a, const struct message *m, struct pack_base base,
                 bool brief)
{
    size_t line = brief ? CORE_LINE : SIZE_MAX;
    uint32_t recipients =
        brief && m->recipient_count > BRIEF_RECIPIENTS ? BRIEF_RECIPIENTS : m->recipient_count;
    put_num(o, m->number);
    put_num(o, message_flags(m));
    put_u8(o, (uint8_t)m->transfer);
    put_u8(o, (uint8_t)m->outcome);
    put_num(o, m->bytes);
    put_num(o, m->missing);
    put_num(o, m->gaps);
    put_time(o, base, m->time);
    put_signed(o, time_minus(m->end_time, m->time));
    put_signed(o, m->wait);
    put_packet(o, base, m->packet);
    if (m->has_sha256) {
        put_raw(o, m->sha256, DIGEST_SHA256);
    }
    put_num(o, m->code);
    put_enhanced(o, m->enhanced);
    put_text(o, cut(m->reply, line));
    put_text(o, cut(m->queue_id, line));
    put_atom(o, a, brief ? NULL : m->end_of_data);
    put_text(o, cut(m->mail_from, line));
    put_text(o, cut(m->mail_parameters, line));
    put_num(o, m->recipient_total);
    put_num(o, recipients);
    for (uint32_t i = 0; i < recipients; i++) {
        put_recipient(o, &m->recipients[i], line);
    }
    put_num(o, m->mailbox_number);
    put_text(o, cut(m->uid, line));
    put_num(o, m->declared_octets);
    put_num(o, m->lines);
    put_num(o, m->header_fields);
    put_headers(o, m, brief ? BRIEF_HEADERS : ~0u, line);
    put_cstr(o, m->file);
}

void pack_message(struct buf *out, struct atoms *atoms, const struct message *m,
                  struct pack_base base, bool brief)
{
    size_t most = message_size(m);
    uint8_t *p = buf_room(out, most);
    invariant(p != NULL);
    struct put o = {p, p + most};
    put_message(&o, atoms, m, base, brief);
    invariant(o.p <= o.end);
    out->n += (size_t)(o.p - p);
}

/* ---- snapshots ---- */

static void put_id(struct put *o, const char id[static 17])
{
    size_t n = strnlen(id, 16);
    put_text(o, bytes_make(id, n));
}

static void put_flow(struct put *o, const struct flow_info *f)
{
    size_t ip = f->ip_version == 4 ? 4 : 16;
    put_u8(o, f->ip_version);
    put_u8(o, (uint8_t)((f->has_vlan ? FLOW_VLAN : 0) | (f->midstream ? FLOW_MIDSTREAM : 0) |
                        (f->seen[0] ? FLOW_SEEN_0 : 0) | (f->seen[1] ? FLOW_SEEN_1 : 0)));
    put_signed(o, f->start);
    put_num(o, f->first_packet);
    put_signed(o, time_minus(f->last, f->start));
    put_num(o, f->file);
    put_num(o, f->conflicts);
    put_num(o, f->vlan);
    put_signed(o, f->rtt);
    for (int d = 0; d < 2; d++) {
        const struct flow_count *c = &f->count[d];
        put_raw(o, f->end[d].ip, ip);
        put_num(o, f->end[d].port);
        const uint64_t counts[] = {c->packets, c->bytes, c->delivered,
                                   c->missing, c->gaps,  c->retransmitted};
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            put_num(o, counts[i]);
        }
    }
}

static unsigned session_bits(const struct session_info *s)
{
    return (s->flip ? INFO_FLIP : 0) | (s->midstream ? INFO_MIDSTREAM : 0) |
           (s->one_sided ? INFO_ONE_SIDED : 0) | (s->roles_swapped ? INFO_SWAPPED : 0) |
           (s->has_transaction ? INFO_TRANSACTION : 0) | (s->last_negative ? INFO_NEGATIVE : 0) |
           (s->truncated ? INFO_TRUNCATED : 0) | (s->tls != NULL ? INFO_TLS : 0) |
           (s->mailbox != NULL ? INFO_MAILBOX : 0);
}

/* The texts of session_info that have a place in the core, and how long they may be there. */
static const struct {
    size_t at, most;
} core_texts[] = {
    {offsetof(struct session_info, client_name), CORE_NAME},
    {offsetof(struct session_info, user), CORE_NAME},
    {offsetof(struct session_info, first_sender), CORE_ADDRESS},
    {offsetof(struct session_info, first_recipient), CORE_ADDRESS},
    {offsetof(struct session_info, last_reply), CORE_LINE},
    {offsetof(struct session_info, banner), CORE_LINE},
};
#define CORE_TEXTS (sizeof core_texts / sizeof core_texts[0])

static const struct bytes *text_of(const struct session_info *s, size_t i)
{
    return (const struct bytes *)((const char *)s + core_texts[i].at);
}

void put_tls_core(struct put *o, struct atoms *a, struct pack_base base, const struct tls_info *t)
{
    put_u8(o, (uint8_t)((unsigned)t->start | (t->established ? TLS_IS_ESTABLISHED : 0)));
    put_num(o, t->offered_version);
    put_num(o, t->version);
    put_num(o, t->cipher);
    put_atom(o, a, t->cipher_name);
    put_text(o, cut(t->server_name, CORE_ADDRESS));
    put_num(o, t->bytes[0]);
    put_num(o, t->bytes[1]);
    put_time(o, base, t->time);
}

void put_tls_extra(struct put *o, const struct tls_info *t)
{
    put_u8(o, (uint8_t)((t->self_signed ? TLS_IS_SELF_SIGNED : 0) | (t->alert ? TLS_HAS_ALERT : 0) |
                        (t->alert_dir == FROM_SERVER ? TLS_ALERT_SERVER : 0)));
    put_u8(o, t->alert_code);
    put_text(o, t->server_name);
    put_text(o, t->alpn);
    put_text(o, t->subject);
    put_text(o, t->issuer);
    put_signed(o, t->not_before);
    put_signed(o, t->not_after);
}

size_t tls_size(const struct tls_info *t)
{
    return NUMBERS_MOST + 2 * t->server_name.n + t->alpn.n + t->subject.n + t->issuer.n +
           (t->cipher_name ? strlen(t->cipher_name) : 0);
}

static void put_mailbox_core(struct put *o, const struct mailbox *m)
{
    put_u8(o, (uint8_t)((unsigned)m->committed | (m->has_messages ? MAILBOX_HAS_MESSAGES : 0) |
                        (m->quit_refused ? MAILBOX_QUIT_REFUSED : 0)));
    put_text(o, cut(m->name, CORE_NAME));
    put_num(o, m->messages);
    put_num(o, m->octets);
}

/* Ascending numbers: each as its distance from the one before. */
static void put_list(struct put *o, const uint64_t *list, uint32_t count)
{
    put_num(o, count);
    uint64_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        put_signed(o, (int64_t)(list[i] - before));
        before = list[i];
    }
}

static void put_mailbox_extra(struct put *o, const struct mailbox *m, bool lists)
{
    put_text(o, m->name);
    put_list(o, m->retrieved, lists ? m->retrieved_count : 0);
    put_list(o, m->deleted, lists ? m->deleted_count : 0);
}

/* A mailbox, and the folders before it. */
static void put_mailboxes(struct put *o, const struct mailbox *m, bool lists)
{
    put_mailbox_extra(o, m, lists);
    for (m = m->before; m != NULL; m = m->before) {
        put_u8(o, 1);
        put_mailbox_core(o, m);
        put_mailbox_extra(o, m, lists);
    }
    put_u8(o, 0);
}

static void put_core(struct put *o, struct atoms *a, const struct session_info *s)
{
    struct pack_base base = pack_base_of(s);
    put_flow(o, s->flow);
    put_num(o, session_bits(s));
    put_num(o, s->number);
    put_id(o, s->id);
    put_atom(o, a, s->protocol);
    put_atom(o, a, s->state);
    put_u8(o, (uint8_t)s->end);
    put_u8(o, (uint8_t)((unsigned)s->login | (unsigned)s->first_outcome << 4));
    put_u8(o, s->worst);
    put_time(o, base, s->start);
    put_time(o, base, s->last);
    const uint64_t numbers[] = {s->missing,  s->gaps,  s->conflicts, s->commands,
                                s->messages, s->notes, s->last_code, s->unexplained};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put_num(o, numbers[i]);
    }
    for (size_t i = 0; i < CORE_TEXTS; i++) {
        put_text(o, cut(*text_of(s, i), core_texts[i].most));
    }
    if (s->tls != NULL) {
        put_tls_core(o, a, base, s->tls);
    }
    if (s->mailbox != NULL) {
        put_mailbox_core(o, s->mailbox);
    }
}

/* lists: with the numbers of a mailbox's messages, which only the end needs. */
static void put_extra(struct put *o, const struct session_info *s, bool lists)
{
    unsigned longer = 0;
    for (unsigned i = 0; i < CORE_TEXTS; i++) {
        longer |= text_of(s, i)->n > core_texts[i].most ? 1u << i : 0;
    }
    put_num(o, longer);
    for (unsigned i = 0; i < CORE_TEXTS; i++) {
        if (longer & 1u << i) {
            put_text(o, *text_of(s, i));
        }
    }
    put_text(o, s->capabilities);
    if (s->tls != NULL) {
        put_tls_extra(o, s->tls);
    }
    if (s->mailbox != NULL) {
        put_mailboxes(o, s->mailbox, lists);
    }
}

static size_t snapshot_size(const struct session_info *s)
{
    size_t n = 3 * NUMBERS_MOST + s->capabilities.n + strlen(s->protocol) + strlen(s->state);
    for (size_t i = 0; i < CORE_TEXTS; i++) {
        n += 2 * (text_of(s, i)->n + VARINT_MOST);
    }
    if (s->tls != NULL) {
        n += tls_size(s->tls);
    }
    for (const struct mailbox *m = s->mailbox; m != NULL; m = m->before) {
        n += NUMBERS_MOST + 2 * m->name.n;
        n += ((size_t)m->retrieved_count + m->deleted_count) * VARINT_MOST;
    }
    return n;
}

void pack_snapshot(struct buf *out, struct atoms *atoms, enum record_kind kind,
                   const struct event *e, bool extra)
{
    const struct session_info *s = e->session;
    struct put o = begin_record(out, kind, snapshot_size(s));
    put_head(&o, pack_base_of(s), e, 0);
    uint8_t *length = o.p; /* of the core, in two bytes: it is bounded well below 64 KiB */
    o.p += 2;
    put_core(&o, atoms, s);
    size_t n = (size_t)(o.p - (length + 2));
    invariant(n <= UINT16_MAX);
    length[0] = (uint8_t)n;
    length[1] = (uint8_t)(n >> 8);
    if (extra) {
        put_extra(&o, s, kind != RECORD_SESSION);
    }
    end_record(out, &o);
}
