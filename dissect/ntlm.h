/* NTLM messages as they travel inside SASL (MS-NLMP 2.2.1): who asks, and the two answers.
 *
 * All views point into the blob that was read. Offsets and lengths in the
 * message are hostile: a field that does not lie inside the blob reads as empty
 * and sets `malformed`.
 */
#ifndef MAILWIRE_DISSECT_NTLM_H
#define MAILWIRE_DISSECT_NTLM_H

#include "capture/base/buf.h"
#include "capture/base/bytes.h"

enum ntlm_type { NTLM_NEGOTIATE = 1, NTLM_CHALLENGE = 2, NTLM_AUTHENTICATE = 3 };

#define NTLM_SERVER_CHALLENGE 8
#define NTLM_V1_RESPONSE      24 /* longer NT responses are NTLMv2: 16 bytes of proof, then the blob */

struct ntlm_message {
    enum ntlm_type type;
    bool unicode; /* user, domain and host are UTF-16LE; else OEM */
    bool malformed;
    struct bytes domain; /* of types 1 and 3 */
    struct bytes host;
    struct bytes user;      /* type 3 */
    struct bytes lm, nt;    /* type 3: the responses */
    struct bytes challenge; /* type 2: the server's eight bytes */
};

/* Finds the NTLMSSP signature in blob (bare, or wrapped in SPNEGO) and reads the message behind
 * it. False when there is none. A type 3 without flags counts as UTF-16LE when `unicode` says so
 * (what type 2 negotiated). */
bool ntlm_read(struct bytes blob, bool unicode, struct ntlm_message *out);

/* Appends a name as UTF-8; OEM bytes stay as they are, lone surrogates become U+FFFD. */
void ntlm_text(struct bytes raw, bool unicode, struct buf *out);

#endif
