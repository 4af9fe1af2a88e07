#include "dissect/header.h"

/* Where in a line the scan stands. */
enum scan_state {
    SCAN_START, /* at the first byte of a line; a field may still be open: a fold may follow */
    SCAN_CR,    /* behind a CR at the start of a line */
    SCAN_NAME,  /* in a field's name */
    SCAN_BLANK, /* in blanks between the name and its colon (RFC 5322 4.5, obs-optional) */
    SCAN_VALUE, /* in the value of a wanted field */
    SCAN_SKIP,  /* in a line of no interest */
};

#define NO_FIELD      (-1)
#define FIELD_BIT(f)  (UINT32_C(1) << (f))
#define NAME_TOO_LONG UINT8_MAX

static const char *const wanted_names[HEADER_COUNT] = {
    [HEADER_FROM] = "from",
    [HEADER_SENDER] = "sender",
    [HEADER_REPLY_TO] = "reply-to",
    [HEADER_TO] = "to",
    [HEADER_CC] = "cc",
    [HEADER_BCC] = "bcc",
    [HEADER_SUBJECT] = "subject",
    [HEADER_MESSAGE_ID] = "message-id",
    [HEADER_DATE] = "date",
    [HEADER_CONTENT_TYPE] = "content-type",
    [HEADER_X_MAILER] = "x-mailer",
    [HEADER_USER_AGENT] = "user-agent",
};

void header_scan_init(struct header_scan *h, const struct limits *l, struct arena *arena)
{
    *h = (struct header_scan){
        .limits = l, .arena = arena, .wanted = NO_FIELD, .sought = UINT32_MAX, .state = SCAN_START};
    buf_init(&h->line, l->header_line_bytes);
}

void header_scan_only(struct header_scan *h, enum header_field field)
{
    h->sought = FIELD_BIT(field);
}

void header_scan_done(struct header_scan *h)
{
    buf_done(&h->line);
}

/* The header is over, whatever follows. */
static void scan_over(struct header_scan *h)
{
    h->done = true;
    h->wanted = NO_FIELD;
    buf_done(&h->line);
}

/* ftext of RFC 5322 3.6.8; the colon ends a name. */
static inline bool is_name_byte(uint8_t c)
{
    return c > ' ' && c < 0x7f && c != ':';
}

/* The wanted names of each length, as field + 1: what asks for every field of every message looks
 * at two of them at most. */
#define LENGTH_MOST 12
static const uint8_t by_length[LENGTH_MOST + 1][2] = {
    [2] = {HEADER_TO + 1, HEADER_CC + 1},
    [3] = {HEADER_BCC + 1},
    [4] = {HEADER_FROM + 1, HEADER_DATE + 1},
    [6] = {HEADER_SENDER + 1},
    [7] = {HEADER_SUBJECT + 1},
    [8] = {HEADER_REPLY_TO + 1, HEADER_X_MAILER + 1},
    [10] = {HEADER_MESSAGE_ID + 1, HEADER_USER_AGENT + 1},
    [12] = {HEADER_CONTENT_TYPE + 1},
};

/* want is of letters and '-', in lower case; no other byte of a name becomes one of these. */
static bool same_name(const uint8_t *name, const char *want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((name[i] | 0x20) != want[i]) {
            return false;
        }
    }
    return true;
}

static int wanted_field(const struct header_scan *h, const uint8_t *name, size_t n)
{
    for (int k = 0; n <= LENGTH_MOST && k < 2; k++) {
        int field = by_length[n][k] - 1;
        if (field >= 0 && same_name(name, wanted_names[field], n)) {
            return h->sought & FIELD_BIT(field) ? field : NO_FIELD; /* the first one counts */
        }
    }
    return NO_FIELD;
}

static struct bytes without_line_end(struct bytes line)
{
    while (line.n > 0 && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    return line;
}

/* A CR in front of the line's end is part of that; so is one that the limit made the last byte. */
static void keep_value(struct header_scan *h, int field, struct bytes value)
{
    if (value.n > h->limits->header_line_bytes) {
        value.n = h->limits->header_line_bytes;
        h->cut = true;
    }
    value = bytes_trim(without_line_end(value));
    h->field[field] = arena_copy(h->arena, value);
    if (h->field[field].n < value.n) {
        h->cut = true;
    }
    h->sought &= ~FIELD_BIT(field);
    if (h->sought == 0) {
        scan_over(h);
    }
}

/* The open field has no further fold. */
static void keep_open_field(struct header_scan *h)
{
    if (h->wanted != NO_FIELD) {
        if (h->line.full) {
            h->cut = true;
        }
        keep_value(h, h->wanted, buf_bytes(&h->line));
        buf_clear(&h->line);
        h->wanted = NO_FIELD;
    }
}

/* Counts one more field; false at the limit, where the header is taken to be over. */
static bool count_field(struct header_scan *h)
{
    if (h->count >= h->limits->header_fields) {
        h->cut = true;
        scan_over(h);
        return false;
    }
    h->count++;
    return true;
}

/* A line that can be no field: the body begins without an empty line. The envelope line of an mbox
 * file in front of the header is passed over. */
static void no_field(struct header_scan *h, const uint8_t *name, size_t n)
{
    struct bytes word = bytes_make(name, n);
    if (h->count == 0 && (bytes_is(word, "from") || bytes_is(word, ">from"))) {
        h->state = SCAN_SKIP;
        return;
    }
    scan_over(h);
}

/* A line that stands whole in the input and has no fold: nothing is copied but a wanted value. */
static void whole_line(struct header_scan *h, struct bytes line)
{
    size_t name = 0;
    while (name < line.n && is_name_byte(line.p[name])) {
        name++;
    }
    size_t colon = name;
    while (ascii_is_blank(bytes_at(line, colon))) {
        colon++;
    }
    if (name == 0 || bytes_at(line, colon) != ':') {
        no_field(h, line.p, name);
        if (!h->done) {
            h->state = SCAN_START; /* the line is passed already */
        }
        return;
    }
    if (!count_field(h)) {
        return;
    }
    int field = wanted_field(h, line.p, name);
    if (field != NO_FIELD) {
        keep_value(h, field, bytes_from(line, colon + 1));
    }
}

/* Each of the following takes some of data from at on and answers where it stopped; it always moves
 * on or changes the state. */
static size_t scan_start(struct header_scan *h, struct bytes data, size_t at)
{
    uint8_t c = data.p[at];
    if (ascii_is_blank(c)) {
        h->state = h->wanted == NO_FIELD ? SCAN_SKIP : SCAN_VALUE;
        return at;
    }
    keep_open_field(h);
    if (h->done) {
        return at;
    }
    if (c == '\n') {
        scan_over(h);
        return at + 1;
    }
    if (c == '\r') {
        h->state = SCAN_CR;
        return at + 1;
    }
    size_t lf = bytes_find(data, '\n', at);
    if (lf != SIZE_MAX && lf + 1 < data.n && !ascii_is_blank(data.p[lf + 1])) {
        whole_line(h, bytes_sub(data, at, lf - at));
        return lf + 1;
    }
    h->name_len = 0;
    h->state = SCAN_NAME;
    return at;
}

static size_t scan_cr(struct header_scan *h, struct bytes data, size_t at)
{
    if (data.p[at] != '\r') { /* LF: the empty line; anything else is no field */
        scan_over(h);
    }
    return at + 1;
}

static size_t scan_name(struct header_scan *h, struct bytes data, size_t at)
{
    for (; at < data.n && is_name_byte(data.p[at]); at++) {
        if (h->name_len < sizeof h->name) {
            h->name[h->name_len++] = data.p[at];
        } else {
            h->name_len = NAME_TOO_LONG;
        }
    }
    if (at < data.n) {
        h->state = SCAN_BLANK;
    }
    return at;
}

static size_t scan_blank(struct header_scan *h, struct bytes data, size_t at)
{
    while (at < data.n && ascii_is_blank(data.p[at])) {
        at++;
    }
    if (at == data.n) {
        return at;
    }
    size_t length = h->name_len == NAME_TOO_LONG ? 0 : h->name_len;
    if (data.p[at] != ':' || h->name_len == 0) {
        no_field(h, h->name, length);
        return at;
    }
    if (count_field(h)) {
        h->wanted = wanted_field(h, h->name, length);
        h->state = h->wanted == NO_FIELD ? SCAN_SKIP : SCAN_VALUE;
    }
    return at + 1;
}

static size_t scan_value(struct header_scan *h, struct bytes data, size_t at)
{
    size_t lf = bytes_find(data, '\n', at);
    size_t end = lf == SIZE_MAX ? data.n : lf;
    buf_add(&h->line, bytes_sub(data, at, end - at));
    if (lf == SIZE_MAX) {
        return end;
    }
    if (!h->line.full) { /* unfolding drops the line end only (RFC 5322 2.2.3) */
        h->line.n = without_line_end(buf_bytes(&h->line)).n;
    }
    h->state = SCAN_START;
    return lf + 1;
}

static size_t scan_skip(struct header_scan *h, struct bytes data, size_t at)
{
    size_t lf = bytes_find(data, '\n', at);
    if (lf == SIZE_MAX) {
        return data.n;
    }
    h->state = SCAN_START;
    return lf + 1;
}

void header_scan_data(struct header_scan *h, struct bytes data)
{
    static size_t (*const steps[])(struct header_scan *, struct bytes, size_t) = {
        [SCAN_START] = scan_start, [SCAN_CR] = scan_cr,       [SCAN_NAME] = scan_name,
        [SCAN_BLANK] = scan_blank, [SCAN_VALUE] = scan_value, [SCAN_SKIP] = scan_skip,
    };
    if (h->done) {
        return;
    }
    struct bytes read = bytes_sub(data, 0, h->limits->header_bytes - h->bytes);
    size_t at = 0;
    while (!h->done && at < read.n) {
        at = steps[h->state](h, read, at);
    }
    h->bytes += at;
    if (!h->done && read.n < data.n) {
        h->cut = true;
        header_scan_end(h);
    }
}

void header_scan_gap(struct header_scan *h)
{
    if (!h->done) {
        h->wanted = NO_FIELD;
        buf_clear(&h->line);
        h->state = SCAN_SKIP;
    }
}

void header_scan_end(struct header_scan *h)
{
    if (!h->done) {
        keep_open_field(h);
        scan_over(h);
    }
}
