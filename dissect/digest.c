/* OpenSSL marks the plain SHA functions as deprecated in favour of EVP. They are used all the same:
 * a state is one flat struct of 112 bytes, so a message costs one allocation and a checkpoint one
 * copy, and nothing has to be fetched and kept somewhere for the process. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "dissect/digest.h"

#include "capture/base/error.h"

#include <openssl/sha.h>
#include <stdlib.h>

struct digest {
    SHA256_CTX state;
};

_Static_assert(DIGEST_SHA256 == SHA256_DIGEST_LENGTH, "size of a SHA-256 hash");
_Static_assert(DIGEST_SHA1 == SHA_DIGEST_LENGTH, "size of a SHA-1 hash");

struct digest *digest_new(void)
{
    struct digest *d = xmalloc(sizeof *d);
    invariant(SHA256_Init(&d->state) == 1);
    return d;
}

void digest_add(struct digest *d, struct bytes b)
{
    if (b.n > 0) {
        SHA256_Update(&d->state, b.p, b.n);
    }
}

struct digest *digest_copy(const struct digest *d)
{
    struct digest *copy = xmalloc(sizeof *copy);
    *copy = *d;
    return copy;
}

void digest_finish(struct digest **d, uint8_t out[static DIGEST_SHA256])
{
    SHA256_Final(out, &(*d)->state);
    digest_free(d);
}

void digest_free(struct digest **d)
{
    free(*d);
    *d = NULL;
}

void digest_sha1(struct bytes b, uint8_t out[static DIGEST_SHA1])
{
    SHA_CTX state;
    SHA1_Init(&state);
    if (b.n > 0) {
        SHA1_Update(&state, b.p, b.n);
    }
    SHA1_Final(out, &state);
}
