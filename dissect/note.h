/* Findings: the table of notes.def and what one of them says. */
#ifndef MAILWIRE_DISSECT_NOTE_H
#define MAILWIRE_DISSECT_NOTE_H

#include "dissect/explain.h"

enum severity {
    SEVERITY_NONE,
    SEVERITY_INFO,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL
};

enum note_id {
#define NOTE(id, rule, severity, category, sentence, advice, reference) NOTE_ID_##id,
#include "dissect/notes.def"
#undef NOTE
    NOTE_ID_COUNT
};

struct note_rule {
    const char *id, *category, *sentence, *advice, *reference;
    enum severity severity;
};

/* One finding as it is told. evidence is raw bytes, borrowed. */
struct note {
    enum note_id id;
    enum severity severity; /* the rule's, unless the teller knows better */
    enum dir dir;
    struct bytes evidence;    /* what was seen: a line, a variant's name, a number; secrets never */
    struct bytes other;       /* a second text (the copy not shown), empty when none */
    enum reply_reason reason; /* of a refusal, as far as code and text tell; else REASON_NONE */
    struct bytes list;        /* the block list it names, or empty */
    uint32_t command;         /* number of the command concerned, 0 none */
    int64_t time;
    uint64_t packet;
    const char *const *sessions; /* ids, for findings over several sessions; NULL */
    uint32_t session_count;
};

const struct note_rule *note_rule(enum note_id id);
/* All of it in one line for a person, but for the sessions: sentence, reason, evidence, the other
 * text; raw bytes are escaped. */
void note_text(const struct note *n, struct buf *out);
/* "the client's address or a domain stands on a block list (zen.spamhaus.org)", escaped; nothing
 * without a reason. */
void note_reason(const struct note *n, struct buf *out);
const char *severity_name(enum severity s); /* "info", "low", "medium", "high", "critical" */

#endif
