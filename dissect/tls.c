#include "dissect/tls.h"

#include "capture/base/buf.h"
#include "capture/base/error.h"
#include "dissect/tls_handshake.h"

#include <stdlib.h>

#define RECORD_HEADER     5
#define SSL2_HEADER       2
#define SSL2_ERROR_RECORD 5
#define RECORD_MOST       (16384 + 2048) /* RFC 5246 6.2.3 */
#define MESSAGE_HEADER    4
#define ALERT_BYTES       2
/* TLS 1.3: an encrypted alert takes 19 bytes, the smallest Finished 53 (RFC 8446 4.4.4, 5.2) */
#define FINISHED_LEAST 53

enum record_type {
    RECORD_CHANGE_CIPHER_SPEC = 20,
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    RECORD_APPLICATION_DATA = 23,
    RECORD_HEARTBEAT = 24,
    RECORD_SSL2 = 0x80, /* our own: an SSL 2.0 record */
};

enum { ALERT_WARNING = 1, ALERT_FATAL = 2, ALERT_CLOSE_NOTIFY = 0, ALERT_USER_CANCELED = 90 };

/* One direction's record layer. */
struct side {
    uint8_t head[RECORD_HEADER];
    uint8_t head_n; /* header bytes read; all of them: inside a record */
    uint8_t type;   /* enum record_type */
    uint8_t alert[ALERT_BYTES], alert_n;
    uint16_t length; /* of the record */
    uint16_t left;   /* of it, still to come */
    bool started;    /* the first record's header was read */
    bool hello;      /* sent its hello */
    bool changed_cipher;
    bool deaf;           /* handshake no longer read: limit, or bytes are missing */
    bool lost;           /* no record border is known: bytes are only counted */
    uint64_t read;       /* handshake bytes taken */
    struct buf messages; /* handshake bytes that are no whole message yet */
};

struct tls {
    const struct limits *limits;
    struct arena *arena;
    struct tls_info info;
    struct side side[2];
    enum dir client;       /* who sent the ClientHello */
    uint64_t ssl2_base[2]; /* bytes counted when the SSL 2.0 ServerHello was read */
};

/* -- recognising */

static bool is_record_header(struct bytes b)
{
    int type = bytes_at(b, 0);
    unsigned length = (unsigned)bytes_at(b, 3) << 8 | (unsigned)bytes_at(b, 4);
    return type >= RECORD_CHANGE_CIPHER_SPEC && type <= RECORD_HEARTBEAT && bytes_at(b, 1) == 3 &&
           bytes_at(b, 2) <= 4 && length <= RECORD_MOST;
}

static enum tls_look look_record(struct bytes first)
{
    static const uint8_t start[] = {RECORD_HANDSHAKE, 3};
    for (size_t i = 0; i < sizeof start && i < first.n; i++) {
        if (first.p[i] != start[i]) {
            return TLS_LOOK_NO;
        }
    }
    if (first.n < RECORD_HEADER + 1) {
        return TLS_LOOK_MORE;
    }
    int message = bytes_at(first, RECORD_HEADER);
    bool hello = message == TLS_CLIENT_HELLO || message == TLS_SERVER_HELLO;
    return hello && is_record_header(first) ? TLS_LOOK_YES : TLS_LOOK_NO;
}

/* An SSL 2.0 ClientHello, of SSL 2.0 itself or offering more (RFC 5246 E.2). */
static enum tls_look look_ssl2(struct bytes first)
{
    bool good = first.n < 3 || first.p[2] == SSL2_CLIENT_HELLO;
    if (good && first.n >= 5) {
        unsigned version = (unsigned)first.p[3] << 8 | first.p[4];
        good = version == TLS_VERSION_SSL2 || (version >= 0x0300 && version <= 0x0304);
    }
    if (good && first.n >= 2) { /* its nine fixed bytes, a cipher and a challenge */
        good = ((first.p[0] & 0x7fu) << 8 | first.p[1]) >= 9 + 3 + 16;
    }
    if (!good) {
        return TLS_LOOK_NO;
    }
    return first.n < 5 ? TLS_LOOK_MORE : TLS_LOOK_YES;
}

enum tls_look tls_look(struct bytes first)
{
    if (first.n == 0) {
        return TLS_LOOK_MORE;
    }
    return first.p[0] & 0x80 ? look_ssl2(first) : look_record(first);
}

/* An alert alone, in clear: its length, its level. */
static enum tls_look look_alert(struct bytes first)
{
    if (first.n < RECORD_HEADER + 1) {
        return bytes_at(first, 1) == 3 || first.n < 2 ? TLS_LOOK_MORE : TLS_LOOK_NO;
    }
    int level = bytes_at(first, RECORD_HEADER);
    bool alert = is_record_header(first) && first.p[3] == 0 && first.p[4] == ALERT_BYTES &&
                 (level == ALERT_WARNING || level == ALERT_FATAL);
    return alert ? TLS_LOOK_YES : TLS_LOOK_NO;
}

enum tls_look tls_look_answer(struct bytes first)
{
    return bytes_at(first, 0) == RECORD_ALERT ? look_alert(first) : tls_look(first);
}

/* -- life */

struct tls *tls_new(const struct limits *l, struct arena *arena, enum tls_start start, int64_t time)
{
    struct tls *t = xcalloc(1, sizeof *t);
    t->limits = l;
    t->arena = arena;
    t->info.start = start;
    t->info.time = time;
    t->info.cipher_name = "";
    t->info.not_before = TIME_UNKNOWN;
    t->info.not_after = TIME_UNKNOWN;
    t->client = FROM_CLIENT;
    for (int d = 0; d < 2; d++) {
        buf_init(&t->side[d].messages, l->tls_handshake_bytes);
    }
    return t;
}

const struct tls_info *tls_facts(const struct tls *t)
{
    return &t->info;
}

size_t tls_held(const struct tls *t)
{
    return sizeof *t + t->side[0].messages.room + t->side[1].messages.room;
}

void tls_free(struct tls **t)
{
    if (*t != NULL) {
        buf_done(&(*t)->side[0].messages);
        buf_done(&(*t)->side[1].messages);
        free(*t);
        *t = NULL;
    }
}

/* -- handshake messages */

static void stop_listening(struct side *s)
{
    s->deaf = true;
    buf_done(&s->messages);
}

static void lose(struct side *s)
{
    s->lost = true;
    stop_listening(s);
}

static bool client_hello(struct tls *t, enum dir dir, struct bytes body)
{
    if (t->side[dir_other(dir)].hello && t->client != dir) {
        return false; /* the other side was the client */
    }
    if (!tls_read_client_hello(body, t->arena, &t->info)) {
        return false;
    }
    t->client = dir;
    t->side[dir].hello = true;
    return true;
}

static bool server_hello(struct tls *t, enum dir dir, struct bytes body)
{
    bool retry = false;
    if (t->side[dir].hello || !tls_read_server_hello(body, t->arena, &t->info, &retry)) {
        return false;
    }
    t->info.cipher_name = tls_cipher_name(t->info.cipher);
    t->client = dir_other(dir);
    t->side[dir].hello = !retry;
    return true;
}

static bool handshake_message(struct tls *t, enum dir dir, uint8_t type, struct bytes body)
{
    if (type == TLS_CLIENT_HELLO) {
        return client_hello(t, dir, body);
    }
    if (type == TLS_SERVER_HELLO) {
        return server_hello(t, dir, body);
    }
    if (type == TLS_CERTIFICATE && dir != t->client) {
        return tls_read_certificate(body, t->arena, &t->info);
    }
    return false;
}

static bool handshake_messages(struct tls *t, enum dir dir)
{
    struct side *s = &t->side[dir];
    bool changed = false;
    struct bytes rest = buf_bytes(&s->messages);
    while (rest.n >= MESSAGE_HEADER) {
        size_t length = (size_t)rest.p[1] << 16 | (size_t)rest.p[2] << 8 | rest.p[3];
        if (length > t->limits->tls_handshake_bytes - MESSAGE_HEADER) {
            stop_listening(s);
            return changed;
        }
        if (length > rest.n - MESSAGE_HEADER) {
            break;
        }
        changed |= handshake_message(t, dir, rest.p[0], bytes_sub(rest, MESSAGE_HEADER, length));
        rest = bytes_from(rest, MESSAGE_HEADER + length);
    }
    if (rest.n == 0) {
        buf_done(&s->messages);
    } else {
        buf_drop(&s->messages, s->messages.n - rest.n);
    }
    return changed;
}

static bool take_handshake(struct tls *t, enum dir dir, struct bytes data)
{
    struct side *s = &t->side[dir];
    if (s->deaf || s->changed_cipher) {
        return false;
    }
    struct bytes read = bytes_sub(data, 0, t->limits->tls_handshake_bytes - s->read);
    s->read += read.n;
    buf_add(&s->messages, read);
    bool changed = handshake_messages(t, dir);
    if (read.n < data.n) { /* only now: what stood before the limit is told however it was cut */
        stop_listening(s);
    }
    return changed;
}

/* -- SSL 2.0: one record is one message */

static bool ssl2_record_done(struct tls *t, enum dir dir, uint64_t behind)
{
    struct side *s = &t->side[dir];
    struct bytes record = buf_bytes(&s->messages);
    bool changed = false;
    if (bytes_at(record, 0) == SSL2_CLIENT_HELLO) {
        changed = tls_read_ssl2_client_hello(record, &t->info);
        t->client = changed ? dir : t->client;
        s->hello = changed;
    } else if (tls_read_ssl2_server_hello(record, t->arena, &t->info)) {
        changed = true;
        s->hello = true;
        t->ssl2_base[dir] = t->info.bytes[dir] - behind;
        t->ssl2_base[dir_other(dir)] = t->info.bytes[dir_other(dir)];
        lose(&t->side[dir_other(dir)]);
        lose(s);
    }
    buf_done(&s->messages);
    return changed;
}

/* Both went on after the ServerHello, the server with more than an error message. */
static bool ssl2_established(struct tls *t)
{
    enum dir server = dir_other(t->client);
    if (t->info.version != TLS_VERSION_SSL2 || t->info.established ||
        t->info.bytes[t->client] <= t->ssl2_base[t->client] ||
        t->info.bytes[server] - t->ssl2_base[server] <= SSL2_ERROR_RECORD) {
        return false;
    }
    t->info.established = true;
    return true;
}

/* -- records */

static bool establish(struct tls *t, enum dir dir)
{
    const struct side *s = &t->side[dir];
    bool hellos = t->side[0].hello && t->side[1].hello;
    bool sure;
    if (t->info.version >= TLS_VERSION_1_3) {
        sure =
            s->type == RECORD_APPLICATION_DATA && dir == t->client && s->length >= FINISHED_LEAST;
    } else {
        sure = s->type == RECORD_APPLICATION_DATA ||
               (t->side[0].changed_cipher && t->side[1].changed_cipher);
    }
    if (!hellos || !sure || t->info.established) {
        return false;
    }
    t->info.established = true;
    return true;
}

static bool change_cipher(struct tls *t, enum dir dir)
{
    /* in TLS 1.3 it means nothing (RFC 8446 D.4), and clear hellos may follow */
    if (t->info.version >= TLS_VERSION_1_3) {
        return false;
    }
    t->side[dir].changed_cipher = true;
    return establish(t, dir);
}

static bool take_alert(struct tls *t, enum dir dir, struct bytes data)
{
    struct side *s = &t->side[dir];
    if (s->changed_cipher || s->length != sizeof s->alert) {
        return false; /* encrypted */
    }
    for (size_t i = 0; i < data.n && s->alert_n < sizeof s->alert; i++) {
        s->alert[s->alert_n++] = data.p[i];
    }
    if (s->alert_n < sizeof s->alert) {
        return false;
    }
    s->alert_n = 0;
    uint8_t code = s->alert[1];
    bool fatal = s->alert[0] == ALERT_FATAL ||
                 (t->info.version >= TLS_VERSION_1_3 && code != ALERT_CLOSE_NOTIFY &&
                  code != ALERT_USER_CANCELED); /* RFC 8446 6: the level means nothing */
    if (!fatal || t->info.alert) {
        return false;
    }
    t->info.alert = true;
    t->info.alert_code = code;
    t->info.alert_dir = dir;
    return true;
}

static bool take_payload(struct tls *t, enum dir dir, struct bytes data)
{
    struct side *s = &t->side[dir];
    if (s->type == RECORD_HANDSHAKE) {
        return take_handshake(t, dir, data);
    }
    if (s->type == RECORD_ALERT) {
        return take_alert(t, dir, data);
    }
    if (s->type == RECORD_SSL2 && !s->deaf && !buf_add(&s->messages, data)) {
        lose(s);
    }
    return false;
}

/* A record is over; `behind` bytes of the chunk follow it. */
static bool record_done(struct tls *t, enum dir dir, uint64_t behind)
{
    struct side *s = &t->side[dir];
    s->head_n = 0;
    s->alert_n = 0;
    if (s->type == RECORD_CHANGE_CIPHER_SPEC) {
        return change_cipher(t, dir);
    }
    if (s->type == RECORD_APPLICATION_DATA) {
        return establish(t, dir);
    }
    if (s->type == RECORD_SSL2 && !s->lost) {
        return ssl2_record_done(t, dir, behind);
    }
    return false;
}

/* Takes one header byte; the record's type and length are known when it was the last. */
static void take_head(struct side *s, uint8_t byte)
{
    s->head[s->head_n++] = byte;
    if (!s->started && (s->head[0] & 0x80)) {
        if (s->head_n == SSL2_HEADER) {
            s->type = RECORD_SSL2;
            s->length = (uint16_t)((s->head[0] & 0x7f) << 8 | s->head[1]);
            s->left = s->length;
            s->head_n = RECORD_HEADER;
            s->started = true;
        }
        return;
    }
    if (s->head_n < RECORD_HEADER) {
        return;
    }
    if (!is_record_header(bytes_make(s->head, RECORD_HEADER))) {
        lose(s);
        return;
    }
    s->started = true;
    s->type = s->head[0];
    s->length = (uint16_t)(s->head[3] << 8 | s->head[4]);
    s->left = s->length;
}

bool tls_data(struct tls *t, enum dir dir, struct bytes data)
{
    struct side *s = &t->side[dir];
    bool changed = false;
    t->info.bytes[dir] += data.n;
    while (data.n > 0 && !s->lost) {
        if (s->head_n < RECORD_HEADER) {
            take_head(s, data.p[0]);
            data = bytes_from(data, 1);
        } else {
            struct bytes part = bytes_sub(data, 0, s->left);
            changed |= take_payload(t, dir, part);
            s->left = (uint16_t)(s->left - part.n);
            data = bytes_from(data, part.n);
        }
        if (!s->lost && s->head_n == RECORD_HEADER && s->left == 0) {
            changed |= record_done(t, dir, data.n);
        }
    }
    return ssl2_established(t) || changed;
}

bool tls_is_over(const struct tls *t, enum dir dir, uint8_t next)
{
    const struct side *s = &t->side[dir];
    bool border = !s->lost && s->head_n == 0;
    return t->info.alert && !t->info.established && border &&
           (next < RECORD_CHANGE_CIPHER_SPEC || next > RECORD_HEARTBEAT);
}

void tls_gap(struct tls *t, enum dir dir, uint64_t missing)
{
    struct side *s = &t->side[dir];
    t->info.bytes[dir] += missing;
    bool inside = s->head_n == RECORD_HEADER && missing <= s->left && s->type != RECORD_SSL2;
    if (s->lost || missing == 0) {
        return;
    }
    if (!inside) {
        lose(s);
        return;
    }
    /* the record's end is known: only what stood in it is lost */
    if (s->type == RECORD_HANDSHAKE) {
        stop_listening(s);
    }
    s->left = (uint16_t)(s->left - missing);
    if (s->left == 0) {
        s->head_n = 0;
        s->alert_n = 0;
        if (s->type == RECORD_APPLICATION_DATA) {
            establish(t, dir);
        }
    }
}
