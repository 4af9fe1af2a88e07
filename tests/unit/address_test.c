/* address: paths and parameters as real clients write them. */
#include "dissect/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void is(struct bytes have, const char *want)
{
    assert_int_equal(have.n, strlen(want));
    assert_memory_equal(have.p ? have.p : (const uint8_t *)"", want, have.n);
}

static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *text, *address, *parameters;
        bool bracketed;
    } rows[] = {
        {"FROM:<a@b.test>", "a@b.test", "", true},
        {"<a@b.test>", "a@b.test", "", true},
        {"FROM:<>", "", "", true},
        {"FROM:<> SIZE=1", "", "SIZE=1", true},
        {"from: <a@b> size=20  ret=hdrs ", "a@b", "size=20  ret=hdrs", true},
        {"FROM : <a@b>", "a@b", "", true},
        {"TO:<a@b>NOTIFY=NEVER", "a@b", "NOTIFY=NEVER", true},
        {"to:<@one.test,@two.test:user@host.test> X", "user@host.test", "X", true},
        {"TO:@one.test:user@host", "user@host", "", false},
        {"FROM:a@b BODY=8BITMIME", "a@b", "BODY=8BITMIME", false},
        {"FROM:bad", "bad", "", false},
        {"ne_skagu@server.ru", "ne_skagu@server.ru", "", false},
        {"FROM:<\"a>b c\"@x.test> Y", "\"a>b c\"@x.test", "Y", true},
        {"FROM:<\"a\\\"> b\"@x.test> Y", "\"a\\\"> b\"@x.test", "Y", true},
        {"FROM:<\"open@x.test> Y", "\"open@x.test", "Y", true},
        {"FROM:\"a b\"@x.test Y", "\"a b\"@x.test", "Y", false},
        {"FROM:John Doe <j@x.test> Y", "j@x.test", "Y", true},
        {"FROM:a@b <c@d>", "a@b", "<c@d>", false},
        {"FROM: <sp ace@b.test>", "sp ace@b.test", "", true},
        {"FROM:<a@b", "a@b", "", true},
        {"FROM:< a@b >", "a@b", "", true},
        {"TO:<postmaster>", "postmaster", "", true},
        {"TO:<u-s\xc3\xb8ren@lab.test>", "u-s\xc3\xb8ren@lab.test", "", true},
        {"TONY@x.test", "TONY@x.test", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct path p;
        assert_true(address_path(bytes_of(rows[i].text), &p));
        is(p.address, rows[i].address);
        is(p.parameters, rows[i].parameters);
        assert_int_equal(p.bracketed, rows[i].bracketed);
        assert_non_null(p.address.p);
    }
}

static void no_address(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "   ", "FROM:", "TO:  ", "from :", ":"};
    struct path p;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(address_path(bytes_of(rows[i]), &p));
        assert_int_equal(p.address.n, 0);
        assert_int_equal(p.parameters.n, 0);
    }
    assert_false(address_path((struct bytes){NULL, 0}, &p));
}

/* Hostile paths: many quotes and backslashes take linear time and stay inside. */
static void hostile(void **state)
{
    (void)state;
    size_t n = 1u << 20;
    uint8_t *room = malloc(n);
    assert_non_null(room);
    static const char fill[] = "\"\\<>@: ";
    for (size_t f = 0; f + 1 < sizeof fill; f++) {
        memset(room, fill[f], n);
        struct path p;
        if (address_path(bytes_make(room, n), &p)) {
            assert_true(p.address.n <= n);
        }
        room[0] = '<';
        address_path(bytes_make(room, n), &p);
        assert_true(p.address.n < n);
    }
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(no_address),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
