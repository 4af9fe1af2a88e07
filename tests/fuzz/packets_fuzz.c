/* Link, IP, fragments, tunnels and TCP from packet bytes. What the listener is told must keep its
 * promises: open first, close last, offsets without holes or steps back, counts that agree.
 *
 * Input: a byte for the link type, a byte of options, then packets: two bytes of length, a byte of
 * time (in 100 ms), the bytes.
 */
#include "capture/base/error.h"
#include "capture/pipeline.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

struct seen {
    uint64_t offset[2];
    unsigned urgent[2]; /* bytes that are not part of the stream */
    bool fin[2];
};

struct listener {
    unsigned ignore_one_in;
    uint64_t open, calls;
};

#define must(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fuzz_differ(#cond, (struct bytes){0}, (struct bytes){0});                              \
        }                                                                                          \
    } while (0)

static void on_open(void *ctx, const struct flow_info *flow, void **user)
{
    struct listener *l = ctx;
    must(*user == NULL && (flow->ip_version == 4 || flow->ip_version == 6));
    *user = xcalloc(1, sizeof(struct seen));
    l->open++;
}

static enum stream_verdict on_data(void *ctx, const struct flow_info *flow, void **user,
                                   enum dir dir, const struct chunk *c)
{
    struct listener *l = ctx;
    struct seen *s = *user;
    must(s != NULL && c->data.n > 0);
    must(c->offset >= s->offset[dir] && c->offset <= s->offset[dir] + s->urgent[dir]);
    s->offset[dir] = c->offset + c->data.n;
    must(flow->count[dir].delivered + flow->count[dir].missing + s->urgent[dir] >= s->offset[dir]);
    uint8_t *copy = fuzz_copy(c->data); /* reads every byte */
    free(copy);
    return l->ignore_one_in && ++l->calls % l->ignore_one_in == 0 ? STREAM_IGNORE : STREAM_MORE;
}

static void on_gap(void *ctx, const struct flow_info *flow, void **user, enum dir dir,
                   const struct gap *g)
{
    struct seen *s = *user;
    (void)ctx;
    (void)flow;
    must(s != NULL && g->missing > 0);
    must(g->offset >= s->offset[dir] && g->offset <= s->offset[dir] + s->urgent[dir]);
    s->offset[dir] = g->offset + g->missing;
}

static void on_note(void *ctx, const struct flow_info *flow, void **user,
                    const struct stream_note *n)
{
    struct seen *s = *user;
    (void)ctx;
    (void)flow;
    must(s != NULL);
    s->urgent[n->dir] += n->kind == NOTE_URGENT_DATA;
    free(fuzz_copy(n->kept));
    free(fuzz_copy(n->other));
}

static void on_fin(void *ctx, const struct flow_info *flow, void **user, enum dir dir, int64_t time)
{
    struct seen *s = *user;
    (void)ctx;
    (void)flow;
    (void)time;
    must(s != NULL && !s->fin[dir]);
    s->fin[dir] = true;
}

static void on_close(void *ctx, const struct flow_info *flow, void **user, enum stream_close how,
                     int64_t time)
{
    struct listener *l = ctx;
    (void)flow;
    (void)how;
    (void)time;
    must(*user != NULL);
    free(*user);
    *user = NULL;
    l->open--;
}

static const struct stream_ops ops = {.open = on_open,
                                      .data = on_data,
                                      .gap = on_gap,
                                      .note = on_note,
                                      .fin = on_fin,
                                      .close = on_close};

/* Link types that captures have: Ethernet first. */
static const int linktypes[] = {1,   0,   9,  12, 14,  101, 108, 113, 228,
                                229, 276, 50, 51, 109, 105, 127, 147, 9999};

static void feed(struct pipeline *p, int linktype, struct bytes input)
{
    struct packet pkt = {.linktype = linktype, .time = 1000000000000000000};
    while (input.n >= 3) {
        size_t n = (size_t)input.p[0] << 8 | input.p[1];
        pkt.time += (int64_t)input.p[2] * 100000000;
        struct bytes data = bytes_sub(input, 3, n & 0x3fff);
        uint8_t *copy = fuzz_copy(data);
        pkt.data = bytes_make(copy, data.n);
        pkt.wire_len = (uint32_t)(data.n + (n >> 14) * 700); /* the snaplen may have cut it */
        pkt.number++;
        pipeline_packet(p, &pkt);
        free(copy);
        input = bytes_from(input, 3 + data.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2) {
        return 0;
    }
    unsigned options = data[1];
    struct limits l = options & 1 ? fuzz_tiny_limits() : limits_default();
    struct pipeline_config c = {.limits = &l};
    c.tcp.overlap = (enum overlap_policy)(options / 2 % 6);
    c.tcp.checksum = options & 0x40 ? CHECKSUM_IGNORE : CHECKSUM_AUTO;
    struct listener listener = {.ignore_one_in = options & 0x80 ? 5 : 0};
    struct pipeline *p = pipeline_new(&c, &ops, &listener);
    feed(p, linktypes[data[0] % (sizeof linktypes / sizeof *linktypes)],
         bytes_make(data + 2, n - 2));
    pipeline_finish(p);
    pipeline_free(&p);
    must(listener.open == 0);
    return 0;
}
