#include "ui/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define FOLDERS_MOST 64
#define PATH_ROOM    4096

enum request_kind {
    REQUEST_FOLDER,
    REQUEST_CREATE,
    REQUEST_RESUME,
    REQUEST_RENAME,
    REQUEST_UNLINK,
    REQUEST_SEAL,
    REQUEST_BYE,
    /* of source_opener */
    REQUEST_IS_SPECIAL,
    REQUEST_OPEN,
    REQUEST_MOVE,
    REQUEST_REMOVE,
    REQUEST_KEEP, /* a setting: its name and its value */
};

struct request {
    uint32_t kind;
    int32_t folder; /* or a flag */
    char name[PATH_ROOM];
    char to[PATH_ROOM];
};

struct answer {
    int32_t value; /* folder number, 0, or -1 */
    int32_t error; /* errno */
    bool has_fd;
    struct error sentence;
};

struct broker {
    int fd;
    pid_t pid;
    struct file_maker maker;
    struct source_opener opener;
    struct config_keeper keeper;
    pthread_mutex_t lock;   /* the viewer asks from two threads */
    struct request request; /* 8 KiB: not on the stack of every call */
};

/* Room for one descriptor beside a message. */
union control {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

/* ---- the child: what it does for others ---- */

struct server {
    int fd;
    const char *write_path;
    bool viewer, sealed, farewell;
    struct folder folder[FOLDERS_MOST];
    int folders;
    struct request request;
};

static bool is_component(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* Does path stand in root, with no name on the way that begins with a dot? */
static bool stands_below(const char *path, const char *root)
{
    char whole[PATH_ROOM];
    size_t n = root != NULL ? strlen(root) : 0;
    return n > 1 && realpath(path, whole) != NULL && strncmp(whole, root, n) == 0 &&
           (whole[n] == '/' || whole[n] == '\0') && strstr(whole + n, "/.") == NULL;
}

/* Whoever rules the parsing process could name folders as if the person did. As root this must
 * not reach what the system runs or obeys: only where the program was started, the home folder
 * and the one for temporary files. */
static bool may_be_named_later(const struct server *s, const char *path, struct error *e)
{
    char here[PATH_ROOM];
    if (!s->viewer) {
        return error_set(e, "no folder can be opened any more");
    }
    if (geteuid() != 0) {
        return true;
    }
    const char *roots[] = {getcwd(here, sizeof here), getenv("HOME"), getenv("TMPDIR"), "/tmp"};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        if (stands_below(path, roots[i])) {
            return true;
        }
    }
    return error_set(e,
                     "as root files are saved only below the folder mailwire was started in, the "
                     "home folder and /tmp, not into %s",
                     path);
}

static int open_folder(struct server *s, const char *path, bool make, struct error *e)
{
    for (int i = 0; i < s->folders; i++) {
        if (strcmp(s->folder[i].path, path) == 0) {
            return i; /* many files may be saved into one */
        }
    }
    if (s->folders >= FOLDERS_MOST) {
        error_set(e, "more than %d folders", FOLDERS_MOST);
        return -1;
    }
    if ((s->sealed && !may_be_named_later(s, path, e)) ||
        !folder_open(&s->folder[s->folders], NULL, path, make && !s->sealed, e)) {
        return -1;
    }
    return s->folders++;
}

/* "<write_path>.<digits>.part" */
static bool is_temporary(const struct server *s, const char *path)
{
    size_t n = s->write_path != NULL ? strlen(s->write_path) : 0;
    if (n == 0 || strncmp(path, s->write_path, n) != 0 || path[n] != '.') {
        return false;
    }
    size_t digits = strspn(path + n + 1, "0123456789");
    return digits > 0 && strcmp(path + n + 1 + digits, ".part") == 0;
}

static bool is_written(const struct server *s, const char *path)
{
    return s->write_path != NULL && strcmp(path, s->write_path) == 0;
}

static int not_allowed(void)
{
    errno = EACCES;
    return -1;
}

/* What concerns a file in a folder: a descriptor into *fd, or 0, or -1. */
static int serve_in_folder(const struct server *s, const struct request *r, int *fd)
{
    if (r->folder < 0 || r->folder >= s->folders || !is_component(r->name)) {
        return not_allowed();
    }
    int folder = s->folder[r->folder].fd;
    switch (r->kind) {
    case REQUEST_CREATE:
        *fd = folder_create(folder, r->name);
        return *fd >= 0 ? 0 : -1;
    case REQUEST_RESUME:
        *fd = folder_resume(folder, r->name);
        return *fd >= 0 ? 0 : -1;
    case REQUEST_RENAME:
        return is_component(r->to) ? folder_rename(folder, r->name, r->to) : not_allowed();
    default:
        return unlinkat(folder, r->name, 0);
    }
}

/* What concerns the file of -w. */
static int serve_writer(const struct server *s, const struct request *r, int *fd)
{
    bool temporary = is_temporary(s, r->name), itself = is_written(s, r->name);
    if (!temporary && !itself) {
        return not_allowed();
    }
    switch (r->kind) {
    case REQUEST_IS_SPECIAL:
        return source_opener_own()->is_special(NULL, r->name);
    case REQUEST_OPEN:
        *fd = source_opener_own()->open(NULL, r->name, temporary);
        return *fd >= 0 ? 0 : -1;
    case REQUEST_MOVE:
        return temporary && is_written(s, r->to) ? rename(r->name, r->to) : not_allowed();
    default:
        return temporary ? unlink(r->name) : not_allowed();
    }
}

/* The person's settings file: its place comes from the environment the program was started with. */
static int serve_settings(const struct server *s, const struct request *r, struct error *e)
{
    char path[PATH_ROOM];
    if (!s->viewer || !config_may_keep(r->name, r->to)) {
        return not_allowed();
    }
    return (config_path(path, sizeof path) || error_set(e, "HOME is not set")) &&
                   config_save(path, r->name, r->to, e)
               ? 0
               : -1;
}

static int answer_of(struct server *s, const struct request *r, struct answer *a)
{
    int fd = -1;
    errno = EINVAL;
    a->value = -1;
    if (r->kind == REQUEST_FOLDER) {
        a->value = open_folder(s, r->name, r->folder != 0, &a->sentence);
    } else if (r->kind == REQUEST_SEAL || r->kind == REQUEST_BYE) {
        s->sealed = true;
        s->farewell = s->farewell || r->kind == REQUEST_BYE;
        a->value = 0;
    } else if (r->kind <= REQUEST_UNLINK) {
        a->value = serve_in_folder(s, r, &fd);
    } else if (r->kind <= REQUEST_REMOVE) {
        a->value = serve_writer(s, r, &fd);
    } else if (r->kind == REQUEST_KEEP) {
        a->value = serve_settings(s, r, &a->sentence);
    }
    a->error = a->value < 0 ? errno : 0;
    a->has_fd = fd >= 0;
    return fd;
}

static void attach(struct msghdr *m, union control *control, int fd)
{
    memset(control, 0, sizeof *control);
    m->msg_control = control;
    m->msg_controllen = sizeof control->room;
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

static bool send_answer(int to, struct answer *a, int fd)
{
    struct iovec iov = {.iov_base = a, .iov_len = sizeof *a};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    union control control;
    if (fd >= 0) {
        attach(&m, &control, fd);
    }
    ssize_t n;
    do {
        n = sendmsg(to, &m, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *a;
}

/* Until the other side is gone. */
static void serve(struct server *s)
{
    for (;;) {
        ssize_t n = recv(s->fd, &s->request, sizeof s->request, 0);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n != (ssize_t)sizeof s->request) {
            return;
        }
        s->request.name[PATH_ROOM - 1] = '\0';
        s->request.to[PATH_ROOM - 1] = '\0';
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

/* A caller that was killed left the screen as it was. */
static void restore_terminal(const struct termios *saved)
{
    static const char leave[] = "\033[?1049l\033[?25h\033[?1000l\033[0m\r\n";
    tcsetattr(STDIN_FILENO, TCSADRAIN, saved);
    if (write(STDOUT_FILENO, leave, sizeof leave - 1) < 0) {
        return; /* nobody is there to see it */
    }
}

/* Signals are for the caller: the child ends with it. */
static void leave_signals(void)
{
    static const int theirs[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE, SIGTTOU};
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        signal(theirs[i], SIG_IGN);
    }
}

/* saved: the terminal as it was, NULL where there is none to restore. */
static _Noreturn void child(int fd, const struct broker_config *c, pid_t caller,
                            const struct termios *saved)
{
    struct server *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    s->write_path = c->write_path;
    s->viewer = c->viewer;
    leave_signals();
    prctl(PR_SET_NAME, "mailwire-broker", 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* not to be traced by the user the caller becomes */
    if (saved == NULL) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* also while it waits for a pipe's reader */
    }
    if (getppid() == caller) {
        serve(s);
    }
    if (saved != NULL && !s->farewell) {
        restore_terminal(saved);
    }
    _exit(0);
}

/* ---- the caller ---- */

static int received_fd(struct msghdr *m)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    int fd = -1;
    if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    }
    return fd;
}

/* Sends b->request; the answer's value or descriptor, -1 with errno set. */
static int ask(struct broker *b, struct answer *a)
{
    struct iovec iov = {.iov_base = a, .iov_len = sizeof *a};
    union control control;
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = sizeof control.room};
    ssize_t n;
    do {
        n = send(b->fd, &b->request, sizeof b->request, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof b->request) {
        return -1;
    }
    do {
        n = recvmsg(b->fd, &m, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof *a) {
        errno = EPIPE; /* the other process is gone */
        return -1;
    }
    int fd = received_fd(&m);
    if (a->value < 0) {
        errno = a->error;
        return -1;
    }
    if (a->has_fd && fd < 0) {
        errno = EMFILE;
    }
    return a->has_fd ? fd : a->value;
}

static bool copy_text(char to[static PATH_ROOM], const char *from)
{
    size_t n = strlen(from);
    if (n >= PATH_ROOM) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(to, from, n + 1);
    return true;
}

/* *e, when it is wanted, gets the other side's sentence, or what errno says. */
static int request(void *broker, enum request_kind kind, int folder, const char *name,
                   const char *to, struct error *e)
{
    struct broker *b = broker;
    struct answer a;
    memset(&a, 0, sizeof a);
    pthread_mutex_lock(&b->lock);
    b->request.kind = kind;
    b->request.folder = folder;
    int value = copy_text(b->request.name, name) && copy_text(b->request.to, to) ? ask(b, &a) : -1;
    int error = errno;
    pthread_mutex_unlock(&b->lock);
    if (value < 0 && e != NULL) {
        a.sentence.text[sizeof a.sentence.text - 1] = '\0';
        error_set(e, "%s", a.sentence.text[0] != '\0' ? a.sentence.text : strerror(error));
    }
    errno = error;
    return value;
}

static int ask_folder(void *broker, const char *path, bool make, struct error *e)
{
    return request(broker, REQUEST_FOLDER, make, path, "", e);
}

static bool ask_keep(void *broker, const char *name, const char *value, struct error *e)
{
    return request(broker, REQUEST_KEEP, 0, name, value, e) == 0;
}

static int ask_create(void *broker, int folder, const char *name)
{
    return request(broker, REQUEST_CREATE, folder, name, "", NULL);
}

static int ask_resume(void *broker, int folder, const char *name)
{
    return request(broker, REQUEST_RESUME, folder, name, "", NULL);
}

static int ask_rename(void *broker, int folder, const char *from, const char *to)
{
    return request(broker, REQUEST_RENAME, folder, from, to, NULL);
}

static int ask_unlink(void *broker, int folder, const char *name)
{
    return request(broker, REQUEST_UNLINK, folder, name, "", NULL);
}

static bool ask_is_special(void *broker, const char *path)
{
    return request(broker, REQUEST_IS_SPECIAL, 0, path, "", NULL) > 0;
}

static int ask_open(void *broker, const char *path, bool fresh)
{
    return request(broker, REQUEST_OPEN, fresh, path, "", NULL);
}

static int ask_move(void *broker, const char *from, const char *to)
{
    return request(broker, REQUEST_MOVE, 0, from, to, NULL);
}

static int ask_remove(void *broker, const char *path)
{
    return request(broker, REQUEST_REMOVE, 0, path, "", NULL);
}

static struct broker *make_broker(int fd, pid_t pid)
{
    struct broker *b = xcalloc(1, sizeof *b);
    b->fd = fd;
    b->pid = pid;
    pthread_mutex_init(&b->lock, NULL);
    b->maker = (struct file_maker){b, ask_folder, ask_create, ask_resume, ask_rename, ask_unlink};
    b->opener = (struct source_opener){b, ask_is_special, ask_open, ask_move, ask_remove};
    b->keeper = (struct config_keeper){b, ask_keep};
    return b;
}

bool broker_start(struct broker **b, const struct broker_config *c, struct error *e)
{
    int pair[2];
    pid_t caller = getpid();
    struct termios before; /* asked here: the child may come to it when the viewer has changed it */
    bool terminal = c->viewer && tcgetattr(STDIN_FILENO, &before) == 0;
    *b = NULL;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return error_set(e, "the program can not be split in two: %s", strerror(errno));
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[1]);
        child(pair[0], c, caller, terminal ? &before : NULL);
    }
    close(pair[0]);
    if (pid < 0) {
        error_set(e, "the program can not be split in two: %s", strerror(errno));
        close(pair[1]);
        return false;
    }
    *b = make_broker(pair[1], pid);
    return true;
}

bool broker_seal(struct broker *b, struct error *e)
{
    return request(b, REQUEST_SEAL, 0, "", "", NULL) == 0 ||
           error_set(e, "the process that opens files is gone");
}

const struct file_maker *broker_maker(const struct broker *b)
{
    return b != NULL ? &b->maker : NULL;
}

const struct source_opener *broker_opener(const struct broker *b)
{
    return b != NULL ? &b->opener : NULL;
}

const struct config_keeper *broker_keeper(const struct broker *b)
{
    return b != NULL ? &b->keeper : NULL;
}

void broker_farewell(void *broker)
{
    static const struct request bye = {.kind = REQUEST_BYE};
    struct broker *b = broker;
    if (send(b->fd, &bye, sizeof bye, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        return; /* it gives the terminal back itself */
    }
}

void broker_free(struct broker **b)
{
    if (*b != NULL) {
        request(*b, REQUEST_BYE, 0, "", "", NULL);
        close((*b)->fd);
        while (waitpid((*b)->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        pthread_mutex_destroy(&(*b)->lock);
        free(*b);
        *b = NULL;
    }
}
