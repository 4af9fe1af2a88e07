#include "ui/tui/save_job.h"

#include "ui/export/files.h"
#include "ui/tui/clock.h"
#include "ui/tui/human.h"
#include "ui/tui/save_packets.h"
#include "ui/tui/save_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROW_MOST (1u << 20) /* bytes of a row of a table */

struct save_job {
    struct ui *ui;
    struct save_request request;
    struct export_config config; /* lives as long as the sink */
    struct sink *sink;
    struct sink filter; /* in front of it, when only one message is wanted */
    struct folder folder;
    bool folder_open;
    struct new_file file;
    bool file_open;
    FILE *out;
    char name[FILE_NAME_ROOM];
    struct save_packets *packets;
    size_t at;
    size_t bodies_gone, dialogs_gone;
    char warning[256]; /* what an export said while it went on */
    bool done, failed;
    struct error error;
};

/* ---- one message out of a session ---- */

static const struct message *message_of(const struct event *e)
{
    switch (e->kind) {
    case EV_MESSAGE_BEGIN:
    case EV_MESSAGE_END:
    case EV_MESSAGE:
        return e->u.message;
    case EV_MESSAGE_DATA:
    case EV_MESSAGE_GAP:
    case EV_MESSAGE_CUT:
        return e->u.body.message;
    default:
        return NULL;
    }
}

static void filter_event(struct sink *self, const struct event *e)
{
    struct save_job *j = (struct save_job *)((char *)self - offsetof(struct save_job, filter));
    const struct message *m = message_of(e);
    if (!m || m->number == j->request.message) {
        sink_event(j->sink, e);
    }
}

/* ---- starting ---- */

static void warn(void *arg, const char *sentence)
{
    struct save_job *j = arg;
    snprintf(j->warning, sizeof(j->warning), "%s", sentence);
}

static bool open_file(struct save_job *j, struct error *e)
{
    const char *name;
    if (!folder_open_parent(&j->folder, j->ui->maker, j->request.path, &name, e)) {
        return false;
    }
    j->folder_open = true;
    snprintf(j->name, sizeof(j->name), "%s", name);
    if (!new_file_open(&j->file, &j->folder, name)) {
        return error_set(e, "%s: %s", j->request.path, strerror(errno));
    }
    j->file_open = true;
    int fd = dup(j->file.fd);
    j->out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!j->out) {
        int why = errno;
        if (fd >= 0) {
            close(fd);
        }
        return error_set(e, "%s: %s", j->request.path, strerror(why));
    }
    return true;
}

static bool open_sink(struct save_job *j, struct error *e)
{
    const struct save_request *r = &j->request;
    if (r->format->is_view && !open_file(j, e)) {
        return false;
    }
    j->config = (struct export_config){
        .out = j->out,
        .path = r->path,
        .limits = j->ui->limits,
        .show_secrets = r->secrets,
        .utc = j->ui->utc,
        .commands = true,
        .bodies = true,
        .explain = true,
        .geo = j->ui->geo,
        .file_name = j->ui->file_name,
        .file_name_arg = j->ui->file_name_arg,
        .warn = warn,
        .warn_arg = j,
        .maker = j->ui->maker,
    };
    j->sink = r->format->open(&j->config, e);
    j->filter = (struct sink){.event = filter_event};
    return j->sink != NULL;
}

static bool open_table(struct save_job *j, struct error *e)
{
    if (!open_file(j, e)) {
        return false;
    }
    struct buf line;
    buf_init(&line, ROW_MOST);
    save_table_head(j->ui, &line);
    fwrite(line.p, 1, line.n, j->out);
    buf_done(&line);
    return true;
}

struct save_job *save_job_start(struct ui *u, struct save_request *r, struct error *e)
{
    struct save_job *j = xcalloc(1, sizeof(*j));
    j->ui = u;
    j->request = *r;
    r->session = NULL;
    bool good;
    switch (r->kind) {
    case SAVE_EXPORT:
        good = open_sink(j, e);
        break;
    case SAVE_TABLE:
        good = open_table(j, e);
        break;
    default:
        j->packets = save_packets_start(u, j->request.session, j->request.sessions,
                                        r->kind == SAVE_PCAPNG, r->path, e);
        good = j->packets != NULL;
        break;
    }
    if (!good) {
        save_job_free(&j);
    }
    return j;
}

/* ---- working ---- */

static void write_row(struct save_job *j, struct store_ref ref)
{
    struct buf line;
    buf_init(&line, ROW_MOST);
    if (save_table_row(j->ui, ref, &line)) {
        fwrite(line.p, 1, line.n, j->out);
    } else {
        j->dialogs_gone++;
    }
    buf_done(&line);
}

static void replay(struct save_job *j, struct store_ref ref)
{
    struct sink *to = j->request.message ? &j->filter : j->sink;
    switch (store_replay(j->ui->store, ref, to)) {
    case REPLAY_BODIES_GONE:
        j->bodies_gone++;
        break;
    case REPLAY_CUT:
    case REPLAY_NO_DIALOG:
    case REPLAY_GONE:
        j->dialogs_gone++;
        break;
    default:
        break;
    }
}

static bool fail(struct save_job *j, const char *what)
{
    j->failed = true;
    return error_set(&j->error, "%s: %s", j->request.path, what);
}

/* The last bytes may be what does not fit: only now it is known that all is written. */
static void finish(struct save_job *j)
{
    char name[FILE_NAME_ROOM];
    j->done = true;
    struct error e = {.text = ""};
    if (j->sink) {
        store_replay_capture(j->ui->store, j->sink);
        j->failed = !j->sink->close(j->sink, &e);
        j->sink = NULL;
    }
    if (!j->out) {
        j->error = e;
        return;
    }
    if (j->failed) {
        fail(j, e.text);
    }
    bool wrote = !ferror(j->out);
    wrote = fclose(j->out) == 0 && wrote;
    j->out = NULL;
    if (!j->failed && !wrote) {
        fail(j, strerror(errno));
    }
    if (!j->failed && !new_file_publish(&j->file, &j->folder, j->name, "", name)) {
        fail(j, strerror(errno));
        j->file_open = false;
    } else if (!j->failed) {
        j->file_open = false;
        snprintf(j->name, sizeof(j->name), "%s", name);
    }
}

bool save_job_work(struct save_job *j, int64_t deadline)
{
    if (j->packets) {
        if (save_packets_ended(j->packets)) {
            j->done = true;
        }
        return j->done;
    }
    while (!j->done) {
        if (j->at == j->request.sessions) {
            finish(j);
        } else if (!clock_over(deadline)) {
            (j->sink ? replay : write_row)(j, j->request.session[j->at++]);
            if (j->out && ferror(j->out)) { /* the disk is full: no use in going on */
                j->at = j->request.sessions;
            }
        } else {
            break;
        }
    }
    return j->done;
}

int save_job_percent(const struct save_job *j)
{
    if (j->packets) {
        return save_packets_percent(j->packets);
    }
    return j->request.sessions ? (int)(j->at * 100 / j->request.sessions) : 100;
}

bool save_job_result(const struct save_job *j, char *out, size_t room)
{
    char count[HUMAN_ROOM];
    if (j->packets) {
        return save_packets_result(j->packets, out, room);
    }
    if (j->failed) {
        snprintf(out, room, "not saved: %s", j->error.text);
        return false;
    }
    int n = snprintf(out, room, "saved %s session%s to %s%s%s",
                     human_count(j->request.sessions, count), j->request.sessions == 1 ? "" : "s",
                     j->folder_open ? j->folder.path : j->request.path, j->folder_open ? "/" : "",
                     j->folder_open ? j->name : "");
    if (n > 0 && (size_t)n < room && (j->bodies_gone || j->dialogs_gone)) {
        snprintf(out + n, room - (size_t)n,
                 "; of %zu the dialog, of %zu message bytes were let go before (memory)",
                 j->dialogs_gone, j->bodies_gone);
    } else if (n > 0 && (size_t)n < room && j->warning[0]) {
        snprintf(out + n, room - (size_t)n, "; %s", j->warning);
    }
    return true;
}

void save_job_free(struct save_job **pj)
{
    struct save_job *j = *pj;
    struct error ignored;
    if (!j) {
        return;
    }
    save_packets_free(&j->packets);
    if (j->sink) {
        j->sink->close(j->sink, &ignored);
    }
    if (j->out) {
        fclose(j->out);
    }
    if (j->file_open) {
        new_file_discard(&j->file, &j->folder);
    }
    if (j->folder_open) {
        folder_close(&j->folder);
    }
    free(j->request.session);
    free(j);
    *pj = NULL;
}
