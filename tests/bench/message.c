#include "tests/bench/message.h"

#include "tests/bench/packets.h"

#include <openssl/evp.h>
#include <string.h>

/* The body: one line that begins with a dot (stuffed on the wire), then lines of base64 letters,
 * the last one cut by CRLF, CR LF never torn. Then the end of data. */
static const char dots[] = "..a line that begins with a dot\r\n";
#define DOTS  (sizeof dots - 1)
#define LINE  78u
#define LINES 65536u
#define POOL  ((uint64_t)LINE * LINES)

static const uint8_t *pool(void)
{
    static uint8_t text[POOL];
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (!text[0]) {
        uint64_t state = 42;
        for (uint64_t i = 0; i < POOL; i++) {
            uint64_t column = i % LINE;
            text[i] = column == LINE - 2   ? '\r'
                      : column == LINE - 1 ? '\n'
                                           : (uint8_t)letters[random_next(&state) & 63];
        }
    }
    return text;
}

void message_make(struct message_text *m, uint64_t seed, uint64_t session, unsigned number,
                  uint64_t body)
{
    unsigned long long s = session;
    int n =
        snprintf(m->head, sizeof m->head,
                 "Received: from client%llu.example.net (client%llu.example.net [192.0.2.7])\r\n"
                 "\tby mx.example.org; Tue, 14 Nov 2023 22:13:20 +0000\r\n"
                 "From: Sender %llu <user%llu@example.net>\r\n"
                 "To: <rcpt%llu@example.org>\r\n"
                 "Subject: Test message %u of session %llu\r\n"
                 "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
                 "Message-ID: <%llu.%u.%llu@example.net>\r\n"
                 "MIME-Version: 1.0\r\n"
                 "Content-Type: text/plain; charset=us-ascii\r\n"
                 "\r\n",
                 s, s, s, s, s, number, s, s, number, (unsigned long long)seed);
    m->head_n = (size_t)n;
    m->body_n = body < LINE ? LINE : body;
    m->start = (session * 7919 + number) % LINES * LINE;
}

uint64_t message_wire_size(const struct message_text *m)
{
    return m->head_n + DOTS + m->body_n + 3;
}

/* A byte of the text between the dotted line and the end of data. */
static void body_bytes(const struct message_text *m, uint64_t at, uint8_t *out, size_t n)
{
    const uint8_t *text = pool();
    for (size_t done = 0; done < n;) {
        uint64_t from = (m->start + at + done) % POOL;
        size_t some = n - done < POOL - from ? n - done : (size_t)(POOL - from);
        memcpy(out + done, text + from, some);
        done += some;
    }
    /* The last three bytes are "x\r\n", whatever the pool has there. */
    static const char last[] = "x\r\n";
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t place = m->body_n - 3 + i;
        if (place >= at && place < at + n) {
            out[place - at] = (uint8_t)last[i];
        }
    }
}

/* A CR of the pool right before the "x" would be a bare one: lines are cut there with text only. */
static void mend(const struct message_text *m, uint64_t at, uint8_t *out, size_t n)
{
    uint64_t place = m->body_n - 4;
    if (place >= at && place < at + n && out[place - at] == '\r') {
        out[place - at] = 'y';
    }
}

void message_wire(const struct message_text *m, uint64_t at, uint8_t *out, size_t n)
{
    struct {
        const char *text; /* NULL: the body */
        uint64_t n;
    } parts[] = {{m->head, m->head_n}, {dots, DOTS}, {NULL, m->body_n}, {".\r\n", 3}};
    uint64_t begin = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && n; begin += parts[i++].n) {
        if (at >= begin + parts[i].n) {
            continue;
        }
        uint64_t inside = at - begin, left = parts[i].n - inside;
        size_t some = n < left ? n : (size_t)left;
        if (parts[i].text) {
            memcpy(out, parts[i].text + inside, some);
        } else {
            body_bytes(m, inside, out, some);
            mend(m, inside, out, some);
        }
        at += some;
        out += some;
        n -= some;
    }
}

void message_truth(const struct message_text *m, FILE *out)
{
    static uint8_t block[1u << 16];
    unsigned char hash[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    EVP_DigestUpdate(sha, m->head, m->head_n);
    EVP_DigestUpdate(sha, dots + 1, DOTS - 1); /* unstuffed */
    uint64_t at = m->head_n + DOTS, end = at + m->body_n;
    while (at < end) {
        size_t n = end - at < sizeof block ? (size_t)(end - at) : sizeof block;
        message_wire(m, at, block, n);
        EVP_DigestUpdate(sha, block, n);
        at += n;
    }
    EVP_DigestFinal_ex(sha, hash, NULL);
    EVP_MD_CTX_free(sha);
    for (size_t i = 0; i < 32; i++) {
        fprintf(out, "%02x", hash[i]);
    }
    fprintf(out, " %llu", (unsigned long long)(m->head_n + DOTS - 1 + m->body_n));
}
