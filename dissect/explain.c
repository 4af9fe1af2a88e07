#include "dissect/explain.h"

#include "capture/base/text.h"
#include "dissect/reply.h"

#include <stdio.h>

struct code_row {
    uint16_t code;
    const char *verb;
    enum reply_reason reason;
    const char *text, *reference;
};

static const struct code_row codes[] = {
#define CODE(code, verb, reason, text, reference) {code, verb, REASON_##reason, text, reference},
#include "dissect/explain_codes.def"
#undef CODE
};

struct enhanced_row {
    uint16_t subject, detail;
    enum reply_reason reason;
    const char *text, *reference;
};

static const struct enhanced_row enhanced_codes[] = {
#define ENHANCED(subject, detail, reason, text, reference)                                         \
    {subject, detail, REASON_##reason, text, reference},
#include "dissect/explain_enhanced.def"
#undef ENHANCED
};

struct pop_row {
    const char *code;
    enum reply_reason reason;
    enum reply_term term;
    const char *text, *reference;
};

static const struct pop_row pop_codes[] = {
#define POP_CODE(code, reason, term, text, reference)                                              \
    {code, REASON_##reason, term, text, reference},
#include "dissect/explain_pop.def"
#undef POP_CODE
};

struct text_row {
    const char *pattern;
    unsigned classes;
    const char *verbs;
    enum reply_reason reason;
};

static const struct text_row texts[] = {
#define SAYS(pattern, classes, verbs, reason) {pattern, classes, verbs, REASON_##reason},
#include "dissect/explain_texts.def"
#undef SAYS
};

static const struct {
    const char *part, *name;
} lists[] = {
#define BLOCK_LIST(part, name) {part, name},
#include "dissect/explain_lists.def"
#undef BLOCK_LIST
};

static const struct reason_row reasons[REASON_COUNT] = {
#define REASON(id, name, side, sentence, advice) {name, side, sentence, advice},
#include "dissect/explain_reasons.def"
#undef REASON
};

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* Refusals are short; what a server adds after this much does not name the reason. */
#define TEXT_MOST 4096

/* ---- the basic code ---- */

static const char *class_of_code(uint16_t code)
{
    static const char *const classes[] = {"", "", "done", "go on", "not now", "no"};
    return code >= 200 && code < 600 ? classes[code / 100] : "not a code of SMTP";
}

static enum reply_reason explain_code(struct explanation *x, const char *verb)
{
    x->code_text = x->code != 0 ? class_of_code(x->code) : "";
    x->code_reference = x->code != 0 ? "RFC 5321 4.2.1" : "";
    for (size_t i = 0; i < ROWS(codes); i++) {
        const struct code_row *r = &codes[i];
        if (r->code == x->code && (r->verb[0] == '\0' || strcmp(r->verb, verb) == 0)) {
            x->code_text = r->text;
            x->code_reference = r->reference;
            return r->reason;
        }
    }
    return REASON_NONE;
}

/* ---- the enhanced code ---- */

static enum reply_reason explain_enhanced(struct explanation *x)
{
    static const char *const subjects[] = {
        "other",           "addressing",          "mailbox",
        "mail system",     "network and routing", "mail protocol",
        "message content", "security and policy",
    };
    const struct enhanced *e = &x->enhanced;
    x->class_text = e->class == 2   ? "success"
                    : e->class == 4 ? "temporary failure"
                    : e->class == 5 ? "permanent failure"
                    : e->class != 0 ? "not a class of RFC 3463"
                                    : "";
    x->subject_text = e->class != 0 && e->subject < ROWS(subjects) ? subjects[e->subject] : "";
    x->detail_text = x->detail_reference = "";
    x->disagree = e->class != 0 && x->code >= 200 && x->code < 600 && x->code / 100 != e->class;
    for (size_t i = 0; e->class != 0 && i < ROWS(enhanced_codes); i++) {
        const struct enhanced_row *r = &enhanced_codes[i];
        if (r->subject == e->subject && r->detail == e->detail) {
            x->detail_text = r->text;
            x->detail_reference = r->reference;
            return e->class == 2 ? REASON_NONE : r->reason;
        }
    }
    return REASON_NONE;
}

/* ---- POP3 response codes (RFC 2449 8) ---- */

static enum reply_reason explain_pop(struct explanation *x, struct bytes text)
{
    size_t open = bytes_find(text, '[', 0), close = bytes_find(text, ']', 0);
    if (open > 5 || close == SIZE_MAX || close < open) { /* it is the first word */
        return REASON_NONE;
    }
    struct bytes code = bytes_sub(text, open + 1, close - open - 1);
    for (size_t i = 0; i < ROWS(pop_codes); i++) {
        if (bytes_is(code, pop_codes[i].code)) {
            x->response_code = pop_codes[i].code;
            x->response_text = pop_codes[i].text;
            x->code_reference = pop_codes[i].reference;
            x->term = pop_codes[i].term;
            return pop_codes[i].reason;
        }
    }
    return REASON_NONE;
}

/* ---- texts ---- */

/* The lines as one sentence, without the codes before each: texts run on across lines. */
static struct bytes join_lines(struct bytes raw, uint8_t *room)
{
    size_t n = 0;
    struct bytes line;
    while (n < TEXT_MOST && bytes_split(&raw, '\n', &line)) {
        uint16_t code;
        bool more;
        struct enhanced enhanced;
        struct bytes text = line;
        if (!reply_smtp_line(line, &code, &more, &text)) {
            text = line;
        }
        reply_enhanced(text, &enhanced, &text);
        text = bytes_sub(text, 0, TEXT_MOST - n - 1);
        memcpy(room + n, text.n > 0 ? text.p : (const uint8_t *)"", text.n);
        n += text.n;
        room[n++] = ' ';
    }
    return bytes_make(room, n);
}

/* Which pairs of neighbours a text holds (of several that fall together, any): nearly all patterns
 * are ruled out by it, and a refusal costs a few searches instead of some hundred. */
struct pairs {
    uint64_t bits[16];
};

static unsigned pair_at(int first, int second)
{
    return ((unsigned)ascii_lower(first) * 37u + (unsigned)ascii_lower(second)) % 1024u;
}

static void pairs_of(struct bytes text, struct pairs *out)
{
    *out = (struct pairs){{0}};
    for (size_t i = 0; i + 1 < text.n; i++) {
        unsigned pair = pair_at(text.p[i], text.p[i + 1]);
        out->bits[pair / 64] |= 1ull << pair % 64;
    }
}

static bool may_say(const struct pairs *p, const char *pattern)
{
    for (; pattern[0] != '\0' && pattern[1] != '\0'; pattern++) {
        unsigned pair = pair_at((unsigned char)pattern[0], (unsigned char)pattern[1]);
        if (pattern[0] != '*' && pattern[1] != '*' && !(p->bits[pair / 64] >> pair % 64 & 1)) {
            return false;
        }
    }
    return true;
}

/* The pieces of a pattern, parted by "*", in their order. */
static bool says(struct bytes text, const char *pattern)
{
    char piece[80];
    size_t at = 0;
    while (*pattern != '\0') {
        size_t n = strcspn(pattern, "*");
        if (n >= sizeof piece) {
            return false;
        }
        memcpy(piece, pattern, n);
        piece[n] = '\0';
        size_t found = bytes_search(text, piece, at);
        if (found == SIZE_MAX) {
            return false;
        }
        at = found + n;
        pattern += n + (pattern[n] == '*');
    }
    return true;
}

static bool has_word(const char *words, const char *word)
{
    struct bytes rest = bytes_of(words), w;
    while (bytes_split(&rest, ' ', &w)) {
        if (bytes_is(w, word)) {
            return true;
        }
    }
    return false;
}

static enum reply_reason explain_words(const struct explanation *x, struct bytes text,
                                       const char *verb)
{
    struct pairs pairs;
    pairs_of(text, &pairs);
    for (size_t i = 0; i < ROWS(texts); i++) {
        const struct text_row *r = &texts[i];
        unsigned class = x->code / 100u;
        bool fits = x->code == 0 || class == r->classes / 10 || class == r->classes % 10;
        if (fits && may_say(&pairs, r->pattern) &&
            (r->verbs[0] == '\0' || has_word(r->verbs, verb)) && says(text, r->pattern)) {
            return r->reason;
        }
    }
    return REASON_NONE;
}

static bool is_host_byte(int c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '.' || c == '-' || c == '_';
}

/* The word at `at` if it is the name of a zone: letters and at least one dot inside. */
static struct bytes zone_at(struct bytes text, size_t at)
{
    size_t end = at, dots = 0, letters = 0;
    while (is_host_byte(bytes_at(text, end))) {
        dots += text.p[end] == '.';
        letters += ascii_is_alpha(text.p[end]);
        end++;
    }
    while (end > at && text.p[end - 1] == '.') { /* the end of the sentence */
        end--;
        dots--;
    }
    return dots > 0 && letters > 0 ? bytes_sub(text, at, end - at) : (struct bytes){NULL, 0};
}

/* The list's name as it stands in the text: the whole host name around a known part, or what
 * follows the usual words. */
static void find_list(struct explanation *x, struct bytes text)
{
    static const char *const before[] = {"blocked using ",  "listed in ",  "listed at ",
                                         "listed by ",      "listed on ",  "blacklisted by ",
                                         "blacklisted at ", "rejected by "};
    for (size_t i = 0; i < ROWS(lists); i++) {
        size_t at = bytes_search(text, lists[i].part, 0);
        if (at != SIZE_MAX) {
            while (at > 0 && is_host_byte(text.p[at - 1])) {
                at--;
            }
            x->list = zone_at(text, at);
            x->list_name = lists[i].name;
            return;
        }
    }
    for (size_t i = 0; i < ROWS(before) && x->list.n == 0; i++) {
        size_t at = bytes_search(text, before[i], 0);
        if (at != SIZE_MAX) {
            x->list = zone_at(text, at + strlen(before[i]));
        }
    }
}

static void find_url(struct explanation *x, struct bytes text)
{
    size_t at = bytes_search(text, "https://", 0);
    at = at != SIZE_MAX ? at : bytes_search(text, "http://", 0);
    if (at == SIZE_MAX) {
        return;
    }
    size_t end = at;
    while (end < text.n && text.p[end] > 0x20 && text.p[end] < 0x7f &&
           memchr("<>\"'()[]", text.p[end], 8) == NULL) {
        end++;
    }
    while (end > at &&
           (text.p[end - 1] == '.' || text.p[end - 1] == ',' || text.p[end - 1] == ';')) {
        end--;
    }
    x->url = bytes_sub(text, at, end - at);
}

/* ---- all of it ---- */

static enum reply_term term_of(uint16_t code, bool negative)
{
    static const enum reply_term terms[] = {TERM_UNKNOWN, TERM_UNKNOWN,   TERM_NONE,
                                            TERM_GO_ON,   TERM_TEMPORARY, TERM_FINAL};
    if (code >= 200 && code < 600) {
        return terms[code / 100];
    }
    return code == 0 && !negative ? TERM_NONE : TERM_UNKNOWN;
}

/* From the particular to the general: what the server writes, then its codes. A general text like
 * "policy" does not stand against an enhanced code that says more. */
static enum reply_reason choose(enum reply_reason words, enum reply_reason enhanced,
                                enum reply_reason code)
{
    bool vague = words == REASON_NONE || words == REASON_POLICY || words == REASON_SERVER_ERROR;
    if (!vague) {
        return words;
    }
    if (enhanced != REASON_NONE && enhanced != REASON_POLICY) {
        return enhanced;
    }
    return words != REASON_NONE ? words : enhanced != REASON_NONE ? enhanced : code;
}

static void explain(struct explanation *x, struct bytes text, const char *verb, bool negative)
{
    text = bytes_sub(text, 0, TEXT_MOST);
    x->term = term_of(x->code, negative);
    enum reply_reason by_code = explain_code(x, verb);
    enum reply_reason by_enhanced = explain_enhanced(x);
    enum reply_reason by_pop = x->code == 0 && negative ? explain_pop(x, text) : REASON_NONE;
    x->list_name = "";
    find_url(x, text);
    if (!negative) {
        x->reason = x->code == 251 ? by_code : REASON_NONE;
        return;
    }
    uint8_t room[TEXT_MOST];
    enum reply_reason by_words = explain_words(x, join_lines(text, room), verb);
    if (by_pop != REASON_NONE && by_pop != REASON_SERVER_ERROR) {
        x->reason = by_pop;
    } else {
        x->reason = choose(by_words, by_enhanced, by_pop != REASON_NONE ? by_pop : by_code);
    }
    if (x->reason == REASON_BLOCK_LIST || x->reason == REASON_REPUTATION) {
        find_list(x, text);
    }
}

static bool is_negative(uint16_t code, struct bytes text, bool pop)
{
    return code >= 400 || (pop && code == 0 && bytes_at(text, 0) == '-');
}

void explain_text(uint16_t code, struct enhanced enhanced, struct bytes text, const char *verb,
                  const char *protocol, struct explanation *out)
{
    bool pop = bytes_starts(bytes_of(protocol), "pop");
    *out = (struct explanation){.code = code,
                                .enhanced = enhanced,
                                .response_code = "",
                                .response_text = "",
                                .list_name = ""};
    explain(out, text, verb != NULL ? verb : "", is_negative(code, text, pop));
}

void explain_reply(const struct reply *r, const struct command *to, const char *protocol,
                   struct explanation *out)
{
    bool ends_data = to == NULL ? !r->greeting && !r->unasked : to->flags & COMMAND_END_OF_DATA;
    const char *verb = ends_data ? "." : r->greeting ? "^" : to != NULL ? to->verb : "";
    struct bytes text = r->secret.n > 0 ? (struct bytes){NULL, 0} : r->raw;
    explain_text(r->code, r->enhanced, text, verb, protocol, out);
    if (r->code == 0) {
        bool negative = r->status == REPLY_REFUSE || r->status == REPLY_DEFER;
        if (!negative) {
            out->term = r->status == REPLY_CONTINUE ? TERM_GO_ON : TERM_NONE;
        }
    }
}

/* ---- words ---- */

const struct reason_row *explain_reason(enum reply_reason r)
{
    return &reasons[r < REASON_COUNT ? r : REASON_NONE];
}

const char *explain_side(enum reply_side s)
{
    static const char *const sides[] = {
        [SIDE_NONE] = "",
        [SIDE_CLIENT] = "the client's side",
        [SIDE_SENDER] = "the sender's side",
        [SIDE_RECIPIENT] = "the recipient's side",
        [SIDE_SERVER] = "the server's side",
        [SIDE_NETWORK] = "the network",
        [SIDE_MESSAGE] = "the message",
        [SIDE_POLICY] = "the receiver's rules",
    };
    return sides[s];
}

const char *explain_term(enum reply_term t)
{
    static const char *const terms[] = {
        [TERM_NONE] = "",
        [TERM_GO_ON] = "the server waits for more",
        [TERM_TEMPORARY] = "temporary: a later try may succeed",
        [TERM_FINAL] = "final: the same again will not be taken",
        [TERM_UNKNOWN] = "temporary or final: the answer does not say",
    };
    return terms[t];
}

static void show_line(struct buf *out, const char *label, const char *text, const char *reference)
{
    if (text[0] != '\0') {
        buf_printf(out, "%-8s %s%s%s%s\n", label, text, reference[0] ? " (" : "", reference,
                   reference[0] ? ")" : "");
    }
}

static void show_bytes(struct buf *out, const char *label, struct bytes text, const char *name)
{
    if (text.n > 0 || name[0] != '\0') {
        buf_printf(out, "%-8s ", label);
        text_escape(out, text);
        buf_printf(out, text.n > 0 && name[0] != '\0' ? " (%s)\n" : "%s\n", name);
    }
}

void explain_show(const struct explanation *x, struct buf *out)
{
    char label[24];
    const struct reason_row *r = explain_reason(x->reason);
    if (x->code != 0) {
        snprintf(label, sizeof label, "%u", x->code);
        show_line(out, label, x->code_text, x->code_reference);
    }
    if (x->enhanced.class != 0) {
        snprintf(label, sizeof label, "%u.%u.%u", x->enhanced.class, x->enhanced.subject,
                 x->enhanced.detail);
        const char *text = x->detail_text[0] != '\0' ? x->detail_text : x->subject_text;
        show_line(out, label, text[0] != '\0' ? text : "not registered", x->detail_reference);
    }
    if (x->response_code[0] != '\0') {
        snprintf(label, sizeof label, "[%s]", x->response_code);
        show_line(out, label, x->response_text, x->code_reference);
    }
    if (x->reason != REASON_NONE) {
        show_line(out, "why", r->sentence, "");
        show_line(out, "whose", explain_side(r->side), "");
    }
    show_bytes(out, "list", x->list, x->list_name);
    show_line(out, "when", x->term != TERM_NONE ? explain_term(x->term) : "", "");
    if (x->reason != REASON_NONE) {
        show_line(out, "do", r->advice, "");
    }
    show_bytes(out, "see", x->url, "");
    if (x->disagree) {
        show_line(out, "odd", "the code and the enhanced code are of different classes", "");
    }
}
