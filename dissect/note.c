#include "dissect/note.h"

#include "capture/base/text.h"

static const struct note_rule rules[NOTE_ID_COUNT] = {
#define NOTE(symbol, rule, level, group, text, todo, source)                                       \
    [NOTE_ID_##symbol] = {.id = (rule),                                                            \
                          .category = (group),                                                     \
                          .sentence = (text),                                                      \
                          .advice = (todo),                                                        \
                          .reference = (source),                                                   \
                          .severity = SEVERITY_##level},
#include "dissect/notes.def"
#undef NOTE
};

const struct note_rule *note_rule(enum note_id id)
{
    return &rules[id];
}

void note_reason(const struct note *n, struct buf *out)
{
    if (n->reason == REASON_NONE) {
        return;
    }
    buf_add_str(out, explain_reason(n->reason)->sentence);
    if (n->list.n > 0) {
        buf_add_str(out, " (");
        text_escape(out, n->list);
        buf_add_str(out, ")");
    }
}

void note_text(const struct note *n, struct buf *out)
{
    buf_add_str(out, note_rule(n->id)->sentence);
    if (n->reason != REASON_NONE) {
        buf_add_str(out, ": ");
        note_reason(n, out);
    }
    if (n->evidence.n > 0) {
        buf_add_str(out, ": ");
        text_escape(out, n->evidence);
    }
    if (n->other.n > 0) {
        buf_add_str(out, " / ");
        text_escape(out, n->other);
    }
}

const char *severity_name(enum severity s)
{
    static const char *const names[] = {"none", "info", "low", "medium", "high", "critical"};
    return names[s];
}
