#include "ui/tui/mail.h"

#include "dissect/mime.h"
#include "dissect/mime_parts.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the decoder: dissect/mime_parts.h ------------------------------------------------------ */

struct reading {
    struct mime_message *message;
    struct buf remark; /* of the part asked for last */
};

static void *open_message(struct bytes message, const struct limits *l)
{
    struct reading *r = xcalloc(1, sizeof(*r));
    struct mime_options o = {.limits = l, .whole = true, .total = message.n};
    buf_init(&r->remark, 1024);
    r->message = mime_message_read(message, &o);
    return r;
}

static size_t count_parts(void *m)
{
    return ((struct reading *)m)->message->count;
}

/* What a person should know before he opens it. */
static void remark_on(const struct mime_part *p, struct buf *out)
{
    buf_clear(out);
    if (p->incomplete) {
        buf_add_str(out, "incomplete ");
    }
    if (p->limited) {
        buf_add_str(out, "not read further: a limit ");
    }
    if (p->magic && mime_sniff_conflict(p->magic, p->type, p->name) != SEVERITY_NONE) {
        buf_printf(out, "declared %.*s, content %s", (int)(p->type.n < 80 ? p->type.n : 80),
                   (const char *)p->type.p, p->magic->label);
    } else if (p->attachment) {
        buf_add_str(out, "attachment");
    }
}

static bool get_part(void *m, size_t i, struct mail_part *out)
{
    struct reading *r = m;
    if (i >= r->message->count) {
        return false;
    }
    const struct mime_part *p = &r->message->parts[i];
    struct buf number;
    buf_init(&number, sizeof(out->number) - 1);
    mime_part_number(r->message, (uint32_t)i, &number);
    remark_on(p, &r->remark);
    *out = (struct mail_part){.depth = p->depth,
                              .type = p->type,
                              .charset = p->charset,
                              .encoding = p->encoding,
                              .name = p->name,
                              .size = p->size,
                              .remark = buf_bytes(&r->remark),
                              .is_text = p->is_text,
                              .is_leaf = p->kind == MIME_LEAF};
    snprintf(out->number, sizeof(out->number), "%s", buf_cstr(&number));
    buf_done(&number);
    return true;
}

static bool get_text(void *m, size_t i, struct buf *out)
{
    return mime_part_text(((struct reading *)m)->message, (uint32_t)i, out);
}

static bool add_piece(void *arg, struct bytes piece)
{
    return buf_add(arg, piece);
}

static bool get_content(void *m, size_t i, struct buf *out)
{
    return mime_part_content(((struct reading *)m)->message, (uint32_t)i, add_piece, out);
}

static void close_message(void *m)
{
    struct reading *r = m;
    mime_message_free(&r->message);
    buf_done(&r->remark);
    free(r);
}

const struct mail_decoder *mail_decoder(void)
{
    static const struct mail_decoder decoder = {open_message, count_parts, get_part,
                                                get_text,     get_content, close_message};
    return &decoder;
}

/* ---- header fields -------------------------------------------------------------------------- */

size_t mail_header_end(struct bytes message)
{
    size_t at = 0;
    while (at < message.n) {
        size_t end = bytes_find(message, '\n', at);
        if (end == SIZE_MAX) {
            return message.n;
        }
        if (end == at || (end == at + 1 && message.p[at] == '\r')) {
            return end + 1;
        }
        at = end + 1;
    }
    return message.n;
}

/* The length of the field at the front: its line and those that continue it. */
static size_t field_length(struct bytes b)
{
    size_t at = 0;
    for (;;) {
        size_t end = bytes_find(b, '\n', at);
        if (end == SIZE_MAX) {
            return b.n;
        }
        at = end + 1;
        if (!ascii_is_blank(bytes_at(b, at))) {
            return at;
        }
    }
}

bool mail_next_field(struct bytes *rest, struct mail_field *out)
{
    while (rest->n) {
        size_t n = field_length(*rest);
        struct bytes field = bytes_sub(*rest, 0, n);
        *rest = bytes_from(*rest, n);
        while (field.n && (field.p[field.n - 1] == '\n' || field.p[field.n - 1] == '\r')) {
            field.n--;
        }
        size_t colon = bytes_find(field, ':', 0);
        if (field.n && colon != SIZE_MAX) {
            out->name = bytes_trim(bytes_sub(field, 0, colon));
            out->value = bytes_trim(bytes_from(field, colon + 1));
            return true;
        }
    }
    return false;
}

void mail_field_text(struct bytes value, struct buf *out)
{
    struct buf flat;
    buf_init(&flat, value.n + 1);
    for (size_t i = 0; i < value.n; i++) { /* RFC 5322 2.2.3: unfolding takes the line ends out */
        if (value.p[i] != '\r' && value.p[i] != '\n') {
            buf_add_byte(&flat, value.p[i] == '\t' ? ' ' : value.p[i]);
        }
    }
    mime_header_text(buf_bytes(&flat), out);
    buf_done(&flat);
}
