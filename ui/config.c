#include "ui/config.h"

#include "capture/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST (1u << 20)

void config_init(struct config *c)
{
    *c = (struct config){.slow_reply = 1000000000};
    keymap_init(&c->keys);
}

static void list_done(struct config_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->pair[i].name);
        free(l->pair[i].value);
    }
    l->count = 0;
}

void config_done(struct config *c)
{
    list_done(&c->ports);
    list_done(&c->geoip);
    list_done(&c->filters);
    list_done(&c->aliases);
    free(c->columns);
    free(c->sort);
    *c = (struct config){0};
}

static char *copy(struct bytes b)
{
    char *s = xmalloc(b.n + 1);
    if (b.n) {
        memcpy(s, b.p, b.n);
    }
    s[b.n] = '\0';
    return s;
}

const char *config_find(const struct config_list *l, struct bytes name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (bytes_is(name, l->pair[i].name)) {
            return l->pair[i].value;
        }
    }
    return NULL;
}

static bool list_add(struct config_list *l, struct bytes name, struct bytes value, struct error *e)
{
    if (l->count == CONFIG_LIST_MOST) {
        return error_set(e, "more than %d such lines", CONFIG_LIST_MOST);
    }
    l->pair[l->count++] = (struct config_pair){copy(name), copy(value)};
    return true;
}

/* In place of an older pair of that name. */
static bool list_put(struct config_list *l, struct bytes name, struct bytes value, struct error *e)
{
    for (size_t i = 0; i < l->count; i++) {
        if (bytes_is(name, l->pair[i].name)) {
            free(l->pair[i].value);
            l->pair[i].value = copy(value);
            return true;
        }
    }
    return list_add(l, name, value, e);
}

/* ---- set NAME VALUE ---- */

static bool read_switch(struct bytes value, bool *out, struct error *e)
{
    if (bytes_is(value, "on") || bytes_is(value, "yes")) {
        *out = true;
        return true;
    }
    if (bytes_is(value, "off") || bytes_is(value, "no")) {
        *out = false;
        return true;
    }
    return error_set(e, "\"%.*s\" is neither on nor off", (int)value.n, (const char *)value.p);
}

static bool set_text(char **to, struct bytes value)
{
    free(*to);
    *to = copy(value);
    return true;
}

static bool set_columns(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    (void)tail, (void)e;
    return set_text(&c->columns, value);
}

static bool set_sort(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    (void)tail, (void)e;
    return set_text(&c->sort, value);
}

static bool set_filter(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    return list_add(&c->filters, tail, value, e);
}

static bool set_geoip(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    (void)tail;
    return list_add(&c->geoip, bytes_of("geoip"), value, e);
}

static bool set_port(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    struct bytes one;
    while (bytes_split(&value, ',', &one)) {
        uint64_t n;
        one = bytes_trim(one);
        if (!bytes_u64(one, &n) || n == 0 || n > 65535) {
            return error_set(e, "\"%.*s\" is no port", (int)one.n, (const char *)one.p);
        }
        if (!list_add(&c->ports, tail, one, e)) {
            return false;
        }
    }
    return true;
}

static bool set_mute(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    struct bytes one;
    (void)tail;
    memset(c->muted, 0, sizeof(c->muted));
    while (!bytes_is(value, "none") && bytes_split(&value, ',', &one)) {
        int id = 0;
        one = bytes_trim(one);
        while (id < NOTE_ID_COUNT && !bytes_is(one, note_rule((enum note_id)id)->id)) {
            id++;
        }
        if (id == NOTE_ID_COUNT) {
            return error_set(e, "there is no finding \"%.*s\" (--list-findings)", (int)one.n,
                             (const char *)one.p);
        }
        c->muted[id] = true;
    }
    return true;
}

static bool set_colours(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    static const char *const names[] = {"auto", "never", "dark", "light"};
    (void)tail;
    for (int i = 0; i < 4; i++) {
        if (bytes_is(value, names[i])) {
            c->screen.colours = (enum colour_use)i;
            return true;
        }
    }
    return error_set(e, "colors are auto, never, dark or light, not \"%.*s\"", (int)value.n,
                     (const char *)value.p);
}

static bool set_mouse(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    bool on = false;
    (void)tail;
    if (!read_switch(value, &on, e)) {
        return false;
    }
    c->screen.no_mouse = !on;
    return true;
}

static bool set_ascii(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    (void)tail;
    return read_switch(value, &c->ascii, e);
}

static bool set_utc(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    (void)tail;
    return read_switch(value, &c->utc, e);
}

static bool set_names(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    bool on = false;
    (void)tail;
    if (!read_switch(value, &on, e)) {
        return false;
    }
    c->addresses = !on;
    return true;
}

static bool set_secrets(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    (void)tail;
    return read_switch(value, &c->show_secrets, e);
}

static bool set_clipboard(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    bool on = false;
    (void)tail;
    if (bytes_is(value, "auto")) {
        c->screen.copies = COPY_AUTO;
        return true;
    }
    if (!read_switch(value, &on, e)) {
        return error_set(e, "clipboard is auto, on or off, not \"%.*s\"", (int)value.n,
                         (const char *)value.p);
    }
    c->screen.copies = on ? COPY_ALWAYS : COPY_NEVER;
    return true;
}

static bool set_slow(struct config *c, struct bytes tail, struct bytes value, struct error *e)
{
    uint64_t n;
    size_t used;
    (void)tail;
    if (!bytes_leading_u64(value, &n, &used) || n > 1000000) {
        return error_set(e, "\"%.*s\" is no time, as 200ms or 5s", (int)value.n,
                         (const char *)value.p);
    }
    struct bytes unit = bytes_from(value, used);
    if (bytes_is(unit, "ms")) {
        c->slow_reply = (int64_t)n * 1000000;
    } else if (unit.n == 0 || bytes_is(unit, "s")) {
        c->slow_reply = (int64_t)n * 1000000000;
    } else {
        return error_set(e, "\"%.*s\" is no unit: ms or s", (int)unit.n, (const char *)unit.p);
    }
    return true;
}

static const struct config_setting settings[] = {
    {"columns", "NAME[:WIDTH],...", "columns of the session list, in this order", set_columns},
    {"sort", "[-]COLUMN", "order of the session list; - in front: descending", set_sort},
    {"filter.", "EXPRESSION", "a filter with a name: filter.mx2 is used as @mx2", set_filter},
    {"port.", "N[,N...]", "more ports of a protocol: port.smtp 2525", set_port},
    {"mute", "FINDING[,FINDING...]|none", "findings that are not listed", set_mute},
    {"geoip", "FILE", "a MaxMind database; may be given again", set_geoip},
    {"colors", "auto|never|dark|light", "colours; light: for eight colours on white", set_colours},
    {"mouse", "on|off", "clicks and wheel are for mailwire", set_mouse},
    {"clipboard", "auto|on|off",
     "copying through the terminal (OSC 52); auto: where terminfo knows", set_clipboard},
    {"ascii", "on|off", "lines and letters in ASCII only", set_ascii},
    {"utc", "on|off", "times in UTC", set_utc},
    {"names", "on|off", "names in place of addresses, from aliases and greetings", set_names},
    {"secrets", "on|off", "show secrets from the start (captures from files only)", set_secrets},
    {"slow", "TIME", "a reply that took longer is marked: 500ms, 1s", set_slow},
};

const struct config_setting *config_settings(size_t *count)
{
    *count = sizeof(settings) / sizeof(settings[0]);
    return settings;
}

static bool line_set(struct config *c, struct bytes rest, struct error *e)
{
    struct bytes name = bytes_word(&rest), value = bytes_trim(rest);
    if (value.n == 0) {
        return error_set(e, "set takes a name and a value");
    }
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        size_t n = strlen(settings[i].name);
        bool open = settings[i].name[n - 1] == '.';
        if (open ? bytes_starts(name, settings[i].name) && name.n > n
                 : bytes_is(name, settings[i].name)) {
            return settings[i].set(c, bytes_from(name, n), value, e);
        }
    }
    return error_set(e, "there is no setting \"%.*s\"", (int)name.n, (const char *)name.p);
}

/* ---- color AREA FG BG LOOK ---- */

static bool read_colour(struct bytes word, int *out, struct error *e)
{
    static const char *const names[] = {"black", "red",     "green", "yellow",
                                        "blue",  "magenta", "cyan",  "white"};
    uint64_t n;
    for (int i = 0; i < 8; i++) {
        if (bytes_is(word, names[i])) {
            *out = i;
            return true;
        }
    }
    if (bytes_is(word, "default")) {
        *out = -1;
        return true;
    }
    if (bytes_u64(word, &n) && n < 256) {
        *out = (int)n;
        return true;
    }
    return error_set(e, "\"%.*s\" is no colour (default, black ... white, 0 to 255)", (int)word.n,
                     (const char *)word.p);
}

static bool read_look(struct bytes words, unsigned *out, struct error *e)
{
    static const struct {
        const char *name;
        unsigned look;
    } looks[] = {{"plain", LOOK_PLAIN},
                 {"bold", LOOK_BOLD},
                 {"dim", LOOK_DIM},
                 {"reverse", LOOK_REVERSE},
                 {"underline", LOOK_UNDERLINE}};
    *out = LOOK_PLAIN;
    for (struct bytes word = bytes_word(&words); word.n; word = bytes_word(&words)) {
        size_t i = 0;
        while (i < sizeof(looks) / sizeof(looks[0]) && !bytes_is(word, looks[i].name)) {
            i++;
        }
        if (i == sizeof(looks) / sizeof(looks[0])) {
            return error_set(e, "\"%.*s\" is no look (plain bold dim reverse underline)",
                             (int)word.n, (const char *)word.p);
        }
        *out |= looks[i].look;
    }
    return true;
}

static bool line_colour(struct config *c, struct bytes rest, struct error *e)
{
    struct bytes area = bytes_word(&rest), fg = bytes_word(&rest), bg = bytes_word(&rest);
    struct style_look look = {.set = true};
    if (!read_colour(fg, &look.fg, e) || !read_colour(bg, &look.bg, e) ||
        !read_look(rest, &look.look, e)) {
        return false;
    }
    for (int i = 0; i < STYLE_COUNT; i++) {
        if (bytes_is(area, style_row((enum style)i)->area)) {
            c->screen.looks[i] = look;
            return true;
        }
    }
    return error_set(e, "there is no area \"%.*s\"", (int)area.n, (const char *)area.p);
}

static bool line_bind(struct config *c, struct bytes rest, struct error *e)
{
    struct bytes view = bytes_word(&rest), key = bytes_word(&rest), action = bytes_word(&rest);
    if (action.n == 0) {
        return error_set(e, "bind takes a screen, a key and an action");
    }
    return keymap_bind(&c->keys, view, key, action, e);
}

static bool line_alias(struct config *c, struct bytes rest, struct error *e)
{
    struct bytes address = bytes_word(&rest), name = bytes_word(&rest);
    char text[INET6_ADDRSTRLEN];
    uint8_t ip[16];
    snprintf(text, sizeof(text), "%.*s", (int)address.n, (const char *)address.p);
    int family = bytes_find(address, ':', 0) == SIZE_MAX ? AF_INET : AF_INET6;
    if (address.n >= sizeof(text) || inet_pton(family, text, ip) != 1) {
        return error_set(e, "\"%.*s\" is no address", (int)address.n, (const char *)address.p);
    }
    if (name.n == 0 || bytes_trim(rest).n) {
        return error_set(e, "alias takes an address and one word");
    }
    inet_ntop(family, ip, text, sizeof(text));
    return list_put(&c->aliases, bytes_of(text), name, e);
}

bool config_line(struct config *c, struct bytes line, struct error *e)
{
    struct bytes rest = bytes_trim(line), word = bytes_word(&rest);
    if (word.n == 0 || word.p[0] == '#') {
        return true;
    }
    if (bytes_is(word, "set")) {
        return line_set(c, rest, e);
    }
    if (bytes_is(word, "bind")) {
        return line_bind(c, rest, e);
    }
    if (bytes_is(word, "alias")) {
        return line_alias(c, rest, e);
    }
    if (bytes_is(word, "color") || bytes_is(word, "colour")) {
        return line_colour(c, rest, e);
    }
    return error_set(e, "a line begins with set, bind, alias or color, not with \"%.*s\"",
                     (int)word.n, (const char *)word.p);
}

/* ---- files ---- */

bool config_path(char *out, size_t room)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;
    if (xdg && xdg[0] == '/') { /* the XDG specification: a relative path is to be ignored */
        n = snprintf(out, room, "%s/mailwire/config", xdg);
    } else if (home && home[0]) {
        n = snprintf(out, room, "%s/.config/mailwire/config", home);
    }
    return n > 0 && (size_t)n < room;
}

/* The whole file; false with *absent set when there is none. */
static bool read_file(const char *path, struct buf *out, bool *absent, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    *absent = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (fd < 0) {
        return error_set(e, "can not be read: %s", strerror(errno));
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return error_set(e, "is no file");
    }
    char piece[8192];
    ssize_t n;
    bool fits = true;
    while (fits && (n = read(fd, piece, sizeof(piece))) > 0) {
        fits = buf_add(out, bytes_make(piece, (size_t)n));
    }
    close(fd);
    return fits || error_set(e, "is longer than %u bytes", FILE_MOST);
}

static void tell(void (*say)(void *, const char *), void *arg, const char *path, unsigned line,
                 const char *what)
{
    char text[CONFIG_LINE_MOST];
    if (line) {
        snprintf(text, sizeof(text), "%s:%u: %s", path, line, what);
    } else {
        snprintf(text, sizeof(text), "%s %s", path, what);
    }
    say(arg, text);
}

bool config_read(struct config *c, const char *path, void (*say)(void *arg, const char *sentence),
                 void *arg)
{
    struct buf all;
    struct error e;
    bool absent = false, good = true;
    buf_init(&all, FILE_MOST);
    if (!read_file(path, &all, &absent, &e) && !absent) {
        tell(say, arg, path, 0, e.text);
        good = false;
    }
    struct bytes rest = buf_bytes(&all), line;
    for (unsigned number = 1; bytes_split(&rest, '\n', &line); number++) {
        if (line.n && line.p[line.n - 1] == '\r') {
            line.n--;
        }
        if (line.n > CONFIG_LINE_MOST ? !error_set(&e, "the line is too long")
                                      : !config_line(c, line, &e)) {
            tell(say, arg, path, number, e.text);
            good = false;
        }
    }
    buf_done(&all);
    return good;
}

/* Is this line `set NAME ...`? */
static bool sets(struct bytes line, const char *name)
{
    struct bytes rest = bytes_trim(line);
    return bytes_is(bytes_word(&rest), "set") && bytes_is(bytes_word(&rest), name);
}

static bool make_folders(const char *path)
{
    char part[CONFIG_LINE_MOST];
    for (size_t i = 1; i < sizeof(part) && path[i]; i++) {
        if (path[i] == '/') {
            memcpy(part, path, i);
            part[i] = '\0';
            if (mkdir(part, 0700) != 0 && errno != EEXIST) {
                return false;
            }
        }
    }
    return true;
}

/* Root writes no file where somebody else decides what its name leads to. */
static bool is_safe_folder(const char *path)
{
    char folder[CONFIG_LINE_MOST];
    struct stat st;
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 0, path);
    return geteuid() != 0 || (stat(folder, &st) == 0 && st.st_uid == 0);
}

static bool write_file(const char *path, struct bytes all, struct error *e)
{
    char temporary[CONFIG_LINE_MOST];
    int n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof(temporary) || !make_folders(path)) {
        return error_set(e, "%s: %s", path, strerror(errno));
    }
    if (!is_safe_folder(path)) {
        return error_set(e, "%s: as root no file is written into a folder of somebody else", path);
    }
    int fd = mkstemp(temporary); /* mode 0600 */
    if (fd < 0) {
        return error_set(e, "%s: %s", path, strerror(errno));
    }
    bool good = write(fd, all.p, all.n) == (ssize_t)all.n && fsync(fd) == 0;
    good = close(fd) == 0 && good && rename(temporary, path) == 0;
    if (!good) {
        error_set(e, "%s: %s", path, strerror(errno));
        unlink(temporary);
    }
    return good;
}

bool config_save(const char *path, const char *name, const char *value, struct error *e)
{
    struct buf old, new;
    bool absent = false, put = false;
    buf_init(&old, FILE_MOST);
    buf_init(&new, FILE_MOST + CONFIG_LINE_MOST);
    if (!read_file(path, &old, &absent, e) && !absent) {
        buf_done(&old);
        return false;
    }
    struct bytes rest = buf_bytes(&old), line;
    while (bytes_split(&rest, '\n', &line)) {
        if (!rest.p && line.n == 0) {
            break; /* behind the last line end */
        }
        if (!sets(line, name)) {
            buf_add(&new, line);
            buf_add_byte(&new, '\n');
        } else if (!put) {
            buf_printf(&new, "set %s %s\n", name, value);
            put = true;
        }
    }
    if (!put) {
        buf_printf(&new, "set %s %s\n", name, value);
    }
    bool good = write_file(path, buf_bytes(&new), e);
    buf_done(&old);
    buf_done(&new);
    return good;
}

bool config_may_keep(const char *name, const char *value)
{
    static const char *const kept[] = {"columns", "mute", "utc", "names", "slow", "clipboard"};
    size_t n = strlen(value);
    bool known = false;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        known |= strcmp(name, kept[i]) == 0;
    }
    for (size_t i = 0; i < n; i++) { /* a line end would begin another setting */
        known &= value[i] >= ' ' && value[i] <= '~';
    }
    return known && n > 0 && n < CONFIG_LINE_MOST / 2;
}
