/* PROXY protocol headers in front of a session (haproxy proxy-protocol.txt, versions 1 and 2).
 *
 * Version 2 begins with the twelve bytes CR LF CR LF NUL CR LF Q U I T LF: read as
 * lines they are two blank ones, a NUL and QUIT. Blank lines at the start are kept back
 * until it is clear which they are.
 */
#include "capture/base/error.h"
#include "capture/base/read.h"
#include "dissect/smtp.h"

#include <stdlib.h>

static const uint8_t signature[12] = {'\r', '\n', '\r', '\n', 0,   '\r',
                                      '\n', 'Q',  'U',  'I',  'T', '\n'};

#define HEAD_BYTES     4   /* version and command, family, length */
#define LONGEST_V1     107 /* with its CRLF */
#define ADDRESSES_READ 36  /* IPv6: two addresses, two ports */

/* The signature as lines. */
static const struct {
    const char *text;
    size_t n;
    enum eol eol;
} signature_lines[] = {
    {"", 0, EOL_CRLF}, {"", 0, EOL_CRLF}, {"\0", 1, EOL_CRLF}, {"QUIT", 4, EOL_LF}};

struct smtp_proxy {
    struct frame kept[PROXY_SIGNATURE_LINES];
    unsigned lines;   /* of the signature so far */
    struct buf bytes; /* head, then addresses */
    bool has_head;
};

size_t smtp_proxy_length(struct bytes b)
{
    size_t n = b.n < sizeof signature ? b.n : sizeof signature;
    uint16_t length = 0;
    if (b.n > 0 && memcmp(b.p, signature, n) == 0) {
        if (!read_be16(b, sizeof signature + 2, &length)) {
            return SIZE_MAX;
        }
        return sizeof signature + HEAD_BYTES + length;
    }
    if (!bytes_starts(b, "PROXY ")) {
        return 0;
    }
    size_t lf = bytes_find(bytes_sub(b, 0, LONGEST_V1), '\n', 0);
    return lf != SIZE_MAX ? lf + 1 : b.n < LONGEST_V1 ? SIZE_MAX : 0;
}

void smtp_proxy_free(struct session *s)
{
    struct smtp *x = smtp_of(s);
    if (x->proxy != NULL) {
        buf_done(&x->proxy->bytes);
        free(x->proxy);
        x->proxy = NULL;
    }
}

void smtp_proxy_give_up(struct session *s)
{
    struct smtp *x = smtp_of(s);
    struct smtp_proxy *p = x->proxy;
    if (p == NULL || p->lines >= PROXY_SIGNATURE_LINES) {
        return;
    }
    x->proxy = NULL;
    x->started = true;
    for (unsigned i = 0; i < p->lines; i++) {
        p->kept[i].data = bytes_make(signature_lines[i].text, signature_lines[i].n);
        smtp_command_line(s, &p->kept[i]);
    }
    buf_done(&p->bytes);
    free(p);
}

static bool is_v1(struct bytes line)
{
    struct bytes rest = line, word = bytes_word(&rest);
    if (!bytes_is(word, "PROXY") || line.n + 2 > LONGEST_V1) {
        return false;
    }
    word = bytes_word(&rest);
    return bytes_is(word, "TCP4") || bytes_is(word, "TCP6") || bytes_is(word, "UNKNOWN");
}

static void tell_v1(struct session *s, const struct frame *f)
{
    struct command c = {.flags = COMMAND_DATA, .verb = ""};
    session_command(s, f, &c, SMTP_UNKNOWN, 0);
    session_note(s, NOTE_ID_PROXY_HEADER, f->data, f);
    smtp_of(s)->started = true;
}

/* One more line of the signature? */
static bool signature_goes_on(struct session *s, const struct frame *f, unsigned at)
{
    bool whole = !f->torn || (at == 0 && session_info(s)->midstream);
    return whole && f->eol == signature_lines[at].eol &&
           bytes_equal(f->data, bytes_make(signature_lines[at].text, signature_lines[at].n));
}

bool smtp_proxy_line(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct smtp_proxy *p = x->proxy;
    if (p == NULL) {
        if (x->started || f->data.n > LONGEST_V1) {
            return false;
        }
        if (is_v1(f->data)) {
            tell_v1(s, f);
            return true;
        }
        if (!signature_goes_on(s, f, 0)) {
            return false;
        }
        p = x->proxy = xcalloc(1, sizeof *p);
        buf_init(&p->bytes, HEAD_BYTES + ADDRESSES_READ);
    }
    if (!signature_goes_on(s, f, p->lines)) {
        smtp_proxy_give_up(s);
        return false;
    }
    p->kept[p->lines++] = *f;
    if (p->lines == PROXY_SIGNATURE_LINES) {
        session_want(s, MODE_COUNT, HEAD_BYTES);
    }
    return true;
}

static void add_ip(struct buf *out, struct bytes b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (n == 4) {
            buf_printf(out, "%s%u", i ? "." : "", b.p[i]);
        } else {
            buf_printf(out, "%s%02x", i && i % 2 == 0 ? ":" : "", b.p[i]);
        }
    }
}

/* "192.0.2.1 port 4000 to 192.0.2.2 port 25" */
static void add_addresses(struct buf *out, struct bytes head, struct bytes addresses)
{
    size_t n = bytes_at(head, 1) >> 4 == 1 ? 4 : bytes_at(head, 1) >> 4 == 2 ? 16 : 0;
    uint16_t from = 0, to = 0;
    if (n == 0 || !read_be16(addresses, 2 * n, &from) || !read_be16(addresses, 2 * n + 2, &to)) {
        buf_add_str(out, (bytes_at(head, 0) & 15) == 0 ? "the proxy itself" : "no addresses");
        return;
    }
    add_ip(out, addresses, n);
    buf_printf(out, " port %u to ", from);
    add_ip(out, bytes_from(addresses, n), n);
    buf_printf(out, " port %u", to);
}

static void tell_v2(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct bytes all = buf_bytes(&x->proxy->bytes);
    struct buf text;
    buf_init(&text, 200);
    buf_add_str(&text, "version 2: ");
    add_addresses(&text, bytes_sub(all, 0, HEAD_BYTES), bytes_from(all, HEAD_BYTES));
    session_note(s, NOTE_ID_PROXY_HEADER, buf_bytes(&text), f);
    buf_done(&text);
    smtp_proxy_free(s);
    x->started = true;
}

bool smtp_proxy_frame(struct session *s, const struct frame *f)
{
    struct smtp *x = smtp_of(s);
    struct smtp_proxy *p = x->proxy;
    if (p == NULL || p->lines < PROXY_SIGNATURE_LINES) {
        return false;
    }
    if (f->kind == FRAME_DATA) {
        buf_add(&p->bytes, f->data);
    } else if (f->kind == FRAME_COUNT_END && !p->has_head) {
        uint16_t length = 0;
        p->has_head = true;
        read_be16(buf_bytes(&p->bytes), 2, &length);
        session_want(s, MODE_COUNT, length);
    } else if (f->kind == FRAME_COUNT_END) {
        tell_v2(s, f);
    }
    return true;
}
