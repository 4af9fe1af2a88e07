#include "ui/sandbox.h"

#include "capture/base/buf.h"
#include "dissect/mime.h"
#include "dissect/mime_charset.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Newer than Debian 12's header: masked by what the kernel says it knows. */
#define ACCESS_FS_TRUNCATE     (1ull << 14)
#define ACCESS_FS_IOCTL_DEV    (1ull << 15)
#define ACCESS_NET_BIND_TCP    (1ull << 0)
#define ACCESS_NET_CONNECT_TCP (1ull << 1)
#define SCOPE_ABSTRACT_UNIX    (1ull << 0)
#define SCOPE_SIGNAL           (1ull << 1)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---- who ---------------------------------------------------------------------------------------
 */

static bool number_of(const char *text, uint64_t *out)
{
    return text != NULL && bytes_u64(bytes_of(text), out) && *out > 0 && *out < UINT32_MAX;
}

bool sandbox_identity(const struct sandbox_config *c, uid_t *uid, gid_t *gid, struct error *e)
{
    *uid = geteuid();
    *gid = getegid();
    if (*uid != 0) {
        return true;
    }
    uint64_t u = 0, g = 0;
    if (c->user == NULL && number_of(getenv("SUDO_UID"), &u) && number_of(getenv("SUDO_GID"), &g)) {
        *uid = (uid_t)u;
        *gid = (gid_t)g;
        return true;
    }
    const char *name = c->user ? c->user : "nobody";
    errno = 0;
    const struct passwd *p = getpwnam(name);
    if (p == NULL && errno == ENOMEM) {
        return error_set(e, "can not give up root: %s", strerror(errno));
    }
    if (p == NULL || p->pw_uid == 0) {
        return error_set(e, "can not give up root: user \"%s\" %s. Name another with --user", name,
                         p ? "is root itself" : "does not exist");
    }
    *uid = p->pw_uid;
    *gid = p->pw_gid;
    return true;
}

void sandbox_prepare(bool decodes)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    tzset();
    /* Not its settings file, which could load programs, nor its tidying up at the end, which falls
     * over what it has no memory for. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
    if (decodes) { /* takes some 30 ms */
        mime_init();
        mime_charsets_load();
    }
    EVP_Digest("", 0, hash, NULL, EVP_sha256(), NULL); /* loads the provider of its algorithms */
}

/* ---- layers -------------------------------------------------------------------------------------
 */

/* The root of a user namespace that knows nobody else is not the machine's root; it can become
 * nobody, but loses its capabilities like the others. */
static bool user_exists_here(uid_t uid)
{
    char text[512];
    int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    struct bytes rest = bytes_make(text, n > 0 ? (size_t)n : 0), line;
    bool listed = false;
    while (bytes_split(&rest, '\n', &line)) {
        struct bytes first = bytes_word(&line);
        bytes_word(&line);
        uint64_t begin = 0, count = 0;
        listed = listed || first.n > 0;
        if (bytes_u64(first, &begin) && bytes_u64(bytes_word(&line), &count) && uid >= begin &&
            uid - begin < count) {
            return true;
        }
    }
    return !listed;
}

static bool become(uid_t uid, gid_t gid, struct error *e)
{
    if (geteuid() != 0) {
        return true;
    }
    if (!user_exists_here(uid)) {
        return true; /* and the layer is not told as held */
    }
    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
        return error_set(e, "can not give up root: %s", strerror(errno));
    }
    return (getuid() != 0 && geteuid() != 0) || error_set(e, "still root after giving it up");
}

static bool drop_capabilities(void)
{
    for (int cap = 0; cap < 64; cap++) {
        prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); /* may need a capability we never had */
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    return syscall(SYS_capset, &head, none) == 0;
}

/* The bounding set can only be dropped while CAP_SETPCAP is held: before the user changes. */
static void drop_bounding_set(void)
{
    for (int cap = 0; cap < 64; cap++) {
        prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
    }
}

/* libpcap reads an interface's own count of lost packets there, each time it is asked. */
static void allow_counters(int ruleset, const char *interface)
{
    char path[256];
    int n = snprintf(path, sizeof path, "/sys/class/net/%s/statistics", interface);
    if (n <= 0 || (size_t)n >= sizeof path || strchr(interface, '/') != NULL) {
        return;
    }
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) { /* "any" has none */
        struct landlock_path_beneath_attr below = {LANDLOCK_ACCESS_FS_READ_FILE, fd};
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
        close(fd);
    }
}

/* Nothing in the file system, no TCP port, no abstract socket, no signal to others; the ABI's
 * number, 0 without. */
static int landlock_restrict(const struct sandbox_config *c)
{
    struct {
        uint64_t fs, net, scoped;
    } attr;
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi <= 0) {
        return 0;
    }
    attr.fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1; /* all of ABI 1 */
    attr.fs |= abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
    attr.fs |= abi >= 3 ? ACCESS_FS_TRUNCATE : 0;
    attr.fs |= abi >= 5 ? ACCESS_FS_IOCTL_DEV : 0;
    attr.net = abi >= 4 ? ACCESS_NET_BIND_TCP | ACCESS_NET_CONNECT_TCP : 0;
    attr.scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX : 0;
    if (!c->viewer && abi >= 6) {
        attr.scoped |= SCOPE_SIGNAL; /* the viewer suspends its whole job */
    }
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (fd < 0) {
        return 0;
    }
    if (c->interface != NULL) {
        allow_counters(fd, c->interface);
    }
    bool held = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    close(fd);
    return held ? abi : 0;
}

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

static bool seccomp_restrict(const struct sandbox_config *c, bool landlock)
{
    bool live = c->interface != NULL, readable = live && landlock;
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (f == NULL) {
        return false;
    }
    /* the most frequent calls are found fast however many there are */
    seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    bool done = add_list(f, SCMP_ACT_ALLOW, allowed, COUNT(allowed)) &&
                add_list(f, SCMP_ACT_ERRNO(EACCES), refused + (readable ? 2 : 0),
                         COUNT(refused) - (readable ? 2 : 0)) &&
                add_list(f, SCMP_ACT_KILL_PROCESS, deadly, COUNT(deadly)) && add_memory_rules(f) &&
                add_thread_rules(f) && add_ioctls(f, c->viewer, live) &&
                add_open_rules(f, readable) && seccomp_load(f) == 0;
    seccomp_release(f);
    return done;
}

/* Secrets stay out of core files and of the hands of other programs of that user. Leak checkers
 * trace their own process, which a change of the user forbids otherwise. */
static void limit_self(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, SANITIZED, 0, 0, 0);
}

bool sandbox_enter(const struct sandbox_config *c, struct sandbox_state *out, struct error *e)
{
    *out = (struct sandbox_state){0};
    if (!sandbox_identity(c, &out->uid, &out->gid, e)) {
        return false;
    }
    drop_bounding_set();
    if (!become(out->uid, out->gid, e)) {
        return false;
    }
    limit_self();
    out->uid = geteuid();
    out->gid = getegid();
    out->layers |= out->uid != 0 ? SANDBOX_USER : 0;
    out->layers |= drop_capabilities() ? SANDBOX_CAPABILITIES : 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        out->layers |= SANDBOX_NO_NEW_PRIVS;
    }
    if (SANITIZED) { /* their run-time opens /proc and traces itself at the end */
        return true;
    }
    out->landlock_abi = landlock_restrict(c);
    out->layers |= out->landlock_abi > 0 ? SANDBOX_LANDLOCK : 0;
    out->layers |= seccomp_restrict(c, out->landlock_abi > 0) ? SANDBOX_SECCOMP : 0;
    return true;
}

bool sandbox_self_test(const struct sandbox_state *s, struct error *e)
{
    if ((s->layers & SANDBOX_USER) && setuid(0) == 0) {
        return error_set(e, "the sandbox does not hold: setuid(0) works");
    }
    if (s->layers & (SANDBOX_LANDLOCK | SANDBOX_SECCOMP)) {
        int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            close(fd);
            return error_set(e, "the sandbox does not hold: files can be opened");
        }
    }
    return true;
}

void sandbox_describe(const struct sandbox_state *s, char *out, size_t n)
{
    char landlock[32] = "no Landlock";
    if (s->layers & SANDBOX_LANDLOCK) {
        snprintf(landlock, sizeof landlock, "Landlock ABI %d", s->landlock_abi);
    }
    snprintf(out, n, "user %u%s, %s, %s, %s, %s", (unsigned)s->uid,
             s->layers & SANDBOX_USER ? "" : " (THE ONLY ONE HERE)",
             s->layers & SANDBOX_CAPABILITIES ? "no capabilities" : "CAPABILITIES KEPT",
             s->layers & SANDBOX_NO_NEW_PRIVS ? "no_new_privs" : "no_new_privs missing", landlock,
             s->layers & SANDBOX_SECCOMP ? "seccomp" : "no seccomp");
}
