#include "capture/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_PARTLY 1 /* as where an input or an output failed: what was told before stays */

/* The one file-scope variable outside ui/: die() has no object to find the terminal by. */
static void (*die_hook)(void);

bool error_set(struct error *e, const char *format, ...)
{
    if (e != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(e->text, sizeof e->text, format, args);
        va_end(args);
    }
    return false;
}

void die_set_hook(void (*hook)(void))
{
    die_hook = hook;
}

void die(const char *format, ...)
{
    void (*hook)(void) = die_hook;
    die_hook = NULL;
    if (hook != NULL) {
        hook();
    }
    va_list args;
    va_start(args, format);
    fputs("mailwire: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    _exit(EXIT_PARTLY);
}

void *xmalloc(size_t n)
{
    void *p = malloc(n ? n : 1);
    if (p == NULL) {
        die("out of memory (%zu bytes wanted); lower --memory or give the machine more", n);
    }
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (p == NULL) {
        die("out of memory (%zu x %zu bytes wanted); lower --memory or give the machine more",
            count, size);
    }
    return p;
}

void *xrealloc(void *old, size_t n)
{
    void *p = realloc(old, n ? n : 1);
    if (p == NULL) {
        die("out of memory (%zu bytes wanted); lower --memory or give the machine more", n);
    }
    return p;
}

char *xstrdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = xmalloc(n);
    memcpy(p, s, n);
    return p;
}
