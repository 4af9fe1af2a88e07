#include "tests/fuzz/fuzz.h"

#include "capture/base/error.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fuzz_differ(const char *what, struct bytes a, struct bytes b)
{
    size_t at = 0;
    while (at < a.n && at < b.n && a.p[at] == b.p[at]) {
        at++;
    }
    size_t from = at > 300 ? at - 300 : 0;
    struct bytes sa = bytes_sub(a, from, 1200), sb = bytes_sub(b, from, 1200);
    fprintf(stderr, "%s, from byte %zu:\n--- one way\n%.*s\n--- the other\n%.*s\n", what, at,
            (int)sa.n, sa.n ? (const char *)sa.p : "", (int)sb.n, sb.n ? (const char *)sb.p : "");
    abort();
}

uint8_t *fuzz_copy(struct bytes b)
{
    uint8_t *copy = xmalloc(b.n);
    if (b.n) {
        memcpy(copy, b.p, b.n);
    }
    return copy;
}

struct limits fuzz_tiny_limits(void)
{
    struct limits l;
#define LIMIT(field, value, least, most, unit, what) l.field = (least);
#include "capture/base/limits.def"
#undef LIMIT
    return l;
}

uint64_t fuzz_hash(struct bytes b)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < b.n; i++) {
        h = (h ^ b.p[i]) * 1099511628211u;
    }
    return h ? h : 1;
}
