/* What a reply means, in words: for findings, the viewer's details and
 * -T transcript --explain.
 *
 * Three sources, from the general to the particular: the basic code (RFC 5321 and
 * its extensions; POP3 response codes, RFC 2449, 3206), the enhanced status code
 * (RFC 3463 and the IANA registry), and what well-known servers write. All are
 * tables (explain_*.def). The text is raw bytes; what is quoted from it is a view
 * into it.
 */
#ifndef MAILWIRE_DISSECT_EXPLAIN_H
#define MAILWIRE_DISSECT_EXPLAIN_H

#include "dissect/model.h"

/* Why, as far as code and text tell. The rows are in explain_reasons.def. */
enum reply_reason {
#define REASON(id, name, side, sentence, advice) REASON_##id,
#include "dissect/explain_reasons.def"
#undef REASON
    REASON_COUNT
};

/* Where the cause lies. */
enum reply_side {
    SIDE_NONE,
    SIDE_CLIENT,
    SIDE_SENDER,
    SIDE_RECIPIENT,
    SIDE_SERVER,
    SIDE_NETWORK,
    SIDE_MESSAGE,
    SIDE_POLICY
};

enum reply_term {
    TERM_NONE,      /* nothing failed */
    TERM_GO_ON,     /* the server waits for more */
    TERM_TEMPORARY, /* try again later */
    TERM_FINAL,     /* trying the same again will not help */
    TERM_UNKNOWN,   /* POP without a response code: the protocol does not say */
};

struct reason_row {
    const char *name; /* "greylisted" */
    enum reply_side side;
    const char
        *sentence; /* "the server refuses unknown senders for a while and takes the next try" */
    const char *advice; /* "wait: a real mail server tries again by itself" */
};

struct explanation {
    uint16_t code;
    const char *code_text, *code_reference; /* "" when there is no code */
    struct enhanced enhanced;
    const char *class_text;                     /* "permanent failure"; "" without */
    const char *subject_text;                   /* "addressing" */
    const char *detail_text, *detail_reference; /* "bad destination mailbox address", "RFC 3463" */
    const char *response_code, *response_text;  /* POP3 "[AUTH]"; "" without */
    enum reply_reason reason;                   /* REASON_NONE when not known */
    enum reply_term term;
    struct bytes list;     /* the block list named in the text ("zen.spamhaus.org"), or empty */
    const char *list_name; /* "Spamhaus ZEN", "" when not in our table */
    struct bytes url;      /* the first http(s) address in the text, or empty */
    bool disagree;         /* code and enhanced code are of different classes */
};

/* r: the reply; to: the command it answers, NULL for none that has a number: the greeting, the end
 * of a message's data, or nothing where it was not asked for; protocol as in session_info. */
void explain_reply(const struct reply *r, const struct command *to, const char *protocol,
                   struct explanation *out);
/* The same from parts, where only these were kept (recipients, verdicts). verb: upper case; "." for
 * the end of a message's data, "^" for the greeting, "" or NULL unknown. */
void explain_text(uint16_t code, struct enhanced enhanced, struct bytes text, const char *verb,
                  const char *protocol, struct explanation *out);

const struct reason_row *explain_reason(enum reply_reason r);
const char *explain_side(enum reply_side s); /* "the recipient's side" ... */
const char *explain_term(enum reply_term t); /* "temporary: try again later" ... */
/* All of it as lines for a person, '\n' between them; raw bytes of the reply are escaped. */
struct buf;
void explain_show(const struct explanation *x, struct buf *out);

#endif
