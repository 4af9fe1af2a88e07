#include "ui/dialog_walk.h"

#include "ui/pack_fields.h"

void walk_init(struct dialog_walk *w, const struct event_reader_config *c)
{
    *w = (struct dialog_walk){.atoms = c->atoms, .reader = event_reader_new(c)};
    session_room_init(&w->room);
}

void walk_done(struct dialog_walk *w)
{
    event_reader_free(&w->reader);
    session_room_done(&w->room);
}

/* The state before the first transition. */
static const char *first_state(const struct dialog_walk *w)
{
    struct bytes rest = w->records;
    struct record r;
    while (record_next(&rest, &r)) {
        if ((int)r.kind == EV_STATE) {
            struct get g = get_from(r.body);
            struct event head;
            get_head(&g, w->base, &head);
            const char *from = get_atom(&g, w->atoms);
            return from != NULL && !g.bad ? from : "";
        }
    }
    return w->room.info.state;
}

void walk_know_nothing(struct dialog_walk *w)
{
    const struct session_info *all = &w->room.info;
    w->info = (struct session_info){.number = all->number,
                                    .flow = all->flow,
                                    .flip = all->flip,
                                    .protocol = all->protocol,
                                    .state = first_state(w),
                                    .start = all->start,
                                    .last = all->start,
                                    .midstream = all->midstream};
    memcpy(w->info.id, all->id, sizeof w->info.id);
}

void walk_know_texts(struct dialog_walk *w)
{
    struct session_info now = w->info;
    w->info = w->room.info;
    w->info.state = now.state;
    w->info.end = END_OPEN;
    w->info.commands = now.commands;
    w->info.messages = now.messages;
    w->info.notes = now.notes;
    w->info.worst = now.worst;
    w->info.last_code = now.last_code;
    w->info.last_negative = now.last_negative;
    w->info.tls = now.tls;
    w->texts_known = true;
}

void walk_know_all(struct dialog_walk *w)
{
    w->info = w->room.info;
}

void walk_begin(struct dialog_walk *w, struct pack_base base, struct bytes records)
{
    w->base = base;
    w->records = records;
    w->at = w->place = 0;
    w->begun = w->texts_known = false;
    walk_know_nothing(w);
    event_reader_begin(w->reader, &w->info, base, records);
}

void walk_moved(struct dialog_walk *w, struct bytes records)
{
    w->records = records;
    event_reader_moved(w->reader, records);
    walk_know_texts(w);
}

const struct event *walk_next(struct dialog_walk *w)
{
    while (w->at < w->records.n) {
        struct bytes rest = bytes_from(w->records, w->at);
        struct record r;
        if (!record_next(&rest, &r)) {
            return NULL;
        }
        size_t place = w->at;
        w->at = w->records.n - rest.n;
        if (w->begun && !w->texts_known) {
            walk_know_texts(w);
        }
        if ((int)r.kind == EV_CLOSE) {
            walk_know_all(w);
        }
        const struct event *e = event_reader_read(w->reader, &r, &w->body_at);
        if (e != NULL) {
            w->place = place;
            w->begun = true;
            return e;
        }
    }
    return NULL;
}

const struct event *walk_at(struct dialog_walk *w, size_t place)
{
    struct bytes rest = bytes_from(w->records, place);
    struct record r;
    return record_next(&rest, &r) ? event_reader_peek(w->reader, &r) : NULL;
}
