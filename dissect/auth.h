/* SASL exchanges and logins → credentials.
 *
 * One struct auth follows one exchange: the mechanism named by the client, each
 * challenge and response as they come (still base64), the final answer. It reads
 * PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), DIGEST-MD5 (RFC 2831), NTLM
 * (MS-NLMP), SCRAM-* (RFC 5802), XOAUTH2, OAUTHBEARER (RFC 7628), ANONYMOUS,
 * EXTERNAL, GSSAPI (with the NTLM inside) and names any other. Knows nothing of
 * protocols or sinks.
 *
 * What the secret is: the password; the hex digest (CRAM-MD5, DIGEST-MD5's
 * response=); the proof in base64 (SCRAM); the token without "Bearer "; for
 * NTLMv2 the NT response in hex, its proof in the first 32 digits, for NTLMv1
 * both responses, "lm:nt"; the NTLM challenge is the server's 16 hex digits.
 * DIGEST-MD5's realm is given as the domain.
 */
#ifndef MAILWIRE_DISSECT_AUTH_H
#define MAILWIRE_DISSECT_AUTH_H

#include "dissect/model.h"

struct auth;

/* mechanism as the client wrote it (any case). Bounded: at most 64 KiB of responses are kept. */
struct auth *auth_begin(struct bytes mechanism);
/* The initial response of the command line; base64, "=" means empty (RFC 4954 4). For AUTH LOGIN
 * with a user name in the line as well. */
void auth_initial(struct auth *a, struct bytes base64);
void auth_challenge(struct auth *a, struct bytes base64); /* text behind "334 " or "+ " */
void auth_response(struct auth *a, struct bytes base64);  /* a client line; "*" cancels */
void auth_lost(struct auth *a); /* a response of which bytes are missing, or all of it */
void auth_gap(struct auth *a);  /* bytes are missing: a response that was due was among them */
struct bytes auth_secret(const struct auth *a); /* the secret so far, empty when none */
/* Fills what the exchange tells: mechanism, user, authorization_id, secret, kind, challenge,
 * domain, host, cancelled, malformed; success as given. Views live until auth_free. */
void auth_finish(struct auth *a, enum tri success, struct credential *out);
size_t auth_held(const struct auth *a);
void auth_free(struct auth **a);

/* base64 to bytes, lenient about padding and line ends; false when it is not base64 at all (then
 * *out holds what could be decoded). Appends to out. */
struct buf;
bool auth_base64(struct bytes text, struct buf *out);
/* Base64 and nothing else, as a line of an exchange is. */
bool auth_looks_base64(struct bytes text);

#endif
