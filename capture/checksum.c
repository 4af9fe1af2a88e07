#include "capture/checksum.h"

#include "capture/base/error.h"

#include <arpa/inet.h>

#define PROTOCOL_TCP 6
#define CHECKSUM_AT  16 /* in the TCP header, RFC 9293 3.1 */

#define LONG 256 /* bytes, from where on lanes pay */

/* Eight sums side by side; a segment's 2^18 bytes can not overflow one. */
typedef uint32_t lanes __attribute__((vector_size(32)));

/* 32 bytes to the sums of their low and of their high halves. */
ALWAYS_INLINE void add_lanes(lanes *low, lanes *high, const uint8_t *p)
{
    lanes w;
    memcpy(&w, p, sizeof w);
    *low += w & 0xffff;
    *high += w >> 16;
}

#define BLOCK (2 * sizeof(lanes))

/* Ones' complement addition may be done in any word size and byte order (RFC 1071 2): native
 * 16-bit words in many lanes, or 64-bit words with the carry brought round, folded at the end. */
ALWAYS_INLINE uint64_t blocks_sum(const uint8_t *p, size_t blocks)
{
    lanes low[2] = {{0}}, high[2] = {{0}}; /* pairs, so that no addition waits for the one before */
    for (; blocks > 0; blocks--, p += BLOCK) {
        add_lanes(&low[0], &high[0], p);
        add_lanes(&low[1], &high[1], p + sizeof(lanes));
    }
    lanes all = low[0] + low[1] + high[0] + high[1];
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        sum += all[i];
    }
    return sum;
}

static uint64_t add_blocks(const uint8_t *p, size_t blocks)
{
    return blocks_sum(p, blocks);
}

#ifdef __x86_64__
/* The same with vectors twice as wide. */
__attribute__((target("avx2"))) static uint64_t add_blocks_avx2(const uint8_t *p, size_t blocks)
{
    return blocks_sum(p, blocks);
}
#define ADD_BLOCKS (__builtin_cpu_supports("avx2") ? add_blocks_avx2 : add_blocks)
#else
#define ADD_BLOCKS add_blocks
#endif

__extension__ typedef unsigned __int128 uint128; /* one addition and one of the carry */

static uint64_t add_words(uint64_t sum, const uint8_t *p, size_t n)
{
    if (n >= LONG) {
        sum += ADD_BLOCKS(p, n / BLOCK);
        p += n - n % BLOCK;
        n %= BLOCK;
    }
    uint128 wide = sum;
    for (; n >= sizeof sum; p += sizeof sum, n -= sizeof sum) {
        wide += bytes8_load(p);
    }
    if (n > 0) { /* padded with zero bytes behind it */
        uint64_t last = 0;
        memcpy(&last, p, n);
        wide += last;
    }
    wide = (uint64_t)wide + (wide >> 64);
    return (uint64_t)wide + (uint64_t)(wide >> 64);
}

static uint16_t fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

static uint64_t add_address(uint64_t sum, const uint8_t *ip, uint8_t ip_version)
{
    uint32_t w[4] = {0};
    memcpy(w, ip, ip_version == 4 ? 4 : 16);
    return sum + w[0] + w[1] + w[2] + w[3];
}

static uint64_t pseudo_sum(size_t length, const uint8_t *src, const uint8_t *dst,
                           uint8_t ip_version)
{
    uint64_t sum = add_address(add_address(0, src, ip_version), dst, ip_version);
    return sum + htonl((uint32_t)length) + htonl(PROTOCOL_TCP);
}

enum checksum_verdict checksum_tcp(struct bytes tcp, const uint8_t *src, const uint8_t *dst,
                                   uint8_t ip_version)
{
    uint64_t pseudo = pseudo_sum(tcp.n, src, dst, ip_version);
    if (fold(add_words(pseudo, tcp.p, tcp.n)) == 0xffff) {
        return CHECKSUM_GOOD;
    }
    uint16_t field = 0;
    if (tcp.n >= CHECKSUM_AT + 2) {
        memcpy(&field, tcp.p + CHECKSUM_AT, sizeof field);
    }
    return field == fold(pseudo) ? CHECKSUM_OFFLOADED : CHECKSUM_BAD;
}
