/* A header that misleads: fields twice, hidden controls, senders that look like others. */
#include "capture/base/text.h"
#include "dissect/mime.h"
#include "dissect/mime_params.h"
#include "dissect/mime_private.h"

#include <stdlib.h>

static void unfold_field(const struct mime_reading *r, enum mime_field f, struct buf *out)
{
    buf_init(out, r->options->limits->header_line_bytes);
    mime_unfold(r->m->scan.field[f], out);
}

static void check_twice(struct mime_reading *r, enum mime_field f)
{
    const struct mime_scan *s = &r->m->scan;
    if (s->field_count[f] < 2) {
        return;
    }
    struct mime_trouble *t =
        mime_trouble(r, f == FIELD_FROM ? ODD_FROM_TWICE : ODD_HEADER_TWICE, 0);
    if (t != NULL) {
        mime_trouble_detail(r, t, "%s", mime_field_name(f));
        t->first = bytes_trim(s->field[f]);
        t->other = bytes_trim(s->second[f]);
    }
}

static void check_words(struct mime_reading *r, enum mime_field f)
{
    struct mime_words words = {0};
    struct mime_trouble *t = NULL;
    if (mime_is_plain(r->m->scan.field[f])) {
        return;
    }
    struct buf line;
    unfold_field(r, f, &line);
    mime_words_check(buf_bytes(&line), &words);
    buf_done(&line);
    if (words.controls > 0 && (t = mime_trouble(r, ODD_CONTROLS, 0)) != NULL) {
        mime_trouble_detail(r, t, "%s", mime_field_name(f));
        t->first = bytes_trim(r->m->scan.field[f]);
    }
    if (words.unknown && (t = mime_trouble(r, ODD_CHARSET, 0)) != NULL) {
        mime_trouble_detail(r, t, "an encoded word of %s", mime_field_name(f));
        t->first = bytes_trim(r->m->scan.field[f]);
    }
}

/* ---- the sender ---- */

struct senders {
    uint32_t count;
    struct buf first;
};

static void add_sender(void *arg, struct bytes address)
{
    struct senders *s = arg;
    if (s->count++ == 0) {
        buf_add(&s->first, address);
    }
}

static bool is_local_byte(int c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) ||
           (c > 0 && memchr("!#$%&'*+-/=?^_`{|}~.", c, 20));
}

static bool is_domain_byte(int c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '.';
}

/* The domain of the next address in a text, from *at on; empty when there is none. */
static struct bytes next_domain(struct bytes text, size_t *at)
{
    for (size_t i = *at; (i = bytes_find(text, '@', i)) != SIZE_MAX; i++) {
        size_t end = i + 1;
        while (is_domain_byte(bytes_at(text, end))) {
            end++;
        }
        while (end > i + 1 && (text.p[end - 1] == '.' || text.p[end - 1] == '-')) {
            end--;
        }
        struct bytes domain = bytes_sub(text, i + 1, end - i - 1);
        bool dotted = bytes_find(domain, '.', 1) != SIZE_MAX;
        if (i > 0 && is_local_byte(text.p[i - 1]) && dotted) {
            *at = end;
            return domain;
        }
    }
    return (struct bytes){NULL, 0};
}

/* The same organisation, as far as names tell: one domain ends in the other. */
static bool same_domain(struct bytes a, struct bytes b)
{
    struct bytes shorter = a.n < b.n ? a : b, longer = a.n < b.n ? b : a;
    struct bytes tail = bytes_from(longer, longer.n - shorter.n);
    for (size_t i = 0; i < shorter.n; i++) {
        if (ascii_lower(shorter.p[i]) != ascii_lower(tail.p[i])) {
            return false;
        }
    }
    return longer.n == shorter.n || longer.p[longer.n - shorter.n - 1] == '.';
}

/* An address in the name that is shown, of another domain than the sender's. */
static bool shows_other(struct bytes text, struct bytes address)
{
    size_t open = text.n, at = 0;
    while (open > 0 && text.p[open - 1] != '<') {
        open--;
    }
    size_t sign = bytes_find(address, '@', 0);
    if (open == 0 || sign == SIZE_MAX) {
        return false;
    }
    struct bytes name = bytes_sub(text, 0, open - 1), own = bytes_from(address, sign + 1), shown;
    while ((shown = next_domain(name, &at)).n > 0) {
        if (!same_domain(shown, own)) {
            return true;
        }
    }
    return false;
}

/* A label with Latin letters and letters of Greek or Cyrillic. */
static bool mixes_scripts(struct bytes domain)
{
    bool latin = false, other = false;
    for (size_t at = 0; at < domain.n;) {
        int32_t cp = text_utf8_next(domain, &at);
        if (cp == '.') {
            latin = other = false;
        }
        latin = latin || ascii_is_alpha(cp);
        other = other || (cp >= 0x370 && cp <= 0x52f);
        if (latin && other) {
            return true;
        }
    }
    return false;
}

static void check_sender(struct mime_reading *r)
{
    struct senders s = {0};
    struct buf line, text;
    if (r->m->scan.field[FIELD_FROM].p == NULL) {
        return;
    }
    unfold_field(r, FIELD_FROM, &line);
    buf_init(&s.first, 1024);
    buf_init(&text, r->options->limits->header_line_bytes);
    mime_addresses(buf_bytes(&line), add_sender, &s);
    mime_header_text(buf_bytes(&line), &text);
    struct bytes shown = bytes_trim(buf_bytes(&line)), address = buf_bytes(&s.first);
    size_t sign = bytes_find(address, '@', 0);
    enum mime_oddity what = ODD_COUNT;
    if (s.count > 1) {
        what = ODD_FROM_MANY;
    } else if (s.count == 1 && shows_other(buf_bytes(&text), address)) {
        what = ODD_FROM_OTHER;
    } else if (sign != SIZE_MAX && mixes_scripts(bytes_from(address, sign + 1))) {
        what = ODD_FROM_MIXED;
    }
    struct mime_trouble *t = what < ODD_COUNT ? mime_trouble(r, what, 0) : NULL;
    if (t != NULL) {
        t->first = arena_copy(&r->m->arena, shown);
    }
    buf_done(&text);
    buf_done(&s.first);
    buf_done(&line);
}

void mime_check_header(struct mime_reading *r)
{
    for (int f = FIELD_FROM; f < FIELD_COUNT; f++) {
        check_twice(r, (enum mime_field)f);
        check_words(r, (enum mime_field)f);
    }
    check_sender(r);
}
