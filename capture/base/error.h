/* What a person is told when something fails, and the one way to give up.
 *
 * A struct error is filled once, where the failure happens, with a sentence
 * that says what was tried, what went wrong and what to do; it is printed once,
 * at the top. Running out of memory and broken invariants end the program
 * through die(); bad input never does.
 */
#ifndef MAILWIRE_BASE_ERROR_H
#define MAILWIRE_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* A function that usual traffic does not come to: errors, findings, limits, rare shapes. Compilers
 * keep it, and the branches that lead to it, apart from what every packet runs through. */
#define COLD __attribute__((cold))

/* A variable of many bytes that is filled before anything of it is read. Others are zeroed where
 * they are declared (-ftrivial-auto-var-init), which every packet would pay for. */
#define FILLED_LATER __attribute__((uninitialized))

/* So that one text serves every instruction set its callers are compiled for. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

struct error {
    char text[512];
};

/* Fills *e (which may be NULL) and returns false, so that callers can `return error_set(...)`. */
COLD bool error_set(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Called by die() before it writes: the viewer restores the terminal here. NULL takes it back. */
void die_set_hook(void (*hook)(void));

/* Prints "mailwire: ..." to standard error and ends without a core dump (exit status 1). */
COLD _Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* malloc family that never returns NULL: out of memory is die(). n == 0 gives a valid pointer. */
void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));

/* True or die, also in release builds. */
#define invariant(cond)                                                                            \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            die("internal error: %s does not hold in %s", #cond, __func__);                        \
        }                                                                                          \
    } while (0)

#endif
