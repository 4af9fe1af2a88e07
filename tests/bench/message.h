/* The mails of the generator: any byte of any of them, without keeping them. */
#ifndef MAILWIRE_BENCH_MESSAGE_H
#define MAILWIRE_BENCH_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct message_text {
    char head[640];
    size_t head_n;
    uint64_t body_n, start; /* where in the pool of text the body begins */
};

/* `body` bytes of text behind a header of its own; deterministic for (seed, session, number). */
void message_make(struct message_text *m, uint64_t seed, uint64_t session, unsigned number,
                  uint64_t body);
uint64_t message_wire_size(const struct message_text *m); /* dot-stuffed, with the end of data */
/* Bytes [at, at + n) as they go over the wire. */
void message_wire(const struct message_text *m, uint64_t at, uint8_t *out, size_t n);
/* One line of truth: SHA-256 and size of the message as the receiver rebuilds it. */
void message_truth(const struct message_text *m, FILE *out);

#endif
