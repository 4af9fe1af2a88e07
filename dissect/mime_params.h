/* The structured fields of MIME: a value and its parameters (RFC 2045 5.1, RFC 2183), with
 * parameter values that are split and encoded (RFC 2231).
 *
 * Lenient, linear, and it tells where readers differ: blanks in unquoted values, quotes that never
 * end, comments, duplicates. Charsets follow mime_charset.h; a value that GMime decodes follows the
 * locale where its charset is unknown and takes UTF-7, so that it is not asked here.
 */
#ifndef MAILWIRE_DISSECT_MIME_PARAMS_H
#define MAILWIRE_DISSECT_MIME_PARAMS_H

#include "capture/base/buf.h"

#define MIME_VALUE_ROOM  128 /* of a type, an encoding, a disposition; longer ones are cut */
#define MIME_PARAMS_MOST 100 /* of a field; what follows is not read */

struct mime_param {
    struct bytes name;  /* without "*0*" */
    struct bytes value; /* as written, without the outer quotes */
    int32_t section;    /* RFC 2231 3; -1: not split */
    bool extended;      /* RFC 2231 4: percent-encoded, perhaps with a charset */
    bool quoted;
};

/* A field, taken apart. */
struct mime_params {
    char value[MIME_VALUE_ROOM]; /* in front of the parameters, lower case, without comments */
    size_t value_n;
    struct mime_param list[MIME_PARAMS_MOST];
    uint32_t count;
    bool odd;        /* something was met that readers take differently */
    struct buf line; /* what the views look into where the field was folded */
};

/* raw: behind the colon, still folded; borrowed as long as *out is used. */
void mime_params_read(struct bytes raw, struct mime_params *out);
void mime_params_done(struct mime_params *p);

/* Appends a field's value on one line: line ends go (RFC 5322 2.2.3), blanks stay. */
void mime_unfold(struct bytes raw, struct buf *out);
/* Appends a plain value: without the backslashes of a quoted string, as bytes. */
void mime_param_plain(const struct mime_param *p, struct buf *out);

/* A parameter's value, decoded to UTF-8. */
struct mime_param_text {
    struct buf text;      /* the caller's, initialised */
    uint32_t count;       /* plain ones of that name */
    bool found, odd;      /* odd: sections missing or twice, no charset where one must be */
    bool unknown_charset; /* shown as written */
};

/* Looks for `name`: the first plain one (extended false), decoded as headers are, or the RFC 2231
 * form. */
void mime_param_find(const struct mime_params *p, const char *name, bool extended,
                     struct mime_param_text *text);

#endif
