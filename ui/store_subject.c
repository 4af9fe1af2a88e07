/* What a filter sees of a session held in the store, or of one of its items. */
#include "ui/store_private.h"

#include <stdlib.h>

static struct store_item item_of(const struct store_subject *room, uint32_t index)
{
    return (struct store_item){room->session.ref, index};
}

static bool subject_message(void *arg, uint32_t index, const struct message **out)
{
    struct store_subject *room = arg;
    if (!room->message_ready) {
        message_room_init(&room->message);
        room->message_ready = true;
    }
    *out = &room->message.message;
    return store_message(room->store, item_of(room, index), &room->message, NULL);
}

static bool subject_credential(void *arg, uint32_t index, const struct credential **out)
{
    struct store_subject *room = arg;
    *out = &room->credential;
    return store_credential(room->store, item_of(room, index), &room->credential);
}

static bool subject_finding(void *arg, uint32_t index, const struct note **out)
{
    struct store_subject *room = arg;
    struct store_item item = store_ref_none(room->session.ref) ? (struct store_item){{0, 0}, index}
                                                               : item_of(room, index);
    *out = &room->note;
    return store_finding(room->store, item, &room->note, NULL);
}

static const struct event *subject_event(void *arg, bool first)
{
    struct store_subject *room = arg;
    const struct entry *e = entry_of(room->store, room->session.ref);
    if (e == NULL || (e->flags & STORE_NO_DIALOG)) {
        return NULL;
    }
    if (room->dialog == NULL) {
        room->dialog = store_dialog_new(room->store);
    }
    if (first) {
        store_dialog_begin(room->dialog, room->store, e);
    }
    return store_dialog_next(room->dialog);
}

static bool subject_bytes(void *arg, uint32_t index, size_t most, struct bytes *out)
{
    struct store_subject *room = arg;
    struct body_reader reader;
    if (!store_body_open(room->store, item_of(room, index), &reader)) {
        return false;
    }
    size_t n = reader.ref.bytes < most ? (size_t)reader.ref.bytes : most, got = 0;
    buf_done(&room->body);
    buf_init(&room->body, SIZE_MAX / 2);
    uint8_t *p = buf_room(&room->body, n);
    bool fine = spool_body_read(&reader, 0, p, n, &got) == SPOOL_OK;
    spool_body_close(&reader);
    *out = bytes_make(p, got);
    return fine;
}

static bool subject_shown(void *arg, struct buf *out)
{
    struct store_subject *room = arg;
    if (room->shown != NULL) {
        return room->shown(room->shown_arg, &room->session, out);
    }
    filter_default_row(&room->session.info, out);
    return true;
}

static const char *subject_file_name(void *arg, uint32_t file)
{
    const struct store_config *c = &((struct store_subject *)arg)->store->config;
    return c->file_name != NULL ? c->file_name(c->file_name_arg, file) : NULL;
}

static bool subject_geo(void *arg, const struct endpoint *end, uint8_t ip_version,
                        struct geo_place *out)
{
    struct geo *geo = ((struct store_subject *)arg)->store->config.geo;
    return geo != NULL && geo_lookup(geo, end->ip, ip_version, out);
}

static void subject_parts(void *arg, struct bytes raw,
                          void (*part)(void *part_arg, const struct filter_part *p), void *part_arg)
{
    const struct store_config *c = &((struct store_subject *)arg)->store->config;
    c->parts(c->parts_arg, raw, part, part_arg);
}

bool store_subject(const struct store *s, enum store_list focus, struct store_item item,
                   struct store_subject *room)
{
    static const struct filter_source source = {
        .message = subject_message,
        .credential = subject_credential,
        .finding = subject_finding,
        .event = subject_event,
        .bytes = subject_bytes,
        .shown = subject_shown,
        .file_name = subject_file_name,
        .geo = subject_geo,
        .parts = subject_parts,
    };
    static const enum filter_focus focuses[LIST_COUNT] = {
        [LIST_SESSIONS] = FOCUS_SESSION,
        [LIST_MESSAGES] = FOCUS_MESSAGE,
        [LIST_CREDENTIALS] = FOCUS_CREDENTIAL,
        [LIST_FINDINGS] = FOCUS_FINDING,
    };
    room->store = s;
    room->source = source;
    room->source.parts = s->config.parts != NULL ? subject_parts : NULL;
    bool loose = focus == LIST_FINDINGS && store_ref_none(item.session);
    if (loose) { /* a finding over several sessions: it alone can be tested */
        room->session = (struct store_session){.slowest = -1};
    } else if (!store_session(s, item.session, true, &room->session)) {
        return false;
    }
    const struct store_session *session = &room->session;
    room->subject = (struct filter_subject){
        .session = loose ? NULL : &session->info,
        .open = session->flags & STORE_OPEN,
        .marked = session->flags & STORE_MARKED,
        .pipelined = session->flags & STORE_PIPELINED,
        .truncated_dialog = session->flags & (STORE_NO_DIALOG | STORE_DIALOG_CUT),
        .tls_offered = session->flags & STORE_TLS_OFFERED,
        .slowest = session->slowest,
        .now = s->counters.now,
        .focus = focuses[focus],
        .index = item.index,
        .source = &room->source,
        .arg = room,
    };
    return true;
}

void store_subject_done(struct store_subject *room)
{
    store_dialog_close(&room->dialog);
    if (room->message_ready) {
        message_room_done(&room->message);
        room->message_ready = false;
    }
    buf_done(&room->body);
}

/* ---- figures ---- */

bool store_stats_add(const struct store *s, struct store_ref ref, struct stats *to)
{
    const struct entry *e = entry_of(s, ref);
    struct session_room *room = &s->rooms->room[s->rooms->next++ % ROOMS];
    if (e == NULL || !entry_unpack(s, e, false, room)) {
        return false;
    }
    stats_add_session(to, &room->info, e->flags & STORE_REFUSED);
    for (uint32_t i = 0; e->facts != NULL && i < e->facts->message_count; i++) {
        const struct held_message *m = &e->facts->messages[i];
        if (unpack_message(bytes_make(m->packed, m->bytes), s->config.atoms, base_of(e),
                           &s->rooms->message)) {
            stats_add_message(to, &room->info, &s->rooms->message.message);
        }
    }
    if (e->flags & STORE_NO_DIALOG) {
        stats_add_without_dialog(to);
        return true;
    }
    store_dialog_begin(s->reading, s, e);
    const struct event *event;
    while ((event = store_dialog_next(s->reading)) != NULL) {
        stats_add_event(to, event);
    }
    return true;
}
