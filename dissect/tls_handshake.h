/* Handshake messages → facts: what each hello and the certificate say (RFC 8446 4, RFC 5246 7.4,
 * SSL 2.0). Pure readers of whole messages; lengths inside them are hostile.
 */
#ifndef MAILWIRE_DISSECT_TLS_HANDSHAKE_H
#define MAILWIRE_DISSECT_TLS_HANDSHAKE_H

#include "capture/base/arena.h"
#include "dissect/model.h"

#define TLS_VERSION_SSL2 0x0002
#define TLS_VERSION_1_3  0x0304

/* Handshake types that are read (RFC 8446 4) and SSL 2.0's message types. */
enum { TLS_CLIENT_HELLO = 1, TLS_SERVER_HELLO = 2, TLS_CERTIFICATE = 11 };
enum { SSL2_CLIENT_HELLO = 1, SSL2_SERVER_HELLO = 4 };

/* body is a message without its four header bytes. Each answers false when it is no such message;
 * texts go to the arena, once: what is set stays. */
bool tls_read_client_hello(struct bytes body, struct arena *arena, struct tls_info *out);
/* *retry: a HelloRetryRequest, so the real ServerHello is still to come. */
bool tls_read_server_hello(struct bytes body, struct arena *arena, struct tls_info *out,
                           bool *retry);
/* The first certificate of the list (TLS 1.2 and older). */
bool tls_read_certificate(struct bytes body, struct arena *arena, struct tls_info *out);
/* record is an SSL 2.0 record without its two header bytes. */
bool tls_read_ssl2_client_hello(struct bytes record, struct tls_info *out);
bool tls_read_ssl2_server_hello(struct bytes record, struct arena *arena, struct tls_info *out);

#endif
