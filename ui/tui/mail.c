#include "ui/tui/mail.h"

#include "dissect/mime.h"

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
