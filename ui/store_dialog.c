/* Reading a session's dialog, and telling it again. */
#include "ui/store_private.h"

#include "ui/dialog_tell.h"

#include <stdlib.h>

struct store_dialog {
    struct dialog_walk walk;
    const struct store *store;
    struct store_ref ref;
    bool gone;
};

static const struct held_message *held_message(const struct store_dialog *d, uint32_t number)
{
    const struct entry *e = entry_of(d->store, d->ref);
    const struct facts *f = e != NULL ? e->facts : NULL;
    uint32_t low = 0, high = f != NULL ? f->message_count : 0;
    while (low < high) { /* they stand in the order of their numbers */
        uint32_t middle = low + (high - low) / 2;
        if (f->messages[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return f != NULL && low < f->message_count && f->messages[low].number == number
               ? &f->messages[low]
               : NULL;
}

static bool packed_message(void *arg, uint32_t number, struct bytes *packed)
{
    const struct held_message *m = held_message(arg, number);
    if (m != NULL) {
        *packed = bytes_make(m->packed, m->bytes);
    }
    return m != NULL;
}

/* ---- reading ---- */

struct store_dialog *store_dialog_new(const struct store *s)
{
    struct store_dialog *d = xcalloc(1, sizeof *d);
    struct event_reader_config c = {.atoms = s->config.atoms, .message = packed_message, .arg = d};
    d->store = s;
    walk_init(&d->walk, &c);
    return d;
}

void store_dialog_begin(struct store_dialog *d, const struct store *s, const struct entry *e)
{
    d->store = s;
    d->ref = ref_of(e);
    d->gone = false;
    entry_unpack(s, e, true, &d->walk.room);
    walk_begin(&d->walk, base_of(e), bytes_make(e->dialog, e->dialog_bytes));
}

struct store_dialog *store_dialog_open(const struct store *s, struct store_ref ref)
{
    const struct entry *e = entry_of(s, ref);
    if (e == NULL || (e->flags & STORE_NO_DIALOG)) {
        return NULL;
    }
    struct store_dialog *d = store_dialog_new(s);
    store_dialog_begin(d, s, e);
    return d;
}

void store_dialog_close(struct store_dialog **dp)
{
    struct store_dialog *d = *dp;
    if (d != NULL) {
        walk_done(&d->walk);
        free(d);
        *dp = NULL;
    }
}

const struct event *store_dialog_next(struct store_dialog *d)
{
    return d->gone ? NULL : walk_next(&d->walk);
}

size_t store_dialog_place(const struct store_dialog *d)
{
    return d->walk.place;
}

const struct event *store_dialog_at(struct store_dialog *d, size_t place)
{
    return d->gone ? NULL : walk_at(&d->walk, place);
}

bool store_dialog_again(struct store_dialog *d)
{
    const struct entry *e = entry_of(d->store, d->ref);
    d->gone = e == NULL || (e->flags & STORE_NO_DIALOG);
    if (!d->gone) {
        entry_unpack(d->store, e, true, &d->walk.room);
        walk_moved(&d->walk, bytes_make(e->dialog, e->dialog_bytes));
    }
    return !d->gone;
}

/* ---- telling again ---- */

static bool tell_body_ref(void *arg, uint32_t number, struct body_ref *out)
{
    const struct held_message *m = held_message(arg, number);
    if (m != NULL) {
        *out = m->body;
    }
    return m != NULL;
}

static struct store_item item_at(const struct store_dialog *d, uint32_t i)
{
    return (struct store_item){d->ref, i};
}

static bool tell_message(void *arg, uint32_t i, struct bytes *packed)
{
    const struct store_dialog *d = arg;
    const struct held_message *m = &entry_of(d->store, d->ref)->facts->messages[i];
    *packed = bytes_make(m->packed, m->bytes);
    return true;
}

static bool tell_credential(void *arg, uint32_t i, struct credential *out)
{
    const struct store_dialog *d = arg;
    return store_credential(d->store, item_at(d, i), out);
}

static bool tell_finding(void *arg, uint32_t i, struct note *out)
{
    const struct store_dialog *d = arg;
    return store_finding(d->store, item_at(d, i), out, NULL);
}

static enum told tell_bare(const struct dialog_teller *t, struct store_dialog *d,
                           const struct facts *f, struct sink *to)
{
    struct dialog_facts facts = {
        .message = tell_message, .credential = tell_credential, .finding = tell_finding};
    if (f != NULL) {
        facts.messages = f->message_count;
        facts.credentials = f->credential_count;
        facts.findings = f->finding_count;
    }
    return dialog_tell_facts(t, &d->walk, &facts, to);
}

enum replay_result store_replay(struct store *s, struct store_ref ref, struct sink *to)
{
    const struct entry *e = entry_of(s, ref);
    if (e == NULL) {
        return REPLAY_GONE;
    }
    struct store_dialog *d = store_dialog_new(s);
    struct dialog_teller t = {
        .spool = s->config.spool, .body = tell_body_ref, .message = packed_message, .arg = d};
    store_dialog_begin(d, s, e);
    bool bare = e->flags & STORE_NO_DIALOG;
    enum told told = bare ? tell_bare(&t, d, e->facts, to) : dialog_tell(&t, &d->walk, to);
    store_dialog_close(&d);
    if (bare) {
        return REPLAY_NO_DIALOG;
    }
    return e->flags & STORE_DIALOG_CUT ? REPLAY_CUT
           : told == TOLD_BODIES_LOST  ? REPLAY_BODIES_GONE
                                       : REPLAY_WHOLE;
}

void store_replay_capture(const struct store *s, struct sink *to)
{
    struct event e = {.kind = EV_CAPTURE,
                      .time = s->progress.totals.last,
                      .latency = TIME_UNKNOWN,
                      .u.totals = &s->progress.totals};
    sink_event(to, &e);
}
