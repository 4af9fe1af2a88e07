/* Is it POP2? "+ POP2", "#4 messages", HELO with two words: nothing else talks so. */
#include "dissect/pop2_private.h"
#include "dissect/probe.h"

#define LINES_MOST 30
#define ENOUGH     4000u

enum look { LOOK_NOTHING, LOOK_WEAK, LOOK_STRONG, LOOK_NOT };

static enum look command_look(const struct pop2_verb *v, struct bytes argument)
{
    bool bare = bytes_trim(argument).n == 0;
    uint64_t n;
    switch ((enum pop2_tag)v->tag) {
    case POP2_HELO: /* SMTP's has one word */
        bytes_word(&argument);
        return argument.n > 0 ? LOOK_WEAK : LOOK_NOTHING;
    case POP2_ACKS:
    case POP2_ACKD:
    case POP2_NACK:
        return bare ? LOOK_STRONG : LOOK_NOT;
    case POP2_READ:
        return bare || bytes_u64(bytes_trim(argument), &n) ? LOOK_STRONG : LOOK_NOT;
    case POP2_RETR:
        return bare ? LOOK_STRONG : LOOK_NOT;
    default:
        return LOOK_NOTHING;
    }
}

static enum look client_look(struct bytes said, bool torn)
{
    struct bytes rest = said, line;
    enum look found = LOOK_NOTHING;
    for (int i = 0; i < LINES_MOST && probe_line(&rest, &line); i++) {
        const struct pop2_verb *v = pop2_verb_find(bytes_word(&line));
        if (v == NULL && !(torn && i == 0)) {
            return i == 0 ? LOOK_NOT : found;
        }
        enum look look = v ? command_look(v, line) : LOOK_NOTHING;
        if (look == LOOK_STRONG || look == LOOK_NOT) {
            return look;
        }
        found = look > found ? look : found;
    }
    return found;
}

/* "+ POP2 ..." and "#4 messages", "=159 characters" are POP2's own; "+ text" is not. */
static enum look line_look(struct bytes line)
{
    uint64_t n;
    int sign = bytes_at(line, 0);
    if (sign == '#' || sign == '=') {
        return bytes_leading_u64(bytes_from(line, 1), &n, NULL) ? LOOK_STRONG : LOOK_NOT;
    }
    if (sign == '+' && bytes_starts(bytes_trim(bytes_from(line, 1)), "POP2")) {
        return LOOK_STRONG;
    }
    return pop2_is_reply(line) ? LOOK_WEAK : LOOK_NOT;
}

static enum look server_look(struct bytes said, bool torn)
{
    struct bytes rest = said, line;
    enum look found = LOOK_NOTHING;
    for (int i = 0; i < LINES_MOST && probe_line(&rest, &line); i++) {
        enum look look = line_look(line);
        if (look == LOOK_NOT && i == 0 && !torn) {
            return LOOK_NOT;
        }
        if (look == LOOK_STRONG || look == LOOK_WEAK) {
            found = look > found ? look : found;
        }
    }
    return found;
}

/* In the middle only pairs are sure: '=' and '#' with a number open lines of other things too. */
static enum certainty judge_midstream(const struct opening *o, enum dir server)
{
    struct bytes from_server = o->said[server], from_client = o->said[dir_other(server)];
    enum look s = server_look(from_server, true), c = client_look(from_client, true);
    if (c == LOOK_NOT) {
        return CERTAIN_NO;
    }
    bool silent = from_server.n == 0 && (!o->seen[server] || o->ended);
    bool greets = bytes_starts(from_server, "+ POP2");
    if (greets || (c >= LOOK_WEAK && s >= LOOK_WEAK) || (c == LOOK_STRONG && silent)) {
        return CERTAIN_YES;
    }
    bool sign = s == LOOK_STRONG || c >= LOOK_WEAK;
    bool over = o->ended || from_server.n >= ENOUGH || from_client.n >= ENOUGH;
    return sign || !over ? CERTAIN_MAYBE : CERTAIN_NO;
}

static enum certainty judge_start(const struct opening *o)
{
    struct bytes server = o->said[FROM_SERVER];
    int sign = bytes_at(server, 0), next = bytes_at(server, 1);
    bool banner = sign < 0 || ((sign == '+' || sign == '-') &&
                               (next < 0 || ascii_is_blank(next) || next == '\r' || next == '\n'));
    if (sign == '#' || sign == '=') { /* the greeting was lost in a hole */
        bool foreign = server_look(server, false) == LOOK_NOT ||
                       client_look(o->said[FROM_CLIENT], false) == LOOK_NOT;
        return foreign ? CERTAIN_NO : judge_midstream(o, FROM_SERVER);
    }
    if (!banner) {
        return CERTAIN_NO;
    }
    enum look s = server_look(server, false), c = client_look(o->said[FROM_CLIENT], false);
    if (s == LOOK_NOT) {
        return CERTAIN_NO;
    }
    if (s == LOOK_STRONG) {
        return CERTAIN_YES;
    }
    if (c == LOOK_NOT) {
        return CERTAIN_NO;
    }
    bool silent = server.n == 0 && (!o->seen[FROM_SERVER] || o->ended);
    if ((s == LOOK_WEAK && c >= LOOK_WEAK) || (c == LOOK_STRONG && silent)) {
        return CERTAIN_YES;
    }
    bool over = o->ended || server.n >= ENOUGH || o->said[FROM_CLIENT].n >= ENOUGH;
    return s == LOOK_NOTHING && c == LOOK_NOTHING && over ? CERTAIN_NO : CERTAIN_MAYBE;
}

enum certainty pop2_probe(const struct opening *o, bool *flip)
{
    if (!o->midstream) {
        return judge_start(o);
    }
    return probe_both_ways(o, judge_midstream, flip);
}
