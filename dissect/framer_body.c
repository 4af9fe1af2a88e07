#include "dissect/framer_body.h"

#include "capture/base/error.h"

#define CLEAN_BLOCK 64   /* a multiple of sizeof(vec) */
#define ODD_STEP    16   /* bytes read singly where something odd stands */
#define LONG_LINE   1000 /* RFC 5322 2.1.1: 998 and CRLF */

void body_begin(struct framer_body *b, bool lf_style)
{
    *b = (struct framer_body){.state = BODY_CRLF, .lf_style = lf_style};
}

/* Dots behind these are withheld; behind the first two one dot is stuffing (RFC 5321 4.5.2). */
static bool strict_start(const struct framer_body *b, enum body_state before)
{
    return before == BODY_CRLF || before == BODY_CRCRLF || (b->lf_style && before == BODY_LF);
}

/* What is withheld, by state, with its dot. */
static const struct {
    const char *text;
    size_t n;
} withheld[] = {
    [BODY_DOT] = {".", 1},       [BODY_DOT_CR] = {".\r", 2},       [BODY_DOT_CRCR] = {".\r\r", 3},
    [BODY_DOT_NUL] = {".\0", 2}, [BODY_DOT_NUL_CR] = {".\0\r", 3},
};

struct bytes body_withheld(const struct framer_body *b)
{
    if (b->state < BODY_DOT) {
        return (struct bytes){NULL, 0};
    }
    struct bytes all = bytes_make(withheld[b->state].text, withheld[b->state].n);
    return strict_start(b, b->before) ? bytes_from(all, 1) : all;
}

void body_gap(struct framer_body *b)
{
    b->state = BODY_TEXT;
    b->gap_at = b->bytes + 1;
}

/* Every window of LONG_LINE bytes normally holds an LF: looking backwards from its end finds it at
 * once, so long lines are noticed without visiting each line. */
static void measure_lines(struct framer_body *b, struct bytes run)
{
    size_t start = 0; /* of the current line in run; b->since_lf bytes of it came before */
    while (start < run.n) {
        uint64_t before = start == 0 ? b->since_lf : 0;
        size_t window = before >= LONG_LINE ? 0 : LONG_LINE - (size_t)before;
        if (window >= run.n - start) {
            window = run.n - start;
        }
        const uint8_t *lf = memrchr(run.p + start, '\n', window);
        if (lf == NULL && window < run.n - start) { /* longer than allowed: its real end */
            lf = memchr(run.p + start + window, '\n', run.n - start - window);
            uint64_t length = before + (lf ? (size_t)(lf - run.p) - start : run.n - start);
            if (length > b->odd.longest_line) {
                b->odd.longest_line = length;
            }
        }
        if (lf == NULL) {
            b->since_lf = before + (run.n - start);
            return;
        }
        start = (size_t)(lf - run.p) + 1;
    }
    b->since_lf = 0;
}

static void give(struct framer_body *b, struct bytes piece)
{
    b->bytes += piece.n;
    measure_lines(b, piece);
}

/* Thirty-two bytes at a time, by the compilers' portable vector types. */
typedef uint8_t vec __attribute__((vector_size(32)));

ALWAYS_INLINE bool vec_any(const vec *v)
{
    uint64_t quarter[4];
    memcpy(quarter, v, sizeof quarter);
    return (quarter[0] | quarter[1] | quarter[2] | quarter[3]) != 0;
}

/* Adds to *odd non-zero bytes where a byte stands in an odd place: an LF without CR before it, a CR
 * without LF behind it, a NUL, a dot behind a line end. p[-1] is readable. */
ALWAYS_INLINE void odd_places(const uint8_t *p, vec *odd, vec *bits)
{
    vec c, prev;
    memcpy(&c, p, sizeof c);
    memcpy(&prev, p - 1, sizeof prev);
    vec after_cr = (vec)(prev == '\r'), after_lf = (vec)(prev == '\n');
    *bits |= c;
    *odd |=
        (after_cr ^ (vec)(c == '\n')) | ((vec)(c == '.') & (after_cr | after_lf)) | (vec)(c == 0);
}

static uint8_t state_behind(uint8_t last)
{
    return last == '\r' ? BODY_CR : last == '\n' ? BODY_CRLF : BODY_TEXT;
}

/* Passes clean bytes from at on, in blocks while they last. Eight-bit bytes show in *high. */
ALWAYS_INLINE size_t clean_blocks(struct bytes in, size_t at, bool *high)
{
    vec bits = {0};
    for (; in.n - at >= CLEAN_BLOCK; at += CLEAN_BLOCK) {
        const uint8_t *p = in.p + at;
        vec odd = {0}, more = {0}; /* counts only once the block is known to be text */
        odd_places(p, &odd, &more);
        odd_places(p + sizeof(vec), &odd, &more);
        if (vec_any(&odd)) {
            break;
        }
        bits |= more;
    }
    for (; in.n - at >= sizeof(vec); at += sizeof(vec)) {
        vec odd = {0}, more = {0};
        odd_places(in.p + at, &odd, &more);
        if (vec_any(&odd)) {
            break;
        }
        bits |= more;
    }
    if (at < in.n && in.n - at < sizeof(vec) && in.n > sizeof(vec)) { /* some bytes twice */
        vec odd = {0}, more = {0};
        odd_places(in.p + in.n - sizeof(vec), &odd, &more);
        if (!vec_any(&odd)) {
            bits |= more;
            at = in.n;
        }
    }
    bits &= 0x80;
    *high = vec_any(&bits);
    return at;
}

static size_t clean_until(struct bytes in, size_t at, bool *high)
{
    return clean_blocks(in, at, high);
}

#ifdef __x86_64__
/* The same with vectors twice as wide. */
__attribute__((target("avx2"))) static size_t clean_until_avx2(struct bytes in, size_t at,
                                                               bool *high)
{
    return clean_blocks(in, at, high);
}
#define CLEAN_UNTIL (__builtin_cpu_supports("avx2") ? clean_until_avx2 : clean_until)
#else
#define CLEAN_UNTIL clean_until
#endif

/* in.p[at - 1] exists and agrees with b->state. */
static size_t skip_clean(struct framer_body *b, struct bytes in, size_t at)
{
    bool high = false;
    size_t end = CLEAN_UNTIL(in, at, &high);
    b->odd.eight_bit |= high;
    if (end > at) {
        b->state = state_behind(in.p[end - 1]);
    }
    return end;
}

static void count_odd(uint64_t *count, uint64_t *first, uint64_t at)
{
    if ((*count)++ == 0) {
        *first = at;
    }
}

static const uint8_t after_cr_byte[] = {
    [BODY_TEXT] = BODY_CR,     [BODY_CR] = BODY_CRCR,   [BODY_CRCR] = BODY_CRCR,
    [BODY_CRLF] = BODY_CR,     [BODY_CRCRLF] = BODY_CR, [BODY_LF] = BODY_CR,
    [BODY_CRLF_NUL] = BODY_CR,
};

/* One byte of ordinary text; `at` is its offset in the message. */
static void step_text(struct framer_body *b, uint8_t c, uint64_t at)
{
    enum body_state s = b->state;
    if (s == BODY_CR && c != '\n') {
        count_odd(&b->odd.bare_cr, &b->odd.first_bare_cr, at - 1);
    }
    if (s == BODY_CRCR &&
        c == '\n') { /* the first of the two was bare; counted when the second came */
        b->state = BODY_CRCRLF;
        return;
    }
    if (s == BODY_CRCR && c != '\r' && c != '\n') {
        count_odd(&b->odd.bare_cr, &b->odd.first_bare_cr, at - 1);
    }
    if (c == '\r') {
        if (s == BODY_CRCR) {
            count_odd(&b->odd.bare_cr, &b->odd.first_bare_cr, at - 1);
        }
        b->state = after_cr_byte[s];
    } else if (c == '\n') {
        if (s != BODY_CR && b->gap_at != at + 1) { /* its CR may be missing */
            count_odd(&b->odd.bare_lf, &b->odd.first_bare_lf, at);
        }
        b->state = s == BODY_CR ? BODY_CRLF : BODY_LF;
    } else if (c == 0) {
        count_odd(&b->odd.nul, &b->odd.first_nul, at);
        b->state = s == BODY_CRLF || s == BODY_CRCRLF ? BODY_CRLF_NUL : BODY_TEXT;
    } else {
        b->odd.eight_bit |= c >> 7;
        b->state = BODY_TEXT;
    }
}

static bool dot_matters(enum body_state s)
{
    return s != BODY_TEXT;
}

/* The variant that ends here: what stood before the dot, what stands behind it. */
static bool variant_of(enum body_state before, enum body_state behind, bool lf, enum eod_variant *v)
{
    static const struct {
        uint8_t before, behind;
        bool lf;
        uint8_t variant;
    } table[] = {
        {BODY_LF, BODY_DOT, true, EOD_LF_DOT_LF},
        {BODY_CRLF, BODY_DOT, true, EOD_CRLF_DOT_LF},
        {BODY_CRCRLF, BODY_DOT, true, EOD_CRLF_DOT_LF},
        {BODY_CR, BODY_DOT, true, EOD_CR_DOT_LF},
        {BODY_CRCR, BODY_DOT, true, EOD_CR_DOT_LF},
        {BODY_LF, BODY_DOT_CR, true, EOD_LF_DOT_CRLF},
        {BODY_CR, BODY_DOT_CR, true, EOD_CR_DOT_CRLF},
        {BODY_CRCR, BODY_DOT_CR, true, EOD_CR_DOT_CRLF},
        {BODY_CRLF, BODY_DOT_CR, true, EOD_STRICT},
        {BODY_CRCRLF, BODY_DOT_CR, true, EOD_STRICT},
        {BODY_CRLF_NUL, BODY_DOT_CR, true, EOD_CRLF_NUL_DOT_CRLF},
        {BODY_CRLF, BODY_DOT_NUL_CR, true, EOD_CRLF_DOT_NUL_CRLF},
        {BODY_CRCRLF, BODY_DOT_NUL_CR, true, EOD_CRLF_DOT_NUL_CRLF},
        {BODY_CRLF, BODY_DOT_CRCR, true, EOD_CRLF_DOT_CRCRLF},
        {BODY_CRCRLF, BODY_DOT_CRCR, true, EOD_CRCRLF_DOT_CRCRLF},
        {BODY_LF, BODY_DOT_CR, false, EOD_LF_DOT_CR},
        {BODY_CRLF, BODY_DOT_CR, false, EOD_CRLF_DOT_CR},
        {BODY_CRCRLF, BODY_DOT_CR, false, EOD_CRLF_DOT_CR},
        {BODY_CR, BODY_DOT_CR, false, EOD_CR_DOT_CR},
        {BODY_CRCR, BODY_DOT_CR, false, EOD_CR_DOT_CR},
        {BODY_LF, BODY_DOT_CRCR, false, EOD_LF_DOT_CR},
        {BODY_CRLF, BODY_DOT_CRCR, false, EOD_CRLF_DOT_CR},
        {BODY_CRCRLF, BODY_DOT_CRCR, false, EOD_CRLF_DOT_CR},
        {BODY_CR, BODY_DOT_CRCR, false, EOD_CR_DOT_CR},
        {BODY_CRCR, BODY_DOT_CRCR, false, EOD_CR_DOT_CR},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].before == before && table[i].behind == behind && table[i].lf == lf) {
            *v = table[i].variant;
            return true;
        }
    }
    return false;
}

/* Still withheld behind this byte? Then the state changes and nothing comes out. */
static bool withhold_more(struct framer_body *b, uint8_t c)
{
    static const struct {
        uint8_t state, c, next;
    } table[] = {
        {BODY_DOT, '\r', BODY_DOT_CR},
        {BODY_DOT, 0, BODY_DOT_NUL},
        {BODY_DOT_CR, '\r', BODY_DOT_CRCR},
        {BODY_DOT_NUL, '\r', BODY_DOT_NUL_CR},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].state == b->state && table[i].c == c) {
            b->state = table[i].next;
            return true;
        }
    }
    return false;
}

/* What is withheld turned out to be text: gives it out and puts the state behind it. */
static struct bytes let_go(struct framer_body *b)
{
    struct bytes text = body_withheld(b);
    b->state = strict_start(b, b->before) ? BODY_TEXT : b->before;
    for (size_t i = 0; i < text.n; i++) {
        step_text(b, text.p[i], b->bytes + i);
    }
    give(b, text);
    return text;
}

/* A dot is withheld and the next byte decides. */
static enum body_step step_withheld(struct framer_body *b, struct bytes in, size_t *used,
                                    struct bytes *out, enum eod_variant *variant)
{
    while (*used < in.n && withhold_more(b, in.p[*used])) {
        (*used)++;
    }
    if (*used == in.n) {
        return BODY_MORE;
    }
    bool lf = in.p[*used] == '\n';
    bool found = variant_of(b->before, b->state, lf, variant);
    if (found && (*variant == EOD_STRICT || (b->lf_style && *variant == EOD_LF_DOT_LF))) {
        (*used)++;
        b->over = true;
        return BODY_END;
    }
    if (found && b->told_at != b->bytes + 1) {
        b->told_at = b->bytes + 1; /* once: the same bytes are looked at again below */
        b->behind = (int8_t)(lf ? 1 : b->state == BODY_DOT_CRCR ? -1 : 0);
        return BODY_AMBIGUOUS;
    }
    *out = let_go(b);
    return BODY_DATA;
}

bool body_ends_so_far(struct framer_body *b, enum eod_variant *variant)
{
    if (b->state != BODY_DOT_CR || b->told_at == b->bytes + 1 ||
        !variant_of(b->before, b->state, false, variant)) {
        return false;
    }
    b->told_at = b->bytes + 1;
    return true;
}

/* Where text ends and a dot at a line start begins, or the end of in. */
static size_t scan_text(struct framer_body *b, struct bytes in)
{
    size_t at = 0;
    while (at < in.n) {
        /* a few bytes one by one, then whole blocks again */
        size_t stop = at == 0 ? 1 : at + ODD_STEP;
        for (; at < in.n && at < stop; at++) {
            if (in.p[at] == '.' && dot_matters(b->state)) {
                return at;
            }
            step_text(b, in.p[at], b->bytes + at);
        }
        if (b->state <= BODY_CRLF && b->state != BODY_CRCR) {
            at = skip_clean(b, in, at);
        }
    }
    return at;
}

enum body_step body_next(struct framer_body *b, struct bytes in, size_t *used, struct bytes *out,
                         enum eod_variant *variant)
{
    *used = 0;
    if (b->state >= BODY_DOT) {
        return step_withheld(b, in, used, out, variant);
    }
    if (in.n == 0) {
        return BODY_MORE;
    }
    size_t at = scan_text(b, in);
    *used = at;
    if (at < in.n) { /* a dot that matters: withheld from here */
        b->before = b->state;
        b->state = BODY_DOT;
        (*used)++;
        if (at == 0) {
            size_t more = 0;
            enum body_step s = step_withheld(b, bytes_from(in, 1), &more, out, variant);
            *used += more;
            return s;
        }
    }
    *out = bytes_sub(in, 0, at);
    give(b, *out);
    return BODY_DATA;
}
