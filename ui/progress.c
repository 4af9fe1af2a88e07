#include "ui/progress.h"

#include "ui/export/summary.h"

#include <inttypes.h>
#include <time.h>

#define SECOND  INT64_C(1000000000)
#define QUARTER (SECOND / 4)

static int64_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

void progress_init(struct progress *p, FILE *to)
{
    *p = (struct progress){.to = to};
    if (to != NULL) {
        p->begun = monotonic();
        p->next = p->begun + QUARTER; /* what is done at once needs no line */
    }
}

static int add_left(char *out, size_t room, uint64_t done, uint64_t total, int64_t spent)
{
    if (total == 0 || done == 0 || done > total) {
        return 0;
    }
    double left = (double)spent * ((double)(total - done) / (double)done);
    char text[WHEN_ROOM];
    when_duration((int64_t)left, text);
    return snprintf(out, room, ", %s s left", text);
}

void progress_update(struct progress *p, uint64_t done, uint64_t total, uint64_t packets,
                     uint64_t sessions)
{
    int64_t now = p->to != NULL ? monotonic() : 0;
    if (p->to == NULL || now < p->next) {
        return;
    }
    p->next = now + QUARTER;
    char line[200], size[SUMMARY_SIZE_ROOM], all[SUMMARY_SIZE_ROOM], rate[SUMMARY_SIZE_ROOM];
    int64_t spent = now - p->begun;
    summary_size(done, size);
    summary_size((uint64_t)((double)done * (double)SECOND / (double)spent), rate);
    int n = snprintf(line, sizeof line, "%sB", size);
    if (total > 0) {
        summary_size(total, all);
        n += snprintf(line + n, sizeof line - (size_t)n, " of %sB (%" PRIu64 " %%)", all,
                      (uint64_t)((double)done * 100.0 / (double)total));
    }
    n += snprintf(line + n, sizeof line - (size_t)n, ", %sB/s", rate);
    n += add_left(line + n, sizeof line - (size_t)n, done, total, spent);
    n += snprintf(line + n, sizeof line - (size_t)n, ", %" PRIu64 " packets, %" PRIu64 " sessions",
                  packets, sessions);
    fprintf(p->to, "\r%-*s", p->shown, line);
    fflush(p->to);
    p->shown = n > p->shown ? n : p->shown;
}

void progress_clear(struct progress *p)
{
    if (p->to != NULL && p->shown > 0) {
        fprintf(p->to, "\r%*s\r", p->shown, "");
        fflush(p->to);
        p->shown = 0;
    }
}
