/* -T transcript: the dialogs on standard output, one after the other as sessions end. */
#include "ui/export/transcript.h"
#include "ui/export/out.h"

#include <stdlib.h>

struct transcript_view {
    struct sink sink;
    struct transcript *transcript;
    struct out out;
    bool begun;
};

static bool put(void *arg, struct bytes b)
{
    struct transcript_view *v = arg;
    buf_add(&v->out.b, b);
    out_line(&v->out);
    return v->out.failed == 0;
}

static void put_session(void *arg, uint64_t session, struct bytes head, struct spill *s,
                        const struct spill_text *text)
{
    struct transcript_view *v = arg;
    (void)session;
    if (v->begun) {
        buf_add_byte(&v->out.b, '\n');
    }
    v->begun = true;
    buf_add(&v->out.b, head);
    if ((!spill_read(s, text, put, v) && v->out.failed == 0) || text->lost) {
        buf_add_str(&v->out.b, "=== not all of it is shown: the temporary file is full\n");
    }
    out_line(&v->out);
}

static void view_event(struct sink *self, const struct event *e)
{
    transcript_event(((struct transcript_view *)self)->transcript, e);
}

static bool view_close(struct sink *self, struct error *err)
{
    struct transcript_view *v = (struct transcript_view *)self;
    transcript_free(&v->transcript);
    bool fine = out_done(&v->out, err);
    free(v);
    return fine;
}

static struct sink *view_open(const struct export_config *c, struct error *e)
{
    (void)e;
    struct transcript_view *v = xcalloc(1, sizeof *v);
    v->sink = (struct sink){.event = view_event, .close = view_close};
    v->transcript = transcript_new(c, put_session, v);
    out_init(&v->out, c->out, c->line_buffered);
    return &v->sink;
}

const struct export_format export_transcript = {
    .name = "transcript",
    .help = "the dialogs with times, states and findings",
    .is_view = true,
    .open = view_open,
};
