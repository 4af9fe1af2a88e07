#include "dissect/model.h"

#include "capture/base/buf.h"
#include "dissect/reply.h"

const char *transfer_name(enum transfer t)
{
    static const char *const names[] = {
        [TRANSFER_DATA] = "data",     [TRANSFER_BDAT] = "bdat", [TRANSFER_RETR] = "retr",
        [TRANSFER_TOP] = "top",       [TRANSFER_READ] = "read", [TRANSFER_FETCH] = "fetch",
        [TRANSFER_APPEND] = "append",
    };
    return names[t];
}

const char *outcome_name(enum outcome o)
{
    static const char *const names[] = {
        [OUTCOME_UNKNOWN] = "unknown",     [OUTCOME_ACCEPTED] = "accepted",
        [OUTCOME_REJECTED] = "rejected",   [OUTCOME_DEFERRED] = "deferred",
        [OUTCOME_RETRIEVED] = "retrieved", [OUTCOME_INCOMPLETE] = "incomplete",
    };
    return names[o];
}

const char *mailbox_fate(const struct mailbox *m)
{
    static const char *const fates[] = {
        [TRI_UNKNOWN] = " (commit not seen)", [TRI_NO] = " (rolled back)", [TRI_YES] = ""};
    return m->deleted_count == 0 ? ""
           : m->quit_refused     ? " (QUIT refused: some may be left)"
                                 : fates[m->committed];
}

bool session_only_refused(const struct session_info *s)
{
    bool logged_in = s->login == TRI_YES && !s->has_transaction;
    return s->messages == 0 && s->last_reply.n > 0 && s->mailbox == NULL && s->tls == NULL &&
           !logged_in;
}

#define TOP_WHOLE 1000000 /* lines: who asks TOP for so many wants all of them */

bool message_is_whole(const struct message *m)
{
    return m->transfer != TRANSFER_TOP || (m->has_lines && m->lines >= TOP_WHOLE);
}

const char *session_end_name(enum session_end e)
{
    static const char *const names[] = {
        [END_OPEN] = "open", [END_QUIT] = "quit",           [END_FIN] = "fin",
        [END_RST] = "rst",   [END_IDLE] = "idle",           [END_REPLACED] = "replaced",
        [END_TLS] = "tls",   [END_CAPTURE] = "capture_end", [END_EVICTED] = "evicted",
    };
    return names[e];
}

const char *secret_kind_name(enum secret_kind k)
{
    static const char *const names[] = {
        [SECRET_NONE] = "",       [SECRET_PASSWORD] = "password", [SECRET_DIGEST] = "digest",
        [SECRET_TOKEN] = "token", [SECRET_HASH] = "hash",
    };
    return names[k];
}

/* Without "+OK ", "-ERR ", "+ " of a POP reply line; "#2" and "=120" stay (RFC 937). */
static struct bytes pop_text(struct bytes line)
{
    if (bytes_starts(line, "+OK")) {
        line = bytes_from(line, 3);
    } else if (bytes_starts(line, "-ERR")) {
        line = bytes_from(line, 4);
    } else if (bytes_at(line, 0) == '+' || bytes_at(line, 0) == '-') {
        line = bytes_from(line, 1);
    }
    return bytes_trim(line);
}

void reply_text(const struct reply *r, struct buf *out)
{
    struct bytes rest = r->raw, line;
    bool first = true;
    while (bytes_split(&rest, '\n', &line)) {
        uint16_t code = 0;
        bool more = false;
        struct bytes text = line;
        if (r->code == 0) {
            text = first ? pop_text(line) : line;
        } else if (!reply_smtp_line(line, &code, &more, &text)) {
            text = line;
        }
        if (!first) {
            buf_add_byte(out, '\n');
        }
        buf_add(out, text);
        first = false;
    }
}
