/* Filter text → tree of tests. Recursive descent over the grammar in filter.h. */
#include "ui/filter_private.h"

#include "capture/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MOST 8192
#define DEPTH_MOST 64       /* parentheses, "not" and @names */
#define ARENA_MOST (4u << 20)
#define WORD_COST 8

struct parser {
    struct filter *filter;
    struct bytes text;
    size_t at;
    unsigned depth;
    struct filter_error *error;
    bool failed;
};

static struct node *parse_or(struct parser *p);

/* ---- errors ------------------------------------------------------------------------------ */

__attribute__((format(printf, 4, 5))) static void *wrong(struct parser *p, size_t at,
                                                         size_t length, const char *format, ...)
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

/* ---- characters ----------------------------------------------------------------------------- */

static int peek(const struct parser *p)
{
    return bytes_at(p->text, p->at);
}

static bool ends_bare(int c)
{
    return c < 0 || c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')' || c == ',' ||
           c == '"';
}

static void skip_blanks(struct parser *p)
{
    while (peek(p) == ' ' || peek(p) == '\t' || peek(p) == '\n') {
        p->at++;
    }
}

static struct bytes bare_run(const struct parser *p)
{
    size_t end = p->at;
    while (!ends_bare(bytes_at(p->text, end))) {
        end++;
    }
    return bytes_sub(p->text, p->at, end - p->at);
}

/* For messages: at most 40 bytes of what the person typed, nothing that a terminal obeys. */
static const char *shown(struct bytes b, char room[static 48])
{
    size_t n = b.n < 40 ? b.n : 40;
    for (size_t i = 0; i < n; i++) {
        room[i] = b.p[i] < 0x20 || b.p[i] == 0x7f ? '?' : (char)b.p[i];
    }
    room[n] = '\0';
    return room;
}

/* ---- nodes ------------------------------------------------------------------------------------ */

static void *take(struct parser *p, size_t n)
{
    void *room = arena_alloc(&p->filter->arena, n);
    return room != NULL ? room : wrong(p, 0, 0, "the filter is too long");
}

static struct bytes keep(struct parser *p, struct bytes b)
{
    char *room = take(p, b.n + 1);
    if (room == NULL) {
        return (struct bytes){(const uint8_t *)"", 0};
    }
    if (b.n > 0) {
        memcpy(room, b.p, b.n);
    }
    room[b.n] = '\0';
    return bytes_make(room, b.n);
}

static struct node *new_node(struct parser *p, enum node_kind kind)
{
    struct node *n = take(p, sizeof *n);
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
        struct node *n = new_node(p, kind);
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

/* ---- values -------------------------------------------------------------------------------------- */

/* A quoted text: \" and \\ are " and \, any other backslash is itself (patterns need them). */
static bool parse_quoted(struct parser *p, struct bytes *out)
{
    size_t open = p->at++;
    struct buf b;
    buf_init(&b, TEXT_MOST);
    while (peek(p) >= 0 && peek(p) != '"') {
        int next = bytes_at(p->text, p->at + 1);
        if (peek(p) == '\\' && (next == '"' || next == '\\')) {
            p->at++;
        }
        buf_add_byte(&b, (uint8_t)peek(p));
        p->at++;
    }
    bool closed = peek(p) == '"';
    if (closed) {
        p->at++;
        *out = keep(p, buf_bytes(&b));
    } else {
        wrong(p, open, 1, "the quote is not closed");
    }
    buf_done(&b);
    return closed && !p->failed;
}

static const char *const operator_text[] = {
    [OP_HAS] = ":", [OP_IS] = "=", [OP_MATCHES] = "~", [OP_LESS] = "<", [OP_AT_MOST] = "<=",
    [OP_MORE] = ">", [OP_AT_LEAST] = ">=",
};

static bool parse_atom(struct parser *p, struct node *test, struct value *out)
{
    struct value_job job = {.filter = p->filter, .field = &field_table[test->field],
                            .op = test->op};
    skip_blanks(p);
    size_t at = p->at;
    job.quoted = peek(p) == '"';
    if (job.quoted) {
        if (!parse_quoted(p, &job.text)) {
            return false;
        }
    } else {
        job.text = bare_run(p);
        p->at += job.text.n;
        if (job.text.n == 0) {
            wrong(p, at, at < p->text.n, "value expected after %s%s, for example %s",
                  test->negated ? "!" : "", operator_text[test->op], job.field->example);
            return false;
        }
    }
    int next = peek(p);
    if (next == '"' || (next == '(' && p->at > at)) {
        wrong(p, p->at, 1, "put quotes around a value with quotes or parentheses in it");
        return false;
    }
    job.text = keep(p, job.text);
    if (!p->failed && !value_parse(&job, out)) {
        wrong(p, at, p->at - at, "%s", job.why);
    }
    return !p->failed;
}

static bool add_value(struct parser *p, struct node *test)
{
    struct value *v = take(p, sizeof *v);
    if (v == NULL || !parse_atom(p, test, v)) {
        return false;
    }
    v->next = test->values;
    test->values = v;
    return true;
}

/* Behind a list's parenthesis nothing may stick: "helo~(a|b)$" was meant as one pattern. */
static bool list_ends(struct parser *p, const struct node *test)
{
    int next = peek(p);
    if (ends_bare(next) && next != '"' && next != '(') {
        return true;
    }
    wrong(p, p->at, 1, test->op == OP_MATCHES ? "put quotes around a pattern with parentheses in it"
                                              : "a blank is expected behind a list");
    return false;
}

static bool parse_values(struct parser *p, struct node *test)
{
    skip_blanks(p);
    if (peek(p) != '(') {
        return add_value(p, test);
    }
    size_t open = p->at++;
    if (test->op >= OP_LESS) {
        wrong(p, open, 1, "a list goes with : or = or ~, not with %s", operator_text[test->op]);
        return false;
    }
    for (;;) {
        if (!add_value(p, test)) {
            return false;
        }
        skip_blanks(p);
        if (peek(p) == ')') {
            p->at++;
            return list_ends(p, test);
        }
        if (peek(p) != ',') {
            wrong(p, peek(p) < 0 ? open : p->at, 1, peek(p) < 0 ? "the parenthesis is not closed"
                                                                : "comma or ) expected in a list");
            return false;
        }
        p->at++;
    }
}

/* ---- tests ----------------------------------------------------------------------------------------- */

/* Length of the operator at `at`; 0 when there is none. */
static size_t operator_at(struct bytes text, size_t at, enum operator *op, bool *negated)
{
    static const struct {
        const char *text;
        enum operator op;
        bool negated;
    } rows[] = {
        {"!=", OP_IS, true}, {"!~", OP_MATCHES, true}, {"<=", OP_AT_MOST, false},
        {">=", OP_AT_LEAST, false}, {"<", OP_LESS, false}, {">", OP_MORE, false},
        {":", OP_HAS, false}, {"==", OP_IS, false}, {"=", OP_IS, false}, {"~", OP_MATCHES, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].text);
        if (text.n >= at + n && memcmp(text.p + at, rows[i].text, n) == 0) {
            *op = rows[i].op;
            *negated = rows[i].negated;
            return n;
        }
    }
    return 0;
}

static bool is_name_byte(int c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* Letters to add, take out or change until a becomes b (Levenshtein); b is a field's name. */
static size_t distance(struct bytes a, const char *b)
{
    size_t row[32], n = strlen(b);
    if (n >= sizeof row / sizeof row[0]) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = corner + (ascii_lower(a.p[i - 1]) != b[j - 1]);
            corner = row[j];
            size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < other ? change : other;
        }
    }
    return row[n];
}

/* The field that a mistyped name was probably meant to be. */
static const char *similar(struct bytes name)
{
    const char *best = NULL;
    size_t least = name.n < 3 ? 0 : name.n < 6 ? 2 : 3;
    for (size_t i = 0; i < field_count() && name.n < 40; i++) {
        size_t d = distance(name, field_table[i].name);
        if (d < least) {
            least = d;
            best = field_table[i].name;
        }
    }
    return best;
}

static struct node *unknown_field(struct parser *p, size_t at, struct bytes name)
{
    char room[48];
    const char *near = similar(name);
    if (near != NULL) {
        return wrong(p, at, name.n, "no field %s; is %s meant? (quote it to search for the text)",
                     shown(name, room), near);
    }
    return wrong(p, at, name.n, "no field %s (quote it to search for the text)",
                 shown(name, room));
}

static const char *const ordered_type[TYPE_COUNT] = {
    [TYPE_NUMBER] = "", [TYPE_SIZE] = "", [TYPE_DURATION] = "", [TYPE_TIME] = "",
};

/* May this field be compared with that operator? */
static bool check_operator(struct parser *p, size_t at, size_t n, const struct node *test)
{
    const struct filter_field *f = &field_table[test->field];
    bool text = f->type == TYPE_TEXT || f->type == TYPE_ADDRESS;
    bool severity = strcmp(f->name, "sev") == 0;
    if (test->op >= OP_LESS && ordered_type[f->type] == NULL && !severity) {
        wrong(p, at, n, "%s is no number: use %s, for example %s", f->name, text ? ": = or ~" : ":",
              f->example);
        return false;
    }
    if (test->op == OP_MATCHES && !text && f->type != TYPE_ENHANCED) {
        wrong(p, at, n, "%s is no text: use : or <, for example %s", f->name, f->example);
        return false;
    }
    return true;
}

static struct node *finish_test(struct parser *p, struct node *test)
{
    const struct field_row *row = &field_rows[test->field];
    test->cost = row->cost + (test->op == OP_MATCHES ? 1 : 0);
    p->filter->needs |= row->needs;
    p->filter->needs |= row->needs & FILTER_NEEDS_MIME ? FILTER_NEEDS_BODIES : 0;
    for (const struct value *v = test->values; v != NULL; v = v->next) {
        p->filter->needs |= v->kind == VALUE_AGO ? FILTER_NEEDS_NOW : 0;
    }
    return test;
}

static struct node *parse_test(struct parser *p, size_t at, struct bytes name)
{
    size_t field = field_find(name, false);
    if (field == SIZE_MAX) {
        return unknown_field(p, at, name);
    }
    if (field_is_secret(field) && !p->filter->config.show_secrets) {
        return wrong(p, at, name.n, "the field secret works only with --show-secrets");
    }
    struct node *test = new_node(p, NODE_TEST);
    if (test == NULL) {
        return NULL;
    }
    test->field = field;
    if (field_is_header(field)) {
        test->header = keep(p, bytes_from(name, strlen(field_table[field].name)));
    }
    skip_blanks(p);
    size_t place = p->at, n = operator_at(p->text, p->at, &test->op, &test->negated);
    p->at += n;
    if (!check_operator(p, place, n, test) || !parse_values(p, test)) {
        return NULL;
    }
    return finish_test(p, test);
}

/* A bare word without operator, or a quoted one: a flag, or text in the row. */
static struct node *word_node(struct parser *p, struct bytes word)
{
    struct node *n = new_node(p, NODE_WORD);
    struct value *v = n != NULL ? take(p, sizeof *v) : NULL;
    if (v == NULL) {
        return NULL;
    }
    struct value_job job = {.filter = p->filter, .field = &field_table[field_find(bytes_of("text"),
                                                                                false)],
                            .op = OP_HAS, .text = keep(p, word), .quoted = true};
    value_parse(&job, v);
    n->values = v;
    n->cost = WORD_COST;
    return n;
}

static struct node *flag_node(struct parser *p, size_t field)
{
    struct node *n = new_node(p, NODE_TEST);
    struct value *v = n != NULL ? take(p, sizeof *v) : NULL;
    if (v == NULL) {
        return NULL;
    }
    *v = (struct value){.kind = VALUE_RANGE, .low = 1, .high = 1};
    n->field = field;
    n->op = OP_HAS;
    n->values = v;
    return finish_test(p, n);
}

static struct node *parse_bare(struct parser *p)
{
    size_t at = p->at, end = at;
    struct bytes run = bare_run(p);
    while (end < at + run.n && is_name_byte(bytes_at(p->text, end))) {
        end++;
    }
    struct bytes name = bytes_sub(p->text, at, end - at);
    enum operator op;
    bool negated;
    size_t after = end;
    while (ascii_is_blank(bytes_at(p->text, after))) {
        after++;
    }
    bool spaced = after > end && end == at + run.n; /* "code >= 500": only for names of fields */
    bool operated = operator_at(p->text, spaced ? after : end, &op, &negated) > 0;
    if (name.n == 0 && operated) {
        return wrong(p, at, 1, "field expected before %c, for example code>=500",
                     bytes_at(p->text, at));
    }
    if (operated && ascii_is_alpha(name.p[0]) &&
        (!spaced || field_find(name, false) != SIZE_MAX)) {
        p->at = end;
        return parse_test(p, at, name);
    }
    p->at += run.n;
    size_t flag = field_find(run, true), field = field_find(run, false);
    if (flag != SIZE_MAX) {
        return flag_node(p, flag);
    }
    if (field != SIZE_MAX) {
        return wrong(p, at, run.n, "operator expected behind %s, for example %s (quote it to "
                     "search for the text)", field_table[field].name,
                     field_table[field].example);
    }
    return word_node(p, run);
}

/* ---- the rest of the grammar --------------------------------------------------------------------------- */

/* The text of @name is parsed as if it stood in parentheses; its errors are shown at the name. */
static struct node *parse_alias(struct parser *p)
{
    size_t at = p->at++;
    struct bytes run = bare_run(p), name = keep(p, run);
    char room[48];
    p->at += run.n;
    const struct filter_config *c = &p->filter->config;
    const char *text = c->alias != NULL && name.n > 0
                           ? c->alias(c->alias_arg, (const char *)name.p) : NULL;
    if (text == NULL) {
        return wrong(p, at, run.n + 1, "no filter is named @%s (set filter.%s in the settings)",
                     shown(name, room), shown(name, room));
    }
    struct filter_error inner = {0, 0, ""};
    struct parser q = {.filter = p->filter, .text = bytes_of(text), .depth = p->depth + 1,
                       .error = &inner};
    struct node *n = q.depth < DEPTH_MOST ? parse_or(&q) : NULL;
    if (n != NULL && q.at < q.text.n) {
        n = wrong(&q, q.at, 1, "unexpected )");
    }
    if (n == NULL) {
        return wrong(p, at, run.n + 1, "in @%s: %s", shown(name, room),
                     q.failed ? inner.text : "it names itself");
    }
    return n;
}

static struct node *parse_group(struct parser *p)
{
    size_t open = p->at++;
    if (++p->depth >= DEPTH_MOST) {
        return wrong(p, open, 1, "too many parentheses");
    }
    struct node *n = parse_or(p);
    p->depth--;
    skip_blanks(p);
    if (n != NULL && peek(p) != ')') {
        return wrong(p, open, 1, "the parenthesis is not closed");
    }
    p->at++;
    return n;
}

static struct node *parse_prim(struct parser *p)
{
    struct bytes text;
    int c = peek(p);
    if (c < 0) {
        return wrong(p, p->at, 0, "a test, a flag or a word is expected here");
    }
    if (c == '(') {
        return parse_group(p);
    }
    if (c == '"') {
        return parse_quoted(p, &text) ? word_node(p, text) : NULL;
    }
    if (c == '@') {
        return parse_alias(p);
    }
    if (c == ')' || c == ',') {
        return wrong(p, p->at, 1, "unexpected %c", c);
    }
    return parse_bare(p);
}

/* Is this word (any case), or this sign, next? Then it is taken. */
static bool keyword(struct parser *p, const char *word, const char *sign)
{
    skip_blanks(p);
    struct bytes run = bare_run(p);
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
    skip_blanks(p);
    for (;;) {
        int next = bytes_at(p->text, p->at + 1);
        bool sign = peek(p) == '!' && next != '=' && next != '~';
        if (!sign && !keyword(p, "not", "")) {
            break;
        }
        p->at += sign;
        negated = !negated;
        if (++count > TEXT_MOST) {
            break;
        }
        skip_blanks(p);
    }
    struct node *n = parse_prim(p);
    if (n == NULL || !negated) {
        return n;
    }
    struct node *not = new_node(p, NODE_NOT);
    if (not != NULL) {
        not->first = n;
        not->cost = n->cost;
    }
    return not;
}

/* Does the "and" end here? At the end, at ")", before "or". */
static bool and_ends(struct parser *p)
{
    skip_blanks(p);
    struct bytes run = bare_run(p);
    return peek(p) < 0 || peek(p) == ')' || bytes_is(run, "or") ||
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

/* ---- order -------------------------------------------------------------------------------------------------- */

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

/* ---- life --------------------------------------------------------------------------------------------------- */

static bool parse_all(struct parser *p)
{
    skip_blanks(p);
    if (p->at == p->text.n) {
        p->filter->root = new_node(p, NODE_TRUE);
        return !p->failed;
    }
    p->filter->root = parse_or(p);
    if (p->filter->root != NULL && p->at < p->text.n) {
        wrong(p, p->at, 1, "unexpected )");
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
    struct parser p = {.filter = f, .text = bytes_of(text), .error = e != NULL ? e : &ignored};
    *p.error = (struct filter_error){0, 0, ""};
    if (p.text.n > TEXT_MOST) {
        wrong(&p, TEXT_MOST, 0, "the filter is too long");
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
