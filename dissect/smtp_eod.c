/* Ends of data that only some receivers take: checkpoints while the message goes by, the verdict
 * when its strict end and the replies are there (hostile.md 5.1, CVE-2023-51764 and others).
 */
#include "capture/base/error.h"
#include "dissect/smtp.h"
#include "dissect/smtp_reading.h"

#include <stdlib.h>

#define MOST_ENDS 64 /* limits.eod_candidates never exceeds it */

/* A receiver's habit, two bits a variant in smtp.habits: it holds for the whole session. */
enum habit { HABIT_UNKNOWN, HABIT_REFUSES, HABIT_TAKES };

struct end_point {
    enum eod_variant variant;
    uint64_t body_offset, offset, missing;
    uint32_t gaps;
    int64_t time;
    uint64_t packet;
    struct body_oddities odd; /* of the message up to here */
};

struct smtp_eod {
    struct end_point *ends;
    size_t count;
    uint32_t told;   /* variants told as findings, a bit each */
    uint32_t before; /* commands unanswered when it began */
    bool given_up;   /* no more is kept for this message */
    bool has_strict;
    struct frame strict;
};

static enum habit habit_of(const struct smtp *x, enum eod_variant v)
{
    return (enum habit)(x->habits >> (2 * v) & 3);
}

static void set_habit(struct smtp *x, enum eod_variant v, enum habit h)
{
    x->habits = (x->habits & ~((uint32_t)3 << (2 * v))) | (uint32_t)h << (2 * v);
}

void smtp_eod_free(struct session *s)
{
    struct smtp *x = smtp_of(s);
    if (x->eod != NULL) {
        free(x->eod->ends);
        free(x->eod);
        x->eod = NULL;
    }
}

static void note_variant(struct session *s, struct smtp_eod *e, const struct frame *f)
{
    struct buf text;
    if (e->told & 1u << f->variant) {
        return;
    }
    e->told |= 1u << f->variant;
    buf_init(&text, 100);
    buf_printf(&text, "%s at byte %llu of the message", eod_variant_name(f->variant),
               (unsigned long long)f->body_offset);
    session_note(s, NOTE_ID_SMTP_EOD_VARIANT, buf_bytes(&text), f);
    buf_done(&text);
}

static struct smtp_eod *eod_of(struct session *s)
{
    struct smtp *x = smtp_of(s);
    if (x->eod == NULL) {
        x->eod = xcalloc(1, sizeof *x->eod);
    }
    return x->eod;
}

static struct frame frame_at(const struct smtp_eod *e, const struct end_point *p)
{
    return (struct frame){.kind = FRAME_AMBIGUOUS,
                          .dir = e->strict.dir,
                          .variant = p->variant,
                          .offset = p->offset,
                          .end_offset = p->offset,
                          .time = p->time,
                          .end_time = p->time,
                          .packet = p->packet,
                          .last_packet = p->packet};
}

/* What stands behind an end, up to where the message really ended, as another mail transaction. */
static void note_smuggling(struct session *s, const struct smtp_eod *e, struct bytes sent,
                           uint64_t end, const struct smtp_reading *r)
{
    uint64_t last = end - e->ends[0].offset;
    struct bytes hidden = bytes_sub(sent, 0, last < sent.n ? (size_t)last : sent.n);
    for (size_t i = 0; i < e->count; i++) {
        size_t at = (size_t)(e->ends[i].offset - e->ends[0].offset);
        struct frame f = frame_at(e, &e->ends[i]);
        struct buf text;
        buf_init(&text, 1200);
        buf_printf(&text, "%s:", eod_variant_name(f.variant));
        if (smtp_smuggled(bytes_from(hidden, at), &text)) {
            session_note(s, NOTE_ID_SMTP_SMUGGLING, buf_bytes(&text), &f);
            if (r->taken == (int)i && r->mail_code / 100 == 2) {
                session_note(s, NOTE_ID_SMTP_SMUGGLING_ACCEPTED, buf_bytes(&text), &f);
            }
            i = e->count;
        }
        buf_done(&text);
    }
}

/* Has this receiver shown that it reads on behind all ends met so far? */
static bool all_refused(const struct smtp *x, const struct smtp_eod *e)
{
    for (size_t i = 0; i < e->count; i++) {
        if (habit_of(x, e->ends[i].variant) != HABIT_REFUSES) {
            return false;
        }
    }
    return true;
}

/* This receiver has shown that it ends messages so: this one ends here. */
static void end_here(struct session *s, struct smtp_eod *e, const struct frame *f)
{
    struct smtp_reading strict = {.taken = READING_STRICT};
    struct body_oddities odd = framer_oddities(session_framer(s, f->dir));
    if (e->count > 0) {
        e->strict.dir = f->dir;
        note_smuggling(s, e, session_retained(s, f->dir), f->offset, &strict);
    } else {
        session_retain(s, f->dir, f->offset);
    }
    smtp_eod_free(s);
    smtp_note_oddities(s, &odd, f);
    smtp_body_over(s, f, true);
    session_replay(s, f->offset);
}

static void begin_keeping(struct session *s, struct smtp_eod *e, const struct frame *f)
{
    for (const struct pending *p = session_oldest(s); p != NULL; p = p->next) {
        e->before++;
    }
    session_retain(s, f->dir, f->offset);
}

static void add_end(struct session *s, struct smtp_eod *e, const struct frame *f)
{
    const struct message *m = smtp_of(s)->body->message;
    e->ends = xrealloc(e->ends, (e->count + 1) * sizeof *e->ends);
    e->ends[e->count++] = (struct end_point){.variant = f->variant,
                                             .body_offset = f->body_offset,
                                             .offset = f->offset,
                                             .missing = m->missing,
                                             .gaps = m->gaps,
                                             .time = f->end_time,
                                             .packet = f->last_packet,
                                             .odd = framer_oddities(session_framer(s, f->dir))};
}

void smtp_eod_ambiguous(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct smtp_eod *e = eod_of(s);
    note_variant(s, e, f);
    if (e->given_up) {
        return;
    }
    if (habit_of(x, f->variant) == HABIT_TAKES && all_refused(x, e)) {
        end_here(s, e, f);
        return;
    }
    if (e->count >= MOST_ENDS || !session_message_checkpoint(s, x->body->message, f->body_offset)) {
        return; /* strict beyond so many (design.md) */
    }
    if (e->count == 0) {
        begin_keeping(s, e, f);
    }
    add_end(s, e, f);
}

bool smtp_eod_answered(struct session *s, const struct frame *f)
{
    const struct smtp *x = smtp_of(s);
    struct frame end FILLED_LATER;
    bool may_answer = x->body != NULL && x->reply == NULL && !session_retaining(s) &&
                      session_oldest(s) == NULL && f->skipped == 0 && f->eol != EOL_NONE;
    if (!may_answer || !framer_ends_so_far(session_framer(s, session_commander(s)), &end)) {
        return false;
    }
    struct buf line; /* what is kept may move it */
    struct frame kept = *f;
    buf_init(&line, f->data.n);
    buf_add(&line, f->data);
    kept.data = buf_bytes(&line);
    smtp_body_frame(s, &end);
    bool waits = session_retaining(s);
    if (waits) {
        session_retain_line(s, &kept);
    }
    buf_done(&line);
    return waits;
}

/* Would waiting for replies tell anything? */
static bool is_worth_waiting(struct session *s, const struct smtp_eod *e)
{
    bool open = false;
    for (size_t i = 0; i < e->count; i++) {
        open = open || habit_of(smtp_of(s), e->ends[i].variant) == HABIT_UNKNOWN;
    }
    return open && smtp_server_seen(s);
}

static void conclude(struct session *s, bool by_replies);

bool smtp_eod_strict(struct session *s, const struct frame *f)
{
    struct smtp_eod *e = smtp_of(s)->eod;
    if (e == NULL || !session_retaining(s)) {
        smtp_eod_free(s);
        return false;
    }
    e->has_strict = true;
    e->strict = *f;
    if (is_worth_waiting(s, e)) {
        session_retain_all(s, f->end_offset);
    } else { /* the receiver's habit is known, or its side was not captured */
        conclude(s, false);
    }
    return true;
}

/* ---- the decision ---- */

static struct smtp_reading read_evidence(struct session *s, const struct smtp_eod *e,
                                         struct bytes sent)
{
    struct smtp *x = smtp_of(s);
    struct smtp_ending ends[MOST_ENDS];
    enum dir client = session_commander(s);
    for (size_t i = 0; i < e->count; i++) {
        uint64_t at = e->ends[i].offset - e->ends[0].offset;
        ends[i] = (struct smtp_ending){at < sent.n ? (size_t)at : sent.n, e->ends[i].variant};
    }
    uint64_t strict_at = e->has_strict ? e->strict.end_offset - e->ends[0].offset : 0;
    uint32_t recipients = x->body->accepted > 0 ? x->body->accepted : 1;
    struct smtp_evidence evidence = {.sent = sent,
                                     .replied = session_retained(s, dir_other(client)),
                                     .ends = ends,
                                     .count = e->count,
                                     .has_strict = e->has_strict,
                                     .strict_at = strict_at < sent.n ? (size_t)strict_at : sent.n,
                                     .before = e->before,
                                     .owed = x->lmtp ? recipients : 1};
    return smtp_reading(&evidence);
}

static void learn(struct session *s, const struct smtp_eod *e, const struct smtp_reading *r)
{
    struct smtp *x = smtp_of(s);
    if (!smtp_server_seen(s) || (r->taken == READING_STRICT && !e->has_strict)) {
        return;
    }
    for (size_t i = 0; i < e->count && (int)i != r->taken; i++) {
        if (r->taken == READING_STRICT || (int)i < r->taken) {
            set_habit(x, e->ends[i].variant, HABIT_REFUSES);
        }
    }
    if (r->taken != READING_STRICT) {
        set_habit(x, e->ends[r->taken].variant, HABIT_TAKES);
    }
}

/* The receiver ended the message before its strict end. */
static void end_earlier(struct session *s, const struct smtp_eod *e, const struct end_point *p)
{
    struct frame f = frame_at(e, p);
    struct message *m = smtp_of(s)->body->message;
    session_message_cut(s, m, p->body_offset);
    m->missing = p->missing;
    m->gaps = p->gaps;
    smtp_note_oddities(s, &p->odd, &f);
    smtp_body_over(s, &f, true);
    session_replay(s, p->offset);
}

static void end_strictly(struct session *s, const struct smtp_eod *e)
{
    if (e->has_strict) {
        struct body_oddities odd = framer_oddities(session_framer(s, e->strict.dir));
        smtp_note_oddities(s, &odd, &e->strict);
        smtp_body_over(s, &e->strict, true);
    }
    session_replay(s, REPLAY_UNREAD);
}

static void conclude(struct session *s, bool by_replies)
{
    struct smtp *x = smtp_of(s);
    struct smtp_eod *e = x->eod;
    if (e == NULL || x->body == NULL) {
        session_replay(s, REPLAY_UNREAD);
        return;
    }
    e->strict.dir = session_commander(s);
    struct bytes sent = session_retained(s, e->strict.dir);
    struct smtp_reading r = {.taken = READING_STRICT};
    bool torn = !e->has_strict && x->body->message->missing > e->ends[0].missing;
    if (by_replies && !torn) { /* with bytes missing behind it, an end is only possible */
        r = read_evidence(s, e, sent);
        learn(s, e, &r);
    }
    note_smuggling(s, e, sent, e->has_strict ? e->strict.end_offset : UINT64_MAX, &r);
    if (r.taken != READING_STRICT) {
        x->eod = NULL;
        end_earlier(s, e, &e->ends[r.taken]);
    } else if (e->has_strict) {
        x->eod = NULL;
        end_strictly(s, e);
    } else {
        e->given_up = true;
        end_strictly(s, e);
        return;
    }
    free(e->ends);
    free(e);
}

void smtp_eod_decide(struct session *s)
{
    conclude(s, true);
}
