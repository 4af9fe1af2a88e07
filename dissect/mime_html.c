#include "dissect/mime_html.h"

#include "dissect/mime_entity.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_ROOM    16
#define LISTS_MOST   16
#define QUOTES_MOST  8
#define LINKS_MOST   1000 /* listed */
#define LINK_BYTES   4096 /* of a target */
#define CHARSET_AREA 2048 /* bytes in which a document names its charset */

enum element {
    ELEMENT_OTHER,
    ELEMENT_ANCHOR,
    ELEMENT_AREA,
    ELEMENT_BASE,
    ELEMENT_BREAK,
    ELEMENT_CELL,
    ELEMENT_FORM,
    ELEMENT_FRAME,
    ELEMENT_IMAGE,
    ELEMENT_ITEM,
    ELEMENT_LINE,
    ELEMENT_META,
    ELEMENT_OBJECT,
    ELEMENT_ORDERED,
    ELEMENT_PARAGRAPH,
    ELEMENT_PRE,
    ELEMENT_QUOTE,
    ELEMENT_RAW,
    ELEMENT_RULE,
    ELEMENT_UNORDERED,
};

static const struct element_row {
    const char *name;
    enum element element;
} elements[] = {
#define ELEMENT(name, kind) {name, ELEMENT_##kind},
#include "dissect/mime_elements.def"
#undef ELEMENT
};

#define ELEMENTS (sizeof elements / sizeof elements[0])

struct html {
    struct bytes in;
    size_t at;
    struct buf *out;
    bool written, line; /* anything at all; on this line */
    bool blank;         /* a blank stands before the next word */
    unsigned ends;      /* line ends before the next word: 0 to 2 */
    unsigned pre, quotes, lists;
    unsigned counters[LISTS_MOST]; /* of ordered lists; 0: not ordered */
    uint32_t links, open_link;
    struct buf targets;
    /* Looked for and not there: never look again. */
    bool no_tag_end, no_comment_end, no_raw_end[ELEMENTS];
};

struct tag {
    char name[NAME_ROOM];
    size_t index; /* in elements; ELEMENTS: other */
    enum element element;
    bool closing;
    struct bytes attributes;
};

/* ---- writing ---- */

static void want_ends(struct html *h, unsigned n)
{
    h->ends = h->ends < n ? n : h->ends;
    h->blank = false;
}

static void begin_word(struct html *h)
{
    if (!h->written) {
        h->ends = 0;
    }
    for (unsigned i = 0; i < h->ends; i++) {
        buf_add_byte(h->out, '\n');
        h->line = false;
    }
    h->ends = 0;
    if (!h->line) {
        static const char marks[] = "> > > > > > > > ", blanks[] = "                              ";
        buf_add(h->out, bytes_sub(bytes_of(marks), 0, (size_t)h->quotes * 2));
        buf_add(h->out, bytes_sub(bytes_of(blanks), 0, h->lists > 1 ? h->lists * 2 - 2 : 0));
    } else if (h->blank) {
        buf_add_byte(h->out, ' ');
    }
    h->blank = false;
    h->line = h->written = true;
}

static void put_word(struct html *h, struct bytes word)
{
    if (word.n > 0) {
        begin_word(h);
        buf_add(h->out, word);
    }
}

static bool is_white(int c)
{
    return ascii_is_blank(c) || c == '\r' || c == '\n' || c == '\f';
}

static void put_white(struct html *h, int c)
{
    if (h->pre == 0) {
        h->blank = true;
    } else if (c == '\n') {
        begin_word(h);
        h->ends = 1;
    } else if (c != '\r') {
        begin_word(h);
        buf_add_byte(h->out, (uint8_t)(c == '\t' ? ' ' : c));
    }
}

/* ---- tags ---- */

/* Takes the next attribute off *rest; false at the end. */
static bool next_attribute(struct bytes *rest, struct bytes *name, struct bytes *value)
{
    size_t at = 0;
    while (is_white(bytes_at(*rest, at)) || bytes_at(*rest, at) == '/') {
        at++;
    }
    size_t from = at;
    while (at < rest->n && !is_white(rest->p[at]) && rest->p[at] != '=') {
        at++;
    }
    *name = bytes_sub(*rest, from, at - from);
    while (is_white(bytes_at(*rest, at))) {
        at++;
    }
    *value = (struct bytes){NULL, 0};
    if (bytes_at(*rest, at) == '=') {
        at++;
        while (is_white(bytes_at(*rest, at))) {
            at++;
        }
        int quote = bytes_at(*rest, at);
        if (quote == '"' || quote == '\'') {
            size_t end = bytes_find(*rest, quote, at + 1);
            *value = bytes_sub(*rest, at + 1, end == SIZE_MAX ? end : end - at - 1);
            at = end == SIZE_MAX ? rest->n : end + 1;
        } else {
            from = at;
            while (at < rest->n && !is_white(rest->p[at])) {
                at++;
            }
            *value = bytes_sub(*rest, from, at - from);
        }
    }
    *rest = bytes_from(*rest, at);
    return name->n > 0 || value->n > 0;
}

static struct bytes attribute(const struct tag *t, const char *wanted)
{
    struct bytes rest = t->attributes, name, value;
    while (next_attribute(&rest, &name, &value)) {
        if (bytes_is(name, wanted)) {
            return value;
        }
    }
    return (struct bytes){NULL, 0};
}

static int by_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct element_row *)row)->name);
}

/* The ">" of a tag, behind values in quotes; SIZE_MAX: it never ends. */
static size_t tag_end(struct bytes b, size_t at)
{
    while (at < b.n) {
        uint8_t c = b.p[at];
        if (c == '>') {
            return at;
        }
        bool quote = (c == '"' || c == '\'') && b.p[at - 1] == '=';
        size_t close = quote ? bytes_find(b, c, at + 1) : at;
        if (close == SIZE_MAX) {
            return bytes_find(b, '>', at); /* a quote that never ends is none */
        }
        at = close + 1;
    }
    return SIZE_MAX;
}

/* A tag at h->at ('<'); false: it is none, or never ends. */
static bool take_tag(struct html *h, struct tag *t)
{
    size_t at = h->at + 1, n = 0;
    t->closing = bytes_at(h->in, at) == '/';
    at += t->closing;
    if (!ascii_is_alpha(bytes_at(h->in, at))) {
        return false;
    }
    while (ascii_is_alpha(bytes_at(h->in, at)) || ascii_is_digit(bytes_at(h->in, at))) {
        if (n + 1 < NAME_ROOM) {
            t->name[n++] = (char)ascii_lower(h->in.p[at]);
        }
        at++;
    }
    t->name[n] = '\0';
    size_t end = h->no_tag_end ? SIZE_MAX : tag_end(h->in, at);
    if (end == SIZE_MAX) {
        h->no_tag_end = true;
        return false;
    }
    t->attributes = bytes_sub(h->in, at, end - at);
    const struct element_row *row =
        bsearch(t->name, elements, ELEMENTS, sizeof elements[0], by_name);
    t->index = row != NULL ? (size_t)(row - elements) : ELEMENTS;
    t->element = row != NULL ? row->element : ELEMENT_OTHER;
    h->at = end + 1;
    return true;
}

/* ---- links ---- */

/* Lists a target; its number, 0 when it is not listed. */
static uint32_t add_target(struct html *h, const char *what, struct bytes url)
{
    while (url.n > 0 && is_white(url.p[0])) {
        url = bytes_from(url, 1);
    }
    if (url.n == 0 || url.p[0] == '#') {
        return 0;
    }
    if (++h->links > LINKS_MOST) {
        return 0;
    }
    buf_printf(&h->targets, "[%u] %s", h->links, what);
    for (size_t i = 0; i < url.n && i < LINK_BYTES;) {
        if (url.p[i] == '&') {
            i = mime_entity_add(url, i, &h->targets);
        } else if (is_white(url.p[i])) {
            i++; /* browsers drop line ends in addresses */
        } else {
            buf_add_byte(&h->targets, url.p[i++]);
        }
    }
    buf_add_str(&h->targets, url.n > LINK_BYTES ? "...\n" : "\n");
    return h->links;
}

static void end_link(struct html *h)
{
    char mark[16];
    if (h->open_link > 0) {
        int n = snprintf(mark, sizeof mark, "[%u]", h->open_link);
        h->blank = h->blank && h->ends > 0;
        put_word(h, bytes_make(mark, (size_t)n));
        h->open_link = 0;
    }
}

static bool is_remote(struct bytes url)
{
    return bytes_starts(url, "http") || bytes_starts(url, "//") || bytes_starts(url, "ftp");
}

static void add_image(struct html *h, const struct tag *t)
{
    struct bytes alt = attribute(t, "alt"), src = attribute(t, "src");
    if (alt.n > 0) {
        put_word(h, bytes_of("["));
        buf_add(h->out, bytes_sub(alt, 0, LINK_BYTES));
        buf_add_str(h->out, "]");
    }
    if (is_remote(src)) {
        add_target(h, "(image) ", src);
    }
}

static void add_refresh(struct html *h, const struct tag *t)
{
    struct bytes content = attribute(t, "content");
    size_t at = bytes_search(bytes_sub(content, 0, LINK_BYTES), "url=", 0);
    if (bytes_is(attribute(t, "http-equiv"), "refresh") && at != SIZE_MAX) {
        add_target(h, "(refresh) ", bytes_from(content, at + 4));
    }
}

/* ---- elements ---- */

static void list_element(struct html *h, const struct tag *t)
{
    want_ends(h, h->lists == 0 ? 2 : 1);
    if (!t->closing && h->lists < LISTS_MOST) {
        h->counters[h->lists++] = t->element == ELEMENT_ORDERED;
    } else if (t->closing && h->lists > 0) {
        h->lists--;
    }
}

static void item_element(struct html *h)
{
    unsigned *counter = h->lists > 0 ? &h->counters[h->lists - 1] : NULL;
    char mark[16] = "*";
    want_ends(h, 1);
    int n = 1;
    if (counter != NULL && *counter > 0) {
        n = snprintf(mark, sizeof mark, "%u.", (*counter)++);
    }
    put_word(h, bytes_make(mark, (size_t)n));
    h->blank = true;
}

static void count_level(unsigned *level, bool closing, unsigned most)
{
    if (!closing && *level < most) {
        ++*level;
    } else if (closing && *level > 0) {
        --*level;
    }
}

/* Behind the end of an element whose content is no text. */
static void skip_raw(struct html *h, const struct tag *t)
{
    size_t n = strlen(t->name);
    size_t at = h->at;
    if (t->closing || h->no_raw_end[t->index]) {
        return;
    }
    while ((at = bytes_find(h->in, '<', at)) != SIZE_MAX) {
        struct bytes rest = bytes_from(h->in, at + 1);
        int behind = bytes_at(rest, n + 1);
        if (bytes_at(rest, 0) == '/' && bytes_starts(bytes_from(rest, 1), t->name) &&
            (is_white(behind) || behind == '>' || behind == '/')) {
            h->at = at;
            return;
        }
        at++;
    }
    h->no_raw_end[t->index] = true;
}

/* Those that only name an address. */
static void address_element(struct html *h, const struct tag *t)
{
    static const struct {
        enum element element;
        const char *attribute, *what;
    } rows[] = {
        {ELEMENT_AREA, "href", "(area) "},     {ELEMENT_BASE, "href", "(base) "},
        {ELEMENT_FORM, "action", "(form) "},   {ELEMENT_FRAME, "src", "(frame) "},
        {ELEMENT_OBJECT, "data", "(object) "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !t->closing; i++) {
        if (rows[i].element == t->element) {
            add_target(h, rows[i].what, attribute(t, rows[i].attribute));
        }
    }
}

static void use_tag(struct html *h, const struct tag *t)
{
    switch (t->element) {
    case ELEMENT_ANCHOR:
        end_link(h);
        h->open_link = t->closing ? 0 : add_target(h, "", attribute(t, "href"));
        break;
    case ELEMENT_BREAK:
        h->ends = h->ends < 2 ? h->ends + 1 : 2;
        h->blank = false;
        break;
    case ELEMENT_CELL:
        h->blank = true;
        break;
    case ELEMENT_IMAGE:
        add_image(h, t);
        break;
    case ELEMENT_ITEM:
        if (!t->closing) {
            item_element(h);
        }
        break;
    case ELEMENT_META:
        add_refresh(h, t);
        break;
    case ELEMENT_ORDERED:
    case ELEMENT_UNORDERED:
        list_element(h, t);
        break;
    case ELEMENT_LINE:
        want_ends(h, 1);
        break;
    case ELEMENT_PARAGRAPH:
        want_ends(h, 2);
        break;
    case ELEMENT_PRE:
        want_ends(h, 2);
        count_level(&h->pre, t->closing, UINT16_MAX);
        break;
    case ELEMENT_QUOTE:
        want_ends(h, 2);
        count_level(&h->quotes, t->closing, QUOTES_MOST);
        break;
    case ELEMENT_RAW:
        skip_raw(h, t);
        break;
    case ELEMENT_RULE:
        want_ends(h, 1);
        put_word(h, bytes_of("----------"));
        want_ends(h, 1);
        break;
    default:
        address_element(h, t);
        break;
    }
}

/* "<!...", "<?...": comments and declarations. */
static void skip_declaration(struct html *h)
{
    struct bytes rest = bytes_from(h->in, h->at);
    if (bytes_starts(rest, "<!--")) {
        const uint8_t *end = h->no_comment_end ? NULL : memmem(rest.p + 4, rest.n - 4, "-->", 3);
        h->no_comment_end = end == NULL;
        h->at = end != NULL ? (size_t)(end - h->in.p) + 3 : h->at + 4;
        return;
    }
    size_t end = h->no_tag_end ? SIZE_MAX : bytes_find(h->in, '>', h->at);
    h->no_tag_end = end == SIZE_MAX;
    h->at = end == SIZE_MAX ? h->at + 2 : end + 1;
}

static void use_less_than(struct html *h)
{
    struct tag t;
    int next = bytes_at(h->in, h->at + 1);
    if (next == '!' || next == '?') {
        skip_declaration(h);
    } else if (take_tag(h, &t)) {
        use_tag(h, &t);
    } else {
        put_word(h, bytes_of("<"));
        h->at++;
    }
}

static bool ends_word(uint8_t c)
{
    return c == '<' || c == '&' || is_white(c);
}

static void list_targets(struct html *h)
{
    if (h->targets.n == 0) {
        return;
    }
    buf_add_str(h->out, "\n\nLinks:\n");
    buf_add(h->out, buf_bytes(&h->targets));
    if (h->links > LINKS_MOST) {
        buf_printf(h->out, "and %u more\n", h->links - LINKS_MOST);
    }
}

bool mime_html_text(struct bytes html, struct buf *out)
{
    struct html h = {.in = html, .out = out};
    buf_init(&h.targets, (size_t)1 << 22);
    while (h.at < html.n && !out->full) {
        uint8_t c = html.p[h.at];
        if (c == '<') {
            use_less_than(&h);
        } else if (c == '&') {
            begin_word(&h);
            h.at = mime_entity_add(html, h.at, out);
        } else if (is_white(c)) {
            put_white(&h, c);
            h.at++;
        } else {
            size_t from = h.at;
            while (h.at < html.n && !ends_word(html.p[h.at])) {
                h.at++;
            }
            put_word(&h, bytes_sub(html, from, h.at - from));
        }
    }
    end_link(&h);
    list_targets(&h);
    if (h.written && out->n > 0 && out->p[out->n - 1] != '\n') {
        buf_add_byte(out, '\n');
    }
    buf_done(&h.targets);
    return !out->full;
}

struct bytes mime_html_charset(struct bytes html)
{
    struct bytes head = bytes_sub(html, 0, CHARSET_AREA);
    size_t at = bytes_search(head, "charset=", 0);
    if (at == SIZE_MAX || bytes_search(head, "<meta", 0) > at) {
        return (struct bytes){NULL, 0};
    }
    at += 8;
    while (bytes_at(head, at) == '"' || bytes_at(head, at) == '\'') {
        at++;
    }
    size_t end = at;
    while (ascii_is_alpha(bytes_at(head, end)) || ascii_is_digit(bytes_at(head, end)) ||
           bytes_at(head, end) == '-' || bytes_at(head, end) == '_') {
        end++;
    }
    return bytes_sub(head, at, end - at);
}
