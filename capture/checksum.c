#include "capture/checksum.h"

#include <arpa/inet.h>

#define PROTOCOL_TCP 6
#define CHECKSUM_AT  16 /* in the TCP header, RFC 9293 3.1 */

/* Ones' complement addition may be done in any word size and byte order (RFC 1071 2): native
 * 32-bit words into a 64-bit sum, folded at the end. */
static uint64_t add_words(uint64_t sum, const uint8_t *p, size_t n)
{
    while (n >= 32) {
        uint32_t w[8];
        memcpy(w, p, sizeof w);
        sum += (uint64_t)w[0] + w[1] + w[2] + w[3];
        sum += (uint64_t)w[4] + w[5] + w[6] + w[7];
        p += 32;
        n -= 32;
    }
    while (n >= 2) {
        uint16_t w;
        memcpy(&w, p, sizeof w);
        sum += w;
        p += 2;
        n -= 2;
    }
    if (n == 1) { /* padded with a zero byte behind it */
        uint8_t last[2] = {p[0], 0};
        uint16_t w;
        memcpy(&w, last, sizeof w);
        sum += w;
    }
    return sum;
}

static uint16_t fold(uint64_t sum)
{
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
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
