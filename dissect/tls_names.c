#include "dissect/tls.h"

#include <stdio.h>

struct suite {
    uint16_t number;
    const char *name;
};

static const struct suite suites[] = {
#define SUITE(number, name) {number, name},
#include "dissect/tls_suites.def"
#undef SUITE
};

const char *tls_cipher_name(uint16_t suite)
{
    size_t low = 0, high = sizeof suites / sizeof *suites;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (suites[middle].number == suite) {
            return suites[middle].name;
        }
        if (suites[middle].number < suite) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return "";
}

static const struct suite versions[] = {
    {0x0002, "SSL 2.0"}, {0x0300, "SSL 3.0"}, {0x0301, "TLS 1.0"},
    {0x0302, "TLS 1.1"}, {0x0303, "TLS 1.2"}, {0x0304, "TLS 1.3"},
};

const char *tls_version_name(uint16_t version, char room[static 16])
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        if (versions[i].number == version) {
            return versions[i].name;
        }
    }
    snprintf(room, 16, "0x%04x", version);
    return room;
}
