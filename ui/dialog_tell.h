/* Telling a session again to a sink, bodies included, from its records and the spool.
 *
 * The one way in which saving from the viewer and filtering in front of exporters
 * produce what an exporter would have heard from the dissectors. Bytes of a body that
 * can no longer be read are told as a gap and their message as incomplete.
 */
#ifndef MAILWIRE_UI_DIALOG_TELL_H
#define MAILWIRE_UI_DIALOG_TELL_H

#include "ui/dialog_walk.h"
#include "ui/spool.h"

struct dialog_teller {
    const struct spool *spool; /* NULL: without bodies */
    bool no_bodies;            /* nobody asks for them: nothing is told, nothing is lost */
    /* Where a message's body is; false: nowhere. */
    bool (*body)(void *arg, uint32_t message, struct body_ref *out);
    /* A message's latest packed facts, for one whose end is not among the records. */
    bool (*message)(void *arg, uint32_t message, struct bytes *packed);
    void *arg;
};

enum told { TOLD_WHOLE, TOLD_BODIES_LOST };

/* All events of a walk that was just begun. A session without EV_CLOSE gets one, with what is
 * known now; a message without its end gets an end. */
enum told dialog_tell(const struct dialog_teller *t, struct dialog_walk *w, struct sink *to);

/* The same for a session whose records are gone: EV_OPEN, the facts given, EV_CLOSE. */
struct dialog_facts {
    uint32_t messages, credentials, findings;
    bool (*message)(void *arg, uint32_t i, struct bytes *packed);
    bool (*credential)(void *arg, uint32_t i, struct credential *out);
    bool (*finding)(void *arg, uint32_t i, struct note *out);
};
enum told dialog_tell_facts(const struct dialog_teller *t, struct dialog_walk *w,
                            const struct dialog_facts *facts, struct sink *to);

#endif
