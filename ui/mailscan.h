/* The mail scan: a sink in front of other sinks that decodes each message when it is finished
 * (--parts, --export-attachments).
 *
 * A message's bytes wait until EV_MESSAGE, in memory while they are few, else in an unlinked file;
 * at most limits.mime_bytes of one are read back and decoded. What comes of it hangs on the message
 * for that event (message.mime). What misleads is told as findings of the session in front of it,
 * within limits.session_notes and limits.notes; from then on the session's and the run's counts, as
 * the sinks behind see them, include these. It takes sessions that are told again as well.
 */
#ifndef MAILWIRE_UI_MAILSCAN_H
#define MAILWIRE_UI_MAILSCAN_H

#include "capture/base/limits.h"
#include "dissect/event.h"

struct mailscan_config {
    const struct limits *limits; /* borrowed */
    bool digests;                /* of attachments */
    /* A sentence, once, when messages can not be kept for decoding; may be NULL. */
    void (*warn)(void *arg, const char *sentence);
    void *warn_arg;
};

/* Owns `to`: close closes it. */
struct sink *mailscan_new(const struct mailscan_config *c, struct sink *to);

#endif
