/* Figures over sessions: what the statistics screen and its saved form show.
 *
 * One struct stats adds up sessions, one at a time, so the same code counts all
 * of them as they close and those that a filter shows, in slices. Tables of what
 * the network chooses (addresses, domains, codes) are bounded: what finds no room
 * is counted as "others".
 */
#ifndef MAILWIRE_UI_STORE_STATS_H
#define MAILWIRE_UI_STORE_STATS_H

#include "dissect/event.h"
#include "ui/export/geo.h"

struct stats;

struct stats *stats_new(struct geo *geo); /* geo borrowed, may be NULL */
void stats_free(struct stats **s);
void stats_clear(struct stats *s);

/* -- adding; a session, then its messages, then its events */
void stats_add_session(struct stats *s, const struct session_info *info, bool refused);
void stats_add_event(struct stats *s, const struct event *e);
void stats_add_message(struct stats *s, const struct session_info *info, const struct message *m);
/* The session's dialog is not there: its latencies and replies are not in the figures. */
void stats_add_without_dialog(struct stats *s);

/* -- reading */
struct stats_totals {
    uint64_t sessions, messages, bytes, without_dialog;
    uint64_t gaps, missing, retransmitted, packets;
    uint64_t recipients; /* in accepted SMTP transactions */
    int64_t first, last; /* -1 none */
};
struct stats_totals stats_totals(const struct stats *s);

/* One row per protocol and server port, most sessions first. */
struct stats_protocol {
    const char *protocol;
    uint16_t port; /* 0: others */
    uint64_t sessions, tls, logins, messages, bytes,
        refused; /* refused: sessions with a 4xx, 5xx, -ERR */
};
size_t stats_protocols(const struct stats *s, struct stats_protocol *out, size_t most);

/* What a reply answered. */
enum stats_step {
    STEP_GREETING,
    STEP_HELLO,
    STEP_STARTTLS,
    STEP_AUTH,
    STEP_MAIL,
    STEP_RCPT,
    STEP_DATA,
    STEP_DATA_END,
    STEP_LIST,
    STEP_RETR,
    STEP_TOP,
    STEP_DELE,
    STEP_QUIT,
    STEP_OTHER,
    STEP_COUNT
};
const char *stats_step_name(enum stats_step step);

/* Times in ns, sizes in bytes. Percentiles are right within 7 %; min, max and sum exactly. */
struct stats_spread {
    uint64_t n;
    int64_t min, max, sum;
};
struct stats_spread stats_latency(const struct stats *s, enum stats_step step);
int64_t stats_latency_percentile(const struct stats *s, enum stats_step step, double percent);
struct stats_spread stats_size(const struct stats *s);
int64_t stats_size_percentile(const struct stats *s, double percent);
/* Fills counts[n] with the histogram of a step (log scale from *low to *high ns). */
void stats_latency_histogram(const struct stats *s, enum stats_step step, uint64_t *counts,
                             size_t n, int64_t *low, int64_t *high);

/* Sessions by time: counts[n] from totals.first on, each `width` ns; returns buckets used. */
size_t stats_timeline(const struct stats *s, int64_t width, uint64_t *counts, size_t n);

enum stats_table {
    STATS_REPLIES,
    STATS_CLIENTS,
    STATS_SERVERS,
    STATS_SENDER_DOMAINS,
    STATS_RECIPIENT_DOMAINS,
    STATS_MECHANISMS,
    STATS_COUNTRIES,
    STATS_NETWORKS,
    STATS_FINDINGS,
    STATS_TABLES
};

struct stats_row {
    struct bytes
        name;       /* "250 2.1.5", an address as text, a domain, "DE"; valid until the next add */
    uint64_t count; /* replies, sessions or messages */
    uint64_t bytes;
    uint64_t refused;
};
/* The rows with the highest count (ties by name), at most `most`; *others what stands in no row. */
size_t stats_top(const struct stats *s, enum stats_table t, struct stats_row *out, size_t most,
                 struct stats_row *others, uint64_t *total);

size_t stats_held(const struct stats *s); /* bytes of memory */

#endif
