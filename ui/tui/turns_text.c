/* The text of a turn: what was said, masked, or a sentence about what happened. */
#include "ui/tui/turns.h"

#include "dissect/mask.h"
#include "dissect/tls.h"
#include "ui/tui/human.h"
#include "ui/tui/view.h"

#include <inttypes.h>

#define BODY_PEEK  8192 /* bytes and lines of a body that are shown unfolded */
#define BODY_LINES 40u

/* The part of `all` that begins at line `sub`; empty when there is none. */
static struct bytes line_of(struct bytes all, uint32_t sub)
{
    struct bytes line = {NULL, 0};
    for (uint32_t i = 0; i <= sub; i++) {
        if (!bytes_split(&all, '\n', &line)) {
            return (struct bytes){NULL, 0};
        }
    }
    if (line.n && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    return line;
}

/* What of `secret` lies inside `line`: both are views into the same text. */
static struct bytes secret_in(struct bytes line, struct bytes secret)
{
    if (secret.n == 0 || secret.p + secret.n <= line.p || secret.p >= line.p + line.n) {
        return (struct bytes){NULL, 0};
    }
    const uint8_t *from = secret.p < line.p ? line.p : secret.p;
    const uint8_t *to =
        secret.p + secret.n > line.p + line.n ? line.p + line.n : secret.p + secret.n;
    return bytes_make(from, (size_t)(to - from));
}

static void command_text(const struct ui *u, const struct event *e, const struct turn *turn,
                         struct buf *out, enum style *style)
{
    const struct command *c = e->u.command;
    *style = turn->flags & TURN_ILLEGAL ? STYLE_BAD : STYLE_CLIENT;
    mask_add(out, c->line, c->secret, u->show_secrets);
    if (c->line.n == 0 && c->flags & COMMAND_DATA) {
        buf_add_str(out, "(empty line)");
    }
    if (c->skipped) {
        buf_printf(out, " (%" PRIu64 " bytes not kept)", c->skipped);
    }
}

static enum style reply_style(const struct turn *turn)
{
    switch (turn->status) {
    case REPLY_OK:
        return STYLE_OK;
    case REPLY_DEFER:
        return STYLE_TEMP;
    case REPLY_REFUSE:
    case REPLY_ODD:
        return STYLE_BAD;
    default:
        return STYLE_SERVER;
    }
}

static void reply_line(const struct ui *u, const struct event *e, const struct turn *turn,
                       uint32_t sub, struct buf *out, enum style *style)
{
    const struct reply *r = e->u.reply;
    struct bytes line = line_of(r->raw, sub);
    *style = reply_style(turn);
    mask_add(out, line, secret_in(line, r->secret), u->show_secrets);
    if (sub == 0 && turn->lines && !(turn->flags & TURN_UNFOLDED)) {
        buf_printf(out, "  +%u %s", turn->lines, turn->lines == 1 ? "line" : "lines");
    }
}

static void login_text(const struct ui *u, const struct event *e, struct buf *out,
                       enum style *style)
{
    const struct credential *c = e->u.credential;
    *style = c->success == TRI_NO ? STYLE_BAD : c->success == TRI_YES ? STYLE_OK : STYLE_TEMP;
    buf_printf(out, "login %s ", c->mechanism);
    buf_add(out, c->user);
    if (c->secret.n) {
        buf_printf(out, ", %s ", secret_kind_name(c->secret_kind));
        mask_add(out, c->secret, c->secret, u->show_secrets);
    }
    buf_add_str(out, c->cancelled            ? ": cancelled"
                     : c->malformed          ? ": can not be decoded"
                     : c->success == TRI_YES ? ": accepted"
                     : c->success == TRI_NO  ? ": refused"
                                             : ": no answer seen");
}

/* What is known of the handshake in the end, not at this event. */
static void tls_text(const struct turns *t, struct buf *out, enum style *style)
{
    struct store_session s;
    char room[16];
    *style = STYLE_TLS;
    if (!store_session(t->store, t->ref, true, &s) || !s.info.tls) {
        buf_add_str(out, "TLS");
        return;
    }
    const struct tls_info *tls = s.info.tls;
    buf_add_str(out,
                tls->version ? tls_version_name(tls->version, room) : "TLS, no server hello seen");
    if (tls->cipher_name && tls->cipher_name[0]) {
        buf_printf(out, " %s", tls->cipher_name);
    }
    if (tls->server_name.n) {
        buf_add_str(out, ", asked for ");
        buf_add(out, tls->server_name);
    }
    if (tls->alert) {
        *style = STYLE_BAD;
        buf_printf(out, ", alert %u from the %s", tls->alert_code,
                   tls->alert_dir == FROM_CLIENT ? "client" : "server");
    }
}

static void message_text(const struct turns *t, size_t turn, struct buf *out, enum style *style)
{
    struct store_item item;
    struct message_room room;
    char size[HUMAN_ROOM];
    *style = STYLE_MAIL;
    message_room_init(&room);
    if (turns_message(t, turn, &item, &room)) {
        const struct message *m = &room.message;
        buf_printf(out, "message %u: %s%s", m->number, human_size(m->bytes, size),
                   m->bytes < 1000 ? " bytes" : "");
        if (m->missing) {
            *style = STYLE_LOST;
            buf_printf(out, ", %s missing", human_size(m->missing, size));
        } else if (!m->complete) {
            buf_add_str(out, ", incomplete");
        }
        if (message_header(m, HEADER_SUBJECT).n) {
            buf_add_str(out, ", ");
            ui_header(m, HEADER_SUBJECT, out);
        }
    } else {
        buf_printf(out, "message %u", t->turn[turn].number);
    }
    message_room_done(&room);
}

/* The beginning of a message; false when its bytes are gone. */
static bool peek(const struct turns *t, size_t turn, uint8_t *to, size_t *got, bool *more)
{
    struct store_item item = {t->ref, t->turn[turn].number - 1};
    struct body_reader reader;
    if (!store_body_open(t->store, item, &reader)) {
        return false;
    }
    bool good = spool_body_read(&reader, 0, to, BODY_PEEK, got) == SPOOL_OK;
    *more = reader.ref.bytes > *got;
    spool_body_close(&reader);
    return good;
}

uint32_t turns_body_lines(const struct turns *t, size_t turn, bool *more)
{
    uint8_t bytes[BODY_PEEK];
    size_t got = 0;
    uint32_t lines = 0;
    *more = false;
    if (!peek(t, turn, bytes, &got, more)) {
        return 1;
    }
    struct bytes rest = bytes_make(bytes, got), line;
    while (lines < BODY_LINES && bytes_split(&rest, '\n', &line) && (rest.p || line.n)) {
        lines++;
    }
    *more |= rest.n > 0;
    return lines + *more;
}

/* A line of a body that was unfolded in the dialog. */
static void body_line(const struct turns *t, size_t turn, uint32_t sub, struct buf *out,
                      enum style *style)
{
    uint8_t bytes[BODY_PEEK];
    size_t got = 0;
    bool more = false;
    *style = STYLE_DIM;
    if (!peek(t, turn, bytes, &got, &more)) {
        buf_add_str(out, "(the bytes of this message are no longer kept)");
        return;
    }
    turns_body_lines(t, turn, &more);
    if (more && sub == t->turn[turn].lines) {
        buf_add_str(out, "(Enter opens the whole message)");
    } else {
        buf_add(out, line_of(bytes_make(bytes, got), sub - 1));
    }
}

static void gap_text(const struct event *e, struct buf *out, enum style *style)
{
    static const char *const causes[] = {[GAP_NOT_CAPTURED] =
                                             "acknowledged, so the capture lost them",
                                         [GAP_NEVER_ACKED] = "nobody confirmed them",
                                         [GAP_SNAPLEN] = "cut when they were captured (-s)"};
    *style = STYLE_LOST;
    buf_printf(out, "%" PRIu64 " bytes missing (%s)", e->u.gap->missing,
               e->u.gap->cause <= GAP_SNAPLEN ? causes[e->u.gap->cause] : "");
}

static void open_text(const struct turns *t, struct buf *out, enum style *style)
{
    struct store_session s;
    char room[HUMAN_ROOM];
    *style = STYLE_DIM;
    if (!store_session(t->store, t->ref, false, &s)) {
        return;
    }
    buf_add_str(out, s.info.midstream ? "capture begins inside the connection" : "TCP open");
    if (s.info.flow->rtt >= 0) {
        buf_printf(out, ", rtt %s", human_took(s.info.flow->rtt, room));
    }
}

static void close_text(const struct turns *t, struct buf *out, enum style *style)
{
    static const char *const how[] = {[END_OPEN] = "open",
                                      [END_QUIT] = "closed after QUIT",
                                      [END_FIN] = "closed",
                                      [END_RST] = "reset",
                                      [END_IDLE] = "silent for too long: no longer followed",
                                      [END_REPLACED] = "the port was used again",
                                      [END_TLS] = "closed, the rest was TLS",
                                      [END_CAPTURE] = "the capture ends here",
                                      [END_EVICTED] = "given up: memory limit"};
    struct store_session s;
    if (!store_session(t->store, t->ref, false, &s)) {
        return;
    }
    enum session_end end = s.info.end;
    *style = end == END_RST ? STYLE_BAD : end == END_EVICTED ? STYLE_LOST : STYLE_DIM;
    buf_add_str(out, end <= END_EVICTED ? how[end] : "closed");
}

void turns_text(const struct ui *u, const struct turns *t, struct turn_line line, struct buf *out,
                enum style *style)
{
    const struct turn *turn = &t->turn[line.turn];
    const struct event *e = turns_event(t, line.turn);
    *style = STYLE_NORMAL;
    if (!e) {
        return;
    }
    switch (turn->kind) {
    case TURN_OPEN:
        open_text(t, out, style);
        break;
    case TURN_COMMAND:
        command_text(u, e, turn, out, style);
        break;
    case TURN_REPLY:
        reply_line(u, e, turn, line.sub, out, style);
        break;
    case TURN_DATA:
    case TURN_LINE:
        if (e->kind == EV_COMMAND) {
            command_text(u, e, turn, out, style);
        } else {
            buf_add(out, e->u.text);
            *style = STYLE_SERVER;
        }
        break;
    case TURN_LOGIN:
        login_text(u, e, out, style);
        break;
    case TURN_TLS:
        tls_text(t, out, style);
        break;
    case TURN_MESSAGE:
        if (line.sub) {
            body_line(t, line.turn, line.sub, out, style);
        } else {
            message_text(t, line.turn, out, style);
        }
        break;
    case TURN_GAP:
        gap_text(e, out, style);
        break;
    case TURN_NOTE:
        *style = ui_severity_style(turn->severity);
        buf_printf(out, "%s: %s", severity_name((enum severity)turn->severity),
                   note_rule((enum note_id)turn->number)->sentence);
        break;
    default:
        close_text(t, out, style);
        break;
    }
}

bool turns_hold(const struct ui *u, const struct turns *t, struct turn_line line,
                const char *wanted)
{
    struct buf b;
    enum style style;
    buf_init(&b, 1u << 17);
    turns_text(u, t, line, &b, &style);
    bool held = bytes_search(buf_bytes(&b), wanted, 0) != SIZE_MAX;
    buf_done(&b);
    return held;
}

const char *turn_speaker(const struct turn *turn)
{
    switch (turn->kind) {
    case TURN_MESSAGE:
        return turn->dir == FROM_CLIENT ? "C*" : "S*";
    case TURN_NOTE:
        return "! ";
    case TURN_LOGIN:
        return "@ ";
    case TURN_GAP:
        return turn->dir == FROM_CLIENT ? "C?" : "S?";
    case TURN_OPEN:
    case TURN_CLOSE:
    case TURN_TLS:
        return "--";
    default:
        return turn->dir == FROM_CLIENT ? "C:" : "S:";
    }
}
