#include "dissect/mime_decode.h"

#include "capture/base/error.h"
#include "dissect/mime.h"

#include <gmime/gmime.h>
#include <stdlib.h>

#define PIECE        ((size_t)48 << 10) /* of the body in one step */
#define SLACK        64                 /* what a step may write beyond its input */
#define LINE_ALLOWED 76                 /* RFC 2045 6.8 */

enum mime_encoding mime_encoding_named(struct bytes name)
{
    static const struct {
        const char *name;
        enum mime_encoding encoding;
    } names[] = {
        {"7bit", MIME_IDENTITY},       {"8bit", MIME_IDENTITY},
        {"binary", MIME_IDENTITY},     {"", MIME_IDENTITY},
        {"base64", MIME_BASE64},       {"quoted-printable", MIME_QUOTED},
        {"x-uuencode", MIME_UUENCODE}, {"uuencode", MIME_UUENCODE},
        {"x-uue", MIME_UUENCODE},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (bytes_is(name, names[i].name)) {
            return names[i].encoding;
        }
    }
    return MIME_ENCODING_UNKNOWN;
}

struct decoding {
    GMimeEncoding gmime;
    struct mime_decode_report *report;
    mime_piece_fn *each;
    void *arg;
    uint8_t *room;
    bool wanted;
};

/* The room holds what one piece decodes to; decoding never makes it longer. */
static void begin(struct decoding *d, GMimeContentEncoding e, size_t body)
{
    size_t piece = body < PIECE ? body : PIECE;
    mime_init();
    g_mime_encoding_init_decode(&d->gmime, e);
    d->room = xmalloc(piece + SLACK);
}

static void give(struct decoding *d, struct bytes piece)
{
    d->report->size += piece.n;
    if (piece.n > 0 && d->wanted && d->each != NULL) {
        d->wanted = d->each(d->arg, piece);
    }
}

/* One step of GMime's; in is at most PIECE long. What it decodes goes to the room from *used on. */
static void step(struct decoding *d, struct bytes in, size_t *used)
{
    if (in.n > 0) {
        *used += g_mime_encoding_step(&d->gmime, (const char *)in.p, in.n, (char *)d->room + *used);
    }
}

/* ---- base64 ---- */

/* By ASCII code: D a digit of base64, P padding, B a blank or CR, L a line end, J junk. */
static const char base64_classes[] = "JJJJJJJJJBLJJBJJ"
                                     "JJJJJJJJJJJJJJJJ"
                                     "BJJJJJJJJJJDJJJD"
                                     "DDDDDDDDDDJJJPJJ"
                                     "JDDDDDDDDDDDDDDD"
                                     "DDDDDDDDDDDJJJJJ"
                                     "JDDDDDDDDDDDDDDD"
                                     "DDDDDDDDDDDJJJJJ";

static inline char base64_class(uint8_t c)
{
    return c < 128 ? base64_classes[c] : 'J';
}

struct base64 {
    struct decoding *d;
    unsigned digits, pads; /* of the group of four */
    bool ended;            /* by its padding */
    uint64_t column;
    uint64_t offset; /* of the piece in the body */
    uint64_t pad;    /* where the latest one stands */
};

static void note_junk(struct base64 *b, uint64_t at)
{
    struct mime_decode_report *r = b->d->report;
    if (r->junk++ == 0) {
        r->first_junk = at;
    }
}

static void finish_group(struct base64 *b, size_t *used)
{
    step(b->d, bytes_make("==", 4 - b->digits), used);
    b->digits = b->pads = 0;
    b->ended = true;
}

static void take_pad(struct base64 *b, size_t at, size_t *used)
{
    b->column++;
    b->pad = b->offset + at;
    if (b->ended || b->digits < 2) {
        note_junk(b, b->pad);
    } else if (b->digits + ++b->pads == 4) {
        finish_group(b, used);
    }
}

static void take_digits(struct base64 *b, size_t n)
{
    b->column += n;
    if (b->ended) {
        b->d->report->behind_end += n;
        return;
    }
    if (b->pads > 0) { /* the one before was no padding */
        note_junk(b, b->pad);
        b->pads = 0;
    }
    b->digits = (unsigned)((b->digits + n) & 3);
}

static void end_line(struct base64 *b)
{
    b->d->report->long_lines += b->column > LINE_ALLOWED;
    b->column = 0;
}

/* GMime is given all but the '=': where those count is decided here. */
static void base64_piece(struct base64 *b, struct bytes in)
{
    size_t used = 0, from = 0, at = 0;
    while (at < in.n) {
        size_t run = at;
        while (run < in.n && base64_class(in.p[run]) == 'D') {
            run++;
        }
        if (run > at) {
            take_digits(b, run - at);
            at = run;
            continue;
        }
        char class = base64_class(in.p[at]);
        if (class == 'P') {
            if (!b->ended) {
                step(b->d, bytes_sub(in, from, at - from), &used);
            }
            from = at + 1;
            take_pad(b, at, &used);
        } else if (class == 'L') {
            end_line(b);
        } else if (class == 'J') {
            note_junk(b, b->offset + at);
        }
        at++;
    }
    if (!b->ended) {
        step(b->d, bytes_sub(in, from, at - from), &used);
    }
    give(b->d, bytes_make(b->d->room, used));
}

static void decode_base64(struct decoding *d, struct bytes body)
{
    struct base64 b = {.d = d};
    begin(d, GMIME_CONTENT_ENCODING_BASE64, body.n);
    for (; b.offset < body.n && d->wanted; b.offset += PIECE) {
        base64_piece(&b, bytes_sub(body, (size_t)b.offset, PIECE));
    }
    end_line(&b);
    d->report->torn = b.digits > 0;
    if (b.digits >= 2 && d->wanted) {
        size_t used = 0;
        finish_group(&b, &used);
        give(d, bytes_make(d->room, used));
    }
}

/* ---- quoted-printable ---- */

static bool is_hex(int c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Counts what is no escape. Answers how many bytes at the end GMime would wait on and lose. */
static size_t check_quoted(struct bytes body, struct mime_decode_report *r)
{
    size_t at = 0;
    while ((at = bytes_find(body, '=', at)) != SIZE_MAX) {
        int a = bytes_at(body, at + 1), b = bytes_at(body, at + 2);
        if (a == '\n' || (a == '\r' && b == '\n')) {
            at += 2;
            continue;
        }
        if (a < 0 || (a == '\r' && b < 0)) {
            return 0; /* a soft line break at the very end */
        }
        if (!is_hex(a) || !is_hex(b)) {
            r->first_bad = r->bad_quoted++ == 0 ? at : r->first_bad;
        }
        if (b < 0) {
            return 2;
        }
        at += 3;
    }
    return 0;
}

/* ---- uuencode ---- */

/* Behind the "begin 644 name" line; all of it when there is none. */
static struct bytes uuencoded(struct bytes body)
{
    struct bytes rest = body, line;
    while (bytes_split(&rest, '\n', &line)) {
        if (bytes_starts(line, "begin ")) {
            return rest;
        }
    }
    return body;
}

static void decode_by_gmime(struct decoding *d, struct bytes body, GMimeContentEncoding e)
{
    begin(d, e, body.n);
    for (size_t at = 0; at < body.n && d->wanted; at += PIECE) {
        size_t used = 0;
        step(d, bytes_sub(body, at, PIECE), &used);
        give(d, bytes_make(d->room, used));
    }
}

bool mime_decode(struct bytes body, enum mime_encoding e, mime_piece_fn *each, void *arg,
                 struct mime_decode_report *report)
{
    struct decoding d = {.report = report, .each = each, .arg = arg, .wanted = true};
    *report = (struct mime_decode_report){0};
    if (e == MIME_BASE64) {
        decode_base64(&d, body);
    } else if (e == MIME_QUOTED) {
        size_t tail = check_quoted(body, report);
        decode_by_gmime(&d, body, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
        give(&d, bytes_from(body, body.n - tail));
    } else if (e == MIME_UUENCODE) {
        decode_by_gmime(&d, uuencoded(body), GMIME_CONTENT_ENCODING_UUENCODE);
    } else {
        give(&d, body);
    }
    free(d.room);
    return d.wanted;
}
