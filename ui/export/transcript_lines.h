/* The lines of a transcript: events in, text out; no state but the buffer. Private to the
 * transcript_*.c files.
 */
#ifndef MAILWIRE_UI_EXPORT_TRANSCRIPT_LINES_H
#define MAILWIRE_UI_EXPORT_TRANSCRIPT_LINES_H

#include "ui/export/export.h"
#include "ui/export/summary.h"

struct transcript_lines {
    const struct export_config *config;
    struct summary_clock clock;
    struct buf out; /* lines made, until the caller takes them */
    struct buf masked;
    const struct session_info *session;
};

/* The beginning of a line: time (TIME_UNKNOWN: blank), the time since what it answers (-1: blank)
 * and the two-character mark. */
void transcript_begin(struct transcript_lines *l, int64_t time, int64_t since, const char *mark);
/* Appends the line that stands before all others of a session. */
void transcript_lines_head(struct transcript_lines *l, const struct session_info *s);
/* Appends the lines for e. Message bodies are the caller's. */
void transcript_lines_event(struct transcript_lines *l, const struct event *e);
/* "C" or "S": who speaks, by the connection (TURN does not change it). */
char transcript_side(enum dir d);

#endif
