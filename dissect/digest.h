/* Hashes, by libcrypto: SHA-256 of messages, with copies of the state for checkpoints, and SHA-1
 * where an identifier is defined by it (community id). */
#ifndef MAILWIRE_DISSECT_DIGEST_H
#define MAILWIRE_DISSECT_DIGEST_H

#include "dissect/model.h"

#define DIGEST_SHA1 20

struct digest;

struct digest *digest_new(void);
void digest_add(struct digest *d, struct bytes b);
struct digest *digest_copy(const struct digest *d);
/* Gives the hash and frees *d. */
void digest_finish(struct digest **d, uint8_t out[static DIGEST_SHA256]);
void digest_free(struct digest **d);

/* Of a short text, at once. Not for anything that must resist an attacker. */
void digest_sha1(struct bytes b, uint8_t out[static DIGEST_SHA1]);

#endif
