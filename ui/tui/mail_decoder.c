/* The parts of a message that a person opened: dissect/mime_parts.h as the view asks for them. */
#include "capture/base/error.h"
#include "dissect/mime_parts.h"
#include "ui/tui/mail.h"

#include <stdio.h>
#include <stdlib.h>

struct opened {
    struct mime_message *message;
    struct buf remark, file;
};

static void *open_message(struct bytes message, bool whole, const struct limits *l)
{
    struct opened *o = xcalloc(1, sizeof *o);
    struct mime_options options = {
        .limits = l, .digests = whole, .whole = whole, .total = message.n};
    buf_init(&o->remark, 1024);
    buf_init(&o->file, 256);
    o->message = mime_message_read(message, &options);
    return o;
}

static void close_message(void *m)
{
    struct opened *o = m;
    mime_message_free(&o->message);
    buf_done(&o->remark);
    buf_done(&o->file);
    free(o);
}

static size_t count_parts(void *m)
{
    return ((struct opened *)m)->message->count;
}

/* What a person should know at once. */
static struct bytes remark_on(struct opened *o, const struct mime_part *p)
{
    buf_clear(&o->remark);
    if (p->limited) {
        buf_add_str(&o->remark, "not taken apart (limit)");
    } else if (mime_sniff_conflict(p->magic, p->type, p->name) != SEVERITY_NONE) {
        buf_printf(&o->remark, "is a %s", p->magic->label);
    } else if (p->name_count > 1) {
        buf_add_str(&o->remark, "has several names");
    } else if (p->incomplete) {
        buf_add_str(&o->remark, "not whole");
    }
    return buf_bytes(&o->remark);
}

static struct bytes safe_name(struct opened *o, const struct mime_part *p)
{
    struct buf extension;
    buf_init(&extension, MIME_NAME_FILE);
    buf_clear(&o->file);
    mime_part_file_name(p, &o->file, &extension);
    buf_add(&o->file, buf_bytes(&extension));
    buf_done(&extension);
    return buf_bytes(&o->file);
}

static bool get_part(void *m, size_t i, struct mail_part *out)
{
    struct opened *o = m;
    if (i >= o->message->count) {
        return false;
    }
    const struct mime_part *p = &o->message->parts[i];
    struct buf number;
    buf_init(&number, sizeof out->number - 1);
    mime_part_number(o->message, (uint32_t)i, &number);
    *out = (struct mail_part){.depth = p->depth,
                              .type = p->type,
                              .charset = p->charset,
                              .encoding = p->encoding,
                              .name = p->name,
                              .size = p->size,
                              .remark = remark_on(o, p),
                              .content = bytes_of(p->magic != NULL ? p->magic->label : NULL),
                              .names = p->names,
                              .name_count = p->name_count,
                              .sha256 = p->has_sha256 ? p->sha256 : NULL,
                              .file = safe_name(o, p),
                              .is_text = p->is_text,
                              .is_leaf = p->kind == MIME_LEAF};
    snprintf(out->number, sizeof out->number, "%s", buf_cstr(&number));
    buf_done(&number);
    return true;
}

static bool get_text(void *m, size_t i, struct buf *out)
{
    const struct mime_message *message = ((struct opened *)m)->message;
    return i < message->count && mime_part_text(message, (uint32_t)i, out);
}

static bool add_piece(void *arg, struct bytes piece)
{
    return buf_add(arg, piece);
}

static bool get_content(void *m, size_t i, struct buf *out)
{
    const struct mime_message *message = ((struct opened *)m)->message;
    return i < message->count && mime_part_content(message, (uint32_t)i, add_piece, out);
}

static bool get_finding(void *m, size_t i, struct mail_finding *out)
{
    const struct mime_message *message = ((struct opened *)m)->message;
    if (i >= message->finding_count) {
        return false;
    }
    const struct mime_finding *f = &message->findings[i];
    *out = (struct mail_finding){
        .sentence = note_rule(f->id)->sentence, .evidence = f->evidence, .severity = f->severity};
    return true;
}

const struct mail_decoder *mail_decoder(void)
{
    static const struct mail_decoder decoder = {
        .open = open_message,
        .count = count_parts,
        .part = get_part,
        .text = get_text,
        .content = get_content,
        .finding = get_finding,
        .close = close_message,
    };
    return &decoder;
}
