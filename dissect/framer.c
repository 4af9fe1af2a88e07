#include "dissect/framer.h"

#include "capture/base/error.h"
#include "capture/base/pool.h"
#include "dissect/framer_body.h"
#include "dissect/framer_carry.h"

static const char *const variant_names[EOD_COUNT] = {
    "CRLF.CRLF",      "LF.LF",       "CR.CR",         "CR.LF",   "LF.CR",
    "LF.CRLF",        "CRLF.LF",     "CR.CRLF",       "CRLF.CR", "CRLF<NUL>.CRLF",
    "CRLF.<NUL>CRLF", "CRLF.CRCRLF", "CRCRLF.CRCRLF",
};

const char *eod_variant_name(enum eod_variant v)
{
    return v < EOD_COUNT ? variant_names[v] : "?";
}

void framer_init(struct framer *f, enum dir dir, const struct limits *limits, struct pool *pool)
{
    *f = (struct framer){.dir = (uint8_t)dir, .mode = MODE_LINE, .limits = limits, .pool = pool};
}

static bool is_hold(unsigned mode)
{
    return mode == MODE_HOLD || mode == MODE_PEEK;
}

void framer_done(struct framer *f)
{
    carry_free(&f->carry);
    carry_free(&f->held);
    pool_give(f->pool, f->body, sizeof *f->body);
    f->body = NULL;
}

size_t framer_held(const struct framer *f)
{
    size_t n = f->body ? sizeof *f->body : 0;
    n += f->carry ? carry_held(f->carry) : 0;
    return n + (f->held ? carry_held(f->held) : 0);
}

struct bytes framer_waiting(const struct framer *f)
{
    bool waits = is_hold(f->mode) && f->carry != NULL && !f->carry->told;
    return waits ? buf_bytes(&f->carry->bytes) : (struct bytes){NULL, 0};
}

void framer_drop_waiting(struct framer *f, size_t n)
{
    size_t have = framer_waiting(f).n;
    if (have > 0) {
        n = n < have ? n : have;
        carry_drop(f->carry, n);
        if (f->carry->bytes.n == 0) {
            carry_free(&f->carry);
        }
    }
}

struct body_oddities framer_oddities(const struct framer *f)
{
    return f->body ? f->body->odd : (struct body_oddities){0};
}

void framer_start_torn(struct framer *f)
{
    f->torn_next = true;
}

void framer_push(struct framer *f, const struct chunk *c)
{
    f->in = c->data;
    f->in_time = c->time;
    f->in_packet = c->packet;
    f->in_offset = c->offset;
}

void framer_push_gap(struct framer *f, const struct gap *g)
{
    f->gap = g;
    f->in_time = g->time;
    f->in_packet = g->packet;
    f->in_offset = g->offset;
}

void framer_push_end(struct framer *f, int64_t time)
{
    f->ended = true;
    f->in_time = time;
}

/* ---- the input: released bytes first, then the pushed view ---- */

struct input {
    struct bytes bytes;
    int64_t time;
    uint64_t packet, offset;
};

/* What one packet brought. */
static inline struct input input_pushed(const struct framer *f)
{
    return (struct input){f->in, f->in_time, f->in_packet, f->in_offset};
}

static struct input input_now(const struct framer *f)
{
    const struct framer_carry *h = f->held;
    if (h != NULL) {
        const struct carry_mark *m;
        struct bytes piece = carry_piece(h, h->done, &m);
        return (struct input){piece, m->time, m->packet, h->offset + h->done};
    }
    return input_pushed(f);
}

static void input_used(struct framer *f, size_t n)
{
    struct framer_carry *h = f->held;
    if (h != NULL) { /* freed only when empty at the next call: frames may still point into it */
        h->done += n;
        return;
    }
    f->in = bytes_from(f->in, n);
    f->in_offset += n;
}

/* ---- the carry: an unfinished line, or a direction on hold ---- */

static struct framer_carry *carry_get(struct framer *f, const struct input *in, uint64_t ceiling)
{
    if (f->carry == NULL) {
        f->carry = carry_new(in->offset, ceiling);
    }
    return f->carry;
}

/* ---- lines ---- */

static struct bytes without_cr(struct bytes line, enum eol *eol)
{
    if (line.n > 0 && line.p[line.n - 1] == '\r') {
        *eol = EOL_CRLF;
        line.n--;
    } else {
        *eol = EOL_LF;
    }
    return line;
}

/* Fills *out with the carried line; the buffer lives until the next call. */
static void give_carried(struct framer *f, struct frame *out, int64_t end_time,
                         uint64_t last_packet)
{
    struct framer_carry *c = f->carry;
    *out = (struct frame){.data = buf_bytes(&c->bytes),
                          .skipped = c->skipped,
                          .time = c->mark[0].time,
                          .packet = c->mark[0].packet,
                          .offset = c->offset,
                          .end_time = end_time,
                          .last_packet = last_packet};
    c->told = true;
}

static void finish_line(struct framer *f, struct frame *out)
{
    out->kind = FRAME_LINE;
    if (out->skipped > 0) { /* the CR, if any, is among what was skipped */
        out->eol = f->carry->last == '\r' ? EOL_CRLF : EOL_LF;
        out->skipped -= out->eol == EOL_CRLF;
    } else {
        out->data = without_cr(out->data, &out->eol);
    }
    if (out->eol == EOL_CRLF) {
        f->saw_crlf = true;
    } else {
        f->saw_lf = true;
    }
    out->torn = f->torn_next;
    f->torn_next = false;
}

/* The usual case: a line that stands whole in the input, with nothing carried from before. False,
 * and nothing done, in any other. */
static inline bool whole_line(struct framer *f, struct input in, struct frame *out)
{
    if (f->carry != NULL) {
        return false;
    }
    size_t lf = bytes_find(in.bytes, '\n', 0);
    if (lf == SIZE_MAX || lf > f->limits->line_bytes) {
        return false;
    }
    input_used(f, lf + 1);
    *out = (struct frame){.data = bytes_sub(in.bytes, 0, lf),
                          .dir = f->dir,
                          .time = in.time,
                          .end_time = in.time,
                          .packet = in.packet,
                          .last_packet = in.packet,
                          .offset = in.offset,
                          .end_offset = in.offset + lf + 1};
    finish_line(f, out);
    return true;
}

static bool next_line(struct framer *f, struct frame *out)
{
    struct input in = input_now(f);
    if (whole_line(f, in, out)) {
        return true;
    }
    if (in.bytes.n == 0) {
        return false;
    }
    size_t lf = bytes_find(in.bytes, '\n', 0);
    struct bytes piece = bytes_sub(in.bytes, 0, lf);
    carry_add(carry_get(f, &in, f->limits->line_bytes), piece, in.time, in.packet);
    input_used(f, piece.n);
    if (lf == SIZE_MAX) {
        return false;
    }
    input_used(f, 1);
    give_carried(f, out, in.time, in.packet);
    out->end_offset = in.offset + piece.n + 1;
    finish_line(f, out);
    return true;
}

/* A list is lines too; a lone dot ends it and a leading dot is stuffing (RFC 1939 3). */
static bool next_list(struct framer *f, struct frame *out)
{
    if (!next_line(f, out)) {
        return false;
    }
    if (bytes_at(out->data, 0) == '.') {
        if (out->data.n == 1 && out->skipped == 0) {
            out->kind = FRAME_BODY_END;
            out->variant = out->eol == EOL_LF ? EOD_LF_DOT_LF : EOD_STRICT;
            f->mode = MODE_LINE;
        }
        out->data = bytes_from(out->data, 1);
    }
    return true;
}

/* ---- bodies, counted and opaque bytes ---- */

static bool next_body(struct framer *f, struct frame *out)
{
    for (;;) {
        struct input in = input_now(f);
        size_t used = 0;
        struct bytes piece = {NULL, 0};
        enum eod_variant variant = EOD_STRICT;
        enum body_step step = body_next(f->body, in.bytes, &used, &piece, &variant);
        input_used(f, used);
        if (step == BODY_MORE || (step == BODY_DATA && piece.n == 0)) {
            if (step == BODY_MORE) {
                return false;
            }
            continue;
        }
        *out = (struct frame){.data = piece,
                              .time = in.time,
                              .end_time = in.time,
                              .packet = in.packet,
                              .last_packet = in.packet,
                              .offset = in.offset,
                              .end_offset = in.offset + used,
                              .variant = variant,
                              .body_offset = f->body->bytes};
        if (step == BODY_DATA) {
            out->kind = FRAME_DATA;
        } else if (step == BODY_AMBIGUOUS) {
            out->kind = FRAME_AMBIGUOUS;
            out->offset = in.offset + used + (uint64_t)(int64_t)f->body->behind;
        } else {
            out->kind = FRAME_BODY_END;
            out->eol = variant == EOD_STRICT ? EOL_CRLF : EOL_LF;
            f->mode = MODE_LINE;
        }
        return true;
    }
}

static bool next_raw(struct framer *f, struct frame *out, uint64_t most)
{
    struct input in = input_now(f);
    struct bytes piece = bytes_sub(in.bytes, 0, most > SIZE_MAX ? SIZE_MAX : (size_t)most);
    if (piece.n == 0) {
        return false;
    }
    input_used(f, piece.n);
    *out = (struct frame){.kind = FRAME_DATA,
                          .data = piece,
                          .time = in.time,
                          .end_time = in.time,
                          .packet = in.packet,
                          .last_packet = in.packet,
                          .offset = in.offset,
                          .end_offset = in.offset + piece.n};
    return true;
}

void framer_give_back(struct framer *f, size_t n)
{
    if (f->held != NULL) {
        f->held->done -= n;
        return;
    }
    f->in = bytes_make(f->in.p - n, f->in.n + n);
    f->in_offset -= n;
}

static bool next_count(struct framer *f, struct frame *out)
{
    if (f->count_left > 0) {
        if (!next_raw(f, out, f->count_left)) {
            return false;
        }
        f->count_left -= out->data.n;
        return true;
    }
    struct input in = input_now(f);
    *out = (struct frame){.kind = FRAME_COUNT_END,
                          .time = in.time,
                          .end_time = in.time,
                          .packet = in.packet,
                          .last_packet = in.packet,
                          .offset = in.offset,
                          .end_offset = in.offset};
    f->mode = MODE_LINE;
    return true;
}

/* ---- hold ---- */

static struct frame plain_frame(const struct framer *f, enum frame_kind kind)
{
    return (struct frame){.kind = kind,
                          .dir = f->dir,
                          .time = f->in_time,
                          .end_time = f->in_time,
                          .packet = f->in_packet,
                          .last_packet = f->in_packet,
                          .offset = f->in_offset,
                          .end_offset = f->in_offset};
}

/* Lines of `piece` that are still wanted by MODE_PEEK. */
static void count_peeked(struct framer *f, struct bytes piece)
{
    size_t at = 0;
    while (f->count_left > 0 && (at = bytes_find(piece, '\n', at)) != SIZE_MAX) {
        f->count_left--;
        at++;
    }
}

static bool holds_bytes(const struct framer *f)
{
    return f->carry != NULL && !f->carry->told;
}

static bool next_hold(struct framer *f, struct frame *out)
{
    for (struct input in = input_now(f); in.bytes.n > 0; in = input_now(f)) {
        struct framer_carry *c = carry_get(f, &in, SIZE_MAX / 2);
        carry_add(c, in.bytes, in.time, in.packet);
        input_used(f, in.bytes.n);
        count_peeked(f, in.bytes);
    }
    if (f->mode == MODE_PEEK && !f->stuck_told && f->count_left == 0) {
        f->stuck_told = true;
        *out = plain_frame(f, FRAME_PEEK);
        out->data = framer_waiting(f);
        return true;
    }
    bool breaks = f->gap != NULL || f->ended;
    if (!f->stuck_told &&
        (f->gap != NULL ||
         (holds_bytes(f) && (f->ended || f->carry->bytes.n >= f->limits->hold_bytes)))) {
        f->stuck_told = true;
        *out = plain_frame(f, FRAME_STUCK);
        return true;
    }
    if (f->stuck_told || breaks) { /* nobody chose: read it as lines */
        framer_mode(f, MODE_LINE, 0);
        return framer_next(f, out);
    }
    return false;
}

void framer_mode(struct framer *f, enum frame_mode mode, uint64_t count)
{
    if (is_hold(f->mode) && !is_hold(mode) && holds_bytes(f)) {
        invariant(f->held == NULL || f->held->done == f->held->bytes.n);
        carry_free(&f->held);
        f->held = f->carry;
        f->carry = NULL;
    }
    f->mode = (uint8_t)mode;
    f->stuck_told = false;
    f->count_left = mode == MODE_COUNT ? count : 0;
    if (mode == MODE_PEEK) {
        f->count_left = count > 0 ? count : 1;
        count_peeked(f, framer_waiting(f));
    }
    if (mode == MODE_BODY) {
        bool resumes = count == BODY_RESUMES && f->body != NULL;
        if (f->body == NULL) {
            f->body = pool_take(f->pool, sizeof *f->body);
        }
        if (!resumes) {
            body_begin(f->body, f->saw_lf && !f->saw_crlf);
        }
        if (count == BODY_TORN) {
            body_gap(f->body);
        }
    }
}

/* ---- input not read yet ---- */

static struct chunk chunk_of(struct input in)
{
    return (struct chunk){in.bytes, in.time, in.packet, in.offset};
}

/* An unfinished line none of which was dropped can be read again. */
static bool line_is_whole(const struct framer *f)
{
    return f->mode == MODE_LINE && holds_bytes(f) && f->carry->skipped == 0;
}

size_t framer_unread(const struct framer *f, struct chunk out[static FRAMER_UNREAD])
{
    size_t n = 0;
    if (line_is_whole(f)) {
        const struct framer_carry *c = f->carry;
        out[n++] =
            (struct chunk){buf_bytes(&c->bytes), c->mark[0].time, c->mark[0].packet, c->offset};
    }
    struct input in = input_now(f);
    if (f->held != NULL) { /* in one piece: told as of its first packet */
        in.bytes = bytes_from(buf_bytes(&f->held->bytes), f->held->done);
        if (in.bytes.n > 0) {
            out[n++] = chunk_of(in);
        }
        in = input_pushed(f);
    }
    if (in.bytes.n > 0) {
        out[n++] = chunk_of(in);
    }
    return n;
}

void framer_drop_unread(struct framer *f)
{
    if (line_is_whole(f)) {
        carry_free(&f->carry);
    }
    carry_free(&f->held);
    f->in_offset += f->in.n;
    f->in = bytes_from(f->in, f->in.n);
}

/* ---- gaps and the end ---- */

bool framer_ends_so_far(struct framer *f, struct frame *out)
{
    enum eod_variant variant;
    if (f->mode != MODE_BODY || input_now(f).bytes.n > 0 || !body_ends_so_far(f->body, &variant)) {
        return false;
    }
    *out = plain_frame(f, FRAME_AMBIGUOUS);
    out->variant = variant;
    out->body_offset = f->body->bytes;
    return true;
}

/* Gives what an interrupted line or body still holds, before the gap or the end is told. */
static bool give_rest(struct framer *f, struct frame *out)
{
    if (f->carry != NULL && (f->mode == MODE_LINE || f->mode == MODE_LIST)) {
        give_carried(f, out, f->in_time, f->in_packet);
        out->kind = FRAME_LINE;
        out->eol = EOL_NONE;
        out->torn = true;
        out->end_offset = out->offset + out->data.n + out->skipped;
        if (out->data.n > 0 && out->data.p[out->data.n - 1] == '\r') {
            out->data.n--; /* half of its end, most likely */
        }
        f->torn_next = false;
        return true;
    }
    if (f->mode == MODE_BODY) {
        struct bytes rest = body_withheld(f->body);
        bool some = rest.n > 0;
        f->body->bytes += rest.n;
        body_gap(f->body);
        if (some) {
            *out = plain_frame(f, FRAME_DATA);
            out->data = rest;
            return true;
        }
    }
    return false;
}

COLD static bool next_gap(struct framer *f, struct frame *out)
{
    const struct gap *g = f->gap;
    *out = plain_frame(f, FRAME_GAP);
    out->gap = g;
    out->missing = g->missing;
    out->end_offset = g->offset + g->missing;
    f->in_offset = out->end_offset;
    f->gap = NULL;
    if (f->mode == MODE_LINE || f->mode == MODE_LIST) {
        f->torn_next = true;
    } else if (f->mode ==
               MODE_COUNT) { /* lost bytes count; what is lost behind the end tears a line */
        if (g->missing > f->count_left) {
            f->torn_next = true;
        }
        f->count_left -= g->missing < f->count_left ? g->missing : f->count_left;
    }
    return true;
}

static bool next_by_mode(struct framer *f, struct frame *out)
{
    switch ((enum frame_mode)f->mode) {
    case MODE_LINE:
        return next_line(f, out);
    case MODE_BODY:
        return next_body(f, out);
    case MODE_LIST:
        return next_list(f, out);
    case MODE_COUNT:
        return next_count(f, out);
    case MODE_OPAQUE:
        return next_raw(f, out, UINT64_MAX);
    case MODE_HOLD:
    case MODE_PEEK:
        return next_hold(f, out);
    }
    return false;
}

/* Drops buffers whose frames the caller is done with. */
static void let_go_of_told(struct framer *f)
{
    if (f->carry != NULL && f->carry->told) {
        carry_free(&f->carry);
    }
    if (f->held != NULL && f->held->done == f->held->bytes.n) {
        carry_free(&f->held);
    }
}

/* The next frame of the released bytes, packet by packet, then of the pushed view. */
static bool next_of_input(struct framer *f, struct frame *out)
{
    for (;;) {
        size_t done = f->held ? f->held->done : 0;
        if (next_by_mode(f, out)) {
            return true;
        }
        if (f->held == NULL || (f->held->done == done && done < f->held->bytes.n)) {
            return false;
        }
        if (f->held->done == f->held->bytes.n) {
            carry_free(&f->held);
        }
    }
}

bool framer_next(struct framer *f, struct frame *out)
{
    if (f->mode == MODE_LINE && f->held == NULL && whole_line(f, input_pushed(f), out)) {
        return true;
    }
    let_go_of_told(f);
    bool got = next_of_input(f, out);
    if (!got && (f->gap != NULL || f->ended)) {
        got = give_rest(f, out);
        if (!got && f->gap != NULL) {
            got = next_gap(f, out);
        } else if (!got && !f->end_told) {
            f->end_told = true;
            *out = plain_frame(f, FRAME_END);
            got = true;
        }
    }
    out->dir = f->dir;
    return got;
}
