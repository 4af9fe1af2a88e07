/* What replies mean, under them: the lines that --explain adds to a transcript.
 *
 * An explanation depends on the command that was answered, which EV_REPLY only
 * numbers: the verbs of the commands still without their answer are kept here.
 */
#ifndef MAILWIRE_UI_EXPORT_TRANSCRIPT_EXPLAIN_H
#define MAILWIRE_UI_EXPORT_TRANSCRIPT_EXPLAIN_H

#include "ui/export/transcript_lines.h"

/* Zeroed: none. */
struct awaited {
    struct {
        uint32_t number;
        const char *verb;
    } * list;
    uint32_t count;
};

void awaited_done(struct awaited *a);
/* Appends the lines for e, if it is a reply that codes or words explain. */
void transcript_explain(struct transcript_lines *l, struct awaited *a, const struct event *e);

#endif
