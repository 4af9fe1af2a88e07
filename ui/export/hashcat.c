#include "ui/export/hashcat.h"

#include "capture/base/text.h"

#define MD5_DIGITS       32
#define CHALLENGE_DIGITS 16 /* of NTLM */
#define NTLM_V1_DIGITS   48
#define ASK_MOST         1024 /* longest challenge or user that hashcat is given */

enum { MODE_SALTED_MD5 = 20, MODE_NTLM_V1 = 5500, MODE_NTLM_V2 = 5600, MODE_CRAM_MD5 = 10200 };

const unsigned hashcat_modes[HASHCAT_MODES] = {MODE_SALTED_MD5, MODE_NTLM_V1, MODE_NTLM_V2,
                                               MODE_CRAM_MD5};

static bool is_hex(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        uint8_t c = b.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
            return false;
        }
    }
    return true;
}

/* May it stand in a line of fields? `stop` is the byte between fields, 0 for none. */
static bool is_plain(struct bytes b, uint8_t stop)
{
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] < 0x20 || b.p[i] == 0x7f || (stop != 0 && b.p[i] == stop)) {
            return false;
        }
    }
    return b.n <= ASK_MOST;
}

/* $cram_md5$BASE64(challenge)$BASE64(user, blank, digest) */
static unsigned cram_md5(const struct credential *c, struct buf *out)
{
    struct buf response;
    if (c->secret.n != MD5_DIGITS || !is_hex(c->secret) || c->challenge.n > ASK_MOST ||
        c->user.n > ASK_MOST) {
        return 0;
    }
    buf_init(&response, SIZE_MAX);
    buf_add(&response, c->user);
    buf_add_byte(&response, ' ');
    buf_add(&response, c->secret);
    buf_add_str(out, "$cram_md5$");
    text_base64(out, c->challenge);
    buf_add_byte(out, '$');
    text_base64(out, buf_bytes(&response));
    buf_done(&response);
    return MODE_CRAM_MD5;
}

/* digest:timestamp */
static unsigned apop(const struct credential *c, struct buf *out)
{
    if (c->secret.n != MD5_DIGITS || !is_hex(c->secret) || !is_plain(c->challenge, 0)) {
        return 0;
    }
    buf_add(out, c->secret);
    buf_add_byte(out, ':');
    buf_add(out, c->challenge);
    return MODE_SALTED_MD5;
}

/* user::domain: */
static void add_account(struct buf *out, const struct credential *c)
{
    buf_add(out, c->user);
    buf_add_str(out, "::");
    buf_add(out, c->domain);
    buf_add_byte(out, ':');
}

/* user::domain:challenge:proof:rest, or user::domain:lm:nt:challenge */
static unsigned ntlm(const struct credential *c, struct buf *out)
{
    size_t colon = bytes_find(c->secret, ':', 0);
    if (c->challenge.n != CHALLENGE_DIGITS || !is_hex(c->challenge) || !is_plain(c->user, ':') ||
        !is_plain(c->domain, ':')) {
        return 0;
    }
    if (colon != SIZE_MAX) {
        struct bytes nt = bytes_from(c->secret, colon + 1);
        if ((colon != NTLM_V1_DIGITS && colon != 0) || nt.n != NTLM_V1_DIGITS || !is_hex(nt) ||
            !is_hex(bytes_sub(c->secret, 0, colon))) {
            return 0;
        }
        add_account(out, c);
        buf_add(out, c->secret);
        buf_add_byte(out, ':');
        buf_add(out, c->challenge);
        return MODE_NTLM_V1;
    }
    if (c->secret.n <= MD5_DIGITS || !is_hex(c->secret)) {
        return 0;
    }
    add_account(out, c);
    buf_add(out, c->challenge);
    buf_add_byte(out, ':');
    buf_add(out, bytes_sub(c->secret, 0, MD5_DIGITS));
    buf_add_byte(out, ':');
    buf_add(out, bytes_from(c->secret, MD5_DIGITS));
    return MODE_NTLM_V2;
}

unsigned hashcat_line(const struct credential *c, struct buf *out)
{
    static const struct {
        const char *mechanism;
        unsigned (*line)(const struct credential *c, struct buf *out);
    } rows[] = {
        {"CRAM-MD5", cram_md5}, {"APOP", apop},   {"NTLM", ntlm},
        {"MSN", ntlm},          {"GSSAPI", ntlm}, {"GSS-SPNEGO", ntlm},
    };
    if (c->challenge.n == 0 || c->secret.n == 0 || c->user.n == 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(c->mechanism, rows[i].mechanism) == 0) {
            return rows[i].line(c, out);
        }
    }
    return 0;
}
