/* The system calls that are left to the parsing process (seccomp).
 *
 * libseccomp makes the program in processes of its own, which it may spoil where memory is short.
 */
#ifndef MAILWIRE_UI_SANDBOX_CALLS_H
#define MAILWIRE_UI_SANDBOX_CALLS_H

#include "capture/base/error.h"

struct sandbox_calls {
    bool viewer;   /* may ask a terminal for its size and modes */
    bool live;     /* may ask an interface for its state */
    bool counters; /* may open files for reading: Landlock lets it see an interface's counters only
                    */
};

/* After no_new_privs is set. *held: the kernel took it; it may know no seccomp. False with a
 * sentence in *e: the program could not be made. */
bool sandbox_calls_restrict(const struct sandbox_calls *c, bool *held, struct error *e);

#endif
