/* Searching and splitting, many bytes at a time, against the plain way of doing it. */
#include "capture/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t plain_search(struct bytes b, const char *needle, size_t from)
{
    size_t n = strlen(needle);
    for (size_t i = from; n > 0 && n <= b.n && i <= b.n - n; i++) {
        size_t same = 0;
        while (same < n && ascii_lower(b.p[i + same]) == ascii_lower((unsigned char)needle[same])) {
            same++;
        }
        if (same == n) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void search_finds_what_is_there(void **state)
{
    (void)state;
    static const char *const needles[] = {"a", "aB", "Ba", " a", "@", "`a", "=\r", "[b", "{"};
    static const char letters[] = "aAbB @`=\r-[{\xe1\x01";
    srand(1);
    for (int round = 0; round < 20000; round++) {
        size_t n = (size_t)rand() % 40;
        uint8_t *text = malloc(n + 1); /* of its own, so that reading behind it is seen */
        for (size_t i = 0; i < n; i++) {
            text[i] = (uint8_t)letters[rand() % 3 ? 9 : (size_t)rand() % (sizeof letters - 1)];
        }
        struct bytes b = bytes_make(text, n);
        const char *needle = needles[(size_t)rand() % (sizeof needles / sizeof *needles)];
        size_t from = (size_t)rand() % 44;
        assert_int_equal(bytes_search(b, needle, from), plain_search(b, needle, from));
        free(text);
    }
}

static void only_letters_have_two_cases(void **state)
{
    (void)state;
    for (unsigned a = 1; a < 256; a++) {
        for (unsigned b = 1; b < 256; b++) {
            uint8_t text[1] = {(uint8_t)a};
            char word[2] = {(char)b, '\0'};
            bool same = ascii_lower((int)a) == ascii_lower((int)b);
            assert_int_equal(bytes_is(bytes_make(text, 1), word), same);
        }
    }
}

/* Words of every length at every distance from the end, with what looks nearly like a blank. */
static void words_end_at_blanks(void **state)
{
    (void)state;
    static const char letters[] = "a!\x08\x0a\x1f\x89\xa0 \t";
    srand(2);
    for (int round = 0; round < 20000; round++) {
        uint8_t text[40];
        size_t n = (size_t)rand() % sizeof text, most = round % 2 ? sizeof letters - 1 : 7;
        for (size_t i = 0; i < n; i++) {
            text[i] = (uint8_t)letters[(size_t)rand() % most];
        }
        struct bytes rest = bytes_make(text, n), all = bytes_trim(rest);
        struct bytes word = bytes_word(&rest);
        size_t length = 0, next;
        while (length < all.n && !ascii_is_blank(all.p[length])) {
            length++;
        }
        for (next = length; next < all.n && ascii_is_blank(all.p[next]); next++) {
        }
        assert_true(bytes_equal(word, bytes_sub(all, 0, length)));
        assert_true(bytes_equal(rest, bytes_from(all, next)));
        bool control = false;
        for (size_t i = 0; i < 16 && n >= 16; i++) {
            control = control || text[i] < ' ';
        }
        assert_true(n < 16 || bytes16_below_blank(text) == control);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_finds_what_is_there),
        cmocka_unit_test(only_letters_have_two_cases),
        cmocka_unit_test(words_end_at_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
