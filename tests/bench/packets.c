#include "tests/bench/packets.h"

#include <string.h>

#define HEADERS (16u + 14u + 20u) /* pcap record, Ethernet, IPv4 */

uint64_t random_next(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double random_share(uint64_t *state)
{
    return (double)(random_next(state) >> 11) * 0x1p-53;
}

static uint8_t *put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    return put16(put16(p, v >> 16), v & 0xffff);
}

/* RFC 1071, over little-endian words: the folded sum is stored as it lies in memory. */
static uint64_t sum(uint64_t s, const uint8_t *p, size_t n)
{
    for (; n >= 4; n -= 4, p += 4) {
        uint32_t word;
        memcpy(&word, p, 4);
        s += word;
    }
    if (n >= 2) {
        uint16_t word;
        memcpy(&word, p, 2);
        s += word;
        p += 2;
        n -= 2;
    }
    return n ? s + *p : s;
}

static void put_sum(uint8_t *at, uint64_t s)
{
    while (s >> 16) {
        s = (s & 0xffff) + (s >> 16);
    }
    uint16_t folded = (uint16_t)~s;
    memcpy(at, &folded, 2);
}

bool packets_open(struct packets *p, const char *path)
{
    static const uint32_t header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
    p->out = strcmp(path, "-") ? fopen(path, "wb") : stdout;
    if (!p->out) {
        return false;
    }
    setvbuf(p->out, NULL, _IOFBF, 1u << 20);
    p->time_ns = 1700000000u * 1000000000ull;
    p->gap_ns = p->gap_ns ? p->gap_ns : 1000;
    p->bytes = sizeof header;
    return fwrite(header, sizeof header, 1, p->out) == 1;
}

static void write_out(struct packets *p, const uint8_t *record, size_t n)
{
    fwrite(record, n, 1, p->out);
    p->bytes += n;
    p->count++;
}

static void release_held(struct packets *p)
{
    if (p->held_n) {
        write_out(p, p->held, p->held_n);
        p->held_n = 0;
    }
}

/* Loses, holds back, repeats. False when the segment is lost. */
static bool pass_on(struct packets *p, const uint8_t *record, size_t n, bool data)
{
    if (data && p->lose > 0 && random_share(&p->random) < p->lose) {
        p->lost++;
        return false;
    }
    if (data && p->swap > 0 && !p->held_n && random_share(&p->random) < p->swap) {
        memcpy(p->held, record, n);
        p->held_n = n;
        p->held_for = 1 + (unsigned)(random_next(&p->random) % 3);
        p->swapped++;
        return true;
    }
    write_out(p, record, n);
    if (data && p->repeat > 0 && random_share(&p->random) < p->repeat) {
        write_out(p, record, n);
        p->repeated++;
    }
    if (p->held_n && --p->held_for == 0) {
        release_held(p);
    }
    return true;
}

static uint8_t *put_record(struct packets *p, uint8_t *at, size_t frame)
{
    p->time_ns += p->gap_ns;
    uint32_t header[4] = {(uint32_t)(p->time_ns / 1000000000u),
                          (uint32_t)(p->time_ns % 1000000000u / 1000u), (uint32_t)frame,
                          (uint32_t)frame};
    memcpy(at, header, sizeof header);
    return at + sizeof header;
}

static uint8_t *put_ip(uint8_t *at, struct connection *c, enum side from, size_t segment)
{
    static const uint8_t ether[2][14] = {{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0},
                                         {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}};
    memcpy(at, ether[from], 14);
    uint8_t *ip = at + 14, *p = put16(ip, 0x4500);
    p = put16(p, (uint32_t)(20 + segment));
    p = put16(p, c->id[from]++);
    p = put32(p, 0x40004006); /* don't fragment, TTL 64, TCP */
    p = put16(p, 0);
    p = put32(p, c->ip[from]);
    p = put32(p, c->ip[!from]);
    put_sum(ip + 10, sum(0, ip, 20));
    return p;
}

bool packets_tcp(struct packets *p, struct connection *c, enum side from, unsigned flags,
                 const void *data, size_t n)
{
    uint8_t record[HEADERS + 24 + MSS];
    size_t head = flags & SYN ? 24 : 20;
    uint8_t *at = put_record(p, record, HEADERS - 16 + head + n);
    uint8_t *tcp = put_ip(at, c, from, head + n), *t = put16(tcp, c->port[from]);
    t = put16(t, c->port[!from]);
    t = put32(t, c->seq[from]);
    t = put32(t, flags & ACK ? c->seq[!from] : 0);
    t = put16(t, (uint32_t)(head / 4) << 12 | flags);
    t = put32(put16(t, 0xffff), 0);
    if (flags & SYN) {
        t = put32(t, 0x02040000u | MSS);
    }
    if (n) {
        memcpy(t, data, n);
    }
    uint8_t pseudo[12];
    put16(put16(put32(put32(pseudo, c->ip[from]), c->ip[!from]), 6), (uint32_t)(head + n));
    put_sum(tcp + 16, sum(sum(0, pseudo, sizeof pseudo), tcp, head + n));
    c->seq[from] += (uint32_t)n + (flags & (SYN | FIN) ? 1 : 0);
    return pass_on(p, record, HEADERS + head + n, n > 0);
}

void packets_handshake(struct packets *p, struct connection *c)
{
    packets_tcp(p, c, CLIENT, SYN, NULL, 0);
    packets_tcp(p, c, SERVER, SYN | ACK, NULL, 0);
    packets_tcp(p, c, CLIENT, ACK, NULL, 0);
}

void packets_goodbye(struct packets *p, struct connection *c)
{
    packets_tcp(p, c, SERVER, FIN | ACK, NULL, 0);
    packets_tcp(p, c, CLIENT, FIN | ACK, NULL, 0);
    packets_tcp(p, c, SERVER, ACK, NULL, 0);
}

bool packets_close(struct packets *p)
{
    release_held(p);
    bool ok = !ferror(p->out);
    return fclose(p->out) == 0 && ok;
}
