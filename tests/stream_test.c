/* Plays the scripts of a folder (tests/streams/README.md) into the dissectors: each whole, byte by
 * byte, cut at every place and at random places. All plays must tell the same, and what the script
 * expects. Played through the engine, which has to find the protocol, the same again. With the
 * smallest limits nothing may break.
 *
 *   stream_test FOLDER|SCRIPT ...       stream_test -v SCRIPT   shows what is told
 */
#include "tests/support/play.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_CUTS    1500u
#define RANDOM_PLAYS 40u

struct tally {
    unsigned passed, failed;
    uint64_t plays;
    bool verbose;
};

static struct limits tiny_limits(void)
{
    struct limits l;
#define LIMIT(field, value, least, most, unit, what) l.field = (least);
#include "capture/base/limits.def"
#undef LIMIT
    return l;
}

static bool split_line(struct bytes *rest, struct bytes *line)
{
    *line = (struct bytes){0};
    return bytes_split(rest, '\n', line);
}

/* Tells the first line in which two plays differ. */
static bool same(const struct render *whole, const struct render *other, const char *how, size_t n,
                 struct error *e)
{
    struct bytes a = buf_bytes(&whole->text), b = buf_bytes(&other->text), la, lb;
    if (bytes_equal(a, b)) {
        return true;
    }
    bool more_a = true, more_b = true;
    do {
        more_a = split_line(&a, &la);
        more_b = split_line(&b, &lb);
    } while (more_a && more_b && bytes_equal(la, lb));
    int na = (int)(la.n < 200 ? la.n : 200), nb = (int)(lb.n < 200 ? lb.n : 200);
    return error_set(e, "told otherwise %s %zu:\n      whole: %.*s\n      cut:   %.*s", how, n, na,
                     na ? (const char *)la.p : "", nb, nb ? (const char *)lb.p : "");
}

struct plays {
    const struct script *script;
    const struct protocol *protocol;
    const struct limits *limits;
    struct render whole;
    struct tally *tally;
};

static bool play_like(struct plays *p, struct cuts cuts, const char *how, size_t n, struct error *e)
{
    struct render r;
    render_init(&r);
    play_session(p->script, p->protocol, p->limits, &cuts, &r);
    bool ok = same(&p->whole, &r, how, n, e);
    render_done(&r);
    p->tally->plays++;
    return ok;
}

static bool play_all_cuts(struct plays *p, struct error *e)
{
    size_t bytes = p->script->data.n, step = bytes / MOST_CUTS + 1;
    bool ok = play_like(p, (struct cuts){.piece = 1}, "in pieces of", 1, e) &&
              play_like(p, (struct cuts){.piece = 7}, "in pieces of", 7, e);
    for (size_t at = 1; ok && at < bytes; at += step) {
        ok = play_like(p, (struct cuts){.at = at}, "cut at byte", at, e);
    }
    for (unsigned i = 1; ok && i <= RANDOM_PLAYS; i++) {
        struct cuts c = {.random = i, .one_in = 2 + i * i};
        ok = play_like(p, c, "cut at random, seed", i, e);
    }
    return ok;
}

static bool play_whole(struct plays *p, struct error *e)
{
    render_init(&p->whole);
    play_session(p->script, p->protocol, p->limits, &(struct cuts){0}, &p->whole);
    p->tally->plays++;
    return !p->whole.misplaced || error_set(e, "an event stands in the wrong place");
}

/* Detection holds the first bytes back and gives them on: nothing may be told otherwise for that.
 */
static bool play_detected(struct plays *p, struct error *e)
{
    static const struct cuts ways[] = {{0}, {.piece = 1}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof ways / sizeof *ways; i++) {
        struct render r;
        render_init(&r);
        play_engine(p->script, p->protocol, p->limits, &ways[i], &r);
        p->tally->plays++;
        ok = p->script->undetected
                 ? r.text.n == 0 || error_set(e, "was taken for %s", p->protocol->name)
                 : same(&p->whole, &r, "behind detection, pieces of", ways[i].piece, e);
        render_done(&r);
    }
    return ok;
}

static bool play_tiny(struct plays *p, struct error *e)
{
    struct limits tiny = tiny_limits();
    struct plays t = {p->script, p->protocol, &tiny, {.open = false}, p->tally};
    bool ok = play_whole(&t, e) &&
              play_like(&t, (struct cuts){.piece = 1}, "with tiny limits in pieces of", 1, e);
    render_done(&t.whole);
    return ok;
}

static bool play_script(const struct script *s, struct tally *t, struct error *e)
{
    struct plays p = {s, play_protocol(s->protocol), &s->limits, {.open = false}, t};
    if (!p.protocol) {
        return error_set(e, "no such protocol: %s", s->protocol);
    }
    bool ok = play_whole(&p, e);
    if (t->verbose) {
        fwrite(p.whole.text.p, 1, p.whole.text.n, stdout);
    }
    ok = ok && script_check(s, buf_bytes(&p.whole.text), e);
    ok = ok && play_all_cuts(&p, e) && play_detected(&p, e) && play_tiny(&p, e);
    render_done(&p.whole);
    return ok;
}

static void run_file(const char *path, struct tally *t)
{
    struct script s;
    struct error e = {""};
    if (script_read(&s, path, &e) && play_script(&s, t, &e)) {
        t->passed++;
    } else {
        t->failed++;
        printf("%s: %s\n", path, e.text);
    }
    script_done(&s);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void run_tree(char *path, struct tally *t)
{
    char *paths[] = {path, NULL};
    FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    for (FTSENT *f; tree && (f = fts_read(tree));) {
        bool script = bytes_ends(bytes_of(f->fts_name), ".t") || f->fts_level == FTS_ROOTLEVEL;
        if (f->fts_info == FTS_F && script) {
            run_file(f->fts_path, t);
        }
    }
    if (tree) {
        fts_close(tree);
    }
}

int main(int argc, char **argv)
{
    struct tally t = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0) {
            t.verbose = true;
        } else {
            run_tree(argv[i], &t);
        }
    }
    printf("%u scripts, %llu plays\n", t.passed + t.failed, (unsigned long long)t.plays);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed || !t.passed;
}
