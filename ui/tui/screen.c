#include "ui/tui/screen.h"

#include "capture/base/text.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define DOUBLE_CLICK_MS 400

struct screen {
    SCREEN *curses;
    struct cell *shown; /* what the terminal shows: rows that did not change are not drawn again */
    int rows, cols;
    attr_t attr[STYLE_COUNT];
    short pair[STYLE_COUNT];
    bool gone;          /* the terminal hung up */
    int64_t click_time; /* ms */
    int click_row, click_col;
};

/* The terminal belongs to the process, and signal handlers must reach it: the state below is the
 * one of this program that is not owned by an object. */
static struct {
    struct termios before;
    char restore[512]; /* bytes that give the terminal back, made ready for signal handlers */
    size_t restore_n;
    volatile sig_atomic_t active, ended, resized, stopped, continued;
    int wake[2]; /* a pipe: handlers write, screen_wait polls */
    void (*crashed)(void *arg);
    void *crashed_arg;
} terminal;

/* ---- giving the terminal back ---- */

/* Async-signal-safe, and harmless when called twice. */
static void restore_now(void)
{
    if (!terminal.active) {
        return;
    }
    terminal.active = 0;
    int saved = errno;
    size_t done = 0;
    while (done < terminal.restore_n) {
        ssize_t n = write(STDOUT_FILENO, terminal.restore + done, terminal.restore_n - done);
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
    errno = saved;
}

static int add_restore_byte(int c)
{
    if (terminal.restore_n < sizeof(terminal.restore)) {
        terminal.restore[terminal.restore_n++] = (char)c;
    }
    return c;
}

/* Through tputs: strings of terminfo may hold delays, which are not for the terminal. */
static void add_restore(const char *text)
{
    if (text && text != (const char *)-1) {
        tputs(text, 1, add_restore_byte);
    }
}

static void prepare_restore(bool mouse)
{
    terminal.restore_n = 0;
    if (mouse) {
        add_restore("\033[?1006l\033[?1002l\033[?1000l");
    }
    add_restore(tigetstr("sgr0"));
    add_restore(tigetstr("op"));
    add_restore(tigetstr("rmkx"));
    add_restore(tigetstr("cnorm"));
    add_restore(tigetstr("rmcup"));
}

/* ---- signals ---- */

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
static const int telling[] = {SIGWINCH, SIGTSTP, SIGCONT};

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static struct sigaction old_ending[COUNT_OF(ending)], old_crashing[COUNT_OF(crashing)],
    old_telling[COUNT_OF(telling)];

static void wake(void)
{
    int saved = errno;
    ssize_t n = write(terminal.wake[1], "", 1);
    (void)n; /* a full pipe wakes as well */
    errno = saved;
}

static void on_ending(int sig)
{
    if (terminal.ended) { /* the program does not come round to it: end now */
        restore_now();
        signal(sig, SIG_DFL);
        raise(sig);
        return;
    }
    terminal.ended = sig;
    wake();
}

static void on_telling(int sig)
{
    if (sig == SIGWINCH) {
        terminal.resized = 1;
    } else if (sig == SIGTSTP) {
        terminal.stopped = 1;
    } else {
        terminal.continued = 1;
    }
    wake();
}

/* Gives the terminal back and lets the signal do what it did before: a fault happens again when
 * the handler returns, a signal sent from outside is sent again. */
static void on_crash(int sig, siginfo_t *info, void *context)
{
    (void)context;
    restore_now();
    for (size_t i = 0; i < COUNT_OF(crashing); i++) {
        if (crashing[i] == sig) {
            sigaction(sig, &old_crashing[i], NULL);
        }
    }
    static const char text[] = "mailwire: internal error, the terminal was restored\n";
    ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)n;
    if (terminal.crashed) {
        terminal.crashed(terminal.crashed_arg);
    }
    if (info->si_code <= 0) {
        raise(sig);
    }
}

static void catch_signals(void)
{
    struct sigaction a = {0};
    sigfillset(&a.sa_mask);
    a.sa_flags = SA_RESTART;
    a.sa_handler = on_ending;
    for (size_t i = 0; i < COUNT_OF(ending); i++) {
        sigaction(ending[i], &a, &old_ending[i]);
    }
    a.sa_handler = on_telling;
    for (size_t i = 0; i < COUNT_OF(telling); i++) {
        sigaction(telling[i], &a, &old_telling[i]);
    }
    struct sigaction c = {0};
    sigemptyset(&c.sa_mask);
    c.sa_flags = SA_SIGINFO | SA_ONSTACK;
    c.sa_sigaction = on_crash;
    for (size_t i = 0; i < COUNT_OF(crashing); i++) {
        sigaction(crashing[i], &c, &old_crashing[i]);
    }
}

static void release_signals(void)
{
    for (size_t i = 0; i < COUNT_OF(ending); i++) {
        sigaction(ending[i], &old_ending[i], NULL);
    }
    for (size_t i = 0; i < COUNT_OF(telling); i++) {
        sigaction(telling[i], &old_telling[i], NULL);
    }
    for (size_t i = 0; i < COUNT_OF(crashing); i++) {
        sigaction(crashing[i], &old_crashing[i], NULL);
    }
}

/* ---- colours ---- */

static attr_t attr_of(unsigned look)
{
    return (look & LOOK_BOLD ? A_BOLD : 0) | (look & LOOK_DIM ? A_DIM : 0) |
           (look & LOOK_REVERSE ? A_REVERSE : 0) | (look & LOOK_UNDERLINE ? A_UNDERLINE : 0);
}

static bool wants_colours(const struct screen_config *c)
{
    const char *no = getenv("NO_COLOR");
    if (c->colours == COLOUR_NEVER || (c->colours == COLOUR_AUTO && no && no[0])) {
        return false;
    }
    return has_colors();
}

/* Yellow and cyan vanish on white where a terminal has eight colours only. */
static int eight_colours(int fg, bool light)
{
    return light && (fg == COLOR_YELLOW || fg == COLOR_CYAN) ? COLOR_BLUE : fg;
}

static void set_looks(struct screen *s, const struct screen_config *c)
{
    bool colours = wants_colours(c) && start_color() == OK;
    if (colours) {
        use_default_colors();
    }
    for (int i = 0; i < STYLE_COUNT; i++) {
        const struct style_row *row = style_row((enum style)i);
        const struct style_look *look = &c->looks[i];
        int fg = COLORS >= 256 ? row->fg256 : eight_colours(row->fg8, c->colours == COLOUR_LIGHT);
        int bg = look->set ? look->bg : -1;
        unsigned how = look->set ? look->look : row->look;
        fg = look->set ? look->fg : fg;
        if (colours && fg >= 0 && COLORS >= 256) {
            how &= ~LOOK_DIM; /* the tone says it already */
        }
        s->attr[i] = attr_of(how);
        s->pair[i] = 0;
        if (colours && (fg >= 0 || bg >= 0) && fg < COLORS && bg < COLORS && i + 1 < COLOR_PAIRS &&
            init_pair((short)(i + 1), (short)fg, (short)bg) == OK) {
            s->pair[i] = (short)(i + 1);
        }
    }
}

/* ---- opening and closing ---- */

bool screen_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void screen_locale(char *out, size_t room)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value && value[0]) {
            snprintf(out, room, "%s=%.40s", names[i], value);
            return;
        }
    }
    snprintf(out, room, "no locale is set");
}

static bool check_terminal(struct error *e)
{
    const char *term = getenv("TERM");
    int found = 0;
    if (!term || !term[0]) {
        return error_set(e, "TERM is not set: try TERM=xterm, or -T sessions");
    }
    if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
        return error_set(e, "TERM=%.60s is unknown: try TERM=xterm, or -T sessions", term);
    }
    const char *cup = tigetstr("cup");
    if (!cup || cup == (const char *)-1) {
        return error_set(
            e,
            "TERM=%.60s can not place the cursor, so there is no viewer: try TERM=xterm, "
            "or -T sessions",
            term);
    }
    return true;
}

static void enter(struct screen *s, const struct screen_config *c)
{
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    set_escdelay(25);
    leaveok(stdscr, FALSE);
    curs_set(0);
    set_looks(s, c);
    if (!c->no_mouse) {
        mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
    prepare_restore(!c->no_mouse);
}

void screen_on_crash(void (*done)(void *arg), void *arg)
{
    terminal.crashed = done;
    terminal.crashed_arg = arg;
}

bool screen_open(struct screen **out, const struct screen_config *c, struct error *e)
{
    if (!check_terminal(e)) {
        return false;
    }
    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0) {
        return error_set(e, "standard input is no terminal: try -T sessions");
    }
    if (pipe2(terminal.wake, O_NONBLOCK | O_CLOEXEC) != 0) {
        return error_set(e, "can not make a pipe: %s", strerror(errno));
    }
    struct screen *s = xcalloc(1, sizeof(*s));
    catch_signals();
    s->curses = newterm(NULL, stdout, stdin);
    if (!s->curses) {
        release_signals();
        close(terminal.wake[0]);
        close(terminal.wake[1]);
        free(s);
        return error_set(e, "the terminal can not be set up for the viewer: try -T sessions");
    }
    terminal.ended = 0;
    terminal.active = 1;
    enter(s, c);
    die_set_hook(restore_now);
    atexit(restore_now);
    *out = s;
    return true;
}

/* On terminals without a second screen the shell's prompt comes where the key row was. */
static void leave_screen(void)
{
    move(LINES - 1, 0);
    clrtoeol();
    refresh();
    endwin();
}

void screen_close(struct screen **s)
{
    if (!*s) {
        return;
    }
    if (terminal.active) {
        leave_screen();
        restore_now(); /* what endwin leaves: it does not know of modes set behind its back */
    }
    die_set_hook(NULL);
    release_signals();
    delscreen((*s)->curses);
    close(terminal.wake[0]);
    close(terminal.wake[1]);
    free((*s)->shown);
    free(*s);
    *s = NULL;
}

int screen_ended(const struct screen *s)
{
    return s->gone ? SIGHUP : (int)terminal.ended;
}

void screen_size(const struct screen *s, int *rows, int *cols)
{
    (void)s;
    getmaxyx(stdscr, *rows, *cols);
}

/* ---- showing ---- */

static void draw_cell(const struct screen *s, int row, int col, const struct cell *cell)
{
    wchar_t text[CELL_MARKS + 2] = {(wchar_t)cell->cp};
    int n = 1;
    attr_t attr = s->attr[cell->style];
    /* Where the C library counts other columns than we do, the row must stay aligned. */
    if (cell->cp > 0x7e && wcwidth(text[0]) != cell->width) {
        text[0] = L'?';
    } else {
        for (int i = 0; i < CELL_MARKS && cell->mark[i]; i++) {
            if (wcwidth((wchar_t)cell->mark[i]) == 0) {
                text[n++] = (wchar_t)cell->mark[i];
            }
        }
    }
    if (cell->flags & CELL_SELECTED) {
        attr ^= A_REVERSE;
        attr &= ~A_DIM;
    }
    cchar_t cc;
    if (setcchar(&cc, text, attr, s->pair[cell->style], NULL) == OK) {
        mvadd_wch(row, col, &cc);
    }
    if (text[0] == L'?' && cell->width == 2) {
        mvaddch(row, col + 1, ' ');
    }
}

static void remember_size(struct screen *s, const struct canvas *c)
{
    if (s->rows != c->rows || s->cols != c->cols || !s->shown) {
        size_t n = (size_t)c->rows * (size_t)c->cols;
        s->shown = xrealloc(s->shown, n * sizeof(*s->shown));
        memset(s->shown, 0xff, n * sizeof(*s->shown));
        s->rows = c->rows;
        s->cols = c->cols;
        erase();
    }
}

void screen_show(struct screen *s, const struct canvas *c)
{
    remember_size(s, c);
    size_t width = (size_t)c->cols * sizeof(struct cell);
    for (int row = 0; row < c->rows; row++) {
        const struct cell *now = c->cells + (size_t)row * (size_t)c->cols;
        struct cell *was = s->shown + (size_t)row * (size_t)c->cols;
        if (memcmp(now, was, width) == 0) {
            continue;
        }
        for (int col = 0; col < c->cols; col++) {
            if (now[col].cp) {
                draw_cell(s, row, col, &now[col]);
            }
        }
        memcpy(was, now, width);
    }
    curs_set(c->cursor_row >= 0);
    if (c->cursor_row >= 0) {
        move(c->cursor_row, c->cursor_col);
    }
    refresh();
}

void screen_redraw(struct screen *s)
{
    free(s->shown);
    s->shown = NULL;
    clearok(curscr, TRUE);
}

/* ---- keys ---- */

static const struct {
    wint_t curses;
    int32_t code;
} special[] = {
    {KEY_UP, KC_UP},        {KEY_DOWN, KC_DOWN},     {KEY_LEFT, KC_LEFT},
    {KEY_RIGHT, KC_RIGHT},  {KEY_PPAGE, KC_PAGE_UP}, {KEY_NPAGE, KC_PAGE_DOWN},
    {KEY_HOME, KC_HOME},    {KEY_END, KC_END},       {KEY_BACKSPACE, KC_ERASE},
    {KEY_DC, KC_DELETE},    {KEY_IC, KC_INSERT},     {KEY_BTAB, KC_SHIFT_TAB},
    {KEY_ENTER, KC_RETURN}, {KEY_FIND, KC_HOME},     {KEY_SELECT, KC_END},
    {KEY_A1, KC_HOME},      {KEY_C1, KC_END},        {KEY_A3, KC_PAGE_UP},
    {KEY_C3, KC_PAGE_DOWN},
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool mouse_key(struct screen *s, struct key *out)
{
    MEVENT m;
    if (getmouse(&m) != OK) {
        return false;
    }
    out->row = m.y;
    out->col = m.x;
    if (m.bstate & BUTTON4_PRESSED) {
        out->code = KC_WHEEL_UP;
        return true;
    }
    if (m.bstate & BUTTON5_PRESSED) {
        out->code = KC_WHEEL_DOWN;
        return true;
    }
    if (!(m.bstate & BUTTON1_PRESSED)) {
        return false;
    }
    int64_t now = now_ms();
    out->code = KC_CLICK;
    out->twice =
        now - s->click_time < DOUBLE_CLICK_MS && m.y == s->click_row && m.x == s->click_col;
    s->click_time = out->twice ? 0 : now;
    s->click_row = m.y;
    s->click_col = m.x;
    return true;
}

static bool special_key(struct screen *s, wint_t c, struct key *out)
{
    if (c == KEY_MOUSE) {
        return mouse_key(s, out);
    }
    if (c >= KEY_F(1) && c <= KEY_F(24)) {
        out->code = KC_F0 + (int32_t)(c - KEY_F0);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(special); i++) {
        if (special[i].curses == c) {
            out->code = special[i].code;
            return true;
        }
    }
    return false;
}

static int32_t plain_key(wint_t c)
{
    if (c == '\n' || c == '\r') {
        return KC_RETURN;
    }
    if (c == 127 || c == 8) {
        return KC_ERASE;
    }
    return (int32_t)c;
}

static bool take_size(struct screen *s)
{
    struct winsize w;
    terminal.resized = 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_row == 0 || w.ws_col == 0) {
        return false;
    }
    resizeterm(w.ws_row, w.ws_col);
    screen_redraw(s);
    return true;
}

bool screen_key(struct screen *s, struct key *out)
{
    *out = (struct key){0};
    if (terminal.continued) {
        terminal.continued = 0;
        terminal.resized = 1;
    }
    if (terminal.stopped) {
        screen_suspend(s);
    }
    if (terminal.resized && take_size(s)) {
        out->code = KC_SIZE_CHANGED;
        return true;
    }
    for (;;) {
        wint_t c;
        int kind = get_wch(&c);
        if (kind == ERR) {
            return false;
        }
        if (kind == KEY_CODE_YES ? special_key(s, c, out) : (out->code = plain_key(c)) != 0) {
            return true;
        }
    }
}

void screen_wait(struct screen *s, int fd, int ms)
{
    struct pollfd p[3] = {
        {STDIN_FILENO, POLLIN, 0}, {terminal.wake[0], POLLIN, 0}, {fd, POLLIN, 0}};
    if (poll(p, 3, ms) <= 0) {
        return;
    }
    if (p[1].revents) {
        char dump[64];
        while (read(terminal.wake[0], dump, sizeof(dump)) > 0) {
        }
    }
    int waiting = 0;
    bool readable = p[0].revents & POLLIN;
    if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL) ||
        (readable && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting == 0)) {
        s->gone = true; /* end of input: the terminal is gone */
    }
}

void screen_suspend(struct screen *s)
{
    terminal.stopped = 0;
    leave_screen();
    struct sigaction stop = {0}, was;
    stop.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &stop, &was);
    kill(0, SIGTSTP); /* the whole job, as the terminal itself would do */
    sigaction(SIGTSTP, &was, NULL);
    terminal.resized = 1;
    screen_redraw(s);
    refresh();
}
