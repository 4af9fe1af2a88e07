/* Bounded big-endian reads from a view: the only way header fields leave a packet.
 *
 * Each read answers false when the view is too short and then leaves *out
 * untouched, so a lying length can not reach past what was captured.
 */
#ifndef MAILWIRE_BASE_READ_H
#define MAILWIRE_BASE_READ_H

#include "capture/base/bytes.h"

static inline bool read_u8(struct bytes b, size_t at, uint8_t *out)
{
    if (at >= b.n) {
        return false;
    }
    *out = b.p[at];
    return true;
}

static inline bool read_be16(struct bytes b, size_t at, uint16_t *out)
{
    if (b.n < 2 || at > b.n - 2) {
        return false;
    }
    *out = (uint16_t)((unsigned)b.p[at] << 8 | b.p[at + 1]);
    return true;
}

static inline bool read_be24(struct bytes b, size_t at, uint32_t *out)
{
    if (b.n < 3 || at > b.n - 3) {
        return false;
    }
    *out = (uint32_t)b.p[at] << 16 | (uint32_t)b.p[at + 1] << 8 | b.p[at + 2];
    return true;
}

static inline bool read_be32(struct bytes b, size_t at, uint32_t *out)
{
    if (b.n < 4 || at > b.n - 4) {
        return false;
    }
    *out = (uint32_t)b.p[at] << 24 | (uint32_t)b.p[at + 1] << 16 | (uint32_t)b.p[at + 2] << 8 |
           b.p[at + 3];
    return true;
}

#endif
