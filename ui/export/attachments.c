/* --export-attachments: each attachment's bytes in a file of its own, named by its message and
 * part; of the name that the mail gives only plain characters are left.
 */
#include "dissect/mime_parts.h"
#include "ui/export/export.h"
#include "ui/export/files.h"
#include "ui/export/losses.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct attachments {
    struct sink sink;
    const struct export_config *config;
    struct folder folder;
    struct losses losses;
};

/* "000001-2-1.2-name" and ".pdf"; of one that is not whole ".partial.pdf". */
struct file_name {
    struct buf stem, suffix;
};

static void name_init(struct file_name *n, const struct event *e, uint32_t part)
{
    const struct mime_message *m = e->u.message->mime;
    const struct mime_part *p = &m->parts[part];
    buf_init(&n->stem, FILE_NAME_ROOM);
    buf_init(&n->suffix, FILE_NAME_ROOM);
    buf_printf(&n->stem, "%06" PRIu64 "-%" PRIu32 "-", e->session->number, e->u.message->number);
    size_t number = n->stem.n;
    mime_part_number(m, part, &n->stem);
    if (n->stem.p[number] == '#') { /* a number too long for a name */
        n->stem.p[number] = 'p';
    }
    buf_add_str(&n->stem, "-");
    buf_add_str(&n->suffix, p->incomplete ? ".partial" : "");
    struct buf extension;
    buf_init(&extension, MIME_NAME_FILE);
    mime_part_file_name(p, &n->stem, &extension);
    buf_add(&n->suffix, buf_bytes(&extension));
    buf_done(&extension);
}

static void name_done(struct file_name *n)
{
    buf_done(&n->stem);
    buf_done(&n->suffix);
}

/* The file is lost, the run goes on. */
static void fail(struct attachments *x, const char *stem)
{
    losses_add(&x->losses, x->config, x->folder.path, "attachment %s", stem);
}

static bool write_piece(void *arg, struct bytes piece)
{
    return new_file_write(arg, piece);
}

static void write_part(struct attachments *x, const struct event *e, uint32_t part)
{
    struct mime_message *m = e->u.message->mime;
    struct new_file file;
    struct file_name name;
    char final[FILE_NAME_ROOM];
    name_init(&name, e, part);
    const char *stem = buf_cstr(&name.stem);
    if (!new_file_open(&file, &x->folder, stem)) {
        fail(x, stem);
    } else if (!mime_part_content(m, part, write_piece, &file)) {
        fail(x, stem);
        new_file_discard(&file, &x->folder);
    } else if (!new_file_publish(&file, &x->folder, stem, buf_cstr(&name.suffix), final)) {
        fail(x, stem);
    } else {
        x->losses.written++;
        mime_part_set_file(m, part, final);
    }
    name_done(&name);
}

static void attachments_event(struct sink *self, const struct event *e)
{
    struct attachments *x = (struct attachments *)self;
    if (e->kind != EV_MESSAGE || e->u.message->mime == NULL) {
        return;
    }
    const struct mime_message *m = e->u.message->mime;
    for (uint32_t i = 0; i < m->count; i++) {
        if (m->parts[i].attachment) {
            write_part(x, e, i);
        }
    }
}

static bool attachments_close(struct sink *self, struct error *err)
{
    struct attachments *x = (struct attachments *)self;
    bool fine = losses_none(&x->losses, "attachments", x->folder.path, err);
    folder_close(&x->folder);
    free(x);
    return fine;
}

static struct sink *attachments_open(const struct export_config *c, struct error *e)
{
    struct attachments *x = xcalloc(1, sizeof *x);
    x->sink = (struct sink){.event = attachments_event, .close = attachments_close};
    x->config = c;
    if (!folder_open(&x->folder, c->maker, c->path, true, e)) {
        free(x);
        return NULL;
    }
    return &x->sink;
}

const struct export_format export_attachments = {
    .name = "export-attachments",
    .help = "write each attachment to a file",
    .needs_bodies = true,
    .needs_parts = true,
    .open = attachments_open,
};
