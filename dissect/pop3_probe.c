/* Is it POP3? By the server's greeting, by commands that no other protocol has, by both. */
#include "dissect/pop3_private.h"
#include "dissect/probe.h"

#define LINES_MOST 30    /* of a side are looked at */
#define ENOUGH     4000u /* bytes without a sign of POP3 */

/* What one side's first lines say. */
enum look {
    LOOK_NOTHING, /* not enough yet */
    LOOK_WEAK,    /* words that others use too */
    LOOK_STRONG,  /* POP3 */
    LOOK_NOT,     /* something else */
};

/* Next whole line without its end; false when none is left. */
static bool is_text(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        if (b.n - i >= 16 && !bytes16_below_blank(b.p + i)) {
            i += 15;
            continue;
        }
        if (b.p[i] < ' ' && b.p[i] != '\t' && b.p[i] != '\r' && b.p[i] != '\n' && b.p[i] != 0x1b) {
            return false;
        }
    }
    return true;
}

/* -- the client */

/* First words of other protocols: FTP, IRC, SMTP, NNTP, IMAP, HTTP. */
static bool is_foreign(struct bytes word)
{
    static const char *const words[] = {
        "SYST", "PWD",  "TYPE", "PASV", "EPSV",    "PORT",  "EPRT",    "CWD",      "FEAT",  "OPTS",
        "STOR", "NICK", "JOIN", "HELO", "EHLO",    "LHLO",  "MAIL",    "RCPT",     "DATA",  "MODE",
        "GET",  "POST", "HEAD", "PUT",  "OPTIONS", "GROUP", "ARTICLE", "STARTTLS", "XOVER", "BODY",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bytes_is(word, words[i])) {
            return true;
        }
    }
    if (bytes_is(word, "+OK") || bytes_is(word, "-ERR")) {
        return true; /* the server's side */
    }
    return bytes_at(word, 0) == '*' || bytes_at(word, 0) == '$'; /* Redis */
}

/* FTP knows USER, PASS, STAT, LIST, RETR and DELE too, but not with these arguments, and not in
 * this place: `logged_in` is that the line before was PASS. */
static enum look command_look(const struct pop3_verb *v, struct bytes argument, bool logged_in)
{
    uint64_t n;
    bool number = bytes_u64(bytes_trim(argument), &n);
    switch ((enum pop3_tag)v->tag) {
    case POP3_CAPA:
    case POP3_APOP:
    case POP3_UIDL:
    case POP3_STLS:
    case POP3_TOP:
        return LOOK_STRONG;
    case POP3_RETR:
    case POP3_DELE:
        return number ? LOOK_STRONG : LOOK_NOT;
    case POP3_STAT:
        return logged_in && argument.n == 0 ? LOOK_STRONG : LOOK_WEAK;
    case POP3_LIST:
        return number || (logged_in && argument.n == 0) ? LOOK_STRONG : LOOK_WEAK;
    case POP3_USER: /* IRC: USER name mode * :real name */
        bytes_word(&argument);
        bytes_word(&argument);
        return argument.n > 0 ? LOOK_NOT : LOOK_WEAK;
    default:
        return LOOK_WEAK;
    }
}

/* A lone dot ends the server's lists, as CAPA's, whose lines read like commands. */
static bool has_lone_dot(struct bytes said)
{
    struct bytes line;
    for (int i = 0; i < LINES_MOST && probe_line(&said, &line); i++) {
        if (bytes_is(line, ".")) {
            return true;
        }
    }
    return false;
}

static enum look client_look(struct bytes said, bool torn)
{
    struct bytes rest = said, line;
    if (torn && has_lone_dot(said)) {
        return LOOK_NOT;
    }
    enum look found = LOOK_NOTHING;
    bool logged_in = false, first = !torn;
    for (int i = 0; i < LINES_MOST && probe_line(&rest, &line); i++) {
        struct bytes word = bytes_word(&line);
        const struct pop3_verb *v = pop3_verb_find(word);
        if (i == 0 && bytes_is(word, "PROXY")) {
            continue; /* a PROXY header, version 1, in front */
        }
        if (v == NULL && (first || is_foreign(word))) {
            return LOOK_NOT;
        }
        enum look look = v ? command_look(v, line, logged_in) : found;
        if (look == LOOK_STRONG || look == LOOK_NOT) {
            return look;
        }
        found = look;
        first = false;
        logged_in = v != NULL && v->tag == POP3_PASS;
    }
    return is_text(said) ? found : LOOK_NOT;
}

/* -- the server */

/* "+OK 120 octets", or text as greetings have it. */
static bool is_characteristic(struct bytes text)
{
    struct bytes rest = text;
    uint64_t n;
    if (bytes_u64(bytes_word(&rest), &n)) {
        return bytes_starts(bytes_word(&rest), "octet");
    }
    return bytes_search(text, "pop", 0) != SIZE_MAX || bytes_search(text, "ready", 0) != SIZE_MAX ||
           bytes_find(text, '<', 0) != SIZE_MAX;
}

static enum look server_look(struct bytes said, bool torn)
{
    struct bytes rest = said, line, text;
    enum look found = LOOK_NOTHING;
    for (int i = 0; i < LINES_MOST && probe_line(&rest, &line); i++) {
        enum reply_status status;
        bool reply = pop3_status(line, &status, &text) && status != REPLY_ODD;
        if (!reply && i == 0 && !torn) {
            return LOOK_NOT;
        }
        if (reply && status == REPLY_OK && is_characteristic(text)) {
            return LOOK_STRONG;
        }
        found = reply ? LOOK_WEAK : found;
    }
    return is_text(said) ? found : LOOK_NOT;
}

/* May these first bytes still become `word`? */
static bool may_become(struct bytes said, const char *word)
{
    for (size_t i = 0; i < said.n && word[i] != '\0'; i++) {
        if (ascii_upper(said.p[i]) != word[i]) {
            return false;
        }
    }
    return true;
}

/* -- both */

static enum certainty judge_start(const struct opening *o)
{
    struct bytes server = o->said[FROM_SERVER];
    if (!may_become(server, "+OK") && !may_become(server, "-ERR")) {
        return CERTAIN_NO;
    }
    if (o->first == FROM_SERVER && bytes_starts(server, "+OK")) {
        return CERTAIN_YES; /* nobody else greets so */
    }
    enum look client = client_look(o->said[FROM_CLIENT], false);
    bool answered = server_look(server, false) != LOOK_NOTHING;
    bool over = o->ended || server.n >= ENOUGH || o->said[FROM_CLIENT].n >= ENOUGH;
    if (client == LOOK_NOT || (client == LOOK_NOTHING && !answered && over)) {
        return CERTAIN_NO;
    }
    bool silent = !o->seen[FROM_SERVER] || o->ended;
    return client == LOOK_STRONG && (answered || silent) ? CERTAIN_YES : CERTAIN_MAYBE;
}

static enum certainty judge_midstream(const struct opening *o, enum dir server)
{
    struct bytes from_server = o->said[server], from_client = o->said[dir_other(server)];
    enum look s = server_look(from_server, true), c = client_look(from_client, true);
    if (s == LOOK_NOT || c == LOOK_NOT) {
        return CERTAIN_NO;
    }
    bool silent = from_server.n == 0 && (!o->seen[server] || o->ended);
    if (s == LOOK_STRONG || (c == LOOK_STRONG && (s == LOOK_WEAK || silent))) {
        return CERTAIN_YES;
    }
    bool sign = s != LOOK_NOTHING || c != LOOK_NOTHING;
    bool over = o->ended || from_server.n >= ENOUGH || from_client.n >= ENOUGH;
    return sign || !over ? CERTAIN_MAYBE : CERTAIN_NO;
}

enum certainty pop3_probe(const struct opening *o, bool *flip)
{
    if (!o->midstream) {
        return judge_start(o);
    }
    return probe_both_ways(o, judge_midstream, flip);
}
