/* The text of messages: DATA to its lone dot, BDAT chunks by their sizes (RFC 3030). */
#include "dissect/smtp.h"

#define MOST_CHUNK ((uint64_t)INT64_MAX)

static struct message *new_message(struct session *s, struct transaction *t, enum transfer transfer,
                                   const struct frame *f)
{
    if (t->message == NULL) {
        t->message = session_message_begin(s, transfer, f->dir, f);
        smtp_envelope(t);
    }
    return t->message;
}

/* ---- DATA ---- */

void smtp_data(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    (void)f;
    x->body = x->open;
    if (x->body == NULL) {
        x->body = smtp_transaction_new(s);
        x->body->headless = x->unsure && !x->nothing_open;
    }
    smtp_transaction_use(p, x->body);
    smtp_wait(s, smtp_server_seen(s) ? WAIT_DATA : PEEK_AFTER_DATA);
}

static void note_count(struct session *s, enum note_id id, uint64_t count, uint64_t first,
                       const struct frame *f)
{
    if (count > 0) {
        struct buf text;
        buf_init(&text, 100);
        buf_printf(&text, "%llu in the message, the first at byte %llu", (unsigned long long)count,
                   (unsigned long long)first);
        session_note(s, id, buf_bytes(&text), f);
        buf_done(&text);
    }
}

/* What is odd in the bytes of a message, one finding a kind. */
void smtp_note_oddities(struct session *s, const struct body_oddities *odd, const struct frame *f)
{
    if (odd->bare_cr + odd->bare_lf + odd->nul + odd->longest_line == 0) {
        return;
    }
    note_count(s, NOTE_ID_BARE_LF, odd->bare_lf, odd->first_bare_lf, f);
    note_count(s, NOTE_ID_BARE_CR, odd->bare_cr, odd->first_bare_cr, f);
    note_count(s, NOTE_ID_NUL_BYTE, odd->nul, odd->first_nul, f);
    if (odd->longest_line > 0) {
        struct buf text;
        buf_init(&text, 60);
        buf_printf(&text, "a line of %llu bytes with CRLF",
                   (unsigned long long)odd->longest_line + 1);
        session_note(s, NOTE_ID_LINE_TOO_LONG, buf_bytes(&text), f);
        buf_done(&text);
    }
}

void smtp_body_over(struct session *s, const struct frame *f, bool complete)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->body;
    struct message *m = new_message(s, t, TRANSFER_DATA, f);
    if (f->variant != EOD_STRICT) {
        m->end_of_data = eod_variant_name(f->variant);
    }
    session_message_end(s, m, f, complete && !t->partial);
    t->body_over = true;
    x->body = NULL;
    x->group_cut = x->heard = false; /* the client waited for the go-ahead */
    if (x->open == t) {
        x->open = NULL;
    }
    if (t->decided || t->after_refusal) {
        if (t->refusal != NULL) {
            smtp_verdict_fill(s, t, t->refusal);
            m->wait = TIME_UNKNOWN;
        }
        smtp_message_tell(s, t);
        smtp_transaction_sweep(s, t);
        return;
    }
    smtp_transaction_use(session_await_verdict(s, f, m, SMTP_VERDICT), t);
}

void smtp_body_frame(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct message *m = new_message(s, x->body, TRANSFER_DATA, f);
    switch (f->kind) {
    case FRAME_DATA:
        session_message_data(s, m, f);
        break;
    case FRAME_GAP:
        session_message_gap(s, m, f);
        break;
    case FRAME_AMBIGUOUS:
        smtp_eod_ambiguous(s, f);
        break;
    case FRAME_BODY_END:
        if (!smtp_eod_strict(s, f)) {
            struct body_oddities odd = framer_oddities(session_framer(s, f->dir));
            smtp_note_oddities(s, &odd, f);
            smtp_body_over(s, f, true);
        }
        break;
    default:
        break;
    }
}

/* ---- BDAT ---- */

/* "n" or "n LAST"; false when there is no such size. */
static bool read_chunk(struct bytes argument, uint64_t *size, bool *last)
{
    struct bytes number = bytes_word(&argument);
    *last = bytes_is(argument, "LAST");
    return bytes_u64(number, size) && *size <= MOST_CHUNK && (*last || argument.n == 0);
}

/* The chunk belongs to the open transaction's message, or to one of which the beginning was not
 * seen; to none where there is no transaction. */
static void begin_chunk(struct session *s, struct pending *p, uint64_t size)
{
    struct smtp *x = smtp_of(s);
    if (x->open == NULL && x->unsure && !x->nothing_open) {
        x->open = smtp_transaction_new(s);
        x->open->chunk_lost = true;
        smtp_transaction_use(p, x->open);
    }
    x->chunk = x->open;
    if (x->chunk != NULL) {
        const struct command *c = &p->command;
        struct frame at = {.dir = c->dir, .time = c->time, .packet = c->packet};
        p->message = new_message(s, x->chunk, TRANSFER_BDAT, &at);
        x->chunk->chunks += size;
        if (x->chunk_last) {
            x->open = NULL;
        }
    }
}

/* Is it only the server's answer that will tell whether there is a transaction? */
static bool in_doubt(const struct smtp *x)
{
    const struct transaction *t = x->open;
    if (t == NULL) {
        return x->unsure && !x->nothing_open;
    }
    return !t->answered && !t->headless && t->outer == NULL && t->message == NULL;
}

/* The chunk's bytes follow whatever the server thinks of the command (RFC 3030 2). Outside of a
 * transaction they belong to no message. */
void smtp_bdat(struct session *s, const struct frame *f, struct pending *p)
{
    struct smtp *x = smtp_of(s);
    uint64_t size = 0;
    bool last = false;
    if (!read_chunk(p->command.argument, &size, &last)) {
        if (!(p->command.flags & COMMAND_TORN)) {
            session_note(s, NOTE_ID_BDAT_INVALID, f->data, f);
        }
        return;
    }
    x->chunk_last = last;
    p->number = last ? 1 : 0;
    if (x->open != NULL) {
        smtp_transaction_use(p, x->open);
    }
    if (in_doubt(x) && smtp_server_seen(s)) {
        x->chunk_size = size;
        smtp_wait(s, WAIT_CHUNK);
        return;
    }
    begin_chunk(s, p, size);
    session_want(s, MODE_COUNT, size);
}

/* The command whose chunk waits: the last one, as the client is on hold. */
static struct pending *waiting_bdat(struct session *s)
{
    struct pending *p = session_oldest(s);
    while (p != NULL && p->next != NULL) {
        p = p->next;
    }
    return p != NULL && p->tag == SMTP_BDAT ? p : NULL;
}

void smtp_chunk_take(struct session *s)
{
    struct smtp *x = smtp_of(s);
    struct pending *p = waiting_bdat(s);
    x->wait = WAIT_NONE;
    if (p != NULL) {
        begin_chunk(s, p, x->chunk_size);
    }
}

void smtp_chunk_choose(struct session *s, const struct frame *f)
{
    (void)f;
    smtp_chunk_take(s);
    session_want(s, MODE_COUNT, smtp_of(s)->chunk_size);
}

/* Replies to a BDAT that no transaction is open for, or of a server that knows none. */
static bool says_no_transaction(const struct reply *r)
{
    return r->code == 503 || r->code == 500 || r->code == 502;
}

/* The MAIL of t, if it waits for its answer. */
static const struct pending *mail_of(struct session *s, const struct transaction *t)
{
    const struct pending *p = session_oldest(s);
    while (p != NULL && (t == NULL || p->exchange != t)) {
        p = p->next;
    }
    return p != NULL && p->tag != SMTP_RCPT && p->tag != SMTP_BDAT ? p : NULL;
}

void smtp_chunk_by_reply(struct session *s, const struct reply *r)
{
    struct smtp *x = smtp_of(s);
    const struct pending *bdat = waiting_bdat(s), *mail = mail_of(s, x->open);
    const struct pending *telling = mail != NULL ? mail : x->open == NULL ? bdat : NULL;
    if (telling != NULL && (x->banner_due || session_oldest(s) != telling)) {
        return;
    }
    bool none = telling != NULL && (mail != NULL ? smtp_refused(r) : says_no_transaction(r));
    if (!none) {
        smtp_chunk_take(s);
    }
    smtp_go_on(s, MODE_COUNT, x->chunk_size);
    session_drain(s, session_commander(s)); /* it was said before that reply */
}

static void chunk_over(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct transaction *t = x->chunk;
    x->chunk = NULL;
    if (x->chunk_last) {
        session_message_end(s, t->message, f, !t->partial && !t->chunk_lost);
        t->body_over = true;
        if (t->decided) {
            smtp_message_tell(s, t);
        }
    }
    smtp_transaction_sweep(s, t);
}

/* Of the missing bytes what belongs to the chunk; behind it commands were lost. */
static void chunk_gap(struct session *s, struct transaction *t, const struct frame *f)
{
    struct message *m = t->message;
    uint64_t left = t->chunks - m->bytes - m->missing;
    struct frame part = *f;
    if (part.missing > left) {
        struct smtp *x = smtp_of(s);
        part.missing = left;
        x->unsure = x->group_cut = true;
        x->cut_before = session_info(s)->commands + 1;
        x->lost = LOST_UNKNOWN;
    }
    session_message_gap(s, m, &part);
}

void smtp_chunk_frame(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct message *m = x->chunk->message;
    if (m == NULL) { /* told already: the connection was given up */
        x->chunk = NULL;
    } else if (f->kind == FRAME_DATA) {
        session_message_data(s, m, f);
    } else if (f->kind == FRAME_GAP) {
        chunk_gap(s, x->chunk, f);
    } else if (f->kind == FRAME_COUNT_END) {
        chunk_over(s, f);
    }
}
