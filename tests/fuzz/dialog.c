#include "tests/fuzz/fuzz.h"
#include "tests/support/play.h"

#include <stdlib.h>

#define TURN 0x1e
#define GAP  0x1d
#define END  0x1c
#define ROOM (1u << 24)

/* Options in the first byte. */
#define OPT_TINY         0x01u
#define OPT_MIDSTREAM    0x02u
#define OPT_FLIP         0x04u
#define OPT_SERVER_FIRST 0x08u
#define OPT_ONE_SIDED    0x10u
#define OPT_RESET        0x20u

static void add_step(struct script *s, enum step_kind kind, enum dir dir, uint64_t missing)
{
    struct step step = {
        .kind = kind, .dir = dir, .time = s->time, .at = s->data.n, .missing = missing};
    s->time += 1000000;
    buf_add(&s->steps, bytes_make(&step, sizeof step));
}

/* Text up to the next mark, as one step. */
static size_t add_text(struct script *s, enum dir dir, struct bytes input, size_t at)
{
    size_t end = at;
    while (end < input.n && (input.p[end] < END || input.p[end] > TURN)) {
        end++;
    }
    add_step(s, STEP_DATA, dir, 0);
    struct step *step = (struct step *)(void *)(s->steps.p + s->steps.n - sizeof *step);
    step->n = end - at;
    buf_add(&s->data, bytes_sub(input, at, end - at));
    return end;
}

static void read_turns(struct script *s, struct bytes input, enum dir dir)
{
    bool ended[2] = {false, false};
    for (size_t at = 0; at < input.n;) {
        int c = input.p[at];
        if (c == TURN) {
            dir = dir_other(dir);
            at++;
        } else if (c == GAP && !ended[dir]) {
            int n = bytes_at(input, at + 1);
            add_step(s, STEP_GAP, dir, n > 0 ? (uint64_t)n : 1);
            at += 2;
        } else if (c == END || ended[dir]) {
            if (!ended[dir]) {
                add_step(s, STEP_FIN, dir, 0);
            }
            ended[dir] = true;
            at++;
        } else {
            at = add_text(s, dir, input, at);
        }
    }
}

static void compare(const struct script *s, const struct protocol *p, const struct render *whole,
                    struct cuts cuts, const char *how)
{
    struct render r;
    render_init(&r);
    play_session(s, p, &s->limits, &cuts, &r);
    if (!bytes_equal(buf_bytes(&whole->text), buf_bytes(&r.text))) {
        fuzz_differ(how, buf_bytes(&whole->text), buf_bytes(&r.text));
    }
    render_done(&r);
}

int fuzz_dialog(const char *protocol, struct bytes input)
{
    unsigned options = input.n ? input.p[0] : 0;
    const struct protocol *p = play_protocol(protocol);
    struct script s = {.time = 1000000000000000000,
                       .end = options & OPT_RESET ? CLOSE_RST : CLOSE_END};
    s.limits = options & OPT_TINY ? fuzz_tiny_limits() : limits_default();
    s.midstream = options & OPT_MIDSTREAM;
    s.flip = options & OPT_FLIP;
    s.unseen[FROM_SERVER] = options & OPT_ONE_SIDED;
    buf_init(&s.data, ROOM);
    buf_init(&s.steps, ROOM);
    buf_init(&s.wants, ROOM);
    read_turns(&s, bytes_from(input, 1), options & OPT_SERVER_FIRST ? FROM_SERVER : FROM_CLIENT);

    struct render whole;
    render_init(&whole);
    play_session(&s, p, &s.limits, &(struct cuts){0}, &whole);
    if (whole.misplaced) {
        fuzz_differ("an event stands in the wrong place", buf_bytes(&whole.text),
                    (struct bytes){0});
    }
    compare(&s, p, &whole, (struct cuts){.piece = 1}, "byte by byte tells otherwise");
    compare(&s, p, &whole, (struct cuts){.random = fuzz_hash(input), .one_in = 9},
            "cut at random tells otherwise");
    render_done(&whole);
    script_done(&s);
    return 0;
}
