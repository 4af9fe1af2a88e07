/* --session: which sessions are wanted, and a sink that lets only these through. */
#ifndef MAILWIRE_UI_SELECT_H
#define MAILWIRE_UI_SELECT_H

#include "dissect/event.h"

struct selection {
    uint64_t *numbers;
    size_t number_count;
    char (*ids)[17];
    size_t id_count;
};

/* A session's number, or its id (16 hex digits). False with a sentence when it is neither. */
bool selection_add(struct selection *s, const char *text, struct error *e);
bool selection_is_empty(const struct selection *s);
bool selection_has(const struct selection *s, const struct session_info *info);
void selection_done(struct selection *s);

/* Hands on the events of the selected sessions, findings over several of which one is selected, and
 * what belongs to the whole capture; counts the sessions in *count. Owns `to`; s and count are
 * borrowed. */
struct sink *selection_sink_new(const struct selection *s, uint64_t *count, struct sink *to);

#endif
