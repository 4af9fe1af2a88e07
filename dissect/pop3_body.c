#include "dissect/pop3_private.h"

#include "capture/base/error.h"
#include "capture/base/pool.h"

#include <stdio.h>
#include <stdlib.h>

#define CAPABILITIES_ROOM 4096u
#define EVIDENCE_ROOM     80

static struct pop3_open *open_of(struct session *s)
{
    return pop3_of(s)->open;
}

static void open_free(struct session *s, struct pop3_open *o)
{
    if (o->capabilities != NULL) {
        buf_done(o->capabilities);
        free(o->capabilities);
    }
    pool_give(session_pool(s), o, sizeof *o + o->line_n);
}

void pop3_open_free(struct session *s)
{
    struct pop3 *st = pop3_of(s);
    if (st->open != NULL) {
        open_free(s, st->open);
        st->open = NULL;
    }
}

/* -- messages */

/* "+OK 120 octets": the size, when the answer tells one (RFC 1939 5 has it in its examples). */
static bool declared_in_reply(const struct pop3_open *o, uint64_t *octets)
{
    enum reply_status status;
    struct bytes text;
    return pop3_status(bytes_make(o->line, o->line_n), &status, &text) &&
           bytes_u64(bytes_word(&text), octets) && bytes_starts(bytes_word(&text), "octet");
}

static void describe(struct session *s, struct message *m, const struct pop3_open *o)
{
    const struct mailbox_book *box = &pop3_of(s)->box;
    m->mailbox_number = o->number;
    if (o->number > 0) {
        m->uid = arena_copy(session_message_arena(m), mailbox_uid(box, o->number));
        m->has_declared = mailbox_size(box, o->number, &m->declared_octets);
    }
    uint64_t octets;
    if (declared_in_reply(o, &octets)) {
        m->has_declared = true;
        m->declared_octets = octets;
    }
}

static void begin_mail(struct session *s, const struct pending *p, const struct frame *f)
{
    struct pop3_open *o = open_of(s);
    bool top = p != NULL && p->tag == POP3_TOP;
    o->message = session_message_begin(s, top ? TRANSFER_TOP : TRANSFER_RETR, FROM_SERVER, f);
    describe(s, o->message, o);
    struct bytes argument = p ? p->command.argument : (struct bytes){NULL, 0};
    bytes_word(&argument);
    o->message->has_lines = top && bytes_u64(bytes_word(&argument), &o->message->lines);
}

static void note_count(struct session *s, enum note_id id, uint64_t count, uint64_t first,
                       const struct frame *f)
{
    char text[EVIDENCE_ROOM];
    if (count > 0) {
        int n = snprintf(text, sizeof text, "%llu, the first at offset %llu",
                         (unsigned long long)count, (unsigned long long)first);
        session_note(s, id, bytes_make(text, (size_t)n), f);
    }
}

static void tell_oddities(struct session *s, const struct frame *f)
{
    struct body_oddities odd = framer_oddities(session_framer(s, FROM_SERVER));
    note_count(s, NOTE_ID_BARE_CR, odd.bare_cr, odd.first_bare_cr, f);
    note_count(s, NOTE_ID_BARE_LF, odd.bare_lf, odd.first_bare_lf, f);
    note_count(s, NOTE_ID_NUL_BYTE, odd.nul, odd.first_nul, f);
}

static void end_mail(struct session *s, struct pop3_open *o, const struct frame *f, bool ended)
{
    struct message *m = o->message;
    session_message_end(s, m, f, ended && !o->gapped);
    m->outcome = ended ? OUTCOME_RETRIEVED : OUTCOME_INCOMPLETE;
    if (ended && !o->gapped) {
        tell_oddities(s, f);
    }
    if (ended && message_is_whole(m)) {
        session_info(s)->mailbox = &pop3_of(s)->box.shown;
        mailbox_add_retrieved(&pop3_of(s)->box, m->mailbox_number);
    }
    session_message_verdict(s, &o->message);
}

/* A line of a message that is read line by line, with the end it had. */
static void mail_line(struct session *s, const struct frame *f)
{
    struct message *m = open_of(s)->message;
    struct frame piece = *f;
    piece.kind = FRAME_DATA;
    if (f->torn && f->offset < f->end_offset) {
        /* the middle of a line: a dot at its start was text, not stuffing */
        size_t end = f->eol == EOL_CRLF ? 2 : f->eol == EOL_LF ? 1 : 0;
        uint64_t all = f->end_offset - f->offset - end - f->skipped;
        if (all > f->data.n) {
            piece.data = bytes_of(".");
            session_message_data(s, m, &piece);
        }
    }
    piece.data = f->data;
    if (f->data.n > 0) {
        session_message_data(s, m, &piece);
    }
    if (f->skipped > 0) {
        piece.missing = f->skipped;
        session_message_gap(s, m, &piece);
    }
    piece.data = f->eol == EOL_CRLF ? bytes_of("\r\n") : bytes_of(f->eol == EOL_LF ? "\n" : "");
    if (piece.data.n > 0) {
        session_message_data(s, m, &piece);
    }
}

/* -- lists */

static void capability(struct session *s, struct pop3_open *o, struct bytes line)
{
    if (o->capabilities == NULL) {
        o->capabilities = xmalloc(sizeof *o->capabilities);
        buf_init(o->capabilities, CAPABILITIES_ROOM);
    } else {
        buf_add_byte(o->capabilities, '\n');
    }
    if (!buf_add(o->capabilities, line)) {
        session_info(s)->truncated = true;
    }
}

static void list_line(struct session *s, const struct frame *f)
{
    struct pop3_open *o = open_of(s);
    struct mailbox_book *box = &pop3_of(s)->box;
    struct bytes rest = f->data;
    uint64_t number, octets;
    o->lines++;
    session_line(s, f);
    if (o->lines == session_limits(s)->mailbox_entries + 1) {
        session_note(s, NOTE_ID_REPLY_OVERSIZED, bytes_make(o->line, o->line_n), f);
    }
    if (f->torn) {
        return;
    }
    if (o->tag == POP3_CAPA) {
        capability(s, o, f->data);
    } else if (o->tag == POP3_LIST && bytes_u64(bytes_word(&rest), &number) &&
               bytes_u64(bytes_word(&rest), &octets)) {
        mailbox_set_size(box, number, octets);
        o->octets = octets > UINT64_MAX - o->octets ? UINT64_MAX : o->octets + octets;
    } else if (o->tag == POP3_UIDL && bytes_u64(bytes_word(&rest), &number)) {
        mailbox_set_uid(box, number, bytes_word(&rest));
    }
}

static void end_list(struct session *s, struct pop3_open *o, bool ended)
{
    struct session_info *info = session_info(s);
    struct mailbox_book *box = &pop3_of(s)->box;
    if (o->capabilities != NULL && !bytes_equal(info->capabilities, buf_bytes(o->capabilities))) {
        info->capabilities = session_keep(s, buf_bytes(o->capabilities));
    }
    if (o->tag == POP3_LIST && ended && !o->gapped && !box->shown.has_messages) {
        mailbox_set_total(box, o->lines, o->octets);
    }
}

/* -- both */

void pop3_open_begin(struct session *s, const struct pending *p, const struct reply *r,
                     enum pop3_shape shape, const struct frame *f)
{
    struct pop3 *st = pop3_of(s);
    struct bytes line = r ? r->raw : (struct bytes){NULL, 0};
    struct pop3_open *o = pool_take_zeroed(session_pool(s), sizeof *o + line.n);
    st->open = o;
    o->shape = (uint8_t)shape;
    o->tag = (uint8_t)(p ? p->tag : POP3_UNKNOWN);
    o->number = p && shape == SHAPE_MAIL ? p->number : 0;
    o->command = p ? p->command.number : 0;
    if (r != NULL) {
        memcpy(o->line, line.p, line.n);
        o->line_n = (uint32_t)line.n;
        o->time = r->time;
        o->end_time = r->end_time;
        o->packet = r->packet;
        o->last_packet = r->last_packet;
        o->torn = r->torn;
    }
    if (shape == SHAPE_MAIL) {
        begin_mail(s, p, f);
    }
    if (r == NULL) { /* its beginning is among what was lost */
        struct frame lost = *f;
        lost.missing = st->lost_bytes;
        o->gapped = true;
        if (shape == SHAPE_MAIL && lost.missing > 0) {
            session_message_gap(s, o->message, &lost);
        }
    }
    session_want(s, shape == SHAPE_MAIL && r != NULL ? MODE_BODY : MODE_LIST, 0);
}

void pop3_open_end(struct session *s, const struct frame *f, bool ended)
{
    struct pop3 *st = pop3_of(s);
    struct pop3_open *o = st->open;
    st->open = NULL; /* what is told from here on may drop commands, and would come back to it */
    st->lost &= !ended;
    if (o->shape == SHAPE_MAIL) {
        end_mail(s, o, f, ended);
    } else {
        end_list(s, o, ended);
    }
    const struct pending *p = session_oldest(s);
    if (o->command != 0 && p != NULL && p->command.number == o->command) {
        struct reply r = {.dir = FROM_SERVER,
                          .status = REPLY_OK,
                          .raw = bytes_make(o->line, o->line_n),
                          .lines = 1,
                          .torn = o->torn,
                          .time = o->time,
                          .end_time = o->end_time,
                          .packet = o->packet,
                          .last_packet = o->last_packet};
        session_answered(s, o->line_n > 0 ? &r : NULL, o->lines);
    }
    open_free(s, o);
}

/* Is more of the message to come, by the size that was declared? */
static bool expects_more(const struct message *m)
{
    return m != NULL && m->has_declared && message_is_whole(m) &&
           m->bytes + m->missing < m->declared_octets;
}

/* A hole in the answer: its end mark may be among what was lost, so from here on lines are read one
 * by one and watched for the next reply. */
static void open_gap(struct session *s, const struct frame *f)
{
    struct pop3_open *o = open_of(s);
    o->gapped = true;
    if (o->shape != SHAPE_MAIL) {
        return;
    }
    session_message_gap(s, o->message, f);
    if (session_framer(s, FROM_SERVER)->mode == MODE_BODY) {
        session_want(s, MODE_LIST, 0);
        framer_start_torn(session_framer(s, FROM_SERVER));
    }
}

/* In an answer with a hole: is this line the reply to the next command already? */
static bool is_next_reply(struct session *s, const struct frame *f)
{
    const struct pop3_open *o = open_of(s);
    const struct pending *p = session_oldest(s);
    enum reply_status status;
    struct bytes text;
    if (!o->gapped || !pop3_status(f->data, &status, &text) || status == REPLY_ODD ||
        expects_more(o->message)) {
        return false;
    }
    return p != NULL && (p->command.number != o->command || p->next != NULL);
}

static void open_line(struct session *s, const struct frame *f)
{
    const struct pop3_open *o = open_of(s);
    if (is_next_reply(s, f)) {
        pop3_open_end(s, f, false);
        const struct pending *p = session_oldest(s);
        if (p != NULL && p->next != NULL) { /* which of them it answers is not known */
            pop3_drop_pending(s);
        }
        session_want(s, MODE_LINE, 0);
        pop3_reply_line(s, f);
    } else if (o->shape == SHAPE_MAIL) {
        mail_line(s, f);
    } else {
        list_line(s, f);
    }
}

void pop3_open_frame(struct session *s, const struct frame *f)
{
    struct pop3_open *o = open_of(s);
    switch (f->kind) {
    case FRAME_LINE:
        open_line(s, f);
        break;
    case FRAME_DATA:
        session_message_data(s, o->message, f);
        break;
    case FRAME_GAP:
        open_gap(s, f);
        break;
    case FRAME_BODY_END:
        if (f->torn && expects_more(o->message)) { /* a dot in the middle of a line */
            struct frame dot = *f;
            dot.kind = FRAME_LINE;
            session_want(s, MODE_LIST, 0);
            open_line(s, &dot);
        } else {
            pop3_open_end(s, f, true);
        }
        break;
    case FRAME_END:
        pop3_open_end(s, f, false);
        break;
    default:
        break;
    }
}
