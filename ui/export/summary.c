#include "ui/export/summary.h"

#include "capture/base/text.h"
#include "dissect/note.h"
#include "dissect/tls.h"

#include <arpa/inet.h>

#define SECOND      INT64_C(1000000000)
#define REPLY_SHOWN 200

void summary_number(struct buf *out, uint64_t n, int width)
{
    static const char blanks[] = "                    ";
    uint8_t digits[TEXT_NUMBER_ROOM];
    size_t used = text_number(digits, n), pad = width > (int)used ? (size_t)width - used : 0;
    if (pad > 0) {
        buf_add(out, bytes_sub(bytes_of(blanks), 0, pad));
    }
    buf_add(out, bytes_make(digits, used));
}

void summary_address(struct buf *out, const struct endpoint *e, uint8_t ip_version)
{
    char text[INET6_ADDRSTRLEN];
    if (ip_version == 4) {
        for (int i = 0; i < 4; i++) {
            summary_number(out, e->ip[i], 0);
            buf_add_byte(out, i < 3 ? '.' : ':');
        }
    } else if (inet_ntop(AF_INET6, e->ip, text, sizeof text) != NULL) {
        buf_add_byte(out, '[');
        buf_add_str(out, text);
        buf_add_str(out, "]:");
    }
    summary_number(out, e->port, 0);
}

void summary_end(struct buf *out, const struct session_info *s, enum dir d)
{
    summary_address(out, session_endpoint(s, d), s->flow->ip_version);
}

/* Truncated, not rounded: 1023 bytes are not 1.0K. */
size_t summary_size(uint64_t n, char out[static SUMMARY_SIZE_ROOM])
{
    static const char units[] = "KMGTPE";
    int unit = -1;
    uint64_t tenths = 0;
    while (n >= 1024) {
        tenths = n % 1024 * 10 / 1024;
        n /= 1024;
        unit++;
    }
    size_t at = 0;
    if (n >= 1000) {
        out[at++] = '1';
    }
    if (n >= 100) {
        out[at++] = (char)('0' + n / 100 % 10);
    }
    if (n >= 10) {
        out[at++] = (char)('0' + n / 10 % 10);
    }
    out[at++] = (char)('0' + n % 10);
    if (unit >= 0 && n < 100) {
        out[at++] = '.';
        out[at++] = (char)('0' + tenths);
    }
    if (unit >= 0) {
        out[at++] = units[unit];
    }
    out[at] = '\0';
    return at;
}

char summary_severity(uint8_t worst)
{
    static const char letters[] = " ilMHC";
    return worst < sizeof letters - 1 ? letters[worst] : '?';
}

/* ---- time ---- */

void summary_clock_init(struct summary_clock *c, bool utc)
{
    *c = (struct summary_clock){.second = INT64_MIN, .utc = utc};
}

size_t summary_time(struct summary_clock *c, int64_t ns, char out[static WHEN_ROOM])
{
    int64_t second = ns / SECOND, rest = ns % SECOND;
    if (rest < 0) {
        rest += SECOND;
        second--;
    }
    if (second != c->second) {
        when_date_time(ns, c->utc, c->text);
        c->second = second;
    }
    unsigned ms = (unsigned)(rest / 1000000);
    size_t n = SUMMARY_DATE + SUMMARY_CLOCK;
    memcpy(out, c->text, n);
    out[n++] = '.';
    out[n++] = (char)('0' + ms / 100);
    out[n++] = (char)('0' + ms / 10 % 10);
    out[n++] = (char)('0' + ms % 10);
    return n;
}

/* ---- a session in a line ---- */

static void add_last_reply(struct buf *out, const struct session_info *s)
{
    text_escape(out, text_cut(s->last_reply, REPLY_SHOWN));
}

static void add_transaction(struct buf *out, const struct session_info *s)
{
    if (s->first_sender.n == 0) {
        buf_add_str(out, "<>");
    }
    text_escape(out, s->first_sender);
    buf_add_str(out, " -> ");
    if (s->first_recipient.n == 0) {
        buf_add_str(out, "nobody");
    }
    text_escape(out, s->first_recipient);
    buf_add_str(out, ", ");
    if (s->first_outcome == OUTCOME_UNKNOWN && s->messages == 0 && s->last_reply.n > 0) {
        add_last_reply(out, s);
    } else if (s->messages == 0) {
        buf_add_str(out, "no message");
    } else {
        buf_add_str(out, outcome_name(s->first_outcome));
    }
}

static void add_count(struct buf *out, const char *before, uint64_t n, const char *behind)
{
    buf_add_str(out, before);
    summary_number(out, n, 0);
    buf_add_str(out, behind);
}

static void add_folder(struct buf *out, const struct mailbox *m)
{
    if (m->has_messages) {
        add_count(out, " ", m->messages, m->messages == 1 ? " message," : " messages,");
    }
    add_count(out, " ", m->retrieved_count, " retrieved");
    if (m->deleted_count > 0) {
        add_count(out, ", ", m->deleted_count, " deleted");
        buf_add_str(out, mailbox_fate(m));
    }
}

static void add_mailbox(struct buf *out, const struct session_info *s)
{
    const char *before = "mailbox ";
    for (const struct mailbox *m = s->mailbox; m != NULL; m = m->before) {
        buf_add_str(out, before);
        text_escape(out, m->name.n > 0 ? m->name : s->user);
        buf_add_str(out, ":");
        add_folder(out, m);
        before = "; before it ";
    }
}

static void add_tls(struct buf *out, const struct tls_info *t)
{
    char room[16];
    buf_add_str(out, t->established ? "encrypted" : "TLS not seen established");
    if (t->version != 0) {
        buf_add_str(out, ", ");
        buf_add_str(out, tls_version_name(t->version, room));
    }
    if (t->server_name.n > 0) {
        buf_add_str(out, ", ");
        text_escape(out, t->server_name);
    }
}

void summary_session(struct buf *out, const struct session_info *s)
{
    if (s->has_transaction) {
        add_transaction(out, s);
    } else if (s->mailbox != NULL &&
               (s->mailbox->has_messages || s->mailbox->retrieved_count > 0 ||
                s->mailbox->deleted_count > 0 || s->mailbox->before != NULL)) {
        add_mailbox(out, s);
    } else if (s->tls != NULL && s->tls->start != TLS_NONE) {
        add_tls(out, s->tls);
    } else if (s->first_outcome != OUTCOME_UNKNOWN) { /* its envelope was not captured */
        buf_add_str(out, "message ");
        buf_add_str(out, outcome_name(s->first_outcome));
    } else {
        add_last_reply(out, s);
    }
}
