/* -T credentials: one line a login, as they are answered. */
#include "capture/base/text.h"
#include "dissect/mask.h"
#include "ui/export/hashcat.h"
#include "ui/export/view.h"

enum {
    PROTOCOL = 5,
    MECHANISM = 14,
    USER = 24,
    SECRET = 20,
    KIND = 8,
    SEEN = 5,
    RESULT = 8,
    SESSION = 7
};

static void put_header(struct view *v)
{
    view_cell(v, bytes_of(v->config->utc ? "Time (UTC)" : "Time"), VIEW_TIME_WIDTH);
    view_cell(v, bytes_of("Proto"), PROTOCOL);
    view_cell(v, bytes_of("Mechanism"), MECHANISM);
    view_cell(v, bytes_of("User"), USER);
    view_cell(v, bytes_of("Secret"), SECRET);
    view_cell(v, bytes_of("Kind"), KIND);
    view_cell(v, bytes_of("Sent"), SEEN);
    view_cell(v, bytes_of("Result"), RESULT);
    view_cell(v, bytes_of("Session"), SESSION);
    view_cell(v, bytes_of("Client"), VIEW_END_WIDTH);
    view_cell(v, bytes_of("Server"), VIEW_END_WIDTH);
    buf_add_str(&v->out.b, "More");
    view_line(v);
}

static void add_more(struct view *v, const char *name, struct bytes text)
{
    if (text.n > 0) {
        buf_add_str(&v->out.b, name);
        text_escape(&v->out.b, text);
        buf_add_byte(&v->out.b, ' ');
    }
}

static void put_credential(struct view *v, const struct event *e)
{
    static const char *const results[] = {
        [TRI_UNKNOWN] = "unknown", [TRI_NO] = "refused", [TRI_YES] = "accepted"};
    const struct credential *c = e->u.credential;
    struct bytes secret = c->secret;
    if (secret.n > 0 && !v->config->show_secrets) {
        secret = bytes_of(MASKED);
    }
    view_time(v, c->time);
    view_cell(v, bytes_of(e->session->protocol), PROTOCOL);
    view_cell(v, bytes_of(c->mechanism), MECHANISM);
    view_cell(v, c->user, USER);
    view_cell(v, secret, text_columns(secret) > SECRET ? text_columns(secret) : SECRET);
    view_cell(v, bytes_of(secret_kind_name(c->secret_kind)), KIND);
    view_cell(v, bytes_of(c->encrypted ? "TLS" : "clear"), SEEN);
    view_cell(v, bytes_of(results[c->success]), RESULT);
    view_number(v, e->session->number, SESSION);
    view_end(v, e->session, FROM_CLIENT, VIEW_END_WIDTH);
    view_end(v, e->session, FROM_SERVER, VIEW_END_WIDTH);
    add_more(v, "as ", c->authorization_id);
    add_more(v, "domain ", c->domain);
    add_more(v, "host ", c->host);
    add_more(v, "challenge ", c->challenge);
    add_more(v, "", bytes_of(c->cancelled ? "cancelled" : ""));
    add_more(v, "", bytes_of(c->malformed ? "malformed" : ""));
    view_line(v);
}

static void put_hash(struct view *v, const struct credential *c)
{
    struct buf line;
    buf_init(&line, SIZE_MAX);
    unsigned mode = hashcat_line(c, &line);
    if (mode != 0 && (v->config->hashcat_mode == 0 || v->config->hashcat_mode == mode)) {
        buf_add(&v->out.b, buf_bytes(&line));
        view_line(v);
    }
    buf_done(&line);
}

static void credentials_event(struct sink *self, const struct event *e)
{
    struct view *v = (struct view *)self;
    if (v->config->hashcat) {
        put_hash(v, e->u.credential);
    } else {
        put_credential(v, e);
    }
}

static struct sink *credentials_open(const struct export_config *c, struct error *e)
{
    (void)e;
    struct view *v = view_new(c, credentials_event, HEARS_ONLY(EVENT_BIT(EV_CREDENTIAL)));
    if (!c->hashcat) {
        put_header(v);
    }
    return &v->sink;
}

const struct export_format export_credentials = {
    .name = "credentials",
    .help = "one line a login, secrets masked",
    .is_view = true,
    .open = credentials_open,
};
