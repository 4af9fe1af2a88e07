#include "tests/support/script.h"

#include <stdio.h>
#include <stdlib.h>

#define ROOM       (1u << 30)
#define SECOND     1000000000
#define STEP_TIME  (SECOND / 100)
#define BEGIN_TIME ((int64_t)1762000000 * SECOND)

/* ---- reading ---- */

static int hex_digit(int c)
{
    return ascii_is_digit(c)        ? c - '0'
           : (c >= 'a' && c <= 'f') ? c - 'a' + 10
           : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                    : -1;
}

/* "\r \n \t \0 \\ \" \xNN" → bytes. */
static bool unescape(struct buf *out, struct bytes text)
{
    static const char from[] = "rnt0\\\"", to[] = "\r\n\t\0\\\"";
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '\\') {
            buf_add_byte(out, text.p[i]);
            continue;
        }
        int c = bytes_at(text, ++i);
        const char *known = c > 0 ? strchr(from, c) : NULL;
        int high = hex_digit(bytes_at(text, i + 1)), low = hex_digit(bytes_at(text, i + 2));
        if (known) {
            buf_add_byte(out, (uint8_t)to[known - from]);
        } else if (c == 'x' && high >= 0 && low >= 0) {
            buf_add_byte(out, (uint8_t)(high * 16 + low));
            i += 2;
        } else {
            return false;
        }
    }
    return true;
}

static struct step *add_step(struct script *s, enum step_kind kind, enum dir dir)
{
    struct step step = {.kind = kind, .dir = dir, .time = s->time, .at = s->data.n};
    s->time += STEP_TIME;
    buf_add(&s->steps, bytes_make(&step, sizeof step));
    return (struct step *)(void *)(s->steps.p + s->steps.n - sizeof step);
}

/* What stands behind the C or S of a line. */
static bool read_said(struct script *s, enum dir dir, struct bytes rest)
{
    uint64_t count = 1;
    size_t used = 0;
    int mark = bytes_at(rest, 0);
    if (mark == '?') {
        bool ok = bytes_u64(bytes_trim(bytes_from(rest, 1)), &count);
        add_step(s, STEP_GAP, dir)->missing = count;
        return ok;
    }
    if (mark == '!') {
        add_step(s, STEP_FIN, dir);
        return bytes_is(bytes_trim(bytes_from(rest, 1)), "fin");
    }
    if (mark == '*') {
        if (!bytes_leading_u64(bytes_from(rest, 1), &count, &used)) {
            return false;
        }
        rest = bytes_from(rest, used + 1);
        mark = bytes_at(rest, 0);
    }
    struct buf raw;
    buf_init(&raw, ROOM);
    bool ok =
        mark == '|' ? unescape(&raw, bytes_from(rest, 1)) : mark == ' ' || (mark < 0 && used == 0);
    if (mark != '|') {
        buf_add(&raw, bytes_from(rest, 1));
        buf_add_str(&raw, "\r\n");
    }
    size_t index = s->steps.n;
    add_step(s, STEP_DATA, dir);
    for (uint64_t i = 0; i < count && ok; i++) {
        ok = buf_add(&s->data, buf_bytes(&raw));
    }
    struct step *step = (struct step *)(void *)(s->steps.p + index);
    step->n = s->data.n - step->at;
    buf_done(&raw);
    return ok;
}

static bool read_end(struct script *s, struct bytes how)
{
    static const struct {
        const char *name;
        enum stream_close how;
    } ends[] = {{"fin", CLOSE_FIN},           {"rst", CLOSE_RST}, {"idle", CLOSE_IDLE},
                {"replaced", CLOSE_REPLACED}, {"end", CLOSE_END}, {"evicted", CLOSE_EVICTED}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (bytes_is(how, ends[i].name)) {
            s->end = ends[i].how;
            return true;
        }
    }
    return false;
}

static bool read_want(struct script *s, struct bytes rest, unsigned line)
{
    struct want w = {.kind = WANT_EVENT, .line = line};
    if (bytes_at(rest, 0) == '!') {
        w.kind = WANT_NEVER;
        rest = bytes_from(rest, 1);
    }
    rest = bytes_trim(rest);
    w.pattern = xcalloc(1, rest.n + 1);
    memcpy(w.pattern, rest.p, rest.n);
    buf_add(&s->wants, bytes_make(&w, sizeof w));
    return rest.n > 0;
}

static bool read_only(struct script *s, struct bytes kinds, unsigned line)
{
    struct bytes kind = bytes_word(&kinds);
    bool some = kind.n > 0;
    for (; kind.n; kind = bytes_word(&kinds)) {
        struct want w = {.kind = WANT_ONLY, .line = line, .pattern = xcalloc(1, kind.n + 1)};
        memcpy(w.pattern, kind.p, kind.n);
        buf_add(&s->wants, bytes_make(&w, sizeof w));
    }
    return some;
}

static bool read_setting(struct script *s, struct bytes line, unsigned number)
{
    struct bytes rest = line, word = bytes_word(&rest);
    rest = bytes_trim(rest);
    uint64_t seconds = 0;
    if (bytes_is(word, "protocol")) {
        size_t n = rest.n < sizeof s->protocol ? rest.n : sizeof s->protocol - 1;
        memcpy(s->protocol, rest.p, n);
        s->protocol[n] = '\0';
        return n > 0;
    }
    if (bytes_is(word, "limit")) {
        char text[80] = "";
        memcpy(text, rest.p, rest.n < sizeof text ? rest.n : sizeof text - 1);
        struct error e;
        return limits_set(&s->limits, text, &e);
    }
    if (bytes_is(word, "wait")) {
        bool ok = bytes_u64(rest, &seconds) && seconds < 1000000;
        s->time += ok ? (int64_t)seconds * SECOND : 0;
        return ok;
    }
    if (bytes_is(word, "end")) {
        return read_end(s, rest);
    }
    if (bytes_is(word, "only")) {
        return read_only(s, rest, number);
    }
    if (bytes_is(word, "unseen")) {
        s->unseen[bytes_is(rest, "S") ? FROM_SERVER : FROM_CLIENT] = true;
        return bytes_is(rest, "S") || bytes_is(rest, "C");
    }
    s->flip |= bytes_is(word, "flip");
    s->midstream |= bytes_is(word, "midstream");
    s->implicit_tls |= bytes_is(word, "implicit-tls");
    s->undetected |= bytes_is(word, "undetected");
    return bytes_is(word, "flip") || bytes_is(word, "midstream") ||
           bytes_is(word, "implicit-tls") || bytes_is(word, "undetected");
}

static bool read_line(struct script *s, struct bytes line, unsigned number)
{
    int first = bytes_at(line, 0), second = bytes_at(line, 1);
    if (first < 0 || first == '#') {
        return true;
    }
    if ((first == 'C' || first == 'S') && (second < 0 || strchr(" |?!*", second))) {
        return read_said(s, first == 'C' ? FROM_CLIENT : FROM_SERVER, bytes_from(line, 1));
    }
    if (first == '=') {
        return read_want(s, bytes_from(line, 1), number);
    }
    return read_setting(s, line, number);
}

static bool slurp(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        return false;
    }
    uint8_t block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) {
        buf_add(out, bytes_make(block, n));
    }
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

bool script_read(struct script *s, const char *path, struct error *e)
{
    struct buf text;
    *s = (struct script){.limits = limits_default(), .time = BEGIN_TIME, .end = CLOSE_END};
    buf_init(&s->data, ROOM);
    buf_init(&s->steps, ROOM);
    buf_init(&s->wants, ROOM);
    buf_init(&text, ROOM);
    bool ok = slurp(path, &text) || error_set(e, "%s: can not be read", path);
    struct bytes rest = buf_bytes(&text), line;
    for (unsigned number = 1; ok && bytes_split(&rest, '\n', &line); number++) {
        ok = read_line(s, line, number) ||
             error_set(e, "%s:%u: not understood: %.*s", path, number,
                       (int)(line.n < 200 ? line.n : 200), (const char *)line.p);
    }
    if (ok && s->protocol[0] == '\0') {
        ok = error_set(e, "%s: says no protocol", path);
    }
    buf_done(&text);
    return ok;
}

void script_done(struct script *s)
{
    for (size_t i = 0; i < script_wants(s); i++) {
        free(script_want(s, i)->pattern);
    }
    buf_done(&s->data);
    buf_done(&s->steps);
    buf_done(&s->wants);
}

size_t script_steps(const struct script *s)
{
    return s->steps.n / sizeof(struct step);
}

const struct step *script_step(const struct script *s, size_t i)
{
    return (const struct step *)(const void *)(s->steps.p + i * sizeof(struct step));
}

size_t script_wants(const struct script *s)
{
    return s->wants.n / sizeof(struct want);
}

const struct want *script_want(const struct script *s, size_t i)
{
    return (const struct want *)(const void *)(s->wants.p + i * sizeof(struct want));
}

/* ---- expectations ---- */

/* '*' stands for any bytes. The pattern may stop where a word of the line ends. */
bool script_match(const char *pattern, struct bytes line)
{
    const char *star = NULL, *p = pattern;
    size_t i = 0, star_at = 0;
    for (;;) {
        if (*p == '\0' && (i == line.n || line.p[i] == ' ')) {
            return true;
        }
        if (*p == '*') {
            star = ++p;
            star_at = i;
        } else if (i < line.n && *p == (char)line.p[i]) {
            p++;
            i++;
        } else if (star && star_at < line.n) {
            i = ++star_at;
            p = star;
        } else {
            return false;
        }
    }
}

/* Is this line of a kind that the script lists completely? */
static const struct want *listed(const struct script *s, struct bytes line)
{
    for (size_t i = 0; i < script_wants(s); i++) {
        const struct want *w = script_want(s, i);
        if (w->kind == WANT_ONLY && script_match(w->pattern, line)) {
            return w;
        }
    }
    return NULL;
}

static const struct want *forbidden(const struct script *s, struct bytes line)
{
    for (size_t i = 0; i < script_wants(s); i++) {
        const struct want *w = script_want(s, i);
        if (w->kind == WANT_NEVER && script_match(w->pattern, line)) {
            return w;
        }
    }
    return NULL;
}

static size_t next_event(const struct script *s, size_t i)
{
    while (i < script_wants(s) && script_want(s, i)->kind != WANT_EVENT) {
        i++;
    }
    return i;
}

static bool wrong(struct error *e, unsigned line, const char *what, struct bytes got)
{
    return error_set(e, "line %u: %s: %.*s", line, what, (int)(got.n < 400 ? got.n : 400),
                     got.n ? (const char *)got.p : "");
}

bool script_check(const struct script *s, struct bytes lines, struct error *e)
{
    size_t want = next_event(s, 0);
    struct bytes line;
    while (bytes_split(&lines, '\n', &line)) {
        const struct want *never = line.n ? forbidden(s, line) : NULL;
        if (never) {
            return wrong(e, never->line, "must not happen", line);
        }
        if (want < script_wants(s) && script_match(script_want(s, want)->pattern, line)) {
            want = next_event(s, want + 1);
            continue;
        }
        const struct want *only = line.n ? listed(s, line) : NULL;
        if (only) {
            unsigned at = want < script_wants(s) ? script_want(s, want)->line : only->line;
            return wrong(e, at, "expected here, but there came", line);
        }
    }
    if (want < script_wants(s)) {
        const struct want *w = script_want(s, want);
        return wrong(e, w->line, "expected and not seen", bytes_of(w->pattern));
    }
    return true;
}
