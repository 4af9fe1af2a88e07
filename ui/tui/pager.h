/* A long text shown row by row: as text, as it is on the wire, or in hexadecimal.
 *
 * Where rows begin is found in slices while the person reads already, so a message of
 * any size opens at once; bytes are read from the spool (or memory) as rows are drawn.
 */
#ifndef MAILWIRE_UI_TUI_PAGER_H
#define MAILWIRE_UI_TUI_PAGER_H

#include "ui/spool.h"
#include "ui/tui/canvas.h"

enum pager_mode { PAGER_TEXT, PAGER_RAW, PAGER_HEX };

struct pager {
    struct body_reader *reader; /* borrowed, or NULL: the text is `memory` */
    struct bytes memory;        /* borrowed */
    uint64_t from, size;        /* bytes shown: [from, size) of the source */
    enum pager_mode mode;
    bool wrap, line_ends;
    int cols;
    uint64_t *start; /* of each row */
    size_t rows, room;
    uint64_t at; /* looked at up to here */
    uint64_t row_start;
    int row_cols;     /* columns of the row being measured */
    bool done, lost;  /* lost: bytes can no longer be read */
    uint32_t version; /* grows when it starts over */
};

/* Zero is a good beginning. */
void pager_set(struct pager *p, struct body_reader *reader, struct bytes memory, uint64_t from,
               uint64_t size);
void pager_done(struct pager *p);
/* Starts over when anything changed. */
void pager_layout(struct pager *p, int cols, enum pager_mode mode, bool wrap, bool line_ends);
/* True when there is more to look at. */
bool pager_work(struct pager *p, int64_t deadline);
size_t pager_rows(const struct pager *p);
/* All rows are known. */
bool pager_ready(const struct pager *p);
/* Draws a row; `shift` columns are scrolled out at the left (not wrapped). */
void pager_draw(const struct pager *p, const struct pane *pane, int at, size_t row, int shift);
/* Does the row hold the text? */
bool pager_holds(const struct pager *p, size_t row, const char *text);
enum pager_found { PAGER_FOUND, PAGER_NOT_FOUND, PAGER_GOES_ON };
/* Moves *row to the first row at or behind it (before it, backwards) that holds text. At the
 * deadline, and where further rows are not laid out yet, it goes on: call again. */
enum pager_found pager_search(const struct pager *p, size_t *row, bool forward, const char *text,
                              int64_t deadline);

#endif
