/* The judge: a sink before the other sinks that turns what sessions tell into findings.
 *
 * It adds EV_NOTE events for what no single frame shows: logins in clear, TLS offered
 * and not used, refused, masked or missing, weak TLS, extensions used without the
 * offer, refusals with their reasons, answers never seen; and, over several sessions,
 * reused secrets, guessing, probing, open relays, messages fetched again and again.
 * Every finding has a row in notes.def. No finding without evidence: what a gap or a
 * one-sided capture leaves open is not judged. Tables over sessions are bounded by
 * limits.judge_entries each, oldest first; secrets are kept only as keyed hashes.
 */
#ifndef MAILWIRE_DISSECT_JUDGE_H
#define MAILWIRE_DISSECT_JUDGE_H

#include "capture/base/limits.h"
#include "dissect/event.h"

/* Owns `to`; limits are borrowed. */
struct sink *judge_new(const struct limits *l, struct sink *to);

#endif
