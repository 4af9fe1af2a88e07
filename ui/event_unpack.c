#include "ui/event_pack.h"

#include "ui/pack_codec.h"
#include "ui/pack_fields.h"

/* ---- records ---- */

bool record_next(struct bytes *rest, struct record *out)
{
    struct get g = get_from(*rest);
    uint8_t kind = get_u8(&g);
    struct bytes body = get_text(&g);
    if (g.bad || kind >= RECORD_KINDS) {
        *rest = (struct bytes){NULL, 0};
        return false;
    }
    *out = (struct record){
        .kind = (enum record_kind)kind, .body = body, .whole = {rest->p, (size_t)(g.p - rest->p)}};
    *rest = bytes_from(*rest, out->whole.n);
    return true;
}

bool record_next_in_batch(struct bytes *rest, struct record *out)
{
    struct get g = get_from(*rest);
    uint64_t session = get_num(&g);
    if (g.bad) {
        *rest = (struct bytes){NULL, 0};
        return false;
    }
    *rest = bytes_from(*rest, (size_t)(g.p - rest->p));
    if (!record_next(rest, out)) {
        return false;
    }
    out->session = session;
    return true;
}

/* ---- parts that several records share ---- */

const char *get_atom(struct get *g, const struct atoms *a)
{
    uint64_t n = get_num(g);
    if (n == 0) {
        return NULL;
    }
    if (n == 1) {
        return get_cstr(g);
    }
    if (n - 1 > ATOMS_MOST || a->text[n - 2] == NULL) {
        g->bad = true;
        return "";
    }
    return a->text[n - 2];
}

/* A static string that is never NULL where the model says so. */
static const char *get_word(struct get *g, const struct atoms *a)
{
    const char *s = get_atom(g, a);
    return s != NULL ? s : "";
}

static int64_t get_time(struct get *g, struct pack_base base)
{
    return time_plus(base.time, get_signed(g));
}

static uint64_t get_packet(struct get *g, struct pack_base base)
{
    return base.packet + (uint64_t)get_signed(g);
}

static struct bytes get_view(struct get *g, struct bytes whole)
{
    uint64_t at = get_num(g);
    if (at == 0) {
        return get_text(g);
    }
    uint64_t n = get_num(g);
    if (at - 1 > whole.n || n > whole.n - (at - 1)) {
        g->bad = true;
        return (struct bytes){whole.p, 0};
    }
    return bytes_sub(whole, (size_t)(at - 1), (size_t)n);
}

static struct enhanced get_enhanced(struct get *g)
{
    struct enhanced e = {.class = get_u8(g)};
    if (e.class != 0) {
        e.subject = get_u16(g);
        e.detail = get_u16(g);
    }
    return e;
}

static enum dir get_dir(struct get *g)
{
    return get_u8(g) & 1 ? FROM_SERVER : FROM_CLIENT;
}

/* An enum value; what lies beyond its last is damage. */
static unsigned get_enum(struct get *g, unsigned last)
{
    unsigned v = get_u8(g);
    if (v > last) {
        g->bad = true;
        return 0;
    }
    return v;
}

unsigned get_head(struct get *g, struct pack_base base, struct event *e)
{
    unsigned bits = (unsigned)get_num(g);
    e->dir = bits & PACK_SERVER ? FROM_SERVER : FROM_CLIENT;
    e->time = get_time(g, base);
    e->packet = get_packet(g, base);
    return bits;
}

void get_command(struct get *g, const struct atoms *a, struct pack_base base, struct command *c)
{
    *c = (struct command){.number = get_u32(g)};
    c->flags = (unsigned)get_num(g);
    c->dir = get_dir(g);
    c->time = get_time(g, base);
    c->packet = get_packet(g, base);
    c->last_packet = c->packet + get_num(g);
    c->skipped = get_num(g);
    c->verb = get_word(g, a);
    c->state_before = get_atom(g, a);
    c->line = get_text(g);
    c->word = get_view(g, c->line);
    c->argument = get_view(g, c->line);
    c->secret = get_view(g, c->line);
}

void get_reply(struct get *g, struct pack_base base, struct reply *r)
{
    unsigned bits = get_u8(g);
    *r = (struct reply){.dir = bits & REPLY_DIR ? FROM_SERVER : FROM_CLIENT,
                        .torn = bits & REPLY_TORN,
                        .greeting = bits & REPLY_GREETING,
                        .unasked = bits & REPLY_UNASKED,
                        .intermediate = bits & REPLY_INTERMEDIATE};
    r->status = (enum reply_status)get_enum(g, REPLY_ODD);
    r->code = get_u16(g);
    r->enhanced = get_enhanced(g);
    r->lines = get_u32(g);
    r->time = get_time(g, base);
    r->end_time = time_plus(r->time, (int64_t)get_num(g));
    r->packet = get_packet(g, base);
    r->last_packet = r->packet + get_num(g);
    r->raw = get_text(g);
    r->secret = get_view(g, r->raw);
}

void get_credential(struct get *g, struct pack_base base, struct credential *c)
{
    unsigned bits = get_u8(g);
    *c = (struct credential){.cancelled = bits & CREDENTIAL_CANCELLED,
                             .malformed = bits & CREDENTIAL_MALFORMED,
                             .encrypted = bits & CREDENTIAL_ENCRYPTED,
                             .dir = bits & CREDENTIAL_SERVER ? FROM_SERVER : FROM_CLIENT};
    c->success = (enum tri)get_enum(g, TRI_YES);
    c->secret_kind = (enum secret_kind)get_enum(g, SECRET_HASH);
    c->command = get_u32(g);
    c->time = get_time(g, base);
    c->packet = get_packet(g, base);
    c->mechanism = get_cstr(g);
    struct bytes *const texts[] = {&c->user,      &c->authorization_id, &c->secret,
                                   &c->challenge, &c->domain,           &c->host};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = get_text(g);
    }
}

void get_gap(struct get *g, struct pack_base base, struct gap *gap)
{
    *gap = (struct gap){.missing = get_num(g)};
    gap->offset = get_num(g);
    gap->time = get_time(g, base);
    gap->packet = get_packet(g, base);
    gap->cause = (enum gap_cause)get_enum(g, GAP_SNAPLEN);
}

void get_note(struct get *g, struct pack_base base, struct note *n, struct arena *ids)
{
    uint64_t id = get_num(g);
    g->bad |= id >= NOTE_ID_COUNT;
    *n = (struct note){.id = g->bad ? (enum note_id)0 : (enum note_id)id};
    n->severity = (enum severity)get_enum(g, SEVERITY_CRITICAL);
    n->dir = get_dir(g);
    n->reason = (enum reply_reason)get_enum(g, REASON_COUNT - 1);
    n->command = get_u32(g);
    n->time = get_time(g, base);
    n->packet = get_packet(g, base);
    n->evidence = get_text(g);
    n->other = get_text(g);
    n->list = get_text(g);
    uint64_t count = get_num(g);
    if (count > get_left(g)) {
        g->bad = true;
        return;
    }
    const char **list = ids != NULL && count > 0 ? arena_alloc(ids, count * sizeof *list) : NULL;
    for (uint64_t i = 0; i < count && list != NULL; i++) {
        const char *id_text = get_cstr(g);
        list[i] = id_text != NULL ? id_text : "";
    }
    n->sessions = list;
    n->session_count = list != NULL ? (uint32_t)count : 0;
}

void get_totals(struct get *g, struct capture_totals *t)
{
    uint64_t *const numbers[] = {
        &t->packets,       &t->bytes,       &t->dropped,     &t->ignored,   &t->malformed,
        &t->bad_checksums, &t->connections, &t->silent,      &t->half_open, &t->evicted,
        &t->sessions,      &t->messages,    &t->credentials, &t->findings,  &t->unexplained_bytes,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = get_num(g);
    }
    t->first = get_signed(g);
    t->last = get_signed(g);
    t->first_file = get_u32(g);
}

/* ---- messages ---- */

void message_room_init(struct message_room *r)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->lists, SIZE_MAX / 2);
    arena_init(&r->arena, 8192);
    r->message.arena = &r->arena;
}

void message_room_done(struct message_room *r)
{
    buf_done(&r->lists);
    arena_done(&r->arena);
}

static void get_recipient(struct get *g, struct recipient *r)
{
    *r = (struct recipient){.address = get_text(g)};
    r->parameters = get_text(g);
    r->fate = (enum recipient_fate)get_enum(g, RCPT_DEFERRED);
    r->code = get_u16(g);
    r->enhanced = get_enhanced(g);
    r->reply = get_text(g);
    r->final_code = get_u16(g);
    r->final_enhanced = get_enhanced(g);
    r->final_reply = get_text(g);
}

#define RECIPIENT_LEAST 9 /* bytes of a packed recipient */

static void get_recipients(struct get *g, struct message *m, struct recipient *list, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        get_recipient(g, &list[i]);
    }
    m->recipients = count > 0 ? list : NULL;
    m->recipient_count = (uint32_t)count;
}

static void get_headers(struct get *g, struct bytes header[static HEADER_COUNT])
{
    uint64_t present = get_num(g);
    for (unsigned i = 0; i < HEADER_COUNT; i++) {
        header[i] = present & 1u << i ? get_text(g) : (struct bytes){NULL, 0};
    }
}

static void get_message_flags(struct message *m, unsigned bits)
{
    m->dir = bits & MESSAGE_SERVER ? FROM_SERVER : FROM_CLIENT;
    m->complete = bits & MESSAGE_COMPLETE;
    m->has_sha256 = bits & MESSAGE_SHA256;
    m->has_envelope = bits & MESSAGE_ENVELOPE;
    m->has_declared = bits & MESSAGE_DECLARED;
    m->has_lines = bits & MESSAGE_LINES;
    m->header_cut = bits & MESSAGE_HEADER_CUT;
}

struct message_lists {
    struct bytes header[HEADER_COUNT];
    struct recipient recipient[];
};

static struct message_lists *room_for_lists(struct message_room *room, uint64_t recipients)
{
    buf_clear(&room->lists);
    return (struct message_lists *)(void *)buf_room(
        &room->lists, sizeof(struct message_lists) + recipients * sizeof(struct recipient));
}

bool unpack_message(struct bytes body, const struct atoms *atoms, struct pack_base base,
                    struct message_room *out)
{
    struct get g = get_from(body);
    struct message *m = &out->message;
    *m = (struct message){.number = get_u32(&g), .arena = &out->arena};
    get_message_flags(m, (unsigned)get_num(&g));
    m->transfer = (enum transfer)get_enum(&g, TRANSFER_APPEND);
    m->outcome = (enum outcome)get_enum(&g, OUTCOME_INCOMPLETE);
    m->bytes = get_num(&g);
    m->missing = get_num(&g);
    m->gaps = get_u32(&g);
    m->time = get_time(&g, base);
    m->end_time = time_plus(m->time, get_signed(&g));
    m->wait = get_signed(&g);
    m->packet = get_packet(&g, base);
    if (m->has_sha256) {
        struct bytes hash = get_raw(&g, DIGEST_SHA256);
        memcpy(m->sha256, hash.p, hash.n);
    }
    m->code = get_u16(&g);
    m->enhanced = get_enhanced(&g);
    m->reply = get_text(&g);
    m->queue_id = get_text(&g);
    m->end_of_data = get_atom(&g, atoms);
    m->mail_from = get_text(&g);
    m->mail_parameters = get_text(&g);
    m->recipient_total = get_u32(&g);
    uint64_t recipients = get_num(&g);
    if (recipients > get_left(&g) / RECIPIENT_LEAST) {
        return false;
    }
    struct message_lists *lists = room_for_lists(out, recipients);
    get_recipients(&g, m, lists->recipient, recipients);
    m->mailbox_number = get_num(&g);
    m->uid = get_text(&g);
    m->declared_octets = get_num(&g);
    m->lines = get_num(&g);
    m->header_fields = get_u32(&g);
    get_headers(&g, lists->header);
    m->header = lists->header;
    m->message_id = lists->header[HEADER_MESSAGE_ID];
    m->file = get_cstr(&g);
    return !g.bad;
}

bool unpack_message_number(const struct record *r, uint32_t *number, struct bytes *packed)
{
    struct get g = get_from(r->body);
    if (r->kind != RECORD_BODY) {
        struct event ignored;
        get_head(&g, (struct pack_base){0, 0}, &ignored);
    }
    *number = get_u32(&g);
    bool facts = (int)r->kind == EV_MESSAGE_BEGIN || (int)r->kind == EV_MESSAGE_END ||
                 (int)r->kind == EV_MESSAGE;
    *packed = bytes_make(g.p, facts ? get_left(&g) : 0);
    return !g.bad;
}

bool unpack_body_ref(struct bytes body, uint32_t *message, struct body_ref *ref)
{
    struct get g = get_from(body);
    *message = get_u32(&g);
    *ref = (struct body_ref){.bytes = get_num(&g)};
    ref->place = get_num(&g);
    ref->pieces = get_u32(&g);
    ref->cut = get_u8(&g) != 0;
    return !g.bad;
}

/* ---- snapshots ---- */

void session_room_init(struct session_room *r)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->lists, SIZE_MAX / 2);
}

void session_room_done(struct session_room *r)
{
    buf_done(&r->lists);
}

bool unpack_snapshot(struct bytes body, struct bytes *core, struct bytes *extra)
{
    struct get g = get_from(body);
    struct event ignored;
    get_head(&g, (struct pack_base){0, 0}, &ignored);
    unsigned low = get_u8(&g), high = get_u8(&g);
    *core = get_raw(&g, low | high << 8);
    *extra = bytes_make(g.p, get_left(&g));
    return !g.bad;
}

static void get_flow_counts(struct get *g, struct flow_info *f, int d, size_t ip)
{
    struct bytes address = get_raw(g, ip);
    memcpy(f->end[d].ip, address.p, address.n);
    f->end[d].port = get_u16(g);
    struct flow_count *c = &f->count[d];
    c->packets = get_num(g);
    c->bytes = get_num(g);
    c->delivered = get_num(g);
    c->missing = get_num(g);
    c->gaps = get_u32(g);
    c->retransmitted = get_u32(g);
}

static void get_flow(struct get *g, struct flow_info *f)
{
    *f = (struct flow_info){.ip_version = get_u8(g)};
    unsigned bits = get_u8(g);
    f->has_vlan = bits & FLOW_VLAN;
    f->midstream = bits & FLOW_MIDSTREAM;
    f->seen[0] = bits & FLOW_SEEN_0;
    f->seen[1] = bits & FLOW_SEEN_1;
    f->start = get_signed(g);
    f->first_packet = get_num(g);
    f->last = time_plus(f->start, get_signed(g));
    f->file = get_u32(g);
    f->conflicts = get_u32(g);
    f->vlan = get_u16(g);
    f->rtt = get_signed(g);
    for (int d = 0; d < 2; d++) {
        get_flow_counts(g, f, d, f->ip_version == 4 ? 4 : 16);
    }
}

static void get_tls_core(struct get *g, const struct atoms *a, struct pack_base base,
                         struct tls_info *t)
{
    unsigned bits = get_u8(g);
    *t = (struct tls_info){.start = (enum tls_start)(bits & TLS_START_MASK),
                           .established = bits & TLS_IS_ESTABLISHED,
                           .not_before = TIME_UNKNOWN,
                           .not_after = TIME_UNKNOWN};
    g->bad |= (bits & TLS_START_MASK) > TLS_STARTTLS;
    t->offered_version = get_u16(g);
    t->version = get_u16(g);
    t->cipher = get_u16(g);
    t->cipher_name = get_word(g, a);
    t->server_name = get_text(g);
    t->bytes[0] = get_num(g);
    t->bytes[1] = get_num(g);
    t->time = get_time(g, base);
}

static void get_tls_extra(struct get *g, struct tls_info *t)
{
    unsigned bits = get_u8(g);
    t->self_signed = bits & TLS_IS_SELF_SIGNED;
    t->alert = bits & TLS_HAS_ALERT;
    t->alert_dir = bits & TLS_ALERT_SERVER ? FROM_SERVER : FROM_CLIENT;
    t->alert_code = get_u8(g);
    t->server_name = get_text(g);
    t->alpn = get_text(g);
    t->subject = get_text(g);
    t->issuer = get_text(g);
    t->not_before = get_signed(g);
    t->not_after = get_signed(g);
}

bool get_tls(struct get *g, const struct atoms *a, struct pack_base base, struct tls_info *t)
{
    get_tls_core(g, a, base, t);
    get_tls_extra(g, t);
    return !g->bad;
}

static void get_bits(struct session_info *s, unsigned bits)
{
    s->flip = bits & INFO_FLIP;
    s->midstream = bits & INFO_MIDSTREAM;
    s->one_sided = bits & INFO_ONE_SIDED;
    s->roles_swapped = bits & INFO_SWAPPED;
    s->has_transaction = bits & INFO_TRANSACTION;
    s->last_negative = bits & INFO_NEGATIVE;
    s->truncated = bits & INFO_TRUNCATED;
}

static void get_core_numbers(struct get *g, struct session_info *s)
{
    s->missing = get_num(g);
    s->gaps = get_u32(g);
    s->conflicts = get_u32(g);
    s->commands = get_u32(g);
    s->messages = get_u32(g);
    s->notes = get_u32(g);
    s->last_code = get_u16(g);
    s->unexplained = get_num(g);
}

/* In the order of the core. */
static void core_texts_of(struct session_info *s, struct bytes *texts[static 6])
{
    struct bytes *const list[6] = {&s->client_name,     &s->user,       &s->first_sender,
                                   &s->first_recipient, &s->last_reply, &s->banner};
    memcpy(texts, list, sizeof list);
}

static void get_mailbox_core(struct get *g, struct mailbox *m)
{
    unsigned bits = get_u8(g);
    *m = (struct mailbox){.committed = (enum tri)(bits & MAILBOX_COMMITTED_MASK),
                          .has_messages = bits & MAILBOX_HAS_MESSAGES,
                          .quit_refused = bits & MAILBOX_QUIT_REFUSED};
    g->bad |= (bits & MAILBOX_COMMITTED_MASK) > TRI_YES;
    m->name = get_text(g);
    m->messages = get_num(g);
    m->octets = get_num(g);
}

bool unpack_core(struct bytes core, const struct atoms *atoms, struct session_room *out)
{
    struct get g = get_from(core);
    struct session_info *s = &out->info;
    struct bytes *texts[6];
    *s = (struct session_info){.flow = &out->flow};
    get_flow(&g, &out->flow);
    unsigned bits = (unsigned)get_num(&g);
    get_bits(s, bits);
    s->number = get_num(&g);
    struct bytes id = get_text(&g);
    memcpy(s->id, id.p, id.n < 16 ? id.n : 16);
    struct pack_base base = pack_base_of(s);
    s->protocol = get_word(&g, atoms);
    s->state = get_word(&g, atoms);
    s->end = (enum session_end)get_enum(&g, END_EVICTED);
    unsigned pair = get_u8(&g);
    g.bad |= (pair & 15) > TRI_YES || pair >> 4 > OUTCOME_INCOMPLETE;
    s->login = (enum tri)(pair & 15);
    s->first_outcome = (enum outcome)(pair >> 4);
    s->worst = (uint8_t)get_enum(&g, SEVERITY_CRITICAL);
    s->start = get_time(&g, base);
    s->last = get_time(&g, base);
    get_core_numbers(&g, s);
    core_texts_of(s, texts);
    for (size_t i = 0; i < 6; i++) {
        *texts[i] = get_text(&g);
    }
    if (bits & INFO_TLS) {
        get_tls_core(&g, atoms, base, &out->tls);
        s->tls = &out->tls;
    }
    if (bits & INFO_MAILBOX) {
        get_mailbox_core(&g, &out->mailbox);
        s->mailbox = &out->mailbox;
    }
    return !g.bad;
}

/* Appends a list of numbers to *lists; answers how many. */
static uint32_t get_list(struct get *g, struct buf *lists)
{
    uint64_t count = get_num(g);
    if (count > get_left(g)) {
        g->bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (uint64_t i = 0; i < count; i++) {
        value += (uint64_t)get_signed(g);
        buf_add(lists, bytes_make(&value, sizeof value));
    }
    return (uint32_t)count;
}

/* Their places are known only once all lists are read. */
static void get_mailbox_extra(struct get *g, struct mailbox *m, struct buf *lists)
{
    m->name = get_text(g);
    m->retrieved_count = get_list(g, lists);
    m->deleted_count = get_list(g, lists);
}

static const uint64_t *take_list(const uint64_t **numbers, uint32_t count)
{
    const uint64_t *list = count > 0 ? *numbers : NULL;
    *numbers += count;
    return list;
}

static void get_mailboxes(struct get *g, struct session_room *io)
{
    struct mailbox *m = &io->mailbox;
    buf_clear(&io->lists);
    get_mailbox_extra(g, m, &io->lists);
    for (size_t i = 0; get_u8(g) == 1 && !g->bad; i++) {
        if (i == MAILBOX_FOLDERS) {
            g->bad = true;
            return;
        }
        m->before = &io->before[i];
        m = &io->before[i];
        get_mailbox_core(g, m);
        get_mailbox_extra(g, m, &io->lists);
    }
    const uint64_t *numbers = (const uint64_t *)(const void *)io->lists.p;
    for (m = &io->mailbox; m != NULL && numbers != NULL;
         m = (struct mailbox *)(uintptr_t)m->before) {
        m->retrieved = take_list(&numbers, m->retrieved_count);
        m->deleted = take_list(&numbers, m->deleted_count);
    }
}

bool unpack_extra(struct bytes extra, const struct atoms *atoms, struct session_room *io)
{
    (void)atoms;
    struct get g = get_from(extra);
    struct bytes *texts[6];
    core_texts_of(&io->info, texts);
    uint64_t longer = get_num(&g);
    for (size_t i = 0; i < 6; i++) {
        if (longer & 1u << i) {
            *texts[i] = get_text(&g);
        }
    }
    io->info.capabilities = get_text(&g);
    if (io->info.tls != NULL) {
        get_tls_extra(&g, &io->tls);
    }
    if (io->info.mailbox != NULL) {
        get_mailboxes(&g, io);
    }
    return !g.bad;
}
