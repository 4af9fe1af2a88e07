/* The parsing process without privileges: user, capabilities, Landlock, seccomp.
 *
 * Called once, after everything the run needs by path is open and before the first
 * packet is parsed. Each layer that the kernel lacks is left out and named; what a
 * root process must never keep (uid 0) is not optional. What the run still has to
 * open later goes through the broker (broker.h), which parses no packet.
 */
#ifndef MAILWIRE_UI_SANDBOX_H
#define MAILWIRE_UI_SANDBOX_H

#include "capture/base/error.h"

#include <sys/types.h>

struct sandbox_config {
    const char *user;      /* name to become when root; NULL: who called sudo, else nobody */
    const char *interface; /* packets come from there: its counters in /sys stay readable */
    bool viewer;           /* the terminal is used: window size and modes may be asked for */
};

enum sandbox_layer {
    SANDBOX_USER = 1,
    SANDBOX_CAPABILITIES = 2,
    SANDBOX_NO_NEW_PRIVS = 4,
    SANDBOX_LANDLOCK = 8,
    SANDBOX_SECCOMP = 16,
};

struct sandbox_state {
    unsigned layers; /* enum sandbox_layer bits in force */
    uid_t uid;
    gid_t gid;
    int landlock_abi; /* 0: the kernel has none */
};

/* Who the parsing process becomes. Not root: the caller itself. False when the user does not
 * exist or is root again. */
bool sandbox_identity(const struct sandbox_config *c, uid_t *uid, gid_t *gid, struct error *e);
/* Loads what is found by path later: character set modules, the time zone. decodes: header words
 * or messages will be decoded, by GMime and iconv. False with a sentence in *e without memory. */
bool sandbox_prepare(bool decodes, struct error *e);
/* Drops. False with a sentence when a layer that must hold does not: the run must end. */
bool sandbox_enter(const struct sandbox_config *c, struct sandbox_state *out, struct error *e);
/* Tries what must fail (open a file, make a socket, become root) and tells the first that works. */
bool sandbox_self_test(const struct sandbox_state *s, struct error *e);
/* "user 1000, no capabilities, no_new_privs, Landlock ABI 7, seccomp" into out[n]. */
void sandbox_describe(const struct sandbox_state *s, char *out, size_t n);

#endif
