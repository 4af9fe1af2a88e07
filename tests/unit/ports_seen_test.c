/* The ports that are told where nobody spoke mail. */
#include "dissect/ports_seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void add(struct ports_seen *p, uint16_t port, int times)
{
    for (; times > 0; times--) {
        ports_seen_add(p, port);
    }
}

static void the_busiest_come_first(void **state)
{
    (void)state;
    struct ports_seen *p = calloc(1, sizeof *p);
    struct port_seen out[PORTS_TOLD];
    assert_non_null(p);
    ports_seen_most(p, out);
    assert_int_equal(out[0].connections, 0);
    add(p, 8025, 2), add(p, 443, 9), add(p, 0, 1), add(p, 65535, 2);
    ports_seen_most(p, out);
    assert_int_equal(out[0].port, 443);
    assert_int_equal(out[0].connections, 9);
    assert_int_equal(out[1].port, 8025);
    assert_int_equal(out[2].port, 65535);
    assert_int_equal(out[3].port, 0);
    assert_int_equal(out[4].connections, 0);
    for (uint16_t port = 1; port < 20; port++) { /* more than are told */
        add(p, port, 3);
    }
    ports_seen_most(p, out);
    assert_int_equal(out[0].port, 443);
    assert_int_equal(out[1].port, 1);
    assert_int_equal(out[PORTS_TOLD - 1].port, PORTS_TOLD - 1);
    p->connections[25] = UINT32_MAX;
    add(p, 25, 1);
    assert_int_equal(p->connections[25], UINT32_MAX);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_busiest_come_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
