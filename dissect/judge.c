#include "dissect/judge_private.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define EVIDENCE_BYTES 400

struct note judge_note(const struct event *e, enum note_id id, struct bytes evidence)
{
    return (struct note){.id = id,
                         .severity = note_rule(id)->severity,
                         .dir = e->dir,
                         .evidence = bytes_sub(evidence, 0, EVIDENCE_BYTES),
                         .time = e->time,
                         .packet = e->packet};
}

COLD void judge_tell_over(const struct event *e, enum note_id id, struct bytes evidence,
                          const char *const *sessions, uint32_t count)
{
    struct note n = judge_note(e, id, evidence);
    n.sessions = sessions;
    n.session_count = count;
    session_judge(e->session, &n);
}

void judge_tell(const struct event *e, enum note_id id, struct bytes evidence, uint32_t command)
{
    struct note n = judge_note(e, id, evidence);
    n.command = command;
    session_judge(e->session, &n);
}

COLD void judge_tell_once(const struct event *e, enum told what, enum note_id id,
                          struct bytes evidence, uint32_t command)
{
    uint64_t *marks = session_marks(e->session);
    if (!(*marks & MARK_TOLD(what))) {
        *marks |= MARK_TOLD(what);
        judge_tell(e, id, evidence, command);
    }
}

static const struct bytes nothing = {NULL, 0};

/* ---- the offer ---- */

static const struct {
    const char *keyword;
    uint64_t mark;
} offers[] = {
    {"STARTTLS", MARK_OFFERED_TLS},
    {"STLS", MARK_OFFERED_TLS},
    {"AUTH", MARK_OFFERED_AUTH},
    {"SASL", MARK_OFFERED_AUTH},
    {"PIPELINING", MARK_OFFERED_PIPELINING},
    {"CHUNKING", MARK_OFFERED_CHUNKING},
    {"8BITMIME", MARK_OFFERED_8BITMIME},
    {"SMTPUTF8", MARK_OFFERED_SMTPUTF8},
    {"BINARYMIME", MARK_OFFERED_8BITMIME | MARK_OFFERED_BINARYMIME},
    {"PIPECONNECT", MARK_OFFERED_PIPELINING},
    {"SIZE", MARK_OFFERED_SIZE},
    {"DSN", MARK_OFFERED_DSN},
    {"DELIVERBY", MARK_OFFERED_DELIVERBY},
    {"FUTURERELEASE", MARK_OFFERED_FUTURERELEASE},
    {"MT-PRIORITY", MARK_OFFERED_MT_PRIORITY},
    {"RRVS", MARK_OFFERED_RRVS},
    {"REQUIRETLS", MARK_OFFERED_REQUIRETLS},
    {"MTRK", MARK_OFFERED_MTRK},
    {"PRDR", MARK_OFFERED_PRDR},
};

/* "XXXXXXXA", "XXXX": what some firewalls write over a keyword they do not pass. */
static bool is_masked(struct bytes word)
{
    size_t x = 0;
    while (x < word.n && word.p[x] == 'X') {
        x++;
    }
    return x >= 3 && word.n - x <= 1;
}

static uint64_t read_offer(struct bytes capabilities)
{
    uint64_t marks = MARK_GREETED_EHLO;
    struct bytes line;
    while (bytes_split(&capabilities, '\n', &line)) {
        struct bytes word = bytes_word(&line);
        for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
            if (bytes_is(word, offers[i].keyword)) {
                marks |= offers[i].mark;
            }
        }
        if (bytes_starts(word, "AUTH=")) { /* as old servers write it */
            marks |= MARK_OFFERED_AUTH;
        }
        if (is_masked(word)) {
            marks |= MARK_MASKED;
        }
    }
    return marks;
}

static void judge_offer(struct judge *j, const struct event *e)
{
    uint64_t *marks = session_marks(e->session);
    uint64_t offer = read_offer(e->session->capabilities);
    bool first = !(*marks & MARK_GREETED_EHLO);
    *marks = (*marks & ~MARKS_OF_OFFER) | offer;
    if (*marks & MARK_TLS || session_is_encrypted(e->session)) {
        return; /* what is offered inside TLS says nothing of the clear part */
    }
    if (first) {
        across_offer(j->across, e, (offer & MARK_OFFERED_TLS) != 0);
    }
    if (first && offer & MARK_MASKED && !(offer & MARK_OFFERED_TLS)) {
        judge_tell(e, NOTE_ID_STARTTLS_STRIPPED, e->session->capabilities, 0);
    }
    if (first && offer & MARK_OFFERED_AUTH) {
        judge_tell(e, NOTE_ID_AUTH_OFFERED_IN_CLEAR, nothing, 0);
    }
}

/* ---- commands and their answers ---- */

static void judge_refusal(struct judge *j, const struct event *e, uint32_t verb)
{
    const struct command *c = e->u.exchange->command;
    const struct reply *r = e->u.exchange->reply;
    if (verb == VERB_STARTTLS || verb == VERB_STLS) {
        *session_marks(e->session) |= MARK_REFUSED_TLS;
    }
    if (verb == VERB_DATA) {
        judge_refused_data(e, c, r);
    } else {
        judge_refused_command(j, e, c, r);
    }
}

static void mark_clear_mail(uint64_t *marks)
{
    if (!(*marks & MARK_TLS)) {
        *marks |= MARK_CLEAR_MAIL;
    }
}

static void judge_agreed(struct judge *j, const struct event *e, uint32_t verb)
{
    uint64_t *marks = session_marks(e->session);
    switch (verb) {
    case VERB_EHLO:
    case VERB_LHLO:
    case VERB_CAPA:
        judge_offer(j, e);
        break;
    case VERB_HELO:
        *marks |= MARK_HELO;
        break;
    case VERB_RCPT:
        *marks |= MARK_RECIPIENT;
        break;
    case VERB_MAIL:
        *marks &= ~MARK_RECIPIENT;
        mark_clear_mail(marks);
        break;
    case VERB_RETR:
        mark_clear_mail(marks);
        break;
    default:
        break;
    }
}

static void judge_exchange(struct judge *j, const struct event *e)
{
    const struct command *c = e->u.exchange->command;
    const struct reply *r = e->u.exchange->reply;
    uint32_t verb = verb_code(c->verb);
    if (verb == VERB_VRFY || verb == VERB_EXPN) {
        judge_tell_once(e, TOLD_VRFY, NOTE_ID_VRFY_EXPN, c->line, c->number);
    }
    judge_use(e, c, verb, *session_marks(e->session));
    if (judge_refused(r)) {
        judge_refusal(j, e, verb);
    } else if (r != NULL && r->status == REPLY_OK) {
        judge_agreed(j, e, verb);
    }
}

static void judge_reply(const struct event *e)
{
    const struct reply *r = e->u.reply;
    if (r->greeting && judge_refused(r)) {
        judge_refused_client(e, r);
    }
}

/* ---- logins ---- */

static void judge_credential(struct judge *j, const struct event *e)
{
    const struct credential *c = e->u.credential;
    uint64_t *marks = session_marks(e->session);
    across_credential(j->across, e);
    if (c->encrypted || c->cancelled || c->secret.n == 0) {
        return;
    }
    bool in_clear = c->secret_kind == SECRET_PASSWORD || c->secret_kind == SECRET_TOKEN;
    struct bytes how = bytes_of(c->mechanism);
    judge_tell(e, in_clear ? NOTE_ID_CLEARTEXT_CREDENTIALS : NOTE_ID_CLEARTEXT_CHALLENGE, how,
               c->command);
    *marks |= MARK_CLEAR_LOGIN;
    if (*marks & (MARK_REFUSED_TLS | MARK_MASKED) && in_clear) {
        judge_tell(e, NOTE_ID_AUTH_AFTER_STRIP, how, c->command);
    } else if (*marks & MARK_OFFERED_TLS) {
        judge_tell_once(e, TOLD_AUTH_IN_CLEAR, NOTE_ID_AUTH_IN_CLEAR, how, c->command);
    }
}

/* ---- messages ---- */

static void judge_envelope_message(const struct event *e, const struct message *m)
{
    uint64_t *marks = session_marks(e->session);
    judge_refused_message(e, m);
    if (m->outcome == OUTCOME_UNKNOWN && m->complete) {
        *marks |= MARK_NO_VERDICT; /* judged at the close: the capture may just have ended */
    }
    if (m->eight_bit && m->transfer == TRANSFER_DATA && judge_offer_known(e->session, *marks) &&
        !(*marks & MARK_OFFERED_8BITMIME)) {
        judge_tell_once(e, TOLD_8BIT, NOTE_ID_EIGHT_BIT_NOT_OFFERED, nothing, 0);
    }
}

static void judge_message(struct judge *j, const struct event *e)
{
    const struct message *m = e->u.message;
    if (m->has_envelope) {
        judge_envelope_message(e, m);
    }
    judge_size(e, m);
    across_message(j->across, e);
}

/* ---- the end of a session ---- */

static void judge_close(struct judge *j, const struct event *e)
{
    const struct session_info *s = e->session;
    uint64_t marks = *session_marks(s);
    bool clear_use = marks & (MARK_CLEAR_LOGIN | MARK_CLEAR_MAIL);
    bool both_seen = s->flow->seen[0] && s->flow->seen[1];
    if (marks & MARK_REFUSED_TLS && clear_use) {
        judge_tell(e, NOTE_ID_STARTTLS_REFUSED, nothing, 0);
    } else if (marks & MARK_OFFERED_TLS && clear_use && !(marks & MARK_TLS) &&
               !session_is_encrypted(s)) {
        judge_tell(e, NOTE_ID_STARTTLS_NOT_USED, nothing, 0);
    }
    bool over = s->end == END_FIN || s->end == END_RST || s->end == END_IDLE ||
                s->end == END_REPLACED || s->end == END_QUIT;
    if (marks & MARK_NO_VERDICT && both_seen && s->gaps == 0 && !s->midstream && over) {
        judge_tell(e, NOTE_ID_VERDICT_NOT_SEEN, nothing, 0);
    }
    if (s->missing > 0 && both_seen) {
        struct buf text;
        buf_init(&text, EVIDENCE_BYTES);
        buf_printf(&text, "%ju bytes in %u gaps", (uintmax_t)s->missing, s->gaps);
        judge_tell(e, NOTE_ID_GAP, buf_bytes(&text), 0);
        buf_done(&text);
    }
    judge_tls_close(j, e);
}

/* A handshake that failed is a refusal: what follows in clear had better not. */
static void mark_tls(const struct session_info *s)
{
    uint64_t *marks = session_marks(s);
    bool failed = s->tls->alert && !s->tls->established;
    *marks = (*marks & ~MARK_TLS) | (failed ? MARK_REFUSED_TLS : MARK_TLS);
}

static void judge_event(struct sink *self, const struct event *e)
{
    struct judge *j = (struct judge *)self;
    if (e->kind == EV_CLOSE) { /* findings come before the session's last word */
        judge_close(j, e);
    }
    sink_event(j->to, e);
    switch (e->kind) {
    case EV_EXCHANGE:
        judge_exchange(j, e);
        break;
    case EV_REPLY:
        judge_reply(e);
        break;
    case EV_CREDENTIAL:
        judge_credential(j, e);
        break;
    case EV_MESSAGE:
        judge_message(j, e);
        break;
    case EV_TLS:
        mark_tls(e->session);
        break;
    default:
        break;
    }
}

#define JUDGED                                                                                     \
    HEARS_ONLY(EVENT_BIT(EV_EXCHANGE) | EVENT_BIT(EV_REPLY) | EVENT_BIT(EV_CREDENTIAL) |           \
               EVENT_BIT(EV_MESSAGE) | EVENT_BIT(EV_TLS) | EVENT_BIT(EV_CLOSE))

static bool judge_sink_close(struct sink *self, struct error *err)
{
    struct judge *j = (struct judge *)self;
    bool fine = j->to->close(j->to, err);
    across_free(&j->across);
    free(j);
    return fine;
}

struct sink *judge_new(const struct limits *l, struct sink *to)
{
    struct judge *j = xcalloc(1, sizeof *j);
    j->sink = (struct sink){judge_event, judge_sink_close, JUDGED & to->ignores};
    j->to = to;
    j->limits = l;
    j->across = across_new(l);
    return &j->sink;
}
