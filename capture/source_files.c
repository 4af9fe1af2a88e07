#include "capture/source_private.h"

#include "capture/base/text.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- opening ---- */

static bool is_standard_input(const struct source_file *f)
{
    return strcmp(f->name, "-") == 0;
}

/* How a file is called in sentences. */
static const char *file_shown(const struct source_file *f, char room[static SOURCE_WORDS_MOST])
{
    return is_standard_input(f) ? "standard input" : source_shown(f->name, room);
}

static void complain(struct source *s, const char *sentence, bool failure)
{
    s->complaints = xrealloc(s->complaints, (s->complaint_count + 1) * sizeof *s->complaints);
    s->complaints[s->complaint_count++] = (struct complaint){xstrdup(sentence), failure};
}

/* What is no capture at all is told before anything else begins, where the file can be looked into.
 */
static bool file_looks_right(const struct source_file *f, struct error *e)
{
    uint8_t first[INPUT_PEEK];
    char name[SOURCE_WORDS_MOST];
    struct error cause;
    size_t n = input_look(&f->input, first);
    if (n == 0 || reader_may_read(bytes_make(first, n), &cause)) {
        return true;
    }
    return error_set(e, "%.250s: %.200s", file_shown(f, name), cause.text);
}

static struct source_file *file_add(struct source *s, const char *name)
{
    struct source_file *f = xcalloc(1, sizeof *f);
    f->name = xstrdup(name);
    f->index = (uint32_t)s->file_count;
    f->input.fd = -1;
    s->files[s->file_count++] = f;
    return f;
}

static bool same_input(const struct source_file *f, const struct source_file *g)
{
    if (is_standard_input(f) && is_standard_input(g)) {
        return true;
    }
    return f->input.regular && g->input.regular && f->input.device == g->input.device &&
           f->input.inode == g->input.inode;
}

/* The one before f that is f, by whatever name; NULL none. */
static const struct source_file *given_before(const struct source *s, const struct source_file *f)
{
    for (size_t i = 0; s->files[i] != f; i++) {
        if (same_input(s->files[i], f)) {
            return s->files[i];
        }
    }
    return NULL;
}

/* What was captured once must not be told twice. */
static void leave_out(struct source *s, struct source_file *f, const struct source_file *before)
{
    char name[SOURCE_WORDS_MOST], other[SOURCE_WORDS_MOST];
    struct error e;
    input_close(&f->input);
    if (is_standard_input(f) && is_standard_input(before)) {
        complain(s, "standard input can be read only once", true);
        return;
    }
    error_set(&e, "%.230s is the same file as %.230s: it is read once", file_shown(f, name),
              file_shown(before, other));
    complain(s, e.text, false);
}

/* False: nothing to read is added, and why is told later. */
static bool file_open(struct source *s, const char *name, const struct limits *l)
{
    struct error cause;
    struct source_file *f = file_add(s, name);
    if (!input_open(&f->input, name, l, &cause)) {
        complain(s, cause.text, true);
        return false;
    }
    const struct source_file *before = given_before(s, f);
    if (before != NULL) {
        leave_out(s, f, before);
        return false;
    }
    if (!file_looks_right(f, &cause)) {
        complain(s, cause.text, true);
        input_close(&f->input);
        return false;
    }
    return true;
}

bool files_open(struct source *s, const struct source_config *c, struct error *e)
{
    size_t opened = 0;
    bool sized = true;
    s->files = xcalloc(c->file_count, sizeof *s->files);
    for (size_t i = 0; i < c->file_count; i++) {
        if (file_open(s, c->files[i], c->limits)) {
            const struct input *in = &s->files[i]->input;
            opened++;
            sized = sized && in->regular;
            s->stats.file_bytes_total += in->size;
        }
    }
    if (!sized) {
        s->stats.file_bytes_total = 0;
    }
    if (opened > 0) {
        return true;
    }
    return error_set(e, "%s",
                     s->complaint_count > 0 ? s->complaints[0].sentence : "no capture file given");
}

/* ---- one file ---- */

static bool wait_for_input(void *arg, int fd)
{
    struct source *s = arg;
    bool ready = false;
    while (source_poll(s, fd, 100, &ready) && !ready) {
        source_idle(s, s->last);
    }
    return !source_stopped(s);
}

static void file_fail(struct source *s, struct source_file *f, const char *cause)
{
    char name[SOURCE_WORDS_MOST], shown[SOURCE_WORDS_MOST];
    s->stats.failed = true;
    source_tell(s, "%s: %s", file_shown(f, name), source_shown(cause, shown));
}

static void file_end(struct source *s, struct source_file *f)
{
    s->file_bytes_done += f->input.fd >= 0 ? f->input.taken : 0;
    s->stats.file_bytes_read = s->file_bytes_done;
    reader_free(&f->reader);
    input_close(&f->input);
    free(f->held.data);
    f->held = (struct held_packet){0};
}

/* Begins to read f. */
static bool file_begin(struct source *s, struct source_file *f)
{
    struct error e = {""};
    char name[SOURCE_WORDS_MOST];
    f->input.wait = wait_for_input;
    f->input.wait_arg = s;
    if (!input_begin(&f->input, file_shown(f, name), &e)) {
        if (!f->input.stopped) {
            s->stats.failed = true;
            source_tell(s, "%s", e.text);
        }
        file_end(s, f);
        return false;
    }
    if (!reader_new(&f->reader, &f->input, &e)) {
        if (!f->input.stopped) {
            file_fail(s, f, e.text);
        }
        file_end(s, f);
        return false;
    }
    s->stats.nano = s->stats.nano || reader_nano(f->reader);
    return true;
}

static void tell_damage(struct source *s, struct source_file *f, const char *cause)
{
    char name[SOURCE_WORDS_MOST], shown[SOURCE_WORDS_MOST];
    s->stats.failed = true;
    if (s->in_file == 0) {
        source_tell(s, "%s: damaged before its first packet: %s", file_shown(f, name),
                    source_shown(cause, shown));
        return;
    }
    source_tell(s,
                "%s: damaged behind packet %" PRIu64 " (near byte %" PRIu64
                "): %s. What stands before it was read",
                file_shown(f, name), s->in_file, reader_offset(f->reader),
                source_shown(cause, shown));
}

static void tell_unknown(struct source *s, const struct source_file *f)
{
    char name[SOURCE_WORDS_MOST];
    uint64_t n = reader_unknown(f->reader);
    if (n > 0) {
        s->stats.failed = true;
        source_tell(
            s, "%s: %" PRIu64 " packets were skipped: the file does not describe their interface",
            file_shown(f, name), n);
    }
}

static void file_read(struct source *s, struct source_file *f)
{
    struct error e = {""};
    pcap_t *handle = NULL;
    enum reader_result result = READER_MORE;
    s->file = f->index;
    s->reader = f->reader;
    s->in_file = 0;
    if (f->held.handle != NULL) {
        source_use(s, f->held.handle);
        source_take((u_char *)s, &f->held.header, f->held.data);
    }
    while (!source_stopped(s) && (result = reader_next(f->reader, &handle, &e)) == READER_MORE) {
        s->stats.nano = s->stats.nano || reader_nano(f->reader);
        source_use(s, handle);
        int n = pcap_dispatch(handle, SOURCE_BATCH, source_take, (u_char *)s);
        reader_ran(f->reader, n, SOURCE_BATCH);
        if (n >= SOURCE_BATCH) {
            s->stats.file_bytes_read = s->file_bytes_done + f->input.taken;
            source_idle(s, s->last);
        }
    }
    if (result == READER_DAMAGED && !source_stopped(s)) {
        tell_damage(s, f, e.text);
    }
    tell_unknown(s, f);
    s->reader = NULL;
}

/* ---- several files, by the time of their first packets ---- */

struct first_packet {
    struct source_file *file;
    pcap_t *handle;
    bool keep;
    bool found;
};

static void take_first(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
    struct first_packet *first = (struct first_packet *)(void *)arg;
    first->found = true;
    first->file->first = source_time(&h->ts);
    if (first->keep) {
        first->file->held = (struct held_packet){first->handle, *h, xmalloc(h->caplen)};
        memcpy(first->file->held.data, data, h->caplen);
    }
}

/* Reads the time of f's first packet. A file is then put back to its start (so that only the one
 * being read has buffers); what comes through a pipe waits with its packet. */
static void file_peek(struct source *s, struct source_file *f)
{
    struct error e = {""};
    struct first_packet first = {.file = f, .keep = !f->input.regular};
    f->first = INT64_MAX;
    if (!file_begin(s, f)) {
        return;
    }
    while (!first.found && reader_next(f->reader, &first.handle, &e) == READER_MORE) {
        int n = pcap_dispatch(first.handle, 1, take_first, (u_char *)&first);
        reader_ran(f->reader, n, 1);
    }
    if (f->input.regular) {
        reader_free(&f->reader);
        if (!input_rewind(&f->input)) {
            file_fail(s, f, "can not be read twice");
            file_end(s, f);
        }
    }
}

static int by_first_packet(const void *a, const void *b)
{
    const struct source_file *x = *(struct source_file *const *)a;
    const struct source_file *y = *(struct source_file *const *)b;
    if (x->first != y->first) {
        return x->first < y->first ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static void files_sort(struct source *s)
{
    for (size_t i = 0; i < s->file_count && !source_stopped(s); i++) {
        if (s->files[i]->input.fd >= 0) {
            file_peek(s, s->files[i]);
        }
    }
    qsort(s->files, s->file_count, sizeof *s->files, by_first_packet);
}

void files_run(struct source *s)
{
    if (s->file_count > 1) {
        files_sort(s);
    }
    for (size_t i = 0; i < s->file_count && !source_stopped(s); i++) {
        struct source_file *f = s->files[i];
        if (f->input.fd >= 0 && (f->reader != NULL || file_begin(s, f))) {
            file_read(s, f);
            file_end(s, f);
        }
    }
}

void files_close(struct source *s)
{
    for (size_t i = 0; i < s->file_count; i++) {
        if (s->files[i]->input.fd >= 0) {
            file_end(s, s->files[i]);
        }
        free(s->files[i]->name);
        free(s->files[i]);
    }
    free(s->files);
    s->files = NULL;
    s->file_count = 0;
}
