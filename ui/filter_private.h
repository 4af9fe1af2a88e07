/* The inside of a filter, shared by the filter_*.c files only. */
#ifndef MAILWIRE_UI_FILTER_PRIVATE_H
#define MAILWIRE_UI_FILTER_PRIVATE_H

#include "capture/base/arena.h"
#include "ui/filter.h"

#include <locale.h>
#include <regex.h>

enum filter_op { OP_HAS, OP_IS, OP_MATCHES, OP_LESS, OP_AT_MOST, OP_MORE, OP_AT_LEAST };

enum value_kind {
    VALUE_ANY,     /* "*": there is one */
    VALUE_TEXT,    /* text, lower case */
    VALUE_PATTERN, /* regex */
    VALUE_RANGE,   /* low to high, both included: numbers, sizes, durations, times, words, yes/no */
    VALUE_CLOCK,   /* text: a time whose day the session tells; span: how much it leaves open */
    VALUE_AGO,     /* low: ns before now */
    VALUE_NETWORK, /* ip, bits, version */
    VALUE_ENHANCED, /* parts, -1: any */
};

struct value {
    struct value *next;
    enum value_kind kind;
    struct bytes text; /* NUL-terminated behind its end */
    regex_t *regex;
    int64_t low, high;
    int64_t span;
    uint8_t ip[16];
    uint8_t bits, version;
    int parts[3];
    /* VALUE_CLOCK: the answer for the times of one quarter of an hour */
    int64_t quarter, quarter_low, quarter_high;
    bool quarter_known, quarter_valid;
};

enum node_kind { NODE_TRUE, NODE_AND, NODE_OR, NODE_NOT, NODE_TEST, NODE_WORD };

struct node {
    enum node_kind kind;
    struct node *first, *next; /* children; the next sibling */
    unsigned cost;
    /* NODE_TEST, NODE_WORD */
    size_t field; /* index in the table */
    enum filter_op op;
    bool negated; /* != and !~ */
    struct value *values;
    struct bytes header; /* of "header.NAME" */
};

struct filter {
    struct node *root;
    struct arena arena;
    struct regex_room *regexes; /* to be freed */
    locale_t plain;             /* the C locale: patterns see bytes */
    struct filter_config config;
    unsigned needs;
    struct match_room *room;
};

/* Buffers that one match after the other uses. */
struct match_room {
    struct buf scratch, decoded, pattern_text;
    struct buf row; /* the text of the subject's row, once it was asked for */
    bool row_known;
};

/* A value of a field on its way through a test. */
struct probe {
    const struct filter *filter;
    const struct filter_subject *subject;
    const struct node *test;
    struct match_room *room;
    bool hit;
};

struct match_room *match_room_new(void); /* filter_eval.c */
void match_room_free(struct match_room *room);

/* What getters call for each value; true: it fits, no more are needed. */
bool give_text(struct probe *p, struct bytes text);
bool give_word(struct probe *p, const char *text);
bool give_number(struct probe *p, uint64_t n);
bool give_signed(struct probe *p, int64_t n);
bool give_yesno(struct probe *p, bool yes);
bool give_time(struct probe *p, int64_t ns);
bool give_enhanced(struct probe *p, struct enhanced e);
bool give_address(struct probe *p, const struct endpoint *end, uint8_t version, struct bytes name);

/* The table of fields, and beside it what the parser and the evaluation need. */
struct field_row {
    void (*get)(struct probe *p);
    unsigned needs;
    unsigned cost;
};

extern const struct filter_field field_table[];
extern const struct field_row field_rows[];
size_t field_count(void);
/* The row of a name, any case; flags and others may bear the same name. SIZE_MAX: none. */
size_t field_find(struct bytes name, bool flag);
bool field_is_header(size_t field);
bool field_is_secret(size_t field);
/* Index of a word in a list of words parted by blanks; -1: none. */
int word_index(const char *words, struct bytes word);

/* filter_subject.c: what a test may look at. */
const struct session_info *field_session(const struct probe *p);
void give_choice(struct probe *p, const char *word); /* a word of the field's own list */
void give_header(struct probe *p, struct bytes raw); /* a header's value, decoded */
bool give_line(struct probe *p, struct bytes line, struct bytes secret); /* masked unless shown */
/* The items that the focus lets see, *i from 0; NULL behind the last. */
const struct message *next_message(const struct probe *p, uint32_t *i);
const struct credential *next_credential(const struct probe *p, uint32_t *i);
const struct note *next_finding(const struct probe *p, uint32_t *i);
const struct event *next_event(const struct probe *p, bool first);

/* A function a field: it gives the field's values. */
#define FIELD(id, name, scope, type, words, needs, help, example) void field_##id(struct probe *p);
#include "ui/fields.def"
#undef FIELD

/* filter_parse.c: the parser, for filter_terms.c too. The first error counts; whoever gets NULL or
 * false gives up. */
struct parser {
    struct filter *filter;
    struct bytes text;
    size_t at;
    unsigned depth;
    struct filter_error *error;
    bool failed;
};

void *parser_wrong(struct parser *p, size_t at, size_t length, const char *format, ...)
    __attribute__((format(printf, 4, 5))); /* NULL */
int parser_peek(const struct parser *p);
bool parser_ends_bare(int c);
void parser_skip_blanks(struct parser *p);
struct bytes parser_bare_run(const struct parser *p);
/* For messages: at most 40 bytes of what the person typed, nothing that a terminal obeys. */
const char *parser_shown(struct bytes b, char room[static 48]);
void *parser_take(struct parser *p, size_t n);
struct bytes parser_keep(struct parser *p, struct bytes b); /* a NUL behind it */
struct node *parser_node(struct parser *p, enum node_kind kind);
/* filter_terms.c */
bool parse_quoted(struct parser *p, struct bytes *out);
struct node *parse_word(struct parser *p, struct bytes word); /* text in the row */
struct node *parse_bare(struct parser *p);                    /* a test, a flag or a word */

/* filter_value.c: a value's text into a value. False with a sentence in `why`. */
struct value_job {
    struct filter *filter;
    const struct filter_field *field;
    enum filter_op op;
    struct bytes text;
    bool quoted;
    char why[160];
};
bool value_parse(struct value_job *job, struct value *out);

#endif
