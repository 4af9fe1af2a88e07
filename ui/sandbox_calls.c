#include "ui/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAKING_SECONDS        1 /* of CPU; it takes some milliseconds */
#define MAKING_SECONDS_ASLEEP 10
#define MAKING_ROOM           ((size_t)4 << 20) /* bytes; it takes some hundred KiB */

/* What reading, writing, waiting, memory, threads and signals need; nothing that opens, connects
 * or runs. Descriptors come open, or from the broker by recvmsg. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(dup),
    SCMP_SYS(fcntl),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe2),
    SCMP_SYS(membarrier),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prlimit64),
    SCMP_SYS(uname),
    SCMP_SYS(getrusage),
    SCMP_SYS(times),
    SCMP_SYS(tgkill),
    SCMP_SYS(wait4),
    SCMP_SYS(alarm),
    SCMP_SYS(setitimer),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(pause),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(get_robust_list),
};

/* Answered with an error instead of death: libraries ask and live without. The first two not
 * where an interface's counters may be read. */
static const int refused[] = {
    SCMP_SYS(open),       SCMP_SYS(openat),    SCMP_SYS(stat),       SCMP_SYS(lstat),
    SCMP_SYS(access),     SCMP_SYS(readlink),  SCMP_SYS(statx),      SCMP_SYS(getcwd),
    SCMP_SYS(readlinkat), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(unlink),
    SCMP_SYS(socket),     SCMP_SYS(connect),   SCMP_SYS(setuid),     SCMP_SYS(memfd_create),
    SCMP_SYS(getdents64), SCMP_SYS(sysinfo),   SCMP_SYS(mkdir),      SCMP_SYS(unlinkat),
    SCMP_SYS(rename),     SCMP_SYS(renameat),  SCMP_SYS(renameat2),  SCMP_SYS(fchmod),
    SCMP_SYS(statfs),     SCMP_SYS(fstatfs),
};

/* Nobody asks for these in good faith: the process ends. Whatever stands in no list is answered as
 * by a kernel that does not know it. */
static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(personality),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(fchown),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(quotactl),
};

static bool rule(scmp_filter_ctx f, uint32_t action, int call, struct scmp_arg_cmp condition)
{
    return seccomp_rule_add_array(f, action, call, 1, &condition) == 0;
}

static struct scmp_arg_cmp arg_is(unsigned arg, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){arg, SCMP_CMP_EQ, value, 0};
}

static struct scmp_arg_cmp arg_bits(unsigned arg, scmp_datum_t mask, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){arg, SCMP_CMP_MASKED_EQ, mask, value};
}

static bool add_ioctls(scmp_filter_ctx f, bool viewer, bool live)
{
    static const unsigned long tty[] = {TIOCGWINSZ, TCGETS, TCSETS,    TCSETSW,
                                        TCSETSF,    TCFLSH, TIOCGPGRP, FIONREAD};
    static const unsigned long net[] = {SIOCGIFFLAGS, SIOCGIFINDEX, FIONREAD};
    bool good = true;
    for (size_t i = 0; viewer && i < sizeof tty / sizeof tty[0]; i++) {
        good = rule(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), arg_is(1, tty[i])) && good;
    }
    for (size_t i = 0; live && i < sizeof net / sizeof net[0]; i++) {
        good = rule(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), arg_is(1, net[i])) && good;
    }
    /* isatty() of standard output: answered, not granted */
    return good && (viewer || rule(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), arg_is(1, TCGETS)));
}

/* No memory is ever both writable and executable, nor made executable later. */
static bool add_memory_rules(scmp_filter_ctx f)
{
    return rule(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), arg_bits(2, PROT_EXEC, 0)) &&
           rule(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), arg_bits(2, PROT_EXEC, 0));
}

/* Threads only (the viewer's), never processes. clone3 hides its flags: it is not in any list, so
 * glibc falls back. */
static bool add_thread_rules(scmp_filter_ctx f)
{
    return rule(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), arg_bits(0, CLONE_THREAD, CLONE_THREAD)) &&
           rule(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), arg_bits(0, CLONE_THREAD, 0)) &&
           rule(f, SCMP_ACT_ALLOW, SCMP_SYS(kill), arg_is(0, 0)); /* suspend: our own group */
}

static bool add_list(scmp_filter_ctx f, uint32_t action, const int *calls, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        int error = seccomp_rule_add(f, action, calls[i], 0);
        good = good && (error == 0 || error == -EDOM); /* no such call on this machine */
    }
    return good;
}

/* Where Landlock decides on paths, reading the interface's counters may pass here. */
static bool add_open_rules(scmp_filter_ctx f, bool readable)
{
    if (!readable) {
        return true;
    }
    return rule(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), arg_bits(2, O_ACCMODE | O_CREAT, O_RDONLY));
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ---- the program ---- */

static bool program_write(const struct sandbox_calls *c, int to)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (f == NULL) {
        return false;
    }
    /* the most frequent calls are found fast however many there are */
    seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    size_t skipped = c->counters ? 2 : 0;
    return add_list(f, SCMP_ACT_ALLOW, allowed, COUNT(allowed)) &&
           add_list(f, SCMP_ACT_ERRNO(EACCES), refused + skipped, COUNT(refused) - skipped) &&
           add_list(f, SCMP_ACT_KILL_PROCESS, deadly, COUNT(deadly)) && add_memory_rules(f) &&
           add_thread_rules(f) && add_ioctls(f, c->viewer, c->live) &&
           add_open_rules(f, c->counters) && seccomp_export_bpf(f, to) == 0;
}

/* ---- who makes it ---- */

/* A process that makes the program. Where an allocation fails in it libseccomp writes over its own
 * memory, never ends, or makes a program that lacks rules and says that it is fine. So two make it,
 * both with room enough to begin with, and it counts where they agree. */
struct maker {
    pid_t pid;
    int from;
};

static _Noreturn void make(const struct sandbox_calls *c, int to)
{
    void *room = malloc(MAKING_ROOM);
    struct rlimit cpu = {MAKING_SECONDS, MAKING_SECONDS};
    close(STDERR_FILENO); /* the C library's words about its memory are not for the person */
    signal(SIGALRM, SIG_DFL);
    alarm(MAKING_SECONDS_ASLEEP);
    if (room == NULL || setrlimit(RLIMIT_CPU, &cpu) != 0) {
        _exit(EXIT_FAILURE);
    }
    free(room);
    _exit(program_write(c, to) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool maker_begin(struct maker *m, const struct sandbox_calls *c, struct error *e)
{
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) != 0) {
        return error_set(e, "the sandbox can not be made: %s", strerror(errno));
    }
    *m = (struct maker){fork(), pair[0]};
    if (m->pid == 0) {
        make(c, pair[1]);
    }
    int error = errno;
    close(pair[1]);
    if (m->pid < 0) {
        close(pair[0]);
        return error_set(e, "the sandbox can not be made: %s", strerror(error));
    }
    return true;
}

/* Until the other end is closed, at most n bytes. */
static size_t read_all(int fd, void *to, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, (uint8_t *)to + have, n - have);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        have += (size_t)got;
    }
    return have;
}

/* How many instructions it made; 0 when it failed. */
static size_t maker_end(struct maker *m, struct sock_filter to[static BPF_MAXINSNS])
{
    int status = -1;
    size_t n = read_all(m->from, to, BPF_MAXINSNS * sizeof *to);
    close(m->from);
    while (waitpid(m->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0 && n % sizeof *to == 0 ? n / sizeof *to : 0;
}

/* The program, in `one`; 0 with a sentence in *e. */
static size_t program_make(const struct sandbox_calls *c, struct sock_filter *one,
                           struct sock_filter *other, struct error *e)
{
    struct maker a, b;
    if (!maker_begin(&a, c, e)) {
        return 0;
    }
    bool both = maker_begin(&b, c, e);
    size_t n = maker_end(&a, one);
    if (!both) {
        return 0;
    }
    size_t m = maker_end(&b, other);
    if (n == 0 || n != m || memcmp(one, other, n * sizeof *one) != 0) {
        error_set(e, "the sandbox can not be made: is there memory left?");
        return 0;
    }
    return n;
}

bool sandbox_calls_restrict(const struct sandbox_calls *c, bool *held, struct error *e)
{
    struct sock_filter *code = xcalloc(2 * (size_t)BPF_MAXINSNS, sizeof *code);
    size_t n = program_make(c, code, code + BPF_MAXINSNS, e);
    struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
    *held = n > 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
    free(code);
    return n > 0;
}
