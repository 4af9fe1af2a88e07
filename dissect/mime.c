#include "dissect/mime.h"

#include "capture/base/text.h"
#include "dissect/date.h"
#include "dissect/mime_charset.h"

#include <gmime/gmime.h>

#define ADDRESSES_MOST 1000
#define ADDRESS_ROOM   1024 /* four times what RFC 5321 4.5.3.1 allows */
#define DATE_ROOM      256
#define SECOND         INT64_C(1000000000)

void mime_init(void)
{
    if (g_mime_parser_options_get_default() == NULL) { /* GMime's own sign that it is ready */
        g_mime_init();
    }
}

/* ---- encoded words (RFC 2047) ---- */

struct word {
    size_t begin, end; /* in the text it stands in */
    struct bytes charset, payload;
    bool base64;
};

/* The next "=?charset?B?payload?=" at or behind from. A payload may hold blanks, which many
 * programs write although they must not. */
static bool word_next(struct bytes text, size_t from, struct word *w)
{
    for (size_t at = from; (at = bytes_find(text, '=', at)) != SIZE_MAX; at++) {
        if (bytes_at(text, at + 1) != '?') {
            continue;
        }
        size_t name_end = bytes_find(text, '?', at + 2);
        if (name_end == SIZE_MAX) {
            return false;
        }
        int how = ascii_lower(bytes_at(text, name_end + 1));
        if ((how != 'b' && how != 'q') || bytes_at(text, name_end + 2) != '?') {
            continue;
        }
        size_t end = bytes_search(text, "?=", name_end + 3);
        if (end == SIZE_MAX) {
            return false; /* no further word can end either */
        }
        w->begin = at;
        w->end = end + 2;
        w->charset = bytes_sub(text, at + 2, name_end - at - 2);
        w->charset = bytes_sub(w->charset, 0, bytes_find(w->charset, '*', 0)); /* RFC 2231 5 */
        w->payload = bytes_sub(text, name_end + 3, end - name_end - 3);
        w->base64 = how == 'b';
        return true;
    }
    return false;
}

static int hex_value(int c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2047 4.2. A '=' without two hex digits stays itself. */
static void decode_q(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++) {
        int high = hex_value(bytes_at(in, i + 1)), low = hex_value(bytes_at(in, i + 2));
        if (in.p[i] == '=' && high >= 0 && low >= 0) {
            buf_add_byte(out, (uint8_t)(high << 4 | low));
            i += 2;
        } else {
            buf_add_byte(out, in.p[i] == '_' ? ' ' : in.p[i]);
        }
    }
}

static void decode_b(struct bytes in, struct buf *out)
{
    mime_init();
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_BASE64);
    char room[1024];
    while (in.n > 0) {
        struct bytes part = bytes_sub(in, 0, sizeof room);
        size_t n = g_mime_encoding_step(&state, (const char *)part.p, part.n, room);
        buf_add(out, bytes_make(room, n));
        in = bytes_from(in, part.n);
    }
}

static bool only_blanks(struct bytes b)
{
    return bytes_trim(b).n == 0;
}

/* Decodes the run of words that begins with first: words of the same charset behind each other are
 * one text, since a character may be split between them. Answers where the run ends. */
static size_t decode_run(struct bytes text, const struct word *first, struct buf *out)
{
    struct buf raw;
    buf_init(&raw, text.n);
    struct word w = *first;
    size_t end;
    do {
        end = w.end;
        (w.base64 ? decode_b : decode_q)(w.payload, &raw);
    } while (word_next(text, end, &w) && only_blanks(bytes_sub(text, end, w.begin - end)) &&
             w.charset.n == first->charset.n &&
             memcmp(w.charset.p, first->charset.p, w.charset.n) == 0);
    bool empty = raw.n == 0 && first->payload.n > 0; /* nothing may vanish */
    if (empty || !mime_charset_convert(first->charset, buf_bytes(&raw), false, out)) {
        buf_add(out, bytes_sub(text, first->begin, end - first->begin));
    }
    buf_done(&raw);
    return end;
}

/* text is ASCII or UTF-8 by now. */
static void decode_words(struct bytes text, struct buf *out)
{
    struct word w;
    size_t at = 0;
    bool behind_word = false;
    while (word_next(text, at, &w)) {
        struct bytes between = bytes_sub(text, at, w.begin - at);
        bool known = mime_charset_known(w.charset);
        if (!(behind_word && known && only_blanks(between))) { /* RFC 2047 6.2 */
            mime_charset_utf8(between, out);
        }
        if (known) {
            at = decode_run(text, &w, out);
        } else {
            mime_charset_utf8(bytes_sub(text, w.begin, w.end - w.begin), out);
            at = w.end;
        }
        behind_word = known;
    }
    mime_charset_utf8(bytes_from(text, at), out);
}

/* ---- header text ---- */

static bool has_high_bytes(struct bytes b)
{
    uint64_t all = 0, eight = 0;
    size_t i = 0;
    for (; b.n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, b.p + i, sizeof eight);
        all |= eight;
    }
    for (; i < b.n; i++) {
        all |= b.p[i];
    }
    return (all & UINT64_C(0x8080808080808080)) != 0;
}

static bool has_words(struct bytes b)
{
    for (size_t at = 0; (at = bytes_find(b, '=', at)) != SIZE_MAX; at++) {
        if (bytes_at(b, at + 1) == '?') {
            return true;
        }
    }
    return false;
}

bool mime_is_plain(struct bytes raw)
{
    return !has_high_bytes(raw) && !has_words(raw);
}

/* Raw 8-bit: in the declared charset, else UTF-8, else windows-1252. */
static void add_raw_text(struct bytes raw, struct bytes declared, struct buf *out)
{
    if (mime_charset_convert(declared, raw, true, out)) {
        return;
    }
    if (text_is_utf8(raw)) {
        buf_add(out, raw);
    } else {
        mime_charset_convert(bytes_of("windows-1252"), raw, false, out);
    }
}

void mime_header_text_in(struct bytes raw, struct bytes declared, struct buf *out)
{
    bool high = has_high_bytes(raw), words = has_words(raw);
    if (!high && !words) {
        buf_add(out, raw);
    } else if (!words) {
        add_raw_text(raw, declared, out);
    } else if (!high) {
        decode_words(raw, out);
    } else {
        struct buf text;
        buf_init(&text, out->ceiling);
        add_raw_text(raw, declared, &text);
        decode_words(buf_bytes(&text), out);
        buf_done(&text);
    }
}

void mime_header_text(struct bytes raw, struct buf *out)
{
    mime_header_text_in(raw, (struct bytes){NULL, 0}, out);
}

static uint32_t count_controls(struct bytes text)
{
    uint32_t count = 0;
    for (size_t at = 0; at < text.n;) {
        int32_t cp = text_utf8_next(text, &at);
        count += (cp >= 0 && cp < 0x20 && cp != '\t') || (cp >= 0x7f && cp <= 0x9f);
    }
    return count;
}

void mime_words_check(struct bytes raw, struct mime_words *out)
{
    struct word w;
    struct buf text;
    *out = (struct mime_words){0};
    buf_init(&text, SIZE_MAX);
    for (size_t at = 0; word_next(raw, at, &w);) {
        if (mime_charset_known(w.charset)) {
            buf_clear(&text);
            at = decode_run(raw, &w, &text);
            out->controls += count_controls(buf_bytes(&text));
        } else {
            out->unknown = true;
            at = w.end;
        }
    }
    buf_done(&text);
}

/* ---- Content-Type ---- */

/* RFC 2045 5.1: any ASCII but blanks, controls and tspecials. */
static bool is_token_byte(int c)
{
    return c > ' ' && c < 0x7f && memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

static struct bytes token_at(struct bytes b, size_t at)
{
    size_t end = at;
    while (is_token_byte(bytes_at(b, end))) {
        end++;
    }
    return bytes_sub(b, at, end - at);
}

struct bytes mime_media_type(struct bytes content_type)
{
    struct bytes value = bytes_trim(content_type);
    struct bytes type = token_at(value, 0);
    if (type.n == 0 || bytes_at(value, type.n) != '/') {
        return (struct bytes){NULL, 0};
    }
    struct bytes subtype = token_at(value, type.n + 1);
    return bytes_sub(value, 0, subtype.n > 0 ? type.n + 1 + subtype.n : 0);
}

struct bytes mime_charset(struct bytes content_type)
{
    for (size_t at = 0; (at = bytes_search(content_type, "charset", at)) != SIZE_MAX;) {
        int before = at > 0 ? content_type.p[at - 1] : -1;
        at += 7;
        if (before != ';' && !ascii_is_blank(before)) {
            continue;
        }
        while (ascii_is_blank(bytes_at(content_type, at))) {
            at++;
        }
        if (bytes_at(content_type, at) != '=') {
            continue;
        }
        at++;
        while (ascii_is_blank(bytes_at(content_type, at)) || bytes_at(content_type, at) == '"') {
            at++;
        }
        return token_at(content_type, at);
    }
    return (struct bytes){NULL, 0};
}

/* ---- addresses ---- */

struct address_list {
    void (*each)(void *arg, struct bytes address);
    void *arg;
    unsigned count, parsed;
};

static void tell_address(struct address_list *l, struct bytes address)
{
    if (address.n > 0 && l->count < ADDRESSES_MOST) {
        l->count++;
        l->each(l->arg, address);
    }
}

/* Bytes that mean something in an address list. */
static const bool list_special[256] = {
    ['"'] = true, ['('] = true, [')'] = true, ['<'] = true,  ['>'] = true, ['['] = true,
    [']'] = true, [','] = true, [':'] = true, ['\\'] = true, [';'] = true,
};

/* addr-spec without quoting, comments or blanks: what nearly every address is. */
static bool is_plain_address(struct bytes a)
{
    size_t ats = 0;
    for (size_t i = 0; i < a.n; i++) {
        uint8_t c = a.p[i];
        ats += c == '@';
        if (c <= ' ' || c >= 0x7f || list_special[c]) {
            return false;
        }
    }
    return a.n > 0 && ats <= 1 && a.p[0] != '@';
}

/* "addr" or "words <addr>" or "\"words\" <addr>"; anything else is GMime's. */
static bool plain_element(struct bytes e, struct bytes *address)
{
    if (bytes_at(e, e.n - 1) != '>') {
        *address = e;
        return is_plain_address(e);
    }
    size_t open = bytes_find(e, '<', 0);
    if (open == SIZE_MAX) {
        return false;
    }
    struct bytes name = bytes_trim(bytes_sub(e, 0, open));
    if (bytes_at(name, 0) == '"') {
        size_t close = bytes_find(name, '"', 1);
        if (close != name.n - 1 || bytes_find(name, '\\', 0) != SIZE_MAX) {
            return false;
        }
    } else if (bytes_find(name, '"', 0) != SIZE_MAX || bytes_find(name, '(', 0) != SIZE_MAX) {
        return false;
    }
    *address = bytes_sub(e, open + 1, e.n - open - 2);
    return is_plain_address(*address);
}

static void parse_element(struct address_list *l, struct bytes e)
{
    if (e.n >= ADDRESS_ROOM || l->parsed >= ADDRESSES_MOST || memchr(e.p, '\0', e.n) != NULL) {
        return;
    }
    l->parsed++;
    char text[ADDRESS_ROOM];
    memcpy(text, e.p, e.n);
    text[e.n] = '\0';
    mime_init();
    InternetAddressList *list = internet_address_list_parse(NULL, text);
    int n = list ? internet_address_list_length(list) : 0;
    for (int i = 0; i < n; i++) {
        InternetAddress *a = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_MAILBOX(a)) {
            tell_address(l,
                         bytes_of(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a))));
        }
    }
    if (list != NULL) {
        g_object_unref(list);
    }
}

static void address_element(struct address_list *l, struct bytes e)
{
    struct bytes address;
    e = bytes_trim(e);
    if (e.n == 0) {
        return;
    }
    if (plain_element(e, &address)) {
        tell_address(l, address);
    } else {
        parse_element(l, e);
    }
}

/* What stands between quotes, angle brackets, comments and domain literals separates nothing. */
struct nesting {
    bool quoted, angle, literal, escaped;
    unsigned comments;
};

/* Takes one byte; true when it stands at the top level. */
static bool nesting_step(struct nesting *n, uint8_t c)
{
    if (n->escaped) {
        n->escaped = false;
        return false;
    }
    if (n->quoted || n->comments > 0) {
        n->escaped = c == '\\';
        n->quoted = n->quoted != (c == '"' && n->comments == 0);
        n->comments += n->comments > 0 && c == '(';
        n->comments -= n->comments > 0 && c == ')';
        return false;
    }
    n->quoted = c == '"';
    n->comments = c == '(';
    n->literal = c == '[' || (n->literal && c != ']');
    n->angle = c == '<' || (n->angle && c != '>');
    return !n->quoted && n->comments == 0 && !n->literal && !n->angle;
}

void mime_addresses(struct bytes raw, void (*each)(void *arg, struct bytes address), void *arg)
{
    struct address_list l = {.each = each, .arg = arg};
    struct buf text;
    buf_init(&text, SIZE_MAX);
    if (has_high_bytes(raw)) { /* SMTPUTF8 and raw 8-bit names: GMime wants UTF-8 */
        add_raw_text(raw, (struct bytes){NULL, 0}, &text);
        raw = buf_bytes(&text);
    }
    struct nesting nesting = {0};
    size_t begin = 0;
    for (size_t i = 0; i < raw.n && l.count < ADDRESSES_MOST; i++) {
        bool ordinary = !list_special[raw.p[i]] && !nesting.escaped;
        if (ordinary || !nesting_step(&nesting, raw.p[i])) {
            continue;
        }
        if (raw.p[i] == ',' || raw.p[i] == ';') {
            address_element(&l, bytes_sub(raw, begin, i - begin));
            begin = i + 1;
        } else if (raw.p[i] == ':') { /* the name of a group stood before */
            begin = i + 1;
        }
    }
    address_element(&l, bytes_from(raw, begin));
    buf_done(&text);
}

/* ---- dates ---- */

/* The obsolete and broken forms. */
static bool loose_date(struct bytes raw, int64_t *seconds)
{
    char text[DATE_ROOM];
    if (raw.n >= sizeof text || memchr(raw.p, '\0', raw.n) != NULL) {
        return false;
    }
    memcpy(text, raw.p, raw.n);
    text[raw.n] = '\0';
    mime_init();
    GDateTime *t = g_mime_utils_header_decode_date(text);
    if (t == NULL) {
        return false;
    }
    *seconds = g_date_time_to_unix(t);
    g_date_time_unref(t);
    return true;
}

bool mime_date(struct bytes raw, int64_t *out)
{
    int64_t seconds = 0;
    raw = bytes_trim(raw);
    enum date_result strict = date_parse(raw, &seconds);
    if (strict == DATE_INVALID || (strict == DATE_OTHER_FORM && !loose_date(raw, &seconds))) {
        return false;
    }
    if (seconds < 0 || seconds > INT64_MAX / SECOND) {
        return false;
    }
    *out = seconds * SECOND;
    return true;
}
