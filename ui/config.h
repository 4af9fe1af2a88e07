/* The settings file, ~/.config/mailwire/config: columns, colours, keys, ports, GeoIP paths.
 *
 * Lines are `set NAME VALUE`, `bind SCREEN KEY ACTION`, `alias ADDRESS NAME` and
 * `color AREA FG BG LOOK`;
 * what follows a # at the start of a line is a comment. A bad line is told with file
 * and line and skipped. No line can run a program.
 */
#ifndef MAILWIRE_UI_CONFIG_H
#define MAILWIRE_UI_CONFIG_H

#include "dissect/note.h"
#include "ui/tui/key.h"
#include "ui/tui/screen.h"

#define CONFIG_LIST_MOST 64
#define CONFIG_LINE_MOST 4096

struct config_pair {
    char *name, *value;
};

/* Ports, GeoIP files and named filters, in the order of their lines. */
struct config_list {
    struct config_pair pair[CONFIG_LIST_MOST];
    size_t count;
};

struct config {
    struct config_list ports;   /* "smtp" → "2525" */
    struct config_list geoip;   /* "geoip" → path */
    struct config_list aliases; /* "10.1.4.17" → "pc17", the address as inet_ntop writes it */
    struct config_list filters; /* "mx2" → "server:mx2 open", asked for as @mx2 */
    char *columns;              /* of the session list, NULL: the usual ones */
    char *sort;                 /* column, "-" in front: descending; NULL: by number */
    struct keymap keys;
    struct screen_config screen;
    bool muted[NOTE_ID_COUNT]; /* kinds of findings that are not listed */
    bool ascii;                /* no lines or letters beyond ASCII */
    bool utc;
    bool addresses;     /* no names in place of addresses */
    bool show_secrets;  /* honoured for files only */
    int64_t slow_reply; /* ns: a reply that took longer is marked */
};

void config_init(struct config *c);
void config_done(struct config *c);
/* $XDG_CONFIG_HOME/mailwire/config, else ~/.config/mailwire/config; false when neither is set. */
bool config_path(char *out, size_t room);
/* Reads a file. A file that is absent is no mistake; every mistake is told through `say`. False
 * when something was told. */
bool config_read(struct config *c, const char *path, void (*say)(void *arg, const char *sentence),
                 void *arg);
/* One line; false with a sentence in *e. */
bool config_line(struct config *c, struct bytes line, struct error *e);
/* The value of the first pair of that name, or NULL. */
const char *config_find(const struct config_list *l, struct bytes name);
/* Puts `set NAME VALUE` into the file in place of an older such line (written whole under another
 * name, then renamed; mode 0600). */
bool config_save(const char *path, const char *name, const char *value, struct error *e);
/* Who keeps a setting for a process that may write no files (ui/broker.h). */
struct config_keeper {
    void *arg;
    bool (*keep)(void *arg, const char *name, const char *value, struct error *e);
};
/* May it be asked to keep this? Only what a person changes on the screen, as one plain line. */
bool config_may_keep(const char *name, const char *value);
/* `set NAME VALUE`; a name that ends in '.' takes a name behind it. */
struct config_setting {
    const char *name, *value, *help;
    bool (*set)(struct config *c, struct bytes tail, struct bytes value, struct error *e);
};
const struct config_setting *config_settings(size_t *count);

#endif
