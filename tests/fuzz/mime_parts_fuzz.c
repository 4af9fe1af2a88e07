/* Whole messages: everything stays inside its bounds, texts are UTF-8; and where no finding says
 * that readers differ, GMime's own parser sees the same tree. The first byte holds options. */
#include "capture/base/text.h"
#include "dissect/mime.h"
#include "dissect/mime_parts.h"
#include "tests/fuzz/fuzz.h"

#include <gmime/gmime.h>
#include <stdlib.h>

#define TEXT_MOST ((size_t)1 << 22)

static void check_parts(const struct mime_message *m, const struct limits *l, struct bytes raw)
{
    struct buf text;
    if (m->count == 0 || m->count > l->mime_parts) {
        fuzz_differ("number of parts", raw, (struct bytes){0});
    }
    for (uint32_t i = 0; i < m->count; i++) {
        const struct mime_part *p = &m->parts[i];
        bool orphan = i > 0 && p->parent >= i;
        if (orphan || p->depth > l->mime_depth || !text_is_utf8(p->name)) {
            fuzz_differ("a part that can not be", raw, p->name);
        }
        free(fuzz_copy(p->header));
        free(fuzz_copy(p->body));
        buf_init(&text, TEXT_MOST);
        if (mime_part_text(m, i, &text) && !text.full && !text_is_utf8(buf_bytes(&text))) {
            fuzz_differ("no UTF-8", buf_bytes(&text), raw);
        }
        buf_clear(&text);
        struct buf extension;
        buf_init(&extension, MIME_NAME_FILE);
        mime_part_file_name(p, &text, &extension);
        if (text.n == 0 || text.n + extension.n > MIME_NAME_FILE ||
            bytes_find(buf_bytes(&text), '/', 0) != SIZE_MAX) {
            fuzz_differ("a file name", buf_bytes(&text), buf_bytes(&extension));
        }
        buf_done(&extension);
        buf_done(&text);
    }
}

/* Ours and GMime's tree as text: a letter for each part, in order. */
static void add_gmime(GMimeObject *o, unsigned depth, struct buf *out)
{
    if (GMIME_IS_MULTIPART(o)) {
        GMimeMultipart *multi = (GMimeMultipart *)o;
        int n = g_mime_multipart_get_count(multi);
        buf_printf(out, "%uM", n > 0 ? depth : depth);
        for (int i = 0; i < n && depth < 200; i++) {
            add_gmime(g_mime_multipart_get_part(multi, i), depth + 1, out);
        }
    } else if (GMIME_IS_MESSAGE_PART(o)) {
        GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)o);
        buf_printf(out, "%um", depth);
        if (inner != NULL && g_mime_message_get_mime_part(inner) != NULL) {
            add_gmime(g_mime_message_get_mime_part(inner), depth + 1, out);
        }
    } else {
        buf_printf(out, "%uL", depth);
    }
}

/* An embedded message without a byte: GMime makes one or not, by what stands behind it. */
static bool holds_nothing(const struct mime_message *m, const struct mime_part *p)
{
    return p->parent != MIME_NO_PARENT && m->parts[p->parent].kind == MIME_MESSAGE &&
           p->header.n == 0 && p->body.n == 0;
}

static bool may_differ(const struct mime_message *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        if (holds_nothing(m, &m->parts[i])) {
            return true;
        }
    }
    for (uint32_t i = 0; i < m->finding_count; i++) {
        enum note_id id = m->findings[i].id;
        if (id == NOTE_ID_MIME_BOUNDARY_ODD || id == NOTE_ID_MIME_DUPLICATE_HEADER ||
            id == NOTE_ID_MIME_TOO_DEEP || id == NOTE_ID_MIME_TOO_MANY_PARTS ||
            id == NOTE_ID_DECODING_AMBIGUOUS || id == NOTE_ID_HEADER_OVERSIZED) {
            return true;
        }
    }
    return false;
}

/* GMime takes messages with a header only, and reads NUL and bare CR in its own way. */
static bool comparable(struct bytes raw)
{
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] == '\0' || (raw.p[i] == '\r' && bytes_at(raw, i + 1) != '\n')) {
            return false;
        }
    }
    return bytes_starts(raw, "from: ") || bytes_starts(raw, "content-type: ");
}

static void compare(const struct mime_message *m, struct bytes raw)
{
    struct buf ours, theirs;
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)raw.p, raw.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    buf_init(&ours, SIZE_MAX);
    buf_init(&theirs, SIZE_MAX);
    for (uint32_t i = 0; i < m->count; i++) {
        static const char letters[] = "LMm";
        buf_printf(&ours, "%u%c", m->parts[i].depth, letters[m->parts[i].kind]);
    }
    if (message != NULL && g_mime_message_get_mime_part(message) != NULL) {
        add_gmime(g_mime_message_get_mime_part(message), 0, &theirs);
        if (!bytes_equal(buf_bytes(&ours), buf_bytes(&theirs))) {
            fuzz_differ("GMime sees another tree", buf_bytes(&ours), buf_bytes(&theirs));
        }
    }
    buf_done(&ours);
    buf_done(&theirs);
    if (message != NULL) {
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1) {
        return 0;
    }
    uint8_t options = data[0];
    struct limits l = options & 1 ? fuzz_tiny_limits() : limits_default();
    struct bytes in = bytes_make(data + 1, n - 1);
    uint8_t *copy = fuzz_copy(in);
    struct bytes raw = bytes_make(copy, in.n);
    uint64_t gap = in.n / 2;
    struct mime_options o = {.limits = &l,
                             .digests = true,
                             .whole = (options & 2) == 0,
                             .total = in.n,
                             .gaps = &gap,
                             .gap_count = options >> 2 & 1};
    mime_init();
    struct mime_message *m = mime_message_read(raw, &o);
    check_parts(m, &l, raw);
    if ((options & 3) == 0 && comparable(raw) && !may_differ(m)) {
        compare(m, raw);
    }
    mime_message_free(&m);
    free(copy);
    return 0;
}
