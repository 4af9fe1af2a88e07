/* A sink that writes each event down as one line of text, so that tests can compare them.
 *
 * What depends on packet cuts is left out (times, packet numbers), and the pieces of a message
 * body are joined into one `body` line. The lines are described in tests/streams/README.md.
 */
#ifndef MAILWIRE_TESTS_RENDER_H
#define MAILWIRE_TESTS_RENDER_H

#include "capture/base/buf.h"
#include "dissect/event.h"

struct render_body;

struct render {
    struct sink sink;
    struct buf text;            /* the lines, each ended by '\n' */
    struct render_body *bodies; /* of messages whose verdict is open */
    bool misplaced;             /* an event came before EV_OPEN or behind EV_CLOSE */
    bool open;
};

void render_init(struct render *r);
void render_done(struct render *r);

/* Appends b with quotes around it; what is not printable ASCII as \r, \n, \t, \xNN. */
void render_quoted(struct buf *out, struct bytes b);

#endif
