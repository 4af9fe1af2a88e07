#include "dissect/smtp_reading.h"

#include "dissect/reply.h"
#include "dissect/smtp.h"

#define MOST_REPLIES          1024 /* looked at; by then the readings differ */
#define MOST_SHOWN_RECIPIENTS 3
#define MOST_LEAD_LINES       4 /* EHLO, RSET, blank lines ... before a smuggled MAIL */

/* How badly a reading does not fit. */
enum misfit {
    MISFIT_SLIGHT = 1, /* happens, rarely */
    MISFIT_ODD = 2,
    MISFIT_NEVER = 4,
};

/* The margin by which an ambiguous end must fit better than the strict one. */
#define MARGIN 2

struct replies {
    uint16_t code[MOST_REPLIES];
    size_t count;
};

struct walk {
    const struct smtp_evidence *e;
    const struct replies *replies;
    struct bytes sent;
    size_t at;                /* in sent */
    size_t next;              /* in replies */
    enum eod_variant variant; /* an end that this receiver takes besides the strict one */
    unsigned misfit;
    uint16_t mail_code;
    bool closed; /* the receiver said good-bye */
    bool opaque; /* TLS or so: the rest says nothing */
};

static void read_replies(struct bytes text, struct replies *out)
{
    struct bytes line, rest;
    out->count = 0;
    while (out->count < MOST_REPLIES && text.n > 0) {
        uint16_t code;
        bool more;
        size_t lf = bytes_find(text, '\n', 0);
        line = bytes_sub(text, 0, lf);
        text = lf == SIZE_MAX ? bytes_from(text, text.n) : bytes_from(text, lf + 1);
        if (line.n > 0 && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        if (reply_smtp_line(line, &code, &more, &rest) && !more) {
            out->code[out->count++] = code;
        }
    }
}

/* The next reply, or 0. */
static uint16_t reply_next(struct walk *w)
{
    return w->next < w->replies->count ? w->replies->code[w->next++] : 0;
}

/* ---- what was sent ---- */

static bool line_next(struct walk *w, struct bytes *line)
{
    size_t lf = bytes_find(w->sent, '\n', w->at);
    if (lf == SIZE_MAX) {
        return false;
    }
    *line = bytes_sub(w->sent, w->at, lf - w->at);
    if (line->n > 0 && line->p[line->n - 1] == '\r') {
        line->n--;
    }
    w->at = lf + 1;
    return true;
}

static const struct {
    const char *text;
    uint8_t n;
} ends[EOD_COUNT] = {
    [EOD_STRICT] = {"\r\n.\r\n", 5},
    [EOD_LF_DOT_LF] = {"\n.\n", 3},
    [EOD_CR_DOT_CR] = {"\r.\r", 3},
    [EOD_CR_DOT_LF] = {"\r.\n", 3},
    [EOD_LF_DOT_CR] = {"\n.\r", 3},
    [EOD_LF_DOT_CRLF] = {"\n.\r\n", 4},
    [EOD_CRLF_DOT_LF] = {"\r\n.\n", 4},
    [EOD_CR_DOT_CRLF] = {"\r.\r\n", 4},
    [EOD_CRLF_DOT_CR] = {"\r\n.\r", 4},
    [EOD_CRLF_NUL_DOT_CRLF] = {"\r\n\0.\r\n", 6},
    [EOD_CRLF_DOT_NUL_CRLF] = {"\r\n.\0\r\n", 6},
    [EOD_CRLF_DOT_CRCRLF] = {"\r\n.\r\r\n", 6},
    [EOD_CRCRLF_DOT_CRCRLF] = {"\r\r\n.\r\r\n", 7},
};

/* Where v begins in b, or SIZE_MAX. */
static size_t find_end(struct bytes b, enum eod_variant v)
{
    const uint8_t *hit = b.n > 0 ? memmem(b.p, b.n, ends[v].text, ends[v].n) : NULL;
    return hit ? (size_t)(hit - b.p) : SIZE_MAX;
}

/* Passes a message; the line end before it counts as the one before its first dot. False: its end
 * is not there. An ambiguous end inside a strict one is the strict one. */
static bool skip_body(struct walk *w)
{
    size_t from = w->at >= 2 ? w->at - 2 : 0;
    struct bytes rest = bytes_from(w->sent, from);
    size_t strict = find_end(rest, EOD_STRICT);
    size_t other = find_end(bytes_sub(rest, 0, strict), w->variant);
    enum eod_variant v = other < strict ? w->variant : EOD_STRICT;
    size_t start = other < strict ? other : strict;
    w->at = start == SIZE_MAX ? w->sent.n : from + start + ends[v].n;
    return start != SIZE_MAX;
}

/* ---- does a reply fit? ---- */

static unsigned misfit_of(enum smtp_verb v, uint16_t code)
{
    bool auth = v == SMTP_AUTH || v == SMTP_X_EXPS;
    bool go = v == SMTP_DATA || v == SMTP_XEXCH50;
    if ((code == 354 && !go) || ((code == 334 || code == 235) && !auth)) {
        return MISFIT_NEVER;
    }
    if (code == 221) {
        return v == SMTP_QUIT || v == SMTP_UNKNOWN ? 0 : MISFIT_ODD; /* "I can break rules, too" */
    }
    if (code == 421) {
        return 0;
    }
    if (v == SMTP_UNKNOWN) {
        return code < 400 ? MISFIT_ODD : 0;
    }
    if (v == SMTP_QUIT) {
        return MISFIT_ODD;
    }
    bool basic = v == SMTP_MAIL || v == SMTP_RCPT || v == SMTP_DATA || v == SMTP_RSET ||
                 v == SMTP_NOOP || v == SMTP_EHLO || v == SMTP_HELO;
    if (basic && (code == 500 || code == 502)) {
        return MISFIT_SLIGHT;
    }
    return go && code < 300 ? MISFIT_SLIGHT : 0;
}

/* The verdict, or verdicts, on a message. False when none is left. */
static bool walk_verdict(struct walk *w)
{
    uint32_t owed = w->e->owed;
    for (uint32_t i = 0; i < owed; i++) {
        uint16_t code = reply_next(w);
        if (code == 0) {
            w->misfit += i == 0 && !w->closed ? MISFIT_SLIGHT : 0;
            return false;
        }
        if (code == 353) { /* PRDR: one a recipient and the final one; how many is not known here */
            while (w->next + 1 < w->replies->count && w->replies->code[w->next] != 354 &&
                   w->replies->code[w->next + 1] / 100 == 2) {
                w->next++;
            }
            return reply_next(w) != 0;
        }
        w->misfit += code / 100 == 3 ? MISFIT_NEVER : 0;
        w->closed = w->closed || code == 421;
    }
    return true;
}

static void skip_chunk(struct walk *w, struct bytes argument)
{
    uint64_t size = 0;
    size_t left = w->sent.n - w->at;
    if (bytes_u64(bytes_word(&argument), &size)) {
        w->at += size < left ? (size_t)size : left;
    }
}

/* The answers to AUTH: each 334 takes one line. */
static void walk_auth(struct walk *w, uint16_t code)
{
    struct bytes line;
    while (code == 334 && line_next(w, &line)) {
        code = reply_next(w);
    }
}

/* One command and its reply. False: the walk is over. */
static bool walk_command(struct walk *w, struct bytes line)
{
    struct bytes word, argument;
    enum smtp_verb v = smtp_parse(line, &word, &argument);
    if (v == SMTP_BDAT) {
        skip_chunk(w, argument);
    }
    uint16_t code = reply_next(w);
    if (code == 0) {
        w->misfit += w->closed ? 0 : MISFIT_SLIGHT;
        return false;
    }
    w->misfit += misfit_of(v, code);
    if (v == SMTP_MAIL && w->mail_code == 0) {
        w->mail_code = code;
    }
    w->closed = code == 221 || code == 421;
    w->opaque = v == SMTP_STARTTLS && code == 220;
    if (v == SMTP_DATA && code == 354) {
        return skip_body(w) && walk_verdict(w);
    }
    walk_auth(w, v == SMTP_AUTH || v == SMTP_X_EXPS ? code : 0);
    return !w->closed && !w->opaque;
}

/* Replies that no command of this reading explains. */
static unsigned surplus(const struct walk *w)
{
    size_t left = w->replies->count - w->next;
    if (w->opaque || left == 0) {
        return 0;
    }
    uint16_t last = w->replies->code[w->replies->count - 1];
    bool farewell = left == 1 && (last == 421 || last == 221);
    return farewell ? (last == 421 ? 0 : MISFIT_SLIGHT) : MISFIT_NEVER;
}

static struct walk walk_reading(const struct smtp_evidence *e, const struct replies *r,
                                bool ends_here, size_t at, enum eod_variant variant)
{
    struct walk w = {.e = e, .replies = r, .sent = e->sent, .at = at, .variant = variant};
    struct bytes line;
    w.next = e->before < r->count ? e->before : r->count;
    if (ends_here && walk_verdict(&w)) {
        while (line_next(&w, &line) && walk_command(&w, line)) {
        }
    }
    w.misfit += surplus(&w);
    return w;
}

struct smtp_reading smtp_reading(const struct smtp_evidence *e)
{
    struct replies r;
    read_replies(e->replied, &r);
    struct smtp_reading out = {.taken = READING_STRICT};
    struct walk strict = walk_reading(e, &r, e->has_strict, e->strict_at, EOD_STRICT);
    unsigned best = strict.misfit, second = UINT32_MAX;
    for (size_t i = 0; i < e->count; i++) {
        struct walk w = walk_reading(e, &r, true, e->ends[i].at, e->ends[i].variant);
        unsigned bar = out.taken == READING_STRICT ? w.misfit + MARGIN : w.misfit + 1;
        if (bar <= best) {
            second = best < second ? best : second;
            best = w.misfit;
            out.taken = (int)i;
            out.mail_code = w.mail_code;
        } else if (w.misfit < second) {
            second = w.misfit;
        }
    }
    out.certain = r.count > e->before && second >= best + MARGIN;
    return out;
}

/* ---- what a message hides ---- */

static void show(struct buf *out, struct bytes line)
{
    if (out->n > 0) {
        buf_add_str(out, " ");
    }
    buf_add(out, bytes_sub(line, 0, 200));
}

bool smtp_smuggled(struct bytes behind, struct buf *out)
{
    struct walk w = {.sent = behind};
    struct bytes line, word, argument;
    enum smtp_verb v = SMTP_UNKNOWN;
    for (int i = 0; i < MOST_LEAD_LINES && v != SMTP_MAIL && line_next(&w, &line); i++) {
        v = smtp_parse(line, &word, &argument);
        bool lead = v == SMTP_EHLO || v == SMTP_HELO || v == SMTP_LHLO || v == SMTP_RSET ||
                    v == SMTP_NOOP || line.n == 0;
        if (v != SMTP_MAIL && !lead) {
            return false;
        }
    }
    if (v != SMTP_MAIL || !smtp_is_command(line)) {
        return false;
    }
    show(out, line);
    for (int shown = 0; line_next(&w, &line) && smtp_parse(line, &word, &argument) == SMTP_RCPT;) {
        if (shown++ < MOST_SHOWN_RECIPIENTS) {
            show(out, line);
        }
    }
    return true;
}
