/* The small process that may still open what the parsing process must not: it parses no packet.
 *
 * broker_start makes a child that keeps the rights the program was started with, while
 * the caller (who keeps signals, exit status and job control) goes on and enters the
 * sandbox. The child answers requests of a fixed size over a socket pair, each checked
 * as if it came from an attacker. broker_seal, called before the first packet is
 * parsed, ends what may be named: from then on files are made only in folders opened
 * before (a viewer's person may still name folders, see broker.c), names are single
 * components, files are made new (O_EXCL, O_NOFOLLOW, 0600), renames never replace;
 * of paths only that of -w and its temporary names are opened; of settings only those that
 * are changed on the screen are kept. When the caller dies the
 * child puts the terminal back and ends.
 */
#ifndef MAILWIRE_UI_BROKER_H
#define MAILWIRE_UI_BROKER_H

#include "capture/source.h"
#include "ui/config.h"
#include "ui/export/files.h"

struct broker; /* the caller's end */

struct broker_config {
    const char *write_path; /* of -w, NULL none */
    bool viewer;            /* a person may name folders later; the terminal is restored */
};

/* False: no second process could be made. */
bool broker_start(struct broker **b, const struct broker_config *c, struct error *e);
bool broker_seal(struct broker *b, struct error *e);
/* For exports and for source_writer_open; for the viewer. NULL without a broker. */
const struct file_maker *broker_maker(const struct broker *b);
const struct source_opener *broker_opener(const struct broker *b);
const struct config_keeper *broker_keeper(const struct broker *b);
/* Tells the other process, a struct broker's, that the terminal was given back: it need not do so
 * once more, under the shell's hands. Async-signal-safe; waits for nothing. */
void broker_farewell(void *broker);
/* Ends the other process and waits for it. */
void broker_free(struct broker **b);

#endif
