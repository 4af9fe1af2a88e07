#include "ui/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define FOLDERS_MOST 16

enum request_kind { REQUEST_FOLDER, REQUEST_CREATE, REQUEST_RENAME, REQUEST_UNLINK, REQUEST_READ };

struct request {
    uint32_t kind;
    int32_t folder;
    char name[BROKER_NAME];
    char path[BROKER_PATH]; /* folder or file; the new name of a rename */
};

struct answer {
    int32_t value; /* folder number, 0, or -1 */
    int32_t error; /* errno */
    char text[sizeof((struct error *)0)->text];
};

struct broker {
    int fd;
    struct request request; /* 4 KiB: not on the stack of every call */
};

/* ---- the parent ---- */

struct server {
    int fd;
    uid_t uid;
    gid_t gid;
    int folder[FOLDERS_MOST];
    int folders;
    const char *const *readable;
    size_t readable_count;
    struct request request;
};

static bool is_component(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* Where others may put links under our names, root must not write (hostile.md F12). */
static bool folder_is_safe(int fd, uid_t owner, const char *path, struct error *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return error_set(e, "can not look at folder %s: %s", path, strerror(errno));
    }
    bool foreign = st.st_uid != 0 && st.st_uid != owner && st.st_uid != geteuid();
    bool open_to_all = (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
    if (geteuid() == 0 && (foreign || open_to_all)) {
        return error_set(e,
                         "folder %s %s: as root mailwire writes only where nobody else can. "
                         "Name another folder",
                         path,
                         foreign ? "belongs to somebody else" : "can be written by everybody");
    }
    return true;
}

static int open_folder(struct server *s, const char *path, struct error *e)
{
    if (s->folders >= FOLDERS_MOST) {
        error_set(e, "more than %d export folders", FOLDERS_MOST);
        return -1;
    }
    bool made = mkdir(path, 0700) == 0;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        error_set(e, "can not write into folder %s: %s", path, strerror(errno));
        return -1;
    }
    if (made && geteuid() == 0 && fchown(fd, s->uid, s->gid) != 0) {
        made = false; /* it stays root's; files in it are still made here */
    }
    if (!folder_is_safe(fd, s->uid, path, e)) {
        close(fd);
        return -1;
    }
    s->folder[s->folders] = fd;
    return s->folders++;
}

static int create_file(const struct server *s, int folder, const char *name)
{
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && geteuid() == 0 && fchown(fd, s->uid, s->gid) != 0) {
        int saved = errno;
        close(fd);
        unlinkat(folder, name, 0);
        errno = saved;
        return -1;
    }
    return fd;
}

static bool send_answer(int to, const struct answer *a, int fd)
{
    struct iovec iov = {.iov_base = (void *)(uintptr_t)a, .iov_len = sizeof *a};
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        m.msg_control = &control;
        m.msg_controllen = sizeof control.room;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    ssize_t n;
    do {
        n = sendmsg(to, &m, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *a;
}

/* Only files named before the first packet was parsed. */
static int read_file(const struct server *s, const char *path)
{
    for (size_t i = 0; i < s->readable_count; i++) {
        if (strcmp(s->readable[i], path) == 0) {
            return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        }
    }
    errno = EACCES;
    return -1;
}

static int answer_of(struct server *s, const struct request *r, struct answer *a)
{
    struct error e = {{0}};
    int dir = -1, fd = -1;
    a->value = -1;
    errno = EINVAL;
    if (r->folder >= 0 && r->folder < s->folders) {
        dir = s->folder[r->folder];
    }
    bool named = dir >= 0 && is_component(r->name);
    switch (r->kind) {
    case REQUEST_FOLDER:
        a->value = open_folder(s, r->path, &e);
        break;
    case REQUEST_CREATE:
        fd = named ? create_file(s, dir, r->name) : -1;
        a->value = fd >= 0 ? 0 : -1;
        break;
    case REQUEST_RENAME:
        if (named && is_component(r->path)) {
            a->value = (int32_t)syscall(SYS_renameat2, dir, r->name, dir, r->path,
                                        1 /* RENAME_NOREPLACE */);
        }
        break;
    case REQUEST_UNLINK:
        a->value = named ? unlinkat(dir, r->name, 0) : -1;
        break;
    case REQUEST_READ:
        fd = read_file(s, r->path);
        a->value = fd >= 0 ? 0 : -1;
        break;
    default:
        break;
    }
    a->error = a->value < 0 ? errno : 0;
    memcpy(a->text, e.text, sizeof a->text);
    return fd;
}

static void serve(struct server *s)
{
    for (;;) {
        ssize_t n = recv(s->fd, &s->request, sizeof s->request, MSG_WAITALL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n != (ssize_t)sizeof s->request) {
            return; /* the worker is gone */
        }
        s->request.name[BROKER_NAME - 1] = '\0';
        s->request.path[BROKER_PATH - 1] = '\0';
        struct answer a;
        memset(&a, 0, sizeof a);
        int fd = answer_of(s, &s->request, &a);
        bool sent = send_answer(s->fd, &a, fd);
        if (fd >= 0) {
            close(fd);
        }
        if (!sent) {
            return;
        }
    }
}

/* The worker leaves a sane terminal behind unless it was killed. */
static void restore_terminal(const struct termios *saved, bool have)
{
    if (have) {
        static const char leave[] = "\033[?1049l\033[?25h\033[?1000l\033[0m\r\n";
        tcsetattr(STDIN_FILENO, TCSADRAIN, saved);
        if (write(STDOUT_FILENO, leave, sizeof leave - 1) < 0) {
            return; /* nobody is there to see it */
        }
    }
}

static _Noreturn void parent(struct server *s, pid_t worker, const struct termios *saved, bool tty)
{
    static const int left_to_worker[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE};
    for (size_t i = 0; i < sizeof left_to_worker / sizeof left_to_worker[0]; i++) {
        signal(left_to_worker[i], SIG_IGN);
    }
    serve(s);
    int status = 0;
    while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        restore_terminal(saved, tty);
        if (WTERMSIG(status) != SIGPIPE) {
            fprintf(stderr,
                    "mailwire: the parsing process died of signal %d (%s). Please report it with "
                    "the capture\n",
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
        }
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

bool broker_start(struct broker **b, uid_t uid, gid_t gid, const char *const *readable,
                  size_t readable_count, struct error *e)
{
    int pair[2];
    struct termios saved;
    bool tty =
        isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &saved) == 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return error_set(e, "can not split the program in two: %s", strerror(errno));
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        close(pair[0]);
        close(pair[1]);
        return error_set(e, "can not split the program in two: %s", strerror(errno));
    }
    if (pid > 0) {
        close(pair[1]);
        struct server s = {.fd = pair[0],
                           .uid = uid,
                           .gid = gid,
                           .readable = readable,
                           .readable_count = readable_count};
        parent(&s, pid, &saved, tty);
    }
    close(pair[0]);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* no worker without its parent */
    *b = xcalloc(1, sizeof **b);
    (*b)->fd = pair[1];
    return true;
}

/* ---- the worker ---- */

static bool copy_text(char *to, size_t room, const char *from)
{
    size_t n = strlen(from);
    if (n >= room) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(to, from, n + 1);
    return true;
}

static int received_fd(struct msghdr *m)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    int fd = -1;
    if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    }
    return fd;
}

static int ask(struct broker *b, struct answer *a)
{
    ssize_t n;
    do {
        n = send(b->fd, &b->request, sizeof b->request, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof b->request) {
        return -1;
    }
    struct iovec iov = {.iov_base = a, .iov_len = sizeof *a};
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = sizeof control.room};
    do {
        n = recvmsg(b->fd, &m, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof *a) {
        errno = EPIPE;
        return -1;
    }
    a->text[sizeof a->text - 1] = '\0';
    int fd = received_fd(&m);
    errno = a->error;
    return a->value < 0 ? -1 : fd >= 0 ? fd : a->value;
}

static int request(struct broker *b, enum request_kind kind, int folder, const char *name,
                   const char *path, struct answer *a)
{
    memset(&b->request, 0, sizeof b->request);
    b->request.kind = kind;
    b->request.folder = folder;
    if (!copy_text(b->request.name, BROKER_NAME, name) ||
        !copy_text(b->request.path, BROKER_PATH, path)) {
        return -1;
    }
    return ask(b, a);
}

int broker_folder(struct broker *b, const char *path, struct error *e)
{
    struct answer a = {0};
    int n = request(b, REQUEST_FOLDER, -1, "", path, &a);
    if (n < 0) {
        error_set(e, "%s", a.text[0] ? a.text : strerror(errno));
    }
    return n;
}

int broker_create(struct broker *b, int folder, const char *name)
{
    struct answer a = {0};
    return request(b, REQUEST_CREATE, folder, name, "", &a);
}

int broker_rename(struct broker *b, int folder, const char *from, const char *to)
{
    struct answer a = {0};
    return request(b, REQUEST_RENAME, folder, from, to, &a);
}

int broker_unlink(struct broker *b, int folder, const char *name)
{
    struct answer a = {0};
    return request(b, REQUEST_UNLINK, folder, name, "", &a);
}

int broker_read(struct broker *b, const char *path)
{
    struct answer a = {0};
    return request(b, REQUEST_READ, -1, "", path, &a);
}

void broker_free(struct broker **b)
{
    if (*b != NULL) {
        close((*b)->fd);
        free(*b);
        *b = NULL;
    }
}
