#include "ui/select.h"

#include <stdlib.h>

static bool is_id(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        int c = ascii_lower(text.p[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f')) {
            return false;
        }
    }
    return text.n == 16;
}

bool selection_add(struct selection *s, const char *text, struct error *e)
{
    struct bytes b = bytes_of(text);
    uint64_t number = 0;
    if (is_id(b)) {
        s->ids = xrealloc(s->ids, (s->id_count + 1) * sizeof *s->ids);
        for (size_t i = 0; i < sizeof s->ids[0]; i++) { /* the NUL too */
            s->ids[s->id_count][i] = (char)ascii_lower((unsigned char)text[i]);
        }
        s->id_count++;
        return true;
    }
    if (!bytes_u64(b, &number) || number == 0) {
        return error_set(e,
                         "\"%.60s\" is no session: give its number (from 1) or its id (16 hex "
                         "digits)",
                         text);
    }
    s->numbers = xrealloc(s->numbers, (s->number_count + 1) * sizeof *s->numbers);
    s->numbers[s->number_count++] = number;
    return true;
}

bool selection_is_empty(const struct selection *s)
{
    return s->number_count == 0 && s->id_count == 0;
}

static bool has_id(const struct selection *s, const char *id)
{
    for (size_t i = 0; i < s->id_count; i++) {
        if (strcmp(s->ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

bool selection_has(const struct selection *s, const struct session_info *info)
{
    for (size_t i = 0; i < s->number_count; i++) {
        if (s->numbers[i] == info->number) {
            return true;
        }
    }
    return has_id(s, info->id);
}

void selection_done(struct selection *s)
{
    free(s->numbers);
    free(s->ids);
    *s = (struct selection){0};
}

/* ---- the sink ---- */

struct selection_sink {
    struct sink sink;
    const struct selection *selection;
    uint64_t *count;
    struct sink *to;
    char (*seen)[17]; /* ids of the selected sessions: findings over several name only ids */
    size_t seen_count;
};

static void remember(struct selection_sink *x, const struct session_info *s)
{
    x->seen = xrealloc(x->seen, (x->seen_count + 1) * sizeof *x->seen);
    memcpy(x->seen[x->seen_count++], s->id, sizeof s->id);
}

static bool names_selected(const struct selection_sink *x, const struct note *n)
{
    for (uint32_t i = 0; i < n->session_count; i++) {
        for (size_t k = 0; k < x->seen_count; k++) {
            if (strcmp(x->seen[k], n->sessions[i]) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void selection_event(struct sink *self, const struct event *e)
{
    struct selection_sink *x = (struct selection_sink *)self;
    bool wanted = e->session != NULL ? selection_has(x->selection, e->session) : e->kind != EV_NOTE;
    if (e->kind == EV_NOTE && !wanted) {
        wanted = names_selected(x, e->u.note);
    }
    if (!wanted) {
        return;
    }
    if (e->kind == EV_OPEN) {
        remember(x, e->session);
        ++*x->count;
    }
    sink_event(x->to, e);
}

static bool selection_close(struct sink *self, struct error *err)
{
    struct selection_sink *x = (struct selection_sink *)self;
    bool fine = x->to->close(x->to, err);
    free(x->seen);
    free(x);
    return fine;
}

struct sink *selection_sink_new(const struct selection *s, uint64_t *count, struct sink *to)
{
    struct selection_sink *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){.event = selection_event, .close = selection_close};
    x->selection = s;
    x->count = count;
    x->to = to;
    return &x->sink;
}
