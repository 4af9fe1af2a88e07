/* What the files of mime_parts.h share: oddities found one by one, told as findings at the end.
 */
#ifndef MAILWIRE_DISSECT_MIME_PRIVATE_H
#define MAILWIRE_DISSECT_MIME_PRIVATE_H

#include "dissect/mime_params.h"
#include "dissect/mime_parts.h"

struct mime_trouble {
    uint32_t count, part;      /* of the first one */
    enum severity severity;    /* worst; 0: the table's */
    struct bytes detail;       /* of the first one, in the arena */
    struct bytes first, other; /* what was seen */
};

struct mime_reading {
    struct mime_message *m;
    const struct mime_options *options;
    struct mime_trouble trouble[ODD_COUNT];
};

/* Notes one; the answer is NULL unless it is the first, whose detail the caller may fill in. */
struct mime_trouble *mime_trouble(struct mime_reading *r, enum mime_oddity what, uint32_t part);
void mime_trouble_detail(struct mime_reading *r, struct mime_trouble *t, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* mime_header_check.c: fields of the message that mislead. */
void mime_check_header(struct mime_reading *r);
/* mime_findings.c: all troubles as findings of m. */
void mime_make_findings(struct mime_reading *r);
/* mime_names.c: the part's names, by its Content-Type and Content-Disposition; what is wrong with
 * them. */
void mime_read_names(struct mime_reading *r, uint32_t part, const struct mime_params *type,
                     const struct mime_params *disposition);

#endif
