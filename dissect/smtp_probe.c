/* Is it SMTP? By what both sides say; FTP, POP2, NNTP and others greet alike (protocols.md). */
#include "dissect/reply.h"
#include "dissect/smtp.h"

#define LINES_LOOKED_AT 20

/* What a side's first lines say. */
enum says {
    SAYS_NOTHING,
    SAYS_LITTLE, /* not a whole line yet */
    SAYS_MAIL,   /* nothing but SMTP says so */
    SAYS_MAYBE,  /* SMTP and others say so */
    SAYS_OTHER,  /* what no SMTP side says */
    SAYS_TEXT,   /* prose: the middle of a message, perhaps */
};

/* Words of mail servers in a 220. */
static const char *const mail_words[] = {
    "SMTP",  "LMTP",        "mail",    "Postfix",   "Exim",     "Dovecot",    "Exchange", "Haraka",
    "Kerio", "MDaemon",     "Zimbra",  "James",     "Lotus",    "Domino",     "Courier",  "IceWarp",
    "MTA",   "CommuniGate", "Mercury", "Barracuda", "IronPort", "MailEnable", "Cyrus",
};
/* Words of others that greet with 220. */
static const char *const other_words[] = {"FTP", "FileZilla", "NNTP", "telnet", "UPnP", "Jabber"};

static uint32_t letter_bit(int c)
{
    return ascii_is_alpha(c) ? (uint32_t)1 << (ascii_lower(c) - 'a') : 0;
}

/* One pass: most bytes begin none of the words. */
static bool has_word(struct bytes line, const char *const *words, size_t n)
{
    uint32_t begins = 0;
    for (size_t i = 0; i < n; i++) {
        begins |= letter_bit((unsigned char)words[i][0]);
    }
    for (size_t at = 0; at < line.n; at++) {
        if (!(begins & letter_bit(line.p[at]))) {
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            if (bytes_starts(bytes_from(line, at), words[i])) {
                return true;
            }
        }
    }
    return false;
}
#define HAS_WORD(line, words) has_word(line, words, sizeof words / sizeof words[0])

static bool line_next(struct bytes *text, struct bytes *line)
{
    size_t lf = bytes_find(*text, '\n', 0);
    if (lf == SIZE_MAX) {
        return false;
    }
    *line = smtp_first_line(*text);
    *text = bytes_from(*text, lf + 1);
    return true;
}

/* ---- the server's side ---- */

static enum says banner_says(struct bytes text)
{
    if (bytes_search(text, " ESMTP", 0) != SIZE_MAX || bytes_search(text, " SMTP", 0) != SIZE_MAX) {
        return SAYS_MAIL; /* nearly all: RFC 5321 4.3.1 asks for it */
    }
    if (HAS_WORD(text, other_words)) {
        return SAYS_OTHER;
    }
    return HAS_WORD(text, mail_words) ? SAYS_MAIL : SAYS_MAYBE;
}

/* A reply that only a mail server gives. */
static bool is_mail_reply(uint16_t code, struct bytes text)
{
    struct enhanced e;
    struct bytes rest;
    return code == 354 || (code == 334 && text.n > 0) || code == 252 || code == 251 ||
           (reply_enhanced(text, &e, &rest) && e.class == code / 100) ||
           (code == 250 && (bytes_search(text, "queued", 0) != SIZE_MAX ||
                            bytes_starts(text, "PIPELINING") || bytes_starts(text, "8BITMIME") ||
                            bytes_starts(text, "STARTTLS") || bytes_starts(text, "SIZE")));
}

static enum says server_line_says(struct bytes line, bool first)
{
    uint16_t code;
    bool more;
    struct bytes text;
    if (!reply_smtp_line(line, &code, &more, &text) || code < 200 || code > 599) {
        return SAYS_OTHER;
    }
    if (first && code == 220) {
        return banner_says(text);
    }
    if (first && (code == 200 || code == 201)) {
        return SAYS_OTHER; /* NNTP greets so (RFC 3977 5.1) */
    }
    if (first && (code == 554 || code == 421) && HAS_WORD(text, mail_words)) {
        return SAYS_MAIL;
    }
    return is_mail_reply(code, text) ? SAYS_MAIL : SAYS_MAYBE;
}

static enum says server_says(struct bytes text, bool midstream)
{
    struct bytes line;
    enum says best = text.n == 0 ? SAYS_NOTHING : SAYS_LITTLE;
    for (int i = 0; i < LINES_LOOKED_AT && line_next(&text, &line); i++) {
        enum says one = server_line_says(line, i == 0);
        if (one == SAYS_MAIL || (one == SAYS_OTHER && i == 0 && !midstream)) {
            return one;
        }
        if (one == SAYS_OTHER && i == 0) {
            continue; /* the rest of a line that began before the capture */
        }
        best = one;
    }
    int digit = bytes_at(text, 0);
    bool could_be_reply = digit >= '2' && digit <= '5';
    return best == SAYS_LITTLE && !could_be_reply && !midstream ? SAYS_OTHER : best;
}

/* ---- the client's side ---- */

/* Commands of others that an SMTP client never sends. */
static bool is_foreign(struct bytes line)
{
    static const char *const words[] = {"USER", "PASS",    "FEAT",  "SYST",     "PASV",   "PORT",
                                        "LIST", "CAPA",    "APOP",  "STAT",     "UIDL",   "CWD",
                                        "PWD",  "TYPE",    "GROUP", "NICK",     "JOIN",   "PING",
                                        "XHDR", "ARTICLE", "MODE",  "AUTHINFO", "CLIENT", "DEFINE"};
    struct bytes rest = line, word = bytes_word(&rest);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (bytes_is(word, words[i])) {
            return true;
        }
    }
    return bytes_is(word, "AUTH") && (bytes_is(rest, "TLS") || bytes_is(rest, "SSL"));
}

/* POP2 says "HELO user password" too (RFC 937): two words behind it are no SMTP. */
static bool is_one_word(struct bytes argument)
{
    struct bytes rest = argument;
    return bytes_word(&rest).n > 0 && rest.n == 0;
}

static enum says client_line_says(struct bytes line)
{
    struct bytes word, argument;
    enum smtp_verb v = smtp_parse(line, &word, &argument);
    switch (v) {
    case SMTP_UNKNOWN:
        return is_foreign(line) ? SAYS_OTHER : SAYS_TEXT;
    case SMTP_EHLO:
    case SMTP_LHLO:
    case SMTP_BDAT:
    case SMTP_STARTTLS:
    case SMTP_XCLIENT:
        return SAYS_MAIL;
    case SMTP_MAIL:
    case SMTP_RCPT:
        return smtp_is_command(line) ? SAYS_MAIL : SAYS_TEXT;
    case SMTP_HELO:
        return is_one_word(argument) ? SAYS_MAYBE : SAYS_TEXT;
    case SMTP_AUTH:
        return is_foreign(line) ? SAYS_OTHER : SAYS_MAYBE;
    default:
        return SAYS_MAYBE;
    }
}

static struct bytes behind_proxy(struct bytes text)
{
    size_t n = smtp_proxy_length(text);
    return n == 0 ? text : n > text.n ? bytes_from(text, text.n) : bytes_from(text, n);
}

static enum says client_says(struct bytes text)
{
    struct bytes line;
    bool proxy = smtp_proxy_length(text) > 0;
    text = behind_proxy(text);
    enum says best = text.n == 0 && !proxy ? SAYS_NOTHING : SAYS_LITTLE;
    for (int i = 0; i < LINES_LOOKED_AT && line_next(&text, &line); i++) {
        enum says one = client_line_says(line);
        if (one == SAYS_MAIL || (one == SAYS_OTHER && i == 0)) {
            return one;
        }
        if (i == 0 || one == SAYS_MAYBE) {
            best = one;
        }
    }
    return best;
}

/* ---- both ---- */

static enum certainty judge_both(enum says server, enum says client, const struct opening *o)
{
    if (server == SAYS_OTHER || (client == SAYS_OTHER && server != SAYS_MAIL)) {
        return CERTAIN_NO;
    }
    if (server == SAYS_MAIL || (client == SAYS_MAIL && server == SAYS_MAYBE)) {
        return CERTAIN_YES;
    }
    if (server == SAYS_MAYBE) { /* a 220 like any other, or replies from the middle */
        bool talks = client == SAYS_MAYBE || client == SAYS_TEXT;
        return o->port_hint && talks && !o->midstream ? CERTAIN_YES : CERTAIN_MAYBE;
    }
    return CERTAIN_MAYBE;
}

/* Nothing of the server yet: early talkers wait for it, one-sided captures do not. */
static enum certainty judge_client(enum says client, struct bytes said, bool server_seen,
                                   const struct opening *o)
{
    if (client == SAYS_OTHER) {
        return CERTAIN_NO;
    }
    if (client == SAYS_MAIL) {
        bool envelope = bytes_search(said, "MAIL FROM:", 0) != SIZE_MAX ||
                        bytes_search(said, "RCPT TO:", 0) != SIZE_MAX;
        return envelope || !server_seen || o->ended ? CERTAIN_YES : CERTAIN_MAYBE;
    }
    if (client == SAYS_TEXT && smtp_is_http(smtp_first_line(said)) && (!server_seen || o->ended)) {
        return CERTAIN_NO;
    }
    if (client == SAYS_TEXT && !o->midstream) {
        return o->port_hint && !o->ended ? CERTAIN_MAYBE : CERTAIN_NO;
    }
    return CERTAIN_MAYBE;
}

static enum certainty probe_as(const struct opening *o, enum dir client_dir)
{
    enum dir server_dir = dir_other(client_dir);
    struct bytes said = o->said[client_dir];
    enum says server = server_says(o->said[server_dir], o->midstream);
    enum says client = client_says(said);
    if (server == SAYS_NOTHING) {
        return judge_client(client, said, o->seen[server_dir], o);
    }
    return judge_both(server, client, o);
}

enum certainty smtp_probe(const struct opening *o, bool *flip)
{
    enum certainty c = probe_as(o, FROM_CLIENT);
    *flip = false;
    if (!o->midstream || c == CERTAIN_YES) {
        return c;
    }
    enum certainty turned = probe_as(o, FROM_SERVER); /* without a SYN the ends were guessed */
    if (turned > c) {
        *flip = true;
        return turned;
    }
    return c;
}
