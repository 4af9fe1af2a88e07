/* Records of one session, in their order, back to events. */
#include "ui/event_pack.h"

#include "ui/pack_fields.h"

#include <stdlib.h>

/* A command whose exchange has not come yet: where its record stands. */
struct waiting {
    uint32_t number;
    size_t at;
};

/* A message between MESSAGE_BEGIN and MESSAGE. */
struct told {
    struct told *next;
    struct message_room room;
};

struct event_reader {
    struct event_reader_config config;
    struct session_info *session;
    struct pack_base base;
    struct bytes records;
    struct waiting *waiting; /* a ring */
    size_t waiting_head, waiting_count, waiting_room;
    size_t last_reply;                /* place of its record + 1, 0 none */
    struct told *messages, *finished; /* finished: freed at the next call */
    bool peeking;                     /* out of order: nothing is remembered */
    struct event event;
    struct arena ids;
    struct state_change state;
    struct command command;
    struct reply reply;
    struct exchange exchange;
    struct credential credential;
    struct gap gap;
    struct note note;
    struct tls_info tls;
    struct capture_totals totals;
};

/* A record being read, behind its head. */
struct reading {
    const struct record *record;
    struct get get;
    unsigned bits;
    uint64_t at; /* MESSAGE_GAP */
};

struct event_reader *event_reader_new(const struct event_reader_config *c)
{
    struct event_reader *r = xcalloc(1, sizeof *r);
    r->config = *c;
    arena_init(&r->ids, 1u << 24);
    return r;
}

static void free_told(struct told **list)
{
    while (*list != NULL) {
        struct told *t = *list;
        *list = t->next;
        message_room_done(&t->room);
        free(t);
    }
}

void event_reader_free(struct event_reader **rp)
{
    struct event_reader *r = *rp;
    if (r == NULL) {
        return;
    }
    free_told(&r->messages);
    free_told(&r->finished);
    arena_done(&r->ids);
    free(r->waiting);
    free(r);
    *rp = NULL;
}

void event_reader_begin(struct event_reader *r, struct session_info *session, struct pack_base base,
                        struct bytes records)
{
    free_told(&r->messages);
    free_told(&r->finished);
    r->session = session;
    r->base = base;
    r->records = records;
    r->waiting_head = r->waiting_count = 0;
    r->last_reply = 0;
}

void event_reader_moved(struct event_reader *r, struct bytes records)
{
    r->records = records;
}

/* ---- what exchanges repeat ---- */

static size_t place_of(const struct event_reader *r, const struct record *rec)
{
    uintptr_t from = (uintptr_t)r->records.p, at = (uintptr_t)rec->whole.p;
    return at >= from && at < from + r->records.n ? (size_t)(at - from) : SIZE_MAX;
}

/* The body of the record at a place noted before, behind its event head. */
static bool noted(const struct event_reader *r, size_t at, enum event_kind kind, struct get *g)
{
    struct bytes rest = bytes_from(r->records, at);
    struct record rec;
    if (!record_next(&rest, &rec) || (int)rec.kind != (int)kind) {
        return false;
    }
    *g = get_from(rec.body);
    struct event ignored;
    get_head(g, r->base, &ignored);
    return true;
}

static void add_waiting(struct event_reader *r, uint32_t number, size_t at)
{
    if (number == 0 || at == SIZE_MAX || r->peeking) {
        return;
    }
    if (r->waiting_count == r->waiting_room) {
        size_t room = r->waiting_room ? r->waiting_room * 2 : 16;
        struct waiting *ring = xmalloc(room * sizeof *ring);
        for (size_t i = 0; i < r->waiting_count; i++) {
            ring[i] = r->waiting[(r->waiting_head + i) % r->waiting_room];
        }
        free(r->waiting);
        r->waiting = ring;
        r->waiting_room = room;
        r->waiting_head = 0;
    }
    r->waiting[(r->waiting_head + r->waiting_count++) % r->waiting_room] =
        (struct waiting){number, at};
}

/* Exchanges come in the order of their commands, so the one sought is the first or none. */
static bool take_waiting(struct event_reader *r, uint32_t number, size_t *at)
{
    while (!r->peeking && r->waiting_count > 0 && r->waiting[r->waiting_head].number <= number) {
        struct waiting w = r->waiting[r->waiting_head];
        r->waiting_head = (r->waiting_head + 1) % r->waiting_room;
        r->waiting_count--;
        if (w.number == number) {
            *at = w.at;
            return true;
        }
    }
    return false;
}

static void exchange_command(struct event_reader *r, struct get *g)
{
    uint32_t number = get_u32(g);
    unsigned flags = (unsigned)get_num(g);
    size_t at;
    struct get command;
    if (take_waiting(r, number, &at) && noted(r, at, EV_COMMAND, &command)) {
        get_command(&command, r->config.atoms, r->base, &r->command);
    } else { /* only its number is known here */
        r->command = (struct command){.number = number,
                                      .verb = "",
                                      .dir = r->event.dir,
                                      .time = r->event.time,
                                      .packet = r->event.packet,
                                      .last_packet = r->event.packet};
    }
    r->command.flags = flags;
}

static bool exchange_reply(struct event_reader *r, struct get *g, unsigned bits)
{
    struct get reply;
    if ((bits & PACK_HAS_REPLY) == 0) {
        return false;
    }
    if ((bits & PACK_REPLY_TOLD) == 0) {
        get_reply(g, r->base, &r->reply);
        return true;
    }
    if (r->last_reply == 0 || !noted(r, r->last_reply - 1, EV_REPLY, &reply)) {
        return false;
    }
    get_u32(&reply); /* paired number, latency */
    get_signed(&reply);
    get_reply(&reply, r->base, &r->reply);
    return true;
}

static bool read_exchange(struct event_reader *r, struct reading *in)
{
    struct get *g = &in->get;
    struct exchange *x = &r->exchange;
    *x = (struct exchange){.command = &r->command, .state_after = get_atom(g, r->config.atoms)};
    x->latency = get_signed(g);
    x->answer_lines = get_u32(g);
    if (in->bits & PACK_COMMAND_TOLD) {
        exchange_command(r, g);
    } else {
        get_command(g, r->config.atoms, r->base, &r->command);
    }
    x->reply = exchange_reply(r, g, in->bits) ? &r->reply : NULL;
    r->event.u.exchange = x;
    return !g->bad;
}

/* ---- messages ---- */

static struct told *find_told(struct event_reader *r, uint32_t number)
{
    struct told **at = &r->messages;
    while (*at != NULL && (*at)->room.message.number != number) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        *at = xcalloc(1, sizeof **at);
        message_room_init(&(*at)->room);
        (*at)->room.message.number = number;
    }
    return *at;
}

/* Facts from the message's end, told at an earlier moment: what was not yet known then goes. */
static void forget_later(struct message *m, enum event_kind now)
{
    if (now == EV_MESSAGE_BEGIN || m->outcome != OUTCOME_INCOMPLETE) {
        m->outcome = OUTCOME_UNKNOWN;
    }
    m->code = 0;
    m->enhanced = (struct enhanced){0, 0, 0};
    m->reply = m->queue_id = (struct bytes){NULL, 0};
    m->wait = -1;
    if (now == EV_MESSAGE_END) {
        return;
    }
    m->bytes = m->missing = 0;
    m->gaps = 0;
    m->end_time = m->time;
    m->complete = m->has_sha256 = m->header_cut = false;
    m->header_fields = 0;
    m->end_of_data = NULL;
    m->message_id = (struct bytes){NULL, 0};
    m->header = NULL;
}

static struct message *read_message(struct event_reader *r, const struct record *rec)
{
    uint32_t number;
    struct bytes packed;
    if (!unpack_message_number(rec, &number, &packed)) {
        return NULL;
    }
    struct told *t = find_told(r, number);
    bool at_rest = packed.n == 0;
    bool bare = at_rest && (int)rec->kind != EV_MESSAGE_BEGIN && (int)rec->kind != EV_MESSAGE_END &&
                (int)rec->kind != EV_MESSAGE;
    if (!bare && at_rest && r->config.message != NULL) {
        r->config.message(r->config.arg, number, &packed);
    }
    if (packed.n > 0) {
        const char *file = t->room.message.file; /* a sink may have named it meanwhile */
        unpack_message(packed, r->config.atoms, r->base, &t->room);
        t->room.message.number = number;
        t->room.message.file = file != NULL ? file : t->room.message.file;
        if (at_rest && (int)rec->kind != EV_MESSAGE) {
            forget_later(&t->room.message, (enum event_kind)rec->kind);
        }
    }
    if ((int)rec->kind == EV_MESSAGE) { /* the last word: gone at the next call */
        struct told **at = &r->messages;
        while (*at != t) {
            at = &(*at)->next;
        }
        *at = t->next;
        t->next = r->finished;
        r->finished = t;
    }
    return &t->room.message;
}

/* BEGIN, END, MESSAGE. */
static bool read_message_event(struct event_reader *r, struct reading *in)
{
    r->event.u.message = read_message(r, in->record);
    return r->event.u.message != NULL;
}

/* GAP, CUT. */
static bool read_message_place(struct event_reader *r, struct reading *in)
{
    get_u32(&in->get);
    uint64_t count = get_num(&in->get);
    in->at = get_num(&in->get);
    r->event.u.body.message = read_message(r, in->record);
    r->event.u.body.count = count;
    return r->event.u.body.message != NULL;
}

/* ---- all kinds ---- */

static bool read_nothing(struct event_reader *r, struct reading *in)
{
    (void)r;
    return !in->get.bad;
}

static bool read_state(struct event_reader *r, struct reading *in)
{
    const char *from = get_atom(&in->get, r->config.atoms);
    const char *to = get_atom(&in->get, r->config.atoms);
    r->state = (struct state_change){.from = from ? from : "",
                                     .to = to ? to : "",
                                     .cause = get_text(&in->get),
                                     .legal = in->bits & PACK_LEGAL};
    r->event.u.state = &r->state;
    return !in->get.bad;
}

static bool read_command(struct event_reader *r, struct reading *in)
{
    get_command(&in->get, r->config.atoms, r->base, &r->command);
    r->event.u.command = &r->command;
    add_waiting(r, r->command.number, place_of(r, in->record));
    return !in->get.bad;
}

static bool read_reply(struct event_reader *r, struct reading *in)
{
    r->event.paired_number = get_u32(&in->get);
    r->event.latency = get_signed(&in->get);
    get_reply(&in->get, r->base, &r->reply);
    r->event.u.reply = &r->reply;
    if (!r->peeking) {
        r->last_reply = place_of(r, in->record) + 1;
    }
    return !in->get.bad;
}

static bool read_line(struct event_reader *r, struct reading *in)
{
    r->event.u.text = get_text(&in->get);
    return !in->get.bad;
}

static bool read_credential(struct event_reader *r, struct reading *in)
{
    get_credential(&in->get, r->base, &r->credential);
    r->event.u.credential = &r->credential;
    return !in->get.bad;
}

static bool read_tls(struct event_reader *r, struct reading *in)
{
    bool known = (in->bits & PACK_HAS_TLS) && get_tls(&in->get, r->config.atoms, r->base, &r->tls);
    if (known && r->session != NULL && !r->peeking) {
        r->session->tls = &r->tls;
    }
    return !in->get.bad;
}

static bool read_gap(struct event_reader *r, struct reading *in)
{
    get_gap(&in->get, r->base, &r->gap);
    r->event.u.gap = &r->gap;
    return !in->get.bad;
}

static bool read_note(struct event_reader *r, struct reading *in)
{
    arena_done(&r->ids);
    get_note(&in->get, r->base, &r->note, &r->ids);
    r->event.u.note = &r->note;
    return !in->get.bad;
}

static bool read_totals(struct event_reader *r, struct reading *in)
{
    get_totals(&in->get, &r->totals);
    r->event.u.totals = &r->totals;
    return !in->get.bad;
}

/* What the dialog tells changes what is known of the session, step by step. */
static void follow(struct session_info *s, const struct event *e)
{
    switch (e->kind) {
    case EV_STATE:
        s->state = e->u.state->to;
        break;
    case EV_COMMAND:
        s->commands = e->u.command->number > s->commands ? e->u.command->number : s->commands;
        break;
    case EV_REPLY:
        s->last_code = e->u.reply->code;
        s->last_negative = e->u.reply->status == REPLY_DEFER || e->u.reply->status == REPLY_REFUSE;
        break;
    case EV_MESSAGE_BEGIN:
        s->messages = e->u.message->number > s->messages ? e->u.message->number : s->messages;
        break;
    case EV_NOTE:
        s->notes++;
        s->worst = e->u.note->severity > s->worst ? (uint8_t)e->u.note->severity : s->worst;
        break;
    default:
        break;
    }
}

const struct event *event_reader_read(struct event_reader *r, const struct record *rec,
                                      uint64_t *at)
{
    static bool (*const readers[EV_COUNT])(struct event_reader *, struct reading *) = {
        [EV_OPEN] = read_nothing,
        [EV_STATE] = read_state,
        [EV_COMMAND] = read_command,
        [EV_REPLY] = read_reply,
        [EV_LINE] = read_line,
        [EV_EXCHANGE] = read_exchange,
        [EV_CREDENTIAL] = read_credential,
        [EV_TLS] = read_tls,
        [EV_MESSAGE_BEGIN] = read_message_event,
        [EV_MESSAGE_GAP] = read_message_place,
        [EV_MESSAGE_CUT] = read_message_place,
        [EV_MESSAGE_END] = read_message_event,
        [EV_MESSAGE] = read_message_event,
        [EV_GAP] = read_gap,
        [EV_NOTE] = read_note,
        [EV_CLOSE] = read_nothing,
        [EV_CAPTURE] = read_totals,
    };
    if ((int)rec->kind >= EV_COUNT || readers[rec->kind] == NULL) {
        return NULL;
    }
    free_told(&r->finished);
    bool alone = (int)rec->kind == EV_CAPTURE;
    r->event = (struct event){.kind = (enum event_kind)rec->kind,
                              .session = alone ? NULL : r->session,
                              .latency = TIME_UNKNOWN};
    struct reading in = {.record = rec, .get = get_from(rec->body)};
    in.bits = get_head(&in.get, alone ? (struct pack_base){0, 0} : r->base, &r->event);
    if (!readers[rec->kind](r, &in) || in.get.bad) {
        return NULL;
    }
    if (at != NULL) {
        *at = in.at;
    }
    if (r->session != NULL && !r->peeking) {
        follow(r->session, &r->event);
    }
    return &r->event;
}

const struct event *event_reader_peek(struct event_reader *r, const struct record *rec)
{
    r->peeking = true;
    const struct event *e = event_reader_read(r, rec, NULL);
    r->peeking = false;
    return e;
}
