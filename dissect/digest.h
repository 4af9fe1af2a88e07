/* SHA-256 of messages, by libcrypto; with copies of the state for checkpoints. */
#ifndef MAILWIRE_DISSECT_DIGEST_H
#define MAILWIRE_DISSECT_DIGEST_H

#include "dissect/model.h"

struct digest;

struct digest *digest_new(void);
void digest_add(struct digest *d, struct bytes b);
struct digest *digest_copy(const struct digest *d);
/* Gives the hash and frees *d. */
void digest_finish(struct digest **d, uint8_t out[static DIGEST_SHA256]);
void digest_free(struct digest **d);

#endif
