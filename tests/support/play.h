/* Plays a dialog into a session, cut into pieces in one way or another.
 *
 * Each piece is a malloc of exactly its size, freed at once, so that a reader that keeps or
 * passes the end of a view is caught by the address sanitizer.
 */
#ifndef MAILWIRE_TESTS_PLAY_H
#define MAILWIRE_TESTS_PLAY_H

#include "dissect/session.h"
#include "tests/support/render.h"
#include "tests/support/script.h"

/* How the bytes are cut. Without any, each run of bytes from one side is one piece. */
struct cuts {
    size_t piece;    /* at most so many bytes a piece; 0 any number */
    size_t at;       /* and a cut in front of byte number `at` of the script; 0 none */
    uint64_t random; /* and at random places, by this seed; 0 none */
    unsigned one_in; /* of which there is one in so many bytes */
};

const struct protocol *play_protocol(const char *name);
/* Plays all of s; what was told is in r afterwards. */
void play_session(const struct script *s, const struct protocol *p, const struct limits *l,
                  const struct cuts *cuts, struct render *r);
/* The same as packets would bring it: the engine has to find out which protocol it is. */
void play_engine(const struct script *s, const struct protocol *p, const struct limits *l,
                 const struct cuts *cuts, struct render *r);

#endif
