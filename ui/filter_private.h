/* The inside of a filter, shared by the filter_*.c files only. */
#ifndef MAILWIRE_UI_FILTER_PRIVATE_H
#define MAILWIRE_UI_FILTER_PRIVATE_H

#include "capture/base/arena.h"
#include "ui/filter.h"

#include <locale.h>
#include <regex.h>

enum operator { OP_HAS, OP_IS, OP_MATCHES, OP_LESS, OP_AT_MOST, OP_MORE, OP_AT_LEAST };

enum value_kind {
    VALUE_ANY,      /* "*": there is one */
    VALUE_TEXT,     /* text, lower case */
    VALUE_PATTERN,  /* regex */
    VALUE_RANGE,    /* low to high, both included: numbers, sizes, durations, times, words, yes/no */
    VALUE_CLOCK,    /* text: a time whose day the session tells; span: how much it leaves open */
    VALUE_AGO,      /* low: ns before now */
    VALUE_NETWORK,  /* ip, bits, version */
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
};

enum node_kind { NODE_TRUE, NODE_AND, NODE_OR, NODE_NOT, NODE_TEST, NODE_WORD };

struct node {
    enum node_kind kind;
    struct node *first, *next; /* children; the next sibling */
    unsigned cost;
    /* NODE_TEST, NODE_WORD */
    size_t field;          /* index in the table */
    enum operator op;
    bool negated;          /* != and !~ */
    struct value *values;
    struct bytes header;   /* of "header.NAME" */
};

struct filter {
    struct node *root;
    struct arena arena;
    struct regex_room *regexes; /* to be freed */
    locale_t plain;             /* the C locale: patterns see bytes */
    struct filter_config config;
    unsigned needs;
};

/* A value of a field on its way through a test. */
struct probe {
    const struct filter *filter;
    const struct filter_subject *subject;
    const struct node *test;
    bool any;  /* the field has a value */
    bool hit;
    struct buf scratch, decoded, pattern_text;
};

/* What getters call for each value; true: it fits, no more are needed. */
bool give_text(struct probe *p, struct bytes text);
bool give_word(struct probe *p, const char *text);
bool give_number(struct probe *p, uint64_t n);
bool give_signed(struct probe *p, int64_t n);
bool give_yesno(struct probe *p, bool yes);
bool give_time(struct probe *p, int64_t ns);
bool give_enhanced(struct probe *p, struct enhanced e);
bool give_address(struct probe *p, const struct endpoint *end, uint8_t version,
                  struct bytes name);

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

/* filter_value.c: a value's text into a value. False with a sentence in `why`. */
struct value_job {
    struct filter *filter;
    const struct filter_field *field;
    enum operator op;
    struct bytes text;
    bool quoted;
    char why[160];
};
bool value_parse(struct value_job *job, struct value *out);

#endif
