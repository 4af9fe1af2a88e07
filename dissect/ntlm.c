#include "dissect/ntlm.h"

#include "capture/base/read.h"
#include "capture/base/text.h"

#define NEGOTIATE_UNICODE 0x00000001u

/* MS-NLMP 2.2.1: where the fields stand, from the signature on. */
enum {
    AT_TYPE = 8,
    NEGOTIATE_FLAGS = 12,
    NEGOTIATE_DOMAIN = 16,
    NEGOTIATE_HOST = 24,
    CHALLENGE_FLAGS = 20,
    CHALLENGE_BYTES = 24,
    AUTHENTICATE_LM = 12,
    AUTHENTICATE_NT = 20,
    AUTHENTICATE_DOMAIN = 28,
    AUTHENTICATE_USER = 36,
    AUTHENTICATE_HOST = 44,
    AUTHENTICATE_FLAGS = 60,
};

static bool read_le16(struct bytes b, size_t at, uint32_t *out)
{
    uint16_t v;
    if (!read_be16(b, at, &v)) {
        return false;
    }
    *out = (uint32_t)(v >> 8) | (uint32_t)(v & 0xff) << 8;
    return true;
}

static bool read_le32(struct bytes b, size_t at, uint32_t *out)
{
    uint32_t v;
    if (!read_be32(b, at, &v)) {
        return false;
    }
    *out = v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24;
    return true;
}

/* A field descriptor: length, room, offset. Fields of old clients may be left out altogether. */
static struct bytes field(struct bytes m, size_t at, struct ntlm_message *out)
{
    uint32_t length, offset;
    if (!read_le16(m, at, &length) || !read_le32(m, at + 4, &offset)) {
        return (struct bytes){NULL, 0};
    }
    if (offset > m.n || length > m.n - offset) {
        out->malformed = true;
        return (struct bytes){NULL, 0};
    }
    return bytes_sub(m, offset, length);
}

static void read_negotiate(struct bytes m, struct ntlm_message *out)
{
    out->domain = field(m, NEGOTIATE_DOMAIN, out);
    out->host = field(m, NEGOTIATE_HOST, out);
    out->unicode = false; /* always OEM here, whatever the flags ask for (2.2.1.1) */
}

static void read_challenge(struct bytes m, struct ntlm_message *out)
{
    uint32_t flags = 0;
    read_le32(m, CHALLENGE_FLAGS, &flags);
    out->unicode = flags & NEGOTIATE_UNICODE;
    out->challenge = bytes_sub(m, CHALLENGE_BYTES, NTLM_SERVER_CHALLENGE);
    if (out->challenge.n < NTLM_SERVER_CHALLENGE) {
        out->challenge.n = 0;
        out->malformed = true;
    }
}

/* The flags are there unless the first field's bytes begin where they would stand. */
static bool has_flags(struct bytes m)
{
    static const uint8_t fields[] = {AUTHENTICATE_LM, AUTHENTICATE_NT, AUTHENTICATE_DOMAIN,
                                     AUTHENTICATE_USER, AUTHENTICATE_HOST};
    for (size_t i = 0; i < sizeof fields; i++) {
        uint32_t length, offset;
        if (!read_le16(m, fields[i], &length) || !read_le32(m, fields[i] + 4u, &offset)) {
            return false;
        }
        if (length > 0 && offset < AUTHENTICATE_FLAGS + 4) {
            return false;
        }
    }
    return m.n >= AUTHENTICATE_FLAGS + 4;
}

static void read_authenticate(struct bytes m, bool unicode, struct ntlm_message *out)
{
    uint32_t flags = unicode ? NEGOTIATE_UNICODE : 0;
    if (has_flags(m)) {
        read_le32(m, AUTHENTICATE_FLAGS, &flags);
    }
    out->unicode = flags & NEGOTIATE_UNICODE;
    if (m.n < AUTHENTICATE_HOST + 8) {
        out->malformed = true;
    }
    out->lm = field(m, AUTHENTICATE_LM, out);
    out->nt = field(m, AUTHENTICATE_NT, out);
    out->domain = field(m, AUTHENTICATE_DOMAIN, out);
    out->user = field(m, AUTHENTICATE_USER, out);
    out->host = field(m, AUTHENTICATE_HOST, out);
}

static const char signature[] = "NTLMSSP"; /* with its NUL */

/* Index of the signature, or SIZE_MAX. SPNEGO puts some tens of bytes before it. */
static size_t find_signature(struct bytes blob)
{
    for (size_t at = 0; (at = bytes_find(blob, 'N', at)) != SIZE_MAX; at++) {
        struct bytes here = bytes_sub(blob, at, sizeof signature);
        if (here.n == sizeof signature && memcmp(here.p, signature, sizeof signature) == 0) {
            return at;
        }
    }
    return SIZE_MAX;
}

bool ntlm_read(struct bytes blob, bool unicode, struct ntlm_message *out)
{
    *out = (struct ntlm_message){.unicode = unicode};
    size_t at = find_signature(blob);
    uint32_t type;
    if (at == SIZE_MAX || !read_le32(blob, at + AT_TYPE, &type)) {
        return false;
    }
    struct bytes m = bytes_from(blob, at);
    if (type == NTLM_NEGOTIATE) {
        out->type = NTLM_NEGOTIATE;
        read_negotiate(m, out);
    } else if (type == NTLM_CHALLENGE) {
        out->type = NTLM_CHALLENGE;
        read_challenge(m, out);
    } else if (type == NTLM_AUTHENTICATE) {
        out->type = NTLM_AUTHENTICATE;
        read_authenticate(m, unicode, out);
    } else {
        return false;
    }
    return true;
}

static bool is_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdfff;
}

void ntlm_text(struct bytes raw, bool unicode, struct buf *out)
{
    if (!unicode) {
        buf_add(out, raw);
        return;
    }
    uint32_t unit, low;
    for (size_t at = 0; read_le16(raw, at, &unit); at += 2) {
        uint32_t cp = unit;
        if (is_surrogate(unit)) {
            cp = 0xfffd;
            if (unit < 0xdc00 && read_le16(raw, at + 2, &low) && low >= 0xdc00 && low <= 0xdfff) {
                cp = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            }
        }
        text_utf8_add(out, cp);
    }
}
