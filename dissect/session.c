#include "dissect/session.h"

#include "capture/base/error.h"
#include "capture/base/pool.h"
#include "dissect/framer_body.h"
#include "dissect/mask.h"
#include "dissect/session_private.h"

#include <stdlib.h>

#define CAUSE_BYTES   200
#define CACHE_LINE    64
#define STATE_FETCHED 128 /* of the protocol's */

struct session *session_open(const struct protocol *p, const struct session_config *config,
                             struct sink *to, const struct flow_info *flow, bool flip,
                             uint64_t number, const char id[static 17])
{
    struct session *s = pool_take_zeroed(config->pool, sizeof *s + p->state_size);
    s->protocol = p;
    s->config = config;
    s->to = to;
    s->info = (struct session_info){.number = number,
                                    .flow = flow,
                                    .flip = flip,
                                    .protocol = p->name,
                                    .state = p->first_state,
                                    .start = flow->start,
                                    .last = flow->start,
                                    .midstream = flow->midstream};
    memcpy(s->info.id, id, sizeof s->info.id);
    pending_init(&s->pending, config->pool);
    arena_init_in(&s->arena, config->pool, (uint32_t)config->limits->session_bytes);
    for (int d = 0; d < 2; d++) {
        framer_init(&s->framer[d], (enum dir)d, config->limits, config->pool);
        if (flow->midstream) {
            framer_start_torn(&s->framer[d]);
        }
    }
    s->current = FROM_SERVER;
    struct event e = {.kind = EV_OPEN, .time = flow->start, .packet = flow->first_packet};
    session_emit(s, &e);
    if (p->begin) {
        p->begin(s);
    }
    return s;
}

void session_emit(struct session *s, struct event *e)
{
    e->session = &s->info;
    sink_event(s->to, e);
}

/* ---- input ---- */

static void tell_gap(struct session *s, const struct frame *f)
{
    struct event e = {
        .kind = EV_GAP, .dir = f->dir, .time = f->time, .packet = f->packet, .u.gap = f->gap};
    session_emit(s, &e);
}

static void hand_on(struct session *s, const struct frame *f)
{
    s->current = (uint8_t)f->dir;
    if (f->kind == FRAME_GAP) {
        tell_gap(s, f);
    }
    if (session_tls_wants(s, f->dir)) {
        session_tls_frame(s, f);
    } else if (s->framer[f->dir].mode == MODE_OPAQUE) {
        s->info.unexplained += f->data.n;
    } else {
        s->protocol->frame(s, f);
    }
}

void session_pump(struct session *s, enum dir dir)
{
    s->ready |= (uint8_t)(1u << dir);
    if (s->pumping) {
        return;
    }
    s->pumping = true;
    s->prefer = (uint8_t)dir;
    struct frame f FILLED_LATER;
    while (s->ready != 0) {
        enum dir d =
            s->ready & (1u << s->prefer) ? (enum dir)s->prefer : dir_other((enum dir)s->prefer);
        bool got = framer_next(&s->framer[d], &f);
        if (got) {
            hand_on(s, &f);
        }
        if (!got || framer_is_idle(&s->framer[d])) {
            s->ready &= (uint8_t) ~(1u << d);
        }
    }
    s->pumping = false;
}

static void note_time(struct session *s, int64_t time, uint64_t packet)
{
    if (time > s->info.last) {
        s->info.last = time;
    }
    s->last_packet = packet;
}

void session_read(struct session *s, enum dir dir, const struct chunk *c)
{
    framer_push(&s->framer[dir], c);
    session_pump(s, dir);
    if (s->tls != NULL) {
        session_tls_input(s, dir);
    }
}

void session_read_gap(struct session *s, enum dir dir, const struct gap *g)
{
    framer_push_gap(&s->framer[dir], g);
    session_pump(s, dir);
}

void session_read_fin(struct session *s, enum dir dir, int64_t time)
{
    if (!s->framer[dir].ended) {
        framer_push_end(&s->framer[dir], time);
        session_pump(s, dir);
    }
}

/* Nothing is kept for a second reading, nothing waits to be played: nearly always. */
static bool reads_at_once(const struct session *s)
{
    return s->retain == NULL && s->replay == NULL;
}

static inline void fetch(const void *what, size_t n)
{
    for (size_t at = 0; what != NULL && at < n; at += CACHE_LINE) {
        __builtin_prefetch((const char *)what + at);
    }
}

void session_fetch(const struct session *s)
{
    fetch(&s->info.flow, sizeof *s + STATE_FETCHED - offsetof(struct session, info.flow));
}

void session_fetch_parts(const struct session *s)
{
    fetch(s->framer[FROM_CLIENT].body, sizeof *s->framer->body);
    fetch(s->framer[FROM_SERVER].body, sizeof *s->framer->body);
    fetch(s->pending.head, sizeof *s->pending.head);
    fetch(s->messages, sizeof *s->messages);
}

void session_data(struct session *s, enum dir dir, const struct chunk *c)
{
    session_fetch_parts(s);
    note_time(s, c->time, c->packet);
    if (reads_at_once(s)) {
        session_read(s, dir, c);
    } else {
        session_take_data(s, dir, c);
    }
    if (s->replay != NULL) {
        session_settle(s);
    }
}

void session_gap(struct session *s, enum dir dir, const struct gap *g)
{
    note_time(s, g->time, g->packet);
    s->info.missing += g->missing;
    s->info.gaps++;
    session_take_gap(s, dir, g);
    session_settle(s);
}

void session_fin(struct session *s, enum dir dir, int64_t time)
{
    note_time(s, time, s->last_packet);
    session_take_fin(s, dir, time);
    if (s->replay != NULL) {
        session_settle(s);
    }
}

static const struct {
    enum note_id id;
} stream_notes[] = {
    [NOTE_OVERLAP_CONFLICT] = {NOTE_ID_OVERLAP_CONFLICT},
    [NOTE_CHECKSUM_CONFLICT] = {NOTE_ID_CHECKSUM_CONFLICT},
    [NOTE_RST_SUSPICIOUS] = {NOTE_ID_RST_SUSPICIOUS},
    [NOTE_FIN_SUSPICIOUS] = {NOTE_ID_FIN_SUSPICIOUS},
    [NOTE_DATA_AFTER_RST] = {NOTE_ID_DATA_AFTER_RST},
    [NOTE_DATA_AFTER_FIN] = {NOTE_ID_DATA_AFTER_FIN},
    [NOTE_RST_WITH_DATA] = {NOTE_ID_RST_WITH_DATA},
    [NOTE_OUT_OF_WINDOW] = {NOTE_ID_OUT_OF_WINDOW},
    [NOTE_NO_ACK_DATA] = {NOTE_ID_NO_ACK_DATA},
    [NOTE_SYN_IN_FLOW] = {NOTE_ID_SYN_IN_FLOW},
    [NOTE_PAWS_OLD] = {NOTE_ID_PAWS_OLD},
    [NOTE_URGENT_DATA] = {NOTE_ID_URGENT_DATA},
    [NOTE_TFO_DATA] = {NOTE_ID_TFO_DATA},
    [NOTE_TTL_OUTLIER] = {NOTE_ID_TTL_OUTLIER},
    [NOTE_SNAPLEN] = {NOTE_ID_SNAPLEN},
};

static void tell_note(struct session *s, struct note *n)
{
    const struct limits *l = s->config->limits;
    if (s->info.notes >= l->session_notes) {
        s->info.notes++;
        return;
    }
    s->info.notes++;
    if (n->severity > s->info.worst) {
        s->info.worst = (uint8_t)n->severity;
    }
    struct buf evidence, other;
    n->evidence = session_masked(s, n->evidence, &evidence);
    n->other = session_masked(s, n->other, &other);
    struct event e = {
        .kind = EV_NOTE, .dir = n->dir, .time = n->time, .packet = n->packet, .u.note = n};
    session_emit(s, &e);
    buf_done(&evidence);
    buf_done(&other);
}

/* info is the first member of its session: the judge sees it const, the session is not. */
static struct session *session_of(const struct session_info *info)
{
    return (struct session *)(uintptr_t)info;
}

void session_judge(const struct session_info *info, struct note *n)
{
    tell_note(session_of(info), n);
}

uint64_t *session_marks(const struct session_info *info)
{
    return &session_of(info)->marks;
}

bool session_is_encrypted(const struct session_info *info)
{
    return session_encrypted(session_of(info));
}

/* Bytes that no line was made of, of which a login may be a part: what follows its words, and all
 * where one is going on. */
static struct bytes login_in(const struct session *s, enum dir dir, struct bytes text)
{
    struct bytes found = {NULL, 0}, line;
    if (dir != session_commander(s)) {
        return found;
    }
    if (strcmp(s->info.state, s->protocol->login_state) == 0) {
        return text;
    }
    while (bytes_split(&text, '\n', &line)) {
        struct bytes word = bytes_word(&line);
        found = secrets_span(found, secrets_behind(word, line));
    }
    return found;
}

static struct bytes stream_evidence(const struct session *s, enum dir dir, struct bytes text,
                                    struct buf *room)
{
    buf_init(room, text.n + sizeof MASKED);
    mask_add(room, text, login_in(s, dir, text), s->config->show_secrets);
    return buf_bytes(room);
}

void session_stream_note(struct session *s, const struct stream_note *sn)
{
    enum note_id id = stream_notes[sn->kind].id;
    struct buf kept, other;
    if (sn->kind == NOTE_OVERLAP_CONFLICT || sn->kind == NOTE_CHECKSUM_CONFLICT) {
        s->info.conflicts++;
    }
    struct note n = {.id = id,
                     .severity = note_rule(id)->severity,
                     .dir = sn->dir,
                     .evidence = stream_evidence(s, sn->dir, sn->kept, &kept),
                     .other = stream_evidence(s, sn->dir, sn->other, &other),
                     .time = sn->time,
                     .packet = sn->packet};
    tell_note(s, &n);
    buf_done(&kept);
    buf_done(&other);
}

/* The command a finding concerns: in a reply the oldest one not answered, else the latest. */
static uint32_t command_concerned(const struct session *s, enum dir dir)
{
    const struct pending *oldest = s->pending.head;
    bool in_reply = dir != session_commander(s) && oldest != NULL && oldest->command.number > 0;
    return in_reply ? oldest->command.number : s->info.commands;
}

void session_note(struct session *s, enum note_id id, struct bytes evidence, const struct frame *f)
{
    enum dir dir = f ? f->dir : (enum dir)s->current;
    struct note n = {.id = id,
                     .severity = note_rule(id)->severity,
                     .evidence = evidence,
                     .dir = dir,
                     .time = f ? f->time : s->info.last,
                     .packet = f ? f->packet : s->last_packet,
                     .command = command_concerned(s, dir)};
    tell_note(s, &n);
}

void session_note_order(struct session *s, struct bytes said, const char *rule,
                        const struct frame *f)
{
    struct buf text;
    said = bytes_trim(said);
    buf_init(&text, said.n + 100);
    buf_add(&text, said);
    buf_printf(&text, ": %s", rule);
    session_note(s, NOTE_ID_SEQUENCE_ERROR, buf_bytes(&text), f);
    buf_done(&text);
}

/* ---- the end ---- */

static enum session_end end_of(enum stream_close how)
{
    static const enum session_end ends[] = {
        [CLOSE_FIN] = END_FIN,           [CLOSE_RST] = END_RST,     [CLOSE_IDLE] = END_IDLE,
        [CLOSE_REPLACED] = END_REPLACED, [CLOSE_END] = END_CAPTURE, [CLOSE_EVICTED] = END_EVICTED,
    };
    return ends[how];
}

static void free_session(struct session *s)
{
    if (s->protocol->done) {
        s->protocol->done(s);
    }
    session_tls_free(s);
    session_retain_free(s);
    pending_done(&s->pending);
    framer_done(&s->framer[FROM_CLIENT]);
    framer_done(&s->framer[FROM_SERVER]);
    arena_done(&s->arena);
    secrets_free(&s->secrets);
    pool_give(s->config->pool, s, sizeof *s + s->protocol->state_size);
}

void session_close(struct session **sp, enum stream_close how, int64_t time)
{
    struct session *s = *sp;
    s->closing = true;
    session_retain_close(s);
    for (int d = 0; d < 2; d++) { /* fixed order: results do not depend on packet cuts */
        if (!s->framer[d].ended) {
            framer_push_end(&s->framer[d], time);
        }
        if (s->ready != 0 || !framer_is_idle(&s->framer[d])) {
            session_pump(s, (enum dir)d);
        }
        session_retain_close(s);
    }
    session_tls_close(s, how != CLOSE_END && how != CLOSE_EVICTED);
    if (s->protocol->close) {
        s->protocol->close(s, how);
    }
    while (session_oldest(s) != NULL) {
        session_answered(s, NULL, 0);
    }
    session_messages_close(s, time);
    const struct flow_info *flow = s->info.flow;
    s->info.one_sided = !flow->seen[0] || !flow->seen[1];
    if (s->info.end == END_OPEN) {
        s->info.end = s->info.tls != NULL && session_tls_wants(s, FROM_CLIENT) &&
                              (how == CLOSE_FIN || how == CLOSE_RST)
                          ? END_TLS
                          : end_of(how);
    }
    s->info.truncated |= s->arena.full;
    struct event e = {.kind = EV_CLOSE, .time = s->info.last, .packet = s->last_packet};
    session_emit(s, &e);
    free_session(s);
    *sp = NULL;
}

size_t session_held(struct session *s)
{
    size_t own = s->protocol->held ? s->protocol->held(s) : 0;
    return own + sizeof *s + s->protocol->state_size + s->arena.total + framer_held(&s->framer[0]) +
           framer_held(&s->framer[1]) + s->pending.count * sizeof(struct pending) +
           session_messages_held(s) + session_tls_held(s) + session_retain_held(s) +
           secrets_held(s->secrets);
}

/* ---- what protocols may do ---- */

void *session_state(struct session *s)
{
    return s->state;
}

struct session_info *session_info(struct session *s)
{
    return &s->info;
}

struct pool *session_pool(const struct session *s)
{
    return s->config->pool;
}

const struct limits *session_limits(const struct session *s)
{
    return s->config->limits;
}

struct bytes session_keep(struct session *s, struct bytes b)
{
    struct bytes kept = arena_copy(&s->arena, b);
    if (kept.n < b.n) {
        s->info.truncated = true;
    }
    return kept;
}

enum dir session_commander(const struct session *s)
{
    return s->info.roles_swapped ? FROM_SERVER : FROM_CLIENT;
}

void session_swap_roles(struct session *s)
{
    s->info.roles_swapped = !s->info.roles_swapped;
}

void session_want(struct session *s, enum frame_mode mode, uint64_t count)
{
    framer_mode(&s->framer[s->current], mode, count);
    s->ready |= (uint8_t)(1u << s->current);
}

bool session_on_hold(const struct session *s, enum dir dir)
{
    return s->framer[dir].mode == MODE_HOLD || s->framer[dir].mode == MODE_PEEK;
}

bool session_release(struct session *s, enum dir dir, enum frame_mode mode, uint64_t count)
{
    if (!session_on_hold(s, dir)) {
        return false;
    }
    framer_mode(&s->framer[dir], mode, count);
    s->ready |= (uint8_t)(1u << dir);
    s->prefer = (uint8_t)dir;
    return true;
}

void session_divert(struct session *s, enum dir dir, enum frame_mode mode, uint64_t count)
{
    framer_mode(&s->framer[dir], MODE_HOLD, 0); /* an unfinished line is read again */
    session_release(s, dir, mode, count);
}

void session_drain(struct session *s, enum dir dir)
{
    uint8_t current = s->current;
    struct frame f;
    while (framer_next(&s->framer[dir], &f)) {
        hand_on(s, &f);
    }
    s->current = current;
}

struct framer *session_framer(struct session *s, enum dir dir)
{
    return &s->framer[dir];
}

struct bytes session_waiting(struct session *s, enum dir dir)
{
    return framer_waiting(&s->framer[dir]);
}

void session_give_up(struct session *s)
{
    for (int d = 0; d < 2; d++) {
        framer_mode(&s->framer[d], MODE_OPAQUE, 0);
    }
}

/* What caused a transition: of a command only its verb, so that no secret is told. */
static struct bytes cause_text(const struct session *s, const struct frame *f)
{
    if (f == NULL || f->kind != FRAME_LINE) {
        return (struct bytes){NULL, 0};
    }
    struct bytes line = f->data;
    if (f->dir == session_commander(s)) {
        return bytes_sub(bytes_word(&line), 0, CAUSE_BYTES);
    }
    return bytes_sub(line, 0, CAUSE_BYTES);
}

void session_set_state(struct session *s, const char *to, const struct frame *cause, bool legal)
{
    bool same = s->info.state[0] == to[0] && strcmp(s->info.state, to) == 0;
    if (same && legal) {
        return;
    }
    const char *from = s->info.state;
    s->info.state = to;
    if (!session_tells(s, EV_STATE)) {
        return;
    }
    struct buf room;
    struct state_change change = {.from = from,
                                  .to = to,
                                  .cause = session_masked(s, cause_text(s, cause), &room),
                                  .legal = legal};
    struct event e = {.kind = EV_STATE,
                      .dir = cause ? cause->dir : (enum dir)s->current,
                      .time = cause ? cause->time : s->info.last,
                      .packet = cause ? cause->packet : s->last_packet,
                      .u.state = &change};
    session_emit(s, &e);
    buf_done(&room);
}

const char *session_get_state(const struct session *s)
{
    return s->info.state;
}
