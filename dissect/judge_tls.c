/* Findings over what the TLS handshake showed. */
#include "dissect/judge_private.h"
#include "dissect/tls.h"

#define TLS_1_2 0x0303

/* Parts of IANA suite names that stand for broken ciphers (RFC 9325 4.1, RFC 7465). */
static const char *const weak_parts[] = {"_NULL_", "_EXPORT", "_RC4_",  "_DES_",
                                         "_3DES_", "_RC2_",   "_anon_", "_IDEA_"};

static bool is_weak(const char *name)
{
    struct bytes b = bytes_of(name);
    for (size_t i = 0; i < sizeof weak_parts / sizeof weak_parts[0]; i++) {
        if (bytes_search(b, weak_parts[i], 0) != SIZE_MAX) {
            return true;
        }
    }
    return bytes_ends(b, "_NULL"); /* not in the registry; be sure */
}

static void judge_certificate(const struct event *e, const struct tls_info *t)
{
    int64_t now = t->time;
    bool outside = (t->not_after != TIME_UNKNOWN && now > t->not_after) ||
                   (t->not_before != TIME_UNKNOWN && now < t->not_before);
    if (t->subject.n > 0 && outside) {
        judge_tell(e, NOTE_ID_TLS_CERT_EXPIRED, t->subject, 0);
    }
    if (t->self_signed) {
        judge_tell(e, NOTE_ID_TLS_CERT_SELF_SIGNED, t->subject, 0);
    }
}

void judge_tls_close(struct judge *j, const struct event *e)
{
    (void)j;
    const struct tls_info *t = e->session->tls;
    if (t == NULL || t->version == 0) {
        return;
    }
    char room[16];
    if (t->version < TLS_1_2) {
        judge_tell(e, NOTE_ID_TLS_OBSOLETE, bytes_of(tls_version_name(t->version, room)), 0);
    }
    if (is_weak(t->cipher_name)) {
        judge_tell(e, NOTE_ID_TLS_WEAK_CIPHER, bytes_of(t->cipher_name), 0);
    }
    judge_certificate(e, t);
    if (t->server_name.n == 0 && t->offered_version != 0) {
        judge_tell(e, NOTE_ID_TLS_NO_SERVER_NAME, (struct bytes){NULL, 0}, 0);
    }
}
