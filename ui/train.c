/* train FILE...: reads captures as the program does, and throws away what the exports write.
 *
 * Built to count which way the code goes, it is what the compiler learns from (PROFILE in the
 * Makefile). It has no sandbox: the counts are written when it ends.
 */
#include "capture/pipeline.h"
#include "capture/source.h"
#include "dissect/engine.h"
#include "dissect/judge.h"
#include "ui/export/export.h"

struct run {
    struct pipeline *pipeline;
    struct engine *engine;
};

static void take(void *arg, const struct packet *p)
{
    pipeline_packet(((struct run *)arg)->pipeline, p);
}

static void tick(void *arg, int64_t now)
{
    (void)arg, (void)now;
}

static void warn(void *arg, const char *sentence)
{
    (void)arg, (void)sentence; /* damaged samples are there to be damaged */
}

static void read_all(struct source *source, const struct limits *limits, struct sink *sink,
                     const struct export_format *format)
{
    struct engine_config ec = {
        .limits = limits, .digests = format->needs_digests, .no_headers = format->ignores_headers};
    struct pipeline_config pc = {.limits = limits, .tcp = {.limits = limits}};
    struct capture_totals totals = {0};
    struct run run;
    run.engine = engine_new(&ec, sink);
    run.pipeline = pipeline_new(&pc, engine_stream_ops(), run.engine);
    struct source_hooks hooks = {.packet = take, .idle = tick, .warn = warn, .arg = &run};
    source_run(source, &hooks);
    pipeline_finish(run.pipeline);
    engine_totals(run.engine, &totals);
    pipeline_free(&run.pipeline);
    engine_free(&run.engine);
}

/* One capture as one view tells it. */
static bool view(const char *path, const char *name, const struct limits *limits, FILE *out)
{
    struct source_config sc = {
        .limits = limits, .files = &path, .file_count = 1, .after = INT64_MIN, .before = INT64_MAX};
    const struct export_format *format = export_find(name);
    struct export_config c = {.out = out, .limits = limits, .warn = warn};
    struct error e = {0};
    struct source *source = NULL;
    bool usage = false;
    struct sink *to = format->open(&c, &e);
    if (to == NULL || !source_open(&source, &sc, &usage, &e)) {
        fprintf(stderr, "%s: %s\n", path, e.text);
        return false;
    }
    struct sink *judge = judge_new(limits, to);
    read_all(source, limits, judge, format);
    source_close(&source);
    return judge->close(judge, &e);
}

int main(int argc, char **argv)
{
    static const char *const views[] = {"sessions", "json", "sessions"};
    struct limits limits = limits_default();
    FILE *out = fopen("/dev/null", "w");
    bool fine = out != NULL && argc > 1;
    for (int i = 1; fine && i < argc; i++) {
        for (size_t v = 0; fine && v < sizeof views / sizeof views[0]; v++) {
            fine = view(argv[i], views[v], &limits, out);
        }
    }
    return out != NULL && fclose(out) == 0 && fine ? 0 : 1;
}
