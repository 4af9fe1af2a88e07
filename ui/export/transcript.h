/* Transcripts: each session's dialog as text, one session after the other.
 *
 * Nothing from the wire can look like a line of ours: every line begins with our
 * time columns and a mark ("C:", "S:" what was said, "C?", "S?" what that reply
 * means, "C|", "S|" message text, "--" what happened, "!!" a finding, "C=", "S=" where
 * a body stood), what was said follows behind it, and line ends and control characters in it are
 * escaped.
 */
#ifndef MAILWIRE_UI_EXPORT_TRANSCRIPT_H
#define MAILWIRE_UI_EXPORT_TRANSCRIPT_H

#include "ui/export/export.h"
#include "ui/export/spill.h"

struct transcript;

/* A session is over: its first line, and the others, which wait to be read (spill_read). Session 0
 * is what belongs to none; it has no head. */
typedef void transcript_done_fn(void *arg, uint64_t session, struct bytes head, struct spill *s,
                                const struct spill_text *text);

struct transcript *transcript_new(const struct export_config *c, transcript_done_fn *done,
                                  void *arg);
void transcript_event(struct transcript *t, const struct event *e);
void transcript_free(struct transcript **t); /* delivers sessions that never closed */

#endif
