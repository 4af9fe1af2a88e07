/* What the NDJSON records share: the document's beginning and the objects common to all. Private
 * to json.c and json_records.c.
 */
#ifndef MAILWIRE_UI_EXPORT_JSON_RECORD_H
#define MAILWIRE_UI_EXPORT_JSON_RECORD_H

#include "ui/export/export.h"
#include "ui/export/json_writer.h"
#include "ui/export/out.h"

/* The part of a record that is the same for all of a session: network, source, destination and the
 * beginning of mailwire. Kept for some sessions, since records of one come close to each other. */
struct json_origin {
    uint64_t number; /* of the session, 0 none */
    const char *protocol;
    bool flip;
    size_t source_end, destination_end; /* where the ends' counters go in */
    struct buf text;
};

#define JSON_ORIGINS 256

struct json_export {
    struct sink sink;
    const struct export_config *config;
    struct out out;
    struct json j;
    uint64_t sequence;
    struct buf text;       /* decoded and masked texts on their way */
    const char *last_name; /* the name that log_text has */
    struct buf log_text;   /* "log":{...} */
    struct json_origin origins[JSON_ORIGINS];
};

/* Datasets; the constant beginning of each one's event object stands in a table. */
enum dataset { SET_SESSION, SET_MESSAGE, SET_CREDENTIAL, SET_FINDING, SET_COMMAND, SET_CAPTURE };

/* Opens the record and its event object, which stays open for what the dataset adds. */
void record_begin(struct json_export *x, enum dataset set, int64_t time);
/* log, network, source, destination (with the session's counters where asked); opens mailwire and
 * in it mailwire.session, which stays open. */
void record_origin(struct json_export *x, const struct session_info *s, bool counters);
/* The same where there is no session: opens mailwire alone. */
void record_no_session(struct json_export *x);
void record_end(struct json_export *x);

/* Pieces. */
void record_enhanced(struct json *j, const char *key, const struct enhanced *e); /* none: nothing */
void record_optional(struct json *j, const char *key, struct bytes text); /* empty: nothing */
const char *record_tri(enum tri t); /* "success", "failure", "unknown" */

/* json_records.c */
void record_message(struct json_export *x, const struct event *e);
void record_credential(struct json_export *x, const struct event *e);
void record_finding(struct json_export *x, const struct event *e);
void record_command(struct json_export *x, const struct event *e);

/* json_parts.c: of a message that was decoded whole; limits.mime_listed are listed. */
struct mime_message;
void record_attachments(struct json_export *x, const struct mime_message *m);
void record_parts(struct json_export *x, const struct mime_message *m);

#endif
