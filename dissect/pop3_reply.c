#include "capture/base/buf.h"
#include "dissect/pop3_private.h"
#include "dissect/reply.h"

static const char stls_state[] = "STLS";

bool pop3_status(struct bytes line, enum reply_status *status, struct bytes *text)
{
    if (bytes_starts(line, "+OK")) {
        *status = REPLY_OK;
        *text = bytes_trim(bytes_from(line, strlen("+OK")));
        return true;
    }
    if (bytes_starts(line, "-ERR")) {
        *status = REPLY_REFUSE;
        *text = bytes_trim(bytes_from(line, strlen("-ERR")));
        return true;
    }
    *status = REPLY_ODD;
    *text = line;
    return bytes_at(line, 0) == '+' || bytes_at(line, 0) == '-';
}

/* -- what answers mean: told when the status line is read, before the exchange is told */

/* "n m" at the start of text. */
static bool two_numbers(struct bytes text, uint64_t *n, uint64_t *m)
{
    return bytes_u64(bytes_word(&text), n) && bytes_u64(bytes_word(&text), m);
}

static void answer_user(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)r;
    (void)text;
    (void)f;
    pop3_set_user(pop3_of(s), &p->command);
}

static void answer_login(struct session *s, const struct pending *p, const struct reply *r,
                         struct bytes text, const struct frame *f)
{
    (void)text;
    if (p->tag == POP3_AUTH && p->command.argument.n == 0) {
        return; /* the list of mechanisms */
    }
    bool known = r->status == REPLY_OK || r->status == REPLY_REFUSE;
    bool yes = r->status == REPLY_OK;
    if (p->tag != POP3_RPOP) {
        pop3_login(s, p, !known ? TRI_UNKNOWN : yes ? TRI_YES : TRI_NO);
    }
    pop3_of(s)->loose_payload |= r->status == REPLY_REFUSE;
    if (p->tag == POP3_AUTH) {
        session_release(s, FROM_CLIENT, MODE_LINE, 0);
    }
    if (yes) {
        pop3_enter_transaction(s, f);
    }
}

static void answer_stls(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)p;
    (void)text;
    if (r->status != REPLY_OK) {
        session_release(s, FROM_CLIENT, MODE_LINE, 0);
        return;
    }
    session_set_state(s, stls_state, f, true);
}

static void answer_stat(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)p;
    (void)f;
    uint64_t messages, octets;
    if (r->status == REPLY_OK && two_numbers(text, &messages, &octets)) {
        mailbox_set_total(&pop3_of(s)->box, messages, octets);
    }
}

static void answer_list(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)f;
    uint64_t number, octets;
    if (r->status == REPLY_OK && p->command.argument.n > 0 && two_numbers(text, &number, &octets) &&
        number == p->number) {
        mailbox_set_size(&pop3_of(s)->box, number, octets);
    }
}

static void answer_uidl(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)f;
    uint64_t number;
    if (r->status == REPLY_OK && p->command.argument.n > 0 &&
        bytes_u64(bytes_word(&text), &number) && number == p->number) {
        mailbox_set_uid(&pop3_of(s)->box, number, bytes_word(&text));
    }
}

static void answer_dele(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)text;
    (void)f;
    if (r->status == REPLY_OK) {
        mailbox_add_deleted(&pop3_of(s)->box, p->number);
    }
}

static void answer_rset(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)p;
    (void)text;
    (void)f;
    if (r->status == REPLY_OK) {
        mailbox_undelete(&pop3_of(s)->box);
        pop3_of(s)->reset_lost = false;
    }
}

static void answer_quit(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)p;
    (void)text;
    session_info(s)->end = END_QUIT;
    if (r->status == REPLY_OK && session_get_state(s) == pop3_transaction) {
        pop3_of(s)->updated = true;
        session_set_state(s, pop3_update, f, true);
    }
    pop3_of(s)->box.shown.quit_refused = r->status == REPLY_REFUSE;
}

/* XTND XMIT: agreed, the mail follows; answered after it, this is the verdict. */
static void answer_xtnd(struct session *s, const struct pending *p, const struct reply *r,
                        struct bytes text, const struct frame *f)
{
    (void)p;
    (void)f;
    struct pending *own = session_oldest(s);
    struct message *m = own->message;
    if (m == NULL) {
        session_release(s, FROM_CLIENT, MODE_LINE, 0);
        return;
    }
    m->outcome = !m->complete                ? OUTCOME_INCOMPLETE
                 : r->status == REPLY_OK     ? OUTCOME_ACCEPTED
                 : r->status == REPLY_REFUSE ? OUTCOME_REJECTED
                                             : OUTCOME_UNKNOWN;
    struct buf room;
    m->reply = session_masked(s, text, &room);
    m->wait = r->time > m->end_time ? r->time - m->end_time : 0;
    session_message_verdict(s, &own->message);
    buf_done(&room);
}

static void answer_unknown(struct session *s, const struct pending *p, const struct reply *r,
                           struct bytes text, const struct frame *f)
{
    (void)p;
    (void)text;
    (void)f;
    struct pop3 *st = pop3_of(s);
    st->unknown_row += r->status == REPLY_REFUSE;
}

typedef void answer_fn(struct session *s, const struct pending *p, const struct reply *r,
                       struct bytes text, const struct frame *f);

static answer_fn *const answers[] = {
    [POP3_UNKNOWN] = answer_unknown, [POP3_USER] = answer_user,  [POP3_PASS] = answer_login,
    [POP3_APOP] = answer_login,      [POP3_AUTH] = answer_login, [POP3_RPOP] = answer_login,
    [POP3_STLS] = answer_stls,       [POP3_STAT] = answer_stat,  [POP3_LIST] = answer_list,
    [POP3_UIDL] = answer_uidl,       [POP3_DELE] = answer_dele,  [POP3_RSET] = answer_rset,
    [POP3_QUIT] = answer_quit,       [POP3_XTND] = answer_xtnd,  [POP3_OTHER] = NULL,
};

/* -- pairing */

static void greeting(struct session *s, struct reply *r, struct bytes text, const struct frame *f)
{
    struct session_info *info = session_info(s);
    pop3_of(s)->greeted = true;
    r->greeting = true;
    if (!r->torn) { /* of a piece no name is made, and no APOP challenge */
        info->banner = session_keep(s, text);
    }
    session_reply(s, r, NULL);
    if (r->status == REPLY_OK && session_get_state(s) == pop3_connect) {
        session_set_state(s, pop3_authorization, f, true);
    }
}

/* Without the connection's start, the first line is the greeting only when it reads like one. */
static bool is_greeting(struct session *s, struct bytes text)
{
    const struct pop3 *st = pop3_of(s);
    const struct session_info *info = session_info(s);
    if (st->greeted) {
        return false;
    }
    if (!info->midstream && !st->replies_lost) {
        return true;
    }
    return info->commands == 0 &&
           (bytes_search(text, "pop", 0) != SIZE_MAX ||
            bytes_search(text, "ready", 0) != SIZE_MAX || bytes_find(text, '<', 0) != SIZE_MAX);
}

/* "+OK 120 octets" is said of a message and of nothing else: where the command was not captured it
 * tells that one follows. */
static bool announces_mail(struct session *s, const struct pending *p, struct bytes text)
{
    const struct pop3 *st = pop3_of(s);
    uint64_t n;
    bool command_unseen = p != NULL ? (p->command.flags & COMMAND_TORN) && p->tag == POP3_UNKNOWN
                                    : st->unsure || !pop3_seen(s, FROM_CLIENT);
    return command_unseen && bytes_u64(bytes_word(&text), &n) &&
           bytes_starts(bytes_word(&text), "octet");
}

/* The answer to STLS, in the words that servers have for it; the command was lost. */
static bool says_tls(struct bytes text)
{
    return bytes_search(text, "TLS", 0) != SIZE_MAX &&
           (bytes_search(text, "begin", 0) != SIZE_MAX ||
            bytes_search(text, "ready", 0) != SIZE_MAX);
}

/* "+ challenge" of an exchange that began unseen, or with an unknown word: the client answers. */
COLD static void stray_challenge(struct session *s, struct reply *r)
{
    if (bytes_at(r->raw, 0) == '+' && r->status == REPLY_ODD) {
        pop3_of(s)->dangling = true;
        r->secret = bytes_trim(bytes_from(r->raw, 1));
    }
}

COLD static void unasked(struct session *s, struct reply *r, struct bytes text,
                         const struct frame *f)
{
    pop3_of(s)->greeted = true; /* it will not come any more */
    r->unasked = true;
    stray_challenge(s, r);
    session_reply(s, r, NULL);
    if (r->status == REPLY_OK && announces_mail(s, NULL, text)) {
        pop3_open_begin(s, NULL, r, SHAPE_MAIL, f);
    } else if (r->status == REPLY_OK && pop3_of(s)->group_cut && says_tls(text)) {
        session_set_state(s, stls_state, f, true);
        session_start_tls(s); /* looks whether a handshake follows */
    }
}

/* "+ challenge" of a SASL exchange: the client answers next. */
static bool challenge(struct session *s, struct pending *p, struct reply *r)
{
    struct pop3 *st = pop3_of(s);
    if (p == NULL || p->tag != POP3_AUTH || st->auth == NULL || r->status != REPLY_ODD ||
        bytes_at(r->raw, 0) != '+' || st->auth_command != p->command.number) {
        return false;
    }
    struct bytes text = bytes_from(r->raw, 1);
    r->status = REPLY_CONTINUE;
    r->intermediate = true;
    r->secret = bytes_trim(text);
    p->answers++;
    session_reply(s, r, p);
    auth_challenge(st->auth, r->torn ? bytes_of("") : text);
    session_release(s, FROM_CLIENT, MODE_LINE, 0);
    return true;
}

/* XTND XMIT agreed: its second answer ends it. */
static bool xmit_agreed(struct session *s, struct pending *p, struct reply *r)
{
    struct bytes argument = p->command.argument;
    if (p->tag != POP3_XTND || r->status != REPLY_OK || p->answers > 0 ||
        !bytes_is(bytes_word(&argument), "XMIT")) {
        return false;
    }
    p->answers++;
    r->intermediate = true;
    session_reply(s, r, p);
    session_release(s, FROM_CLIENT, MODE_BODY, 0);
    return true;
}

/* A deleted message that is there again: a RSET among the lost commands brought it back. */
static void notice_reset(struct pop3 *st, const struct pending *p, const struct reply *r)
{
    if (st->reset_lost && r->status == REPLY_OK && mailbox_is_deleted(&st->box, p->number)) {
        mailbox_undelete(&st->box);
        st->reset_lost = false;
    }
}

static void answered(struct session *s, struct pending *p, struct reply *r, struct bytes text,
                     const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    bool starts_tls = p->tag == POP3_STLS && r->status == REPLY_OK;
    enum pop3_shape shape = pop3_shape(p);
    st->lost = false;
    st->greeted = true;
    if (p->tag != POP3_UNKNOWN || r->status != REPLY_REFUSE) {
        st->unknown_row = 0;
    }
    if (p->tag == POP3_UNKNOWN) {
        stray_challenge(s, r);
    }
    session_reply(s, r, p);
    notice_reset(st, p, r);
    if (p->tag < sizeof answers / sizeof *answers && answers[p->tag] != NULL) {
        answers[p->tag](s, p, r, text, f);
    }
    if (r->status == REPLY_OK && announces_mail(s, p, text)) {
        shape = SHAPE_MAIL;
    }
    if (r->status == REPLY_OK && shape != SHAPE_LINE) {
        pop3_open_begin(s, p, r, shape, f);
        return;
    }
    session_answered(s, r, 0);
    if (starts_tls) {
        session_start_tls(s);
    } else if (st->unknown_row >= session_limits(s)->unknown_commands) {
        session_give_up(s);
    }
}

/* "Name: ...", as messages begin. */
static bool looks_like_field(struct bytes line)
{
    size_t colon = bytes_find(line, ':', 0);
    for (size_t i = 0; i < line.n && i < colon; i++) {
        int c = line.p[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-') {
            return false;
        }
    }
    return colon != SIZE_MAX && colon > 0;
}

/* A line of CAPA's answer (RFC 2449, and the registry it made). */
static bool is_capability(struct bytes line)
{
    static const char *const words[] = {"TOP",         "USER",   "SASL", "RESP-CODES",
                                        "LOGIN-DELAY", "EXPIRE", "UIDL", "AUTH-RESP-CODE",
                                        "PIPELINING",  "STLS",   "UTF8", "IMPLEMENTATION",
                                        "LANG",        "APOP",   "AUTH", "EXPIRENEVER"};
    struct bytes word = bytes_word(&line);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bytes_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

/* Without the connection's start a line that is no reply belongs to an answer that was in progress:
 * a list, or (any other line that is whole) a message. */
static bool is_message_tail(struct session *s, const struct frame *f)
{
    const struct session_info *info = session_info(s);
    struct bytes rest = f->data;
    uint64_t n;
    if (!info->midstream || pop3_of(s)->greeted || info->commands > 0 || f->torn) {
        return false;
    }
    return f->data.n > 1 && !is_capability(f->data) && !bytes_u64(bytes_word(&rest), &n);
}

/* A line that is no status line: more of an answer whose beginning was lost, or just text. */
COLD static void stray_line(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    struct pending *p = session_oldest(s);
    if (p == NULL && is_message_tail(s, f)) {
        pop3_open_begin(s, NULL, NULL, SHAPE_MAIL, f);
        pop3_open_frame(s, f);
        return;
    }
    if (!st->lost || p == NULL) {
        session_line(s, f);
        return;
    }
    enum pop3_shape shape = pop3_shape(p);
    bool whole = !f->torn || (shape == SHAPE_MAIL && looks_like_field(f->data));
    if (f->torn && shape == SHAPE_LINE) {
        /* the end of the answer: that it came is known, not what it said */
        struct reply r = reply_of_line(f, REPLY_ODD);
        answered(s, p, &r, f->data, f);
    } else if (!whole || shape == SHAPE_LINE) {
        session_line(s, f); /* what is left of the status line */
    } else {
        pop3_open_begin(s, p, NULL, shape, f);
        pop3_open_frame(s, f);
    }
}

void pop3_reply_line(struct session *s, const struct frame *f)
{
    enum reply_status status;
    struct bytes text;
    bool is_status = pop3_status(f->data, &status, &text);
    struct reply r = reply_of_line(f, status);
    r.torn &= !is_status || f->eol == EOL_NONE; /* a status word at its start: it is whole */
    struct pending *p = session_oldest(s);
    if (is_greeting(s, text)) {
        greeting(s, &r, text, f);
    } else if (!is_status) {
        stray_line(s, f);
    } else if (challenge(s, p, &r) || (p != NULL && xmit_agreed(s, p, &r))) {
        return;
    } else if (p == NULL) {
        unasked(s, &r, text, f);
    } else {
        answered(s, p, &r, text, f);
    }
}

/* -- the first command of a capture that begins in the middle: the last of a group, perhaps */

/* Where the answer to p ends in what waits; SIZE_MAX: not yet. A mail's end is the framer's: behind
 * a bare LF a dot ends it only where all lines end so. */
static size_t answer_end(const struct pending *p, struct bytes waiting)
{
    static const char *const marks[][2] = {[SHAPE_LINE] = {"\n", "\n"},
                                           [SHAPE_LIST] = {"\n.\n", "\n.\r\n"},
                                           [SHAPE_MAIL] = {"\n.\n", "\r\n.\r\n"}};
    size_t lf = bytes_find(waiting, '\n', 0);
    bool crlf = lf != SIZE_MAX && lf > 0 && bytes_at(waiting, lf - 1) == '\r';
    enum pop3_shape shape = bytes_starts(waiting, "+OK") ? pop3_shape(p) : SHAPE_LINE;
    size_t end = bytes_search(waiting, marks[shape][crlf], 0);
    return end == SIZE_MAX ? end : end + strlen(marks[shape][crlf]);
}

/* Is what the server said more than an answer to p, or none? */
static bool is_of_others(const struct pending *p, struct bytes waiting)
{
    enum reply_status status = REPLY_OK;
    struct bytes text;
    size_t end = answer_end(p, waiting);
    bool odd = pop3_status(waiting, &status, &text) && status == REPLY_ODD;
    return odd || (end < waiting.n && pop3_status(bytes_from(waiting, end), &status, &text));
}

void pop3_first_over(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    const struct pending *p = session_oldest(s);
    st->first_waits = false;
    if (p != NULL && is_of_others(p, session_waiting(s, FROM_SERVER))) {
        pop3_drop_pending(s);
    }
    session_release(s, FROM_SERVER, MODE_LINE, 0);
}

static bool awaits_tls(const struct pending *p)
{
    while (p != NULL && p->tag != POP3_STLS) {
        p = p->next;
    }
    return p != NULL;
}

/* Replies are missing. With one command waiting it is clear whose; with more it is not, and then no
 * answer is told for any of them. */
static void replies_lost(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    const struct pending *p = session_oldest(s);
    st->unsure = st->lost = st->replies_lost = true;
    st->lost_bytes = f->missing;
    if (st->auth != NULL && st->group_cut) {
        auth_gap(st->auth); /* what is lost here answered it */
    }
    if (st->open != NULL) {
        pop3_open_frame(s, f);
    } else if (awaits_tls(p)) {
        /* the go-ahead was among them, or not: what follows can not be read as either */
        session_give_up(s);
    } else if (p != NULL && p->next != NULL) {
        pop3_drop_pending(s);
    } else if (p != NULL && p->tag == POP3_AUTH) {
        st->blind = st->auth != NULL;
        session_release(s, FROM_CLIENT, MODE_LINE, 0);
    }
}

void pop3_server_frame(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    bool both_lost = f->kind == FRAME_GAP && st->group_cut && !st->heard && st->auth == NULL;
    st->heard |= f->kind != FRAME_END && !both_lost;
    if (f->kind == FRAME_STUCK && st->first_waits) {
        pop3_first_over(s);
    } else if (f->kind == FRAME_GAP) {
        replies_lost(s, f);
        if (both_lost) { /* whether the client waited between is not known */
            st->start_cut = true;
            st->start_over = st->group_cut = false;
        }
    } else if (st->open != NULL) {
        pop3_open_frame(s, f);
    } else if (f->kind == FRAME_LINE) {
        session_want(s, MODE_LINE, 0); /* an answer given up left it in another mode */
        pop3_reply_line(s, f);
    }
}
