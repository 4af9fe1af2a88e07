#include "dissect/secrets.h"

#include "capture/base/error.h"

#include <stdlib.h>

#define WORD_LEAST 8 /* below it only words of their own are found */

struct kept {
    uint8_t *p;
    size_t n;
};

struct secrets {
    struct kept one[SECRETS_KEPT];
    size_t next; /* the one that gives way */
};

static void drop(struct kept *k)
{
    if (k->p != NULL) {
        explicit_bzero(k->p, k->n);
        free(k->p);
    }
    *k = (struct kept){NULL, 0};
}

static bool is_known(const struct secrets *set, struct bytes secret)
{
    for (size_t i = 0; i < SECRETS_KEPT; i++) {
        if (bytes_equal(bytes_make(set->one[i].p, set->one[i].n), secret)) {
            return true;
        }
    }
    return false;
}

static void add(struct secrets **set, struct bytes secret)
{
    secret = bytes_sub(secret, 0, SECRET_MOST);
    if (secret.n < SECRET_LEAST) {
        return;
    }
    if (*set == NULL) {
        *set = xcalloc(1, sizeof **set);
    }
    if (is_known(*set, secret)) {
        return;
    }
    struct kept *k = &(*set)->one[(*set)->next];
    (*set)->next = ((*set)->next + 1) % SECRETS_KEPT;
    drop(k);
    k->p = xmalloc(secret.n);
    k->n = secret.n;
    memcpy(k->p, secret.p, secret.n);
}

void secrets_add(struct secrets **set, struct bytes secret)
{
    secret = bytes_trim(secret);
    size_t blank = secret.n;
    while (blank > 0 && !ascii_is_blank(secret.p[blank - 1])) {
        blank--;
    }
    add(set, secret);
    if (blank > 0) {
        add(set, bytes_from(secret, blank));
    }
}

void secrets_free(struct secrets **set)
{
    if (*set == NULL) {
        return;
    }
    for (size_t i = 0; i < SECRETS_KEPT; i++) {
        drop(&(*set)->one[i]);
    }
    free(*set);
    *set = NULL;
}

size_t secrets_held(const struct secrets *set)
{
    size_t held = set != NULL ? sizeof *set : 0;
    for (size_t i = 0; set != NULL && i < SECRETS_KEPT; i++) {
        held += set->one[i].n;
    }
    return held;
}

static bool is_letter_at(struct bytes text, size_t at)
{
    int c = bytes_at(text, at);
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

static bool stands_alone(struct bytes text, size_t at, size_t n)
{
    return (at == 0 || !is_letter_at(text, at - 1)) && !is_letter_at(text, at + n);
}

#define TRIES 8

/* memmem, which prepares itself for long texts: in most lines the first byte hardly occurs. */
static const uint8_t *find_next(const uint8_t *p, const uint8_t *end, const struct kept *k)
{
    for (int i = 0; i < TRIES; i++, p++) {
        p = (size_t)(end - p) >= k->n ? memchr(p, k->p[0], (size_t)(end - p) - k->n + 1) : NULL;
        if (p == NULL || memcmp(p, k->p, k->n) == 0) {
            return p;
        }
    }
    return memmem(p, (size_t)(end - p), k->p, k->n);
}

static struct bytes find_one(struct bytes text, const struct kept *k)
{
    struct bytes found = {NULL, 0};
    const uint8_t *end = text.p + text.n, *p = text.p;
    while ((p = find_next(p, end, k)) != NULL) {
        size_t at = (size_t)(p - text.p);
        if (k->n >= WORD_LEAST || stands_alone(text, at, k->n)) {
            found = secrets_span(found, bytes_sub(text, at, k->n));
            p += k->n;
        } else {
            p++;
        }
    }
    return found;
}

struct bytes secrets_find(const struct secrets *set, struct bytes text)
{
    struct bytes found = {NULL, 0};
    for (size_t i = 0; set != NULL && i < SECRETS_KEPT && set->one[i].n > 0; i++) {
        if (set->one[i].n <= text.n) {
            found = secrets_span(found, find_one(text, &set->one[i]));
        }
    }
    return found;
}

struct bytes secrets_span(struct bytes a, struct bytes b)
{
    if (a.n == 0 || b.n == 0) {
        return a.n == 0 ? b : a;
    }
    const uint8_t *from = a.p < b.p ? a.p : b.p;
    const uint8_t *to = a.p + a.n > b.p + b.n ? a.p + a.n : b.p + b.n;
    return bytes_make(from, (size_t)(to - from));
}

/* ---- words ---- */

/* One letter more, less, another, or two of them changed about. */
static bool is_mistyped(struct bytes word, struct bytes meant)
{
    while (word.n > 0 && meant.n > 0 && ascii_upper(word.p[0]) == meant.p[0]) {
        word = bytes_from(word, 1);
        meant = bytes_from(meant, 1);
    }
    while (word.n > 0 && meant.n > 0 && ascii_upper(word.p[word.n - 1]) == meant.p[meant.n - 1]) {
        word.n--;
        meant.n--;
    }
    return (word.n <= 1 && meant.n <= 1) ||
           (word.n == 2 && meant.n == 2 && ascii_upper(word.p[0]) == meant.p[1] &&
            ascii_upper(word.p[1]) == meant.p[0]);
}

struct bytes secrets_behind(struct bytes word, struct bytes argument)
{
    static const char *const words[] = {"PASS", "AUTH", "LOGIN", "LOGON", "PWD", "APOP"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bytes_starts(word, words[i]) || is_mistyped(word, bytes_of(words[i]))) {
            return argument;
        }
    }
    if (bytes_is(word, "USER")) {
        bytes_word(&argument);
        return argument;
    }
    return (struct bytes){NULL, 0};
}
