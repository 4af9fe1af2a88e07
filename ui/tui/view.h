/* A screen of the viewer: what each must do, and what all of them share.
 *
 * Drawing is pure: layout() is told the size and may move the scroll position,
 * draw() reads the view and the store and fills cells, nothing else. act() takes
 * what a key means; work() does a slice of what takes long. Views open others and
 * talk to the person through the ui_ functions; they know no terminal.
 */
#ifndef MAILWIRE_UI_TUI_VIEW_H
#define MAILWIRE_UI_TUI_VIEW_H

#include "ui/config.h"
#include "ui/store.h"
#include "ui/tui/canvas.h"
#include "ui/tui/columns.h"
#include "ui/tui/copies.h"
#include "ui/tui/edit.h"
#include "ui/tui/news.h"
#include "ui/tui/rows.h"

struct file_maker;
struct save_part;
struct source;
struct ui;
struct view;

/* A box in front of the screen that takes all keys: save, columns, form. */
struct dialog {
    const struct dialog_ops *ops;
    struct ui *ui;
};

struct dialog_ops {
    void (*draw)(const struct dialog *d, const struct pane *p);
    bool (*key)(struct dialog *d, const struct key *k); /* false: it is done */
    /* A slice of work; *done closes it. True when there is more to do at once. May be NULL. */
    bool (*work)(struct dialog *d, int64_t deadline, bool *done);
    void (*close)(struct dialog *d); /* frees */
};

extern const struct dialog_ops dialog_save, dialog_columns, dialog_form, dialog_copy, dialog_setup,
    dialog_part, dialog_steps;

struct dialog *dialog_save_open(struct ui *u, const struct view *from);
struct dialog *dialog_columns_open(struct ui *u);
struct dialog *dialog_form_open(struct ui *u);
struct dialog *dialog_setup_open(struct ui *u);
/* Takes the job over. */
struct dialog *dialog_part_open(struct ui *u, struct save_part *job);
/* The differences of two steps of a dialog, the earlier one first. */
struct turns;
struct dialog *dialog_steps_open(struct ui *u, struct turns *t, size_t first, size_t second);
/* Takes the pieces over. */
struct dialog *dialog_copy_open(struct ui *u, struct copies *c);

/* What a view is opened for. */
struct view_target {
    struct store_ref session, other; /* other: the second of two to compare */
    uint32_t index;                  /* message number's index in its session */
    size_t place;                    /* of the dialog (store_dialog_place), 0: the start */
    uint32_t command;                /* or: at this command, 0 none */
    uint32_t finding;                /* or: at its finding of this index + 1, 0 none */
    enum view_id about;              /* help: the screen it was asked from */
    bool raw;                        /* its bytes as they were sent */
};

struct view_ops {
    size_t size; /* of struct view and what the view adds behind it */
    bool tab;    /* one of the screens 1 to 5, opened once and kept */
    void (*open)(struct view *v, const struct view_target *t);
    void (*close)(struct view *v);
    /* Told the size of its pane before work and draw. */
    void (*layout)(struct view *v, int rows, int cols);
    /* A slice of work until the deadline; true when there is more to do at once. May be NULL. */
    bool (*work)(struct view *v, int64_t deadline);
    void (*draw)(const struct view *v, const struct pane *p);
    /* The row above the key row, when nothing else is said there. May be NULL. */
    void (*detail)(const struct view *v, const struct pane *row);
    /* False when the action means nothing here. */
    bool (*act)(struct view *v, enum action a);
    void (*click)(struct view *v, int row, int col, bool twice); /* may be NULL */
    /* Text to look for, from the search prompt; may be NULL. */
    void (*search)(struct view *v, const char *text);
    /* The same while it is typed, "" when the prompt is left; may be NULL. */
    void (*search_typed)(struct view *v, const char *text);
    /* The file name asked for with ui_ask_path; may be NULL. */
    void (*path)(struct view *v, const char *text);
    /* What can be copied; the likeliest first. May be NULL. */
    void (*copies)(const struct view *v, struct copies *out);
    /* What the save dialog may offer as "this": the session, the message. May be NULL. */
    bool (*subject)(const struct view *v, struct store_item *out, bool *is_message);
};

struct view {
    const struct view_ops *ops;
    struct ui *ui;
    enum view_id id;
    int rows, cols; /* of its pane */
};

#define VIEW(name, symbol, config, title) extern const struct view_ops view_##symbol;
#include "ui/tui/views.def"
#undef VIEW

/* What is said of a session that a row or a screen was for. */
#define SESSION_GONE "this session is gone (memory limit, or forgotten)"

enum time_mode { TIMES_CLOCK, TIMES_SINCE_START, TIMES_SINCE_STEP, TIMES_COUNT };
enum colour_mode { COLOUR_BY_RESULT, COLOUR_BY_PROTOCOL, COLOUR_BY_STATE, COLOUR_COUNT };

/* What the screens share. */
struct ui {
    struct store *store;
    const struct limits *limits;
    struct config *config;
    struct geo *geo;            /* may be NULL */
    struct relay *relay;        /* may be NULL: everything is in the store already */
    const char *input;          /* "capture.pcap", "3 files", or the interface */
    const char *capture_filter; /* BPF, or NULL */
    const char *interfaces;     /* live: those there are, or NULL */
    bool live;
    const struct file_maker *maker;     /* NULL: this process makes files */
    const struct config_keeper *keeper; /* NULL: this process keeps settings */
    struct source *(*again)(void *arg); /* see app.h */
    void *again_arg;
    const char *(*file_name)(void *arg, uint32_t file); /* of captures as they are read */
    void *file_name_arg;
    bool (*copy)(void *arg, struct bytes text, struct error *e); /* see app.h */
    void *copy_arg;

    struct filter *filter; /* in force; NULL: all */
    char filter_text[EDIT_MOST];
    struct rows *rows[LIST_COUNT]; /* each owned by its screen */
    struct column_set columns;
    uint32_t columns_version; /* grows when they change */
    size_t sort[LIST_COUNT];  /* of sessions an enum column_id, else the table's column */

    bool show_secrets, utc, ascii, frozen, follow, no_header;
    enum time_mode times;
    enum colour_mode colour;
    int64_t now;      /* clock_now() of this turn */
    bool stopping;    /* the capture side was asked to stop */
    bool paused;      /* or to stand still (":continue") */
    struct news news; /* while it is frozen */
    uint64_t unseen;  /* sessions below the last line, come since they are not followed */

    struct {
        char text[512];
        enum style style;
        int64_t until;
        bool stays; /* a key does not take it away before its time */
    } notice;

    struct {
        char text[256];
        void (*yes)(struct view *v); /* NULL: nothing is asked */
        struct view *view;
    } question;

    /* Wishes of a view, done by the app after act(). */
    struct {
        bool open, back, quit, path;
        char path_text[EDIT_MOST];
        enum view_id id;
        struct view_target target;
        struct dialog *dialog; /* to be opened */
    } wish;
};

/* A command typed behind ":"; false with a sentence when it is none. */
bool ui_command(struct ui *u, const char *text, struct error *e);
/* Keeps a setting for later runs; false when it can not, which is then said. */
bool ui_keep(struct ui *u, const char *name, const char *value);
/* Asks; `yes` is called with the view when the next key is "y". */
void ui_ask(struct ui *u, void (*yes)(struct view *v), struct view *v, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Names or addresses from now on. */
void ui_show_addresses(struct ui *u, bool on);
/* New columns for the session list. */
void ui_columns_changed(struct ui *u);

void ui_open(struct ui *u, enum view_id id, const struct view_target *t);
/* Is the session of a row still held? If not, says so; without a word where there is no row. */
bool ui_holds(struct ui *u, struct store_ref ref);
/* The session before or behind *ref in the list of sessions, where the cursor goes too. False,
 * and said, at the list's ends. */
bool ui_next_session(struct ui *u, struct store_ref *ref, bool forward);
void ui_back(struct ui *u);
/* Asks for a file name; view_ops.path gets it. */
void ui_ask_path(struct ui *u, const char *text);
/* Says a sentence in the row above the key row for some seconds. */
void ui_say(struct ui *u, enum style s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Copies text to the clipboard, escaped; says how that went. */
void ui_copy(struct ui *u, const char *label, struct bytes text);
/* Is something said right now? */
bool ui_notice(const struct ui *u);
/* In a dialog's box, which may stand over the row where it is said otherwise. */
void ui_draw_notice(const struct ui *u, const struct pane *box, int row);
/* Puts a filter in force; false with *e filled when it is none (the old one stays). */
bool ui_filter(struct ui *u, const char *text, struct filter_error *e);
/* Starts the rows of a list over in another order. */
void ui_sort(struct ui *u, enum store_list l, size_t column, bool descending);

/* Times as the person wants them: "12:26:40.010" with `digits` behind the second (0 to 6). */
void ui_clock(const struct ui *u, int64_t ns, int digits, struct buf *out);
/* "10.1.4.17:51514", "[2001:db8::1]:25". */
void ui_endpoint(const struct session_info *s, enum dir d, bool port, struct buf *out);
/* By name where the settings have an alias for the address, or where the server's greeting gives
 * one; else, or when the person wants addresses, as ui_endpoint. */
enum ui_port { PORT_NEVER, PORT_OF_ADDRESS, PORT_ALWAYS };
void ui_end(const struct ui *u, const struct session_info *s, enum dir d, enum ui_port port,
            struct buf *out);
/* The same of an address alone; version 4 or 6. */
void ui_address(const struct ui *u, const uint8_t *ip, int version, struct buf *out);
/* How an outcome, a severity, a reply looks. */
enum style ui_severity_style(unsigned severity);
char ui_severity_letter(unsigned severity); /* C H M L i, ' ' */
enum style ui_outcome_style(enum outcome o);
enum style ui_session_style(const struct ui *u, const struct store_session *s);
/* The shorter form of a state for narrow columns. */
const char *ui_state(const char *state);
/* Who the From header names: the display name, else the address. */
void ui_sender_name(const struct message *m, struct buf *out);
/* A header value decoded (RFC 2047), "" when absent. */
void ui_header(const struct message *m, enum header_field f, struct buf *out);

#endif
