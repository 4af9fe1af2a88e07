/* What --parts adds to the record of a message: attachments, the MIME tree, what misleads. */
#include "dissect/mime_parts.h"
#include "ui/export/json_record.h"

/* A part is told whole; what bytes are missing from has neither size nor hash. */
static void size_and_hash(struct json *j, const struct mime_part *p)
{
    if (p->incomplete) {
        return;
    }
    json_u64(j, "size", p->size);
    if (p->has_sha256) {
        json_open(j, "hash");
        json_hex(j, "sha256", bytes_make(p->sha256, sizeof p->sha256));
        json_close(j);
    }
}

void record_attachments(struct json_export *x, const struct mime_message *m)
{
    uint64_t listed = 0, most = x->config->limits->mime_listed;
    struct json *j = &x->j;
    if (m->attachments == 0) {
        return;
    }
    json_open_array(j, "attachments");
    for (uint32_t i = 0; i < m->count && listed < most; i++) {
        const struct mime_part *p = &m->parts[i];
        if (!p->attachment) {
            continue;
        }
        listed++;
        json_open(j, NULL);
        json_open(j, "file");
        record_optional(j, "name", p->name);
        size_and_hash(j, p);
        record_optional(j, "mime_type", p->type);
        record_optional(j, "extension", mime_name_extension(p->name));
        json_close(j);
        json_close(j);
    }
    json_raw(j, "]");
}

static void name_list(struct json *j, const struct mime_part *p)
{
    if (p->name_count < 2) {
        return;
    }
    json_open_array(j, "names");
    for (uint32_t i = 0; i < p->name_count; i++) {
        json_item_text(j, p->names[i]);
    }
    json_close_array(j, "names");
}

static void put_part(struct json_export *x, const struct mime_message *m, uint32_t i)
{
    const struct mime_part *p = &m->parts[i];
    struct json *j = &x->j;
    buf_clear(&x->text);
    mime_part_number(m, i, &x->text);
    json_open(j, NULL);
    json_text(j, "number", buf_bytes(&x->text));
    json_text(j, "type", p->type);
    record_optional(j, "charset", p->charset);
    record_optional(j, "encoding", p->encoding);
    record_optional(j, "disposition", p->disposition);
    record_optional(j, "name", p->name);
    name_list(j, p);
    record_optional(j, "content_id", p->id);
    size_and_hash(j, p);
    if (p->magic != NULL) {
        json_word(j, "sniffed_type", p->magic->type);
    }
    if (p->attachment) {
        json_bool(j, "attachment", true);
    }
    if (p->incomplete) {
        json_bool(j, "complete", false);
    }
    if (p->limited) {
        json_bool(j, "limit_reached", true);
    }
    if (p->file != NULL) {
        json_text(j, "file", bytes_of(p->file));
    }
    json_close(j);
}

void record_parts(struct json_export *x, const struct mime_message *m)
{
    uint64_t most = x->config->limits->mime_listed;
    struct json *j = &x->j;
    json_open_array(j, "parts");
    for (uint32_t i = 0; i < m->count && i < most; i++) {
        put_part(x, m, i);
    }
    json_raw(j, "]");
    if (m->count > most) {
        json_u64(j, "parts_total", m->count);
    }
    if (m->attachments > most) {
        json_u64(j, "attachments_total", m->attachments);
    }
    if (m->finding_count > 0) {
        json_open_array(j, "parts_findings");
        for (uint32_t i = 0; i < m->finding_count; i++) {
            json_item_text(j, bytes_of(note_rule(m->findings[i].id)->id));
        }
        json_raw(j, "]");
    }
}
