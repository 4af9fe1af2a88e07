#include "ui/sandbox.h"

#include "capture/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <iconv.h>
#include <linux/capability.h>
#include <linux/landlock.h>
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
    const struct passwd *p = getpwnam(name);
    if (p == NULL || p->pw_uid == 0) {
        return error_set(e, "can not give up root: user \"%s\" %s. Name another with --user", name,
                         p ? "is root itself" : "does not exist");
    }
    *uid = p->pw_uid;
    *gid = p->pw_gid;
    return true;
}

/* glibc loads a module for each character set when it is first used, by path. */
static const char *const charsets[] = {
    "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-5",   "ISO-8859-7",   "ISO-8859-9",   "ISO-8859-15",
    "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255",
    "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "KOI8-R",       "KOI8-U",       "SHIFT_JIS",
    "EUC-JP",       "ISO-2022-JP",  "GB2312",       "GBK",          "GB18030",      "BIG5",
    "EUC-KR",       "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-6",   "ISO-8859-8",   "ISO-8859-10",
    "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-16",  "UTF-16",       "UTF-32",       "TIS-620",
};

void sandbox_prepare(void)
{
    tzset();
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
        iconv_t cd = iconv_open("UTF-8", charsets[i]);
        if (cd != (iconv_t)-1) {
            char in[1] = {'a'}, out[8];
            char *ip = in, *op = out;
            size_t in_left = sizeof in, out_left = sizeof out;
            iconv(cd, &ip, &in_left, &op, &out_left);
            /* left open on purpose: closing the last descriptor may unload the module */
        }
    }
}

/* ---- layers -------------------------------------------------------------------------------------
 */

static bool become(uid_t uid, gid_t gid, struct error *e)
{
    if (geteuid() == 0) {
        if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
            setresuid(uid, uid, uid) != 0) {
            return error_set(e, "can not give up root: %s", strerror(errno));
        }
    }
    if (getuid() == 0 || geteuid() == 0) {
        return error_set(e, "still root after giving it up");
    }
    return true;
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

static int landlock_restrict(void)
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
    attr.scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL : 0;
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (fd < 0) {
        return 0;
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
};

/* Answered with an error instead of death: libraries ask and live without. */
static const int refused[] = {
    SCMP_SYS(open),       SCMP_SYS(openat),    SCMP_SYS(stat),       SCMP_SYS(lstat),
    SCMP_SYS(access),     SCMP_SYS(readlink),  SCMP_SYS(statx),      SCMP_SYS(getcwd),
    SCMP_SYS(readlinkat), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(unlink),
    SCMP_SYS(setuid),
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

/* Threads only (the viewer's), never processes. clone3 hides its flags: glibc falls back. */
static bool add_thread_rules(scmp_filter_ctx f)
{
    return rule(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), arg_bits(0, CLONE_THREAD, CLONE_THREAD)) &&
           seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           rule(f, SCMP_ACT_ALLOW, SCMP_SYS(kill), arg_is(0, 0)); /* suspend: our own group */
}

static bool seccomp_restrict(const struct sandbox_config *c)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (f == NULL) {
        return false;
    }
    int bad = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        bad |= seccomp_rule_add_array(f, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    }
    bool done = bad == 0 && add_memory_rules(f) && add_thread_rules(f) &&
                add_ioctls(f, c->viewer, c->live) && seccomp_load(f) == 0;
    seccomp_release(f);
    return done;
}

static void limit_self(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* secrets stay out of core files and of /proc/PID/mem */
}

bool sandbox_enter(const struct sandbox_config *c, struct sandbox_state *out, struct error *e)
{
    *out = (struct sandbox_state){0};
    if (!sandbox_identity(c, &out->uid, &out->gid, e)) {
        return false;
    }
    limit_self();
    drop_bounding_set();
    if (!become(out->uid, out->gid, e)) {
        return false;
    }
    out->layers |= SANDBOX_USER;
    out->layers |= drop_capabilities() ? SANDBOX_CAPABILITIES : 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        out->layers |= SANDBOX_NO_NEW_PRIVS;
    }
    if (SANITIZED) { /* their run-time opens /proc and traces itself at the end */
        return true;
    }
    out->landlock_abi = landlock_restrict();
    out->layers |= out->landlock_abi > 0 ? SANDBOX_LANDLOCK : 0;
    out->layers |= seccomp_restrict(c) ? SANDBOX_SECCOMP : 0;
    return true;
}

bool sandbox_self_test(const struct sandbox_state *s, struct error *e)
{
    if (setuid(0) == 0) {
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
    snprintf(out, n, "user %u, %s, %s, %s, %s", (unsigned)s->uid,
             s->layers & SANDBOX_CAPABILITIES ? "no capabilities" : "CAPABILITIES KEPT",
             s->layers & SANDBOX_NO_NEW_PRIVS ? "no_new_privs" : "no_new_privs missing", landlock,
             s->layers & SANDBOX_SECCOMP ? "seccomp" : "no seccomp");
}
