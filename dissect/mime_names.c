/* File names of parts: split, encoded and raw ones; those that differ, those that are unsafe. */
#include "capture/base/text.h"
#include "dissect/mime_params.h"
#include "dissect/mime_private.h"

#include <stdlib.h>

#define NAMES_MOST     4
#define NAME_BYTES     4096
#define EXTENSION_MOST 16

/* Where a name may stand, the best first: readers that know RFC 2231 prefer its form, and what a
 * field for file names says counts more than a parameter of the type. */
static const struct {
    bool in_type; /* Content-Type, else Content-Disposition */
    const char *parameter;
    bool extended;
} places[NAMES_MOST] = {
    {false, "filename", true},
    {false, "filename", false},
    {true, "name", true},
    {true, "name", false},
};

struct names {
    struct bytes list[NAMES_MOST]; /* those that differ */
    uint32_t count;
};

/* At most MIME_NAME_SHOWN characters. */
static struct bytes cut_name(struct bytes name)
{
    size_t at = 0;
    for (unsigned n = 0; n < MIME_NAME_SHOWN && at < name.n; n++) {
        text_utf8_next(name, &at);
    }
    return bytes_sub(name, 0, at);
}

static void add_name(struct mime_reading *r, struct names *n, struct bytes name)
{
    bool known = name.n == 0;
    for (uint32_t i = 0; i < n->count; i++) {
        known = known || bytes_equal(n->list[i], name);
    }
    if (!known) {
        n->list[n->count++] = arena_copy(&r->m->arena, name);
    }
}

static void read_place(struct mime_reading *r, uint32_t part, const struct mime_params *params,
                       size_t place, struct names *n)
{
    struct mime_param_text t = {0};
    buf_init(&t.text, NAME_BYTES);
    mime_param_find(params, places[place].parameter, places[place].extended, &t);
    if (t.count > 1) {
        mime_trouble(r, ODD_PARAM_TWICE, part);
    }
    if (t.odd) {
        mime_trouble(r, ODD_NAME_SECTIONS, part);
    }
    if (t.unknown_charset) {
        mime_trouble(r, ODD_CHARSET, part);
    }
    add_name(r, n, buf_bytes(&t.text));
    buf_done(&t.text);
}

/* ---- unsafe names ---- */

/* Names that Windows gives to devices, with any extension. */
static bool is_device(struct bytes name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    struct bytes stem = bytes_sub(name, 0, bytes_find(name, '.', 0));
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (bytes_is(stem, devices[i])) {
            return true;
        }
    }
    return stem.n == 4 && (bytes_starts(stem, "com") || bytes_starts(stem, "lpt")) &&
           ascii_is_digit(stem.p[3]);
}

/* Why no program should use it; NULL when it may. */
static const char *why_unsafe(struct bytes name)
{
    int first = bytes_at(name, 0), last = bytes_at(name, name.n - 1);
    for (size_t at = 0; at < name.n;) {
        int32_t cp = text_utf8_next(name, &at);
        if (cp == '/' || cp == '\\') {
            return "a path";
        }
        if (cp >= 0 && text_is_unsafe((uint32_t)cp)) {
            return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? "control characters"
                                                          : "characters that are not seen";
        }
    }
    if (first == '.' || first == '-' || first == '~') {
        return "begins with a character that means something to programs";
    }
    if (last == '.' || last == ' ') {
        return "ends in a dot or blank";
    }
    if (bytes_find(name, ':', 0) == 1) {
        return "a path";
    }
    return is_device(name) ? "a device" : NULL;
}

static void check_name(struct mime_reading *r, uint32_t part, struct bytes name, bool cut)
{
    const char *why = cut ? "very long" : why_unsafe(name);
    struct mime_trouble *t = why != NULL ? mime_trouble(r, ODD_NAME_UNSAFE, part) : NULL;
    if (t != NULL) {
        mime_trouble_detail(r, t, "%s", why);
        t->first = name;
    }
}

static bool same_word(struct bytes a, struct bytes b)
{
    for (size_t i = 0; i < a.n; i++) {
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i])) {
            return false;
        }
    }
    return a.n == b.n;
}

static bool extensions_differ(const struct names *n)
{
    struct bytes first = mime_name_extension(n->list[0]);
    for (uint32_t i = 1; i < n->count; i++) {
        struct bytes other = mime_name_extension(n->list[i]);
        if (other.n != first.n || !same_word(first, other)) {
            return true;
        }
    }
    return false;
}

void mime_read_names(struct mime_reading *r, uint32_t part, const struct mime_params *type,
                     const struct mime_params *disposition)
{
    struct mime_part *p = &r->m->parts[part];
    struct names n = {.count = 0};
    for (size_t i = 0; i < NAMES_MOST; i++) {
        read_place(r, part, places[i].in_type ? type : disposition, i, &n);
    }
    if (n.count == 0) {
        return;
    }
    p->name = cut_name(n.list[0]);
    check_name(r, part, p->name, p->name.n < n.list[0].n);
    if (n.count == 1) {
        return;
    }
    struct bytes *kept = arena_alloc(&r->m->arena, n.count * sizeof *kept);
    if (kept != NULL) {
        memcpy(kept, n.list, n.count * sizeof *kept);
        p->names = kept;
        p->name_count = n.count;
    }
    struct mime_trouble *t = mime_trouble(r, ODD_NAMES_DIFFER, part);
    if (extensions_differ(&n)) { /* a filter may take it for something else than the reader does */
        r->trouble[ODD_NAMES_DIFFER].severity = SEVERITY_MEDIUM;
    }
    if (t != NULL) {
        struct buf all;
        buf_init(&all, (size_t)NAMES_MOST * NAME_BYTES);
        for (uint32_t i = 0; i < n.count; i++) {
            buf_add_str(&all, i > 0 ? " / " : "");
            buf_add(&all, n.list[i]);
        }
        mime_trouble_detail(r, t, "%s", buf_cstr(&all));
        buf_done(&all);
    }
}

/* ---- names of ours ---- */

static struct bytes last_component(struct bytes name)
{
    for (size_t i = name.n; i-- > 0;) {
        if (name.p[i] == '/' || name.p[i] == '\\') {
            return bytes_from(name, i + 1);
        }
    }
    return name;
}

static bool is_plain_extension(struct bytes e)
{
    for (size_t i = 0; i < e.n; i++) {
        if (!ascii_is_alpha(e.p[i]) && !ascii_is_digit(e.p[i])) {
            return false;
        }
    }
    return e.n > 0 && e.n <= EXTENSION_MOST;
}

/* For parts without a name. */
static const char *extension_for(const struct mime_part *p)
{
    if (p->kind == MIME_MESSAGE) {
        return "eml";
    }
    if (p->magic != NULL) {
        return p->magic->extension;
    }
    return bytes_is(p->type, "text/html")        ? "html"
           : bytes_is(p->type, "text/calendar")  ? "ics"
           : bytes_starts(p->type, "text/")      ? "txt"
           : bytes_is(p->type, "message/rfc822") ? "eml"
                                                 : "bin";
}

void mime_part_file_name(const struct mime_part *p, struct buf *stem, struct buf *extension)
{
    struct bytes name = last_component(p->name);
    while (name.n > 0 && (name.p[name.n - 1] == '.' || name.p[name.n - 1] == ' ')) {
        name.n--;
    }
    struct bytes ext = mime_name_extension(name);
    if (is_plain_extension(ext)) {
        name = bytes_sub(name, 0, name.n - ext.n - 1);
    } else {
        ext = name.n == 0 ? bytes_of(extension_for(p)) : (struct bytes){NULL, 0};
    }
    if (ext.n > 0) {
        buf_add_byte(extension, '.');
        buf_add(extension, ext);
    }
    text_filename(stem, name.n > 0 ? name : bytes_of("part"), MIME_NAME_FILE - extension->n);
}
