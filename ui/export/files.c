#include "ui/export/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_TRIED 10000 /* "name.2", "name.3" ... before it is given up */

/* ---- folders ---- */

/* Root may be led astray by who owns the folder; behind sudo the person who called is no stranger.
 */
static bool trusted_owner(const struct stat *st)
{
    const char *caller = getenv("SUDO_UID");
    uint64_t uid = 0;
    return st->st_uid == 0 ||
           (caller != NULL && bytes_u64(bytes_of(caller), &uid) && uid == st->st_uid);
}

static bool folder_is_safe(const struct folder *f, struct error *e)
{
    struct stat st;
    if (fstat(f->fd, &st) != 0) {
        return error_set(e, "%s can not be looked at: %s", f->path, strerror(errno));
    }
    if (geteuid() == 0) {
        if (!trusted_owner(&st)) {
            return error_set(e,
                             "%s belongs to another user, who could lead files astray; give a "
                             "folder of root's",
                             f->path);
        }
        if ((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0) {
            return error_set(e,
                             "everybody may replace files in %s; give a folder that only you can "
                             "write to",
                             f->path);
        }
    }
    if (faccessat(f->fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        return error_set(e, "no files can be made in %s: %s", f->path, strerror(errno));
    }
    return true;
}

static bool folder_try(struct folder *f, bool make, struct error *e)
{
    if (make && mkdir(f->path, 0700) != 0 && errno != EEXIST) {
        return error_set(e, "the folder %s can not be made: %s", f->path, strerror(errno));
    }
    f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (f->fd >= 0) {
        return folder_is_safe(f, e);
    }
    if (errno == ELOOP || errno == ENOTDIR) { /* Linux says ENOTDIR of a link to a folder */
        struct stat st;
        bool link = lstat(f->path, &st) == 0 && S_ISLNK(st.st_mode);
        return error_set(e,
                         link ? "%s is a symbolic link; give the folder that it points to"
                              : "%s is no folder",
                         f->path);
    }
    return error_set(e, "the folder %s can not be opened: %s", f->path, strerror(errno));
}

bool folder_open(struct folder *f, const struct file_maker *maker, const char *path, bool make,
                 struct error *e)
{
    *f = (struct folder){.fd = -1, .path = xstrdup(path[0] != '\0' ? path : "."), .maker = maker};
    for (size_t n = strlen(f->path); n > 1 && f->path[n - 1] == '/'; n--) {
        f->path[n - 1] = '\0'; /* behind "link/" the kernel would follow the link */
    }
    bool fine = false;
    if (maker != NULL) {
        f->fd = maker->folder(maker->arg, f->path, make, e);
        fine = f->fd >= 0;
    } else {
        fine = folder_try(f, make, e);
    }
    if (!fine) {
        folder_close(f);
    }
    return fine;
}

bool folder_open_parent(struct folder *f, const struct file_maker *maker, const char *path,
                        const char **name, struct error *e)
{
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if ((*name)[0] == '\0' || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0) {
        *f = (struct folder){.fd = -1};
        return error_set(e, "%s is a folder; give the name of a file", path);
    }
    if (slash == NULL) {
        return folder_open(f, maker, ".", false, e);
    }
    char *parent = xstrdup(path);
    parent[slash - path + (slash == path)] = '\0';
    bool fine = folder_open(f, maker, parent, false, e);
    free(parent);
    return fine;
}

void folder_close(struct folder *f)
{
    if (f->fd >= 0 && f->maker == NULL) {
        close(f->fd);
    }
    free(f->path);
    *f = (struct folder){.fd = -1};
}

/* ---- single steps ---- */

int folder_create(int folder, const char *name)
{
    return openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int folder_resume(int folder, const char *name)
{
    return openat(folder, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* File systems without that flag take a second link instead. */
int folder_rename(int folder, const char *from, const char *to)
{
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    return linkat(folder, from, folder, to, 0) == 0 ? unlinkat(folder, from, 0) : -1;
}

static int create_in(const struct folder *in, const char *name)
{
    return in->maker != NULL ? in->maker->create(in->maker->arg, in->fd, name)
                             : folder_create(in->fd, name);
}

static int resume_in(const struct folder *in, const char *name)
{
    return in->maker != NULL ? in->maker->resume(in->maker->arg, in->fd, name)
                             : folder_resume(in->fd, name);
}

static bool rename_in(const struct folder *in, const char *from, const char *to)
{
    return (in->maker != NULL ? in->maker->rename(in->maker->arg, in->fd, from, to)
                              : folder_rename(in->fd, from, to)) == 0;
}

static void unlink_in(const struct folder *in, const char *name)
{
    if (in->maker != NULL) {
        in->maker->unlink(in->maker->arg, in->fd, name);
    } else {
        unlinkat(in->fd, name, 0);
    }
}

/* ---- files ---- */

/* "<stem><suffix>", from the second try on "<stem>.<n><suffix>". */
static bool numbered(char out[static FILE_NAME_ROOM], const char *stem, unsigned n,
                     const char *suffix)
{
    int length = n < 2 ? snprintf(out, FILE_NAME_ROOM, "%s%s", stem, suffix)
                       : snprintf(out, FILE_NAME_ROOM, "%s.%u%s", stem, n, suffix);
    if (length < 0 || length >= FILE_NAME_ROOM) {
        errno = ENAMETOOLONG;
        return false;
    }
    return true;
}

bool new_file_open(struct new_file *f, const struct folder *in, const char *name)
{
    f->fd = -1;
    for (unsigned n = 1; n <= NAMES_TRIED; n++) {
        if (!numbered(f->name, name, n, ".part")) {
            return false;
        }
        f->fd = create_in(in, f->name);
        if (f->fd >= 0 || errno != EEXIST) {
            break;
        }
    }
    return f->fd >= 0;
}

bool new_file_write(struct new_file *f, struct bytes b)
{
    while (b.n > 0) {
        ssize_t n = write(f->fd, b.p, b.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return false;
        }
        b = bytes_from(b, (size_t)n);
    }
    return true;
}

bool new_file_cut(struct new_file *f, uint64_t n)
{
    return ftruncate(f->fd, (off_t)n) == 0 && lseek(f->fd, (off_t)n, SEEK_SET) >= 0;
}

static bool close_file(struct new_file *f)
{
    int fd = f->fd;
    f->fd = -1;
    return close(fd) == 0;
}

bool new_file_pause(struct new_file *f)
{
    struct stat st;
    bool known = fstat(f->fd, &st) == 0;
    if (known) {
        f->device = st.st_dev;
        f->inode = st.st_ino;
    }
    return close_file(f) && known;
}

bool new_file_resume(struct new_file *f, const struct folder *in)
{
    int fd = resume_in(in, f->name);
    if (fd < 0) {
        return false;
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_dev != f->device || st.st_ino != f->inode) {
        close(fd); /* somebody put another file in its place */
        errno = ESTALE;
        return false;
    }
    f->fd = fd;
    return true;
}

bool new_file_publish(struct new_file *f, const struct folder *in, const char *stem,
                      const char *suffix, char name[static FILE_NAME_ROOM])
{
    bool fine = f->fd < 0 || close_file(f); /* some file systems tell a full disk only now */
    for (unsigned n = 1; fine && n <= NAMES_TRIED; n++) {
        fine = numbered(name, stem, n, suffix);
        if (fine && rename_in(in, f->name, name)) {
            f->name[0] = '\0';
            return true;
        }
        fine = fine && errno == EEXIST;
    }
    int why = errno;
    new_file_discard(f, in);
    errno = why;
    return false;
}

void new_file_discard(struct new_file *f, const struct folder *in)
{
    if (f->fd >= 0) {
        close(f->fd);
        f->fd = -1;
    }
    if (f->name[0] != '\0') {
        unlink_in(in, f->name);
        f->name[0] = '\0';
    }
}
