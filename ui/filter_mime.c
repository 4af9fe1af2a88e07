#include "ui/filter_mime.h"

#include "dissect/mime_parts.h"

#define TEXT_MOST ((size_t)4 << 20) /* of a part, to search in */

void filter_mime_parts(void *arg, struct bytes raw,
                       void (*part)(void *part_arg, const struct filter_part *p), void *part_arg)
{
    struct mime_options o = {.limits = arg, .whole = true, .total = raw.n};
    struct mime_message *m = mime_message_read(raw, &o);
    for (uint32_t i = 0; i < m->count; i++) {
        const struct mime_part *p = &m->parts[i];
        struct buf text;
        if (p->kind != MIME_LEAF) {
            continue;
        }
        buf_init(&text, TEXT_MOST);
        mime_part_text(m, i, &text);
        part(part_arg,
             &(struct filter_part){.type = p->type, .name = p->name, .text = buf_bytes(&text)});
        buf_done(&text);
    }
    mime_message_free(&m);
}
