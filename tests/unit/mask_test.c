#include "dissect/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void expect(struct bytes line, struct bytes secret, bool show, const char *want)
{
    struct buf out;
    buf_init(&out, 1000);
    mask_add(&out, line, secret, show);
    assert_string_equal(buf_cstr(&out), want);
    buf_done(&out);
}

static void test_part_of_a_line(void **state)
{
    (void)state;
    struct bytes line = bytes_of("HELO smith s3cret end");
    expect(line, bytes_sub(line, 11, 6), false, "HELO smith ******** end");
    expect(line, bytes_sub(line, 11, 6), true, "HELO smith s3cret end");
    expect(line, bytes_from(line, 11), false, "HELO smith ********");
    expect(line, line, false, "********");
    expect(line, (struct bytes){NULL, 0}, false, "HELO smith s3cret end");
    expect(line, bytes_sub(line, 11, 0), false, "HELO smith s3cret end");
    expect((struct bytes){NULL, 0}, (struct bytes){NULL, 0}, false, "");
}

/* The mask never tells the length. */
static void test_same_mask_for_all_lengths(void **state)
{
    (void)state;
    struct bytes line = bytes_of("PASS abcdefghijklmnopqrstuvwxyz");
    for (size_t n = 1; n <= 26; n++) {
        expect(bytes_sub(line, 0, 5 + n), bytes_sub(line, 5, n), false, "PASS ********");
    }
}

/* The secret is marked in the whole line; its argument alone is masked as well. */
static void test_view_into_the_whole_line(void **state)
{
    (void)state;
    struct bytes line = bytes_of("PASS one two");
    struct bytes secret = bytes_from(line, 5);
    expect(bytes_from(line, 5), secret, false, "********");
    expect(bytes_from(line, 9), secret, false, "********");
    expect(bytes_sub(line, 0, 4), secret, false, "PASS");
    expect(bytes_sub(line, 0, 8), secret, false, "PASS ********");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part_of_a_line),
        cmocka_unit_test(test_same_mask_for_all_lengths),
        cmocka_unit_test(test_view_into_the_whole_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
