/* --export-transcripts: each session's transcript in a file of its own. */
#include "ui/export/files.h"
#include "ui/export/losses.h"
#include "ui/export/transcript.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct transcripts {
    struct sink sink;
    const struct export_config *config;
    struct transcript *transcript;
    struct folder folder;
    struct new_file file;
    struct losses losses;
};

static bool put(void *arg, struct bytes b)
{
    return new_file_write(&((struct transcripts *)arg)->file, b);
}

static bool write_session(struct transcripts *x, uint64_t session, struct bytes head,
                          struct spill *s, const struct spill_text *text)
{
    char stem[32], name[FILE_NAME_ROOM];
    snprintf(stem, sizeof stem, "%06" PRIu64, session);
    snprintf(name, sizeof name, "%s.txt", stem);
    if (!new_file_open(&x->file, &x->folder, name)) {
        return false;
    }
    if (!put(x, head) || !spill_read(s, text, put, x) || text->lost) {
        int why = text->lost ? ENOSPC : errno;
        new_file_discard(&x->file, &x->folder);
        errno = why;
        return false;
    }
    return new_file_publish(&x->file, &x->folder, stem, ".txt", name);
}

static void put_session(void *arg, uint64_t session, struct bytes head, struct spill *s,
                        const struct spill_text *text)
{
    struct transcripts *x = arg;
    if (session == 0) {
        return; /* findings over several sessions have no file */
    }
    if (write_session(x, session, head, s, text)) {
        x->losses.written++;
        return;
    }
    losses_add(&x->losses, x->config, x->folder.path, "the transcript of session %" PRIu64,
               session);
}

static void transcripts_event(struct sink *self, const struct event *e)
{
    transcript_event(((struct transcripts *)self)->transcript, e);
}

static bool transcripts_close(struct sink *self, struct error *err)
{
    struct transcripts *x = (struct transcripts *)self;
    transcript_free(&x->transcript);
    bool fine = losses_none(&x->losses, "transcripts", x->folder.path, err);
    folder_close(&x->folder);
    free(x);
    return fine;
}

static struct sink *transcripts_open(const struct export_config *c, struct error *e)
{
    struct transcripts *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){.event = transcripts_event, .close = transcripts_close};
    x->config = c;
    x->file.fd = -1;
    if (!folder_open(&x->folder, c->maker, c->path, true, e)) {
        free(x);
        return NULL;
    }
    x->transcript = transcript_new(c, put_session, x);
    return &x->sink;
}

const struct export_format export_transcripts = {
    .name = "export-transcripts",
    .help = "write each session's transcript as a .txt file",
    .open = transcripts_open,
};
