/* Times as people and JSON read them: from ns since 1970 to text, locale-free. */
#ifndef MAILWIRE_BASE_WHEN_H
#define MAILWIRE_BASE_WHEN_H

#include "capture/base/bytes.h"

#define WHEN_ROOM 40

/* How many digits behind the second a capture's times have. */
enum when_precision { WHEN_MICRO = 6, WHEN_NANO = 9 };

/* RFC 3339 in UTC, "2025-11-01T12:26:40.010000Z"; into out[WHEN_ROOM], returns its length.
 * Fast: it is called for every JSON record. Years outside 0..9999 are clamped. */
size_t when_rfc3339(int64_t ns, enum when_precision p, char out[static WHEN_ROOM]);
/* "2025-11-01 12:26:40.010" in local time, or UTC where utc. */
size_t when_date_time(int64_t ns, bool utc, char out[static WHEN_ROOM]);
/* "12:26:40.010" in local time, or UTC where utc. */
size_t when_clock(int64_t ns, bool utc, char out[static WHEN_ROOM]);
/* A length of time: "0.010", "2.38", "14.2", "3:05", "1:02:03" (seconds, then m:ss, h:mm:ss). */
size_t when_duration(int64_t ns, char out[static WHEN_ROOM]);
/* "2025-11-01T12:30[:45[.5]][Z]", "2025-11-01 12:30", or "12:30" on the day of `day_of` → ns.
 * Without Z local time, or UTC where utc. */
bool when_parse(const char *text, int64_t day_of, bool utc, int64_t *out);

#endif
