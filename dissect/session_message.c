/* Messages on their way: header scan, hash, checkpoints, the verdict. */
#include "capture/base/error.h"
#include "capture/base/pool.h"
#include "dissect/session_private.h"

#include <stdlib.h>

static struct message_body *body_of(struct message *m)
{
    return m->owner;
}

static void tell(struct session *s, enum event_kind kind, struct message *m, const struct frame *f)
{
    if (!session_tells(s, kind)) {
        return;
    }
    struct event e = {.kind = kind,
                      .dir = m->dir,
                      .time = f ? f->time : m->time,
                      .packet = f ? f->packet : m->packet,
                      .u.message = m};
    session_emit(s, &e);
}

static void tell_body(struct session *s, enum event_kind kind, struct message *m,
                      const struct frame *f, struct bytes data, uint64_t count)
{
    struct event e = {.kind = kind,
                      .dir = m->dir,
                      .time = f ? f->time : m->end_time,
                      .packet = f ? f->packet : m->packet,
                      .u.body = {.message = m, .data = data, .count = count}};
    session_emit(s, &e);
}

struct message *session_message_begin(struct session *s, enum transfer t, enum dir dir,
                                      const struct frame *f)
{
    struct pool *pool = s->config->pool;
    struct message_body *b = pool_take_zeroed(pool, sizeof *b);
    struct message *m = &b->m;
    m->owner = b;
    m->arena = &b->arena;
    m->number = ++s->info.messages;
    m->dir = dir;
    m->transfer = t;
    m->time = m->end_time = f->time;
    m->packet = f->packet;
    m->wait = TIME_UNKNOWN;
    arena_init_in(&b->arena, pool,
                  (uint32_t)s->config->limits->session_bytes +
                      (uint32_t)s->config->limits->header_bytes);
    b->scan = pool_take(pool, sizeof *b->scan);
    header_scan_init(b->scan, s->config->limits, &b->arena);
    if (s->config->no_headers) {
        header_scan_only(b->scan, HEADER_MESSAGE_ID);
    }
    if (s->config->digests) {
        b->digest = digest_new();
    }
    struct message_body **at = &s->messages;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = b;
    tell(s, EV_MESSAGE_BEGIN, m, f);
    return m;
}

/* What was read stays with the message, as far as anybody hears of it. */
static void keep_fields(const struct session *s, struct message *m, const struct header_scan *h)
{
    m->message_id = h->field[HEADER_MESSAGE_ID];
    m->header_fields = h->count;
    m->header_cut = h->cut;
    if (!s->config->no_headers) {
        struct bytes *kept = arena_alloc(m->arena, sizeof h->field);
        if (kept != NULL) {
            memcpy(kept, h->field, sizeof h->field);
        }
        m->header = kept;
        m->header_cut |= kept == NULL;
    }
}

static void scan_over(struct session *s, struct message_body *b)
{
    if (b->scan != NULL) {
        keep_fields(s, &b->m, b->scan);
        header_scan_done(b->scan);
        pool_give(s->config->pool, b->scan, sizeof *b->scan);
        b->scan = NULL;
    }
}

void session_message_data(struct session *s, struct message *m, const struct frame *f)
{
    struct message_body *b = body_of(m);
    if (m->bytes == 0 && m->missing == 0) {
        m->time = f->time;
        m->packet = f->packet;
    }
    m->bytes += f->data.n;
    m->end_time = f->end_time;
    if (b->scan != NULL) {
        header_scan_data(b->scan, f->data);
        if (b->scan->done && b->checkpoint_count == 0) {
            scan_over(s, b);
        }
    }
    if (b->digest != NULL) {
        digest_add(b->digest, f->data);
    }
    if (s->config->bodies) {
        tell_body(s, EV_MESSAGE_DATA, m, f, f->data, 0);
    }
}

void session_message_gap(struct session *s, struct message *m, const struct frame *f)
{
    struct message_body *b = body_of(m);
    m->missing += f->missing;
    m->gaps++;
    m->end_time = f->end_time;
    if (b->scan != NULL) {
        header_scan_gap(b->scan);
    }
    tell_body(s, EV_MESSAGE_GAP, m, f, (struct bytes){NULL, 0}, f->missing);
}

bool session_message_checkpoint(struct session *s, struct message *m, uint64_t body_offset)
{
    struct message_body *b = body_of(m);
    if (b->checkpoint_count >= s->config->limits->eod_candidates) {
        return false;
    }
    b->checkpoints = xrealloc(b->checkpoints, (b->checkpoint_count + 1) * sizeof *b->checkpoints);
    b->checkpoints[b->checkpoint_count++] = (struct checkpoint){
        .body_offset = body_offset, .digest = b->digest ? digest_copy(b->digest) : NULL};
    return true;
}

void session_message_cut(struct session *s, struct message *m, uint64_t body_offset)
{
    struct message_body *b = body_of(m);
    for (uint32_t i = 0; i < b->checkpoint_count; i++) {
        if (b->checkpoints[i].body_offset == body_offset && b->checkpoints[i].digest != NULL) {
            digest_free(&b->digest);
            b->digest = digest_copy(b->checkpoints[i].digest);
        }
    }
    m->bytes = body_offset;
    tell_body(s, EV_MESSAGE_CUT, m, NULL, (struct bytes){NULL, 0}, body_offset);
}

void session_message_end(struct session *s, struct message *m, const struct frame *f, bool complete)
{
    struct message_body *b = body_of(m);
    if (b->over) {
        return;
    }
    b->over = true;
    m->eight_bit = m->transfer != TRANSFER_BDAT && framer_oddities(&s->framer[m->dir]).eight_bit;
    m->complete = complete && m->missing == 0;
    if (f != NULL) {
        m->end_time = f->end_time;
    }
    if (b->scan != NULL) {
        header_scan_end(b->scan);
        scan_over(s, b);
    }
    if (b->digest != NULL) {
        digest_finish(&b->digest, m->sha256);
        m->has_sha256 = true;
    }
    tell(s, EV_MESSAGE_END, m, f);
}

static void free_body(struct session *s, struct message_body *b)
{
    for (uint32_t i = 0; i < b->checkpoint_count; i++) {
        digest_free(&b->checkpoints[i].digest);
    }
    free(b->checkpoints);
    scan_over(s, b);
    digest_free(&b->digest);
    arena_done(&b->arena);
    pool_give(s->config->pool, b, sizeof *b);
}

/* The first message stands for the session: its envelope too, where transactions before it came to
 * none. */
static void summarise(struct session *s, const struct message *m)
{
    struct session_info *i = &s->info;
    bool sent = m->transfer == TRANSFER_DATA || m->transfer == TRANSFER_BDAT;
    if (!sent || i->first_outcome != OUTCOME_UNKNOWN) {
        return;
    }
    struct bytes to = m->recipient_count > 0 ? m->recipients[0].address : (struct bytes){NULL, 0};
    if (i->has_transaction && m->has_envelope &&
        (!bytes_equal(i->first_sender, m->mail_from) || !bytes_equal(i->first_recipient, to))) {
        i->first_sender = session_keep(s, m->mail_from);
        i->first_recipient = session_keep(s, to);
    }
    i->first_outcome = m->outcome;
}

void session_message_verdict(struct session *s, struct message **mp)
{
    struct message *m = *mp;
    struct message_body *b = body_of(m);
    if (!b->over) {
        session_message_end(s, m, NULL, false);
    }
    summarise(s, m);
    tell(s, EV_MESSAGE, m, NULL);
    for (struct message_body **at = &s->messages; *at != NULL; at = &(*at)->next) {
        if (*at == b) {
            *at = b->next;
            break;
        }
    }
    free_body(s, b);
    *mp = NULL;
}

/* Messages whose verdict never came: told before the session closes. */
void session_messages_close(struct session *s, int64_t time)
{
    while (s->messages != NULL) {
        struct message *m = &s->messages->m;
        if (!s->messages->over) {
            session_message_end(s, m, NULL, false);
        }
        if (m->outcome == OUTCOME_UNKNOWN && !m->complete && m->missing == 0) {
            m->outcome = OUTCOME_INCOMPLETE;
        }
        if (m->end_time > time) {
            m->end_time = time;
        }
        session_message_verdict(s, &m);
    }
}

size_t session_messages_held(const struct session *s)
{
    size_t n = 0;
    for (const struct message_body *b = s->messages; b != NULL; b = b->next) {
        n += sizeof *b + b->arena.total + (b->scan ? sizeof *b->scan : 0);
    }
    return n;
}

struct arena *session_message_arena(struct message *m)
{
    return &body_of(m)->arena;
}

void message_set_file(struct message *m, const char *name)
{
    struct bytes kept = arena_copy(m->arena, bytes_make(name, strlen(name) + 1));
    m->file = kept.n == strlen(name) + 1 ? (const char *)kept.p : NULL;
}
