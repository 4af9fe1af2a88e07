/* Display filters: text → predicate over a session or one of its messages, logins, findings.
 *
 *   filter  = or ;
 *   or      = and { ( "or" | "||" ) and } ;
 *   and     = not { [ "and" | "&&" ] not } ;              a space is "and"
 *   not     = { "not" | "!" } prim ;
 *   prim    = "(" or ")" | test | flag | "@" name | word ;
 *   test    = field op value ;
 *   op      = ":" | "=" | "!=" | "~" | "!~" | "<" | "<=" | ">" | ">=" ;
 *   value   = atom | "(" atom { "," atom } ")" | atom ".." atom ;
 *
 * One grammar for -f, the viewer's bar, its form and the settings; one table of
 * fields (fields.def) for parser, evaluation, completion, --list-fields and manual.
 * What a filter says of a subject depends on nothing but the two; whoever filters many
 * sessions slices the work as he likes. One filter is for one thread at a time. Texts are compared
 * as raw bytes, ASCII letters in any case; "~" is a POSIX extended regular expression (no back
 * references, at most 256 bytes). Where a field has several values (replies,
 * recipients), a test holds when it holds for one of them; != and !~ hold when
 * the test without "!" holds for none.
 */
#ifndef MAILWIRE_UI_FILTER_H
#define MAILWIRE_UI_FILTER_H

#include "capture/base/buf.h"
#include "dissect/event.h"
#include "ui/export/geo.h"

#include <stdio.h>

struct filter;

/* ---- text to filter ---- */

struct filter_error {
    size_t at, length; /* place in the text (bytes); length 0: at the end */
    char text[200];    /* "number expected after >=, for example 500" */
};

struct filter_config {
    /* The text of @name, or NULL: settings. May be NULL. */
    const char *(*alias)(void *arg, const char *name);
    void *alias_arg;
    bool show_secrets; /* else the field "secret" is refused */
    bool utc;          /* times without Z */
    int64_t day_of;    /* "12:30" is on the day of this time; TIME_UNKNOWN: of the session tested */
};

/* NULL with *e filled when it is no filter. Blank text gives a filter that lets all through.
 * c may be NULL. */
struct filter *filter_parse(const char *text, const struct filter_config *c,
                            struct filter_error *e);
void filter_free(struct filter **f);
bool filter_is_empty(const struct filter *f);
/* Appends the text on one line, a caret under the place on the next, then the sentence. Text is
 * escaped; the caret stands right for wide characters too. */
void filter_error_show(const char *text, const struct filter_error *e, struct buf *out);

/* What a filter looks at, so that callers can provide (and pay for) it. */
#define FILTER_NEEDS_DIALOG 0x01u
#define FILTER_NEEDS_BODIES 0x02u /* bytes of messages: header.NAME, body, parts, fname */
#define FILTER_NEEDS_MIME   0x04u /* decoded parts: body, parts, fname */
#define FILTER_NEEDS_GEO    0x08u
#define FILTER_NEEDS_NOW    0x10u /* relative times */
unsigned filter_needs(const struct filter *f);

/* ---- matching ---- */

/* On what the fields of messages, logins and findings look: all of the session, or one. */
enum filter_focus { FOCUS_SESSION, FOCUS_MESSAGE, FOCUS_CREDENTIAL, FOCUS_FINDING };

/* A leaf of a decoded message. */
struct filter_part {
    struct bytes type; /* "text/plain" */
    struct bytes name; /* file name, UTF-8; empty when none */
    struct bytes text; /* decoded text, UTF-8; empty for other types */
};

struct filter_subject;

/* How a filter gets at what it tests. Any of these may be NULL: then there is none of it. Views
 * are valid until the next call of the same function. */
struct filter_source {
    bool (*message)(void *arg, uint32_t index, const struct message **out);
    bool (*credential)(void *arg, uint32_t index, const struct credential **out);
    bool (*finding)(void *arg, uint32_t index, const struct note **out);
    /* Events of the dialog; `first` starts from the beginning. NULL at the end. */
    const struct event *(*event)(void *arg, bool first);
    /* The first `most` bytes of a message. */
    bool (*bytes)(void *arg, uint32_t index, size_t most, struct bytes *out);
    /* The text of the row that a person sees, columns parted by blanks: for bare words. */
    bool (*shown)(void *arg, struct buf *out);
    const char *(*file_name)(void *arg, uint32_t file);
    bool (*geo)(void *arg, const struct endpoint *end, uint8_t ip_version, struct geo_place *out);
    /* Decodes raw, calls `part` for each leaf. */
    void (*parts)(void *arg, struct bytes raw,
                  void (*part)(void *part_arg, const struct filter_part *p), void *part_arg);
};

struct filter_subject {
    const struct session_info *session;
    bool open, marked;
    bool pipelined, truncated_dialog;
    bool tls_offered;
    int64_t slowest; /* slowest reply, -1 unknown */
    int64_t now;     /* latest capture time, for relative times and idle; -1 unknown */
    enum filter_focus focus;
    uint32_t index; /* of the focus */
    const struct filter_source *source;
    void *arg;
};

bool filter_match(const struct filter *f, const struct filter_subject *subject);

/* The row of -T sessions, for subjects without columns of their own: number, time, protocol, ends,
 * state, user, last reply, sender and recipient. */
void filter_default_row(const struct session_info *s, struct buf *out);

/* ---- the table of fields ---- */

enum filter_scope {
    SCOPE_SESSION,
    SCOPE_LOGIN,
    SCOPE_DIALOG,
    SCOPE_MESSAGE,
    SCOPE_TROUBLE,
    SCOPE_RAW,
    SCOPE_FLAG,
    SCOPE_COUNT
};

enum filter_type {
    TYPE_TEXT, /* ":" contains */
    TYPE_WORD, /* one of a few words */
    TYPE_NUMBER,
    TYPE_SIZE,     /* bytes, with K M G */
    TYPE_DURATION, /* with ms s m h d */
    TYPE_TIME,
    TYPE_ADDRESS,  /* IP address, CIDR, or part of a name */
    TYPE_ENHANCED, /* 5.7.1, 5.7.* */
    TYPE_YESNO,
    TYPE_FLAG, /* stands alone */
    TYPE_COUNT
};

struct filter_field {
    const char *name; /* "header." takes a header's name behind it */
    enum filter_scope scope;
    enum filter_type type;
    const char *words; /* TYPE_WORD: "smtp lmtp pop2 pop3", else "" */
    const char *help;
    const char *example;
};

const struct filter_field *filter_fields(size_t *count);
const char *filter_scope_name(enum filter_scope s);
const char *filter_type_name(enum filter_type t);
/* For --list-fields. */
void filter_list_fields(FILE *out);

/* ---- help while typing ---- */

enum filter_place {
    PLACE_FIELD,    /* a field name, flag or word is being typed: `start` of a field or flag fits */
    PLACE_OPERATOR, /* a whole field name stands here without operator */
    PLACE_VALUE,    /* behind an operator */
    PLACE_ALIAS,    /* behind "@" */
    PLACE_NOTHING,
};

struct filter_hint {
    enum filter_place place;
    size_t from, to;                  /* the piece of text that a completion replaces */
    const struct filter_field *field; /* PLACE_OPERATOR, PLACE_VALUE */
    bool unfinished; /* the last word could still become a field or needs more: do not apply yet */
};

struct filter_hint filter_hint(const char *text, size_t cursor);

#endif
