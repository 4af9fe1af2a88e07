/* Exports: sinks that write what the dissectors tell. One file and one row of formats.def each.
 *
 * -T views write to standard output (a FILE); file exports write into a folder or
 * to a file of their own. All of them are plain sinks and can be combined (tee);
 * a file export stands before the views, so that these can name its files.
 */
#ifndef MAILWIRE_UI_EXPORT_EXPORT_H
#define MAILWIRE_UI_EXPORT_EXPORT_H

#include "dissect/event.h"

#include <stdio.h>

struct file_maker;
struct geo;

/* Borrowed by every sink made with it, and outlives them. */
struct export_config {
    FILE *out;        /* borrowed; -T views */
    const char *path; /* folder or file; file exports (copied) */
    const struct limits *limits;
    bool show_secrets, utc, line_buffered, commands, bodies, explain, parts;
    bool hashcat;          /* credentials: lines for hashcat (ui/export/hashcat.h) */
    unsigned hashcat_mode; /* only this mode, 0 all */
    struct geo *geo;       /* where addresses are (ui/export/geo.h), NULL not known */
    const bool *nano; /* times with nine digits; the reader knows it once it has begun; or NULL */
    const char *(*file_name)(void *arg,
                             uint32_t file); /* capture file names, for log.file.path; NULL live */
    void *file_name_arg;
    /* Something went wrong while the run goes on (a sentence, nothing escaped yet); may be NULL.
     * What is told here is told once; close tells the sum. */
    void (*warn)(void *arg, const char *sentence);
    void *warn_arg;
    const struct file_maker *maker; /* who makes files (ui/export/files.h); NULL: this process */
};

struct export_format {
    const char *name; /* -T word, or the option ("export-eml") */
    const char *help;
    bool is_view; /* -T */
    bool needs_bodies, needs_digests;
    bool ignores_headers; /* message.header and what else is known of it */
    bool needs_parts;     /* message.mime */
    bool shows_places;    /* export_config.geo */
    /* NULL with a sentence in *e when it can not start. */
    struct sink *(*open)(const struct export_config *c, struct error *e);
};

const struct export_format *const *export_formats(size_t *count);
const struct export_format *export_find(const char *name);

#endif
