/* A message opened for reading: its header fields; and, where a decoder is at hand, its parts.
 *
 * The bytes come from the spool. Header fields are cut here (RFC 5322 2.2) and decoded
 * by dissect/mime.h. The MIME tree is the decoder's (struct mail_decoder), which is
 * asked only when a person opens the message.
 */
#ifndef MAILWIRE_UI_TUI_MAIL_H
#define MAILWIRE_UI_TUI_MAIL_H

#include "capture/base/buf.h"
#include "capture/base/limits.h"

struct mail_part {
    int depth;         /* 0: the message itself */
    char number[64];   /* "1.2" */
    struct bytes type; /* "text/plain" */
    struct bytes charset, encoding, name;
    uint64_t size;             /* decoded */
    struct bytes remark;       /* "is a Windows program", "not whole"; empty */
    struct bytes content;      /* what its first bytes say: "PDF"; empty when not known */
    const struct bytes *names; /* all that differ, when there are several */
    uint32_t name_count;
    const uint8_t *sha256; /* of an attachment that is whole; else NULL */
    struct bytes file;     /* a safe name to save it by; until the next call */
    bool is_text, is_leaf;
};

/* What misleads in the message. */
struct mail_finding {
    const char *sentence;
    struct bytes evidence;
    unsigned severity; /* enum severity */
};

/* Views that it gives live until close. */
struct mail_decoder {
    /* whole: nothing of the message is missing. message lives until close. */
    void *(*open)(struct bytes message, bool whole, const struct limits *l);
    size_t (*count)(void *m);
    bool (*part)(void *m, size_t i, struct mail_part *out);
    bool (*text)(void *m, size_t i, struct buf *out);    /* readable, UTF-8; false: no text */
    bool (*content)(void *m, size_t i, struct buf *out); /* decoded bytes */
    bool (*finding)(void *m, size_t i, struct mail_finding *out); /* false: no more */
    void (*close)(void *m);
};

/* Over dissect/mime_parts.h. Views of a part live until the next call of part(). */
const struct mail_decoder *mail_decoder(void);

struct mail_field {
    struct bytes name, value; /* value: raw, still folded */
};

#define MAIL_HEADER_MOST (1u << 20) /* bytes of a header that are read */
#define MAIL_FIELDS_MOST 1000       /* fields that are shown */

/* Cuts the next field off a header; false at its end. */
bool mail_next_field(struct bytes *rest, struct mail_field *out);
/* Where the header of a message ends and its body begins; the length when there is no body. */
size_t mail_header_end(struct bytes message);
/* A value on one line, decoded. */
void mail_field_text(struct bytes value, struct buf *out);

#endif
