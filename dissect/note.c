#include "dissect/note.h"

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

const char *severity_name(enum severity s)
{
    static const char *const names[] = {"none", "info", "low", "medium", "high", "critical"};
    return names[s];
}
