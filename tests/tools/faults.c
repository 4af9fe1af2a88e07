/* Faults for tests/faults, loaded in front of the C library (LD_PRELOAD):
 *
 *   FAULT_MALLOC=n   the n-th allocation of the run fails, and whose it was is told on standard
 *                    error (0: none, and their number is told at the end); allocations of all
 *                    its processes count together
 *   FAULT_SPARE=a:b   allocations of libraries with one of these in their name neither count nor
 *                    fail
 *   FAULT_CLOCK=s    after so many looks at the clock it goes back a day
 *
 * What it answers with are the C library's own functions.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400

/* NOLINTBEGIN(bugprone-reserved-identifier): glibc's names */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t n);
extern void *__libc_memalign(size_t boundary, size_t n);
extern int __clock_gettime(clockid_t id, struct timespec *t);
/* NOLINTEND(bugprone-reserved-identifier) */

static const char *spared;
static _Atomic long *seen; /* shared by the processes; NULL before the program begins */
static long failing;
static long clock_looks = -1;

static long number_of(const char *name, long missing)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : missing;
}

__attribute__((constructor)) static void begin(void)
{
    failing = number_of("FAULT_MALLOC", -1);
    clock_looks = number_of("FAULT_CLOCK", -1);
    spared = getenv("FAULT_SPARE");
    if (failing >= 0) {
        void *p =
            mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        seen = p != MAP_FAILED ? p : NULL;
    }
}

__attribute__((destructor)) static void end(void)
{
    if (failing == 0 && seen != NULL) {
        fprintf(stderr, "allocations: %ld\n", atomic_load(seen));
    }
}

static int is_spared(const char *name)
{
    for (const char *p = spared; p != NULL && *p != '\0'; p += strspn(p, ":")) {
        char word[64];
        size_t n = strcspn(p, ":");
        if (n < sizeof word) {
            memcpy(word, p, n);
            word[n] = '\0';
            if (strstr(name, word) != NULL) {
                return 1;
            }
        }
        p += n;
    }
    return 0;
}

static int fails(const void *caller)
{
    Dl_info where;
    if (seen == NULL) {
        return 0;
    }
    const char *name = dladdr(caller, &where) ? where.dli_fname : "?";
    if (is_spared(name)) {
        return 0;
    }
    if (atomic_fetch_add(seen, 1) + 1 != failing) {
        return 0;
    }
    dprintf(STDERR_FILENO, "fault in %s\n", name);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, n);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, n);
}

/* The C library's own would be taken for the one that wants memory. */
char *strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
    return copy != NULL ? memcpy(copy, text, n) : NULL;
}

void *aligned_alloc(size_t boundary, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(boundary, n);
}

int posix_memalign(void **out, size_t boundary, size_t n)
{
    void *p = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(boundary, n);
    if (p == NULL) {
        return ENOMEM;
    }
    *out = p;
    return 0;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    int result = __clock_gettime(id, t);
    if (result == 0 && id == CLOCK_REALTIME && clock_looks >= 0) {
        if (clock_looks > 0) {
            clock_looks--;
        } else {
            t->tv_sec -= DAY;
        }
    }
    return result;
}
