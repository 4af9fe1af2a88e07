/* The ids of sessions: the same for the same capture every time, and none twice in a run.
 *
 * An id is made of both ends and the start time. A capture that was copied into another, or put
 * together out of pieces, has such a triple again: then the session's number goes into the id too.
 * Two tables of fixed size remember the ids of the last sessions (limits.session_ids each); a
 * session that began no later than one whose id was forgotten may repeat it, and has its number in
 * its id at once. In order of time that does not happen.
 */
#ifndef MAILWIRE_DISSECT_SESSION_IDS_H
#define MAILWIRE_DISSECT_SESSION_IDS_H

#include "capture/base/limits.h"
#include "capture/stream.h"

#define SESSION_ID_ROOM 17

struct session_ids;

struct session_ids *session_ids_new(const struct limits *l);
void session_ids_free(struct session_ids **ids);
void session_ids_make(struct session_ids *ids, const struct flow_info *f, uint64_t number,
                      char id[static SESSION_ID_ROOM]);

#endif
