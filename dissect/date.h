/* The date-time of RFC 5322 3.3, read strictly: what nearly every Date: field holds. */
#ifndef MAILWIRE_DISSECT_DATE_H
#define MAILWIRE_DISSECT_DATE_H

#include "capture/base/bytes.h"

enum date_result {
    DATE_VALID,
    DATE_INVALID,    /* the right form, but no such time (31 Feb), or before 1970 */
    DATE_OTHER_FORM, /* obsolete or broken: somebody more lenient may try */
};

/* "Sat, 1 Nov 2025 12:26:40 +0100 (CET)" → seconds since 1970. */
enum date_result date_parse(struct bytes text, int64_t *seconds);

#endif
