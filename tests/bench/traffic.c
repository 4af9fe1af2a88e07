#include "tests/bench/generate.h"
#include "tests/bench/message.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum step_kind { STEP_SHAKE, STEP_LINE, STEP_BODY, STEP_LEAVE };

/* One packet (or one body, a segment at a time). '#' in text is the session's number, '@' the
 * message's size. */
struct step {
    enum step_kind kind;
    enum side side;
    const char *text;
};

static const struct step smtp_steps[] = {
    {STEP_SHAKE, CLIENT, ""},
    {STEP_SHAKE, SERVER, ""},
    {STEP_SHAKE, CLIENT, ""},
    {STEP_LINE, SERVER, "220 mx.example.org ESMTP ready\r\n"},
    {STEP_LINE, CLIENT, "EHLO client#.example.net\r\n"},
    {STEP_LINE, SERVER, "250-mx.example.org\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250 HELP\r\n"},
    {STEP_LINE, CLIENT, "MAIL FROM:<user#@example.net>\r\n"},
    {STEP_LINE, SERVER, "250 2.1.0 Ok\r\n"},
    {STEP_LINE, CLIENT, "RCPT TO:<rcpt#@example.org>\r\n"},
    {STEP_LINE, SERVER, "250 2.1.5 Ok\r\n"},
    {STEP_LINE, CLIENT, "DATA\r\n"},
    {STEP_LINE, SERVER, "354 End data with <CR><LF>.<CR><LF>\r\n"},
    {STEP_BODY, CLIENT, ""},
    {STEP_LINE, SERVER, "250 2.0.0 Ok: queued as 4A#F\r\n"},
    {STEP_LINE, CLIENT, "QUIT\r\n"},
    {STEP_LINE, SERVER, "221 2.0.0 Bye\r\n"},
    {STEP_LEAVE, SERVER, ""},
    {STEP_LEAVE, CLIENT, ""},
    {STEP_LEAVE, SERVER, ""},
};

static const struct step pop3_steps[] = {
    {STEP_SHAKE, CLIENT, ""},
    {STEP_SHAKE, SERVER, ""},
    {STEP_SHAKE, CLIENT, ""},
    {STEP_LINE, SERVER, "+OK POP3 server ready\r\n"},
    {STEP_LINE, CLIENT, "USER user#\r\n"},
    {STEP_LINE, SERVER, "+OK\r\n"},
    {STEP_LINE, CLIENT, "PASS secret#\r\n"},
    {STEP_LINE, SERVER, "+OK maildrop has 1 messages\r\n"},
    {STEP_LINE, CLIENT, "STAT\r\n"},
    {STEP_LINE, SERVER, "+OK 1 123456\r\n"},
    {STEP_LINE, CLIENT, "RETR 1\r\n"},
    {STEP_BODY, SERVER, "+OK @ octets\r\n"},
    {STEP_LINE, CLIENT, "QUIT\r\n"},
    {STEP_LINE, SERVER, "+OK bye\r\n"},
    {STEP_LEAVE, SERVER, ""},
    {STEP_LEAVE, CLIENT, ""},
    {STEP_LEAVE, SERVER, ""},
};

#define OPENING 4u /* handshake and greeting */

struct session {
    struct connection tcp;
    const struct step *steps;
    uint32_t step, step_count;
    uint64_t index, offset; /* offset in the body */
    uint32_t unacked;
    bool hurt; /* a segment of the message was lost */
    struct message_text message;
};

struct noise_flow {
    struct connection tcp;
    unsigned state;
    uint32_t left;
};

#define NOISE_FLOWS 2000u

struct maker {
    const struct traffic *t;
    struct packets *p;
    struct traffic_told *told;
    struct session *live;
    struct noise_flow *noise;
    uint64_t random, noise_count;
    uint8_t *noise_bytes;
    FILE *truth;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t state = a * 0x100000001b3u + b;
    return random_next(&state);
}

static void begin(struct maker *m, struct session *s)
{
    uint64_t index = m->told->sessions++, r = mix(m->t->seed, index);
    bool smtp = r & 1;
    *s = (struct session){.index = index};
    s->steps = smtp ? smtp_steps : pop3_steps;
    s->step_count =
        smtp ? sizeof smtp_steps / sizeof *smtp_steps : sizeof pop3_steps / sizeof *pop3_steps;
    s->tcp = (struct connection){
        .ip = {0x0a000001u + (uint32_t)(index % 16000000u), 0xc0a80001u + (uint32_t)(index % 200u)},
        .port = {(uint16_t)(10000 + index % 50000), smtp ? 25 : 110},
        .seq = {(uint32_t)mix(r, 1), (uint32_t)mix(r, 2)},
        .id = {(uint16_t)mix(r, 3), (uint16_t)mix(r, 4)}};
    m->told->smtp += smtp;
    double share = (double)(mix(r, 5) >> 11) * 0x1p-53;
    double low = log((double)m->t->smallest), high = log((double)m->t->largest);
    message_make(&s->message, m->t->seed, index, 1, (uint64_t)exp(low + share * (high - low)));
}

static size_t fill(const struct session *s, const char *text, char *out, size_t room)
{
    size_t n = 0;
    for (; *text && n + 24 < room; text++) {
        if (*text == '#' || *text == '@') {
            uint64_t v = *text == '#' ? s->index : message_wire_size(&s->message) - 4;
            n += (size_t)snprintf(out + n, room - n, "%llu", (unsigned long long)v);
        } else {
            out[n++] = *text;
        }
    }
    return n;
}

/* The next segment of the message; true when it was the last. */
static bool body_segment(struct maker *m, struct session *s, const struct step *step)
{
    uint8_t block[MSS];
    size_t n = s->offset == 0 ? fill(s, step->text, (char *)block, 64) : 0;
    uint64_t left = message_wire_size(&s->message) - s->offset;
    size_t some = left < MSS - n ? (size_t)left : MSS - n;
    message_wire(&s->message, s->offset, block + n, some);
    s->offset += some;
    bool last = some == left;
    unsigned flags = ACK | (last ? PSH : 0u);
    s->hurt |= !packets_tcp(m->p, &s->tcp, step->side, flags, block, n + some);
    if (++s->unacked % 2 == 0 || last) {
        packets_tcp(m->p, &s->tcp, !step->side, ACK, NULL, 0);
    }
    return last;
}

static void told_message(struct maker *m, const struct session *s)
{
    m->told->messages++;
    m->told->message_bytes += message_wire_size(&s->message) - 4;
    m->told->intact += !s->hurt;
    if (m->truth) {
        message_truth(&s->message, m->truth);
        fprintf(m->truth, " %d\n", !s->hurt);
    }
}

/* One packet of the session; false when that was the last. */
static bool advance(struct maker *m, struct session *s)
{
    const struct step *step = &s->steps[s->step];
    char text[256];
    unsigned flags = 0;
    switch (step->kind) {
    case STEP_SHAKE:
        flags = s->step == 0 ? SYN : s->step == 1 ? SYN | ACK : ACK;
        packets_tcp(m->p, &s->tcp, step->side, flags, NULL, 0);
        break;
    case STEP_BODY:
        if (!body_segment(m, s, step)) {
            return true;
        }
        told_message(m, s);
        break;
    case STEP_LEAVE:
        flags = s->step + 1 == s->step_count ? ACK : FIN | ACK;
        packets_tcp(m->p, &s->tcp, step->side, flags, NULL, 0);
        break;
    case STEP_LINE:
        packets_tcp(m->p, &s->tcp, step->side, PSH | ACK, text,
                    fill(s, step->text, text, sizeof text));
        break;
    }
    return ++s->step < s->step_count;
}

static void noise_begin(struct maker *m, struct noise_flow *f)
{
    uint64_t k = m->noise_count++, r = mix(77, k);
    static const uint16_t ports[10] = {443, 443, 443, 443, 443, 443, 443, 443, 80, 8443};
    f->tcp = (struct connection){
        .ip = {0x0b000000u + (uint32_t)(r & 0xffffff), 0x68000000u + (uint32_t)(r >> 40)},
        .port = {(uint16_t)(1024 + k % 60000), ports[mix(r, 1) % 10]},
        .seq = {(uint32_t)mix(r, 2), (uint32_t)mix(r, 3)}};
    f->left = 20 + (uint32_t)(-200 * log(1 - random_share(&m->random)));
    f->state = 0;
}

static void noise_data(struct maker *m, struct noise_flow *f)
{
    uint64_t r = random_next(&m->random);
    const uint8_t *text = m->noise_bytes + r % ((1u << 20) - MSS);
    if (r % 10 < 6) {
        packets_tcp(m->p, &f->tcp, SERVER, ACK, text, MSS);
    } else if (r % 10 < 9) {
        packets_tcp(m->p, &f->tcp, CLIENT, ACK, NULL, 0);
    } else {
        packets_tcp(m->p, &f->tcp, CLIENT, PSH | ACK, text, 60 + r % 400);
    }
}

/* One packet of a connection that carries random bytes. */
static void noise(struct maker *m)
{
    struct noise_flow *f = &m->noise[random_next(&m->random) % NOISE_FLOWS];
    static const unsigned shake[3] = {SYN, SYN | ACK, ACK};
    if (f->left == 0) {
        noise_begin(m, f);
    }
    if (f->state < 3) {
        packets_tcp(m->p, &f->tcp, f->state == 1 ? SERVER : CLIENT, shake[f->state], NULL, 0);
        f->state++;
    } else if (f->left > 1) {
        noise_data(m, f);
        f->left--;
    } else {
        packets_goodbye(m->p, &f->tcp);
        f->left = 0;
    }
}

static bool wanted(const struct maker *m)
{
    return m->t->bytes ? m->p->bytes < m->t->bytes : m->told->sessions < m->t->sessions;
}

/* All sessions at once are taken in turn, else one of the live ones by chance. */
static void run(struct maker *m, uint64_t live)
{
    for (uint64_t turn = 0; live;) {
        if (m->t->noise > 0 && random_share(&m->random) < m->t->noise) {
            noise(m);
            continue;
        }
        uint64_t i = (m->t->all_open ? turn++ : random_next(&m->random)) % live;
        if (!advance(m, &m->live[i])) {
            if (wanted(m)) {
                begin(m, &m->live[i]);
            } else {
                m->live[i] = m->live[--live];
            }
        }
    }
}

bool traffic_write(struct packets *p, const struct traffic *t, struct traffic_told *told)
{
    uint64_t live = t->all_open || (!t->bytes && t->live > t->sessions) ? t->sessions : t->live;
    struct maker m = {.t = t, .p = p, .told = told, .random = t->seed};
    *told = (struct traffic_told){0};
    m.live = calloc(live, sizeof *m.live);
    m.noise = calloc(NOISE_FLOWS, sizeof *m.noise);
    m.noise_bytes = malloc(1u << 20);
    m.truth = t->truth ? fopen(t->truth, "w") : NULL;
    bool ok = m.live && m.noise && m.noise_bytes && (m.truth || !t->truth);
    if (ok) {
        uint64_t filler = 1;
        for (size_t i = 0; i < 1u << 20; i++) {
            m.noise_bytes[i] = (uint8_t)random_next(&filler);
        }
        for (uint64_t i = 0; i < live; i++) {
            begin(&m, &m.live[i]);
        }
        for (uint64_t k = 0; t->all_open && k < OPENING * live; k++) {
            advance(&m, &m.live[k % live]);
        }
        run(&m, live);
    }
    free(m.live);
    free(m.noise);
    free(m.noise_bytes);
    return (!m.truth || fclose(m.truth) == 0) && ok;
}
