#include "capture/base/typo.h"

#define WORD_MOST 40
#define NAME_MOST 32

/* Letters to add, take out or change until a becomes b (Levenshtein). */
static size_t distance(struct bytes a, const char *b)
{
    size_t row[NAME_MOST], n = strlen(b);
    if (n >= NAME_MOST) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = corner + (ascii_lower(a.p[i - 1]) != b[j - 1]);
            corner = row[j];
            size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < other ? change : other;
        }
    }
    return row[n];
}

struct typo typo_of(struct bytes word)
{
    return (struct typo){.word = word, .least = word.n < 3 ? 0 : word.n < 6 ? 2 : 3};
}

void typo_try(struct typo *t, const char *name)
{
    size_t d = t->word.n < WORD_MOST ? distance(t->word, name) : SIZE_MAX;
    if (d < t->least) {
        t->least = d;
        t->best = name;
    }
}
