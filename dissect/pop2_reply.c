#include "dissect/pop2_private.h"
#include "dissect/reply.h"

/* Its form says that a line with an end is whole. */
static struct reply reply_of(const struct frame *f, enum reply_status status)
{
    struct reply r = reply_of_line(f, status);
    r.torn = f->torn && f->eol == EOL_NONE;
    return r;
}

/* "#4 ...", "=159 ...": the number. */
static bool counted(struct bytes line, int sign, uint64_t *n)
{
    return bytes_at(line, 0) == sign && bytes_leading_u64(bytes_from(line, 1), n, NULL);
}

bool pop2_is_reply(struct bytes line)
{
    uint64_t n;
    int c = bytes_at(line, 0), next = bytes_at(line, 1);
    if (c == '+' || c == '-') {
        return next < 0 || ascii_is_blank(next) || next == '\r';
    }
    return counted(line, '#', &n) || counted(line, '=', &n);
}

/* -- messages */

static void begin_mail(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    st->message = session_message_begin(s, TRANSFER_READ, FROM_SERVER, f);
    st->message->mailbox_number = st->has_current ? st->current : 0;
    st->message->has_declared = st->has_size;
    st->message->declared_octets = st->size;
}

/* The exchange of a RETR: its answer is the message itself. */
static void answer_retr(struct session *s, const struct message *m, const struct frame *f,
                        bool over)
{
    const struct pending *p = session_oldest(s);
    if (p == NULL || p->tag != POP2_RETR) {
        return;
    }
    struct reply r = {.dir = FROM_SERVER,
                      .status = REPLY_OK,
                      .raw = bytes_of(""),
                      .torn = !over,
                      .time = m->time,
                      .end_time = m->end_time,
                      .packet = m->packet,
                      .last_packet = f ? f->last_packet : m->packet};
    if (over) {
        session_set_state(s, pop2_next, f, true);
    }
    session_answered(s, &r, 0);
}

void pop2_end_mail(struct session *s, const struct frame *f, bool whole)
{
    struct pop2 *st = pop2_of(s);
    struct message *m = st->message;
    bool over = whole || st->by_line; /* what follows is known to be a reply */
    st->message = NULL;
    st->by_line = false;
    st->has_size = false;
    st->after_mail = over && !st->lost;
    session_message_end(s, m, f, whole && !st->headless);
    st->headless = false;
    m->outcome = over ? OUTCOME_RETRIEVED : OUTCOME_INCOMPLETE;
    if (over) {
        session_info(s)->mailbox = &st->box.shown;
        mailbox_add_retrieved(&st->box, m->mailbox_number);
    }
    answer_retr(s, m, f, over);
    session_message_verdict(s, &m);
}

/* A hole in a message: it counts as far as the message goes. */
static void mail_gap(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    if (st->message == NULL) {
        begin_mail(s, f);
    }
    struct message *m = st->message;
    struct frame lost = *f;
    uint64_t left = st->has_size ? st->size - m->bytes - m->missing : f->missing;
    if (lost.missing > left) {
        lost.missing = left;
        st->lost = st->unsure = true; /* and replies behind it */
    }
    session_message_gap(s, m, &lost);
}

/* A line of a message whose announcement was lost. */
static void mail_line(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    if (st->message == NULL) {
        begin_mail(s, f);
        st->by_line = true;
    }
    struct frame piece = *f;
    piece.kind = FRAME_DATA;
    if (f->data.n > 0) {
        session_message_data(s, st->message, &piece);
    }
    if (f->skipped > 0) {
        piece.missing = f->skipped;
        session_message_gap(s, st->message, &piece);
    }
    piece.data = f->eol == EOL_CRLF ? bytes_of("\r\n") : bytes_of(f->eol == EOL_LF ? "\n" : "");
    if (piece.data.n > 0) {
        session_message_data(s, st->message, &piece);
    }
}

/* -- where the capture begins: a message on its way may read like replies, and the client's first
 * command tells what it was */

static struct bytes first_line_waiting(struct session *s)
{
    struct bytes waiting = session_waiting(s, FROM_SERVER);
    return bytes_sub(waiting, 0, bytes_find(waiting, '\n', 0));
}

static bool names_protocol(struct bytes line)
{
    return bytes_at(line, 0) == '+' && bytes_search(line, "POP2", 0) != SIZE_MAX;
}

/* Nobody says what it was: more than replies are is a message. */
static void start_stuck(struct session *s)
{
    struct pop2 *st = pop2_of(s);
    st->at_start = false;
    st->by_line = session_waiting(s, FROM_SERVER).n >= session_limits(s)->hold_bytes;
    session_want(s, MODE_LINE, 0);
}

static void start_line(struct session *s)
{
    if (names_protocol(first_line_waiting(s))) {
        pop2_of(s)->at_start = false;
        session_want(s, MODE_LINE, 0);
    } else {
        session_want(s, MODE_HOLD, 0);
    }
}

/* A length and just so much behind it: where commands were lost, RETR was among them. */
static bool is_announced(const struct session_info *info, struct bytes waiting)
{
    uint64_t size = 0;
    size_t lf = bytes_find(waiting, '\n', 0);
    return info->gaps > 0 && lf != SIZE_MAX && counted(waiting, '=', &size) &&
           size == waiting.n - lf - 1;
}

/* Only a message is acknowledged, and the server says nothing behind one by itself (RFC 937). */
void pop2_start_over(struct session *s, enum pop2_tag first)
{
    struct pop2 *st = pop2_of(s);
    struct bytes waiting = session_waiting(s, FROM_SERVER);
    uint64_t said = waiting.n;
    bool acknowledged = first == POP2_ACKS || first == POP2_ACKD || first == POP2_NACK;
    bool message = said > 0 && acknowledged && !is_announced(session_info(s), waiting);
    st->at_start = false;
    st->headless = message;
    session_release(s, FROM_SERVER, message ? MODE_COUNT : MODE_LINE, message ? said : 0);
    session_drain(s, FROM_SERVER);
}

/* -- framing of the server's direction, set in its own frames */

static void frame_next(struct session *s)
{
    struct pop2 *st = pop2_of(s);
    const struct pending *p = session_oldest(s);
    bool message = st->has_size && st->size > 0;
    if (message && p != NULL && p->tag == POP2_RETR) {
        session_want(s, MODE_COUNT, st->size);
    } else if (message && p == NULL) {
        session_want(s, MODE_HOLD, 0); /* the next command tells what follows */
    } else {
        session_want(s, MODE_LINE, 0);
    }
}

/* Nobody says what follows "=n": its form tells. */
static void server_stuck(struct session *s)
{
    struct bytes line = first_line_waiting(s);
    if (session_waiting(s, FROM_SERVER).n == 0 || pop2_is_reply(line)) {
        session_want(s, MODE_LINE, 0);
    } else {
        session_want(s, MODE_COUNT, pop2_of(s)->size);
    }
}

/* -- what answers mean */

/* "... in message 3": servers say which one they mean. */
static bool named_message(struct bytes line, uint64_t *number)
{
    size_t at = bytes_search(line, "message ", 0);
    return at != SIZE_MAX &&
           bytes_leading_u64(bytes_from(line, at + strlen("message ")), number, NULL);
}

static void announced(struct session *s, const struct pending *p, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    uint64_t n = 0, number;
    counted(f->data, '=', &n);
    if (p != NULL && p->tag == POP2_ACKD && st->has_current) {
        mailbox_add_deleted(&st->box, st->current);
    }
    if (p == NULL) {
        st->has_current = false; /* nobody knows what it answers */
    } else if (p->tag == POP2_ACKS || p->tag == POP2_ACKD) {
        st->current += st->current < UINT64_MAX;
    } else if (p->tag == POP2_READ && p->number > 0) {
        st->current = p->number;
        st->has_current = true;
    }
    if (n > 0 && named_message(f->data, &number)) {
        st->current = number;
        st->has_current = true;
    }
    if (n > 0 && st->has_current) {
        mailbox_set_size(&st->box, st->current, n);
    }
    st->has_size = true;
    st->size = n;
    session_info(s)->mailbox = &st->box.shown;
}

/* "#4 messages in NAME": the folder that was really opened. */
static void opened(struct session *s, const struct pending *p, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    struct session_info *info = session_info(s);
    struct mailbox *shown = &st->box.shown;
    size_t in = bytes_search(f->data, " in ", 0);
    bool fold = p != NULL ? p->tag == POP2_FOLD : info->mailbox != NULL;
    info->mailbox = shown;
    if (fold && (p != NULL || in != SIZE_MAX)) {
        struct bytes name =
            in != SIZE_MAX ? bytes_from(f->data, in + strlen(" in ")) : p->command.argument;
        mailbox_change(&st->box);
        shown->name = session_keep(s, bytes_trim(name));
    } else {
        shown->name = info->user;
    }
    shown->has_messages = counted(f->data, '#', &shown->messages);
    st->current = 1;
    st->has_current = p != NULL;
    st->has_size = false;
}

/* Of a command that is not known, the form of its answer tells. */
static const char *state_after(const struct pop2_verb *v, int sign)
{
    if (v != NULL && sign != '-' && v->state != NULL) {
        return v->state;
    }
    return sign == '#' ? pop2_mbox : sign == '=' ? pop2_item : pop2_done;
}

static void answer(struct session *s, struct pending *p, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    const struct pop2_verb *v = pop2_verb_of(p);
    int sign = bytes_at(f->data, 0);
    struct reply r = reply_of(f, sign == '-' ? REPLY_REFUSE : REPLY_OK);
    st->lost = false;
    session_reply(s, &r, p);
    bool torn_helo = v == NULL && sign == '#' && session_get_state(s) == pop2_auth;
    if (p->tag == POP2_HELO || torn_helo) {
        pop2_login(s, p, sign == '-' ? TRI_NO : TRI_YES);
    }
    if (p->tag == POP2_QUIT) {
        session_info(s)->end = END_QUIT;
        st->box.shown.committed = sign == '-' ? TRI_UNKNOWN : TRI_YES;
    }
    if (sign == '=') {
        announced(s, p, f);
    } else if (sign == '#') {
        opened(s, p, f);
    } else {
        st->has_size = false;
    }
    st->unknown_row = v == NULL && sign == '-' ? st->unknown_row + 1 : 0;
    session_set_state(s, state_after(v, sign), f, true);
    session_answered(s, &r, 0);
    if (st->unknown_row >= session_limits(s)->unknown_commands) {
        session_give_up(s);
    }
}

static void unasked(struct session *s, const struct frame *f, bool odd)
{
    int sign = bytes_at(f->data, 0);
    enum reply_status status = sign == '-' ? REPLY_REFUSE : odd ? REPLY_ODD : REPLY_OK;
    struct reply r = reply_of(f, status);
    r.unasked = true;
    session_reply(s, &r, NULL);
    if (sign == '+' || sign == '-') { /* good-bye: the server closes */
        session_set_state(s, pop2_done, f, true);
    } else if (sign == '=' && !odd) {
        announced(s, NULL, f);
    } else if (sign == '#' && !odd) {
        opened(s, NULL, f);
    }
}

static void greeting(struct session *s, const struct frame *f)
{
    bool good = bytes_at(f->data, 0) == '+';
    struct reply r = reply_of(f, good ? REPLY_OK : REPLY_REFUSE);
    r.greeting = true;
    pop2_of(s)->greeted = true;
    if (!r.torn) {
        session_info(s)->banner = session_keep(s, bytes_trim(bytes_from(f->data, 1)));
    }
    session_reply(s, &r, NULL);
    session_set_state(s, good ? pop2_auth : pop2_done, f, true);
}

/* The first reply is the greeting, also to a client that talks before it; without the connection's
 * start only where nothing was asked. */
static bool is_greeting(struct session *s, struct bytes line)
{
    const struct pop2 *st = pop2_of(s);
    int sign = bytes_at(line, 0);
    if (st->greeted || (sign != '+' && sign != '-')) {
        return false;
    }
    return (!session_info(s)->midstream && !st->replies_lost) ||
           (session_oldest(s) == NULL && session_info(s)->commands == 0 && names_protocol(line));
}

/* A line that is no reply: more of a message than was announced, the rest of a lost reply, or
 * plain text. */
static void stray_line(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    const struct pending *p = session_oldest(s);
    bool sent = p != NULL && p->tag == POP2_RETR && !st->has_size && (st->lost || st->unsure);
    if (sent || st->by_line) {
        mail_line(s, f);
        return;
    }
    if (st->after_mail) {
        st->after_mail = false;
        session_note(s, NOTE_ID_POP2_LENGTH_MISMATCH, bytes_sub(f->data, 0, 200), f);
    }
    session_line(s, f);
}

/* Is this the answer p waits for? */
static bool answers(const struct pending *p, struct bytes line)
{
    const struct pop2_verb *v = pop2_verb_of(p);
    int sign = bytes_at(line, 0);
    return sign == '-' || v == NULL || sign == v->answer;
}

static void server_line(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    struct pending *p = session_oldest(s);
    bool reply = pop2_is_reply(f->data) && !(f->torn && f->eol == EOL_NONE);
    if (st->by_line && p != NULL && p->next != NULL && reply && answers(p->next, f->data)) {
        pop2_end_mail(s, f, false); /* the client pipelines, and this answers its next command */
        p = session_oldest(s);
    }
    if (!reply || st->by_line) {
        stray_line(s, f);
        return;
    }
    if (is_greeting(s, f->data)) {
        greeting(s, f);
    } else if (p == NULL) {
        bool sure = pop2_seen(s, FROM_CLIENT) && !st->unsure;
        unasked(s, f, sure && st->after_mail && bytes_at(f->data, 0) == '=');
    } else if (answers(p, f->data)) {
        answer(s, p, f);
    } else { /* behind a hole in the commands: to one of those that were lost */
        unasked(s, f, !(st->client_lost && p->tag == POP2_RETR));
    }
    st->after_mail = false;
}

/* Replies are missing. With more than one command waiting it is not clear whose. */
static void replies_lost(struct session *s)
{
    struct pop2 *st = pop2_of(s);
    const struct pending *p = session_oldest(s);
    st->unsure = st->lost = st->replies_lost = true;
    st->has_size = st->has_current = st->after_mail = false;
    if (p != NULL && p->next != NULL) {
        pop2_drop_pending(s);
    }
}

void pop2_server_frame(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    bool counting = session_framer(s, FROM_SERVER)->mode == MODE_COUNT;
    switch (f->kind) {
    case FRAME_LINE:
        server_line(s, f);
        if (session_get_state(s) != pop2_done) {
            frame_next(s);
        }
        break;
    case FRAME_DATA:
        if (st->message == NULL) {
            begin_mail(s, f);
        }
        session_message_data(s, st->message, f);
        break;
    case FRAME_COUNT_END:
        pop2_end_mail(s, f, true);
        frame_next(s);
        break;
    case FRAME_GAP:
        if (counting || st->by_line) {
            mail_gap(s, f);
        } else {
            replies_lost(s);
        }
        break;
    case FRAME_STUCK:
    case FRAME_PEEK:
        if (!st->at_start) {
            server_stuck(s);
        } else if (f->kind == FRAME_PEEK) {
            start_line(s);
        } else {
            start_stuck(s);
        }
        break;
    case FRAME_END:
        if (st->message != NULL) {
            st->by_line = false; /* nothing shows that all of it came */
            pop2_end_mail(s, f, false);
        }
        break;
    default:
        break;
    }
}
