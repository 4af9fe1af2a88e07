/* Screens as text: scripts of keys, played on the viewer without a terminal, at two sizes.
 *
 *   screen_test [--write] SAMPLES SCRIPTS      plays SCRIPTS/NAME.t, compares with NAME.WxH.screen
 *
 * A script has lines of these kinds; a capture is read by the whole dissector, so what is
 * shown is what would be shown:
 *   pcap FILE      of SAMPLES, read before anything else
 *   live FILE      the same of an interface; of its packets none has come yet
 *   packets N      the next N of them have come
 *   finish         and all others, and the capture has ended
 *   set LINE       a line of the settings file; alias LINE too
 *   ascii          a terminal without UTF-8
 *   secrets        as with --show-secrets
 *   keys K K K     keys by their names
 *   type TEXT      letters, as they are
 *   click ROW COL
 *   size W H       another size from here on
 *   memory SIZE    another ceiling of the store, before the lists have looked at what went
 *   shot           what the screen shows goes into the golden file
 *   styles         the same with a letter for the style of each cell
 *   wrote TEXT     stands in the file that was saved last (none is made on the disk; names that
 *                  begin with "full" are on a full one, "taken.txt" is taken)
 *   copied TEXT    was put into the clipboard last
 *   expect TEXT    must be on the screen now
 *   refuse TEXT    must not
 *
 * After the scripts come the properties that every screen must have, under random keys and
 * sizes: nothing unsafe in a cell, no row wider than it is, no secret, no key that ends the
 * program by accident, the same screen after going away and back.
 */
#include "capture/base/text.h"
#include "tests/support/capture_steps.h"
#include "ui/export/files.h"
#include "ui/relay.h"
#include "ui/spool.h"
#include "ui/store.h"
#include "ui/tui/app.h"
#include "ui/tui/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORK_NS    (10 * CLOCK_S)
#define SHOTS_MOST (1u << 20)

/* ---- a viewer over a capture ---- */

struct bench {
    struct limits limits;
    struct config config;
    struct spool *spool;
    struct relay *relay;
    struct store *store;
    struct app *app;
    char file[256];
    int rows, cols;
    char copied[256]; /* into the clipboard */
    int saving;       /* the file being written, -1 none */
    bool live;
    struct capture_steps *steps;
    struct buf saved; /* the one written last */
    struct file_maker maker;
};

static const char *file_name(void *arg, uint32_t file)
{
    (void)file;
    return ((struct bench *)arg)->file;
}

/* Puts into the store what the relay has. */
static void take(struct bench *b)
{
    while (relay_drain(b->relay, WORK_NS, store_take, b->store) == RELAY_MORE) {
    }
}

static bool read_capture(struct bench *b, const char *path)
{
    b->steps = capture_steps_open(path, &b->limits, b->relay, b->live);
    if (b->steps == NULL) {
        return false;
    }
    capture_steps_finish(b->steps);
    take(b);
    return true;
}

static void bench_init(struct bench *b)
{
    *b = (struct bench){.limits = limits_default(), .rows = 24, .cols = 80};
    config_init(&b->config);
    b->saving = -1;
    buf_init(&b->saved, SHOTS_MOST);
    b->config.utc = true;
    b->spool = spool_open(&b->limits, false, NULL);
    struct relay_config rc = {.limits = &b->limits, .spool = b->spool, .batches = 100000};
    b->relay = relay_new(&rc, NULL);
    struct store_config sc = {.limits = &b->limits,
                              .atoms = relay_atoms(b->relay),
                              .spool = b->spool,
                              .file_name = file_name,
                              .file_name_arg = b};
    b->store = store_new(&sc);
}

static void work(struct bench *b)
{
    app_resize(b->app, b->rows, b->cols);
    while (app_work(b->app, clock_now() + WORK_NS)) {
    }
}

/* Settings are kept nowhere. */
static bool keep(void *arg, const char *name, const char *value, struct error *e)
{
    (void)arg;
    return config_may_keep(name, value) || error_set(e, "%s may not be kept", name);
}

/* ---- files: in memory ---- */

static int make_folder(void *arg, const char *path, bool make, struct error *e)
{
    (void)arg, (void)make;
    if (strcmp(path, ".") != 0) {
        error_set(e, "%s: there is no such folder", path);
        errno = ENOENT;
        return -1;
    }
    return 0;
}

static int make_file(void *arg, int folder, const char *name)
{
    struct bench *b = arg;
    (void)folder;
    int fd = strncmp(name, "full", 4) == 0 ? open("/dev/full", O_RDWR | O_CLOEXEC)
                                           : memfd_create("saved", MFD_CLOEXEC);
    if (b->saving >= 0) {
        close(b->saving);
    }
    b->saving = dup(fd);
    return fd;
}

static int resume_file(void *arg, int folder, const char *name)
{
    (void)arg, (void)folder, (void)name;
    errno = ENOENT;
    return -1;
}

static int name_file(void *arg, int folder, const char *from, const char *to)
{
    struct bench *b = arg;
    uint8_t piece[4096];
    ssize_t n;
    (void)folder, (void)from;
    if (strcmp(to, "taken.txt") == 0) {
        errno = EEXIST;
        return -1;
    }
    buf_clear(&b->saved);
    for (off_t at = 0; (n = pread(b->saving, piece, sizeof(piece), at)) > 0; at += n) {
        buf_add(&b->saved, bytes_make(piece, (size_t)n));
    }
    return 0;
}

static int remove_file(void *arg, int folder, const char *name)
{
    (void)arg, (void)folder, (void)name;
    return 0;
}

static bool copy(void *arg, struct bytes text, struct error *e)
{
    struct bench *b = arg;
    (void)e;
    snprintf(b->copied, sizeof(b->copied), "%.*s", (int)text.n, (const char *)text.p);
    return true;
}

static void bench_open(struct bench *b, bool secrets)
{
    static const struct config_keeper keeper = {NULL, keep};
    b->maker = (struct file_maker){b, make_folder, make_file, resume_file, name_file, remove_file};
    struct app_config ac = {.limits = &b->limits,
                            .config = &b->config,
                            .keeper = &keeper,
                            .maker = &b->maker,
                            .store = b->store,
                            .input = b->file,
                            .file_name = file_name,
                            .file_name_arg = b,
                            .copy = copy,
                            .copy_arg = b,
                            .show_secrets = secrets,
                            .live = b->live,
                            .steady = true};
    b->app = app_new(&ac);
    work(b);
}

static void bench_done(struct bench *b)
{
    app_free(&b->app);
    capture_steps_close(&b->steps);
    store_free(&b->store);
    relay_free(&b->relay);
    spool_close(&b->spool);
    config_done(&b->config);
    buf_done(&b->saved);
    if (b->saving >= 0) {
        close(b->saving);
    }
}

static void press(struct bench *b, int32_t code)
{
    struct key k = {.code = code};
    app_press(b->app, &k);
    work(b);
}

/* ---- looking at the screen ---- */

static void screen_text(struct bench *b, struct buf *out)
{
    const struct canvas *c = app_draw(b->app);
    for (int r = 0; r < c->rows; r++) {
        canvas_row_text(c, r, out);
        buf_add_byte(out, '\n');
    }
}

static void screen_styles(struct bench *b, struct buf *out)
{
    const struct canvas *c = app_draw(b->app);
    for (int r = 0; r < c->rows; r++) {
        canvas_row_styles(c, r, out);
        buf_add_byte(out, '\n');
    }
}

static bool shows(struct bench *b, const char *text)
{
    struct buf all;
    buf_init(&all, SHOTS_MOST);
    screen_text(b, &all);
    bool found = strstr(buf_cstr(&all), text) != NULL;
    buf_done(&all);
    return found;
}

/* What must hold for any screen; a sentence when it does not. */
static const char *wrong_cell(const struct canvas *c)
{
    for (int r = 0; r < c->rows; r++) {
        int width = 0;
        for (int k = 0; k < c->cols; k++) {
            const struct cell *cell = canvas_cell(c, r, k);
            width += cell->width;
            if (cell->cp == 0 && (k == 0 || canvas_cell(c, r, k - 1)->width != 2)) {
                return "half a wide character";
            }
            if (cell->cp != 0 && (cell->cp < ' ' || text_is_unsafe(cell->cp))) {
                return "a character that could command the terminal";
            }
            if (c->ascii && cell->cp > 0x7e) {
                return "a letter beyond ASCII on a terminal without them";
            }
        }
        if (width != c->cols) {
            return "a row is not as wide as the screen";
        }
    }
    return NULL;
}

/* ---- scripts ---- */

struct play {
    struct bench bench;
    const char *samples;
    struct buf shots;
    bool secrets;
    int failed;
    const char *name;
    int line;
};

static void complain(struct play *p, const char *what, const char *text)
{
    printf("FAIL %s:%d (%dx%d): %s%s\n", p->name, p->line, p->bench.cols, p->bench.rows, what,
           text);
    p->failed++;
}

static void need_app(struct play *p)
{
    if (!p->bench.app) {
        bench_open(&p->bench, p->secrets);
    }
}

static void do_pcap(struct play *p, struct bytes rest)
{
    char path[512];
    snprintf(p->bench.file, sizeof(p->bench.file), "%.*s", (int)rest.n, (const char *)rest.p);
    snprintf(path, sizeof(path), "%s/%s", p->samples, p->bench.file);
    if (!read_capture(&p->bench, path)) {
        complain(p, "can not read ", path);
    }
}

static void do_live(struct play *p, struct bytes rest)
{
    char path[512];
    snprintf(p->bench.file, sizeof(p->bench.file), "eth0");
    snprintf(path, sizeof(path), "%s/%.*s", p->samples, (int)rest.n, (const char *)rest.p);
    p->bench.live = true;
    p->bench.steps = capture_steps_open(path, &p->bench.limits, p->bench.relay, true);
    if (!p->bench.steps) {
        complain(p, "can not read ", path);
    }
}

/* Lists put what is new in place some times a second. */
static void settle(struct bench *b)
{
    take(b);
    work(b);
    nanosleep(&(struct timespec){.tv_nsec = 120 * CLOCK_MS}, NULL);
    work(b);
}

static void do_packets(struct play *p, struct bytes rest)
{
    uint64_t n = 0;
    need_app(p);
    bytes_u64(bytes_word(&rest), &n);
    capture_steps_tell(p->bench.steps, (size_t)n);
    settle(&p->bench);
}

static void do_finish(struct play *p, struct bytes rest)
{
    (void)rest;
    need_app(p);
    capture_steps_finish(p->bench.steps);
    settle(&p->bench);
}

static void do_set(struct play *p, struct bytes rest)
{
    struct error e;
    if (!config_line(&p->bench.config, rest, &e)) {
        complain(p, "settings: ", e.text);
    }
}

static void do_keys(struct play *p, struct bytes rest)
{
    need_app(p);
    for (struct bytes word = bytes_word(&rest); word.n; word = bytes_word(&rest)) {
        int32_t code;
        if (key_parse(word, &code)) {
            press(&p->bench, code);
        } else {
            complain(p, "there is no such key", "");
        }
    }
}

static void do_type(struct play *p, struct bytes rest)
{
    need_app(p);
    for (size_t at = 0; at < rest.n;) {
        press(&p->bench, text_utf8_next(rest, &at));
    }
}

static void do_click(struct play *p, struct bytes rest)
{
    uint64_t row = 0, col = 0;
    need_app(p);
    bytes_u64(bytes_word(&rest), &row);
    bytes_u64(bytes_word(&rest), &col);
    struct key k = {.code = KC_CLICK, .row = (int)row, .col = (int)col};
    app_press(p->bench.app, &k);
    work(&p->bench);
}

static void do_size(struct play *p, struct bytes rest)
{
    uint64_t cols = 80, rows = 24;
    bytes_u64(bytes_word(&rest), &cols);
    bytes_u64(bytes_word(&rest), &rows);
    p->bench.cols = (int)cols;
    p->bench.rows = (int)rows;
    need_app(p);
    work(&p->bench);
}

static void do_memory(struct play *p, struct bytes rest)
{
    uint64_t n = 0;
    need_app(p);
    bytes_u64(bytes_word(&rest), &n);
    store_set_ceiling(p->bench.store, n);
}

static void check_cells(struct play *p)
{
    const char *wrong = wrong_cell(app_draw(p->bench.app));
    if (wrong) {
        complain(p, wrong, "");
    }
}

static void do_shot(struct play *p, struct bytes rest)
{
    (void)rest;
    need_app(p);
    buf_printf(&p->shots, "==== line %d\n", p->line);
    screen_text(&p->bench, &p->shots);
    check_cells(p);
}

static void do_styles(struct play *p, struct bytes rest)
{
    do_shot(p, rest);
    buf_printf(&p->shots, "---- styles\n");
    screen_styles(&p->bench, &p->shots);
}

static void do_expect(struct play *p, struct bytes rest)
{
    char text[512];
    need_app(p);
    snprintf(text, sizeof(text), "%.*s", (int)rest.n, (const char *)rest.p);
    if (!shows(&p->bench, text)) {
        complain(p, "not on the screen: ", text);
    }
}

static void do_refuse(struct play *p, struct bytes rest)
{
    char text[512];
    need_app(p);
    snprintf(text, sizeof(text), "%.*s", (int)rest.n, (const char *)rest.p);
    if (shows(&p->bench, text)) {
        complain(p, "on the screen: ", text);
    }
}

static void do_copied(struct play *p, struct bytes rest)
{
    if (!bytes_is(rest, p->bench.copied)) {
        complain(p, "copied was: ", p->bench.copied);
    }
}

static void do_wrote(struct play *p, struct bytes rest)
{
    char text[512];
    snprintf(text, sizeof(text), "%.*s", (int)rest.n, (const char *)rest.p);
    if (!strstr(buf_cstr(&p->bench.saved), text)) {
        complain(p, "not in the file saved last: ", text);
    }
}

static void do_ascii(struct play *p, struct bytes rest)
{
    (void)rest;
    p->bench.config.ascii = true;
}

static void do_secrets(struct play *p, struct bytes rest)
{
    (void)rest;
    p->secrets = true;
}

static void play_line(struct play *p, struct bytes line)
{
    static const struct {
        const char *word;
        void (*run)(struct play *p, struct bytes rest);
    } words[] = {{"pcap", do_pcap},       {"set", do_set},       {"alias", do_set},
                 {"ascii", do_ascii},     {"keys", do_keys},     {"type", do_type},
                 {"click", do_click},     {"size", do_size},     {"shot", do_shot},
                 {"styles", do_styles},   {"expect", do_expect}, {"refuse", do_refuse},
                 {"secrets", do_secrets}, {"memory", do_memory}, {"copied", do_copied},
                 {"wrote", do_wrote},     {"live", do_live},     {"packets", do_packets},
                 {"finish", do_finish}};
    struct bytes rest = line, word = bytes_word(&rest);
    if (word.n == 0 || word.p[0] == '#') {
        return;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bytes_is(word, words[i].word)) {
            words[i].run(p, words[i].run == do_set ? line : rest);
            return;
        }
    }
    complain(p, "a line that is none", "");
}

static bool read_whole(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "r");
    char piece[4096];
    size_t n;
    if (!f) {
        return false;
    }
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0) {
        buf_add(out, bytes_make(piece, n));
    }
    fclose(f);
    return true;
}

/* The first line that differs, from both. */
static void show_difference(struct bytes want, struct bytes got)
{
    struct bytes a = {NULL, 0}, b = {NULL, 0};
    for (int line = 1; want.p || got.p; line++) {
        a = b = bytes_of("");
        bytes_split(&want, '\n', &a);
        bytes_split(&got, '\n', &b);
        if (!bytes_equal(a, b)) {
            printf("  line %d\n  - %.*s\n  + %.*s\n", line, (int)a.n, (const char *)a.p, (int)b.n,
                   (const char *)b.p);
            return;
        }
    }
}

static void compare(struct play *p, const char *golden, bool write)
{
    struct buf want;
    buf_init(&want, SHOTS_MOST);
    if (p->shots.n && write) {
        FILE *f = fopen(golden, "w");
        if (!f || fwrite(p->shots.p, 1, p->shots.n, f) != p->shots.n || fclose(f) != 0) {
            complain(p, "can not write ", golden);
        }
    } else if (p->shots.n && !read_whole(golden, &want)) {
        complain(p, "no golden file ", golden);
    } else if (p->shots.n && !bytes_equal(buf_bytes(&want), buf_bytes(&p->shots))) {
        complain(p, "differs from ", golden);
        show_difference(buf_bytes(&want), buf_bytes(&p->shots));
    }
    buf_done(&want);
}

static bool play_script(const char *samples, const char *folder, const char *file, int cols,
                        int rows, bool write)
{
    struct play p = {.samples = samples, .name = file};
    struct buf script;
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", folder, file);
    buf_init(&script, SHOTS_MOST);
    buf_init(&p.shots, SHOTS_MOST);
    bench_init(&p.bench);
    p.bench.cols = cols;
    p.bench.rows = rows;
    if (!read_whole(path, &script)) {
        complain(&p, "can not read ", path);
    }
    struct bytes rest = buf_bytes(&script), line;
    for (p.line = 1; bytes_split(&rest, '\n', &line); p.line++) {
        play_line(&p, line);
    }
    snprintf(path, sizeof(path), "%s/%.*s.%dx%d.screen", folder, (int)strlen(file) - 2, file, cols,
             rows);
    compare(&p, path, write);
    bench_done(&p.bench);
    buf_done(&p.shots);
    buf_done(&script);
    return p.failed == 0;
}

/* ---- properties ---- */

/* Passwords of samples/tour.pcap: never on a screen that did not ask for them. */
static const char *const secrets[] = {"hunter2", "spring25", "AGFubmEAc3ByaW5nMjU="};

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int32_t random_key(uint64_t *seed)
{
    static const int32_t special[] = {KC_UP,        KC_DOWN,      KC_LEFT,   KC_RIGHT,  KC_PAGE_UP,
                                      KC_PAGE_DOWN, KC_HOME,      KC_END,    KC_ERASE,  KC_DELETE,
                                      KC_TAB,       KC_SHIFT_TAB, KC_RETURN, KC_ESCAPE, KC_F0 + 1,
                                      KC_F0 + 3,    KC_F0 + 6,    KC_F0 + 7, KC_F0 + 10};
    uint64_t n = next_random(seed) % 100;
    if (n < 40) {
        return special[next_random(seed) % (sizeof(special) / sizeof(special[0]))];
    }
    int32_t c =
        n < 45 ? (int32_t)(next_random(seed) % 32) : (int32_t)(' ' + next_random(seed) % 95);
    /* Leaving, stopping, and what shows secrets on purpose is for other tests. */
    return c == 'q' || c == 3 || c == 'u' || c == 'U' || c == 26 ? KC_DOWN : c;
}

static bool leaks(struct bench *b)
{
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (shows(b, secrets[i])) {
            printf("FAIL a secret is on the screen: %s\n", secrets[i]);
            return true;
        }
    }
    return false;
}

/* Random keys at random sizes. */
static bool walk(const char *samples, const char *file, bool ascii, uint64_t seed, int keys)
{
    struct bench b;
    char path[512];
    bool good = true;
    uint64_t first = seed;
    snprintf(path, sizeof(path), "%s/%s", samples, file);
    bench_init(&b);
    b.config.ascii = ascii;
    snprintf(b.file, sizeof(b.file), "%s", file);
    read_capture(&b, path);
    bench_open(&b, false);
    for (int i = 0; i < keys && good; i++) {
        if (app_ended(b.app)) { /* Esc on a tab leaves: come in again */
            app_free(&b.app);
            bench_open(&b, false);
        }
        if (next_random(&seed) % 20 == 0) {
            b.rows = (int)(1 + next_random(&seed) % 60);
            b.cols = (int)(1 + next_random(&seed) % 200);
        }
        struct key k = {.code = random_key(&seed)};
        if (next_random(&seed) % 15 == 0) {
            k = (struct key){.code = KC_CLICK,
                             .row = (int)(next_random(&seed) % (uint64_t)b.rows),
                             .col = (int)(next_random(&seed) % (uint64_t)b.cols),
                             .twice = next_random(&seed) % 2};
        }
        app_press(b.app, &k);
        work(&b);
        const char *wrong = wrong_cell(app_draw(b.app));
        if (wrong || leaks(&b)) {
            printf("FAIL random walk %" PRIu64 " over %s, key %d: %s\n", first, file, i,
                   wrong ? wrong : "secret");
            good = false;
        }
    }
    bench_done(&b);
    return good;
}

/* Smaller and back, and any dialog opened and closed, gives the same screen. */
static bool comes_back(const char *samples)
{
    static const int32_t there[][2] = {
        {KC_F0 + 1, 'q'}, {KC_F0 + 2, KC_ESCAPE}, {KC_F0 + 7, KC_ESCAPE}, {KC_F0 + 10, KC_ESCAPE},
        {'/', KC_ESCAPE}, {':', KC_ESCAPE},       {KC_RETURN, 'q'},       {'d', 'q'}};
    struct bench b;
    struct buf before, after;
    char path[512];
    bool good = true;
    snprintf(path, sizeof(path), "%s/tour.pcap", samples);
    bench_init(&b);
    snprintf(b.file, sizeof(b.file), "tour.pcap");
    read_capture(&b, path);
    bench_open(&b, false);
    press(&b, 'j');
    for (size_t i = 0; i <= sizeof(there) / sizeof(there[0]); i++) {
        buf_init(&before, SHOTS_MOST);
        buf_init(&after, SHOTS_MOST);
        screen_text(&b, &before);
        screen_styles(&b, &before);
        if (i < sizeof(there) / sizeof(there[0])) {
            press(&b, there[i][0]);
            press(&b, there[i][1]);
        } else {
            b.rows = 5, b.cols = 20;
            work(&b);
            b.rows = 24, b.cols = 80;
            work(&b);
        }
        screen_text(&b, &after);
        screen_styles(&b, &after);
        if (!bytes_equal(buf_bytes(&before), buf_bytes(&after))) {
            printf("FAIL the screen is another one after key %d and back\n",
                   i < sizeof(there) / sizeof(there[0]) ? (int)there[i][0] : -1);
            show_difference(buf_bytes(&before), buf_bytes(&after));
            good = false;
        }
        buf_done(&before);
        buf_done(&after);
    }
    bench_done(&b);
    return good;
}

/* ---- main ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_script(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 2 && strcmp(d->d_name + n - 2, ".t") == 0;
}

static void count(bool good, int *passed, int *failed)
{
    ++*(good ? passed : failed);
}

int main(int argc, char **argv)
{
    bool write = argc > 1 && strcmp(argv[1], "--write") == 0;
    static const int sizes[][2] = {{80, 24}, {120, 35}};
    int passed = 0, failed = 0;
    if (argc < 3 + write) {
        fprintf(stderr, "usage: screen_test [--write] SAMPLES SCRIPTS\n");
        return 2;
    }
    const char *samples = argv[1 + write], *folder = argv[2 + write];
    struct dirent **list;
    int n = scandir(folder, &list, is_script, by_name);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 2; k++) {
            count(play_script(samples, folder, list[i]->d_name, sizes[k][0], sizes[k][1], write),
                  &passed, &failed);
        }
        free(list[i]);
    }
    if (n >= 0) {
        free(list);
    }
    if (!write) {
        count(comes_back(samples), &passed, &failed);
        count(walk(samples, "tour.pcap", false, 1, 3000), &passed, &failed);
        count(walk(samples, "tour.pcap", true, 2, 1000), &passed, &failed);
        count(walk(samples, "smtp_utf8_addresses.pcap", false, 3, 1000), &passed, &failed);
        count(walk(samples, "smtp_scanners.pcap", false, 4, 1000), &passed, &failed);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
