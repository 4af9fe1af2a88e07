/* What can stand behind an option, for the completions. */
#ifndef MAILWIRE_UI_MANUAL_VALUES_H
#define MAILWIRE_UI_MANUAL_VALUES_H

#include "capture/base/buf.h"
#include "ui/options.h"

enum value_kind {
    VALUE_NONE, /* the option has no value */
    VALUE_FREE, /* nothing can be offered */
    VALUE_FILE,
    VALUE_FOLDER,
    VALUE_INTERFACE,
    VALUE_USER,
    VALUE_WORDS,
    VALUE_KIND_COUNT
};

/* By the name of the value and its words. */
enum value_kind value_kind(const struct option_row *r);
/* VALUE_WORDS: all of them, parted by blanks; valid until `room` changes. */
const char *value_words(const struct option_row *r, struct buf *room);
/* Does more follow behind a word: "proto:", "memory="? */
bool value_goes_on(const char *words);
/* The length of a help text up to its first semicolon. */
int value_help_length(const char *help);

#endif
