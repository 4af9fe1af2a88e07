/* One direction of a session, cut into frames: lines, message bodies, lists, counted bytes.
 *
 * The protocol never counts bytes itself: it sets the mode, the framer finds the
 * ends. Bodies are dot-unstuffed here (RFC 5321 4.5.2, RFC 1939 3). Input is a
 * borrowed view at a time (framer_push, then framer_next until false); only an
 * unfinished line, a held direction and at most two bytes at a body's line start
 * are carried over, so frames do not depend on how the input was cut, except
 * FRAME_DATA, of which only the concatenation means something.
 */
#ifndef MAILWIRE_DISSECT_FRAMER_H
#define MAILWIRE_DISSECT_FRAMER_H

#include "capture/base/buf.h"
#include "capture/base/limits.h"
#include "capture/stream.h"

enum frame_mode {
    MODE_LINE,   /* lines to LF (CRLF or bare LF) */
    MODE_BODY,   /* dot-stuffed message to CRLF.CRLF */
    MODE_LIST,   /* dot-stuffed lines to a lone dot: FRAME_LINE each, then FRAME_BODY_END */
    MODE_COUNT,  /* exactly n bytes: FRAME_DATA, then FRAME_COUNT_END */
    MODE_OPAQUE, /* FRAME_DATA until the end of the stream */
    MODE_HOLD,   /* nothing comes out until the other side's answer releases it */
    MODE_PEEK,   /* as MODE_HOLD; but FRAME_PEEK comes once n lines wait (0: one) */
};

enum frame_kind {
    FRAME_LINE,      /* data: without its end */
    FRAME_DATA,      /* data: body, counted or opaque bytes */
    FRAME_BODY_END,  /* the lone dot; eol and variant tell how it was written */
    FRAME_COUNT_END, /* all counted bytes came */
    FRAME_AMBIGUOUS, /* an end of data that only some receivers take: variant, body_offset, offset
                      */
    FRAME_GAP,       /* missing bytes were lost here; in MODE_COUNT they count */
    FRAME_STUCK,     /* a held direction waits too long, or ends: the protocol must choose a mode */
    FRAME_END,       /* the stream is over: torn tells that an unfinished line stood before */
    FRAME_PEEK, /* MODE_PEEK: data shows the lines, which stay; the protocol must choose a mode */
};

enum eol { EOL_CRLF, EOL_LF, EOL_NONE };

/* Ends of data that are not CRLF.CRLF, by what stands around the dot. */
enum eod_variant {
    EOD_STRICT,
    EOD_LF_DOT_LF,
    EOD_CR_DOT_CR,
    EOD_CR_DOT_LF,
    EOD_LF_DOT_CR,
    EOD_LF_DOT_CRLF,
    EOD_CRLF_DOT_LF,
    EOD_CR_DOT_CRLF,
    EOD_CRLF_DOT_CR,
    EOD_CRLF_NUL_DOT_CRLF,
    EOD_CRLF_DOT_NUL_CRLF,
    EOD_CRLF_DOT_CRCRLF,
    EOD_CRCRLF_DOT_CRCRLF,
    EOD_COUNT
};

const char *eod_variant_name(enum eod_variant v); /* "CRLF.CRLF", "LF.LF", ... */

/* Odd bytes met in a body (counts since the mode was set). */
struct body_oddities {
    uint64_t bare_cr, bare_lf, nul, eight_bit;        /* eight_bit: 0 or 1 only */
    uint64_t first_bare_cr, first_bare_lf, first_nul; /* body offsets */
    uint64_t longest_line;                            /* only kept beyond 998 */
};

struct frame {
    enum frame_kind kind;
    enum dir dir;
    enum eol eol;
    enum eod_variant variant;
    bool torn;            /* a line whose start or end is missing (gap, end of stream) */
    struct bytes data;    /* valid until the next framer call */
    uint64_t skipped;     /* bytes of a line beyond limits.line_bytes */
    uint64_t missing;     /* FRAME_GAP */
    uint64_t body_offset; /* FRAME_AMBIGUOUS: bytes of the rebuilt message up to that end;
                             all of them, and none behind, were given before this frame */
    uint64_t offset;      /* stream offset of the frame's first byte (AMBIGUOUS: of the byte behind
                             the end, where commands would begin) */
    uint64_t end_offset;  /* stream offset behind the frame's last byte */
    int64_t time, end_time;
    uint64_t packet, last_packet;
    const struct gap *gap;
};

struct pool;
struct framer_carry; /* an unfinished line, or what is held: only while there is one */
struct framer_body;  /* a body in progress: only while there is one */

struct framer {
    struct bytes in;               /* what is left of the pushed view */
    uint64_t in_packet, in_offset; /* of in.p[0] */
    int64_t in_time;
    const struct limits *limits;
    struct pool *pool;
    const struct gap *gap; /* pushed and not yet told; borrowed until framer_next says false */
    struct framer_carry *carry;
    struct framer_carry *held; /* released bytes, read before `in` */
    struct framer_body *body;
    uint64_t count_left;   /* MODE_COUNT: bytes; MODE_PEEK: lines */
    uint8_t dir, mode;     /* enum dir, enum frame_mode */
    bool saw_crlf, saw_lf; /* line ends met in MODE_LINE: LF only means lf style */
    bool torn_next;        /* the next line may lack its start */
    bool ended, end_told;
    bool stuck_told;
};

/* A body's state is a piece of pool (or NULL). */
void framer_init(struct framer *f, enum dir dir, const struct limits *limits, struct pool *pool);
void framer_done(struct framer *f);
/* Gives the next piece of the stream; the previous one must be used up (framer_next said false). */
void framer_push(struct framer *f, const struct chunk *c);
void framer_push_gap(struct framer *f, const struct gap *g);
void framer_push_end(struct framer *f, int64_t time);
/* The next frame, or false when more input is needed. */
bool framer_next(struct framer *f, struct frame *out);
/* Nothing can come before more is pushed: framer_next would say false. */
static inline bool framer_is_idle(const struct framer *f)
{
    return f->in.n == 0 && f->carry == NULL && f->held == NULL && f->gap == NULL &&
           (!f->ended || f->end_told) && f->mode <= MODE_LIST;
}
/* Changes the mode at the point reached. count is MODE_COUNT's length (0 gives FRAME_COUNT_END at
 * once), the lines of MODE_PEEK, BODY_RESUMES: the body that was left goes on, or BODY_TORN: it
 * begins anywhere in a line. Leaving MODE_HOLD puts the held bytes back in front. */
#define BODY_RESUMES 1
#define BODY_TORN    2
void framer_mode(struct framer *f, enum frame_mode mode, uint64_t count);
/* The next line may lack its beginning (capture started in the middle). */
void framer_start_torn(struct framer *f);
/* What a direction on hold has waiting; and drops the first n bytes of it. */
struct bytes framer_waiting(const struct framer *f);
void framer_drop_waiting(struct framer *f, size_t n);
/* The last n bytes of the FRAME_DATA just told, of opaque bytes, are read once more. */
void framer_give_back(struct framer *f, size_t n);
/* Input not read yet, as up to FRAMER_UNREAD views in stream order; an unfinished line counts as
 * unread. framer_drop_unread forgets it: it is read anew later, from a line's start. */
#define FRAMER_UNREAD 3
size_t framer_unread(const struct framer *f, struct chunk out[static FRAMER_UNREAD]);
void framer_drop_unread(struct framer *f);
/* All that came of a body may end it, for whoever takes a bare CR, and somebody did, without
 * waiting for the byte behind it: that end as FRAME_AMBIGUOUS. */
COLD bool framer_ends_so_far(struct framer *f, struct frame *out);
/* Odd bytes of the body just ended or in progress; zeros when there was none. */
struct body_oddities framer_oddities(const struct framer *f);
/* Bytes it holds, for memory accounting. */
size_t framer_held(const struct framer *f);

#endif
