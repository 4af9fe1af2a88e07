/* GeoIP lookups over databases made here, sound and damaged. */
#include "ui/export/geo.h"

#include "capture/base/buf.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* libmaxminddb 1.7.1 forgets a list when it refuses a file for its metadata (MMDB_open); that is
 * once for each file refused, and not ours. The leak checker asks for this by name. */
const char *__lsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier) */
const char *__lsan_default_suppressions(void)  /* NOLINT(bugprone-reserved-identifier) */
{
    return "leak:libmaxminddb";
}

/* ---- a writer of databases (MaxMind DB File Format 2.0) ---- */

#define NODES 4000

struct maker {
    uint32_t node[NODES][2]; /* 0: empty; node number + 1; or 0x800000 + place in the data */
    uint32_t nodes;
    struct buf data;
};

static void maker_init(struct maker *m)
{
    memset(m->node, 0, sizeof m->node);
    m->nodes = 1;
    buf_init(&m->data, 64u << 20);
}

static void put_control(struct buf *b, unsigned type, size_t size)
{
    uint8_t extended = type > 7;
    unsigned low = size < 29 ? (unsigned)size : size < 285 ? 29 : size < 65821 ? 30 : 31;
    buf_add_byte(b, (uint8_t)((extended ? 0 : type << 5) | low));
    if (extended) {
        buf_add_byte(b, (uint8_t)(type - 7));
    }
    if (low >= 29) {
        size_t rest = size - (low == 29 ? 29 : low == 30 ? 285 : 65821);
        for (unsigned i = low - 28; i > 0; i--) {
            buf_add_byte(b, (uint8_t)(rest >> (8 * (i - 1))));
        }
    }
}

static void put_text(struct buf *b, const char *s)
{
    put_control(b, 2, strlen(s));
    buf_add_str(b, s);
}

static void put_uint(struct buf *b, unsigned type, uint64_t v)
{
    unsigned n = 0;
    for (uint64_t rest = v; rest != 0; rest >>= 8) {
        n++;
    }
    put_control(b, type, n);
    while (n-- > 0) {
        buf_add_byte(b, (uint8_t)(v >> (8 * n)));
    }
}

static void put_map(struct buf *b, size_t pairs)
{
    put_control(b, 7, pairs);
}

static void put_pointer(struct buf *b, uint32_t to)
{
    buf_add_byte(b, (uint8_t)(1 << 5 | 3 << 3));
    for (int i = 3; i >= 0; i--) {
        buf_add_byte(b, (uint8_t)(to >> (8 * i)));
    }
}

/* What stands at `place` answers for the network. IPv4 lies below ::/96. */
static void add_network(struct maker *m, const char *text, unsigned bits, uint32_t place)
{
    uint8_t ip[16] = {0};
    bool v4 = strchr(text, ':') == NULL;
    assert_int_equal(inet_pton(v4 ? AF_INET : AF_INET6, text, v4 ? ip + 12 : ip), 1);
    bits += v4 ? 96 : 0;
    uint32_t at = 0;
    for (unsigned i = 0; i < bits; i++) {
        unsigned bit = ip[i / 8] >> (7 - i % 8) & 1;
        if (i + 1 == bits) {
            m->node[at][bit] = 0x800000 + place;
            return;
        }
        if (m->node[at][bit] == 0) {
            m->node[at][bit] = ++m->nodes;
        }
        at = m->node[at][bit] - 1;
    }
}

static void put_record(struct buf *out, const struct maker *m, uint32_t r)
{
    uint32_t v = r == 0 ? m->nodes : r >= 0x800000 ? m->nodes + 16 + (r - 0x800000) : r - 1;
    for (int i = 2; i >= 0; i--) {
        buf_add_byte(out, (uint8_t)(v >> (8 * i)));
    }
}

static void put_metadata(struct buf *out, const struct maker *m, const char *type)
{
    buf_add(out, bytes_make("\xab\xcd\xefMaxMind.com", 14));
    put_map(out, 9);
    put_text(out, "node_count");
    put_uint(out, 6, m->nodes);
    put_text(out, "record_size");
    put_uint(out, 5, 24);
    put_text(out, "ip_version");
    put_uint(out, 5, 6);
    put_text(out, "database_type");
    put_text(out, type);
    put_text(out, "languages");
    put_control(out, 11, 1);
    put_text(out, "en");
    put_text(out, "binary_format_major_version");
    put_uint(out, 5, 2);
    put_text(out, "binary_format_minor_version");
    put_uint(out, 5, 0);
    put_text(out, "build_epoch");
    put_uint(out, 9, 1761609600); /* 2025-10-28 */
    put_text(out, "description");
    put_map(out, 1);
    put_text(out, "en");
    put_text(out, "made by a test");
}

static void finish(const struct maker *m, const char *type, struct buf *out)
{
    buf_init(out, 64u << 20);
    for (uint32_t i = 0; i < m->nodes; i++) {
        put_record(out, m, m->node[i][0]);
        put_record(out, m, m->node[i][1]);
    }
    static const uint8_t zeros[16];
    buf_add(out, bytes_make(zeros, 16));
    buf_add(out, buf_bytes(&m->data));
    put_metadata(out, m, type);
}

/* ---- files ---- */

static char folder[] = "/tmp/mailwire-geo-test-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[4][200];
    static unsigned turn;
    char *p = path[turn++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static const char *write_file(const char *name, struct bytes b)
{
    const char *path = path_of(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
    fclose(f);
    return path;
}

static uint32_t place(struct maker *m)
{
    return (uint32_t)m->data.n;
}

static void city_record(struct maker *m, const char *code, const char *country, const char *city,
                        bool shared_names)
{
    uint32_t names = 0;
    (void)names;
    put_map(&m->data, city ? 3 : 2);
    put_text(&m->data, "country");
    put_map(&m->data, 2);
    put_text(&m->data, "iso_code");
    put_text(&m->data, code);
    put_text(&m->data, "names");
    put_map(&m->data, shared_names ? 2 : 1);
    if (shared_names) {
        put_text(&m->data, "de");
        put_text(&m->data, "anders");
    }
    put_text(&m->data, "en");
    put_text(&m->data, country);
    put_text(&m->data, "continent");
    put_map(&m->data, 1);
    put_text(&m->data, "code");
    put_text(&m->data, "EU");
    if (city) {
        put_text(&m->data, "city");
        put_map(&m->data, 1);
        put_text(&m->data, "names");
        put_map(&m->data, 1);
        put_text(&m->data, "en");
        put_text(&m->data, city);
    }
}

static void make_city(struct buf *out)
{
    struct maker m;
    maker_init(&m);
    uint32_t berlin = place(&m);
    city_record(&m, "DE", "Germany", "Berlin", true);
    uint32_t pointed = place(&m); /* the same by a pointer, as real databases do */
    put_map(&m.data, 1);
    put_text(&m.data, "country");
    put_pointer(&m.data, place(&m) + 5);
    put_map(&m.data, 1);
    put_text(&m.data, "iso_code");
    put_text(&m.data, "FR");
    uint32_t long_name = place(&m);
    city_record(&m, "GB", "United Kingdom",
                "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch\xc5\xb5\xc5\xb5\xc5\xb5"
                "\xc5\xb5",
                false);
    uint32_t bad_text = place(&m);
    city_record(&m, "\xff\xfe", "\x80\x80", "ok", false);
    add_network(&m, "10.1.0.0", 16, berlin);
    add_network(&m, "10.2.0.0", 16, pointed);
    add_network(&m, "10.3.0.0", 16, long_name);
    add_network(&m, "10.4.0.0", 16, bad_text);
    add_network(&m, "2001:db8::", 32, berlin);
    finish(&m, "GeoLite2-City", out);
    buf_done(&m.data);
}

static void make_asn(struct buf *out)
{
    struct maker m;
    maker_init(&m);
    uint32_t telekom = place(&m);
    put_map(&m.data, 2);
    put_text(&m.data, "autonomous_system_number");
    put_uint(&m.data, 6, 3320);
    put_text(&m.data, "autonomous_system_organization");
    put_text(&m.data, "Deutsche Telekom AG");
    add_network(&m, "10.1.0.0", 16, telekom);
    finish(&m, "GeoLite2-ASN", out);
    buf_done(&m.data);
}

/* Flat records, as other makers of databases write them. */
static void make_flat(struct buf *out)
{
    struct maker m;
    maker_init(&m);
    uint32_t at = place(&m);
    put_map(&m.data, 4);
    put_text(&m.data, "country_code");
    put_text(&m.data, "at");
    put_text(&m.data, "city");
    put_text(&m.data, "Wien");
    put_text(&m.data, "asn");
    put_text(&m.data, "AS8447");
    put_text(&m.data, "as_name");
    put_text(&m.data, "A1");
    add_network(&m, "10.9.0.0", 24, at);
    finish(&m, "ipinfo standard_location", out);
    buf_done(&m.data);
}

static struct geo_place ask(struct geo *g, const char *text, bool known)
{
    uint8_t ip[16] = {0};
    struct geo_place p;
    uint8_t version = strchr(text, ':') ? 6 : 4;
    assert_int_equal(inet_pton(version == 6 ? AF_INET6 : AF_INET, text, ip), 1);
    assert_int_equal(geo_lookup(g, ip, version, &p), known);
    return p;
}

struct said {
    char text[2000];
    int count;
};

static void hear(void *arg, const char *sentence)
{
    struct said *s = arg;
    s->count++;
    snprintf(s->text, sizeof s->text, "%s", sentence);
}

/* ---- sound databases ---- */

static void lookups(void **state)
{
    (void)state;
    struct buf b;
    make_city(&b);
    const char *city = write_file("city.mmdb", buf_bytes(&b));
    buf_done(&b);
    struct said said = {"", 0};
    size_t failed = 9;
    struct geo *g = geo_open(&city, 1, hear, &said, &failed);
    assert_non_null(g);
    assert_int_equal(failed, 0);
    assert_int_equal(said.count, 0);
    assert_int_equal(geo_databases(g), 1);
    assert_true(geo_has_city(g));
    assert_false(geo_has_asn(g));
    assert_string_equal(geo_describe(g), "GeoLite2-City of 2025-10-28");
    for (int again = 0; again < 2; again++) { /* the second time from the rows kept */
        struct geo_place p = ask(g, "10.1.2.3", true);
        assert_string_equal(p.country, "DE");
        assert_string_equal(p.country_name, "Germany");
        assert_string_equal(p.city, "Berlin");
        assert_string_equal(p.continent, "EU");
        assert_int_equal(p.asn, 0);
        p = ask(g, "10.2.0.0", true);
        assert_string_equal(p.country, "FR");
        assert_string_equal(p.city, "");
        p = ask(g, "2001:db8:1:2::3", true);
        assert_string_equal(p.country, "DE");
        p = ask(g, "11.0.0.1", false);
        assert_string_equal(p.country, "");
        ask(g, "::ffff:0:0", false);
    }
    struct geo_place p = ask(g, "10.3.0.1", true);
    assert_int_equal(strlen(p.city), 62); /* cut between characters */
    p = ask(g, "10.4.0.1", true);
    assert_string_equal(p.country, ""); /* bytes that are no text are no facts */
    assert_string_equal(p.country_name, "");
    assert_string_equal(p.city, "ok");
    geo_close(&g);
    assert_null(g);
}

static void several(void **state)
{
    (void)state;
    struct buf b;
    make_asn(&b);
    const char *paths[3] = {write_file("asn.mmdb", buf_bytes(&b))};
    buf_done(&b);
    make_flat(&b);
    paths[1] = write_file("flat.mmdb", buf_bytes(&b));
    buf_done(&b);
    make_city(&b);
    paths[2] = write_file("city2.mmdb", buf_bytes(&b));
    buf_done(&b);
    struct geo *g = geo_open(paths, 3, NULL, NULL, NULL);
    assert_non_null(g);
    assert_int_equal(geo_databases(g), 3);
    assert_true(geo_has_asn(g));
    struct geo_place p = ask(g, "10.1.0.1", true);
    assert_string_equal(p.city, "Berlin");
    assert_int_equal(p.asn, 3320);
    assert_string_equal(p.org, "Deutsche Telekom AG");
    p = ask(g, "10.9.0.7", true);
    assert_string_equal(p.country, "AT");
    assert_string_equal(p.city, "Wien");
    assert_int_equal(p.asn, 8447);
    assert_string_equal(p.org, "A1");
    geo_close(&g);
}

/* ---- what is no database ---- */

static void not_usable(void **state)
{
    (void)state;
    struct said said = {"", 0};
    size_t failed = 0;
    const char *paths[] = {path_of("missing.mmdb"), folder,
                           write_file("empty.mmdb", bytes_make("", 0)),
                           write_file("text.mmdb", bytes_make("this is no database at all", 26))};
    static const char *const says[] = {"No such file", "this is no file", "", "MaxMind"};
    for (size_t i = 0; i < 4; i++) {
        said.text[0] = '\0';
        assert_null(geo_open(&paths[i], 1, hear, &said, &failed));
        assert_int_equal(failed, 1);
        assert_int_equal(said.count, (int)i + 1);
        assert_non_null(strstr(said.text, "GeoIP database"));
        assert_non_null(strstr(said.text, paths[i]));
        assert_non_null(strstr(said.text, says[i]));
    }
    struct buf b; /* one that is missing does not hinder another */
    make_asn(&b);
    const char *two[] = {path_of("missing.mmdb"), write_file("asn3.mmdb", buf_bytes(&b))};
    buf_done(&b);
    struct geo *g = geo_open(two, 2, hear, &said, &failed);
    assert_non_null(g);
    assert_int_equal(failed, 1);
    geo_close(&g);
}

/* Asks all over the address space; whatever it answers, it must come back. */
static void ask_around(struct geo *g)
{
    struct geo_place p;
    uint8_t ip[16] = {0};
    for (unsigned i = 0; i < 256; i++) {
        ip[0] = (uint8_t)(i * 7);
        ip[1] = (uint8_t)i;
        geo_lookup(g, ip, i % 2 ? 4 : 6, &p);
    }
    static const char *const texts[] = {"10.1.2.3", "10.2.2.3", "10.3.2.3", "10.4.2.3"};
    for (size_t i = 0; i < 4; i++) {
        inet_pton(AF_INET, texts[i], ip);
        geo_lookup(g, ip, 4, &p);
    }
}

static void damaged(void **state)
{
    (void)state;
    struct buf b;
    make_city(&b);
    unsigned seed = 11, opened = 0;
    for (int round = 0; round < 1500; round++) {
        uint8_t *copy = malloc(b.n);
        memcpy(copy, b.p, b.n);
        size_t n = b.n;
        if (round % 3 == 0) {
            n = (size_t)round * b.n / 1500; /* cut everywhere */
        } else {
            for (int i = 0; i < 4; i++) {
                seed = seed * 1103515245 + 12345;
                copy[(seed >> 4) % b.n] = (uint8_t)(seed >> 20);
            }
            if (round % 3 == 1) { /* in the data section, behind the tree */
                copy[b.n - 600 + (seed >> 8) % 300] = (uint8_t)(seed >> 16);
            }
        }
        const char *path = write_file("damaged.mmdb", bytes_make(copy, n));
        free(copy);
        struct geo *g = geo_open(&path, 1, NULL, NULL, NULL);
        if (g != NULL) {
            opened++;
            ask_around(g);
            geo_close(&g);
        }
    }
    buf_done(&b);
    assert_true(opened > 100); /* else nothing of this was tested */
}

/* A record whose values nest, or point, without end is no record; the process survives it. */
static void bombs(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct maker m;
        maker_init(&m);
        uint32_t at = 0;
        if (kind == 0) { /* 3 million arrays, one in the other */
            put_map(&m.data, 2);
            put_text(&m.data, "a");
            for (int i = 0; i < 3000000; i++) {
                put_control(&m.data, 11, 1);
            }
            put_text(&m.data, "country");
        } else if (kind == 1) { /* a pointer to itself */
            put_map(&m.data, 1);
            put_text(&m.data, "country");
            put_pointer(&m.data, place(&m));
        } else if (kind == 2) { /* a map that contains itself */
            put_map(&m.data, 1);
            put_text(&m.data, "country");
            put_pointer(&m.data, 0);
        } else { /* each map holds the next one fifty times: 50^20 values */
            for (int level = 0; level < 20; level++) {
                uint32_t before = at;
                at = place(&m);
                put_map(&m.data, 50);
                for (int i = 0; i < 50; i++) {
                    put_text(&m.data, i == 49 ? "country" : "x");
                    if (level == 0) {
                        put_text(&m.data, "DE");
                    } else {
                        put_pointer(&m.data, before);
                    }
                }
            }
        }
        add_network(&m, "10.0.0.0", 8, at); /* not one of the addresses tried when it is opened */
        struct buf b;
        finish(&m, "GeoLite2-City", &b);
        buf_done(&m.data);
        const char *path = write_file("bomb.mmdb", buf_bytes(&b));
        buf_done(&b);
        struct geo *g = geo_open(&path, 1, NULL, NULL, NULL);
        assert_non_null(g);
        ask(g, "10.1.2.3", false);
        geo_close(&g);
    }
}

/* Where the first addresses asked already hit damage, opening says so. */
static void damage_seen_at_once(void **state)
{
    (void)state;
    struct maker m;
    maker_init(&m);
    put_map(&m.data, 1);
    put_text(&m.data, "country");
    put_pointer(&m.data, 1u << 30);
    add_network(&m, "0.0.0.0", 1, 0);
    struct buf b;
    finish(&m, "GeoLite2-City", &b);
    buf_done(&m.data);
    const char *path = write_file("far.mmdb", buf_bytes(&b));
    buf_done(&b);
    struct said said = {"", 0};
    assert_null(geo_open(&path, 1, hear, &said, NULL));
    assert_non_null(strstr(said.text, "damaged; download it again"));
}

/* The file is cut while it is open: answers stay, no signal comes. */
static void cut_while_open(void **state)
{
    (void)state;
    struct buf b;
    make_city(&b);
    const char *path = write_file("cut.mmdb", buf_bytes(&b));
    buf_done(&b);
    struct geo *g = geo_open(&path, 1, NULL, NULL, NULL);
    assert_non_null(g);
    assert_int_equal(truncate(path, 10), 0);
    assert_string_equal(ask(g, "10.1.2.3", true).city, "Berlin");
    geo_close(&g);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"city.mmdb",  "asn.mmdb",  "flat.mmdb", "city2.mmdb",
                                        "empty.mmdb", "text.mmdb", "asn3.mmdb", "damaged.mmdb",
                                        "bomb.mmdb",  "far.mmdb",  "cut.mmdb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        remove(path_of(names[i]));
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups),        cmocka_unit_test(several),
        cmocka_unit_test(not_usable),     cmocka_unit_test(damaged),
        cmocka_unit_test(bombs),          cmocka_unit_test(damage_seen_at_once),
        cmocka_unit_test(cut_while_open),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
