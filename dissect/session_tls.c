/* From the agreed STARTTLS on: does a handshake follow, and what stood in clear before it?
 *
 * The client's direction is looked at first; the server's waits on hold until that
 * is decided. Bytes in clear that were already waiting when the server agreed are
 * command injection (CVE-2011-0411); bytes in clear behind the agreement, before the
 * server's handshake, are response injection (CVE-2021-38371). Where no handshake
 * follows at all, both sides go on as lines: the capture was decrypted, or nobody
 * started TLS.
 */
#include "capture/base/error.h"
#include "dissect/session_private.h"

#include <stdlib.h>

#define EVIDENCE_BYTES 1024
#define LOOK_BYTES     6 /* tls_look needs no more */
#define NOT_STUCK      (-1)

enum tls_phase { PHASE_LOOKING, PHASE_TLS, PHASE_CLEAR };

struct session_tls {
    struct tls *reader;
    uint8_t phase;      /* enum tls_phase */
    uint8_t client;     /* enum dir: who begins the handshake; behind TURN not the connection's */
    uint8_t decided[2]; /* the direction's first bytes were judged */
    bool failed;        /* clear text follows because the handshake failed */
    size_t early;       /* bytes that waited when the server agreed */
    size_t looked;      /* no handshake begins in so many waiting bytes of the server */
    const char *state_before;
};

static enum dir client_of(const struct session *s)
{
    return (enum dir)s->tls->client;
}

static enum dir server_of(const struct session *s)
{
    return dir_other(client_of(s));
}

static void tell_tls(struct session *s, const struct frame *f)
{
    s->info.tls = tls_facts(s->tls->reader);
    struct event e = {.kind = EV_TLS,
                      .dir = f ? f->dir : FROM_CLIENT,
                      .time = f ? f->time : s->info.last,
                      .packet = f ? f->packet : s->last_packet};
    session_emit(s, &e);
}

static void begin(struct session *s, enum tls_start start, enum dir client)
{
    s->tls = xcalloc(1, sizeof *s->tls);
    s->tls->client = (uint8_t)client;
    s->tls->reader = tls_new(s->config->limits, &s->arena, start, s->info.last);
    s->tls->state_before = s->info.state;
}

void session_implicit_tls(struct session *s)
{
    begin(s, TLS_IMPLICIT, FROM_CLIENT);
    s->tls->phase = PHASE_TLS;
    s->info.tls = tls_facts(s->tls->reader);
    session_set_state(s, s->protocol->tls_state, NULL, true);
    session_give_up(s); /* both directions opaque: the reader takes them */
}

bool session_encrypted(const struct session *s)
{
    return s->tls != NULL && s->tls->phase == PHASE_CLEAR && !s->tls->failed;
}

bool session_tls_wants(const struct session *s, enum dir dir)
{
    (void)dir;
    return s->tls != NULL && s->tls->phase != PHASE_CLEAR;
}

size_t session_tls_held(const struct session *s)
{
    return s->tls ? sizeof *s->tls + tls_held(s->tls->reader) : 0;
}

void session_tls_free(struct session *s)
{
    if (s->tls != NULL) {
        tls_free(&s->tls->reader);
        free(s->tls);
        s->tls = NULL;
    }
}

/* Looks for the first TLS record in b, at the start or behind a line end, from *at on. True: one
 * begins at *at. False: none does before *at, and what stands there is too short to tell. */
static bool find_record(struct bytes b, size_t *at, enum tls_look (*looks)(struct bytes first))
{
    for (;;) {
        enum tls_look look = looks(bytes_from(b, *at));
        if (look != TLS_LOOK_NO) {
            return look == TLS_LOOK_YES;
        }
        size_t lf = bytes_find(b, '\n', *at);
        if (lf == SIZE_MAX) {
            return false;
        }
        *at = lf + 1;
    }
}

/* Puts both directions to the reader: the handshake is there. */
static void enter_tls(struct session *s)
{
    s->tls->phase = PHASE_TLS;
    s->info.tls = tls_facts(s->tls->reader);
    session_set_state(s, s->protocol->tls_state, NULL, true);
}

static void go_clear(struct session *s)
{
    s->tls->phase = PHASE_CLEAR;
    session_note(s, NOTE_ID_PLAINTEXT_AFTER_STARTTLS, (struct bytes){NULL, 0}, NULL);
    if (s->protocol->resumed) {
        s->protocol->resumed(s);
    }
    /* What the server said waited for the client's first bytes, so it is older than they are; the
     * direction released last is read first. */
    session_release(s, client_of(s), MODE_LINE, 0);
    session_release(s, server_of(s), MODE_LINE, 0);
}

static void release_opaque(struct session *s, enum dir dir)
{
    s->tls->decided[dir] = true;
    session_release(s, dir, MODE_OPAQUE, 0);
}

/* The commands in clear, told and taken off. */
static void drop_injected(struct session *s, enum dir dir, size_t n, enum note_id id)
{
    struct bytes injected = bytes_sub(session_waiting(s, dir), 0, n);
    struct frame at = {.dir = dir, .time = s->info.last, .packet = s->last_packet};
    session_note(s, id, bytes_sub(injected, 0, EVIDENCE_BYTES), &at);
    framer_drop_waiting(&s->framer[dir], n);
}

/* What waited when the server agreed: injected, up to a handshake that is among it. False: more is
 * needed to tell. */
static bool judge_early(struct session *s, bool last)
{
    struct bytes w = session_waiting(s, client_of(s));
    size_t early = s->tls->early, at = 0;
    bool found = find_record(w, &at, tls_look);
    if (!found && !last && at <= early && tls_look(bytes_from(w, at)) == TLS_LOOK_MORE) {
        return false;
    }
    size_t clear = found && at < early ? at : early;
    if (clear > 0) {
        drop_injected(s, client_of(s), clear, NOTE_ID_STARTTLS_COMMAND_INJECTION);
    }
    s->tls->early = 0;
    return true;
}

/* The client's bytes decide: a handshake, perhaps behind injected commands, or clear text. */
static void judge_client(struct session *s, bool last)
{
    if (s->tls->early > 0 && !judge_early(s, last)) {
        return;
    }
    struct bytes w = session_waiting(s, client_of(s));
    enum tls_look look = w.n ? tls_look_answer(w) : TLS_LOOK_MORE;
    if (look == TLS_LOOK_YES) {
        enter_tls(s);
        release_opaque(s, client_of(s));
    } else if (look == TLS_LOOK_NO || (last && w.n > 0)) {
        go_clear(s);
    }
}

/* The client speaks TLS: what does the server say before its own handshake? Told once, whole, when
 * the handshake comes (or nothing more): else it would depend on the cuts. */
static void judge_server(struct session *s, bool last)
{
    struct bytes w = session_waiting(s, server_of(s));
    if (s->tls->decided[server_of(s)]) {
        return;
    }
    bool found = find_record(w, &s->tls->looked, tls_look_answer);
    if (!found && !last) {
        return;
    }
    size_t clear = found ? s->tls->looked : w.n;
    if (clear > 0) {
        drop_injected(s, server_of(s), clear, NOTE_ID_STARTTLS_RESPONSE_INJECTION);
    }
    release_opaque(s, server_of(s));
}

/* stuck: the direction that can wait no longer, NOT_STUCK for none. The server's bytes are judged
 * for the last time only when it is they that cannot wait: a client's first packet as long as what
 * may wait says nothing about them. */
static void judge(struct session *s, int stuck)
{
    if (s->tls->phase == PHASE_LOOKING) {
        judge_client(s, stuck != NOT_STUCK);
    }
    if (s->ready != 0 && !s->pumping) { /* the client's handshake is read before the server's */
        session_pump(s, (enum dir)s->prefer);
    }
    if (s->tls->phase == PHASE_LOOKING && s->framer[client_of(s)].ended &&
        session_waiting(s, server_of(s)).n >= LOOK_BYTES) {
        if (tls_look_answer(session_waiting(s, server_of(s))) == TLS_LOOK_YES) {
            enter_tls(s); /* only the server's side was captured */
        } else {
            go_clear(s);
        }
    }
    if (s->tls->phase == PHASE_TLS) {
        judge_server(s, stuck == (int)server_of(s));
    }
}

/* A handshake failed, and another is tried: what was told of the first stays until it begins. */
static void begin_again(struct session *s)
{
    struct tls_info *kept = arena_alloc(&s->arena, sizeof *kept);
    if (kept != NULL) {
        *kept = *s->info.tls;
    }
    s->info.tls = kept;
    session_tls_free(s);
}

void session_start_tls(struct session *s)
{
    if (s->tls != NULL && !s->tls->failed) { /* a second STARTTLS, inside decrypted text */
        return;
    }
    if (s->tls != NULL) {
        begin_again(s);
    }
    begin(s, TLS_STARTTLS, session_commander(s));
    s->tls->early = session_waiting(s, client_of(s)).n;
    session_want(s, MODE_HOLD, 0); /* the server's own direction */
    /* nor is it peeked at any more: a hello may have lines */
    if (s->framer[client_of(s)].mode != MODE_HOLD) {
        framer_mode(&s->framer[client_of(s)], MODE_HOLD, 0);
    }
}

void session_tls_input(struct session *s, enum dir dir)
{
    (void)dir;
    if (s->tls->phase == PHASE_CLEAR || (s->tls->decided[0] && s->tls->decided[1])) {
        return;
    }
    judge(s, NOT_STUCK);
    if (s->ready != 0) {
        session_pump(s, (enum dir)s->prefer);
    }
}

/* The handshake failed and both go on as before, from here on: the last `rest` bytes of dir, and
 * what the other side says from now on. */
static void fall_back(struct session *s, enum dir dir, size_t rest)
{
    s->tls->phase = PHASE_CLEAR;
    s->tls->failed = true;
    session_note(s, NOTE_ID_PLAINTEXT_AFTER_STARTTLS, (struct bytes){NULL, 0}, NULL);
    if (s->protocol->resumed) {
        s->protocol->resumed(s);
    }
    framer_give_back(&s->framer[dir], rest);
    framer_mode(&s->framer[dir], MODE_LINE, 0);
    if (!session_release(s, dir_other(dir), MODE_LINE, 0)) {
        framer_mode(&s->framer[dir_other(dir)], MODE_LINE, 0);
    }
}

/* The handshake is read byte by byte and told fact by fact: else what is told would depend on which
 * facts one packet brought together. What follows goes by whole. */
static void read_tls(struct session *s, const struct frame *f)
{
    const struct tls_info *t = tls_facts(s->tls->reader);
    struct bytes data = f->data;
    while (data.n > 0 && !t->established &&
           t->bytes[f->dir] < s->config->limits->tls_handshake_bytes) {
        if (f->kind == FRAME_DATA && t->start == TLS_STARTTLS &&
            tls_is_over(s->tls->reader, f->dir, data.p[0])) {
            fall_back(s, f->dir, data.n);
            return;
        }
        if (tls_data(s->tls->reader, f->dir, bytes_sub(data, 0, 1))) {
            tell_tls(s, f);
        }
        data = bytes_from(data, 1);
    }
    if (data.n > 0 && tls_data(s->tls->reader, f->dir, data)) {
        tell_tls(s, f);
    }
}

void session_tls_frame(struct session *s, const struct frame *f)
{
    switch (f->kind) {
    case FRAME_DATA:
    case FRAME_LINE: /* an unfinished line when the reader took over */
        read_tls(s, f);
        break;
    case FRAME_GAP:
        tls_gap(s->tls->reader, f->dir, f->missing);
        break;
    case FRAME_STUCK:
        judge(s, (int)f->dir);
        break;
    default:
        break;
    }
}

void session_tls_close(struct session *s, bool over)
{
    if (s->tls == NULL) {
        return;
    }
    if (s->tls->phase == PHASE_LOOKING) { /* agreed, and nothing followed */
        if (s->tls->early > 0) {
            drop_injected(s, client_of(s), s->tls->early, NOTE_ID_STARTTLS_COMMAND_INJECTION);
        }
        if (over && s->info.missing == 0) { /* else the handshake may be what is missing */
            session_note(s, NOTE_ID_STARTTLS_NO_TLS, (struct bytes){NULL, 0}, NULL);
        }
        s->tls->phase = PHASE_CLEAR;
    } else if (s->tls->phase == PHASE_TLS) {
        tell_tls(s, NULL);
    }
}
