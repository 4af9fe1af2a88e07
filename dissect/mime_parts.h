/* A finished message as people read it: its MIME tree, texts, attachments; and what in it misleads.
 *
 * The structure is the scan's (mime_scan.h), so that nothing recurses and everything is bounded by
 * limits.mime_*. Bodies are decoded piece by piece when they are asked for; only their sizes, first
 * bytes and hashes are taken at once. Texts are UTF-8, still with whatever controls they hold.
 */
#ifndef MAILWIRE_DISSECT_MIME_PARTS_H
#define MAILWIRE_DISSECT_MIME_PARTS_H

#include "capture/base/buf.h"
#include "dissect/mime_decode.h"
#include "dissect/mime_scan.h"
#include "dissect/mime_sniff.h"
#include "dissect/model.h"
#include "dissect/note.h"

#define MIME_NAME_SHOWN 255 /* characters of a file name */
#define MIME_NAME_FILE  64  /* of one that files are made with */

struct mime_part {
    uint32_t parent; /* MIME_NO_PARENT: the message itself */
    uint16_t depth;
    enum mime_kind kind;
    enum mime_encoding decoder;
    struct bytes type;         /* "text/plain", lower case; the default where none is given */
    struct bytes charset;      /* as declared; empty when it is not */
    struct bytes encoding;     /* as declared, lower case */
    struct bytes disposition;  /* "attachment", lower case */
    struct bytes id;           /* Content-ID without brackets */
    struct bytes name;         /* file name, UTF-8 */
    const struct bytes *names; /* all that differ, the one above first; NULL when one at most */
    uint32_t name_count;
    struct bytes header, body;      /* views into the message */
    uint64_t size;                  /* decoded; of a container: as it stands */
    const struct mime_magic *magic; /* what its first bytes say; NULL not known */
    bool is_text;                   /* mime_part_text gives something to read */
    bool attachment;
    bool incomplete; /* bytes of it are missing, or it may go on */
    bool limited;    /* a leaf only because of a limit */
    bool has_sha256; /* attachments, where digests were asked for */
    uint8_t sha256[DIGEST_SHA256];
    const char *file; /* name an export gave it; see mime_part_set_file */
};

/* Several oddities of one rule. evidence is UTF-8 or raw, other a second text. */
struct mime_finding {
    enum note_id id;
    enum severity severity;
    struct bytes evidence, other;
};

struct mime_options {
    const struct limits *limits;
    bool digests;         /* SHA-256 of attachments */
    bool whole;           /* all of the message is there, up to its end */
    uint64_t total;       /* bytes of the message; more than given: the rest is not decoded */
    const uint64_t *gaps; /* ascending offsets at which bytes are missing */
    size_t gap_count;
};

struct mime_message {
    struct mime_part *parts; /* in the order of the text; [0] is the message */
    uint32_t count, attachments;
    struct mime_finding *findings;
    uint32_t finding_count;
    struct bytes raw;
    struct mime_scan scan;
    const struct limits *limits;
    struct arena arena;
};

/* raw (at most limits.mime_bytes of it are read) and o->limits are borrowed and outlive it. */
struct mime_message *mime_message_read(struct bytes raw, const struct mime_options *o);
void mime_message_free(struct mime_message **m);

/* Its number as IMAP has it (RFC 9051 6.4.5): "1", "2.1"; "TEXT" and "2.TEXT" are the multiparts
 * that messages consist of. Where that would be very long, "#" and its place in the list. */
void mime_part_number(const struct mime_message *m, uint32_t part, struct buf *out);
/* Readable text, lines ending in LF; HTML as text. False where it is none. */
bool mime_part_text(const struct mime_message *m, uint32_t part, struct buf *out);
/* The decoded bytes, piece by piece; of a container, as it stands. False when each wanted no more.
 */
bool mime_part_content(const struct mime_message *m, uint32_t part, mime_piece_fn *each, void *arg);
/* A name of [A-Za-z0-9._-], at most MIME_NAME_FILE long, that suits the part; stem and extension
 * (with its dot, may be empty) apart. */
void mime_part_file_name(const struct mime_part *p, struct buf *stem, struct buf *extension);
void mime_part_set_file(struct mime_message *m, uint32_t part, const char *name); /* copied */

#endif
