/* A dialog written down line by line, with what is expected of it. The grammar is in
 * tests/streams/README.md.
 */
#ifndef MAILWIRE_TESTS_SCRIPT_H
#define MAILWIRE_TESTS_SCRIPT_H

#include "capture/base/buf.h"
#include "capture/base/error.h"
#include "capture/base/limits.h"
#include "capture/stream.h"

enum step_kind { STEP_DATA, STEP_GAP, STEP_FIN };

struct step {
    enum step_kind kind;
    enum dir dir;
    int64_t time;
    size_t at, n;     /* STEP_DATA: bytes in script.data */
    uint64_t missing; /* STEP_GAP */
};

enum want_kind { WANT_EVENT, WANT_NEVER, WANT_ONLY };

struct want {
    enum want_kind kind;
    char *pattern;
    unsigned line; /* of the script */
};

struct script {
    char protocol[16];
    struct limits limits;
    bool flip, midstream, implicit_tls;
    bool undetected; /* the engine lets the connection go */
    bool unseen[2];  /* nothing of this direction was captured */
    enum stream_close end;
    int64_t time;
    struct buf data;  /* all bytes said, in order */
    struct buf steps; /* struct step each */
    struct buf wants; /* struct want each */
};

bool script_read(struct script *s, const char *path, struct error *e);
void script_done(struct script *s);
size_t script_steps(const struct script *s);
const struct step *script_step(const struct script *s, size_t i);
size_t script_wants(const struct script *s);
const struct want *script_want(const struct script *s, size_t i);

/* Does the text of an event fit the pattern: '*' any bytes, the end may be left out behind a word?
 */
bool script_match(const char *pattern, struct bytes line);
/* Is every expectation met by these lines? Else what is wrong goes to *e. */
bool script_check(const struct script *s, struct bytes lines, struct error *e);

#endif
