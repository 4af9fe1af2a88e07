#include "dissect/smtp.h"

static const struct {
    const char *word;
    uint8_t length;
    uint8_t shape; /* enum smtp_shape */
    uint8_t rules; /* enum smtp_rule */
} verbs[SMTP_VERB_COUNT] = {
    [SMTP_UNKNOWN] = {"", 0, SHAPE_ANY, 0},
#define VERB(id, word, shape, rules) [SMTP_##id] = {word, sizeof(word) - 1, shape, rules},
    SMTP_VERBS(VERB)
#undef VERB
        [SMTP_VERDICT] = {"", 0, SHAPE_ANY, ENDS_GROUP},
};

const char *smtp_verb_name(enum smtp_verb v)
{
    return verbs[v].word;
}

unsigned smtp_verb_rules(enum smtp_verb v)
{
    return verbs[v].rules;
}

static enum smtp_verb verb_of(struct bytes word)
{
    char start[4];
    if (word.n < sizeof start || word.n > 14) {
        return SMTP_UNKNOWN;
    }
    for (size_t i = 0; i < sizeof start; i++) {
        start[i] = (char)ascii_upper(word.p[i]);
    }
    for (size_t i = SMTP_UNKNOWN + 1; i < SMTP_VERDICT; i++) {
        if (verbs[i].length == word.n && memcmp(start, verbs[i].word, sizeof start) == 0 &&
            (word.n == sizeof start || bytes_is(word, verbs[i].word))) {
            return (enum smtp_verb)i;
        }
    }
    return SMTP_UNKNOWN;
}

enum smtp_verb smtp_parse(struct bytes line, struct bytes *word, struct bytes *argument)
{
    *argument = line;
    *word = bytes_word(argument);
    return verb_of(*word);
}

struct bytes smtp_first_line(struct bytes waiting)
{
    struct bytes line = bytes_sub(waiting, 0, bytes_find(waiting, '\n', 0));
    if (line.n > 0 && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    return line;
}

bool smtp_is_command(struct bytes line)
{
    struct bytes word, argument;
    enum smtp_verb v = smtp_parse(line, &word, &argument);
    switch ((enum smtp_shape)verbs[v].shape) {
    case SHAPE_BARE:
        return argument.n == 0;
    case SHAPE_FROM:
        return bytes_starts(argument, "FROM");
    case SHAPE_TO:
        return bytes_starts(argument, "TO");
    case SHAPE_NUMBER:
        return ascii_is_digit(bytes_at(argument, 0));
    case SHAPE_ANY:
        break;
    }
    return v != SMTP_UNKNOWN;
}

bool smtp_is_http(struct bytes line)
{
    static const char version[] = " HTTP/";
    size_t at = bytes_search(line, version, 0);
    struct bytes number = bytes_from(line, at == SIZE_MAX ? line.n : at + sizeof version - 1);
    return bytes_starts(line, "HTTP/") || bytes_starts(number, "1.") || bytes_starts(number, "2.");
}

bool smtp_is_header(struct bytes line)
{
    size_t colon = bytes_find(line, ':', 0);
    if (colon == SIZE_MAX || colon < 2 || colon > 60) {
        return false;
    }
    for (size_t i = 0; i < colon; i++) {
        int c = line.p[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_') {
            return false;
        }
    }
    return verb_of(bytes_sub(line, 0, colon)) == SMTP_UNKNOWN;
}
