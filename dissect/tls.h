/* The TLS handshake as an onlooker sees it (RFC 8446, 5246): versions, names, suite, certificate.
 *
 * Fed with both directions' bytes from the ClientHello on; never decrypts. A key
 * log could be added here later: the record layer is one place.
 */
#ifndef MAILWIRE_DISSECT_TLS_H
#define MAILWIRE_DISSECT_TLS_H

#include "capture/base/arena.h"
#include "capture/base/limits.h"
#include "dissect/model.h"

struct tls;

enum tls_look { TLS_LOOK_MORE, TLS_LOOK_YES, TLS_LOOK_NO };

/* Do these first bytes of a direction open TLS (a handshake record, or an SSLv2 ClientHello)?
 * MORE needs at most 6 bytes. */
enum tls_look tls_look(struct bytes first);
/* The same where an alert alone counts too (RFC 8446 6.2): the answer to a ClientHello, or what a
 * client sends that gives up before its own. */
enum tls_look tls_look_answer(struct bytes first);

/* Strings go to `arena`; facts are kept in the struct tls_info returned by tls_facts. alpn is the
 * server's choice where that is in clear, else what the client offered, with commas between. */
struct tls *tls_new(const struct limits *l, struct arena *arena, enum tls_start start,
                    int64_t time);
/* True when something a person should hear changed (hello, certificate, alert, established). */
bool tls_data(struct tls *t, enum dir dir, struct bytes data);
void tls_gap(struct tls *t, enum dir dir, uint64_t missing);
/* The handshake failed by an alert in clear, and the next byte of dir, `next`, begins no record:
 * clear text goes on. */
bool tls_is_over(const struct tls *t, enum dir dir, uint8_t next);
const struct tls_info *tls_facts(const struct tls *t);
size_t tls_held(const struct tls *t);
void tls_free(struct tls **t);
/* "TLS 1.3", "SSL 3.0", ... or "0x7f12" for others (static or in room[16]). */
const char *tls_version_name(uint16_t version, char room[static 16]);
/* IANA name of a cipher suite, or "". */
const char *tls_cipher_name(uint16_t suite);

#endif
