/* The small process that may still open what the parsing process must not: it parses no packet.
 *
 * broker_start splits the program: the child goes on as the worker (and enters the
 * sandbox), the parent answers its few requests over a socket pair and waits. Every
 * request is a fixed-size record and checked here as if it came from an attacker:
 * folders only by the paths named on the command line or by a person in the viewer,
 * file names are single components, files are made new (O_EXCL, O_NOFOLLOW, 0600) in
 * a folder opened before, renames never replace. When the worker dies the parent
 * restores the terminal, says so, and exits as the worker did.
 */
#ifndef MAILWIRE_UI_BROKER_H
#define MAILWIRE_UI_BROKER_H

#include "capture/base/error.h"

#include <sys/types.h>

#define BROKER_PATH 4096
#define BROKER_NAME 256

struct broker; /* the worker's end */

/* Returns true in the worker only; the parent serves and never returns. uid and gid are who files
 * and folders made here belong to; readable lists the only files broker_read will open (borrowed).
 * False: no second process could be made. */
bool broker_start(struct broker **b, uid_t uid, gid_t gid, const char *const *readable,
                  size_t readable_count, struct error *e);
/* Opens a folder to write into, makes it (0700) when it is missing; refuses what hostile.md F12
 * refuses. A small number from 0, or -1 with a sentence. */
int broker_folder(struct broker *b, const char *path, struct error *e);
/* Makes a new file in that folder; a descriptor, or -1 with errno set (EEXIST: the name is taken). */
int broker_create(struct broker *b, int folder, const char *name);
/* rename and unlink inside the folder; rename never replaces (EEXIST). 0, or -1 with errno set. */
int broker_rename(struct broker *b, int folder, const char *from, const char *to);
int broker_unlink(struct broker *b, int folder, const char *name);
/* Opens a file for reading (GeoIP data, a capture to be read again); -1 with errno set. */
int broker_read(struct broker *b, const char *path);
void broker_free(struct broker **b);

#endif
