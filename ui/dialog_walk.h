/* A session's records from the first to the last, with the session as it was at each of them.
 *
 * What a session is known by in the end (session_room) is taken apart again: at
 * EV_OPEN nothing is known but who speaks with whom; from then on texts are those of
 * the end, state and counters those of the moment; at EV_CLOSE everything.
 */
#ifndef MAILWIRE_UI_DIALOG_WALK_H
#define MAILWIRE_UI_DIALOG_WALK_H

#include "ui/event_pack.h"

struct dialog_walk {
    const struct atoms *atoms;
    struct event_reader *reader;
    struct session_room room; /* all that is known; filled by the owner before walk_begin */
    struct session_info info; /* as of the event last given */
    struct bytes records;
    struct pack_base base;
    size_t at;        /* where the next record stands */
    size_t place;     /* where the event last given stands */
    uint64_t body_at; /* of an EV_MESSAGE_GAP: its place in the body */
    bool begun;       /* an event was given */
    bool texts_known; /* info has the texts: from the second event on */
};

void walk_init(struct dialog_walk *w, const struct event_reader_config *c);
void walk_done(struct dialog_walk *w);
void walk_begin(struct dialog_walk *w, struct pack_base base, struct bytes records);
/* The records stand elsewhere now, with more behind them; room was filled again. */
void walk_moved(struct dialog_walk *w, struct bytes records);
/* The next event, or NULL at the end. Valid until the next call. */
const struct event *walk_next(struct dialog_walk *w);
/* The event at a place given before, out of order. */
const struct event *walk_at(struct dialog_walk *w, size_t place);
/* Sets info to what is known at the very beginning, in between, at the end. */
void walk_know_nothing(struct dialog_walk *w);
void walk_know_texts(struct dialog_walk *w);
void walk_know_all(struct dialog_walk *w);

#endif
