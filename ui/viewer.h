/* The viewer's side of a run: settings, spool, relay, store and screen around a thread that reads.
 *
 * A run that has a terminal and no other view tells its events to viewer_sink() on a
 * thread of its own, while the caller's thread shows them.
 */
#ifndef MAILWIRE_UI_VIEWER_H
#define MAILWIRE_UI_VIEWER_H

#include "capture/source.h"
#include "dissect/engine.h"
#include "ui/options.h"
#include "ui/relay.h"

struct viewer;

/* Are these a terminal's options: no other view, input and output terminals? */
bool viewer_is_wanted(const struct options *o);

struct viewer_run {
    const struct options *options;
    /* Gives up rights, with the screen there and before the first packet is read; false with a
     * sentence: the run must not go on. May be NULL. */
    bool (*enter)(void *arg, struct error *e);
    /* The run: reads everything and closes the sinks. Called on a thread of its own. */
    void (*read)(void *arg);
    void *arg;                          /* of enter and read */
    const struct file_maker *maker;     /* who makes files; NULL: this process */
    const struct config_keeper *keeper; /* who keeps settings; NULL: this process */
    const char *(*file_name)(void *arg, uint32_t file);
    void *file_name_arg;
    void (*crashed)(void *arg); /* screen_on_crash; may be NULL */
    void *crashed_arg;
};

/* Reads the settings (mistakes in them are told through `say`) and opens what is needed later:
 * rights may go away after that. `again`: how the capture was opened, to read it once more for
 * saving packets; NULL: it can not be. NULL with a sentence in *e. */
struct viewer *viewer_open(const struct options *o, const struct source_config *again,
                           void (*say)(const char *sentence), struct error *e);
void viewer_close(struct viewer **v);
/* -- for the reading thread */
struct sink *viewer_sink(struct viewer *v);
/* Ports of the settings; false with a sentence when there is no such protocol. */
bool viewer_add_ports(const struct viewer *v, struct engine *to, struct error *e);
/* Some ten times a second: hands over, tells how far the reading got. True: stop reading. */
bool viewer_tick(struct viewer *v, const struct relay_progress *p);
/* Gives the engine the ports that the person named meanwhile (":port"). */
void viewer_take_ports(struct viewer *v, struct engine *to);
/* A sentence for the person. */
void viewer_say(struct viewer *v, const char *sentence);
/* -- for the caller's thread */
/* Shows until the person leaves and the reading thread has ended. False with a sentence when the
 * terminal can not show it. *signal: the signal that ended it, 0 none. */
bool viewer_show(struct viewer *v, const struct viewer_run *r, int *signal, struct error *e);

#endif
