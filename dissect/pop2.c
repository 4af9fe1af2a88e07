#include "dissect/pop2_private.h"

#include "dissect/secrets.h"

const char pop2_lstn[] = "LSTN";
const char pop2_auth[] = "AUTH";
const char pop2_mbox[] = "MBOX";
const char pop2_item[] = "ITEM";
const char pop2_next[] = "NEXT";
const char pop2_done[] = "DONE";

static const struct pop2_verb verbs[] = {
    {"HELO", POP2_HELO, IN_AUTH, '#', pop2_mbox},
    {"FOLD", POP2_FOLD, IN_MBOX | IN_ITEM, '#', pop2_mbox},
    {"READ", POP2_READ, IN_MBOX | IN_ITEM, '=', pop2_item},
    {"RETR", POP2_RETR, IN_ITEM, 0, pop2_next},
    {"ACKS", POP2_ACKS, IN_NEXT, '=', pop2_item},
    {"ACKD", POP2_ACKD, IN_NEXT, '=', pop2_item},
    {"NACK", POP2_NACK, IN_NEXT, '=', pop2_item},
    {"QUIT", POP2_QUIT, IN_AUTH | IN_MBOX | IN_ITEM, '+', pop2_done},
};

struct pop2 *pop2_of(struct session *s)
{
    return session_state(s);
}

const struct pop2_verb *pop2_verb_find(struct bytes word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (bytes_is(word, verbs[i].name)) {
            return &verbs[i];
        }
    }
    return NULL;
}

const struct pop2_verb *pop2_verb_of(const struct pending *p)
{
    return pop2_verb_find(p->command.word);
}

bool pop2_seen(struct session *s, enum dir dir)
{
    const struct session_info *info = session_info(s);
    return info->flow->seen[info->flip ? dir_other(dir) : dir];
}

/* -- HELO */

/* All behind the user's name: blanks belong to the password. */
static struct bytes secret_of(struct bytes line)
{
    struct bytes rest = line;
    bytes_word(&rest);
    struct bytes user = bytes_word(&rest);
    return bytes_from(line, user.n > 0 ? (size_t)(user.p - line.p) + user.n + 1 : line.n);
}

/* A backslash quotes the next byte of a password. */
static struct bytes unquoted(struct bytes raw, struct buf *out)
{
    if (bytes_find(raw, '\\', 0) == SIZE_MAX) {
        return raw;
    }
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] == '\\' && i + 1 < raw.n) {
            i++;
        }
        buf_add_byte(out, raw.p[i]);
    }
    return buf_bytes(out);
}

void pop2_login(struct session *s, const struct pending *p, enum tri success)
{
    const struct command *c = &p->command;
    struct bytes argument = c->argument, secret = secret_of(c->line);
    bool torn = c->flags & COMMAND_TORN; /* of a piece neither name nor password is made */
    struct buf password;
    secret.n = torn ? 0 : secret.n;
    buf_init(&password, secret.n);
    struct credential found = {.mechanism = "HELO",
                               .secret = unquoted(secret, &password),
                               .secret_kind = secret.n ? SECRET_PASSWORD : SECRET_NONE,
                               .malformed = torn,
                               .success = success,
                               .time = c->time,
                               .packet = c->packet,
                               .command = c->number,
                               .dir = c->dir};
    found.user = bytes_word(&argument);
    if (torn && argument.n == 0) {
        found.user.n = 0;
    }
    size_t colon = bytes_find(found.user, ':', 0);
    if (colon != SIZE_MAX) { /* a login at another host */
        found.host = bytes_sub(found.user, 0, colon);
        found.user = bytes_from(found.user, colon + 1);
    }
    session_credential(s, &found);
    buf_done(&password);
}

/* -- commands */

static void parse(struct bytes line, struct command *c, const struct pop2_verb **verb)
{
    struct bytes rest = line;
    c->word = bytes_word(&rest);
    *verb = pop2_verb_find(c->word);
    c->verb = *verb ? (*verb)->name : "";
    c->argument = rest;
    if (*verb == NULL) {
        c->flags |= COMMAND_UNKNOWN;
    } else if ((*verb)->tag == POP2_HELO) {
        c->secret = secret_of(line);
    }
}

void pop2_drop_pending(struct session *s)
{
    while (session_oldest(s) != NULL) {
        session_answered(s, NULL, 0);
    }
}

/* Commands are missing. Whether the server sends a message next or a reply, its form tells. */
static void commands_lost(struct session *s)
{
    struct pop2 *st = pop2_of(s);
    if (st->lost && !st->pipelines) { /* the client went on: it got the answers lost before */
        pop2_drop_pending(s);
    }
    st->client_lost = st->unsure = true;
    session_release(s, FROM_SERVER, MODE_PEEK, 1);
}

/* Before a command is queued: a client that waits for every answer has got them all by now. */
static void settle(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    if (st->by_line && !st->pipelines) {
        pop2_end_mail(s, f, false);
    }
    if (session_oldest(s) == NULL) {
        st->lost = false;
    } else if (!pop2_seen(s, FROM_SERVER) || (st->lost && !st->pipelines)) {
        pop2_drop_pending(s);
        st->lost = false;
    } else {
        st->pipelines = true;
    }
}

static unsigned state_bit(const char *state)
{
    return state == pop2_auth   ? IN_AUTH
           : state == pop2_mbox ? IN_MBOX
           : state == pop2_item ? IN_ITEM
           : state == pop2_next ? IN_NEXT
                                : 0;
}

/* Where the start or answers are missing, the commands tell the state. */
static void guess_state(struct session *s, const struct pop2_verb *v, const struct frame *f)
{
    if (v->allowed & state_bit(session_get_state(s))) {
        return;
    }
    static const struct {
        unsigned bit;
        const char *state;
    } lowest[] = {
        {IN_AUTH, pop2_auth}, {IN_MBOX, pop2_mbox}, {IN_ITEM, pop2_item}, {IN_NEXT, pop2_next}};
    for (size_t i = 0; i < sizeof lowest / sizeof *lowest && v->tag != POP2_QUIT; i++) {
        if (v->allowed & lowest[i].bit) {
            session_set_state(s, lowest[i].state, f, true);
            return;
        }
    }
}

static bool out_of_order(struct session *s, const struct pop2_verb *v)
{
    if (v == NULL || session_oldest(s) != NULL || session_get_state(s) == pop2_lstn) {
        return false; /* the state it will meet is not known yet */
    }
    return !(v->allowed & state_bit(session_get_state(s)));
}

/* What is awaited in a state (RFC 937, the server's decision table). */
static const char *awaited(const char *state)
{
    static const struct {
        const char *state, *text;
    } all[] = {{pop2_auth, "HELO comes first"},
               {pop2_mbox, "READ or FOLD comes first"},
               {pop2_item, "RETR, READ or FOLD comes first"},
               {pop2_next, "ACKS, ACKD or NACK comes first"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].state == state) {
            return all[i].text;
        }
    }
    return "the session is over";
}

static void tell_oddities(struct session *s, const struct frame *f, const struct command *c)
{
    if (f->skipped > 0) {
        session_note(s, NOTE_ID_LINE_TOO_LONG, bytes_sub(c->word, 0, 40), f);
    }
    if (c->flags & COMMAND_OUT_OF_ORDER) {
        session_note_order(s, c->word, awaited(session_get_state(s)), f);
        session_set_state(s, session_get_state(s), f, false);
    }
    if ((c->flags & COMMAND_EARLY) && c->number == 1) {
        session_note(s, NOTE_ID_EARLY_TALKER, c->word, f);
    }
}

/* The server waits on hold behind "=n": does the message follow now, or a reply? */
static void release_server(struct session *s, enum pop2_tag tag)
{
    struct pop2 *st = pop2_of(s);
    struct bytes waiting = session_waiting(s, FROM_SERVER);
    struct bytes line = bytes_sub(waiting, 0, bytes_find(waiting, '\n', 0));
    bool sent = tag == POP2_RETR;
    if (st->client_lost && waiting.n > 0) {
        sent = !pop2_is_reply(line); /* it spoke before this command: to one that was lost */
    }
    session_release(s, FROM_SERVER, sent ? MODE_COUNT : MODE_LINE, sent ? st->size : 0);
}

/* Before the login what follows a mistyped or foreign word may be a password. */
static void mask_unknown(struct session *s, const struct frame *f, struct command *c)
{
    const char *state = session_get_state(s);
    bool before = state == pop2_lstn || state == pop2_auth;
    c->secret = !before ? secrets_behind(c->word, c->argument) : f->torn ? f->data : c->argument;
}

static void command_line(struct session *s, const struct frame *f)
{
    struct pop2 *st = pop2_of(s);
    struct command c = {0};
    const struct pop2_verb *v;
    uint64_t number = 0;
    parse(f->data, &c, &v);
    enum pop2_tag tag = v ? (enum pop2_tag)v->tag : POP2_UNKNOWN;
    if (st->at_start) {
        pop2_start_over(s, tag);
    }
    if (v == NULL) {
        mask_unknown(s, f, &c);
    }
    settle(s, f);
    if (v != NULL && (st->unsure || !pop2_seen(s, FROM_SERVER))) {
        guess_state(s, v, f);
    } else if (out_of_order(s, v)) {
        c.flags |= COMMAND_OUT_OF_ORDER;
    }
    if (v != NULL && v->tag == POP2_READ) {
        bytes_u64(bytes_trim(c.argument), &number);
    }
    struct frame line = *f;
    line.torn &= v == NULL || f->eol == EOL_NONE; /* a known word at its start: it is whole */
    session_command(s, &line, &c, (uint16_t)tag, number);
    tell_oddities(s, f, &c);
    if (session_on_hold(s, FROM_SERVER)) {
        release_server(s, tag);
    }
}

/* -- the session */

static void begin(struct session *s)
{
    struct pop2 *st = pop2_of(s);
    mailbox_init(&st->box, session_limits(s));
    st->unsure = st->at_start = session_info(s)->midstream;
    if (st->at_start) {
        framer_mode(session_framer(s, FROM_SERVER), MODE_PEEK, 1);
    }
}

static void frame(struct session *s, const struct frame *f)
{
    if (f->dir == FROM_SERVER) {
        pop2_server_frame(s, f);
    } else if (f->kind == FRAME_LINE) {
        command_line(s, f);
    } else if (f->kind == FRAME_GAP) {
        commands_lost(s);
    }
}

static void unanswered(struct session *s, struct pending *p)
{
    if (p->tag == POP2_HELO) {
        pop2_login(s, p, TRI_UNKNOWN);
    } else if (p->tag == POP2_FOLD) { /* which folder is open now is not known */
        mailbox_change(&pop2_of(s)->box);
        pop2_of(s)->box.shown.name.n = 0;
    }
}

static void close(struct session *s, enum stream_close how)
{
    struct pop2 *st = pop2_of(s);
    struct session_info *info = session_info(s);
    if (st->message != NULL) {
        st->by_line = false;
        pop2_end_mail(s, NULL, false);
    }
    mailbox_finish(&st->box, st->box.shown.committed);
    info->truncated |= st->box.cut;
    if (how == CLOSE_FIN || how == CLOSE_RST) {
        session_set_state(s, pop2_done, NULL, true);
    }
}

static void done(struct session *s)
{
    mailbox_done(&pop2_of(s)->box);
}

static size_t held(struct session *s)
{
    return mailbox_held(&pop2_of(s)->box);
}

static const uint16_t ports[] = {109, 0}, no_ports[] = {0};

const struct protocol protocol_pop2 = {
    .name = "pop2",
    .label = "POP2",
    .ports = ports,
    .tls_ports = no_ports,
    .state_size = sizeof(struct pop2),
    .first_state = pop2_lstn,
    .tls_state = pop2_lstn, /* there is no TLS for it */
    .login_state = pop2_auth,
    .greeter = FROM_SERVER,
    .probe = pop2_probe,
    .begin = begin,
    .frame = frame,
    .close = close,
    .done = done,
    .unanswered = unanswered,
    .held = held,
};
