#include "ui/export/transcript_lines.h"

#include "capture/base/text.h"
#include "dissect/mailbox.h"
#include "dissect/mask.h"
#include "dissect/tls.h"

#include <inttypes.h>

#define SINCE_WIDTH 9
#define TIME_WIDTH  12

char transcript_side(enum dir d)
{
    return d == FROM_CLIENT ? 'C' : 'S';
}

static const char *side_name(enum dir d)
{
    return d == FROM_CLIENT ? "client" : "server";
}

static void blanks(struct buf *out, size_t n)
{
    while (n-- > 0) {
        buf_add_byte(out, ' ');
    }
}

void transcript_begin(struct transcript_lines *l, int64_t time, int64_t since, const char *mark)
{
    struct buf *out = &l->out;
    char text[WHEN_ROOM];
    if (time == TIME_UNKNOWN) {
        blanks(out, TIME_WIDTH);
    } else {
        size_t n = summary_time(&l->clock, time, text);
        buf_add(out, bytes_make(text + SUMMARY_DATE, n - SUMMARY_DATE));
    }
    size_t used = 0;
    if (since >= 0) {
        used = when_duration(since, text) + 2;
        buf_add_str(out, " +");
        buf_add_str(out, text);
    }
    blanks(out, used < SINCE_WIDTH ? SINCE_WIDTH - used + 1 : 1);
    buf_add_str(out, mark);
    buf_add_byte(out, ' ');
}

static void end_line(struct transcript_lines *l)
{
    buf_add_byte(&l->out, '\n');
}

static void note_begin(struct transcript_lines *l, int64_t time)
{
    transcript_begin(l, time, -1, "--");
}

static void add_text(struct transcript_lines *l, const char *before, struct bytes text)
{
    if (text.n > 0) {
        buf_add_str(&l->out, before);
        text_escape(&l->out, text);
    }
}

static void add_number(struct transcript_lines *l, const char *before, uint64_t n,
                       const char *behind)
{
    buf_add_str(&l->out, before);
    summary_number(&l->out, n, 0);
    buf_add_str(&l->out, behind);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- what was said ---- */

static void said_begin(struct transcript_lines *l, enum dir d, int64_t time, int64_t since)
{
    const char mark[] = {transcript_side(d), ':', '\0'};
    transcript_begin(l, time, since, mark);
}

/* Lines joined by LF, one of ours each; only the first has a time. */
static void say(struct transcript_lines *l, enum dir d, int64_t time, int64_t since,
                struct bytes lines)
{
    struct bytes line;
    bool first = true;
    if (lines.n == 0) {
        said_begin(l, d, time, since);
        end_line(l);
        return;
    }
    while (bytes_split(&lines, '\n', &line)) {
        said_begin(l, d, first ? time : TIME_UNKNOWN, first ? since : -1);
        text_escape(&l->out, line);
        end_line(l);
        first = false;
    }
}

static struct bytes masked(struct transcript_lines *l, struct bytes text, struct bytes secret)
{
    if (secret.n == 0) {
        return text;
    }
    buf_clear(&l->masked);
    mask_add(&l->masked, text, secret, l->config->show_secrets);
    return buf_bytes(&l->masked);
}

static void command_lines(struct transcript_lines *l, const struct event *e)
{
    const struct command *c = e->u.command;
    said_begin(l, c->dir, c->time, -1);
    text_escape(&l->out, masked(l, c->line, c->secret));
    end_line(l);
    if (c->skipped > 0) {
        note_begin(l, TIME_UNKNOWN);
        add_number(l, "", c->skipped, " more bytes of this line");
        end_line(l);
    }
    if (c->flags & COMMAND_TORN) {
        note_begin(l, TIME_UNKNOWN);
        buf_add_str(&l->out, "bytes of this line are missing");
        end_line(l);
    }
}

static void reply_lines(struct transcript_lines *l, const struct event *e)
{
    const struct reply *r = e->u.reply;
    say(l, r->dir, r->time, e->latency, masked(l, r->raw, r->secret));
    if (r->torn) {
        note_begin(l, TIME_UNKNOWN);
        buf_add_str(&l->out, "bytes of this reply are missing");
        end_line(l);
    }
}

static void line_line(struct transcript_lines *l, const struct event *e)
{
    said_begin(l, e->dir, TIME_UNKNOWN, -1);
    text_escape(&l->out, e->u.text);
    end_line(l);
}

/* ---- what happened ---- */

void transcript_lines_head(struct transcript_lines *l, const struct session_info *s)
{
    char text[WHEN_ROOM];
    size_t n = summary_time(&l->clock, s->start, text);
    buf_printf(&l->out, "=== session %" PRIu64 " (%s) %s ", s->number, s->id, s->protocol);
    summary_end(&l->out, s, FROM_CLIENT);
    buf_add_str(&l->out, " -> ");
    summary_end(&l->out, s, FROM_SERVER);
    buf_add_byte(&l->out, ' ');
    buf_add(&l->out, bytes_make(text, n));
    buf_add_str(&l->out, l->config->utc ? " UTC" : "");
    buf_add_str(&l->out, s->midstream ? ", begun before the capture\n" : "\n");
}

static void state_lines(struct transcript_lines *l, const struct event *e)
{
    const struct state_change *c = e->u.state;
    note_begin(l, e->time);
    buf_printf(&l->out, "state %s -> %s%s", c->from, c->to,
               c->legal ? "" : ", which the protocol does not allow here");
    end_line(l);
}

static void credential_lines(struct transcript_lines *l, const struct event *e)
{
    static const char *const results[] = {
        [TRI_UNKNOWN] = "answer not seen", [TRI_NO] = "refused", [TRI_YES] = "accepted"};
    const struct credential *c = e->u.credential;
    note_begin(l, c->time);
    add_text(l, "login ", bytes_of(c->mechanism));
    add_text(l, ", user ", c->user);
    add_text(l, ", as ", c->authorization_id);
    if (c->secret.n > 0) {
        buf_printf(&l->out, ", %s ", secret_kind_name(c->secret_kind));
        text_escape(&l->out, l->config->show_secrets ? c->secret : bytes_of(MASKED));
    }
    add_text(l, ", domain ", c->domain);
    add_text(l, ", host ", c->host);
    buf_printf(&l->out, ": %s%s%s", results[c->success], c->cancelled ? ", cancelled" : "",
               c->malformed ? ", malformed" : "");
    end_line(l);
}

static void tls_lines(struct transcript_lines *l, const struct event *e)
{
    const struct tls_info *t = e->session->tls;
    char room[16];
    if (t == NULL) {
        return;
    }
    note_begin(l, e->time);
    buf_add_str(&l->out, "encryption");
    if (t->version != 0) {
        buf_printf(&l->out, " %s", tls_version_name(t->version, room));
    }
    if (t->cipher_name != NULL && t->cipher_name[0] != '\0') {
        buf_printf(&l->out, ", %s", t->cipher_name);
    }
    add_text(l, ", server name ", t->server_name);
    add_text(l, ", certificate of ", t->subject);
    if (t->alert) {
        buf_printf(&l->out, ", fatal alert %u by the %s", t->alert_code, side_name(t->alert_dir));
    }
    buf_add_str(&l->out, t->established ? ", established" : "");
    end_line(l);
}

static void gap_lines(struct transcript_lines *l, const struct event *e)
{
    static const char *const causes[] = {
        [GAP_NOT_CAPTURED] = "not captured",
        [GAP_NEVER_ACKED] = "never acknowledged",
        [GAP_SNAPLEN] = "cut when captured",
    };
    const struct gap *g = e->u.gap;
    note_begin(l, g->time);
    buf_printf(&l->out, "[gap: %" PRIu64 " byte%s of the %s missing, %s]", g->missing,
               plural(g->missing), side_name(e->dir), causes[g->cause]);
    end_line(l);
}

static void message_lines(struct transcript_lines *l, const struct event *e)
{
    const struct message *m = e->u.message;
    note_begin(l, TIME_UNKNOWN);
    buf_printf(&l->out, "message %" PRIu32 " %s", m->number, outcome_name(m->outcome));
    if (m->has_envelope) {
        if (m->mail_from.p != NULL) { /* else MAIL was not seen */
            add_text(l, ", from ", m->mail_from.n > 0 ? m->mail_from : bytes_of("<>"));
        }
        uint32_t taken = 0;
        for (uint32_t i = 0; i < m->recipient_count; i++) {
            taken += m->recipients[i].fate == RCPT_ACCEPTED;
        }
        buf_printf(&l->out, ", %" PRIu32 " of %" PRIu32 " recipient%s accepted", taken,
                   m->recipient_total, plural(m->recipient_total));
    } else if (m->mailbox_number != 0) {
        add_number(l, ", number ", m->mailbox_number, " of the mailbox");
    }
    if (m->has_lines) {
        add_number(l, ", TOP of ", m->lines, " lines");
    }
    if (!m->complete && m->outcome != OUTCOME_INCOMPLETE) {
        buf_add_str(&l->out, ", incomplete");
    }
    if (m->missing > 0) {
        add_number(l, ", ", m->missing, " bytes missing");
    }
    add_text(l, ", queue id ", m->queue_id);
    if (m->wait >= 0) {
        char text[WHEN_ROOM];
        when_duration(m->wait, text);
        buf_printf(&l->out, ", answered after %s s", text);
    }
    if (m->end_of_data != NULL) {
        buf_printf(&l->out, ", ended by %s", m->end_of_data);
    }
    end_line(l);
}

static void note_lines(struct transcript_lines *l, const struct event *e)
{
    const struct note *n = e->u.note;
    transcript_begin(l, n->time, -1, "!!");
    buf_printf(&l->out, "%s %s: ", severity_name(n->severity), note_rule(n->id)->id);
    note_text(n, &l->out);
    for (uint32_t i = 0; i < n->session_count; i++) {
        buf_printf(&l->out, "%s%s", i == 0 ? ", sessions " : " ", n->sessions[i]);
    }
    end_line(l);
}

static void add_mailbox_part(struct transcript_lines *l, const char **sep, const char *what,
                             const uint64_t *number, uint32_t count)
{
    if (count > 0) {
        buf_printf(&l->out, "%s%s ", *sep, what);
        mailbox_put_numbers(&l->out, number, count);
        *sep = "; ";
    }
}

/* How many messages are left on the server, where the whole session tells. */
static bool left_on_server(const struct session_info *s, const struct mailbox *m, uint64_t *left)
{
    bool sure = m->committed != TRI_UNKNOWN || m->deleted_count == 0;
    uint64_t gone = m->committed == TRI_YES ? m->deleted_count : 0;
    *left = m->messages - gone;
    return m->has_messages && sure && !s->midstream && s->gaps == 0 && gone <= m->messages;
}

/* What a POP session did to a mailbox, message by message; folder after folder, the first one
 * first. */
static void mailbox_lines(struct transcript_lines *l, const struct session_info *s,
                          const struct mailbox *m)
{
    const char *sep = ": ";
    uint64_t left;
    if (m == NULL) {
        return;
    }
    mailbox_lines(l, s, m->before);
    if (m->retrieved_count + m->deleted_count == 0 && !m->has_messages) {
        return;
    }
    note_begin(l, TIME_UNKNOWN);
    buf_add_str(&l->out, "mailbox");
    add_text(l, " ", m->name);
    if (m->has_messages) {
        add_number(l, sep, m->messages, m->messages == 1 ? " message" : " messages");
        sep = "; ";
    }
    add_mailbox_part(l, &sep, "retrieved", m->retrieved, m->retrieved_count);
    add_mailbox_part(l, &sep, "deleted", m->deleted, m->deleted_count);
    buf_add_str(&l->out, mailbox_fate(m));
    if (left_on_server(s, m, &left)) {
        add_number(l, sep, left, " left on the server");
    }
    end_line(l);
}

static void close_lines(struct transcript_lines *l, const struct event *e)
{
    const struct session_info *s = e->session;
    char span[WHEN_ROOM];
    mailbox_lines(l, s, s->mailbox);
    when_duration(s->last - s->start, span);
    buf_printf(&l->out,
               "=== end of session %" PRIu64 ": %s, state %s, %s s, %" PRIu32 " command%s, %" PRIu32
               " message%s",
               s->number, session_end_name(s->end), s->state, span, s->commands,
               plural(s->commands), s->messages, plural(s->messages));
    if (s->missing > 0) {
        add_number(l, ", ", s->missing, " bytes missing");
    }
    if (s->one_sided) {
        buf_add_str(&l->out, ", only one side captured");
    }
    end_line(l);
}

void transcript_lines_event(struct transcript_lines *l, const struct event *e)
{
    static void (*const lines[EV_COUNT])(struct transcript_lines *, const struct event *) = {
        [EV_STATE] = state_lines,
        [EV_COMMAND] = command_lines,
        [EV_REPLY] = reply_lines,
        [EV_LINE] = line_line,
        [EV_CREDENTIAL] = credential_lines,
        [EV_TLS] = tls_lines,
        [EV_MESSAGE] = message_lines,
        [EV_GAP] = gap_lines,
        [EV_NOTE] = note_lines,
        [EV_CLOSE] = close_lines,
    };
    if (lines[e->kind] != NULL) {
        lines[e->kind](l, e);
    }
}
