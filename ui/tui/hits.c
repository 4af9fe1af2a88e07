#include "ui/tui/hits.h"

#include "capture/base/error.h"
#include "ui/tui/clock.h"
#include "ui/tui/human.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_AT_CLOCK 64

void hits_clear(struct hits *h)
{
    free(h->place);
    h->place = NULL;
    h->count = h->room = h->looked = h->places = 0;
}

void hits_search(struct hits *h, const char *text)
{
    snprintf(h->text, sizeof(h->text), "%s", text);
    hits_clear(h);
}

bool hits_leave(struct hits *h)
{
    bool wanted = h->text[0] != '\0';
    h->text[0] = '\0';
    return wanted;
}

static void add(struct hits *h, size_t place)
{
    if (h->count == h->room) {
        h->room = h->room ? h->room * 2 : 64;
        h->place = xrealloc(h->place, h->room * sizeof(*h->place));
    }
    h->place[h->count++] = (uint32_t)place;
}

bool hits_work(struct hits *h, size_t places, bool (*hit)(void *arg, size_t place), void *arg,
               int64_t deadline)
{
    h->places = places;
    if (h->text[0] == '\0') {
        return false;
    }
    while (h->looked < places && h->count < HITS_MOST) {
        if (hit(arg, h->looked)) {
            add(h, h->looked);
        }
        if (++h->looked % LOOK_AT_CLOCK == 0 && clock_over(deadline)) {
            return true;
        }
    }
    return false;
}

/* Its number from 1, 0 when it is none. */
static size_t number_of(const struct hits *h, size_t place)
{
    size_t from = 0, to = h->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (h->place[middle] < place) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < h->count && h->place[from] == place ? from + 1 : 0;
}

void hits_tell(const struct hits *h, size_t place, char *out, size_t room)
{
    size_t number = h->text[0] ? number_of(h, place) : 0;
    const char *more = h->looked < h->places ? "+" : "";
    out[0] = '\0';
    if (number) {
        snprintf(out, room, "hit %zu of %zu%s", number, h->count, more);
    } else if (h->count && h->text[0]) {
        snprintf(out, room, "%zu%s hit%s", h->count, more, human_s(h->count));
    }
}
