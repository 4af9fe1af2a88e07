#include "capture/base/text.h"

#include "capture/base/text_ranges.h"

#define MARKS_MOST 8 /* combining marks on one character */

/* ---- UTF-8 (RFC 3629) ---- */

/* Length by the first byte and the range its second byte must be in: that range alone shuts out
 * overlong forms, surrogates and values above U+10FFFF (Unicode, table 3-7). */
static unsigned utf8_length(uint8_t first, uint8_t *least, uint8_t *most)
{
    *least = 0x80;
    *most = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *least = first == 0xe0 ? 0xa0 : 0x80;
        *most = first == 0xed ? 0x9f : 0xbf;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *least = first == 0xf0 ? 0x90 : 0x80;
        *most = first == 0xf4 ? 0x8f : 0xbf;
        return 4;
    }
    return 0;
}

int32_t text_utf8_next(struct bytes b, size_t *at)
{
    if (*at >= b.n) {
        return -1;
    }
    const uint8_t *p = b.p + *at;
    size_t left = b.n - *at;
    (*at)++;
    if (p[0] < 0x80) {
        return p[0];
    }
    uint8_t least = 0, most = 0;
    unsigned n = utf8_length(p[0], &least, &most);
    if (n == 0 || n > left || p[1] < least || p[1] > most) {
        return -1;
    }
    int32_t cp = p[0] & (0x7f >> n);
    for (unsigned i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return -1;
        }
        cp = (int32_t)((uint32_t)cp << 6 | (p[i] & 0x3fu));
    }
    *at += n - 1;
    return cp;
}

/* Into out[4]; the number of bytes, 0 for what has no UTF-8 form. */
static size_t utf8_put(uint8_t out[static 4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xc0 | cp >> 6);
        out[1] = (uint8_t)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xe0 | cp >> 12);
        out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (cp & 0x3f));
        return cp >= 0xd800 && cp <= 0xdfff ? 0 : 3;
    }
    out[0] = (uint8_t)(0xf0 | (cp >> 18 & 7));
    out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (cp & 0x3f));
    return cp > 0x10ffff ? 0 : 4;
}

/* All of b or nothing: a half written character or escape would be a lie or worse. */
static bool add_whole(struct buf *out, struct bytes b)
{
    if (b.n > out->ceiling - out->n) {
        out->full = true;
        return false;
    }
    return buf_add(out, b);
}

bool text_utf8_add(struct buf *out, uint32_t cp)
{
    uint8_t form[4];
    size_t n = utf8_put(form, cp);
    if (n == 0) {
        n = utf8_put(form, 0xfffd);
    }
    return add_whole(out, bytes_make(form, n));
}

bool text_is_utf8(struct bytes b)
{
    for (size_t at = 0; at < b.n;) {
        if (text_utf8_next(b, &at) < 0) {
            return false;
        }
    }
    return true;
}

struct bytes text_cut(struct bytes b, size_t most)
{
    if (b.n <= most) {
        return b;
    }
    size_t n = most;
    for (unsigned back = 0; back < 3 && n > 0 && (b.p[n] & 0xc0) == 0x80; back++) {
        n--;
    }
    size_t behind = n;
    bool inside = text_utf8_next(b, &behind) >= 0 && behind > most; /* a character was split */
    return bytes_sub(b, 0, inside ? n : most);
}

/* ---- what never reaches a terminal ---- */

/* Beyond C0, DEL and C1: characters that are not seen and change how others are seen. That is
 * Unicode's Default_Ignorable_Code_Point and Cf (format), the line and paragraph separators and the
 * noncharacters. Variation selectors (U+FE00..FE0F) are left, as combining marks: ordinary emoji
 * use them. The supplement's, and all of plane 14, are not. */
static const struct text_range unsafe[] = {
    {0x00ad, 0x00ad, 0},   /* soft hyphen */
    {0x034f, 0x034f, 0},   /* combining grapheme joiner */
    {0x0600, 0x0605, 0},   /* Arabic number signs, Cf */
    {0x061c, 0x061c, 0},   /* Arabic letter mark: bidi */
    {0x06dd, 0x06dd, 0},   /* Arabic end of ayah, Cf */
    {0x070f, 0x070f, 0},   /* Syriac abbreviation mark, Cf */
    {0x0890, 0x0891, 0},   /* Arabic pound and piastre marks, Cf */
    {0x08e2, 0x08e2, 0},   /* Arabic disputed end of ayah, Cf */
    {0x115f, 0x1160, 0},   /* Hangul fillers */
    {0x17b4, 0x17b5, 0},   /* Khmer inherent vowels */
    {0x180b, 0x180f, 0},   /* Mongolian selectors and vowel separator */
    {0x200b, 0x200f, 0},   /* zero width, LRM, RLM */
    {0x2028, 0x202e, 0},   /* line and paragraph separators, bidi embeddings */
    {0x2060, 0x206f, 0},   /* word joiner, invisible operators, bidi isolates */
    {0x3164, 0x3164, 0},   /* Hangul filler */
    {0xd800, 0xdfff, 0},   /* surrogates */
    {0xfdd0, 0xfdef, 0},   /* noncharacters */
    {0xfeff, 0xfeff, 0},   /* byte order mark, zero width */
    {0xffa0, 0xffa0, 0},   /* halfwidth Hangul filler */
    {0xfff0, 0xfffb, 0},   /* interlinear annotations */
    {0xfffe, 0xffff, 0},   /* noncharacters */
    {0x110bd, 0x110bd, 0}, /* Kaithi number sign, Cf */
    {0x110cd, 0x110cd, 0}, /* Kaithi number sign above, Cf */
    {0x13430, 0x1343f, 0}, /* Egyptian hieroglyph format controls */
    {0x1bca0, 0x1bca3, 0}, /* shorthand format controls */
    {0x1d173, 0x1d17a, 0}, /* musical symbol format controls */
    {0xe0000, 0xe0fff, 0}, /* tags, variation selectors supplement */
};

bool text_is_unsafe(uint32_t cp)
{
    if (cp < unsafe[0].first) {
        return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f);
    }
    bool hit = text_range_of(unsafe, sizeof unsafe / sizeof unsafe[0], cp) != NULL;
    return hit || (cp & 0xfffe) == 0xfffe || cp > 0x10ffff;
}

/* ---- terminal and text files ---- */

static const char hex[] = "0123456789abcdef";

/* One character of the input as it is shown. */
struct shown {
    uint8_t text[12]; /* "\u{10ffff}" is the longest */
    uint8_t n, columns;
};

static void show_byte(struct shown *s, uint8_t byte)
{
    s->text[0] = '\\';
    s->text[1] = 'x';
    s->text[2] = (uint8_t)hex[byte >> 4];
    s->text[3] = (uint8_t)hex[byte & 15];
    s->n = s->columns = 4;
}

static void show_escape(struct shown *s, uint32_t cp)
{
    uint8_t n = 0;
    s->text[n++] = '\\';
    s->text[n++] = 'u';
    s->text[n++] = '{';
    unsigned digits = 1;
    for (uint32_t rest = cp >> 4; rest != 0; rest >>= 4) {
        digits++;
    }
    while (digits-- > 0) {
        s->text[n++] = (uint8_t)hex[cp >> (4 * digits) & 15];
    }
    s->text[n++] = '}';
    s->n = s->columns = n;
}

/* A walk over untrusted text, character by character. `marks` counts the combining marks on the
 * character before; where there is none to carry them (at the start, behind an escape) it is full,
 * so that a mark can not sit on a character of ours. */
struct walk {
    struct bytes in;
    size_t at;
    unsigned marks;
    bool ascii;
};

static struct walk walk_begin(struct bytes in, bool ascii)
{
    return (struct walk){in, 0, MARKS_MOST, ascii};
}

static bool walk_next(struct walk *w, struct shown *s)
{
    if (w->at >= w->in.n) {
        return false;
    }
    uint8_t first = w->in.p[w->at];
    int32_t cp = text_utf8_next(w->in, &w->at);
    int columns = cp < 0 ? 0 : text_width((uint32_t)cp);
    bool mark = cp >= 0 && columns == 0;
    if (cp < 0x20 || cp == 0x7f) { /* invalid ones are -1 */
        show_byte(s, first);
    } else if (text_is_unsafe((uint32_t)cp) || (w->ascii && cp > 0x7f) ||
               (mark && w->marks >= MARKS_MOST)) {
        show_escape(s, (uint32_t)cp);
    } else {
        s->n = (uint8_t)utf8_put(s->text, (uint32_t)cp);
        s->columns = (uint8_t)columns;
        w->marks = mark ? w->marks + 1 : 0;
        return true;
    }
    w->marks = MARKS_MOST;
    return true;
}

static size_t plain_run(struct bytes b, size_t at)
{
    size_t from = at;
    while (at < b.n && b.p[at] >= 0x20 && b.p[at] < 0x7f) {
        at++;
    }
    return at - from;
}

static bool escape(struct buf *out, struct bytes b, bool ascii)
{
    struct walk w = walk_begin(b, ascii);
    struct shown s;
    for (;;) {
        size_t run = plain_run(b, w.at);
        if (run > 0) {
            if (!buf_add(out, bytes_sub(b, w.at, run))) {
                return false;
            }
            w.at += run;
            w.marks = 0;
        }
        if (!walk_next(&w, &s)) {
            return true;
        }
        if (!add_whole(out, bytes_make(s.text, s.n))) {
            return false;
        }
    }
}

bool text_escape(struct buf *out, struct bytes b)
{
    return escape(out, b, false);
}

bool text_escape_ascii(struct buf *out, struct bytes b)
{
    return escape(out, b, true);
}

int text_columns(struct bytes b)
{
    struct walk w = walk_begin(b, false);
    struct shown s;
    int columns = 0;
    while (columns <= INT32_MAX - (int)sizeof s.text && walk_next(&w, &s)) {
        columns += s.columns;
    }
    return columns;
}

static bool add_blanks(struct buf *out, int n)
{
    bool fits = true;
    for (; n > 0 && fits; n--) {
        fits = buf_add_byte(out, ' ');
    }
    return fits;
}

bool text_fit(struct buf *out, struct bytes b, int columns, bool ascii)
{
    struct walk w = walk_begin(b, ascii);
    struct shown s;
    int used = 0, cut_used = 0; /* columns of all so far; of what stays when it is cut */
    size_t cut_at = out->n;     /* where out is cut to make room for the mark */
    bool fits = true, over = false;
    while (fits && !over && walk_next(&w, &s)) {
        over = used + s.columns > columns;
        if (!over) {
            fits = add_whole(out, bytes_make(s.text, s.n));
            used += s.columns;
            if (used < columns) {
                cut_at = out->n;
                cut_used = used;
            }
        }
    }
    if (over && columns > 0) {
        out->n = cut_at;
        used = cut_used + 1;
        fits = ascii ? buf_add_byte(out, '~') : text_utf8_add(out, 0x2026);
    }
    return fits && add_blanks(out, columns - used);
}

/* ---- JSON (RFC 8259) ---- */

/* Are all eight bytes printable ASCII but quote and backslash? */
static inline bool json_plain8(const uint8_t *p)
{
    uint64_t x = bytes8_load(p);
    uint64_t odd = x | bytes8_below_blank(x) | bytes8_zero(x ^ UINT64_C(0x2222222222222222)) |
                   bytes8_zero(x ^ UINT64_C(0x5c5c5c5c5c5c5c5c)) |
                   bytes8_zero(x ^ UINT64_C(0x7f7f7f7f7f7f7f7f));
    return (odd & UINT64_C(0x8080808080808080)) == 0;
}

static inline bool json_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static size_t json_run(struct bytes b, size_t at)
{
    size_t from = at;
    while (b.n - at >= 8 && json_plain8(b.p + at)) {
        at += 8;
    }
    while (at < b.n && json_plain(b.p[at])) {
        at++;
    }
    return at - from;
}

static size_t json_unit(uint8_t *out, uint32_t unit)
{
    out[0] = '\\';
    out[1] = 'u';
    for (unsigned i = 0; i < 4; i++) {
        out[2 + i] = (uint8_t)hex[unit >> (12 - 4 * i) & 15];
    }
    return 6;
}

/* An ASCII character that is not plain. */
static size_t json_ascii(uint8_t *out, uint8_t c)
{
    static const char short_form[0x80] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                          ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};
    if (short_form[c] == '\0') {
        return json_unit(out, c);
    }
    out[0] = '\\';
    out[1] = (uint8_t)short_form[c];
    return 2;
}

#define JSON_ODD_MOST 12 /* bytes of one character that is not plain */

/* One such character. What is unsafe on a terminal is written as \u escapes: the same text to every
 * JSON reader, harmless to whoever looks at the file. */
static size_t json_odd(uint8_t *out, struct bytes b, size_t *at)
{
    if (b.p[*at] < 0x80) {
        return json_ascii(out, b.p[(*at)++]);
    }
    int32_t cp = text_utf8_next(b, at);
    if (cp < 0) {
        return utf8_put(out, 0xfffd);
    }
    if (!text_is_unsafe((uint32_t)cp)) {
        return utf8_put(out, (uint32_t)cp);
    }
    if (cp < 0x10000) {
        return json_unit(out, (uint32_t)cp);
    }
    uint32_t above = (uint32_t)cp - 0x10000;
    size_t n = json_unit(out, 0xd800 | above >> 10);
    return n + json_unit(out + n, 0xdc00 | (above & 0x3ff));
}

/* The characters from *at on that are not plain, some at a time. */
static bool json_odd_run(struct buf *out, struct bytes b, size_t *at)
{
    uint8_t form[32 * JSON_ODD_MOST];
    size_t n = 0, began = *at;
    while (n <= sizeof form - JSON_ODD_MOST && *at < b.n && !json_plain(b.p[*at])) {
        n += json_odd(form + n, b, at);
    }
    if (n <= out->ceiling - out->n) {
        return buf_add(out, bytes_make(form, n));
    }
    bool fits = true;
    for (*at = began; fits;) { /* as many as fit, whole */
        fits = add_whole(out, bytes_make(form, json_odd(form, b, at)));
    }
    return false;
}

bool text_json(struct buf *out, struct bytes b)
{
    bool fits = true;
    for (size_t at = 0; fits && at < b.n;) {
        size_t run = json_run(b, at);
        fits = run > 0 ? buf_add(out, bytes_sub(b, at, run)) : json_odd_run(out, b, &at);
        at += run;
    }
    return fits;
}

/* ---- file names ---- */

static uint8_t filename_char(int32_t cp, bool first)
{
    bool fine = cp >= 0 && cp < 0x80 &&
                (ascii_is_alpha(cp) || ascii_is_digit(cp) || cp == '_' ||
                 (!first && (cp == '.' || cp == '-')));
    return fine ? (uint8_t)cp : '_';
}

bool text_filename(struct buf *out, struct bytes b, size_t most)
{
    bool fits = true;
    size_t n = 0;
    for (size_t at = 0; fits && n < most && at < b.n; n++) {
        int32_t cp = text_utf8_next(b, &at);
        fits = buf_add_byte(out, filename_char(cp, n == 0));
    }
    return n > 0 ? fits : buf_add_byte(out, '_');
}

bool text_base64(struct buf *out, struct bytes b)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    uint8_t *to = b.n <= SIZE_MAX / 2 ? buf_room(out, (b.n + 2) / 3 * 4) : NULL;
    for (size_t i = 0; to && i < b.n; i += 3) {
        uint32_t v = (uint32_t)b.p[i] << 16;
        v |= i + 1 < b.n ? (uint32_t)b.p[i + 1] << 8 : 0;
        v |= i + 2 < b.n ? b.p[i + 2] : 0;
        to[at++] = (uint8_t)digits[v >> 18];
        to[at++] = (uint8_t)digits[v >> 12 & 63];
        to[at++] = (uint8_t)(i + 1 < b.n ? digits[v >> 6 & 63] : '=');
        to[at++] = (uint8_t)(i + 2 < b.n ? digits[v & 63] : '=');
    }
    out->n += at;
    return to != NULL || b.n == 0;
}

/* ---- numbers ---- */

static size_t digits_of(uint64_t v)
{
    size_t n = 1;
    for (; v >= 10000; v /= 10000) {
        n += 4;
    }
    return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

size_t text_number(uint8_t *to, uint64_t v)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    if (v < 10) { /* most are */
        *to = (uint8_t)('0' + v);
        return 1;
    }
    size_t n = digits_of(v);
    uint8_t *p = to + n;
    for (; v >= 100; v /= 100) {
        p -= 2;
        memcpy(p, pairs + 2 * (v % 100), 2);
    }
    if (v >= 10) {
        memcpy(to, pairs + 2 * v, 2);
    } else {
        *to = (uint8_t)('0' + v);
    }
    return n;
}
