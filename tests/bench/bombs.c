/* Single hard inputs, each of a size to choose: a reader that looks at a byte twice, or keeps what
 * it need not, shows here. An ordinary session begins before each and ends behind it: it must be
 * told whole.
 */
#include "tests/bench/generate.h"

#include <stdlib.h>
#include <string.h>

static struct connection peer(uint32_t n)
{
    return (struct connection){.ip = {0x0a000000u + (n >> 14), 0xc0a80001u},
                               .port = {(uint16_t)(1024 + (n & 16383)), 25},
                               .seq = {n * 2654435761u, ~n * 2246822519u}};
}

static void say(struct packets *p, struct connection *c, enum side side, const char *text)
{
    packets_tcp(p, c, side, PSH | ACK, text, strlen(text));
}

static void send_all(struct packets *p, struct connection *c, enum side side, const uint8_t *data,
                     uint64_t n)
{
    for (uint64_t at = 0; at < n; at += MSS) {
        packets_tcp(p, c, side, ACK, data + at, n - at < MSS ? (size_t)(n - at) : MSS);
        packets_tcp(p, c, !side, ACK, NULL, 0);
    }
}

static uint8_t *letters(uint64_t n)
{
    uint8_t *text = malloc(n + 1);
    if (!text) {
        abort();
    }
    for (uint64_t i = 0; i < n; i++) {
        text[i] = (uint8_t)('a' + i % 26);
    }
    return text;
}

static void greet(struct packets *p, struct connection *c)
{
    packets_handshake(p, c);
    say(p, c, SERVER, "220 mx.example ESMTP\r\n");
    say(p, c, CLIENT, "EHLO client.example\r\n");
    say(p, c, SERVER, "250 mx.example\r\n");
}

static void to_data(struct packets *p, struct connection *c)
{
    greet(p, c);
    say(p, c, CLIENT, "MAIL FROM:<a@client.example>\r\n");
    say(p, c, SERVER, "250 2.1.0 Ok\r\n");
    say(p, c, CLIENT, "RCPT TO:<b@mx.example>\r\n");
    say(p, c, SERVER, "250 2.1.5 Ok\r\n");
    say(p, c, CLIENT, "DATA\r\n");
    say(p, c, SERVER, "354 go ahead\r\n");
}

static void leave(struct packets *p, struct connection *c)
{
    say(p, c, CLIENT, "QUIT\r\n");
    say(p, c, SERVER, "221 2.0.0 Bye\r\n");
    packets_goodbye(p, c);
}

static void end_message(struct packets *p, struct connection *c, const char *last)
{
    say(p, c, CLIENT, last);
    say(p, c, SERVER, "250 2.0.0 Ok: queued as 4A1F\r\n");
    leave(p, c);
}

static void long_command(struct packets *p, uint64_t n)
{
    struct connection c = peer(1);
    uint8_t *text = letters(n);
    greet(p, &c);
    send_all(p, &c, CLIENT, text, n);
    say(p, &c, CLIENT, "\r\n");
    say(p, &c, SERVER, "500 5.5.2 too long\r\n");
    leave(p, &c);
    free(text);
}

static void long_subject(struct packets *p, uint64_t n)
{
    struct connection c = peer(2);
    uint8_t *text = letters(n);
    to_data(p, &c);
    say(p, &c, CLIENT, "From: a@client.example\r\nSubject: ");
    send_all(p, &c, CLIENT, text, n);
    end_message(p, &c, "\r\n\r\nbody\r\n.\r\n");
    free(text);
}

/* n times the same text inside a message. */
static void repeated(struct packets *p, uint64_t n, const char *unit, const char *last)
{
    struct connection c = peer(3);
    size_t k = strlen(unit);
    uint8_t *text = letters(n * k);
    for (uint64_t i = 0; i < n; i++) {
        memcpy(text + i * k, unit, k);
    }
    to_data(p, &c);
    say(p, &c, CLIENT, "Subject: many\r\n");
    send_all(p, &c, CLIENT, text, n * k);
    end_message(p, &c, last);
    free(text);
}

static void many_headers(struct packets *p, uint64_t n)
{
    repeated(p, n, "X-Header: v\r\n", "\r\nbody\r\n.\r\n");
}

static void many_folds(struct packets *p, uint64_t n)
{
    repeated(p, n, " folded\r\n", "\r\nbody\r\n.\r\n");
}

static void many_dots(struct packets *p, uint64_t n)
{
    repeated(p, n, "..\r\n", ".\r\n");
}

static void bare_ends(struct packets *p, uint64_t n)
{
    repeated(p, n, "x\n.\ny\r.\r", "\r\n.\r\n");
}

static void tiny_segments(struct packets *p, uint64_t n)
{
    struct connection c = peer(4);
    to_data(p, &c);
    for (uint64_t i = 0; i < n; i++) {
        packets_tcp(p, &c, CLIENT, PSH | ACK, i % 80 == 78 ? "\r" : i % 80 == 79 ? "\n" : "t", 1);
    }
    end_message(p, &c, "\r\n.\r\n");
}

/* One-byte segments of a message, last first. */
static void reversed(struct packets *p, uint64_t n)
{
    struct connection c = peer(5);
    to_data(p, &c);
    uint32_t begin = c.seq[CLIENT];
    for (uint64_t i = n; i-- > 0;) {
        c.seq[CLIENT] = begin + (uint32_t)i;
        packets_tcp(p, &c, CLIENT, PSH | ACK, i % 80 == 78 ? "\r" : i % 80 == 79 ? "\n" : "t", 1);
    }
    c.seq[CLIENT] = begin + (uint32_t)n;
    end_message(p, &c, "\r\n.\r\n");
}

/* The same 1,400 bytes again and again above a hole. */
static void above_hole(struct packets *p, uint64_t n)
{
    struct connection c = peer(6);
    uint8_t *text = letters(1400);
    to_data(p, &c);
    uint32_t begin = c.seq[CLIENT];
    for (uint64_t i = 0; i < n; i++) {
        c.seq[CLIENT] = begin + 100 + (uint32_t)(i % 700);
        packets_tcp(p, &c, CLIENT, ACK, text, 1400);
    }
    c.seq[CLIENT] = begin;
    packets_tcp(p, &c, CLIENT, ACK, text, 100);
    c.seq[CLIENT] = begin + 100 + 1400 + 699;
    end_message(p, &c, "\r\n.\r\n");
    free(text);
}

static void pipelined(struct packets *p, uint64_t n)
{
    struct connection c = peer(7);
    greet(p, &c);
    static const char line[] = "NOOP\r\n";
    uint8_t *text = letters(n * (sizeof line - 1));
    for (uint64_t i = 0; i < n; i++) {
        memcpy(text + i * (sizeof line - 1), line, sizeof line - 1);
    }
    send_all(p, &c, CLIENT, text, n * (sizeof line - 1));
    leave(p, &c);
    free(text);
}

static void endless_reply(struct packets *p, uint64_t n)
{
    struct connection c = peer(8);
    packets_handshake(p, &c);
    say(p, &c, SERVER, "220 mx.example ESMTP\r\n");
    say(p, &c, CLIENT, "EHLO client.example\r\n");
    for (uint64_t i = 0; i < n; i++) {
        say(p, &c, SERVER, "250-more of it\r\n");
    }
    say(p, &c, SERVER, "250 the end\r\n");
    leave(p, &c);
}

static void many_recipients(struct packets *p, uint64_t n)
{
    struct connection c = peer(9);
    greet(p, &c);
    say(p, &c, CLIENT, "MAIL FROM:<a@client.example>\r\n");
    say(p, &c, SERVER, "250 2.1.0 Ok\r\n");
    for (uint64_t i = 0; i < n; i++) {
        say(p, &c, CLIENT, "RCPT TO:<b@mx.example>\r\n");
        say(p, &c, SERVER, "250 2.1.5 Ok\r\n");
    }
    say(p, &c, CLIENT, "DATA\r\n");
    say(p, &c, SERVER, "354 go ahead\r\n");
    end_message(p, &c, "Subject: all\r\n\r\n.\r\n");
}

static void many_parts(struct packets *p, uint64_t n)
{
    struct connection c = peer(10);
    to_data(p, &c);
    say(p, &c, CLIENT,
        "Subject: parts\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (uint64_t i = 0; i < n; i++) {
        say(p, &c, CLIENT, "--b\r\n\r\nx\r\n");
    }
    end_message(p, &c, "--b--\r\n.\r\n");
}

static void nested_parts(struct packets *p, uint64_t n)
{
    struct connection c = peer(11);
    char text[160];
    to_data(p, &c);
    say(p, &c, CLIENT, "Subject: nested\r\nMIME-Version: 1.0\r\n");
    for (uint64_t i = 0; i < n; i++) {
        snprintf(text, sizeof text,
                 "Content-Type: multipart/mixed; boundary=b%llu\r\n\r\n--b%llu\r\n",
                 (unsigned long long)i, (unsigned long long)i);
        say(p, &c, CLIENT, text);
    }
    end_message(p, &c, "\r\nx\r\n.\r\n");
}

static void flood_syn(struct packets *p, uint64_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct connection c = peer(100 + i);
        packets_tcp(p, &c, CLIENT, SYN, NULL, 0);
    }
}

static void flood_stray(struct packets *p, uint64_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct connection c = peer(100 + i);
        say(p, &c, CLIENT, "MAIL FROM:<x@y>\r\n");
    }
}

static void flood_holes(struct packets *p, uint64_t n)
{
    uint8_t *text = letters(1000);
    for (uint32_t i = 0; i < n; i++) {
        struct connection c = peer(100 + i);
        packets_tcp(p, &c, CLIENT, SYN, NULL, 0);
        packets_tcp(p, &c, SERVER, SYN | ACK, NULL, 0);
        c.seq[CLIENT] += 500;
        packets_tcp(p, &c, CLIENT, ACK, text, 1000);
    }
    free(text);
}

static void flood_half(struct packets *p, uint64_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct connection c = peer(100 + i);
        packets_tcp(p, &c, CLIENT, SYN, NULL, 0);
        packets_tcp(p, &c, SERVER, SYN | ACK, NULL, 0);
    }
}

/* All in one bucket where a table goes by addresses and ports joined with exclusive or, or added.
 */
static void flood_hash(struct packets *p, uint64_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct connection c = {
            .ip = {0x0a000000u + i, 0xc0a80001u - i},
            .port = {(uint16_t)(1024 + (i & 16383)), (uint16_t)(1024 - (i & 16383))},
            .seq = {1, 1}};
        say(p, &c, CLIENT, "MAIL FROM:<x@y>\r\n");
    }
}

static void flood_sessions(struct packets *p, uint64_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct connection c = peer(100 + i);
        packets_handshake(p, &c);
        say(p, &c, SERVER, "220 mx.example ESMTP\r\n");
        leave(p, &c);
    }
}

const struct bomb bombs[] = {
    {"command", "a command line of N bytes", long_command},
    {"subject", "a Subject line of N bytes", long_subject},
    {"headers", "a message with N headers", many_headers},
    {"folds", "a header folded N times", many_folds},
    {"dots", "a message of N stuffed dots", many_dots},
    {"bare", "a message with 2 N ambiguous ends of data", bare_ends},
    {"segments", "a message in N segments of one byte", tiny_segments},
    {"reversed", "a message in N segments of one byte, last first", reversed},
    {"hole", "N overlapping segments of 1,400 bytes above a hole", above_hole},
    {"noops", "N pipelined NOOPs without an answer", pipelined},
    {"reply", "a reply of N lines", endless_reply},
    {"recipients", "a message to N recipients", many_recipients},
    {"parts", "a message of N MIME parts", many_parts},
    {"nested", "N MIME parts inside each other", nested_parts},
    {"flood-syn", "N connection attempts without an answer", flood_syn},
    {"flood-stray", "N connections of one packet", flood_stray},
    {"flood-holes", "N connections with a hole and 1,000 bytes behind it", flood_holes},
    {"flood-half", "N connection attempts that are answered, and no more", flood_half},
    {"flood-hash", "N connections of one packet, alike for a plain hash", flood_hash},
    {"flood-sessions", "N sessions of a greeting and a farewell", flood_sessions},
};
const size_t bomb_count = sizeof bombs / sizeof *bombs;

void bomb_write(const struct bomb *b, struct packets *p, uint64_t n)
{
    struct connection c = {.ip = {0xac100001u, 0xac100002u}, .port = {5555, 25}, .seq = {7, 9}};
    to_data(p, &c);
    say(p, &c, CLIENT, "Subject: in the middle of it\r\n\r\nfirst half\r\n");
    b->write(p, n);
    end_message(p, &c, "second half\r\n.\r\n");
}
