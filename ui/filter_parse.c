/* Filter text → tree of tests. Recursive descent over the grammar in filter.h. */
#include "ui/filter_private.h"

#include "capture/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MOST  8192
#define DEPTH_MOST 64 /* parentheses, "not" and @names */
#define ARENA_MOST (4u << 20)

static struct node *parse_or(struct parser *p);

/* ---- errors ---- */

void *parser_wrong(struct parser *p, size_t at, size_t length, const char *format, ...)
{
    if (!p->failed && p->error != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(p->error->text, sizeof p->error->text, format, args);
        va_end(args);
        p->error->at = at;
        p->error->length = length;
    }
    p->failed = true;
    return NULL;
}

/* ---- characters ---- */

int parser_peek(const struct parser *p)
{
    return bytes_at(p->text, p->at);
}

bool parser_ends_bare(int c)
{
    return c < 0 || c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')' || c == ',' ||
           c == '"';
}

void parser_skip_blanks(struct parser *p)
{
    while (parser_peek(p) == ' ' || parser_peek(p) == '\t' || parser_peek(p) == '\n') {
        p->at++;
    }
}

struct bytes parser_bare_run(const struct parser *p)
{
    size_t end = p->at;
    while (!parser_ends_bare(bytes_at(p->text, end))) {
        end++;
    }
    return bytes_sub(p->text, p->at, end - p->at);
}

const char *parser_shown(struct bytes b, char room[static 48])
{
    size_t n = b.n < 40 ? b.n : 40;
    for (size_t i = 0; i < n; i++) {
        room[i] = b.p[i] < 0x20 || b.p[i] == 0x7f ? '?' : (char)b.p[i];
    }
    room[n] = '\0';
    return room;
}

/* ---- nodes ---- */

void *parser_take(struct parser *p, size_t n)
{
    void *room = arena_alloc(&p->filter->arena, n);
    return room != NULL ? room : parser_wrong(p, 0, 0, "the filter is too long");
}

struct bytes parser_keep(struct parser *p, struct bytes b)
{
    char *room = parser_take(p, b.n + 1);
    if (room == NULL) {
        return (struct bytes){(const uint8_t *)"", 0};
    }
    if (b.n > 0) {
        memcpy(room, b.p, b.n);
    }
    room[b.n] = '\0';
    return bytes_make(room, b.n);
}

struct node *parser_node(struct parser *p, enum node_kind kind)
{
    struct node *n = parser_take(p, sizeof *n);
    if (n != NULL) {
        *n = (struct node){.kind = kind};
    }
    return n;
}

/* A new node above children a and, if there, b; an and of ands stays flat. */
static struct node *join(struct parser *p, enum node_kind kind, struct node *a, struct node *b)
{
    if (a == NULL || b == NULL) {
        return NULL;
    }
    if (a->kind != kind) {
        struct node *n = parser_node(p, kind);
        if (n == NULL) {
            return NULL;
        }
        n->first = a;
        a = n;
    }
    struct node **end = &a->first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = b;
    return a;
}

/* ---- the rest of the grammar ---- */

/* The text of @name is parsed as if it stood in parentheses; its errors are shown at the name. */
static struct node *parse_alias(struct parser *p)
{
    size_t at = p->at++;
    struct bytes run = parser_bare_run(p), name = parser_keep(p, run);
    char room[48];
    p->at += run.n;
    const struct filter_config *c = &p->filter->config;
    const char *text =
        c->alias != NULL && name.n > 0 ? c->alias(c->alias_arg, (const char *)name.p) : NULL;
    if (text == NULL) {
        return parser_wrong(p, at, run.n + 1,
                            "no filter is named @%s (set filter.%s in the settings)",
                            parser_shown(name, room), parser_shown(name, room));
    }
    struct filter_error inner = {0, 0, ""};
    struct parser q = {
        .filter = p->filter, .text = bytes_of(text), .depth = p->depth + 1, .error = &inner};
    struct node *n = q.depth < DEPTH_MOST ? parse_or(&q) : NULL;
    if (n != NULL && q.at < q.text.n) {
        n = parser_wrong(&q, q.at, 1, "unexpected )");
    }
    if (n == NULL) {
        return parser_wrong(p, at, run.n + 1, "in @%s: %s", parser_shown(name, room),
                            q.failed ? inner.text : "it names itself");
    }
    return n;
}

static struct node *parse_group(struct parser *p)
{
    size_t open = p->at++;
    if (++p->depth >= DEPTH_MOST) {
        return parser_wrong(p, open, 1, "too many parentheses");
    }
    struct node *n = parse_or(p);
    p->depth--;
    parser_skip_blanks(p);
    if (n != NULL && parser_peek(p) != ')') {
        return parser_wrong(p, open, 1, "the parenthesis is not closed");
    }
    p->at++;
    return n;
}

static struct node *parse_prim(struct parser *p)
{
    struct bytes text;
    int c = parser_peek(p);
    if (c < 0) {
        return parser_wrong(p, p->at, 0, "a test, a flag or a word is expected here");
    }
    if (c == '(') {
        return parse_group(p);
    }
    if (c == '"') {
        return parse_quoted(p, &text) ? parse_word(p, text) : NULL;
    }
    if (c == '@') {
        return parse_alias(p);
    }
    if (c == ')' || c == ',') {
        return parser_wrong(p, p->at, 1, "unexpected %c", c);
    }
    return parse_bare(p);
}

/* Is this word (any case), or this sign, next? Then it is taken. */
static bool keyword(struct parser *p, const char *word, const char *sign)
{
    parser_skip_blanks(p);
    struct bytes run = parser_bare_run(p);
    if (bytes_is(run, word)) {
        p->at += run.n;
        return true;
    }
    size_t n = strlen(sign);
    if (n > 0 && run.n >= n && memcmp(run.p, sign, n) == 0) {
        p->at += n;
        return true;
    }
    return false;
}

static struct node *parse_not(struct parser *p)
{
    bool negated = false;
    unsigned count = 0;
    parser_skip_blanks(p);
    for (;;) {
        int next = bytes_at(p->text, p->at + 1);
        bool sign = parser_peek(p) == '!' && next != '=' && next != '~';
        if (!sign && !keyword(p, "not", "")) {
            break;
        }
        p->at += sign;
        negated = !negated;
        if (++count > TEXT_MOST) {
            break;
        }
        parser_skip_blanks(p);
    }
    struct node *n = parse_prim(p);
    if (n == NULL || !negated) {
        return n;
    }
    struct node *not = parser_node(p, NODE_NOT);
    if (not != NULL) {
        not ->first = n;
        not ->cost = n->cost;
    }
    return not ;
}

/* Does the "and" end here? At the end, at ")", before "or". */
static bool and_ends(struct parser *p)
{
    parser_skip_blanks(p);
    struct bytes run = parser_bare_run(p);
    return parser_peek(p) < 0 || parser_peek(p) == ')' || bytes_is(run, "or") ||
           (run.n >= 2 && memcmp(run.p, "||", 2) == 0);
}

static struct node *parse_and(struct parser *p)
{
    struct node *n = parse_not(p);
    while (n != NULL && !and_ends(p)) {
        keyword(p, "and", "&&");
        n = join(p, NODE_AND, n, parse_not(p));
    }
    return n;
}

static struct node *parse_or(struct parser *p)
{
    struct node *n = parse_and(p);
    while (n != NULL && keyword(p, "or", "||")) {
        n = join(p, NODE_OR, n, parse_and(p));
    }
    return n;
}

/* ---- order ---- */

/* Cheap tests first: what stands behind them is then often not needed. */
static void sort_children(struct node *n)
{
    struct node *sorted = NULL;
    for (struct node *c = n->first, *next; c != NULL; c = next) {
        next = c->next;
        sort_children(c);
        struct node **at = &sorted;
        while (*at != NULL && (*at)->cost <= c->cost) {
            at = &(*at)->next;
        }
        c->next = *at;
        *at = c;
    }
    n->first = sorted;
    for (const struct node *c = sorted; c != NULL; c = c->next) {
        n->cost = c->cost > n->cost ? c->cost : n->cost;
    }
}

/* ---- life ---- */

static bool parse_all(struct parser *p)
{
    parser_skip_blanks(p);
    if (p->at == p->text.n) {
        p->filter->root = parser_node(p, NODE_TRUE);
        return !p->failed;
    }
    p->filter->root = parse_or(p);
    if (p->filter->root != NULL && p->at < p->text.n) {
        parser_wrong(p, p->at, 1, "unexpected )");
    }
    if (p->filter->root != NULL && !p->failed) {
        sort_children(p->filter->root);
    }
    return p->filter->root != NULL && !p->failed;
}

struct filter *filter_parse(const char *text, const struct filter_config *c, struct filter_error *e)
{
    struct filter_error ignored;
    struct filter *f = xcalloc(1, sizeof *f);
    f->config = c != NULL ? *c : (struct filter_config){.day_of = TIME_UNKNOWN};
    arena_init(&f->arena, ARENA_MOST);
    f->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    f->room = match_room_new();
    struct parser p = {.filter = f, .text = bytes_of(text), .error = e != NULL ? e : &ignored};
    *p.error = (struct filter_error){0, 0, ""};
    if (p.text.n > TEXT_MOST) {
        parser_wrong(&p, TEXT_MOST, 0, "the filter is too long");
    }
    if (p.failed || !parse_all(&p)) {
        filter_free(&f);
    }
    return f;
}

bool filter_is_empty(const struct filter *f)
{
    return f->root->kind == NODE_TRUE;
}

unsigned filter_needs(const struct filter *f)
{
    return f->needs;
}
