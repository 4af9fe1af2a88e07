/* What the parsing process must not be able to do, tried from inside. */
#include "ui/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* How a probe ended: it worked, was refused, or the kernel ended the process. */
enum outcome { WORKED, REFUSED, DIED, BROKEN };

static long try_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}
static long try_open_relative(void)
{
    return openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY);
}
static long try_create(void)
{
    return open("/tmp/mailwire-probe", O_WRONLY | O_CREAT, 0600);
}
static long try_truncate(void)
{
    return truncate("/tmp/mailwire-probe", 0);
}
static long try_unlink(void)
{
    return unlink("/tmp/mailwire-no-such-file");
}
static long try_rename(void)
{
    return rename("/tmp/mailwire-a", "/tmp/mailwire-b");
}
static long try_link(void)
{
    return symlink("/etc/passwd", "/tmp/mailwire-probe-link");
}
static long try_chmod(void)
{
    return chmod("/tmp", 01777);
}
static long try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long try_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long try_bind(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    return bind(0, (const struct sockaddr *)(const void *)&any, sizeof any);
}
static long try_program(void)
{
    char *argv[] = {NULL};
    return execve("/bin/true", argv, argv);
}
static long try_process(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid;
}
static long try_trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static long try_read_other(void)
{
    return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}
static long try_root(void)
{
    return setuid(0);
}
static long try_mount(void)
{
    return mount("none", "/tmp", "tmpfs", 0, NULL);
}
static long try_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}
static long try_code(void)
{
    void *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? -1 : 0;
}
static long try_code_later(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? 0 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static long try_kill(void)
{
    return kill(getppid(), SIGCONT);
}
static long try_type_ahead(void)
{
    return syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x");
}
static long try_ring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL);
}
static long try_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}
static long try_keys(void)
{
    return syscall(SYS_keyctl, 0, -3, 0, 0, 0);
}

static const struct probe {
    const char *name;
    long (*call)(void);
    enum outcome wanted;
} probes[] = {
    {"open a file", try_open, REFUSED},
    {"open a folder", try_open_relative, REFUSED},
    {"make a file", try_create, REFUSED},
    {"cut a file", try_truncate, REFUSED},
    {"remove a file", try_unlink, REFUSED},
    {"rename a file", try_rename, REFUSED},
    {"make a link", try_link, DIED},
    {"change a mode", try_chmod, DIED},
    {"make an internet socket", try_socket, REFUSED},
    {"make a local socket", try_unix_socket, REFUSED},
    {"bind", try_bind, DIED},
    {"run a program", try_program, DIED},
    {"make a process", try_process, DIED},
    {"be traced", try_trace, DIED},
    {"read another process", try_read_other, DIED},
    {"become root", try_root, REFUSED},
    {"mount", try_mount, DIED},
    {"make a namespace", try_namespace, DIED},
    {"map code", try_code, REFUSED},
    {"make memory code", try_code_later, REFUSED},
    {"signal another process", try_kill, REFUSED},
    {"type into the terminal", try_type_ahead, REFUSED},
    {"io_uring", try_ring, DIED},
    {"bpf", try_bpf, DIED},
    {"keys", try_keys, DIED},
};

static const char *const outcomes[] = {"worked", "was refused", "died", "never got there"};

/* Enters the sandbox in a child and does one thing there. 77: seccomp is not to be had here. */
static int in_sandbox(const struct sandbox_config *c, long (*call)(void), unsigned *layers)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_state s;
        struct error e;
        if (!sandbox_prepare(true, &e) || !sandbox_enter(c, &s, &e) || !sandbox_self_test(&s, &e)) {
            _exit(3);
        }
        if (write(pipes[1], &s.layers, sizeof s.layers) != (ssize_t)sizeof s.layers) {
            _exit(3);
        }
        _exit(call() < 0 ? 1 : 0);
    }
    close(pipes[1]);
    if (read(pipes[0], layers, sizeof *layers) != (ssize_t)sizeof *layers) {
        *layers = 0;
    }
    close(pipes[0]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static enum outcome outcome_of(int status)
{
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGSYS ? DIED : BROKEN;
    }
    return WEXITSTATUS(status) == 0 ? WORKED : WEXITSTATUS(status) == 1 ? REFUSED : BROKEN;
}

static void probes_fail(void **state)
{
    (void)state;
    struct sandbox_config c = {0};
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        unsigned layers = 0;
        enum outcome got = outcome_of(in_sandbox(&c, probes[i].call, &layers));
        if ((layers & SANDBOX_SECCOMP) == 0) {
            assert_int_not_equal(layers, 0); /* the rest holds */
            skip();                          /* built with a sanitizer, or an old kernel */
        }
        if (got != probes[i].wanted) {
            print_error("%s: %s, but must be: %s\n", probes[i].name, outcomes[got],
                        outcomes[probes[i].wanted]);
        }
        assert_int_equal(got, probes[i].wanted);
    }
}

static long do_work(void)
{
    char text[64];
    time_t now = time(NULL);
    struct tm tm;
    void *p = malloc((size_t)50 << 20);
    if (p == NULL || localtime_r(&now, &tm) == NULL ||
        strftime(text, sizeof text, "%F %T %Z", &tm) == 0) {
        return -1;
    }
    free(p);
    return write(STDOUT_FILENO, "", 0) == 0 && isatty(STDOUT_FILENO) >= 0 ? 0 : -1;
}

static void work_goes_on(void **state)
{
    (void)state;
    struct sandbox_config plain = {0}, live = {.interface = "lo"}, viewer = {.viewer = true};
    const struct sandbox_config *all[] = {&plain, &live, &viewer};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        unsigned layers = 0;
        assert_int_equal(in_sandbox(all[i], do_work, &layers), 0);
        assert_true(layers & SANDBOX_NO_NEW_PRIVS);
        assert_true(layers & SANDBOX_CAPABILITIES);
    }
}

static long read_counter(void)
{
    return open("/sys/class/net/lo/statistics/rx_packets", O_RDONLY);
}

/* Live: the interface's counters, and nothing beside them. */
static void counters_of_an_interface(void **state)
{
    (void)state;
    struct sandbox_config live = {.interface = "lo"};
    unsigned layers = 0;
    if (access("/sys/class/net/lo/statistics/rx_packets", R_OK) != 0) {
        skip();
    }
    assert_int_equal(outcome_of(in_sandbox(&live, read_counter, &layers)), WORKED);
    if (layers & SANDBOX_LANDLOCK) {
        assert_int_equal(outcome_of(in_sandbox(&live, try_open, &layers)), REFUSED);
        assert_int_equal(outcome_of(in_sandbox(&live, try_create, &layers)), REFUSED);
    }
}

static void users(void **state)
{
    (void)state;
    struct sandbox_config c = {.user = "no-such-user"};
    struct error e;
    uid_t uid = 0;
    gid_t gid = 0;
    if (geteuid() != 0) {
        assert_true(sandbox_identity(&c, &uid, &gid, &e)); /* there is nothing to give up */
        assert_int_equal(uid, geteuid());
        return;
    }
    assert_false(sandbox_identity(&c, &uid, &gid, &e));
    assert_non_null(strstr(e.text, "no-such-user"));
    c.user = "root";
    assert_false(sandbox_identity(&c, &uid, &gid, &e));
    c.user = NULL;
    setenv("SUDO_UID", "1234", 1);
    setenv("SUDO_GID", "99", 1);
    assert_true(sandbox_identity(&c, &uid, &gid, &e));
    assert_int_equal(uid, 1234);
    assert_int_equal(gid, 99);
    setenv("SUDO_UID", "0", 1); /* root who called sudo */
    assert_true(sandbox_identity(&c, &uid, &gid, &e));
    assert_int_not_equal(uid, 0);
    unsetenv("SUDO_UID");
    unsetenv("SUDO_GID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probes_fail),
        cmocka_unit_test(work_goes_on),
        cmocka_unit_test(counters_of_an_interface),
        cmocka_unit_test(users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
