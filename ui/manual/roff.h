/* Text as a man page wants it (man(7)): nothing in it is taken for a request or an escape. */
#ifndef MAILWIRE_UI_MANUAL_ROFF_H
#define MAILWIRE_UI_MANUAL_ROFF_H

#include <stdio.h>

void roff_text(FILE *out, const char *text);
/* A tagged paragraph begins: `tag` in bold, and `value` (may be NULL) in italics behind it. */
void roff_tag(FILE *out, const char *tag, const char *value);

#endif
