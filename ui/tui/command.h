/* Commands typed behind ":" (commands.def), and what changes with them. */
#ifndef MAILWIRE_UI_TUI_COMMAND_H
#define MAILWIRE_UI_TUI_COMMAND_H

#include "ui/tui/view.h"

struct typed_command {
    const char *name, *follows, *help;
};

const struct typed_command *command_rows(size_t *count);

#endif
