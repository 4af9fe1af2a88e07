#include "capture/source_reader.h"

#include "capture/base/text.h"
#include "capture/source_ng.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>

/* stdio's own 4 KiB under libpcap costs a third of the reading time. */
#define BUFFER     ((size_t)1 << 18)
#define NG_BUFFER  ((size_t)1 << 16)
#define SNAPLEN_AT 16 /* in a pcap file's header */
#define RECORD     16 /* a pcap record's header: two of time, captured and whole length */
#define LENGTH_AT  8  /* in it */
#define STREAMS    8  /* pcapng streams open at once; a further one takes the place of the oldest */

/* A pcap handle on a FILE that reads from the input, or from the blocks of one interface. */
struct stream {
    pcap_t *pcap;
    FILE *file; /* closed with pcap */
    char *buffer;
    struct input *in;
    struct ng *ng; /* NULL: a pcap file */
    bool plain;    /* stdio reads the file itself */
    struct ng_key key;
    uint8_t opening[NG_OPENING];
    size_t opening_n, opening_at;
    uint64_t used; /* when it was last wanted */
};

struct reader {
    struct input *in;
    struct ng *ng;
    struct stream streams[STREAMS];
    struct stream *current; /* has more to read */
    uint64_t turn;
    bool nano, ended;
    bool native; /* pcap records with this machine's byte order */
    struct error error;
};

/* ---- what a file is ---- */

static const struct {
    uint8_t magic[4];
    bool nano, ng;
} magics[] = {
    {{0xa1, 0xb2, 0xc3, 0xd4}, false, false},
    {{0xd4, 0xc3, 0xb2, 0xa1}, false, false},
    {{0xa1, 0xb2, 0x3c, 0x4d}, true, false},
    {{0x4d, 0x3c, 0xb2, 0xa1}, true, false},
    {{0xa1, 0xb2, 0xcd, 0x34}, false, false},
    {{0x34, 0xcd, 0xb2, 0xa1}, false, false}, /* Kuznetzov */
    {{0xa1, 0x2b, 0x3c, 0x4d}, false, false},
    {{0x4d, 0x3c, 0x2b, 0xa1}, false, false}, /* Navtel */
    {{0x0a, 0x0d, 0x0d, 0x0a}, false, true},
};

#define MAGICS (sizeof magics / sizeof magics[0])

static size_t magic_find(struct bytes first)
{
    size_t i = 0;
    while (i < MAGICS && !bytes_equal(bytes_sub(first, 0, 4), bytes_make(magics[i].magic, 4))) {
        i++;
    }
    return i;
}

static bool refuse_format(struct error *e, struct bytes first)
{
    struct buf shown;
    buf_init(&shown, 128);
    text_escape(&shown, bytes_sub(first, 0, 8));
    error_set(e, "not a pcap or pcapng file (starts with \"%s\")", buf_cstr(&shown));
    buf_done(&shown);
    return false;
}

bool reader_may_read(struct bytes first, struct error *e)
{
    bool known = magic_find(first) < MAGICS || compression_detect(first) != COMPRESSION_NONE;
    return known ? input_may_unpack(first, e) : refuse_format(e, first);
}

/* ---- the FILE under libpcap ---- */

static ssize_t stream_read(void *cookie, char *to, size_t n)
{
    struct stream *s = cookie;
    if (s->ng == NULL) {
        return (ssize_t)input_read(s->in, to, n);
    }
    if (s->opening_at < s->opening_n) {
        size_t part = s->opening_n - s->opening_at < n ? s->opening_n - s->opening_at : n;
        memcpy(to, s->opening + s->opening_at, part);
        s->opening_at += part;
        return (ssize_t)part;
    }
    return (ssize_t)ng_read(s->ng, &s->key, (uint8_t *)to, n);
}

/* Only tells where it is, for messages. */
static int stream_seek(void *cookie, off64_t *at, int whence)
{
    struct stream *s = cookie;
    if (whence != SEEK_CUR || *at != 0) {
        errno = ESPIPE;
        return -1;
    }
    *at = (off64_t)s->in->made;
    return 0;
}

static void stream_close(struct stream *s)
{
    if (s->pcap != NULL) {
        pcap_close(s->pcap); /* closes the FILE too */
    }
    free(s->buffer);
    *s = (struct stream){0};
}

static FILE *opened(FILE *file)
{
    if (file == NULL) {
        die("out of memory: a capture file can not be opened");
    }
    return file;
}

static FILE *cookie_open(struct stream *s)
{
    cookie_io_functions_t io = {.read = stream_read, .seek = stream_seek};
    return opened(fopencookie(s, "r", io));
}

/* A plain file is left to stdio, whose way to a descriptor is shorter than that to a cookie. What
 * was peeked, and patched, goes in front again. */
static FILE *plain_open(struct stream *s, char *buffer, size_t room)
{
    int fd = s->ng == NULL ? input_plain(s->in) : -1;
    if (fd < 0) {
        return NULL;
    }
    FILE *file = opened(fdopen(fd, "r"));
    setvbuf(file, buffer, _IOFBF, room);
    struct bytes peeked = input_peek(s->in);
    for (size_t i = peeked.n; i > 0; i--) { /* the C library takes as many as there is memory for */
        if (ungetc(peeked.p[i - 1], file) == EOF) {
            die("out of memory: a capture file can not be opened");
        }
    }
    s->plain = true;
    return file;
}

/* s->in, s->ng and what follows are set. */
static bool stream_open(struct stream *s, size_t room, struct error *e)
{
    char cause[PCAP_ERRBUF_SIZE] = "";
    s->buffer = xmalloc(room);
    FILE *file = plain_open(s, s->buffer, room);
    if (file == NULL) {
        file = cookie_open(s);
        setvbuf(file, s->buffer, _IOFBF, room);
    }
    __fsetlocking(file, FSETLOCKING_BYCALLER); /* one thread reads it */
    s->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, cause);
    if (s->pcap == NULL) {
        error_set(e, "%s", cause);
        fclose(file); /* else pcap_close does it */
        stream_close(s);
        return false;
    }
    s->file = file;
    return true;
}

/* ---- pcapng ---- */

static struct stream *ng_find(struct reader *r, const struct ng_key *key)
{
    struct stream *oldest = &r->streams[0];
    for (size_t i = 0; i < STREAMS; i++) {
        struct stream *s = &r->streams[i];
        if (s->pcap != NULL && s->key.section == key->section &&
            s->key.interface == key->interface && s->key.simple == key->simple) {
            return s;
        }
        oldest = s->used < oldest->used ? s : oldest;
    }
    stream_close(oldest);
    return oldest;
}

static enum reader_result ng_turn(struct reader *r, struct error *e)
{
    struct ng_key key;
    enum ng_result result = ng_next(r->ng, &key);
    r->nano = ng_nano(r->ng);
    if (result != NG_PACKET) {
        error_set(e, "%s", ng_error(r->ng));
        return result == NG_END ? READER_END : READER_DAMAGED;
    }
    struct stream *s = ng_find(r, &key);
    if (s->pcap == NULL) {
        s->in = r->in;
        s->ng = r->ng;
        s->key = key;
        s->opening_n = ng_opening(r->ng, &key, s->opening);
        if (!stream_open(s, NG_BUFFER, e)) {
            return READER_DAMAGED;
        }
    }
    clearerr(s->file); /* it stood at the end of the packets that were there */
    s->used = ++r->turn;
    r->current = s;
    return READER_MORE;
}

/* ---- the reader ---- */

static bool is_native(struct bytes first)
{
    uint32_t magic = 0;
    memcpy(&magic, first.p, first.n < sizeof magic ? 0 : sizeof magic);
    return magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
}

/* What stdio holds for libpcap. Its own names are all there is for that. */
static struct bytes buffered(const FILE *f)
{
#ifdef __GLIBC__
    return bytes_make(f->_IO_read_ptr, (size_t)(f->_IO_read_end - f->_IO_read_ptr));
#else
    (void)f;
    return (struct bytes){NULL, 0};
#endif
}

struct bytes reader_ahead(const struct reader *r, unsigned packets)
{
    if (!r->native || r->current == NULL) {
        return (struct bytes){NULL, 0};
    }
    struct bytes rest = buffered(r->current->file);
    for (uint32_t length = 0; packets > 0 && rest.n >= RECORD; packets--) {
        memcpy(&length, rest.p + LENGTH_AT, sizeof length);
        rest = bytes_from(rest, RECORD);
        if (packets == 1) {
            return bytes_sub(rest, 0, length);
        }
        rest = bytes_from(rest, length);
    }
    return (struct bytes){NULL, 0};
}

bool reader_new(struct reader **out, struct input *in, struct error *e)
{
    struct bytes first = input_peek(in);
    size_t kind = magic_find(first);
    if (first.n == 0) {
        return error_set(e, "%s",
                         in->error.text[0] != '\0' ? in->error.text
                                                   : "it is empty, there is no capture in it");
    }
    if (kind == MAGICS) {
        return refuse_format(e, first);
    }
    struct reader *r = xcalloc(1, sizeof *r);
    r->in = in;
    r->nano = magics[kind].nano;
    r->native = is_native(first);
    if (magics[kind].ng) {
        r->ng = ng_new(in);
    } else {
        /* The header's snaplen lies in some files, and libpcap would cut packets to it. 0: none. */
        static const uint8_t no_snaplen[4];
        input_patch(in, SNAPLEN_AT, no_snaplen, sizeof no_snaplen);
        r->current = &r->streams[0];
        r->current->in = in;
        if (!stream_open(r->current, BUFFER, e)) {
            reader_free(&r);
            return false;
        }
    }
    *out = r;
    return true;
}

enum reader_result reader_next(struct reader *r, struct pcap **handle, struct error *e)
{
    if (r->error.text[0] != '\0') {
        *e = r->error;
        return READER_DAMAGED;
    }
    if (r->current == NULL) {
        enum reader_result result = r->ng == NULL || r->ended ? READER_END : ng_turn(r, e);
        if (result != READER_MORE) {
            r->ended = true;
            return result;
        }
    }
    *handle = r->current->pcap;
    return READER_MORE;
}

void reader_ran(struct reader *r, int result, int most)
{
    if (r->current->plain) {
        r->in->taken = r->in->made = reader_offset(r);
    }
    if (result == PCAP_ERROR_BREAK || (result >= 0 && result >= most)) {
        return;
    }
    if (r->in->error.text[0] != '\0') { /* the cause behind what libpcap saw */
        r->error = r->in->error;
    } else if (result < 0 && !r->in->stopped) {
        error_set(&r->error, "%s", pcap_geterr(r->current->pcap));
    }
    if (result < 0 || r->ng == NULL) {
        r->ended = true;
    }
    r->current = NULL;
}

bool reader_nano(const struct reader *r)
{
    return r->nano;
}

uint64_t reader_offset(const struct reader *r)
{
    if (r->ng != NULL) {
        return ng_offset(r->ng);
    }
    off64_t at = ftello64(r->streams[0].file);
    return at < 0 ? 0 : (uint64_t)at;
}

uint64_t reader_unknown(const struct reader *r)
{
    return r->ng == NULL ? 0 : ng_unknown(r->ng);
}

void reader_free(struct reader **r)
{
    if (*r == NULL) {
        return;
    }
    for (size_t i = 0; i < STREAMS; i++) {
        stream_close(&(*r)->streams[i]);
    }
    ng_free(&(*r)->ng);
    free(*r);
    *r = NULL;
}
