/* Text for the clipboard, through the terminal: OSC 52, which terminals take or ignore. */
#include "ui/tui/screen.h"

#include "capture/base/text.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>

#define COPY_MOST (1u << 20) /* bytes written */

/* "Ms" of terminfo sets the selection; without it the bytes might be shown as text. */
static bool terminal_takes(enum copy_use use, struct error *e)
{
    char name[] = "Ms";
    const char *set = tigetstr(name), *term = getenv("TERM");
    if (use == COPY_NEVER) {
        return error_set(e, "not copied: the settings say `set clipboard off`");
    }
    return use == COPY_ALWAYS || (set && set != (const char *)-1) ||
           error_set(e, "not copied: TERM=%.60s takes no copies (`set clipboard on` tries it)",
                     term ? term : "");
}

static bool write_all(struct bytes b)
{
    while (b.n) {
        ssize_t n = write(STDOUT_FILENO, b.p, b.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        b = bytes_from(b, (size_t)n);
    }
    return true;
}

bool screen_copy(enum copy_use use, struct bytes text, struct error *e)
{
    struct buf out;
    if (!terminal_takes(use, e)) {
        return false;
    }
    buf_init(&out, COPY_MOST);
    buf_add_str(&out, "\033]52;c;");
    text_base64(&out, text);
    buf_add_byte(&out, '\a');
    bool good = !out.full && write_all(buf_bytes(&out));
    buf_done(&out);
    return good || error_set(e, "not copied: the terminal did not take it");
}
