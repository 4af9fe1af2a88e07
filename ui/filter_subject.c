/* What tests look at: the subject's items, as its focus lets them be seen. */
#include "ui/filter_private.h"

#include "dissect/mask.h"
#include "dissect/mime.h"

const struct session_info *field_session(const struct probe *p)
{
    return p->subject->session;
}

/* A word of the field's own list, as its number. */
void give_choice(struct probe *p, const char *word)
{
    int at = word_index(field_table[p->test->field].words, bytes_of(word));
    if (at >= 0) {
        give_signed(p, at);
    }
}

void give_header(struct probe *p, struct bytes raw)
{
    if (raw.p == NULL) {
        return;
    }
    if (mime_is_plain(raw)) {
        give_text(p, raw);
        return;
    }
    buf_clear(&p->room->decoded);
    mime_header_text(raw, &p->room->decoded);
    give_text(p, buf_bytes(&p->room->decoded));
}

/* A line without the secret in it, unless secrets are shown. */
bool give_line(struct probe *p, struct bytes line, struct bytes secret)
{
    if (secret.n == 0 || p->filter->config.show_secrets) {
        return give_text(p, line);
    }
    buf_clear(&p->room->scratch);
    mask_add(&p->room->scratch, line, secret, false);
    return give_text(p, buf_bytes(&p->room->scratch));
}

/* The messages that the subject's focus lets see: all of the session, or one. */
const struct message *next_message(const struct probe *p, uint32_t *i)
{
    const struct filter_subject *s = p->subject;
    const struct message *m;
    uint32_t at = (*i)++;
    if (s->focus == FOCUS_MESSAGE) {
        if (at > 0) {
            return NULL;
        }
        at = s->index;
    }
    bool there = s->source->message != NULL && s->source->message(s->arg, at, &m);
    return there ? m : NULL;
}

const struct credential *next_credential(const struct probe *p, uint32_t *i)
{
    const struct filter_subject *s = p->subject;
    const struct credential *c;
    uint32_t at = (*i)++;
    if (s->focus == FOCUS_CREDENTIAL) {
        if (at > 0) {
            return NULL;
        }
        at = s->index;
    }
    bool there = s->source->credential != NULL && s->source->credential(s->arg, at, &c);
    return there ? c : NULL;
}

const struct note *next_finding(const struct probe *p, uint32_t *i)
{
    const struct filter_subject *s = p->subject;
    const struct note *n;
    uint32_t at = (*i)++;
    if (s->focus == FOCUS_FINDING) {
        if (at > 0) {
            return NULL;
        }
        at = s->index;
    }
    bool there = s->source->finding != NULL && s->source->finding(s->arg, at, &n);
    return there ? n : NULL;
}

/* The dialog's events; for one message alone there is none. */
const struct event *next_event(const struct probe *p, bool first)
{
    const struct filter_subject *s = p->subject;
    if (s->source->event == NULL || s->focus == FOCUS_MESSAGE || s->session == NULL) {
        return NULL;
    }
    return s->source->event(s->arg, first);
}
