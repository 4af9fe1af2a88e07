/* SMTP (RFC 5321, 821) and LMTP (RFC 2033): the protocol's row and who gets which frame. */
#include "dissect/smtp.h"

static void smtp_begin(struct session *s)
{
    struct smtp *x = smtp_of(s);
    x->banner_due = true;
    if (session_info(s)->midstream) {
        x->unsure = x->stray_answer = x->loose_payload = true;
        x->wait = PEEK_START;
        framer_mode(session_framer(s, FROM_CLIENT), MODE_PEEK, 3);
    }
}

static void client_frame(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    switch (f->kind) {
    case FRAME_LINE:
        smtp_client_line(s, f);
        break;
    case FRAME_DATA:
    case FRAME_COUNT_END:
        if (smtp_proxy_frame(s, f)) {
            break;
        }
        if (x->chunk != NULL) {
            smtp_chunk_frame(s, f);
        } else if (x->body != NULL) {
            smtp_body_frame(s, f);
        }
        break;
    case FRAME_AMBIGUOUS:
    case FRAME_BODY_END:
        if (x->body != NULL) {
            smtp_body_frame(s, f);
        }
        break;
    case FRAME_GAP:
        smtp_client_gap(s, f);
        break;
    case FRAME_STUCK:
    case FRAME_PEEK:
        smtp_choose(s, f);
        break;
    case FRAME_END:
        smtp_proxy_give_up(s);
        break;
    }
}

static void server_frame(struct session *s, const struct frame *f)
{
    switch (f->kind) {
    case FRAME_LINE:
        if (!smtp_eod_answered(s, f)) {
            smtp_of(s)->heard = true;
            smtp_server_line(s, f);
        }
        break;
    case FRAME_GAP:
        smtp_of(s)->heard = true;
        smtp_reply_gap(s, f);
        smtp_pair_cut(s);
        smtp_server_gap(s);
        break;
    case FRAME_END:
        smtp_reply_settle(s, true);
        break;
    default:
        break;
    }
}

static void smtp_frame(struct session *s, const struct frame *f)
{
    if (f->dir == session_commander(s)) {
        client_frame(s, f);
    } else {
        server_frame(s, f);
    }
}

/* The first of the messages not yet told. */
static struct transaction *first_untold(const struct smtp *x)
{
    struct transaction *first = NULL;
    for (struct transaction *t = x->all; t != NULL; t = t->next) {
        if (t->message != NULL && (first == NULL || t->message->number < first->message->number)) {
            first = t;
        }
    }
    return first;
}

/* What is still open is told: commands without replies, then messages without a verdict. */
static void smtp_close(struct session *s, enum stream_close how)
{
    struct smtp *x = smtp_of(s);
    (void)how;
    smtp_reply_settle(s, true);
    smtp_pair_cut(s);
    if (x->wait == WAIT_CHUNK) {
        smtp_chunk_take(s);
    }
    while (session_oldest(s) != NULL) {
        session_answered(s, NULL, 0);
    }
    x->open = x->body = x->chunk = NULL;
    for (struct transaction *t; (t = first_untold(x)) != NULL;) {
        smtp_message_tell(s, t);
    }
    if (strcmp(session_get_state(s), "QUIT") == 0) {
        session_set_state(s, "CLOSED", NULL, true);
    }
}

static void smtp_done(struct session *s)
{
    smtp_eod_free(s);
    smtp_proxy_free(s);
    smtp_reply_free(s);
    smtp_pair_free(s);
    smtp_transaction_free_all(s);
}

/* Clear text goes on behind an agreed STARTTLS: a decrypted capture, or nobody spoke TLS. */
static void smtp_resumed(struct session *s)
{
    struct smtp *x = smtp_of(s);
    x->wait = WAIT_NONE;
    x->unsure = false;
    session_set_state(s, "GREETED", NULL, true);
}

static size_t smtp_held(struct session *s)
{
    const struct smtp *x = smtp_of(s);
    return smtp_transactions_held(s) + smtp_pair_held(s) + (x->auth ? auth_held(x->auth->auth) : 0);
}

static const uint16_t ports[] = {25, 587, 2525, 24, 0};
static const uint16_t tls_ports[] = {465, 0};

const struct protocol protocol_smtp = {
    .name = "smtp",
    .label = "SMTP",
    .ports = ports,
    .tls_ports = tls_ports,
    .alpn = NULL,
    .state_size = sizeof(struct smtp),
    .first_state = "CONNECT",
    .tls_state = "TLS",
    .login_state = "AUTH",
    .greeter = FROM_SERVER,
    .probe = smtp_probe,
    .begin = smtp_begin,
    .frame = smtp_frame,
    .close = smtp_close,
    .resumed = smtp_resumed,
    .done = smtp_done,
    .unanswered = smtp_unanswered,
    .decide = smtp_eod_decide,
    .held = smtp_held,
};
