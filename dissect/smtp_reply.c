/* Reply lines into replies (RFC 5321 4.2).
 *
 * A reply of one line is told straight from its frame. Lines without a code, and a reply
 * that a gap cut, stay open for a line that belongs to them until the client goes on.
 */
#include "dissect/reply.h"

#include "capture/base/pool.h"
#include "dissect/smtp.h"

#define MANY_LINES  1000
#define KEPT_TEXT   65536
#define USUAL_REPLY 512 /* most EHLO replies fit; limits.reply_bytes is never below */

struct smtp_reply_in {
    struct buf raw;
    struct reply r;
    bool loose;   /* so far without a code */
    bool cut;     /* a gap interrupted it */
    bool changed; /* its lines have different codes */
};

struct bytes smtp_reply_text(const struct reply *r, struct buf *scratch)
{
    if (r->lines <= 1) {
        struct bytes text;
        uint16_t code;
        bool more;
        reply_smtp_line(r->raw, &code, &more, &text);
        return text;
    }
    buf_clear(scratch);
    buf_room(scratch, r->raw.n);
    reply_text(r, scratch);
    return buf_bytes(scratch);
}

struct bytes smtp_reply_kept(const struct session *s, const struct reply *r, struct arena *arena)
{
    struct buf scratch;
    buf_init(&scratch, KEPT_TEXT);
    struct bytes kept = session_masked_copy(s, smtp_reply_text(r, &scratch), arena);
    buf_done(&scratch);
    return kept;
}

static void free_reply(struct session *s, struct smtp_reply_in *in)
{
    buf_done(&in->raw);
    pool_give(session_pool(s), in, sizeof *in);
}

void smtp_reply_free(struct session *s)
{
    struct smtp *x = smtp_of(s);
    if (x->reply != NULL) {
        free_reply(s, x->reply);
        x->reply = NULL;
    }
}

/* ---- whole replies ---- */

/* The greeting comes first, whatever the client already said (RFC 5321 3.1); only when the start
 * was not captured, or a server never greeted, the first reply is one to a command. */
static bool is_banner(struct session *s, const struct reply *r)
{
    const struct pending *p = session_oldest(s);
    if (session_info(s)->midstream || smtp_of(s)->replies_lost) {
        return r->code == 220 && (p == NULL || p->tag == SMTP_UNKNOWN || p->tag == SMTP_EHLO ||
                                  p->tag == SMTP_HELO || p->tag == SMTP_LHLO);
    }
    return p == NULL || r->code == 220 || (r->status != REPLY_OK && r->status != REPLY_CONTINUE);
}

/* A whole reply. f: its last line, or NULL when that was not seen. */
static void tell_reply(struct session *s, struct reply *r, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    if (x->banner_due) {
        x->banner_due = false;
        if (is_banner(s, r)) {
            r->greeting = true;
            session_reply(s, r, NULL);
            smtp_banner(s, r, f);
            return;
        }
    }
    smtp_before_reply(s, r);
    smtp_pair(s, r, f);
}

/* ---- lines ---- */

static void read_enhanced(struct reply *r, struct bytes text)
{
    struct bytes rest;
    if (text.n >= 5 && ascii_is_digit(text.p[0])) {
        reply_enhanced(text, &r->enhanced, &rest);
    }
}

/* Of a line that broke off behind its first digit the class is still known. */
static enum reply_status status_of(uint16_t code, struct bytes line, bool torn)
{
    int digit = bytes_at(line, 0);
    if (code == 0 && torn && line.n < 3 && digit >= '2' && digit <= '5') {
        return reply_smtp_status((uint16_t)(100 * (digit - '0')));
    }
    return reply_smtp_status(code);
}

static void tell_line(struct session *s, const struct frame *f, uint16_t code, struct bytes text)
{
    struct reply r = reply_of_line(f, status_of(code, f->data, f->torn));
    r.code = code;
    /* behind a hole, but with a code at its start: it is whole */
    r.torn = f->torn && (code == 0 || f->eol == EOL_NONE);
    if (code != 0) {
        read_enhanced(&r, text);
    }
    tell_reply(s, &r, f);
}

static void close_reply(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct smtp_reply_in *in = x->reply;
    x->reply = NULL; /* telling it may open another one */
    in->r.raw = buf_bytes(&in->raw);
    in->r.status = reply_smtp_status(in->r.code);
    if (in->changed) {
        session_note(s, NOTE_ID_REPLY_INCONSISTENT, bytes_sub(in->r.raw, 0, 200), f);
    }
    tell_reply(s, &in->r, f);
    free_reply(s, in);
}

static struct smtp_reply_in *open_reply(struct session *s, const struct frame *f)
{
    struct smtp_reply_in *in = pool_take_zeroed(session_pool(s), sizeof *in);
    buf_init(&in->raw, (size_t)session_limits(s)->reply_bytes);
    buf_room(&in->raw, USUAL_REPLY);
    in->r = (struct reply){.dir = f->dir, .time = f->time, .packet = f->packet};
    smtp_of(s)->reply = in;
    return in;
}

static void note_oversized(struct session *s, struct smtp_reply_in *in, bool was_full,
                           const struct frame *f)
{
    if (in->r.lines == MANY_LINES || (in->raw.full && !was_full && in->r.lines < MANY_LINES)) {
        session_note(s, NOTE_ID_REPLY_OVERSIZED, bytes_sub(buf_bytes(&in->raw), 0, 200), f);
    }
}

static void add_line(struct session *s, struct smtp_reply_in *in, const struct frame *f,
                     uint16_t code, struct bytes text)
{
    bool was_full = in->raw.full;
    if (in->r.lines > 0 && !in->raw.full) {
        buf_add_byte(&in->raw, '\n');
    }
    if (!in->raw.full) {
        buf_add(&in->raw, f->data);
    }
    if ((f->torn && (code == 0 || f->eol == EOL_NONE)) && in->r.lines < 64) {
        in->r.torn_lines |= (uint64_t)1 << in->r.lines;
    }
    in->r.lines++;
    in->r.torn = in->r.torn || f->torn;
    in->r.end_time = f->end_time;
    in->r.last_packet = f->last_packet;
    if (code != 0) {
        in->changed = in->changed || (in->r.code != 0 && in->r.code != code);
        if (in->r.code == 0) {
            read_enhanced(&in->r, text);
        }
        in->r.code = code; /* the last line's is what senders act on */
        in->loose = false;
    }
    note_oversized(s, in, was_full, f);
}

static bool client_waits(struct session *s)
{
    return session_on_hold(s, session_commander(s));
}

/* A line without a code, and none is open: part of a reply whose code may still come. */
static bool stays_open(struct session *s, const struct frame *f)
{
    const struct pending *p = session_oldest(s);
    if (client_waits(s) || (f->torn && f->data.n < 3)) {
        return false;
    }
    if (!f->torn) {
        return true;
    }
    return p != NULL && (p->tag == SMTP_EHLO || p->tag == SMTP_LHLO || p->tag == SMTP_HELP);
}

void smtp_server_line(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    uint16_t code;
    bool more;
    struct bytes text;
    bool coded = reply_smtp_line(f->data, &code, &more, &text);
    if (x->reply != NULL && coded && x->reply->cut && x->reply->r.code != 0 &&
        x->reply->r.code != code) {
        close_reply(s, NULL);
    }
    if (x->reply == NULL) {
        if (coded ? !more : !stays_open(s, f)) {
            tell_line(s, f, code, text);
            return;
        }
        open_reply(s, f)->loose = !coded;
    }
    x->reply->cut = false;
    add_line(s, x->reply, f, code, text);
    if (coded && !more) {
        close_reply(s, f);
    } else if (x->reply->loose && client_waits(s)) {
        close_reply(s, f);
    }
}

void smtp_reply_gap(struct session *s, const struct frame *f)
{
    struct smtp_reply_in *in = smtp_of(s)->reply;
    if (in == NULL) {
        return;
    }
    in->cut = true;
    in->r.torn = true;
    if (client_waits(s)) {
        close_reply(s, f);
    }
}

void smtp_reply_settle(struct session *s, bool last)
{
    struct smtp_reply_in *in = smtp_of(s)->reply;
    if (in != NULL && (in->loose || in->cut || last)) {
        in->r.torn = in->r.torn || (last && !in->loose);
        close_reply(s, NULL);
    }
}
