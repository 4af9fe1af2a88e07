/* Files of ours, made so that nobody can lead them astray: in a folder that is opened once, new
 * (never over an existing file, never through a link), 0600, under a temporary name until they
 * are whole, then renamed without replacing anything.
 *
 * Functions that answer false leave the cause in errno.
 */
#ifndef MAILWIRE_UI_EXPORT_FILES_H
#define MAILWIRE_UI_EXPORT_FILES_H

#include "capture/base/bytes.h"
#include "capture/base/error.h"

#include <sys/types.h>

#define FILE_NAME_ROOM 256

/* Who makes files for a process that may not do so itself (ui/broker.h). Folders are numbers from
 * 0; -1 with errno set is a failure everywhere, of folder() with a sentence. */
struct file_maker {
    void *arg;
    int (*folder)(void *arg, const char *path, bool make, struct error *e);
    int (*create)(void *arg, int folder, const char *name); /* a descriptor */
    int (*resume)(void *arg, int folder, const char *name); /* a descriptor */
    int (*rename)(void *arg, int folder, const char *from, const char *to);
    int (*unlink)(void *arg, int folder, const char *name);
};

struct folder {
    int fd;                         /* or the maker's number */
    char *path;                     /* as given, for messages */
    const struct file_maker *maker; /* NULL: this process */
};

/* Makes the folder (0700) when it is missing and may be made. Refused, with a sentence: what is no
 * folder, a symbolic link, what can not be written to; and for root a folder of somebody else, or
 * one where everybody may replace files. */
bool folder_open(struct folder *f, const struct file_maker *maker, const char *path, bool make,
                 struct error *e);
/* The folder that a file stands in, and the file's own name (a view into path). */
bool folder_open_parent(struct folder *f, const struct file_maker *maker, const char *path,
                        const char **name, struct error *e);
void folder_close(struct folder *f);

/* Single steps in an open folder, for a maker to serve: -1 with errno set. Files are made new. */
int folder_create(int folder, const char *name);
int folder_resume(int folder, const char *name);
int folder_rename(int folder, const char *from, const char *to); /* replaces nothing */

/* A file under its temporary name. */
struct new_file {
    int fd; /* -1: closed for now, see new_file_resume */
    dev_t device;
    ino_t inode;
    char name[FILE_NAME_ROOM];
};

/* Makes "<name>.part" (or "<name>.2.part" ...). */
bool new_file_open(struct new_file *f, const struct folder *in, const char *name);
bool new_file_write(struct new_file *f, struct bytes b);
/* Keeps the first n bytes. */
bool new_file_cut(struct new_file *f, uint64_t n);
/* Closes the descriptor and goes on later behind what is written. */
bool new_file_pause(struct new_file *f);
bool new_file_resume(struct new_file *f, const struct folder *in);
/* Gives it its name: "<stem><suffix>", or "<stem>.2<suffix>" ... where that is taken; `name` gets
 * it. When it fails the file is gone. */
bool new_file_publish(struct new_file *f, const struct folder *in, const char *stem,
                      const char *suffix, char name[static FILE_NAME_ROOM]);
void new_file_discard(struct new_file *f, const struct folder *in);

#endif
