/* The header of each entity: which fields it has, and where its body begins. */
#include "dissect/mime_scan_private.h"

static const struct {
    const char *name, *lower;
    size_t length;
} fields[FIELD_COUNT] = {
#define FIELD(field, name, lower) [field] = {name, lower, sizeof(lower) - 1}
    FIELD(FIELD_TYPE, "Content-Type", "content-type"),
    FIELD(FIELD_ENCODING, "Content-Transfer-Encoding", "content-transfer-encoding"),
    FIELD(FIELD_DISPOSITION, "Content-Disposition", "content-disposition"),
    FIELD(FIELD_ID, "Content-ID", "content-id"),
    FIELD(FIELD_MIME_VERSION, "MIME-Version", "mime-version"),
    FIELD(FIELD_FROM, "From", "from"),
    FIELD(FIELD_SENDER, "Sender", "sender"),
    FIELD(FIELD_REPLY_TO, "Reply-To", "reply-to"),
    FIELD(FIELD_TO, "To", "to"),
    FIELD(FIELD_CC, "Cc", "cc"),
    FIELD(FIELD_BCC, "Bcc", "bcc"),
    FIELD(FIELD_SUBJECT, "Subject", "subject"),
    FIELD(FIELD_DATE, "Date", "date"),
    FIELD(FIELD_MESSAGE_ID, "Message-ID", "message-id"),
    FIELD(FIELD_IN_REPLY_TO, "In-Reply-To", "in-reply-to"),
    FIELD(FIELD_REFERENCES, "References", "references"),
#undef FIELD
};

const char *mime_field_name(enum mime_field f)
{
    return fields[f].name;
}

struct header_reader {
    uint32_t node;
    int field; /* the one being read, -1 none that is kept */
    struct bytes value;
    uint64_t count;   /* fields */
    size_t begin;     /* of the header */
    size_t line, end; /* of the field */
    bool message;     /* a message's header: all fields count */
    bool cut;
};

static int field_named(const uint8_t *name, size_t n, int count)
{
    for (int i = 0; i < count; i++) {
        if (fields[i].length == n && (name[0] | 0x20) == fields[i].lower[0] &&
            bytes_is(bytes_make(name, n), fields[i].lower)) {
            return i;
        }
    }
    return -1;
}

static void cut_header(struct scanner *s, struct header_reader *h, size_t at)
{
    if (!h->cut) {
        scan_odd(s, ODD_HEADER_CUT, h->node, at);
        h->cut = true;
    }
}

static void keep_field(struct scanner *s, struct header_reader *h)
{
    if (h->end - h->line > s->limits->header_line_bytes) {
        cut_header(s, h, h->line);
    }
    if (h->field < 0) {
        return;
    }
    struct bytes v = bytes_sub(h->value, 0, s->limits->header_line_bytes);
    struct mime_node *n = scan_node(s, h->node);
    if (h->message) {
        struct mime_scan *o = s->out;
        o->field[h->field] = o->field_count[h->field]++ == 0 ? v : o->field[h->field];
        o->second[h->field] = o->field_count[h->field] == 2 ? v : o->second[h->field];
    }
    if (h->field < FIELD_PART_COUNT && n->field[h->field].p == NULL) {
        n->field[h->field] = v;
    } else if (h->field < FIELD_PART_COUNT) {
        scan_odd(s, ODD_FIELD_TWICE, h->node, h->line);
        if (s->out->odd[ODD_FIELD_TWICE].count == 1) {
            s->out->odd[ODD_FIELD_TWICE].first = n->field[h->field];
            s->out->odd[ODD_FIELD_TWICE].other = v;
        }
    }
    h->field = -1;
}

/* The name of a field in front of its colon (RFC 5322 3.6.8; blanks in between are obsolete but
 * taken); SIZE_MAX when the line is none. */
static size_t field_colon(const struct scanner *s, const struct line *l, size_t *name)
{
    size_t at = l->begin;
    while (at < l->end && s->raw.p[at] > ' ' && s->raw.p[at] < 0x7f && s->raw.p[at] != ':') {
        at++;
    }
    *name = at - l->begin;
    while (at < l->end && ascii_is_blank(s->raw.p[at])) {
        at++;
    }
    return *name > 0 && at < l->end && s->raw.p[at] == ':' ? at : SIZE_MAX;
}

/* A line of a header; false: it is none, the header ended before it. */
static bool header_line(struct scanner *s, struct header_reader *h, const struct line *l)
{
    size_t name = 0;
    if (ascii_is_blank(s->raw.p[l->begin])) {
        h->end = l->end;
        if (h->field >= 0) {
            h->value.n = (size_t)(s->raw.p + l->end - h->value.p);
        }
        return true;
    }
    keep_field(s, h);
    size_t colon = field_colon(s, l, &name);
    if (colon == SIZE_MAX) { /* an mbox file's line in front is passed over */
        struct bytes word = bytes_sub(s->raw, l->begin, name);
        return h->message && h->count == 0 && (bytes_is(word, "from") || bytes_is(word, ">from"));
    }
    h->count++;
    if (h->count > s->limits->header_fields || l->end - h->begin > s->limits->header_bytes) {
        cut_header(s, h, l->begin);
        h->line = h->end = l->begin;
        return true;
    }
    h->line = l->begin;
    h->end = l->end;
    h->field =
        field_named(s->raw.p + l->begin, name, h->message ? FIELD_COUNT : (int)FIELD_PART_COUNT);
    h->value = bytes_sub(s->raw, colon + 1, l->end - colon - 1);
    if (colon > l->begin + name) { /* to some readers no field, but the end of the header */
        scan_odd(s, ODD_FIELD_WRITTEN, h->node, l->begin);
    }
    return true;
}

size_t scan_header(struct scanner *s, uint32_t node, size_t at, bool *ended)
{
    struct header_reader h = {.node = node, .field = -1, .begin = at, .message = node == 0};
    struct line l;
    uint32_t level = 0;
    *ended = false;
    while (scan_line(s, at, &l)) {
        if (l.begin == l.end) {
            at = l.next;
            break;
        }
        *ended = scan_boundary(s, &l, &level) != DELIMITER_NONE;
        if (*ended) {
            if (l.begin == h.begin) {
                scan_odd(s, ODD_EMPTY_PART, node, l.begin);
            }
            break;
        }
        if (!header_line(s, &h, &l)) {           /* some readers go on behind it */
            bool some = h.count > 0 || node > 0; /* a message may be without a header */
            if (s->whole && (some || s->raw.p[l.begin] == ':')) {
                scan_odd(s, ODD_HEADER_BROKEN, node, l.begin);
            }
            break;
        }
        at = l.next;
    }
    keep_field(s, &h);
    scan_node(s, node)->body = scan_node(s, node)->end = at;
    return at;
}
