#include "capture/source.h"

#include "capture/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <lz4frame.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define BASE   UINT32_C(1762000000)

/* ---- captures, written by hand ---- */

/* A file being written in either byte order. */
struct out {
    struct buf b;
    bool big;
};

static void out_new(struct out *o, bool big)
{
    buf_init(&o->b, (size_t)64 << 20);
    o->big = big;
}

static void p16(struct out *o, unsigned v)
{
    buf_add_byte(&o->b, (uint8_t)(o->big ? v >> 8 : v));
    buf_add_byte(&o->b, (uint8_t)(o->big ? v : v >> 8));
}

static void p32(struct out *o, uint32_t v)
{
    p16(o, (o->big ? v >> 16 : v) & 0xffff);
    p16(o, (o->big ? v : v >> 16) & 0xffff);
}

static void pad(struct out *o, size_t n)
{
    for (; n > 0; n--) {
        buf_add_byte(&o->b, 0);
    }
}

static void pcap_header(struct out *o, uint32_t magic, uint32_t snaplen, uint32_t linktype)
{
    p32(o, magic);
    p16(o, 2);
    p16(o, 4);
    p32(o, 0);
    p32(o, 0);
    p32(o, snaplen);
    p32(o, linktype);
}

static void pcap_record(struct out *o, uint32_t seconds, uint32_t fraction, uint32_t caplen,
                        uint32_t len, const char *data)
{
    p32(o, seconds);
    p32(o, fraction);
    p32(o, caplen);
    p32(o, len);
    buf_add_str(&o->b, data);
}

/* One packet "data" at BASE + seconds. */
static void pcap_simple(struct out *o, uint32_t seconds, const char *data)
{
    pcap_record(o, BASE + seconds, 0, (uint32_t)strlen(data), (uint32_t)strlen(data), data);
}

static void ng_section(struct out *o)
{
    p32(o, 0x0a0d0d0a);
    p32(o, 28);
    p32(o, 0x1a2b3c4d);
    p16(o, 1);
    p16(o, 0);
    p32(o, UINT32_MAX);
    p32(o, UINT32_MAX);
    p32(o, 28);
}

static void ng_new(struct out *o)
{
    out_new(o, false);
    ng_section(o);
}

/* resolution < 0: without the option. A comment stands before it. */
static void ng_interface(struct out *o, unsigned linktype, uint32_t snaplen, int resolution)
{
    uint32_t length = 20 + (resolution >= 0 ? 12 + 8 + 4 : 0);
    p32(o, 1);
    p32(o, length);
    p16(o, linktype);
    p16(o, 0);
    p32(o, snaplen);
    if (resolution >= 0) {
        p16(o, 1);
        p16(o, 6);
        buf_add_str(&o->b, "remark");
        pad(o, 2);
        p16(o, 9);
        p16(o, 1);
        buf_add_byte(&o->b, (uint8_t)resolution);
        pad(o, 3);
        p32(o, 0);
    }
    p32(o, length);
}

static void ng_enhanced(struct out *o, uint32_t interface, uint64_t units, const char *data)
{
    uint32_t n = (uint32_t)strlen(data), padded = (n + 3) / 4 * 4;
    p32(o, 6);
    p32(o, 32 + padded);
    p32(o, interface);
    p32(o, (uint32_t)(units >> 32));
    p32(o, (uint32_t)units);
    p32(o, n);
    p32(o, n);
    buf_add_str(&o->b, data);
    pad(o, padded - n);
    p32(o, 32 + padded);
}

static void ng_obsolete(struct out *o, unsigned interface, uint64_t units, const char *data)
{
    uint32_t n = (uint32_t)strlen(data), padded = (n + 3) / 4 * 4;
    p32(o, 2);
    p32(o, 32 + padded);
    p16(o, interface);
    p16(o, 0);
    p32(o, (uint32_t)(units >> 32));
    p32(o, (uint32_t)units);
    p32(o, n);
    p32(o, n);
    buf_add_str(&o->b, data);
    pad(o, padded - n);
    p32(o, 32 + padded);
}

static void ng_simple(struct out *o, uint32_t wire, const char *data)
{
    uint32_t n = (uint32_t)strlen(data), padded = (n + 3) / 4 * 4;
    p32(o, 3);
    p32(o, 16 + padded);
    p32(o, wire);
    buf_add_str(&o->b, data);
    pad(o, padded - n);
    p32(o, 16 + padded);
}

static void ng_other(struct out *o, uint32_t type, size_t n)
{
    p32(o, type);
    p32(o, (uint32_t)(12 + n));
    pad(o, n);
    p32(o, (uint32_t)(12 + n));
}

/* ---- the bench: a folder, and what a run told ---- */

#define KEPT 64

struct seen {
    char data[64];
    size_t n;
    uint32_t wire_len, file;
    int linktype;
    int64_t time;
    uint64_t number;
};

struct bench {
    char *folder;
    char names[8][96];
    struct limits limits;
    struct seen seen[KEPT];
    size_t count;
    struct buf told;
    struct source_stats stats;
    struct source *source;
    uint64_t stop_after; /* packets, 0 never */
    uint64_t idles;
    char text[200]; /* all data, blanks between */
};

static int bench_new(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->folder = strdup("/tmp/mailwire-source-XXXXXX");
    assert_non_null(b->folder);
    assert_non_null(mkdtemp(b->folder));
    b->limits = limits_default();
    buf_init(&b->told, 65536);
    *state = b;
    return 0;
}

static const char *path(struct bench *b, unsigned slot)
{
    snprintf(b->names[slot], sizeof b->names[slot], "%s/%u.pcap", b->folder, slot);
    return b->names[slot];
}

static int bench_free(void **state)
{
    struct bench *b = *state;
    source_close(&b->source);
    for (unsigned i = 0; i < 8; i++) {
        unlink(path(b, i));
    }
    assert_int_equal(rmdir(b->folder), 0); /* nothing else may be left in it */
    buf_done(&b->told);
    free(b->folder);
    free(b);
    return 0;
}

static void store(struct bench *b, unsigned slot, struct bytes all)
{
    FILE *f = fopen(path(b, slot), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(all.p, 1, all.n, f), all.n);
    fclose(f);
}

static void store_out(struct bench *b, unsigned slot, struct out *o)
{
    store(b, slot, buf_bytes(&o->b));
    buf_done(&o->b);
}

static void on_packet(void *arg, const struct packet *p)
{
    struct bench *b = arg;
    assert_true(p->wire_len >= p->data.n);
    if (b->count < KEPT) {
        struct seen *s = &b->seen[b->count];
        *s = (struct seen){.n = p->data.n,
                           .wire_len = p->wire_len,
                           .file = p->file,
                           .linktype = p->linktype,
                           .time = p->time,
                           .number = p->number};
        memcpy(s->data, p->data.p, p->data.n < sizeof s->data - 1 ? p->data.n : sizeof s->data - 1);
        size_t at = strlen(b->text);
        snprintf(b->text + at, sizeof b->text - at, "%s%s", at > 0 ? " " : "", s->data);
    }
    b->count++;
    if (b->stop_after != 0 && b->count == b->stop_after) {
        source_stop(b->source);
    }
}

static void on_idle(void *arg, int64_t now)
{
    struct bench *b = arg;
    (void)now;
    b->idles++;
}

static void on_warn(void *arg, const char *sentence)
{
    struct bench *b = arg;
    buf_add_str(&b->told, sentence);
    buf_add_str(&b->told, "\n");
}

static struct source_config config(struct bench *b, const char *const *files, size_t count)
{
    return (struct source_config){.limits = &b->limits,
                                  .files = files,
                                  .file_count = count,
                                  .after = INT64_MIN,
                                  .before = INT64_MAX};
}

static void run(struct bench *b, const struct source_config *c)
{
    struct error e = {""};
    bool usage = true;
    struct source_hooks hooks = {.packet = on_packet, .idle = on_idle, .warn = on_warn, .arg = b};
    b->count = 0;
    b->text[0] = '\0';
    buf_clear(&b->told);
    memset(b->seen, 0, sizeof b->seen);
    source_close(&b->source);
    if (!source_open(&b->source, c, &usage, &e)) {
        fail_msg("%s", e.text);
    }
    assert_false(usage);
    source_run(b->source, &hooks);
    b->stats = *source_stats(b->source);
    assert_int_equal(b->stats.packets, b->count);
}

static void run_file(struct bench *b, unsigned slot)
{
    const char *files[] = {path(b, slot)};
    struct source_config c = config(b, files, 1);
    run(b, &c);
}

static void run_out(struct bench *b, struct out *o)
{
    store_out(b, 0, o);
    run_file(b, 0);
}

static void expect_text(struct bench *b, const char *want, bool failed)
{
    if (strcmp(b->text, want) != 0 || b->stats.failed != failed) {
        fail_msg("\"%s\", wanted \"%s\"; failed %d: %s", b->text, want, b->stats.failed,
                 buf_cstr(&b->told));
    }
}

static void expect_told(struct bench *b, const char *part)
{
    if (strstr(buf_cstr(&b->told), part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", buf_cstr(&b->told), part);
    }
}

static void expect_refused(struct bench *b, const struct source_config *c, const char *part,
                           bool usage_wanted)
{
    struct error e = {""};
    bool usage = !usage_wanted;
    source_close(&b->source);
    assert_false(source_open(&b->source, c, &usage, &e));
    assert_null(b->source);
    assert_int_equal(usage, usage_wanted);
    if (strstr(e.text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", e.text, part);
    }
}

/* ---- pcap ---- */

static void every_kind_of_pcap(void **state)
{
    struct bench *b = *state;
    static const uint32_t magics[] = {0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34};
    for (unsigned i = 0; i < 6; i++) {
        struct out o;
        bool nano = i / 2 == 1, kuznetzov = i / 2 == 2;
        out_new(&o, i % 2 == 1);
        pcap_header(&o, magics[i / 2], 65535, 1);
        for (unsigned k = 0; k < 2; k++) {
            pcap_record(&o, BASE + k, 123, 5, 9, "");
            pad(&o, kuznetzov ? 8 : 0);
            buf_add_str(&o.b, k == 0 ? "hello" : "world");
        }
        store_out(b, 0, &o);
        run_file(b, 0);
        expect_text(b, "hello world", false);
        assert_int_equal(b->stats.nano, nano);
        assert_int_equal(b->seen[1].time, (BASE + 1) * SECOND + (nano ? 123 : 123000));
        assert_int_equal(b->seen[1].number, 2);
        assert_int_equal(b->seen[1].wire_len, 9);
        assert_int_equal(b->seen[1].linktype, 1);
        assert_int_equal(b->stats.bytes, 18);
        assert_int_equal(b->stats.file_bytes_read, b->stats.file_bytes_total);
        assert_false(b->stats.nothing);
        assert_string_equal(source_file_name(b->source, 0), path(b, 0));
    }
}

static void lying_records(void **state)
{
    struct bench *b = *state;
    struct out o;
    out_new(&o, false);
    pcap_header(&o, 0xa1b2c3d4, 4, 101); /* the snaplen of the header lies too */
    pcap_record(&o, BASE, 0, 6, 2, "longer");
    pcap_record(&o, BASE, 0, 4, UINT32_MAX, "huge");
    pcap_record(&o, UINT32_MAX, 2000000, 4, 4, "2106");
    pcap_record(&o, BASE, 0, 0, 10, "");
    run_out(b, &o);
    expect_text(b, "longer huge 2106 ", false);
    assert_int_equal(b->seen[0].wire_len, 6);
    assert_int_equal(b->seen[1].wire_len, UINT32_MAX);
    assert_int_equal(b->seen[2].time, UINT32_MAX * SECOND + 999999999);
    assert_int_equal(b->seen[3].n, 0);
    assert_int_equal(b->seen[0].linktype, 12); /* LINKTYPE_RAW as this system calls it */
}

/* A whole capture cut at every byte: what came before the cut is delivered, the cut is told. */
static void cut_everywhere(void **state)
{
    struct bench *b = *state;
    for (unsigned kind = 0; kind < 2; kind++) {
        struct out o;
        size_t ends[4] = {0};
        out_new(&o, false);
        if (kind == 0) {
            pcap_header(&o, 0xa1b2c3d4, 65535, 1);
        } else {
            ng_section(&o);
            ng_interface(&o, 1, 0, 6);
        }
        ends[0] = o.b.n;
        for (unsigned i = 1; i <= 3; i++) {
            if (kind == 0) {
                pcap_simple(&o, i, "data");
            } else {
                ng_enhanced(&o, 0, i, "data");
            }
            ends[i] = o.b.n;
        }
        for (size_t n = 1; n < o.b.n; n++) {
            size_t whole = 0;
            bool clean = false;
            for (size_t i = 0; i < 4; i++) {
                whole = n >= ends[i] ? i : whole;
                clean = clean || n == ends[i];
            }
            clean = clean || (kind == 1 && n == 28); /* a section without anything in it */
            store(b, 0, bytes_make(o.b.p, n));
            const char *files[] = {path(b, 0)};
            struct source_config c = config(b, files, 1);
            if (n < 4) {
                expect_refused(b, &c, "not a pcap or pcapng file", false);
                continue;
            }
            run(b, &c);
            assert_int_equal(b->count, whole);
            assert_int_equal(b->stats.failed, !clean);
            assert_int_equal(b->stats.nothing, !clean && whole == 0);
            if (!clean && whole > 0) {
                char want[64];
                snprintf(want, sizeof want, "damaged behind packet %zu ", whole);
                expect_told(b, want);
                expect_told(b, path(b, 0));
            }
        }
        buf_done(&o.b);
    }
}

static void a_bad_record_ends_it(void **state)
{
    struct bench *b = *state;
    struct out o;
    out_new(&o, false);
    pcap_header(&o, 0xa1b2c3d4, 65535, 1);
    pcap_simple(&o, 0, "good");
    pcap_record(&o, BASE, 0, 0xfffffff0, 4, "bad!");
    pcap_simple(&o, 1, "lost");
    run_out(b, &o);
    expect_text(b, "good", true);
    expect_told(b, "damaged behind packet 1 (near byte 60)");
}

/* ---- pcapng ---- */

static void ng_mixed_interfaces(void **state)
{
    struct bench *b = *state;
    struct out o;
    ng_new(&o);
    ng_interface(&o, 1, 262144, -1);
    ng_other(&o, 4, 40);          /* name resolution */
    ng_interface(&o, 101, 96, 9); /* another link type, snaplen and unit */
    ng_interface(&o, 113, 0, 0x80 | 20);
    ng_enhanced(&o, 0, BASE * UINT64_C(1000000) + 7, "one");
    ng_enhanced(&o, 1, BASE * UINT64_C(1000000000) + 8, "two");
    ng_enhanced(&o, 1, BASE * UINT64_C(1000000000) + 9, "three");
    ng_enhanced(&o, 2, (uint64_t)BASE << 20 | 1 << 19, "four");
    ng_enhanced(&o, 0, BASE * UINT64_C(1000000) + 10, "five");
    ng_obsolete(&o, 1, BASE * UINT64_C(1000000000) + 11, "six");
    ng_other(&o, 0xbad, 100);
    ng_other(&o, 5, 20);
    ng_enhanced(&o, 2, (uint64_t)BASE << 20, "seven");
    run_out(b, &o);
    expect_text(b, "one two three four five six seven", false);
    static const int linktypes[] = {1, 12, 12, 113, 1, 12, 113};
    static const int64_t fractions[] = {7000, 8, 9, 500000000, 10000, 11, 0};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(b->seen[i].linktype, linktypes[i]);
        assert_int_equal(b->seen[i].time, BASE * SECOND + fractions[i]);
        assert_int_equal(b->seen[i].number, i + 1);
    }
    assert_true(b->stats.nano);
}

/* Times behind what a pcap file can hold are put to its end: later sums must not overflow. */
static void ng_times_are_clamped(void **state)
{
    struct bench *b = *state;
    struct out o;
    ng_new(&o);
    ng_interface(&o, 1, 0, 0); /* whole seconds */
    ng_enhanced(&o, 0, UINT64_MAX, "a");
    ng_enhanced(&o, 0, UINT64_C(1) << 62, "b");
    ng_enhanced(&o, 0, UINT32_MAX, "c");
    ng_enhanced(&o, 0, UINT64_C(1) << 63, "d");
    run_out(b, &o);
    expect_text(b, "a b c d", false);
    for (size_t i = 0; i < 4; i++) {
        assert_in_range(b->seen[i].time, 0, UINT32_MAX * SECOND);
    }
    assert_int_equal(b->seen[1].time, UINT32_MAX * SECOND);
    assert_int_equal(b->seen[2].time, UINT32_MAX * SECOND);
}

static void ng_sections_of_both_orders(void **state)
{
    struct bench *b = *state;
    struct out o;
    out_new(&o, false);
    for (unsigned i = 0; i < 4; i++) {
        o.big = i % 2 == 1;
        ng_section(&o);
        ng_interface(&o, i < 2 ? 1 : 101, 65535, -1);
        ng_enhanced(&o, 0, (BASE + i) * UINT64_C(1000000), i % 2 == 1 ? "big" : "little");
    }
    run_out(b, &o);
    expect_text(b, "little big little big", false);
    assert_int_equal(b->seen[3].time, (BASE + 3) * SECOND);
    assert_int_equal(b->seen[3].linktype, 12);
    assert_false(b->stats.nano);
}

/* A simple packet's captured length follows from the snaplen. */
static void ng_simple_packets(void **state)
{
    struct bench *b = *state;
    struct out o;
    out_new(&o, true);
    ng_section(&o);
    ng_interface(&o, 1, 4, -1);
    ng_simple(&o, 100, "abcd");
    ng_enhanced(&o, 0, BASE * UINT64_C(1000000), "longer than the snaplen says");
    ng_simple(&o, 2, "ef");
    run_out(b, &o);
    expect_text(b, "abcd longer than the snaplen says ef", false);
    assert_int_equal(b->seen[0].wire_len, 100);
    assert_int_equal(b->seen[0].time, 0);
}

static void ng_many_interfaces(void **state)
{
    struct bench *b = *state;
    struct out o;
    ng_new(&o);
    for (unsigned i = 0; i < 1000; i++) {
        ng_interface(&o, i % 2 == 0 ? 1 : 101, i, -1);
    }
    for (unsigned i = 0; i < 3000; i++) {
        ng_enhanced(&o, i * 7 % 1000, i, "x");
    }
    run_out(b, &o);
    assert_int_equal(b->count, 3000);
    assert_false(b->stats.failed);
    for (size_t i = 0; i < KEPT; i++) {
        assert_int_equal(b->seen[i].linktype, i * 7 % 2 == 0 ? 1 : 12);
        assert_int_equal(b->seen[i].time, i * 1000);
    }
}

static void ng_interface_bomb(void **state)
{
    struct bench *b = *state;
    struct out o;
    ng_new(&o);
    for (unsigned i = 0; i < 65540; i++) {
        ng_interface(&o, 1, 0, -1);
    }
    ng_enhanced(&o, 65535, 1, "last");
    ng_enhanced(&o, 65536, 1, "beyond");
    run_out(b, &o);
    expect_text(b, "last", true);
    expect_told(b, "1 packets were skipped");
}

static void ng_unknown_interface(void **state)
{
    struct bench *b = *state;
    struct out o;
    ng_new(&o);
    ng_simple(&o, 4, "none");
    ng_interface(&o, 1, 0, -1);
    ng_enhanced(&o, 0, 1, "known");
    ng_enhanced(&o, 1, 1, "unknown");
    ng_enhanced(&o, UINT32_MAX, 1, "unknown");
    ng_enhanced(&o, 0, 1, "again");
    run_out(b, &o);
    expect_text(b, "known again", true);
    expect_told(b, "3 packets were skipped");
}

static void ng_bad_lengths(void **state)
{
    struct bench *b = *state;
    static const uint32_t lengths[] = {0, 4, 8, 11, 13, 33, UINT32_MAX, 0x7ffffffc};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (uint32_t type = 0; type < 8; type++) {
            struct out o;
            out_new(&o, false);
            ng_section(&o);
            ng_interface(&o, 1, 0, -1);
            ng_enhanced(&o, 0, 1, "good");
            p32(&o, type);
            p32(&o, lengths[i]);
            pad(&o, 100);
            store_out(b, 0, &o);
            run_file(b, 0);
            expect_text(b, "good", true);
            expect_told(b, "damaged behind packet 1 ");
        }
    }
}

/* ---- packed ---- */

static void pack_gzip(struct buf *to, struct bytes all)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, all.n) + 32;
    uint8_t *copy = malloc(all.n);
    assert_non_null(copy);
    memcpy(copy, all.p, all.n);
    z.next_in = copy;
    z.avail_in = (uInt)all.n;
    z.next_out = buf_room(to, room);
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->n += room - z.avail_out;
    deflateEnd(&z);
    free(copy);
}

static void pack_zstd(struct buf *to, struct bytes all)
{
    size_t room = ZSTD_compressBound(all.n);
    size_t n = ZSTD_compress(buf_room(to, room), room, all.p, all.n, 3);
    assert_false(ZSTD_isError(n));
    to->n += n;
}

static void pack_lz4(struct buf *to, struct bytes all)
{
    size_t room = LZ4F_compressFrameBound(all.n, NULL);
    size_t n = LZ4F_compressFrame(buf_room(to, room), room, all.p, all.n, NULL);
    assert_false(LZ4F_isError(n));
    to->n += n;
}

typedef void pack_fn(struct buf *to, struct bytes all);
static pack_fn *const packers[] = {pack_gzip, pack_zstd, pack_lz4};

/* A capture of a thousand packets, packed as one and as two members or frames. */
static void packed_captures(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < 6; i++) {
        struct out o;
        struct buf packed;
        out_new(&o, false);
        buf_init(&packed, 1 << 20);
        pcap_header(&o, 0xa1b2c3d4, 65535, 1);
        for (uint32_t k = 0; k < 1000; k++) {
            pcap_simple(&o, k, "some data");
        }
        size_t first = i < 3 ? o.b.n : o.b.n / 3;
        packers[i % 3](&packed, bytes_make(o.b.p, first));
        if (i >= 3) {
            packers[i % 3](&packed, bytes_make(o.b.p + first, o.b.n - first));
        }
        store(b, 0, buf_bytes(&packed));
        run_file(b, 0);
        assert_int_equal(b->count, 1000);
        assert_false(b->stats.failed);
        assert_int_equal(b->stats.file_bytes_read, packed.n);
        /* cut short */
        store(b, 0, bytes_make(packed.p, packed.n - 9));
        run_file(b, 0);
        assert_true(b->stats.failed);
        expect_told(b, "cut short");
        /* something else behind it */
        buf_add_str(&packed, "garbage that is not packed");
        store(b, 0, buf_bytes(&packed));
        run_file(b, 0);
        assert_int_equal(b->count, 1000);
        assert_true(b->stats.failed);
        expect_told(b, "damaged behind packet 1000 ");
        buf_done(&o.b);
        buf_done(&packed);
    }
}

static void damaged_packing(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < 3; i++) {
        struct out o;
        struct buf packed;
        out_new(&o, false);
        buf_init(&packed, 1 << 22);
        pcap_header(&o, 0xa1b2c3d4, 65535, 1);
        uint32_t seed = 1;
        for (uint32_t k = 0; k < 20000; k++) { /* hard to pack, so that the damage comes late */
            seed = seed * 1664525 + 1013904223;
            pcap_record(&o, BASE + seed % 1000, seed >> 12, 4, 4, "data");
        }
        packers[i](&packed, buf_bytes(&o.b));
        for (size_t k = 0; k < 40; k++) {
            packed.p[packed.n - 100 + k] ^= 0x55;
        }
        store(b, 0, buf_bytes(&packed));
        run_file(b, 0);
        assert_true(b->stats.failed);
        assert_true(b->count < 20000 || i == 0);
        buf_done(&o.b);
        buf_done(&packed);
    }
}

static void bombs_are_bounded(void **state)
{
    struct bench *b = *state;
    b->limits.uncompressed_bytes = 1 << 20;
    for (unsigned i = 0; i < 3; i++) {
        struct out o;
        struct buf packed;
        out_new(&o, false);
        buf_init(&packed, 1 << 24);
        pcap_header(&o, 0xa1b2c3d4, 65535, 1);
        for (uint32_t k = 0; k < 200; k++) {
            pcap_record(&o, BASE, 0, 50000, 50000, "");
            pad(&o, 50000);
        }
        packers[i](&packed, buf_bytes(&o.b));
        store(b, 0, buf_bytes(&packed));
        run_file(b, 0);
        assert_int_equal(b->count, ((1 << 20) - 24) / 50016);
        assert_true(b->stats.failed);
        expect_told(b, "--limit uncompressed_bytes");
        buf_done(&o.b);
        buf_done(&packed);
    }
}

/* ---- several files ---- */

static void store_at(struct bench *b, unsigned slot, uint32_t seconds, const char *data)
{
    struct out o;
    out_new(&o, slot % 2 == 1);
    pcap_header(&o, 0xa1b2c3d4, 65535, slot == 2 ? 101 : 1);
    if (data != NULL) {
        pcap_simple(&o, seconds, data);
        pcap_simple(&o, seconds + 100, "tail");
    }
    store_out(b, slot, &o);
}

static void several_in_time_order(void **state)
{
    struct bench *b = *state;
    store_at(b, 0, 30, "third");
    store_at(b, 1, 10, "first");
    store_at(b, 2, 20, "second");
    store_at(b, 3, 0, NULL); /* no packet */
    store(b, 4, bytes_of("garbage"));
    store_at(b, 5, 30, "fourth"); /* as early as the third: in the order given */
    const char *files[] = {path(b, 0), path(b, 1), path(b, 2), path(b, 3), path(b, 4), path(b, 5)};
    struct source_config c = config(b, files, 6);
    run(b, &c);
    expect_text(b, "first tail second tail third tail fourth tail", true);
    expect_told(b, "not a pcap or pcapng file (starts with \"garbage\")");
    static const uint32_t from[] = {1, 1, 2, 2, 0, 0, 5, 5};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(b->seen[i].file, from[i]);
        assert_int_equal(b->seen[i].number, i + 1);
        assert_int_equal(b->seen[i].linktype, from[i] == 2 ? 12 : 1);
    }
    assert_string_equal(source_file_name(b->source, 5), files[5]);
    assert_string_equal(source_file_name(b->source, 77), "");
    assert_false(b->stats.nothing);
}

/* What comes through a pipe can not be read twice: its first packet waits for its turn. */
static void a_pipe_among_files(void **state)
{
    struct bench *b = *state;
    int ends[2];
    struct out o;
    char name[32];
    store_at(b, 0, 10, "first");
    ng_new(&o);
    ng_interface(&o, 113, 0, -1);
    ng_enhanced(&o, 0, (BASE + 50) * UINT64_C(1000000), "second");
    ng_enhanced(&o, 0, (BASE + 51) * UINT64_C(1000000), "end");
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], o.b.p, o.b.n), (ssize_t)o.b.n);
    close(ends[1]);
    buf_done(&o.b);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    const char *files[] = {name, path(b, 0)};
    struct source_config c = config(b, files, 2);
    run(b, &c);
    close(ends[0]);
    expect_text(b, "first tail second end", false);
    assert_int_equal(b->seen[2].linktype, 113);
    assert_int_equal(b->seen[2].file, 0);
    assert_int_equal(b->stats.file_bytes_total, 0); /* unknown with a pipe among them */
}

/* ---- looking ahead ---- */

#define AHEAD_PACKETS 3000u /* several fillings of the buffer under libpcap */

struct foresight {
    uint32_t now, told, whole; /* packets taken, frames told of ones behind, those not cut short */
};

static uint32_t number_in(const struct packet *p)
{
    uint32_t n = 0;
    assert_true(p->data.n >= sizeof n);
    memcpy(&n, p->data.p, sizeof n);
    return n;
}

static size_t size_of(uint32_t number)
{
    return 40 + number * 7919 % 1400;
}

static void packet_comes(void *arg, const struct packet *p)
{
    struct foresight *f = arg;
    assert_int_equal(number_in(p), f->now++);
    assert_int_equal(p->data.n, size_of(number_in(p)));
}

static bool packet_will_come(void *arg, const struct packet *p)
{
    struct foresight *f = arg;
    assert_int_equal(p->linktype, 1);
    if (p->data.n >= 4) { /* told before the packet at hand is: number `now` */
        assert_int_equal(number_in(p), f->now + SOURCE_AHEAD);
        assert_true(p->data.n <= size_of(f->now + SOURCE_AHEAD));
        f->whole += p->data.n == size_of(f->now + SOURCE_AHEAD);
    }
    f->told++;
    return f->told != 100; /* it stops for a while then */
}

static struct foresight look_ahead(struct bench *b, bool big, uint32_t magic)
{
    struct out o;
    uint8_t frame[2000] = {0};
    out_new(&o, big);
    pcap_header(&o, magic, 65535, 1);
    for (uint32_t i = 0; i < AHEAD_PACKETS; i++) {
        memcpy(frame, &i, sizeof i);
        p32(&o, BASE + i);
        p32(&o, 0);
        p32(&o, (uint32_t)size_of(i));
        p32(&o, (uint32_t)size_of(i));
        buf_add(&o.b, bytes_make(frame, size_of(i)));
    }
    store_out(b, 0, &o);
    const char *files[] = {path(b, 0)};
    struct source_config c = config(b, files, 1);
    struct foresight f = {0};
    struct source_hooks hooks = {.packet = packet_comes, .arg = &f, .soon = packet_will_come};
    struct error e = {""};
    bool usage = false;
    source_close(&b->source);
    assert_true(source_open(&b->source, &c, &usage, &e));
    source_run(b->source, &hooks);
    assert_int_equal(f.now, AHEAD_PACKETS);
    return f;
}

static void frames_ahead(void **state)
{
    struct bench *b = *state;
    struct foresight f = look_ahead(b, false, 0xa1b2c3d4);
    /* all but what lies behind a refilling, and the pause */
    assert_true(f.told > AHEAD_PACKETS - 1024 - 200 && f.told < AHEAD_PACKETS - 1000);
    assert_true(f.whole + 50 > f.told);
    f = look_ahead(b, true, 0xa1b2c3d4); /* in the other byte order records are not walked */
    assert_int_equal(f.told, 0);
}

/* ---- choosing packets ---- */

static void store_numbers(struct bench *b)
{
    struct out o;
    out_new(&o, false);
    pcap_header(&o, 0xa1b2c3d4, 65535, 1);
    for (uint32_t i = 0; i < 6; i++) {
        char data[16];
        snprintf(data, sizeof data, "packet-%u", i);
        data[7] = '\0';
        char digit[2] = {(char)('0' + i), '\0'};
        pcap_record(&o, BASE + i, 0, 8, 8 + 100 * (i % 2), data);
        buf_add_str(&o.b, digit);
    }
    store_out(b, 0, &o);
}

static void a_span_of_time(void **state)
{
    struct bench *b = *state;
    store_numbers(b);
    const char *files[] = {path(b, 0)};
    struct source_config c = config(b, files, 1);
    c.after = (BASE + 2) * SECOND;
    c.before = (BASE + 4) * SECOND;
    run(b, &c);
    expect_text(b, "packet-2 packet-3", false);
    assert_int_equal(b->seen[0].number, 3); /* numbers are the capture's */
}

static void at_most_so_many(void **state)
{
    struct bench *b = *state;
    store_numbers(b);
    const char *files[] = {path(b, 0)};
    struct source_config c = config(b, files, 1);
    c.max_packets = 2;
    run(b, &c);
    expect_text(b, "packet-0 packet-1", false);
    c.max_packets = 0;
    b->stop_after = 3;
    run(b, &c);
    expect_text(b, "packet-0 packet-1 packet-2", false);
}

static void filters(void **state)
{
    struct bench *b = *state;
    store_numbers(b);
    const char *files[] = {path(b, 0)};
    struct source_config c = config(b, files, 1);
    c.bpf = "greater 100";
    run(b, &c);
    expect_text(b, "packet-1 packet-3 packet-5", false);
    assert_int_equal(b->seen[1].number, 4);
    c.bpf = "";
    run(b, &c);
    assert_int_equal(b->count, 6);
    c.bpf = "tcp prot 25";
    expect_refused(b, &c, "filter \"tcp prot 25\": ", true);
    c.bpf = "\x1b[2J";
    expect_refused(b, &c, "\\x1b[2J", true);
}

/* A filter that some of the capture's link types have no program for. */
static void filter_of_another_link_type(void **state)
{
    struct bench *b = *state;
    struct out o;
    ng_new(&o);
    ng_interface(&o, 1, 0, -1);
    ng_interface(&o, 101, 0, -1);
    for (unsigned i = 0; i < 4; i++) {
        ng_enhanced(&o, i % 2, i, "ABCDEFGHIJKLMNOPQRST");
    }
    store_out(b, 0, &o);
    const char *files[] = {path(b, 0)};
    struct source_config c = config(b, files, 1);
    c.bpf = "ether dst 41:42:43:44:45:46";
    run(b, &c);
    assert_int_equal(b->count, 2);
    assert_int_equal(b->seen[1].number, 3);
    assert_true(b->stats.failed);
    expect_told(b, "packets of link type RAW were not read");
    assert_null(strstr(strstr(buf_cstr(&b->told), "RAW") + 3, "RAW")); /* told once */
}

/* ---- what can not be read ---- */

static void nothing_to_read(void **state)
{
    struct bench *b = *state;
    const char *files[] = {path(b, 0), path(b, 1)};
    struct source_config c = config(b, files, 1);
    expect_refused(b, &c, "no such file", false);
    store(b, 0, bytes_of(""));
    expect_refused(b, &c, "is empty", false);
    store(b, 0, bytes_of("hello world"));
    expect_refused(b, &c, "not a pcap or pcapng file (starts with \"hello wo\")", false);
    store(b, 0, bytes_of("\x1b]0;x\x07"));
    expect_refused(b, &c, "starts with \"\\x1b]0;x\\x07\"", false);
    store(b, 0,
          bytes_make("\xfd"
                     "7zXZ\0 and more",
                     15));
    expect_refused(b, &c, "xz -dc FILE | mailwire -r -", false);
    store(b, 0, bytes_make("PK\3\4 and more", 13));
    expect_refused(b, &c, "unpack it first", false);
    store(b, 1, bytes_of("x"));
    c.file_count = 2;
    expect_refused(b, &c, "unpack it first", false); /* the first cause */
    files[0] = b->folder;
    c.file_count = 1;
    expect_refused(b, &c, "is a folder", false);
    files[0] = "/tmp/\x1b[2J";
    expect_refused(b, &c, "/tmp/\\x1b[2J: no such file", false);
    c.file_count = 0;
    expect_refused(b, &c, "no capture file", false);
    if (geteuid() != 0) {
        store(b, 0, bytes_of("x"));
        assert_int_equal(chmod(path(b, 0), 0), 0);
        files[0] = path(b, 0);
        c.file_count = 1;
        expect_refused(b, &c, "permission denied", false);
    }
}

static void packed_garbage(void **state)
{
    struct bench *b = *state;
    struct buf packed;
    buf_init(&packed, 1 << 20);
    pack_gzip(&packed, bytes_of("hello world"));
    store(b, 0, buf_bytes(&packed));
    run_file(b, 0);
    assert_true(b->stats.failed && b->stats.nothing);
    expect_told(b, "not a pcap or pcapng file (starts with \"hello wo\")");
    buf_done(&packed);
}

/* ---- pipes and stopping ---- */

struct slow_writer {
    int fd;
    struct bytes all;
};

static void *write_slowly(void *arg)
{
    struct slow_writer *w = arg;
    for (size_t i = 0; i < w->all.n; i++) {
        assert_int_equal(write(w->fd, w->all.p + i, 1), 1);
    }
    close(w->fd);
    return NULL;
}

/* Byte by byte through a pipe, as pcap, pcapng and packed. */
static void slow_pipes(void **state)
{
    struct bench *b = *state;
    for (unsigned kind = 0; kind < 3; kind++) {
        struct out o;
        struct buf packed;
        int ends[2];
        char name[32];
        out_new(&o, false);
        buf_init(&packed, 1 << 20);
        if (kind == 1) {
            ng_section(&o);
            ng_interface(&o, 1, 0, -1);
            ng_interface(&o, 101, 0, -1);
            ng_enhanced(&o, 0, 1, "one");
            ng_enhanced(&o, 1, 1, "two");
            ng_other(&o, 5, 20);
        } else {
            pcap_header(&o, 0xa1b2c3d4, 65535, 1);
            pcap_simple(&o, 1, "one");
            pcap_simple(&o, 2, "two");
        }
        if (kind == 2) {
            pack_zstd(&packed, buf_bytes(&o.b));
        }
        assert_int_equal(pipe(ends), 0);
        struct slow_writer w = {ends[1], kind == 2 ? buf_bytes(&packed) : buf_bytes(&o.b)};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
        snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
        const char *files[] = {name};
        struct source_config c = config(b, files, 1);
        run(b, &c);
        pthread_join(thread, NULL);
        close(ends[0]);
        expect_text(b, "one two", false);
        buf_done(&o.b);
        buf_done(&packed);
    }
}

static void *stop_soon(void *arg)
{
    struct bench *b = arg;
    struct timespec t = {0, 350000000};
    nanosleep(&t, NULL);
    source_stop(b->source);
    return NULL;
}

/* Nothing more comes, and nobody closes the pipe: stopping wakes the reader, and is no damage. */
static void stop_while_waiting(void **state)
{
    struct bench *b = *state;
    int ends[2];
    char name[32];
    struct out o;
    out_new(&o, false);
    pcap_header(&o, 0xa1b2c3d4, 65535, 1);
    pcap_simple(&o, 1, "one");
    buf_add_str(&o.b, "half a record");
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], o.b.p, o.b.n), (ssize_t)o.b.n);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    const char *files[] = {name};
    struct source_config c = config(b, files, 1);
    struct error e;
    bool usage = false;
    assert_true(source_open(&b->source, &c, &usage, &e));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, b), 0);
    struct source_hooks hooks = {.packet = on_packet, .idle = on_idle, .warn = on_warn, .arg = b};
    source_run(b->source, &hooks);
    pthread_join(thread, NULL);
    assert_int_equal(b->count, 1);
    assert_false(source_stats(b->source)->failed);
    assert_int_equal(b->told.n, 0);
    assert_in_range(b->idles, 2, 5);
    close(ends[0]);
    close(ends[1]);
    buf_done(&o.b);
}

static void idle_while_reading(void **state)
{
    struct bench *b = *state;
    struct out o;
    out_new(&o, false);
    pcap_header(&o, 0xa1b2c3d4, 65535, 1);
    for (uint32_t i = 0; i < 20000; i++) {
        pcap_simple(&o, i, "x");
    }
    run_out(b, &o);
    assert_int_equal(b->count, 20000);
    assert_in_range(b->idles, 2, 20);
}

/* ---- writing ---- */

struct copier {
    struct bench *b;
    bool pcapng;
    struct source_writer *w;
    struct error e;
    unsigned failures;
};

static void copy_packet(void *arg, const struct packet *p)
{
    struct copier *c = arg;
    if (c->pcapng && p->number % 2 == 1) {
        source_writer_comment(c->w, bytes_of("odd"));
    }
    if (!source_writer_packet(c->w, p, &c->e)) {
        c->failures++;
    }
}

/* Reads slot 0 and writes it to `to`. */
static bool copy_as(struct bench *b, const char *to, bool pcapng, struct copier *c)
{
    const char *files[] = {path(b, 0)};
    struct source_config k = config(b, files, 1);
    bool usage = false;
    source_close(&b->source);
    *c = (struct copier){.b = b, .pcapng = pcapng};
    assert_true(source_open(&b->source, &k, &usage, &c->e));
    if (!source_writer_open(&c->w, b->source, to, &c->e)) {
        return false;
    }
    if (pcapng) {
        source_writer_use_pcapng(c->w);
    }
    struct source_hooks hooks = {.packet = copy_packet, .warn = on_warn, .arg = c};
    source_run(b->source, &hooks);
    return source_writer_close(&c->w, &c->e);
}

static bool copy_capture(struct bench *b, const char *to, struct copier *c)
{
    return copy_as(b, to, false, c);
}

/* libpcap reads it back: the same bytes, lengths, times and link type; every block ends at a
 * multiple of four, whatever the packet's length. An empty capture is a capture, a full disk a
 * failure. */
static void written_pcapng(void **state)
{
    struct bench *b = *state;
    struct copier c;
    struct out o;
    struct stat st;
    out_new(&o, false);
    pcap_header(&o, 0xa1b23c4d, 262144, 101);
    pcap_record(&o, BASE, 123456789, 5, 99, "hello");
    pcap_record(&o, BASE + 1, 999999999, 8, 8, "whatever");
    store(b, 0, buf_bytes(&o.b));
    assert_true(copy_as(b, path(b, 1), true, &c));
    assert_int_equal(stat(path(b, 1), &st), 0);
    assert_int_equal(st.st_size % 4, 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(copy_as(b, path(b, 2), true, &c));
    run_file(b, 1);
    expect_text(b, "hello whatever", false);
    assert_int_equal(unlink(path(b, 2)), 0);
    assert_true(copy_as(b, path(b, 2), true, &c));
    run_file(b, 2);
    expect_text(b, "hello whatever", false);
    assert_int_equal(unlink(path(b, 1)), 0);
    store_at(b, 0, 0, NULL);
    assert_true(copy_as(b, path(b, 1), true, &c));
    run_file(b, 1);
    expect_text(b, "", false);
    assert_false(copy_as(b, "/dev/full", true, &c));
    assert_non_null(strstr(c.e.text, "No space left"));
    buf_done(&o.b);
}

static void written_captures(void **state)
{
    struct bench *b = *state;
    struct copier c;
    for (unsigned nano = 0; nano < 2; nano++) {
        struct out o;
        out_new(&o, false);
        pcap_header(&o, nano ? 0xa1b23c4d : 0xa1b2c3d4, 262144, 101);
        pcap_record(&o, BASE, 123456, 5, 99, "hello");
        pcap_record(&o, BASE + 1, 999999, 0, 0, "");
        store(b, 0, buf_bytes(&o.b));
        assert_true(copy_capture(b, path(b, 1), &c));
        assert_int_equal(c.failures, 0);
        FILE *f = fopen(path(b, 1), "rb");
        assert_non_null(f);
        uint8_t all[200];
        assert_int_equal(fread(all, 1, sizeof all, f), o.b.n);
        assert_memory_equal(all, o.b.p, o.b.n);
        fclose(f);
        struct stat st;
        assert_int_equal(stat(path(b, 1), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(unlink(path(b, 1)), 0);
        buf_done(&o.b);
    }
    /* onto itself: the temporary file keeps it whole until the end */
    assert_true(copy_capture(b, path(b, 0), &c));
    run_file(b, 0);
    expect_text(b, "hello ", false);
}

static void writing_without_packets(void **state)
{
    struct bench *b = *state;
    struct copier c;
    store_at(b, 0, 0, NULL);
    assert_true(copy_capture(b, path(b, 1), &c));
    run_file(b, 1);
    expect_text(b, "", false);
}

static void writing_fails(void **state)
{
    struct bench *b = *state;
    struct copier c;
    char inside[128];
    store_numbers(b);
    snprintf(inside, sizeof inside, "%s/nosuch/x.pcap", b->folder);
    assert_false(copy_capture(b, inside, &c));
    assert_non_null(strstr(c.e.text, "can not be written to"));
    assert_false(copy_capture(b, "/dev/full", &c));
    assert_non_null(strstr(c.e.text, "No space left"));
    assert_int_equal(mkdir(path(b, 1), 0700), 0);
    assert_false(
        copy_capture(b, path(b, 1), &c)); /* no file under the final name, none left over */
    assert_int_equal(rmdir(path(b, 1)), 0);
}

/* A link under the wanted name is replaced, what it points to is not touched. */
static void links_are_not_followed(void **state)
{
    struct bench *b = *state;
    struct copier c;
    struct stat st;
    store_numbers(b);
    store(b, 1, bytes_of("precious"));
    assert_int_equal(symlink(path(b, 1), path(b, 2)), 0);
    assert_true(copy_capture(b, path(b, 2), &c));
    assert_int_equal(lstat(path(b, 2), &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(stat(path(b, 1), &st), 0);
    assert_int_equal(st.st_size, 8);
}

static void mixed_link_types_are_not_written(void **state)
{
    struct bench *b = *state;
    struct copier c;
    struct out o;
    ng_new(&o);
    ng_interface(&o, 1, 0, -1);
    ng_interface(&o, 101, 0, -1);
    for (unsigned i = 0; i < 4; i++) {
        ng_enhanced(&o, i % 2, i, i % 2 == 0 ? "kept" : "left");
    }
    store_out(b, 0, &o);
    assert_true(copy_capture(b, path(b, 1), &c));
    assert_int_equal(c.failures, 2);
    assert_non_null(strstr(c.e.text, "one link type"));
    run_file(b, 1);
    expect_text(b, "kept kept", false);
}

/* ---- interfaces ---- */

static void no_such_interface(void **state)
{
    struct bench *b = *state;
    struct source_config c = config(b, NULL, 0);
    struct error e = {""};
    bool usage = true;
    c.interface = "nosuch\x1b[2J";
    assert_false(source_open(&b->source, &c, &usage, &e));
    assert_false(usage);
    assert_null(strchr(e.text, '\x1b'));
    assert_true(strstr(e.text, "no interface nosuch") != NULL ||
                strstr(e.text, "permission denied. Run as root, or: setcap") != NULL);
}

static void *send_to_self(void *arg)
{
    struct bench *b = arg;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (unsigned i = 0; i < 100; i++) {
        struct timespec t = {0, 10000000};
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        assert_true(fd >= 0);
        sendto(fd, "hello", 5, 0, (const struct sockaddr *)(const void *)&to, sizeof to);
        close(fd);
        nanosleep(&t, NULL);
    }
    source_stop(b->source);
    return NULL;
}

/* Where capturing is allowed: packets on the loopback, a filter, the count, the drop counter. */
static void live_on_the_loopback(void **state)
{
    struct bench *b = *state;
    struct source_config c = config(b, NULL, 0);
    struct error e = {""};
    bool usage = true;
    c.interface = "lo";
    c.bpf = "udp port 9";
    c.max_packets = 5;
    if (!source_open(&b->source, &c, &usage, &e)) {
        skip();
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_to_self, b), 0);
    struct source_hooks hooks = {.packet = on_packet, .idle = on_idle, .warn = on_warn, .arg = b};
    source_run(b->source, &hooks);
    pthread_join(thread, NULL);
    assert_int_equal(b->count, 5);
    assert_int_equal(b->seen[0].linktype, 1);
    assert_int_equal(source_stats(b->source)->dropped, 0);
    assert_false(source_stats(b->source)->failed);
    assert_string_equal(source_file_name(b->source, 0), "lo");
    source_close(&b->source);
    c.bpf = "nonsense (";
    expect_refused(b, &c, "filter \"nonsense (\"", true);
    c.bpf = NULL;
    assert_true(source_open(&b->source, &c, &usage, &e));
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, b), 0);
    source_run(b->source, &hooks);
    pthread_join(thread, NULL);
}

static void interfaces_are_listed(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct error e = {""};
    assert_non_null(out);
    bool listed = source_list_interfaces(out, &e);
    fclose(out);
    assert_true(listed ? strstr(text, "lo") != NULL : e.text[0] != '\0');
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_pcap),
        TEST(lying_records),
        TEST(cut_everywhere),
        TEST(a_bad_record_ends_it),
        TEST(ng_mixed_interfaces),
        TEST(ng_times_are_clamped),
        TEST(ng_sections_of_both_orders),
        TEST(ng_simple_packets),
        TEST(ng_many_interfaces),
        TEST(ng_interface_bomb),
        TEST(ng_unknown_interface),
        TEST(ng_bad_lengths),
        TEST(packed_captures),
        TEST(damaged_packing),
        TEST(bombs_are_bounded),
        TEST(several_in_time_order),
        TEST(a_pipe_among_files),
        TEST(frames_ahead),
        TEST(a_span_of_time),
        TEST(at_most_so_many),
        TEST(filters),
        TEST(filter_of_another_link_type),
        TEST(nothing_to_read),
        TEST(packed_garbage),
        TEST(slow_pipes),
        TEST(stop_while_waiting),
        TEST(idle_while_reading),
        TEST(written_captures),
        TEST(written_pcapng),
        TEST(writing_without_packets),
        TEST(writing_fails),
        TEST(links_are_not_followed),
        TEST(mixed_link_types_are_not_written),
        TEST(no_such_interface),
        TEST(live_on_the_loopback),
        TEST(interfaces_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
