/* MAIL FROM and RCPT TO: path and parameters (RFC 5321 4.1.2, read leniently). */
#ifndef MAILWIRE_DISSECT_ADDRESS_H
#define MAILWIRE_DISSECT_ADDRESS_H

#include "capture/base/bytes.h"

struct path {
    struct bytes address;    /* without brackets and source route; the null path is empty */
    struct bytes parameters; /* what follows, trimmed */
    bool bracketed;
    bool closed; /* in both brackets, or followed by something: nothing of it can be missing */
};

/* text is what follows "MAIL FROM:" / "RCPT TO:" (or the whole argument: a leading FROM:/TO: word
 * in any case is skipped). False when there is no address at all. */
bool address_path(struct bytes text, struct path *out);

#endif
