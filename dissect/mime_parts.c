#include "dissect/mime_parts.h"

#include "capture/base/error.h"
#include "dissect/digest.h"
#include "dissect/mime.h"
#include "dissect/mime_charset.h"
#include "dissect/mime_html.h"
#include "dissect/mime_params.h"
#include "dissect/mime_private.h"

#include <stdlib.h>

#define ARENA_BYTES                                                                                \
    ((uint32_t)64 << 20) /* far more than the cut texts of limits.mime_parts need                  \
                          */
#define CHARSET_SHOWN 64
#define ID_SHOWN      255
#define NUMBER_SHOWN  60 /* bytes of a part's number; longer ones are its place in the list */
#define NUMBERS_MOST  30 /* levels of it */

static struct bytes keep_text(struct mime_message *m, const char *text, size_t n)
{
    return n > 0 ? arena_copy(&m->arena, bytes_make(text, n)) : (struct bytes){NULL, 0};
}

/* ---- a part's fields ---- */

static bool is_type(const char *value, size_t n)
{
    const char *slash = memchr(value, '/', n);
    return slash != NULL && slash > value && slash + 1 < value + n;
}

/* "utf-8 (comment)" and quotes left over are cut off. */
static struct bytes charset_of(struct bytes text)
{
    while (text.n > 0 && (text.p[0] == '\'' || text.p[0] == '"')) {
        text = bytes_from(text, 1);
    }
    size_t n = 0;
    while (n < text.n && n < CHARSET_SHOWN && text.p[n] > ' ' && text.p[n] != '(' &&
           text.p[n] != '\'' && text.p[n] != '"' && text.p[n] != ',') {
        n++;
    }
    return bytes_sub(text, 0, n);
}

static void read_charset(struct mime_reading *r, uint32_t part, const struct mime_params *params)
{
    struct mime_param_text t = {0};
    buf_init(&t.text, 1024);
    mime_param_find(params, "charset", false, &t);
    if (!t.found) {
        mime_param_find(params, "charset", true, &t);
    }
    if (t.count > 1) {
        mime_trouble(r, ODD_PARAM_TWICE, part);
    }
    struct bytes name = charset_of(buf_bytes(&t.text));
    r->m->parts[part].charset = keep_text(r->m, (const char *)name.p, name.n);
    buf_done(&t.text);
}

/* RFC 2045 5.2: where no type is given, or none that is one, it is text. */
static void read_type(struct mime_reading *r, uint32_t part, struct mime_params *params)
{
    const struct mime_node *n = &r->m->scan.nodes[part];
    struct mime_part *p = &r->m->parts[part];
    mime_params_read(n->field[FIELD_TYPE], params);
    bool typed = is_type(params->value, params->value_n);
    if (typed) {
        p->type = keep_text(r->m, params->value, params->value_n);
    } else {
        p->type = bytes_of(n->kind == MIME_MESSAGE ? "message/rfc822" : "text/plain");
    }
    if (params->odd || (!typed && n->field[FIELD_TYPE].p != NULL)) {
        mime_trouble(r, ODD_FIELD_WRITTEN, part);
    }
    read_charset(r, part, params);
}

/* A field that begins with a word. */
static struct bytes read_word(struct mime_reading *r, uint32_t part, enum mime_field field,
                              struct mime_params *params)
{
    mime_params_read(r->m->scan.nodes[part].field[field], params);
    if (params->odd) {
        mime_trouble(r, ODD_FIELD_WRITTEN, part);
    }
    return keep_text(r->m, params->value, params->value_n);
}

static void read_id(struct mime_reading *r, uint32_t part)
{
    struct buf line;
    buf_init(&line, ID_SHOWN);
    mime_unfold(r->m->scan.nodes[part].field[FIELD_ID], &line);
    struct bytes id = bytes_trim(buf_bytes(&line));
    if (bytes_at(id, 0) == '<' && id.p[id.n - 1] == '>') {
        id = bytes_sub(id, 1, id.n - 2);
    }
    r->m->parts[part].id = keep_text(r->m, (const char *)id.p, id.n);
    buf_done(&line);
}

static void read_fields(struct mime_reading *r, uint32_t part)
{
    struct mime_part *p = &r->m->parts[part];
    struct mime_params type, other;
    read_type(r, part, &type);
    p->encoding = read_word(r, part, FIELD_ENCODING, &other);
    mime_params_done(&other);
    p->disposition = read_word(r, part, FIELD_DISPOSITION, &other);
    mime_read_names(r, part, &type, &other);
    mime_params_done(&other);
    mime_params_done(&type);
    if (r->m->scan.nodes[part].field[FIELD_ID].p != NULL) {
        read_id(r, part);
    }
}

/* ---- what it is ---- */

static bool type_starts(const struct mime_part *p, const char *prefix)
{
    return bytes_starts(p->type, prefix);
}

/* Files are attachments, whatever their type; of what has no name and is not said to be one, all
 * that is no text. */
static bool is_attachment(const struct mime_part *p)
{
    if (p->kind == MIME_MULTIPART || p->limited) {
        return false;
    }
    if (p->name.n > 0 || bytes_is(p->disposition, "attachment")) {
        return true;
    }
    return p->kind == MIME_LEAF && !type_starts(p, "text/") && !type_starts(p, "message/") &&
           !type_starts(p, "multipart/");
}

/* What could not be taken apart is text as well: nothing is hidden. */
static bool is_readable(const struct mime_part *p)
{
    return p->kind == MIME_LEAF && ((type_starts(p, "text/") && !bytes_is(p->type, "text/rtf")) ||
                                    type_starts(p, "message/") || type_starts(p, "multipart/"));
}

/* Does a file stand in the text: a line "begin 644 name" and one of uuencode, or one of yEnc? */
static bool is_file_line(struct bytes body, size_t at)
{
    struct bytes line = bytes_sub(body, at, bytes_find(body, '\n', at) - at);
    if (bytes_starts(line, "=ybegin ")) {
        return true;
    }
    int next = bytes_at(body, at + line.n + 1);
    return bytes_starts(line, "begin ") && ascii_is_digit(bytes_at(line, 6)) &&
           ascii_is_digit(bytes_at(line, 8)) && bytes_at(line, 9) == ' ' && next > ' ' &&
           next <= '`';
}

static bool holds_file(struct bytes body)
{
    static const char *const begins[] = {"\nbegin ", "\n=ybegin "};
    if (is_file_line(body, 0)) {
        return true;
    }
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        const uint8_t *hit = body.p;
        size_t n = strlen(begins[i]), left = body.n;
        while (left > 0 && (hit = memmem(hit, left, begins[i], n)) != NULL) {
            if (is_file_line(body, (size_t)(++hit - body.p))) {
                return true;
            }
            left = body.n - (size_t)(hit - body.p);
        }
    }
    return false;
}

/* ---- a body's size, first bytes, hash ---- */

struct measure {
    struct mime_part *part;
    struct digest *digest;
    bool begun;
};

static bool take_piece(void *arg, struct bytes piece)
{
    struct measure *s = arg;
    if (!s->begun) {
        s->part->magic = mime_sniff(bytes_sub(piece, 0, MIME_SNIFF_BYTES));
        s->begun = true;
    }
    if (s->digest != NULL) {
        digest_add(s->digest, piece);
    }
    return true;
}

static void report_decoding(struct mime_reading *r, uint32_t part,
                            const struct mime_decode_report *d)
{
    struct mime_trouble *t = NULL;
    if (d->junk > 0 && (t = mime_trouble(r, ODD_BASE64_JUNK, part)) != NULL) {
        mime_trouble_detail(r, t, "%llu, the first at offset %llu", (unsigned long long)d->junk,
                            (unsigned long long)d->first_junk);
    }
    if (d->long_lines > 0) {
        mime_trouble(r, ODD_BASE64_LINES, part);
    }
    if (d->torn && !r->m->parts[part].incomplete) {
        mime_trouble(r, ODD_BASE64_TORN, part);
    }
    if (d->behind_end > 0 && (t = mime_trouble(r, ODD_BASE64_BEHIND, part)) != NULL) {
        mime_trouble_detail(r, t, "%llu characters", (unsigned long long)d->behind_end);
    }
    if (d->bad_quoted > 0 && (t = mime_trouble(r, ODD_QUOTED_BAD, part)) != NULL) {
        mime_trouble_detail(r, t, "%llu, the first at offset %llu",
                            (unsigned long long)d->bad_quoted, (unsigned long long)d->first_bad);
    }
}

static void report_type(struct mime_reading *r, uint32_t part)
{
    const struct mime_part *p = &r->m->parts[part];
    enum severity bad = mime_sniff_conflict(p->magic, p->type, p->name);
    struct mime_trouble *t = bad == SEVERITY_NONE ? NULL : mime_trouble(r, ODD_TYPE_DIFFERS, part);
    struct mime_trouble *all = &r->trouble[ODD_TYPE_DIFFERS];
    if (bad > all->severity) {
        all->severity = bad;
    }
    if (t != NULL) {
        mime_trouble_detail(r, t, "declared %.*s%s%.*s, content %s", (int)p->type.n,
                            (const char *)p->type.p, p->name.n > 0 ? ", named " : "",
                            (int)p->name.n, p->name.n > 0 ? (const char *)p->name.p : "",
                            p->magic->label);
    }
}

static void measure(struct mime_reading *r, uint32_t part)
{
    struct mime_part *p = &r->m->parts[part];
    struct mime_decode_report report = {.size = p->body.n};
    struct measure s = {.part = p};
    bool hash = p->attachment && r->options->digests && !p->incomplete;
    if (hash) {
        s.digest = digest_new();
    }
    if (p->kind != MIME_LEAF || p->limited) {
        if (hash) {
            digest_add(s.digest, p->body);
        }
    } else {
        mime_decode(p->body, p->decoder, take_piece, &s, &report);
        report_decoding(r, part, &report);
        report_type(r, part);
    }
    p->size = report.size;
    p->has_sha256 = hash;
    if (hash) {
        digest_finish(&s.digest, p->sha256);
    }
}

/* ---- parts ---- */

static bool has_gap(const struct mime_options *o, size_t from, size_t to)
{
    size_t low = 0, high = o->gap_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->gaps[middle] < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < o->gap_count && o->gaps[low] <= to;
}

static void check_leaf(struct mime_reading *r, uint32_t part)
{
    const struct mime_part *p = &r->m->parts[part];
    struct mime_trouble *t = NULL;
    if (p->decoder == MIME_ENCODING_UNKNOWN &&
        (t = mime_trouble(r, ODD_ENCODING_UNKNOWN, part)) != NULL) {
        t->first = p->encoding;
    }
    bool text = type_starts(p, "text/");
    if (text && p->charset.n > 0 && !mime_charset_known(p->charset) &&
        (t = mime_trouble(r, ODD_CHARSET, part)) != NULL) {
        t->first = p->charset;
    }
    if (text && p->decoder != MIME_BASE64 && holds_file(p->body)) {
        mime_trouble(r, ODD_UUENCODED, part);
    }
}

static void read_part(struct mime_reading *r, uint32_t part)
{
    const struct mime_node *n = &r->m->scan.nodes[part];
    struct mime_part *p = &r->m->parts[part];
    *p = (struct mime_part){
        .parent = n->parent,
        .depth = n->depth,
        .kind = n->kind,
        .limited = n->too_deep || n->rest,
        .header = bytes_sub(r->m->raw, n->header, n->body - n->header),
        .body = bytes_sub(r->m->raw, n->body, n->end - n->body),
        .incomplete = (n->unclosed && !r->options->whole) || has_gap(r->options, n->header, n->end),
    };
    if (n->rest) {
        p->type = bytes_of("application/octet-stream");
    } else {
        read_fields(r, part);
    }
    p->decoder = p->limited ? MIME_IDENTITY : mime_encoding_named(p->encoding);
    p->is_text = is_readable(p);
    p->attachment = is_attachment(p);
    r->m->attachments += p->attachment;
    if (p->kind == MIME_LEAF && !p->limited) {
        check_leaf(r, part);
    }
    measure(r, part);
}

/* What the scan found is told with the rest. */
static void take_scan(struct mime_reading *r)
{
    for (int i = 0; i < ODD_COUNT; i++) {
        const struct mime_odd *o = &r->m->scan.odd[i];
        if (o->count > 0) {
            r->trouble[i] = (struct mime_trouble){
                .count = o->count, .part = o->node, .first = o->first, .other = o->other};
        }
    }
}

struct mime_message *mime_message_read(struct bytes raw, const struct mime_options *o)
{
    struct mime_message *m = xcalloc(1, sizeof *m);
    struct mime_options options = *o;
    struct mime_reading r = {.m = m, .options = &options};
    m->raw = bytes_sub(raw, 0, o->limits->mime_bytes);
    m->limits = o->limits;
    options.whole = o->whole && o->total <= m->raw.n;
    arena_init(&m->arena, ARENA_BYTES);
    mime_scan(m->raw, options.whole, o->limits, &m->scan);
    take_scan(&r);
    m->count = m->scan.count;
    m->parts = xcalloc(m->count, sizeof *m->parts);
    for (uint32_t i = 0; i < m->count; i++) {
        read_part(&r, i);
    }
    if (o->total > m->raw.n && m->raw.n >= o->limits->mime_bytes) {
        mime_trouble(&r, ODD_TOO_LARGE, m->count - 1);
    }
    mime_check_header(&r);
    mime_make_findings(&r);
    return m;
}

void mime_message_free(struct mime_message **mp)
{
    struct mime_message *m = *mp;
    if (m != NULL) {
        mime_scan_done(&m->scan);
        arena_done(&m->arena);
        free(m->parts);
        free(m->findings);
        free(m);
        *mp = NULL;
    }
}

/* ---- numbers ---- */

static bool is_message_root(const struct mime_message *m, uint32_t part)
{
    uint32_t parent = m->parts[part].parent;
    return parent == MIME_NO_PARENT || m->parts[parent].kind == MIME_MESSAGE;
}

/* The next level outwards: a multipart that a message consists of has no number of its own. */
static uint32_t level_above(const struct mime_message *m, uint32_t part)
{
    uint32_t parent = m->parts[part].parent;
    if (parent != MIME_NO_PARENT && m->parts[parent].kind == MIME_MULTIPART &&
        is_message_root(m, parent)) {
        parent = m->parts[parent].parent;
    }
    return parent;
}

void mime_part_number(const struct mime_message *m, uint32_t part, struct buf *out)
{
    uint32_t levels[NUMBERS_MOST];
    size_t n = 0;
    bool text = m->parts[part].kind == MIME_MULTIPART && is_message_root(m, part);
    uint32_t at = text ? m->parts[part].parent : part;
    for (; at != MIME_NO_PARENT && n < NUMBERS_MOST; at = level_above(m, at)) {
        levels[n++] = m->scan.nodes[at].position;
    }
    size_t before = out->n;
    for (size_t i = n; i-- > 0;) {
        buf_printf(out, "%u%s", levels[i], i > 0 ? "." : "");
    }
    if (text) {
        buf_add_str(out, n > 0 ? ".TEXT" : "TEXT");
    }
    if (at != MIME_NO_PARENT || out->n - before > NUMBER_SHOWN) {
        out->n = before;
        buf_printf(out, "#%u", part);
    }
}

/* ---- contents ---- */

bool mime_part_content(const struct mime_message *m, uint32_t part, mime_piece_fn *each, void *arg)
{
    const struct mime_part *p = &m->parts[part];
    struct mime_decode_report report;
    return mime_decode(p->body, p->kind == MIME_LEAF ? p->decoder : MIME_IDENTITY, each, arg,
                       &report);
}

static bool add_piece(void *arg, struct bytes piece)
{
    return buf_add(arg, piece);
}

/* CRLF is a line's end, a CR alone is whatever it is. */
static void add_lines(struct bytes text, struct buf *out)
{
    for (size_t at = 0; at < text.n && !out->full;) {
        size_t cr = bytes_find(text, '\r', at);
        buf_add(out, bytes_sub(text, at, cr == SIZE_MAX ? cr : cr - at));
        if (cr == SIZE_MAX) {
            return;
        }
        if (bytes_at(text, cr + 1) != '\n') {
            buf_add_byte(out, '\r');
        }
        at = cr + 1;
    }
}

bool mime_part_text(const struct mime_message *m, uint32_t part, struct buf *out)
{
    const struct mime_part *p = &m->parts[part];
    struct buf raw, text;
    if (!p->is_text) {
        return false;
    }
    bool html = bytes_is(p->type, "text/html");
    buf_init(&raw, m->limits->mime_bytes);
    buf_init(&text, out->ceiling);
    mime_part_content(m, part, add_piece, &raw);
    struct bytes charset = p->charset;
    if (charset.n == 0 && html) {
        charset = mime_html_charset(buf_bytes(&raw));
    }
    mime_charset_text(charset, buf_bytes(&raw), &text);
    buf_done(&raw);
    if (html) {
        mime_html_text(buf_bytes(&text), out);
    } else {
        add_lines(buf_bytes(&text), out);
    }
    buf_done(&text);
    return true;
}

void mime_part_set_file(struct mime_message *m, uint32_t part, const char *name)
{
    struct bytes kept = arena_copy(&m->arena, bytes_make(name, strlen(name) + 1));
    m->parts[part].file = kept.n == strlen(name) + 1 ? (const char *)kept.p : NULL;
}
