/* The fields of filters that look at messages, down to their bytes. */
#include "ui/filter_private.h"

#include "dissect/mime.h"

#define HEADER_BYTES (256u << 10) /* of a message that header.NAME looks at */
#define BODY_BYTES   (4u << 20)   /* of a message that is decoded for parts, fname, body */

/* ---- messages ---- */

static void give_headers(struct probe *p, enum header_field which)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_header(p, message_header(m, which));
    }
}

void field_subject(struct probe *p)
{
    give_headers(p, HEADER_SUBJECT);
}

void field_hfrom(struct probe *p)
{
    give_headers(p, HEADER_FROM);
}

void field_hto(struct probe *p)
{
    give_headers(p, HEADER_TO);
    if (!p->hit) {
        give_headers(p, HEADER_CC);
    }
}

void field_to(struct probe *p)
{
    field_hto(p);
    if (!p->hit) {
        field_rcpt(p);
    }
}

void field_msgid(struct probe *p)
{
    give_headers(p, HEADER_MESSAGE_ID);
}

void field_size(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_number(p, m->bytes);
    }
}

void field_queueid(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        if (m->queue_id.n > 0) {
            give_text(p, m->queue_id);
        }
    }
}

void field_outcome(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_choice(p, outcome_name(m->outcome));
    }
}

void field_transfer(struct probe *p)
{
    const struct message *m;
    for (uint32_t i = 0; !p->hit && (m = next_message(p, &i)) != NULL;) {
        give_choice(p, transfer_name(m->transfer));
    }
}

/* Cuts the next line off, without its end. */
static bool next_line(struct bytes *rest, struct bytes *line)
{
    if (!bytes_split(rest, '\n', line)) {
        return false;
    }
    if (line->n > 0 && line->p[line->n - 1] == '\r') {
        line->n--;
    }
    return true;
}

/* Every field of that name in a header block, unfolded (RFC 5322 2.2.3). */
static void give_header_fields(struct probe *p, struct bytes raw)
{
    struct bytes line, name = p->test->header;
    bool wanted = false;
    buf_clear(&p->room->scratch);
    while (!p->hit && next_line(&raw, &line) && line.n > 0) {
        if (ascii_is_blank(bytes_at(line, 0))) {
            if (wanted) {
                buf_add_byte(&p->room->scratch, ' ');
                buf_add(&p->room->scratch, bytes_trim(line));
            }
            continue;
        }
        if (wanted) {
            give_header(p, buf_bytes(&p->room->scratch));
        }
        buf_clear(&p->room->scratch);
        wanted = bytes_at(line, name.n) == ':' && bytes_starts(line, (const char *)name.p);
        if (wanted) {
            buf_add(&p->room->scratch, bytes_trim(bytes_from(line, name.n + 1)));
        }
    }
    if (wanted && !p->hit) {
        give_header(p, buf_bytes(&p->room->scratch));
    }
}

static bool message_bytes(const struct probe *p, uint32_t index, size_t most, struct bytes *out)
{
    const struct filter_subject *s = p->subject;
    if (s->focus == FOCUS_MESSAGE) {
        index = s->index;
    }
    return s->source->bytes != NULL && s->source->bytes(s->arg, index, most, out);
}

void field_header(struct probe *p)
{
    struct bytes raw;
    for (uint32_t i = 0; !p->hit && next_message(p, &i) != NULL;) {
        if (message_bytes(p, i - 1, HEADER_BYTES, &raw)) {
            give_header_fields(p, raw);
        }
    }
}

/* ---- parts ---- */

struct part_walk {
    struct probe *p;
    uint64_t count;
};

/* Calls `each` for the parts of each message; `after`, when not NULL, after each message. */
static void walk_parts(struct probe *p, void (*each)(void *arg, const struct filter_part *part),
                       void (*after)(struct part_walk *w))
{
    const struct filter_subject *s = p->subject;
    struct bytes raw;
    for (uint32_t i = 0; !p->hit && next_message(p, &i) != NULL;) {
        struct part_walk w = {p, 0};
        if (s->source->parts != NULL && message_bytes(p, i - 1, BODY_BYTES, &raw)) {
            s->source->parts(s->arg, raw, each, &w);
            if (after != NULL && !p->hit) {
                after(&w);
            }
        }
    }
}

static void count_part(void *arg, const struct filter_part *part)
{
    (void)part;
    ((struct part_walk *)arg)->count++;
}

static void give_count(struct part_walk *w)
{
    give_number(w->p, w->count);
}

void field_parts(struct probe *p)
{
    walk_parts(p, count_part, give_count);
}

static void give_part_type(void *arg, const struct filter_part *part)
{
    give_text(((struct part_walk *)arg)->p, part->type);
}

void field_ctype(struct probe *p)
{
    give_headers(p, HEADER_CONTENT_TYPE);
    if (!p->hit) {
        walk_parts(p, give_part_type, NULL);
    }
}

static void give_part_name(void *arg, const struct filter_part *part)
{
    if (part->name.n > 0) {
        give_text(((struct part_walk *)arg)->p, part->name);
    }
}

void field_fname(struct probe *p)
{
    walk_parts(p, give_part_name, NULL);
}

static void give_part_text(void *arg, const struct filter_part *part)
{
    if (part->text.n > 0) {
        give_text(((struct part_walk *)arg)->p, part->text);
    }
}

void field_body(struct probe *p)
{
    struct bytes raw;
    walk_parts(p, give_part_text, NULL);
    /* without a decoder the bytes as they are */
    for (uint32_t i = 0;
         p->subject->source->parts == NULL && !p->hit && next_message(p, &i) != NULL;) {
        if (message_bytes(p, i - 1, BODY_BYTES, &raw)) {
            give_text(p, raw);
        }
    }
}
