#include "capture/base/error.h"
#include "dissect/mime_params.h"
#include "dissect/mime_scan_private.h"

#include <stdlib.h>

#define BOUNDARY_LONG 70 /* RFC 2046 5.1.1 */

/* ---- small pieces ---- */

void scan_odd(struct scanner *s, enum mime_oddity what, uint32_t node, size_t at)
{
    struct mime_odd *o = &s->out->odd[what];
    if (o->count++ == 0) {
        o->node = node;
        o->at = at;
    }
}

static uint64_t hash_of(const uint8_t *p, size_t n)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a: equal texts are compared afterwards */
    for (size_t i = 0; i < n; i++) {
        h = (h ^ p[i]) * UINT64_C(1099511628211);
    }
    return h;
}

struct mime_node *scan_node(struct scanner *s, uint32_t i)
{
    return &s->out->nodes[i];
}

static uint32_t add_node(struct scanner *s, size_t at)
{
    struct mime_scan *o = s->out;
    if (o->count == s->room) {
        s->room = s->room < 4 ? 4 : s->room + s->room / 2;
        o->nodes = xrealloc(o->nodes, s->room * sizeof *o->nodes);
    }
    struct open_container *in = s->open > 0 ? &s->stack[s->open - 1] : NULL;
    o->nodes[o->count] = (struct mime_node){
        .parent = in != NULL ? in->node : MIME_NO_PARENT,
        .position = in != NULL ? ++in->children : 1,
        .depth = (uint16_t)s->open,
        .header = at,
        .body = at,
        .end = at,
    };
    return o->count++;
}

/* ---- lines ---- */

bool scan_line(const struct scanner *s, size_t at, struct line *l)
{
    if (at >= s->raw.n) {
        return false;
    }
    size_t lf = bytes_find(s->raw, '\n', at);
    l->begin = at;
    l->end = lf == SIZE_MAX ? s->raw.n : lf;
    l->next = lf == SIZE_MAX ? s->raw.n : lf + 1;
    if (lf != SIZE_MAX && lf > at && s->raw.p[lf - 1] == '\r') {
        l->end--;
    }
    return true;
}

/* The end of a body in front of a boundary line: the line end belongs to the boundary. */
static size_t end_before(const struct scanner *s, size_t begin, size_t body)
{
    size_t end = begin;
    if (end > body && s->raw.p[end - 1] == '\n') {
        end--;
        if (end > body && s->raw.p[end - 1] == '\r') {
            end--;
        }
    }
    return end;
}

/* ---- boundaries ---- */

static uint64_t bit_of(uint64_t hash)
{
    return UINT64_C(1) << (hash & 63);
}

static uint64_t *word_of(struct scanner *s, uint64_t hash)
{
    return &s->seen[hash >> 6 & 15];
}

/* The innermost open multipart with that boundary, or NO_LEVEL. */
static uint32_t find_boundary(struct scanner *s, struct bytes text)
{
    if (text.n == 0 || text.n > BOUNDARY_MOST) {
        return NO_LEVEL;
    }
    uint64_t hash = hash_of(text.p, text.n);
    if ((*word_of(s, hash) & bit_of(hash)) == 0) {
        return NO_LEVEL;
    }
    for (uint32_t i = s->open; i-- > 0;) {
        const struct open_container *c = &s->stack[i];
        if (s->hashes[i] == hash && c->length == text.n &&
            memcmp(c->boundary, text.p, text.n) == 0) {
            return i;
        }
    }
    return NO_LEVEL;
}

static const struct open_container *innermost_multipart(const struct scanner *s)
{
    for (uint32_t i = s->open; i-- > 0;) {
        if (s->stack[i].length > 0) {
            return &s->stack[i];
        }
    }
    return NULL;
}

enum delimiter scan_boundary(struct scanner *s, const struct line *l, uint32_t *level)
{
    size_t n = l->end - l->begin;
    const uint8_t *p = s->raw.p + l->begin;
    if (s->multiparts == 0 || n < 3 || p[0] != '-' || p[1] != '-') {
        return DELIMITER_NONE;
    }
    struct bytes text = bytes_sub(s->raw, l->begin + 2, n - 2);
    size_t shown = text.n;
    while (shown > 0 && (ascii_is_blank(text.p[shown - 1]) || text.p[shown - 1] == '\r')) {
        shown--;
    }
    text.n = shown;
    if ((*level = find_boundary(s, text)) != NO_LEVEL) {
        return DELIMITER_BEGIN;
    }
    struct bytes stem = bytes_sub(text, 0, text.n > 2 ? text.n - 2 : 0);
    if (bytes_ends(text, "--") && (*level = find_boundary(s, stem)) != NO_LEVEL) {
        return DELIMITER_CLOSE;
    }
    const struct open_container *c = innermost_multipart(s);
    if (text.n > c->length && memcmp(text.p, c->boundary, c->length) == 0) {
        scan_odd(s, ODD_DELIMITER_TAIL, c->node, l->begin);
    }
    return DELIMITER_NONE;
}

/* Ends everything inside stack[level] at a boundary line. */
static void end_inside(struct scanner *s, uint32_t level, size_t begin)
{
    if (s->leaf != NO_LEAF) {
        struct mime_node *leaf = scan_node(s, s->leaf);
        leaf->end = end_before(s, begin, leaf->body);
        s->leaf = NO_LEAF;
    }
    while (s->open > level + 1) {
        const struct open_container *c = &s->stack[--s->open];
        struct mime_node *n = scan_node(s, c->node);
        n->end = end_before(s, begin, n->body);
        s->multiparts -= c->length > 0;
        if (c->length > 0 && c->children == 0) {
            scan_odd(s, ODD_CLOSED_EMPTY, c->node, begin);
        } else if (c->length > 0 && !c->closed) {
            scan_odd(s, ODD_NOT_CLOSED, c->node, begin);
        }
    }
}

/* ---- containers ---- */

static struct open_container *push(struct scanner *s, uint32_t node)
{
    if (s->open == s->open_room) {
        s->open_room = s->open_room < 4 ? 4 : s->open_room * 2;
        s->stack = xrealloc(s->stack, s->open_room * sizeof *s->stack);
        s->hashes = xrealloc(s->hashes, s->open_room * sizeof *s->hashes);
    }
    s->hashes[s->open] = 0;
    struct open_container *c = &s->stack[s->open++];
    c->node = node;
    c->children = 0;
    c->length = 0;
    c->closed = c->digest = false;
    return c;
}

static void set_boundary(struct scanner *s, struct open_container *c, struct bytes text)
{
    for (uint32_t i = 0; i + 1 < s->open; i++) {
        const struct open_container *outer = &s->stack[i];
        size_t n = outer->length < text.n ? outer->length : text.n;
        if (outer->length > 0 && memcmp(outer->boundary, text.p, n) == 0) {
            scan_odd(s, ODD_BOUNDARY_SHARED, c->node, scan_node(s, c->node)->header);
        }
    }
    memcpy(c->boundary, text.p, text.n);
    c->length = (uint16_t)text.n;
    uint64_t hash = hash_of(text.p, text.n);
    s->hashes[s->open - 1] = hash;
    *word_of(s, hash) |= bit_of(hash);
    s->multiparts++;
}

/* The first boundary parameter; RFC 2231 forms where there is no plain one. */
static void read_boundary(struct scanner *s, uint32_t node, const struct mime_params *params,
                          struct buf *out)
{
    struct buf more;
    bool found = false;
    buf_init(&more, BOUNDARY_MOST + 1);
    for (uint32_t i = 0; i < params->count; i++) {
        const struct mime_param *p = &params->list[i];
        if (p->section >= 0 || p->extended || !bytes_is(p->name, "boundary")) {
            continue;
        }
        buf_clear(&more);
        mime_param_plain(p, found ? &more : out);
        if (found && !bytes_equal(buf_bytes(&more), buf_bytes(out))) {
            scan_odd(s, ODD_PARAM_TWICE, node, scan_node(s, node)->header);
        }
        found = true;
        if (!p->quoted && (bytes_find(p->value, ' ', 0) != SIZE_MAX ||
                           bytes_find(p->value, '(', 0) != SIZE_MAX)) {
            scan_odd(s, ODD_FIELD_WRITTEN, node, scan_node(s, node)->header);
        }
    }
    buf_done(&more);
    if (!found) {
        struct mime_param_text t = {0};
        buf_init(&t.text, BOUNDARY_MOST + 1);
        mime_param_find(params, "boundary", true, &t);
        buf_add(out, buf_bytes(&t.text));
        buf_done(&t.text);
    }
}

/* False: no boundary that can be used. */
static bool open_multipart(struct scanner *s, uint32_t node, const struct mime_params *params)
{
    struct buf text;
    size_t at = scan_node(s, node)->header;
    buf_init(&text, BOUNDARY_MOST + 1);
    read_boundary(s, node, params, &text);
    if (text.n > 0 && ascii_is_blank(text.p[text.n - 1])) {
        scan_odd(s, ODD_BOUNDARY_BLANK, node, at);
        while (text.n > 0 && ascii_is_blank(text.p[text.n - 1])) {
            text.n--;
        }
    }
    if (text.n > BOUNDARY_LONG) {
        scan_odd(s, ODD_BOUNDARY_LONG, node, at);
    }
    bool fine = text.n > 0 && text.n <= BOUNDARY_MOST;
    if (fine) {
        struct open_container *c = push(s, node);
        c->digest = strcmp(params->value, "multipart/digest") == 0;
        set_boundary(s, c, buf_bytes(&text));
        scan_node(s, node)->kind = MIME_MULTIPART;
    } else if (text.n == 0) {
        scan_odd(s, ODD_NO_BOUNDARY, node, at);
    }
    buf_done(&text);
    return fine;
}

static bool is_message_type(const char *type)
{
    return strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/global") == 0 ||
           strcmp(type, "message/news") == 0;
}

/* RFC 2045 6.4: a multipart or message is never encoded as such. */
static bool is_encoded(struct bytes raw)
{
    struct mime_params p;
    mime_params_read(raw, &p);
    bool encoded = strcmp(p.value, "base64") == 0 || strcmp(p.value, "quoted-printable") == 0 ||
                   strcmp(p.value, "x-uuencode") == 0;
    mime_params_done(&p);
    return encoded;
}

static bool open_typed(struct scanner *s, uint32_t node, const struct mime_params *params,
                       const char *type)
{
    struct mime_node *n = scan_node(s, node);
    bool multipart = strncmp(type, "multipart/", 10) == 0;
    if (!multipart && !is_message_type(type)) {
        return false;
    }
    if (s->open >= s->limits->mime_depth) {
        scan_odd(s, ODD_TOO_DEEP, node, n->header);
        n->too_deep = true;
        return false;
    }
    bool encoded = is_encoded(n->field[FIELD_ENCODING]);
    if (encoded) {
        scan_odd(s, ODD_ENCODED_CONTAINER, node, n->header);
    }
    if (multipart) {
        return open_multipart(s, node, params);
    }
    if (!encoded) {
        push(s, node);
        n->kind = MIME_MESSAGE;
    }
    return !encoded;
}

/* The header of a node is over: does it hold others? */
static bool open_container(struct scanner *s, uint32_t node)
{
    struct bytes field = scan_node(s, node)->field[FIELD_TYPE];
    struct mime_params params;
    if (field.p == NULL) {
        bool digest = s->open > 0 && s->stack[s->open - 1].digest;
        return digest && open_typed(s, node, NULL, "message/rfc822");
    }
    mime_params_read(field, &params);
    bool holds = open_typed(s, node, &params, params.value);
    mime_params_done(&params);
    return holds;
}

/* ---- the scan ---- */

/* At limits.mime_parts all that is left is one leaf. */
static size_t take_rest(struct scanner *s, uint32_t node)
{
    struct mime_node *n = scan_node(s, node);
    scan_odd(s, ODD_TOO_MANY_PARTS, node, n->header);
    n->rest = true;
    s->leaf = node;
    return s->raw.n;
}

/* A node begins at `at`, and in it those that begin with it; answers where its text goes on. */
static size_t begin_node(struct scanner *s, size_t at)
{
    for (bool ended = false;;) {
        uint32_t node = add_node(s, at);
        if (node + 1 >= s->limits->mime_parts) {
            return take_rest(s, node);
        }
        if (ended) { /* a message of which nothing is there */
            s->leaf = node;
            return at;
        }
        at = scan_header(s, node, at, &ended);
        bool holds = open_container(s, node);
        s->leaf = holds ? NO_LEAF : node;
        if (!holds || scan_node(s, node)->kind == MIME_MULTIPART) {
            return at;
        }
    }
}

/* Ends what is open: there is no more text. */
static void end_all(struct scanner *s)
{
    bool rest = scan_node(s, s->out->count - 1)->rest;
    if (s->leaf != NO_LEAF) {
        struct mime_node *leaf = scan_node(s, s->leaf);
        leaf->end = s->raw.n;
        leaf->unclosed = true;
    }
    while (s->open > 0) {
        const struct open_container *c = &s->stack[--s->open];
        struct mime_node *n = scan_node(s, c->node);
        n->end = s->raw.n;
        n->unclosed = !c->closed;
        if (c->length == 0 || !s->whole || rest) {
            continue;
        }
        if (c->children == 0) {
            scan_odd(s, ODD_CLOSED_EMPTY, c->node, s->raw.n);
        } else if (!c->closed) {
            scan_odd(s, ODD_NOT_CLOSED, c->node, s->raw.n);
        }
    }
}

/* A boundary line of stack[level]; answers where the text goes on. */
static size_t take_boundary(struct scanner *s, enum delimiter d, uint32_t level,
                            const struct line *l)
{
    end_inside(s, level, l->begin);
    struct open_container *c = &s->stack[level];
    if (c->closed) {
        scan_odd(s, ODD_BEHIND_CLOSE, c->node, l->begin);
        return l->next;
    }
    if (d == DELIMITER_BEGIN) {
        return begin_node(s, l->next);
    }
    c->closed = true;
    if (c->children == 0) {
        scan_odd(s, ODD_CLOSED_EMPTY, c->node, l->begin);
    }
    return l->next;
}

/* A multipart in which no part ever began shows its text as one leaf. */
static void empty_are_leaves(struct mime_scan *o)
{
    for (uint32_t i = 0; i < o->count; i++) {
        bool parent = i + 1 < o->count && o->nodes[i + 1].parent == i;
        if (o->nodes[i].kind == MIME_MULTIPART && !parent) {
            o->nodes[i].kind = MIME_LEAF;
        }
    }
}

void mime_scan(struct bytes raw, bool whole, const struct limits *l, struct mime_scan *out)
{
    struct scanner s = {.out = out, .raw = raw, .limits = l, .whole = whole, .leaf = NO_LEAF};
    struct line line;
    *out = (struct mime_scan){0};
    size_t at = begin_node(&s, 0);
    while (s.multiparts > 0 && scan_line(&s, at, &line)) {
        uint32_t level = 0;
        enum delimiter d = scan_boundary(&s, &line, &level);
        at = d == DELIMITER_NONE ? line.next : take_boundary(&s, d, level, &line);
    }
    end_all(&s);
    empty_are_leaves(out);
    free(s.hashes);
    free(s.stack);
}

void mime_scan_done(struct mime_scan *s)
{
    free(s->nodes);
    *s = (struct mime_scan){0};
}
