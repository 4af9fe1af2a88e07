#include "ui/tui/details.h"

#include "dissect/explain.h"
#include "dissect/mask.h"
#include "dissect/tls.h"
#include "ui/tui/human.h"
#include "ui/tui/view.h"

#include <inttypes.h>
#include <stdio.h>

#define LABEL_COLS 8
#define HEX_MOST   4096

/* ---- the chosen turn ---- */

static void add_times(struct doc *d, const struct ui *u, const struct event *e,
                      const struct turn *turn)
{
    struct buf b;
    char room[HUMAN_ROOM];
    buf_init(&b, 256);
    ui_clock(u, e->time, 3, &b);
    doc_pair(d, "time", STYLE_NORMAL, buf_bytes(&b));
    buf_done(&b);
    if (turn->latency >= 0) {
        doc_pairf(d, "after", turn->flags & TURN_SLOW ? STYLE_TEMP : STYLE_NORMAL, "%s s%s",
                  human_span(turn->latency, room), turn->flags & TURN_SLOW ? ", slow" : "");
    }
    doc_pairf(d, "packet", STYLE_NORMAL, "%" PRIu64, e->packet);
}

static enum style term_style(enum reply_term term)
{
    return term == TERM_FINAL ? STYLE_BAD : term == TERM_TEMPORARY ? STYLE_TEMP : STYLE_NORMAL;
}

static void explain(struct doc *d, const struct explanation *x)
{
    const struct reason_row *why = explain_reason(x->reason);
    doc_blank(d);
    if (x->code && x->code_text[0]) {
        doc_printf(d, STYLE_NORMAL, "%u    %s", x->code, x->code_text);
        doc_pair(d, "", STYLE_DIM, bytes_of(x->code_reference));
    }
    if (x->enhanced.class) {
        doc_printf(d, STYLE_NORMAL, "%u.%u.%u  %s%s%s", x->enhanced.class, x->enhanced.subject,
                   x->enhanced.detail, x->class_text, x->detail_text[0] ? ", " : "",
                   x->detail_text);
        doc_pair(d, "", STYLE_DIM, bytes_of(x->detail_reference));
    }
    if (x->response_code[0]) {
        doc_printf(d, STYLE_NORMAL, "%s  %s", x->response_code, x->response_text);
    }
    if (x->term == TERM_TEMPORARY || x->term == TERM_FINAL) {
        doc_text(d, term_style(x->term), bytes_of(explain_term(x->term)));
    }
    if (why->sentence[0]) {
        doc_pair(d, "reason", STYLE_TITLE, bytes_of(why->name));
        doc_pair(d, "", STYLE_NORMAL, bytes_of(why->sentence));
        doc_pair(d, "whose", STYLE_NORMAL, bytes_of(explain_side(why->side)));
        doc_pair(d, "to do", STYLE_NORMAL, bytes_of(why->advice));
    }
    doc_pair(d, "list", STYLE_NORMAL, x->list_name[0] ? bytes_of(x->list_name) : x->list);
    doc_pair(d, "see", STYLE_NORMAL, x->url);
    if (x->disagree) {
        doc_text(d, STYLE_TEMP, bytes_of("code and enhanced code do not agree"));
    }
}

/* The command a reply answers: its turn, or the count. */
static size_t command_of(const struct turns *t, size_t turn)
{
    return t->turn[turn].number ? turns_of_command(t, t->turn[turn].number) : t->count;
}

/* All lines of a reply, masked. */
static void add_masked_lines(struct doc *d, const struct ui *u, enum style s, struct bytes raw,
                             struct bytes secret)
{
    struct buf b;
    buf_init(&b, raw.n + 64);
    mask_add(&b, raw, secret, u->show_secrets);
    doc_lines(d, s, buf_bytes(&b));
    buf_done(&b);
}

static void add_reply(struct doc *d, const struct ui *u, const struct turns *t, size_t turn)
{
    struct explanation x;
    struct command answered = {.verb = ""};
    size_t command = command_of(t, turn);
    struct buf line;
    char verb[32] = "";
    buf_init(&line, 4096);
    const struct event *e = turns_event(t, command);
    if (e && e->kind == EV_COMMAND) {
        answered = *e->u.command;
        mask_add(&line, answered.line, answered.secret, u->show_secrets);
        snprintf(verb, sizeof(verb), "%s", answered.verb);
    }
    e = turns_event(t, turn);
    if (e && e->kind == EV_REPLY) {
        const struct reply *r = e->u.reply;
        add_masked_lines(d, u, STYLE_TITLE, r->raw, r->secret);
        answered.verb = verb;
        explain_reply(r, t->turn[turn].number != 0 ? &answered : NULL, e->session->protocol, &x);
        explain(d, &x);
        doc_blank(d);
        doc_pair(d, "answers", STYLE_NORMAL, buf_bytes(&line));
        if (r->greeting) {
            doc_pair(d, "is", STYLE_NORMAL, bytes_of("the greeting"));
        } else if (r->unasked) {
            doc_pair(d, "is", STYLE_BAD, bytes_of("not asked for"));
        }
        if (r->torn) {
            doc_pair(d, "is", STYLE_LOST, bytes_of("torn: bytes are missing or it never ended"));
        }
        add_times(d, u, e, &t->turn[turn]);
    }
    buf_done(&line);
}

static void add_command(struct doc *d, const struct ui *u, const struct turns *t, size_t turn)
{
    static const struct {
        unsigned flag;
        const char *text;
        enum style style;
    } flags[] = {
        {COMMAND_UNKNOWN, "a word the protocol does not know", STYLE_TEMP},
        {COMMAND_PIPELINED, "sent before the previous one was answered (pipelining)", STYLE_NORMAL},
        {COMMAND_EARLY, "sent before the greeting", STYLE_TEMP},
        {COMMAND_OUT_OF_ORDER, "not allowed in this state", STYLE_BAD},
        {COMMAND_TORN, "bytes of it are missing, or it never ended", STYLE_LOST},
        {COMMAND_LF_ONLY, "ends in a bare LF", STYLE_TEMP},
    };
    const struct event *e = turns_event(t, turn);
    if (!e || e->kind != EV_COMMAND) {
        return;
    }
    const struct command *c = e->u.command;
    add_masked_lines(d, u, STYLE_TITLE, c->line, c->secret);
    doc_blank(d);
    if (c->flags & COMMAND_DATA) {
        doc_pair(d, "is", STYLE_NORMAL, bytes_of("an answer inside an exchange, no command"));
    } else {
        doc_pairf(d, "command", STYLE_NORMAL, "number %u%s%s", c->number, c->verb[0] ? ", " : "",
                  c->verb);
    }
    doc_pair(d, "state", STYLE_NORMAL, bytes_of(c->state_before ? c->state_before : ""));
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (c->flags & flags[i].flag) {
            doc_pair(d, "note", flags[i].style, bytes_of(flags[i].text));
        }
    }
    if (t->turn[turn].flags & TURN_UNANSWERED) {
        doc_pair(d, "note", STYLE_TEMP, bytes_of("no answer was seen"));
    }
    add_times(d, u, e, &t->turn[turn]);
}

static void add_message(struct doc *d, const struct ui *u, const struct turns *t, size_t turn)
{
    struct store_item item;
    struct message_room room;
    struct buf b;
    char size[HUMAN_ROOM];
    message_room_init(&room);
    buf_init(&b, 65536);
    if (turns_message(t, turn, &item, &room)) {
        const struct message *m = &room.message;
        ui_header(m, HEADER_SUBJECT, &b);
        doc_text(d, STYLE_TITLE, b.n ? buf_bytes(&b) : bytes_of("(no subject)"));
        buf_clear(&b);
        ui_header(m, HEADER_FROM, &b);
        doc_pair(d, "From", STYLE_NORMAL, buf_bytes(&b));
        buf_clear(&b);
        ui_header(m, HEADER_TO, &b);
        doc_pair(d, "To", STYLE_NORMAL, buf_bytes(&b));
        doc_blank(d);
        doc_pairf(d, "size", STYLE_NORMAL, "%s, %" PRIu64 " bytes", human_size(m->bytes, size),
                  m->bytes);
        doc_pair(d, "by", STYLE_NORMAL, bytes_of(transfer_name(m->transfer)));
        doc_pair(d, "outcome", ui_outcome_style(m->outcome), bytes_of(outcome_name(m->outcome)));
        doc_pair(d, "queue", STYLE_NORMAL, m->queue_id);
        if (m->has_envelope) {
            doc_pair(d, "from", STYLE_NORMAL, m->mail_from.n ? m->mail_from : bytes_of("<>"));
            doc_pairf(d, "to", STYLE_NORMAL, "%u recipient%s", m->recipient_total,
                      human_s(m->recipient_total));
        }
        if (m->end_of_data) {
            doc_pairf(d, "ended by", STYLE_TEMP, "%s instead of CRLF.CRLF", m->end_of_data);
        }
        if (m->missing) {
            doc_pairf(d, "missing", STYLE_LOST, "%" PRIu64 " bytes", m->missing);
        }
        doc_text(d, STYLE_DIM, bytes_of("Enter opens it, e shows its first lines here"));
    }
    buf_done(&b);
    message_room_done(&room);
    (void)u;
}

static void add_note(struct doc *d, const struct ui *u, const struct event *e,
                     const struct turn *turn)
{
    const struct note *n = e->u.note;
    const struct note_rule *rule = note_rule(n->id);
    doc_text(d, ui_severity_style(n->severity), bytes_of(rule->sentence));
    doc_blank(d);
    doc_pairf(d, "how bad", ui_severity_style(n->severity), "%s", severity_name(n->severity));
    doc_pair(d, "seen", STYLE_NORMAL, n->evidence);
    doc_pair(d, "other", STYLE_NORMAL, n->other);
    doc_pair(d, "to do", STYLE_NORMAL, bytes_of(rule->advice));
    doc_pair(d, "rule", STYLE_NORMAL, bytes_of(rule->id));
    doc_pair(d, "see", STYLE_NORMAL, bytes_of(rule->reference));
    add_times(d, u, e, turn);
}

static void add_login(struct doc *d, const struct ui *u, const struct event *e,
                      const struct turn *turn)
{
    const struct credential *c = e->u.credential;
    struct buf b;
    buf_init(&b, 4096);
    mask_add(&b, c->secret, c->secret, u->show_secrets);
    doc_printf(d, STYLE_TITLE, "login by %s", c->mechanism);
    doc_blank(d);
    doc_pair(d, "user", STYLE_NORMAL, c->user);
    doc_pair(d, "as", STYLE_NORMAL, c->authorization_id);
    doc_pair(d, secret_kind_name(c->secret_kind), STYLE_NORMAL, buf_bytes(&b));
    doc_pair(d, "domain", STYLE_NORMAL, c->domain);
    doc_pair(d, "host", STYLE_NORMAL, c->host);
    doc_pair(d, "outcome", c->success == TRI_NO ? STYLE_BAD : STYLE_NORMAL,
             bytes_of(c->success == TRI_YES  ? "accepted"
                      : c->success == TRI_NO ? "refused"
                                             : "no answer seen"));
    doc_pair(d, "in", c->encrypted ? STYLE_TLS : STYLE_TEMP,
             bytes_of(c->encrypted ? "TLS, shown decrypted" : "clear text"));
    buf_done(&b);
    add_times(d, u, e, turn);
}

static void add_tls(struct doc *d, const struct ui *u, const struct turns *t, size_t turn)
{
    struct store_session s;
    char room[16];
    if (!store_session(t->store, t->ref, true, &s) || !s.info.tls) {
        return;
    }
    const struct tls_info *tls = s.info.tls;
    doc_text(d, STYLE_TITLE, bytes_of(tls->version ? tls_version_name(tls->version, room) : "TLS"));
    doc_blank(d);
    if (tls->offered_version) {
        doc_pair(d, "offered", STYLE_NORMAL,
                 bytes_of(tls_version_name(tls->offered_version, room)));
    }
    doc_pair(d, "cipher", STYLE_NORMAL, bytes_of(tls->cipher_name ? tls->cipher_name : ""));
    doc_pair(d, "name", STYLE_NORMAL, tls->server_name);
    doc_pair(d, "ALPN", STYLE_NORMAL, tls->alpn);
    doc_pair(d, "subject", STYLE_NORMAL, tls->subject);
    doc_pair(d, "issuer", STYLE_NORMAL, tls->issuer);
    if (tls->self_signed) {
        doc_pair(d, "note", STYLE_TEMP, bytes_of("the certificate is signed by itself"));
    }
    doc_pairf(d, "bytes", STYLE_NORMAL, "%" PRIu64 " from the client, %" PRIu64 " from the server",
              tls->bytes[FROM_CLIENT], tls->bytes[FROM_SERVER]);
    const struct event *e = turns_event(t, turn);
    if (e) {
        add_times(d, u, e, &t->turn[turn]);
    }
}

static void add_turn(struct doc *d, const struct ui *u, const struct turns *t, size_t i)
{
    const struct turn *turn = &t->turn[i];
    const struct event *e = turns_event(t, i);
    struct buf b;
    enum style style;
    if (!e) {
        return;
    }
    switch (turn->kind) {
    case TURN_REPLY:
        add_reply(d, u, t, i);
        break;
    case TURN_COMMAND:
    case TURN_DATA:
        add_command(d, u, t, i);
        break;
    case TURN_MESSAGE:
        add_message(d, u, t, i);
        break;
    case TURN_NOTE:
        add_note(d, u, e, turn);
        break;
    case TURN_LOGIN:
        add_login(d, u, e, turn);
        break;
    case TURN_TLS:
        add_tls(d, u, t, i);
        break;
    default:
        buf_init(&b, 4096);
        turns_text(u, t, (struct turn_line){(uint32_t)i, 0}, &b, &style);
        doc_text(d, style, buf_bytes(&b));
        buf_done(&b);
        e = turns_event(t, i);
        if (e) {
            doc_blank(d);
            add_times(d, u, e, turn);
        }
        break;
    }
}

/* ---- as sent ---- */

/* The bytes of a turn, masked. */
static void turn_bytes(const struct ui *u, const struct turns *t, size_t i, struct buf *out)
{
    const struct event *e = turns_event(t, i);
    if (!e) {
        return;
    }
    if (e->kind == EV_COMMAND) {
        mask_add(out, e->u.command->line, e->u.command->secret, u->show_secrets);
    } else if (e->kind == EV_REPLY) {
        mask_add(out, e->u.reply->raw, e->u.reply->secret, u->show_secrets);
    } else if (e->kind == EV_LINE) {
        buf_add(out, e->u.text);
    } else if (e->kind == EV_NOTE) {
        buf_add(out, e->u.note->evidence);
    }
}

static void add_hex(struct doc *d, struct bytes b)
{
    for (size_t at = 0; at < b.n && at < HEX_MOST; at += 8) {
        char text[64];
        int n = snprintf(text, sizeof(text), "%04zx ", at);
        for (size_t i = 0; i < 8; i++) {
            n += at + i < b.n ? snprintf(text + n, sizeof(text) - (size_t)n, " %02x", b.p[at + i])
                              : snprintf(text + n, sizeof(text) - (size_t)n, "   ");
        }
        n += snprintf(text + n, sizeof(text) - (size_t)n, "  ");
        for (size_t i = 0; i < 8 && at + i < b.n; i++) {
            int c = b.p[at + i];
            text[n++] = c >= ' ' && c < 0x7f ? (char)c : '.';
        }
        doc_text(d, STYLE_NORMAL, bytes_make(text, (size_t)n));
        doc_fixed(d);
    }
    if (b.n > HEX_MOST) {
        doc_printf(d, STYLE_DIM, "%zu more bytes", b.n - HEX_MOST);
    }
}

static void add_raw(struct doc *d, const struct ui *u, const struct turns *t, size_t i,
                    enum details_mode mode)
{
    struct buf b;
    buf_init(&b, 1u << 18);
    turn_bytes(u, t, i, &b);
    if (b.n == 0) {
        doc_text(d, STYLE_DIM, bytes_of("no bytes of its own"));
    } else if (mode == DETAILS_HEX) {
        add_hex(d, buf_bytes(&b));
    } else {
        doc_lines(d, STYLE_NORMAL, buf_bytes(&b));
    }
    buf_done(&b);
}

/* ---- the session ---- */

static void add_findings(struct doc *d, const struct turns *t)
{
    bool any = false;
    for (size_t i = 0; i < t->count; i++) {
        if (t->turn[i].kind == TURN_NOTE) {
            if (!any) {
                doc_blank(d);
                doc_rule(d, "Findings in this session");
            }
            any = true;
            char letter[2] = {ui_severity_letter(t->turn[i].severity), '\0'};
            d->label_cols = 3;
            doc_pair(d, letter, ui_severity_style(t->turn[i].severity),
                     bytes_of(note_rule((enum note_id)t->turn[i].number)->sentence));
            doc_tag(d, (int32_t)i + 1);
        }
    }
    d->label_cols = LABEL_COLS;
}

static void add_mailbox(struct doc *d, const struct mailbox *m)
{
    doc_pair(d, "mailbox", STYLE_NORMAL, m->name);
    if (m->has_messages) {
        doc_pairf(d, "holds", STYLE_NORMAL, "%" PRIu64 " message%s, %" PRIu64 " bytes", m->messages,
                  human_s(m->messages), m->octets);
    }
    if (m->retrieved_count || m->deleted_count) {
        doc_pairf(
            d, "fetched", STYLE_NORMAL, "%u, deleted %u%s", m->retrieved_count, m->deleted_count,
            m->deleted_count > 0 && m->committed == TRI_YES ? " (committed)" : mailbox_fate(m));
    }
}

static void add_session(struct doc *d, const struct ui *u, const struct turns *t)
{
    struct store_session s;
    struct buf b;
    if (!store_session(t->store, t->ref, true, &s)) {
        return;
    }
    const struct session_info *i = &s.info;
    const struct flow_count *c = session_count(i, FROM_CLIENT), *v = session_count(i, FROM_SERVER);
    buf_init(&b, 4096);
    doc_blank(d);
    doc_rule(d, "Session");
    doc_pair(d, "client", STYLE_NORMAL, i->client_name);
    doc_pair(d, "server", STYLE_NORMAL, i->banner);
    enum style style = STYLE_NORMAL;
    if (i->tls) {
        column_cell(u, &s, COLUMN_result, &b, &style);
        doc_pair(d, "TLS", STYLE_TLS, buf_bytes(&b));
    } else {
        doc_pair(d, "TLS", STYLE_NORMAL,
                 bytes_of(s.flags & STORE_TLS_OFFERED ? "offered, not used" : "not offered"));
    }
    if (i->user.n) {
        doc_pair(d, "user", i->login == TRI_NO ? STYLE_BAD : STYLE_NORMAL, i->user);
    }
    for (const struct mailbox *m = i->mailbox; m; m = m->before) {
        add_mailbox(d, m);
    }
    doc_pairf(d, "sent", STYLE_NORMAL, "%" PRIu64 " bytes, %" PRIu64 " packet%s", c->bytes,
              c->packets, human_s(c->packets));
    doc_pairf(d, "got", STYLE_NORMAL, "%" PRIu64 " bytes, %" PRIu64 " packet%s", v->bytes,
              v->packets, human_s(v->packets));
    doc_pairf(d, "loss", i->missing ? STYLE_LOST : STYLE_NORMAL,
              "%" PRIu64 " bytes in %u gaps, %u retransmitted", i->missing, i->gaps,
              c->retransmitted + v->retransmitted);
    if (i->capabilities.n) {
        buf_clear(&b);
        buf_add(&b, i->capabilities);
        for (size_t k = 0; k < b.n; k++) {
            b.p[k] = b.p[k] == '\n' ? ' ' : b.p[k];
        }
        doc_pair(d, "offers", STYLE_NORMAL, buf_bytes(&b));
    }
    doc_pair(d, "ended", STYLE_NORMAL, bytes_of(session_end_name(i->end)));
    doc_pair(d, "id", STYLE_NORMAL, bytes_of(i->id));
    buf_done(&b);
}

void details_build(struct doc *d, const struct ui *u, const struct turns *t, size_t turn,
                   enum details_mode mode)
{
    doc_clear(d);
    d->label_cols = LABEL_COLS;
    if (turn < t->count) {
        if (mode == DETAILS_EXPLAINED) {
            add_turn(d, u, t, turn);
        } else {
            add_raw(d, u, t, turn, mode);
        }
    }
    if (mode == DETAILS_EXPLAINED) {
        add_findings(d, t);
        add_session(d, u, t);
    }
}
