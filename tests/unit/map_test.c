#include "capture/base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct entry {
    struct map_node node; /* first: found nodes are cast back */
    uint32_t key;
    bool seen;
};

static struct entry *entry_find(const struct map *m, uint64_t hash, uint32_t key)
{
    for (struct map_node *n = map_first(m, hash); n != NULL; n = map_next(n)) {
        assert_true(n->hash == hash);
        struct entry *e = (struct entry *)(void *)n;
        if (e->key == key) {
            return e;
        }
    }
    return NULL;
}

static uint64_t entry_hash(struct hash_key k, uint32_t key)
{
    return hash_bytes(k, bytes_make(&key, sizeof key));
}

/* Reference values of SipHash-1-3 for the key 00 01 .. 0f and the messages "", 00, 00 01, ...: as
 * the reference implementation prints them with cROUNDS=1, dROUNDS=3. */
static void siphash_vectors(void **state)
{
    (void)state;
    static const uint64_t want[] = {
        UINT64_C(0xabac0158050fc4dc), UINT64_C(0xc9f49bf37d57ca93), UINT64_C(0x82cb9b024dc7d44d),
        UINT64_C(0x8bf80ab8e7ddf7fb), UINT64_C(0xcf75576088d38328), UINT64_C(0xdef9d52f49533b67),
        UINT64_C(0xc50d2b50c59f22a7), UINT64_C(0xd3927d989bb11140), UINT64_C(0x369095118d299a8e),
        UINT64_C(0x25a48eb36c063de4), UINT64_C(0x79de85ee92ff097f), UINT64_C(0x70c118c1f94dc352),
        UINT64_C(0x78a384b157b4d9a2), UINT64_C(0x306f760c1229ffa7), UINT64_C(0x605aa111c0f95d34),
        UINT64_C(0xd320d86d2a519956), UINT64_C(0xcc4fdd1a7d908b66), UINT64_C(0x9cf2689063dbd80c),
    };
    struct hash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    uint8_t message[64];
    for (size_t i = 0; i < sizeof message; i++) {
        message[i] = (uint8_t)i;
    }
    for (size_t n = 0; n < sizeof want / sizeof want[0]; n++) {
        assert_true(hash_bytes(key, bytes_make(message, n)) == want[n]);
    }
    assert_true(hash_bytes(key, bytes_make(message, 63)) == UINT64_C(0x9d199062b7bbb3a8));
    assert_true(hash_bytes(key, (struct bytes){NULL, 0}) == want[0]);
}

static void hash_depends_on_every_byte_and_the_key(void **state)
{
    (void)state;
    struct hash_key a = {1, 2}, b = {1, 3};
    uint8_t message[40] = {0};
    for (size_t n = 1; n <= sizeof message; n++) {
        uint64_t plain = hash_bytes(a, bytes_make(message, n));
        assert_true(plain != hash_bytes(b, bytes_make(message, n)));
        assert_true(plain != hash_bytes(a, bytes_make(message, n - 1)));
        for (size_t i = 0; i < n; i++) {
            message[i] ^= 0x80;
            assert_true(plain != hash_bytes(a, bytes_make(message, n)));
            message[i] ^= 0x80;
        }
    }
}

static void random_keys_differ(void **state)
{
    (void)state;
    struct hash_key a = hash_key_random(), b = hash_key_random();
    assert_true(a.k0 != b.k0 || a.k1 != b.k1);
}

static void empty_map(void **state)
{
    (void)state;
    struct map m;
    struct map_node n = {NULL, 5};
    map_init(&m);
    assert_null(map_first(&m, 5));
    map_remove(&m, &n);
    assert_int_equal(m.count, 0);
    map_done(&m);
}

static void add_find_remove_many(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct hash_key k = hash_key_random();
    struct entry *all = calloc(COUNT, sizeof *all);
    assert_non_null(all);
    struct map m;
    map_init(&m);
    for (uint32_t i = 0; i < COUNT; i++) {
        all[i].key = i;
        map_add(&m, &all[i].node, entry_hash(k, i));
        assert_ptr_equal(entry_find(&m, entry_hash(k, i / 2), i / 2), &all[i / 2]);
    }
    assert_int_equal(m.count, COUNT);
    assert_true(m.mask + 1 >= COUNT / 2 && m.mask + 1 <= 4 * COUNT);
    for (uint32_t i = 0; i < COUNT; i += 2) {
        map_remove(&m, &all[i].node);
    }
    map_remove(&m, &all[0].node); /* twice does nothing */
    assert_int_equal(m.count, COUNT / 2);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(entry_find(&m, entry_hash(k, i), i), i % 2 == 0 ? NULL : &all[i]);
    }
    map_done(&m);
    free(all);
}

static void equal_hashes_stay_apart(void **state)
{
    (void)state;
    struct entry e[40] = {0};
    struct map m;
    map_init(&m);
    for (uint32_t i = 0; i < 40; i++) {
        e[i].key = i;
        /* two hashes that share their bucket in every table of at most 2^32 buckets */
        map_add(&m, &e[i].node, i % 2 == 0 ? 7 : UINT64_C(7) + (UINT64_C(1) << 32));
    }
    unsigned found = 0;
    for (struct map_node *n = map_first(&m, 7); n != NULL; n = map_next(n)) {
        struct entry *hit = (struct entry *)(void *)n;
        assert_int_equal(hit->key % 2, 0);
        assert_false(hit->seen);
        hit->seen = true;
        found++;
    }
    assert_int_equal(found, 20);
    map_remove(&m, &e[0].node);
    map_remove(&m, &e[38].node);
    assert_null(entry_find(&m, 7, 0));
    assert_non_null(entry_find(&m, 7, 2));
    map_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_vectors),
        cmocka_unit_test(hash_depends_on_every_byte_and_the_key),
        cmocka_unit_test(random_keys_differ),
        cmocka_unit_test(empty_map),
        cmocka_unit_test(add_find_remove_many),
        cmocka_unit_test(equal_hashes_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
