/* What the files of mime_scan.h share: the scan's state, lines, boundaries, headers.
 */
#ifndef MAILWIRE_DISSECT_MIME_SCAN_PRIVATE_H
#define MAILWIRE_DISSECT_MIME_SCAN_PRIVATE_H

#include "dissect/mime_scan.h"

#define BOUNDARY_MOST 254 /* longer ones are not used */
#define NO_LEAF       UINT32_MAX
#define NO_LEVEL      UINT32_MAX

/* A multipart or message that is open. */
struct open_container {
    uint32_t node, children;
    uint16_t length; /* of the boundary; 0: a message */
    bool closed;     /* its closing boundary was seen: what follows is epilogue */
    bool digest;     /* its parts are messages unless they say otherwise (RFC 2046 5.1.5) */
    char boundary[BOUNDARY_MOST];
};

struct scanner {
    struct mime_scan *out;
    struct bytes raw;
    const struct limits *limits;
    uint32_t room;
    bool whole;
    struct open_container *stack;
    uint32_t open, open_room;
    uint32_t multiparts; /* of them with a boundary */
    uint32_t leaf;       /* whose body is being read, NO_LEAF none */
    uint64_t seen[16];   /* bit n: the hash of some open boundary ends in n; never cleared */
    uint64_t *hashes;    /* of the stack, side by side */
};

struct line {
    size_t begin, end, next; /* end: without the line end */
};

enum delimiter { DELIMITER_NONE, DELIMITER_BEGIN, DELIMITER_CLOSE };

void scan_odd(struct scanner *s, enum mime_oddity what, uint32_t node, size_t at);
struct mime_node *scan_node(struct scanner *s, uint32_t i);
/* The line at `at`; false at the end. */
bool scan_line(const struct scanner *s, size_t at, struct line *l);
/* Is the line a boundary of an open multipart (RFC 2046 5.1.1; blanks may follow)? Whose goes to
 * *level. */
enum delimiter scan_boundary(struct scanner *s, const struct line *l, uint32_t *level);
/* mime_scan_header.c: reads the header of a new node at `at`; answers where its body, or the
 * boundary that ended it, begins. *ended: by that boundary. */
size_t scan_header(struct scanner *s, uint32_t node, size_t at, bool *ended);

#endif
