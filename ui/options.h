/* The command line as one table: parsing, --help, the manual and the completions read it.
 *
 * Options stand in any order before, between and behind the words of the BPF filter;
 * "--" ends them. "--name=value" and "--name value", "-xvalue" and "-x value" are the same.
 */
#ifndef MAILWIRE_UI_OPTIONS_H
#define MAILWIRE_UI_OPTIONS_H

#include "capture/tcp.h"
#include "ui/export/export.h"
#include "ui/select.h"

#include <stdio.h>

enum option_action {
    ACTION_RUN,
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_INTERFACES,    /* -D */
    ACTION_LIMITS,        /* --limits */
    ACTION_LIST_FINDINGS, /* --list-findings */
    ACTION_LIST_FIELDS,   /* --list-fields */
};

struct port_hint {
    char protocol[16];
    uint16_t port;
};

struct export_choice {
    const struct export_format *format;
    const char *path;
};

/* Everything a run is told. Texts point into argv. */
struct options {
    enum option_action action;
    const char **files;
    size_t file_count;
    const char *interface;
    char *bpf; /* the words left over, NULL none */
    bool no_promiscuous;
    uint64_t snaplen, buffer_kib, max_packets;
    const char *after, *before;
    struct selection selection;
    struct port_hint *ports;
    size_t port_count;
    enum overlap_policy overlap;
    enum checksum_rule checksum;
    const struct export_format *view; /* -T, NULL none */
    struct export_choice *exports;
    size_t export_count;
    const char **geoip; /* --geoip */
    size_t geoip_count;
    struct bytes *limit_names; /* of limits that were set */
    size_t limit_count;
    bool hashcat;          /* --credentials-format */
    unsigned hashcat_mode; /* 0 all */
    const char *write_path;
    const char *user;   /* --user, NULL none */
    const char *filter; /* -f, NULL none; read by run() */
    bool commands, bodies, explain, parts, show_secrets, utc, line_buffered, quiet, verbose;
    struct limits limits;
};

struct option_row {
    char letter;       /* 0: none */
    const char *name;  /* long, without "--"; NULL: none */
    const char *value; /* what its value is called; NULL: it has none */
    const char *group; /* heading in --help */
    const char *help;
    enum {
        OPTION_FLAG,
        OPTION_TEXT,
        OPTION_NUMBER,
        OPTION_COUNT,
        OPTION_CALL
    } kind;    /* a count is not 0 */
    size_t at; /* of its field in struct options, but for OPTION_CALL */
    bool (*take)(struct options *o, const struct option_row *row, const char *value,
                 struct error *e);
    const char *words; /* what its value may be or begins with, parted by blanks; NULL: free */
    enum { OPTION_ONCE, OPTION_MANY } times; /* may its value be given more than once? */
};

/* All options, in the order of --help. */
const struct option_row *options_table(size_t *count);
/* False with a sentence: usage (exit status 2). options_done in any case. */
bool options_parse(struct options *o, int argc, char **argv, struct error *e);
void options_done(struct options *o);
bool options_read_standard_input(const struct options *o);
bool options_write_standard_output(const struct options *o); /* packets, with -w - */
/* Part of options_parse: what only the whole line tells. */
bool options_check(const struct options *o, struct error *e);
/* A sentence for each option that has no effect beside the others. */
void options_remark(const struct options *o, void (*say)(const char *sentence));
void options_print_help(FILE *out);

#endif
