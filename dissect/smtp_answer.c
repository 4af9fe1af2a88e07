/* What replies change: state, capabilities, roles, the transaction (RFC 5321 4.1.4, 4.3.2). */
#include "dissect/reply.h"
#include "dissect/smtp.h"

static bool in_state(struct session *s, const char *name)
{
    return strcmp(session_get_state(s), name) == 0;
}

static bool is_legal(const struct pending *p)
{
    return !(p->command.flags & COMMAND_OUT_OF_ORDER);
}

void smtp_ready(struct session *s, const struct frame *f)
{
    static const char *const inside[] = {"AUTH", "MAIL", "RCPT", "DATA", "BDAT"};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        if (in_state(s, inside[i])) {
            session_set_state(s, "READY", f, true);
            return;
        }
    }
}

/* An AUTH that should not have been there leaves the transaction as it was. */
void smtp_auth_over(struct session *s, const struct frame *f)
{
    const struct transaction *t = smtp_of(s)->open;
    if (t == NULL || !t->answered || t->refused) {
        smtp_ready(s, f);
    } else {
        session_set_state(s, t->accepted > 0 ? "RCPT" : "MAIL", f, true);
    }
}

/* ---- the greeting ---- */

static struct bytes banner_text(const struct reply *r)
{
    struct bytes text, line = bytes_sub(r->raw, 0, bytes_find(r->raw, '\n', 0));
    uint16_t code;
    bool more;
    reply_smtp_line(line, &code, &more, &text);
    return text;
}

void smtp_become_lmtp(struct session *s)
{
    smtp_of(s)->lmtp = true;
    session_info(s)->protocol = "lmtp";
}

#define PORT_LMTP 24

void smtp_guess_lmtp(struct session *s)
{
    const struct smtp *x = smtp_of(s);
    const struct flow_info *flow = session_info(s)->flow;
    bool port = flow->end[0].port == PORT_LMTP || flow->end[1].port == PORT_LMTP;
    bool greeting_lost = x->unsure || !smtp_client_seen(s);
    if (port && greeting_lost && !x->helloed && !x->lmtp) {
        smtp_become_lmtp(s);
    }
}

void smtp_banner(struct session *s, const struct reply *r, const struct frame *f)
{
    struct session_info *info = session_info(s);
    struct bytes text = banner_text(r);
    if (info->banner.p == NULL && !(r->torn && r->lines <= 1)) { /* of a piece no name is made */
        info->banner = session_keep(s, text);
    }
    if (bytes_search(text, "LMTP", 0) != SIZE_MAX) {
        smtp_become_lmtp(s);
    }
    if (smtp_of(s)->wait == PEEK_START) {
        smtp_of(s)->unsure = false;
        smtp_go_on(s, MODE_LINE, 0);
    }
    if (smtp_ok(r) && in_state(s, "CONNECT")) {
        session_set_state(s, "GREETED", f, true);
    }
}

/* ---- EHLO, HELO, LHLO ---- */

/* The lines behind the first, without their codes (RFC 5321 4.1.1.1); of those that broke off
 * nothing is known. */
static void keep_capabilities(struct session *s, const struct reply *r)
{
    struct session_info *info = session_info(s);
    struct buf offer;
    struct bytes rest = r->raw, line, text;
    uint16_t code;
    bool more;
    buf_init(&offer, 65536);
    buf_room(&offer, r->raw.n < 65536 ? r->raw.n : 0);
    for (uint32_t n = 0; bytes_split(&rest, '\n', &line); n++) {
        reply_smtp_line(line, &code, &more, &text);
        if (n > 0 && text.n > 0 && !(n < 64 && r->torn_lines >> n & 1)) {
            if (offer.n > 0) {
                buf_add_byte(&offer, '\n');
            }
            buf_add(&offer, text);
        }
    }
    if (!bytes_equal(buf_bytes(&offer), info->capabilities)) {
        info->capabilities = session_keep(s, buf_bytes(&offer));
    }
    buf_done(&offer);
}

static void hello_answered(struct session *s, struct pending *p, const struct reply *r,
                           const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct session_info *info = session_info(s);
    if (smtp_ok(r)) {
        struct bytes name = p->command.argument;
        name = bytes_word(&name);
        if (!(p->command.flags & COMMAND_TORN) && !bytes_equal(name, info->client_name)) {
            info->client_name = session_keep(s, name);
        }
        if (p->tag != SMTP_HELO) {
            keep_capabilities(s, r);
        }
        if (p->tag == SMTP_LHLO) {
            smtp_become_lmtp(s);
        }
        x->helloed = x->hello_ok = x->nothing_open = true;
        x->unsure = false;
        smtp_transaction_reset(s, p->exchange);
        session_set_state(s, "READY", f, true);
    } else if (smtp_refused(r)) {
        x->helloed = x->hello_ok;
    } else if (r == NULL && p->tag == SMTP_LHLO) { /* nobody else says that */
        smtp_become_lmtp(s);
    }
}

/* ---- others ---- */

static void rset_answered(struct session *s, struct pending *p, const struct reply *r,
                          const struct frame *f)
{
    smtp_transaction_reset(s, p->exchange);
    if (smtp_ok(r)) {
        smtp_of(s)->nothing_open = true;
        smtp_ready(s, f);
    }
}

static void data_answered(struct session *s, struct pending *p, const struct reply *r,
                          const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = smtp_transaction_real(p->exchange);
    if (r == NULL || t == NULL) {
        return;
    }
    if (r->status == REPLY_CONTINUE) {
        session_set_state(s, "DATA", f, is_legal(p));
        smtp_of(s)->verdict_lost = false;
        smtp_go_on(s, MODE_BODY, 0);
    } else if (smtp_refused(r)) {
        smtp_data_refused(s, t, r);
    } else if (x->body == t && t->message == NULL) {
        smtp_wait_on(s, PEEK_AFTER_DATA);
    }
}

static void quit_answered(struct session *s, struct pending *p, const struct reply *r,
                          const struct frame *f)
{
    if (smtp_ok(r)) {
        session_set_state(s, "QUIT", f, is_legal(p));
        session_info(s)->end = END_QUIT;
    }
}

static void restart(struct session *s)
{
    struct smtp *x = smtp_of(s);
    smtp_transaction_reset(s, x->open);
    x->helloed = x->hello_ok = x->logged_in = false;
}

/* The client's framing changes under a transfer: by the rules there is none. */
static void abandon_transfer(struct session *s)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->body ? x->body : x->chunk;
    x->body = x->chunk = NULL;
    smtp_transaction_reset(s, t);
}

static void starttls_answered(struct session *s, struct pending *p, const struct reply *r,
                              const struct frame *f)
{
    if (smtp_ok(r) && f != NULL) {
        session_set_state(s, "STARTTLS", f, is_legal(p));
        abandon_transfer(s);
        restart(s);
        smtp_wait_on(s, WAIT_TLS); /* also where it was being peeked at */
        smtp_of(s)->wait = WAIT_NONE;
        session_start_tls(s);
    } else if (r != NULL) {
        smtp_go_on(s, MODE_LINE, 0);
    }
}

static void turn_answered(struct session *s, struct pending *p, const struct reply *r,
                          const struct frame *f)
{
    if (r == NULL) {
        return;
    }
    smtp_go_on(s, MODE_LINE, 0);
    if (smtp_ok(r)) { /* the other end greets now (RFC 821 3.8, RFC 2645 3) */
        session_set_state(s, "CONNECT", f, is_legal(p));
        abandon_transfer(s);
        restart(s);
        session_swap_roles(s);
        smtp_of(s)->banner_due = true;
    }
}

static void xclient_answered(struct session *s, struct pending *p, const struct reply *r,
                             const struct frame *f)
{
    if (smtp_ok(r)) {
        restart(s);
        session_set_state(s, "GREETED", f, is_legal(p));
    }
}

static void binary_answered(struct session *s, struct pending *p, const struct reply *r,
                            const struct frame *f)
{
    (void)f;
    if (r == NULL) {
        return;
    }
    if (r->status == REPLY_CONTINUE && p->answers++ == 0) {
        smtp_go_on(s, MODE_COUNT, p->number);
    } else {
        smtp_go_on(s, MODE_LINE, 0);
    }
}

/* "HELLO x", accepted, is a greeting (protocols.md, dialog 1). */
static bool is_misspelt_hello(const struct pending *p)
{
    return bytes_starts(p->command.word, "HEL") || bytes_starts(p->command.word, "EHL") ||
           bytes_starts(p->command.word, "HAL");
}

/* 354, or a line of which only "3" or "35" was captured. */
static bool is_go_ahead(const struct reply *r)
{
    return r != NULL && (r->code == 354 || (r->code == 0 && r->status == REPLY_CONTINUE));
}

static void unknown_answered(struct session *s, struct pending *p, const struct reply *r,
                             const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    if (smtp_ok(r) && !x->helloed && is_misspelt_hello(p)) {
        struct bytes name = p->command.argument;
        session_info(s)->client_name = session_keep(s, bytes_word(&name));
        x->helloed = x->hello_ok = true;
        session_set_state(s, "READY", f, false);
    } else if (is_go_ahead(r) && (p->command.flags & COMMAND_TORN) && x->body == NULL &&
               x->chunk == NULL) {
        smtp_go_ahead_unasked(s, r, f); /* a DATA of which the capture lost a part */
    } else if (smtp_refused(r) && !x->replies_lost &&
               ++x->unknown >= session_limits(s)->unknown_commands) {
        smtp_note_once(s, TOLD_NOT_MAIL, NOTE_ID_NOT_MAIL_DIALOG, p->command.line, f);
        session_give_up(s);
    }
}

/* ---- dispatch ---- */

typedef void answer_fn(struct session *s, struct pending *p, const struct reply *r,
                       const struct frame *f);

static answer_fn *const answers[SMTP_VERB_COUNT] = {
    [SMTP_UNKNOWN] = unknown_answered,   [SMTP_MAIL] = smtp_mail_answered,
    [SMTP_SEND] = smtp_mail_answered,    [SMTP_SOML] = smtp_mail_answered,
    [SMTP_SAML] = smtp_mail_answered,    [SMTP_RCPT] = smtp_rcpt_answered,
    [SMTP_DATA] = data_answered,         [SMTP_BDAT] = smtp_bdat_answered,
    [SMTP_VERDICT] = smtp_verdict,       [SMTP_QUIT] = quit_answered,
    [SMTP_EHLO] = hello_answered,        [SMTP_HELO] = hello_answered,
    [SMTP_LHLO] = hello_answered,        [SMTP_RSET] = rset_answered,
    [SMTP_AUTH] = smtp_auth_answered,    [SMTP_X_EXPS] = smtp_auth_answered,
    [SMTP_STARTTLS] = starttls_answered, [SMTP_X_ANONYMOUSTLS] = starttls_answered,
    [SMTP_TURN] = turn_answered,         [SMTP_ATRN] = turn_answered,
    [SMTP_XCLIENT] = xclient_answered,   [SMTP_XEXCH50] = binary_answered,
};

void smtp_answered(struct session *s, struct pending *p, const struct reply *r,
                   const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    if (p->tag != SMTP_UNKNOWN) {
        x->unknown = 0;
    }
    if (answers[p->tag] != NULL) {
        answers[p->tag](s, p, r, f);
    }
}

void smtp_unanswered(struct session *s, struct pending *p)
{
    bool login = p->tag == SMTP_AUTH || p->tag == SMTP_X_EXPS;
    smtp_answered(s, p, NULL, NULL);
    if (!login && p->exchange != NULL) {
        struct transaction *t = p->exchange;
        p->exchange = NULL;
        smtp_transaction_release(s, t);
    }
}

/* ---- replies nobody asked for ---- */

/* Only the server was captured: its replies tell how far the client got. */
static void follow_server(struct session *s, const struct reply *r, const struct frame *f)
{
    if (r->code == 354) {
        session_set_state(s, "DATA", f, true);
    } else if (r->code == 221) {
        session_set_state(s, "QUIT", f, true);
        session_info(s)->end = END_QUIT;
    } else if (r->code == 220 && bytes_search(r->raw, "TLS", 0) != SIZE_MAX) {
        session_set_state(s, "STARTTLS", f, true);
        session_start_tls(s);
    } else if (smtp_ok(r) && in_state(s, "GREETED")) {
        if (r->lines > 1 && r->code == 250) {
            keep_capabilities(s, r);
        }
        session_set_state(s, "READY", f, true);
    } else if (smtp_ok(r)) {
        smtp_ready(s, f);
    }
}

void smtp_unasked(struct session *s, const struct reply *r, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    x->stray_answer = x->challenged = r->code == 334;
    smtp_guess_lmtp(s);
    if (is_go_ahead(r) && x->unsure && x->body == NULL && x->chunk == NULL &&
        session_oldest(s) == NULL) {
        smtp_go_ahead_unasked(s, r, f);
    } else if (r->code == 220 && x->group_cut && smtp_client_seen(s) && x->body == NULL &&
               x->chunk == NULL && bytes_search(r->raw, "TLS", 0) != SIZE_MAX) {
        session_set_state(s, "STARTTLS", f, true); /* STARTTLS was lost */
        restart(s);
        session_start_tls(s);
    } else if (!smtp_client_seen(s)) {
        follow_server(s, r, f);
    } else if (r->code == 221 && x->unsure) { /* QUIT was lost */
        session_set_state(s, "QUIT", f, true);
        session_info(s)->end = END_QUIT;
    } else if (x->body != NULL && x->body->message != NULL && r->status != REPLY_CONTINUE) {
        smtp_early_verdict(s, r);
    }
}
