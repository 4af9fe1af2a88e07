#include "dissect/mime_entity.h"

#include "capture/base/text.h"

#include <stdlib.h>

static const struct entity {
    const char *name;
    uint32_t code;
} entities[] = {
#define ENTITY(name, code) {name, code},
#include "dissect/mime_entities.def"
#undef ENTITY
};

static int by_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct entity *)row)->name);
}

/* "&#147;" means windows-1252 to every browser (HTML, 13.2.5.80). */
static uint32_t numeric(uint64_t code)
{
    static const uint16_t c1[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                    0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                    0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                    0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    if (code >= 0x80 && code <= 0x9f) {
        return c1[code - 0x80];
    }
    return code == 0 || code > 0x10ffff ? 0xfffd : (uint32_t)code;
}

static int digit_value(int c, bool hex)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "#8364;", "#x20ac;" behind the "&": its length, 0 when it is none. */
static size_t numeric_reference(struct bytes b, uint32_t *code)
{
    bool hex = ascii_lower(bytes_at(b, 1)) == 'x';
    size_t i = hex ? 2 : 1, from = i;
    uint64_t value = 0;
    for (int d = 0; (d = digit_value(bytes_at(b, i), hex)) >= 0; i++) {
        value = value > 0x10ffff ? value : value * (hex ? 16 : 10) + (unsigned)d;
    }
    *code = numeric(value);
    return i == from ? 0 : i + (bytes_at(b, i) == ';');
}

static size_t reference(struct bytes b, uint32_t *code)
{
    char name[12];
    size_t n = 0;
    if (bytes_at(b, 0) == '#') {
        return numeric_reference(b, code);
    }
    while (n + 1 < sizeof name &&
           (ascii_is_alpha(bytes_at(b, n)) || ascii_is_digit(bytes_at(b, n)))) {
        name[n] = (char)b.p[n];
        n++;
    }
    name[n] = '\0';
    const struct entity *e = bytes_at(b, n) == ';'
                                 ? bsearch(name, entities, sizeof entities / sizeof entities[0],
                                           sizeof entities[0], by_name)
                                 : NULL;
    if (e == NULL) {
        return 0;
    }
    *code = e->code;
    return n + 1;
}

size_t mime_entity_add(struct bytes b, size_t at, struct buf *out)
{
    uint32_t code = 0;
    size_t n = reference(bytes_from(b, at + 1), &code);
    if (n == 0) {
        buf_add_byte(out, '&');
    } else {
        text_utf8_add(out, code);
    }
    return at + 1 + n;
}
