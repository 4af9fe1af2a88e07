#include "dissect/tls_handshake.h"

#include "capture/base/error.h"
#include "capture/base/read.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <time.h>

#define RANDOM_SIZE 32
#define TEXT_MOST   1024u /* of a name that is kept */

/* Extensions that are read (IANA "TLS ExtensionType Values"). */
enum { EXTENSION_SERVER_NAME = 0, EXTENSION_ALPN = 16, EXTENSION_SUPPORTED_VERSIONS = 43 };

/* A reader that goes forward through a message and remembers that it ran out. */
struct cursor {
    struct bytes rest;
    bool bad;
};

static struct bytes take(struct cursor *c, size_t n)
{
    if (c->bad || n > c->rest.n) {
        c->bad = true;
        return (struct bytes){NULL, 0};
    }
    struct bytes out = bytes_sub(c->rest, 0, n);
    c->rest = bytes_from(c->rest, n);
    return out;
}

static uint32_t take_number(struct cursor *c, unsigned width)
{
    uint32_t v = 0;
    struct bytes b = take(c, width);
    for (size_t i = 0; i < b.n; i++) {
        v = v << 8 | b.p[i];
    }
    return v;
}

/* A vector: its length in `width` bytes, then so many bytes. */
static struct bytes take_vector(struct cursor *c, unsigned width)
{
    return take(c, take_number(c, width));
}

static void keep_once(struct arena *arena, struct bytes *field, struct bytes b)
{
    if (field->p == NULL && b.n > 0) {
        *field = arena_copy(arena, bytes_sub(b, 0, TEXT_MOST));
    }
}

/* GREASE values (RFC 8701) mean nothing; nor do versions above what exists. */
static bool is_grease(uint32_t v)
{
    return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

/* -- extensions */

static void server_name(struct bytes data, struct arena *arena, struct tls_info *out)
{
    struct cursor c = {.rest = data};
    struct cursor list = {.rest = take_vector(&c, 2)};
    while (list.rest.n > 0 && !list.bad) {
        uint32_t type = take_number(&list, 1);
        struct bytes name = take_vector(&list, 2);
        if (type == 0) {
            keep_once(arena, &out->server_name, name);
        }
    }
}

/* One name from a server is its choice; a client's list is kept with commas between. */
static void alpn(struct bytes data, struct arena *arena, struct tls_info *out)
{
    uint8_t text[256];
    size_t n = 0;
    struct cursor c = {.rest = data};
    struct cursor list = {.rest = take_vector(&c, 2)};
    while (list.rest.n > 0 && !list.bad) {
        struct bytes name = take_vector(&list, 1);
        if (name.n == 0 || (name.n == 2 && is_grease((uint32_t)name.p[0] << 8 | name.p[1]))) {
            continue;
        }
        size_t comma = n > 0 ? 1 : 0;
        if (comma + name.n > sizeof text - n) {
            break;
        }
        text[n] = ',';
        memcpy(text + n + comma, name.p, name.n);
        n += comma + name.n;
    }
    keep_once(arena, &out->alpn, bytes_make(text, n));
}

static void offered_versions(struct bytes data, struct tls_info *out)
{
    struct cursor c = {.rest = data};
    struct cursor list = {.rest = take_vector(&c, 1)};
    while (list.rest.n >= 2) {
        uint32_t v = take_number(&list, 2);
        if (!is_grease(v) && v > out->offered_version) {
            out->offered_version = (uint16_t)v;
        }
    }
}

static void read_extensions(struct cursor *c, struct arena *arena, struct tls_info *out,
                            bool client)
{
    if (c->rest.n == 0) {
        return; /* SSL 3.0 and early TLS 1.0 have none */
    }
    struct cursor list = {.rest = take_vector(c, 2)};
    while (list.rest.n >= 4 && !list.bad) {
        uint32_t type = take_number(&list, 2);
        struct bytes data = take_vector(&list, 2);
        if (type == EXTENSION_SERVER_NAME && client) {
            server_name(data, arena, out);
        } else if (type == EXTENSION_ALPN) {
            alpn(data, arena, out);
        } else if (type == EXTENSION_SUPPORTED_VERSIONS && client) {
            offered_versions(data, out);
        } else if (type == EXTENSION_SUPPORTED_VERSIONS && data.n == 2) {
            uint16_t chosen;
            if (read_be16(data, 0, &chosen)) {
                out->version = chosen;
            }
        }
    }
}

/* -- hellos */

bool tls_read_client_hello(struct bytes body, struct arena *arena, struct tls_info *out)
{
    struct cursor c = {.rest = body};
    uint32_t version = take_number(&c, 2);
    take(&c, RANDOM_SIZE);
    take_vector(&c, 1); /* session id */
    struct bytes suites = take_vector(&c, 2);
    take_vector(&c, 1); /* compression */
    if (c.bad || suites.n < 2 || version >> 8 != 3) {
        return false;
    }
    if (version > out->offered_version) {
        out->offered_version = (uint16_t)version;
    }
    read_extensions(&c, arena, out, true);
    return true;
}

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[RANDOM_SIZE] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

bool tls_read_server_hello(struct bytes body, struct arena *arena, struct tls_info *out,
                           bool *retry)
{
    struct cursor c = {.rest = body};
    uint32_t version = take_number(&c, 2);
    struct bytes random = take(&c, RANDOM_SIZE);
    take_vector(&c, 1); /* session id */
    uint32_t suite = take_number(&c, 2);
    take(&c, 1); /* compression */
    if (c.bad || version >> 8 != 3) {
        return false;
    }
    *retry = memcmp(random.p, retry_random, RANDOM_SIZE) == 0;
    out->version = (uint16_t)version;
    out->cipher = (uint16_t)suite;
    struct bytes offered = out->alpn;
    out->alpn = (struct bytes){NULL, 0};
    read_extensions(&c, arena, out, false);
    if (out->alpn.p == NULL) {
        out->alpn = offered;
    }
    return true;
}

/* -- the certificate, by libcrypto */

/* A certificate that there was no memory for is not a bad one. */
_Noreturn static void refuse_without_memory(void)
{
    die("out of memory (for a certificate); lower --memory or give the machine more");
}

static void forget_errors(void)
{
    unsigned long code;
    while ((code = ERR_get_error()) != 0) {
        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
            refuse_without_memory();
        }
    }
}

static struct bytes name_text(const X509_NAME *name, struct arena *arena)
{
    struct bytes kept = {NULL, 0};
    BIO *out = BIO_new(BIO_s_mem());
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (out == NULL) {
        refuse_without_memory();
    }
    if (X509_NAME_print_ex(out, name, 0, flags) >= 0) {
        char *text = NULL;
        long n = BIO_get_mem_data(out, &text);
        if (n > 0) {
            keep_once(arena, &kept, bytes_make(text, (size_t)n));
        }
    }
    BIO_free(out);
    return kept;
}

static int64_t time_of(const ASN1_TIME *t)
{
    struct tm tm = {0};
    const int64_t second = 1000000000;
    if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1) {
        return TIME_UNKNOWN;
    }
    int64_t s = timegm(&tm);
    /* certificates without an end say 9999, which nanoseconds do not reach */
    if (s > INT64_MAX / second) {
        return INT64_MAX;
    }
    return s >= 0 ? s * second : TIME_UNKNOWN;
}

static bool read_x509(struct bytes der, struct arena *arena, struct tls_info *out)
{
    const unsigned char *p = der.p;
    X509 *x = d2i_X509(NULL, &p, (long)der.n);
    if (x == NULL) {
        forget_errors();
        return false;
    }
    const X509_NAME *subject = X509_get_subject_name(x), *issuer = X509_get_issuer_name(x);
    out->subject = name_text(subject, arena);
    out->issuer = name_text(issuer, arena);
    out->not_before = time_of(X509_get0_notBefore(x));
    out->not_after = time_of(X509_get0_notAfter(x));
    out->self_signed =
        X509_NAME_cmp(subject, issuer) == 0; /* by name: signatures are not checked */
    X509_free(x);
    forget_errors();
    return true;
}

bool tls_read_certificate(struct bytes body, struct arena *arena, struct tls_info *out)
{
    struct cursor c = {.rest = body};
    struct cursor list = {.rest = take_vector(&c, 3)};
    struct bytes first = take_vector(&list, 3);
    if (list.bad || first.n == 0 || out->subject.p != NULL) {
        return false;
    }
    return read_x509(first, arena, out);
}

/* -- SSL 2.0 (draft-hickman-netscape-ssl-00) */

bool tls_read_ssl2_client_hello(struct bytes record, struct tls_info *out)
{
    struct cursor c = {.rest = record};
    uint32_t type = take_number(&c, 1);
    uint32_t version = take_number(&c, 2);
    uint32_t specs = take_number(&c, 2);
    uint32_t session = take_number(&c, 2);
    uint32_t challenge = take_number(&c, 2);
    take(&c, specs);
    take(&c, session);
    take(&c, challenge);
    if (c.bad || type != SSL2_CLIENT_HELLO || specs == 0 || specs % 3 != 0) {
        return false;
    }
    if (version > out->offered_version) {
        out->offered_version = (uint16_t)version;
    }
    return true;
}

bool tls_read_ssl2_server_hello(struct bytes record, struct arena *arena, struct tls_info *out)
{
    struct cursor c = {.rest = record};
    uint32_t type = take_number(&c, 1);
    take(&c, 2); /* session id hit, certificate type */
    uint32_t version = take_number(&c, 2);
    uint32_t size = take_number(&c, 2);
    take(&c, 4); /* lengths of cipher specs and connection id */
    struct bytes certificate = take(&c, size);
    if (c.bad || type != SSL2_SERVER_HELLO || version != TLS_VERSION_SSL2) {
        return false;
    }
    out->version = TLS_VERSION_SSL2;
    if (certificate.n > 0) {
        read_x509(certificate, arena, out);
    }
    return true;
}
