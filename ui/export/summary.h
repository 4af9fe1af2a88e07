/* Small texts that several views share: ends, sizes, a session in a line. Everything that comes
 * from the wire is escaped here.
 */
#ifndef MAILWIRE_UI_EXPORT_SUMMARY_H
#define MAILWIRE_UI_EXPORT_SUMMARY_H

#include "capture/base/buf.h"
#include "capture/base/when.h"
#include "dissect/model.h"

#define SUMMARY_SIZE_ROOM 8

/* "192.0.2.25:25" or "[2001:db8::1]:25". */
void summary_address(struct buf *out, const struct endpoint *e, uint8_t ip_version);
void summary_end(struct buf *out, const struct session_info *s, enum dir d);
/* "757", "1.3K", "18.4M": 1024-based, never more than five characters; returns the length. */
size_t summary_size(uint64_t n, char out[static SUMMARY_SIZE_ROOM]);
/* What came of the session: sender, first recipient and verdict; or mailbox and counts; or TLS; or
 * the last refusal. Empty when nothing did. */
void summary_session(struct buf *out, const struct session_info *s);
/* One letter for the worst finding, ' ' none. */
char summary_severity(uint8_t worst);

/* Appends a number; snprintf is too slow for what is printed for each session. */
void summary_number(struct buf *out, uint64_t n, int width);
/* Date and time as the views print them; the last second's text is kept. */
struct summary_clock {
    int64_t second;
    bool utc;
    char text[WHEN_ROOM];
};

void summary_clock_init(struct summary_clock *c, bool utc);
#define SUMMARY_DATE  11 /* "2025-11-01 " */
#define SUMMARY_CLOCK 8  /* "12:26:40", then milliseconds */
/* "2025-11-01 12:26:40.010", no NUL; returns its length. */
size_t summary_time(struct summary_clock *c, int64_t ns, char out[static WHEN_ROOM]);

#endif
