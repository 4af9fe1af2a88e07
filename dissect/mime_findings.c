/* Oddities, counted one by one, become findings: one for each rule. */
#include "capture/base/error.h"
#include "capture/base/text.h"
#include "dissect/mime_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define DETAIL_BYTES   400
#define EVIDENCE_BYTES 1000

static const struct {
    enum note_id id;
    enum severity severity;
    const char *words;
} oddities[ODD_COUNT] = {
#define ODDITY(symbol, note, severity, words)                                                      \
    [ODD_##symbol] = {NOTE_ID_##note, SEVERITY_##severity, words},
#include "dissect/mime_oddities.def"
#undef ODDITY
};

struct mime_trouble *mime_trouble(struct mime_reading *r, enum mime_oddity what, uint32_t part)
{
    struct mime_trouble *t = &r->trouble[what];
    if (t->count++ > 0) {
        return NULL;
    }
    t->part = part;
    return t;
}

void mime_trouble_detail(struct mime_reading *r, struct mime_trouble *t, const char *format, ...)
{
    char text[DETAIL_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0) { /* cut between characters */
        struct bytes kept = text_cut(bytes_of(text), sizeof text - 4);
        t->detail = arena_copy(&r->m->arena, kept);
    }
}

/* "part 1.2 is not closed (3 times): detail" */
static void add_evidence(const struct mime_reading *r, enum mime_oddity what, struct buf *out)
{
    const struct mime_trouble *t = &r->trouble[what];
    buf_add_str(out, out->n > 0 ? "; " : "");
    if (r->m->count == 1 || (t->part == 0 && r->m->parts[0].kind != MIME_LEAF)) {
        buf_add_str(out, "the message");
    } else {
        buf_add_str(out, "part ");
        mime_part_number(r->m, t->part, out);
    }
    buf_printf(out, " %s", oddities[what].words);
    if (t->count > 1) {
        buf_printf(out, " (%u times)", t->count);
    }
    if (t->detail.n > 0) {
        buf_add_str(out, ": ");
        buf_add(out, t->detail);
    }
}

static void add_finding(struct mime_reading *r, enum note_id id)
{
    struct mime_finding f = {.id = id};
    struct buf evidence;
    bool found = false;
    buf_init(&evidence, EVIDENCE_BYTES);
    for (int i = 0; i < ODD_COUNT; i++) {
        const struct mime_trouble *t = &r->trouble[i];
        if (t->count == 0 || oddities[i].id != id) {
            continue;
        }
        enum severity severity = t->severity != SEVERITY_NONE ? t->severity : oddities[i].severity;
        f.severity = severity > f.severity ? severity : f.severity;
        if (!found) {
            f.other = t->other.n > 0 ? t->other : t->first;
        }
        found = true;
        add_evidence(r, (enum mime_oddity)i, &evidence);
    }
    if (found) {
        struct mime_message *m = r->m;
        f.evidence = arena_copy(&m->arena, buf_bytes(&evidence));
        m->findings = xrealloc(m->findings, (m->finding_count + 1) * sizeof f);
        m->findings[m->finding_count++] = f;
    }
    buf_done(&evidence);
}

void mime_make_findings(struct mime_reading *r)
{
    enum note_id done = NOTE_ID_COUNT;
    for (int i = 0; i < ODD_COUNT; i++) { /* rows of one rule stand together */
        if (r->trouble[i].count > 0 && oddities[i].id != done) {
            done = oddities[i].id;
            add_finding(r, done);
        }
    }
}
