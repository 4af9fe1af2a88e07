#include "dissect/pop3_private.h"

#include "dissect/secrets.h"
#include "dissect/tls.h"

#include <stdlib.h>

#define AUTH_LINE_ROOM 512u /* RFC 2449 4 allows 255 bytes for a command */

const char pop3_connect[] = "CONNECT";
const char pop3_authorization[] = "AUTHORIZATION";
const char pop3_transaction[] = "TRANSACTION";
const char pop3_update[] = "UPDATE";
static const char stls_state[] = "STLS", tls_state[] = "TLS", closed_state[] = "CLOSED";

/* The frequent ones first. */
static const struct pop3_verb verbs[] = {
    {"USER", POP3_USER, IN_AUTHORIZATION, SHAPE_LINE, SHAPE_LINE},
    {"PASS", POP3_PASS, IN_AUTHORIZATION, SHAPE_LINE, SHAPE_LINE},
    {"STAT", POP3_STAT, IN_TRANSACTION, SHAPE_LINE, SHAPE_LINE},
    {"LIST", POP3_LIST, IN_TRANSACTION, SHAPE_LIST, SHAPE_LINE},
    {"UIDL", POP3_UIDL, IN_TRANSACTION, SHAPE_LIST, SHAPE_LINE},
    {"RETR", POP3_RETR, IN_TRANSACTION, SHAPE_MAIL, SHAPE_MAIL},
    {"DELE", POP3_DELE, IN_TRANSACTION, SHAPE_LINE, SHAPE_LINE},
    {"QUIT", POP3_QUIT, IN_BOTH, SHAPE_LINE, SHAPE_LINE},
    {"CAPA", POP3_CAPA, IN_BOTH, SHAPE_LIST, SHAPE_LIST},
    {"AUTH", POP3_AUTH, IN_AUTHORIZATION, SHAPE_LIST, SHAPE_LINE},
    {"APOP", POP3_APOP, IN_AUTHORIZATION, SHAPE_LINE, SHAPE_LINE},
    {"STLS", POP3_STLS, IN_AUTHORIZATION, SHAPE_LINE, SHAPE_LINE},
    {"TOP", POP3_TOP, IN_TRANSACTION, SHAPE_MAIL, SHAPE_MAIL},
    {"NOOP", POP3_NOOP, IN_TRANSACTION, SHAPE_LINE, SHAPE_LINE},
    {"RSET", POP3_RSET, IN_TRANSACTION, SHAPE_LINE, SHAPE_LINE},
    {"RPOP", POP3_RPOP, IN_AUTHORIZATION, SHAPE_LINE, SHAPE_LINE},
    {"LAST", POP3_LAST, IN_TRANSACTION, SHAPE_LINE, SHAPE_LINE},
    {"XTND", POP3_XTND, IN_BOTH, SHAPE_LINE, SHAPE_LINE},
    {"UTF8", POP3_OTHER, IN_AUTHORIZATION, SHAPE_LINE, SHAPE_LINE},
    {"LANG", POP3_LANG, IN_BOTH, SHAPE_LIST, SHAPE_LINE},
    {"XSENDER", POP3_OTHER, IN_TRANSACTION, SHAPE_LINE, SHAPE_LINE},
};

struct pop3 *pop3_of(struct session *s)
{
    return session_state(s);
}

const struct pop3_verb *pop3_verb_find(struct bytes word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (bytes_is(word, verbs[i].name)) {
            return &verbs[i];
        }
    }
    return NULL;
}

static const struct pop3_verb *verb_of(uint16_t tag)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (verbs[i].tag == tag) {
            return &verbs[i];
        }
    }
    return NULL;
}

enum pop3_shape pop3_shape(const struct pending *p)
{
    const struct pop3_verb *v = verb_of(p->tag);
    if (v == NULL) {
        return SHAPE_LINE;
    }
    struct bytes argument = p->command.argument;
    if (v->tag == POP3_XTND && bytes_is(bytes_word(&argument), "XLST")) {
        return SHAPE_LIST;
    }
    return p->command.argument.n > 0 ? v->argument : v->bare;
}

bool pop3_seen(struct session *s, enum dir dir)
{
    const struct session_info *info = session_info(s);
    return info->flow->seen[info->flip ? dir_other(dir) : dir];
}

void pop3_enter_transaction(struct session *s, const struct frame *cause)
{
    struct pop3 *st = pop3_of(s);
    struct session_info *info = session_info(s);
    info->mailbox = &st->box.shown;
    if (info->login != TRI_NO) {
        st->box.shown.name = info->user;
    }
    session_set_state(s, pop3_transaction, cause, true);
}

/* -- commands */

/* All behind "PASS " (blanks belong to it, RFC 1939 7), APOP's digest, an initial response. A name
 * is one word: what stands behind USER's is the password, given too early. */
struct bytes pop3_secret(enum pop3_tag tag, struct bytes argument)
{
    struct bytes rest = argument;
    if (tag == POP3_PASS) {
        return argument;
    }
    if (tag == POP3_APOP || tag == POP3_AUTH || tag == POP3_USER) {
        bytes_word(&rest);
        return rest;
    }
    return (struct bytes){NULL, 0};
}

static void parse(struct bytes line, struct command *c, const struct pop3_verb **verb)
{
    struct bytes rest = line;
    c->word = bytes_word(&rest);
    *verb = pop3_verb_find(c->word);
    c->verb = *verb ? (*verb)->name : "";
    c->argument = rest;
    if (*verb == NULL) {
        c->flags |= COMMAND_UNKNOWN;
        return;
    }
    if ((*verb)->tag == POP3_PASS && c->word.n > 0) {
        /* exactly one blank separates */
        c->argument = bytes_from(line, (size_t)(c->word.p - line.p) + c->word.n + 1);
    }
    c->secret = pop3_secret((*verb)->tag, c->argument);
}

static uint64_t message_number(struct bytes argument)
{
    uint64_t n = 0;
    if (argument.n > 0) {
        bytes_u64(bytes_word(&argument), &n);
    }
    return n;
}

void pop3_drop_pending(struct session *s)
{
    while (session_oldest(s) != NULL) {
        session_answered(s, NULL, 0);
    }
}

/* The client went on: the answers lost before were all there were. */
static void settle_lost(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    if (st->open != NULL) {
        pop3_open_end(s, NULL, false);
    }
    pop3_drop_pending(s);
    st->lost = false;
}

/* Before a command is queued: may it be waiting behind commands whose answers were lost? A client
 * that waits for every answer has got them all by now. */
static void settle(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    if (session_oldest(s) == NULL) {
        st->lost = false;
        return;
    }
    if (!pop3_seen(s, FROM_SERVER)) {
        pop3_drop_pending(s);
    } else if (st->lost && !st->pipelines) {
        settle_lost(s);
    } else {
        st->pipelines = true;
    }
}

/* Where the start or answers are missing, the commands tell the state. */
static void guess_state(struct session *s, const struct pop3_verb *v, const struct frame *f)
{
    const char *state = session_get_state(s);
    if (v->allowed == IN_TRANSACTION && state != pop3_transaction && state != pop3_update) {
        pop3_enter_transaction(s, f);
    } else if (v->allowed == IN_AUTHORIZATION && state == pop3_connect) {
        session_set_state(s, pop3_authorization, f, true);
    }
}

static bool out_of_order(struct session *s, const struct pop3_verb *v)
{
    const char *state = session_get_state(s);
    if (session_oldest(s) != NULL || v == NULL) {
        return false; /* the state it will meet is not known yet */
    }
    if (state == pop3_authorization) {
        return !(v->allowed & IN_AUTHORIZATION);
    }
    if (state == pop3_transaction) {
        return !(v->allowed & IN_TRANSACTION);
    }
    return state == pop3_update;
}

static void tell_oddities(struct session *s, const struct frame *f, const struct command *c)
{
    if (f->skipped > 0 || (f->data.n > AUTH_LINE_ROOM && c->secret.n == 0)) {
        session_note(s, NOTE_ID_LINE_TOO_LONG, bytes_sub(c->word, 0, 40), f);
    }
    if (c->flags & COMMAND_OUT_OF_ORDER) {
        const char *state = session_get_state(s);
        session_note_order(s, c->word,
                           state == pop3_authorization ? "only after the login"
                           : state == pop3_transaction ? "only before the login"
                                                       : "not after QUIT",
                           f);
        session_set_state(s, session_get_state(s), f, false);
    }
    if ((c->flags & COMMAND_EARLY) && c->number == 1) {
        session_note(s, NOTE_ID_EARLY_TALKER, c->word, f);
    }
}

/* Before the login what is no command may hold a password: the rest of a line whose beginning is
 * lost, a line where one was due or refused, what follows a mistyped or foreign word. */
static void mask_unknown(struct session *s, const struct frame *f, struct command *c)
{
    bool before = session_get_state(s) != pop3_transaction;
    struct bytes behind = secrets_behind(c->word, c->argument);
    if (before && (f->torn || (pop3_of(s)->loose_payload && behind.n == 0))) {
        c->secret = f->data;
    } else {
        c->secret = before ? c->argument : behind;
    }
}

/* Behind a hole in a command, its end: no command of its own. */
static bool is_continued(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    bool continued = f->torn && st->cut_command && session_oldest(s) != NULL;
    st->cut_command = f->torn && f->eol == EOL_NONE;
    if (continued) {
        struct command c = {.verb = "", .flags = COMMAND_DATA};
        mask_unknown(s, f, &c);
        session_command(s, f, &c, POP3_UNKNOWN, 0);
    }
    return continued;
}

/* Commands right behind lost ones, without a word of the server between: sent in one group, whose
 * replies can not be told apart. */
static bool in_cut_group(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    st->start_cut = st->start_cut && !st->heard;
    st->group_cut = (st->group_cut && !st->heard) || (st->start_cut && st->start_over);
    st->start_over = true;
    return st->group_cut;
}

static void command_line(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    struct command c = {0};
    const struct pop3_verb *v;
    if (is_continued(s, f)) {
        return;
    }
    parse(f->data, &c, &v);
    if (v == NULL) {
        mask_unknown(s, f, &c);
    }
    st->loose_payload = v == NULL ? st->loose_payload : v->tag == POP3_USER;
    settle(s);
    bool guess = st->unsure || !pop3_seen(s, FROM_SERVER);
    if (v != NULL && guess) {
        guess_state(s, v, f);
    } else if (out_of_order(s, v)) {
        c.flags |= COMMAND_OUT_OF_ORDER;
    }
    uint16_t tag = v ? v->tag : POP3_UNKNOWN;
    struct frame line = *f;
    line.torn &= v == NULL || f->eol == EOL_NONE; /* a known word at its start: it is whole */
    struct pending *p = session_command(s, &line, &c, tag, message_number(c.argument));
    tell_oddities(s, f, &c);
    st->quit |= tag == POP3_QUIT;
    if (in_cut_group(s)) {
        pop3_drop_pending(s);
        return;
    }
    struct bytes argument = c.argument;
    if (tag == POP3_AUTH && line.torn && bytes_word(&argument).n == c.argument.n) {
        st->dangling = true; /* of "AUTH PLA" no mechanism is made */
    } else if (tag == POP3_AUTH && c.argument.n > 0) {
        pop3_auth_begin(s, p);
    } else if (tag == POP3_STLS) {
        session_want(s, MODE_HOLD, 0);
    } else if (tag == POP3_XTND && bytes_is(bytes_word(&argument), "XMIT")) {
        session_want(s, MODE_HOLD, 0);
    } else if (st->start_cut && v != NULL && tag != POP3_AUTH && st->open == NULL &&
               session_oldest(s) == p) {
        st->first_waits = true;
        session_divert(s, FROM_SERVER, MODE_HOLD, 0);
    }
}

/* PROXY protocol, version 1, in front of everything. */
static bool is_proxy_header(struct session *s, struct bytes line)
{
    struct bytes rest = line;
    if (session_info(s)->commands > 0 || !bytes_is(bytes_word(&rest), "PROXY")) {
        return false;
    }
    struct bytes family = bytes_word(&rest);
    return bytes_is(family, "TCP4") || bytes_is(family, "TCP6") || bytes_is(family, "UNKNOWN");
}

static void proxy_header(struct session *s, const struct frame *f)
{
    struct command c = {.verb = "", .flags = COMMAND_DATA};
    session_command(s, f, &c, POP3_UNKNOWN, 0);
    session_note(s, NOTE_ID_PROXY_HEADER, f->data, f);
}

/* Without answers to go by, a line of an exchange that is a command is taken for one. */
static bool looks_like_command(struct bytes line)
{
    const struct pop3_verb *v = pop3_verb_find(bytes_word(&line));
    return v != NULL;
}

/* The client goes on: what the first answer of the capture belongs to is decided without more. */
static void first_waited_for(struct session *s)
{
    if (pop3_of(s)->first_waits) {
        pop3_first_over(s);
        session_drain(s, FROM_SERVER);
    }
}

static void client_line(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    first_waited_for(s);
    if (st->auth != NULL && !(st->blind && looks_like_command(f->data))) {
        pop3_auth_line(s, f);
    } else if (st->dangling && !looks_like_command(f->data)) {
        pop3_auth_rest(s, f);
    } else if (is_proxy_header(s, f->data)) {
        proxy_header(s, f);
    } else {
        st->dangling = false;
        command_line(s, f);
    }
    st->heard = false;
}

/* The client's direction waits too long, or its stream breaks off: no answer will come in time. */
static void client_stuck(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    struct bytes waiting = session_waiting(s, FROM_CLIENT);
    struct bytes line = bytes_sub(waiting, 0, bytes_find(waiting, '\n', 0));
    const struct pending *p = session_oldest(s);
    st->blind = st->auth != NULL;
    if (p != NULL && p->tag == POP3_STLS && tls_look(waiting) == TLS_LOOK_YES) {
        session_set_state(s, stls_state, NULL, true);
        session_start_tls(s);
    } else if (p != NULL && p->tag == POP3_XTND && !looks_like_command(line)) {
        session_want(s, MODE_BODY, 0);
    } else {
        session_want(s, MODE_LINE, 0);
    }
}

/* XTND XMIT: the client sends a mail (historic; draft-hansen-pop3-xtndext). */
static void client_mail(struct session *s, const struct frame *f)
{
    struct pending *p = session_oldest(s);
    if (p == NULL || p->tag != POP3_XTND) {
        return;
    }
    if (p->message == NULL) {
        p->message = session_message_begin(s, TRANSFER_APPEND, FROM_CLIENT, f);
    }
    if (f->kind == FRAME_DATA) {
        session_message_data(s, p->message, f);
    } else if (f->kind == FRAME_GAP) {
        session_message_gap(s, p->message, f);
    } else {
        session_message_end(s, p->message, f, true);
    }
}

static void client_frame(struct session *s, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    switch (f->kind) {
    case FRAME_LINE:
        client_line(s, f);
        break;
    case FRAME_GAP:
        first_waited_for(s);
        if (st->lost && !st->pipelines && session_oldest(s) != NULL) {
            settle_lost(s);
        }
        st->client_lost = st->unsure = true;
        st->reset_lost |= st->box.shown.deleted_count > 0;
        st->group_cut = true;
        st->heard = false;
        if (session_framer(s, FROM_CLIENT)->mode == MODE_BODY) {
            client_mail(s, f);
        }
        break;
    case FRAME_STUCK:
        client_stuck(s);
        break;
    case FRAME_DATA:
    case FRAME_BODY_END:
        client_mail(s, f);
        break;
    default:
        break;
    }
}

/* -- the session */

static void begin(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    mailbox_init(&st->box, session_limits(s));
    st->unsure = st->start_cut = session_info(s)->midstream;
}

static void frame(struct session *s, const struct frame *f)
{
    if (f->dir == FROM_CLIENT) {
        client_frame(s, f);
    } else {
        pop3_server_frame(s, f);
    }
}

static void unanswered(struct session *s, struct pending *p)
{
    struct pop3 *st = pop3_of(s);
    if (st->open != NULL && st->open->command == p->command.number) {
        st->open->command = 0; /* its exchange is being told */
        pop3_open_end(s, NULL, false);
    }
    if (p->tag == POP3_USER) {
        pop3_set_user(st, &p->command);
    } else if (p->tag == POP3_PASS || p->tag == POP3_APOP ||
               (p->tag == POP3_AUTH && p->command.argument.n > 0)) {
        pop3_login(s, p, TRI_UNKNOWN);
        if (p->tag == POP3_AUTH) {
            session_release(s, FROM_CLIENT, MODE_LINE, 0);
        }
    } else if (p->tag == POP3_RSET && st->replies_lost) {
        mailbox_undelete(&st->box); /* RFC 1939 5: it is never refused */
    } else if (p->tag == POP3_XTND && p->message != NULL) {
        if (!p->message->complete) {
            p->message->outcome = OUTCOME_INCOMPLETE;
        }
        session_message_verdict(s, &p->message);
    }
}

/* Decrypted in place: a new dialog begins, without a greeting (RFC 2595 4). */
static void resumed(struct session *s)
{
    session_set_state(s, pop3_authorization, NULL, true);
}

/* Did the deletions happen (RFC 1939 6)? Only where the end was seen can a "no" be told. */
static enum tri committed(struct session *s, enum stream_close how)
{
    struct pop3 *st = pop3_of(s);
    if (st->updated) {
        return st->reset_lost && st->box.shown.deleted_count > 0 ? TRI_UNKNOWN : TRI_YES;
    }
    bool end_seen = how == CLOSE_FIN || how == CLOSE_RST;
    if (!end_seen || st->quit || st->client_lost || st->box.shown.deleted_count == 0) {
        return TRI_UNKNOWN;
    }
    return TRI_NO;
}

static void note_rolled_back(struct session *s)
{
    const struct mailbox *m = &pop3_of(s)->box.shown;
    struct buf text;
    buf_init(&text, 1024);
    buf_add_str(&text, m->deleted_count == 1 ? "message " : "messages ");
    mailbox_put_numbers(&text, m->deleted, m->deleted_count);
    session_note(s, NOTE_ID_DELETES_ROLLED_BACK, buf_bytes(&text), NULL);
    buf_done(&text);
}

static void close(struct session *s, enum stream_close how)
{
    struct pop3 *st = pop3_of(s);
    struct session_info *info = session_info(s);
    if (st->open != NULL) {
        pop3_open_end(s, NULL, false);
    }
    mailbox_finish(&st->box, committed(s, how));
    info->truncated |= st->box.cut;
    if (st->box.shown.committed == TRI_NO) {
        note_rolled_back(s);
    }
    if ((how == CLOSE_FIN || how == CLOSE_RST) && session_get_state(s) != tls_state) {
        session_set_state(s, closed_state, NULL, true);
    }
}

static void done(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    pop3_open_free(s);
    auth_free(&st->auth);
    free(st->user);
    mailbox_done(&st->box);
}

static size_t held(struct session *s)
{
    const struct pop3 *st = pop3_of(s);
    return mailbox_held(&st->box) + st->user_n + (st->auth ? auth_held(st->auth) : 0) +
           (st->open ? sizeof *st->open + st->open->line_n : 0);
}

static const uint16_t ports[] = {110, 0}, tls_ports[] = {995, 0};

const struct protocol protocol_pop3 = {
    .name = "pop3",
    .label = "POP3",
    .ports = ports,
    .tls_ports = tls_ports,
    .alpn = "pop3",
    .state_size = sizeof(struct pop3),
    .first_state = pop3_connect,
    .tls_state = tls_state,
    .login_state = pop3_authorization,
    .greeter = FROM_SERVER,
    .probe = pop3_probe,
    .begin = begin,
    .frame = frame,
    .close = close,
    .resumed = resumed,
    .done = done,
    .unanswered = unanswered,
    .held = held,
};
