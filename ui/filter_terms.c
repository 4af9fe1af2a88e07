/* The terms of a filter: tests with their values, flags, words. */
#include "ui/filter_private.h"

#include "capture/base/buf.h"
#include "capture/base/typo.h"

#define QUOTED_MOST 8192
#define WORD_COST   8

/* ---- values ---- */

/* A quoted text: \" and \\ are " and \, any other backslash is itself (patterns need them). */
bool parse_quoted(struct parser *p, struct bytes *out)
{
    size_t open = p->at++;
    struct buf b;
    buf_init(&b, QUOTED_MOST);
    while (parser_peek(p) >= 0 && parser_peek(p) != '"') {
        int next = bytes_at(p->text, p->at + 1);
        if (parser_peek(p) == '\\' && (next == '"' || next == '\\')) {
            p->at++;
        }
        buf_add_byte(&b, (uint8_t)parser_peek(p));
        p->at++;
    }
    bool closed = parser_peek(p) == '"';
    if (closed) {
        p->at++;
        *out = parser_keep(p, buf_bytes(&b));
    } else {
        parser_wrong(p, open, 1, "the quote is not closed");
    }
    buf_done(&b);
    return closed && !p->failed;
}

static const char *const operator_text[] = {
    [OP_HAS] = ":",      [OP_IS] = "=",   [OP_MATCHES] = "~",   [OP_LESS] = "<",
    [OP_AT_MOST] = "<=", [OP_MORE] = ">", [OP_AT_LEAST] = ">=",
};

static bool parse_atom(struct parser *p, struct node *test, struct value *out)
{
    struct value_job job = {
        .filter = p->filter, .field = &field_table[test->field], .op = test->op};
    parser_skip_blanks(p);
    size_t at = p->at;
    job.quoted = parser_peek(p) == '"';
    if (job.quoted) {
        if (!parse_quoted(p, &job.text)) {
            return false;
        }
    } else {
        job.text = parser_bare_run(p);
        p->at += job.text.n;
        if (job.text.n == 0) {
            parser_wrong(p, at, at < p->text.n, "value expected after %s%s, for example %s",
                         test->negated ? "!" : "", operator_text[test->op], job.field->example);
            return false;
        }
    }
    int next = parser_peek(p);
    if (next == '"' || (next == '(' && p->at > at)) {
        parser_wrong(p, p->at, 1, "put quotes around a value with quotes or parentheses in it");
        return false;
    }
    job.text = parser_keep(p, job.text);
    if (!p->failed && !value_parse(&job, out)) {
        parser_wrong(p, at, p->at - at, "%s", job.why);
    }
    return !p->failed;
}

static bool add_value(struct parser *p, struct node *test)
{
    struct value *v = parser_take(p, sizeof *v);
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
    int next = parser_peek(p);
    if (parser_ends_bare(next) && next != '"' && next != '(') {
        return true;
    }
    parser_wrong(p, p->at, 1,
                 test->op == OP_MATCHES ? "put quotes around a pattern with parentheses in it"
                                        : "a blank is expected behind a list");
    return false;
}

static bool parse_values(struct parser *p, struct node *test)
{
    parser_skip_blanks(p);
    if (parser_peek(p) != '(') {
        return add_value(p, test);
    }
    size_t open = p->at++;
    if (test->op >= OP_LESS) {
        parser_wrong(p, open, 1, "a list goes with : or = or ~, not with %s",
                     operator_text[test->op]);
        return false;
    }
    for (;;) {
        if (!add_value(p, test)) {
            return false;
        }
        parser_skip_blanks(p);
        if (parser_peek(p) == ')') {
            p->at++;
            return list_ends(p, test);
        }
        if (parser_peek(p) != ',') {
            parser_wrong(p, parser_peek(p) < 0 ? open : p->at, 1,
                         parser_peek(p) < 0 ? "the parenthesis is not closed"
                                            : "comma or ) expected in a list");
            return false;
        }
        p->at++;
    }
}

/* ---- tests ---- */

/* Length of the operator at `at`; 0 when there is none. */
static size_t operator_at(struct bytes text, size_t at, enum filter_op *op, bool *negated)
{
    static const struct {
        const char *text;
        enum filter_op op;
        bool negated;
    } rows[] = {
        {"!=", OP_IS, true},        {"!~", OP_MATCHES, true}, {"<=", OP_AT_MOST, false},
        {">=", OP_AT_LEAST, false}, {"<", OP_LESS, false},    {">", OP_MORE, false},
        {":", OP_HAS, false},       {"==", OP_IS, false},     {"=", OP_IS, false},
        {"~", OP_MATCHES, false},
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

/* The field that a mistyped name was probably meant to be. */
static const char *similar(struct bytes name)
{
    struct typo t = typo_of(name);
    for (size_t i = 0; i < field_count(); i++) {
        typo_try(&t, field_table[i].name);
    }
    return t.best;
}

static struct node *unknown_field(struct parser *p, size_t at, struct bytes name)
{
    char room[48];
    const char *near = similar(name);
    if (near != NULL) {
        return parser_wrong(p, at, name.n,
                            "no field %s; is %s meant? (quote it to search for the text)",
                            parser_shown(name, room), near);
    }
    return parser_wrong(p, at, name.n, "no field %s (quote it to search for the text)",
                        parser_shown(name, room));
}

static const char *const ordered_type[TYPE_COUNT] = {
    [TYPE_NUMBER] = "",
    [TYPE_SIZE] = "",
    [TYPE_DURATION] = "",
    [TYPE_TIME] = "",
};

/* May this field be compared with that operator? */
static bool check_operator(struct parser *p, size_t at, size_t n, const struct node *test)
{
    const struct filter_field *f = &field_table[test->field];
    bool text = f->type == TYPE_TEXT || f->type == TYPE_ADDRESS;
    bool severity = strcmp(f->name, "sev") == 0;
    if (test->op >= OP_LESS && ordered_type[f->type] == NULL && !severity) {
        parser_wrong(p, at, n, "%s is no number: use %s, for example %s", f->name,
                     text ? ": = or ~" : ":", f->example);
        return false;
    }
    if (test->op == OP_MATCHES && !text && f->type != TYPE_ENHANCED) {
        parser_wrong(p, at, n, "%s is no text: use : or <, for example %s", f->name, f->example);
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
        return parser_wrong(p, at, name.n, "the field secret works only with --show-secrets");
    }
    struct node *test = parser_node(p, NODE_TEST);
    if (test == NULL) {
        return NULL;
    }
    test->field = field;
    if (field_is_header(field)) {
        test->header = parser_keep(p, bytes_from(name, strlen(field_table[field].name)));
    }
    parser_skip_blanks(p);
    size_t place = p->at, n = operator_at(p->text, p->at, &test->op, &test->negated);
    p->at += n;
    if (!check_operator(p, place, n, test) || !parse_values(p, test)) {
        return NULL;
    }
    return finish_test(p, test);
}

/* A bare word without operator, or a quoted one: a flag, or text in the row. */
struct node *parse_word(struct parser *p, struct bytes word)
{
    struct node *n = parser_node(p, NODE_WORD);
    struct value *v = n != NULL ? parser_take(p, sizeof *v) : NULL;
    if (v == NULL) {
        return NULL;
    }
    struct value_job job = {.filter = p->filter,
                            .field = &field_table[field_find(bytes_of("text"), false)],
                            .op = OP_HAS,
                            .text = parser_keep(p, word),
                            .quoted = true};
    value_parse(&job, v);
    n->values = v;
    n->cost = WORD_COST;
    return n;
}

static struct node *flag_node(struct parser *p, size_t field)
{
    struct node *n = parser_node(p, NODE_TEST);
    struct value *v = n != NULL ? parser_take(p, sizeof *v) : NULL;
    if (v == NULL) {
        return NULL;
    }
    *v = (struct value){.kind = VALUE_RANGE, .low = 1, .high = 1};
    n->field = field;
    n->op = OP_HAS;
    n->values = v;
    return finish_test(p, n);
}

struct node *parse_bare(struct parser *p)
{
    size_t at = p->at, end = at;
    struct bytes run = parser_bare_run(p);
    while (end < at + run.n && is_name_byte(bytes_at(p->text, end))) {
        end++;
    }
    struct bytes name = bytes_sub(p->text, at, end - at);
    enum filter_op op;
    bool negated;
    size_t after = end;
    while (ascii_is_blank(bytes_at(p->text, after))) {
        after++;
    }
    bool spaced = after > end && end == at + run.n; /* "code >= 500": only for names of fields */
    bool operated = operator_at(p->text, spaced ? after : end, &op, &negated) > 0;
    if (name.n == 0 && operated) {
        return parser_wrong(p, at, 1, "field expected before %c, for example code>=500",
                            bytes_at(p->text, at));
    }
    if (operated && ascii_is_alpha(name.p[0]) && (!spaced || field_find(name, false) != SIZE_MAX)) {
        p->at = end;
        return parse_test(p, at, name);
    }
    p->at += run.n;
    size_t flag = field_find(run, true), field = field_find(run, false);
    if (flag != SIZE_MAX) {
        return flag_node(p, flag);
    }
    if (field != SIZE_MAX) {
        return parser_wrong(p, at, run.n,
                            "operator expected behind %s, for example %s (quote it to "
                            "search for the text)",
                            field_table[field].name, field_table[field].example);
    }
    return parse_word(p, run);
}
