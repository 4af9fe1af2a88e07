#include "ui/check.h"

#include "capture/base/buf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool has_kind(const char *path, mode_t kind)
{
    struct stat st;
    return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

static bool check_file(const char *option, const char *path, struct error *e)
{
    return !has_kind(path, S_IFDIR) ||
           error_set(e, "%s: %.200s is a folder; give the name of a file", option, path);
}

/* By whatever name, as by a link. A device may be both. */
static bool same_file(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* -w replaces a file of its name: the packets of a selection would take the place of the capture
 * they come from. */
static bool check_write(const struct options *o, struct error *e)
{
    for (size_t i = 0; i < o->file_count; i++) {
        if (same_file(o->files[i], o->write_path)) {
            return error_set(e, "-w: %.200s is read by -r too; give the name of another file",
                             o->write_path);
        }
    }
    return check_file("-w", o->write_path, e);
}

bool check_outputs(const struct options *o, struct error *e)
{
    if (o->write_path != NULL && !check_write(o, e)) {
        return false;
    }
    for (size_t i = 0; i < o->export_count; i++) {
        const struct export_choice *x = &o->exports[i];
        if (strcmp(x->format->name, "export-mbox") == 0 &&
            !check_file("--export-mbox", x->path, e)) {
            return false;
        }
    }
    return true;
}

/* The first word that is a file, as when the shell made several names of "-r *.pcap". */
static char *file_among(const char *words)
{
    struct bytes rest = bytes_of(words), word;
    while ((word = bytes_word(&rest)).n > 0) {
        struct buf name;
        buf_init(&name, 4096);
        buf_add(&name, word);
        char *path = xstrdup(buf_cstr(&name));
        buf_done(&name);
        if (has_kind(path, S_IFREG)) {
            return path;
        }
        free(path);
    }
    return NULL;
}

void check_explain_bpf(const struct options *o, struct error *e)
{
    struct error wrong = *e;
    char *file = o->bpf != NULL ? file_among(o->bpf) : NULL;
    if (file != NULL) {
        error_set(e,
                  "%.120s is a file, and stands where a packet filter would: each capture wants "
                  "its own -r, as in -r a.pcap -r b.pcap",
                  file);
    } else if (o->bpf != NULL) {
        error_set(e,
                  "%.300s; words that are no options are a packet filter, as in: tcp port 25. "
                  "Sessions are filtered with -f",
                  wrong.text);
    }
    free(file);
}

bool check_selected(const struct options *o, uint64_t sessions, uint64_t selected, struct error *e)
{
    uint64_t wanted = o->selection.number_count + o->selection.id_count;
    return selected > 0 || wanted == 0 ||
           error_set(e, "--session: no such session; there are %" PRIu64 ", numbered from 1",
                     sessions);
}
