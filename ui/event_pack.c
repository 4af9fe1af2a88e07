#include "ui/event_pack.h"

#include "ui/pack_fields.h"

/* ---- atoms ---- */

void atoms_init(struct atoms *a)
{
    memset(a, 0, sizeof *a);
}

#define ATOM_SLOTS (sizeof((struct atoms *)0)->slot / sizeof((struct atoms *)0)->slot[0])

/* The number of a static string, from 1; 0 when the table is full. */
static uint16_t atom_number(struct atoms *a, const char *s)
{
    size_t at = (size_t)((uintptr_t)s >> 2) * 0x9e3779b1u % ATOM_SLOTS;
    while (a->slot[at] != 0) {
        if (a->text[a->slot[at] - 1] == s) {
            return a->slot[at];
        }
        at = (at + 1) % ATOM_SLOTS;
    }
    if (a->count >= ATOMS_MOST) {
        return 0;
    }
    a->text[a->count++] = s;
    a->slot[at] = a->count;
    return a->count;
}

/* 0: NULL; 1: the text itself follows; else its number + 1. */
void put_atom(struct put *o, struct atoms *a, const char *s)
{
    uint16_t n = s != NULL ? atom_number(a, s) : 0;
    if (s == NULL) {
        put_u8(o, 0);
    } else if (n == 0) {
        put_u8(o, 1);
        put_cstr(o, s);
    } else {
        put_num(o, n + 1u);
    }
}

/* ---- records ---- */

/* Opens a record: reserves room for its head and up to `most` bytes. A length of one byte is
 * assumed; end_record moves the body when it is longer. */
struct put begin_record(struct buf *out, enum record_kind kind, size_t most)
{
    uint8_t *p = buf_room(out, most + 1 + VARINT_MOST);
    invariant(p != NULL); /* batches have no ceiling worth the name */
    p[0] = (uint8_t)kind;
    return (struct put){p + 2, p + 2 + most};
}

void end_record(struct buf *out, const struct put *o)
{
    uint8_t *head = out->p + out->n;
    size_t n = (size_t)(o->p - (head + 2));
    struct put length = {head + 1, NULL};
    invariant(o->p <= o->end);
    if (n >= 0x80) {
        uint8_t number[VARINT_MOST];
        struct put count = {number, NULL};
        put_num(&count, n);
        memmove(head + 1 + (count.p - number), head + 2, n);
    }
    put_num(&length, n);
    out->n += (size_t)(length.p - head) + n;
}

void pack_record(struct buf *out, enum record_kind kind, struct bytes body)
{
    struct put o = begin_record(out, kind, body.n);
    put_raw(&o, body.p, body.n);
    end_record(out, &o);
}

void pack_number(struct buf *out, uint64_t session)
{
    uint8_t number[VARINT_MOST];
    struct put o = {number, NULL};
    put_num(&o, session);
    buf_add(out, bytes_make(number, (size_t)(o.p - number)));
}

/* ---- parts that several records share ---- */

struct pack_base pack_base_of(const struct session_info *s)
{
    return s != NULL && s->flow != NULL ? (struct pack_base){s->flow->start, s->flow->first_packet}
                                        : (struct pack_base){0, 0};
}

void put_time(struct put *o, struct pack_base base, int64_t time)
{
    put_signed(o, time_minus(time, base.time));
}

void put_packet(struct put *o, struct pack_base base, uint64_t packet)
{
    put_signed(o, (int64_t)(packet - base.packet));
}

/* The head of an event's record. `more`: bits for the kind, from PACK_MORE on. */
void put_head(struct put *o, struct pack_base base, const struct event *e, unsigned more)
{
    put_num(o, (e->dir == FROM_SERVER ? PACK_SERVER : 0) | more);
    put_time(o, base, e->time);
    put_packet(o, base, e->packet);
}

/* A view into `whole` is told by its place; any other with its bytes. */
static void put_view(struct put *o, struct bytes whole, struct bytes view)
{
    uintptr_t from = (uintptr_t)whole.p, at = (uintptr_t)view.p;
    if (view.n > 0 && whole.p != NULL && at >= from && at + view.n <= from + whole.n) {
        put_num(o, (uint64_t)(at - from) + 1);
        put_num(o, view.n);
    } else {
        put_num(o, 0);
        put_text(o, view);
    }
}

void put_enhanced(struct put *o, struct enhanced e)
{
    put_u8(o, e.class);
    if (e.class != 0) {
        put_num(o, e.subject);
        put_num(o, e.detail);
    }
}

/* ---- commands and replies ---- */

static size_t command_size(const struct command *c)
{
    return NUMBERS_MOST + c->line.n + c->word.n + c->argument.n + c->secret.n + strlen(c->verb) +
           (c->state_before ? strlen(c->state_before) : 0);
}

static void put_command(struct put *o, struct atoms *a, struct pack_base base,
                        const struct command *c)
{
    put_num(o, c->number);
    put_num(o, c->flags);
    put_u8(o, (uint8_t)c->dir);
    put_time(o, base, c->time);
    put_packet(o, base, c->packet);
    put_num(o, c->last_packet - c->packet);
    put_num(o, c->skipped);
    put_atom(o, a, c->verb);
    put_atom(o, a, c->state_before);
    put_text(o, c->line);
    put_view(o, c->line, c->word);
    put_view(o, c->line, c->argument);
    put_view(o, c->line, c->secret);
}

static size_t reply_size(const struct reply *r)
{
    return NUMBERS_MOST + r->raw.n + r->secret.n;
}

static void put_reply(struct put *o, struct pack_base base, const struct reply *r)
{
    put_u8(o, (uint8_t)((unsigned)r->dir | (r->torn ? REPLY_TORN : 0) |
                        (r->greeting ? REPLY_GREETING : 0) | (r->unasked ? REPLY_UNASKED : 0) |
                        (r->intermediate ? REPLY_INTERMEDIATE : 0)));
    put_u8(o, (uint8_t)r->status);
    put_num(o, r->code);
    put_enhanced(o, r->enhanced);
    put_num(o, r->lines);
    put_time(o, base, r->time);
    put_num(o, (uint64_t)time_minus(r->end_time, r->time));
    put_packet(o, base, r->packet);
    put_num(o, r->last_packet - r->packet);
    put_text(o, r->raw);
    put_view(o, r->raw, r->secret);
}

/* Tells replies of the same time and code apart; never leaves the process. */
static uint64_t text_hash(struct bytes b)
{
    uint64_t h = b.n + 1, word;
    for (; b.n >= 8; b = bytes_from(b, 8)) {
        memcpy(&word, b.p, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    for (size_t i = 0; i < b.n; i++) {
        h = (h ^ b.p[i]) * 0x100000001b3u;
    }
    return h;
}

/* One event on its way into a record. */
struct job {
    struct buf *out;
    struct atoms *atoms;
    struct pack_session *ps;
    const struct event *e;
    struct pack_base base;
    uint64_t at;
};

static void pack_command(const struct job *j)
{
    const struct command *c = j->e->u.command;
    struct put o = begin_record(j->out, (enum record_kind)EV_COMMAND, command_size(c));
    put_head(&o, j->base, j->e, 0);
    put_command(&o, j->atoms, j->base, c);
    end_record(j->out, &o);
    if (c->number > j->ps->commands) {
        j->ps->commands = c->number;
    }
}

static void pack_reply(const struct job *j)
{
    const struct reply *r = j->e->u.reply;
    struct put o = begin_record(j->out, (enum record_kind)EV_REPLY, reply_size(r));
    put_head(&o, j->base, j->e, 0);
    put_num(&o, j->e->paired_number);
    put_signed(&o, j->e->latency);
    put_reply(&o, j->base, r);
    end_record(j->out, &o);
    j->ps->reply_code = r->code;
    j->ps->reply_time = r->time;
    j->ps->reply_hash = text_hash(r->raw);
}

static void pack_exchange(const struct job *j)
{
    const struct exchange *x = j->e->u.exchange;
    const struct command *c = x->command;
    const struct reply *r = x->reply;
    bool command_told = c->number > 0 && c->number <= j->ps->commands;
    bool reply_told = r != NULL && j->ps->reply_hash != 0 && j->ps->reply_code == r->code &&
                      j->ps->reply_time == r->time && j->ps->reply_hash == text_hash(r->raw);
    size_t most = command_size(c) + (r ? reply_size(r) : 0) + NUMBERS_MOST +
                  (x->state_after ? strlen(x->state_after) : 0);
    struct put o = begin_record(j->out, (enum record_kind)EV_EXCHANGE, most);
    put_head(&o, j->base, j->e,
             (command_told ? PACK_COMMAND_TOLD : 0) | (r != NULL ? PACK_HAS_REPLY : 0) |
                 (reply_told ? PACK_REPLY_TOLD : 0));
    put_atom(&o, j->atoms, x->state_after);
    put_signed(&o, x->latency);
    put_num(&o, x->answer_lines);
    if (command_told) {
        put_num(&o, c->number);
        put_num(&o, c->flags);
    } else {
        put_command(&o, j->atoms, j->base, c);
    }
    if (r != NULL && !reply_told) {
        put_reply(&o, j->base, r);
    }
    end_record(j->out, &o);
}

/* BEGIN, END, MESSAGE. */
static void pack_message_event(const struct job *j)
{
    const struct message *m = j->e->u.message;
    struct put o =
        begin_record(j->out, (enum record_kind)j->e->kind, message_size(m) + NUMBERS_MOST);
    put_head(&o, j->base, j->e, 0);
    put_num(&o, m->number);
    put_message(&o, j->atoms, m, j->base, false);
    end_record(j->out, &o);
}

/* GAP, CUT. */
static void pack_message_place(const struct job *j)
{
    struct put o = begin_record(j->out, (enum record_kind)j->e->kind, NUMBERS_MOST);
    put_head(&o, j->base, j->e, 0);
    put_num(&o, j->e->u.body.message->number);
    put_num(&o, j->e->u.body.count);
    put_num(&o, j->at);
    end_record(j->out, &o);
}

void pack_message_mark(struct buf *out, const struct record *from)
{
    uint32_t number;
    struct bytes packed;
    if (unpack_message_number(from, &number, &packed)) {
        pack_record(out, from->kind, bytes_sub(from->body, 0, (size_t)(packed.p - from->body.p)));
    }
}

void pack_body_ref(struct buf *out, uint32_t message, const struct body_ref *ref)
{
    struct put o = begin_record(out, RECORD_BODY, NUMBERS_MOST);
    put_num(&o, message);
    put_num(&o, ref->bytes);
    put_num(&o, ref->place);
    put_num(&o, ref->pieces);
    put_u8(&o, ref->cut);
    end_record(out, &o);
}

/* ---- other events ---- */

static void pack_state(const struct job *j)
{
    const struct state_change *s = j->e->u.state;
    size_t most = NUMBERS_MOST + s->cause.n + strlen(s->from) + strlen(s->to);
    struct put o = begin_record(j->out, (enum record_kind)EV_STATE, most);
    put_head(&o, j->base, j->e, s->legal ? PACK_LEGAL : 0);
    put_atom(&o, j->atoms, s->from);
    put_atom(&o, j->atoms, s->to);
    put_text(&o, s->cause);
    end_record(j->out, &o);
}

static void pack_line(const struct job *j)
{
    struct put o = begin_record(j->out, (enum record_kind)EV_LINE, NUMBERS_MOST + j->e->u.text.n);
    put_head(&o, j->base, j->e, 0);
    put_text(&o, j->e->u.text);
    end_record(j->out, &o);
}

static void pack_credential(const struct job *j)
{
    const struct credential *c = j->e->u.credential;
    size_t most = NUMBERS_MOST + (c->mechanism ? strlen(c->mechanism) : 0) + c->user.n +
                  c->authorization_id.n + c->secret.n + c->challenge.n + c->domain.n + c->host.n;
    struct put o = begin_record(j->out, (enum record_kind)EV_CREDENTIAL, most);
    put_head(&o, j->base, j->e, 0);
    put_u8(&o, (uint8_t)((c->cancelled ? CREDENTIAL_CANCELLED : 0) |
                         (c->malformed ? CREDENTIAL_MALFORMED : 0) |
                         (c->encrypted ? CREDENTIAL_ENCRYPTED : 0) |
                         (c->dir == FROM_SERVER ? CREDENTIAL_SERVER : 0)));
    put_u8(&o, (uint8_t)c->success);
    put_u8(&o, (uint8_t)c->secret_kind);
    put_num(&o, c->command);
    put_time(&o, j->base, c->time);
    put_packet(&o, j->base, c->packet);
    put_cstr(&o, c->mechanism);
    const struct bytes texts[] = {c->user,      c->authorization_id, c->secret,
                                  c->challenge, c->domain,           c->host};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put_text(&o, texts[i]);
    }
    end_record(j->out, &o);
}

static void pack_gap(const struct job *j)
{
    const struct gap *g = j->e->u.gap;
    struct put o = begin_record(j->out, (enum record_kind)EV_GAP, NUMBERS_MOST);
    put_head(&o, j->base, j->e, 0);
    put_num(&o, g->missing);
    put_num(&o, g->offset);
    put_time(&o, j->base, g->time);
    put_packet(&o, j->base, g->packet);
    put_u8(&o, (uint8_t)g->cause);
    end_record(j->out, &o);
}

static void pack_note(const struct job *j)
{
    const struct note *n = j->e->u.note;
    size_t most = NUMBERS_MOST + n->evidence.n + n->other.n + n->list.n;
    for (uint32_t i = 0; i < n->session_count; i++) {
        most += strlen(n->sessions[i]) + 1 + VARINT_MOST;
    }
    struct put o = begin_record(j->out, (enum record_kind)EV_NOTE, most);
    put_head(&o, j->base, j->e, 0);
    put_num(&o, (uint64_t)n->id);
    put_u8(&o, (uint8_t)n->severity);
    put_u8(&o, (uint8_t)n->dir);
    put_u8(&o, (uint8_t)n->reason);
    put_num(&o, n->command);
    put_time(&o, j->base, n->time);
    put_packet(&o, j->base, n->packet);
    put_text(&o, n->evidence);
    put_text(&o, n->other);
    put_text(&o, n->list);
    put_num(&o, n->session_count);
    for (uint32_t i = 0; i < n->session_count; i++) {
        put_cstr(&o, n->sessions[i]);
    }
    end_record(j->out, &o);
}

void put_totals(struct put *o, const struct capture_totals *t)
{
    const uint64_t numbers[] = {
        t->packets,       t->bytes,       t->dropped,     t->ignored,   t->malformed,
        t->bad_checksums, t->connections, t->silent,      t->half_open, t->evicted,
        t->sessions,      t->messages,    t->credentials, t->findings,  t->unexplained_bytes,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put_num(o, numbers[i]);
    }
    put_signed(o, t->first);
    put_signed(o, t->last);
    put_num(o, t->first_file);
}

static void pack_totals(const struct job *j)
{
    struct put o = begin_record(j->out, (enum record_kind)EV_CAPTURE, NUMBERS_MOST);
    put_head(&o, (struct pack_base){0, 0}, j->e, 0);
    put_totals(&o, j->e->u.totals);
    end_record(j->out, &o);
}

static void pack_tls(const struct job *j)
{
    const struct tls_info *t = j->e->session->tls;
    struct put o = begin_record(j->out, (enum record_kind)EV_TLS, t ? tls_size(t) : NUMBERS_MOST);
    put_head(&o, j->base, j->e, t != NULL ? PACK_HAS_TLS : 0);
    if (t != NULL) {
        put_tls_core(&o, j->atoms, j->base, t);
        put_tls_extra(&o, t);
    }
    end_record(j->out, &o);
}

static void pack_whole_session(const struct job *j)
{
    pack_snapshot(j->out, j->atoms, (enum record_kind)j->e->kind, j->e, j->e->kind == EV_CLOSE);
}

void pack_event(struct buf *out, struct atoms *atoms, struct pack_session *ps,
                const struct event *e, uint64_t at)
{
    static void (*const packers[EV_COUNT])(const struct job *) = {
        [EV_OPEN] = pack_whole_session,
        [EV_STATE] = pack_state,
        [EV_COMMAND] = pack_command,
        [EV_REPLY] = pack_reply,
        [EV_LINE] = pack_line,
        [EV_EXCHANGE] = pack_exchange,
        [EV_CREDENTIAL] = pack_credential,
        [EV_TLS] = pack_tls,
        [EV_MESSAGE_BEGIN] = pack_message_event,
        [EV_MESSAGE_GAP] = pack_message_place,
        [EV_MESSAGE_CUT] = pack_message_place,
        [EV_MESSAGE_END] = pack_message_event,
        [EV_MESSAGE] = pack_message_event,
        [EV_GAP] = pack_gap,
        [EV_NOTE] = pack_note,
        [EV_CLOSE] = pack_whole_session,
        [EV_CAPTURE] = pack_totals,
    };
    struct job j = {out, atoms, ps, e, pack_base_of(e->session), at};
    invariant(packers[e->kind] != NULL); /* EV_MESSAGE_DATA goes to the spool */
    packers[e->kind](&j);
}
