#include "ui/sandbox.h"

#include "capture/base/buf.h"
#include "dissect/mime.h"
#include "dissect/mime_charset.h"
#include "ui/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

/* ---- who ---- */

static bool number_of(const char *text, uint64_t *out)
{
    return text != NULL && bytes_u64(bytes_of(text), out) && *out > 0 && *out < UINT32_MAX;
}

/* From the file first: the C library's name service loads modules, and falls over what it has no
 * memory for. It is asked for who only a directory service knows. NULL with ENOMEM: not looked up.
 */
static const struct passwd *user_find(const char *name)
{
    const struct passwd *p = NULL;
    FILE *f = fopen("/etc/passwd", "re");
    bool enough = f != NULL || errno != ENOMEM;
    while (f != NULL) {
        errno = 0;
        p = fgetpwent(f);
        if (p == NULL || strcmp(p->pw_name, name) == 0) {
            enough = p != NULL || errno != ENOMEM;
            fclose(f);
            break;
        }
    }
    errno = enough ? 0 : ENOMEM;
    return p == NULL && enough ? getpwnam(name) : p;
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
    const struct passwd *p = user_find(name);
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

/* Not its settings file, which could load programs, nor its tidying up at the end, which falls over
 * what it has no memory for. Without its default context it would fall over that at the first
 * digest; that digest loads the provider of its algorithms. */
static bool prepare_digests(void)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) == 1 &&
           OSSL_LIB_CTX_get0_global_default() != NULL &&
           EVP_Digest("", 0, hash, NULL, EVP_sha256(), NULL) == 1;
}

bool sandbox_prepare(bool decodes, struct error *e)
{
    tzset();
    if (!prepare_digests()) {
        return error_set(e, "libcrypto does not start; is there memory left?");
    }
    if (decodes) { /* takes some 30 ms */
        mime_init();
        mime_charsets_load();
    }
    return true;
}

/* ---- layers ---- */

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
    struct sandbox_calls calls = {.viewer = c->viewer,
                                  .live = c->interface != NULL,
                                  .counters = c->interface != NULL && out->landlock_abi > 0};
    bool held = false;
    if (!sandbox_calls_restrict(&calls, &held, e)) {
        return false;
    }
    out->layers |= held ? SANDBOX_SECCOMP : 0;
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
