/* Filters: does a subject pass? */
#include "ui/filter_private.h"

#include "capture/base/error.h"
#include "capture/base/when.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MOST         (8u << 20)
#define PATTERN_TEXT_MOST (64u << 10) /* of one text a pattern looks at so much */

struct match_room *match_room_new(void)
{
    struct match_room *room = xcalloc(1, sizeof *room);
    buf_init(&room->scratch, TEXT_MOST);
    buf_init(&room->decoded, TEXT_MOST);
    buf_init(&room->row, TEXT_MOST);
    buf_init(&room->pattern_text, PATTERN_TEXT_MOST);
    return room;
}

void match_room_free(struct match_room *room)
{
    if (room != NULL) {
        buf_done(&room->scratch);
        buf_done(&room->decoded);
        buf_done(&room->row);
        buf_done(&room->pattern_text);
        free(room);
    }
}

/* ---- texts ---- */

/* Does hay contain needle (lower case), ASCII letters in any case? */
static bool text_has(struct bytes hay, struct bytes needle)
{
    if (needle.n == 0) {
        return true;
    }
    if (needle.n > hay.n) {
        return false;
    }
    size_t last = hay.n - needle.n;
    int lower = needle.p[0], upper = ascii_upper(lower);
    for (size_t at = 0; at <= last; at++) {
        if (hay.p[at] != lower && hay.p[at] != upper) {
            continue;
        }
        size_t n = 1;
        while (n < needle.n && ascii_lower(hay.p[at + n]) == needle.p[n]) {
            n++;
        }
        if (n == needle.n) {
            return true;
        }
    }
    return false;
}

static bool text_is(struct bytes text, struct bytes lower)
{
    if (text.n != lower.n) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (ascii_lower(text.p[i]) != lower.p[i]) {
            return false;
        }
    }
    return true;
}

/* Patterns see bytes (C locale). regexec wants C strings: NULs become \x01. */
static bool text_matches(struct probe *p, const regex_t *regex, struct bytes text)
{
    size_t n = text.n < p->room->pattern_text.ceiling ? text.n : p->room->pattern_text.ceiling;
    buf_clear(&p->room->pattern_text);
    buf_add(&p->room->pattern_text, bytes_sub(text, 0, n));
    for (size_t i = 0; i < n; i++) {
        uint8_t c = p->room->pattern_text.p[i];
        p->room->pattern_text.p[i] = c == '\0' ? 1 : c;
    }
    locale_t before = uselocale(p->filter->plain);
    int code = regexec(regex, buf_cstr(&p->room->pattern_text), 0, NULL, 0);
    uselocale(before);
    return code == 0;
}

static bool text_fits(struct probe *p, const struct value *v, struct bytes text)
{
    switch (v->kind) {
    case VALUE_ANY:
        return text.n > 0;
    case VALUE_PATTERN:
        return text_matches(p, v->regex, text);
    case VALUE_TEXT:
        return p->test->op == OP_IS ? text_is(text, v->text) : text_has(text, v->text);
    default:
        return false;
    }
}

bool give_text(struct probe *p, struct bytes text)
{
    for (const struct value *v = p->test->values; v != NULL && !p->hit; v = v->next) {
        p->hit = text_fits(p, v, text);
    }
    return p->hit;
}

bool give_word(struct probe *p, const char *text)
{
    return give_text(p, bytes_of(text));
}

/* ---- numbers ---- */

static bool in_order(enum filter_op op, int64_t n, int64_t low, int64_t high)
{
    switch (op) {
    case OP_LESS:
        return n < low;
    case OP_AT_MOST:
        return n <= high;
    case OP_MORE:
        return n > high;
    case OP_AT_LEAST:
        return n >= low;
    default:
        return n >= low && n <= high;
    }
}

bool give_signed(struct probe *p, int64_t n)
{
    for (const struct value *v = p->test->values; v != NULL && !p->hit; v = v->next) {
        p->hit = v->kind == VALUE_ANY ||
                 (v->kind == VALUE_RANGE && in_order(p->test->op, n, v->low, v->high));
    }
    return p->hit;
}

bool give_number(struct probe *p, uint64_t n)
{
    return give_signed(p, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

bool give_yesno(struct probe *p, bool yes)
{
    return give_signed(p, yes);
}

/* A clock time is on the day of the session; ranges as "12:30..12:40". */
static bool clock_on_day(const struct probe *p, const struct value *v, int64_t day, int64_t *low,
                         int64_t *high)
{
    char first[64];
    const char *text = (const char *)v->text.p, *dots = strstr(text, "..");
    size_t n = dots != NULL ? (size_t)(dots - text) : v->text.n;
    snprintf(first, sizeof first, "%.*s", (int)(n < 60 ? n : 60), text);
    bool utc = p->filter->config.utc;
    if (!when_parse(first, day, utc, low) ||
        !when_parse(dots != NULL ? dots + 2 : first, day, utc, high)) {
        return false;
    }
    if (p->test->op < OP_LESS) {
        *high += v->span - 1;
    }
    return true;
}

/* Finding a local day costs, and sessions come in the order of their times: the last answer is
 * kept. No time zone's day begins inside a quarter of an hour. */
static bool clock_range(const struct probe *p, struct value *v, int64_t day, int64_t *low,
                        int64_t *high)
{
    int64_t quarter = day / (900 * INT64_C(1000000000));
    if (!v->quarter_known || v->quarter != quarter) {
        v->quarter = quarter;
        v->quarter_known = true;
        v->quarter_valid = clock_on_day(p, v, day, &v->quarter_low, &v->quarter_high);
    }
    *low = v->quarter_low;
    *high = v->quarter_high;
    return v->quarter_valid;
}

bool give_time(struct probe *p, int64_t ns)
{
    for (struct value *v = p->test->values; v != NULL && !p->hit; v = v->next) {
        int64_t low = v->low, high = v->high;
        bool known = v->kind == VALUE_RANGE;
        if (v->kind == VALUE_ANY) {
            p->hit = true;
        } else if (v->kind == VALUE_AGO && p->subject->now >= 0) {
            low = high = p->subject->now - v->low;
            known = true;
        } else if (v->kind == VALUE_CLOCK) {
            known = clock_range(p, v, ns, &low, &high);
        }
        if (v->kind == VALUE_AGO && p->test->op < OP_LESS) { /* "start:-5m": since then */
            high = INT64_MAX;
        }
        p->hit = p->hit || (known && in_order(p->test->op, ns, low, high));
    }
    return p->hit;
}

/* ---- codes and addresses ---- */

bool give_enhanced(struct probe *p, struct enhanced e)
{
    if (e.class == 0) {
        return false;
    }
    const int parts[3] = {e.class, e.subject, e.detail};
    char text[24];
    snprintf(text, sizeof text, "%d.%d.%d", parts[0], parts[1], parts[2]);
    for (const struct value *v = p->test->values; v != NULL && !p->hit; v = v->next) {
        if (v->kind != VALUE_ENHANCED) {
            p->hit = text_fits(p, v, bytes_of(text));
            continue;
        }
        bool same = true;
        for (int i = 0; i < 3; i++) {
            same = same && (v->parts[i] < 0 || v->parts[i] == parts[i]);
        }
        p->hit = same;
    }
    return p->hit;
}

static bool in_network(const struct value *v, const uint8_t *ip, uint8_t version)
{
    size_t whole = v->bits / 8;
    unsigned rest = v->bits % 8;
    if (v->version != version || memcmp(v->ip, ip, whole) != 0) {
        return false;
    }
    return rest == 0 || ((v->ip[whole] ^ ip[whole]) >> (8 - rest)) == 0;
}

bool give_address(struct probe *p, const struct endpoint *end, uint8_t version, struct bytes name)
{
    char text[INET6_ADDRSTRLEN] = "";
    bool needs_text = false;
    for (const struct value *v = p->test->values; v != NULL && !p->hit; v = v->next) {
        needs_text |= v->kind == VALUE_TEXT || v->kind == VALUE_PATTERN;
        p->hit =
            v->kind == VALUE_ANY || (v->kind == VALUE_NETWORK && in_network(v, end->ip, version));
    }
    if (!p->hit && needs_text) {
        if (inet_ntop(version == 4 ? AF_INET : AF_INET6, end->ip, text, sizeof text) != NULL) {
            give_text(p, bytes_of(text));
        }
        if (!p->hit && name.n > 0) {
            give_text(p, name);
        }
    }
    return p->hit;
}

/* ---- the tree ---- */

static bool test_holds(const struct filter *f, const struct filter_subject *s,
                       const struct node *test)
{
    struct probe p = {.filter = f, .subject = s, .test = test, .room = f->room};
    field_rows[test->field].get(&p);
    return p.hit != test->negated;
}

static bool word_holds(const struct filter *f, const struct filter_subject *s,
                       const struct node *word)
{
    struct probe p = {.filter = f, .subject = s, .test = word, .room = f->room};
    struct match_room *room = f->room;
    if (!room->row_known) {
        buf_clear(&room->row);
        if (s->source->shown != NULL) {
            s->source->shown(s->arg, &room->row);
        }
        room->row_known = true;
    }
    return give_text(&p, buf_bytes(&room->row));
}

/* As deep as the parser let it become: bounded. */
static bool holds(const struct filter *f, const struct filter_subject *s, const struct node *n)
{
    const struct node *c = n->first;
    switch (n->kind) {
    case NODE_TRUE:
        return true;
    case NODE_NOT:
        return !holds(f, s, c);
    case NODE_AND:
        while (c != NULL && holds(f, s, c)) {
            c = c->next;
        }
        return c == NULL;
    case NODE_OR:
        while (c != NULL && !holds(f, s, c)) {
            c = c->next;
        }
        return c != NULL;
    case NODE_TEST:
        return test_holds(f, s, n);
    case NODE_WORD:
        return word_holds(f, s, n);
    }
    return false;
}

bool filter_match(const struct filter *f, const struct filter_subject *subject)
{
    f->room->row_known = false;
    return holds(f, subject, f->root);
}
