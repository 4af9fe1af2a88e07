/* The client's lines: which command, is it in order, what does it begin. */
#include "dissect/secrets.h"
#include "dissect/smtp.h"
#include "dissect/tls.h"

#define EVIDENCE_BYTES 200
/* RFC 5321 4.5.3.1.4; MAIL and RCPT grow by their parameters, AUTH to RFC 4954 4's 12288. */
#define LONG_LINE      512
#define LONG_PATH_LINE 2048
#define LONG_AUTH_LINE 12288

void smtp_note_once(struct session *s, enum smtp_told told, enum note_id id, struct bytes evidence,
                    const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    if (!(x->told & told)) {
        x->told |= (uint16_t)told;
        session_note(s, id, bytes_sub(evidence, 0, EVIDENCE_BYTES), f);
    }
}

/* ---- manners ---- */

static size_t longest(enum smtp_verb v)
{
    return v == SMTP_MAIL || v == SMTP_RCPT     ? LONG_PATH_LINE
           : v == SMTP_AUTH || v == SMTP_X_EXPS ? LONG_AUTH_LINE
                                                : LONG_LINE;
}

static bool says_tls(struct bytes line)
{
    return bytes_at(line, 0) == 0x16 && bytes_at(line, 1) == 3;
}

static void check_line(struct session *s, const struct frame *f, enum smtp_verb v,
                       struct bytes shown)
{
    struct bytes line = f->data;
    if (f->eol == EOL_LF) {
        smtp_note_once(s, TOLD_BARE_LF, NOTE_ID_BARE_LF, shown, f);
    }
    if (line.n + f->skipped + 2 > longest(v)) {
        smtp_note_once(s, TOLD_LONG, NOTE_ID_LINE_TOO_LONG, shown, f);
    }
    if (line.n > 0 && !f->torn &&
        (ascii_is_blank(line.p[0]) || ascii_is_blank(line.p[line.n - 1]))) {
        smtp_note_once(s, TOLD_SYNTAX, NOTE_ID_SYNTAX_VARIANT, shown, f);
    }
    if (bytes_find(line, '\r', 0) != SIZE_MAX) {
        smtp_note_once(s, TOLD_BARE_CR, NOTE_ID_BARE_CR, shown, f);
    }
    if (bytes_find(line, 0, 0) != SIZE_MAX) {
        smtp_note_once(s, TOLD_NUL, NOTE_ID_NUL_BYTE, shown, f);
    }
    if (v == SMTP_UNKNOWN && (says_tls(line) || smtp_is_http(line))) {
        smtp_note_once(s, TOLD_NOT_MAIL, NOTE_ID_NOT_MAIL_DIALOG, shown, f);
    }
}

/* The rule that a command breaks, or NULL, by what the client itself said before (RFC 5321 4.1.4):
 * under pipelining the replies are not there yet. */
static const char *broken_rule(const struct smtp *x, enum smtp_verb v)
{
    bool mail = x->open != NULL, recipient = mail && x->open->total > 0;
    const struct {
        unsigned rule;
        bool broken;
        const char *text;
    } all[] = {
        {NEEDS_HELLO, !x->helloed, "EHLO or HELO comes first"},
        {NOT_IN_MAIL, mail, "not inside a transaction"},
        {NEEDS_MAIL, !mail, "MAIL comes first"},
        {NEEDS_RCPT, !recipient, "RCPT comes first"},
        {NOT_BEHIND_BDAT, mail && x->open->chunks > 0, "not behind BDAT"},
        {NOT_TWICE, x->logged_in, "only one login in a session"},
    };
    unsigned rules = x->unsure || x->replies_lost ? 0 : smtp_verb_rules(v);
    for (size_t i = 0; rules != 0 && i < sizeof all / sizeof all[0]; i++) {
        if ((rules & all[i].rule) && all[i].broken) {
            return all[i].text;
        }
    }
    return NULL;
}

/* ---- what commands begin ---- */

static void hello(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    struct session_info *info = session_info(s);
    (void)f;
    smtp_transaction_use(p, x->open);
    if (info->client_name.n == 0 && !(p->command.flags & COMMAND_TORN)) {
        struct bytes name = p->command.argument;
        info->client_name = session_keep(s, bytes_word(&name));
    }
    if (p->tag == SMTP_LHLO && !smtp_server_seen(s)) {
        x->lmtp = true;
        info->protocol = "lmtp";
    }
    x->helloed = true;
}

static void reset(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    (void)f;
    smtp_transaction_use(p, x->open);
    x->open = NULL;
}

static void starttls(struct session *s, const struct frame *f, struct pending *p)
{
    (void)f;
    (void)p;
    smtp_wait(s, WAIT_TLS);
}

static void turn(struct session *s, const struct frame *f, struct pending *p)
{
    (void)f;
    (void)p;
    if (smtp_server_seen(s)) {
        smtp_wait(s, WAIT_TURN);
    }
}

/* "XEXCH50 n m" (Exchange 2003): n bytes follow the server's 354. */
static void binary(struct session *s, const struct frame *f, struct pending *p)
{
    (void)f;
    struct bytes rest = p->command.argument;
    uint64_t size = 0;
    if (bytes_u64(bytes_word(&rest), &size) && size <= INT64_MAX && smtp_server_seen(s)) {
        p->number = size;
        smtp_wait(s, WAIT_BINARY);
    }
}

static void another_client(struct session *s, const struct frame *f, struct pending *p)
{
    (void)p;
    smtp_note_once(s, TOLD_XCLIENT, NOTE_ID_XCLIENT, f->data, f);
}

typedef void begin_fn(struct session *s, const struct frame *f, struct pending *p);

static begin_fn *const begins[SMTP_VERB_COUNT] = {
    [SMTP_MAIL] = smtp_mail,
    [SMTP_SEND] = smtp_mail,
    [SMTP_SOML] = smtp_mail,
    [SMTP_SAML] = smtp_mail,
    [SMTP_RCPT] = smtp_rcpt,
    [SMTP_DATA] = smtp_data,
    [SMTP_BDAT] = smtp_bdat,
    [SMTP_EHLO] = hello,
    [SMTP_HELO] = hello,
    [SMTP_LHLO] = hello,
    [SMTP_RSET] = reset,
    [SMTP_AUTH] = smtp_auth_begin,
    [SMTP_X_EXPS] = smtp_auth_begin,
    [SMTP_STARTTLS] = starttls,
    [SMTP_X_ANONYMOUSTLS] = starttls,
    [SMTP_TURN] = turn,
    [SMTP_ATRN] = turn,
    [SMTP_XEXCH50] = binary,
    [SMTP_XCLIENT] = another_client,
    [SMTP_XFORWARD] = another_client,
};

/* Only the client was captured: what it says tells how far it got. */
static void follow_client(struct session *s, enum smtp_verb v, const struct frame *f)
{
    static const char *const states[SMTP_VERB_COUNT] = {
        [SMTP_EHLO] = "READY", [SMTP_HELO] = "READY", [SMTP_LHLO] = "READY", [SMTP_MAIL] = "MAIL",
        [SMTP_SEND] = "MAIL",  [SMTP_SOML] = "MAIL",  [SMTP_SAML] = "MAIL",  [SMTP_RCPT] = "RCPT",
        [SMTP_BDAT] = "BDAT",  [SMTP_AUTH] = "AUTH",  [SMTP_QUIT] = "QUIT",
    };
    if (states[v] != NULL) {
        session_set_state(s, states[v], f, true);
    } else if (v == SMTP_RSET) {
        smtp_ready(s, f);
    }
}

/* What of the line may stand in a finding: never a secret. */
static struct bytes without_secret(const struct frame *f, const struct command *c)
{
    return c->secret.n > 0 ? bytes_sub(f->data, 0, (size_t)(c->secret.p - f->data.p)) : f->data;
}

/* What follows a hole and is no command may be the rest of the line the hole cut. */
static bool is_rest_of_line(const struct smtp *x, const struct frame *f, enum smtp_verb v)
{
    return v == SMTP_UNKNOWN && f->torn && x->tail;
}

/* Words that no one knows, but not for everyone to read: "AUTH=PLAIN …" and its like; and what
 * scripts that do not wait, or people who try again, say where AUTH was refused. */
static void hide_payload(const struct smtp *x, const struct frame *f, struct command *c)
{
    c->secret = secrets_behind(c->word, c->argument);
    if (c->secret.n == 0 && x->loose_payload) {
        c->secret = f->data;
    }
}

void smtp_command_line(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct command c = {0};
    enum smtp_verb v = smtp_parse(f->data, &c.word, &c.argument);
    c.verb = smtp_verb_name(v);
    if (is_rest_of_line(x, f, v)) {
        c.flags = COMMAND_DATA;
        session_command(s, f, &c, SMTP_UNKNOWN, 0);
        return;
    }
    if (v == SMTP_UNKNOWN) {
        c.flags |= COMMAND_UNKNOWN;
        hide_payload(x, f, &c);
    } else if (v == SMTP_AUTH || v == SMTP_X_EXPS) {
        c.secret = smtp_auth_secret(c.argument);
    }
    smtp_pair_settle(s);
    if (v != SMTP_EHLO && v != SMTP_HELO) {
        smtp_guess_lmtp(s);
    }
    x->loose_payload = x->loose_payload && v == SMTP_UNKNOWN;
    struct bytes shown = without_secret(f, &c);
    const char *broken = broken_rule(x, v);
    if (broken != NULL) {
        c.flags |= COMMAND_OUT_OF_ORDER;
    }
    struct pending *p = session_command(s, f, &c, (uint16_t)v, 0);
    check_line(s, f, v, shown);
    if (broken != NULL) {
        session_note_order(s, bytes_sub(shown, 0, EVIDENCE_BYTES), broken, f);
    }
    if (p->command.flags & COMMAND_EARLY) {
        smtp_note_once(s, TOLD_EARLY, NOTE_ID_EARLY_TALKER, shown, f);
    }
    x->pipelines = x->pipelines || ((p->command.flags & COMMAND_PIPELINED) && !x->heard);
    if (!smtp_server_seen(s)) {
        follow_client(s, v, f);
    }
    if (begins[v] != NULL) {
        begins[v](s, f, p);
    }
}

/* What may answer a challenge whose AUTH was not captured is no command, and perhaps a password. */
static bool stray_answer(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    bool due = x->stray_answer && x->auth == NULL && smtp_server_seen(s) &&
               (x->challenged || auth_looks_base64(f->data) || bytes_is(f->data, "*")) &&
               !smtp_is_command(f->data);
    x->stray_answer = x->challenged = false;
    if (due) {
        struct command c = {.flags = COMMAND_DATA, .verb = ""};
        if (!bytes_is(f->data, "*")) { /* RFC 4954 4: cancels */
            c.secret = f->data;
        }
        session_command(s, f, &c, SMTP_UNKNOWN, 0);
    }
    return due;
}

static void read_line(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    bool response = x->auth != NULL && x->auth->wants && smtp_auth_line(s, f);
    if (!response && !stray_answer(s, f)) {
        smtp_command_line(s, f);
    }
    x->heard = false;
    x->tail = f->torn && f->eol == EOL_NONE;
    x->lost = x->tail ? (uint32_t)f->data.n : 0;
}

void smtp_client_line(struct session *s, const struct frame *f)
{
    smtp_reply_settle(s, false);
    if (smtp_proxy_line(s, f)) {
        return;
    }
    smtp_of(s)->started = true;
    if (f->torn && f->eol != EOL_NONE && smtp_is_command(f->data)) {
        struct frame whole = *f; /* it follows a hole, but nothing of it is missing */
        whole.torn = false;
        read_line(s, &whole);
    } else {
        read_line(s, f);
    }
}
