/* Bytes whose meaning the other side decides, and what to make of them when it can not be asked:
 * its reply was lost, or is none of those the RFCs know; what the client does next decides.
 */
#include "dissect/reply.h"
#include "dissect/smtp.h"
#include "dissect/tls.h"

#define START_LINES 3 /* looked at when the capture begins in the middle */

static bool seen(struct session *s, enum dir dir)
{
    const struct session_info *info = session_info(s);
    return info->flow->seen[info->flip ? dir_other(dir) : dir];
}

bool smtp_server_seen(struct session *s)
{
    return seen(s, dir_other(session_commander(s)));
}

bool smtp_client_seen(struct session *s)
{
    return seen(s, session_commander(s));
}

static enum frame_mode mode_of(enum smtp_wait w)
{
    return w >= PEEK_AFTER_DATA ? MODE_PEEK : MODE_HOLD;
}

static uint64_t lines_of(enum smtp_wait w)
{
    return w == PEEK_START ? START_LINES : 1;
}

void smtp_wait(struct session *s, enum smtp_wait w)
{
    smtp_of(s)->wait = (uint8_t)w;
    session_want(s, mode_of(w), lines_of(w));
}

void smtp_wait_on(struct session *s, enum smtp_wait w)
{
    if (session_release(s, session_commander(s), mode_of(w), lines_of(w))) {
        smtp_of(s)->wait = (uint8_t)w;
    }
}

void smtp_go_on(struct session *s, enum frame_mode mode, uint64_t count)
{
    if (session_release(s, session_commander(s), mode, count)) {
        smtp_of(s)->wait = WAIT_NONE;
    }
}

static struct bytes waiting(struct session *s)
{
    return session_waiting(s, session_commander(s));
}

/* ---- DATA ---- */

/* DATA led to no message. */
static void drop_body(struct session *s)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->body;
    x->body = NULL;
    smtp_transaction_sweep(s, t);
}

static void choose_lines(struct session *s)
{
    smtp_of(s)->wait = WAIT_NONE;
    if (smtp_of(s)->body != NULL) {
        drop_body(s);
    }
    session_want(s, MODE_LINE, 0);
}

/* DATA itself was lost: what was more than that command may be the message's beginning. */
static struct transaction *body_behind_hole(struct session *s)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->open;
    if (t == NULL) {
        t = smtp_transaction_new(s);
        t->headless = true;
    }
    t->begin_lost = true;
    t->partial = x->lost > 0 && x->lost != strlen("DATA\r\n") && x->lost != strlen("DATA\n");
    return t;
}

static void choose_body(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    x->wait = WAIT_NONE;
    x->verdict_lost = false;
    if (x->body == NULL) {
        x->body = body_behind_hole(s);
    }
    session_set_state(s, "DATA", f, true);
    session_want(s, MODE_BODY, x->started || x->lost > 0 ? 0 : BODY_TORN);
}

/* Is it known that nobody would get the message? Then DATA was refused (RFC 5321 3.3). */
static bool has_no_recipient(const struct transaction *t)
{
    bool none = t != NULL && !t->headless && !t->commands_lost && t->total == t->count;
    for (uint32_t i = 0; none && i < t->count; i++) {
        none = t->recipients[i].fate == RCPT_REFUSED || t->recipients[i].fate == RCPT_DEFERRED;
    }
    return none;
}

/* A hole stands where the message would begin, and what is missing is no more than RSET or QUIT. */
static bool has_room_for_command_only(struct session *s)
{
    const struct gap *hole = session_framer(s, session_commander(s))->gap;
    return hole != NULL && hole->missing <= strlen("RSET\r\n");
}

/* A hole right behind DATA is one in the message, if there can be one; else what is there tells. */
static void choose_after_data(struct session *s, const struct frame *f)
{
    struct bytes w = waiting(s);
    bool none = has_no_recipient(smtp_of(s)->body) || has_room_for_command_only(s);
    if (smtp_is_command(smtp_first_line(w)) || (w.n == 0 && none)) {
        choose_lines(s);
    } else {
        choose_body(s, f);
    }
}

/* Commands up to DATA were answered in what is missing. */
static void answer_data(struct session *s)
{
    bool data = false;
    for (struct pending *p = session_oldest(s); p != NULL && !data; p = session_oldest(s)) {
        data = p->tag == SMTP_DATA;
        session_answered(s, NULL, 0);
    }
    smtp_of(s)->out_of_step = false;
    smtp_of(s)->heard = false;
}

static bool data_waits(struct session *s)
{
    const struct pending *p = session_oldest(s);
    while (p != NULL && p->tag != SMTP_DATA) {
        p = p->next;
    }
    return p != NULL;
}

static void choose_reply_lost(struct session *s, const struct frame *f)
{
    answer_data(s);
    choose_after_data(s, f);
}

/* The body of a refused message comes all the same (hostile.md M13). */
static void choose_after_refusal(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct bytes line = smtp_first_line(waiting(s));
    if (!smtp_is_header(line) || x->body == NULL) {
        choose_lines(s);
        return;
    }
    x->wait = WAIT_NONE;
    x->body->after_refusal = true;
    session_note(s, NOTE_ID_DATA_WITHOUT_354, bytes_sub(line, 0, 200), f);
    session_want(s, MODE_BODY, 0);
}

/* A line that begins a transaction, right behind a hole, is no text; other commands might be. */
static bool ends_body(const struct smtp *x, struct bytes line)
{
    struct bytes word, argument;
    enum smtp_verb v = smtp_parse(line, &word, &argument);
    return smtp_is_command(line) && (x->verdict_lost || v == SMTP_MAIL || v == SMTP_RCPT);
}

/* Its end was lost, and the verdict. */
static void over_unseen(struct session *s, struct transaction *t)
{
    struct smtp *x = smtp_of(s);
    t->body_over = true;
    x->body = NULL;
    x->open = x->open == t ? NULL : x->open;
    x->unsure = true;
    smtp_message_tell(s, t);
    smtp_transaction_sweep(s, t);
    smtp_ready(s, NULL);
}

/* Its end was lost, perhaps the verdict with it: the client's next command shows that. */
static void choose_in_body(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->body;
    (void)f;
    x->wait = WAIT_NONE;
    if (t == NULL || t->message == NULL || !ends_body(x, smtp_first_line(waiting(s)))) {
        session_want(s, t != NULL ? MODE_BODY : MODE_LINE, BODY_RESUMES);
        return;
    }
    over_unseen(s, t);
    session_want(s, MODE_LINE, 0);
}

/* Bytes are missing on both sides: look at the client's next line. */
static bool may_be_over(const struct smtp *x)
{
    return x->verdict_lost && x->body != NULL && x->body->message != NULL &&
           x->body->message->missing > 0;
}

/* ---- other exchanges ---- */

static void choose_auth(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    bool over = f->kind == FRAME_PEEK && smtp_is_command(smtp_first_line(waiting(s)));
    if (x->auth != NULL) {
        x->auth->wants = !over;
        x->auth->blind = f->kind == FRAME_STUCK;
    }
    choose_lines(s);
}

static void choose_tls(struct session *s, const struct frame *f)
{
    if (tls_look(waiting(s)) == TLS_LOOK_YES) {
        smtp_of(s)->wait = WAIT_NONE;
        session_set_state(s, "STARTTLS", f, true);
        session_start_tls(s);
    } else {
        choose_lines(s);
    }
}

static void choose_plain(struct session *s, const struct frame *f)
{
    (void)f;
    choose_lines(s);
}

/* ---- holes and late starts ---- */

/* Is one of the first lines a command? */
static bool has_command(struct bytes text, int lines)
{
    for (int i = 0; i < lines && text.n > 0; i++) {
        if (smtp_is_command(smtp_first_line(text))) {
            return true;
        }
        size_t lf = bytes_find(text, '\n', 0);
        text = lf == SIZE_MAX ? bytes_from(text, text.n) : bytes_from(text, lf + 1);
    }
    return false;
}

static void begin_in_body(struct session *s)
{
    struct smtp *x = smtp_of(s);
    x->body = smtp_transaction_new(s);
    x->body->partial = x->body->headless = x->body->begin_lost = true;
}

static void choose_command_lost(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct bytes w = waiting(s), line = smtp_first_line(w);
    bool could_be_body = (x->open != NULL || (!x->started && smtp_is_header(line))) &&
                         !smtp_is_command(line) && !x->tail;
    if (!could_be_body || w.n == 0) {
        choose_lines(s);
    } else if (session_info(s)->midstream && !x->started) {
        begin_in_body(s);
        choose_body(s, f);
    } else if (smtp_is_header(line) || w.n >= session_limits(s)->hold_bytes ||
               !smtp_server_seen(s)) {
        choose_body(s, f);
    } else if (f->kind == FRAME_PEEK) {
        smtp_wait(s, WAIT_EITHER);
    } else {
        choose_lines(s);
    }
}

/* What a client says first, where it is no command: a PROXY header, or HTTP. */
static bool has_opening(struct bytes w)
{
    size_t proxy = smtp_proxy_length(w);
    bool sure = proxy > 0 && (proxy != SIZE_MAX || bytes_find(w, 0, 0) != SIZE_MAX);
    return sure || smtp_is_http(smtp_first_line(w));
}

/* The first three lines are those of a PROXY header's signature, and the fourth is not whole: what
 * is told must not depend on how much of it came with them. */
static bool is_half_signature(struct bytes w)
{
    size_t end = 0;
    for (int i = 0; i < START_LINES; i++) {
        size_t lf = bytes_find(w, '\n', end);
        if (lf == SIZE_MAX) {
            return false;
        }
        end = lf + 1;
    }
    return smtp_proxy_length(bytes_sub(w, 0, end)) == SIZE_MAX &&
           bytes_find(w, '\n', end) == SIZE_MAX;
}

/* The middle of a message looks like nothing but text. */
static void choose_start(struct session *s, const struct frame *f)
{
    struct bytes w = waiting(s);
    if (f->kind == FRAME_PEEK && is_half_signature(w)) {
        session_want(s, MODE_PEEK, PROXY_SIGNATURE_LINES);
    } else if (has_command(w, START_LINES) || has_opening(w) || f->kind != FRAME_PEEK) {
        choose_lines(s);
    } else {
        begin_in_body(s);
        choose_body(s, f);
    }
}

typedef void choose_fn(struct session *s, const struct frame *f);

static choose_fn *const choices[SMTP_WAIT_COUNT] = {
    [WAIT_NONE] = choose_plain,
    [WAIT_DATA] = choose_after_data,
    [WAIT_AUTH] = choose_auth,
    [WAIT_TLS] = choose_tls,
    [WAIT_TURN] = choose_plain,
    [WAIT_BINARY] = choose_plain,
    [WAIT_CHUNK] = smtp_chunk_choose,
    [WAIT_EITHER] = choose_command_lost,
    [PEEK_AFTER_DATA] = choose_after_data,
    [PEEK_AFTER_REFUSAL] = choose_after_refusal,
    [PEEK_REPLY_LOST] = choose_reply_lost,
    [PEEK_BODY] = choose_in_body,
    [PEEK_AUTH_LOST] = choose_auth,
    [PEEK_COMMAND_LOST] = choose_command_lost,
    [PEEK_START] = choose_start,
};

void smtp_choose(struct session *s, const struct frame *f)
{
    if (smtp_of(s)->later != NULL) {
        smtp_pair_settle(s);
        if (!session_on_hold(s, session_commander(s))) {
            return; /* a reply that was kept back told */
        }
    }
    choices[smtp_of(s)->wait](s, f);
}

void smtp_client_gap(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    unsigned mode = session_framer(s, f->dir)->mode;
    if (x->chunk != NULL) {
        smtp_chunk_frame(s, f);
    } else if (x->body != NULL && mode == MODE_BODY) {
        smtp_body_frame(s, f);
        if (!session_retaining(s)) {
            smtp_wait(s, PEEK_BODY);
        }
    } else if (mode == MODE_LINE) {
        uint64_t lost = x->lost + f->missing;
        x->lost = lost < LOST_UNKNOWN ? (uint32_t)lost : LOST_UNKNOWN;
        x->unsure = x->group_cut = true;
        x->cut_before = session_info(s)->commands + 1;
        x->heard = x->nothing_open = false;
        if (x->open != NULL) {
            x->open->commands_lost = true;
        }
        if (x->open != NULL && (x->open->message != NULL || x->open->total > 0)) {
            x->open->chunk_lost = true;
        }
        if (x->auth == NULL || !x->auth->wants) {
            smtp_wait(s, PEEK_COMMAND_LOST);
        } else if (x->auth->blind && smtp_server_seen(s)) {
            auth_lost(x->auth->auth); /* the challenge was lost, and its answer */
        }
    }
}

void smtp_server_gap(struct session *s)
{
    struct smtp *x = smtp_of(s);
    const struct pending *p = session_oldest(s);
    x->replies_lost = x->out_of_step = true;
    if (x->auth != NULL && x->auth->wants && x->lost > 0) {
        auth_gap(x->auth->auth); /* what is lost here answered it */
    }
    if (p != NULL && (p->tag == SMTP_VERDICT || p->tag == SMTP_BDAT) && p->exchange != NULL) {
        smtp_transaction_real(p->exchange)->verdicts_cut = true;
    }
    bool in_body = x->body != NULL && (session_framer(s, session_commander(s))->mode == MODE_BODY ||
                                       x->wait == PEEK_BODY);
    x->verdict_lost = in_body;
    if (in_body && data_waits(s)) {
        answer_data(s); /* the message goes on: its go-ahead is among what is missing */
    }
    if (may_be_over(x) && !session_retaining(s)) {
        x->wait = PEEK_BODY;
        session_divert(s, session_commander(s), MODE_PEEK, 1);
    } else if (x->wait == WAIT_DATA) {
        smtp_wait_on(s, PEEK_REPLY_LOST);
    } else if (x->wait == WAIT_AUTH) {
        smtp_wait_on(s, PEEK_AUTH_LOST);
    } else if (x->wait == WAIT_CHUNK) {
        smtp_chunk_take(s);
        smtp_go_on(s, MODE_COUNT, x->chunk_size);
    }
}

/* ---- replies while the client is looked at ---- */

static bool ends_with_dot(struct bytes w)
{
    return bytes_ends(w, "\n.\r\n") || bytes_is(w, ".\r\n");
}

/* The capture began in the middle and the server answers before much was seen. */
static void start_by_reply(struct session *s, const struct reply *r)
{
    enum dir client = session_commander(s);
    struct bytes w = waiting(s);
    bool body =
        !has_command(w, START_LINES) && !has_opening(w) &&
        (ends_with_dot(w) || (w.n == 0 && r->code == 354) || smtp_is_header(smtp_first_line(w)));
    if (body) {
        begin_in_body(s);
        smtp_of(s)->body->partial = w.n > 0;
        smtp_go_on(s, MODE_BODY, w.n == 0 || bytes_is(w, ".\r\n") ? 0 : BODY_TORN);
    } else if (w.n == 0 && r->status != REPLY_CONTINUE) {
        smtp_wait_on(s, PEEK_COMMAND_LOST); /* to a group of commands, a message behind it? */
    } else {
        smtp_go_on(s, MODE_LINE, 0);
    }
    session_drain(s, client);
}

void smtp_before_reply(struct session *s, const struct reply *r)
{
    struct smtp *x = smtp_of(s);
    if (x->proxy != NULL) {
        smtp_proxy_give_up(s);
    }
    if (x->wait == PEEK_START) {
        start_by_reply(s, r);
    } else if (x->wait == WAIT_CHUNK) {
        smtp_chunk_by_reply(s, r);
    } else if (x->wait == WAIT_EITHER && session_oldest(s) == NULL &&
               r->status != REPLY_CONTINUE) { /* it answers what waits */
        smtp_go_on(s, MODE_LINE, 0);
        session_drain(s, session_commander(s));
    }
}

/* 354 though no DATA was seen: it was lost (RFC 5321 4.3.2: nothing else gets that reply). */
void smtp_go_ahead_unasked(struct session *s, const struct reply *r, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    (void)r;
    x->body = body_behind_hole(s);
    x->body->begin_lost = false;
    session_set_state(s, "DATA", f, true);
    x->wait = WAIT_NONE;
    session_divert(s, session_commander(s), MODE_BODY, 0);
}

void smtp_data_refused(struct session *s, struct transaction *t, const struct reply *r)
{
    struct smtp *x = smtp_of(s);
    if (x->body != t) {
        return;
    }
    struct reply *kept = arena_alloc(&t->arena, sizeof *kept);
    if (kept != NULL) {
        *kept = *r;
        kept->raw = arena_copy(&t->arena, bytes_sub(r->raw, 0, 4096));
        t->refusal = kept;
    }
    if (session_on_hold(s, session_commander(s))) {
        smtp_wait_on(s, PEEK_AFTER_REFUSAL);
    } else if (t->message == NULL) { /* nobody knew, and nothing of a body was read */
        x->body = NULL;
        session_divert(s, session_commander(s), MODE_LINE, 0);
        smtp_transaction_sweep(s, t);
    } else {
        t->after_refusal = true;
    }
}

/* Not what is said to a command that is not known or out of place, nor a good-bye. */
static bool may_be_verdict(const struct reply *r)
{
    return r->status != REPLY_ODD && r->code != 500 && r->code != 502 && r->code != 503 &&
           r->code != 221;
}

/* A verdict while the text is still under way: the server gave up (timeout, size). */
void smtp_early_verdict(struct session *s, const struct reply *r)
{
    struct transaction *t = smtp_of(s)->body;
    if (may_be_verdict(r)) {
        smtp_verdict_fill(s, t, r);
        t->decided = true;
    }
}

/* The chunk whose BDAT was lost was the last one: it has a queue id. */
static bool ends_chunk(const struct transaction *t, const struct reply *r)
{
    struct buf scratch;
    buf_init(&scratch, r->raw.n);
    bool queued =
        t->begin_lost && smtp_tells_chunk(r) && reply_queue_id(smtp_reply_text(r, &scratch)).n > 0;
    buf_done(&scratch);
    return queued;
}

/* ... or its end was lost in a hole: then this is the first of its verdicts. */
void smtp_end_lost(struct session *s, const struct reply *r)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->body;
    bool verdict = may_be_verdict(r) && (r->status != REPLY_CONTINUE || r->code == CODE_PRDR);
    if (x->verdict_lost && t != NULL && t->message != NULL && r->code != 0 && !may_be_verdict(r)) {
        session_divert(s, session_commander(s), MODE_LINE, 0);
        over_unseen(s, t);
        return;
    }
    if (t == NULL || t->message == NULL || t->decided || !verdict ||
        (t->message->missing == 0 && !ends_chunk(t, r))) {
        return;
    }
    const struct message *m = t->message;
    struct frame end = {.dir = session_commander(s),
                        .time = m->end_time,
                        .end_time = m->end_time,
                        .packet = m->packet,
                        .last_packet = m->packet};
    t->end_lost = x->unsure = true;
    x->lost = LOST_UNKNOWN;
    session_divert(s, end.dir, MODE_LINE, 0);
    smtp_body_over(s, &end, false);
}
