/* Completions of the filter bar: fields and flags, operators, values seen in the capture, names
 * from the settings. */
#include "ui/tui/prompt.h"

#include <stdio.h>

static void offer(struct prompt *p, struct bytes typed, struct bytes text, const char *tail,
                  const char *help)
{
    char whole[64];
    int n = snprintf(whole, sizeof(whole), "%.*s%s", (int)(text.n < 60 ? text.n : 60),
                     (const char *)text.p, tail);
    if (n <= 0 || (size_t)n >= sizeof(whole) || p->completions == COMPLETIONS_MOST ||
        typed.n > (size_t)n || !bytes_equal(typed, bytes_sub(bytes_of(whole), 0, typed.n))) {
        return;
    }
    for (size_t i = 0; i < p->completions; i++) {
        if (strcmp(p->completion[i].text, whole) == 0) {
            return;
        }
    }
    struct completion *c = &p->completion[p->completions++];
    memcpy(c->text, whole, (size_t)n + 1);
    c->help = help;
}

static void offer_fields(struct prompt *p, struct bytes typed)
{
    size_t count;
    const struct filter_field *f = filter_fields(&count);
    for (size_t i = 0; i < count; i++) {
        offer(p, typed, bytes_of(f[i].name), "", f[i].help);
    }
}

static void offer_operators(struct prompt *p, struct bytes typed, const struct filter_field *f)
{
    static const struct {
        const char *op, *help;
        bool ordered;
    } ops[] = {{":", "contains, is one of, lies inside", false},
               {"=", "is exactly", false},
               {"!=", "is not", false},
               {"~", "fits a regular expression", false},
               {">=", "at least", true},
               {"<=", "at most", true},
               {">", "more than", true},
               {"<", "less than", true}};
    bool ordered = f->type == TYPE_NUMBER || f->type == TYPE_SIZE || f->type == TYPE_DURATION ||
                   f->type == TYPE_TIME;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (ops[i].ordered ? ordered : !ordered || ops[i].op[0] != '~') {
            offer(p, typed, bytes_of(f->name), ops[i].op, ops[i].help);
        }
    }
}

static void offer_words(struct prompt *p, struct bytes typed, const char *words)
{
    struct bytes rest = bytes_of(words);
    for (struct bytes word = bytes_word(&rest); word.n; word = bytes_word(&rest)) {
        offer(p, typed, word, "", "");
    }
}

/* Which table of the statistics knows values of a field. */
static const struct {
    const char *field;
    enum stats_table table;
    bool first_word, second_word; /* "250 2.1.5": the code, the enhanced code */
} seen[] = {
    {"ip", STATS_CLIENTS, false, false},           {"ip", STATS_SERVERS, false, false},
    {"client", STATS_CLIENTS, false, false},       {"server", STATS_SERVERS, false, false},
    {"net", STATS_CLIENTS, false, false},          {"from", STATS_SENDER_DOMAINS, false, false},
    {"hfrom", STATS_SENDER_DOMAINS, false, false}, {"rcpt", STATS_RECIPIENT_DOMAINS, false, false},
    {"to", STATS_RECIPIENT_DOMAINS, false, false}, {"code", STATS_REPLIES, true, false},
    {"enh", STATS_REPLIES, false, true},           {"auth", STATS_MECHANISMS, false, false},
    {"country", STATS_COUNTRIES, false, false},    {"finding", STATS_FINDINGS, false, false},
};

#define SEEN_MOST 40

static bool is_bare(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        int c = text.p[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '(' || c == ')' || c == ',') {
            return false;
        }
    }
    return text.n > 0;
}

static void offer_seen(struct prompt *p, struct bytes typed, const struct filter_field *f)
{
    struct stats_row rows[SEEN_MOST], others;
    uint64_t total;
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        if (strcmp(seen[i].field, f->name) != 0) {
            continue;
        }
        size_t n =
            stats_top(store_stats(p->ui->store), seen[i].table, rows, SEEN_MOST, &others, &total);
        for (size_t k = 0; k < n; k++) {
            struct bytes rest = rows[k].name, word = rest;
            if (seen[i].first_word || seen[i].second_word) {
                word = bytes_word(&rest);
                word = seen[i].second_word ? bytes_word(&rest) : word;
            }
            if (is_bare(word)) {
                offer(p, typed, word, "", "seen in the capture");
            }
        }
    }
}

static void offer_values(struct prompt *p, struct bytes typed, const struct filter_field *f)
{
    offer_words(p, typed, f->words);
    if (f->type == TYPE_YESNO) {
        offer_words(p, typed, "yes no");
    }
    if (strcmp(f->name, "finding") == 0) {
        for (int id = 0; id < NOTE_ID_COUNT; id++) {
            const struct note_rule *rule = note_rule((enum note_id)id);
            offer(p, typed, bytes_of(rule->id), "", rule->sentence);
        }
        return;
    }
    offer_seen(p, typed, f);
    if (p->completions == 0 && typed.n == 0) {
        offer(p, typed, bytes_of("*"), "", "any value");
    }
}

static void offer_aliases(struct prompt *p, struct bytes typed)
{
    const struct config_list *l = &p->ui->config->filters;
    for (size_t i = 0; i < l->count; i++) {
        offer(p, typed, bytes_of(l->pair[i].name), "", l->pair[i].value);
    }
}

void prompt_complete(struct prompt *p)
{
    p->hint = filter_hint(p->edit.text, p->edit.at);
    p->completions = p->chosen = 0;
    struct bytes typed = bytes_make(p->edit.text + p->hint.from,
                                    p->edit.at > p->hint.from ? p->edit.at - p->hint.from : 0);
    if ((p->hint.place == PLACE_OPERATOR || p->hint.place == PLACE_VALUE) && !p->hint.field) {
        return; /* what stands before the operator is no field */
    }
    switch (p->hint.place) {
    case PLACE_FIELD:
        offer_fields(p, typed);
        break;
    case PLACE_OPERATOR:
        offer_operators(p, typed, p->hint.field);
        offer_fields(p, typed); /* "client" could become "clientport" */
        break;
    case PLACE_VALUE:
        offer_values(p, typed, p->hint.field);
        break;
    case PLACE_ALIAS:
        offer_aliases(p, typed);
        break;
    default:
        break;
    }
}
