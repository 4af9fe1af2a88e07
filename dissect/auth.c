#include "dissect/auth.h"

#include "capture/base/arena.h"
#include "capture/base/buf.h"
#include "capture/base/error.h"
#include "dissect/ntlm.h"

#include <stdlib.h>

#define AUTH_RESPONSES (64u << 10) /* base64 text read in one exchange, each way */
#define AUTH_KEPT      (4u * AUTH_RESPONSES)
#define NAME_ROOM      40

/* One step of an exchange: `text` is decoded, `raw` as sent; good tells that raw was base64. */
struct step {
    struct bytes text, raw;
    bool good;
};

struct mechanism {
    const char *name; /* ends in '-': the beginning of a family's names */
    void (*challenge)(struct auth *a, struct step s);
    void (*response)(struct auth *a, struct step s);
};

struct auth {
    const struct mechanism *mechanism; /* NULL: only named */
    char name[NAME_ROOM];
    struct credential found;
    struct arena kept;
    struct buf scratch;
    size_t read[2]; /* challenge and response bytes taken so far */
    unsigned responses;
    bool asked;   /* a challenge waits for its response */
    bool lost;    /* bytes of a response are missing */
    bool missed;  /* the answer to what was asked is: the next response is one to what came later */
    bool unicode; /* what the NTLM challenge negotiated */
};

static bool is_set(struct bytes b)
{
    return b.p != NULL;
}

static struct bytes keep(struct auth *a, struct bytes b)
{
    struct bytes copy = arena_copy(&a->kept, b);
    if (copy.n < b.n) {
        a->found.malformed = true;
    }
    return copy;
}

static void keep_secret(struct auth *a, struct bytes b, enum secret_kind kind)
{
    a->found.secret = keep(a, b);
    a->found.secret_kind = kind;
}

static void scratch_clear(struct auth *a)
{
    if (a->scratch.p != NULL) {
        explicit_bzero(a->scratch.p, a->scratch.room);
    }
    buf_clear(&a->scratch);
}

static struct bytes keep_hex(struct auth *a, struct bytes b)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *p = arena_alloc(&a->kept, 2 * b.n);
    if (p == NULL) {
        a->found.malformed = true;
        return (struct bytes){NULL, 0};
    }
    for (size_t i = 0; i < b.n; i++) {
        p[2 * i] = (uint8_t)digits[b.p[i] >> 4];
        p[2 * i + 1] = (uint8_t)digits[b.p[i] & 15];
    }
    return bytes_make(p, 2 * b.n);
}

static bool is_hex(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        int c = ascii_lower(b.p[i]);
        if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return true;
}

/* -- PLAIN (RFC 4616): authorization NUL authentication NUL password */

static void plain_response(struct auth *a, struct step s)
{
    struct bytes rest = s.text, first, second;
    if (is_set(a->found.secret) || is_set(a->found.user)) {
        return;
    }
    if (!s.good || rest.n == 0) {
        a->found.malformed = true;
    }
    if (bytes_find(rest, 0, 0) == SIZE_MAX) {
        /* no separator: it may be a bare password, so it must not pass for a name */
        if (rest.n > 0) {
            a->found.malformed = true;
            keep_secret(a, rest, SECRET_PASSWORD);
        }
        return;
    }
    bytes_split(&rest, 0, &first);
    if (bytes_find(rest, 0, 0) == SIZE_MAX) {
        /* one NUL: some clients leave the authorization identity's away, others the password's */
        a->found.malformed = true;
        a->found.user = keep(a, first.n > 0 ? first : rest);
        if (first.n > 0) {
            keep_secret(a, rest, SECRET_PASSWORD);
        }
        return;
    }
    bytes_split(&rest, 0, &second);
    a->found.authorization_id = keep(a, first);
    a->found.user = keep(a, second);
    if (bytes_find(rest, 0, 0) != SIZE_MAX) {
        a->found.malformed = true; /* 4616 2: no NUL in a password */
    }
    keep_secret(a, rest, SECRET_PASSWORD);
}

/* -- LOGIN: the first answer is the user, the second the password, whatever was asked; but where it
 * is the password that is asked for first, the name was lost */

static void login_challenge(struct auth *a, struct step s)
{
    if (!is_set(a->found.user) && bytes_search(s.text, "password", 0) != SIZE_MAX) {
        a->lost = a->found.malformed = true;
        a->found.user = bytes_of("");
    }
}

static void login_response(struct auth *a, struct step s)
{
    struct bytes text = s.good ? s.text : s.raw;
    if (is_set(a->found.secret)) {
        return;
    }
    if (!s.good) {
        a->found.malformed = true;
    }
    if (!is_set(a->found.user)) {
        a->found.user = keep(a, text);
    } else {
        keep_secret(a, text, SECRET_PASSWORD);
    }
}

/* -- CRAM-MD5 (RFC 2195): "user digest" */

/* The first challenge that says something; servers send empty ones to ask for a first response.
 * DIGEST-MD5's second one asks nothing (RFC 2831 2.1.3). */
static void first_challenge(struct auth *a, struct step s)
{
    if (is_set(a->found.challenge) || s.text.n == 0 || bytes_starts(s.text, "rspauth=")) {
        return;
    }
    a->found.challenge = keep(a, s.text);
    if (!s.good) {
        a->found.malformed = true;
    }
}

static void cram_response(struct auth *a, struct step s)
{
    if (is_set(a->found.user)) {
        return;
    }
    size_t space = SIZE_MAX;
    for (size_t at = 0; (at = bytes_find(s.text, ' ', at)) != SIZE_MAX; at++) {
        space = at;
    }
    if (!s.good || space == SIZE_MAX) {
        a->found.malformed = true;
    }
    if (s.text.n == 0) {
        return;
    }
    a->found.user = keep(a, bytes_sub(s.text, 0, space));
    if (space != SIZE_MAX) {
        struct bytes digest = bytes_from(s.text, space + 1);
        if (digest.n != 32 || !is_hex(digest)) {
            a->found.malformed = true;
        }
        keep_secret(a, digest, SECRET_DIGEST);
    }
}

/* -- DIGEST-MD5 (RFC 2831): name=value or name="value", by commas */

static size_t quoted_end(struct bytes b, size_t at)
{
    while (at < b.n && b.p[at] != '"') {
        at += b.p[at] == '\\' ? 2 : 1;
    }
    return at < b.n ? at : b.n;
}

static bool directive_next(struct bytes *rest, struct bytes *name, struct bytes *value,
                           bool *quoted)
{
    while (rest->n > 0 && (ascii_is_blank(rest->p[0]) || rest->p[0] == ',')) {
        *rest = bytes_from(*rest, 1);
    }
    size_t equals = bytes_find(*rest, '=', 0);
    if (equals == SIZE_MAX) {
        return false;
    }
    *name = bytes_trim(bytes_sub(*rest, 0, equals));
    *rest = bytes_from(*rest, equals + 1);
    while (rest->n > 0 && ascii_is_blank(rest->p[0])) {
        *rest = bytes_from(*rest, 1);
    }
    *quoted = bytes_at(*rest, 0) == '"';
    size_t from = *quoted ? 1 : 0;
    size_t end = *quoted ? quoted_end(*rest, 1) : bytes_find(*rest, ',', 0);
    if (end > rest->n) {
        end = rest->n;
    }
    *value = bytes_sub(*rest, from, end - from);
    *rest = bytes_from(*rest, end + from);
    return true;
}

static struct bytes keep_unquoted(struct auth *a, struct bytes value, bool quoted)
{
    if (!quoted || bytes_find(value, '\\', 0) == SIZE_MAX) {
        return keep(a, quoted ? value : bytes_trim(value));
    }
    struct buf plain;
    buf_init(&plain, value.n);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\\' && i + 1 < value.n) {
            i++;
        }
        buf_add_byte(&plain, value.p[i]);
    }
    struct bytes kept = keep(a, buf_bytes(&plain));
    buf_done(&plain);
    return kept;
}

static void digest_response(struct auth *a, struct step s)
{
    struct bytes rest = s.text, name, value;
    bool quoted;
    if (is_set(a->found.user)) {
        return;
    }
    while (directive_next(&rest, &name, &value, &quoted)) {
        if (bytes_is(name, "username") && !is_set(a->found.user)) {
            a->found.user = keep_unquoted(a, value, quoted);
        } else if (bytes_is(name, "realm") && !is_set(a->found.domain)) {
            a->found.domain = keep_unquoted(a, value, quoted);
        } else if (bytes_is(name, "authzid") && !is_set(a->found.authorization_id)) {
            a->found.authorization_id = keep_unquoted(a, value, quoted);
        } else if (bytes_is(name, "response") && !is_set(a->found.secret)) {
            keep_secret(a, value, SECRET_DIGEST);
        }
    }
    if (!s.good || !is_set(a->found.user) || !is_set(a->found.secret)) {
        a->found.malformed = true;
    }
}

/* -- SCRAM-* (RFC 5802): attributes by commas, behind a GS2 header in the first message */

static void scram_challenge(struct auth *a, struct step s)
{
    if (bytes_starts(s.text, "r=")) {
        first_challenge(a, s);
    }
}

/* saslname: ',' and '=' travel as =2C and =3D. */
static struct bytes keep_saslname(struct auth *a, struct bytes name)
{
    struct buf plain;
    buf_init(&plain, name.n);
    for (size_t i = 0; i < name.n; i++) {
        int c = name.p[i];
        if (c == '=') {
            struct bytes code = bytes_sub(name, i + 1, 2);
            if (bytes_is(code, "2C") || bytes_is(code, "3D")) {
                c = bytes_is(code, "2C") ? ',' : '=';
                i += 2;
            } else {
                a->found.malformed = true;
            }
        }
        buf_add_byte(&plain, (uint8_t)c);
    }
    struct bytes kept = keep(a, buf_bytes(&plain));
    buf_done(&plain);
    return kept;
}

static void scram_first(struct auth *a, struct bytes text)
{
    struct bytes attribute;
    for (unsigned at = 0; bytes_split(&text, ',', &attribute); at++) {
        if (at == 1 && bytes_starts(attribute, "a=")) {
            a->found.authorization_id = keep_saslname(a, bytes_from(attribute, 2));
        } else if (at >= 2 && bytes_starts(attribute, "n=") && !is_set(a->found.user)) {
            a->found.user = keep_saslname(a, bytes_from(attribute, 2));
        }
    }
    if (!is_set(a->found.user)) {
        a->found.malformed = true;
    }
}

static void scram_response(struct auth *a, struct step s)
{
    struct bytes rest = s.text, attribute;
    if (!s.good) {
        a->found.malformed = true;
    }
    if (!bytes_starts(rest, "c=")) {
        if (!is_set(a->found.user)) {
            scram_first(a, rest);
        }
        return;
    }
    while (!is_set(a->found.secret) && bytes_split(&rest, ',', &attribute)) {
        if (bytes_starts(attribute, "p=")) {
            keep_secret(a, bytes_from(attribute, 2), SECRET_DIGEST);
        }
    }
}

/* -- XOAUTH2 and OAUTHBEARER (RFC 7628): name=value pairs by ^A */

static void oauth_token(struct auth *a, struct bytes value)
{
    struct bytes rest = value;
    struct bytes scheme = bytes_word(&rest);
    keep_secret(a, bytes_is(scheme, "Bearer") ? rest : value, SECRET_TOKEN);
}

/* The GS2 header in front of OAUTHBEARER's pairs: "n,a=user,". */
static void oauth_gs2(struct auth *a, struct bytes header)
{
    struct bytes part;
    while (bytes_split(&header, ',', &part)) {
        if (bytes_starts(part, "a=") && !is_set(a->found.user)) {
            a->found.user = keep_saslname(a, bytes_from(part, 2));
        }
    }
}

static void oauth_response(struct auth *a, struct step s)
{
    struct bytes rest = s.text, pair;
    if (a->responses > 1) {
        return; /* the empty answer to the server's error (RFC 7628 3.2.3) */
    }
    while (bytes_split(&rest, 1, &pair)) {
        if (bytes_starts(pair, "user=") && !is_set(a->found.user)) {
            a->found.user = keep(a, bytes_from(pair, strlen("user=")));
        } else if (bytes_starts(pair, "auth=") && !is_set(a->found.secret)) {
            oauth_token(a, bytes_from(pair, strlen("auth=")));
        } else if (bytes_find(pair, ',', 0) == 1 || bytes_starts(pair, "p=")) {
            oauth_gs2(a, pair);
        }
    }
    if (!s.good || !is_set(a->found.secret)) {
        a->found.malformed = true;
    }
}

/* -- ANONYMOUS (RFC 4505), EXTERNAL (RFC 4422 A) */

static void anonymous_response(struct auth *a, struct step s)
{
    if (!is_set(a->found.user)) {
        a->found.user = keep(a, s.good ? s.text : s.raw);
        a->found.malformed |= !s.good;
    }
}

static void external_response(struct auth *a, struct step s)
{
    if (!is_set(a->found.authorization_id)) {
        a->found.authorization_id = keep(a, s.good ? s.text : s.raw);
        a->found.malformed |= !s.good;
    }
}

/* -- NTLM: bare, or inside GSSAPI and SPNEGO tokens */

static void ntlm_challenge(struct auth *a, struct step s)
{
    struct ntlm_message m;
    if (is_set(a->found.challenge) || !ntlm_read(s.text, false, &m) || m.type != NTLM_CHALLENGE) {
        return; /* servers also say "NTLM supported" here */
    }
    a->unicode = m.unicode;
    a->found.malformed |= m.malformed;
    a->found.challenge = keep_hex(a, m.challenge);
}

static struct bytes keep_name(struct auth *a, struct bytes raw, bool unicode)
{
    struct buf text;
    buf_init(&text, 2 * raw.n + 4);
    ntlm_text(raw, unicode, &text);
    struct bytes kept = keep(a, buf_bytes(&text));
    buf_done(&text);
    return kept;
}

/* NTLMv2: the response in hex, proof first (hashcat 5600 cuts it behind 32 digits).
 * NTLMv1: both responses, "lm:nt" (hashcat 5500). */
static void ntlm_secret(struct auth *a, const struct ntlm_message *m)
{
    if (m->nt.n == 0) {
        return;
    }
    struct buf both;
    struct bytes nt = keep_hex(a, m->nt);
    if (m->nt.n > NTLM_V1_RESPONSE) {
        a->found.secret = nt;
    } else {
        struct bytes lm = keep_hex(a, m->lm);
        buf_init(&both, lm.n + nt.n + 1);
        buf_add(&both, lm);
        buf_add_byte(&both, ':');
        buf_add(&both, nt);
        a->found.secret = keep(a, buf_bytes(&both));
        buf_done(&both);
    }
    a->found.secret_kind = SECRET_HASH;
}

static void ntlm_response(struct auth *a, struct step s)
{
    struct ntlm_message m;
    if (is_set(a->found.user)) {
        return;
    }
    if (!ntlm_read(s.text, a->unicode, &m)) {
        a->found.malformed |= !s.good;
        return;
    }
    a->found.malformed |= !s.good || m.malformed;
    a->found.domain = keep_name(a, m.domain, m.unicode);
    a->found.host = keep_name(a, m.host, m.unicode);
    if (m.type == NTLM_AUTHENTICATE) {
        a->found.user = keep_name(a, m.user, m.unicode);
        ntlm_secret(a, &m);
    }
}

/* -- the exchange */

static const struct mechanism mechanisms[] = {
    {"PLAIN", NULL, plain_response},
    {"LOGIN", login_challenge, login_response},
    {"CRAM-MD5", first_challenge, cram_response},
    {"DIGEST-MD5", first_challenge, digest_response},
    {"SCRAM-", scram_challenge, scram_response},
    {"XOAUTH2", NULL, oauth_response},
    {"OAUTHBEARER", NULL, oauth_response},
    {"ANONYMOUS", NULL, anonymous_response},
    {"EXTERNAL", NULL, external_response},
    {"NTLM", ntlm_challenge, ntlm_response},
    {"MSN", ntlm_challenge, ntlm_response}, /* Exchange's and Hotmail's older name for it */
    {"GSSAPI", ntlm_challenge, ntlm_response},
    {"GSS-SPNEGO", ntlm_challenge, ntlm_response},
};

static const struct mechanism *mechanism_find(const char *name)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
        const char *own = mechanisms[i].name;
        size_t n = strlen(own);
        if (own[n - 1] == '-' ? strncmp(name, own, n) == 0 : strcmp(name, own) == 0) {
            return &mechanisms[i];
        }
    }
    return NULL;
}

struct auth *auth_begin(struct bytes mechanism)
{
    struct auth *a = xcalloc(1, sizeof *a);
    size_t n = 0;
    for (; n < mechanism.n && n < NAME_ROOM - 1; n++) {
        int c = ascii_upper(mechanism.p[n]);
        a->name[n] = (char)(c > ' ' && c < 0x7f ? c : '?');
    }
    a->mechanism = mechanism_find(a->name);
    arena_init(&a->kept, AUTH_KEPT);
    buf_init(&a->scratch, AUTH_RESPONSES);
    return a;
}

static void take(struct auth *a, struct bytes base64, size_t *read,
                 void (*step)(struct auth *a, struct step s))
{
    if (base64.n > AUTH_RESPONSES - *read) {
        base64.n = AUTH_RESPONSES - *read;
        a->found.malformed = true;
    }
    *read += base64.n;
    if (step == NULL) {
        return;
    }
    struct step s = {.raw = base64};
    s.good = auth_base64(base64, &a->scratch);
    s.text = buf_bytes(&a->scratch);
    step(a, s);
    scratch_clear(a);
}

static void take_response(struct auth *a, struct bytes base64)
{
    a->responses++;
    take(a, base64, &a->read[FROM_CLIENT], a->mechanism ? a->mechanism->response : NULL);
}

void auth_initial(struct auth *a, struct bytes base64)
{
    struct bytes rest = bytes_trim(base64);
    if (bytes_is(rest, "=")) {
        take_response(a, bytes_from(rest, 1));
        return;
    }
    /* AUTH LOGIN may carry the user, and from some clients the password behind it */
    bool words = strcmp(a->name, "LOGIN") == 0;
    for (unsigned n = 0; words && n < 2 && rest.n > 0; n++) {
        take_response(a, bytes_word(&rest));
    }
    if (!words && rest.n > 0) {
        take_response(a, rest);
    }
}

/* It counts as a response, that of the next one is not taken for it; what it said is not known. */
void auth_lost(struct auth *a)
{
    a->asked = false;
    a->missed = false;
    a->lost = a->found.malformed = true;
    take_response(a, bytes_of(""));
}

void auth_gap(struct auth *a)
{
    a->missed = a->asked;
}

void auth_challenge(struct auth *a, struct bytes base64)
{
    if (a->asked) {
        auth_lost(a); /* nobody asks twice: the answer was not captured */
    }
    a->asked = true;
    take(a, bytes_trim(base64), &a->read[FROM_SERVER],
         a->mechanism ? a->mechanism->challenge : NULL);
}

void auth_response(struct auth *a, struct bytes base64)
{
    struct bytes line = bytes_trim(base64);
    if (a->missed) {
        auth_lost(a);
    }
    a->asked = false;
    if (bytes_is(line, "*")) {
        a->found.cancelled = true;
        return;
    }
    take_response(a, line);
}

struct bytes auth_secret(const struct auth *a)
{
    return a->found.secret;
}

void auth_finish(struct auth *a, enum tri success, struct credential *out)
{
    const struct credential *f = &a->found;
    out->mechanism = a->name;
    out->user = f->user;
    out->authorization_id = f->authorization_id;
    out->secret = f->secret;
    out->secret_kind = f->secret_kind;
    out->challenge = f->challenge;
    out->domain = f->domain;
    out->host = f->host;
    out->cancelled = f->cancelled;
    out->malformed = f->malformed;
    out->lost = a->lost;
    if (a->lost && out->secret.n == 0) {
        out->secret_kind = SECRET_NONE;
    }
    out->success = success;
}

size_t auth_held(const struct auth *a)
{
    return sizeof *a + a->kept.total + a->scratch.room;
}

void auth_free(struct auth **a)
{
    if (*a == NULL) {
        return;
    }
    scratch_clear(*a);
    buf_done(&(*a)->scratch);
    arena_done(&(*a)->kept);
    free(*a);
    *a = NULL;
}
