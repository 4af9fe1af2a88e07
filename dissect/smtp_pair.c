/* Which command a reply answers. They pair in order, with the oldest one that waits (RFC 5321 4.1,
 * RFC 2920), as long as nothing is missing.
 *
 * Behind a hole the order has slipped by a number that nobody knows: of the replies (some commands
 * got theirs in the hole), of the commands (some replies are those of lost ones), or both. What a
 * reply says rules most places out. A reply with several places left is kept back until those
 * behind it leave one, or until the client goes on: then the last reply was that of the last
 * command. What can not be told apart even so is told without a command.
 */
#include "capture/base/error.h"
#include "dissect/smtp.h"

#include <stdlib.h>

#define MOST      32    /* commands and replies compared; with more that wait the oldest is taken */
#define MOST_KEPT 16384 /* bytes of replies kept back */

struct later {
    struct reply r;
    struct frame f;
    bool framed;
    uint8_t text[];
};

struct smtp_later {
    struct later *reply[MOST];
    size_t n;
    size_t bytes; /* of their texts */
};

/* ---- what goes with what ---- */

#define SET(tag) ((uint64_t)1 << (tag))

/* Commands that alone get such a reply, as a set of tags; 0: any may. */
static uint64_t particular_to(const struct reply *r)
{
    switch (r->code) {
    case 354:
        return SET(SMTP_DATA) | SET(SMTP_XEXCH50);
    case 334:
    case 235:
    case 535:
        return SET(SMTP_AUTH) | SET(SMTP_X_EXPS);
    case 221:
        return SET(SMTP_QUIT);
    default:
        break;
    }
    if (r->status == REPLY_OK && r->enhanced.class == 2 && r->enhanced.subject == 1) {
        return r->enhanced.detail == 0   ? SET(SMTP_MAIL)
               : r->enhanced.detail == 5 ? SET(SMTP_RCPT)
                                         : 0;
    }
    if (r->status == REPLY_OK &&
        (bytes_search(r->raw, "queued as", 0) != SIZE_MAX || smtp_tells_chunk(r))) {
        return SET(SMTP_VERDICT) | SET(SMTP_BDAT);
    }
    return 0;
}

/* Nothing else gets such a reply: where its command is not among those that wait, it was lost. */
static bool is_sure(const struct reply *r)
{
    return r->code == 354 || r->code == 334 || r->code == 235 || r->code == 221;
}

static bool fits(const struct pending *p, const struct reply *r)
{
    uint64_t only = particular_to(r);
    if (p->tag == SMTP_UNKNOWN && p->command.flags & COMMAND_TORN) {
        return true; /* "DA", the rest is missing */
    }
    if (only != 0) {
        return only & SET(p->tag);
    }
    if (r->status == REPLY_OK && r->code != 0) { /* they are agreed to with a code of their own */
        return !(SET(p->tag) &
                 (SET(SMTP_DATA) | SET(SMTP_QUIT) | SET(SMTP_AUTH) | SET(SMTP_X_EXPS)));
    }
    return true;
}
#undef SET

/* ---- places ---- */

enum { NOWHERE = -1, SEVERAL = -2 };

/* The commands that wait, the replies kept back, and which of them go together. Lost commands may
 * stand before number `cut`. */
struct places {
    const struct pending *p[MOST];
    size_t commands, replies, cut;
    bool fits[MOST][MOST]; /* by reply, by command */
    bool sure[MOST];       /* it belongs to one of these commands */
    int at[MOST];          /* by reply: its command, NOWHERE that of a lost one, SEVERAL */
    bool any;
};

static bool look(struct session *s, struct places *l)
{
    const struct smtp *x = smtp_of(s);
    *l = (struct places){.replies = x->later->n};
    for (const struct pending *p = session_oldest(s); p != NULL; p = p->next) {
        if (l->commands == MOST) {
            return false;
        }
        if (p->command.number < x->cut_before) {
            l->cut = l->commands + 1;
        }
        l->p[l->commands++] = p;
    }
    for (size_t j = 0; j < l->replies; j++) {
        const struct reply *r = &x->later->reply[j]->r;
        bool one = false;
        for (size_t i = 0; i < l->commands; i++) {
            l->fits[j][i] = fits(l->p[i], r);
            one = one || l->fits[j][i];
        }
        l->sure[j] = one && is_sure(r);
    }
    return l->commands > 0;
}

/* The command of reply j, when `skip` of the commands, the `lost` ones counted where they stood,
 * were answered in holes. */
static int place(const struct places *l, size_t skip, size_t lost, size_t j)
{
    size_t v = skip + j;
    return v < l->cut ? (int)v : v < l->cut + lost ? NOWHERE : (int)(v - lost);
}

static bool possible(const struct places *l, size_t skip, size_t lost)
{
    for (size_t j = 0; j < l->replies; j++) {
        int i = place(l, skip, lost, j);
        if (skip + j >= l->commands + lost || (i == NOWHERE ? l->sure[j] : !l->fits[j][i])) {
            return false;
        }
    }
    return true;
}

static void add(struct places *l, size_t skip, size_t lost)
{
    for (size_t j = 0; j < l->replies; j++) {
        int i = place(l, skip, lost, j);
        l->at[j] = !l->any || l->at[j] == i ? i : SEVERAL;
    }
    l->any = true;
}

/* all_answered: the last reply is that of the last command. */
static void find(const struct smtp *x, struct places *l, bool all_answered)
{
    size_t most_lost = x->group_cut ? l->replies : 0;
    l->any = false;
    for (size_t lost = 0; lost <= most_lost; lost++) {
        size_t most = x->out_of_step ? l->commands + lost : 1;
        for (size_t skip = 0; skip < most; skip++) {
            bool ends = skip + l->replies == l->commands + lost;
            if ((ends || !all_answered) && possible(l, skip, lost)) {
                add(l, skip, lost);
            }
        }
    }
}

static bool is_clear(const struct places *l)
{
    for (size_t j = 0; j < l->replies; j++) {
        if (l->at[j] == SEVERAL) {
            return false;
        }
    }
    return l->any;
}

/* ---- telling ---- */

static bool goes_on(struct session *s, const struct pending *p, const struct reply *r)
{
    switch (p->tag) {
    case SMTP_AUTH:
    case SMTP_X_EXPS:
        return p->exchange != NULL && r->status == REPLY_CONTINUE;
    case SMTP_XEXCH50:
        return p->answers == 0 && r->status == REPLY_CONTINUE;
    case SMTP_VERDICT:
    case SMTP_BDAT:
        return smtp_verdict_goes_on(s, p, r);
    default:
        return false;
    }
}

static void tell_paired(struct session *s, struct pending *p, struct reply *r,
                        const struct frame *f)
{
    r->intermediate = goes_on(s, p, r);
    if (r->intermediate && (p->tag == SMTP_AUTH || p->tag == SMTP_X_EXPS)) {
        r->secret = bytes_from(r->raw, 4);
    }
    session_reply(s, r, p);
    smtp_answered(s, p, r, f);
    if (!r->intermediate) {
        struct transaction *t = p->tag == SMTP_AUTH || p->tag == SMTP_X_EXPS ? NULL : p->exchange;
        session_answered(s, r, 0);
        smtp_transaction_release(s, t);
    }
}

COLD static void tell_unasked(struct session *s, struct reply *r, const struct frame *f)
{
    r->unasked = true;
    session_reply(s, r, NULL);
    smtp_unasked(s, r, f);
}

/* p, and none before it, is what r answers. */
static void tell_at(struct session *s, const struct pending *p, struct reply *r,
                    const struct frame *f)
{
    while (session_oldest(s) != p) {
        session_answered(s, NULL, 0);
    }
    tell_paired(s, session_oldest(s), r, f);
}

/* In step, as far as is known. */
static void tell_next(struct session *s, struct reply *r, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    if (session_oldest(s) == NULL) {
        smtp_end_lost(s, r);
    }
    struct pending *oldest = session_oldest(s), *p = oldest;
    if ((x->replies_lost || x->unsure) && p != NULL && !fits(p, r) && particular_to(r) != 0) {
        while (p != NULL && !fits(p, r)) {
            p = p->next;
        }
        p = p != NULL ? p : x->unsure && is_sure(r) ? NULL : oldest;
    }
    if (p == NULL) {
        tell_unasked(s, r, f);
    } else {
        tell_at(s, p, r, f);
    }
}

/* r answers a lost command: those before that one have their answers. */
COLD static void tell_lost(struct session *s, struct reply *r, const struct frame *f)
{
    const struct smtp *x = smtp_of(s);
    const struct pending *p;
    while ((p = session_oldest(s)) != NULL && p->command.number < x->cut_before) {
        session_answered(s, NULL, 0);
    }
    tell_unasked(s, r, f);
}

static struct smtp_later *take(struct smtp *x)
{
    struct smtp_later *l = x->later;
    x->later = NULL;
    return l;
}

static void done(struct smtp_later *l)
{
    for (size_t j = 0; l != NULL && j < l->n; j++) {
        free(l->reply[j]);
    }
    free(l);
}

/* Tells what was kept back where it belongs. */
COLD static void tell_placed(struct session *s, const struct places *l)
{
    struct smtp *x = smtp_of(s);
    struct smtp_later *kept = take(x);
    for (size_t j = 0; j < kept->n; j++) {
        struct later *k = kept->reply[j];
        const struct frame *f = k->framed ? &k->f : NULL;
        if (!l->any) {
            tell_next(s, &k->r, f);
        } else if (l->at[j] >= 0) {
            x->out_of_step = false;
            x->group_cut = x->group_cut && (size_t)l->at[j] < l->cut;
            tell_at(s, l->p[l->at[j]], &k->r, f);
        } else if (l->at[j] == NOWHERE) {
            tell_lost(s, &k->r, f);
        } else {
            tell_unasked(s, &k->r, f);
        }
    }
    done(kept);
}

/* ---- keeping back ---- */

COLD static void keep(struct session *s, const struct reply *r, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    if (x->later == NULL) {
        x->later = xcalloc(1, sizeof *x->later);
    }
    struct later *k = xmalloc(sizeof *k + r->raw.n);
    *k = (struct later){.r = *r, .framed = f != NULL};
    if (r->raw.n > 0) {
        memcpy(k->text, r->raw.p, r->raw.n);
    }
    k->r.raw = bytes_make(k->text, r->raw.n);
    if (f != NULL) { /* the reply's last line */
        k->f = *f;
        size_t n = f->data.n < r->raw.n ? f->data.n : r->raw.n;
        k->f.data = bytes_from(k->r.raw, r->raw.n - n);
    }
    x->later->bytes += r->raw.n;
    x->later->reply[x->later->n++] = k;
}

static bool in_step(struct session *s)
{
    const struct smtp *x = smtp_of(s);
    return session_oldest(s) == NULL || (!x->out_of_step && !x->group_cut);
}

/* Functions with a struct places stand apart: it is large, and hardly ever needed. */

COLD static void keep_and_place(struct session *s, const struct reply *r, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct places l;
    keep(s, r, f);
    bool small = look(s, &l) && x->later->n < MOST && x->later->bytes < MOST_KEPT;
    find(x, &l, false);
    if (!small || !l.any || is_clear(&l)) {
        tell_placed(s, &l);
    }
}

void smtp_pair(struct session *s, struct reply *r, const struct frame *f)
{
    if (smtp_of(s)->later == NULL && in_step(s)) {
        tell_next(s, r, f);
    } else {
        keep_and_place(s, r, f);
    }
}

/* Tells what is kept back; all_answered: the last reply is that of the last command, if one can be
 * so. */
COLD static void place_kept(struct session *s, bool all_answered)
{
    struct smtp *x = smtp_of(s);
    struct places l;
    look(s, &l);
    find(x, &l, all_answered);
    if (all_answered && !l.any) {
        find(x, &l, false);
    }
    tell_placed(s, &l);
}

void smtp_pair_cut(struct session *s)
{
    if (smtp_of(s)->later != NULL) {
        place_kept(s, false);
    }
}

/* Did the client wait for the replies to all it said? */
static bool waited(struct session *s)
{
    const struct smtp *x = smtp_of(s);
    const struct pending *p = session_oldest(s);
    for (int n = 0; p != NULL && p->next != NULL; p = p->next, n++) {
        if (n == MOST) {
            return false;
        }
    }
    return x->heard && p != NULL &&
           (!x->pipelines || smtp_verb_rules((enum smtp_verb)p->tag) & ENDS_GROUP);
}

void smtp_pair_settle(struct session *s)
{
    struct smtp *x = smtp_of(s);
    if (session_oldest(s) == NULL && x->later == NULL) {
        x->group_cut = x->group_cut && !x->heard;
        return;
    }
    const struct pending *p = session_oldest(s);
    if (p != NULL && x->heard && smtp_verdict_is_open(s, p)) {
        session_answered(s, NULL, 0);
    }
    if (in_step(s) || !waited(s)) {
        return;
    }
    if (x->later != NULL) {
        place_kept(s, true);
    }
    while (x->out_of_step && session_oldest(s) != NULL) {
        session_answered(s, NULL, 0);
    }
    x->out_of_step = x->group_cut = false;
}

size_t smtp_pair_held(struct session *s)
{
    const struct smtp_later *l = smtp_of(s)->later;
    return l == NULL ? 0 : sizeof *l + l->n * sizeof(struct later) + l->bytes;
}

void smtp_pair_free(struct session *s)
{
    done(take(smtp_of(s)));
}
