/* What a view's search wants, and where it hits, counted in slices: "3 of 9".
 *
 * Places are numbers that only grow (rows, turns); those that come later are looked at
 * later.
 */
#ifndef MAILWIRE_UI_TUI_HITS_H
#define MAILWIRE_UI_TUI_HITS_H

#include "capture/base/bytes.h"
#include "ui/tui/edit.h"

#define HITS_MOST 1000000 /* further ones are not told apart */

struct hits {
    char text[EDIT_MOST]; /* wanted; "": nothing is */
    uint32_t *place;      /* in order */
    size_t count, room;
    size_t looked; /* places looked at */
    size_t places; /* there are, when it was last worked on */
};

/* From now on text is wanted ("" ends the search). */
void hits_search(struct hits *h, const char *text);
/* Ends the search; true when there was one. */
bool hits_leave(struct hits *h);
/* Forgets where it hits, to be looked for anew, or before the view goes. */
void hits_clear(struct hits *h);
/* Looks at places up to `places`, until the deadline; true when there is more to do at once. */
bool hits_work(struct hits *h, size_t places, bool (*hit)(void *arg, size_t place), void *arg,
               int64_t deadline);
/* "hit 3 of 9", "9 hits" where the place is none, with "+" while it is not known whether there are
 * more; "" when there is none, or no search. */
void hits_tell(const struct hits *h, size_t place, char *out, size_t room);

#endif
