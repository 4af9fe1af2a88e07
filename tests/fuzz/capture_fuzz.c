/* A capture file, through the reader, reassembly and the dissectors, and out through the views:
 * each line of NDJSON is JSON, no control byte stands in any text.
 */
#include "capture/base/error.h"
#include "capture/base/text.h"
#include "capture/pipeline.h"
#include "capture/source.h"
#include "dissect/engine.h"
#include "tests/fuzz/fuzz.h"
#include "ui/export/export.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const views[] = {"json", "transcript", "sessions"};
#define VIEWS (sizeof views / sizeof *views)

struct output {
    struct export_config config; /* sinks borrow it */
    FILE *file;
    char *text;
    size_t n;
};

static void on_packet(void *arg, const struct packet *p)
{
    pipeline_packet(arg, p);
}

static void on_idle(void *arg, int64_t now)
{
    (void)arg;
    (void)now;
}

static void on_warn(void *arg, const char *sentence)
{
    (void)arg;
    for (struct bytes rest = bytes_of(sentence); rest.n; rest = bytes_from(rest, 1)) {
        if (rest.p[0] < 0x20 || rest.p[0] == 0x7f) {
            fuzz_differ("a control byte in a warning", bytes_of(sentence), (struct bytes){0});
        }
    }
}

static void check_lines(const char *view, struct bytes text)
{
    struct bytes line;
    while (bytes_split(&text, '\n', &line)) {
        for (size_t at = 0; at < line.n;) {
            int32_t c = text_utf8_next(line, &at);
            if (c < 0x20 || c == 0x7f || (view != views[0] && text_is_unsafe((uint32_t)c))) {
                fuzz_differ("a control byte in a view", line, bytes_of(view));
            }
        }
        if (view == views[0] && line.n && !fuzz_is_json(line)) {
            fuzz_differ("no JSON", line, (struct bytes){0});
        }
    }
}

static struct sink *open_views(struct output *out, const struct limits *l)
{
    struct sink *sinks[VIEWS];
    for (size_t i = 0; i < VIEWS; i++) {
        struct error e;
        out[i] = (struct output){0};
        out[i].file = open_memstream(&out[i].text, &out[i].n);
        out[i].config = (struct export_config){
            .out = out[i].file, .limits = l, .utc = true, .commands = true, .bodies = true};
        sinks[i] = export_find(views[i])->open(&out[i].config, &e);
        invariant(sinks[i] != NULL);
    }
    return tee_new(sinks, VIEWS, NULL, NULL);
}

static void run(const char *path, const struct limits *l, struct sink *to)
{
    struct source_config sc = {
        .limits = l, .files = &path, .file_count = 1, .after = INT64_MIN, .before = INT64_MAX};
    struct engine_config ec = {.limits = l, .digests = true, .bodies = true};
    struct pipeline_config pc = {.limits = l, .tcp = {.limits = l}};
    struct source *source = NULL;
    struct error e;
    bool usage = false;
    if (!source_open(&source, &sc, &usage, &e)) {
        return;
    }
    struct engine *engine = engine_new(&ec, to);
    struct pipeline *pipeline = pipeline_new(&pc, engine_stream_ops(), engine);
    struct source_hooks hooks = {
        .packet = on_packet, .idle = on_idle, .warn = on_warn, .arg = pipeline};
    source_run(source, &hooks);
    pipeline_finish(pipeline);
    struct capture_totals totals = {0};
    engine_totals(engine, &totals);
    struct event end = {.kind = EV_CAPTURE, .u.totals = &totals};
    sink_event(to, &end);
    pipeline_free(&pipeline);
    engine_free(&engine);
    source_close(&source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct limits l = limits_default();
    struct output out[VIEWS];
    char path[40];
    int fd = memfd_create("capture", 0);
    invariant(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct sink *to = open_views(out, &l);
    run(path, &l, to);
    struct error e;
    to->close(to, &e);
    for (size_t i = 0; i < VIEWS; i++) {
        fclose(out[i].file);
        check_lines(views[i], bytes_make(out[i].text, out[i].n));
        free(out[i].text);
    }
    close(fd);
    return 0;
}
