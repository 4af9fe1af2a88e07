#include "dissect/mime_params.h"

#include "dissect/mime.h"
#include "dissect/mime_charset.h"

#include <stdlib.h>

/* A field's text on its way. */
struct reader {
    struct bytes rest;
    bool odd;
};

void mime_unfold(struct bytes raw, struct buf *out)
{
    struct bytes line;
    while (bytes_split(&raw, '\n', &line)) {
        while (line.n > 0 && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        buf_add(out, line);
    }
}

/* RFC 2045 5.1: any ASCII but blanks, controls and tspecials. */
static bool is_token_byte(int c)
{
    return c > ' ' && c < 0x7f && memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

static void drop(struct reader *r, size_t n)
{
    r->rest = bytes_from(r->rest, n);
}

/* A comment (RFC 5322 3.2.2) at the front; without its end it takes all. */
static void drop_comment(struct reader *r)
{
    size_t depth = 0, i = 0;
    do {
        int c = bytes_at(r->rest, i);
        if (c == '\\') {
            i++;
        }
        depth += c == '(';
        depth -= c == ')';
        i++;
    } while (depth > 0 && i < r->rest.n);
    r->odd = true;
    drop(r, i);
}

static void drop_blanks(struct reader *r)
{
    for (;;) {
        size_t n = 0;
        while (ascii_is_blank(bytes_at(r->rest, n))) {
            n++;
        }
        drop(r, n);
        if (bytes_at(r->rest, 0) != '(') {
            return;
        }
        drop_comment(r);
    }
}

static size_t token_length(struct bytes b)
{
    size_t n = 0;
    while (is_token_byte(bytes_at(b, n))) {
        n++;
    }
    return n;
}

static size_t read_value(struct reader *r, char out[static MIME_VALUE_ROOM])
{
    size_t used = 0;
    for (bool slash = false;; slash = true) {
        drop_blanks(r);
        size_t n = token_length(r->rest);
        for (size_t i = 0; i < n && used + 1 < MIME_VALUE_ROOM; i++) {
            out[used++] = (char)ascii_lower(r->rest.p[i]);
        }
        drop(r, n);
        drop_blanks(r);
        if (slash || bytes_at(r->rest, 0) != '/') {
            break;
        }
        if (used + 1 < MIME_VALUE_ROOM) {
            out[used++] = '/';
        }
        drop(r, 1);
    }
    out[used] = '\0';
    size_t end = bytes_find(r->rest, ';', 0);
    r->odd = r->odd || (r->rest.n > 0 && end != 0);
    r->rest = end == SIZE_MAX ? (struct bytes){NULL, 0} : bytes_from(r->rest, end + 1);
    return used;
}

/* Behind the opening quote: the length up to the closing one. */
static size_t quoted_length(struct bytes b, bool *closed)
{
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] == '\\' && i + 1 < b.n && (b.p[i + 1] == '"' || b.p[i + 1] == '\\')) {
            i++;
        } else if (b.p[i] == '"') {
            *closed = true;
            return i;
        }
    }
    *closed = false;
    return b.n;
}

/* "*0*", "*12", "*" at the end of a name (RFC 2231 7). */
static void split_name(struct mime_param *p)
{
    size_t star = bytes_find(p->name, '*', 0);
    p->section = -1;
    p->extended = false;
    if (star == SIZE_MAX || star == 0) {
        return;
    }
    struct bytes tail = bytes_from(p->name, star + 1);
    if (tail.n == 0 || tail.p[tail.n - 1] == '*') {
        p->extended = true;
        tail.n -= tail.n > 0;
    }
    uint64_t section = 0;
    if (tail.n > 0 && (!bytes_u64(tail, &section) || section > INT32_MAX)) {
        p->extended = false;
        return; /* no form of RFC 2231: the name is what it is */
    }
    p->section = tail.n > 0 ? (int32_t)section : -1;
    p->name = bytes_sub(p->name, 0, star);
}

static void take_value(struct reader *r, struct mime_param *p)
{
    while (ascii_is_blank(bytes_at(r->rest, 0))) {
        drop(r, 1);
    }
    p->quoted = bytes_at(r->rest, 0) == '"';
    if (p->quoted) {
        bool closed = false;
        drop(r, 1);
        size_t n = quoted_length(r->rest, &closed);
        p->value = bytes_sub(r->rest, 0, n);
        drop(r, n + 1);
        drop_blanks(r);
        r->odd = r->odd || !closed || (r->rest.n > 0 && r->rest.p[0] != ';');
    } else {
        size_t end = bytes_find(r->rest, ';', 0);
        p->value = bytes_trim(bytes_sub(r->rest, 0, end));
    }
    size_t end = bytes_find(r->rest, ';', 0);
    r->rest = end == SIZE_MAX ? (struct bytes){NULL, 0} : bytes_from(r->rest, end + 1);
}

static bool next_param(struct reader *r, struct mime_param *out)
{
    while (r->rest.n > 0) {
        drop_blanks(r);
        size_t n = token_length(r->rest);
        *out = (struct mime_param){.name = bytes_sub(r->rest, 0, n), .section = -1};
        drop(r, n);
        drop_blanks(r);
        if (n > 0 && bytes_at(r->rest, 0) == '=') {
            drop(r, 1);
            split_name(out);
            take_value(r, out);
            return true;
        }
        size_t end = bytes_find(r->rest, ';', 0);
        r->odd =
            r->odd || n > 0 || (r->rest.n > 0 && end != 0); /* ";;" and a last ";" are common */
        r->rest = end == SIZE_MAX ? (struct bytes){NULL, 0} : bytes_from(r->rest, end + 1);
    }
    return false;
}

void mime_params_read(struct bytes raw, struct mime_params *out)
{
    out->count = 0;
    buf_init(&out->line, raw.n);
    struct reader r = {raw, false};
    if (bytes_find(raw, '\n', 0) != SIZE_MAX) {
        mime_unfold(raw, &out->line);
        r.rest = buf_bytes(&out->line);
    }
    out->value_n = read_value(&r, out->value);
    while (out->count < MIME_PARAMS_MOST && next_param(&r, &out->list[out->count])) {
        out->count++;
    }
    out->odd = r.odd || r.rest.n > 0;
}

void mime_params_done(struct mime_params *p)
{
    buf_done(&p->line);
}

void mime_param_plain(const struct mime_param *p, struct buf *out)
{
    struct bytes v = p->value;
    if (!p->quoted || bytes_find(v, '\\', 0) == SIZE_MAX) {
        buf_add(out, v);
        return;
    }
    for (size_t i = 0; i < v.n; i++) {
        int next = bytes_at(v, i + 1);
        i += v.p[i] == '\\' && (next == '"' || next == '\\'); /* "C:\x" is meant as it stands */
        buf_add_byte(out, v.p[i]);
    }
}

/* ---- RFC 2231 ---- */

static int hex_value(int c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++) {
        int high = hex_value(bytes_at(in, i + 1)), low = hex_value(bytes_at(in, i + 2));
        if (in.p[i] == '%' && high >= 0 && low >= 0) {
            buf_add_byte(out, (uint8_t)(high << 4 | low));
            i += 2;
        } else {
            buf_add_byte(out, in.p[i]);
        }
    }
}

static int by_section(const void *a, const void *b)
{
    const struct mime_param *x = a, *y = b;
    return x->section != y->section ? (x->section < y->section ? -1 : 1)
                                    : (x->value.p < y->value.p ? -1 : x->value.p > y->value.p);
}

/* charset'language'text: cuts the first two off. */
static struct bytes take_charset(struct bytes *value)
{
    size_t first = bytes_find(*value, '\'', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : bytes_find(*value, '\'', first + 1);
    if (second == SIZE_MAX) {
        return (struct bytes){NULL, 0};
    }
    struct bytes charset = bytes_sub(*value, 0, first);
    *value = bytes_from(*value, second + 1);
    return charset;
}

static void join_sections(struct mime_param *list, size_t n, struct mime_param_text *t)
{
    struct buf raw;
    buf_init(&raw, t->text.ceiling);
    qsort(list, n, sizeof *list, by_section);
    struct bytes charset = {NULL, 0}, written = list[0].value;
    if (list[0].extended) {
        charset = take_charset(&list[0].value);
        t->odd = t->odd || charset.p == NULL;
    }
    t->unknown_charset = charset.n > 0 && !mime_charset_known(charset);
    if (t->unknown_charset) {
        list[0].value = written;
    }
    for (size_t i = 0; i < n; i++) {
        t->odd = t->odd || (list[i].section >= 0 && list[i].section != (int32_t)i);
        if (list[i].extended && !t->unknown_charset) {
            add_percent(list[i].value, &raw);
        } else {
            mime_param_plain(&list[i], &raw);
        }
    }
    mime_charset_text(t->unknown_charset ? (struct bytes){NULL, 0} : charset, buf_bytes(&raw),
                      &t->text);
    buf_done(&raw);
}

/* Split and extended forms of one name: the unsplit one, else all sections. */
static void find_extended(const struct mime_params *all, const char *name,
                          struct mime_param_text *t)
{
    struct mime_param list[MIME_PARAMS_MOST];
    size_t n = 0;
    bool unsplit = false;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct mime_param *p = &all->list[i];
        if ((p->section < 0 && !p->extended) || !bytes_is(p->name, name)) {
            continue;
        }
        if (p->section < 0 && !unsplit) {
            unsplit = true;
            t->odd = n > 0;
            n = 0;
            list[n++] = *p;
        } else if (unsplit) {
            t->odd = true;
        } else {
            list[n++] = *p;
        }
    }
    t->found = n > 0;
    if (n > 0) {
        join_sections(list, n, t);
    }
}

void mime_param_find(const struct mime_params *p, const char *name, bool extended,
                     struct mime_param_text *text)
{
    if (extended) {
        find_extended(p, name, text);
        return;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        const struct mime_param *one = &p->list[i];
        if (one->section >= 0 || one->extended || !bytes_is(one->name, name) || text->count++ > 0) {
            continue;
        }
        text->found = true;
        struct buf plain;
        buf_init(&plain, one->value.n);
        mime_param_plain(one, &plain);
        mime_header_text(buf_bytes(&plain), &text->text);
        buf_done(&plain);
    }
}
