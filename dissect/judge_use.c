/* What was used against what was offered: extensions, their parameters, the limit of SIZE; and what
 * came against the size declared (RFC 5321 4.1.1.11, RFC 1870). */
#include "capture/base/buf.h"
#include "dissect/address.h"
#include "dissect/judge_private.h"

#include <inttypes.h>

#define EVIDENCE_BYTES 200

bool judge_offer_known(const struct session_info *s, uint64_t marks)
{
    return marks & (MARK_GREETED_EHLO | MARK_HELO) && !s->midstream && s->gaps == 0;
}

static bool is_smtp(const struct session_info *s)
{
    return strcmp(s->protocol, "pop3") != 0 && strcmp(s->protocol, "pop2") != 0;
}

/* ---- parameters of MAIL and RCPT ---- */

/* A parameter and the extension it belongs to. Those of SMTPUTF8 and what is not known are left
 * out. */
static const struct {
    const char *keyword;
    uint64_t offered; /* any of them */
} parameters[] = {
    {"SIZE", MARK_OFFERED_SIZE},
    {"AUTH", MARK_OFFERED_AUTH},
    {"RET", MARK_OFFERED_DSN},
    {"ENVID", MARK_OFFERED_DSN},
    {"NOTIFY", MARK_OFFERED_DSN},
    {"ORCPT", MARK_OFFERED_DSN},
    {"BY", MARK_OFFERED_DELIVERBY},
    {"HOLDFOR", MARK_OFFERED_FUTURERELEASE},
    {"HOLDUNTIL", MARK_OFFERED_FUTURERELEASE},
    {"MT-PRIORITY", MARK_OFFERED_MT_PRIORITY},
    {"RRVS", MARK_OFFERED_RRVS},
    {"REQUIRETLS", MARK_OFFERED_REQUIRETLS},
    {"MTRK", MARK_OFFERED_MTRK},
    {"PRDR", MARK_OFFERED_PRDR},
};

static struct bytes keyword_of(struct bytes parameter, struct bytes *value)
{
    size_t equals = bytes_find(parameter, '=', 0);
    *value = equals == SIZE_MAX ? (struct bytes){NULL, 0} : bytes_from(parameter, equals + 1);
    return bytes_sub(parameter, 0, equals);
}

/* Is the extension of this parameter offered? Of one that is not known: yes. */
static bool is_offered(struct bytes keyword, struct bytes value, uint64_t marks)
{
    if (bytes_is(keyword, "BODY")) {
        return bytes_is(value, "7BIT") ||
               marks & (bytes_is(value, "BINARYMIME") ? MARK_OFFERED_BINARYMIME
                                                      : MARK_OFFERED_8BITMIME);
    }
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        if (bytes_is(keyword, parameters[i].keyword)) {
            return (marks & parameters[i].offered) != 0;
        }
    }
    return true;
}

/* The n of "SIZE n" in the offer; 0: none is told. */
static uint64_t size_limit(struct bytes capabilities)
{
    struct bytes line;
    uint64_t limit = 0;
    while (bytes_split(&capabilities, '\n', &line)) {
        struct bytes word = bytes_word(&line);
        if (bytes_is(word, "SIZE") && bytes_u64(bytes_word(&line), &limit)) {
            return limit;
        }
    }
    return 0;
}

static void judge_size_limit(const struct event *e, const struct command *c, struct bytes value)
{
    uint64_t declared, limit = size_limit(e->session->capabilities);
    if (limit == 0 || !bytes_u64(value, &declared) || declared <= limit) {
        return;
    }
    struct buf text;
    buf_init(&text, EVIDENCE_BYTES);
    buf_printf(&text, "%" PRIu64 " octets declared, the limit is %" PRIu64, declared, limit);
    judge_tell_once(e, TOLD_OVER_LIMIT, NOTE_ID_SIZE_OVER_LIMIT, buf_bytes(&text), c->number);
    buf_done(&text);
}

static void judge_parameters(const struct event *e, const struct command *c, uint64_t marks)
{
    struct path path;
    if (!address_path(c->argument, &path)) {
        return;
    }
    while (path.parameters.n > 0) {
        struct bytes value, parameter = bytes_word(&path.parameters);
        struct bytes keyword = keyword_of(parameter, &value);
        if (bytes_is(keyword, "SMTPUTF8")) {
            if (!(marks & MARK_OFFERED_SMTPUTF8)) {
                judge_tell_once(e, TOLD_SMTPUTF8, NOTE_ID_SMTPUTF8_NOT_OFFERED, c->argument,
                                c->number);
            }
        } else if (!is_offered(keyword, value, marks)) {
            judge_tell_once(e, TOLD_PARAMETER, NOTE_ID_PARAMETER_NOT_OFFERED, parameter, c->number);
        } else if (bytes_is(keyword, "SIZE")) {
            judge_size_limit(e, c, value);
        }
    }
}

/* The value of SIZE among MAIL's parameters. */
static bool declared_size(struct bytes all, uint64_t *size)
{
    while (all.n > 0) {
        struct bytes value, keyword = keyword_of(bytes_word(&all), &value);
        if (bytes_is(keyword, "SIZE")) {
            return bytes_u64(value, size);
        }
    }
    return false;
}

void judge_size(const struct event *e, const struct message *m)
{
    uint64_t declared = m->declared_octets;
    bool known = m->has_envelope ? declared_size(m->mail_parameters, &declared)
                                 : m->has_declared && message_is_whole(m);
    /* SIZE is an estimate that the message must not exceed (RFC 1870 5) */
    bool agrees = m->has_envelope ? m->bytes <= declared : m->bytes == declared;
    if (!known || !m->complete || agrees) {
        return;
    }
    struct buf text;
    buf_init(&text, EVIDENCE_BYTES);
    buf_printf(&text, "message %" PRIu64 ": %" PRIu64 " octets declared, %" PRIu64 " seen",
               m->has_envelope ? m->number : m->mailbox_number, declared, m->bytes);
    judge_tell(e, NOTE_ID_SIZE_MISMATCH, buf_bytes(&text), 0);
    buf_done(&text);
}

/* ---- extensions ---- */

/* Pipelining that was not offered (RFC 2920 3); that BDAT is pipelined is RFC 3030's. */
static void judge_pipelined(const struct event *e, const struct command *c, uint32_t verb)
{
    if (is_smtp(e->session) && verb != VERB_BDAT && verb != VERB_EHLO && verb != VERB_HELO) {
        judge_tell_once(e, TOLD_PIPELINING, NOTE_ID_PIPELINING_NOT_OFFERED, c->word, c->number);
    }
}

void judge_use(const struct event *e, const struct command *c, uint32_t verb, uint64_t marks)
{
    if (!judge_offer_known(e->session, marks) || c->flags & (COMMAND_EARLY | COMMAND_END_OF_DATA)) {
        return;
    }
    if (c->flags & COMMAND_PIPELINED && !(marks & MARK_OFFERED_PIPELINING)) {
        judge_pipelined(e, c, verb);
    }
    if (verb == VERB_BDAT && !(marks & MARK_OFFERED_CHUNKING)) {
        judge_tell_once(e, TOLD_CHUNKING, NOTE_ID_CHUNKING_NOT_OFFERED, c->line, c->number);
    } else if (verb == VERB_AUTH && !(marks & MARK_OFFERED_AUTH) && is_smtp(e->session)) {
        judge_tell_once(e, TOLD_AUTH, NOTE_ID_AUTH_NOT_OFFERED, c->word, c->number);
    } else if (verb == VERB_MAIL || verb == VERB_RCPT) {
        judge_parameters(e, c, marks);
    }
}
