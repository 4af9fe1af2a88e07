/* A session's dialog as a list of turns: what the ladder, the state diagram and the comparison
 * show.
 *
 * One turn is one thing said or found: a command, a reply, a message body, a login,
 * a finding, a gap. A turn keeps figures and a place; its text is read from the store
 * when it is drawn. Reading goes in slices and goes on while the session lives.
 */
#ifndef MAILWIRE_UI_TUI_TURNS_H
#define MAILWIRE_UI_TUI_TURNS_H

#include "ui/store.h"
#include "ui/tui/canvas.h"

struct ui;

enum turn_kind {
    TURN_OPEN,
    TURN_COMMAND,
    TURN_DATA, /* a line of an exchange: AUTH responses */
    TURN_REPLY,
    TURN_LINE, /* of a multi-line answer, folded under its reply */
    TURN_LOGIN,
    TURN_TLS,
    TURN_MESSAGE, /* a body */
    TURN_GAP,
    TURN_NOTE, /* a finding */
    TURN_CLOSE
};

#define TURN_PIPELINED  0x01u
#define TURN_ILLEGAL    0x02u /* broke the protocol */
#define TURN_SLOW       0x04u /* the reply took longer than settings allow */
#define TURN_PROBLEM    0x08u /* what "next problem" stops at */
#define TURN_NEW_STATE  0x10u
#define TURN_UNFOLDED   0x20u
#define TURN_UNANSWERED 0x40u
#define TURN_INCOMPLETE 0x80u /* bytes are missing in it */

struct turn {
    size_t place;        /* of its event in the dialog */
    int64_t time, delta; /* delta: behind what was said before; -1 unknown, or nothing said */
    int64_t latency;     /* of a reply, -1 unknown */
    const char *state;   /* after it; static */
    uint32_t number;     /* command, message; enum note_id of a finding */
    uint32_t lines;      /* further lines that can be unfolded */
    uint32_t parent;     /* TURN_LINE: the reply's turn */
    uint16_t code;
    uint8_t kind, dir, flags, severity, status; /* status: enum reply_status */
};

/* A change of state, in order; one turn may bring several. */
struct turn_state {
    uint32_t turn; /* that brought it; 0 also before the first */
    const char *state;
    int64_t time;
};

/* What is drawn in one row. */
struct turn_line {
    uint32_t turn, sub; /* sub 0: the turn itself */
};

struct turns {
    struct store *store;
    struct store_ref ref;
    struct store_dialog *dialog;
    struct turn *turn;
    size_t count, room;
    struct turn_line *line;
    size_t lines, line_room;
    struct turn_state *change;
    size_t changes, change_room;
    int64_t slow, last_time; /* last_time: of the turn last said */
    const char *state;
    uint32_t last_reply; /* turn of the reply that LINE events follow */
    uint32_t tls;        /* turn + 1 of the TLS event */
    uint32_t problems;
    bool reading, gone;
    bool problems_only; /* lines are made of turns with TURN_PROBLEM only */
};

void turns_open(struct turns *t, struct store *s, struct store_ref ref, int64_t slow);
void turns_close(struct turns *t);
/* After the store changed and before anything else here. */
void turns_refresh(struct turns *t);
/* Reads on until the deadline; true when there is more. */
bool turns_work(struct turns *t, int64_t deadline);
/* The event of a turn, valid until the next call; NULL when it is gone. */
const struct event *turns_event(const struct turns *t, size_t turn);
void turns_unfold(struct turns *t, size_t turn, bool on);
void turns_unfold_all(struct turns *t, bool on);
/* Only problems, or all turns. */
void turns_only_problems(struct turns *t, bool on);
bool turns_shows(const struct turns *t, size_t turn);
/* First line that shows the turn, or one behind it. */
size_t turns_line_of(const struct turns *t, size_t turn);
/* The turn at or behind a place or of a command number; the count when there is none. */
size_t turns_at_place(const struct turns *t, size_t place);
size_t turns_of_command(const struct turns *t, uint32_t number);
/* Of the session's finding with that index (struct store_item); the count when it was not read. */
size_t turns_of_finding(const struct turns *t, uint32_t index);

/* The text of a line, secrets masked unless shown: what goes on the wire for commands and
 * replies, a sentence for the rest. *style comes out as it should look. */
void turns_text(const struct ui *u, const struct turns *t, struct turn_line line, struct buf *out,
                enum style *style);
/* Does that text hold `wanted`, in letters of either case? */
bool turns_hold(const struct ui *u, const struct turns *t, struct turn_line line,
                const char *wanted);
/* "C:", "S*", "! ": who says it, or what it is, in two columns. */
const char *turn_speaker(const struct turn *turn);
/* How many lines of a body are shown when it is unfolded; *more: the last one says there are more.
 */
uint32_t turns_body_lines(const struct turns *t, size_t turn, bool *more);
/* The message of a TURN_MESSAGE; room is the caller's. */
bool turns_message(const struct turns *t, size_t turn, struct store_item *item,
                   struct message_room *room);

#endif
